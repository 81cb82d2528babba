//! What happened to the versions of a service: the input of the rollback window and of the candidates.
use super::plan_item::SchemaChange;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::time::{Span, Timestamp};
use crate::wire::tagged;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An event in the history of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.HistoryEvent", rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryEvent {
    /// When it happened. Not before the event in front of it, and not after `now`.
    pub at: Timestamp,
    /// What happened.
    pub kind: HistoryKind,
}

impl HistoryEvent {
    /// An event.
    #[must_use]
    pub fn new(at: Timestamp, kind: HistoryKind) -> Self {
        Self { at, kind }
    }
}

tagged! {
    "rollback.HistoryKind";
    /// What happened to a version, the schema or the data.
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum HistoryKind {
        /// A version began to serve, for the first time or again.
        Deployed {
            /// The version, or whatever else names a revision.
            version: String,
        },
        /// A version was deployed as an experiment. It counts as no revision, and nobody goes back to it.
        ExperimentDeployed {
            /// The version.
            version: String,
        },
        /// A version proved itself, for instance at the end of a canary or of its bake. Its failures before do not count any
        /// more.
        Succeeded {
            /// The version.
            version: String,
        },
        /// A version failed while it served.
        Failed {
            /// The version.
            version: String,
        },
        /// A rollback to a version was tried and failed.
        RollbackFailed {
            /// The version that should have served again.
            version: String,
        },
        /// A version must not be used any more.
        Withdrawn {
            /// The version.
            version: String,
        },
        /// A version is known to have a vulnerability.
        Vulnerable {
            /// The version.
            version: String,
            /// What names the vulnerability: `CVE-2026-1234`.
            advisory: String,
        },
        /// The artifact of a version is kept until an instant. The last of these events counts.
        ArtifactKept {
            /// The version.
            version: String,
            /// The instant at which it is deleted; it may be later than `now`.
            until: Timestamp,
        },
        /// A migration ran.
        Migrated {
            /// The name of the migration.
            migration: String,
            /// What it did to the schema.
            change: SchemaChange,
            /// The oldest version that works with the schema afterwards.
            works_from: String,
        },
        /// A migration was taken back.
        MigrationReverted {
            /// The name of the migration.
            migration: String,
        },
        /// Data was written for the first time in a format that older versions cannot read.
        NewFormatWritten {
            /// The oldest version that can read it.
            readable_from: String,
        },
    }
}

/// What is known of a version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) version: &'a str,
    /// Its position among all versions, by first deployment.
    pub(super) position: usize,
    pub(super) first_at: Timestamp,
    /// The start of the time for which it serves without interruption, or served last.
    pub(super) served_from: Timestamp,
    /// How long it served, up to now, without the run under way of the running version.
    pub(super) served_for: Span,
    /// Whether it serves now, so that `served_for` grows.
    pub(super) serves: bool,
    pub(super) is_experiment: bool,
    pub(super) succeeded_at: Option<Timestamp>,
    pub(super) failed_at: Option<Timestamp>,
    /// The rollbacks to it that failed since it succeeded last.
    pub(super) failed_rollbacks: u32,
    pub(super) withdrawn_at: Option<Timestamp>,
    pub(super) advisory: Option<&'a str>,
    pub(super) kept_until: Option<Timestamp>,
}

/// A change after which versions older than `from` must not run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barrier<'a> {
    pub(super) at: Timestamp,
    /// The migration; `None` for data in a new format.
    pub(super) migration: Option<&'a str>,
    pub(super) from: &'a str,
}

/// A history, read once.
#[derive(Debug, Default)]
pub(super) struct History<'a> {
    /// By first deployment.
    pub(super) versions: Vec<Known<'a>>,
    index: BTreeMap<&'a str, usize>,
    /// In the order in which they happened.
    pub(super) barriers: Vec<Barrier<'a>>,
    running: Option<(usize, Timestamp)>,
}

/// The largest number of events in a history.
const MOST: usize = 100_000;

impl<'a> History<'a> {
    /// Reads a history.
    pub(super) fn read(events: &'a [HistoryEvent], now: Timestamp) -> Result<Self> {
        let mut faults = Faults::new();
        let mut history = Self::default();
        if events.len() > MOST {
            let text = format_args!("{} events are too many: expected at most {MOST}", events.len());
            faults.add(ErrorKind::OutOfRange, format_args!("events"), text);
            return faults.finish().map(|()| history);
        }
        let mut before: Option<Timestamp> = None;
        for (index, event) in events.iter().enumerate() {
            faults.check(
                event.at <= now,
                ErrorKind::OutOfRange,
                format_args!("events[{index}].at"),
                format_args!("`{}` is after now, `{now}`: expected an instant that has passed", event.at),
            );
            if let Some(before) = before.filter(|before| event.at < *before) {
                faults.add(
                    ErrorKind::Unordered,
                    format_args!("events[{index}].at"),
                    format_args!("`{}` is before `{before}` of the event in front of it", event.at),
                );
            }
            before = before.max(Some(event.at));
            history.apply(index, event, &mut faults);
        }
        faults.finish()?;
        if let Some((running, since)) = history.running
            && let Some(known) = history.versions.get_mut(running)
        {
            known.serves = true;
            known.served_for = known.served_for.saturating_add(now.since(since));
        }
        Ok(history)
    }

