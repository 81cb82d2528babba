//! The table from which the `relcore` command is made: every public function with its docs and an example.
use crate::codegen::{
    File, MARK, docs,
    examples::Example,
    model::{Argument, Field, Function, Kind, Model, Type},
};
use anyhow::{Context as _, Result};
use heck::ToKebabCase as _;
use serde_json::Value;
use std::fmt::Write as _;

/// `relcore-cli/src/functions.rs`.
pub fn emit(model: &Model) -> Result<File> {
    let mut text = format!(
        "// {MARK}\nuse crate::table::{{Argument, Example, Function, Kind, Module, State}};\n\n/// Every module with \
         functions.\npub(crate) static MODULES: &[Module] = &[\n"
    );
    for module in &model.modules {
        if model.functions_of(&module.name).next().is_none() {
            continue;
        }
        let docs = prose(model, &module.docs);
        let _ = writeln!(text, "Module {{ name: {:?}, docs: {docs}, functions: &[", module.name);
        for function in model.functions_of(&module.name) {
            text += &row(model, function).with_context(|| format!("function `{}`", function.qualified))?;
        }
        text += "] },\n";
    }
    Ok(File { path: "relcore-cli/src/functions.rs".into(), text: text + "];\n" })
}

fn row(model: &Model, function: &Function) -> Result<String> {
    let arguments: String = function.arguments.iter().map(|each| argument(model, each)).collect();
    let about = |name: &str| format!("{:?}", companion(model, function, name));
    let example = model.examples.get(&function.qualified);
    let example = example.map(|example| call(function, example)).transpose()?;
    Ok(format!(
        "Function {{ name: {:?}, command: {:?}, docs: {}, arguments: &[{arguments}], result: ({:?}, {:?}), explain: {}, \
         outcome: {}, state: {}, is_diagnosis: {}, example: {} }},\n",
        function.qualified,
        function.name.to_kebab_case(),
        prose(model, &function.docs),
        name(&function.result),
        summary(model, &function.result),
        about("explain"),
        about("outcome"),
        state(model, function),
        is_diagnosis(model, function),
        example.map_or("None".to_owned(), |example| format!("Some({example})")),
    ))
}

fn argument(model: &Model, argument: &Argument) -> String {
    let (is_optional, of) = match &argument.of {
        Type::Optional(inner) => (true, &**inner),
        other => (false, other),
    };
    format!(
        "Argument {{ wire: {:?}, option: {:?}, is_optional: {is_optional}, kind: {} }},",
        argument.wire,
        argument.name.to_kebab_case(),
        kind(model, of)
    )
}

fn kind(model: &Model, of: &Type) -> String {
    match of {
        Type::Bool => "Kind::Bool".into(),
        Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count | Type::F64 => "Kind::Number".into(),
        Type::String => "Kind::Text".into(),
        Type::Timestamp => "Kind::Timestamp".into(),
        Type::Span => "Kind::Span".into(),
        Type::NaiveDate => "Kind::Date".into(),
        Type::Version => "Kind::Version".into(),
        Type::ReasonCode => "Kind::ReasonCode".into(),
        Type::Named(name) => match model.types.get(name).map(|definition| &definition.kind) {
            Some(Kind::Unit(units)) => {
                let units = units.iter().map(|unit| format!("({:?}, {:?}),", unit.wire, first(&unit.docs)));
                format!("Kind::Choice(&[{}])", units.collect::<String>())
            }
            _ => document(model, of),
        },
        Type::Optional(_) | Type::List(_) | Type::Map(_) => document(model, of),
    }
}

fn document(model: &Model, of: &Type) -> String {
    format!("Kind::Document({:?}, {:?}, {:?})", name(of), summary(model, of), keys(model, of))
}

/// A type in words.
fn name(of: &Type) -> String {
    match of {
        Type::Bool => "true or false".into(),
        Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count | Type::F64 => "number".into(),
        Type::String => "text".into(),
        Type::Timestamp => "instant".into(),
        Type::Span => "span".into(),
        Type::NaiveDate => "day".into(),
        Type::Version => "version".into(),
        Type::ReasonCode => "reason code".into(),
        Type::Optional(inner) => format!("{}, if there is one", name(inner)),
        Type::List(item) => format!("list of {}", name(item)),
        Type::Map(item) => format!("object of {}", name(item)),
        Type::Named(qualified) => qualified.clone(),
    }
}

/// The first paragraph of the docs of the named type inside; empty for others.
fn summary(model: &Model, of: &Type) -> String {
    let definition = of.named().and_then(|name| model.types.get(name));
    definition.map_or(String::new(), |definition| first(&definition.docs))
}

