use super::build::{NoteItem, ReleaseNotes};
use super::escape::{escaped_inline, escaped_markdown};
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
    /// Plain text without marks.
    Text,
    /// Plain text of at most 4,000 characters, for "What's New in This Version" of App Store Connect.
    AppStore,
    /// Plain text of at most 500 characters, for the release notes of Google Play.
    Play,
    /// The `mrkdwn` of Slack.
    Slack,
    /// HTML of headings and paragraphs alone, as every mail program shows it.
    Html,
}

impl Format {
    fn is_markdown(self) -> bool {
        matches!(self, Self::Markdown | Self::KeepAChangelog)
    }

    fn is_plain(self) -> bool {
        matches!(self, Self::Text | Self::AppStore | Self::Play)
    }

    /// The characters that the store takes.
    fn limit(self) -> usize {
        match self {
            Self::AppStore => 4000,
            Self::Play => 500,
            Self::Markdown | Self::KeepAChangelog | Self::Text | Self::Slack | Self::Html => usize::MAX,
        }
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
    /// Its length in UTF-16 code units, so that an emoji counts as two.
    pub length: u32,
    /// The number of items that are left out or cut because of the limit.
    pub left_out: u32,
}

/// Writes notes as text, within a limit of characters and within that of the format. For JSON, use
/// [`to_json`](crate::to_json). A plain e-mail takes `text`, another one `html`.
///
/// The text of commits is escaped: in Markdown no mention, link, tag, heading or template comes out live, in HTML no tag and no
/// template, in Slack no mention and no link of its own syntax; its `*` and `_` and bare addresses stay. What people wrote stays
/// as they wrote it. Under a limit, items are left out from the end, and in plain text the first of them is cut after a
/// sentence. Where the title or the warning of a prerelease does not fit, there are no items either.
///
/// A character is a UTF-16 code unit. Neither store documents how it counts: App Store Connect refuses texts that are within its
/// limit by what readers see as characters, and UTF-16 is the strictest of the countings in use, so a text that is within the
/// limit here is within it by Unicode code points, too.
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
    let limit = limit.min(format.limit());
    // A file ends with a line end, the field of a form does not.
    let end = if format.is_markdown() { "\n" } else { "" };
    let mut page = Page { text: String::new(), length: 0, limit: limit.saturating_sub(end.len()) };
    let mut fits = true;
    if let Some(title) = title(notes).filter(|_| format != Format::KeepAChangelog) {
        fits = page.push("", &heading(&title, 1, format));
    }
    if let Some(warning) = &notes.warning {
        let warning = plain(warning, format);
        let warning = if format == Format::Html { format!("<p>{warning}</p>") } else { warning };
        fits = fits && page.push("\n\n", &warning);
    }
    let mut left_out = 0u32;
    for Group { title, items } in groups(notes, format) {
        let level = if format == Format::KeepAChangelog { 3 } else { 2 };
        let gap = if format.is_markdown() { "\n\n" } else { "\n" };
        let mut head = format!("{}{gap}", heading(&title, level, format));
        for (item, mark) in items {
            let item = listed(item, mark, format);
            let between = if head.is_empty() { "\n" } else { "\n\n" };
            if fits && left_out == 0 && page.push(between, &format!("{head}{item}")) {
                head.clear();
                continue;
            }
            if fits && left_out == 0 && format.is_plain() {
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

/// The length of a text in UTF-16 code units.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
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
        let added = gap.len().saturating_add(units(block));
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
        let gap = if self.text.is_empty() { "" } else { gap };
        let left = self.limit.saturating_sub(self.length);
        let (mut used, mut fitting) = (gap.len().saturating_add(units(head)), None);
        for (at, mark) in item.char_indices() {
            used = used.saturating_add(mark.len_utf16());
            if used > left {
                break;
            }
            let end = at.saturating_add(mark.len_utf8());
            let rest = item.get(end..).unwrap_or_default();
            // A small letter goes on with the sentence, as after `e.g.`.
            let goes_on = || mark == '.' && rest.trim_start().starts_with(char::is_lowercase);
            let is_last = || rest.starts_with(char::is_whitespace) && !goes_on();
            if matches!(mark, '。' | '！' | '？') || matches!(mark, '.' | '!' | '?') && is_last() {
                fitting = item.get(..end);
            }
        }
        if let Some(part) = fitting {
            self.push(gap, &format!("{head}{part}"));
        }
    }
}

/// A section with its items, each with what stands before it.
pub(super) struct Group<'a> {
    pub title: String,
    pub items: Vec<(&'a NoteItem, &'static str)>,
}

/// The sections in a format.
pub(super) fn groups(notes: &ReleaseNotes, format: Format) -> Vec<Group<'_>> {
    if format != Format::KeepAChangelog {
        let unmarked = |item| (item, "");
        let sections = notes.sections.iter();
        return sections
            .map(|one| Group { title: one.title.clone(), items: one.items.iter().map(unmarked).collect() })
            .collect();
    }
    let mut groups: Vec<Group<'_>> =
        GROUPS.iter().map(|(title, _)| Group { title: (*title).to_owned(), items: Vec::new() }).collect();
    for section in &notes.sections {
        let mark = if section.kind == SectionKind::Breaking { "**Breaking:** " } else { "" };
        for (group, (_, kinds)) in groups.iter_mut().zip(GROUPS) {
            if kinds.contains(&section.kind) {
                group.items.extend(section.items.iter().map(|item| (item, mark)));
            }
        }
    }
    groups.retain(|group| !group.items.is_empty());
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

/// The title of notes: `1.2.0 (2024-06-15)`.
pub(super) fn title(notes: &ReleaseNotes) -> Option<String> {
    let date = notes.date.map(|date| format!(" ({date})")).unwrap_or_default();
    notes.version.as_ref().map(|version| format!("{version}{date}"))
}

fn heading(title: &str, level: usize, format: Format) -> String {
    let title = plain(title, format);
    match format {
        Format::Markdown | Format::KeepAChangelog => format!("{} {title}", "#".repeat(level)),
        Format::Text | Format::AppStore | Format::Play => title,
        Format::Slack => format!("*{title}*"),
        Format::Html => format!("<h{level}>{title}</h{level}>"),
    }
}

/// A text of the caller: Markdown stays as it is.
pub(super) fn plain(text: &str, format: Format) -> String {
    match format {
        Format::Slack => escaped_slack(text),
        Format::Html => escaped_html(text),
        _ => text.to_owned(),
    }
}

/// The text of an item.
pub(super) fn text(item: &NoteItem, format: Format) -> String {
    let is_kept = item.written && format.is_markdown();
    if is_kept { item.text.clone() } else { escaped(&item.text, format) }
}

/// An item as an entry of a list.
pub(super) fn listed(item: &NoteItem, mark: &str, format: Format) -> String {
    let text = text(item, format);
    let scope = item.scope.as_ref().map(|scope| escaped(scope, format));
    let scope = scope.map(|scope| match format {
        Format::Text | Format::AppStore | Format::Play => format!("{scope}: "),
        Format::Slack => format!("*{scope}:* "),
        Format::Html => format!("<b>{scope}:</b> "),
        Format::Markdown | Format::KeepAChangelog => format!("**{scope}:** "),
    });
    let short = |id: &String| named(&id.chars().take(7).collect::<String>(), format);
    let issues = item.issues.iter().map(|issue| named(issue, format));
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

/// A commit or an issue, within a line.
pub(super) fn named(text: &str, format: Format) -> String {
    if format.is_markdown() { escaped_inline(text) } else { escaped(text, format) }
}

/// A text whose marks mean nothing in a format.
pub(super) fn escaped(text: &str, format: Format) -> String {
    match format {
        Format::Text | Format::AppStore | Format::Play => text.replace('`', ""),
        Format::Slack => escaped_slack(text),
        Format::Html => escaped_html(text),
        Format::Markdown | Format::KeepAChangelog => escaped_markdown(text),
    }
}

fn escaped_html(text: &str) -> String {
    // Mail services render templates in what they send.
    escaped_slack(text).replace('"', "&quot;").replace('\'', "&#39;").replace('{', "&#123;")
}

/// The three characters that Slack says to escape.
fn escaped_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
