//! The reason codes of `analysis`.
use crate::reason::reason_codes;

reason_codes! {
    /// Every metric that counts is successful.
    RUN_SUCCESSFUL;
    /// The metrics can no longer be successful: at least one of them failed.
    RUN_FAILED;
    /// The metrics can no longer be successful: at least one of them could not be measured.
    RUN_ERROR;
    /// The metrics can no longer be successful, and none of them is proven bad.
    RUN_INCONCLUSIVE;
    /// The metrics are still measured.
    RUN_RUNNING;
    /// Nothing has been measured yet.
    RUN_PENDING;
    /// Every metric is a dry run, so nothing was required.
    NOTHING_REQUIRED;
    /// A metric has no measurement yet.
    METRIC_PENDING;
    /// A metric is still measured.
    METRIC_RUNNING;
    /// A metric was ended before it was decided.
    METRIC_ENDED;
    /// A metric was ended before its first measurement.
    METRIC_NEVER_MEASURED;
    /// A metric reached its number of measurements within its limits.
    METRIC_COMPLETE;
    /// No further measurement can change the result of a metric, so it is decided before its number of measurements.
    METRIC_DECIDED_EARLY;
    /// A metric has enough successful measurements in a row.
    SUCCESSES_IN_A_ROW;
    /// A metric ended without enough successful measurements in a row.
    SUCCESSES_NOT_IN_A_ROW;
    /// A metric ended without any successful measurement.
    NO_SUCCESS;
    /// A metric has more failed measurements than its limit.
    FAILED_OVER_LIMIT;
    /// A metric has more failed measurements in a row than its limit.
    FAILED_IN_A_ROW_OVER_LIMIT;
    /// A metric has more inconclusive measurements than its limit.
    INCONCLUSIVE_OVER_LIMIT;
    /// A metric has more queries with errors in a row than its limit.
    ERRORS_OVER_LIMIT;
    /// A group has enough successful members.
    GROUP_SUCCESSFUL;
    /// A group can no longer have enough successful members.
    GROUP_UNSUCCESSFUL;
    /// A group is not decided yet.
    GROUP_RUNNING;
}
