//! A copy of the sources in which mutants are written, checked and built.
use super::schema::{Change, Mutant};
use crate::{
    codegen::root,
    shell::{command, output},
};
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The variable with the number of the mutant that is on.
pub const NUMBER: &str = "RELCORE_MUTANT";

/// Stands at the end of the copy's `lib.rs`, and in no file of its own, because a test of the core lists those. A function
/// that is `const` can have mutants, too, if it is called at run time only: its evaluation by the compiler is an error.
const SWITCH: &str = r#"
mod mutant {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    const UNREAD: usize = usize::MAX;
    static NUMBER: AtomicUsize = AtomicUsize::new(UNREAD);

    pub(crate) const fn is(number: usize) -> bool {
        const fn at_compile_time(_: usize) -> bool {
            panic!("a mutant is evaluated at compile time")
        }
        fn at_run_time(number: usize) -> bool {
            if NUMBER.load(Relaxed) == UNREAD {
                let text = std::env::var("RELCORE_MUTANT").unwrap_or_default();
                NUMBER.store(text.parse().unwrap_or_default(), Relaxed);
            }
            NUMBER.load(Relaxed) == number
        }
        core::intrinsics::const_eval_select((number,), at_compile_time, at_run_time)
    }
}
"#;

/// Stands at the head of `lib.rs`.
const FEATURES: &str = "#![feature(core_intrinsics, const_eval_select)]\n";

/// How mutants stand in the copy.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// All at once, behind the switch.
    Guarded,
    /// Without a switch, at most one in each function.
    Alone,
}

/// A copy of the sources, with a folder of its own for what is compiled from it.
pub struct Copy {
    pub sources: PathBuf,
    target: PathBuf,
    /// The files of the core without a mutant.
    core: BTreeMap<PathBuf, String>,
}

impl Copy {
    /// A copy of the sources as they are now.
    pub fn new() -> Result<Self> {
        let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        let files = output(&mut command("git", &list))?;
        let folder = root().join("target/mutants");
        let sources = folder.join("sources");
        if sources.exists() {
            fs::remove_dir_all(&sources)?;
        }
        let mut core = BTreeMap::new();
        for file in files.split_terminator('\0') {
            let (from, to) = (root().join(file), sources.join(file));
            if from.is_file() {
                fs::create_dir_all(to.parent().context("a file has a folder")?)?;
                fs::copy(&from, to)?;
                if file.starts_with("relcore/src/") && file.ends_with(".rs") {
                    core.insert(PathBuf::from(file), fs::read_to_string(from)?);
                }
            }
        }
        let library = core.get_mut(Path::new("relcore/src/lib.rs")).context("the core has a `lib.rs`")?;
        *library = format!("{FEATURES}{library}{SWITCH}");
        Ok(Self { sources, target: folder.join("target"), core })
    }

