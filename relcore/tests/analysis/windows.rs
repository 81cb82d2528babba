//! The windows of several judgements, what they come to, and the sizes of effects, each against a naive way.
use proptest::prelude::*;
use relcore::analysis::{
    JudgementPlan, Verdict, combine_judgements, effect_sizes, judgement_windows, outcome_of_combined,
};
use relcore::decision::Outcome;
use relcore::{Span, Timestamp};

fn minute(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + minutes * 60_000).unwrap()
}

fn span(minutes: i64) -> Span {
    Span::from_millis(minutes * 60_000).unwrap()
}

/// Minute by minute: at each end of an interval a judgement, of the minutes that are not longer ago than the lookback.
fn watched(lifetime: i64, interval: i64, begin: i64, lookback: Option<i64>) -> Vec<(i64, i64)> {
    let interval = interval.min(lifetime); // an interval longer than the lifetime: one judgement at its end
    let mut found = Vec::new();
    for passed in 1..=lifetime {
        if passed % interval == 0 {
            let first =
                (0..passed).find(|ago| lookback.is_none_or(|lookback| passed - ago <= lookback)).unwrap();
            found.push((begin + first, begin + passed));
        }
    }
    found
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![
        Verdict::Passed,
        Verdict::Marginal,
        Verdict::Failed,
        Verdict::Inconclusive,
        Verdict::NoData,
    ])
}

proptest! {
    #[test]
    fn windows_are_those_of_a_watch_that_looks_every_minute(
        lifetime in 1..500_i64, interval in 1..300_i64, warm_up in 0..60_i64, lookback in prop::option::of(1..400_i64),
        start in prop::option::of(-1000..1000_i64),
    ) {
        let mut plan = JudgementPlan::new(span(lifetime), span(interval)).begin_after(span(warm_up));
        (plan.lookback, plan.start) = (lookback.map(span), start.map(minute));
        let windows = judgement_windows(&plan, minute(0)).unwrap();
        let expected: Vec<(Timestamp, Timestamp)> = watched(lifetime, interval, start.unwrap_or(warm_up), lookback)
            .into_iter()
            .map(|(from, to)| (minute(from), minute(to)))
            .collect();
        let got: Vec<(Timestamp, Timestamp)> = windows.iter().map(|window| (window.start, window.end)).collect();
        prop_assert_eq!(got, expected);
    }

    /// Nothing passes but what is known, good at the end and at least marginal before it.
    #[test]
    fn several_judgements_are_as_good_as_their_worst(verdicts in prop::collection::vec(verdict(), 0..8)) {
        let combined = combine_judgements(&verdicts);
        let has = |verdict: Verdict| verdicts.contains(&verdict);
        let expected = if has(Verdict::Failed) {
            Verdict::Failed
        } else if let Some(unknown) = verdicts.iter().find(|v| matches!(v, Verdict::Inconclusive | Verdict::NoData)) {
            *unknown
        } else {
            verdicts.last().copied().unwrap_or(Verdict::NoData)
        };
        prop_assert_eq!(combined.verdict, expected);
        prop_assert_eq!(combined.deciding.map(|index| verdicts[index as usize]), verdicts.first().map(|_| expected));
        let unknown: Vec<String> = (0..verdicts.len())
            .filter(|index| matches!(verdicts[*index], Verdict::Inconclusive | Verdict::NoData))
            .map(|index| format!("judgements[{index}]"))
            .collect();
        prop_assert_eq!(&combined.missing, &unknown);
        prop_assert_eq!(outcome_of_combined(&combined) == Outcome::Proceed, expected == Verdict::Passed);
        // A judgement more that is worse never makes it better.
        let mut worse = verdicts.clone();
        worse.insert(0, Verdict::Failed);
        prop_assert_eq!(combine_judgements(&worse).verdict, Verdict::Failed);
    }

    #[test]
    fn sizes_of_effects_are_those_of_all_pairs(
        x in prop::collection::vec(-20..40_i32, 1..12), y in prop::collection::vec(-20..40_i32, 1..12), power in 0..20_i32,
    ) {
        let of = |list: &[i32]| -> Vec<f64> { list.iter().map(|value| f64::from(*value)).collect() };
        let (x, y) = (of(&x), of(&y));
        let sizes = effect_sizes(&x, &y).unwrap();
        let (n, m) = (x.len() as f64, y.len() as f64);
        let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        let mut greater = 0.0;
        for a in &x {
            for b in &y {
                greater += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
            }
        }
        prop_assert!((sizes.common_language_effect - greater / (n * m)).abs() < 1e-12);
        let ratio = (mean(&x) > 0.0 && mean(&y) > 0.0).then(|| mean(&x) / mean(&y));
        prop_assert_eq!(sizes.mean_ratio.is_some(), ratio.is_some());
        prop_assert!(sizes.mean_ratio.zip(ratio).is_none_or(|(got, naive)| (got / naive - 1.0).abs() < 1e-12));
        let squares = |list: &[f64]| list.iter().map(|v| (v - mean(list)) * (v - mean(list))).sum::<f64>();
        let pooled = (squares(&x) + squares(&y)) / (n + m - 2.0);
        let d = (n + m > 2.0 && pooled > 1e-9).then(|| (mean(&x) - mean(&y)) / pooled.sqrt());
        prop_assert_eq!(sizes.cohens_d.is_some(), d.is_some(), "{:?} {}", sizes, pooled);
        prop_assert!(sizes.cohens_d.zip(d).is_none_or(|(got, naive)| (got - naive).abs() < 1e-9 * naive.abs().max(1.0)));
        // Swapped arms mirror it, and the unit does not matter.
        let swapped = effect_sizes(&y, &x).unwrap();
        prop_assert!((swapped.common_language_effect + sizes.common_language_effect - 1.0).abs() < 1e-12);
        let factor = f64::from(1 << power);
        let scaled = |list: &[f64]| -> Vec<f64> { list.iter().map(|value| value * factor).collect() };
        prop_assert_eq!(effect_sizes(&scaled(&x), &scaled(&y)).unwrap(), sizes);
    }
}
