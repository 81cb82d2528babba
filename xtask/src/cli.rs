//! The command `relcore`: its tests, and whether Python and Node have the same one.
use crate::{
    codegen::root,
    shell::{command, output, run},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

/// Every conformance case through the command line, states under `kill -9`, git repositories, the scripts of
/// `examples/bash`.
pub fn test() -> Result<()> {
    run(&mut command("cargo", &["test", "-p", "relcore-cli"]))
}

/// Command lines that show every part of the command: documents, texts, states, git, help, each kind of exit code. They
/// run one after the other in one folder.
const COMMANDS: &[&[&str]] = &[
    &["--version"],
    &["--help"],
    &["canary", "next-action", "--help"],
    &["help", "exit-codes"],
    &["completions", "bash"],
    &["canary", "validate", "schedule.yaml", "--explain"],
    &["canary", "validate", "-"],
    &["canary", "start", "--schedule", "schedule.yaml", "--state", "state.json", "--now", NOW],
    &["canary", "start", "--schedule", "schedule.yaml", "--state", "state.json", "--now", NOW],
    &["canary", "next-action", "schedule.yaml", "state.json", "[]", NOW],
    &[
        "canary",
        "next-action",
        "schedule.yaml",
        "state.json",
        "[]",
        NOW,
        "--explain",
        "--get",
        "state.weight",
    ],
    &["canary", "next-action", "schedule.yaml", "absent.json", "[]"],
    &["rollback", "decide", "{dataCorruption: true, affectedShare: 0.5}", "{}", NOW, "--explain"],
    &["time", "parse-span", "1½ h"],
    &["time", "local-date", "--at", NOW, "--zone", "Asia/Kolkata", "--raw"],
    &["next_action"],
    &["metrics", "dora", "--repo", "repository", "--until", NOW],
    &["metrics", "dora", "--repo", "absent"],
];

const NOW: &str = "2026-11-23T03:00:00Z";

/// What a command of [`COMMANDS`] finds on its standard input.
const INPUT: &str = "steps: [{type: set_weight, weight: 150}]";

/// Fails unless a program with its first arguments behaves as the binary does: bytes, exit codes, files, Ctrl-C.
pub fn same_as_binary(name: &str, program: &[&OsStr]) -> Result<()> {
    let build = ["build", "--quiet", "-p", "relcore-cli"];
    run(&mut command("cargo", &build))?;
    let binary = root().join("target/debug/relcore");
    let expected = behaviour("binary", &[binary.as_os_str()])?;
    let got = behaviour("other", program)?;
    for ((words, expected), got) in COMMANDS.iter().zip(&expected.0).zip(&got.0) {
        ensure!(got == expected, "{name}: `relcore {}`: expected {expected:?}, got {got:?}", words.join(" "));
    }
    ensure!(got.1 == expected.1, "{name}: another state: {}", got.1);
    ensure!(expected.0.iter().map(|ran| ran.status.code()).any(|code| code == Some(10)), "no command waits");
    interrupted(program).with_context(|| name.to_owned())?;
    println!("{name} behaves as the binary in {} commands", COMMANDS.len());
    Ok(())
}

/// What the commands print and end with, and the state that they leave.
fn behaviour(name: &str, program: &[&OsStr]) -> Result<(Vec<Output>, String)> {
    let folder = folder(name)?;
    let mut ran = Vec::new();
    for words in COMMANDS {
        let mut child = started(program, words, &folder)?;
        // Most commands end without reading it.
        let _ = child.stdin.take().context("the program reads text")?.write_all(INPUT.as_bytes());
        ran.push(child.wait_with_output()?);
    }
    Ok((ran, fs::read_to_string(folder.join("state.json"))?))
}

/// Ctrl-C ends a command that waits for its input, at once and as a signal.
#[cfg(unix)]
fn interrupted(program: &[&OsStr]) -> Result<()> {
    use std::os::unix::process::ExitStatusExt as _;
    let mut child = started(program, &["canary", "validate", "-"], &folder("interrupted")?)?;
    thread::sleep(Duration::from_secs(1)); // until it reads
    run(&mut command("kill", &["-INT", &child.id().to_string()]))?;
    for _ in 0..50 {
        if let Some(status) = child.try_wait()? {
            ensure!(status.signal() == Some(2), "Ctrl-C: ended with {status}");
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill()?;
    anyhow::bail!("Ctrl-C does not end it");
}

#[cfg(not(unix))]
fn interrupted(_: &[&OsStr]) -> Result<()> {
    Ok(())
}

fn started(program: &[&OsStr], words: &[&str], folder: &Path) -> Result<std::process::Child> {
    let (first, rest) = program.split_first().context("a program has a name")?;
    Command::new(first)
        .args(rest)
        .args(words)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| first.display().to_string())
}

/// A folder with a schedule and a repository that has one release.
fn folder(name: &str) -> Result<PathBuf> {
    let folder = root().join("target/xtask/command").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("repository"))?;
    fs::copy(root().join("examples/canary/schedule.yaml"), folder.join("schedule.yaml"))?;
    let date = "2026-01-01T12:00:00+00:00";
    for words in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["commit", "--quiet", "--allow-empty", "-m", "one change"],
        &["tag", "v1.0.0"],
    ] {
        let mut git = command("git", &["-c", "user.name=a", "-c", "user.email=a@example.com"]);
        git.args(words).current_dir(folder.join("repository"));
        output(git.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date))?;
    }
    Ok(folder)
}
