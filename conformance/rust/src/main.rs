//! `cargo run -p relcore-conformance -- [PATH…]`: runs the cases of the repository, or those of other files and folders.
#![allow(clippy::disallowed_methods, reason = "a program reads its arguments")]

use std::{env, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let mut paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")));
    }
    let mut summary = relcore_conformance::run(&paths);
    if summary.passed == 0 && summary.failures.is_empty() {
        summary.failures.push("no case was found".to_owned());
    }
    for failure in &summary.failures {
        eprintln!("FAILED {failure}");
    }
    println!("{} passed, {} failed", summary.passed, summary.failures.len());
    if summary.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
