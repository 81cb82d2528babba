import java.time.Instant
import kotlin.test.*
import relcore.*

private const val DAY = 86_400_000L
private const val START = 1_767_225_600_000L // 2026-01-01T00:00:00Z

/** Columns and rows give the same report for the same events. */
class ColumnsTest {
    private val policy = MetricsPolicy(environments = listOf("production", "staging"))
    private val range = TimeRange(Instant.ofEpochMilli(START), Instant.ofEpochMilli(START + 60 * DAY))

    @Test
    fun columnsAndRowsGiveTheSameReport() {
        var failures = 0
        for (seed in 1..60) {
            val (deployments, changes, incidents, columns) = events(seed)
            for ((unit, zone) in listOf(BucketUnit.WEEK to "Europe/Berlin", BucketUnit.MONTH to "UTC")) {
                val expected = Metrics.dora(deployments, changes, incidents, policy, range, unit, zone)
                val report = Metrics.doraColumns(columns, policy, range, unit, zone)
                assertEquals(expected, report, "seed $seed")
                if ((report.overall.changeFailRate.value ?: 0.0) > 0) failures++
            }
        }
        assertTrue(failures > 20, "the events say too little")
    }

    @Test
    fun noColumnsAreNoEvents() {
        val expected = Metrics.dora(listOf(), listOf(), listOf(), policy, range, BucketUnit.MONTH, "UTC")
        assertEquals(expected, report(MetricsEventColumns()))
        val empty = MetricsEventColumns(
            MetricsDeploymentColumns(longArrayOf(), byteArrayOf()),
            MetricsChangeColumns(longArrayOf()),
            MetricsIncidentColumns(longArrayOf(), resolvedAt = longArrayOf()),
        )
        assertEquals(expected, report(empty))
    }

    @Test
    fun everyFaultHasItsColumn() {
        val lists = MetricsLists(intArrayOf(0, 1), intArrayOf(0))
        val sound = MetricsDeploymentColumns(longArrayOf(START), byteArrayOf(0))
        fun refused(path: String, text: String, columns: MetricsDeploymentColumns) {
            val error = assertFailsWith<RelcoreException>(path) { report(MetricsEventColumns(columns)) }
            assertEquals("columns.deployments.$path", error.path)
            assertContains(error.message.orEmpty(), text)
        }
        refused("outcome", "not as long", sound.copy(outcome = byteArrayOf()))
        refused("outcome", "code beyond", sound.copy(outcome = byteArrayOf(7)))
        refused("intent", "is empty", sound.copy(intent = byteArrayOf()))
        refused("service", "code beyond", sound.copy(service = intArrayOf(1)))
        refused("environment", "code beyond", sound.copy(environment = intArrayOf(-1)))
        refused("revision", "not as long", sound.copy(revision = intArrayOf(1, 2)))
        refused("remediates", "offsets", sound.copy(remediates = MetricsLists(intArrayOf(0, 2), intArrayOf(0))))
        refused("changes", "offsets", sound.copy(changes = intArrayOf(0, 1)))
        refused("listedChanges", "beside `changes`", sound.copy(changes = intArrayOf(0, 0), listedChanges = lists))
        refused("finishedAt", "years 1 to 9999", sound.copy(finishedAt = longArrayOf(Long.MAX_VALUE)))
        refused("outcome", "not as long", sound.copy(finishedAt = longArrayOf()))

        fun path(columns: MetricsEventColumns) = assertFailsWith<RelcoreException> { report(columns) }.path
        val bits = MetricsChangeColumns(longArrayOf(START), authoredAtValidity = byteArrayOf(1, 1))
        assertEquals("columns.changes.authoredAtValidity", path(MetricsEventColumns(changes = bits)))
        val alone = MetricsChangeColumns(longArrayOf(), committedAtValidity = byteArrayOf(1))
        assertEquals("columns.changes.committedAtValidity", path(MetricsEventColumns(changes = alone)))
        val merge = MetricsChangeColumns(longArrayOf(START), merge = booleanArrayOf())
        assertEquals("columns.changes.merge", path(MetricsEventColumns(changes = merge)))
        val cause = MetricsIncidentColumns(longArrayOf(START), causedBy = intArrayOf())
        assertEquals("columns.incidents.causedBy", path(MetricsEventColumns(incidents = cause)))
        assertEquals("columns.services", path(MetricsEventColumns(services = 0u)))
        assertEquals("columns.environments", path(MetricsEventColumns(environments = listOf())))
    }

    @Test
    fun allFaultsAtOnce() {
        val deployments = MetricsDeploymentColumns(longArrayOf(START), byteArrayOf(9), service = intArrayOf(7))
        val error = assertFailsWith<RelcoreException> { report(MetricsEventColumns(deployments)) }
        val paths = listOf("columns.deployments.outcome", "columns.deployments.service")
        assertEquals(paths, error.faults.map { it.path })
    }

    @Test
    fun theOtherArgumentsAreCheckedAsForRows() {
        val error = assertFailsWith<RelcoreException> {
            Metrics.doraColumns(MetricsEventColumns(services = 0u), policy, range, BucketUnit.DAY, "Mars")
        }
        assertEquals("zone", error.path)
    }

