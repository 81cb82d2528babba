//! The Swift and Kotlin toolchains, and the programs of `examples/deploy`: where they are, how to get them, how to run
//! things with them.
//!
//! Neither language is packaged for the machines that build relcore most often, so this module
//! makes both from what a Debian machine can reach anyway:
//!
//! * **Swift** is Debian trixie's `swiftlang` in a folder of its own, made by `mmdebstrap` from the
//!   mirror the machine already uses, and entered with `bwrap`. Nothing on the host changes: its
//!   glibc is older than the one `swiftlang` needs. A `swift` 6 on the `PATH` is used instead.
//! * **Kotlin** is JetBrains' npm package `kotlin-compiler`, with Debian's JNA and JUnit 5.
//!
//! Both live under `${XDG_CACHE_HOME:-$HOME/.cache}/relcore`, outside the work tree, in folders
//! named after the recipe: a machine pays for them once.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// A toolchain that `cargo xtask toolchain NAME` installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// `swift build` and `swift test`.
    Swift,
    /// `kotlinc`, JNA and JUnit 5.
    Kotlin,
    /// The programs of `examples/deploy`.
    Deploy,
    /// A browser that opens the pages of reports.
    Chromium,
}

/// Raise when the recipe below changes: every machine then makes a new folder.
const SWIFT_RECIPE: &str = "6.0.3-1";
/// The version in `bindings-kotlin/toolchain/package.json`.
pub const KOTLIN_VERSION: &str = "2.4.20";
/// The version of JNA that the classes are tested with: Debian's.
pub const JNA_VERSION: &str = "5.13.0";
const DEBIAN_SUITE: &str = "trixie";
/// Where a Swift run sees the workspace. Fixed, because SwiftPM keeps absolute paths in its cache.
const INSIDE: &str = "/src";
/// Where SwiftPM learns how to link relcore's library; see `bindings-swift/swift/Package.swift`.
const PKG_CONFIG: &str = "/src/bindings-swift/swift/lib/pkgconfig";
/// Written last, so that a folder that has it is complete.
const STAMP: &str = ".relcore-installed";
const JAVA_LIBRARIES: &str = "/usr/share/java";

