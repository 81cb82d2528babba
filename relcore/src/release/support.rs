use super::code;
use super::support_line::{Milestone, SupportLine};
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::time::{NaiveDate, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Determines the phase of support of a line, and when it changes.
///
/// The last day of a milestone counts as before it, so a line is supported on its `eol` day. `maintenance` and `lts` name
/// first days. Days are those of the zone of the line.
///
/// | phase | from | to |
/// | --- | --- | --- |
/// | `upcoming` | | the day before `released` |
/// | `current` | `released` | the day before `lts`, or the end of active support |
/// | `active_lts` | `lts` | the end of active support |
/// | `maintenance` | `maintenance`, or the day after `eoas` or `discontinued` | `eol` |
/// | `extended` | the day after `eol` | `eoes` |
/// | `end_of_life` | the day after `eol` and `eoes` | |
/// | `unknown` | the end of active support, without an `eol` | |
///
/// ```
/// use relcore::release::{Milestone, SupportLine, SupportPhase, support_phase};
/// use relcore::{NaiveDate, Timestamp};
/// let line = SupportLine::new("3.9").eol(Milestone::On { date: NaiveDate::parse("2025-10-31")? });
/// let at = |text| support_phase(&line, Timestamp::parse(text)?);
/// assert_eq!(at("2025-10-31T23:59:59Z")?.phase, SupportPhase::Current); // the last day is still supported
/// assert_eq!(at("2025-11-01T00:00:00Z")?.phase, SupportPhase::EndOfLife);
/// // Pitfall: a line that states no end is not supported for ever: its phase is unknown.
/// assert_eq!(support_phase(&SupportLine::new("4"), Timestamp::parse("2025-11-01T00:00:00Z")?)?.missing, ["eol"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for the name `latest`; `unknown_zone` for the zone `Berlin`; `unordered` for an `eol`
/// before `released`, `lts`, `maintenance` or `eoas`, for an `eoes` before `eol`, and for a `maintenance` before `lts`.
pub fn support_phase(line: &SupportLine, now: Timestamp) -> Result<SupportStatus> {
    let mut faults = Faults::new();
    line.check(&mut faults, "line");
    faults.finish()?;
    status_of(line, now)
}

/// As [`support_phase`], of a line that is checked.
pub(super) fn status_of(line: &SupportLine, now: Timestamp) -> Result<SupportStatus> {
    let (today, zone) = line.today(now)?;
    let phase = phase_on(line, today);
    let changes_on = boundaries(line).into_iter().find(|day| *day > today && phase_on(line, *day) != phase);
    let next_check_at = match changes_on {
        Some(day) => crate::time::local_instant(day, 0, zone, false).ok(),
        None => None,
    };
    let flags = flags(line, today);
    let missing = if phase == SupportPhase::Unknown { vec!["eol".to_owned()] } else { Vec::new() };
    Ok(SupportStatus {
        phase,
        next_phase: changes_on.map(|day| phase_on(line, day)),
        changes_on,
        reasons: reasons(line, phase, changes_on, flags, today),
        flags,
        today,
        missing,
        next_check_at,
        policy_digest: crate::digest::of(&Rules { name: "release.support_phase", number: 1 })?,
        tzdb_version: crate::time::tzdb_version(),
    })
}

/// The rules by name and number. A change of any verdict changes the number, and so the digest.
#[derive(Clone, PartialEq, Serialize)]
pub(super) struct Rules {
    pub(super) name: &'static str,
    pub(super) number: u32,
}

fn phase_on(line: &SupportLine, day: NaiveDate) -> SupportPhase {
    let is_reached = |milestone: Option<Milestone>| milestone.map(|milestone| milestone.is_reached(day));
    let has_begun = match line.lts {
        Some(Milestone::On { date }) => day >= date,
        Some(Milestone::Reached {}) => true,
        Some(Milestone::NotReached {}) | None => false,
    };
    let past_active = is_reached(line.eoas) == Some(true)
        || is_reached(line.discontinued) == Some(true)
        || line.maintenance.is_some_and(|first| day >= first);
    let states_active = line.eoas.is_some() || line.discontinued.is_some() || line.maintenance.is_some();
    if line.released.is_some_and(|first| day < first) {
        return SupportPhase::Upcoming;
    }
    match (is_reached(line.eol), is_reached(line.eoes)) {
        (Some(true), Some(false)) => SupportPhase::Extended,
        (Some(true), _) | (None, Some(true)) => SupportPhase::EndOfLife,
        (None, _) if past_active || !states_active => SupportPhase::Unknown,
        _ if past_active => SupportPhase::Maintenance,
        _ if has_begun => SupportPhase::ActiveLts,
        _ => SupportPhase::Current,
    }
}

/// The days on which the phase can change, in order.
fn boundaries(line: &SupportLine) -> Vec<NaiveDate> {
    let after = |milestone: Option<Milestone>| milestone?.date()?.plus_days(1);
    let mut days: Vec<NaiveDate> = [
        line.released,
        line.lts.and_then(Milestone::date),
        line.maintenance,
        after(line.eoas),
        after(line.discontinued),
        after(line.eol),
        after(line.eoes),
    ]
    .into_iter()
    .flatten()
    .collect();
    days.sort_unstable();
    days
}

/// The most days before a milestone at which it is close.
const CLOSE_DAYS: i64 = 120;

/// Whether a milestone is close: at most a third of the time since the release, and at most 120 days, as on endoflife.date.
fn is_close(line: &SupportLine, milestone: Milestone, today: NaiveDate) -> bool {
    let Some(date) = milestone.date() else { return false };
    let left = today.days_until(date);
    let lifetime = line.released.map(|released| released.days_until(date));
    (0..=CLOSE_DAYS).contains(&left) && lifetime.is_none_or(|days| left.saturating_mul(3) <= days)
}

fn flags(line: &SupportLine, today: NaiveDate) -> SupportFlags {
    let reached = |milestone: Option<Milestone>| milestone.map(|milestone| milestone.is_reached(today));
    let close = |milestone: Option<Milestone>| {
        let milestone = milestone?;
        milestone.date().map(|_| is_close(line, milestone, today))
    };
    let ends = [line.eoas, line.eol, line.discontinued, line.eoes];
    SupportFlags {
        is_lts: reached(line.lts).unwrap_or(false),
        is_eoas: reached(line.eoas),
        is_almost_eoas: close(line.eoas),
        is_discontinued: reached(line.discontinued),
        is_almost_discontinued: close(line.discontinued),
        is_eol: reached(line.eol),
        is_almost_eol: close(line.eol),
        is_eoes: reached(line.eoes),
        is_almost_eoes: close(line.eoes),
        is_maintained: ends.into_iter().any(|end| reached(end) == Some(false)),
    }
}

fn reasons(
    line: &SupportLine,
    phase: SupportPhase,
    changes_on: Option<NaiveDate>,
    flags: SupportFlags,
    today: NaiveDate,
) -> Vec<Reason> {
    let name = &line.name;
    let until = match changes_on.and_then(|day| day.plus_days(-1)) {
        Some(last) => format!(" until {last}"),
        None => String::new(),
    };
    let (code, severity, text): (ReasonCode, Severity, String) = match phase {
        SupportPhase::Upcoming => {
            let day = line.released.map(|day| day.to_string()).unwrap_or_default();
            let text = format!("the line `{name}` is released on {day}, and is not supported before");
            (code::LINE_NOT_RELEASED, Severity::Warning, text)
        }
        SupportPhase::Current => {
            (code::LINE_CURRENT, Severity::Info, format!("the line `{name}` is current{until}"))
        }
        SupportPhase::ActiveLts => {
            let text = format!("the line `{name}` has active long-term support{until}");
            (code::LINE_ACTIVE_LTS, Severity::Info, text)
        }
        SupportPhase::Maintenance => {
            let text = format!("the line `{name}` is in maintenance{until}");
            (code::LINE_IN_MAINTENANCE, Severity::Info, text)
        }
        SupportPhase::Extended => {
            let text =
                format!("the support of the line `{name}` has ended, but extended support goes on{until}");
            (code::LINE_EXTENDED, Severity::Warning, text)
        }
        SupportPhase::EndOfLife => {
            let text = format!("the support of the line `{name}` has ended: users must move to another line");
            (code::LINE_ENDED, Severity::Error, text)
        }
        SupportPhase::Unknown => {
            let text = format!("the line `{name}` states no end of support: `eol` is missing");
            (code::LINE_END_UNKNOWN, Severity::Warning, text)
        }
    };
    let mut reasons = vec![Reason::new(code, severity, name, text)];
    let is_supported =
        matches!(phase, SupportPhase::Current | SupportPhase::ActiveLts | SupportPhase::Maintenance);
    let closing = line.eol.and_then(Milestone::date).filter(|_| flags.is_almost_eol == Some(true));
    if let Some(date) = closing.filter(|_| is_supported) {
        let left = today.days_until(date);
        let text = format!("the support of the line `{name}` ends in {left} days, after {date}");
        let evidence = Evidence { observed: whole(left), unit: Some("d".to_owned()), ..Evidence::default() };
        reasons.push(Reason::new(code::LINE_ENDS_SOON, Severity::Warning, name, text).with(evidence));
    }
    reasons
}

fn whole(days: i64) -> Option<f64> {
    i32::try_from(days).ok().map(f64::from)
}

/// The support of a line on a day, made by [`support_phase`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.SupportStatus", rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportStatus {
    /// The phase today.
    pub phase: SupportPhase,
    /// The next phase; absent if time alone does not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_phase: Option<SupportPhase>,
    /// The first day of the next phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_on: Option<NaiveDate>,
    /// The fields that endoflife.date derives.
    pub flags: SupportFlags,
    /// The local day that was decided for.
    pub today: NaiveDate,
    /// The reasons. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that would determine the phase: `eol`.
    pub missing: Vec<String>,
    /// The first instant of the next phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the rules. The rules are fixed; a new version of them has a new digest.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// The fields that endoflife.date derives from the days of a line. One whose milestone is not declared is absent.
///
/// A milestone is reached on the day after its date. It is almost reached within 120 days before it, or within a third of
/// the time from the release to it if that is shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.SupportFlags", rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportFlags {
    /// Whether `lts` is reached: from the day after it, while the phase `active_lts` begins on the day itself.
    pub is_lts: bool,
    /// Whether active support has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_eoas: Option<bool>,
    /// Whether active support ends soon. Absent without a date, as are the others of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_almost_eoas: Option<bool>,
    /// Whether it is no longer offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_discontinued: Option<bool>,
    /// Whether it is soon no longer offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_almost_discontinued: Option<bool>,
    /// Whether support has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_eol: Option<bool>,
    /// Whether support ends soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_almost_eol: Option<bool>,
    /// Whether extended support has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_eoes: Option<bool>,
    /// Whether extended support ends soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_almost_eoes: Option<bool>,
    /// Whether an end is declared that is not reached. Extended support counts, so read `phase` for the support of all users.
    pub is_maintained: bool,
}

