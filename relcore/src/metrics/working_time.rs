//! Spans in working time.
use super::choice::WorkingEdges;
use crate::error::{Faults, Result};
use crate::input::input;
use crate::time::{
    BusinessCalendar, Span, Timestamp, local_date_in, local_instant, minute_of_day, zone as find_zone,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// The days on which work is done. A day counts from midnight to midnight of its zone, so with 23 or 25 hours when the clock
    /// changes; a half day until it ends.
    ///
    /// ```
    /// use relcore::metrics::WorkingTime;
    /// let default = WorkingTime::default();
    /// assert_eq!((default.zone.as_str(), default.calendar.weekend.len()), ("UTC", 2));
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.WorkingTime", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct WorkingTime {
        /// The weekend, holidays and make-up days; Saturday and Sunday by default.
        pub calendar: BusinessCalendar,
        /// The time zone of the days; `UTC` by default.
        pub zone: String,
        /// How days off at the beginning and the end of a span count; `exclude` by default.
        pub edges: WorkingEdges,
    }
}

impl Default for WorkingTime {
    fn default() -> Self {
        Self { calendar: BusinessCalendar::default(), zone: "UTC".to_owned(), edges: WorkingEdges::Exclude }
    }
}

impl WorkingTime {
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        faults.absorb(find_zone(&self.zone, &format!("{path}.zone")));
        for (index, day) in self.calendar.half_days.iter().enumerate() {
            let end = minute_of_day(&day.end);
            faults
                .absorb(end.map_err(|fault| fault.under(&format!("{path}.calendar.halfDays[{index}].end"))));
        }
    }
}

/// The working time between two instants; negative if `end` is before `start`.
///
/// ```
/// use relcore::{Timestamp, metrics::{WorkingEdges, WorkingTime, working_span}};
/// let (friday, monday) = (Timestamp::parse("2026-11-20T12:00:00Z")?, Timestamp::parse("2026-11-23T12:00:00Z")?);
/// assert_eq!(working_span(friday, monday, &WorkingTime::default())?.to_string(), "P1D");
/// // Pitfall: who deploys on Saturday has worked no time, unless the edges count.
/// let saturday = Timestamp::parse("2026-11-21T06:00:00Z")?;
/// assert_eq!(working_span(friday, saturday, &WorkingTime::default())?.to_string(), "PT12H");
/// let edges = WorkingTime::default().edges(WorkingEdges::Include);
/// assert_eq!(working_span(friday, saturday, &edges)?.to_string(), "PT18H");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_zone` for `PST`; `invalid_value` for a half day that ends at `noon`.
pub fn working_span(start: Timestamp, end: Timestamp, working_time: &WorkingTime) -> Result<Span> {
    let mut faults = Faults::new();
    working_time.check("workingTime", &mut faults);
    faults.finish()?;
    let (first, last) = (start.min(end).as_millis(), start.max(end).as_millis());
    Ok(Span::saturating(
        WorkingDays::new(working_time, first, last).length(start.as_millis(), end.as_millis()),
    ))
}

/// The days of a time zone over a period, with the working time before each. A lookup is a binary search, so a span of ten
/// years costs as much as one of a day.
pub(super) struct WorkingDays {
    /// The first instant of each day, and of the day after the last.
    starts: Vec<i64>,
    /// The working time before each day, and before the day after the last.
    before: Vec<i64>,
    /// The instants at which half days end, by day.
    half_days: BTreeMap<usize, i64>,
    edges: WorkingEdges,
}

impl WorkingDays {
    /// The days from that of `first` to that of `last`, of a working time that has been checked.
    pub(super) fn new(of: &WorkingTime, first: i64, last: i64) -> Self {
        let mut days = Self { starts: vec![], before: vec![0], half_days: BTreeMap::new(), edges: of.edges };
        let Ok(zone) = find_zone(&of.zone, "zone") else { return days };
        let Ok(at) = Timestamp::from_millis(first) else { return days };
        let Ok(mut date) = local_date_in(at, zone) else { return days };
        let (holidays, extra): (BTreeSet<_>, BTreeSet<_>) =
            (of.calendar.holidays.iter().collect(), of.calendar.working_days.iter().collect());
        let half_days: BTreeMap<_, _> =
            of.calendar.half_days.iter().map(|day| (day.date, minute_of_day(&day.end))).collect();
        while let Ok(start) = local_instant(date, 0, zone, false) {
            let (index, start) = (days.starts.len(), start.as_millis());
            days.starts.push(start);
            let next = date.plus_days(1);
            let end =
                next.and_then(|next| local_instant(next, 0, zone, false).ok()).map(Timestamp::as_millis);
            let Some(end) = end else { break };
            let is_off = of.calendar.weekend.contains(&date.weekday()) || holidays.contains(&date);
            let mut worked = if is_off && !extra.contains(&date) { 0 } else { end.saturating_sub(start) };
            if let Some(Ok(minute)) = half_days.get(&date)
                && worked > 0
                && let Ok(half) = local_instant(date, *minute, zone, true)
            {
                let half = half.as_millis().clamp(start, end);
                days.half_days.insert(index, half);
                worked = half.saturating_sub(start);
            }
            let before = days.before.last().copied().unwrap_or_default();
            days.before.push(before.saturating_add(worked));
            if end > last {
                days.starts.push(end);
                break;
            }
            let Some(next) = next else { break };
            date = next;
        }
        days
    }

