//! Laws of commit messages, and a naive model of what is unreleased.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod linear;
mod rules;

use proptest::prelude::*;
use relcore::change::{
    Commit, Dialect, Form, History, Line, Policy, Squash, SuspectedBreaking, TaggedCommit, changes_since,
    expand_squash, lint, parse_change, parse_commits,
};
use relcore::version::Bump;
use std::collections::BTreeSet;

/// Texts that look like messages: lines of what matters, glued in any way.
fn messages() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("feat: a"),
        Just("fix(api)!: b (#12)"),
        Just("FEAT: c"),
        Just("feat:x"),
        Just(""),
        Just("BREAKING CHANGE: d"),
        Just("  BREAKING CHANGE: d"),
        Just("breaking change: d"),
        Just("BREAKING CHANGE #7"),
        Just("Refs: #1, #2"),
        Just("https://example.org/a: b"),
        Just("* feat!: e"),
        Just("- fix: f"),
        Just("text"),
        Just("Release-As: 2.0.0"),
        Just("(cherry picked from commit 1234567)"),
        Just("Revert \"feat: a\""),
        Just("Merge pull request #3 from x/y"),
        Just("\u{feff}é: ü"),
    ];
    proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::Spec), Just(Dialect::Conventionalcommits), Just(Dialect::Angular)]
}

proptest! {
    #[test]
    fn a_change_is_breaking_exactly_if_its_step_is_major(message in messages(), dialect in dialects()) {
        let change = parse_change(&message, &Policy::default().dialect(dialect)).unwrap();
        prop_assert_eq!(change.breaking, change.bump == Bump::Major);
        prop_assert_eq!(change.breaking, change.breaking_text.is_some());
        prop_assert_eq!(change.form == Form::Conventional, change.change_type.is_some());
    }

    #[test]
    fn a_header_that_was_read_is_read_again(message in messages(), dialect in dialects()) {
        let policy = Policy::default().dialect(dialect);
        let change = parse_change(&message, &policy).unwrap();
        if change.form != Form::Conventional || dialect == Dialect::Angular && change.breaking {
            return Ok(());
        }
        let again = parse_change(&change.header(), &policy).unwrap();
        prop_assert_eq!(&again.change_type, &change.change_type);
        prop_assert_eq!(again.bump, change.bump);
        prop_assert_eq!(&again.description, &change.description);
    }

    /// A policy that treats doubt as breaking only raises, and what it raises has a diagnostic under the others.
    #[test]
    fn doubt_only_raises(message in messages(), dialect in dialects()) {
        let of = |suspected| parse_change(&message, &Policy::default().dialect(dialect).on_suspected_breaking(suspected)).unwrap();
        let (major, warn, fail) = (of(SuspectedBreaking::Major), of(SuspectedBreaking::Warn), of(SuspectedBreaking::Fail));
        prop_assert!(major.bump >= warn.bump);
        prop_assert_eq!(warn.bump, fail.bump);
        if major.bump > warn.bump {
            prop_assert!(!warn.diagnostics.is_empty() && !fail.diagnostics.is_empty());
        }
    }

    #[test]
    fn expanding_a_squash_only_raises(message in messages()) {
        let most = |squash| {
            let policy = Policy::default().squash(squash);
            let changes = parse_commits(&[Commit::new("a", message.clone())], &policy).unwrap();
            changes.iter().map(|change| change.bump).max().unwrap()
        };
        // A footer of a listed commit belongs to that commit, and still counts.
        prop_assert!(most(Squash::Expand) >= most(Squash::Literal));
        prop_assert!(!expand_squash(&message, &Policy::default()).unwrap().is_empty());
    }

    #[test]
    fn what_lint_suggests_passes(message in messages()) {
        for found in lint(&message, &Policy::default()).unwrap() {
            let Some(hint) = found.hint.filter(|_| found.line == 1 && !found.text.contains("does not count")) else { continue };
            let form = parse_change(&hint, &Policy::default()).unwrap().form;
            prop_assert_eq!(form, Form::Conventional, "{}: {}", found.text, hint);
        }
    }
}

/// A history of commits 0 (the oldest) to n: each has one or two older parents.
#[derive(Clone, Debug)]
struct Dag(Vec<Vec<usize>>);

impl Dag {
    fn history(&self, tags: &[(String, usize)]) -> History {
        let id = |index: usize| format!("c{index}");
        let commits = self.0.iter().enumerate().rev().map(|(index, parents)| {
            Commit::new(id(index), format!("fix: {index}")).parents(parents.iter().map(|parent| id(*parent)))
        });
        let tags = tags.iter().map(|(name, commit)| TaggedCommit::new(name.clone(), id(*commit)));
        History::default().commits(commits).tags(tags)
    }

