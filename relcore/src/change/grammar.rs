//! The grammar of Conventional Commits 1.0.0: the crate `git-conventional`, with what it reads otherwise corrected.
//!
//! It differs from the specification in four points, each corrected here:
//!
//! 1. `feat:x` and `BREAKING CHANGE:x`: a colon is followed by a space. At the end of a line, where git removes blanks, it
//!    stands alone. So `https://…` begins no footer.
//! 2. `BREAKING CHANGE #12` is a footer, but not a breaking one.
//! 3. A type with a byte order mark or another invisible character is none.
//! 4. A description is in the first line.
use git_conventional::{Commit, ErrorKind};

/// The parts of a message, as slices of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Parts<'a> {
    pub change_type: &'a str,
    pub scope: Option<&'a str>,
    /// Whether the header has an exclamation mark.
    pub is_marked: bool,
    pub description: &'a str,
    pub body: Option<&'a str>,
    pub footers: Vec<Token<'a>>,
}

/// A footer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub token: &'a str,
    /// Whether ` #` stands between token and value, not `: `.
    pub is_number: bool,
    pub value: &'a str,
}

/// Why a message is not a conventional one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Type,
    HiddenCharacter,
    Scope,
    Space,
    Description,
    BlankLine,
}

/// Reads a message to the letter of the specification.
pub(super) fn parse(message: &str) -> Result<Parts<'_>, Malformed> {
    let commit = Commit::parse(message).map_err(|error| match error.kind() {
        ErrorKind::InvalidBody => Malformed::BlankLine,
        _ => header_fault(message.lines().next().unwrap_or_default()),
    })?;
    let change_type = commit.type_().as_str();
    let description = commit.description();
    let header = message.get(..offset(description, message)).unwrap_or_default();
    let before = header.trim_end();
    if change_type.chars().any(is_invisible) {
        return Err(Malformed::HiddenCharacter);
    }
    if header.contains('\n') || description.trim().is_empty() {
        return Err(Malformed::Description);
    }
    if before.len() == header.len() {
        return Err(Malformed::Space);
    }
    let (body, footers) = footers(message, &commit);
    Ok(Parts {
        change_type,
        scope: commit.scope().map(|scope| scope.as_str()),
        is_marked: before.ends_with("!:"),
        description: description.trim_end(),
        body,
        footers,
    })
}

/// The body and the footers, without those that are no footers: they belong to what stands before them.
fn footers<'a>(message: &'a str, commit: &Commit<'a>) -> (Option<&'a str>, Vec<Token<'a>>) {
    let mut body = commit.body().map(|body| (offset(body, message), body.len()));
    let mut kept: Vec<Token<'a>> = Vec::with_capacity(commit.footers().len());
    let mut absorbed_until = None;
    for footer in commit.footers() {
        let (token, value) = (footer.token().as_str(), footer.value());
        let start = offset(token, message);
        let end = offset(value, message).saturating_add(value.len());
        let is_number = footer.separator() == " #";
        let after = message.get(start.saturating_add(token.len())..).unwrap_or_default();
        let is_footer = is_token(token) && (is_number || is_colon(after));
        // After text that was taken for a footer, the first real one needs a blank line before it, too.
        let follows_text = kept.is_empty()
            && absorbed_until
                .is_some_and(|until| !has_blank_line(message.get(until..start).unwrap_or_default()));
        if is_footer && !follows_text {
            kept.push(Token { token, is_number, value });
            continue;
        }
        match kept.last_mut() {
            Some(last) => {
                let from = offset(last.value, message);
                last.value = message.get(from..end).unwrap_or(last.value);
            }
            None => {
                let from = body.map_or(start, |(from, _)| from);
                body = Some((from, end.saturating_sub(from)));
                absorbed_until = Some(end);
            }
        }
    }
    let body = body.and_then(|(from, length)| message.get(from..from.saturating_add(length)));
    (body.filter(|body| !body.trim().is_empty()), kept)
}

/// A word token, or `BREAKING CHANGE`.
pub(super) fn is_token(token: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    token == "BREAKING CHANGE" || !token.is_empty() && token.chars().all(is_word)
}

/// Whether a text begins with a colon that ends a token: with a blank behind it, or the end of the line.
pub(super) fn is_colon(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

fn has_blank_line(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'\n').count() > 1
}

/// What is wrong with the first line of a message that is not a conventional one.
pub(super) fn header_fault(header: &str) -> Malformed {
    if header.chars().next().is_some_and(is_invisible) {
        return Malformed::HiddenCharacter;
    }
    let is_name = |c: char| !c.is_whitespace() && !matches!(c, '(' | ')' | ':' | '!');
    let name = header.find(|c| !is_name(c)).unwrap_or(header.len());
    let Some((_, rest)) = header.split_at_checked(name).filter(|(name, _)| !name.is_empty()) else {
        return Malformed::Type;
    };
    let rest = match rest.strip_prefix('(') {
        Some(scoped) => match scoped.split_once(')') {
            Some((scope, rest)) if !scope.is_empty() && !scope.contains('(') => rest,
            _ => return Malformed::Scope,
        },
        None => rest,
    };
    let rest = rest.strip_prefix('!').unwrap_or(rest);
    match rest.strip_prefix(':') {
        Some(text) if text.trim().is_empty() => Malformed::Description,
        Some(text) if !text.starts_with(char::is_whitespace) => Malformed::Space,
        _ => Malformed::Type,
    }
}

