use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::version::{Bump, Line, Numbering, Scheme, Version, is_version, valid_label};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// How versions are numbered. Default: Semantic Versioning without exceptions, releases only.
    ///
    /// ```
    /// use relcore::versioning::{Channel, Policy, ZeroRule};
    /// let policy = Policy::default().zero_rule(ZeroRule::Cargo).channel(Channel::new("beta"));
    /// assert_eq!(policy.initial, "0.1.0");
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// How versions are written and ordered. Default: `semver`.
        pub scheme: Scheme,
        /// The format of calendar versions, from the tokens of calver.org: `YYYY.0M.MICRO`. Default: `YYYY.MM.MICRO`.
        pub calendar: String,
        /// The effect of changes below 1.0.0. Default: `plain`.
        pub zero_rule: ZeroRule,
        /// The channel of prereleases. Absent: releases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub channel: Option<Channel>,
        /// The maintenance line, `1.x` or `1.4.x`: only its tags count, and the next version is one of it. Absent: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub line: Option<String>,
        /// The form of tags: `app@{version}`. Default: any text before a version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tag_format: Option<String>,
        /// The first version. Default: `0.1.0`, as in the FAQ of Semantic Versioning.
        pub initial: String,
        /// A version to release, whatever the changes need. Absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub force: Option<String>,
        /// The effect of a `force` that cannot be released any more. Default: `ignore`.
        pub on_stale_force: StaleForce,
        /// The least step of any change. Default: `none`.
        pub at_least: Bump,
        /// The greatest step: `patch` for a line of fixes. Absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at_most: Option<Bump>,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            scheme: Scheme::Semver,
            calendar: "YYYY.MM.MICRO".to_owned(),
            zero_rule: ZeroRule::Plain,
            channel: None,
            line: None,
            tag_format: None,
            initial: "0.1.0".to_owned(),
            force: None,
            on_stale_force: StaleForce::Ignore,
            at_least: Bump::None,
            at_most: None,
        }
    }
}

input! {
    /// A channel of prereleases.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "versioning.Channel", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Channel {
        /// The label: `beta` of `1.3.0-beta.1`.
        pub label: String,
        /// The number of the first prerelease. Default: `from_zero`.
        #[serde(default)]
        pub numbering: Numbering,
    }
}

impl Channel {
    /// A channel whose first prerelease has the number 0.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), numbering: Numbering::FromZero }
    }
}

/// The effect of changes below 1.0.0, where Semantic Versioning makes no promise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.ZeroRule", rename_all = "snake_case")]
pub enum ZeroRule {
    /// As from 1.0.0 on: a breaking change of 0.4.2 makes 1.0.0, a feature 0.5.0.
    #[default]
    Plain,
    /// As Cargo reads requirements: breaking makes 0.5.0, a feature 0.4.3; every change of 0.0.3 makes 0.0.4.
    Cargo,
    /// Breaking makes 0.5.0, a feature 0.5.0, as `bump-minor-pre-major` of release-please.
    PreMajor,
    /// Breaking makes 1.0.0, a feature 0.4.3, as `bump-patch-for-minor-pre-major` of release-please alone.
    FeaturePatch,
    /// Breaking makes 0.5.0, a feature 0.4.3, as `preMajor` of conventional-changelog and both options of release-please.
    Shifted,
}

/// The effect of a forced version that cannot be released any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "versioning.StaleForce", rename_all = "snake_case")]
pub enum StaleForce {
    /// It is listed as rejected, and the changes decide.
    #[default]
    Ignore,
    /// Nothing is released.
    Fail,
}

