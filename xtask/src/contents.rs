//! What the packages hold. `published/packages.txt` lists the files of each package, so that none slips in and no licence
//! falls out. In no file is a path of the machine that built it.
use crate::{
    codegen::root,
    shell::{command, run},
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

const LIST: &str = "published/packages.txt";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// `cargo xtask contents [--bless] PACKAGE…`. The package `swift` is the folder.
pub fn chore(arguments: &[&str]) -> Result<()> {
    let (bless, packages) = match arguments {
        ["--bless", packages @ ..] => (true, packages),
        packages => (false, packages),
    };
    ensure!(!packages.is_empty(), "which packages? Wheels, sdists, tarballs, crates, jars");
    packages.iter().try_for_each(|package| examine(Path::new(package), bless))
}

/// Fails for a package that holds other files than those listed, other licence texts than the repository, or a path of
/// this machine.
pub fn check(package: &Path) -> Result<()> {
    examine(package, false)
}

fn examine(package: &Path, bless: bool) -> Result<()> {
    if package.as_os_str() == "swift" {
        return examine_folder("swift package", &root().join("bindings-swift/swift"), bless);
    }
    let kind = kind(package)?;
    let folder = unpacked(package)?;
    examine_folder(kind, &folder, bless).with_context(|| package.display().to_string())
}

/// The same for the folder that is the package of Swift.
pub fn check_swift() -> Result<()> {
    examine_folder("swift package", &root().join("bindings-swift/swift"), false)
}

fn examine_folder(kind: &str, folder: &Path, bless: bool) -> Result<()> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    check_licences(folder, &files)?;
    check_paths(&files)?;
    let names: BTreeSet<String> = files
        .iter()
        .map(|file| Ok(general(file.strip_prefix(folder)?.to_str().context("names are text")?)))
        .collect::<Result<_>>()?;
    let path = root().join(LIST);
    let mut lists = Lists::read(&fs::read_to_string(&path)?)?;
    let list = lists.of(kind);
    let differences = differences(list, &names);
    if bless {
        *list = blessed(list, &names);
        fs::write(&path, lists.text())?;
    } else {
        ensure!(
            differences.is_empty(),
            "the {kind} differs from {LIST}:\n  {}\nIf that is intended: cargo xtask contents --bless PACKAGE",
            differences.join("\n  ")
        );
    }
    println!("{kind}: {} files, as listed, without paths of this machine", files.len());
    Ok(())
}

/// The section of the list, by the name of the file.
fn kind(package: &Path) -> Result<&'static str> {
    let name = package.file_name().and_then(|name| name.to_str()).context("a package has a name")?;
    let name = name.replace(VERSION, "V");
    Ok(match name.as_str() {
        "relcore-V.tar.gz" => "sdist",
        "relcore-V.tgz" => "npm package",
        "relcore-V.crate" => "crate relcore",
        "relcore-cli-V.crate" => "crate relcore-cli",
        "relcore-V.jar" => "jar",
        "relcore-V.aar" => "aar",
        _ if name.starts_with("relcore-V-") && name.ends_with(".whl") => "wheel",
        _ if name.starts_with("relcore-") && name.ends_with("-V.tgz") => "npm platform package",
        _ => bail!("`{name}` is not a package of relcore {VERSION}"),
    })
}

