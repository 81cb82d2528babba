//! The output of `git for-each-ref` and `git log`.
//!
//! A ref name has neither tab nor line feed, so tags are lines of fields between tabs. A message may have any character but
//! NUL, so the fields of the log stand between NULs: nothing in a message can end a field or begin a record. The format
//! of version 0.1, with U+001F and U+001E in these places, is still read.
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The command whose output [`parse_git`] reads as `tags`, for a shell.
pub const GIT_TAGS: &str = "git for-each-ref --format='%(refname)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags";

/// The command whose output [`parse_git`] reads as `log`, for a shell. A variable of a shell drops the NULs: use a file or a
/// pipe.
pub const GIT_LOG: &str = "git log -z --no-show-signature --encoding=UTF-8 --ignore-missing --decorate-refs-exclude='*' --format='%H%x00%P%x00%at%x00%ct%x00%D%x00%s%x00%b' HEAD --tags";

/// The command that prints `true` in a shallow clone, for a shell. Its metrics would be wrong: run
/// `git fetch --unshallow --tags` first.
pub const GIT_SHALLOW: &str = "git rev-parse --is-shallow-repository";

/// The command that prints the ids of the commits that touch some paths, for a shell: append the paths. The ids are the
/// `commits` of a [`GitPackage`](super::GitPackage).
pub const GIT_PATHS: &str =
    "git log --no-show-signature --ignore-missing --full-history --format=%H HEAD --tags --";

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
        /// Dates that no instant from the year 1 to 9999 is, as broken imports leave them. Each is a fault of one commit
        /// or tag, not of the history.
        #[serde(default, skip_serializing_if = "crate::wire::is_default")]
        #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
        pub faults: Vec<GitFault>,
    }
}

input! {
    /// A date of a commit or tag that could not be read.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.GitFault", rename_all = "camelCase", deny_unknown_fields)]
    pub struct GitFault {
        /// The full object name of the commit, or the name of the tag.
        pub name: String,
        /// What is wrong, and what was done: a sentence.
        pub text: String,
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
        /// The author date: when the change was written. Absent where it cannot be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub authored_at: Option<Timestamp>,
        /// The committer date: when the commit was last applied, as by a rebase. Where it cannot be read, the author date, or
        /// the date of the next commit in the log.
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
        Self { commits: commits.into_iter().collect(), tags: tags.into_iter().collect(), faults: vec![] }
    }
}

impl GitFault {
    /// A date that could not be read.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
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
            authored_at: Some(authored_at),
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
/// `git for-each-ref --format='%(refname)%09%(objecttype)%09%(objectname)%09%(*objectname)%09%(taggerdate:unix)%09%(committerdate:unix)%09%(*committerdate:unix)' refs/tags`
///
/// `log` is the output of [`GIT_LOG`], with its NULs:
///
/// `git log -z --no-show-signature --encoding=UTF-8 --ignore-missing --decorate-refs-exclude='*' --format='%H%x00%P%x00%at%x00%ct%x00%D%x00%s%x00%b' HEAD --tags`
///
/// The log of a shallow clone says where it was cut off (`grafted`), and is refused. In the format of version 0.1 it does
/// not: ask with [`GIT_SHALLOW`].
///
/// A date that no instant is, such as 2^64 - 1, is listed in `faults`. The commit stays, without an author date.
///
/// ```
/// use relcore::interchange::parse_git;
/// let id = "8023f6fd03becd26f82a5accf8a855da401487f7";
/// let history = parse_git(
///     &format!("refs/tags/0.0.1\tcommit\t{id}\t\t\t1473121111\t\n"),
///     &format!("{id}\0\x001473121111\x001473121111\0\0bump\tto 0.0.1\0the body\n\0"),
/// )?;
/// assert_eq!(history.tags[0].name, "0.0.1");
/// assert_eq!(history.commits[0].subject, "bump\tto 0.0.1");
/// // Pitfall: a variable of a shell drops the NULs, and then nothing can be told apart.
/// assert_eq!(parse_git("", &format!("{id}14731211111473121111bump")).unwrap_err().code(), "syntax");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for a line of `tags` without seven fields, a record of `log` without seven fields, an object name that is not
/// 40 or 64 hexadecimal digits, and a time that is not a number; `invalid_value` for the log of a shallow clone;
/// `duplicate` for a repeated commit or tag. The text of the fault has the number of the line or record.
pub fn parse_git(tags: &str, log: &str) -> Result<GitHistory> {
    let mut faults = Faults::new();
    let mut dates = vec![];
    let tags = parse_tags(tags, &mut dates, &mut faults);
    let commits = parse_log(log, &mut dates, &mut faults);
    unique(tags.iter().map(|tag| tag.name.as_str()), "tags", &mut faults);
    unique(commits.iter().map(|commit| commit.id.as_str()), "log", &mut faults);
    faults.finish()?;
    Ok(GitHistory { commits, tags, faults: dates })
}

fn parse_tags(text: &str, dates: &mut Vec<GitFault>, faults: &mut Faults) -> Vec<GitTag> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.is_empty());
    lines
        .filter_map(|(line, number)| located(parse_tag(line, dates), "tags", "line", number, faults)?)
        .collect()
}

