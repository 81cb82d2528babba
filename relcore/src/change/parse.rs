use super::breaking::{self, Suspicion};
use super::diagnostic::{Diagnostic, DiagnosticCode};
use super::grammar::{self, Malformed, Parts, Token, offset};
use super::parsed::{Footer, Form, Parsed};
use super::policy::{Dialect, Policy, Squash, SuspectedBreaking};
use super::reference::references;
use super::revert;
use super::squash;
use super::suggest::suggestion;
use crate::error::Result;
use crate::reason::Severity;
use crate::version::Bump;
use std::collections::BTreeSet;

/// Reads a commit message or the title and the body of a pull request.
///
/// A message that is not a conventional one is no error: histories have many. It has the form `other`, needs no step, and a
/// diagnostic says what is missing.
///
/// ```
/// use relcore::change::{DiagnosticCode, Policy, parse_change};
/// use relcore::version::Bump;
/// let policy = Policy::default();
/// let change = parse_change("feat(api)!: drop the v1 endpoints (#12)\n\nCloses #7", &policy)?;
/// assert_eq!((change.bump, change.request.as_deref()), (Bump::Major, Some("12")));
/// // Pitfall: this looks breaking and is not, for no blank line precedes it. The diagnostic says so.
/// let change = parse_change("fix: x\n\nbody\nBREAKING CHANGE: y", &policy)?;
/// assert_eq!(change.bump, Bump::Patch);
/// assert_eq!(change.diagnostics[0].code, DiagnosticCode::BreakingNotInFooter);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`policy_from_json`](super::policy_from_json) under `policy`, all at once.
pub fn parse_change(text: &str, policy: &Policy) -> Result<Parsed> {
    policy.checked()?;
    Ok(read(text, policy))
}

/// Reads a message under a checked policy.
pub(super) fn read(message: &str, policy: &Policy) -> Parsed {
    let mut change = read_alone(message, policy);
    if policy.squash == Squash::Literal {
        add_hidden(&mut change, message, policy);
    }
    change
}

/// Reads a message without what it lists.
pub(super) fn read_alone(message: &str, policy: &Policy) -> Parsed {
    const PICKED: &str = "(cherry picked from commit ";
    if !message.contains(PICKED) {
        return read_unpicked(message, policy);
    }
    let is_pick = |line: &&str| line.trim_start().starts_with(PICKED);
    let rest: String = message.split_inclusive('\n').filter(|line| !is_pick(line)).collect();
    let mut change = read_unpicked(rest.trim_end(), policy);
    let names = message.lines().filter(is_pick).filter_map(|line| line.trim().strip_prefix(PICKED));
    change.picked_from = names.map(|name| name.trim_end_matches(')').to_owned()).collect();
    change
}

fn read_unpicked(message: &str, policy: &Policy) -> Parsed {
    let (header, rest) = match message.split_once('\n') {
        Some((header, rest)) => (header.trim_end_matches('\r'), rest),
        None => (message, ""),
    };
    let is_lenient = policy.dialect != Dialect::Spec;
    let parts = if is_lenient {
        let (body, footers) = grammar::lenient_rest(rest, |line| begins_footer(line, policy));
        let header = grammar::lenient_header(header, policy.dialect == Dialect::Conventionalcommits);
        match header {
            Some(parts) => Ok(Parts { body, footers, ..parts }),
            None => Err((grammar::header_fault(message.lines().next().unwrap_or_default()), body, footers)),
        }
    } else {
        grammar::parse(message).map_err(|fault| {
            let (body, footers) = grammar::lenient_rest(rest, |_| None);
            (fault, body, footers)
        })
    };
    let mut change = match &parts {
        Ok(parts) => conventional(parts, policy),
        Err((fault, body, footers)) => {
            let mut change = other(header, *fault, policy);
            change.body = body.map(str::to_owned);
            // The tools of the lenient dialects read the footers of a message whose header they do not read.
            let note = footers.iter().find(|footer| is_lenient && is_breaking(footer, policy));
            add_footers(&mut change, footers, |footer| is_lenient && is_breaking(footer, policy));
            if let Some(note) = note {
                set_breaking(&mut change, if note.value.is_empty() { header } else { note.value }.to_owned());
            }
            change
        }
    };
    change.references = references(
        message_without_request(message, header),
        &policy.issue_prefixes,
        &policy.reference_actions,
    );
    if change.request.is_none() {
        change.request = revert::request_of(header).map(str::to_owned);
    }
    if let Some(bump) = policy.bump_by_rules(&change, message) {
        change.bump = bump;
    }
    suspect(&mut change, message, header, parts.as_ref().ok(), policy);
    change
}

