//! `cargo xtask jar` and `cargo xtask aar`: the packages of the JVM and of Android, in `target/kotlin`.
//!
//! A jar holds the classes and, where JNA looks for them, the libraries: `linux-x86-64/librelcore_uniffi.so`. Libraries
//! for other machines are built there and given as a folder (`.github/workflows/jvm.yml`). An AAR is a zip of the
//! classes, a manifest, rules for shrinkers, and one library for each Android ABI.
use crate::{
    codegen::root,
    contents, kotlin,
    shell::{command, packaged, run, run_quietly},
    toolchain,
};
use anyhow::{Context as _, Result, bail, ensure};
use std::{
    env::consts,
    fs,
    path::{Path, PathBuf},
};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const AUTHORS: &str = env!("CARGO_PKG_AUTHORS");
/// The licences by their SPDX names, and the files with their texts.
const LICENSES: [(&str, &str); 2] = [("MIT", "LICENSE-MIT"), ("Apache-2.0", "LICENSE-APACHE")];
/// The Android ABIs, as folders of an AAR.
const ABIS: [&str; 4] = ["arm64-v8a", "armeabi-v7a", "x86", "x86_64"];

/// The jar with the libraries under `natives`, or with that of this machine, and its pom; tested as a user has it.
pub fn jar(natives: Option<&Path>) -> Result<()> {
    let content = fresh_folder("jar")?;
    if let Some(natives) = natives {
        copy_libraries(natives, &content)?;
    } else {
        let library = build_library()?;
        let folder = content.join(jna_prefix()?);
        fs::create_dir_all(&folder)?;
        fs::copy(&library, folder.join(library.file_name().context("a library has a name")?))?;
    }
    add_licenses(&content.join("META-INF"))?;
    let jar = output(&format!("relcore-{VERSION}.jar"));
    fs::copy(kotlin::classes()?, &jar)?;
    pack("--update", &jar, &content)?;
    fs::write(output(&format!("relcore-{VERSION}.pom")), pom())?;
    contents::check(&jar)?;
    kotlin::test_jar(&jar)?;
    println!("{}", jar.display());
    Ok(())
}

/// The AAR with the libraries under `jni`, a folder for each ABI. Put together here, never run here: no Android.
pub fn aar(jni: &Path) -> Result<()> {
    let content = fresh_folder("aar")?;
    for abi in ABIS {
        let library = jni.join(abi).join("librelcore_uniffi.so");
        ensure!(library.is_file(), "`{}` is missing: build it with cargo-ndk", library.display());
        let folder = content.join("jni").join(abi);
        fs::create_dir_all(&folder)?;
        fs::copy(&library, folder.join("librelcore_uniffi.so"))?;
    }
    fs::copy(kotlin::classes()?, content.join("classes.jar"))?;
    fs::write(content.join("R.txt"), "")?; // no resources
    for name in ["AndroidManifest.xml", "proguard.txt"] {
        fs::copy(root().join("bindings-kotlin/android").join(name), content.join(name))?;
    }
    add_licenses(&content)?;
    let aar = output(&format!("relcore-{VERSION}.aar"));
    fs::remove_file(&aar).ok();
    pack("--create", &aar, &content)?;
    println!("{}", aar.display());
    Ok(())
}

fn add_licenses(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (_, file) in LICENSES {
        fs::copy(root().join(file), folder.join(file))?;
    }
    Ok(())
}

fn build_library() -> Result<PathBuf> {
    let build = ["build", "--release", "-p", "relcore-uniffi"];
    run_quietly("building the library of Swift and Kotlin", packaged(&mut command("cargo", &build)))?;
    let name = format!("{}relcore_uniffi{}", consts::DLL_PREFIX, consts::DLL_SUFFIX);
    Ok(root().join("target/release").join(name))
}

/// The folder in a jar where JNA looks on this machine (`com.sun.jna.Platform.RESOURCE_PREFIX`).
fn jna_prefix() -> Result<String> {
    let system = match consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => bail!("which folder JNA looks into on `{other}` is not known here"),
    };
    Ok(format!("{system}-{}", consts::ARCH.replace('_', "-")))
}

/// Every folder with libraries, as it is named.
fn copy_libraries(natives: &Path, content: &Path) -> Result<()> {
    let mut count = 0;
    for folder in fs::read_dir(natives).with_context(|| natives.display().to_string())? {
        let folder = folder?;
        let wanted = content.join(folder.file_name());
        fs::create_dir_all(&wanted)?;
        for library in fs::read_dir(folder.path())? {
            let library = library?;
            fs::copy(library.path(), wanted.join(library.file_name()))?;
            count += 1;
        }
    }
    ensure!(count > 0, "`{}` holds no folder with a library", natives.display());
    Ok(())
}

/// What a build tool must know: the classes call JNA and Kotlin's own library.
fn pom() -> String {
    let dependency = |group: &str, name: &str, version: &str| {
        format!(
            "    <dependency>\n      <groupId>{group}</groupId>\n      <artifactId>{name}</artifactId>\n      \
             <version>{version}</version>\n      <scope>compile</scope>\n    </dependency>\n"
        )
    };
    let dependencies = dependency("net.java.dev.jna", "jna", toolchain::JNA_VERSION)
        + &dependency("org.jetbrains.kotlin", "kotlin-stdlib", toolchain::KOTLIN_VERSION);
    // Either of the two: Maven reads a list of licences so.
    let licenses: String = LICENSES
        .iter()
        .map(|(id, file)| {
            format!(
                "    <license>\n      <name>{id}</name>\n      <url>{REPOSITORY}/blob/main/{file}</url>\n    \
                 </license>\n"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  \
         <modelVersion>4.0.0</modelVersion>\n  <groupId>relcore</groupId>\n  <artifactId>relcore</artifactId>\n  \
         <version>{VERSION}</version>\n  <name>relcore</name>\n  <description>Release decisions as pure functions: \
         canary schedules, rollback, DORA metrics, release types</description>\n  <url>{REPOSITORY}</url>\n  \
         <licenses>\n{licenses}  </licenses>\n  <developers>\n    <developer><name>{AUTHORS}</name></developer>\n  \
         </developers>\n  <scm>\n    <connection>scm:git:{REPOSITORY}.git</connection>\n    \
         <url>{REPOSITORY}</url>\n  </scm>\n  <issueManagement>\n    <system>GitHub</system>\n    \
         <url>{REPOSITORY}/issues</url>\n  </issueManagement>\n  <dependencies>\n{dependencies}  \
         </dependencies>\n</project>\n"
    )
}

fn output(name: &str) -> PathBuf {
    root().join("target/kotlin").join(name)
}

fn fresh_folder(name: &str) -> Result<PathBuf> {
    let folder = root().join("target/xtask").join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The JDK's own program: a jar and an AAR are zips.
fn pack(mode: &str, file: &Path, content: &Path) -> Result<()> {
    let mut jar = command("jar", &[mode, "--file"]);
    jar.arg(file).args(if mode == "--create" { &["--no-manifest"][..] } else { &[] });
    run(jar.arg("-C").arg(content).arg("."))
        .context("`jar` comes with a JDK: Debian's package is `default-jdk-headless`")
}

#[cfg(test)]
mod tests {
    use super::{jna_prefix, pom};

    #[test]
    fn the_folder_is_in_jnas_words() {
        let prefix = jna_prefix().unwrap();
        assert!(!prefix.contains('_') && prefix.contains('-'), "{prefix}");
    }

    #[test]
    fn the_pom_names_what_the_classes_need() {
        assert!(pom().contains("<artifactId>jna</artifactId>") && pom().contains("kotlin-stdlib"));
    }
}
