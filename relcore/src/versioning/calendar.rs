//! Calendar versions, by the tokens of calver.org.
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::time::NaiveDate;
use crate::version::Bump;

/// A format: tokens and the texts between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Format(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Token(Token),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    FullYear,
    ShortYear { is_padded: bool },
    Month { is_padded: bool },
    Week { is_padded: bool },
    Day { is_padded: bool },
    Major,
    Minor,
    Micro,
}

const TOKENS: &[(&str, Token)] = &[
    ("YYYY", Token::FullYear),
    ("YY", Token::ShortYear { is_padded: false }),
    ("0Y", Token::ShortYear { is_padded: true }),
    ("MAJOR", Token::Major),
    ("MINOR", Token::Minor),
    ("MICRO", Token::Micro),
    ("PATCH", Token::Micro),
    ("MM", Token::Month { is_padded: false }),
    ("0M", Token::Month { is_padded: true }),
    ("WW", Token::Week { is_padded: false }),
    ("0W", Token::Week { is_padded: true }),
    ("DD", Token::Day { is_padded: false }),
    ("0D", Token::Day { is_padded: true }),
];

impl Token {
    fn is_date(self) -> bool {
        !matches!(self, Self::Major | Self::Minor | Self::Micro)
    }
}

impl Format {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut literal = String::new();
        while let Some(first) = rest.chars().next() {
            if let Some((name, token)) = TOKENS.iter().find(|(name, _)| rest.starts_with(name)) {
                if !literal.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut literal)));
                }
                parts.push(Part::Token(*token));
                rest = rest.strip_prefix(name).unwrap_or_default();
            } else {
                literal.push(first);
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
        let has_unknown =
            literal.chars().chain(parts.iter().flat_map(Part::letters)).any(char::is_alphanumeric);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        let touches = parts.windows(2).any(|pair| matches!(pair, [Part::Token(_), Part::Token(_)]));
        let has_token = parts.iter().any(|part| matches!(part, Part::Token(_)));
        if has_unknown || touches || !has_token {
            let text =
                format!("{} is not a calendar format: expected tokens like `YYYY.0M.MICRO`", quoted(text));
            return Err(Error::new(ErrorKind::InvalidValue, "", text));
        }
        Ok(Self(parts))
    }

    fn tokens(&self) -> impl DoubleEndedIterator<Item = Token> + '_ {
        self.0.iter().filter_map(|part| match part {
            Part::Token(token) => Some(*token),
            Part::Text(_) => None,
        })
    }

    /// The numbers of a version of this format; `None` if it has another one.
    pub(super) fn read(&self, version: &str) -> Option<Vec<u64>> {
        let mut rest = version;
        let mut numbers = Vec::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Token(_) => {
                    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                    let (digits, after) = rest.split_at_checked(end)?;
                    numbers.push(digits.parse().ok()?);
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(numbers)
    }

    pub(super) fn write(&self, numbers: &[u64]) -> String {
        let mut numbers = numbers.iter();
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Token(token) => {
                    let number = numbers.next().copied().unwrap_or_default();
                    let is_padded = matches!(
                        token,
                        Token::ShortYear { is_padded: true }
                            | Token::Month { is_padded: true }
                            | Token::Week { is_padded: true }
                            | Token::Day { is_padded: true }
                    );
                    text.push_str(&if is_padded { format!("{number:02}") } else { number.to_string() });
                }
            }
        }
        text
    }

    /// The numbers on a day; what is no date is 0.
    pub(super) fn on(&self, day: NaiveDate) -> Vec<u64> {
        let (week_year, week) = iso_week(day);
        let has_week = self.tokens().any(|token| matches!(token, Token::Week { .. }));
        let year = if has_week { week_year } else { u64::from(day.year()) };
        let numbers = self.tokens().map(|token| match token {
            Token::FullYear => year,
            Token::ShortYear { .. } => year.saturating_sub(2000),
            Token::Month { .. } => u64::from(day.month()),
            Token::Week { .. } => week,
            Token::Day { .. } => u64::from(day.day()),
            Token::Major | Token::Minor | Token::Micro => 0,
        });
        numbers.collect()
    }

    /// The dates of some numbers, in the order of the format.
    pub(super) fn dates(&self, numbers: &[u64]) -> Vec<u64> {
        let pairs = self.tokens().zip(numbers);
        pairs.filter(|(token, _)| token.is_date()).map(|(_, number)| *number).collect()
    }

    /// The numbers after a step that the calendar does not make: the part for the bump grows, those to its right that are no
    /// dates begin again. `None` if the format has dates only.
    pub(super) fn stepped(&self, numbers: &[u64], bump: Bump) -> Option<Vec<u64>> {
        let wanted: &[Token] = match bump {
            Bump::Major => &[Token::Major, Token::Minor, Token::Micro],
            Bump::Minor => &[Token::Minor, Token::Micro, Token::Major],
            _ => &[Token::Micro, Token::Minor, Token::Major],
        };
        let index = wanted.iter().find_map(|wanted| self.tokens().position(|token| token == *wanted))?;
        let mut next = numbers.to_vec();
        for (place, (token, number)) in self.tokens().zip(next.iter_mut()).enumerate() {
            if place == index {
                *number = number.checked_add(1)?;
            } else if place > index && !token.is_date() {
                *number = 0;
            }
        }
        Some(next)
    }
}

impl Part {
    fn letters(&self) -> std::str::Chars<'_> {
        match self {
            Self::Text(text) => text.chars(),
            Self::Token(_) => "".chars(),
        }
    }
}

/// The year and the week by ISO 8601: a week belongs to the year of its Thursday.
fn iso_week(day: NaiveDate) -> (u64, u64) {
    use crate::time::Weekday;
    let to_thursday = match day.weekday() {
        Weekday::Monday => 3,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 1,
        Weekday::Thursday => 0,
        Weekday::Friday => -1,
        Weekday::Saturday => -2,
        Weekday::Sunday => -3,
    };
    let thursday = day.plus_days(to_thursday).unwrap_or(day);
    let first = NaiveDate::new(thursday.year(), 1, 1).unwrap_or(thursday);
    let days = u64::try_from(first.days_until(thursday)).unwrap_or_default();
    (u64::from(thursday.year()), days.div_euclid(7).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_and_written() {
        let format = Format::parse("YY.0M.MICRO").unwrap();
        assert_eq!(format.read("21.04.1"), Some(vec![21, 4, 1]));
        assert_eq!(format.write(&[21, 4, 2]), "21.04.2");
        assert_eq!(format.read("21.04"), None);
        for text in ["", "x", "YYYYMM", "YYYY.x.MM", "1.2"] {
            assert!(Format::parse(text).is_err(), "{text}");
        }
        let weeks = Format::parse("YYYY.0W").unwrap();
        let on = |text| weeks.write(&weeks.on(NaiveDate::parse(text).unwrap()));
        assert_eq!(
            (on("2021-01-03"), on("2021-01-04"), on("2024-12-30")),
            ("2020.53".into(), "2021.01".into(), "2025.01".into())
        );
    }
}
