//! The types of the Node face as slots: `codec.js`, a writer for each type that arguments are made of and a reader for
//! each that answers are made of. `bindings-node/slots.js` has what these are built from.
//!
//! Fields and variants cross by their places, so their order here is that of the core's declarations.
use super::node::bracketed;
use crate::codegen::{
    File, MARK,
    model::{Definition, Field, Kind, Model, Type},
};
use std::{collections::BTreeSet, fmt::Write as _};

/// `bindings-node/codec.js`.
pub fn emit(model: &Model) -> File {
    let mut codec = Codec { model, taken: BTreeSet::new(), given: BTreeSet::new(), text: String::new() };
    let mut functions = String::new();
    for function in &model.functions {
        let takes: Vec<String> =
            function.arguments.iter().map(|argument| codec.writer(&argument.of)).collect();
        let gives = codec.reader(&function.answer);
        let arguments: Vec<String> =
            function.arguments.iter().map(|argument| format!("{:?}", argument.wire)).collect();
        let _ = writeln!(functions, "  {{\n    name: \"{}.{}\",", function.room, function.name);
        functions += &bracketed(2, "arguments: ", "[", &arguments, "],");
        functions += &bracketed(2, "takes: ", "[", &takes, "],");
        let comes_back = comes_back(model, &function.answer);
        let _ = write!(functions, "    gives: {gives},\n    comesBack: {comes_back},\n  }},\n");
    }
    let text = format!(
        "// {MARK}\n\"use strict\";\n\nconst slots = require(\"./slots.js\");\n{}\n\
         /** The public functions by place: how their arguments go over, and their answers come back. */\n\
         module.exports = [\n{functions}];\n",
        codec.text
    );
    File { path: "bindings-node/codec.js".into(), text }
}

/// Whether an answer is what some function takes: the native part then keeps it, or the part of it that goes on.
fn comes_back(model: &Model, answer: &Type) -> bool {
    let is_struct = |of: &Type| {
        let Type::Named(name) = of else { return false };
        model.types.get(name).is_some_and(|definition| matches!(definition.kind, Kind::Struct(_)))
    };
    is_struct(answer)
        && model.functions.iter().any(|function| function.arguments.iter().any(|taken| taken.of == *answer))
}

/// What is written so far: every type stands before those that are made of it.
struct Codec<'a> {
    model: &'a Model,
    taken: BTreeSet<String>,
    given: BTreeSet<String>,
    text: String,
}

