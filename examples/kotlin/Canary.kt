// Should this canary go on? Ask once a minute with what was measured.
import java.time.Duration
import java.time.Instant
import relcore.*

fun main() {
    val schedule = Schedule(
        listOf(Step.SetWeight(5.0), Step.Bake(Duration.ofHours(1), Duration.ofHours(2)), Step.SetWeight(100.0)),
        metrics = listOf(Metric("error_rate", max = 0.01)),
    )
    var now = Instant.parse("2026-11-23T09:00:00Z")
    var state = canaryNextAction(schedule, canaryStart(schedule, now), listOf(), now).state

    for (errorRate in listOf(0.002, 0.004, 0.09)) {
        now += Duration.ofMinutes(1)
        val reading = Reading.Value(errorRate, n = 1000)
        val observations = listOf(Observation(now, ObservationKind.Measurement("error_rate", reading)))
        val decision = canaryNextAction(schedule, state, observations, now)
        state = decision.state
        println(canaryExplain(decision))
    }
}
