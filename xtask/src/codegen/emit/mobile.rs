//! What Swift and Kotlin need beside UniFFI's output: JSON text on the types, and the calls of the conformance runners.
use super::uniffi::from_text;
use crate::codegen::{
    File, MARK,
    model::{Model, Type},
};
use heck::{ToLowerCamelCase as _, ToPascalCase as _};
use std::fmt::Write as _;

/// Two files for each language.
pub fn emit(model: &Model) -> Vec<File> {
    let file = |path: &str, text: String| File { path: path.into(), text };
    vec![
        file("bindings-swift/swift/Sources/Relcore/Wire.swift", swift_wire(model)),
        file("bindings-swift/swift/Sources/RelcoreConformance/Calls.swift", swift_calls(model)),
        file("bindings-kotlin/src/main/Wire.kt", kotlin_wire(model)),
        file("bindings-kotlin/src/conformance/Calls.kt", kotlin_calls(model)),
    ]
}

fn swift_wire(model: &Model) -> String {
    let mut text = format!("// {MARK}\n");
    for name in from_text(model) {
        let _ = write!(
            text,
            "\nextension {name}: WireValue {{\n    /// Reads the JSON form; unknown keys are refused.\n    \
             public init(json: String) throws {{ self = try read{name}(json: json) }}\n\n    \
             /// The JSON form.\n    public func json() throws -> String {{ try write{name}(value: self) }}\n}}\n"
        );
    }
    text
}

/// Swift finds the type of each argument by itself, from the function that takes it.
fn swift_calls(model: &Model) -> String {
    let mut text = format!("// {MARK}\nimport Relcore\n\n");
    for name in from_text(model) {
        let _ = writeln!(text, "extension {name}: CaseValue {{}}");
    }
    text += "\n/// Calls a function with native values made of the arguments, and gives its answer in the wire form.\n";
    text += "func call(_ name: String, _ input: Arguments) throws -> Any? {\n    switch name {\n";
    for function in &model.functions {
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .map(|argument| {
                let label = argument.name.to_lower_camel_case();
                format!("{label}: input.take({:?})", argument.wire)
            })
            .collect();
        let swift = format!("{}_{}", function.room, function.name).to_lower_camel_case();
        let _ = write!(
            text,
            "    case \"{}.{}\":\n        return try {swift}({}).wire()\n",
            function.room,
            function.name,
            arguments.join(", ")
        );
    }
    text + "    default:\n        throw NotNative(reason: \"no function `\\(name)`\")\n    }\n}\n"
}

fn kotlin_wire(model: &Model) -> String {
    let mut text = format!("// {MARK}\n@file:JvmName(\"Wire\")\n\npackage relcore\n");
    for name in from_text(model) {
        let _ = write!(
            text,
            "\n/** Reads the JSON form; unknown keys are refused. */\n@Throws(RelcoreException::class)\n\
             fun {name}.Companion.fromJson(json: String): {name} = read{name}(json)\n\n\
             /** The JSON form. */\n@Throws(RelcoreException::class)\nfun {name}.toJson(): String = write{name}(this)\n"
        );
    }
    text
}

fn kotlin_calls(model: &Model) -> String {
    let mut text = format!(
        "// {MARK}\npackage relcore.conformance\n\nimport com.google.gson.JsonElement\nimport relcore.*\n\n"
    );
    text += "/** Calls a function with native values made of the arguments, and gives its answer in the wire form. */\n";
    text += "internal fun call(name: String, input: Arguments): JsonElement? = when (name) {\n";
    for function in &model.functions {
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .map(|argument| {
                format!("input.take({:?}) {{ {} }}", argument.wire, kotlin_read(&argument.of, "it"))
            })
            .collect();
        let kotlin = format!("{}_{}", function.room, function.name).to_lower_camel_case();
        let call = format!("{kotlin}({})", arguments.join(", "));
        let _ = writeln!(
            text,
            "    \"{}.{}\" -> {}",
            function.room,
            function.name,
            kotlin_write(&function.answer, &call)
        );
    }
    text + "    else -> throw NotNative(\"no function `$name`\")\n}\n"
}

/// From a JSON element to a native value.
fn kotlin_read(of: &Type, element: &str) -> String {
    match of {
        Type::Optional(inner) => format!("optional({element}) {{ {} }}", kotlin_read(inner, "it")),
        Type::List(inner) => format!("list({element}) {{ {} }}", kotlin_read(inner, "it")),
        Type::Map(inner) => format!("map({element}) {{ {} }}", kotlin_read(inner, "it")),
        Type::Named(name) => format!("{name}.fromJson({element}.toString())"),
        leaf => format!("{element}.to{}()", leaf_name(leaf)),
    }
}

/// From a native value to a JSON element.
fn kotlin_write(of: &Type, value: &str) -> String {
    match of {
        Type::Optional(inner) => format!("{value}?.let {{ {} }}", kotlin_write(inner, "it")),
        Type::List(inner) => format!("array({value}.map {{ {} }})", kotlin_write(inner, "it")),
        Type::Map(inner) => format!("table({value}.mapValues {{ {} }})", kotlin_write(inner, "it.value")),
        Type::Named(_) => format!("parse({value}.toJson())"),
        leaf => format!("from{}({value})", leaf_name(leaf)),
    }
}

fn leaf_name(of: &Type) -> String {
    // `toString` and `fromString` mean something else in Kotlin.
    if *of == Type::String { "Text".into() } else { format!("{of:?}").to_pascal_case() }
}
