//! The public API of each language with the first sentence of its docs, in `published/api`: one place that a reviewer can
//! compare. What a caller meets differs there, and nothing else does.
//!
//! The lists are read from what users have: the sources of Rust, Python, TypeScript and Swift and Kotlin. Only the types of
//! Swift and Kotlin come from the model, since UniFFI's sources are not committed.
mod rust;

use super::structs::{expression_of, kotlin_type, swift_type};
use crate::{
    codegen::{
        File,
        defaults::Language,
        docs::prose,
        model::{Argument, Field, Function, Kind, Model},
        root,
        source::docs as source_docs,
    },
    python,
    shell::{command, output},
};
use anyhow::{Context as _, Result};
use heck::{ToLowerCamelCase as _, ToShoutySnakeCase as _};
use quote::ToTokens as _;
use std::{fmt::Write as _, fs};

const SWIFT: &str = "bindings-swift/swift/Sources/Relcore";
const KOTLIN: &str = "bindings-kotlin/src/main";

/// One file for each language, of the sources as they are on disk.
pub fn emit(model: &Model) -> Result<Vec<File>> {
    let file = |name: &str, header: &str, text: String| File {
        path: format!("published/api/{name}"),
        text: format!("{header}\n{}\n", text.trim_end()),
    };
    let note = "The public API, written by `cargo xtask codegen`: declarations, and the first sentences of their docs.";
    Ok(vec![
        file(
            "rust.rs",
            &format!("// {note}\n// A struct with `#[input]` also has a setter for each field."),
            rust::list(&root().join("relcore/src"))?,
        ),
        file("python.pyi", &format!("# {note}"), python_list()?),
        file("node.d.ts", &format!("// {note}"), typescript()?),
        file(
            "swift.txt",
            &format!(
                "// {note}\n// Every type also has `init(json: String) throws` and `json() throws -> String`."
            ),
            swift(model)?,
        ),
        file(
            "kotlin.txt",
            &format!(
                "// {note}\n// Every type also has `T.fromJson(json: String): T` and `toJson(): String`."
            ),
            kotlin(model)?,
        ),
    ])
}

/// The first sentence of a doc comment.
pub fn first_sentence(docs: &str) -> String {
    let prose = prose(docs);
    let paragraph: Vec<&str> = prose
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let text = paragraph.join(" ");
    text.split_once(". ").map_or(text.clone(), |(first, _)| format!("{first}."))
}

/// `ast` knows Python; the script lists what `__all__` of each public module names.
fn python_list() -> Result<String> {
    let python = python::environment()?.join("bin/python");
    output(&mut command(
        python,
        &["xtask/src/codegen/emit/listing/python.py", "bindings-python/python/relcore"],
    ))
}

/// The declaration files, each doc comment cut to its first sentence.
fn typescript() -> Result<String> {
    let folder = root().join("bindings-node");
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().into_string().ok().context("file names are text")?;
        if name.ends_with(".d.ts") {
            names.push(name);
        }
    }
    names.sort_by_key(|name| (name != "index.d.ts", name.clone()));
    let mut text = String::new();
    for name in names {
        let declarations = fs::read_to_string(folder.join(&name))?;
        let _ = write!(text, "\n// {name}\n{}", condensed(&declarations, "/**", "*/"));
    }
    Ok(text)
}

