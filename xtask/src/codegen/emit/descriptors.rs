//! The type descriptors inside the core: a refused input is compared with them (`relcore::wire::diagnose`), and a binding
//! that encodes values by position reads them (`relcore::api::descriptors`).
use crate::codegen::{
    File, MARK,
    model::{Definition, Field, Kind, Model, Type},
};
use std::fmt::Write as _;

/// `relcore/src/wire/descriptors.rs`, `relcore/src/api/arguments.rs` and `relcore/src/api/named.rs`.
pub fn emit(model: &Model) -> Vec<File> {
    vec![
        File { path: "relcore/src/wire/descriptors.rs".into(), text: types(model) },
        File { path: "relcore/src/api/arguments.rs".into(), text: arguments(model) },
        File { path: "relcore/src/api/named.rs".into(), text: named(model) },
    ]
}

fn types(model: &Model) -> String {
    let mut text = format!("// {MARK}\nuse super::descriptor::{{Descriptor, Field, TypeRef}};\n\n");
    text +=
        "/// Every named type, sorted by name.\npub(crate) static DESCRIPTORS: &[(&str, Descriptor)] = &[\n";
    for definition in model.types.values() {
        let descriptor = match &definition.kind {
            Kind::Unit(units) => {
                let texts: Vec<String> = units.iter().map(|unit| format!("{:?}", unit.wire)).collect();
                format!("Descriptor::Unit(&[{}])", texts.join(", "))
            }
            Kind::Struct(fields) => format!("Descriptor::Struct({})", self::fields(fields)),
            Kind::Tagged(variants) => {
                let variants: Vec<String> = variants
                    .iter()
                    .map(|variant| format!("({:?}, {} as &[Field])", variant.wire, fields(&variant.fields)))
                    .collect();
                format!("Descriptor::Tagged(&[{}])", variants.join(", "))
            }
        };
        let _ = writeln!(text, "({:?}, {descriptor}),", definition.qualified);
    }
    text + "];\n"
}

fn arguments(model: &Model) -> String {
    let mut text = format!("// {MARK}\nuse crate::wire::{{RowTypes, TypeRef}};\n\n");
    text += "/// The types of every public function, constructor and method; of a type, the value that is written.\n";
    text += "pub(super) static ROWS: &[RowTypes] = &[\n";
    let methods = model.handles.iter().flat_map(|handle| &handle.methods);
    let bulk = model.bulk_functions.iter().map(|bulk| &bulk.function);
    for function in model.functions.iter().chain(bulk).chain(methods) {
        let arguments = function.arguments.iter();
        let arguments: Vec<String> =
            arguments.map(|argument| format!("({:?}, {})", argument.wire, type_ref(&argument.of))).collect();
        let (arguments, result) = (arguments.join(", "), type_ref(&function.result));
        let _ = writeln!(text, "({:?}, &[{arguments}], Some({result})),", function.qualified);
    }
    for handle in &model.handles {
        let policy = format!("({:?}, {})", handle.policy.wire, type_ref(&handle.policy.of));
        let _ = writeln!(text, "({:?}, &[{policy}], None),", handle.qualified);
    }
    for name in model.types.keys() {
        let _ = writeln!(text, "({name:?}, &[(\"value\", TypeRef::Named({name:?}))], None),");
    }
    text + "];\n"
}

fn named(model: &Model) -> String {
    let mut text = format!("// {MARK}\n\n/// Every named type with its qualified name, sorted by name.\n");
    text += "macro_rules! named_types {\n($callback:ident) => {\n$callback! {\n";
    for Definition { qualified, module, name, .. } in model.types.values() {
        let _ = writeln!(text, "{qualified:?}: crate::{module}::{name},");
    }
    text + "}\n};\n}\npub(super) use named_types;\n"
}

fn fields(fields: &[Field]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|field| {
            let required = field.default.is_none();
            format!("Field {{ name: {:?}, required: {required}, of: {} }}", field.wire, type_ref(&field.of))
        })
        .collect();
    format!("&[{}]", fields.join(", "))
}

fn type_ref(of: &Type) -> String {
    match of {
        Type::Bool => "TypeRef::Bool".into(),
        Type::U8 => format!("TypeRef::Integer(0, {})", u8::MAX),
        Type::U16 => format!("TypeRef::Integer(0, {})", u16::MAX),
        Type::U32 => format!("TypeRef::Integer(0, {})", u32::MAX),
        Type::I32 => format!("TypeRef::Integer({}, {})", i32::MIN, i32::MAX),
        Type::Count => format!("TypeRef::Integer(0, {})", relcore::scalar::Count::MAX),
        Type::F64 => "TypeRef::Float".into(),
        Type::String => "TypeRef::Text".into(),
        Type::Timestamp => "TypeRef::Timestamp".into(),
        Type::Span => "TypeRef::Span".into(),
        Type::NaiveDate => "TypeRef::Date".into(),
        Type::Version => "TypeRef::Version".into(),
        Type::ReasonCode => "TypeRef::ReasonCode".into(),
        Type::Optional(inner) => format!("TypeRef::Optional(&{})", type_ref(inner)),
        Type::List(inner) => format!("TypeRef::List(&{})", type_ref(inner)),
        Type::Map(inner) => format!("TypeRef::Map(&{})", type_ref(inner)),
        Type::Named(name) => format!("TypeRef::Named({name:?})"),
    }
}
