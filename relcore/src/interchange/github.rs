//! Deployments, releases, pull requests and issues of GitHub's REST API.
use super::issue_rules::IssueRules;
use super::rows::{Collector, Event, Pages, ReadEvents, Row, RowsAt, Skip, SkipCode, collect, missing};
use crate::change::{Entry, links};
use crate::error::Result;
use crate::metrics::{Change, Deployment, DeploymentOutcome};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What the state of a deployment status says, by
/// <https://docs.github.com/en/rest/deployments/statuses>.
const STATUS_STATES: [(&str, Status); 8] = [
    ("success", Status::Ended(DeploymentOutcome::Success)),
    ("failure", Status::Ended(DeploymentOutcome::Failure)),
    ("error", Status::Ended(DeploymentOutcome::Error)),
    ("in_progress", Status::Running),
    ("queued", Status::Waiting),
    ("waiting", Status::Waiting), // for a review or a timer of a protected environment
    ("pending", Status::Waiting),
    ("inactive", Status::Superseded),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Waiting,
    Running,
    Ended(DeploymentOutcome),
    /// A later deployment replaced it, or its environment is gone: this says nothing about how it ended.
    Superseded,
}

/// Reads deployments of GitHub: the pages of `GET /repos/{owner}/{repo}/deployments`, and those of
/// `GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses` for each of them, in any order.
///
/// A status is matched to its deployment by the number at the end of its `deployment_url`.
///
/// | state of a status | meaning |
/// | --- | --- |
/// | `success`, `failure`, `error` | the deployment ended with this outcome |
/// | `in_progress` | it runs; the first one is its start |
/// | `queued`, `waiting`, `pending` | it waits |
/// | `inactive` | a later deployment replaced it; says nothing about how it ended |
///
/// The last state with an outcome decides. The deployment finished when that outcome was first reported without another one
/// since, so a health check that repeats `success` months later moves nothing. A deployment without an outcome is skipped as
/// `pending`. The commit `sha` becomes the revision; the changes are not known, and `metrics.attribute_changes` finds them.
///
/// ```
/// use relcore::interchange::github_deployments;
/// let deployments = r#"[{"id": 42, "sha": "a84d88e", "environment": "production"}]"#.to_owned();
/// let url = r#""deployment_url": "https://api.github.com/repos/octo/shop/deployments/42""#;
/// let statuses = format!(
///     r#"[{{"id": 2, "state": "success", "created_at": "2026-11-23T03:00:00Z", {url}}},
///         {{"id": 3, "state": "inactive", "created_at": "2026-11-24T03:00:00Z", {url}}}]"#
/// );
/// let read = github_deployments(&[deployments.clone()], &[statuses], "shop")?;
/// assert_eq!(read.events.deployments[0].finished_at.to_string(), "2026-11-23T03:00:00.000Z");
/// assert_eq!((read.rows.get(), read.parts.get()), (3, 2));
/// // Pitfall: without its statuses, nobody knows how a deployment ended.
/// assert_eq!(github_deployments(&[deployments], &[], "shop")?.events.deployments.len(), 0);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all pages at once: `syntax` for a page that is not JSON, `wrong_type` for `{"message": "Not Found"}`. A row
/// that cannot be read is no error: it is in `skipped`.
pub fn github_deployments(deployments: &[String], statuses: &[String], service: &str) -> Result<ReadEvents> {
    let (deployments, statuses) = both(
        Pages::parse(deployments, "deployments", RowsAt::Top),
        Pages::parse(statuses, "statuses", RowsAt::Top),
    )?;
    let known: BTreeSet<String> = deployments.rows().filter_map(|row| row.id("id").ok()).collect();
    let mut collector = Collector::new("id");
    let mut by_deployment: BTreeMap<String, Vec<(Timestamp, String, Status)>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in statuses.rows() {
        match read_status(&row) {
            Ok((deployment, ..)) if !known.contains(&deployment) => {
                let text = format!("the deployment `{deployment}` is not in the pages");
                collector.skip(&row, Skip::new(SkipCode::UnknownReference, "deployment_url", text));
            }
            Ok((_, _, id, _)) if !seen.insert(id.clone()) => {
                let text = "has the id of an earlier status";
                collector.skip(&row, Skip::new(SkipCode::Duplicate, "", text));
            }
            Ok((deployment, at, id, status)) => {
                by_deployment.entry(deployment).or_default().push((at, id, status));
                collector.part();
            }
            Err(skip) => collector.skip(&row, skip),
        }
    }
    for statuses in by_deployment.values_mut() {
        // Ids grow; of two statuses of one second the longer, then greater id is the later one.
        statuses.sort_by(|(a_at, a_id, _), (b_at, b_id, _)| {
            a_at.cmp(b_at).then(a_id.len().cmp(&b_id.len())).then(a_id.cmp(b_id))
        });
    }
    for row in deployments.rows() {
        collector.add(&row, read_deployment(&row, &by_deployment, service));
    }
    Ok(collector.finish())
}

