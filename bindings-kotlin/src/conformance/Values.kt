// From the JSON of a case to native values, and from native results back to JSON.
package relcore.conformance

import com.google.gson.*
import java.time.*
import relcore.*

/** No native value can hold the input: only JSON text can. */
internal class NotNative(reason: String) : Exception(reason)

/** The arguments of a case, by name. */
internal class Arguments(private val input: JsonObject) {
    val taken = mutableSetOf<String>()

    fun <T> take(name: String, read: (JsonElement) -> T): T =
        try {
            if (input.has(name)) taken += name
            read(input.get(name) ?: JsonNull.INSTANCE)
        } catch (fault: Exception) {
            throw NotNative("$name: $fault")
        }
}

internal fun parse(text: String): JsonElement = JsonParser.parseString(text)

internal fun <T> optional(element: JsonElement, read: (JsonElement) -> T): T? =
    if (element.isJsonNull) null else read(element)

internal fun <T> list(element: JsonElement, read: (JsonElement) -> T): List<T> = element.asJsonArray.map(read)

internal fun <T> map(element: JsonElement, read: (JsonElement) -> T): Map<String, T> =
    element.asJsonObject.entrySet().associate { it.key to read(it.value) }

internal fun array(items: List<JsonElement?>): JsonElement =
    JsonArray().apply { items.forEach { add(it ?: JsonNull.INSTANCE) } }

internal fun table(entries: Map<String, JsonElement?>): JsonElement =
    JsonObject().apply { entries.forEach { (name, value) -> value?.let { add(name, it) } } }

private fun JsonElement.primitive(fits: JsonPrimitive.() -> Boolean): JsonPrimitive =
    asJsonPrimitive.also { if (!it.fits()) throw NotNative("$it has the wrong type") }

internal fun JsonElement.toText() = primitive { isString }.asString
internal fun JsonElement.toBool() = primitive { isBoolean }.asBoolean
internal fun JsonElement.toF64() = primitive { isNumber }.asDouble
internal fun JsonElement.toI32() = primitive { isNumber }.asBigDecimal.intValueExact()
internal fun JsonElement.toU32() = primitive { isNumber }.asString.toUInt()
internal fun JsonElement.toCount() = primitive { isNumber }.asBigDecimal.longValueExact()
internal fun JsonElement.toVersion(): String = toText()
internal fun JsonElement.toReasonCode() = ReasonCode(toText())
internal fun JsonElement.toTimestamp(): Instant = parseTimestamp(toText())
internal fun JsonElement.toSpan(): Duration = Time.parseSpan(toText())
internal fun JsonElement.toNaiveDate(): LocalDate = LocalDate.parse(toText())

internal fun fromText(value: String): JsonElement = JsonPrimitive(value)
internal fun fromBool(value: Boolean): JsonElement = JsonPrimitive(value)
internal fun fromF64(value: Double): JsonElement = JsonPrimitive(value)
internal fun fromI32(value: Int): JsonElement = JsonPrimitive(value)
internal fun fromU32(value: UInt): JsonElement = JsonPrimitive(value.toLong())
internal fun fromCount(value: Long): JsonElement = JsonPrimitive(value)
internal fun fromVersion(value: String): JsonElement = JsonPrimitive(value)
internal fun fromReasonCode(value: ReasonCode): JsonElement = JsonPrimitive(value.value)
internal fun fromTimestamp(value: Instant): JsonElement = JsonPrimitive(formatTimestamp(value))
internal fun fromSpan(value: Duration): JsonElement = JsonPrimitive(Time.formatSpan(value))
internal fun fromNaiveDate(value: LocalDate): JsonElement = JsonPrimitive(value.toString())
