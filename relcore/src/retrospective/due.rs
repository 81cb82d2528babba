use super::code;
use super::policy::Policy;
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::reason::{Reason, Severity, format_duration};
use crate::time::{NaiveDate, Timestamp, local_date_in, local_instant, minute_of_day, zone};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether the retrospective of a release is due, made by [`retro_due`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.RetroDue", rename_all = "camelCase", deny_unknown_fields)]
pub struct RetroDue {
    /// Whether it is due.
    pub verdict: RetroVerdict,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// The end of that business day.
    pub due_at: Timestamp,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The instant at which it becomes overdue; absent if it was held or is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy.
    pub policy_digest: String,
    /// The version of the time zone database.
    pub tzdb_version: String,
}

/// The verdicts about a retrospective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.RetroVerdict", rename_all = "snake_case")]
pub enum RetroVerdict {
    /// It was held.
    Held,
    /// There is time left.
    Ahead,
    /// It was not held in time.
    Overdue,
}

/// Says until when the retrospective of a release has to be held, and whether it was.
///
/// It is due on the last business day within the days of the policy, and if there is none, on the first business day after them.
///
/// ```
/// use relcore::{NaiveDate, retrospective::{Policy, RetroVerdict, retro_due}, time::BusinessCalendar};
/// let at = |text| relcore::Timestamp::parse(text);
/// // Deployed on a Thursday; the Thursday after it is a holiday.
/// let holiday = BusinessCalendar::default().holidays([NaiveDate::parse("2026-12-17")?]);
/// let policy = Policy::default().calendar(holiday);
/// let due = retro_due(at("2026-12-10T14:00:00Z")?, None, &policy, at("2026-12-14T08:00:00Z")?)?;
/// assert_eq!((due.verdict, due.due_on), (RetroVerdict::Ahead, NaiveDate::parse("2026-12-16")?));
/// // Pitfall: at the end of that day it is overdue.
/// let due = retro_due(at("2026-12-10T14:00:00Z")?, None, &policy, at("2026-12-16T17:00:00Z")?)?;
/// assert_eq!(due.verdict, RetroVerdict::Overdue);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `out_of_range` for a deployment and a
/// retrospective after `now` and for a calendar without business days, `unordered` for a retrospective before the deployment.
pub fn retro_due(
    deployed_at: Timestamp,
    held_at: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> Result<RetroDue> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(policy.clone(), "policy"));
    for (path, at) in [("deployedAt", Some(deployed_at)), ("heldAt", held_at)] {
        let Some(at) = at else { continue };
        let text = format_args!("`{at}` is after `now`");
        faults.check(at <= now, ErrorKind::OutOfRange, format_args!("{path}"), text);
        let text = format_args!("`{at}` is before `{deployed_at}`, the deployment");
        faults.check(at >= deployed_at, ErrorKind::Unordered, format_args!("{path}"), text);
    }
    faults.finish()?;
    let policy_digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();
    let (due_on, due_at) = due(deployed_at, policy)?;
    let (verdict, code, severity, text) = match held_at {
        Some(held) if held > due_at => {
            let late = format_duration(held.since(due_at));
            let text = format!("the retrospective was held at {held}, {late} late");
            (RetroVerdict::Held, code::RETROSPECTIVE_HELD_LATE, Severity::Warning, text)
        }
        Some(held) => {
            let text = format!("the retrospective was held at {held}, in time");
            (RetroVerdict::Held, code::RETROSPECTIVE_HELD, Severity::Info, text)
        }
        None if now >= due_at => {
            let text = format!("the retrospective was due at {due_at}");
            (RetroVerdict::Overdue, code::RETROSPECTIVE_OVERDUE, Severity::Warning, text)
        }
        None => {
            let text =
                format!("the retrospective is due at {due_at}, in {}", format_duration(due_at.since(now)));
            (RetroVerdict::Ahead, code::RETROSPECTIVE_AHEAD, Severity::Info, text)
        }
    };
    Ok(RetroDue {
        verdict,
        due_on,
        due_at,
        reasons: vec![Reason::new(code, severity, "retrospective", text)],
        next_check_at: (verdict == RetroVerdict::Ahead).then_some(due_at),
        policy_digest,
        tzdb_version: crate::time::tzdb_version(),
    })
}

fn due(deployed_at: Timestamp, policy: &Policy) -> Result<(NaiveDate, Timestamp)> {
    let zone = zone(&policy.zone, "policy.zone")?;
    let minutes = minute_of_day(&policy.time).map_err(|error| error.under("policy.time"))?;
    let day = local_date_in(deployed_at, zone).map_err(|error| error.under("deployedAt"))?;
    let too_few = || Error::new(ErrorKind::OutOfRange, "policy.calendar", "has too few business days");
    let days = i32::try_from(policy.within_days).map_err(|_| too_few())?;
    let within = (1..=days).rev().filter_map(|days| day.plus_days(days));
    let after = (1..=MOST_DAYS).filter_map(|more| day.plus_days(days.saturating_add(more)));
    let due_on = within.chain(after).find(|day| policy.calendar.is_business_day(*day)).ok_or_else(too_few)?;
    Ok((due_on, local_instant(due_on, minutes, zone, true)?))
}

/// Ten years, as for business days.
const MOST_DAYS: i32 = 3660;

/// Writes whether a retrospective is due as text for a person.
///
/// ```
/// use relcore::retrospective::{Policy, explain_retro, retro_due};
/// let now = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// assert!(explain_retro(&retro_due(now, None, &Policy::default(), now)?).starts_with("AHEAD"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_retro(due: &RetroDue) -> String {
    due.explain()
}

/// The consequence for the caller: `ask` if it is overdue, `wait` while there is time, `proceed` once it was held.
///
/// ```
/// use relcore::retrospective::{Policy, outcome_of_retro, retro_due};
/// let now = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// let held = retro_due(now, Some(now), &Policy::default(), now)?;
/// assert_eq!(outcome_of_retro(&held), relcore::decision::Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_retro(due: &RetroDue) -> Outcome {
    Explain::outcome(due)
}

/// The text of [`explain_retro`].
impl fmt::Display for RetroDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for RetroDue {
    fn headline(&self) -> String {
        match self.verdict {
            RetroVerdict::Held => "HELD: the retrospective was held".to_owned(),
            RetroVerdict::Ahead => format!("AHEAD: the retrospective is due on {}", self.due_on),
            RetroVerdict::Overdue => format!("OVERDUE: the retrospective was due on {}", self.due_on),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            RetroVerdict::Held => Outcome::Proceed,
            RetroVerdict::Ahead => Outcome::Wait,
            RetroVerdict::Overdue => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when it is overdue"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
