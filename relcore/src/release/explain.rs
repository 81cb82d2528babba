use crate::decision::Explain;
use crate::reason::Reason;
use crate::release::{Classification, ClassificationVerdict};
use crate::time::Timestamp;
use crate::wire;

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

impl Explain for Classification {
    fn headline(&self) -> String {
        match (self.verdict, self.release_type) {
            (ClassificationVerdict::Classified, Some(release_type)) => {
                format!("{} RELEASE", wire::text_of(&release_type).to_uppercase().replace('_', " "))
            }
            (ClassificationVerdict::Contradictory, _) => {
                "CONTRADICTORY: do not release this as it is".to_owned()
            }
            _ => "INCONCLUSIVE: the release type is not determined".to_owned(),
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
