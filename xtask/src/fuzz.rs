//! `cargo xtask fuzz`: every fuzz target for its share of one budget, as many at once as there are cores.
use crate::{
    codegen::root,
    shell::{command, has, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs::{self, File},
    path::PathBuf,
    process::Child,
    thread,
};

/// Beside everything else that is compiled, and kept with it.
const TARGET_DIR: &str = "target/fuzz";

/// Runs the targets of `fuzz/fuzz_targets` for so many seconds in total, whatever their number.
pub fn run_targets(total: u32) -> Result<()> {
    if !has("cargo-fuzz") {
        run_quietly(
            "cargo install cargo-fuzz",
            &mut command("cargo", &["install", "--locked", "cargo-fuzz@0.13.2"]),
        )?;
    }
    run(&mut command("cargo", &["+nightly", "fuzz", "build", "--target-dir", TARGET_DIR]))?;

    let targets = targets()?;
    ensure!(!targets.is_empty(), "there are no fuzz targets");
    let seconds = (total / u32::try_from(targets.len())?).max(1);
    println!("{} targets, {seconds} s each", targets.len());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (mut passed, mut failed) = (0, Vec::new());
    for group in targets.chunks(cores) {
        let running = group.iter().map(|target| Run::start(target, seconds)).collect::<Result<Vec<_>>>()?;
        for run in running {
            match run.finish()? {
                None => passed += 1,
                Some(target) => failed.push(target),
            }
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    ensure!(failed.is_empty(), "a crash was found by: {}", failed.join(", "));
    Ok(())
}

/// A target at work; what the fuzzer says goes to a log.
struct Run {
    target: String,
    log: PathBuf,
    child: Child,
}

impl Run {
    fn start(target: &str, seconds: u32) -> Result<Self> {
        let log = root().join("target/xtask").join(format!("fuzz-{target}.log"));
        fs::create_dir_all(log.parent().context("a log has a folder")?)?;
        let output = File::create(&log)?;
        let limit = format!("-max_total_time={seconds}");
        let cargo = ["+nightly", "fuzz", "run", "--target-dir", TARGET_DIR, target, "--"];
        let fuzzer = [&limit, "-timeout=20", "-print_final_stats=1"];
        let mut run = command("cargo", &[&cargo[..], &fuzzer[..]].concat());
        run.stdout(output.try_clone()?).stderr(output);
        let child = run.spawn().context("cargo-fuzz does not start")?;
        Ok(Self { target: target.to_owned(), log, child })
    }

    /// The target's name if it found a crash, which is shown with the end of the log, which names the input.
    fn finish(mut self) -> Result<Option<String>> {
        let well = self.child.wait()?.success();
        let text = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        if well {
            let inputs = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
            println!("{}: {} inputs", self.target, inputs.context("the fuzzer tells no count")?.trim());
            return Ok(None);
        }
        let lines: Vec<&str> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(60)..] {
            eprintln!("{line}");
        }
        Ok(Some(self.target))
    }
}

fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
