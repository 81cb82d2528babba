//! How the scalars of the core are encoded. `uniffi.toml` says which native type each becomes.
//!
//! Instants and spans are encoded as whole milliseconds, never as UniFFI's own `SystemTime` and `Duration`: the first
//! loses its sign just before 1970, the second has none.
use crate::{error::RelcoreError, result::Plain};
use relcore::{Count, NaiveDate, ReasonCode, Span, Timestamp, Version as VersionText};

uniffi::custom_type!(
    /// An instant, to the millisecond, in the years 1 to 9999. What is finer is rounded to it.
    Timestamp,
    i64,
    {
        remote,
        lower: |at| at.as_millis(),
        try_lift: |millis| Ok(Timestamp::from_millis(millis)?),
    }
);

uniffi::custom_type!(
    /// A signed span of time, to the millisecond.
    Span,
    i64,
    {
        remote,
        lower: |span| span.as_millis(),
        try_lift: |millis| Ok(Span::from_millis(millis)?),
    }
);

uniffi::custom_type!(
    /// A calendar day without a zone, in the years 1 to 9999.
    NaiveDate,
    String,
    {
        remote,
        lower: |date| date.to_string(),
        try_lift: |text| Ok(NaiveDate::parse(&text)?),
    }
);

uniffi::custom_type!(
    /// A semantic version, as text: `1.4.0-beta.2`.
    VersionText,
    String,
    {
        remote,
        lower: |version| version.to_string(),
        try_lift: |text| Ok(VersionText::parse(&text)?),
    }
);

uniffi::custom_type!(
    ReasonCode,
    String,
    {
        remote,
        lower: |code| code.as_str().to_owned(),
        try_lift: |text| Ok(ReasonCode::parse(&text)?),
    }
);

uniffi::custom_type!(
    /// A count of things: 0 to 2^53 - 1.
    Count,
    i64,
    {
        remote,
        // INVARIANT: a count is at most 2^53 - 1.
        lower: |count| i64::try_from(count.get()).unwrap_or(i64::MAX),
        try_lift: |number| {
            // A negative number is out of range as well.
            Ok(Count::new(u64::try_from(number).unwrap_or(u64::MAX))?)
        },
    }
);

/// Reads an instant from RFC 3339 text with any offset.
///
/// # Errors
/// `invalid_value` for `yesterday` and for text without an offset; `out_of_range` outside the years 1 to 9999.
#[uniffi::export]
pub fn parse_timestamp(text: &str) -> Plain<Timestamp> {
    Plain(Timestamp::parse(text).map_err(RelcoreError::from))
}

/// Writes an instant as RFC 3339 text in UTC to the millisecond: `2026-11-23T03:00:00.000Z`.
///
/// # Errors
/// `out_of_range` outside the years 1 to 9999.
#[uniffi::export]
pub fn format_timestamp(at: Timestamp) -> Plain<String> {
    Plain(Ok(at.to_string()))
}

/// Calls a public function by its qualified name, `canary.next_action`, with a JSON object of its arguments; the result
/// is JSON.
///
/// # Errors
/// `unknown_function`, faults of the arguments with their paths, and whatever the function refuses.
#[uniffi::export]
pub fn call_json(function: &str, arguments: &str) -> Plain<String> {
    Plain(relcore::api::call_json(function, arguments).map_err(RelcoreError::from))
}
