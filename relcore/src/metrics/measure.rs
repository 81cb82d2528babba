//! All metrics of all events, in groups and buckets.
use super::engine::{Reader, check_frame};
use super::events::Events;
use super::figures::Figures;
use super::ledger::{Entry, Ledger};
use super::levels::levels;
use super::metric::MetricKind;
use super::rows::Rows;
use super::{Estimate, Metric, PartialBuckets, Policy};
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::time::{BucketUnit, TimeRange, buckets, tzdb_version};
use crate::wire::PolicyText as _;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// How figures are broken down.
    ///
    /// ```
    /// use relcore::{metrics::{Breakdown, Metric}, time::BucketUnit};
    /// let breakdown = Breakdown::default().unit(BucketUnit::Week).group_by(["team"]).metrics([Metric::ChangeFailRate]);
    /// assert_eq!(breakdown.zone, "UTC");
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Breakdown", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Breakdown {
        /// The length of the buckets; `month` by default.
        pub unit: BucketUnit,
        /// The time zone of the buckets; `UTC` by default.
        pub zone: String,
        /// What events are grouped by: `service`, `environment`, `revision` (the figures of each release) or a label of
        /// deployments and incidents. Several make a group for each combination that occurs. None by default.
        pub group_by: Vec<String>,
        /// The metrics; all by default.
        pub metrics: Vec<Metric>,
    }
}

impl Default for Breakdown {
    fn default() -> Self {
        Self { unit: BucketUnit::Month, zone: "UTC".to_owned(), group_by: vec![], metrics: vec![] }
    }
}

/// Metrics over a range and its buckets, of all events and of each group, made by [`measure`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Measures", rename_all = "camelCase", deny_unknown_fields)]
pub struct Measures {
    /// The range that the measures cover.
    pub range: TimeRange,
    /// The length of the buckets.
    pub unit: BucketUnit,
    /// The time zone of the buckets.
    pub zone: String,
    /// What the groups differ in.
    pub group_by: Vec<String>,
    /// All events.
    pub whole: Group,
    /// Each group with an event of these metrics in the range, in the order of their labels.
    pub groups: Vec<Group>,
    /// The policy: every choice that was made.
    pub policy: Policy,
    /// The digest of the policy: `sha256:` and 64 hexadecimal digits.
    pub policy_digest: String,
    /// The version of the time zone database that cut the buckets.
    pub tzdb_version: String,
}

/// The measures of a group of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Group", rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// What all events of the group have in common; empty for all events. A label that they lack is absent.
    pub labels: BTreeMap<String, String>,
    /// The whole range.
    pub overall: Period,
    /// The buckets that touch the range, in order, empty ones too.
    pub buckets: Vec<Period>,
}

impl Group {
    /// The whole range, and the buckets.
    fn periods(&self) -> impl Iterator<Item = &Period> {
        std::iter::once(&self.overall).chain(&self.buckets)
    }
}

/// The figures of a group in one range of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Period", rename_all = "camelCase", deny_unknown_fields)]
pub struct Period {
    /// The part of the bucket that lies in the range.
    pub range: TimeRange,
    /// Whether the bucket reaches beyond the range, so that these figures show only a part of it.
    pub partial: bool,
    /// A figure for each metric, in the order of [`definitions`](super::definitions).
    pub figures: Vec<Figure>,
}

impl Period {
    /// The estimate of a metric, if it was asked for.
    #[must_use]
    pub fn estimate(&self, metric: Metric) -> Option<&Estimate> {
        self.figures.iter().find(|figure| figure.metric == metric).map(|figure| &figure.estimate)
    }
}

/// One metric with its estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.Figure", rename_all = "camelCase", deny_unknown_fields)]
pub struct Figure {
    /// The metric.
    pub metric: Metric,
    /// Its value with its basis, or the reason why there is none.
    pub estimate: Estimate,
}

/// The most figures of one call: some hundred megabytes.
const MOST_FIGURES: usize = 1_000_000;

