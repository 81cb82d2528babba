//! `cargo xtask mutants`: whether the tests of a module notice a change of it. Mutation testing with the mutants of
//! cargo-mutants.
//!
//! A mutant runs against the cheapest proof first and stops at the first failure: the module's conformance cases, then
//! its integration tests, then its unit tests. Each core works on its own copy of the sources, so that a run never
//! touches the work tree and compiles a mutant incrementally. `--only TEXT`, as often as needed, runs the mutants
//! whose names contain one of the texts, as in `--only time/span.rs --only 'in NaiveDate::parse'`. `foundation` is one
//! area of the small modules under the domain modules.
use crate::{
    codegen::root,
    shell::{command, has, output, run, run_quietly},
};
use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// A mutant that loops is stopped after this many times what the unchanged code takes, and ten seconds.
const PATIENCE: u32 = 5;

/// A mutant that collects without end meets this limit of the address space, in KiB, before the machine does.
const MEMORY: u32 = 4 << 20;

/// The modules of the area `foundation`: each has too few mutants for a sample of its own.
const FOUNDATION: [&str; 8] = ["decision", "digest", "error", "reason", "scalar", "stats", "version", "wire"];

const PACKAGES: [&str; 4] = ["-p", "relcore", "-p", "relcore-conformance"];

/// One change of one file, as `cargo mutants --list --json` prints it.
#[derive(Deserialize)]
struct Mutant {
    name: String,
    file: PathBuf,
    diff: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Caught,
    TimedOut,
    Missed,
    Unviable,
}

/// What the command line asks for.
struct Options<'a> {
    module: Option<&'a str>,
    sample: usize,
    seed: u64,
    at_least: f64,
    only: Vec<&'a str>,
}

impl<'a> Options<'a> {
    fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut options = Self { module: None, sample: 150, seed: 1, at_least: 95.0, only: vec![] };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().with_context(|| format!("`{argument}` needs a value"));
            match *argument {
                "--sample" => options.sample = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--at-least" => options.at_least = value()?.parse()?,
                "--only" => options.only.push(value()?),
                module if !module.starts_with('-') && options.module.is_none() => {
                    options.module = Some(module)
                }
                other => bail!("`cargo xtask mutants` has no option `{other}`"),
            }
        }
        Ok(options)
    }
}

/// Tests a sample of the mutants of one module, or of each, and fails when too few are caught.
pub fn run_sample(arguments: &[&str]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let modules = modules()?;
    let of_an_area = |module: &str| FOUNDATION.contains(&module);
    let is_chosen = |module: &str| options.module.map_or(!of_an_area(module), |name| name == module);
    let chosen: Vec<&String> = modules.iter().filter(|module| is_chosen(module)).collect();
    ensure!(!chosen.is_empty(), "there is no such module: {}", modules.join(", "));
    if !has("cargo-mutants") {
        let install = ["install", "--locked", "cargo-mutants@27.1.0"];
        run_quietly("cargo install cargo-mutants", &mut command("cargo", &install))?;
    }
    let workers = Worker::all()?;
    let reports = chosen
        .into_iter()
        .map(|module| Report::of(module, &options, &workers))
        .collect::<Result<Vec<_>>>()?;

    println!(
        "\n{:<12} {:>6} {:>8} {:>6} {:>8} {:>8}",
        "module", "caught", "time-out", "missed", "unviable", "caught %"
    );
    for report in &reports {
        let [caught, timed_out, missed, unviable] =
            [Outcome::Caught, Outcome::TimedOut, Outcome::Missed, Outcome::Unviable]
                .map(|of| report.count(of));
        let percent = report.percent();
        println!("{:<12} {caught:>6} {timed_out:>8} {missed:>6} {unviable:>8} {percent:>8.1}", report.module);
    }
    println!("a mutant that runs out of time was noticed: it counts as caught; seed {}", options.seed);
    let survivors: Vec<&str> = reports.iter().flat_map(Report::survivors).collect();
    if !survivors.is_empty() {
        println!("\nsurvivors:\n  {}", survivors.join("\n  "));
    }
    let low: Vec<&str> = reports
        .iter()
        .filter(|report| report.percent() < options.at_least)
        .map(|report| &*report.module)
        .collect();
    ensure!(low.is_empty(), "less than {} % caught: {}", options.at_least, low.join(", "));
    Ok(())
}

