//! `release::classify` and the profiles: known failures of other tools, and properties.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
use proptest::option::of;
use proptest::prelude::*;
use relcore::release::{
    Advisory, AdvisorySeverity, Classification, ClassificationVerdict as V, Facts, Type as T, classify,
    profile, profiles_from_json, profiles_from_yaml, standard_profiles,
};
use relcore::{ErrorKind, ReasonCode, Severity, Timestamp, Version};

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn step(from: &str, to: &str, facts: &Facts) -> Classification {
    classify(Some(&version(from)), &version(to), facts).unwrap()
}

fn has(found: &Classification, code: ReasonCode) -> bool {
    found.reasons.iter().any(|reason| reason.code == code)
}

fn no_facts() -> Facts {
    Facts::default()
}

fn advisory(severity: Option<AdvisorySeverity>) -> Advisory {
    let mut advisory = Advisory::new(format!("CVE-2026-{severity:?}"));
    advisory.severity = severity;
    advisory
}

/// release-please's own tests go from beta9 to beta10, which Semantic Versioning orders lower.
#[test]
fn next_must_be_strictly_greater() {
    for (from, to) in
        [("1.0.0-beta9", "1.0.0-beta10"), ("1.2.3", "1.2.3"), ("1.2.3", "1.2.2"), ("1.0.0", "1.0.0-rc.1")]
    {
        let found = step(from, to, &no_facts());
        assert_eq!((found.verdict, found.release_type), (V::Contradictory, None), "{from} {to}");
        assert!(has(&found, relcore::release::code::VERSION_NOT_GREATER));
    }
    assert_eq!(step("1.0.0-beta.9", "1.0.0-beta.10", &no_facts()).release_type, Some(T::Prerelease));
}

#[test]
fn the_step_determines_the_type_from_one_on() {
    for (from, to, release_type) in [
        ("1.2.3", "1.2.4", T::Hotfix),
        ("1.2.3", "1.3.0", T::FeatureMinor),
        ("1.2.3", "2.0.0", T::FeatureMajor),
        ("0.9.1", "1.0.0", T::FeatureMajor),
        ("1.2.3", "1.3.0-rc.1", T::Prerelease),
        ("2.0.0-rc.1", "2.0.0", T::FeatureMajor),
        ("1.3.0-rc.1", "1.3.0", T::FeatureMinor),
        ("1.2.4-rc.1", "1.2.4", T::Hotfix),
        ("2.0.0-rc.1", "2.0.1", T::FeatureMajor), // 2.0.0 was never released
    ] {
        assert_eq!(step(from, to, &no_facts()).release_type, Some(release_type), "{from} {to}");
    }
    assert!(has(&step("1.2.3", "1.4.7", &no_facts()), relcore::release::code::VERSION_SKIPPED));
}

/// A step that is smaller than the change breaks users.
#[test]
fn a_step_smaller_than_the_change_is_contradictory() {
    let breaking = no_facts().breaking(true);
    let features = no_facts().features(true);
    assert!(has(&step("1.2.3", "1.3.0", &breaking), relcore::release::code::BREAKING_WITHOUT_MAJOR));
    assert!(has(&step("1.2.3", "1.2.4", &features), relcore::release::code::FEATURE_IN_PATCH));
    assert_eq!(step("1.2.3", "2.0.0", &breaking).verdict, V::Classified);
    let both = features.breaking(true);
    let found = step("1.2.3", "1.2.3", &both);
    assert_eq!(found.reasons.iter().filter(|reason| reason.severity == Severity::Error).count(), 3); // all at once
}

#[test]
fn a_major_step_declared_a_hotfix_is_contradictory() {
    let found = step("1.2.3", "2.0.0", &no_facts().declared(T::Hotfix));
    assert_eq!((found.verdict, found.release_type), (V::Contradictory, None));
    assert!(has(&found, relcore::release::code::DECLARED_OTHERWISE));
}

