//! Lines that look as if they meant a breaking change.
use super::grammar::is_colon;
use super::policy::Dialect;

/// How a line differs from a footer `BREAKING CHANGE: ` after a blank line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspicion {
    NotInFooter,
    Indented,
    InList,
    InHeading,
    WithoutSpace,
    WithNumber,
    WithoutColon,
    Plural,
    Lowercase,
    Keyword,
}

/// Whether a text may have such a line at all: a quick look for most messages.
pub(super) fn may_be_suspected(text: &str) -> bool {
    text.contains("BREAKING") || text.contains("reaking")
}

/// What a line looks like, and the text behind the words. Quoted lines (`> …`) are the words of others.
pub(super) fn suspicion(line: &str) -> Option<(Suspicion, &str)> {
    let marks = |c: char| c.is_whitespace() || matches!(c, '*' | '-' | '+' | '|' | '_' | '#');
    let words = line.trim_start_matches(marks);
    let decoration = line.get(..line.len().saturating_sub(words.len()))?;
    let (keyword, rest) = keyword(words)?;
    let rest = rest.trim_start_matches(['*', '_']);
    let text = rest.strip_prefix(':').unwrap_or(rest).trim();
    let has_colon = rest.starts_with(':');
    let is_upper = keyword.starts_with("BREAKING");
    let found = if decoration.contains('#') {
        Suspicion::InHeading
    } else if keyword.eq_ignore_ascii_case("breaking") {
        if !(has_colon && is_upper) {
            return None;
        }
        Suspicion::Keyword
    } else if keyword.ends_with(['s', 'S']) {
        if !(has_colon || is_upper) {
            return None;
        }
        Suspicion::Plural
    } else if !matches!(keyword, "BREAKING CHANGE" | "BREAKING-CHANGE") {
        if !has_colon {
            return None;
        }
        Suspicion::Lowercase
    } else if !has_colon {
        if rest.starts_with(" #") { Suspicion::WithNumber } else { Suspicion::WithoutColon }
    } else if !is_colon(rest) {
        Suspicion::WithoutSpace
    } else if decoration.contains(['*', '-', '+', '|']) {
        Suspicion::InList
    } else if !decoration.is_empty() {
        Suspicion::Indented
    } else {
        Suspicion::NotInFooter
    };
    Some((found, text))
}

/// `BREAKING CHANGE` in any case, in the plural or not, or the first word alone, and what follows.
fn keyword(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = text.split_at_checked("breaking".len())?;
    if !first.eq_ignore_ascii_case("breaking") || rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let second = rest.strip_prefix([' ', '-', '_']).and_then(|rest| rest.get(.."change".len()));
    let Some(_) = second.filter(|word| word.eq_ignore_ascii_case("change")) else {
        return Some((first, rest));
    };
    let length = "breaking change".len();
    let is_plural = text.get(length..).is_some_and(|rest| rest.starts_with(['s', 'S']));
    let (keyword, rest) = text.split_at_checked(length.saturating_add(usize::from(is_plural)))?;
    (!rest.starts_with(char::is_alphanumeric)).then_some((keyword, rest))
}

impl Suspicion {
    /// Whether such a line is breaking in a dialect.
    pub(super) fn counts(self, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Spec => false,
            Dialect::Conventionalcommits => {
                matches!(self, Self::NotInFooter | Self::InList | Self::WithoutSpace | Self::Lowercase)
            }
            Dialect::Angular => !matches!(self, Self::Plural | Self::InHeading | Self::Keyword),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_suspected_by_its_form() {
        let of = |line| suspicion(line).map(|(found, _)| found);
        for (line, found) in [
            ("BREAKING CHANGE: x", Suspicion::NotInFooter),
            ("BREAKING-CHANGE: x", Suspicion::NotInFooter),
            ("  BREAKING CHANGE: x", Suspicion::Indented),
            ("* BREAKING CHANGE: x", Suspicion::InList),
            ("**BREAKING CHANGE**: x", Suspicion::InList),
            ("## Breaking changes", Suspicion::InHeading),
            ("BREAKING CHANGE:x", Suspicion::WithoutSpace),
            ("BREAKING CHANGE #12", Suspicion::WithNumber),
            ("BREAKING CHANGE was discussed", Suspicion::WithoutColon),
            ("BREAKING CHANGES: x", Suspicion::Plural),
            ("breaking change: x", Suspicion::Lowercase),
            ("BREAKING: x", Suspicion::Keyword),
        ] {
            assert_eq!(of(line), Some(found), "{line}");
        }
        for line in
            ["", "breaking changes are not planned", "> BREAKING CHANGE: x", "BREAKINGCHANGE", "breaking: x"]
        {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
