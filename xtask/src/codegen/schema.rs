//! From schemas to the model, refusing what does not exist in all five languages.
//!
//! | accepted | refused |
//! | --- | --- |
//! | `bool`, `u8`, `u16`, `u32`, `i32`, `Count` (integers to 2^53 - 1) | `u64`, `i64`, `usize`: JavaScript rounds them |
//! | `f64`, finite | `f32` |
//! | `String`, `Timestamp`, `Span`, `NaiveDate`, `Version`, `ReasonCode` | other formats of text |
//! | `Option`, `Vec`, `BTreeMap<String, T>`, `Box` | tuples, sets, maps with other keys |
//! | named structs; enums of units; enums of struct variants | generics, tuple variants, `flatten`, `untagged` |
//!
//! Also refused, by name: items without docs, a type called `Error`, a variant called `List`, a field called `message`
//! in a fault, names that are keywords of a target language, and `*/` in docs.
use super::docs;
use super::model::{
    Argument, BulkFunction, Code, Constant, Definition, FOUNDATION, Field, Function, Handle, Kind, Model,
    Module, Table, Type, Unit, Variant, flat,
};
use super::source::{Names, Signature, Source};
use anyhow::{Context as _, Result, bail, ensure};
use heck::ToLowerCamelCase as _;
use relcore::{api, column::Record};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The model of the whole core.
pub fn model(source: &Source) -> Result<Model> {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let schemas = api::schemas(&mut generator);
    let definitions = generator.take_definitions(true);

    let mut model = Model::default();
    for (qualified, schema) in &definitions {
        let definition = named(qualified, schema, source).with_context(|| format!("type `{qualified}`"))?;
        model.types.insert(qualified.clone(), definition);
    }
    for (name, text) in schemas.constants {
        model.constants.push(constant(name, text, source).with_context(|| format!("constant `{name}`"))?);
    }
    for schema in schemas.functions {
        let name = schema.signature.name;
        model.functions.push(function(schema, source).with_context(|| format!("function `{name}`"))?);
    }
    for (schema, bulk) in schemas.bulk_functions.into_iter().zip(api::bulk_functions()) {
        let name = schema.signature.name;
        model
            .bulk_functions
            .push(bulk_function(schema, bulk.tables, source).with_context(|| format!("function `{name}`"))?);
    }
    let mut methods = schemas.methods;
    for schema in schemas.constructors {
        let name = schema.signature.name;
        let (own, others) = methods
            .into_iter()
            .partition(|method| method.signature.name.rsplit_once('.').is_some_and(|(of, _)| of == name));
        methods = others;
        model.handles.push(handle(schema, own, source).with_context(|| format!("handle `{name}`"))?);
    }
    for name in source.functions.keys().filter(|name| must_have_a_row(name)) {
        let path = name.replace('.', "::");
        let known = model.functions.iter().any(|function| function.qualified == *name)
            || model.bulk_functions.iter().any(|bulk| bulk.path == path);
        ensure!(known, "public function `{name}` has no row in the macro `table_rows!` of its module");
    }
    model.reason_codes = api::reason_codes()
        .map(|(module, code, docs)| Code {
            module: module.to_owned(),
            code: code.to_string(),
            docs: undent(docs),
        })
        .collect();
    // A reason code is one type for all modules, with one constant for each code.
    let mut codes = BTreeSet::new();
    for Code { module, code, .. } in &model.reason_codes {
        ensure!(codes.insert(code), "the reason code `{code}` of `{module}` is one of another module, too");
    }
    model.modules = modules(&model, source)?;
    model.column_docs = source.modules.get("column").cloned().unwrap_or_default();
    model.definitions = definitions;
    check_flat_names(&model)?;
    docs::check(&model)?;
    Ok(model)
}

/// Free functions of `api`, `decision` and `wire` are how bindings call, and cross nowhere. Those of a module `columns`
/// are bulk functions.
fn must_have_a_row(function: &str) -> bool {
    let is_free = function.matches('.').count() == 1 || function.contains(".columns.");
    let is_internal =
        ["api.", "decision.", "scalar.", "wire."].iter().any(|module| function.starts_with(module));
    is_free && !is_internal
}

