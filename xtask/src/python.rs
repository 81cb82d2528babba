//! The Python binding: its virtual environment, wheel and tests.
use crate::{
    codegen::root,
    contents, sbom,
    shell::{command, has, packaged, run, run_quietly},
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A wheel over this has grown something it should not have.
const LARGEST_WHEEL: u64 = 6 << 20;

/// The environment with the tools that build, made on first use: `.venv`.
pub fn environment() -> Result<PathBuf> {
    let folder = root().join(".venv");
    if !folder.join("bin/python").exists() {
        run_quietly("making .venv", &mut command("python3", &["-m", "venv", ".venv"]))?;
    }
    require(&folder, "requirements.txt")?;
    Ok(folder)
}

/// Installs what a list in `bindings-python` names, unless that was done; the list is kept beside as a mark.
fn require(environment: &Path, list: &str) -> Result<()> {
    let wanted = root().join("bindings-python").join(list);
    let mark = environment.join(list);
    if fs::read(&mark).is_ok_and(|installed| fs::read(&wanted).is_ok_and(|wanted| wanted == installed)) {
        return Ok(());
    }
    let path = wanted.to_str().context("paths are text")?;
    let install = ["-m", "pip", "install", "--quiet", "--upgrade", "-r", path];
    let title = format!("installing {list}");
    run_quietly(&title, &mut command(environment.join("bin/python"), &install))?;
    fs::copy(&wanted, &mark)?;
    Ok(())
}

/// Builds the wheel with maturin, once in a run of this program; its path.
pub fn wheel() -> Result<PathBuf> {
    static WHEEL: OnceLock<PathBuf> = OnceLock::new();
    if let Some(wheel) = WHEEL.get() {
        return Ok(wheel.clone());
    }
    let environment = environment()?;
    let folder = root().join("target/wheels");
    if folder.exists() {
        fs::remove_dir_all(&folder)?; // only the wheel of this build may be found
    }
    let build = ["build", "--release", "--quiet", "-m", "bindings-python/Cargo.toml", "-o", "target/wheels"];
    let mut build = command(environment.join("bin/maturin"), &build);
    run_quietly("building the wheel", packaged(&mut build))?;
    let wheel = only_file(&folder, "whl")?;
    finish(&wheel)?;
    Ok(WHEEL.get_or_init(|| wheel).clone())
}

/// Takes the paths of the machine out of the bill of materials of a wheel, which is the list of crates that maturin adds,
/// and what differs in each build: its time and number. Then the same sources give the same wheel.
pub fn finish(wheel: &Path) -> Result<()> {
    let python = environment()?.join("bin/python");
    let wheel = fs::canonicalize(wheel)?;
    let into = wheel.parent().context("a wheel is in a folder")?;
    let folder = root().join("target/xtask/wheel");
    fs::remove_dir_all(&folder).ok();
    run_quietly(
        "unpacking the wheel",
        command(&python, &["-m", "wheel", "unpack", "--dest"]).arg(&folder).arg(&wheel),
    )?;
    let content = only_entry(&folder)?;
    for entry in fs::read_dir(&content)? {
        let sboms = entry?.path().join("sboms");
        for sbom in fs::read_dir(&sboms).into_iter().flatten() {
            let path = sbom?.path();
            let sbom = sbom::portable(&fs::read_to_string(&path)?)?;
            fs::write(&path, sbom)?;
        }
    }
    // The time of every file in it: 1980, the first that a zip can say.
    let time = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_else(|_| "315532800".to_owned());
    let mut pack = command(&python, &["-m", "wheel", "pack", "--dest-dir"]);
    run_quietly("packing the wheel", pack.arg(into).arg(&content).env("SOURCE_DATE_EPOCH", time))?;
    // 4 % smaller for everyone who installs it.
    run_quietly("packing it smaller", command(&python, &["-c", include_str!("repack.py")]).arg(&wheel))
}

fn only_entry(folder: &Path) -> Result<PathBuf> {
    let mut entries = fs::read_dir(folder)?;
    entries.next().context("a package has files")?.map(|entry| Ok(entry.path()))?
}

/// The environment with the freshly built wheel in it.
pub fn installed() -> Result<PathBuf> {
    let environment = environment()?;
    let wheel = wheel()?;
    install(&environment, &wheel)?;
    Ok(environment)
}

fn install(environment: &Path, wheel: &Path) -> Result<()> {
    let path = wheel.to_str().context("paths are text")?;
    let reinstall = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", path];
    run_quietly("installing the wheel", &mut command(environment.join("bin/python"), &reinstall))
}

/// Installs a wheel or an sdist into an environment of its own that holds nothing else.
pub fn install_cleanly(package: &Path, name: &str) -> Result<PathBuf> {
    let folder = root().join("target/xtask").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let path = folder.to_str().context("paths are text")?;
    run_quietly("making a clean environment", &mut command("python3", &["-m", "venv", path]))?;
    let package = package.to_str().context("paths are text")?;
    let install = ["-m", "pip", "install", "--quiet", "--no-cache-dir", package];
    let mut install = command(folder.join("bin/python"), &install);
    // An sdist is compiled: its parts count here, not its speed, and what it depends on is there already.
    install.env("MATURIN_PEP517_ARGS", "--profile dev").env("CARGO_TARGET_DIR", root().join("target"));
    run_quietly(&format!("installing {name}"), &mut install)?;
    Ok(folder)
}

/// Tests, types and stubs of the installed wheel; the sdist, installed cleanly. The stage `users` tries the wheel in
/// other environments.
pub fn test() -> Result<()> {
    let environment = environment()?;
    require(&environment, "requirements-users.txt")?;
    require(&environment, "requirements-test.txt")?;
    // What needs no wheel goes first: its build takes minutes.
    let ruff = environment.join("bin/ruff");
    run(&mut command(&ruff, &["format", "--check", "--quiet", "bindings-python", "examples"]))?;
    run(&mut command(&ruff, &["check", "--quiet", "bindings-python", "examples"]))?;
    let wheel = wheel()?;
    let size = fs::metadata(&wheel)?.len();
    println!("wheel: {} KiB", size >> 10);
    ensure!(size <= LARGEST_WHEEL, "the wheel is larger than 6 MiB");
    contents::check(&wheel)?;

    // What the tests import is the installed wheel, never the source folder.
    install(&environment, &wheel)?;
    let python = environment.join("bin/python");
    let ignored = "--ignore=bindings-python/tests/users";
    run(&mut command(&python, &["-m", "pytest", "-q", "bindings-python/tests", ignored]))?;
    test_with_pandas_2(&wheel)?;
    check_types(&environment)?;

    let sdist = ["sdist", "-m", "bindings-python/Cargo.toml", "-o", "target/wheels"];
    run_quietly("packing the sdist", &mut command(environment.join("bin/maturin"), &sdist))?;
    let sdist = only_file(&root().join("target/wheels"), "gz")?;
    contents::check(&sdist)?;
    let source = unpacked(&sdist)?;
    let clean = install_cleanly(&source, "sdist")?;
    let smoke = "import relcore; print(relcore.time.parse_span('90s'))";
    run(command(clean.join("bin/python"), &["-c", smoke]).current_dir(root().join("target")))?;
    // Cargo calls the same packages of the repository by the same names, and would take what was built here for them.
    Ok(fs::remove_dir_all(source)?)
}

/// The tests that reach the binding's unsafe code, under valgrind: it reads columns in the memory of other libraries and calls
/// CPython. Miri runs neither.
pub fn memcheck() -> Result<()> {
    ensure!(has("valgrind"), "valgrind is missing: Debian's package is `valgrind`");
    let environment = installed()?;
    require(&environment, "requirements-users.txt")?;
    require(&environment, "requirements-test.txt")?;
    let options = [
        "--quiet",
        "--error-exitcode=9",
        "--undef-value-errors=no", // CPython and numpy have too many that mean nothing
        "--suppressions=bindings-python/valgrind.supp",
    ];
    let mut valgrind = command("valgrind", &options);
    valgrind.arg(environment.join("bin/python")).args(["-m", "pytest", "-q", "-x"]);
    for name in
        ["test_bridge", "test_columns", "test_errors", "users/test_frames", "test_handles", "test_numpy"]
    {
        valgrind.arg(format!("bindings-python/tests/{name}.py"));
    }
    // Each object and each array in memory of its own, whose ends valgrind knows.
    run(valgrind.env("PYTHONMALLOC", "malloc").env("ARROW_DEFAULT_MEMORY_POOL", "system"))
}

/// An environment of its own with the libraries of a list, kept for the next run, and the wheel.
pub fn with_libraries(name: &str, list: &str, wheel: &Path) -> Result<PathBuf> {
    let folder = root().join("target/xtask").join(name);
    let path = folder.to_str().context("paths are text")?;
    if !folder.join("bin/python").exists() {
        run_quietly("making an environment for libraries", &mut command("python3", &["-m", "venv", path]))?;
    }
    require(&folder, list)?;
    install(&folder, wheel)?;
    Ok(folder)
}

/// The tests of data frames with pandas 2: its texts are objects, and a series exports no Arrow.
fn test_with_pandas_2(wheel: &Path) -> Result<()> {
    let folder = with_libraries("pandas-2", "requirements-pandas2.txt", wheel)?;
    let tests = ["bindings-python/tests/test_columns.py", "bindings-python/tests/users/test_frames.py"];
    run(&mut command(folder.join("bin/python"), &[&["-m", "pytest", "-q"], &tests[..]].concat()))
}

/// The folder in an sdist. Its files are as new as now: cargo takes a file that is older than its last build as built.
fn unpacked(sdist: &Path) -> Result<PathBuf> {
    let folder = root().join("target/xtask/sdist-source");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let (sdist, into) =
        (sdist.to_str().context("paths are text")?, folder.to_str().context("paths are text")?);
    run(&mut command("tar", &["-x", "-m", "-z", "-f", sdist, "-C", into, "--strip-components=1"]))?;
    Ok(folder)
}

/// Types as users see them: of the tests and examples, of the stubs against the native half, of everything public.
fn check_types(environment: &Path) -> Result<()> {
    run(command(
        environment.join("bin/mypy"),
        &[
            "--strict",
            "tests",
            "benches",
            "../examples/cron",
            "../examples/python",
            "../examples/release",
            "../examples/quickstart.py",
        ],
    )
    .current_dir(root().join("bindings-python")))?;
    let elsewhere = root().join("target"); // the folder of the core is called relcore, too
    let python = environment.join("bin/python");
    run(command(&python, &["-m", "mypy.stubtest", "relcore"]).current_dir(&elsewhere))?;
    // pyright finds the packages of the interpreter that it finds first.
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", environment.join("bin").display());
    run(command(environment.join("bin/pyright"), &["--verifytypes", "relcore", "--ignoreexternal"])
        .current_dir(&elsewhere)
        .env("PATH", path))
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        _ => bail!("expected one .{extension} in {}, found {}", folder.display(), found.len()),
    }
}
