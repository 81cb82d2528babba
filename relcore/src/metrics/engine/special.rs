//! Summaries that need each item with its instant: medians of periods and of days.
use super::read::Reader;
use super::runs::rank_rule;
use super::watch::{Counts, Item};
use crate::metrics::{
    DurationSummary, Estimate, FrequencyRule, LeadUnit, Metric, PartialBuckets, Policy, UndefinedReason,
};
use crate::stats;
use crate::time::{BucketUnit, TimeRange, buckets};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the policy has a summary of this kind.
pub(in crate::metrics) fn needs_items(policy: &Policy) -> bool {
    matches!(policy.frequency_rule, FrequencyRule::Median | FrequencyRule::MedianDays)
        || policy.summary == DurationSummary::DailyMedians
}

/// Makes these summaries of items.
pub(in crate::metrics) struct Special<'a> {
    reader: &'a Reader<'a>,
    policy: &'a Policy,
    zone: &'a str,
    /// The local days of the range.
    days: Vec<TimeRange>,
}

impl<'a> Special<'a> {
    /// The zone must exist, and the range must have no more days than buckets can.
    pub(in crate::metrics) fn new(
        reader: &'a Reader<'a>,
        policy: &'a Policy,
        range: &TimeRange,
        zone: &'a str,
    ) -> crate::error::Result<Self> {
        let days = if needs_items(policy) {
            buckets(range, &BucketUnit::Day, zone, &policy.week_start)?
        } else {
            vec![]
        };
        Ok(Self { reader, policy, zone, days })
    }

    /// Puts the summary of the policy in the place of the usual one; `items` are those of the metric in the range.
    pub(in crate::metrics) fn apply(
        &self,
        metric: Metric,
        range: &TimeRange,
        items: &[Item],
        estimate: &mut Estimate,
    ) {
        if estimate.value.is_none() {
            return;
        }
        match metric {
            Metric::DeploymentFrequency => self.frequency(range, items, estimate),
            Metric::ChangeLeadTime | Metric::FailedDeploymentRecoveryTime
                if self.policy.summary == DurationSummary::DailyMedians =>
            {
                estimate.value = self.daily_medians(metric, items);
                estimate.interval = None;
            }
            _ => {}
        }
    }

    /// The median of the days' medians, in seconds; days of two environments are two.
    fn daily_medians(&self, metric: Metric, items: &[Item]) -> Option<f64> {
        let mut days: BTreeMap<(u32, usize), Vec<i64>> = BTreeMap::new();
        let mut of_deployment: BTreeMap<_, (usize, Vec<i64>)> = BTreeMap::new();
        for item in items {
            let Ok(Counts::Lasted(length)) = item.counts else { continue };
            let day = self.day(item.at);
            if metric == Metric::ChangeLeadTime && self.policy.lead_unit == LeadUnit::Deployment {
                of_deployment.entry(item.deployment).or_insert((day, vec![])).1.push(length);
                continue;
            }
            let environment = item.deployment.map_or(0, |deployment| self.reader.environment_of(deployment));
            days.entry((environment, day)).or_default().push(length);
        }
        for (deployment, (day, lengths)) in of_deployment {
            let environment = deployment.map_or(0, |deployment| self.reader.environment_of(deployment));
            days.entry((environment, day)).or_default().extend(self.median_of(&lengths));
        }
        let medians: Vec<f64> = days.values().filter_map(|lengths| self.median(lengths)).collect();
        self.median_of_medians(&medians).map(|millis| millis / 1000.0)
    }

    fn day(&self, at: i64) -> usize {
        self.days.partition_point(|day| day.end.as_millis() <= at)
    }

    /// The median of lengths in milliseconds, cut to a whole one.
    fn median_of(&self, lengths: &[i64]) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "between two values that are i64")]
        self.median(lengths).map(|median| median as i64)
    }

    fn median(&self, lengths: &[i64]) -> Option<f64> {
        let mut lengths = lengths.to_vec();
        let at = (!lengths.is_empty())
            .then(|| stats::Position::of(0.5, lengths.len(), rank_rule(self.policy.quantile)))?;
        stats::select(&mut lengths, &[at.rank, at.next]);
        at.read(&lengths)
    }

    fn median_of_medians(&self, medians: &[f64]) -> Option<f64> {
        let mut medians = medians.to_vec();
        medians.sort_unstable_by(f64::total_cmp);
        let at = (!medians.is_empty())
            .then(|| stats::Position::of(0.5, medians.len(), rank_rule(self.policy.quantile)))?;
        let (low, high) = (medians.get(at.rank)?, medians.get(at.next)?);
        Some(low + at.part * (high - low))
    }

    /// The frequency by the rule of the policy.
    fn frequency(&self, range: &TimeRange, items: &[Item], estimate: &mut Estimate) {
        let counted = || items.iter().filter(|item| item.counts == Ok(Counts::One));
        let days = match self.policy.frequency_rule {
            FrequencyRule::Mean | FrequencyRule::FlooredMean => return,
            FrequencyRule::Median => false,
            FrequencyRule::MedianDays => true,
        };
        let (unit, week) = (self.policy.frequency_unit, self.policy.week_start);
        // The range has been cut into days, so there are no more periods than buckets can be.
        let mut periods = buckets(range, &unit, self.zone, &week).unwrap_or_default();
        if self.policy.partial_buckets == PartialBuckets::Drop {
            periods.retain(|period| range.start <= period.start && period.end <= range.end);
        }
        let mut n = vec![0_i64; periods.len()];
        let mut seen = BTreeSet::new();
        for item in counted() {
            if days && !seen.insert(self.day(item.at)) {
                continue;
            }
            let index = periods.partition_point(|period| period.end.as_millis() <= item.at);
            let is_in = periods.get(index).is_some_and(|period| period.start.as_millis() <= item.at);
            if let Some(n) = n.get_mut(index).filter(|_| is_in) {
                *n = n.saturating_add(1);
            }
        }
        estimate.interval = None;
        estimate.value = self.median(&n);
        if estimate.value.is_none() {
            estimate.undefined = Some(UndefinedReason::EmptyRange);
        }
    }
}