    /// The working time from one instant to another.
    pub(super) fn length(&self, start: i64, end: i64) -> i64 {
        if end < start {
            return self.length(end, start).saturating_neg();
        }
        let worked = |at: i64| self.worked_until(at);
        match self.edges {
            WorkingEdges::Exclude => worked(end).saturating_sub(worked(start)),
            WorkingEdges::Include => {
                // Days off between the first and the last working day are taken away.
                // The span is half-open: one that ends at midnight has nothing of the day after it.
                let (first, last) = (self.day(start), self.day(end.saturating_sub(1).max(start)));
                let at = |day: usize| self.before.get(day).copied().unwrap_or_default();
                let first_worked =
                    self.before.partition_point(|before| *before <= at(first)).saturating_sub(1);
                let last_worked = self
                    .before
                    .partition_point(|before| *before < at(last.saturating_add(1)))
                    .saturating_sub(1);
                let length = end.saturating_sub(start);
                if first_worked >= last_worked {
                    return length;
                }
                let began = |day: usize| self.starts.get(day).copied().unwrap_or_default();
                let days = began(last_worked).saturating_sub(began(first_worked));
                let off = days.saturating_sub(at(last_worked).saturating_sub(at(first_worked)));
                length.saturating_sub(off)
            }
        }
    }

    /// The day of an instant, by its index.
    fn day(&self, at: i64) -> usize {
        let last = self.before.len().saturating_sub(2);
        self.starts.partition_point(|start| *start <= at).saturating_sub(1).min(last)
    }

    fn worked_until(&self, at: i64) -> i64 {
        let day = self.day(at);
        let get = |index: usize| self.before.get(index).copied().unwrap_or_default();
        let (before, start) = (get(day), self.starts.get(day).copied().unwrap_or_default());
        if get(day.saturating_add(1)) <= before {
            return before;
        }
        let until = self.half_days.get(&day).map_or(at, |half| at.min(*half));
        before.saturating_add(until.saturating_sub(start).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NaiveDate;
    use crate::time::HalfDay;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn hours(start: &str, end: &str, of: &WorkingTime) -> f64 {
        working_span(at(start), at(end), of).unwrap().as_seconds() / 3600.0
    }

    #[test]
    fn days_have_their_real_length() {
        // Summer time ends on a Sunday, which is worked here: 25 hours.
        let berlin =
            WorkingTime::default().zone("Europe/Berlin").calendar(BusinessCalendar::default().weekend([]));
        assert!((hours("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", &berlin) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn a_half_day_ends_early() {
        let eve = HalfDay::new(NaiveDate::parse("2026-12-24").unwrap(), "12:00");
        let of = WorkingTime::default().calendar(BusinessCalendar::default().half_days([eve]));
        assert!((hours("2026-12-24T10:00:00Z", "2026-12-25T01:00:00Z", &of) - 3.0).abs() < 1e-9);
        let wrong = HalfDay::new(NaiveDate::parse("2026-12-24").unwrap(), "noon");
        let of = WorkingTime::default().calendar(BusinessCalendar::default().half_days([wrong]));
        let fault = working_span(at("2026-12-24T10:00:00Z"), at("2026-12-25T01:00:00Z"), &of).unwrap_err();
        assert_eq!(fault.path(), "workingTime.calendar.halfDays[0].end");
    }

    #[test]
    fn the_edges_of_time_are_no_panic() {
        let of = WorkingTime::default().zone("Pacific/Kiritimati").edges(WorkingEdges::Include);
        for (start, end) in
            [(Timestamp::MIN_MILLIS, Timestamp::MAX_MILLIS), (Timestamp::MAX_MILLIS, Timestamp::MAX_MILLIS)]
        {
            let days = WorkingDays::new(&of, start, end);
            assert!(days.length(start, end) >= 0);
            assert!(days.length(end, start) <= 0);
        }
    }

    proptest! {
        #[test]
        fn hour_by_hour_is_the_same(
            start in 0..2000_i64, length in 0..2000_i64, holidays in prop::collection::vec(0..90_i32, 0..8),
            extra in prop::collection::vec(0..90_i32, 0..4),
        ) {
            let origin = NaiveDate::parse("2026-02-01").unwrap();
            let dates = |days: &[i32]| days.iter().map(|day| origin.plus_days(*day).unwrap()).collect::<Vec<_>>();
            let calendar = BusinessCalendar::default().holidays(dates(&holidays)).working_days(dates(&extra));
            let of = WorkingTime::default().calendar(calendar.clone());
            let base = at("2026-02-01T00:00:00Z").as_millis();
            let hour = |hour: i64| Timestamp::from_millis(base + hour * 3_600_000).unwrap();
            let worked = |hours: i64| {
                calendar.is_business_day(origin.plus_days(i32::try_from(hours / 24).unwrap()).unwrap())
            };
            let expected = (start..start + length).filter(|hour| worked(*hour)).count() as f64;
            let got = working_span(hour(start), hour(start + length), &of).unwrap().as_seconds() / 3600.0;
            prop_assert!((got - expected).abs() < 1e-9);

            // With the edges: what is off before the first and after the last working hour counts.
            let first = (start..start + length).find(|hour| worked(*hour));
            let last = (start..start + length).rfind(|hour| worked(*hour));
            let expected = match first.zip(last) {
                None => length as f64,
                Some((first, last)) => {
                    length as f64 - (first..last).filter(|hour| !worked(*hour)).count() as f64
                }
            };
            let of = of.edges(WorkingEdges::Include);
            let got = working_span(hour(start), hour(start + length), &of).unwrap().as_seconds() / 3600.0;
            prop_assert!((got - expected).abs() < 1e-9, "{got} {expected}");
        }
    }
}
