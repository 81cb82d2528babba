//! Faults of reference implementations, each with a test that it is not repeated here. The tests of shares have their own in
//! `share_test.rs`; the first three are here again by the names under which people know them.
use relcore::stats::*;

fn close(got: f64, expected: f64, tolerance: f64) -> bool {
    (got - expected).abs() <= tolerance * expected.abs()
}

/// statsmodels 0.14.4 to 0.15.0, `score_test_proportions_2indep(compare="diff")` at a difference that is not 0: the
/// constrained likelihood has a count in the place of a number of trials (statsmodels#10269, open).
#[test]
fn statsmodels_score_test_of_a_difference_that_is_not_zero() {
    let (canary, baseline) = (Trials::new(56_u32, 70_u32), Trials::new(48_u32, 80_u32));
    let effect =
        share_effect(&canary, &baseline, &EffectScale::Difference, 0.95, &EffectMethod::Score).unwrap();
    assert!(close(effect.low, 0.0528, 1e-3) && close(effect.high.unwrap(), 0.3382, 1e-3), "{effect:?}");
    // It raises a ValueError for these.
    let (canary, baseline) = (Trials::new(9_u32, 10_u32), Trials::new(3_u32, 10_u32));
    share_effect(&canary, &baseline, &EffectScale::Difference, 0.95, &EffectMethod::Score).unwrap();
}

/// scipy 1.17.1 `barnard_exact` drops tables that tie with the observed one (scipy#18798, open): p = 0.00693.
#[test]
fn scipy_barnard_without_tied_tables() {
    let equality = Effect::Difference { value: 0.0 };
    let test = test_shares(
        &Trials::new(9_u32, 10_u32),
        &Trials::new(3_u32, 10_u32),
        &equality,
        &ShareTestMethod::Barnard,
    );
    assert!(close(test.unwrap().p_two_sided, 0.00796, 1e-3));
}

/// statrs 0.19.1 `fishers_exact`: 0.5007.
#[test]
fn statrs_fisher_of_the_wrong_tail() {
    let equality = Effect::Ratio { value: 1.0 };
    let (canary, baseline) = (Trials::new(130_u32, 10_000_u32), Trials::new(100_u32, 10_000_u32));
    let test = test_shares(&canary, &baseline, &equality, &ShareTestMethod::Fisher).unwrap();
    assert!(close(test.p_two_sided, 0.0542, 1e-3), "{test:?}");
}

/// scipy 1.17.1 `mannwhitneyu(method="exact")` takes the distribution without ties for values with ties: P(U <= 1) = 2/20.
#[test]
fn scipy_exact_rank_test_that_ignores_ties() {
    // Of the 20 splits of 1 1 2 2 2 3, counted by hand, three have a U of at most 1: 1 1 2, with each of the three 2.
    let test = mann_whitney(&[1.0, 1.0, 2.0], &[2.0, 2.0, 3.0], &RankMethod::Exact).unwrap();
    assert_eq!((test.u, test.p_less), (1.0, 3.0 / 20.0));
}

/// The same in scipy needs 12.6 s for 200 values of each arm: its counts leave 64-bit integers.
#[test]
fn scipy_exact_rank_test_that_takes_long() {
    let values = |from: u32, n: u32| (from..from + n).map(f64::from).collect::<Vec<f64>>();
    let test = mann_whitney(&values(1, 200), &values(201, 200), &RankMethod::Exact).unwrap();
    // One split of C(400, 200), which has 120 digits.
    assert!(test.exact && close(libm::log(test.p_less), -274.036_723_598_430_44, 1e-12), "{}", test.p_less);
}

/// statrs 0.19.1 `mannwhitneyu` takes one minus the distribution function: a tail beyond 1e-16 is 0.
#[test]
fn statrs_rank_test_without_a_tail() {
    let values = |from: u32| (from..from + 200).map(f64::from).collect::<Vec<f64>>();
    let test = mann_whitney(&values(1001), &values(1), &RankMethod::Normal).unwrap();
    assert!(0.0 < test.p_greater && test.p_greater < 1e-60, "{test:?}");
}

