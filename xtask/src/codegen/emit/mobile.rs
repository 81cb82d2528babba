//! JSON text on the types and handles of Swift and Kotlin, and the calls of their conformance runners.
use super::{namespaces::qualified, uniffi::flat};
use crate::codegen::{
    File, MARK,
    model::{Argument, Function, Handle, Model, Type},
};
use heck::{ToLowerCamelCase as _, ToPascalCase as _};
use std::fmt::Write as _;

/// Two files for each language.
pub fn emit(model: &Model) -> Vec<File> {
    let file = |path: &str, text: String| File { path: path.into(), text: format!("// {MARK}\n{text}") };
    vec![
        file("bindings-swift/swift/Sources/Relcore/Wire.swift", swift_wire(model)),
        file("bindings-swift/swift/Sources/RelcoreConformance/Calls.swift", swift_calls(model)),
        file("bindings-kotlin/src/main/Wire.kt", kotlin_wire(model)),
        file("bindings-kotlin/src/conformance/Calls.kt", kotlin_calls(model)),
    ]
}

fn swift_wire(model: &Model) -> String {
    let mut text = String::new();
    for definition in model.types.values() {
        let name = &definition.flat;
        let _ = write!(
            text,
            "\nextension {name}: WireValue {{\n    /// Reads the JSON form; unknown keys are refused.\n    \
             public init(json: String) throws {{ self = try ffiRead{name}(json: json) }}\n\n    \
             /// The JSON form.\n    public func json() throws -> String {{ try ffiWrite{name}(value: self) }}\n}}\n"
        );
    }
    for Handle { flat, policy, .. } in with_json(model) {
        let _ = write!(
            text,
            "\nextension {flat} {{\n    /// Reads the JSON form of the {0}; unknown keys are refused.\n    \
             public convenience init(json: String) throws {{ try self.init({0}: .init(json: json)) }}\n\n    \
             /// The JSON form of the {0}.\n    public func json() throws -> String {{ try {0}().json() }}\n}}\n",
            policy.wire
        );
    }
    text
}

/// The handles whose policy has a type of its own, with a JSON form.
fn with_json(model: &Model) -> impl Iterator<Item = &Handle> {
    model.handles.iter().filter(|handle| matches!(handle.policy.of, Type::Named(_)))
}

/// A method of a handle that does the same as a function: it has its name, and its arguments but for the policy.
fn methods(model: &Model) -> impl Iterator<Item = (&Function, &Handle, &Function)> {
    let all =
        model.handles.iter().flat_map(|handle| handle.methods.iter().map(move |method| (handle, method)));
    all.filter_map(|(handle, method)| {
        let function = model
            .functions_of(&handle.module)
            .find(|function| function.name == method.name && is_same(function, handle, method))?;
        Some((function, handle, method))
    })
}

fn is_same(function: &Function, handle: &Handle, method: &Function) -> bool {
    let is_policy =
        |argument: &&Argument| argument.name == handle.policy.name && argument.of == handle.policy.of;
    let rest = function.arguments.iter().filter(|argument| !is_policy(argument));
    function.arguments.iter().any(|argument| is_policy(&argument))
        && rest
            .map(|argument| (&argument.name, &argument.of))
            .eq(method.arguments.iter().map(|argument| (&argument.name, &argument.of)))
}

/// Swift infers the type of each argument from the function.
fn swift_calls(model: &Model) -> String {
    let mut text = String::from("import Relcore\n\n");
    for definition in model.types.values() {
        let _ = writeln!(text, "extension {}: CaseValue {{}}", definition.flat);
    }
    let take = |arguments: &[Argument]| {
        let take = |argument: &Argument| format!("{0}: input.take({0:?})", argument.wire);
        arguments.iter().map(take).collect::<Vec<_>>().join(", ")
    };
    text += "\n/// Calls a function with native values made of the arguments; the result in the wire form.\n";
    text += "func call(_ name: String, _ input: Arguments) throws -> Any? {\n    switch name {\n";
    for function in &model.functions {
        let call = format!("{}({})", qualified(function), take(&function.arguments));
        let _ = writeln!(text, "    case {:?}:\n        return try {call}.wire()", function.qualified);
    }
    text += "    default:\n        throw NotNative(reason: \"no function `\\(name)`\")\n    }\n}\n";
    text += "\n/// The same through each handle that has the function as a method.\n";
    text += "func callHandles(_ name: String, _ input: Arguments) throws -> [Any?] {\n    switch name {\n";
    for (function, handle, method) in methods(model) {
        let made = format!("{}({})", handle.flat, take(std::slice::from_ref(&handle.policy)));
        let call = format!("{}({})", method.name.to_lower_camel_case(), take(&method.arguments));
        let _ =
            writeln!(text, "    case {:?}:\n        return [try {made}.{call}.wire()]", function.qualified);
    }
    text + "    default:\n        return []\n    }\n}\n"
}

