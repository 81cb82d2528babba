//! Links reverts to the commits that they revert, by the commit message.
//!
//! A commit is a revert if its subject begins with `revert`, `reapply` or `reland`, or its body with a line that says what
//! it reverts. A log quoted further down in a body is none. git writes `This reverts commit <name>.`, GitHub's button
//! `Reverts owner/repo#N`. If no such line has a target in the history, the quoted subject refers to the latest commit with
//! that subject that is not newer than the revert. The number that a squash merge appends, ` (#N)`, is no part of a subject.
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What is asked of a commit of a log. The log is newest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub id: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    /// When it was committed, in any unit.
    pub at: i64,
}

/// What a commit reverts: for each commit of the log, the indices of its targets.
///
/// A revert of a revert whose own target is unknown has no link: it brings back what is not in the history, and its target
/// failed nobody.
pub(crate) fn links(commits: &[Entry<'_>], repository: Option<&str>) -> Vec<Vec<usize>> {
    let statements: BTreeMap<usize, Statement<'_>> = commits
        .iter()
        .enumerate()
        .filter_map(|(index, commit)| Some((index, Statement::of(commit)?)))
        .collect();
    let lookup = Lookup::new(commits, &statements, repository);
    let targets: BTreeMap<usize, Vec<usize>> =
        statements.iter().map(|(index, statement)| (*index, lookup.targets(*index, statement))).collect();
    let takes_back_the_unknown = |target: &usize| {
        let unlinked = targets.get(target).is_some_and(Vec::is_empty);
        unlinked && statements.get(target).is_some_and(|statement| statement.takes_back())
    };
    let mut found = vec![vec![]; commits.len()];
    for (index, targets) in &targets {
        if let Some(own) = found.get_mut(*index) {
            *own = targets.iter().copied().filter(|target| !takes_back_the_unknown(target)).collect();
        }
    }
    found
}

/// What the message of a revert says.
struct Statement<'a> {
    /// From `This reverts commit <name>`: what the name begins with.
    ids: Vec<&'a str>,
    /// From `Reverts owner/repo#N`.
    requests: Vec<Request<'a>>,
    /// The subject without the numbers of squash merges.
    title: Title<'a>,
    /// The number inside the quotation marks: `Revert "title (#12)"`.
    quoted_number: Option<&'a str>,
}

/// A subject: what it reverts, and how many times it takes that back and brings it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Title<'a> {
    /// 1 for `Revert "x"`, 2 for `Reapply "x"` and `Revert "Revert "x""`.
    reverts: u32,
    /// `x`.
    core: &'a str,
}

/// A pull request of a repository, of this one if it names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Request<'a> {
    repository: Option<&'a str>,
    number: &'a str,
}

impl<'a> Statement<'a> {
    /// What a commit says that it reverts; `None` if it is no revert.
    fn of(commit: &Entry<'a>) -> Option<Self> {
        let subject = commit.subject;
        let by_subject =
            ["revert", "reapply", "reland"].iter().any(|word| after_word(subject, word).is_some());
        let first = commit.body.lines().find(|line| !line.trim().is_empty());
        if !by_subject && first.is_none_or(|line| ids(line).is_empty() && requests(line).is_empty()) {
            return None;
        }
        let quoted_number = quoted(subject).and_then(|(_, inner)| without_number(inner).1);
        let mut names: Vec<&str> = commit.body.lines().flat_map(ids).collect();
        if names.is_empty() && conventional(subject).is_some() {
            names = commit.body.lines().flat_map(refs).collect();
        }
        Some(Self {
            ids: names,
            requests: commit.body.lines().flat_map(requests).collect(),
            title: Title::of(subject),
            quoted_number,
        })
    }

    /// Whether it takes a change back; otherwise it brings one again.
    fn takes_back(&self) -> bool {
        self.title.reverts == 0 || self.title.reverts % 2 == 1
    }
}

