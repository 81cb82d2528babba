use proptest::prelude::*;
use relcore::Count;
use relcore::stats::{Comparison, Counts, Direction, Looks, Policy, Verdict, compare_counts};

fn compare(events: u64, exposure: f64, baseline_events: u64, baseline: f64, policy: &Policy) -> Comparison {
    let count = |events| Count::new(events).unwrap();
    compare_counts(
        &Counts::new(count(events), exposure),
        &Counts::new(count(baseline_events), baseline),
        policy,
    )
    .unwrap()
}

/// The exact probability that a comparison after each of `looks` events ever has the verdict, if each event is the
/// canary's with the probability `share`.
fn ever(verdict: Verdict, share: f64, exposure: f64, looks: u64, policy: &Policy) -> f64 {
    let mut undecided = vec![1.0]; // by the number of events of the canary
    let mut decided = 0.0;
    for total in 1..=looks {
        let mut next = vec![0.0; undecided.len() + 1];
        for (count, probability) in undecided.iter().enumerate() {
            for (at, part) in [(count, 1.0 - share), (count + 1, share)] {
                *next.get_mut(at).unwrap() += probability * part;
            }
        }
        for (count, probability) in (0..).zip(next.iter_mut()) {
            if *probability > 1e-12 && compare(count, exposure, total - count, 1.0, policy).verdict == verdict
            {
                decided += *probability;
                *probability = 0.0;
            }
        }
        undecided = next;
    }
    decided
}

#[test]
fn looking_after_every_event_stays_within_alpha() {
    let policy = Policy::default().margin_percent(50.0);
    for exposure in [1.0, 0.2] {
        let share = |ratio: f64| exposure * ratio / (exposure * ratio + 1.0);
        let false_alarm = ever(Verdict::Failed, share(1.0), exposure, 120, &policy);
        assert!(false_alarm > 0.0 && false_alarm <= 0.05, "{exposure}: {false_alarm}");
        let false_pass = ever(Verdict::Passed, share(1.5), exposure, 120, &policy);
        assert!(false_pass > 0.0 && false_pass <= 0.05, "{exposure}: {false_pass}");
        // It finds what is there.
        assert!(ever(Verdict::Failed, share(4.0), exposure, 120, &policy) > 0.95);
    }
}

/// The mistake of tests for one look, when they are used at every look.
#[test]
fn an_exact_test_at_every_look_exceeds_alpha() {
    let policy = Policy::default().margin_percent(0.01).looks(Looks::One);
    let false_alarm = ever(Verdict::Failed, 0.5, 1.0, 120, &policy);
    assert!(false_alarm > 0.1, "{false_alarm}");
}

#[test]
fn the_verdict_of_one_look_changes_where_the_exact_test_does() {
    let policy = Policy::default().looks(Looks::One);
    // 18 or more heads of 26 fair coins are 2,533,987 of 2^26 outcomes.
    let p = |events, baseline| compare(events, 1.0, baseline, 1.0, &policy).harm.unwrap().p;
    assert!((p(18, 8) - 2_533_987.0 / 67_108_864.0).abs() < 1e-12, "{}", p(18, 8));
    assert_eq!(compare(18, 1.0, 8, 1.0, &policy).verdict, Verdict::Failed);
    assert_eq!(compare(17, 1.0, 9, 1.0, &policy).verdict, Verdict::Inconclusive);
}

#[test]
fn nothing_is_decided_without_data() {
    let policy = Policy::default();
    for (events, exposure, baseline_events, baseline, expected) in [
        (0, 0.0, 0, 0.0, Verdict::NoData),
        (0, 0.0, 500, 1e6, Verdict::NoData),
        (500, 1e6, 0, 0.0, Verdict::NoData),
        (1, 0.0, 500, 1e6, Verdict::Invalid),
        (0, 1e6, 0, 1e6, Verdict::Inconclusive),
        (4, 1e6, 0, 1e6, Verdict::Inconclusive),
        (40, 1e6, 0, 1e6, Verdict::Failed),
        (0, 1e6, 400, 1e6, Verdict::Passed),
    ] {
        let comparison = compare(events, exposure, baseline_events, baseline, &policy);
        assert_eq!(comparison.verdict, expected, "{events} {exposure} {baseline_events} {baseline}");
    }
}

