//! Notes of merged requests: labels say the section, and a request is one item.
use proptest::prelude::*;
use relcore::change::{Commit, Parsed, Policy, parse_commits};
use relcore::notes::{Audience, MergedRequest, SectionKind, Spec, WrittenItem, build_notes};

/// The changes of commits, newest first.
fn changes(commits: &[(&str, &str)]) -> Vec<Parsed> {
    let commits: Vec<Commit> = commits.iter().map(|(id, text)| Commit::new(*id, *text)).collect();
    let mut changes = parse_commits(&commits, &Policy::default()).unwrap();
    changes.reverse();
    changes
}

fn request(number: &str, title: &str, labels: &[&str]) -> MergedRequest {
    MergedRequest::new(number, title).labels(labels.iter().copied())
}

/// Each section with the texts of its items.
fn listed(changes: &[Parsed], spec: &Spec) -> Vec<(SectionKind, Vec<String>)> {
    let notes = build_notes(changes, spec, &Audience::Developer).unwrap();
    let sections = notes.sections.into_iter();
    sections.map(|one| (one.kind, one.items.into_iter().map(|item| item.text).collect())).collect()
}

#[test]
fn a_request_stands_for_its_changes_with_its_own_title() {
    let changes = changes(&[
        ("a", "feat: first half (#12)"),
        ("b", "fix: second half (#12)"),
        ("c", "fix: alone (#13)"),
    ]);
    let spec = Spec::default().requests([request("#12", "Dark mode", &["Type: Enhancement"])]);
    let notes = build_notes(&changes, &spec, &Audience::Developer).unwrap();
    assert_eq!(notes.sections[0].items[0].ids, ["a", "b"]);
    let expected = [
        (SectionKind::Added, vec!["Dark mode (#12)".to_owned()]),
        (SectionKind::Fixed, vec!["alone (#13)".to_owned()]),
    ];
    assert_eq!(listed(&changes, &spec), expected);
}

#[test]
fn a_breaking_change_makes_its_request_breaking() {
    let changes = changes(&[("a", "feat: half (#12)"), ("b", "fix!: other half (#12)")]);
    let spec = Spec::default().requests([request("12", "Faster", &["performance"])]);
    assert_eq!(listed(&changes, &spec), [(SectionKind::Breaking, vec!["Faster (#12)".to_owned()])]);
}

#[test]
fn labels_come_before_titles_and_own_labels_before_standard_ones() {
    let requests = [
        request("1", "fix(ui): one", &["enhancement"]),
        request("2", "fix(ui): two", &["area/ui"]),
        request("3", "three", &["bug", "SECURITY"]),
        request("4", "four", &["bug"]),
        request("5", "five", &[]),
        request("6", "six", &["skip-changelog", "bug"]),
        request("7", "seven", &["internal"]),
    ];
    let mut spec = Spec::default().requests(requests).excluded_labels(["Internal"]);
    spec.labels.insert("Bug".to_owned(), SectionKind::KnownIssues);
    let one = |kind, text: &str| (kind, vec![text.to_owned()]);
    let expected = [
        one(SectionKind::Security, "three (#3)"),
        one(SectionKind::Added, "one (#1)"),
        one(SectionKind::Fixed, "two (#2)"),
        one(SectionKind::KnownIssues, "four (#4)"),
        one(SectionKind::Other, "five (#5)"),
    ];
    assert_eq!(listed(&[], &spec), expected);
}

#[test]
fn a_request_of_a_change_under_embargo_is_not_named() {
    let changes = changes(&[("aaaaaaa1", "fix: CVE-2024-1234 (#12)"), ("b", "docs: words (#12)")]);
    let spec = Spec::default().requests([request("12", "Harden the parser", &["security"])]);
    let hidden = spec.clone().embargoed(["CVE-2024-1234"]);
    assert!(listed(&changes, &hidden).is_empty(), "nothing of request 12, whatever change names it");
    assert!(listed(&[], &spec.clone().embargoed(["#12"])).is_empty());
    assert!(listed(&[], &spec.embargoed(["harden the parser"])).is_empty());
}

