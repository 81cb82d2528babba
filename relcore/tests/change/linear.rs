//! Work grows with the input: what would take the square of it takes minutes here.
use relcore::change::{
    Commit, History, Line, Policy, Squash, TaggedCommit, changes_since, parse_change, parse_changeset,
    parse_commits,
};
use relcore::version::{Branch, Version, line_ranges, parse_tag};

const MANY: usize = 20_000;

#[test]
fn messages() {
    let policy = Policy::default().issue_prefixes(["gh-".to_owned()]);
    let footers = "BREAKING CHANGE: a\n".repeat(MANY);
    let doubts = " BREAKING CHANGE: a\n".repeat(MANY);
    for message in [
        format!("fix: a\n\n{footers}{doubts}"),
        format!("fix: a\n\nb\n{doubts}{footers}"),
        format!("fix: a\n\n{}", "gh-1.".repeat(MANY)),
        format!("fix: a\n\n{}", "Fixes: #1\n".repeat(MANY)),
        format!("fix: a\n\n{}", "a: b\n\nhttps://c\n".repeat(MANY)),
        format!("{}a{}", "Revert \"".repeat(MANY), ")\"".repeat(MANY)),
        format!("fix: a{}", " (#1)".repeat(MANY)),
        format!("feat{}", "(".repeat(MANY)),
        format!("feat: a\n\n{}", "```\n* fix: b\n".repeat(MANY)),
        "feat(a): ".repeat(MANY),
    ] {
        parse_change(&message, &policy).unwrap();
        let changes = parse_commits(&[Commit::new("a", message)], &Policy::default().squash(Squash::Expand));
        assert!(!changes.unwrap().is_empty());
    }
}

#[test]
fn listed_commits() {
    let title = "a".repeat(MANY);
    let message = format!("fix: {title} (#{})\n\n{}", "1".repeat(MANY), "* fix: b\n".repeat(MANY));
    let changes = parse_commits(&[Commit::new("a", message)], &Policy::default().squash(Squash::Expand));
    assert_eq!(changes.unwrap().len(), MANY + 1);
}

/// Commits in one line, the newest first.
fn history(messages: impl IntoIterator<Item = String>) -> History {
    let messages: Vec<String> = messages.into_iter().collect();
    let count = messages.len();
    let commits = messages.into_iter().enumerate().map(|(index, message)| {
        let parent = (index + 1 < count).then(|| format!("commit{:06}", index + 1));
        Commit::new(format!("commit{index:06}"), message).parents(parent)
    });
    History::default().commits(commits)
}

#[test]
fn picks_of_one_change() {
    let found = changes_since(
        &history((0..MANY).map(|_| "fix: a (#1)".to_owned())),
        &Line::default(),
        &Policy::default(),
    );
    let changes = found.unwrap().changes;
    assert_eq!((changes.len(), changes[0].also.len()), (1, MANY - 1));

    let picked = |index: usize| format!("fix: a\n\n(cherry picked from commit commit{:06})", index + 1);
    let chain = (0..MANY).map(|index| if index + 1 < MANY { picked(index) } else { "fix: a".to_owned() });
    let changes = changes_since(&history(chain), &Line::default(), &Policy::default()).unwrap().changes;
    assert_eq!((changes.len(), changes[0].also.len()), (1, MANY - 1));
    assert_eq!(changes[0].also[0], "commit000000");
}

#[test]
fn reverts_of_one_merge() {
    let revert = || format!("Revert \"fix: a\"\n\nThis reverts commit commit{MANY:06}.");
    let mut history =
        history((0..MANY).map(|_| revert()).chain(["Merge branch 'b'".to_owned(), "root".to_owned()]));
    let side = (0..MANY).map(|index| {
        let parent =
            if index + 1 < MANY { format!("side{}", index + 1) } else { format!("commit{:06}", MANY + 1) };
        Commit::new(format!("side{index}"), "fix: a").parents([parent])
    });
    history.commits.extend(side);
    history.commits[MANY].parents.push("side0".to_owned());
    let found = changes_since(&history, &Line::default(), &Policy::default()).unwrap();
    assert_eq!(found.cancelled.len(), MANY);
}

#[test]
fn tags_and_versions() {
    let tag = "-1.2.3".repeat(MANY);
    assert!(parse_tag(&format!("{tag}!"), None, &relcore::version::Scheme::Semver).is_err());
    let deep = "1-".repeat(MANY);
    let maven = relcore::version::Scheme::Maven;
    let history = history(["fix: a".to_owned()]).tags(
        (0..64).map(|index| TaggedCommit::new(["1-alpha", "1.foo", "1", &deep][index % 4], "commit000000")),
    );
    assert!(changes_since(&history, &Line::default().scheme(maven), &Policy::default()).is_ok());

    let versions = |index: u64| vec![Version::new(index, 0, 0), Version::new(index + 1, 0, 0)];
    let branches = (0..5_000).map(|index| Branch::default().versions(versions(index)));
    let ranges = line_ranges(&branches.collect::<Vec<_>>()).unwrap();
    assert_eq!((&*ranges[0].range, &*ranges[4_999].range), (">=1.0.0 <2.0.0", ">=5000.0.0"));
}

#[test]
fn changesets() {
    let packages: String = (0..MANY).map(|index| format!("p{index}: minor\n")).collect();
    assert_eq!(parse_changeset("a", &format!("---\n{packages}---\nb")).unwrap().releases.len(), MANY);
}
