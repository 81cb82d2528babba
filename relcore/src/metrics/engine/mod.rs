//! From columns to a report, in one walk over the deployments in the order of time.
//!
//! Everything that depends on what came before (seeds, links, failures) looks at all events given; the range and its
//! buckets only decide where a result is counted. So another range never changes what a deployment was.
//!
//! 1. `columns` or `rows` checked the events; here nothing is refused any more.
//! 2. `walk` passes each deployment once. It delivers changes and writes lead times down, run by run of a bucket;
//!    it notes the signs of failure; incidents that come before a deployment are linked before it passes.
//! 3. `recovery` brings the signs of each failed deployment together.
//! 4. `summary` turns counts and durations into estimates: buckets first, each on its own run of values, then the
//!    whole range on all of them.
//!
//! The same input gives the same bits: sums of durations are whole numbers, quantiles are ranks, and what comes out of
//! a map comes in the order of its keys.
mod delivery;
mod failure;
mod line;
mod order;
mod recovery;
mod revision;
mod standing;
mod summary;
mod tally;
mod walk;

use super::columns::Events;
use super::{DoraReport, MetricsPolicy};
use crate::error::Result;
use crate::time::{BucketUnit, TimeRange, buckets, tzdb_version};
use tally::Windows;

crate::digest::remembered_digest!(MetricsPolicy);

/// The report of events and a policy that have been checked.
pub(super) fn report(
    events: &Events<'_>,
    policy: &MetricsPolicy,
    range: &TimeRange,
    unit: BucketUnit,
    zone: &str,
) -> Result<DoraReport> {
    let whole = buckets(range, &unit, zone, &policy.week_start)?;
    let windows = Windows::new(&whole, range);
    let mut walked = walk::walk(events, policy, &windows);
    let recoveries =
        recovery::recoveries(events, policy, range, &windows, &walked.failures, &mut walked.tallies);
    let rows = summary::Rows { policy, range, buckets: &whole, any_deployment: walked.any_deployment };
    let (overall, rows) = rows.finish(&walked.tallies, walked.leads, recoveries);
    Ok(DoraReport {
        range: *range,
        overall,
        buckets: rows,
        policy_digest: digest_of(policy)?,
        tzdb_version: tzdb_version(),
    })
}

/// What stands at a place of a column, or a fixed value where the column is left out.
fn at<T: Copy>(column: &[T], place: usize, otherwise: T) -> T {
    column.get(place).copied().unwrap_or(otherwise)
}
