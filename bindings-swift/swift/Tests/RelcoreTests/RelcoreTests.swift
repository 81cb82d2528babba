import Foundation
import XCTest
import Relcore

final class RelcoreTests: XCTestCase {
    let now = Date(millisecondsSince1970: 1_795_402_800_123)

    func testErrorsHaveCodePathAndText() {
        XCTAssertThrowsError(try Time.parseSpan(text: "90")) { error in
            guard let error = error as? RelcoreError else { return XCTFail("\(type(of: error))") }
            XCTAssertEqual(error.kind, .invalidValue)
            XCTAssertEqual(error.code, "invalid_value")
            XCTAssertEqual(error.path, "text")
            XCTAssertTrue("\(error)".contains("`90` is not a span"), "\(error)")
            XCTAssertEqual(error.localizedDescription, "\(error)")
            XCTAssertEqual(error.faults.count, 1)
        }
    }

    func testAllFaultsAtOnce() throws {
        let steps = "{\"type\": \"set_weight\", \"weight\": 5, \"wait\": 1}, {\"type\": \"set_weight\"}"
        XCTAssertThrowsError(try CanarySchedule(json: "{\"steps\": [\(steps)]}")) { error in
            let paths = (error as? RelcoreError)?.faults.map(\.path)
            XCTAssertEqual(paths, ["steps[0].wait", "steps[1].weight"])
        }
    }

    func testInstantsAreExactToTheMillisecond() throws {
        for millis in [Int64(-62_135_596_800_000), -500, -1, 0, 1, 1_795_402_800_123, 253_402_300_799_999] {
            let text = try formatTimestamp(at: Date(millisecondsSince1970: millis))
            XCTAssertEqual(try parseTimestamp(text: text).millisecondsSince1970, millis)
        }
        XCTAssertEqual(try formatTimestamp(at: Date(timeIntervalSince1970: -0.5)), "1969-12-31T23:59:59.500Z")
    }

