use super::layout::{
    EntryAt, Form, Layout, UNRELEASED, date_of, heading, is_item, is_number, version_heading, without_link,
};
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::time::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// A release that is to be written into a changelog.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "notes.ReleaseEntry", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ReleaseEntry {
        /// The version.
        pub version: String,
        /// The day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub date: Option<NaiveDate>,
        /// The groups with their items, in Markdown: `### Added`, a blank line, `- Export`. Default: none, so that the release
        /// has what is unreleased.
        #[serde(default)]
        pub body: String,
        /// What stands before the version in a tag, for the links that compare tags. Default: as in the links of the file, or
        /// else `v`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tag_prefix: Option<String>,
    }
}

impl ReleaseEntry {
    /// A release of what is unreleased.
    #[must_use]
    pub fn new(version: impl Into<String>) -> Self {
        Self { version: version.into(), date: None, body: String::new(), tag_prefix: None }
    }
}

/// Writes a release into a changelog: below `Unreleased`, whose text becomes part of it, and above the last version.
///
/// Nothing else of the file changes except the links that compare tags: no other version, no line end, no code, no comment. A
/// comment that stands first below `Unreleased` stays there. The heading has the form of the last version, the groups have
/// its level. A version that the file has stays as it is, with all edits, so a second call changes nothing. An item of the
/// body that the text has, or whose request (`(#12)`) it names, is not written again.
///
/// ```
/// use relcore::notes::{ReleaseEntry, merge_changelog};
/// let text = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Export\n\n## [1.0.0] - 2024-01-01\n\n- First\n";
/// let entry = ReleaseEntry::new("1.1.0").date(relcore::NaiveDate::parse("2024-06-15")?).body("### Fixed\n\n- Import\n");
/// let merged = merge_changelog(text, &entry)?;
/// assert!(merged.contains("## [Unreleased]\n\n## [1.1.0] - 2024-06-15\n\n### Added\n\n- Export\n\n### Fixed\n\n- Import\n\n## [1.0.0]"));
/// assert_eq!(merge_changelog(&merged, &entry)?, merged); // pitfall: a version that is there is never written again
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a version that is no number such as `1.1.0`, a body with the heading of a version or with code or a
/// comment that does not end, and a changelog whose code or comment does not end, or whose versions have no form that is read.
pub fn merge_changelog(text: &str, entry: &ReleaseEntry) -> Result<String> {
    let version = entry.version.strip_prefix('v').unwrap_or(&entry.version);
    let layout = Layout::of(text);
    check(version, &layout, entry)?;
    if layout.entries.iter().any(|one| one.version == version) {
        return Ok(text.to_owned());
    }
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let unreleased = layout.entries.iter().find(|one| !one.is_release());
    let last = layout.entries.iter().find(|one| one.is_release());
    // What the release replaces: the text of `Unreleased`, or nothing before the last version or the references.
    let (from, to) = match (unreleased, last) {
        (Some(one), _) => (after_comments(&layout, one), one.end),
        (None, Some(last)) => (last.line, last.line),
        (None, None) => (layout.references_from, layout.references_from),
    };
    let lines = |range: std::ops::Range<usize>| layout.lines.get(range).unwrap_or_default().concat();
    let body = entry.body.replace("\r\n", "\n").replace('\n', eol);
    let body = joined(&lines(from..to), &at_level(&body, group_level(&layout)), eol);
    let (title, name) = title(version, entry.date, &layout, eol);
    let mut section = format!("{title}{eol}");
    if !body.is_empty() {
        section.push_str(&format!("{eol}{body}{eol}"));
    }
    let before = lines(0..from);
    let gap = if before.is_empty() || before.ends_with(&format!("{eol}{eol}")) {
        ""
    } else if before.ends_with('\n') {
        eol
    } else {
        &format!("{eol}{eol}")
    };
    let after = with_references(&layout, to, entry, &Named { version, name: &name }, eol);
    let tail = if after.is_empty() { "" } else { eol };
    Ok(format!("{before}{gap}{section}{tail}{after}"))
}

fn check(version: &str, layout: &Layout<'_>, entry: &ReleaseEntry) -> Result<()> {
    let mut faults = Faults::new();
    let invalid = ErrorKind::InvalidValue;
    if !is_number(version) {
        let text = format_args!("{} is no version: expected one like `1.2.0`", quoted(version));
        faults.add(invalid, format_args!("entry.version"), text);
    }
    let body = Layout::of(&entry.body);
    if !body.is_closed {
        let text = format_args!("has code or a comment that does not end");
        faults.add(invalid, format_args!("entry.body"), text);
    }
    if let Some(one) = body.entries.first() {
        let text = format_args!("has the heading of {}: expected groups and items", quoted(&one.version));
        faults.add(invalid, format_args!("entry.body"), text);
    }
    if layout.entries.is_empty()
        && let Some(at) = unread_version(layout)
    {
        let line = at.saturating_add(1);
        let text = format_args!("line {line} has a version in a form that is not read: expected `## 1.2.0`");
        faults.add(invalid, format_args!("text"), text);
    }
    if !layout.is_closed {
        faults.add(invalid, format_args!("text"), format_args!("has code or a comment that does not end"));
    }
    faults.finish()
}

