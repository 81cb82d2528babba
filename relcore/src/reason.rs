//! Why a decision is what it is: reasons with stable codes and the evidence behind them.
use crate::time::Span;
use crate::wire::Count;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// One reason of a decision.
///
/// Scripts match on [`code`](Reason::code); people read [`text`](Reason::text); audits keep
/// [`evidence`](Reason::evidence).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// The stable code of the rule that spoke.
    pub code: ReasonCode,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about: a metric, a step, a criterion, a fact.
    pub subject: String,
    /// The sentence for a person.
    pub text: String,
    /// The numbers behind the sentence.
    #[serde(default)]
    pub evidence: Evidence,
}

/// How much a reason weighs; the words of PagerDuty's common event format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Context: it holds, and nothing is wrong with that.
    Info,
    /// It keeps the release from going on for now.
    Warning,
    /// It speaks against the release.
    Error,
    /// It speaks against the release and no other fact outweighs it.
    Critical,
}

/// The numbers behind a reason. Only what exists is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// What was measured, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// What it was held against, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The unit of `observed`, `threshold` and `interval`: a UCUM code such as `%`, `s`, `ms`, or `1` for a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many items or samples stand behind `observed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<Count>,
    /// The p-value, where a test was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The confidence interval of `observed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
}

impl Evidence {
    /// Nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A confidence interval, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The confidence level, as a share: `0.95`.
    pub level: f64,
}

/// The stable codes of all reasons, by area. The wire text of a code never changes its meaning.
///
/// `relcore/docs/REASONS.md` is this list as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    // -- release --------------------------------------------------------------------------------------------------
    /// The next version is not greater than the previous one.
    VersionNotGreater,
    /// The next version leaves out one that could have come before it.
    VersionSkipped,
    /// There is no previous version.
    FirstRelease,
    /// The step between the versions says what kind of release it is.
    VersionStep,
    /// A prerelease became the release it announced.
    PrereleaseGraduated,
    /// The version carries prerelease identifiers.
    PrereleaseVersion,
    /// Below 1.0.0 the version promises nothing: the facts alone speak.
    BelowOne,
    /// The release closes a vulnerability; the worst severity counts.
    SecurityFix,
    /// An advisory has no severity yet.
    SecurityUnrated,
    /// A security fix goes out as a prerelease, which reaches only those who asked for it.
    SecurityFixOptIn,
    /// The line is under long-term support.
    LtsLine,
    /// The version does not belong to the line it is said to be of.
    VersionOutsideLine,
    /// Breaking changes under a version that promises none.
    BreakingWithoutMajor,
    /// New features under a version that promises fixes only.
    FeatureInPatch,
    /// Long-term support of a version below 1.0.0, which promises no stability.
    LtsBelowOne,
    /// The version looks stable, but the release goes only to those who asked for early versions, or the reverse.
    StabilityUnclear,
    /// The release is said to be of another kind than version and facts show.
    DeclaredOtherwise,
    /// What the release is said to be settled what version and facts left open.
    DeclaredKind,
    // -- canary ---------------------------------------------------------------------------------------------------
    /// An operator ordered to abort the rollout.
    AbortOrdered,
    /// A metric has not been good as often as the analysis asks for.
    AnalysisIncomplete,
    /// A bake ran to its longest time without enough good measurements.
    BakeOverdue,
    /// The bake has not lasted its shortest time yet.
    BakeRunning,
    /// The new version is not ready.
    CanaryUnhealthy,
    /// The rollout took longer than its deadline.
    DeadlinePassed,
    /// A metric's query errored more often in a row than is tolerated.
    ErrorLimitExceeded,
    /// A metric failed more often than is tolerated.
    FailureLimitExceeded,
    /// A person refused to let the rollout pass a gate.
    GateRefused,
    /// A gate waits for a person's approval.
    GatePending,
    /// A metric was inconclusive more often than is tolerated.
    InconclusiveLimitExceeded,
    /// A critical metric failed.
    MetricCritical,
    /// The latest measurement of a metric was not good, within what is tolerated.
    MetricNotGood,
    /// A metric has not been measured since the weight was set.
    MetricUnmeasured,
    /// A metric's query answered with nothing.
    NoData,
    /// The rollout is paused until an operator resumes.
    Paused,
    /// A pause step has not lasted its time yet.
    PauseRunning,
    /// The rollout is over: nothing happens until a retry or a new revision.
    RunOver,
    /// All steps are done.
    RunSucceeded,
    /// A metric has gathered fewer samples than the bake asks for.
    SamplesTooFew,
    /// The previous version is not ready: there is nothing to go back to.
    StableUnhealthy,
    /// The latest measurement of a metric is too old to say anything.
    StaleData,
    /// The weight of the new version changed.
    WeightSet,
    /// The release window is closed.
    WindowClosed,
    // -- rollback -------------------------------------------------------------------------------------------------
    /// Critical functionality is broken.
    CriticalFunctionalityBroken,
    /// A vulnerability came with the release.
    VulnerabilityIntroduced,
    /// Data is being corrupted.
    DataCorruption,
    /// Latency rose beyond the limit of the policy.
    LatencyIncrease,
    /// The error rate rose beyond the limit of the policy.
    ErrorRateIncrease,
    /// The error rate rests on fewer samples than the policy asks for.
    ErrorRateUnderpowered,
    /// Incidents that customers notice.
    CustomerIncidents,
    /// The rollback window is still open.
    RollbackWindowOpen,
    /// Veto: the rollback window has closed.
    RollbackWindowClosed,
    /// Veto: there is no version to go back to.
    NoPreviousVersion,
    /// Veto: going back would lose data.
    RollbackLosesData,
    /// Veto: a migration cannot be undone.
    MigrationIrreversible,
    /// Hold: no criterion is met, and all of them are known.
    NoCriterionMet,
    /// Inconclusive: no criterion calls for recovery, but not all of them are known.
    CriteriaUnknown,
    /// Hold: only criteria that warn are met.
    OnlyWarnings,
    /// Disable the flag: that ends the fault at once, and loses nothing.
    FlagEndsFault,
    /// Escalate: something is wrong, and it is not known whether a rollback would be safe.
    RollbackSafetyUnknown,
    /// Forward-fix: a rollback is ruled out, and the fix is simple and quick or the fault can wait for it.
    RollbackRuledOut,
    /// Escalate: a rollback is ruled out, and the fault cannot wait for the fix.
    NoWayOut,
    /// Roll back: the fault is serious and widespread.
    SeriousAndWidespread,
    /// Roll back: the way back is tested and simple, and more speaks for it than for waiting.
    RollbackProven,
    /// The way back is complex, or was never tried out, and is taken all the same: the fault outweighs it.
    RollbackRisky,
    /// Forward-fix: the fault reaches few users or its fix is simple and quick, and the way back is no better.
    FixPreferred,
    /// Escalate: the way back is risky and no quick fix is in sight.
    NeitherIsSafe,
    // -- any decision ---------------------------------------------------------------------------------------------
    /// A fact that the decision needs was not given.
    FactMissing,
}

