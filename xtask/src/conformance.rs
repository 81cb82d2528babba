//! `cargo xtask conformance LANGUAGE PATH…`: cases through the runner of one language.
use crate::{
    codegen::root,
    kotlin, node, python,
    shell::{self, command},
    swift,
};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Runs the cases under some paths, or those of the repository.
pub fn run_with(language: &str, paths: &[PathBuf]) -> Result<()> {
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    match language {
        "rust" => {
            shell::run(command("cargo", &["run", "--quiet", "-p", "relcore-conformance", "--"]).args(paths))
        }
        "python" => {
            let environment = python::installed()?;
            shell::run(command(environment.join("bin/python"), &["-m", "relcore.conformance"]).args(paths))
        }
        "node" => {
            node::build()?;
            shell::run(command("node", &["bindings-node/bin/relcore-conformance.js"]).args(paths))
        }
        "swift" => swift::conformance(&paths.iter().map(|path| path.to_path_buf()).collect::<Vec<_>>()),
        "kotlin" => kotlin::conformance(&paths.iter().map(|path| path.to_path_buf()).collect::<Vec<_>>()),
        other => bail!("there is no runner for `{other}`: rust, python, node, swift, kotlin"),
    }
}

/// As [`run_with`], with paths as they stand on a command line.
pub fn run(language: &str, paths: &[&str]) -> Result<()> {
    let here = std::env::current_dir()?;
    let mut paths: Vec<PathBuf> = paths.iter().map(|path| here.join(path)).collect();
    if paths.is_empty() {
        paths.push(root().join("conformance"));
    }
    run_with(language, &paths)
}
