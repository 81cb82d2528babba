//! Metrics whose counts are compared with those of the previous version: the rule, its state, and how counts are added.
//!
//! Each weight has counts of its own, since the share of the traffic changes with it: totals over several weights would
//! compare the night of one version with the day of the other. The e-values of the weights are combined as a mixture over
//! the weight at which the new version became worse: M = (M + 1/J) e at each of J weights, where e is the e-value of the
//! counts at this weight. It is 1 at most on average at every stopping time, as each of its J products is. A plain product
//! would carry the losses of the good weights into the test of the first bad one.
use super::metric::{MeasurementPhase, Metric};
use super::schedule::Schedule;
use super::state::{MetricState, State};
use super::step::Step;
use crate::error::Faults;
use crate::input::input;
use crate::scalar::Count;
use crate::stats::{self, Counts, Direction, Looks, MetricComparison, Policy, Verdict};
use crate::time::{Span, Timestamp};
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
    /// How many weights were compared in this run, with this one.
    pub weights: u32,
}

/// The latest totals of both versions.
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
        self.canary.is_comparable() && self.baseline.is_comparable()
    }
}

/// What the counts of each compared metric prove, with the estimate, its interval, the e-values and the number of events
/// that are still needed: for a dashboard or a log.
///
/// The test for harm includes the weights before, as the decisions do. A metric without counts is left out.
///
/// ```
/// use relcore::canary::{CountRule, Metric, Rollout, Schedule, Step, comparisons, counts};
/// use relcore::{Timestamp, stats::{Counts, Verdict}};
/// let steps = [Step::SetWeight { weight: 50.0 }, Step::Pause { duration: None }, Step::SetWeight { weight: 100.0 }];
/// let rollout = Rollout::new(Schedule::new(steps).metrics([Metric::new("errors").compare(CountRule::default())]))?;
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let state = rollout.next_action(&rollout.start(begin)?, &[], begin)?.state;
/// // Pitfall: before the first reading there is nothing to compare.
/// assert!(comparisons(rollout.schedule(), &state)?.is_empty());
///
/// let now = Timestamp::parse("2026-11-23T09:01:00Z")?;
/// let seen = counts("errors", &Counts::new(30_u32, 1000.0), &Counts::new(28_u32, 1000.0), now);
/// let state = rollout.next_action(&state, &[seen], now)?.state;
/// let found = comparisons(rollout.schedule(), &state)?;
/// assert_eq!(found[0].comparison.verdict, Verdict::Inconclusive);
/// assert!(found[0].comparison.needed_events > Some(600_u32.into()));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`next_action`](super::next_action) for the schedule, and for a state of another one: `policy_changed`.
pub fn comparisons(schedule: &Schedule, state: &State) -> crate::error::Result<Vec<MetricComparison>> {
    let rollout = super::rollout::Rollout::new(schedule.clone())?;
    super::check::check_state(&rollout, state, Timestamp::from_millis(Timestamp::MAX_MILLIS)?)?;
    let mut found = Vec::new();
    for (metric, counts) in schedule.metrics.iter().zip(&state.metrics) {
        let Some((rule, compared)) = metric.compare.as_ref().zip(counts.compared.as_ref()) else { continue };
        let policy_digest = crate::digest::of(rule)?;
        let comparison = stats::Comparison { policy_digest, ..compared.comparison(rule) };
        found.push(MetricComparison::new(&metric.name, comparison));
    }
    Ok(found)
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

impl Metric {
    /// Whether there is something to compare at a weight: at 100 % the previous version has no traffic.
    pub(super) fn is_comparable_at(&self, weight: f64) -> bool {
        self.compare.is_none() || weight < 100.0
    }
}

impl Schedule {
    /// At how many weights counts are compared.
    fn compared_weights(&self) -> u32 {
        let below = self.steps.iter().filter_map(Step::weight).filter(|weight| *weight < 100.0).count();
        u32::try_from(below).unwrap_or(u32::MAX).max(1)
    }
}

/// What both versions counted until an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) at: Timestamp,
    pub(super) canary: Counts,
    pub(super) baseline: Counts,
}

/// What became of a reading.
pub(super) struct Counted {
    pub(super) phase: MeasurementPhase,
    /// The traffic of the new version that was counted.
    pub(super) n: Option<Count>,
    /// Why nothing was counted, if that needs an explanation.
    pub(super) text: Option<String>,
}

/// Adds the counts of a reading to those of its weight.
///
/// `begins` is when the present weight was set or, if that is later, the metric began to count.
pub(super) fn count(
    schedule: &Schedule,
    metric: &Metric,
    rule: &CountRule,
    state: &mut MetricState,
    begins: Timestamp,
    read: Read,
) -> Counted {
    let last = state.compared.map(|compared| compared.counted_until.unwrap_or(compared.since));
    // From when on the reading counts, and what it counts.
    let (from, growth) = match (rule.counts, metric.window) {
        (CountKind::Totals, _) => match state.grow(read) {
            Ok(grown) => grown,
            Err(text) => {
                state.enter_weight(schedule, begins, read.at, rule);
                return Counted { phase: MeasurementPhase::Inconclusive, n: None, text: Some(text) };
            }
        },
        (CountKind::Increments, Some(window)) => {
            (read.at.plus(Span::ZERO.saturating_sub(window)).unwrap_or(read.at), read)
        }
        (CountKind::Increments, None) => (last.unwrap_or(begins), read),
    };
    state.enter_weight(schedule, begins, read.at, rule);
    let Some(compared) = state.compared.as_mut() else {
        return Counted { phase: MeasurementPhase::Inconclusive, n: None, text: None };
    };
    // A reading that comes late belongs to the weight before. One that began at another weight is of neither.
    let is_of_weight = compared.ended_at.is_none_or(|ended| read.at <= ended);
    let is_new = from >= compared.since && from >= compared.counted_until.unwrap_or(compared.since);
    let is_counted = is_of_weight && is_new && compared.add(&growth);
    if is_counted || (is_of_weight && metric.window.is_none()) {
        compared.counted_until = Some(read.at);
    }
    let phase = match compared.judge(rule).0 {
        Verdict::Failed => MeasurementPhase::Failed,
        Verdict::Passed => MeasurementPhase::Successful,
        Verdict::NoData if is_counted => MeasurementPhase::NoData,
        _ => MeasurementPhase::Inconclusive,
    };
    let n = if is_counted { stats::whole(growth.canary.exposure) } else { None };
    Counted { phase, n, text: None }
}

