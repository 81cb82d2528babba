use super::{Bump, Version};
use crate::error::{Error, ErrorKind, Result, quoted};
use semver::{BuildMetadata, Prerelease};
use serde::{Deserialize, Serialize};

/// A step of a version, in the words of npm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum Increment {
    /// `1.2.3` to `2.0.0`; `2.0.0-rc.1` to `2.0.0`.
    Major,
    /// `1.2.3` to `1.3.0`; `1.3.0-rc.1` to `1.3.0`.
    Minor,
    /// `1.2.3` to `1.2.4`; `1.2.4-rc.1` to `1.2.4`.
    Patch,
    /// `1.2.3` to `2.0.0-rc.0`.
    Premajor,
    /// `1.2.3` to `1.3.0-rc.0`.
    Preminor,
    /// `1.2.3` to `1.2.4-rc.0`.
    Prepatch,
    /// `1.2.4-rc.0` to `1.2.4-rc.1`; `1.2.3` to `1.2.4-rc.0`.
    Prerelease,
    /// `1.2.4-rc.1` to `1.2.4`.
    Release,
}

/// The number behind the label of a first prerelease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// `rc.0`, as npm, changesets and Lerna.
    #[default]
    FromZero,
    /// `rc.1`, as semantic-release.
    FromOne,
    /// `rc`.
    Unnumbered,
}

impl Numbering {
    pub(crate) fn first(self) -> Option<u64> {
        match self {
            Self::FromZero => Some(0),
            Self::FromOne => Some(1),
            Self::Unnumbered => None,
        }
    }
}

/// Returns the next version after a step, as `semver.inc` of npm. Build metadata is dropped.
///
/// ```
/// use relcore::version::{Increment, Numbering, Version, increment};
/// let beta = Version::parse("1.3.0-beta.1")?;
/// assert_eq!(increment(&beta, &Increment::Prerelease, Some("beta"), &Numbering::FromZero)?.to_string(), "1.3.0-beta.2");
/// assert_eq!(increment(&beta, &Increment::Minor, None, &Numbering::FromZero)?.to_string(), "1.3.0");
/// // Pitfall: another label begins a new count, and may sort below the version that it replaces.
/// let alpha = increment(&beta, &Increment::Prerelease, Some("alpha"), &Numbering::FromZero)?;
/// assert!(alpha.precedes(&beta));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a label that is no prerelease identifier (`a+b`, an empty one), for `release` of a version without
/// prerelease identifiers, and for a step to the same version (`1.2.3-dev` to `dev` without a number); `out_of_range` for
/// numbers beyond 2^64 - 1.
pub fn increment(
    version: &Version,
    step: &Increment,
    label: Option<&str>,
    numbering: &Numbering,
) -> Result<Version> {
    let (step, numbering) = (*step, *numbering);
    let mut next = version.0.clone();
    next.build = BuildMetadata::EMPTY;
    let fault = |path: &str, text: String| Error::new(ErrorKind::InvalidValue, path, text);
    if let Some(label) = label {
        valid_label(label).map_err(|error| error.under("label"))?;
    }
    let is_pre = !version.0.pre.is_empty();
    let release = Prerelease::EMPTY;
    match step {
        Increment::Major | Increment::Premajor => {
            if step == Increment::Premajor || next.minor != 0 || next.patch != 0 || !is_pre {
                next.major = more(next.major)?;
            }
            (next.minor, next.patch, next.pre) = (0, 0, release);
        }
        Increment::Minor | Increment::Preminor => {
            if step == Increment::Preminor || next.patch != 0 || !is_pre {
                next.minor = more(next.minor)?;
            }
            (next.patch, next.pre) = (0, release);
        }
        Increment::Patch | Increment::Prepatch => {
            if step == Increment::Prepatch || !is_pre {
                next.patch = more(next.patch)?;
            }
            next.pre = release;
        }
        Increment::Prerelease => {
            if !is_pre {
                next.patch = more(next.patch)?;
            }
        }
        Increment::Release => {
            if !is_pre {
                let text = format!("`{version}` is no prerelease: there is nothing to release");
                return Err(fault("version", text));
            }
            next.pre = release;
        }
    }
    let is_to_pre = matches!(
        step,
        Increment::Premajor | Increment::Preminor | Increment::Prepatch | Increment::Prerelease
    );
    if is_to_pre {
        next.pre = next_prerelease(&next.pre, label, numbering)?;
    }
    if next == version.0 {
        return Err(fault("label", format!("`{version}` has this label already: expected a numbering")));
    }
    Ok(Version(next))
}

