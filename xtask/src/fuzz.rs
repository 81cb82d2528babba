//! `cargo xtask fuzz`: every fuzz target for a while, as many at once as there are cores.
use crate::{
    codegen::root,
    shell::{command, has, run, run_quietly},
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{process::Child, thread};

/// Runs each target of `fuzz/fuzz_targets` for so many seconds.
pub fn run_targets(seconds: u32) -> Result<()> {
    if !has("cargo-fuzz") {
        run_quietly(
            "cargo install cargo-fuzz",
            &mut command("cargo", &["install", "--locked", "cargo-fuzz@0.13.2"]),
        )?;
    }
    run(command("cargo", &["+nightly", "fuzz", "build"]).current_dir(root()))?;

    let targets = targets()?;
    ensure!(!targets.is_empty(), "there are no fuzz targets");
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let limit = format!("-max_total_time={seconds}");
    let (mut passed, mut failed) = (0, Vec::new());
    for group in targets.chunks(cores) {
        let children: Vec<(&String, Child)> = group
            .iter()
            .map(|target| {
                let arguments = [
                    "+nightly",
                    "fuzz",
                    "run",
                    target,
                    "--",
                    &limit,
                    "-timeout=20",
                    "-verbosity=0",
                    "-print_final_stats=1",
                ];
                let child = command("cargo", &arguments).spawn().context("cargo-fuzz does not start")?;
                Ok((target, child))
            })
            .collect::<Result<_>>()?;
        for (target, mut child) in children {
            if child.wait()?.success() { passed += 1 } else { failed.push(target.as_str()) }
        }
    }
    println!("{passed} passed, {} failed", failed.len());
    if !failed.is_empty() {
        bail!("a crash was found by: {}", failed.join(", "));
    }
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
