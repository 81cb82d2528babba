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
/// assert!(release::explain(&found).starts_with("hotfix\n"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain(classification: &Classification) -> String {
    let headline = match (classification.verdict, classification.release_type) {
        (ClassificationVerdict::Classified, Some(kind)) => crate::wire::text_of(&kind),
        (ClassificationVerdict::Contradictory, _) => "contradictory: do not release this as it is".to_owned(),
        _ => "inconclusive: the kind of release is open".to_owned(),
    };
    render(
        &headline,
        &classification.reasons,
        &classification.missing,
        classification.next_check_at,
        &classification.policy_digest,
    )
}
