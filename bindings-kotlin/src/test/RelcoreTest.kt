import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import kotlin.test.*
import relcore.*

class RelcoreTest {
    private val now = Instant.ofEpochMilli(1_795_402_800_123)

    @Test
    fun errorsHaveCodePathAndText() {
        val error = assertFailsWith<RelcoreException> { Time.parseSpan("90") }
        assertEquals(ErrorKind.INVALID_VALUE, error.kind)
        assertEquals("invalid_value", error.code)
        assertEquals("text", error.path)
        assertContains(error.message.orEmpty(), "`90` is not a span")
        assertEquals(error.message, error.toString())
        assertEquals(1, error.faults.size)
    }

    @Test
    fun allFaultsAtOnce() {
        val steps = """{"type": "set_weight", "weight": 5, "wait": 1}, {"type": "set_weight"}"""
        val error = assertFailsWith<RelcoreException> { CanarySchedule.fromJson("""{"steps": [$steps]}""") }
        assertEquals(listOf("steps[0].wait", "steps[1].weight"), error.faults.map { it.path })
    }

    @Test
    fun instantsAreExactToTheMillisecond() {
        for (millis in listOf(-62_135_596_800_000, -500, -1, 0, 1, 1_795_402_800_123, 253_402_300_799_999)) {
            val at = Instant.ofEpochMilli(millis)
            assertEquals(at, parseTimestamp(formatTimestamp(at)))
        }
        assertEquals("1969-12-31T23:59:59.500Z", formatTimestamp(Instant.ofEpochMilli(-500)))
    }

    @Test
    fun anInstantBeyondTheRangeIsAnError() {
        val error = assertFailsWith<RelcoreException> { formatTimestamp(Instant.parse("+12000-01-01T00:00:00Z")) }
        assertEquals("out_of_range", error.code)
        assertEquals("at", error.path)
        val schedule = CanarySchedule(listOf(CanaryStep.SetWeight(100.0)))
        val start = assertFailsWith<RelcoreException> { Canary.start(schedule, Instant.MIN) }
        assertEquals("now", start.path)
    }

    @Test
    fun spansAreSignedAndExact() {
        assertEquals(Duration.ofMinutes(150), Time.parseSpan("2h 30m"))
        assertEquals("-PT0.001S", Time.formatSpan(Duration.ofMillis(-1)))
        assertEquals(Duration.ofMillis(123), Time.parseSpan("PT0.123S"))
        val error = assertFailsWith<RelcoreException> { Time.formatSpan(Duration.ofSeconds(Long.MAX_VALUE)) }
        assertEquals("span", error.path)
    }

    @Test
    fun daysAreLocalDates() {
        assertEquals(LocalDate.of(2026, 11, 23), Time.localDate(now, "Asia/Tokyo"))
        val error = assertFailsWith<RelcoreException> { Time.localDate(now, "Mars/Olympus") }
        assertEquals(ErrorKind.UNKNOWN_ZONE, error.kind)
    }

    @Test
    fun versionsAreText() {
        assertEquals(Bump.MINOR, Version.bump("1.2.3", "1.3.0"))
        assertFailsWith<RelcoreException> { Version.bump("1.2", "1.3.0") }
    }

    @Test
    fun aCanaryIsRolledBack() {
        val schedule = Canary.standardSchedule().copy(metrics = listOf(CanaryMetric("error_rate", max = 0.01)))
        val state = Canary.nextAction(schedule, Canary.start(schedule, now), listOf(), now).state
        val later = now + Duration.ofMinutes(1)
        val bad = CanaryObservation(later, CanaryObservationKind.Measurement("error_rate", CanaryReading.Value(0.5, 1000)))
        val decision = Canary.nextAction(schedule, state, listOf(bad), later)
        assertIs<CanaryAction.RollBack>(decision.verdict)
        assertContains(Canary.explain(decision), "error_rate")
    }