#[test]
fn below_one_the_facts_determine_the_type() {
    let found = step("0.1.0", "0.2.0", &no_facts());
    assert_eq!(
        (found.verdict, found.missing.as_slice()),
        (V::Inconclusive, &["breaking".to_owned(), "features".to_owned()][..])
    );
    let fact = |breaking, features| no_facts().breaking(breaking).features(features);
    assert_eq!(step("0.1.0", "0.1.1", &fact(true, false)).release_type, Some(T::FeatureMajor));
    assert_eq!(step("0.1.0", "0.1.1", &fact(false, true)).release_type, Some(T::FeatureMinor));
    assert_eq!(step("0.1.0", "0.2.0", &fact(false, false)).release_type, Some(T::Hotfix));
    let declared = no_facts().declared(T::FeatureMinor);
    assert_eq!(step("0.1.0", "0.2.0", &declared).release_type, Some(T::FeatureMinor));
    let denied = no_facts().declared(T::FeatureMajor).breaking(false);
    assert_eq!(step("0.1.0", "0.2.0", &denied).verdict, V::Contradictory);
    let mild = no_facts().declared(T::FeatureMinor).breaking(true);
    assert_eq!(step("0.1.0", "0.2.0", &mild).verdict, V::Contradictory);
}

/// Below 1.0.0 a declared type decides what the facts leave open, unless a fact contradicts it.
#[test]
fn a_declared_type_decides_unless_a_fact_contradicts_it() {
    for (declared, breaking, features, expected) in [
        (T::Hotfix, None, None, Some(T::Hotfix)),
        (T::Hotfix, None, Some(false), Some(T::Hotfix)),
        (T::Hotfix, Some(false), None, Some(T::Hotfix)),
        (T::Hotfix, None, Some(true), None),
        (T::FeatureMinor, None, Some(true), Some(T::FeatureMinor)),
        (T::FeatureMinor, Some(false), None, Some(T::FeatureMinor)),
        (T::FeatureMinor, None, Some(false), None),
        (T::FeatureMajor, None, Some(true), Some(T::FeatureMajor)),
        (T::FeatureMajor, None, Some(false), Some(T::FeatureMajor)),
        (T::FeatureMajor, Some(false), None, None),
    ] {
        let mut facts = no_facts().declared(declared);
        (facts.breaking, facts.features) = (breaking, features);
        let found = step("0.1.0", "0.2.0", &facts);
        let verdict = if expected.is_some() { V::Classified } else { V::Contradictory };
        assert_eq!((found.verdict, found.release_type), (verdict, expected), "{facts:?}");
        assert_eq!(has(&found, relcore::release::code::DECLARED_KIND), expected.is_some(), "{facts:?}");
    }
}

#[test]
fn a_declared_type_does_not_replace_a_severity() {
    let unrated = no_facts().advisories([advisory(None)]);
    for declared in [T::Hotfix, T::SecurityLow] {
        let found = step("1.2.3", "1.2.4", &unrated.clone().declared(declared));
        assert_eq!(found.verdict, V::Inconclusive);
        assert_eq!(found.missing, ["advisories[0].severity"]);
    }
    let rated = no_facts().advisories([advisory(Some(AdvisorySeverity::Low))]);
    let found = step("1.2.3", "1.2.4", &rated.declared(T::SecurityLow));
    assert_eq!((found.release_type, found.missing.len()), (Some(T::SecurityLow), 0));
}

#[test]
fn the_highest_severity_determines_the_type() {
    let facts = no_facts()
        .advisories([advisory(Some(AdvisorySeverity::Low)), advisory(Some(AdvisorySeverity::High))]);
    assert_eq!(step("1.2.3", "1.2.4", &facts).release_type, Some(T::SecurityHigh));
    let open = no_facts().advisories([advisory(None), advisory(Some(AdvisorySeverity::High))]);
    let found = step("1.2.3", "1.2.4", &open);
    assert_eq!((found.verdict, found.missing), (V::Inconclusive, vec!["advisories[0].severity".to_owned()]));
    let worst = no_facts().advisories([advisory(None), advisory(Some(AdvisorySeverity::Critical))]);
    assert_eq!(step("1.2.3", "1.2.4", &worst).release_type, Some(T::SecurityCritical)); // no severity is higher
    let unbacked = no_facts().declared(T::SecurityLow);
    assert_eq!(step("1.2.3", "1.2.4", &unbacked).verdict, V::Inconclusive);
}

