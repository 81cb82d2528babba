//! The text of `git for-each-ref` and `git log`.
//!
//! Two commands bring everything that delivery metrics need out of any clone, bare or not:
//!
//! ```sh
//! git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags
//! git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags
//! ```
//!
//! `HEAD` alone would miss commits that only a tag reaches; they would be given to the next release.
//! A shallow clone has not the whole history, and [`git_releases`](super::git_releases) refuses it.
//!
//! Fields lie between tabs. A ref name cannot hold a tab; a subject can, and is the last field for that reason. The
//! subject ends with U+001F and the record with U+001E, which no message holds that a person typed.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The command whose output [`parse_git`] reads as `tags`.
pub const GIT_TAGS: &str = "git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags";

/// The command whose output [`parse_git`] reads as `log`.
pub const GIT_LOG: &str = "git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags";

/// The commits and tags of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitHistory {
    /// The commits, in the order of the log.
    pub commits: Vec<GitCommit>,
    /// The tags of commits, in the order of the list. Tags of trees and blobs are no versions and are left out.
    pub tags: Vec<GitTag>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitCommit {
    /// Its full name: 40 or 64 hexadecimal digits.
    pub id: String,
    /// The full names of its parents; two or more make it a merge.
    pub parents: Vec<String>,
    /// When it was written.
    pub authored_at: Timestamp,
    /// When it got its present form.
    pub committed_at: Timestamp,
    /// The first line of the message.
    pub subject: String,
    /// The rest of the message.
    #[serde(default)]
    pub body: String,
}

/// A tag of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitTag {
    /// Its short name: `v1.2.3`.
    pub name: String,
    /// The full name of the tagged commit.
    pub commit: String,
    /// When it was made: the tagger's time, or the committer's time of the commit for a lightweight tag.
    pub tagged_at: Timestamp,
}

/// Reads the output of [`GIT_TAGS`] and [`GIT_LOG`].
///
/// ```
/// use relcore::interchange::parse_git;
/// let id = "8023f6fd03becd26f82a5accf8a855da401487f7";
/// let history = parse_git(
///     &format!("0.0.1\tcommit\t{id}\t\t\t1473121111\t\n"),
///     &format!("{id}\t\t1473121111\t1473121111\tbump\tto 0.0.1\x1f\x1e\n"),
/// )?;
/// assert_eq!(history.tags[0].name, "0.0.1");
/// assert_eq!(history.commits[0].subject, "bump\tto 0.0.1"); // a tab in a subject is part of it
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for a line of `tags` without seven fields, a record of `log` without five fields and a body, a name that
/// is not 40 or 64 hexadecimal digits, and a time that is not a number; `out_of_range` for a time outside the years 1
/// to 9999; `duplicate` for a commit or a tag that comes twice. The text says in which line or record.
pub fn parse_git(tags: &str, log: &str) -> Result<GitHistory> {
    let mut faults = Faults::new();
    let tags = parse_tags(tags, &mut faults);
    let commits = parse_log(log, &mut faults);
    unique(tags.iter().map(|tag| &tag.name), "tags", &mut faults);
    unique(commits.iter().map(|commit| &commit.id), "log", &mut faults);
    faults.finish()?;
    Ok(GitHistory { commits, tags })
}

fn parse_tags(text: &str, faults: &mut Faults) -> Vec<GitTag> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    lines.filter_map(|(line, number)| located(parse_tag(line), "tags", "line", number, faults)?).collect()
}

/// A tag, `None` when it is one of a tree, a blob or another tag.
fn parse_tag(line: &str) -> Result<Option<GitTag>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, kind, object, behind, tagged, committed, committed_behind] = *fields.as_slice() else {
        return Err(syntax(format!("has {} fields: expected 7 between tabs", fields.len())));
    };
    let (commit, at) = match kind {
        "commit" => (object, committed),
        // Tags made before 2005 have no tagger.
        "tag" if tagged.is_empty() => (behind, committed_behind),
        "tag" if !committed_behind.is_empty() => (behind, tagged),
        "tag" | "tree" | "blob" => return Ok(None),
        _ => {
            let kind = crate::wire::quoted(kind);
            return Err(syntax(format!(
                "has the object type {kind}: expected `commit`, `tag`, `tree` or `blob`"
            )));
        }
    };
    if kind == "tag" && committed_behind.is_empty() {
        return Ok(None);
    }
    Ok(Some(GitTag { name: name.to_owned(), commit: object_name(commit)?, tagged_at: instant(at)? }))
}

fn parse_log(text: &str, faults: &mut Faults) -> Vec<GitCommit> {
    let records = text.split(RECORD_END).zip(1..);
    let records = records.map(|(record, number)| (record.trim_start_matches(['\r', '\n']), number));
    let records = records.filter(|(record, _)| !record.is_empty());
    records
        .filter_map(|(record, number)| located(parse_commit(record), "log", "record", number, faults))
        .collect()
}

/// What ends a record of the log, and what ends the subject in it.
const RECORD_END: char = '\u{1e}';
const SUBJECT_END: char = '\u{1f}';

fn parse_commit(record: &str) -> Result<GitCommit> {
    let Some((head, body)) = record.split_once(SUBJECT_END) else {
        return Err(syntax("has no U+001F between subject and body".to_owned()));
    };
    let fields: Vec<&str> = head.splitn(5, '\t').collect();
    let [id, parents, authored, committed, subject] = *fields.as_slice() else {
        return Err(syntax(format!("has {} fields: expected 5 between tabs", fields.len())));
    };
    Ok(GitCommit {
        id: object_name(id)?,
        parents: parents.split_ascii_whitespace().map(object_name).collect::<Result<_>>()?,
        authored_at: instant(authored)?,
        committed_at: instant(committed)?,
        subject: subject.to_owned(),
        body: body.trim_end().to_owned(),
    })
}

fn object_name(text: &str) -> Result<String> {
    if matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    let text = crate::wire::quoted(text);
    Err(syntax(format!("has {text} for an object name: expected 40 or 64 hexadecimal digits")))
}

fn instant(seconds: &str) -> Result<Timestamp> {
    let Ok(number) = seconds.parse::<i64>() else {
        let seconds = crate::wire::quoted(seconds);
        return Err(syntax(format!("has {seconds} for a time: expected seconds since 1970")));
    };
    let outside = || {
        Error::new(ErrorKind::OutOfRange, "", format!("has the time `{number}`, outside the years 1 to 9999"))
    };
    Timestamp::from_millis(number.checked_mul(1000).ok_or_else(outside)?).map_err(|_| outside())
}

fn syntax(text: String) -> Error {
    Error::new(ErrorKind::Syntax, "", text)
}

/// The value, or a fault that says where in the text it is.
fn located<T>(part: Result<T>, argument: &str, what: &str, number: usize, faults: &mut Faults) -> Option<T> {
    match part {
        Ok(value) => Some(value),
        Err(error) => {
            for fault in error.faults() {
                faults.add(
                    fault.code,
                    format_args!("{argument}"),
                    format_args!("{what} {number} {}", fault.text),
                );
            }
            None
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>, argument: &str, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for name in names {
        let text = format_args!("has {} twice", crate::wire::quoted(name));
        faults.check(seen.insert(name), ErrorKind::Duplicate, format_args!("{argument}"), text);
    }
}
