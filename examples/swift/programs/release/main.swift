// What a phone shows on the evening of `examples/release`: the release window, the audit log, the incident, the stores.
import Foundation
import Relcore

func at(_ text: String) throws -> Date { try parseTimestamp(text: text) }

print("# May the release start?")
let policy = try Readiness.policyFromYaml(text: String(contentsOfFile: "examples/release/policy.yaml", encoding: .utf8))
let windows = try WindowEngine(policy: policy.windows)
for now in ["2026-11-24T18:00:00Z", "2026-11-24T19:10:00Z"] {
    print(try Window.explain(status: windows.status(subject: WindowSubject(), now: at(now))))
}

print("# Is the audit log whole? The head was kept elsewhere.")
let log = try String(contentsOfFile: "examples/release/log.jsonl", encoding: .utf8)
let head = try AuditHead(json: String(contentsOfFile: "examples/release/head.json", encoding: .utf8))
let edited = log.replacingOccurrences(of: "sev2", with: "sev3")
for text in [log, edited] {
    print(try Audit.explainChain(check: Audit.verifyLog(text: text, knownHeads: [head])))
}

print("# How is the incident? Its events are the entries of the log.")
let events = try Audit.readLog(text: log).records.map { record in try IncidentEvent(json: record.data) }
let state = try Incident.fold(events: events.dropLast())
let cadence = try Incident.defaultCadence()
let half = try at("2026-11-24T19:30:00Z")
print(try Incident.renderUpdate(incident: state, form: .chat, cadence: cadence, now: half), terminator: "")
print(try Incident.explainUpdate(update: Incident.updateDue(incident: state, cadence: cadence, now: half)))
let resolution = events[events.count - 1]
let resolved = try Incident.apply(incident: state, event: resolution)
print(try Incident.renderUpdate(incident: resolved, form: .chat, cadence: cadence, now: resolution.at))

print("# How far is the app in the App Store? Its phased release was paused for the incident.")
let started = try at("2026-11-23T09:00:00Z")
let pause = CanaryApplePause(start: try at("2026-11-24T19:20:00Z"))
let ended = CanaryApplePause(start: pause.start, end: try at("2026-11-25T19:20:00Z"))
for (now, pauses) in [
    ("2026-11-24T19:00:00Z", []),
    ("2026-11-24T20:00:00Z", [pause]),
    ("2026-11-26T20:00:00Z", [ended]),
    ("2026-11-30T20:00:00Z", [ended]),
    ("2026-12-24T20:00:00Z", [pause]),  // nobody resumed it: after 30 days it goes on by itself
] {
    let day = try Canary.appleDay(started: started, pauses: pauses, now: at(now))
    print("\(now) day \(day.day) of 7: \(Int(day.percent)) %, \(day.phase)")
}

print("\n# And on Google Play? The staged rollout was halted.")
let rollout = try CanaryRollout(schedule: Canary.playStagedSchedule())
let first = try rollout.nextAction(state: rollout.start(now: started), observations: [], now: started)
let order = try Canary.order(command: .pause, at: pause.start, by: "ada@example.com", reason: "inc-7")
let halted = try rollout.nextAction(state: first.state, observations: [order], now: pause.start)
print(try Canary.explain(decision: halted), terminator: "")
print(try Interchange.playTrackRelease(release: Canary.playUpdate(state: halted.state)))
