//! The one error of relcore: opaque outside, a list of faults inside.
//!
//! A policy with three mistakes is reported with three faults, each with a stable code, the JSON path of the field
//! and a sentence. Every language sees the same three things.
use serde::{Deserialize, Serialize};
use std::fmt;

/// What functions of relcore return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an input was refused: one or more [`Fault`]s.
///
/// The error's own [`kind`](Error::kind), [`code`](Error::code) and [`path`](Error::path) are those of its first
/// fault; [`faults`](Error::faults) has them all.
///
/// ```
/// use relcore::{ErrorKind, Span};
///
/// let error = Span::parse("90").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidValue);
/// assert_eq!(error.code(), "invalid_value");
/// assert_eq!(error.to_string(), "`90` is not a span: expected ISO 8601 like `PT1H30M` or units like `90s`, `2h 30m`");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<[Fault]>);

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// What kind of mistake it is: the stable code.
    pub code: ErrorKind,
    /// Where it is, as a path from the argument down: `schedule.steps[1].weight`. Empty when the whole input is meant.
    pub path: String,
    /// What is wrong and what was expected, for a person.
    pub text: String,
}

/// The kinds of mistakes, with stable codes (their wire text).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The text is not JSON, YAML or whatever the function reads.
    Syntax,
    /// A key that this type does not have; misspelt keys must not mean the default.
    UnknownField,
    /// A key that this type needs and the input lacks.
    MissingField,
    /// The value has another type than the field: text for a number, a list for an object.
    WrongType,
    /// The value has the right type but does not mean anything here.
    InvalidValue,
    /// The value is beyond what the field or the arithmetic can hold.
    OutOfRange,
    /// Two items carry the same identity.
    Duplicate,
    /// Items are out of the order they must have.
    Unordered,
    /// Something is referred to that does not exist.
    UnknownReference,
    /// The time zone is not in the IANA database that is built in.
    UnknownZone,
    /// The policy is not the one that the state was started with.
    PolicyChanged,
    /// The table of public functions has no function of that name.
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
        Self(Box::new([Fault { code: kind, path: path.into(), text: text.into() }]))
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

    /// The path of the first fault; empty when the whole input is meant.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.first().map_or("", |fault| &fault.path)
    }

    /// Every fault found, in the order of the input.
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
}

fn join(parent: &str, child: &str) -> String {
    match (parent, child) {
        ("", _) => child.to_owned(),
        (_, "") => parent.to_owned(),
        (_, index) if index.starts_with('[') => format!("{parent}{index}"),
        (_, field) => format!("{parent}.{field}"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

/// Collects faults, so that an input is refused once, with everything that is wrong with it.
///
/// Paths and texts are given as `format_args!`: nothing is built while all is well.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// More faults than this say nothing more to a person, and a hostile input must not fill the memory.
const ENOUGH: usize = 100;

impl Faults {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Notes a fault.
    pub(crate) fn add(&mut self, kind: ErrorKind, path: fmt::Arguments<'_>, text: fmt::Arguments<'_>) {
        if self.0.len() < ENOUGH {
            self.0.push(Fault { code: kind, path: path.to_string(), text: text.to_string() });
        }
    }

    /// Notes a fault unless `holds`.
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

    /// Takes over the faults of a failed part; the value when there was none.
    pub(crate) fn absorb<T>(&mut self, part: Result<T>) -> Option<T> {
        match part {
            Ok(value) => Some(value),
            Err(error) => {
                let room = ENOUGH.saturating_sub(self.0.len());
                self.0.extend(error.0.into_iter().take(room));
                None
            }
        }
    }

    /// `Ok` when nothing was wrong.
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
    fn code_is_the_wire_text() {
        for kind in [ErrorKind::Syntax, ErrorKind::UnknownZone, ErrorKind::PolicyChanged] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
    }
}
