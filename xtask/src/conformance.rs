//! `cargo xtask conformance LANGUAGE PATH…`: cases through the runner of one language.
//! `cargo xtask conformance --bless [AREA]`: the expected texts of cases, rewritten to what the core says now.
use crate::{
    codegen::root,
    kotlin, node, python,
    shell::{self, command},
    swift,
};
use anyhow::{Context as _, Result, bail, ensure};
use relcore_conformance::{cases, differences, files};
use serde_json::{Value, value::RawValue};
use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Runs the cases under some paths, or those of the repository.
pub fn run_with(language: &str, paths: &[PathBuf]) -> Result<()> {
    match language {
        "rust" => {
            shell::run(command("cargo", &["run", "--quiet", "-p", "relcore-conformance", "--"]).args(paths))
        }
        "python" => {
            let environment = python::installed()?;
            shell::run(command(environment.join("bin/python"), &["-m", "relcore.conformance"]).args(paths))
        }
        "node" => {
            node::build()?;
            shell::run(command("node", &["bindings-node/bin/relcore-conformance.js"]).args(paths))
        }
        "swift" => swift::conformance(paths),
        "kotlin" => kotlin::conformance(paths),
        other => bail!("there is no runner for `{other}`: rust, python, node, swift, kotlin"),
    }
}

/// As [`run_with`], with paths as they stand on a command line.
pub fn run(language: &str, paths: &[&str]) -> Result<()> {
    let here = std::env::current_dir()?;
    let mut paths: Vec<PathBuf> = paths.iter().map(|path| here.join(path)).collect();
    if paths.is_empty() {
        paths.push(root().join("conformance"));
    }
    run_with(language, &paths)
}

/// Runs a runner, and holds its closing line against the number of cases on disk, counted here on its own: a runner
/// whose glob misses a folder would find everything it runs.
pub fn run_counted(runner: &mut Command, paths: &[PathBuf]) -> Result<()> {
    let out = runner.stderr(Stdio::inherit()).output().context("cannot start the runner")?;
    let text = String::from_utf8_lossy(&out.stdout);
    print!("{text}");
    ensure!(out.status.success(), "cases failed");
    let expected = paths.iter().map(|path| count(path)).sum::<Result<usize>>()?;
    let closing = text.lines().last().unwrap_or_default();
    ensure!(closing == format!("{expected} passed, 0 failed"), "there are {expected} cases on disk");
    Ok(())
}

/// The cases in a file of any name, or in every `*.json` under a folder.
fn count(path: &Path) -> Result<usize> {
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        let is_read =
            |path: &&PathBuf| path.is_dir() || path.extension().is_some_and(|extension| extension == "json");
        return entries.iter().filter(is_read).map(|path| count(path)).sum();
    }
    let file: Value =
        serde_json::from_str(&fs::read_to_string(path)?).with_context(|| path.display().to_string())?;
    Ok(file.get("cases").and_then(Value::as_array).map_or(0, Vec::len))
}

/// Rewrites the expected texts of the cases of one area, or of all, to what the core says now.
pub fn bless(area: Option<&str>) -> Result<()> {
    bless_folder(&root().join("conformance").join(area.unwrap_or_default()))
}

/// A file with a case that differs in more than its wording stays as it is.
fn bless_folder(folder: &Path) -> Result<()> {
    let (mut texts, mut refused) = (0, Vec::new());
    for path in files(folder).with_context(|| folder.display().to_string())? {
        let rewritten = rewrite(&path).with_context(|| path.display().to_string())?;
        for refusal in &rewritten.refused {
            eprintln!("REFUSED {}: {refusal}", path.display());
        }
        if rewritten.refused.is_empty() && rewritten.texts > 0 {
            println!("{}: {} texts rewritten", path.display(), rewritten.texts);
            fs::write(&path, rewritten.content)?;
            texts += rewritten.texts;
        }
        refused.extend(rewritten.refused);
    }
    println!("{texts} texts rewritten, {} differences refused", refused.len());
    ensure!(refused.is_empty(), "more than the wording changed: correct the code, or the cases by hand");
    Ok(())
}

/// A file of cases with its expected texts replaced.
struct Rewritten {
    content: String,
    texts: usize,
    /// What differs beside the wording, and in which case.
    refused: Vec<String>,
}

/// Replaces only the bytes of texts that differ, so that the formatting of the file stays.
fn rewrite(path: &Path) -> Result<Rewritten> {
    let content = fs::read_to_string(path)?;
    let (mut replacements, mut refused) = (Vec::new(), Vec::new());
    for (index, case) in cases(path)?.iter().enumerate() {
        let refusal = |why: String| format!("{}: {why}", case.get("description").unwrap_or(&Value::Null));
        match differences(case) {
            Ok(differences) => {
                for difference in differences {
                    match &difference.got {
                        Some(text) if difference.is_wording => {
                            let range = range(&content, &format!("/cases/{index}{}", difference.pointer))?;
                            replacements.push((range, text.to_string()));
                        }
                        _ => refused.push(refusal(difference.to_string())),
                    }
                }
            }
            Err(why) => refused.push(refusal(why)),
        }
    }
    replacements.sort_by_key(|(range, _)| range.start);
    let mut rewritten = content;
    for (range, text) in replacements.iter().rev() {
        rewritten.replace_range(range.clone(), text);
    }
    Ok(Rewritten { content: rewritten, texts: replacements.len(), refused })
}

