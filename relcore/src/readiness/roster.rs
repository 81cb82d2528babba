use super::candidate::check_name;
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

input! {
    /// Who is on call when: the shifts as they really are, after swaps and overrides, and the absences.
    ///
    /// relcore has no rotations: export the final schedule of the tool that has them.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Roster", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Roster {
        /// The shifts.
        pub shifts: Vec<Shift>,
        /// The times at which somebody is away, whatever the shifts say.
        pub absences: Vec<Absence>,
    }
}

input! {
    /// A person on call in a role, from a start to before an end.
    ///
    /// ```
    /// use relcore::readiness::Shift;
    /// let at = |text: &str| relcore::Timestamp::parse(text);
    /// let night = Shift::new("ana", "primary", at("2026-10-24T22:00:00+02:00")?, at("2026-10-25T06:00:00+01:00")?);
    /// assert_eq!(night.end.since(night.start).to_string(), "PT9H"); // the night in which summer time ends
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Shift", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Shift {
        /// Who. Upper and lower case are one person.
        pub person: String,
        /// In which role: `primary`, `backup`.
        pub role: String,
        /// The first instant.
        pub start: Timestamp,
        /// The first instant after it.
        pub end: Timestamp,
        /// How soon the person answers. Absent: unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub responds_within: Option<Span>,
    }
}

impl Shift {
    /// A shift of a person in a role.
    #[must_use]
    pub fn new(person: impl Into<String>, role: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self { person: person.into(), role: role.into(), start, end, responds_within: None }
    }
}

input! {
    /// The time at which a person is away, from a start to before an end.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.Absence", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Absence {
        /// Who.
        pub person: String,
        /// The first instant.
        pub start: Timestamp,
        /// The first instant after it.
        pub end: Timestamp,
    }
}

impl Absence {
    /// An absence of a person.
    #[must_use]
    pub fn new(person: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self { person: person.into(), start, end }
    }
}

impl Roster {
    pub(super) fn check(&self, path: &str, faults: &mut Faults) {
        for (index, shift) in self.shifts.iter().enumerate() {
            let at = format_args!("{path}.shifts[{index}]");
            check_name(&shift.person, format_args!("{at}.person"), faults);
            check_name(&shift.role, format_args!("{at}.role"), faults);
            check_order(shift.start, shift.end, at, faults);
            if let Some(responds) = shift.responds_within {
                faults.check(
                    !responds.is_negative(),
                    ErrorKind::OutOfRange,
                    format_args!("{at}.respondsWithin"),
                    format_args!("`{responds}` is negative"),
                );
            }
        }
        for (index, absence) in self.absences.iter().enumerate() {
            let at = format_args!("{path}.absences[{index}]");
            check_name(&absence.person, format_args!("{at}.person"), faults);
            check_order(absence.start, absence.end, at, faults);
        }
    }
}

fn check_order(start: Timestamp, end: Timestamp, at: std::fmt::Arguments<'_>, faults: &mut Faults) {
    faults.check(
        start <= end,
        ErrorKind::Unordered,
        format_args!("{at}.end"),
        format_args!("`{end}` is before `{start}`, the start"),
    );
}
