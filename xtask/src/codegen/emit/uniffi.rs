//! `bindings-swift/src/generated.rs`: the mirrors, functions and handles from which UniFFI makes Swift and Kotlin.
//!
//! A mirror repeats a type of the core field by field, so that UniFFI can write converters for it here and the core stays
//! free of UniFFI. The compiler compares the mirror with the original: a missing field or a changed type does not build.
//!
//! Functions have the prefix `ffi_` and no documentation: users call those of the namespaces (`namespaces.rs`).
use super::columns;
use crate::codegen::{
    File, MARK, defaults, docs,
    model::{self, Argument, BulkFunction, Definition, Field, Function, Handle, Kind, Model, Type},
};
use heck::{ToPascalCase as _, ToSnakeCase as _};
use std::{collections::BTreeMap, fmt::Write as _};

/// The Rust source.
pub fn emit(model: &Model) -> File {
    let mut text = format!("// {MARK}\n{}", imports(model));
    for (alias, inner) in maps(model) {
        let inner = rust(model, inner);
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
        text += &self::function(model, function);
    }
    text += &columns::mirrors(model);
    for bulk in &model.bulk_functions {
        text += &bulk_function(model, bulk);
    }
    for handle in &model.handles {
        text += &self::handle(model, handle);
    }
    for Definition { flat, .. } in model.types.values() {
        let snake = flat.to_snake_case();
        let _ = write!(
            text,
            "#[uniffi::export]\npub fn ffi_read_{snake}(json: &str) -> Encoded<{flat}> {{\n    \
             Encoded(relcore::from_json(json).map_err(RelcoreError::from))\n}}\n\n\
             #[uniffi::export]\npub fn ffi_write_{snake}(value: {flat}) -> Plain<String> {{\n    \
             Plain(relcore::to_json(&value).map_err(RelcoreError::from))\n}}\n\n"
        );
    }
    File { path: "bindings-swift/src/generated.rs".into(), text }
}

/// The name of a type of the model in Swift and Kotlin.
pub fn flat<'a>(model: &'a Model, qualified: &'a str) -> &'a str {
    model.types.get(qualified).map_or(qualified, |definition| &definition.flat)
}

/// The function of `generated.rs` that calls a function of the core.
pub fn exported(function: &Function) -> String {
    format!("ffi_{}_{}", function.module, function.name)
}

fn imports(model: &Model) -> String {
    let mut modules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for Definition { module, name, flat, .. } in model.types.values() {
        let import = if name == flat { name.clone() } else { format!("{name} as {flat}") };
        modules.entry(module).or_default().push(import);
    }
    let mut text = String::from(
        "#![allow(unused_imports, reason = \"not every scalar is in use at every time\")]\n\
         use crate::{columns::{BoolColumn, Given, Int64Column, MetricsLists, UInt8Column, UInt32Column}, error::RelcoreError, result::{Encoded, Plain}};\n\
         use relcore::{Count, NaiveDate, ReasonCode, Span, Timestamp, Version as VersionText, api::Argument};\n\
         use std::{collections::{BTreeMap, HashMap}, sync::Arc};\n",
    );
    for (module, names) in modules {
        let _ = writeln!(text, "use relcore::{module}::{{{}}};", names.join(", "));
    }
    text + "\nfn borrow<'a, A: Argument<'a>>(owned: &'a A::Owned) -> A {\n    A::borrow(owned)\n}\n\n"
}

