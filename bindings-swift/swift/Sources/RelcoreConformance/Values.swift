// From the JSON of a case to native values, and from native results back to JSON.
import Foundation
import Relcore

/// No native value can hold the input: only JSON text can.
struct NotNative: Error, CustomStringConvertible {
    let reason: String
    var description: String { "no native value: \(reason)" }
}

/// A native type of the arguments and results of cases.
protocol CaseValue {
    static func read(_ element: Any?) throws -> Self
    func wire() throws -> Any?
}

/// The arguments of a case, by name.
final class Arguments {
    let input: [String: Any]
    private(set) var taken = Set<String>()

    init(input: [String: Any]) { self.input = input }

    func take<T: CaseValue>(_ name: String) throws -> T {
        if input[name] != nil { taken.insert(name) }
        do { return try T.read(input[name]) } catch { throw NotNative(reason: "\(name): \(error)") }
    }
}

/// JSON by `JSONDecoder`, which reads the nearest number. `JSONSerialization` on Linux loses the last digits of some.
private struct Element: Decodable {
    let value: Any

    init(from decoder: any Decoder) throws {
        let one = try decoder.singleValueContainer()
        if one.decodeNil() {
            value = NSNull()
        } else if let flag = try? one.decode(Bool.self) {
            value = NSNumber(value: flag)
        } else if let number = try? one.decode(Int64.self) {
            value = NSNumber(value: number)
        } else if let number = try? one.decode(Double.self) {
            value = NSNumber(value: number)
        } else if let text = try? one.decode(String.self) {
            value = text
        } else if let items = try? one.decode([Element].self) {
            value = items.map(\.value)
        } else {
            value = try one.decode([String: Element].self).mapValues(\.value)
        }
    }
}

func parse(_ text: String) throws -> Any {
    try JSONDecoder().decode(Element.self, from: Data(text.utf8)).value
}

func text(_ element: Any) throws -> String {
    let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try JSONSerialization.data(withJSONObject: element, options: options), as: UTF8.self)
}

/// The types that JSON has itself.
extension CaseValue {
    static func read(_ element: Any?) throws -> Self {
        if let value = element as? Self { return value }
        throw NotNative(reason: "\(element ?? "nothing") is no \(Self.self)")
    }
    func wire() throws -> Any? { self }
}

extension CaseValue where Self: WireValue {
    static func read(_ element: Any?) throws -> Self {
        guard let element else { throw NotNative(reason: "missing") }
        return try Self(json: text(element))
    }
    func wire() throws -> Any? { try parse(json()) }
}

extension String: CaseValue {}
extension Bool: CaseValue {}
extension Double: CaseValue {}
extension Int32: CaseValue {}
extension UInt32: CaseValue {}
extension Int64: CaseValue {}

extension ReasonCode: CaseValue {
    static func read(_ element: Any?) throws -> ReasonCode { ReasonCode(rawValue: try .read(element)) }
    func wire() throws -> Any? { rawValue }
}
extension Date: CaseValue {
    static func read(_ element: Any?) throws -> Date { try parseTimestamp(text: .read(element)) }
    func wire() throws -> Any? { try formatTimestamp(at: self) }
}
extension Duration: CaseValue {
    static func read(_ element: Any?) throws -> Duration { try Time.parseSpan(text: .read(element)) }
    func wire() throws -> Any? { try Time.formatSpan(span: self) }
}
extension Optional: CaseValue where Wrapped: CaseValue {
    static func read(_ element: Any?) throws -> Wrapped? {
        if element == nil || element is NSNull { return nil }
        return try Wrapped.read(element)
    }
    func wire() throws -> Any? { try flatMap { try $0.wire() } }
}
extension Array: CaseValue where Element: CaseValue {
    static func read(_ element: Any?) throws -> [Element] {
        guard let items = element as? [Any] else { throw NotNative(reason: "no list") }
        return try items.map(Element.read)
    }
    func wire() throws -> Any? { try map { try $0.wire() ?? NSNull() } }
}
extension Dictionary: CaseValue where Key == String, Value: CaseValue {
    static func read(_ element: Any?) throws -> [String: Value] {
        guard let entries = element as? [String: Any] else { throw NotNative(reason: "no object") }
        return try entries.mapValues(Value.read)
    }
    func wire() throws -> Any? { try compactMapValues { try $0.wire() } }
}
