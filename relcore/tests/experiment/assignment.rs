//! Laws of the assignment and of what a change of it moves.
use crate::model::{self, SCHEMES, any_definition, buckets, pair};
use proptest::prelude::*;
use relcore::experiment::{
    Assigner, BucketRange, Definition, Namespace, Scheme, Unit, Variant, assign, ranges, reassignment,
};
use std::collections::BTreeMap;

fn variant(assigner: &Assigner, unit: &str) -> Option<String> {
    assigner.assign(&Unit::new(unit)).variant
}

/// Values computed by other implementations: hashlib for SHA, own code for murmur3 and FNV-1a in Python.
#[test]
fn each_scheme_hashes_what_it_says() {
    let bucket = |scheme, seed: &str, unit: &str| {
        let definition =
            Definition::new("e", [Variant::new("a"), Variant::new("b")]).seed(seed).scheme(scheme);
        assign(&definition, &Unit::new(unit)).unwrap().bucket.unwrap()
    };
    assert_eq!(bucket(Scheme::V1, "checkout", "user-1"), 171_793_846.0 / 4_294_967_296.0);
    assert_eq!(bucket(Scheme::V1, "checkout", "ü"), 1_472_673_680.0 / 4_294_967_296.0);
    assert_eq!(bucket(Scheme::Growthbook1, "", "ü"), f64::from(0x790b_80bb_u32 % 1000) / 1000.0);
    assert_eq!(bucket(Scheme::Growthbook1, "", "日本"), f64::from(0x5ffc_bea4_u32 % 1000) / 1000.0);
    assert_eq!(bucket(Scheme::Growthbook2, "seed", "a"), 0.0505);
    assert_eq!(bucket(Scheme::Flagd2, "", "🦀"), f64::from(0xada5_8aac_u32) / 4_294_967_296.0);
    assert_eq!(bucket(Scheme::Flagd2, "headerColor", "ross@faas.com"), 1_595_699_981.0 / 4_294_967_296.0);
    assert!((bucket(Scheme::Launchdarkly, "hashKey.saltyA", "userKeyA") - 0.421_575_87).abs() < 1e-7);
}

#[test]
fn statsig_takes_eight_bytes() {
    let definition = |weight| {
        Definition::new("e", [Variant::new("on").weight(weight)]).seed("salt.rule").scheme(Scheme::Statsig)
    };
    for (unit, bucket) in [("user-1", 8512), ("1", 1779), ("ü", 8584)] {
        let assigned =
            |weight: i32| assign(&definition(f64::from(weight)), &Unit::new(unit)).unwrap().in_experiment;
        assert_eq!((assigned(bucket), assigned(bucket + 1)), (false, true), "{unit}");
    }
}

