//! The laws of `rollback::decide`, on random situations and policies, against a naive model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may panic"
)]
use crate::model;
use proptest::option::of;
use proptest::prelude::*;
use relcore::rollback::{
    CandidatesVerdict, Correlation, CustomerImpact, Decision, Policy, SchemaChange, Situation, Trend,
    Verdict, decide, default_policy, explain,
};
use relcore::scalar::Count;
use relcore::{ErrorKind, Severity, Span, Timestamp};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn impacts() -> impl Strategy<Value = CustomerImpact> {
    use CustomerImpact as I;
    prop::sample::select(vec![I::Unnoticed, I::Minor, I::Major, I::Critical])
}

fn nothing_known() -> Situation {
    Situation::default()
}

fn bad() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![4 => Just(Some(false)), 1 => Just(Some(true)), 1 => Just(None)]
}

prop_compose! {
    fn criteria()(
        critical in bad(), vulnerability in bad(), corruption in bad(),
        latency in of((0.01..1.0, 0.5..2.0)), errors in of((0.0..0.5, prop_oneof![0.0..0.6, Just(1.0)])),
        samples in of(0_u32..300), incidents in of(0_u32..3),
    ) -> Situation {
        let mut situation = nothing_known();
        situation.critical_functionality_broken = critical;
        situation.vulnerability_introduced = vulnerability;
        situation.data_corruption = corruption;
        situation.latency_baseline = latency.map(|(before, _): (f64, f64)| before);
        situation.latency_observed = latency.map(|(before, times)| before * times);
        situation.error_rate_baseline = errors.map(|(before, _)| before);
        situation.error_rate_observed = errors.map(|(_, after)| after);
        situation.error_rate_samples = samples.map(Count::from);
        situation.customer_incidents = incidents;
        situation
    }
}

/// Mostly absent, as in the facts of a script that knows the usual ones.
fn rarely<T: std::fmt::Debug + Clone + 'static>(values: Vec<T>) -> impl Strategy<Value = Option<T>> {
    prop_oneof![3 => Just(None), 2 => prop::sample::select(values).prop_map(Some)]
}

fn minutes(most: i32) -> impl Strategy<Value = Option<Span>> {
    prop_oneof![2 => Just(None), 1 => (0..most).prop_map(|minutes| Some(Span::from_minutes(minutes)))]
}

prop_compose! {
    /// The facts that refine others.
    fn refinements()(
        trend in rarely(vec![Trend::Improving, Trend::Steady, Trend::Worsening]),
        correlation in rarely(vec![Correlation::Unrelated, Correlation::Plausible, Correlation::Confirmed]),
        cause in rarely(vec![true, false]), budget in of(-0.5..=1.0), failed in of(0_u32..3),
        candidates in rarely(vec![CandidatesVerdict::Found, CandidatesVerdict::Inconclusive, CandidatesVerdict::NotFound]),
        schema in rarely(vec![SchemaChange::Unchanged, SchemaChange::Expand, SchemaChange::Contract]),
        format in rarely(vec![true, false, false]), effects in rarely(vec![true, false]),
        client in rarely(vec![true, false, false]), takes in minutes(120), tested in rarely(vec![true, true, false]),
    ) -> Situation {
        let mut situation = nothing_known();
        situation.trend = trend;
        situation.correlation_with_release = correlation;
        situation.cause_known = cause;
        situation.error_budget_left = budget;
        situation.failed_rollbacks = failed;
        situation.candidates = candidates;
        situation.schema_change = schema;
        situation.new_format_written = format;
        situation.external_side_effects = effects;
        situation.client_installed = client;
        situation.rollback_takes = takes;
        situation.fix_tested = tested;
        situation
    }
}

prop_compose! {
    fn situations()(
        usual in usual_situations(), refined in refinements(), refines in any::<bool>(),
        under_way in rarely(vec![true, false]), mitigation in rarely(vec![true, false]),
    ) -> Situation {
        if !refines {
            return usual;
        }
        let mut situation = usual;
        situation.trend = refined.trend;
        situation.correlation_with_release = refined.correlation_with_release;
        situation.cause_known = refined.cause_known;
        situation.error_budget_left = refined.error_budget_left;
        situation.failed_rollbacks = refined.failed_rollbacks;
        situation.candidates = refined.candidates;
        situation.schema_change = refined.schema_change;
        situation.new_format_written = refined.new_format_written;
        situation.external_side_effects = refined.external_side_effects;
        situation.client_installed = refined.client_installed;
        situation.rollback_takes = refined.rollback_takes;
        situation.fix_tested = refined.fix_tested;
        situation.rollout_under_way = under_way;
        situation.mitigation_available = mitigation;
        situation
    }
}

