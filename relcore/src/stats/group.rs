//! Group sequential boundaries: a fixed number of looks at planned fractions of the data, each of which spends a part of
//! alpha (K. K. G. Lan and D. L. DeMets, Biometrika 70, 1983).
//!
//! The density of the statistic among the paths that crossed no boundary is integrated from look to look (P. Armitage,
//! C. K. McPherson and B. C. Rowe, JRSS A 132, 1969), by Simpson's rule.
use super::normal;
use super::power::Sides;
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use serde::{Deserialize, Serialize};

/// The boundaries of z at planned looks: reject at the first look whose z exceeds its boundary.
///
/// The number of looks and the final size must be known in advance. If they are not, as for a canary of unknown traffic, use
/// `compare_counts`. For two sides, each has half of alpha, and a boundary of one side ignores the other.
///
/// ```
/// use relcore::stats::{GroupPolicy, Spending, group_sequential};
/// let looks = group_sequential(&[0.25, 0.5, 0.75, 1.0], &GroupPolicy::default().spending(Spending::OBrienFleming))?;
/// // Hardly anything is spent early, so that the last boundary is near that of a single look.
/// let z: Vec<f64> = looks.iter().map(|look| look.z).collect();
/// assert!(z[0] > 3.0 && z[3] < 1.8);
/// // Pitfall: the fractions are those of the final size, in ascending order.
/// assert!(group_sequential(&[0.5, 0.25, 1.0], &GroupPolicy::default()).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for no look, more than 50, a fraction of 0 or 1.5, an `alpha` of 5 and a `phi` of 0;
/// `invalid_value` for fractions that do not ascend.
pub fn group_sequential(fractions: &[f64], policy: &GroupPolicy) -> Result<Vec<GroupLook>> {
    let mut faults = Faults::new();
    check(fractions, policy, &mut faults);
    faults.finish()?;
    let alpha = if policy.sides == Sides::Two { policy.alpha / 2.0 } else { policy.alpha };
    let mut paths = Paths { grid: vec![0.0], density: vec![1.0], time: 0.0 };
    let mut looks = Vec::new();
    let mut before = 0.0;
    for fraction in fractions {
        let spent = policy.spent(*fraction, alpha);
        let share = (spent - before).max(0.0);
        let z = paths.boundary(*fraction, share);
        looks.push(GroupLook { fraction: *fraction, spent, z, p: normal::upper(z) });
        paths = paths.advanced(*fraction, z);
        before = spent;
    }
    Ok(looks)
}

input! {
    /// How a group sequential test spends its alpha.
    ///
    /// ```
    /// use relcore::stats::{GroupPolicy, Spending};
    /// let policy = GroupPolicy::default().spending(Spending::Pocock);
    /// assert_eq!(policy.alpha, 0.05);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "stats.GroupPolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct GroupPolicy {
        /// The highest probability of a false rejection, over all looks together. Default 0.05.
        pub alpha: f64,
        /// Whether the test asks for one direction or for both. Default `one`.
        pub sides: Sides,
        /// How much of alpha is spent up to each fraction. Default `power`.
        pub spending: Spending,
        /// The exponent of `power`: 1 spends evenly, 3 spends late. Default 2.
        pub phi: f64,
    }
}

impl Default for GroupPolicy {
    fn default() -> Self {
        Self { alpha: 0.05, sides: Sides::One, spending: Spending::Power, phi: 2.0 }
    }
}

/// How much of alpha is spent up to a fraction t of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.Spending", rename_all = "snake_case")]
pub enum Spending {
    /// α t^φ (Kim and DeMets 1987), with the `phi` of the policy.
    Power,
    /// 2 − 2 Φ(z / √t) for the quantile z of α / 2: like the boundaries of O'Brien and Fleming, it spends late.
    OBrienFleming,
    /// α ln(1 + (e − 1) t): like the boundaries of Pocock, nearly the same at every look.
    Pocock,
}

impl GroupPolicy {
    /// What is spent of the alpha of one side up to a fraction.
    fn spent(&self, fraction: f64, alpha: f64) -> f64 {
        match self.spending {
            Spending::Power => alpha * libm::exp(self.phi * libm::log(fraction)),
            Spending::OBrienFleming => {
                2.0 * normal::upper(normal::quantile(1.0 - alpha / 2.0) / fraction.sqrt())
            }
            Spending::Pocock => alpha * libm::log1p((std::f64::consts::E - 1.0) * fraction),
        }
    }
}

/// One look of a group sequential test, made by [`group_sequential`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "stats.GroupLook", rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupLook {
    /// The fraction of the data.
    pub fraction: f64,
    /// The alpha of one side that is spent up to here.
    pub spent: f64,
    /// The boundary of z.
    pub z: f64,
    /// The p-value of one side at the boundary.
    pub p: f64,
}

/// The density of the Brownian motion at a time, among the paths that crossed no boundary before.
struct Paths {
    grid: Vec<f64>,
    /// The density, times the weight of Simpson's rule.
    density: Vec<f64>,
    time: f64,
}

impl Paths {
    /// The probability to be above `z` at a later time.
    fn above(&self, time: f64, z: f64) -> f64 {
        let (level, step) = (z * time.sqrt(), (time - self.time).sqrt());
        let mut sum = 0.0;
        for (x, density) in self.grid.iter().zip(&self.density) {
            sum += density * normal::upper((level - x) / step);
        }
        sum
    }