/// The keys of the named type inside, those that may be left out with a question mark.
fn keys(model: &Model, of: &Type) -> String {
    let listed = |title: &str, words: Vec<String>| format!("{title}: {}", words.join(", "));
    match of.named().and_then(|name| model.types.get(name)).map(|definition| &definition.kind) {
        Some(Kind::Struct(fields)) => {
            let key = |field: &Field| field.wire.clone() + if field.default.is_some() { "?" } else { "" };
            listed("Keys", fields.iter().map(key).collect())
        }
        Some(Kind::Tagged(variants)) => {
            listed("Types", variants.iter().map(|variant| variant.wire.clone()).collect())
        }
        Some(Kind::Unit(units)) => listed("Words", units.iter().map(|unit| unit.wire.clone()).collect()),
        None => String::new(),
    }
}

fn first(text: &str) -> String {
    let prose = docs::prose(text);
    let paragraph = prose.split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The function of this name in the same module whose only argument is the result of `function`.
fn companion<'a>(model: &'a Model, function: &'a Function, name: &str) -> Option<&'a str> {
    let takes_result = |other: &&Function| match other.arguments.as_slice() {
        [only] => is_companion(&other.name, name) && only.of == function.result,
        _ => false,
    };
    model.functions_of(&function.module).find(takes_result).map(|other| other.qualified.as_str())
}

/// Whether a function explains a result, or says its outcome: `explain`, or `explain_judgement` in a module of several
/// decisions.
pub fn is_companion(function: &str, name: &str) -> bool {
    function.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// A state is what an argument `state` and the field `state` of the result have in common.
fn state(model: &Model, function: &Function) -> String {
    if let Some((index, _)) = replaced(model, function) {
        return format!("State::Replaces({index})");
    }
    let mut states = model.functions_of(&function.module).filter_map(|other| replaced(model, other));
    if states.any(|(_, of)| *of == function.result) { "State::Creates".into() } else { "State::None".into() }
}

/// The index and the type of the argument `state` of a function whose result has a field `state` of the same type.
fn replaced<'a>(model: &Model, function: &'a Function) -> Option<(usize, &'a Type)> {
    let result = model.types.get(function.result.named()?)?;
    let state = result.fields().find(|field| field.name == "state")?;
    let index = function.arguments.iter().position(|argument| argument.name == "state")?;
    let of = &function.arguments.get(index)?.of;
    (*of == state.of).then_some((index, of))
}

/// Whether the result is a list of errors and warnings.
fn is_diagnosis(model: &Model, function: &Function) -> bool {
    let Type::List(item) = &function.result else { return false };
    let item = item.named().and_then(|name| model.types.get(name));
    item.is_some_and(|item| {
        ["severity", "path", "text"].iter().all(|name| item.fields().any(|field| field.name == *name))
    })
}

/// Texts longer than this stand in a file, and those of several lines.
const LONGEST_WORD: usize = 60;
/// A longer result is not shown.
const LONGEST_RESULT: usize = 300;

/// An example as a command line.
fn call(function: &Function, example: &Example) -> Result<String> {
    let mut command = format!("relcore {} {}", function.module, function.name.to_kebab_case());
    let mut files = String::new();
    for argument in &function.arguments {
        let Some(value) = example.get(&argument.wire) else { continue };
        let option = argument.name.to_kebab_case();
        let (text, is_text) = match value {
            Value::String(text) => (text.clone(), true),
            other => (other.to_string(), false),
        };
        let word = if text.chars().count() <= LONGEST_WORD && !text.contains('\n') {
            shlex::try_quote(&text)?.into_owned()
        } else {
            let file = format!("{option}.{}", if is_text { "txt" } else { "json" });
            let _ = write!(files, "({file:?}, {}),", raw(&text));
            if is_text { format!("@{file}") } else { file }
        };
        let _ = write!(command, " --{option} {word}");
    }
    let input = Value::Object(example.clone()).to_string();
    let mut prints = relcore::api::call_json(&function.qualified, &input)?;
    if prints.chars().count() > LONGEST_RESULT {
        prints.clear();
    }
    Ok(format!("Example {{ command: {}, files: &[{files}], prints: {} }}", raw(&command), raw(&prints)))
}

/// Docs with functions named as the commands are.
fn prose(model: &Model, text: &str) -> String {
    let mut prose = docs::prose(text);
    for function in &model.functions {
        let command = function.name.to_kebab_case();
        prose = prose.replace(&format!("`{}`", function.name), &format!("`{command}`"));
        let (qualified, full) = (&function.qualified, format!("{} {command}", function.module));
        prose = prose.replace(&format!("`{qualified}`"), &format!("`{full}`"));
    }
    raw(&prose)
}

/// A string literal that a reader can read: raw, unless it has characters that cannot be seen.
fn raw(text: &str) -> String {
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return format!("{text:?}");
    }
    let hashes = (0..).map(|n| "#".repeat(n)).find(|hashes| !text.contains(&format!("\"{hashes}")));
    let hashes = hashes.unwrap_or_default();
    if hashes.is_empty() && !text.contains('\\') && !text.contains('\n') {
        return format!("\"{text}\"");
    }
    format!("r{hashes}\"{text}\"{hashes}")
}