impl<'a> Title<'a> {
    fn of(subject: &'a str) -> Self {
        let mut title = Self { reverts: 0, core: without_number(subject).0 };
        loop {
            let inner = quoted(title.core).or_else(|| Some((1, conventional(title.core)?)));
            let Some((reverts, inner)) = inner else { return title };
            title = Self { reverts: title.reverts.saturating_add(reverts), core: without_number(inner).0 };
        }
    }

    /// The title of what a commit of this title reverts.
    fn target(self) -> Option<Self> {
        let reverts = self.reverts.checked_sub(1)?;
        (!self.core.is_empty()).then_some(Self { reverts, ..self })
    }
}

/// The text after a word with which a text begins, in any case.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (begin, rest) = text.split_at_checked(word.len())?;
    begin.eq_ignore_ascii_case(word).then_some(rest)
}

/// The quoted subject of `Revert "…"`, up to the last quotation mark, and how many reverts the word is.
fn quoted(subject: &str) -> Option<(u32, &str)> {
    for (word, reverts) in [("reverts", 1), ("revert", 1), ("reapply", 2), ("relands", 2), ("reland", 2)] {
        let Some(rest) = after_word(subject, word) else { continue };
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
        let Some(inner) = rest.strip_prefix('"') else { continue };
        return Some((reverts, inner.rsplit_once('"')?.0));
    }
    None
}

/// The description of a conventional header of the type `revert`: `x` of `revert(api): x`.
fn conventional(subject: &str) -> Option<&str> {
    let rest = after_word(subject, "revert")?;
    let rest = match rest.strip_prefix('(') {
        Some(scoped) => scoped.split_once(')')?.1,
        None => rest,
    };
    let description = rest.strip_prefix('!').unwrap_or(rest).strip_prefix(": ")?.trim();
    (!description.is_empty()).then_some(description)
}

/// A subject without the numbers that squash merges append, ` (#12)`, and the last of them.
pub(super) fn without_number(subject: &str) -> (&str, Option<&str>) {
    let mut rest = subject.trim();
    let mut number = None;
    while let Some(inner) = rest.strip_suffix(')')
        && let before = inner.trim_end_matches(|c: char| c.is_ascii_digit())
        && let Some(digits) = inner.get(before.len()..).filter(|digits| is_number(digits))
        && let Some(before) = before.strip_suffix("(#").or_else(|| before.strip_suffix("(!"))
    {
        number = number.or(Some(digits));
        rest = before.trim_end();
    }
    (rest, number)
}

/// The pull request number of a commit: `… (#12)` or `Merge pull request #12 from …`.
pub(super) fn request_of(subject: &str) -> Option<&str> {
    let merged = || subject.strip_prefix("Merge pull request #")?.split(' ').next();
    without_number(subject).1.or_else(merged).filter(|number| is_number(number))
}

/// The object names of a line `This reverts commit <name>`, perhaps with more of them.
fn ids(line: &str) -> Vec<&str> {
    let Some(rest) = after_word(line, "this reverts commit") else { return vec![] };
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if rest.starts_with(char::is_whitespace) { listed(rest, id) } else { vec![] }
}

/// The object names of a footer `Refs: <name>, <name>`, which the specification recommends for reverts.
fn refs(line: &str) -> Vec<&str> {
    let rest = after_word(line, "refs").and_then(|rest| rest.strip_prefix(": "));
    rest.map(|rest| listed(rest, id)).unwrap_or_default()
}

/// An object name at the beginning of a text: one of git, or a short one of another system that has a digit. A short name
/// counts only if it is the whole name of a commit.
fn id(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (id, rest) = text.split_at_checked(end)?;
    let is_hex = id.len() >= SHORTEST_PREFIX && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_name = is_hex || id.bytes().any(|byte| byte.is_ascii_digit());
    (is_name && id.len() <= 64 && !rest.starts_with(char::is_alphanumeric)).then_some((id, rest))
}

/// git abbreviates to at least seven digits.
const SHORTEST_PREFIX: usize = 7;

/// The pull requests of a line `Reverts owner/repo#N` or `Reverts <address>`, perhaps with more of them.
fn requests(line: &str) -> Vec<Request<'_>> {
    let Some(rest) = after_word(line, "reverts") else { return vec![] };
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    if !rest.starts_with(char::is_whitespace) {
        return vec![];
    }
    listed(rest, request)
}

