use super::event::{ComponentStatus, Impact, Status};
use crate::error::{Error, ErrorKind, Result, quoted};
use serde::{Deserialize, Serialize};

/// The tools whose words are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.Vocabulary", rename_all = "snake_case")]
pub enum Vocabulary {
    /// Atlassian Statuspage, for incidents; those of scheduled maintenance are other words.
    Statuspage,
    /// Cachet: `watching`, `fixed`.
    Cachet,
    /// OpenStatus.
    Openstatus,
    /// Netflix Dispatch: `Active`, `Stable`, `Closed`.
    Dispatch,
    /// PagerDuty: `triggered`, `acknowledged`, `resolved`.
    Pagerduty,
    /// Checkly, for impacts: `MINOR`, `MEDIUM`, `MAJOR`, `CRITICAL`.
    Checkly,
}

/// What a word of a tool means, made by [`map_status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.MappedStatus", rename_all = "camelCase", deny_unknown_fields)]
pub struct MappedStatus {
    /// The status: the first of the possible ones, so that nothing counts as further than it may be.
    pub status: Status,
    /// Whether the word can mean more than one status.
    pub ambiguous: bool,
    /// All statuses that the word can mean, in their order.
    pub possible: Vec<Status>,
}

/// The word of a tool for a status, made by [`word_for_status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "incident.MappedWord", rename_all = "camelCase", deny_unknown_fields)]
pub struct MappedWord {
    /// The word.
    pub text: String,
    /// Whether the word means this status and no other.
    pub exact: bool,
}

use Status::{Identified, Investigating, Monitoring, Postmortem, Resolved};

/// A word and the statuses that it can mean.
type Word = (&'static str, &'static [Status]);

/// The words for the statuses of incidents. Of several words for one status, the later one is written.
const STATUSES: &[(Vocabulary, &[Word])] = &[
    (
        Vocabulary::Statuspage,
        &[
            ("investigating", &[Investigating]),
            ("identified", &[Identified]),
            ("monitoring", &[Monitoring]),
            ("resolved", &[Resolved]),
            ("postmortem", &[Postmortem]),
        ],
    ),
    (
        Vocabulary::Cachet,
        &[
            ("unknown", &[Investigating, Identified, Monitoring, Resolved]),
            ("investigating", &[Investigating]),
            ("identified", &[Identified]),
            ("watching", &[Monitoring]),
            ("fixed", &[Resolved]),
        ],
    ),
    (
        Vocabulary::Openstatus,
        &[
            ("investigating", &[Investigating]),
            ("identified", &[Identified]),
            ("monitoring", &[Monitoring]),
            ("resolved", &[Resolved]),
        ],
    ),
    (
        Vocabulary::Dispatch,
        &[("Active", &[Investigating, Identified]), ("Stable", &[Monitoring]), ("Closed", &[Resolved])],
    ),
    (
        Vocabulary::Pagerduty,
        &[("triggered", &[Investigating]), ("acknowledged", &[Investigating]), ("resolved", &[Resolved])],
    ),
];

/// The words for the statuses of components.
const COMPONENTS: &[(Vocabulary, &[(&str, ComponentStatus)])] = &[
    (
        Vocabulary::Statuspage,
        &[
            ("operational", ComponentStatus::Operational),
            ("under_maintenance", ComponentStatus::UnderMaintenance),
            ("degraded_performance", ComponentStatus::DegradedPerformance),
            ("partial_outage", ComponentStatus::PartialOutage),
            ("major_outage", ComponentStatus::MajorOutage),
        ],
    ),
    (
        Vocabulary::Cachet,
        &[
            ("operational", ComponentStatus::Operational),
            ("under_maintenance", ComponentStatus::UnderMaintenance),
            ("performance_issues", ComponentStatus::DegradedPerformance),
            ("partial_outage", ComponentStatus::PartialOutage),
            ("major_outage", ComponentStatus::MajorOutage),
        ],
    ),
];

/// The words for impacts.
const IMPACTS: &[(Vocabulary, &[(&str, Impact)])] = &[
    (
        Vocabulary::Statuspage,
        &[
            ("none", Impact::None),
            ("maintenance", Impact::Maintenance),
            ("minor", Impact::Minor),
            ("major", Impact::Major),
            ("critical", Impact::Critical),
        ],
    ),
    (
        Vocabulary::Checkly,
        &[
            ("MINOR", Impact::Minor),
            ("MEDIUM", Impact::Major),
            ("MAJOR", Impact::Major),
            ("CRITICAL", Impact::Critical),
        ],
    ),
];

