use super::embargo::names;
use super::spec::{MergedRequest, SectionKind, Spec};
use crate::change::{Parsed, Policy, parse_change};

/// A merged request, as notes list it.
pub(super) struct Listed {
    pub kind: Option<SectionKind>,
    pub text: String,
    pub scope: Option<String>,
}

/// The request of a number.
pub(super) fn request_of<'a>(number: &str, spec: &'a Spec) -> Option<&'a MergedRequest> {
    spec.requests.iter().find(|one| one.plain_number() == number)
}

/// Whether a label of the request says that notes leave it out.
pub(super) fn is_excluded(request: &MergedRequest, spec: &Spec) -> bool {
    request.labels.iter().any(|label| {
        EXCLUDED.contains(&plain(label).as_str())
            || spec.excluded_labels.iter().any(|one| one.trim().eq_ignore_ascii_case(label.trim()))
    })
}

/// The request with the section of its labels or, without one, of its title.
pub(super) fn listed(
    request: &MergedRequest,
    section: impl Fn(&Parsed) -> Option<SectionKind>,
    spec: &Spec,
) -> Listed {
    let by_label = request.labels.iter().filter_map(|label| by_label(label, spec)).min();
    let parsed = parse_change(request.title.trim(), &Policy::default()).ok();
    let typed = parsed.as_ref().filter(|change| change.change_type.is_some());
    let kind = by_label.or_else(|| typed.map_or(Some(SectionKind::Other), section));
    let title = typed.map_or(request.title.trim(), |change| &change.description);
    let number = format!("#{}", request.plain_number());
    let text = if names(title, &number) { title.to_owned() } else { format!("{title} ({number})") };
    Listed { kind, text, scope: typed.and_then(|change| change.scope.clone()) }
}

fn by_label(label: &str, spec: &Spec) -> Option<SectionKind> {
    let own = spec.labels.iter().find(|(one, _)| one.trim().eq_ignore_ascii_case(label.trim()));
    own.map(|(_, kind)| *kind).or_else(|| {
        Some(match plain(label).as_str() {
            "breaking" | "breaking-change" | "backwards-incompatible" | "semver-major" => {
                SectionKind::Breaking
            }
            "security" => SectionKind::Security,
            "enhancement" | "feature" | "semver-minor" => SectionKind::Added,
            "performance" => SectionKind::Improved,
            "bug" | "fix" | "semver-patch" => SectionKind::Fixed,
            "deprecated" => SectionKind::Deprecated,
            _ => return None,
        })
    })
}

/// A label in one spelling: `Type: Breaking Change` as `breaking-change`.
fn plain(label: &str) -> String {
    let label = label.trim().to_ascii_lowercase();
    let label = ["type:", "type/", "kind:", "kind/"]
        .iter()
        .find_map(|start| label.strip_prefix(start))
        .unwrap_or(&label);
    label.trim().replace([' ', '_'], "-")
}

/// The labels that `.github/release.yml` and github-changelog-generator leave out by their defaults or examples.
const EXCLUDED: &[&str] =
    &["ignore-for-release", "skip-changelog", "no-changelog", "duplicate", "invalid", "question", "wontfix"];
