use super::code;
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, join, quoted, shortened};
use crate::input::input;
use crate::readiness::EscalationStep;
use crate::reason::{Reason, Severity, format_duration};
use crate::time::{Span, Timestamp};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

input! {
    /// Whom support calls, after how long, by severity.
    ///
    /// ```
    /// use relcore::{Span, communication::EscalationPath, readiness::EscalationStep};
    /// let path = EscalationPath::default().repeat_after(Span::from_minutes(30));
    /// assert_eq!(path.steps.len(), 2);
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.EscalationPath", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct EscalationPath {
        /// The roles in the order in which they are called, and the time since the opening after which each is called. Default: the
        /// primary at once, the backup after 5 minutes, the usual timeout of an escalation at PagerDuty.
        pub steps: Vec<EscalationStep>,
        /// The paths of severities that have one of their own, by the name of the severity. Default: none.
        pub severities: BTreeMap<String, Vec<EscalationStep>>,
        /// The time after the call of the last role at which the path begins again. Default: it does not.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub repeat_after: Option<Span>,
    }
}

impl Default for EscalationPath {
    fn default() -> Self {
        Self {
            steps: vec![
                EscalationStep::new("primary", Span::ZERO),
                EscalationStep::new("backup", Span::from_minutes(5)),
            ],
            severities: BTreeMap::new(),
            repeat_after: None,
        }
    }
}

/// The usual path: the primary at once, the backup after 5 minutes.
#[must_use]
pub fn default_escalation() -> EscalationPath {
    EscalationPath::default()
}

/// Reads an escalation path from JSON text. A key that is left out has its default.
///
/// ```
/// let path = relcore::communication::escalation_from_json(
///     r#"{"severities": {"low": [{"role": "support_lead", "after": "4h"}]}, "repeatAfter": "30m"}"#,
/// )?;
/// assert_eq!(path.severities["low"].len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `invalid_value` for a path without steps and an empty role, `out_of_range` for a
/// negative time and a `repeatAfter` of 0, `unordered` for steps that do not rise.
pub fn escalation_from_json(text: &str) -> Result<EscalationPath> {
    wire::policy_from_json(text)
}

/// Reads an escalation path from YAML text. A key that is left out has its default.
///
/// # Errors
/// As [`escalation_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn escalation_from_yaml(text: &str) -> Result<EscalationPath> {
    wire::policy_from_yaml(text)
}

impl PolicyText for EscalationPath {
    const TYPE: &'static str = "communication.EscalationPath";

    fn check(&self, path: &str, faults: &mut Faults) {
        check_steps(&self.steps, &join(path, "steps"), faults);
        for (severity, steps) in &self.severities {
            check_steps(steps, &join(path, &format!("severities.{}", shortened(severity))), faults);
        }
        if let Some(span) = self.repeat_after {
            faults.check(
                span.as_millis() > 0,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, "repeatAfter")),
                format_args!("`{span}` is out of range: expected more than 0"),
            );
        }
    }
}

fn check_steps(steps: &[EscalationStep], path: &str, faults: &mut Faults) {
    faults.check(
        !steps.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("{path}"),
        format_args!("is empty: nobody would be called"),
    );
    let mut last = None;
    for (index, EscalationStep { role, after, .. }) in steps.iter().enumerate() {
        faults.check(
            !role.trim().is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}[{index}].role"),
            format_args!("is empty: expected a role"),
        );
        faults.check(
            !after.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("{path}[{index}].after"),
            format_args!("`{after}` is negative"),
        );
        faults.check(
            last.is_none_or(|last| last < *after),
            ErrorKind::Unordered,
            format_args!("{path}[{index}].after"),
            format_args!("`{after}` is not after the step before it"),
        );
        last = Some(*after);
    }
}