#[test]
fn about_as_many_events_are_needed_as_measured() {
    // Medians of a simulation of the e-process, and the normal approximation for one look, at equal rates.
    for (margin, one_look, median) in [(10.0, 2723.0, 3800.0), (25.0, 497.0, 557.0), (50.0, 150.0, 152.0)] {
        let policy = Policy::default().margin_percent(margin);
        let needed = |policy: &Policy| compare(5, 1.0, 5, 1.0, policy).needed_events.unwrap().as_f64();
        assert!((needed(&policy.looks(Looks::One)) - one_look).abs() <= 2.0, "{margin}");
        assert!(needed(&policy) >= median * 0.9, "{margin}: {}", needed(&policy));
        // A canary that is exactly as good at one look passes with at most 1.6 times as many. The median is lower, because
        // the best of all looks counts.
        let half = compare(5, 1.0, 5, 1.0, &policy).needed_events.unwrap().get() * 4 / 5;
        assert_eq!(compare(half, 1.0, half, 1.0, &policy).verdict, Verdict::Passed, "{margin}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let policy = Policy::default().alpha(5.0).margin_percent(-1.0);
    let events = Count::new(2_000_000_000).unwrap();
    let error =
        compare_counts(&Counts::new(events, f64::NAN), &Counts::new(1_u32, -1.0), &policy).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        ["canary.exposure", "canary.events", "baseline.exposure", "policy.marginPercent", "policy.alpha"]
    );
}

fn policy() -> impl Strategy<Value = Policy> {
    (1.0..60.0_f64, any::<bool>(), any::<bool>()).prop_map(|(margin, one, fewer)| {
        Policy::default()
            .margin_percent(margin)
            .looks(if one { Looks::One } else { Looks::Any })
            .direction(if fewer { Direction::DecreaseIsBad } else { Direction::IncreaseIsBad })
    })
}

/// From good to bad.
fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 2,
        _ => 1,
    }
}

proptest! {
    #[test]
    fn a_worse_canary_never_has_a_better_verdict(
        events in 0..2000_u64, more in 1..200_u64, baseline in 0..2000_u64, w in 0.01..10.0_f64, policy in policy(),
    ) {
        let verdict = |events| compare(events, w, baseline, 1.0, &policy);
        let (few, many) = (verdict(events), verdict(events + more));
        // Below the minimum of events there is no verdict yet.
        let is_judged = few.reasons.iter().all(|reason| reason.code.as_str() != "counts_too_small");
        if is_judged {
            match policy.direction {
                Direction::IncreaseIsBad => prop_assert!(badness(few.verdict) <= badness(many.verdict)),
                _ => prop_assert!(badness(few.verdict) >= badness(many.verdict)),
            }
        }
    }

    #[test]
    fn the_unit_of_exposure_does_not_matter(
        events in 0..2000_u64, baseline in 0..2000_u64, w in 0.01..10.0_f64, scale in 1e-6..1e6_f64, policy in policy(),
    ) {
        let (one, other) =
            (compare(events, w, baseline, 1.0, &policy), compare(events, w * scale, baseline, scale, &policy));
        let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1e-300),
            (a, b) => a.is_none() && b.is_none(),
        };
        prop_assert!(close(one.ratio, other.ratio) && close(one.ratio_low, other.ratio_low));
        prop_assert!(close(one.ratio_high, other.ratio_high));
        prop_assert!(close(one.harm.map(|test| test.p), other.harm.map(|test| test.p)));
    }

    #[test]
    fn swapped_arms_invert_the_ratio_and_swap_the_directions(
        events in 1..2000_u64, baseline in 1..2000_u64, w in 0.01..10.0_f64, one in any::<bool>(),
    ) {
        let policy = Policy::default().looks(if one { Looks::One } else { Looks::Any });
        let here = compare(events, w, baseline, 1.0, &policy);
        let there = compare(baseline, 1.0, events, w, &policy.direction(Direction::DecreaseIsBad));
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs();
        prop_assert!(close(here.harm.unwrap().p, there.harm.unwrap().p));
        prop_assert!(close(here.ratio.unwrap(), 1.0 / there.ratio.unwrap()));
        prop_assert!(close(here.ratio_low.unwrap(), 1.0 / there.ratio_high.unwrap()));
    }

    #[test]
    fn the_interval_holds_the_ratio_and_agrees_with_the_verdict(
        events in 0..2000_u64, baseline in 0..2000_u64, w in 0.01..10.0_f64, policy in policy(),
    ) {
        let comparison = compare(events, w, baseline, 1.0, &policy);
        let (low, high) = (comparison.ratio_low.unwrap(), comparison.ratio_high.unwrap_or(f64::INFINITY));
        let ratio = comparison.ratio.unwrap_or(f64::INFINITY);
        prop_assert!(low <= ratio && ratio <= high);
        if comparison.verdict == Verdict::Failed && policy.looks == Looks::One {
            // A one-sided test rejects more than a two-sided interval, never on the other side of 1.
            let is_worse = if policy.direction == Direction::IncreaseIsBad { ratio > 1.0 } else { ratio < 1.0 };
            prop_assert!(is_worse);
        }
        prop_assert!(!comparison.reasons.is_empty());
    }
}
