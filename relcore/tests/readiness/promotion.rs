//! Promotion, and the parity of environments.
use super::at;
use proptest::prelude::*;
use relcore::Span;
use relcore::readiness::{
    Build, DriftKind, Environment, Graph, Inventory, InventoryItem, ParityPolicy, ParityVerdict,
    PromotionVerdict, SmokeTest, Source, Stay, Strategy as Ways, parity, promotable,
};

const NOW: i32 = 300;
const UPSTREAM: [&str; 3] = ["uat", "perf", "sandbox"];

fn graphs() -> impl Strategy<Value = Graph> {
    let source = (
        proptest::collection::vec(0..2_usize, 1..3),
        any::<bool>(),
        0..120_i32,
        proptest::option::of(any::<bool>()),
    );
    let source = source.prop_map(|(upstream, all, soak, origin)| {
        let mut source = Source::from_upstream(upstream.into_iter().map(|name| UPSTREAM[name]))
            .strategy(if all { Ways::All } else { Ways::OneOf })
            .required_soak(Span::from_minutes(soak));
        source.origin = origin.map(|own| if own { "shop".to_owned() } else { "blog".to_owned() });
        source
    });
    (proptest::collection::vec(source, 0..3), any::<bool>()).prop_map(|(sources, has_tests)| {
        let direct = |name: &str| {
            let environment = Environment::new(name, [Source::from_origin()]);
            if has_tests && name == "uat" { environment.smoke_tests(["login"]) } else { environment }
        };
        let environments = UPSTREAM.map(direct).into_iter().chain([Environment::new("prod", sources)]);
        Graph::new(environments.collect::<Vec<_>>())
    })
}

fn builds() -> impl Strategy<Value = Build> {
    let stay = (0..3_usize, 0..=NOW, 0..200_i32, proptest::option::of(0..100_i32), any::<bool>());
    let stay = stay.prop_map(|(environment, entered, length, verified, stays)| {
        let mut stay = Stay::new(UPSTREAM[environment], at(entered));
        stay.left_at = (!stays && entered + length <= NOW).then(|| at(entered + length));
        stay.verified_at = verified.map(|verified| at((entered + verified).min(NOW)));
        stay
    });
    let test = (0..=NOW, any::<bool>())
        .prop_map(|(minute, passed)| SmokeTest::new("uat", "login", passed, at(minute)));
    let parts = (
        proptest::collection::vec(stay, 0..5),
        proptest::collection::vec(test, 0..3),
        proptest::option::of(Just("shop".to_owned())),
    );
    parts.prop_map(|(stays, tests, origin)| {
        let mut build = Build::new("f1").stays(stays).smoke_tests(tests);
        build.origin = origin;
        build
    })
}

/// The state of a way: `None` if a fact is missing.
type Open = Option<bool>;

/// Whether a build is verified and soaked in an environment at a minute: minute by minute.
fn is_ready(build: &Build, graph: &Graph, name: &str, soak: i64, now: i32) -> Open {
    let stays: Vec<&Stay> = build.stays.iter().filter(|stay| stay.environment == name).collect();
    let Some(entered) = stays.iter().map(|stay| stay.entered_at).min() else { return Some(false) };
    let environment = graph.environments.iter().find(|of| of.name == name);
    let tests: Vec<&String> = environment.iter().flat_map(|of| &of.smoke_tests).collect();
    let reported = stays.iter().filter_map(|stay| stay.verified_at).min();
    // The first minute from which on the build was verified, up to now.
    let is_verified = |minute: i32| -> Open {
        let passes = tests.iter().map(|test| {
            let results = build.smoke_tests.iter().filter(|of| of.environment == name && of.test == **test);
            let results: Vec<&SmokeTest> =
                results.filter(|of| of.at >= entered && of.at <= at(minute)).collect();
            let last = results.iter().map(|of| of.at).max()?;
            Some(results.iter().filter(|of| of.at == last).all(|of| of.passed))
        });
        let passes: Vec<Open> = passes.collect();
        let is_reported = reported.is_some_and(|from| from <= at(minute));
        if passes.contains(&Some(false)) || !(is_reported || !tests.is_empty() && reported.is_none()) {
            return Some(false);
        }
        if passes.contains(&None) { None } else { Some(true) }
    };
    match is_verified(now) {
        Some(true) => {}
        other => return other,
    }
    // The minutes of `now` are verified, so there is a last one going back.
    let since = (0..=now).rev().take_while(|minute| is_verified(*minute) == Some(true)).last()?;
    let spent = stays.iter().filter(|stay| stay.left_at.is_none_or(|left| left >= at(since))).map(|stay| {
        (0..now)
            .filter(|minute| {
                stay.entered_at <= at(*minute) && stay.left_at.is_none_or(|left| at(*minute) < left)
            })
            .count()
    });
    Some(i64::try_from(spent.max().unwrap_or(0)).is_ok_and(|minutes| minutes >= soak))
}

fn one_of(ways: &[Open]) -> Open {
    if ways.contains(&Some(true)) {
        Some(true)
    } else if ways.contains(&None) {
        None
    } else {
        Some(false)
    }
}

