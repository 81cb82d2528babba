use super::audience::Audience;
use super::policy::Policy;
use super::rule::MessageRule;
use crate::digest::Checked;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::release::{CommunicationScope, Profile};
use crate::time::{
    BusinessCalendar, NaiveDate, Timestamp, add_business_days, local_date_in, local_instant, minute_of_day,
    zone,
};
use crate::window::{Definition, Kind, Schedule};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Lists who is told what about a release, when and where, and the freezes before it.
///
/// A message counts if its scopes have the scope of the profile; one to customers also needs its channel in the profile. It is
/// due no earlier than what it depends on. The usual messages:
///
/// | audience | template | to all users | otherwise |
/// | --- | --- | --- | --- |
/// | development | `development_brief` | 10 business days before | an hour before |
/// | product | `product_brief` | 10 business days before | an hour before; with a coordinated release |
/// | QA | `qa_brief` | 5 business days before | an hour before |
/// | operations | `operations_brief` | 3 business days before | an hour before |
/// | support | `support_brief` | 3 business days before | an hour before; with a coordinated release |
/// | customers | `security_advisory`, `announcement`, `announcement_short` | with the release, by the channels | the same |
/// | customers | `upgrade_instructions` | with the release | none |
/// | all but customers | `release_status` | a business day after | the same |
///
/// ```
/// use relcore::communication::{Policy, plan};
/// use relcore::release::{Type, profile};
/// let release_at = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// let plan = plan(&profile(&Type::FeatureMajor, None)?, release_at, &Policy::default())?;
/// let due = |id: &str| plan.messages.iter().find(|message| message.id == id).map(|message| message.due_at.to_string());
/// assert_eq!(due("support_brief").as_deref(), Some("2026-12-07T09:00:00.000Z"));
/// assert_eq!(due("blog_post").as_deref(), Some("2026-12-10T14:00:00.000Z"));
///
/// // The freezes are windows: whoever merges asks them.
/// use relcore::window::{Subject, status};
/// let windows = relcore::window::Policy::default().windows(plan.freezes);
/// let now = relcore::Timestamp::parse("2026-12-08T12:00:00Z")?;
/// assert!(status(&Subject::default().environment("trunk"), &windows, now)?.blocked_by.len() == 2);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: the day of the release itself may be a day off. It is not moved: [`announcement_slots`](super::announcement_slots())
/// and [`window.next_slot`](crate::window::next_slot) find a better one.
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `unknown_reference` for a channel of
/// the profile that no message has; `out_of_range` for a calendar with too few business days and for instants outside the years 1
/// to 9999.
pub fn plan(profile: &Profile, release_at: Timestamp, policy: &Policy) -> Result<Plan> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(policy.clone(), "policy"));
    for (index, channel) in profile.channels.iter().enumerate() {
        let is_planned = policy.messages.iter().any(|rule| {
            rule.audience == Audience::Customers && rule.channel == *channel && counts(rule, profile)
        });
        faults.check(
            is_planned,
            ErrorKind::UnknownReference,
            format_args!("profile.channels[{index}]"),
            format_args!("{} has no message to customers in `policy.messages`", quoted(channel)),
        );
    }
    faults.finish()?;
    let policy_digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();

    let day = Day::new(release_at, policy)?;
    let mut faults = Faults::new();
    // What a message depends on: the messages that count, and those on which the others depend.
    let mut resolved: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut due: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut messages = Vec::new();
    for (index, rule) in policy.messages.iter().enumerate() {
        let depends_on: BTreeSet<&str> = rule
            .depends_on
            .iter()
            .flat_map(|id| match due.contains_key(id.as_str()) {
                true => BTreeSet::from([id.as_str()]),
                false => resolved.get(id.as_str()).cloned().unwrap_or_default(),
            })
            .collect();
        if counts(rule, profile) {
            let (field, own) = match rule.business_days {
                Some(days) => ("businessDays", day.plus(days, policy.calendar_of(rule.audience))),
                None => ("elapsed", release_at.plus(rule.elapsed)),
            };
            let own = own.map_err(|error| at_path(&error, &format!("policy.messages[{index}].{field}")));
            let Some(own) = faults.absorb(own) else { continue };
            let due_at = depends_on.iter().filter_map(|id| due.get(id)).fold(own, |at, other| at.max(*other));
            due.insert(&rule.id, due_at);
            messages.push(PlannedMessage {
                id: rule.id.clone(),
                audience: rule.audience,
                channel: rule.channel.clone(),
                template: rule.template.clone(),
                due_at,
                depends_on: depends_on.iter().map(|id| (*id).to_owned()).collect(),
            });
        }
        resolved.insert(&rule.id, depends_on);
    }
    let mut freezes = Vec::new();
    for (index, rule) in policy.freezes.iter().enumerate() {
        if !has_scope(&rule.scopes, profile.communication) {
            continue;
        }
        let days = i32::try_from(rule.business_days_before).map_or(i32::MIN, |days| days.saturating_neg());
        let start = day.plus(days, policy.calendar_of(Audience::Development));
        let start =
            start.map_err(|error| at_path(&error, &format!("policy.freezes[{index}].businessDaysBefore")));
        let Some(start) = faults.absorb(start) else { continue };
        let schedule = Schedule::Once { start, end: release_at };
        let window = Definition::new(freeze_name(&rule.id, day.date), Kind::Deny, schedule)
            .environments(rule.environments.iter().cloned())
            .exempt(rule.exempt.iter().copied());
        freezes.push(window);
    }
    faults.finish()?;
    messages.sort_by_key(|message| message.due_at); // stable: keeps a message behind what it depends on
    Ok(Plan {
        release_at,
        release_date: day.date,
        zone: policy.zone.clone(),
        messages,
        freezes,
        policy_digest,
        tzdb_version: crate::time::tzdb_version(),
    })
}

