use super::reader::{Ledger, Node, json};
use super::result::ReleaseConfig;
use crate::error::Result;
use crate::versioning::{Dependents, Group, GroupKind};

/// Reads the configuration of changesets, `.changeset/config.json`.
///
/// ```
/// use relcore::interchange::changesets_config;
/// let text = r#"{"fixed": [["@x/a", "@x/b"]], "access": "public"}"#;
/// let config = changesets_config(text)?;
/// assert_eq!(config.plan.groups[0].members, ["@x/a", "@x/b"]);
/// assert_eq!(config.lost[0].key, "access"); // pitfall: relcore publishes nothing
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not JSON; `wrong_type` for a list; `duplicate` for a package in two groups.
pub fn changesets_config(text: &str) -> Result<ReleaseConfig> {
    let value = json(text)?;
    let root = Node::root(&value);
    let mut config = ReleaseConfig::default();
    let mut ledger = Ledger::default();
    for (key, kind) in [("fixed", GroupKind::Fixed), ("linked", GroupKind::Linked)] {
        let Some(node) = root.get(key) else { continue };
        if node.items().is_empty() && node.value.is_array() {
            ledger.carry(&node, "plan.groups");
        }
        for group in node.items() {
            let members = group.texts().filter(|members| is_named(members));
            let reason = "only names of packages are members: write out what the pattern matches";
            let members = ledger.settle(&group, "plan.groups", members, reason);
            config.plan.groups.extend(members.map(|members| Group::new(kind, members)));
        }
    }
    if let Some(node) = root.get("ignore") {
        let names = node.texts().filter(|names| names.is_empty() || is_named(names));
        let reason = "only names of packages are ignored: write out what the pattern matches";
        let names = ledger.settle(&node, "plan.ignored", names, reason);
        config.plan.ignored = names.unwrap_or_default().into_iter().map(str::to_owned).collect();
    }
    if let Some(node) = root.get("bumpVersionsWithWorkspaceProtocolOnly") {
        let flag =
            ledger.settle(&node, "plan.workspaceOnly", node.value.as_bool(), "is neither true nor false");
        config.plan.workspace_only = flag.unwrap_or_default();
    }
    if let Some(node) = root.get("updateInternalDependencies") {
        let same = node.text().filter(|text| *text == "patch");
        let rule = "requirements are written again with every release";
        ledger.settle(
            &node,
            rule,
            same,
            "requirements are written again with every release, also with a patch",
        );
    }
    if let Some(options) = root.get(EXPERIMENTAL) {
        if let Some(node) = options.get("updateInternalDependents") {
            let found = match node.text() {
                Some("always") => Some(Dependents::Always),
                Some("out-of-range") => Some(Dependents::OutOfRange),
                _ => None,
            };
            let reason = "expected `always` or `out-of-range`";
            if let Some(found) = ledger.settle(&node, "plan.dependents", found, reason) {
                config.plan.dependents = found;
            }
        }
        if let Some(node) = options.get("onlyUpdatePeerDependentsWhenOutOfRange") {
            let rule = "dependents of a peer are released when it leaves their range";
            let same = node.value.as_bool().filter(|flag| *flag);
            ledger.settle(&node, rule, same, rule);
        }
    }
    for (key, reason) in [
        ("changelog", "relcore runs no module: `notes.render_template` has templates"),
        ("commit", "relcore makes no commits"),
        ("access", "relcore publishes nothing"),
        ("baseBranch", "the history that you pass has the changes since the branch"),
    ] {
        if let Some(node) = root.get(key) {
            ledger.lose(&node, reason);
        }
    }
    ledger.finish(&root, &mut config);
    config.checked()
}

const EXPERIMENTAL: &str = "___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH";

/// Whether all are names and no patterns.
fn is_named(names: &[&str]) -> bool {
    !names.is_empty() && names.iter().all(|name| !name.contains(['*', '?', '{', '!', '[']))
}
