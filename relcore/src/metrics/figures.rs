//! From entries to estimates.
use super::engine::{Estimator, Excluded, Item, Reader, Special, count, why_no_lead, why_no_recovery};
use super::ledger::{Counts, Entry};
use super::levels::Level;
use super::metric::MetricKind;
use super::{
    DurationSummary, Estimate, ExclusionReason, LeadUnit, Metric, Policy, QuantileRule, UndefinedReason,
};
use crate::error::Result;
use crate::stats;
use crate::time::TimeRange;
use std::collections::BTreeMap;

/// Makes estimates of entries under a policy.
pub(super) struct Figures<'a> {
    policy: &'a Policy,
    estimator: Estimator<'a>,
    special: Special<'a>,
}

impl<'a> Figures<'a> {
    pub(super) fn new(
        reader: &'a Reader<'a>,
        policy: &'a Policy,
        range: &TimeRange,
        zone: &'a str,
    ) -> Result<Self> {
        let special = Special::new(reader, policy, range, zone)?;
        Ok(Self { policy, estimator: Estimator::new(policy), special })
    }

    /// The estimate of a metric over a range of which these are the entries. `any`: whether there is anything of its kind in the
    /// input, so that none in the range is a number, too.
    pub(super) fn estimate(
        &self,
        metric: Metric,
        range: &TimeRange,
        entries: &[&Entry<'_>],
        any: bool,
    ) -> Estimate {
        let mut excluded = Excluded::default();
        for reason in entries.iter().filter_map(|entry| entry.counts.err()) {
            excluded.add(reason);
        }
        let counted = || entries.iter().filter_map(|entry| entry.counts.ok());
        let number = |of: fn(&Counts) -> bool| counted().filter(of).count() as u64;
        let mut estimate = match metric.kind() {
            MetricKind::Level => Estimate::of(count(0), self.policy.low_n, vec![]),
            MetricKind::Count => {
                let n = number(|counts| *counts == Counts::One);
                self.estimator.count(n, &excluded, any.then_some(()).ok_or(metric.without()))
            }
            MetricKind::Ratio => {
                let of = number(|counts| matches!(counts, Counts::Share(_)));
                let events = number(|counts| *counts == Counts::Event);
                let is_unknown = !any && entries.is_empty();
                let without = if is_unknown { UndefinedReason::NoItems } else { without(metric, &excluded) };
                self.estimator.ratio(events, of, &excluded, without)
            }
            MetricKind::Frequency => {
                let n = number(|counts| *counts == Counts::One);
                self.estimator.frequency(n, range.length(), &excluded, any)
            }
            MetricKind::Share => {
                let parts = counted().fold((0_u64, 0_u64), |(hits, of), counts| match counts {
                    Counts::Share(part) => (hits + u64::from(part), of + 1),
                    Counts::Parts { hits: more, of: items } => {
                        (hits.saturating_add(more), of.saturating_add(items))
                    }
                    _ => (hits, of),
                });
                let (hits, of) = parts;
                let events = number(|counts| *counts == Counts::Event);
                let without = without(metric, &excluded);
                if metric == Metric::ChangeFailRate && self.policy.rate_numerator.counts_incidents() {
                    self.estimator.ratio(events, of, &excluded, without)
                } else {
                    self.estimator.share(hits, of, &excluded, without)
                }
            }
            MetricKind::Duration => {
                let mut ended = self.ended(metric, entries);
                let mut open: Vec<i64> = counted()
                    .filter_map(|counts| if let Counts::Open(length) = counts { Some(length) } else { None })
                    .collect();
                self.estimator.censored(&mut ended, &mut open, &excluded, without(metric, &excluded))
            }
        };
        match metric {
            Metric::ChangeLeadTime if !self.policy.lead_start_fallbacks.is_empty() => {
                let is_fallback = |entry: &&&Entry<'_>| {
                    let start = entry.subject.change.map(|change| change.at(self.policy.lead_start));
                    entry.counts.is_ok() && start.is_some_and(|start| start.is_none())
                };
                estimate.fallbacks = Some(count(entries.iter().filter(is_fallback).count() as u64));
            }
            Metric::CodingTime | Metric::PickupTime | Metric::ReviewTime | Metric::DeliveryTime => {
                let recorded = entries.iter().filter(|entry| entry.counts.is_ok() && entry.is_recorded);
                estimate.affected = Some(count(recorded.count() as u64));
            }
            _ => {}
        }
        let items: Vec<Item> = entries.iter().filter_map(|entry| entry.item).collect();
        self.special.apply(metric, range, &items, &mut estimate);
        estimate
    }

    /// The estimate of a level.
    pub(super) fn level(&self, metric: Metric, level: Level, any: bool) -> Estimate {
        let n = count(level.open);
        let mut estimate = Estimate::of(n, self.policy.low_n, vec![]);
        let seconds = |millis: i64| to_f64(i128::from(millis)) / 1000.0;
        match metric {
            Metric::OpenVulnerabilities => estimate.value = any.then_some(n.as_f64()),
            _ if level.open > 0 => {
                let ages = [level.median, level.p90, level.p95].map(|age| age.map(seconds));
                [estimate.median, estimate.p90, estimate.p95] = ages;
                estimate.mean = Some(to_f64(level.sum) / n.as_f64() / 1000.0);
                estimate.value = match self.policy.summary {
                    DurationSummary::Mean => estimate.mean,
                    DurationSummary::Median | DurationSummary::DailyMedians => estimate.median,
                };
            }
            _ => {}
        }
        if estimate.value.is_none() {
            estimate.undefined = Some(metric.without());
        }
        estimate
    }

    /// The durations of a metric that have ended: of lead times by the unit of the policy.
    fn ended(&self, metric: Metric, entries: &[&Entry<'_>]) -> Vec<i64> {
        let lasted = entries.iter().filter_map(|entry| match entry.counts {
            Ok(Counts::Lasted(length)) => Some((entry, length)),
            _ => None,
        });
        if metric != Metric::ChangeLeadTime || self.policy.lead_unit == LeadUnit::Change {
            return lasted.map(|(_, length)| length).collect();
        }
        let mut by_deployment: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for (entry, length) in lasted {
            let deployment = entry.item.and_then(|item| item.deployment);
            by_deployment.entry(deployment).or_default().push(length);
        }
        by_deployment.into_values().filter_map(|own| median(own, self.policy.quantile)).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "rounded once")]
fn to_f64(millis: i128) -> f64 {
    millis as f64
}

/// The median, cut to a whole millisecond.
fn median(mut values: Vec<i64>, rule: QuantileRule) -> Option<i64> {
    let at = stats::Position::of(0.5, values.len(), super::engine::rank_rule(rule));
    stats::select(&mut values, &[at.rank, at.next]);
    #[expect(clippy::cast_possible_truncation, reason = "between two values that are i64")]
    at.read(&values).map(|median| median as i64)
}

/// Why there is no number.
fn without(metric: Metric, excluded: &Excluded) -> UndefinedReason {
    match metric {
        Metric::ChangeLeadTime => why_no_lead(excluded),
        Metric::FailedDeploymentRecoveryTime => why_no_recovery(excluded),
        Metric::ChangeFailRate | Metric::DeploymentReworkRate => metric.without(),
        _ if excluded.any(&[ExclusionReason::Open]) => UndefinedReason::AllOpen,
        _ if excluded.is_empty() => metric.without(),
        _ => UndefinedReason::AllExcluded,
    }
}