/// The first line that looks like a version where none has a form that is read, as `- 1.2.0 - 2024-06-15`. Without it, a release
/// would be written below all others.
fn unread_version(layout: &Layout<'_>) -> Option<usize> {
    (0..layout.references_from).filter(|at| !layout.is_protected(*at)).find(|at| {
        let line = layout.line(*at);
        let next = layout.lines.get(at.saturating_add(1)).copied();
        let is_dotted = |word: &str| {
            let word = word.trim_matches(['(', ')', '[', ']', ',', ':', '*', '`']);
            let word = word.strip_prefix('v').unwrap_or(word);
            word.contains('.') && is_number(word)
        };
        let in_heading = heading(line, next).is_some_and(|(text, ..)| text.split_whitespace().any(is_dotted));
        let text = line.trim().trim_start_matches(['-', '*', '+', '_', ' ']);
        in_heading
            || version_heading(text, Form::Usual)
                .is_some_and(|found| found.is_bare && found.version != UNRELEASED)
    })
}

/// The first line of the text of `Unreleased` after the comments with which it begins.
fn after_comments(layout: &Layout<'_>, unreleased: &EntryAt) -> usize {
    let mut from = unreleased.body;
    for at in unreleased.body..unreleased.end {
        let line = layout.line(at).trim();
        if layout.is_protected(at) && !line.starts_with(['`', '~']) {
            from = at.saturating_add(1);
        } else if !line.is_empty() {
            break;
        }
    }
    from
}

/// The level of the headings of groups: that of the first one, or one below that of the versions.
fn group_level(layout: &Layout<'_>) -> usize {
    let found = layout.entries.iter().find_map(|entry| {
        let lines = (entry.body..entry.end).filter(|at| !layout.is_protected(*at));
        lines.filter_map(|at| heading(layout.line(at), None)).map(|(_, level, _)| level).next()
    });
    found.unwrap_or_else(|| layout.entries.first().map_or(2, |entry| entry.level).saturating_add(1))
}

/// A text whose highest heading has a level.
fn at_level(text: &str, level: usize) -> String {
    let layout = Layout::of(text);
    let level_of = |at: usize, line: &str| {
        heading(line, None).map(|(_, level, _)| level).filter(|_| !layout.is_protected(at))
    };
    let top = layout.lines.iter().enumerate().filter_map(|(at, line)| level_of(at, line)).min();
    let moved = layout.lines.iter().enumerate().map(|(at, line)| match (level_of(at, line), top) {
        (Some(own), Some(top)) => {
            let marks = "#".repeat(own.saturating_sub(top).saturating_add(level).min(6));
            format!("{marks}{}", line.get(own..).unwrap_or_default())
        }
        _ => (*line).to_owned(),
    });
    moved.collect()
}

/// The heading in the form of the last version, and the version as it stands there: `v1.1.0`.
fn title(version: &str, date: Option<NaiveDate>, layout: &Layout<'_>, eol: &str) -> (String, String) {
    let like = layout.entries.iter().find(|one| one.is_release()).or(layout.entries.first());
    let Some(like) = like else {
        let date = date.map(|date| format!(" - {date}")).unwrap_or_default();
        return (format!("## [{version}]{date}"), version.to_owned());
    };
    let line = layout.line(like.line);
    let next = if like.is_underlined { Some(layout.line(like.line.saturating_add(1))) } else { None };
    let text = heading(line, next).map_or_else(String::new, |(text, ..)| without_link(text));
    let (lower, version_of_last) = (text.to_ascii_lowercase(), like.version.to_ascii_lowercase());
    // The version is no part of a number, as that of a day: `1.0` in `2021.01.05`.
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut places = lower.match_indices(&version_of_last).map(|(at, _)| at);
    let at = places.find(|at| !lower.get(..*at).is_some_and(|before| before.ends_with(is_part))).unwrap_or(0);
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at.saturating_add(like.version.len())..).unwrap_or_default();
    let (before, is_dated) = with_day(before, date);
    let closing: String =
        after.chars().take_while(|c| !c.is_whitespace() && !matches!(c, ':' | ',')).collect();
    let day = like.date.map(|date| date.to_string());
    let around = day.as_ref().and_then(|day| after.split_once(day.as_str()));
    let suffix = match (date.filter(|_| !is_dated), around) {
        (Some(date), Some((between, rest))) => {
            let end: String = rest.chars().take_while(|c| matches!(c, ')' | '*' | '_' | ']')).collect();
            format!("{between}{date}{end}")
        }
        (Some(date), None) => format!("{closing} - {date}"),
        (None, _) => closing,
    };
    let name = if before.ends_with('v') { format!("v{version}") } else { version.to_owned() };
    let mut title = format!("{before}{version}{suffix}");
    if let Some((_, rest)) = line.split_once("](") {
        // An inline link compares tags, or it is of the last version alone.
        let link = rest.split_once(')').and_then(|(url, _)| compared(url, &like.version, version));
        title = match link {
            Some(url) => title.replacen(']', &format!("]({url})"), 1),
            None => title.replacen('[', "", 1).replacen(']', "", 1),
        };
    }
    if like.is_underlined {
        let mark = if like.level == 1 { "=" } else { "-" };
        return (format!("{title}{eol}{}", mark.repeat(title.chars().count().max(3))), name);
    }
    (format!("{} {title}", "#".repeat(like.level)), name)
}

