use super::reader::{Ledger, Node, json};
use super::result::ReleaseConfig;
use super::semantic_release::listed_type;
use crate::change::Dialect;
use crate::error::{Result, shortened};
use crate::version::{Bump, Scheme, is_version, valid_label};
use crate::versioning::{Channel, Ecosystem, ZeroRule};

/// Reads the configuration of release-please, `release-please-config.json`, and its manifest.
///
/// The options of the one package count before those of the top. With several packages, their own options are lost: read the
/// configuration once for each package, without the others.
///
/// ```
/// use relcore::interchange::release_please_config;
/// let text = r#"{"bump-minor-pre-major": true, "packages": {".": {"release-type": "node", "draft": true}}}"#;
/// let config = release_please_config(text, Some(r#"{".": "0.4.2"}"#))?;
/// assert_eq!(config.versions["."], "0.4.2");
/// assert_eq!(config.lost[0].key, "packages.\".\".draft"); // pitfall: relcore publishes nothing
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for a file that is not JSON, `wrong_type` for one that is a list, with the paths `text` and `manifest`; those of the
/// policies, as for an empty title.
pub fn release_please_config(text: &str, manifest: Option<&str>) -> Result<ReleaseConfig> {
    let value = json(text)?;
    let root = Node::root(&value);
    let mut config = ReleaseConfig::default();
    let mut ledger = Ledger::default();
    config.changes.dialect = Dialect::Conventionalcommits;
    "1.0.0".clone_into(&mut config.versioning.initial);
    let packages = root.get("packages").map(|node| node.fields()).unwrap_or_default();
    let own = match packages.as_slice() {
        [(path, package)] => Some((*path, package)),
        _ => None,
    };
    let find = |key: &str| own.and_then(|(_, package)| package.get(key)).or_else(|| root.get(key));
    if let (Some((_, package)), fields) = (own, root.fields()) {
        // What the package has instead.
        for (key, node) in fields.iter().filter(|(key, _)| *key != "packages" && package.get(key).is_some()) {
            ledger.lose(node, format!("the package has `{}` of its own", shortened(key)));
        }
    }
    for (_, package) in packages.iter().filter(|_| own.is_none()) {
        ledger.lose(package, "there are several packages: read the configuration for each");
    }
    for plugin in root.get("plugins").iter().flat_map(Node::items) {
        ledger.lose(&plugin, "`versioning.release_plan` plans packages that depend on each other");
    }
    numbering(&find, &mut config, &mut ledger);
    steps(&find, &mut config, &mut ledger);
    tags(&find, &mut config, &mut ledger);
    if let Some(node) = find("changelog-sections") {
        node.items().iter().for_each(|one| listed_type(one, &mut config, &mut ledger));
    }
    for (key, reason) in [
        ("changelog-path", "relcore writes no files"),
        ("skip-changelog", "relcore writes no files"),
        ("extra-files", "relcore writes no files"),
        ("draft", "relcore publishes nothing"),
        ("skip-github-release", "relcore publishes nothing"),
        ("bootstrap-sha", "the history that you pass begins where you say"),
        ("last-release-sha", "the history that you pass begins where you say"),
    ] {
        if let Some(node) = find(key) {
            ledger.lose(&node, reason);
        }
    }
    ledger.finish(&root, &mut config);
    if let Some(manifest) = manifest {
        let value = json(manifest).map_err(|error| error_in_manifest(&error))?;
        let root = Node { path: "manifest".to_owned(), value: &value };
        let mut ledger = Ledger::default();
        for (path, node) in root.fields() {
            let version = node.text().filter(|text| is_version(text, Scheme::Semver));
            if let Some(version) = ledger.settle(&node, "versions", version, "is no version") {
                config.versions.insert(path.to_owned(), version.to_owned());
            }
        }
        ledger.finish(&root, &mut config);
    }
    config.checked()
}

fn error_in_manifest(error: &crate::Error) -> crate::Error {
    let text = error.faults().first().map(|fault| fault.text.clone()).unwrap_or_default();
    crate::Error::new(error.kind(), "manifest", text)
}