/// The modules of the core: folders and files of `relcore/src`; and `foundation`.
fn modules() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("relcore/src"))? {
        names.extend(entry?.path().file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.retain(|name| name != "lib");
    names.push("foundation".to_owned());
    names.sort();
    Ok(names)
}

struct Report {
    module: String,
    results: Vec<(String, Outcome)>,
}

impl Report {
    fn of(module: &str, options: &Options<'_>, workers: &[Worker]) -> Result<Self> {
        let mut mutants = mutants(module)?;
        let only = &options.only;
        mutants.retain(|mutant| only.is_empty() || only.iter().any(|text| mutant.name.contains(text)));
        shuffle(&mut mutants, options.seed);
        let proofs = Proof::all(module);
        println!("{module}: {} mutants", mutants.len());
        at_once(workers, |worker| {
            let limits = proofs.iter().map(|proof| worker.baseline(proof)).collect::<Result<Vec<_>>>()?;
            *worker.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
            Ok(())
        })?;
        let begun = Instant::now();
        let queue = Mutex::new((mutants.iter().enumerate(), Vec::new()));
        at_once(workers, |worker| {
            loop {
                let next = {
                    let (waiting, done) = &mut *queue.lock().unwrap_or_else(PoisonError::into_inner);
                    if viable(done) >= options.sample { None } else { waiting.next() }
                };
                let Some((index, mutant)) = next else { return Ok(()) };
                let outcome = worker.outcome(mutant, &proofs)?;
                if matches!(outcome, Outcome::Missed | Outcome::TimedOut) {
                    let what = if outcome == Outcome::Missed { "missed" } else { "time-out" };
                    println!("{what}: {}", mutant.name);
                }
                let (_, done) = &mut *queue.lock().unwrap_or_else(PoisonError::into_inner);
                done.push((index, mutant, outcome));
                if done.len() % 50 == 0 {
                    println!("{module}: {} run, {} of them viable", done.len(), viable(done));
                }
            }
        })?;
        let (_, mut done) = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
        println!("{module}: {:.1} s a mutant", begun.elapsed().as_secs_f64() / (done.len().max(1) as f64));

        // The other workers were still busy when the sample was full: what they found is left out, so that a seed always
        // gives the same sample.
        done.sort_by_key(|(index, ..)| *index);
        let mut results = Vec::new();
        let mut left = options.sample;
        for (_, mutant, outcome) in done {
            if left == 0 {
                break;
            }
            left -= usize::from(outcome != Outcome::Unviable);
            results.push((mutant.name.clone(), outcome));
        }
        Ok(Self { module: module.to_owned(), results })
    }

    fn count(&self, of: Outcome) -> usize {
        self.results.iter().filter(|(_, outcome)| *outcome == of).count()
    }

    fn percent(&self) -> f64 {
        let viable = self.results.len() - self.count(Outcome::Unviable);
        100.0 - 100.0 * self.count(Outcome::Missed) as f64 / viable.max(1) as f64
    }

    fn survivors(&self) -> impl Iterator<Item = &str> {
        self.results.iter().filter(|(_, outcome)| *outcome == Outcome::Missed).map(|(name, _)| name.as_str())
    }
}

/// The same work by every worker, each on a thread of its own.
fn at_once(workers: &[Worker], work: impl Fn(&Worker) -> Result<()> + Sync) -> Result<()> {
    thread::scope(|scope| {
        let running: Vec<_> = workers.iter().map(|worker| scope.spawn(|| work(worker))).collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a worker panicked")))
    })
}

fn viable<T>(done: &[(usize, T, Outcome)]) -> usize {
    done.iter().filter(|(.., outcome)| *outcome != Outcome::Unviable).count()
}

/// The mutants of a module, without those of the JSON Schemas, which `cargo xtask codegen --check` holds in place.
fn mutants(module: &str) -> Result<Vec<Mutant>> {
    let single = [module];
    let modules: &[&str] = if module == "foundation" { &FOUNDATION } else { &single };
    let mut list =
        command("cargo", &["mutants", "--no-config", "--list", "--json", "-p", "relcore", "-E", "[Ss]chema"]);
    for module in modules {
        list.args(["-f", &format!("relcore/src/{module}/**"), "-f", &format!("relcore/src/{module}.rs")]);
    }
    let text = output(&mut list)?;
    serde_json::from_str(&text).context("cargo-mutants lists its mutants otherwise")
}

/// Fisher and Yates' shuffle, with the numbers of SplitMix64.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let random = (z ^ (z >> 31)) % (last as u64 + 1);
        items.swap(last, usize::try_from(random).unwrap_or(last));
    }
}