prop_compose! {
    fn usual_situations()(
        facts in criteria(), hours in of(0_i32..48), available in of(any::<bool>()), loss in bad(), irreversible in bad(),
        tested in of(any::<bool>()), complex in of(any::<bool>()), share in of(prop_oneof![0.0..0.1, 0.0..=1.0]),
        impact in of(impacts()), simple in of(any::<bool>()), ready in of(0_i32..120), flag in bad(),
    ) -> Situation {
        let mut situation = facts;
        situation.deployed_at = hours.map(|hours| now().plus(Span::from_hours(-hours)).unwrap());
        situation.previous_version_available = available;
        situation.rollback_causes_data_loss = loss;
        situation.irreversible_migration = irreversible;
        situation.rollback_tested = tested;
        situation.rollback_complex = complex;
        situation.affected_share = share;
        situation.customer_impact = impact;
        situation.fix_simple = simple;
        situation.fix_ready_in = ready.map(Span::from_minutes);
        situation.flag_ends_fault = flag;
        situation
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
    ) -> Policy {
        Policy::default()
            .critical_functionality_severity(a)
            .vulnerability_severity(b)
            .data_corruption_severity(c)
            .latency_severity(d)
            .error_rate_severity(e)
            .customer_incidents_severity(f)
            .rollback_window(Span::from_hours(window))
            .small_share(share)
            .quick_fix(Span::from_minutes(quick))
    }
}

fn any_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(default_policy()), policies()]
}

fn decided(facts: &Situation, policy: &Policy) -> Decision {
    decide(facts, policy, now()).unwrap()
}

/// How far the verdict is from leaving the release as it is.
fn recovery(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Hold => 0,
        Verdict::Inconclusive => 1,
        Verdict::Freeze => 2,
        Verdict::ForwardFix => 3,
        _ => 4, // disable the flag, mitigate, halt, roll back, escalate
    }
}

/// The same facts with one of them (by its name on the wire) set to a value, or taken out.
fn with(facts: &Situation, fact: &str, value: Option<serde_json::Value>) -> Situation {
    let mut object = serde_json::to_value(facts).unwrap();
    let entries = object.as_object_mut().unwrap();
    match value {
        Some(value) => entries.insert(fact.to_owned(), value),
        None => entries.remove(fact),
    };
    serde_json::from_value(object).unwrap()
}

