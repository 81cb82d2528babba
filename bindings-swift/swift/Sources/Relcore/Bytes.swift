// How the generated code reads what Rust wrote, and writes for it. UniFFI's own helpers go through Foundation's `Data`
// and an array that is copied: on Linux a decision is ten times dearer with them. `cargo xtask codegen` leaves them out,
// and these stand in their place.
#if canImport(RelcoreFFI)
import RelcoreFFI
#endif

/// A place in the bytes of a value on its way from Rust. They live as long as the buffer they came in.
@_documentation(visibility: private)
public struct Reader {
    private var place: UnsafeRawPointer
    private let end: UnsafeRawPointer

    init(_ buffer: RustBuffer) {
        let bytes = UnsafeRawBufferPointer(start: buffer.data, count: Int(buffer.len))
        // Where there are no bytes, any address does: none is read.
        place = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        end = place + bytes.count
    }

    var left: Int { end - place }

    /// Steps over some bytes and says where they begin.
    @inline(__always)
    mutating func take(_ count: Int) throws -> UnsafeRawPointer {
        let start = place
        guard count >= 0, count <= end - start else { throw TruncatedValue() }
        place = start + count
        return start
    }
}

/// Rust and Swift disagree about a value: the library is of another version.
struct TruncatedValue: Error {}

@inline(__always)
func readInt<T: FixedWidthInteger>(_ reader: inout Reader) throws -> T {
    T(bigEndian: try reader.take(MemoryLayout<T>.size).loadUnaligned(as: T.self))
}

@inline(__always)
func readBytes(_ reader: inout Reader, count: Int) throws -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: try reader.take(count), count: count)
}

@inline(__always)
func readDouble(_ reader: inout Reader) throws -> Double { Double(bitPattern: try readInt(&reader)) }

func hasRemaining(_ reader: Reader) -> Bool { reader.left > 0 }

/// The bytes of a value on its way to Rust, in memory that is Rust's own from the start. Whoever takes `buffer` hands it
/// to Rust, which frees it.
@_documentation(visibility: private)
public struct Writer {
    private var memory: RustBuffer
    private var start: UnsafeMutableRawPointer
    private var place: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer

    init() {
        memory = RustBuffer(capacity: 0, len: 0, data: nil)
        (start, place, end) = Self.reserve(&memory, Writer.usual)
    }

    /// Enough for most arguments.
    private static let usual = 1024

    /// What was written, for Rust.
    var buffer: RustBuffer {
        RustBuffer(capacity: memory.capacity, len: UInt64(place - start), data: memory.data)
    }

    /// Room for some bytes behind those that are there.
    @inline(__always)
    mutating func extend(by count: Int) -> UnsafeMutableRawPointer {
        if count > end - place { grow(by: count) }
        let room = place
        place = room + count
        return room
    }

    @inline(never)
    private mutating func grow(by count: Int) {
        memory = buffer
        (start, place, end) = Self.reserve(&memory, count)
    }

    /// Gets more memory from Rust, by amounts that double; it is not filled with zeros.
    private static func reserve(_ memory: inout RustBuffer, _ count: Int)
        -> (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer)
    {
        var status = RustCallStatus()
        memory = ffi_relcore_uniffi_rustbuffer_reserve(memory, UInt64(count), &status)
        // INVARIANT: Rust gives memory or ends the process.
        let start = UnsafeMutableRawPointer(memory.data!)
        return (start, start + Int(memory.len), start + Int(memory.capacity))
    }
}

@inline(__always)
func writeInt<T: FixedWidthInteger>(_ writer: inout Writer, _ value: T) {
    writer.extend(by: MemoryLayout<T>.size).storeBytes(of: value.bigEndian, as: T.self)
}

@inline(__always)
func writeDouble(_ writer: inout Writer, _ value: Double) { writeInt(&writer, value.bitPattern) }

func writeBytes(_ writer: inout Writer, _ text: String.UTF8View) {
    let count = text.count
    if count > 0 {
        UnsafeMutableRawBufferPointer(start: writer.extend(by: count), count: count).copyBytes(from: text)
    }
}
