use proptest::prelude::*;
use relcore::stats::{
    Comparison, Direction, Looks, RankMethod, SamplePolicy, SampleScale, ValueLimit, Verdict,
    compare_samples, mann_whitney,
};

/// Pseudo-random numbers from 0 to 1 of a linear congruential generator.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// A latency around 100 ms.
    fn latency(&mut self) -> f64 {
        100.0 * (0.5 * self.normal()).exp()
    }

    /// What a user spends: four of five spend nothing.
    fn spent(&mut self) -> f64 {
        if self.uniform() < 0.8 { 0.0 } else { 20.0 * self.uniform() }
    }
}

/// The share of canaries that ever have the verdict, when they are looked at after every 20 values of each arm.
fn ever(verdict: Verdict, policy: &SamplePolicy, value: fn(&mut Random) -> f64, factor: f64) -> f64 {
    // The tests for one look are slower, and need fewer runs to be wrong.
    let runs = if policy.looks == Looks::Any { 100 } else { 40 };
    let mut random = Random(20_261_127);
    let mut reached = 0;
    for _ in 0..runs {
        let (mut canary, mut baseline) = (Vec::new(), Vec::new());
        for _ in 0..12 {
            canary.extend((0..20).map(|_| value(&mut random) * factor));
            baseline.extend((0..20).map(|_| value(&mut random)));
            if compare_samples(&canary, &baseline, policy).unwrap().verdict == verdict {
                reached += 1;
                break;
            }
        }
    }
    f64::from(reached) / f64::from(runs)
}

/// A margin of 0.01 %, so that every rejection counts.
fn strict() -> SamplePolicy {
    SamplePolicy::default().margin_percent(0.01)
}

#[test]
fn looking_at_latencies_after_every_minute_raises_no_more_false_alarms() {
    let false_alarm = ever(Verdict::Failed, &strict(), Random::latency, 1.0);
    assert!(false_alarm <= 0.05, "{false_alarm}");
    // The test for one look, asked at each of these looks.
    let repeated = ever(Verdict::Failed, &strict().looks(Looks::One), Random::latency, 1.0);
    assert!(repeated > 0.08, "{repeated}");
    // It finds what is there.
    let found = ever(Verdict::Failed, &strict(), Random::latency, 1.5);
    assert!(found > 0.9, "{found}");
}

#[test]
fn looking_after_every_minute_passes_no_more_canaries_that_are_worse_by_the_margin() {
    let policy = SamplePolicy::default().margin_percent(50.0);
    let false_pass = ever(Verdict::Passed, &policy, Random::latency, 1.5);
    assert!(false_pass <= 0.05, "{false_pass}");
    let found = ever(Verdict::Passed, &policy, Random::latency, 0.9);
    assert!(found > 0.9, "{found}");
}

#[test]
fn looking_at_amounts_with_many_zeros_raises_no_more_false_alarms() {
    let policy = strict().scale(SampleScale::Linear).direction(Direction::DecreaseIsBad);
    let false_alarm = ever(Verdict::Failed, &policy, Random::spent, 1.0);
    assert!(false_alarm <= 0.05, "{false_alarm}");
}

#[test]
fn a_limit_beside_the_values_raises_no_more_false_alarms() {
    let policy = strict().limit(ValueLimit::new(180.0).margin_percent(0.01));
    let false_alarm = ever(Verdict::Failed, &policy, Random::latency, 1.0);
    assert!(false_alarm <= 0.05, "{false_alarm}");
}

fn compare(canary: &[f64], baseline: &[f64], policy: &SamplePolicy) -> Comparison {
    compare_samples(canary, baseline, policy).unwrap()
}

fn latencies(n: usize, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    (0..n).map(|_| random.latency()).collect()
}

#[test]
fn kayenta_passes_an_arm_without_data_and_this_does_not() {
    let policy = SamplePolicy::default();
    assert_eq!(compare(&[], &latencies(100, 1), &policy).verdict, Verdict::NoData);
    assert_eq!(compare(&latencies(100, 1), &[], &policy).verdict, Verdict::NoData);
    assert_eq!(compare(&latencies(29, 1), &latencies(9000, 2), &policy).verdict, Verdict::Inconclusive);
}

