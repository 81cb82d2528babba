use crate::time::NaiveDate;
use crate::version::{Scheme, is_version};
use serde::{Deserialize, Serialize};

/// A link reference: `[1.0.0]: https://…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.LinkReference", rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkReference {
    /// The label: `1.0.0`.
    pub label: String,
    /// The address.
    pub url: String,
}

/// Where the parts of a changelog are.
pub(super) struct Layout<'a> {
    /// The lines, with their ends.
    pub lines: Vec<&'a str>,
    /// Whether a line is code between fences, or a comment.
    protected: Vec<bool>,
    /// Whether all code and all comments end.
    pub is_closed: bool,
    pub entries: Vec<EntryAt>,
    pub references: Vec<ReferenceAt>,
    /// The first line of the references at the end of the file.
    pub references_from: usize,
}

/// A version, by its lines.
pub(super) struct EntryAt {
    pub version: String,
    pub date: Option<NaiveDate>,
    pub yanked: bool,
    /// The line of the heading, the first of the text, and the first after it.
    pub line: usize,
    pub body: usize,
    pub end: usize,
    pub level: usize,
    /// Whether a line of `===` or `---` underlines the heading.
    pub is_underlined: bool,
}

/// A link reference, by its line.
pub(super) struct ReferenceAt {
    pub line: usize,
    pub reference: LinkReference,
}

pub(super) const UNRELEASED: &str = "Unreleased";

impl EntryAt {
    pub(super) fn is_release(&self) -> bool {
        self.version != UNRELEASED
    }
}

impl<'a> Layout<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let (protected, is_closed) = protected(&lines);
        let is_protected = |at: usize| protected.get(at).copied().unwrap_or(false);
        let found = lines.iter().enumerate().filter(|(at, _)| !is_protected(*at));
        let references: Vec<ReferenceAt> = found
            .filter_map(|(line, text)| Some(ReferenceAt { line, reference: reference(text)? }))
            .collect();
        let mut references_from = lines.len();
        for (at, line) in lines.iter().enumerate().rev() {
            if !is_protected(at) && reference(line).is_some() {
                references_from = at;
            } else if !line.trim().is_empty() && !is_comment(line) {
                break;
            }
        }
        let found = |form| entries(&lines, &is_protected, references_from, form);
        let mut entries = found(Form::Usual);
        if !entries.iter().any(EntryAt::is_release) {
            let named = found(Form::Named);
            entries = if named.iter().any(EntryAt::is_release) { named } else { entries };
        }
        Self { lines, protected, is_closed, entries, references, references_from }
    }

    pub(super) fn line(&self, at: usize) -> &'a str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    /// The link reference that a line is.
    pub(super) fn reference(&self, at: usize) -> Option<&LinkReference> {
        let found = self.references.binary_search_by_key(&at, |one| one.line).ok();
        found.and_then(|index| self.references.get(index)).map(|one| &one.reference)
    }

    pub(super) fn is_protected(&self, at: usize) -> bool {
        self.protected.get(at).copied().unwrap_or(false)
    }
}

/// The form of the headings of versions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `1.2.0`, `Version 1.2.0`, `2024-06-15, Version 1.2.0`.
    Usual,
    /// `shop 1.2.0`: so only where no version has the usual form, because `Rust 1.90` is the heading of a note.
    Named,
}

fn entries(lines: &[&str], is_protected: &dyn Fn(usize) -> bool, end: usize, form: Form) -> Vec<EntryAt> {
    let mut entries: Vec<EntryAt> = Vec::new();
    let mut top = usize::MAX;
    for (at, line) in lines.iter().enumerate().take(end) {
        let next = lines.get(at.saturating_add(1)).copied();
        let Some((text, level, is_underlined)) = heading(line, next).filter(|_| !is_protected(at)) else {
            continue;
        };
        let Some(found) = version_heading(text, form) else { continue };
        // A heading below that of a version belongs to it; standard-version writes patch versions one level deeper.
        if level > top && !(found.is_bare && level == top.saturating_add(1) && level <= 3) {
            continue;
        }
        top = top.min(level);
        if let Some(last) = entries.last_mut() {
            last.end = at;
        }
        let body = at.saturating_add(if is_underlined { 2 } else { 1 });
        let VersionHeading { version, date, yanked, .. } = found;
        entries.push(EntryAt { version, date, yanked, line: at, body, end, level, is_underlined });
    }
    entries
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("<!--") && line.contains("-->")
}

/// Whether each line is code between fences or a comment, and whether the last of them ends (CommonMark, 4.5 and 4.6).
fn protected(lines: &[&str]) -> (Vec<bool>, bool) {
    enum Block {
        Code(char, usize),
        Comment,
    }
    let mut open: Option<Block> = None;
    let mut found = Vec::with_capacity(lines.len());
    for line in lines {
        let text = line.trim();
        match open {
            None => {
                let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'));
                let length = mark.map_or(0, |mark| text.chars().take_while(|c| *c == mark).count());
                let info = text.get(length..).unwrap_or_default();
                open = match mark {
                    Some(mark) if length >= 3 && !(mark == '`' && info.contains('`')) => {
                        Some(Block::Code(mark, length))
                    }
                    None if text.starts_with("<!--") => Some(Block::Comment),
                    _ => None,
                };
                found.push(open.is_some());
                if matches!(open, Some(Block::Comment)) && text.contains("-->") {
                    open = None;
                }
            }
            Some(Block::Code(mark, length)) => {
                found.push(true);
                if text.len() >= length && text.chars().all(|c| c == mark) {
                    open = None;
                }
            }
            Some(Block::Comment) => {
                found.push(true);
                if text.contains("-->") {
                    open = None;
                }
            }
        }
    }
    (found, open.is_none())
}

