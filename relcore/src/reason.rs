//! Reasons: why a decision is what it is, with stable codes and the evidence.
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::scalar::{Count, scalar};
use crate::time::Span;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// One reason of a decision.
///
/// Scripts match on [`code`](Reason::code), people read [`text`](Reason::text), audits store
/// [`evidence`](Reason::evidence).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// The stable code of the rule.
    pub code: ReasonCode,
    /// How serious it is.
    pub severity: Severity,
    /// The metric, step, criterion or fact that the reason is about.
    pub subject: String,
    /// A sentence for a person: subject, observed value, threshold, consequence.
    pub text: String,
    /// The facts behind the sentence.
    #[serde(default)]
    pub evidence: Evidence,
}

impl Reason {
    /// A reason without numbers.
    pub(crate) fn new(
        code: ReasonCode,
        severity: Severity,
        subject: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { code, severity, subject: subject.into(), text: text.into(), evidence: Evidence::default() }
    }

    /// The same reason with its numbers.
    pub(crate) fn with(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }
}

/// How serious a reason is, in the words of PagerDuty's Common Event Format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Context. Nothing is wrong.
    Info,
    /// The release cannot go on for now.
    Warning,
    /// Evidence against the release.
    Error,
    /// Evidence against the release that no other fact outweighs.
    Critical,
}

crate::scalar::texts!(Severity);

/// The facts behind a reason. One that does not exist is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// The measured value, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// The limit that it was compared with, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The unit of `observed`, `threshold` and `interval`: a UCUM code such as `%`, `s`, `ms`, or `1` for a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The number of items or samples behind `observed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<Count>,
    /// The p-value of the test, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The confidence interval of `observed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The message of a query that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Evidence {
    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A confidence interval, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The confidence level, as a share: `0.95`.
    pub level: f64,
}

/// The stable code of a rule: `failure_limit_exceeded`. The text of a code never changes its meaning.
///
/// Each module declares its codes as constants in its module `code`, such as
/// [`canary::code::FAILURE_LIMIT_EXCEEDED`](crate::canary::code::FAILURE_LIMIT_EXCEEDED); `relcore/docs/REASONS.md`
/// lists all of them. The set grows with every version, so a code that this version does not know is read and kept.
///
/// ```
/// use relcore::{ReasonCode, canary::code};
/// assert_eq!(code::PAUSED.as_str(), "paused");
/// assert_eq!(ReasonCode::parse("paused")?, code::PAUSED);
/// // Pitfall: a code is lowercase letters, digits and underscores, not a sentence.
/// assert!(ReasonCode::parse("It is paused").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode {
    /// ASCII, padded with zeros, so that the derived order is that of the texts.
    bytes: [u8; Self::LONGEST],
    length: u8,
}

impl ReasonCode {
    /// The greatest length of a code.
    const LONGEST: usize = 48;

    /// A code that is declared by `reason_codes!`: the name of its constant in lower case.
    pub(crate) const fn declared(name: &str) -> Self {
        let (text, mut bytes, mut index) = (name.as_bytes(), [0; Self::LONGEST], 0);
        while index < text.len() {
            #[expect(
                clippy::indexing_slicing,
                reason = "evaluated by the compiler, which refuses a name that is too long"
            )]
            {
                bytes[index] = text[index].to_ascii_lowercase();
            }
            index += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most LONGEST")]
        Self { bytes, length: text.len() as u8 }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// `invalid_value` for an empty text, for `It is paused`, and for more than 48 characters.
    pub fn parse(text: &str) -> Result<Self> {
        let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if (1..=Self::LONGEST).contains(&text.len()) && text.chars().all(is_code) {
            Ok(Self::declared(text))
        } else {
            let text = format!("{} is not a reason code: expected one like `gate_pending`", quoted(text));
            Err(Error::new(ErrorKind::InvalidValue, "", text))
        }
    }

