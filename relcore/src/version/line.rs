//! Maintenance lines: `1.x`, `1.4.x`.
use super::{Bump, Version};
use crate::error::{Error, ErrorKind, Faults, Result, join};
use crate::input::input;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The versions with this major number, and with this minor number if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    major: u64,
    minor: Option<u64>,
}

impl Line {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let read = || {
            let numbers = text.strip_suffix(".x").or_else(|| text.strip_suffix(".X"))?;
            let numbers =
                numbers.strip_suffix(".x").or_else(|| numbers.strip_suffix(".X")).unwrap_or(numbers);
            match numbers.split_once('.') {
                Some((major, minor)) => Some(Self { major: number(major)?, minor: Some(number(minor)?) }),
                None => Some(Self { major: number(numbers)?, minor: None }),
            }
        };
        read().ok_or_else(|| {
            let text = crate::error::quoted(text);
            Error::new(
                ErrorKind::InvalidValue,
                "",
                format!("{text} is not a line: expected one like `1.x` or `1.4.x`"),
            )
        })
    }

    pub(crate) fn contains(self, version: &Version) -> bool {
        version.major() == self.major && self.minor.is_none_or(|minor| version.minor() == minor)
    }

    /// The lowest release of the line.
    fn lower(self) -> Version {
        Version::new(self.major, self.minor.unwrap_or_default(), 0)
    }

    /// The first release after the line.
    fn upper(self) -> Version {
        match self.minor {
            Some(minor) => Version::new(self.major, minor.saturating_add(1), 0),
            None => Version::new(self.major.saturating_add(1), 0, 0),
        }
    }
}

/// A version number: digits without a leading zero.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

input! {
    /// The versions of a branch that releases: a maintenance line, or a branch for the next versions.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Branch {
        /// The line of a maintenance branch: `1.x` or `1.4.x`. Absent for a branch for the next versions, as `main` and `next`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub line: Option<String>,
        /// The versions whose tags the branch contains.
        #[serde(default)]
        pub versions: Vec<Version>,
    }
}

impl Branch {
    /// A maintenance line without versions.
    #[must_use]
    pub fn new(line: impl Into<String>) -> Self {
        Self { line: Some(line.into()), versions: Vec::new() }
    }
}

/// The versions that a branch may release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LineRange {
    /// The line, as given; absent for a branch for the next versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The next version is greater than this one, or it if there is no version of the line yet.
    pub min: Version,
    /// The next version is lower than this one. Absent: without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Version>,
    /// The steps that stay below `max`. Empty: the branch cannot release.
    pub accept: Vec<Bump>,
    /// The lowest version that may be merged into a maintenance line; absent for a branch for the next versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_min: Option<Version>,
    /// The first version that may not be merged into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_max: Option<Version>,
    /// Both as a range of npm: `>=1.5.0 <1.6.0`.
    pub range: String,
}

/// Returns which versions each branch may release without meeting those of another, as semantic-release does.
///
/// A maintenance line ends at its upper bound, and before the first version that only a branch for the next versions has.
/// The branches for the next versions are in their order, the most stable first: each ends before the first version that
/// only a later one has. The result has the maintenance lines, sorted, then the others.
///
/// ```
/// use relcore::version::{Branch, Bump, Version, line_ranges};
/// let versions = |texts: &[&str]| texts.iter().map(|text| Version::parse(text)).collect::<Result<Vec<_>, _>>();
/// let branches = [
///     Branch::new("1.x").versions(versions(&["1.0.0", "1.5.0"])?),
///     Branch::default().versions(versions(&["1.0.0", "1.5.0", "1.6.0", "2.0.0"])?),
/// ];
/// let ranges = line_ranges(&branches)?;
/// assert_eq!(ranges[0].range, ">=1.5.0 <1.6.0");
/// assert_eq!(ranges[0].accept, [Bump::Patch]); // a minor version would be 1.6.0, which `main` has
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `invalid_value` for a line that is neither like `1.x` nor like `1.4.x`, `duplicate` for a repeated
/// line.
pub fn line_ranges(branches: &[Branch]) -> Result<Vec<LineRange>> {
    let mut faults = Faults::new();
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, branch) in branches.iter().enumerate() {
        let Some(text) = &branch.line else { continue };
        let path = join(&format!("branches[{index}]"), "line");
        if let Some(line) = faults.absorb(Line::parse(text).map_err(|error| error.under(&path))) {
            let fresh = seen.insert((line.major, line.minor));
            let fault = format_args!("{} is repeated", crate::error::quoted(text));
            faults.check(fresh, ErrorKind::Duplicate, format_args!("{path}"), fault);
            lines.push((line, branch));
        }
    }
    faults.finish()?;
    lines.sort_by_key(|(line, _)| line.upper());
    let next: Vec<&Branch> = branches.iter().filter(|branch| branch.line.is_none()).collect();
    let maintained: BTreeSet<&Version> = lines.iter().flat_map(|(_, branch)| &branch.versions).collect();
    let main = next.first().map(|branch| branch.versions.as_slice()).unwrap_or_default();
    let cap = main.iter().filter(|version| !version.is_prerelease() && !maintained.contains(version)).min();
    let cap = cap.or_else(|| latest_of(main)).cloned();
    let mut ranges = Vec::with_capacity(branches.len());
    let mut before: Option<Line> = None;
    for (line, branch) in lines {
        let previous = before.filter(|_| line.minor.is_none()).filter(|before| before.minor.is_some());
        let merge_min = previous.map_or_else(|| line.lower(), |before| before.upper().max(line.lower()));
        let own = latest_of(&branch.versions).cloned();
        let min = own.map_or_else(|| merge_min.clone(), |own| own.max(merge_min.clone()));
        let none = if next.is_empty() { line.upper() } else { Version::new(1, 0, 0) };
        let max = cap.clone().unwrap_or(none).min(line.upper());
        let accept = step_below(&min, &max).map(steps).unwrap_or_default();
        let range = format!(">={min} <{max}");
        ranges.push(LineRange {
            line: branch.line.clone(),
            min,
            max: Some(max),
            accept,
            merge_min: Some(merge_min),
            merge_max: Some(line.upper()),
            range,
        });
        before = Some(line);
    }
    // Of each branch the lowest release that none before it has, then the lowest of those behind each.
    let mut seen = BTreeSet::new();
    let fresh = next.iter().map(|branch| {
        let fresh = branch.versions.iter().filter(|version| seen.insert(*version));
        fresh.filter(|version| !version.is_prerelease()).min()
    });
    let fresh: Vec<Option<&Version>> = fresh.collect();
    let mut behind = Vec::with_capacity(fresh.len());
    let mut lowest: Option<&Version> = None;
    for own in fresh.into_iter().rev() {
        behind.push(lowest);
        lowest = own.into_iter().chain(lowest).min();
    }
    let mut last = latest_of(main).cloned().unwrap_or_else(|| Version::new(1, 0, 0));
    for (branch, lowest) in next.iter().zip(behind.into_iter().rev()) {
        if let Some(own) = latest_of(&branch.versions) {
            last = last.max(own.clone());
        }
        let max = lowest.filter(|lowest| last.precedes(lowest)).cloned();
        let accept = match &max {
            Some(max) => step_below(&last, max).map(steps).unwrap_or_default(),
            None => steps(Bump::None),
        };
        let range = max.as_ref().map_or_else(|| format!(">={last}"), |max| format!(">={last} <{max}"));
        ranges.push(LineRange {
            line: None,
            min: last.clone(),
            max,
            accept,
            merge_min: None,
            merge_max: None,
            range,
        });
    }
    Ok(ranges)
}

