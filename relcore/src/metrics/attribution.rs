//! Which deployment delivers which commit, from the graph of commits.
use super::{Deployment, DeploymentOutcome};
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::input::input;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BinaryHeap};

input! {
    /// A commit with its parents.
    ///
    /// ```
    /// use relcore::metrics::Commit;
    /// let merge = Commit::new("c4").parents(["c2", "c3"]);
    /// assert_eq!(merge.parents.len(), 2);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "metrics.Commit", rename_all = "camelCase", deny_unknown_fields)]
    pub struct Commit {
        /// Identifies the commit within the input.
        pub id: String,
        /// The ids of its parents. One that is not in the input ends the history there.
        #[serde(default)]
        pub parents: Vec<String>,
    }
}

impl Commit {
    /// A commit without parents.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), parents: vec![] }
    }
}

/// Which commits belong to a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.AttributionRule", rename_all = "snake_case")]
pub enum AttributionRule {
    /// Those that no earlier deployment of the service and environment contains: each commit has one deployment.
    FirstContaining,
    /// Those that the deployment before does not contain, as `git log previous..this`: with release branches a commit belongs to
    /// several deployments.
    PreviousToThis,
}

/// The commits of a deployment, made by [`attribute_changes`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "metrics.AttributedChanges", rename_all = "camelCase", deny_unknown_fields)]
pub struct AttributedChanges {
    /// The id of the deployment.
    pub deployment: String,
    /// The id of the one before it that succeeded, of its service and environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The ids of its commits, from its revision back.
    pub changes: Vec<String>,
    /// Whether its revision is not among the commits, so that it has none.
    pub unknown_revision: bool,
}

/// Finds the commits that each deployment delivered, from the graph of commits and the revisions of the deployments that
/// succeeded, in the order of time. Put them into `changes` of the deployment.
///
/// The revision of a deployment is the id of a commit. With `first_containing` each commit is visited once in a service and
/// environment, whatever the number of deployments. With `previous_to_this` the search ends where both histories meet, by the
/// generation of each commit.
///
/// ```
/// use relcore::metrics::{AttributionRule, Commit, Deployment, DeploymentOutcome, attribute_changes};
/// use relcore::Timestamp;
/// // C1 is deployed, then C4, which merges C2 and C3.
/// let commits = [
///     Commit::new("c1"),
///     Commit::new("c2").parents(["c1"]),
///     Commit::new("c3").parents(["c2"]),
///     Commit::new("c4").parents(["c2", "c3"]),
/// ];
/// let deployed = |id: &str, hour: i64, revision: &str| -> Result<Deployment, relcore::Error> {
///     let at = Timestamp::from_millis(hour * 3_600_000)?;
///     Ok(Deployment::new(id, "shop", at, DeploymentOutcome::Success).revision(revision))
/// };
/// let deployments = [deployed("d1", 1, "c1")?, deployed("d2", 2, "c4")?];
/// let found = attribute_changes(&commits, &deployments, &AttributionRule::FirstContaining)?;
/// assert_eq!(found[1].changes, ["c4", "c3", "c2"]);
/// assert_eq!(found[1].previous.as_deref(), Some("d1"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All at once: `duplicate` for two commits or deployments of one id; `invalid_value` for commits that are parents of each other
/// in a circle.
pub fn attribute_changes(
    commits: &[Commit],
    deployments: &[Deployment],
    rule: &AttributionRule,
) -> Result<Vec<AttributedChanges>> {
    let mut faults = Faults::new();
    let graph = Graph::new(commits, &mut faults);
    let mut ids = std::collections::BTreeSet::new();
    for (index, deployment) in deployments.iter().enumerate() {
        faults.check(
            ids.insert(deployment.id.as_str()),
            ErrorKind::Duplicate,
            format_args!("deployments[{index}].id"),
            format_args!("{} is the id of another one, too", quoted(&deployment.id)),
        );
    }
    faults.finish()?;
    let mut ordered: Vec<&Deployment> =
        deployments.iter().filter(|one| one.outcome == DeploymentOutcome::Success).collect();
    ordered
        .sort_by(|a, b| a.finished_at.cmp(&b.finished_at).then_with(|| super::rows::natural(&a.id, &b.id)));
    let mut histories: BTreeMap<(&str, &str), History<'_>> = BTreeMap::new();
    let mut found = Vec::with_capacity(ordered.len());
    for deployment in ordered {
        let place = (deployment.service.as_str(), deployment.environment.as_str());
        let history = histories.entry(place).or_default();
        let revision = deployment.revision.as_deref().and_then(|id| graph.indices.get(id)).copied();
        let changes = match (revision, rule) {
            (None, _) => vec![],
            (Some(revision), AttributionRule::FirstContaining) => {
                graph.unvisited(revision, &mut history.visited)
            }
            (Some(revision), AttributionRule::PreviousToThis) => graph.without(revision, history.revision),
        };
        found.push(AttributedChanges {
            deployment: deployment.id.clone(),
            previous: history.previous.map(str::to_owned),
            changes: changes.iter().filter_map(|index| Some(commits.get(*index)?.id.clone())).collect(),
            unknown_revision: revision.is_none(),
        });
        history.previous = Some(&deployment.id);
        // Of what is not in the graph nothing is known: the next one goes on from the one before.
        history.revision = revision.or(history.revision);
    }
    Ok(found)
}

