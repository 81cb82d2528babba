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
    /// No data: a sketch has no values.
    SKETCH_WITHOUT_VALUES;
    /// Invalid: the margin is not above the error of the ratio of two quantiles of the sketches.
    SKETCH_TOO_COARSE;
    /// Inconclusive: the intervals of the quantiles prove neither harm nor its absence.
    QUANTILE_INCONCLUSIVE;
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
