//! The structure of the source: the direction between modules, and the order of the files of a module.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test reads files and may stop with a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from left to right. A module names only modules to its left, and among the domain modules only those
/// listed behind it.
const DIRECTION: &[(&str, Names)] = &[
    ("error", Names::Only(&[])),
    ("scalar", Names::Only(&["error"])),
    ("input", Names::Only(&["error", "scalar"])),
    ("time", Names::Only(&["error", "scalar", "input"])),
    ("version", Names::Only(&["error", "scalar", "input"])),
    ("reason", Names::Only(&["error", "scalar", "time", "version"])),
    ("template", Names::Only(&["error", "scalar", "time"])),
    ("wire", Names::Only(&["error", "scalar", "time", "version", "reason"])),
    ("column", Names::Only(&["error", "scalar", "time", "version", "reason", "wire"])),
    ("digest", Names::Only(&["error", "scalar", "time", "version", "reason", "wire"])),
    ("decision", Names::Only(&["error", "scalar", "time", "version", "reason", "wire", "digest"])),
    ("stats", Names::Foundation(&[])),
    ("change", Names::Foundation(&[])),
    ("versioning", Names::Foundation(&["change"])),
    ("notes", Names::Foundation(&["change"])),
    ("release", Names::Foundation(&[])),
    ("window", Names::Foundation(&["release"])),
    ("readiness", Names::Foundation(&["release", "window"])),
    ("analysis", Names::Foundation(&["stats"])),
    ("canary", Names::Foundation(&["stats", "analysis"])),
    ("experiment", Names::Foundation(&["stats", "analysis"])),
    ("metrics", Names::Foundation(&["stats"])),
    ("incident", Names::Foundation(&[])),
    ("communication", Names::Foundation(&["release", "window", "readiness"])),
    ("retrospective", Names::Foundation(&["stats", "release", "window", "readiness", "metrics"])),
    ("rollback", Names::Foundation(&["stats", "analysis", "canary", "release"])),
    (
        "audit",
        Names::Foundation(&[
            "stats",
            "change",
            "versioning",
            "notes",
            "analysis",
            "release",
            "window",
            "readiness",
            "canary",
            "experiment",
            "metrics",
            "rollback",
        ]),
    ),
    (
        "interchange",
        Names::Foundation(&[
            "stats",
            "change",
            "versioning",
            "notes",
            "analysis",
            "release",
            "window",
            "readiness",
            "canary",
            "experiment",
            "metrics",
            "incident",
            "communication",
            "retrospective",
            "rollback",
            "audit",
        ]),
    ),
    (
        "api",
        Names::Foundation(&[
            "stats",
            "change",
            "versioning",
            "notes",
            "analysis",
            "release",
            "window",
            "readiness",
            "canary",
            "experiment",
            "metrics",
            "incident",
            "communication",
            "retrospective",
            "rollback",
            "audit",
            "interchange",
        ]),
    ),
];

/// The modules that a module may name.
enum Names {
    /// These modules.
    Only(&'static [&'static str]),
    /// Every module from `error` to `decision`, and these.
    Foundation(&'static [&'static str]),
}

/// The last module of the foundation.
const LAST_OF_FOUNDATION: &str = "decision";

