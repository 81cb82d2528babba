import Foundation
import Relcore

/// Runs every case of these files, and of the `*.json` files under these folders; how many held and how many did not.
public func runCases(_ paths: [String]) -> (passed: Int, failed: Int) {
    var (passed, failed, found) = (0, 0, 0)
    func fail(_ text: String) {
        print("FAILED \(text)")
        failed += 1
    }
    for path in paths.flatMap(caseFiles) {
        guard let data = FileManager.default.contents(atPath: path),
            let file = try? parse(String(decoding: data, as: UTF8.self)) as? [String: Any],
            let cases = file["cases"] as? [[String: Any]]
        else {
            fail("\(path): not a file of cases")
            continue
        }
        found += cases.count
        for one in cases {
            guard let reason = fault(in: one) else { passed += 1; continue }
            fail("\(path): \(one["description"] ?? "?"): \(reason)")
        }
    }
    if passed + failed < max(found, 1) { fail("\(found) cases found, \(passed + failed) run") }
    return (passed, failed)
}

/// A folder without cases stands for itself, and is no file of cases.
private func caseFiles(under path: String) -> [String] {
    guard let walker = FileManager.default.enumerator(atPath: path) else { return [path] }
    let files = walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.map { path + "/" + $0 }
    return files.isEmpty ? [path] : files.sorted()
}

/// Why a case does not hold; `nil` when it does.
private func fault(in one: [String: Any]) -> String? {
    guard let name = one["call"] as? String, let input = one["input"] as? [String: Any],
        (one["expect"] == nil) != (one["error"] == nil)
    else { return "a case has `call`, `input`, and either `expect` or `error`" }
    var isNative = true
    func json() throws -> Any? {
        isNative = false
        return try parse(callJson(function: name, arguments: text(input)))
    }
    let fault = compare(one) {
        let arguments = Arguments(input: input)
        do {
            let result = try call(name, arguments)
            // The core refuses keys that are no arguments.
            return [arguments.taken == Set(input.keys) ? result : try json()]
        } catch let fault as NotNative {
            if one["error"] == nil { throw fault }
            return [try json()]
        }
    }
    if let fault { return fault }
    if !isNative { return nil }
    return compare(one) { try callHandles(name, Arguments(input: input)) }.map { "through a handle: \($0)" }
}

/// Why results, or the error instead of them, are not those that a case expects.
private func compare(_ one: [String: Any], with results: () throws -> [Any?]) -> String? {
    let error = one["error"] as? [String: String]
    do {
        let results = try results()
        guard let expected = one["expect"] else {
            return results.first.map { "returned \($0 ?? "nothing"), expected an error" }
        }
        let tolerance = (one["tolerance"] as? NSNumber)?.doubleValue ?? 0
        return results.lazy.compactMap { difference($0, expected, tolerance, at: "result") }.first
    } catch let thrown as RelcoreError {
        guard let error else { return "threw `\(thrown.code)` at `\(thrown.path)`: \(thrown)" }
        if thrown.code != error["code"] { return "code `\(thrown.code)`, expected `\(error["code"] ?? "")`" }
        if let path = error["path"], path != thrown.path { return "path `\(thrown.path)`, expected `\(path)`" }
        return nil
    } catch { return "\(error)" }
}

/// Where two values differ: numbers by more than the tolerance, all else at all. An expected object with a `code` and
/// without a `text` leaves the `text` open.
private func difference(_ got: Any?, _ expected: Any?, _ tolerance: Double, at path: String) -> String? {
    if let got = got as? [String: Any], let expected = expected as? [String: Any] {
        let isOpen = expected["code"] != nil && expected["text"] == nil
        let keys = Set(got.keys).union(expected.keys).filter { !(isOpen && $0 == "text") }.sorted()
        return keys.lazy.compactMap { difference(got[$0], expected[$0], tolerance, at: "\(path).\($0)") }.first
    }
    if let got = got as? [Any], let expected = expected as? [Any], got.count == expected.count {
        let indices = got.indices.lazy
        return indices.compactMap { difference(got[$0], expected[$0], tolerance, at: "\(path)[\($0)]") }.first
    }
    if let got = got as? NSNumber, let expected = expected as? NSNumber, isBool(got) == isBool(expected),
        abs(got.doubleValue - expected.doubleValue) <= tolerance { return nil }
    if let got = got as? String, let expected = expected as? String, got == expected { return nil }
    if (got == nil || got is NSNull) && (expected == nil || expected is NSNull) { return nil }
    return "\(path) is \(got ?? "absent"), expected \(expected ?? "absent")"
}

/// Whether a number is a Bool: for `is Bool`, any 0 and 1 is one.
private func isBool(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