fn latest_of(versions: &[Version]) -> Option<&Version> {
    versions.iter().filter(|version| !version.is_prerelease()).max()
}

/// The step between two versions, if the second is greater.
fn step_below(min: &Version, max: &Version) -> Option<Bump> {
    min.precedes(max).then(|| super::bump(min, max))
}

/// The steps below a limit; all of them for `none`.
fn steps(limit: Bump) -> Vec<Bump> {
    let all = [Bump::Patch, Bump::Minor, Bump::Major];
    all.into_iter().filter(|step| limit == Bump::None || *step < limit).collect()
}

/// Returns the range of one maintenance line among everything that is published.
///
/// ```
/// use relcore::version::{Version, line_range};
/// let tags = ["1.4.0", "1.4.1", "2.0.0"].map(|text| Version::parse(text).unwrap());
/// assert_eq!(line_range("1.x", &tags)?.range, ">=1.4.1 <2.0.0");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a line that is neither like `1.x` nor like `1.4.x`.
pub fn line_range(line: &str, tags: &[Version]) -> Result<LineRange> {
    let own = Line::parse(line).map_err(|error| error.under("line"))?;
    let versions: Vec<Version> = tags.iter().filter(|version| own.contains(version)).cloned().collect();
    let branch = Branch { line: Some(line.to_owned()), versions };
    let ranges = line_ranges(&[branch])?;
    let missing = || Error::new(ErrorKind::InvalidValue, "line", "has no range");
    ranges.into_iter().next().ok_or_else(missing)
}

/// A number for a hotfix that no release has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FreeVersion {
    /// The nearest free patch version.
    pub version: Version,
    /// The releases between, whose changes the hotfix does not have though its number is greater. Empty: none.
    pub skipped: Vec<Version>,
}

/// Returns the nearest free number for a hotfix of an old release: the next patch version of its minor line that neither a
/// release nor a prerelease has.
///
/// ```
/// use relcore::version::{Version, free_version};
/// let tags = ["1.4.2", "1.4.3", "1.5.0"].map(|text| Version::parse(text).unwrap());
/// let free = free_version(&tags[0], &tags)?;
/// assert_eq!(free.version.to_string(), "1.4.4");
/// assert_eq!(free.skipped, [tags[1].clone()]); // pitfall: 1.4.4 has not what 1.4.3 has
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` if no patch number is left.
pub fn free_version(version: &Version, tags: &[Version]) -> Result<FreeVersion> {
    let from = version;
    let line = Line { major: from.major(), minor: Some(from.minor()) };
    let own = || tags.iter().filter(|version| line.contains(version) && from.base() < version.base());
    let last = own().chain([from]).map(Version::base).max().unwrap_or_else(|| from.base());
    let version = last.stepped(Bump::Patch);
    let text = "has no free patch version: the number is 2^64 - 1";
    let version = version.ok_or_else(|| Error::new(ErrorKind::OutOfRange, "version", text))?;
    let mut skipped: Vec<Version> = own().filter(|version| !version.is_prerelease()).cloned().collect();
    skipped.sort();
    skipped.dedup();
    Ok(FreeVersion { version, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_contains_the_versions_of_its_numbers() {
        let version = Version::parse("1.4.2").unwrap();
        assert!(Line::parse("1.x").unwrap().contains(&version));
        assert!(Line::parse("1.4.x").unwrap().contains(&version));
        assert!(Line::parse("1.x.x").unwrap().contains(&version));
        assert!(!Line::parse("1.5.x").unwrap().contains(&version));
        for text in ["", "1", "x", ".x", "1.4", "1.4.2.x", "01.x", "+1.x", "-1.x"] {
            assert_eq!(Line::parse(text).unwrap_err().kind(), ErrorKind::InvalidValue, "{text}");
        }
    }
}
