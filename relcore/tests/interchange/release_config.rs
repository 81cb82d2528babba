//! Configurations of release tools: every key is carried over or listed as lost, and the policies can be used.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what a test is for")]
use proptest::prelude::*;
use relcore::interchange::{
    ReleaseConfig, changesets_config, commitizen_config, git_cliff_config, release_please_config,
    semantic_release_config,
};
use serde_json::{Map, Value, json};

/// The keys that the importers know, and two that no tool has.
const KEYS: &[&str] = &[
    "branches",
    "tagFormat",
    "plugins",
    "preset",
    "releaseRules",
    "presetConfig",
    "types",
    "type",
    "release",
    "section",
    "hidden",
    "parserOpts",
    "noteKeywords",
    "fixed",
    "linked",
    "ignore",
    "changelog",
    "commit",
    "packages",
    ".",
    "a.b",
    "release-type",
    "bump-minor-pre-major",
    "versioning",
    "changelog-sections",
    "component",
    "tag-separator",
    "release-as",
    "initial-version",
    "prerelease-type",
    "draft",
    "tool",
    "commitizen",
    "name",
    "version",
    "version_scheme",
    "tag_format",
    "bump_map",
    "customize",
    "change_type_map",
    "message_length_limit",
    "major_version_zero",
    "git",
    "bump",
    "remote",
    "commit_parsers",
    "message",
    "group",
    "skip",
    "tag_pattern",
    "sort_commits",
    "initial_tag",
    "bump_type",
    "custom_minor_increment_regex",
    "other",
    "[x]",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0u32..200).prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "x",
            "^feat",
            "feat|fix",
            "1.2.0",
            "v$version",
            "v${version}",
            "node",
            "python",
            "minor",
            "patch",
            "oldest",
            "Features",
            "<!-- 0 -->Fixes",
            "angular",
            "v[0-9].*",
            "pep440",
            "always-bump-patch",
            "beta",
            "@semantic-release/commit-analyzer",
            "^.*: add",
            "rc.1",
            "é",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            fields(inner).prop_map(Value::Object),
        ]
    })
}

fn fields(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let entry = (prop::sample::select(KEYS), inner).prop_map(|(key, value)| (key.to_owned(), value));
    proptest::collection::vec(entry, 0..6).prop_map(|entries| entries.into_iter().collect())
}

/// The number of plain values, and the fewest and the most keys that they can be listed as.
fn counted(value: &Value) -> (usize, usize) {
    let sum =
        |parts: Vec<(usize, usize)>| parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    match value {
        Value::Object(fields) if !fields.is_empty() => sum(fields.values().map(counted).collect()),
        Value::Array(items) if !items.is_empty() => {
            let (fewest, most) = sum(items.iter().map(counted).collect());
            // A list of plain values is one key or one for each.
            let is_plain = items.iter().all(|item| !item.is_object() && !item.is_array());
            (if is_plain { 1 } else { fewest }, most)
        }
        _ => (1, 1),
    }
}

