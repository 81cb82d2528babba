//! Versions by Semantic Versioning 2.0.0, their order and the steps between them; tags, lines and other schemes.
//!
//! A [`Version`] is text in every other language and on the wire: `1.4.2`, `2.0.0-rc.1`, `1.0.0+build.7`. [`bump`]
//! returns the leftmost part that differs between two versions, [`increment`] the next version after a step. [`compare`] and
//! [`render`] know PEP 440, Maven and calendar versions, too. [`parse_tag`] reads tags, [`latest`] and [`channels`] say which
//! one users should get. [`line_ranges`] says which versions a branch may release, [`free_version`] finds a number for a
//! hotfix of an old release.
//!
//! # Precedence
//!
//! 1. Major, minor and patch are compared as numbers, in this order.
//! 2. A prerelease is lower than its release: `1.0.0-rc.1` < `1.0.0`.
//! 3. Prerelease identifiers are compared from left to right: numbers as numbers, others as ASCII text, a number lower
//!    than text. If all of them are equal, the version with more identifiers is greater.
//! 4. Build metadata does not count.
//!
//! # Pitfalls
//!
//! - `1.0.0-beta9` is greater than `1.0.0-beta10`: identifiers with letters compare as text. Write `beta.9` and `beta.10`.
//! - Text that npm or git accept is refused: `v1.2.3` (remove the `v`), `1.2` (add `.0`), `01.2.3` (no leading zeros).
//! - Below 1.0.0 a step shows nothing about compatibility.
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::scalar::scalar;
use serde::{Deserialize, Serialize};
use std::fmt;

mod increment;
mod line;
mod maven;
mod scheme;
mod tag;

pub(crate) use increment::valid_label;
pub use increment::{Increment, Numbering, increment, truncate};
pub(crate) use line::Line;
pub use line::{Branch, FreeVersion, LineRange, free_version, line_range, line_ranges};
pub use scheme::{Order, Rendering, RenderingChange, Scheme, compare, render};
pub(crate) use scheme::{order, sorted, to_semver};
pub use tag::{VersionChannel, VersionTag, channels, latest, parse_tag};
pub(crate) use tag::{is_prerelease, is_version, read as read_tags, split as split_tag};

/// A version by Semantic Versioning 2.0.0. Wire form: text.
///
/// - `MAJOR.MINOR.PATCH`, then optionally `-prerelease` and `+build`.
/// - Leading zeros are forbidden: `1.01.0` is not a version.
/// - Versions are ordered by precedence: numeric prerelease identifiers compare as numbers (`beta.2 < beta.10`), others
///   as text (`beta9 > beta10`). Build metadata breaks ties, so that only equal texts are equal;
///   [`Version::precedes`] ignores it, as the specification does.
///
/// ```
/// use relcore::Version;
/// assert!(Version::parse("1.0.0-beta.2")? < Version::parse("1.0.0-beta.10")?);
/// assert!(Version::parse("1.0.0-beta9")? > Version::parse("1.0.0-beta10")?);
/// assert_eq!(Version::parse("v1.0.0").unwrap_err().to_string(), "`v1.0.0` is not a version: remove the `v`");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(semver::Version);

/// The step between two versions: the leftmost part that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bump {
    /// The versions are equal or differ in build metadata only.
    None,
    /// Only the prerelease identifiers differ: `1.2.0-rc.1` to `1.2.0-rc.2` or to `1.2.0`.
    Prerelease,
    /// `1.2.3` to `1.2.4`.
    Patch,
    /// `1.2.3` to `1.3.0`.
    Minor,
    /// `1.2.3` to `2.0.0`.
    Major,
}

crate::scalar::texts!(Bump, Increment, Numbering, Order, RenderingChange, Scheme);

/// Returns the bump between two versions, in either order.
///
/// ```
/// use relcore::version::{Bump, Version, bump};
/// let bump = |a: &str, b: &str| Ok::<_, relcore::Error>(bump(&Version::parse(a)?, &Version::parse(b)?));
/// assert_eq!(bump("1.2.3", "1.3.0")?, Bump::Minor);
/// assert_eq!(bump("1.2.3", "1.3.0-rc.1")?, Bump::Minor); // a prerelease of the next minor
/// assert_eq!(bump("1.3.0-rc.1", "1.3.0")?, Bump::Prerelease);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn bump(previous: &Version, next: &Version) -> Bump {
    let (a, b) = (&previous.0, &next.0);
    if a.major != b.major {
        Bump::Major
    } else if a.minor != b.minor {
        Bump::Minor
    } else if a.patch != b.patch {
        Bump::Patch
    } else if a.pre != b.pre {
        Bump::Prerelease
    } else {
        Bump::None
    }
}

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// `invalid_value` for `1.2`, `v1.2.3`, `1.02.3`, `1.2.3-`, and numbers beyond 2^64 - 1.
    pub fn parse(text: &str) -> Result<Self> {
        semver::Version::parse(text).map(Self).map_err(|fault| {
            let why = match text.strip_prefix('v').map(semver::Version::parse) {
                Some(Ok(_)) => "remove the `v`".to_owned(),
                _ => fault.to_string(),
            };
            Error::new(ErrorKind::InvalidValue, "", format!("{} is not a version: {why}", quoted(text)))
        })
    }

    /// The major number.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.0.major
    }

    /// The minor number.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.0.minor
    }

    /// The patch number.
    #[must_use]
    pub fn patch(&self) -> u64 {
        self.0.patch
    }

    /// The prerelease identifiers: `rc.1`. Empty for a release.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        self.0.pre.as_str()
    }

    /// Whether this version has lower precedence than `other`. Build metadata does not count.
    ///
    /// ```
    /// use relcore::Version;
    /// let (a, b) = (Version::parse("1.0.0+a")?, Version::parse("1.0.0+b")?);
    /// assert!(a < b && !a.precedes(&b) && !b.precedes(&a));
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[must_use]
    pub fn precedes(&self, other: &Self) -> bool {
        self.0.cmp_precedence(&other.0).is_lt()
    }

    /// Whether the version has prerelease identifiers.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

scalar! {
    Version, format: "semver", description: "A version by Semantic Versioning 2.0.0.",
    expected: "a version as text, like `1.2.3`"
}

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            version {
                #[plain]
                fn bump(previous: &Version, next: &Version) -> Bump;
                fn channels(tags: &[String], format: Option<&str>) -> Vec<VersionChannel>;
                fn compare(a: &str, b: &str, scheme: &Scheme) -> Order;
                fn free_version(version: &Version, tags: &[Version]) -> FreeVersion;
                fn increment(version: &Version, step: &Increment, label: Option<&str>, numbering: &Numbering) -> Version;
                fn latest(tags: &[String], format: Option<&str>, scheme: &Scheme) -> Option<VersionTag>;
                fn line_range(line: &str, tags: &[Version]) -> LineRange;
                fn line_ranges(branches: &[Branch]) -> Vec<LineRange>;
                fn parse_tag(tag: &str, format: Option<&str>, scheme: &Scheme) -> VersionTag;
                fn render(text: &str, scheme: &Scheme, target: &Scheme) -> Rendering;
                #[plain]
                fn truncate(version: &Version, part: &Bump) -> Version;
            }
        }
    };
}
pub(crate) use table_rows;
