//! `cargo xtask quickstart`: the tour, and the same decision in every language that needs nothing more.
use crate::{
    codegen::root,
    deploy, node, python,
    shell::{command, output},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds what is needed and runs the tour in Python, then one decision in Python, Rust and Node.
pub fn run(options: &[&str]) -> Result<()> {
    let environment = python::installed()?;
    crate::shell::run(&mut tour(&environment, options))?;

    node::build()?;
    println!("\nThe same decision in Python, Rust and Node:\n");
    print!("{}", same_decision(&environment)?);
    println!("\nthe same text, byte for byte, from all of them");

    println!("\nA deploy script on HAProxy and Prometheus, about 40 s:\n");
    deploy::show(&environment)
}

/// The tour prints what the README shows of it, takes a clone of the user's own, bare or not, and all languages agree.
pub fn test() -> Result<()> {
    let environment = python::installed()?;
    node::build()?;
    let told = output(&mut tour(&environment, &[]))? + &same_decision(&environment)?;
    let readme = fs::read_to_string(root().join("README.md"))?;
    let shown: Vec<&str> = shown_results(&readme).collect();
    ensure!(!shown.is_empty(), "README.md shows no result of the tour");
    for line in shown {
        ensure!(
            told.contains(line),
            "README.md shows a line that the tour does not print:\n{line}\n\n{told}"
        );
    }

    for clone in own_clones()? {
        let path = clone.to_str().context("paths are text")?;
        let told = output(&mut tour(&environment, &["--repo", path]))?;
        ensure!(
            told.contains(": 2 releases, 3 commits"),
            "{path} has two releases and three commits:\n{told}"
        );
        let told = output(&mut tour(&environment, &["--repo", path, "--tags", "release-.*"]))?;
        ensure!(told.contains(": 1 releases, 3 commits"), "{path} has one tag `release-…`:\n{told}");
    }
    Ok(())
}

fn tour(environment: &Path, options: &[&str]) -> Command {
    // From where the user stands: `--repo` is relative to it.
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(root().join("examples/quickstart.py")).args(options);
    command
}

fn same_decision(environment: &Path) -> Result<String> {
    let python = output(&mut command(environment.join("bin/python"), &["examples/python/canary.py"]))?;
    let rust = output(&mut command("cargo", &["run", "--quiet", "-p", "relcore-examples"]))?;
    let node = output(&mut command("node", &["examples/node/canary.mjs"]))?;
    ensure!(python == rust, "Rust answered otherwise:\n{rust}");
    ensure!(python == node, "Node answered otherwise:\n{node}");
    Ok(python)
}

/// The lines of the README's blocks of plain text.
fn shown_results(readme: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    readme.lines().filter(move |line| {
        if line.starts_with("```") {
            inside = *line == "```text";
            return false;
        }
        inside && !line.is_empty()
    })
}

/// A small repository and its bare clone: three commits, of which two are releases by the usual pattern.
fn own_clones() -> Result<[PathBuf; 2]> {
    let folder = root().join("target/xtask/repositories");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let (work, bare) = (folder.join("work"), folder.join("bare.git"));
    fs::create_dir_all(&work)?;
    let git = |arguments: &[&str], day: u32| -> Result<()> {
        let mut git = command("git", &["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        let date = format!("2026-01-0{day}T12:00:00+00:00");
        git.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        output(git.args(arguments).current_dir(&work)).map(drop)
    };
    git(&["init", "--quiet", "--initial-branch", "main"], 1)?;
    for (day, tags) in [(1, vec!["v0.1.0"]), (2, vec!["0.2.0", "release-2"]), (3, vec!["v0.3.0-rc.1"])] {
        git(&["commit", "--quiet", "--allow-empty", "-m", "one change"], day)?;
        for tag in tags {
            git(&["tag", "-a", "-m", "a release", tag], day)?;
        }
    }
    let (from, to) = (work.display().to_string(), bare.display().to_string());
    git(&["clone", "--quiet", "--bare", &from, &to], 3)?;
    Ok([work, bare])
}

/// `cargo xtask bench`: the core's benches, then what a call costs from Python and Node.
pub fn bench() -> Result<()> {
    crate::shell::run(&mut command("cargo", &["bench", "-p", "relcore-benches"]))?;
    let environment = python::installed()?;
    crate::shell::run(&mut command(environment.join("bin/python"), &["bindings-python/benches/call.py"]))?;
    node::build()?;
    crate::shell::run(&mut command("node", &["bindings-node/bench/call.mjs"]))
}

/// `cargo xtask bench --simulations`: the rates of wrong verdicts, or those of the studies with these words in their name.
pub fn simulations(parts: &[&str]) -> Result<()> {
    let bench = ["bench", "--quiet", "-p", "relcore-benches", "--bench", "simulations", "--"];
    crate::shell::run(command("cargo", &bench).args(parts))
}

#[cfg(test)]
mod tests {
    use super::shown_results;

    #[test]
    fn only_plain_text_is_a_result() {
        let readme = "a\n```sh\nb\n```\nc\n```text\nd\n\ne\n```\nf\n";
        assert_eq!(shown_results(readme).collect::<Vec<_>>(), ["d", "e"]);
    }
}
