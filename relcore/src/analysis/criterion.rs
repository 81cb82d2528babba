use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::wire::tagged;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

tagged! {
    "analysis.Criterion";
    /// A condition on the value of an objective.
    ///
    /// [`parse_criterion`](crate::analysis::parse_criterion) reads the text form, and
    /// [`format_criterion`](crate::analysis::format_criterion) writes it.
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Criterion {
        /// The value compared with a number: `<800`.
        Fixed {
            /// The comparison.
            comparator: Comparator,
            /// The number, in the unit of the objective.
            value: f64,
        },
        /// The value compared with earlier results, plus a percentage of them: `<=+10%`.
        RelativePercent {
            /// The comparison.
            comparator: Comparator,
            /// The percentage of the magnitude of the earlier value that is added to it; negative to subtract.
            percent: f64,
        },
        /// The value compared with earlier results, plus a number: `<=+10`.
        RelativeChange {
            /// The comparison.
            comparator: Comparator,
            /// The number that is added to the earlier value, in the unit of the objective; negative to subtract.
            change: f64,
        },
        /// The value lies between two numbers, both included: `in [15, 25]`.
        InRange {
            /// The least value.
            low: f64,
            /// The greatest value.
            high: f64,
        },
        /// The value lies outside of two numbers, both excluded: `not in [15, 25]`.
        NotInRange {
            /// Values below it hold.
            low: f64,
            /// Values above it hold.
            high: f64,
        },
    }
}

/// How a value is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "analysis.Comparator", rename_all = "snake_case")]
pub enum Comparator {
    /// `<`
    LessThan,
    /// `<=`
    LessThanOrEqual,
    /// `=`
    EqualTo,
    /// `>=`
    GreaterThanOrEqual,
    /// `>`
    GreaterThan,
}

impl Comparator {
    /// The longer symbols first, so that the first prefix of a text is the right one.
    const SYMBOLS: [(&'static str, Self); 5] = [
        ("<=", Self::LessThanOrEqual),
        (">=", Self::GreaterThanOrEqual),
        ("<", Self::LessThan),
        (">", Self::GreaterThan),
        ("=", Self::EqualTo),
    ];

    fn symbol(self) -> &'static str {
        Self::SYMBOLS.iter().find(|(_, each)| *each == self).map_or("", |(symbol, _)| symbol)
    }

    /// False if one of the two is NaN.
    pub(super) fn holds(self, value: f64, limit: f64) -> bool {
        value.partial_cmp(&limit).is_some_and(|order| match self {
            Self::LessThan => order.is_lt(),
            Self::LessThanOrEqual => order.is_le(),
            Self::EqualTo => order.is_eq(),
            Self::GreaterThanOrEqual => order.is_ge(),
            Self::GreaterThan => order.is_gt(),
        })
    }
}

impl Criterion {
    pub(super) fn is_relative(&self) -> bool {
        matches!(self, Self::RelativePercent { .. } | Self::RelativeChange { .. })
    }

    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        let numbers: &[(&str, f64)] = match self {
            Self::Fixed { value, .. } => &[("value", *value)],
            Self::RelativePercent { percent, .. } => &[("percent", *percent)],
            Self::RelativeChange { change, .. } => &[("change", *change)],
            Self::InRange { low, high } | Self::NotInRange { low, high } => &[("low", *low), ("high", *high)],
        };
        for (name, number) in numbers {
            faults.check(
                number.is_finite(),
                ErrorKind::OutOfRange,
                format_args!("{path}.{name}"),
                format_args!("`{number}` is out of range: expected a finite number"),
            );
        }
        if let Self::InRange { low, high } | Self::NotInRange { low, high } = self {
            faults.check(
                low <= high,
                ErrorKind::Unordered,
                format_args!("{path}.high"),
                format_args!("`{high}` is below `low`, which is `{low}`"),
            );
        }
    }
}