/// What is under embargo is found wherever it stands.
#[test]
fn what_names_the_embargo_is_left_out() {
    let changed = |text: &str| changes(&[("bbbbbbb2", text)]);
    let on = |name: &str| Spec::default().embargoed([name]);
    for (text, name) in [
        ("fix: bound the parser\n\nCVE-2024-1234: heap overflow", "CVE-2024-1234"),
        ("fix!: x\n\nBREAKING CHANGE: a\nBREAKING CHANGE: fixes #12", "#12"),
        ("fix: x\n\nFollow-up to a1b2c3d4e5f60718.", "a1b2c3d"),
        ("fix: x\n\nFollow-up to a1b2c3d.", "a1b2c3d4e5f60718"),
        ("fix: x (#12)", "!12"),
    ] {
        assert!(listed(&changed(text), &on(name)).is_empty(), "{text}");
    }
    assert!(listed(&changes(&[("a1b2c3d4e5f6", "fix: x")]), &on("a1b2")).is_empty());
    assert_eq!(listed(&changed("fix: 1234567 rows"), &on("1234568")).len(), 1);

    // The request of a hidden change hides what people wrote of it; a hidden title hides the changes.
    let secret = changes(&[("aaaaaaa1", "fix: secret (#12)")]);
    let written =
        on("aaaaaaa").written([WrittenItem::new(SectionKind::Fixed, "Remote code execution fixed (#12)")]);
    assert!(listed(&secret, &written).is_empty());
    let titled = on("CVE-2024-1234").requests([request("12", "Fix CVE-2024-1234", &[])]);
    assert!(listed(&changed("fix: bound input (#12)"), &titled).is_empty());
    assert!(listed(&[], &on("!12").requests([request("!12", "Secret", &[])])).is_empty());
}

/// What was written for others does not stand for a change.
#[test]
fn an_item_stands_for_a_change_where_it_is_read() {
    let item = WrittenItem::new(SectionKind::Fixed, "Faster start (#12)").audiences([Audience::User]);
    let spec = Spec::default().written([item]);
    let change = changes(&[("b", "fix!: drop old config (#12)")]);
    let text = |audience| {
        let notes = build_notes(&change, &spec, &audience).unwrap();
        notes
            .sections
            .iter()
            .flat_map(|section| &section.items)
            .map(|item| item.text.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(text(Audience::User), ["Faster start (#12)"]);
    assert_eq!(text(Audience::Developer), ["drop old config (#12)"]);
}

proptest! {
    /// Each request that is not left out is listed exactly once, whatever changes name it.
    #[test]
    fn a_request_is_listed_once(
        numbers in proptest::collection::btree_set(1u32..6, 0..5),
        commits in proptest::collection::vec((0u32..7, "(feat|fix|docs|fix!): [a-z]{1,5}"), 0..8),
    ) {
        let texts: Vec<(String, String)> = commits
            .iter()
            .enumerate()
            .map(|(at, (number, text))| (format!("c{at}"), format!("{text} (#{number})")))
            .collect();
        let pairs: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        let requests: Vec<MergedRequest> =
            numbers.iter().map(|number| MergedRequest::new(number.to_string(), format!("Title {number}"))).collect();
        let notes = build_notes(&changes(&pairs), &Spec::default().requests(requests), &Audience::Developer).unwrap();
        let items: Vec<_> = notes.sections.iter().flat_map(|section| &section.items).collect();
        for number in &numbers {
            let text = format!("Title {number} (#{number})");
            let found: Vec<_> = items.iter().filter(|item| item.text == text).collect();
            prop_assert_eq!(found.len(), 1);
            let expected = commits.iter().filter(|(own, _)| own == number).count();
            prop_assert_eq!(found[0].ids.len(), expected);
        }
        let ids = items.iter().map(|item| item.ids.len()).sum::<usize>();
        prop_assert_eq!(ids, commits.len());
    }
}
