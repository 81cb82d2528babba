//! `bindings-swift/src/generated.rs`: the mirrors and functions from which UniFFI makes Swift and Kotlin.
//!
//! A mirror repeats a type of the core field by field, docs included, so that UniFFI can write converters for it here
//! and the core stays free of UniFFI. The compiler holds the mirror against the original: a missing field or a changed
//! type does not build.
use crate::codegen::{
    File, MARK, defaults, docs,
    model::{Definition, Field, Function, Kind, Model, Type},
};
use heck::{ToPascalCase as _, ToSnakeCase as _};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The Rust source.
pub fn emit(model: &Model) -> File {
    let mut text = format!("// {MARK}\n{}", imports(model));
    for (alias, inner) in maps(model) {
        let inner = rust(inner);
        let _ = write!(
            text,
            "pub type {alias} = BTreeMap<String, {inner}>;\n\
             uniffi::custom_type!({alias}, HashMap<String, {inner}>, {{\n    remote,\n    \
             lower: |map| map.into_iter().collect(),\n    try_lift: |map| Ok(map.into_iter().collect()),\n}});\n\n"
        );
    }
    for definition in model.types.values() {
        text += &mirror(model, definition);
    }
    for function in &model.functions {
        text += &self::function(function);
    }
    for name in from_text(model) {
        let snake = name.to_snake_case();
        let _ = write!(
            text,
            "/// Reads `{name}` from its JSON form; unknown keys are refused.\n///\n\
             /// Errors: `syntax` for what is not JSON, and every fault of the value with its path.\n\
             #[uniffi::export]\npub fn read_{snake}(json: &str) -> Written<{name}> {{\n    \
             Written(relcore::wire::read_json({name:?}, json).map_err(RelcoreError::from))\n}}\n\n\
             /// Writes `{name}` in its JSON form.\n///\n/// Errors: `invalid_value` for a number that JSON cannot hold.\n\
             #[uniffi::export]\npub fn write_{snake}(value: {name}) -> Answer<String> {{\n    \
             Answer(write(&value))\n}}\n\n"
        );
    }
    File { path: "bindings-swift/src/generated.rs".into(), text }
}

/// The named types that functions take or return: those that are offered from and as JSON text.
pub fn from_text(model: &Model) -> BTreeSet<&str> {
    let answers = model.functions.iter().map(|function| &function.answer);
    let arguments =
        model.functions.iter().flat_map(|function| &function.arguments).map(|argument| &argument.of);
    answers.chain(arguments).filter_map(Type::named).collect()
}

fn imports(model: &Model) -> String {
    let mut rooms: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for definition in model.types.values() {
        rooms.entry(&definition.room).or_default().push(&definition.name);
    }
    let mut text = String::from(
        "#![allow(unused_imports, reason = \"not every leaf is in use at every time\")]\n\
         use crate::{answer::{Answer, Written}, error::RelcoreError};\n\
         use relcore::{NaiveDate, Span, Timestamp, Version, wire::{Argument, Count}};\n\
         use std::collections::{BTreeMap, HashMap};\n",
    );
    for (room, names) in rooms {
        let _ = writeln!(text, "use relcore::{room}::{{{}}};", names.join(", "));
    }
    text + "\n/// Lends an argument to a function of the core, which borrows most of them.\n\
            fn lend<'a, A: Argument<'a>>(held: &'a A::Held) -> A {\n    A::lend(held)\n}\n\n\
            fn write<T: serde::Serialize>(value: &T) -> Result<String, RelcoreError> {\n    \
            serde_json::to_string(value).map_err(|fault| {\n        \
            relcore::Error::new(relcore::ErrorKind::InvalidValue, \"\", format!(\"cannot be written: {fault}\")).into()\n    \
            })\n}\n\n"
}

