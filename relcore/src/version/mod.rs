//! Versions: Semantic Versioning 2.0.0 and what kind of step lies between two of them.
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A version by Semantic Versioning 2.0.0; text on the wire.
///
/// - `MAJOR.MINOR.PATCH`, then optionally `-prerelease` and `+build`.
/// - Leading zeros are forbidden: `1.01.0` is not a version.
/// - Order is that of precedence; numeric prerelease identifiers compare as numbers (`beta.2 < beta.10`), others as
///   text (`beta9 > beta10`, a pitfall that has broken releases). Build metadata has no precedence; here it orders last
///   of all, so that equal versions are the same text. [`Version::precedes`] leaves it out.
///
/// ```
/// use relcore::Version;
/// assert!(Version::parse("1.0.0-beta.2")? < Version::parse("1.0.0-beta.10")?);
/// assert!(Version::parse("1.0.0-beta9")? > Version::parse("1.0.0-beta10")?);
/// assert_eq!(Version::parse("v1.0.0").unwrap_err().to_string(), "`v1.0.0` is not a version: leave out the `v`");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(semver::Version);

/// How far apart two versions are: the leftmost part that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Bump {
    /// Nothing that orders versions differs; build metadata may.
    None,
    /// Only the prerelease part differs, or a prerelease became the release: `1.2.0-rc.1` to `1.2.0`.
    Prerelease,
    /// `1.2.3` to `1.2.4`.
    Patch,
    /// `1.2.3` to `1.3.0`.
    Minor,
    /// `1.2.3` to `2.0.0`.
    Major,
}

/// The bump between two versions, whichever is greater.
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
                Some(Ok(_)) => "leave out the `v`".to_owned(),
                _ => fault.to_string(),
            };
            Error::new(
                ErrorKind::InvalidValue,
                "",
                format!("{} is not a version: {why}", crate::wire::quoted(text)),
            )
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

    /// The prerelease identifiers, empty for a release: `rc.1`.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        self.0.pre.as_str()
    }

    /// Whether this version comes before another by precedence, in which build metadata does not count.
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

    /// Whether this is a prerelease.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

crate::wire::leaf_schema!(Version, "string", "semver", "A version by Semantic Versioning 2.0.0.");
