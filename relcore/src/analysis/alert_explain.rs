use super::alert_report::{AlertReport, AlertVerdict};
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use std::fmt;

/// Writes the state of alerts as text for a person: the verdict, and each alert that is not ok.
///
/// ```
/// use relcore::analysis::{AlertLimit, AlertRule, AlertRules, evaluate_alerts, explain_alerts};
/// let rules = AlertRules::new([AlertRule::new("Cpu", "cpu", AlertLimit::Fixed { value: 0.9 })]);
/// let report = evaluate_alerts(&rules, &[], relcore::Timestamp::parse("2026-11-23T09:00:00Z")?)?;
/// assert!(explain_alerts(&report).starts_with("NO DATA"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_alerts(report: &AlertReport) -> String {
    report.explain()
}

/// The consequence of alerts for their caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `firing` | `roll_back` |
/// | `warning` | `ask` |
/// | `no_data`, `pending` | `wait` |
/// | `ok` | `proceed` |
///
/// ```
/// use relcore::analysis::{evaluate_alerts, outcome_of_alerts, standard_alert_rules};
/// use relcore::decision::Outcome;
/// // Pitfall: alerts that cannot be evaluated are silent, not ok.
/// let report = evaluate_alerts(&standard_alert_rules(), &[], relcore::Timestamp::parse("2026-11-23T09:00:00Z")?)?;
/// assert_eq!(outcome_of_alerts(&report), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_alerts(report: &AlertReport) -> Outcome {
    Explain::outcome(report)
}

/// The text of [`explain_alerts`].
impl fmt::Display for AlertReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for AlertReport {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            AlertVerdict::Firing => "FIRING: the alerts speak against the release",
            AlertVerdict::Warning => "WARNING: an alert needs a person",
            AlertVerdict::NoData => "NO DATA: not every alert can be evaluated",
            AlertVerdict::Pending => "PENDING: a metric is beyond its limit, but not for long enough",
            AlertVerdict::Ok => "OK: no alert speaks against the release",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            AlertVerdict::Firing => Outcome::RollBack,
            AlertVerdict::Warning => Outcome::Ask,
            AlertVerdict::NoData | AlertVerdict::Pending => Outcome::Wait,
            AlertVerdict::Ok => Outcome::Proceed,
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