/// A folder with the files of a package, without a single folder around them.
fn unpacked(package: &Path) -> Result<PathBuf> {
    let folder = root().join("target/xtask/contents");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    // Python's and not `unzip`, because every machine that builds relcore has Python.
    let zipped = package.extension().is_some_and(|end| ["whl", "jar", "aar"].iter().any(|zip| end == *zip));
    let mut unpack = if zipped {
        command("python3", &["-m", "zipfile", "-e"])
    } else {
        command("tar", &["-x", "-z", "-f"])
    };
    unpack.current_dir(env::current_dir()?).arg(package);
    if !zipped {
        unpack.arg("-C");
    }
    run(unpack.arg(&folder))?;
    let inside: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    Ok(match inside.as_slice() {
        [only] if only.is_dir() => only.clone(),
        _ => folder,
    })
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // In the folder of the Swift package: what the compiler writes, and libraries of one platform or another.
        let is_built = [".build", "RelcoreFFI.xcframework", "librelcore_uniffi.a"]
            .iter()
            .any(|name| path.ends_with(name));
        if path.is_dir() && !is_built {
            walk(&path, files)?;
        } else if !is_built {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn check_licences(folder: &Path, files: &[PathBuf]) -> Result<()> {
    for licence in LICENCES {
        let expected = fs::read(root().join(licence))?;
        let mut copies = files.iter().filter(|file| file.ends_with(licence)).peekable();
        ensure!(copies.peek().is_some(), "{licence} is missing");
        for copy in copies {
            let name = copy.strip_prefix(folder)?.display();
            ensure!(fs::read(copy)? == expected, "{name} is not the text of the repository");
        }
    }
    Ok(())
}

/// The home folder, the checkout and cargo's folders are in no file, neither as text nor inside a library.
fn check_paths(files: &[PathBuf]) -> Result<()> {
    // Those of the machines on which the workflows build, because packages of several are checked on one.
    const RUNNERS: [&str; 4] = ["/home/runner/", "/Users/runner/", "C:\\Users\\runneradmin\\", "D:\\a\\"];
    let target = fs::canonicalize(root().join("target")).unwrap_or_default();
    let folders = [env::home_dir(), env::var_os("CARGO_HOME").map(PathBuf::from), Some(root()), Some(target)];
    let folders: Vec<String> = folders
        .into_iter()
        .flatten()
        .filter(|folder| folder.components().count() > 1) // a home of `/` is no information
        .map(|folder| format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR))
        .chain(RUNNERS.map(str::to_owned))
        .collect();
    for file in files {
        let bytes = fs::read(file)?;
        for folder in &folders {
            if let Some(at) = bytes.windows(folder.len()).position(|window| window == folder.as_bytes()) {
                let shown: String = bytes[at..]
                    .iter()
                    .take(120)
                    .map(|byte| char::from(*byte))
                    .take_while(|c| !c.is_control())
                    .collect();
                bail!("{} has a path of this machine: {shown}", file.display());
            }
        }
    }
    Ok(())
}

/// The name of a file, the same for every version and platform.
fn general(name: &str) -> String {
    let name = name.replace(std::path::MAIN_SEPARATOR, "/").replace(VERSION, "{version}");
    let Some((folder, file)) = name.rsplit_once('/') else { return general_file(&name) };
    if file.contains("relcore_uniffi.") {
        return "{platform}/{library}".to_owned();
    }
    if folder == "relcore" {
        return format!("{folder}/{}", general_file(file));
    }
    name
}

fn general_file(file: &str) -> String {
    match file.split_once('.') {
        Some(("_native", end)) if end.ends_with("so") || end.ends_with("pyd") => {
            "_native.{library}".to_owned()
        }
        Some(("relcore", end)) if end.ends_with(".node") => "relcore.{platform}.node".to_owned(),
        _ => file.to_owned(),
    }
}

/// Unlisted files, and entries without a file. An entry is a name, in which one `*` stands for any text.
fn differences(list: &BTreeSet<String>, names: &BTreeSet<String>) -> Vec<String> {
    let unlisted = names.iter().filter(|name| !list.iter().any(|entry| matches(entry, name)));
    let missing = list.iter().filter(|entry| !names.iter().any(|name| matches(entry, name)));
    unlisted
        .map(|name| format!("not listed: {name}"))
        .chain(missing.map(|entry| format!("missing: {entry}")))
        .collect()
}

/// The entries that some file matches, and every file that no entry matches.
fn blessed(list: &BTreeSet<String>, names: &BTreeSet<String>) -> BTreeSet<String> {
    let used = list.iter().filter(|entry| names.iter().any(|name| matches(entry, name)));
    let unlisted = names.iter().filter(|name| !list.iter().any(|entry| matches(entry, name)));
    used.chain(unlisted).cloned().collect()
}

fn matches(entry: &str, name: &str) -> bool {
    entry.split_once('*').map_or(entry == name, |(start, end)| {
        name.strip_prefix(start).is_some_and(|rest| rest.len() >= end.len() && rest.ends_with(end))
    })
}

/// The sections of the file, in its order, behind a comment.
struct Lists {
    comment: String,
    sections: Vec<(String, BTreeSet<String>)>,
}

impl Lists {
    fn read(text: &str) -> Result<Self> {
        let (comment, rest) = text.split_once("\n[").context("the list has sections")?;
        let mut lists = Self { comment: comment.to_owned(), sections: Vec::new() };
        for section in rest.split("\n[") {
            let mut lines = section.lines();
            let name = lines.next().and_then(|line| line.trim_end().strip_suffix(']'));
            let name = name.context("a section has a name in brackets")?;
            let entries = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
            lists.sections.push((name.to_owned(), entries));
        }
        Ok(lists)
    }

    fn of(&mut self, kind: &str) -> &mut BTreeSet<String> {
        let index = self.sections.iter().position(|(name, _)| name == kind).unwrap_or_else(|| {
            self.sections.push((kind.to_owned(), BTreeSet::new()));
            self.sections.len() - 1
        });
        &mut self.sections[index].1
    }

    fn text(&self) -> String {
        let section = |(name, entries): &(String, BTreeSet<String>)| {
            let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
            format!("\n[{name}]\n{lines}")
        };
        format!("{}\n{}", self.comment.trim_end(), self.sections.iter().map(section).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::{Lists, blessed, differences, general, kind, matches};
    use std::{collections::BTreeSet, path::Path};

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_file_that_slips_in_and_a_licence_that_falls_out_are_told() {
        let list = set(&["LICENSE-MIT", "src/*.rs"]);
        assert_eq!(differences(&list, &set(&["LICENSE-MIT", "src/a.rs", "src/b/c.rs"])), [""; 0]);
        let got = differences(&list, &set(&["src/a.rs", "notes.txt"]));
        assert_eq!(got, ["not listed: notes.txt", "missing: LICENSE-MIT"]);
    }

    #[test]
    fn blessing_keeps_the_patterns_that_are_used() {
        let got = blessed(&set(&["src/*.rs", "old.txt", "gone/*"]), &set(&["src/a.rs", "new.txt"]));
        assert_eq!(got, set(&["src/*.rs", "new.txt"]));
    }

    #[test]
    fn a_pattern_matches_around_its_star_without_overlap() {
        assert!(matches("a*b", "ab") && matches("a*b", "a/x/b") && !matches("ab*b", "ab"));
    }

    #[test]
    fn names_are_those_of_every_platform() {
        for name in
            ["relcore/_native.abi3.so", "relcore/_native.pyd", "relcore/_native.cpython-314t-darwin.so"]
        {
            assert_eq!(general(name), "relcore/_native.{library}");
        }
        assert_eq!(general("relcore.linux-x64-gnu.node"), "relcore.{platform}.node");
        assert_eq!(general("relcore/_native.pyi"), "relcore/_native.pyi");
    }

    #[test]
    fn a_package_is_recognised_by_its_name() {
        let of = |name: &str| kind(Path::new(&name.replace('V', super::VERSION))).ok();
        assert_eq!(of("relcore-V-cp311-abi3-win_amd64.whl"), Some("wheel"));
        assert_eq!(of("relcore-V.tgz"), Some("npm package"));
        assert_eq!(of("relcore-darwin-arm64-V.tgz"), Some("npm platform package"));
        assert_eq!(of("relcore-0.0.9.tgz"), None);
    }

    #[test]
    fn lists_are_written_as_they_are_read() {
        let text = "# comment\n\n[one]\na\nb\n\n[two]\nc\n";
        assert_eq!(Lists::read(text).unwrap().text(), text);
    }
}
