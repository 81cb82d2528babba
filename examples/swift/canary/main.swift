// Should this canary go on? Ask once a minute with what was measured.
import Foundation
import Relcore

let text = try String(contentsOfFile: "examples/canary/schedule.yaml", encoding: .utf8)
let schedule = try canaryScheduleFromYaml(text: text)
var now = try parseTimestamp(text: "2026-11-23T03:00:00Z")
let state = try canaryStart(schedule: schedule, now: now)
var decision = try canaryNextAction(schedule: schedule, state: state, observations: [], now: now)
print(try canaryExplain(decision: decision))

for errorRate in [1.2, 4.2, 5.1, 6.3] {
    now += 10
    let reading = Reading.value(value: errorRate, n: 500)
    let observations = [Observation(at: now, kind: .measurement(metric: "error_rate", reading: reading))]
    decision = try canaryNextAction(
        schedule: schedule, state: decision.state, observations: observations, now: now)
}
print(try canaryExplain(decision: decision))
