# The public API, written by `cargo xtask codegen`: declarations, and the first sentences of their docs.

# relcore
"""Release decisions as pure functions."""
class RelcoreError(ValueError):
    """Why relcore refused a call: one or more faults."""
    def __init__(self, faults: tuple[Fault, ...]) -> None:
        ...
    @property
    def code(self) -> ErrorKind:
        """The stable code of the first fault, such as `unknown_field`."""
        ...
    @property
    def path(self) -> str:
        """Where the first fault is, such as `schedule.steps[1].weight`; empty for the whole input."""
        ...
class InputError(RelcoreError):
    """An argument is not what it must be."""
class PolicyChangedError(RelcoreError):
    """The policy is not the one that the state was started with."""
def to_json(value: object) -> str:
    """Writes a value as JSON text, to be stored and read again by `from_json`, in this or another language."""
    ...
def to_dict(value: object) -> dict[str, Any]:
    """A value as a plain dict: what `to_json` writes, with camelCase keys, and instants and spans as text."""
    ...
@overload
def from_json(of: type[T], text: str) -> T:
    ...
@overload
def from_json(of: object, text: str) -> object:
    ...
def from_json(of: object, text: str) -> object:
    """Reads a value from JSON text, as `to_json` writes it."""
    ...
# from other modules: BucketUnit, Bump, BusinessCalendar, ErrorKind, Evidence, Fault, Interval, Reason, ReasonCode, Severity, TimeRange, Weekday, __version__, canary, decision, digest, error, interchange, metrics, reason, release, rollback, stats, time, version

# canary
"""Decides whether a canary advances, holds or rolls back."""
class AbortPolicy(StrEnum):
    """The action of an abort."""
    ROLL_BACK = 'roll_back'
    """All traffic goes back to the previous version."""
    FREEZE = 'freeze'
    """The weight stays as it is: for releases that cannot be rolled back (mobile, an irreversible migration)."""
class Command(StrEnum):
    """A command of an operator."""
    ABORT = 'abort'
    """End the rollout."""
    PAUSE = 'pause'
    """Stay at this weight; the timers stop."""
    RESUME = 'resume'
    """Continue after a pause, in a pause step, or where the rollout was frozen."""
    RETRY = 'retry'
    """Begin again at the first step after an abort."""
    SKIP_STEP = 'skip_step'
    """End the current step, whatever was measured."""
    PROMOTE = 'promote'
    """Go on to the next weight: end the current step, and those after it that wait for time or measurements."""
    PROMOTE_FULL = 'promote_full'
    """Give all traffic to the new version now, whatever the remaining steps are."""
    ACCEPT_INCONCLUSIVE = 'accept_inconclusive'
    """Go on at this weight although measurements are inconclusive or missing."""
    CONTINUE_WITHOUT_STABLE = 'continue_without_stable'
    """Go on although the previous version is not ready, for the rest of this run: the new version may be the fix."""
class DiagnosticCode(StrEnum):
    """The kinds of errors and warnings about a schedule."""
    NO_STEPS = 'no_steps'
    """Error: there are no steps."""
    TOO_MANY = 'too_many'
    """Error: there are more than 10,000 steps or metrics."""
    WEIGHT_OUT_OF_RANGE = 'weight_out_of_range'
    """Error: a weight is not a number above 0 and up to 100."""
    WEIGHT_FALLS = 'weight_falls'
    """Error: a weight is below the one before it."""
    WEIGHT_REPEATS = 'weight_repeats'
    """Warning: a weight is the one before it."""
    WEIGHT_NEVER_FULL = 'weight_never_full'
    """Error: the last weight is not 100."""
    SPAN_OUT_OF_RANGE = 'span_out_of_range'
    """Error: a span is negative, or a deadline, a window or a timeout is not positive."""
    BAKE_MAX_BELOW_MIN = 'bake_max_below_min'
    """Error: a bake may end before it has lasted its shortest time."""
    NOTHING_MEASURED = 'nothing_measured'
    """Error: a step requires samples or measurements, but there is no metric."""
    ANALYSIS_EMPTY = 'analysis_empty'
    """Error: an analysis requires no measurement at all."""
    UNKNOWN_METRIC = 'unknown_metric'
    """Error: an analysis names a metric that the schedule does not have."""
    NAME_EMPTY = 'name_empty'
    """Error: a gate or a metric has no name."""
    NAME_REPEATED = 'name_repeated'
    """Error: two gates or two metrics have the same name, or an analysis names a metric twice."""
    METRIC_UNLIMITED = 'metric_unlimited'
    """Error: a metric has neither `max` nor `min`, so it could never fail."""
    LIMIT_NOT_FINITE = 'limit_not_finite'
    """Error: a limit of a metric is not a finite number."""
    LIMITS_CROSSED = 'limits_crossed'
    """Error: `min` is above `max`, so that no value is good."""
    LIMIT_UNLIKELY = 'limit_unlikely'
    """Warning: a limit of a metric in percent is perhaps meant as a share: `0.01` for 1 %, or at least `0.99` for 99 %."""
    NO_METRICS = 'no_metrics'
    """Warning: there is no metric: only an operator can stop the rollout."""
    DEADLINE_UNREACHABLE = 'deadline_unreachable'
    """Warning: the deadline is not longer than all timers together that it counts, so that it always expires before the end."""
    BAKE_NEVER_HOLDS = 'bake_never_holds'
    """Warning: a bake has no shortest time and nothing is measured, so that it never holds the rollout."""
    BAKE_NEVER_ENDS = 'bake_never_ends'
    """Warning: a bake requires samples or measurements that cannot come in its time, so that it never ends well."""
class EmptyResult(StrEnum):
    """The meaning of an empty result: the query succeeded, and there is no series."""
    NO_DATA = 'no_data'
    """There is no data: the response is `on.no_data`."""
    ZERO = 'zero'
    """The value is 0, and is compared with the limits."""
    GOOD = 'good'
    """The measurement is good."""
class HealthRole(StrEnum):
    """The two sides of a canary."""
    CANARY = 'canary'
    """The new version."""
    STABLE = 'stable'
    """The previous version, to which a rollback returns."""
class MeasurementPhase(StrEnum):
    """The result of a measurement."""
    SUCCESSFUL = 'successful'
    """The value is within the limits."""
    FAILED = 'failed'
    """The value is beyond a limit."""
    INCONCLUSIVE = 'inconclusive'
    """There are too few samples to judge."""
    NO_DATA = 'no_data'
    """The query returned nothing."""
    ERROR = 'error'
    """The query failed."""
class Phase(StrEnum):
    """Whether a rollout is under way."""
    PROGRESSING = 'progressing'
    """It moves from step to step."""
    PAUSED = 'paused'
    """It waits until an operator resumes."""
    SUCCEEDED = 'succeeded'
    """All traffic is on the new version."""
    ROLLED_BACK = 'rolled_back'
    """All traffic is on the previous version again."""
    FROZEN = 'frozen'
    """It ended without a change of the traffic."""
class ReplicaRounding(StrEnum):
    """How a weight becomes a whole number of replicas."""
    NEAREST = 'nearest'
    """The share nearest to the weight, ties for more of the new version; both versions keep at least one replica below 100 %, unless there is only one."""
    UP = 'up'
    """Up to the next whole replica: 25 % of 10 are 3, 99 % are 10."""
    UP_BUT_ONE = 'up_but_one'
    """Up, but below 100 % the last of several replicas stays with the previous version."""
class Response(StrEnum):
    """The response to a cause, from the weakest to the strongest."""
    WARN = 'warn'
    """Go on, and say so in the reasons."""
    HOLD = 'hold'
    """Stay at this weight until the cause is gone: after exceeded limits until the metric is good again."""
    PAUSE = 'pause'
    """Stay at this weight until an operator resumes."""
    ABORT = 'abort'
    """End the rollout as the schedule's `abort` says."""
class Waiver(StrEnum):
    """What an operator waived until the weight changes."""
    NOTHING = 'nothing'
    """Nothing."""
    INCONCLUSIVE = 'inconclusive'
    """Measurements that are inconclusive or missing."""
    NEXT_WEIGHT = 'next_weight'
    """Everything but the readiness of the new version, for the next weight."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionSetWeight(_Variant):
    """Route another share of the traffic to the new version."""
    type: Literal['set_weight'] = 'set_weight'
    """Which variant this is."""
    previous: float
    """The share it had, in percent."""
    weight: float
    """The share it gets, in percent."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionHold(_Variant):
    """Leave everything as it is."""
    type: Literal['hold'] = 'hold'
    """Which variant this is."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionInconclusive(_Variant):
    """Leave everything as it is: the measurements do not allow a judgement."""
    type: Literal['inconclusive'] = 'inconclusive'
    """Which variant this is."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAwaitGate(_Variant):
    """Leave everything as it is and ask a person."""
    type: Literal['await_gate'] = 'await_gate'
    """Which variant this is."""
    gate: str
    """The name of the gate."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionPause(_Variant):
    """Leave everything as it is until an operator resumes."""
    type: Literal['pause'] = 'pause'
    """Which variant this is."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionComplete(_Variant):
    """Route all traffic to the new version: the rollout has succeeded."""
    type: Literal['complete'] = 'complete'
    """Which variant this is."""
    previous: float
    """The share it had, in percent."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionRollBack(_Variant):
    """Route all traffic to the previous version: the rollout has failed."""
    type: Literal['roll_back'] = 'roll_back'
    """Which variant this is."""
    previous: float
    """The share the new version had, in percent."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ActionFreeze(_Variant):
    """Leave everything as it is for good: the rollout has failed and cannot be rolled back."""
    type: Literal['freeze'] = 'freeze'
    """Which variant this is."""
Action: TypeAlias = ActionSetWeight | ActionHold | ActionInconclusive | ActionAwaitGate | ActionPause | ActionComplete | ActionRollBack | ActionFreeze
"""What to do about a canary."""
@dataclass(frozen=True, kw_only=True, slots=True)
class CauseResponses(_Value):
    """The response to each cause: something is wrong, or cannot be judged."""
    failed: Response = Response.ABORT
    """A metric failed more often than its limit."""
    error: Response = Response.ABORT
    """A metric's query errored more often in a row than its limit."""
    inconclusive: Response = Response.PAUSE
    """A metric was inconclusive more often than its limit, or a bake ran to its `max` without enough measurements."""
    no_data: Response = Response.HOLD
    """A metric has no data, or only old data."""
    deadline: Response = Response.ABORT
    """The deadline has passed."""
    not_ready: Response = Response.ABORT
    """The new version is not ready for longer than `readiness` allows."""
    stable_unhealthy: Response = Response.HOLD
    """The previous version is not ready, so that a rollback is not possible."""
@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineExcludes(_Value):
    """The times that the deadline of a rollout does not count: each of them waits for somebody or something else."""
    pauses: bool = True
    """Pause steps, and pauses that an operator or a response began."""
    gates: bool = True
    """The time that a gate waits for an approval."""
    closed_windows: bool = True
    """The time in which the release window is closed."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Decision(_Value):
    """What to do about a canary now, why, and the state for the next call."""
    verdict: Annotated[Action, _TAGGED]
    """What to do."""
    state: State
    """The state to store and to pass to the next call."""
    reasons: Sequence[Reason]
    """Why."""
    missing: Sequence[str]
    """The metrics whose measurements the decision lacked, by name."""
    next_check_at: datetime | None = None
    """The first instant at which time alone may change the verdict; absent when only an observation can."""
    policy_digest: str
    """The digest of the schedule."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnostic(_Value):
    """An error or a warning about a schedule."""
    code: DiagnosticCode
    """The stable code."""
    severity: Severity
    """`error`: the schedule is refused."""
    path: str
    """The path from the schedule down: `steps[1].weight`."""
    text: str
    """The sentence for a person."""
