//! The chores of relcore: `cargo xtask …`. Everything CI does is one of them.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "chores read files, start programs and may stop with an error; the purity lints are the core's"
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "a test that panics has failed, which is what a test is for"
    )
)]

mod cli;
mod codegen;
mod conformance;
mod contents;
mod coverage;
mod crates;
mod deploy;
mod docs;
mod example;
mod fuzz;
mod jar;
mod kotlin;
mod msrv;
mod mutants;
mod node;
mod pages;
mod promtool;
mod public;
mod python;
mod quickstart;
mod sbom;
mod semver;
mod shell;
mod swift;
mod test;
mod toolchain;
mod users;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  quickstart [--repo PATH] [--tags REGEX]
                       the tour on real data, in Python, then the same decision in the other languages
  test [--no-skip] [STAGE...]
                       everything that must hold; a missing Swift or Kotlin is said, and with --no-skip a failure
  conformance LANGUAGE [PATH...]
                       runs cases in rust, python, node, swift or kotlin
  conformance --bless [AREA]
                       rewrites the expected texts of cases to what the core says now; refuses any other change
  codegen [--check]    write every language's binding from the core (or fail if one is stale)
  bindgen              write the Swift and Kotlin sources that UniFFI makes from the compiled library (not committed)
  toolchain NAME       installs swift, kotlin, deploy or chromium, as root on Debian
  docs [--check]       the site in target/site, its links checked; with --check the guides' examples run, and every page
                       is opened in Chromium
  coverage             say which functions, types, reason codes and error codes no conformance case shows
  fuzz [--seconds N]   every fuzz target; all together get N seconds, or five minutes
  mutants [MODULE] [--sample N] [--seed N] [--at-least PERCENT]
                       whether the tests notice changes of the core: a random sample of 150 mutants of one module, or
                       of each, by seed 1; fails below 95 % caught and lists the survivors
  memcheck             the tests of the Python binding's unsafe code under valgrind
  semver               whether callers of the crate still compile, by cargo-semver-checks and published/baseline.txt
  bench                the benches behind benches/README.md
  bench --simulations  how often the tests of a canary are wrong
  bench swift|kotlin   what a call costs there, and the core's own time beside it
  jar [--natives DIR]  the jar of the JVM with this machine's library, or with those under a folder, and its test
  contents [--bless] PACKAGE...
                       whether packages hold the files that published/packages.txt lists, and no path of this machine
  finish WHEEL...      takes the paths of the machine out of the bill of materials of wheels
  aar JNI-DIR          the package of Android, from one library for each ABI
  record-canary        record the telemetry of examples/canary anew (needs Debian's package `prometheus`)
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
        ["quickstart", options @ ..] => quickstart::run(options),
        ["test", "--no-skip", stages @ ..] => test::run_stages(stages, false),
        ["test", stages @ ..] => test::run_stages(stages, true),
        ["conformance", "--bless"] => conformance::bless(None),
        ["conformance", "--bless", area] => conformance::bless(Some(area)),
        ["conformance", language, paths @ ..] => conformance::run(language, paths),
        ["codegen"] => codegen::run(codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(codegen::Mode::Check),
        ["bindgen"] => codegen::bindgen::run(),
        ["toolchain", name] => {
            println!("{name}: {}", toolchain::install(toolchain::Toolchain::from_name(name)?)?);
            Ok(())
        }
        ["bench", "--simulations", parts @ ..] => quickstart::simulations(parts),
        ["bench", "swift"] => swift::bench(),
        ["bench", "kotlin"] => kotlin::bench(),
        ["jar"] => jar::jar(None),
        ["jar", "--natives", natives] => jar::jar(Some(natives.as_ref())),
        ["aar", jni] => jar::aar(jni.as_ref()),
        ["contents", packages @ ..] => contents::chore(packages),
        ["finish", wheels @ ..] => wheels.iter().try_for_each(|wheel| python::finish(wheel.as_ref())),
        ["semver"] => semver::check(),
        ["memcheck"] => python::memcheck(),
        ["docs"] => docs::run_chore(false),
        ["docs", "--check"] => docs::run_chore(true),
        ["coverage"] => coverage::run(),
        ["fuzz"] => fuzz::run_targets(300),
        ["fuzz", "--seconds", seconds] => fuzz::run_targets(seconds.parse()?),
        ["mutants", options @ ..] => mutants::run_sample(options),
        ["bench"] => quickstart::bench(),
        ["record-canary"] => shell::run(&mut shell::command("python3", &["examples/canary/record.py"])),
        _ => bail!("{USAGE}"),
    }
}