/// A phase of support of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.SupportPhase", rename_all = "snake_case")]
pub enum SupportPhase {
    /// It is not released yet.
    Upcoming,
    /// It has active support, without a promise of long-term support so far.
    Current,
    /// It has active long-term support.
    ActiveLts,
    /// It gets security fixes and critical fixes.
    Maintenance,
    /// Its support has ended, except for users of extended support.
    Extended,
    /// Its support has ended.
    EndOfLife,
    /// It states no end of support.
    Unknown,
}

/// Writes the support of a line as text for a person.
///
/// ```
/// use relcore::release::{Milestone, SupportLine, explain_support, support_phase};
/// let line = SupportLine::new("1.x").eol(Milestone::Reached {});
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert!(explain_support(&support_phase(&line, now)?).starts_with("END OF LIFE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_support(status: &SupportStatus) -> String {
    status.explain()
}

/// The consequence of the support of a line for a release from it.
///
/// | phase | outcome |
/// | --- | --- |
/// | `current`, `active_lts`, `maintenance` | `proceed` |
/// | `upcoming` | `wait` |
/// | `extended`, `end_of_life`, `unknown` | `ask` |
///
/// ```
/// use relcore::{decision::Outcome, release};
/// let line = release::SupportLine::new("1.x").eol(release::Milestone::NotReached {});
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert_eq!(release::outcome_of_support(&release::support_phase(&line, now)?), Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_support(status: &SupportStatus) -> Outcome {
    status.outcome()
}

/// The text of [`explain_support`].
impl fmt::Display for SupportStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for SupportStatus {
    fn headline(&self) -> String {
        match self.phase {
            SupportPhase::Upcoming => "UPCOMING: the line is not released",
            SupportPhase::Current => "CURRENT: the line is supported",
            SupportPhase::ActiveLts => "ACTIVE LTS: the line is supported",
            SupportPhase::Maintenance => "MAINTENANCE: the line gets security fixes and critical fixes",
            SupportPhase::Extended => "EXTENDED: the line is supported for users of extended support only",
            SupportPhase::EndOfLife => "END OF LIFE: the line is not supported",
            SupportPhase::Unknown => "UNKNOWN: the line states no end of support",
        }
        .to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.phase {
            SupportPhase::Current | SupportPhase::ActiveLts | SupportPhase::Maintenance => Outcome::Proceed,
            SupportPhase::Upcoming => Outcome::Wait,
            SupportPhase::Extended | SupportPhase::EndOfLife | SupportPhase::Unknown => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
