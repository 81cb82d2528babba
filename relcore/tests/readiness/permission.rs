//! The one answer over everything.
use super::coverage::{requirements, rosters};
use super::{at, digest};
use proptest::prelude::*;
use relcore::readiness::{
    Approval, Build, Candidate, CandidateEvidence, Check, Deployed, Engine, Environment, Gate, GateKind,
    Gates, Graph, Intent, Permission, PermissionVerdict, Policy, Request, Situation, Source, Stay,
    may_release,
};
use relcore::release::Type;
use relcore::window::{self, Definition, Kind, Schedule};
use relcore::{Span, Version};

const NOW: i32 = 30;

fn windows() -> impl Strategy<Value = window::Policy> {
    let window = (any::<bool>(), 0..300_i32, 1..120_i32);
    proptest::collection::vec(window, 0..4).prop_map(|windows| {
        let windows = windows.into_iter().enumerate().map(|(index, (denies, start, length))| {
            let kind = if denies { Kind::Deny } else { Kind::Allow };
            Definition::new(
                index.to_string(),
                kind,
                Schedule::Once { start: at(start), end: at(start + length) },
            )
        });
        window::Policy::default().windows(windows.collect::<Vec<_>>())
    })
}

fn cases() -> impl Strategy<Value = (Engine, Request, Situation)> {
    let checks = proptest::collection::vec(
        prop_oneof![Just(Check::Windows), Just(Check::Gates), Just(Check::Promotion), Just(Check::Coverage)],
        1..4,
    );
    let soak = (0..80_i32, 0..=NOW);
    let approval = (0..=NOW, proptest::option::of(20..200_i32), 0..8_u8);
    (checks, windows(), rosters(), requirements(), soak, approval, 0..40_i32).prop_map(
        |(checks, windows, roster, coverage, (soak, entered), (approved, max_age, refused), duration)| {
            let quorum =
                GateKind::Quorum { role: "qa".to_owned(), count: 1, not_author: false, distinct: false };
            let mut gate = Gate::new("qa", quorum);
            gate.max_age = max_age.map(Span::from_minutes);
            let prod = Source::from_upstream(["uat"]).required_soak(Span::from_minutes(soak));
            let graph = Graph::new([
                Environment::new("uat", [Source::from_origin()]),
                Environment::new("prod", [prod]),
            ]);
            let policy = Policy::default()
                .checks(checks)
                .windows(windows)
                .coverage(coverage)
                .graph(graph)
                .gates(Gates::new([gate]));
            let candidate = Candidate::new(digest('a'), at(0)).version(Version::parse("1.5.0").unwrap());
            let request = Request::new(candidate, "prod").duration(Span::from_minutes(duration));
            let stay = Stay::new("uat", at(entered)).verified_at(at(entered));
            let approval =
                Approval::new("kim", "qa", digest(if refused == 0 { 'b' } else { 'a' }), at(approved));
            let situation = Situation::default()
                .evidence(CandidateEvidence::default().approvals([approval]))
                .build(Build::new(digest('a')).stays([stay]))
                .roster(roster)
                .deployed(Deployed::new(digest('d')).version(Version::parse("1.4.0").unwrap()));
            (Engine::new(policy).unwrap(), request, situation)
        },
    )
}

