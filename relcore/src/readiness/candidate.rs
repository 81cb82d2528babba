use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::release::Type;
use crate::time::Timestamp;
use crate::version::Version;
use serde::{Deserialize, Serialize};
use std::fmt::Arguments;

input! {
    /// The build that is to be released. Every piece of evidence names its artifact, or does not count.
    ///
    /// ```
    /// use relcore::readiness::Candidate;
    /// let built = relcore::Timestamp::parse("2026-11-23T08:00:00Z")?;
    /// let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    /// let candidate = Candidate::new(digest, built).authors(["ana"]);
    /// assert_eq!(candidate.release_type, None); // unknown: the gates of every type count
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Candidate", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Candidate {
        /// The digest of the artifact: an algorithm, a colon and at least 40 hexadecimal digits in lower case, as in
        /// `sha256:…`. A tag such as `shop:1.4.0` is refused, because it may name another build tomorrow.
        pub artifact: String,
        /// When the artifact was built. Evidence that is older does not count.
        pub created_at: Timestamp,
        /// The version, which tells whether it is older than what is deployed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub version: Option<Version>,
        /// The people whose changes are in the build. Default: unknown.
        #[serde(default)]
        pub authors: Vec<String>,
        /// The type of the release. Absent: unknown, and then the gates of every type count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub release_type: Option<Type>,
        /// Whether the release touches security. A security release does. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub security_sensitive: Option<bool>,
    }
}

impl Candidate {
    /// A build of which no more is known.
    #[must_use]
    pub fn new(artifact: impl Into<String>, created_at: Timestamp) -> Self {
        Self {
            artifact: artifact.into(),
            created_at,
            version: None,
            authors: Vec::new(),
            release_type: None,
            security_sensitive: None,
        }
    }

    /// Whether security counts as touched; `None` if nobody said so.
    pub(super) fn is_sensitive(&self) -> Option<bool> {
        let is_security_release = matches!(
            self.release_type,
            Some(Type::SecurityCritical | Type::SecurityHigh | Type::SecurityMedium | Type::SecurityLow)
        );
        if is_security_release { Some(true) } else { self.security_sensitive }
    }

    pub(super) fn check(&self, path: &str, now: Timestamp, faults: &mut Faults) {
        faults.check(
            is_digest(&self.artifact),
            ErrorKind::InvalidValue,
            format_args!("{path}.artifact"),
            format_args!(
                "{} is not a digest: expected an algorithm and hexadecimal digits, like `sha256:44136f…`",
                quoted(&self.artifact)
            ),
        );
        check_past(self.created_at, format_args!("{path}.createdAt"), now, faults);
        for (index, author) in self.authors.iter().enumerate() {
            check_name(author, format_args!("{path}.authors[{index}]"), faults);
        }
    }
}

/// Whether a text is a digest as OCI writes it, with the digits of SHA-1 at least.
fn is_digest(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.split_once(':').is_some_and(|(algorithm, digits)| {
        !algorithm.is_empty() && digits.len() >= 40 && digits.chars().all(is_digit)
    })
}

/// A name for comparison: `Ana` and `ana` are one person, so that two spellings do not count as two people.
pub(super) fn person(name: &str) -> String {
    name.trim().to_lowercase()
}

pub(super) fn check_name(name: &str, path: Arguments<'_>, faults: &mut Faults) {
    faults.check(
        !name.trim().is_empty(),
        ErrorKind::InvalidValue,
        path,
        format_args!("is empty: expected a name"),
    );
}

/// Evidence is of the past: of one that is not, the caller's clock or the record is wrong.
pub(super) fn check_past(at: Timestamp, path: Arguments<'_>, now: Timestamp, faults: &mut Faults) {
    faults.check(at <= now, ErrorKind::OutOfRange, path, format_args!("`{at}` is after `{now}`"));
}
