use super::git::GitHistory;
use crate::change::{Commit, History, TaggedCommit};

/// Converts the commits and tags of a repository to the input of [`changes_since`](crate::change::changes_since). The files of
/// the commits are not known.
///
/// ```
/// use relcore::change::{Line, Policy, changes_since};
/// use relcore::interchange::{git_changes, parse_git};
/// let (a, b) = ("a".repeat(40), "b".repeat(40));
/// let history = parse_git(
///     &format!("refs/tags/v1.0.0\tcommit\t{a}\t\t\t100\t\n"),
///     &format!("{b}\0{a}\x00200\x00200\0\0fix: second\0\0{a}\0\x00100\x00100\0\0first\0\0"),
/// )?;
/// let found = changes_since(&git_changes(&history), &Line::default(), &Policy::default())?;
/// assert_eq!((found.since.as_deref(), found.changes.len()), (Some("v1.0.0"), 1));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn git_changes(history: &GitHistory) -> History {
    let commits = history.commits.iter().map(|commit| {
        let body = commit.body.trim_end();
        let text =
            if body.is_empty() { commit.subject.clone() } else { format!("{}\n\n{body}", commit.subject) };
        Commit::new(commit.id.clone(), text).parents(commit.parents.iter().cloned())
    });
    let tags = history.tags.iter().map(|tag| TaggedCommit::new(tag.name.clone(), tag.commit.clone()));
    History::default().commits(commits).tags(tags)
}
