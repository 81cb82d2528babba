use super::condition::Condition;
use crate::error::{ErrorKind, Faults, Result, join, quoted, shortened};
use crate::input::input;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// An experiment or a percentage rollout: its variants, who takes part, and how units are hashed.
    ///
    /// ```
    /// use relcore::experiment::{Definition, Unit, Variant, assign};
    /// let definition = Definition::new("checkout", [Variant::new("control"), Variant::new("one_page")]).coverage(0.2);
    /// let assignment = assign(&definition, &Unit::new("user-1"))?;
    /// assert_eq!(assignment.variant.as_deref(), Some("control"));
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.Definition", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Definition {
        /// The name of the experiment.
        pub key: String,
        /// How a unit gets its bucket. Default `v1`. A change of the scheme draws all units anew.
        #[serde(default)]
        pub scheme: Scheme,
        /// The text that is hashed together with the unit. Default: the key. Experiments with the same seed put the same
        /// units into the same buckets. It is the `seed` of GrowthBook, the `groupId` of Unleash, the flag key of flagd,
        /// `key.salt` or the seed of LaunchDarkly, and `salt.rule` of Statsig.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seed: Option<String>,
        /// The name of the attribute that is hashed. Default: the id of the unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit_attribute: Option<String>,
        /// The variants, in the order of their ranges of buckets. The order is part of the definition: another order moves
        /// units.
        pub variants: Vec<Variant>,
        /// The share of the units that takes part, from 0 to 1. Default 1. It takes the beginning of the range of each
        /// variant, so its growth moves no unit between variants. With `unleash` it is the rollout: a whole percentage, and
        /// a draw of its own.
        #[serde(default = "whole")]
        pub coverage: f64,
        /// The conditions; all must hold. Default: none.
        #[serde(default)]
        pub conditions: Vec<Condition>,
        /// The namespaces; the unit must be within the ranges of each. Experiments with disjoint ranges of one namespace
        /// have no unit in common. Default: none.
        #[serde(default)]
        pub namespaces: Vec<Namespace>,
        /// The variant of each unit that is forced into one, by the text that is hashed of the unit. It comes before
        /// everything else, also when the experiment is not active. Default: none.
        #[serde(default)]
        pub forced: BTreeMap<String, String>,
        /// The variant of all units that would have any, as after a decision. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub force: Option<String>,
        /// Whether units are assigned at all. Default: true.
        #[serde(default = "yes")]
        pub active: bool,
    }
}

input! {
    /// A variant of an experiment.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.Variant", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Variant {
        /// The name, unique in the experiment. With `launchdarkly` a variant may have several entries, as one that is
        /// tracked and one that is not.
        pub name: String,
        /// The weight. Default 1. A whole number from 0, of which the share is the weight divided by the sum; with
        /// LaunchDarkly 1/100000 and with Statsig 1/10000 of the units. With GrowthBook a share; if the sum of the shares is
        /// below 0.99 or above 1.01, all variants have the same share, as in GrowthBook.
        #[serde(default = "whole")]
        pub weight: f64,
        /// The buckets of the variant, instead of a weight: with `v1`, `growthbook1` and `growthbook2`. If any variant has
        /// ranges, those without have no buckets, and weights do not count; with GrowthBook the coverage does not either. Of
        /// ranges that overlap, that of the first variant counts. A variant that grows by a range of its own takes units from
        /// no other one. Default: none.
        #[serde(default)]
        pub ranges: Vec<BucketRange>,
        /// Whether its units are left out of the comparison. Default: false.
        #[serde(default)]
        pub untracked: bool,
    }
}

input! {
    /// Ranges of a hash that several experiments share, so that they exclude one another. A filter of GrowthBook is one, with
    /// its seed, and so is a rollout of Unleash whose `groupId` or stickiness is not that of the variants.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.Namespace", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Namespace {
        /// The name.
        pub name: String,
        /// The ranges of buckets that this experiment takes; at least one.
        pub ranges: Vec<BucketRange>,
        /// The seed of its hash. Default `namespace:` and the name; with GrowthBook `__` and the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seed: Option<String>,
        /// The name of the attribute that is hashed. Default: that of the experiment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unit_attribute: Option<String>,
        /// The scheme of its hash. Default: that of the experiment, and `growthbook1` also with `growthbook2`, as in
        /// GrowthBook.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scheme: Option<Scheme>,
    }
}

input! {
    /// The buckets from `start` to just before `end`, as shares from 0 to 1.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "experiment.BucketRange", rename_all = "camelCase", deny_unknown_fields)]
    pub struct BucketRange {
        /// The first bucket.
        pub start: f64,
        /// The end, which is not in the range.
        pub end: f64,
    }
}

