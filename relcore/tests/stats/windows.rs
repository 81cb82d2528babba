//! Counts per window: false alarms under bursts, by a simulation with a fixed seed, and laws on random windows.
use proptest::prelude::*;
use relcore::stats::{
    Comparison, Counts, Direction, Policy, Verdict, WindowMethod, WindowPolicy, code, compare_counts,
    compare_windows, dispersion,
};

/// SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014): uniform numbers between 0 and 1.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// An exponential variable with the mean 1.
    fn waiting(&mut self) -> f64 {
        -libm::log1p(-self.uniform())
    }

    /// A gamma variable with the mean 1 and the coefficient of variation 0.5.
    fn frailty(&mut self) -> f64 {
        (0..4).map(|_| self.waiting()).sum::<f64>() / 4.0
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (mut events, mut time) = (0, self.waiting());
        while time < mean {
            events += 1;
            time += self.waiting();
        }
        events
    }
}

/// Windows of both arms, in which the canary has `ratio` times the rate.
struct Arms {
    /// The events of the baseline in a window.
    mean: f64,
    /// The exposure of the canary, for one of 1000 of the baseline.
    exposure: f64,
    ratio: f64,
    /// Whether each arm has bursts of its own.
    bursts: bool,
}

impl Arms {
    fn draw(&self, random: &mut Random, windows: usize) -> (Vec<Counts>, Vec<Counts>) {
        let mut arm = |mean: f64, exposure: f64| -> Vec<Counts> {
            let mut window = || {
                let frailty = if self.bursts { random.frailty() } else { 1.0 };
                Counts::new(random.poisson(mean * frailty), exposure)
            };
            (0..windows).map(|_| window()).collect()
        };
        let scale = self.exposure / 1000.0;
        (arm(self.mean * scale * self.ratio, self.exposure), arm(self.mean, 1000.0))
    }

    /// The share of `runs` in which `compare` ever says `verdict`, looking after each window.
    fn ever(&self, verdict: Verdict, runs: u32, compare: impl Fn(&[Counts], &[Counts]) -> Comparison) -> f64 {
        self.ever_within(40, verdict, runs, compare)
    }

    fn ever_within(
        &self,
        windows: usize,
        verdict: Verdict,
        runs: u32,
        compare: impl Fn(&[Counts], &[Counts]) -> Comparison,
    ) -> f64 {
        let (mut random, mut found) = (Random(20_261_123), 0_u32);
        for _ in 0..runs {
            let (canary, baseline) = self.draw(&mut random, windows);
            let at =
                |look: usize| compare(canary.get(..look).unwrap(), baseline.get(..look).unwrap()).verdict;
            found += u32::from((1..=windows).any(|look| at(look) == verdict));
        }
        f64::from(found) / f64::from(runs)
    }
}

fn totals(canary: &[Counts], baseline: &[Counts]) -> Comparison {
    compare_windows(canary, baseline, &small_margin().method(WindowMethod::Totals)).unwrap()
}

/// A margin so small that the test for harm decides alone.
fn small_margin() -> WindowPolicy {
    WindowPolicy::default().counts(Policy::default().margin_percent(0.01))
}

#[test]
fn bursts_of_an_overdispersed_arm_reject_too_often() {
    let automatic =
        |canary: &[Counts], baseline: &[Counts]| compare_windows(canary, baseline, &small_margin()).unwrap();
    for exposure in [1000.0, 250.0] {
        let arms = Arms { mean: 20.0, exposure, ratio: 1.0, bursts: true };
        let by_totals = arms.ever(Verdict::Failed, 60, totals);
        assert!(by_totals > 0.1, "{exposure}: {by_totals} is not above twice alpha");
        let by_windows = arms.ever(Verdict::Failed, 200, automatic);
        assert!(by_windows <= 0.05, "{exposure}: {by_windows}");
        // Bursts in one arm only, and none at all.
        let arms = Arms { mean: 20.0, exposure, ratio: 1.0, bursts: false };
        let without = arms.ever(Verdict::Failed, 60, automatic);
        assert!(without <= 0.05, "{exposure}: {without}");
        // It finds what is there.
        let arms = Arms { mean: 20.0, exposure, ratio: 2.0, bursts: true };
        let found = arms.ever(Verdict::Failed, 40, automatic);
        assert!(found > 0.8, "{exposure}: {found}");
        // And what is not: a canary at the margin seldom passes, one that is as good does.
        let policy = WindowPolicy::default().counts(Policy::default().margin_percent(100.0));
        let with_margin =
            |canary: &[Counts], baseline: &[Counts]| compare_windows(canary, baseline, &policy).unwrap();
        let false_pass = arms.ever(Verdict::Passed, 200, with_margin);
        assert!(false_pass <= 0.05, "{exposure}: {false_pass}");
        let arms = Arms { ratio: 1.0, ..arms };
        let passed = arms.ever(Verdict::Passed, 40, with_margin);
        assert!(passed > 0.8, "{exposure}: {passed}");
    }
}

