// How UniFFI's code decodes and encodes values. UniFFI's own helpers use Foundation's `Data` and an array that is copied:
// on Linux a decision costs ten times as much with them. `cargo xtask bindgen` replaces them by these.
#if canImport(RelcoreFFI)
import RelcoreFFI
#endif

/// A position in the bytes of a value from Rust, which live as long as their buffer.
@_documentation(visibility: private)
public struct Reader {
    private var position: UnsafeRawPointer
    private let end: UnsafeRawPointer

    init(_ buffer: RustBuffer) {
        let bytes = UnsafeRawBufferPointer(start: buffer.data, count: Int(buffer.len))
        // Without bytes any address does: none is read.
        position = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        end = position + bytes.count
    }

    var left: Int { end - position }

    /// Moves past some bytes and returns their address.
    @inline(__always)
    mutating func take(_ count: Int) throws -> UnsafeRawPointer {
        let start = position
        guard count >= 0, count <= end - start else { throw TruncatedValue() }
        position = start + count
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

/// The bytes of a value for Rust, in memory that Rust allocated. The caller passes `buffer` to Rust, which frees it.
@_documentation(visibility: private)
public struct Writer {
    private var memory: RustBuffer
    private var start: UnsafeMutableRawPointer
    private var position: UnsafeMutableRawPointer
    private var end: UnsafeMutableRawPointer

    init() {
        memory = RustBuffer(capacity: 0, len: 0, data: nil)
        (start, position, end) = Self.reserve(&memory, Writer.usual)
    }

    /// Enough for most arguments.
    private static let usual = 1024

    /// The written bytes, for Rust.
    var buffer: RustBuffer {
        RustBuffer(capacity: memory.capacity, len: UInt64(position - start), data: memory.data)
    }

    /// The address of so many new bytes after the written ones.
    @inline(__always)
    mutating func extend(by count: Int) -> UnsafeMutableRawPointer {
        if count > end - position { grow(by: count) }
        let added = position
        position = added + count
        return added
    }

    @inline(never)
    private mutating func grow(by count: Int) {
        memory = buffer
        (start, position, end) = Self.reserve(&memory, count)
    }

    /// Gets more memory from Rust, which doubles it; the memory is not zeroed.
    private static func reserve(_ memory: inout RustBuffer, _ count: Int)
        -> (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer)
    {
        var status = RustCallStatus()
        memory = ffi_relcore_uniffi_rustbuffer_reserve(memory, UInt64(count), &status)
        // INVARIANT: Rust returns memory or ends the process.
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
