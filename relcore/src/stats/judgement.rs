//! From the tests of a comparison to its verdict, by the same rules as `compare_counts`.
use super::code;
use super::compare::p_value;
use super::comparison::{Comparison, TestResult, Verdict};
use crate::reason::{Evidence, Interval, Reason, ReasonCode, Severity, number};
use crate::scalar::Count;

/// What the tests of two arms say.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub(super) alpha: f64,
    /// The margin, for a person: `25 %`.
    pub(super) margin: String,
    /// What is compared with the margin, and how.
    pub(super) evidence: Evidence,
    pub(super) ratio: Option<f64>,
    pub(super) ratio_low: Option<f64>,
    pub(super) ratio_high: Option<f64>,
    pub(super) harm: TestResult,
    /// Absent if the method cannot prove it.
    pub(super) safe: Option<TestResult>,
    /// Whether the estimate is worse than the margin.
    pub(super) is_beyond: bool,
    /// Both arms, for a person: subject and observed values.
    pub(super) observed: String,
    /// Why there is no verdict at all, and with which code.
    pub(super) refusal: Option<(ReasonCode, String)>,
    /// The units that there are, those that are needed, and their name.
    pub(super) units: Option<(f64, Count, &'static str)>,
}

impl Judgement {
    pub(super) fn compare(self, policy_digest: String) -> Comparison {
        let rejects = |test: TestResult| test.p <= self.alpha;
        let is_safe = self.safe.is_some_and(rejects);
        let verdict = if self.refusal.is_some() {
            Verdict::Inconclusive
        } else if rejects(self.harm) && self.is_beyond {
            Verdict::Failed
        } else if is_safe {
            Verdict::Passed
        } else {
            Verdict::Inconclusive
        };
        let needed = self
            .units
            .filter(|(there, needed, _)| verdict == Verdict::Inconclusive && needed.as_f64() > *there);
        let mut reasons = vec![self.reason(verdict, needed.map(|(_, needed, unit)| (needed, unit)))];
        if verdict == Verdict::Passed && rejects(self.harm) {
            let text = format!("{}: worse than the baseline, but within the margin", self.observed);
            reasons.push(self.with(code::DEGRADED_WITHIN_MARGIN, Severity::Warning, text, self.harm.p));
        }
        Comparison {
            ratio: self.ratio,
            ratio_low: self.ratio_low,
            ratio_high: self.ratio_high,
            harm: Some(self.harm),
            safe: self.safe,
            needed_units: needed.map(|(_, needed, _)| needed),
            reasons,
            ..Comparison::empty(verdict, policy_digest)
        }
    }

    fn reason(&self, verdict: Verdict, needed: Option<(Count, &str)>) -> Reason {
        let (observed, margin, alpha) = (&self.observed, &self.margin, number(self.alpha));
        let more = needed.map_or(String::new(), |(needed, unit)| {
            format!("; a canary as good as its baseline needs about {needed} {unit}")
        });
        let safe = self.safe.map_or(1.0, |safe| safe.p);
        match (verdict, &self.refusal) {
            (_, Some((code, text))) => self.with(*code, Severity::Warning, format!("{text}{more}"), safe),
            (Verdict::Failed, None) => {
                let p = p_value(self.harm.p);
                let text = format!("{observed}: worse beyond the margin of {margin} ({p}, alpha {alpha})");
                self.with(code::HARM_PROVEN, Severity::Error, text, self.harm.p)
            }
            (Verdict::Passed, None) => {
                let text = format!("{observed}: not worse by {margin} ({}, alpha {alpha})", p_value(safe));
                self.with(code::WITHIN_MARGIN, Severity::Info, text, safe)
            }
            (_, None) => {
                let text =
                    format!("{observed}: neither worse nor within the margin of {margin} is proven{more}");
                self.with(code::COUNTS_INCONCLUSIVE, Severity::Warning, text, safe)
            }
        }
    }

    fn with(&self, code: ReasonCode, severity: Severity, text: String, p: f64) -> Reason {
        let subject = if self.evidence.unit.as_deref() == Some("%") { "difference" } else { "ratio" };
        Reason::new(code, severity, subject, text).with(Evidence { p: Some(p), ..self.evidence.clone() })
    }
}

/// An interval at a level; `None` without an upper end.
pub(super) fn interval(low: Option<f64>, high: Option<f64>, level: f64) -> Option<Interval> {
    Some(Interval { low: low?, high: high?, level })
}

/// The rates of two arms, for a person.
pub(super) fn rates(what: &str, canary: f64, baseline: f64, ratio: Option<f64>) -> String {
    let ratio = ratio.map_or(String::new(), |ratio| format!(", a ratio of {}", number(ratio)));
    format!("the canary has a {what} of {}, its baseline one of {}{ratio}", number(canary), number(baseline))
}