/// What stands before a version, with the day that it has replaced: `2024-06-15, Version `.
fn with_day(before: &str, date: Option<NaiveDate>) -> (String, bool) {
    let plain = |word: &str| word.trim_matches([',', ':', '(', ')', '[', ']']).to_owned();
    let Some(word) = before.split_whitespace().find(|word| date_of(&plain(word)).is_some()) else {
        return (before.to_owned(), false);
    };
    let Some(date) = date else {
        let (start, rest) = before.split_once(word).unwrap_or((before, ""));
        return (format!("{start}{}", rest.trim_start()), false);
    };
    let old = plain(word);
    let new = if old.contains('.') { date.to_string().replace('-', ".") } else { date.to_string() };
    (before.replacen(&old, &new, 1), true)
}

/// The address that compares the last version with the new one, by that of the last one.
fn compared(url: &str, last: &str, version: &str) -> Option<String> {
    if let Some((base, tag)) = url.rsplit_once("/releases/tag/") {
        // The first version has nothing to be compared with.
        return Some(format!("{base}/compare/{tag}...{}{version}", tag.strip_suffix(last)?));
    }
    let (base, range) = url.rsplit_once("/compare/")?;
    let (_, tag) = range.split_once("...")?;
    Some(format!("{base}/compare/{tag}...{}{version}", tag.strip_suffix(last)?))
}

/// Two texts of groups as one: the items of a group that both have stand together, and those of its groups.
fn joined(own: &str, added: &str, eol: &str) -> String {
    Known::of(own).joined(own, added, eol).trim_matches(['\r', '\n']).trim_end().to_owned()
}

/// What a text says already.
struct Known {
    chunks: BTreeSet<String>,
    requests: BTreeSet<String>,
}

impl Known {
    fn of(own: &str) -> Self {
        let texts = groups(own, usize::MAX).into_iter();
        let chunks: BTreeSet<String> =
            texts.flat_map(|(_, text)| chunks(&text)).map(|one| one.trim().to_owned()).collect();
        let requests = chunks.iter().flat_map(|one| numbers(one)).collect();
        Self { chunks, requests }
    }

    fn is_new(&self, chunk: &str) -> bool {
        let is_named = is_item(chunk) && request(chunk).is_some_and(|number| self.requests.contains(&number));
        !is_named && !self.chunks.contains(chunk.trim())
    }

    /// By the headings of the highest level; what stands below each is joined for itself.
    fn joined(&self, own: &str, added: &str, eol: &str) -> String {
        let Some(level) = [own, added].iter().filter_map(|text| top_level(text)).min() else {
            return self.joined_items(own, added, eol);
        };
        let mut groups = groups(own, level);
        for (title, text) in self::groups(added, level) {
            if let Some((_, own)) = groups.iter_mut().find(|(own, _)| own == &title) {
                *own = self.joined(own, &text, eol);
                continue;
            }
            let fresh = self.joined("", &text, eol);
            // Without its items, a heading says nothing.
            if !fresh.is_empty() || text.trim().is_empty() {
                groups.push((title, fresh));
            }
        }
        let texts = groups.into_iter().map(|(title, text)| {
            let text = text.trim_matches(['\r', '\n']).trim_end();
            let gap = if title.is_empty() || text.is_empty() { String::new() } else { format!("{eol}{eol}") };
            format!("{title}{gap}{text}")
        });
        texts.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join(&format!("{eol}{eol}"))
    }

