//! The plan of a rollback: its steps in order, what they cost, and the gaps.
use super::code;
use super::plan_item::{self, ItemKind, PlanAction, PlanItem, SchemaChange};
use crate::decision::Outcome;
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

/// Plans a rollback: one step for each item, in an order that stops the harm first, with the reason of each position.
///
/// | stage | steps | reason |
/// | --- | --- | --- |
/// | 1 | flags, then traffic | they stop the harm at once and lose nothing |
/// | 2 | a down migration of a contracted schema, a restored backup | the previous version cannot run on the present schema |
/// | 3 | configuration | the application reads it when it starts |
/// | 4 | application | |
/// | 5 | traffic, if there is a step of stage 2 | the previous version could not have served it earlier |
/// | 6 | a down migration of an expanded schema | the new version needs the schema until it is gone |
/// | 7 | cache of the application, state in memory | the previous version must not read what the new one wrote |
/// | 8 | CDN | it is filled again by whatever serves then |
///
/// `after` of an item moves its step behind the named ones, whatever its stage. Each step waits for the steps of earlier
/// stages before it and for its `after`; those of one stage run at the same time. So the critical path is computed; `total`
/// is the time for one person who does one step after the other.
///
/// ```
/// use relcore::rollback::{ItemKind, PlanAction, PlanItem, PlanVerdict, SchemaChange, plan_rollback};
/// use relcore::{Span, Timestamp};
///
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let done = |item: PlanItem, command: &str| {
///     item.owner("on-call").tested(true).commands([command]).duration(Span::from_minutes(5))
/// };
/// let items = [
///     done(PlanItem::new("shop", ItemKind::Application), "kubectl rollout undo deployment/shop"),
///     done(PlanItem::new("new-checkout", ItemKind::FeatureFlag), "flags disable new-checkout"),
/// ];
/// let plan = plan_rollback(&items, now)?;
/// assert_eq!(plan.verdict, PlanVerdict::Complete);
/// assert_eq!(plan.steps[0].id, "new-checkout"); // the harm first
/// assert_eq!(plan.total, Some(Span::from_minutes(10)));
///
/// // Pitfall: a migration of which nothing is known is taken back by a backup, and without a backup not at all.
/// let plan = plan_rollback(&[PlanItem::new("orders", ItemKind::Database)], now)?;
/// assert_eq!(plan.steps[0].action, PlanAction::RestoreBackup);
/// assert_eq!(plan.verdict, PlanVerdict::Blocked);
///
/// let expanded = PlanItem::new("orders", ItemKind::Database).schema_change(SchemaChange::Expand);
/// assert_eq!(plan_rollback(&[expanded], now)?.steps[0].action, PlanAction::KeepSchema);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `duplicate` for two items of one id, `unknown_reference` for an `after` that names no item,
/// `invalid_value` for an empty id, an action of another kind such as `purge_cdn` for a database, `backupAt` of an
/// application, and items that wait for one another; `out_of_range` for a negative duration, a backup after `now`, and more
/// than 1,000 items.
pub fn plan_rollback(items: &[PlanItem], now: Timestamp) -> Result<Plan> {
    let mut faults = Faults::new();
    plan_item::check(items, now, &mut faults);
    faults.finish()?;
    let order = order(items)?;

    let has_schema_first = items.iter().any(PlanItem::blocks_the_previous_version);
    let planned: Vec<Planned> = order.iter().map(|item| Planned::new(item, has_schema_first, now)).collect();
    let schedule = schedule(&planned);
    let mut findings: Vec<Reason> = planned.iter().flat_map(findings).collect();
    if planned.is_empty() {
        let text = "the plan has no steps: nothing says how to roll back";
        findings.push(Reason::new(code::PLAN_EMPTY, Severity::Critical, "plan", text));
    }
    let verdict = match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Critical) => PlanVerdict::Blocked,
        Some(Severity::Warning | Severity::Error) => PlanVerdict::HasGaps,
        Some(Severity::Info) | None => PlanVerdict::Complete,
    };
    if verdict == PlanVerdict::Complete {
        let text = "every step has an owner, a duration and a test, and none loses data";
        findings.insert(0, Reason::new(code::PLAN_COMPLETE, Severity::Info, "plan", text));
    }
    Ok(Plan {
        verdict,
        data_loss: planned.iter().filter_map(Planned::data_loss).collect(),
        missing: planned.iter().flat_map(Planned::missing).collect(),
        total: schedule
            .finish
            .map(|_| planned.iter().filter_map(Planned::duration).fold(Span::ZERO, Span::saturating_add)),
        critical: schedule.finish,
        critical_path: schedule.path,
        steps: planned.iter().zip(schedule.starts).map(|(step, start)| step.to_step(start)).collect(),
        reasons: findings,
    })
}

