//! The error of every function: a list of faults, each with a stable code, the JSON path of the field and a sentence.
//!
//! A policy with three mistakes is refused once, with three faults. Scripts match on the code, editors jump to the path,
//! people read the text.
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// The result of every function that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reasons for refusing an input: one or more [`Fault`]s.
///
/// [`kind`](Error::kind), [`code`](Error::code) and [`path`](Error::path) are those of the first fault;
/// [`faults`](Error::faults) lists all of them.
///
/// ```
/// use relcore::{ErrorKind, Span};
///
/// let error = Span::parse("90").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidValue);
/// assert_eq!(error.code(), "invalid_value");
/// assert_eq!(error.to_string(), "`90` is not a span: expected ISO 8601 like `PT1H30M` or units like `90s`, `2h 30m`");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct Error(Box<[Fault]>);

/// One mistake in an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[error("{}{text}{}", prefix(path), suffix(self))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The kind of mistake; its wire text is the stable code.
    pub code: ErrorKind,
    /// The path from the argument to the field: `schedule.steps[1].weight`. Empty for the whole input.
    pub path: String,
    /// A sentence for a person: what is wrong and what was expected.
    pub text: String,
    /// The line of a YAML text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in the line, from 1: the unknown key, or the value that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl Fault {
    fn new(code: ErrorKind, path: String, text: String) -> Self {
        Self { code, path, text, line: None, column: None }
    }
}

/// The kinds of mistakes, with stable codes (their wire text).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The text is not JSON, YAML or whatever the function reads.
    Syntax,
    /// A key that the type does not have. It is refused, because a misspelt key must not mean the default.
    UnknownField,
    /// A required key is absent.
    MissingField,
    /// The value has another type than the field: text for a number, a list for an object.
    WrongType,
    /// The value has the right type but no meaning in this field.
    InvalidValue,
    /// The value is beyond what the field or the arithmetic can hold.
    OutOfRange,
    /// Two items have the same identity.
    Duplicate,
    /// Items are not in the required order.
    Unordered,
    /// A reference to something that does not exist, such as a metric that the schedule does not have.
    UnknownReference,
    /// The time zone is not in the built-in IANA database.
    UnknownZone,
    /// The state was started under another policy.
    PolicyChanged,
    /// There is no public function, handle or method of this name.
    UnknownFunction,
}

impl ErrorKind {
    /// The stable code: the same text as on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownField => "unknown_field",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::InvalidValue => "invalid_value",
            Self::OutOfRange => "out_of_range",
            Self::Duplicate => "duplicate",
            Self::Unordered => "unordered",
            Self::UnknownReference => "unknown_reference",
            Self::UnknownZone => "unknown_zone",
            Self::PolicyChanged => "policy_changed",
            Self::UnknownFunction => "unknown_function",
        }
    }
}

impl Error {
    /// An error of a single fault.
    pub fn new(kind: ErrorKind, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Box::new([Fault::new(kind, path.into(), text.into())]))
    }

    /// The kind of the first fault.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.first().map_or(ErrorKind::Syntax, |fault| fault.code)
    }

    /// The stable code of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The path of the first fault; empty for the whole input.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.first().map_or("", |fault| &fault.path)
    }

    /// All faults, in the order of the input.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// The same faults, seen from one level further out: `weight` under `steps[1]` becomes `steps[1].weight`.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        for fault in &mut self.0 {
            fault.path = join(parent, &fault.path);
        }
        self
    }

    /// The faults of both, of this one first.
    ///
    /// ```
    /// use relcore::{Error, ErrorKind};
    /// let both = Error::new(ErrorKind::Duplicate, "a", "x").and(Error::new(ErrorKind::OutOfRange, "b", "y"));
    /// assert_eq!(both.faults().len(), 2);
    /// assert_eq!(both.path(), "a");
    /// ```
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0.into_iter().chain(other.0).take(ENOUGH).collect())
    }

    /// The same faults of a stored value: a name that this version does not know may be one of a later version.
    pub(crate) fn stored(mut self) -> Self {
        for fault in self.0.iter_mut().filter(|fault| fault.text.starts_with("unknown ")) {
            fault.text.push_str("; a newer version of relcore may have written it");
        }
        self
    }

    /// The same faults, each with its line and column, where they are known.
    #[cfg(feature = "yaml")]
    pub(crate) fn located(mut self, find: impl Fn(&Fault) -> Option<(u32, u32)>) -> Self {
        for fault in &mut self.0 {
            (fault.line, fault.column) = find(fault).unzip();
        }
        self
    }
}

