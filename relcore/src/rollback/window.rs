//! The rollback window: whether one version may still go back to another, and when that ends.
use super::Policy;
use super::code;
use super::history::{History, HistoryEvent, Known};
use crate::decision::{Explain, Outcome};
use crate::error::{Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration};
use crate::scalar::Count;
use crate::time::Timestamp;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Says whether the rollback window from one version to an older one is open, when it closes, and why it is closed.
///
/// | what closes it | when |
/// | --- | --- |
/// | `target_not_older` | the target was not deployed before the current version |
/// | `target_is_experiment` | the target was deployed as an experiment only |
/// | `rollback_window_closed` | the current version has served for the policy's `rollbackWindow` |
/// | `window_revisions_exceeded` | the policy's `windowRevisions` or more versions were deployed between the two, as in Argo Rollouts; experiments do not count |
/// | `contract_closes_window` | a contract migration after which the target no longer works |
/// | `new_format_written` | data was written that the target cannot read |
/// | `artifact_expired` | the artifact of the target is deleted |
///
/// Versions are ordered by their first deployment. All causes are listed, not only the first. The window is half-open: it is
/// closed at the instant at which it closes. A version that is deployed again without another one between does not open it
/// anew. A migration that was reverted closes nothing.
///
/// ```
/// use relcore::rollback::{HistoryEvent, HistoryKind, Policy, WindowVerdict, rollback_window};
/// use relcore::{Span, Timestamp};
/// let start = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let deployed = |version: &str, hours| {
///     let at = start.plus(Span::from_hours(hours))?;
///     Ok::<_, relcore::Error>(HistoryEvent::new(at, HistoryKind::Deployed { version: version.to_owned() }))
/// };
/// let events = [deployed("1.4.0", 0)?, deployed("1.5.0", 100)?];
/// let now = start.plus(Span::from_hours(110))?;
/// let window = rollback_window(&events, "1.5.0", "1.4.0", &Policy::default(), now)?;
/// assert_eq!(window.verdict, WindowVerdict::Open);
/// assert_eq!(window.next_check_at, Some(start.plus(Span::from_hours(124))?)); // 24 hours after the deployment
///
/// // Pitfall: a rollback goes to an older version only, also by mistake.
/// let window = rollback_window(&events, "1.4.0", "1.5.0", &Policy::default(), now)?;
/// assert_eq!(window.verdict, WindowVerdict::Closed);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `unknown_reference` for a `current`, a `target` or a version of an event that was never deployed
/// before, `unordered` for an event that is earlier than the one in front of it, `out_of_range` for an event after `now`,
/// more than 100,000 events, and a policy out of range, `invalid_value` for an empty name.
pub fn rollback_window(
    events: &[HistoryEvent],
    current: &str,
    target: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<Window> {
    let mut faults = Faults::new();
    policy.check("policy", &mut faults);
    let history = faults.absorb(History::read(events, now));
    let found = history.as_ref().map(|history| {
        (history.named("current", current, &mut faults), history.named("target", target, &mut faults))
    });
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let (Some(history), Some((Some(current), Some(target)))) = (&history, found) else {
        // Not reached: each of them is a fault.
        return Err(crate::error::Error::new(
            crate::error::ErrorKind::UnknownReference,
            "current",
            "is unknown",
        ));
    };
    Ok(judge(history, current, target, policy, now).into_window(current, target, policy_digest))
}

/// Whether a rollback is still within its window, made by [`rollback_window`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Window", rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// Whether it is open.
    pub verdict: WindowVerdict,
    /// The version that serves.
    pub current: String,
    /// The version to go back to.
    pub target: String,
    /// The versions between the two, without experiments.
    pub revisions_between: Count,
    /// The instant at which it closed; absent if it is open, or was never open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Everything that closed it, or that it is open. Never empty.
    pub reasons: Vec<Reason>,
    /// The instant at which time alone closes it; absent if it is closed or time alone does not close it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// Whether a rollback window is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.WindowVerdict", rename_all = "snake_case")]
pub enum WindowVerdict {
    /// A rollback may be made.
    Open,
    /// A person must decide whether a rollback is made.
    Closed,
}

/// What closes a window, in the past and in the future.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) between: usize,
    /// Each cause that is in effect, with its instant if it has one.
    pub(super) closed: Vec<(Option<Timestamp>, Reason)>,
    /// The instant at which time alone closes it.
    pub(super) closes_at: Option<Timestamp>,
}

