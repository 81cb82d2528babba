use super::parsed::{Form, Parsed};
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::version::Bump;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

input! {
    /// How messages are read. Default: the specification, to the letter.
    ///
    /// ```
    /// use relcore::change::{Dialect, Policy, parse_change};
    /// use relcore::version::Bump;
    /// let policy = Policy::default().dialect(Dialect::Conventionalcommits).types([("deps".to_owned(), Bump::Patch)].into());
    /// assert_eq!(parse_change("deps: update serde", &policy)?.bump, Bump::Patch);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// Which tool's reading. Default: `spec`.
        pub dialect: Dialect,
        /// The bump of a type, in addition to those of the dialect or instead of them: `{"deps": "patch"}`. Types are
        /// compared without regard to case. Default: none.
        pub types: BTreeMap<String, Bump>,
        /// Rules that come before `types` and the dialect, as `releaseRules` of semantic-release. Default: none.
        pub rules: Vec<BumpRule>,
        /// The effect of a text that looks breaking and is not, by the dialect. Default: `warn`.
        pub on_suspected_breaking: SuspectedBreaking,
        /// Whether a squash commit counts as the commits that it lists. Default: `literal`.
        pub squash: Squash,
        /// Footers that mean breaking, in addition to `BREAKING CHANGE` and `BREAKING-CHANGE`. Default: none.
        pub breaking_tokens: Vec<String>,
        /// Words that close an issue, in addition to those of GitHub and GitLab (`fixes`, `closes`, `resolves`,
        /// `implements` and their forms). Default: none.
        pub reference_actions: Vec<String>,
        /// What stands before the number of an issue, in addition to `#`: `SHOP-`. Default: none.
        pub issue_prefixes: Vec<String>,
        /// The only types that [`lint`](super::lint) takes. Default: those of the dialect and of `types`.
        pub allowed_types: Vec<String>,
        /// The only scopes that [`lint`](super::lint) takes. Default: any, and none.
        pub allowed_scopes: Vec<String>,
        /// The longest header that [`lint`](super::lint) takes, in characters. Default: 100, as in commitlint.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub longest_header: Option<u32>,
    }
}

input! {
    /// The bump of the changes that all conditions of the rule hold for; a rule without conditions holds for every change.
    ///
    /// Of the rules that hold for a change, the one with the highest bump counts, wherever it stands. `none` counts, too: it
    /// takes the bump of the type away. Where no rule holds, the types of the policy and the dialect decide.
    ///
    /// A breaking change is major unless a rule that holds has `breaking`: a rule about documentation does not make a breaking
    /// change of it a patch, which it does in semantic-release.
    ///
    /// In `changeType`, `scope` and `text`, `*` stands for any text and `?` for any character; a pattern must fit the whole text.
    ///
    /// ```
    /// use relcore::change::{BumpRule, Policy, parse_change};
    /// use relcore::version::Bump;
    /// let readme = BumpRule::new(Bump::Patch).change_type("docs").scope("readme*");
    /// let policy = Policy::default().rules([readme, BumpRule::new(Bump::None).scope("internal")]);
    /// assert_eq!(parse_change("docs(readme-de): a word", &policy)?.bump, Bump::Patch);
    /// assert_eq!(parse_change("feat(internal): a switch", &policy)?.bump, Bump::None);
    /// // Pitfall: a breaking change stays major.
    /// assert_eq!(parse_change("feat(internal)!: a switch", &policy)?.bump, Bump::Major);
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "change.BumpRule", rename_all = "camelCase", deny_unknown_fields)]
    pub struct BumpRule {
        /// The type, without regard to case: `docs`. Default: any, and none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change_type: Option<String>,
        /// The scope, without regard to case: `api`. Default: any, and none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scope: Option<String>,
        /// The whole message: `*README*`. Default: any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// Whether it is for breaking changes alone. Default: no.
        #[serde(default)]
        pub breaking: bool,
        /// Whether it is for reverts alone: of the type `revert`, and git's `Revert "…"`. Default: no.
        #[serde(default)]
        pub revert: bool,
        /// The bump: `none`, `patch`, `minor` or `major`.
        pub bump: Bump,
    }
}

impl BumpRule {
    /// A rule for every change.
    #[must_use]
    pub fn new(bump: Bump) -> Self {
        Self { change_type: None, scope: None, text: None, breaking: false, revert: false, bump }
    }