    private fun report(columns: MetricsEventColumns) = Metrics.doraColumns(columns, policy, range, BucketUnit.MONTH, "UTC")
}

private data class Events(
    val deployments: List<MetricsDeployment>,
    val changes: List<MetricsChange>,
    val incidents: List<MetricsIncident>,
    val columns: MetricsEventColumns,
)

private val ENVIRONMENTS = listOf("production", "staging", "test")

/** The same events as rows and as columns. */
private fun events(seed: Int): Events {
    var state = seed.toUInt()
    /** A small generator of numbers, so that a failure can be repeated. */
    fun below(end: Long): Long {
        state = state * 1_664_525u + 1_013_904_223u
        return (state.toLong() * end) shr 32
    }
    fun one(of: Long) = below(of) == 0L

    val (rows, perRow) = 1 + below(40).toInt() to 1 + below(3).toInt()
    val changes = mutableListOf<MetricsChange>()
    val incidents = mutableListOf<MetricsIncident>()
    val deployments = List(rows) { row ->
        val at = START + row * DAY + below(DAY)
        val service = "s${below(2)}"
        val environment = ENVIRONMENTS[below(3).toInt()]
        val first = changes.size
        repeat(perRow) {
            val authored = if (one(5)) null else at - 1 - below(9 * DAY)
            val reverts = if (changes.size > 2 && one(8)) listOf("c${changes.size - 3}") else listOf()
            val committed = Instant.ofEpochMilli(authored ?: at)
            changes += MetricsChange("c${changes.size}", authored?.let(Instant::ofEpochMilli), committed, one(6), reverts)
        }
        if (one(3)) {
            incidents += MetricsIncident(
                "i${incidents.size}", service, environment, null, Instant.ofEpochMilli(at + 1),
                if (one(4)) null else Instant.ofEpochMilli(at + 2 + below(DAY)), if (one(2)) "d$row" else null,
                if (incidents.isNotEmpty() && one(6)) "i${incidents.size - 1}" else null,
            )
        }
        MetricsDeployment(
            "d$row", service, environment, null, Instant.ofEpochMilli(at),
            if (one(3)) MetricsDeploymentOutcome.entries.random(below(6)) else MetricsDeploymentOutcome.SUCCESS,
            MetricsDeploymentIntent.entries.random(below(5)), below(6).let { if (it == 0L) null else "r$it" },
            if (row > 0 && one(4)) listOf("d${row - 1}") else listOf(), (first until changes.size).map { "c$it" },
        )
    }
    val nested = seed % 2 == 1
    val table = MetricsDeploymentColumns(
        deployments.millis { it.finishedAt },
        deployments.map { it.outcome.ordinal.toByte() }.toByteArray(),
        deployments.map { it.intent.ordinal.toByte() }.toByteArray(),
        deployments.codes { it.service.index() },
        deployments.codes { ENVIRONMENTS.indexOf(it.environment) },
        deployments.codes { it.revision?.index() ?: -1 },
        deployments.lists { it.remediates },
        changes = if (nested) deployments.lists { it.changes }.offsets else null,
        listedChanges = if (nested) null else deployments.lists { it.changes },
    )
    val written = MetricsChangeColumns(
        changes.millis { it.authoredAt }, changes.bits { it.authoredAt != null }, changes.millis { it.committedAt },
        null, changes.map { it.merge }.toBooleanArray(), changes.lists { it.reverts },
    )
    val cases = MetricsIncidentColumns(
        incidents.millis { it.detectedAt }, incidents.millis { it.resolvedAt }, incidents.bits { it.resolvedAt != null },
        incidents.codes { it.service.index() }, incidents.codes { ENVIRONMENTS.indexOf(it.environment) },
        incidents.codes { it.causedBy?.index() ?: -1 }, null, null,
        incidents.codes { it.duplicateOf?.index() ?: -1 },
    )
    return Events(deployments, changes, incidents, MetricsEventColumns(table, written, cases, ENVIRONMENTS, 2u))
}

private fun <T> List<T>.random(index: Long): T = this[index.toInt()]

/** The number in an id. */
private fun String.index() = drop(1).toInt()

private fun <T> List<T>.millis(at: (T) -> Instant?) = map { at(it)?.toEpochMilli() ?: 0 }.toLongArray()

private fun <T> List<T>.codes(code: (T) -> Int) = map(code).toIntArray()

private fun <T> List<T>.lists(ids: (T) -> List<String>) =
    MetricsLists(runningFold(0) { end, row -> end + ids(row).size }.toIntArray(), flatMap(ids).map { it.index() }.toIntArray())

/** One bit a row, lowest first. */
private fun <T> List<T>.bits(there: (T) -> Boolean) =
    ByteArray((size + 7) / 8) { byte ->
        (0 until 8).sumOf { bit -> if (getOrNull(byte * 8 + bit)?.let(there) == true) 1 shl bit else 0 }.toByte()
    }