/// Version and facts alone decide today, so that no classification has a next check. A reader of one shows what is in it.
#[test]
fn a_next_check_is_shown() {
    let mut found = step("1.2.3", "1.2.4", &no_facts());
    assert!(!relcore::release::explain(&found).contains("ask again"));
    found.next_check_at = Some(Timestamp::parse("2026-11-23T10:00:00Z").unwrap());
    assert!(relcore::release::explain(&found).contains("ask again: 2026-11-23T10:00:00.000Z\n"));
}

/// With two severities under one identifier, the type would be ambiguous.
#[test]
fn an_advisory_is_listed_once() {
    let of = |ids: [&str; 2]| {
        let one = |id: &str| Advisory::new(id).severity(AdvisorySeverity::Low);
        let facts = no_facts().advisories(ids.map(one).to_vec()).line("v1");
        let error = classify(None, &Version::parse("1.0.0").unwrap(), &facts).unwrap_err();
        error.faults().iter().map(|fault| format!("{} {}", fault.code.code(), fault.path)).collect::<Vec<_>>()
    };
    assert_eq!(of(["CVE-1", "CVE-1"]), ["duplicate facts.advisories[1].id", "invalid_value facts.line"]);
    assert_eq!(of(["", "CVE-1"]), ["invalid_value facts.advisories[0].id", "invalid_value facts.line"]);
}

/// The crate semver has a total order that includes build metadata; precedence ignores it.
#[test]
fn build_metadata_does_not_make_a_version_greater() {
    for (from, to) in [("1.2.3", "1.2.3+b"), ("1.2.3+a", "1.2.3+b")] {
        let found = step(from, to, &no_facts());
        assert_eq!(found.verdict, V::Contradictory);
        assert!(found.reasons[0].text.contains("build metadata"), "{}", found.reasons[0].text);
    }
    assert_eq!(step("1.2.3+z", "1.2.4+a", &no_facts()).release_type, Some(T::Hotfix));
}

/// The previous version of a hotfix of an old line is the last version of that line, not of the main line.
#[test]
fn the_previous_version_is_the_last_of_the_line() {
    let facts = no_facts().line("1.4.x");
    let found = step("2.1.0", "1.4.3", &facts);
    assert_eq!(found.verdict, V::Contradictory);
    assert!(found.reasons[0].text.contains("the last version of the line"), "{}", found.reasons[0].text);
    assert!(found.reasons.iter().all(|reason| reason.code != relcore::release::code::VERSION_SKIPPED));
}

/// The advice to compare with the last version of the line helps only if `previous` alone is outside of it.
#[test]
fn a_lower_version_is_called_lower_within_a_line_and_outside_of_it() {
    for (from, to, line) in [("1.6.0", "1.5.0", "1.x"), ("3.0.0", "2.0.0", "1.x"), ("1.6.0", "0.9.0", "1.x")]
    {
        let found = step(from, to, &no_facts().line(line));
        let lower = found.reasons.iter().find(|one| one.code == relcore::release::code::VERSION_NOT_GREATER);
        let text = &lower.unwrap().text;
        assert!(text.starts_with(&format!("`{to}` is lower than `{from}`")), "{text}");
    }
}

#[test]
fn a_version_outside_its_line_is_contradictory() {
    let facts = no_facts().line("1.4.x").lts(true);
    assert_eq!(step("1.4.2", "1.4.3", &facts).release_type, Some(T::Lts));
    assert!(has(&step("1.4.2", "1.5.0", &facts), relcore::release::code::VERSION_OUTSIDE_LINE));
    assert!(has(&step("0.4.2", "0.4.3", &no_facts().lts(true)), relcore::release::code::LTS_BELOW_ONE));
    let wrong = no_facts().line("one");
    let error = classify(None, &version("1.0.0"), &wrong).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::InvalidValue, "facts.line"));
}

