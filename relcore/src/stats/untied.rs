//! The distribution of U of Mann and Whitney for samples without ties.
//!
//! The number of splits of n + m values with U = u is a coefficient of the Gaussian binomial coefficient, the product of
//! (1 − q^(m+i)) / (1 − q^i) for i = 1 to n. Few coefficients come from multiplying it out. The tail of large samples is
//! an integral over a circle around 0, by the trapezoidal rule (J. Abate and W. Whitt, Operations Research Letters 12,
//! 1992) at the radius of the saddle point (H. E. Daniels, Annals of Mathematical Statistics 25, 1954).
use std::f64::consts::TAU;

/// The numbers of splits with U = 0, 1, …, `most`, for samples of `n` and `m` values and `most` up to n m / 2: above it,
/// digits get lost.
pub(super) fn ways(n: u64, m: u64, most: u64) -> Vec<f64> {
    let (n, m) = (index(n), index(m));
    let mut ways = vec![0.0; index(most) + 1];
    if let Some(first) = ways.first_mut() {
        *first = 1.0;
    }
    for i in 1..=n {
        if let Some(shifted) = ways.len().checked_sub(m + i).and_then(|rest| ways.get(..rest)) {
            let shifted = shifted.to_vec();
            for (way, other) in ways.iter_mut().skip(m + i).zip(&shifted) {
                *way -= other;
            }
        }
        for start in (i..ways.len()).step_by(i) {
            let Some((before, after)) = ways.split_at_mut_checked(start) else { break };
            for (way, other) in after.iter_mut().zip(before.get(start - i..).unwrap_or_default()) {
                *way += other;
            }
        }
    }
    ways
}

/// The number of steps up to which multiplying out is as fast as the integral.
const MOST_STEPS: u64 = 125_000;

/// The numbers of splits with U below `u`, and up to it, for n <= m and `u` up to n m / 2.
pub(super) fn tail(n: u64, m: u64, u: u64) -> (f64, f64) {
    if n.saturating_mul(u) > MOST_STEPS {
        return integral(n, m, u);
    }
    let ways = ways(n, m, u);
    let up_to: f64 = ways.iter().sum();
    (up_to - ways.last().copied().unwrap_or_default(), up_to)
}

/// As [`tail`], to 13 digits.
///
/// The number of splits up to u is the coefficient of q^u in G(q) / (1 − q), where G is the product above. The rule with k
/// points adds the coefficients of u + k, u + 2 k, …, times the radius to that power.
#[expect(clippy::cast_precision_loss, reason = "sizes of samples and numbers of pairs are below 2^53")]
fn integral(n: u64, m: u64, u: u64) -> (f64, f64) {
    let (size, other, place) = (n as f64, m as f64, u as f64);
    let (rate, deviation) = tilt(size, other, place);
    // What it adds is 10 standard deviations away, and e^(-37) of what is left there. The number of points is odd: that of
    // angle 0, and pairs of conjugates.
    let half = libm::ceil((10.0 * deviation + 37.0 / rate) / 2.0);
    let points = 2.0 * half + 1.0;
    // G(q) q^(-u) and G(q) q^(-u) / (1 - q), without the radius of q^(-u)
    let at_angle = |angle: f64| {
        let (product, first) = product(n, other, Complex { re: -rate, im: angle });
        let at = product.times(Complex { re: libm::cos(place * angle), im: -libm::sin(place * angle) });
        (at.re, at.over(Complex { re: -first.re, im: -first.im }))
    };
    let (mut at, greatest) = at_angle(0.0);
    let mut up_to = greatest.re;
    let mut k = 1.0;
    while k <= half {
        let (more, sum) = at_angle(TAU * k / points);
        at += 2.0 * more;
        up_to += 2.0 * sum.re;
        if sum.re.abs() + sum.im.abs() < 1e-18 * greatest.re {
            break;
        }
        k += 1.0;
    }
    let scale = libm::exp(rate * place) / points;
    (scale * (up_to - at), scale * up_to)
}

/// The rate by which the distribution of U is tilted, each probability times e^(−rate u), so that `u` is within a standard
/// deviation of its mean, and that deviation; at least the rate of one standard deviation.
fn tilt(n: f64, m: f64, u: f64) -> (f64, f64) {
    let mut rate = 1.0 / libm::sqrt(n * m * (n + m + 1.0) / 12.0);
    loop {
        // The logarithm of the generating function is a sum, and so are its derivatives, mean and variance.
        let (mut mean, mut variance) = (0.0, 0.0);
        let mut i = 1.0;
        while i <= n {
            for (power, sign) in [(i, 1.0), (m + i, -1.0)] {
                let part = power / libm::expm1(rate * power);
                mean += sign * part;
                variance += sign * part * (part + power);
            }
            i += 1.0;
        }
        let (excess, deviation) = (mean - u, libm::sqrt(variance));
        // Newton's method: the mean is a convex function of the rate, and each step stays above `u`.
        if excess > deviation {
            rate += excess / variance;
        } else {
            return (rate, deviation);
        }
    }
}

