//! The part of the language of Jinja that templates have: values, filters, comparisons, `if` and `for`.
//!
//! Whatever makes a value that is larger than the data (`~`, `+`, lists, assignments, captured blocks) is refused, because a few
//! lines of it double a text forty times, which the fuel of minijinja does not bound for nested lists. So a template shows no
//! more than its fuel times the data.
use crate::error::{Error, ErrorKind, Result};

const LONGEST_TAG: usize = 256;
/// minijinja reads and compiles by recursion: without optimisation, its own limit of 150 overflows a stack of 2 MiB.
const DEEPEST: usize = 16;
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// Refuses a template with a tag outside of the subset. What is not closed is left to minijinja.
pub(super) fn check(text: &str) -> Result<()> {
    let mut rest = text;
    // How deep each open statement is; an `elif` stands within the one before it.
    let mut levels = vec![0_usize];
    while let Some((before, tag)) = rest.split_once('{') {
        let line = || text.len().saturating_sub(rest.len()).saturating_add(before.len());
        let refuse = |what: &str| {
            let line = text.get(..line()).unwrap_or_default().matches('\n').count().saturating_add(1);
            Err(Error::new(ErrorKind::Syntax, "", format!("line {line}: {what}")))
        };
        let (inner, end, is_statement) = match tag.chars().next() {
            Some('{') => (tag.get(1..).unwrap_or_default(), "}}", false),
            Some('%') => (tag.get(1..).unwrap_or_default(), "%}", true),
            Some('#') => {
                rest = tag.split_once("#}").map_or("", |(_, after)| after);
                continue;
            }
            _ => {
                rest = tag;
                continue;
            }
        };
        let (inside, after) = until(inner, end);
        if inside.len() > LONGEST_TAG {
            return refuse("a tag is longer than 256 bytes");
        }
        if is_statement {
            let keyword = inside.trim_start_matches(['-', '+']).trim_start();
            let keyword = keyword.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
            let level = levels.last().copied().unwrap_or_default().saturating_add(1);
            match keyword.filter(|keyword| STATEMENTS.contains(keyword)) {
                None => return refuse("a statement is none of `if`, `elif`, `else`, `for` and their ends"),
                Some("if" | "for") => levels.push(level),
                Some("elif") => levels.last_mut().into_iter().for_each(|last| *last = level),
                Some("endif" | "endfor") => drop(levels.pop()),
                Some(_) => {}
            }
            if levels.last().is_some_and(|level| *level > DEEPEST) {
                return refuse("statements are nested more than 16 deep, each `elif` counted");
            }
        }
        if let Some(found) = forbidden(inside) {
            return refuse(&format!("`{found}` computes a value: expected names, filters and comparisons"));
        }
        rest = after;
    }
    Ok(())
}

/// The inside of a tag and what comes after it. An end inside quotes is none.
fn until<'a>(text: &'a str, end: &str) -> (&'a str, &'a str) {
    let mut quote = None;
    let mut escaped = false;
    for (index, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {
                let here = text.get(index..).unwrap_or_default();
                if let Some(after) = here.strip_prefix(end) {
                    return (text.get(..index).unwrap_or_default(), after);
                }
            }
        }
    }
    (text, "")
}

/// The first character outside of quotes that could begin or join a value: operators, lists, maps, tuples, groups.
fn forbidden(inside: &str) -> Option<char> {
    let body = inside.strip_prefix(['-', '+']).unwrap_or(inside); // whitespace control
    let body = body.strip_suffix(['-', '+']).unwrap_or(body);
    let (mut quote, mut escaped, mut depth, mut last) = (None, false, 0_usize, ' ');
    for c in body.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                // The arguments of a filter; a group or a tuple otherwise.
                '(' if depth < DEEPEST && (last.is_ascii_alphanumeric() || last == '_') => {
                    depth = depth.saturating_add(1);
                }
                ')' if depth > 0 => depth = depth.saturating_sub(1),
                ',' if depth > 0 => {}
                c if c.is_alphanumeric() || c.is_whitespace() || "_.|=!<>".contains(c) => {}
                c => return Some(c),
            },
        }
        last = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_shows_values_is_accepted() {
        for text in [
            "{{ a }}{{- a.b | one_line -}}",
            "{% if a == 'x, y + z' and not b %}{% elif a != 2 %}{% else %}{% endif %}",
            "{%- for item in items -%}{{ loop.index }}. {{ item | join(\", \") }}{%- endfor %}",
            "{# {% set x = 1 %} #} { } {a} 50 % + 1",
            "",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_computes_is_refused() {
        for text in [
            "{{ a ~ a }}",
            "{{ a + a }}",
            "{{ a * 9 }}",
            "{{ [a, a] }}",
            "{{ (a, a) }}",
            "{{ {'a': a} }}",
            "{{ a[0] }}",
            "{% for x in a, a %}{% endfor %}",
            "{% set a = 1 %}",
            "{% raw %}{% endraw %}",
            "{%+ macro x() %}{% endmacro %}",
            "{{ 'it\\'s' ~ a }}",
            "{{ -1 }}",
        ] {
            assert_eq!(check(text).unwrap_err().code(), "syntax", "{text}");
        }
        let deep = format!("text\n{{{{ a{} }}}}", ".b".repeat(200));
        assert!(check(&deep).unwrap_err().to_string().starts_with("line 2: "));
    }
}
