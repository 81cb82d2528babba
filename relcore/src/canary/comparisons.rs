use super::check::check_state;
use super::rollout::Rollout;
use super::schedule::Schedule;
use super::state::State;
use crate::error::Result;
use crate::stats::{self, MetricComparison};
use crate::time::Timestamp;

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
pub fn comparisons(schedule: &Schedule, state: &State) -> Result<Vec<MetricComparison>> {
    let rollout = Rollout::new(schedule.clone())?;
    check_state(&rollout, state, Timestamp::from_millis(Timestamp::MAX_MILLIS)?)?;
    let mut found = Vec::new();
    for (metric, counts) in schedule.metrics.iter().zip(&state.metrics) {
        let Some((rule, compared)) = metric.compare.as_ref().zip(counts.compared.as_ref()) else { continue };
        let policy_digest = crate::digest::of(rule)?;
        let comparison = stats::Comparison { policy_digest, ..compared.comparison(rule) };
        found.push(MetricComparison::new(&metric.name, comparison));
    }
    Ok(found)
}
