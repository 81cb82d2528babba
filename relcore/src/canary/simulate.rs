use super::decision::Decision;
use super::observation::Observation;
use super::rollout::Rollout;
use super::schedule::Schedule;
use super::state::Phase;
use crate::error::{Error, ErrorKind, Result};
use crate::time::{Span, Timestamp};

/// A simulation of more ticks than this is refused.
const MOST_TICKS: i64 = 10_000_000;

/// Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the rollout is
/// over or `until` is reached. Returns only the decisions whose verdict differs from the one before.
///
/// With the observations of an old rollout and another schedule it shows how that schedule would have decided.
///
/// It checks and digests the schedule; for more than one call, [`Rollout::simulate`] does so only once.
///
/// ```
/// use relcore::canary::{Action, simulate, standard_schedule};
/// use relcore::{Span, Timestamp};
/// let begin = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let end = begin.plus(Span::from_days(1))?;
/// let decisions = simulate(&standard_schedule(), &[], begin, Span::from_minutes(10), end)?;
/// assert_eq!(decisions.last().map(|last| &last.verdict), Some(&Action::Complete { previous: 25.0 }));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`next_action`](super::next_action); `invalid_value` for a tick that is not positive or an `until` before the start; `out_of_range` for
/// more than ten million ticks; `unordered` for observations that are not in the order of time.
pub fn simulate(
    schedule: &Schedule,
    observations: &[Observation],
    start_at: Timestamp,
    tick: Span,
    until: Timestamp,
) -> Result<Vec<Decision>> {
    Rollout::new(schedule.clone())?.simulate(observations, start_at, tick, until)
}

impl Rollout {
    /// Replays a rollout: one `next_action` at every tick, with what was observed since the tick before, until the
    /// rollout is over or `until` is reached. Returns only the decisions whose verdict differs from the one before.
    ///
    /// # Errors
    /// As [`Rollout::next_action`]; `invalid_value` for a tick that is not positive or an `until` before the start;
    /// `out_of_range` for more than ten million ticks; `unordered` for observations that are not in the order of time.
    pub fn simulate(
        &self,
        observations: &[Observation],
        start_at: Timestamp,
        tick: Span,
        until: Timestamp,
    ) -> Result<Vec<Decision>> {
        check(observations, start_at, tick, until)?;
        let mut state = self.start(start_at)?;
        let mut decisions: Vec<Decision> = Vec::new();
        let mut rest = observations;
        let mut now = start_at;
        loop {
            let (seen, later) = rest.split_at(rest.partition_point(|observation| observation.at <= now));
            let decision = self.next_action(&state, seen, now)?;
            let over = decision.state.is_over() && decision.state.phase != Phase::RollingBack;
            let changed = decisions.last().is_none_or(|last| last.verdict != decision.verdict);
            if changed {
                state = decision.state.clone();
                decisions.push(decision);
            } else {
                state = decision.state;
            }
            rest = later;
            if now == until || (over && rest.is_empty()) {
                return Ok(decisions);
            }
            now = now.plus(tick).unwrap_or(until).min(until);
        }
    }
}

fn check(observations: &[Observation], start_at: Timestamp, tick: Span, until: Timestamp) -> Result<()> {
    let refused = |kind, path: &str, text: &str| Err(Error::new(kind, path, text));
    if tick <= Span::ZERO {
        return refused(ErrorKind::InvalidValue, "tick", "is out of range: expected a positive span");
    }
    if until < start_at {
        return refused(ErrorKind::InvalidValue, "until", "is before the start");
    }
    if until.since(start_at).as_millis() / tick.as_millis() > MOST_TICKS {
        return refused(ErrorKind::OutOfRange, "tick", "is too short: it makes more than ten million ticks");
    }
    let unordered = observations.windows(2).position(|pair| matches!(pair, [a, b] if b.at < a.at));
    if let Some(index) = unordered {
        let path = format!("observations[{}].at", index.saturating_add(1));
        return refused(ErrorKind::Unordered, &path, "is before the previous observation");
    }
    Ok(())
}