    /// The code as text, the same as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default() // not reached: codes are ASCII
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

scalar! {
    ReasonCode, format: "reason-code", description: "The stable code of a rule.",
    expected: "a reason code as text, like `gate_pending`", native: text as crate::scalar::REASON_CODE
}

/// Declares the reason codes of a module as constants, with their docs, and `ALL`: each code with its docs.
///
/// The text of a code is the name of its constant in lower case.
macro_rules! reason_codes {
    ($($(#[doc = $docs:literal])+ $name:ident;)*) => {
        $(
            $(#[doc = $docs])+
            pub const $name: $crate::reason::ReasonCode =
                $crate::reason::ReasonCode::declared(stringify!($name));
        )*

        pub(crate) const ALL: &[($crate::reason::ReasonCode, &str)] =
            &[$(($name, concat!($($docs, "\n"),+))),*];
    };
}
pub(crate) use reason_codes;

/// The reason codes that every module uses.
pub mod code {
    super::reason_codes! {
        /// A fact that the decision needs is missing.
        FACT_MISSING;
    }
}

/// A number in a text: at most six significant digits, no trailing zeros. The evidence has all digits.
pub(crate) fn number(value: f64) -> String {
    let magnitude = if value == 0.0 { 0.0 } else { libm::floor(libm::log10(value.abs())) };
    if !(-6.0..15.0).contains(&magnitude) {
        return format!("{value:e}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 11")]
    let decimals = (5.0 - magnitude).clamp(0.0, 11.0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A length of time in the units that people and [`Span::parse`] read: `3d 1h`, `1m 30.5s`.
pub(crate) fn format_duration(span: Span) -> String {
    let mut text = String::with_capacity(16);
    let mut rest = span.as_millis().unsigned_abs();
    if span.is_negative() {
        text.push('-');
    }
    // Writing to a String cannot fail.
    for (unit, millis) in [("d ", 86_400_000), ("h ", 3_600_000), ("m ", 60_000)] {
        if rest >= millis {
            let _ = write!(text, "{}{unit}", rest / millis);
        }
        rest %= millis;
    }
    if rest == 0 && text.ends_with(' ') {
        text.pop();
        return text;
    }
    let _ = write!(text, "{}", rest / 1000);
    if !rest.is_multiple_of(1000) {
        let _ = write!(text, ".{:03}", rest % 1000);
        text.truncate(text.trim_end_matches('0').len());
    }
    text.push('s');
    text
}

#[cfg(test)]
mod tests {
    use super::{Evidence, ReasonCode, format_duration, number};
    use crate::time::Span;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_up_to_48_lowercase_letters_digits_and_underscores() {
        let longest = "a".repeat(48);
        for text in ["x", "p99_above_2s", "_", &longest] {
            assert_eq!(ReasonCode::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "Paused", "a-b", "a b", "ä", &"a".repeat(49)] {
            assert!(ReasonCode::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn evidence_of_one_number_is_not_empty() {
        assert!(Evidence::default().is_empty());
        assert!(!Evidence { observed: Some(0.0), ..Evidence::default() }.is_empty());
    }

    #[test]
    fn lengths_of_time_are_read_at_a_glance() {
        for (text, lasts) in [
            ("PT0S", "0s"),
            ("PT73H", "3d 1h"),
            ("-PT90.5S", "-1m 30.5s"),
            ("PT0.05S", "0.05s"),
            ("PT10S", "10s"),
        ] {
            assert_eq!(format_duration(Span::parse(text).unwrap()), lasts);
        }
    }

    proptest! {
        #[test]
        fn lengths_of_time_read_back(millis in Span::MIN.as_millis()..=Span::MAX.as_millis()) {
            let span = Span::from_millis(millis).unwrap();
            prop_assert_eq!(Span::parse(&format_duration(span)).unwrap(), span);
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (705.0000000000002, "705"),
            (0.1 + 0.2, "0.3"),
            (-1.5, "-1.5"),
            (1_311_514.5, "1311514"),
            (0.000_123_456_78, "0.000123457"),
            (100.0, "100"),
            (1e20, "1e20"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