/// Reads a tag; `None` if its object is a tree, a blob or another tag.
fn parse_tag(line: &str, dates: &mut Vec<GitFault>) -> Result<Option<GitTag>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, object_type, object, target, tagged, committed, target_committed] = *fields.as_slice() else {
        return Err(syntax(format!("has {} fields: expected 7 between tabs", fields.len())));
    };
    // `%(refname:short)` of version 0.1 writes `tags/v1.0.0` where a branch has the name of the tag.
    let name = name.strip_prefix("refs/tags/").or_else(|| name.strip_prefix("tags/")).unwrap_or(name);
    let (commit, candidates) = match object_type {
        "commit" => (object, [committed, ""]),
        // Only a commit has a committer.
        "tag" if target_committed.is_empty() => return Ok(None),
        // Tags made before 2005 have no tagger.
        "tag" => (target, [tagged, target_committed]),
        "tree" | "blob" => return Ok(None),
        _ => {
            let object_type = crate::error::quoted(object_type);
            return Err(syntax(format!(
                "has the object type {object_type}: expected `commit`, `tag`, `tree` or `blob`"
            )));
        }
    };
    let commit = object_name(commit)?;
    let mut unread = None;
    for text in candidates {
        match date(text)? {
            Date::At(at) => {
                if let Some(text) = unread {
                    let text = format!("has the date {text}, which is no instant: that of its commit counts");
                    dates.push(GitFault { name: name.to_owned(), text });
                }
                return Ok(Some(GitTag { name: name.to_owned(), commit, tagged_at: at }));
            }
            Date::Absent => {}
            Date::Unreadable => unread = unread.or_else(|| Some(crate::error::quoted(text).to_string())),
        }
    }
    let text = format!(
        "has the date {}, which is no instant: it is left out",
        unread.unwrap_or_else(|| "``".to_owned())
    );
    dates.push(GitFault { name: name.to_owned(), text });
    Ok(None)
}

/// The fields of a record of the log.
struct Fields<'a> {
    id: &'a str,
    parents: &'a str,
    authored: &'a str,
    committed: &'a str,
    decoration: &'a str,
    subject: &'a str,
    body: &'a str,
}

/// A commit whose committer date may be unknown.
struct Parsed {
    commit: GitCommit,
    is_dated: bool,
}

