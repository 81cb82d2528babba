//! What is displayed: enums by their texts on the wire, decisions by their explanations.
#![allow(clippy::unwrap_used, reason = "a test may stop with a panic")]
#![allow(clippy::disallowed_types, reason = "only the core iterates no hash set")]

use relcore::canary::{self, Action, Command, Phase};
use relcore::rollback::{self, Situation, Verdict};
use relcore::{ErrorKind, Severity, Timestamp, Version, Weekday, release, version::Bump};
use std::{collections::HashSet, fmt::Display, str::FromStr};

fn reads_back<T: Display + FromStr<Err = relcore::Error> + PartialEq>(value: T, text: &str) {
    assert_eq!(value.to_string(), text);
    assert!(text.parse::<T>().unwrap() == value);
}

#[test]
fn enums_are_their_texts_on_the_wire() {
    reads_back(Phase::RolledBack, "rolled_back");
    reads_back(Verdict::DisableFlag, "disable_flag");
    reads_back(release::Type::FeatureMajor, "feature_major");
    reads_back(Weekday::Monday, "monday");
    reads_back(Bump::None, "none");
    reads_back(ErrorKind::UnknownZone, "unknown_zone");
    assert_eq!(format!("{:>8}|{:<8}|", Severity::Info, Severity::Error), "    info|error   |");
    assert_eq!(Action::SetWeight { previous: 0.0, weight: 5.0 }.to_string(), "set_weight");
    assert_eq!(format!("{:9}|", Action::Hold {}), "hold     |");
}

#[test]
fn another_text_is_refused_with_the_choices() {
    let error = "stop\u{7}".parse::<Command>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    let expected = "unknown value `stop\\u{7}`: expected one of `abort`, `pause`, `resume`, `retry`, \
                    `skip_step`, `promote`, `promote_full`, `accept_inconclusive`, `continue_without_stable`";
    assert_eq!(error.to_string(), expected);
    let error = "both, expected".parse::<canary::HealthRole>().unwrap_err();
    assert_eq!(error.to_string(), "unknown value `both, expected`: expected `canary` or `stable`");
}

#[test]
fn decisions_are_their_explanations() {
    let now = Timestamp::parse("2026-11-23T03:00:00Z").unwrap();
    let schedule = canary::standard_schedule();
    let state = canary::start(&schedule, now).unwrap();
    let decision = canary::next_action(&schedule, &state, &[], now).unwrap();
    assert_eq!(decision.to_string(), canary::explain(&decision));

    let decision = rollback::decide(&Situation::default(), &rollback::default_policy(), now).unwrap();
    assert_eq!(decision.to_string(), rollback::explain(&decision));

    let next = Version::parse("1.0.0").unwrap();
    let found = release::classify(None, &next, &release::Facts::default()).unwrap();
    assert_eq!(found.to_string(), release::explain(&found));
}

#[test]
fn enums_are_keys_of_hash_maps() {
    let verdicts = HashSet::from([Verdict::Hold, Verdict::RollBack, Verdict::Hold]);
    assert_eq!(verdicts.len(), 2);
}