impl ReasonCode {
    /// The stable code: the same text as on the wire.
    #[must_use]
    pub fn code(self) -> String {
        crate::wire::text_of(&self)
    }
}

/// A number as a person reads it: at most six significant digits, no trailing zeros. Evidence keeps all of them.
pub(crate) fn number(value: f64) -> String {
    let magnitude = if value == 0.0 { 0.0 } else { libm::floor(libm::log10(value.abs())) };
    if !(-6.0..15.0).contains(&magnitude) {
        return format!("{value:e}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 11")]
    let decimals = (5.0 - magnitude).clamp(0.0, 11.0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A length of time as a person reads it, and as [`Span::parse`] does: `3d 1h`, `1m 30.5s`.
pub(crate) fn lasting(span: Span) -> String {
    let mut text = String::with_capacity(16); // one piece of memory: a decision says several lengths
    let mut rest = span.as_millis().unsigned_abs();
    if span.is_negative() {
        text.push('-');
    }
    // Writing to a String cannot fail.
    for (unit, millis) in [("d ", 86_400_000), ("h ", 3_600_000), ("m ", 60_000)] {
        if rest >= millis {
            let _ = write!(text, "{}{unit}", rest / millis);
        }
        rest %= millis;
    }
    if rest == 0 && text.ends_with(' ') {
        text.pop();
        return text;
    }
    let _ = write!(text, "{}", rest / 1000);
    if !rest.is_multiple_of(1000) {
        let _ = write!(text, ".{:03}", rest % 1000);
        text.truncate(text.trim_end_matches('0').len());
    }
    text.push('s');
    text
}

/// The text a person reads at 03:00: verdict first, then the reasons by weight, then what to do next and what would turn
/// the answer; the policy last.
pub(crate) fn render(
    headline: &str,
    reasons: &[Reason],
    missing: &[String],
    next: Option<&str>,
    turns: &[String],
    policy_digest: &str,
) -> String {
    let mut by_weight: Vec<&Reason> = reasons.iter().collect();
    by_weight.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: the order of the rules stays

    let mut out = format!("{headline}\n");
    for reason in by_weight {
        let mark = match reason.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "- {mark}: {} [{}: {}]", reason.text, reason.code.code(), reason.subject);
    }
    if !missing.is_empty() {
        let _ = writeln!(out, "missing: {}", missing.join(", "));
    }
    if let Some(next) = next {
        let _ = writeln!(out, "ask again: {next}");
    }
    for turn in turns {
        let _ = writeln!(out, "{turn}");
    }
    let _ = writeln!(out, "policy: {policy_digest}");
    out
}

#[cfg(test)]
mod tests {
    use super::{lasting, number};
    use crate::time::Span;
    use proptest::prelude::*;

    #[test]
    fn lengths_of_time_are_read_at_a_glance() {
        for (text, lasts) in [
            ("PT0S", "0s"),
            ("PT73H", "3d 1h"),
            ("-PT90.5S", "-1m 30.5s"),
            ("PT0.05S", "0.05s"),
            ("PT10S", "10s"),
        ] {
            assert_eq!(lasting(Span::parse(text).unwrap()), lasts);
        }
    }

    proptest! {
        #[test]
        fn lengths_of_time_read_back(millis in Span::MIN.as_millis()..=Span::MAX.as_millis()) {
            let span = Span::from_millis(millis).unwrap();
            prop_assert_eq!(Span::parse(&lasting(span)).unwrap(), span);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (705.0000000000002, "705"),
            (0.1 + 0.2, "0.3"),
            (-1.5, "-1.5"),
            (1_311_514.5, "1311514"),
            (0.000_123_456_78, "0.000123457"),
            (100.0, "100"),
            (1e20, "1e20"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