/// The text of a counterfactual as JSON: a number or truth value if it reads as one, text otherwise.
fn as_json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// The facts that have a worst value, with that value.
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
        ("trend", "worsening"),
        ("errorBudgetLeft", "-1"),
    ]
    .map(|(fact, value)| (fact, as_json(value)))
    .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_model_agrees(facts in situations(), policy in any_policy()) {
        prop_assert_eq!(decided(&facts, &policy).verdict, model::verdict(&facts, &policy, now()));
    }

    #[test]
    fn the_same_input_gives_the_same_decision_with_a_reason(facts in situations(), policy in any_policy()) {
        let decision = decided(&facts, &policy);
        prop_assert_eq!(&decision, &decided(&facts, &policy));
        prop_assert!(!decision.reasons.is_empty());
        prop_assert!(explain(&decision).contains(&decision.policy_digest));
        let text = serde_json::to_string(&decision).unwrap();
        prop_assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    }

    #[test]
    fn worse_impact_never_moves_away_from_recovery(facts in situations(), policy in any_policy()) {
        // Only of known facts: an unknown fact that becomes known is not worse.
        let before = recovery(decided(&facts, &policy).verdict);
        let known = serde_json::to_value(facts).unwrap();
        for fact in ["criticalFunctionalityBroken", "vulnerabilityIntroduced", "dataCorruption", "latencyObserved",
            "errorRateObserved", "customerIncidents", "affectedShare", "customerImpact", "trend", "errorBudgetLeft"] {
            if known.get(fact).is_none() {
                continue;
            }
            if fact == "customerImpact" && facts.customer_incidents.is_none() {
                continue; // it also meets `customer_incidents`
            }
            let (_, worse) = worst().into_iter().find(|(name, _)| *name == fact).unwrap();
            let after = recovery(decided(&with(&facts, fact, Some(worse)), &policy).verdict);
            prop_assert!(after >= before, "{} moved from {} to {}", fact, before, after);
        }
    }

    #[test]
    fn a_veto_is_never_overruled(facts in situations(), policy in any_policy(), which in 0..8_usize) {
        let vetoed = match which {
            0 => facts.previous_version_available(false),
            1 => facts.rollback_causes_data_loss(true),
            2 => facts.irreversible_migration(true),
            3 => facts.candidates(CandidatesVerdict::NotFound),
            4 => facts.new_format_written(true),
            5 => facts.client_installed(true),
            6 => facts.failed_rollbacks(policy.max_failed_rollbacks),
            _ => facts.deployed_at(now().plus(Span::from_hours(-48)).unwrap()),
        };
        prop_assert_ne!(decided(&vetoed, &policy).verdict, Verdict::RollBack);
    }

    #[test]
    fn a_missing_fact_is_its_worst_value_or_makes_the_verdict_a_question(facts in situations(), policy in any_policy()) {
        for (fact, value) in worst() {
            let is_refined = match fact {
                "trend" | "errorBudgetLeft" => true, // not considered while they are left out
                "previousVersionAvailable" => facts.candidates.is_some(),
                "irreversibleMigration" => facts.schema_change.is_some(),
                _ => false,
            };
            if is_refined {
                continue;
            }
            let missing = decided(&with(&facts, fact, None), &policy).verdict;
            let worst = decided(&with(&facts, fact, Some(value)), &policy).verdict;
            let asks = matches!(missing, Verdict::Inconclusive | Verdict::Escalate);
            // `customerIncidents` asks whether customers are affected; `customerImpact` counts once they are.
            let answered = fact == "customerImpact" && missing == Verdict::Hold && facts.customer_incidents.is_some();
            prop_assert!(asks || answered || missing == worst, "{} missing: {:?}, worst: {:?}", fact, missing, worst);
        }
    }

    #[test]
    fn a_refinement_that_is_left_out_changes_nothing(facts in situations(), policy in any_policy()) {
        let installed = (facts.client_installed == Some(true)).to_string();
        let known_fix = (facts.fix_simple == Some(true)).to_string();
        for (fact, value) in [("trend", "steady"), ("trend", "improving"), ("errorBudgetLeft", "1"),
            ("correlationWithRelease", "plausible"), ("correlationWithRelease", "confirmed"), ("newFormatWritten", "false"),
            ("clientInstalled", "false"), ("externalSideEffects", "false"), ("failedRollbacks", "0"), ("fixTested", "false"),
            ("rollbackTakes", "PT0S"), ("rolloutUnderWay", &installed), ("mitigationAvailable", "false")] {
            let left_out = decided(&with(&facts, fact, None), &policy).verdict;
            prop_assert_eq!(left_out, decided(&with(&facts, fact, Some(as_json(value))), &policy).verdict, "{}", fact);
        }
        let left_out = decided(&with(&facts, "causeKnown", None), &policy).verdict;
        if facts.fix_simple == Some(true) {
            prop_assert_eq!(left_out, decided(&facts.cause_known(known_fix == "true"), &policy).verdict);
        }
        let unknown = decided(&facts.cause_known(false), &policy).verdict;
        prop_assert!(recovery(left_out) >= recovery(unknown) || left_out == Verdict::ForwardFix);
    }

    #[test]
    fn a_single_fact_always_changes_the_verdict(facts in situations(), policy in any_policy()) {
        // The smallest change is therefore one fact. (A policy that watches nothing has no other verdict.)
        if policy.critical_functionality_severity >= Severity::Error {
            prop_assert!(!decided(&facts, &policy).counterfactuals.is_empty());
        }
    }

    #[test]
    fn the_option_that_is_taken_has_no_disqualifier(facts in situations(), policy in any_policy()) {
        let decision = decided(&facts, &policy);
        let is_wrong = !matches!(decision.verdict, Verdict::Hold | Verdict::Inconclusive);
        prop_assert_eq!(!decision.options.is_empty(), is_wrong);
        let known = serde_json::to_value(facts).unwrap();
        for option in &decision.options {
            if option.choice == decision.verdict {
                prop_assert!(option.disqualifiers.is_empty(), "{:?}", option);
            }
            for fact in option.disqualifiers.iter().chain(&option.facts) {
                let by_another = (fact == "previousVersionAvailable" && facts.candidates.is_some())
                    || (fact == "irreversibleMigration" && facts.schema_change.is_some());
                prop_assert!(known.get(fact).is_some() || by_another, "{} is not known: {:?}", fact, option);
            }
            prop_assert!(option.facts.iter().all(|fact| !option.disqualifiers.contains(fact)), "{:?}", option);
        }
        if decision.verdict == Verdict::RollBack {
            let back = decision.options.iter().find(|option| option.choice == Verdict::RollBack).unwrap();
            prop_assert!(back.unknown.is_empty(), "{:?}", back);
        }
    }

    #[test]
    fn counterfactuals_really_flip(facts in situations(), policy in any_policy()) {
        let decision = decided(&facts, &policy);
        for flip in &decision.counterfactuals {
            let changed = with(&facts, &flip.fact, Some(as_json(&flip.instead)));
            let verdict = decided(&changed, &policy).verdict;
            prop_assert_eq!(verdict, flip.verdict, "{:?}", flip);
            prop_assert_ne!(verdict, decision.verdict);
        }
    }

    #[test]
    fn an_unknown_fact_that_could_change_the_verdict_is_missing(facts in situations(), policy in any_policy()) {
        let decision = decided(&facts, &policy);
        let known = serde_json::to_value(facts).unwrap();
        let asked = decision.counterfactuals.iter().filter(|flip| known.get(&flip.fact).is_none());
        if recovery(decision.verdict) > 1 || decision.verdict == Verdict::Inconclusive {
            for flip in asked.filter(|flip| decision.verdict != Verdict::DisableFlag || flip.fact == "flagEndsFault") {
                prop_assert!(decision.missing.contains(&flip.fact), "{:?} of {:?}", flip, decision.missing);
            }
        }
    }

    #[test]
    fn next_check_at_is_the_instant_at_which_the_verdict_changes(facts in situations(), policy in any_policy()) {
        let decision = decided(&facts, &policy);
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
    let facts = Situation::default()
        .data_corruption(true)
        .previous_version_available(true)
        .rollback_causes_data_loss(false)
        .irreversible_migration(false)
        .deployed_at(now());
    let end = now().plus(policy.rollback_window).unwrap();
    let last = end.plus(Span::from_millis(-1).unwrap()).unwrap();
    assert_eq!(decide(&facts, &policy, last).unwrap().verdict, Verdict::RollBack);
    assert_eq!(decide(&facts, &policy, end).unwrap().verdict, Verdict::Escalate);
}

