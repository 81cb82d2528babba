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
    /// The windows were compared by their totals: the events are independent.
    WINDOWS_COMPARED_BY_TOTALS;
    /// The windows were compared by the difference of each: events come in bursts, or the split changed.
    WINDOWS_COMPARED_BY_DIFFERENCES;
    /// The windows were compared by the share of the canary in the events of each.
    WINDOWS_COMPARED_BY_SHARES;
    /// Inconclusive: there are too few windows for any method.
    WINDOWS_TOO_FEW;
    /// Invalid: windows are to be compared by shares, but the exposures of the arms differ.
    WINDOWS_OF_UNEQUAL_EXPOSURE;
    /// Invalid: an arm has too few clusters for a variance.
    CLUSTERS_TOO_FEW;
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
    /// No data: a sketch has no values.
    SKETCH_WITHOUT_VALUES;
    /// Invalid: the margin is not above the error of the ratio of two quantiles of the sketches.
    SKETCH_TOO_COARSE;
    /// Inconclusive: the intervals of the quantiles prove neither harm nor its absence.
    QUANTILE_INCONCLUSIVE;
    /// No data: an arm has no values.
    ARM_WITHOUT_VALUES;
    /// Invalid: many values are missing in one arm, and few in the other.
    MISSING_NOT_AT_RANDOM;
    /// Inconclusive: the values of a gauge say less than a few independent values.
    GAUGE_TOO_FEW_VALUES;
    /// Inconclusive: the values of a gauge prove neither harm nor its absence.
    GAUGE_INCONCLUSIVE;
    /// No data: the arms have no instant in common.
    GAUGES_WITHOUT_PAIRS;
    /// Pass: all values of the canary are those of its baseline.
    GAUGES_IDENTICAL;
    /// Fail: the difference between the arms is proven to grow, and did so beyond the margin.
    GAUGE_LEAKS;
    /// Inconclusive: the difference between the arms is proven to grow, within the margin so far.
    GAUGE_DRIFTS;
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