/// The gaps of a plan: what [`plan_rollback`] finds, without the steps. For a check before the release.
///
/// ```
/// use relcore::rollback::{ItemKind, PlanItem, check_rollback_plan, code};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let findings = check_rollback_plan(&[PlanItem::new("shop", ItemKind::Application).owner("on-call")], now)?;
/// assert!(findings.iter().any(|finding| finding.code == code::STEP_UNTESTED));
///
/// // Pitfall: a plan without steps is no plan without gaps.
/// assert_eq!(check_rollback_plan(&[], now)?[0].code, code::PLAN_EMPTY);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`plan_rollback`].
pub fn check_rollback_plan(items: &[PlanItem], now: Timestamp) -> Result<Vec<Reason>> {
    let mut findings = plan_rollback(items, now)?.reasons;
    findings.retain(|finding| finding.code != code::PLAN_COMPLETE);
    Ok(findings)
}

/// The steps of a rollback in order, made by [`plan_rollback`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.Plan", rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// Whether the plan can be followed as it is.
    pub verdict: PlanVerdict,
    /// The steps in their order.
    pub steps: Vec<PlanStep>,
    /// The findings in the order of the steps, or that there are none. Never empty.
    pub reasons: Vec<Reason>,
    /// The unknown facts that were treated as their worst value: `orders.hasDown`.
    pub missing: Vec<String>,
    /// What the rollback loses.
    pub data_loss: Vec<DataLoss>,
    /// The time for one step after the other; absent if that of a step is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Span>,
    /// The time if steps that need not wait for one another run at the same time; absent if that of a step is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Span>,
    /// The ids of the steps that make the plan as long as `critical`, in order; empty if it is unknown.
    pub critical_path: Vec<String>,
}

/// Whether a plan can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.PlanVerdict", rename_all = "snake_case")]
pub enum PlanVerdict {
    /// No gap is known.
    Complete,
    /// It can be followed, but something is missing, untested, or lost.
    HasGaps,
    /// A step cannot be done, or there is none.
    Blocked,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.PlanStep", rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanStep {
    /// The id of its item.
    pub id: String,
    /// What it takes back.
    pub kind: ItemKind,
    /// How.
    pub action: PlanAction,
    /// Why it stands at this position.
    pub reason: Reason,
    /// The commands of its item.
    pub commands: Vec<String>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// The time from the start of the rollback to the earliest start of the step; absent if it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_after: Option<Span>,
    /// Whether the step cannot be undone.
    pub irreversible: bool,
}

/// Data that a step of a rollback loses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.DataLoss", rename_all = "camelCase", deny_unknown_fields)]
pub struct DataLoss {
    /// The id of the step.
    pub id: String,
    /// The start of the time whose writes are lost; absent if it is unknown, or if the loss is not one of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// The end of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// A sentence for a person.
    pub text: String,
}

/// The stages of a plan, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Flag,
    EarlyTraffic,
    SchemaFirst,
    Configuration,
    Application,
    LateTraffic,
    SchemaLast,
    Cache,
    Cdn,
}

