//! The Node binding: its build, tests and package.
use crate::{
    codegen::{File, root},
    conformance::run_counted,
    contents,
    shell::{command, packaged, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
};

/// A package over this has grown something it should not have.
const LARGEST_PACKAGE: u64 = 13 << 19; // 6.5 MiB; npm packs with plain gzip, the wheel with Zopfli

/// The generated files of the binding as prettier formats them, all in one process; other files as they are.
pub fn formatted(files: Vec<File>) -> Result<Vec<File>> {
    let (own, mut others): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| file.path.starts_with("bindings-node/"));
    require("prettier")?;
    let mut child = command("node", &["scripts/format.mjs"])
        .current_dir(folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("Node is needed to format generated JavaScript")?;
    let texts: Vec<(&str, &str)> = own.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    child.stdin.take().context("prettier reads text")?.write_all(&serde_json::to_vec(&texts)?)?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "prettier refuses the generated text");
    let texts: Vec<(String, String)> = serde_json::from_slice(&output.stdout)?;
    others.extend(texts.into_iter().map(|(path, text)| File { path, text }));
    Ok(others)
}

/// Installs what the build needs and builds the native library for this machine, once in a run of this program.
pub fn build() -> Result<()> {
    static BUILT: AtomicBool = AtomicBool::new(false);
    if BUILT.load(Ordering::Relaxed) {
        return Ok(());
    }
    if !folder().join("node_modules").exists() {
        install()?;
    }
    let mut build = command("npm", &["run", "build"]);
    run_quietly("building the Node library", packaged(build.current_dir(folder())))?;
    BUILT.store(true, Ordering::Relaxed);
    Ok(())
}

/// Tests, types, lints and every case. The stage `users` tries the packages.
pub fn test() -> Result<()> {
    let script = |name| run(command("npm", &["run", name]).current_dir(folder()));
    // What needs no library goes first: the build takes minutes.
    install()?;
    script("format")?;
    build()?;
    for name in ["test", "types", "lint"] {
        script(name)?;
    }
    let cases = [root().join("conformance")];
    run_counted(command("node", &["bin/relcore-conformance.js"]).current_dir(folder()).args(&cases), &cases)
}

/// A clean folder in which only the packed tarballs are installed; nothing comes from a registry.
pub fn installed() -> Result<PathBuf> {
    build()?;
    let clean = root().join("target/xtask/node-clean");
    if clean.exists() {
        fs::remove_dir_all(&clean)?;
    }
    fs::create_dir_all(&clean)?;
    let target = clean.to_str().context("paths are text")?;
    run_quietly(
        "packing the Node packages",
        command("npm", &["run", "package", "--", target]).current_dir(folder()),
    )?;
    let mut install: Vec<String> =
        ["install", "--offline", "--no-audit", "--no-fund"].map(str::to_owned).into();
    for entry in fs::read_dir(&clean)? {
        let entry = entry?;
        println!("package: {} {} KiB", entry.file_name().display(), entry.metadata()?.len() >> 10);
        ensure!(entry.metadata()?.len() <= LARGEST_PACKAGE, "a package is larger than 6.5 MiB");
        contents::check(&entry.path())?;
        install.push(format!("./{}", entry.file_name().display()));
    }
    fs::write(clean.join("package.json"), "{ \"private\": true }\n")?;
    run_quietly("installing the packages cleanly", command("npm", &install).current_dir(&clean))?;
    Ok(clean)
}

/// Installs the packages of the lock file unless this one of them is there.
pub fn require(package: &str) -> Result<()> {
    if folder().join("node_modules").join(package).exists() { Ok(()) } else { install() }
}

fn install() -> Result<()> {
    let install = ["ci", "--no-audit", "--no-fund"];
    run_quietly("installing Node packages", command("npm", &install).current_dir(folder()))
}

pub fn folder() -> PathBuf {
    root().join("bindings-node")
}