    /// Writes the mutants that compile, and returns those that keep the others from it.
    pub fn settle<'a>(&self, mutants: &mut Vec<&'a Mutant>, form: Form) -> Result<Vec<&'a Mutant>> {
        let mut culprits = Vec::new();
        loop {
            let written = self.write(mutants, form)?;
            let errors = self.check()?;
            if errors.is_empty() {
                return Ok(culprits);
            }
            let mut blamed = BTreeSet::new();
            for error in &errors {
                let culprits = error.culprits(&written, mutants, form);
                if error.is_of_evaluation() {
                    // The compiler stops at the first mutant of a function, and would meet the next one the next time.
                    blamed.extend(of_the_same_functions(mutants, &culprits));
                }
                blamed.extend(culprits);
            }
            let texts: Vec<&str> = errors.iter().filter_map(|error| error.rendered.as_deref()).collect();
            println!("  {} of {} mutants keep the copy from compiling", blamed.len(), mutants.len());
            ensure!(!blamed.is_empty(), "the copy does not compile:\n{}", texts.concat());
            culprits.extend(mutants.extract_if(.., |mutant| blamed.contains(&mutant.number)));
        }
    }

    /// Those of some mutants that compile when no other mutant is in their function.
    pub fn viable_alone<'a>(&self, mut mutants: Vec<&'a Mutant>) -> Result<Vec<&'a Mutant>> {
        let mut viable = Vec::new();
        while !mutants.is_empty() {
            let mut batch: Vec<&Mutant> = Vec::new();
            for mutant in &mutants {
                let shares =
                    |other: &&Mutant| other.file == mutant.file && overlap(&other.scope, &mutant.scope);
                if !batch.iter().any(shares) {
                    batch.push(mutant);
                }
            }
            mutants.retain(|mutant| !mutant.is_in(&batch));
            self.settle(&mut batch, Form::Alone)?;
            viable.append(&mut batch);
        }
        Ok(viable)
    }

    /// Writes these mutants, and no other.
    pub fn write(&self, mutants: &[&Mutant], form: Form) -> Result<BTreeMap<PathBuf, Written>> {
        let mut all = BTreeMap::new();
        for (file, original) in &self.core {
            let here = mutants.iter().filter(|mutant| mutant.file == *file);
            let written =
                Written::new(original, here.map(|mutant| (mutant.number, form.change(mutant))), form);
            let path = self.sources.join(file);
            // A file that stays keeps its time, or cargo would compile it again.
            if fs::read_to_string(&path)? != written.text {
                fs::write(&path, &written.text)?;
            }
            all.insert(file.clone(), written);
        }
        Ok(all)
    }

    /// The errors of the compiler in the core.
    fn check(&self) -> Result<Vec<Diagnostic>> {
        let out = self
            .cargo(&["check", "-p", "relcore", "--message-format=json"])
            .output()
            .context("cannot start cargo")?;
        let mut errors = Vec::new();
        for line in String::from_utf8(out.stdout)?.lines() {
            let Message { message } = serde_json::from_str(line)?;
            errors.extend(message.filter(|message| message.level == "error" && !message.spans.is_empty()));
        }
        let fault = String::from_utf8_lossy(&out.stderr);
        ensure!(out.status.success() == errors.is_empty(), "`cargo check` fails otherwise: {fault}");
        Ok(errors)
    }

    /// Cargo in the copy, whose warnings and lints are nobody's concern.
    pub fn cargo<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).arg("--quiet").current_dir(&self.sources);
        cargo.env("CARGO_TARGET_DIR", &self.target).env("RUSTFLAGS", "--cap-lints=allow");
        cargo.env("RUSTC_BOOTSTRAP", "relcore"); // the intrinsic of the switch
        cargo.stdin(Stdio::null());
        cargo
    }
}

impl Form {
    fn change(self, mutant: &Mutant) -> &Change {
        match self {
            Self::Guarded => &mutant.guarded,
            Self::Alone => &mutant.alone,
        }
    }
}

/// A file of the core with mutants, and what comes from where.
#[derive(Default)]
pub struct Written {
    text: String,
    /// Where the text continues with a part of the original, and where that stood.
    copied: Vec<(usize, usize)>,
    /// What a mutant brings in, with its number.
    changed: Vec<(Range<usize>, usize)>,
}