impl Stage {
    fn of(item: &PlanItem, has_schema_first: bool) -> Self {
        match item.chosen_action() {
            PlanAction::DisableFlag => Self::Flag,
            PlanAction::SwitchTraffic if has_schema_first => Self::LateTraffic,
            PlanAction::SwitchTraffic => Self::EarlyTraffic,
            PlanAction::RestoreBackup => Self::SchemaFirst,
            PlanAction::MigrateDown if item.blocks_the_previous_version() => Self::SchemaFirst,
            PlanAction::MigrateDown | PlanAction::KeepSchema => Self::SchemaLast,
            PlanAction::RevertFiles | PlanAction::RevertFlags | PlanAction::ResetEnvironment => {
                Self::Configuration
            }
            PlanAction::RedeployPrevious => Self::Application,
            PlanAction::ClearApplicationCache | PlanAction::ResetMemory => Self::Cache,
            PlanAction::PurgeCdn => Self::Cdn,
        }
    }

    /// The code and the sentence of a step at this stage.
    fn why(self, action: PlanAction) -> (ReasonCode, &'static str) {
        match self {
            Self::Flag => {
                (code::PLAN_HARM_FIRST, "disabling a flag stops the harm within seconds and loses nothing")
            }
            Self::EarlyTraffic => (
                code::PLAN_HARM_FIRST,
                "the previous version still runs: the traffic goes back to it before the slow steps",
            ),
            Self::SchemaFirst if action == PlanAction::RestoreBackup => (
                code::PLAN_SCHEMA_FIRST,
                "the backup is restored before the previous version runs and writes again",
            ),
            Self::SchemaFirst => (
                code::PLAN_SCHEMA_FIRST,
                "the previous version cannot run on the present schema: the migration goes back first",
            ),
            Self::Configuration => (
                code::PLAN_CONFIGURATION_FIRST,
                "the application reads its configuration when it starts: it is reverted before",
            ),
            Self::Application => {
                (code::PLAN_APPLICATION, "the previous version starts once what it needs is back")
            }
            Self::LateTraffic => (
                code::PLAN_TRAFFIC_LATE,
                "the previous version could not serve before its schema was back: the traffic follows",
            ),
            Self::SchemaLast if action == PlanAction::KeepSchema => {
                (code::PLAN_SCHEMA_LAST, "the previous version works with the schema: it stays as it is")
            }
            Self::SchemaLast => (
                code::PLAN_SCHEMA_LAST,
                "the new version needs the expanded schema: the migration goes back after it is gone",
            ),
            Self::Cache => (
                code::PLAN_CACHE_LAST,
                "the previous version must not read what the new one stored: the cache is cleared after it is back",
            ),
            Self::Cdn => {
                (code::PLAN_CACHE_LAST, "the CDN is filled again by whatever serves then: it is purged last")
            }
        }
    }
}

/// Orders the items by Kahn's algorithm: of those whose `after` is done, the one of the earliest stage comes first, and of
/// one stage the first of the input.
fn order(items: &[PlanItem]) -> Result<Vec<&PlanItem>> {
    let has_schema_first = items.iter().any(PlanItem::blocks_the_previous_version);
    let index_of: BTreeMap<&str, usize> =
        items.iter().enumerate().map(|(index, item)| (item.id.as_str(), index)).collect();
    let mut waits: Vec<BTreeSet<usize>> = items
        .iter()
        .map(|item| item.after.iter().filter_map(|id| index_of.get(id.as_str()).copied()).collect())
        .collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (index, before) in waits.iter().enumerate() {
        for earlier in before {
            if let Some(followers) = followers.get_mut(*earlier) {
                followers.push(index);
            }
        }
    }
    let key = |index: usize| items.get(index).map(|item| (Stage::of(item, has_schema_first), index));
    let is_free = |(index, before): (usize, &BTreeSet<usize>)| before.is_empty().then_some(index);
    let mut ready: BTreeSet<(Stage, usize)> =
        waits.iter().enumerate().filter_map(is_free).filter_map(key).collect();
    let mut ordered = Vec::with_capacity(items.len());
    while let Some((_, index)) = ready.pop_first() {
        ordered.extend(items.get(index));
        for follower in followers.get(index).into_iter().flatten() {
            let Some(before) = waits.get_mut(*follower) else { continue };
            if before.remove(&index) && before.is_empty() {
                ready.extend(key(*follower));
            }
        }
    }
    let mut faults = Faults::new();
    for (index, before) in waits.iter().enumerate() {
        faults.check(
            before.is_empty(),
            ErrorKind::InvalidValue,
            format_args!("items[{index}].after"),
            format_args!("can never be done: items wait for one another"),
        );
    }
    faults.finish()?;
    Ok(ordered)
}

