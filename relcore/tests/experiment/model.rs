//! A naive model: the rules of each scheme by bucket, one bucket after the other, and random definitions.
use proptest::prelude::*;
use relcore::experiment::{BucketRange, Definition, Namespace, Scheme, Variant};

/// The number of buckets of a scheme, if it is small enough to look at each.
pub fn buckets(definition: &Definition) -> Option<u64> {
    match definition.scheme {
        Scheme::Growthbook1 => Some(1000),
        Scheme::Growthbook2 | Scheme::Statsig => Some(10_000),
        Scheme::Unleash => Some(definition.variants.iter().map(|variant| variant.weight as u64).sum()),
        _ => None,
    }
}

/// The variant of a bucket, as the code of the tools says it.
pub fn variant(definition: &Definition, bucket: u64) -> Option<String> {
    let name = |index: usize| Some(definition.variants[index].name.clone());
    let weights: Vec<f64> = definition.variants.iter().map(|variant| variant.weight).collect();
    match definition.scheme {
        Scheme::Growthbook1 | Scheme::Growthbook2 => {
            if weights.len() < 2 {
                return None;
            }
            let n = bucket as f64 / buckets(definition)? as f64;
            if definition.variants.iter().any(|variant| !variant.ranges.is_empty()) {
                let holds = |range: &BucketRange| n >= range.start && n < range.end;
                return name(definition.variants.iter().position(|own| own.ranges.iter().any(holds))?);
            }
            let total: f64 = weights.iter().sum();
            let weights = if !(0.99..=1.01).contains(&total) {
                vec![1.0 / weights.len() as f64; weights.len()]
            } else {
                weights
            };
            let mut cumulative = 0.0;
            for (index, weight) in weights.iter().enumerate() {
                let (start, end) = (cumulative, cumulative + definition.coverage * weight);
                if n >= start && n < end {
                    return name(index);
                }
                cumulative += weight;
            }
            None
        }
        Scheme::Statsig | Scheme::Unleash => {
            let mut sum = 0.0;
            for (index, weight) in weights.iter().enumerate() {
                sum += weight;
                if (bucket as f64) < sum {
                    return name(index);
                }
            }
            None
        }
        _ => panic!("too many buckets"),
    }
}

/// All schemes.
pub const SCHEMES: [Scheme; 7] = [
    Scheme::V1,
    Scheme::Growthbook1,
    Scheme::Growthbook2,
    Scheme::Unleash,
    Scheme::Flagd2,
    Scheme::Launchdarkly,
    Scheme::Statsig,
];

pub fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(SCHEMES.to_vec())
}

/// Variants of a scheme, by small relative weights.
pub fn variants(scheme: Scheme, parts: &[u32]) -> Vec<Variant> {
    let total = f64::from(parts.iter().sum::<u32>().max(1));
    let scaled = |part: u32| match scheme {
        Scheme::V1 | Scheme::Flagd2 | Scheme::Unleash => f64::from(part),
        Scheme::Growthbook1 | Scheme::Growthbook2 => f64::from(part) / total,
        Scheme::Launchdarkly => (f64::from(part) * 100_000.0 / total).floor(),
        Scheme::Statsig => (f64::from(part) * 10_000.0 / total).floor(),

        #[allow(unreachable_patterns, reason = "the feature `__exhaustive` closes the enum")]
        _ => panic!("a new scheme"),
    };
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| Variant::new(format!("v{index}")).weight(scaled(*part)))
        .collect()
}

/// The coverage of a scheme that is nearest to a percentage.
pub fn coverage(scheme: Scheme, percent: u32) -> f64 {
    match scheme {
        Scheme::Flagd2 | Scheme::Launchdarkly | Scheme::Statsig => 1.0,
        _ => f64::from(percent) / 100.0,
    }
}

/// Random definitions of one scheme and one seed, so that two of them share the lines of their hashes.
pub fn definition(scheme: Scheme) -> impl Strategy<Value = Definition> {
    let namespace = (0..3_usize, 0..=100_u32, 0..=100_u32).prop_map(|(name, a, b)| {
        let (start, end) = (f64::from(a.min(b)) / 100.0, f64::from(a.max(b)) / 100.0);
        Namespace::new(["n", "m", "k"][name], [BucketRange::new(start, end)])
    });
    let parts = prop::collection::vec(0..20_u32, 1..5);
    (parts, 0..=100_u32, prop::collection::vec(namespace, 0..2)).prop_map(
        move |(parts, percent, namespaces)| {
            Definition::new("e", variants(scheme, &parts))
                .scheme(scheme)
                .coverage(coverage(scheme, percent))
                .namespaces(namespaces)
        },
    )
}

pub fn any_definition() -> impl Strategy<Value = Definition> {
    scheme().prop_flat_map(definition)
}

pub fn pair() -> impl Strategy<Value = (Definition, Definition)> {
    scheme().prop_flat_map(|scheme| (definition(scheme), definition(scheme)))
}
