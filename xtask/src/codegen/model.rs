//! What the core offers, as plain data: the middle of the generator.
use super::examples::Example;
use heck::ToPascalCase as _;
pub use relcore::column::Field as Column;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that crosses to other languages.
#[derive(Debug, Default)]
pub struct Model {
    /// The modules with their docs, sorted by name.
    pub modules: Vec<Module>,
    /// The types by qualified name.
    pub types: BTreeMap<String, Definition>,
    /// The constants, by module and name.
    pub constants: Vec<Constant>,
    /// The functions, by module and name.
    pub functions: Vec<Function>,
    /// The functions over columns, by module and name.
    pub bulk_functions: Vec<BulkFunction>,
    /// What all columns have in common.
    pub column_docs: String,
    /// The handles, by module and name.
    pub handles: Vec<Handle>,
    /// The reason codes, by module.
    pub reason_codes: Vec<Code>,
    /// The schemas as schemars made them, for `schemas/`: `$defs` by qualified name.
    pub definitions: serde_json::Map<String, Value>,
    /// A call of each function that has one in the conformance cases, by qualified name.
    pub examples: BTreeMap<String, Example>,
}

/// A module of the core.
#[derive(Debug)]
pub struct Module {
    /// Its name: `canary`.
    pub name: String,
    /// Its documentation: the rules, their order, pitfalls.
    pub docs: String,
}

/// A named type.
#[derive(Debug)]
pub struct Definition {
    /// The name that is unique in the core: `canary.Decision`; without the module in the foundation: `Weekday`.
    pub qualified: String,
    /// The module of the core: `canary`.
    pub module: String,
    /// The name inside its module, as in Rust, Python and TypeScript: `Decision`.
    pub name: String,
    /// The name where names are flat, as in Swift and Kotlin: `CanaryDecision`.
    pub flat: String,
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
    /// The name in Rust: `RollBack`.
    pub name: String,
    /// The text on the wire: `roll_back`.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
}

/// A variant with data.
#[derive(Debug)]
pub struct Variant {
    /// The name in Rust: `SetWeight`.
    pub name: String,
    /// The text of the key `type`: `set_weight`.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a struct or of a variant.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in Rust and Python: `min_samples`.
    pub name: String,
    /// The name on the wire, in TypeScript, Swift and Kotlin: `minSamples`.
    pub wire: String,
    /// Its documentation.
    pub docs: String,
    /// Its type.
    pub of: Type,
    /// Its value when it is left out, in the wire form; `None` when it is required, `null` for an absent optional.
    pub default: Option<Value>,
}

/// A type of a field, an argument or a result.
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
    /// A reason code: one of [`Model::reason_codes`], or a text that a newer version added.
    ReasonCode,
    Optional(Box<Type>),
    List(Box<Type>),
    /// From text to values.
    Map(Box<Type>),
    /// A type of the model, by its qualified name.
    Named(String),
}

/// A public constant: a text.
#[derive(Debug)]
pub struct Constant {
    /// The module: `interchange`.
    pub module: String,
    /// The name: `GIT_LOG`.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// The text.
    pub text: String,
}

/// A public function or a method of a handle.
#[derive(Clone, Debug)]
pub struct Function {
    /// The name by which bindings resolve it: `canary.next_action`, `canary.Rollout.next_action`.
    pub qualified: String,
    /// The module: `canary`.
    pub module: String,
    /// The name: `next_action`.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Its result.
    pub result: Type,
    /// Whether it returns a `Result` in the core. In other languages every function may fail.
    pub fallible: bool,
    /// Whether its last argument in the core, `calls`, calls other functions by name. Other languages do not see it.
    pub calls: bool,
}

/// A function over columns.
#[derive(Debug)]
pub struct BulkFunction {
    /// The function without its first argument, the columns.
    pub function: Function,
    /// The path of the function in the core: `metrics::columns::dora`.
    pub path: String,
    /// The tables that it reads, and behind them the set of these tables.
    pub tables: Vec<Table>,
}

/// A table of columns, or a set of tables.
#[derive(Debug)]
pub struct Table {
    /// Its name: `DeploymentColumns`.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// Its columns, or its tables.
    pub columns: Vec<Column>,
}

