//! Changelogs of real forms, and what a release changes in them.
use proptest::prelude::*;
use relcore::notes::{ReleaseEntry, merge_changelog, parse_changelog};

/// A changelog of parts that are there or not.
#[derive(Clone, Debug)]
struct File {
    preamble: &'static str,
    heading: &'static str,
    unreleased: Option<Vec<&'static str>>,
    versions: Vec<Vec<&'static str>>,
    references: bool,
    crlf: bool,
    ends: bool,
}

const PARTS: &[&str] = &[
    "### Added\n\n- Export\n",
    "### Fixed\n\n- Import (#7)\n  with a second line\n\n  and a paragraph\n",
    "### Added\n\n* Star\n",
    "```md\n## [9.9.9] - 2020-01-01\n\n- no item\n```\n",
    "~~~~\n```\n## 9.9.8\n~~~~\n",
    "<!--\n## 9.9.7\n- hidden\n-->\n",
    "Some words.\n",
    "#### Deep\n\n- Leaf\n",
];

fn file() -> impl Strategy<Value = File> {
    let parts = || proptest::collection::vec(prop::sample::select(PARTS), 0..4);
    let heading = prop::sample::select(vec![
        "## [{}] - {d}",
        "## {} ({d})",
        "# v{}",
        "## [v{}] - {d}",
        "### [{}] / {d}",
        "{} / {d}\n==================",
        "## [{}](https://example.org/r/compare/v0.0.1...v{}) ({d})",
        "## Version {}",
    ]);
    let preamble = prop::sample::select(vec!["", "# Changelog\n\n", "Changes\n\n<!-- ## 9.9.6 -->\n\n"]);
    let versions = proptest::collection::vec(parts(), 0..3);
    let all = (
        preamble,
        heading,
        proptest::option::of(parts()),
        versions,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    );
    all.prop_map(|(preamble, heading, unreleased, versions, references, crlf, ends)| File {
        preamble,
        heading,
        unreleased,
        versions,
        references,
        crlf,
        ends,
    })
}

impl File {
    fn text(&self) -> String {
        let mut text = self.preamble.to_owned();
        if let Some(parts) = &self.unreleased {
            text.push_str("## [Unreleased]\n\n");
            parts.iter().for_each(|part| text.push_str(&format!("{part}\n")));
        }
        for (index, parts) in self.versions.iter().enumerate() {
            let heading = self.heading.replace("{}", &self.version(index)).replace("{d}", "2024-01-01");
            text.push_str(&format!("{heading}\n\n"));
            parts.iter().for_each(|part| text.push_str(&format!("{part}\n")));
        }
        if self.references {
            text.push_str("[Unreleased]: https://example.org/r/compare/v1.0.0...HEAD\n[1.0.0]: https://example.org/r/v1.0.0\n");
        }
        let text = if self.ends { text } else { text.trim_end().to_owned() };
        if self.crlf { text.replace('\n', "\r\n") } else { text }
    }

    fn version(&self, index: usize) -> String {
        format!("1.0.{}", self.versions.len() - index)
    }
}

fn entry() -> impl Strategy<Value = ReleaseEntry> {
    let body = prop::sample::select(vec![
        "",
        "### Fixed\n\n- Other (#9)\n",
        "## Added\n\n- Export\n- New\n",
        "- Loose\n",
    ]);
    (body, any::<bool>()).prop_map(|(body, dated)| {
        let entry = ReleaseEntry::new("1.1.0").body(body);
        if dated { entry.date(relcore::NaiveDate::parse("2024-06-15").unwrap()) } else { entry }
    })
}

