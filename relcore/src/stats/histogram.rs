//! Histograms with fixed buckets, as Prometheus and OpenTelemetry record latencies.
use super::arguments::check_level;
use super::order;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

input! {
    /// Counts of values by upper bounds, each including those below it: the series `…_bucket` of Prometheus.
    ///
    /// OpenTelemetry counts each bucket alone: add up its counts.
    ///
    /// ```
    /// use relcore::stats::{Histogram, HistogramBucket};
    /// let latency = Histogram::new([HistogramBucket::new(0.1, 50_u32), HistogramBucket::new(0.5, 95_u32), HistogramBucket::rest(100_u32)]);
    /// assert_eq!(latency.buckets.len(), 3);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Histogram", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Histogram {
        /// The buckets in ascending order; the last one has no upper bound.
        pub buckets: Vec<HistogramBucket>,
    }
}

impl Histogram {
    /// A histogram of these buckets.
    #[must_use]
    pub fn new(buckets: impl IntoIterator<Item = HistogramBucket>) -> Self {
        Self { buckets: buckets.into_iter().collect() }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        let count = self.buckets.len();
        faults.check(
            count >= 2,
            ErrorKind::OutOfRange,
            format_args!("{path}.buckets"),
            format_args!("has {count} buckets: expected 2 or more, the last one without an upper bound"),
        );
        let last = count.saturating_sub(1);
        let mut before: Option<&HistogramBucket> = None;
        for (index, bucket) in self.buckets.iter().enumerate() {
            let at = format!("{path}.buckets[{index}]");
            match bucket.upper_bound {
                None => faults.check(
                    index == last,
                    ErrorKind::Unordered,
                    format_args!("{at}.upperBound"),
                    format_args!("is absent, as for +Inf: expected it of the last bucket alone"),
                ),
                Some(bound) => {
                    faults.check(
                        bound.is_finite(),
                        ErrorKind::OutOfRange,
                        format_args!("{at}.upperBound"),
                        format_args!("`{bound}` is not finite: leave the bound of +Inf out"),
                    );
                    faults.check(
                        index < last,
                        ErrorKind::MissingField,
                        format_args!("{path}.buckets[{count}]"),
                        format_args!(
                            "is missing: expected a last bucket without an upper bound, which counts all"
                        ),
                    );
                    let lower = before.and_then(|bucket| bucket.upper_bound);
                    faults.check(
                        lower.is_none_or(|lower| lower < bound || lower.is_nan() || bound.is_nan()),
                        if lower == Some(bound) { ErrorKind::Duplicate } else { ErrorKind::Unordered },
                        format_args!("{at}.upperBound"),
                        format_args!("`{bound}` is not above the bound before"),
                    );
                }
            }
            let least = before.map_or(0, |bucket| bucket.count.get());
            faults.check(
                bucket.count.get() >= least,
                ErrorKind::Unordered,
                format_args!("{at}.count"),
                format_args!(
                    "`{}` is less than the `{least}` of the bucket before: expected counts that include it",
                    bucket.count
                ),
            );
            before = Some(bucket);
        }
    }

    /// The number of all values.
    pub(super) fn total(&self) -> Count {
        self.buckets.last().map_or(Count::default(), |bucket| bucket.count)
    }
}

input! {
    /// The count of one bucket.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.HistogramBucket", rename_all = "camelCase", deny_unknown_fields)]
    pub struct HistogramBucket {
        /// The upper bound, which belongs to the bucket: `le` of Prometheus. Absent for `+Inf`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub upper_bound: Option<f64>,
        /// The number of values up to the bound.
        pub count: Count,
    }
}

impl HistogramBucket {
    /// The number of values up to a bound.
    #[must_use]
    pub fn new(upper_bound: f64, count: impl Into<Count>) -> Self {
        Self { upper_bound: Some(upper_bound), count: count.into() }
    }

    /// The number of all values: the bucket `+Inf`.
    #[must_use]
    pub fn rest(count: impl Into<Count>) -> Self {
        Self { upper_bound: None, count: count.into() }
    }
}

