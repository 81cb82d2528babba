//! Converts events from objects into columns.
//!
//! Ids become indices, names become codes. An id that is not in the input becomes an index beyond the table: the engine
//! counts the items that refer to it and links none. History is often cut somewhere, so that is no error; two rows with
//! one id are an error, because a reference to it would be ambiguous.
use super::engine::{NO_CIRCLE, circles};
use super::table::{ChangeColumns, DeploymentColumns, Events, IncidentColumns, ListedChanges};
use super::{Change, Deployment, Incident};
use crate::column::{Instants, Lists, NONE};
use crate::error::{ErrorKind, Faults};
use crate::time::Timestamp;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// An index that no table has: the id is not in the input.
const UNKNOWN: u32 = NONE - 1;

/// The columns of rows. Deployments are in the order of time, so that the order of the input does not matter.
#[derive(Default)]
pub(super) struct Rows<'a> {
    /// The deployments in the order of the columns.
    by_time: Vec<&'a Deployment>,
    environments: Vec<&'a str>,
    services: u32,
    finished_at: Vec<i64>,
    outcome: Vec<u8>,
    intent: Vec<u8>,
    service: Vec<u32>,
    environment: Vec<u32>,
    revision: Vec<u32>,
    remediates: Ragged,
    run: Vec<u32>,
    listed: Ragged,
    authored_at: Sparse,
    committed_at: Vec<i64>,
    merge: Vec<bool>,
    reverts: Ragged,
    issue_created_at: Sparse,
    opened_at: Sparse,
    reviewed_at: Sparse,
    merged_at: Sparse,
    detected_at: Vec<i64>,
    resolved_at: Sparse,
    incident_service: Vec<u32>,
    incident_environment: Vec<u32>,
    caused_by: Vec<u32>,
    closed: Vec<bool>,
    duplicate_of: Vec<u32>,
    incident_revision: Vec<u32>,
}

impl<'a> Rows<'a> {
    /// Converts rows into columns. Two rows with one id, and incidents that are duplicates of each other in a circle,
    /// are faults.
    pub(super) fn new(
        deployments: &'a [Deployment],
        changes: &'a [Change],
        incidents: &'a [Incident],
        faults: &mut Faults,
    ) -> Self {
        let mut by_time: Vec<(usize, &Deployment)> = deployments.iter().enumerate().collect();
        by_time
            .sort_by(|(_, a), (_, b)| a.finished_at.cmp(&b.finished_at).then_with(|| natural(&a.id, &b.id)));
        let deployment_ids =
            index(by_time.iter().map(|(position, row)| (*position, row.id.as_str())), "deployments", faults);
        let change_ids = index(changes.iter().map(|row| row.id.as_str()).enumerate(), "changes", faults);
        let incident_ids =
            index(incidents.iter().map(|row| row.id.as_str()).enumerate(), "incidents", faults);

        let (mut services, mut environments) = (Codes::default(), Codes::default());
        let (mut revisions, mut runs) = (Codes::default(), Codes::default());
        let mut rows = Self { by_time: by_time.iter().map(|(_, row)| *row).collect(), ..Self::default() };
        for (_, row) in by_time {
            rows.finished_at.push(row.finished_at.as_millis());
            rows.outcome.push(row.outcome.code());
            rows.intent.push(row.intent.code());
            rows.service.push(services.code(&row.service));
            rows.environment.push(environments.code(&row.environment));
            rows.revision.push(row.revision.as_deref().map_or(NONE, |revision| revisions.code(revision)));
            rows.remediates.push(&row.remediates, &deployment_ids);
            rows.run.push(row.run.as_deref().map_or(NONE, |run| runs.code(run)));
            rows.listed.push(&row.changes, &change_ids);
        }
        for row in changes {
            rows.authored_at.push(row.authored_at.map(|at| at.as_millis()));
            rows.committed_at.push(row.committed_at.as_millis());
            rows.merge.push(row.merge);
            rows.reverts.push(&row.reverts, &change_ids);
            let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
            rows.issue_created_at.push(millis(row.issue_created_at));
            rows.opened_at.push(millis(row.opened_at));
            rows.reviewed_at.push(millis(row.reviewed_at));
            rows.merged_at.push(millis(row.merged_at));
        }
        for row in incidents {
            rows.detected_at.push(row.detected_at.as_millis());
            rows.resolved_at.push(row.resolved_at.map(|at| at.as_millis()));
            rows.incident_service.push(services.code(&row.service));
            rows.incident_environment.push(environments.code(&row.environment));
            let cause = row.caused_by.as_deref();
            rows.caused_by.push(cause.map_or(NONE, |id| find(&deployment_ids, id)));
            rows.closed.push(row.closed);
            rows.incident_revision
                .push(row.revision.as_deref().map_or(NONE, |revision| revisions.code(revision)));
            let original = row.duplicate_of.as_deref();
            rows.duplicate_of.push(original.map_or(NONE, |id| find(&incident_ids, id)));
        }
        for incident in circles(&rows.duplicate_of) {
            let path = format_args!("incidents[{incident}].duplicateOf");
            faults.add(ErrorKind::InvalidValue, path, format_args!("leads in a circle: {NO_CIRCLE}"));
        }
        rows.services = services.len().max(1);
        rows.environments = environments.into_names();
        if rows.environments.is_empty() {
            rows.environments.push("");
        }
        rows
    }

