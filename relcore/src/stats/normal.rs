/// The quantile z of the standard normal distribution for a two-sided interval: 1.96 for a level of 0.95.
///
/// Inverts `libm::erfc` by bisection down to adjacent floating-point numbers. It takes about two microseconds and runs
/// once for each report, so no rational approximation is needed.
pub(crate) fn two_sided(level: f64) -> f64 {
    let tail = 1.0 - level;
    let (mut low, mut high) = (0.0_f64, 40.0_f64); // erfc(40 / sqrt 2) is below every positive f64
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if libm::erfc(middle * std::f64::consts::FRAC_1_SQRT_2) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
}

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
}
