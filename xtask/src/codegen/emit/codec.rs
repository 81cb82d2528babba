//! The types of the Node face as slots: `codec.js`, a writer for each type that arguments are made of and a reader for
//! each that answers are made of. `bindings-node/slots.js` has what these are built from.
//!
//! Fields and variants cross by their places, so their order here is that of the core's declarations.
use super::node::{WIDTH, bracketed};
use crate::codegen::{
    File, MARK,
    model::{Definition, Field, Kind, Model, Type},
};
use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use std::{collections::BTreeSet, fmt::Write as _};

/// `bindings-node/codec.js`.
pub fn emit(model: &Model) -> File {
    let mut codec = Codec { model, written: BTreeSet::new(), text: String::new() };
    let mut functions = String::new();
    for function in &model.functions {
        let arguments = function.arguments.iter();
        let names: Vec<String> = arguments.clone().map(|argument| format!("{:?}", argument.wire)).collect();
        let takes: Vec<String> = arguments.clone().map(|argument| codec.writer(&argument.of)).collect();
        let keeps: Vec<String> =
            arguments.map(|argument| is_struct(model, &argument.of).to_string()).collect();
        let _ = writeln!(functions, "  {{\n    name: \"{}.{}\",", function.room, function.name);
        functions += &bracketed(2, "names: ", "[", &names, "],");
        functions += &bracketed(2, "takes: ", "[", &takes, "],");
        functions += &bracketed(2, "keeps: ", "[", &keeps, "],");
        let _ = writeln!(functions, "    gives: {},", codec.reader(&function.answer));
        if let Some(part) = goes_on(model, &function.answer) {
            let _ = writeln!(functions, "    goesOn: (answer) => answer{part},");
        }
        functions += "  },\n";
    }
    let text = format!(
        "// {MARK}\n\"use strict\";\n\nconst slots = require(\"./slots.js\");\n{}\n\
         /** The public functions by place: how their arguments go over, and their answers come back. */\n\
         module.exports = [\n{functions}];\n",
        codec.text
    );
    File { path: "bindings-node/codec.js".into(), text }
}

fn is_struct(model: &Model, of: &Type) -> bool {
    let Type::Named(name) = of else { return false };
    model.types.get(name).is_some_and(|definition| matches!(definition.kind, Kind::Struct(_)))
}

/// The part of an answer that the next call takes, which the native part keeps: the state of a decision
/// (`relcore::api::carried_on`), or the whole answer.
fn goes_on(model: &Model, answer: &Type) -> Option<&'static str> {
    let is_taken = |of: &Type| {
        let mut arguments = model.functions.iter().flat_map(|function| &function.arguments);
        is_struct(model, of) && arguments.any(|argument| argument.of == *of)
    };
    let definition = model.types.get(answer.named()?)?;
    if is_struct(model, answer)
        && definition.fields().any(|field| field.wire == "state" && is_taken(&field.of))
    {
        return Some(".state");
    }
    is_taken(answer).then_some("")
}

/// What is written so far: every constant stands before those that are made of it.
struct Codec<'a> {
    model: &'a Model,
    written: BTreeSet<String>,
    text: String,
}

