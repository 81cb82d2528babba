// Should this canary go on? Ask once a minute with what was measured.
import java.io.File
import java.time.Duration
import java.time.Instant
import relcore.*

fun main() {
    val schedule = canaryScheduleFromYaml(File("examples/canary/schedule.yaml").readText())
    var now = Instant.parse("2026-11-23T03:00:00Z")
    var decision = canaryNextAction(schedule, canaryStart(schedule, now), listOf(), now)
    println(canaryExplain(decision))

    for (errorRate in listOf(1.2, 4.2, 5.1, 6.3)) {
        now += Duration.ofSeconds(10)
        val reading = Reading.Value(errorRate, n = 500)
        val observations = listOf(Observation(now, ObservationKind.Measurement("error_rate", reading)))
        decision = canaryNextAction(schedule, decision.state, observations, now)
    }
    println(canaryExplain(decision))
}