/// The docs from `#[doc = " text"]`, without the blank at the start of each line.
fn undent(docs: &str) -> String {
    docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn modules(model: &Model, source: &Source) -> Result<Vec<Module>> {
    let of_types = model.types.values().map(|definition| &definition.module);
    let of_functions = model.functions.iter().map(|function| &function.module);
    let names: BTreeSet<&String> = of_types.chain(of_functions).collect();
    let module = |name: &String| {
        let docs = source.modules.get(name).filter(|docs| !docs.is_empty());
        let docs = docs.with_context(|| format!("module `{name}` has no docs"))?.clone();
        Ok(Module { name: name.clone(), docs })
    };
    names.into_iter().map(module).collect()
}

/// Swift and Kotlin have one namespace for all types and handles.
fn check_flat_names(model: &Model) -> Result<()> {
    let mut seen = BTreeSet::new();
    let types = model.types.values().map(|definition| &definition.flat);
    for name in types.chain(model.handles.iter().map(|handle| &handle.flat)) {
        ensure!(seen.insert(name), "two types are called `{name}` in Swift and Kotlin");
    }
    Ok(())
}

fn constant(qualified: &str, text: &str, source: &Source) -> Result<Constant> {
    let (module, name) = qualified.split_once('.').context("a name is `module.NAME`")?;
    let docs = source.constants.get(qualified).context("is not a public constant of its module")?;
    check_docs(docs)?;
    // The same literal in every language.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'$');
    ensure!(text.bytes().all(is_plain), "has characters that a literal of some language escapes");
    let [module, name, text] = [module, name, text].map(str::to_owned);
    Ok(Constant { module, name, docs: docs.clone(), text })
}

fn function(schema: api::RowSchema, source: &Source) -> Result<Function> {
    let own = source.functions.get(schema.signature.name);
    function_of(schema, own)
}

fn function_of(schema: api::RowSchema, own: Option<&Signature>) -> Result<Function> {
    let (module, name) = schema.signature.name.split_once('.').context("a name is `module.function`")?;
    let (qualified, module) = (schema.signature.name.to_owned(), module.to_owned());
    let name = name.rsplit_once('.').map_or(name, |(_, method)| method).to_owned();
    check_name(&name)?;
    let own = own.context("is not a public function of its module")?;
    check_docs(&own.docs)?;
    let mut arguments = Vec::new();
    for (name, schema) in schema.signature.arguments.iter().zip(&schema.arguments) {
        arguments.push(argument(name, schema)?);
    }
    let result = read_type(schema.result.as_value()).context("its result")?;
    Ok(Function {
        qualified,
        module,
        name,
        docs: own.docs.clone(),
        arguments,
        result,
        fallible: own.fallible,
        calls: own.calls,
    })
}

/// The function `metrics::columns::dora` of the core is `metrics.dora_columns` elsewhere.
fn bulk_function(schema: api::RowSchema, tables: &'static Record, source: &Source) -> Result<BulkFunction> {
    let qualified = schema.signature.name;
    let (module, name) = qualified.split_once('.').context("a name is `module.function`")?;
    let own = name.strip_suffix("_columns").context("the name of a bulk function ends with `_columns`")?;
    let path = format!("{module}::columns::{own}");
    let function = function_of(schema, source.functions.get(&path.replace("::", ".")))?;
    let parts = tables.fields.iter().filter_map(|field| match field.kind {
        relcore::column::Kind::Table(table) => Some(table),
        _ => None,
    });
    let tables = parts.chain([tables]).map(table).collect::<Result<_>>()?;
    Ok(BulkFunction { function, path, tables })
}

fn table(record: &'static Record) -> Result<Table> {
    let mut columns = record.columns();
    for column in &mut columns {
        let context = || format!("`{}` of `{}`", column.name, record.name);
        check_name(&column.name).and_then(|()| check_docs(&column.docs)).with_context(context)?;
        column.docs = undent(&column.docs).into();
    }
    check_docs(record.docs).with_context(|| record.name)?;
    Ok(Table { name: record.name.to_owned(), docs: undent(record.docs), columns })
}

fn argument(name: &str, schema: &schemars::Schema) -> Result<Argument> {
    check_name(name)?;
    let of = read_type(schema.as_value()).with_context(|| format!("argument `{name}`"))?;
    Ok(Argument { name: name.to_owned(), wire: name.to_lower_camel_case(), of })
}

fn handle(schema: api::RowSchema, methods: Vec<api::RowSchema>, source: &Source) -> Result<Handle> {
    let qualified = schema.signature.name.to_owned();
    let (module, name) = qualified.split_once('.').context("a name is `module.Handle`")?;
    let own = source.types.get(&qualified).context("is not a public struct of its module")?;
    let constructor = source.functions.get(&format!("{qualified}.new")).context("has no public `new`")?;
    check_docs(&own.docs)?;
    check_docs(&constructor.docs)?;
    let (name_of_policy, policy) =
        schema.signature.arguments.iter().zip(&schema.arguments).next().context("has no policy")?;
    let (module, name) = (module.to_owned(), name.to_owned());
    Ok(Handle {
        flat: flat(&module, &name),
        docs: own.docs.clone(),
        constructor_docs: constructor.docs.clone(),
        policy: argument(name_of_policy, policy)?,
        methods: methods.into_iter().map(|method| function(method, source)).collect::<Result<_>>()?,
        qualified,
        module,
        name,
    })
}

/// A type with its names from the source. Only types of the foundation have no module in their name.
fn named(qualified: &str, schema: &Value, source: &Source) -> Result<Definition> {
    let home = match qualified.contains('.') {
        true => qualified.to_owned(),
        false => {
            let homes = FOUNDATION.iter().map(|module| format!("{module}.{qualified}"));
            let mut homes = homes.filter(|home| source.types.contains_key(home));
            homes.next().context(
                "is not a public type of the foundation: elsewhere serde's `rename` says module and name",
            )?
        }
    };
    let names = source.types.get(&home).with_context(|| {
        format!("serde's `rename` says `{qualified}`, but the core has no public type of this name")
    })?;
    let (module, name) = home.split_once('.').context("a home is `module.Name`")?;
    definition(qualified, module, name, names, schema)
}

fn definition(
    qualified: &str,
    module: &str,
    name: &str,
    names: &Names,
    schema: &Value,
) -> Result<Definition> {
    ensure!(name != "Error", "would hide Swift's and Kotlin's own `Error`");
    let docs = documentation(schema)?;
    let kind = if let Some(alternatives) = schema.get("oneOf").and_then(Value::as_array) {
        ensure!(alternatives.len() == names.variants.len(), "not every variant has docs");
        let variants = alternatives.iter().zip(&names.variants);
        if alternatives.iter().all(|alternative| alternative.get("const").is_some()) {
            Kind::Unit(variants.map(|(schema, (name, _))| unit(schema, name)).collect::<Result<_>>()?)
        } else {
            Kind::Tagged(
                variants
                    .map(|(schema, (name, fields))| variant(schema, name, fields))
                    .collect::<Result<_>>()?,
            )
        }
    } else if schema.get("enum").is_some() {
        bail!("an enum has variants without docs")
    } else if schema.get("type").and_then(Value::as_str) == Some("object") {
        Kind::Struct(fields(schema, &names.fields)?)
    } else {
        bail!("is neither a struct nor an enum: newtypes of the core need a scalar format")
    };
    let flat = flat(module, name);
    let [qualified, module, name] = [qualified, module, name].map(str::to_owned);
    Ok(Definition { qualified, module, name, flat, docs, kind })
}

fn unit(schema: &Value, name: &str) -> Result<Unit> {
    let wire = schema.get("const").and_then(Value::as_str).context("a unit variant is text")?;
    check_variant(wire)?;
    let docs = documentation(schema).with_context(|| format!("variant `{wire}`"))?;
    Ok(Unit { name: name.to_owned(), wire: wire.to_owned(), docs })
}

fn variant(schema: &Value, name: &str, names: &[String]) -> Result<Variant> {
    let tag = schema.pointer("/properties/type/const").and_then(Value::as_str);
    let wire = tag
        .context("a variant has no tag `type`: only struct variants with `#[serde(tag = \"type\")]` cross")?;
    check_variant(wire)?;
    let context = || format!("variant `{wire}`");
    let docs = documentation(schema).with_context(context)?;
    let fields = fields(schema, names).with_context(context)?;
    Ok(Variant { name: name.to_owned(), wire: wire.to_owned(), docs, fields })
}

/// The fields of a struct or a variant; the tag is none of them.
fn fields(schema: &Value, names: &[String]) -> Result<Vec<Field>> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    ensure!(closed, "takes unknown keys: add `deny_unknown_fields`");
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties: Vec<_> = properties.iter().filter(|(_, schema)| schema.get("const").is_none()).collect();
    ensure!(properties.len() == names.len(), "its schema and its source have different fields");
    let mut found = Vec::new();
    for ((wire, schema), name) in properties.into_iter().zip(names) {
        let context = || format!("field `{wire}`");
        ensure!(
            name.to_lower_camel_case() == *wire,
            "field `{wire}` is `{name}` in Rust: leave the renaming to serde's `rename_all`"
        );
        check_name(name).with_context(context)?;
        let of = read_type(schema).with_context(context)?;
        let docs = documentation(schema).with_context(context)?;
        let default = if required.contains(&wire.as_str()) {
            None
        } else {
            Some(schema.get("default").cloned().unwrap_or(Value::Null))
        };
        let silent = default == Some(Value::Null) && !matches!(of, Type::Optional(_));
        ensure!(!silent, "field `{wire}` may be left out but has no default that a schema can show");
        found.push(Field { name: name.clone(), wire: wire.clone(), docs, of, default });
    }
    Ok(found)
}

