use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::scalar::Count;
use crate::stats::SplitCheck;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which variant of an experiment wins, made by [`winner`](crate::experiment::winner()).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Decision", rename_all = "camelCase", deny_unknown_fields)]
pub struct Decision {
    /// What is proven.
    pub verdict: Verdict,
    /// The variant that wins; present if the verdict is `winner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// The name of the variant that all others are compared with.
    pub control: String,
    /// Each variant but the control, in the order of the definition.
    pub variants: Vec<VariantResult>,
    /// Whether the units fall into the variants as planned; absent if a variant has no counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitCheck>,
    /// The reasons: first those of the verdict. Never empty.
    pub reasons: Vec<Reason>,
    /// The counts that are missing: `results.b`, `results.b.guardrails.errors`.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// What the counts of one variant prove against the control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.VariantResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct VariantResult {
    /// The name of the variant.
    pub variant: String,
    /// What is proven of it, whatever the split is.
    pub verdict: VariantVerdict,
    /// The rate of the goal, divided by that of the control; absent without events of the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The lower end of the confidence interval of the ratio, at the level 1 − alpha divided by the number of variants
    /// besides the control; valid at all looks together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_low: Option<f64>,
    /// The upper end; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_high: Option<f64>,
    /// About the number of events of the goal, of the variant and the control together, at which a variant as good as the
    /// control is proven not to improve by the minimum effect. Only while that is inconclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_events: Option<Count>,
}

/// What an experiment proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// A variant is better than the control, within all guardrails, and the split is the planned one.
    Winner,
    /// No variant is better than the control by the minimum effect.
    NoWinner,
    /// A variant is worse than the control, and none wins.
    Harmed,
    /// Nothing of this is proven yet.
    Inconclusive,
    /// The units do not fall into the variants as planned, or counts contradict one another: nothing can be proven.
    Invalid,
}

/// What the counts of one variant prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.VariantVerdict", rename_all = "snake_case")]
pub enum VariantVerdict {
    /// Better than the control, and within all guardrails.
    Better,
    /// Not better than the control by the minimum effect.
    NotBetter,
    /// Worse than the control, in the goal or in a guardrail.
    Harmed,
    /// Nothing of this is proven yet.
    Inconclusive,
    /// Counts contradict one another.
    Invalid,
}

/// Writes a decision about a winner as text for a person: the verdict, the reasons and the missing counts.
///
/// ```
/// use relcore::experiment::{VariantCounts, default_winner_policy, explain, standard_definition, winner};
/// let results = [VariantCounts::new("control", 9000_u32, 900_u32), VariantCounts::new("treatment", 9000_u32, 1300_u32)];
/// let decision = winner(&standard_definition(), &results, &default_winner_policy())?;
/// assert!(explain(&decision).starts_with("WINNER: `treatment`"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(decision: &Decision) -> String {
    decision.explain()
}

/// The consequence of a decision about a winner for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `winner` | `proceed`: give the winner to all units |
/// | `no_winner`, `harmed` | `roll_back`: give the control to all units |
/// | `inconclusive` | `wait` |
/// | `invalid` | `ask` |
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::experiment::{VariantCounts, default_winner_policy, outcome, standard_definition, winner};
/// // Pitfall: 60 orders against 40 are no proof.
/// let results = [VariantCounts::new("control", 500_u32, 40_u32), VariantCounts::new("treatment", 500_u32, 60_u32)];
/// let decision = winner(&standard_definition(), &results, &default_winner_policy())?;
/// assert_eq!(outcome(&decision), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(decision: &Decision) -> Outcome {
    decision.outcome()
}

/// The text of [`explain`].
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Decision {
    fn headline(&self) -> String {
        let control = &self.control;
        match self.verdict {
            Verdict::Winner => {
                let winner = self.winner.as_deref().unwrap_or_default();
                format!("WINNER: `{winner}` is better than `{control}`")
            }
            Verdict::NoWinner => {
                format!("NO WINNER: no variant is better than `{control}` by the minimum effect")
            }
            Verdict::Harmed => format!("HARMED: a variant is worse than `{control}`"),
            Verdict::Inconclusive => "INCONCLUSIVE: the counts prove nothing yet".to_owned(),
            Verdict::Invalid => "INVALID: the counts of the variants cannot be compared".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Winner => Outcome::Proceed,
            Verdict::NoWinner | Verdict::Harmed => Outcome::RollBack,
            Verdict::Inconclusive => Outcome::Wait,
            Verdict::Invalid => Outcome::Ask,
        }
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

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
