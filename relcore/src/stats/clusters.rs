//! Ratios of sums over clusters: requests of users, errors of hosts.
use super::code;
use super::comparison::{Comparison, Verdict};
use super::judgement::{Judgement, interval, rates};
use super::normal;
use super::paired::Means;
use super::policy::{Direction, Looks};
use super::power::{factor, whole};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, number};
use serde::{Deserialize, Serialize};

/// Compares a ratio of sums, such as errors per request, where values of one cluster depend on one another: requests of a
/// user, of a host, of a session.
///
/// A test that takes every request as independent rejects too often, by the factor to which clusters repeat themselves. Here
/// the cluster is the unit: the variance of Σ s / Σ n over K clusters is (Var s − 2 r Cov(s, n) + r² Var n) / (K n̄²), the
/// delta method (Deng, Knoblich and Lu, KDD 2018). With `looks: any`, the test is an asymptotic confidence sequence over
/// clusters; with `looks: one`, Welch's t.
///
/// | verdict | condition |
/// | --- | --- |
/// | `no_data` | an arm has no cluster with a size |
/// | `invalid` | an arm has fewer than `minClusters` clusters |
/// | others | as in [`compare_counts`](crate::stats::compare_counts) |
///
/// ```
/// use relcore::stats::{Cluster, ClusterPolicy, Verdict, compare_clusters};
/// // One user of ten has all the errors: 90 errors in 1000 requests prove nothing.
/// let canary: Vec<Cluster> = (0..10).map(|user| Cluster::new(if user == 0 { 90.0 } else { 0.0 }, 100.0)).collect();
/// let baseline: Vec<Cluster> = (0..10).map(|user| Cluster::new(f64::from(user % 3), 100.0)).collect();
/// let comparison = compare_clusters(&canary, &baseline, &ClusterPolicy::default())?;
/// assert_eq!(comparison.verdict, Verdict::Inconclusive);
///
/// // Pitfall: three hosts are no sample.
/// let hosts = [Cluster::new(5.0, 1000.0), Cluster::new(7.0, 1000.0), Cluster::new(6.0, 1000.0)];
/// assert_eq!(compare_clusters(&hosts, &hosts, &ClusterPolicy::default())?.verdict, Verdict::Invalid);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a negative sum or size, `invalid_value` for a sum without a size, `out_of_range` for
/// `minClusters` of 1, a margin of −5 and an `alpha` of 5.
pub fn compare_clusters(
    canary: &[Cluster],
    baseline: &[Cluster],
    policy: &ClusterPolicy,
) -> Result<Comparison> {
    let mut faults = Faults::new();
    for (name, clusters) in [("canary", canary), ("baseline", baseline)] {
        for (index, cluster) in clusters.iter().enumerate() {
            cluster.check(name, index, &mut faults);
        }
    }
    policy.check(&mut faults);
    faults.finish()?;
    let policy_digest = crate::digest::of(policy)?;
    let arms = [Arm::of(canary), Arm::of(baseline)];
    for (name, arm) in ["canary", "baseline"].into_iter().zip(&arms) {
        if arm.k <= 0.0 {
            let text = format!("the {name} has no cluster with a size, so its ratio is unknown");
            return Ok(bare(
                Verdict::NoData,
                code::NO_EXPOSURE,
                Severity::Warning,
                name,
                text,
                policy_digest,
            ));
        }
    }
    let least = f64::from(policy.min_clusters);
    for (name, arm) in ["canary", "baseline"].into_iter().zip(&arms) {
        if arm.k < least {
            let text =
                format!("the {name} has {} clusters, fewer than {least}: their variance is unknown", arm.k);
            let code = code::CLUSTERS_TOO_FEW;
            return Ok(bare(Verdict::Invalid, code, Severity::Warning, name, text, policy_digest));
        }
    }
    let [canary, baseline] = arms;
    Ok(judge(canary, baseline, policy).compare(policy_digest))
}

fn bare(
    verdict: Verdict,
    code: ReasonCode,
    severity: Severity,
    name: &str,
    text: String,
    digest: String,
) -> Comparison {
    Comparison {
        reasons: vec![Reason::new(code, severity, name, text)],
        ..Comparison::empty(verdict, digest)
    }
}