/// A quantile of a histogram, made by [`histogram_quantile`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.HistogramQuantile", rename_all = "camelCase", deny_unknown_fields)]
pub struct HistogramQuantile {
    /// The interpolated value of Prometheus' `histogram_quantile`; absent without values. It looks more exact than it is:
    /// the values of a bucket need not be spread evenly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpolated: Option<f64>,
    /// The lower edge of the bucket that has the lower end of the confidence interval. Absent if there is none: too few
    /// values, or a first bucket for negative values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower_edge: Option<f64>,
    /// The upper edge of the bucket that has the upper end. Absent if there is none: too few values, or beyond the last
    /// bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper_edge: Option<f64>,
    /// The rank of the lower end, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank_low: Option<Count>,
    /// The rank of the upper end, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank_high: Option<Count>,
    /// The number of values.
    pub n: Count,
}

/// The quantile `p` of a histogram: the bracket of bucket edges that has it, and the interpolated value of Prometheus.
///
/// The bracket has the true quantile with the probability `level` or more, whatever the distribution within the buckets.
/// As in Prometheus, the first bucket begins at 0 if its bound is above 0.
///
/// ```
/// use relcore::stats::{Histogram, HistogramBucket, histogram_quantile};
/// let bucket = |bound, count: u32| HistogramBucket::new(bound, count);
/// let latency = Histogram::new([bucket(0.1, 50), bucket(0.25, 80), bucket(0.5, 95), bucket(1.0, 99), HistogramBucket::rest(100_u32)]);
/// let p90 = histogram_quantile(&latency, 0.9, 0.95)?;
/// assert!((p90.interpolated.unwrap() - 0.41667).abs() < 1e-5);
/// // Pitfall: all that 100 requests say about it is this.
/// assert_eq!((p90.lower_edge, p90.upper_edge), (Some(0.25), Some(1.0)));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `missing_field` for a histogram without a last bucket for all values, `unordered` for bounds or
/// counts that do not ascend, `duplicate` for a bound that is repeated, `out_of_range` for a `p` of 99 and a level of 95.
pub fn histogram_quantile(histogram: &Histogram, p: f64, level: f64) -> Result<HistogramQuantile> {
    let mut faults = Faults::new();
    histogram.check("histogram", &mut faults);
    faults.check_share(p, format_args!("p"));
    check_level(level, &mut faults);
    faults.finish()?;
    let n = histogram.total();
    let empty = HistogramQuantile {
        interpolated: None,
        lower_edge: None,
        upper_edge: None,
        rank_low: None,
        rank_high: None,
        n,
    };
    let Some(size) = usize::try_from(n.get()).ok().filter(|size| *size > 0) else { return Ok(empty) };
    // The least and the greatest value have no interval: theirs are the only ranks.
    let (low, high) = if p <= 0.0 {
        (Some(0), Some(0))
    } else if p >= 1.0 {
        (size.checked_sub(1), size.checked_sub(1))
    } else {
        order::quantile_end_ranks(size, p, level)
    };
    let (low, high) = (low.map(rank), high.map(rank));
    Ok(HistogramQuantile {
        interpolated: interpolated(histogram, p),
        lower_edge: low.and_then(|rank| lower_edge(histogram, rank)),
        upper_edge: high.and_then(|rank| upper_edge(histogram, rank)),
        rank_low: low,
        rank_high: high,
        n,
    })
}

/// The rank from 1.
fn rank(index: usize) -> Count {
    Count::of(index.saturating_add(1))
}

/// The index of the bucket that has the value of a rank.
fn bucket_of(histogram: &Histogram, rank: Count) -> usize {
    histogram.buckets.partition_point(|bucket| bucket.count < rank)
}

fn upper_edge(histogram: &Histogram, rank: Count) -> Option<f64> {
    histogram.buckets.get(bucket_of(histogram, rank))?.upper_bound
}

fn lower_edge(histogram: &Histogram, rank: Count) -> Option<f64> {
    match bucket_of(histogram, rank).checked_sub(1) {
        Some(before) => histogram.buckets.get(before)?.upper_bound,
        None => histogram.buckets.first()?.upper_bound.filter(|bound| *bound > 0.0).map(|_| 0.0),
    }
}

