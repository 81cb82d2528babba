//! The structs of Swift and Kotlin, written here and not by UniFFI, and put behind what UniFFI writes.
//!
//! UniFFI's defaults are literals only: a policy would have to be spelled out in Swift and Kotlin where Python and Node
//! take its defaults. So its own setting `exclude` leaves the structs out, and they are written here, whole: fields,
//! documentation, an initialiser with every default, and the converter that the rest of UniFFI's text calls by name.
//! They stand in its file because the converters of lists and options are visible only there.
use super::uniffi::{alias, flat};
use crate::codegen::{
    defaults::{Language, expression},
    docs,
    model::{Definition, Field, Kind, Model, Type},
};
use std::fmt::Write as _;

/// Every struct of a language.
pub fn emit(model: &Model, language: Language) -> String {
    let mut text = String::new();
    for (definition, fields) in all(model) {
        text += "\n";
        text += &match language {
            Language::Swift => swift(model, definition, fields),
            Language::Kotlin => kotlin(model, definition, fields),
        };
    }
    text
}

/// The names that UniFFI is told to leave out.
pub fn names(model: &Model) -> Vec<&str> {
    all(model).map(|(definition, _)| definition.flat.as_str()).collect()
}

fn all(model: &Model) -> impl Iterator<Item = (&Definition, &[Field])> {
    model.types.values().filter_map(|definition| match &definition.kind {
        Kind::Struct(fields) => Some((definition, fields.as_slice())),
        _ => None,
    })
}

fn swift(model: &Model, definition: &Definition, fields: &[Field]) -> String {
    let name = &definition.flat;
    let list = |each: &dyn Fn(&Field) -> String, between: &str| {
        fields.iter().map(each).collect::<Vec<_>>().join(between)
    };
    let declared = list(
        &|field| {
            format!(
                "{}    public var {}: {}\n",
                swift_docs(&field.docs, "    "),
                field.wire,
                swift_type(model, &field.of)
            )
        },
        "",
    );
    let taken = list(
        &|field| {
            let default = expression_of(model, Language::Swift, field);
            format!("        {}: {}{default}", field.wire, swift_type(model, &field.of))
        },
        ",\n",
    );
    let assigned = list(&|field| format!("        self.{0} = {0}\n", field.wire), "");
    let read = list(
        &|field| {
            format!(
                "            {}: {}.read(from: &buf)",
                field.wire,
                converter(model, Language::Swift, &field.of)
            )
        },
        ",\n",
    );
    let written = list(
        &|field| {
            format!(
                "        {}.write(value.{}, into: &buf)\n",
                converter(model, Language::Swift, &field.of),
                field.wire
            )
        },
        "",
    );
    format!(
        "{docs}public struct {name}: Hashable, Sendable {{\n{declared}\n    public init(\n{taken}\n    ) {{\n{assigned}    \
         }}\n}}\n\nstruct FfiConverterType{name}: FfiConverterRustBuffer {{\n    static func read(from buf: inout \
         Reader) throws -> {name} {{\n        try {name}(\n{read}\n        )\n    }}\n\n    static func write(_ value: \
         {name}, into buf: inout Writer) {{\n{written}    }}\n}}\n\nfunc FfiConverterType{name}_lift(_ buf: RustBuffer) \
         throws -> {name} {{ try FfiConverterType{name}.lift(buf) }}\n\nfunc FfiConverterType{name}_lower(_ value: \
         {name}) -> RustBuffer {{ FfiConverterType{name}.lower(value) }}\n",
        docs = swift_docs(&definition.docs, ""),
    )
}

fn kotlin(model: &Model, definition: &Definition, fields: &[Field]) -> String {
    let name = &definition.flat;
    let list = |each: &dyn Fn(&Field) -> String, between: &str| {
        fields.iter().map(each).collect::<Vec<_>>().join(between)
    };
    let declared = list(
        &|field| {
            let default = expression_of(model, Language::Kotlin, field);
            let docs = kotlin_docs(&field.docs, "    ");
            format!("{docs}    val `{}`: {}{default},\n", field.wire, kotlin_type(model, &field.of))
        },
        "",
    );
    let converter = |field: &Field| converter(model, Language::Kotlin, &field.of);
    let read = list(&|field| format!("        {}.read(buf),\n", converter(field)), "");
    let size =
        list(&|field| format!("        {}.allocationSize(value.`{}`)", converter(field), field.wire), " +\n");
    let written =
        list(&|field| format!("        {}.write(value.`{}`, buf)\n", converter(field), field.wire), "");
    format!(
        "{docs}data class {name}(\n{declared}) {{\n    companion object\n}}\n\ninternal object FfiConverterType{name} : \
         FfiConverterRustBuffer<{name}> {{\n    override fun read(buf: ByteBuffer) = {name}(\n{read}    )\n\n    override \
         fun allocationSize(value: {name}) =\n{size}\n\n    override fun write(value: {name}, buf: ByteBuffer) {{\n\
         {written}    }}\n}}\n",
        docs = kotlin_docs(&definition.docs, ""),
    )
}

/// The default of a field behind its type, if it has one.
pub fn expression_of(model: &Model, language: Language, field: &Field) -> String {
    let default = field.default.as_ref().and_then(|value| expression(model, language, &field.of, value));
    default.map_or(String::new(), |value| format!(" = {value}"))
}

