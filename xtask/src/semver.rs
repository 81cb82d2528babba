//! Whether a change of the crate breaks its callers: `cargo semver-checks` against the commit in `published/baseline.txt`,
//! 54 seconds cold and 6 warm.
//!
//! A commit is leaner than rustdoc's JSON of it (11 MB, 460 KB under xz), whose form changes with each Rust. This is no stage
//! of `cargo xtask test`: to compile the tool takes seven minutes, once. A stage compares `published/api`.
use crate::{
    codegen::root,
    shell::{command, has, run, run_quietly},
};
use anyhow::{Context as _, Result};
use std::fs;

const BASELINE: &str = "published/baseline.txt";

/// `cargo xtask semver`
pub fn check() -> Result<()> {
    if !has("cargo-semver-checks") {
        let install = ["install", "--locked", "cargo-semver-checks@0.51.0"];
        run_quietly("cargo install cargo-semver-checks", &mut command("cargo", &install))?;
    }
    let text = fs::read_to_string(root().join(BASELINE))?;
    let commit = text.lines().find(|line| !line.starts_with('#') && !line.is_empty());
    let commit = commit.with_context(|| format!("{BASELINE} names no commit"))?;
    // As if the next version were a minor one: everything that breaks a caller is told.
    let check = ["semver-checks", "-p", "relcore", "--release-type", "minor", "--baseline-rev", commit];
    run(&mut command("cargo", &check))
}
