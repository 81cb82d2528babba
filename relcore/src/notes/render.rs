use super::build::{NoteItem, ReleaseNotes};
use super::escape::escaped_markdown;
use super::spec::SectionKind;
use crate::scalar::Count;
use serde::{Deserialize, Serialize};

/// A form of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.Format", rename_all = "snake_case")]
pub enum Format {
    /// Markdown, as for the notes of a release on a forge.
    Markdown,
    /// The groups of Keep a Changelog, `Added`, `Changed`, `Deprecated`, `Fixed` and `Security`: the body of an entry.
    KeepAChangelog,
    /// Plain text without marks, as the App Store and Google Play take it.
    Text,
    /// The `mrkdwn` of Slack.
    Slack,
    /// HTML of headings and paragraphs alone, as every mail program shows it.
    Html,
}

impl Format {
    fn is_markdown(self) -> bool {
        matches!(self, Self::Markdown | Self::KeepAChangelog)
    }
}

/// Notes as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.RenderedNotes", rename_all = "camelCase", deny_unknown_fields)]
pub struct RenderedNotes {
    /// The text.
    pub text: String,
    /// Its length in Unicode characters, the unit of the limits of the stores.
    pub length: u32,
    /// The number of items that are left out or cut because of the limit.
    pub left_out: u32,
}

/// Writes notes as text, within a limit of Unicode characters. For JSON, use [`to_json`](crate::to_json).
/// A plain e-mail takes `text`, another one `html`.
///
/// The text of commits is escaped: no mention, link, tag, heading or template comes out live. What people wrote stays as they
/// wrote it. Under a limit, items are left out from the end, and in plain text the first of them is cut after a sentence. The
/// App Store takes 4,000 characters, Google Play 500.
///
/// ```
/// use relcore::change::{Policy, parse_change};
/// use relcore::notes::{Audience, Format, Spec, build_notes, render_notes};
/// let changes = [parse_change("fix: problem of <b> reported by @someone", &Policy::default())?];
/// let notes = build_notes(&changes, &Spec::default(), &Audience::User)?;
/// let markdown = render_notes(&notes, &Format::Markdown, None);
/// assert_eq!(markdown.text, "## Fixed\n\n- problem of &lt;b&gt; reported by @<!-- -->someone\n");
/// let text = render_notes(&notes, &Format::Text, Some(20.into()));
/// assert_eq!((text.text.as_str(), text.left_out), ("", 1)); // pitfall: a limit may leave nothing
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn render_notes(notes: &ReleaseNotes, format: &Format, limit: Option<Count>) -> RenderedNotes {
    let format = *format;
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit.get()).unwrap_or(usize::MAX));
    // A file ends with a line end, the field of a form does not.
    let end = if format.is_markdown() { "\n" } else { "" };
    let mut page = Page { text: String::new(), length: 0, limit: limit.saturating_sub(end.len()) };
    if let Some(version) = notes.version.as_ref().filter(|_| format != Format::KeepAChangelog) {
        let date = notes.date.map(|date| format!(" ({date})")).unwrap_or_default();
        page.push("", &heading(&format!("{version}{date}"), 1, format));
    }
    if let Some(warning) = &notes.warning {
        let warning = match format {
            Format::Slack => escaped_slack(warning),
            Format::Html => format!("<p>{}</p>", escaped_html(warning)),
            Format::Markdown | Format::KeepAChangelog | Format::Text => warning.clone(),
        };
        page.push("\n\n", &warning);
    }
    let mut left_out = 0u32;
    for (title, items) in sections(notes, format) {
        let level = if format == Format::KeepAChangelog { 3 } else { 2 };
        let gap = if format.is_markdown() { "\n\n" } else { "\n" };
        let mut head = format!("{}{gap}", heading(&title, level, format));
        for item in items {
            let between = if head.is_empty() { "\n" } else { "\n\n" };
            if left_out == 0 && page.push(between, &format!("{head}{item}")) {
                head.clear();
                continue;
            }
            if left_out == 0 && format == Format::Text {
                page.push_sentences(between, &head, &item);
            }
            left_out = left_out.saturating_add(1);
        }
    }
    let Page { mut text, length, .. } = page;
    if text.is_empty() {
        return RenderedNotes { text, length: 0, left_out };
    }
    text.push_str(end);
    RenderedNotes {
        text,
        length: u32::try_from(length.saturating_add(end.len())).unwrap_or(u32::MAX),
        left_out,
    }
}

/// A text that grows up to a limit.
struct Page {
    text: String,
    length: usize,
    limit: usize,
}

impl Page {
    /// Adds a block, with the gap before it unless it is the first, if both fit.
    fn push(&mut self, gap: &str, block: &str) -> bool {
        let gap = if self.text.is_empty() { "" } else { gap };
        let added = gap.len().saturating_add(block.chars().count());
        let fits = self.length.saturating_add(added) <= self.limit;
        if fits {
            self.text.push_str(gap);
            self.text.push_str(block);
            self.length = self.length.saturating_add(added);
        }
        fits
    }