/// The faults of both lists of pages, together.
fn both(a: Result<Pages>, b: Result<Pages>) -> Result<(Pages, Pages)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(a), Err(b)) => Err(a.and(b)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

fn read_status(row: &Row<'_>) -> Result<(String, Timestamp, String, Status), Skip> {
    let url = row.text("deployment_url")?;
    let id =
        url.rsplit('/').next().filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()));
    let no_id =
        || Skip::new(SkipCode::InvalidValue, "deployment_url", "does not end with the id of a deployment");
    let state = row.text("state")?;
    let known = STATUS_STATES.iter().find(|(name, _)| *name == state);
    let (_, status) = known.ok_or_else(|| Skip::unknown_state("state", state))?;
    Ok((id.ok_or_else(no_id)?.to_owned(), row.time("created_at")?, row.id("id")?, *status))
}

fn read_deployment(
    row: &Row<'_>,
    statuses: &BTreeMap<String, Vec<(Timestamp, String, Status)>>,
    service: &str,
) -> Result<Event, Skip> {
    let id = row.id("id")?;
    let statuses = statuses.get(&id).map(Vec::as_slice).unwrap_or_default();
    let ended = statuses.iter().filter_map(|(at, _, status)| match status {
        Status::Ended(outcome) => Some((*at, *outcome)),
        _ => None,
    });
    // The outcome that was reported last, and the first report of it since another one.
    let end = ended.fold(None, |end, (at, outcome)| match end {
        Some((_, before)) if before == outcome => end,
        _ => Some((at, outcome)),
    });
    let pending = || Skip::new(SkipCode::Pending, "", "has no status with an outcome");
    let (finished_at, outcome) = end.ok_or_else(pending)?;
    let mut deployment = Deployment::new(id, service, finished_at, outcome);
    row.text("environment")?.clone_into(&mut deployment.environment);
    deployment.revision = Some(row.text("sha")?.to_owned());
    let running = statuses.iter().find(|(_, _, status)| *status == Status::Running);
    deployment.started_at = running.map(|(at, ..)| *at).filter(|at| *at <= finished_at);
    Ok(Event::Deployment(deployment))
}

/// Reads releases of GitHub as deployments to production, the pages of `GET /repos/{owner}/{repo}/releases`: for software that
/// users install, the release is the instant from which they can have it.
///
/// The tag becomes the id, `published_at` the finish. A draft is skipped as `pending`, a prerelease as `other_kind`.
///
/// ```
/// let page = r#"[{"id": 1, "tag_name": "v1.0.0", "draft": false, "prerelease": false,
///     "created_at": "2026-11-20T03:00:00Z", "published_at": "2026-11-23T03:00:00Z"}]"#;
/// let read = relcore::interchange::github_releases(&[page.to_owned()], "shop")?;
/// assert_eq!(read.events.deployments[0].id, "v1.0.0");
/// // Pitfall: `created_at` is the time of the commit, not that of the release.
/// assert_eq!(read.events.deployments[0].finished_at.to_string(), "2026-11-23T03:00:00.000Z");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`github_deployments`].
pub fn github_releases(pages: &[String], service: &str) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Top)?;
    Ok(collect(&pages, "tag_name", |row| {
        if row.optional_flag("draft")? {
            return Err(Skip::new(SkipCode::Pending, "draft", "is a draft"));
        }
        if row.optional_flag("prerelease")? {
            return Err(Skip::new(SkipCode::OtherKind, "prerelease", "is a prerelease"));
        }
        let (tag, at) = (row.text("tag_name")?, row.time("published_at")?);
        Ok(Event::Deployment(Deployment::new(tag, service, at, DeploymentOutcome::Success)))
    }))
}

