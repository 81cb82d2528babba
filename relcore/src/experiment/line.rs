//! The line of buckets of a hash, and how a definition cuts it into ranges.
use super::definition::{BucketRange, Definition, Namespace, Scheme, percent};
use super::hash::{fnv1a, murmur3, sha1, sha256};
use std::collections::BTreeSet;

/// A hash with its seed and the attribute that it is of. Two lines that differ are independent draws.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    hash: Hash,
    seed: String,
    pub(super) attribute: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    V1,
    Growthbook1,
    Growthbook2,
    UnleashRollout,
    UnleashVariant,
    Flagd2,
    Launchdarkly,
    Statsig,
}

/// The seed of the hash that chooses the variant in Unleash.
const UNLEASH_VARIANT: u32 = 86_028_157;

/// The number of buckets of a hash of 32 bits.
pub(super) const POINTS_32: u64 = 1 << 32;

/// The number of buckets of 15 hexadecimal digits.
const POINTS_60: u64 = 1 << 60;

/// A line cut into ranges.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) line: Line,
    /// The number of buckets of the line.
    pub(super) points: u64,
    /// In ascending order, disjoint, none empty. A bucket outside of them is in no variant, or does not pass.
    pub(super) segments: Vec<Segment>,
}

/// The buckets from `start` to just before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) start: u64,
    pub(super) end: u64,
    /// The index of the variant; 0 for a filter.
    pub(super) variant: usize,
}

/// A definition as ranges of buckets: a unit has the variant of its bucket if it passes every filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) namespaces: Vec<Cut>,
    /// Unleash decides with a hash of its own who takes part.
    pub(super) rollout: Option<Cut>,
    pub(super) variants: Cut,
}

impl Line {
    /// The bucket of a unit, of `points` buckets.
    pub(super) fn bucket(&self, unit: &str, points: u64) -> u64 {
        let seed = self.seed.as_str();
        let hash = match self.hash {
            Hash::V1 => sha256([seed, "\0", unit].concat().as_bytes(), 32),
            Hash::Growthbook1 => fnv1a(&[unit, seed].concat()).into(),
            Hash::Growthbook2 => fnv1a(&fnv1a(&[seed, unit].concat()).to_string()).into(),
            Hash::UnleashRollout => murmur3([seed, ":", unit].concat().as_bytes(), 0).into(),
            Hash::UnleashVariant => murmur3([seed, ":", unit].concat().as_bytes(), UNLEASH_VARIANT).into(),
            Hash::Flagd2 => murmur3([seed, unit].concat().as_bytes(), 0).into(),
            Hash::Launchdarkly => sha1([seed, ".", unit].concat().as_bytes(), 60),
            Hash::Statsig => sha256([seed, ".", unit].concat().as_bytes(), 64),
        };
        hash.checked_rem(points).unwrap_or_default()
    }

    /// A bucket as a share from 0 to 1.
    pub(super) fn share(&self, bucket: u64, points: u64) -> f64 {
        let last = if self.hash == Hash::Launchdarkly { points.saturating_sub(1) } else { points };
        if last == 0 { 0.0 } else { (float(bucket.into()) / float(last.into())).min(1.0) }
    }

