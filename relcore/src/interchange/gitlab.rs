//! Deployments and merge requests of GitLab's REST API.
use super::rows::{Event, Pages, ReadEvents, Row, RowsAt, Skip, SkipCode, collect};
use crate::error::Result;
use crate::metrics::{Change, Deployment, DeploymentOutcome};

/// How a deployment of GitLab ended, by <https://docs.gitlab.com/api/deployments/>; `None` while it has not.
const DEPLOYMENT_STATES: [(&str, Option<DeploymentOutcome>); 7] = [
    ("success", Some(DeploymentOutcome::Success)),
    ("failed", Some(DeploymentOutcome::Failure)),
    ("canceled", Some(DeploymentOutcome::Cancellation)),
    ("skipped", Some(DeploymentOutcome::Skip)),
    ("created", None),
    ("running", None),
    ("blocked", None),
];

/// Reads deployments of GitLab, the pages of `GET /projects/:id/deployments`.
///
/// | status | outcome |
/// | --- | --- |
/// | `success` | `success` |
/// | `failed` | `failure` |
/// | `canceled`, `skipped` | `cancellation`, `skip` |
/// | `created`, `running`, `blocked` | skipped as `pending` |
///
/// It finished at `deployable.finished_at`, the end of its job, else at a `finished_at` of its own. `updated_at` is not used:
/// it moves with every edit. A deployment that neither of them dates, as one that was created through the API, is skipped with
/// `missing_field`. The environment keeps its name, `sha` is the revision, the pipeline is the run.
///
/// ```
/// let page = r#"[{"id": 41, "status": "success", "sha": "a91957a", "environment": {"id": 9, "name": "production"},
///     "updated_at": "2026-12-24T09:00:00Z", "deployable": {"started_at": "2026-11-23T02:58:00Z",
///     "finished_at": "2026-11-23T03:00:00Z", "pipeline": {"id": 36}}}]"#;
/// let read = relcore::interchange::gitlab_deployments(&[page.to_owned()], "shop")?;
/// assert_eq!(read.events.deployments[0].finished_at.to_string(), "2026-11-23T03:00:00.000Z");
/// assert_eq!(read.events.deployments[0].run.as_deref(), Some("36"));
/// // Pitfall: an error of the API is an object. It does not mean that there were no deployments.
/// assert!(relcore::interchange::gitlab_deployments(&[r#"{"message": "403 Forbidden"}"#.to_owned()], "shop").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all pages at once: `syntax` for a page that is not JSON, `wrong_type` for `{"message": "403 Forbidden"}`. A
/// row that cannot be read is no error: it is in `skipped`.
pub fn gitlab_deployments(pages: &[String], service: &str) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Top)?;
    Ok(collect(&pages, "id", |row| read_deployment(row, service)))
}

fn read_deployment(row: &Row<'_>, service: &str) -> Result<Event, Skip> {
    let id = row.id("id")?;
    let status = row.text("status")?;
    let state = DEPLOYMENT_STATES.iter().find(|(name, _)| *name == status);
    let (_, outcome) = state.ok_or_else(|| Skip::unknown_state("status", status))?;
    let outcome = outcome.ok_or_else(|| Skip::pending("status", status))?;
    let finished_at = match row.optional_time("finished_at")? {
        Some(at) if row.value("deployable.finished_at").is_none() => at,
        _ => row.time("deployable.finished_at")?,
    };
    let mut deployment = Deployment::new(id, service, finished_at, outcome);
    deployment.started_at = row.optional_time("deployable.started_at")?.filter(|at| *at <= finished_at);
    row.text("environment.name")?.clone_into(&mut deployment.environment);
    deployment.revision = Some(row.text("sha")?.to_owned());
    if row.value("deployable.pipeline.id").is_some() {
        deployment.run = Some(row.id("deployable.pipeline.id")?);
    }
    Ok(Event::Deployment(deployment))
}

/// Reads merge requests of GitLab as changes, the pages of `GET /projects/:id/merge_requests?state=all`.
///
/// | state | result |
/// | --- | --- |
/// | `merged` | a change |
/// | `closed` | skipped as `abandoned` |
/// | `opened`, `locked` | skipped as `pending`: a locked one is being merged |
///
/// The id is the commit on the target branch: `merge_commit_sha`, else `squash_commit_sha`, else `sha`, as after a
/// fast-forward. `created_at` is when it was opened, `merged_at` when it was merged. When it was written and first reviewed is
/// not in this list.
///
/// ```
/// let page = r#"[{"iid": 1, "state": "merged", "created_at": "2026-11-20T03:00:00Z", "merged_at": "2026-11-23T03:00:00Z",
///     "sha": "8888888", "merge_commit_sha": null, "squash_commit_sha": null}]"#;
/// let read = relcore::interchange::gitlab_merge_requests(&[page.to_owned()])?;
/// assert_eq!(read.events.changes[0].id, "8888888");
/// // Pitfall: the merge stands for its commits, so a lead time from the first commit needs `git_releases` instead.
/// assert_eq!(read.events.changes[0].authored_at, None);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`gitlab_deployments`].
pub fn gitlab_merge_requests(pages: &[String]) -> Result<ReadEvents> {
    let pages = Pages::parse(pages, "pages", RowsAt::Top)?;
    Ok(collect(&pages, "iid", |row| {
        row.id("iid")?;
        match row.text("state")? {
            "merged" => {}
            state @ ("opened" | "locked") => return Err(Skip::pending("state", state)),
            "closed" => return Err(Skip::new(SkipCode::Abandoned, "state", "was closed without a merge")),
            state => return Err(Skip::unknown_state("state", state)),
        }
        let mut id = None;
        for field in ["merge_commit_sha", "squash_commit_sha"] {
            id = id.or(row.optional_text(field)?);
        }
        let id = id.map_or_else(|| row.text("sha"), Ok)?;
        let merged_at = row.time("merged_at")?;
        let mut change = Change::new(id, merged_at);
        change.opened_at = Some(row.time("created_at")?);
        change.merged_at = Some(merged_at);
        Ok(Event::Change(change))
    }))
}
