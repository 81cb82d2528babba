//! A release on a track of Google Play: the status and the share that Play accepts together.
use super::state::{Phase, State};
use crate::error::{Error, ErrorKind, Result};
use crate::input::input;
use serde::{Deserialize, Serialize};

/// The status of a release on a track of Google Play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.PlayStatus", rename_all = "snake_case")]
pub enum PlayStatus {
    /// Nobody gets it.
    Draft,
    /// A share of the users gets it: `inProgress` of Play.
    InProgress,
    /// Nobody else gets it; those who have it keep it.
    Halted,
    /// All users get it.
    Completed,
}

input! {
    /// The fields of a `TrackRelease` of Google Play that a staged rollout changes.
    ///
    /// [`play_track_release`](crate::interchange::play_track_release) writes them as Play spells them.
    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.PlayRelease", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PlayRelease {
        /// The status.
        pub status: PlayStatus,
        /// The share of the users, above 0 and at most 1. Play accepts one below 1, and only of a release that is
        /// `in_progress` or `halted`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_fraction: Option<f64>,
    }
}

impl PlayRelease {
    /// A release with a status and without a share.
    #[must_use]
    pub fn new(status: PlayStatus) -> Self {
        Self { status, user_fraction: None }
    }
}

/// The status and the share that Play accepts, from those that are wanted.
///
/// | wanted status | wanted share | result |
/// | --- | --- | --- |
/// | `draft` | any, or none | `draft` without a share |
/// | `in_progress` | below 1 | `in_progress` |
/// | `in_progress` | 1 | `completed` |
/// | `in_progress` | none | refused |
/// | `halted` | below 1 | `halted` |
/// | `halted` | none | `halted`, of a release that all users got |
/// | `halted` | 1 | refused |
/// | `completed` | below 1 | `in_progress` |
/// | `completed` | 1, or none | `completed` |
///
/// Source: `update_rollout` of fastlane, and the `TrackRelease` of the Google Play Developer API.
///
/// ```
/// use relcore::canary::{PlayRelease, PlayStatus, play_release};
/// let release = play_release(&PlayRelease::new(PlayStatus::Completed).user_fraction(0.05))?;
/// assert_eq!((release.status, release.user_fraction), (PlayStatus::InProgress, Some(0.05)));
/// // Pitfall: Play counts in shares, a schedule in percent.
/// let percent = PlayRelease::new(PlayStatus::InProgress).user_fraction(5.0);
/// assert_eq!(play_release(&percent).unwrap_err().path(), "wanted.userFraction");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range` for a share of 0, of 5, of `NaN`, and for a halted release with a share of 1; `missing_field` for
/// `in_progress` without a share.
pub fn play_release(wanted: &PlayRelease) -> Result<PlayRelease> {
    let fraction = wanted.user_fraction;
    if let Some(fraction) = fraction
        && !(fraction > 0.0 && fraction <= 1.0)
    {
        let text = format!("`{fraction}` is out of range: expected a share above 0, at most 1");
        return Err(Error::new(ErrorKind::OutOfRange, "wanted.userFraction", text));
    }
    let part = fraction.filter(|fraction| *fraction < 1.0);
    let (status, user_fraction) = match (wanted.status, fraction) {
        (PlayStatus::Draft, _) => (PlayStatus::Draft, None),
        (PlayStatus::InProgress, None) => {
            let text = "is missing: expected a share for a release that is `in_progress`";
            return Err(Error::new(ErrorKind::MissingField, "wanted.userFraction", text));
        }
        (PlayStatus::Halted, Some(_)) if part.is_none() => {
            let text =
                "`1` is out of range: a halted release has a share below 1, or none if all users got it";
            return Err(Error::new(ErrorKind::OutOfRange, "wanted.userFraction", text));
        }
        (PlayStatus::Halted, _) => (PlayStatus::Halted, part),
        (PlayStatus::InProgress | PlayStatus::Completed, _) if part.is_some() => {
            (PlayStatus::InProgress, part)
        }
        (PlayStatus::InProgress | PlayStatus::Completed, _) => (PlayStatus::Completed, None),
    };
    Ok(PlayRelease { status, user_fraction })
}

/// The release on Play that the state of a staged rollout wants. Set it at every tick, as [`routing`](super::routing()).
///
/// A rollout without traffic is a `draft`, one that is paused or frozen is `halted` at its share, one at 100 % is
/// `completed`.
///
/// ```
/// use relcore::canary::{Command, PlayStatus, Rollout, order, play_staged_schedule, play_update};
/// use relcore::Timestamp;
/// let rollout = Rollout::new(play_staged_schedule())?;
/// let now = Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let first = rollout.next_action(&rollout.start(now)?, &[], now)?;
/// let release = play_update(&first.state)?;
/// assert_eq!((release.status, release.user_fraction), (PlayStatus::InProgress, Some(0.01)));
/// let paused = rollout.next_action(&first.state, &[order(&Command::Pause, now, None, None)], now)?;
/// assert_eq!(play_update(&paused.state)?.status, PlayStatus::Halted);
/// // Pitfall: Play takes no version back. A schedule for it has `abort: freeze`, or this fails after the rollback.
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a state whose traffic went back, or goes back: no release of Play does; `out_of_range` for one with
/// a weight of 120 %.
pub fn play_update(state: &State) -> Result<PlayRelease> {
    let is_halted = matches!(state.phase, Phase::Paused | Phase::Frozen);
    if matches!(state.phase, Phase::RollingBack | Phase::RolledBack) {
        let text = format!("is `{}`: a release on Play cannot go back; use `abort: freeze`", state.phase);
        return Err(Error::new(ErrorKind::InvalidValue, "state.phase", text));
    }
    if !(0.0..=100.0).contains(&state.weight) {
        let text = format!("`{}` is out of range: expected a percentage from 0 to 100", state.weight);
        return Err(Error::new(ErrorKind::OutOfRange, "state.weight", text));
    }
    let status = if is_halted && state.weight < 100.0 { PlayStatus::Halted } else { PlayStatus::InProgress };
    match state.weight {
        weight if weight <= 0.0 => Ok(PlayRelease::new(PlayStatus::Draft)),
        weight => play_release(&PlayRelease::new(status).user_fraction(weight / 100.0)),
    }
}