/// The name of a freeze as a window. It has the day of the release, so that the freezes of several releases go into one policy.
pub(super) fn freeze_name(id: &str, date: NaiveDate) -> String {
    format!("{id} {date}")
}

/// The first fault of a computation, at the field that led to it.
fn at_path(error: &Error, path: &str) -> Error {
    let text = error.faults().first().map(|fault| fault.text.clone()).unwrap_or_default();
    Error::new(error.kind(), path, text)
}

fn counts(rule: &MessageRule, profile: &Profile) -> bool {
    let has_channel = rule.audience != Audience::Customers || profile.channels.contains(&rule.channel);
    has_channel && has_scope(&rule.scopes, profile.communication)
}

fn has_scope(scopes: &[CommunicationScope], scope: CommunicationScope) -> bool {
    scopes.is_empty() || scopes.contains(&scope)
}

/// The day of the release.
struct Day {
    release_at: Timestamp,
    date: NaiveDate,
    zone: Tz,
    /// The local time of what is due on a day, in minutes after midnight.
    minutes: i32,
}

impl Day {
    fn new(release_at: Timestamp, policy: &Policy) -> Result<Self> {
        let zone = zone(&policy.zone, "policy.zone")?;
        let date = local_date_in(release_at, zone).map_err(|error| error.under("releaseAt"))?;
        let minutes = minute_of_day(&policy.time).map_err(|error| error.under("policy.time"))?;
        Ok(Self { release_at, date, zone, minutes })
    }

    /// So many business days later at the local time, or earlier; never on the other side of the release.
    fn plus(&self, days: i32, calendar: &BusinessCalendar) -> Result<Timestamp> {
        let date = add_business_days(self.date, days, calendar)?;
        let at = local_instant(date, self.minutes, self.zone, false)?;
        Ok(if days < 0 { at.min(self.release_at) } else { at.max(self.release_at) })
    }
}

/// The messages and the freezes of a release, made by [`plan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.Plan", rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// The instant of the release.
    pub release_at: Timestamp,
    /// Its local day.
    pub release_date: NaiveDate,
    /// The zone of that day.
    pub zone: String,
    /// The messages by the instant at which they are due, each behind those that it depends on.
    pub messages: Vec<PlannedMessage>,
    /// The freezes as windows, from their beginning to the release: `code_freeze 2026-12-10`.
    pub freezes: Vec<Definition>,
    /// The digest of the policy.
    pub policy_digest: String,
    /// The version of the time zone database.
    pub tzdb_version: String,
}

/// A message of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.PlannedMessage", rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedMessage {
    /// Its id.
    pub id: String,
    /// Who gets it.
    pub audience: Audience,
    /// Where.
    pub channel: String,
    /// The id of its template, for [`render`](super::render()).
    pub template: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// The ids of the messages of the plan that go first, in the order of the alphabet.
    pub depends_on: Vec<String>,
}

/// Lists the messages of a plan that are due and were not sent.
///
/// ```
/// use relcore::communication::{Policy, messages_due, plan};
/// use relcore::release::{Type, profile};
/// let at = |text| relcore::Timestamp::parse(text);
/// let plan = plan(&profile(&Type::FeatureMinor, None)?, at("2026-12-10T14:00:00Z")?, &Policy::default())?;
/// let due = messages_due(&plan, &["development_brief".to_owned()], at("2026-12-07T09:00:00Z")?)?;
/// let ids: Vec<&str> = due.due.iter().map(|message| &*message.id).collect();
/// assert_eq!(ids, ["product_brief", "qa_brief", "operations_brief"]);
/// // Pitfall: support is briefed after product, which was not.
/// assert_eq!(due.waiting[0].id, "support_brief");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_reference` for a sent message that the plan does not have.
pub fn messages_due(plan: &Plan, sent: &[String], now: Timestamp) -> Result<MessagesDue> {
    let mut faults = Faults::new();
    let known: BTreeSet<&str> = plan.messages.iter().map(|message| message.id.as_str()).collect();
    for (index, id) in sent.iter().enumerate() {
        faults.check(
            known.contains(id.as_str()),
            ErrorKind::UnknownReference,
            format_args!("sent[{index}]"),
            format_args!("{} is no message of the plan", quoted(id)),
        );
    }
    faults.finish()?;
    let sent: BTreeSet<&str> = sent.iter().map(String::as_str).collect();
    let open = plan.messages.iter().filter(|message| !sent.contains(message.id.as_str()));
    let next_due_at = open.clone().map(|message| message.due_at).filter(|at| *at > now).min();
    let is_ready = |message: &PlannedMessage| {
        message.depends_on.iter().all(|id| sent.contains(id.as_str()) || !known.contains(id.as_str()))
    };
    let (due, waiting) = open.filter(|message| message.due_at <= now).cloned().partition(is_ready);
    Ok(MessagesDue { due, waiting, next_due_at })
}

/// The messages of a plan that are due, made by [`messages_due`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.MessagesDue", rename_all = "camelCase", deny_unknown_fields)]
pub struct MessagesDue {
    /// The messages that can be sent now.
    pub due: Vec<PlannedMessage>,
    /// The messages that are due, but depend on one that was not sent.
    pub waiting: Vec<PlannedMessage>,
    /// The instant at which the next message becomes due; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_at: Option<Timestamp>,
}