impl Codec<'_> {
    /// The writer of a type: a function that gives true, or false when the value is not of the type.
    fn writer(&mut self, of: &Type) -> String {
        match of {
            Type::Bool => "slots.bool".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count | Type::F64 => "slots.number".into(),
            Type::String | Type::Span | Type::NaiveDate | Type::Version => "slots.text".into(),
            Type::Timestamp => "slots.instant".into(),
            Type::Optional(inner) => {
                let inner = self.writer(inner);
                let body = format!("slots.absent(it) || {inner}(it)");
                self.composed("take", &inner, "Optional", &format!("(it) => {body}"))
            }
            Type::List(inner) => {
                let inner = self.writer(inner);
                self.composed("take", &inner, "List", &format!("(it) => slots.list(it, {inner})"))
            }
            Type::Map(inner) => {
                let inner = self.writer(inner);
                self.composed("take", &inner, "Map", &format!("(it) => slots.map(it, {inner})"))
            }
            Type::Named(name) => self.named("take", name, Self::write_writer),
        }
    }

    fn write_writer(&mut self, definition: &Definition) {
        let name = &definition.name;
        let made = match &definition.kind {
            Kind::Unit(_) => format!("const take{name} = slots.text;\n"),
            Kind::Struct(fields) => {
                let begin = format!("begin({})", fields.len());
                let body = self.writers(1, &begin, fields, &format!("{}Fields", name.to_lower_camel_case()));
                let names = self::names(None, fields);
                let before = format!("const {}Fields = ", name.to_lower_camel_case());
                let list = bracketed(0, &before, "[", &names, "];");
                format!(
                    "{list}function take{name}(it) {{\n  if (!slots.isObject(it)) return false;\n{body}}}\n"
                )
            }
            Kind::Tagged(variants) => {
                let mut text = String::new();
                let mut cases = String::new();
                for (place, variant) in variants.iter().enumerate() {
                    let own =
                        format!("{}{}Fields", name.to_lower_camel_case(), variant.wire.to_upper_camel_case());
                    let names = self::names(Some("type"), &variant.fields);
                    text += &bracketed(0, &format!("const {own} = "), "[", &names, "];");
                    let begin = format!("beginVariant({place}, {})", variant.fields.len());
                    let body = self.writers(3, &begin, &variant.fields, &own);
                    let _ = write!(cases, "    case {:?}: {{\n{body}    }}\n", variant.wire);
                }
                format!(
                    "{text}function take{name}(it) {{\n  if (!slots.isObject(it)) return false;\n  \
                     switch (it.type) {{\n{cases}    default:\n      return false;\n  }}\n}}\n"
                )
            }
        };
        let _ = write!(self.text, "\n{made}");
    }

    /// Writes every field in its place. All are loaded first: then the engine knows the shape, and its prototype.
    fn writers(&mut self, depth: usize, begin: &str, fields: &[Field], names: &str) -> String {
        let indent = "  ".repeat(depth);
        let loads = fields.iter().map(|field| format!("{indent}const {0} = it.{0};\n", field.wire));
        let mut text: String = loads.collect();
        let _ = writeln!(text, "{indent}if (!slots.isPlain(Object.getPrototypeOf(it))) return false;");
        let _ = writeln!(text, "{indent}const outer = slots.{begin};");
        for field in fields {
            let wire = &field.wire;
            let unless = match (&field.of, &field.default) {
                (Type::Optional(_), _) => format!("!slots.absent({wire}) && "),
                (_, Some(_)) => format!("!slots.missing({wire}) && "),
                _ => String::new(),
            };
            let writer = match &field.of {
                Type::Optional(inner) => self.writer(inner),
                of => self.writer(of),
            };
            let condition = format!("{indent}if ({unless}!{writer}({wire}))");
            let fits = condition.len() + " return false;".len() <= WIDTH;
            let between = if fits { " ".to_owned() } else { format!("\n{indent}  ") };
            let _ = writeln!(text, "{condition}{between}return false;");
        }
        text + &format!("{indent}return slots.end(outer, it, {names});\n")
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
            Type::Optional(inner) => self.composed_reader("Optional", inner),
            Type::List(inner) => self.composed_reader("List", inner),
            Type::Map(inner) => self.composed_reader("Map", inner),
            Type::Named(name) => self.named("give", name, Self::write_reader),
        }
    }

    fn composed_reader(&mut self, form: &str, inner: &Type) -> String {
        let inner = self.reader(inner);
        self.composed("give", &inner, form, &format!("slots.read{form}({inner})"))
    }

    /// The function of a named type, written at its first use.
    fn named(&mut self, verb: &str, name: &str, write: fn(&mut Self, &Definition)) -> String {
        let function = format!("{verb}{name}");
        let model = self.model;
        if let Some(definition) = model.types.get(name)
            && self.written.insert(function.clone())
        {
            write(self, definition);
        }
        function
    }

    /// The function of a list or the like: made once, not for each value.
    fn composed(&mut self, verb: &str, inner: &str, form: &str, made: &str) -> String {
        let item =
            ["slots.read", "slots.", "take", "give"].iter().find_map(|start| inner.strip_prefix(start));
        let name = format!("{verb}{}{form}", item.unwrap_or(inner).to_upper_camel_case());
        if self.written.insert(name.clone()) {
            let _ = write!(self.text, "\nconst {name} = {made};\n");
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

fn names(first: Option<&str>, fields: &[Field]) -> Vec<String> {
    let names = first.into_iter().chain(fields.iter().map(|field| field.wire.as_str()));
    names.map(|name| format!("{name:?}")).collect()
}
