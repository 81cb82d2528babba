//! The output of `git for-each-ref` and `git log`.
//!
//! Fields are separated by tabs. A ref name cannot contain a tab; a subject can, so it is the last field before U+001F,
//! which ends the subject. U+001E ends the record.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The command whose output [`parse_git`] reads as `tags`, for a shell.
pub const GIT_TAGS: &str = "git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags";

/// The command whose output [`parse_git`] reads as `log`, for a shell.
pub const GIT_LOG: &str = "git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags";

input! {
    /// The commits and tags of a repository.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.GitHistory", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GitHistory {
        /// The commits in the order of the log: newest first.
        pub commits: Vec<GitCommit>,
        /// The tags of commits, in the order of the list. Tags of trees, blobs and other tags are omitted.
        pub tags: Vec<GitTag>,
    }
}

input! {
    /// A commit.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.GitCommit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GitCommit {
        /// The full object name: 40 or 64 hexadecimal digits.
        pub id: String,
        /// The full object names of the parents. A commit with two or more is a merge.
        pub parents: Vec<String>,
        /// The author date: when the change was written.
        pub authored_at: Timestamp,
        /// The committer date: when the commit was last applied, as by a rebase.
        pub committed_at: Timestamp,
        /// The first line of the message.
        pub subject: String,
        /// The rest of the message.
        #[serde(default)]
        pub body: String,
    }
}

input! {
    /// A tag of a commit.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.GitTag", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GitTag {
        /// The short name: `v1.2.3`.
        pub name: String,
        /// The full object name of the tagged commit.
        pub commit: String,
        /// The tagger date; for a lightweight tag, the committer date of the commit.
        pub tagged_at: Timestamp,
    }
}

impl GitHistory {
    /// The commits, newest first, and the tags of a repository.
    #[must_use]
    pub fn new(commits: impl IntoIterator<Item = GitCommit>, tags: impl IntoIterator<Item = GitTag>) -> Self {
        Self { commits: commits.into_iter().collect(), tags: tags.into_iter().collect() }
    }
}

impl GitCommit {
    /// A commit whose message has one line.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        parents: impl IntoIterator<Item = impl Into<String>>,
        authored_at: Timestamp,
        committed_at: Timestamp,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            parents: parents.into_iter().map(Into::into).collect(),
            authored_at,
            committed_at,
            subject: subject.into(),
            body: String::new(),
        }
    }
}

impl GitTag {
    /// A tag of a commit.
    #[must_use]
    pub fn new(name: impl Into<String>, commit: impl Into<String>, tagged_at: Timestamp) -> Self {
        Self { name: name.into(), commit: commit.into(), tagged_at }
    }
}

/// Reads the commits and tags of a repository from the output of two git commands.
///
/// `tags` is the output of [`GIT_TAGS`]:
///
/// `git for-each-ref --format='%(refname:short)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags`
///
/// `log` is the output of [`GIT_LOG`]:
///
/// `git log --format='%H%x09%P%x09%at%x09%ct%x09%s%x1f%b%x1e' HEAD --tags`
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
/// `syntax` for a line of `tags` without seven fields, a record of `log` without five fields and a body, an object name
/// that is not 40 or 64 hexadecimal digits, and a time that is not a number; `out_of_range` for a time outside the years
/// 1 to 9999; `duplicate` for a repeated commit or tag. The text of the fault has the number of the line or record.
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

/// Reads a tag; `None` if its object is a tree, a blob or another tag.
fn parse_tag(line: &str) -> Result<Option<GitTag>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, object_type, object, target, tagged, committed, target_committed] = *fields.as_slice() else {
        return Err(syntax(format!("has {} fields: expected 7 between tabs", fields.len())));
    };
    let (commit, at) = match object_type {
        "commit" => (object, committed),
        // Only a commit has a committer.
        "tag" if target_committed.is_empty() => return Ok(None),
        // Tags made before 2005 have no tagger.
        "tag" if tagged.is_empty() => (target, target_committed),
        "tag" => (target, tagged),
        "tree" | "blob" => return Ok(None),
        _ => {
            let object_type = crate::error::quoted(object_type);
            return Err(syntax(format!(
                "has the object type {object_type}: expected `commit`, `tag`, `tree` or `blob`"
            )));
        }
    };
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

/// Ends a record of the log.
const RECORD_END: char = '\u{1e}';
/// Ends the subject of a record.
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
    let text = crate::error::quoted(text);
    Err(syntax(format!("has the object name {text}: expected 40 or 64 hexadecimal digits")))
}

fn instant(seconds: &str) -> Result<Timestamp> {
    let Ok(number) = seconds.parse::<i64>() else {
        let seconds = crate::error::quoted(seconds);
        return Err(syntax(format!("has the time {seconds}: expected seconds since 1970")));
    };
    let outside = || {
        Error::new(ErrorKind::OutOfRange, "", format!("has the time `{number}`, outside the years 1 to 9999"))
    };
    Timestamp::from_millis(number.checked_mul(1000).ok_or_else(outside)?).map_err(|_| outside())
}

fn syntax(text: String) -> Error {
    Error::new(ErrorKind::Syntax, "", text)
}

/// The value; on failure adds the faults with the number of the line or record.
fn located<T>(part: Result<T>, argument: &str, unit: &str, number: usize, faults: &mut Faults) -> Option<T> {
    match part {
        Ok(value) => Some(value),
        Err(error) => {
            for fault in error.faults() {
                faults.add(
                    fault.code,
                    format_args!("{argument}"),
                    format_args!("{unit} {number} {}", fault.text),
                );
            }
            None
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>, argument: &str, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for name in names {
        let text = format_args!("has {} more than once", crate::error::quoted(name));
        faults.check(seen.insert(name), ErrorKind::Duplicate, format_args!("{argument}"), text);
    }
}
