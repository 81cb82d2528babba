use super::next::{Next, Verdict};
use super::next_version::next_version;
use super::policy::Policy;
use super::request::Request;
use crate::change::{self, Commit, Diagnostic, Parsed, lint, parse_change, parse_commits};
use crate::error::Result;
use crate::input::input;
use crate::reason::Severity;
use crate::version::Bump;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

input! {
    /// A pull or merge request that is not merged yet.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.PullRequest", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PullRequest {
        /// The title.
        pub title: String,
        /// The number. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub number: Option<u32>,
        /// Its commits, newest first.
        #[serde(default)]
        pub commits: Vec<Commit>,
        /// How it will be merged.
        pub merge_method: MergeMethod,
    }
}

impl PullRequest {
    /// A request without commits.
    #[must_use]
    pub fn new(title: impl Into<String>, merge_method: MergeMethod) -> Self {
        Self { title: title.into(), number: None, commits: Vec::new(), merge_method }
    }
}

/// How a request is merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.MergeMethod", rename_all = "snake_case")]
pub enum MergeMethod {
    /// One commit with the title, and a list of its commits if it has several, as GitHub writes it.
    Squash,
    /// Its commits, and a merge.
    Merge,
    /// Its commits, one after the other.
    Rebase,
}

/// What merging a request will release, made by [`preview`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.Preview", rename_all = "camelCase", deny_unknown_fields)]
pub struct Preview {
    /// The next version once it is merged.
    pub next: Next,
    /// What the request adds to the release: the headers that need a version.
    pub entries: Vec<String>,
    /// The step that the title or a commit needs and that this way of merging loses. Absent: nothing is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_bump: Option<Bump>,
    /// What a check of the title finds.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of a comment for the request, in Markdown.
    pub comment: String,
}

/// Returns what merging a request will release, and what this way of merging would lose.
///
/// `changes` are those that are unreleased without it, newest first.
///
/// ```
/// use relcore::change::{Commit, Policy as Messages};
/// use relcore::version::Bump;
/// use relcore::versioning::{MergeMethod, Policy, PullRequest, preview};
/// let request = PullRequest::new("Dark mode", MergeMethod::Squash).commits([
///     Commit::new("b", "feat: dark mode"),
///     Commit::new("a", "test: cover it"),
/// ]);
/// let found = preview(&request, None, &["v1.0.0".to_owned()], &[], &Messages::default(), &Policy::default())?;
/// assert_eq!(found.lost_bump, Some(Bump::Minor)); // the title alone counts, and it needs nothing
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`next_version`](super::next_version), and those of [`policy_from_json`](crate::change::policy_from_json) under
/// `messages`.
pub fn preview(
    request: &PullRequest,
    current: Option<&str>,
    tags: &[String],
    changes: &[Parsed],
    messages: &change::Policy,
    policy: &Policy,
) -> Result<Preview> {
    let own = |result: Result<Vec<Parsed>>| result.map_err(|error| error.under("messages"));
    let commits = own(parse_commits(&request.commits, messages))?;
    let title = own(parse_change(&request.title, messages).map(|change| vec![change]))?;
    let landed = match request.merge_method {
        MergeMethod::Squash => own(parse_commits(&[squashed(request)], messages))?,
        MergeMethod::Merge | MergeMethod::Rebase => commits.clone(),
    };
    let most = |list: &[Parsed]| list.iter().map(|change| change.bump).max().unwrap_or(Bump::None);
    let said = most(&commits).max(most(&title));
    let lost_bump = (said > most(&landed)).then_some(said);
    let all: Vec<Parsed> = landed.iter().chain(changes).cloned().collect();
    let next = next_version(current, tags, &all, &Request::default(), policy)?;
    let entries: Vec<String> =
        landed.iter().filter(|one| one.bump > Bump::None).map(Parsed::header).collect();
    let checks_title = request.merge_method == MergeMethod::Squash || request.commits.is_empty();
    let mut diagnostics = if checks_title { lint(&request.title, messages)? } else { Vec::new() };
    diagnostics.extend(
        landed
            .iter()
            .flat_map(|change| change.diagnostics.clone())
            .filter(|one| one.severity > Severity::Info),
    );
    diagnostics.dedup_by(|a, b| a.code == b.code);
    let comment = comment(request.merge_method, &next, &entries, lost_bump, &diagnostics);
    Ok(Preview { next, entries, lost_bump, diagnostics, comment })
}

/// The commit that GitHub makes of a request.
fn squashed(request: &PullRequest) -> Commit {
    let mut text = request.title.clone();
    if let Some(number) = request.number {
        let _ = write!(text, " (#{number})"); // writing to a String cannot fail
    }
    if request.commits.len() > 1 {
        for commit in request.commits.iter().rev() {
            let _ = write!(text, "\n\n* {}", commit.text.trim());
        }
    }
    Commit::new("request", text)
}

fn comment(
    method: MergeMethod,
    next: &Next,
    entries: &[String],
    lost: Option<Bump>,
    diagnostics: &[Diagnostic],
) -> String {
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    let mut text = match (next.verdict, &next.tag) {
        (Verdict::Release, Some(tag)) => format!("Merging this releases {} ({}).\n", code(tag), next.bump),
        (Verdict::Nothing, _) => "Merging this releases nothing.\n".to_owned(),
        _ => "Merging this does not lead to a version.\n".to_owned(),
    };
    // Writing to a String cannot fail.
    for entry in entries {
        let _ = write!(text, "\n- {}", code(entry));
    }
    if let Some(lost) = lost {
        let _ = write!(text, "\n\n**A {lost} change would get lost** when this is merged by {method}.");
    }
    for one in diagnostics {
        let _ = write!(text, "\n\n{}", one.text);
        if let Some(hint) = &one.hint {
            let _ = write!(text, ": {}", code(hint));
        }
    }
    let mut lines = text.trim_end().to_owned();
    lines.push('\n');
    lines
}
