use super::scheme::{Scheme, numbers, pep440};
use super::{Order, Version, compare};
use crate::error::{Error, ErrorKind, Result, quoted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A tag: what stands before the version, and the version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionTag {
    /// The whole tag.
    pub name: String,
    /// What stands before the version: `v`, `app@`, `pkg/v`; may be empty.
    pub prefix: String,
    /// The version, as written.
    pub version: String,
}

/// Divides a tag into a prefix and a version.
///
/// With a format, as `v{version}` or `app@{version}`, the tag must have that form. Without one, the version is the longest
/// end of the tag that is one and does not begin within a number. Behind a prefix it has up to 256 bytes, the limit of npm.
///
/// ```
/// use relcore::version::{Scheme, parse_tag};
/// let tag = parse_tag("tauri-v1.5.4", None, &Scheme::Semver)?;
/// assert_eq!((tag.prefix.as_str(), tag.version.as_str()), ("tauri-v", "1.5.4"));
/// // Pitfall: without a format, the tags of all packages of a repository are tags of versions.
/// assert!(parse_tag("other@1.0.0", Some("app@{version}"), &Scheme::Semver).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a tag without a version (`nightly`), one that does not have the format, and a format without
/// `{version}`.
pub fn parse_tag(tag: &str, format: Option<&str>, scheme: &Scheme) -> Result<VersionTag> {
    let scheme = *scheme;
    let no_version = || {
        let text = format!("{} has no version of the scheme `{scheme}`", quoted(tag));
        Error::new(ErrorKind::InvalidValue, "tag", text)
    };
    let Some(format) = format else { return split(tag, scheme).ok_or_else(no_version) };
    let (before, after) = format.split_once("{version}").ok_or_else(|| {
        let text = format!("{} has no `{{version}}`", quoted(format));
        Error::new(ErrorKind::InvalidValue, "format", text)
    })?;
    let version = tag.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).ok_or_else(|| {
        let text = format!("{} does not have the form {}", quoted(tag), quoted(format));
        Error::new(ErrorKind::InvalidValue, "tag", text)
    })?;
    if !is_version(version, scheme) {
        return Err(no_version());
    }
    Ok(VersionTag { name: tag.to_owned(), prefix: before.to_owned(), version: version.to_owned() })
}

/// The longest version that may stand behind a prefix, in bytes: `MAX_LENGTH` of node-semver. Without a limit, each digit of a
/// long tag could be read up to its end.
const LONGEST: usize = 256;

/// The longest end of a tag that is a version.
pub(crate) fn split(tag: &str, scheme: Scheme) -> Option<VersionTag> {
    let mut before = None;
    for (index, c) in tag.char_indices() {
        let follows_number = before.is_some_and(|c: char| c.is_ascii_digit() || c == '.');
        before = Some(c);
        let is_too_long = index > 0 && tag.len().saturating_sub(index) > LONGEST;
        if !c.is_ascii_digit() || follows_number || is_too_long {
            continue;
        }
        let (prefix, version) = tag.split_at_checked(index)?;
        if is_version(version, scheme) {
            return Some(VersionTag {
                name: tag.to_owned(),
                prefix: prefix.to_owned(),
                version: version.to_owned(),
            });
        }
    }
    None
}

/// Whether a text is a version; for Maven, one that begins with a digit.
pub(crate) fn is_version(text: &str, scheme: Scheme) -> bool {
    match scheme {
        Scheme::Semver => Version::parse(text).is_ok(),
        Scheme::Pep440 => pep440(text).is_ok(),
        Scheme::Maven => text.starts_with(|c: char| c.is_ascii_digit()),
        Scheme::Calver => text.contains('.') && numbers(text).is_ok(),
    }
}