    /// The version of this name.
    pub(super) fn find(&self, version: &str) -> Option<&Known<'a>> {
        self.index.get(version).and_then(|index| self.versions.get(*index))
    }

    /// The version that an argument names.
    pub(super) fn named(&self, argument: &str, version: &str, faults: &mut Faults) -> Option<&Known<'a>> {
        let found = self.find(version);
        faults.check(
            found.is_some(),
            ErrorKind::UnknownReference,
            format_args!("{argument}"),
            format_args!("{} was never deployed in this history", quoted(version)),
        );
        found
    }

    fn apply(&mut self, index: usize, event: &'a HistoryEvent, faults: &mut Faults) {
        let at = event.at;
        match &event.kind {
            HistoryKind::Deployed { version } => {
                check_name(index, "version", version, faults);
                self.deploy(version, at, false);
            }
            HistoryKind::ExperimentDeployed { version } => {
                check_name(index, "version", version, faults);
                self.deploy(version, at, true);
            }
            HistoryKind::Succeeded { version } => self.change(index, version, faults, |known| {
                (known.succeeded_at, known.failed_at, known.failed_rollbacks) = (Some(at), None, 0);
            }),
            HistoryKind::Failed { version } => self.change(index, version, faults, |known| {
                (known.succeeded_at, known.failed_at) = (None, Some(at));
            }),
            HistoryKind::RollbackFailed { version } => self.change(index, version, faults, |known| {
                known.failed_rollbacks = known.failed_rollbacks.saturating_add(1);
            }),
            HistoryKind::Withdrawn { version } => {
                self.change(index, version, faults, |known| {
                    known.withdrawn_at = known.withdrawn_at.or(Some(at));
                });
            }
            HistoryKind::Vulnerable { version, advisory } => {
                check_name(index, "advisory", advisory, faults);
                self.change(index, version, faults, |known| {
                    known.advisory = known.advisory.or(Some(advisory));
                });
            }
            HistoryKind::ArtifactKept { version, until } => {
                self.change(index, version, faults, |known| known.kept_until = Some(*until));
            }
            HistoryKind::Migrated { migration, change, works_from } => {
                check_name(index, "migration", migration, faults);
                check_name(index, "worksFrom", works_from, faults);
                if *change == SchemaChange::Contract {
                    self.barriers.push(Barrier { at, migration: Some(migration), from: works_from });
                }
            }
            HistoryKind::MigrationReverted { migration } => {
                // Of an expansion, which is no barrier, nothing is to be removed.
                check_name(index, "migration", migration, faults);
                self.barriers.retain(|barrier| barrier.migration != Some(migration));
            }
            HistoryKind::NewFormatWritten { readable_from } => {
                check_name(index, "readableFrom", readable_from, faults);
                self.barriers.push(Barrier { at, migration: None, from: readable_from });
            }
        }
    }

    fn deploy(&mut self, version: &'a str, at: Timestamp, is_experiment: bool) {
        let position = match self.index.get(version) {
            Some(position) => *position,
            None => {
                let position = self.versions.len();
                self.index.insert(version, position);
                self.versions.push(Known {
                    version,
                    position,
                    first_at: at,
                    served_from: at,
                    served_for: Span::ZERO,
                    serves: false,
                    is_experiment: true,
                    succeeded_at: None,
                    failed_at: None,
                    failed_rollbacks: 0,
                    withdrawn_at: None,
                    advisory: None,
                    kept_until: None,
                });
                position
            }
        };
        if is_experiment {
            return; // the version that runs keeps running beside it
        }
        if self.running.is_some_and(|(running, _)| running == position) {
            return; // deployed once more: neither its age nor its run begins anew
        }
        if let Some((running, since)) = self.running.replace((position, at))
            && let Some(stopped) = self.versions.get_mut(running)
        {
            stopped.served_for = stopped.served_for.saturating_add(at.since(since));
        }
        if let Some(started) = self.versions.get_mut(position) {
            (started.served_from, started.is_experiment) = (at, false);
        }
    }

    fn change(
        &mut self,
        index: usize,
        version: &str,
        faults: &mut Faults,
        change: impl FnOnce(&mut Known<'a>),
    ) {
        match self.index.get(version).and_then(|position| self.versions.get_mut(*position)) {
            Some(known) => change(known),
            None => faults.add(
                ErrorKind::UnknownReference,
                format_args!("events[{index}].kind.version"),
                format_args!("{} was not deployed before", quoted(version)),
            ),
        }
    }
}

fn check_name(index: usize, field: &str, name: &str, faults: &mut Faults) {
    faults.check(
        !name.trim().is_empty(),
        ErrorKind::InvalidValue,
        format_args!("events[{index}].kind.{field}"),
        format_args!("is empty: expected a name"),
    );
}
