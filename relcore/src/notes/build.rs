use super::embargo::{is_embargoed, is_hidden, is_hidden_request, names};
use super::request::{Listed, is_excluded, listed, request_of};
use super::spec::{Audience, MergedRequest, SectionKind, Spec, WrittenItem};
use crate::change::{Form, Parsed};
use crate::error::{Faults, Result};
use crate::time::NaiveDate;
use crate::version::{Bump, Scheme, Version, is_prerelease};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The notes of a release for one audience, made by [`build_notes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.ReleaseNotes", rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseNotes {
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The day of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Who reads them.
    pub audience: Audience,
    /// What readers of a prerelease must know. Absent for a release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The sections that have items, in their order.
    pub sections: Vec<NoteSection>,
    /// The changes whose text is that of an item that a person wrote.
    pub merged: Vec<MergedChange>,
}

/// A section of notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.NoteSection", rename_all = "camelCase", deny_unknown_fields)]
pub struct NoteSection {
    /// The kind.
    pub kind: SectionKind,
    /// The title.
    pub title: String,
    /// The items.
    pub items: Vec<NoteItem>,
}

/// An item of notes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.NoteItem", rename_all = "camelCase", deny_unknown_fields)]
pub struct NoteItem {
    /// The text.
    pub text: String,
    /// Whether a person wrote it as Markdown, so that it is not escaped.
    pub written: bool,
    /// The scope, for audiences that read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The commits, for audiences that read them.
    pub ids: Vec<String>,
    /// The issues that it closes, for audiences that read them: `#7`.
    pub issues: Vec<String>,
}

/// A change whose text is that of an item that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "notes.MergedChange", rename_all = "camelCase", deny_unknown_fields)]
pub struct MergedChange {
    /// The change.
    pub id: String,
    /// The number of the request that both name.
    pub request: String,
}

/// Makes the notes of a release for an audience.
///
/// The changes are those of the release, newest first, as [`changes_since`](crate::change::changes_since) returns them: what
/// was taken back is not among them, and what has several commits is there once. The notes list the oldest first.
///
/// A breaking change stands under `breaking` with the text of its footer. A change without a type, as a merge, is left out
/// unless it needs a version. The changes of a merged request of `spec` are one item, with the title of the request. What is
/// under embargo is left out for every audience, and so is a request one of whose changes or whose title is, with all that
/// names it.
///
/// ```
/// use relcore::change::{Policy, parse_change};
/// use relcore::notes::{Audience, SectionKind, Spec, build_notes};
/// let changes = [
///     parse_change("chore: tidy up", &Policy::default())?,
///     parse_change("feat(ui): dark mode (#13)", &Policy::default())?,
/// ];
/// let notes = build_notes(&changes, &Spec::default(), &Audience::User)?;
/// assert_eq!(notes.sections.len(), 1); // pitfall: users do not read of chores
/// assert_eq!((notes.sections[0].kind, notes.sections[0].items[0].text.as_str()), (SectionKind::Added, "dark mode (#13)"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`spec_from_json`](super::spec_from_json) under `spec`, all at once.
pub fn build_notes(changes: &[Parsed], spec: &Spec, audience: &Audience) -> Result<ReleaseNotes> {
    let mut faults = Faults::new();
    spec.check("spec", &mut faults);
    faults.finish()?;
    let audience = *audience;
    let spec = &with_hidden_requests(changes, spec);
    let is_read = |item: &&WrittenItem| item.audiences.is_empty() || item.audiences.contains(&audience);
    let written: Vec<&WrittenItem> =
        spec.written.iter().filter(is_read).filter(|item| !is_embargoed(&item.text, spec)).collect();
    let of_item = |item: &&WrittenItem| {
        let text = item.text.trim().to_owned();
        (item.section, NoteItem { text, written: true, scope: None, ids: vec![], issues: vec![] })
    };
    let mut items: Vec<(SectionKind, NoteItem)> = written.iter().map(of_item).collect();
    let is_written = |number: &str| written.iter().any(|item| names(&item.text, &format!("#{number}")));
    let mut merged = Vec::new();
    let mut by_request: BTreeMap<&str, usize> = BTreeMap::new();
    for change in changes.iter().rev() {
        if is_hidden(change, spec) {
            continue;
        }
        let ids: Vec<String> = change.id.iter().chain(&change.also).cloned().collect();
        if let Some(number) = change.request.as_deref().filter(|number| is_written(number)) {
            merged
                .push(MergedChange { id: change.id.clone().unwrap_or_default(), request: number.to_owned() });
            continue;
        }
        let request = change.request.as_deref().and_then(|number| request_of(number, spec));
        let Some(request) = request else {
            let Some(kind) = section(change, spec) else { continue };
            items.push((kind, item(change, kind, ids, audience)));
            continue;
        };
        if is_excluded(request, spec) {
            continue;
        }
        let made = item(change, SectionKind::Other, ids, audience);
        if let Some((kind, shown)) = by_request.get(request.plain_number()).and_then(|at| items.get_mut(*at))
        {
            shown.ids.extend(made.ids);
            let issues = made.issues.into_iter().filter(|one| !shown.issues.contains(one));
            let issues: Vec<String> = issues.collect();
            shown.issues.extend(issues);
            if change.breaking {
                *kind = SectionKind::Breaking;
            }
            continue;
        }
        let Listed { kind, text, scope } = listed(request, |title| section(title, spec), spec);
        let kind = if change.breaking { Some(SectionKind::Breaking) } else { kind };
        let Some(kind) = kind.or_else(|| section(change, spec)) else { continue };
        by_request.insert(request.plain_number(), items.len());
        let scope = scope.filter(|_| reads_scopes(audience)).or(made.scope);
        items.push((kind, NoteItem { text, written: false, scope, ..made }));
    }
    for request in &spec.requests {
        let number = request.plain_number();
        let is_absent = is_hidden_request(number, spec) || is_excluded(request, spec);
        if is_absent || is_written(number) || by_request.contains_key(number) {
            continue;
        }
        by_request.insert(number, items.len());
        let Listed { kind, text, scope } = listed(request, |title| section(title, spec), spec);
        let scope = scope.filter(|_| reads_scopes(audience));
        let item = NoteItem { text, written: false, scope, ids: vec![], issues: vec![] };
        items.extend(kind.map(|kind| (kind, item)));
    }
    items.sort_by_key(|(kind, _)| *kind); // stable: keeps what people wrote first, then the order of the changes
    let mut sections: Vec<NoteSection> = Vec::new();
    for (kind, item) in items.into_iter().filter(|(kind, _)| audience.reads(*kind)) {
        match sections.last_mut().filter(|last| last.kind == kind) {
            Some(last) => last.items.push(item),
            None => sections.push(NoteSection { kind, title: title(kind, spec), items: vec![item] }),
        }
    }
    let warning = spec.version.as_deref().filter(|version| is_unstable(version)).map(|version| {
        let feedback = spec
            .feedback
            .as_ref()
            .map(|place| format!(" Tell us what you find: {place}"))
            .unwrap_or_default();
        format!("{version} is a prerelease: it is unstable and may change before the release.{feedback}")
    });
    let (version, date) = (spec.version.clone(), spec.date);
    Ok(ReleaseNotes { version, date, audience, warning, sections, merged })
}

