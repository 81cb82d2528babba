use super::route::CanaryScale;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// How many replicas run each version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.Replicas", rename_all = "camelCase", deny_unknown_fields)]
pub struct Replicas {
    /// The replicas of the new version.
    pub canary: u32,
    /// The replicas of the previous version.
    pub stable: u32,
}

/// How a weight becomes a whole number of replicas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ReplicaRounding", rename_all = "snake_case")]
pub enum ReplicaRounding {
    /// The share nearest to the weight, ties for more of the new version; both versions keep at least one replica below
    /// 100 %, unless there is only one. As Argo Rollouts without a traffic router.
    #[default]
    Nearest,
    /// Up to the next whole replica: 25 % of 10 are 3, 99 % are 10. As `setCanaryScale` of Argo Rollouts and a batch of
    /// OpenKruise.
    Up,
    /// Up, but below 100 % the last of several replicas stays with the previous version. As a partition of OpenKruise.
    UpButOne,
}

/// How many replicas of each version come nearest to a weight, where the number of pods splits the traffic.
///
/// `surge` is how many replicas there may be beside the `total` while both versions run. With `nearest` one more is used
/// where it comes nearer to the weight.
///
/// ```
/// use relcore::canary::{ReplicaRounding, weight_to_replicas};
/// let split = weight_to_replicas(10, 24.0, 1, &ReplicaRounding::Nearest)?;
/// assert_eq!((split.canary, split.stable), (3, 8)); // 27.3 %; without the surge it would be 20 %
/// // Pitfall: few replicas cannot show small weights. 5 % of 4 pods are 25 %.
/// assert_eq!(weight_to_replicas(4, 5.0, 0, &ReplicaRounding::Nearest)?.canary, 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a weight that is not a percentage from 0 to 100.
pub fn weight_to_replicas(
    total: u32,
    weight: f64,
    surge: u32,
    rounding: &ReplicaRounding,
) -> Result<Replicas> {
    if !(0.0..=100.0).contains(&weight) {
        let text = format!("`{weight}` is out of range: expected a percentage from 0 to 100");
        return Err(Error::new(ErrorKind::OutOfRange, "weight", text));
    }
    let up = whole((f64::from(total) * weight / 100.0).ceil());
    let canary = match rounding {
        ReplicaRounding::Nearest => return Ok(nearest(total, weight, surge)),
        ReplicaRounding::Up => up,
        ReplicaRounding::UpButOne if weight < 100.0 && total > 1 => up.min(total.saturating_sub(1)),
        ReplicaRounding::UpButOne => up,
    };
    Ok(Replicas { canary, stable: total.saturating_sub(canary) })
}

/// How many replicas of each version a scale of the new version means, of `total` replicas: a number of replicas, at most the
/// total; a percentage; or, to match the traffic, `weight`.
///
/// As a batch or a partition of OpenKruise, which is a number or a percentage, and `setCanaryScale` of Argo Rollouts.
///
/// ```
/// use relcore::canary::{CanaryScale, ReplicaRounding, scale_to_replicas};
/// let batch = CanaryScale::Replicas { replicas: 4 };
/// assert_eq!(scale_to_replicas(10, &batch, 5.0, &ReplicaRounding::Up)?.canary, 4);
/// let percent = CanaryScale::Percent { percent: 25.0 };
/// assert_eq!(scale_to_replicas(10, &percent, 5.0, &ReplicaRounding::Up)?.canary, 3);
/// // Pitfall: more replicas than there are is all of them, for the previous version keeps none then.
/// assert_eq!(scale_to_replicas(10, &CanaryScale::Replicas { replicas: 200 }, 5.0, &ReplicaRounding::Up)?.stable, 0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a percentage or a weight that is not one from 0 to 100.
pub fn scale_to_replicas(
    total: u32,
    scale: &CanaryScale,
    weight: f64,
    rounding: &ReplicaRounding,
) -> Result<Replicas> {
    match scale {
        CanaryScale::Replicas { replicas } => {
            let canary = (*replicas).min(total);
            Ok(Replicas { canary, stable: total.saturating_sub(canary) })
        }
        CanaryScale::Percent { percent } if !(0.0..=100.0).contains(percent) => {
            let text = format!("`{percent}` is out of range: expected a percentage from 0 to 100");
            Err(Error::new(ErrorKind::OutOfRange, "scale.percent", text))
        }
        CanaryScale::Percent { percent } => weight_to_replicas(total, *percent, 0, rounding),
        CanaryScale::MatchTraffic {} => weight_to_replicas(total, weight, 0, rounding),
    }
}

/// The split whose share is nearest to the weight, of `total` replicas or of one more.
fn nearest(total: u32, weight: f64, surge: u32) -> Replicas {
    let is_whole = weight <= 0.0 || weight >= 100.0;
    let more = u32::from(surge > 0 && !is_whole && total > 0);
    let splits = [total, total.saturating_add(more)].into_iter().flat_map(|pods| {
        let exact = f64::from(pods) * weight / 100.0;
        // Below 100 % each version keeps a replica, unless there is only one.
        let is_shared = !is_whole && pods > 1;
        let (least, most) = if is_shared { (1, total.min(pods.saturating_sub(1))) } else { (0, total) };
        let counts = [exact.ceil(), exact.floor()].map(|count| whole(count).clamp(least, most));
        counts.map(|canary| (canary, pods))
    });
    // Distances in pods per 100, compared over one denominator, so that ties are exact. The first of equals stays: the
    // greater share of the new version, without a surge.
    let distance = |(canary, pods): (u32, u32)| (f64::from(canary) * 100.0 - f64::from(pods) * weight).abs();
    let nearest =
        splits.min_by(|a, b| (distance(*a) * f64::from(b.1)).total_cmp(&(distance(*b) * f64::from(a.1))));
    let (canary, pods) = nearest.unwrap_or((0, total));
    Replicas { canary, stable: pods.saturating_sub(canary) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to u32::MAX + 1, and saturating"
)]
fn whole(number: f64) -> u32 {
    number as u32
}