fn read_type(schema: &Value) -> Result<Type> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.strip_prefix("#/$defs/").context("a reference leaves the schema")?;
        return Ok(Type::Named(name.to_owned()));
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        let null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
        return match alternatives.as_slice() {
            [inner, last] if null(&last) => Ok(Type::Optional(Box::new(read_type(inner)?))),
            _ => bail!("is one of several types without a tag"),
        };
    }
    match schema.get("type") {
        Some(Value::Array(types)) => {
            let [Value::String(first), Value::String(null)] = types.as_slice() else {
                bail!("is one of several types")
            };
            ensure!(null == "null", "is one of several types");
            Ok(Type::Optional(Box::new(plain_type(first, schema)?)))
        }
        Some(Value::String(name)) => plain_type(name, schema),
        _ => bail!("has no type of its own: {schema}"),
    }
}

fn plain_type(name: &str, schema: &Value) -> Result<Type> {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    Ok(match (name, format) {
        ("boolean", _) => Type::Bool,
        ("integer", "uint8") => Type::U8,
        ("integer", "uint16") => Type::U16,
        ("integer", "uint32") => Type::U32,
        ("integer", "int32") => Type::I32,
        ("integer", "count") => Type::Count,
        ("integer", format) => {
            bail!("integer `{format}` is not held exactly by JavaScript: take `u32` or `Count`")
        }
        ("number", "double") => Type::F64,
        ("string", "") => Type::String,
        ("string", "date-time") => Type::Timestamp,
        ("string", "duration") => Type::Span,
        ("string", "date") => Type::NaiveDate,
        ("string", "semver") => Type::Version,
        ("string", "reason-code") => Type::ReasonCode,
        ("array", _) if schema.get("prefixItems").is_some() => {
            bail!("is a tuple: name its parts in a struct")
        }
        ("array", _) if schema.get("uniqueItems").is_some() => bail!("is a set: take a `Vec`"),
        ("array", _) => {
            let items = schema.get("items").context("is a list of anything")?;
            Type::List(Box::new(read_type(items)?))
        }
        ("object", _) => {
            let values = schema.get("additionalProperties").context("is an object without a name")?;
            Type::Map(Box::new(read_type(values)?))
        }
        (name, format) => bail!("`{name}` with format `{format}` does not exist in every language"),
    })
}