@dataclass(frozen=True, kw_only=True, slots=True)
class GateApproval(_Value):
    """The approval or refusal of a gate."""
    gate: str
    """The name of the gate."""
    approved: bool
    """Whether the rollout may pass."""
    by: str
    """Who approved or refused."""
    at: datetime
    """When."""
@dataclass(frozen=True, kw_only=True, slots=True)
class LastMeasurement(_Value):
    """The latest measurement of a metric."""
    at: datetime
    """When it was made."""
    phase: MeasurementPhase
    """Its result."""
    value: float | None = None
    """Its value, when it had one."""
    n: int | None = None
    """The number of its samples, when known."""
    error: str | None = None
    """The message of a query that failed, its first 500 characters."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Metric(_Value):
    """A measure of the new version while it takes traffic, and the limits of a good value."""
    name: str
    """The name by which measurements refer to it."""
    max: float | None = None
    """The greatest good value, in `unit`."""
    min: float | None = None
    """The least good value, in `unit`."""
    unit: str | None = None
    """The unit of `max`, `min` and of the values: a UCUM code such as `%`, `s`, `ms`; `1` for a share from 0 to 1."""
    failure_limit: int = 0
    """How many failed measurements are tolerated in the whole run."""
    inconclusive_limit: int = 0
    """How many inconclusive measurements are tolerated in the whole run."""
    consecutive_error_limit: int = 4
    """How many errored queries in a row are tolerated."""
    min_samples: int = 0
    """A measurement of fewer samples, or of an unknown number of samples, is inconclusive."""
    max_age: timedelta | None = None
    """A measurement older than this counts as no data."""
    critical: bool = False
    """Whether a single failed measurement ends the rollout, whatever the limits and responses."""
    initial_delay: timedelta = timedelta(seconds=0)
    """How long after the new version got its first traffic the metric says nothing about it: measurements until then are ignored."""
    window: timedelta | None = None
    """How far back the query looks: 5 minutes for `rate(errors[5m])`."""
    empty: EmptyResult = EmptyResult.NO_DATA
    """The meaning of an empty result."""
@dataclass(frozen=True, kw_only=True, slots=True)
class MetricState(_Value):
    """The counts of a metric, and its latest measurement."""
    name: str
    """The name of the metric."""
    failed: int = 0
    """Failed measurements in this run."""
    inconclusive: int = 0
    """Inconclusive measurements in this run."""
    consecutive_errors: int = 0
    """Errored queries since the last measurement."""
    successes: int = 0
    """Good measurements in this step."""
    samples: int = 0
    """Samples gathered in this step."""
    last: LastMeasurement | None = None
    """The latest measurement."""
    sampled_until: datetime | None = None
    """The end of the latest window whose samples were counted, for a metric with a `window`."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Observation(_Value):
    """Something that happened or was measured at an instant."""
    at: datetime
    """The instant: not after `now`, and of a measurement after the latest one of its metric."""
    kind: Annotated[ObservationKind, _TAGGED]
    """The event or the measurement."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindHealth(_Variant):
    """Whether one side can serve at all."""
    type: Literal['health'] = 'health'
    """Which variant this is."""
    role: HealthRole
    """Which side."""
    healthy: bool
    """Whether it is ready."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindMeasurement(_Variant):
    """A metric was queried."""
    type: Literal['measurement'] = 'measurement'
    """Which variant this is."""
    metric: str
    """The name of the metric in the schedule."""
    reading: Annotated[Reading, _TAGGED]
    """The result of the query."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindWindow(_Variant):
    """The release window opened or closed."""
    type: Literal['window'] = 'window'
    """Which variant this is."""
    open: bool
    """Whether it is open."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindApproval(_Variant):
    """A person approved or refused a gate."""
    type: Literal['approval'] = 'approval'
    """Which variant this is."""
    gate: str
    """The name of the gate in the schedule."""
    approved: bool
    """Whether the rollout may pass."""
    by: str
    """Who approved or refused."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindCommand(_Variant):
    """An operator gave a command."""
    type: Literal['command'] = 'command'
    """Which variant this is."""
    command: Command
    """The command."""
    by: str | None = None
    """Who gave it, when known."""
    reason: str | None = None
    """Why, when known."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ObservationKindNewRevision(_Variant):
    """Another version is rolled out from now on: the run begins again without traffic."""
    type: Literal['new_revision'] = 'new_revision'
    """Which variant this is."""
    revision: str
    """The name of the new version."""
ObservationKind: TypeAlias = ObservationKindHealth | ObservationKindMeasurement | ObservationKindWindow | ObservationKindApproval | ObservationKindCommand | ObservationKindNewRevision
"""What was observed."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Order(_Value):
    """A command of an operator that was applied."""
    command: Command
    """The command."""
    at: datetime
    """When it was given."""
    by: str | None = None
    """Who gave it, when known."""
    reason: str | None = None
    """Why, when known."""
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStep(_Value):
    """When a step begins and ends."""
    step: int
    """The index of the step in the schedule."""
    weight: float
    """The share of the traffic that the new version has during the step, in percent."""
    earliest_start: datetime
    """The earliest instant at which the step begins."""
    earliest_end: datetime
    """The earliest instant at which it ends."""
    latest_end: datetime | None = None
    """The latest instant at which it ends; absent when it, or a step before it, waits without limit."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness(_Value):
    """How long the new version may be unready."""
    deadline: timedelta = timedelta(seconds=600)
    """How long after its start, or after its weight rose, the version may be unready."""
    grace: timedelta = timedelta(seconds=60)
    """How long it may be unready at any time: a restarted pod, a node that is drained."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingValue(_Variant):
    """A finite number."""
    type: Literal['value'] = 'value'
    """Which variant this is."""
    value: float
    """The number, in the unit of the metric."""
    n: int | None = None
    """How many samples it was computed from, when known."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingMissing(_Variant):
    """No value, for instance one that is not a number."""
    type: Literal['missing'] = 'missing'
    """Which variant this is."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingEmpty(_Variant):
    """The query succeeded, and its result is empty."""
    type: Literal['empty'] = 'empty'
    """Which variant this is."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingFailed(_Variant):
    """The query failed."""
    type: Literal['failed'] = 'failed'
    """Which variant this is."""
    text: str
    """The error message."""
Reading: TypeAlias = ReadingValue | ReadingMissing | ReadingEmpty | ReadingFailed
"""The result of a metric's query."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Replicas(_Value):
    """How many replicas run each version."""
    canary: int
    """The replicas of the new version."""
    stable: int
    """The replicas of the previous version."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Routing(_Value):
    """How the traffic must be split, as far as a state has decided."""
    weight: float
    """The share of the traffic for the new version, in percent."""
    revision: str | None = None
    """The new version, once a new revision was observed."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule(_Value):
    """The steps by which traffic moves to a new version, the metrics, and the responses to failures."""
    steps: Sequence[Annotated[Step, _TAGGED]]
    """The steps, in this order."""
    metrics: Sequence[Metric] = ()
    """The metrics, measured during the whole rollout."""
    on: CauseResponses = field(default_factory=lambda: CauseResponses())
    """The response to each cause."""
    abort: AbortPolicy = AbortPolicy.ROLL_BACK
    """The action of an abort."""
    deadline: timedelta | None = None
    """The longest time of the whole rollout, without the times that `deadline_excludes` lists."""
    deadline_excludes: DeadlineExcludes = field(default_factory=lambda: DeadlineExcludes())
    """The times that the deadline does not count."""
    readiness: Readiness = field(default_factory=lambda: Readiness())
    """How long the new version may be unready before `on.not_ready` applies."""
@dataclass(frozen=True, kw_only=True, slots=True)
class State(_Value):
    """The state of a rollout: plain data, to be stored between two calls."""
    schedule_digest: str
    """The digest of the schedule."""
    phase: Phase
    """Whether the rollout is under way, paused or over."""
    weight: float
    """The share of the traffic that the new version has, in percent."""
    weight_set_at: datetime | None = None
    """When the weight was set, once it was."""
    step: int
    """The index of the current step; the number of steps when all are done."""
    step_entered_at: datetime
    """When the step began; a pause moves it by its length."""
    started_at: datetime
    """When the run began: the start, a retry or a new revision."""
    paused_at: datetime | None = None
    """The beginning of the pause, if the run is paused."""
    released: bool = False
    """Whether an operator released the current pause step."""
    metrics: Sequence[MetricState] = ()
    """The counts of each metric, in the order of the schedule."""
    approvals: Sequence[GateApproval] = ()
    """The latest approval or refusal of each gate."""
    canary_healthy: bool | None = None
    """Whether the new version is ready, when known."""
    stable_healthy: bool | None = None
    """Whether the previous version is ready, when known."""
    window_closed: bool = False
    """Whether the release window is closed."""
    abort_ordered: bool = False
    """Whether an operator ordered to abort."""
    revision: str | None = None
    """The version that is rolled out, once a new revision was observed."""
    observed_until: datetime | None = None
    """The instant of the latest observation that was applied."""
    traffic_since: datetime | None = None
    """When the new version got its first traffic, while it has some."""
    unready_since: datetime | None = None
    """Since when the new version is not ready, while it is not."""
    canary_observed_at: datetime | None = None
    """When the readiness of the new version was last observed."""
    stable_observed_at: datetime | None = None
    """When the readiness of the previous version was last observed."""
    window_observed_at: datetime | None = None
    """When the release window was last observed."""
    deadline_excluded: timedelta = timedelta(seconds=0)
    """The time since the start that the deadline does not count, up to `deadline_stopped_at`."""
    deadline_stopped_at: datetime | None = None
    """Since when the deadline does not count the time, while it does not."""
    gate_asked_at: datetime | None = None
    """When the gate that is the current step asked for its approval."""
    told_at: datetime | None = None
    """When the pause or the end of the run was first told, if a response began it."""
    forgiven_at: datetime | None = None
    """When an operator last forgave what had been measured until then, by a resume, a skip or a promotion."""
    waiver: Waiver = Waiver.NOTHING
    """What an operator waived until the weight changes."""
    without_stable: bool = False
    """Whether an operator ordered to go on although the previous version is not ready."""
    orders: Sequence[Order] = ()
    """The latest command of each kind in this run."""
@dataclass(frozen=True, kw_only=True, slots=True)
class StepSetWeight(_Variant):
    """Route this share of the traffic to the new version."""
    type: Literal['set_weight'] = 'set_weight'
    """Which variant this is."""
    weight: float
    """The share in percent: more than 0, at most 100, not below the step before."""
@dataclass(frozen=True, kw_only=True, slots=True)
class StepBake(_Variant):
    """Run at this weight, and go on after the shortest time if every metric is good."""
    type: Literal['bake'] = 'bake'
    """Which variant this is."""
    min: timedelta
    """The shortest time, pauses not counted."""
    max: timedelta | None = None
    """The longest time to wait for measurements and samples; absent: no limit."""
    min_samples: int | None = None
    """How many samples every metric must gather in this step; absent: a single good measurement is enough."""
@dataclass(frozen=True, kw_only=True, slots=True)
class StepPause(_Variant):
    """Wait, whatever the metrics are; an exceeded limit still ends the rollout."""
    type: Literal['pause'] = 'pause'
    """Which variant this is."""
    duration: timedelta | None = None
    """The length of the pause; absent: until an operator resumes."""
@dataclass(frozen=True, kw_only=True, slots=True)
class StepAnalysis(_Variant):
    """Go on when each of these metrics has this many good measurements in this step."""
    type: Literal['analysis'] = 'analysis'
    """Which variant this is."""
    metrics: Sequence[str] = ()
    """The names of the metrics."""
    measurements: int
    """How many good measurements each metric needs; at least 1."""
@dataclass(frozen=True, kw_only=True, slots=True)
class StepGate(_Variant):
    """Wait for a person's approval."""
    type: Literal['gate'] = 'gate'
    """Which variant this is."""
    name: str
    """The name that an approval refers to."""
    timeout: timedelta | None = None
    """How long it waits, from when it asked, pauses not counted; absent: without limit."""
    on_timeout: Response | None = None
    """The response to a gate that nobody approved in time; absent: `abort`, as AWS CodeDeploy."""
