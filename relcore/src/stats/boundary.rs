//! Boundaries that a sum of deviations crosses at any time with a probability of at most α: S. R. Howard, A. Ramdas,
//! J. McAuliffe and J. Sekhon, Time-uniform, nonparametric, nonasymptotic confidence sequences, Annals of Statistics 49, 2021,
//! and S. R. Howard and A. Ramdas, Sequential estimation of quantiles, Bernoulli 28, 2022 (`confseq`).
//!
//! A mixture is the log e-value ln M(s, v) at a sum s of deviations with the variance v. Each is a difference of densities
//! and tails at the posterior and at the prior, so that nothing cancels.
use super::{beta, gamma, normal};
use crate::error::{Error, ErrorKind, Faults, Result};
use crate::wire::tagged;
use std::f64::consts::LN_2;

/// The value that a sum of deviations exceeds at any time with a probability of at most `alpha`, when its variance is `v`.
///
/// For `quantile`, `v` is the number of values, and the sum counts the values below the quantile minus their expected number.
///
/// ```
/// use relcore::stats::{Boundary, sequence_boundary};
/// let boundary = Boundary::Normal { v_opt: 100.0, alpha_opt: 0.05, one_sided: false };
/// let bound = sequence_boundary(&boundary, 100.0, 0.05)?;
/// assert!((bound - 30.352).abs() < 1e-3);
/// // Pitfall: it is wider than the 19.6 of a single look, and that is the price of looking at every value.
/// assert!(bound > 1.96 * 10.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a variance of 0, an `alpha` of 5, a `vOpt` of −1, a one-sided `alphaOpt` of 0.6, and
/// an `s` of 1.
pub fn sequence_boundary(boundary: &Boundary, v: f64, alpha: f64) -> Result<f64> {
    let mut faults = Faults::new();
    boundary.check(&mut faults);
    between("v", v, 1e-9, 1e15, &mut faults);
    between("alpha", alpha, 1e-300, 1.0 - 1e-9, &mut faults);
    faults.finish()?;
    Ok(match *boundary {
        Boundary::PolyStitching { v_min, c, s, eta } => poly_stitching(v, alpha, v_min, c, s, eta),
        Boundary::Quantile { p, t_opt, delta, s, eta } => double_stitching(p, v, alpha, t_opt, delta, s, eta),
        _ => mixture_bound(boundary, v, -libm::log(alpha)),
    })
}

/// The natural logarithm of the e-value of a sum `s` of deviations with the variance `v`: the evidence against a mean of 0.
///
/// Reject when it is at least ln(1 / α); that holds at any time.
///
/// ```
/// use relcore::stats::{Boundary, mixture_log_e};
/// let mixture = Boundary::GammaExponential { v_opt: 100.0, c: 2.0, alpha_opt: 0.05 };
/// assert!((mixture_log_e(&mixture, 40.0, 400.0)? - 0.5898).abs() < 1e-4);
/// // Pitfall: a stitched boundary is no mixture, so it has no e-value.
/// let stitched = Boundary::PolyStitching { v_min: 10.0, c: 0.0, s: 1.4, eta: 2.0 };
/// assert!(mixture_log_e(&stitched, 40.0, 400.0).is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`sequence_boundary`], and `invalid_value` for `poly_stitching` and `quantile`, `out_of_range` for a sum that no
/// events have: below −v / h or above v / g of `beta_binomial`, and below −(v + vOpt) of `gamma_poisson`.
pub fn mixture_log_e(boundary: &Boundary, s: f64, v: f64) -> Result<f64> {
    let mut faults = Faults::new();
    boundary.check(&mut faults);
    between("v", v, 1e-9, 1e15, &mut faults);
    let (low, high) = match boundary {
        Boundary::BetaBinomial { g, h, .. } => (-v / h, v / g),
        Boundary::GammaExponential { c, .. } | Boundary::GammaPoisson { c, .. } => (-v / c, 1e15),
        _ => (-1e15, 1e15),
    };
    between("s", s, low, high, &mut faults);
    faults.finish()?;
    boundary.log_e(s, v).ok_or_else(|| {
        let text =
            "is no mixture: expected `normal`, `gamma_exponential`, `gamma_poisson` or `beta_binomial`";
        Error::new(ErrorKind::InvalidValue, "boundary", text)
    })
}

