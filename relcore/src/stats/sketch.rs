//! DDSketch: quantiles within a relative error from counts of logarithmic buckets (C. Masson, J. E. Rim and H. K. Lee, VLDB
//! 2019).
use super::arguments::check_values;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::scalar::Count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of values in buckets whose bounds grow by a constant factor, made by [`sketch`]: any quantile within the relative
/// error `accuracy`, in a few hundred numbers.
///
/// The buckets are integers, so that merged sketches are equal, byte for byte, whatever the order and the partition of the
/// values was. A sum of the values would depend on both; it is not part of a sketch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Sketch", rename_all = "camelCase", deny_unknown_fields)]
pub struct Sketch {
    /// The greatest relative error of a quantile: α of the publication.
    pub accuracy: f64,
    /// The buckets of values above 0, in ascending order of the index. None is empty.
    pub positive: Vec<SketchBucket>,
    /// The buckets of values below 0, by the index of their absolute value.
    pub negative: Vec<SketchBucket>,
    /// The number of zeros, and of values too small for a bucket (below 3e-308).
    pub zeros: Count,
    /// The number of infinite values.
    pub infinite: Count,
    /// The number of negative infinite values.
    pub negative_infinite: Count,
}

/// One bucket of a sketch: the values above γ^(index − 1) and up to γ^index, where γ = (1 + accuracy) / (1 − accuracy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.SketchBucket", rename_all = "camelCase", deny_unknown_fields)]
pub struct SketchBucket {
    /// The index of the bucket.
    pub index: i32,
    /// The number of values.
    pub count: Count,
}

/// A sketch of values: latencies of a host, of a minute, of a partition of a table.
///
/// ```
/// use relcore::stats::{merge_sketches, sketch, sketch_quantile};
/// let latencies: Vec<f64> = (1..=1000).map(f64::from).collect();
/// let whole = sketch(&latencies, 0.01)?;
/// let p99 = sketch_quantile(&whole, 0.99)?;
/// assert!((p99 - 990.0).abs() <= 0.01 * 990.0);
///
/// let parts = [sketch(&latencies[600..], 0.01)?, sketch(&latencies[..600], 0.01)?];
/// assert_eq!(merge_sketches(&parts)?, whole);
/// // Pitfall: sketches of different accuracies have different buckets.
/// assert!(merge_sketches(&[whole, sketch(&[1.0], 0.02)?]).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for an accuracy of 0, or of 5 (percent); `invalid_value` for a NaN.
pub fn sketch(values: &[f64], accuracy: f64) -> Result<Sketch> {
    let mut faults = Faults::new();
    check_values(values, "values", 0, false, &mut faults);
    check_accuracy(accuracy, "accuracy", &mut faults);
    faults.finish()?;
    let buckets = Buckets::new(accuracy);
    let mut tally = Tally::default();
    for value in values {
        let magnitude = value.abs();
        if magnitude.is_infinite() {
            let count = if *value > 0.0 { &mut tally.infinite } else { &mut tally.negative_infinite };
            *count = count.saturating_add(1);
        } else if magnitude <= buckets.least {
            tally.zeros = tally.zeros.saturating_add(1);
        } else {
            let of_sign = if *value > 0.0 { &mut tally.positive } else { &mut tally.negative };
            let count = of_sign.entry(buckets.index(magnitude)).or_insert(0_u64);
            *count = count.saturating_add(1);
        }
    }
    tally.sketch(accuracy)
}

