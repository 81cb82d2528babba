// How the generated code reads what Rust wrote, and writes for it. UniFFI's own helpers go through Foundation's `Data`
// and an array that is copied: on Linux a decision is ten times dearer with them. `cargo xtask codegen` leaves them out,
// and these stand in their place.
#if canImport(RelcoreFFI)
import RelcoreFFI
#endif

/// A place in the bytes of a value on its way from Rust. They live as long as the buffer they came in.
@_documentation(visibility: private)
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

@inline(__always)
func readBytes(_ reader: inout Reader, count: Int) throws -> UnsafeRawBufferPointer {
    let start = try reader.take(count)
    return UnsafeRawBufferPointer(rebasing: reader.bytes[start..<start + count])
}

func readDouble(_ reader: inout Reader) throws -> Double { Double(bitPattern: try readInt(&reader)) }

func hasRemaining(_ reader: Reader) -> Bool { reader.offset < reader.bytes.count }

/// The bytes of a value on its way to Rust, in memory that is Rust's own from the start. Whoever takes `buffer` hands it
/// to Rust, which frees it.
@_documentation(visibility: private)
public struct Writer {
    private(set) var buffer: RustBuffer

    init() {
        var status = RustCallStatus()
        buffer = ffi_relcore_uniffi_rustbuffer_alloc(1024, &status)
        buffer.len = 0 // it comes filled with zeros
    }

    /// Room for some bytes behind those that are there.
    @inline(__always)
    mutating func extend(by count: Int) -> UnsafeMutableRawPointer {
        let end = buffer.len + UInt64(count)
        if end > buffer.capacity {
            var status = RustCallStatus()
            buffer = ffi_relcore_uniffi_rustbuffer_reserve(buffer, UInt64(count), &status)
        }
        // INVARIANT: Rust gives memory or ends the process.
        let start = UnsafeMutableRawPointer(buffer.data!) + Int(buffer.len)
        buffer.len = end
        return start
    }
}

@inline(__always)
func writeInt<T: FixedWidthInteger>(_ writer: inout Writer, _ value: T) {
    writer.extend(by: MemoryLayout<T>.size).storeBytes(of: value.bigEndian, as: T.self)
}

func writeDouble(_ writer: inout Writer, _ value: Double) { writeInt(&writer, value.bitPattern) }

func writeBytes(_ writer: inout Writer, _ text: String.UTF8View) {
    let count = text.count
    if count > 0 {
        UnsafeMutableRawBufferPointer(start: writer.extend(by: count), count: count).copyBytes(from: text)
    }
}