    func testAnInstantBeyondTheRangeIsAnError() {
        XCTAssertThrowsError(try formatTimestamp(at: .init(timeIntervalSince1970: .nan))) { error in
            XCTAssertEqual((error as? RelcoreError)?.code, "out_of_range")
            XCTAssertEqual((error as? RelcoreError)?.path, "at")
        }
        let schedule = CanarySchedule(steps: [.setWeight(weight: 100)])
        XCTAssertThrowsError(try Canary.start(schedule: schedule, now: .distantPast - 1e12)) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "now")
        }
    }

    func testSpansAreSignedAndExact() throws {
        XCTAssertEqual(try Time.parseSpan(text: "2h 30m"), .minutes(150))
        XCTAssertEqual(try Time.formatSpan(span: .milliseconds(-1)), "-PT0.001S")
        XCTAssertEqual(try Time.parseSpan(text: "PT0.123S"), .milliseconds(123))
        XCTAssertThrowsError(try Time.formatSpan(span: .seconds(Int64.max)))
    }

    func testDaysAndOptionalArguments() throws {
        XCTAssertEqual(try Time.localDate(at: now, zone: "Asia/Tokyo"), "2026-11-23")
        XCTAssertThrowsError(try Time.localDate(at: now, zone: "Mars/Olympus")) { error in
            XCTAssertEqual((error as? RelcoreError)?.kind, .unknownZone)
        }
    }

    func testVersionsAreText() throws {
        XCTAssertEqual(try Version.bump(previous: "1.2.3", next: "1.3.0"), .minor)
        XCTAssertThrowsError(try Version.bump(previous: "1.2", next: "1.3.0"))
    }

    func testACanaryIsRolledBack() throws {
        var schedule = try Canary.standardSchedule()
        schedule.metrics = [CanaryMetric(name: "error_rate", max: 0.01)]
        let state = try Canary.nextAction(
            schedule: schedule, state: Canary.start(schedule: schedule, now: now), observations: [], now: now).state
        let bad = CanaryObservation(
            at: now + 60, kind: .measurement(metric: "error_rate", reading: .value(value: 0.5, n: 1000)))
        let decision = try Canary.nextAction(schedule: schedule, state: state, observations: [bad], now: now + 60)
        guard case .rollBack = decision.verdict else { return XCTFail("\(decision.verdict)") }
        XCTAssertTrue(try Canary.explain(decision: decision).contains("error_rate"))
    }

    func testNotANumberIsRefused() throws {
        let situation = RollbackSituation(latencyBaseline: .nan, latencyObserved: 1)
        XCTAssertThrowsError(
            try Rollback.decide(situation: situation, policy: Rollback.defaultPolicy(), now: now)
        ) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "situation.latencyBaseline")
        }
    }

    func testValuesAreValues() throws {
        let policy = try Rollback.defaultPolicy()
        XCTAssertEqual(try RollbackPolicy(json: policy.json()), policy)
        XCTAssertEqual(Set([policy, policy]).count, 1)
        XCTAssertEqual(Weekday.allCases.count, 7)
    }

    func testInitialisersHaveTheDefaultsOfTheCore() throws {
        XCTAssertEqual(RollbackPolicy(), try Rollback.defaultPolicy())
        XCTAssertEqual(MetricsPolicy(), try Metrics.defaultPolicy())
        let step = CanaryStep.setWeight(weight: 100)
        XCTAssertEqual(CanarySchedule(steps: [step]), try CanarySchedule(json: #"{"steps": [{"type": "set_weight", "weight": 100}]}"#))
    }

    func testReasonCodesAreConstantsAndOpen() throws {
        let schedule = try Canary.standardSchedule()
        let decision = try Canary.nextAction(
            schedule: schedule, state: Canary.start(schedule: schedule, now: now), observations: [], now: now)
        XCTAssertFalse(decision.reasons.isEmpty)
        XCTAssertEqual(ReasonCode.failureLimitExceeded.rawValue, "failure_limit_exceeded")
        var later = decision
        later.reasons[0].code = ReasonCode(rawValue: "of_a_newer_version")
        XCTAssertEqual(try CanaryDecision(json: later.json()).reasons[0].code.rawValue, "of_a_newer_version")
        later.reasons[0].code = ReasonCode(rawValue: "No code")
        XCTAssertThrowsError(try Canary.explain(decision: later)) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "decision")
        }
    }

    func testAHandleGivesTheSameResultsAsTheFunctions() throws {
        let schedule = try Canary.standardSchedule()
        let rollout = try CanaryRollout(schedule: schedule)
        XCTAssertEqual(rollout.schedule(), schedule)
        let state = try rollout.start(now: now)
        XCTAssertEqual(state, try Canary.start(schedule: schedule, now: now))
        XCTAssertEqual(rollout.digest(), state.scheduleDigest)
        let decision = try rollout.nextAction(state: state, observations: [], now: now)
        XCTAssertEqual(
            decision, try Canary.nextAction(schedule: schedule, state: state, observations: [], now: now))
        let engine = try RollbackEngine(policy: RollbackPolicy())
        let situation = RollbackSituation(dataCorruption: true)
        XCTAssertEqual(
            try engine.decide(situation: situation, now: now),
            try Rollback.decide(situation: situation, policy: engine.policy(), now: now))
    }

    func testAHandleRefusesABadPolicy() {
        XCTAssertThrowsError(try CanaryRollout(schedule: CanarySchedule(steps: []))) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "schedule.steps")
        }
        XCTAssertThrowsError(try CanaryRollout(json: "{\"steps\": 1}")) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "steps")
        }
    }

    func testAHandleIsReadFromAndWrittenAsItsPolicy() throws {
        let rollout = try CanaryRollout(json: Canary.standardSchedule().json())
        XCTAssertEqual(try CanaryRollout(json: rollout.json()).digest(), rollout.digest())
    }

    func testAHandleIsSharedByManyTasks() async throws {
        let rollout = try CanaryRollout(schedule: Canary.standardSchedule())
        let (state, now) = (try rollout.start(now: now), now)
        let expected = try rollout.nextAction(state: state, observations: [], now: now)
        try await withThrowingTaskGroup(of: CanaryDecision.self) { group in
            for _ in 1...50 {
                group.addTask { try rollout.nextAction(state: state, observations: [], now: now) }
            }
            for try await decision in group { XCTAssertEqual(decision, expected) }
        }
    }

    func testCallsFromManyTasks() async throws {
        try await withThrowingTaskGroup(of: Duration.self) { group in
            for minutes in 1...50 { group.addTask { try Time.parseSpan(text: "\(minutes)m") } }
            let total = try await group.reduce(Duration.zero, +)
            XCTAssertEqual(total, .minutes(50 * 51 / 2))
        }
    }
}