fn parse_log(text: &str, dates: &mut Vec<GitFault>, faults: &mut Faults) -> Vec<GitCommit> {
    let mut commits: Vec<GitCommit> = vec![];
    let mut undated: Vec<usize> = vec![];
    let mut cut: (usize, String) = (0, String::new());
    let mut record = |fields: Result<Fields<'_>>, number: usize| {
        let parsed = fields.and_then(|fields| {
            // A shallow clone hides the parents of the commits at its edge; `git log` marks them.
            if fields.decoration.split(", ").any(|word| word == "grafted") {
                if cut.0 == 0 {
                    cut.1 = fields.id.to_owned();
                }
                cut.0 = cut.0.saturating_add(1);
            }
            parse_commit(&fields, dates)
        });
        if let Some(Parsed { commit, is_dated }) = located(parsed, "log", "record", number, faults) {
            if !is_dated {
                undated.push(commits.len());
            }
            commits.push(commit);
        }
    };
    if text.contains('\0') {
        let mut fields = text.split('\0');
        let mut number = 0_usize;
        while let Some(first) = fields.next() {
            let rest = [(); 6].map(|()| fields.next());
            if first.trim().is_empty() && rest.iter().all(Option::is_none) {
                break; // the last record has ended
            }
            number = number.saturating_add(1);
            record(between_nuls(first, rest), number);
        }
    } else {
        let mut number = 0_usize;
        for fields in old_records(text) {
            number = number.saturating_add(1);
            record(fields, number);
        }
    }
    if cut.0 > 0 {
        let (n, id) = cut;
        let text = format_args!(
            "is of a shallow clone, cut off at {n} commits, such as {}: expected the full history, as after `git fetch --unshallow --tags`",
            crate::error::quoted(&id)
        );
        faults.add(ErrorKind::InvalidValue, format_args!("log"), text);
    }
    // The log is newest first: the next commit is the closest before it.
    for index in undated.into_iter().rev() {
        let next = commits.get(index.saturating_add(1)).map(|commit| commit.committed_at);
        if let (Some(commit), Some(at)) = (commits.get_mut(index), next) {
            commit.committed_at = at;
        }
    }
    commits
}

/// The fields of a record between NULs.
fn between_nuls<'a>(first: &'a str, rest: [Option<&'a str>; 6]) -> Result<Fields<'a>> {
    let [Some(parents), Some(authored), Some(committed), Some(decoration), Some(subject), Some(body)] = rest
    else {
        let found = rest.iter().flatten().count().saturating_add(1);
        return Err(syntax(format!("has {found} fields: expected 7 between NULs, as `GIT_LOG` prints them")));
    };
    // With `--show-signature`, git prints what gpg says before the record.
    let id = first.rsplit('\n').next().unwrap_or(first).trim_end_matches('\r');
    Ok(Fields { id, parents, authored, committed, decoration, subject, body })
}

/// Ends a record of the log of version 0.1.
const RECORD_END: char = '\u{1e}';
/// Ends the subject of such a record.
const SUBJECT_END: char = '\u{1f}';

/// The records of a log of version 0.1: fields between tabs, U+001F behind the subject, U+001E behind the body.
///
/// A part between two U+001E that does not begin with an object name belongs to the message before it.
fn old_records(text: &str) -> Vec<Result<Fields<'_>>> {
    let mut records: Vec<Result<Fields<'_>>> = vec![];
    let mut begun: Option<usize> = None;
    let mut start = 0_usize;
    while let Some(rest) = text.get(start..) {
        let length = rest.find(RECORD_END);
        let part = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
        let end = start.saturating_add(part.len());
        let is_blank = part.trim_matches(['\r', '\n']).is_empty();
        let head = if is_blank { None } else { record_start(part) };
        if is_blank || head.is_some() || length.is_none() || part.contains(SUBJECT_END) {
            // The part begins a record, or is none: the record before it has ended.
            if let Some(from) = begun.take() {
                let whole = text.get(from..start.saturating_sub(RECORD_END.len_utf8()));
                records.push(whole.ok_or_else(|| syntax(String::new())).and_then(old_fields));
            }
            match head {
                Some(offset) => begun = Some(start.saturating_add(offset)),
                None if !is_blank => records.push(old_fields(part.trim_start_matches(['\r', '\n']))),
                None => {}
            }
        } else if begun.is_none() {
            records.push(old_fields(part));
        }
        if length.is_none() {
            break;
        }
        start = end.saturating_add(RECORD_END.len_utf8());
    }
    if let Some(whole) = begun.and_then(|from| text.get(from..)) {
        records.push(old_fields(whole));
    }
    records
}

