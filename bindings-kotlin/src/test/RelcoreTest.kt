import java.time.Duration
import java.time.Instant
import java.time.LocalDate
import kotlin.test.*
import relcore.*

class RelcoreTest {
    private val now = Instant.ofEpochMilli(1_795_402_800_123)

    @Test
    fun errorsHaveCodePathAndText() {
        val error = assertFailsWith<RelcoreException> { timeParseSpan("90") }
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
        val error = assertFailsWith<RelcoreException> { Schedule.fromJson("""{"steps": [$steps]}""") }
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
        val schedule = Schedule(listOf(Step.SetWeight(100.0)))
        val start = assertFailsWith<RelcoreException> { canaryStart(schedule, Instant.MIN) }
        assertEquals("now", start.path)
    }

    @Test
    fun spansAreSignedAndExact() {
        assertEquals(Duration.ofMinutes(150), timeParseSpan("2h 30m"))
        assertEquals("-PT0.001S", timeFormatSpan(Duration.ofMillis(-1)))
        assertEquals(Duration.ofMillis(123), timeParseSpan("PT0.123S"))
        val error = assertFailsWith<RelcoreException> { timeFormatSpan(Duration.ofSeconds(Long.MAX_VALUE)) }
        assertEquals("span", error.path)
    }

    @Test
    fun daysAreLocalDates() {
        assertEquals(LocalDate.of(2026, 11, 23), timeLocalDate(now, "Asia/Tokyo"))
        val error = assertFailsWith<RelcoreException> { timeLocalDate(now, "Mars/Olympus") }
        assertEquals(ErrorKind.UNKNOWN_ZONE, error.kind)
    }

    @Test
    fun versionsAreText() {
        assertEquals(Bump.MINOR, versionBump("1.2.3", "1.3.0"))
        assertFailsWith<RelcoreException> { versionBump("1.2", "1.3.0") }
    }

    @Test
    fun aCanaryIsRolledBack() {
        val schedule = canaryStandardSchedule().copy(metrics = listOf(Metric("error_rate", max = 0.01)))
        val state = canaryNextAction(schedule, canaryStart(schedule, now), listOf(), now).state
        val later = now + Duration.ofMinutes(1)
        val bad = Observation(later, ObservationKind.Measurement("error_rate", Reading.Value(0.5, 1000)))
        val decision = canaryNextAction(schedule, state, listOf(bad), later)
        assertIs<CanaryAction.RollBack>(decision.verdict)
        assertContains(canaryExplain(decision), "error_rate")
    }

    @Test
    fun notANumberIsRefused() {
        val situation = RollbackSituation(latencyBaseline = Double.NaN, latencyObserved = 1.0)
        val error = assertFailsWith<RelcoreException> { rollbackDecide(situation, rollbackDefaultPolicy(), now) }
        assertEquals("situation.latencyBaseline", error.path)
    }

    @Test
    fun valuesAreValues() {
        val policy = rollbackDefaultPolicy()
        assertEquals(policy, RollbackPolicy.fromJson(policy.toJson()))
        assertEquals(1, setOf(policy, policy.copy()).size)
        assertEquals(7, Weekday.entries.size)
    }

    @Test
    fun constructorsHaveTheDefaultsOfTheCore() {
        assertEquals(rollbackDefaultPolicy(), RollbackPolicy())
        assertEquals(metricsDefaultPolicy(), MetricsPolicy())
        val schedule = Schedule.fromJson("""{"steps": [{"type": "set_weight", "weight": 100}]}""")
        assertEquals(schedule, Schedule(listOf(Step.SetWeight(100.0))))
    }

    @Test
    fun callsFromManyThreads() {
        val spans = (1L..50L).toList().parallelStream().map { timeParseSpan("${it}m") }.toList()
        assertEquals((1L..50L).map(Duration::ofMinutes), spans)
    }
}
