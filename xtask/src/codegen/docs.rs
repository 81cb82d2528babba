//! Documentation on its way to other languages: Rust's examples stay behind, links become names.

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
    use super::prose;

    #[test]
    fn examples_and_links_stay_behind() {
        let docs =
            "Reads [`Span`](crate::Span) as [`parse`] does.\n\n```\ncode\n```\n\n# Errors\n`syntax` for `x`.";
        assert_eq!(prose(docs), "Reads `Span` as `parse` does.\n\nErrors:\n`syntax` for `x`.");
        assert_eq!(
            prose("See [the room](super), [a page](https://a.b) and `x[0]`."),
            "See the room, [a page](https://a.b) and `x[0]`."
        );
        assert_eq!(prose("what [`validate`](super::validate()) says (all)"), "what `validate` says (all)");
    }
}
