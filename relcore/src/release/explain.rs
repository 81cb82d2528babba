use crate::reason::render;
use crate::release::{Classification, ClassificationVerdict};

/// The text that a person reads: the kind of release, why, and what is missing or contradictory.
///
/// ```
/// use relcore::{Version, release};
/// let found = release::classify(
///     Some(&Version::parse("1.4.2")?),
///     &Version::parse("1.4.3")?,
///     &release::ReleaseFacts::default(),
/// )?;
/// assert!(release::explain(&found).starts_with("HOTFIX RELEASE\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(classification: &Classification) -> String {
    let headline = match (classification.verdict, classification.release_type) {
        (ClassificationVerdict::Classified, Some(kind)) => {
            format!("{} RELEASE", crate::wire::text_of(&kind).to_uppercase().replace('_', " "))
        }
        (ClassificationVerdict::Contradictory, _) => "CONTRADICTORY: do not release this as it is".to_owned(),
        _ => "INCONCLUSIVE: the kind of release is open".to_owned(),
    };
    let found = classification;
    render(&headline, &found.reasons, &found.missing, None, &[], &found.policy_digest)
}