/// A text with a unified diff applied, whose lines must be there.
fn patched(text: &str, diff: &str) -> Result<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    for line in diff.lines().skip(2) {
        if let Some(hunk) = line.strip_prefix("@@ -") {
            let start: usize = hunk.split([',', ' ']).next().unwrap_or_default().parse()?;
            let start = start.saturating_sub(1);
            out.extend_from_slice(lines.get(at..start).context("a hunk starts in the file")?);
            at = start;
        } else if let Some(added) = line.strip_prefix('+') {
            out.push(added);
        } else if let Some(removed) = line.strip_prefix('-') {
            ensure!(lines.get(at) == Some(&removed), "the diff is of another file: {removed}");
            at += 1;
        } else if !line.starts_with('\\') {
            let kept = line.strip_prefix(' ').unwrap_or(line);
            ensure!(lines.get(at) == Some(&kept), "the diff is of another file: {kept}");
            out.push(kept);
            at += 1;
        }
    }
    out.extend_from_slice(lines.get(at..).unwrap_or_default());
    Ok(out.join("\n") + "\n")
}

/// A program that notices a wrong result: how it is built, and what it is called with.
struct Proof {
    build: Vec<String>,
    arguments: Vec<String>,
}

impl Proof {
    /// The proofs of a module, cheapest first. A module without integration tests of its own stands under all others: it
    /// is held by the cases of all modules, and by the tests of the whole core.
    fn all(module: &str) -> Vec<Self> {
        let own = |folder: &str| root().join(folder).join(module).is_dir();
        let (cases, tests) = match (own("conformance"), own("relcore/tests")) {
            (true, true) => (module, module),
            (false, true) => ("", module),
            (_, false) => ("", "foundation"),
        };
        let cases = format!("../conformance/{cases}");
        let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let units = if module == "foundation" { vec![] } else { vec![format!("{module}::")] };
        // Tests of `conformance/rust`, because they read data of the repository.
        let data = match (module, tests) {
            ("interchange", _) => Some("ripgrep"),
            (_, "foundation") => Some("garbage"),
            _ => None,
        };
        let data = data
            .map(|name| Self { build: strings(&["test", "--no-run", "--test", name]), arguments: vec![] });
        let own = vec![
            Self { build: strings(&["build", "--bin", "relcore-conformance"]), arguments: vec![cases] },
            Self { build: strings(&["test", "--no-run", "--test", tests]), arguments: vec![] },
            Self { build: strings(&["test", "--no-run", "--lib"]), arguments: units },
        ];
        own.into_iter().chain(data).collect()
    }
}

/// A copy of the sources, with a folder of its own for what is compiled from it.
struct Worker {
    sources: PathBuf,
    target: PathBuf,
    /// How long each proof may take.
    limits: Mutex<Vec<Duration>>,
}

impl Worker {
    /// One for each core, with the sources as they are now.
    fn all() -> Result<Vec<Self>> {
        let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        let files = output(&mut command("git", &list))?;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let folder = root().join("target/mutants");
        let worker = |number: usize| {
            let sources = folder.join(format!("sources-{number}"));
            if sources.exists() {
                fs::remove_dir_all(&sources)?;
            }
            for file in files.split_terminator('\0') {
                let (from, to) = (root().join(file), sources.join(file));
                if from.is_file() {
                    fs::create_dir_all(to.parent().context("a file has a folder")?)?;
                    fs::copy(from, to)?;
                }
            }
            let limits = Mutex::default();
            Ok(Self { sources, target: folder.join(format!("target-{number}")), limits })
        };
        (0..cores).map(worker).collect()
    }

