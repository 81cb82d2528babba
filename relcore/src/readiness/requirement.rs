use super::candidate::check_name;
use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::time::{Span, Weekday};
use crate::window::{Definition, Kind, Schedule};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// Who has to be on call during a release and after it.
    ///
    /// ```
    /// use relcore::Span;
    /// use relcore::readiness::{CoverageRequirement, RoleRequirement};
    /// let requirement = CoverageRequirement::new(
    ///     [RoleRequirement::new("primary").responds_within(Span::from_minutes(15))],
    /// );
    /// assert_eq!(requirement.after, Span::from_hours(24));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.CoverageRequirement", rename_all = "camelCase", deny_unknown_fields)]
    pub struct CoverageRequirement {
        /// The roles, 1 to 20, the most important first.
        pub roles: Vec<RoleRequirement>,
        /// Whether a person counts for one role at a time. Default: yes, since nobody is their own backup.
        #[serde(default = "yes")]
        pub distinct: bool,
        /// How long after the release the roles are needed. Default: 24 hours.
        #[serde(default = "a_day")]
        pub after: Span,
        /// The chain of command: who is called after how long. Default: none.
        #[serde(default)]
        pub escalation: Vec<EscalationStep>,
    }
}

fn yes() -> bool {
    true
}

fn a_day() -> Span {
    Span::from_hours(24)
}

impl CoverageRequirement {
    /// These roles during the release and the 24 hours after it, without a chain of command.
    #[must_use]
    pub fn new(roles: impl IntoIterator<Item = RoleRequirement>) -> Self {
        Self { roles: roles.into_iter().collect(), distinct: yes(), after: a_day(), escalation: Vec::new() }
    }
}

input! {
    /// A role in which people have to be on call.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.RoleRequirement", rename_all = "camelCase", deny_unknown_fields)]
    pub struct RoleRequirement {
        /// The role. Several requirements may be of one role, for example with other hours; where the hours overlap, they add up.
        pub role: String,
        /// The number of people. Default: 1; at most 20 over all roles.
        #[serde(default = "one")]
        pub count: u32,
        /// The longest time until they answer. Default: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub responds_within: Option<Span>,
        /// The local hours in which they are needed. Default: always.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub hours: Option<LocalHours>,
    }
}

fn one() -> u32 {
    1
}

impl RoleRequirement {
    /// One person in a role, always.
    #[must_use]
    pub fn new(role: impl Into<String>) -> Self {
        Self { role: role.into(), count: 1, responds_within: None, hours: None }
    }
}

input! {
    /// Hours of days of the week in a zone.
    ///
    /// ```
    /// use relcore::{Weekday, readiness::LocalHours};
    /// let office = LocalHours::new("Asia/Tokyo", "09:00", "18:00").days([Weekday::Monday, Weekday::Tuesday]);
    /// assert_eq!(office.zone, "Asia/Tokyo");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.LocalHours", rename_all = "camelCase", deny_unknown_fields)]
    pub struct LocalHours {
        /// The IANA zone.
        pub zone: String,
        /// The days on which they start. Default: every day.
        #[serde(default)]
        pub days: Vec<Weekday>,
        /// The first local time, `09:00`.
        pub start: String,
        /// The local time at which they end. At or before `start`, they end on the next day.
        pub end: String,
    }
}

impl LocalHours {
    /// Hours of every day.
    #[must_use]
    pub fn new(zone: impl Into<String>, start: impl Into<String>, end: impl Into<String>) -> Self {
        Self { zone: zone.into(), days: Vec::new(), start: start.into(), end: end.into() }
    }

    /// The hours as a window, whose start and end follow the clock changes of the zone. Of an hour that occurs twice both are
    /// needed, so it is a window that ends late.
    pub(super) fn window(&self) -> Definition {
        let (days, start, end) = (self.days.clone(), self.start.clone(), self.end.clone());
        Definition::new("hours", Kind::Deny, Schedule::Weekly { days, start, end }).zone(&self.zone)
    }
}

input! {
    /// A step of the chain of command.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "readiness.EscalationStep", rename_all = "camelCase", deny_unknown_fields)]
    pub struct EscalationStep {
        /// The role that is called: one of the roles of the requirement.
        pub role: String,
        /// The time since the alert after which it is called.
        pub after: Span,
    }
}

impl EscalationStep {
    /// A step.
    #[must_use]
    pub fn new(role: impl Into<String>, after: Span) -> Self {
        Self { role: role.into(), after }
    }
}

