// Should this canary go on? Ask once a minute with what was measured.
import Foundation
import Relcore

let schedule = Schedule(
    steps: [.setWeight(weight: 5), .bake(min: .hours(1), max: .hours(2)), .setWeight(weight: 100)],
    metrics: [Metric(name: "error_rate", max: 0.01)])
var now = try parseTimestamp(text: "2026-11-23T09:00:00Z")
var state = try canaryStart(schedule: schedule, now: now)
state = try canaryNextAction(schedule: schedule, state: state, observations: [], now: now).state

for errorRate in [0.002, 0.004, 0.09] {
    now += 60
    let reading = Reading.value(value: errorRate, n: 1000)
    let observations = [Observation(at: now, kind: .measurement(metric: "error_rate", reading: reading))]
    let decision = try canaryNextAction(schedule: schedule, state: state, observations: observations, now: now)
    state = decision.state
    print(try canaryExplain(decision: decision))
}
