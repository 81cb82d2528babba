use super::candidate::person;
use super::code;
use super::gap::{CoverageGap, CoverageOverlap};
use super::requirement::CoverageRequirement;
use super::roster::Roster;
use super::sweep::{Need, Presence, Sweep};
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, Severity, format_duration};
use crate::time::{Span, TimeRange, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Finds the gaps and the overlaps of the people on call in a range and the time after it.
///
/// ```
/// use relcore::readiness::{CoverageVerdict, Roster, Shift, coverage, default_requirement};
/// use relcore::{TimeRange, Timestamp};
/// let at = |text: &str| Timestamp::parse(text);
/// let (start, end) = (at("2026-11-23T09:00:00Z")?, at("2026-11-25T09:00:00Z")?);
/// let roster = Roster::default().shifts([
///     Shift::new("ana", "primary", start, end),
///     Shift::new("kim", "backup", start, at("2026-11-24T09:00:00Z")?),
/// ]);
/// let window = TimeRange { start, end: at("2026-11-23T12:00:00Z")? };
/// let found = coverage(&roster, &window, &default_requirement())?;
/// // Pitfall: the 24 hours after the release count, too.
/// assert_eq!(found.verdict, CoverageVerdict::Gaps);
/// assert_eq!((&*found.gaps[0].role, found.uncovered.to_string()), ("backup", "PT3H".to_owned()));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`requirement_from_json`](super::requirement_from_json) under `requirement`; `invalid_value` for an
/// empty name and a range that ends before it starts, `unordered` for a shift that does, `out_of_range` for a range without an
/// instant and for one that ends after the year 9999.
pub fn coverage(roster: &Roster, range: &TimeRange, requirement: &CoverageRequirement) -> Result<Coverage> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(requirement.clone(), "requirement"));
    roster.check("roster", &mut faults);
    range.check("range", &mut faults);
    let whole = faults.absorb(with_time_after(range, requirement.after));
    faults.finish()?;
    let digest = checked.as_ref().map_or("", Checked::digest); // present, or there was a fault
    decide(roster, &whole.unwrap_or(*range), requirement, digest)
}

/// A range with the time after it.
pub(super) fn with_time_after(range: &TimeRange, after: Span) -> Result<TimeRange> {
    let end = range.end.plus(after).map_err(|error| error.under("range.end"))?;
    if range.start < end || range.end < range.start {
        return Ok(TimeRange { start: range.start, end });
    }
    Err(crate::error::Error::new(ErrorKind::OutOfRange, "range", "has no instant: expected a longer range"))
}

/// Decides with arguments that passed their checks; `range` has the time after the release.
pub(super) fn decide(
    roster: &Roster,
    range: &TimeRange,
    requirement: &CoverageRequirement,
    digest: &str,
) -> Result<Coverage> {
    let needs = Need::all(requirement, range)?;
    let proven = Presence::new(roster, &needs, false);
    let sweep = Sweep::new(&needs, &proven, range, requirement.distinct);
    let possible = match sweep.gaps.is_empty() || !proven.has_unknown() {
        true => None,
        false => {
            let presence = Presence::new(roster, &needs, true);
            Some(Sweep::new(&needs, &presence, range, requirement.distinct))
        }
    };
    // With people who might be quick enough, only the gaps that are left are certain.
    let (verdict, Sweep { gaps, overlaps }) = match possible {
        _ if sweep.gaps.is_empty() => (CoverageVerdict::Covered, sweep),
        None => (CoverageVerdict::Gaps, sweep),
        Some(possible) if possible.gaps.is_empty() => (CoverageVerdict::Inconclusive, sweep),
        Some(possible) => (CoverageVerdict::Gaps, possible),
    };
    let (reasons, missing) = reasons(roster, range, &needs, verdict, &gaps, &overlaps);
    Ok(Coverage {
        verdict,
        range: *range,
        uncovered: Span::from_millis(union_length(&gaps))?,
        gaps,
        overlaps,
        reasons,
        missing,
        next_check_at: None,
        policy_digest: digest.to_owned(),
        tzdb_version: crate::time::tzdb_version(),
    })
}

