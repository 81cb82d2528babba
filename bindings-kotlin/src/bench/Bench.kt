// The cost of a call and the core's own time in the same run: `cargo xtask bench kotlin`. `bindings-swift/src/bench.rs`
// makes the same calls without a binding.
import com.sun.jna.Library
import com.sun.jna.Native
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.time.Duration
import java.time.Instant
import relcore.*

interface Core : Library {
    fun relcore_core_rollout_next_action(rounds: Int)

    fun relcore_core_next_action(rounds: Int)

    fun relcore_core_dora_columns(finishedAt: ByteBuffer, outcome: ByteBuffer, rows: Long)
}

fun main() {
    val core = Native.load("relcore_uniffi", Core::class.java)
    val weights = listOf(5.0, 25.0, 100.0).map { CanaryStep.SetWeight(it) }
    val bakes = listOf(1L, 4L).map { CanaryStep.Bake(Duration.ofHours(it), Duration.ofDays(999)) }
    val steps = listOf(weights[0], bakes[0], weights[1], bakes[1], weights[2])
    val schedule = CanarySchedule(steps, metrics = (0 until 10).map { CanaryMetric("metric-$it", max = 0.5) })
    val begin = Instant.parse("2026-11-23T09:00:00Z")
    val now = begin + Duration.ofMinutes(10)
    val state = Canary.nextAction(schedule, Canary.start(schedule, begin), listOf(), begin).state
    val reading = CanaryReading.Value(0.25, 1000)
    val observations = schedule.metrics.map { CanaryObservation(now, CanaryObservationKind.Measurement(it.name, reading)) }
    // Many decisions of the core in one call: a call alone costs more than the decision.
    val rollout = CanaryRollout(schedule)
    compare(
        "CanaryRollout.nextAction, 5 steps, 10 metrics, 10 observations", "µs", 50, 3000,
        core = { core.relcore_core_rollout_next_action(50) },
    ) { rollout.nextAction(state, observations, now) }
    compare(
        "Canary.nextAction, 5 steps, 10 metrics, 10 observations", "µs", 50, 3000,
        core = { core.relcore_core_next_action(50) },
    ) { Canary.nextAction(schedule, state, observations, now) }

    // A million deployments in ten years, three in a hundred of which fail.
    val range = TimeRange(Instant.parse("2016-01-01T00:00:00Z"), Instant.parse("2026-01-01T00:00:00Z"))
    val policy = Metrics.defaultPolicy()
    val finishedAt = LongArray(1_000_000) { range.start.toEpochMilli() + it * 315_619L }
    val outcome = ByteArray(1_000_000) { if (it % 100 < 3) 1 else 0 }
    val times = ByteBuffer.allocateDirect(8_000_000).order(ByteOrder.nativeOrder())
    times.asLongBuffer().put(finishedAt)
    val outcomes = ByteBuffer.allocateDirect(1_000_000).put(outcome).rewind() as ByteBuffer
    val columns = MetricsEventColumns(MetricsDeploymentColumns(finishedAt, outcome))
    compare(
        "Metrics.doraColumns, 1,000,000 deployments", "ms", 1, 40,
        core = { core.relcore_core_dora_columns(times, outcomes, 1_000_000) },
    ) { Metrics.doraColumns(columns, policy, range, BucketUnit.MONTH, "UTC") }

    val rollback = Rollback.defaultPolicy()
    val situation = RollbackSituation(dataCorruption = true)
    compare("Rollback.decide", "µs", 50, 1000) { Rollback.decide(situation, rollback, now) }
    compare("Time.parseSpan", "µs", 50, 1000) { Time.parseSpan("90s") }
}

/** The best of many short rounds, in turns with the core: the time without disturbance, on a warm JVM. */
private fun compare(
    name: String, unit: String, calls: Int, rounds: Int, core: (() -> Unit)? = null, call: () -> Unit,
) {
    fun nanos(work: () -> Unit): Long {
        val start = System.nanoTime()
        work()
        return System.nanoTime() - start
    }
    var (bestCore, best) = Long.MAX_VALUE to Long.MAX_VALUE
    repeat(rounds) {
        core?.let { bestCore = minOf(bestCore, nanos(it)) }
        best = minOf(best, nanos { repeat(calls) { call() } })
    }
    fun text(nanos: Long) = "%.2f %s".format(nanos.toDouble() / calls / (if (unit == "ms") 1e6 else 1e3), unit)
    val beside = if (core == null) "" else " (core ${text(bestCore)}, over it ${text(best - bestCore)})"
    println("${text(best)}  $name$beside")
}