    @Test
    fun notANumberIsRefused() {
        val situation = RollbackSituation(latencyBaseline = Double.NaN, latencyObserved = 1.0)
        val error = assertFailsWith<RelcoreException> { Rollback.decide(situation, Rollback.defaultPolicy(), now) }
        assertEquals("situation.latencyBaseline", error.path)
    }

    @Test
    fun valuesAreValues() {
        val policy = Rollback.defaultPolicy()
        assertEquals(policy, RollbackPolicy.fromJson(policy.toJson()))
        assertEquals(1, setOf(policy, policy.copy()).size)
        assertEquals(7, Weekday.entries.size)
    }

    @Test
    fun constructorsHaveTheDefaultsOfTheCore() {
        assertEquals(Rollback.defaultPolicy(), RollbackPolicy())
        assertEquals(Metrics.defaultPolicy(), MetricsPolicy())
        val schedule = CanarySchedule.fromJson("""{"steps": [{"type": "set_weight", "weight": 100}]}""")
        assertEquals(schedule, CanarySchedule(listOf(CanaryStep.SetWeight(100.0))))
    }

    @Test
    fun reasonCodesAreConstantsAndOpen() {
        val schedule = Canary.standardSchedule()
        val decision = Canary.nextAction(schedule, Canary.start(schedule, now), listOf(), now)
        assertEquals("failure_limit_exceeded", ReasonCode.FAILURE_LIMIT_EXCEEDED.value)
        fun with(code: String) = decision.copy(reasons = listOf(decision.reasons[0].copy(code = ReasonCode(code))))
        val later = CanaryDecision.fromJson(with("of_a_newer_version").toJson())
        assertEquals("of_a_newer_version", later.reasons[0].code.toString())
        val error = assertFailsWith<RelcoreException> { Canary.explain(with("No code")) }
        assertEquals("decision", error.path)
    }

    @Test
    fun aHandleGivesTheSameResultsAsTheFunctions() {
        val schedule = Canary.standardSchedule()
        CanaryRollout(schedule).use { rollout ->
            assertEquals(schedule, rollout.schedule())
            val state = rollout.start(now)
            assertEquals(Canary.start(schedule, now), state)
            assertEquals(state.scheduleDigest, rollout.digest())
            val decision = rollout.nextAction(state, listOf(), now)
            assertEquals(Canary.nextAction(schedule, state, listOf(), now), decision)
        }
        val engine = RollbackEngine(RollbackPolicy())
        val situation = RollbackSituation(dataCorruption = true)
        assertEquals(Rollback.decide(situation, engine.policy(), now), engine.decide(situation, now))
    }

    @Test
    fun aHandleRefusesABadPolicy() {
        val error = assertFailsWith<RelcoreException> { CanaryRollout(CanarySchedule(listOf())) }
        assertEquals("schedule.steps", error.path)
        val unread = assertFailsWith<RelcoreException> { CanaryRollout.fromJson("""{"steps": 1}""") }
        assertEquals("steps", unread.path)
    }

    @Test
    fun aHandleIsReadFromAndWrittenAsItsPolicy() {
        val rollout = CanaryRollout.fromJson(Canary.standardSchedule().toJson())
        assertEquals(rollout.digest(), CanaryRollout.fromJson(rollout.toJson()).digest())
    }

    @Test
    fun aHandleIsSharedByManyThreads() {
        val rollout = CanaryRollout(Canary.standardSchedule())
        val state = rollout.start(now)
        val expected = rollout.nextAction(state, listOf(), now)
        val decisions = (1..50).toList().parallelStream().map { rollout.nextAction(state, listOf(), now) }.toList()
        assertEquals(List(50) { expected }, decisions)
    }

    @Test
    fun callsFromManyThreads() {
        val spans = (1L..50L).toList().parallelStream().map { Time.parseSpan("${it}m") }.toList()
        assertEquals((1L..50L).map(Duration::ofMinutes), spans)
    }
}