/// How a unit gets its bucket. The documentation of the module has the formulas. A scheme never changes.
///
/// ```
/// use relcore::experiment::{Definition, Scheme, Unit, Variant, assign};
/// let definition = Definition::new("my-test", [Variant::new("0"), Variant::new("1")]);
/// let assigned = |scheme| assign(&definition.clone().scheme(scheme), &Unit::new("8")).map(|assigned| assigned.variant);
/// assert_eq!(assigned(Scheme::Growthbook1)?.as_deref(), Some("1"));
/// // Pitfall: another scheme is another draw, also another version of the hash of one tool.
/// assert_eq!(assigned(Scheme::Growthbook2)?.as_deref(), Some("0"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "experiment.Scheme", rename_all = "snake_case")]
pub enum Scheme {
    /// The scheme of relcore.
    #[default]
    V1,
    /// GrowthBook with `hashVersion` 1, the default of its SDKs.
    Growthbook1,
    /// GrowthBook with `hashVersion` 2.
    Growthbook2,
    /// Unleash: gradual rollout and variants.
    Unleash,
    /// The operator `fractional` of flagd with high precision.
    Flagd2,
    /// Rollouts and experiments of LaunchDarkly.
    Launchdarkly,
    /// The pass percentage of a rule of Statsig.
    Statsig,
}

fn whole() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

/// The largest sum of integer weights, as in flagd.
pub(super) const LARGEST_TOTAL: f64 = 2_147_483_647.0;

/// The most variants, namespaces, ranges or conditions: an exact comparison of two definitions stays small.
const MOST: usize = 256;

impl Definition {
    /// An experiment with all defaults.
    #[must_use]
    pub fn new(key: impl Into<String>, variants: impl IntoIterator<Item = Variant>) -> Self {
        Self {
            key: key.into(),
            scheme: Scheme::V1,
            seed: None,
            unit_attribute: None,
            variants: variants.into_iter().collect(),
            coverage: 1.0,
            conditions: Vec::new(),
            namespaces: Vec::new(),
            forced: BTreeMap::new(),
            force: None,
            active: true,
        }
    }

    /// The text that is hashed with the unit.
    pub(super) fn seed_text(&self) -> &str {
        self.seed.as_deref().unwrap_or(&self.key)
    }

    /// Whether the variants have ranges instead of weights.
    pub(super) fn has_ranges(&self) -> bool {
        self.variants.iter().any(|variant| !variant.ranges.is_empty())
    }

    /// GrowthBook runs no experiment with one variant.
    pub(super) fn has_too_few_variants(&self) -> bool {
        matches!(self.scheme, Scheme::Growthbook1 | Scheme::Growthbook2) && self.variants.len() < 2
    }

    pub(super) fn has_variant(&self, name: &str) -> bool {
        self.variants.iter().any(|variant| variant.name == name)
    }