    /// The z above which a share of all paths is at a later time.
    fn boundary(&self, time: f64, share: f64) -> f64 {
        let (mut low, mut high) = (-10.0, 40.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.above(time, middle) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The paths at a later time that are not above `z` then.
    fn advanced(&self, time: f64, z: f64) -> Self {
        let step = (time - self.time).sqrt();
        let (low, high) = (-8.0 * time.sqrt(), (z.min(8.0)) * time.sqrt());
        let cells = (2.0 * libm::ceil((high - low) / step * 4.0)).max(64.0);
        let width = (high - low) / cells;
        let scale = 1.0 / (step * std::f64::consts::TAU.sqrt());
        let (mut grid, mut density) = (Vec::new(), Vec::new());
        let mut i = 0.0;
        let mut is_odd = false;
        while i <= cells {
            let at = low + i * width;
            let mut sum = 0.0;
            for (x, before) in self.grid.iter().zip(&self.density) {
                let distance = (at - x) / step;
                if distance.abs() < 9.0 {
                    sum += before * libm::exp(-distance * distance / 2.0);
                }
            }
            let is_end = i <= 0.0 || i >= cells;
            let weight = if is_end {
                1.0
            } else if is_odd {
                4.0
            } else {
                2.0
            };
            grid.push(at);
            density.push(sum * scale * weight * width / 3.0);
            i += 1.0;
            is_odd = !is_odd;
        }
        Self { grid, density, time }
    }
}

fn check(fractions: &[f64], policy: &GroupPolicy, faults: &mut Faults) {
    faults.check(
        (1..=50).contains(&fractions.len()),
        ErrorKind::OutOfRange,
        format_args!("fractions"),
        format_args!("has {} looks: expected 1 to 50", fractions.len()),
    );
    let mut before = 0.0;
    for (index, fraction) in fractions.iter().enumerate() {
        faults.check(
            (1e-3..=1.0).contains(fraction),
            ErrorKind::OutOfRange,
            format_args!("fractions[{index}]"),
            format_args!("`{fraction}` is out of range: expected 0.001 to 1"),
        );
        faults.check(
            *fraction >= before + 1e-3 || index == 0 || fraction.is_nan(),
            ErrorKind::InvalidValue,
            format_args!("fractions[{index}]"),
            format_args!("`{fraction}` does not ascend: expected at least 0.001 more than `{before}`"),
        );
        before = *fraction;
    }
    let alpha = policy.alpha;
    faults.check(
        (1e-9..=0.5).contains(&alpha),
        ErrorKind::OutOfRange,
        format_args!("policy.alpha"),
        format_args!("`{alpha}` is out of range: expected a share from 1e-9 to 0.5"),
    );
    let phi = policy.phi;
    faults.check(
        (0.1..=20.0).contains(&phi),
        ErrorKind::OutOfRange,
        format_args!("policy.phi"),
        format_args!("`{phi}` is out of range: expected 0.1 to 20"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_is_the_fixed_test() {
        for sides in [Sides::One, Sides::Two] {
            let look = group_sequential(&[1.0], &GroupPolicy::default().sides(sides)).unwrap();
            let tail = if sides == Sides::One { 0.05 } else { 0.025 };
            assert!((look.first().unwrap().z - normal::quantile(1.0 - tail)).abs() < 1e-9);
        }
    }

    #[test]
    fn boundaries_are_those_of_the_field() {
        // Two sides of 0.025, four equal looks, the spending of O'Brien and Fleming. Computed apart: the density is integrated by
        // Gauss and Legendre's rule of 400 points in place of Simpson's, and the probability to cross up to each look is that of
        // the multivariate normal distribution of scipy 1.17 to 5e-9.
        let policy = GroupPolicy::default().alpha(0.05).sides(Sides::Two).spending(Spending::OBrienFleming);
        let looks = group_sequential(&[0.25, 0.5, 0.75, 1.0], &policy).unwrap();
        let bounds = [4.332_633_646, 2.963_131_598, 2.359_044_285, 2.014_090_144];
        for (look, expected) in looks.iter().zip(bounds) {
            assert!((look.z - expected).abs() < 1e-5, "{} {expected}", look.z);
        }
        assert!(looks.windows(2).all(|pair| pair[0].z > pair[1].z));
    }

    #[test]
    fn half_of_the_fractions_spend_what_was_planned() {
        // The probability of crossing at either of two looks, by the bivariate normal distribution: the sum of the shares.
        let policy = GroupPolicy::default().spending(Spending::Pocock);
        let looks = group_sequential(&[0.5, 1.0], &policy).unwrap();
        let (a, b) = (looks.first().unwrap().z, looks.last().unwrap().z);
        let cells = 20_000;
        let step = (a + 10.0) / f64::from(cells);
        let stay: f64 = (0..cells)
            .map(|i| {
                let z = -10.0 + (f64::from(i) + 0.5) * step;
                let density = libm::exp(-z * z / 2.0) / std::f64::consts::TAU.sqrt();
                density * normal::upper((z * 0.5_f64.sqrt() - b) / 0.5_f64.sqrt()) * step
            })
            .sum();
        assert!((1.0 - stay - 0.05).abs() < 1e-6, "{stay}");
    }
}