tagged! {
    "stats.Boundary";
    /// A boundary for a sum of deviations, by the distribution of one deviation.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Boundary {
        /// Sub-Gaussian deviations: means of many values, values between two limits.
        Normal {
            /// The variance at which the boundary is tightest.
            v_opt: f64,
            /// The alpha for which it is.
            alpha_opt: f64,
            /// Whether only deviations upwards count.
            one_sided: bool,
        },
        /// Sub-exponential deviations upwards: waiting times.
        GammaExponential {
            /// The variance at which the boundary is tightest.
            v_opt: f64,
            /// The scale of the tail.
            c: f64,
            /// The alpha for which it is.
            alpha_opt: f64,
        },
        /// Sub-Poisson deviations upwards: counts.
        GammaPoisson {
            /// The variance at which the boundary is tightest.
            v_opt: f64,
            /// The size of one step.
            c: f64,
            /// The alpha for which it is.
            alpha_opt: f64,
        },
        /// Deviations with two values, −g and h: events of trials.
        BetaBinomial {
            /// The variance at which the boundary is tightest.
            v_opt: f64,
            /// The deviation of a trial without the event: its probability.
            g: f64,
            /// The deviation of a trial with the event: 1 minus its probability.
            h: f64,
            /// The alpha for which it is.
            alpha_opt: f64,
            /// Whether only deviations upwards count.
            one_sided: bool,
        },
        /// Any of these deviations, by a union over epochs; it grows as slowly as the law of the iterated logarithm allows.
        PolyStitching {
            /// The variance from which the boundary holds; it is constant below.
            v_min: f64,
            /// The scale of the tail; 0 for sub-Gaussian deviations.
            c: f64,
            /// The exponent of the epochs, above 1: 1.4 for most purposes.
            s: f64,
            /// The ratio of the variances of two epochs, above 1: 2 for most purposes.
            eta: f64,
        },
        /// The number of values below a quantile, for all quantiles together.
        Quantile {
            /// The quantile, between 0 and 1.
            p: f64,
            /// The number of values from which the boundary holds.
            t_opt: f64,
            /// The distance of two quantiles of the grid, in logits: 0.5 for most purposes.
            delta: f64,
            /// The exponent of the epochs, above 1: 1.4 for most purposes.
            s: f64,
            /// The ratio of the numbers of two epochs, above 1: 2 for most purposes.
            eta: f64,
        },
    }
}

impl Boundary {
    fn check(&self, faults: &mut Faults) {
        let alpha = |one_sided: bool| if one_sided { 0.5 - 1e-9 } else { 1.0 - 1e-9 };
        match *self {
            Self::Normal { v_opt, alpha_opt, one_sided } => {
                between("boundary.vOpt", v_opt, 1e-9, 1e15, faults);
                between("boundary.alphaOpt", alpha_opt, 1e-300, alpha(one_sided), faults);
            }
            Self::GammaExponential { v_opt, c, alpha_opt } | Self::GammaPoisson { v_opt, c, alpha_opt } => {
                between("boundary.vOpt", v_opt, 1e-9, 1e15, faults);
                between("boundary.c", c, 1e-6, 1e9, faults);
                between("boundary.alphaOpt", alpha_opt, 1e-300, alpha(true), faults);
            }
            Self::BetaBinomial { v_opt, g, h, alpha_opt, one_sided } => {
                between("boundary.vOpt", v_opt, 1e-9, 1e15, faults);
                between("boundary.g", g, 1e-9, 1e9, faults);
                between("boundary.h", h, 1e-9, 1e9, faults);
                between("boundary.alphaOpt", alpha_opt, 1e-300, alpha(one_sided), faults);
            }
            Self::PolyStitching { v_min, c, s, eta } => {
                between("boundary.vMin", v_min, 1e-9, 1e15, faults);
                between("boundary.c", c, -1e9, 1e9, faults);
                between("boundary.s", s, 1.0 + 1e-3, 100.0, faults);
                between("boundary.eta", eta, 1.0 + 1e-3, 1e6, faults);
            }
            Self::Quantile { p, t_opt, delta, s, eta } => {
                between("boundary.p", p, 1e-12, 1.0 - 1e-12, faults);
                between("boundary.tOpt", t_opt, 1.0, 1e15, faults);
                between("boundary.delta", delta, 1e-6, 1e3, faults);
                between("boundary.s", s, 1.0 + 1e-3, 100.0, faults);
                between("boundary.eta", eta, 1.0 + 1e-3, 1e6, faults);
            }
        }
    }

