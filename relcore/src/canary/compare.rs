//! Metrics whose counts are compared with those of the previous version: the rule, and the state of a comparison.
use crate::error::Faults;
use crate::input::input;
use crate::scalar::Count;
use crate::stats::{self, Counts, Direction, Looks, Policy, Verdict};
use crate::time::Timestamp;
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};

input! {
    /// When the counts of the new version are worse than those of the previous one, and how certain that must be.
    ///
    /// Both versions are counted over the same time. The test stays valid however often the caller looks
    /// ([`compare_counts`](crate::stats::compare_counts) with `looks: any`).
    ///
    /// | verdict | condition | effect |
    /// | --- | --- | --- |
    /// | failed | "no worse" is rejected, and the ratio is beyond the margin | a failed measurement: `on.failed` |
    /// | passed | "worse by the margin or more" is rejected at this weight | a good measurement |
    /// | inconclusive | neither is proven yet | the step goes on, a bake up to its `max`: `on.inconclusive` |
    /// | no data | a version has no traffic | no measurement: `on.no_data` |
    /// | invalid | a version has events without traffic | as inconclusive |
    ///
    /// ```
    /// use relcore::canary::{Action, CountRule, Metric, Rollout, Schedule, Step, counts};
    /// use relcore::{Span, Timestamp, stats::Counts};
    /// let bake = Step::Bake { min: Span::from_minutes(10), max: Some(Span::from_hours(2)), min_samples: None };
    /// let steps = [Step::SetWeight { weight: 5.0 }, bake, Step::SetWeight { weight: 100.0 }];
    /// let errors = Metric::new("errors").compare(CountRule::default());
    /// let rollout = Rollout::new(Schedule::new(steps).metrics([errors]))?;
    /// let at = |text| Timestamp::parse(text);
    /// let begin = at("2026-11-23T09:00:00Z")?;
    /// let state = rollout.next_action(&rollout.start(begin)?, &[], begin)?.state;
    ///
    /// let now = at("2026-11-23T09:01:00Z")?;
    /// let previous = Counts::new(190_u32, 19_000.0); // 1 % of its requests failed in this minute
    /// let bad = counts("errors", &Counts::new(40_u32, 1000.0), &previous, now);
    /// assert_eq!(rollout.next_action(&state, &[bad], now)?.verdict, Action::RollBack { previous: 5.0 });
    ///
    /// // Pitfall: a few requests without an error prove nothing, so the bake goes on.
    /// let few = counts("errors", &Counts::new(0_u32, 100.0), &previous, now);
    /// let later = at("2026-11-23T09:30:00Z")?;
    /// assert_eq!(rollout.next_action(&state, &[few], later)?.verdict, Action::Inconclusive {});
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.CountRule", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct CountRule {
        /// Whether more events or fewer are worse. Default `increase_is_bad`, as for errors.
        pub direction: Direction,
        /// The change for the worse, in percent of the rate of the previous version, that is still tolerated. Default 25, as
        /// in `stats`. A smaller margin needs more events: about 650 for 25 % and 3500 for 10 % at a weight of 50 %, and
        /// more at a smaller weight.
        pub margin_percent: f64,
        /// The highest probability that a harmless version fails, over all looks and weights of a run together, and that of a
        /// false `passed` at one weight. Default 0.05, as in `stats`.
        pub alpha: f64,
        /// The number of events at one weight that the previous version must be expected to have, if both have the same
        /// rate, before there is any verdict. Default 5, as in `stats`.
        pub min_expected_events: f64,
        /// What the counts of a reading are. Default `increments`.
        pub counts: CountKind,
    }
}

/// What the counts of a reading are. Either way, each request is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.CountKind", rename_all = "snake_case")]
pub enum CountKind {
    /// What happened since the reading before, or within the `window` of the metric. A reading whose window overlaps one
    /// that was counted is not counted.
    #[default]
    Increments,
    /// Counters that only grow. Their growth since the reading before is counted, so the first reading is only where
    /// counting begins. After a counter fell, counting begins anew at its new value.
    Totals,
}

