// What a call costs: `cargo xtask bench swift`. The schedule of `benches/decisions.rs`, which has the core's own time:
// 5 steps, 10 metrics, 10 observations.
import Foundation
import Relcore

let schedule = Schedule(
    steps: [
        .setWeight(weight: 5), .bake(min: .hours(1), max: .days(999)),
        .setWeight(weight: 25), .bake(min: .hours(4), max: .days(999)), .setWeight(weight: 100),
    ],
    metrics: (0..<10).map { Metric(name: "metric-\($0)", max: 0.5) })
let begin = try parseTimestamp(text: "2026-11-23T09:00:00Z")
let now = begin + 600
let first = try canaryStart(schedule: schedule, now: begin)
let state = try canaryNextAction(schedule: schedule, state: first, observations: [], now: begin).state
let observations = schedule.metrics.map {
    Observation(at: now, kind: .measurement(metric: $0.name, reading: .value(value: 0.25, n: 1000)))
}
let short = Schedule(steps: schedule.steps)
let shortState = try canaryStart(schedule: short, now: begin)
let policy = try rollbackDefaultPolicy()
let situation = RollbackSituation(dataCorruption: true)

try measure("canaryNextAction, 5 steps, 10 metrics, 10 observations") {
    _ = try canaryNextAction(schedule: schedule, state: state, observations: observations, now: now)
}
try measure("canaryNextAction, 5 steps, no metrics") {
    _ = try canaryNextAction(schedule: short, state: shortState, observations: [], now: now)
}
try measure("rollbackDecide") { _ = try rollbackDecide(situation: situation, policy: policy, now: now) }
try measure("timeParseSpan") { _ = try timeParseSpan(text: "90s") }

/// The best of twenty rounds: what the machine can do when nothing else disturbs it.
func measure(_ name: String, _ call: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    var best = Duration.seconds(1)
    for _ in 0..<20 { best = min(best, try clock.measure { for _ in 0..<1000 { try call() } }) }
    let micros = Double(best.components.attoseconds) / 1e12 / 1000
    print(String(format: "%8.2f µs  ", micros) + name)
}
