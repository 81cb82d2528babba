use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An issue that a message names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Reference", rename_all = "camelCase", deny_unknown_fields)]
pub struct Reference {
    /// The word before it, in lower case: `fixes`. Absent if it is no word that closes an issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The repository, as written: `owner/repo` or `repo`. Absent for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// What stands before the number: `#`.
    pub prefix: String,
    /// The number of the issue.
    pub issue: String,
}

/// The words by which GitHub and GitLab close an issue.
const ACTIONS: &[&str] = &[
    "close",
    "closes",
    "closed",
    "closing",
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "resolve",
    "resolves",
    "resolved",
    "resolving",
    "implement",
    "implements",
    "implemented",
    "implementing",
];

/// The issues that a text names, in its order, each once for each action.
pub(super) fn references(text: &str, prefixes: &[String], actions: &[String]) -> Vec<Reference> {
    let mut found: Vec<(usize, usize, Reference)> = Vec::new();
    if prefixes.is_empty() && !text.contains('#') {
        return Vec::new();
    }
    for prefix in std::iter::once("#").chain(prefixes.iter().map(String::as_str)) {
        for (at, _) in text.match_indices(prefix) {
            found.extend(reference_at(text, at, prefix, actions));
        }
    }
    if !prefixes.is_empty() {
        found.sort_by_key(|(start, ..)| *start);
    }
    let mut last: Option<(usize, Option<String>)> = None;
    let mut seen = BTreeSet::new();
    let mut all: Vec<Reference> = Vec::with_capacity(found.len());
    for (start, end, mut reference) in found {
        if reference.action.is_none()
            && let Some((last_end, action)) = &last
            && is_list_separator(text.get(*last_end..start).unwrap_or_default())
        {
            reference.action.clone_from(action);
        }
        last = Some((end, reference.action.clone()));
        if seen.insert(reference.clone()) {
            all.push(reference);
        }
    }
    all
}

/// The reference whose prefix is at an index; with the indices of its begin and end.
fn reference_at(
    text: &str,
    at: usize,
    prefix: &str,
    actions: &[String],
) -> Option<(usize, usize, Reference)> {
    let (before, rest) = text.split_at_checked(at)?;
    let digits = rest.get(prefix.len()..)?;
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (issue, after) = digits.split_at_checked(length)?;
    let is_link_text = before.ends_with('>') && after.starts_with('<'); // of HTML, often of another repository
    if issue.is_empty() || is_link_text || after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    // Only `#` follows a name; the other prefixes may have its characters, and would be searched through again and again.
    let longest = if prefix == "#" { usize::MAX } else { 1 };
    let name = before.chars().rev().take(longest).take_while(|c| in_name(*c));
    let name_length = name.count(); // ASCII: as many bytes
    let (before, name) = before.split_at_checked(before.len().saturating_sub(name_length))?;
    let is_name = name.is_empty()
        || prefix == "#"
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.matches('/').count() <= 1;
    let is_apart = !before
        .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '#' | '&' | '?' | '='))
        || before.ends_with(": ");
    let is_address = name.starts_with('/') || before.ends_with("//");
    if !is_name || is_address || !is_apart && !before.ends_with(':') || name.ends_with('/') {
        return None;
    }
    let words = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | '['));
    let word_start = words.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at.saturating_add(1));
    let word = words
        .get(word_start..)
        .or_else(|| words.rsplit(|c: char| !c.is_alphabetic()).next())
        .unwrap_or_default();
    let is_action = ACTIONS.iter().any(|action| action.eq_ignore_ascii_case(word))
        || actions.iter().any(|action| action.eq_ignore_ascii_case(word));
    let reference = Reference {
        action: is_action.then(|| word.to_ascii_lowercase()),
        repository: (!name.is_empty()).then(|| name.to_owned()),
        prefix: prefix.to_owned(),
        issue: issue.to_owned(),
    };
    let start = before.len();
    let end = at.saturating_add(prefix.len()).saturating_add(length);
    Some((start, end, reference))
}

/// Whether a text stands between two items of a list: `, `, ` and `.
fn is_list_separator(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "," | "and" | "&" | ", and" | ",and") || text == ";"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let found = references(text, &["gh-".to_owned(), "SHOP-".to_owned()], &["kills".to_owned()]);
        let shown = found.iter().map(|one| {
            let action = one.action.as_deref().unwrap_or("-");
            format!("{action} {}{}{}", one.repository.as_deref().unwrap_or_default(), one.prefix, one.issue)
        });
        shown.collect()
    }

    #[test]
    fn issues_are_read_with_their_actions() {
        assert_eq!(of("and therefore fixes #69."), ["fixes #69"]);
        assert_eq!(of("Fixes: #123, #124 and #125"), ["fixes #123", "fixes #124", "fixes #125"]);
        assert_eq!(of("Closes #1, see #2"), ["closes #1", "- #2"]);
        assert_eq!(of("kills owner/repo#7, repo#8"), ["kills owner/repo#7", "kills repo#8"]);
        assert_eq!(of("Kills gh-1, #123 for SHOP-4"), ["kills gh-1", "kills #123", "- SHOP-4"]);
        assert_eq!(of("fixes\n#3 and (#4)"), ["fixes #3", "- #4"]);
    }

    #[test]
    fn what_only_looks_like_an_issue_is_none() {
        for text in [
            "#",
            "#a1",
            "#1a",
            "https://example.org/page#1",
            "&#39;",
            "<a href=\"x\">#2</a>",
            "color: #123abc",
            "C# 7",
            "##1",
            "xSHOP-1",
        ] {
            assert_eq!(of(text), [""; 0], "{text}");
        }
    }
}
