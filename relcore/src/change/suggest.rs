//! What a header should have been.
use super::grammar;
use super::policy::{KNOWN_TYPES, Policy};
use super::squash;

/// The header that a person probably meant, if one small change makes it conventional.
pub(super) fn suggestion(header: &str, policy: &Policy) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let unwrapped = squash::unwrap(header).message;
    let text = unwrapped.trim_start_matches(|c: char| !is_name(c)); // blanks, emoji, byte order mark, `[`
    let end = text.find(|c: char| !is_name(c) && c != '-').unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    let change_type = nearest_type(word, policy)?;
    let rest = rest.trim_start_matches([' ', ']']);
    let (scope, rest) = match rest.strip_prefix('(').and_then(|scoped| scoped.split_once(')')) {
        Some((scope, rest)) if scope.trim().is_empty() => (String::new(), rest),
        Some((scope, rest)) => (format!("({})", scope.trim()), rest),
        None => (String::new(), rest),
    };
    let rest = rest.trim_start();
    let mark = if rest.starts_with('!') { "!" } else { "" };
    let rest = rest.trim_start_matches('!').trim_start();
    let description = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：')).unwrap_or(rest);
    let description = description.trim_start_matches([' ', '\t', '-']).trim_end();
    if description.is_empty() {
        return None;
    }
    let meant = format!("{change_type}{scope}{mark}: {description}");
    (meant != header && grammar::parse(&meant).is_ok()).then_some(meant)
}

/// The known type that a word stands for: itself in another case, a synonym, or a misspelling.
pub(super) fn nearest_type(word: &str, policy: &Policy) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    if lower.len() < 2 {
        return None;
    }
    const SYNONYMS: &[(&str, &str)] = &[
        ("feature", "feat"),
        ("features", "feat"),
        ("add", "feat"),
        ("bug", "fix"),
        ("bugfix", "fix"),
        ("hotfix", "fix"),
        ("fixed", "fix"),
        ("fixes", "fix"),
        ("doc", "docs"),
        ("documentation", "docs"),
        ("tests", "test"),
        ("testing", "test"),
        ("performance", "perf"),
        ("refactoring", "refactor"),
        ("styles", "style"),
        ("chores", "chore"),
    ];
    let allowed =
        |name: &str| policy.allowed_types.is_empty() || policy.allowed_types.iter().any(|one| one == name);
    let own = policy.types.keys().chain(&policy.allowed_types).map(String::as_str);
    let known: Vec<&str> = own.chain(KNOWN_TYPES.iter().copied()).filter(|name| allowed(name)).collect();
    if let Some(name) = known.iter().find(|name| name.eq_ignore_ascii_case(&lower) && **name != "feature") {
        return Some((*name).to_owned());
    }
    if let Some((_, name)) = SYNONYMS.iter().find(|(synonym, name)| *synonym == lower && allowed(name)) {
        return Some((*name).to_owned());
    }
    known.into_iter().find(|name| name.len() > 2 && is_one_edit(name, &lower)).map(str::to_owned)
}

/// Whether two words differ by one letter that is missing, added, changed or swapped with its neighbour.
fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(prefix..).unwrap_or_default(), b.get(prefix..).unwrap_or_default());
    let tail = |text: &[u8], from: usize| text.get(from..).unwrap_or_default().to_vec();
    match a.len().abs_diff(b.len()) {
        0 => {
            let swapped = a.len() > 1 && a.first() == b.get(1) && a.get(1) == b.first();
            !a.is_empty() && (tail(a, 1) == tail(b, 1) || swapped && tail(a, 2) == tail(b, 2))
        }
        1 if a.len() > b.len() => tail(a, 1) == b,
        1 => tail(b, 1) == a,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_mistakes_have_a_suggestion() {
        for (header, meant) in [
            ("feat:x", "feat: x"),
            ("feat : x", "feat: x"),
            ("feat (api): x", "feat(api): x"),
            ("feat(): x", "feat: x"),
            ("feat!!: x", "feat!: x"),
            ("✨ feat: x", "feat: x"),
            ("\u{feff}feat: x", "feat: x"),
            ("[fix] x", "fix: x"),
            ("feat：x", "feat: x"),
            ("Feature: x", "feat: x"),
            ("faet: x", "feat: x"),
            ("fxi x", "fix: x"),
            ("Merged PR 12: feat: x", "feat: x"),
            ("fix Improved messages", "fix: Improved messages"),
        ] {
            assert_eq!(suggestion(header, &Policy::default()).as_deref(), Some(meant), "{header}");
        }
        for header in ["", "x", "Hello World", "feat:", "update the docs"] {
            assert_eq!(suggestion(header, &Policy::default()), None, "{header}");
        }
    }
}
