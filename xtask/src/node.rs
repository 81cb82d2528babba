//! The Node face: its build, tests and package.
use crate::{
    codegen::root,
    shell::{command, output, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{fs, path::PathBuf};

/// A package over this has grown something it should not have.
const LARGEST_PACKAGE: u64 = 3 << 20;

/// Installs what the build needs and builds the native library for this machine.
pub fn build() -> Result<()> {
    run_quietly(
        "installing Node packages",
        command("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(folder()),
    )?;
    run_quietly("building the Node library", command("npm", &["run", "build"]).current_dir(folder()))
}

/// Tests, types, and the packed tarball installed into a clean folder, as ESM and as CommonJS.
pub fn test() -> Result<()> {
    build()?;
    run(command("npm", &["test"]).current_dir(folder()))?;
    run(command("npm", &["run", "types"]).current_dir(folder()))?;
    run(command("node", &["bin/relcore-conformance.js", "../conformance"]).current_dir(folder()))?;

    let packed = output(command("npm", &["pack", "--silent"]).current_dir(folder()))?;
    let tarball = folder().join(packed.lines().last().context("npm pack names its file")?.trim());
    let size = fs::metadata(&tarball)?.len();
    println!("package: {} KiB", size >> 10);
    ensure!(size <= LARGEST_PACKAGE, "the package is larger than 3 MiB");

    let clean = root().join("target/xtask/node-clean");
    if clean.exists() {
        fs::remove_dir_all(&clean)?;
    }
    fs::create_dir_all(&clean)?;
    fs::write(clean.join("package.json"), "{ \"private\": true }\n")?;
    let tarball_path = tarball.to_str().context("paths are text")?;
    let install = ["install", "--no-audit", "--no-fund", "--silent", tarball_path];
    run_quietly("installing the package cleanly", command("npm", &install).current_dir(&clean))?;
    fs::remove_file(&tarball)?;
    let esm = "import { time } from 'relcore'; console.log('esm', time.parseSpan('90s'))";
    run(command("node", &["--input-type=module", "-e", esm]).current_dir(&clean))?;
    let cjs = "const { time } = require('relcore'); console.log('cjs', time.parseSpan('90s'))";
    run(command("node", &["-e", cjs]).current_dir(&clean))
}

fn folder() -> PathBuf {
    root().join("bindings-node")
}