    fn patterns(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("changeType", self.change_type.as_deref()),
            ("scope", self.scope.as_deref()),
            ("text", self.text.as_deref()),
        ]
    }

    fn holds_for(&self, change: &Parsed, message: &str) -> bool {
        let texts = [change.change_type.as_deref(), change.scope.as_deref(), Some(message)];
        let fits = |((_, pattern), text): ((&str, Option<&str>), Option<&str>)| match (pattern, text) {
            (Some(pattern), Some(text)) => WildMatch::new_case_insensitive(pattern).matches(text),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let is_revert = change.form == Form::Revert || change.change_type.as_deref() == Some("revert");
        (change.breaking || !self.breaking)
            && (is_revert || !self.revert)
            && self.patterns().into_iter().zip(texts).all(fits)
    }
}

/// A reading of commit messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Dialect", rename_all = "snake_case")]
pub enum Dialect {
    /// Conventional Commits 1.0.0 to the letter: `feat` is minor, `fix` is patch, `!` or a footer `BREAKING CHANGE: ` is
    /// major, and nothing else counts.
    #[default]
    Spec,
    /// As the preset `conventional-changelog-conventionalcommits`: `perf` and `revert` are patch, `feature` is `feat`, and
    /// `breaking change:` at the beginning of any line counts, in any case.
    Conventionalcommits,
    /// As the default of semantic-release, the preset `conventional-changelog-angular`: as `conventionalcommits`, but a
    /// header with `!` is not read, `BREAKING CHANGE` counts without a colon, and `revert:` does not count.
    Angular,
}

/// The effect of a text that looks breaking and is not, by the dialect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.SuspectedBreaking", rename_all = "snake_case")]
pub enum SuspectedBreaking {
    /// The change is breaking.
    Major,
    /// The change is not breaking, and there is a diagnostic of severity `warning`.
    #[default]
    Warn,
    /// The change is not breaking, and there is a diagnostic of severity `error`: no version is made of it.
    Fail,
}

/// Whether a squash commit counts as the commits that it lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Squash", rename_all = "snake_case")]
pub enum Squash {
    /// Its title alone counts. A listed commit that would raise the bump has a diagnostic.
    #[default]
    Literal,
    /// Its title and each commit that it lists count.
    Expand,
}

/// The policy that reads messages to the letter of the specification.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::change::policy_from_json(r#"{"dialect": "angular", "types": {"docs": "patch"}}"#)?;
/// assert_eq!(policy.types.len(), 1);
/// // Pitfall: a bump of the types is `none`, `patch`, `minor` or `major`.
/// let error = relcore::change::policy_from_json(r#"{"types": {"docs": "prerelease"}}"#).unwrap_err();
/// assert_eq!(error.path(), "types.docs");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `invalid_value` for a type with a blank (`new
/// type`), for the bump `prerelease`, for an empty pattern, token, action, prefix, type or scope, and for a prefix that ends with a digit
/// (`SHOP-1`); `duplicate` for two types that differ in case alone; `out_of_range` for a longest header of 0.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let text = "
/// squash: expand
/// onSuspectedBreaking: fail
/// types: {deps: patch}
/// ";
/// assert_eq!(relcore::change::policy_from_yaml(text)?.types.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Policy {
    const TYPE: &'static str = "change.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let at = |field: &str| join(path, field);
        let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        let mut seen = BTreeSet::new();
        for (name, bump) in &self.types {
            let path = at(&format!("types.{}", crate::error::shortened(name)));
            let text = format_args!("{} is not a type: expected one like `deps`", quoted(name));
            faults.check(is_word(name), ErrorKind::InvalidValue, format_args!("{path}"), text);
            let text = format_args!(
                "`prerelease` is no bump of a type: expected `none`, `patch`, `minor` or `major`"
            );
            let is_step = *bump != Bump::Prerelease;
            faults.check(is_step, ErrorKind::InvalidValue, format_args!("{path}"), text);
            let is_new = seen.insert(name.to_ascii_lowercase());
            let text = format_args!("{} differs from another type in case alone", quoted(name));
            faults.check(is_new, ErrorKind::Duplicate, format_args!("{path}"), text);
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let path = at(&format!("rules[{index}]"));
            let text = format_args!(
                "`prerelease` is no bump of a change: expected `none`, `patch`, `minor` or `major`"
            );
            faults.check(
                rule.bump != Bump::Prerelease,
                ErrorKind::InvalidValue,
                format_args!("{path}.bump"),
                text,
            );
            for (name, pattern) in rule.patterns() {
                let text = format_args!("is empty: expected a pattern like `a*`");
                let is_pattern = pattern.is_none_or(|pattern| !pattern.trim().is_empty());
                faults.check(is_pattern, ErrorKind::InvalidValue, format_args!("{path}.{name}"), text);
            }
        }
        let lists = [
            ("breakingTokens", &self.breaking_tokens),
            ("referenceActions", &self.reference_actions),
            ("issuePrefixes", &self.issue_prefixes),
            ("allowedTypes", &self.allowed_types),
            ("allowedScopes", &self.allowed_scopes),
        ];
        for (name, list) in lists {
            for (index, item) in list.iter().enumerate() {
                let path = at(&format!("{name}[{index}]"));
                let text = format_args!("is empty: expected text");
                faults.check(!item.trim().is_empty(), ErrorKind::InvalidValue, format_args!("{path}"), text);
            }
        }
        for (index, prefix) in self.issue_prefixes.iter().enumerate() {
            let path = at(&format!("issuePrefixes[{index}]"));
            let text = format_args!(
                "{} ends with a digit: the number of the issue begins nowhere in it",
                quoted(prefix)
            );
            let is_apart = !prefix.ends_with(|c: char| c.is_ascii_digit());
            faults.check(is_apart, ErrorKind::InvalidValue, format_args!("{path}"), text);
        }
        let text = format_args!("`0` is out of range: expected 1 or more");
        let path = at("longestHeader");
        faults.check(self.longest_header != Some(0), ErrorKind::OutOfRange, format_args!("{path}"), text);
    }
}

