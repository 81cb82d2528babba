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
        Some("releaseRules") => release_rules(node, config, ledger),
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

/// Rules of types alone, `{"type": "docs", "release": "patch"}`, are bumps of types. With others among them all are rules, since
/// the highest that holds counts.
fn release_rules(rules: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let rules = rules.items();
    let is_of_type = |rule: &Node<'_>| {
        let is_name = rule.get("type").and_then(|node| node.text()).is_some_and(is_name);
        is_name && rule.fields().iter().all(|(key, _)| matches!(*key, "type" | "release"))
    };
    let are_of_types = rules.iter().all(is_of_type);
    for rule in &rules {
        let Some(found) = release_rule(rule) else {
            ledger.lose(rule, NOT_CARRIED);
            continue;
        };
        match found.change_type {
            Some(name) if are_of_types => {
                ledger.carry(rule, "changes.types");
                let bump = config.changes.types.entry(name.to_ascii_lowercase()).or_insert(found.bump);
                *bump = found.bump.max(*bump);
            }
            _ => {
                ledger.carry(rule, "changes.rules");
                config.changes.rules.push(found);
            }
        }
    }
}

const NOT_CARRIED: &str = "a rule has `type`, `scope`, `message`, `breaking` and `revert`, whose patterns have `*` and `?` alone, and \
                           a release of `patch`, `minor`, `major` or `false`";

fn release_rule(rule: &Node<'_>) -> Option<BumpRule> {
    let step = rule.get("release").and_then(|node| match node.value {
        serde_json::Value::Bool(false) => Some(Bump::None),
        value => bump_of(value.as_str()?),
    })?;
    let fields = rule.fields();
    let mut conditions = fields.iter().filter(|(key, _)| *key != "release");
    conditions.try_fold(BumpRule::new(step), |found, (key, node)| {
        let pattern = node.text().filter(|text| is_pattern(text));
        match *key {
            "type" => Some(found.change_type(pattern?)),
            "scope" => Some(found.scope(pattern?)),
            "message" => Some(found.text(pattern?)),
            "breaking" => Some(found.breaking(node.value.as_bool()?)),
            "revert" => Some(found.revert(node.value.as_bool()?)),
            _ => None,
        }
    })
}

fn is_name(text: &str) -> bool {
    is_pattern(text) && !text.contains(['*', '?'])
}

/// Whether a pattern has no sign that only micromatch knows.
fn is_pattern(text: &str) -> bool {
    !text.is_empty() && !text.contains(['{', '}', '[', ']', '(', ')', '!', '|', '\\'])
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
