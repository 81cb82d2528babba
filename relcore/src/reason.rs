//! Why a decision is what it is: reasons with stable codes and the evidence behind them.
use crate::time::Timestamp;
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
    #[serde(default, skip_serializing_if = "Evidence::is_empty")]
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
    // -- canary ---------------------------------------------------------------------------------------------------
    // -- rollback -------------------------------------------------------------------------------------------------
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

/// The text a person reads at 03:00: verdict first, then the reasons by weight, then what to do next.
pub(crate) fn render(
    headline: &str,
    reasons: &[Reason],
    missing: &[String],
    next_check_at: Option<Timestamp>,
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
    if let Some(at) = next_check_at {
        let _ = writeln!(out, "ask again: {at}");
    }
    let _ = writeln!(out, "policy: {policy_digest}");
    out
}
