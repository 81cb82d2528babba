// Columns are encoded as their bytes in memory.
import Foundation

/// The bytes of some numbers or truth values, in the machine's order. A column beyond UniFFI's 31 bits of length is cut to
/// a length that is refused.
func bytes<T>(of column: [T]) -> Data {
    column.withUnsafeBytes { Data($0.prefix(Int(Int32.max))) }
}

extension Array {
    /// The numbers of some bytes. Rust never returns columns, but UniFFI needs both directions.
    init(bytes: Data) {
        self = bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.stride).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
            }
        }
    }
}

func writeBytes(_ writer: inout Writer, _ data: Data) {
    data.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress {
            writer.extend(by: bytes.count).copyMemory(from: start, byteCount: bytes.count)
        }
    }
}
