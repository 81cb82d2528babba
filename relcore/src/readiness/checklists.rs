use super::gates::{Gate, GateKind, Gates};
use super::items::{Checklist, EvidenceKind};
use super::standard::standard;
use crate::error::{Error, ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The checklists of an organisation.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Checklists", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Checklists {
        /// The checklists, each with an id of its own. Default: none.
        pub checklists: Vec<Checklist>,
    }
}

/// Returns the standard checklists: who does what, what a release needs, what is watched, what is written, what is asked
/// afterwards.
///
/// | id | content |
/// | --- | --- |
/// | `roles`, `release_manager`, `agenda` | the go/no-go meeting: who attends, what its manager does, what it goes through |
/// | `release` | what has to be true before a release |
/// | `no_go` | what stops it |
/// | `rollback_plan` | what the way back consists of |
/// | `team` | who is reachable, and where: on call, zones, response times, chain of command, war room |
/// | `monitoring`, `alerts`, `dashboards` | the first 24 hours |
/// | `support_brief`, `support_documentation`, `documentation`, `deprecation_notice` | what is written, and where |
/// | `kpi` | the targets of deployment, quality and security |
/// | `retrospective`, `metrics_review` | what is asked, written down and followed up |
/// | `pipeline` | what is automated |
/// | `environments`, `practices`, `tools` | how it is worked |
///
/// ```
/// let lists = relcore::readiness::standard_checklists().checklists;
/// assert!(lists.iter().any(|list| list.id == "support_brief"));
/// ```
#[must_use]
pub fn standard_checklists() -> Checklists {
    Checklists { checklists: standard() }
}

/// Returns the checklist with an id: the own one, or else the standard one.
///
/// ```
/// use relcore::readiness::{Checklist, Checklists, checklist};
/// assert_eq!(checklist("agenda", None)?.items.len(), 6);
/// let own = Checklists::default().checklists([Checklist::new("agenda", "Our agenda")]);
/// assert_eq!(checklist("agenda", Some(&own))?.title, "Our agenda");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_reference` for an id that neither has; those of [`checklists_from_json`] under `overrides`.
pub fn checklist(id: &str, overrides: Option<&Checklists>) -> Result<Checklist> {
    let mut faults = Faults::new();
    if let Some(overrides) = overrides {
        overrides.check("overrides", &mut faults);
    }
    faults.finish()?;
    let own = overrides.into_iter().flat_map(|overrides| overrides.checklists.iter().cloned());
    own.chain(standard()).find(|list| list.id == id).ok_or_else(|| {
        let text = format!("there is no checklist {}", quoted(id));
        Error::new(ErrorKind::UnknownReference, "id", text)
    })
}

/// Returns the gates of a checklist: each item as a gate with its id.
///
/// A `number` is a threshold, an `approval` a quorum of one person who is no author, an `attendance` asks for its role; everything
/// else is a fact.
///
/// ```
/// use relcore::readiness::{GateKind, checklist, gates_of_checklist};
/// let gates = gates_of_checklist(&checklist("release", None)?)?;
/// assert_eq!(gates.gates[0].kind, GateKind::Fact {});
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a checklist without items, `missing_field` for an approval or an attendance without a
/// role and for a number without a limit; `duplicate` for two items of one id.
pub fn gates_of_checklist(checklist: &Checklist) -> Result<Gates> {
    let mut faults = Faults::new();
    checklist.check("checklist", &mut faults);
    faults.check(
        !checklist.items.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("checklist.items"),
        format_args!("is empty: without gates everything would pass"),
    );
    let mut gates = Vec::new();
    for (index, item) in checklist.items.iter().enumerate() {
        let mut needs = |field: &str, is_there: bool| {
            faults.check(
                is_there,
                ErrorKind::MissingField,
                format_args!("checklist.items[{index}].{field}"),
                format_args!("is missing: the evidence of this item is `{}`", item.evidence_kind),
            );
        };
        let role = item.role.clone();
        let kind = match item.evidence_kind {
            EvidenceKind::Number => {
                needs("max", item.min.is_some() || item.max.is_some());
                GateKind::Threshold { min: item.min, max: item.max, unit: item.unit.clone() }
            }
            EvidenceKind::Approval => {
                needs("role", role.is_some());
                let role = role.unwrap_or_default();
                GateKind::Quorum { role, count: 1, not_author: true, distinct: false }
            }
            EvidenceKind::Attendance => {
                needs("role", role.is_some());
                let roles = role.into_iter().collect();
                GateKind::Attendance { roles, when_sensitive: Vec::new(), distinct: false }
            }
            _ => GateKind::Fact {},
        };
        gates.push(Gate::new(&item.id, kind).text(&item.text).required_for(item.required_for.clone()));
    }
    faults.finish()?;
    let gates = Gates::new(gates);
    let mut faults = Faults::new();
    gates.check("checklist", &mut faults);
    faults.finish().map(|()| gates)
}

/// Reads checklists from JSON text.
///
/// ```
/// let lists = relcore::readiness::checklists_from_json(
///     r#"{"checklists": [{"id": "tools", "title": "Tools", "items": [{"id": "git", "text": "Git"}]}]}"#,
/// )?;
/// assert_eq!(lists.checklists[0].items[0].id, "git");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `duplicate` for two checklists or two items of one
/// id, `invalid_value` for an empty id, title or text.
pub fn checklists_from_json(text: &str) -> Result<Checklists> {
    wire::policy_from_json(text)
}

/// Reads checklists from YAML text.
///
/// ```
/// let lists = relcore::readiness::checklists_from_yaml("
/// checklists:
///   - {id: tools, title: Tools, items: [{id: git, text: Git}]}
/// ")?;
/// assert_eq!(lists.checklists.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`checklists_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn checklists_from_yaml(text: &str) -> Result<Checklists> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Checklists {
    const TYPE: &'static str = "readiness.Checklists";

    fn check(&self, path: &str, faults: &mut Faults) {
        let mut ids = BTreeSet::new();
        for (index, list) in self.checklists.iter().enumerate() {
            let at = join(path, &format!("checklists[{index}]"));
            list.check(&at, faults);
            faults.check(
                ids.insert(&list.id),
                ErrorKind::Duplicate,
                format_args!("{at}.id"),
                format_args!("{} is the id of another checklist, too", quoted(&list.id)),
            );
        }
    }
}