/// A handle: a policy that is checked, compiled and digested once.
#[derive(Debug)]
pub struct Handle {
    /// The name by which bindings resolve its constructor: `canary.Rollout`.
    pub qualified: String,
    /// The module: `canary`.
    pub module: String,
    /// The name inside its module: `Rollout`.
    pub name: String,
    /// The name where names are flat: `CanaryRollout`.
    pub flat: String,
    /// Its documentation.
    pub docs: String,
    /// The documentation of its constructor.
    pub constructor_docs: String,
    /// The one argument of its constructor. The handle has an accessor of this name.
    pub policy: Argument,
    /// Its methods. The first two are accessors without arguments: the policy, and `digest`.
    pub methods: Vec<Function>,
}

/// An argument of a function. One of type `Optional` may be left out.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name in Rust and Python: `week_start`.
    pub name: String,
    /// Its name on the wire and in the other languages: `weekStart`.
    pub wire: String,
    /// Its type.
    pub of: Type,
}

/// A reason code.
#[derive(Debug)]
pub struct Code {
    /// The module whose rule it is: `canary`.
    pub module: String,
    /// The text: `failure_limit_exceeded`.
    pub code: String,
    /// Its documentation.
    pub docs: String,
}

/// The modules whose types have no prefix where names are flat.
pub const FOUNDATION: &[&str] = &["error", "scalar", "reason", "time", "version"];

/// The name of a type or a handle of a module where names are flat.
pub fn flat(module: &str, name: &str) -> String {
    let prefix = module.to_pascal_case();
    if FOUNDATION.contains(&module) || name.starts_with(&prefix) { name.to_owned() } else { prefix + name }
}

impl Model {
    /// The constants of a module.
    pub fn constants_of<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a Constant> {
        self.constants.iter().filter(move |constant| constant.module == module)
    }

    /// The functions of a module.
    pub fn functions_of<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a Function> {
        self.functions.iter().filter(move |function| function.module == module)
    }

    /// The handles of a module.
    pub fn handles_of<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a Handle> {
        self.handles.iter().filter(move |handle| handle.module == module)
    }

    /// The functions over columns of a module.
    pub fn bulk_functions_of<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a BulkFunction> {
        self.bulk_functions.iter().filter(move |bulk| bulk.function.module == module)
    }

    /// The types of a module, by name.
    pub fn types_of<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a Definition> {
        self.types.values().filter(move |definition| definition.module == module)
    }
}

impl BulkFunction {
    /// The name of the set of tables.
    pub fn set(&self) -> &str {
        self.tables.last().map_or("", |set| &set.name)
    }

    /// The name of the function over data frames: `dora_frame` beside `dora_columns`.
    pub fn frame_name(&self) -> String {
        let name = &self.function.name;
        format!("{}_frame", name.strip_suffix("_columns").unwrap_or(name))
    }

    /// The tables by their names in the set.
    pub fn frames(&self) -> impl Iterator<Item = (&str, &Table)> {
        let set = self.tables.last().map(|set| set.columns.as_slice()).unwrap_or_default();
        let fields = set.iter().filter(|field| matches!(field.kind, relcore::column::Kind::Table(_)));
        fields.map(|field| field.name.as_ref()).zip(&self.tables)
    }

    /// The function with its first argument, `columns`, of a type that the model does not have.
    pub fn with_columns(&self, of: &str) -> Function {
        let columns =
            Argument { name: "columns".into(), wire: "columns".into(), of: Type::Named(of.to_owned()) };
        let mut function = self.function.clone();
        function.arguments.insert(0, columns);
        function
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
        match self.innermost() {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// The type without what may be left out or repeated.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Optional(inner) | Self::List(inner) | Self::Map(inner) => inner.innermost(),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::flat;

    #[test]
    fn flat_names_say_their_module_once() {
        assert_eq!(flat("canary", "Decision"), "CanaryDecision");
        assert_eq!(flat("release", "ReleaseWindow"), "ReleaseWindow");
        assert_eq!(flat("time", "Weekday"), "Weekday");
    }
}