/// A character that nobody sees: control characters, the byte order mark, joiners and marks of direction.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// The header of the lenient dialects: `type(scope)!: description`, whose scope may be empty.
///
/// The type has letters, digits and `_` only, as `\w` of the parsers.
pub(super) fn lenient_header(header: &str, reads_mark: bool) -> Option<Parts<'_>> {
    let end = header.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (change_type, rest) = header.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    let (scope, rest) = match rest.strip_prefix('(') {
        Some(scoped) => {
            let close = [scoped.find("): "), scoped.find(")!: ")].into_iter().flatten().min()?;
            let (scope, rest) = scoped.split_at_checked(close)?;
            (Some(scope).filter(|scope| !scope.is_empty()), rest.strip_prefix(')')?)
        }
        None => (None, rest),
    };
    let marked = rest.strip_prefix('!');
    let description = marked.filter(|_| reads_mark).unwrap_or(rest).strip_prefix(": ")?.trim();
    let is_marked = reads_mark && marked.is_some();
    (!description.is_empty() && !description.contains('\r')).then(|| Parts {
        change_type,
        scope,
        is_marked,
        description,
        ..Parts::default()
    })
}

/// The body and the footers of the lenient dialects, from what follows the header: a blank line before it is not needed.
///
/// `begins` reads the lines that begin a footer wherever they stand.
pub(super) fn lenient_rest<'a>(
    rest: &'a str,
    begins: impl Fn(&'a str) -> Option<Token<'a>>,
) -> (Option<&'a str>, Vec<Token<'a>>) {
    let mut footers: Vec<Token<'a>> = Vec::new();
    let (mut body_end, mut was_blank) = (None, true);
    for line in rest.split_inclusive('\n') {
        let start = offset(line, rest);
        let end = start.saturating_add(line.len());
        let found = begins(line).or_else(|| token_line(line).filter(|_| was_blank || !footers.is_empty()));
        was_blank = line.trim().is_empty();
        match found {
            Some(token) => {
                body_end.get_or_insert(start);
                footers.push(token);
            }
            None => {
                if let Some(last) = footers.last_mut() {
                    let from = offset(last.value, rest);
                    last.value = rest.get(from..end).unwrap_or(last.value);
                }
            }
        }
    }
    for footer in &mut footers {
        footer.value = footer.value.trim();
    }
    let body =
        rest.get(..body_end.unwrap_or(rest.len())).unwrap_or_default().trim_matches(['\n', '\r']).trim_end();
    (Some(body).filter(|body| !body.is_empty()), footers)
}

/// A line that begins a footer.
fn token_line(line: &str) -> Option<Token<'_>> {
    let breaking = line.get(..15).filter(|begin| begin.eq_ignore_ascii_case("BREAKING CHANGE"));
    let end = match breaking {
        Some(begin) => begin.len(),
        None => line.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'))?,
    };
    let (token, rest) = line.split_at_checked(end).filter(|(token, _)| !token.is_empty())?;
    if let Some(value) =
        rest.strip_prefix(" #").filter(|value| value.starts_with(|c: char| c.is_ascii_digit()))
    {
        return Some(Token { token, is_number: true, value });
    }
    is_colon(rest).then(|| Token {
        token,
        is_number: false,
        value: rest.get(1..).unwrap_or_default().trim_start(),
    })
}

/// Where a part begins in its whole. INVARIANT: the part is a slice of the whole.
pub(super) fn offset(part: &str, whole: &str) -> usize {
    part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footers_of(message: &str) -> Vec<(&str, &str)> {
        parse(message).unwrap().footers.iter().map(|footer| (footer.token, footer.value)).collect()
    }

    #[test]
    fn a_colon_needs_a_space() {
        assert_eq!(parse("feat:x"), Err(Malformed::Space));
        assert_eq!(parse("feat:\n\nx"), Err(Malformed::Description));
        assert_eq!(parse("\u{feff}feat: x"), Err(Malformed::HiddenCharacter));
        assert_eq!(parse("feat(): x"), Err(Malformed::Scope));
        assert_eq!(parse("feat : x"), Err(Malformed::Type));
        assert_eq!(parse("feat: x\ny"), Err(Malformed::BlankLine));
        assert_eq!(parse("feat: "), Err(Malformed::Description));
        assert!(parse("feat(a)!: x").unwrap().is_marked);
    }

    #[test]
    fn what_is_no_footer_belongs_to_what_stands_before_it() {
        let message = "fix: a\n\nhttps://example.com/x: details\nNote: more\n\nSee https://a.b\n\nRefs: #1\nhttps://c.d\nReviewed-by: Z";
        let parts = parse(message).unwrap();
        assert_eq!(parts.body, Some("https://example.com/x: details\nNote: more\n\nSee https://a.b"));
        assert_eq!(footers_of(message), [("Refs", "#1\nhttps://c.d"), ("Reviewed-by", "Z")]);
        assert_eq!(parse("fix: a\n\nb\n\nBREAKING CHANGE:x").unwrap().body, Some("b\n\nBREAKING CHANGE:x"));
        assert_eq!(footers_of("fix: a\n\nBREAKING CHANGE:\nx"), [("BREAKING CHANGE", "x")]);
    }

    #[test]
    fn lenient_text_needs_no_blank_line() {
        let note = |line| token_line(line).filter(|found| found.token == "BREAKING CHANGE");
        let (body, footers) = lenient_rest("one\ntwo: x\nBREAKING CHANGE: a\nb\n\nCloses #1\n", note);
        assert_eq!(body, Some("one\ntwo: x"));
        let footers: Vec<_> = footers.iter().map(|footer| (footer.token, footer.value)).collect();
        assert_eq!(footers, [("BREAKING CHANGE", "a\nb"), ("Closes", "1")]);
    }
}
