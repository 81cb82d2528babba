//! Seeded draws for small simulations in tests; `benches/simulations.rs` has the large ones.
use super::normal;

/// SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A share between 0 and 1, both excluded.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON / 4.0
    }

    /// A value of the standard normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        normal::quantile(self.share())
    }

    /// A series whose values have the variance 1 and the given correlation with the one before.
    pub(crate) fn series(&mut self, length: usize, correlation: f64) -> Vec<f64> {
        let mut last = self.normal();
        let scale = (1.0 - correlation * correlation).sqrt();
        (0..length)
            .map(|_| {
                let value = last;
                last = correlation * last + scale * self.normal();
                value
            })
            .collect()
    }
}