/// What a text lists: items with commas or `and` between them, up to the first that is none.
fn listed<'a, T>(text: &'a str, item: impl Fn(&'a str) -> Option<(T, &'a str)>) -> Vec<T> {
    let mut found = vec![];
    let mut rest = text.trim_start();
    while let Some((one, after)) = item(rest) {
        found.push(one);
        let after = after.trim_start_matches([')', ']', '>']).trim_start();
        let next = after.strip_prefix(',').map(str::trim_start);
        let text = next.unwrap_or(after);
        let next_and = text.strip_prefix("and ").or_else(|| text.strip_prefix("& ")).map(str::trim_start);
        match next_and.or(next) {
            Some(next) => rest = next,
            None => break,
        }
    }
    found
}

/// A pull request at the beginning of a text: `#12`, `owner/repo#12`, or an address.
fn request(text: &str) -> Option<(Request<'_>, &str)> {
    let text = text.trim_start_matches(['(', '[', '<']);
    let address = after_word(text, "https://").or_else(|| after_word(text, "http://"));
    if let Some(address) = address {
        let end = address.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(address.len());
        let (address, rest) = address.split_at_checked(end)?;
        let (_, path) = address.split_once('/')?;
        let (repository, after) = ["/-/merge_requests/", "/merge_requests/", "/pull/", "/pulls/", "/issues/"]
            .iter()
            .find_map(|part| path.split_once(part))?;
        let (number, after) = number(after)?;
        // After the number of an address comes its end, a part of the page or the end of a sentence.
        let rest = if after.starts_with(['/', '#', '?']) {
            rest
        } else {
            text.get(text.len().saturating_sub(after.len().saturating_add(rest.len()))..)?
        };
        return Some((Request { repository: Some(repository), number }, rest));
    }
    let (name, after) = text.split_at_checked(text.find(['#', '!'])?)?;
    let in_name = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    if !name.chars().all(in_name) || !name.is_empty() && !name.contains('/') {
        return None;
    }
    let (number, rest) = number(after.get(1..)?)?;
    Some((Request { repository: (!name.is_empty()).then_some(name), number }, rest))
}

/// The digits with which a text begins, if no letter follows them.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    (!digits.is_empty() && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        .then_some((digits, rest))
}

/// Whether a text is the number of a request. A longer one is none of any forge, and would be copied to each change of it.
pub(super) fn is_number(text: &str) -> bool {
    matches!(text.len(), 1..=19) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The commits that reverts may refer to. Only what some revert asks for is listed.
struct Lookup<'a> {
    commits: &'a [Entry<'a>],
    /// The name of this repository, in lower case; empty if it is unknown.
    repository: String,
    /// Sorted, if any revert names an object.
    ids: Vec<(&'a str, usize)>,
    titles: BTreeMap<Title<'a>, Candidates>,
    /// Titles with the number of a squash merge.
    numbered: BTreeMap<(Title<'a>, &'a str), Candidates>,
    requests: BTreeMap<&'a str, Candidates>,
}

/// Commits by time; of one time, the last one of the log first.
type Candidates = Vec<(i64, Reverse<usize>)>;

