import Foundation
import XCTest
import Relcore

/// Columns and rows give the same report for the same events.
final class ColumnsTests: XCTestCase {
    private let policy = MetricsPolicy(environments: ["production", "staging"])
    private let range = TimeRange(start: Date(millisecondsSince1970: start), end: Date(millisecondsSince1970: start + 60 * day))

    func testColumnsAndRowsGiveTheSameReport() throws {
        var failures = 0
        for seed in 1...60 {
            let events = Events(seed: seed)
            for (unit, zone) in [(BucketUnit.week, "Europe/Berlin"), (.month, "UTC")] {
                let expected = try Metrics.dora(
                    deployments: events.deployments, changes: events.changes, incidents: events.incidents, policy: policy,
                    range: range, unit: unit, zone: zone)
                let report = try Metrics.doraColumns(
                    columns: events.columns(nested: seed % 2 == 1), policy: policy, range: range, unit: unit, zone: zone)
                XCTAssertEqual(report, expected, "seed \(seed)")
                if (report.overall.changeFailRate.value ?? 0) > 0 { failures += 1 }
            }
        }
        XCTAssertGreaterThan(failures, 20, "the events say too little")
    }

    func testNoColumnsAreNoEvents() throws {
        let expected = try Metrics.dora(
            deployments: [], changes: [], incidents: [], policy: policy, range: range, unit: .month, zone: "UTC")
        XCTAssertEqual(try report(MetricsEventColumns()), expected)
        let empty = MetricsEventColumns(
            deployments: MetricsDeploymentColumns(finishedAt: [], outcome: []), changes: MetricsChangeColumns(authoredAt: []),
            incidents: MetricsIncidentColumns(detectedAt: [], resolvedAt: []))
        XCTAssertEqual(try report(empty), expected)
    }

    func testEveryFaultHasItsColumn() {
        let lists = MetricsLists(offsets: [0, 1], items: [0])
        let sound = MetricsDeploymentColumns(finishedAt: [start], outcome: [0])
        func refused(_ path: String, _ text: String, _ change: (inout MetricsDeploymentColumns) -> Void) {
            var changed = sound
            change(&changed)
            XCTAssertThrowsError(try report(MetricsEventColumns(deployments: changed)), path) { error in
                let error = error as? RelcoreError
                XCTAssertEqual(error?.path, "columns.deployments.\(path)")
                XCTAssertTrue(error?.text.contains(text) ?? false, "\(error?.text ?? "another error")")
            }
        }
        refused("outcome", "not as long") { $0.outcome = [] }
        refused("outcome", "code beyond") { $0.outcome = [7] }
        refused("intent", "is empty") { $0.intent = [] }
        refused("service", "code beyond") { $0.service = [1] }
        refused("environment", "code beyond") { $0.environment = [1] }
        refused("revision", "not as long") { $0.revision = [1, 2] }
        refused("remediates", "offsets") { $0.remediates = MetricsLists(offsets: [0, 2], items: [0]) }
        refused("changes", "offsets") { $0.changes = [0, 1] }
        refused("listedChanges", "beside `changes`") { ($0.changes, $0.listedChanges) = ([0, 0], lists) }
        refused("finishedAt", "years 1 to 9999") { $0.finishedAt = [.max] }
        refused("outcome", "not as long") { $0.finishedAt = [] }

        let bits = MetricsEventColumns(changes: MetricsChangeColumns(authoredAt: [start], authoredAtValidity: [1, 1]))
        XCTAssertEqual(path(bits), "columns.changes.authoredAtValidity")
        let alone = MetricsEventColumns(changes: MetricsChangeColumns(authoredAt: [], committedAtValidity: [1]))
        XCTAssertEqual(path(alone), "columns.changes.committedAtValidity")
        XCTAssertEqual(path(MetricsEventColumns(changes: MetricsChangeColumns(authoredAt: [start], merge: []))), "columns.changes.merge")
        let cause = MetricsIncidentColumns(detectedAt: [start], causedBy: [])
        XCTAssertEqual(path(MetricsEventColumns(incidents: cause)), "columns.incidents.causedBy")
        XCTAssertEqual(path(MetricsEventColumns(services: 0)), "columns.services")
        XCTAssertEqual(path(MetricsEventColumns(environments: [])), "columns.environments")
    }

    func testAllFaultsAtOnce() {
        let deployments = MetricsDeploymentColumns(finishedAt: [start], outcome: [9], service: [7])
        XCTAssertThrowsError(try report(MetricsEventColumns(deployments: deployments))) { error in
            let paths = (error as? RelcoreError)?.faults.map(\.path)
            XCTAssertEqual(paths, ["columns.deployments.outcome", "columns.deployments.service"])
        }
    }

    func testTheOtherArgumentsAreCheckedAsForRows() {
        XCTAssertThrowsError(
            try Metrics.doraColumns(columns: MetricsEventColumns(services: 0), policy: policy, range: range, unit: .day, zone: "Mars")
        ) { XCTAssertEqual(($0 as? RelcoreError)?.path, "zone") }
    }

    private func report(_ columns: MetricsEventColumns) throws -> MetricsDoraReport {
        try Metrics.doraColumns(columns: columns, policy: policy, range: range, unit: .month, zone: "UTC")
    }

