//! The functions of Swift and Kotlin in a namespace for each module, and the reason codes as constants.
use super::{
    structs::{kotlin_docs, kotlin_type, swift_docs, swift_type},
    uniffi::exported,
};
use crate::codegen::{
    File, MARK,
    model::{Argument, Function, Model, Module, Type, flat},
};
use heck::{ToLowerCamelCase as _, ToPascalCase as _, ToShoutySnakeCase as _};
use std::fmt::Write as _;

/// Two files for each language.
pub fn emit(model: &Model) -> Vec<File> {
    let file = |path: &str, text: String| File { path: path.into(), text: format!("// {MARK}\n{text}") };
    vec![
        file("bindings-swift/swift/Sources/Relcore/Functions.swift", swift_functions(model)),
        file("bindings-swift/swift/Sources/Relcore/ReasonCode.swift", swift_reason_codes(model)),
        file("bindings-kotlin/src/main/Functions.kt", kotlin_functions(model)),
        file("bindings-kotlin/src/main/ReasonCode.kt", kotlin_reason_codes(model)),
    ]
}

/// The call of a function in its namespace: `Canary.nextAction`.
pub fn qualified(function: &Function) -> String {
    format!("{}.{}", function.module.to_pascal_case(), function.name.to_lower_camel_case())
}

/// The modules that have functions.
fn modules(model: &Model) -> impl Iterator<Item = (&Module, Vec<Function>)> {
    let modules = model.modules.iter().map(|module| {
        let bulk = model.bulk_functions_of(&module.name);
        let bulk = bulk.map(|bulk| bulk.with_columns(&flat(&module.name, bulk.set())));
        (module, model.functions_of(&module.name).cloned().chain(bulk).collect())
    });
    modules.filter(|(_, functions): &(_, Vec<_>)| !functions.is_empty())
}

fn swift_functions(model: &Model) -> String {
    let mut text = String::new();
    for (module, functions) in modules(model) {
        let _ = writeln!(
            text,
            "\n{}public enum {} {{",
            swift_docs(&module.docs, ""),
            module.name.to_pascal_case()
        );
        for constant in model.constants_of(&module.name) {
            let (docs, name) = (swift_docs(&constant.docs, "    "), constant.name.to_lower_camel_case());
            let _ = writeln!(text, "{docs}    public static let {name} = {:?}\n", constant.text);
        }
        for (index, function) in functions.iter().enumerate() {
            let argument = |argument: &Argument| {
                let default = if is_optional(argument) { " = nil" } else { "" };
                format!("{}: {}{default}", argument.wire, swift_type(model, &argument.of))
            };
            let passed = |argument: &Argument| format!("{0}: {0}", argument.wire);
            let _ = write!(
                text,
                "{}{}    public static func {}({}) throws -> {} {{\n        try {}({})\n    }}\n",
                if index == 0 { "" } else { "\n" },
                swift_docs(&function.docs, "    "),
                function.name.to_lower_camel_case(),
                list(function, argument),
                swift_type(model, &function.result),
                exported(function).to_lower_camel_case(),
                list(function, passed),
            );
        }
        text += "}\n";
    }
    text
}

fn kotlin_functions(model: &Model) -> String {
    let mut text = String::from("package relcore\n");
    for (module, functions) in modules(model) {
        let _ =
            writeln!(text, "\n{}object {} {{", kotlin_docs(&module.docs, ""), module.name.to_pascal_case());
        for constant in model.constants_of(&module.name) {
            let docs = kotlin_docs(&constant.docs, "    ");
            let _ = writeln!(text, "{docs}    const val {}: String = {:?}\n", constant.name, constant.text);
        }
        for (index, function) in functions.iter().enumerate() {
            let argument = |argument: &Argument| {
                let default = if is_optional(argument) { " = null" } else { "" };
                format!("{}: {}{default}", argument.wire, kotlin_type(model, &argument.of))
            };
            let _ = write!(
                text,
                "{}{}    @JvmStatic\n    @Throws(RelcoreException::class)\n    fun {}({}): {} =\n        {}({})\n",
                if index == 0 { "" } else { "\n" },
                kotlin_docs(&function.docs, "    "),
                function.name.to_lower_camel_case(),
                list(function, argument),
                kotlin_type(model, &function.result),
                exported(function).to_lower_camel_case(),
                list(function, |argument| argument.wire.clone()),
            );
        }
        text += "}\n";
    }
    text
}

fn is_optional(argument: &Argument) -> bool {
    matches!(argument.of, Type::Optional(_))
}

fn list(function: &Function, each: impl Fn(&Argument) -> String) -> String {
    function.arguments.iter().map(each).collect::<Vec<_>>().join(", ")
}

const REASON_CODE: &str = "The stable code of a rule: `failure_limit_exceeded`. The text of a code never changes its meaning.\n\n\
     The set grows with every version: a code that this version does not know is read and kept.";

fn swift_reason_codes(model: &Model) -> String {
    let mut text = format!(
        "\n{}public struct ReasonCode: RawRepresentable, Hashable, Sendable {{\n    /// The text of the code.\n    \
         public let rawValue: String\n\n    /// The code with this text. Every function refuses what is not lowercase \
         letters, digits and underscores.\n    public init(rawValue: String) {{ self.rawValue = rawValue }}\n}}\n\n\
         extension ReasonCode: CustomStringConvertible {{\n    public var description: String {{ rawValue }}\n}}\n\n\
         extension ReasonCode {{\n",
        swift_docs(REASON_CODE, "")
    );
    for code in &model.reason_codes {
        let name = code.code.to_lower_camel_case();
        let docs = swift_docs(&code.docs, "    ");
        let _ = writeln!(text, "{docs}    public static let {name} = Self(rawValue: {:?})", code.code);
    }
    text + "}\n"
}

fn kotlin_reason_codes(model: &Model) -> String {
    let docs = format!(
        "{REASON_CODE}\n\nEvery function refuses a `value` that is not lowercase letters, digits and underscores."
    );
    let mut text = format!(
        "package relcore\n\n{}@JvmInline\nvalue class ReasonCode(val value: String) {{\n    override fun toString(): \
         String = value\n\n    companion object {{\n",
        kotlin_docs(&docs, "")
    );
    for code in &model.reason_codes {
        let name = code.code.to_shouty_snake_case();
        let docs = kotlin_docs(&code.docs, "        ");
        let _ = writeln!(text, "{docs}        val {name} = ReasonCode({:?})", code.code);
    }
    text + "    }\n}\n"
}