input! {
    /// A request or an alert that somebody has to take.
    ///
    /// ```
    /// let opened = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    /// assert_eq!(relcore::communication::Alert::new("high", opened).acknowledged_at, None);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.Alert", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Alert {
        /// The name of its severity.
        pub severity: String,
        /// When it was opened.
        pub opened_at: Timestamp,
        /// When somebody took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub acknowledged_at: Option<Timestamp>,
    }
}

impl Alert {
    /// An alert that nobody has taken.
    #[must_use]
    pub fn new(severity: impl Into<String>, opened_at: Timestamp) -> Self {
        Self { severity: severity.into(), opened_at, acknowledged_at: None }
    }
}

/// Whose turn it is to be called, made by [`escalation_step`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.Escalation", rename_all = "camelCase", deny_unknown_fields)]
pub struct Escalation {
    /// Whether somebody is called.
    pub verdict: EscalationVerdict,
    /// The role whose turn it is; absent if nobody is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Since when it is its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The role that comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_role: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The instant at which the turn of the next role comes; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the path.
    pub policy_digest: String,
}

/// The verdicts about an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.EscalationVerdict", rename_all = "snake_case")]
pub enum EscalationVerdict {
    /// The role is called.
    Call,
    /// The first role is called later.
    NotYet,
    /// Somebody took it, so nobody else is called.
    Acknowledged,
}

/// Says whose turn it is to be called about an alert.
///
/// A step is reached at its instant, not after it. [`readiness.on_call`](crate::readiness::on_call()) names the people of a role.
///
/// ```
/// use relcore::communication::{Alert, EscalationVerdict, default_escalation, escalation_step};
/// let at = |text| relcore::Timestamp::parse(text);
/// let alert = Alert::new("high", at("2026-11-23T03:00:00Z")?);
/// let step = escalation_step(&alert, &default_escalation(), at("2026-11-23T03:05:00Z")?)?;
/// assert_eq!((step.verdict, step.role.as_deref()), (EscalationVerdict::Call, Some("backup")));
/// // Pitfall: after the last role nothing follows, unless the path has `repeatAfter`.
/// assert_eq!(step.next_check_at, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`escalation_from_json`] under `path`; `unordered` for an acknowledgement before the opening,
/// `out_of_range` for an opening or an acknowledgement after `now`.
pub fn escalation_step(alert: &Alert, path: &EscalationPath, now: Timestamp) -> Result<Escalation> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(path.clone(), "path"));
    let opened = alert.opened_at;
    for (field, at) in [("openedAt", Some(opened)), ("acknowledgedAt", alert.acknowledged_at)] {
        let Some(at) = at else { continue };
        faults.check(
            at <= now,
            ErrorKind::OutOfRange,
            format_args!("alert.{field}"),
            format_args!("`{at}` is after `now`"),
        );
        faults.check(
            at >= opened,
            ErrorKind::Unordered,
            format_args!("alert.{field}"),
            format_args!("`{at}` is before `{opened}`, the opening"),
        );
    }
    faults.finish()?;
    let policy_digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();
    let result = |verdict, role: Option<&str>, since, next: Option<(&str, Timestamp)>, reasons| Escalation {
        verdict,
        role: role.map(str::to_owned),
        since,
        next_role: next.map(|(role, _)| role.to_owned()),
        reasons,
        next_check_at: next.map(|(_, at)| at),
        policy_digest,
    };
    if let Some(at) = alert.acknowledged_at {
        let text =
            format!("somebody took it at {at}, {} after the opening", format_duration(at.since(opened)));
        let reason = Reason::new(code::ESCALATION_ACKNOWLEDGED, Severity::Info, "alert", text);
        return Ok(result(EscalationVerdict::Acknowledged, None, None, None, vec![reason]));
    }

    let steps = path.severities.get(&alert.severity).unwrap_or(&path.steps);
    let (round, elapsed) = round(steps, path.repeat_after, now.since(opened));
    let instant = |after: Span| opened.plus(round.saturating_add(after)).ok();
    let reached = steps.iter().take_while(|step| step.after <= elapsed).last();
    let next = steps.iter().find(|step| step.after > elapsed).map(|step| (&*step.role, step.after));
    let again = path
        .repeat_after
        .zip(steps.first())
        .zip(steps.last())
        .map(|((repeat, first), last)| (&*first.role, last.after.saturating_add(repeat)));
    let next = next.or(again).and_then(|(role, after)| Some((role, instant(after)?)));
    let Some(step) = reached else {
        let text = match next {
            Some((role, at)) => format!("{} is called at {at}", quoted(role)),
            None => "nobody is called yet".to_owned(),
        };
        let reason = Reason::new(code::ESCALATION_NOT_YET, Severity::Info, "path", text);
        return Ok(result(EscalationVerdict::NotYet, None, None, next, vec![reason]));
    };
    let since = instant(step.after);
    let shown = since.map(|at| format!(" since {at}")).unwrap_or_default();
    let text = format!("nobody has taken it, and it is the turn of {}{shown}", quoted(&step.role));
    let mut reasons = vec![Reason::new(code::ESCALATION_TURN, Severity::Warning, &step.role, text)];
    if next.is_none() {
        let text = format!("no role comes after {}", quoted(&step.role));
        reasons.push(Reason::new(code::ESCALATION_LAST_ROLE, Severity::Warning, &step.role, text));
    }
    Ok(result(EscalationVerdict::Call, Some(&step.role), since, next, reasons))
}

