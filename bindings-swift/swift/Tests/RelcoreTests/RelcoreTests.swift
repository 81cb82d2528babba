import Foundation
import XCTest
import Relcore

final class RelcoreTests: XCTestCase {
    let now = Date(millisecondsSince1970: 1_795_402_800_123)

    func testErrorsHaveCodePathAndText() {
        XCTAssertThrowsError(try timeParseSpan(text: "90")) { error in
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
        XCTAssertThrowsError(try Schedule(json: "{\"steps\": [\(steps)]}")) { error in
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
        let schedule = Schedule(steps: [.setWeight(weight: 100)])
        XCTAssertThrowsError(try canaryStart(schedule: schedule, now: .distantPast - 1e12)) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "now")
        }
    }

    func testSpansAreSignedAndExact() throws {
        XCTAssertEqual(try timeParseSpan(text: "2h 30m"), .minutes(150))
        XCTAssertEqual(try timeFormatSpan(span: .milliseconds(-1)), "-PT0.001S")
        XCTAssertEqual(try timeParseSpan(text: "PT0.123S"), .milliseconds(123))
        XCTAssertThrowsError(try timeFormatSpan(span: .seconds(Int64.max)))
    }

    func testDaysAndOptionalArguments() throws {
        XCTAssertEqual(try timeLocalDate(at: now, zone: "Asia/Tokyo"), "2026-11-23")
        XCTAssertThrowsError(try timeLocalDate(at: now, zone: "Mars/Olympus")) { error in
            XCTAssertEqual((error as? RelcoreError)?.kind, .unknownZone)
        }
    }

    func testVersionsAreText() throws {
        XCTAssertEqual(try versionBump(previous: "1.2.3", next: "1.3.0"), .minor)
        XCTAssertThrowsError(try versionBump(previous: "1.2", next: "1.3.0"))
    }

    func testACanaryIsRolledBack() throws {
        var schedule = try canaryStandardSchedule()
        schedule.metrics = [Metric(name: "error_rate", max: 0.01)]
        let state = try canaryNextAction(
            schedule: schedule, state: canaryStart(schedule: schedule, now: now), observations: [], now: now).state
        let bad = Observation(
            at: now + 60, kind: .measurement(metric: "error_rate", reading: .value(value: 0.5, n: 1000)))
        let decision = try canaryNextAction(schedule: schedule, state: state, observations: [bad], now: now + 60)
        guard case .rollBack = decision.verdict else { return XCTFail("\(decision.verdict)") }
        XCTAssertTrue(try canaryExplain(decision: decision).contains("error_rate"))
    }

    func testNotANumberIsRefused() throws {
        let situation = RollbackSituation(latencyBaseline: .nan, latencyObserved: 1)
        XCTAssertThrowsError(
            try rollbackDecide(situation: situation, policy: rollbackDefaultPolicy(), now: now)
        ) { error in
            XCTAssertEqual((error as? RelcoreError)?.path, "situation.latencyBaseline")
        }
    }

    func testValuesAreValues() throws {
        let policy = try rollbackDefaultPolicy()
        XCTAssertEqual(try RollbackPolicy(json: policy.json()), policy)
        XCTAssertEqual(Set([policy, policy]).count, 1)
        XCTAssertEqual(Weekday.allCases.count, 7)
    }

    func testInitialisersHaveTheDefaultsOfTheCore() throws {
        XCTAssertEqual(RollbackPolicy(), try rollbackDefaultPolicy())
        XCTAssertEqual(MetricsPolicy(), try metricsDefaultPolicy())
        let step = Step.setWeight(weight: 100)
        XCTAssertEqual(Schedule(steps: [step]), try Schedule(json: #"{"steps": [{"type": "set_weight", "weight": 100}]}"#))
    }

    func testCallsFromManyTasks() async throws {
        try await withThrowingTaskGroup(of: Duration.self) { group in
            for minutes in 1...50 { group.addTask { try timeParseSpan(text: "\(minutes)m") } }
            let total = try await group.reduce(Duration.zero, +)
            XCTAssertEqual(total, .minutes(50 * 51 / 2))
        }
    }
}
