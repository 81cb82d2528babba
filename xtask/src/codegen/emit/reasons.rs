//! `relcore/docs/REASONS.md`: the stable codes of reasons and errors, as tables.
use crate::codegen::{
    File, MARK, docs,
    model::{Kind, Model},
};
use anyhow::{Context as _, Result, bail};
use std::fmt::Write as _;

/// The document.
pub fn emit(model: &Model) -> Result<File> {
    let mut text = format!("<!-- {MARK} -->\n\n# Codes\n\n");
    text += "A code never changes its meaning. A change that alters a verdict for the same input is starred in the\nchangelog.\n";
    for (title, name) in [("Reasons", "ReasonCode"), ("Errors", "ErrorKind")] {
        let _ = write!(text, "\n## {title}\n\n| code | meaning |\n| --- | --- |\n");
        let Some(definition) = model.types.get(name) else { continue };
        let Kind::Unit(units) = &definition.kind else { bail!("`{name}` is an enum of units") };
        for unit in units {
            let prose = docs::prose(&unit.docs).split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "| `{}` | {} |", unit.wire, prose.replace('|', "\\|"));
        }
    }
    let path = "relcore/docs/REASONS.md".to_owned();
    Some(File { path, text }).context("always there")
}