/// The message as far as it may name issues: the number of the request at the end of the header is none.
fn message_without_request<'a>(message: &'a str, header: &str) -> &'a str {
    let (title, number) = revert::without_number(header);
    if number.is_none() || !message.contains('\n') {
        return message.get(..title.len()).filter(|_| number.is_some()).unwrap_or(message);
    }
    message.get(header.len()..).unwrap_or_default()
}

fn conventional(parts: &Parts<'_>, policy: &Policy) -> Parsed {
    let mut change = Parsed::empty(Form::Conventional);
    change.change_type = Some(parts.change_type.to_ascii_lowercase());
    change.scope = parts.scope.map(str::to_owned);
    change.description = parts.description.to_owned();
    change.body = parts.body.map(str::to_owned);
    change.bump = policy.bump_of(parts.change_type);
    add_footers(&mut change, &parts.footers, |footer| is_breaking(footer, policy));
    let breaking = parts.footers.iter().filter(|footer| is_breaking(footer, policy));
    let texts: Vec<&str> = breaking.map(|footer| footer.value).collect();
    let text = texts.iter().filter(|text| !text.is_empty()).copied().collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        set_breaking(&mut change, text);
    } else if parts.is_marked || !texts.is_empty() {
        set_breaking(&mut change, parts.description.to_owned());
    }
    if parts.change_type.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let text = format!("the type `{}` is not in lower case", parts.change_type);
        change.diagnostics.push(Diagnostic {
            code: DiagnosticCode::TypeCase,
            severity: Severity::Info,
            line: 1,
            text,
            hint: Some(change.header()),
        });
    }
    change
}

/// Whether a footer means breaking, in every dialect.
fn is_breaking(footer: &Token<'_>, policy: &Policy) -> bool {
    let is_it = |token: &String| token == footer.token;
    !footer.is_number
        && (matches!(footer.token, "BREAKING CHANGE" | "BREAKING-CHANGE")
            || policy.breaking_tokens.iter().any(is_it))
}

fn set_breaking(change: &mut Parsed, text: String) {
    change.breaking = true;
    change.breaking_text = Some(text);
    change.bump = Bump::Major;
}

fn add_footers(change: &mut Parsed, footers: &[Token<'_>], is_breaking: impl Fn(&Token<'_>) -> bool) {
    for footer in footers.iter().filter(|footer| !is_breaking(footer)) {
        let value = if footer.is_number { format!("#{}", footer.value) } else { footer.value.to_owned() };
        if footer.token.eq_ignore_ascii_case("Release-As") {
            change.release_as = Some(footer.value.trim().to_owned());
        }
        if footer.token.eq_ignore_ascii_case("Co-authored-by") {
            change.co_authors.push(value.clone());
        }
        change.footers.push(Footer { token: footer.token.to_owned(), value });
    }
}

/// A change whose header has no type.
fn other(header: &str, fault: Malformed, policy: &Policy) -> Parsed {
    let form = form(header);
    let mut change = Parsed::empty(form);
    change.description = header.trim().to_owned();
    let (code, text) = match (form, fault) {
        (Form::Revert, _) => {
            change.bump = policy.dialect.bump_of_git_revert();
            return change;
        }
        (Form::Merge, _) => {
            change.request = squash::unwrap(header).request.map(str::to_owned);
            return change;
        }
        (Form::Fixup, _) => {
            (DiagnosticCode::FixupCommit, "a rebase should have melted this commit into another")
        }
        (_, Malformed::Type) => {
            (DiagnosticCode::MissingType, "the header has no type: expected `type: description`")
        }
        (_, Malformed::HiddenCharacter) => {
            (DiagnosticCode::HiddenCharacter, "the type has a character that nobody sees")
        }
        (_, Malformed::Scope) => (
            DiagnosticCode::InvalidScope,
            "the scope is empty or not closed: expected `type(scope): description`",
        ),
        (_, Malformed::Space) => (DiagnosticCode::MissingSpace, "no space follows the colon of the header"),
        (_, Malformed::Description) => (DiagnosticCode::MissingDescription, "the header has no description"),
        (_, Malformed::BlankLine) => {
            (DiagnosticCode::MissingBlankLine, "no blank line stands between header and body")
        }
    };
    let line = if code == DiagnosticCode::MissingBlankLine { 2 } else { 1 };
    let hint = if line == 1 {
        suggestion(header, policy)
    } else {
        Some("add a blank line after the header".to_owned())
    };
    change.diagnostics.push(Diagnostic {
        code,
        severity: Severity::Warning,
        line,
        text: text.to_owned(),
        hint,
    });
    change
}

