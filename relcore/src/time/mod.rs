//! Instants, spans, half-open ranges, local days in time zones, metric buckets and business days.
//!
//! relcore reads no clock: the caller passes each instant. All values have millisecond precision.
//!
//! | type | content | wire form |
//! | --- | --- | --- |
//! | [`Timestamp`] | an instant in the years 1 to 9999 | RFC 3339 in UTC: `2026-11-23T03:00:00.000Z` |
//! | [`Span`] | a signed length of time up to 2^53 - 1 milliseconds | ISO 8601: `PT1H30M`, `P2D` |
//! | [`TimeRange`] | the instants from `start` to before `end` | `{"start": …, "end": …}` |
//! | [`NaiveDate`] | a calendar day without a zone | `2026-11-23` |
//!
//! # Rules
//!
//! 1. An instant is read with any offset, but never without one. Digits finer than a millisecond are truncated, because
//!    a JavaScript `Date` holds no more and a value needs the same digest in every language.
//! 2. A span is read as ISO 8601 or as numbers with units: `90s`, `2h 30m`, `1.5h`. A bare number, years and months are
//!    refused. A day is 24 hours, whatever the zone.
//! 3. A range is half-open: adjacent ranges share no instant, so nothing at a boundary is counted twice.
//! 4. A zone is an IANA name: `Europe/Berlin`, `UTC`. Any other name is the error `unknown_zone`, never UTC.
//! 5. A local day starts at its first instant: after the gap if the clock skips midnight, at the first midnight if it
//!    passes midnight twice. So a day has 23, 24 or 25 hours, or other lengths in rare zones.
//! 6. [`buckets`] returns whole days, weeks, months, quarters or years that overlap a range, without gaps. The first and
//!    the last can extend beyond the range.
//! 7. A business day is a day in `workingDays`, or one that is neither in `holidays` nor on the `weekend`. The caller
//!    supplies the holidays.
//!
//! # Pitfalls
//!
//! - `P1M` is a month and refused; `PT1M` is a minute.
//! - Name a zone as `Area/City`. Abbreviations are refused (`PST`), or have rules of their own (`EST` has no summer time).
//! - The IANA database is compiled in. Two builds with different databases can disagree about local days; store
//!   [`tzdb_version`] with a decision that depends on a zone.
mod bucket;
mod business;
mod convert;
mod date;
mod range;
mod span;
mod timestamp;
mod zone;

pub use bucket::{BucketUnit, buckets};
pub use business::{BusinessCalendar, HalfDay, add_business_days, business_days_between};
pub use date::{NaiveDate, Weekday};
pub use range::TimeRange;
pub use span::{Span, format_span, parse_span};
pub use timestamp::Timestamp;
pub(crate) use zone::{is_in_gap, local_date_in, local_instant, local_second, minute_of_day, zone};
pub use zone::{local_date, tzdb_version};

crate::scalar::texts!(BucketUnit, Weekday);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            time {
                fn add_business_days(date: NaiveDate, days: i32, calendar: &BusinessCalendar) -> NaiveDate;
                fn buckets(range: &TimeRange, unit: &BucketUnit, zone: &str, week_start: &Weekday) -> Vec<TimeRange>;
                #[plain]
                fn business_days_between(start: NaiveDate, end: NaiveDate, calendar: &BusinessCalendar) -> i32;
                #[plain]
                fn format_span(span: Span) -> String;
                fn local_date(at: Timestamp, zone: &str) -> NaiveDate;
                fn parse_span(text: &str) -> Span;
                #[plain]
                fn tzdb_version() -> String;
            }
        }
    };
}
pub(crate) use table_rows;
