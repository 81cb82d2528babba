//! Laws of ramps.
use crate::model::{self, pair, scheme};
use proptest::prelude::*;
use relcore::experiment::{Assigner, Definition, RampVerdict, Scheme, Unit, Variant, check_ramp};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn growth_of_the_coverage_moves_nobody_out(
        scheme in scheme(), parts in prop::collection::vec(0..20_u32, 1..5), mut percents in prop::collection::vec(0..=100_u32, 1..6),
    ) {
        percents.sort_unstable();
        let steps: Vec<Definition> = percents
            .iter()
            .map(|percent| {
                Definition::new("e", model::variants(scheme, &parts))
                    .scheme(scheme)
                    .coverage(model::coverage(scheme, *percent))
            })
            .collect();
        let check = check_ramp(&steps, None).unwrap();
        prop_assert_eq!(check.verdict, RampVerdict::Stable);
        prop_assert!(check.shares.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
        for pair in steps.windows(2) {
            let (before, after) = (Assigner::new(pair[0].clone()).unwrap(), Assigner::new(pair[1].clone()).unwrap());
            for unit in 0..200 {
                let unit = Unit::new(unit.to_string());
                let before = before.assign(&unit).variant;
                prop_assert!(before.is_none() || before == after.assign(&unit).variant);
            }
        }
    }

    /// One weight against the rest: a rollout that grows out of `off`.
    #[test]
    fn a_rollout_of_one_weight_grows_out_of_off(scheme in scheme(), mut weights in prop::collection::vec(0..=100_u32, 2..6)) {
        weights.sort_unstable();
        let steps: Vec<Definition> = weights
            .iter()
            .map(|on| {
                let variants = model::variants(scheme, &[*on, 100 - on]);
                let names = ["on", "off"].into_iter();
                let variants = variants.into_iter().zip(names).map(|(variant, name)| Variant::new(name).weight(variant.weight));
                Definition::new("e", variants).scheme(scheme)
            })
            .collect();
        prop_assert_eq!(check_ramp(&steps, Some("off")).unwrap().verdict, RampVerdict::Stable);
        if weights.windows(2).any(|pair| pair[0] < pair[1]) {
            prop_assert_eq!(check_ramp(&steps, None).unwrap().verdict, RampVerdict::MovesUnits);
        }
    }

    #[test]
    fn what_happens_to_units_is_never_hidden((before, after) in pair()) {
        let check = check_ramp(&[before.clone(), after.clone()], None).unwrap();
        let (before, after) = (Assigner::new(before).unwrap(), Assigner::new(after).unwrap());
        let moves = (0..500).any(|unit| {
            let unit = Unit::new(unit.to_string());
            let before = before.assign(&unit).variant;
            before.is_some() && before != after.assign(&unit).variant
        });
        prop_assert!(!moves || check.verdict == RampVerdict::MovesUnits, "{check:?}");
        prop_assert!(!check.reasons.is_empty());
    }
}

#[test]
fn more_buckets_of_unleash_move_units() {
    let of = |weight: f64| {
        Definition::new("e", [Variant::new("on").weight(weight), Variant::new("off").weight(50.0)])
            .scheme(Scheme::Unleash)
    };
    // The number of buckets is the sum of the weights, so each unit is drawn again.
    let check = check_ramp(&[of(50.0), of(51.0)], Some("off")).unwrap();
    assert_eq!(check.verdict, RampVerdict::MovesUnits);
}