fn reference(line: &str) -> Option<LinkReference> {
    let rest = line.trim_end().strip_prefix('[')?;
    let (label, url) = rest.split_once("]:")?;
    let url = url.trim();
    let is_label = !label.is_empty() && !label.contains([']', '[']);
    let is_url = !url.is_empty() && !url.contains(char::is_whitespace);
    (is_label && is_url).then(|| LinkReference { label: label.to_owned(), url: url.to_owned() })
}

/// The text of a heading, its level, and whether the next line underlines it.
pub(super) fn heading<'a>(line: &'a str, next: Option<&str>) -> Option<(&'a str, usize, bool)> {
    let text = line.trim_end();
    let marks = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&marks) {
        let rest = text.get(marks..)?;
        return rest
            .starts_with([' ', '\t'])
            .then(|| (rest.trim().trim_end_matches('#').trim_end(), marks, false));
    }
    let rule = next?.trim_end();
    let is_rule = |mark: char| rule.len() >= 3 && rule.chars().all(|c| c == mark);
    if text.trim().is_empty()
        || text.starts_with([' ', '-', '*', '>', '|'])
        || !(is_rule('=') || is_rule('-'))
    {
        return None;
    }
    Some((text.trim(), if is_rule('=') { 1 } else { 2 }, true))
}

/// What the heading of a version says.
pub(super) struct VersionHeading {
    pub version: String,
    pub date: Option<NaiveDate>,
    pub yanked: bool,
    /// Whether it says nothing else.
    pub is_bare: bool,
}

pub(super) fn version_heading(text: &str, form: Form) -> Option<VersionHeading> {
    let text = without_link(text);
    let plain = |c: char| if "[]()*`,/:#".contains(c) { ' ' } else { c };
    let words: String = text.chars().map(plain).collect();
    let words: Vec<&str> = words
        .split_whitespace()
        .map(|word| word.trim_matches(['-', '–', '—']))
        .filter(|word| !word.is_empty())
        .collect();
    let first = *words.first()?;
    if first.eq_ignore_ascii_case(UNRELEASED) {
        return Some(VersionHeading {
            version: UNRELEASED.to_owned(),
            date: None,
            yanked: false,
            is_bare: true,
        });
    }
    let at = version_at(&words, form)?;
    let version = words.get(at).map(|word| version_of(word))?.to_owned();
    let (mut date, mut yanked, mut is_bare) = (None, false, form == Form::Usual);
    let names = ["version", "release"];
    let before =
        words.iter().take(at).filter(|word| !names.iter().any(|name| word.eq_ignore_ascii_case(name)));
    for word in before.chain(words.iter().skip(at.saturating_add(1))) {
        match date_of(word) {
            Some(day) => date = date.or(Some(day)),
            None if word.eq_ignore_ascii_case("yanked") => yanked = true,
            None => is_bare = false,
        }
    }
    Some(VersionHeading { version, date, yanked, is_bare })
}

/// The word of a heading that is the version.
fn version_at(words: &[&str], form: Form) -> Option<usize> {
    let is_version = |at: usize| words.get(at).is_some_and(|word| is_number(version_of(word)));
    let is_word = |at: usize, name: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(name));
    let named = || (0..words.len()).find(|at| is_word(*at, "version") && is_version(at.saturating_add(1)));
    let is_dated = words.first().is_some_and(|word| date_of(word).is_some());
    if !is_dated && is_version(0) {
        return Some(0);
    }
    if is_word(0, "version") || is_word(0, "release") {
        return is_version(1).then_some(1);
    }
    match named() {
        Some(at) if is_dated => Some(at.saturating_add(1)),
        _ if is_dated && is_version(0) => Some(0), // a calendar version, `2024.06.15`
        _ if form == Form::Named => is_version(1).then_some(1),
        _ => None,
    }
}

/// The version of a word: `1.2.0` of `v1.2.0` and `shop@1.2.0`.
fn version_of(word: &str) -> &str {
    let named = word.rsplit_once('@').map_or(word, |(_, version)| version);
    named.strip_prefix(['v', 'V']).unwrap_or(named)
}

/// The day of a word: `2024-06-15`, `2024.06.15`.
pub(super) fn date_of(word: &str) -> Option<NaiveDate> {
    NaiveDate::parse(&word.replace('.', "-")).ok()
}

/// Whether a word is a version as headings have it.
pub(super) fn is_number(text: &str) -> bool {
    let is_dotted =
        || is_version(text, Scheme::Calver) || text.contains('.') && is_version(text, Scheme::Pep440);
    text.starts_with(|c: char| c.is_ascii_digit()) && (is_version(text, Scheme::Semver) || is_dotted())
}

/// A heading without the address of its link: `[1.0.0](https://…) (2024-01-01)` as `[1.0.0] (2024-01-01)`.
pub(super) fn without_link(text: &str) -> String {
    match text.split_once("](").and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) => format!("{before}]{after}"),
        None => text.to_owned(),
    }
}

pub(super) fn is_item(line: &str) -> bool {
    ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))
}