/// `bucketQuantile` of Prometheus; `None` where it returns NaN.
fn interpolated(histogram: &Histogram, p: f64) -> Option<f64> {
    let rank = p * histogram.total().as_f64();
    let (_, finite) = histogram.buckets.split_last()?;
    let Some(index) = finite.iter().position(|bucket| bucket.count.as_f64() >= rank) else {
        return finite.last()?.upper_bound;
    };
    let bucket = finite.get(index)?;
    let end = bucket.upper_bound?;
    let before = index.checked_sub(1).and_then(|before| finite.get(before));
    if before.is_none() && end <= 0.0 {
        return Some(end);
    }
    let start = before.and_then(|bucket| bucket.upper_bound).unwrap_or(0.0);
    let below = before.map_or(0.0, |bucket| bucket.count.as_f64());
    let inside = bucket.count.as_f64() - below;
    let value = start + (end - start) * ((rank - below) / inside);
    value.is_finite().then_some(value)
}

/// What a histogram counted between two instants, made by [`histogram_increase`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.HistogramIncrease", rename_all = "camelCase", deny_unknown_fields)]
pub struct HistogramIncrease {
    /// The counts since the first instant; after a reset, those since the reset.
    pub histogram: Histogram,
    /// Whether a count was less than before: the process was restarted, and what it counted until then is lost.
    pub was_reset: bool,
}

/// What a histogram counted between two instants, from its counters at both.
///
/// Counters begin anew when a process restarts. Then no count is taken as negative: the increase is what was counted since
/// the restart, as in Prometheus' `increase`, and `wasReset` says so.
///
/// ```
/// use relcore::stats::{Histogram, HistogramBucket, histogram_increase};
/// let counters = |fast: u32, all: u32| Histogram::new([HistogramBucket::new(0.5, fast), HistogramBucket::rest(all)]);
/// let increase = histogram_increase(&counters(90, 100), &counters(180, 210))?;
/// assert_eq!((increase.histogram, increase.was_reset), (counters(90, 110), false));
/// // Pitfall: after a restart, the requests before it are missing.
/// assert!(histogram_increase(&counters(90, 100), &counters(30, 40))?.was_reset);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`histogram_quantile`]; `invalid_value` for bounds that differ.
pub fn histogram_increase(before: &Histogram, after: &Histogram) -> Result<HistogramIncrease> {
    let mut faults = Faults::new();
    before.check("before", &mut faults);
    after.check("after", &mut faults);
    faults.finish()?;
    check_same_bounds(before, after, "before", "after")?;
    let pairs = || before.buckets.iter().zip(&after.buckets);
    // A count that grew less than that of the bucket before it also shows a reset: counts in between would be negative.
    let increases = pairs().map(|(before, after)| after.count.get().checked_sub(before.count.get()));
    let mut most = Some(0);
    let is_ascending = increases.into_iter().all(|increase| {
        let is_valid = increase.is_some() && increase >= most;
        most = increase;
        is_valid
    });
    if !is_ascending {
        return Ok(HistogramIncrease { histogram: after.clone(), was_reset: true });
    }
    let buckets = pairs().map(|(before, after)| {
        let count = after.count.get().saturating_sub(before.count.get());
        Ok(HistogramBucket { upper_bound: after.upper_bound, count: Count::new(count)? })
    });
    Ok(HistogramIncrease {
        histogram: Histogram { buckets: buckets.collect::<Result<_>>()? },
        was_reset: false,
    })
}

