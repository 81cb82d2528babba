//! The programs that notice a wrong result.
use super::copy::{Copy, NUMBER};
use crate::{
    codegen::root,
    shell::{output, run},
};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A mutant that loops is stopped after this many times what the unchanged code takes, and ten seconds.
const PATIENCE: u32 = 5;

/// A mutant that collects without end meets this limit of the address space, in KiB, before the machine does.
const MEMORY: u32 = 4 << 20;

/// The first failure decides. The option is unstable, so `RUSTC_BOOTSTRAP` is set for the tests, too.
const FAIL_FAST: [&str; 2] = ["-Zunstable-options", "--fail-fast"];

/// Tests that notice no wrong result: `structure` reads the text of the sources, which the switches change; the others try
/// millions of calls and require that none panics or takes long.
const SKIPPED: [&str; 4] = [
    "structure::",
    "every_text_argument_can_be_garbage",
    "a_wrong_value_anywhere_is_an_error_or_a_result",
    "no_call_takes_quadratic_time",
];

const PACKAGES: [&str; 4] = ["-p", "relcore", "-p", "relcore-conformance"];

/// How a program is built, and what it is called with.
pub struct Proof {
    build: Vec<String>,
    /// The name that cargo gives the program.
    target: String,
    arguments: Vec<String>,
}

/// A proof of the unchanged code.
pub struct Baseline {
    proof: Proof,
    program: PathBuf,
    limit: Duration,
}

/// What a program says of a mutant.
#[derive(Clone, Copy, PartialEq)]
pub enum Outcome {
    Caught,
    TimedOut,
    Missed,
}

impl Proof {
    /// The proofs of a module, cheapest first. A module without integration tests of its own stands under all others: it
    /// is held by the cases of all modules, and by the tests of the whole core.
    pub fn all(module: &str) -> Vec<Self> {
        let own = |folder: &str| root().join(folder).join(module).is_dir();
        let (cases, tests) = match (own("conformance"), own("relcore/tests")) {
            (true, true) => (module, module),
            (false, true) => ("", module),
            (_, false) => ("", "foundation"),
        };
        let cases = format!("../conformance/{cases}");
        let units = if module == "foundation" { vec![] } else { vec![format!("{module}::")] };
        let fail_fast = || FAIL_FAST.map(str::to_owned).to_vec();
        let test = |name: &str| {
            let skipped = SKIPPED.iter().flat_map(|test| ["--skip".to_owned(), (*test).to_owned()]).collect();
            Self::new(&["test", "--no-run", "--test", name], name, [fail_fast(), skipped].concat())
        };
        let mut proofs = vec![
            Self::new(&["build", "--bin", "relcore-conformance"], "relcore-conformance", vec![cases]),
            test(tests),
            Self::new(&["test", "--no-run", "--lib"], "relcore", [fail_fast(), units].concat()),
        ];
        // Tests of `conformance/rust`, because they read data of the repository.
        match (module, tests) {
            ("interchange", _) => proofs.push(test("ripgrep")),
            (_, "foundation") => proofs.extend([test("versioning"), test("garbage")]),
            _ => (),
        }
        proofs
    }

    fn new(build: &[&str], target: &str, arguments: Vec<String>) -> Self {
        let build = build.iter().map(|&word| word.to_owned()).collect();
        Self { build, target: target.to_owned(), arguments }
    }

    /// Builds the program from the copy and runs it with no mutant on, which must succeed.
    pub fn baseline(self, copy: &Copy) -> Result<Baseline> {
        let program = self.program(copy)?;
        let begun = Instant::now();
        run(self.command(&program, copy, 0).stdout(Stdio::null())).context("the unchanged sources fail")?;
        let taken = begun.elapsed();
        println!("  {} {}: {:.1} s", self.target, self.arguments.join(" "), taken.as_secs_f64());
        Ok(Baseline { proof: self, program, limit: taken * PATIENCE + Duration::from_secs(10) })
    }

    /// The program, built from the copy as it is.
    fn program(&self, copy: &Copy) -> Result<PathBuf> {
        let mut cargo = copy.cargo(&self.build);
        cargo.args(PACKAGES).arg("--message-format=json");
        let messages = output(&mut cargo).context("the copy does not build")?;
        let executable = |line: &str| {
            let Built { target, executable } = serde_json::from_str(line).ok()?;
            executable.filter(|_| target.name == self.target)
        };
        messages.lines().find_map(executable).with_context(|| format!("cargo built no `{}`", self.target))
    }

    fn command(&self, program: &Path, copy: &Copy, mutant: usize) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")]);
        shell.arg(program).args(&self.arguments).current_dir(copy.sources.join("relcore"));
        shell.env(NUMBER, mutant.to_string());
        // A failure need not be made small, and must not be tried first on the next mutant.
        shell.env("PROPTEST_MAX_SHRINK_ITERS", "0").env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
        shell.env("PROPTEST_RNG_SEED", "1").env("RUST_TEST_THREADS", "1").env("RUST_BACKTRACE", "0");
        shell.env("RUSTC_BOOTSTRAP", "1");
        shell
    }
}

impl Baseline {
    /// What the program says of a mutant that is built in.
    pub fn outcome(&self, copy: &Copy, mutant: usize) -> Result<Outcome> {
        self.outcome_of(&self.program, copy, mutant)
    }

    /// What the program says when it is built from the copy as it is.
    pub fn outcome_anew(&self, copy: &Copy) -> Result<Outcome> {
        self.outcome_of(&self.proof.program(copy)?, copy, 0)
    }

    fn outcome_of(&self, program: &Path, copy: &Copy, mutant: usize) -> Result<Outcome> {
        let mut command = self.proof.command(program, copy, mutant);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(if status.success() { Outcome::Missed } else { Outcome::Caught });
            }
            if begun.elapsed() > self.limit {
                child.kill()?;
                child.wait()?;
                return Ok(Outcome::TimedOut);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A message of cargo.
#[derive(Deserialize)]
struct Built {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}
