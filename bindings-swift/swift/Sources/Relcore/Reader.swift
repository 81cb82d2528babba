// How the generated code reads what Rust wrote. UniFFI's own helpers go through Foundation's `Data`, which on Linux makes
// a decision ten times dearer; `cargo xtask codegen` leaves them out and these stand in their place.
#if canImport(RelcoreFFI)
import RelcoreFFI
#endif

/// A place in the bytes of a value on its way from Rust. They live as long as the buffer they came in.
#if swift(>=5.8)
@_documentation(visibility: private)
#endif
public struct Reader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(_ buffer: RustBuffer) {
        bytes = UnsafeRawBufferPointer(start: buffer.data, count: Int(buffer.len))
    }

    /// Steps over some bytes and says where they begin.
    @inline(__always)
    mutating func take(_ count: Int) throws -> Int {
        let start = offset
        guard count >= 0, count <= bytes.count - start else { throw TruncatedValue() }
        offset = start + count
        return start
    }
}

/// Rust and Swift disagree about a value: the library is of another version.
struct TruncatedValue: Error {}

@inline(__always)
func readInt<T: FixedWidthInteger>(_ reader: inout Reader) throws -> T {
    let start = try reader.take(MemoryLayout<T>.size)
    return T(bigEndian: reader.bytes.loadUnaligned(fromByteOffset: start, as: T.self))
}

func readBytes(_ reader: inout Reader, count: Int) throws -> UnsafeRawBufferPointer {
    let start = try reader.take(count)
    return UnsafeRawBufferPointer(rebasing: reader.bytes[start..<start + count])
}

func readDouble(_ reader: inout Reader) throws -> Double { Double(bitPattern: try readInt(&reader)) }

func hasRemaining(_ reader: Reader) -> Bool { reader.offset < reader.bytes.count }
