//! Text of git: the history survives its JSON, and each commit belongs to at most one release.
//!
//! The input is the list of tags, a line of `====`, and the log; without that line it is both.
#![no_main]
use libfuzzer_sys::fuzz_target;
use relcore::interchange::{GitHistory, git_releases, parse_git};

fuzz_target!(|text: &str| {
    let (tags, log) = text.split_once("\n====\n").unwrap_or((text, text));
    let Ok(history) = parse_git(tags, log) else { return };
    let written = serde_json::to_string(&history).expect("a history has JSON");
    assert_eq!(serde_json::from_str::<GitHistory>(&written).ok().as_ref(), Some(&history));
    if let Ok(releases) = git_releases(&history, None, None) {
        assert_eq!(releases.changes.len(), history.commits.len());
        let named = releases.changes.iter().flat_map(|change| &change.reverts);
        assert!(named.into_iter().all(|id| history.commits.iter().any(|commit| commit.id == *id)));
        assert!(releases.deployments.len() <= history.tags.len());
    }
});
