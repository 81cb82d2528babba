use super::comparison::{Comparison, Verdict};
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use std::fmt;

/// Writes a comparison as text for a person: the verdict and the reasons.
///
/// ```
/// use relcore::stats::{Counts, Policy, compare_counts, explain};
/// let comparison = compare_counts(&Counts::new(90_u32, 1e4), &Counts::new(30_u32, 1e4), &Policy::default())?;
/// assert!(explain(&comparison).starts_with("FAILED"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(comparison: &Comparison) -> String {
    comparison.explain()
}

/// The consequence of a comparison for its caller.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `passed` | `proceed` |
/// | `failed` | `roll_back` |
/// | `inconclusive`, `no_data` | `wait` |
/// | `invalid` | `ask` |
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::stats::{Counts, Policy, compare_counts, outcome};
/// // Pitfall: no errors in a few requests are no proof.
/// let comparison = compare_counts(&Counts::new(0_u32, 20.0), &Counts::new(3_u32, 400.0), &Policy::default())?;
/// assert_eq!(outcome(&comparison), Outcome::Wait);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(comparison: &Comparison) -> Outcome {
    Explain::outcome(comparison)
}

/// The text of [`explain`].
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Comparison {
    fn headline(&self) -> String {
        let headline = match self.verdict {
            Verdict::Failed => "FAILED: the canary is worse than its baseline",
            Verdict::Passed => "PASSED: the canary is not worse than its baseline by the margin",
            Verdict::Inconclusive => "INCONCLUSIVE: the data prove nothing yet",
            Verdict::NoData => "NO DATA: an arm has no data",
            Verdict::Invalid => "INVALID: the arms cannot be compared",
        };
        headline.to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Failed => Outcome::RollBack,
            Verdict::Passed => Outcome::Proceed,
            Verdict::Inconclusive | Verdict::NoData => Outcome::Wait,
            Verdict::Invalid => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &[]
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        None
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