/// The path of a child seen from its parent: `weight` in `steps[1]` is `steps[1].weight`, `[0]` in `steps` is `steps[0]`.
pub(crate) fn join(parent: &str, child: &str) -> String {
    match (parent, child) {
        ("", _) => child.to_owned(),
        (_, "") => parent.to_owned(),
        (_, index) if index.starts_with('[') => format!("{parent}{index}"),
        (_, field) => format!("{parent}.{field}"),
    }
}

fn prefix(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

fn suffix(fault: &Fault) -> String {
    let place = fault.line.zip(fault.column);
    place.map_or_else(String::new, |(line, column)| format!(" (line {line}, column {column})"))
}

fn listed(faults: &[Fault]) -> String {
    let texts: Vec<String> = faults.iter().map(Fault::to_string).collect();
    texts.join("; ")
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

/// User input inside an error text: in backticks, control characters escaped, cut after 60 characters.
///
/// Formatting is lazy, because most checks pass and need no text.
pub(crate) fn quoted(text: &str) -> Quoted<'_> {
    Quoted(text)
}

#[derive(Clone, Copy)]
pub(crate) struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", Shortened(self.0))
    }
}

/// User input inside a path: as [`quoted`], without backticks.
pub(crate) fn shortened(text: &str) -> Shortened<'_> {
    Shortened(text)
}

