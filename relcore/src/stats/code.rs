//! The reason codes of `stats`.
use crate::reason::reason_codes;

reason_codes! {
    /// Fail: the canary is proven worse than its baseline, and its estimate is beyond the margin.
    HARM_PROVEN;
    /// Pass: the canary is proven to be worse than its baseline by less than the margin, or not at all.
    WITHIN_MARGIN;
    /// The canary passes, and is proven to be worse than its baseline.
    DEGRADED_WITHIN_MARGIN;
    /// Inconclusive: the counts prove neither harm nor its absence.
    COUNTS_INCONCLUSIVE;
    /// Inconclusive: too few events are expected of the baseline for any verdict.
    COUNTS_TOO_SMALL;
    /// No data: an arm has no exposure.
    NO_EXPOSURE;
    /// Invalid: an arm has events without exposure.
    EVENTS_WITHOUT_EXPOSURE;
    /// Inconclusive: the values prove neither harm nor its absence.
    SAMPLES_INCONCLUSIVE;
    /// Inconclusive: an arm has too few values for any verdict.
    SAMPLES_TOO_SMALL;
    /// Pass: all values of both arms are equal.
    SAMPLES_IDENTICAL;
    /// No data: an arm has no values.
    NO_SAMPLES;
    /// Inconclusive: the mean of the baseline may be 0, so that a margin in percent has no meaning.
    BASELINE_NEAR_ZERO;
    /// Pass: the share of values beyond the limit is proven to be at most the tolerated one.
    SHARE_TOLERATED;
    /// Mismatched: the shares of the traffic are proven not to be the planned ones.
    SPLIT_MISMATCHED;
    /// Mismatched: an arm that was to get nothing got units.
    SPLIT_UNPLANNED_ARM;
    /// Matched: the share of each arm is proven to be the planned one, within the tolerance, and nothing points to a mismatch.
    SPLIT_MATCHED;
    /// Inconclusive: the units prove neither a mismatch nor its absence.
    SPLIT_INCONCLUSIVE;
    /// No data: no arm has units.
    SPLIT_WITHOUT_UNITS;
    /// Fail: a metric has failed, also with its p-value adjusted for the number of metrics.
    METRIC_FAILED;
    /// Inconclusive: a metric has failed alone, but its adjusted p-value is above alpha.
    METRIC_FAILED_ALONE;
    /// Invalid: the comparison of a metric is invalid.
    METRIC_INVALID;
    /// No data: a metric has no data.
    METRIC_WITHOUT_DATA;
    /// Inconclusive: a metric is inconclusive.
    METRIC_INCONCLUSIVE;
    /// A metric has passed.
    METRIC_PASSED;
    /// No data: there is no metric.
    NO_METRICS;
}
