//! The Kotlin binding: its jar, tests, examples, conformance runner and bench.
use crate::{
    codegen::{bindgen, root},
    conformance, example,
    shell::{command, output, run, run_quietly},
    toolchain,
};
use anyhow::{Context as _, Result, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const MAIN: &str = "relcore.jar";
const CONFORMANCE: &str = "relcore-conformance.jar";

/// Builds the jars, runs the JUnit tests, every conformance case and the examples.
pub fn test() -> Result<()> {
    prepare(false)?;
    compile(MAIN, "bindings-kotlin/src/main", &[])?;
    let (passed, failed) = junit(false, MAIN)?;
    conformance(&[root().join("conformance")])?;
    examples()?;
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "JUnit: {failed} tests failed");
    Ok(())
}

/// Runs the JUnit tests with a jar that brings its library along.
pub fn test_jar(jar: &Path) -> Result<()> {
    let name = jar.file_name().and_then(|name| name.to_str()).context("the jar has a name")?;
    let (passed, failed) = junit(true, name)?;
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "JUnit: {failed} tests failed");
    Ok(())
}

/// The jar of the classes alone.
pub fn classes() -> Result<PathBuf> {
    bindgen::run()?;
    compile(MAIN, "bindings-kotlin/src/main", &[])?;
    Ok(jar(MAIN))
}

/// How many tests held and how many did not, with the classes of a jar and either its own library or that in `target`.
fn junit(own_library: bool, main: &str) -> Result<(usize, usize)> {
    compile(CONFORMANCE, "bindings-kotlin/src/conformance", &[MAIN])?;
    compile("tests.jar", "bindings-kotlin/src/test", &[MAIN, CONFORMANCE])?;
    let tests = jar("tests.jar").display().to_string();
    let library = if own_library { None } else { Some("debug") };
    let mut junit = program(
        library,
        &[main, CONFORMANCE, "tests.jar"],
        "org.junit.platform.console.ConsoleLauncher",
        &["--scan-classpath", &tests, "--disable-banner", "--disable-ansi-colors", "--details=summary"],
    )?;
    let out = junit.output().context("cannot start JUnit")?;
    let text = String::from_utf8_lossy(&out.stdout);
    let (passed, failed) = (count(&text, "tests successful")?, count(&text, "tests failed")?);
    if !out.status.success() || failed > 0 {
        println!("{text}");
    }
    ensure!(passed + failed > 0, "JUnit found no test");
    ensure!(out.status.success() || failed > 0, "JUnit ended with {}", out.status);
    Ok((passed, failed))
}

/// Holds what the example programs print against those in Rust.
fn examples() -> Result<()> {
    compile("examples.jar", "examples/kotlin", &[MAIN])?;
    for example::Mobile { name, class } in example::MOBILE {
        let printed = output(&mut program(Some("debug"), &[MAIN, "examples.jar"], class, &[])?)?;
        example::hold_against_rust("Kotlin", name, &printed)?;
    }
    Ok(())
}

/// Runs the cases in some files and folders.
pub fn conformance(paths: &[PathBuf]) -> Result<()> {
    prepare(false)?;
    compile(MAIN, "bindings-kotlin/src/main", &[])?;
    compile(CONFORMANCE, "bindings-kotlin/src/conformance", &[MAIN])?;
    let texts: Vec<&str> = paths.iter().filter_map(|path| path.to_str()).collect();
    let mut runner =
        program(Some("debug"), &[MAIN, CONFORMANCE], "relcore.conformance.ConformanceKt", &texts)?;
    conformance::run_counted(&mut runner, paths)
}

/// What a call costs, with an optimised library and a warm JVM.
pub fn bench() -> Result<()> {
    prepare(true)?;
    compile(MAIN, "bindings-kotlin/src/main", &[])?;
    compile("bench.jar", "bindings-kotlin/src/bench", &[MAIN])?;
    run(&mut program(Some("release"), &[MAIN, "bench.jar"], "BenchKt", &[])?)
}

fn prepare(bench: bool) -> Result<()> {
    bindgen::run()?;
    if bench {
        let build = ["build", "-p", "relcore-uniffi", "--release", "--features", "bench"];
        run_quietly("building the optimised library", &mut command("cargo", &build))?;
    }
    Ok(())
}

/// Compiles a folder to a jar, unless the jar is newer than everything it is made from.
fn compile(name: &str, folder: &str, needs: &[&str]) -> Result<()> {
    let (jar, folder) = (jar(name), root().join(folder));
    let changed = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let made = changed(&jar).ok();
    let sources = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let inputs = sources.iter().cloned().chain(needs.iter().map(|need| self::jar(need)));
    let newest = inputs.filter_map(|path| changed(&path).ok()).max();
    if made > newest {
        return Ok(());
    }
    let path = class_path(needs)?;
    let (folder, output) = (folder.display().to_string(), jar.display().to_string());
    let arguments = ["-jvm-target", "17", "-Werror", "-cp", &path, &folder, "-d", &output];
    run_quietly(&format!("compiling {name}"), &mut toolchain::kotlinc(&arguments)?)
}

/// A program with the native library of a folder in `target`, or with that of its jar.
fn program(library: Option<&str>, jars: &[&str], class: &str, arguments: &[&str]) -> Result<Command> {
    let mut all = vec!["-cp".into(), class_path(jars)?];
    if let Some(profile) = library {
        all.insert(0, format!("-Djna.library.path={}", root().join("target").join(profile).display()));
    }
    all.push(class.to_owned());
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    let mut command = toolchain::java(&all);
    command.current_dir(root());
    Ok(command)
}

fn class_path(jars: &[&str]) -> Result<String> {
    let own = jars.iter().map(|name| jar(name));
    let path =
        env::join_paths(own.chain(toolchain::kotlin_class_path()?)).context("a jar has `:` in its path")?;
    path.into_string().ok().context("paths are text")
}

fn jar(name: &str) -> PathBuf {
    root().join("target/kotlin").join(name)
}

/// From JUnit's summary: `[        10 tests successful      ]`.
fn count(summary: &str, label: &str) -> Result<usize> {
    let line = summary.lines().find(|line| line.contains(label));
    let number = line.and_then(|line| line.split_whitespace().find_map(|word| word.parse().ok()));
    number.with_context(|| format!("JUnit says nothing of {label}:\n{summary}"))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_summary_is_read() {
        let summary = "[        10 tests successful      ]\n[         0 tests failed          ]\n";
        assert_eq!(count(summary, "tests successful").unwrap(), 10);
        assert_eq!(count(summary, "tests failed").unwrap(), 0);
        assert!(count("", "tests failed").is_err());
    }
}
