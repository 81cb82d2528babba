// Columns are encoded as their bytes in memory.
package relcore

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** The bytes of some numbers, in the machine's order. */
internal fun bytesOf(column: LongArray): ByteArray {
    val bytes = ByteArray(Math.multiplyExact(column.size, Long.SIZE_BYTES))
    ordered(bytes).asLongBuffer().put(column)
    return bytes
}

internal fun bytesOf(column: IntArray): ByteArray {
    val bytes = ByteArray(Math.multiplyExact(column.size, Int.SIZE_BYTES))
    ordered(bytes).asIntBuffer().put(column)
    return bytes
}

internal fun bytesOf(column: BooleanArray): ByteArray = ByteArray(column.size) { if (column[it]) 1 else 0 }

// Rust never returns columns, but UniFFI needs both directions.

internal fun longsOf(bytes: ByteArray): LongArray =
    LongArray(bytes.size / Long.SIZE_BYTES).also { ordered(bytes).asLongBuffer().get(it) }

internal fun intsOf(bytes: ByteArray): IntArray =
    IntArray(bytes.size / Int.SIZE_BYTES).also { ordered(bytes).asIntBuffer().get(it) }

internal fun truthsOf(bytes: ByteArray): BooleanArray = BooleanArray(bytes.size) { bytes[it] != 0.toByte() }

private fun ordered(bytes: ByteArray): ByteBuffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder())
