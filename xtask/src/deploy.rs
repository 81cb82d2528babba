//! The scripts of `examples/deploy` on HAProxy and Prometheus, with the wheel alone.
use crate::{
    codegen::root,
    python,
    shell::{command, run},
    toolchain::{self, Toolchain},
};
use anyhow::Result;
use std::{
    env,
    path::{Path, PathBuf},
};

/// All scenarios. They run at the same time, in about a minute.
pub fn test() -> Result<()> {
    play(&python::installed()?, &[])
}

/// A good version and a bad one, where the programs are installed.
pub fn show(environment: &Path) -> Result<()> {
    if toolchain::find(Toolchain::Deploy).is_none() {
        println!("{}", Toolchain::Deploy.skipped());
        return Ok(());
    }
    play(environment, &["a good version, Python", "a few more errors, bash"])
}

fn play(environment: &Path, scenarios: &[&str]) -> Result<()> {
    let programs = environment.join("bin"); // `python`, and `relcore` of the wheel
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = [programs.clone()].into_iter().chain(env::split_paths(&path)).collect();
    let mut lab = command(programs.join("python"), &["examples/deploy/lab.py"]);
    run(lab.args(scenarios).env("PATH", env::join_paths(folders)?).current_dir(root()))
}
