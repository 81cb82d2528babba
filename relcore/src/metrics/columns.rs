//! The columns door: a million deployments without an object each.
//!
//! A million deployments with three changes each and fifty thousand incidents take about a tenth of a second of one
//! core, and no memory beyond eight bytes a change and the buckets. Rows in the order of time are fastest.
//!
//! - Events are told apart by their place in the columns: `caused_by` and `remediates` hold places.
//! - A column that is empty means that nothing is known: one service, no merges, no revisions.
//! - Instants are milliseconds since 1970 in UTC; absent ones are cleared in a validity bitmap, as in Arrow.
//! - Changes are nested under their deployments ([`ListedChanges::Nested`]) or listed by place
//!   ([`ListedChanges::Indexed`]), where several deployments may list one change and the first delivers it.
//!
//! The one exception to the table of public functions: slices of numbers cross every language's line without being
//! copied. [`dora`](super::dora) brings its rows into these columns and asks the same engine.
use super::engine;
use super::{DoraReport, MetricsPolicy};
use crate::error::{ErrorKind, Faults, Result};
use crate::time::{BucketUnit, TimeRange, Timestamp};

/// The code or index that means "none".
pub const NONE: u32 = u32::MAX;

/// Milliseconds since 1970, some of which may be absent.
///
/// ```
/// use relcore::metrics::columns::Instants;
/// let resolved = Instants { millis: &[1000, 0, 3000], validity: Some(&[0b101]) };
/// assert_eq!((resolved.at(0), resolved.at(1), resolved.at(2)), (Some(1000), None, Some(3000)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Instants<'a> {
    /// The instants; what stands at an absent place is not read.
    pub millis: &'a [i64],
    /// One bit a place, lowest first, set where the instant is there: Arrow's validity bitmap. Without one, all are.
    pub validity: Option<&'a [u8]>,
}

impl Instants<'_> {
    /// The instant at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<i64> {
        if let Some(bits) = self.validity
            && bits.get(place / 8).is_none_or(|byte| byte >> (place % 8) & 1 == 0)
        {
            return None;
        }
        self.millis.get(place).copied()
    }
}

/// A list of indices for every place, one after the other: Arrow's `List`.
///
/// ```
/// use relcore::metrics::columns::Lists;
/// let lists = Lists { offsets: &[0, 2, 2, 3], items: &[7, 8, 9] };
/// assert_eq!((lists.of(0), lists.of(1), lists.of(2)), ([7, 8].as_slice(), [].as_slice(), [9].as_slice()));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Lists<'a> {
    /// Where the list of each place begins, and at the end where the last one ends. Empty when all lists are.
    pub offsets: &'a [u32],
    /// The items of all lists.
    pub items: &'a [u32],
}

impl<'a> Lists<'a> {
    /// The items of a place.
    #[must_use]
    pub fn of(&self, place: usize) -> &'a [u32] {
        let bounds = self.offsets.get(place).zip(self.offsets.get(place.saturating_add(1)));
        bounds.and_then(|(from, to)| self.items.get(*from as usize..*to as usize)).unwrap_or_default()
    }
}

/// Deployments by columns. Their index is their identity; of two that finish in the same instant the lower is earlier.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeploymentColumns<'a> {
    /// When each finished, in milliseconds since 1970. Ascending is fastest, any order is right.
    pub finished_at: &'a [i64],
    /// How each ended: the place of its [`DeploymentOutcome`](super::DeploymentOutcome), 0 for success.
    pub outcome: &'a [u8],
    /// What each was for: the place of its [`DeploymentIntent`](super::DeploymentIntent). Empty when nobody knows.
    pub intent: &'a [u8],
    /// The code of each one's service. Empty when there is one service.
    pub service: &'a [u32],
    /// The index into [`Events::environments`] of each one's environment. Empty when all went to the first.
    pub environment: &'a [u32],
    /// The code of each one's revision, or [`NONE`]. Empty when nobody knows.
    pub revision: &'a [u32],
    /// The indices of the deployments that each remediates. An index beyond the table is one not in the input.
    pub remediates: Lists<'a>,
    /// The changes of each.
    pub changes: ListedChanges<'a>,
}

/// How deployments name their changes.
#[derive(Clone, Copy, Debug)]
pub enum ListedChanges<'a> {
    /// The changes of deployment `i` are those from `offsets[i]` to before `offsets[i + 1]`: each belongs to one
    /// deployment. The fastest form.
    Nested(&'a [u32]),
    /// Each deployment lists indices of changes. An index beyond the table is one not in the input.
    Indexed(Lists<'a>),
}

impl Default for ListedChanges<'_> {
    fn default() -> Self {
        Self::Nested(&[])
    }
}

/// Changes by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeColumns<'a> {
    /// When each was written.
    pub authored_at: Instants<'a>,
    /// When each was committed. Empty when nobody knows.
    pub committed_at: Instants<'a>,
    /// Whether each only joins others. Empty when none does.
    pub merge: &'a [bool],
    /// The indices of the changes that each reverts.
    pub reverts: Lists<'a>,
}