impl Written {
    fn new<'a>(original: &str, changes: impl Iterator<Item = (usize, &'a Change)>, form: Form) -> Self {
        let mut changes: Vec<_> = changes.collect();
        // An outer expression stands before the inner ones, and an insertion before what it precedes.
        changes.sort_by_key(|(_, Change { range, .. })| (range.start, !range.is_empty(), Reverse(range.end)));
        let mut written = Self::default();
        written.append(original, 0..original.len(), &changes, form);
        written
    }

    /// Appends a part of the original with the changes in it.
    fn append(&mut self, original: &str, part: Range<usize>, changes: &[(usize, &Change)], form: Form) {
        let (mut at, mut rest) = (part.start, changes);
        while let Some((first, later)) = rest.split_first() {
            let range = &first.1.range;
            self.copy(original, at..range.start);
            let others =
                later.iter().take_while(|(_, other)| other.range == *range && !range.is_empty()).count();
            let (same, inner) = rest.split_at(1 + others);
            let inner =
                &inner[..inner.iter().take_while(|(_, change)| change.range.start < range.end).count()];
            if form == Form::Alone || range.is_empty() {
                self.put(first.0, &first.1.text);
            } else {
                // Only one mutant is on, so the changed code has no other mutants in it. The unchanged code stands first,
                // which makes its type the one that is expected.
                for (number, _) in same {
                    self.put(*number, &format!("(if !crate::mutant::is({number}) {{ "));
                }
                self.append(original, range.clone(), inner, form);
                for (number, change) in same.iter().rev() {
                    self.text.push_str(" } else { ");
                    self.put(*number, &change.text);
                    self.text.push_str(" })");
                }
            }
            at = range.end;
            rest = &rest[same.len() + inner.len()..];
        }
        self.copy(original, at..part.end);
    }

    fn copy(&mut self, original: &str, range: Range<usize>) {
        self.copied.push((self.text.len(), range.start));
        self.text.push_str(&original[range]);
    }

    /// Appends what a mutant brings in.
    fn put(&mut self, number: usize, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.changed.push((start..self.text.len(), number));
    }

    /// Where the original has what is written at a position.
    fn original(&self, at: usize) -> usize {
        let next = self.copied.partition_point(|(written, _)| *written <= at);
        next.checked_sub(1).map_or(0, |last| self.copied[last].1 + at - self.copied[last].0)
    }
}

#[derive(Deserialize)]
struct Message {
    message: Option<Diagnostic>,
}

/// A diagnostic of rustc.
#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    code: Option<Code>,
    rendered: Option<String>,
    spans: Vec<DiagnosticSpan>,
    children: Vec<Diagnostic>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct DiagnosticSpan {
    file_name: PathBuf,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
    expansion: Option<Expansion>,
}

/// The call of a macro whose expansion is meant.
#[derive(Deserialize)]
struct Expansion {
    span: Box<DiagnosticSpan>,
}

impl Diagnostic {
    /// The numbers of the mutants that an error comes from. The error is in the changed code, or speaks of it, or is in code
    /// that a change stands around, or in the function of one.
    fn culprits(
        &self,
        written: &BTreeMap<PathBuf, Written>,
        mutants: &[&Mutant],
        form: Form,
    ) -> BTreeSet<usize> {
        let (primary, others): (Vec<_>, Vec<_>) =
            self.all_spans().into_iter().partition(|span| span.is_primary);
        for spans in [&primary, &others] {
            let hit: BTreeSet<usize> = spans.iter().flat_map(|span| span.changes(written)).collect();
            if !hit.is_empty() {
                return hit;
            }
        }
        let mut around = Vec::new();
        for span in primary.iter().chain(&others) {
            let Some(file) = written.get(&span.file_name) else { continue };
            let at = file.original(span.byte_start);
            for mutant in mutants.iter().filter(|mutant| mutant.file == span.file_name) {
                let ranges = [&form.change(mutant).range, &mutant.scope];
                let within = ranges.into_iter().find(|range| range.contains(&at));
                around.extend(within.map(|range| (range.len(), mutant.number)));
            }
        }
        let nearest = around.iter().map(|(size, _)| *size).min();
        around.retain(|(size, _)| Some(*size) == nearest);
        around.into_iter().map(|(_, number)| number).collect()
    }

    fn is_of_evaluation(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.code == "E0080")
    }

    fn all_spans(&self) -> Vec<&DiagnosticSpan> {
        let own = self.spans.iter().flat_map(|span| {
            std::iter::successors(Some(span), |span| {
                span.expansion.as_ref().map(|expansion| &*expansion.span)
            })
        });
        own.chain(self.children.iter().flat_map(Self::all_spans)).collect()
    }
}