/// Returns the greatest release among tags, as npm's `latest` and the "latest" of a forge should be: never a prerelease, and
/// never a backport only because it is newer. Tags that are no versions do not count; absent if none is a release.
///
/// ```
/// use relcore::version::{Scheme, latest};
/// let tags = ["v2.0.0", "v1.9.9", "v2.1.0-rc.1", "nightly"].map(str::to_owned);
/// assert_eq!(latest(&tags, None, &Scheme::Semver)?.unwrap().name, "v2.0.0");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a format without `{version}`.
pub fn latest(tags: &[String], format: Option<&str>, scheme: &Scheme) -> Result<Option<VersionTag>> {
    let scheme = *scheme;
    let releases = read(tags, format, scheme)?.into_iter().filter(|tag| !is_prerelease(&tag.version, scheme));
    Ok(releases.reduce(|best, tag| if is_greater(&tag, &best, scheme) { tag } else { best }))
}

/// The tags that are versions, in their order.
pub(crate) fn read(tags: &[String], format: Option<&str>, scheme: Scheme) -> Result<Vec<VersionTag>> {
    let mut found = Vec::with_capacity(tags.len());
    for tag in tags {
        match parse_tag(tag, format, &scheme) {
            Ok(tag) => found.push(tag),
            Err(error) if error.path() == "format" => return Err(error),
            Err(_) => {}
        }
    }
    Ok(found)
}

fn is_greater(a: &VersionTag, b: &VersionTag, scheme: Scheme) -> bool {
    compare(&a.version, &b.version, &scheme) == Ok(Order::Greater)
}

pub(crate) fn is_prerelease(version: &str, scheme: Scheme) -> bool {
    match scheme {
        Scheme::Semver => Version::parse(version).is_ok_and(|version| version.is_prerelease()),
        Scheme::Pep440 => pep440(version).is_ok_and(|version| version.any_prerelease()),
        Scheme::Maven => {
            let base: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            compare(version, base.trim_end_matches('.'), &scheme) == Ok(Order::Less)
        }
        Scheme::Calver => false,
    }
}

/// A channel and the version that it points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VersionChannel {
    /// The name, as for a dist-tag of npm: `latest`, `beta`, `1.x`.
    pub name: String,
    /// The tag that it points to.
    pub tag: VersionTag,
}

/// Assigns the channels over everything that is published: `latest` to the greatest release, `1.x` to the greatest release of
/// each older major line, and the label of each prerelease (`beta`) to the greatest version with it.
///
/// A channel of prereleases that a release has overtaken is left out: npm users of `beta` should not get less than `latest`.
///
/// ```
/// use relcore::version::channels;
/// let tags = ["v2.0.0", "v1.9.8", "v1.9.9", "v2.1.0-beta.2", "v2.0.0-rc.1"].map(str::to_owned);
/// let found: Vec<_> = channels(&tags, None)?.into_iter().map(|one| format!("{} {}", one.name, one.tag.version)).collect();
/// assert_eq!(found, ["latest 2.0.0", "1.x 1.9.9", "beta 2.1.0-beta.2"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`latest`], of versions by Semantic Versioning.
pub fn channels(tags: &[String], format: Option<&str>) -> Result<Vec<VersionChannel>> {
    let mut read: Vec<(Version, VersionTag)> = read(tags, format, Scheme::Semver)?
        .into_iter()
        .filter_map(|tag| Some((Version::parse(&tag.version).ok()?, tag)))
        .collect();
    read.sort_by(|(a, _), (b, _)| b.cmp(a));
    let mut found: Vec<VersionChannel> = Vec::new();
    let mut names = BTreeSet::new();
    let mut add = |name: String, tag: &VersionTag| {
        if names.insert(name.clone()) {
            found.push(VersionChannel { name, tag: tag.clone() });
        }
    };
    let mut newest = None;
    for (version, tag) in read.iter().filter(|(version, _)| !version.is_prerelease()) {
        let newest = newest.get_or_insert(version.major());
        let name =
            if version.major() == *newest { "latest".to_owned() } else { format!("{}.x", version.major()) };
        add(name, tag);
    }
    let latest = read.iter().map(|(version, _)| version).find(|version| !version.is_prerelease());
    for (version, tag) in read.iter().filter(|(version, _)| version.is_prerelease()) {
        if latest.is_none_or(|latest| latest.precedes(version)) {
            add(version.label().0.to_owned(), tag);
        }
    }
    Ok(found)
}
