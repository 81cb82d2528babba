//! How counts are added to those of their weight.
//!
//! Each weight has counts of its own, since the share of the traffic changes with it: totals over several weights would
//! compare the night of one version with the day of the other. The e-values of the weights are combined as a mixture over
//! the weight at which the new version became worse: M = (M + 1/J) e at each of J weights, where e is the e-value of the
//! counts at this weight. It is 1 at most on average at every stopping time, as each of its J products is. A plain product
//! would carry the losses of the good weights into the test of the first bad one.
//!
//! A weight whose ratio is within the margin carries no more than the capital that was staked so far: with more, harm would be
//! proven at the next weight before anything was read there, and chance would decide whether its ratio is beyond the margin. To
//! give capital up is always valid.
use super::compare::{ComparedCounts, CountKind, CountRule, Read, ReadTotals};
use super::metric::{MeasurementPhase, Metric};
use super::schedule::Schedule;
use super::state::MetricState;
use super::step::Step;
use crate::scalar::Count;
use crate::stats::{self, Counts, Verdict};
use crate::time::{Span, Timestamp};

/// What became of a reading.
pub(super) struct Counted {
    pub(super) phase: MeasurementPhase,
    /// The traffic of the new version that was counted.
    pub(super) n: Option<Count>,
    /// Why nothing was counted, if that needs an explanation.
    pub(super) text: Option<String>,
}

/// Adds the counts of a reading to those of its weight; `None` for a reading that changes nothing, because its window overlaps
/// one that was counted.
///
/// `begins` is when the present weight was set or, if that is later, the metric began to count.
pub(super) fn count(
    schedule: &Schedule,
    metric: &Metric,
    rule: &CountRule,
    state: &mut MetricState,
    begins: Timestamp,
    read: Read,
) -> Option<Counted> {
    let undecided =
        |text: Option<String>| Some(Counted { phase: MeasurementPhase::Inconclusive, n: None, text });
    let last = state.compared.map(|compared| compared.counted_until.unwrap_or(compared.since));
    // From when on the reading counts, and what it counts.
    let (from, growth) = match (rule.counts, metric.window) {
        (CountKind::Totals, _) => match state.grow(read) {
            Ok(grown) => grown,
            Err(text) => {
                state.enter_weight(schedule, begins, read.at, rule);
                return undecided(Some(text));
            }
        },
        (CountKind::Increments, Some(window)) => {
            (read.at.plus(Span::ZERO.saturating_sub(window)).unwrap_or(read.at), read)
        }
        // What was read before counting began is where the next reading begins.
        (CountKind::Increments, None) => {
            let ignored = state.totals.map(|ignored| ignored.at);
            (last.or(ignored).unwrap_or(begins), read)
        }
    };
    state.enter_weight(schedule, begins, read.at, rule);
    let Some(compared) = state.compared.as_mut() else {
        return undecided(Some(format!("its counts were read before {begins}, when the weight began")));
    };
    // A reading that comes late belongs to the weight before. One that began at another weight is of neither.
    let is_of_weight = compared.ended_at.is_none_or(|ended| read.at <= ended);
    let is_new = from >= compared.since && from >= compared.counted_until.unwrap_or(compared.since);
    let is_overlap = metric.window.is_some() && from >= compared.since && !is_new;
    if is_of_weight && is_overlap {
        return None;
    }
    let is_counted = is_of_weight && is_new && compared.add(&growth);
    if is_counted || (is_of_weight && metric.window.is_none()) {
        compared.counted_until = Some(read.at);
    }
    if !is_counted {
        // What proves nothing new must not repeat what was proven.
        let why = if is_of_weight && is_new {
            "its counts are more than can be compared".to_owned()
        } else {
            format!("its counts began at {from}, at another weight or before counting began")
        };
        return undecided(Some(why));
    }
    let has_traffic = growth.canary.exposure > 0.0 && growth.baseline.exposure > 0.0;
    let phase = match compared.judge(rule).0 {
        Verdict::Failed => MeasurementPhase::Failed,
        Verdict::Passed if has_traffic => MeasurementPhase::Successful,
        Verdict::Passed | Verdict::NoData => MeasurementPhase::NoData,
        _ => MeasurementPhase::Inconclusive,
    };
    Some(Counted { phase, n: stats::whole(growth.canary.exposure), text: None })
}

impl Schedule {
    /// At how many weights counts are compared.
    fn compared_weights(&self) -> u32 {
        let below = self.steps.iter().filter_map(Step::weight).filter(|weight| *weight < 100.0).count();
        u32::try_from(below).unwrap_or(u32::MAX).max(1)
    }
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

    /// Keeps what was read before the metric counts: it is where counting begins.
    pub(super) fn keep_ignored(&mut self, rule: &CountRule, read: Read) {
        if rule.counts == CountKind::Totals || self.compared.is_none() {
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
        let staked = libm::log(f64::from(weights.min(all)) / f64::from(all));
        let proven = before.map_or(f64::NEG_INFINITY, |before| {
            let proven = before.judge(rule).1;
            if before.is_beyond(rule) { proven } else { proven.min(staked) }
        });
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

    /// Keeps the part of the capital that was staked, where the number of weights changes: with more, the shares of all weights
    /// would be more than there is.
    pub(super) fn restake(&mut self, before: &Schedule, after: &Schedule) {
        if let Some(compared) = &mut self.compared {
            let (of, now) = (u64::from(before.compared_weights()), u64::from(after.compared_weights()));
            let staked = u64::from(compared.weights).min(of);
            let kept = staked.saturating_mul(now).div_ceil(of.max(1));
            compared.weights = u32::try_from(kept).unwrap_or(u32::MAX);
        }
    }

    /// Ends the counts of a weight.
    pub(super) fn end_weight(&mut self, at: Timestamp) {
        if let Some(compared) = &mut self.compared {
            compared.ended_at = compared.ended_at.or(Some(at));
        }
    }
}

/// The growth of a counter with its traffic; none if one of them fell.
fn growth(before: &Counts, after: &Counts) -> Option<Counts> {
    let events = Count::new(after.events.get().checked_sub(before.events.get())?).ok()?;
    let exposure = after.exposure - before.exposure;
    (exposure >= 0.0).then_some(Counts { events, exposure })
}

/// The logarithm of the sum of two numbers, of which these are the logarithms.
fn ln_sum(a: f64, b: f64) -> f64 {
    let (less, more) = if a < b { (a, b) } else { (b, a) };
    if more == f64::NEG_INFINITY { more } else { more + libm::log1p(libm::exp(less - more)) }
}