/// UniFFI's macro takes a name, not a type with parameters: one alias for each kind of map.
fn maps(model: &Model) -> BTreeMap<String, &Type> {
    fn collect<'a>(model: &Model, of: &'a Type, found: &mut BTreeMap<String, &'a Type>) {
        match of {
            Type::Map(inner) => {
                found.insert(alias(model, inner), inner);
                collect(model, inner, found);
            }
            Type::Optional(inner) | Type::List(inner) => collect(model, inner, found),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    let fields = model.types.values().flat_map(Definition::fields).map(|field| &field.of);
    let arguments =
        model.functions.iter().flat_map(|function| &function.arguments).map(|argument| &argument.of);
    let results = model.functions.iter().map(|function| &function.result);
    fields.chain(arguments).chain(results).for_each(|of| collect(model, of, &mut found));
    found
}

/// The name of the maps to a type.
pub fn alias(model: &Model, inner: &Type) -> String {
    format!("{}ByName", rust(model, inner).replace(['<', '>', ',', ' '], "").to_pascal_case())
}

fn mirror(model: &Model, definition: &Definition) -> String {
    let name = &definition.flat;
    match &definition.kind {
        // Without docs and defaults: `structs.rs` writes the structs of Swift and Kotlin.
        Kind::Struct(fields) => {
            let field = |field: &Field| format!("    pub {}: {},\n", field.name, rust(model, &field.of));
            let fields: String = fields.iter().map(field).collect();
            format!("#[uniffi::remote(Record)]\npub struct {name} {{\n{fields}}}\n\n")
        }
        Kind::Unit(units) => {
            let unit = |unit: &crate::codegen::model::Unit| {
                format!("{}    {},\n", comment(&unit.docs, "    "), unit.name)
            };
            let units: String = units.iter().map(unit).collect();
            let docs = comment(&definition.docs, "");
            format!("{docs}#[uniffi::remote(Enum)]\npub enum {name} {{\n{units}}}\n\n")
        }
        Kind::Tagged(variants) => {
            let mut text =
                format!("{}#[uniffi::remote(Enum)]\npub enum {name} {{\n", comment(&definition.docs, ""));
            for variant in variants {
                let fields = self::fields(model, &variant.fields);
                let docs = comment(&variant.docs, "    ");
                let _ = writeln!(text, "{docs}    {} {{\n{fields}    }},", variant.name);
            }
            text + "}\n\n"
        }
    }
}

/// The fields of a variant.
fn fields(model: &Model, fields: &[Field]) -> String {
    let mut text = String::new();
    for field in fields {
        text += &comment(&field.docs, "        ");
        if let Some(default) = defaults::literal(model, field) {
            let _ = writeln!(text, "        #[uniffi({default})]");
        }
        let _ = writeln!(text, "        {}: {},", field.name, rust(model, &field.of));
    }
    text
}

fn function(model: &Model, function: &Function) -> String {
    let Function { module, name, arguments, result, .. } = function;
    let given = borrowed(arguments);
    let call = if function.calls {
        format!(
            "{{ let mut calls = relcore::api::PreparedCalls::default(); \
             relcore::{module}::{name}({given}, |function, arguments| calls.call_json(function, arguments)) }}"
        )
    } else {
        format!("relcore::{module}::{name}({given})")
    };
    let arguments = declared(model, arguments);
    let returned = returned(result);
    format!(
        "#[uniffi::export]\npub fn {}({arguments}) -> {returned}<{}> {{\n    {returned}({})\n}}\n\n",
        exported(function),
        rust(model, result),
        settled(function, &call),
    )
}

fn bulk_function(model: &Model, bulk: &BulkFunction) -> String {
    let BulkFunction { function, path, .. } = bulk;
    let columns = model::flat(&function.module, bulk.set());
    let returned = returned(&function.result);
    let call = format!("relcore::{path}(&given.read()?, {})", borrowed(&function.arguments));
    format!(
        "#[uniffi::export]\npub fn {}(columns: {columns}, {}) -> {returned}<{}> {{\n    \
         let result = columns.given().and_then(|given| {call});\n    \
         {returned}(result.map_err(RelcoreError::from))\n}}\n\n",
        exported(function),
        declared(model, &function.arguments),
        rust(model, &function.result),
    )
}

fn handle(model: &Model, handle: &Handle) -> String {
    let Handle { module, name, flat, policy, .. } = handle;
    let own = format!("relcore::{module}::{name}");
    let mut text = format!(
        "{}#[derive(uniffi::Object)]\npub struct {flat}({own});\n\n#[uniffi::export]\nimpl {flat} {{\n\
         {}    #[uniffi::constructor]\n    pub fn new({}) -> Plain<Arc<{flat}>> {{\n        \
         Plain({own}::new({}).map(|handle| Arc::new(Self(handle))).map_err(RelcoreError::from))\n    }}\n",
        comment(&handle.docs, ""),
        comment(&handle.constructor_docs, "    "),
        declared(model, std::slice::from_ref(policy)),
        policy.name,
    );
    // The first two methods are accessors. They have no arguments to refuse, so they do not throw.
    for accessor in handle.methods.iter().take(2) {
        let _ = write!(
            text,
            "\n{}    pub fn {name}(&self) -> {} {{\n        self.0.{name}().to_owned()\n    }}\n",
            comment(&accessor.docs, "    "),
            rust(model, &accessor.result),
            name = accessor.name,
        );
    }
    for method in handle.methods.iter().skip(2) {
        let optional = method.arguments.iter().filter(|argument| matches!(argument.of, Type::Optional(_)));
        let defaults: Vec<String> = optional.map(|argument| format!("{} = None", argument.name)).collect();
        let defaults = match defaults.is_empty() {
            true => String::new(),
            false => format!("    #[uniffi::method(default({}))]\n", defaults.join(", ")),
        };
        let call = format!("self.0.{}({})", method.name, borrowed(&method.arguments));
        let returned = returned(&method.result);
        let _ = write!(
            text,
            "\n{}{defaults}    pub fn {}(&self, {}) -> {returned}<{}> {{\n        {returned}({})\n    }}\n",
            comment(&method.docs, "    "),
            method.name,
            declared(model, &method.arguments),
            rust(model, &method.result),
            settled(method, &call),
        );
    }
    text + "}\n\n"
}

fn declared(model: &Model, arguments: &[Argument]) -> String {
    let argument = |argument: &Argument| format!("{}: {}", argument.name, rust(model, &argument.of));
    arguments.iter().map(argument).collect::<Vec<_>>().join(", ")
}

fn borrowed(arguments: &[Argument]) -> String {
    arguments.iter().map(|argument| format!("borrow(&{})", argument.name)).collect::<Vec<_>>().join(", ")
}

fn settled(function: &Function, call: &str) -> String {
    if function.fallible { format!("{call}.map_err(RelcoreError::from)") } else { format!("Ok({call})") }
}

/// The wrapper of the result: whether UniFFI encodes a type as bytes.
fn returned(of: &Type) -> &'static str {
    match of {
        Type::Optional(_) | Type::List(_) | Type::Map(_) | Type::Named(_) => "Encoded",
        _ => "Plain",
    }
}

fn rust(model: &Model, of: &Type) -> String {
    let inner = |of: &Type| rust(model, of);
    match of {
        Type::Bool => "bool".into(),
        Type::U8 => "u8".into(),
        Type::U16 => "u16".into(),
        Type::U32 => "u32".into(),
        Type::I32 => "i32".into(),
        Type::F64 => "f64".into(),
        Type::Optional(of) => format!("Option<{}>", inner(of)),
        Type::List(of) => format!("Vec<{}>", inner(of)),
        Type::Map(of) => format!("BTreeMap<String, {}>", inner(of)),
        Type::Named(name) => flat(model, name).to_owned(),
        // `Version` is the namespace of the module.
        Type::Version => "VersionText".into(),
        scalar => format!("{scalar:?}"),
    }
}

/// A doc comment.
pub fn comment(text: &str, indent: &str) -> String {
    let mut out = String::new();
    for line in docs::prose(text).lines() {
        let _ = writeln!(out, "{}", format!("{indent}/// {line}").trim_end());
    }
    out
}