    fn check_variants(&self, path: &str, faults: &mut Faults) {
        let at = |field: &str| join(path, field);
        let count = self.variants.len();
        faults.check(
            (1..=MOST).contains(&count),
            ErrorKind::InvalidValue,
            format_args!("{}", at("variants")),
            format_args!("has {count} variants: expected 1 to {MOST}"),
        );
        let mut names = BTreeSet::new();
        for (index, Variant { name, .. }) in self.variants.iter().enumerate() {
            let path = at(&format!("variants[{index}].name"));
            faults.check(
                !name.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}"),
                format_args!("is empty: expected a name"),
            );
            faults.check(
                names.insert(name) || self.scheme == Scheme::Launchdarkly,
                ErrorKind::Duplicate,
                format_args!("{path}"),
                format_args!("{} is the name of another variant, too", quoted(name)),
            );
        }
        for (unit, variant) in &self.forced {
            faults.check(
                self.has_variant(variant),
                ErrorKind::UnknownReference,
                format_args!("{}", at(&format!("forced.{}", shortened(unit)))),
                format_args!("{} is not a variant of the experiment", quoted(variant)),
            );
        }
        if let Some(variant) = &self.force {
            faults.check(
                self.has_variant(variant),
                ErrorKind::UnknownReference,
                format_args!("{}", at("force")),
                format_args!("{} is not a variant of the experiment", quoted(variant)),
            );
        }
    }

    fn check_weights(&self, path: &str, faults: &mut Faults) {
        let is_share = matches!(self.scheme, Scheme::Growthbook1 | Scheme::Growthbook2);
        let mut valid = true;
        for (index, Variant { weight, .. }) in self.variants.iter().enumerate() {
            let path = join(path, &format!("variants[{index}].weight"));
            let in_range = (0.0..=LARGEST_TOTAL).contains(weight);
            let is_whole = is_share || weight.fract() == 0.0;
            valid = valid && in_range && is_whole;
            faults.check(
                in_range,
                ErrorKind::OutOfRange,
                format_args!("{path}"),
                format_args!("`{weight}` is out of range: expected 0 to {LARGEST_TOTAL}"),
            );
            faults.check(
                !in_range || is_whole,
                ErrorKind::InvalidValue,
                format_args!("{path}"),
                format_args!("`{weight}` is not a whole number: expected integer weights, such as 1 and 3"),
            );
        }
        if !valid || self.variants.is_empty() {
            return;
        }
        let total: f64 = self.variants.iter().map(|variant| variant.weight).sum();
        let (holds, expected) = match self.scheme {
            Scheme::Launchdarkly => (total <= 100_000.0, "a sum of at most 100000, which is 100 %"),
            Scheme::Statsig => (total <= 10_000.0, "a sum of at most 10000, which is 100 %"),
            _ => (total <= LARGEST_TOTAL, "a sum of at most 2147483647"),
        };
        faults.check(
            holds,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "variants")),
            format_args!("the weights have the sum `{total}`: expected {expected}"),
        );
    }

    fn check_coverage(&self, path: &str, faults: &mut Faults) {
        let (coverage, path) = (self.coverage, join(path, "coverage"));
        if !(0.0..=1.0).contains(&coverage) {
            return faults.check_share(coverage, format_args!("{path}"));
        }
        let (holds, expected) = match self.scheme {
            Scheme::Unleash => (percent(coverage).is_some(), "a whole percentage, as the rollout of Unleash"),
            Scheme::Flagd2 | Scheme::Launchdarkly | Scheme::Statsig => {
                (coverage >= 1.0, "1: give the other units a variant, because the scheme has no coverage")
            }
            Scheme::Growthbook1 | Scheme::Growthbook2 => (true, ""),
            Scheme::V1 => {
                (!self.has_ranges() || coverage >= 1.0, "1: the ranges of the variants say who takes part")
            }
        };
        let text = format_args!("`{coverage}` is not possible with `{}`: expected {expected}", self.scheme);
        faults.check(holds, ErrorKind::InvalidValue, format_args!("{path}"), text);
    }

    fn check_ranges(&self, path: &str, faults: &mut Faults) {
        let count: usize = self.variants.iter().map(|variant| variant.ranges.len()).sum();
        faults.check(
            count <= MOST,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "variants")),
            format_args!("have {count} ranges: expected at most {MOST}"),
        );
        let possible = matches!(self.scheme, Scheme::V1 | Scheme::Growthbook1 | Scheme::Growthbook2);
        for (index, variant) in self.variants.iter().enumerate() {
            let path = join(path, &format!("variants[{index}].ranges"));
            faults.check(
                possible || variant.ranges.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}"),
                format_args!("are not possible with `{}`: expected weights", self.scheme),
            );
            check_ranges(&variant.ranges, &path, faults);
        }
    }

    fn check_namespaces(&self, path: &str, faults: &mut Faults) {
        for (index, namespace) in self.namespaces.iter().enumerate() {
            let path = join(path, &format!("namespaces[{index}]"));
            check_seed(namespace.seed.as_ref().unwrap_or(&namespace.name), &path, faults);
            faults.check(
                !namespace.name.is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{path}.name"),
                format_args!("is empty: expected a name"),
            );
            let count = namespace.ranges.len();
            faults.check(
                (1..=MOST).contains(&count),
                ErrorKind::InvalidValue,
                format_args!("{path}.ranges"),
                format_args!("has {count} ranges: expected 1 to {MOST}"),
            );
            check_ranges(&namespace.ranges, &format!("{path}.ranges"), faults);
            check_attribute(namespace.unit_attribute.as_deref(), &path, faults);
        }
    }
}

/// A coverage as the whole percentage of Unleash.
pub(super) fn percent(coverage: f64) -> Option<u64> {
    let percent = coverage * 100.0;
    let whole = libm::round(percent);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
    ((percent - whole).abs() < 1e-9).then_some(whole as u64)
}

