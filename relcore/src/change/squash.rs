//! What a squash commit or a merge lists.
//!
//! GitHub, GitLab and Bitbucket write `* ` and the message for each commit, Azure `- `; release-please reads headers after
//! a blank line and `BEGIN_NESTED_COMMIT`. `git merge --squash` writes the log, with four blanks before each message. Only
//! headers of known types count, so that `- before: x` in prose is no commit.
use super::grammar::{self, offset};
use super::policy::Policy;
use super::revert::is_number;
use std::borrow::Cow;

/// The message of the title, and the messages of the commits that it lists.
#[derive(Debug)]
pub(super) struct Squashed<'a> {
    /// Without what is listed, and without the words of the forge before it.
    pub title: &'a str,
    /// Whether the words of a forge stood before the title: `Merged PR 12: `.
    pub is_wrapped: bool,
    pub listed: Vec<Cow<'a, str>>,
    /// Footers behind the list, which belong to the title.
    pub trailers: Option<&'a str>,
}

/// The title behind the words of a forge.
#[derive(Debug, PartialEq)]
pub(super) struct Unwrapped<'a> {
    pub message: &'a str,
    pub request: Option<&'a str>,
}

/// Removes the words that forges put before a title: `Merged PR 12: `, `Merge pull request #12 from …`.
pub(super) fn unwrap(message: &str) -> Unwrapped<'_> {
    let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
    let rest = rest.trim_start_matches(['\n', '\r', ' ']);
    let digits = |text: &'_ str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    for (begin, is_title_behind) in
        [("Merged PR ", true), ("Pull request #", true), ("Merge pull request #", false)]
    {
        let Some(numbered) = message.strip_prefix(begin) else { continue };
        let (number, after) = numbered.split_at_checked(digits(numbered)).unwrap_or((numbered, ""));
        let message = if is_title_behind { after.strip_prefix(": ").unwrap_or(message) } else { rest };
        return Unwrapped { message, request: Some(number).filter(|number| is_number(number)) };
    }
    if first.starts_with("Merged in ") {
        let number =
            first.rsplit_once("(pull request #").map(|(_, number)| number.trim_end().trim_end_matches(')'));
        return Unwrapped { message: rest, request: number.filter(|number| is_number(number)) };
    }
    if first.starts_with("Merge branch ") || first.starts_with("Merge remote-tracking branch ") {
        let line = rest.lines().find_map(|line| line.trim().strip_prefix("See merge request "));
        let number = line.and_then(|name| name.rsplit_once('!')).map(|(_, number)| number.trim_end());
        return Unwrapped { message: rest, request: number.filter(|number| is_number(number)) };
    }
    Unwrapped { message, request: None }
}

/// Divides a message into its title and what it lists.
pub(super) fn parts<'a>(message: &'a str, policy: &Policy) -> Squashed<'a> {
    let unwrapped = unwrap(message);
    let whole = unwrapped.message;
    let is_wrapped = whole.len() < message.len();
    let mut found = Squashed {
        title: whole,
        is_wrapped: is_wrapped && !whole.is_empty(),
        listed: Vec::new(),
        trailers: None,
    };
    let Some((_, body)) = whole.split_once('\n') else { return found };
    if whole.starts_with("Squashed commit of the following")
        || body.contains("Squashed commit of the following")
    {
        found.listed = git_log(body);
        return found;
    }
    let body_start = offset(body, whole);
    let mut first = None;
    let mut open: Option<(usize, bool)> = None; // where a listed message begins, and whether behind a bullet
    let (mut was_blank, mut is_fenced, mut is_nested) = (true, false, false);
    let mut end = body.len();
    for line in body.split_inclusive('\n') {
        let at = offset(line, body);
        let text = line.trim_end();
        if text.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        }
        let is_end = matches!(text, "BEGIN_NESTED_COMMIT" | "END_NESTED_COMMIT") || is_rule(text);
        if is_end {
            close(&mut open, at, body, &mut found.listed);
            is_nested = text == "BEGIN_NESTED_COMMIT";
            first.get_or_insert(at);
            if is_rule(text) && !found.listed.is_empty() {
                found.trailers =
                    body.get(at.saturating_add(line.len())..).map(str::trim).filter(|text| !text.is_empty());
                end = at;
                break;
            }
            was_blank = true;
            if is_nested {
                open = Some((at.saturating_add(line.len()), false));
            } else {
                end = body.len();
            }
            continue;
        }
        if !is_fenced
            && !is_nested
            && let Some((start, is_bullet)) = start_of(text, was_blank, policy)
        {
            close(&mut open, at, body, &mut found.listed);
            first.get_or_insert(at);
            open = Some((at.saturating_add(start), is_bullet));
        }
        was_blank = text.is_empty();
    }
    close(&mut open, end, body, &mut found.listed);
    if found.listed.is_empty() {
        return found;
    }
    if let Some(first) = first {
        found.title = whole.get(..body_start.saturating_add(first)).unwrap_or(whole).trim_end();
    }
    found
}

