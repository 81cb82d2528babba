use super::deprecation::Deprecation;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::time::{NaiveDate, Timestamp, Weekday};
use serde::{Deserialize, Serialize};

/// Returns the HTTP headers of a deprecation: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`.
///
/// ```
/// use relcore::release::{Deprecation, deprecation_headers};
/// let deprecation = Deprecation::new("GET /v1/users")
///     .deprecated_at(relcore::Timestamp::parse("2023-06-30T23:59:59Z")?)
///     .sunset_at(relcore::Timestamp::parse("2024-06-30T23:59:59Z")?);
/// let headers = deprecation_headers(&deprecation)?;
/// assert_eq!((&*headers[0].name, &*headers[0].value), ("Deprecation", "@1688169599"));
/// assert_eq!((&*headers[1].name, &*headers[1].value), ("Sunset", "Sun, 30 Jun 2024 23:59:59 GMT"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: the header `Deprecation` of early drafts was `true` or an HTTP date. RFC 9745 has seconds since 1970 after an `@`.
///
/// # Errors
/// All faults at once: those of [`deprecation_status`](super::deprecation_status), so a `sunsetAt` before `deprecatedAt` is
/// `unordered`; `missing_field` without `deprecatedAt` and `sunsetAt`; `invalid_value` for an address with blanks, angle
/// brackets, quotes or characters beyond ASCII, which would end the header early.
pub fn deprecation_headers(deprecation: &Deprecation) -> Result<Vec<Header>> {
    let mut faults = Faults::new();
    deprecation.check(&mut faults, "deprecation");
    faults.check(
        deprecation.deprecated_at.is_some() || deprecation.sunset_at.is_some(),
        ErrorKind::MissingField,
        format_args!("deprecation.deprecatedAt"),
        format_args!("is absent, as is `sunsetAt`: a header needs an instant"),
    );
    let links = [("link", &deprecation.link), ("sunsetLink", &deprecation.sunset_link)];
    for (field, address) in links.iter().filter_map(|(field, link)| Some((field, link.as_deref()?))) {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte);
        faults.check(
            !address.is_empty() && address.bytes().all(is_allowed),
            ErrorKind::InvalidValue,
            format_args!("deprecation.{field}"),
            format_args!(
                "{} is not an address: expected a URI, with other characters escaped",
                quoted(address)
            ),
        );
    }
    let sunset = faults.absorb(deprecation.sunset_at.map(http_date).transpose()).flatten();
    faults.finish()?;
    let mut headers = Vec::new();
    let mut add = |name: &str, value: String| headers.push(Header { name: name.to_owned(), value });
    if let Some(at) = deprecation.deprecated_at {
        add("Deprecation", format!("@{}", at.as_millis().div_euclid(1000)));
    }
    if let Some(date) = sunset {
        add("Sunset", date);
    }
    for (link, relation) in [(&deprecation.link, "deprecation"), (&deprecation.sunset_link, "sunset")] {
        if let Some(address) = link {
            add("Link", format!("<{address}>; rel=\"{relation}\""));
        }
    }
    Ok(headers)
}

/// The preferred form of RFC 9110: `Sun, 06 Nov 1994 08:49:37 GMT`. Milliseconds are truncated.
fn http_date(at: Timestamp) -> Result<String> {
    let date: NaiveDate = crate::time::local_date(at, "UTC")?;
    let day = match date.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].into_iter();
    let month = months.zip(1_u32..).find(|(_, number)| *number == date.month());
    let month = month.map_or("", |(name, _)| name);
    let seconds = at.as_millis().div_euclid(1000).rem_euclid(86_400);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let (number, year) = (date.day(), date.year());
    Ok(format!("{day}, {number:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"))
}

/// A header of HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.Header", rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// The name: `Sunset`.
    pub name: String,
    /// The value.
    pub value: String,
}
