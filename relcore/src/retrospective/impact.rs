use super::action::ActionItem;
use super::code;
use crate::decision::{Explain, Outcome};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::metrics::{ChangeDirection, Estimate, Measures, Metric, MetricChange, metric_change};
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
    /// What it changed by, as in a review of both ranges; absent where one of both is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<MetricChange>,
    /// Why, with the change, its interval, and 0 as the threshold.
    pub reasons: Vec<Reason>,
    /// What would have to be known: `item.doneAt`, `before`, `after`.
    pub missing: Vec<String>,
    /// The digest of the policy of both measures.
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

/// Compares a metric before and after an action, over the whole ranges of two [`metrics.measure`](crate::metrics::measure).
///
/// It is proven better or worse if the confidence interval of the change has no 0, as in [`metrics.review`](crate::metrics::review())
/// of the two ranges. [`metrics.definitions`](crate::metrics::definitions) has the direction that is better.
///
/// ```
/// use relcore::metrics::{Breakdown, Deployment, DeploymentOutcome, Events, Metric, Policy, measure};
/// use relcore::retrospective::{ActionItem, ActionKind, ImpactVerdict, action_impact};
/// use relcore::{Span, TimeRange, Timestamp};
/// let start = Timestamp::parse("2026-06-01T00:00:00Z")?;
/// // A deployment a day: of the first thirty every third failed, of the next thirty none.
/// let mut deployments = Vec::new();
/// for day in 0..60 {
///     let failed = day < 30 && day % 3 == 0;
///     let outcome = if failed { DeploymentOutcome::Partial } else { DeploymentOutcome::Success };
///     deployments.push(Deployment::new(format!("d{day}"), "shop", start.plus(Span::from_days(day))?, outcome));
/// }
/// let events = Events::default().deployments(deployments);
/// let done = start.plus(Span::from_days(30))?;
/// let of = |start, end| measure(&events, &Policy::default(), &TimeRange { start, end }, &Breakdown::default());
/// let (before, after) = (of(start, done)?, of(done, start.plus(Span::from_days(60))?)?);
/// let item = ActionItem::new("smoke", "Run smoke tests before each deployment", ActionKind::Process).done_at(done);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &before, &after)?;
/// assert_eq!(impact.verdict, ImpactVerdict::Improved);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: it says that the metric changed, not that the action changed it. Other things happened in the same weeks.
///
/// # Errors
/// All faults at once: `unordered` for measures before the action that end after it, for those after the action that begin before
/// it, and for both of overlapping ranges; `policy_changed` for measures under different policies, whose numbers do not compare;
/// `missing_field` for measures without the metric.
pub fn action_impact(
    item: &ActionItem,
    metric: &Metric,
    before: &Measures,
    after: &Measures,
) -> Result<ActionImpact> {
    let mut faults = Faults::new();
    faults.check(
        before.policy_digest == after.policy_digest,
        ErrorKind::PolicyChanged,
        format_args!("after.policyDigest"),
        format_args!("`{}` is not `{}`, that of `before`", after.policy_digest, before.policy_digest),
    );
    match item.done_at {
        Some(done) => {
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
        None => faults.check(
            after.range.start >= before.range.end,
            ErrorKind::Unordered,
            format_args!("after.range.start"),
            format_args!("`{}` is before `{}`, the end of `before`", after.range.start, before.range.end),
        ),
    }
    let mut of = |measures: &Measures, name: &str| {
        let estimate = measures.whole.overall.estimate(*metric).cloned();
        faults.check(
            estimate.is_some(),
            ErrorKind::MissingField,
            format_args!("{name}.whole.overall.figures"),
            format_args!("has no `{metric}`: expected measures of it"),
        );
        estimate
    };
    let estimates = of(before, "before").zip(of(after, "after"));
    faults.finish()?;
    let Some((old, new)) = estimates else {
        return Err(Error::new(ErrorKind::MissingField, "before", "has no figure")); // not reached: a fault above
    };
    Ok(impact(item, *metric, &old, &new, before.policy_digest.clone()))
}

fn impact(
    item: &ActionItem,
    metric: Metric,
    old: &Estimate,
    new: &Estimate,
    policy_digest: String,
) -> ActionImpact {
    let change = metric_change(old, new, metric.better());
    let mut impact = ActionImpact {
        verdict: ImpactVerdict::Inconclusive,
        metric,
        before: old.value,
        after: new.value,
        change,
        reasons: Vec::new(),
        missing: Vec::new(),
        policy_digest,
    };
    let mut lacks = |code: ReasonCode, missing: &str, text: String| {
        impact.reasons.push(Reason::new(code, Severity::Warning, metric.to_string(), text));
        impact.missing.push(missing.to_owned());
    };
    if item.done_at.is_none() {
        let text = "the action is not done, so it has had no effect yet";
        lacks(code::ACTION_NOT_DONE, "item.doneAt", text.to_owned());
    }
    for (name, estimate) in [("before", old), ("after", new)] {
        if estimate.value.is_none() {
            let text = format!("the metric has no value {name} the action");
            lacks(code::METRIC_UNDEFINED, name, text);
        } else if estimate.low_n {
            let text =
                format!("the metric rests on {} items {name} the action, which are too few", estimate.n);
            lacks(code::METRIC_LOW_N, name, text);
        }
    }
    if let (true, Some(change)) = (impact.missing.is_empty(), change) {
        let (verdict, reason) = judge(metric, old, new, &change);
        impact.verdict = verdict;
        impact.reasons.push(reason);
    }
    impact
}

fn judge(metric: Metric, old: &Estimate, new: &Estimate, change: &MetricChange) -> (ImpactVerdict, Reason) {
    let (verdict, code, severity, word) = match change.direction {
        ChangeDirection::Better => {
            (ImpactVerdict::Improved, code::METRIC_IMPROVED, Severity::Info, "which is better")
        }
        ChangeDirection::Worse => {
            (ImpactVerdict::Worsened, code::METRIC_WORSENED, Severity::Warning, "which is worse")
        }
        ChangeDirection::Unclear => (
            ImpactVerdict::NotProven,
            code::METRIC_CHANGE_NOT_PROVEN,
            Severity::Info,
            "which proves neither better nor worse",
        ),
    };
    let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
    let interval = change.interval.map_or("no interval".to_owned(), |Interval { low, high, level }| {
        format!("{} % interval {} to {}", number(level * 100.0), number(low), number(high))
    });
    let text = format!(
        "the metric was {} before the action and is {} after it, a change of {} ({interval}), {word}",
        shown(old.value),
        shown(new.value),
        number(change.difference),
    );
    let evidence = Evidence {
        observed: Some(change.difference),
        threshold: Some(0.0),
        n: Some(new.n),
        interval: change.interval,
        ..Evidence::default()
    };
    (verdict, Reason::new(code, severity, metric.to_string(), text).with(evidence))
}

/// Writes what an action did as text for a person.
///
/// ```
/// # use relcore::metrics::{Breakdown, Events, Metric, Policy, measure};
/// use relcore::retrospective::{ActionItem, ActionKind, action_impact, explain_impact};
/// # let range = |start: &str, end: &str| -> relcore::Result<relcore::TimeRange> {
/// #     Ok(relcore::TimeRange { start: relcore::Timestamp::parse(start)?, end: relcore::Timestamp::parse(end)? })
/// # };
/// # let of = |range| measure(&Events::default(), &Policy::default(), &range, &Breakdown::default());
/// # let before = of(range("2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z")?)?;
/// # let after = of(range("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")?)?;
/// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &before, &after)?;
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
/// # use relcore::metrics::{Breakdown, Events, Metric, Policy, measure};
/// use relcore::retrospective::{ActionItem, ActionKind, action_impact, outcome_of_impact};
/// # let range = |start: &str, end: &str| -> relcore::Result<relcore::TimeRange> {
/// #     Ok(relcore::TimeRange { start: relcore::Timestamp::parse(start)?, end: relcore::Timestamp::parse(end)? })
/// # };
/// # let of = |range| measure(&Events::default(), &Policy::default(), &range, &Breakdown::default());
/// # let before = of(range("2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z")?)?;
/// # let after = of(range("2026-11-09T00:00:00Z", "2026-11-16T00:00:00Z")?)?;
/// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool);
/// let impact = action_impact(&item, &Metric::ChangeFailRate, &before, &after)?;
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