    /// The log e-value; `None` for a stitched boundary.
    fn log_e(&self, s: f64, v: f64) -> Option<f64> {
        Some(match *self {
            Self::Normal { v_opt, alpha_opt, one_sided: false } => {
                let rho = tightest(v_opt, alpha_opt);
                -libm::log1p(v / rho) / 2.0 + s * s / (2.0 * (v + rho))
            }
            Self::Normal { v_opt, alpha_opt, one_sided: true } => {
                let rho = tightest(v_opt, 2.0 * alpha_opt);
                let z = s / (v + rho).sqrt();
                LN_2 - libm::log1p(v / rho) / 2.0 + z * z / 2.0 + ln_normal_below(z)
            }
            Self::GammaExponential { v_opt, c, alpha_opt } => {
                let square = c * c;
                let prior = tightest(v_opt, 2.0 * alpha_opt) / square;
                let (a, x) = (v / square + prior, s / c + v / square + prior);
                let value = |a, x| gamma::tails(a, x).ln_lower - gamma::ln_kernel(a, x);
                value(a, x) - value(prior, prior)
            }
            Self::GammaPoisson { v_opt, c, alpha_opt } => {
                let square = c * c;
                let prior = tightest(v_opt, 2.0 * alpha_opt) / square;
                let (a, x) = (s / c + v / square + prior, v / square + prior);
                let value = |a, x| gamma::tails(a, x).ln_upper - gamma::ln_kernel(a, x);
                value(a, x) - value(prior, prior)
            }
            Self::BetaBinomial { v_opt, g, h, alpha_opt, one_sided } => {
                let alpha = if one_sided { 2.0 * alpha_opt } else { alpha_opt };
                let r = (tightest(v_opt, alpha) - g * h).max(1e-3 * g * h);
                let sum = g + h;
                let (x, y) = (h / sum, g / sum);
                let value = |a, b| {
                    let tail = if one_sided { beta::tails(a, b, x, y).ln_lower } else { 0.0 };
                    tail - beta::ln_kernel(a, b, x, y)
                };
                value((r + v - g * s) / (g * sum), (r + v + h * s) / (h * sum))
                    - value(r / (g * sum), r / (h * sum))
            }
            Self::PolyStitching { .. } | Self::Quantile { .. } => return None,
        })
    }
}

/// The variance of the normal prior for which the two-sided boundary is tightest at `v`.
pub(super) fn tightest(v: f64, alpha: f64) -> f64 {
    let twice = -2.0 * libm::log(alpha);
    v / (twice + libm::log1p(twice))
}

/// ln P(Z <= z), also where it underflows.
fn ln_normal_below(z: f64) -> f64 {
    if z > -10.0 { libm::log(normal::upper(-z)) } else { gamma::tails(0.5, z * z / 2.0).ln_upper - LN_2 }
}