/// The policy of Semantic Versioning without exceptions.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::versioning::policy_from_json(r#"{"zeroRule": "cargo", "channel": {"label": "rc"}}"#)?;
/// assert_eq!(policy.channel.unwrap().label, "rc");
/// // Pitfall: PEP 440 has the labels `alpha`, `beta`, `rc` and `dev` only.
/// let error = relcore::versioning::policy_from_json(r#"{"scheme": "pep440", "channel": {"label": "canary"}}"#).unwrap_err();
/// assert_eq!(error.path(), "channel.label");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`; `invalid_value` for a label that is no prerelease identifier or that the
/// scheme does not have, a channel of calendar versions, a line that is not like `1.x`, a `tagFormat` without `{version}`, an
/// `initial` that is no version, a calendar format without a token, and the steps `prerelease` or, for `atMost`, `none`;
/// `unordered` for an `atMost` below `atLeast`.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::versioning::policy_from_yaml("line: 1.x\natMost: minor")?;
/// assert_eq!(policy.line.as_deref(), Some("1.x"));
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
    const TYPE: &'static str = "versioning.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let at = |field: &str| join(path, field);
        if let Some(channel) = &self.channel {
            let path = at("channel.label");
            faults.absorb(valid_label(&channel.label).map_err(|error| error.under(&path)));
            let is_known = match self.scheme {
                Scheme::Semver => true,
                Scheme::Pep440 => matches!(channel.label.as_str(), "alpha" | "beta" | "rc" | "dev"),
                Scheme::Maven => {
                    matches!(channel.label.as_str(), "alpha" | "beta" | "milestone" | "rc" | "SNAPSHOT")
                }
                _ => false,
            };
            let text = format_args!("{} is no label of the scheme `{}`", quoted(&channel.label), self.scheme);
            faults.check(is_known, ErrorKind::InvalidValue, format_args!("{path}"), text);
        }
        if let Some(line) = &self.line {
            faults.absorb(Line::parse(line).map_err(|error| error.under(&at("line"))));
        }
        if let Some(format) = &self.tag_format {
            let text = format_args!("{} has no `{{version}}`", quoted(format));
            let path = at("tagFormat");
            faults.check(format.contains("{version}"), ErrorKind::InvalidValue, format_args!("{path}"), text);
        }
        if self.scheme == Scheme::Calver {
            faults.absorb(
                super::calendar::Format::parse(&self.calendar).map_err(|error| error.under(&at("calendar"))),
            );
        } else {
            let text =
                format_args!("{} is not a version of the scheme `{}`", quoted(&self.initial), self.scheme);
            let path = at("initial");
            faults.check(
                is_version(&self.initial, self.scheme),
                ErrorKind::InvalidValue,
                format_args!("{path}"),
                text,
            );
        }
        let steps = [("atLeast", Some(self.at_least)), ("atMost", self.at_most)];
        for (field, step) in steps {
            let is_step = step != Some(Bump::Prerelease) && (field == "atLeast" || step != Some(Bump::None));
            let path = at(field);
            let text = format_args!("is no step: expected `patch`, `minor` or `major`");
            faults.check(is_step, ErrorKind::InvalidValue, format_args!("{path}"), text);
        }
        let is_ordered = self.at_most.is_none_or(|most| self.at_least <= most);
        let path = at("atMost");
        let text = format_args!("is less than `atLeast`");
        faults.check(is_ordered, ErrorKind::Unordered, format_args!("{path}"), text);
    }
}

impl ZeroRule {
    /// The step below 1.0.0.
    pub(super) fn apply(self, bump: Bump, minor: u64) -> Bump {
        match (self, bump) {
            (Self::Cargo, Bump::Major | Bump::Minor) if minor == 0 => Bump::Patch,
            (Self::Cargo | Self::PreMajor | Self::Shifted, Bump::Major) => Bump::Minor,
            (Self::Cargo | Self::FeaturePatch | Self::Shifted, Bump::Minor) => Bump::Patch,
            _ => bump,
        }
    }
}

/// The step that a prerelease announces: `2.0.0-rc.1` a major version.
pub(super) fn announced(version: &Version) -> Bump {
    match (version.minor(), version.patch()) {
        (0, 0) => Bump::Major,
        (_, 0) => Bump::Minor,
        _ => Bump::Patch,
    }
}