fn kotlin_wire(model: &Model) -> String {
    let mut text = String::from("@file:JvmName(\"Wire\")\n\npackage relcore\n");
    for definition in model.types.values() {
        let name = &definition.flat;
        let _ = write!(
            text,
            "\n/** Reads the JSON form; unknown keys are refused. */\n@Throws(RelcoreException::class)\n\
             fun {name}.Companion.fromJson(json: String): {name} = ffiRead{name}(json)\n\n\
             /** The JSON form. */\n@Throws(RelcoreException::class)\nfun {name}.toJson(): String = ffiWrite{name}(this)\n"
        );
    }
    for Handle { flat: name, policy, .. } in with_json(model) {
        let of = policy.of.named().map_or_else(String::new, |of| flat(model, of).to_owned());
        let _ = write!(
            text,
            "\n/** Reads the JSON form of the {0}; unknown keys are refused. */\n@Throws(RelcoreException::class)\n\
             fun {name}.Companion.fromJson(json: String): {name} = {name}({of}.fromJson(json))\n\n\
             /** The JSON form of the {0}. */\n@Throws(RelcoreException::class)\n\
             fun {name}.toJson(): String = {0}().toJson()\n",
            policy.wire
        );
    }
    text
}

fn kotlin_calls(model: &Model) -> String {
    let mut text = String::from(
        "package relcore.conformance\n\nimport com.google.gson.JsonElement\nimport relcore.*\n\n",
    );
    let take = |arguments: &[Argument]| {
        let take = |argument: &Argument| {
            format!("input.take({:?}) {{ {} }}", argument.wire, kotlin_read(model, &argument.of, "it"))
        };
        arguments.iter().map(take).collect::<Vec<_>>().join(", ")
    };
    text +=
        "/** Calls a function with native values made of the arguments; the result in the wire form. */\n";
    text += "internal fun call(name: String, input: Arguments): JsonElement? = when (name) {\n";
    for function in &model.functions {
        let call = format!("{}({})", qualified(function), take(&function.arguments));
        let _ = writeln!(text, "    {:?} -> {}", function.qualified, kotlin_write(&function.result, &call));
    }
    text += "    else -> throw NotNative(\"no function `$name`\")\n}\n";
    text += "\n/** The same through each handle that has the function as a method. */\n";
    text += "internal fun callHandles(name: String, input: Arguments): List<JsonElement?> = when (name) {\n";
    for (function, handle, method) in methods(model) {
        let made = format!("{}({})", handle.flat, take(std::slice::from_ref(&handle.policy)));
        let call = format!("{made}.{}({})", method.name.to_lower_camel_case(), take(&method.arguments));
        let result = kotlin_write(&method.result, &call);
        let _ = writeln!(text, "    {:?} -> listOf({result})", function.qualified);
    }
    text + "    else -> listOf()\n}\n"
}

/// From a JSON element to a native value.
fn kotlin_read(model: &Model, of: &Type, element: &str) -> String {
    let inner = |of: &Type| kotlin_read(model, of, "it");
    match of {
        Type::Optional(of) => format!("optional({element}) {{ {} }}", inner(of)),
        Type::List(of) => format!("list({element}) {{ {} }}", inner(of)),
        Type::Map(of) => format!("map({element}) {{ {} }}", inner(of)),
        Type::Named(name) => format!("{}.fromJson({element}.toString())", flat(model, name)),
        scalar => format!("{element}.to{}()", scalar_name(scalar)),
    }
}

/// From a native value to a JSON element.
fn kotlin_write(of: &Type, value: &str) -> String {
    match of {
        Type::Optional(inner) => format!("{value}?.let {{ {} }}", kotlin_write(inner, "it")),
        Type::List(inner) => format!("array({value}.map {{ {} }})", kotlin_write(inner, "it")),
        Type::Map(inner) => format!("table({value}.mapValues {{ {} }})", kotlin_write(inner, "it.value")),
        Type::Named(_) => format!("parse({value}.toJson())"),
        scalar => format!("from{}({value})", scalar_name(scalar)),
    }
}

fn scalar_name(of: &Type) -> String {
    // `toString` and `fromString` mean something else in Kotlin.
    if *of == Type::String { "Text".into() } else { format!("{of:?}").to_pascal_case() }
}
