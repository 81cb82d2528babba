use super::support::status_of;
use super::support_line::{SupportLine, numbers};
use crate::error::{Faults, Result};
use crate::release::SupportPhase;
use crate::time::Timestamp;

/// Sorts the names of lines by number, the newest first.
///
/// ```
/// use relcore::release::{SupportLine, order_lines};
/// let lines = ["3.9", "3.10", "3.2"].map(SupportLine::new);
/// assert_eq!(order_lines(&lines)?, ["3.10", "3.9", "3.2"]); // as text, 3.9 would be the greatest
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`support_phase`](super::support_phase) under `lines[0]`, and `duplicate` for two lines of one
/// number, as `3` and `3.0`.
pub fn order_lines(lines: &[SupportLine]) -> Result<Vec<String>> {
    Ok(sorted(lines)?.into_iter().map(|line| line.name.clone()).collect())
}

/// Returns the name of the newest line that is released; absent if none is.
///
/// The number decides, never the text or a date: an old line may get a release, or even begin, after a newer one.
///
/// ```
/// use relcore::release::{SupportLine, newest_line};
/// use relcore::{NaiveDate, Timestamp};
/// let lines = [
///     SupportLine::new("3.14").released(NaiveDate::parse("2025-10-07")?),
///     SupportLine::new("2.11").released(NaiveDate::parse("2025-11-01")?),
///     SupportLine::new("3.15").released(NaiveDate::parse("2026-10-01")?), // lies ahead
/// ];
/// let now = Timestamp::parse("2025-11-22T00:00:00Z")?;
/// assert_eq!(newest_line(&lines, now)?.as_deref(), Some("3.14"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`order_lines`].
pub fn newest_line(lines: &[SupportLine], now: Timestamp) -> Result<Option<String>> {
    for line in sorted(lines)? {
        if status_of(line, now)?.phase != SupportPhase::Upcoming {
            return Ok(Some(line.name.clone()));
        }
    }
    Ok(None)
}

/// The lines by number, the newest first.
pub(super) fn sorted(lines: &[SupportLine]) -> Result<Vec<&SupportLine>> {
    let mut faults = Faults::new();
    let numbers = numbers(lines, &mut faults);
    faults.finish()?;
    let mut sorted: Vec<_> = numbers.into_iter().zip(lines).collect();
    sorted.sort_by(|one, two| two.0.cmp(&one.0));
    Ok(sorted.into_iter().map(|(_, line)| line).collect())
}
