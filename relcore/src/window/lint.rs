use super::compile::{Compiled, NEVER, Ranges};
use super::definition::{Definition, Kind};
use super::policy::Policy;
use super::schedule::Schedule;
use super::subject::Subject;
use super::timeline::{Passes, Timeline};
use super::windows::Windows;
use crate::error::Result;
use crate::reason::Severity;
use crate::time::{Span, Timestamp, is_in_gap};
use serde::{Deserialize, Serialize};

/// A probable mistake in the windows, made by [`lint`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.Diagnostic", rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable code.
    pub code: DiagnosticCode,
    /// `warning` if releases are blocked or let through in a way that nobody may have meant, else `info`.
    pub severity: Severity,
    /// The path from the policy down: `windows[1].schedule`.
    pub path: String,
    /// The sentence for a person.
    pub text: String,
}

/// The kinds of mistakes in windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "window.DiagnosticCode", rename_all = "snake_case")]
pub enum DiagnosticCode {
    /// The window is never active, like one on 31 February.
    NeverActive,
    /// The window was active for the last time.
    Ended,
    /// The window is active without end.
    NeverEnds,
    /// Deny windows cover the allow window for a year.
    Shadowed,
    /// The clock skips the start of the window on a day of the next two years.
    StartInGap,
    /// The clock passes the start of the window twice on a day of the next two years.
    StartRepeats,
    /// The holidays of the calendar end within 90 days.
    CalendarEnds,
}

/// Finds windows that nobody may have meant: never active, over, without end, covered by others, changed by a clock change,
/// or named by a calendar that runs out.
///
/// ```
/// use relcore::window::{DiagnosticCode, Kind, Policy, Schedule, Definition, lint};
/// let schedule = Schedule::Cron { cron: "0 0 31 2 *".to_owned(), duration: relcore::Span::from_hours(1) };
/// let policy = Policy::default().windows([Definition::new("x", Kind::Allow, schedule)]);
/// let found = lint(&policy, relcore::Timestamp::parse("2026-11-23T03:00:00Z")?)?;
/// assert_eq!(found[0].code, DiagnosticCode::NeverActive); // 31 February: everything is closed for ever
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`](super::policy_from_json), all faults at once, under `policy`.
pub fn lint(policy: &Policy, now: Timestamp) -> Result<Vec<Diagnostic>> {
    let windows = Windows::new(policy.clone())?;
    let mut found = Vec::new();
    let compiled = windows.compiled();
    for (index, (window, ranges)) in policy.windows.iter().zip(compiled).enumerate() {
        let mut add = |code, severity, text: String| {
            let path = format!("windows[{index}].schedule");
            found.push(Diagnostic { code, severity, path, text });
        };
        let name = &window.name;
        match ranges.range_after(now.as_millis()) {
            None if ranges.range_after(Timestamp::MIN_MILLIS).is_none() => {
                let text = format!("the window `{name}` is never active");
                add(DiagnosticCode::NeverActive, Severity::Warning, text);
            }
            None => {
                let severity = if window.kind == Kind::Allow { Severity::Warning } else { Severity::Info };
                add(DiagnosticCode::Ended, severity, format!("the window `{name}` is over for good"));
            }
            Some(range) if range.end == NEVER => {
                let severity = if window.kind == Kind::Deny { Severity::Warning } else { Severity::Info };
                let text = format!("the window `{name}` is active without end");
                add(DiagnosticCode::NeverEnds, severity, text);
            }
            Some(_) if window.kind == Kind::Allow && is_shadowed(policy, compiled, window, ranges, now) => {
                let text = format!("deny windows cover the allow window `{name}` for a year");
                add(DiagnosticCode::Shadowed, Severity::Warning, text);
            }
            Some(_) => {}
        }
        clock_changes(name, ranges, now, &mut add);
    }
    for (name, calendar) in &policy.calendars {
        let users = policy.windows.iter().filter(|window| calendar_of(&window.schedule) == Some(name));
        let limit = crate::time::local_date(now, "UTC")?.plus_days(90);
        if let (Some(last), Some(limit), true) = (calendar.holidays.iter().max(), limit, users.count() > 0)
            && *last <= limit
        {
            found.push(Diagnostic {
                code: DiagnosticCode::CalendarEnds,
                severity: Severity::Warning,
                path: format!("calendars.{name}.holidays"),
                text: format!("the last holiday of the calendar `{name}` is {last}: add the following years"),
            });
        }
    }
    Ok(found)
}

fn calendar_of(schedule: &Schedule) -> Option<&String> {
    match schedule {
        Schedule::Holidays { calendar, .. }
        | Schedule::DaysOff { calendar }
        | Schedule::BusinessDays { calendar, .. } => Some(calendar),
        _ => None,
    }
}

/// Whether the allow window is open at no instant of a year, because of deny windows that count wherever it does.
fn is_shadowed(
    policy: &Policy,
    compiled: &[Compiled],
    window: &Definition,
    ranges: &Compiled,
    now: Timestamp,
) -> bool {
    let covers = |wide: &[String], narrow: &[String]| {
        wide.is_empty() || !narrow.is_empty() && narrow.iter().all(|name| wide.contains(name))
    };
    let denies = policy.windows.iter().zip(compiled).filter(|(deny, _)| {
        deny.kind == Kind::Deny
            && covers(&deny.environments, &window.environments)
            && covers(&deny.services, &window.services)
    });
    let subject = Subject::default();
    let mut timeline = Timeline::new(denies.chain([(window, ranges)]), &subject, now.as_millis());
    let passes = Passes::of(&subject);
    let limit = now.as_millis().saturating_add(Span::from_days(366).as_millis());
    !timeline.is_open(&passes) && !timeline.advance_until(true, &passes, limit)
}

/// Tells the first start that a clock change moves, and the first that it repeats.
fn clock_changes(
    name: &str,
    window: &Compiled,
    now: Timestamp,
    add: &mut impl FnMut(DiagnosticCode, Severity, String),
) {
    let Ranges::Local(local) = &window.ranges else { return };
    let Ok(mut day) = crate::time::local_date_in(now, window.zone) else { return };
    let last = day.plus_days(2 * 366);
    let (mut gap, mut repeat) = (None, None);
    while let Some(found) = local.days.at_or_after(day).filter(|day| last.is_some_and(|last| *day <= last)) {
        match is_in_gap(found, local.start, window.zone) {
            Some(true) if gap.is_none() => gap = Some(found),
            None if repeat.is_none() => repeat = Some(found),
            _ => {}
        }
        let Some(next) = found.plus_days(1) else { break };
        day = next;
    }
    if let Some(day) = gap {
        let text =
            format!("on {day} the clock skips the start of the window `{name}`: it starts after the gap");
        add(DiagnosticCode::StartInGap, Severity::Info, text);
    }
    if let Some(day) = repeat {
        let text = format!(
            "on {day} the clock passes the start of the window `{name}` twice: it starts at the first"
        );
        add(DiagnosticCode::StartRepeats, Severity::Info, text);
    }
}