/// Reads pull requests of GitHub as changes, the pages of `GET /repos/{owner}/{repo}/pulls?state=all`.
///
/// | state | result |
/// | --- | --- |
/// | `closed` with `merged_at` | a change; its id is `merge_commit_sha`, the commit on the base branch |
/// | `closed` without `merged_at` | skipped as `abandoned` |
/// | `open` | skipped as `pending` |
///
/// `created_at` is when the request was opened. When it was written and first reviewed is not in this list. The merge stands
/// for the commit, so `authoredAt` is left out and a lead time from there falls back to the merge. A request whose body says
/// `Reverts owner/repo#N`, as GitHub writes it, reverts that request if it is in the pages.
///
/// ```
/// let page = r#"[
///     {"number": 7, "state": "closed", "title": "Add a cart", "body": null, "merge_commit_sha": "e5bd391",
///      "created_at": "2026-11-20T03:00:00Z", "merged_at": "2026-11-23T03:00:00Z"},
///     {"number": 8, "state": "closed", "title": "Drop it", "body": null, "merge_commit_sha": "0d1a26e",
///      "created_at": "2026-11-20T03:00:00Z", "merged_at": null}
/// ]"#;
/// let read = relcore::interchange::github_pulls(&[page.to_owned()])?;
/// assert_eq!(read.events.changes[0].id, "e5bd391");
/// // Pitfall: a request that was closed without a merge has a `merge_commit_sha`, too: that of a test merge.
/// assert_eq!(read.events.changes.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`github_deployments`].
pub fn github_pulls(pages: &[String]) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Top)?;
    let mut read = collect(&pages, "number", |row| {
        row.id("number")?;
        let state = row.text("state")?;
        let Some(merged_at) = row.optional_time("merged_at")? else {
            return Err(match state {
                "open" => Skip::pending("state", state),
                "closed" => Skip::new(SkipCode::Abandoned, "merged_at", "was closed without a merge"),
                _ => Skip::unknown_state("state", state),
            });
        };
        let mut change = Change::new(row.text("merge_commit_sha")?, merged_at);
        change.opened_at = Some(row.time("created_at")?);
        change.merged_at = Some(merged_at);
        row.text("title")?;
        row.optional_text("body")?;
        Ok(Event::Change(change))
    });
    link_reverts(&pages, &mut read.events.changes);
    Ok(read)
}

/// A request has the number of a squash merge behind its title, so that bodies and titles link as those of commits.
fn link_reverts(pages: &Pages, changes: &mut [Change]) {
    let mut texts: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    for row in pages.rows() {
        let (Ok(sha), Ok(title), Ok(number)) =
            (row.text("merge_commit_sha"), row.text("title"), row.id("number"))
        else {
            continue;
        };
        let body = row.optional_text("body").ok().flatten().unwrap_or_default();
        texts.insert(sha, (format!("{title} (#{number})"), body));
    }
    // The log is newest first.
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(changes.get(*index).map(|change| change.committed_at)));
    let ids: Vec<String> =
        order.iter().filter_map(|index| changes.get(*index)).map(|change| change.id.clone()).collect();
    let entries: Vec<Entry<'_>> = order
        .iter()
        .zip(&ids)
        .filter_map(|(index, id)| {
            let (subject, body) = texts.get(id.as_str())?;
            Some(Entry { id, subject, body, at: changes.get(*index)?.committed_at.as_millis() })
        })
        .collect();
    let found = links(&entries, None);
    for (index, targets) in order.iter().zip(found) {
        let Some(change) = changes.get_mut(*index) else { continue };
        change.reverts = targets.into_iter().filter_map(|target| ids.get(target).cloned()).collect();
    }
}

/// Reads issues of GitHub as incidents and bugs, the pages of `GET /repos/{owner}/{repo}/issues?state=all`.
///
/// The labels say what an issue is, by the rules.
///
/// | issue | result |
/// | --- | --- |
/// | with a label of `incidents` | an incident from `created_at` to `closed_at` |
/// | with a label of `bugs` | a bug, found at `created_at` |
/// | closed with the `state_reason` `not_planned` or `duplicate` | skipped as `abandoned` |
/// | with none of these labels, or a pull request, which this list has, too | skipped as `other_kind` |
///
/// ```
/// use relcore::interchange::{IssueRules, github_issues};
/// let page = r#"[
///     {"number": 9, "state": "open", "labels": [{"name": "incident"}, {"name": "severity: SEV1"}],
///      "created_at": "2026-11-23T03:00:00Z", "closed_at": null},
///     {"number": 10, "state": "open", "labels": [], "created_at": "2026-11-23T03:00:00Z", "pull_request": {}}
/// ]"#;
/// let read = github_issues(&[page.to_owned()], &IssueRules::new("shop").severity_prefix("severity:"))?;
/// assert_eq!(read.events.incidents[0].severity.as_deref(), Some("SEV1"));
/// // Pitfall: an issue that nobody labelled is no incident. The counts show how many there are.
/// assert_eq!(read.counts[0].n.get(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`github_deployments`].
pub fn github_issues(pages: &[String], rules: &IssueRules) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Top)?;
    Ok(collect(&pages, "number", |row| {
        let id = row.id("number")?;
        if row.value("pull_request").is_some() {
            return Err(Skip::new(SkipCode::OtherKind, "pull_request", "is a pull request"));
        }
        let kind = rules.kind(&row.names("labels")?, "labels")?;
        let opened_at = row.time("created_at")?;
        let closed_at = match row.text("state")? {
            "open" => None,
            "closed" => Some(row.optional_time("closed_at")?.ok_or_else(|| missing("closed_at"))?),
            state => return Err(Skip::unknown_state("state", state)),
        };
        let reason = row.optional_text("state_reason")?.filter(|_| closed_at.is_some());
        if let Some(reason @ ("not_planned" | "duplicate")) = reason {
            let text = format!("was closed as `{reason}`");
            return Err(Skip::new(SkipCode::Abandoned, "state_reason", text));
        }
        Ok(rules.event(kind, id, opened_at, closed_at))
    }))
}