/// A text with each doc comment on one line, without imports, blank lines and other comments.
fn condensed(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text.lines();
    let mut in_import = false;
    while let Some(line) = rest.next() {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        in_import |= trimmed.starts_with("import ");
        if in_import {
            in_import = !trimmed.ends_with(';');
        } else if trimmed.starts_with(open) {
            let mut comment = vec![line];
            while !comment.last().is_some_and(|last| last.trim_end().ends_with(close)) {
                let Some(line) = rest.next() else { break };
                comment.push(line);
            }
            let _ = writeln!(out, "{indent}/** {} */", first_sentence(&inner(&comment)));
        } else if !trimmed.is_empty() && !trimmed.starts_with("//") {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// The text of a block comment.
fn inner(lines: &[&str]) -> String {
    let strip = |line: &&str| {
        let line = line.trim();
        let line = line.strip_prefix("/**").unwrap_or(line);
        let line = line.strip_suffix("*/").unwrap_or(line).trim();
        line.strip_prefix('*').unwrap_or(line).trim().to_owned()
    };
    lines.iter().map(strip).collect::<Vec<_>>().join("\n")
}

fn swift(model: &Model) -> Result<String> {
    let mut text = types(model, Language::Swift) + &columns(Language::Swift)?;
    for name in ["Functions", "ReasonCode", "Columns", "Support"] {
        let source = fs::read_to_string(root().join(SWIFT).join(format!("{name}.swift")))?;
        let _ = write!(text, "\n// {name}.swift\n{}", declarations(&source, is_public_in_swift));
    }
    Ok(text)
}

fn kotlin(model: &Model) -> Result<String> {
    let mut text = types(model, Language::Kotlin) + &columns(Language::Kotlin)?;
    for name in ["Functions", "ReasonCode", "Columns", "Support"] {
        let source = fs::read_to_string(root().join(KOTLIN).join(format!("{name}.kt")))?;
        let _ = write!(text, "\n// {name}.kt\n{}", declarations(&source, is_public_in_kotlin));
    }
    Ok(text)
}

fn is_public_in_swift(line: &str) -> bool {
    ["public ", "extension ", "@frozen public "].iter().any(|start| line.starts_with(start))
}

fn is_public_in_kotlin(line: &str) -> bool {
    [
        "fun ",
        "val ",
        "const val ",
        "class ",
        "data class ",
        "value class ",
        "object ",
        "companion object",
        "enum class ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// The declarations of formatted Swift or Kotlin, by their indentation: without bodies, with one line of docs.
fn declarations(source: &str, is_public: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    let mut docs: Vec<&str> = Vec::new();
    // The indentations inside which declarations are members: of the file and of the types around.
    let mut scopes = vec![0];
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed.starts_with("///") || trimmed.starts_with("/**") || trimmed.starts_with('*') {
            docs.push(trimmed.strip_prefix("///").unwrap_or(trimmed));
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('@') {
            continue;
        }
        while scopes.last().is_some_and(|scope| *scope > indent) {
            scopes.pop();
        }
        if scopes.last() == Some(&indent) && is_public(trimmed) {
            let mut declaration = trimmed.to_owned();
            while declaration.matches('(').count() > declaration.matches(')').count() {
                let Some(next) = lines.next() else { break };
                declaration += next.trim();
            }
            let opens = declaration.ends_with('{');
            let blanks = " ".repeat(indent);
            let said = first_sentence(&inner(&docs));
            if !said.is_empty() {
                let _ = writeln!(out, "{blanks}/// {said}");
            }
            let shown = head(&declaration);
            let _ = writeln!(out, "{blanks}{shown}");
            let is_type = ["func ", "fun ", "init(", "var ", "val ", "let "].iter().all(|word| {
                !declaration.split('(').next().unwrap_or_default().contains(word)
                    && !declaration.contains(" init(")
            });
            if opens && is_type {
                scopes.push(indent + 4);
            }
        }
        docs.clear();
    }
    out
}

/// A declaration without its body: in braces, or behind the `=` of a function in Kotlin.
fn head(declaration: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in declaration.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '{' if depth == 0 => return declaration[..at].trim_end(),
            '=' if depth == 0 && declaration.starts_with("fun ") => return declaration[..at].trim_end(),
            _ => {}
        }
    }
    declaration
}

/// The types that UniFFI declares, or that are put behind its text.
fn types(model: &Model, language: Language) -> String {
    let mut text = String::new();
    for definition in model.types.values() {
        let name = &definition.flat;
        let _ = writeln!(text, "\n/// {}", first_sentence(&definition.docs));
        match (&definition.kind, language) {
            (Kind::Struct(fields), _) => {
                let word = if language == Language::Swift { "public struct" } else { "data class" };
                let _ = writeln!(text, "{word} {name}");
                for field in fields {
                    let default = expression_of(model, language, field);
                    let _ = writeln!(text, "    /// {}", first_sentence(&field.docs));
                    let _ = writeln!(text, "    {}{default}", declared(model, language, field));
                }
            }
            (Kind::Unit(units), Language::Swift) => {
                let _ = writeln!(text, "public enum {name}");
                for unit in units {
                    let _ = writeln!(text, "    /// {}", first_sentence(&unit.docs));
                    let _ = writeln!(text, "    case {}", unit.name.to_lower_camel_case());
                }
            }
            (Kind::Unit(units), Language::Kotlin) => {
                let _ = writeln!(text, "enum class {name}");
                for unit in units {
                    let _ = writeln!(text, "    /// {}", first_sentence(&unit.docs));
                    let _ = writeln!(text, "    {}", unit.name.to_shouty_snake_case());
                }
            }
            (Kind::Tagged(variants), _) => {
                let swift = language == Language::Swift;
                let _ = writeln!(text, "{} {name}", if swift { "public enum" } else { "sealed class" });
                for variant in variants {
                    let fields: Vec<String> = variant
                        .fields
                        .iter()
                        .map(|field| {
                            declared(model, language, field) + &expression_of(model, language, field)
                        })
                        .collect();
                    let fields = fields.join(", ").replace("public var ", "");
                    let _ = writeln!(text, "    /// {}", first_sentence(&variant.docs));
                    let _ = match (swift, fields.is_empty()) {
                        (true, true) => writeln!(text, "    case {}", variant.name.to_lower_camel_case()),
                        (true, false) => {
                            writeln!(text, "    case {}({fields})", variant.name.to_lower_camel_case())
                        }
                        (false, true) => writeln!(text, "    object {}", variant.name),
                        (false, false) => writeln!(text, "    data class {}({fields})", variant.name),
                    };
                }
            }
        }
    }
    for handle in &model.handles {
        let swift = language == Language::Swift;
        let _ = writeln!(text, "\n/// {}", first_sentence(&handle.docs));
        let _ = writeln!(text, "{} {}", if swift { "public class" } else { "class" }, handle.flat);
        let _ = writeln!(text, "    /// {}", first_sentence(&handle.constructor_docs));
        let policy = arguments(model, language, std::slice::from_ref(&handle.policy));
        let _ = match language {
            Language::Swift => writeln!(text, "    public init({policy}) throws"),
            Language::Kotlin => writeln!(text, "    constructor({policy})"),
        };
        for method in &handle.methods {
            let _ = writeln!(text, "    /// {}", first_sentence(&method.docs));
            let _ = writeln!(text, "    {}", signature(model, language, method));
        }
    }
    text
}

/// The tables of columns, which UniFFI declares from Rust.
fn columns(language: Language) -> Result<String> {
    let swift = language == Language::Swift;
    let file = syn::parse_file(&fs::read_to_string(root().join("bindings-swift/src/generated.rs"))?)?;
    let mut text = String::new();
    for item in &file.items {
        let syn::Item::Struct(item) = item else { continue };
        if !item.ident.to_string().ends_with("Columns") {
            continue;
        }
        let word = if swift { "public struct" } else { "data class" };
        let _ = write!(text, "\n/// {}\n{word} {}\n", first_sentence(&source_docs(&item.attrs)), item.ident);
        for field in &item.fields {
            let name =
                field.ident.as_ref().map(ToString::to_string).unwrap_or_default().to_lower_camel_case();
            let of = field.ty.to_token_stream().to_string().replace(' ', "");
            let (of, end) = match of.strip_prefix("Option<").and_then(|of| of.strip_suffix('>')) {
                Some(inner) => (inner, "?"),
                None => (of.as_str(), ""),
            };
            let of = match (of, swift) {
                ("Vec<String>", true) => "[String]",
                ("Vec<String>", false) => "List<String>",
                ("u32", true) => "UInt32",
                ("u32", false) => "UInt",
                (other, _) => other,
            };
            let word = if swift { "public var" } else { "val" };
            let _ = writeln!(text, "    /// {}", first_sentence(&source_docs(&field.attrs)));
            let _ = writeln!(text, "    {word} {name}: {of}{end}");
        }
    }
    Ok(text)
}

fn declared(model: &Model, language: Language, field: &Field) -> String {
    match language {
        Language::Swift => format!("public var {}: {}", field.wire, swift_type(model, &field.of)),
        Language::Kotlin => format!("val {}: {}", field.wire, kotlin_type(model, &field.of)),
    }
}

fn signature(model: &Model, language: Language, method: &Function) -> String {
    let name = method.name.to_lower_camel_case();
    let taken = arguments(model, language, &method.arguments);
    match language {
        Language::Swift => {
            format!("public func {name}({taken}) throws -> {}", swift_type(model, &method.result))
        }
        Language::Kotlin => format!("fun {name}({taken}): {}", kotlin_type(model, &method.result)),
    }
}

fn arguments(model: &Model, language: Language, arguments: &[Argument]) -> String {
    let each = |argument: &Argument| {
        let of = match language {
            Language::Swift => swift_type(model, &argument.of),
            Language::Kotlin => kotlin_type(model, &argument.of),
        };
        format!("{}: {of}", argument.wire)
    };
    arguments.iter().map(each).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{condensed, declarations, first_sentence, is_public_in_kotlin, is_public_in_swift};

    #[test]
    fn docs_are_cut_to_their_first_sentence() {
        assert_eq!(first_sentence("Waits for\nthe gate. Then goes on.\n\n# Errors\n"), "Waits for the gate.");
        assert_eq!(first_sentence("At most 2.5 %"), "At most 2.5 %");
        let text = "import {\n  a,\n} from \"b\";\n/**\n * One. Two.\n *\n * Three.\n */\nexport type A = \"a\";\n\n// x\n";
        assert_eq!(condensed(text, "/**", "*/"), "/** One. */\nexport type A = \"a\";\n");
    }

    #[test]
    fn bodies_and_private_members_are_left_out() {
        let swift = "/// One. Two.\npublic enum Canary {\n    /// Starts.\n    public static func start(\n        now: Date\n    ) \
                     throws -> State {\n        let x = f()\n    }\n    static func hidden() {}\n}\n";
        let expected = "/// One.\npublic enum Canary\n    /// Starts.\n    public static func start(now: Date) throws -> State\n";
        assert_eq!(declarations(swift, is_public_in_swift), expected);
        let kotlin = "package relcore\n\n/**\n * One.\n */\nobject Canary {\n    @JvmStatic\n    fun start(now: Instant): State =\n        \
                      ffiStart(now)\n    private val x = 1\n    const val Y: String = \"y\"\n}\ninternal fun z() {\n    val y = 1\n}\n";
        let expected =
            "/// One.\nobject Canary\n    fun start(now: Instant): State\n    const val Y: String = \"y\"\n";
        assert_eq!(declarations(kotlin, is_public_in_kotlin), expected);
    }
}
