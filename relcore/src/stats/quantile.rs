/// The definition of a sample quantile.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// Type 7 of R. J. Hyndman and Y. Fan (The American Statistician 50, 1996): linear interpolation between ranks.
    Linear,
    /// The lower of the two values of type 7, without interpolation.
    Lower,
    /// Type 1: the value of rank ceil(p n), counted from 1.
    NearestRank,
}

/// The position of a quantile in a sorted sample: a zero-based rank, and the fraction of the way to the next one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    pub(crate) rank: usize,
    pub(crate) next: usize,
    pub(crate) part: f64,
}

impl Position {
    /// The position of the quantile `p` in a sample of `n`, n > 0.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks lie between 0 and n, far below 2^53"
    )]
    pub(crate) fn of(p: f64, n: usize, rule: Rule) -> Self {
        let last = n.saturating_sub(1);
        let exact = match rule {
            Rule::Linear | Rule::Lower => last as f64 * p,
            Rule::NearestRank => ((n as f64 * p).ceil() - 1.0).max(0.0),
        };
        let rank = (exact as usize).min(last);
        match rule {
            Rule::Linear => Self { rank, next: (rank + 1).min(last), part: exact - rank as f64 },
            Rule::Lower | Rule::NearestRank => Self { rank, next: rank, part: 0.0 },
        }
    }

    /// The quantile, after [`select`] for both ranks.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of 10,000 years are below 2^53")]
    pub(crate) fn read(self, values: &[i64]) -> Option<f64> {
        let low = *values.get(self.rank)?;
        let high = *values.get(self.next)?;
        Some(low as f64 + self.part * high.saturating_sub(low) as f64)
    }
}

/// Moves the values of the given ranks to the positions that a full sort would give them, in O(n log k) for k ranks.
///
/// Multiple quickselect: selects the middle rank and recurses on both sides. `ranks` must ascend.
pub(crate) fn select<T: Ord>(values: &mut [T], ranks: &[usize]) {
    select_from(values, 0, ranks);
}

fn select_from<T: Ord>(values: &mut [T], offset: usize, ranks: &[usize]) {
    let Some((before, [middle, after @ ..])) = ranks.split_at_checked(ranks.len() / 2) else { return };
    let Some(nth) = middle.checked_sub(offset).filter(|nth| *nth < values.len()) else { return };
    let (low, _, high) = values.select_nth_unstable(nth);
    // A repeated rank is selected already.
    let before = before.split(|rank| rank == middle).next().unwrap_or_default();
    let after = after.get(after.partition_point(|rank| rank == middle)..).unwrap_or_default();
    select_from(low, offset, before);
    select_from(high, middle.saturating_add(1), after);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantiles(sample: &[i64], rule: Rule, ps: &[f64]) -> Vec<f64> {
        let mut values = sample.to_vec();
        let positions: Vec<Position> = ps.iter().map(|p| Position::of(*p, values.len(), rule)).collect();
        let mut ranks: Vec<usize> = positions.iter().flat_map(|at| [at.rank, at.next]).collect();
        ranks.sort_unstable();
        select(&mut values, &ranks);
        positions.iter().map(|at| at.read(&values).unwrap()).collect()
    }

    const PS: [f64; 9] = [0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

    #[test]
    fn type_7_is_that_of_numpy() {
        // numpy 2.4.6, quantile(method="linear"); R 4.2.2 agrees. Tenths as whole numbers.
        let sample = [1201, 1354, 1189, 1420, 1273, 1318, 1255, 1392, 1224, 1337];
        let expected = [1189.0, 1194.4, 1231.75, 1295.5, 1349.75, 1394.8, 1407.4, 1417.48, 1420.0];
        for (got, expected) in quantiles(&sample, Rule::Linear, &PS).iter().zip(expected) {
            assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
        }
    }

    #[test]
    fn type_1_returns_a_value_of_the_sample() {
        // numpy 2.4.6, quantile(method="inverted_cdf")
        let got = quantiles(&[1, 2, 2, 3, 3, 3, 4, 5, 5, 6], Rule::NearestRank, &[0.0, 0.5, 0.9, 0.95, 1.0]);
        assert_eq!(got, [1.0, 3.0, 5.0, 6.0, 6.0]);
        assert_eq!(quantiles(&[1, 2], Rule::Lower, &[0.5]), [1.0]);
    }

    proptest! {
        #[test]
        fn selected_ranks_are_those_of_a_sort(
            sample in prop::collection::vec(-50..50_i64, 1..200),
            ranks in prop::collection::vec(0..200_usize, 0..12),
        ) {
            let mut ranks: Vec<usize> = ranks.into_iter().map(|rank| rank % sample.len()).collect();
            ranks.sort_unstable();
            let mut selected = sample.clone();
            select(&mut selected, &ranks);
            let mut sorted = sample;
            sorted.sort_unstable();
            for rank in ranks {
                prop_assert_eq!(selected[rank], sorted[rank]);
            }
        }
    }
}
