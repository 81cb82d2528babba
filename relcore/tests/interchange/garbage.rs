//! A megabyte of arbitrary text instead of the output of git and Prometheus: an error or a result, never a panic or a hang.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
use proptest::prelude::*;
use relcore::interchange::{GitHistory, git_releases, parse_git, prometheus_query_range};

const SIZE: usize = 1 << 20;

fn texts() -> Vec<String> {
    let id = "a".repeat(40);
    let record = format!("{id}\t\t1\t1\tx\u{1f}\u{1e}\n");
    let tag = format!("v1.0.0\tcommit\t{id}\t\t\t1\t\n");
    ["x", "\0", "\t", "\n", "\u{1e}", "\u{1f}\u{1e}", "é\u{1f600}\t\n", "[", "{\"a\":", &record, &tag]
        .map(|part| part.repeat(SIZE / part.len()))
        .to_vec()
}

#[test]
fn a_megabyte_is_read_or_refused() {
    for text in texts() {
        // Blank lines are an empty history; everything else is refused.
        let blank = text.trim_matches(['\n', '\u{1e}']).is_empty();
        assert_eq!(parse_git("", &text).is_ok(), blank);
        assert_eq!(parse_git(&text, "").is_ok(), text.trim_matches('\n').is_empty());
        assert!(prometheus_query_range(&text).is_err());
        let empty = GitHistory::new([], []);
        assert_eq!(git_releases(&empty, Some(&text), None).unwrap_err().path(), "tagPattern");
    }
}

#[test]
fn a_history_of_100_000_commits_needs_no_recursion() {
    let name = |n: u32| format!("{n:040x}");
    let parent = |n: u32| if n == 0 { String::new() } else { name(n - 1) };
    let log: String = (0..100_000)
        .rev()
        .map(|n| format!("{}\t{}\t{n}\t{n}\tx\u{1f}\u{1e}\n", name(n), parent(n)))
        .collect();
    let tags = format!("1.0.0\tcommit\t{}\t\t\t100000\t\n", name(99_999));
    let releases = git_releases(&parse_git(&tags, &log).unwrap(), None, None).unwrap();
    assert_eq!(releases.deployments.first().unwrap().changes.len(), 100_000);
}

/// 40,000 commits of one subject and as many reverts of it: each revert searches, none of them all of them.
#[test]
fn many_reverts_of_one_subject_are_linked() {
    let name = |n: u32| format!("{n:040x}");
    let parent = |n: u32| if n == 0 { String::new() } else { name(n - 1) };
    for (target, revert) in
        [("bump", "Revert \"bump\""), ("bump (#1)", "Revert \"bump (#1)\" (#2)"), ("bump (#7)", "undo")]
    {
        let body = if revert == "undo" { "Reverts #7" } else { "" };
        let log: String = (0..80_000)
            .rev()
            .map(|n| {
                let (subject, body) = if n < 40_000 { (target, "") } else { (revert, body) };
                format!("{}\0{}\0{n}\0{n}\0\0{subject}\0{body}\0", name(n), parent(n))
            })
            .collect();
        let releases = git_releases(&parse_git("", &log).unwrap(), None, None).unwrap();
        let linked = releases.changes.iter().filter(|change| change.reverts == [name(39_999)]);
        assert_eq!(linked.count(), 40_000, "{revert}");
    }
}

/// Long runs of quotation marks, of reverts of reverts and of lists.
#[test]
fn long_messages_are_read_in_linear_time() {
    const SIZE: usize = 1 << 17;
    let id = "a".repeat(40);
    for subject in
        ["Revert \"", "(#1) ", "Reapply: \"x\"", "revert"].map(|part| part.repeat(SIZE / part.len()))
    {
        let quoted = format!("{subject}{}", "\"".repeat(SIZE / 8));
        for (subject, body) in [(subject.as_str(), ""), (quoted.as_str(), ""), ("revert", subject.as_str())] {
            let log =
                format!("{id}\0\x001\x001\0\0{subject}\0Reverts #1{}\n{body}\0", ", #1".repeat(SIZE / 4));
            assert!(git_releases(&parse_git("", &log).unwrap(), None, None).is_ok());
        }
    }
}

proptest! {
    /// Whatever the messages say, the records are those that were written.
    #[test]
    fn no_message_begins_a_record(messages in prop::collection::vec(("[^\0]*", "[^\0]*"), 0..6)) {
        let ids: Vec<String> = (0..messages.len()).map(|n| format!("{n:040x}")).collect();
        let records = ids.iter().zip(&messages);
        let log: String = records.map(|(id, (subject, body))| format!("{id}\0\x001\x001\0\0{subject}\0{body}\0")).collect();
        let history = parse_git("", &log).unwrap();
        let read: Vec<(&str, &str)> = history.commits.iter().map(|one| (one.subject.as_str(), one.body.as_str())).collect();
        let written: Vec<(&str, &str)> = messages.iter().map(|(subject, body)| (subject.as_str(), body.trim_end())).collect();
        prop_assert_eq!(read, written);
        prop_assert!(history.commits.iter().map(|one| &one.id).eq(&ids));
    }

    #[test]
    fn any_text_is_read_or_refused(tags in "\\PC*", log in "([0-9a-f]{40}|[\0\t\n\u{1e}\u{1f}]|\\PC){0,40}") {
        let _ = parse_git(&tags, &log);
        let _ = prometheus_query_range(&log);
    }

    #[test]
    fn any_pattern_is_read_or_refused(pattern in "\\PC*") {
        let _ = git_releases(&GitHistory::new([], []), Some(&pattern), None);
    }
}
