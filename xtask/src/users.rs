//! The stage `users`: what people do first with relcore, from the packages alone and in environments that hold nothing
//! else of it: the wheel, the npm tarballs and the `.crate` files.
use crate::{
    cli,
    codegen::root,
    conformance, crates, node, python,
    shell::{command, output, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// The environments that the tasks share.
struct Installed {
    /// A virtual environment with the wheel alone.
    python: PathBuf,
    /// A folder whose `node_modules` has the tarballs alone.
    node: PathBuf,
    /// The unpacked crate.
    rust: PathBuf,
}

/// Does what a person would, with what is installed.
type Task = fn(&Installed) -> Result<()>;

const TASKS: &[(&str, Task)] = &[
    ("every case, from each package", every_case),
    ("a first program in Node, as a module and in CommonJS", first_programs),
    ("frames, web services, JSON libraries, a killed cron job in Python", python_libraries),
    ("six bundles in Node", bundles),
    ("the command, as pip and npm install it", same_command),
    ("a deploy script in bash, with the command of pip and of npm", deploy_in_bash),
    ("`cargo add relcore`, with and without YAML", cargo_add),
    ("start-up", start_up),
];

/// Does all tasks.
pub fn test() -> Result<()> {
    let installed = Installed {
        python: python::install_cleanly(&python::wheel()?, "wheel")?,
        node: node::installed()?,
        rust: crates::unpacked()?,
    };
    for (name, task) in TASKS {
        println!("-- {name}");
        task(&installed).with_context(|| (*name).to_owned())?;
    }
    Ok(())
}

fn every_case(installed: &Installed) -> Result<()> {
    let paths = [root().join("conformance")];
    let runner = "node_modules/.bin/relcore-conformance";
    for runner in [installed.python.join("bin/relcore-conformance"), installed.node.join(runner)] {
        conformance::run_counted(command(runner, &[""; 0]).args(&paths), &paths)?;
    }
    Ok(())
}

fn first_programs(installed: &Installed) -> Result<()> {
    for (kind, program) in [
        ("module", "import { time } from 'relcore'; console.log('esm', time.parseSpan('90s'))"),
        ("commonjs", "const { time } = require('relcore'); console.log('cjs', time.parseSpan('90s'))"),
    ] {
        let program = [&format!("--input-type={kind}"), "-e", program];
        run(command("node", &program).current_dir(&installed.node))?;
    }
    Ok(())
}

fn python_libraries(_: &Installed) -> Result<()> {
    let environment = python::with_libraries("users", "requirements-users.txt", &python::wheel()?)?;
    let tests = ["-m", "pytest", "-q", "bindings-python/tests/users"];
    run(&mut command(environment.join("bin/python"), &tests))
}

fn bundles(installed: &Installed) -> Result<()> {
    let bundles = ["run", "--silent", "bundles", "--"];
    run(command("npm", &bundles).arg(&installed.node).current_dir(node::folder()))
}

fn same_command(installed: &Installed) -> Result<()> {
    let python = installed.python.join("bin/python");
    let module = [python.as_os_str(), "-m".as_ref(), "relcore".as_ref()];
    cli::same_as_binary("`python -m relcore`", &module)?;
    for folder in folders_of_the_command(installed) {
        let program = folder.join("relcore");
        cli::same_as_binary(&program.display().to_string(), &[program.as_os_str()])?;
    }
    Ok(())
}

fn folders_of_the_command(installed: &Installed) -> [PathBuf; 2] {
    [installed.python.join("bin"), installed.node.join("node_modules/.bin")]
}

/// The tests of `examples/bash/deploy.sh`, which is killed between its steps, with an installed command.
fn deploy_in_bash(installed: &Installed) -> Result<()> {
    for folder in folders_of_the_command(installed) {
        let test = ["test", "--quiet", "-p", "relcore-cli", "--test", "cli", "deploy::"];
        run(command("cargo", &test).env("RELCORE_COMMAND_FOLDER", folder))?;
    }
    Ok(())
}

/// With YAML, the example of the README; without, what is left for a caller with JSON, and no crate that reads YAML.
fn cargo_add(installed: &Installed) -> Result<()> {
    const JSON: &str = r##"
fn main() -> Result<(), relcore::Error> {
    let schedule = relcore::canary::schedule_from_json(r#"{"steps": [{"type": "set_weight", "weight": 100}]}"#)?;
    let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
    let decision = relcore::canary::next_action(&schedule, &relcore::canary::start(&schedule, now)?, &[], now)?;
    println!("{}", relcore::canary::explain(&decision));
    Ok(())
}
"##;
    let example = fs::read_to_string(root().join("examples/rust/canary.rs"))?;
    let printed = add_and_run(installed, "with-yaml", &[], &example)?;
    crate::example::hold_against_rust("a program with the packed crate", "canary", &printed)?;
    let printed = add_and_run(installed, "without-yaml", &["--no-default-features"], JSON)?;
    ensure!(printed.starts_with("COMPLETE from 0 % to 100 %\n"), "without YAML: {printed}");
    let folder = root().join("target/xtask/users/without-yaml");
    let tree = output(command("cargo", &["tree", "--offline", "--prefix", "none"]).current_dir(folder))?;
    ensure!(!tree.contains("serde-saphyr"), "without YAML it still depends on:\n{tree}");
    Ok(())
}

/// What a new program prints that has the packed crate as its only dependency.
fn add_and_run(installed: &Installed, name: &str, options: &[&str], program: &str) -> Result<String> {
    let folder = root().join("target/xtask/users").join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(folder.join("src"))?;
    // A workspace of its own, with the versions that this repository has tried, so that nothing is looked up, and with its
    // profile, so that what both need is compiled once.
    let profile = "[profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\nopt-level = 1\n";
    let manifest = format!("[package]\nname = \"user\"\nedition = \"2024\"\n\n[workspace]\n\n{profile}");
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(folder.join("src/main.rs"), program)?;
    let add = ["add", "--quiet", "--offline", "relcore", "--path"];
    run(command("cargo", &add).arg(&installed.rust).args(options).current_dir(&folder))?;
    let mut build = command("cargo", &["build", "--quiet", "--offline", "--target-dir"]);
    run_quietly(&format!("building {name}"), build.arg(root().join("target")).current_dir(&folder))?;
    output(Command::new(root().join("target/debug/user")).current_dir(root()))
}

/// Loads the package in bare interpreters: the least of many runs, since other work on the machine only ever adds.
fn start_up(installed: &Installed) -> Result<()> {
    /// What a new user may wait for, over the bare interpreter.
    const BAR: Duration = Duration::from_millis(15);
    let python = installed.python.join("bin/python");
    let cases: [(&str, &Path, [&str; 2], [&str; 2]); 2] = [
        ("import relcore", &python, ["-c", "pass"], ["-c", "import relcore"]),
        ("require(\"relcore\")", Path::new("node"), ["-e", "0"], ["-e", "require('relcore')"]),
    ];
    for (name, program, bare, loaded) in cases {
        let least = |arguments: &[&str]| -> Result<Duration> {
            let mut least = Duration::MAX;
            for _ in 0..RUNS {
                let started = Instant::now();
                output(command(program, arguments).current_dir(&installed.node))?;
                least = least.min(started.elapsed());
            }
            Ok(least)
        };
        let (bare, loaded) = (least(&bare)?, least(&loaded)?);
        let more = loaded.saturating_sub(bare);
        println!("`{name}`: {more:.1?} over the bare interpreter's {bare:.1?}, the least of {RUNS} runs");
        // A loaded machine may be late; twice the bar is a fault of the package.
        ensure!(more <= 2 * BAR, "`{name}` takes {more:.1?}, more than twice {BAR:?}");
    }
    Ok(())
}

const RUNS: usize = 40;
