use super::commit::{Commit, changes_of};
use super::diagnostic::{Diagnostic, DiagnosticCode};
use super::graph::Graph;
use super::history::{Cancelled, History, Line, Released, Unreleased};
use super::parse::read_alone;
use super::parsed::{Form, Parsed};
use super::policy::{Policy, Squash};
use super::revert::{Entry, links, request_of, without_number};
use super::squash::unwrap;
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::reason::Severity;
use crate::version::{self, Bump, VersionTag, is_prerelease, is_version, order, sorted, to_semver};
use crate::wire::PolicyText as _;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Returns the changes of a line that no release of it has, by ancestry: not by date, and not by the nearest tag.
///
/// 1. The last release is the greatest tag of the line that is no prerelease and that the line contains. What is reachable
///    from it is released.
/// 2. A change that a prerelease has stays in the list, with `prereleasedIn`: a stable release collects its prereleases.
/// 3. A change that a release of another line has stays in the list, with `shippedIn`: users of this line do not have it.
/// 4. A merge and a commit that it brings with the same title are one change; so are a commit and its cherry-picks, by the
///    line of `git cherry-pick -x`, or by title and request number. A pick of what the line has released is not listed.
/// 5. A revert and what it reverts are both removed if neither is released. A revert of a revert brings the change back. A
///    revert of a released change is a change itself: at least a patch.
///
/// ```
/// use relcore::change::{Commit, History, Line, Policy, TaggedCommit, changes_since};
/// let commit = |id: &str, parent: &str, message: &str| Commit::new(id, message).parents([parent]);
/// let history = History::default()
///     .commits([
///         commit("c4", "c3", "Revert \"feat: b\"\n\nThis reverts commit c3."),
///         commit("c3", "c2", "feat: b"),
///         commit("c2", "c1", "fix: a"),
///         Commit::new("c1", "feat: first"),
///     ])
///     .tags([TaggedCommit::new("v1.0.0", "c1")]);
/// let found = changes_since(&history, &Line::default(), &Policy::default())?;
/// assert_eq!(found.since.as_deref(), Some("v1.0.0"));
/// assert_eq!(found.changes[0].id.as_deref(), Some("c2")); // `feat: b` was taken back
/// assert_eq!(found.changes.len(), 1);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: a history that was cut off lacks parents. They are listed in `missing` if the answer may depend on them.
///
/// # Errors
/// All faults at once: those of [`policy_from_json`](super::policy_from_json) under `policy`; `duplicate` for a repeated
/// commit, `unknown_reference` for a head that is not in the history, `invalid_value` for a `line` that is not like `1.x`, a
/// `below` that is no version, a format without `{version}`, and a history without commits.
pub fn changes_since(history: &History, line: &Line, policy: &Policy) -> Result<Unreleased> {
    let mut faults = Faults::new();
    policy.check("policy", &mut faults);
    let graph = Graph::new(&history.commits, &mut faults);
    let head = match &line.head {
        Some(id) => {
            let found = graph.index(id);
            let text = format_args!("{} is not in the history", quoted(id));
            faults.check(found.is_some(), ErrorKind::UnknownReference, format_args!("line.head"), text);
            found
        }
        None => (!history.commits.is_empty()).then_some(0),
    };
    let text = format_args!("has no commits");
    faults.check(!history.commits.is_empty(), ErrorKind::InvalidValue, format_args!("history.commits"), text);
    let tags = faults.absorb(Tags::read(history, line, &graph));
    faults.finish()?;
    let (Some(head), Some(tags)) = (head, tags) else {
        return Err(Error::new(ErrorKind::InvalidValue, "history", "has no commits"));
    };
    let mut work = Work::new(&graph, line, &tags, head);
    work.assign_merges(head);
    let mut changes = work.read(policy);
    let released = work.drop_picks(&mut changes);
    let cancelled = work.cancel(&mut changes, line, policy);
    let missing = work.missing();
    let since = work.since.map(|tag| tag.tag.name.clone());
    let current = work.current.map(|tag| tag.tag.name.clone());
    let changes = changes.into_values().flatten().collect();
    Ok(Unreleased { since, current, changes, cancelled, released, missing })
}

/// A tag that is a version.
struct Tagged {
    tag: VersionTag,
    commit: Option<usize>,
    commit_id: String,
    is_prerelease: bool,
    /// Whether it is of the asked line, and lower than the asked version.
    is_own: bool,
}

struct Tags(Vec<Tagged>);