impl<'a> Lookup<'a> {
    fn new(
        commits: &'a [Entry<'a>],
        statements: &BTreeMap<usize, Statement<'a>>,
        repository: Option<&str>,
    ) -> Self {
        let repository = repository.map_or_else(|| named_most(statements), normal);
        let mut lookup = Self {
            commits,
            repository,
            ids: vec![],
            titles: BTreeMap::new(),
            numbered: BTreeMap::new(),
            requests: BTreeMap::new(),
        };
        for statement in statements.values() {
            for request in &statement.requests {
                lookup.requests.entry(request.number).or_default();
            }
            if let Some(target) = statement.title.target() {
                lookup.titles.entry(target).or_default();
                if let Some(number) = statement.quoted_number {
                    lookup.numbered.entry((target, number)).or_default();
                }
            }
        }
        if statements.values().any(|statement| !statement.ids.is_empty()) {
            lookup.ids = commits.iter().enumerate().map(|(index, one)| (one.id, index)).collect();
            lookup.ids.sort_unstable();
        }
        for (index, commit) in commits.iter().enumerate() {
            let candidate = (commit.at, Reverse(index));
            if lookup.requests.is_empty() && lookup.titles.is_empty() {
                break;
            }
            let title = Title::of(commit.subject);
            let number = request_of(commit.subject);
            let lists = [
                lookup.titles.get_mut(&title),
                number.and_then(|number| lookup.numbered.get_mut(&(title, number))),
                number.and_then(|number| lookup.requests.get_mut(number)),
            ];
            for list in lists.into_iter().flatten() {
                list.push(candidate);
            }
        }
        let titles = lookup.titles.values_mut().chain(lookup.numbered.values_mut());
        titles.chain(lookup.requests.values_mut()).for_each(|list| list.sort_unstable());
        lookup
    }

    /// The commits that a commit reverts, each once.
    fn targets(&self, index: usize, statement: &Statement<'a>) -> Vec<usize> {
        let by_id = statement.ids.iter().filter_map(|id| self.by_prefix(id));
        let requests = statement.requests.iter().filter(|request| self.is_here(request));
        let by_request = requests.filter_map(|request| self.before(index, self.requests.get(request.number)));
        let mut targets: Vec<usize> = by_id.chain(by_request).collect();
        targets.retain(|target| *target != index);
        if targets.is_empty()
            && let Some(title) = statement.title.target()
        {
            let numbered = statement.quoted_number.and_then(|number| self.numbered.get(&(title, number)));
            let found = self.before(index, numbered).or_else(|| self.before(index, self.titles.get(&title)));
            targets.extend(found);
        }
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    /// Whether a pull request is one of this repository.
    fn is_here(&self, request: &Request<'_>) -> bool {
        request.repository.is_none_or(|name| normal(name) == self.repository)
    }

    /// The only commit with this prefix of its id.
    fn by_prefix(&self, prefix: &str) -> Option<usize> {
        let prefix = prefix.to_ascii_lowercase();
        let from = self.ids.partition_point(|(id, _)| *id < prefix.as_str());
        let mut matching = self.ids.get(from..)?.iter().take_while(|(id, _)| id.starts_with(&prefix));
        let (id, found) = matching.next()?;
        if id.len() == prefix.len() {
            return Some(*found);
        }
        if prefix.len() < SHORTEST_PREFIX {
            return None;
        }
        matching.next().is_none().then_some(*found)
    }

    /// The latest candidate before the commit at `index`: not newer, and in one instant further down in the log if there
    /// is one.
    fn before(&self, index: usize, candidates: Option<&Candidates>) -> Option<usize> {
        let (candidates, at) = (candidates?, self.commits.get(index)?.at);
        let latest = |end: usize| candidates.get(..end)?.last().map(|(_, Reverse(found))| *found);
        let earlier = candidates.partition_point(|candidate| *candidate < (at, Reverse(index)));
        latest(earlier).or_else(|| {
            let not_newer = candidates.partition_point(|(time, _)| *time <= at);
            let others = candidates.get(..not_newer)?.iter().rev().map(|(_, Reverse(found))| *found);
            others.into_iter().find(|found| *found != index)
        })
    }
}

/// The repository that most reverts name, in lower case; empty if several are named as often, or none is.
fn named_most(statements: &BTreeMap<usize, Statement<'_>>) -> String {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let requests = statements.values().flat_map(|statement| &statement.requests);
    for name in requests.filter_map(|request| request.repository) {
        let times = times.entry(normal(name)).or_default();
        *times = times.saturating_add(1);
    }
    let most = times.values().copied().max().unwrap_or_default();
    let mut first = times.into_iter().filter(|(_, times)| *times == most).map(|(name, _)| name);
    match (first.next(), first.next()) {
        (Some(name), None) => name,
        _ => String::new(),
    }
}

