//! The laws of `rollback::decide`, on random situations and policies, against a naive model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may panic"
)]
#[path = "model/rollback.rs"]
mod model;

use proptest::option::of;
use proptest::prelude::*;
use relcore::rollback::{
    CustomerImpact, RollbackDecision, RollbackPolicy, RollbackSituation, RollbackVerdict, decide,
    default_policy, explain,
};
use relcore::wire::Count;
use relcore::{ErrorKind, Severity, Span, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn impacts() -> impl Strategy<Value = CustomerImpact> {
    use CustomerImpact as I;
    prop::sample::select(vec![I::Unnoticed, I::Minor, I::Major, I::Critical])
}

fn bad() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![4 => Just(Some(false)), 1 => Just(Some(true)), 1 => Just(None)]
}

prop_compose! {
    fn criteria()(
        critical in bad(), vulnerability in bad(), corruption in bad(),
        latency in of((0.01..1.0, 0.5..2.0)), errors in of((0.0..0.5, prop_oneof![0.0..0.6, Just(1.0)])),
        samples in of(0_u32..300), incidents in of(0_u32..3),
    ) -> RollbackSituation {
        RollbackSituation {
            critical_functionality_broken: critical,
            vulnerability_introduced: vulnerability,
            data_corruption: corruption,
            latency_baseline: latency.map(|(before, _): (f64, f64)| before),
            latency_observed: latency.map(|(before, times)| before * times),
            error_rate_baseline: errors.map(|(before, _)| before),
            error_rate_observed: errors.map(|(_, after)| after),
            error_rate_samples: samples.map(Count::from),
            customer_incidents: incidents,
            ..RollbackSituation::default()
        }
    }
}

prop_compose! {
    fn situations()(
        facts in criteria(), hours in of(0_i32..48), available in of(any::<bool>()), loss in bad(), irreversible in bad(),
        tested in of(any::<bool>()), complex in of(any::<bool>()), share in of(prop_oneof![0.0..0.1, 0.0..=1.0]),
        impact in of(impacts()), simple in of(any::<bool>()), ready in of(0_i32..120), flag in bad(),
    ) -> RollbackSituation {
        RollbackSituation {
            deployed_at: hours.map(|hours| now().plus(Span::from_hours(-hours)).unwrap()),
            previous_version_available: available,
            rollback_causes_data_loss: loss,
            irreversible_migration: irreversible,
            rollback_tested: tested,
            rollback_complex: complex,
            affected_share: share,
            customer_impact: impact,
            fix_simple: simple,
            fix_ready_in: ready.map(Span::from_minutes),
            flag_ends_fault: flag,
            ..facts
        }
    }
}

fn severities() -> impl Strategy<Value = Severity> {
    use Severity as S;
    prop::sample::select(vec![S::Info, S::Warning, S::Error, S::Critical])
}

prop_compose! {
    fn policies()(
        a in severities(), b in severities(), c in severities(), d in severities(), e in severities(), f in severities(),
        window in 0_i32..48, share in 0.0..0.2, quick in 0_i32..120,
    ) -> RollbackPolicy {
        RollbackPolicy {
            critical_functionality_severity: a, vulnerability_severity: b, data_corruption_severity: c,
            latency_severity: d, error_rate_severity: e, customer_incidents_severity: f,
            rollback_window: Span::from_hours(window), small_share: share, quick_fix: Span::from_minutes(quick),
            ..RollbackPolicy::default()
        }
    }
}

fn any_policy() -> impl Strategy<Value = RollbackPolicy> {
    prop_oneof![Just(default_policy()), policies()]
}

fn answer(facts: &RollbackSituation, policy: &RollbackPolicy) -> RollbackDecision {
    decide(facts, policy, now()).unwrap()
}

/// How far from leaving things as they are.
fn recovery(verdict: RollbackVerdict) -> u8 {
    match verdict {
        RollbackVerdict::Hold => 0,
        RollbackVerdict::Inconclusive => 1,
        RollbackVerdict::ForwardFix => 2,
        RollbackVerdict::DisableFlag | RollbackVerdict::RollBack | RollbackVerdict::Escalate => 3,
    }
}

/// The same facts with one of them (by its name on the wire) set to a value, or taken out.
fn with(facts: &RollbackSituation, fact: &str, value: Option<serde_json::Value>) -> RollbackSituation {
    let mut object = serde_json::to_value(facts).unwrap();
    let entries = object.as_object_mut().unwrap();
    match value {
        Some(value) => entries.insert(fact.to_owned(), value),
        None => entries.remove(fact),
    };
    serde_json::from_value(object).unwrap()
}

