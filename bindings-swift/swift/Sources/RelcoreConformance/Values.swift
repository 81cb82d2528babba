// From the JSON of a case to native values, and from native answers back to JSON.
import Foundation
import Relcore

/// The input is one that no native value can be: only JSON text can say it.
struct NotNative: Error { let reason: String }

/// A native type that a case can give or expect.
protocol CaseValue {
    static func read(_ element: Any?) throws -> Self
    func wire() throws -> Any?
}

/// The arguments of a case, by name.
struct Arguments {
    let input: [String: Any]

    func take<T: CaseValue>(_ name: String) throws -> T {
        do { return try T.read(input[name]) } catch { throw NotNative(reason: "\(name): \(error)") }
    }
}

func parse(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
}

func text(_ element: Any) throws -> String {
    let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try JSONSerialization.data(withJSONObject: element, options: options), as: UTF8.self)
}

private func leaf<T>(_ element: Any?, _ type: T.Type = T.self) throws -> T {
    guard let value = element as? T else { throw NotNative(reason: "\(String(describing: element)) is no \(type)") }
    return value
}

extension CaseValue where Self: WireValue {
    static func read(_ element: Any?) throws -> Self {
        guard let element else { throw NotNative(reason: "missing") }
        return try Self(json: text(element))
    }
    func wire() throws -> Any? { try parse(json()) }
}

extension String: CaseValue {
    static func read(_ element: Any?) throws -> String { try leaf(element) }
    func wire() -> Any? { self }
}
extension Bool: CaseValue {
    static func read(_ element: Any?) throws -> Bool { try leaf(element) }
    func wire() -> Any? { self }
}
extension Double: CaseValue {
    static func read(_ element: Any?) throws -> Double { try leaf(element, NSNumber.self).doubleValue }
    func wire() -> Any? { self }
}
extension Int32: CaseValue {
    static func read(_ element: Any?) throws -> Int32 { try leaf(element) }
    func wire() -> Any? { self }
}
extension UInt32: CaseValue {
    static func read(_ element: Any?) throws -> UInt32 { try leaf(element) }
    func wire() -> Any? { self }
}
extension Int64: CaseValue {
    static func read(_ element: Any?) throws -> Int64 { try leaf(element) }
    func wire() -> Any? { self }
}
extension Date: CaseValue {
    static func read(_ element: Any?) throws -> Date { try parseTimestamp(text: leaf(element)) }
    func wire() throws -> Any? { try formatTimestamp(at: self) }
}
extension Duration: CaseValue {
    static func read(_ element: Any?) throws -> Duration { try timeParseSpan(text: leaf(element)) }
    func wire() throws -> Any? { try timeFormatSpan(span: self) }
}
extension Optional: CaseValue where Wrapped: CaseValue {
    static func read(_ element: Any?) throws -> Wrapped? {
        if element == nil || element is NSNull { return nil }
        return try Wrapped.read(element)
    }
    func wire() throws -> Any? { try flatMap { try $0.wire() } }
}
extension Array: CaseValue where Element: CaseValue {
    static func read(_ element: Any?) throws -> [Element] { try leaf(element, [Any].self).map(Element.read) }
    func wire() throws -> Any? { try map { try $0.wire() ?? NSNull() } }
}
extension Dictionary: CaseValue where Key == String, Value: CaseValue {
    static func read(_ element: Any?) throws -> [String: Value] {
        try leaf(element, [String: Any].self).mapValues(Value.read)
    }
    func wire() throws -> Any? { try compactMapValues { try $0.wire() } }
}
