//! Which deployments count, and how long a span is.
use super::read::Deployment;
use crate::metrics::working_time::WorkingDays;
use crate::metrics::{ExclusionReason, NegativeSpans, Policy, SpanRounding};

/// Whether a deployment counts for the frequency, or why not.
pub(super) fn frequency(deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    counts(deployment.succeeded(), deployment, policy)
}

/// Whether the rates are shares of a deployment, among others, or why not.
pub(super) fn rates(deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    let has_failed = policy.denominator.has_failed() && policy.is_finished(deployment.outcome);
    counts(deployment.succeeded() || has_failed, deployment, policy)
}

fn counts(outcome_counts: bool, deployment: &Deployment, policy: &Policy) -> Result<(), ExclusionReason> {
    if deployment.scope.is_none() {
        Err(ExclusionReason::OtherEnvironment)
    } else if deployment.in_run {
        Err(ExclusionReason::SameRun)
    } else if !outcome_counts {
        Err(ExclusionReason::Outcome)
    } else if policy.uncounted_intents.contains(&deployment.intent) {
        Err(ExclusionReason::Intent)
    } else {
        Ok(())
    }
}

/// How lead or recovery times are measured.
#[derive(Clone, Copy)]
pub(super) struct Spans<'a> {
    negative: NegativeSpans,
    rounding: SpanRounding,
    shortest: i64,
    working: Option<&'a WorkingDays>,
}

impl<'a> Spans<'a> {
    pub(super) fn leads(policy: &Policy, working: Option<&'a WorkingDays>) -> Self {
        let shortest = policy.shortest_lead.as_millis();
        Self { negative: policy.negative_spans, rounding: policy.lead_rounding, shortest, working }
    }

    pub(super) fn recoveries(policy: &Policy, working: Option<&'a WorkingDays>) -> Self {
        Self { negative: policy.negative_spans, rounding: policy.recovery_rounding, shortest: 0, working }
    }

    /// Whether nothing but negative spans needs attention.
    pub(super) fn is_plain(&self) -> bool {
        self.rounding == SpanRounding::Exact && self.shortest == 0 && self.working.is_none()
    }

    /// The time from start to end, where [`is_plain`](Self::is_plain).
    #[inline(always)] // for every change
    pub(super) fn plain(&self, start: i64, end: i64) -> Result<i64, ExclusionReason> {
        self.signed(end.saturating_sub(start))
    }

    /// The time from start to end.
    pub(super) fn measure(&self, start: i64, end: i64) -> Result<i64, ExclusionReason> {
        let length = match self.working {
            None => end.saturating_sub(start),
            Some(days) => days.length(start, end),
        };
        let length = self.signed(length)?;
        // Without a shortest length, one that is negative and kept is not too short.
        if self.shortest > 0 && length < self.shortest {
            return Err(ExclusionReason::TooShort);
        }
        Ok(match self.rounding {
            SpanRounding::Exact => length,
            SpanRounding::MinuteUp => down(length.saturating_neg(), MINUTE).saturating_neg(),
            SpanRounding::MinuteDown => down(length, MINUTE),
            SpanRounding::HourDown => down(length, HOUR),
        })
    }

    #[inline(always)]
    fn signed(&self, length: i64) -> Result<i64, ExclusionReason> {
        match self.negative {
            NegativeSpans::Drop if length < 0 => Err(ExclusionReason::Negative),
            NegativeSpans::Clamp => Ok(length.max(0)),
            NegativeSpans::Drop | NegativeSpans::Keep => Ok(length),
        }
    }
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The greatest multiple of a unit that is not greater.
fn down(length: i64, unit: i64) -> i64 {
    length.saturating_sub(length.rem_euclid(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_rounded_by_the_rule() {
        let measure = |rounding, length| {
            let policy = Policy::default().lead_rounding(rounding).negative_spans(NegativeSpans::Keep);
            Spans::leads(&policy, None).measure(0, length)
        };
        assert_eq!(measure(SpanRounding::Exact, 61_500), Ok(61_500));
        assert_eq!(measure(SpanRounding::MinuteUp, 60_001), Ok(120_000));
        assert_eq!(measure(SpanRounding::MinuteUp, 60_000), Ok(60_000));
        assert_eq!(measure(SpanRounding::MinuteDown, 119_999), Ok(60_000));
        assert_eq!(measure(SpanRounding::MinuteDown, -1), Ok(-60_000));
        assert_eq!(measure(SpanRounding::HourDown, 7_199_999), Ok(3_600_000));
        for edge in [i64::MIN, i64::MAX] {
            assert!(
                measure(SpanRounding::MinuteUp, edge).is_ok()
                    && measure(SpanRounding::HourDown, edge).is_ok()
            );
        }
    }
}