Step: TypeAlias = StepSetWeight | StepBake | StepPause | StepAnalysis | StepGate
"""A step of a schedule."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline(_Value):
    """When each step of a schedule begins and ends, if nothing goes wrong."""
    steps: Sequence[PlannedStep]
    """The steps in their order."""
    earliest_end: datetime
    """The earliest end of the rollout."""
    latest_end: datetime | None = None
    """The latest end; absent when a step waits for a person or for data without limit."""
    deadline_at: datetime | None = None
    """The instant of the deadline, if there is one and every step takes its shortest time."""
class Rollout(_Handle):
    """A schedule that was checked and digested once, for any number of calls."""
    def __init__(self, schedule: Schedule | Mapping[str, object]) -> None:
        ...
    @property
    def schedule(self) -> Schedule:
        """The schedule."""
        ...
    @property
    def digest(self) -> str:
        """The digest of the schedule, as in the state and in every decision."""
        ...
    def next_action(self, state: State | Mapping[str, object], observations: Sequence[Observation | Mapping[str, object]], now: datetime | str) -> Decision:
        """Decides what to do now: advance, hold or roll back."""
        ...
    def plan(self, start: datetime | str) -> Timeline:
        """The timeline of a rollout that starts at an instant."""
        ...
    def simulate(self, observations: Sequence[Observation | Mapping[str, object]], start_at: datetime | str, tick: timedelta | str, until: datetime | str) -> tuple[Decision, ...]:
        """Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached."""
        ...
    def start(self, now: datetime | str) -> State:
        """The state of a rollout that begins now: no traffic yet, the first step ahead."""
        ...
def standard_schedule() -> Schedule:
    """5 % for one to two hours, 25 % for four to six hours, then everyone: the usual canary of a service."""
    ...
def schedule_from_json(text: str) -> Schedule:
    """Reads a schedule from JSON text and checks it; all faults at once."""
    ...
def schedule_from_yaml(text: str) -> Schedule:
    """Reads a schedule from YAML text and checks it; all faults at once."""
    ...
def apple_phased_schedule() -> Schedule:
    """Apple's phased release: 1, 2, 5, 10, 20, 50 and 100 % of those who update automatically, a day each."""
    ...
def approval(gate: str, approved: bool, by: str, at: datetime | str) -> Observation:
    """A person approved or refused a gate."""
    ...
def empty_result(metric: str, at: datetime | str) -> Observation:
    """A metric was queried, the query succeeded, and its result is empty."""
    ...
def explain(decision: Decision | Mapping[str, object]) -> str:
    """The decision as text for a person: the verdict, the reasons, what is missing, when to ask again."""
    ...
def failed_query(metric: str, error: str, at: datetime | str) -> Observation:
    """The query of a metric failed with this message."""
    ...
def health(role: HealthRole | str, healthy: bool, at: datetime | str) -> Observation:
    """Whether the new version (`canary`) or the previous one (`stable`) is ready to serve."""
    ...
def measurement(metric: str, value: float, at: datetime | str, n: int | None=None) -> Observation:
    """A metric was queried and has a value, in the unit of the metric, of `n` samples if known."""
    ...
def missing_value(metric: str, at: datetime | str) -> Observation:
    """A metric was queried and has no value, for instance one that is not a number."""
    ...
def new_revision(revision: str, at: datetime | str) -> Observation:
    """Another version is rolled out from now on."""
    ...
def next_action(schedule: Schedule | Mapping[str, object], state: State | Mapping[str, object], observations: Sequence[Observation | Mapping[str, object]], now: datetime | str) -> Decision:
    """Decides what to do now: advance, hold or roll back."""
    ...
def outcome(decision: Decision | Mapping[str, object]) -> Outcome:
    """The consequence of a decision for its caller: go on, wait, go back, or ask a person."""
    ...
def order(command: Command | str, at: datetime | str, by: str | None=None, reason: str | None=None) -> Observation:
    """An operator gave a command: which, when, and if known who and why."""
    ...
def plan(schedule: Schedule | Mapping[str, object], start: datetime | str) -> Timeline:
    """The timeline of a rollout that starts at an instant."""
    ...
def play_staged_schedule() -> Schedule:
    """A staged rollout on Google Play: 1, 5, 10, 20, 50 and 100 %, a day each."""
    ...
def routing(state: State | Mapping[str, object]) -> Routing:
    """The routing that a state wants."""
    ...
def simulate(schedule: Schedule | Mapping[str, object], observations: Sequence[Observation | Mapping[str, object]], start_at: datetime | str, tick: timedelta | str, until: datetime | str) -> tuple[Decision, ...]:
    """Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the rollout is over or `until` is reached."""
    ...
def start(schedule: Schedule | Mapping[str, object], now: datetime | str) -> State:
    """The state of a rollout that begins now: no traffic yet, the first step ahead."""
    ...
def validate(schedule: Schedule | Mapping[str, object]) -> tuple[Diagnostic, ...]:
    """All errors and warnings about a schedule, in the order of the schedule; empty when there are none."""
    ...
def weight_to_replicas(total: int, weight: float, surge: int, rounding: ReplicaRounding | str) -> Replicas:
    """How many replicas of each version come nearest to a weight, where the number of pods splits the traffic."""
    ...
def window(open: bool, at: datetime | str) -> Observation:
    """The release window opened or closed."""
    ...

# columns
"""Whole histories by columns of numbers: a million rows without an object for each."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """A list of indices for each row, one after the other: Arrow's `List`."""
    offsets: Column
    """The index in `items` at which the list of each row begins, then the count of all items: one more than rows."""
    items: Column
    """The items of all lists."""
@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentColumns:
    """Deployments by columns."""
    finished_at: Column
    """When each finished."""
    outcome: Column
    """How each ended."""
    intent: Column | None = None
    """What each was for."""
    service: Column | None = None
    """The service of each."""
    environment: Column | None = None
    """The environment of each."""
    revision: Column | None = None
    """The revision of each, or none."""
    remediates: Lists | None = None
    """The deployments that each remediates."""
    changes: Column | None = None
    """The changes of each."""
    listed_changes: Lists | None = None
    """Instead of `changes`: the indices of those of each, of which several may share one."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeColumns:
    """Changes by columns."""
    authored_at: Column
    """When each was written."""
    authored_at_validity: Column | None = None
    """Where `authored_at` is present: one bit a row, lowest first."""
    committed_at: Column | None = None
    """When each was committed."""
    committed_at_validity: Column | None = None
    """Where `committed_at` is present: one bit a row, lowest first."""
    merge: Column | None = None
    """Whether each only joins others."""
    reverts: Lists | None = None
    """The changes that each reverts."""
@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentColumns:
    """Incidents by columns."""
    detected_at: Column
    """When each was detected."""
    resolved_at: Column | None = None
    """When each was resolved."""
    resolved_at_validity: Column | None = None
    """Where `resolved_at` is present: one bit a row, lowest first."""
    service: Column | None = None
    """The service of each."""
    environment: Column | None = None
    """The environment of each."""
    caused_by: Column | None = None
    """The deployment that caused each, or none."""
    duplicate: Column | None = None
    """Whether each repeats another."""
@dataclass(frozen=True, kw_only=True, slots=True)
class EventColumns:
    """All events by columns."""
    deployments: DeploymentColumns | None = None
    """The deployments."""
    changes: ChangeColumns | None = None
    """The changes."""
    incidents: IncidentColumns | None = None
    """The incidents."""
    environments: Sequence[str] = ('production',)
    """The names of the environments."""
    services: int = 1
    """How many services there are: their codes are below this."""
Column: TypeAlias = Union['array[Any]', bytes, bytearray, memoryview, Strided, ArrowArray, ArrowStream, 'Sequence[object]']
"""The values of a column: a buffer, an Arrow array, or a list."""
Frame: TypeAlias = Union['Mapping[str, Column]', ArrowArray, ArrowStream, Keyed]
"""The columns of a table by their names: a data frame that exports Arrow, or a dict."""

# conformance
"""Runs conformance cases: `relcore-conformance PATH...`, or `python -m relcore.conformance PATH...`."""

# decision
"""The parts that every decision has, and the text that a person reads."""
class Outcome(StrEnum):
    """The consequence of a decision for its caller: one of four, for every kind of decision."""
    PROCEED = 'proceed'
    """Go on: nothing speaks against the next step."""
    WAIT = 'wait'
    """Leave everything as it is and ask again later."""
    ROLL_BACK = 'roll_back'
    """Return to the previous version."""
    ASK = 'ask'
    """A person must act or decide: the facts do not allow a decision, or the remedy is not a rollback."""

# digest
"""Canonical JSON (RFC 8785) and the SHA-256 digest of a value."""
def canonical_json(text: str) -> str:
    """Rewrites a JSON text as canonical JSON (RFC 8785): keys sorted, no white space, numbers as ECMAScript writes them."""
    ...
def sha256(text: str) -> str:
    """Computes the SHA-256 digest of the canonical JSON of a text: `sha256:` and 64 hexadecimal digits."""
    ...

# error
"""The error of every function: a list of faults, each with a stable code, the JSON path of the field and a sentence."""
class ErrorKind(StrEnum):
    """The kinds of mistakes, with stable codes (their wire text)."""
    SYNTAX = 'syntax'
    """The text is not JSON, YAML or whatever the function reads."""
    UNKNOWN_FIELD = 'unknown_field'
    """A key that the type does not have."""
    MISSING_FIELD = 'missing_field'
    """A required key is absent."""
    WRONG_TYPE = 'wrong_type'
    """The value has another type than the field: text for a number, a list for an object."""
    INVALID_VALUE = 'invalid_value'
    """The value has the right type but no meaning in this field."""
    OUT_OF_RANGE = 'out_of_range'
    """The value is beyond what the field or the arithmetic can hold."""
    DUPLICATE = 'duplicate'
    """Two items have the same identity."""
    UNORDERED = 'unordered'
    """Items are not in the required order."""
    UNKNOWN_REFERENCE = 'unknown_reference'
    """A reference to something that does not exist, such as a metric that the schedule does not have."""
    UNKNOWN_ZONE = 'unknown_zone'
    """The time zone is not in the built-in IANA database."""
    POLICY_CHANGED = 'policy_changed'
    """The state was started under another policy."""
    UNKNOWN_FUNCTION = 'unknown_function'
    """There is no public function, handle or method of this name."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Fault(_Value):
    """One mistake in an input."""
    code: ErrorKind
    """The kind of mistake; its wire text is the stable code."""
    path: str
    """The path from the argument to the field: `schedule.steps[1].weight`."""
    text: str
    """A sentence for a person: what is wrong and what was expected."""
    line: int | None = None
    """The line of a YAML text, from 1."""
    column: int | None = None
    """The column in the line, from 1: the unknown key, or the value that is wrong."""

