//! `cargo xtask docs`: the documentation site, in `target/site`.
//!
//! Sphinx builds it, with MyST for Markdown and the theme Furo. Of the generators that are kept up, it alone reads Python by
//! itself (autodoc, here without the native library), fails on a link to nothing (`-W`), and has a search that works from
//! files: its index is a script, where MkDocs and Docusaurus fetch JSON from a server. All are under BSD or MIT licences and
//! are installed from pinned requirements; there is no second package manager. It has no well-kept reader of TypeScript 7,
//! whose compiler has no interface for typedoc, so the declarations that codegen writes are turned into pages here.
use crate::{
    codegen::root,
    shell::{command, output, run, run_quietly},
};
use anyhow::{Context as _, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Documents of the repository that become pages: their file, the page, and its title in the contents.
const DOCUMENTS: [(&str, &str); 6] = [
    ("relcore/docs/REASONS.md", "reasons"),
    ("relcore/docs/DECISIONS.md", "decisions"),
    ("relcore/docs/COMPATIBILITY.md", "compatibility"),
    ("relcore/docs/COMPARE.md", "compare"),
    ("relcore/docs/DESIGN.md", "design"),
    ("CHANGELOG.md", "changelog"),
];

/// Builds the site and checks its links; with `check`, runs the examples of the guides and opens every page, too.
pub fn run_chore(check: bool) -> Result<()> {
    let python = environment()?;
    let (source, site) = (root().join("target/xtask/docs"), root().join("target/site"));
    for folder in [&source, &site] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    fs::create_dir_all(&source)?;
    run_quietly("building the command", &mut command("cargo", &["build", "--quiet", "-p", "relcore-cli"]))?;
    let script = root().join("site/check.py");
    let checked = |what: &str, path: &Path| {
        run(command(&python, &[script.as_os_str(), what.as_ref(), path.as_os_str()])
            .env("RELCORE_BIN", root().join("target/debug")))
    };
    if check {
        checked("examples", &root().join("site/guides"))?;
    }
    pages(&source)?;
    rustdoc(&source.join("extra/rust"))?;
    let mut build = command(&python, &["-m", "sphinx", "--quiet", "--fail-on-warning", "--builder", "html"]);
    build.args([&source, &site]).env("RELCORE_PYTHON", root().join("bindings-python/python"));
    build.env("PYTHONDONTWRITEBYTECODE", "1");
    run_quietly("building the site", &mut build)?;
    checked("links", &site)?;
    if check {
        checked("browser", &site)?;
    }
    println!("the site is target/site/index.html");
    Ok(())
}

/// An environment with what `site/requirements.txt` pins, made anew when that changes.
fn environment() -> Result<PathBuf> {
    let folder = root().join("target/xtask/docs-environment");
    let (wanted, mark) = (root().join("site/requirements.txt"), folder.join("requirements.txt"));
    let python = folder.join("bin/python");
    if fs::read(&mark).is_ok_and(|old| fs::read(&wanted).is_ok_and(|wanted| wanted == old)) {
        return Ok(python);
    }
    run_quietly(
        "making the environment of the docs",
        command("python3", &["-m", "venv", "--clear"]).arg(&folder),
    )?;
    let install = ["-m", "pip", "install", "--quiet", "-r", "site/requirements.txt"];
    run_quietly("installing Sphinx", &mut command(&python, &install))?;
    fs::copy(wanted, mark)?;
    Ok(python)
}

/// Puts the sources of all pages into a folder.
fn pages(source: &Path) -> Result<()> {
    let write = |page: &str, text: &str| -> Result<()> {
        let path = source.join(page).with_extension("md");
        fs::create_dir_all(path.parent().context("a page has a folder")?)?;
        Ok(fs::write(path, text)?)
    };
    fs::copy(root().join("site/conf.py"), source.join("conf.py"))?;
    write("index", &fs::read_to_string(root().join("site/index.md"))?)?;
    for path in sorted(&root().join("site/guides"), "md")? {
        write(&format!("guides/{}", stem(&path)?), &fs::read_to_string(&path)?)?;
    }
    for (file, page) in DOCUMENTS {
        write(page, &document(&fs::read_to_string(root().join(file))?))?;
    }

    let mut names = Vec::new();
    for path in sorted(&root().join("bindings-python/python/relcore"), "py")? {
        let name = stem(&path)?;
        if !name.starts_with('_') && name != "conformance" {
            write(
                &format!("python/{name}"),
                &format!("# relcore.{name}\n\n```{{eval-rst}}\n.. automodule:: relcore.{name}\n```\n"),
            )?;
            names.push(name);
        }
    }
    write("python/index", &contents("Python", "The modules of the package `relcore`.", &names))?;

    let mut names = Vec::new();
    for path in sorted(&root().join("bindings-node"), "ts")? {
        let name = stem(&path)?.trim_end_matches(".d").to_owned();
        let title = if name == "index" { "relcore".to_owned() } else { format!("relcore/{name}") };
        let name = if name == "index" { "relcore".to_owned() } else { name };
        write(&format!("typescript/{name}"), &declarations(&title, &fs::read_to_string(&path)?))?;
        names.push(name);
    }
    write(
        "typescript/index",
        &contents("TypeScript", "The modules of the package `relcore` for Node.", &names),
    )?;

    for (language, title) in [("swift", "Swift"), ("kotlin", "Kotlin")] {
        let api = fs::read_to_string(root().join(format!("published/api/{language}.txt")))?;
        let intro = "All declarations, with the first sentences of their docs.";
        write(
            language,
            &format!(
                "# {title}

{intro}

```text
{api}```
"
            ),
        )?;
    }

    let mut names = Vec::new();
    let help = |arguments: &[&str]| output(&mut command(root().join("target/debug/relcore"), arguments));
    for module in subcommands(&help(&["--help"])?) {
        let own = help(&[&module, "--help"])?;
        let mut text = format!("# relcore {module}\n\n```text\n{own}```\n");
        for function in subcommands(&own) {
            text += &format!("\n## {function}\n\n```text\n{}```\n", help(&[&module, &function, "--help"])?);
        }
        write(&format!("command/{module}"), &text)?;
        names.push(module);
    }
    let intro = format!("```text\n{}```\n\n```text\n{}```", help(&["--help"])?, help(&["exit-codes"])?);
    write("command/index", &contents("Command line", &intro, &names))
}

/// The core's documentation by rustdoc, as the stage `docs` makes it.
fn rustdoc(to: &Path) -> Result<()> {
    crate::test::docs()?;
    copy(&root().join("target/doc"), to)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if entry.file_name() != ".lock" {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A page that leads to others of its folder.
fn contents(title: &str, intro: &str, names: &[String]) -> String {
    format!("# {title}\n\n{intro}\n\n```{{toctree}}\n{}\n```\n", names.join("\n"))
}

/// A document of the core: its blocks of code are Rust, and the lines that rustdoc hides are left out.
fn document(text: &str) -> String {
    let (mut out, mut rust) = (String::new(), None);
    for line in text.lines() {
        if line.starts_with("```") {
            rust = match rust {
                None => Some(line == "```" || line.starts_with("```rust")),
                Some(_) => None,
            };
            out += if rust == Some(true) { "```rust" } else { line };
        } else if rust == Some(true) && (line == "#" || line.starts_with("# ")) {
            continue;
        } else {
            out += line;
        }
        out.push('\n');
    }
    out
}

/// A page of declarations: the comment of each becomes text, what it declares a block of code.
fn declarations(title: &str, text: &str) -> String {
    let mut out = format!("# {title}\n");
    let (mut docs, mut code) = (String::new(), String::new());
    let mut lines = text.lines().filter(|line| !line.starts_with("// @generated")).peekable();
    while let Some(line) = lines.next() {
        if code.is_empty() && line.starts_with("/**") {
            docs.clear();
            let mut line = line.trim_start_matches("/**");
            loop {
                let (part, end) = line.split_once("*/").map_or((line, false), |(part, _)| (part, true));
                let part = part.trim_start().strip_prefix('*').unwrap_or(part);
                docs += part.strip_prefix(' ').unwrap_or(part).trim_end();
                docs.push('\n');
                match lines.next_if(|_| !end) {
                    Some(next) => line = next,
                    None => break,
                }
            }
            continue;
        }
        if code.is_empty() && line.is_empty() {
            out += &format!("\n{docs}"); // the comment of the module
            docs.clear();
            continue;
        }
        if code.is_empty() && line.starts_with("import ") && docs.is_empty() && !line.ends_with(';') {
            lines.by_ref().find(|line| line.ends_with(';'));
            continue;
        }
        if code.is_empty() && line.starts_with("import ") {
            out += &format!("\n{docs}");
            docs.clear();
            continue;
        }
        code += line;
        code.push('\n');
        // prettier indents what belongs to a declaration; the next one begins at the margin.
        let ended = lines.peek().is_none_or(|next| {
            next.is_empty()
                || next.starts_with("/**")
                || next.starts_with("export ")
                || next.starts_with("import ")
        });
        if ended {
            if let Some(name) = declared(&code) {
                out += &format!("\n## {name}\n");
            }
            out += &format!("\n{docs}\n```typescript\n{code}```\n");
            docs.clear();
            code.clear();
        }
    }
    out
}

/// The name that a declaration declares.
fn declared(code: &str) -> Option<&str> {
    let rest = code.strip_prefix("export ")?;
    let rest = rest.strip_prefix("declare ").unwrap_or(rest);
    let rest = ["function ", "class ", "const ", "type ", "interface "]
        .iter()
        .find_map(|kind| rest.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')?;
    Some(&rest[..end])
}

/// The commands that a help text lists, but not those that are about the command itself.
fn subcommands(help: &str) -> Vec<String> {
    let lines =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    lines
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| !["help", "completions", "exit-codes", "arguments", "state-files"].contains(name))
        .map(str::to_owned)
        .collect()
}

fn sorted(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|own| own == extension) {
            paths.push(path);
        }
    }
    ensure!(!paths.is_empty(), "{} has no `.{extension}`", folder.display());
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> Result<String> {
    Ok(path.file_stem().and_then(|stem| stem.to_str()).context("a file has a name")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{declarations, document, subcommands};

    #[test]
    fn a_declaration_has_a_heading_its_docs_and_its_code() {
        let text = "// @generated\n/** Module. */\n\nimport { A } from \"a\";\n\n/**\n * Adds.\n *\n * - one\n */\nexport declare function add(\n  a: A,\n): A;\n/** T. */\nexport interface T {\n  /** Field. */\n  a: A;\n}\n";
        let page = "# t\n\nModule.\n\n\n## add\n\n\nAdds.\n\n- one\n\n\n```typescript\nexport declare function add(\n  a: A,\n): A;\n```\n\n## T\n\nT.\n\n```typescript\nexport interface T {\n  /** Field. */\n  a: A;\n}\n```\n";
        let squeezed =
            |text: &str| text.lines().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        assert_eq!(squeezed(&declarations("t", text)), squeezed(page));
    }

    #[test]
    fn hidden_lines_of_rust_are_left_out_and_those_of_other_languages_stay() {
        let text = "# Title\n```\na\n# hidden\n```\n```sh\n# shown\n```\n";
        assert_eq!(document(text), "# Title\n```rust\na\n```\n```sh\n# shown\n```\n");
    }

    #[test]
    fn the_commands_of_a_help_are_found() {
        let help =
            "About\n\nCommands:\n  canary  Decides\n          more\n  help  Prints\n\nOptions:\n  -h\n";
        assert_eq!(subcommands(help), ["canary"]);
    }
}