/// The product for q = e^`exponent`, and q − 1.
///
/// A factor is q^m + (q^m − 1) / (q^i − 1), and q^i − 1 comes from that of i / 2, so that few roundings add up.
fn product(n: u64, m: f64, exponent: Complex) -> (Complex, Complex) {
    let (first, last) = (exponent.exp_minus_one(1.0), exponent.exp_minus_one(m));
    let mut product = Complex::ONE;
    let mut powers = Vec::with_capacity(index(n) + 1);
    powers.push(Complex { re: 0.0, im: 0.0 });
    for i in 1..=index(n) {
        let half = powers.get(i / 2).copied().unwrap_or(first); // INVARIANT: i / 2 < i
        let double = half.times(half.plus(Complex { re: 2.0, im: 0.0 }));
        let power = if i % 2 == 0 { double } else { double.plus(first).plus(double.times(first)) };
        powers.push(power);
        product = product.times(last.plus(Complex::ONE).plus(last.over(power)));
    }
    (product, first)
}

/// A complex number.
#[derive(Clone, Copy, Debug)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    const ONE: Self = Self { re: 1.0, im: 0.0 };

    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn over(self, other: Self) -> Self {
        let norm = other.re * other.re + other.im * other.im;
        let product = self.times(Self { re: other.re, im: -other.im });
        Self { re: product.re / norm, im: product.im / norm }
    }

    /// e^(self · factor) − 1.
    fn exp_minus_one(self, factor: f64) -> Self {
        let (re, im) = (self.re * factor, self.im * factor);
        let (size, sine) = (libm::exp(re), libm::sin(im / 2.0));
        // e^x cos y − 1 = e^x − 1 − 2 e^x sin² (y / 2)
        Self { re: libm::expm1(re) - 2.0 * size * sine * sine, im: size * libm::sin(im) }
    }
}

/// A number as an index. It saturates where an address has 32 bits, and no vector has so many elements.
pub(super) fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64) -> bool {
        (got - expected).abs() <= 1e-13 * expected
    }

    /// The coefficients of the product as whole numbers.
    fn counted(n: usize, m: usize) -> Vec<i128> {
        let mut ways = vec![0_i128; n * m / 2 + 1];
        ways[0] = 1;
        for i in 1..=n {
            for u in (m + i..ways.len()).rev() {
                ways[u] -= ways[u - m - i];
            }
            for u in i..ways.len() {
                ways[u] += ways[u - i];
            }
        }
        ways
    }

    #[test]
    fn the_product_keeps_its_digits() {
        // The sum of all splits is C(400, 200), by Python's whole numbers.
        let ways = ways(200, 200, 20_000);
        let half: f64 = ways.iter().sum();
        let total = 2.0 * half - ways.last().unwrap();
        assert!((total / 1.029_525_001_354_144_3e119 - 1.0).abs() < 1e-12, "{total}");
    }

    #[test]
    fn the_integral_is_the_product_of_whole_numbers() {
        let small = (1..9).flat_map(|n| (n..12).map(move |m| (n, m)));
        for (n, m) in small.chain([(65, 65), (52, 80), (12, 3333), (8, 5000)]) {
            let (all, mut below) = (counted(n, m), 0);
            let (n, m, step) = (n as u64, m as u64, all.len() / 20 + 1);
            for (u, ways) in (0..).zip(all) {
                let up_to = below + ways;
                if n * m < 100 || n * u > MOST_STEPS && u % step as u64 == 0 {
                    let (got, most) = (integral(n, m, u), up_to as f64);
                    assert!(close(got.1, most), "{n} {m} {u}: {got:?}");
                    assert!((got.0 - below as f64).abs() <= 1e-13 * most, "{n} {m} {u}: {got:?}");
                }
                below = up_to;
            }
        }
    }

    #[test]
    fn large_samples_are_those_of_whole_numbers() {
        // By Python's whole numbers.
        for (n, m, u, below, up_to) in [
            (200, 200, 626, 3.2611498235752593e25, 3.42992396334183e25),
            (200, 200, 5000, 3.062955042743751e74, 3.113054980851914e74),
            (200, 200, 12_000, 9.536663711622337e106, 9.599626242309575e106),
            (200, 200, 17_000, 4.813636357946156e116, 4.825858300146287e116),
            (200, 200, 20_000, 5.145850752484552e118, 5.149399261056891e118),
            (25, 1600, 5001, 2.742095704268624e42, 2.7553967784221637e42),
            (25, 1600, 16_000, 4.289173196739801e53, 4.293138729163343e53),
        ] {
            let got = tail(n, m, u);
            assert!(close(got.0, below) && close(got.1, up_to), "{n} {m} {u}: {got:?}");
        }
    }
}