/// Looks for everything that closes the window from `current` to `target`.
pub(super) fn judge(
    history: &History,
    current: &Known,
    target: &Known,
    policy: &Policy,
    now: Timestamp,
) -> Judged {
    let mut judged = Judged { between: 0, closed: Vec::new(), closes_at: None };
    let Some(between) = history.versions.get(target.position.saturating_add(1)..current.position) else {
        let text = format!("`{}` was not deployed before `{}`", target.version, current.version);
        judged.close(None, code::TARGET_NOT_OLDER, target, text, Evidence::default());
        return judged;
    };
    if target.is_experiment {
        let text = format!("`{}` was deployed as an experiment only: it never served", target.version);
        judged.close(None, code::TARGET_IS_EXPERIMENT, target, text, Evidence::default());
    }
    let between: Vec<&Known> = between.iter().filter(|known| !known.is_experiment).collect();
    judged.between = between.len();
    if let Some(limit) = policy.window_revisions {
        // The version whose deployment put the target out of reach: the one after the last that is allowed between.
        let after = between.get(usize::try_from(limit).unwrap_or(usize::MAX)..).unwrap_or_default();
        if between.len() as u64 >= u64::from(limit) {
            let last = after.first().copied().unwrap_or(current);
            let text = format!(
                "{} versions lie between `{}` and `{}`: fewer than {limit} are allowed",
                between.len(),
                target.version,
                current.version
            );
            let evidence = Evidence {
                observed: Some(Count::of(between.len()).as_f64()),
                threshold: Some(f64::from(limit)),
                unit: Some("1".to_owned()),
                ..Evidence::default()
            };
            judged.close(Some(last.first_at), code::WINDOW_REVISIONS_EXCEEDED, target, text, evidence);
        }
    }
    // Beyond the year 9999 the window never closes.
    if let Ok(end) = current.served_from.plus(policy.rollback_window) {
        let age = now.since(current.served_from);
        let text = format!(
            "the rollback window has closed: `{}` has served for {}, the window is {} long",
            current.version,
            format_duration(age),
            format_duration(policy.rollback_window)
        );
        let evidence = Evidence {
            observed: Some(age.as_seconds()),
            threshold: Some(policy.rollback_window.as_seconds()),
            unit: Some("s".to_owned()),
            ..Evidence::default()
        };
        judged.close_at(end, now, code::ROLLBACK_WINDOW_CLOSED, current, text, evidence);
    }
    for barrier in &history.barriers {
        // A version that was never deployed is newer than all others.
        let works = history.find(barrier.from).is_some_and(|from| from.position <= target.position);
        if works {
            continue;
        }
        let (code, text) = match barrier.migration {
            Some(migration) => (
                code::CONTRACT_CLOSES_WINDOW,
                format!(
                    "the contract migration `{migration}` closed the rollback window: the schema needs `{}` or later",
                    barrier.from
                ),
            ),
            None => (
                code::NEW_FORMAT_WRITTEN,
                format!("data was written that only `{}` or later can read", barrier.from),
            ),
        };
        judged.close(Some(barrier.at), code, target, text, Evidence::default());
    }
    if let Some(until) = target.kept_until {
        let text = format!("the artifact of `{}` was kept until {until}", target.version);
        judged.close_at(until, now, code::ARTIFACT_EXPIRED, target, text, Evidence::default());
    }
    judged
}