/// All metrics of events over a range and its buckets, for all events and for each group of them.
///
/// Links, first deployments and failures are found among all events, as in [`dora`](super::dora), and then counted for the group
/// of the deployment that they belong to: a lead time for that which delivered the change, a failure for that which failed.
/// What belongs to no deployment counts for the group of its incident. A group whose label is missing has no such label. The
/// five metrics of DORA are those of [`dora`](super::dora).
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Metric, Policy, measure};
/// use relcore::TimeRange;
/// let events: Events = serde_json::from_str(r#"{"deployments": [
///     {"id": "d1", "service": "shop", "finishedAt": "2026-11-03T10:00:00Z", "outcome": "success", "labels": {"team": "a"}},
///     {"id": "d2", "service": "cart", "finishedAt": "2026-11-04T10:00:00Z", "outcome": "failure", "labels": {"team": "b"}}
/// ]}"#)?;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
/// let measures = measure(&events, &Policy::default(), &november, &Breakdown::default().group_by(["team"]))?;
/// let success = |group: &relcore::metrics::Group| {
///     group.overall.estimate(Metric::DeploymentSuccessRate).and_then(|estimate| estimate.value)
/// };
/// assert_eq!((success(&measures.whole), success(&measures.groups[0])), (Some(0.5), Some(1.0)));
/// assert_eq!(measures.groups[1].labels["team"], "b");
/// // Pitfall: what did not happen has no number.
/// assert_eq!(measures.whole.overall.estimate(Metric::TimeToRestore).unwrap().value, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`dora`](super::dora), with the paths of `events`; `duplicate` for a dimension or a metric that is there twice;
/// `out_of_range` for more than a million figures: take fewer metrics, longer buckets or fewer groups.
pub fn measure(
    events: &Events,
    policy: &Policy,
    range: &TimeRange,
    breakdown: &Breakdown,
) -> Result<Measures> {
    let mut faults = Faults::new();
    let rows = events.rows(&mut faults);
    policy.check("policy", &mut faults);
    check_frame(range, [&breakdown.zone, "breakdown.zone"], &mut faults);
    breakdown.check(&mut faults);
    faults.finish()?;
    let whole = buckets(range, &breakdown.unit, &breakdown.zone, &policy.week_start)?;
    let columns = rows.events();
    let reader = Reader::new(&columns, policy);
    let ledger = Ledger::new(events, &rows, &reader, policy, range, &whole);
    let figures = Figures::new(&reader, policy, range, &breakdown.zone)?;
    let metrics: Vec<Metric> = Metric::all()
        .filter(|metric| breakdown.metrics.is_empty() || breakdown.metrics.contains(metric))
        .collect();

    let groups = Grouping::new(&ledger, &metrics, &breakdown.group_by);
    let periods = groups.names.len().saturating_add(1).saturating_mul(whole.len().saturating_add(1));
    if periods.saturating_mul(metrics.len()) > MOST_FIGURES {
        let n = groups.names.len();
        let text = format!("would make {periods} periods of {n} groups, more than a million figures");
        return Err(Error::new(ErrorKind::OutOfRange, "breakdown", text));
    }
    let parts: Vec<(TimeRange, bool)> = whole
        .iter()
        .map(|bucket| {
            let part = TimeRange { start: bucket.start.max(range.start), end: bucket.end.min(range.end) };
            (part, part != *bucket)
        })
        .collect();
    let mut all = empty(BTreeMap::new(), range, &parts);
    let mut by_group: Vec<Group> =
        groups.names.iter().map(|name| empty(groups.labels(name), range, &parts)).collect();
    for metric in metrics {
        let entries = ledger.of(metric);
        let of_group = groups.of(entries);
        fill(&mut all, metric, &figures, entries.iter().collect(), ledger.any(metric));
        for (group, own) in by_group.iter_mut().zip(of_group) {
            let any = own.iter().any(|entry| entry.counts.is_ok());
            fill(group, metric, &figures, own, any);
        }
    }
    if policy.partial_buckets == PartialBuckets::Drop {
        for group in std::iter::once(&mut all).chain(&mut by_group) {
            group.buckets.retain(|bucket| !bucket.partial);
        }
    }
    Ok(Measures {
        range: *range,
        unit: breakdown.unit,
        zone: breakdown.zone.clone(),
        group_by: breakdown.group_by.clone(),
        whole: all,
        groups: by_group,
        policy: policy.clone(),
        policy_digest: crate::digest::of(policy)?,
        tzdb_version: tzdb_version(),
    })
}

impl Breakdown {
    fn check(&self, faults: &mut Faults) {
        for (index, dimension) in self.group_by.iter().enumerate() {
            faults.check(
                !self.group_by.iter().take(index).any(|earlier| earlier == dimension),
                ErrorKind::Duplicate,
                format_args!("breakdown.groupBy[{index}]"),
                format_args!("{} is there twice", quoted(dimension)),
            );
        }
        for (index, metric) in self.metrics.iter().enumerate() {
            faults.check(
                !self.metrics.iter().take(index).any(|earlier| earlier == metric),
                ErrorKind::Duplicate,
                format_args!("breakdown.metrics[{index}]"),
                format_args!("`{metric}` is there twice"),
            );
        }
    }
}

