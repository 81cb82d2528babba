use super::scorecard::{ObjectiveVerdict, Scorecard};
use crate::decision::{Explain, Outcome};
use crate::reason::{Reason, number};
use crate::time::Timestamp;
use std::fmt;

/// Writes a score as text for a person: the verdict, the percentage, the objectives that did not pass.
///
/// ```
/// use relcore::analysis::{CriteriaSet, Indicator, Objective, Objectives, explain_scorecard, parse_criterion, score_objectives};
/// let objectives = Objectives::new([Objective::pass_when("latency", [CriteriaSet::new([parse_criterion("<800")?])])]);
/// let score = score_objectives(&objectives, &[Indicator::new("latency", 950.0)], &[])?;
/// assert!(explain_scorecard(&score).starts_with("FAILED: 0 %"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_scorecard(scorecard: &Scorecard) -> String {
    scorecard.explain()
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
/// use relcore::analysis::{Indicator, outcome_of_scorecard, score_objectives, standard_objectives};
/// use relcore::decision::Outcome;
/// // Pitfall: a release whose values are missing has not passed.
/// let score = score_objectives(&standard_objectives(), &[Indicator::missing("error_rate")], &[])?;
/// assert_eq!(outcome_of_scorecard(&score), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_scorecard(scorecard: &Scorecard) -> Outcome {
    Explain::outcome(scorecard)
}

/// The text of [`explain_scorecard`].
impl fmt::Display for Scorecard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Scorecard {
    fn headline(&self) -> String {
        let percent =
            self.percent.map_or_else(|| "no score".to_owned(), |percent| format!("{} %", number(percent)));
        match self.verdict {
            ObjectiveVerdict::Passed => format!("PASSED: {percent}"),
            ObjectiveVerdict::Warning => format!("WARNING: {percent}"),
            ObjectiveVerdict::Failed => format!("FAILED: {percent}"),
            ObjectiveVerdict::Inconclusive => format!("INCONCLUSIVE: {percent}"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ObjectiveVerdict::Passed => Outcome::Proceed,
            ObjectiveVerdict::Warning => Outcome::Ask,
            ObjectiveVerdict::Failed => Outcome::RollBack,
            ObjectiveVerdict::Inconclusive => Outcome::Wait,
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