impl Tags {
    /// The tags that are versions, from the lowest to the greatest.
    fn read(history: &History, line: &Line, graph: &Graph<'_>) -> Result<Self> {
        let scheme = line.scheme;
        let own = line.line.as_deref().map(version::Line::parse).transpose();
        let own = own.map_err(|error| error.under("line.line"))?;
        if let Some(below) = line.below.as_deref().filter(|below| !is_version(below, scheme)) {
            let text = format!("{} is not a version of the scheme `{scheme}`", quoted(below));
            return Err(Error::new(ErrorKind::InvalidValue, "line.below", text));
        }
        let mut found = Vec::new();
        for tagged in &history.tags {
            let tag = match version::parse_tag(&tagged.name, line.tag_format.as_deref(), &scheme) {
                Ok(tag) => tag,
                Err(error) if error.path() == "format" => {
                    let text = error.faults().first().map(|fault| fault.text.clone()).unwrap_or_default();
                    return Err(Error::new(ErrorKind::InvalidValue, "line.tagFormat", text));
                }
                Err(_) => continue,
            };
            let is_below = line
                .below
                .as_deref()
                .is_none_or(|below| order(&tag.version, below, scheme) == Ordering::Less);
            let semver = to_semver(&tag.version, scheme, &mut vec![]).ok();
            let is_in = own.is_none_or(|own| semver.is_some_and(|version| own.contains(&version)));
            found.push(Tagged {
                commit: graph.index(&tagged.commit),
                commit_id: tagged.commit.clone(),
                is_prerelease: is_prerelease(&tag.version, scheme),
                is_own: is_below && is_in,
                tag,
            });
        }
        Ok(Self(sorted(found, |a, b| {
            order(&a.tag.version, &b.tag.version, scheme).then_with(|| a.tag.name.cmp(&b.tag.name))
        })))
    }
}

/// The commits of one number and title.
#[derive(Default)]
struct Same {
    /// One that the line has released.
    released: Option<usize>,
    /// The oldest one that is listed.
    oldest: Option<usize>,
    /// The tag of a release of another line that has one.
    shipped_in: Option<usize>,
}

/// What is found out about the commits of a history.
struct Work<'g, 'a> {
    graph: &'g Graph<'a>,
    tags: &'g [Tagged],
    since: Option<&'g Tagged>,
    current: Option<&'g Tagged>,
    /// Whether the line contains a commit, and whether the last release does.
    contained: Vec<bool>,
    released: Vec<bool>,
    /// The first prerelease of the line, and the first release of another line, that contain a commit: indices of tags.
    prereleased_in: Vec<Option<usize>>,
    shipped_in: Vec<Option<usize>>,
    /// The commits that each merge brought, without those of merges among them.
    brought: BTreeMap<usize, Vec<usize>>,
    /// The commit that stands for another one.
    kept: BTreeMap<usize, usize>,
}

impl<'g, 'a> Work<'g, 'a> {
    fn new(graph: &'g Graph<'a>, line: &Line, tags: &'g Tags, head: usize) -> Self {
        let tags = tags.0.as_slice();
        let mut contained = graph.nothing();
        graph.reach(head, &mut contained, |_| {});
        let has =
            |index: Option<usize>| index.and_then(|index| contained.get(index)).copied().unwrap_or(false);
        let is_of_line =
            |tag: &&Tagged| tag.is_own && (has(tag.commit) || line.release_branches && tag.commit.is_some());
        let since = tags.iter().rfind(|tag| !tag.is_prerelease && is_of_line(tag));
        let current = tags.iter().rfind(|tag| is_of_line(tag));
        let mut released = graph.nothing();
        if let Some(commit) = since.and_then(|tag| tag.commit) {
            graph.reach(commit, &mut released, |_| {});
        }
        let mut prereleased_in = vec![None; graph.commits.len()];
        let mut shipped_in = vec![None; graph.commits.len()];
        let (mut by_prerelease, mut by_release) = (released.clone(), released.clone());
        for (index, tag) in tags.iter().enumerate() {
            let Some(commit) = tag.commit else { continue };
            let (first, reached) = match tag.is_prerelease {
                true if is_of_line(&tag) => (&mut prereleased_in, &mut by_prerelease),
                false if line.below.as_deref() != Some(&tag.tag.version) => {
                    (&mut shipped_in, &mut by_release)
                }
                _ => continue,
            };
            graph.reach(commit, reached, |commit| {
                if let Some(first) = first.get_mut(commit) {
                    *first = Some(index);
                }
            });
        }
        let (brought, kept) = (BTreeMap::new(), BTreeMap::new());
        Self { graph, tags, since, current, contained, released, prereleased_in, shipped_in, brought, kept }
    }