#[test]
fn overrides_change_single_fields_and_are_checked() {
    let table = profiles_from_yaml("profiles:\n  hotfix:\n    soak: 2h\n").unwrap();
    let mut expected = standard_profiles();
    expected.profiles.get_mut("hotfix").unwrap().soak = relcore::Span::from_hours(2);
    assert_eq!(table, expected);
    let bad = r#"{"profiles": {"hotfx": null, "hotfix": {"soak": "-1h", "timelineMax": "1m",
        "approvals": [{"role": "qa_lead", "count": 0}]}}}"#;
    let error = profiles_from_json(bad).unwrap_err();
    let faults: Vec<_> = error.faults().iter().map(|fault| (fault.code, fault.path.as_str())).collect();
    assert_eq!(
        faults,
        [
            (ErrorKind::UnknownField, "profiles.hotfx"),
            (ErrorKind::OutOfRange, "profiles.hotfix.soak"),
            (ErrorKind::Unordered, "profiles.hotfix.timelineMax"),
            (ErrorKind::OutOfRange, "profiles.hotfix.approvals[0].count"),
        ]
    );
    let odd = r#"{"profiles": {"lts": {"gates": ["a", "", "a"], "allowedBumps": [], "canarySchedule": "",
        "approvals": [{"role": "qa", "count": 1}, {"role": "qa", "count": 2}]}}}"#;
    let error = profiles_from_json(odd).unwrap_err();
    let faults: Vec<_> = error.faults().iter().map(|fault| (fault.code, fault.path.as_str())).collect();
    assert_eq!(
        faults,
        [
            (ErrorKind::InvalidValue, "profiles.lts.allowedBumps"),
            (ErrorKind::InvalidValue, "profiles.lts.gates[1]"),
            (ErrorKind::Duplicate, "profiles.lts.gates[2]"),
            (ErrorKind::Duplicate, "profiles.lts.approvals[1].role"),
            (ErrorKind::InvalidValue, "profiles.lts.canarySchedule"),
        ]
    );
    let mut misnamed = standard_profiles();
    let row = misnamed.profiles.remove("hotfix").unwrap();
    misnamed.profiles.insert("hotfx".into(), row);
    let error = profile(&T::Hotfix, Some(&misnamed)).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::UnknownField, "overrides.profiles.hotfx"));
}

fn versions() -> impl Strategy<Value = Version> {
    (0_u8..3, 0_u8..3, 0_u8..3, prop::sample::select(vec!["", "-rc.1", "-rc.2", "-beta9", "-beta10"]))
        .prop_map(|(major, minor, patch, pre)| version(&format!("{major}.{minor}.{patch}{pre}")))
}

prop_compose! {
    fn facts()(
        breaking in of(any::<bool>()), features in of(any::<bool>()), lts in any::<bool>(), opt_in_only in of(any::<bool>()),
        severities in prop::collection::vec(of(prop::sample::select(vec![AdvisorySeverity::Low, AdvisorySeverity::Critical])), 0..3),
        declared in of(prop::sample::select(vec![T::Hotfix, T::FeatureMinor, T::FeatureMajor, T::SecurityLow, T::Lts])),
    ) -> Facts {
        let advisories = severities.into_iter().map(advisory);
        let mut facts = Facts::default().advisories(advisories).lts(lts);
        facts.breaking = breaking;
        facts.features = features;
        facts.opt_in_only = opt_in_only;
        facts.declared = declared;
        facts
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_type_exactly_if_classified(from in of(versions()), to in versions(), facts in facts()) {
        let mut facts = facts;
        for (number, advisory) in facts.advisories.iter_mut().enumerate() {
            advisory.id = format!("CVE-2026-{number:04}");
        }
        let found = classify(from.as_ref(), &to, &facts).unwrap();
        prop_assert!(!found.reasons.is_empty());
        prop_assert_eq!(found.release_type.is_some(), found.verdict == V::Classified);
        if found.verdict == V::Inconclusive {
            prop_assert!(!found.missing.is_empty());
        }
        if found.verdict == V::Classified {
            prop_assert!(from.is_none_or(|from| from.precedes(&to)));
            prop_assert!(facts.declared.is_none() || facts.declared == found.release_type);
            prop_assert!(found.missing.is_empty());
        }
    }
}
