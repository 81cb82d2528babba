//! Types of changes, as the configurations name them.
use super::reader::{Ledger, Node};
use super::result::ReleaseConfig;
use crate::notes::SectionKind;
use crate::version::Bump;

/// The types that a pattern of subjects means: `feat` of `^feat`, `feat` and `fix` of `^(feat|fix)(\(.*\))?:`. None for a pattern
/// that is about anything else.
pub(super) fn types_of(pattern: &str) -> Option<Vec<String>> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let mut rest = pattern.trim_end_matches('$').trim_end();
    // What matches any scope, the mark of a breaking change, the colon and any description.
    while let Some(shorter) = ANY_END.iter().find_map(|end| rest.strip_suffix(end)) {
        rest = shorter;
    }
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    let types: Vec<String> = inner.split('|').map(|one| one.trim_start_matches('^').to_owned()).collect();
    let is_type = |one: &String| {
        !one.is_empty() && one.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    types.iter().all(is_type).then_some(types)
}

const ANY_END: &[&str] = &[
    ": ",
    ":",
    ".*",
    "!?",
    r"(\(.*\))?",
    r"(\(.+\))?",
    r"(\(.*\)?)",
    r"(\([^)]*\))?",
    r"(\([^\)]*\))?",
    r"\b",
];

pub(super) fn bump_of(text: &str) -> Option<Bump> {
    match text.to_ascii_lowercase().as_str() {
        "major" => Some(Bump::Major),
        "minor" => Some(Bump::Minor),
        "patch" => Some(Bump::Patch),
        _ => None,
    }
}

/// The section that a title means.
fn kind_of(title: &str) -> SectionKind {
    let title = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    if has(&["breaking"]) {
        SectionKind::Breaking
    } else if has(&["secur", "vulnerab"]) {
        SectionKind::Security
    } else if has(&["deprecat", "remov"]) {
        SectionKind::Deprecated
    } else if has(&["fix", "bug", "revert"]) {
        SectionKind::Fixed
    } else if has(&["perf", "improve", "enhance", "changed"]) {
        SectionKind::Improved
    } else if has(&["feat", "added", "new", "addition"]) {
        SectionKind::Added
    } else {
        SectionKind::Other
    }
}

/// Lists types in the section of a title. The first title of a section is its title; a second one is lost. False for what is no
/// title.
pub(super) fn section(
    types: &[String],
    title: &Node<'_>,
    config: &mut ReleaseConfig,
    ledger: &mut Ledger,
) -> bool {
    let Some(text) = title.text().map(without_comments).filter(|text| !text.is_empty()) else {
        ledger.lose(title, "is no title");
        return false;
    };
    let kind = kind_of(&text);
    for name in types {
        config.notes.sections.insert(name.to_ascii_lowercase(), kind);
    }
    let own = config.notes.titles.entry(kind.to_string()).or_insert_with(|| text.clone());
    if *own == text {
        ledger.carry(title, format!("notes.titles.{kind}"));
    } else {
        ledger.lose(title, format!("the section `{kind}` has the title `{own}`: a section has one title"));
    }
    true
}

/// A title without the comments by which git-cliff orders groups: `<!-- 0 -->Features`.
fn without_comments(title: &str) -> String {
    let mut text = title.to_owned();
    while let Some((before, (_, after))) =
        text.split_once("<!--").and_then(|(before, rest)| Some((before, rest.split_once("-->")?)))
    {
        text = format!("{before}{after}");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::types_of;

    #[test]
    fn patterns_of_types_are_read_and_others_are_not() {
        for (pattern, types) in [
            ("^feat", "feat"),
            ("^(feat|fix)(\\(.*\\))?!?:", "feat fix"),
            ("minor|more", "minor more"),
            ("^docs: .*", "docs"),
        ] {
            assert_eq!(types_of(pattern).unwrap().join(" "), types);
        }
        for pattern in ["^.*: add", "^chore\\(release\\)", ".*", "Initial commit", "^fix.*security", ""] {
            assert_eq!(types_of(pattern), None, "{pattern}");
        }
    }
}