/// Where a record begins in a part of the log: at the first line that begins with an object name and a tab. The lines
/// before it are what gpg says of a signature.
fn record_start(part: &str) -> Option<usize> {
    let mut offset = 0_usize;
    for line in part.split_inclusive('\n') {
        if line.split_once('\t').is_some_and(|(id, _)| is_object_name(id)) {
            return Some(offset);
        }
        if line.contains(SUBJECT_END) {
            return None;
        }
        offset = offset.saturating_add(line.len());
    }
    None
}

fn old_fields(record: &str) -> Result<Fields<'_>> {
    let Some((head, body)) = record.split_once(SUBJECT_END) else {
        return Err(syntax(
            "has neither NUL nor U+001F between its fields: expected the output of `GIT_LOG` as git prints it".to_owned(),
        ));
    };
    let fields: Vec<&str> = head.splitn(5, '\t').collect();
    let [id, parents, authored, committed, subject] = *fields.as_slice() else {
        return Err(syntax(format!("has {} fields: expected 5 between tabs", fields.len())));
    };
    Ok(Fields { id, parents, authored, committed, decoration: "", subject, body })
}

fn parse_commit(fields: &Fields<'_>, dates: &mut Vec<GitFault>) -> Result<Parsed> {
    let id = object_name(fields.id)?;
    let named = |fault: Error| match fault.faults() {
        [one, ..] => Error::new(fault.kind(), "", format!("(commit {id}) {}", one.text)),
        [] => fault,
    };
    let (authored, committed) =
        (date(fields.authored).map_err(named)?, date(fields.committed).map_err(named)?);
    for (what, text, at, instead) in [
        ("author", fields.authored, authored, "it counts as unknown"),
        ("committer", fields.committed, committed, "the author date or that of the next commit counts"),
    ] {
        if at == Date::Unreadable || at == Date::Absent {
            let text =
                format!("has the {what} date {}, which is no instant: {instead}", crate::error::quoted(text));
            dates.push(GitFault { name: id.clone(), text });
        }
    }
    let (authored_at, committed_at) = (authored.at(), committed.at().or(authored.at()));
    let parents = fields.parents.split_ascii_whitespace().map(object_name);
    let parents = parents.collect::<Result<_>>().map_err(named)?;
    let commit = GitCommit {
        id,
        parents,
        authored_at,
        committed_at: committed_at.map_or_else(|| Timestamp::from_millis(0), Ok)?,
        subject: fields.subject.to_owned(),
        body: fields.body.trim_end().to_owned(),
    };
    Ok(Parsed { commit, is_dated: committed_at.is_some() })
}

fn is_object_name(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn object_name(text: &str) -> Result<String> {
    if is_object_name(text) {
        return Ok(text.to_ascii_lowercase());
    }
    let text = crate::error::quoted(text);
    Err(syntax(format!("has the object name {text}: expected 40 or 64 hexadecimal digits")))
}

/// A date as git prints it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Date {
    At(Timestamp),
    /// git printed none: the line of the author or committer is broken.
    Absent,
    /// A number that is no instant from the year 1 to 9999.
    Unreadable,
}

impl Date {
    fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// Seconds since 1970.
fn date(text: &str) -> Result<Date> {
    if text.is_empty() {
        return Ok(Date::Absent);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let text = crate::error::quoted(text);
        return Err(syntax(format!("has the time {text}: expected seconds since 1970")));
    }
    let millis = text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000));
    let at = millis.and_then(|millis| Timestamp::from_millis(millis).ok());
    Ok(at.map_or(Date::Unreadable, Date::At))
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

fn unique<'a>(names: impl Iterator<Item = &'a str>, argument: &str, faults: &mut Faults) {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    for equal in names.chunk_by(|a, b| a == b).filter(|equal| equal.len() > 1) {
        if let Some(name) = equal.first() {
            let text = format_args!("has {} more than once", crate::error::quoted(name));
            faults.add(ErrorKind::Duplicate, format_args!("{argument}"), text);
        }
    }
}
