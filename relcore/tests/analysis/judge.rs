use proptest::prelude::*;
use relcore::analysis::{BadChange, JudgePolicy, JudgedMetric, Label, Samples, SeriesPair, Verdict, judge};

fn pair(name: &str, canary: &[f64], baseline: &[f64]) -> SeriesPair {
    let of = |values: &[f64]| Samples::default().values(values.to_vec());
    SeriesPair::new(name, of(canary), of(baseline))
}

fn label(direction: BadChange, canary: &[f64], baseline: &[f64]) -> Label {
    let metric = JudgedMetric::new("m").direction(direction).allowed_increase(1.1).allowed_decrease(0.9);
    judge(&JudgePolicy::new([metric]), &[pair("m", canary, baseline)]).unwrap().metrics[0].label
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((1..40_u32).prop_map(f64::from), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn neither_order_nor_unit_matters(canary in values(), baseline in values(), power in -30..30_i32) {
        let whole = label(BadChange::Either, &canary, &baseline);
        let scaled = |values: &[f64]| values.iter().rev().map(|v| v * libm::ldexp(1.0, power)).collect::<Vec<_>>();
        prop_assert_eq!(label(BadChange::Either, &scaled(&canary), &scaled(&baseline)), whole);
    }

    /// Among distinct values. The exact test is conditional on the ties, and a value that leaves a tie changes what the others
    /// could have come to: p may rise with it.
    #[test]
    fn a_worse_canary_is_never_better(
        all in Just((1..24_u32).map(f64::from).collect::<Vec<_>>()).prop_shuffle(),
        sizes in (1..12_usize, 1..12_usize),
        index in 0..12_usize,
        by in 1..50_u32,
    ) {
        let (canary, rest) = all.split_at(sizes.0);
        let baseline = &rest[..sizes.1];
        let mut worse = canary.to_vec();
        worse[index % canary.len()] += f64::from(by) - 0.5;
        if label(BadChange::Increase, canary, baseline) == Label::High {
            prop_assert_eq!(label(BadChange::Increase, &worse, baseline), Label::High);
        }
    }

    #[test]
    fn swapped_arms_mirror(canary in values(), baseline in values()) {
        let of = |canary: &[f64], baseline: &[f64]| {
            judge(&JudgePolicy::new([JudgedMetric::new("m")]), &[pair("m", canary, baseline)]).unwrap().metrics[0].label
        };
        let mirrored = match of(&canary, &baseline) {
            Label::High => Label::Low,
            Label::Low => Label::High,
            other => other,
        };
        prop_assert_eq!(of(&baseline, &canary), mirrored);
    }

    #[test]
    fn names_and_order_of_metrics_do_not_matter(series in prop::collection::vec((values(), values()), 1..6)) {
        let verdict = |names: &[String]| {
            let policy = JudgePolicy::new(names.iter().map(JudgedMetric::new));
            let pairs: Vec<_> = names.iter().zip(&series).map(|(name, (a, b))| pair(name, a, b)).collect();
            let mut reversed = policy.clone();
            reversed.metrics.reverse();
            let score = judge(&policy, &pairs).unwrap().score;
            prop_assert_eq!(&judge(&reversed, &pairs).unwrap().score.verdict, &score.verdict);
            Ok((score.verdict, score.lowest))
        };
        let names = |letter: &str| (0..series.len()).map(|n| format!("{letter}{}", 9 - n)).collect::<Vec<_>>();
        prop_assert_eq!(verdict(&names("a"))?, verdict(&names("z"))?);
    }

    #[test]
    fn nothing_passes_without_data(values in values(), failed in any::<bool>()) {
        let mut empty = pair("m", &[], &values);
        empty.canary.error = failed.then(|| "timeout".to_owned());
        let judgement = judge(&JudgePolicy::new([JudgedMetric::new("m").must_have_data(false)]), &[empty]).unwrap();
        prop_assert!(matches!(judgement.score.verdict, Verdict::NoData | Verdict::Inconclusive));
        prop_assert!(judgement.score.lowest.is_none_or(|score| score < 100.0));
    }
}