/// The sketch of all values of several sketches: exact, in any order.
///
/// # Errors
/// All faults at once: `out_of_range` without a sketch, and for more than 2^53 - 1 values; `invalid_value` for a sketch of
/// another accuracy than the first one, and for an empty bucket; `unordered` for buckets that do not ascend.
pub fn merge_sketches(sketches: &[Sketch]) -> Result<Sketch> {
    let mut faults = Faults::new();
    for (index, sketch) in sketches.iter().enumerate() {
        sketch.check(&format!("sketches[{index}]"), &mut faults);
    }
    let Some(first) = sketches.first() else {
        return Err(Error::new(ErrorKind::OutOfRange, "sketches", "is empty: expected a sketch or more"));
    };
    for (index, sketch) in sketches.iter().enumerate() {
        check_same_accuracy(first, sketch, &format!("sketches[{index}]"), &mut faults);
    }
    faults.finish()?;
    let mut tally = Tally::default();
    for sketch in sketches {
        for (buckets, of_sign) in
            [(&mut tally.positive, &sketch.positive), (&mut tally.negative, &sketch.negative)]
        {
            for bucket in of_sign {
                let count = buckets.entry(bucket.index).or_insert(0);
                *count = count.saturating_add(bucket.count.get());
            }
        }
        for (count, more) in [
            (&mut tally.zeros, sketch.zeros),
            (&mut tally.infinite, sketch.infinite),
            (&mut tally.negative_infinite, sketch.negative_infinite),
        ] {
            *count = count.saturating_add(more.get());
        }
    }
    let merged = tally.sketch(first.accuracy)?;
    let mut faults = Faults::new();
    merged.check("sketches", &mut faults);
    faults.finish().map(|()| merged)
}

/// The quantile `p` of the values of a sketch, within its relative error.
///
/// It is the value of the rank floor(p (n − 1)), counted from 0, without interpolation.
///
/// # Errors
/// All faults at once: `out_of_range` for a sketch without values, a `p` of 99, and a quantile that is infinite;
/// `unordered` and `invalid_value` for buckets that do not ascend or are empty.
pub fn sketch_quantile(sketch: &Sketch, p: f64) -> Result<f64> {
    let mut faults = Faults::new();
    sketch.check("sketch", &mut faults);
    faults.check_share(p, format_args!("p"));
    faults.check(
        sketch.total() > 0,
        ErrorKind::OutOfRange,
        format_args!("sketch"),
        format_args!("has no values"),
    );
    faults.finish()?;
    sketch.quantile(p).filter(|value| value.is_finite()).ok_or_else(|| {
        Error::new(ErrorKind::OutOfRange, "p", format!("the quantile `{p}` of these values is infinite"))
    })
}

impl Sketch {
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        check_accuracy(self.accuracy, &format!("{path}.accuracy"), faults);
        for (field, buckets) in [("positive", &self.positive), ("negative", &self.negative)] {
            for (position, bucket) in buckets.iter().enumerate() {
                faults.check(
                    bucket.count.get() > 0,
                    ErrorKind::InvalidValue,
                    format_args!("{path}.{field}[{position}].count"),
                    format_args!("is 0: leave an empty bucket out, so that equal sketches are equal"),
                );
                // Beyond it, no number has a bucket.
                let index = bucket.index;
                faults.check(
                    index.unsigned_abs() <= MOST_INDEX,
                    ErrorKind::OutOfRange,
                    format_args!("{path}.{field}[{position}].index"),
                    format_args!("`{index}` is out of range: expected -{MOST_INDEX} to {MOST_INDEX}"),
                );
            }
            for (position, (before, bucket)) in (1_usize..).zip(buckets.iter().zip(buckets.iter().skip(1))) {
                faults.check(
                    before.index < bucket.index,
                    if before.index == bucket.index { ErrorKind::Duplicate } else { ErrorKind::Unordered },
                    format_args!("{path}.{field}[{position}].index"),
                    format_args!("`{}` is not above the index before, `{}`", bucket.index, before.index),
                );
            }
        }
        faults.check(
            self.total() <= Count::MAX,
            ErrorKind::OutOfRange,
            format_args!("{path}"),
            format_args!("has more than 2^53 - 1 values"),
        );
    }

    /// The number of values, infinite ones included.
    pub(super) fn total(&self) -> u64 {
        self.cells().fold(0, |sum, cell| sum.saturating_add(cell.count))
    }

    /// The value of a rank from 0; infinite for an infinite one. `None` without values.
    fn quantile(&self, p: f64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53 - 1")]
        let last = self.total().checked_sub(1)? as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^53 - 1")]
        let rank = libm::floor(p * last) as u64;
        let mut below = 0_u64;
        self.cells()
            .find(|cell| {
                below = below.saturating_add(cell.count);
                rank < below
            })
            .map(|cell| cell.value)
    }

    /// The buckets in ascending order of their values.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> {
        let buckets = Buckets::new(self.accuracy);
        let point = |value: f64, count: Count| Cell { low: value, value, high: value, count: count.get() };
        let negative = self.negative.iter().rev().map(move |bucket| {
            let Cell { low, value, high, count } = buckets.cell(*bucket);
            Cell { low: -high, value: -value, high: -low, count }
        });
        let positive = self.positive.iter().map(move |bucket| buckets.cell(*bucket));
        [point(f64::NEG_INFINITY, self.negative_infinite)]
            .into_iter()
            .chain(negative)
            .chain([point(0.0, self.zeros)])
            .chain(positive)
            .chain([point(f64::INFINITY, self.infinite)])
            .filter(|cell| cell.count > 0)
    }
}

