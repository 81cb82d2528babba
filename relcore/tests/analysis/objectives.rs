//! Laws of objectives: better values, missing values, order, and a naive model of one criterion.
use proptest::prelude::*;
use relcore::analysis::{
    Aggregate, Comparator, CriteriaSet, Criterion, EarlierResult, Indicator, Objective, ObjectiveStatus,
    ObjectiveVerdict, Objectives, ScoreSemantics, Scorecard, Target, earlier_result, format_criterion,
    parse_criterion, score_objectives,
};
use relcore::{Count, Timestamp};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + minute * 60_000).unwrap()
}

fn score(objectives: &Objectives, values: &[Indicator], history: &[EarlierResult]) -> Scorecard {
    score_objectives(objectives, values, history).unwrap()
}

fn set(criteria: &[&str]) -> CriteriaSet {
    CriteriaSet::new(criteria.iter().map(|text| parse_criterion(text).unwrap()))
}

fn comparator() -> impl Strategy<Value = Comparator> {
    prop::sample::select(vec![
        Comparator::LessThan,
        Comparator::LessThanOrEqual,
        Comparator::EqualTo,
        Comparator::GreaterThanOrEqual,
        Comparator::GreaterThan,
    ])
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let number = -50_i32..50;
    prop_oneof![
        (comparator(), number.clone())
            .prop_map(|(comparator, value)| Criterion::Fixed { comparator, value: f64::from(value) }),
        (comparator(), number.clone()).prop_map(|(comparator, percent)| Criterion::RelativePercent {
            comparator,
            percent: f64::from(percent)
        }),
        (comparator(), number.clone()).prop_map(|(comparator, change)| Criterion::RelativeChange {
            comparator,
            change: f64::from(change)
        }),
        (number.clone(), 0_i32..40).prop_map(|(low, width)| Criterion::InRange {
            low: f64::from(low),
            high: f64::from(low + width)
        }),
        (number, 0_i32..40).prop_map(|(low, width)| Criterion::NotInRange {
            low: f64::from(low),
            high: f64::from(low + width)
        }),
    ]
}

fn sets(of: impl Strategy<Value = Criterion>, least: usize) -> impl Strategy<Value = Vec<CriteriaSet>> {
    prop::collection::vec(prop::collection::vec(of, 1..3).prop_map(CriteriaSet::new), least..3)
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (sets(criterion(), 1), sets(criterion(), 0))
            .prop_map(|(passed, warning)| Target::PassWhen { passed, warning }),
        (sets(criterion(), 1), sets(criterion(), 0))
            .prop_map(|(failed, warning)| Target::FailWhen { failed, warning }),
        Just(Target::Informative {}),
    ]
}

fn objectives(target: impl Strategy<Value = Target>) -> impl Strategy<Value = Objectives> {
    let one = (target, 0_u32..4, any::<bool>());
    prop::collection::vec(one, 1..5).prop_map(|parts| {
        let named = parts.into_iter().enumerate();
        Objectives::new(named.map(|(n, (target, weight, key))| {
            Objective::new(format!("o{n}"), target).weight(weight).key(key)
        }))
    })
}

/// A value, or why there is none.
fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.8, (-60_i32..60).prop_map(f64::from)), 5)
}

fn indicators(values: &[Option<f64>]) -> Vec<Indicator> {
    let named = values.iter().enumerate();
    named
        .map(|(n, value)| match value {
            Some(value) => Indicator::new(format!("o{n}"), *value),
            None => Indicator::missing(format!("o{n}")),
        })
        .collect()
}

fn history() -> impl Strategy<Value = Vec<EarlierResult>> {
    let verdict = prop::sample::select(vec![
        ObjectiveVerdict::Passed,
        ObjectiveVerdict::Warning,
        ObjectiveVerdict::Failed,
        ObjectiveVerdict::Inconclusive,
    ]);
    prop::collection::vec((verdict, values()), 0..5).prop_map(|results| {
        let numbered = (0_i64..).zip(results);
        numbered
            .map(|(n, (verdict, values))| EarlierResult::new(at(n), verdict, indicators(&values)))
            .collect()
    })
}

