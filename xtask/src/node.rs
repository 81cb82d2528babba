//! The Node binding: its build, tests and package.
use crate::{
    cli,
    codegen::{File, root},
    conformance::run_counted,
    contents,
    shell::{command, packaged, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{fs, io::Write as _, path::PathBuf, process::Stdio};

/// A package over this has grown something it should not have.
const LARGEST_PACKAGE: u64 = 4 << 20;

/// The generated files of the binding as prettier formats them, all in one process; other files as they are.
pub fn formatted(files: Vec<File>) -> Result<Vec<File>> {
    let (own, mut others): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| file.path.starts_with("bindings-node/"));
    if !folder().join("node_modules/prettier").exists() {
        install()?;
    }
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

/// Installs what the build needs and builds the native library for this machine.
pub fn build() -> Result<()> {
    install()?;
    let mut build = command("npm", &["run", "build"]);
    run_quietly("building the Node library", packaged(build.current_dir(folder())))
}

/// Tests, types, and the packed tarballs installed into a clean folder, as ESM, as CommonJS and in bundles.
pub fn test() -> Result<()> {
    build()?;
    for script in ["format", "test", "types", "lint"] {
        run(command("npm", &["run", script]).current_dir(folder()))?;
    }
    let cases = [root().join("conformance")];
    run_counted(command("node", &["bin/relcore-conformance.js"]).current_dir(folder()).args(&cases), &cases)?;

    let clean = installed()?;
    for (kind, program) in PROGRAMS {
        run(command("node", &[&format!("--input-type={kind}"), "-e", program]).current_dir(&clean))?;
    }
    run(command("npm", &["run", "--silent", "bundles", "--"]).arg(&clean).current_dir(folder()))?;
    cli::same_as_binary("`npx relcore`", &[clean.join("node_modules/.bin/relcore").as_os_str()])?;
    let runner = "node_modules/.bin/relcore-conformance";
    run_counted(command(clean.join(runner), &[""; 0]).current_dir(&clean).args(&cases), &cases)
}

/// What a user writes first, in both kinds of modules.
const PROGRAMS: [(&str, &str); 2] = [
    ("module", "import { time } from 'relcore'; console.log('esm', time.parseSpan('90s'))"),
    ("commonjs", "const { time } = require('relcore'); console.log('cjs', time.parseSpan('90s'))"),
];

/// A clean folder in which only the packed tarballs are installed; nothing comes from a registry.
fn installed() -> Result<PathBuf> {
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
        ensure!(entry.metadata()?.len() <= LARGEST_PACKAGE, "a package is larger than 4 MiB");
        contents::check(&entry.path())?;
        install.push(format!("./{}", entry.file_name().display()));
    }
    fs::write(clean.join("package.json"), "{ \"private\": true }\n")?;
    run_quietly("installing the packages cleanly", command("npm", &install).current_dir(&clean))?;
    Ok(clean)
}

fn install() -> Result<()> {
    let install = ["ci", "--no-audit", "--no-fund"];
    run_quietly("installing Node packages", command("npm", &install).current_dir(folder()))
}

fn folder() -> PathBuf {
    root().join("bindings-node")
}