fn check(config: &ReleaseConfig, value: &Value, below: usize) {
    let listed = config.carried.len() + config.lost.len();
    let (fewest, most) = counted(value);
    assert!((fewest + below..=most + below).contains(&listed), "{value}: {config:?}");
    let keys = config.carried.iter().map(|one| &one.key).chain(config.lost.iter().map(|one| &one.key));
    let unique: std::collections::BTreeSet<&String> = keys.collect();
    assert_eq!(unique.len(), listed, "a key twice: {config:?}");
    relcore::change::policy_from_json(&relcore::to_json(&config.changes).unwrap()).unwrap();
    relcore::versioning::policy_from_json(&relcore::to_json(&config.versioning).unwrap()).unwrap();
    relcore::versioning::plan_policy_from_json(&relcore::to_json(&config.plan).unwrap()).unwrap();
    relcore::notes::spec_from_json(&relcore::to_json(&config.notes).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_key_is_carried_or_lost(fields in fields(value())) {
        prop_assume!(!fields.is_empty());
        let value = Value::Object(fields);
        let text = value.to_string();
        let all = [semantic_release_config(&text), changesets_config(&text), release_please_config(&text, None)];
        for config in all.iter().flatten() {
            check(config, &value, 0);
        }
        if let Ok(config) = release_please_config(&text, Some(r#"{"a": "1.0.0"}"#)) {
            check(&config, &value, 1);
        }
        if let Ok(config) = commitizen_config(&json!({ "commitizen": value }).to_string()) {
            check(&config, &value, 0);
        }
        if let Ok(config) = toml::to_string(&value).map_err(drop).and_then(|text| git_cliff_config(&text).map_err(drop)) {
            check(&config, &value, 0);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(\\[|\\]|\\{|\\}|=|\"|'|\n|:|-| |git|tool|a|1|#|,|é){0,20}") {
        let _ = (git_cliff_config(&text), commitizen_config(&text), semantic_release_config(&text));
        let _ = (changesets_config(&text), release_please_config(&text, Some(&text)));
    }
}

/// A value that is carried nowhere is lost, whatever its key.
#[test]
fn a_value_of_the_wrong_kind_is_lost() {
    let lost = |config: ReleaseConfig, key: &str| config.lost.iter().any(|one| one.key == key);
    for key in [
        "bump-minor-pre-major",
        "bump-patch-for-minor-pre-major",
        "include-component-in-tag",
        "include-v-in-tag",
    ] {
        let text = format!(r#"{{"component": "shop", "{key}": "yes"}}"#);
        assert!(lost(release_please_config(&text, None).unwrap(), key), "{key}");
    }
    assert!(lost(release_please_config(r#"{"component": 5}"#, None).unwrap(), "component"));
    let tags = release_please_config(r#"{"include-v-in-tag": true}"#, None).unwrap();
    assert!(
        lost(tags.clone(), "include-v-in-tag") && tags.versioning.tag_format.is_none(),
        "whose component?"
    );
    let without = r#"{"include-v-in-tag": false, "include-component-in-tag": false}"#;
    assert_eq!(
        release_please_config(without, None).unwrap().versioning.tag_format.as_deref(),
        Some("{version}")
    );
    let alone = release_please_config(r#"{"prerelease-type": "beta"}"#, None).unwrap();
    assert!(lost(alone.clone(), "prerelease-type") && alone.versioning.channel.is_none());
    let strategy =
        release_please_config(r#"{"prerelease-type": "beta", "versioning": "prerelease"}"#, None).unwrap();
    assert!(strategy.lost.is_empty() && strategy.versioning.channel.is_some());
    let manifest = release_please_config("{}", Some(r#"{".": "banana"}"#)).unwrap();
    assert!(lost(manifest.clone(), "manifest.\".\"") && manifest.versions.is_empty());

    let types = r#"{"presetConfig": {"types": [{"type": "perf"}, {"type": "docs", "hidden": "yes", "section": "Docs"}]}}"#;
    let types = semantic_release_config(types).unwrap();
    for key in ["presetConfig.types[0].type", "presetConfig.types[1].hidden"] {
        assert!(lost(types.clone(), key), "{key}");
    }
    for key in ["breaking_always_bump_major", "features_always_bump_minor"] {
        assert!(lost(
            git_cliff_config(&format!("[bump]\n{key} = \"no\"\n")).unwrap(),
            &format!("bump.{key}")
        ));
    }
    let group = "[git]\ncommit_parsers = [{ message = \"^feat\", group = 5 }]\n";
    for key in ["git.commit_parsers[0].message", "git.commit_parsers[0].group"] {
        assert!(lost(git_cliff_config(group).unwrap(), key), "{key}");
    }
    let zero = commitizen_config("[tool.commitizen]\nmajor_version_zero = \"yes\"\n").unwrap();
    assert!(lost(zero, "tool.commitizen.major_version_zero"));
}
