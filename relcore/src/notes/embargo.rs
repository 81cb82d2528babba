use super::spec::Spec;
use crate::change::Parsed;

/// All that a change says.
fn texts(change: &Parsed) -> Vec<String> {
    let footers = change.footers.iter().flat_map(|footer| [footer.token.clone(), footer.value.clone()]);
    let references = change
        .references
        .iter()
        .map(|one| format!("{}{}{}", one.repository.as_deref().unwrap_or_default(), one.prefix, one.issue));
    let texts = [
        Some(&change.description),
        change.scope.as_ref(),
        change.body.as_ref(),
        change.breaking_text.as_ref(),
    ];
    texts.into_iter().flatten().cloned().chain(footers).chain(references).collect()
}

/// Whether a change is under embargo: it is what must not be named, or names it.
pub(super) fn is_hidden(change: &Parsed, spec: &Spec) -> bool {
    let mut ids = change.id.iter().chain(&change.also).chain(&change.picked_from);
    ids.any(|id| spec.embargoed.iter().any(|one| is_commit(one, id)))
        || change.request.as_ref().is_some_and(|number| is_hidden_request(number, spec))
        || texts(change).iter().any(|text| is_embargoed(text, spec))
}

/// Whether a request is under embargo, by the number alone.
pub(super) fn is_hidden_request(number: &str, spec: &Spec) -> bool {
    ["#", "!"].iter().any(|sign| is_embargoed(&format!("{sign}{number}"), spec))
}

/// Whether a text names what is under embargo. A commit is named by any of its abbreviations.
pub(super) fn is_embargoed(text: &str, spec: &Spec) -> bool {
    let words =
        || text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= SHORTEST_IN_TEXT);
    spec.embargoed.iter().any(|one| {
        let is_named =
            || is_commit_name(one) && words().any(|word| is_commit_name(word) && is_commit(one, word));
        names(text, one.trim()) || is_named()
    })
}

fn is_commit_name(text: &str) -> bool {
    text.trim().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether two names of commits are one: one of them may be abbreviated.
fn is_commit(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim().to_ascii_lowercase(), b.to_ascii_lowercase());
    let is_short_for = |short: &str, long: &str| short.len() >= SHORTEST_COMMIT && long.starts_with(short);
    a == b || is_short_for(&a, &b) || is_short_for(&b, &a)
}

/// The length to which git can abbreviate the names of commits at least.
const SHORTEST_COMMIT: usize = 4;
/// The length to which git abbreviates them by itself: a shorter word of a text may be a number.
const SHORTEST_IN_TEXT: usize = 7;

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