fn numbering<'a>(find: &impl Fn(&str) -> Option<Node<'a>>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    if let Some(node) = find("release-type") {
        let ecosystem = match node.text() {
            Some(
                "node" | "simple" | "go" | "php" | "ruby" | "helm" | "terraform-module" | "dart" | "elixir",
            ) => Some(Ecosystem::Npm),
            Some("rust") => Some(Ecosystem::Cargo),
            Some("python") => Some(Ecosystem::Pep440),
            _ => None,
        };
        let reason = "relcore has no numbering of this ecosystem: it is numbered as npm is";
        config.plan.ecosystem = ledger.settle(&node, "plan.ecosystem", ecosystem, reason).unwrap_or_default();
    }
    if let Some(node) = find("initial-version") {
        let found = node.text().filter(|text| is_version(text, Scheme::Semver));
        if let Some(version) = ledger.settle(&node, "versioning.initial", found, "is no version") {
            version.clone_into(&mut config.versioning.initial);
        }
    }
    if let Some(node) = find("release-as") {
        let found = node.text().filter(|text| is_version(text, Scheme::Semver));
        config.versioning.force =
            ledger.settle(&node, "versioning.force", found, "is no version").map(str::to_owned);
    }
    let is_prerelease = find("versioning").is_some_and(|node| node.text() == Some("prerelease"));
    if let Some(node) = find("prerelease-type").filter(|_| is_prerelease) {
        let label = node.text().map(|text| text.split('.').next().unwrap_or_default());
        let label = label.filter(|label| valid_label(label).is_ok());
        let channel = ledger.settle(&node, "versioning.channel", label, "is no label of a prerelease");
        config.versioning.channel = channel.map(Channel::new);
    } else if let Some(node) = find("prerelease-type") {
        ledger.lose(&node, "has an effect with the strategy `prerelease` alone");
    }
}

fn steps<'a>(find: &impl Fn(&str) -> Option<Node<'a>>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    let mut flag = |key: &str| ledger.flag(find(key), "versioning.zeroRule").unwrap_or(false);
    config.versioning.zero_rule = match (flag("bump-minor-pre-major"), flag("bump-patch-for-minor-pre-major"))
    {
        (false, false) => ZeroRule::Plain,
        (true, false) => ZeroRule::PreMajor,
        (false, true) => ZeroRule::FeaturePatch,
        (true, true) => ZeroRule::Shifted,
    };
    config.plan.zero_rule = config.versioning.zero_rule;
    if let Some(node) = find("versioning") {
        let step = match node.text() {
            Some("always-bump-patch") => Some(Some(Bump::Patch)),
            Some("always-bump-minor") => Some(Some(Bump::Minor)),
            Some("always-bump-major") => Some(Some(Bump::Major)),
            Some("default") => Some(None),
            Some("prerelease") if config.versioning.channel.is_some() => Some(None),
            _ => None,
        };
        let to = match config.versioning.channel {
            Some(_) => "versioning.channel",
            None => "versioning.atLeast, versioning.atMost",
        };
        let reason = "relcore has no such strategy: `versioning.channel` makes prereleases";
        let step = ledger.settle(&node, to, step, reason).flatten();
        if let Some(step) = step {
            config.versioning.at_least = step;
            config.versioning.at_most = Some(step);
        }
    }
}

/// The form of tags: `component-v1.2.3`, of which component, separator and `v` may be absent.
fn tags<'a>(find: &impl Fn(&str) -> Option<Node<'a>>, config: &mut ReleaseConfig, ledger: &mut Ledger) {
    const TO: &str = "versioning.tagFormat";
    let named = find("component").or_else(|| find("package-name"));
    let component = named.as_ref().and_then(Node::text);
    let is_without = find("include-component-in-tag").is_some_and(|node| node.value.as_bool() == Some(false));
    let keys = ["tag-separator", "component", "package-name", "include-component-in-tag", "include-v-in-tag"];
    let prefix = match component {
        _ if is_without => String::new(),
        Some(name) => {
            let separator = find("tag-separator").and_then(|node| node.text()).unwrap_or("-");
            format!("{name}{separator}")
        }
        // The component comes from the files of the package, which are not here.
        None => {
            for node in keys.iter().filter_map(|key| find(key)) {
                ledger.lose(&node, "the component of the tags is in a file of the package: set `component`");
            }
            return;
        }
    };
    for key in ["tag-separator", "component", "package-name"] {
        if let Some(node) = find(key) {
            ledger.settle(&node, TO, node.text(), "is no text");
        }
    }
    ledger.flag(find("include-component-in-tag"), TO);
    let v = if ledger.flag(find("include-v-in-tag"), TO) == Some(false) { "" } else { "v" };
    config.versioning.tag_format = Some(format!("{prefix}{v}{{version}}"));
}