/// Incidents by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct IncidentColumns<'a> {
    /// When each was detected, in milliseconds since 1970.
    pub detected_at: &'a [i64],
    /// When each was resolved.
    pub resolved_at: Instants<'a>,
    /// As for deployments.
    pub service: &'a [u32],
    /// As for deployments.
    pub environment: &'a [u32],
    /// The index of the deployment that caused each, or [`NONE`]. Empty when nobody knows.
    pub caused_by: &'a [u32],
    /// Whether each repeats another. Empty when none does.
    pub duplicate: &'a [bool],
}

/// All events by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Events<'a> {
    /// The deployments.
    pub deployments: DeploymentColumns<'a>,
    /// The changes.
    pub changes: ChangeColumns<'a>,
    /// The incidents.
    pub incidents: IncidentColumns<'a>,
    /// The names of the environments.
    pub environments: &'a [&'a str],
    /// How many services there are: their codes are below this. At least 1.
    pub services: u32,
}

/// The five delivery metrics, from columns: the same report as [`dora`](super::dora) gives for the same events.
///
/// ```
/// use relcore::metrics::columns::{DeploymentColumns, Events, dora};
/// use relcore::{TimeRange, Timestamp, metrics::MetricsPolicy, time::BucketUnit};
/// let day = 86_400_000;
/// let events = Events {
///     deployments: DeploymentColumns { finished_at: &[day, 3 * day], outcome: &[0, 0], ..Default::default() },
///     environments: &["production"],
///     services: 1,
///     ..Default::default()
/// };
/// let range = TimeRange { start: Timestamp::from_millis(0)?, end: Timestamp::from_millis(4 * day)? };
/// let report = dora(&events, &MetricsPolicy::default(), &range, &BucketUnit::Year, "UTC")?;
/// assert_eq!(report.overall.deployment_frequency.value, Some(0.5)); // two in four days
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`dora`](super::dora), and `invalid_value` for columns of different lengths, codes beyond their table and
/// offsets that fall.
pub fn dora(
    events: &Events<'_>,
    policy: &MetricsPolicy,
    range: &TimeRange,
    unit: &BucketUnit,
    zone: &str,
) -> Result<DoraReport> {
    let mut faults = Faults::new();
    faults.absorb(policy.validate("policy"));
    events.check(&mut faults);
    faults.finish()?;
    engine::report(events, policy, range, *unit, zone)
}

/// Columns longer than this, or more services: indices would not fit.
const LONGEST: usize = 1 << 30;
const MOST_SERVICES: u32 = 1 << 24;

impl Events<'_> {
    fn check(&self, faults: &mut Faults) {
        let (deployments, changes, incidents) = (&self.deployments, &self.changes, &self.incidents);
        let rows = deployments.finished_at.len();
        let cases = incidents.detected_at.len();
        let commits = changes.authored_at.millis.len();
        let services = self.services;
        let environments = u32::try_from(self.environments.len()).unwrap_or(NONE);
        let mut must = |holds: bool, column: &str, text: &str| {
            faults.check(holds, ErrorKind::InvalidValue, format_args!("{column}"), format_args!("{text}"));
        };

        must((1..=MOST_SERVICES).contains(&services), "services", "must be from 1 to 16,777,216");
        must((1..=MOST_SERVICES).contains(&environments), "environments", "must name at least one");
        let longest = rows.max(cases).max(commits);
        must(longest <= LONGEST, "events", "has a column of more than 2^30 places");

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
            ("deployments.outcome", deployments.outcome.iter().all(|code| *code <= 5)),
            ("deployments.intent", deployments.intent.iter().all(|code| *code <= 4)),
            ("deployments.service", deployments.service.iter().all(|code| *code < services)),
            ("deployments.environment", deployments.environment.iter().all(|code| *code < environments)),
            ("incidents.service", incidents.service.iter().all(|code| *code < services)),
            ("incidents.environment", incidents.environment.iter().all(|code| *code < environments)),
        ];
        for (column, holds) in codes {
            must(holds, column, "has a code beyond its table");
        }

        let offsets = [
            ("deployments.remediates", ascending(deployments.remediates, rows)),
            (
                "deployments.changes",
                match deployments.changes {
                    ListedChanges::Nested(offsets) => {
                        rising(offsets, rows) && offsets.last().is_none_or(|end| (*end as usize) <= commits)
                    }
                    ListedChanges::Indexed(lists) => ascending(lists, rows),
                },
            ),
            ("changes.reverts", ascending(changes.reverts, commits)),
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

fn optional<T>(column: &[T], rows: usize) -> bool {
    column.is_empty() || column.len() == rows
}

fn rising(offsets: &[u32], rows: usize) -> bool {
    offsets.is_empty() || offsets.len() == rows.saturating_add(1) && offsets.is_sorted()
}

fn ascending(lists: Lists<'_>, rows: usize) -> bool {
    rising(lists.offsets, rows) && lists.offsets.last().is_none_or(|end| *end as usize <= lists.items.len())
}

fn within_time(of: Instants<'_>) -> bool {
    let range = Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS;
    match of.validity {
        None => of.millis.iter().all(|at| range.contains(at)),
        Some(_) => (0..of.millis.len()).filter_map(|place| of.at(place)).all(|at| range.contains(&at)),
    }
}
