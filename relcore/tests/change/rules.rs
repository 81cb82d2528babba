//! Rules of bumps beside a naive model: a table of whole words instead of patterns.
use proptest::prelude::*;
use relcore::change::{BumpRule, Dialect, Policy, parse_change};
use relcore::version::Bump;

#[derive(Clone, Debug)]
struct Row {
    change_type: Option<&'static str>,
    scope: Option<&'static str>,
    breaking: bool,
    revert: bool,
    bump: Bump,
}

impl Row {
    fn rule(&self) -> BumpRule {
        let rule = BumpRule::new(self.bump).breaking(self.breaking).revert(self.revert);
        let rule = match self.change_type {
            Some(change_type) => rule.change_type(change_type),
            None => rule,
        };
        match self.scope {
            Some(scope) => rule.scope(scope),
            None => rule,
        }
    }
}

fn bumps() -> impl Strategy<Value = Bump> {
    prop_oneof![Just(Bump::None), Just(Bump::Patch), Just(Bump::Minor), Just(Bump::Major)]
}

fn types() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("feat"), Just("fix"), Just("docs"), Just("revert")]
}

fn scopes() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("api"), Just("app")]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    use proptest::option::of;
    let row = (of(types()), of(scopes()), any::<bool>(), any::<bool>(), bumps()).prop_map(
        |(change_type, scope, breaking, revert, bump)| Row { change_type, scope, breaking, revert, bump },
    );
    proptest::collection::vec(row, 0..6)
}

/// The bump of the specification, which knows two types.
fn usual(change_type: &str, is_breaking: bool) -> Bump {
    match change_type {
        _ if is_breaking => Bump::Major,
        "feat" => Bump::Minor,
        "fix" => Bump::Patch,
        _ => Bump::None,
    }
}

proptest! {
    #[test]
    fn the_highest_bump_of_the_rules_that_hold_counts(
        rows in rows(),
        change_type in types(),
        scope in proptest::option::of(scopes()),
        is_breaking in any::<bool>(),
    ) {
        let mut message = change_type.to_owned();
        if let Some(scope) = scope {
            message += &format!("({scope})");
        }
        message += if is_breaking { "!: x" } else { ": x" };
        let mut expected = None;
        let mut may_lower = false;
        for row in &rows {
            let holds = (row.change_type.is_none() || row.change_type == Some(change_type))
                && (row.scope.is_none() || row.scope == scope)
                && (!row.breaking || is_breaking)
                && (!row.revert || change_type == "revert");
            if holds {
                expected = expected.max(Some(row.bump));
                may_lower |= row.breaking;
            }
        }
        let expected = match expected {
            Some(bump) if !is_breaking || may_lower => bump,
            _ => usual(change_type, is_breaking),
        };
        let policy = Policy::default().rules(rows.iter().map(Row::rule));
        let change = parse_change(&message, &policy).unwrap();
        prop_assert_eq!(change.bump, expected);
        prop_assert_eq!(change.breaking, is_breaking); // a rule changes the step, not what the change is
        let reversed = Policy::default().rules(rows.iter().rev().map(Row::rule));
        prop_assert_eq!(parse_change(&message, &reversed).unwrap(), change);
    }
}

#[test]
fn a_pattern_fits_a_whole_text() {
    let bump = |rule: BumpRule, message: &str| {
        parse_change(message, &Policy::default().rules([rule.bump(Bump::Minor)])).unwrap().bump
    };
    let rule = || BumpRule::new(Bump::Minor);
    assert_eq!(bump(rule().scope("api"), "docs(api-v1): x"), Bump::None);
    assert_eq!(bump(rule().scope("API*"), "docs(api-v1): x"), Bump::Minor);
    assert_eq!(bump(rule().scope("*"), "docs: x"), Bump::None); // there is no scope
    assert_eq!(bump(rule().change_type("do?s"), "DOCS: x"), Bump::Minor);
    assert_eq!(bump(rule().text("*security*"), "docs: x\n\nSecurity of y"), Bump::Minor);
    assert_eq!(bump(rule().text("security*"), "docs: x\n\nSecurity of y"), Bump::None);
    assert_eq!(bump(rule().text("*x*"), "no type, x"), Bump::Minor);
}

/// What looks breaking is judged after the rules: no rule hides it.
#[test]
fn a_rule_does_not_hide_what_looks_breaking() {
    use relcore::change::SuspectedBreaking;
    let policy =
        Policy::default().rules([BumpRule::new(Bump::None)]).on_suspected_breaking(SuspectedBreaking::Major);
    assert_eq!(parse_change("fix: x\n\ny\nBREAKING CHANGE: z", &policy).unwrap().bump, Bump::Major);
}

#[test]
fn a_revert_of_git_is_a_revert() {
    let policy = Policy::default().dialect(Dialect::Angular).rules([BumpRule::new(Bump::None).revert(true)]);
    let message = "Revert \"feat: x\"\n\nThis reverts commit 1234567.";
    assert_eq!(parse_change(message, &policy).unwrap().bump, Bump::None);
    assert_eq!(
        parse_change(message, &Policy::default().dialect(Dialect::Angular)).unwrap().bump,
        Bump::Patch
    );
}

#[test]
fn all_faults_of_rules_are_told() {
    let rules = [BumpRule::new(Bump::Prerelease).scope(" "), BumpRule::new(Bump::Patch).change_type("")];
    let error = parse_change("fix: x", &Policy::default().rules(rules)).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["policy.rules[0].bump", "policy.rules[0].scope", "policy.rules[1].changeType"]);
}