/// A text of a counterfactual as JSON: a number or truth value if it reads as one, text otherwise.
fn as_json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Each fact whose worst value is plain, and that value.
fn worst() -> Vec<(&'static str, serde_json::Value)> {
    [
        ("criticalFunctionalityBroken", "true"),
        ("vulnerabilityIntroduced", "true"),
        ("dataCorruption", "true"),
        ("latencyObserved", "1000"),
        ("errorRateObserved", "1"),
        ("customerIncidents", "100"),
        ("previousVersionAvailable", "false"),
        ("rollbackCausesDataLoss", "true"),
        ("irreversibleMigration", "true"),
        ("rollbackTested", "false"),
        ("rollbackComplex", "true"),
        ("affectedShare", "1"),
        ("customerImpact", "critical"),
        ("fixSimple", "false"),
        ("fixReadyIn", "P9D"),
        ("flagEndsFault", "false"),
    ]
    .map(|(fact, value)| (fact, as_json(value)))
    .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_model_agrees(facts in situations(), policy in any_policy()) {
        prop_assert_eq!(answer(&facts, &policy).verdict, model::verdict(&facts, &policy, now()));
    }

    #[test]
    fn same_question_same_answer_with_a_reason(facts in situations(), policy in any_policy()) {
        let decision = answer(&facts, &policy);
        prop_assert_eq!(&decision, &answer(&facts, &policy));
        prop_assert!(!decision.reasons.is_empty());
        prop_assert!(explain(&decision).contains(&decision.policy_digest));
        let text = serde_json::to_string(&decision).unwrap();
        prop_assert_eq!(serde_json::from_str::<RollbackDecision>(&text).unwrap(), decision);
    }

    #[test]
    fn worse_impact_never_moves_away_from_recovery(facts in situations(), policy in any_policy()) {
        // Of facts that are known: to learn one is not to make it worse.
        let before = recovery(answer(&facts, &policy).verdict);
        let known = serde_json::to_value(facts).unwrap();
        for fact in ["criticalFunctionalityBroken", "vulnerabilityIntroduced", "dataCorruption", "latencyObserved",
            "errorRateObserved", "customerIncidents", "affectedShare", "customerImpact"] {
            if known.get(fact).is_none() {
                continue;
            }
            if fact == "customerImpact" && facts.customer_incidents.is_none() {
                continue; // it would answer whether customers notice, too
            }
            let (_, worse) = worst().into_iter().find(|(name, _)| *name == fact).unwrap();
            let after = recovery(answer(&with(&facts, fact, Some(worse)), &policy).verdict);
            prop_assert!(after >= before, "{} moved from {} to {}", fact, before, after);
        }
    }

    #[test]
    fn a_veto_is_never_overruled(facts in situations(), policy in any_policy(), which in 0..4_usize) {
        let vetoed = match which {
            0 => RollbackSituation { previous_version_available: Some(false), ..facts },
            1 => RollbackSituation { rollback_causes_data_loss: Some(true), ..facts },
            2 => RollbackSituation { irreversible_migration: Some(true), ..facts },
            _ => RollbackSituation { deployed_at: Some(now().plus(Span::from_hours(-48)).unwrap()), ..facts },
        };
        prop_assert_ne!(answer(&vetoed, &policy).verdict, RollbackVerdict::RollBack);
    }

    #[test]
    fn a_missing_fact_is_its_worst_value_or_a_question(facts in situations(), policy in any_policy()) {
        for (fact, value) in worst() {
            let missing = answer(&with(&facts, fact, None), &policy).verdict;
            let worst = answer(&with(&facts, fact, Some(value)), &policy).verdict;
            let asks = matches!(missing, RollbackVerdict::Inconclusive | RollbackVerdict::Escalate);
            // Whether customers notice is asked by `customerIncidents`; how hard they are hit, once they do.
            let answered = fact == "customerImpact" && missing == RollbackVerdict::Hold && facts.customer_incidents.is_some();
            prop_assert!(asks || answered || missing == worst, "{} missing: {:?}, worst: {:?}", fact, missing, worst);
        }
    }

    #[test]
    fn counterfactuals_really_flip(facts in situations(), policy in any_policy()) {
        let decision = answer(&facts, &policy);
        for flip in &decision.counterfactuals {
            let changed = with(&facts, &flip.fact, Some(as_json(&flip.instead)));
            let verdict = answer(&changed, &policy).verdict;
            prop_assert_eq!(verdict, flip.verdict, "{:?}", flip);
            prop_assert_ne!(verdict, decision.verdict);
        }
    }

    #[test]
    fn what_could_turn_the_answer_by_itself_is_named(facts in situations(), policy in any_policy()) {
        let decision = answer(&facts, &policy);
        let known = serde_json::to_value(facts).unwrap();
        let asked = decision.counterfactuals.iter().filter(|flip| known.get(&flip.fact).is_none());
        if recovery(decision.verdict) > 1 || decision.verdict == RollbackVerdict::Inconclusive {
            for flip in asked.filter(|flip| decision.verdict != RollbackVerdict::DisableFlag || flip.fact == "flagEndsFault") {
                prop_assert!(decision.missing.contains(&flip.fact), "{:?} of {:?}", flip, decision.missing);
            }
        }
    }

    #[test]
    fn next_check_is_where_time_turns_the_answer(facts in situations(), policy in any_policy()) {
        let decision = answer(&facts, &policy);
        let later = decide(&facts, &policy, now().plus(Span::from_days(30)).unwrap()).unwrap();
        match decision.next_check_at {
            None => prop_assert_eq!(later.verdict, decision.verdict),
            Some(at) => {
                prop_assert!(at > now());
                let just_before = at.plus(Span::from_millis(-1).unwrap()).unwrap();
                prop_assert_eq!(decide(&facts, &policy, just_before).unwrap().verdict, decision.verdict);
                prop_assert_ne!(decide(&facts, &policy, at).unwrap().verdict, decision.verdict);
            }
        }
    }
}