#[test]
fn a_total_failure_meets_the_criterion_under_any_policy() {
    let policy = default_policy().error_rate_increase_percent(1e300).error_rate_min_rise(1.0);
    let facts =
        Situation::default().error_rate_baseline(0.9).error_rate_observed(1.0).error_rate_samples(100);
    assert_eq!(decided(&facts, &policy).verdict, Verdict::Escalate);
}

#[test]
fn a_counterfactual_is_named_once_though_its_limit_is_the_end_of_its_range() {
    let policy = default_policy().small_share(1.0).quick_fix(Span::MAX);
    let facts = Situation::default()
        .critical_functionality_broken(true)
        .vulnerability_introduced(false)
        .data_corruption(false)
        .deployed_at(now())
        .previous_version_available(true)
        .rollback_causes_data_loss(false)
        .irreversible_migration(false)
        .rollback_tested(false)
        .fix_simple(true)
        .fix_ready_in(Span::ZERO);
    let decision = decided(&facts, &policy);
    assert_eq!(decision.verdict, Verdict::RollBack);
    let shares = decision.counterfactuals.iter().filter(|flip| flip.fact == "affectedShare");
    let shares: Vec<_> = shares.map(|flip| (flip.instead.as_str(), flip.verdict)).collect();
    assert_eq!(shares, [("1", Verdict::ForwardFix)]);
}

#[test]
fn few_samples_are_no_pass() {
    let facts = Situation::default()
        .critical_functionality_broken(false)
        .vulnerability_introduced(false)
        .data_corruption(false)
        .latency_baseline(0.2)
        .latency_observed(0.2)
        .error_rate_baseline(0.0)
        .error_rate_observed(0.0)
        .error_rate_samples(99)
        .customer_incidents(0);
    let decision = decided(&facts, &default_policy());
    assert_eq!(decision.verdict, Verdict::Inconclusive);
    assert_eq!(decision.missing, ["errorRateSamples"]);
    let enough = facts.error_rate_samples(100);
    assert_eq!(decided(&enough, &default_policy()).verdict, Verdict::Hold);
}

#[test]
fn all_faults_are_named_at_once() {
    let facts = Situation::default()
        .latency_baseline(0.0)
        .latency_observed(f64::NAN)
        .error_rate_observed(f64::INFINITY)
        .affected_share(-0.1)
        .deployed_at(now().plus(Span::from_hours(1)).unwrap())
        .fix_ready_in(Span::from_hours(-1))
        .rollback_takes(Span::from_hours(-1))
        .error_budget_left(40.0);
    let policy = default_policy().low_error_budget(-0.1).small_share(5.0).latency_increase_percent(f64::NAN);
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
            "situation.rollbackTakes",
            "situation.fixReadyIn",
            "situation.errorBudgetLeft",
            "policy.latencyIncreasePercent",
            "policy.smallShare",
            "policy.lowErrorBudget",
        ]
    );
    assert!(error.faults().iter().all(|fault| fault.code == ErrorKind::OutOfRange));
}

#[test]
fn an_engine_returns_its_policy_and_the_digest_of_its_decisions() {
    let policy = Policy::default().small_share(0.2);
    let engine = relcore::rollback::Engine::new(policy).unwrap();
    let now = relcore::Timestamp::from_millis(0).unwrap();
    let decision = engine.decide(&Situation::default(), now).unwrap();
    assert_eq!(*engine.policy(), policy);
    assert_eq!(engine.digest(), decision.policy_digest);
    assert_eq!(decision, decide(&Situation::default(), &policy, now).unwrap());
}