impl Codec<'_> {
    /// The writer of a type.
    fn writer(&mut self, of: &Type) -> String {
        match of {
            Type::Bool => "slots.bool".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count | Type::F64 => "slots.number".into(),
            Type::String | Type::Span | Type::NaiveDate | Type::Version => "slots.text".into(),
            Type::Timestamp => "slots.instant".into(),
            Type::Optional(inner) => format!("slots.optional({})", self.writer(inner)),
            Type::List(inner) => format!("slots.list({})", self.writer(inner)),
            Type::Map(inner) => format!("slots.map({})", self.writer(inner)),
            Type::Named(name) => {
                let model = self.model;
                if let Some(definition) = model.types.get(name)
                    && self.taken.insert(name.clone())
                {
                    self.write_writer(definition);
                }
                format!("take{name}")
            }
        }
    }

    fn write_writer(&mut self, definition: &Definition) {
        let made = match &definition.kind {
            Kind::Unit(_) => "slots.text".into(),
            Kind::Struct(fields) => format!("slots.struct({})", self.writers(1, fields)),
            Kind::Tagged(variants) => {
                let mut text = "slots.tagged({\n".to_owned();
                for variant in variants {
                    let _ = writeln!(text, "  {}: {},", variant.wire, self.writers(2, &variant.fields));
                }
                text + "})"
            }
        };
        let _ = write!(self.text, "\nconst take{} = {made};\n", definition.name);
    }

    fn writers(&mut self, depth: usize, fields: &[Field]) -> String {
        let indent = "  ".repeat(depth);
        let lines: Vec<String> = fields
            .iter()
            .map(|field| format!("{indent}{}: {},\n", field.wire, self.writer(&field.of)))
            .collect();
        if lines.is_empty() { "{}".into() } else { format!("{{\n{}{}}}", lines.concat(), &indent[2..]) }
    }

    /// The reader of a type.
    fn reader(&mut self, of: &Type) -> String {
        match of {
            Type::Bool => "slots.readBool".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count | Type::F64 => {
                "slots.readNumber".into()
            }
            Type::String | Type::Span | Type::NaiveDate | Type::Version => "slots.readText".into(),
            Type::Timestamp => "slots.readInstant".into(),
            Type::Optional(inner) => self.composed("Optional", inner),
            Type::List(inner) => self.composed("List", inner),
            Type::Map(inner) => self.composed("Map", inner),
            Type::Named(name) => {
                let model = self.model;
                if let Some(definition) = model.types.get(name)
                    && self.given.insert(name.clone())
                {
                    self.write_reader(definition);
                }
                format!("give{name}")
            }
        }
    }

    /// The reader of a list or the like: made once, not for each value.
    fn composed(&mut self, form: &str, inner: &Type) -> String {
        let inner = self.reader(inner);
        let item = inner.trim_start_matches("slots.read").trim_start_matches("give");
        let name = format!("give{item}{form}");
        if self.given.insert(name.clone()) {
            let _ = write!(self.text, "\nconst {name} = slots.read{form}({inner});\n");
        }
        name
    }

    fn write_reader(&mut self, definition: &Definition) {
        let name = &definition.name;
        let made = match &definition.kind {
            Kind::Unit(units) => {
                let texts: Vec<String> = units.iter().map(|unit| format!("{:?}", unit.wire)).collect();
                bracketed(0, &format!("const give{name} = slots.readUnit("), "[", &texts, "]);")
            }
            Kind::Struct(fields) => format!("function give{name}() {{\n{}}}\n", self.readers(None, fields)),
            Kind::Tagged(variants) => {
                // The variants are functions of their own, so that each has its shape.
                let mut text = format!("const give{name} = slots.readTagged({{\n");
                for variant in variants {
                    let body = self.readers(Some(&variant.wire), &variant.fields);
                    let body: String = body.lines().map(|line| format!("  {line}\n")).collect();
                    let _ = write!(text, "  {}() {{\n{body}  }},\n", variant.wire);
                }
                text + "});\n"
            }
        };
        let _ = write!(self.text, "\n{made}");
    }

    /// Makes an object: what is always there at once, what may be absent and whatever comes after it one by one.
    fn readers(&mut self, tag: Option<&str>, fields: &[Field]) -> String {
        let mut text = String::new();
        let mut literal: Vec<String> = tag.map(|tag| format!("type: {tag:?}")).into_iter().collect();
        let (first, later) =
            fields.split_at(fields.iter().take_while(|field| !matches!(field.of, Type::Optional(_))).count());
        for field in first {
            literal.push(format!("{}: {}()", field.wire, self.reader(&field.of)));
        }
        let lines: String = literal.iter().map(|entry| format!("    {entry},\n")).collect();
        let _ = match literal.is_empty() {
            true => writeln!(text, "  const value = {{}};"),
            false => write!(text, "  const value = {{\n{lines}  }};\n"),
        };
        for field in later {
            let _ = match &field.of {
                Type::Optional(inner) => {
                    let reader = self.reader(inner);
                    writeln!(text, "  if (slots.readBool()) value.{} = {reader}();", field.wire)
                }
                of => {
                    let reader = self.reader(of);
                    writeln!(text, "  value.{} = {reader}();", field.wire)
                }
            };
        }
        text + "  return Object.freeze(value);\n"
    }
}