/// `cargo test -p relcore --test stats -- --ignored --nocapture bursts`: the rates of false alarms of a longer simulation.
#[test]
#[ignore = "takes minutes"]
fn bursts_over_many_looks() {
    let automatic =
        |canary: &[Counts], baseline: &[Counts]| compare_windows(canary, baseline, &small_margin()).unwrap();
    for exposure in [1000.0, 250.0] {
        for bursts in [true, false] {
            let arms = Arms { mean: 20.0, exposure, ratio: 1.0, bursts };
            let by_totals = arms.ever_within(100, Verdict::Failed, 200, totals);
            let by_windows = arms.ever_within(100, Verdict::Failed, 1000, automatic);
            println!("exposure {exposure}, bursts {bursts}: totals {by_totals}, auto {by_windows}");
            assert!(by_windows <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 1000.0).sqrt());
        }
    }
}

#[test]
fn few_windows_of_equal_exposure_can_only_fail() {
    let of = |events: [u32; 4]| events.map(|events| Counts::new(events, 500.0));
    let comparison =
        compare_windows(&of([60, 71, 55, 80]), &of([1, 0, 2, 0]), &WindowPolicy::default()).unwrap();
    assert_eq!(comparison.reasons.last().unwrap().code, code::WINDOWS_COMPARED_BY_SHARES);
    assert!(comparison.safe.is_none());
    // Other exposures: nothing is known before the dispersion is.
    let other = of([1, 0, 2, 0]).map(|window| Counts::new(window.events, 5000.0));
    let comparison = compare_windows(&of([60, 71, 55, 80]), &other, &WindowPolicy::default()).unwrap();
    assert_eq!(comparison.reasons.first().unwrap().code, code::WINDOWS_TOO_FEW);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
}

proptest! {
    #[test]
    fn the_unit_of_exposure_and_the_order_of_independent_windows_do_not_matter(
        events in prop::collection::vec((0..60_u32, 0..60_u32), 10..30), scale in 0.01..100.0_f64,
    ) {
        let at = |scale: f64, events: &[(u32, u32)]| {
            let arm = |pick: fn(&(u32, u32)) -> u32, exposure: f64| -> Vec<Counts> {
                events.iter().map(|pair| Counts::new(pick(pair), exposure * scale)).collect()
            };
            compare_windows(&arm(|pair| pair.0, 700.0), &arm(|pair| pair.1, 900.0), &WindowPolicy::default()).unwrap()
        };
        let one = at(1.0, &events);
        let reversed: Vec<(u32, u32)> = events.iter().rev().copied().collect();
        for other in [at(scale, &events), at(1.0, &reversed)] {
            prop_assert_eq!(one.verdict, other.verdict);
            let (p, q) = (one.harm.unwrap().p, other.harm.unwrap().p);
            prop_assert!((p - q).abs() <= 1e-6 * p.max(1e-12), "{p} {q}");
        }
    }

    #[test]
    fn more_events_of_the_canary_never_look_safer(
        events in prop::collection::vec((0..60_u32, 1..60_u32), 10..30), increase in any::<bool>(),
    ) {
        let direction = if increase { Direction::IncreaseIsBad } else { Direction::DecreaseIsBad };
        let policy = WindowPolicy::default()
            .counts(Policy::default().direction(direction))
            .method(WindowMethod::Totals);
        let ratio = |more: u32| {
            let canary: Vec<Counts> = events.iter().map(|pair| Counts::new(pair.0 + more, 1.0)).collect();
            let baseline: Vec<Counts> = events.iter().map(|pair| Counts::new(pair.1, 1.0)).collect();
            compare_windows(&canary, &baseline, &policy).unwrap().ratio.unwrap()
        };
        prop_assert!(ratio(1) > ratio(0));
    }

    #[test]
    fn one_window_alone_is_compared_as_counts_if_the_policy_says_totals(a in 0..500_u32, b in 0..500_u32) {
        let (canary, baseline) = (Counts::new(a, 1000.0), Counts::new(b, 3000.0));
        let policy = WindowPolicy::default().method(WindowMethod::Totals);
        let windows = compare_windows(&[canary], &[baseline], &policy).unwrap();
        let counts = compare_counts(&canary, &baseline, &policy.counts).unwrap();
        prop_assert_eq!(windows.verdict, counts.verdict);
        prop_assert_eq!(windows.harm, counts.harm);
        prop_assert!(dispersion(&[canary]).is_err());
    }
}