    private func path(_ columns: MetricsEventColumns) -> String? {
        do { _ = try report(columns) } catch { return (error as? RelcoreError)?.path }
        return nil
    }
}

private let day: Int64 = 86_400_000
private let start: Int64 = 1_767_225_600_000 // 2026-01-01T00:00:00Z
private let names = ["production", "staging", "test"]

/// The same events as rows and as columns.
private struct Events {
    var (deployments, changes, incidents) = ([MetricsDeployment](), [MetricsChange](), [MetricsIncident]())

    init(seed: Int) {
        var numbers = Numbers(state: UInt32(seed))
        func one(of count: Int) -> Bool { numbers.below(count) == 0 }
        func date(_ millis: Int64) -> Date { Date(millisecondsSince1970: millis) }
        let (rows, perRow) = (1 + numbers.below(40), 1 + numbers.below(3))
        for row in 0..<rows {
            let at = start + Int64(row) * day + Int64(numbers.below(Int(day)))
            let (service, environment, first) = ("s\(numbers.below(2))", names[numbers.below(3)], changes.count)
            for number in first..<first + perRow {
                let authored = one(of: 5) ? nil : at - 1 - Int64(numbers.below(9 * Int(day)))
                changes.append(
                    MetricsChange(
                        id: "c\(number)", authoredAt: authored.map(date), committedAt: date(authored ?? at),
                        merge: one(of: 6), reverts: number > 2 && one(of: 8) ? ["c\(number - 3)"] : []))
            }
            let revision = numbers.below(6)
            deployments.append(
                MetricsDeployment(
                    id: "d\(row)", service: service, environment: environment, finishedAt: date(at),
                    outcome: one(of: 3) ? MetricsDeploymentOutcome.allCases[numbers.below(6)] : .success,
                    intent: MetricsDeploymentIntent.allCases[numbers.below(5)], revision: revision == 0 ? nil : "r\(revision)",
                    remediates: row > 0 && one(of: 4) ? ["d\(row - 1)"] : [],
                    changes: (first..<first + perRow).map { "c\($0)" }))
            guard one(of: 3) else { continue }
            let number = incidents.count
            incidents.append(
                MetricsIncident(
                    id: "i\(number)", service: service, environment: environment, detectedAt: date(at + 1),
                    resolvedAt: one(of: 4) ? nil : date(at + 2 + Int64(numbers.below(Int(day)))),
                    causedBy: one(of: 2) ? "d\(row)" : nil,
                    duplicateOf: number > 0 && one(of: 6) ? "i\(number - 1)" : nil))
        }
    }

    func columns(nested: Bool) -> MetricsEventColumns {
        let listed = lists(deployments.map(\.changes))
        let table = MetricsDeploymentColumns(
            finishedAt: deployments.map(\.finishedAt.millisecondsSince1970),
            outcome: deployments.map { UInt8(MetricsDeploymentOutcome.allCases.firstIndex(of: $0.outcome)!) },
            intent: deployments.map { UInt8(MetricsDeploymentIntent.allCases.firstIndex(of: $0.intent)!) },
            service: deployments.map { index($0.service) }, environment: deployments.map { code($0.environment) },
            revision: deployments.map { index($0.revision) }, remediates: lists(deployments.map(\.remediates)),
            changes: nested ? listed.offsets : nil, listedChanges: nested ? nil : listed)
        let written = MetricsChangeColumns(
            authoredAt: changes.map { $0.authoredAt?.millisecondsSince1970 ?? 0 },
            authoredAtValidity: bits(changes.map { $0.authoredAt != nil }),
            committedAt: changes.map(\.committedAt.millisecondsSince1970), merge: changes.map(\.merge),
            reverts: lists(changes.map(\.reverts)))
        let cases = MetricsIncidentColumns(
            detectedAt: incidents.map(\.detectedAt.millisecondsSince1970),
            resolvedAt: incidents.map { $0.resolvedAt?.millisecondsSince1970 ?? 0 },
            resolvedAtValidity: bits(incidents.map { $0.resolvedAt != nil }),
            service: incidents.map { index($0.service) }, environment: incidents.map { code($0.environment) },
            causedBy: incidents.map { index($0.causedBy) },
            duplicateOf: incidents.map { index($0.duplicateOf) })
        return MetricsEventColumns(deployments: table, changes: written, incidents: cases, environments: names, services: 2)
    }
}

/// The number in an id; 2^32 - 1 for none.
private func index(_ id: String?) -> UInt32 { id.map { UInt32($0.dropFirst())! } ?? .max }

private func code(_ environment: String) -> UInt32 { UInt32(names.firstIndex(of: environment)!) }

private func lists(_ ids: [[String]]) -> MetricsLists {
    MetricsLists(offsets: ids.reduce(into: [0]) { $0.append($0.last! + UInt32($1.count)) }, items: ids.joined().map { index($0) })
}

/// One bit a row, lowest first.
private func bits(_ there: [Bool]) -> [UInt8] {
    stride(from: 0, to: there.count, by: 8).map { first in
        there[first..<min(first + 8, there.count)].reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }
}

/// A small generator of numbers, so that a failure can be repeated.
private struct Numbers {
    var state: UInt32

    mutating func below(_ end: Int) -> Int {
        state = state &* 1_664_525 &+ 1_013_904_223
        return Int(UInt64(state) * UInt64(end) >> 32)
    }
}
