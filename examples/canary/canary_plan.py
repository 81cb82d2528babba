"""What is recorded, as data: the versions, the phases and the queries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """One version of the service and how it behaves; shares are from 0 to 1."""

    version: str
    error_rate: float
    median_ms: float
    sigma: float
    tail_share: float
    tail_median_ms: float
    tail_sigma: float


@dataclass(frozen=True)
class Run:
    """One rollout: a stable version, a canary, the seed of all that is drawn."""

    name: str
    stable: Version
    canary: Version
    seed: int


@dataclass(frozen=True)
class Phase:
    """A stretch of the rollout; the weight is the percentage the canary gets."""

    name: str
    weight: int
    seconds: int


@dataclass(frozen=True)
class Query:
    """One PromQL query; `SELECTOR` becomes the labels of one version in one run."""

    name: str
    unit: str
    promql: str


STABLE = Version("1.4.0", 0.002, 20.0, 0.35, 0.003, 120.0, 0.3)
GOOD = Version("1.5.0", 0.002, 19.0, 0.35, 0.003, 120.0, 0.3)
# The body is the stable version's: the median hides what tail and errors show.
BAD = Version("1.5.1", 0.06, 20.0, 0.35, 0.05, 450.0, 0.3)

ROLES = ("canary", "stable")

# Both rollouts happen at the same time, each with a stable version of its own,
# so that the load of one does not show in the telemetry of the other.
RUNS = (Run("good", STABLE, GOOD, seed=100), Run("bad", STABLE, BAD, seed=200))

# The canary's process starts with the first phase that has a weight.
PHASES = (
    Phase("baseline", 0, 20),
    Phase("canary 5 %", 5, 60),
    Phase("canary 25 %", 25, 60),
    Phase("all", 100, 60),
)
REQUESTS_PER_SECOND = 120.0
CANARY_WARMUP_SECONDS = 7.0  # no traffic until then: telemetry that exists but says nothing

SCRAPE_SECONDS = 1
STEP_SECONDS = 5
RATE_WINDOW = "30s"

_REQUESTS = "http_requests_total{SELECTOR}"
_ERRORS = 'http_requests_total{SELECTOR,code=~"5.."}'
_BUCKETS = "http_request_duration_seconds_bucket{SELECTOR}"


def _rate(series: str) -> str:
    return f"rate({series}[{RATE_WINDOW}])"


QUERIES = (
    Query("error_rate", "share", f"sum({_rate(_ERRORS)}) / sum({_rate(_REQUESTS)})"),
    Query("latency_p50", "s", f"histogram_quantile(0.5, sum by (le) ({_rate(_BUCKETS)}))"),
    Query("latency_p99", "s", f"histogram_quantile(0.99, sum by (le) ({_rate(_BUCKETS)}))"),
    Query("request_rate", "1/s", f"sum({_rate(_REQUESTS)})"),
    Query("requests_total", "1", f"sum({_REQUESTS})"),
    Query("errors_total", "1", f"sum({_ERRORS})"),
)

# Over the whole run: the state of the counters at its end, which began at 0.
TOTALS = (
    Query("requests", "1", f"sum({_REQUESTS})"),
    Query("errors", "1", f"sum({_ERRORS})"),
    Query("latency_p50", "s", f"histogram_quantile(0.5, sum by (le) ({_BUCKETS}))"),
    Query("latency_p99", "s", f"histogram_quantile(0.99, sum by (le) ({_BUCKETS}))"),
)


def version_of(run: Run, role: str) -> Version:
    """The version that plays `canary` or `stable` in a run."""
    return run.canary if role == "canary" else run.stable


def promql(query: Query, run: Run, role: str) -> str:
    """The query for one version in one run."""
    selector = f'run="{run.name}",version="{version_of(run, role).version}"'
    return query.promql.replace("SELECTOR", selector)
