//! The Swift and Kotlin sources that UniFFI makes from the compiled library.
//!
//! They follow from the sources of `bindings-swift`, whose digest is their second line. `cargo xtask codegen` makes
//! them anew only when that digest has changed, since it takes a build; `--check` always does.
use super::{File, MARK, Mode, defaults::Language, emit::structs, model::Model, root};
use crate::shell::{command, run_quietly};
use anyhow::{Context as _, Result, bail};
use std::fs;

/// Where UniFFI's files go. Its modulemap is not used: it names modules of Apple's platforms.
const OUTPUTS: &[(&str, &str)] = &[
    ("swift/Relcore.swift", "bindings-swift/swift/Sources/Relcore/Relcore.swift"),
    ("swift/RelcoreFFI.h", "bindings-swift/swift/Sources/RelcoreFFI/RelcoreFFI.h"),
    ("kotlin/relcore/relcore.kt", "bindings-kotlin/src/main/Relcore.kt"),
];

const SOURCES: &[&str] = &[
    "Cargo.toml",
    "uniffi.toml",
    "src/lib.rs",
    "src/answer.rs",
    "src/columns.rs",
    "src/error.rs",
    "src/leaves.rs",
    "src/generated.rs",
];

/// The files, unless they are fresh and writing is all that is asked for.
pub fn files(model: &Model, mode: Mode) -> Result<Vec<File>> {
    let digest = digest()?;
    let fresh = OUTPUTS.iter().all(|(_, path)| {
        fs::read_to_string(root().join(path)).is_ok_and(|text| text.lines().nth(1) == Some(digest.as_str()))
    });
    if fresh && mode == Mode::Write {
        return Ok(Vec::new());
    }
    run_quietly(
        "building the library of Swift and Kotlin",
        &mut command("cargo", &["build", "-p", "relcore-uniffi", "-p", "relcore-uniffi-bindgen"]),
    )?;
    let folder = root().join("target/xtask/uniffi");
    let out = |language: &str| folder.join(language).display().to_string();
    let library = library();
    let (swift, kotlin) = (out("swift"), out("kotlin"));
    let mut arguments = vec![library.as_str(), "bindings-swift/uniffi.toml", &swift, &kotlin];
    arguments.extend(structs::names(model));
    run_quietly(
        "writing Swift and Kotlin",
        &mut command(root().join("target/debug/relcore-uniffi-bindgen"), &arguments),
    )?;
    let mut files = Vec::new();
    for (made, path) in OUTPUTS {
        let text =
            fs::read_to_string(folder.join(made)).with_context(|| format!("UniFFI wrote no `{made}`"))?;
        let text = match path.rsplit_once('.') {
            Some((_, "swift")) => own_bytes(&tidy(&text))? + &structs::emit(model, Language::Swift),
            Some((_, "kt")) => tidy(&text) + &structs::emit(model, Language::Kotlin),
            _ => tidy(&text),
        };
        files.push(File { path: (*path).to_owned(), text: format!("// {MARK}\n{digest}\n{text}") });
    }
    Ok(files)
}

/// The dynamic library that holds the description of the interface.
fn library() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("target/debug/{prefix}relcore_uniffi{suffix}")
}

fn digest() -> Result<String> {
    let mut all = String::new();
    for name in SOURCES {
        let path = root().join("bindings-swift").join(name);
        all += &fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    }
    Ok(format!("// sources: {}", relcore::digest::sha256(&serde_json::to_string(&all)?)?))
}

/// UniFFI's own heading left out, no blanks at line ends, no two blank lines in a row.
fn tidy(text: &str) -> String {
    let mut out = String::new();
    let mut blank = true;
    for line in text.lines().map(str::trim_end).skip_while(|line| line.starts_with("// ") || line.is_empty())
    {
        if !(blank && line.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
        blank = line.is_empty();
    }
    out
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
    use super::{own_bytes, tidy};

    #[test]
    fn bytes_are_replaced_or_missed() {
        let end = "// Protocol for types that transfer other types across the FFI.";
        let text = format!("a\nfileprivate func createReader(x) {{}}\n{end}\nf(into buf: inout [UInt8])");
        assert_eq!(own_bytes(&text).unwrap(), format!("a\n{end}\nf(into buf: inout Writer)"));
        assert!(own_bytes("a").is_err());
    }

    #[test]
    fn heading_and_blanks_go() {
        assert_eq!(tidy("// made by\n// somebody\n\nimport a  \n\n\nlet b\n"), "import a\n\nlet b\n");
    }
}