    /// A deployment, by its index in the columns.
    pub(super) fn deployment(&self, index: usize) -> Option<&'a Deployment> {
        self.by_time.get(index).copied()
    }

    /// The deployments in the order of time.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &'a Deployment> {
        self.by_time.iter().copied()
    }

    /// The columns, borrowed.
    pub(super) fn events(&self) -> Events<'_> {
        Events {
            deployments: DeploymentColumns {
                finished_at: &self.finished_at,
                outcome: &self.outcome,
                intent: &self.intent,
                service: &self.service,
                environment: &self.environment,
                revision: &self.revision,
                remediates: self.remediates.lists(),
                run: &self.run,
                changes: ListedChanges::Indexed(self.listed.lists()),
            },
            changes: ChangeColumns {
                authored_at: self.authored_at.instants(),
                committed_at: Instants { millis: &self.committed_at, validity: None },
                merge: &self.merge,
                reverts: self.reverts.lists(),
                issue_created_at: self.issue_created_at.instants(),
                opened_at: self.opened_at.instants(),
                reviewed_at: self.reviewed_at.instants(),
                merged_at: self.merged_at.instants(),
            },
            incidents: IncidentColumns {
                detected_at: &self.detected_at,
                resolved_at: self.resolved_at.instants(),
                service: &self.incident_service,
                environment: &self.incident_environment,
                caused_by: &self.caused_by,
                closed: &self.closed,
                duplicate: &[],
                duplicate_of: &self.duplicate_of,
                revision: &self.incident_revision,
            },
            environments: &self.environments,
            services: self.services,
        }
    }
}

/// The order of ids as a person reads them: numbers in them compare as numbers, so `0.0.9` comes before `0.0.10`.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.bytes().peekable(), b.bytes().peekable());
    loop {
        let both_digits =
            left.peek().is_some_and(u8::is_ascii_digit) && right.peek().is_some_and(u8::is_ascii_digit);
        let order = if both_digits {
            number(&mut left).cmp(&number(&mut right))
        } else {
            match (left.next(), right.next()) {
                (None, None) => return a.cmp(b), // `1.01` and `1.1` are equal as numbers, not as ids
                (one, other) => one.cmp(&other),
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The digits that come next, without leading zeros: by length, then by text, is by number.
fn number(bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> (usize, Vec<u8>) {
    let mut digits = vec![];
    while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
        if digit != b'0' || !digits.is_empty() {
            digits.push(digit);
        }
    }
    (digits.len(), digits)
}

/// The index of each id in the order of `rows`, which also carry the position in the input for the path of a fault.
fn index<'a>(
    rows: impl Iterator<Item = (usize, &'a str)>,
    list: &str,
    faults: &mut Faults,
) -> BTreeMap<&'a str, u32> {
    let mut ids = BTreeMap::new();
    for ((position, id), index) in rows.zip(0_u32..UNKNOWN) {
        if ids.insert(id, index).is_some() {
            faults.add(
                ErrorKind::Duplicate,
                format_args!("{list}[{position}].id"),
                format_args!("{} is the id of another one, too", crate::error::quoted(id)),
            );
        }
    }
    ids
}

fn find(ids: &BTreeMap<&str, u32>, id: &str) -> u32 {
    ids.get(id).copied().unwrap_or(UNKNOWN)
}

/// Small numbers for texts, in the order of appearance.
#[derive(Default)]
struct Codes<'a> {
    codes: BTreeMap<&'a str, u32>,
    names: Vec<&'a str>,
}

impl<'a> Codes<'a> {
    fn code(&mut self, name: &'a str) -> u32 {
        let next = self.len();
        let code = *self.codes.entry(name).or_insert(next);
        if code == next {
            self.names.push(name);
        }
        code
    }

    fn len(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(NONE)
    }

    fn into_names(self) -> Vec<&'a str> {
        self.names
    }
}

/// Lists of different lengths.
#[derive(Default)]
struct Ragged {
    offsets: Vec<u32>,
    items: Vec<u32>,
}

impl Ragged {
    fn push(&mut self, ids: &[String], known: &BTreeMap<&str, u32>) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.items.extend(ids.iter().map(|id| find(known, id)));
        self.offsets.push(u32::try_from(self.items.len()).unwrap_or(NONE));
    }

    fn lists(&self) -> Lists<'_> {
        Lists { offsets: &self.offsets, items: &self.items }
    }
}

/// Instants that may be absent.
#[derive(Default)]
struct Sparse {
    millis: Vec<i64>,
    bits: Vec<u8>,
}

impl Sparse {
    fn push(&mut self, at: Option<i64>) {
        let row = self.millis.len();
        self.millis.push(at.unwrap_or_default());
        if row.is_multiple_of(8) {
            self.bits.push(0);
        }
        if let Some(byte) = self.bits.last_mut() {
            *byte |= u8::from(at.is_some()) << (row % 8);
        }
    }

    fn instants(&self) -> Instants<'_> {
        Instants { millis: &self.millis, validity: Some(&self.bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_that_a_person_reads() {
        let sorted = ["", "0", "1", "01x", "a", "a2", "a10", "aa", "v0.0.9", "v0.0.10", "v1-rc1", "v1a"];
        for (index, one) in sorted.iter().enumerate() {
            for (place, other) in sorted.iter().enumerate() {
                assert_eq!(natural(one, other), index.cmp(&place), "{one} {other}");
            }
        }
    }
}