/// UniFFI's macro takes a name, not a type with parameters: one alias for each kind of map.
fn maps(model: &Model) -> BTreeMap<String, &Type> {
    fn collect<'a>(of: &'a Type, found: &mut BTreeMap<String, &'a Type>) {
        match of {
            Type::Map(inner) => {
                found.insert(alias(inner), inner);
                collect(inner, found);
            }
            Type::Optional(inner) | Type::List(inner) => collect(inner, found),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    let fields = model.types.values().flat_map(Definition::fields).map(|field| &field.of);
    let arguments =
        model.functions.iter().flat_map(|function| &function.arguments).map(|argument| &argument.of);
    let answers = model.functions.iter().map(|function| &function.answer);
    fields.chain(arguments).chain(answers).for_each(|of| collect(of, &mut found));
    found
}

/// The name of the maps to a type.
pub fn alias(inner: &Type) -> String {
    format!("{}ByName", rust(inner).replace(['<', '>', ',', ' '], "").to_pascal_case())
}

fn mirror(model: &Model, definition: &Definition) -> String {
    let name = &definition.name;
    let mut text = comment(&definition.docs, "");
    match &definition.kind {
        Kind::Unit(units) => {
            let _ = writeln!(text, "#[uniffi::remote(Enum)]\npub enum {name} {{");
            for unit in units {
                let _ = writeln!(text, "{}    {},", comment(&unit.docs, "    "), unit.wire.to_pascal_case());
            }
        }
        Kind::Struct(fields) => {
            let _ = writeln!(text, "#[uniffi::remote(Record)]\npub struct {name} {{");
            // Without defaults: the structs of Swift and Kotlin are written by `structs.rs`.
            for field in fields {
                let docs = comment(&field.docs, "    ");
                let _ = writeln!(text, "{docs}    pub {}: {},", field.name, rust(&field.of));
            }
        }
        Kind::Tagged(variants) => {
            let _ = writeln!(text, "#[uniffi::remote(Enum)]\npub enum {name} {{");
            for variant in variants {
                let fields = self::fields(model, &variant.fields);
                let docs = comment(&variant.docs, "    ");
                let _ = writeln!(text, "{docs}    {} {{\n{fields}    }},", variant.wire.to_pascal_case());
            }
        }
    }
    text + "}\n\n"
}

/// The fields of a variant.
fn fields(model: &Model, fields: &[Field]) -> String {
    let mut text = String::new();
    for field in fields {
        text += &comment(&field.docs, "        ");
        if let Some(default) = defaults::literal(model, field) {
            let _ = writeln!(text, "        #[uniffi({default})]");
        }
        let _ = writeln!(text, "        {}: {},", field.name, rust(&field.of));
    }
    text
}

fn function(function: &Function) -> String {
    let mut text = comment(&function.docs, "");
    let optional = function.arguments.iter().filter(|argument| matches!(argument.of, Type::Optional(_)));
    let defaults: Vec<String> = optional.map(|argument| format!("{} = None", argument.name)).collect();
    let defaults =
        if defaults.is_empty() { String::new() } else { format!("(default({}))", defaults.join(", ")) };
    let arguments: Vec<String> = function
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, rust(&argument.of)))
        .collect();
    let lent: Vec<String> =
        function.arguments.iter().map(|argument| format!("lend(&{})", argument.name)).collect();
    let Function { room, name, .. } = function;
    let call = format!("relcore::{room}::{name}({})", lent.join(", "));
    let result =
        if function.fallible { format!("{call}.map_err(RelcoreError::from)") } else { format!("Ok({call})") };
    let answer = if crosses_as_bytes(&function.answer) { "Written" } else { "Answer" };
    let _ = write!(
        text,
        "#[uniffi::export{defaults}]\npub fn {room}_{name}({}) -> {answer}<{}> {{\n    {answer}({result})\n}}\n\n",
        arguments.join(", "),
        rust(&function.answer),
    );
    text
}

fn crosses_as_bytes(of: &Type) -> bool {
    matches!(of, Type::Optional(_) | Type::List(_) | Type::Map(_) | Type::Named(_))
}

fn rust(of: &Type) -> String {
    match of {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::I32 => "i32".into(),
        Type::F64 => "f64".into(),
        Type::Count => "Count".into(),
        Type::String => "String".into(),
        Type::Timestamp => "Timestamp".into(),
        Type::Span => "Span".into(),
        Type::NaiveDate => "NaiveDate".into(),
        Type::Version => "Version".into(),
        Type::Optional(inner) => format!("Option<{}>", rust(inner)),
        Type::List(inner) => format!("Vec<{}>", rust(inner)),
        Type::Map(inner) => format!("BTreeMap<String, {}>", rust(inner)),
        Type::Named(name) => name.clone(),
    }
}

fn comment(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in docs::prose(text).lines() {
        let _ = writeln!(out, "{}", format!("{indent}/// {line}").trim_end());
    }
    out
}
