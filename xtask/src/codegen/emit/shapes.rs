//! The table of types inside the core, against which a refused input is diagnosed (`relcore::wire::shape`).
use crate::codegen::{
    File, MARK,
    model::{Field, Kind, Model, Type},
};
use std::fmt::Write as _;

/// `relcore/src/wire/shapes.rs`.
pub fn emit(model: &Model) -> File {
    let mut text = format!("// {MARK}\nuse super::shape::{{Field, Shape, Type}};\n\n");
    text += "/// Every named type, sorted by name.\npub(super) static SHAPES: &[(&str, Shape)] = &[\n";
    for definition in model.types.values() {
        let shape = match &definition.kind {
            Kind::Unit(units) => {
                let texts: Vec<String> = units.iter().map(|unit| format!("{:?}", unit.wire)).collect();
                format!("Shape::Unit(&[{}])", texts.join(", "))
            }
            Kind::Struct(fields) => format!("Shape::Struct({})", self::fields(fields)),
            Kind::Tagged(variants) => {
                let variants: Vec<String> = variants
                    .iter()
                    .map(|variant| format!("({:?}, {} as &[Field])", variant.wire, fields(&variant.fields)))
                    .collect();
                format!("Shape::Tagged(&[{}])", variants.join(", "))
            }
        };
        let _ = writeln!(text, "({:?}, {shape}),", definition.name);
    }
    text += "];\n\n/// The arguments of every public function.\n";
    text += "pub(super) static ARGUMENTS: &[(&str, &[(&str, Type)])] = &[\n";
    for function in &model.functions {
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .map(|argument| format!("({:?}, {})", argument.wire, self::type_text(&argument.of)))
            .collect();
        let _ = writeln!(text, "(\"{}.{}\", &[{}]),", function.room, function.name, arguments.join(", "));
    }
    text += "];\n";
    File { path: "relcore/src/wire/shapes.rs".into(), text }
}

fn fields(fields: &[Field]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|field| {
            let required = field.default.is_none();
            format!("Field {{ name: {:?}, required: {required}, of: {} }}", field.wire, type_text(&field.of))
        })
        .collect();
    format!("&[{}]", fields.join(", "))
}

fn type_text(of: &Type) -> String {
    match of {
        Type::Bool => "Type::Bool".into(),
        Type::U8 => format!("Type::Integer(0, {})", u8::MAX),
        Type::U16 => format!("Type::Integer(0, {})", u16::MAX),
        Type::U32 => format!("Type::Integer(0, {})", u32::MAX),
        Type::I32 => format!("Type::Integer({}, {})", i32::MIN, i32::MAX),
        Type::Count => format!("Type::Integer(0, {})", relcore::wire::Count::MAX),
        Type::F64 => "Type::Float".into(),
        Type::String => "Type::Text".into(),
        Type::Timestamp => "Type::Timestamp".into(),
        Type::Span => "Type::Span".into(),
        Type::NaiveDate => "Type::Date".into(),
        Type::Version => "Type::Version".into(),
        Type::Optional(inner) => format!("Type::Optional(&{})", type_text(inner)),
        Type::List(inner) => format!("Type::List(&{})", type_text(inner)),
        Type::Map(inner) => format!("Type::Map(&{})", type_text(inner)),
        Type::Named(name) => format!("Type::Named({name:?})"),
    }
}
