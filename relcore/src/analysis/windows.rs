//! The windows of several judgements of one canary, and what the judgements come to.
use super::code;
use super::judgement::Verdict;
use crate::decision::{Explain, Outcome};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, Severity};
use crate::scalar::Count;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

input! {
    /// How often a canary is judged, and over which time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.JudgementPlan", rename_all = "camelCase", deny_unknown_fields)]
    pub struct JudgementPlan {
        /// The time of all judgements. If it is no multiple of `interval`, the rest is not judged.
        pub lifetime: Span,
        /// The time from one judgement to the next: `canaryAnalysisIntervalMins`. Longer than the lifetime: one judgement.
        pub interval: Span,
        /// How long to wait before the first window begins: `beginAfterMins`. It has no effect with a `start`. Default 0.
        #[serde(default)]
        pub begin_after: Span,
        /// The longest window: `lookbackMins`. Default: each window begins where the first one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lookback: Option<Span>,
        /// Where the first window begins. Default: `begin_after` from now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start: Option<Timestamp>,
    }
}

impl JudgementPlan {
    /// Windows that grow from now on.
    #[must_use]
    pub fn new(lifetime: Span, interval: Span) -> Self {
        Self { lifetime, interval, begin_after: Span::ZERO, lookback: None, start: None }
    }
}

/// The time whose values one judgement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.JudgementWindow", rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgementWindow {
    /// The beginning.
    pub start: Timestamp,
    /// The end, at which the judgement is made.
    pub end: Timestamp,
}

/// The most windows of a plan.
const MOST: i64 = 10_000;

/// The windows of the judgements of a canary, as Kayenta's: each ends an `interval` after the one before, and all begin
/// together, or slide where they would be longer than `lookback`.
///
/// ```
/// use relcore::analysis::{JudgementPlan, judgement_windows};
/// use relcore::{Span, Timestamp};
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let plan = JudgementPlan::new(Span::from_minutes(60), Span::from_minutes(20)).lookback(Span::from_minutes(30));
/// let minutes: Vec<_> = judgement_windows(&plan, now)?
///     .iter()
///     .map(|window| (window.start.since(now).as_seconds() / 60.0, window.end.since(now).as_seconds() / 60.0))
///     .collect();
/// assert_eq!(minutes, [(0.0, 20.0), (10.0, 40.0), (30.0, 60.0)]);
/// // Pitfall: windows that grow look at the same values again and again. With many of them the chance that one of them is
/// // a false alarm grows, too.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a lifetime, an interval or a lookback of 0, a negative `begin_after`, more than 10,000 windows, and a
/// window that would end after the year 9999.
pub fn judgement_windows(plan: &JudgementPlan, now: Timestamp) -> Result<Vec<JudgementWindow>> {
    let mut faults = Faults::new();
    let mut positive = |span: Span, name: &str| {
        let text = format_args!("`{span}` is out of range: expected a positive span");
        faults.check(span > Span::ZERO, ErrorKind::OutOfRange, format_args!("plan.{name}"), text);
    };
    positive(plan.lifetime, "lifetime");
    positive(plan.interval, "interval");
    if let Some(lookback) = plan.lookback {
        positive(lookback, "lookback");
    }
    let text = format_args!("`{}` is out of range: expected a span that is not negative", plan.begin_after);
    let is_negative = plan.begin_after.is_negative();
    faults.check(!is_negative, ErrorKind::OutOfRange, format_args!("plan.beginAfter"), text);
    faults.finish()?;
    let interval = plan.interval.min(plan.lifetime);
    let windows = plan.lifetime.as_millis().checked_div(interval.as_millis()).unwrap_or(0);
    if windows > MOST {
        let text = format!("`{interval}` makes {windows} windows: expected at most 10,000");
        return Err(Error::new(ErrorKind::OutOfRange, "plan.interval", text));
    }
    let first = match plan.start {
        Some(start) => start,
        None => now.plus(plan.begin_after).map_err(|error| error.under("plan.beginAfter"))?,
    };
    let mut end = first;
    (0..windows)
        .map(|_| {
            end = end.plus(interval).map_err(|error| error.under("plan"))?;
            let slid = plan.lookback.map(|lookback| end.plus(Span::ZERO.saturating_sub(lookback)));
            let start = slid.transpose().map_err(|error| error.under("plan.lookback"))?;
            Ok(JudgementWindow { start: start.map_or(first, |start| start.max(first)), end })
        })
        .collect()
}

/// What the judgements of several windows come to, made by [`combine_judgements`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.CombinedJudgement", rename_all = "camelCase", deny_unknown_fields)]
pub struct CombinedJudgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The index of the judgement that decided; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deciding: Option<u32>,
    /// The reason.
    pub reasons: Vec<Reason>,
    /// The judgements that are unknown: `judgements[1]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "crate::wire::never"))]
    pub missing: Vec<String>,
}

