//! `cargo xtask mutants`: whether the tests of a module notice a change of it. Mutation testing with the mutants of
//! cargo-mutants.
//!
//! All mutants of a sample are written into one copy of the sources, each behind a switch, and the copy is built once: a
//! mutant costs no more than its tests. It runs against the cheapest proof first and stops at the first failure: the
//! module's conformance cases, then its integration tests, then its unit tests. A mutant that cannot stand behind a switch,
//! such as one of a `const`, is built by itself; `--one-build` leaves those out, and counts them. `--only TEXT`, as often as
//! needed, runs the mutants whose names contain one of the texts, as in `--only time/span.rs --only 'in NaiveDate::parse'`.
//! `foundation` is one area of the small modules under the domain modules.
mod copy;
mod proof;
mod schema;

use crate::{
    codegen::root,
    shell::{command, has, run_quietly},
};
use anyhow::{Context as _, Result, bail, ensure};
use copy::{Copy, Form};
use proof::{Baseline, Outcome, Proof};
use schema::Mutant;
use std::{
    fs,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

/// The modules of the area `foundation`: each has too few mutants for a sample of its own.
const FOUNDATION: [&str; 8] =
    ["column", "decision", "digest", "error", "reason", "scalar", "version", "wire"];

/// What the command line asks for.
struct Options<'a> {
    modules: Vec<&'a str>,
    sample: usize,
    seed: u64,
    at_least: f64,
    only: Vec<&'a str>,
    /// Whether the mutants that need a build of their own are left out.
    one_build: bool,
}

impl<'a> Options<'a> {
    fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut options =
            Self { modules: vec![], sample: 150, seed: 1, at_least: 95.0, only: vec![], one_build: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().with_context(|| format!("`{argument}` needs a value"));
            match *argument {
                "--sample" => options.sample = value()?.parse()?,
                "--seed" => options.seed = value()?.parse()?,
                "--at-least" => options.at_least = value()?.parse()?,
                "--only" => options.only.push(value()?),
                "--one-build" => options.one_build = true,
                module if !module.starts_with('-') => options.modules.push(module),
                other => bail!("`cargo xtask mutants` has no option `{other}`"),
            }
        }
        Ok(options)
    }
}

