//! Links reverts to the commits that they revert, by the commit message.
//!
//! git writes `This reverts commit <name>.` into the body, GitHub's button writes `Reverts owner/repo#N`. If the body has
//! neither, the subject `Revert "<subject>"` refers to the latest commit with that subject that is not newer than the
//! revert.
use super::git::GitCommit;
use std::collections::BTreeMap;

/// The commits by id, subject and pull request number.
pub(super) struct Reverts<'a> {
    commits: &'a [GitCommit],
    by_id: BTreeMap<&'a str, usize>,
    /// Indices in the order of the log: newest first.
    by_subject: BTreeMap<&'a str, Vec<usize>>,
    by_request: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Reverts<'a> {
    pub(super) fn new(commits: &'a [GitCommit]) -> Self {
        let mut reverts = Self {
            commits,
            by_id: BTreeMap::new(),
            by_subject: BTreeMap::new(),
            by_request: BTreeMap::new(),
        };
        for (index, commit) in commits.iter().enumerate() {
            reverts.by_id.insert(&commit.id, index);
            if !commit.subject.is_empty() {
                reverts.by_subject.entry(&commit.subject).or_default().push(index);
            }
            if let Some(number) = request_of(&commit.subject) {
                reverts.by_request.entry(number).or_default().push(index);
            }
        }
        reverts
    }

    /// The ids of the commits that `commit` reverts, each once.
    pub(super) fn of(&self, index: usize, commit: &GitCommit) -> Vec<String> {
        let mut targets: Vec<usize> = vec![];
        for line in commit.body.lines() {
            targets.extend(
                after_each(line, "This reverts commit ").filter_map(|text| self.by_prefix(leading_hex(text))),
            );
            let request = line.trim().strip_prefix("Reverts ").and_then(|text| text.split_once('#'));
            let number = request.map(|(_, number)| number).filter(|number| is_number(number));
            targets.extend(number.and_then(|number| self.latest_before(index, self.by_request.get(number))));
        }
        if targets.is_empty() {
            let quoted = quoted_subject(&commit.subject);
            targets
                .extend(quoted.and_then(|subject| self.latest_before(index, self.by_subject.get(subject))));
        }
        targets.retain(|target| *target != index);
        targets.sort_unstable();
        targets.dedup();
        targets.into_iter().filter_map(|target| Some(self.commits.get(target)?.id.clone())).collect()
    }

    /// The only commit with this prefix of its id. git abbreviates to at least seven digits.
    fn by_prefix(&self, prefix: String) -> Option<usize> {
        if prefix.len() < 7 {
            return None;
        }
        let mut matching = self.by_id.range(prefix.as_str()..).take_while(|(id, _)| id.starts_with(&prefix));
        let (_, found) = matching.next()?;
        matching.next().is_none().then_some(*found)
    }

    /// The latest candidate that is not newer than the commit at `index`.
    fn latest_before(&self, index: usize, candidates: Option<&Vec<usize>>) -> Option<usize> {
        let limit = self.commits.get(index)?.committed_at;
        let earlier = candidates?.iter().copied().filter_map(|candidate| {
            let at = self.commits.get(candidate)?.committed_at;
            (candidate != index && at <= limit).then_some((at, candidate))
        });
        // The log is newest first, so among equal times the first one wins.
        earlier.max_by_key(|(at, candidate)| (*at, std::cmp::Reverse(*candidate))).map(|(_, found)| found)
    }
}

/// The text after each occurrence of a phrase.
fn after_each<'a>(line: &'a str, phrase: &'a str) -> impl Iterator<Item = &'a str> {
    line.split(phrase).skip(1)
}

fn leading_hex(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_hexdigit);
    digits.map(|digit| digit.to_ascii_lowercase()).take(64).collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The pull request number of a commit: `… (#12)` or `Merge pull request #12 from …`.
fn request_of(subject: &str) -> Option<&str> {
    let squashed =
        subject.strip_suffix(')').and_then(|text| text.rsplit_once("(#")).map(|(_, number)| number);
    let merged = || subject.strip_prefix("Merge pull request #")?.split(' ').next();
    squashed.filter(|number| is_number(number)).or_else(merged).filter(|number| is_number(number))
}

/// The subject inside `Revert "…"`, up to the last quotation mark.
fn quoted_subject(subject: &str) -> Option<&str> {
    let (quoted, _) = subject.strip_prefix("Revert \"")?.rsplit_once('"')?;
    Some(quoted).filter(|quoted| !quoted.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn commit(digit: char, at: i64, subject: &str, body: &str) -> GitCommit {
        let at = Timestamp::from_millis(at).unwrap();
        GitCommit {
            id: String::from(digit).repeat(40),
            parents: vec![],
            authored_at: at,
            committed_at: at,
            subject: subject.to_owned(),
            body: body.to_owned(),
        }
    }

    fn targets(commits: &[GitCommit], index: usize) -> String {
        let found = Reverts::new(commits).of(index, &commits[index]);
        found.iter().filter_map(|id| id.chars().next()).collect()
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
}