/// Large parts of `swiftlang` that no build or test here uses (2.6 GB become 1.7 GB).
const SWIFT_LEAVE_OUT: [&str; 11] = [
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/libexec/swift/bin/*lldb*",
    "/usr/libexec/swift/lib/liblldb*",
    "/usr/libexec/swift/bin/clangd",
    "/usr/libexec/swift/bin/sourcekit-lsp",
    "/usr/libexec/swift/bin/docc",
    "/usr/libexec/swift/bin/swift-format",
    "/usr/libexec/swift/bin/wasm-ld",
    "/usr/libexec/swift/lib/swift_static/*",
];

/// What runs beside Kotlin's own library: JNA for the calls, JUnit 5 for the tests, Gson for the cases. File names in
/// [`JAVA_LIBRARIES`] with the Debian package of each.
const JAVA_JARS: [(&str, &str); 13] = [
    ("jna", "libjna-java"),
    ("gson", "libgoogle-gson-java"),
    ("junit-jupiter-api", "junit5"),
    ("junit-jupiter-engine", "junit5"),
    ("junit-jupiter-params", "junit5"),
    ("junit-platform-commons", "junit5"),
    ("junit-platform-console", "junit5"),
    ("junit-platform-engine", "junit5"),
    ("junit-platform-launcher", "junit5"),
    ("junit-platform-reporting", "junit5"),
    ("opentest4j", "libopentest4j-java"),
    ("apiguardian-api", "libapiguardian-java"),
    ("picocli", "libpicocli-java"),
];

impl Toolchain {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Swift => "swift",
            Self::Kotlin => "kotlin",
            Self::Deploy => "deploy",
            Self::Chromium => "chromium",
        }
    }

    /// The toolchain called `name`.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "swift" => Ok(Self::Swift),
            "kotlin" => Ok(Self::Kotlin),
            "deploy" => Ok(Self::Deploy),
            "chromium" => Ok(Self::Chromium),
            _ => bail!("expected `swift`, `kotlin`, `deploy` or `chromium`, found `{name}`"),
        }
    }

    /// What a report says when the toolchain is absent.
    pub fn skipped(self) -> String {
        format!("skipped, install with `cargo xtask toolchain {}`", self.name())
    }

    /// What to install where [`install`] cannot.
    fn by_hand(self) -> &'static str {
        match self {
            Self::Swift => {
                "install Swift 6.0 or newer so that `swift` is on the PATH (https://swift.org/install)"
            }
            Self::Kotlin => {
                "install Node.js with npm, a Java runtime 17 or newer, and the jars of JNA (5.12 or newer), JUnit 5 and \
                 Gson under the names that Debian gives them in /usr/share/java"
            }
            Self::Deploy => "install HAProxy, Prometheus, curl and socat",
            Self::Chromium => "install Chromium so that `chromium` is on the PATH",
        }
    }
}

/// Where an installed toolchain is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// On the `PATH`: run it as it is.
    Host,
    /// In this cache folder.
    Cache(PathBuf),
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host => f.write_str("on the PATH"),
            Self::Cache(folder) => folder.display().fmt(f),
        }
    }
}

/// The toolchain if it is complete, `None` if anything of it is missing.
pub fn find(toolchain: Toolchain) -> Option<Found> {
    if toolchain == Toolchain::Deploy {
        return deploy_programs_missing().is_empty().then_some(Found::Host);
    }
    if toolchain == Toolchain::Chromium {
        return works("chromium", "--version").then_some(Found::Host);
    }
    let folder = cache_folder(toolchain).ok()?;
    let complete = folder.join(STAMP).is_file();
    match toolchain {
        Toolchain::Swift if complete && works("bwrap", "--version") => Some(Found::Cache(folder)),
        Toolchain::Swift if host_swift() => Some(Found::Host),
        Toolchain::Kotlin if complete && works("java", "-version") && java_libraries_missing().is_empty() => {
            Some(Found::Cache(folder))
        }
        _ => None,
    }
}

/// Installs the toolchain unless it is there already. Needs root on Debian.
pub fn install(toolchain: Toolchain) -> Result<Found> {
    if let Some(found) = find(toolchain) {
        return Ok(found);
    }
    if !Path::new("/etc/debian_version").is_file() || !is_root() {
        bail!(
            "`cargo xtask toolchain {}` works as root on Debian; elsewhere {}",
            toolchain.name(),
            toolchain.by_hand()
        );
    }
    if toolchain == Toolchain::Deploy {
        apt_install(&deploy_programs_missing())?;
        return find(toolchain).context("a program of examples/deploy does not run after its install");
    }
    if toolchain == Toolchain::Chromium {
        apt_install(&["chromium"])?;
        return find(toolchain).context("Chromium does not run after its install");
    }
    let folder = cache_folder(toolchain)?;
    let partial = folder.with_file_name(format!("partial-{}-{}", toolchain.name(), std::process::id()));
    fs::create_dir_all(&partial).with_context(|| format!("cannot create `{}`", partial.display()))?;
    let made = match toolchain {
        Toolchain::Swift => make_swift(&partial),
        Toolchain::Kotlin => make_kotlin(&partial),
        Toolchain::Deploy | Toolchain::Chromium => bail!("Debian's programs have no folder"),
    };
    if let Err(error) = made {
        fs::remove_dir_all(&partial).ok();
        return Err(error);
    }
    fs::write(partial.join(STAMP), "")?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot replace `{}`", folder.display()))?;
    }
    fs::rename(&partial, &folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    find(toolchain)
        .with_context(|| format!("the {} toolchain is incomplete after its install", toolchain.name()))
}

/// `swift ARGS` in `package`, a folder inside `workspace`; `outside` are further paths it may read.
///
/// In the cached root the workspace is `/src`, so paths in `args` must be relative to `package`,
/// or be among `outside`, which keep their names.
pub fn swift(workspace: &Path, package: &Path, outside: &[PathBuf], args: &[&str]) -> Result<Command> {
    run_with_swift(workspace, package, outside, "swift", args)
}

/// As [`swift`], for a program that `swift build` made, named relative to `package`.
pub fn swift_program(
    workspace: &Path,
    package: &Path,
    outside: &[PathBuf],
    program: &str,
    args: &[&str],
) -> Result<Command> {
    run_with_swift(workspace, package, outside, program, args)
}

/// `kotlinc ARGS`.
pub fn kotlinc<S: AsRef<OsStr>>(args: &[S]) -> Result<Command> {
    let mut command = Command::new("bash");
    command.arg(kotlin_package()?.join("bin/kotlinc")).args(args);
    if std::env::var_os("JAVA_OPTS").is_none() {
        // A compiler that runs for seconds: the JVM's second tier takes as much time again as the compiling.
        command.env("JAVA_OPTS", "-Xmx1g -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }
    Ok(command)
}

/// `java ARGS`; class paths come from [`kotlin_class_path`].
pub fn java<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new("java");
    command.args(args);
    command
}

/// The jars that relcore's Kotlin code and its tests run with.
pub fn kotlin_class_path() -> Result<Vec<PathBuf>> {
    let library = kotlin_package()?.join("lib");
    let own =
        ["kotlin-stdlib.jar", "kotlin-test.jar", "kotlin-test-junit5.jar"].map(|name| library.join(name));
    Ok(own.into_iter().chain(JAVA_JARS.map(|(name, _)| java_library(name))).collect())
}

fn make_swift(root: &Path) -> Result<()> {
    apt_install(&["mmdebstrap", "bubblewrap"])?;
    let mirror = debian_mirror()?;
    eprintln!("making a Debian {DEBIAN_SUITE} folder with swiftlang: about 570 MB to fetch, 1 to 3 minutes");
    let mut command = Command::new("mmdebstrap");
    command
        .args(["--quiet", "--variant=apt", "--mode=root"])
        .arg("--include=swiftlang,libc6-dev,libstdc++-14-dev")
        .args(SWIFT_LEAVE_OUT.map(|path| format!("--dpkgopt=path-exclude={path}")))
        .arg("--aptopt=Acquire::Languages \"none\"")
        .arg("--aptopt=APT::Install-Recommends \"false\"")
        .arg(DEBIAN_SUITE)
        .arg(root)
        .arg(format!("deb {mirror} {DEBIAN_SUITE} main"));
    run(&mut command)?;
    // Debian's package archives stay behind in the new root; they are never read again.
    fs::remove_dir_all(root.join("var/cache/apt/archives")).ok();
    fs::create_dir_all(root.join(INSIDE.trim_start_matches('/')))?;
    Ok(())
}

fn make_kotlin(folder: &Path) -> Result<()> {
    let mut packages = java_libraries_missing();
    if !works("java", "-version") {
        packages.push("default-jre-headless");
    }
    if !packages.is_empty() {
        apt_install(&packages)?;
    }
    ensure!(works("npm", "--version"), "`npm` is missing; install Node.js 20 or newer");
    // The lock file pins the archive by its SHA-512, whatever registry npm is set up for.
    fs::write(folder.join("package.json"), include_str!("../../bindings-kotlin/toolchain/package.json"))?;
    fs::write(
        folder.join("package-lock.json"),
        include_str!("../../bindings-kotlin/toolchain/package-lock.json"),
    )?;
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(folder))
}

fn run_with_swift(
    workspace: &Path,
    package: &Path,
    outside: &[PathBuf],
    program: &str,
    args: &[&str],
) -> Result<Command> {
    let found = find(Toolchain::Swift).with_context(|| format!("swift: {}", Toolchain::Swift.skipped()))?;
    let Found::Cache(root) = found else {
        let own = package.join(program);
        let mut command = if own.is_file() { Command::new(own) } else { Command::new(program) };
        command.current_dir(package).args(args);
        command.env("PKG_CONFIG_PATH", workspace.join("bindings-swift/swift/lib/pkgconfig"));
        return Ok(command);
    };
    let relative = package
        .strip_prefix(workspace)
        .with_context(|| format!("`{}` is not inside `{}`", package.display(), workspace.display()))?;
    let mut command = Command::new("bwrap");
    // `/proc` is not optional: the loader finds libswiftCore.so through it.
    command.arg("--bind").arg(root).args(["/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]);
    for path in outside {
        command.arg("--ro-bind").arg(path).arg(path);
    }
    command.arg("--bind").arg(workspace).arg(INSIDE);
    command.arg("--chdir").arg(Path::new(INSIDE).join(relative));
    command.args([
        "--setenv",
        "HOME",
        "/root",
        "--setenv",
        "PKG_CONFIG_PATH",
        PKG_CONFIG,
        "--unshare-pid",
        "--unshare-net",
        "--die-with-parent",
        "--",
    ]);
    command.arg(program).args(args);
    Ok(command)
}

fn cache_folder(toolchain: Toolchain) -> Result<PathBuf> {
    match toolchain {
        Toolchain::Swift => cache_folder_of(&format!("swift-root-{SWIFT_RECIPE}")),
        Toolchain::Kotlin => cache_folder_of(&format!("kotlin-{KOTLIN_VERSION}")),
        Toolchain::Deploy | Toolchain::Chromium => bail!("Debian's programs are on the PATH"),
    }
}

/// `${XDG_CACHE_HOME:-$HOME/.cache}/relcore/NAME`.
pub fn cache_folder_of(name: &str) -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => {
            PathBuf::from(std::env::var_os("HOME").context("neither `XDG_CACHE_HOME` nor `HOME` is set")?)
                .join(".cache")
        }
    };
    Ok(cache.join("relcore").join(name))
}

fn kotlin_package() -> Result<PathBuf> {
    match find(Toolchain::Kotlin) {
        Some(Found::Cache(folder)) => Ok(folder.join("node_modules/kotlin-compiler")),
        _ => bail!("kotlin: {}", Toolchain::Kotlin.skipped()),
    }
}

fn java_library(name: &str) -> PathBuf {
    Path::new(JAVA_LIBRARIES).join(format!("{name}.jar"))
}

/// The Debian packages whose jars are not there.
fn java_libraries_missing() -> Vec<&'static str> {
    let missing = JAVA_JARS.iter().filter(|(name, _)| !java_library(name).is_file());
    missing.map(|(_, package)| *package).collect()
}

/// The Debian packages of the programs of `examples/deploy` that are absent; each package is called as its program.
fn deploy_programs_missing() -> Vec<&'static str> {
    let flags = [("haproxy", "-v"), ("prometheus", "--version"), ("curl", "--version"), ("socat", "-V")];
    flags.into_iter().filter(|(program, flag)| !works(program, flag)).map(|(program, _)| program).collect()
}

fn host_swift() -> bool {
    let output = Command::new("swift").arg("--version").stderr(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let major = text.split("Swift version ").nth(1).and_then(|rest| rest.split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 6)
}

/// The address the machine's own apt uses for Debian, so that no mirror is written down here.
fn debian_mirror() -> Result<String> {
    let sources = Path::new("/etc/apt/sources.list.d/debian.sources");
    let deb822 = fs::read_to_string(sources).unwrap_or_default();
    let one_line = fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    let from_deb822 = deb822.lines().find_map(|line| line.strip_prefix("URIs:")?.split_whitespace().next());
    let from_one_line = one_line
        .lines()
        .filter(|line| line.starts_with("deb "))
        .find_map(|line| line.split_whitespace().find(|word| word.contains("://")));
    from_deb822
        .or(from_one_line)
        .map(str::to_owned)
        .context("no Debian mirror found in /etc/apt/sources.list.d/debian.sources or /etc/apt/sources.list")
}

fn apt_install(packages: &[&str]) -> Result<()> {
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command.args(["-qq", "install", "-y", "--no-install-recommends"]).args(packages);
    run(&mut command)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn works(program: &str, version_flag: &str) -> bool {
    let status = Command::new(program).arg(version_flag).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot run `{program}`"))?;
    ensure!(status.success(), "`{program}` failed ({status})");
    Ok(())
}