/// How far the present round is from the opening, and the time since its beginning. A round begins where the first role is called
/// again: the first one has the time before that call, too.
fn round(steps: &[EscalationStep], repeat_after: Option<Span>, elapsed: Span) -> (Span, Span) {
    let (Some(first), Some(last), Some(repeat)) = (steps.first(), steps.last(), repeat_after) else {
        return (Span::ZERO, elapsed);
    };
    let length = last.after.saturating_sub(first.after).saturating_add(repeat).as_millis();
    let since_first = elapsed.saturating_sub(first.after).as_millis();
    let rounds = since_first.checked_div(length).unwrap_or(0).max(0);
    let start = Span::from_millis(rounds.saturating_mul(length)).unwrap_or(Span::ZERO);
    (start, elapsed.saturating_sub(start))
}

/// Writes whose turn it is as text for a person.
///
/// ```
/// use relcore::communication::{Alert, default_escalation, escalation_step, explain_escalation};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let step = escalation_step(&Alert::new("high", now), &default_escalation(), now)?;
/// assert!(explain_escalation(&step).starts_with("CALL: `primary`"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_escalation(escalation: &Escalation) -> String {
    escalation.explain()
}

/// The consequence for the caller: `ask` if somebody is called, `wait` before the first call, `proceed` once somebody took it.
///
/// ```
/// use relcore::communication::{Alert, default_escalation, escalation_step, outcome_of_escalation};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let step = escalation_step(&Alert::new("high", now).acknowledged_at(now), &default_escalation(), now)?;
/// assert_eq!(outcome_of_escalation(&step), relcore::decision::Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_escalation(escalation: &Escalation) -> Outcome {
    Explain::outcome(escalation)
}

/// The text of [`explain_escalation`].
impl fmt::Display for Escalation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Escalation {
    fn headline(&self) -> String {
        let role = quoted(self.role.as_deref().unwrap_or_default());
        match self.verdict {
            EscalationVerdict::Call => format!("CALL: {role}"),
            EscalationVerdict::NotYet => "NOT YET: nobody is called".to_owned(),
            EscalationVerdict::Acknowledged => "ACKNOWLEDGED: somebody took it".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            EscalationVerdict::Call => Outcome::Ask,
            EscalationVerdict::NotYet => Outcome::Wait,
            EscalationVerdict::Acknowledged => Outcome::Proceed,
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
        ", when the next role is called"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
