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
    val error = case.getAsJsonObject("error")
    if ((error == null) != case.has("expect")) return "a case has either `expect` or `error`"
    try {
        val (name, input) = case["call"].asString to case.getAsJsonObject("input")
        val arguments = Arguments(input)
        var answer =
            try {
                call(name, arguments)
            } catch (fault: NotNative) {
                if (error == null) return "no native value: ${fault.message}"
                parse(callJson(name, input.toString()))
            }
        // What no argument is called is refused by the core.
        if (arguments.taken != input.keySet()) answer = parse(callJson(name, input.toString()))
        if (error != null) return "answered $answer, expected an error"
        return difference(answer, case["expect"], case["tolerance"]?.asDouble ?: 0.0, "answer")
    } catch (thrown: RelcoreException) {
        if (error == null) return "threw `${thrown.code}` at `${thrown.path}`: $thrown"
        if (thrown.code != error["code"].asString) return "code `${thrown.code}`, expected ${error["code"]}"
        val path = error["path"]?.asString ?: return null
        return if (thrown.path == path) null else "path `${thrown.path}`, expected `$path`"
    }
}

/** Where two values differ: numbers by more than the tolerance, all else at all. */
private fun difference(got: JsonElement?, expected: JsonElement?, tolerance: Double, path: String): String? = when {
    got is JsonObject && expected is JsonObject ->
        (got.keySet() + expected.keySet()).firstNotNullOfOrNull {
            difference(got[it], expected[it], tolerance, "$path.$it")
        }
    got is JsonArray && expected is JsonArray && got.size() == expected.size() ->
        got.indices().firstNotNullOfOrNull { difference(got[it], expected[it], tolerance, "$path[$it]") }
    got.isNumber() && expected.isNumber() && abs(got!!.asDouble - expected!!.asDouble) <= tolerance -> null
    (got ?: JsonNull.INSTANCE) == (expected ?: JsonNull.INSTANCE) -> null
    else -> "$path is $got, expected $expected"
}

private fun JsonArray.indices() = 0 until size()

private fun JsonElement?.isNumber() = this is JsonPrimitive && isNumber