# interchange
"""Converts the text of git and Prometheus to the inputs of the other modules."""
class MissingSample(StrEnum):
    """A sample value that is not a finite number."""
    NAN = 'nan'
    """`NaN`, often from 0 divided by 0."""
    POSITIVE_INFINITY = 'positive_infinity'
    """`+Inf`, often from a division by 0 or a quantile beyond the last histogram bucket."""
    NEGATIVE_INFINITY = 'negative_infinity'
    """`-Inf`."""
@dataclass(frozen=True, kw_only=True, slots=True)
class GitCommit(_Value):
    """A commit."""
    id: str
    """The full object name: 40 or 64 hexadecimal digits."""
    parents: Sequence[str]
    """The full object names of the parents."""
    authored_at: datetime
    """The author date: when the change was written."""
    committed_at: datetime
    """The committer date: when the commit was last applied, as by a rebase."""
    subject: str
    """The first line of the message."""
    body: str = ''
    """The rest of the message."""
@dataclass(frozen=True, kw_only=True, slots=True)
class GitHistory(_Value):
    """The commits and tags of a repository."""
    commits: Sequence[GitCommit]
    """The commits in the order of the log: newest first."""
    tags: Sequence[GitTag]
    """The tags of commits, in the order of the list."""
@dataclass(frozen=True, kw_only=True, slots=True)
class GitReleases(_Value):
    """The releases of a repository as deployments and its commits as changes, for `metrics.dora`."""
    deployments: Sequence[Deployment]
    """One deployment for each release, in the order of time."""
    changes: Sequence[Change]
    """One change for each commit, released or not, in the order of the log."""
@dataclass(frozen=True, kw_only=True, slots=True)
class GitTag(_Value):
    """A tag of a commit."""
    name: str
    """The short name: `v1.2.3`."""
    commit: str
    """The full object name of the tagged commit."""
    tagged_at: datetime
    """The tagger date; for a lightweight tag, the committer date of the commit."""
@dataclass(frozen=True, kw_only=True, slots=True)
class PrometheusMetric(_Value):
    """A metric of a schedule with the Prometheus responses for it."""
    metric: str
    """The name of the metric in the schedule."""
    answer: str
    """The body of the `/api/v1/query_range` response to the query of the metric, also if it is an error."""
    samples: str | None = None
    """The body of the response to the query for the number of samples behind each value, such as the requests behind an error rate."""
    scale: float = 1.0
    """The factor from the unit of the query to the unit of the metric: 100 from a share to percent, 1000 from seconds to milliseconds."""
    accept_warnings: bool = False
    """Whether a response with warnings is accepted."""
@dataclass(frozen=True, kw_only=True, slots=True)
class PrometheusSample(_Value):
    """One sample: a number, or the reason for its absence."""
    at: datetime
    """The instant of evaluation."""
    value: float | None = None
    """The finite number; absent if `missing` is present."""
    missing: MissingSample | None = None
    """The reason why there is no number; absent if `value` is present."""
@dataclass(frozen=True, kw_only=True, slots=True)
class PrometheusSeries(_Value):
    """One time series of a range query."""
    labels: Mapping[str, str]
    """The labels."""
    samples: Sequence[PrometheusSample]
    """The samples in the order of time."""
GIT_LOG: Final = "git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags"
"""The command whose output `parse_git` reads as `log`, for a shell."""
GIT_TAGS: Final = "git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags"
"""The command whose output `parse_git` reads as `tags`, for a shell."""
def git_releases(history: GitHistory | Mapping[str, object], tag_pattern: str | None=None) -> GitReleases:
    """Converts release tags to deployments, and assigns each commit to the earliest release that contains it."""
    ...
def parse_git(tags: str, log: str) -> GitHistory:
    """Reads the commits and tags of a repository from the output of two git commands."""
    ...
def prometheus_observations(metrics: Sequence[PrometheusMetric | Mapping[str, object]], start: datetime | str, end: datetime | str, step: timedelta | str) -> tuple[Observation, ...]:
    """Converts Prometheus responses, one range query for each metric, to observations of a canary."""
    ...
def prometheus_query_range(text: str) -> tuple[PrometheusSeries, ...]:
    """Reads a response of Prometheus' `/api/v1/query_range`: a matrix of series."""
    ...

# metrics
"""The five delivery metrics of DORA, from deployments, changes and incidents."""
class DeploymentIntent(StrEnum):
    """What a deployment was for."""
    PLANNED = 'planned'
    """To deliver planned work."""
    HOTFIX = 'hotfix'
    """To repair production with new code, unplanned."""
    ROLLBACK = 'rollback'
    """To restore an earlier version."""
    REDEPLOY = 'redeploy'
    """To deploy the same version again."""
    UNKNOWN = 'unknown'
    """Not recorded."""
class DeploymentOutcome(StrEnum):
    """How a deployment ended: the values of OpenTelemetry's `cicd.pipeline.result`."""
    SUCCESS = 'success'
    """It runs."""
    FAILURE = 'failure'
    """It ran to its end and failed."""
    ERROR = 'error'
    """It could not be carried out."""
    TIMEOUT = 'timeout'
    """It exceeded its time limit."""
    CANCELLATION = 'cancellation'
    """Somebody stopped it."""
    SKIP = 'skip'
    """It was not carried out at all."""
class DurationSummary(StrEnum):
    """Which number summarises a set of durations."""
    MEDIAN = 'median'
    """The value in the middle."""
    MEAN = 'mean'
    """The arithmetic mean, which a single long one can double."""
class ExclusionReason(StrEnum):
    """Why an item was left out of a metric."""
    OTHER_ENVIRONMENT = 'other_environment'
    """A deployment or an incident of an environment that the policy does not name."""
    OUTCOME = 'outcome'
    """A deployment whose outcome does not count."""
    INTENT = 'intent'
    """A deployment whose intent the policy does not count."""
    SEED = 'seed'
    """A change that the first deployment of its service and environment brought."""
    MERGE = 'merge'
    """A merge."""
    START_UNKNOWN = 'start_unknown'
    """A change whose start is unknown."""
    NEGATIVE = 'negative'
    """A span that ends before it begins."""
    REPEATED = 'repeated'
    """A change that an earlier deployment of the service and environment had delivered."""
    UNKNOWN_CHANGE = 'unknown_change'
    """The id of a change that is not in the input."""
    UNDELIVERED = 'undelivered'
    """A change that no deployment has delivered, by the time it was committed."""
    DUPLICATE_INCIDENT = 'duplicate_incident'
    """An incident that is a duplicate of another."""
    UNLINKED = 'unlinked'
    """An incident that no deployment could be linked to."""
    UNKNOWN_DEPLOYMENT = 'unknown_deployment'
    """An incident whose deployment is not in the input or does not count."""
    OPEN = 'open'
    """A failed deployment that has not recovered."""
class FailureSignal(StrEnum):
    """A signal that a deployment failed."""
    INCIDENT = 'incident'
    """An incident is linked to it."""
    REMEDIATION = 'remediation'
    """A later deployment names it in `remediates`."""
    REVERT = 'revert'
    """A later deployment delivers a change that reverts one of its changes."""
    ROLLBACK = 'rollback'
    """The next deployment is a rollback that names nothing in `remediates`."""
    HOTFIX = 'hotfix'
    """The next deployment is a hotfix that names nothing in `remediates`."""
    REVISION_RETURNED = 'revision_returned'
    """A revision that ran before it ran again later: the first deployment after that revision failed."""
    OUTCOME = 'outcome'
    """Its own outcome is failure, error or timeout."""
class IncidentLink(StrEnum):
    """A rule that links an incident to the deployment that caused it."""
    CAUSED_BY = 'caused_by'
    """The incident names it in `caused_by`."""
    LATEST_BEFORE = 'latest_before'
    """It is the latest one of the same service and environment that succeeded before the incident was detected."""
class LeadStart(StrEnum):
    """When the lead time of a change begins."""
    AUTHORED = 'authored'
    """When it was written; a change without that time is left out and counted."""
    COMMITTED = 'committed'
    """When it entered version control in its present form: a rebase hides the time before it."""
    AUTHORED_OR_COMMITTED = 'authored_or_committed'
    """When it was written, or when it was committed where the first is unknown."""
class LeadUnit(StrEnum):
    """The unit that has a lead time."""
    CHANGE = 'change'
    """A change: a large deployment weighs more than a small one."""
    DEPLOYMENT = 'deployment'
    """A deployment, which has the median of its changes: each weighs the same."""
class NegativeSpans(StrEnum):
    """How a span that ends before it begins is treated."""
    DROP = 'drop'
    """It is left out and counted."""
    CLAMP = 'clamp'
    """It counts as zero seconds."""
    KEEP = 'keep'
    """It stays as it is."""
class OpenRecoveries(StrEnum):
    """How a failed deployment that has not recovered counts for recovery times."""
    EXCLUDE = 'exclude'
    """Nothing: it is left out and counted."""
    AGE = 'age'
    """Its age at the end of the report's range."""
class QuantileRule(StrEnum):
    """How a quantile is read from a sample."""
    LINEAR = 'linear'
    """Between the two closest ranks, in proportion: type 7 of Hyndman and Fan, the default of R and NumPy."""
    LOWER = 'lower'
    """The lower of the two closest ranks: a value that occurred."""
    NEAREST_RANK = 'nearest_rank'
    """The value at rank ceil(p n): type 1 of Hyndman and Fan."""
class RateDenominator(StrEnum):
    """Which deployments the rates are shares of."""
    SUCCESSFUL = 'successful'
    """Those that succeeded."""
    FINISHED = 'finished'
    """Those that ran: success, failure, error and timeout, but not cancelled or skipped ones."""
class RecoveryEnd(StrEnum):
    """When the time to recover ends."""
    INCIDENT_ELSE_REMEDY = 'incident_else_remedy'
    """When its incidents were resolved; when it was repaired by a deployment, where no incident is linked."""
    INCIDENT = 'incident'
    """When its incidents were resolved."""
    REMEDY = 'remedy'
    """When a deployment repaired it."""
    EARLIEST = 'earliest'
    """Whichever came first."""
class RecoveryMembership(StrEnum):
    """By which instant a recovery belongs to a window."""
    FAILURE = 'failure'
    """When the failed deployment finished: its recovery stands beside its failure."""
    RECOVERY = 'recovery'
    """When it recovered."""
class RecoveryStart(StrEnum):
    """When the time to recover begins."""
    DEPLOYMENT_FINISHED = 'deployment_finished'
    """When the failed deployment finished."""
    INCIDENT_DETECTED = 'incident_detected'
    """When its first incident was detected; when it finished, where no incident is linked."""
class ReworkSignal(StrEnum):
    """A signal that a deployment is rework."""
    HOTFIX = 'hotfix'
    """Its intent is `hotfix`."""
    ROLLBACK = 'rollback'
    """Its intent is `rollback`."""
    REMEDIATION = 'remediation'
    """It names a deployment in `remediates`."""
    REVERT = 'revert'
    """It delivers a revert of a change that an earlier deployment delivered."""
    REVISION_RETURNED = 'revision_returned'
    """Its revision ran before and another one did since."""
class SeedRule(StrEnum):
    """How the first deployment of a service to an environment counts for lead times."""
    EXCLUDE = 'exclude'
    """It brings the whole history along: its changes have no lead time."""
    INCLUDE = 'include'
    """It counts like any other deployment: right when its list has exactly the changes that are new in it."""
class SeveralIncidents(StrEnum):
    """Which of several incidents of one deployment ends its recovery."""
    FIRST = 'first'
    """The one resolved first."""
    LAST = 'last'
    """The one resolved last: while one is open, so is the recovery."""
