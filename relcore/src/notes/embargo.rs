use super::spec::Spec;
use crate::change::Parsed;

/// All that a change says.
fn texts(change: &Parsed) -> Vec<&str> {
    let footers = change.footers.iter().map(|footer| footer.value.as_str());
    let texts = [
        Some(&change.description),
        change.scope.as_ref(),
        change.body.as_ref(),
        change.breaking_text.as_ref(),
    ];
    texts.into_iter().flatten().map(String::as_str).chain(footers).collect()
}

/// Whether a change is under embargo: it is what must not be named, or names it.
pub(super) fn is_hidden(change: &Parsed, spec: &Spec) -> bool {
    let request = change.request.as_ref().map(|number| format!("#{number}"));
    let mut ids = change.id.iter().chain(&change.also).chain(&change.picked_from);
    ids.any(|id| spec.embargoed.iter().any(|one| is_commit(one, id)))
        || request.is_some_and(|request| is_embargoed(&[&request], spec))
        || is_embargoed(&texts(change), spec)
}

pub(super) fn is_embargoed(texts: &[&str], spec: &Spec) -> bool {
    spec.embargoed.iter().any(|one| texts.iter().any(|text| names(text, one.trim())))
}

/// Whether two names of commits are one: one of them may be abbreviated.
fn is_commit(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim().to_ascii_lowercase(), b.to_ascii_lowercase());
    let is_short_for = |short: &str, long: &str| short.len() >= SHORTEST_COMMIT && long.starts_with(short);
    a == b || is_short_for(&a, &b) || is_short_for(&b, &a)
}

/// The length to which git abbreviates the names of commits at least.
const SHORTEST_COMMIT: usize = 7;

/// Whether a text names an identifier as a whole word: `#12`, and not `#123`.
pub(super) fn names(text: &str, identifier: &str) -> bool {
    let (text, identifier) = (text.to_lowercase(), identifier.to_lowercase());
    text.match_indices(&identifier).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at.saturating_add(identifier.len())..).and_then(|after| after.chars().next());
        let begins =
            !identifier.starts_with(char::is_alphanumeric) || !before.is_some_and(char::is_alphanumeric);
        begins && !after.is_some_and(char::is_alphanumeric)
    })
}