/// An item at its position.
struct Planned<'a> {
    item: &'a PlanItem,
    action: PlanAction,
    stage: Stage,
    now: Timestamp,
}

impl<'a> Planned<'a> {
    fn new(item: &'a PlanItem, has_schema_first: bool, now: Timestamp) -> Self {
        Self { item, action: item.chosen_action(), stage: Stage::of(item, has_schema_first), now }
    }

    /// A schema that stays takes no time, unless it is stated.
    fn duration(&self) -> Option<Span> {
        let nothing_to_do = self.action == PlanAction::KeepSchema;
        self.item.duration.or(nothing_to_do.then_some(Span::ZERO))
    }

    fn loses_by_down(&self) -> Option<bool> {
        match self.action {
            PlanAction::MigrateDown => self.item.down_loses_data,
            _ => Some(false),
        }
    }

    /// The time whose writes are not in the backup.
    fn unsaved(&self) -> Option<(Timestamp, Timestamp)> {
        let (backup, last_write) = (self.item.backup_at?, self.item.last_write_at.unwrap_or(self.now));
        (backup < last_write).then_some((backup, last_write))
    }

    fn is_irreversible(&self) -> bool {
        let usually = match self.action {
            PlanAction::RestoreBackup => true,
            _ => self.loses_by_down() != Some(false),
        };
        self.item.reversible.map_or(usually, |reversible| !reversible)
    }

    fn data_loss(&self) -> Option<DataLoss> {
        let id = &self.item.id;
        let loss = |start, end, text| Some(DataLoss { id: id.clone(), start, end, text });
        match (self.action, self.unsaved()) {
            (PlanAction::RestoreBackup, Some((start, end))) => {
                loss(Some(start), Some(end), format!("`{id}`: {}", lost_writes(start, end)))
            }
            (PlanAction::RestoreBackup, None) if self.item.backup_at.is_none() => {
                loss(None, None, format!("`{id}`: without a backup nothing can be restored"))
            }
            (PlanAction::MigrateDown, _) if self.loses_by_down() == Some(true) => {
                loss(None, None, format!("`{id}`: what the down migration drops is lost"))
            }
            _ => None,
        }
    }

    /// The unknown facts that were treated as their worst value.
    fn missing(&self) -> Vec<String> {
        let item = self.item;
        let is_chosen = item.kind == ItemKind::Database && item.action.is_none();
        let restores = self.action == PlanAction::RestoreBackup;
        let lists = [
            ("schemaChange", item.kind == ItemKind::Database && item.schema_change.is_none()),
            ("hasDown", is_chosen && restores && item.has_down.is_none()),
            ("downLosesData", self.loses_by_down().is_none()),
            ("backupAt", restores && item.backup_at.is_none()),
            ("lastWriteAt", restores && item.backup_at.is_some() && item.last_write_at.is_none()),
            ("duration", self.duration().is_none()),
        ];
        lists
            .into_iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(name, _)| format!("{}.{name}", item.id))
            .collect()
    }

    fn to_step(&self, starts_after: Option<Span>) -> PlanStep {
        let item = self.item;
        let (code, text) = self.stage.why(self.action);
        let reason = match item.after.as_slice() {
            [] => Reason::new(code, Severity::Info, item.id.as_str(), text),
            after => {
                let text = format!("{text}; as stated, after {}", after.join(", "));
                Reason::new(code::PLAN_ORDER_STATED, Severity::Info, item.id.as_str(), text)
            }
        };
        PlanStep {
            id: item.id.clone(),
            kind: item.kind,
            action: self.action,
            reason,
            commands: item.commands.clone(),
            owner: item.owner.clone(),
            duration: self.duration(),
            starts_after,
            irreversible: self.is_irreversible(),
        }
    }
}