/// What a service in an environment has had.
#[derive(Default)]
struct History<'a> {
    visited: Vec<bool>,
    previous: Option<&'a str>,
    /// The latest revision that is in the graph.
    revision: Option<usize>,
}

/// The commits by index.
struct Graph<'a> {
    indices: BTreeMap<&'a str, usize>,
    parents: Vec<Vec<usize>>,
    /// The length of the longest way to a commit without parents: a commit has a greater one than any that it reaches.
    generation: Vec<u32>,
}

impl<'a> Graph<'a> {
    fn new(commits: &'a [Commit], faults: &mut Faults) -> Self {
        let mut indices = BTreeMap::new();
        for (index, commit) in commits.iter().enumerate() {
            if indices.insert(commit.id.as_str(), index).is_some() {
                let path = format_args!("commits[{index}].id");
                let id = quoted(&commit.id);
                faults.add(ErrorKind::Duplicate, path, format_args!("{id} is the id of another one, too"));
            }
        }
        let known = |commit: &Commit| -> Vec<usize> {
            commit.parents.iter().filter_map(|id| indices.get(id.as_str()).copied()).collect()
        };
        let parents: Vec<Vec<usize>> = commits.iter().map(known).collect();
        let mut graph = Self { indices, parents, generation: vec![0; commits.len()] };
        if let Some(index) = graph.number() {
            let path = format_args!("commits[{index}].parents");
            faults.add(ErrorKind::InvalidValue, path, format_args!("lead in a circle"));
        }
        graph
    }

    /// Numbers the generations, in Kahn's topological order from the commits without parents. Returns a commit of a circle.
    fn number(&mut self) -> Option<usize> {
        let n = self.parents.len();
        let mut pending: Vec<usize> = self.parents.iter().map(Vec::len).collect();
        let mut children: Vec<Vec<usize>> = vec![vec![]; n];
        for (index, parents) in self.parents.iter().enumerate() {
            for parent in parents {
                if let Some(children) = children.get_mut(*parent) {
                    children.push(index);
                }
            }
        }
        let is_root = |(index, pending): (usize, &usize)| (*pending == 0).then_some(index);
        let mut ready: Vec<usize> = pending.iter().enumerate().filter_map(is_root).collect();
        let mut done = 0_usize;
        while let Some(index) = ready.pop() {
            done = done.saturating_add(1);
            let next = self.generation.get(index).copied().unwrap_or_default().saturating_add(1);
            for child in children.get(index).into_iter().flatten() {
                if let (Some(own), Some(pending)) = (self.generation.get_mut(*child), pending.get_mut(*child))
                {
                    *own = next.max(*own);
                    *pending = pending.saturating_sub(1);
                    if *pending == 0 {
                        ready.push(*child);
                    }
                }
            }
        }
        (done < n).then(|| pending.iter().position(|pending| *pending > 0).unwrap_or_default())
    }

    /// The commits that a commit reaches and that were not visited, which it visits.
    fn unvisited(&self, from: usize, visited: &mut Vec<bool>) -> Vec<usize> {
        visited.resize(self.parents.len(), false);
        let mut found = vec![];
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            if let Some(seen) = visited.get_mut(index).filter(|seen| !**seen) {
                *seen = true;
                found.push(index);
                open.extend(self.parents.get(index).into_iter().flatten());
            }
        }
        found.sort_by_key(|index| (std::cmp::Reverse(self.generation.get(*index)), *index));
        found
    }

    /// The commits that one commit reaches and another does not.
    ///
    /// Commits are taken by generation, greatest first, so that all ways to a commit have been seen when it is taken. Once every
    /// commit that is left is reached by the other one, so is whatever comes after.
    fn without(&self, from: usize, other: Option<usize>) -> Vec<usize> {
        let mut by_other: BTreeMap<usize, bool> = BTreeMap::new();
        let mut open: BinaryHeap<(u32, std::cmp::Reverse<usize>)> = BinaryHeap::new();
        let mut own = 0_usize; // of what is open: how many the other does not reach, as far as is known
        for (index, is_other) in std::iter::once((from, false)).chain(other.map(|other| (other, true))) {
            self.reach(index, is_other, &mut by_other, &mut open, &mut own);
        }
        let mut found = vec![];
        while own > 0 {
            let Some((_, std::cmp::Reverse(index))) = open.pop() else { break };
            let is_other = by_other.get(&index).copied().unwrap_or(false);
            if !is_other {
                own = own.saturating_sub(1);
                found.push(index);
            }
            for parent in self.parents.get(index).into_iter().flatten() {
                self.reach(*parent, is_other, &mut by_other, &mut open, &mut own);
            }
        }
        found
    }

    fn reach(
        &self,
        index: usize,
        is_other: bool,
        by_other: &mut BTreeMap<usize, bool>,
        open: &mut BinaryHeap<(u32, std::cmp::Reverse<usize>)>,
        own: &mut usize,
    ) {
        match by_other.get_mut(&index) {
            None => {
                by_other.insert(index, is_other);
                let generation = self.generation.get(index).copied().unwrap_or_default();
                open.push((generation, std::cmp::Reverse(index)));
                *own = own.saturating_add(usize::from(!is_other));
            }
            // It is still open: a commit is taken only when all that reach it have been.
            Some(known) if is_other && !*known => {
                *known = true;
                *own = own.saturating_sub(1);
            }
            Some(_) => {}
        }
    }
}
