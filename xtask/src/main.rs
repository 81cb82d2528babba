//! The chores of relcore: `cargo xtask …`. Everything CI does is one of them.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "chores read files, start programs and may stop with an error; the purity lints are the core's"
)]

mod codegen;
mod coverage;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  codegen [--check]    write every language's face from the core (or fail if one is stale)
  coverage             say which functions, types, reason codes and error codes no conformance case shows
";

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["codegen"] => codegen::run(codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(codegen::Mode::Check),
        ["coverage"] => coverage::run(),
        _ => bail!("{USAGE}"),
    }
}
