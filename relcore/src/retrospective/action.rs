use super::code;
use super::policy::Policy;
use crate::decision::{Explain, Outcome};
use crate::digest::Checked;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::reason::{Reason, Severity};
use crate::time::{NaiveDate, Timestamp, local_date_in, local_instant, zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

input! {
    /// Something to do that a retrospective found.
    ///
    /// ```
    /// use relcore::retrospective::{ActionItem, ActionKind};
    /// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool).owner("platform team");
    /// assert_eq!(item.due_on, None);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "retrospective.ActionItem", rename_all = "camelCase", deny_unknown_fields)]
    pub struct ActionItem {
        /// A name that no other item has.
        pub id: String,
        /// What is to be done, in words about systems and roles.
        pub text: String,
        /// What it changes.
        pub kind: ActionKind,
        /// Who sees to it: a role or a team.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<String>,
        /// The last day on which it is in time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub due_on: Option<NaiveDate>,
        /// When it was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub done_at: Option<Timestamp>,
    }
}

impl ActionItem {
    /// An item without an owner and a day.
    #[must_use]
    pub fn new(id: impl Into<String>, text: impl Into<String>, kind: ActionKind) -> Self {
        Self { id: id.into(), text: text.into(), kind, owner: None, due_on: None, done_at: None }
    }
}

/// What an action item changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.ActionKind", rename_all = "snake_case")]
pub enum ActionKind {
    /// How it is worked.
    Process,
    /// What it is worked with.
    Tool,
    /// What the team knows.
    Training,
}

/// The state of the action items, made by [`action_items_state`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.ActionItemsState", rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionItemsState {
    /// The worst state of an item.
    pub verdict: ActionItemsVerdict,
    /// The ids of the items that are overdue, in the order of the argument.
    pub overdue: Vec<String>,
    /// The ids of the items that are neither done nor overdue.
    pub open: Vec<String>,
    /// The ids of the items that are done.
    pub done: Vec<String>,
    /// Why: of each item that is not done.
    pub reasons: Vec<Reason>,
    /// The owners and days that are missing: `items[0].owner`.
    pub missing: Vec<String>,
    /// The instant at which the next item becomes overdue; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy.
    pub policy_digest: String,
    /// The version of the time zone database.
    pub tzdb_version: String,
}

/// The verdicts about action items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.ActionItemsVerdict", rename_all = "snake_case")]
pub enum ActionItemsVerdict {
    /// All are done, or there are none.
    Done,
    /// Some are not done, and there is time left.
    Open,
    /// One that is not done has no owner or no day, so nobody would notice.
    Incomplete,
    /// One is overdue.
    Overdue,
}