    /// Two texts without headings.
    fn joined_items(&self, own: &str, added: &str, eol: &str) -> String {
        let fresh: String = chunks(added).into_iter().filter(|chunk| self.is_new(chunk)).collect();
        let (before, after) = (own.trim_end(), fresh.trim_matches(['\r', '\n']).trim_end());
        if after.is_empty() {
            return own.to_owned();
        }
        let both_items = is_item(after) && chunks_end_in_item(before);
        let gap = if both_items { eol.to_owned() } else { format!("{eol}{eol}") };
        if before.is_empty() { after.to_owned() } else { format!("{before}{gap}{after}") }
    }
}

/// The highest level of the headings of a text.
fn top_level(text: &str) -> Option<usize> {
    let layout = Layout::of(text);
    let open = layout.lines.iter().enumerate().filter(|(at, _)| !layout.is_protected(*at));
    open.filter_map(|(_, line)| heading(line, None).map(|(_, level, _)| level)).min()
}

/// The groups of a text with headings of a level: the heading, empty for what stands before the first, and the text, with all
/// deeper headings.
fn groups(text: &str, level: usize) -> Vec<(String, String)> {
    let layout = Layout::of(text);
    let mut groups = vec![(String::new(), String::new())];
    for (at, line) in layout.lines.iter().enumerate() {
        let is_group = heading(line, None).is_some_and(|(_, own, _)| own <= level);
        if !layout.is_protected(at) && is_group {
            groups.push((line.trim_end().to_owned(), String::new()));
        } else if let Some((_, text)) = groups.last_mut() {
            text.push_str(line);
        }
    }
    groups
}

/// The items of a text with all of their lines, and what stands before the first.
fn chunks(text: &str) -> Vec<String> {
    let layout = Layout::of(text);
    let mut chunks = vec![String::new()];
    for (at, line) in layout.lines.iter().enumerate() {
        if !layout.is_protected(at) && is_item(line) {
            chunks.push((*line).to_owned());
        } else if let Some(last) = chunks.last_mut() {
            last.push_str(line);
        }
    }
    chunks.retain(|chunk| !chunk.trim().is_empty());
    chunks
}

fn chunks_end_in_item(text: &str) -> bool {
    chunks(text).last().is_some_and(|chunk| is_item(chunk))
}

/// The number of the request of an item, the last of `… (#12)`.
fn request(item: &str) -> Option<String> {
    let (_, rest) = item.lines().next()?.rsplit_once("(#")?;
    let (number, _) = rest.split_once(')')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.to_owned())
}

/// The numbers of requests that a text names: `#12`, but neither the color `#123abc` nor `other/repo#12`.
fn numbers(text: &str) -> Vec<String> {
    let number = |(at, _): (usize, &str)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at.saturating_add(1)..)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(end)?;
        let is_apart = !before.is_some_and(|c| c.is_alphanumeric() || "/_-.&#".contains(c));
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        (is_apart && !number.is_empty() && !after.starts_with(is_word)).then(|| number.to_owned())
    };
    text.match_indices('#').filter_map(number).collect()
}

/// A version, and as it stands in its heading.
struct Named<'a> {
    version: &'a str,
    name: &'a str,
}

/// The rest of the file from a line on; the references that compare tags name the new version.
fn with_references(
    layout: &Layout<'_>,
    from: usize,
    entry: &ReleaseEntry,
    new: &Named<'_>,
    eol: &str,
) -> String {
    let last = layout.entries.iter().find(|one| one.is_release()).map_or("", |one| one.version.as_str());
    let mut text = String::new();
    for (at, line) in layout.lines.iter().enumerate().skip(from) {
        let found = layout.reference(at);
        let found =
            found.filter(|one| at >= layout.references_from && one.label.eq_ignore_ascii_case(UNRELEASED));
        let parts = found.and_then(|one| {
            let (base, range) = one.url.rsplit_once("/compare/")?;
            let (old, head) = range.split_once("...")?;
            Some((one, base, old, head))
        });
        let Some((one, base, old, head)) = parts else {
            text.push_str(line);
            continue;
        };
        let prefix = old.strip_suffix(last).filter(|_| !last.is_empty());
        let prefix = entry.tag_prefix.as_deref().or(prefix).unwrap_or("v");
        let tag = format!("{prefix}{}", new.version);
        let line = line.trim_end().replace(&one.url, &format!("{base}/compare/{tag}...{head}"));
        let name = new.name;
        let url = if last.is_empty() {
            format!("{base}/releases/tag/{tag}")
        } else {
            format!("{base}/compare/{old}...{tag}")
        };
        text.push_str(&format!("{line}{eol}[{name}]: {url}{eol}"));
    }
    text
}
