//! The table of public functions and handles: the API in every language.
//!
//! Each module declares its rows in its macro `table_rows!`; this module concatenates them. From the rows come the calls of
//! the bindings ([`function`], [`constructor`], [`method`]), the signatures, and through `cargo xtask codegen` the
//! functions, documentation and types of Python, Node, Swift and Kotlin.
//!
//! Bindings resolve a name once, when they are loaded, so a new row changes nothing for the others. An argument of type
//! `Option` may be left out in every language; every other argument is required.
mod arguments;
mod call;
mod json;
mod named;
mod prepared;
mod table;
mod types;

pub use call::{Argument, Floats, Transport};
pub use json::{JsonTransport, call_json, descriptors, is_key};
pub use prepared::PreparedCalls;
pub use types::{NamedType, named_type, named_types};

use crate::column::{Columns, Record};
use crate::error::Result;
use crate::reason::ReasonCode;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::{any::Any, fmt, sync::Arc};

/// The name and the arguments of a public function, constructor or method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct Signature {
    /// The qualified name: `canary.next_action`, `canary.Rollout`, `canary.Rollout.next_action`.
    pub name: &'static str,
    /// The names of the arguments, in order.
    pub arguments: &'static [&'static str],
}

/// A public function, resolved by [`function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Function(table::Row);

/// A public function over columns, resolved by [`bulk_function`].
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub struct BulkFunction {
    row: table::Row,
    /// The tables that it reads.
    pub tables: &'static Record,
}

/// The constructor of a handle, resolved by [`constructor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Constructor(table::Row);

/// A method of a handle, resolved by [`method`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Method(table::Row);

/// A handle, such as a [`canary::Rollout`](crate::canary::Rollout): a policy that was checked, compiled and digested
/// once. Immutable, cheap to clone, and usable from several threads.
#[derive(Clone)]
pub struct Handle(Arc<dyn Any + Send + Sync + UnwindSafe + RefUnwindSafe>);

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle")
    }
}

/// Resolves a public function by its qualified name.
///
/// ```
/// use relcore::api;
/// let signature = api::function("canary.start").map(|function| function.signature());
/// assert_eq!(signature.map(|signature| signature.arguments), Some(&["schedule", "now"][..]));
/// assert!(api::function("canary.stop").is_none());
/// ```
#[must_use]
pub fn function(name: &str) -> Option<Function> {
    functions().find(|function| function.signature().name == name)
}

/// Every public function, by module and name.
pub fn functions() -> impl Iterator<Item = Function> {
    table::functions().map(Function)
}

/// Resolves a function over columns by its qualified name, `metrics.dora_columns`.
#[must_use]
pub fn bulk_function(name: &str) -> Option<BulkFunction> {
    bulk_functions().find(|function| function.signature().name == name)
}

/// Every function over columns, by module and name.
pub fn bulk_functions() -> impl Iterator<Item = BulkFunction> {
    table::bulk_functions().map(|(row, tables)| BulkFunction { row, tables })
}

/// Resolves the constructor of a handle by the handle's qualified name, `canary.Rollout`.
#[must_use]
pub fn constructor(name: &str) -> Option<Constructor> {
    constructors().find(|constructor| constructor.signature().name == name)
}

/// The constructor of every handle, by module and name.
pub fn constructors() -> impl Iterator<Item = Constructor> {
    table::constructors().map(Constructor)
}

/// Resolves a method of a handle by its qualified name, `canary.Rollout.next_action`.
#[must_use]
pub fn method(name: &str) -> Option<Method> {
    methods().find(|method| method.signature().name == name)
}

/// Every method of every handle, by module and name.
pub fn methods() -> impl Iterator<Item = Method> {
    table::methods().map(Method)
}

impl Function {
    /// The name and the arguments.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        self.0.signature
    }

    /// Calls the function through the transport of a binding, which takes the result.
    ///
    /// # Errors
    /// Whatever the transport or the function refuses.
    pub fn call(self, transport: &mut dyn Transport) -> Result<()> {
        table::call(self.0, transport)
    }
}

impl BulkFunction {
    /// The name and the arguments, without the columns.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        self.row.signature
    }

    /// Calls the function on columns through the transport of a binding, which takes the result.
    ///
    /// # Errors
    /// Whatever the transport or the function refuses.
    pub fn call(self, columns: &Columns<'_>, transport: &mut dyn Transport) -> Result<()> {
        table::call_bulk(self.row, columns, transport)
    }
}

impl Constructor {
    /// The name of the handle and the one argument of its constructor: the policy.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        self.0.signature
    }

    /// Makes a handle through the transport of a binding.
    ///
    /// # Errors
    /// Whatever the transport refuses, and every fault of the policy.
    pub fn call(self, transport: &mut dyn Transport) -> Result<Handle> {
        table::construct(self.0, transport)
    }
}

impl Method {
    /// The name and the arguments, without the handle.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        self.0.signature
    }

    /// Calls the method on a handle through the transport of a binding, which takes the result.
    ///
    /// # Errors
    /// `wrong_type` for a handle of another type; whatever the transport or the method refuses.
    pub fn call(self, handle: &Handle, transport: &mut dyn Transport) -> Result<()> {
        table::call_method(self.0, handle, transport)
    }
}

/// Every reason code with its module and its docs, by module.
pub fn reason_codes() -> impl Iterator<Item = (&'static str, ReasonCode, &'static str)> {
    let modules = [
        ("release", crate::release::code::ALL),
        ("versioning", crate::versioning::code::ALL),
        ("window", crate::window::code::ALL),
        ("readiness", crate::readiness::code::ALL),
        ("analysis", crate::analysis::code::ALL),
        ("canary", crate::canary::code::ALL),
        ("experiment", crate::experiment::code::ALL),
        ("incident", crate::incident::code::ALL),
        ("communication", crate::communication::code::ALL),
        ("retrospective", crate::retrospective::code::ALL),
        ("rollback", crate::rollback::code::ALL),
        ("audit", crate::audit::code::ALL),
        ("stats", crate::stats::code::ALL),
        ("reason", crate::reason::code::ALL),
    ];
    modules
        .into_iter()
        .flat_map(|(module, codes)| codes.iter().map(move |(code, docs)| (module, *code, *docs)))
}

/// The schemas of the arguments and the result of a row, for the generator of the bindings.
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[cfg(feature = "schema")]
#[derive(Clone, Debug)]
pub struct RowSchema {
    /// The function, constructor or method.
    pub signature: Signature,
    /// The type of each argument.
    pub arguments: Vec<schemars::Schema>,
    /// The type of the result; for a constructor, the type of the policy.
    pub result: schemars::Schema,
}

/// The schemas of every row, for the generator of the bindings.
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[cfg(feature = "schema")]
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    /// The texts of the constants, by qualified name.
    pub constants: Vec<(&'static str, &'static str)>,
    /// Of the functions.
    pub functions: Vec<RowSchema>,
    /// Of the functions over columns, without the columns.
    pub bulk_functions: Vec<RowSchema>,
    /// Of the constructors.
    pub constructors: Vec<RowSchema>,
    /// Of the methods.
    pub methods: Vec<RowSchema>,
}

/// Collects the schemas of every row.
#[cfg(feature = "schema")]
pub fn schemas(generator: &mut schemars::SchemaGenerator) -> Schemas {
    generator.subschema_for::<crate::error::Fault>(); // errors carry it; no function returns it
    table::schemas(generator)
}
