//! What the core offers, as plain data: the middle of the generator.
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that crosses to other languages.
#[derive(Debug, Default)]
pub struct Model {
    /// The types by name; names are unique across all rooms.
    pub types: BTreeMap<String, Definition>,
    /// The functions in the order of the table.
    pub functions: Vec<Function>,
    /// The schemas as schemars made them, for `schemas/`: `$defs` by name.
    pub definitions: serde_json::Map<String, Value>,
}

/// A named type.
#[derive(Debug)]
pub struct Definition {
    /// The name, the same in every language.
    pub name: String,
    /// The room of the core it lives in: `canary`.
    pub room: String,
    /// Its documentation, as written in the core.
    pub docs: String,
    /// What it is made of.
    pub kind: Kind,
}

/// What a named type is made of.
#[derive(Debug)]
pub enum Kind {
    /// One of some texts.
    Unit(Vec<Unit>),
    /// Named fields.
    Struct(Vec<Field>),
    /// One of some structs, told apart by the key `type`.
    Tagged(Vec<Variant>),
}

/// A variant without data.
#[derive(Debug)]
pub struct Unit {
    /// The text on the wire: `roll_back`. Rust's name is its PascalCase.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
}

/// A variant with data.
#[derive(Debug)]
pub struct Variant {
    /// The text of the key `type`: `set_weight`. Rust's name is its PascalCase.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a struct or of a variant.
#[derive(Clone, Debug)]
pub struct Field {
    /// Rust's and Python's name: `min_samples`.
    pub name: String,
    /// The name on the wire, in TypeScript, Swift and Kotlin: `minSamples`.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
    /// Its type.
    pub of: Type,
    /// Its value when it is left out, in the wire form; `None` when it must be given, `null` for an absent optional.
    pub default: Option<Value>,
}

/// A type of a field, an argument or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    U8,
    U16,
    U32,
    I32,
    /// 0 to 2^53 - 1.
    Count,
    /// A finite number.
    F64,
    String,
    Timestamp,
    Span,
    NaiveDate,
    Version,
    Optional(Box<Type>),
    List(Box<Type>),
    /// From text to values.
    Map(Box<Type>),
    /// A type of the model.
    Named(String),
}

/// A public function.
#[derive(Debug)]
pub struct Function {
    /// Its place in the table, by which the doors call it.
    pub place: usize,
    /// The room: `canary`.
    pub room: String,
    /// The name: `next_action`.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// What it takes.
    pub arguments: Vec<Argument>,
    /// What it returns.
    pub answer: Type,
    /// Whether it returns a `Result` in the core. The doors of other languages always may fail.
    pub fallible: bool,
}

/// An argument of a function. One of type `Optional` may be left out.
#[derive(Debug)]
pub struct Argument {
    /// Its name in Rust and Python: `week_start`.
    pub name: String,
    /// Its name on the wire and in the other languages: `weekStart`.
    pub wire: String,
    /// Its type.
    pub of: Type,
}

impl Model {
    /// The rooms that have types or functions, sorted.
    pub fn rooms(&self) -> Vec<&str> {
        let of_types = self.types.values().map(|definition| definition.room.as_str());
        let mut rooms: Vec<&str> =
            of_types.chain(self.functions.iter().map(|function| function.room.as_str())).collect();
        rooms.sort_unstable();
        rooms.dedup();
        rooms
    }
}

impl Definition {
    /// All fields: of the struct, or of every variant.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        let (own, variants): (&[Field], &[Variant]) = match &self.kind {
            Kind::Unit(_) => (&[], &[]),
            Kind::Struct(fields) => (fields, &[]),
            Kind::Tagged(variants) => (&[], variants),
        };
        own.iter().chain(variants.iter().flat_map(|variant| &variant.fields))
    }
}

impl Type {
    /// The named type inside, if any.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Optional(inner) | Self::List(inner) | Self::Map(inner) => inner.named(),
            _ => None,
        }
    }
}
