// Types that the generated code needs: the error, and the native forms of instants and spans.
import Foundation
#if canImport(RelcoreFFI)
import RelcoreFFI
#endif

/// An input was refused. `"\(error)"` and `localizedDescription` are its text.
public struct RelcoreError: Error, Hashable, Sendable {
    /// The kind of the first fault.
    public let kind: ErrorKind
    /// The stable code of the first fault: `invalid_value`.
    public let code: String
    /// The path of the first fault, `schedule.steps[1].weight`; empty when the whole input is meant.
    public let path: String
    /// All faults as one text.
    public let text: String
    /// Every fault found, in the order of the input.
    public let faults: [Fault]
}

extension RelcoreError: CustomStringConvertible, LocalizedError {
    public var description: String { text }
    public var errorDescription: String? { text }
}

/// A type that is read from and written as relcore's JSON.
public protocol WireValue: Sendable {
    /// Reads the JSON form; unknown keys are refused.
    init(json: String) throws
    /// The JSON form.
    func json() throws -> String
}

/// Decodes an error: the tag of its only case, then a `Failure`.
func FfiConverterTypeRelcoreError_lift(_ buffer: RustBuffer) throws -> RelcoreError {
    var status = RustCallStatus()
    defer { ffi_relcore_uniffi_rustbuffer_free(buffer, &status) }
    var reader = Reader(buffer)
    _ = try readInt(&reader) as Int32
    let failure = try FfiConverterTypeFailure.read(from: &reader)
    return RelcoreError(
        kind: failure.kind, code: failure.code, path: failure.path, text: failure.text, faults: failure.faults)
}

extension Date {
    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    public init(millisecondsSince1970 milliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// Whole milliseconds since 1970-01-01T00:00:00Z, rounded. The result for NaN is out of relcore's range.
    public var millisecondsSince1970: Int64 {
        Int64(exactly: (timeIntervalSince1970 * 1000).rounded()) ?? .max
    }
}

extension Duration {
    /// So many minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    /// So many hours.
    public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    /// So many days of 24 hours.
    public static func days(_ count: Int) -> Duration { .seconds(count * 86400) }

    /// Whole milliseconds, truncated; beyond 64 bits the nearest value of 64 bits, which relcore refuses.
    public var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflowToo) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        if overflow || overflowToo { return seconds < 0 ? .min : .max }
        return sum
    }
}
