//! `cargo xtask conformance LANGUAGE PATH…`: cases through the runner of one language.
use crate::{
    codegen::root,
    kotlin, node, python,
    shell::{self, command},
    swift,
};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::{
    fs,
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
        fs::create_dir_all(folder.join("room")).unwrap();
        fs::write(folder.join("room/two.json"), r#"{"cases": [{}, {}]}"#).unwrap();
        fs::write(folder.join("other.txt"), r#"{"cases": [{}]}"#).unwrap();
        let of = |closing: &str, path: PathBuf| run_counted(&mut runner(closing), &[path]);
        of("2 passed, 0 failed", folder.clone()).unwrap();
        assert!(of("12 passed, 0 failed", folder.clone()).is_err());
        assert!(of("1 passed, 0 failed", folder.clone()).is_err());
        of("1 passed, 0 failed", folder.join("other.txt")).unwrap();
        assert!(of("0 passed, 0 failed", folder.join("absent.json")).is_err());
    }
}
