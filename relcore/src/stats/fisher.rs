//! Fisher's exact test of two proportions, for one look at small samples.
//!
//! Given all margins, the events of the canary have a hypergeometric distribution. Its terms come from the densities of
//! [`stirling`](super::stirling) and are added from the observed table outwards, so that deep tails have all digits.
use super::stirling;

/// The three p-values of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fisher {
    /// P(X <= events of the canary): small if the canary has fewer events.
    pub(crate) less: f64,
    /// P(X >= events of the canary): small if the canary has more events.
    pub(crate) greater: f64,
    /// The sum of all tables that are not more probable than the observed one.
    pub(crate) two_sided: f64,
}

/// Tests `events` of `trials` of the canary against those of the baseline. Events are whole and at most the trials.
pub(crate) fn fisher(events: f64, trials: f64, baseline_events: f64, baseline_trials: f64) -> Fisher {
    let table = Margins { trials, baseline_trials, events: events + baseline_events };
    let (least, most) = table.support();
    let observed = table.ln_term(events);
    let mode = table.mode();
    let below = |k: f64| if k < least { 0.0 } else { libm::exp(table.ln_term(k)) * table.outwards(k, -1.0) };
    let above = |k: f64| if k > most { 0.0 } else { libm::exp(table.ln_term(k)) * table.outwards(k, 1.0) };
    // A tail that holds the mode is the complement of the other one.
    let less = if events < mode { below(events) } else { 1.0 - above(events + 1.0) };
    let greater = if events > mode { above(events) } else { 1.0 - below(events - 1.0) };
    // Tables of the same probability differ in the last bits: R and scipy allow 1e-7, too.
    let within = |k: f64| table.ln_term(k) <= observed + 1e-7;
    let two_sided = if events < mode {
        less + above(first(mode, most + 1.0, within))
    } else if events > mode {
        greater + below(-first(-mode, 1.0 - least, |k| within(-k)))
    } else {
        let high = above(first(mode, most + 1.0, within));
        high + below(-first(-mode, 1.0 - least, |k| within(-k)))
            - if within(mode) { libm::exp(table.ln_term(mode)) } else { 0.0 }
    };
    Fisher {
        less: less.clamp(0.0, 1.0),
        greater: greater.clamp(0.0, 1.0),
        two_sided: two_sided.clamp(0.0, 1.0),
    }
}

/// The first whole number from `low` on that satisfies an ascending condition; `end` if none below it does.
fn first(low: f64, end: f64, satisfies: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut end) = (low, end);
    while low < end {
        let middle = libm::floor(f64::midpoint(low, end));
        if satisfies(middle) {
            end = middle;
        } else {
            low = middle + 1.0;
        }
    }
    end
}

/// The margins of a table.
#[derive(Clone, Copy, Debug)]
struct Margins {
    trials: f64,
    baseline_trials: f64,
    /// The events of both arms.
    events: f64,
}

impl Margins {
    /// The least and the greatest number of events of the canary.
    fn support(self) -> (f64, f64) {
        ((self.events - self.baseline_trials).max(0.0), self.events.min(self.trials))
    }

    fn mode(self) -> f64 {
        let mode = (self.events + 1.0) * (self.trials + 1.0) / (self.trials + self.baseline_trials + 2.0);
        let (least, most) = self.support();
        libm::floor(mode).clamp(least, most)
    }

    /// ln P(X = k).
    fn ln_term(self, k: f64) -> f64 {
        let share = self.events / (self.trials + self.baseline_trials);
        ln_binomial(k, self.trials, share) + ln_binomial(self.events - k, self.baseline_trials, share)
            - ln_binomial(self.events, self.trials + self.baseline_trials, share)
    }

    /// The sum of the terms from `k` outwards, divided by the one of `k`.
    fn outwards(self, k: f64, direction: f64) -> f64 {
        let (mut sum, mut term, mut k) = (1.0, 1.0, k);
        loop {
            let down = k * (self.baseline_trials - self.events + k);
            let (next_down, next_up) = (
                down / ((self.trials - k + 1.0) * (self.events - k + 1.0)),
                (self.trials - k) * (self.events - k)
                    / ((k + 1.0) * (self.baseline_trials - self.events + k + 1.0)),
            );
            term *= if direction < 0.0 { next_down } else { next_up };
            sum += term;
            k += direction;
            if term <= sum * 1e-18 || term.is_nan() {
                return sum;
            }
        }
    }
}

/// The logarithm of the binomial density (Loader 2000).
pub(super) fn ln_binomial(k: f64, n: f64, share: f64) -> f64 {
    if k <= 0.0 {
        return if share >= 1.0 && n > 0.0 {
            f64::NEG_INFINITY
        } else if n <= 0.0 {
            0.0
        } else {
            n * libm::log1p(-share)
        };
    }
    if k >= n {
        return n * libm::log(share);
    }
    // x^k y^(n-k) / B(k, n-k), with B(k, n-k) = n / (k (n-k)) / C(n, k)
    stirling::ln_dirichlet([(k, share), (n - k, 1.0 - share)].into_iter()) + libm::log(n / (k * (n - k)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The p-values from whole numbers.
    fn counted(events: u64, trials: u64, baseline_events: u64, baseline_trials: u64) -> Fisher {
        let choose = |n: u64, k: u64| (0..k).fold(1_u128, |c, i| c * u128::from(n - i) / u128::from(i + 1));
        let all = events + baseline_events;
        let tables: Vec<(u64, u128)> = (all.saturating_sub(baseline_trials)..=all.min(trials))
            .map(|k| (k, choose(trials, k) * choose(baseline_trials, all - k)))
            .collect();
        let observed = tables.iter().find(|(k, _)| *k == events).unwrap().1;
        let share = |chosen: &dyn Fn(u64, u128) -> bool| {
            let sum: u128 = tables.iter().filter(|(k, ways)| chosen(*k, *ways)).map(|(_, ways)| ways).sum();
            sum as f64 / tables.iter().map(|(_, ways)| ways).sum::<u128>() as f64
        };
        Fisher {
            less: share(&|k, _| k <= events),
            greater: share(&|k, _| k >= events),
            two_sided: share(&|_, ways| ways <= observed),
        }
    }

    proptest! {
        #[test]
        fn p_values_are_counted(
            (events, trials) in (1..50_u64).prop_flat_map(|n| (0..=n, Just(n))),
            (baseline_events, baseline_trials) in (1..50_u64).prop_flat_map(|n| (0..=n, Just(n))),
        ) {
            let got = fisher(events as f64, trials as f64, baseline_events as f64, baseline_trials as f64);
            let expected = counted(events, trials, baseline_events, baseline_trials);
            for (got, expected) in
                [(got.less, expected.less), (got.greater, expected.greater), (got.two_sided, expected.two_sided)]
            {
                prop_assert!((got - expected).abs() <= 1e-11 * expected, "{got} is not {expected}");
            }
        }
    }
}