class UndefinedReason(StrEnum):
    """Why there is no number."""
    EMPTY_RANGE = 'empty_range'
    """The range has no length."""
    NO_DEPLOYMENTS = 'no_deployments'
    """There was no deployment to take a share of, or no deployment in the whole input to take a frequency from."""
    NO_CHANGES = 'no_changes'
    """No change was delivered."""
    SEED_ONLY = 'seed_only'
    """Every change came with the first deployment, which brings the history along."""
    NO_FAILURES = 'no_failures'
    """No deployment failed, so there was nothing to recover from."""
    ALL_OPEN = 'all_open'
    """No failed deployment has recovered."""
    ALL_EXCLUDED = 'all_excluded'
    """Every item was left out; `excluded` says why."""
class UndeliveredChanges(StrEnum):
    """Where the changes of a deployment that did not succeed go."""
    CARRY_FORWARD = 'carry_forward'
    """To the next deployment of that service and environment that succeeds."""
    DROP = 'drop'
    """Nowhere, unless a deployment that succeeds lists them itself."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Change(_Value):
    """A commit or another unit of work that deployments deliver."""
    id: str
    """Identifies the change within the input; a commit id, for instance."""
    authored_at: datetime | None = None
    """When it was written, where that is known."""
    committed_at: datetime
    """When it was committed in its present form."""
    merge: bool = False
    """Whether it is a merge: a commit with two parents or more."""
    reverts: Sequence[str] = ()
    """The ids of the earlier changes that it reverts."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment(_Value):
    """One attempt to deploy a version of a service to an environment."""
    id: str
    """Identifies the deployment within the input."""
    service: str
    """What was deployed."""
    environment: str = 'production'
    """The environment; `production` when left out."""
    started_at: datetime | None = None
    """When it began, where that is known."""
    finished_at: datetime
    """When it ended; this instant decides which bucket it is counted in."""
    outcome: DeploymentOutcome
    """How it ended."""
    intent: DeploymentIntent = DeploymentIntent.UNKNOWN
    """Its purpose; `unknown` when left out."""
    revision: str | None = None
    """The version or commit that ran afterwards."""
    remediates: Sequence[str] = ()
    """The ids of earlier deployments that this one repairs."""
    changes: Sequence[str] = ()
    """The ids of the changes that it delivered: those that the deployment before it did not contain."""
@dataclass(frozen=True, kw_only=True, slots=True)
class DoraReport(_Value):
    """The five delivery metrics of DORA over a range and each of its buckets."""
    range: TimeRange
    """The range that the report covers."""
    overall: DoraRow
    """The whole range."""
    buckets: Sequence[DoraRow]
    """The buckets that touch the range, in order, empty ones too."""
    policy_digest: str
    """The digest of the policy: `sha256:` and 64 hexadecimal digits."""
    tzdb_version: str
    """The version of the time zone database that cut the buckets."""
@dataclass(frozen=True, kw_only=True, slots=True)
class DoraRow(_Value):
    """The five delivery metrics of DORA over one range of time."""
    range: TimeRange
    """The part of the bucket that lies in the report's range."""
    partial: bool
    """Whether the bucket reaches beyond the report's range, so that this row shows only a part of it."""
    deployment_frequency: Estimate
    """Deployments per `frequencyPer` of the policy, over the real length of the range."""
    change_lead_time: Estimate
    """How long a change takes from being written to running in production, in seconds."""
    change_fail_rate: Estimate
    """The share of deployments that failed: `affected` of `n`."""
    failed_deployment_recovery_time: Estimate
    """How long a failed deployment takes to recover, in seconds."""
    deployment_rework_rate: Estimate
    """The share of deployments that were made to repair production: `affected` of `n`."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate(_Value):
    """A number with its basis, or the reason why there is none."""
    value: float | None = None
    """The number: deployments per period, seconds, or a share from 0 to 1."""
    undefined: UndefinedReason | None = None
    """Why there is no number."""
    n: int
    """The number of items behind the value: deployments, lead times or recoveries."""
    affected: int | None = None
    """Of a rate: how many of the `n` deployments failed, or were rework."""
    low_n: bool
    """Whether `n` is below `lowN` of the policy: too few items for a conclusion."""
    excluded: Sequence[Exclusion]
    """How many items were left out, by reason; reasons that did not occur are not listed."""
    interval: Interval | None = None
    """The confidence interval of `value`, where one exists: Garwood's for a frequency, Wilson's for a rate, between order statistics for a median."""
    median: float | None = None
    """The median, of a set of durations."""
    mean: float | None = None
    """The arithmetic mean, of a set of durations."""
    p90: float | None = None
    """Nine of ten are not longer, of a set of durations."""
    p95: float | None = None
    """Nineteen of twenty are not longer, of a set of durations."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion(_Value):
    """How many items were left out for one reason."""
    reason: ExclusionReason
    """The reason."""
    n: int
    """How many."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Incident(_Value):
    """A disruption of a service that needed immediate attention."""
    id: str
    """Identifies the incident within the input."""
    service: str
    """The affected service."""
    environment: str = 'production'
    """The affected environment; `production` when left out."""
    severity: str | None = None
    """The severity as the incident tool names it."""
    detected_at: datetime
    """When it was detected."""
    resolved_at: datetime | None = None
    """When the service had recovered; left out while the incident is open."""
    caused_by: str | None = None
    """The id of the deployment that caused it, where that is known."""
    duplicate_of: str | None = None
    """The id of the incident that this one repeats."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Policy(_Value):
    """Every choice behind the delivery metrics."""
    environments: Sequence[str] = ('production',)
    """The environments whose deployments and incidents count; `production` alone, as DORA defines."""
    uncounted_intents: Sequence[DeploymentIntent] = ()
    """Intents whose deployments do not count for frequency and rates, such as `redeploy`."""
    frequency_per: timedelta = timedelta(seconds=86400)
    """The period of the frequency; one day by default."""
    lead_start: LeadStart = LeadStart.AUTHORED
    """When the lead time of a change begins; `authored` by default, as in DORA's "committed to version control", which a rebase must not shorten."""
    lead_unit: LeadUnit = LeadUnit.CHANGE
    """The unit that has a lead time; `change` by default."""
    count_merges: bool = True
    """Whether merge commits have lead times; true by default: they are changes, too."""
    seed: SeedRule = SeedRule.EXCLUDE
    """How the first deployment counts for lead times; `exclude` by default."""
    undelivered: UndeliveredChanges = UndeliveredChanges.CARRY_FORWARD
    """Where the changes of unsuccessful deployments go; `carry_forward` by default, as in metrik: they reach production with the next one."""
    negative_spans: NegativeSpans = NegativeSpans.DROP
    """How negative lead and recovery times are treated; `drop` by default: clocks differ, and a mean must not hide that."""
    denominator: RateDenominator = RateDenominator.SUCCESSFUL
    """Which deployments the rates are shares of; `successful` by default: one that never ran changed nothing."""
    failure_signals: Sequence[FailureSignal] = (FailureSignal.INCIDENT, FailureSignal.REMEDIATION, FailureSignal.REVERT, FailureSignal.ROLLBACK, FailureSignal.HOTFIX, FailureSignal.REVISION_RETURNED)
    """The signals that a deployment failed; by default all but `outcome`, because a failed pipeline run is no failure in production."""
    rework_signals: Sequence[ReworkSignal] = (ReworkSignal.HOTFIX, ReworkSignal.ROLLBACK, ReworkSignal.REMEDIATION, ReworkSignal.REVERT, ReworkSignal.REVISION_RETURNED)
    """The signals that a deployment is rework; all by default."""
    incident_links: Sequence[IncidentLink] = (IncidentLink.CAUSED_BY, IncidentLink.LATEST_BEFORE)
    """The rules that link an incident to the deployment that caused it; the first that finds one wins."""
    link_max_age: timedelta = timedelta(seconds=604800)
    """How old a deployment may be for `latest_before`; 7 days by default."""
    link_same_instant: bool = True
    """Whether `latest_before` links an incident to a deployment that finished in the same instant; true by default: a deployment is responsible for the half-open time until the next one."""
    recovery_start: RecoveryStart = RecoveryStart.DEPLOYMENT_FINISHED
    """When recovery begins; `deployment_finished` by default: users suffer before anybody notices."""
    recovery_end: RecoveryEnd = RecoveryEnd.INCIDENT_ELSE_REMEDY
    """When recovery ends; `incident_else_remedy` by default."""
    several_incidents: SeveralIncidents = SeveralIncidents.LAST
    """Which of several incidents ends the recovery; `last` by default."""
    open_recoveries: OpenRecoveries = OpenRecoveries.EXCLUDE
    """What a failed deployment that has not recovered counts; `exclude` by default, with its number stated."""
    recovery_membership: RecoveryMembership = RecoveryMembership.FAILURE
    """By which instant a recovery belongs to a window; `failure` by default, so that a window's recoveries are those of its failures, and asking for another window changes none of them."""
    quantile: QuantileRule = QuantileRule.LINEAR
    """How quantiles are read; `linear` by default."""
    summary: DurationSummary = DurationSummary.MEDIAN
    """Which number summarises lead and recovery times; `median` by default, as DORA does."""
    week_start: Weekday = Weekday.MONDAY
    """The first day of weekly buckets; Monday by default (ISO 8601)."""
    confidence_level: float = 0.95
    """The level of the confidence intervals, as a share; 0.95 by default."""
    low_n: int = 6
    """With fewer items than this an estimate is marked `lowN`; 6 by default: with five, no interval of 95 % around a median exists that assumes nothing about the distribution."""
@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow(_Value):
    """One period of a report: its numbers without their basis, each in a column."""
    start: datetime
    """The first instant of the period in the range of the report."""
    end: datetime
    """The first instant after it."""
    partial: bool
    """Whether the period reaches beyond the range of the report, so that the row shows only a part of it."""
    deployments: int
    """How many deployments succeeded."""
    deployment_frequency: float | None = None
    """Deployments per `frequencyPer` of the policy."""
    changes: int
    """How many changes have a lead time."""
    change_lead_time_seconds: float | None = None
    """How long a change takes from being written to running in production."""
    change_lead_time_p90_seconds: float | None = None
    """Nine of ten changes take no longer."""
    rated_deployments: int
    """How many deployments the two rates are shares of."""
    failed_deployments: int
    """How many of them failed."""
    change_fail_rate: float | None = None
    """The share of them that failed."""
    recoveries: int
    """How many failed deployments have recovered."""
    recovery_time_seconds: float | None = None
    """How long a failed deployment takes to recover."""
    rework_deployments: int
    """How many of the rated deployments were made to repair production."""
    deployment_rework_rate: float | None = None
    """The share of them that were."""
    policy_digest: str
    """The digest of the policy: rows of two policies must not be compared."""
class Engine(_Handle):
    """A policy that is checked and digested once, for any number of reports."""
    def __init__(self, policy: Policy | Mapping[str, object]) -> None:
        ...
    @property
    def policy(self) -> Policy:
        """The policy."""
        ...
    @property
    def digest(self) -> str:
        """The digest of the policy, as in every report: `sha256:` and 64 hexadecimal digits."""
        ...
    def dora(self, deployments: Sequence[Deployment | Mapping[str, object]], changes: Sequence[Change | Mapping[str, object]], incidents: Sequence[Incident | Mapping[str, object]], range: TimeRange | Mapping[str, object], unit: BucketUnit | str, zone: str) -> DoraReport:
        """The five delivery metrics over a range and its buckets, in local days of a zone."""
        ...
def default_policy() -> Policy:
    """The policy that follows DORA's definitions: every field at its default."""
    ...
def policy_from_json(text: str) -> Policy:
    """Reads a policy from JSON text; `{}` is the default policy."""
    ...
