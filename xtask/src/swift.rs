//! The Swift binding: its build, tests, examples, conformance runner and bench.
use crate::{
    codegen::{bindgen, root},
    conformance, contents, example,
    shell::{command, output, run, run_quietly},
    toolchain,
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Builds and tests the package, runs every conformance case and the examples.
pub fn test() -> Result<()> {
    prepare(false)?;
    run_quietly("building the Swift package", &mut swift("bindings-swift/swift", &["build"])?)?;
    contents::check_swift()?;
    let (passed, failed) = outcome(&xctest()?)?;
    conformance(&[root().join("conformance")])?;
    examples()?;
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "{failed} Swift tests failed");
    Ok(())
}

/// Holds what the example programs print against those in Rust.
fn examples() -> Result<()> {
    plan_anew("examples/swift/programs", "debug");
    run_quietly("building the Swift examples", &mut swift("examples/swift/programs", &["build"])?)?;
    for example::Mobile { name, .. } in example::MOBILE {
        // From the root, as the programs of the other languages.
        let built = format!("examples/swift/programs/.build/debug/{name}");
        example::hold_against_rust("Swift", name, &output(&mut program("", &[], &built, &[])?)?)?;
    }
    Ok(())
}

/// Runs the cases in some files and folders.
pub fn conformance(paths: &[PathBuf]) -> Result<()> {
    prepare(false)?;
    let build = ["build", "--product", "relcore-conformance"];
    run_quietly("building the Swift runner", &mut swift("bindings-swift/swift", &build)?)?;
    let texts: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
    let mut runner = program("bindings-swift/swift", paths, ".build/debug/relcore-conformance", &texts)?;
    conformance::run_counted(&mut runner, paths)
}

/// What a call costs, with everything optimised.
pub fn bench() -> Result<()> {
    prepare(true)?;
    plan_anew("bindings-swift/bench", "release");
    run_quietly(
        "building the Swift bench",
        &mut swift("bindings-swift/bench", &["build", "-c", "release"])?,
    )?;
    run(&mut program("bindings-swift/bench", &[], ".build/release/relcore-bench", &[])?)
}

/// SwiftPM keeps the list of a neighbour's files: planned anew, it sees those that came and went.
fn plan_anew(package: &str, kind: &str) {
    let plans = root().join(package).join(".build");
    for plan in [format!("{kind}.yaml"), format!("{kind}/description.json")] {
        fs::remove_file(plans.join(plan)).ok();
    }
}

/// Builds the static library and its sources, and copies the library to the folder that `relcore.pc` names.
fn prepare(bench: bool) -> Result<()> {
    bindgen::run()?;
    let profile = if bench { "release" } else { "debug" };
    if bench {
        let build = ["build", "-p", "relcore-uniffi", "--release", "--features", "bench"];
        run_quietly("building the optimised library", &mut command("cargo", &build))?;
    }
    let made = root().join("target").join(profile).join("librelcore_uniffi.a");
    let wanted = root().join("bindings-swift/swift/lib/librelcore_uniffi.a");
    // Written only when it differs: SwiftPM links anew whenever the file is newer.
    if fs::read(&made).ok() != fs::read(&wanted).ok() {
        fs::copy(&made, &wanted).with_context(|| format!("cannot copy `{}`", made.display()))?;
        // SwiftPM does not see that a system library has changed.
        for package in ["bindings-swift/swift", "bindings-swift/bench", "examples/swift/programs"] {
            let programs = root().join(package).join(".build");
            let own = ["relcore-conformance", "relcore-bench", "RelcorePackageTests.xctest"];
            for name in own.into_iter().chain(example::MOBILE.map(|example| example.name)) {
                for kind in ["debug", "release"] {
                    fs::remove_file(programs.join(kind).join(name)).ok();
                }
            }
        }
    }
    Ok(())
}

fn xctest() -> Result<String> {
    let mut command = swift("bindings-swift/swift", &["test"])?;
    let out = command.output().context("cannot start `swift test`")?;
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    for line in text.lines().filter(|line| line.contains("error:") || line.contains("Executed")) {
        println!("{line}");
    }
    if !out.status.success() && !text.contains("Executed ") {
        bail!("`swift test` did not run:\n{text}");
    }
    Ok(text)
}

/// From XCTest's `Executed 12 tests, with 1 failure (0 unexpected) in 0.1 (0.1) seconds`.
fn outcome(text: &str) -> Result<(usize, usize)> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("Executed "));
    let counts = lines.map(|line| {
        let mut numbers = line.split([' ', ',']).filter_map(|word| word.parse::<usize>().ok());
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    });
    let (run, failed) = counts.max().context("`swift test` printed no count of tests")?;
    ensure!(run > 0, "`swift test` ran no test");
    Ok((run.saturating_sub(failed), failed))
}

fn swift(package: &str, arguments: &[&str]) -> Result<Command> {
    toolchain::swift(&root(), &root().join(package), &[], arguments)
}

fn program(package: &str, outside: &[PathBuf], program: &str, arguments: &[&str]) -> Result<Command> {
    let package: &Path = &root().join(package);
    toolchain::swift_program(&root(), package, outside, program, arguments)
}

#[cfg(test)]
mod tests {
    use super::outcome;

    #[test]
    fn the_count_of_all_suites_is_read() {
        let text = "Executed 3 tests, with 1 failure (0 unexpected)\n\t Executed 12 tests, with 1 failure (0 unexpected)";
        assert_eq!(outcome(text).unwrap(), (11, 1));
        assert!(outcome("nothing").is_err());
    }
}