/// A bucket with its bounds and the value that stands for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) low: f64,
    pub(super) value: f64,
    pub(super) high: f64,
    pub(super) count: u64,
}

/// The bounds of the buckets for an accuracy.
#[derive(Clone, Copy, Debug)]
struct Buckets {
    ln_gamma: f64,
    /// The greatest value that counts as 0.
    least: f64,
    /// The logarithm of 2 / (γ + 1), by which the value of a bucket is below its upper bound.
    ln_middle: f64,
}

impl Buckets {
    fn new(accuracy: f64) -> Self {
        let growth = 2.0 * accuracy / (1.0 - accuracy);
        Self {
            ln_gamma: libm::log1p(growth),
            least: f64::MIN_POSITIVE * (1.0 + growth),
            // γ + 1 = 2 / (1 − accuracy)
            ln_middle: libm::log1p(-accuracy),
        }
    }

    fn index(self, magnitude: f64) -> i32 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 7.5 million")]
        let index = libm::ceil(libm::log(magnitude) / self.ln_gamma) as i32;
        index
    }

    fn cell(self, bucket: SketchBucket) -> Cell {
        let power = |index: f64, more: f64| libm::exp(index * self.ln_gamma + more).min(f64::MAX);
        let index = f64::from(bucket.index);
        Cell {
            low: power(index - 1.0, 0.0),
            value: power(index, self.ln_middle),
            high: power(index, 0.0),
            count: bucket.count.get(),
        }
    }
}

/// The index of the greatest number at the best accuracy.
const MOST_INDEX: u32 = 7_500_000;

#[derive(Default)]
struct Tally {
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
    zeros: u64,
    infinite: u64,
    negative_infinite: u64,
}

impl Tally {
    fn sketch(self, accuracy: f64) -> Result<Sketch> {
        let count = |count: u64| Count::new(count).map_err(|error| error.under("sketches"));
        let buckets = |of_sign: BTreeMap<i32, u64>| -> Result<Vec<SketchBucket>> {
            of_sign.into_iter().map(|(index, of)| Ok(SketchBucket { index, count: count(of)? })).collect()
        };
        Ok(Sketch {
            accuracy,
            positive: buckets(self.positive)?,
            negative: buckets(self.negative)?,
            zeros: count(self.zeros)?,
            infinite: count(self.infinite)?,
            negative_infinite: count(self.negative_infinite)?,
        })
    }
}

fn check_accuracy(accuracy: f64, path: &str, faults: &mut Faults) {
    faults.check(
        (1e-4..=0.5).contains(&accuracy),
        ErrorKind::OutOfRange,
        format_args!("{path}"),
        format_args!("`{accuracy}` is out of range: expected a relative error from 0.0001 to 0.5, like 0.01"),
    );
}

