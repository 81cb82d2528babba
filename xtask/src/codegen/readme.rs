//! The examples inside README.md and the guides of the site: whole files of `examples/`, so that what a newcomer reads is what the tests run.
//!
//! A comment `<!-- examples/rust/canary.rs -->` on a line of its own names the file; the fenced block behind it holds
//! its text.
use super::{File, root};
use anyhow::{Context as _, Result, ensure};
use std::fs;

const README: &str = "README.md";
const GUIDES: &str = "site/guides";
const FENCE: &str = "```";

/// README.md and the guides with every named file as it is now.
pub fn files() -> Result<Vec<File>> {
    let mut paths = vec![README.to_owned()];
    for entry in fs::read_dir(root().join(GUIDES))? {
        let name = entry?.file_name();
        let name = name.to_str().context("a guide has a name")?;
        paths.push(format!("{GUIDES}/{name}"));
    }
    paths.into_iter().map(file).collect()
}

fn file(path: String) -> Result<File> {
    let text = fs::read_to_string(root().join(&path))?;
    let text = fill(&text, |shown| {
        fs::read_to_string(root().join(shown)).with_context(|| format!("{path} shows `{shown}`"))
    })?;
    Ok(File { path, text })
}

fn fill(text: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        let named = line.strip_prefix("<!-- examples/").and_then(|rest| rest.strip_suffix(" -->"));
        let Some(path) = named.map(|path| format!("examples/{path}")) else { continue };
        let mut old = lines.by_ref().skip_while(|line| line.is_empty());
        let opening = old.next().filter(|line| line.starts_with(FENCE));
        let opening = opening.with_context(|| format!("no fenced block follows `{path}`"))?;
        ensure!(old.any(|line| line == FENCE), "the block of `{path}` has no end");
        out += &format!("\n{opening}\n{}\n{FENCE}\n", read(&path)?.trim_end());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn a_named_block_holds_the_file_and_the_rest_stays() {
        let text = "a\n\n<!-- examples/x.rs -->\n\n```rust,ignore\nold\n```\n\nb\n";
        let read = |path: &str| {
            assert_eq!(path, "examples/x.rs");
            Ok("new\n".to_owned())
        };
        let filled = fill(text, read).unwrap();
        assert_eq!(filled, "a\n\n<!-- examples/x.rs -->\n\n```rust,ignore\nnew\n```\n\nb\n");
        assert_eq!(fill(&filled, read).unwrap(), filled);
    }

    #[test]
    fn a_marker_without_its_block_is_an_error() {
        let read = |_: &str| Ok(String::new());
        assert!(fill("<!-- examples/x.rs -->\ntext\n", read).is_err());
        assert!(fill("<!-- examples/x.rs -->\n```\nopen\n", read).is_err());
    }
}