fn lost_writes(start: Timestamp, end: Timestamp) -> String {
    format!(
        "restoring the backup loses what was written from {start} to {end}, {}",
        format_duration(end.since(start))
    )
}

/// When each step starts, and which steps make the plan as long as it is.
struct Schedule {
    starts: Vec<Option<Span>>,
    finish: Option<Span>,
    path: Vec<String>,
}

/// The longest path (critical path method, J. E. Kelley and M. R. Walker, 1959) in one pass, since a step waits for
/// earlier ones only.
fn schedule(planned: &[Planned]) -> Schedule {
    /// The end of a step, and its position.
    type End = (Span, usize);
    let mut ends: BTreeMap<&str, End> = BTreeMap::new();
    // The latest end of the steps of each stage.
    let mut stages: BTreeMap<Stage, End> = BTreeMap::new();
    let later = |a: Option<End>, b: End| match a {
        Some(a) if a.0 >= b.0 => Some(a),
        _ => Some(b),
    };
    let (mut starts, mut waits_for, mut is_known) = (Vec::new(), Vec::new(), true);
    for (position, step) in planned.iter().enumerate() {
        let stated = step.item.after.iter().filter_map(|id| ends.get(id.as_str()));
        let last = stages.range(..step.stage).map(|(_, end)| end).chain(stated).copied().fold(None, later);
        let start = last.map_or(Span::ZERO, |(end, _)| end);
        // A start is known as long as all steps before it have a duration.
        starts.push(is_known.then_some(start));
        waits_for.push(last.map(|(_, position)| position));
        is_known = is_known && step.duration().is_some();
        let end = (start.saturating_add(step.duration().unwrap_or(Span::ZERO)), position);
        ends.insert(&step.item.id, end);
        let latest = stages.get(&step.stage).copied();
        stages.extend(later(latest, end).map(|end| (step.stage, end)));
    }
    let last = is_known.then(|| ends.values().copied().fold(None, latest_then_first)).flatten(); // no steps: unknown
    let mut path = Vec::new();
    let mut position = last.map(|(_, position)| position);
    while let Some(step) = position.and_then(|position| planned.get(position)) {
        path.push(step.item.id.clone());
        position = position.and_then(|position| waits_for.get(position).copied().flatten());
    }
    path.reverse();
    Schedule { starts, finish: last.map(|(end, _)| end), path }
}

/// Of two ends the later one, and of equal ones the one of the earlier step.
fn latest_then_first(a: Option<(Span, usize)>, b: (Span, usize)) -> Option<(Span, usize)> {
    match a {
        Some(a) if (a.0, std::cmp::Reverse(a.1)) >= (b.0, std::cmp::Reverse(b.1)) => Some(a),
        _ => Some(b),
    }
}

