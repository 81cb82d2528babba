//! Checks of a traffic split: exact error rates over many looks, laws on random units, and a naive model.
#![allow(clippy::disallowed_methods, reason = "a model that does not depend on the functions of the core")]

use proptest::prelude::*;
use relcore::Count;
use relcore::stats::{Arm, SplitCheck, SplitPolicy, SplitVerdict, check_split};

fn check(units: &[u64], weights: &[f64], policy: &SplitPolicy) -> SplitCheck {
    let arms: Vec<Arm> = units
        .iter()
        .zip(weights)
        .enumerate()
        .map(|(index, (units, weight))| {
            Arm::new(format!("arm {index}"), Count::new(*units).unwrap(), *weight)
        })
        .collect();
    check_split(&arms, policy).unwrap()
}

/// The exact probability that a check after each of `looks` units ever finds a mismatch, if each unit falls into the first
/// arm with the probability `share`.
fn ever_mismatched(share: f64, planned: f64, looks: u64, policy: &SplitPolicy) -> f64 {
    let mut undecided = vec![1.0];
    let mut decided = 0.0;
    for total in 1..=looks {
        let mut next = vec![0.0; undecided.len() + 1];
        for (units, probability) in undecided.iter().enumerate() {
            for (at, part) in [(units, 1.0 - share), (units + 1, share)] {
                *next.get_mut(at).unwrap() += probability * part;
            }
        }
        for (units, probability) in (0..).zip(next.iter_mut()) {
            if *probability > 1e-9
                && check(&[units, total - units], &[planned, 1.0 - planned], policy).verdict
                    == SplitVerdict::Mismatched
            {
                decided += *probability;
                *probability = 0.0;
            }
        }
        undecided = next;
    }
    decided
}

/// The known failure of a chi-squared test that is repeated: 10.6 % of false alarms at 1 %.
#[test]
fn looking_after_every_unit_stays_within_alpha() {
    let policy = SplitPolicy::default().alpha(0.05).prior_units(10.0);
    for planned in [0.5, 0.2] {
        let false_alarm = ever_mismatched(planned, planned, 100, &policy);
        assert!(false_alarm > 0.0 && false_alarm <= 0.05, "{planned}: {false_alarm}");
    }
    assert!(ever_mismatched(0.9, 0.5, 100, &policy) > 0.99);
}

#[test]
fn an_arm_that_was_to_get_nothing_must_get_nothing() {
    let policy = SplitPolicy::default();
    let split = check(&[1, 1_000_000], &[0.0, 1.0], &policy);
    assert_eq!((split.verdict, split.p, split.log_e), (SplitVerdict::Mismatched, 0.0, None));
    assert_eq!(check(&[0, 1_000_000], &[0.0, 1.0], &policy).verdict, SplitVerdict::Matched);
    assert_eq!(check(&[0, 0], &[0.0, 1.0], &policy).verdict, SplitVerdict::NoData);
}

/// 10.37 % of 99,555 users instead of 10 % is within a tolerance of 10 % of the plan, but hardly chance (chi-squared: 0.0001).
#[test]
fn a_suspicious_split_is_not_matched_because_it_is_within_the_tolerance() {
    let policy = SplitPolicy::default();
    assert_eq!(check(&[10_321, 89_234], &[0.1, 0.9], &policy).verdict, SplitVerdict::Inconclusive);
    assert_eq!(check(&[9_956, 89_599], &[0.1, 0.9], &policy).verdict, SplitVerdict::Matched);
}

#[test]
fn all_faults_are_reported_at_once() {
    let arms = [Arm::new("", 1_u32, -1.0), Arm::new("a", 1_u32, f64::NAN), Arm::new("a", 1_u32, 1.0)];
    let error =
        check_split(&arms, &SplitPolicy::default().alpha(5.0).tolerance_percent(f64::NAN)).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "arms[0].name",
            "arms[0].weight",
            "arms[1].weight",
            "arms[2].name",
            "policy.alpha",
            "policy.tolerancePercent"
        ]
    );
    assert!(check_split(&[], &SplitPolicy::default()).is_err());
    let none = [Arm::new("a", 1_u32, 0.0), Arm::new("b", 1_u32, 0.0)];
    assert_eq!(check_split(&none, &SplitPolicy::default()).unwrap_err().path(), "arms");
}

/// ln Γ(z) for z > 0 by its recurrence, and by Stirling's series from 20 on.
fn ln_gamma(z: f64) -> f64 {
    if z < 20.0 {
        return ln_gamma(z + 1.0) - z.ln();
    }
    (z - 0.5) * z.ln() - z + std::f64::consts::TAU.ln() / 2.0 + 1.0 / (12.0 * z) - 1.0 / (360.0 * z.powi(3))
        + 1.0 / (1260.0 * z.powi(5))
}

proptest! {
    #[test]
    fn the_e_value_is_that_of_its_formula(
        arms in prop::collection::vec((0..3000_u64, 0.05..10.0_f64), 2..6), prior in 1.0..300.0_f64,
    ) {
        let (units, weights): (Vec<u64>, Vec<f64>) = arms.into_iter().unzip();
        let split = check(&units, &weights, &SplitPolicy::default().prior_units(prior));
        let (n, all): (f64, f64) = (units.iter().sum::<u64>() as f64, weights.iter().sum());
        let mut expected = ln_gamma(prior) - ln_gamma(prior + n);
        for (units, weight) in units.iter().zip(&weights) {
            let (units, share) = (*units as f64, weight / all);
            expected += ln_gamma(prior * share + units) - ln_gamma(prior * share) - units * share.ln();
        }
        let got = split.log_e.unwrap();
        prop_assert!((got - expected).abs() <= 1e-8 * expected.abs().max(10.0), "{got} is not {expected}");
    }

    #[test]
    fn the_unit_of_weights_and_the_order_of_arms_do_not_matter(
        arms in prop::collection::vec((0..3000_u64, 0.05..10.0_f64), 2..6), scale in 1e-3..1e3_f64,
    ) {
        let policy = SplitPolicy::default();
        let (units, weights): (Vec<u64>, Vec<f64>) = arms.iter().copied().unzip();
        let (backwards, their_weights): (Vec<u64>, Vec<f64>) =
            arms.iter().rev().map(|(units, weight)| (*units, weight * scale)).unzip();
        let (one, other) = (check(&units, &weights, &policy), check(&backwards, &their_weights, &policy));
        let (a, b) = (one.log_e.unwrap(), other.log_e.unwrap());
        prop_assert!((a - b).abs() <= 1e-8 * a.abs().max(1.0));
        for (here, there) in one.arms.iter().zip(other.arms.iter().rev()) {
            prop_assert!((here.low - there.low).abs() < 1e-9 && (here.high - there.high).abs() < 1e-9);
            let observed = here.observed.unwrap_or(0.5);
            prop_assert!(here.low <= observed && observed <= here.high);
        }
        prop_assert!(!one.reasons.is_empty());
    }

    #[test]
    fn a_correct_split_of_many_units_matches_and_a_wrong_one_does_not(weight in 0.02..0.5_f64, wrong in 1.2..1.6_f64) {
        let policy = SplitPolicy::default();
        let at = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1e7")]
            let units = (1e7 * share) as u64;
            check(&[units, 10_000_000 - units], &[weight, 1.0 - weight], &policy)
        };
        prop_assert_eq!(at(weight).verdict, SplitVerdict::Matched);
        prop_assert_eq!(at(weight * wrong).verdict, SplitVerdict::Mismatched);
        prop_assert_eq!(at(weight / wrong).verdict, SplitVerdict::Mismatched);
    }
}
