// Types that the generated code needs: the exception, and how instants and spans are encoded.
package relcore

import java.nio.ByteBuffer
import java.time.Duration
import java.time.Instant

/** An input was refused. Its message is the text of all faults. */
class RelcoreException internal constructor(failure: Failure) : Exception(failure.text) {
    /** The kind of the first fault. */
    val kind: ErrorKind = failure.kind

    /** The stable code of the first fault: `invalid_value`. */
    val code: String = failure.code

    /** The path of the first fault, `schedule.steps[1].weight`; empty when the whole input is meant. */
    val path: String = failure.path

    /** Every fault found, in the order of the input. */
    val faults: List<Fault> = failure.faults

    /** The text alone, without the name of the class. */
    override fun toString(): String = message.orEmpty()

    internal companion object ErrorHandler : UniffiRustCallStatusErrorHandler<RelcoreException> {
        override fun lift(error_buf: RustBuffer.ByValue) = FfiConverterTypeRelcoreError.lift(error_buf)
    }
}

/** Decodes an error: the tag of its only case, then a [Failure]. */
internal object FfiConverterTypeRelcoreError : FfiConverterRustBuffer<RelcoreException> {
    override fun read(buf: ByteBuffer): RelcoreException {
        buf.getInt()
        return RelcoreException(FfiConverterTypeFailure.read(buf))
    }

    override fun allocationSize(value: RelcoreException) = error("errors are never encoded")

    override fun write(value: RelcoreException, buf: ByteBuffer) = error("errors are never encoded")
}

/** Milliseconds since 1970; beyond 64 bits the nearest value of 64 bits, which relcore refuses. */
internal fun millisOf(at: Instant): Long =
    try {
        at.toEpochMilli()
    } catch (_: ArithmeticException) {
        if (at.epochSecond < 0) Long.MIN_VALUE else Long.MAX_VALUE
    }

/** Whole milliseconds, as for instants. */
internal fun millisOf(span: Duration): Long =
    try {
        span.toMillis()
    } catch (_: ArithmeticException) {
        if (span.isNegative) Long.MIN_VALUE else Long.MAX_VALUE
    }
