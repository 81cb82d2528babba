/// The quantile z of the standard normal distribution for a two-sided interval: 1.96 for a level of 0.95.
pub(crate) fn two_sided(level: f64) -> f64 {
    -quantile((1.0 - level) / 2.0)
}

/// P(Z > z) of the standard normal distribution.
pub(crate) fn upper(z: f64) -> f64 {
    libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The z with P(Z <= z) = p, for 0 < p < 1: minus infinity at 0, infinity at 1.
///
/// Algorithm AS 241, PPND16 (M. J. Wichura, Applied Statistics 37, 1988), and one step of Halley's method.
pub(crate) fn quantile(p: f64) -> f64 {
    if p > 0.5 {
        // The complement is exact.
        return -quantile(1.0 - p);
    }
    let z = approximate(p);
    let density = libm::exp(-z * z / 2.0) / libm::sqrt(std::f64::consts::TAU);
    let error = (upper(-z) - p) / density;
    let refined = z - error / (1.0 + z * error / 2.0);
    if refined.is_finite() { refined } else { z }
}

/// AS 241 for p <= 0.5.
fn approximate(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let r = libm::sqrt(-libm::log(p));
    if r <= 5.0 { -ratio(&MIDDLE, r - 1.6) } else { -ratio(&TAIL, r - 5.0) }
}

/// The coefficients of a numerator and of a denominator, in ascending order.
type Rational = ([f64; 8], [f64; 8]);

fn ratio((numerator, denominator): &Rational, x: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    if x.is_finite() { polynomial(numerator) / polynomial(denominator) } else { x }
}

const CENTRE: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

const MIDDLE: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

const TAIL: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R: qnorm(0.975), qnorm(0.995), qnorm(0.75)
        for (level, z) in [(0.95, 1.959963984540054), (0.99, 2.5758293035489), (0.5, 0.674489750196082)] {
            assert!((two_sided(level) - z).abs() < 1e-13, "{level}");
        }
    }

    #[test]
    fn the_approximation_alone_has_15_digits() {
        for p in [1e-300, 1e-40, 1e-11, 1e-5, 0.01, 0.07, 0.08, 0.3, 0.499] {
            assert!(
                (approximate(p) / quantile(p) - 1.0).abs() < 1e-14,
                "{p}: {} {}",
                approximate(p),
                quantile(p)
            );
            assert!((upper(-quantile(p)) / p - 1.0).abs() < 1e-12, "{p}");
        }
        assert_eq!(quantile(0.5), 0.0);
        assert_eq!(quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(quantile(1.0), f64::INFINITY);
    }
}
