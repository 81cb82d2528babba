/// A text that Markdown shows as it is, on forges too. Code spans stay code.
///
/// Blanks at the ends of lines are dropped: at the begin they would make code, at the end a line break.
pub(super) fn escaped_markdown(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines = text.split(['\n', '\r']).map(|line| escaped_line(line.trim()));
    lines.collect::<Vec<_>>().join("\n")
}

fn escaped_line(line: &str) -> String {
    let mut out = escaped_inline(line);
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    let begins_block = out.starts_with(['#', '+', '-', '=']);
    let begins_list = digits > 0 && out.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')']));
    if begins_block {
        out.insert(0, '\\');
    } else if begins_list {
        out.insert(digits, '\\');
    }
    out
}

/// A text within a line that Markdown shows as it is. A reference to an issue stays one.
pub(super) fn escaped_inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        push_escaped(&mut out, before);
        let ticks = from.bytes().take_while(|byte| *byte == b'`').count();
        let (run, after) = from.split_at(ticks);
        // A span ends with a run of the length of the one that it begins with (CommonMark, 6.1). At the begin of a line, three
        // begin a block.
        let is_fence = ticks >= 3 && out.is_empty();
        match span_end(after, ticks).filter(|_| !is_fence) {
            Some(end) => {
                push_code(&mut out, run, after.get(..end).unwrap_or_default());
                rest = after.get(end..).unwrap_or_default();
            }
            None => {
                out.push_str(&"\\`".repeat(ticks));
                rest = after;
            }
        }
    }
    push_escaped(&mut out, rest);
    out
}

/// A span of code: after its first backticks, up to its last.
///
/// The generators of sites (Jekyll, Hugo, mdBook) run template syntax in code, too, and a span has no escapes. As an element, its
/// text has them.
fn push_code(out: &mut String, run: &str, span: &str) {
    if !["{{", "{%", "{#"].iter().any(|tag| span.contains(tag)) {
        out.push_str(run);
        out.push_str(span);
        return;
    }
    let code = span.strip_suffix(run).unwrap_or(span);
    // CommonMark drops one blank on each side of a span that has more than blanks.
    let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
    let mut text = String::new();
    push_escaped(&mut text, inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(code));
    out.push_str(&format!("<code>{}</code>", text.replace('`', "\\`")));
}

/// Where the span of code ends that was begun by a number of backticks: after the closing ones.
fn span_end(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0usize;
    loop {
        let from = text.get(at..)?;
        let start = at.saturating_add(from.find('`')?);
        let run = text.get(start..)?.bytes().take_while(|byte| *byte == b'`').count();
        at = start.saturating_add(run);
        if run == ticks {
            return Some(at);
        }
    }
}

fn push_escaped(out: &mut String, text: &str) {
    let mut last = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = chars.as_str();
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Forges find mentions after they resolved `&#64;`; a comment parts the sign from the name.
            '@' => out.push_str("@<!-- -->"),
            // Between letters and digits, an underscore is no mark.
            '_' if last.is_some_and(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric) => {
                out.push(c)
            }
            // `{{` and `{%` begin the tags of templates, `$` formulas.
            '*' | '_' | '[' | ']' | '\\' | '|' | '~' | '{' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // `{%` and `{#` begin tags of templates, also after a backslash.
            '%' | '#' if last == Some('{') => {
                out.push('\\');
                out.push(c);
            }
            // Forges make links of `https://` and `www.` as they are written.
            ':' if rest.starts_with("//") => out.push_str(":\\"),
            '.' if text.get(..at).is_some_and(ends_with_www) => out.push_str("\\."),
            _ => out.push(c),
        }
        last = Some(c);
    }
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}