fn ask((engine, request, situation): &(Engine, Request, Situation), minute: i32) -> Permission {
    engine.may_release(request, situation, at(minute)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// `later` is the first minute at which the same question gets a yes, and nothing else gets one.
    #[test]
    fn it_opens_at_the_first_minute_of_yes(case in cases()) {
        let permission = ask(&case, NOW);
        let first = (NOW..NOW + 320).find(|minute| ask(&case, *minute).verdict == PermissionVerdict::Yes);
        match permission.verdict {
            PermissionVerdict::Yes => prop_assert_eq!(first, Some(NOW)),
            PermissionVerdict::Later => prop_assert_eq!(permission.opens_at, first.map(at)),
            PermissionVerdict::No => prop_assert_eq!(first, None),
            // People of whom it is not known how soon they answer; a quicker one may come.
            _ => prop_assert!(!permission.missing.is_empty()),
        }
    }

    #[test]
    fn the_verdict_changes_at_the_next_check_and_not_before(case in cases()) {
        let permission = ask(&case, NOW);
        if !matches!(permission.verdict, PermissionVerdict::Yes | PermissionVerdict::Later) {
            return Ok(());
        }
        let Some(next) = permission.next_check_at else { return Ok(()) };
        prop_assert!(next > at(NOW));
        let (engine, request, situation) = &case;
        let at_next = engine.may_release(request, situation, next).unwrap();
        prop_assert_ne!(at_next.verdict, permission.verdict);
        let just_before = next.plus(Span::from_millis(-1).unwrap()).unwrap();
        prop_assert_eq!(engine.may_release(request, situation, just_before).unwrap().verdict, permission.verdict);
    }

    #[test]
    fn it_is_the_worst_of_its_checks(case in cases()) {
        let permission = ask(&case, NOW);
        let worst = permission.checks.iter().map(|check| check.verdict).max().unwrap();
        match permission.verdict {
            // Each opens, but not together.
            PermissionVerdict::No if worst == PermissionVerdict::Later => {}
            // Together only with people of whom it is not known how soon they answer.
            PermissionVerdict::Inconclusive if worst == PermissionVerdict::Later => {
                prop_assert!(!permission.missing.is_empty());
            }
            verdict => prop_assert_eq!(verdict, worst),
        }
        prop_assert_eq!(permission.checks[0].check, Check::Order);
        let (engine, request, situation) = &case;
        prop_assert_eq!(may_release(request, situation, engine.policy(), at(NOW)).unwrap(), permission);
    }
}

/// A run that waited while a newer version went out would silently take it back.
#[test]
fn going_back_has_to_be_declared() {
    let engine = Engine::new(Policy::default().checks([Check::Windows])).unwrap();
    let version = |text: &str| Version::parse(text).unwrap();
    let deployed =
        |text: &str| Situation::default().deployed(Deployed::new(digest('d')).version(version(text)));
    let request = Request::new(Candidate::new(digest('a'), at(0)).version(version("1.7.3")), "prod");
    let verdict = |request: &Request, situation: &Situation| {
        engine.may_release(request, situation, at(1)).unwrap().verdict
    };
    let rollback = request.clone().intent(Intent::Rollback);
    assert_eq!(verdict(&request, &deployed("1.8.0")), PermissionVerdict::No);
    assert_eq!(verdict(&rollback, &deployed("1.8.0")), PermissionVerdict::Yes);
    assert_eq!(verdict(&request, &deployed("1.7.3")), PermissionVerdict::Yes);
    assert_eq!(verdict(&request, &deployed("1.7.3-rc.1")), PermissionVerdict::Yes);
    assert_eq!(verdict(&request, &Situation::default()), PermissionVerdict::Inconclusive);
    assert_eq!(
        verdict(&request.clone().intent(Intent::First), &Situation::default()),
        PermissionVerdict::Yes
    );
    let unknown = Situation::default().deployed(Deployed::new(digest('d')));
    assert_eq!(verdict(&request, &unknown), PermissionVerdict::Inconclusive);
    let again = Situation::default().deployed(Deployed::new(digest('a')));
    assert_eq!(verdict(&request, &again), PermissionVerdict::Yes);
}

#[test]
fn the_error_budget_refuses_what_is_not_exempt() {
    let engine = Engine::new(Policy::default().checks([Check::ErrorBudget])).unwrap();
    let ask = |left: Option<f64>, of: Option<Type>| {
        let mut candidate = Candidate::new(digest('a'), at(0));
        candidate.release_type = of;
        let request = Request::new(candidate, "prod").intent(Intent::First);
        let situation = Situation::default();
        let situation = match left {
            Some(left) => situation.error_budget_left(left),
            None => situation,
        };
        engine.may_release(&request, &situation, at(1)).unwrap().verdict
    };
    assert_eq!(ask(Some(0.2), None), PermissionVerdict::Yes);
    assert_eq!(ask(Some(0.0), Some(Type::FeatureMinor)), PermissionVerdict::No);
    assert_eq!(ask(Some(-0.5), Some(Type::Hotfix)), PermissionVerdict::Yes);
    assert_eq!(ask(None, Some(Type::FeatureMinor)), PermissionVerdict::Inconclusive);
}

/// The history of another build does not count.
#[test]
fn a_build_is_known_by_its_digest() {
    let engine = Engine::new(Policy::default().checks([Check::Promotion])).unwrap();
    let request = Request::new(Candidate::new(digest('a'), at(0)), "development").intent(Intent::First);
    let ask = |id: String| {
        engine.may_release(&request, &Situation::default().build(Build::new(id)), at(1)).unwrap()
    };
    assert_eq!(ask(digest('a')).verdict, PermissionVerdict::Yes);
    let other = ask(digest('b'));
    assert_eq!(
        (other.verdict, &*other.missing),
        (PermissionVerdict::Inconclusive, &["build".to_owned()][..])
    );
}