impl Judged {
    fn close(
        &mut self,
        at: Option<Timestamp>,
        code: ReasonCode,
        subject: &Known,
        text: String,
        evidence: Evidence,
    ) {
        self.closed.push((at, Reason::new(code, Severity::Warning, subject.version, text).with(evidence)));
    }

    /// Closes it at an instant that has passed, or says when it will.
    fn close_at(
        &mut self,
        at: Timestamp,
        now: Timestamp,
        code: ReasonCode,
        subject: &Known,
        text: String,
        evidence: Evidence,
    ) {
        if at <= now {
            self.close(Some(at), code, subject, text, evidence);
        } else {
            self.closes_at = Some(self.closes_at.map_or(at, |other| other.min(at)));
        }
    }

    fn into_window(self, current: &Known, target: &Known, policy_digest: String) -> Window {
        let is_open = self.closed.is_empty();
        let was_never_open = self.closed.iter().any(|(at, _)| at.is_none());
        let closed_at = self.closed.iter().filter_map(|(at, _)| *at).min().filter(|_| !was_never_open);
        let mut reasons: Vec<Reason> = self.closed.into_iter().map(|(_, reason)| reason).collect();
        let next_check_at = self.closes_at.filter(|_| is_open);
        if is_open {
            let text = match next_check_at {
                Some(at) => {
                    format!("`{}` may be rolled back to `{}` until {at}", current.version, target.version)
                }
                None => format!("`{}` may be rolled back to `{}`", current.version, target.version),
            };
            reasons.push(Reason::new(code::ROLLBACK_WINDOW_OPEN, Severity::Info, target.version, text));
        }
        Window {
            verdict: if is_open { WindowVerdict::Open } else { WindowVerdict::Closed },
            current: current.version.to_owned(),
            target: target.version.to_owned(),
            revisions_between: Count::of(self.between),
            closed_at,
            reasons,
            next_check_at,
            policy_digest,
        }
    }
}

/// Writes a rollback window as text for a person.
///
/// ```
/// use relcore::rollback::{HistoryEvent, HistoryKind, Policy, explain_window, rollback_window};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let events = ["1.4.0", "1.5.0"]
///     .map(|version| HistoryEvent::new(now, HistoryKind::Deployed { version: version.to_owned() }));
/// let window = rollback_window(&events, "1.5.0", "1.4.0", &Policy::default(), now)?;
/// assert!(explain_window(&window).starts_with("OPEN: `1.5.0` may be rolled back to `1.4.0`\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_window(window: &Window) -> String {
    window.explain()
}

/// The consequence of a rollback window for its caller: `proceed` while it is open, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::rollback::{HistoryEvent, HistoryKind, Policy, rollback_window, outcome_of_window};
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let events = [HistoryEvent::new(now, HistoryKind::Deployed { version: "1.4.0".to_owned() })];
/// // Pitfall: a version is no rollback target of itself.
/// let window = rollback_window(&events, "1.4.0", "1.4.0", &Policy::default(), now)?;
/// assert_eq!(outcome_of_window(&window), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_window(window: &Window) -> Outcome {
    Explain::outcome(window)
}

/// The text of [`explain_window`].
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Window {
    fn headline(&self) -> String {
        let Self { current, target, .. } = self;
        match (self.verdict, self.closed_at) {
            (WindowVerdict::Open, _) => format!("OPEN: `{current}` may be rolled back to `{target}`"),
            (WindowVerdict::Closed, Some(at)) => {
                format!("CLOSED since {at}: `{current}` is not rolled back to `{target}` without a person")
            }
            (WindowVerdict::Closed, None) => {
                format!("CLOSED: `{current}` is not rolled back to `{target}` without a person")
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            WindowVerdict::Open => Outcome::Proceed,
            WindowVerdict::Closed => Outcome::Ask,
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
        ", when the rollback window closes"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
