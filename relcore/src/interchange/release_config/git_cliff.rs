use super::reader::{Ledger, Node, toml};
use super::result::ReleaseConfig;
use super::types::{bump_of, section, types_of};
use crate::error::Result;
use crate::version::{Bump, Scheme, is_version};
use crate::versioning::ZeroRule;

/// Reads the configuration of git-cliff, `cliff.toml`.
///
/// Parsers of commits become sections by their types: `^feat` with the group `Features` is the section `added` with that title.
/// Every change makes at least a patch, as there. The templates are Tera's; write one for
/// [`render_template`](crate::notes::render_template) instead.
///
/// ```
/// use relcore::interchange::git_cliff_config;
/// let text = "[git]\ncommit_parsers = [{ message = \"^feat\", group = \"Features\" }, { message = \"^chore\\\\(deps\", skip = true }]\n";
/// let config = git_cliff_config(text)?;
/// assert_eq!(config.notes.titles["added"], "Features");
/// // Pitfall: a pattern that is not about types is lost, and says so.
/// assert_eq!(config.lost[0].key, "git.commit_parsers[1].message");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not TOML; those of the policies, as `invalid_value` for a title of `notes.titles` that is empty.
pub fn git_cliff_config(text: &str) -> Result<ReleaseConfig> {
    let value = toml(text)?;
    let root = Node::root(&value);
    let mut config = ReleaseConfig::default();
    let mut ledger = Ledger::default();
    config.versioning.at_least = Bump::Patch;
    if let Some(changelog) = root.get("changelog") {
        for (key, node) in changelog.fields() {
            let reason = match key {
                "header" | "body" | "footer" => {
                    "a template of Tera: write one in the language of Jinja for `notes.render_template`"
                }
                "postprocessors" => "relcore replaces no text after rendering",
                "output" => "relcore writes no files",
                _ => continue,
            };
            ledger.lose(&node, reason);
        }
    }
    if let Some(git) = root.get("git") {
        commits(&git, &mut config, &mut ledger);
    }
    if let Some(bump) = root.get("bump") {
        versions(&bump, &mut config, &mut ledger);
    }
    if let Some(remote) = root.get("remote") {
        ledger.lose(&remote, "relcore uses no network: pass merged requests as `notes.requests`");
    }
    ledger.finish(&root, &mut config);
    config.checked()
}

fn commits(git: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    // What relcore does anyway, by the value with which git-cliff does the same.
    for (key, value, rule) in [
        ("conventional_commits", true, "messages are read as Conventional Commits"),
        ("filter_unconventional", true, "changes without a type are left out"),
        ("require_conventional", false, "`change.lint` refuses messages, notes do not"),
        ("split_commits", false, "a message is one change"),
        ("filter_commits", false, "changes without a section of their own are `other`"),
        ("protect_breaking_commits", true, "a breaking change is always listed"),
        ("topo_order", false, "the order of the changes is the caller's"),
        ("topo_order_commits", true, "the order of the changes is the caller's"),
        ("use_branch_tags", false, "`change.changes_since` takes the tags that it is given"),
    ] {
        let Some(node) = git.get(key) else { continue };
        let same = node.value.as_bool().filter(|own| *own == value);
        ledger.settle(&node, rule, same, &format!("relcore has one rule: {rule}"));
    }
    if let Some(node) = git.get("sort_commits") {
        let same = node.text().filter(|order| *order == "oldest");
        ledger.settle(
            &node,
            "notes list the oldest change first",
            same,
            "notes list the oldest change first",
        );
    }
    if let Some(node) = git.get("tag_pattern") {
        let found = node.text().and_then(tag_format);
        let reason = "only a pattern of a text and a version, as `v[0-9].*`, is a form of tags";
        config.versioning.tag_format = ledger.settle(&node, "versioning.tagFormat", found, reason);
    }
    for key in ["skip_tags", "ignore_tags", "count_tags"] {
        if let Some(node) = git.get(key) {
            if node.text() == Some("") {
                ledger.carry(&node, "no tag is left out");
            } else {
                ledger.lose(&node, "leave these tags out of the history that you pass");
            }
        }
    }
    for parser in git.get("commit_parsers").iter().flat_map(Node::items) {
        commit_parser(&parser, config, ledger);
    }
}