/// The gaps of a step.
fn findings(step: &Planned) -> Vec<Reason> {
    let (item, id) = (step.item, &step.item.id);
    let mut found = Vec::new();
    if item.kind == ItemKind::Database {
        found.extend(schema_finding(step));
        found.extend(migration_findings(step));
    }
    let mut add = |code, severity, text: String| found.push(Reason::new(code, severity, id, text));
    if step.is_irreversible() {
        let action = step.action.to_string().replace('_', " ");
        add(code::STEP_IRREVERSIBLE, Severity::Info, format!("`{id}` cannot be undone: {action}"));
    }
    if step.action == PlanAction::KeepSchema {
        return found;
    }
    match item.tested {
        Some(true) => {}
        Some(false) => {
            add(
                code::STEP_UNTESTED,
                Severity::Error,
                format!("`{id}` is untested: test it before the release"),
            );
        }
        None => add(
            code::STEP_UNTESTED,
            Severity::Warning,
            format!("it is not known whether `{id}` was tested: test it before the release"),
        ),
    }
    if item.owner.as_deref().unwrap_or_default().trim().is_empty() {
        add(code::NO_OWNER, Severity::Warning, format!("`{id}` has no owner: name who does it"));
    }
    if item.duration.is_none() {
        let text = format!("`{id}` has no duration: the time that the rollback takes is unknown");
        add(code::NO_DURATION, Severity::Warning, text);
    }
    if item.commands.iter().all(|command| command.trim().is_empty()) {
        add(code::NO_COMMANDS, Severity::Info, format!("`{id}` has no commands: it is done by hand"));
    }
    found
}

/// What the migration does to the rollback window, and whether the schema may stay.
fn schema_finding(step: &Planned) -> Option<Reason> {
    let (item, id) = (step.item, &step.item.id);
    let (code, severity, text) = match (step.action, item.schema_change) {
        (_, Some(SchemaChange::Unchanged | SchemaChange::Expand)) => return None,
        (PlanAction::KeepSchema, _) => (
            code::SCHEMA_INCOMPATIBLE,
            Severity::Critical,
            format!("the previous version is not known to work with the schema that `{id}` leaves"),
        ),
        (action, Some(SchemaChange::Contract)) => (
            code::CONTRACT_CLOSES_WINDOW,
            if action == PlanAction::RestoreBackup { Severity::Error } else { Severity::Warning },
            format!(
                "the contract migration `{id}` closes the rollback window: run it in a later release of its own"
            ),
        ),
        (_, None) => (
            code::SCHEMA_CHANGE_UNKNOWN,
            Severity::Warning,
            format!("it is not known what `{id}` does to the schema: it is treated as a contract migration"),
        ),
    };
    Some(Reason::new(code, severity, id, text))
}

/// Whether the migration can be taken back, and what that loses.
fn migration_findings(step: &Planned) -> Vec<Reason> {
    let (item, id) = (step.item, &step.item.id);
    let mut found = Vec::new();
    let mut add = |code, severity, text: String| found.push(Reason::new(code, severity, id, text));
    match (step.action, item.has_down) {
        (PlanAction::MigrateDown, Some(false)) => add(
            code::MIGRATION_WITHOUT_DOWN,
            Severity::Critical,
            format!("`{id}` has no down migration that could be run"),
        ),
        (PlanAction::RestoreBackup, Some(false)) => add(
            code::MIGRATION_WITHOUT_DOWN,
            Severity::Error,
            format!("`{id}` has no down migration: only a backup takes it back"),
        ),
        (PlanAction::RestoreBackup, None) => add(
            code::MIGRATION_WITHOUT_DOWN,
            Severity::Error,
            format!("no down migration of `{id}` is known: only a backup takes it back"),
        ),
        _ => {}
    }
    match step.loses_by_down() {
        Some(false) => {}
        Some(true) => {
            add(code::DOWN_LOSES_DATA, Severity::Error, format!("the down migration of `{id}` loses data"));
        }
        None => add(
            code::DATA_LOSS_UNKNOWN,
            Severity::Warning,
            format!("it is not known whether the down migration of `{id}` loses data"),
        ),
    }
    match (step.action, item.backup_at, step.unsaved()) {
        (PlanAction::RestoreBackup, None, _) => add(
            code::NO_BACKUP,
            Severity::Critical,
            format!("no backup of `{id}` is known: nothing can be restored"),
        ),
        (PlanAction::MigrateDown, None, _) => add(
            code::NO_BACKUP,
            Severity::Warning,
            format!("no backup of `{id}` is known, in case the down migration fails"),
        ),
        (PlanAction::RestoreBackup | PlanAction::MigrateDown, _, Some((start, end))) => {
            let (severity, text) = match step.action {
                PlanAction::RestoreBackup => {
                    (Severity::Error, format!("`{id}`: {}", lost_writes(start, end)))
                }
                _ => (
                    Severity::Warning,
                    format!(
                        "the backup of `{id}` is {} older than the data, in case the down migration fails",
                        format_duration(end.since(start))
                    ),
                ),
            };
            let age = end.since(start).as_seconds();
            let evidence = Evidence {
                observed: Some(age),
                threshold: Some(0.0),
                unit: Some("s".to_owned()),
                ..Evidence::default()
            };
            found.push(Reason::new(code::BACKUP_OUTDATED, severity, id, text).with(evidence));
        }
        _ => {}
    }
    found
}

