//! Validation of columns. The engine relies on it: every column is empty or as long as its table, every code is in its
//! table, every list lies within its items.
use super::event::{DeploymentIntent, DeploymentOutcome};
use super::table::{Events, Instants, ListedChanges, Lists, NONE};
use crate::error::{ErrorKind, Faults};
use crate::time::Timestamp;

/// The longest column: its indices fit into 32 bits with space for [`NONE`].
const LONGEST: usize = 1 << 30;

/// The largest number of services and of environments.
const MOST_CODES: u32 = 1 << 24;

impl Events<'_> {
    /// Adds every fault of the columns.
    pub(super) fn check(&self, faults: &mut Faults) {
        let (deployments, changes, incidents) = (&self.deployments, &self.changes, &self.incidents);
        let rows = deployments.finished_at.len();
        let cases = incidents.detected_at.len();
        let commits = changes.authored_at.millis.len();
        let services = self.services;
        let environments = u32::try_from(self.environments.len()).unwrap_or(NONE);
        let mut must = |holds: bool, column: &str, text: &str| {
            faults.check(holds, ErrorKind::InvalidValue, format_args!("{column}"), format_args!("{text}"));
        };

        must((1..=MOST_CODES).contains(&services), "services", "must be from 1 to 16,777,216");
        must((1..=MOST_CODES).contains(&environments), "environments", "must name at least one");
        let longest = rows.max(cases).max(commits);
        must(longest <= LONGEST, "events", "has a column of more than 2^30 rows");

        let lengths = [
            ("deployments.outcome", deployments.outcome.len() == rows),
            ("deployments.intent", optional(deployments.intent, rows)),
            ("deployments.service", optional(deployments.service, rows)),
            ("deployments.environment", optional(deployments.environment, rows)),
            ("deployments.revision", optional(deployments.revision, rows)),
            ("changes.committedAt", optional(changes.committed_at.millis, commits)),
            ("changes.merge", optional(changes.merge, commits)),
            ("incidents.resolvedAt", optional(incidents.resolved_at.millis, cases)),
            ("incidents.service", optional(incidents.service, cases)),
            ("incidents.environment", optional(incidents.environment, cases)),
            ("incidents.causedBy", optional(incidents.caused_by, cases)),
            ("incidents.duplicate", optional(incidents.duplicate, cases)),
        ];
        for (column, holds) in lengths {
            must(holds, column, "is not as long as the other columns");
        }

        let codes = [
            (
                "deployments.outcome",
                all(deployments.outcome, |code| DeploymentOutcome::from_code(code).is_some()),
            ),
            (
                "deployments.intent",
                all(deployments.intent, |code| DeploymentIntent::from_code(code).is_some()),
            ),
            ("deployments.service", all(deployments.service, |code| code < services)),
            ("deployments.environment", all(deployments.environment, |code| code < environments)),
            ("incidents.service", all(incidents.service, |code| code < services)),
            ("incidents.environment", all(incidents.environment, |code| code < environments)),
        ];
        for (column, holds) in codes {
            must(holds, column, "has a code beyond its table");
        }

        let offsets = [
            ("deployments.remediates", are_lists(deployments.remediates, rows)),
            (
                "deployments.changes",
                match deployments.changes {
                    ListedChanges::Nested(offsets) => {
                        are_offsets(offsets, rows)
                            && offsets.last().is_none_or(|end| (*end as usize) <= commits)
                    }
                    ListedChanges::Indexed(lists) => are_lists(lists, rows),
                },
            ),
            ("changes.reverts", are_lists(changes.reverts, commits)),
        ];
        for (column, holds) in offsets {
            must(holds, column, "has offsets that fall, are too few or point beyond the items");
        }

        let instants = [
            ("deployments.finishedAt", Instants { millis: deployments.finished_at, validity: None }),
            ("changes.authoredAt", changes.authored_at),
            ("changes.committedAt", changes.committed_at),
            ("incidents.detectedAt", Instants { millis: incidents.detected_at, validity: None }),
            ("incidents.resolvedAt", incidents.resolved_at),
        ];
        for (column, of) in instants {
            must(within_time(of), column, "has an instant outside the years 1 to 9999");
        }
    }
}

fn all<T: Copy>(column: &[T], holds: impl Fn(T) -> bool) -> bool {
    column.iter().all(|value| holds(*value))
}

/// Whether a column is left out or has a value for every row.
fn optional<T>(column: &[T], rows: usize) -> bool {
    column.is_empty() || column.len() == rows
}

/// Whether these are the offsets of the lists of so many rows, or of none.
fn are_offsets(offsets: &[u32], rows: usize) -> bool {
    offsets.is_empty() || offsets.len() == rows.saturating_add(1) && offsets.is_sorted()
}

/// Whether these are lists of so many rows, within their items.
fn are_lists(lists: Lists<'_>, rows: usize) -> bool {
    are_offsets(lists.offsets, rows)
        && lists.offsets.last().is_none_or(|end| *end as usize <= lists.items.len())
}

/// Whether all instants that are present lie in the years that a timestamp can hold.
fn within_time(of: Instants<'_>) -> bool {
    let range = Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS;
    match of.validity {
        None => of.millis.iter().all(|at| range.contains(at)),
        Some(_) => (0..of.millis.len()).filter_map(|index| of.at(index)).all(|at| range.contains(&at)),
    }
}