/// Writes what the judgements come to as text for a person: the verdict, the reason, the unknown judgements.
///
/// ```
/// use relcore::analysis::{Verdict, combine_judgements, explain_combined};
/// let text = explain_combined(&combine_judgements(&[Verdict::Passed, Verdict::Inconclusive]));
/// assert!(text.starts_with("INCONCLUSIVE") && text.ends_with("missing: judgements[1]\n"));
/// ```
#[must_use]
pub fn explain_combined(combined: &CombinedJudgement) -> String {
    combined.explain()
}

/// The consequence of several judgements for their caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `passed` | `proceed` |
/// | `failed` | `roll_back` |
/// | `inconclusive`, `no_data` | `wait` |
/// | `marginal` | `ask` |
///
/// ```
/// use relcore::{analysis::{Verdict, combine_judgements, outcome_of_combined}, decision::Outcome};
/// let combined = combine_judgements(&[Verdict::Failed, Verdict::Passed]);
/// assert_eq!(outcome_of_combined(&combined), Outcome::RollBack);
/// // Pitfall: nothing that was judged is no reason to go on.
/// assert_eq!(outcome_of_combined(&combine_judgements(&[])), Outcome::Wait);
/// ```
#[must_use]
pub fn outcome_of_combined(combined: &CombinedJudgement) -> Outcome {
    combined.outcome()
}

/// The text of [`explain_combined`].
impl fmt::Display for CombinedJudgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for CombinedJudgement {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            Verdict::Passed => "PASSED: no judgement shows the canary to be worse",
            Verdict::Marginal => "MARGINAL: the last judgement is not a pass",
            Verdict::Failed => "FAILED: a judgement shows the canary to be worse",
            Verdict::Inconclusive => "INCONCLUSIVE: a judgement is unknown",
            Verdict::NoData => "NO DATA: a judgement has too little data",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        self.verdict.outcome()
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

    /// Each judgement has its own.
    fn policy_digest(&self) -> &str {
        ""
    }
}

/// The verdict of several judgements, in the order of their windows: every one must reach the marginal score, and the last
/// one the passing score.
///
/// The first one that failed decides, then the first that is unknown, then the last. Kayenta also refuses a score of exactly
/// the marginal one here, which it allows in a single judgement; here both are the same rule.
///
/// ```
/// use relcore::analysis::{Verdict, combine_judgements};
/// let combined = combine_judgements(&[Verdict::Marginal, Verdict::Passed]);
/// assert_eq!(combined.verdict, Verdict::Passed);
/// // Pitfall: a good end does not make up for a bad judgement before it, nor for one without data.
/// assert_eq!(combine_judgements(&[Verdict::Failed, Verdict::Passed]).verdict, Verdict::Failed);
/// assert_eq!(combine_judgements(&[Verdict::NoData, Verdict::Passed]).verdict, Verdict::NoData);
/// ```
#[must_use]
pub fn combine_judgements(verdicts: &[Verdict]) -> CombinedJudgement {
    let is_unknown = |verdict: &Verdict| matches!(verdict, Verdict::Inconclusive | Verdict::NoData);
    let first = |is: &dyn Fn(&Verdict) -> bool| verdicts.iter().position(is);
    let index = first(&|verdict| *verdict == Verdict::Failed)
        .or_else(|| first(&is_unknown))
        .or_else(|| verdicts.len().checked_sub(1));
    let found = index.and_then(|index| Some((index, *verdicts.get(index)?)));
    let (verdict, text) = match found {
        None => (Verdict::NoData, "nothing was judged".to_owned()),
        Some((index, verdict)) => {
            let (number, all) = (index.saturating_add(1), verdicts.len());
            let is = match verdict {
                Verdict::Passed => "is the last and passed, those before it are marginal at least",
                Verdict::Marginal => "is the last and only marginal",
                Verdict::Failed => "failed",
                Verdict::Inconclusive => "is inconclusive",
                Verdict::NoData => "has no data",
            };
            (verdict, format!("judgement {number} of {all} {is}"))
        }
    };
    let (code, severity) = match verdict {
        Verdict::Passed => (code::SCORE_PASSED, Severity::Info),
        Verdict::Marginal => (code::SCORE_MARGINAL, Severity::Warning),
        Verdict::Failed => (code::SCORE_TOO_LOW, Severity::Error),
        Verdict::Inconclusive => (code::SCORE_UNKNOWN, Severity::Warning),
        Verdict::NoData => (code::TOO_LITTLE_DATA, Severity::Warning),
    };
    let evidence = Evidence { n: Some(Count::of(verdicts.len())), ..Evidence::default() };
    let reason = Reason::new(code, severity, "judgements", text).with(evidence);
    let deciding = found.and_then(|(index, _)| u32::try_from(index).ok());
    let unknown = verdicts.iter().enumerate().filter(|(_, verdict)| is_unknown(verdict));
    let missing = unknown.map(|(index, _)| format!("judgements[{index}]")).collect();
    CombinedJudgement { verdict, deciding, reasons: vec![reason], missing }
}
