// relcore-conformance PATH...: runs the cases in files and folders.
package relcore.conformance

import com.google.gson.*
import java.io.File
import kotlin.math.abs
import kotlin.system.exitProcess
import relcore.*

fun main(paths: Array<String>) {
    val (passed, failed) = runCases(paths.toList())
    println("$passed passed, $failed failed")
    exitProcess(if (failed == 0) 0 else 1)
}

/** Runs every case of these files, and of the `*.json` files under these folders; how many held and how many did not. */
fun runCases(paths: List<String>): Pair<Int, Int> {
    var (passed, failed, found) = Triple(0, 0, 0)
    fun fail(text: String) = println("FAILED $text").also { failed++ }
    val files = paths.map(::File).flatMap { given ->
        given.walk().filter { it.isFile && it.extension == "json" }.sorted().ifEmpty { sequenceOf(given) }
    }
    for (file in files) {
        val cases = runCatching { parse(file.readText()).asJsonObject.getAsJsonArray("cases").map { it.asJsonObject } }
        if (cases.isFailure) fail("$file: not a file of cases")
        for (case in cases.getOrDefault(emptyList()).also { found += it.size }) {
            val fault = runCatching { fault(case) }.getOrElse { it.toString() }
            if (fault == null) passed++ else fail("$file: ${case["description"]}: $fault")
        }
    }
    if (passed + failed < maxOf(found, 1)) fail("$found cases found, ${passed + failed} run")
    return passed to failed
}

/** Why a case does not hold; `null` when it does. */
private fun fault(case: JsonObject): String? {
    if (case.has("error") == case.has("expect")) return "a case has either `expect` or `error`"
    val (name, input) = case["call"].asString to case.getAsJsonObject("input")
    var isNative = true
    fun json(): JsonElement {
        isNative = false
        return parse(callJson(name, input.toString()))
    }
    val fault = compare(case) {
        val arguments = Arguments(input)
        try {
            val result = call(name, arguments)
            // The core refuses keys that are no arguments.
            listOf(if (arguments.taken == input.keySet()) result else json())
        } catch (fault: NotNative) {
            if (!case.has("error")) throw fault
            listOf(json())
        }
    }
    if (fault != null || !isNative) return fault
    return compare(case) { callHandles(name, Arguments(input)) }?.let { "through a handle: $it" }
}

/** Why results, or the exception instead of them, are not those that a case expects. */
private fun compare(case: JsonObject, results: () -> List<JsonElement?>): String? {
    val error = case.getAsJsonObject("error")
    try {
        val all = results()
        if (error != null) return all.firstOrNull()?.let { "returned $it, expected an error" }
        val tolerance = case["tolerance"]?.asDouble ?: 0.0
        return all.firstNotNullOfOrNull { difference(it, case["expect"], tolerance, "result") }
    } catch (fault: NotNative) {
        return "no native value: ${fault.message}"
    } catch (thrown: RelcoreException) {
        if (error == null) return "threw `${thrown.code}` at `${thrown.path}`: $thrown"
        if (thrown.code != error["code"].asString) return "code `${thrown.code}`, expected ${error["code"]}"
        val path = error["path"]?.asString ?: return null
        return if (thrown.path == path) null else "path `${thrown.path}`, expected `$path`"
    }
}

/**
 * Where two values differ: numbers by more than the tolerance, all else at all. An expected object with a `code` and
 * without a `text` leaves the `text` open.
 */
private fun difference(got: JsonElement?, expected: JsonElement?, tolerance: Double, path: String): String? = when {
    got is JsonObject && expected is JsonObject -> {
        val isOpen = expected.has("code") && !expected.has("text")
        (got.keySet() + expected.keySet()).filterNot { isOpen && it == "text" }.firstNotNullOfOrNull {
            difference(got[it], expected[it], tolerance, "$path.$it")
        }
    }
    got is JsonArray && expected is JsonArray && got.size() == expected.size() ->
        got.indices().firstNotNullOfOrNull { difference(got[it], expected[it], tolerance, "$path[$it]") }
    got.isNumber() && expected.isNumber() && abs(got!!.asDouble - expected!!.asDouble) <= tolerance -> null
    (got ?: JsonNull.INSTANCE) == (expected ?: JsonNull.INSTANCE) -> null
    else -> "$path is $got, expected $expected"
}

private fun JsonArray.indices() = 0 until size()

private fun JsonElement?.isNumber() = this is JsonPrimitive && isNumber
