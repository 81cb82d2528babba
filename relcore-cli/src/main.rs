//! The `relcore` command. `relcore --help` lists what it does.
#![allow(clippy::disallowed_methods, reason = "a program reads its arguments")]

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    relcore_cli::main(env::args_os().skip(1)).into()
}