/// Returns the usual requirement: a primary and a backup during the release and the 24 hours after it. The backup is called
/// after 5 minutes, the usual timeout of an escalation at PagerDuty.
///
/// ```
/// let requirement = relcore::readiness::default_requirement();
/// let roles: Vec<&str> = requirement.roles.iter().map(|role| &*role.role).collect();
/// assert_eq!(roles, ["primary", "backup"]);
/// ```
#[must_use]
pub fn default_requirement() -> CoverageRequirement {
    CoverageRequirement::new(["primary", "backup"].map(RoleRequirement::new)).escalation([
        EscalationStep::new("primary", Span::ZERO),
        EscalationStep::new("backup", Span::from_minutes(5)),
    ])
}

/// Reads a requirement from JSON text. A key that is left out has its default.
///
/// ```
/// let requirement = relcore::readiness::requirement_from_json(
///     r#"{"roles": [{"role": "primary"}], "after": "4h"}"#,
/// )?;
/// assert_eq!(requirement.roles.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, `unknown_field`, `missing_field` for `{}`, `invalid_value` for no roles, an empty name and the
/// time `25:00`, `unknown_zone` for `Tokyo`, `out_of_range` for a negative span, 0 people and more than 20,
/// `unknown_reference` for a step of the chain whose role nobody has to have, `unordered` for steps that do not rise.
pub fn requirement_from_json(text: &str) -> Result<CoverageRequirement> {
    wire::policy_from_json(text)
}

/// Reads a requirement from YAML text. A key that is left out has its default.
///
/// ```
/// let requirement = relcore::readiness::requirement_from_yaml("
/// roles:
///   - {role: primary, respondsWithin: 15m}
///   - {role: backup, hours: {zone: Europe/Berlin, start: '22:00', end: '06:00'}}
/// ")?;
/// assert!(requirement.roles[1].hours.is_some());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`requirement_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn requirement_from_yaml(text: &str) -> Result<CoverageRequirement> {
    wire::policy_from_yaml(text)
}

/// More are refused, which bounds the search for who counts for which role.
const MOST: u32 = 20;

impl PolicyText for CoverageRequirement {
    const TYPE: &'static str = "readiness.CoverageRequirement";

    fn check(&self, path: &str, faults: &mut Faults) {
        let count = self.roles.len();
        faults.check(
            (1..=MOST as usize).contains(&count),
            if count == 0 { ErrorKind::InvalidValue } else { ErrorKind::OutOfRange },
            format_args!("{}", join(path, "roles")),
            format_args!("has {count} roles: expected 1 to {MOST}"),
        );
        let mut people = 0_u32;
        for (index, role) in self.roles.iter().enumerate() {
            let at = join(path, &format!("roles[{index}]"));
            role.check(&at, faults);
            people = people.saturating_add(role.count);
        }
        faults.check(
            people <= MOST,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "roles")),
            format_args!("asks for {people} people: expected at most {MOST}"),
        );
        check_not_negative(self.after, format_args!("{}", join(path, "after")), faults);
        let roles: BTreeSet<&str> = self.roles.iter().map(|role| role.role.as_str()).collect();
        let mut last = None;
        for (index, step) in self.escalation.iter().enumerate() {
            let at = join(path, &format!("escalation[{index}]"));
            faults.check(
                roles.contains(step.role.as_str()),
                ErrorKind::UnknownReference,
                format_args!("{at}.role"),
                format_args!("{} is none of the roles: nobody might have it", quoted(&step.role)),
            );
            check_not_negative(step.after, format_args!("{at}.after"), faults);
            faults.check(
                last.is_none_or(|last| last < step.after),
                ErrorKind::Unordered,
                format_args!("{at}.after"),
                format_args!("`{}` is not after the step before it", step.after),
            );
            last = Some(step.after);
        }
    }
}

impl RoleRequirement {
    fn check(&self, at: &str, faults: &mut Faults) {
        check_name(&self.role, format_args!("{at}.role"), faults);
        faults.check(
            self.count > 0,
            ErrorKind::OutOfRange,
            format_args!("{at}.count"),
            format_args!("`0` is out of range: expected at least 1 person"),
        );
        if let Some(span) = self.responds_within {
            check_not_negative(span, format_args!("{at}.respondsWithin"), faults);
        }
        let Some(hours) = &self.hours else { return };
        faults.absorb(crate::time::zone(&hours.zone, &format!("{at}.hours.zone")));
        for (field, text) in [("start", &hours.start), ("end", &hours.end)] {
            let read = crate::time::minute_of_day(text);
            faults.absorb(read.map_err(|error| error.under(&format!("{at}.hours.{field}"))));
        }
        faults.check(
            hours.start != hours.end && hours.start != "24:00",
            ErrorKind::InvalidValue,
            format_args!("{at}.hours.end"),
            format_args!("leaves no hours: expected `00:00` to `24:00` for whole days"),
        );
    }
}

fn check_not_negative(span: Span, path: std::fmt::Arguments<'_>, faults: &mut Faults) {
    let text = format_args!("`{span}` is negative");
    faults.check(!span.is_negative(), ErrorKind::OutOfRange, path, text);
}
