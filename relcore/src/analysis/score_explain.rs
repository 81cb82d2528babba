use super::score::{Score, ScoreVerdict};
use crate::decision::{Explain, Outcome};
use crate::reason::{Reason, number};
use crate::time::Timestamp;
use std::fmt;

/// Writes a score as text for a person: the verdict, the percentage, the objectives that did not pass.
///
/// ```
/// use relcore::analysis::{CriteriaSet, Indicator, Objective, Objectives, explain_score, parse_criterion, score};
/// let objectives = Objectives::new([Objective::pass_when("latency", [CriteriaSet::new([parse_criterion("<800")?])])]);
/// let score = score(&objectives, &[Indicator::new("latency", 950.0)], &[])?;
/// assert!(explain_score(&score).starts_with("FAILED: 0 %"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_score(score: &Score) -> String {
    score.explain()
}

/// The consequence of a score for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `passed` | `proceed` |
/// | `warning` | `ask` |
/// | `failed` | `roll_back` |
/// | `inconclusive` | `wait` |
///
/// ```
/// use relcore::analysis::{Indicator, score, score_outcome, standard_objectives};
/// use relcore::decision::Outcome;
/// // Pitfall: a release whose values are missing has not passed.
/// let score = score(&standard_objectives(), &[Indicator::missing("error_rate")], &[])?;
/// assert_eq!(score_outcome(&score), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn score_outcome(score: &Score) -> Outcome {
    Explain::outcome(score)
}

/// The text of [`explain_score`].
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Score {
    fn headline(&self) -> String {
        let percent = self.percent.map_or_else(|| "no score".to_owned(), |percent| format!("{} %", number(percent)));
        match self.verdict {
            ScoreVerdict::Passed => format!("PASSED: {percent}"),
            ScoreVerdict::Warning => format!("WARNING: {percent}"),
            ScoreVerdict::Failed => format!("FAILED: {percent}"),
            ScoreVerdict::Inconclusive => format!("INCONCLUSIVE: {percent}"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ScoreVerdict::Passed => Outcome::Proceed,
            ScoreVerdict::Warning => Outcome::Ask,
            ScoreVerdict::Failed => Outcome::RollBack,
            ScoreVerdict::Inconclusive => Outcome::Wait,
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