#[test]
fn growthbook_ships_an_inconclusive_canary_and_this_does_not() {
    let comparison = compare(&latencies(60, 1), &latencies(60, 2), &SamplePolicy::default());
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(comparison.needed_units.is_some());
}

#[test]
fn constants_are_compared_without_noise() {
    for looks in [Looks::Any, Looks::One] {
        for scale in [SampleScale::Log, SampleScale::Linear] {
            let policy = SamplePolicy::default().looks(looks).scale(scale);
            let of = |value: f64| compare(&[value; 40], &[100.0; 50], &policy).verdict;
            assert_eq!(of(100.0), Verdict::Passed, "{looks} {scale}");
            assert_eq!(of(105.0), Verdict::Passed, "{looks} {scale}");
            assert_eq!(of(150.0), Verdict::Failed, "{looks} {scale}");
            assert_eq!(of(50.0), Verdict::Passed, "{looks} {scale}");
        }
    }
}

#[test]
fn one_constant_arm_has_the_variance_of_the_other() {
    let policy = SamplePolicy::default().scale(SampleScale::Linear).direction(Direction::DecreaseIsBad);
    // Nobody of 30 bought, where one of ten does: that happens in 4 % of all draws.
    let mut baseline = [0.0; 30];
    baseline[..3].fill(20.0);
    assert_eq!(compare(&[0.0; 30], &baseline, &policy).verdict, Verdict::Inconclusive);
}

#[test]
fn a_winsorized_comparison_is_not_decided_by_one_buyer() {
    let baseline: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
    let mut canary = baseline.clone();
    canary[0] = 1e6;
    let policy = SamplePolicy::default().scale(SampleScale::Linear);
    let plain = compare(&canary, &baseline, &policy);
    let capped = compare(&canary, &baseline, &policy.winsorize_at(0.99));
    assert_eq!(plain.verdict, Verdict::Inconclusive);
    assert!((capped.ratio.unwrap() - 1.0).abs() < 0.01, "{capped:?}");
}

#[test]
fn a_margin_in_percent_of_a_mean_near_zero_has_no_meaning() {
    let mut random = Random(5);
    let mut change = || (0..200).map(|_| random.normal()).collect::<Vec<f64>>();
    let (canary, baseline) = (change(), change());
    let policy = SamplePolicy::default().scale(SampleScale::Linear);
    let comparison = compare(&canary, &baseline, &policy);
    assert_eq!(
        (comparison.verdict, comparison.reasons[0].code.as_str()),
        (Verdict::Inconclusive, "baseline_near_zero")
    );
    assert_eq!(compare(&canary, &baseline, &policy.absolute_margin(1.0)).verdict, Verdict::Passed);
}

#[test]
fn a_limit_that_nobody_exceeds_passes_by_the_tolerated_share_alone() {
    let (canary, baseline) = (latencies(3000, 1), latencies(3000, 2));
    let policy = SamplePolicy::default();
    let comparison = compare(&canary, &baseline, &policy.limit(ValueLimit::new(1e9)));
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    let comparison = compare(&canary, &baseline, &policy.limit(ValueLimit::new(1e9).tolerated_share(0.01)));
    assert_eq!(
        (comparison.verdict, comparison.reasons[1].code.as_str()),
        (Verdict::Passed, "share_tolerated")
    );
}

#[test]
fn a_slow_tail_fails_where_the_mean_passes() {
    let baseline = latencies(4000, 3);
    let slow = |(i, value): (usize, &f64)| if i % 25 == 0 { 900.0 } else { *value };
    let canary: Vec<f64> = latencies(4000, 4).iter().enumerate().map(slow).collect();
    let policy = SamplePolicy::default().margin_percent(20.0);
    assert_eq!(compare(&canary, &baseline, &policy).verdict, Verdict::Passed);
    let comparison = compare(&canary, &baseline, &policy.limit(ValueLimit::new(500.0)));
    assert_eq!(comparison.verdict, Verdict::Failed);
    assert_eq!(comparison.reasons[0].subject, "limit");
}

