//! Functions over columns: typed arrays of JavaScript, borrowed without a copy.
//!
//! Whatever the core declares of a table is read here, so that a further function needs no line.
use crate::{failure, list};
use napi::bindgen_prelude::{
    BigInt64ArraySlice, External, JsObjectValue as _, Object, Uint8ArraySlice, Uint32ArraySlice, Unknown,
};
use napi::{Result, ValueType};
use napi_derive::napi;
use relcore::api::{self, BulkFunction};
use relcore::column::{Column, Columns, Field, Instants, Kind, Lists, ROOT};
use relcore::wire::wire_name;
use relcore::{Error, ErrorKind};
use std::borrow::Cow;

/// Resolves a function over columns by name.
#[napi(skip_typescript)]
pub fn resolve_bulk_function(name: String) -> Option<External<BulkFunction>> {
    api::bulk_function(&name).map(External::new)
}

/// Calls a function over columns: an object with the `columns`, and the JSON list of the other arguments.
#[napi(skip_typescript, catch_unwind)]
pub fn call_bulk_function(
    function: &External<BulkFunction>,
    given: Object<'_>,
    arguments: String,
) -> Result<String> {
    let root =
        Field { name: ROOT.into(), docs: "".into(), kind: Kind::Table(function.tables), required: true };
    let mut held = Vec::new();
    read(&given, &root, "", &mut held)?;
    let mut columns = Columns::default();
    for (path, column) in &held {
        columns.insert(path.clone(), column.borrow(path).map_err(failure)?);
    }
    let mut transport = list(&arguments).map_err(failure)?;
    function.call(&columns, &mut transport).map_err(failure)?;
    Ok(transport.into_text())
}

/// A column of JavaScript, or names, or how many there are.
enum Held<'env> {
    Instants(BigInt64ArraySlice<'env>),
    Bytes(Uint8ArraySlice<'env>),
    Flags(Uint8ArraySlice<'env>),
    Numbers(Uint32ArraySlice<'env>),
    Lists(Uint32ArraySlice<'env>, Uint32ArraySlice<'env>),
    Names(Vec<String>),
    Count(u32),
}

impl Held<'_> {
    fn borrow(&self, path: &str) -> relcore::Result<Column<'_>> {
        Ok(match self {
            Self::Instants(millis) => Column::Instants(Instants { millis, validity: None }),
            Self::Bytes(bytes) => Column::Bytes(bytes),
            Self::Flags(bytes) => Column::Flags(bytemuck::checked::try_cast_slice(bytes).map_err(|_| {
                Error::new(ErrorKind::InvalidValue, path, "has a byte that is neither 0 nor 1")
            })?),
            Self::Numbers(numbers) => Column::Numbers(numbers),
            Self::Lists(offsets, items) => Column::Lists(Lists { offsets, items }),
            Self::Names(names) => Column::Names(names.iter().map(String::as_str).collect()),
            Self::Count(count) => Column::Count(*count),
        })
    }
}

/// Reads a field of an object, and what is below it.
fn read<'env>(
    object: &Object<'env>,
    field: &Field,
    parent: &str,
    held: &mut Vec<(String, Held<'env>)>,
) -> Result<()> {
    let (name, path) = (&wire_name(&field.name), field.path(parent));
    let wrong =
        |expected: &str| failure(Error::new(ErrorKind::WrongType, &path, format!("expected {expected}")));
    let column = match field.kind {
        Kind::Table(table) => {
            let table = table.columns();
            let names: Vec<_> = table.iter().map(|field| wire_name(&field.name)).collect();
            let object = inner(object, name, &path, &names)?;
            for field in &table {
                let given = object.get_named_property::<Unknown<'_>>(&wire_name(&field.name))?;
                if !matches!(given.get_type()?, ValueType::Undefined | ValueType::Null) {
                    read(&object, field, &path, held)?;
                }
            }
            return Ok(());
        }
        Kind::Instants | Kind::OptionalInstants => {
            Held::Instants(object.get_named_property(name).map_err(|_| wrong("a BigInt64Array"))?)
        }
        Kind::Values(_) | Kind::Validity => {
            Held::Bytes(object.get_named_property(name).map_err(|_| wrong("a Uint8Array"))?)
        }
        Kind::Flags => Held::Flags(object.get_named_property(name).map_err(|_| wrong("a Uint8Array"))?),
        Kind::Lists(_) => {
            let object = inner(object, name, &path, &["offsets".into(), "items".into()])?;
            let part = |part| object.get_named_property(part);
            let (offsets, items) = (part("offsets"), part("items"));
            let both = offsets.and_then(|offsets| Ok((offsets, items?)));
            let (offsets, items) = both.map_err(|_| wrong("both `offsets` and `items` as a Uint32Array"))?;
            Held::Lists(offsets, items)
        }
        Kind::Names(_) => Held::Names(object.get_named_property(name).map_err(|_| wrong("a list of texts"))?),
        Kind::Count(_) => {
            let count: f64 = object.get_named_property(name).map_err(|_| wrong("a number"))?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "compared with it below"
            )]
            let whole = count as u32;
            if f64::from(whole).total_cmp(&count).is_ne() {
                return Err(wrong("an integer from 1 to 16,777,216"));
            }
            Held::Count(whole)
        }
        _ => Held::Numbers(object.get_named_property(name).map_err(|_| wrong("a Uint32Array"))?),
    };
    // A detached array looks empty.
    let is_empty = match &column {
        Held::Instants(millis) => millis.is_empty(),
        Held::Bytes(bytes) | Held::Flags(bytes) => bytes.is_empty(),
        Held::Numbers(numbers) => numbers.is_empty(),
        Held::Lists(offsets, _) => offsets.is_empty(),
        Held::Names(_) | Held::Count(_) => false,
    };
    if is_empty {
        let text = "is empty or detached: leave out an absent column";
        return Err(failure(Error::new(ErrorKind::InvalidValue, path, text)));
    }
    held.push((path, column));
    Ok(())
}

/// The object that a property is, which has no other keys than these.
fn inner<'env>(
    object: &Object<'env>,
    name: &str,
    path: &str,
    known: &[Cow<'_, str>],
) -> Result<Object<'env>> {
    if object.get_named_property::<Unknown<'_>>(name)?.get_type()? != ValueType::Object {
        return Err(failure(Error::new(ErrorKind::WrongType, path, "expected an object of columns")));
    }
    let object = object.get_named_property(name)?;
    if let Some(key) = Object::keys(&object)?.into_iter().find(|key| !known.iter().any(|name| name == key)) {
        let text = format!("unknown column: expected `{}`", known.join("`, `"));
        return Err(failure(Error::new(ErrorKind::UnknownField, format!("{path}.{key}"), text)));
    }
    Ok(object)
}