    fn is_unreleased(&self, index: usize) -> bool {
        let is = |list: &[bool]| list.get(index).copied().unwrap_or(false);
        is(&self.contained) && !is(&self.released)
    }

    fn commit(&self, index: usize) -> Option<&'a Commit> {
        self.graph.commits.get(index)
    }

    fn id(&self, index: usize) -> String {
        self.commit(index).map(|commit| commit.id.clone()).unwrap_or_default()
    }

    /// Finds the merge by which each commit came to its branch: the oldest whose further parents lead to it along first
    /// parents. A branch that was merged into a branch has its own merges.
    fn assign_merges(&mut self, head: usize) {
        let mut reached = self.released.clone();
        let mut open = vec![(head, None)];
        while let Some((tip, merge)) = open.pop() {
            let mut next = Some(tip);
            while let Some(index) = next.filter(|index| self.is_unreleased(*index)) {
                match reached.get_mut(index) {
                    Some(seen) if !*seen => *seen = true,
                    _ => break,
                }
                if let Some(merge) = merge {
                    self.brought.entry(merge).or_default().push(index);
                }
                let mut parents = self.graph.parents(index).iter().copied();
                next = parents.next();
                // The last one pushed is the oldest, and is followed first.
                open.extend(parents.map(|parent| (parent, Some(index))));
            }
        }
    }

    /// The changes of each unreleased commit, without merges that say what one of their commits says.
    fn read(&mut self, policy: &Policy) -> BTreeMap<usize, Vec<Parsed>> {
        let mut changes: BTreeMap<usize, Vec<Parsed>> = BTreeMap::new();
        let mut merges = Vec::new();
        for (index, commit) in
            self.graph.commits.iter().enumerate().filter(|(index, _)| self.is_unreleased(*index))
        {
            if commit.parents.len() > 1 {
                merges.push(index);
                continue;
            }
            let mut own = changes_of(commit, policy);
            for change in &mut own {
                change.prereleased_in = self.tag_at(&self.prereleased_in, index);
                change.shipped_in = self.tag_at(&self.shipped_in, index);
            }
            changes.insert(index, own);
        }
        for merge in merges {
            self.read_merge(merge, &mut changes, policy);
        }
        changes
    }

    fn tag_at(&self, list: &[Option<usize>], index: usize) -> Option<String> {
        let tag = list.get(index).copied().flatten().and_then(|tag| self.tags.get(tag))?;
        Some(tag.tag.name.clone())
    }

    fn read_merge(&self, merge: usize, changes: &mut BTreeMap<usize, Vec<Parsed>>, policy: &Policy) {
        let Some(commit) = self.commit(merge) else { return };
        let unwrapped = unwrap(&commit.text);
        let title = (unwrapped.message.len() < commit.text.len() && !unwrapped.message.is_empty())
            .then(|| read_alone(unwrapped.message, policy));
        let said = title.as_ref().map(title_of);
        let mut is_said = false;
        for index in self.brought.get(&merge).into_iter().flatten() {
            for change in changes.get_mut(index).into_iter().flatten() {
                let is_same = said.is_some_and(|said| said == title_of(change));
                if change.request.is_none() {
                    change.request = unwrapped.request.map(str::to_owned);
                }
                if is_same && !is_said {
                    change.also.push(commit.id.clone());
                    is_said = true;
                }
            }
        }
        let Some(mut title) = title.filter(|title| !is_said && title.bump > Bump::None) else { return };
        title.id = Some(commit.id.clone());
        title.request = unwrapped.request.map(str::to_owned);
        title.prereleased_in = self.tag_at(&self.prereleased_in, merge);
        title.shipped_in = self.tag_at(&self.shipped_in, merge);
        if policy.squash == Squash::Literal {
            let text = format!(
                "the merge says `{}`, no commit that it brings does, and it does not count",
                title.header()
            );
            let hint = Some(title.header());
            let bump = std::mem::replace(&mut title.bump, Bump::None);
            let severity = if bump == Bump::Major { Severity::Error } else { Severity::Warning };
            title.breaking = false;
            title.form = Form::Merge;
            let code = DiagnosticCode::MergeHiddenChange;
            title.diagnostics.push(Diagnostic { code, severity, line: 1, text, hint });
        }
        changes.insert(merge, vec![title]);
    }

    /// Removes cherry-picks: of what the line has released, and of what is listed itself.
    fn drop_picks(&mut self, changes: &mut BTreeMap<usize, Vec<Parsed>>) -> Vec<Released> {
        let same = self.same_requests(changes);
        let mut dropped = Vec::new();
        let mut gone = BTreeMap::new();
        let mut shipped: BTreeMap<usize, usize> = BTreeMap::new();
        let picks = changes.iter().map(|(index, own)| {
            let by_line = own.iter().take(1).flat_map(|change| &change.picked_from);
            (*index, by_line.filter_map(|id| self.graph.find(id)).collect())
        });
        let picks: Vec<(usize, Vec<usize>)> = picks.collect();
        for (pick, by_line) in picks {
            let same = self.key(pick).and_then(|key| same.get(&key));
            let by_request = same.and_then(|same| same.released.or(same.oldest));
            for original in by_line.into_iter().chain(by_request).filter(|original| *original != pick) {
                if self.released.get(original).copied().unwrap_or(false) {
                    if changes.remove(&pick).is_some() {
                        dropped.push(Released { id: self.id(pick), original: self.id(original) });
                    }
                } else if self.is_unreleased(original) {
                    // The older of the two stays: it has the greater index.
                    let (newer, older) = (pick.min(original), self.representative(pick.max(original)));
                    if older != newer
                        && changes.contains_key(&older)
                        && let Some(own) = changes.remove(&newer)
                    {
                        gone.insert(newer, own);
                        self.kept.insert(newer, older);
                    }
                } else if let Some(tag) = self.shipped_in.get(original).copied().flatten() {
                    shipped.entry(pick).or_insert(tag);
                }
            }
            if let Some(tag) = same.and_then(|same| same.shipped_in) {
                shipped.entry(pick).or_insert(tag);
            }
        }
        self.shorten_kept();
        for (newer, own) in gone {
            let older = self.representative(newer);
            if let Some(kept) = changes.get_mut(&older).and_then(|own| own.first_mut()) {
                kept.also.push(self.id(newer));
                kept.also.extend(own.into_iter().take(1).flat_map(|change| change.also));
            }
        }
        // A pick on another line that was released there: what was picked is shipped.
        for (index, commit) in self.graph.commits.iter().enumerate() {
            let Some(tag) = self.shipped_in.get(index).copied().flatten() else { continue };
            for line in commit.text.lines() {
                let name = line
                    .trim()
                    .strip_prefix("(cherry picked from commit ")
                    .map(|name| name.trim_end_matches(')'));
                if let Some(original) = name.and_then(|name| self.graph.find(name)) {
                    shipped.entry(original).or_insert(tag);
                }
            }
        }
        for (index, tag) in shipped {
            let name = self.tags.get(tag).map(|tag| tag.tag.name.clone());
            for change in
                changes.get_mut(&index).into_iter().flatten().filter(|change| change.shipped_in.is_none())
            {
                change.shipped_in.clone_from(&name);
            }
        }
        dropped
    }

    fn representative(&self, index: usize) -> usize {
        let mut index = index;
        while let Some(kept) = self.kept.get(&index) {
            index = *kept;
        }
        index
    }

    /// Lets each commit lead to the last of its chain. INVARIANT: what stays is older, with a greater index.
    fn shorten_kept(&mut self) {
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        for (newer, older) in self.kept.iter().rev() {
            last.insert(*newer, last.get(older).copied().unwrap_or(*older));
        }
        self.kept = last;
    }

    /// The commits with a request number, by number and title.
    fn same_requests(&self, changes: &BTreeMap<usize, Vec<Parsed>>) -> BTreeMap<(&'a str, &'a str), Same> {
        let mut found: BTreeMap<_, Same> = BTreeMap::new();
        for index in 0..self.graph.commits.len() {
            let Some(key) = self.key(index) else { continue };
            let same = found.entry(key).or_default();
            if self.released.get(index).copied().unwrap_or(false) {
                same.released.get_or_insert(index);
            } else if changes.contains_key(&index) {
                same.oldest = Some(index);
            } else if !self.is_unreleased(index) {
                same.shipped_in = same.shipped_in.or(self.shipped_in.get(index).copied().flatten());
            }
        }
        found
    }

    fn key(&self, index: usize) -> Option<(&'a str, &'a str)> {
        let commit = self.commit(index)?;
        let subject = commit.text.lines().next().unwrap_or_default();
        let number = request_of(subject).filter(|_| !subject.starts_with("Merge "))?;
        Some((number, without_number(subject).0))
    }

    /// Removes what was taken back before its release, and the reverts that did so.
    fn cancel(
        &self,
        changes: &mut BTreeMap<usize, Vec<Parsed>>,
        line: &Line,
        policy: &Policy,
    ) -> Vec<Cancelled> {
        let newest = i64::try_from(self.graph.commits.len()).unwrap_or(i64::MAX);
        let entries: Vec<Entry<'_>> = self
            .graph
            .commits
            .iter()
            .zip(0i64..)
            .map(|(commit, age)| {
                let (subject, body) = commit.text.split_once('\n').unwrap_or((&commit.text, ""));
                Entry { id: &commit.id, subject: subject.trim_end(), body, at: newest.saturating_sub(age) }
            })
            .collect();
        let targets = links(&entries, line.repository.as_deref());
        let targets_of = |index: usize| targets.get(index).map(Vec::as_slice).unwrap_or_default();
        let mut cancelled = Vec::new();
        let mut seen = self.graph.nothing();
        let mut originals = BTreeMap::new();
        let listed: Vec<usize> = changes.keys().copied().collect();
        for index in listed {
            if targets_of(index).is_empty() || !changes.contains_key(&index) {
                continue; // no revert, or taken back itself
            }
            let (mut undone, mut of_released) = (false, None);
            for target in targets_of(index).iter().copied() {
                if !self.is_unreleased(target) {
                    of_released = Some(target);
                    continue;
                }
                undone = true;
                for one in self.with_brought(self.representative(target), &mut seen) {
                    if changes.remove(&one).is_some() {
                        cancelled.push(Cancelled { id: self.id(one), by: self.id(index) });
                    }
                }
            }
            match of_released {
                None if undone => {
                    changes.remove(&index);
                }
                Some(target) => {
                    // A revert of a released revert brings the first change again.
                    let original = targets_of(target).first();
                    if let Some(change) = changes.get_mut(&index).and_then(|own| own.first_mut()) {
                        match original.and_then(|first| self.commit(*first)) {
                            Some(original) => {
                                let read = || read_alone(&original.text, policy);
                                bring_back(change, originals.entry(&original.id).or_insert_with(read));
                            }
                            None => take_back(change, &self.id(target)),
                        }
                    }
                }
                None => {}
            }
        }
        cancelled
    }

    /// A commit and, if it is a merge, all that it brought, without what an earlier call with the same `seen` returned.
    fn with_brought(&self, index: usize, seen: &mut [bool]) -> Vec<usize> {
        let mut all = Vec::new();
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            match seen.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            all.push(index);
            open.extend(self.brought.get(&index).into_iter().flatten());
        }
        all
    }

    /// The parents of unreleased commits, and the commits of tags of the line, that the history does not have.
    fn missing(&self) -> Vec<String> {
        let parents = self
            .graph
            .missing
            .iter()
            .filter(|(index, _)| self.is_unreleased(*index))
            .map(|(_, id)| (*id).to_owned());
        let since = self.since.and_then(|since| self.tags.iter().position(|one| std::ptr::eq(one, since)));
        let later = self.tags.iter().skip(since.map_or(0, |index| index.saturating_add(1)));
        let unknown = later.filter(|tag| tag.is_own && tag.commit.is_none()).map(|tag| tag.commit_id.clone());
        let mut missing: Vec<String> = parents.chain(unknown).collect();
        missing.sort();
        missing.dedup();
        missing
    }
}

/// A revert of a released revert: it needs the step of the first change.
fn bring_back(change: &mut Parsed, original: &Parsed) {
    change.bump = change.bump.max(original.bump);
    if original.breaking && !change.breaking {
        change.breaking = true;
        change.breaking_text.clone_from(&original.breaking_text);
    }
}

/// A revert of a released change.
fn take_back(change: &mut Parsed, target: &str) {
    change.bump = change.bump.max(Bump::Patch);
    let text = format!("it takes back `{target}`, which was released: if users rely on that, it is breaking");
    change.diagnostics.push(Diagnostic {
        code: DiagnosticCode::RevertOfReleased,
        severity: Severity::Warning,
        line: 1,
        text,
        hint: None,
    });
}

/// What makes two messages the same change.
fn title_of(change: &Parsed) -> (Option<&str>, Option<&str>, &str) {
    (change.change_type.as_deref(), change.scope.as_deref(), without_number(&change.description).0)
}
