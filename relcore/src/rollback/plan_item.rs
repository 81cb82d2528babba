//! What a rollback has to take back: the input of a plan.
use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// A part of a release that a rollback takes back: a migration, a flag, the traffic, the application, its
    /// configuration, a cache.
    ///
    /// The five fields of databases, from `schemaChange` on, are refused for other kinds.
    ///
    /// ```
    /// use relcore::rollback::{ItemKind, PlanItem};
    /// let item = PlanItem::new("checkout", ItemKind::Application).owner("on-call").commands(["./deploy.sh 1.4.1"]);
    /// assert_eq!(item.tested, None); // unknown, which is not `false`
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "rollback.PlanItem", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PlanItem {
        /// A name that no other item of the plan has.
        pub id: String,
        /// What it is.
        pub kind: ItemKind,
        /// How it is taken back. Default: the usual action of the kind; for a database, the one that the facts below allow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub action: Option<PlanAction>,
        /// The commands of the step, in their order. They are copied into the plan and never run.
        #[serde(default)]
        pub commands: Vec<String>,
        /// Who does the step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub owner: Option<String>,
        /// How long the step takes. Not negative.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub duration: Option<Span>,
        /// Whether the step has been tested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tested: Option<bool>,
        /// Whether the step itself can be undone. Default: as its action usually is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reversible: Option<bool>,
        /// The ids of the items whose steps must be done before.
        #[serde(default)]
        pub after: Vec<String>,
        /// What the migration does to the schema. Unknown counts as `contract`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub schema_change: Option<SchemaChange>,
        /// Whether a down migration exists. Unknown counts as `false`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub has_down: Option<bool>,
        /// Whether the down migration loses data, for instance that of a column which it drops.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub down_loses_data: Option<bool>,
        /// The instant of the newest backup. Not after `now`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub backup_at: Option<Timestamp>,
        /// The instant of the last write. Not after `now`. Unknown counts as `now`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_write_at: Option<Timestamp>,
    }
}

impl PlanItem {
    /// An item with its name and kind; everything else is unknown.
    #[must_use]
    pub fn new(id: impl Into<String>, kind: ItemKind) -> Self {
        Self {
            id: id.into(),
            kind,
            action: None,
            commands: Vec::new(),
            owner: None,
            duration: None,
            tested: None,
            reversible: None,
            after: Vec::new(),
            schema_change: None,
            has_down: None,
            down_loses_data: None,
            backup_at: None,
            last_write_at: None,
        }
    }

    /// The action: the stated one, the usual one of the kind, or the least harmful one that a database allows.
    ///
    /// A schema that the previous version works with stays. A down migration precedes a backup, because a backup loses
    /// everything that was written after it.
    pub(super) fn chosen_action(&self) -> PlanAction {
        match (self.action, self.kind) {
            (Some(action), _) => action,
            (None, ItemKind::Database) => match (self.schema_change, self.has_down) {
                (Some(SchemaChange::Unchanged | SchemaChange::Expand), _) => PlanAction::KeepSchema,
                (_, Some(true)) => PlanAction::MigrateDown,
                _ => PlanAction::RestoreBackup,
            },
            (None, ItemKind::FeatureFlag) => PlanAction::DisableFlag,
            (None, ItemKind::Traffic) => PlanAction::SwitchTraffic,
            (None, ItemKind::Application) => PlanAction::RedeployPrevious,
            (None, ItemKind::Configuration) => PlanAction::RevertFiles,
            (None, ItemKind::Cache) => PlanAction::ClearApplicationCache,
        }
    }

    /// Whether the previous version needs the database step before it can run.
    pub(super) fn blocks_the_previous_version(&self) -> bool {
        match self.chosen_action() {
            PlanAction::RestoreBackup => true,
            PlanAction::MigrateDown => {
                !matches!(self.schema_change, Some(SchemaChange::Unchanged | SchemaChange::Expand))
            }
            _ => false,
        }
    }

