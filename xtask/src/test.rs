//! `cargo xtask test`: everything that must hold before a change lands, as a table of stages.
use crate::{
    cli,
    codegen::{self, root},
    crates, deploy, kotlin, msrv, node, pages, promtool, public, python, quickstart,
    shell::{command, has, output, run, run_quietly},
    swift,
    toolchain::{self, Toolchain},
    users,
};
use anyhow::{Result, bail, ensure};
use std::{fs, path::PathBuf, process::Child, time::Instant};

/// One thing that must hold.
struct Stage {
    name: &'static str,
    check: fn() -> Result<()>,
    /// A toolchain that a user's machine may lack.
    needs: Option<Toolchain>,
    part: Part,
}

/// When a stage runs in a whole run.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// At first, alone: it installs the tools that later stages share.
    Tools,
    /// Beside the packages.
    Sources,
    /// Beside the sources, in a process of its own. These stages share what they pack, and the command: two of them at a time
    /// would write it while the other reads. The first of them build with optimisation, which cargo does beside the unoptimised
    /// builds of the sources.
    Packages,
}

const STAGES: &[Stage] = &[
    Stage { name: "format", check: format, needs: None, part: Part::Tools },
    Stage { name: "codegen", check: || codegen::run(codegen::Mode::Check), needs: None, part: Part::Tools },
    Stage { name: "purity", check: purity, needs: None, part: Part::Sources },
    Stage { name: "clippy", check: clippy, needs: None, part: Part::Sources },
    Stage { name: "core", check: core, needs: None, part: Part::Sources },
    Stage { name: "conformance", check: conformance, needs: None, part: Part::Sources },
    Stage { name: "docs", check: docs, needs: None, part: Part::Sources },
    Stage { name: "deny", check: deny, needs: None, part: Part::Sources },
    Stage { name: "swift", check: swift::test, needs: Some(Toolchain::Swift), part: Part::Sources },
    Stage { name: "kotlin", check: kotlin::test, needs: Some(Toolchain::Kotlin), part: Part::Sources },
    Stage { name: "python", check: python::test, needs: None, part: Part::Packages },
    Stage { name: "node", check: node::test, needs: None, part: Part::Packages },
    Stage { name: "cli", check: cli::test, needs: None, part: Part::Packages },
    Stage { name: "crates", check: crates::test, needs: None, part: Part::Packages },
    Stage { name: "users", check: users::test, needs: None, part: Part::Packages },
    Stage { name: "quickstart", check: quickstart::test, needs: None, part: Part::Packages },
    Stage { name: "pages", check: pages::test, needs: Some(Toolchain::Chromium), part: Part::Packages },
    Stage { name: "deploy", check: deploy::test, needs: Some(Toolchain::Deploy), part: Part::Packages },
];

/// The features of the core that users may switch on.
const FEATURES: &str = "schema,chrono";

/// Runs the stages of these names in the order of the table, or all, the packages beside the sources; with `may_skip`, those whose
/// toolchain is absent are said to be skipped.
pub fn run_stages(names: &[&str], may_skip: bool) -> Result<()> {
    for name in names {
        ensure!(
            STAGES.iter().any(|stage| stage.name == *name),
            "there is no stage `{name}`: {}",
            stage_names(|_| true).join(", ")
        );
    }
    let mut failed = if names.is_empty() {
        in_order(|stage| stage.part == Part::Tools, may_skip)
    } else {
        in_order(|stage| names.contains(&stage.name), may_skip)
    };
    if names.is_empty() {
        let begun = Instant::now();
        let packages = Beside::start(Part::Packages, may_skip)?;
        failed.extend(in_order(|stage| stage.part == Part::Sources, may_skip));
        failed.extend(packages.finish()?);
        println!("\nsources and packages: {:.1} s", begun.elapsed().as_secs_f64());
    }
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// The stages of a part, in another process; what they print is kept until they end, so that it can be read.
struct Beside {
    process: Child,
    log: PathBuf,
}

impl Beside {
    fn start(part: Part, may_skip: bool) -> Result<Self> {
        let log = root().join("target/xtask/beside.log");
        fs::create_dir_all(root().join("target/xtask"))?;
        let output = fs::File::create(&log)?;
        let mut stages = command(std::env::current_exe()?, &["test"]);
        stages.args((!may_skip).then_some("--no-skip")).args(stage_names(|stage| stage.part == part));
        let process = stages.stdout(output.try_clone()?).stderr(output).spawn()?;
        Ok(Self { process, log })
    }

    /// Waits for the stages and prints what they printed; what failed.
    fn finish(mut self) -> Result<Option<&'static str>> {
        let status = self.process.wait()?;
        println!("\n{}", String::from_utf8_lossy(&fs::read(&self.log)?));
        Ok((!status.success()).then_some("stages of packages, as listed above"))
    }
}

