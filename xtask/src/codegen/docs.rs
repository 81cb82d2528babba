//! Documentation in other languages: without Rust's examples, and with names instead of links.
use super::model::Model;
use anyhow::{Result, bail};

/// The prose of a doc comment: no code blocks, no link targets, section titles as plain words.
///
/// `[`Span`](crate::Span)` and `[`Span`]` become `` `Span` ``; `# Errors` becomes `Errors:`. A comment sign that would
/// end a comment early (`*/`) is refused where the model is made.
pub fn prose(docs: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_code = false;
    for line in docs.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let line = match line.strip_prefix("# ") {
                Some(title) => format!("{title}:"),
                None => unlink(line),
            };
            let blank = line.trim().is_empty();
            if !(blank && lines.last().is_none_or(String::is_empty)) {
                lines.push(line.trim_end().to_owned());
            }
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    // A sentence that led to an example ends with a full stop, now that the example is gone.
    lines.join("\n")
}

/// Fails for every text that would leave a reader of another language with a reference to nothing.
pub fn check(model: &Model) -> Result<()> {
    let mut texts: Vec<(String, &str)> = Vec::new();
    for module in &model.modules {
        texts.push((format!("module `{}`", module.name), &module.docs));
    }
    for definition in model.types.values() {
        texts.push((format!("type `{}`", definition.qualified), &definition.docs));
        for field in definition.fields() {
            texts.push((format!("field `{}` of `{}`", field.name, definition.qualified), &field.docs));
        }
        match &definition.kind {
            super::model::Kind::Unit(units) => {
                texts.extend(units.iter().map(|unit| {
                    (format!("`{}` of `{}`", unit.name, definition.qualified), unit.docs.as_str())
                }))
            }
            super::model::Kind::Tagged(variants) => texts.extend(variants.iter().map(|variant| {
                (format!("`{}` of `{}`", variant.name, definition.qualified), variant.docs.as_str())
            })),
            super::model::Kind::Struct(_) => {}
        }
    }
    for constant in &model.constants {
        texts.push((format!("constant `{}.{}`", constant.module, constant.name), &constant.docs));
    }
    for handle in &model.handles {
        texts.push((format!("handle `{}`", handle.qualified), &handle.docs));
        texts.push((format!("constructor of `{}`", handle.qualified), &handle.constructor_docs));
    }
    for function in model.functions.iter().chain(model.handles.iter().flat_map(|handle| &handle.methods)) {
        texts.push((format!("`{}`", function.qualified), &function.docs));
    }
    texts.push(("module `column`".to_owned(), &model.column_docs));
    for bulk in &model.bulk_functions {
        texts.push((format!("`{}`", bulk.function.qualified), &bulk.function.docs));
        for table in &bulk.tables {
            texts.push((format!("`{}`", table.name), &table.docs));
            let columns = table.columns.iter();
            texts.extend(
                columns.map(|column| (format!("`{}` of `{}`", column.name, table.name), &*column.docs)),
            );
        }
    }
    let wrong: Vec<String> = texts
        .iter()
        .filter_map(|(what, docs)| dangling(&prose(docs)).map(|reference| format!("{what}: {reference}")))
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("these docs refer to something that other languages do not have:\n  {}", wrong.join("\n  "))
}

/// A reference that only a reader of Rust can follow.
fn dangling(prose: &str) -> Option<String> {
    const REFERENCES: &[&str] =
        &["this module", "this crate", "see the module", "crate::", "super::", "Self::", "std::", "[`"];
    let found = REFERENCES.iter().find(|reference| prose.contains(**reference))?;
    Some(format!("`{found}`"))
}

/// Links to names of the core become plain text, `[`a`](b)`, `[`a`]` and `[a](crate::b)` alike; those to pages stay.
fn unlink(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, after)) = link.split_once(']') else { break };
        let target = after.strip_prefix('(').and_then(split_target);
        let is_code = name.len() > 1 && name.starts_with('`') && name.ends_with('`');
        out += before;
        rest = match target {
            Some((target, after)) if !target.contains("://") => {
                out += name;
                after
            }
            None if is_code => {
                out += name;
                after
            }
            _ => {
                out.push('[');
                link
            }
        };
    }
    out + rest
}

/// The target of a link and what comes behind its bracket; a link to a function has brackets of its own.
fn split_target(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    let end = text.find(|character| {
        open += usize::from(character == '(');
        character == ')'
            && open.checked_sub(1).is_none_or(|left| {
                open = left;
                false
            })
    })?;
    Some((&text[..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::{dangling, prose};

    #[test]
    fn references_to_nothing_are_found() {
        assert!(dangling("See the rules of this module.").is_some());
        assert!(dangling("As [`Span`, parsed, does.").is_some());
        assert!(dangling(&prose("As [`parse`](crate::Span::parse) and [`Span`] do.")).is_none());
    }

    #[test]
    fn examples_and_links_stay_behind() {
        let docs =
            "Reads [`Span`](crate::Span) as [`parse`] does.\n\n```\ncode\n```\n\n# Errors\n`syntax` for `x`.";
        assert_eq!(prose(docs), "Reads `Span` as `parse` does.\n\nErrors:\n`syntax` for `x`.");
        assert_eq!(
            prose("See [the module](super), [a page](https://a.b) and `x[0]`."),
            "See the module, [a page](https://a.b) and `x[0]`."
        );
        assert_eq!(prose("what [`validate`](super::validate()) says (all)"), "what `validate` says (all)");
    }
}
