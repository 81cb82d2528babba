//! Running other programs, with a line that says what is going on.
use crate::codegen::root;
use anyhow::{Context as _, Result, bail};
use std::{
    fs::{self, File},
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A command line from the root of the repository: `program` and its arguments.
pub fn command<I: AsRef<std::ffi::OsStr>>(program: impl AsRef<Path>, arguments: &[I]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).current_dir(root());
    command
}

/// Lets a build for users leave out where the machine keeps its files: without this, a library names the file of every line
/// of a dependency that can panic. cargo's own `trim-paths` is not stable. It also leaves out the symbol table, a tenth of a
/// packed library. Every release build that is packaged uses this, so that they share what they compile; the flags do not
/// name the checkout, so that clones share it, too. The workflows set the same.
pub fn packaged(command: &mut Command) -> &mut Command {
    // cargo reads the flags of one variable only, the one without ambiguous blanks first.
    let own = std::env::var("CARGO_ENCODED_RUSTFLAGS")
        .or_else(|_| std::env::var("RUSTFLAGS").map(|flags| flags.replace(' ', "\x1f")))
        .unwrap_or_default();
    let flags: Vec<String> = own.split('\x1f').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
    command
        .env("CARGO_ENCODED_RUSTFLAGS", [flags, remapped_paths()].concat().join("\x1f"))
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
}

/// rustc's flags for [`packaged`].
fn remapped_paths() -> Vec<String> {
    let home = std::env::home_dir().map(|home| (home, "/home"));
    let cargo = std::env::var_os("CARGO_HOME").map(|cargo| (PathBuf::from(cargo), "/cargo"));
    [home, cargo]
        .into_iter()
        .flatten()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .collect()
}

/// Runs a command whose output is for the reader.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a command that takes a while: one line tells that it works, its output goes to a log that is shown on failure.
pub fn run_quietly(title: &str, command: &mut Command) -> Result<()> {
    let log = log_path(title)?;
    let output = File::create(&log)?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let terminal = std::io::stdout().is_terminal();
    let mut told = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let seconds = started.elapsed().as_secs();
        if terminal {
            print!("\r{title} … {seconds} s ");
            std::io::stdout().flush()?;
        } else if seconds >= told + 20 {
            told = seconds;
            println!("{title} … {seconds} s");
        }
        thread::sleep(Duration::from_millis(100));
    };
    println!("{}{title}: {:.1} s", if terminal { "\r" } else { "" }, started.elapsed().as_secs_f64());
    if !status.success() {
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(60)..] {
            eprintln!("{line}");
        }
        bail!("{} failed ({status}); the whole output is in {}", shown(command), log.display());
    }
    Ok(())
}

/// What a command prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether a program is there to be called.
pub fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn log_path(title: &str) -> Result<PathBuf> {
    let folder = root().join("target/xtask");
    fs::create_dir_all(&folder)?;
    let name: String = title.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    Ok(folder.join(name + ".log"))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}
