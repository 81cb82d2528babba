use super::assign::Router;
use super::code;
use super::definition::Definition;
use super::line::{Layout, Line, float};
use crate::error::{Faults, Result};
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
/// share of a pair is the product of both shares.
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
    let mut faults = Faults::new();
    let first = faults.absorb(Router::at(before.clone(), "before"));
    let second = faults.absorb(Router::at(after.clone(), "after"));
    faults.finish()?;
    let (Some(first), Some(second)) = (first, second) else {
        return Router::at(before.clone(), "before").and_then(|_| reassignment(before, after)); // not reached
    };
    Ok(moves_of(&first, &second))
}

/// The moves from one definition to another.
pub(super) fn moves_of(before: &Router, after: &Router) -> Reassignment {
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
    let least = balance.values().copied().filter(|excess| *excess > 0.0).sum::<f64>().min(moved);
    let reasons = reasons(before, after, moved, least);
    Reassignment { moved, least, moves, reasons }
}

fn reasons(before: &Router, after: &Router, moved: f64, least: f64) -> Vec<Reason> {
    let key = &after.definition().key;
    let info = |code: ReasonCode, text: &str| Reason::new(code, Severity::Info, key, text);
    let warning = |code: ReasonCode, text: &str| Reason::new(code, Severity::Warning, key, text);
    let percent = |share: f64| number(share * 100.0);
    let evidence = Evidence { observed: Some(moved), threshold: Some(least), ..Evidence::default() };
    let evidence = Evidence { unit: Some("1".to_owned()), ..evidence };
    let mut found = vec![if moved > 0.0 {
        let text = format!("{} % of the units move; any such change moves {} %", percent(moved), percent(least));
        warning(code::UNITS_MOVED, &text).with(evidence)
    } else {
        info(code::NO_UNITS_MOVED, "no unit moves").with(evidence)
    }];
    if before.layout().variants.line != after.layout().variants.line {
        let text = "the scheme, the seed or the unit attribute changed: all units are drawn anew";
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

/// Whether both have the same conditions in any order.
fn equal_sets(before: &Definition, after: &Definition) -> bool {
    narrows(before, after).is_none() && narrows(after, before).is_none()
}

/// The first condition of `after` that `before` does not have: units that met those before may not meet it.
pub(super) fn narrows(before: &Definition, after: &Definition) -> Option<usize> {
    after.conditions.iter().position(|condition| !before.conditions.contains(condition))
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
pub(super) fn joint(before: &Router, after: &Router) -> Pairs {
    let lines: BTreeSet<&Line> = [before, after].into_iter().flat_map(|router| lines(router.layout())).collect();
    let mut states = BTreeMap::from([((Partial::default(), Partial::default()), 1.0)]);
    for line in lines {
        let (points, other_points) = (points(before.layout(), line), points(after.layout(), line));
        let (pieces, other_pieces) =
            (pieces(before.layout(), line, points), pieces(after.layout(), line, other_points));
        let mut counts: BTreeMap<(Partial, Partial), u128> = BTreeMap::new();
        for piece in &pieces {
            for other in &other_pieces {
                let count = common((piece.start, piece.end, points), (other.start, other.end, other_points));
                if count > 0 {
                    let entry = counts.entry((piece.result, other.result)).or_insert(0);
                    *entry = entry.saturating_add(count);
                }
            }
        }
        let all = float(least_common_multiple(points, other_points));
        let mut next = BTreeMap::new();
        for ((first, second), share) in states {
            for ((own, other), count) in &counts {
                let share = share * (float(*count) / all);
                *next.entry((first.and(*own), second.and(*other))).or_insert(0.0) += share;
            }
        }
        states = next;
    }
    let name = |router: &Router, partial: Partial| {
        let variant = partial.variant.filter(|_| !partial.out)?;
        router.definition().variants.get(variant).map(|variant| variant.name.clone())
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

/// The number of buckets of a line; 1 if the definition does not use it.
fn points(layout: &Layout, line: &Line) -> u64 {
    let mut cuts = layout.filters().chain([&layout.variants]);
    cuts.find(|cut| cut.line == *line).map_or(1, |cut| cut.points)
}

/// The pieces of a line, between the borders of all its cuts.
fn pieces(layout: &Layout, line: &Line, points: u64) -> Vec<Piece> {
    let filters: Vec<_> = layout.filters().filter(|cut| cut.line == *line).collect();
    let variants = Some(&layout.variants).filter(|cut| cut.line == *line);
    let mut borders = BTreeSet::from([0, points]);
    for segment in filters.iter().copied().chain(variants).flat_map(|cut| &cut.segments) {
        borders.extend([segment.start, segment.end]);
    }
    let result = |bucket| {
        let out = filters.iter().any(|cut| cut.segment(bucket).is_none());
        let variant = variants.and_then(|cut| cut.segment(bucket)).map(|segment| segment.variant);
        Partial::default().and(Partial { out, variant })
    };
    let starts = borders.iter().copied();
    let ends = borders.iter().copied().skip(1);
    starts.zip(ends).map(|(start, end)| Piece { start, end, result: result(start) }).collect()
}

/// The number of residues of a hash modulo the least common multiple of two numbers of buckets that lie in a piece of each.
///
/// By the Chinese remainder theorem, two buckets belong to one such residue if they are equal modulo the greatest common
/// divisor g. Each piece covers every class modulo g equally often, and an arc of the classes once more. With equal numbers
/// of buckets it is the length of the intersection. Unleash alone has numbers that differ: the sum of the weights.
fn common((start, end, points): (u64, u64, u64), (from, to, other_points): (u64, u64, u64)) -> u128 {
    let g = greatest_common_divisor(points, other_points).max(1);
    let split = |start: u64, end: u64| {
        let length = end.saturating_sub(start);
        (u128::from(length / g), (start % g, length % g))
    };
    let ((times, arc), (other_times, other_arc)) = (split(start, end), split(from, to));
    u128::from(g) * times * other_times
        + times * u128::from(other_arc.1)
        + other_times * u128::from(arc.1)
        + u128::from(overlap(arc, other_arc, g))
}

/// The number of classes in both of two arcs, each a start and a length below `g`, on a circle of `g` classes.
fn overlap(arc: (u64, u64), other: (u64, u64), g: u64) -> u64 {
    let linear = |(start, length): (u64, u64)| {
        let end = start + length;
        [(start, end.min(g)), (0, end.saturating_sub(g))]
    };
    let mut sum = 0;
    for (start, end) in linear(arc) {
        for (from, to) in linear(other) {
            sum += end.min(to).saturating_sub(start.max(from));
        }
    }
    sum
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn least_common_multiple(a: u64, b: u64) -> u128 {
    u128::from(a / greatest_common_divisor(a, b).max(1)) * u128::from(b)
}