fn all_of(ways: &[Open]) -> Open {
    if ways.contains(&Some(false)) {
        Some(false)
    } else if ways.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn may_enter(build: &Build, graph: &Graph, now: i32) -> Open {
    let last = graph.environments.last();
    let sources = last.iter().flat_map(|environment| &environment.sources).map(|source| {
        let is_wanted = match (&source.origin, &build.origin) {
            (Some(wanted), Some(origin)) => Some(wanted == origin),
            (Some(_), None) => None,
            (None, _) => Some(true),
        };
        let soak = source.required_soak.as_millis() / 60_000;
        let upstream: Vec<Open> =
            source.upstream.iter().map(|name| is_ready(build, graph, name, soak, now)).collect();
        all_of(&[is_wanted, if source.strategy == Ways::All { all_of(&upstream) } else { one_of(&upstream) }])
    });
    one_of(&sources.collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_model_of_minutes_agrees(graph in graphs(), build in builds()) {
        let promotion = promotable(&build, "prod", &graph, at(NOW)).unwrap();
        let waits = promotion.next_check_at.is_some();
        // Every soak is over 400 minutes later.
        let (verdict, may_wait) = match (may_enter(&build, &graph, NOW), may_enter(&build, &graph, NOW + 400)) {
            (Some(true), _) => (PromotionVerdict::Allowed, false),
            (Some(false), Some(later)) => (PromotionVerdict::Blocked, later),
            // It is blocked or not known now, and time alone does not open it for sure.
            _ if !waits => (PromotionVerdict::Inconclusive, false),
            _ => (PromotionVerdict::Blocked, true),
        };
        prop_assert_eq!((promotion.verdict, waits), (verdict, may_wait));
        prop_assert!(!promotion.reasons.is_empty());
    }

    #[test]
    fn time_alone_opens_at_the_next_check_and_not_before(graph in graphs(), build in builds(), later in 0..200_i32) {
        let promotion = promotable(&build, "prod", &graph, at(NOW)).unwrap();
        let then = promotable(&build, "prod", &graph, at(NOW + later)).unwrap();
        match (promotion.verdict, promotion.next_check_at) {
            (PromotionVerdict::Blocked, Some(next)) => {
                prop_assert!(next > at(NOW));
                prop_assert_eq!(then.verdict == PromotionVerdict::Allowed, at(NOW + later) >= next);
            }
            (before, _) => prop_assert_eq!(then.verdict, before),
        }
    }

    #[test]
    fn an_approval_by_a_person_opens_and_a_stay_elsewhere_changes_nothing(graph in graphs(), build in builds()) {
        let approved = build.clone().approved_for(["prod"]);
        let promotion = promotable(&approved, "prod", &graph, at(NOW)).unwrap();
        prop_assert_eq!(promotion.verdict, PromotionVerdict::Allowed);
        let before = promotable(&build, "prod", &graph, at(NOW)).unwrap();
        let mut elsewhere = build;
        elsewhere.stays.push(Stay::new("sandbox", at(0)).verified_at(at(1)));
        prop_assert_eq!(promotable(&elsewhere, "prod", &graph, at(NOW)).unwrap(), before);
    }
}

#[test]
fn a_ring_of_environments_is_refused() {
    let ring = |names: [&str; 3]| {
        let next = |index: usize| Source::from_upstream([names[(index + 1) % 3]]);
        Graph::new((0..3).map(|index| Environment::new(names[index], [next(index)])))
    };
    let error = promotable(&Build::new("f1"), "a", &ring(["a", "b", "c"]), at(0)).unwrap_err();
    assert_eq!((error.code(), error.path()), ("invalid_value", "graph.environments"));
    assert_eq!(error.faults().len(), 3);
}

#[test]
fn environments_drift_in_each_way() {
    let item = InventoryItem::new;
    let left = Inventory::new("staging").items([
        item("same", "text").version("1"),
        item("kind", "sqlite"),
        item("version", "runtime").version("20"),
        item("pinned", "runtime").version("20"),
        item("value", "text").value_digest("a"),
        item("value_of_one", "text").value_digest("a"),
        item("by_hand", "text").managed(false),
        item("only_left", "text"),
        item("ignored", "text"),
    ]);
    let right = Inventory::new("production").items([
        item("same", "text").version("1"),
        item("kind", "postgres"),
        item("version", "runtime").version("22"),
        item("pinned", "runtime"),
        item("value", "text").value_digest("b"),
        item("value_of_one", "text"),
        item("by_hand", "text").managed(true),
        item("only_right", "text"),
        item("ignored", "secret"),
    ]);
    let policy = ParityPolicy::default().ignored(["ignored"]);
    let found = parity(&left, &right, &policy).unwrap();
    let drift: Vec<(&str, DriftKind)> = found.drift.iter().map(|drift| (&*drift.key, drift.kind)).collect();
    let expected = [
        ("by_hand", DriftKind::Unmanaged),
        ("kind", DriftKind::KindDiffers),
        ("only_left", DriftKind::MissingInRight),
        ("only_right", DriftKind::MissingInLeft),
        ("pinned", DriftKind::VersionUnpinned),
        ("value", DriftKind::ValueDiffers),
        ("version", DriftKind::VersionDiffers),
    ];
    assert_eq!(drift, expected);
    let same = parity(&left, &left, &policy.require_managed(false)).unwrap();
    assert_eq!((same.verdict, same.reasons.len()), (ParityVerdict::Matched, 1));
}