/// A limit from above, for which less is better.
fn upper_target() -> impl Strategy<Value = Target> {
    let below = (prop::bool::ANY, prop::bool::ANY, -40_i32..40).prop_map(|(relative, equal, number)| {
        let comparator = if equal { Comparator::LessThanOrEqual } else { Comparator::LessThan };
        let number = f64::from(number);
        if relative {
            Criterion::RelativePercent { comparator, percent: number }
        } else {
            Criterion::Fixed { comparator, value: number }
        }
    });
    let above = (prop::bool::ANY, -40_i32..40).prop_map(|(equal, number)| {
        let comparator = if equal { Comparator::GreaterThanOrEqual } else { Comparator::GreaterThan };
        Criterion::Fixed { comparator, value: f64::from(number) }
    });
    prop_oneof![
        (sets(below.clone(), 1), sets(below, 0))
            .prop_map(|(passed, warning)| Target::PassWhen { passed, warning }),
        (sets(above.clone(), 1), sets(above, 0))
            .prop_map(|(failed, warning)| Target::FailWhen { failed, warning }),
    ]
}

fn rank(verdict: ObjectiveVerdict) -> Option<u8> {
    match verdict {
        ObjectiveVerdict::Failed => Some(0),
        ObjectiveVerdict::Warning => Some(1),
        ObjectiveVerdict::Passed => Some(2),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_better_value_never_lowers_a_score(
        objectives in objectives(upper_target()), values in values(), history in history(),
        which in 0_usize..5, better_by in 0_i32..80,
    ) {
        let before = score(&objectives, &indicators(&values), &history);
        let mut better = values;
        better[which] = better[which].map(|value| value - f64::from(better_by));
        let after = score(&objectives, &indicators(&better), &history);
        prop_assert!(after.points >= before.points && after.best_percent >= before.best_percent);
        if let (Some(after), Some(before)) = (rank(after.verdict), rank(before.verdict)) {
            prop_assert!(after >= before);
        }
    }

    /// Removing a value lowers the points, if anything, and passes nothing that did not pass; the certain verdict before is
    /// one that the missing value allows.
    #[test]
    fn a_missing_value_never_raises_a_score(
        objectives in objectives(target()), values in values(), history in history(), which in 0_usize..5,
        how in 0_u8..4,
    ) {
        let before = score(&objectives, &indicators(&values), &history);
        let mut fewer = indicators(&values);
        match how {
            0 => { fewer.remove(which); }
            1 => fewer[which] = Indicator::missing(format!("o{which}")),
            2 => fewer[which].value = Some(f64::NAN),
            _ => fewer[which] = fewer[which].clone().error("timeout"),
        }
        let after = score(&objectives, &fewer, &history);
        prop_assert!(after.points <= before.points);
        prop_assert!(after.best_percent >= before.best_percent);
        prop_assert!(after.missing.len() >= before.missing.len());
        prop_assert!(after.verdict == before.verdict || after.verdict == ObjectiveVerdict::Inconclusive);
    }

    /// The same for the earlier results, as long as all of them are removed.
    #[test]
    fn no_history_never_raises_a_score(
        objectives in objectives(target()), values in values(), history in history(),
    ) {
        let with = score(&objectives, &indicators(&values), &history);
        let without = score(&objectives, &indicators(&values), &[]);
        prop_assert!(without.points <= with.points);
        prop_assert!(without.verdict == with.verdict || without.verdict == ObjectiveVerdict::Inconclusive);
    }

    #[test]
    fn the_order_changes_nothing(
        objectives in objectives(target()), values in values(), history in history(), turn in 0_usize..5,
    ) {
        let first = score(&objectives, &indicators(&values), &history);
        let mut turned = objectives.clone();
        let turns = turn % turned.objectives.len();
        turned.objectives.rotate_left(turns);
        let (mut values, mut history) = (indicators(&values), history);
        values.reverse();
        history.reverse();
        let mut second = score(&turned, &values, &history);
        prop_assert_eq!(
            (first.verdict, first.percent, first.best_percent, first.points, first.max_points),
            (second.verdict, second.percent, second.best_percent, second.points, second.max_points)
        );
        second.objectives.rotate_right(turns);
        prop_assert_eq!(first.objectives, second.objectives);
    }

    /// With every value and an earlier result for each, the strict rules and those of Keptn 1 agree.
    #[test]
    fn with_all_data_keptn_agrees(
        objectives in objectives(target()), values in prop::collection::vec(1_i32..60, 5),
        earlier in prop::collection::vec(1_i32..60, 5),
    ) {
        let full = |values: &[i32]| {
            indicators(&values.iter().map(|value| Some(f64::from(*value))).collect::<Vec<_>>())
        };
        let history = [EarlierResult::new(at(0), ObjectiveVerdict::Passed, full(&earlier))];
        let strict = score(&objectives, &full(&values), &history);
        let keptn = score(&objectives.clone().semantics(ScoreSemantics::KeptnV1), &full(&values), &history);
        prop_assert_eq!(&strict.objectives, &keptn.objectives);
        prop_assert!(strict.missing.is_empty());
    }

    #[test]
    fn a_criterion_reads_back(criterion in criterion()) {
        prop_assert_eq!(parse_criterion(&format_criterion(&criterion)).unwrap(), criterion);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[<>=?+%(\\[-]{0,3}[0-9.e]{0,4}\\PC{0,4}") {
        if let Ok(criterion) = parse_criterion(&text) {
            prop_assert_eq!(parse_criterion(&format_criterion(&criterion)).unwrap(), criterion);
        }
    }

    /// A percentile is within its values, and that of a later position is not smaller.
    #[test]
    fn the_limit_is_the_aggregate(earlier in prop::collection::vec(1_i32..100, 1..8)) {
        let history: Vec<EarlierResult> = (0_i64..)
            .zip(&earlier)
            .map(|(n, value)| {
                EarlierResult::new(at(n), ObjectiveVerdict::Passed, [Indicator::new("x", f64::from(*value))])
            })
            .collect();
        let limit = |aggregate| {
            let objectives = Objectives::new([Objective::pass_when("x", [set(&["<=+0"])])])
                .earlier_results(100).aggregate(aggregate);
            score(&objectives, &[Indicator::new("x", 0.0)], &history).objectives[0].criteria[0].limit.unwrap()
        };
        let mut sorted: Vec<f64> = earlier.iter().map(|value| f64::from(*value)).collect();
        sorted.sort_by(f64::total_cmp);
        // The definition, without whole numbers: the position p·(n + 1), counted from 1.
        let naive = |p: f64| {
            let position = (p * (sorted.len() + 1) as f64).clamp(1.0, sorted.len() as f64);
            let below = sorted[position.floor() as usize - 1];
            let above = sorted[position.ceil() as usize - 1];
            below + position.fract() * (above - below)
        };
        for (aggregate, p) in [(Aggregate::P50, 0.5), (Aggregate::P90, 0.9), (Aggregate::P95, 0.95)] {
            prop_assert!((limit(aggregate) - naive(p)).abs() < 1e-9);
        }
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        prop_assert!((limit(Aggregate::Average) - mean).abs() < 1e-9);
    }
}

/// Keptn 1: a relative criterion without an earlier result holds.
#[test]
fn a_first_release_does_not_pass_by_relative_criteria() {
    let objectives = Objectives::new([Objective::pass_when("latency", [set(&["<=+10%"])])]);
    let values = [Indicator::new("latency", 1e6)];
    let strict = score(&objectives, &values, &[]);
    assert_eq!((strict.verdict, strict.points), (ObjectiveVerdict::Inconclusive, 0.0));
    let keptn = score(&objectives.semantics(ScoreSemantics::KeptnV1), &values, &[]);
    assert_eq!(keptn.verdict, ObjectiveVerdict::Passed);
}

/// Keptn 2: NaN meets no criterion, so a list of failures does not name it.
#[test]
fn nan_does_not_pass_where_failures_are_listed() {
    let objectives = Objectives::new([Objective::fail_when("errors", [set(&[">5"])])]);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let strict = score(&objectives, &[Indicator::new("errors", value)], &[]);
        assert_eq!(strict.verdict, ObjectiveVerdict::Inconclusive, "{value}");
        assert_eq!(strict.missing, ["errors"]);
    }
    let keptn = objectives.semantics(ScoreSemantics::KeptnV2);
    assert_eq!(score(&keptn, &[Indicator::new("errors", f64::NAN)], &[]).verdict, ObjectiveVerdict::Passed);
}

/// Keptn 1: nothing but informative values is a score of 100. Keptn 2: 0 divided by 0.
#[test]
fn nothing_scored_is_no_score() {
    let weightless = Objective::pass_when("x", [set(&["<5"])]).weight(0);
    for objective in [weightless, Objective::new("x", Target::Informative {})] {
        let objectives = Objectives::new([objective]);
        let values = [Indicator::new("x", 1.0)];
        let strict = score(&objectives, &values, &[]);
        assert_eq!((strict.verdict, strict.percent), (ObjectiveVerdict::Inconclusive, None));
        let of = |semantics| score(&objectives.clone().semantics(semantics), &values, &[]);
        assert_eq!(of(ScoreSemantics::KeptnV1).percent, Some(100.0));
        assert_eq!(of(ScoreSemantics::KeptnV2).verdict, ObjectiveVerdict::Failed);
    }
}

/// Keptn 1 skips an objective without any value before it looks at `key_sli`.
#[test]
fn a_missing_key_objective_is_not_a_pass() {
    let mut list: Vec<Objective> =
        (0..20).map(|n| Objective::pass_when(format!("o{n}"), [set(&["<5"])])).collect();
    list[0].key = true;
    let values: Vec<Indicator> = (1..20).map(|n| Indicator::new(format!("o{n}"), 1.0)).collect();
    let result = score(&Objectives::new(list.clone()), &values, &[]);
    assert_eq!(result.percent, Some(95.0));
    assert_eq!(result.verdict, ObjectiveVerdict::Inconclusive);
    // Without the key, 95 % are certain, whatever the missing value is: it passes, and says what is missing.
    list[0].key = false;
    let result = score(&Objectives::new(list), &values, &[]);
    assert_eq!((result.verdict, result.missing), (ObjectiveVerdict::Passed, vec!["o0".to_owned()]));
}

#[test]
fn an_aggregate_that_overflows_is_no_limit() {
    let objectives = Objectives::new([Objective::pass_when("x", [set(&["<=+10%"])])]);
    let huge = |n| EarlierResult::new(at(n), ObjectiveVerdict::Passed, [Indicator::new("x", f64::MAX)]);
    for history in [vec![huge(0)], vec![huge(0), huge(1)]] {
        let result = score(&objectives, &[Indicator::new("x", 1.0)], &history);
        assert_eq!(result.verdict, ObjectiveVerdict::Inconclusive);
    }
}

#[test]
fn too_few_samples_are_no_value() {
    let objectives =
        Objectives::new([Objective::pass_when("x", [set(&["<5"])]).min_samples(Count::new(100).unwrap())]);
    let verdict = |n: Option<u32>| {
        let value = Indicator::new("x", 1.0);
        let value = match n {
            Some(n) => value.n(n),
            None => value,
        };
        score(&objectives, &[value], &[]).verdict
    };
    assert_eq!(verdict(None), ObjectiveVerdict::Inconclusive);
    assert_eq!(verdict(Some(99)), ObjectiveVerdict::Inconclusive);
    assert_eq!(verdict(Some(100)), ObjectiveVerdict::Passed);
}

/// A limit relative to a negative value moves in the same direction as one of a positive value.
#[test]
fn ten_percent_more_is_more_below_zero_too() {
    let objectives = Objectives::new([Objective::pass_when("margin", [set(&[">=-10%"])])]);
    let history = [EarlierResult::new(at(0), ObjectiveVerdict::Passed, [Indicator::new("margin", -100.0)])];
    let verdict = |value| score(&objectives, &[Indicator::new("margin", value)], &history).verdict;
    assert_eq!(verdict(-110.0), ObjectiveVerdict::Passed);
    assert_eq!(verdict(-110.1), ObjectiveVerdict::Failed);
}

#[test]
fn the_value_of_a_failed_objective_is_no_baseline() {
    let list =
        [Objective::pass_when("a", [set(&["<5"])]).weight(19), Objective::pass_when("b", [set(&["<5"])])];
    let result = score(&Objectives::new(list), &[Indicator::new("a", 1.0), Indicator::new("b", 9.0)], &[]);
    assert_eq!(
        (result.verdict, result.objectives[1].status),
        (ObjectiveVerdict::Passed, ObjectiveStatus::Failed)
    );
    let earlier = earlier_result(&result, at(0));
    assert_eq!(earlier.values, [Indicator::new("a", 1.0)]);
}

#[test]
fn only_results_that_count_are_a_baseline() {
    use relcore::analysis::IncludedResults::{All, Passed, PassedOrWarning};
    let history: Vec<EarlierResult> = [
        (0, ObjectiveVerdict::Passed, 10.0),
        (1, ObjectiveVerdict::Warning, 20.0),
        (2, ObjectiveVerdict::Failed, 90.0),
    ]
    .into_iter()
    .map(|(n, verdict, value)| EarlierResult::new(at(n), verdict, [Indicator::new("x", value)]))
    .collect();
    for (included, count, limit) in [
        (Passed, 3, Some(10.0)),
        (PassedOrWarning, 3, Some(15.0)),
        (PassedOrWarning, 1, Some(20.0)),
        (All, 3, Some(40.0)),
        (All, 1, Some(90.0)),
    ] {
        let objectives = Objectives::new([Objective::pass_when("x", [set(&["<=+0"])])])
            .included(included)
            .earlier_results(count);
        let result = score(&objectives, &[Indicator::new("x", 0.0)], &history);
        assert_eq!(result.objectives[0].criteria[0].limit, limit, "{included} {count}");
    }
}