/// Puts the requests of what is under embargo, and those whose title names it, under embargo themselves.
fn with_hidden_requests(changes: &[Parsed], spec: &Spec) -> Spec {
    let by_change = changes
        .iter()
        .filter(|change| is_hidden(change, spec))
        .filter_map(|change| change.request.as_deref());
    let by_title = spec.requests.iter().filter(|request| is_embargoed(&request.title, spec));
    let hidden: BTreeSet<&str> = by_change.chain(by_title.map(MergedRequest::plain_number)).collect();
    let mut all = spec.clone();
    all.embargoed.extend(hidden.iter().map(|number| format!("#{number}")));
    all
}

fn is_unstable(version: &str) -> bool {
    let plain = version.strip_prefix('v').unwrap_or(version);
    Version::parse(plain)
        .map_or_else(|_| is_prerelease(plain, Scheme::Pep440), |version| version.is_prerelease())
}

fn section(change: &Parsed, spec: &Spec) -> Option<SectionKind> {
    if change.breaking {
        return Some(SectionKind::Breaking);
    }
    let Some(change_type) = &change.change_type else {
        return match (change.form, change.bump) {
            (Form::Changeset, Bump::None) => None,
            (Form::Changeset, Bump::Minor) => Some(SectionKind::Added),
            (Form::Changeset | Form::Revert, _) => Some(SectionKind::Fixed),
            (_, Bump::None) => None,
            _ => Some(SectionKind::Other),
        };
    };
    if spec.excluded_types.iter().any(|name| name.eq_ignore_ascii_case(change_type)) {
        return None;
    }
    let own =
        spec.sections.iter().find(|(name, _)| name.eq_ignore_ascii_case(change_type)).map(|(_, kind)| *kind);
    Some(own.unwrap_or(match change_type.as_str() {
        "feat" | "feature" => SectionKind::Added,
        "perf" => SectionKind::Improved,
        "fix" | "revert" => SectionKind::Fixed,
        "security" => SectionKind::Security,
        "deprecate" | "deprecated" => SectionKind::Deprecated,
        _ => SectionKind::Other,
    }))
}

fn item(change: &Parsed, kind: SectionKind, ids: Vec<String>, audience: Audience) -> NoteItem {
    let breaking = change.breaking_text.as_ref().filter(|_| kind == SectionKind::Breaking);
    let is_changeset = change.form == Form::Changeset;
    let text = match (breaking, &change.body) {
        (Some(text), _) => text.clone(),
        (None, Some(body)) if is_changeset => format!("{}\n\n{body}", change.description),
        _ => change.description.clone(),
    };
    let scope = change.scope.clone().filter(|_| reads_scopes(audience));
    let closes = change.references.iter().filter(|one| one.action.is_some() && audience == Audience::Support);
    let issues = closes
        .map(|one| format!("{}{}{}", one.repository.as_deref().unwrap_or_default(), one.prefix, one.issue));
    let ids = if audience == Audience::Developer { ids } else { vec![] };
    NoteItem { text, written: is_changeset, scope, ids, issues: issues.collect() }
}

fn reads_scopes(audience: Audience) -> bool {
    matches!(audience, Audience::Operations | Audience::Developer)
}

fn title(kind: SectionKind, spec: &Spec) -> String {
    spec.titles.get(&kind.to_string()).cloned().unwrap_or_else(|| {
        match kind {
            SectionKind::Breaking => "Breaking changes",
            SectionKind::Security => "Security",
            SectionKind::Added => "New",
            SectionKind::Improved => "Improved",
            SectionKind::Fixed => "Fixed",
            SectionKind::Deprecated => "Deprecated",
            SectionKind::Upgrade => "How to upgrade",
            SectionKind::KnownIssues => "Known issues",
            SectionKind::Other => "Other changes",
        }
        .to_owned()
    })
}
