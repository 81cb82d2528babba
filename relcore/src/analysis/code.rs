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
    /// The score of the judged metrics reaches the passing score.
    SCORE_PASSED;
    /// The score reaches the marginal score only.
    SCORE_MARGINAL;
    /// The score is below the marginal score.
    SCORE_TOO_LOW;
    /// Unknown metrics decide between two verdicts.
    SCORE_UNKNOWN;
    /// Half of the metrics or more have no data.
    TOO_LITTLE_DATA;
    /// A critical metric of the canary is bad.
    CRITICAL_METRIC_BAD;
    /// The canary is not shown to be worse in a metric.
    SERIES_PASSED;
    /// The canary has greater values, which is bad.
    SERIES_HIGH;
    /// The canary has lesser values, which is bad.
    SERIES_LOW;
    /// The canary has another spread, which is bad.
    SPREAD_CHANGED;
    /// The canary has events, and its baseline has none.
    EVENTS_WITHOUT_BASELINE;
    /// The series are too short for any result of the test to count.
    SERIES_TOO_SHORT;
    /// Far more points of one arm are missing than of the other.
    SERIES_UNEVEN;
    /// A series has no values.
    SERIES_EMPTY;
    /// The query of a series failed.
    SERIES_FAILED;
    /// The score of the objectives reaches the percentage to pass, and no key objective failed.
    OBJECTIVES_PASSED;
    /// The score of the objectives reaches the percentage for a warning only.
    OBJECTIVES_WARNING;
    /// The score of the objectives is too low, or a key objective failed.
    OBJECTIVES_FAILED;
    /// What is missing decides between two verdicts about the objectives.
    OBJECTIVES_INCONCLUSIVE;
    /// No objective has a weight.
    NOTHING_SCORED;
    /// A key objective failed, so the release fails whatever its score.
    KEY_OBJECTIVE_FAILED;
    /// An objective failed.
    OBJECTIVE_FAILED;
    /// An objective has a warning and half of its points.
    OBJECTIVE_WARNING;
    /// An objective has no value, or nothing to compare it with.
    OBJECTIVE_NO_DATA;
    /// An alert of severity error or critical fires.
    ALERTS_FIRING;
    /// An alert of severity warning fires.
    ALERTS_WARNING;
    /// No alert fires, and at least one cannot be evaluated.
    ALERTS_NO_DATA;
    /// No alert fires, and at least one metric is beyond its limit.
    ALERTS_PENDING;
    /// No alert speaks against the release.
    ALERTS_OK;
    /// A metric was beyond its limit for long enough.
    ALERT_FIRING;
    /// A metric is beyond its limit, but not for long enough.
    ALERT_PENDING;
    /// A metric or its baseline has no value that is new enough.
    ALERT_NO_DATA;
    /// Anomalous: the statistic of the control chart was above its limit.
    ANOMALY_DETECTED;
    /// Normal: the statistic of the control chart was never above its limit.
    NO_ANOMALY;
    /// Inconclusive: the series is shorter than its reference.
    REFERENCE_TOO_SHORT;
    /// Inconclusive: too many of the reference values are missing.
    REFERENCE_INCOMPLETE;
    /// Inconclusive: the reference values are all equal.
    REFERENCE_CONSTANT;
    /// No data: there is no value after the reference.
    NO_VALUES_TO_WATCH;
    /// Inconclusive: no alarm, but too many values after the reference are missing.
    VALUES_MISSING;
}