/// The counts of both versions at the latest weight, and what the weights before it have proven.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ComparedCounts", rename_all = "camelCase", deny_unknown_fields)]
pub struct ComparedCounts {
    /// From when on is counted.
    pub since: Timestamp,
    /// When the weight of these counts ended, once it did. Counts of a later weight replace them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The end of the latest reading that was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_until: Option<Timestamp>,
    /// The counts of the new version.
    pub canary: Counts,
    /// The counts of the previous version.
    pub baseline: Counts,
    /// The natural logarithm of the e-value with which the test for harm begins at this weight. It has what the weights
    /// before have proven.
    pub log_e: f64,
    /// How many weights of the schedule have had their share of the test for harm, with this one. A schedule that is edited
    /// keeps the part of all shares, rounded up.
    pub weights: u32,
}

/// The latest totals of both versions, or the latest increments that were read before counting began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ReadTotals", rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadTotals {
    /// When they were read.
    pub at: Timestamp,
    /// The totals of the new version.
    pub canary: Counts,
    /// The totals of the previous version.
    pub baseline: Counts,
}

impl ReadTotals {
    pub(super) fn is_valid(&self) -> bool {
        self.canary.has_valid_exposure() && self.baseline.has_valid_exposure()
    }
}

impl Default for CountRule {
    fn default() -> Self {
        let Policy { direction, margin_percent, alpha, min_expected_events, .. } = Policy::default();
        Self { direction, margin_percent, alpha, min_expected_events, counts: CountKind::default() }
    }
}

impl CountRule {
    fn policy(&self) -> Policy {
        Policy {
            direction: self.direction,
            margin_percent: self.margin_percent,
            alpha: self.alpha,
            looks: Looks::Any,
            min_expected_events: self.min_expected_events,
        }
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        self.policy().check(path, faults);
    }
}

/// What both versions counted until an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) at: Timestamp,
    pub(super) canary: Counts,
    pub(super) baseline: Counts,
}

impl ComparedCounts {
    pub(super) fn new(since: Timestamp, log_e: f64, weights: u32) -> Self {
        let none = Counts::new(0_u32, 0.0);
        Self { since, ended_at: None, counted_until: None, canary: none, baseline: none, log_e, weights }
    }

    /// Whether readings can lead to it.
    pub(super) fn is_valid(&self) -> bool {
        let arms = self.canary.is_comparable() && self.baseline.is_comparable();
        arms && self.log_e.is_finite() && self.weights > 0
    }

    /// Adds counts, unless the sums were beyond what can be compared.
    pub(super) fn add(&mut self, read: &Read) -> bool {
        let sums = sum(&self.canary, &read.canary).zip(sum(&self.baseline, &read.baseline));
        if let Some((canary, baseline)) = sums {
            (self.canary, self.baseline) = (canary, baseline);
        }
        sums.is_some()
    }

    /// What the counts prove, and the logarithm of the e-value of harm.
    pub(super) fn judge(&self, rule: &CountRule) -> (Verdict, f64) {
        stats::judge_from(self.log_e, &self.canary, &self.baseline, &rule.policy())
    }

    /// Whether the ratio at this weight is beyond the margin.
    pub(super) fn is_beyond(&self, rule: &CountRule) -> bool {
        stats::is_beyond(&self.canary, &self.baseline, &rule.policy())
    }

    /// What the counts prove, with reasons and intervals; without a digest.
    pub(super) fn comparison(&self, rule: &CountRule) -> stats::Comparison {
        stats::compare_from(self.log_e, &self.canary, &self.baseline, &rule.policy())
    }

    /// Whether the counts prove that the new version is no worse than the margin.
    pub(super) fn is_passed(&self, rule: &CountRule) -> bool {
        self.judge(rule).0 == Verdict::Passed
    }
}

fn sum(before: &Counts, more: &Counts) -> Option<Counts> {
    let events = Count::new(before.events.get().saturating_add(more.events.get())).ok()?;
    let sum = Counts { events, exposure: before.exposure + more.exposure };
    sum.is_comparable().then_some(sum)
}
