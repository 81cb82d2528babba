use super::reader::{Ledger, Node, json_or_yaml};
use super::result::ReleaseConfig;
use super::types::{bump_of, section};
use crate::change::{BumpRule, Dialect};
use crate::error::Result;
use crate::version::Bump;

/// Reads the configuration of semantic-release, `.releaserc` in JSON or YAML.
///
/// Messages are read as its default preset reads them, and the first version is 1.0.0. The rules of `commit-analyzer` and the
/// types of `release-notes-generator` are carried over, all other plugins are lost. Branches are lost: the policy has the one
/// channel of the branch that is released.
///
/// ```
/// use relcore::interchange::semantic_release_config;
/// let text = r#"{"branches": ["main"], "tagFormat": "v${version}", "plugins": ["@semantic-release/github"]}"#;
/// let config = semantic_release_config(text)?;
/// assert_eq!(config.versioning.tag_format.as_deref(), Some("v{version}"));
/// assert_eq!(config.lost.len(), 2); // pitfall: relcore publishes nothing
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is neither JSON nor YAML; `wrong_type` for a list; those of the policies, as for an empty title.
pub fn semantic_release_config(text: &str) -> Result<ReleaseConfig> {
    let value = json_or_yaml(text)?;
    let root = Node::root(&value);
    let mut config = ReleaseConfig::default();
    let mut ledger = Ledger::default();
    config.changes.dialect = Dialect::Angular;
    "1.0.0".clone_into(&mut config.versioning.initial);
    if let Some(node) = root.get("branches").or_else(|| root.get("branch")) {
        ledger.lose(&node, "set `versioning.channel` or `versioning.line` for the branch that is released");
    }
    if let Some(node) = root.get("tagFormat") {
        let found = node.text().filter(|text| text.contains("${version}"));
        let found = found.map(|text| text.replace("${version}", "{version}"));
        config.versioning.tag_format =
            ledger.settle(&node, "versioning.tagFormat", found, "has no `${version}`");
    }
    let global = ["preset", "releaseRules", "parserOpts", "presetConfig"];
    let own = root.fields().into_iter().filter(|(key, _)| global.contains(key)).map(|(_, node)| node);
    own.for_each(|node| option(&node, &mut config, &mut ledger));
    for plugin in root.get("plugins").iter().flat_map(Node::items) {
        let parts = plugin.items();
        let name = plugin.text().or_else(|| parts.first()?.text()).unwrap_or_default();
        let name_at = parts.first().cloned().unwrap_or_else(|| plugin.clone());
        match name.rsplit('/').next() {
            Some("commit-analyzer") => ledger.carry(&name_at, "versioning.next_version"),
            Some("release-notes-generator") => ledger.carry(&name_at, "notes.build_notes"),
            Some("changelog") => ledger.carry(&name_at, "notes.merge_changelog"),
            _ => {
                ledger.lose(&plugin, "relcore publishes nothing");
                continue;
            }
        }
        for (_, node) in parts.iter().skip(1).flat_map(Node::fields) {
            option(&node, &mut config, &mut ledger);
        }
    }
    ledger.finish(&root, &mut config);
    config.checked()
}

/// An option of the plugins that read commits.
fn option(node: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    match node.path.rsplit('.').next() {
        Some("preset") => {
            let dialect = match node.text() {
                Some("angular") => Some(Dialect::Angular),
                Some("conventionalcommits") => Some(Dialect::Conventionalcommits),
                _ => None,
            };
            let reason = "expected `angular` or `conventionalcommits`";
            if let Some(dialect) = ledger.settle(node, "changes.dialect", dialect, reason) {
                config.changes.dialect = dialect;
            }
        }
        Some("releaseRules") => node.items().iter().for_each(|rule| release_rule(rule, config, ledger)),
        Some("parserOpts") => {
            if let Some(words) = node.get("noteKeywords") {
                let found = words.texts().map(|words| words.into_iter().map(str::to_owned).collect());
                let found = ledger.settle(&words, "changes.breakingTokens", found, "is no list of texts");
                config.changes.breaking_tokens = found.unwrap_or_default();
            }
        }
        Some("presetConfig") => {
            for one in node.get("types").iter().flat_map(Node::items) {
                listed_type(&one, config, ledger);
            }
        }
        _ => {}
    }
}

/// A rule of a type alone, `{"type": "docs", "release": "patch"}`, is a bump of the type; with other conditions it is a rule.
fn release_rule(rule: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let step = rule.get("release").and_then(|node| match node.value {
        serde_json::Value::Bool(false) => Some(Bump::None),
        value => bump_of(value.as_str()?),
    });
    let fields = rule.fields();
    let name = rule.get("type").and_then(|node| node.text());
    if fields.iter().all(|(key, _)| matches!(*key, "type" | "release"))
        && let Some(name) = name.filter(|name| !name.contains(['*', '?']) && is_plain(name))
        && let Some(step) = step
    {
        ledger.carry(rule, "changes.types");
        config.changes.types.insert(name.to_ascii_lowercase(), step);
        return;
    }
    let conditions = fields.iter().filter(|(key, _)| *key != "release");
    let found = step.filter(|_| rule.value.is_object()).and_then(|step| {
        conditions.into_iter().try_fold(BumpRule::new(step), |found, (key, node)| {
            let pattern = node.text().filter(|text| is_plain(text));
            match *key {
                "type" => Some(found.change_type(pattern?)),
                "scope" => Some(found.scope(pattern?)),
                "message" => Some(found.message(pattern?)),
                "breaking" => Some(found.breaking(node.value.as_bool()?)),
                "revert" => Some(found.revert(node.value.as_bool()?)),
                _ => None,
            }
        })
    });
    let reason = "only `type`, `scope`, `message`, `breaking` and `revert` are conditions, whose patterns have `*` and `?` alone; \
                  only `patch`, `minor`, `major` and `false` are steps";
    config.changes.rules.extend(ledger.settle(rule, "changes.rules", found, reason));
}

/// Whether a pattern has no sign that only micromatch knows.
fn is_plain(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.contains(['{', '}', '[', ']', '(', ')', '!', '|', '\\'])
}

/// A type with its section, as the presets and release-please have it: `{"type": "feat", "section": "Features"}`.
pub(super) fn listed_type(one: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let Some(name) = one.get("type") else { return };
    let Some(text) = name.text().map(str::to_ascii_lowercase) else { return };
    let is_hidden = ledger.flag(one.get("hidden"), "notes.excludedTypes") == Some(true);
    let is_listed = match one.get("section") {
        Some(title) if is_hidden => {
            ledger.lose(&title, "the type is left out");
            false
        }
        Some(title) => section(std::slice::from_ref(&text), &title, config, ledger),
        None => false,
    };
    match (is_hidden, is_listed) {
        (true, _) => ledger.carry(&name, "notes.excludedTypes"),
        (false, true) => ledger.carry(&name, "notes.sections"),
        (false, false) => ledger.lose(&name, "has no section, so that changes keep that of their type"),
    }
    if is_hidden {
        config.notes.excluded_types.push(text);
    }
}
