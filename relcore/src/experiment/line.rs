//! The line of buckets of a hash, and how a definition cuts it into ranges.
use super::definition::{Definition, Namespace, Scheme, percent};
use super::hash::{fnv1a, murmur3, sha1, sha256};

/// A hash with its seed and the attribute that it is of. Two lines that differ are independent draws.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    hash: Hash,
    seed: String,
    attribute: Option<String>,
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
const POINTS_32: u64 = 1 << 32;

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
        let text = |parts: [&str; 3]| parts.concat().into_bytes();
        let seed = self.seed.as_str();
        let hash = match self.hash {
            Hash::V1 => sha256(&text([seed, "\0", unit]), 32),
            Hash::Growthbook1 => fnv1a(&text([unit, seed, ""])).into(),
            Hash::Growthbook2 => fnv1a(fnv1a(&text([seed, unit, ""])).to_string().as_bytes()).into(),
            Hash::UnleashRollout => murmur3(&text([seed, ":", unit]), 0).into(),
            Hash::UnleashVariant => murmur3(&text([seed, ":", unit]), UNLEASH_VARIANT).into(),
            Hash::Flagd2 => murmur3(&text([seed, unit, ""]), 0).into(),
            Hash::Launchdarkly => sha1(&text([seed, ".", unit]), 60),
            Hash::Statsig => sha256(&text([seed, ".", unit]), 64),
        };
        hash.checked_rem(points).unwrap_or_default()
    }

    /// A bucket as a share from 0 to 1.
    pub(super) fn share(&self, bucket: u64, points: u64) -> f64 {
        let last = if self.hash == Hash::Launchdarkly { points.saturating_sub(1) } else { points };
        if last == 0 { 0.0 } else { float(bucket.into()) / float(last.into()) }
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
}

impl Cut {
    /// The segment of a bucket.
    pub(super) fn segment(&self, bucket: u64) -> Option<Segment> {
        let index = self.segments.partition_point(|segment| segment.end <= bucket);
        self.segments.get(index).copied().filter(|segment| segment.start <= bucket)
    }

    /// The number of buckets of a variant.
    pub(super) fn size(&self, variant: usize) -> u64 {
        let own = self.segments.iter().filter(|segment| segment.variant == variant);
        own.map(|segment| segment.end.saturating_sub(segment.start)).sum()
    }
}

impl Layout {
    /// INVARIANT: the definition is checked.
    pub(super) fn of(definition: &Definition) -> Self {
        let attribute = definition.unit_attribute.as_ref();
        let line = |hash| Line { hash, seed: definition.seed_text().to_owned(), attribute: attribute.cloned() };
        let rollout = (definition.scheme == Scheme::Unleash && definition.coverage < 1.0).then(|| {
            let end = percent(definition.coverage).unwrap_or_default();
            let mut segments = Vec::new();
            add(&mut segments, 0, end, 0);
            Cut { line: line(Hash::UnleashRollout), points: 100, segments }
        });
        let namespaces = definition.namespaces.iter().map(|namespace| cut_of(namespace, definition)).collect();
        Self { namespaces, rollout, variants: variants(definition, line) }
    }

    /// All cuts on which the variant of a unit depends.
    pub(super) fn filters(&self) -> impl Iterator<Item = &Cut> {
        self.namespaces.iter().chain(&self.rollout)
    }
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
    let line = Line { hash, seed, attribute: definition.unit_attribute.clone() };
    let mut ranges: Vec<(u64, u64)> = namespace
        .ranges
        .iter()
        .map(|range| {
            // The whole line, also where its last bucket has the share 1.
            let end = if range.end >= 1.0 { points } else { line.first(range.end, points) };
            (line.first(range.start, points), end)
        })
        .collect();
    ranges.sort_unstable();
    let mut segments = Vec::new();
    for (start, end) in ranges {
        add(&mut segments, start, end, 0);
    }
    Cut { line, points, segments }
}

/// The variants as ranges of their hash.
fn variants(definition: &Definition, line: impl Fn(Hash) -> Line) -> Cut {
    let weights = || definition.variants.iter().map(|variant| variant.weight);
    let total = weights().map(whole).sum::<u64>();
    let (line, points) = match definition.scheme {
        Scheme::V1 => (line(Hash::V1), POINTS_32),
        Scheme::Growthbook1 => (line(Hash::Growthbook1), 1000),
        Scheme::Growthbook2 => (line(Hash::Growthbook2), 10_000),
        Scheme::Unleash => (line(Hash::UnleashVariant), total.max(1)),
        Scheme::Flagd2 => (line(Hash::Flagd2), POINTS_32),
        Scheme::Launchdarkly => (line(Hash::Launchdarkly), POINTS_60),
        Scheme::Statsig => (line(Hash::Statsig), 10_000),
    };
    let mut segments = Vec::new();
    let last = definition.variants.len().saturating_sub(1);
    match definition.scheme {
        Scheme::Growthbook1 | Scheme::Growthbook2 => {
            let sum: f64 = weights().sum();
            #[expect(clippy::cast_precision_loss, reason = "at most 256")]
            let equal = (!(0.99..=1.01).contains(&sum)).then(|| 1.0 / definition.variants.len() as f64);
            let mut start = 0.0;
            for (variant, weight) in weights().enumerate() {
                let weight = equal.unwrap_or(weight);
                let end = start + definition.coverage * weight;
                add(&mut segments, line.first(start, points), line.first(end, points), variant);
                start += weight;
            }
        }
        Scheme::V1 | Scheme::Flagd2 => {
            // A bucket h belongs to the variant in which h * total lies, on a line where a variant has weight * 2^32.
            let covered = u128::from(scaled(definition.coverage));
            let mut begin = 0;
            for (variant, weight) in weights().map(|weight| u128::from(whole(weight))).enumerate() {
                let at = |position: u128| bucket(position, total);
                add(&mut segments, at(begin << 32), at((begin << 32) + covered * weight), variant);
                begin += weight;
            }
        }
        Scheme::Launchdarkly => {
            let mut sum = 0;
            for (variant, weight) in weights().map(whole).enumerate() {
                let at = |sum: u64| narrow((u128::from(sum) * u128::from(POINTS_60 - 1)).div_ceil(100_000));
                let start = at(sum);
                sum += weight;
                add(&mut segments, start, if variant == last { points } else { at(sum) }, variant);
            }
        }
        Scheme::Unleash | Scheme::Statsig => {
            let mut start = 0;
            for (variant, weight) in weights().map(whole).enumerate() {
                add(&mut segments, start, start + weight, variant);
                start += weight;
            }
        }
    }
    if !definition.active {
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

/// The first bucket h for which h * total is not below a position.
fn bucket(position: u128, total: u64) -> u64 {
    if total == 0 { 0 } else { narrow(position.div_ceil(u128::from(total))) }
}

/// Adds a range, without what the ranges before it have.
fn add(segments: &mut Vec<Segment>, start: u64, end: u64, variant: usize) {
    let start = segments.last().map_or(start, |last| start.max(last.end));
    if start < end {
        segments.push(Segment { start, end, variant });
    }
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