#[derive(Clone, Copy)]
pub(crate) struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 60;
        for (index, character) in self.0.chars().enumerate() {
            if index == LONGEST {
                f.write_char('…')?;
                break;
            }
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Collects faults, so that an input is refused once with all of them.
///
/// Paths and texts are `format_args!`, so a check that passes allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// The largest number of faults in an error: more do not help a person, and a hostile input must not fill the memory.
const ENOUGH: usize = 100;

impl Faults {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a fault.
    pub(crate) fn add(&mut self, kind: ErrorKind, path: fmt::Arguments<'_>, text: fmt::Arguments<'_>) {
        if self.0.len() < ENOUGH {
            self.0.push(Fault::new(kind, path.to_string(), text.to_string()));
        }
    }

    /// Adds a fault unless `holds`.
    pub(crate) fn check(
        &mut self,
        holds: bool,
        kind: ErrorKind,
        path: fmt::Arguments<'_>,
        text: fmt::Arguments<'_>,
    ) {
        if !holds {
            self.add(kind, path, text);
        }
    }

    /// Adds a fault unless a number is a share: 0 to 1. One that looks like a percentage is told what it is as a share.
    pub(crate) fn check_share(&mut self, share: f64, path: fmt::Arguments<'_>) {
        if (0.0..=1.0).contains(&share) {
            return;
        }
        let text = format_args!("`{share}` is out of range: expected a share from 0 to 1");
        if (1.0..=100.0).contains(&share) {
            let hint = format_args!("{text}; {share} % is the share `{}`", share / 100.0);
            return self.add(ErrorKind::OutOfRange, path, hint);
        }
        self.add(ErrorKind::OutOfRange, path, text);
    }

    /// Adds the faults of a part that failed; returns the value of a part that succeeded.
    pub(crate) fn absorb<T>(&mut self, part: Result<T>) -> Option<T> {
        match part {
            Ok(value) => Some(value),
            Err(error) => {
                let remaining = ENOUGH.saturating_sub(self.0.len());
                self.0.extend(error.0.into_iter().take(remaining));
                None
            }
        }
    }

    /// `Ok` if there is no fault.
    pub(crate) fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error(self.0.into_boxed_slice())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_joins_fields_and_indices() {
        let error = Error::new(ErrorKind::WrongType, "[1].weight", "x").under("steps").under("schedule");
        assert_eq!(error.path(), "schedule.steps[1].weight");
    }

    #[test]
    fn all_faults_are_kept_in_order_and_bounded() {
        let mut faults = Faults::new();
        for index in 0..1000 {
            faults.add(ErrorKind::InvalidValue, format_args!("[{index}]"), format_args!("bad"));
        }
        let error = faults.finish().unwrap_err();
        assert_eq!(error.faults().len(), ENOUGH);
        assert_eq!(error.path(), "[0]");
    }

    #[test]
    fn the_faults_of_several_parts_are_bounded_too() {
        let many = || {
            let mut faults = Faults::new();
            (0..70).for_each(|n| {
                faults.add(ErrorKind::InvalidValue, format_args!("[{n}]"), format_args!("bad"))
            });
            faults.finish()
        };
        assert_eq!(many().unwrap_err().and(many().unwrap_err()).faults().len(), ENOUGH);
        let mut faults = Faults::new();
        assert_eq!(faults.absorb(Ok(7)), Some(7));
        assert_eq!((faults.absorb(many()), faults.absorb(many())), (None, None));
        let error = faults.finish().unwrap_err();
        assert_eq!((error.faults().len(), error.faults()[70].path.as_str()), (ENOUGH, "[0]"));
    }

    #[test]
    fn an_error_is_shown_with_paths_and_positions() {
        let mut located = Error::new(ErrorKind::WrongType, "steps[1].weight", "expected a number");
        (located.0[0].line, located.0[0].column) = (Some(3), Some(7));
        let whole = Error::new(ErrorKind::Syntax, "", "is empty");
        let both = located.clone().and(whole);
        assert_eq!(both.to_string(), "steps[1].weight: expected a number (line 3, column 7); is empty");
        // `unwrap` shows what the error derives from.
        assert_eq!(format!("{located:?}"), format!("{:?}", located.faults()));
    }

    #[test]
    fn input_in_a_text_is_escaped_and_cut_after_60_characters() {
        let most = "ä".repeat(60);
        assert_eq!(quoted(&most).to_string(), format!("`{most}`"));
        assert_eq!(quoted(&format!("{most}ä")).to_string(), format!("`{most}…`"));
        assert_eq!(shortened("a\n\u{1b}[0m").to_string(), "a\\n\\u{1b}[0m");
    }

    #[test]
    fn only_an_unknown_name_may_be_one_of_a_later_version() {
        let text =
            |text: &str| Error::new(ErrorKind::UnknownField, "a", text).stored().faults()[0].text.clone();
        assert_eq!(
            text("unknown key `b`"),
            "unknown key `b`; a newer version of relcore may have written it"
        );
        assert_eq!(text("missing key `b`"), "missing key `b`");
    }

    #[test]
    fn a_percentage_is_told_what_it_is_as_a_share() {
        let text_of = |share| {
            let mut faults = Faults::new();
            faults.check_share(share, format_args!("smallShare"));
            faults.finish().map_err(|error| error.faults()[0].text.clone())
        };
        assert_eq!([0.0, 0.5, 1.0].map(text_of), [const { Ok(()) }; 3]);
        let text = "`9` is out of range: expected a share from 0 to 1; 9 % is the share `0.09`";
        assert_eq!(text_of(9.0), Err(text.to_owned()));
        for other in [-0.1, 100.5, f64::NAN, f64::INFINITY] {
            assert!(text_of(other).unwrap_err().ends_with("from 0 to 1"), "{other}");
        }
    }

    #[test]
    fn code_is_the_wire_text() {
        for kind in [ErrorKind::Syntax, ErrorKind::UnknownZone, ErrorKind::PolicyChanged] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }
}