fn documentation(schema: &Value) -> Result<String> {
    let docs = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    check_docs(docs)?;
    Ok(docs.to_owned())
}

fn check_docs(docs: &str) -> Result<()> {
    ensure!(!docs.trim().is_empty(), "has no docs");
    ensure!(
        !docs.contains("*/") && !docs.contains("/*"),
        "its docs would end the comment of Swift and Kotlin"
    );
    Ok(())
}

fn check_variant(wire: &str) -> Result<()> {
    ensure!(wire != "list", "a variant called `List` does not compile in Kotlin");
    // `none` is a keyword of no language's enums: `Bump.NONE` in Python and Kotlin, `.none` in Swift.
    if wire == "none" { Ok(()) } else { check_name(wire) }
}

fn check_name(name: &str) -> Result<()> {
    ensure!(name != "message", "`message` hides the text of an exception in Kotlin: call it `text`");
    ensure!(name != "type", "`type` tells the variants of enums apart: call it `kind`");
    ensure!(!KEYWORDS.contains(&name), "`{name}` is a keyword of Python, TypeScript, Swift or Kotlin");
    Ok(())
}

/// Words that at least one of the target languages keeps for itself as a name of a field, argument or function.
const KEYWORDS: &[&str] = &[
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "def",
    "default",
    "defer",
    "del",
    "delete",
    "do",
    "elif",
    "else",
    "enum",
    "except",
    "export",
    "extends",
    "extension",
    "false",
    "finally",
    "for",
    "from",
    "fun",
    "func",
    "function",
    "global",
    "guard",
    "if",
    "import",
    "in",
    "inout",
    "interface",
    "internal",
    "is",
    "lambda",
    "let",
    "new",
    "nil",
    "none",
    "nonlocal",
    "not",
    "null",
    "object",
    "operator",
    "or",
    "package",
    "pass",
    "private",
    "protocol",
    "public",
    "raise",
    "repeat",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "switch",
    "this",
    "throw",
    "throws",
    "true",
    "try",
    "typealias",
    "typeof",
    "val",
    "var",
    "void",
    "when",
    "where",
    "while",
    "with",
    "yield",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(schema: &Value) -> String {
        format!("{:#}", read_type(schema).unwrap_err())
    }

    fn read(name: &str, fields: &[&str], schema: &Value) -> Result<Definition> {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let names = Names { docs: "x".into(), variants: vec![], fields, open: true, plain: false };
        definition(&format!("x.{name}"), "x", name, &names, schema)
    }

    #[test]
    fn types_that_some_language_lacks_are_refused() {
        assert!(refusal(&json!({"type": "integer", "format": "uint64"})).contains("uint64"));
        assert!(refusal(&json!({"type": "integer", "format": "uint"})).contains("uint"));
        assert!(refusal(&json!({"type": "array", "prefixItems": []})).contains("tuple"));
        assert!(refusal(&json!({"type": "array", "uniqueItems": true, "items": {}})).contains("set"));
        assert!(refusal(&json!({"type": "number", "format": "float"})).contains("float"));
        assert!(refusal(&json!({"anyOf": [{"type": "string"}, {"type": "boolean"}]})).contains("tag"));
        assert!(refusal(&json!({"type": ["string", "boolean"]})).contains("several"));
        assert!(refusal(&json!({"type": "string", "format": "uuid"})).contains("uuid"));
        assert!(refusal(&json!({})).contains("no type"));
    }

    #[test]
    fn optional_types_are_read() {
        let time = json!({"type": ["string", "null"], "format": "date-time"});
        assert_eq!(read_type(&time).unwrap(), Type::Optional(Box::new(Type::Timestamp)));
        let step = json!({"anyOf": [{"$ref": "#/$defs/Step"}, {"type": "null"}]});
        assert_eq!(read_type(&step).unwrap(), Type::Optional(Box::new(Type::Named("Step".into()))));
    }

    #[test]
    fn names_that_some_language_keeps_are_refused() {
        assert!(check_variant("list").is_err());
        assert!(check_name("message").is_err());
        assert!(check_name("from").is_err());
        assert!(check_name("weight").is_ok());
        let open = json!({"type": "object", "description": "x", "properties": {}});
        assert!(format!("{:#}", read("Open", &[], &open).unwrap_err()).contains("deny_unknown_fields"));
        let closed = json!({"type": "object", "description": "x", "additionalProperties": false});
        assert!(read("Error", &[], &closed).is_err());
        assert!(read("Fine", &[], &closed).is_ok());
    }

    #[test]
    fn docs_are_asked_for_and_must_not_end_comments() {
        assert!(check_docs("").is_err());
        assert!(check_docs("every */5 minutes").is_err());
        let renamed = json!({"type": "object", "additionalProperties": false, "description": "x",
            "required": ["a"], "properties": {"a": {"type": "boolean", "description": "y"}}});
        assert!(format!("{:#}", read("T", &["b"], &renamed).unwrap_err()).contains("rename_all"));
        let undocumented = json!({"type": "object", "additionalProperties": false, "description": "x",
            "required": ["a"], "properties": {"a": {"type": "boolean"}}});
        assert!(format!("{:#}", read("T", &["a"], &undocumented).unwrap_err()).contains("field `a`"));
    }

    #[test]
    fn a_field_that_may_be_left_out_shows_its_default() {
        let schema = json!({"type": "object", "additionalProperties": false, "description": "x",
            "properties": {"a": {"type": "boolean", "description": "y"}}});
        assert!(format!("{:#}", read("T", &["a"], &schema).unwrap_err()).contains("no default"));
    }

    /// A field that was added later is not written at its default, yet every language must learn the default.
    #[test]
    fn an_added_field_shows_its_default() {
        /// A policy.
        #[derive(schemars::JsonSchema, serde::Serialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Policy {
            /// Added later.
            #[serde(default, skip_serializing_if = "relcore::wire::is_default")]
            #[schemars(skip_serializing_if = "relcore::wire::never")]
            attempts: u32,
        }

        let schema = schemars::schema_for!(Policy).to_value();
        let definition = read("Policy", &["attempts"], &schema).unwrap();
        let Kind::Struct(fields) = definition.kind else { panic!("not a struct") };
        assert_eq!(fields[0].default, Some(json!(0)));
    }
}