def policy_from_yaml(text: str) -> Policy:
    """Reads a policy from YAML text; `{}` is the default policy."""
    ...
def dora(deployments: Sequence[Deployment | Mapping[str, object]], changes: Sequence[Change | Mapping[str, object]], incidents: Sequence[Incident | Mapping[str, object]], policy: Policy | Mapping[str, object], range: TimeRange | Mapping[str, object], unit: BucketUnit | str, zone: str) -> DoraReport:
    """The five delivery metrics over a range and its buckets, in local days of a zone."""
    ...
def explain(report: DoraReport | Mapping[str, object]) -> str:
    """The report as text for a person: a line for each period, then the basis of each number of the whole range."""
    ...
def report_rows(report: DoraReport | Mapping[str, object]) -> tuple[ReportRow, ...]:
    """The periods of a report as flat rows, in their order."""
    ...
def dora_columns(columns: EventColumns | Mapping[str, object], policy: Policy | Mapping[str, object], range: TimeRange | Mapping[str, object], unit: BucketUnit | str, zone: str) -> DoraReport:
    """The five delivery metrics, from columns: the same report as `dora` gives for the same events."""
    ...
def dora_frame(deployments: Frame, *, changes: Frame | None=None, incidents: Frame | None=None, policy: Policy | Mapping[str, object] | None=None, range: TimeRange | Mapping[str, object], unit: BucketUnit | str, zone: str, ignore_unknown: bool=False) -> DoraReport:
    """The result of `dora_columns`, from a data frame for each table."""
    ...

# reason
"""Reasons: why a decision is what it is, with stable codes and the evidence."""
class Severity(StrEnum):
    """How serious a reason is, in the words of PagerDuty's Common Event Format."""
    INFO = 'info'
    """Context."""
    WARNING = 'warning'
    """The release cannot go on for now."""
    ERROR = 'error'
    """Evidence against the release."""
    CRITICAL = 'critical'
    """Evidence against the release that no other fact outweighs."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence(_Value):
    """The facts behind a reason."""
    observed: float | None = None
    """The measured value, in `unit`."""
    threshold: float | None = None
    """The limit that it was compared with, in `unit`."""
    unit: str | None = None
    """The unit of `observed`, `threshold` and `interval`: a UCUM code such as `%`, `s`, `ms`, or `1` for a ratio."""
    n: int | None = None
    """The number of items or samples behind `observed`."""
    p: float | None = None
    """The p-value of the test, if there was one."""
    interval: Interval | None = None
    """The confidence interval of `observed`."""
    error: str | None = None
    """The message of a query that failed."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Interval(_Value):
    """A confidence interval, both ends included."""
    low: float
    """The lower end."""
    high: float
    """The upper end."""
    level: float
    """The confidence level, as a share: `0.95`."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Reason(_Value):
    """One reason of a decision."""
    code: ReasonCode | str
    """The stable code of the rule."""
    severity: Severity
    """How serious it is."""
    subject: str
    """The metric, step, criterion or fact that the reason is about."""
    text: str
    """A sentence for a person: subject, observed value, threshold, consequence."""
    evidence: Evidence = field(default_factory=lambda: Evidence())
    """The facts behind the sentence."""
class ReasonCode(StrEnum):
    """The stable code of a rule."""
    VERSION_NOT_GREATER = 'version_not_greater'
    """The next version is not greater than the previous one."""
    VERSION_SKIPPED = 'version_skipped'
    """The next version skips at least one version that could have come before it."""
    FIRST_RELEASE = 'first_release'
    """There is no previous version."""
    VERSION_STEP = 'version_step'
    """The step from the previous to the next version determines the release type."""
    PRERELEASE_GRADUATED = 'prerelease_graduated'
    """A prerelease became the release that it prepared."""
    PRERELEASE_VERSION = 'prerelease_version'
    """The version has prerelease identifiers."""
    BELOW_ONE = 'below_one'
    """The version is below 1.0.0, where its step shows nothing: the facts determine the release type."""
    SECURITY_FIX = 'security_fix'
    """The release closes a vulnerability; the highest severity counts."""
    SECURITY_UNRATED = 'security_unrated'
    """An advisory has no severity yet."""
    SECURITY_FIX_OPT_IN = 'security_fix_opt_in'
    """A security fix is released as a prerelease, which reaches only users who opted in."""
    LTS_LINE = 'lts_line'
    """The line is under long-term support."""
    VERSION_OUTSIDE_LINE = 'version_outside_line'
    """The version is outside the line that the facts name."""
    BREAKING_WITHOUT_MAJOR = 'breaking_without_major'
    """The release has breaking changes, but the version is not a new major version."""
    FEATURE_IN_PATCH = 'feature_in_patch'
    """The release has new features, but the version is a patch version."""
    LTS_BELOW_ONE = 'lts_below_one'
    """The line is under long-term support, but the version is below 1.0.0."""
    STABILITY_UNCLEAR = 'stability_unclear'
    """A version without prerelease identifiers goes only to users who opted in, or a prerelease goes to all users."""
    DECLARED_OTHERWISE = 'declared_otherwise'
    """The declared release type contradicts version and facts."""
    DECLARED_KIND = 'declared_kind'
    """The declared type decided an otherwise ambiguous release."""
    ABORT_ORDERED = 'abort_ordered'
    """An operator ordered to abort the rollout."""
    ANALYSIS_INCOMPLETE = 'analysis_incomplete'
    """A metric has fewer good measurements than the analysis requires."""
    BAKE_OVERDUE = 'bake_overdue'
    """A bake reached its longest time without enough good measurements."""
    BAKE_RUNNING = 'bake_running'
    """The bake has not reached its shortest time."""
    CANARY_NOT_READY = 'canary_not_ready'
    """The new version is not ready, and may still become so in its time."""
    CANARY_UNHEALTHY = 'canary_unhealthy'
    """The new version is not ready for longer than it may be."""
    DEADLINE_PASSED = 'deadline_passed'
    """The rollout took longer than its deadline."""
    ERROR_LIMIT_EXCEEDED = 'error_limit_exceeded'
    """A metric has more consecutive query errors than its limit."""
    FAILURE_LIMIT_EXCEEDED = 'failure_limit_exceeded'
    """A metric has more failed measurements than its limit."""
    GATE_EXPIRED = 'gate_expired'
    """Nobody approved a gate in its time."""
    GATE_REFUSED = 'gate_refused'
    """A person refused a gate."""
    GATE_PENDING = 'gate_pending'
    """A gate waits for a person's approval."""
    INCONCLUSIVE_LIMIT_EXCEEDED = 'inconclusive_limit_exceeded'
    """A metric has more inconclusive measurements than its limit."""
    METRIC_CRITICAL = 'metric_critical'
    """A critical metric failed."""
    METRIC_NOT_GOOD = 'metric_not_good'
    """The latest measurement of a metric was not good."""
    METRIC_UNMEASURED = 'metric_unmeasured'
    """A metric has not been measured since the weight was set."""
    NO_DATA = 'no_data'
    """The query of a metric returned no data."""
    ORDER_APPLIED = 'order_applied'
    """A command of an operator was applied."""
    ORDER_OUTDATED = 'order_outdated'
    """A command, an approval or a new revision had no effect, because it is from before the run, the pause or the step that it would change."""
    PAUSED = 'paused'
    """The rollout is paused until an operator resumes."""
    PAUSE_RUNNING = 'pause_running'
    """A pause step has not reached its end."""
    RUN_OVER = 'run_over'
    """The rollout is over until a retry or a new revision."""
    RUN_SUCCEEDED = 'run_succeeded'
    """All steps are done."""
    SAMPLES_TOO_FEW = 'samples_too_few'
    """A metric has fewer samples than the bake requires."""
    STABLE_RECOVERED = 'stable_recovered'
    """The previous version is ready again, so that a frozen rollout is rolled back."""
    STABLE_UNHEALTHY = 'stable_unhealthy'
    """The previous version is not ready, so a rollback is not possible."""
    STALE_DATA = 'stale_data'
    """A metric has no measurement within its `max_age`."""
    WEIGHT_SET = 'weight_set'
    """The weight of the new version changed."""
    WINDOW_CLOSED = 'window_closed'
    """The release window is closed."""
    CRITICAL_FUNCTIONALITY_BROKEN = 'critical_functionality_broken'
    """Critical functionality is broken."""
    VULNERABILITY_INTRODUCED = 'vulnerability_introduced'
    """The release introduced a vulnerability."""
    DATA_CORRUPTION = 'data_corruption'
    """Data is being corrupted."""
    LATENCY_INCREASE = 'latency_increase'
    """The increase of latency exceeds the limit of the policy."""
    ERROR_RATE_INCREASE = 'error_rate_increase'
    """The increase of the error rate exceeds the limit of the policy."""
    ERROR_RATE_WITHIN_CHANCE = 'error_rate_within_chance'
    """The error rate rose by enough, but chance explains the rise."""
    ERROR_RATE_UNDERPOWERED = 'error_rate_underpowered'
    """The error rate has fewer samples than the policy requires."""
    CUSTOMER_INCIDENTS = 'customer_incidents'
    """Customer-facing incidents reach the number of the policy, or the impact on customers is severe."""
    ROLLBACK_WINDOW_OPEN = 'rollback_window_open'
    """The rollback window is still open."""
    ROLLBACK_WINDOW_CLOSED = 'rollback_window_closed'
    """Veto: the rollback window has closed."""
    NO_PREVIOUS_VERSION = 'no_previous_version'
    """Veto: there is no previous version."""
    ROLLBACK_LOSES_DATA = 'rollback_loses_data'
    """Veto: a rollback would lose data."""
    MIGRATION_IRREVERSIBLE = 'migration_irreversible'
    """Veto: a migration cannot be undone."""
    NO_CRITERION_MET = 'no_criterion_met'
    """Hold: no criterion is met, and none is unknown."""
    CRITERIA_UNKNOWN = 'criteria_unknown'
    """Inconclusive: no criterion requires recovery, but at least one is unknown."""
    ONLY_WARNINGS = 'only_warnings'
    """Hold: only criteria of severity `warning` are met."""
    FLAG_ENDS_FAULT = 'flag_ends_fault'
    """Disable the flag: it ends the fault at once, without a rollback."""
    ROLLBACK_SAFETY_UNKNOWN = 'rollback_safety_unknown'
    """Escalate: a criterion is met, and it is unknown whether a rollback would be safe."""
    ROLLBACK_RULED_OUT = 'rollback_ruled_out'
    """Forward-fix: a rollback is ruled out, and the fix is simple and quick, or the fault is not serious."""
    NO_WAY_OUT = 'no_way_out'
    """Escalate: a rollback is ruled out, the fault is serious, and the fix is not simple and quick."""
    SERIOUS_AND_WIDESPREAD = 'serious_and_widespread'
    """Roll back: the fault is serious and widespread."""
    ROLLBACK_PROVEN = 'rollback_proven'
    """Roll back: the rollback path is proven, and the fault is serious or widespread, or no quick fix exists."""
    ROLLBACK_RISKY = 'rollback_risky'
    """Roll back, although the rollback path is complex or untested."""
    FIX_PREFERRED = 'fix_preferred'
    """Forward-fix: the fault is limited or the fix is simple and quick, and the rollback path is not the better choice."""
    NEITHER_IS_SAFE = 'neither_is_safe'
    """Escalate: the rollback path is not proven, and no simple and quick fix exists."""
    HARM_PROVEN = 'harm_proven'
    """Fail: the canary is proven worse than its baseline, and its estimate is beyond the margin."""
    WITHIN_MARGIN = 'within_margin'
    """Pass: the canary is proven to be worse than its baseline by less than the margin, or not at all."""
    DEGRADED_WITHIN_MARGIN = 'degraded_within_margin'
    """The canary passes, and is proven to be worse than its baseline."""
    COUNTS_INCONCLUSIVE = 'counts_inconclusive'
    """Inconclusive: the counts prove neither harm nor its absence."""
    COUNTS_TOO_SMALL = 'counts_too_small'
    """Inconclusive: too few events are expected of the baseline for any verdict."""
    NO_EXPOSURE = 'no_exposure'
    """No data: an arm has no exposure."""
    EVENTS_WITHOUT_EXPOSURE = 'events_without_exposure'
    """Invalid: an arm has events without exposure."""
    FACT_MISSING = 'fact_missing'
    """A fact that the decision needs is missing."""