impl MetricState {
    /// The growth of the totals since the reading before, and when that was; or why there is none.
    fn grow(&mut self, read: Read) -> Result<(Timestamp, Read), String> {
        let now = ReadTotals { at: read.at, canary: read.canary, baseline: read.baseline };
        let Some(before) = self.totals.replace(now) else {
            return Err("its totals were read for the first time".to_owned());
        };
        match growth(&before.canary, &read.canary).zip(growth(&before.baseline, &read.baseline)) {
            Some((canary, baseline)) => Ok((before.at, Read { canary, baseline, ..read })),
            None => Err(format!("a total fell since {}, as after a restart", before.at)),
        }
    }

    /// Keeps totals from before the metric counts: they are where counting begins.
    pub(super) fn keep_totals(&mut self, rule: &CountRule, read: Read) {
        if rule.counts == CountKind::Totals {
            let _ = self.grow(read);
        }
    }

    /// Begins to count at the present weight with its first reading.
    fn enter_weight(&mut self, schedule: &Schedule, begins: Timestamp, at: Timestamp, rule: &CountRule) {
        let before = self.compared.as_ref();
        if at <= begins || before.is_some_and(|before| before.ended_at.is_none()) {
            return;
        }
        let all = schedule.compared_weights();
        let weights = before.map_or(0, |before| before.weights);
        // Each of the weights begins a product of its own with its share of the capital.
        let share = if weights < all { -libm::log(f64::from(all)) } else { f64::NEG_INFINITY };
        let proven = before.map_or(f64::NEG_INFINITY, |before| before.judge(rule).1);
        let log_e = ln_sum(proven, share);
        self.compared = Some(ComparedCounts::new(begins, log_e, weights.saturating_add(1)));
    }

    /// Begins the test anew, if it had proven harm that an operator forgave.
    pub(super) fn forgive_harm(&mut self, schedule: &Schedule, at: Timestamp) {
        let is_good = self.last.as_ref().is_some_and(|last| last.phase == MeasurementPhase::Successful);
        if let Some(compared) = self.compared.as_mut().filter(|_| self.failed > 0 && !is_good) {
            let log_e = -libm::log(f64::from(schedule.compared_weights()));
            let ComparedCounts { ended_at, counted_until, .. } = *compared;
            *compared = ComparedCounts { ended_at, counted_until, ..ComparedCounts::new(at, log_e, 1) };
        }
    }

    /// Ends the counts of a weight.
    pub(super) fn end_weight(&mut self, at: Timestamp) {
        if let Some(compared) = &mut self.compared {
            compared.ended_at = compared.ended_at.or(Some(at));
        }
    }
}

impl ComparedCounts {
    fn new(since: Timestamp, log_e: f64, weights: u32) -> Self {
        let none = Counts::new(0_u32, 0.0);
        Self { since, ended_at: None, counted_until: None, canary: none, baseline: none, log_e, weights }
    }

    /// Whether readings can lead to it.
    pub(super) fn is_valid(&self) -> bool {
        let arms = self.canary.is_comparable() && self.baseline.is_comparable();
        arms && self.log_e.is_finite() && self.weights > 0
    }

    /// Adds counts, unless the sums were beyond what can be compared.
    fn add(&mut self, read: &Read) -> bool {
        let sums = sum(&self.canary, &read.canary).zip(sum(&self.baseline, &read.baseline));
        if let Some((canary, baseline)) = sums {
            (self.canary, self.baseline) = (canary, baseline);
        }
        sums.is_some()
    }

    /// What the counts prove, and the logarithm of the e-value of harm.
    fn judge(&self, rule: &CountRule) -> (Verdict, f64) {
        stats::judge_from(self.log_e, &self.canary, &self.baseline, &rule.policy())
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

/// The growth of a counter with its traffic; none if one of them fell.
fn growth(before: &Counts, after: &Counts) -> Option<Counts> {
    let events = Count::new(after.events.get().checked_sub(before.events.get())?).ok()?;
    let exposure = after.exposure - before.exposure;
    (exposure >= 0.0).then_some(Counts { events, exposure })
}

fn sum(before: &Counts, more: &Counts) -> Option<Counts> {
    let events = Count::new(before.events.get().saturating_add(more.events.get())).ok()?;
    let sum = Counts { events, exposure: before.exposure + more.exposure };
    sum.is_comparable().then_some(sum)
}

/// The logarithm of the sum of two numbers, of which these are the logarithms.
fn ln_sum(a: f64, b: f64) -> f64 {
    let (less, more) = if a < b { (a, b) } else { (b, a) };
    if more == f64::NEG_INFINITY { more } else { more + libm::log1p(libm::exp(less - more)) }
}