/// A zero byte ends the seed, so no two seeds and units have the same text.
#[test]
fn seeds_and_units_are_not_run_together() {
    let bucket = |seed: &str, unit: &str| {
        assign(&Definition::new("e", [Variant::new("a")]).seed(seed), &Unit::new(unit)).unwrap().bucket
    };
    assert_ne!(bucket("ab", "c"), bucket("a", "bc"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_assignment_depends_on_definition_and_unit_alone(definition in any_definition(), unit in "\\PC{0,12}") {
        let assigner = Assigner::new(definition.clone()).unwrap();
        let (one, two) = (assigner.assign(&Unit::new(unit.clone())), assign(&definition, &Unit::new(unit.clone())).unwrap());
        prop_assert_eq!(&one, &two);
        let text = relcore::to_json(&definition).unwrap();
        let read: Definition = relcore::from_json(&text).unwrap();
        prop_assert_eq!(&assign(&read, &Unit::new(unit.clone())).unwrap(), &one);
        prop_assert_eq!(one.in_experiment, one.variant.is_some());
        prop_assert!(!unit.is_empty() || !one.in_experiment);
    }

    /// The model looks at the bucket that the assignment states.
    #[test]
    fn the_variant_is_that_of_the_bucket(definition in any_definition(), unit in "[a-z0-9]{1,8}") {
        let definition = definition.namespaces([]);
        let assignment = assign(&definition, &Unit::new(unit)).unwrap();
        if let (Some(points), Some(bucket)) = (buckets(&definition), assignment.bucket)
            && (definition.scheme != Scheme::Unleash || definition.coverage >= 1.0)
        {
            let bucket = (bucket * points as f64).round() as u64;
            prop_assert_eq!(assignment.variant, model::variant(&definition, bucket));
        }
    }

    #[test]
    fn shares_converge_to_the_ranges(definition in any_definition()) {
        let assigner = Assigner::new(definition.clone()).unwrap();
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        for unit in 0..4000 {
            if let Some(variant) = variant(&assigner, &format!("unit-{unit}")) {
                *counts.entry(variant).or_default() += 1.0 / 4000.0;
            }
        }
        // Each filter is a draw of its own, and two namespaces of one name are the same draw.
        let mut filters: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for namespace in &definition.namespaces {
            let range = namespace.ranges[0];
            filters.insert(&namespace.name, (range.start, range.end));
        }
        let mut taking_part: f64 = filters.values().map(|(start, end)| end - start).product();
        if definition.scheme == Scheme::Unleash {
            taking_part *= definition.coverage;
        }
        if matches!(definition.scheme, Scheme::Growthbook1 | Scheme::Growthbook2) && definition.variants.len() < 2 {
            taking_part = 0.0;
        }
        for range in ranges(&definition).unwrap() {
            let expected = range.share * taking_part;
            let observed = counts.get(&range.variant).copied().unwrap_or_default();
            // Five standard deviations at least.
            prop_assert!((observed - expected).abs() < 0.045, "{}: {observed}, not {expected}", range.variant);
        }
    }

    #[test]
    fn reassignment_is_the_count_over_all_buckets((before, after) in pair()) {
        let (before, after) = (before.namespaces([]), after.namespaces([]));
        let (Some(points), Some(other)) = (buckets(&before), buckets(&after)) else { return Ok(()) };
        if points != other || before.scheme == Scheme::Unleash {
            return Ok(());
        }
        let mut expected: BTreeMap<(Option<String>, Option<String>), u64> = BTreeMap::new();
        for bucket in 0..points {
            *expected.entry((model::variant(&before, bucket), model::variant(&after, bucket))).or_default() += 1;
        }
        expected.retain(|(from, to), _| from != to);
        let found = reassignment(&before, &after).unwrap();
        prop_assert_eq!(found.moves.len(), expected.len());
        for own in &found.moves {
            let count = expected[&(own.before.clone(), own.after.clone())];
            prop_assert!((own.share - count as f64 / points as f64).abs() < 1e-12);
        }
        let total = expected.values().sum::<u64>() as f64 / points as f64;
        prop_assert!((found.moved - total).abs() < 1e-9);
    }

    /// Also with namespaces, with the hashes of Unleash, and with buckets that are too many to look at.
    #[test]
    fn reassignment_is_what_happens_to_units((before, after) in pair()) {
        let (first, second) = (Assigner::new(before.clone()).unwrap(), Assigner::new(after.clone()).unwrap());
        let mut observed: BTreeMap<(Option<String>, Option<String>), f64> = BTreeMap::new();
        for unit in 0..4000 {
            let unit = format!("unit-{unit}");
            *observed.entry((variant(&first, &unit), variant(&second, &unit))).or_default() += 1.0 / 4000.0;
        }
        let found = reassignment(&before, &after).unwrap();
        let mut expected: BTreeMap<_, f64> = BTreeMap::new();
        for own in &found.moves {
            prop_assert!(own.share > 0.0 && own.before != own.after);
            expected.insert((own.before.clone(), own.after.clone()), own.share);
        }
        for (pair, share) in &observed {
            let expected = if pair.0 == pair.1 { continue } else { expected.get(pair).copied().unwrap_or_default() };
            prop_assert!((share - expected).abs() < 0.045, "{pair:?}: {share}, not {expected}");
        }
        for (pair, share) in &expected {
            let observed = observed.get(pair).copied().unwrap_or_default();
            prop_assert!((observed - share).abs() < 0.045, "{pair:?}: {observed}, not {share}");
        }
    }

    #[test]
    fn a_change_back_moves_the_same_units((before, after) in pair()) {
        let (there, back) = (reassignment(&before, &after).unwrap(), reassignment(&after, &before).unwrap());
        prop_assert!((there.moved - back.moved).abs() < 1e-9 && (there.least - back.least).abs() < 1e-9);
        prop_assert!(there.least <= there.moved && there.moved <= 1.0 + 1e-9);
        let same = reassignment(&before, &before).unwrap();
        prop_assert!(same.moved == 0.0 && same.moves.is_empty());
    }
}

#[test]
fn a_namespace_excludes_experiments_from_one_another() {
    let definition = |key: &str, start: f64, end: f64| {
        Assigner::new(
            Definition::new(key, [Variant::new("a"), Variant::new("b")])
                .namespaces([Namespace::new("shop", [BucketRange::new(start, end)])]),
        )
        .unwrap()
    };
    let (one, two) = (definition("one", 0.0, 0.4), definition("two", 0.4, 1.0));
    for unit in 0..2000 {
        let unit = Unit::new(format!("unit-{unit}"));
        assert_ne!(one.assign(&unit).in_experiment, two.assign(&unit).in_experiment, "exactly one of both");
    }
}

#[test]
fn whole_ranges_leave_nobody_out() {
    for scheme in SCHEMES {
        let variants = model::variants(scheme, &[1, 1]);
        let definition = Definition::new("e", variants)
            .scheme(scheme)
            .namespaces([Namespace::new("all", [BucketRange::new(0.0, 1.0)])]);
        let assigner = Assigner::new(definition).unwrap();
        assert!((0..500).all(|unit| variant(&assigner, &unit.to_string()).is_some()), "{scheme}");
    }
}

#[test]
fn ranges_of_their_own_keep_units_where_weights_would_move_them() {
    let range = BucketRange::new;
    let of = |off: Vec<BucketRange>, a: Vec<BucketRange>, b: Vec<BucketRange>| {
        Definition::new(
            "e",
            [Variant::new("off").ranges(off), Variant::new("a").ranges(a), Variant::new("b").ranges(b)],
        )
    };
    let before = of(vec![range(0.2, 1.0)], vec![range(0.0, 0.1)], vec![range(0.1, 0.2)]);
    let after = of(
        vec![range(0.4, 1.0)],
        vec![range(0.0, 0.1), range(0.2, 0.3)],
        vec![range(0.1, 0.2), range(0.3, 0.4)],
    );
    let found = reassignment(&before, &after).unwrap();
    assert!((found.moved - 0.2).abs() < 1e-9 && (found.least - found.moved).abs() < 1e-9);
    // Of ranges that overlap, the first variant has the bucket.
    let overlapping = of(vec![], vec![range(0.0, 0.6)], vec![range(0.4, 1.0)]);
    let found = ranges(&overlapping).unwrap();
    assert_eq!(found.len(), 2);
    let assigner = Assigner::new(overlapping).unwrap();
    let share =
        (0..4000).filter(|unit| variant(&assigner, &unit.to_string()).as_deref() == Some("a")).count();
    assert!((2250..2550).contains(&share), "{share}");
}
