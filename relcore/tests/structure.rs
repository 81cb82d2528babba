//! The shape of the source itself: which room may name which, how long a file may be, how much of it is documentation.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test reads files and may stop with a panic"
)]

use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, fs};

/// What stands under every room; these may name each other.
const FOUNDATION: &[&str] = &["error", "reason", "time", "digest", "wire"];

/// The rooms, left to right, and what each may name besides the foundation and itself.
const DIRECTION: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("reason", &[]),
    ("time", &[]),
    ("digest", &[]),
    ("wire", &["api", "version"]), // the doors call the table, and versions are a leaf of the wire form
    ("version", &[]),
    ("release", &["version"]),
    ("stats", &[]),
    ("canary", &["stats"]),
    ("metrics", &["stats", "version"]),
    ("rollback", &["canary", "release", "version"]),
    ("interchange", &["canary", "metrics", "release", "version"]),
    ("api", &["version", "release", "canary", "metrics", "rollback", "interchange"]), // the table of all functions
];

const LONGEST_FILE: usize = 450;
const LONGEST_MEDIAN: usize = 200;
const DOCS_PER_CODE: f64 = 0.4;

#[test]
fn no_room_names_a_room_to_its_right() {
    let mut wrong = Vec::new();
    for file in sources() {
        let room = file.room();
        if room == "lib" {
            continue; // the tour re-exports all rooms
        }
        let Some((_, may)) = DIRECTION.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: room `{room}` has no line in DIRECTION", file.path));
            continue;
        };
        for named in rooms_named(&file.code()) {
            if named != room && !FOUNDATION.contains(&named.as_str()) && !may.contains(&named.as_str()) {
                wrong.push(format!("{}: `{room}` names `{named}`", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_direction_has_no_way_back() {
    for (place, (room, may)) in DIRECTION.iter().enumerate() {
        for named in *may {
            let of = DIRECTION.iter().position(|(name, _)| name == named).unwrap();
            assert!(of < place || *room == "wire", "`{room}` may name `{named}`, which stands to its right");
        }
    }
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> =
        sources().into_iter().map(|file| (file.text.lines().count(), file.path)).collect();
    lengths.sort();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > LONGEST_FILE).collect();
    assert!(long.is_empty(), "over {LONGEST_FILE} lines, two jobs: {long:?}");
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= LONGEST_MEDIAN, "the median file has {median} lines");
}

#[test]
fn the_core_is_documented() {
    let (mut docs, mut code) = (0.0, 0.0);
    for file in sources() {
        for line in before_tests(&file.text).lines().map(str::trim) {
            if line.starts_with("///") || line.starts_with("//!") {
                docs += 1.0;
            } else if line.starts_with("//") {
                // neither: a comment is for whoever changes the code, not for whoever uses it
            } else if line.contains(char::is_alphanumeric)
                && !["#[", "use ", "pub use ", "pub(crate) use ", "mod "]
                    .iter()
                    .any(|start| line.starts_with(start))
            {
                code += 1.0; // a bracket, an attribute or an import is nothing to explain
            }
        }
    }
    assert!(docs >= DOCS_PER_CODE * code, "{docs} lines of documentation for {code} lines of code");
}

#[test]
fn nothing_unordered_and_nothing_unsafe() {
    for file in sources() {
        for word in ["HashMap", "HashSet", "unsafe "] {
            assert!(!file.code().contains(word), "{}: `{word}`", file.path);
        }
    }
}

/// The reader of paths is what the law of direction stands on.
#[test]
fn paths_to_rooms_are_found() {
    let text = "use crate::{canary::Step, time::{Span, zone}};\n// crate::audit\nfn f() -> crate::release::X { \
                $crate::digest::of() }\nuse crate::Version;\nuse super::super::rollback::Y;";
    assert_eq!(
        rooms_named(&without_comments(text)),
        ["canary", "time", "release", "digest", "version", "rollback"]
    );
}

/// The rooms that a piece of code names by `crate::…`, or by `super::super::…` out of its own.
fn rooms_named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["crate::", "super::super::"] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at + start.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(first_names(group)),
                None => found.push(word(rest)),
            }
        }
    }
    // Of what the root re-exports by type only the version is not of the foundation.
    found.retain(|name| name == "Version" || name.starts_with(char::is_lowercase)); // a macro's `crate::$area` has no name
    found.into_iter().map(|name| if name == "Version" { "version".to_owned() } else { name }).collect()
}

/// The first names of the items of a group `{a, b::c, d::{e, f}}`, whose opening brace is gone.
fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut item) = (Vec::new(), 0, String::new());
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(std::mem::take(&mut item).trim())),
            _ => item.push(character),
        }
    }
    names.push(word(item.trim()));
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

struct Source {
    /// From `relcore/src`.
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn code(&self) -> String {
        without_comments(&self.text)
    }
}

/// Every file of the core that a person wrote.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    collect(&root, &mut files);
    let of = |(path, text): (PathBuf, String)| Source {
        path: path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"),
        text,
    };
    let sources: Vec<_> =
        files.into_iter().map(of).filter(|file| !file.text.contains("// @generated")).collect();
    assert!(sources.len() > 20, "the source was not found");
    sources
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.insert(path.clone(), fs::read_to_string(&path).unwrap());
        }
    }
}

fn without_comments(text: &str) -> String {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(code).collect::<Vec<_>>().join("\n")
}

/// Tests stand last in a file.
fn before_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text)
}
