use super::action::ActionItem;
use super::code;
use crate::decision::{Explain, Outcome};
use crate::error::{ErrorKind, Faults, Result};
use crate::metrics::{DoraReport, DoraRow, Estimate, Metric};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an action item did to a metric, made by [`action_impact`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.ActionImpact", rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionImpact {
    /// Whether the metric became better.
    pub verdict: ImpactVerdict,
    /// The metric.
    pub metric: Metric,
    /// Its value before, in the unit of the metric; absent if it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Its value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
    /// Why, with the value and the interval after the action and the value before it as threshold.
    pub reasons: Vec<Reason>,
    /// What would have to be known: `item.doneAt`, `before`, `after`.
    pub missing: Vec<String>,
    /// The digest of the policy of both reports.
    pub policy_digest: String,
}

/// The verdicts about the impact of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.ImpactVerdict", rename_all = "snake_case")]
pub enum ImpactVerdict {
    /// The metric is proven better.
    Improved,
    /// The metric is proven worse.
    Worsened,
    /// Neither is proven.
    NotProven,
    /// A value is missing or rests on too little.
    Inconclusive,
}

/// Compares a metric before and after an action: the whole ranges of two reports of [`metrics.dora`](crate::metrics::dora).
///
/// It is proven better or worse if the confidence intervals have no value in common. That is stricter than a test at their level, so
/// a real change may remain unproven for a while. Of the deployment frequency more is better, of the other metrics less.
///
/// ```
/// use relcore::metrics::{Deployment, DeploymentOutcome, Metric, Policy, dora};
/// use relcore::retrospective::{ActionItem, ActionKind, ImpactVerdict, action_impact};
/// use relcore::{Span, TimeRange, Timestamp, time::BucketUnit};
/// let start = Timestamp::parse("2026-06-01T00:00:00Z")?;
/// // A deployment a day: of the first thirty every third failed, of the next thirty none.
/// let mut deployments = Vec::new();
/// for day in 0..60 {
///     let failed = day < 30 && day % 3 == 0;
///     let outcome = if failed { DeploymentOutcome::Failure } else { DeploymentOutcome::Success };
///     deployments.push(Deployment::new(format!("d{day}"), "shop", start.plus(Span::from_days(day))?, outcome));
/// }
/// let done = start.plus(Span::from_days(30))?;
/// let report = |start, end| {
///     dora(&deployments, &[], &[], &Policy::default(), &TimeRange { start, end }, &BucketUnit::Month, "UTC")
/// };
/// let (before, after) = (report(start, done)?, report(done, start.plus(Span::from_days(60))?)?);
/// let item = ActionItem::new("smoke", "Run smoke tests before each deployment", ActionKind::Process).done_at(done);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &before, &after)?;
/// assert_eq!(impact.verdict, ImpactVerdict::Improved);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: it says that the metric changed, not that the action changed it. Other things happened in the same weeks.
///
/// # Errors
/// `unordered` for a report before the action that ends after it, and for one after the action that begins before it;
/// `policy_changed` for two reports under different policies, whose numbers do not compare.
pub fn action_impact(
    item: &ActionItem,
    metric: &Metric,
    before: &DoraReport,
    after: &DoraReport,
) -> Result<ActionImpact> {
    let mut faults = Faults::new();
    faults.check(
        before.policy_digest == after.policy_digest,
        ErrorKind::PolicyChanged,
        format_args!("after.policyDigest"),
        format_args!("`{}` is not `{}`, that of `before`", after.policy_digest, before.policy_digest),
    );
    if let Some(done) = item.done_at {
        faults.check(
            before.range.end <= done,
            ErrorKind::Unordered,
            format_args!("before.range.end"),
            format_args!("`{}` is after `{done}`, when the item was done", before.range.end),
        );
        faults.check(
            after.range.start >= done,
            ErrorKind::Unordered,
            format_args!("after.range.start"),
            format_args!("`{}` is before `{done}`, when the item was done", after.range.start),
        );
    }
    faults.finish()?;
    let (old, new) = (estimate(&before.overall, *metric), estimate(&after.overall, *metric));
    let mut impact = ActionImpact {
        verdict: ImpactVerdict::Inconclusive,
        metric: *metric,
        before: old.value,
        after: new.value,
        reasons: Vec::new(),
        missing: Vec::new(),
        policy_digest: before.policy_digest.clone(),
    };
    let mut lacks = |code: ReasonCode, missing: &str, text: String| {
        impact.reasons.push(Reason::new(code, Severity::Warning, metric.to_string(), text));
        impact.missing.push(missing.to_owned());
    };
    if item.done_at.is_none() {
        lacks(
            code::ACTION_NOT_DONE,
            "item.doneAt",
            "the action is not done, so it has had no effect yet".to_owned(),
        );
    }
    for (name, estimate) in [("before", old), ("after", new)] {
        if estimate.value.is_none() || estimate.interval.is_none() {
            let text = format!("the metric has no value with an interval {name} the action");
            lacks(code::METRIC_UNDEFINED, name, text);
        } else if estimate.low_n {
            let text =
                format!("the metric rests on {} items {name} the action, which are too few", estimate.n);
            lacks(code::METRIC_LOW_N, name, text);
        }
    }
    if let (true, Some(one), Some(other)) = (impact.missing.is_empty(), old.interval, new.interval) {
        let (verdict, reason) = compare(*metric, old, &one, new, &other);
        impact.verdict = verdict;
        impact.reasons.push(reason);
    }
    Ok(impact)
}