#[test]
fn no_module_names_a_module_to_its_right() {
    let exports = exports_of("lib.rs");
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| file.path != "lib.rs") {
        let module = &file.module()[0];
        for path in file.paths() {
            let named = exports.get(&path[0]).unwrap_or(&path[0]);
            if is_module(named) && named != module && !may_name(module, named) {
                wrong.push(format!("{}: `{module}` names `{}`", file.path, path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_is_listed_after_the_modules_it_names() {
    let listed: BTreeSet<&str> = DIRECTION.iter().map(|(module, _)| *module).collect();
    let found: BTreeSet<String> =
        sources().iter().filter(|file| file.path != "lib.rs").map(|file| file.module()[0].clone()).collect();
    assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), listed);
    let index = |module: &str| DIRECTION.iter().position(|(name, _)| *name == module).unwrap();
    for (module, names) in DIRECTION {
        let (Names::Only(named) | Names::Foundation(named)) = names;
        for named in *named {
            assert!(index(named) < index(module), "`{module}` may name `{named}`, which stands to its right");
        }
    }
}

/// The imports between the files of a module have no cycle, so a reader can start at the first file.
#[test]
fn the_imports_between_files_have_no_cycle() {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let own = file.module();
        let [module, name] = own.as_slice() else { continue };
        let exports = exports_of(&format!("{module}/mod.rs"));
        let is_file = |name: &str| Path::new(&root()).join(module).join(format!("{name}.rs")).exists();
        for path in file.paths().iter().filter(|path| path.len() > 1 && path[0] == *module) {
            // A function may have the name of a file; what has items is the file.
            let has_items = path.len() > 2 && is_file(&path[1]);
            let named = exports.get(&path[1]).filter(|_| !has_items).unwrap_or(&path[1]);
            if named != name && is_file(named) {
                imports.entry(format!("{module}/{name}")).or_default().insert(format!("{module}/{named}"));
            }
        }
    }
    // Kahn's algorithm: remove files that import none that is left.
    while let Some(first) = imports
        .iter()
        .find(|(_, named)| named.iter().all(|name| !imports.contains_key(name)))
        .map(|(file, _)| file.clone())
    {
        imports.remove(&first);
    }
    assert!(imports.is_empty(), "these files import one another in a cycle: {imports:#?}");
}

#[test]
fn no_hash_maps_and_no_unsafe_code() {
    for file in sources() {
        for word in ["HashMap", "HashSet", "unsafe "] {
            assert!(!file.code().contains(word), "{}: `{word}`", file.path);
        }
    }
}

/// Tests `Source::paths`, on which the tests of direction depend.
#[test]
fn paths_are_resolved() {
    let text = "use crate::{canary::Step, time::{Span, zone}};\n// crate::audit\nfn f() -> crate::release::X { \
                $crate::digest::of() }\nuse crate::Version;\nuse super::super::rollback::Y;\nuse super::bake::overdue;\n\
                #[cfg(test)]\nmod tests {\n    use crate::metrics::Z;\n}\n";
    let file = Source { path: "canary/rules.rs".to_owned(), text: text.to_owned() };
    let paths: Vec<String> = file.paths().iter().map(|path| path.join("::")).collect();
    assert_eq!(
        paths,
        [
            "canary::Step",
            "time::Span",
            "time::zone",
            "release::X",
            "digest::of",
            "Version",
            "rollback::Y",
            "canary::bake::overdue"
        ]
    );
    assert_eq!(exports("pub use error::{Error, Fault};\npub use time::Span;")["Fault"], "error");
}

fn is_module(name: &str) -> bool {
    DIRECTION.iter().any(|(module, _)| *module == name)
}

fn may_name(module: &str, named: &str) -> bool {
    let index = |name: &str| DIRECTION.iter().position(|(module, _)| *module == name).unwrap();
    match &DIRECTION[index(module)].1 {
        Names::Only(names) => names.contains(&named),
        Names::Foundation(names) => names.contains(&named) || index(named) <= index(LAST_OF_FOUNDATION),
    }
}

/// A source file that is not generated.
struct Source {
    /// The path below `relcore/src`.
    path: String,
    text: String,
}

impl Source {
    /// The path of the module that the file holds: `["canary", "rules"]`.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }

    /// The text without comments and tests. Tests are last in a file.
    fn code(&self) -> String {
        let text = self.text.split("\n#[cfg(test)]\nmod ").next().unwrap();
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }

    /// Every path of the code that starts with `crate::` or `super::`, from the root of the crate.
    fn paths(&self) -> Vec<Vec<String>> {
        let code = self.code();
        let mut found = Vec::new();
        let mut rest = code.as_str();
        while let Some(at) = ["crate::", "super::"].iter().filter_map(|start| rest.find(start)).min() {
            rest = &rest[at..];
            let mut base = Vec::new();
            if let Some(after) = rest.strip_prefix("crate::") {
                rest = after;
            } else {
                base = self.module();
                while let Some(after) = rest.strip_prefix("super::") {
                    base.pop();
                    rest = after;
                }
            }
            for path in group(rest) {
                let path = base.iter().cloned().chain(path).collect::<Vec<_>>();
                // Inside a macro, a name can be a variable.
                if path.first().is_some_and(|name| !name.is_empty()) {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// The paths at the start of a text: `a::b`, or the items of `{a, b::{c, d}}`.
fn group(text: &str) -> Vec<Vec<String>> {
    if let Some(inner) = text.strip_prefix('{') {
        return items(inner).iter().flat_map(|item| group(item)).collect();
    }
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let rest = &text[name.len()..];
    let deeper = match rest.strip_prefix("::") {
        Some(after) if after.starts_with(|c: char| c == '{' || c == '_' || c.is_alphanumeric()) => {
            group(after)
        }
        _ => vec![vec![]],
    };
    deeper.into_iter().map(|path| std::iter::once(name.clone()).chain(path).collect()).collect()
}

/// The items of a group, from after its opening brace.
fn items(text: &str) -> Vec<String> {
    let (mut items, mut depth, mut item) = (Vec::new(), 0, String::new());
    for character in text.chars() {
        match character {
            '}' if depth == 0 => break,
            ',' if depth == 0 => items.push(std::mem::take(&mut item)),
            _ => {
                depth += i32::from(character == '{') - i32::from(character == '}');
                item.push(character);
            }
        }
    }
    items.push(item);
    items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// The submodule of each name that a module re-exports.
fn exports_of(path: &str) -> BTreeMap<String, String> {
    fs::read_to_string(root().join(path)).map(|text| exports(&text)).unwrap_or_default()
}

fn exports(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for start in ["pub use ", "pub(crate) use "] {
        for (at, _) in text.match_indices(start) {
            for path in group(&text[at + start.len()..]) {
                if let [module, .., name] = path.as_slice() {
                    found.insert(name.clone(), module.clone());
                }
            }
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let of = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/"),
    };
    let sources: Vec<_> =
        files.into_iter().map(of).filter(|file| !file.text.contains("// @generated")).collect();
    assert!(sources.len() > 20, "the source was not found");
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