# release
"""Determines the type of a release and the requirements of each type."""
class AdvisorySeverity(StrEnum):
    """The severity of a vulnerability: the qualitative ratings of CVSS."""
    LOW = 'low'
    """CVSS 0.1 to 3.9."""
    MEDIUM = 'medium'
    """CVSS 4.0 to 6.9."""
    HIGH = 'high'
    """CVSS 7.0 to 8.9."""
    CRITICAL = 'critical'
    """CVSS 9.0 to 10.0."""
class ChangelogDepth(StrEnum):
    """The depth of a changelog."""
    MINIMAL = 'minimal'
    """The fixes."""
    STANDARD = 'standard'
    """The changes, grouped."""
    COMPREHENSIVE = 'comprehensive'
    """The changes, grouped, with upgrade steps, deprecations and known issues."""
class ClassificationVerdict(StrEnum):
    """The verdict of a classification."""
    CLASSIFIED = 'classified'
    """The release type is determined."""
    INCONCLUSIVE = 'inconclusive'
    """Facts are missing, and the release type depends on them."""
    CONTRADICTORY = 'contradictory'
    """Version and facts contradict each other: do not release this version as it is."""
class CommunicationScope(StrEnum):
    """The audience of an announcement."""
    LIMITED = 'limited'
    """Only users who are affected."""
    EARLY_ADOPTERS = 'early_adopters'
    """Users who opted in to early versions; the release is marked as unstable, and feedback is requested."""
    COORDINATED = 'coordinated'
    """Nobody before the agreed disclosure date, all users from then on."""
    ALL_USERS = 'all_users'
    """All users."""
class TestingScope(StrEnum):
    """The scope of testing."""
    SMOKE = 'smoke'
    """Start and main paths."""
    FOCUSED = 'focused'
    """Smoke tests, the fix and the code around it."""
    FULL = 'full'
    """The full test cycle."""
    EXTENDED = 'extended'
    """The full test cycle and compatibility with earlier releases of the line."""