/// Says which action items are done, open, overdue, or without an owner or a day.
///
/// The last day counts: an item is overdue from the first instant of the local day after it.
///
/// ```
/// use relcore::NaiveDate;
/// use relcore::retrospective::{ActionItem, ActionItemsVerdict, ActionKind, Policy, action_items_state};
/// let item = ActionItem::new("alert", "Page when the queue stops", ActionKind::Tool)
///     .owner("platform team")
///     .due_on(NaiveDate::parse("2026-12-18")?);
/// let now = relcore::Timestamp::parse("2026-12-18T20:00:00Z")?;
/// let state = action_items_state(std::slice::from_ref(&item), &Policy::default(), now)?;
/// assert_eq!(state.verdict, ActionItemsVerdict::Open);
/// // Pitfall: an item without a day is never overdue. So it is not open either, but incomplete.
/// let someday = ActionItem::new("runbook", "Describe how the queue is drained", ActionKind::Process).owner("SRE");
/// let state = action_items_state(&[item, someday], &Policy::default(), now)?;
/// assert_eq!((state.verdict, &*state.missing[0]), (ActionItemsVerdict::Incomplete, "items[1].dueOn"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `invalid_value` for an empty id, text
/// or owner, `duplicate` for two items of one id, `out_of_range` for an item that is done after `now`.
pub fn action_items_state(items: &[ActionItem], policy: &Policy, now: Timestamp) -> Result<ActionItemsState> {
    let mut faults = Faults::new();
    let checked = faults.absorb(Checked::new(policy.clone(), "policy"));
    let mut ids = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let at = format!("items[{index}]");
        item.check(&at, now, &mut faults);
        faults.check(
            ids.insert(&item.id),
            ErrorKind::Duplicate,
            format_args!("{at}.id"),
            format_args!("{} is the id of another item, too", quoted(&item.id)),
        );
    }
    faults.finish()?;
    let policy_digest = checked.map(|checked| checked.digest().to_owned()).unwrap_or_default();
    let zone = zone(&policy.zone, "policy.zone")?;
    let today = local_date_in(now, zone).map_err(|error| error.under("now"))?;

    let mut state = ActionItemsState {
        verdict: ActionItemsVerdict::Done,
        overdue: Vec::new(),
        open: Vec::new(),
        done: Vec::new(),
        reasons: Vec::new(),
        missing: Vec::new(),
        next_check_at: None,
        policy_digest,
        tzdb_version: crate::time::tzdb_version(),
    };
    for (index, item) in items.iter().enumerate() {
        if item.done_at.is_some() {
            state.done.push(item.id.clone());
            continue;
        }
        let shown = quoted(&item.id);
        let mut add = |code, severity, text: String, verdict: ActionItemsVerdict| {
            state.reasons.push(Reason::new(code, severity, &item.id, text));
            state.verdict = verdict.max(state.verdict);
        };
        match item.due_on {
            Some(day) if day < today => {
                let text = format!("{shown} was due on {day} and is not done");
                add(code::ACTION_ITEM_OVERDUE, Severity::Warning, text, ActionItemsVerdict::Overdue);
                state.overdue.push(item.id.clone());
            }
            Some(day) => {
                let text = format!("{shown} is due on {day}");
                add(code::ACTION_ITEM_OPEN, Severity::Info, text, ActionItemsVerdict::Open);
                state.open.push(item.id.clone());
                let end = day.plus_days(1).and_then(|next| local_instant(next, 0, zone, false).ok());
                state.next_check_at = [state.next_check_at, end].into_iter().flatten().min();
            }
            None => {
                let text = format!("{shown} has no day on which it is due");
                add(code::ACTION_ITEM_WITHOUT_DATE, Severity::Warning, text, ActionItemsVerdict::Incomplete);
                state.open.push(item.id.clone());
                state.missing.push(format!("items[{index}].dueOn"));
            }
        }
        if item.owner.is_none() {
            let text = format!("{shown} has no owner");
            add(code::ACTION_ITEM_WITHOUT_OWNER, Severity::Warning, text, ActionItemsVerdict::Incomplete);
            state.missing.push(format!("items[{index}].owner"));
        }
    }
    if state.reasons.is_empty() {
        let (code, text) = match items.is_empty() {
            true => (code::NO_ACTION_ITEMS, "there are no action items"),
            false => (code::ACTION_ITEMS_DONE, "all action items are done"),
        };
        state.reasons.push(Reason::new(code, Severity::Info, "items", text));
    }
    Ok(state)
}

impl ActionItem {
    pub(super) fn check(&self, at: &str, now: Timestamp, faults: &mut Faults) {
        let texts = [("id", Some(&self.id)), ("text", Some(&self.text)), ("owner", self.owner.as_ref())];
        for (field, text) in texts {
            faults.check(
                text.is_none_or(|text| !text.trim().is_empty()),
                ErrorKind::InvalidValue,
                format_args!("{at}.{field}"),
                format_args!("is empty"),
            );
        }
        faults.check(
            self.done_at.is_none_or(|done| done <= now),
            ErrorKind::OutOfRange,
            format_args!("{at}.doneAt"),
            format_args!("is after `now`"),
        );
    }
}

/// Writes the state of the action items as text for a person.
///
/// ```
/// use relcore::retrospective::{Policy, action_items_state, explain_items};
/// let now = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// assert!(explain_items(&action_items_state(&[], &Policy::default(), now)?).starts_with("DONE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_items(state: &ActionItemsState) -> String {
    state.explain()
}

/// The consequence for the caller: `ask` if an item is overdue or incomplete, `wait` while some are open, else `proceed`.
///
/// ```
/// use relcore::retrospective::{Policy, action_items_state, outcome_of_items};
/// let now = relcore::Timestamp::parse("2026-12-10T14:00:00Z")?;
/// let state = action_items_state(&[], &Policy::default(), now)?;
/// assert_eq!(outcome_of_items(&state), relcore::decision::Outcome::Proceed);
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_items(state: &ActionItemsState) -> Outcome {
    Explain::outcome(state)
}

/// The text of [`explain_items`].
impl fmt::Display for ActionItemsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for ActionItemsState {
    fn headline(&self) -> String {
        let (overdue, open) = (self.overdue.len(), self.open.len());
        match self.verdict {
            ActionItemsVerdict::Done => "DONE: no action item is open".to_owned(),
            ActionItemsVerdict::Open => format!("OPEN: {open} not done"),
            ActionItemsVerdict::Incomplete => "INCOMPLETE: an owner or a day is missing".to_owned(),
            ActionItemsVerdict::Overdue => format!("OVERDUE: {overdue} overdue, {open} open"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            ActionItemsVerdict::Done => Outcome::Proceed,
            ActionItemsVerdict::Open => Outcome::Wait,
            ActionItemsVerdict::Incomplete | ActionItemsVerdict::Overdue => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        ", when the next item is overdue"
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
