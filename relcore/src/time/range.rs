use super::{Span, Timestamp};
use crate::error::{ErrorKind, Faults};
use serde::{Deserialize, Serialize};

/// A half-open range of time: `start` is included, `end` is not.
///
/// Adjacent ranges share no instant, so nothing at a boundary is counted twice.
///
/// ```
/// use relcore::{TimeRange, Timestamp};
/// let noon = Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let morning = TimeRange { start: Timestamp::parse("2026-11-23T06:00:00Z")?, end: noon };
/// assert!(morning.contains(morning.start) && !morning.contains(noon));
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeRange {
    /// The first instant of the range.
    pub start: Timestamp,
    /// The first instant after the range; `start` or later.
    pub end: Timestamp,
}

impl TimeRange {
    /// Whether the range includes the instant.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The span from `start` to `end`.
    #[must_use]
    pub fn length(&self) -> Span {
        self.end.since(self.start)
    }

    pub(crate) fn check(&self, path: &str, faults: &mut Faults) {
        faults.check(
            self.start <= self.end,
            ErrorKind::InvalidValue,
            format_args!("{path}.end"),
            format_args!("`{}` is before `{}`, the start", self.end, self.start),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_its_start_and_not_its_end() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let range = TimeRange { start: at(10), end: at(20) };
        for (millis, is_inside) in [(9, false), (10, true), (19, true), (20, false), (21, false)] {
            assert_eq!(range.contains(at(millis)), is_inside, "{millis}");
        }
        let empty = TimeRange { start: at(10), end: at(10) };
        assert!(!empty.contains(at(10)));
    }
}
