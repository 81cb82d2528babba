use proptest::prelude::*;
use relcore::analysis::{
    BadChange, JudgePolicy, JudgeSemantics, JudgedMetric, Label, LabelledMetric, Samples, SeriesPair,
    SpreadRule, Verdict, judge, score,
};
use relcore::{ErrorKind, Severity};
use std::collections::BTreeMap;

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

/// The verdict over these labels, at these percentages for a pass and for a marginal result.
fn verdict(labels: &[Label], pass: f64, marginal: f64) -> Verdict {
    let metric = |(index, label): (usize, &Label)| LabelledMetric::new(index.to_string(), *label);
    let labels: Vec<_> = labels.iter().enumerate().map(metric).collect();
    score(&labels, &BTreeMap::new(), pass, marginal).unwrap().verdict
}

#[test]
fn a_score_at_a_limit_reaches_it() {
    use Label::{High, Inconclusive, NoData, Passed};
    assert_eq!(verdict(&[Passed, High], 100.0, 50.0), Verdict::Marginal);
    assert_eq!(verdict(&[Passed, High], 50.0, 50.0), Verdict::Passed);
    assert_eq!(verdict(&[Passed, High], 100.0, 50.5), Verdict::Failed);
    // 50 % at the worst, 100 % at the best: it may still pass.
    assert_eq!(verdict(&[Passed, Inconclusive], 100.0, 50.0), Verdict::Inconclusive);
    // Half of the metrics without data are too many, a third are not.
    assert_eq!(verdict(&[Passed, NoData], 50.0, 50.0), Verdict::NoData);
    assert_eq!(verdict(&[Passed, Passed, NoData], 50.0, 50.0), Verdict::Passed);
    let refused = score(&[], &BTreeMap::new(), 95.0, 0.0).unwrap_err();
    assert_eq!((refused.kind(), refused.path()), (ErrorKind::OutOfRange, "marginalScore"));
}

#[test]
fn far_more_gaps_in_one_arm_are_inconclusive() {
    let label = |missing: [u32; 2], values: [u32; 2]| {
        let arms = [0, 1].map(|arm| {
            let values = (0..values[arm]).map(f64::from);
            Samples::default().values(values).missing(missing[arm])
        });
        let [canary, baseline] = arms;
        let policy =
            JudgePolicy::new([JudgedMetric::new("m").direction(BadChange::Either).allowed_increase(9.0)]);
        judge(&policy, &[SeriesPair::new("m", canary, baseline)]).unwrap().metrics[0].label
    };
    // 21 % and 4 % of the points, in either order; then exactly 20 % and 5 %.
    assert_eq!(label([21, 4], [79, 96]), Label::Inconclusive);
    assert_eq!(label([4, 21], [96, 79]), Label::Inconclusive);
    assert_ne!(label([20, 4], [80, 96]), Label::Inconclusive);
    assert_ne!(label([21, 5], [79, 95]), Label::Inconclusive);
}

/// The quartiles of the eleven values are 11.5 and 16.5, so that a factor of 2 keeps 1.5 to 26.5.
#[test]
fn outliers_are_beyond_the_quartiles_by_a_multiple_of_their_distance() {
    let middle = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0];
    let metric = JudgedMetric::new("m").outlier_factor(2.0);
    for semantics in [JudgeSemantics::default(), JudgeSemantics::Kayenta] {
        let kept = |least: f64, most: f64| {
            let values = [&[least][..], &middle, &[most]].concat();
            let policy = JudgePolicy::new([metric.clone()]).semantics(semantics);
            judge(&policy, &[pair("m", &values, &middle)]).unwrap().metrics[0].canary_n.get()
        };
        assert_eq!([kept(1.6, 26.4), kept(1.4, 26.4), kept(1.6, 27.0)], [11, 10, 10], "{semantics:?}");
    }
}

#[test]
fn a_changed_spread_is_bad_where_the_rule_says_so() {
    let narrow: Vec<f64> = (-10..=10).map(|n| f64::from(n) / 100.0).collect();
    let wide: Vec<f64> = (-10..=10).map(f64::from).collect();
    let found = |rule, canary: &[f64], baseline: &[f64]| {
        let policy = JudgePolicy::new([JudgedMetric::new("m").spread(rule)]);
        let judgement = judge(&policy, &[pair("m", canary, baseline)]).unwrap();
        let text = judgement.reasons[1].text.split_whitespace().nth(7).unwrap_or_default().to_owned();
        (judgement.metrics[0].label, judgement.reasons[1].severity, text)
    };
    assert_eq!(found(SpreadRule::Wider, &wide, &narrow), (Label::High, Severity::Error, "wider".to_owned()));
    assert_eq!(
        found(SpreadRule::Either, &narrow, &wide),
        (Label::Low, Severity::Error, "narrower".to_owned())
    );
    assert_eq!(found(SpreadRule::Wider, &narrow, &wide).0, Label::Passed);
    assert_eq!(found(SpreadRule::Off, &wide, &narrow).0, Label::Passed);
    assert_eq!(found(SpreadRule::Either, &wide, &wide).0, Label::Passed);
}
