// What a phone shows on the evening of `examples/release`: the release window, the audit log, the incident, the stores.
import java.io.File
import java.time.Instant
import relcore.*

fun main() {
    println("# May the release start?")
    val policy = Readiness.policyFromYaml(File("examples/release/policy.yaml").readText())
    val windows = WindowEngine(policy.windows)
    for (now in listOf("2026-11-24T18:00:00Z", "2026-11-24T19:10:00Z")) {
        println(Window.explain(windows.status(WindowSubject(), Instant.parse(now))))
    }

    println("# Is the audit log whole? The head was kept elsewhere.")
    val log = File("examples/release/log.jsonl").readText()
    val head = AuditHead.fromJson(File("examples/release/head.json").readText())
    val edited = log.replace("sev2", "sev3")
    for (text in listOf(log, edited)) {
        println(Audit.explainChain(Audit.verifyLog(text, listOf(head))))
    }

    println("# How is the incident? Its events are the entries of the log.")
    val events = Audit.readLog(log).records.map { IncidentEvent.fromJson(it.data) }
    val state = Incident.fold(events.dropLast(1))
    val cadence = Incident.defaultCadence()
    val half = Instant.parse("2026-11-24T19:30:00Z")
    print(Incident.renderUpdate(state, IncidentForm.CHAT, cadence, half))
    println(Incident.explainUpdate(Incident.updateDue(state, cadence, half)))
    val resolved = Incident.apply(state, events.last())
    println(Incident.renderUpdate(resolved, IncidentForm.CHAT, cadence, events.last().at))

    println("# How far is the app in the App Store? Its phased release was paused for the incident.")
    val started = Instant.parse("2026-11-23T09:00:00Z")
    val pause = CanaryApplePause(Instant.parse("2026-11-24T19:20:00Z"))
    val ended = pause.copy(end = Instant.parse("2026-11-25T19:20:00Z"))
    for ((now, pauses) in listOf(
        "2026-11-24T19:00:00Z" to listOf(),
        "2026-11-24T20:00:00Z" to listOf(pause),
        "2026-11-26T20:00:00Z" to listOf(ended),
        "2026-11-30T20:00:00Z" to listOf(ended),
        "2026-12-24T20:00:00Z" to listOf(pause), // nobody resumed it: after 30 days it goes on by itself
    )) {
        val day = Canary.appleDay(started, pauses, Instant.parse(now))
        println("$now day ${day.day} of 7: ${day.percent.toInt()} %, ${day.phase.name.lowercase()}")
    }

    println("\n# And on Google Play? The staged rollout was halted.")
    val rollout = CanaryRollout(Canary.playStagedSchedule())
    val first = rollout.nextAction(rollout.start(started), listOf(), started)
    val order = Canary.order(CanaryCommand.PAUSE, pause.start, "ada@example.com", "inc-7")
    val halted = rollout.nextAction(first.state, listOf(order), pause.start)
    print(Canary.explain(halted))
    println(Interchange.playTrackRelease(Canary.playUpdate(halted.state)))
}
