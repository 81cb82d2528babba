//! The Swift and Kotlin sources that UniFFI writes from the compiled library: output of the build, not committed.
use super::{MARK, defaults::Language, emit::structs, read, root};
use crate::shell::{command, run_quietly};
use anyhow::{Context as _, Result, bail};
use std::fs;

/// Where UniFFI's files go. Its modulemap is not used: it names modules of Apple's platforms.
const OUTPUTS: &[(&str, &str)] = &[
    ("swift/Relcore.swift", "bindings-swift/swift/Sources/Relcore/Relcore.swift"),
    ("swift/RelcoreFFI.h", "bindings-swift/swift/Sources/RelcoreFFI/RelcoreFFI.h"),
    ("kotlin/relcore/relcore.kt", "bindings-kotlin/src/main/Relcore.kt"),
];

/// Builds the library and writes its sources. A file that is the same stays, so that compilers do not start again.
pub fn run() -> Result<()> {
    let model = read()?;
    run_quietly(
        "building the library of Swift and Kotlin",
        &mut command("cargo", &["build", "-p", "relcore-uniffi", "-p", "relcore-uniffi-bindgen"]),
    )?;
    let folder = root().join("target/xtask/uniffi");
    let out = |language: &str| folder.join(language).display().to_string();
    let library = library();
    let (swift, kotlin) = (out("swift"), out("kotlin"));
    let mut arguments = vec![library.as_str(), "bindings-swift/uniffi.toml", &swift, &kotlin];
    arguments.extend(structs::names(&model));
    run_quietly(
        "writing Swift and Kotlin",
        &mut command(root().join("target/debug/relcore-uniffi-bindgen"), &arguments),
    )?;
    for (made, path) in OUTPUTS {
        let text =
            fs::read_to_string(folder.join(made)).with_context(|| format!("UniFFI wrote no `{made}`"))?;
        let text = match path.rsplit_once('.') {
            Some((_, "swift")) => own_bytes(&text)? + &structs::emit(&model, Language::Swift),
            Some((_, "kt")) => text + &structs::emit(&model, Language::Kotlin),
            _ => text,
        };
        let (path, text) = (root().join(path), format!("// {MARK}\n{text}"));
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(path, text)?;
        }
    }
    Ok(())
}

/// The dynamic library that holds the description of the interface.
fn library() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("target/debug/{prefix}relcore_uniffi{suffix}")
}

/// UniFFI's reading and writing of bytes left out: `Bytes.swift` has a faster one.
///
/// UniFFI has no setting for its templates, and its helpers are private to the file, so they cannot be shadowed. Text
/// that is not found is an error, and what does not fit the rest does not compile.
fn own_bytes(text: &str) -> Result<String> {
    const BEGIN: &str = "fileprivate func createReader(";
    const END: &str = "// Protocol for types that transfer other types across the FFI.";
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        bail!("UniFFI reads bytes in another way now: compare its output with Bytes.swift");
    };
    let text = [&text[..begin], &text[end..]].concat();
    Ok(text
        .replace("inout (data: Data, offset: Data.Index)", "inout Reader")
        .replace("createReader(data: Data(rustBuffer: buf))", "Reader(buf)")
        .replace("inout [UInt8]", "inout Writer")
        .replace("createWriter()", "Writer()")
        .replace("RustBuffer(bytes: writer)", "writer.buffer"))
}

#[cfg(test)]
mod tests {
    use super::own_bytes;

    #[test]
    fn bytes_are_replaced_or_missed() {
        let end = "// Protocol for types that transfer other types across the FFI.";
        let text = format!("a\nfileprivate func createReader(x) {{}}\n{end}\nf(into buf: inout [UInt8])");
        assert_eq!(own_bytes(&text).unwrap(), format!("a\n{end}\nf(into buf: inout Writer)"));
        assert!(own_bytes("a").is_err());
    }
}