fn commit_parser(parser: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let types = parser.get("message").and_then(|node| types_of(node.text()?));
    let has_more = parser.fields().iter().any(|(key, _)| ["body", "footer", "field", "sha"].contains(key));
    let Some(types) = types.filter(|_| !has_more) else {
        ledger.lose(parser, "changes are in sections by their types: the pattern is about something else");
        return;
    };
    let is_skipped = ledger.flag(parser.get("skip"), "notes.excludedTypes") == Some(true);
    let is_listed = match parser.get("group") {
        Some(group) if is_skipped => {
            ledger.lose(&group, "the type is left out");
            false
        }
        Some(group) => section(&types, &group, config, ledger),
        None => false,
    };
    if let Some(message) = parser.get("message") {
        match (is_skipped, is_listed) {
            (true, _) => ledger.carry(&message, "notes.excludedTypes"),
            (false, true) => ledger.carry(&message, "notes.sections"),
            (false, false) => {
                ledger.lose(&message, "has no group, so that changes keep the section of their type")
            }
        }
    }
    if is_skipped {
        config.notes.excluded_types.extend(types);
    }
    for key in ["scope", "default_scope"] {
        if let Some(node) = parser.get(key) {
            ledger.lose(&node, "a change has the scope that its message says");
        }
    }
}

/// The form of tags of a pattern: `v{version}` of `v[0-9].*`.
fn tag_format(pattern: &str) -> Option<String> {
    let pattern = pattern.trim_start_matches('^').trim_end_matches('$');
    let at = pattern.find(['[', '\\', '(', '.', '*'])?;
    let (prefix, rest) = (pattern.get(..at)?, pattern.get(at..)?);
    let is_version = ["[0-9]", "\\d", "(\\d", "([0-9]", ".*"].iter().any(|start| rest.starts_with(start));
    let is_plain = prefix.chars().all(|c| c.is_ascii_alphanumeric() || "-_/@".contains(c));
    (is_version && is_plain && !rest.contains('|')).then(|| format!("{prefix}{{version}}"))
}

fn versions(bump: &Node<'_>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let mut flag = |key: &str| ledger.flag(bump.get(key), "versioning.zeroRule").unwrap_or(true);
    config.versioning.zero_rule =
        match (flag("breaking_always_bump_major"), flag("features_always_bump_minor")) {
            (true, true) => ZeroRule::Plain,
            (false, true) => ZeroRule::PreMajor,
            (true, false) => ZeroRule::FeaturePatch,
            (false, false) => ZeroRule::Shifted,
        };
    config.plan.zero_rule = config.versioning.zero_rule;
    for (key, step) in
        [("custom_major_increment_regex", Bump::Major), ("custom_minor_increment_regex", Bump::Minor)]
    {
        let Some(node) = bump.get(key) else { continue };
        let types = node.text().and_then(types_of);
        let types =
            ledger.settle(&node, "changes.types", types, "only a list of types, as `minor|more`, has steps");
        config.changes.types.extend(types.into_iter().flatten().map(|name| (name, step)));
    }
    if let Some(node) = bump.get("no_increment_regex") {
        ledger.lose(&node, "`versioning.atLeast` is for all changes: leave these out of those that you pass");
    }
    if let Some(node) = bump.get("initial_tag") {
        let version = node.text().map(|tag| tag.strip_prefix('v').unwrap_or(tag));
        let version = version.filter(|version| is_version(version, Scheme::Semver));
        if let Some(version) = ledger.settle(&node, "versioning.initial", version, "is no version") {
            version.clone_into(&mut config.versioning.initial);
        }
    }
    if let Some(node) = bump.get("bump_type") {
        let step = node.text().and_then(bump_of);
        if let Some(step) = ledger.settle(&node, "versioning.atLeast, versioning.atMost", step, "is no step")
        {
            config.versioning.at_least = step;
            config.versioning.at_most = Some(step);
        }
    }
}
