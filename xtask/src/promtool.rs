//! Prometheus' `promtool`, which reads and runs the exported alert rules (`conformance/rust/tests/promtool.rs`).
use crate::shell::{command, has, run};
use crate::toolchain::cache_folder_of;
use anyhow::{Context as _, Result, ensure};
use std::{fs, path::PathBuf};

/// The promtool of the machine, or the one of Debian's package `prometheus`, unpacked into the cache without the server.
///
/// `None` on a machine without `apt-get`: the tests say that they are skipped. Where there is one, a failure is an error.
pub fn find() -> Result<Option<PathBuf>> {
    if has("promtool") {
        return Ok(Some("promtool".into()));
    }
    let folder = cache_folder_of("promtool")?;
    let program = folder.join("usr/bin/promtool");
    if program.exists() {
        return Ok(Some(program));
    }
    if !has("apt-get") {
        return Ok(None);
    }
    fs::create_dir_all(&folder)?;
    // Refreshing the lists needs root; without it, those of the machine must do.
    let _ = run(&mut command("apt-get", &["-qq", "update"]));
    run(command("apt-get", &["-qq", "download", "prometheus"]).current_dir(&folder))?;
    let is_package = |path: &PathBuf| path.extension().is_some_and(|end| end == "deb");
    let package = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())).find(is_package);
    let package = package.context("apt-get left no package")?;
    run(command("dpkg-deb", &["--extract"]).arg(&package).arg(&folder))?;
    fs::remove_file(&package)?;
    fs::remove_file(folder.join("usr/bin/prometheus")).ok(); // the server is large, and not used
    fs::remove_dir_all(folder.join("usr/share")).ok();
    ensure!(program.exists(), "the package `prometheus` has no promtool");
    Ok(Some(program))
}