fn judge(canary: Arm, baseline: Arm, policy: &ClusterPolicy) -> Judgement {
    let means = Means {
        x: canary.ratio,
        y: baseline.ratio,
        x_variance: canary.variance,
        y_variance: baseline.variance,
        covariance: 0.0,
        n: canary.k + baseline.k,
        tuned_for: policy.tuned_for_clusters,
    };
    let df = |ratio: f64| {
        let (x, y) = (canary.variance, ratio * ratio * baseline.variance);
        let df = (x + y) * (x + y) / (x * x / (canary.k - 1.0) + y * y / (baseline.k - 1.0));
        if df.is_finite() { df } else { 1.0 }
    };
    let margin = policy.direction.ratio_at(policy.margin_percent);
    let (harm, safe) = means.tests(policy.direction, margin, policy.alpha, policy.looks, df);
    let (low, high) = means.interval(policy.alpha, policy.looks, df(1.0));
    let ratio = (baseline.ratio > 0.0).then(|| canary.ratio / baseline.ratio);
    let estimate = ratio.unwrap_or(f64::INFINITY);
    let z = normal::quantile(1.0 - policy.alpha) + normal::quantile(0.8);
    let root = z * means.standard_error(margin) * means.n.sqrt() / ((margin - 1.0) * baseline.ratio);
    let needed = libm::ceil(root * root * factor(policy.looks));
    let units = whole(needed).filter(|_| needed.is_finite());
    let refusal = (means.standard_error(1.0) <= 0.0).then(|| {
        let text = "all clusters of an arm are alike, so the variance is unknown".to_owned();
        (code::COUNTS_TOO_SMALL, text)
    });
    Judgement {
        alpha: policy.alpha,
        margin: format!("{} %", number(policy.margin_percent)),
        evidence: Evidence {
            observed: ratio,
            threshold: Some(margin),
            unit: Some("1".to_owned()),
            n: whole(means.n),
            interval: interval(Some(low), high, 1.0 - policy.alpha),
            ..Evidence::default()
        },
        ratio,
        ratio_low: Some(low),
        ratio_high: high,
        harm,
        safe: Some(safe),
        is_beyond: match policy.direction {
            Direction::IncreaseIsBad => estimate > margin,
            Direction::DecreaseIsBad => estimate < margin,
        },
        observed: rates("ratio of sums", canary.ratio, baseline.ratio, ratio),
        refusal,
        units: units.map(|needed| (means.n, needed, "clusters of both arms")),
    }
}

/// The ratio of the sums of one arm.
#[derive(Clone, Copy, Debug)]
struct Arm {
    /// The number of clusters with a size.
    k: f64,
    ratio: f64,
    /// The variance of the ratio by the delta method.
    variance: f64,
}

impl Arm {
    fn of(clusters: &[Cluster]) -> Self {
        let sized = || clusters.iter().filter(|cluster| cluster.size > 0.0);
        let (mut k, mut sum, mut size) = (0.0, 0.0, 0.0);
        for cluster in sized() {
            k += 1.0;
            sum += cluster.sum;
            size += cluster.size;
        }
        if k <= 0.0 {
            return Self { k, ratio: 0.0, variance: 0.0 };
        }
        let ratio = sum / size;
        // Var s - 2 r Cov + r² Var n is the variance of s - r n, whose mean is 0.
        let mut squares = 0.0;
        for cluster in sized() {
            let residual = cluster.sum - ratio * cluster.size;
            squares += residual * residual;
        }
        let mean_size = size / k;
        let variance = if k > 1.0 { squares / (k - 1.0) / (k * mean_size * mean_size) } else { 0.0 };
        // What rounding leaves of equal ratios is no variance.
        let noise = ratio * f64::EPSILON * 4.0;
        Self { k, ratio, variance: if variance <= noise * noise { 0.0 } else { variance } }
    }
}

input! {
    /// The sums of one cluster: a user, a host, a session.
    ///
    /// ```
    /// use relcore::stats::Cluster;
    /// let user = Cluster::new(3.0, 120.0); // 3 errors in 120 requests
    /// assert_eq!(user.size, 120.0);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.Cluster", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Cluster {
        /// The numerator: errors, revenue, seconds; 0 or more.
        pub sum: f64,
        /// The denominator: requests, orders; 0 or more.
        pub size: f64,
    }
}

impl Cluster {
    /// A numerator and a denominator.
    #[must_use]
    pub fn new(sum: f64, size: f64) -> Self {
        Self { sum, size }
    }