fn form(header: &str) -> Form {
    let begins = |words: &[&str]| words.iter().any(|word| header.starts_with(word));
    if begins(&["Revert \"", "Reapply \"", "Reland \""]) {
        Form::Revert
    } else if begins(&["fixup! ", "squash! ", "amend! "]) {
        Form::Fixup
    } else if begins(&[
        "Merge branch ",
        "Merge branches ",
        "Merge remote-tracking branch ",
        "Merge tag ",
        "Merge commit ",
        "Merge pull request ",
        "Merge pull requests ",
        "Merge PR ",
        "Merged PR ",
        "Merged in ",
        "Merge in ",
        "Pull request #",
    ]) {
        Form::Merge
    } else {
        Form::Other
    }
}

/// A footer of a lenient dialect that begins with a line, wherever the line stands: a breaking note, or issues that it closes.
fn begins_footer<'a>(line: &'a str, policy: &Policy) -> Option<Token<'a>> {
    let note = |value| Token { token: "BREAKING CHANGE", is_number: false, value };
    for token in &policy.breaking_tokens {
        if let Some((begin, rest)) = line.trim_start().split_at_checked(token.len())
            && begin.eq_ignore_ascii_case(token)
            && let Some(value) = rest.strip_prefix(':')
        {
            return Some(note(value));
        }
    }
    if let Some((_, text)) = breaking::suspicion(line).filter(|(found, _)| found.counts(policy.dialect)) {
        return Some(note(text));
    }
    let (word, value) = line.split_once([' ', ':'])?;
    let is_action = word.chars().all(char::is_alphabetic)
        && references(line, &policy.issue_prefixes, &policy.reference_actions)
            .iter()
            .any(|found| found.action.as_deref().is_some_and(|action| action.eq_ignore_ascii_case(word)));
    is_action.then_some(Token { token: word, is_number: false, value })
}

/// Adds a diagnostic for each kind of text that looks breaking and does not count.
fn suspect(change: &mut Parsed, message: &str, header: &str, parts: Option<&Parts<'_>>, policy: &Policy) {
    if parts.is_none()
        && let Some(marked) = grammar::lenient_header(header, true).filter(|parts| parts.is_marked)
    {
        let text = format!("`!` does not count: the dialect `{}` does not read this header", policy.dialect);
        add_suspicion(change, DiagnosticCode::BreakingMarkNotRead, 1, text, marked.description, policy);
    }
    if !breaking::may_be_suspected(message) {
        return;
    }
    let footers = parts.into_iter().flat_map(|parts| &parts.footers);
    let counted: BTreeSet<usize> = footers
        .filter(|footer| is_breaking(footer, policy))
        .map(|footer| offset(footer.token, message))
        .collect();
    for (line, number) in message.split_inclusive('\n').zip(1u32..).skip(1) {
        let Some((found, text)) = breaking::suspicion(line) else { continue };
        let start = offset(line, message);
        if found.counts(policy.dialect) || counted.contains(&start) {
            continue;
        }
        let (code, what) = match found {
            Suspicion::NotInFooter if parts.is_none() && is_after_blank(message, start) => (
                DiagnosticCode::BreakingUnread,
                "`BREAKING CHANGE:` does not count: the header of the message is not read",
            ),
            Suspicion::NotInFooter => (
                DiagnosticCode::BreakingNotInFooter,
                "`BREAKING CHANGE:` does not count in the body: put a blank line before it",
            ),
            Suspicion::Indented => {
                (DiagnosticCode::BreakingIndented, "`BREAKING CHANGE:` does not count when it is indented")
            }
            Suspicion::InList => {
                (DiagnosticCode::BreakingInList, "`BREAKING CHANGE:` does not count in a list")
            }
            Suspicion::InHeading => {
                (DiagnosticCode::BreakingInHeading, "a heading does not count as `BREAKING CHANGE: `")
            }
            Suspicion::WithoutSpace => (
                DiagnosticCode::BreakingWithoutSpace,
                "`BREAKING CHANGE:` does not count without a space after it",
            ),
            Suspicion::WithNumber => {
                (DiagnosticCode::BreakingWithNumber, "`BREAKING CHANGE #` does not count: write a colon")
            }
            Suspicion::WithoutColon => {
                (DiagnosticCode::BreakingWithoutColon, "`BREAKING CHANGE` does not count without a colon")
            }
            Suspicion::Plural => (
                DiagnosticCode::BreakingPlural,
                "`BREAKING CHANGES` does not count: write `BREAKING CHANGE: `",
            ),
            Suspicion::Lowercase => (
                DiagnosticCode::BreakingLowercase,
                "`breaking change` does not count: write it in capital letters",
            ),
            Suspicion::Keyword => {
                (DiagnosticCode::BreakingKeyword, "`BREAKING:` does not count: write `BREAKING CHANGE: `")
            }
        };
        if !change.diagnostics.iter().any(|one| one.code == code) {
            add_suspicion(change, code, number, what.to_owned(), text, policy);
        }
    }
}