/// The prerelease identifiers that follow others.
fn next_prerelease(current: &Prerelease, label: Option<&str>, numbering: Numbering) -> Result<Prerelease> {
    let mut parts: Vec<String> =
        current.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let first = numbering.first();
    let numeric = parts.iter().rposition(|part| part.parse::<u64>().is_ok());
    match numeric.and_then(|index| parts.get_mut(index)) {
        Some(part) => *part = more(part.parse().unwrap_or_default())?.to_string(),
        None => parts.push(first.unwrap_or_default().to_string()),
    }
    if let Some(label) = label {
        let words: Vec<&str> = label.split('.').collect();
        let is_same = words.len() <= parts.len() && words.iter().zip(&parts).all(|(word, part)| word == part);
        let is_counted = parts.get(words.len()).is_some_and(|part| part.parse::<u64>().is_ok());
        if !(is_same && is_counted) || first.is_none() {
            let number = first.map(|number| format!(".{number}")).unwrap_or_default();
            return Prerelease::new(&format!("{label}{number}")).map_err(|_| no_label(label));
        }
    }
    Prerelease::new(&parts.join(".")).map_err(|_| no_label(&parts.join(".")))
}

fn more(number: u64) -> Result<u64> {
    let text = "a number of the next version is beyond 2^64 - 1";
    number.checked_add(1).ok_or_else(|| Error::new(ErrorKind::OutOfRange, "version", text))
}

pub(crate) fn valid_label(label: &str) -> Result<()> {
    match Prerelease::new(label) {
        Ok(_) if !label.is_empty() => Ok(()),
        _ => Err(no_label(label)),
    }
}

fn no_label(label: &str) -> Error {
    let text = format!("{} is not a prerelease label: expected one like `beta`", quoted(label));
    Error::new(ErrorKind::InvalidValue, "", text)
}

/// Returns a version without the parts behind one: `1.2.3-rc.1+b` is `1.2.0` for `minor` and `1.2.3-rc.1` for
/// `prerelease`; for `none` it stays.
///
/// ```
/// use relcore::version::{Bump, Version, truncate};
/// let version = Version::parse("4.5.6-rc.2+dadb0d")?;
/// assert_eq!(truncate(&version, &Bump::Patch).to_string(), "4.5.6");
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn truncate(version: &Version, part: &Bump) -> Version {
    let part = *part;
    let mut kept = version.0.clone();
    if part == Bump::None {
        return version.clone();
    }
    kept.build = BuildMetadata::EMPTY;
    if part > Bump::Prerelease {
        kept.pre = Prerelease::EMPTY;
    }
    if part > Bump::Patch {
        kept.patch = 0;
    }
    if part > Bump::Minor {
        kept.minor = 0;
    }
    Version(kept)
}

impl Version {
    /// A version of three numbers.
    #[must_use]
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// The build metadata: `build.7`. Empty if there is none.
    #[must_use]
    pub fn build(&self) -> &str {
        self.0.build.as_str()
    }

    /// The numbers without prerelease identifiers and build metadata.
    #[must_use]
    pub fn base(&self) -> Self {
        Self::new(self.major(), self.minor(), self.patch())
    }

    /// The base after a step, or `None` beyond 2^64 - 1.
    pub(crate) fn stepped(&self, bump: Bump) -> Option<Self> {
        let (major, minor, patch) = (self.major(), self.minor(), self.patch());
        match bump {
            Bump::Major => Some(Self::new(major.checked_add(1)?, 0, 0)),
            Bump::Minor => Some(Self::new(major, minor.checked_add(1)?, 0)),
            Bump::Patch => Some(Self::new(major, minor, patch.checked_add(1)?)),
            Bump::Prerelease | Bump::None => Some(self.base()),
        }
    }

    /// The same numbers with prerelease identifiers. INVARIANT: the label was checked by [`valid_label`].
    pub(crate) fn labelled(&self, label: &str, number: Option<u64>) -> Result<Self> {
        let text = number.map_or_else(|| label.to_owned(), |number| format!("{label}.{number}"));
        let mut version = self.base();
        version.0.pre = Prerelease::new(&text).map_err(|_| no_label(&text))?;
        Ok(version)
    }

    /// The same version with build metadata.
    ///
    /// # Errors
    /// `invalid_value` for `a b` and `a_b`.
    pub fn with_build(&self, build: &str) -> Result<Self> {
        let mut version = self.clone();
        version.0.build = BuildMetadata::new(build).map_err(|_| {
            let text =
                format!("{} is not build metadata: expected identifiers like `build.7`", quoted(build));
            Error::new(ErrorKind::InvalidValue, "", text)
        })?;
        Ok(version)
    }

    /// The label and the number of a prerelease: `beta` and 2 of `1.0.0-beta.2`; the number may be absent.
    pub(crate) fn label(&self) -> (&str, Option<u64>) {
        let text = self.prerelease();
        match text.rsplit_once('.') {
            Some((label, number)) => match number.parse() {
                Ok(number) => (label, Some(number)),
                Err(_) => (text, None),
            },
            None => (text, None),
        }
    }
}
