use super::audience::Audience;
use super::rule::{FreezeRule, MessageRule};
use super::standard;
use crate::error::{ErrorKind, Faults, Result, join, quoted, shortened};
use crate::input::input;
use crate::time::{BusinessCalendar, Span, minute_of_day, zone};
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// Who is told what about a release, when and where, and the freezes before it.
    ///
    /// ```
    /// use relcore::{NaiveDate, communication::Policy, time::BusinessCalendar};
    /// let policy = Policy::default()
    ///     .zone("Europe/Berlin")
    ///     .calendar(BusinessCalendar::default().holidays([NaiveDate::parse("2026-12-25")?]));
    /// assert_eq!(policy.time, "09:00");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.Policy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Policy {
        /// The IANA zone in which days are counted. Default: `UTC`.
        pub zone: String,
        /// The local time at which messages of a day are due and freezes begin. Default: `09:00`, a choice of relcore.
        pub time: String,
        /// The weekend and the holidays. Default: Saturday and Sunday, no holidays.
        pub calendar: BusinessCalendar,
        /// The calendars of audiences that have one of their own, by the name of the audience: `support`. Default: none.
        pub calendars: BTreeMap<String, BusinessCalendar>,
        /// The messages, at most 200. Default: those of the table in [`plan`](super::plan()).
        pub messages: Vec<MessageRule>,
        /// The freezes. Default: the feature freeze 5 and the code freeze 2 business days before a release to all users, a choice
        /// of relcore. They close the environment `trunk`: the branch from which is released.
        pub freezes: Vec<FreezeRule>,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            zone: "UTC".to_owned(),
            time: "09:00".to_owned(),
            calendar: BusinessCalendar::default(),
            calendars: BTreeMap::new(),
            messages: standard::messages(),
            freezes: standard::freezes(),
        }
    }
}

impl Policy {
    pub(super) fn calendar_of(&self, audience: Audience) -> &BusinessCalendar {
        self.calendars.get(&audience.to_string()).unwrap_or(&self.calendar)
    }
}

/// The usual plan: the messages of the table in [`plan`](super::plan()), a feature freeze and a code freeze.
#[must_use]
pub fn default_policy() -> Policy {
    Policy::default()
}

/// Reads a policy from JSON text. A key that is left out has its default.
///
/// ```
/// let policy = relcore::communication::policy_from_json(r#"{"zone": "Europe/Berlin", "time": "10:00"}"#)?;
/// assert_eq!(policy.freezes.len(), 2);
/// // Pitfall: a list replaces the standard list. It is not added to it.
/// assert!(relcore::communication::policy_from_json(r#"{"messages": []}"#)?.messages.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax`, `unknown_field`, `unknown_zone` for `Berlin`, `invalid_value` for the time `25:00`, an empty
/// name and both `businessDays` and `elapsed`, `duplicate` for two messages of one id, `unknown_reference` for a calendar of no audience and for a message that depends
/// on none before it, `out_of_range` for 0 business days and more
/// than 1,000, a freeze of 0 and more than 200 messages.
pub fn policy_from_json(text: &str) -> Result<Policy> {
    wire::policy_from_json(text)
}

/// Reads a policy from YAML text. A key that is left out has its default.
///
/// ```
/// let text = "{freezes: [{id: code_freeze, businessDaysBefore: 3, exempt: [hotfix]}]}";
/// assert_eq!(relcore::communication::policy_from_yaml(text)?.freezes.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`policy_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn policy_from_yaml(text: &str) -> Result<Policy> {
    wire::policy_from_yaml(text)
}

const MOST_MESSAGES: usize = 200;
const MOST_DAYS: u32 = 1000;

impl PolicyText for Policy {
    const TYPE: &'static str = "communication.Policy";

    fn check(&self, path: &str, faults: &mut Faults) {
        faults.absorb(zone(&self.zone, &join(path, "zone")));
        faults.absorb(minute_of_day(&self.time).map_err(|error| error.under(&join(path, "time"))));
        for name in self.calendars.keys() {
            faults.check(
                Audience::ALL.iter().any(|audience| audience.to_string() == *name),
                ErrorKind::UnknownReference,
                format_args!("{}", join(path, &format!("calendars.{}", shortened(name)))),
                format_args!("{} is no audience", quoted(name)),
            );
        }
        let count = self.messages.len();
        faults.check(
            count <= MOST_MESSAGES,
            ErrorKind::OutOfRange,
            format_args!("{}", join(path, "messages")),
            format_args!("{count} messages are too many: expected at most {MOST_MESSAGES}"),
        );
        let mut earlier = BTreeSet::new();
        for (index, rule) in self.messages.iter().enumerate() {
            let at = join(path, &format!("messages[{index}]"));
            rule.check(&at, &earlier, faults);
            earlier.insert(rule.id.as_str());
        }
        let mut ids = BTreeSet::new();
        for (index, freeze) in self.freezes.iter().enumerate() {
            let at = join(path, &format!("freezes[{index}]"));
            check_name(&freeze.id, "id", &at, faults);
            check_new(ids.insert(freeze.id.as_str()), &freeze.id, &at, faults);
            let days = freeze.business_days_before;
            faults.check(
                (1..=MOST_DAYS).contains(&days),
                ErrorKind::OutOfRange,
                format_args!("{at}.businessDaysBefore"),
                format_args!("`{days}` is out of range: expected 1 to {MOST_DAYS} days"),
            );
        }
    }
}

impl MessageRule {
    fn check(&self, at: &str, earlier: &BTreeSet<&str>, faults: &mut Faults) {
        for (field, text) in [("id", &self.id), ("channel", &self.channel), ("template", &self.template)] {
            check_name(text, field, at, faults);
        }
        check_new(!earlier.contains(self.id.as_str()), &self.id, at, faults);
        if let Some(days) = self.business_days {
            faults.check(
                days != 0 && days.unsigned_abs() <= MOST_DAYS,
                ErrorKind::OutOfRange,
                format_args!("{at}.businessDays"),
                format_args!(
                    "`{days}` is out of range: expected -{MOST_DAYS} to {MOST_DAYS} days, but not 0"
                ),
            );
            faults.check(
                self.elapsed == Span::ZERO,
                ErrorKind::InvalidValue,
                format_args!("{at}.elapsed"),
                format_args!("`{}` contradicts `businessDays`: expected one of the two", self.elapsed),
            );
        }
        for (index, id) in self.depends_on.iter().enumerate() {
            faults.check(
                earlier.contains(id.as_str()),
                ErrorKind::UnknownReference,
                format_args!("{at}.dependsOn[{index}]"),
                format_args!("{} is no message before this one in the list", quoted(id)),
            );
        }
    }
}

fn check_name(text: &str, field: &str, at: &str, faults: &mut Faults) {
    faults.check(
        !text.trim().is_empty(),
        ErrorKind::InvalidValue,
        format_args!("{at}.{field}"),
        format_args!("is empty: expected a name"),
    );
}

fn check_new(is_new: bool, id: &str, at: &str, faults: &mut Faults) {
    let text = format_args!("{} is the id of another one, too", quoted(id));
    faults.check(is_new, ErrorKind::Duplicate, format_args!("{at}.id"), text);
}
