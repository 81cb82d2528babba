//! minijinja without a loader, a clock and built-in filters, with a limit on its work.
use super::subset;
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::time::{Timestamp, zone};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object, Value, ValueKind};
use minijinja::{AutoEscape, Environment, State, UndefinedBehavior};
use std::fmt;
use std::sync::Arc;

const LARGEST: usize = 16 << 10;
/// So many instructions, or 64 times as many bytes of output: 1.2 MiB.
const FUEL: u64 = 20_000;
const NAME: &str = "template";

/// Checks and compiles a template.
pub(super) fn compile(text: &str) -> Result<Environment<'_>> {
    if text.len() > LARGEST {
        let text = format!("is {} bytes long: expected at most 16 KiB", text.len());
        return Err(Error::new(ErrorKind::OutOfRange, "", text));
    }
    subset::check(text)?;
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.set_auto_escape_callback(|_| AutoEscape::None); // the texts are no HTML
    // A line that has nothing but a statement leaves no line.
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    engine.set_syntax(syntax.map_err(|error| fault(&error, ErrorKind::Syntax))?);
    engine.set_fuel(Some(FUEL));
    engine.set_debug(true); // what names a missing key, which an optimised build leaves out
    for (name, filter) in TEXT_FILTERS {
        engine.add_filter(*name, |state: &State<'_, '_>, text: &Value| {
            shown(state, text).map(|text| filter(&text))
        });
    }
    engine.add_filter("join", join);
    engine.add_filter("local", local);
    engine.add_filter("default", |value: &Value, other: Value| match value.is_undefined() {
        true => other,
        false => value.clone(),
    });
    engine.add_test("defined", |value: &Value| !value.is_undefined());
    engine.add_template(NAME, text).map_err(|error| fault(&error, ErrorKind::Syntax))?;
    Ok(engine)
}

/// The text of a template, or the key that it lacks.
pub(super) fn run(engine: &Environment<'_>, data: Value) -> Result<String, Failure> {
    let rendered = engine.get_template(NAME).and_then(|template| template.render(data));
    rendered.map_err(|error| match error.kind() {
        minijinja::ErrorKind::UndefinedError => Failure::Missing(undefined(&error)),
        minijinja::ErrorKind::OutOfFuel => {
            let text = "needs too much work, or its text is longer than 1 MiB";
            Failure::Other(Error::new(ErrorKind::OutOfRange, "", text))
        }
        _ => Failure::Other(fault(&error, ErrorKind::InvalidValue)),
    })
}

/// Why a template has no text.
pub(super) enum Failure {
    /// It shows a key that the data do not have: `extra.campaign`.
    Missing(String),
    Other(Error),
}

/// The expression that is undefined: in backticks in the detail of the error.
fn undefined(error: &minijinja::Error) -> String {
    let source = error.template_source().zip(error.range()).and_then(|(source, range)| source.get(range));
    let detail = error.detail().and_then(|detail| detail.split('`').nth(1));
    detail.or(source).unwrap_or_default().trim().to_owned()
}

fn fault(error: &minijinja::Error, kind: ErrorKind) -> Error {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Error::new(kind, "", format!("{line}{}{detail}{cause}", error.kind()))
}

/// A filter with its name.
type TextFilter = (&'static str, fn(&str) -> String);

/// The filters that make a text of a text.
const TEXT_FILTERS: &[TextFilter] = &[
    ("one_line", one_line),
    ("upper", |text| text.to_uppercase()),
    ("lower", |text| text.to_lowercase()),
    ("upper_first", upper_first),
    ("html", html),
    ("markdown", markdown),
];

/// A value as text: a list or a map has none. Its length is charged, because what a filter returns may be shorter.
fn shown(state: &State<'_, '_>, value: &Value) -> Result<String, minijinja::Error> {
    const BYTES_OF_FUEL: usize = 64; // as for what is written
    match value.kind() {
        _ if is_absent(value) => Ok(String::new()),
        // The look-up fails with an error that knows the name of the value.
        ValueKind::Undefined => value.get_attr("").map(|_| String::new()),
        ValueKind::String | ValueKind::Number | ValueKind::Bool => {
            let text = value.to_string();
            state.consume_fuel((text.len() / BYTES_OF_FUEL) as u64)?;
            Ok(text)
        }
        other => {
            let text = format!("expected a text, got a {other}");
            Err(minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, text))
        }
    }
}

/// The text in one line: a line of a title must not look like a line of the message.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The text with a capital first letter, as git-cliff's filter.
fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The text in one line, as text of HTML or of an attribute in quotes.
fn html(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The text in one line, with a backslash before whatever could be markup of Markdown or begin HTML: all ASCII punctuation but what
/// ends sentences. CommonMark takes any of it after a backslash as itself.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '?' | '\'' | '"' | '/' | '%') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn join(state: &State<'_, '_>, list: &Value, separator: &str) -> Result<String, minijinja::Error> {
    const LONGEST: usize = 1 << 20;
    let mut out = String::new();
    for (index, item) in list.try_iter()?.enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        state.consume_fuel(1)?;
        out.push_str(&one_line(&shown(state, &item)?));
        if out.len() > LONGEST {
            return Err(minijinja::ErrorKind::OutOfFuel.into());
        }
    }
    Ok(out)
}

/// An instant as local time: `2026-12-10 15:00 (Europe/Berlin, UTC+01:00)`.
fn local(state: &State<'_, '_>, at: &Value, name: &str) -> Result<String, minijinja::Error> {
    if is_absent(at) {
        return Ok(String::new());
    }
    let at = &shown(state, at)?;
    let read = Timestamp::parse(at).and_then(|at| Ok((at, zone(name, "zone")?)));
    let (at, zone) = read.map_err(|error| {
        minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, format!("{}: {error}", quoted(at)))
    })?;
    let local = at.to_chrono().with_timezone(&zone);
    Ok(match name {
        "UTC" => local.format("%Y-%m-%d %H:%M UTC").to_string(),
        _ => local.format(&format!("%Y-%m-%d %H:%M ({name}, UTC%:z)")).to_string(),
    })
}

/// What stands for a missing key until all of them are found: it shows nothing, has no items, and has every field.
#[derive(Debug)]
struct Absent;

pub(super) fn absent() -> Value {
    Value::from_object(Absent)
}

fn is_absent(value: &Value) -> bool {
    value.downcast_object_ref::<Absent>().is_some()
}

impl Object for Absent {
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(absent())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
