//! The mean difference of two series x and y of the same length, x − R y, and the ratios R that it does not rule out.
use super::comparison::TestResult;
use super::means::Sequence;
use super::policy::{Direction, Looks};
use super::student;

/// The moments of two means: of windows that belong together, or of two independent arms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The variance of the mean of x.
    pub(super) x_variance: f64,
    pub(super) y_variance: f64,
    pub(super) covariance: f64,
    /// The number of units behind the variances.
    pub(super) n: f64,
    /// The number for which the sequence is tightest.
    pub(super) tuned_for: f64,
}

impl Means {
    /// The variance of x − R y.
    fn variance(self, ratio: f64) -> f64 {
        (self.x_variance - 2.0 * ratio * self.covariance + ratio * ratio * self.y_variance).max(0.0)
    }

    pub(super) fn standard_error(self, ratio: f64) -> f64 {
        self.variance(ratio).sqrt()
    }

    /// The test against "the ratio is at most `ratio`".
    pub(super) fn above(self, ratio: f64, alpha: f64, looks: Looks, df: f64) -> TestResult {
        self.test(self.x - ratio * self.y, ratio, alpha, looks, df)
    }

    /// The test against "the ratio is at least `ratio`".
    pub(super) fn below(self, ratio: f64, alpha: f64, looks: Looks, df: f64) -> TestResult {
        self.test(ratio * self.y - self.x, ratio, alpha, looks, df)
    }

    /// The tests for harm and for its absence beyond a margin.
    pub(super) fn tests(
        self,
        direction: Direction,
        margin: f64,
        alpha: f64,
        looks: Looks,
        df: impl Fn(f64) -> f64,
    ) -> (TestResult, TestResult) {
        match direction {
            Direction::IncreaseIsBad => {
                (self.above(1.0, alpha, looks, df(1.0)), self.below(margin, alpha, looks, df(margin)))
            }
            Direction::DecreaseIsBad => {
                (self.below(1.0, alpha, looks, df(1.0)), self.above(margin, alpha, looks, df(margin)))
            }
        }
    }

    fn test(self, excess: f64, ratio: f64, alpha: f64, looks: Looks, df: f64) -> TestResult {
        let error = self.standard_error(ratio);
        if error <= 0.0 {
            return TestResult { p: 1.0, log_e: None };
        }
        match looks {
            Looks::One => TestResult { p: student::upper(excess / error, df), log_e: None },
            Looks::Any => {
                let (p, log_e) = self.sequence(error, alpha).one_sided_p(excess);
                TestResult { p, log_e }
            }
        }
    }

    fn sequence(self, error: f64, alpha: f64) -> Sequence {
        Sequence { error, n: self.n, alpha, tuned_for: self.tuned_for }
    }

    /// The ratios that the two-sided test does not reject (E. C. Fieller 1954): the lower end, and the upper one if there is
    /// one.
    pub(super) fn interval(self, alpha: f64, looks: Looks, df: f64) -> (f64, Option<f64>) {
        let width = match looks {
            Looks::One => student::upper_quantile(alpha / 2.0, df),
            Looks::Any => self.sequence(1.0, alpha).half_width(),
        };
        let square = width * width;
        // a R² - 2 b R + c <= 0
        let a = self.y * self.y - square * self.y_variance;
        let b = self.x * self.y - square * self.covariance;
        let c = self.x * self.x - square * self.x_variance;
        let root = (b * b - a * c).max(0.0).sqrt();
        if a > 0.0 {
            (((b - root) / a).max(0.0), Some(((b + root) / a).max(0.0)))
        } else if c > 0.0 && a < 0.0 {
            (((b - root) / a).max(0.0), None)
        } else {
            (0.0, None)
        }
    }
}