fn is_after_blank(message: &str, start: usize) -> bool {
    let before = message.get(..start).unwrap_or_default();
    before.lines().next_back().is_some_and(|line| line.trim().is_empty())
}

/// Adds the diagnostic of a suspicion; under the policy `major` the change is breaking.
fn add_suspicion(
    change: &mut Parsed,
    code: DiagnosticCode,
    line: u32,
    text: String,
    breaks: &str,
    policy: &Policy,
) {
    let severity = match policy.on_suspected_breaking {
        SuspectedBreaking::Major => Severity::Info,
        SuspectedBreaking::Warn => Severity::Warning,
        SuspectedBreaking::Fail => Severity::Error,
    };
    if change.breaking && severity == Severity::Warning {
        return; // nothing is lost: the change is breaking
    }
    let what = if breaks.is_empty() { "what breaks" } else { breaks };
    let hint = Some(format!("BREAKING CHANGE: {what}"));
    let severity = if change.breaking { Severity::Info } else { severity };
    change.diagnostics.push(Diagnostic { code, severity, line, text, hint });
    if policy.on_suspected_breaking == SuspectedBreaking::Major && !change.breaking {
        set_breaking(change, what.to_owned());
    }
}

/// Adds a diagnostic if a commit that the message lists needs a greater step than the message.
fn add_hidden(change: &mut Parsed, message: &str, policy: &Policy) {
    let parts = squash::parts(message, policy);
    let shown = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let mut greatest: Option<(Parsed, String)> = None;
    let title = (parts.is_wrapped).then_some(parts.title);
    if title.is_none() && parts.listed.is_empty() {
        return;
    }
    let doubting = Policy { on_suspected_breaking: SuspectedBreaking::Major, ..policy.clone() };
    for listed in title.into_iter().chain(parts.listed.iter().map(|part| &**part)) {
        let found = read_alone(listed, &doubting);
        if greatest.as_ref().is_none_or(|(most, _)| most.bump < found.bump) {
            greatest = Some((found, shown(listed)));
        }
    }
    let Some((most, header)) = greatest.filter(|(most, _)| most.bump > change.bump) else { return };
    if most.breaking {
        let text = format!("`{header}` is breaking, and does not count as a part of this message");
        add_suspicion(change, DiagnosticCode::SquashHiddenBreaking, 1, text, &most.description, policy);
    } else {
        let text =
            format!("`{header}` needs a {} version, and does not count as a part of this message", most.bump);
        change.diagnostics.push(Diagnostic {
            code: DiagnosticCode::SquashHiddenChange,
            severity: Severity::Warning,
            line: 1,
            text,
            hint: Some(header),
        });
    }
}
