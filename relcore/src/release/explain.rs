use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::release::{Classification, ClassificationVerdict};
use crate::time::Timestamp;
use std::fmt;

/// Writes a classification as text for a person: the release type, the reasons and the missing facts.
///
/// ```
/// use relcore::{Version, release};
/// let found = release::classify(
///     Some(&Version::parse("1.4.2")?),
///     &Version::parse("1.4.3")?,
///     &release::Facts::default(),
/// )?;
/// assert!(release::explain(&found).starts_with("HOTFIX RELEASE\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(classification: &Classification) -> String {
    classification.explain()
}

/// The consequence of a classification for its caller: go on, or ask a person.
///
/// | verdict | outcome |
/// | --- | --- |
/// | `classified` | `proceed` |
/// | `inconclusive`, `contradictory` | `ask` |
///
/// ```
/// use relcore::{Version, decision::Outcome, release};
/// let classify = |next: &str| {
///     release::classify(Some(&Version::parse("1.4.2")?), &Version::parse(next)?, &release::Facts::default())
/// };
/// assert_eq!(release::outcome(&classify("1.4.3")?), Outcome::Proceed);
/// // Pitfall: a contradiction is not a release to go on with, although its type may seem clear.
/// assert_eq!(release::outcome(&classify("1.4.1")?), Outcome::Ask);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome(classification: &Classification) -> Outcome {
    classification.outcome()
}

/// The text of [`explain`].
impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain())
    }
}

impl Explain for Classification {
    fn headline(&self) -> String {
        match (self.verdict, self.release_type) {
            (ClassificationVerdict::Classified, Some(release_type)) => {
                format!("{} RELEASE", release_type.to_string().to_uppercase().replace('_', " "))
            }
            (ClassificationVerdict::Contradictory, _) => {
                "CONTRADICTORY: do not release this as it is".to_owned()
            }
            _ => "INCONCLUSIVE: the release type is not determined".to_owned(),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ClassificationVerdict::Classified => Outcome::Proceed,
            ClassificationVerdict::Inconclusive | ClassificationVerdict::Contradictory => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
