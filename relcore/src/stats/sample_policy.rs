use super::policy::{Direction, Looks};
use crate::error::{ErrorKind, Faults, Result, join};
use crate::input::input;
use crate::scalar::Count;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};

input! {
    /// When the values of a canary count as worse, and how certain that must be.
    ///
    /// ```
    /// use relcore::stats::{Direction, SamplePolicy, SampleScale};
    /// let spent = SamplePolicy::default().direction(Direction::DecreaseIsBad).scale(SampleScale::Linear);
    /// assert_eq!(spent.margin_percent, 10.0);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.SamplePolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct SamplePolicy {
        /// Whether greater values or lesser ones are worse. Default `increase_is_bad`, as for latencies.
        pub direction: Direction,
        /// Whether values are compared by their logarithms or as they are. Default `log`, as for latencies and sizes.
        pub scale: SampleScale,
        /// The change for the worse, in percent of the baseline, that is still tolerated. Default 10.
        pub margin_percent: f64,
        /// The same in the unit of the values, instead of `marginPercent`; for the scale `linear` only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub absolute_margin: Option<f64>,
        /// The highest probability of a false `failed`, and that of a false `passed`, over all looks together. Default 0.05.
        pub alpha: f64,
        /// How often the values are looked at. Default `any`.
        pub looks: Looks,
        /// The number of values that each arm must have before there is any verdict. Default 30.
        pub min_values: Count,
        /// The number of values of both arms at which the interval for any number of looks is tightest. Default 5000, as in
        /// GrowthBook. It decides how soon a small or a large change is found, never the error rate.
        pub tuned_for: Count,
        /// Values above this quantile of the baseline count as that quantile: 0.99 keeps one buyer of a hundred from deciding
        /// alone. Choose it before the first look. Default: all values count as they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub winsorize_at: Option<f64>,
        /// A limit beyond which a value is bad, such as the latency of a service level: the shares of bad values are compared
        /// as well. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<ValueLimit>,
    }
}

impl Default for SamplePolicy {
    fn default() -> Self {
        Self {
            direction: Direction::IncreaseIsBad,
            scale: SampleScale::Log,
            margin_percent: 10.0,
            absolute_margin: None,
            alpha: 0.05,
            looks: Looks::Any,
            min_values: Count::from(30_u32),
            tuned_for: Count::from(5000_u32),
            winsorize_at: None,
            limit: None,
        }
    }
}

/// Whether values are compared by their logarithms or as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.SampleScale", rename_all = "snake_case")]
pub enum SampleScale {
    /// By logarithms, which a few huge values do not rule: latencies, sizes. The ratio is that of the geometric means.
    /// Values must be above 0.
    Log,
    /// As they are: amounts a user, of which many may be 0. The ratio is that of the means.
    Linear,
}

input! {
    /// A limit beyond which a value is bad: above it, or below it where less is worse.
    ///
    /// ```
    /// use relcore::stats::ValueLimit;
    /// // 99 % of the requests within 300 ms
    /// let limit = ValueLimit::new(300.0).tolerated_share(0.01);
    /// assert_eq!(limit.margin_percent, 25.0);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.ValueLimit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ValueLimit {
        /// The limit; a value that equals it is good.
        pub value: f64,
        /// By how many percent of the share of the baseline the share of bad values may be greater. Default 25.
        #[serde(default = "standard_margin")]
        pub margin_percent: f64,
        /// The share of bad values that is tolerated whatever the baseline has, between 0 and 1: 0.01 for a p99 within the
        /// limit. Without it, two arms that hardly ever exceed the limit prove nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tolerated_share: Option<f64>,
    }
}

fn standard_margin() -> f64 {
    25.0
}

impl ValueLimit {
    /// With a margin of 25 %.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self { value, margin_percent: standard_margin(), tolerated_share: None }
    }
}

/// The policy for samples with all defaults.
#[must_use]
pub fn default_sample_policy() -> SamplePolicy {
    SamplePolicy::default()
}

/// Reads a policy for samples from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::stats::sample_policy_from_json("{\"limit\": {\"value\": 300}}")?;
/// assert_eq!(policy.limit.map(|limit| limit.margin_percent), Some(25.0));
/// // Pitfall: a margin in the unit of the values needs the scale `linear`.
/// assert!(relcore::stats::sample_policy_from_json("{\"absoluteMargin\": 20}").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field` for `margin`, `out_of_range` for `"alpha": 5`,
/// `invalid_value` for an `absoluteMargin` on the scale `log`.
pub fn sample_policy_from_json(text: &str) -> Result<SamplePolicy> {
    wire::policy_from_json(text)
}

/// Reads a policy for samples from YAML text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::stats::sample_policy_from_yaml("scale: linear\nabsoluteMargin: 0.5\n")?;
/// assert_eq!(policy.absolute_margin, Some(0.5));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`sample_policy_from_json`], with the line and the column of each fault; `.nan` and `.inf` are refused as `syntax`.
#[cfg(feature = "yaml")]
pub fn sample_policy_from_yaml(text: &str) -> Result<SamplePolicy> {
    wire::policy_from_yaml(text)
}

impl PolicyText for SamplePolicy {
    const TYPE: &'static str = "stats.SamplePolicy";

    fn check(&self, path: &str, faults: &mut Faults) {
        let most = match self.direction {
            Direction::IncreaseIsBad => 10_000.0,
            Direction::DecreaseIsBad => 99.0,
        };
        let mut within = |field: &str, value: f64, range: std::ops::RangeInclusive<f64>, what: &str| {
            let (low, high) = (range.start(), range.end());
            faults.check(
                range.contains(&value),
                ErrorKind::OutOfRange,
                format_args!("{}", join(path, field)),
                format_args!("`{value}` is out of range: expected {what} from {low} to {high}"),
            );
        };
        within("marginPercent", self.margin_percent, 0.01..=most, "a percentage");
        within("alpha", self.alpha, 1e-9..=0.5, "a share");
        within("minValues", self.min_values.as_f64(), 2.0..=1e9, "a number");
        within("tunedFor", self.tuned_for.as_f64(), 2.0..=1e12, "a number");
        if let Some(margin) = self.absolute_margin {
            within("absoluteMargin", margin, 1e-300..=1e300, "a number");
        }
        if let Some(p) = self.winsorize_at {
            within("winsorizeAt", p, 0.5..=1.0, "a share");
        }
        if let Some(limit) = self.limit {
            within("limit.value", limit.value, -1e300..=1e300, "a number");
            within("limit.marginPercent", limit.margin_percent, 0.01..=10_000.0, "a percentage");
            if let Some(share) = limit.tolerated_share {
                within("limit.toleratedShare", share, 1e-9..=0.999_999, "a share");
            }
        }
        faults.check(
            self.absolute_margin.is_none() || self.scale == SampleScale::Linear,
            ErrorKind::InvalidValue,
            format_args!("{}", join(path, "absoluteMargin")),
            format_args!("is for values as they are: expected the scale `linear`, or a `marginPercent`"),
        );
    }
}