    fn check(&self, path: &str, now: Timestamp, faults: &mut Faults) {
        faults.check(
            !self.id.trim().is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{path}.id"),
            format_args!("is empty: expected a name"),
        );
        if let Some(action) = self.action {
            faults.check(
                action.kind() == self.kind,
                ErrorKind::InvalidValue,
                format_args!("{path}.action"),
                format_args!(
                    "`{action}` is no action of the kind `{}`, but of `{}`",
                    self.kind,
                    action.kind()
                ),
            );
        }
        if let Some(span) = self.duration {
            faults.check(
                !span.is_negative(),
                ErrorKind::OutOfRange,
                format_args!("{path}.duration"),
                format_args!("`{span}` is out of range: expected a span that is not negative"),
            );
        }
        let of_databases = [
            ("schemaChange", self.schema_change.is_some()),
            ("hasDown", self.has_down.is_some()),
            ("downLosesData", self.down_loses_data.is_some()),
            ("backupAt", self.backup_at.is_some()),
            ("lastWriteAt", self.last_write_at.is_some()),
        ];
        for (name, is_there) in of_databases {
            faults.check(
                !is_there || self.kind == ItemKind::Database,
                ErrorKind::InvalidValue,
                format_args!("{path}.{name}"),
                format_args!("is of databases only: the kind is `{}`", self.kind),
            );
        }
        for (name, at) in [("backupAt", self.backup_at), ("lastWriteAt", self.last_write_at)] {
            if let Some(at) = at {
                faults.check(
                    at <= now,
                    ErrorKind::OutOfRange,
                    format_args!("{path}.{name}"),
                    format_args!("`{at}` is after now, `{now}`: expected an instant that has passed"),
                );
            }
        }
    }
}

/// The largest number of items in a plan.
const MOST: usize = 1000;

/// Adds a fault for everything that is wrong with the items. Cycles are left to the order of the steps.
pub(super) fn check(items: &[PlanItem], now: Timestamp, faults: &mut Faults) {
    if items.len() > MOST {
        let text = format_args!("{} items are too many: expected at most {MOST}", items.len());
        return faults.add(ErrorKind::OutOfRange, format_args!("items"), text);
    }
    let mut ids = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        item.check(&format!("items[{index}]"), now, faults);
        faults.check(
            ids.insert(item.id.as_str()),
            ErrorKind::Duplicate,
            format_args!("items[{index}].id"),
            format_args!("{} is the id of an earlier item, too", quoted(&item.id)),
        );
    }
    for (index, item) in items.iter().enumerate() {
        for (position, id) in item.after.iter().enumerate() {
            faults.check(
                ids.contains(id.as_str()),
                ErrorKind::UnknownReference,
                format_args!("items[{index}].after[{position}]"),
                format_args!("{} is the id of no item", quoted(id)),
            );
        }
    }
}

/// What a part of a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.ItemKind", rename_all = "snake_case")]
pub enum ItemKind {
    /// A migration of a database.
    Database,
    /// A feature flag.
    FeatureFlag,
    /// The traffic, where the previous version still runs beside the new one, as in a blue-green deployment.
    Traffic,
    /// The application itself.
    Application,
    /// Configuration: files, flags, environment variables.
    Configuration,
    /// A cache that the new version filled.
    Cache,
}

/// How a part of a release is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.PlanAction", rename_all = "snake_case")]
pub enum PlanAction {
    /// Database: leave the schema as it is, because the previous version works with it.
    KeepSchema,
    /// Database: run the down migration.
    MigrateDown,
    /// Database: restore the newest backup. What was written after it is lost.
    RestoreBackup,
    /// Feature flag: disable it.
    DisableFlag,
    /// Traffic: send it to the previous version, which still runs.
    SwitchTraffic,
    /// Application: deploy the previous version.
    RedeployPrevious,
    /// Configuration: revert files.
    RevertFiles,
    /// Configuration: set flags to their values of before.
    RevertFlags,
    /// Configuration: reset environment variables.
    ResetEnvironment,
    /// Cache: clear the cache of the application.
    ClearApplicationCache,
    /// Cache: reset the state in memory, usually by a restart.
    ResetMemory,
    /// Cache: purge the CDN.
    PurgeCdn,
}

impl PlanAction {
    /// The kind that the action belongs to.
    pub(super) fn kind(self) -> ItemKind {
        match self {
            Self::KeepSchema | Self::MigrateDown | Self::RestoreBackup => ItemKind::Database,
            Self::DisableFlag => ItemKind::FeatureFlag,
            Self::SwitchTraffic => ItemKind::Traffic,
            Self::RedeployPrevious => ItemKind::Application,
            Self::RevertFiles | Self::RevertFlags | Self::ResetEnvironment => ItemKind::Configuration,
            Self::ClearApplicationCache | Self::ResetMemory | Self::PurgeCdn => ItemKind::Cache,
        }
    }
}

/// What a migration does to the schema, in the words of the expand and contract pattern (also called parallel change).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.SchemaChange", rename_all = "snake_case")]
pub enum SchemaChange {
    /// The schema is the same.
    Unchanged,
    /// Only additions that the previous version can ignore.
    Expand,
    /// Something that the previous version uses was removed, renamed or made stricter.
    Contract,
}
