//! What is displayed of a decision: its explanation, with the next check.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
use relcore::decision::Explain;
use relcore::release::{
    ChangeKind, Deprecation, Facts, Fix, LineChange, Removal, RemovalPolicy, SupportLine, backport_targets,
    check_line, check_removals, classify, deprecation_status, support_phase,
};
use relcore::{Timestamp, Version};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T03:00:00Z").unwrap()
}

fn displays_its_explanation(decision: &(impl Explain + std::fmt::Display), shows_next_check: bool) {
    let text = decision.to_string();
    assert_eq!(text, decision.explain());
    assert_eq!(text.lines().next(), Some(&*decision.headline()));
    assert_eq!(text.contains("\nask again: 2026-11-23T03:00:00.000Z"), shows_next_check, "{text}");
}

macro_rules! displays {
    ($decision:expr) => {{
        let mut decision = $decision.unwrap();
        decision.next_check_at = None;
        displays_its_explanation(&decision, false);
        decision.next_check_at = Some(now());
        displays_its_explanation(&decision, true);
    }};
}

#[test]
fn a_decision_displays_its_explanation_with_the_next_check() {
    let one = Version::parse("1.0.0").unwrap();
    let line = SupportLine::new("1.4");
    displays!(classify(None, &one, &Facts::default()));
    displays!(support_phase(&line, now()));
    displays!(check_line(&LineChange::new(ChangeKind::BugFix), &line, now()));
    displays!(backport_targets(&Fix::new(ChangeKind::SecurityFix), &[line], now()));
    displays!(deprecation_status(&Deprecation::new("--old"), None, now()));
    displays!(check_removals(&[Removal::new("--old", one, now())], &[], &RemovalPolicy::default()));
}
