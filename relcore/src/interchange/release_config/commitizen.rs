use super::reader::{Ledger, Node, json_or_yaml, toml};
use super::result::ReleaseConfig;
use super::types::{bump_of, section, types_of};
use crate::change::Dialect;
use crate::error::Result;
use crate::version::{Bump, Scheme, is_version};
use crate::versioning::ZeroRule;

/// Reads the configuration of commitizen: `pyproject.toml` or `.cz.toml` with the table `tool.commitizen`, `.cz.json` or `cz.yaml`
/// with the key `commitizen`.
///
/// ```
/// use relcore::interchange::commitizen_config;
/// let text = "[tool.commitizen]\nversion = \"0.3.0\"\nmajor_version_zero = true\ngpg_sign = true\n";
/// let config = commitizen_config(text)?;
/// assert_eq!(config.versions[""], "0.3.0");
/// // Pitfall: versions are those of Python unless `version_scheme` says otherwise.
/// assert_eq!(config.versioning.scheme, relcore::version::Scheme::Pep440);
/// assert_eq!(config.lost[0].key, "tool.commitizen.gpg_sign");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not TOML, JSON or YAML; `wrong_type` for a list; those of the policies, as for an empty title.
pub fn commitizen_config(text: &str) -> Result<ReleaseConfig> {
    // A table of TOML begins with a bracket, and neither JSON with keys nor YAML with keys does.
    let is_toml = text.lines().map(str::trim_start).any(|line| line.starts_with('[') && line.contains(']'));
    let value =
        if is_toml && !text.trim_start().starts_with('{') { toml(text)? } else { json_or_yaml(text)? };
    let file = Node::root(&value);
    let mut config = ReleaseConfig::default();
    let mut ledger = Ledger::default();
    config.versioning.scheme = Scheme::Pep440;
    config.changes.dialect = Dialect::Conventionalcommits;
    let tool = file.get("tool").and_then(|tool| tool.get("commitizen"));
    // The other tables of `pyproject.toml` are no configuration of commitizen.
    let root = tool.or_else(|| file.get("commitizen")).unwrap_or_else(|| file.clone());
    versions(&root, &mut config, &mut ledger);
    messages(&root, &mut config, &mut ledger);
    ledger.finish(&root, &mut config);
    config.checked()
}

fn versions(root: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    for key in ["version_scheme", "version_type"] {
        let Some(node) = root.get(key) else { continue };
        let scheme = match node.text() {
            Some("pep440") => Some(Scheme::Pep440),
            Some("semver" | "semver2") => Some(Scheme::Semver),
            _ => None,
        };
        let reason = "expected `pep440`, `semver` or `semver2`";
        if let Some(scheme) = ledger.settle(&node, "versioning.scheme", scheme, reason) {
            config.versioning.scheme = scheme;
        }
    }
    if let Some(node) = root.get("version") {
        let version = node.text().filter(|text| is_version(text, config.versioning.scheme));
        if let Some(version) = ledger.settle(&node, "versions", version, "is no version") {
            config.versions.insert(String::new(), version.to_owned());
        }
    }
    if let Some(node) = root.get("tag_format") {
        let format =
            node.text().map(|text| text.replace("${version}", "$version").replace("$version", "{version}"));
        let format = format.filter(|text| text.contains("{version}") && !text.contains('$'));
        let reason = "only a form with `$version` is a form of tags";
        config.versioning.tag_format = ledger.settle(&node, "versioning.tagFormat", format, reason);
    }
    if ledger.flag(root.get("major_version_zero"), "versioning.zeroRule") == Some(true) {
        config.versioning.zero_rule = ZeroRule::PreMajor;
        config.plan.zero_rule = ZeroRule::PreMajor;
    }
    for (key, reason) in [
        ("version_files", "relcore writes no files"),
        ("version_provider", "the caller passes the current version"),
        ("changelog_file", "relcore writes no files"),
        ("update_changelog_on_bump", "`notes.merge_changelog` is a call of its own"),
        ("bump_message", "relcore makes no commits"),
        ("pre_bump_hooks", "relcore runs no commands"),
        ("post_bump_hooks", "relcore runs no commands"),
        ("gpg_sign", "relcore makes no tags"),
        ("annotated_tag", "relcore makes no tags"),
    ] {
        if let Some(node) = root.get(key) {
            ledger.lose(&node, reason);
        }
    }
}

fn messages(root: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    if let Some(node) = root.get("name") {
        let same = node.text().filter(|name| *name == "cz_conventional_commits");
        ledger.settle(&node, "changes.dialect", same, "relcore reads Conventional Commits");
    }
    if let Some(node) = root.get("message_length_limit") {
        let limit = node.value.as_u64().and_then(|limit| u32::try_from(limit).ok());
        let limit = ledger.settle(&node, "changes.longestHeader", limit, "is no length");
        config.changes.longest_header = limit.filter(|limit| *limit > 0); // 0: none
    }
    let customize = root.get("customize");
    // The steps of `cz_conventional_commits`.
    config.changes.types.insert("refactor".to_owned(), Bump::Patch);
    let find = |key: &str| root.get(key).or_else(|| customize.as_ref()?.get(key));
    for (pattern, node) in find("bump_map").iter().flat_map(Node::fields) {
        let found = types_of(pattern).zip(node.text().and_then(bump_of));
        let reason = "only a list of types has a step";
        let found = ledger.settle(&node, "changes.types", found, reason);
        if let Some((types, step)) = found {
            config.changes.types.extend(types.into_iter().map(|name| (name.to_ascii_lowercase(), step)));
        }
    }
    for (name, title) in find("change_type_map").iter().flat_map(Node::fields) {
        section(&[name.to_owned()], &title, config, ledger);
    }
}