impl Policy {
    /// All faults at once, under `policy`.
    pub(super) fn checked(&self) -> Result<()> {
        let mut faults = Faults::new();
        self.check("policy", &mut faults);
        faults.finish()
    }

    /// The bump of a type: that of the policy, or else that of the dialect.
    pub(super) fn bump_of(&self, change_type: &str) -> Bump {
        let own = self.types.iter().find(|(name, _)| name.eq_ignore_ascii_case(change_type));
        own.map_or_else(|| self.dialect.bump_of(change_type), |(_, bump)| *bump)
    }

    /// The bump of a change by the rules, where one holds for it.
    pub(super) fn bump_by_rules(&self, change: &Parsed, message: &str) -> Option<Bump> {
        let holding: Vec<&BumpRule> =
            self.rules.iter().filter(|rule| rule.holds_for(change, message)).collect();
        let highest = holding.iter().map(|rule| rule.bump).max()?;
        let names_breaking = holding.iter().any(|rule| rule.breaking);
        Some(if change.breaking && !names_breaking { Bump::Major } else { highest })
    }

    /// Whether the type is one of the dialect or of the policy.
    pub(super) fn knows(&self, change_type: &str) -> bool {
        let is_it = |name: &&str| name.eq_ignore_ascii_case(change_type);
        let of_rules = self.rules.iter().filter_map(|rule| rule.change_type.as_ref());
        let lists = self.types.keys().chain(&self.allowed_types).chain(of_rules);
        KNOWN_TYPES.iter().any(is_it) || lists.map(String::as_str).any(|name| is_it(&name))
    }
}

/// The types of `@commitlint/config-conventional`, and `feature` and `deps`, which tools read, too.
pub(super) const KNOWN_TYPES: &[&str] = &[
    "feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert", "feature",
    "deps",
];

impl Dialect {
    fn bump_of(self, change_type: &str) -> Bump {
        let rows: &[(&str, Bump)] = match self {
            Self::Spec => &[("feat", Bump::Minor), ("fix", Bump::Patch)],
            Self::Conventionalcommits => &[
                ("feat", Bump::Minor),
                ("feature", Bump::Minor),
                ("fix", Bump::Patch),
                ("perf", Bump::Patch),
                ("revert", Bump::Patch),
            ],
            Self::Angular => &[("feat", Bump::Minor), ("fix", Bump::Patch), ("perf", Bump::Patch)],
        };
        let found = rows.iter().find(|(name, _)| name.eq_ignore_ascii_case(change_type));
        found.map_or(Bump::None, |(_, bump)| *bump)
    }

    /// The bump of git's own `Revert "…"`, which is no conventional header.
    pub(super) fn bump_of_git_revert(self) -> Bump {
        if self == Self::Spec { Bump::None } else { Bump::Patch }
    }
}
