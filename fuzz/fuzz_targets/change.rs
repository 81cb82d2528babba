//! Commit messages: what was read survives its JSON, and a lint finds at least what reading found.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::change::{Parsed, Dialect, Policy, Squash, expand_squash, lint, parse_change, parse_changeset};
use relcore::version::Bump;

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Spec, Dialect::Conventionalcommits, Dialect::Angular] {
        let policy = Policy::default().dialect(dialect);
        let change = parse_change(text, &policy).expect("the policy is valid");
        assert_eq!(change.breaking, change.bump == Bump::Major);
        assert!(change.footers.iter().all(|footer| !footer.token.is_empty()));
        let written = serde_json::to_string(&change).expect("a change has JSON");
        assert_eq!(serde_json::from_str::<Parsed>(&written).ok().as_ref(), Some(&change));
        assert!(lint(text, &policy).expect("the policy is valid").len() >= change.diagnostics.len());
    }
    let parts = expand_squash(text, &Policy::default().squash(Squash::Expand)).expect("the policy is valid");
    assert!(!parts.is_empty());
    let _ = parse_changeset("x", text);
});
