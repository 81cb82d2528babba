/// The logarithms of the two tails of a distribution: of P(X <= x) and of P(X > x).
///
/// The smaller tail is computed directly, the other one as its complement. So neither loses digits, and neither
/// underflows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    pub(crate) ln_lower: f64,
    pub(crate) ln_upper: f64,
}

impl Tails {
    /// Nothing below.
    pub(super) const NONE_BELOW: Self = Self { ln_lower: f64::NEG_INFINITY, ln_upper: 0.0 };

    pub(super) fn of_lower(ln_lower: f64) -> Self {
        let ln_lower = ln_lower.min(0.0);
        Self { ln_lower, ln_upper: complement(ln_lower) }
    }

    pub(super) fn swap(self) -> Self {
        Self { ln_lower: self.ln_upper, ln_upper: self.ln_lower }
    }

    pub(crate) fn lower(self) -> f64 {
        libm::exp(self.ln_lower)
    }

    #[cfg(test)]
    pub(crate) fn upper(self) -> f64 {
        libm::exp(self.ln_upper)
    }
}

/// ln(1 − e^l) for l <= 0 (M. Mächler, Accurately Computing log(1 − exp(−|a|)), 2012).
fn complement(l: f64) -> f64 {
    if l > -std::f64::consts::LN_2 { libm::log(-libm::expm1(l)) } else { libm::log1p(-libm::exp(l)) }
}

/// The s with `ln_tail(s) = ln_p` for a concave, ascending `ln_tail`, which returns its value and its slope.
///
/// Newton's method. A tangent of a concave function lies above it, so every step ends at or below the root, and from there
/// on the steps ascend to it: the iteration converges from any start. Near the root, a step that is no smaller than the one
/// before comes from the rounding of `ln_tail`.
pub(super) fn invert(start: f64, ln_p: f64, ln_tail: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut s, mut before) = (start, f64::INFINITY);
    for _ in 0..200 {
        let (value, slope) = ln_tail(s);
        let step = (ln_p - value) / slope;
        if !step.is_finite() {
            break;
        }
        s += step;
        let size = step.abs() / s.abs().max(0.25);
        if size <= 4.0 * f64::EPSILON || (size < 1e-9 && size >= before) {
            break;
        }
        before = size;
    }
    s
}