/// The name of a repository for comparison.
fn normal(name: &str) -> String {
    let name = name.trim_matches('/').to_ascii_lowercase();
    name.strip_suffix(".git").map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit<'a>(digit: char, at: i64, subject: &'a str, body: &'a str) -> Entry<'a> {
        let names = [
            "1111111111111111111111111111111111111111",
            "2222222222222222222222222222222222222222",
            "3333333333333333333333333333333333333333",
            "4444444444444444444444444444444444444444",
            "5555555555555555555555555555555555555555",
            "6666666666666666666666666666666666666666",
            "7777777777777777777777777777777777777777",
            "8888888888888888888888888888888888888888",
            "9999999999999999999999999999999999999999",
        ];
        Entry { id: names.into_iter().find(|name| name.starts_with(digit)).unwrap(), subject, body, at }
    }

    fn targets(commits: &[Entry<'_>], index: usize) -> String {
        of_repository(commits, index, None)
    }

    fn of_repository(commits: &[Entry<'_>], index: usize, repository: Option<&str>) -> String {
        let found = links(commits, repository);
        found[index].iter().filter_map(|target| commits[*target].id.chars().next()).collect()
    }

    #[test]
    fn a_conventional_revert_names_subjects_or_objects() {
        let log = [
            commit('5', 5, "revert: feat: y", ""),
            commit('4', 4, "revert(api): take both back", "Refs: 1111111, 2222222222"),
            commit('3', 3, "fix: z", "Refs: 1111111"),
            commit('2', 2, "feat: y", ""),
            commit('1', 1, "feat: x", ""),
        ];
        assert_eq!([0, 1, 2].map(|index| targets(&log, index)), ["2", "21", ""]);
        let short = |id, subject, body| Entry { id, subject, body, at: 0 };
        let log = [
            short("c30", "revert: x", "This reverts commit c3."),
            short("c31", "y", ""),
            short("c3", "z", ""),
        ];
        assert_eq!(links(&log, None)[0], [2]); // a short name is whole, or none
    }

    #[test]
    fn reverts_are_linked_by_id_number_or_subject() {
        let log = [
            commit('9', 9, "Revert \"speed up \"search\"\" (#31)", ""),
            commit(
                '8',
                8,
                "revert two",
                "This reverts commit 1111111 and more.\nThis reverts commit 2222222222.",
            ),
            commit('7', 7, "undo", "Reverts some/where#12"),
            commit('6', 6, "speed up \"search\"", ""),
            commit('3', 3, "speed up \"search\"", ""),
            commit('2', 2, "cache (#12)", ""),
            commit('1', 1, "Merge pull request #11 from x/y", ""),
        ];
        assert_eq!(targets(&log, 0), "6"); // the latest of that subject
        assert_eq!(targets(&log, 1), "21");
        assert_eq!(targets(&log, 2), "2");
        assert_eq!(targets(&log, 3), "");
    }

    #[test]
    fn a_revert_without_a_target_has_no_link() {
        let log = [
            commit('9', 9, "Revert \"x\"", "This reverts commit fffffff."),
            commit('8', 8, "Revert \"Revert \"x\"\"", "This reverts commit 12."),
            commit('7', 7, "Revert \"later\"", ""),
            commit('6', 7, "undo", "Reverts some/where#1a\nReverts some/where#"),
            commit('5', 8, "later", ""),
            commit('4', 4, "cache (#1a)", ""),
            commit('3', 3, "cache (#)", ""),
        ];
        for index in 0..4 {
            assert_eq!(targets(&log, index), "", "{index}");
        }
    }

    /// pola-rs/polars, argoproj/argo-cd and astral-sh/uv squash, and GitHub appends the number of the request.
    #[test]
    fn the_number_of_a_squash_merge_is_no_part_of_a_subject() {
        let log = [
            commit('9', 9, "Revert \"feat: x (#4)\" (#9)", ""),
            commit('8', 8, "revert: \"feat: y\" (!8)", ""),
            commit('7', 7, "Reapply \"feat: x\" (#7)", ""),
            commit('6', 6, "Revert \"feat: x\" (#6)", ""),
            commit('5', 5, "feat: x (#5)", ""),
            commit('4', 4, "feat: x (#4)", ""),
            commit('3', 3, "feat: y", ""),
        ];
        let found: Vec<String> = (0..5).map(|index| targets(&log, index)).collect();
        assert_eq!(found, ["4", "3", "6", "5", ""]);
    }

    #[test]
    fn a_reference_may_be_followed_by_text_or_be_an_address() {
        for body in [
            "Reverts acme/shop#1. I will fix it tomorrow.",
            "Reverts ACME/shop#1 because of the load",
            "Reverts #1",
            "Reverts: #1",
            "Reverts https://github.com/acme/shop/pull/1",
            "Reverts https://github.com/acme/shop/pull/1.",
            "Reverts https://github.com/acme/shop/pull/1/files, sorry",
            "\n\nReverts <https://git.example/acme/shop/-/merge_requests/1>",
            "Reverts [acme/shop#1](https://github.com/acme/shop/pull/1)",
            "Reverts acme/other#1, acme/shop#1",
        ] {
            let log = [commit('2', 2, "take it back (#2)", body), commit('1', 1, "x (#1)", "")];
            assert_eq!(of_repository(&log, 0, Some("acme/shop")), "1", "{body}");
        }
    }

    #[test]
    fn loose_text_and_other_repositories_are_no_reverts() {
        for (subject, body) in [
            ("bump", "Reverts other/engine#1"),
            ("bump", "Reverts https://github.com/other/engine/pull/1"),
            ("docs", "Explains what `git revert` writes:\n\nThis reverts commit 1111111."),
            ("docs", "He said: This reverts commit 1111111."),
            ("squash (#2)", "* Revert \"x\"\n\nThis reverts commit 1111111.\n\n* x again"),
            ("squash (#2)", "    This reverts commit 1111111."),
            ("squash (#2)", "> Reverts acme/shop#1"),
            ("docs", "Reverts are explained in acme/shop#1"),
            ("docs", "This reverts commitment 1111111"),
        ] {
            let log = [commit('2', 2, subject, body), commit('1', 1, "x (#1)", "")];
            assert_eq!(of_repository(&log, 0, Some("acme/shop")), "", "{subject}: {body}");
        }
    }

    #[test]
    fn without_a_name_the_repository_is_the_one_that_most_reverts_name() {
        let log = [
            commit('5', 5, "c", "Reverts acme/shop#1"),
            commit('4', 4, "b", "Reverts other/engine#1"),
            commit('3', 3, "a", "Reverts acme/shop#1"),
            commit('1', 1, "x (#1)", ""),
        ];
        assert_eq!([0, 1, 2].map(|index| targets(&log, index)), ["1", "", "1"]);
        assert_eq!([0, 1].map(|index| targets(&log[..2], index)), ["", ""]);
    }

    #[test]
    fn what_brings_the_unknown_back_reverts_nothing_here() {
        let log = [
            commit('4', 4, "Revert \"Reapply \"x\"\" (#4)", ""),
            commit('3', 3, "Reapply \"x\" (#3)", "This reverts commit 2222222."),
            commit('2', 2, "Revert \"x\" (#2)", "This reverts commit 7777777."),
        ];
        assert_eq!([0, 1, 2].map(|index| targets(&log, index)), ["3", "", ""]);
    }

    #[test]
    fn a_gone_name_leaves_the_subject() {
        let log = [
            commit(
                '2',
                2,
                "Revert \"x\" (#2)",
                "This reverts commit 7d92915f3dec3e7e76fa4c5ec5af7c17e3ca176c.",
            ),
            commit('1', 1, "x", ""),
        ];
        assert_eq!(targets(&log, 0), "1");
    }

    #[test]
    fn in_one_instant_the_target_is_further_down_in_the_log() {
        let log = [commit('3', 5, "x", ""), commit('2', 5, "Revert \"x\"", ""), commit('1', 5, "x", "")];
        assert_eq!(targets(&log, 1), "1");
        assert_eq!(targets(&log[..2], 1), "3"); // clocks that stand still
    }
}