    /// Adds as many sentences of an item as fit.
    fn push_sentences(&mut self, gap: &str, head: &str, item: &str) {
        let mut ends: Vec<usize> = Vec::new();
        for (at, mark) in item.char_indices() {
            let end = at.saturating_add(mark.len_utf8());
            let is_before_blank =
                || item.get(end..).is_some_and(|rest| rest.starts_with(char::is_whitespace));
            if matches!(mark, '。' | '！' | '？') || matches!(mark, '.' | '!' | '?') && is_before_blank() {
                ends.push(end);
            }
        }
        let fitting = |end: usize| item.get(..end).map(|part| format!("{head}{part}"));
        let room = self.limit.saturating_sub(self.length);
        let used = gap.len().saturating_add(head.chars().count());
        let longest = item.char_indices().nth(room.saturating_sub(used)).map_or(item.len(), |(at, _)| at);
        if let Some(block) = ends.into_iter().rfind(|end| *end <= longest).and_then(fitting) {
            self.push(gap, &block);
        }
    }
}

/// The titles and the items of the sections in a format.
fn sections(notes: &ReleaseNotes, format: Format) -> Vec<(String, Vec<String>)> {
    let listed = |item: &NoteItem| listed(item, "", format);
    if format != Format::KeepAChangelog {
        let sections = notes.sections.iter();
        return sections.map(|one| (one.title.clone(), one.items.iter().map(listed).collect())).collect();
    }
    let mut groups: Vec<(String, Vec<String>)> =
        GROUPS.iter().map(|(title, _)| ((*title).to_owned(), Vec::new())).collect();
    for section in &notes.sections {
        let mark = if section.kind == SectionKind::Breaking { "**Breaking:** " } else { "" };
        for ((_, items), (_, kinds)) in groups.iter_mut().zip(GROUPS) {
            if kinds.contains(&section.kind) {
                items.extend(section.items.iter().map(|item| self::listed(item, mark, format)));
            }
        }
    }
    groups.retain(|(_, items)| !items.is_empty());
    groups
}

/// The groups of Keep a Changelog 1.1.0 in its order, and two for what it has no group for.
const GROUPS: &[(&str, &[SectionKind])] = &[
    ("Added", &[SectionKind::Added]),
    ("Changed", &[SectionKind::Breaking, SectionKind::Improved, SectionKind::Other]),
    ("Deprecated", &[SectionKind::Deprecated]),
    ("Fixed", &[SectionKind::Fixed]),
    ("Security", &[SectionKind::Security]),
    ("Upgrade", &[SectionKind::Upgrade]),
    ("Known issues", &[SectionKind::KnownIssues]),
];

fn heading(title: &str, level: usize, format: Format) -> String {
    match format {
        Format::Markdown | Format::KeepAChangelog => format!("{} {title}", "#".repeat(level)),
        Format::Text => title.to_owned(),
        Format::Slack => format!("*{}*", escaped_slack(title)),
        Format::Html => format!("<h{level}>{}</h{level}>", escaped_html(title)),
    }
}

fn listed(item: &NoteItem, mark: &str, format: Format) -> String {
    let is_kept = item.written && format.is_markdown();
    let text = if is_kept { item.text.clone() } else { escaped(&item.text, format) };
    let scope = item.scope.as_ref().map(|scope| escaped(scope, format));
    let scope = scope.map(|scope| match format {
        Format::Text => format!("{scope}: "),
        Format::Slack => format!("*{scope}:* "),
        Format::Html => format!("<b>{scope}:</b> "),
        Format::Markdown | Format::KeepAChangelog => format!("**{scope}:** "),
    });
    let short = |id: &String| escaped(&id.chars().take(7).collect::<String>(), format);
    let issues = item.issues.iter().map(|issue| escaped(issue, format));
    let behind: Vec<String> = issues.chain(item.ids.iter().map(short)).collect();
    let behind = if behind.is_empty() { String::new() } else { format!(" ({})", behind.join(", ")) };
    if format == Format::Html {
        let text = text.lines().collect::<Vec<_>>().join("<br>");
        return format!("<p>• {mark}{}{text}{behind}</p>", scope.unwrap_or_default());
    }
    let bullet = if format == Format::Slack { "•" } else { "-" };
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let mut out = format!("{bullet} {mark}{}{first}{behind}", scope.unwrap_or_default());
    for line in lines {
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str("  "); // keeps it in the item
            out.push_str(line);
        }
    }
    out
}

/// A text whose marks mean nothing in a format.
fn escaped(text: &str, format: Format) -> String {
    match format {
        Format::Text => text.replace('`', ""),
        Format::Slack => escaped_slack(text),
        Format::Html => escaped_html(text),
        Format::Markdown | Format::KeepAChangelog => escaped_markdown(text),
    }
}

fn escaped_html(text: &str) -> String {
    escaped_slack(text).replace('"', "&quot;").replace('\'', "&#39;")
}

/// The three characters that Slack says to escape.
fn escaped_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