/// The lines with text, without those of references that compare tags.
fn lines(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_end);
    lines
        .filter(|line| {
            !line.is_empty() && !line.starts_with("[Unreleased]:") && !line.starts_with("[1.1.0]:")
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_release_is_written_once_and_the_rest_stays(file in file(), entry in entry()) {
        let text = file.text();
        let merged = merge_changelog(&text, &entry).unwrap();
        prop_assert_eq!(&merge_changelog(&merged, &entry).unwrap(), &merged);
        let (before, after) = (parse_changelog(&text), parse_changelog(&merged));
        // The versions are those of before and the new one below `Unreleased`.
        let mut expected: Vec<String> = before.entries.iter().map(|one| one.version.clone()).collect();
        let at = usize::from(file.unreleased.is_some());
        expected.insert(at, "1.1.0".to_owned());
        let found: Vec<String> = after.entries.iter().map(|one| one.version.clone()).collect();
        prop_assert_eq!(found, expected, "{}", merged);
        prop_assert_eq!(&after.preamble, &before.preamble);
        prop_assert_eq!(&after.entries[at + 1..], &before.entries[at..], "{}", merged);
        prop_assert_eq!(after.entries[at].date, entry.date);
        if file.crlf && text.contains('\n') {
            prop_assert_eq!(merged.matches('\n').count(), merged.matches("\r\n").count());
        }
        // Byte by byte, what stands before the text of `Unreleased` and from the last version on.
        let rest = text.find(&file.heading.split('\n').next().unwrap().replace("{}", &file.version(0)).replace("{d}", "2024-01-01"));
        if let Some(rest) = rest.filter(|_| !file.versions.is_empty() && !file.references) {
            prop_assert!(merged.ends_with(&text[rest..]), "{}", merged);
        }
        let start = text.find("## [Unreleased]").map_or(0, |at| at + "## [Unreleased]".len());
        prop_assert_eq!(&merged[..start], &text[..start]);
        // Without `Unreleased` and references, the file has one more piece of text and is otherwise the same, byte for byte.
        if file.unreleased.is_none() && !file.references {
            let same = |(a, b): &(u8, u8)| a == b;
            let start = text.bytes().zip(merged.bytes()).take_while(same).count();
            let end = text.bytes().rev().zip(merged.bytes().rev()).take_while(same).count();
            prop_assert!(start + end >= text.len(), "{} became {}", text, merged);
        }
        // No line is lost. A group that the text has twice may be one.
        let mut left = lines(&merged);
        for line in lines(&text) {
            let found = left.iter().position(|one| *one == line);
            prop_assert!(found.is_some(), "{} is lost in {}", line, merged);
            left.remove(found.unwrap());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(#|##|- |\\[|\\]|\\(|\\)|1\\.0|v2\\.0\\.0|Unreleased|\n|\r\n|```|<!--|-->|é|: ){0,20}", entry in entry()) {
        let _ = parse_changelog(&text);
        if let Ok(merged) = merge_changelog(&text, &entry) {
            prop_assert_eq!(&merge_changelog(&merged, &entry).unwrap(), &merged);
            prop_assert!(parse_changelog(&merged).entries.iter().any(|one| one.version == "1.1.0"));
        }
    }
}

/// A group of a group stays where it was.
#[test]
fn deeper_groups_stay_in_their_group() {
    let body = "### Added\n\n#### ui\n\n- a\n\n### Fixed\n\n#### ui\n\n- b\n";
    let merged = merge_changelog("", &ReleaseEntry::new("1.0.0").body(body)).unwrap();
    assert!(merged.ends_with(body), "{merged}");
    let text = "# Changelog\n\n## Unreleased\n\n### Added\n\n#### ui\n\n- a\n\n### Fixed\n\n- c\n\n## 0.9.0\n\n- old\n";
    let body = "### Fixed\n\n#### ui\n\n- b\n\n### Added\n\n#### ui\n\n- d\n";
    let merged = merge_changelog(text, &ReleaseEntry::new("1.0.0").body(body)).unwrap();
    let expected =
        "## 1.0.0\n\n### Added\n\n#### ui\n\n- a\n- d\n\n### Fixed\n\n- c\n\n#### ui\n\n- b\n\n## 0.9.0";
    assert!(merged.contains(expected), "{merged}");
}

#[test]
fn only_a_number_of_a_request_stands_for_an_item() {
    let body = "### Fixed\n\n- Crash on start (#123)\n";
    for (own, is_known) in [
        ("- Use color #123abc", false),
        ("- As other/repo#123", false),
        ("- See https://x/y#123", false),
        ("- Crash (#123)", true),
        ("- Crash, #123.", true),
    ] {
        let text = format!("# Changelog\n\n## Unreleased\n\n{own}\n\n## 0.9.0\n\n- old\n");
        let merged = merge_changelog(&text, &ReleaseEntry::new("1.0.0").body(body)).unwrap();
        assert_eq!(merged.contains("Crash on start"), !is_known, "{own}");
    }
}

#[test]
fn a_version_within_a_day_is_no_version() {
    let text = "## 2021.01.05, Version 1.0\n\n- First\n";
    let entry =
        ReleaseEntry::new("1.1").date(relcore::NaiveDate::parse("2024-06-15").unwrap()).body("- Second\n");
    let merged = merge_changelog(text, &entry).unwrap();
    assert!(merged.starts_with("## 2024.06.15, Version 1.1\n\n- Second\n\n## 2021.01.05"), "{merged}");
    assert_eq!(merge_changelog(&merged, &entry).unwrap(), merged);
}

#[test]
fn references_are_looked_up() {
    let references = "[a]: https://example.org\n".repeat(60_000);
    let text = format!("## [Unreleased]\n\n## [1.0.0]\n\n- x\n\n{references}\n- y\n");
    let started = std::time::Instant::now();
    assert_eq!(parse_changelog(&text).references.len(), 60_000);
    assert!(merge_changelog(&text, &ReleaseEntry::new("1.1.0")).is_ok());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