fn reasons(
    roster: &Roster,
    range: &TimeRange,
    needs: &[Need<'_>],
    verdict: CoverageVerdict,
    gaps: &[CoverageGap],
    overlaps: &[CoverageOverlap],
) -> (Vec<Reason>, Vec<String>) {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    let severity = if verdict == CoverageVerdict::Inconclusive { Severity::Warning } else { Severity::Error };
    for CoverageGap { role, start, end, have, need } in gaps {
        let text = format!("from {start} to {end}, {have} of {need} people are on call as `{role}`");
        let evidence = Evidence {
            observed: Some(f64::from(*have)),
            threshold: Some(f64::from(*need)),
            unit: Some("1".to_owned()),
            ..Evidence::default()
        };
        reasons.push(Reason::new(code::ON_CALL_GAP, severity, role, text).with(evidence));
    }
    if verdict == CoverageVerdict::Covered {
        let text = format!("everybody is on call from {} to {}", range.start, range.end);
        reasons.push(Reason::new(code::ON_CALL_COVERED, Severity::Info, "roster", text));
    }
    let touches = |start: Timestamp, end: Timestamp| start < range.end && end > range.start;
    let mut slow = BTreeSet::new();
    for (index, shift) in
        roster.shifts.iter().enumerate().filter(|(_, shift)| touches(shift.start, shift.end))
    {
        let limits = needs.iter().filter(|need| need.requirement.role == shift.role);
        let Some(limit) = limits.filter_map(|need| need.requirement.responds_within).min() else { continue };
        match shift.responds_within {
            None if verdict != CoverageVerdict::Covered => {
                missing.push(format!("roster.shifts[{index}].respondsWithin"));
            }
            Some(responds) if responds > limit && slow.insert((person(&shift.person), &shift.role)) => {
                let [own, limit] = [responds, limit].map(format_duration);
                let text = format!(
                    "`{}` answers within {own} as `{}`: {limit} are asked for, so the shift does not count",
                    shift.person, shift.role
                );
                let evidence = Evidence {
                    observed: Some(responds.as_seconds()),
                    unit: Some("s".to_owned()),
                    ..Evidence::default()
                };
                let code = code::RESPONSE_TOO_SLOW;
                reasons.push(Reason::new(code, Severity::Info, &shift.person, text).with(evidence));
            }
            _ => {}
        }
    }
    for CoverageOverlap { role, start, end, people, have } in overlaps {
        let text =
            format!("from {start} to {end}, {have} people are on call as `{role}`: {}", people.join(", "));
        reasons.push(Reason::new(code::ON_CALL_OVERLAP, Severity::Info, role, text));
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the roles
    (reasons, missing)
}

/// The milliseconds in which at least one role has a gap.
fn union_length(gaps: &[CoverageGap]) -> i64 {
    let mut ranges: Vec<(i64, i64)> =
        gaps.iter().map(|gap| (gap.start.as_millis(), gap.end.as_millis())).collect();
    ranges.sort_unstable();
    let (mut total, mut reached) = (0_i64, i64::MIN);
    for (start, end) in ranges {
        total = total.saturating_add(end.saturating_sub(start.max(reached)).max(0));
        reached = reached.max(end);
    }
    total
}

/// The gaps and overlaps of a roster, made by [`coverage`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Coverage", rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// Whether everybody who is asked for is on call.
    pub verdict: CoverageVerdict,
    /// The range that was looked at, with the time after the release.
    pub range: TimeRange,
    /// The time in which at least one role has a gap.
    pub uncovered: Span,
    /// The gaps, by role and time. If the verdict is inconclusive, these are the gaps that there may be.
    pub gaps: Vec<CoverageGap>,
    /// The overlaps, by role and time. An overlap is no fault: it may be a handover, or a shift that nobody swapped.
    pub overlaps: Vec<CoverageOverlap>,
    /// The reasons, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that are missing: `roster.shifts[0].respondsWithin`.
    pub missing: Vec<String>,
    /// Always absent: a roster does not change with time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the requirement that was applied.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// Whether everybody who is asked for is on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.CoverageVerdict", rename_all = "snake_case")]
pub enum CoverageVerdict {
    /// Everybody is.
    Covered,
    /// In some time, fewer people are.
    Gaps,
    /// It is not known how soon some of them answer.
    Inconclusive,
}

/// Writes a coverage as text for a person.
///
/// ```
/// use relcore::readiness::{Roster, coverage, default_requirement, explain_coverage};
/// use relcore::{TimeRange, Timestamp};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let found = coverage(&Roster::default(), &TimeRange { start: at, end: at }, &default_requirement())?;
/// assert!(explain_coverage(&found).starts_with("GAPS: 1d of 1d are not covered"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_coverage(coverage: &Coverage) -> String {
    coverage.explain()
}

/// The consequence of a coverage for its caller: `proceed` if everybody is on call, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::readiness::{Roster, coverage, default_requirement, outcome_of_coverage};
/// use relcore::{TimeRange, Timestamp};
/// let at = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let found = coverage(&Roster::default(), &TimeRange { start: at, end: at }, &default_requirement())?;
/// assert_eq!(outcome_of_coverage(&found), Outcome::Ask); // a roster without shifts is one gap, not a pass
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_coverage(coverage: &Coverage) -> Outcome {
    Explain::outcome(coverage)
}

/// The text of [`explain_coverage`].
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Coverage {
    fn headline(&self) -> String {
        let [uncovered, whole] = [self.uncovered, self.range.length()].map(format_duration);
        match self.verdict {
            CoverageVerdict::Covered => format!("COVERED: everybody is on call for {whole}"),
            CoverageVerdict::Gaps => format!("GAPS: {uncovered} of {whole} are not covered"),
            CoverageVerdict::Inconclusive => {
                format!("INCONCLUSIVE: {uncovered} of {whole} may not be covered")
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            CoverageVerdict::Covered => Outcome::Proceed,
            CoverageVerdict::Gaps | CoverageVerdict::Inconclusive => Outcome::Ask,
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