/// The bytes of the value that a JSON pointer names.
fn range(content: &str, pointer: &str) -> Result<Range<usize>> {
    let mut value: &RawValue = serde_json::from_str(content)?;
    for token in pointer.split('/').skip(1) {
        let inside = if value.get().starts_with('[') {
            serde_json::from_str::<Vec<&RawValue>>(value.get())?.get(token.parse::<usize>()?).copied()
        } else {
            let key = token.replace("~1", "/").replace("~0", "~");
            serde_json::from_str::<BTreeMap<String, &RawValue>>(value.get())?.get(&key).copied()
        };
        value = inside.with_context(|| format!("there is nothing at {pointer}"))?;
    }
    // A raw value borrows from the text that it was read from.
    let start = value.get().as_ptr().addr() - content.as_ptr().addr();
    Ok(start..start + value.get().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A runner that says how many cases it ran.
    fn runner(closing: &str) -> Command {
        command("echo", &[closing])
    }

    #[test]
    fn a_count_that_differs_from_the_one_on_disk_is_an_error() {
        let folder = root().join("target/xtask/counted");
        fs::create_dir_all(folder.join("area")).unwrap();
        fs::write(folder.join("area/two.json"), r#"{"cases": [{}, {}]}"#).unwrap();
        fs::write(folder.join("other.txt"), r#"{"cases": [{}]}"#).unwrap();
        let of = |closing: &str, path: PathBuf| run_counted(&mut runner(closing), &[path]);
        of("2 passed, 0 failed", folder.clone()).unwrap();
        assert!(of("12 passed, 0 failed", folder.clone()).is_err());
        assert!(of("1 passed, 0 failed", folder.clone()).is_err());
        of("1 passed, 0 failed", folder.join("other.txt")).unwrap();
        assert!(of("0 passed, 0 failed", folder.join("absent.json")).is_err());
    }

    /// A folder with one file: the reasons and the explanations of releases, as the core words them now.
    fn release_texts(name: &str) -> (PathBuf, PathBuf, String) {
        let folder = root().join("target/xtask/bless").join(name);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("texts.json");
        fs::copy(root().join("conformance/release/texts.json"), &file).unwrap();
        bless_folder(&folder).unwrap();
        let content = fs::read_to_string(&file).unwrap();
        (folder, file, content)
    }

    /// The first expected value of this key, with its quotes.
    fn first(content: &str, key: &str) -> String {
        let after = content.split_once("\"expect\"").unwrap().1.split_once(key).unwrap().1;
        after.lines().next().unwrap().trim_end_matches(',').to_owned()
    }

    #[test]
    fn changed_texts_are_blessed_and_every_other_byte_stays() {
        let (folder, file, content) = release_texts("texts");
        let text = first(&content, "\"text\": ");
        let mut results = content.lines().filter_map(|line| line.trim().strip_prefix("\"expect\": "));
        let explanation = results.rfind(|result| result.starts_with('"')).unwrap();
        let damaged = content.replacen(&text, "\"an \\\"old\\\" text\"", 1).replace(explanation, "\"\"");
        assert_ne!(damaged, content);
        for (damaged, whole) in [
            (damaged.clone(), content.clone()),
            (damaged.replace("\n  ", "\r\n\t"), content.replace("\n  ", "\r\n\t")),
        ] {
            fs::write(&file, damaged).unwrap();
            bless_folder(&folder).unwrap();
            assert!(fs::read_to_string(&file).unwrap() == whole);
        }
    }

    #[test]
    fn a_changed_verdict_is_refused_and_shown_and_its_file_stays() {
        let (folder, file, content) = release_texts("verdict");
        let (text, verdict) = (first(&content, "\"text\": "), first(&content, "\"verdict\": "));
        let damaged = content
            .replacen(&text, "\"an old text\"", 1)
            .replacen(&format!("\"verdict\": {verdict}"), "\"verdict\": \"other\"", 1)
            .replacen("\"evidence\": {}", "\"evidence\": {\"a/b\": 1}", 1);
        fs::write(&file, &damaged).unwrap();
        let Rewritten { refused, texts, .. } = rewrite(&file).unwrap();
        let described = first(&content.replacen("\"cases\"", "\"expect\"", 1), "\"description\": ");
        assert_eq!(texts, 1);
        assert_eq!(
            refused,
            [
                format!("{described}: /expect/verdict: expected \"other\", got {verdict}"),
                format!("{described}: /expect/reasons/0/evidence/a~1b: expected 1, got nothing"),
            ]
        );
        assert!(bless_folder(&folder).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
        assert!(bless_folder(&folder.join("absent")).is_err());
    }

    #[test]
    fn a_clean_run_writes_nothing() {
        let (folder, file, content) = release_texts("clean");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options().append(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        bless_folder(&folder).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read_to_string(&file).unwrap(), content);
    }
}