/// A type as Swift writes it.
pub fn swift_type(model: &Model, of: &Type) -> String {
    match of {
        Type::Bool | Type::F64 | Type::U8 | Type::U16 | Type::U32 | Type::I32 => {
            canonical(model, Language::Swift, of)
        }
        Type::String | Type::Version => "String".into(),
        Type::Optional(inner) => format!("{}?", swift_type(model, inner)),
        Type::List(inner) => format!("[{}]", swift_type(model, inner)),
        Type::Map(inner) => alias(model, inner),
        Type::Named(name) => flat(model, name).to_owned(),
        scalar => format!("{scalar:?}"),
    }
}

/// A type as Kotlin writes it.
pub fn kotlin_type(model: &Model, of: &Type) -> String {
    match of {
        Type::Bool | Type::F64 | Type::U8 | Type::U16 | Type::U32 | Type::I32 => {
            canonical(model, Language::Kotlin, of)
        }
        Type::String | Type::Version => "String".into(),
        Type::Optional(inner) => format!("{}?", kotlin_type(model, inner)),
        Type::List(inner) => format!("List<{}>", kotlin_type(model, inner)),
        Type::Map(inner) => alias(model, inner),
        Type::Named(name) => flat(model, name).to_owned(),
        scalar => format!("{scalar:?}"),
    }
}

/// The name that UniFFI gives the converter of a type.
fn converter(model: &Model, language: Language, of: &Type) -> String {
    format!("FfiConverter{}", canonical(model, language, of))
}

fn canonical(model: &Model, language: Language, of: &Type) -> String {
    let swift = language == Language::Swift;
    let name = match of {
        Type::Bool if swift => "Bool",
        Type::Bool => "Boolean",
        Type::U8 if swift => "UInt8",
        Type::U8 => "UByte",
        Type::U16 if swift => "UInt16",
        Type::U16 => "UShort",
        Type::U32 if swift => "UInt32",
        Type::U32 => "UInt",
        Type::I32 if swift => "Int32",
        Type::I32 => "Int",
        Type::F64 => "Double",
        Type::String => "String",
        Type::Optional(inner) => {
            return format!(
                "{}{}",
                if swift { "Option" } else { "Optional" },
                canonical(model, language, inner)
            );
        }
        Type::List(inner) => return format!("Sequence{}", canonical(model, language, inner)),
        Type::Map(inner) => return format!("Type{}", alias(model, inner)),
        Type::Named(name) => return format!("Type{}", flat(model, name)),
        Type::Version => return "TypeVersionText".into(),
        scalar => return format!("Type{scalar:?}"),
    };
    name.to_owned()
}

/// A doc comment of Swift.
pub fn swift_docs(text: &str, indent: &str) -> String {
    docs::prose(text).lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "{}", format!("{indent}/// {line}").trim_end());
        out
    })
}

/// A doc comment of Kotlin.
pub fn kotlin_docs(text: &str, indent: &str) -> String {
    let prose = docs::prose(text);
    if prose.is_empty() {
        return String::new();
    }
    let mut out = format!("{indent}/**\n");
    for line in prose.lines() {
        let _ = writeln!(out, "{}", format!("{indent} * {line}").trim_end());
    }
    out + indent + " */\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::model::Unit;
    use serde_json::json;

    fn model() -> Model {
        let definition = |name: &str, kind| Definition {
            qualified: format!("canary.{name}"),
            module: "canary".into(),
            name: name.into(),
            flat: format!("Canary{name}"),
            docs: "Docs.".into(),
            kind,
        };
        let field = |name: &str, wire: &str, of, default| Field {
            name: name.into(),
            wire: wire.into(),
            docs: "Says\nmore.".into(),
            of,
            default,
        };
        let unit = Unit { name: "RollBack".into(), wire: "roll_back".into(), docs: "x".into() };
        let of = Type::Named("canary.Response".into());
        let fields = vec![
            field("names", "names", Type::List(Box::new(Type::String)), None),
            field("on_fail", "onFail", of, Some(json!("roll_back"))),
        ];
        let mut model = Model::default();
        for definition in
            [definition("Policy", Kind::Struct(fields)), definition("Response", Kind::Unit(vec![unit]))]
        {
            model.types.insert(definition.qualified.clone(), definition);
        }
        model
    }

    #[test]
    fn a_struct_of_swift() {
        let text = emit(&model(), Language::Swift);
        for part in [
            "/// Docs.\npublic struct CanaryPolicy: Hashable, Sendable {\n    /// Says\n    /// more.\n    public var names: [String]\n",
            "        names: [String],\n        onFail: CanaryResponse = .rollBack\n    ) {\n        self.names = names\n",
            "            names: FfiConverterSequenceString.read(from: &buf),\n",
            "        FfiConverterTypeCanaryResponse.write(value.onFail, into: &buf)\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_struct_of_kotlin() {
        let text = emit(&model(), Language::Kotlin);
        for part in [
            "/**\n * Docs.\n */\ndata class CanaryPolicy(\n    /**\n     * Says\n     * more.\n     */\n    val `names`: List<String>,\n",
            "    val `onFail`: CanaryResponse = CanaryResponse.ROLL_BACK,\n) {\n",
            "        FfiConverterSequenceString.allocationSize(value.`names`) +\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn only_structs_are_left_out_of_uniffis_text() {
        assert_eq!(names(&model()), ["CanaryPolicy"]);
    }
}