#[test]
fn the_test_for_one_look_is_that_of_mann_and_whitney() {
    let (canary, baseline) = (latencies(200, 1), latencies(150, 2));
    let comparison = compare(&canary, &baseline, &SamplePolicy::default().looks(Looks::One));
    let test = mann_whitney(&canary, &baseline, &RankMethod::Auto).unwrap();
    assert_eq!(comparison.harm.unwrap().p, test.p_greater);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The unit of the values does not matter.
    #[test]
    fn seconds_and_milliseconds_have_the_same_verdict(
        n in 30..200_usize, m in 30..200_usize, seed: u64, factor in 0.7..1.4_f64, unit in 1e-6..1e6_f64, any: bool, log: bool,
    ) {
        let (canary, baseline) = (latencies(n, seed), latencies(m, seed ^ 1));
        let canary: Vec<f64> = canary.iter().map(|value| value * factor).collect();
        let policy = SamplePolicy::default()
            .looks(if any { Looks::Any } else { Looks::One })
            .scale(if log { SampleScale::Log } else { SampleScale::Linear });
        let scaled = |values: &[f64]| values.iter().map(|value| value * unit).collect::<Vec<_>>();
        let (here, there) = (compare(&canary, &baseline, &policy), compare(&scaled(&canary), &scaled(&baseline), &policy));
        prop_assert_eq!(here.verdict, there.verdict);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(1e-9);
        prop_assert!(close(here.harm.unwrap().p, there.harm.unwrap().p) && close(here.safe.unwrap().p, there.safe.unwrap().p));
        // The interval has the estimate, and the test agrees with it. Few values with much noise have no end, or none above 0.
        prop_assert_eq!(here.ratio_low.is_some(), there.ratio_low.is_some());
        let (Some(low), Some(ratio), Some(high)) = (here.ratio_low, here.ratio, here.ratio_high) else { return Ok(()) };
        prop_assert!(low <= ratio && ratio <= high);
        if low > 1.1 {
            prop_assert_eq!(here.verdict, Verdict::Failed);
        }
        if high < 1.1 {
            prop_assert_eq!(here.verdict, Verdict::Passed);
        }
    }

    /// A worse canary is not judged better.
    #[test]
    fn greater_latencies_are_more_harm_and_less_safe(
        n in 30..100_usize, seed: u64, factor in 1.0..2.0_f64, any: bool,
    ) {
        let (canary, baseline) = (latencies(n, seed), latencies(n, seed ^ 1));
        let worse: Vec<f64> = canary.iter().map(|value| value * factor).collect();
        let policy = SamplePolicy::default().looks(if any { Looks::Any } else { Looks::One });
        let (here, there) = (compare(&canary, &baseline, &policy), compare(&worse, &baseline, &policy));
        prop_assert!(there.harm.unwrap().p <= here.harm.unwrap().p * (1.0 + 1e-9));
        prop_assert!(there.safe.unwrap().p >= here.safe.unwrap().p * (1.0 - 1e-9));
    }

    /// Whatever the input, there is a verdict with a reason or an error with a path.
    #[test]
    fn no_input_passes_silently(
        x in prop::collection::vec(any::<f64>(), 0..40), y in prop::collection::vec(any::<f64>(), 0..40), any: bool, log: bool,
    ) {
        let policy = SamplePolicy::default()
            .looks(if any { Looks::Any } else { Looks::One })
            .scale(if log { SampleScale::Log } else { SampleScale::Linear })
            .min_values(2_u32);
        match compare_samples(&x, &y, &policy) {
            Ok(comparison) => {
                prop_assert!(!comparison.reasons.is_empty());
                for test in [comparison.harm, comparison.safe].into_iter().flatten() {
                    prop_assert!((0.0..=1.0).contains(&test.p) && test.log_e.is_none_or(f64::is_finite));
                }
                prop_assert!(x.iter().chain(&y).all(|value| value.is_finite()));
            }
            Err(error) => prop_assert!(error.path().starts_with("canary") || error.path().starts_with("baseline")),
        }
    }
}