    /// Builds a proof of the unchanged sources, which must hold; how long a mutant's may take.
    fn baseline(&self, proof: &Proof) -> Result<Duration> {
        let copy = self.sources.file_name().unwrap_or_default().display();
        run_quietly(&format!("{copy}: cargo {}", proof.build.join(" ")), &mut self.cargo(proof))?;
        let program = self.build(proof)?.context("the unchanged sources do not build")?;
        let begun = Instant::now();
        run(self.program(&program, proof).stdout(Stdio::null())).context("the unchanged sources fail")?;
        Ok(begun.elapsed() * PATIENCE + Duration::from_secs(10))
    }

    fn outcome(&self, mutant: &Mutant, proofs: &[Proof]) -> Result<Outcome> {
        let path = self.sources.join(&mutant.file);
        let text = fs::read_to_string(&path)?;
        fs::write(&path, patched(&text, &mutant.diff).with_context(|| mutant.name.clone())?)?;
        let outcome = self.outcome_of_changed(proofs);
        fs::write(&path, text)?;
        outcome
    }

    fn outcome_of_changed(&self, proofs: &[Proof]) -> Result<Outcome> {
        let limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (proof, limit) in proofs.iter().zip(limits) {
            let Some(program) = self.build(proof)? else { return Ok(Outcome::Unviable) };
            let mut child =
                self.program(&program, proof).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            let begun = Instant::now();
            let status = loop {
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                if begun.elapsed() > limit {
                    child.kill()?;
                    child.wait()?;
                    return Ok(Outcome::TimedOut);
                }
                thread::sleep(Duration::from_millis(10));
            };
            if !status.success() {
                return Ok(Outcome::Caught);
            }
        }
        Ok(Outcome::Missed)
    }

    /// The program of a proof; none when the sources do not compile.
    fn build(&self, proof: &Proof) -> Result<Option<PathBuf>> {
        let mut cargo = self.cargo(proof);
        let out =
            cargo.arg("--message-format=json").stdin(Stdio::null()).output().context("cannot start cargo")?;
        if !out.status.success() {
            return Ok(None);
        }
        let messages = String::from_utf8(out.stdout)?;
        let executable = |line: &str| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message.get("executable")?.as_str()?))
        };
        messages.lines().filter_map(executable).next_back().context("cargo built no program").map(Some)
    }

    /// One job: each core has a worker.
    fn cargo(&self, proof: &Proof) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(&proof.build).args(PACKAGES).args(["--profile", "mutants", "--quiet", "--jobs", "1"]);
        cargo.current_dir(&self.sources).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    fn program(&self, program: &Path, proof: &Proof) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")]);
        shell.arg(program).args(&proof.arguments).current_dir(self.sources.join("relcore"));
        // A failure need not be made small, and must not be tried first on the next mutant.
        shell.env("PROPTEST_MAX_SHRINK_ITERS", "0").env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
        shell.env("PROPTEST_RNG_SEED", "1").env("RUST_TEST_THREADS", "1").env("RUST_BACKTRACE", "0");
        shell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_changes_its_lines_only() {
        let diff = "--- a.rs\n+++ replace b with x\n@@ -2,3 +2,3 @@\n a\n-b\n+x\n c\n";
        assert_eq!(patched("0\na\nb\nc\nd\n", diff).unwrap(), "0\na\nx\nc\nd\n");
        assert!(patched("a\nb\nc\n", diff).is_err());
    }

    #[test]
    fn a_seed_gives_one_order() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..100).collect();
            shuffle(&mut items, seed);
            items
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut sorted = order(3);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn options_are_read_in_any_order() {
        let options = Options::parse(&["--seed", "7", "time", "--at-least", "90", "--only", "x.rs"]).unwrap();
        assert_eq!((options.module, options.sample, options.seed), (Some("time"), 150, 7));
        assert_eq!(options.only, ["x.rs"]);
        assert!(Options::parse(&["--sample"]).is_err());
        assert!(Options::parse(&["--fast"]).is_err());
    }
}