/// Refuses histograms whose bounds are not the same.
pub(super) fn check_same_bounds(one: &Histogram, other: &Histogram, name: &str, path: &str) -> Result<()> {
    let bound = |bound: Option<f64>| bound.map_or("+Inf".to_owned(), |bound| bound.to_string());
    for (index, bucket) in other.buckets.iter().enumerate() {
        let expected = one.buckets.get(index);
        if expected.is_none_or(|expected| expected.upper_bound != bucket.upper_bound) {
            let text = format!(
                "`{}` is not the bound of `{name}`, {}: the counts of other buckets cannot be compared",
                bound(bucket.upper_bound),
                expected.map_or("which has fewer buckets".to_owned(), |expected| format!(
                    "`{}`",
                    bound(expected.upper_bound)
                ))
            );
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("{path}.buckets[{index}].upperBound"),
                text,
            ));
        }
    }
    if other.buckets.len() < one.buckets.len() {
        let text = format!("has {} buckets, but `{name}` has {}", other.buckets.len(), one.buckets.len());
        return Err(Error::new(ErrorKind::InvalidValue, format!("{path}.buckets"), text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(bounds: &[f64], values: &[f64]) -> Histogram {
        let up_to =
            |bound: f64| u32::try_from(values.iter().filter(|value| **value <= bound).count()).unwrap();
        let buckets = bounds.iter().map(|bound| HistogramBucket::new(*bound, up_to(*bound)));
        Histogram::new(buckets.chain([HistogramBucket::rest(up_to(f64::INFINITY))]))
    }

    #[test]
    fn a_quantile_beyond_the_last_bound_is_that_bound_in_prometheus_and_has_no_upper_edge() {
        let high = histogram(&[0.1, 0.5], &[0.05, 0.7, 0.8, 0.9, 2.0, 3.0, 4.0, 5.0]);
        let got = histogram_quantile(&high, 0.9, 0.95).unwrap();
        assert_eq!((got.interpolated, got.upper_edge), (Some(0.5), None));
    }

    #[test]
    fn a_first_bucket_of_negative_values_has_its_bound_as_quantile_and_no_lower_edge() {
        let got = histogram_quantile(&histogram(&[-1.0, 0.0, 1.0], &[-3.0; 30]), 0.5, 0.95).unwrap();
        assert_eq!((got.interpolated, got.lower_edge, got.upper_edge), (Some(-1.0), None, Some(-1.0)));
    }

    proptest! {
        #[test]
        fn the_bracket_has_the_quantile_of_the_sample_and_the_interpolated_value(
            values in prop::collection::vec(0.01..12.0_f64, 1..200), p in 0.01..0.99_f64,
        ) {
            let bounds = [0.5, 1.0, 2.5, 5.0, 10.0];
            let got = histogram_quantile(&histogram(&bounds, &values), p, 0.95).unwrap();
            let sample = crate::stats::quantile(&values, p, &crate::stats::QuantileMethod::InvertedCdf).unwrap();
            prop_assert!(got.lower_edge.is_none_or(|low| low <= sample));
            prop_assert!(got.upper_edge.is_none_or(|high| sample <= high));
            // The ranks are those of the sample.
            let exact = crate::stats::quantile_interval(&values, p, 0.95).unwrap();
            prop_assert!(got.lower_edge.is_none_or(|low| exact.low.is_some_and(|exact| low <= exact)));
            prop_assert!(got.upper_edge.is_none_or(|high| exact.high.is_some_and(|exact| exact <= high)));
            let point = got.interpolated.unwrap();
            prop_assert!(got.upper_edge.is_none_or(|high| point <= high));
        }

        #[test]
        fn the_increase_and_what_was_before_add_up(
            early in prop::collection::vec(0.01..12.0_f64, 0..50), late in prop::collection::vec(0.01..12.0_f64, 0..50),
        ) {
            let bounds = [0.5, 1.0, 2.5];
            let all: Vec<f64> = early.iter().chain(&late).copied().collect();
            let increase = histogram_increase(&histogram(&bounds, &early), &histogram(&bounds, &all)).unwrap();
            prop_assert_eq!(increase.histogram, histogram(&bounds, &late));
            prop_assert!(!increase.was_reset);
            if !early.is_empty() {
                let reset = histogram_increase(&histogram(&bounds, &all), &histogram(&bounds, &late)).unwrap();
                prop_assert!(reset.was_reset && reset.histogram == histogram(&bounds, &late));
            }
        }
    }
}