/// Writes a plan as text for a person: the steps with their commands, the time, what is lost, the gaps.
///
/// ```
/// use relcore::rollback::{ItemKind, PlanItem, explain_plan, plan_rollback};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let item = PlanItem::new("shop", ItemKind::Application).commands(["kubectl rollout undo deployment/shop"]);
/// let text = explain_plan(&plan_rollback(&[item], now)?);
/// assert!(text.starts_with("ROLLBACK PLAN WITH GAPS\n1. shop: redeploy previous"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_plan(plan: &Plan) -> String {
    plan.to_string()
}

/// The consequence of a plan for its caller: `proceed` if it is complete, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::rollback::{outcome_of_plan, plan_rollback};
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert_eq!(outcome_of_plan(&plan_rollback(&[], now)?), Outcome::Ask); // Pitfall: no steps are no plan
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_plan(plan: &Plan) -> Outcome {
    match plan.verdict {
        PlanVerdict::Complete => Outcome::Proceed,
        PlanVerdict::HasGaps | PlanVerdict::Blocked => Outcome::Ask,
    }
}

/// The text of [`explain_plan`].
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.verdict {
            PlanVerdict::Complete => "ROLLBACK PLAN\n",
            PlanVerdict::HasGaps => "ROLLBACK PLAN WITH GAPS\n",
            PlanVerdict::Blocked => "ROLLBACK PLAN THAT CANNOT BE FOLLOWED\n",
        })?;
        for (index, step) in self.steps.iter().enumerate() {
            let mut line = format!(
                "{}. {}: {}",
                index.saturating_add(1),
                step.id,
                step.action.to_string().replace('_', " ")
            );
            // Writing to a String cannot fail.
            if let Some(duration) = step.duration {
                let _ = write!(line, ", {}", format_duration(duration));
            }
            if let Some(owner) = &step.owner {
                let _ = write!(line, ", {owner}");
            }
            if step.irreversible {
                line.push_str(", cannot be undone");
            }
            writeln!(f, "{line}; {} [{}]", step.reason.text, step.reason.code)?;
            for command in &step.commands {
                writeln!(f, "   $ {command}")?;
            }
        }
        match (self.total, self.critical) {
            (Some(total), Some(critical)) => writeln!(
                f,
                "time: {}, at least {} ({})",
                format_duration(total),
                format_duration(critical),
                self.critical_path.join(", ")
            )?,
            _ => f.write_str("time: unknown\n")?,
        }
        for loss in &self.data_loss {
            writeln!(f, "data loss: {}", loss.text)?;
        }
        let mut reasons: Vec<&Reason> = self.reasons.iter().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity)); // stable: keeps the order of the steps
        for Reason { code, severity, subject, text, .. } in reasons {
            writeln!(f, "- {severity}: {text} [{code}: {subject}]")?;
        }
        if !self.missing.is_empty() {
            writeln!(f, "missing: {}", self.missing.join(", "))?;
        }
        Ok(())
    }
}