fn compare(
    metric: Metric,
    old: &Estimate,
    before: &Interval,
    new: &Estimate,
    after: &Interval,
) -> (ImpactVerdict, Reason) {
    let more_is_better = metric == Metric::DeploymentFrequency;
    let (verdict, code, severity, word) = match (after.low > before.high, after.high < before.low) {
        (false, false) => (
            ImpactVerdict::NotProven,
            code::METRIC_CHANGE_NOT_PROVEN,
            Severity::Info,
            "which proves no change",
        ),
        (rises, _) if rises == more_is_better => {
            (ImpactVerdict::Improved, code::METRIC_IMPROVED, Severity::Info, "which is better")
        }
        _ => (ImpactVerdict::Worsened, code::METRIC_WORSENED, Severity::Warning, "which is worse"),
    };
    let shown = |value: Option<f64>, interval: &Interval| {
        let (value, low, high) =
            (value.map(number).unwrap_or_default(), number(interval.low), number(interval.high));
        format!("{value} [{low}, {high}]")
    };
    let text = format!(
        "the metric was {} before the action and is {} after it, {word}",
        shown(old.value, before),
        shown(new.value, after)
    );
    let evidence = Evidence {
        observed: new.value,
        threshold: old.value,
        n: Some(new.n),
        interval: Some(*after),
        ..Evidence::default()
    };
    (verdict, Reason::new(code, severity, metric.to_string(), text).with(evidence))
}

fn estimate(row: &DoraRow, metric: Metric) -> &Estimate {
    match metric {
        Metric::DeploymentFrequency => &row.deployment_frequency,
        Metric::ChangeLeadTime => &row.change_lead_time,
        Metric::ChangeFailRate => &row.change_fail_rate,
        Metric::FailedDeploymentRecoveryTime => &row.failed_deployment_recovery_time,
        Metric::DeploymentReworkRate => &row.deployment_rework_rate,
    }
}

/// Writes what an action did as text for a person.
///
/// ```
/// # use relcore::metrics::{Metric, Policy, dora};
/// use relcore::retrospective::{ActionItem, ActionKind, action_impact, explain_impact};
/// # let range: relcore::TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#).unwrap();
/// # let report = dora(&[], &[], &[], &Policy::default(), &range, &relcore::time::BucketUnit::Week, "UTC")?;
/// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &report, &report)?;
/// assert!(explain_impact(&impact).starts_with("INCONCLUSIVE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_impact(impact: &ActionImpact) -> String {
    impact.explain()
}

/// The consequence for the caller: `proceed` if the metric is better, `wait` for more data if nothing is proven, `ask` if it is worse or
/// something is missing.
///
/// ```
/// # use relcore::metrics::{Metric, Policy, dora};
/// use relcore::retrospective::{ActionItem, ActionKind, action_impact, outcome_of_impact};
/// # let range: relcore::TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#).unwrap();
/// # let report = dora(&[], &[], &[], &Policy::default(), &range, &relcore::time::BucketUnit::Week, "UTC")?;
/// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &report, &report)?;
/// assert_eq!(outcome_of_impact(&impact), relcore::decision::Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_impact(impact: &ActionImpact) -> Outcome {
    Explain::outcome(impact)
}

/// The text of [`explain_impact`].
impl fmt::Display for ActionImpact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for ActionImpact {
    fn headline(&self) -> String {
        let metric = self.metric;
        match self.verdict {
            ImpactVerdict::Improved => format!("IMPROVED: `{metric}`"),
            ImpactVerdict::Worsened => format!("WORSENED: `{metric}`"),
            ImpactVerdict::NotProven => format!("NOT PROVEN: a change of `{metric}`"),
            ImpactVerdict::Inconclusive => format!("INCONCLUSIVE: `{metric}`"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ImpactVerdict::Improved => Outcome::Proceed,
            ImpactVerdict::NotProven => Outcome::Wait,
            ImpactVerdict::Worsened | ImpactVerdict::Inconclusive => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
