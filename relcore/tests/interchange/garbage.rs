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

proptest! {
    #[test]
    fn any_text_is_read_or_refused(tags in "\\PC*", log in "([0-9a-f]{40}|[\t\n\u{1e}\u{1f}]|\\PC){0,40}") {
        let _ = parse_git(&tags, &log);
        let _ = prometheus_query_range(&log);
    }

    #[test]
    fn any_pattern_is_read_or_refused(pattern in "\\PC*") {
        let _ = git_releases(&GitHistory::new([], []), Some(&pattern), None);
    }
}
