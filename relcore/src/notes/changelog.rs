use super::layout::{Layout, LinkReference, heading, is_item};
use crate::time::NaiveDate;
use serde::{Deserialize, Serialize};

/// A changelog, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.Changelog", rename_all = "camelCase", deny_unknown_fields)]
pub struct Changelog {
    /// The text before the first version.
    pub preamble: String,
    /// The versions, in the order of the file.
    pub entries: Vec<ChangelogEntry>,
    /// The link references of the file, which belong to no version, wherever they stand.
    pub references: Vec<LinkReference>,
}

/// A version of a changelog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.ChangelogEntry", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangelogEntry {
    /// The version, without a `v`; `Unreleased` for what is not released.
    pub version: String,
    /// The day, if the heading has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Whether the heading says that the version was withdrawn: `[YANKED]`.
    pub yanked: bool,
    /// The groups: `Added`, `Fixed`. What stands before the first heading has an empty title.
    pub groups: Vec<ChangelogGroup>,
}

/// A group of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.ChangelogGroup", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangelogGroup {
    /// The heading.
    pub title: String,
    /// The items of its lists, each with all of its paragraphs.
    pub items: Vec<String>,
    /// The text that is in no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Reads a changelog in Markdown as it is found in real files: headings of any level, with brackets, a `v`, a link or a day, or
/// underlined; CRLF; link references. What is code or a comment is no heading.
///
/// A text without a version is all preamble, so nothing is refused.
///
/// ```
/// use relcore::notes::parse_changelog;
/// let text = "# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2024-01-01\n\n### Added\n\n- First\n\n[1.0.0]: https://example.org\n";
/// let changelog = parse_changelog(text);
/// assert_eq!(changelog.entries[1].groups[0].items, ["First"]);
/// assert_eq!(changelog.references.len(), 1); // pitfall: they are no text of the last version
/// ```
#[must_use]
pub fn parse_changelog(text: &str) -> Changelog {
    let layout = Layout::of(text);
    let first = layout.entries.first().map_or(layout.references_from, |entry| entry.line);
    let preamble = joined(layout.lines.get(..first).unwrap_or_default());
    let entries = layout.entries.iter().map(|entry| ChangelogEntry {
        version: entry.version.clone(),
        date: entry.date,
        yanked: entry.yanked,
        groups: groups(&layout, entry.body, entry.end),
    });
    Changelog {
        preamble,
        entries: entries.collect(),
        references: layout.references.iter().map(|one| one.reference.clone()).collect(),
    }
}

fn joined(lines: &[&str]) -> String {
    lines.concat().replace("\r\n", "\n").trim().to_owned()
}

/// The groups of the lines of a version.
fn groups(layout: &Layout<'_>, from: usize, end: usize) -> Vec<ChangelogGroup> {
    let mut groups = vec![Open::default()];
    for at in from..end {
        let line = layout.line(at);
        let is_protected = layout.is_protected(at);
        let title = if is_protected { None } else { heading(line, None) };
        let Some(group) = groups.last_mut() else { break };
        if let Some((title, ..)) = title {
            groups.push(Open { title: title.to_owned(), ..Open::default() });
        } else if layout.reference(at).is_some() {
            group.in_item = false;
        } else if !is_protected && is_item(line) {
            group.items.push(vec![line]);
            group.in_item = true;
        } else if group.in_item && group.goes_on(line) {
            group.items.iter_mut().last().into_iter().for_each(|item| item.push(line));
        } else {
            group.in_item = false;
            group.text.push(line);
        }
    }
    let closed = groups.into_iter().map(|group| {
        let text = joined(&group.text);
        let items = group.items.iter().map(|lines| item_text(lines)).collect();
        ChangelogGroup { title: group.title, items, text: (!text.is_empty()).then_some(text) }
    });
    closed
        .filter(|group| !(group.title.is_empty() && group.items.is_empty() && group.text.is_none()))
        .collect()
}

/// A group while its lines are read.
#[derive(Default)]
struct Open<'a> {
    title: String,
    items: Vec<Vec<&'a str>>,
    text: Vec<&'a str>,
    in_item: bool,
}

impl Open<'_> {
    /// Whether a line belongs to the last item: it is blank, indented, or goes on with a paragraph without indentation.
    fn goes_on(&self, line: &str) -> bool {
        let last = self.items.last().and_then(|lines| lines.last());
        line.trim().is_empty()
            || line.starts_with([' ', '\t'])
            || last.is_some_and(|last| !last.trim().is_empty())
    }
}

/// An item without its mark and the indentation that belongs to it.
fn item_text(lines: &[&str]) -> String {
    let texts = lines.iter().enumerate().map(|(index, line)| {
        let line = line.trim_end();
        if index == 0 {
            return line.get(1..).unwrap_or_default().trim_start();
        }
        let blanks = line.bytes().take(2).take_while(|byte| *byte == b' ').count();
        line.get(blanks..).unwrap_or_default()
    });
    texts.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}
