//! `cargo xtask quickstart`: the tour, and the same decision in every language.
use crate::{
    codegen::root,
    node, python,
    shell::{command, output},
};
use anyhow::{Result, ensure};

/// Builds what is needed and runs the tour in Python, then one decision in each language that is here.
pub fn run(options: &[&str]) -> Result<()> {
    let environment = python::installed()?;
    shell_run(environment.join("bin/python"), "examples/quickstart.py", options)?;

    node::build()?;
    println!("\nThe same decision in Python, Rust and Node:\n");
    let python = output(&mut command(environment.join("bin/python"), &["examples/python/canary.py"]))?;
    let rust = output(&mut command("cargo", &["run", "--quiet", "-p", "relcore", "--example", "canary"]))?;
    let node = output(&mut command("node", &["examples/node/canary.mjs"]))?;
    print!("{python}");
    ensure!(python == rust, "Rust answered otherwise:\n{rust}");
    ensure!(python == node, "Node answered otherwise:\n{node}");
    println!("\nthe same text, byte for byte, from all of them");
    Ok(())
}

fn shell_run(python: std::path::PathBuf, script: &str, options: &[&str]) -> Result<()> {
    // `--repo` is relative to where the user stands.
    let script = root().join(script);
    crate::shell::run(std::process::Command::new(python).arg(script).args(options))
}

/// `cargo xtask bench`: the core's benches, then what a call costs from Python and Node.
pub fn bench() -> Result<()> {
    crate::shell::run(&mut command("cargo", &["bench", "-p", "relcore-benches"]))?;
    let environment = python::installed()?;
    crate::shell::run(&mut command(environment.join("bin/python"), &["bindings-python/benches/call.py"]))?;
    node::build()?;
    crate::shell::run(&mut command("node", &["bindings-node/bench/call.mjs"]))
}
