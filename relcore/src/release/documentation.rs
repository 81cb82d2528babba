use crate::error::Result;
use crate::input::input;
use crate::version::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lists the folders of documentation to keep: `current` for the newest release, then one for each minor version.
///
/// Each folder has the documentation of the newest patch version of its minor version. Prereleases have none.
///
/// ```
/// use relcore::release::{DocPolicy, retained_doc_versions};
/// let tags = ["v1.0.3", "v1.1.0", "v1.2.0", "v1.2.1", "v1.3.0", "v1.4.0-rc.1"].map(String::from);
/// let tree = retained_doc_versions(&tags, &DocPolicy::default())?;
/// let folders: Vec<&str> = tree.folders.iter().map(|folder| &*folder.name).collect();
/// assert_eq!(folders, ["current", "v1.2", "v1.1", "v1.0"]);
/// assert_eq!(tree.folders[1].tag, "v1.2.1");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: `current` is the greatest version, not the latest tag: a backport never becomes current.
///
/// # Errors
/// None so far: a tag that is no version is listed under `ignored`.
pub fn retained_doc_versions(tags: &[String], policy: &DocPolicy) -> Result<DocTree> {
    let mut newest: BTreeMap<(u64, u64), (Version, &String)> = BTreeMap::new();
    let mut ignored = Vec::new();
    for tag in tags {
        let text = tag.strip_prefix(&policy.tag_prefix).unwrap_or("");
        let parsed = Version::parse(text.strip_prefix('v').unwrap_or(text));
        let Some(version) = parsed.ok().filter(|version| !version.is_prerelease()) else {
            ignored.push(tag.clone());
            continue;
        };
        let minor = (version.major(), version.minor());
        if newest.get(&minor).is_none_or(|(other, _)| other.precedes(&version)) {
            newest.insert(minor, (version, tag));
        }
    }
    let folder =
        |name: String, (version, tag): (Version, &String)| DocFolder { name, tag: tag.clone(), version };
    let (mut folders, mut removed) = (Vec::new(), Vec::new());
    for (index, ((major, minor), release)) in newest.into_iter().rev().enumerate() {
        let name = format!("v{major}.{minor}");
        if index == 0 {
            folders.push(folder("current".to_owned(), release));
        } else if u32::try_from(index).is_ok_and(|index| index <= policy.keep)
            || policy.always.contains(&name)
        {
            folders.push(folder(name, release));
        } else {
            removed.push(name);
        }
    }
    Ok(DocTree { folders, removed, ignored })
}

input! {
    /// Which documentation is kept.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.DocPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct DocPolicy {
        /// How many minor versions are kept beside the current one. Default 3, a choice of relcore.
        pub keep: u32,
        /// The folders that are kept in any case, such as those of supported lines: `v1.2`. Default: none.
        pub always: Vec<String>,
        /// What a tag has before its version and its `v`: `package@`. Other tags are ignored. Default: nothing.
        pub tag_prefix: String,
    }
}

impl Default for DocPolicy {
    fn default() -> Self {
        Self { keep: 3, always: Vec::new(), tag_prefix: String::new() }
    }
}

/// The folders of documentation, made by [`retained_doc_versions`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DocTree", rename_all = "camelCase", deny_unknown_fields)]
pub struct DocTree {
    /// The folders to keep, the newest first.
    pub folders: Vec<DocFolder>,
    /// The folders to remove, the newest first.
    pub removed: Vec<String>,
    /// The tags that are prereleases, no versions, or of another prefix.
    pub ignored: Vec<String>,
}

/// A folder of documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DocFolder", rename_all = "camelCase", deny_unknown_fields)]
pub struct DocFolder {
    /// Its name: `current` or `v1.2`.
    pub name: String,
    /// The tag whose documentation it has.
    pub tag: String,
    /// The version of that tag.
    pub version: Version,
}