impl DiagnosticSpan {
    fn changes(&self, written: &BTreeMap<PathBuf, Written>) -> Vec<usize> {
        let changed = written.get(&self.file_name).map(|file| &*file.changed).unwrap_or_default();
        let is_in = |range: &Range<usize>| range.start <= self.byte_start && self.byte_end <= range.end;
        changed.iter().filter(|(range, _)| is_in(range)).map(|(_, number)| *number).collect()
    }
}

/// The numbers of the mutants that are in the functions of some of them.
fn of_the_same_functions(mutants: &[&Mutant], some: &BTreeSet<usize>) -> Vec<usize> {
    let functions: BTreeSet<_> = mutants
        .iter()
        .filter(|mutant| some.contains(&mutant.number))
        .map(|mutant| (&mutant.file, mutant.scope.start))
        .collect();
    let is_there = |mutant: &&&Mutant| functions.contains(&(&mutant.file, mutant.scope.start));
    mutants.iter().filter(is_there).map(|mutant| mutant.number).collect()
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(number: usize, range: Range<usize>, text: &str) -> Mutant {
        let change = || Change { range: range.clone(), text: text.to_owned() };
        let (name, file) = (number.to_string(), PathBuf::from("a.rs"));
        Mutant { number, name, file, scope: 0..20, alone: change(), guarded: change() }
    }

    fn written(code: &str, mutants: &[Mutant], form: Form) -> Written {
        Written::new(code, mutants.iter().map(|mutant| (mutant.number, form.change(mutant))), form)
    }

    #[test]
    fn a_switch_stands_around_the_switches_of_inner_expressions() {
        let mutants = [
            mutant(1, 0..5, "a - b"),
            mutant(2, 0..5, "a * b"),
            mutant(3, 0..10, "a + b >= c"),
            mutant(4, 0..0, "GUARD "),
        ];
        let guarded = written("a + b > cd", &mutants, Form::Guarded);
        let is = "if !crate::mutant::is";
        assert_eq!(
            guarded.text,
            format!(
                "GUARD ({is}(3) {{ ({is}(1) {{ ({is}(2) {{ a + b }} else {{ a * b }}) }} else {{ a - b }}) > cd }} \
                 else {{ a + b >= c }})"
            )
        );
        for mutant in &mutants {
            let last = guarded.changed.iter().rfind(|(_, number)| *number == mutant.number).unwrap();
            assert_eq!(guarded.text[last.0.clone()], mutant.guarded.text);
        }
        assert_eq!(guarded.original(guarded.text.find("> cd").unwrap()), 6);
        assert_eq!(written("a + b > cd", &mutants[1..2], Form::Alone).text, "a * b > cd");
    }

    #[test]
    fn an_error_comes_from_the_nearest_mutant() {
        let mutants = [mutant(1, 0..5, "a - b"), mutant(2, 0..10, "a + b >= c")];
        let references: Vec<&Mutant> = mutants.iter().collect();
        let guarded = written("a + b > cd", &mutants, Form::Guarded);
        let at = |text: &str| guarded.text.find(text).unwrap();
        let (changed, copied, outer) = (at("a - b"), at("a + b }"), at("> cd"));
        let files = BTreeMap::from([(PathBuf::from("a.rs"), guarded)]);
        let culprits = |primary: usize, other: usize| {
            let span = |at: usize, is_primary: bool| DiagnosticSpan {
                file_name: PathBuf::from("a.rs"),
                byte_start: at,
                byte_end: at + 1,
                is_primary,
                expansion: None,
            };
            let spans = vec![span(primary, true), span(other, false)];
            let error =
                Diagnostic { level: "error".to_owned(), code: None, rendered: None, spans, children: vec![] };
            error.culprits(&files, &references, Form::Guarded)
        };
        assert_eq!(culprits(changed, outer), BTreeSet::from([1]));
        assert_eq!(culprits(outer, changed), BTreeSet::from([1]));
        assert_eq!(culprits(copied, copied), BTreeSet::from([1]));
        assert_eq!(culprits(outer, outer), BTreeSet::from([2]));
    }
}