/// Reads the status of an incident in the words of a tool, in upper or lower case.
///
/// ```
/// use relcore::incident::{Status, Vocabulary, map_status};
/// assert_eq!(map_status(&Vocabulary::Cachet, "watching")?.status, Status::Monitoring);
/// // Pitfall: `Active` does not say whether the cause is known.
/// assert!(map_status(&Vocabulary::Dispatch, "Active")?.ambiguous);
/// assert!(map_status(&Vocabulary::Openstatus, "fixed").is_err()); // a word of another tool
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a word that the tool does not have, such as `watching` in OpenStatus, `scheduled` in Statuspage (a
/// maintenance is not an incident), and any word in Checkly.
pub fn map_status(vocabulary: &Vocabulary, text: &str) -> Result<MappedStatus> {
    let possible = find(STATUSES, *vocabulary, text, "the status of an incident")?;
    let status = possible.first().copied().unwrap_or_default();
    Ok(MappedStatus { status, ambiguous: possible.len() > 1, possible: possible.to_vec() })
}

/// Returns the word of a tool for the status of an incident. If the tool has none, it is the word for the nearest status before
/// it.
///
/// ```
/// use relcore::incident::{Status, Vocabulary, word_for_status};
/// assert_eq!(word_for_status(&Vocabulary::Cachet, &Status::Resolved)?.text, "fixed");
/// // Pitfall: PagerDuty has no word for it, so the word is not exact.
/// let word = word_for_status(&Vocabulary::Pagerduty, &Status::Monitoring)?;
/// assert_eq!((&*word.text, word.exact), ("acknowledged", false));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for Checkly, which has no words for it.
pub fn word_for_status(vocabulary: &Vocabulary, status: &Status) -> Result<MappedWord> {
    let words = words(STATUSES, *vocabulary, "the status of an incident")?;
    let fewest = |(_, one): &&Word, (_, two): &&Word| two.len().cmp(&one.len());
    let of = |status: Status| words.iter().filter(move |(_, meant)| meant.contains(&status)).max_by(fewest);
    let order = [Investigating, Identified, Monitoring, Resolved, Postmortem];
    let nearest = order.into_iter().rev().filter(|other| other <= status).find_map(of);
    let (text, meant) = nearest.copied().unwrap_or_default();
    Ok(MappedWord { text: text.to_owned(), exact: *meant == [*status] })
}

/// Reads the status of a component in the words of a tool, in upper or lower case.
///
/// ```
/// use relcore::incident::{ComponentStatus, Vocabulary, map_component_status};
/// let status = map_component_status(&Vocabulary::Cachet, "performance_issues")?;
/// assert_eq!(status, ComponentStatus::DegradedPerformance);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a word that the tool does not have, and for Cachet's `unknown`, which says nothing.
pub fn map_component_status(vocabulary: &Vocabulary, text: &str) -> Result<ComponentStatus> {
    find(COMPONENTS, *vocabulary, text, "the status of a component")
}

/// Reads an impact in the words of a tool, in upper or lower case.
///
/// ```
/// use relcore::incident::{Impact, Vocabulary, map_impact};
/// assert_eq!(map_impact(&Vocabulary::Statuspage, "critical")?, Impact::Critical);
/// // Pitfall: Checkly has four levels between `none` and the worst, so two of them are `major`.
/// assert_eq!(map_impact(&Vocabulary::Checkly, "MEDIUM")?, Impact::Major);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a word that the tool does not have, such as `severe`, and for a tool without impacts, such as PagerDuty.
pub fn map_impact(vocabulary: &Vocabulary, text: &str) -> Result<Impact> {
    find(IMPACTS, *vocabulary, text, "an impact")
}

type Table<T> = [(Vocabulary, &'static [(&'static str, T)])];

fn find<T: Copy>(table: &Table<T>, vocabulary: Vocabulary, text: &str, what: &str) -> Result<T> {
    let words = words(table, vocabulary, what)?;
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let listed: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let text = quoted(text);
        let text = format!("{text} is not {what} in `{vocabulary}`: expected {}", listed.join(", "));
        Error::new(ErrorKind::InvalidValue, "text", text)
    })
}

fn words<T>(table: &Table<T>, vocabulary: Vocabulary, what: &str) -> Result<&'static [(&'static str, T)]> {
    table.iter().find(|(of, _)| *of == vocabulary).map(|(_, words)| *words).ok_or_else(|| {
        let text = format!("`{vocabulary}` has no words for {what}");
        Error::new(ErrorKind::InvalidValue, "vocabulary", text)
    })
}
