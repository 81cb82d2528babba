//! The packages for crates.io, as they would be published.
use crate::{
    codegen::root,
    contents,
    shell::{command, run, run_quietly},
};
use anyhow::Result;
use std::{fs, path::PathBuf, sync::OnceLock};

/// The profile of the repository, so that dependencies are compiled once.
const PROFILE: [&str; 3] = [
    "profile.dev.debug='line-tables-only'",
    "profile.dev.package.'*'.opt-level=1",
    "profile.dev.package.relcore.opt-level=0",
];

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Packs both crates, the command against the packed core; compares what they hold with the list; runs the tests that are
/// in them from there, where no other file of the repository is.
pub fn test() -> Result<()> {
    let core = unpacked()?;
    let patch = format!("patch.crates-io.relcore.path='{}'", core.display()); // it is not published yet
    for (name, options) in [("relcore", &[][..]), ("relcore-cli", &["--config", &patch])] {
        let mut test = command("cargo", &["test", "--quiet", "--target-dir"]);
        test.arg(root().join("target")).args(options);
        test.args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
        test.env("PROPTEST_CASES", "16"); // `core` draws more: this run is about files that the package lacks
        run(test.current_dir(core.with_file_name(format!("{name}-{VERSION}"))))?;
    }
    Ok(())
}

/// The folder of the core as it is packed, beside that of the command; packed once in a run of this program.
pub fn unpacked() -> Result<PathBuf> {
    static UNPACKED: OnceLock<PathBuf> = OnceLock::new();
    if let Some(core) = UNPACKED.get() {
        return Ok(core.clone());
    }
    // Not verified by cargo: `test` compiles what was packed, and cargo takes a core that it compiled from an earlier package
    // of this version for that of this one.
    let pack = ["package", "-p", "relcore", "-p", "relcore-cli", "--allow-dirty", "--no-verify"];
    run_quietly("packing the crates", &mut command("cargo", &pack))?;
    let folder = root().join("target/xtask/crates");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    for name in ["relcore", "relcore-cli"] {
        let package = root().join(format!("target/package/{name}-{VERSION}.crate"));
        contents::check(&package)?;
        // Files as new as now: cargo takes a file that is older than its last build as built.
        run(command("tar", &["-x", "-m", "-z", "-f"]).arg(&package).arg("-C").arg(&folder))?;
    }
    let core = folder.join(format!("relcore-{VERSION}"));
    Ok(UNPACKED.get_or_init(|| core).clone())
}
