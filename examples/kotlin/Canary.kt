// Should this canary go on? Ask once a minute with what was measured.
import java.io.File
import java.time.Duration
import java.time.Instant
import relcore.*

fun main() {
    val schedule = Canary.scheduleFromYaml(File("examples/canary/schedule.yaml").readText())
    var now = Instant.parse("2026-11-23T03:00:00Z")
    var decision = Canary.nextAction(schedule, Canary.start(schedule, now), listOf(), now)
    println(Canary.explain(decision))

    for (errorRate in listOf(1.2, 4.2, 5.1, 6.3)) {
        now += Duration.ofSeconds(10)
        val observations = listOf(Canary.measurement("error_rate", errorRate, now, n = 500))
        decision = Canary.nextAction(schedule, decision.state, observations, now)
    }
    println(Canary.explain(decision))
}
