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
    let error = one["error"] as? [String: String]
    do {
        let arguments = Arguments(input: input)
        var answer: Any?
        do {
            answer = try call(name, arguments)
            // What no argument is called is refused by the core.
            if arguments.taken != Set(input.keys) { answer = try parse(callJson(function: name, arguments: text(input))) }
        } catch let fault as NotNative {
            if error == nil { return "no native value: \(fault.reason)" }
            answer = try parse(callJson(function: name, arguments: text(input)))
        }
        guard let expected = one["expect"] else { return "answered \(answer ?? "nothing"), expected an error" }
        return difference(answer, expected, (one["tolerance"] as? NSNumber)?.doubleValue ?? 0, at: "answer")
    } catch let thrown as RelcoreError {
        guard let error else { return "threw `\(thrown.code)` at `\(thrown.path)`: \(thrown)" }
        if thrown.code != error["code"] { return "code `\(thrown.code)`, expected `\(error["code"] ?? "")`" }
        if let path = error["path"], path != thrown.path { return "path `\(thrown.path)`, expected `\(path)`" }
        return nil
    } catch { return "\(error)" }
}

/// Where two values differ: numbers by more than the tolerance, all else at all.
private func difference(_ got: Any?, _ expected: Any?, _ tolerance: Double, at path: String) -> String? {
    if let got = got as? [String: Any], let expected = expected as? [String: Any] {
        let keys = Set(got.keys).union(expected.keys).sorted()
        return keys.lazy.compactMap { difference(got[$0], expected[$0], tolerance, at: "\(path).\($0)") }.first
    }
    if let got = got as? [Any], let expected = expected as? [Any], got.count == expected.count {
        let indices = got.indices.lazy
        return indices.compactMap { difference(got[$0], expected[$0], tolerance, at: "\(path)[\($0)]") }.first
    }
    if let got = got as? NSNumber, let expected = expected as? NSNumber, (got is Bool) == (expected is Bool),
        abs(got.doubleValue - expected.doubleValue) <= tolerance { return nil }
    if let got = got as? String, let expected = expected as? String, got == expected { return nil }
    if (got == nil || got is NSNull) && (expected == nil || expected is NSNull) { return nil }
    return "\(path) is \(got ?? "absent"), expected \(expected ?? "absent")"
}