#[test]
fn the_window_is_half_open() {
    let policy = default_policy();
    let facts = RollbackSituation {
        data_corruption: Some(true),
        previous_version_available: Some(true),
        rollback_causes_data_loss: Some(false),
        irreversible_migration: Some(false),
        deployed_at: Some(now()),
        ..RollbackSituation::default()
    };
    let end = now().plus(policy.rollback_window).unwrap();
    let last = end.plus(Span::from_millis(-1).unwrap()).unwrap();
    assert_eq!(decide(&facts, &policy, last).unwrap().verdict, RollbackVerdict::RollBack);
    assert_eq!(decide(&facts, &policy, end).unwrap().verdict, RollbackVerdict::Escalate);
}

#[test]
fn a_total_failure_meets_the_criterion_under_any_policy() {
    let policy =
        RollbackPolicy { error_rate_increase_percent: 1e300, error_rate_min_rise: 1.0, ..default_policy() };
    let facts = RollbackSituation {
        error_rate_baseline: Some(0.9),
        error_rate_observed: Some(1.0),
        error_rate_samples: Some(Count::from(100)),
        ..RollbackSituation::default()
    };
    assert_eq!(answer(&facts, &policy).verdict, RollbackVerdict::Escalate);
}

#[test]
fn a_counterfactual_is_named_once_though_its_limit_is_the_end_of_its_range() {
    let policy = RollbackPolicy { small_share: 1.0, quick_fix: Span::MAX, ..default_policy() };
    let facts = RollbackSituation {
        critical_functionality_broken: Some(true),
        vulnerability_introduced: Some(false),
        data_corruption: Some(false),
        deployed_at: Some(now()),
        previous_version_available: Some(true),
        rollback_causes_data_loss: Some(false),
        irreversible_migration: Some(false),
        rollback_tested: Some(false),
        fix_simple: Some(true),
        fix_ready_in: Some(Span::ZERO),
        ..RollbackSituation::default()
    };
    let decision = answer(&facts, &policy);
    assert_eq!(decision.verdict, RollbackVerdict::RollBack);
    let shares = decision.counterfactuals.iter().filter(|flip| flip.fact == "affectedShare");
    let shares: Vec<_> = shares.map(|flip| (flip.instead.as_str(), flip.verdict)).collect();
    assert_eq!(shares, [("1", RollbackVerdict::ForwardFix)]);
}

#[test]
fn few_samples_are_no_pass() {
    let facts = RollbackSituation {
        critical_functionality_broken: Some(false),
        vulnerability_introduced: Some(false),
        data_corruption: Some(false),
        latency_baseline: Some(0.2),
        latency_observed: Some(0.2),
        error_rate_baseline: Some(0.0),
        error_rate_observed: Some(0.0),
        error_rate_samples: Some(Count::from(99)),
        customer_incidents: Some(0),
        ..RollbackSituation::default()
    };
    let decision = answer(&facts, &default_policy());
    assert_eq!(decision.verdict, RollbackVerdict::Inconclusive);
    assert_eq!(decision.missing, ["errorRateSamples"]);
    let enough = RollbackSituation { error_rate_samples: Some(Count::from(100)), ..facts };
    assert_eq!(answer(&enough, &default_policy()).verdict, RollbackVerdict::Hold);
}

#[test]
fn all_faults_are_named_at_once() {
    let facts = RollbackSituation {
        latency_baseline: Some(0.0),
        latency_observed: Some(f64::NAN),
        error_rate_observed: Some(f64::INFINITY),
        affected_share: Some(-0.1),
        deployed_at: Some(now().plus(Span::from_hours(1)).unwrap()),
        fix_ready_in: Some(Span::from_hours(-1)),
        ..RollbackSituation::default()
    };
    let policy = RollbackPolicy { small_share: 5.0, latency_increase_percent: f64::NAN, ..default_policy() };
    let error = decide(&facts, &policy, now()).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "situation.latencyBaseline",
            "situation.latencyObserved",
            "situation.errorRateObserved",
            "situation.affectedShare",
            "situation.deployedAt",
            "situation.fixReadyIn",
            "policy.latencyIncreasePercent",
            "policy.smallShare",
        ]
    );
    assert!(error.faults().iter().all(|fault| fault.code == ErrorKind::OutOfRange));
}