/// Tests a sample of the mutants of some modules, or of each, and fails when too few are caught.
pub fn run_sample(arguments: &[&str]) -> Result<()> {
    let mut options = Options::parse(arguments)?;
    let modules = modules()?;
    let unknown = options.modules.iter().find(|module| !modules.iter().any(|name| name == *module));
    ensure!(unknown.is_none(), "there is no such module: {}", modules.join(", "));
    if options.modules.is_empty() {
        let names = modules.iter().map(String::as_str);
        options.modules.extend(names.filter(|module| !FOUNDATION.contains(module)));
    }
    if !has("cargo-mutants") {
        let install = ["install", "--locked", "cargo-mutants@27.1.0"];
        run_quietly("cargo install cargo-mutants", &mut command("cargo", &install))?;
    }
    let reports = reports(&options)?;

    println!(
        "\n{:<12} {:>6} {:>8} {:>6} {:>9} {:>8} {:>8}",
        "module", "caught", "time-out", "missed", "own build", "unviable", "caught %"
    );
    for report in &reports {
        let [caught, timed_out, missed] =
            [Outcome::Caught, Outcome::TimedOut, Outcome::Missed].map(|of| report.count(of));
        let Report { module, alone, unviable, .. } = report;
        let percent = report.percent();
        println!(
            "{module:<12} {caught:>6} {timed_out:>8} {missed:>6} {alone:>9} {unviable:>8} {percent:>8.1}"
        );
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

/// The samples of all modules are in one copy, which is built once; then come the mutants with a build of their own.
fn reports(options: &Options<'_>) -> Result<Vec<Report>> {
    let copy = Copy::new()?;
    let mut areas: Vec<Vec<Mutant>> = Vec::new();
    for module in &options.modules {
        let modules: &[&str] = if *module == "foundation" { &FOUNDATION } else { &[module] };
        let mut mutants = schema::mutants(modules, areas.iter().map(Vec::len).sum())?;
        shuffle(&mut mutants, options.seed);
        areas.push(mutants);
    }
    let chosen = |mutant: &Mutant| {
        options.only.is_empty() || options.only.iter().any(|text| mutant.name.contains(text))
    };
    for mutants in &mut areas {
        mutants.retain(chosen);
    }
    let timer = Timer::new();
    let samples = samples(&areas, options, &copy)?;
    timer.tell("choose the mutants that compile", 1);
    for (module, Sample { guarded, alone, unviable }) in options.modules.iter().zip(&samples) {
        let otherwise = if options.one_build { "left out or do not compile" } else { "do not compile" };
        println!(
            "{module}: {} mutants in the copy, {} with their own build, {unviable} {otherwise}",
            guarded.len(),
            alone.len()
        );
        for mutant in alone {
            println!("  own build: {}", mutant.name);
        }
    }

    let guarded: Vec<&Mutant> = samples.iter().flat_map(|sample| sample.guarded.iter().copied()).collect();
    copy.write(&guarded, Form::Guarded)?;
    let (mut reports, mut proofs) = (Vec::new(), Vec::new());
    for (module, sample) in options.modules.iter().zip(&samples) {
        let timer = Timer::new();
        let of_module = Proof::all(module).into_iter().map(|proof| proof.baseline(&copy));
        let of_module = of_module.collect::<Result<Vec<_>>>()?;
        timer.tell(&format!("{module}: build and prove the unchanged code"), 1);
        let timer = Timer::new();
        let results = run_at_once(&sample.guarded, &of_module, &copy)?;
        timer.tell(&format!("{module}: a mutant in the copy"), sample.guarded.len());
        proofs.push(of_module);
        let (alone, unviable) = (sample.alone.len(), sample.unviable);
        reports.push(Report { module: (*module).to_owned(), results, alone, unviable });
    }
    for ((report, sample), proofs) in reports.iter_mut().zip(&samples).zip(&proofs) {
        let timer = Timer::new();
        for mutant in &sample.alone {
            copy.write(&[mutant], Form::Alone)?;
            report.results.push(result(mutant, proofs, |proof| proof.outcome_anew(&copy))?);
        }
        timer.tell(&format!("{}: a mutant with its own build", report.module), sample.alone.len());
        report.results.sort_by(|one, other| one.0.cmp(&other.0));
    }
    Ok(reports)
}

/// How long each of some things took.
struct Timer(Instant);

impl Timer {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn tell(self, what: &str, things: usize) {
        if things > 0 {
            println!("{what}: {:.1} s", self.0.elapsed().as_secs_f64() / things as f64);
        }
    }
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
    /// How many of them had a build of their own.
    alone: usize,
    /// How many more do not compile, or are left out.
    unviable: usize,
}

impl Report {
    fn count(&self, of: Outcome) -> usize {
        self.results.iter().filter(|(_, outcome)| *outcome == of).count()
    }

    fn percent(&self) -> f64 {
        100.0 - 100.0 * self.count(Outcome::Missed) as f64 / self.results.len().max(1) as f64
    }

    fn survivors(&self) -> impl Iterator<Item = &str> {
        self.results.iter().filter(|(_, outcome)| *outcome == Outcome::Missed).map(|(name, _)| name.as_str())
    }
}

/// The first mutants of an area that compile.
struct Sample<'a> {
    guarded: Vec<&'a Mutant>,
    /// Those that compile by themselves only.
    alone: Vec<&'a Mutant>,
    /// How many of those that stand before the last one do not compile, or are left out.
    unviable: usize,
}

fn samples<'a>(areas: &'a [Vec<Mutant>], options: &Options<'_>, copy: &Copy) -> Result<Vec<Sample<'a>>> {
    let size = options.sample;
    let (mut guarded, mut alone) = (Vec::new(), Vec::new());
    let mut tried = vec![0; areas.len()];
    loop {
        let mut more = Vec::new();
        for (mutants, tried) in areas.iter().zip(&mut tried) {
            let viable =
                mutants[..*tried].iter().filter(|mutant| mutant.is_in(&guarded) || mutant.is_in(&alone));
            if let missing @ 1.. = size.saturating_sub(viable.count()) {
                // A fifth to a third does not compile, and each further round costs more than a few mutants too many.
                let next = mutants[*tried..].iter().take(missing + missing / 2 + 10);
                *tried += next.len();
                more.extend(next);
            }
        }
        if more.is_empty() {
            break;
        }
        guarded.append(&mut more);
        let suspects = copy.settle(&mut guarded, Form::Guarded)?;
        if !options.one_build {
            alone.append(&mut copy.viable_alone(suspects)?);
        }
    }
    let sample = |mutants: &'a Vec<Mutant>| {
        let viable = |(_, mutant): &(usize, &Mutant)| mutant.is_in(&guarded) || mutant.is_in(&alone);
        let last = mutants.iter().enumerate().filter(viable).take(size).last();
        let mutants = &mutants[..last.map_or(0, |(index, _)| index + 1)];
        let [guarded, alone] = [&guarded, &alone]
            .map(|list| mutants.iter().filter(|mutant| mutant.is_in(list)).collect::<Vec<_>>());
        let unviable = mutants.len() - guarded.len() - alone.len();
        Sample { guarded, alone, unviable }
    };
    Ok(areas.iter().map(sample).collect())
}

/// The results of mutants that are in one build. Each core runs one at a time.
fn run_at_once(mutants: &[&Mutant], proofs: &[Baseline], copy: &Copy) -> Result<Vec<(String, Outcome)>> {
    let waiting = Mutex::new(mutants.iter());
    let work = || {
        let mut results = Vec::new();
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(mutant) = next else { return Ok(results) };
            results.push(result(mutant, proofs, |proof| proof.outcome(copy, mutant.number))?);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| bail!("a runner panicked"))
        };
        running.into_iter().map(join).collect::<Result<_>>()
    })?;
    Ok(results.concat())
}

/// The first proof that notices a mutant decides.
fn result(
    mutant: &Mutant,
    proofs: &[Baseline],
    outcome: impl Fn(&Baseline) -> Result<Outcome>,
) -> Result<(String, Outcome)> {
    let mut result = Outcome::Missed;
    for proof in proofs {
        result = outcome(proof)?;
        if result != Outcome::Missed {
            break;
        }
    }
    match result {
        Outcome::Caught => (),
        Outcome::TimedOut => println!("time-out: {}", mutant.name),
        Outcome::Missed => println!("missed: {}", mutant.name),
    }
    Ok((mutant.name.clone(), result))
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let options =
            Options::parse(&["--seed", "7", "time", "--at-least", "90", "wire", "--only", "x.rs"]).unwrap();
        assert_eq!((options.modules, options.sample, options.seed), (vec!["time", "wire"], 150, 7));
        assert_eq!(options.only, ["x.rs"]);
        assert!(Options::parse(&["--sample"]).is_err());
        assert!(Options::parse(&["--one-build"]).unwrap().one_build);
        assert!(Options::parse(&["--fast"]).is_err());
    }
}
