//! The reason codes of `canary`.
use crate::reason::reason_codes;

reason_codes! {
    /// An operator ordered to abort the rollout.
    ABORT_ORDERED;
    /// A metric has fewer good measurements than the analysis requires.
    ANALYSIS_INCOMPLETE;
    /// A bake reached its longest time without enough good measurements.
    BAKE_OVERDUE;
    /// The bake has not reached its shortest time.
    BAKE_RUNNING;
    /// The new version is not ready, and may still become so in its time.
    CANARY_NOT_READY;
    /// The new version is not ready for longer than it may be.
    CANARY_UNHEALTHY;
    /// The counts of a metric prove the new version worse than the previous one, beyond the margin.
    COMPARISON_HARMFUL;
    /// A version has events without traffic, so that its counts cannot be compared.
    COMPARISON_INVALID;
    /// The counts of a metric prove neither harm nor its absence yet.
    COMPARISON_UNDECIDED;
    /// Counts were read but not counted: the first totals, or a total that fell.
    COUNTS_SKIPPED;
    /// The rollout took longer than its deadline.
    DEADLINE_PASSED;
    /// A metric has more consecutive query errors than its limit.
    ERROR_LIMIT_EXCEEDED;
    /// A metric has more failed measurements than its limit.
    FAILURE_LIMIT_EXCEEDED;
    /// Nobody approved a gate in its time.
    GATE_EXPIRED;
    /// A person refused a gate.
    GATE_REFUSED;
    /// A gate waits for a person's approval.
    GATE_PENDING;
    /// A metric has more inconclusive measurements than its limit.
    INCONCLUSIVE_LIMIT_EXCEEDED;
    /// A critical metric failed.
    METRIC_CRITICAL;
    /// The latest measurement of a metric was not good.
    METRIC_NOT_GOOD;
    /// The limits of a metric changed with the schedule, so that what was measured before does not count.
    METRIC_RESET;
    /// A metric has not been measured since the weight was set.
    METRIC_UNMEASURED;
    /// The query of a metric returned no data.
    NO_DATA;
    /// A command of an operator was applied.
    ORDER_APPLIED;
    /// A command, an approval or a new revision had no effect, because it is from before the run, the pause or the step that
    /// it would change.
    ORDER_OUTDATED;
    /// A command of an operator changes nothing in this phase of the rollout.
    ORDER_WITHOUT_EFFECT;
    /// The rollout is paused until an operator resumes.
    PAUSED;
    /// A pause that an operator ordered ended with a new revision.
    PAUSE_ENDED;
    /// All pauses together have used up their limit: a pause ended by itself, or could not begin.
    PAUSE_LIMIT_REACHED;
    /// A pause step has not reached its end.
    PAUSE_RUNNING;
    /// The revision that was announced is rolled out already.
    REVISION_KNOWN;
    /// Routes and a scale ended with the run, and must be removed after its traffic.
    ROUTES_REMOVED;
    /// The rollout has failed, and its traffic goes back as the previous version can take it.
    ROLLING_BACK;
    /// The rollout is over until a retry or a new revision.
    RUN_OVER;
    /// All steps are done.
    RUN_SUCCEEDED;
    /// A metric has fewer samples than the bake requires.
    SAMPLES_TOO_FEW;
    /// The traffic is not split by the weight.
    SAMPLE_RATIO_MISMATCH;
    /// The rollout goes on under an edited schedule.
    SCHEDULE_CHANGED;
    /// The previous version is ready again, so that a frozen rollout is rolled back.
    STABLE_RECOVERED;
    /// The previous version is not ready, so a rollback is not possible.
    STABLE_UNHEALTHY;
    /// A metric has no measurement within its `max_age`.
    STALE_DATA;
    /// What a step commanded was not reported in its time.
    STEP_EXPIRED;
    /// What a step commanded has failed.
    STEP_FAILED;
    /// The result of what a step commanded is inconclusive.
    STEP_INCONCLUSIVE;
    /// A result has no effect, because it is not of the current step, or from before its command.
    STEP_OUTDATED;
    /// A step gave its command and waits for the result.
    STEP_PENDING;
    /// The weight of the new version changed.
    WEIGHT_SET;
    /// The release window is closed.
    WINDOW_CLOSED;
}