    /// The first bucket that is not below a share.
    fn first(&self, share: f64, points: u64) -> u64 {
        let (mut low, mut high) = (0, points);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.share(middle, points) < share { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The buckets of a range. One that ends at 1 has the last bucket too, of which LaunchDarkly's share is 1.
    fn segment(&self, range: BucketRange, points: u64, variant: usize) -> Segment {
        let end = if range.end >= 1.0 { points } else { self.first(range.end, points) };
        Segment { start: self.first(range.start, points), end, variant }
    }
}

impl Cut {
    /// The segment of a bucket.
    pub(super) fn segment(&self, bucket: u64) -> Option<Segment> {
        let index = self.segments.partition_point(|segment| segment.end <= bucket);
        self.segments.get(index).copied().filter(|segment| segment.start <= bucket)
    }
}

impl Segment {
    pub(super) fn size(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

impl Layout {
    /// INVARIANT: the definition is checked.
    pub(super) fn of(definition: &Definition) -> Self {
        let rollout = (definition.scheme == Scheme::Unleash && definition.coverage < 1.0).then(|| {
            let end = percent(definition.coverage).unwrap_or_default();
            let segments = resolved(&[Segment { start: 0, end, variant: 0 }]);
            Cut { line: line(definition, Hash::UnleashRollout), points: 100, segments }
        });
        let namespaces =
            definition.namespaces.iter().map(|namespace| cut_of(namespace, definition)).collect();
        Self { namespaces, rollout, variants: variants(definition) }
    }

    /// All cuts on which it depends whether a unit takes part.
    pub(super) fn filters(&self) -> impl Iterator<Item = &Cut> {
        self.namespaces.iter().chain(&self.rollout)
    }
}

fn line(definition: &Definition, hash: Hash) -> Line {
    Line { hash, seed: definition.seed_text().to_owned(), attribute: definition.unit_attribute.clone() }
}

/// A namespace as ranges of its own hash.
fn cut_of(namespace: &Namespace, definition: &Definition) -> Cut {
    let scheme = namespace.scheme.unwrap_or(match definition.scheme {
        Scheme::Growthbook2 => Scheme::Growthbook1,
        other => other,
    });
    let prefix = match scheme {
        Scheme::Growthbook1 | Scheme::Growthbook2 => "__",
        _ => "namespace:",
    };
    let seed = namespace.seed.clone().unwrap_or_else(|| format!("{prefix}{}", namespace.name));
    let (hash, points) = match scheme {
        Scheme::V1 => (Hash::V1, POINTS_32),
        Scheme::Growthbook1 => (Hash::Growthbook1, 1000),
        Scheme::Growthbook2 => (Hash::Growthbook2, 10_000),
        Scheme::Unleash => (Hash::UnleashRollout, 100),
        Scheme::Flagd2 => (Hash::Flagd2, POINTS_32),
        Scheme::Launchdarkly => (Hash::Launchdarkly, POINTS_60),
        Scheme::Statsig => (Hash::Statsig, 10_000),
    };
    let attribute = namespace.unit_attribute.clone().or_else(|| definition.unit_attribute.clone());
    let line = Line { hash, seed, attribute };
    let ranges: Vec<Segment> = namespace.ranges.iter().map(|range| line.segment(*range, points, 0)).collect();
    Cut { segments: resolved(&ranges), line, points }
}

/// The variants as ranges of their hash.
fn variants(definition: &Definition) -> Cut {
    let (line, points, planned) = planned(definition);
    let mut segments = resolved(&planned);
    if !definition.active || definition.has_too_few_variants() {
        segments.clear();
    }
    if let Some(force) = &definition.force {
        let forced = definition.variants.iter().position(|variant| variant.name == *force);
        for segment in &mut segments {
            segment.variant = forced.unwrap_or(segment.variant);
        }
    }
    Cut { line, points, segments }
}

/// The line of the variants, its number of buckets, and the ranges of the variants in their order: also empty ones, and such
/// that overlap.
pub(super) fn planned(definition: &Definition) -> (Line, u64, Vec<Segment>) {
    let weights = || definition.variants.iter().map(|variant| variant.weight);
    let total = weights().map(whole).sum::<u64>();
    let (hash, points) = match definition.scheme {
        Scheme::V1 => (Hash::V1, POINTS_32),
        Scheme::Growthbook1 => (Hash::Growthbook1, 1000),
        Scheme::Growthbook2 => (Hash::Growthbook2, 10_000),
        Scheme::Unleash => (Hash::UnleashVariant, total.max(1)),
        Scheme::Flagd2 => (Hash::Flagd2, POINTS_32),
        Scheme::Launchdarkly => (Hash::Launchdarkly, POINTS_60),
        Scheme::Statsig => (Hash::Statsig, 10_000),
    };
    let line = line(definition, hash);
    let mut segments = Vec::new();
    if definition.has_ranges() {
        for (index, variant) in definition.variants.iter().enumerate() {
            segments.extend(variant.ranges.iter().map(|range| line.segment(*range, points, index)));
        }
        return (line, points, segments);
    }
    match definition.scheme {
        Scheme::Growthbook1 | Scheme::Growthbook2 => {
            let ranges = growthbook(definition).into_iter().enumerate();
            segments.extend(ranges.map(|(variant, BucketRange { start, end })| Segment {
                start: line.first(start, points),
                end: line.first(end, points),
                variant,
            }));
        }
        Scheme::V1 | Scheme::Flagd2 => {
            // A bucket h belongs to the variant in which h * total lies, on a line where a variant has weight * 2^32.
            let covered = u128::from(scaled(definition.coverage));
            let at = |position| first_at(position, total);
            let mut begin = 0;
            for (variant, weight) in weights().map(|weight| u128::from(whole(weight))).enumerate() {
                let (start, end) = (at(begin << 32), at((begin << 32) + covered * weight));
                segments.push(Segment { start, end, variant });
                begin += weight;
            }
        }
        Scheme::Launchdarkly => {
            // A bucket b of the share b / (2^60 - 1). The last variant has what is past the sum of the weights.
            let at = |sum: u64| narrow((u128::from(sum) * u128::from(POINTS_60 - 1)).div_ceil(100_000));
            let last = definition.variants.len().saturating_sub(1);
            let mut sum = 0;
            for (variant, weight) in weights().map(whole).enumerate() {
                let start = at(sum);
                sum += weight;
                let end = if variant == last { points } else { at(sum) };
                segments.push(Segment { start, end, variant });
            }
        }
        Scheme::Unleash | Scheme::Statsig => {
            let mut start = 0;
            for (variant, weight) in weights().map(whole).enumerate() {
                segments.push(Segment { start, end: start + weight, variant });
                start += weight;
            }
        }
    }
    (line, points, segments)
}

/// The ranges of GrowthBook by weights and coverage, as shares.
pub(super) fn growthbook(definition: &Definition) -> Vec<BucketRange> {
    let weights = || definition.variants.iter().map(|variant| variant.weight);
    let sum: f64 = weights().sum();
    #[expect(clippy::cast_precision_loss, reason = "at most 256")]
    let equal = (!(0.99..=1.01).contains(&sum)).then(|| 1.0 / definition.variants.len() as f64);
    let mut start = 0.0;
    weights()
        .map(|weight| {
            let weight = equal.unwrap_or(weight);
            let range = BucketRange { start, end: start + definition.coverage * weight };
            start += weight;
            range
        })
        .collect()
}

/// Disjoint ranges in ascending order, without empty ones. Of ranges that overlap, the first of the list counts.
fn resolved(planned: &[Segment]) -> Vec<Segment> {
    let borders: BTreeSet<u64> = planned.iter().flat_map(|segment| [segment.start, segment.end]).collect();
    let mut segments: Vec<Segment> = Vec::new();
    for (start, end) in borders.iter().copied().zip(borders.iter().copied().skip(1)) {
        let owner = planned.iter().find(|segment| segment.start <= start && start < segment.end);
        let Some(Segment { variant, .. }) = owner.copied() else { continue };
        match segments.last_mut() {
            Some(last) if last.end == start && last.variant == variant => last.end = end,
            _ => segments.push(Segment { start, end, variant }),
        }
    }
    segments
}

/// The first bucket h for which h * total is not below a position.
fn first_at(position: u128, total: u64) -> u64 {
    if total == 0 { 0 } else { narrow(position.div_ceil(u128::from(total))) }
}

/// A share in units of 2^-32.
fn scaled(share: f64) -> u64 {
    whole(libm::floor(share * 4_294_967_296.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of f64 saturates")]
fn whole(number: f64) -> u64 {
    number as u64
}

fn narrow(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The nearest number.
#[expect(clippy::cast_precision_loss, reason = "rounded to 53 bits, as JavaScript rounds an integer")]
pub(super) fn float(number: u128) -> f64 {
    number as f64
}
