//! The rows of all modules, expanded: signatures, calls and schemas.
use super::call::{Decoder, FloatsDecoder as _, OtherDecoder as _, argument, ret, run};
use super::{Argument, Handle, Signature, Transport};
use crate::column::{Columns, Record, Tables};
use crate::error::{Error, ErrorKind, Result};
use std::any::Any;
use std::sync::Arc;

/// Which row of which module: resolved from a name, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    module: usize,
    index: usize,
    pub(super) signature: &'static Signature,
}

type FunctionOf = fn(&mut dyn Transport, &Signature) -> Result<()>;
type ConstructorOf = fn(&mut dyn Transport, &Signature) -> Result<Handle>;
type MethodOf = fn(&Handle, &mut dyn Transport, &Signature) -> Result<()>;
type BulkOf = fn(&Columns<'_>, &mut dyn Transport, &Signature) -> Result<()>;

/// Expands the rows of one module. The macro `table_rows!` of each module calls it.
///
/// A row marked `#[plain]` returns its result as it is, any other a `Result`. One marked `#[calls]` or `#[plain_calls]` gets
/// the calls of its own [`PreparedCalls`](super::PreparedCalls) as its last argument, to call other functions by name. A row
/// of a policy stands for three functions: the default, and the two that read text. The one for YAML needs the feature
/// `yaml`. A row of a constant is for the generator of the bindings alone. A row of columns is the function `columns::dora`
/// of the module, which is called `dora_columns` in other languages. Each handle has, besides its methods, an accessor with
/// the name of its policy and `digest`.
macro_rules! table {
    (
        $module:ident {
            $(const $constant:ident: &str;)*
            $(policy $policy:ty: $default:ident, $from_json:ident, $from_yaml:ident;)*
            $(
                $(#[$plain:ident])?
                fn $function:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty;
            )*
            $(columns $bulk:ident(
                $columns:ident: $tables:ty, $($bulk_argument:ident: $bulk_type:ty),* $(,)?
            ) -> $bulk_result:ty;)*
            $(handle $handle:ident($policy_name:ident: $policy_type:ty) {
                $(
                    $(#[$method_plain:ident])?
                    fn $method:ident($($method_argument:ident: $method_type:ty),* $(,)?) -> $method_result:ty;
                )*
            })*
        }
    ) => {
        #[allow(unused_imports, reason = "not every module has rows of every kind")]
        pub(super) mod $module {
            use super::super::super::{scalar::Count, NaiveDate, Span, TimeRange, Timestamp, Version, Weekday, $module::*};
            use super::*;

            pub(in super::super) const FUNCTIONS: &[Signature] = &[
                $(
                    Signature { name: concat!(stringify!($module), ".", stringify!($default)), arguments: &[] },
                    Signature { name: concat!(stringify!($module), ".", stringify!($from_json)), arguments: &["text"] },
                    #[cfg(feature = "yaml")]
                    Signature { name: concat!(stringify!($module), ".", stringify!($from_yaml)), arguments: &["text"] },
                )*
                $(Signature {
                    name: concat!(stringify!($module), ".", stringify!($function)),
                    arguments: &[$(stringify!($argument)),*],
                },)*
            ];

            pub(in super::super) const BULK_FUNCTIONS: &[Signature] = &[$(Signature {
                name: concat!(stringify!($module), ".", stringify!($bulk), "_columns"),
                arguments: &[$(stringify!($bulk_argument)),*],
            }),*];

            /// The tables of each of them.
            pub(in super::super) const TABLES: &[&Record] = &[$(<$tables>::RECORD),*];

            pub(in super::super) const CONSTRUCTORS: &[Signature] = &[$(Signature {
                name: concat!(stringify!($module), ".", stringify!($handle)),
                arguments: &[stringify!($policy_name)],
            }),*];

            pub(in super::super) const METHODS: &[Signature] = &[$(
                Signature {
                    name: concat!(stringify!($module), ".", stringify!($handle), ".", stringify!($policy_name)),
                    arguments: &[],
                },
                Signature {
                    name: concat!(stringify!($module), ".", stringify!($handle), ".digest"),
                    arguments: &[],
                },
                $(Signature {
                    name: concat!(stringify!($module), ".", stringify!($handle), ".", stringify!($method)),
                    arguments: &[$(stringify!($method_argument)),*],
                },)*
            )*];

            #[allow(unused_mut, unused_variables, reason = "a function may have no arguments")]
            pub(super) fn call(row: Row, transport: &mut dyn Transport) -> Result<()> {
                let functions: &[FunctionOf] = &[
                    $(
                        |transport, signature| {
                            let result = run(transport, $default)?;
                            ret(transport, &result)
                        },
                        |transport, signature| {
                            let text: String = argument(transport, signature, 0)?;
                            let result = run(transport, || $from_json(&text))??;
                            ret(transport, &result)
                        },
                        #[cfg(feature = "yaml")]
                        |transport, signature| {
                            let text: String = argument(transport, signature, 0)?;
                            let result = run(transport, || $from_yaml(&text))??;
                            ret(transport, &result)
                        },
                    )*
                    $(|transport, signature| {
                        let mut index = 0..;
                        $(let $argument = (&Decoder::<$type>::NEW)
                            .decode(transport, signature, index.next().unwrap_or_default())?;)*
                        let result: $result = table!(@settle [$($plain)?] run(transport, ||
                            table!(@call [$($plain)?] $function($((&Decoder::<$type>::NEW).borrowed(&$argument)),*))));
                        ret(transport, &result)
                    },)*
                ];
                match functions.get(row.index) {
                    Some(function) => function(transport, row.signature),
                    None => Err(unknown(row)),
                }
            }

            #[allow(unused_mut, unused_variables, reason = "not every module has bulk functions")]
            pub(super) fn call_bulk(
                row: Row,
                given: &Columns<'_>,
                transport: &mut dyn Transport,
            ) -> Result<()> {
                let functions: &[BulkOf] = &[$(|given, transport, signature| {
                    let mut index = 0..;
                    $(let $bulk_argument: <$bulk_type as Argument<'_>>::Owned =
                        argument(transport, signature, index.next().unwrap_or_default())?;)*
                    let result: $bulk_result = run(transport, || {
                        let $columns: $tables = given.read()?;
                        columns::$bulk(&$columns, $(<$bulk_type as Argument<'_>>::borrow(&$bulk_argument)),*)
                    })??;
                    ret(transport, &result)
                }),*];
                match functions.get(row.index) {
                    Some(function) => function(given, transport, row.signature),
                    None => Err(unknown(row)),
                }
            }

            #[allow(unused_variables, reason = "not every module has handles")]
            pub(super) fn construct(row: Row, transport: &mut dyn Transport) -> Result<Handle> {
                let constructors: &[ConstructorOf] = &[$(|transport, signature| {
                    let policy: $policy_type = argument(transport, signature, 0)?;
                    let handle = run(transport, || $handle::new(policy))??;
                    Ok(Handle(Arc::new(handle)))
                }),*];
                match constructors.get(row.index) {
                    Some(constructor) => constructor(transport, row.signature),
                    None => Err(unknown(row)),
                }
            }

            #[allow(unused_mut, unused_variables, reason = "not every module has handles")]
            pub(super) fn call_method(
                row: Row,
                handle: &Handle,
                transport: &mut dyn Transport,
            ) -> Result<()> {
                let methods: &[MethodOf] = &[$(
                    |handle, transport, signature| ret(transport, &own::<$handle>(handle, signature)?.$policy_name()),
                    |handle, transport, signature| ret(transport, &own::<$handle>(handle, signature)?.digest()),
                    $(|handle, transport, signature| {
                        let own = own::<$handle>(handle, signature)?;
                        let mut index = 0..;
                        $(let $method_argument: <$method_type as Argument<'_>>::Owned =
                            argument(transport, signature, index.next().unwrap_or_default())?;)*
                        let result: $method_result = table!(@settle [$($method_plain)?] run(transport, ||
                            own.$method($(<$method_type as Argument<'_>>::borrow(&$method_argument)),*)));
                        ret(transport, &result)
                    },)*
                )*];
                match methods.get(row.index) {
                    Some(method) => method(handle, transport, row.signature),
                    None => Err(unknown(row)),
                }
            }

            #[cfg(feature = "schema")]
            #[allow(unused_variables, unused_mut, reason = "not every module has rows of every kind")]
            pub(super) fn schemas(generator: &mut schemars::SchemaGenerator, all: &mut super::super::Schemas) {
                $(all.constants.push((concat!(stringify!($module), ".", stringify!($constant)), $constant));)*
                let mut functions = FUNCTIONS.iter();
                $(
                    let policy = generator.subschema_for::<$policy>();
                    let text = generator.subschema_for::<String>();
                    for arguments in [vec![], vec![text.clone()], #[cfg(feature = "yaml")] vec![text]] {
                        all.functions.extend(row_schema(functions.next(), arguments, policy.clone()));
                    }
                )*
                $(
                    let arguments = vec![$(generator.subschema_for::<<$type as Argument<'_>>::Owned>()),*];
                    let result = generator.subschema_for::<$result>();
                    all.functions.extend(row_schema(functions.next(), arguments, result));
                )*
                let mut bulk_functions = BULK_FUNCTIONS.iter();
                $(
                    let arguments = vec![$(generator.subschema_for::<<$bulk_type as Argument<'_>>::Owned>()),*];
                    let result = generator.subschema_for::<$bulk_result>();
                    all.bulk_functions.extend(row_schema(bulk_functions.next(), arguments, result));
                )*
                let mut constructors = CONSTRUCTORS.iter();
                let mut methods = METHODS.iter();
                $(
                    let policy = generator.subschema_for::<$policy_type>();
                    all.constructors.extend(row_schema(constructors.next(), vec![policy.clone()], policy.clone()));
                    all.methods.extend(row_schema(methods.next(), vec![], policy));
                    let digest = generator.subschema_for::<String>();
                    all.methods.extend(row_schema(methods.next(), vec![], digest));
                    $(
                        let arguments =
                            vec![$(generator.subschema_for::<<$method_type as Argument<'_>>::Owned>()),*];
                        let result = generator.subschema_for::<$method_result>();
                        all.methods.extend(row_schema(methods.next(), arguments, result));
                    )*
                )*
            }
        }
    };
    // A function that makes calls gets them last, because its module stands below the table.
    (@call [calls] $function:ident($($argument:expr),*)) => {{
        let mut calls = super::super::PreparedCalls::default();
        $function($($argument,)* |function, arguments| calls.call_json(function, arguments))
    }};
    (@call [plain_calls] $function:ident($($argument:expr),*)) => {
        table!(@call [calls] $function($($argument),*))
    };
    (@call [$($plain:ident)?] $function:ident($($argument:expr),*)) => { $function($($argument),*) };
    (@settle [plain] $call:expr) => { $call? };
    (@settle [plain_calls] $call:expr) => { $call? };
    (@settle [$($calls:ident)?] $call:expr) => { $call?? };
}

/// Expands the rows of these modules and the dispatch over them.
macro_rules! modules {
    ($($module:ident),*) => {
        $(crate::$module::table_rows!(table);)*

        pub(super) fn functions() -> impl Iterator<Item = Row> {
            rows([$($module::FUNCTIONS),*])
        }

        pub(super) fn constructors() -> impl Iterator<Item = Row> {
            rows([$($module::CONSTRUCTORS),*])
        }

        pub(super) fn methods() -> impl Iterator<Item = Row> {
            rows([$($module::METHODS),*])
        }

        pub(super) fn call(row: Row, transport: &mut dyn Transport) -> Result<()> {
            let calls = [$($module::call),*];
            calls.get(row.module).map_or_else(|| Err(unknown(row)), |call| call(row, transport))
        }

        pub(super) fn bulk_functions() -> impl Iterator<Item = (Row, &'static Record)> {
            rows([$($module::BULK_FUNCTIONS),*]).zip([$($module::TABLES),*].into_iter().flatten().copied())
        }

        pub(super) fn call_bulk(
            row: Row,
            given: &Columns<'_>,
            transport: &mut dyn Transport,
        ) -> Result<()> {
            let calls = [$($module::call_bulk),*];
            calls.get(row.module).map_or_else(|| Err(unknown(row)), |call| call(row, given, transport))
        }

        pub(super) fn construct(row: Row, transport: &mut dyn Transport) -> Result<Handle> {
            let calls = [$($module::construct),*];
            calls.get(row.module).map_or_else(|| Err(unknown(row)), |call| call(row, transport))
        }

        pub(super) fn call_method(
            row: Row,
            handle: &Handle,
            transport: &mut dyn Transport,
        ) -> Result<()> {
            let calls = [$($module::call_method),*];
            calls.get(row.module).map_or_else(|| Err(unknown(row)), |call| call(row, handle, transport))
        }

        #[cfg(feature = "schema")]
        pub(super) fn schemas(generator: &mut schemars::SchemaGenerator) -> super::Schemas {
            let mut all = super::Schemas::default();
            $($module::schemas(generator, &mut all);)*
            all
        }
    };
}

modules!(
    analysis,
    audit,
    canary,
    change,
    communication,
    digest,
    experiment,
    incident,
    interchange,
    metrics,
    notes,
    readiness,
    release,
    retrospective,
    rollback,
    stats,
    time,
    version,
    versioning,
    window
);

fn rows<const N: usize>(modules: [&'static [Signature]; N]) -> impl Iterator<Item = Row> {
    modules.into_iter().enumerate().flat_map(|(module, signatures)| {
        signatures.iter().enumerate().map(move |(index, signature)| Row { module, index, signature })
    })
}

#[cfg(feature = "schema")]
fn row_schema(
    signature: Option<&Signature>,
    arguments: Vec<schemars::Schema>,
    result: schemars::Schema,
) -> Option<super::RowSchema> {
    signature.map(|signature| super::RowSchema { signature: *signature, arguments, result })
}

/// The handle as its own type.
fn own<'h, H: 'static>(handle: &'h Handle, signature: &Signature) -> Result<&'h H> {
    let any: &(dyn Any + Send + Sync) = &*handle.0;
    any.downcast_ref().ok_or_else(|| {
        let text = format!("expected the handle of `{}`, got another one", signature.name);
        Error::new(ErrorKind::WrongType, "", text)
    })
}

/// Not reached: rows are resolved from the same lists.
fn unknown(row: Row) -> Error {
    let text = format!("`{}` is not in the function table", row.signature.name);
    Error::new(ErrorKind::UnknownFunction, "", text)
}
