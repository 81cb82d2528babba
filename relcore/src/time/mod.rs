//! Time as data: instants, spans, days, zones, half-open ranges and business days.
//!
//! - An instant is a [`Timestamp`]: UTC, to the millisecond, years 1 to 9999. Finer input is truncated on entry,
//!   for a JavaScript `Date` holds no more, and one record must have one digest everywhere.
//! - A length of time is a [`Span`]: signed milliseconds, written ISO 8601.
//! - A stretch of time is a [`TimeRange`]: the start belongs to it, the end does not.
//! - Local days need a zone by its IANA name; an unknown zone is an error, never UTC.
mod bucket;
mod business;
mod date;
mod range;
mod span;
mod timestamp;
mod zone;

pub use bucket::{BucketUnit, buckets};
pub use business::{BusinessCalendar, add_business_days, business_days_between};
pub use date::{NaiveDate, Weekday};
pub use range::TimeRange;
pub use span::{Span, format_span, parse_span};
pub use timestamp::Timestamp;
pub(crate) use zone::zone;
pub use zone::{local_date, tzdb_version};