/// The same looks for NaN in time of the square: 8.9 s for 100,000 values. Here it is refused, with its place.
#[test]
fn statrs_rank_test_that_looks_for_nan_in_quadratic_time() {
    let mut values: Vec<f64> = (0..300_000).map(f64::from).collect();
    let first = mann_whitney(&values, &values, &RankMethod::Normal).unwrap();
    assert!(close(first.p_two_sided, 1.0, 1e-9));
    values[299_999] = f64::NAN;
    let error = mann_whitney(&values, &[1.0], &RankMethod::Normal).unwrap_err();
    assert_eq!(error.path(), "canary[299999]");
}

/// sketches-ddsketch 0.4.2: an infinite value panics, and NaN counts as a zero and spoils the sum.
#[test]
fn ddsketch_of_rust_that_panics_at_infinity() {
    let found = sketch(&[1.0, f64::INFINITY, 2.0], 0.01).unwrap();
    assert_eq!((found.infinite.get(), found.zeros.get()), (1, 0));
    assert!(close(sketch_quantile(&found, 0.5).unwrap(), 2.0, 0.01));
    assert_eq!(sketch(&[1.0, f64::NAN], 0.01).unwrap_err().path(), "values[1]");
}

/// puruspe `betai` is wrong by up to a factor of four for great parameters, statrs `beta_reg` by 8e-12. The exact test of two
/// rates is an incomplete beta function; the values are from mpmath 1.4.1 with 60 digits.
#[test]
fn puruspe_incomplete_beta_of_great_parameters() {
    let once = RateHypothesis::default().looks(Looks::One);
    // Events and exposure of both arms, and I_x(count, other + 1) at x = exposure / (exposure + 1).
    let cases = [
        (10_000_u32, 9_800_u32, 1.0, 0.078_646_109_394_731_16),
        (1_205, 10_110, 1.0 / 9.0, 0.011_591_111_009_397_908),
        (100_000, 100_000, 1.0, 0.500_892_060_942_999_5),
        (20, 40_000, 1.0 / 8_000.0, 3.462_714_192_863_763e-7),
    ];
    for (count, other, exposure, expected) in cases {
        let test = rate_test(&Counts::new(count, exposure), &Counts::new(other, 1.0), &once).unwrap();
        assert!(close(test.greater.p, expected, 1e-11), "{count} {other}: {}", test.greater.p);
    }
}

/// puruspe `gammp` is infinite for great parameters, statrs `gamma_lr` wrong by 2e-12. The exact interval of a rate inverts the
/// incomplete gamma function; the values are from mpmath.
#[test]
fn puruspe_incomplete_gamma_of_great_parameters() {
    let cases = [
        (3_u32, 0.618_672_122_895_601_3, 8.767_273_069_742_326),
        (10_000, 9_804.952_467_260_183, 10_197.951_624_661_473),
        (250_000, 249_020.965_504_321_25, 250_981.930_760_977_13),
    ];
    for (events, low, high) in cases {
        let interval = rate_interval(&Counts::new(events, 1.0), 0.95).unwrap();
        assert!(
            close(interval.low, low, 1e-11) && close(interval.high, high, 1e-11),
            "{events}: {interval:?}"
        );
    }
}

/// special's `inv_error` is wrong by 3e-4, statrs `erfc` by 9e-11. The normal quantile makes the Wilson interval.
#[test]
fn special_inverse_error_function() {
    let cases = [
        (0.95, 0.021_543_679_154_367_974),
        (0.999, 0.012_887_045_473_548_289),
        (0.999_999, 0.007_578_292_070_103_523),
    ];
    for (level, low) in cases {
        let interval = share_interval(&Trials::new(5_u32, 100_u32), level, &ShareMethod::Wilson).unwrap();
        assert!(close(interval.low, low, 1e-12), "{level}: {}", interval.low);
    }
}