/// Reads a criterion in the text form of Keptn, extended by ranges and signed limits.
///
/// | text | meaning |
/// | --- | --- |
/// | `<800` | the value is below 800 |
/// | `<=+10%`, `<=10%` | the value is at most the earlier one plus 10 % of it |
/// | `>=-5%` | the value is at least the earlier one minus 5 % of it |
/// | `<=+10`, `>=-10` | the value is compared with the earlier one plus 10, or minus 10 |
/// | `<(-5)` | the value is below −5 |
/// | `in [15, 25]`, `not in [15, 25]` | the value is within the range, its ends included; or outside of it |
///
/// The comparisons are `<`, `<=`, `=`, `>=`, `>`. Blanks mean nothing.
///
/// ```
/// use relcore::analysis::{Comparator, Criterion, parse_criterion};
/// let limit = parse_criterion("<800")?;
/// assert_eq!(limit, Criterion::Fixed { comparator: Comparator::LessThan, value: 800.0 });
/// // Pitfall: a sign makes a criterion relative. A limit below zero stands in parentheses.
/// let relative = parse_criterion(">=-10")?;
/// assert_eq!(relative, Criterion::RelativeChange { comparator: Comparator::GreaterThanOrEqual, change: -10.0 });
/// assert_eq!(parse_criterion("<(-5)")?, Criterion::Fixed { comparator: Comparator::LessThan, value: -5.0 });
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for an empty text, `?10` (no comparison), `<` (no number), `<=>5`, `<1,5` and `<NaN`; `out_of_range`
/// for `<1e999`; `unordered` for `in [25, 15]`.
pub fn parse_criterion(text: &str) -> Result<Criterion> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '\t')).collect();
    let criterion = read_range(&compact).or_else(|| read_comparison(&compact)).ok_or_else(|| {
        let text = format!(
            "{} is not a criterion: expected one like `<800`, `<=+10%` or `in [15, 25]`",
            quoted(text)
        );
        Error::new(ErrorKind::InvalidValue, "text", text)
    })?;
    let mut faults = Faults::new();
    criterion.check("", &mut faults);
    faults.finish().map(|()| criterion).map_err(|error| {
        // A text has no fields.
        let text = error.faults().first().map_or_else(String::new, |fault| fault.text.clone());
        Error::new(error.kind(), "text", text)
    })
}

fn read_range(text: &str) -> Option<Criterion> {
    let (is_inside, rest) = match text.strip_prefix("notin") {
        Some(rest) => (false, rest),
        None => (true, text.strip_prefix("in")?),
    };
    let (low, high) = rest.strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
    let (low, high) = (signed(low)?, signed(high)?);
    Some(if is_inside { Criterion::InRange { low, high } } else { Criterion::NotInRange { low, high } })
}

fn read_comparison(text: &str) -> Option<Criterion> {
    let mut symbols = Comparator::SYMBOLS.iter();
    let (comparator, rest) =
        symbols.find_map(|(symbol, comparator)| Some((*comparator, text.strip_prefix(symbol)?)))?;
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some(Criterion::Fixed { comparator, value: signed(inner)? });
    }
    if let Some(percent) = rest.strip_suffix('%') {
        return Some(Criterion::RelativePercent { comparator, percent: signed(percent)? });
    }
    let number = signed(rest)?;
    Some(if rest.starts_with(['+', '-']) {
        Criterion::RelativeChange { comparator, change: number }
    } else {
        Criterion::Fixed { comparator, value: number }
    })
}

/// A decimal number with an optional sign. `inf`, `nan` and hexadecimal digits are none.
fn signed(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let is_decimal = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if begins && is_decimal { text.parse().ok() } else { None }
}

/// Writes a criterion in the text form that [`parse_criterion`](crate::analysis::parse_criterion) reads.
///
/// ```
/// use relcore::analysis::{format_criterion, parse_criterion};
/// assert_eq!(format_criterion(&parse_criterion("<= 10 %")?), "<=+10%");
/// assert_eq!(format_criterion(&parse_criterion("not in [15,25]")?), "not in [15, 25]");
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn format_criterion(criterion: &Criterion) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match criterion {
        Criterion::Fixed { comparator, value } if value.is_sign_negative() => {
            write!(text, "{}({value})", comparator.symbol())
        }
        Criterion::Fixed { comparator, value } => write!(text, "{}{value}", comparator.symbol()),
        Criterion::RelativePercent { comparator, percent } => {
            write!(text, "{}{percent:+}%", comparator.symbol())
        }
        Criterion::RelativeChange { comparator, change } => write!(text, "{}{change:+}", comparator.symbol()),
        Criterion::InRange { low, high } => write!(text, "in [{low}, {high}]"),
        Criterion::NotInRange { low, high } => write!(text, "not in [{low}, {high}]"),
    };
    text
}