    fn ancestors(&self, index: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([index]);
        for parent in &self.0[index] {
            found.extend(self.ancestors(*parent));
        }
        found
    }
}

fn dags() -> impl Strategy<Value = Dag> {
    let parents = proptest::collection::vec((any::<u8>(), any::<u8>(), any::<bool>()), 1..14);
    parents.prop_map(|draws| {
        let of = |(index, (a, b, two)): (usize, (u8, u8, bool))| match index {
            0 => vec![],
            _ => {
                let (a, b) = (index - 1 - usize::from(a) % index.min(3), usize::from(b) % index);
                if two && a != b { vec![a, b] } else { vec![a] }
            }
        };
        Dag(draws.into_iter().enumerate().map(of).collect())
    })
}

proptest! {
    /// What is unreleased is what the head reaches and the last release does not; merges are no changes of their own.
    #[test]
    fn unreleased_is_a_difference_of_ancestors(dag in dags(), tagged in any::<u8>(), release in any::<bool>()) {
        let head = dag.0.len() - 1;
        let tagged = usize::from(tagged) % dag.0.len();
        let tags = if release { vec![("v1.0.0".to_owned(), tagged)] } else { vec![] };
        let found = changes_since(&dag.history(&tags), &Line::default(), &Policy::default()).unwrap();
        let of_head = dag.ancestors(head);
        let is_since = release && of_head.contains(&tagged);
        prop_assert_eq!(found.since.is_some(), is_since);
        let released = if is_since { dag.ancestors(tagged) } else { BTreeSet::new() };
        let expected: Vec<String> = of_head
            .iter()
            .filter(|index| !released.contains(index))
            .filter(|index| dag.0[**index].len() < 2)
            .rev()
            .map(|index| format!("c{index}"))
            .collect();
        let listed: Vec<String> = found.changes.iter().filter_map(|change| change.id.clone()).collect();
        prop_assert_eq!(listed, expected);
    }

    /// Release by release, every commit is in exactly one release.
    #[test]
    fn every_commit_is_released_once(dag in dags()) {
        let head = dag.0.len() - 1;
        let of_head: Vec<usize> = dag.ancestors(head).into_iter().collect();
        let mut tags: Vec<(String, usize)> = Vec::new();
        let mut seen = BTreeSet::new();
        // The commits of the chain of first parents are tagged, the oldest first.
        let mut chain = vec![head];
        while let Some(parent) = dag.0[*chain.last().unwrap()].first() {
            chain.push(*parent);
        }
        for (minor, commit) in chain.into_iter().rev().enumerate() {
            let line = Line::default().head(format!("c{commit}"));
            let found = changes_since(&dag.history(&tags), &line, &Policy::default()).unwrap();
            for id in found.changes.iter().filter_map(|change| change.id.clone()) {
                prop_assert!(seen.insert(id.clone()), "{} twice", id);
            }
            tags.push((format!("v1.{minor}.0"), commit));
        }
        let plain = of_head.iter().filter(|index| dag.0[**index].len() < 2).count();
        prop_assert_eq!(seen.len(), plain);
    }
}

#[test]
fn a_long_history_takes_linear_time() {
    let count = 20_000;
    let commits = (0..count).rev().map(|index| {
        let parents: Vec<String> = (index > 0).then(|| format!("c{}", index - 1)).into_iter().collect();
        let message =
            if index % 7 == 3 { format!("Revert \"fix: {}\"", index - 1) } else { format!("fix: {index}") };
        Commit::new(format!("c{index}"), message).parents(parents)
    });
    let history = History::default().commits(commits).tags([TaggedCommit::new("v1.0.0", "c100")]);
    let found = changes_since(&history, &Line::default(), &Policy::default()).unwrap();
    assert!(found.changes.len() > 10_000 && !found.cancelled.is_empty());
}

#[test]
fn all_faults_of_a_history_a_line_and_a_policy_are_told_at_once() {
    let history = History::default().commits([Commit::new("a", "x"), Commit::new("a", "y")]);
    let line = Line::default().head("b").line("x");
    let policy = Policy::default().types([("new type".to_owned(), Bump::Patch)].into());
    let error = changes_since(&history, &line, &policy).unwrap_err();
    let paths: Vec<&str> = error.faults().iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["policy.types.new type", "history.commits[1].id", "line.head", "line.line"]);
}
