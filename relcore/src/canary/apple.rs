//! The day of a phased release in the App Store.
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

input! {
    /// A pause of a phased release.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "canary.ApplePause", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ApplePause {
        /// When it began.
        pub start: Timestamp,
        /// When it ended; absent while it lasts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end: Option<Timestamp>,
    }
}

impl ApplePause {
    /// A pause that began at an instant and still lasts.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self { start, end: None }
    }
}

/// The state of a phased release, as `phasedReleaseState` of the App Store Connect API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.ApplePhase", rename_all = "snake_case")]
pub enum ApplePhase {
    /// The share grows each day.
    Active,
    /// The share stays.
    Paused,
    /// Everyone gets the version.
    Complete,
}

/// How far a phased release has come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "canary.AppleDay", rename_all = "camelCase", deny_unknown_fields)]
pub struct AppleDay {
    /// Whether the share grows.
    pub phase: ApplePhase,
    /// The day, from 1 to 7: `currentDayNumber` of the API.
    pub day: u32,
    /// The share of those who update automatically, in percent.
    pub percent: f64,
    /// How long all pauses have lasted, at most 30 days.
    pub paused: Span,
    /// How long it may still be paused.
    pub pause_left: Span,
    /// When the next day begins if nobody pauses or resumes; absent when everyone gets the version. While it is paused
    /// this counts on the end of the 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_day_at: Option<Timestamp>,
}

/// The share of each day.
pub(super) const APPLE_DAYS: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// The longest time of all pauses together.
pub(super) fn apple_pause_limit() -> Span {
    Span::from_days(30)
}

/// The day and the share of a phased release in the App Store: 1, 2, 5, 10, 20, 50 and 100 % on the days 1 to 7.
///
/// A day is 24 hours in which the release is not paused. All pauses together last at most 30 days, however many there are.
/// After that the release goes on, day by day: a pause that still lasts has no effect any more. Source: App Store Connect
/// help, "Release a version update in phases". Apple does not say what happens after the 30 days; that the days go on is the
/// reading of it here, and a pause that is never ended must not be counted on.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::canary::{ApplePause, ApplePhase, apple_day};
/// let at = |text| Timestamp::parse(text);
/// let started = at("2026-11-01T09:00:00Z")?;
/// let pause = ApplePause::new(at("2026-11-03T09:00:00Z")?).end(at("2026-11-05T09:00:00Z")?);
/// let day = apple_day(started, &[pause], at("2026-11-06T08:00:00Z")?)?;
/// assert_eq!((day.phase, day.day, day.percent), (ApplePhase::Active, 3, 5.0));
/// // Pitfall: a pause does not last. After 30 days the release goes on by itself.
/// let forgotten = ApplePause::new(at("2026-11-03T09:00:00Z")?);
/// assert_eq!(apple_day(started, &[forgotten], at("2026-12-03T08:59:00Z")?)?.phase, ApplePhase::Paused);
/// assert_eq!(apple_day(started, &[forgotten], at("2026-12-04T09:00:00Z")?)?.percent, 10.0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a `now` or a pause before the start, and for a pause that begins or ends after
/// `now`, or ends before it began; `unordered` for pauses that are not in the order of time, overlap, or follow one that has
/// no end.
pub fn apple_day(started: Timestamp, pauses: &[ApplePause], now: Timestamp) -> Result<AppleDay> {
    check(started, pauses, now)?;
    let day = Span::from_days(1).as_millis();
    let all_days = day.saturating_mul(6); // the seventh day begins after six
    let limit = apple_pause_limit().as_millis();
    // How long the release was active and paused, up to `since`.
    let (mut active, mut paused, mut since) = (0_i64, 0_i64, started);
    let mut is_paused = false;
    for pause in pauses {
        active = active.saturating_add(pause.start.since(since).as_millis());
        let left = limit.saturating_sub(paused);
        if active >= all_days || left == 0 {
            since = pause.start;
            continue; // nothing is left to pause, or no pause is left
        }
        let lasted = pause.end.unwrap_or(now).since(pause.start).as_millis();
        let counted = lasted.min(left);
        paused = paused.saturating_add(counted);
        is_paused = pause.end.is_none() && lasted < left;
        since = pause.start.plus(Span::from_millis(counted)?)?;
    }
    active = active.saturating_add(now.since(since).as_millis());
    let passed = active.checked_div(day).unwrap_or(0).clamp(0, 6);
    let index = usize::try_from(passed).unwrap_or(0);
    let is_complete = passed >= 6;
    let phase = match (is_complete, is_paused) {
        (true, _) => ApplePhase::Complete,
        (false, true) => ApplePhase::Paused,
        (false, false) => ApplePhase::Active,
    };
    let pause_left = limit.saturating_sub(paused);
    let to_next = passed.saturating_add(1).saturating_mul(day).saturating_sub(active);
    let waits = if is_paused { pause_left } else { 0 };
    let next = now.plus(Span::from_millis(to_next.saturating_add(waits))?).ok();
    Ok(AppleDay {
        phase,
        day: u32::try_from(passed).unwrap_or(0).saturating_add(1),
        percent: APPLE_DAYS.get(index).copied().unwrap_or(100.0),
        paused: Span::from_millis(paused)?,
        pause_left: Span::from_millis(pause_left)?,
        next_day_at: next.filter(|_| !is_complete),
    })
}

/// The pauses lie one after the other between the start and now.
fn check(started: Timestamp, pauses: &[ApplePause], now: Timestamp) -> Result<()> {
    let mut faults = Faults::new();
    let range = ErrorKind::OutOfRange;
    let text = format_args!("`{now}` is before `{started}`, the start");
    faults.check(started <= now, range, format_args!("now"), text);
    let mut before = Some(started);
    for (index, ApplePause { start, end }) in pauses.iter().enumerate() {
        let text = format_args!("`{start}` is outside of `{started}` to `{now}`, the start and now");
        faults.check(*start >= started && *start <= now, range, format_args!("pauses[{index}].start"), text);
        let is_after = before.is_some_and(|before| *start >= before) || *start < started;
        let text = format_args!("`{start}` is not after the end of the pause before it");
        faults.check(is_after, ErrorKind::Unordered, format_args!("pauses[{index}].start"), text);
        if let Some(end) = end {
            let text = format_args!("`{end}` is outside of `{start}` to `{now}`, its start and now");
            faults.check(end >= start && *end <= now, range, format_args!("pauses[{index}].end"), text);
        }
        before = *end;
    }
    faults.finish()
}
