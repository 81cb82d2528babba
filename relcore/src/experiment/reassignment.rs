use super::assignment::Assigner;
use super::code;
use super::definition::Definition;
use super::line::{Layout, Line, POINTS_32, float};
use crate::error::Result;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The units that a change of a definition moves, made by [`reassignment`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Reassignment", rename_all = "camelCase", deny_unknown_fields)]
pub struct Reassignment {
    /// The share of all units whose variant changes; those that enter or leave count too.
    pub moved: f64,
    /// The smallest share that any change between the shares before and after moves. With less than `moved`, another order
    /// of the variants, or a coverage instead of weights, would move fewer units.
    pub least: f64,
    /// The moves, by the names before and after; none with a share of 0.
    pub moves: Vec<Move>,
    /// What the shares do not say, and why units move. Never empty.
    pub reasons: Vec<Reason>,
}

/// The units that go from one variant to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Move", rename_all = "camelCase", deny_unknown_fields)]
pub struct Move {
    /// The variant before; absent for units that were in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The variant after; absent for units that are in none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The share of all units.
    pub share: f64,
}

/// Computes which share of the units a change of a definition moves, for each pair of variants.
///
/// The shares are counted on the buckets and not sampled: with the same scheme, seed and unit attribute, both definitions cut
/// one line of buckets, and a share is a number of buckets divided by all. Otherwise the two draws are independent, and the
/// share of a pair is the product of both shares. The variants of Unleash are counted on the values of the hash when the sum
/// of the weights changes, because the number of buckets is that sum.
///
/// The shares are of all units that meet the conditions of both definitions. Conditions and forced units have no share,
/// because it is not known how many units there are; a change of them is among the reasons.
///
/// ```
/// use relcore::experiment::{Definition, Variant, reassignment};
/// let of = |weights: [f64; 3]| {
///     let variants = ["a", "b", "c"].into_iter().zip(weights);
///     Definition::new("checkout", variants.map(|(name, weight)| Variant::new(name).weight(weight)))
/// };
/// let change = reassignment(&of([50.0, 25.0, 25.0]), &of([40.0, 30.0, 30.0]))?;
/// // Pitfall: ranges are cumulative, so c takes 5 % from b, although b only grows.
/// assert_eq!((change.moved * 1000.0).round(), 150.0);
/// assert_eq!((change.least * 1000.0).round(), 100.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Every fault of both definitions at once, under `before` and `after`: no variants, a negative weight.
pub fn reassignment(before: &Definition, after: &Definition) -> Result<Reassignment> {
    match (Assigner::at(before.clone(), "before"), Assigner::at(after.clone(), "after")) {
        (Ok(before), Ok(after)) => Ok(moves_of(&before, &after)),
        (Err(first), Err(second)) => Err(first.and(second)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

/// The moves from one definition to another.
pub(super) fn moves_of(before: &Assigner, after: &Assigner) -> Reassignment {
    let pairs = joint(before, after);
    let (mut moves, mut moved, mut balance) = (Vec::new(), 0.0, BTreeMap::new());
    for ((from, to), share) in pairs {
        *balance.entry(from.clone()).or_insert(0.0) += share;
        *balance.entry(to.clone()).or_insert(0.0) -= share;
        if from != to {
            moved += share;
            moves.push(Move { before: from, after: to, share });
        }
    }
    // No more than is moved, also after the rounding of sums.
    let least = balance
        .values()
        .copied()
        .filter(|excess| *excess > 0.0)
        .fold(0.0, |sum, excess| sum + excess)
        .min(moved);
    let reasons = reasons(before, after, moved, least);
    Reassignment { moved, least, moves, reasons }
}

fn reasons(before: &Assigner, after: &Assigner, moved: f64, least: f64) -> Vec<Reason> {
    let key = &after.definition().key;
    let info = |code: ReasonCode, text: &str| Reason::new(code, Severity::Info, key, text);
    let warning = |code: ReasonCode, text: &str| Reason::new(code, Severity::Warning, key, text);
    let percent = |share: f64| number(share * 100.0);
    let evidence = Evidence { observed: Some(moved), threshold: Some(least), ..Evidence::default() };
    let evidence = Evidence { unit: Some("1".to_owned()), ..evidence };
    let mut found = vec![if moved > 0.0 {
        let text =
            format!("{} % of the units move; any such change moves {} %", percent(moved), percent(least));
        warning(code::UNITS_MOVED, &text).with(evidence)
    } else {
        info(code::NO_UNITS_MOVED, "no unit moves").with(evidence)
    }];
    let (cut, other) = (&before.layout().variants, &after.layout().variants);
    if cut.line != other.line {
        let text = "the scheme, the seed or the unit attribute changed: all units are drawn anew";
        found.push(warning(code::DRAWN_ANEW, text));
    } else if cut.points != other.points {
        let text = "the sum of the weights changed, which is the number of buckets: units are drawn anew";
        found.push(warning(code::DRAWN_ANEW, text));
    }
    let (before, after) = (before.definition(), after.definition());
    if !equal_sets(before, after) {
        let text = "the conditions changed: the shares are of the units that meet those before and after";
        found.push(warning(code::CONDITIONS_CHANGED, text));
    }
    if before.forced != after.forced {
        found.push(info(code::FORCED_UNITS_CHANGED, "the forced units changed; they are not in the shares"));
    }
    found
}

/// Whether the same units meet the conditions of both, as far as the conditions show it.
fn equal_sets(before: &Definition, after: &Definition) -> bool {
    narrows(before, after).is_none() && narrows(after, before).is_none()
}

/// The first condition of `after` that no condition of `before` implies: units that met those before may not meet it.
pub(super) fn narrows(before: &Definition, after: &Definition) -> Option<usize> {
    after.conditions.iter().position(|condition| !before.conditions.iter().any(|own| own.implies(condition)))
}

/// The share of units for each pair of variants before and after.
pub(super) type Pairs = BTreeMap<(Option<String>, Option<String>), f64>;

/// What the buckets on some lines decide: whether the unit passes all filters, and its variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Partial {
    out: bool,
    variant: Option<usize>,
}

impl Partial {
    fn and(self, other: Self) -> Self {
        let out = self.out || other.out;
        Self { out, variant: self.variant.or(other.variant).filter(|_| !out) }
    }
}

/// The buckets from `start` to just before `end`, of which all have the same result.
struct Piece {
    start: u64,
    end: u64,
    result: Partial,
}

/// The share of each pair of variants. Lines are independent of one another; on one line, pieces before and after are
/// intersected.
pub(super) fn joint(before: &Assigner, after: &Assigner) -> Pairs {
    let lines: BTreeSet<&Line> =
        [before, after].into_iter().flat_map(|assigner| lines(assigner.layout())).collect();
    let mut states = BTreeMap::from([((Partial::default(), Partial::default()), 1.0)]);
    for line in lines {
        let (counts, all) = Pieces::of(before.layout(), line).common(&Pieces::of(after.layout(), line));
        let mut next = BTreeMap::new();
        for ((first, second), share) in states {
            for ((own, other), count) in &counts {
                let share = share * (float(*count) / all);
                *next.entry((first.and(*own), second.and(*other))).or_insert(0.0) += share;
            }
        }
        states = next;
    }
    let name = |assigner: &Assigner, partial: Partial| {
        let variant = partial.variant.filter(|_| !partial.out)?;
        assigner.definition().variants.get(variant).map(|variant| variant.name.clone())
    };
    let mut pairs = BTreeMap::new();
    for ((first, second), share) in states {
        *pairs.entry((name(before, first), name(after, second))).or_insert(0.0) += share;
    }
    pairs
}

fn lines(layout: &Layout) -> impl Iterator<Item = &Line> {
    layout.filters().map(|cut| &cut.line).chain([&layout.variants.line])
}

/// A line, between the borders of all cuts that a definition makes on it.
struct Pieces {
    /// The number of buckets; `None` if the definition does not use the line.
    points: Option<u64>,
    /// In ascending order. Together they are the whole line.
    pieces: Vec<Piece>,
}

/// The number of values of a hash, for each pair of results.
type Counts = BTreeMap<(Partial, Partial), u128>;

impl Pieces {
    fn of(layout: &Layout, line: &Line) -> Self {
        let filters: Vec<_> = layout.filters().filter(|cut| cut.line == *line).collect();
        let variants = Some(&layout.variants).filter(|cut| cut.line == *line);
        let mut cuts = filters.iter().copied().chain(variants);
        let points = cuts.next().map(|cut| cut.points);
        let mut borders = BTreeSet::from([0, points.unwrap_or(1)]);
        for segment in filters.iter().copied().chain(variants).flat_map(|cut| &cut.segments) {
            borders.extend([segment.start, segment.end]);
        }
        let result = |bucket| {
            let out = filters.iter().any(|cut| cut.segment(bucket).is_none());
            let variant = variants.and_then(|cut| cut.segment(bucket)).map(|segment| segment.variant);
            Partial::default().and(Partial { out, variant })
        };
        let (starts, ends) = (borders.iter().copied(), borders.iter().copied().skip(1));
        let pieces =
            starts.zip(ends).map(|(start, end)| Piece { start, end, result: result(start) }).collect();
        Self { points, pieces }
    }

    /// The number of buckets for each pair of results, and of all.
    fn common(&self, other: &Self) -> (Counts, f64) {
        let all = match (self.points, other.points) {
            (Some(points), Some(other_points)) if points != other_points => {
                return (self.common_of_values(other, points, other_points), float(POINTS_32.into()));
            }
            (Some(points), _) | (None, Some(points)) => points,
            (None, None) => 1,
        };
        let mut counts = Counts::new();
        for piece in &self.pieces {
            let end = if self.points.is_none() { all } else { piece.end };
            for second in &other.pieces {
                let other_end = if other.points.is_none() { all } else { second.end };
                let common = end.min(other_end).saturating_sub(piece.start.max(second.start));
                add(&mut counts, (piece.result, second.result), common.into());
            }
        }
        (counts, float(all.into()))
    }

    /// The same for two numbers of buckets, which only Unleash has: the number of values of its hash of 32 bits. The cycles to
    /// look at are no more than 2^16.
    fn common_of_values(&self, other: &Self, points: u64, other_points: u64) -> Counts {
        if points < other_points {
            let counts = other.common_of_values(self, other_points, points);
            return counts.into_iter().map(|((first, second), count)| ((second, first), count)).collect();
        }
        // After this many values both buckets repeat.
        let period = (points / greatest_common_divisor(points, other_points)).saturating_mul(other_points);
        let (times, rest) = (POINTS_32 / period, POINTS_32 % period);
        let mut counts = Counts::new();
        if times > 0 {
            self.count(other, points, other_points, period, times, &mut counts);
        }
        self.count(other, points, other_points, rest, 1, &mut counts);
        counts
    }

    /// Adds the first `values` values of the hash, `times` times. A piece is a range of values in each cycle of `points`. Such
    /// a range covers the other line some whole times, and an arc of it once more.
    fn count(
        &self,
        other: &Self,
        points: u64,
        other_points: u64,
        values: u64,
        times: u64,
        counts: &mut Counts,
    ) {
        for piece in &self.pieces {
            let mut sums = vec![0_u64; other.pieces.len()];
            let mut whole = 0;
            let mut cycle = 0;
            while cycle < values {
                let (start, end) = ((cycle + piece.start).min(values), (cycle + piece.end).min(values));
                let length = end.saturating_sub(start);
                whole += length / other_points;
                let from = start % other_points;
                let to = from + length % other_points;
                for (from, to) in [(from, to.min(other_points)), (0, to.saturating_sub(other_points))] {
                    let first = other.pieces.partition_point(|second| second.end <= from);
                    let touched = other.pieces.iter().zip(&mut sums).skip(first);
                    for (second, sum) in touched.take_while(|(second, _)| second.start < to) {
                        *sum += second.end.min(to).saturating_sub(second.start.max(from));
                    }
                }
                cycle += points;
            }
            for (second, sum) in other.pieces.iter().zip(sums) {
                let count = u128::from(whole) * u128::from(second.end - second.start) + u128::from(sum);
                add(counts, (piece.result, second.result), count * u128::from(times));
            }
        }
    }
}

fn add(counts: &mut Counts, pair: (Partial, Partial), count: u128) {
    if count > 0 {
        *counts.entry(pair).or_insert(0) += count;
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(points: u64, borders: &BTreeSet<u64>) -> Pieces {
        let borders: BTreeSet<u64> =
            borders.iter().map(|border| border % points).chain([0, points]).collect();
        let pieces = borders.iter().zip(borders.iter().skip(1)).enumerate().map(|(index, (start, end))| {
            Piece { start: *start, end: *end, result: Partial { out: false, variant: Some(index) } }
        });
        Pieces { points: Some(points), pieces: pieces.collect() }
    }

    proptest! {
        #[test]
        fn values_of_two_numbers_of_buckets_are_counted_one_by_one(
            points in 1..200_u64, other_points in 1..200_u64, values in 0..5000_u64,
            borders in prop::collection::btree_set(0..200_u64, 0..4),
            other_borders in prop::collection::btree_set(0..200_u64, 0..4),
        ) {
            let (first, second) = (line(points, &borders), line(other_points, &other_borders));
            let result = |line: &Pieces, value: u64| {
                let bucket = value % line.points.unwrap();
                line.pieces.iter().find(|piece| piece.start <= bucket && bucket < piece.end).unwrap().result
            };
            let mut expected = Counts::new();
            for value in 0..values {
                add(&mut expected, (result(&first, value), result(&second, value)), 1);
            }
            let mut counts = Counts::new();
            first.count(&second, points, other_points, values, 1, &mut counts);
            prop_assert_eq!(counts, expected);
        }

        #[test]
        fn all_values_of_the_hash_are_counted(points in 1..2000_u64, other_points in 1..2000_u64) {
            let (first, second) = (line(points, &BTreeSet::from([1])), line(other_points, &BTreeSet::from([1])));
            let (counts, all) = first.common(&second);
            let (back, _) = second.common(&first);
            prop_assert_eq!(float(counts.values().sum()), all);
            for ((one, two), count) in counts {
                prop_assert_eq!(back.get(&(two, one)), Some(&count));
            }
        }
    }
}
