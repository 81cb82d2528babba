// What a call costs: `cargo xtask bench kotlin`. The schedule of `benches/decisions.rs`, which has the core's own time:
// 5 steps, 10 metrics, 10 observations.
import java.time.Duration
import java.time.Instant
import relcore.*

fun main() {
    val weights = listOf(5.0, 25.0, 100.0).map { Step.SetWeight(it) }
    val bakes = listOf(1L, 4L).map { Step.Bake(Duration.ofHours(it), Duration.ofDays(999)) }
    val steps = listOf(weights[0], bakes[0], weights[1], bakes[1], weights[2])
    val schedule = Schedule(steps, metrics = (0 until 10).map { Metric("metric-$it", max = 0.5) })
    val begin = Instant.parse("2026-11-23T09:00:00Z")
    val now = begin + Duration.ofMinutes(10)
    val state = canaryNextAction(schedule, canaryStart(schedule, begin), listOf(), begin).state
    val reading = Reading.Value(0.25, 1000)
    val observations = schedule.metrics.map { Observation(now, ObservationKind.Measurement(it.name, reading)) }
    val short = schedule.copy(metrics = listOf())
    val shortState = canaryStart(short, begin)
    val policy = rollbackDefaultPolicy()
    val situation = RollbackSituation(dataCorruption = true)

    measure("canaryNextAction, 5 steps, 10 metrics, 10 observations") {
        canaryNextAction(schedule, state, observations, now)
    }
    measure("canaryNextAction, 5 steps, no metrics") { canaryNextAction(short, shortState, listOf(), now) }
    measure("rollbackDecide") { rollbackDecide(situation, policy, now) }
    measure("timeParseSpan") { timeParseSpan("90s") }
}

/** The best of twenty rounds: what the machine can do when nothing else disturbs it and the JVM is warm. */
private fun measure(name: String, call: () -> Unit) {
    val best = (0 until 20).minOf {
        val start = System.nanoTime()
        repeat(1000) { call() }
        (System.nanoTime() - start) / 1000.0
    }
    println("%8.2f µs  %s".format(best / 1000, name))
}