class Type(StrEnum):
    """A release type."""
    FEATURE_MAJOR = 'feature_major'
    """A new major version: breaking changes, usually with new features."""
    FEATURE_MINOR = 'feature_minor'
    """A new minor version: new features without breaking changes."""
    HOTFIX = 'hotfix'
    """A new patch version: fixes only."""
    SECURITY_CRITICAL = 'security_critical'
    """Closes at least one vulnerability of critical severity."""
    SECURITY_HIGH = 'security_high'
    """Closes at least one vulnerability of high severity, and none of higher severity."""
    SECURITY_MEDIUM = 'security_medium'
    """Closes at least one vulnerability of medium severity, and none of higher severity."""
    SECURITY_LOW = 'security_low'
    """Closes vulnerabilities of low severity only."""
    PRERELEASE = 'prerelease'
    """An alpha, beta, preview or release candidate for users who opted in."""
    LTS = 'lts'
    """A release of a line under long-term support."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Advisory(_Value):
    """An advisory that a release closes."""
    id: str
    """The identifier: `CVE-2026-0001`, `GHSA-…`, `RUSTSEC-…`."""
    severity: AdvisorySeverity | None = None
    """The severity of the vulnerability; absent until it is rated."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Classification(_Value):
    """The release type and the reasons for it: the result of `classify`."""
    verdict: ClassificationVerdict
    """Whether the release type is determined."""
    release_type: Type | None = None
    """The release type; present exactly when the verdict is `classified`."""
    reasons: Sequence[Reason]
    """The reasons, the most severe first."""
    missing: Sequence[str]
    """The missing facts that the type depends on, by their paths in the facts: `advisories[0].severity`."""
    next_check_at: datetime | None = None
    """Always absent: a release type does not depend on the time."""
    policy_digest: str
    """The digest of the rules."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Facts(_Value):
    """The facts about a release that its version does not contain."""
    breaking: bool | None = None
    """Whether users must change something to take this release."""
    features: bool | None = None
    """Whether the release has new features."""
    advisories: Sequence[Advisory] = ()
    """The advisories that the release closes."""
    line: str | None = None
    """The maintenance line of the release: `1.x` or `1.4.x`."""
    lts: bool = False
    """Whether the line is under long-term support."""
    opt_in_only: bool | None = None
    """Whether the release goes only to users who opted in to early versions."""
    declared: Type | None = None
    """The declared release type."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Profile(_Value):
    """The requirements of a release type: a row of the table of profiles."""
    allowed_bumps: Sequence[Bump]
    """The allowed steps from the previous version."""
    timeline_min: timedelta
    """The shortest time from the decision to release to the release itself."""
    timeline_max: timedelta
    """The longest time from the decision to release to the release itself."""
    testing: TestingScope
    """The scope of testing."""
    gates: Sequence[str]
    """The identifiers of the gates to pass: `tests_passing`."""
    approvals: Sequence[RequiredApproval]
    """The required approvals."""
    canary_schedule: str | None = None
    """The name of the canary schedule, such as `standard`; absent: the release goes to all users at once."""
    soak: timedelta
    """How long the release is observed after it has reached all users, before it is complete."""
    changelog: ChangelogDepth
    """The depth of the changelog."""
    communication: CommunicationScope
    """The audience of the announcement."""
    channels: Sequence[str]
    """The identifiers of the announcement channels: `release_notes_page`."""
    freeze_exempt: bool
    """Whether the release is allowed during a freeze."""
    support: timedelta | None = None
    """How long the release is supported; absent: until the next release of its line."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Profiles(_Value):
    """A table of profiles."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    """The profiles by release type."""
@dataclass(frozen=True, kw_only=True, slots=True)
class RequiredApproval(_Value):
    """An approval that a release needs."""
    role: str
    """The role of the approvers: `release_manager`."""
    count: int
    """The number of people of this role; at least 1."""
def standard_profiles() -> Profiles:
    """Returns the standard profile of every release type."""
    ...
def profiles_from_json(text: str) -> Profiles:
    """Reads a table of profiles from JSON text."""
    ...
def profiles_from_yaml(text: str) -> Profiles:
    """Reads a table of profiles from YAML text."""
    ...
def classify(previous: str | None, next: str, facts: Facts | Mapping[str, object]) -> Classification:
    """Determines the release type of `next`."""
    ...
def explain(classification: Classification | Mapping[str, object]) -> str:
    """Writes a classification as text for a person: the release type, the reasons and the missing facts."""
    ...
def outcome(classification: Classification | Mapping[str, object]) -> Outcome:
    """The consequence of a classification for its caller: go on, or ask a person."""
    ...
def profile(release_type: Type | str, overrides: Profiles | Mapping[str, object] | None=None) -> Profile:
    """Returns the profile of a release type: the row of `overrides` if there is one, else the standard row."""
    ...

# rollback
"""Decides how to recover from a bad release: roll back, fix forward, disable a flag, hold, or ask a person."""
class Criterion(StrEnum):
    """A criterion for a rollback."""
    CRITICAL_FUNCTIONALITY_BROKEN = 'critical_functionality_broken'
    """Critical functionality is broken."""
    VULNERABILITY_INTRODUCED = 'vulnerability_introduced'
    """The release introduced a vulnerability."""
    DATA_CORRUPTION = 'data_corruption'
    """Data is or was being corrupted."""
    LATENCY_INCREASE = 'latency_increase'
    """The latency rose above the limit."""
    ERROR_RATE_INCREASE = 'error_rate_increase'
    """The error rate rose above the limit."""
    CUSTOMER_INCIDENTS = 'customer_incidents'
    """Customers are affected: incidents are open, or the impact is severe."""
    ROLLBACK_WINDOW_OPEN = 'rollback_window_open'
    """The rollback window is open."""
class CustomerImpact(StrEnum):
    """The impact on customers, in the words of Statuspage; its `none` is `unnoticed` here, because Swift reads `none` as an absent value."""
    UNNOTICED = 'unnoticed'
    """Users do not notice."""
    MINOR = 'minor'
    """Users notice but can still work."""
    MAJOR = 'major'
    """Users cannot do a part of their work."""
    CRITICAL = 'critical'
    """Users cannot work, or lose data or money."""
class Verdict(StrEnum):
    """What to do about a release."""
    HOLD = 'hold'
    """Leave the release as it is: nothing calls for recovery."""
    INCONCLUSIVE = 'inconclusive'
    """It is not known whether anything is wrong: find the facts listed as missing."""
    FORWARD_FIX = 'forward_fix'
    """Repair the release by a new one."""
    DISABLE_FLAG = 'disable_flag'
    """Disable the feature flag that ends the fault."""
    ROLL_BACK = 'roll_back'
    """Roll back to the previous version."""
    ESCALATE = 'escalate'
    """Something is wrong and no recovery option is known to be safe: a person must choose now."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Counterfactual(_Value):
    """A fact that would change the verdict if all others stayed as they are."""
    fact: str
    """The name of the fact in the situation: `affectedShare`."""
    actual: str | None = None
    """The present value in the wire form without quotes; absent if it is unknown."""
    instead: str
    """A value that changes the verdict, in the wire form without quotes: `true`, `0.05`, `PT1H`."""
    verdict: Verdict
    """The verdict for that value."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Decision(_Value):
    """A decision about a release and its reasons, made by `decide`."""
    verdict: Verdict
    """What to do."""
    criteria_met: Sequence[Criterion]
    """The criteria that are met, in the order of `Criterion`."""
    reasons: Sequence[Reason]
    """The reasons: first the row of the decision table that applies, then the facts that led to it."""
    missing: Sequence[str]
    """The names of the facts that are unknown and could change the verdict."""
    counterfactuals: Sequence[Counterfactual]
    """The single facts that would change the verdict, each with a value that does."""
    next_check_at: datetime | None = None
    """The instant at which the rollback window closes, if the verdict changes then; absent if time alone changes nothing."""
    policy_digest: str
    """The digest of the policy that was applied."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Policy(_Value):
    """The limits beyond which a release counts as broken, and the limits that choose the recovery."""
    critical_functionality_severity: Severity = Severity.CRITICAL
    """The severity of broken critical functionality."""
    vulnerability_severity: Severity = Severity.CRITICAL
    """The severity of a vulnerability that the release introduced."""
    data_corruption_severity: Severity = Severity.CRITICAL
    """The severity of corrupted data."""
    latency_severity: Severity = Severity.ERROR
    """The severity of a rise in latency."""
    latency_increase_percent: float = 20.0
    """The rise in latency, in percent of the baseline, above which the criterion is met."""
    error_rate_severity: Severity = Severity.ERROR
    """The severity of a rise in the error rate."""
    error_rate_increase_percent: float = 50.0
    """The rise in the error rate, in percent of the baseline, above which the criterion is met."""
    error_rate_min_rise: float = 0.005
    """The rise in the error rate, as a share of requests, that counts as small whatever the increase in percent, unless the rate doubles."""
    error_rate_min_samples: int = 100
    """The number of samples below which an error rate is unknown, whether high or low."""
    customer_incidents_severity: Severity = Severity.ERROR
    """The severity of customer-facing incidents."""
    customer_incidents_min: int = 1
    """The number of open incidents from which the criterion is met."""
    rollback_window: timedelta = timedelta(seconds=86400)
    """The time after the deployment during which a rollback is allowed; half-open: closed at its end."""
    small_share: float = 0.05
    """The largest share of affected users that is still small; above it, the fault is widespread."""
    quick_fix: timedelta = timedelta(seconds=3600)
    """The longest time until a fix is ready that still counts as quick."""
    severe_impact: CustomerImpact = CustomerImpact.MAJOR
    """The lowest impact on customers that counts as severe."""
    error_rate_significance: float = 0.01
    """The probability below which chance does not explain a rise in the error rate: more than 0, at most 1, which switches the test off."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Situation(_Value):
    """The facts about a release that a deploy script knows."""
    critical_functionality_broken: bool | None = None
    """Whether functionality that users depend on is broken."""
    vulnerability_introduced: bool | None = None
    """Whether the release introduced a vulnerability."""
    data_corruption: bool | None = None
    """Whether data is or was being corrupted."""
    latency_baseline: float | None = None
    """The latency before the release, in seconds; above 0."""
    latency_observed: float | None = None
    """The latency now, in seconds, by the same measure as the baseline (mean, p95, …)."""
    error_rate_baseline: float | None = None
    """The share of requests that failed before the release: 0 to 1."""
    error_rate_observed: float | None = None
    """The share of requests that fail now: 0 to 1."""
    error_rate_samples: int | None = None
    """The number of requests behind `errorRateObserved`."""
    customer_incidents: int | None = None
    """The number of open customer-facing incidents that the release caused."""
    deployed_at: datetime | None = None
    """The instant at which the release was deployed and the rollback window opened."""
    previous_version_available: bool | None = None
    """Whether the previous version can and may run again."""
    rollback_causes_data_loss: bool | None = None
    """Whether a rollback would lose data that was written since the deployment."""
    irreversible_migration: bool | None = None
    """Whether a migration ran that cannot be undone and that the previous version cannot work with."""
    rollback_tested: bool | None = None
    """Whether this rollback path has been tested."""
    rollback_complex: bool | None = None
    """Whether the rollback path is long or risky: many parts, manual steps, a fixed order."""
    affected_share: float | None = None
    """The share of users that the fault affects: 0 to 1."""
    customer_impact: CustomerImpact | None = None
    """The impact on customers."""
    fix_simple: bool | None = None
    """Whether a fix is simple: its cause is known and the change is small."""
    fix_ready_in: timedelta | None = None
    """The time until a fix can be deployed."""
    flag_ends_fault: bool | None = None
    """Whether disabling a feature flag ends the whole fault for all users."""
class Engine(_Handle):
    """A policy that is checked and digested once, for many decisions."""
    def __init__(self, policy: Policy | Mapping[str, object]) -> None:
        ...
    @property
    def policy(self) -> Policy:
        """The policy."""
        ...
    @property
    def digest(self) -> str:
        """The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits."""
        ...
    def decide(self, situation: Situation | Mapping[str, object], now: datetime | str) -> Decision:
        """Decides what to do about a release under the policy of this engine."""
        ...
def default_policy() -> Policy:
    """The policy with all defaults."""
    ...
def policy_from_json(text: str) -> Policy:
    """Reads a policy from JSON text."""
    ...
def policy_from_yaml(text: str) -> Policy:
    """Reads a policy from YAML text."""
    ...
def decide(situation: Situation | Mapping[str, object], policy: Policy | Mapping[str, object], now: datetime | str) -> Decision:
    """Decides what to do about a release: roll back, fix forward, disable a flag, hold, or ask a person."""
    ...
def explain(decision: Decision | Mapping[str, object]) -> str:
    """Writes a decision as text for a person: the verdict, the reasons, and the facts that would change the verdict."""
    ...
def outcome(decision: Decision | Mapping[str, object]) -> Outcome:
    """The consequence of a decision for its caller: go on, go back, or ask a person."""
    ...

# stats
"""Compares the counts of a canary with those of its baseline: proven worse, proven good enough, or not known yet."""
class Direction(StrEnum):
    """Which change of a rate is for the worse."""
    INCREASE_IS_BAD = 'increase_is_bad'
    """More events are worse: errors, crashes."""
    DECREASE_IS_BAD = 'decrease_is_bad'
    """Fewer events are worse: orders, sign-ups."""
class Looks(StrEnum):
    """How often counts are compared while they grow."""
    ANY = 'any'
    """As often as the caller likes: an e-process."""
    ONE = 'one'
    """Once, at an end that was fixed before: an exact test, which needs about a quarter fewer events."""
class Verdict(StrEnum):
    """What counts prove."""
    FAILED = 'failed'
    """The canary is worse, and its estimate is beyond the margin."""
    PASSED = 'passed'
    """The canary is worse by less than the margin, or not at all."""
    INCONCLUSIVE = 'inconclusive'
    """Neither is proven yet."""
    NO_DATA = 'no_data'
    """An arm has no exposure."""
    INVALID = 'invalid'
    """The counts contradict one another."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison(_Value):
    """What the counts of two arms prove, made by `compare_counts`."""
    verdict: Verdict
    """What is proven."""
    ratio: float | None = None
    """The rate of the canary, divided by that of the baseline; absent without events of the baseline."""
    ratio_low: float | None = None
    """The lower end of the confidence interval of the ratio, at the level 1 − alpha; valid for as many looks as the test."""
    ratio_high: float | None = None
    """The upper end; absent if there is none, as without events of the baseline."""
    harm: TestResult | None = None
    """The test against "the canary is no worse than its baseline"."""
    safe: TestResult | None = None
    """The test against "the canary is worse than its baseline by the margin or more"."""
    needed_events: int | None = None
    """The number of events of both arms together at which a canary as good as its baseline is expected to pass: with a power of 80 % for one look, and about the median for any number of looks."""
    reasons: Sequence[Reason]
    """The reasons: first that of the verdict."""
    policy_digest: str
    """The digest of the policy that was applied."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Counts(_Value):
    """The events of one arm, and the exposure during which they happened."""
    events: int
    """The number of events: failed requests, crashes, orders."""
    exposure: float
    """The requests, users or hours during which they happened, in the same unit for both arms; 0 or more."""
@dataclass(frozen=True, kw_only=True, slots=True)
class Policy(_Value):
    """When a canary counts as worse, and how certain that must be."""
    direction: Direction = Direction.INCREASE_IS_BAD
    """Whether more events or fewer are worse."""
    margin_percent: float = 25.0
    """The change for the worse, in percent of the rate of the baseline, that is still tolerated."""
    alpha: float = 0.05
    """The highest probability of a false `failed`, and that of a false `passed`, over all looks together."""
    looks: Looks = Looks.ANY
    """How often the counts are looked at."""
    min_expected_events: float = 5.0
    """The number of events that the baseline must be expected to have, if both arms have the same rate, before there is any verdict."""
@dataclass(frozen=True, kw_only=True, slots=True)
class TestResult(_Value):
    """The result of one test."""
    p: float
    """The p-value."""
    log_e: float | None = None
    """The natural logarithm of the e-value: the evidence against the hypothesis."""
def default_policy() -> Policy:
    """The policy with all defaults."""
    ...
def policy_from_json(text: str) -> Policy:
    """Reads a policy from JSON text."""
    ...
def policy_from_yaml(text: str) -> Policy:
    """Reads a policy from YAML text."""
    ...
def compare_counts(canary: Counts | Mapping[str, object], baseline: Counts | Mapping[str, object], policy: Policy | Mapping[str, object]) -> Comparison:
    """Compares the events of a canary with those of its baseline."""
    ...
def explain(comparison: Comparison | Mapping[str, object]) -> str:
    """Writes a comparison as text for a person: the verdict and the reasons."""
    ...
def outcome(comparison: Comparison | Mapping[str, object]) -> Outcome:
    """The consequence of a comparison for its caller."""
    ...

# time
"""Instants, spans, half-open ranges, local days in time zones, metric buckets and business days."""
class BucketUnit(StrEnum):
    """The length of the buckets of a report, in the calendar of a time zone."""
    DAY = 'day'
    """A calendar day."""
    WEEK = 'week'
    """Seven days from the first day of the week."""
    MONTH = 'month'
    """A calendar month."""
    QUARTER = 'quarter'
    """Three calendar months, from January, April, July or October on."""
    YEAR = 'year'
    """A calendar year."""
class Weekday(StrEnum):
    """A day of the week."""
    MONDAY = 'monday'
    """The first day of the ISO week."""
    TUESDAY = 'tuesday'
    """The second day."""
    WEDNESDAY = 'wednesday'
    """The third day."""
    THURSDAY = 'thursday'
    """The fourth day."""
    FRIDAY = 'friday'
    """The fifth day."""
    SATURDAY = 'saturday'
    """The sixth day."""
    SUNDAY = 'sunday'
    """The last day of the ISO week."""
@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessCalendar(_Value):
    """Defines business days: the weekend, holidays and make-up days."""
    weekend: Sequence[Weekday] = (Weekday.SATURDAY, Weekday.SUNDAY)
    """The days of the week without work."""
    holidays: Sequence[date] = ()
    """Dates without work, on any day of the week."""
    working_days: Sequence[date] = ()
    """Make-up days: business days even on a weekend or a holiday."""
@dataclass(frozen=True, kw_only=True, slots=True)
class TimeRange(_Value):
    """A half-open range of time: `start` is included, `end` is not."""
    start: datetime
    """The first instant of the range."""
    end: datetime
    """The first instant after the range; `start` or later."""
def add_business_days(date: date | str, days: int, calendar: BusinessCalendar | Mapping[str, object]) -> date:
    """Returns the business day that is `days` business days after `date`, or before it if `days` is negative."""
    ...
def buckets(range: TimeRange | Mapping[str, object], unit: BucketUnit | str, zone: str, week_start: Weekday | str) -> tuple[TimeRange, ...]:
    """Returns the whole buckets that overlap a range, in order and without gaps."""
    ...
def business_days_between(start: date | str, end: date | str, calendar: BusinessCalendar | Mapping[str, object]) -> int:
    """Counts the business days from `start` to before `end`."""
    ...
def format_span(span: timedelta | str) -> str:
    """Writes a span as ISO 8601 in days, hours, minutes and seconds."""
    ...
def local_date(at: datetime | str, zone: str) -> date:
    """Returns the calendar day in a zone at an instant."""
    ...
def parse_span(text: str) -> timedelta:
    """Reads a span from ISO 8601 (`PT1H30M`) or from numbers with units (`90s`, `2h 30m`)."""
    ...
def tzdb_version() -> str:
    """Returns the version of the compiled-in IANA time zone database, such as `2025b`."""
    ...

# version
"""Versions by Semantic Versioning 2.0.0, their order and the step between two of them."""
class Bump(StrEnum):
    """The step between two versions: the leftmost part that differs."""
    NONE = 'none'
    """The versions are equal or differ in build metadata only."""
    PRERELEASE = 'prerelease'
    """Only the prerelease identifiers differ: `1.2.0-rc.1` to `1.2.0-rc.2` or to `1.2.0`."""
    PATCH = 'patch'
    """`1.2.3` to `1.2.4`."""
    MINOR = 'minor'
    """`1.2.3` to `1.3.0`."""
    MAJOR = 'major'
    """`1.2.3` to `2.0.0`."""
def bump(previous: str, next: str) -> Bump:
    """Returns the bump between two versions, in either order."""
    ...