    fn check(self, name: &str, index: usize, faults: &mut Faults) {
        for (field, value) in [("sum", self.sum), ("size", self.size)] {
            faults.check(
                value == 0.0 || (1e-12..=1e12).contains(&value),
                ErrorKind::OutOfRange,
                format_args!("{name}[{index}].{field}"),
                format_args!("`{value}` is out of range: expected 0, or 1e-12 to 1e12"),
            );
        }
        faults.check(
            self.size != 0.0 || self.sum == 0.0 || self.sum.is_nan(),
            ErrorKind::InvalidValue,
            format_args!("{name}[{index}].sum"),
            format_args!("`{}` without a size: the ratio is undefined", self.sum),
        );
    }
}

input! {
    /// When a ratio of the canary counts as worse, and how certain that must be.
    ///
    /// ```
    /// use relcore::stats::ClusterPolicy;
    /// assert_eq!(ClusterPolicy::default().margin_percent(10.0).min_clusters, 8);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.ClusterPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct ClusterPolicy {
        /// Whether a greater ratio or a smaller one is worse. Default `increase_is_bad`.
        pub direction: Direction,
        /// The change for the worse, in percent of the baseline, that is still tolerated. Default 25.
        pub margin_percent: f64,
        /// The highest probability of a false `failed`, and that of a false `passed`. Default 0.05.
        pub alpha: f64,
        /// How often the sums are looked at. Default `any`.
        pub looks: Looks,
        /// The number of clusters that each arm must have. Default 8.
        pub min_clusters: u32,
        /// The number of clusters of both arms for which the confidence sequence is tightest. Default 1000.
        pub tuned_for_clusters: f64,
    }
}

impl Default for ClusterPolicy {
    fn default() -> Self {
        Self {
            direction: Direction::IncreaseIsBad,
            margin_percent: 25.0,
            alpha: 0.05,
            looks: Looks::Any,
            min_clusters: 8,
            tuned_for_clusters: 1000.0,
        }
    }
}

impl ClusterPolicy {
    fn check(&self, faults: &mut Faults) {
        let mut between = |name: &str, value: f64, low: f64, high: f64| {
            faults.check(
                (low..=high).contains(&value),
                ErrorKind::OutOfRange,
                format_args!("policy.{name}"),
                format_args!("`{value}` is out of range: expected {low} to {high}"),
            );
        };
        let most = if self.direction == Direction::DecreaseIsBad { 99.0 } else { 10_000.0 };
        between("marginPercent", self.margin_percent, 0.01, most);
        between("alpha", self.alpha, 1e-9, 0.5);
        between("minClusters", f64::from(self.min_clusters), 2.0, 1e6);
        between("tunedForClusters", self.tuned_for_clusters, 1.0, 1e9);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_variance_is_that_of_the_delta_method(
            list in prop::collection::vec((0.0..100.0_f64, 1.0..500.0_f64), 8..60),
        ) {
            let clusters: Vec<Cluster> = list.iter().map(|(sum, size)| Cluster::new(*sum, *size)).collect();
            let arm = Arm::of(&clusters);
            let k = list.len() as f64;
            let mean = |pick: &dyn Fn(&(f64, f64)) -> f64| list.iter().map(pick).sum::<f64>() / k;
            let (s, n) = (mean(&|c| c.0), mean(&|c| c.1));
            let moment = |f: &dyn Fn(&(f64, f64)) -> f64| list.iter().map(f).sum::<f64>() / (k - 1.0);
            let (vs, vn) = (moment(&|c| (c.0 - s) * (c.0 - s)), moment(&|c| (c.1 - n) * (c.1 - n)));
            let cov = moment(&|c| (c.0 - s) * (c.1 - n));
            let r = s / n;
            let naive = (vs - 2.0 * r * cov + r * r * vn) / (k * n * n);
            prop_assert!((arm.variance - naive).abs() <= 1e-9 * naive.max(1e-12), "{} {naive}", arm.variance);
        }

        #[test]
        fn clusters_of_one_are_welch(
            x in prop::collection::vec(1.0..100.0_f64, 8..40), y in prop::collection::vec(1.0..100.0_f64, 8..40),
        ) {
            let ones = |values: &[f64]| -> Vec<Cluster> { values.iter().map(|value| Cluster::new(*value, 1.0)).collect() };
            let policy = ClusterPolicy::default().looks(Looks::One);
            let comparison = compare_clusters(&ones(&x), &ones(&y), &policy).unwrap();
            let welch = crate::stats::welch(&x, &y, 0.95).unwrap();
            prop_assert!((comparison.harm.unwrap().p - welch.p_greater).abs() < 1e-9);
        }
    }
}