/// Adds a fault for a sketch of another accuracy.
pub(super) fn check_same_accuracy(first: &Sketch, other: &Sketch, path: &str, faults: &mut Faults) {
    let (expected, accuracy) = (first.accuracy, other.accuracy);
    faults.check(
        expected.to_bits() == accuracy.to_bits(),
        ErrorKind::InvalidValue,
        format_args!("{path}.accuracy"),
        format_args!(
            "`{accuracy}` is not `{expected}`: sketches of different accuracies have different buckets"
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn infinite_values_are_counted_and_are_no_quantile() {
        let got = sketch(&[f64::INFINITY, 1.0, f64::NEG_INFINITY, -0.0, f64::MAX, -5e-324], 0.01).unwrap();
        assert_eq!((got.zeros.get(), got.infinite.get(), got.negative_infinite.get()), (2, 1, 1));
        assert_eq!(sketch_quantile(&got, 0.5).unwrap(), 0.0);
        assert_eq!(sketch_quantile(&got, 1.0).unwrap_err().path(), "p");
        assert!((sketch_quantile(&got, 0.8).unwrap() / f64::MAX - 1.0).abs() <= 0.0101);
        let error = sketch(&[f64::NAN], 5.0).unwrap_err();
        let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["values[0]", "accuracy"]);
    }

    #[test]
    fn counts_beyond_those_of_javascript_are_refused() {
        let mut most = sketch(&[1.0], 0.01).unwrap();
        most.positive[0].count = Count::new(Count::MAX).unwrap();
        assert_eq!(merge_sketches(&[most.clone(), most.clone()]).unwrap_err().code(), "out_of_range");
        let zero = sketch(&[0.0], 0.01).unwrap();
        assert_eq!(merge_sketches(&[most, zero]).unwrap_err().path(), "sketches");
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => (-1.0..1.0_f64, -30..30_i32).prop_map(|(part, exponent)| part * libm::pow(10.0, f64::from(exponent))),
            1 => Just(0.0), 1 => Just(f64::INFINITY),
        ]
    }

    proptest! {
        #[test]
        fn any_order_and_partition_has_the_same_bytes(
            values in prop::collection::vec(value(), 1..200), cuts in prop::collection::vec(0..200_usize, 0..6),
            rotate in 0..200_usize, accuracy in 0.001..0.3_f64,
        ) {
            let bytes = |sketch: &Sketch| serde_json::to_string(sketch).unwrap();
            let whole = bytes(&sketch(&values, accuracy).unwrap());
            let mut mixed = values.clone();
            mixed.rotate_left(rotate % values.len());
            let mut parts = Vec::new();
            for cut in cuts {
                let rest = mixed.split_off(cut.min(mixed.len()));
                parts.push(sketch(&mixed, accuracy).unwrap());
                mixed = rest;
            }
            parts.push(sketch(&mixed, accuracy).unwrap());
            prop_assert_eq!(bytes(&merge_sketches(&parts).unwrap()), whole.clone());
            parts.reverse();
            // Merged in pairs, too.
            let empty = sketch(&[], accuracy).unwrap();
            let folded = parts.iter().fold(empty, |all, part| merge_sketches(&[part.clone(), all]).unwrap());
            prop_assert_eq!(bytes(&folded), whole);
        }

        #[test]
        fn quantiles_are_within_the_relative_error_of_those_of_the_values(
            mut values in prop::collection::vec(value(), 1..200), p in 0.0..=1.0_f64, accuracy in 0.001..0.3_f64,
        ) {
            values.retain(|value| value.is_finite());
            if !values.is_empty() {
                let got = sketch_quantile(&sketch(&values, accuracy).unwrap(), p).unwrap();
                values.sort_by(f64::total_cmp);
                let last = (values.len() - 1) as f64;
                let rank = (0..values.len()).rfind(|rank| *rank as f64 <= p * last).unwrap();
                let exact = values[rank];
                prop_assert!((got - exact).abs() <= accuracy * exact.abs() * (1.0 + 1e-9), "{got} {exact}");
            }
        }

        #[test]
        fn a_value_lies_within_its_bucket(value in value(), accuracy in 1e-4..0.5_f64) {
            let cells: Vec<Cell> = sketch(&[value], accuracy).unwrap().cells().collect();
            let slack = value.abs() * 1e-9;
            prop_assert_eq!(cells.len(), 1);
            prop_assert!(cells[0].low - slack <= value && value <= cells[0].high + slack || value.is_infinite());
        }
    }
}