impl Events {
    /// The columns of the rows. Two rows with one id are faults.
    pub(super) fn rows<'a>(&'a self, faults: &mut Faults) -> Rows<'a> {
        let mut own = Faults::new();
        let rows = Rows::new(&self.deployments, &self.changes, &self.incidents, &mut own);
        faults.absorb(own.finish().map_err(|error| error.under("events")));
        unique(self.bugs.iter().map(|bug| bug.id.as_str()), "bugs", faults);
        unique(self.vulnerabilities.iter().map(|one| one.id.as_str()), "vulnerabilities", faults);
        unique(self.scans.iter().map(|scan| scan.id.as_str()), "scans", faults);
        rows
    }
}

/// Two rows with one id are faults.
fn unique<'a>(ids: impl Iterator<Item = &'a str>, list: &str, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, id) in ids.enumerate() {
        faults.check(
            seen.insert(id),
            ErrorKind::Duplicate,
            format_args!("events.{list}[{index}].id"),
            format_args!("{} is the id of another one, too", quoted(id)),
        );
    }
}

/// A group whose periods have no figures yet.
fn empty(labels: BTreeMap<String, String>, range: &TimeRange, parts: &[(TimeRange, bool)]) -> Group {
    let period = |range, partial| Period { range, partial, figures: vec![] };
    Group {
        labels,
        overall: period(*range, false),
        buckets: parts.iter().map(|(part, partial)| period(*part, *partial)).collect(),
    }
}

/// Adds the figures of a metric; `entries` are those of the group.
fn fill(group: &mut Group, metric: Metric, figures: &Figures<'_>, mut entries: Vec<&Entry<'_>>, any: bool) {
    if metric.kind() == MetricKind::Level {
        let ends: Vec<i64> = group.periods().map(|period| period.range.end.as_millis()).collect();
        let levels = levels(&entries, &ends);
        for period in std::iter::once(&mut group.overall).chain(&mut group.buckets) {
            let level = levels.get(&period.range.end.as_millis()).copied().unwrap_or_default();
            period.figures.push(Figure { metric, estimate: figures.level(metric, level, any) });
        }
        return;
    }
    let add = |period: &mut Period, entries: &[&Entry<'_>]| {
        let estimate = figures.estimate(metric, &period.range, entries, any);
        period.figures.push(Figure { metric, estimate });
    };
    add(&mut group.overall, &entries);
    entries.sort_by_key(|entry| entry.bucket);
    for (index, bucket) in group.buckets.iter_mut().enumerate() {
        let from = entries.partition_point(|entry| entry.bucket < index);
        let to = entries.partition_point(|entry| entry.bucket <= index);
        add(bucket, entries.get(from..to).unwrap_or_default());
    }
}

/// The groups that occur.
struct Grouping<'a> {
    dimensions: &'a [String],
    names: Vec<Vec<Option<&'a str>>>,
}

impl<'a> Grouping<'a> {
    fn new(ledger: &Ledger<'a>, metrics: &[Metric], dimensions: &'a [String]) -> Self {
        let mut groups = Self { dimensions, names: vec![] };
        if !dimensions.is_empty() {
            let entries = metrics.iter().flat_map(|metric| ledger.of(*metric));
            groups.names = entries.filter_map(|entry| groups.name(entry)).collect();
            groups.names.sort_unstable();
            groups.names.dedup();
        }
        groups
    }

    /// The group of an entry; none for a change that no deployment has.
    fn name(&self, entry: &Entry<'a>) -> Option<Vec<Option<&'a str>>> {
        entry
            .subject
            .has_place()
            .then(|| self.dimensions.iter().map(|dimension| entry.subject.label(dimension)).collect())
    }

    fn labels(&self, name: &[Option<&str>]) -> BTreeMap<String, String> {
        let labels = self.dimensions.iter().zip(name);
        labels.filter_map(|(dimension, label)| Some((dimension.clone(), (*label)?.to_owned()))).collect()
    }

    /// The entries of each group.
    fn of<'e>(&self, entries: &'e [Entry<'a>]) -> Vec<Vec<&'e Entry<'a>>> {
        let mut groups = vec![vec![]; self.names.len()];
        if self.dimensions.is_empty() {
            return groups;
        }
        for entry in entries {
            let index = self.name(entry).and_then(|name| self.names.binary_search(&name).ok());
            if let Some(group) = index.and_then(|index| groups.get_mut(index)) {
                group.push(entry);
            }
        }
        groups
    }
}
