//! The Node face: its build, tests and package.
use crate::{
    codegen::root,
    shell::{command, run, run_quietly},
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

    run(command("npm", &["run", "lint"]).current_dir(folder()))?;

    let clean = root().join("target/xtask/node-clean");
    if clean.exists() {
        fs::remove_dir_all(&clean)?;
    }
    fs::create_dir_all(&clean)?;
    let place = clean.to_str().context("paths are text")?;
    run_quietly(
        "packing the Node packages",
        command("npm", &["run", "package", "--", place]).current_dir(folder()),
    )?;
    let mut install = vec!["install".to_owned(), "--no-audit".to_owned(), "--no-fund".to_owned()];
    for entry in fs::read_dir(&clean)? {
        let entry = entry?;
        println!("package: {} {} KiB", entry.file_name().display(), entry.metadata()?.len() >> 10);
        ensure!(entry.metadata()?.len() <= LARGEST_PACKAGE, "a package is larger than 3 MiB");
        install.push(format!("./{}", entry.file_name().display()));
    }
    fs::write(clean.join("package.json"), "{ \"private\": true }\n")?;
    run_quietly("installing the packages cleanly", command("npm", &install).current_dir(&clean))?;
    let esm = "import { time } from 'relcore'; console.log('esm', time.parseSpan('90s'))";
    run(command("node", &["--input-type=module", "-e", esm]).current_dir(&clean))?;
    let cjs = "const { time } = require('relcore'); console.log('cjs', time.parseSpan('90s'))";
    run(command("node", &["-e", cjs]).current_dir(&clean))
}

fn folder() -> PathBuf {
    root().join("bindings-node")
}
