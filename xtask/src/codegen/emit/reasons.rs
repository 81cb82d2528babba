//! `relcore/docs/REASONS.md`: the stable codes of reasons and errors, as tables.
use crate::codegen::{
    File, MARK, docs,
    model::{Kind, Model},
};
use anyhow::{Result, bail};
use std::fmt::Write as _;

/// The document.
pub fn emit(model: &Model) -> Result<File> {
    let mut text = format!("<!-- {MARK} -->\n\n# Codes\n\n");
    text += "A code never changes its meaning. A change that alters a verdict for the same input is starred in the\nchangelog.\n";
    let mut module = "";
    for code in &model.reason_codes {
        if code.module != module {
            module = &code.module;
            let title = if module == "reason" {
                "Reasons of every module".to_owned()
            } else {
                format!("Reasons of `{module}`")
            };
            text += &heading(&title);
        }
        text += &row(&code.code, &code.docs);
    }
    let Some(Kind::Unit(kinds)) = model.types.get("ErrorKind").map(|definition| &definition.kind) else {
        bail!("`ErrorKind` is an enum of units")
    };
    text += &heading("Errors");
    for kind in kinds {
        text += &row(&kind.wire, &kind.docs);
    }
    Ok(File { path: "relcore/docs/REASONS.md".to_owned(), text })
}

fn heading(title: &str) -> String {
    format!("\n## {title}\n\n| code | meaning |\n| --- | --- |\n")
}

fn row(code: &str, docs: &str) -> String {
    let mut text = String::new();
    let prose = docs::prose(docs).split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(text, "| `{code}` | {} |", prose.replace('|', "\\|"));
    text
}
