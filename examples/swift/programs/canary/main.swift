// Should this canary go on? Ask once a minute with what was measured.
import Foundation
import Relcore

let text = try String(contentsOfFile: "examples/canary/schedule.yaml", encoding: .utf8)
let schedule = try Canary.scheduleFromYaml(text: text)
var now = try parseTimestamp(text: "2026-11-23T03:00:00Z")
let state = try Canary.start(schedule: schedule, now: now)
var decision = try Canary.nextAction(schedule: schedule, state: state, observations: [], now: now)
print(try Canary.explain(decision: decision))

for errorRate in [1.2, 4.2, 5.1, 6.3] {
    now += 10
    let observations = [try Canary.measurement(metric: "error_rate", value: errorRate, at: now, n: 500)]
    decision = try Canary.nextAction(
        schedule: schedule, state: decision.state, observations: observations, now: now)
}
print(try Canary.explain(decision: decision))
