use super::parse::{read, read_alone};
use super::parsed::Parsed;
use super::policy::{Policy, Squash};
use super::revert::without_number;
use super::squash::{parts, title_with_trailers};
use crate::error::Result;
use crate::input::input;
use serde::{Deserialize, Serialize};

input! {
    /// A commit, with what is known of its pull request.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.Commit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Commit {
        /// The object name, or any other identifier that no other commit has.
        pub id: String,
        /// The whole message.
        pub text: String,
        /// The identifiers of the parents. A commit with two or more is a merge. Default: none.
        #[serde(default)]
        pub parents: Vec<String>,
        /// The paths of the files that it changes. Default: none.
        #[serde(default)]
        pub files: Vec<String>,
        /// The body of its pull request, whose text between `BEGIN_COMMIT_OVERRIDE` and `END_COMMIT_OVERRIDE` replaces the
        /// message, as in release-please. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub request_body: Option<String>,
    }
}

impl Commit {
    /// A commit without parents.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }
}

/// Reads commits: the changes of all of them, in their order. A squash commit is one change, or under the policy `expand`
/// its title and each commit that it lists.
///
/// ```
/// use relcore::change::{Commit, Policy, Squash, parse_commits};
/// let commits = [Commit::new("a1", "chore: release (#77)\n\n* feat: add the exporter\n\n* fix: close the socket")];
/// let changes = parse_commits(&commits, &Policy::default().squash(Squash::Expand))?;
/// assert_eq!(changes.len(), 3);
/// assert!(changes.iter().all(|change| change.id.as_deref() == Some("a1")));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`policy_from_json`](super::policy_from_json) under `policy`.
pub fn parse_commits(commits: &[Commit], policy: &Policy) -> Result<Vec<Parsed>> {
    policy.checked()?;
    Ok(commits.iter().flat_map(|commit| changes_of(commit, policy)).collect())
}

/// The changes of a commit. Never empty.
pub(super) fn changes_of(commit: &Commit, policy: &Policy) -> Vec<Parsed> {
    let overridden = commit.request_body.as_deref().and_then(override_of);
    let mut changes = match overridden {
        // What an override lists was written to be counted.
        Some(text) => expanded(text, policy),
        None if policy.squash == Squash::Expand => expanded(&commit.text, policy),
        None => vec![read(&commit.text, policy)],
    };
    for change in &mut changes {
        change.id = Some(commit.id.clone());
    }
    changes
}

fn expanded(message: &str, policy: &Policy) -> Vec<Parsed> {
    let parts = parts(message, policy);
    let title =
        if parts.is_wrapped && parts.title.is_empty() { message } else { &title_with_trailers(&parts) };
    let mut title = read_alone(title, policy);
    if title.request.is_none() {
        title.request = super::squash::unwrap(message).request.map(str::to_owned);
    }
    let mut listed = Vec::with_capacity(parts.listed.len());
    let description = without_number(&title.description).0;
    for message in &parts.listed {
        let mut change = read_alone(message, policy);
        change.squashed = true;
        change.request = change.request.or_else(|| title.request.clone());
        // A request with one commit lists what its title says.
        let is_title = title.change_type == change.change_type
            && title.scope == change.scope
            && title.breaking >= change.breaking
            && description == without_number(&change.description).0;
        if !is_title {
            listed.push(change);
        }
    }
    let mut changes = vec![title];
    changes.extend(listed);
    changes
}

/// The text between the two marks of release-please.
fn override_of(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("BEGIN_COMMIT_OVERRIDE")?;
    let (text, _) = rest.split_once("END_COMMIT_OVERRIDE")?;
    Some(text.trim()).filter(|text| !text.is_empty())
}
