// The cost of a call and the core's own time in the same run: `cargo xtask bench swift`. `bindings-swift/src/bench.rs`
// makes the same calls without a binding.
import Foundation
import Relcore

@_silgen_name("relcore_core_rollout_next_action")
func coreRolloutNextAction(_ rounds: UInt32)
@_silgen_name("relcore_core_next_action")
func coreNextAction(_ rounds: UInt32)
@_silgen_name("relcore_core_dora_columns")
func coreDoraColumns(_ finishedAt: UnsafePointer<Int64>, _ outcome: UnsafePointer<UInt8>, _ rows: Int)

let schedule = CanarySchedule(
    steps: [
        .setWeight(weight: 5), .bake(min: .hours(1), max: .days(999)),
        .setWeight(weight: 25), .bake(min: .hours(4), max: .days(999)), .setWeight(weight: 100),
    ],
    metrics: (0..<10).map { CanaryMetric(name: "metric-\($0)", max: 0.5) })
let begin = try parseTimestamp(text: "2026-11-23T09:00:00Z")
let now = begin + 600
let first = try Canary.start(schedule: schedule, now: begin)
let state = try Canary.nextAction(schedule: schedule, state: first, observations: [], now: begin).state
let observations = schedule.metrics.map {
    CanaryObservation(at: now, kind: .measurement(metric: $0.name, reading: .value(value: 0.25, n: 1000)))
}
let rollout = try CanaryRollout(schedule: schedule)
try compare(
    "CanaryRollout.nextAction, 5 steps, 10 metrics, 10 observations", unit: "µs", calls: 50, rounds: 2000,
    core: { coreRolloutNextAction(1) },
    call: { _ = try rollout.nextAction(state: state, observations: observations, now: now) })
try compare(
    "Canary.nextAction, 5 steps, 10 metrics, 10 observations", unit: "µs", calls: 50, rounds: 2000,
    core: { coreNextAction(1) },
    call: { _ = try Canary.nextAction(schedule: schedule, state: state, observations: observations, now: now) })

// A million deployments in ten years, three in a hundred of which fail.
let range = TimeRange(
    start: try parseTimestamp(text: "2016-01-01T00:00:00Z"), end: try parseTimestamp(text: "2026-01-01T00:00:00Z"))
let policy = try Metrics.defaultPolicy()
let finishedAt = (0..<Int64(1_000_000)).map { range.start.millisecondsSince1970 + $0 * 315_619 }
let outcome = (0..<1_000_000).map { UInt8($0 % 100 < 3 ? 1 : 0) }
let columns = MetricsEventColumns(deployments: MetricsDeploymentColumns(finishedAt: finishedAt, outcome: outcome))
try compare(
    "Metrics.doraColumns, 1,000,000 deployments", unit: "ms", calls: 1, rounds: 40,
    core: { coreDoraColumns(finishedAt, outcome, finishedAt.count) },
    call: { _ = try Metrics.doraColumns(columns: columns, policy: policy, range: range, unit: .month, zone: "UTC") })

let situation = RollbackSituation(dataCorruption: true)
let rollbackPolicy = try Rollback.defaultPolicy()
try compare("Rollback.decide", unit: "µs", calls: 200, rounds: 200) {
    _ = try Rollback.decide(situation: situation, policy: rollbackPolicy, now: now)
}
try compare("Time.parseSpan", unit: "µs", calls: 1000, rounds: 200) { _ = try Time.parseSpan(text: "90s") }

/// The best of many short rounds, in turns with the core: the time without disturbance.
func compare(
    _ name: String, unit: String, calls: Int, rounds: Int, core: (() -> Void)? = nil, call: () throws -> Void
) rethrows {
    let clock = ContinuousClock()
    var (bestCore, best) = (Duration.seconds(100), Duration.seconds(100))
    for _ in 0..<rounds {
        if let core { bestCore = min(bestCore, clock.measure { for _ in 0..<calls { core() } }) }
        best = min(best, try clock.measure { for _ in 0..<calls { try call() } })
    }
    func text(_ span: Duration) -> String {
        let seconds = Double(span.components.attoseconds) / 1e18 + Double(span.components.seconds)
        return String(format: "%.2f \(unit)", seconds / Double(calls) * (unit == "ms" ? 1e3 : 1e6))
    }
    let beside = core == nil ? "" : " (core \(text(bestCore)), over it \(text(best - bestCore)))"
    print("\(text(best))  \(name)\(beside)")
}