/// The sum at which the log e-value reaches a threshold.
fn mixture_bound(boundary: &Boundary, v: f64, threshold: f64) -> f64 {
    let log_e = |s: f64| boundary.log_e(s, v).unwrap_or(f64::INFINITY);
    let (mut low, mut high) = (0.0, v.max(1.0));
    if let Boundary::BetaBinomial { g, .. } = boundary {
        high = v / g; // every trial with the event
        if log_e(high) < threshold {
            return high;
        }
    } else {
        for _ in 0..200 {
            if log_e(high) >= threshold {
                break;
            }
            high *= 2.0;
        }
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if log_e(middle) < threshold {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The two factors of a stitched boundary.
fn stitches(eta: f64) -> (f64, f64) {
    let fourth = eta.sqrt().sqrt();
    ((fourth + 1.0 / fourth) / std::f64::consts::SQRT_2, f64::midpoint(eta.sqrt(), 1.0))
}

fn poly_stitching(v: f64, alpha: f64, v_min: f64, c: f64, s: f64, eta: f64) -> f64 {
    let (k1, k2) = stitches(eta);
    let v = v.max(v_min);
    let ell = s * libm::log(libm::log(eta * v / v_min)) + libm::log(zeta(s) / alpha)
        - s * libm::log(libm::log(eta));
    let linear = k2 * c * ell;
    (k1 * k1 * v * ell + linear * linear).sqrt() + linear
}

fn double_stitching(p: f64, t: f64, alpha: f64, t_opt: f64, delta: f64, s: f64, eta: f64) -> f64 {
    let (k1, k2) = stitches(eta);
    let t = t.max(t_opt);
    let logit = libm::log(p / (1.0 - p));
    let nearest =
        if p >= 0.5 { p } else { beta::logistic(logit + 2.0 * delta * (t_opt * eta / t).sqrt()).min(0.5) };
    let variance = nearest * (1.0 - nearest);
    let index = (t / t_opt).sqrt() * logit.abs() / (2.0 * delta) + 1.0;
    let zeta = zeta(s);
    let ell = s * libm::log(libm::log(eta * t / t_opt))
        + s * libm::log(index)
        + libm::log(2.0 * zeta * (2.0 * zeta + 1.0) / alpha)
        - s * libm::log(libm::log(eta));
    let linear = k2 * (1.0 - 2.0 * p) / 3.0 * ell;
    delta * (eta * t * variance / t_opt).sqrt()
        + (k1 * k1 * variance * t * ell + linear * linear).sqrt()
        + linear
}

/// Riemann's zeta function for s > 1, by the formula of Euler and Maclaurin (DLMF 25.2.9).
fn zeta(s: f64) -> f64 {
    const START: f64 = 12.0;
    // B(2k) / (2k)!
    const TERMS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 720.0,
        1.0 / 30_240.0,
        -1.0 / 1_209_600.0,
        1.0 / 47_900_160.0,
        -691.0 / 1_307_674_368_000.0,
        1.0 / 74_724_249_600.0,
    ];
    let power = |n: f64| libm::exp(-s * libm::log(n));
    let (mut sum, mut n) = (0.0, 1.0);
    while n < START {
        sum += power(n);
        n += 1.0;
    }
    let last = power(START);
    sum += last * START / (s - 1.0) + last / 2.0;
    let (mut factor, mut k) = (s * last / START, 1.0);
    for term in TERMS {
        sum += term * factor;
        factor *= (s + k) * (s + k + 1.0) / (START * START);
        k += 2.0;
    }
    sum
}

fn between(name: &str, value: f64, low: f64, high: f64, faults: &mut Faults) {
    faults.check(
        (low..=high).contains(&value),
        ErrorKind::OutOfRange,
        format_args!("{name}"),
        format_args!("`{value}` is out of range: expected {low} to {high}"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zeta_has_15_digits() {
        let pi = std::f64::consts::PI;
        for (s, expected) in [
            (2.0, pi * pi / 6.0),
            (4.0, pi * pi * pi * pi / 90.0),
            (3.0, 1.202_056_903_159_594_2),
            (50.0, 1.0),
        ] {
            assert!((zeta(s) / expected - 1.0).abs() < 1e-13, "{s}: {}", zeta(s));
        }
    }

    #[test]
    fn values_are_those_of_the_tests_of_confseq() {
        let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-5, "{got} {expected}");
        let two = Boundary::BetaBinomial { v_opt: 100.0, g: 0.2, h: 0.8, alpha_opt: 0.05, one_sided: false };
        close(mixture_log_e(&two, 10.0, 100.0).unwrap(), -0.694_101_2);
        close(sequence_boundary(&two, 100.0, 0.05).unwrap(), 31.4308);
        let one = Boundary::BetaBinomial { v_opt: 100.0, g: 0.2, h: 0.8, alpha_opt: 0.05, one_sided: true };
        close(sequence_boundary(&one, 100.0, 0.05).unwrap(), 28.41238);
        close(sequence_boundary(&one, 2.0 * 0.2 * 0.8, 0.05).unwrap(), 2.0 * 0.8);
        for (c, expected) in [(3.0, 64.48755), (-1.0, 28.99389)] {
            let stitched = Boundary::PolyStitching { v_min: 10.0, c, s: 1.4, eta: 2.0 };
            close(sequence_boundary(&stitched, 100.0, 0.05).unwrap(), expected);
        }
        for (p, expected) in [(0.5, 68.62803), (0.9, 43.72119), (0.1, 59.96521)] {
            let quantile = Boundary::Quantile { p, t_opt: 100.0, delta: 0.5, s: 1.4, eta: 2.0 };
            close(sequence_boundary(&quantile, 1000.0, 0.05).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn a_bound_is_where_the_e_value_reaches_its_threshold_and_grows_with_the_variance(
            v in 1.0..5000.0_f64, v_opt in 10.0..1000.0_f64, c in 0.5..3.0_f64, g in 0.05..0.95_f64,
            alpha in 0.001..0.4_f64, one_sided in any::<bool>(),
        ) {
            for boundary in [
                Boundary::Normal { v_opt, alpha_opt: 0.05, one_sided },
                Boundary::GammaExponential { v_opt, c, alpha_opt: 0.05 },
                Boundary::GammaPoisson { v_opt, c, alpha_opt: 0.05 },
                Boundary::BetaBinomial { v_opt, g, h: 1.0 - g, alpha_opt: 0.05, one_sided },
            ] {
                let bound = sequence_boundary(&boundary, v, alpha).unwrap();
                let is_end = matches!(boundary, Boundary::BetaBinomial { g, .. } if bound >= v / g);
                if !is_end {
                    let log_e = mixture_log_e(&boundary, bound, v).unwrap();
                    prop_assert!((log_e + libm::log(alpha)).abs() < 1e-6, "{boundary:?}: {log_e}");
                }
                prop_assert!(sequence_boundary(&boundary, v * 1.5, alpha).unwrap() >= bound * (1.0 - 1e-9));
                prop_assert!(sequence_boundary(&boundary, v, alpha / 2.0).unwrap() >= bound * (1.0 - 1e-9));
            }
        }
    }
}