/// Ends the listed message that is open.
fn close<'a>(open: &mut Option<(usize, bool)>, end: usize, body: &'a str, listed: &mut Vec<Cow<'a, str>>) {
    let Some((start, is_bullet)) = open.take() else { return };
    let text = body.get(start..end).unwrap_or_default().trim();
    if text.is_empty() {
        return;
    }
    let is_indented = is_bullet && text.lines().skip(1).any(|line| line.starts_with("  "));
    listed.push(if is_indented { Cow::Owned(outdented(text, 2)) } else { Cow::Borrowed(text) });
}

/// A line of dashes, which GitHub puts between the list and the authors.
fn is_rule(line: &str) -> bool {
    line.len() >= 4 && line.bytes().all(|byte| byte == b'-')
}

/// Where a listed message begins in a line that begins one, and whether behind a bullet.
fn start_of(line: &str, was_blank: bool, policy: &Policy) -> Option<(usize, bool)> {
    let item =
        line.strip_prefix("* ").or_else(|| line.strip_prefix("- ")).or_else(|| line.strip_prefix("• "));
    let text = item.unwrap_or(line).trim_start();
    if item.is_none() && !was_blank {
        return None;
    }
    if item.is_some() && text.starts_with("commit '") && text.ends_with("':") {
        return Some((line.len(), true)); // Bitbucket Server: the message follows, indented
    }
    let parts = grammar::lenient_header(text, true)?;
    policy.knows(parts.change_type).then(|| (offset(text, line), item.is_some()))
}

/// The messages of the output of `git log`, which has four blanks before each line of a message.
fn git_log(body: &str) -> Vec<Cow<'_, str>> {
    let mut messages: Vec<String> = Vec::new();
    for line in body.lines() {
        let is_commit = line
            .strip_prefix("commit ")
            .is_some_and(|id| id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit()));
        if is_commit {
            messages.push(String::new());
        } else if let (Some(text), Some(last)) = (line.strip_prefix("    "), messages.last_mut()) {
            last.push_str(text);
            last.push('\n');
        } else if let Some(last) = messages.last_mut().filter(|last| line.is_empty() && !last.is_empty()) {
            last.push('\n');
        }
    }
    let full =
        messages.into_iter().map(|message| message.trim().to_owned()).filter(|message| !message.is_empty());
    full.map(Cow::Owned).collect()
}

/// A text without up to `most` blanks at the beginning of each line.
fn outdented(text: &str, most: usize) -> String {
    let lines = text.lines().map(|line| {
        let blanks = line.bytes().take(most).take_while(|byte| *byte == b' ').count();
        line.get(blanks..).unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Divides a message into the message of its title and those of the commits that it lists. The title comes first.
///
/// It reads what GitHub, GitLab, Azure, Bitbucket, `git merge --squash` and release-please write. Only headers of known
/// types count as commits: those of commitlint, and those of the policy.
///
/// ```
/// use relcore::change::{Policy, expand_squash};
/// let message = "feat!: drop Node 16 (#42)\n\n* feat: use the test runner\n\n* test: adapt the matrix";
/// let all = expand_squash(message, &Policy::default())?;
/// assert_eq!(all, ["feat!: drop Node 16 (#42)", "feat: use the test runner", "test: adapt the matrix"]);
/// // Pitfall: a list of anything else stays in its message.
/// assert_eq!(expand_squash("fix: x\n\n- before: 1\n- after: 2", &Policy::default())?.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`policy_from_json`](super::policy_from_json) under `policy`.
pub fn expand_squash(text: &str, policy: &Policy) -> crate::error::Result<Vec<String>> {
    policy.checked()?;
    let parts = parts(text, policy);
    let mut all = vec![title_with_trailers(&parts).into_owned()];
    all.extend(parts.listed.into_iter().map(Cow::into_owned));
    Ok(all)
}

pub(super) fn title_with_trailers<'a>(parts: &Squashed<'a>) -> Cow<'a, str> {
    match parts.trailers {
        Some(trailers) => Cow::Owned(format!("{}\n\n{trailers}", parts.title.trim_end())),
        None => Cow::Borrowed(parts.title),
    }
}