fn check_ranges(ranges: &[BucketRange], path: &str, faults: &mut Faults) {
    for (index, BucketRange { start, end }) in ranges.iter().enumerate() {
        faults.check_share(*start, format_args!("{path}[{index}].start"));
        faults.check_share(*end, format_args!("{path}[{index}].end"));
        faults.check(
            end >= start || start.is_nan() || end.is_nan(),
            ErrorKind::Unordered,
            format_args!("{path}[{index}].end"),
            format_args!("`{end}` is less than `{start}`, the start"),
        );
    }
}

fn check_attribute(attribute: Option<&str>, path: &str, faults: &mut Faults) {
    faults.check(
        attribute != Some(""),
        ErrorKind::InvalidValue,
        format_args!("{}", join(path, "unitAttribute")),
        format_args!("is empty: expected the name of an attribute, or nothing for the id of the unit"),
    );
}

fn check_seed(seed: &str, path: &str, faults: &mut Faults) {
    faults.check(
        !seed.contains('\0'),
        ErrorKind::InvalidValue,
        format_args!("{}", join(path, "seed")),
        format_args!("contains a zero byte, which separates the seed from the unit"),
    );
}

impl PolicyText for Definition {
    const TYPE: &'static str = "experiment.Definition";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            !self.key.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{}", join(path, "key")),
            format_args!("is empty: expected the name of the experiment"),
        );
        check_seed(self.seed_text(), path, faults);
        check_attribute(self.unit_attribute.as_deref(), path, faults);
        for (field, count) in [("conditions", self.conditions.len()), ("namespaces", self.namespaces.len())] {
            faults.check(
                count <= MOST,
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, field)),
                format_args!("has {count} items: expected at most {MOST}"),
            );
        }
        self.check_variants(path, faults);
        self.check_weights(path, faults);
        self.check_coverage(path, faults);
        self.check_ranges(path, faults);
        for (index, condition) in self.conditions.iter().enumerate() {
            condition.check(&join(path, &format!("conditions[{index}]")), faults);
        }
        self.check_namespaces(path, faults);
    }
}

impl Variant {
    /// A variant with the weight 1.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), weight: 1.0, ranges: Vec::new(), untracked: false }
    }
}

impl Namespace {
    /// A namespace with these ranges.
    #[must_use]
    pub fn new(name: impl Into<String>, ranges: impl IntoIterator<Item = BucketRange>) -> Self {
        Self {
            name: name.into(),
            ranges: ranges.into_iter().collect(),
            seed: None,
            unit_attribute: None,
            scheme: None,
        }
    }
}

impl BucketRange {
    /// The buckets from `start` to just before `end`.
    #[must_use]
    pub fn new(start: f64, end: f64) -> Self {
        Self { start, end }
    }
}

/// A definition to begin with: `control` and `treatment`, half of the units each, under the key `experiment`.
///
/// ```
/// let definition = relcore::experiment::standard_definition().key("checkout");
/// assert_eq!(definition.variants.len(), 2);
/// // Pitfall: give it a key of your own. Two experiments with one key treat the same users.
/// assert_eq!(relcore::experiment::standard_definition().key, "experiment");
/// ```
#[must_use]
pub fn standard_definition() -> Definition {
    Definition::new("experiment", [Variant::new("control"), Variant::new("treatment")])
}

/// Reads a definition from JSON text. A key that is left out has its default.
///
/// ```
/// use relcore::experiment::definition_from_json;
/// let definition = definition_from_json(r#"{"key": "checkout", "variants": [{"name": "on"}], "coverage": 0.1}"#)?;
/// assert_eq!(definition.coverage, 0.1);
/// // Pitfall: the coverage is a share, not a percentage.
/// let error = definition_from_json(r#"{"key": "checkout", "variants": [{"name": "on"}], "coverage": 10}"#);
/// assert_eq!(error.unwrap_err().path(), "coverage");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `weights`, `missing_field` without
/// `variants`, `out_of_range` for a `coverage` of 10 and a negative weight, `invalid_value` for a weight of 0.5 under `v1`
/// or for no variants, `duplicate` for two variants of one name, `unknown_reference` for a forced variant that is not there,
/// `unordered` for a range that ends before its start.
pub fn definition_from_json(text: &str) -> Result<Definition> {
    wire::policy_from_json(text)
}

/// Reads a definition from YAML text. A key that is left out has its default.
///
/// ```
/// let text = "key: checkout\nvariants:\n  - {name: control, weight: 90}\n  - {name: one_page, weight: 10}\n";
/// let definition = relcore::experiment::definition_from_yaml(text)?;
/// assert_eq!(definition.variants[1].weight, 10.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`definition_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn definition_from_yaml(text: &str) -> Result<Definition> {
    wire::policy_from_yaml(text)
}