/// Runs the selected stages one after the other; what failed.
fn in_order(selects: impl Fn(&Stage) -> bool, may_skip: bool) -> Vec<&'static str> {
    let (mut passed, mut failed, mut skipped, mut costs) = (0, Vec::new(), 0, Vec::new());
    for stage in STAGES.iter().filter(|stage| selects(stage)) {
        println!("\n== {} ==", stage.name);
        if let Some(needed) = stage.needs
            && may_skip
            && toolchain::find(needed).is_none()
        {
            println!("{}", needed.skipped());
            skipped += 1;
            continue;
        }
        let (begun, used) = (Instant::now(), processor_seconds());
        let outcome = (stage.check)();
        let used = processor_seconds().zip(used).map(|(now, before)| now - before);
        costs.push((stage.name, begun.elapsed().as_secs_f64(), used));
        match outcome {
            Ok(()) => passed += 1,
            Err(error) => {
                eprintln!("{}: {error:#}", stage.name);
                failed.push(stage.name);
            }
        }
    }
    print_costs(&costs);
    if skipped > 0 {
        println!("{skipped} skipped for want of a toolchain");
    }
    println!("{passed} passed, {} failed", failed.len());
    failed
}

/// The seconds that each stage took, and those that its programs had of a processor.
fn print_costs(costs: &[(&str, f64, Option<f64>)]) {
    println!("\n{:<12} {:>8} {:>8}", "stage", "seconds", "CPU s");
    let mut sum = (0.0, 0.0);
    for (name, seconds, used) in costs {
        let used = used.unwrap_or_default();
        println!("{name:<12} {seconds:>8.1} {used:>8.1}");
        sum = (sum.0 + seconds, sum.1 + used);
    }
    println!("{:<12} {:>8.1} {:>8.1}", "total", sum.0, sum.1);
}

/// What the programs that this one started and waited for have had of a processor, where the system says so (Linux does,
/// in hundredths of a second).
fn processor_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = text.rsplit(')').next()?; // the name may hold blanks
    let children = after_name.split_whitespace().skip(13).take(2);
    Some(children.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

fn stage_names(selects: impl Fn(&Stage) -> bool) -> Vec<&'static str> {
    STAGES.iter().filter(|stage| selects(stage)).map(|stage| stage.name).collect()
}

/// Rust, and the workflows: their permissions, credentials and expressions.
fn format() -> Result<()> {
    run(&mut command("cargo", &["fmt", "--all", "--check"]))?;
    let zizmor = python::environment()?.join("bin/zizmor");
    run(&mut command(zizmor, &["--offline", "--quiet", "--strict-collection", ".github"]))
}

/// The core compiles alone, also without YAML, nothing it depends on switches on chrono's clock, and no signature names a type of chrono.
fn purity() -> Result<()> {
    run(&mut command("cargo", &["check", "--quiet", "-p", "relcore"]))?;
    let without_yaml =
        ["clippy", "--quiet", "-p", "relcore", "--no-default-features", "--", "-D", "warnings"];
    run(&mut command("cargo", &without_yaml))?;
    let tree = output(&mut command(
        "cargo",
        &["tree", "-p", "relcore", "-e", "normal,features", "--prefix", "none"],
    ))?;
    for feature in ["chrono feature \"clock\"", "chrono feature \"now\"", "rand "] {
        ensure!(!tree.contains(feature), "the core can reach {feature}");
    }
    public::check()
}

/// All members in one build, in which the core is compiled once; this crate switches on its feature `schema`. That the
/// core compiles alone, without features that another member switches on, is what `purity` checks.
fn clippy() -> Result<()> {
    run(&mut command("cargo", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn core() -> Result<()> {
    run(&mut command("cargo", &["test", "-p", "relcore", "--features", FEATURES]))?;
    run(&mut command("cargo", &["test", "-p", "xtask"]))
}

fn conformance() -> Result<()> {
    let mut tests = command("cargo", &["test", "-p", "relcore-conformance"]);
    if let Some(promtool) = promtool::find()? {
        tests.env("RELCORE_PROMTOOL", promtool);
    }
    run(&mut tests)?;
    crate::coverage::run()
}

/// No broken link, no undocumented item.
pub fn docs() -> Result<()> {
    run(command(
        "cargo",
        &["doc", "--quiet", "-p", "relcore", "-p", "relcore-cli", "--no-deps", "--features", FEATURES],
    )
    .env("RUSTDOCFLAGS", "-D warnings"))
}

/// The Rust that dependencies need; licences, bans and sources. The advisory database needs a network that not every machine has: CI of the public
/// repository checks it.
fn deny() -> Result<()> {
    msrv::check()?;
    if !has("cargo-deny") {
        let install = ["install", "--locked", "cargo-deny@0.20.2"];
        run_quietly("cargo install cargo-deny", &mut command("cargo", &install))?;
    }
    if !root().join("deny.toml").exists() {
        bail!("deny.toml is missing");
    }
    run(&mut command("cargo", &["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]))
}
