//! From schemas to the model, refusing what does not exist in all five languages.
//!
//! | accepted | refused |
//! | --- | --- |
//! | `bool`, `u8`, `u16`, `u32`, `i32`, `Count` (integers to 2^53 - 1) | `u64`, `i64`, `usize`: JavaScript rounds them |
//! | `f64`, finite | `f32` |
//! | `String`, `Timestamp`, `Span`, `NaiveDate`, `Weekday`, `Version` | other formats of text |
//! | `Option`, `Vec`, `BTreeMap<String, T>`, `Box` | tuples, sets, maps with other keys |
//! | named structs; enums of units; enums of struct variants | generics, tuple variants, `flatten`, `untagged` |
//!
//! Also refused, by name: items without docs, a type called `Error`, a variant called `List`, a field called `message`
//! in a fault, names that are keywords of a target language, and `*/` in docs.
use super::model::{Argument, Definition, Field, Function, Kind, Model, Type, Unit, Variant};
use super::source::Source;
use anyhow::{Context as _, Result, bail, ensure};
use heck::{ToLowerCamelCase as _, ToSnakeCase as _};
use relcore::api;
use serde_json::{Map, Value};

/// The model of the whole core.
pub fn model(source: &Source) -> Result<Model> {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let schemas = api::schemas(&mut generator);
    let definitions = generator.take_definitions(true);

    let mut model = Model::default();
    for (name, schema) in &definitions {
        let room = source
            .types
            .get(name)
            .with_context(|| format!("type `{name}` is not a public type of the core"))?;
        let definition = definition(name, room, schema).with_context(|| format!("type `{name}`"))?;
        model.types.insert(name.clone(), definition);
    }
    for (place, schema) in schemas.into_iter().enumerate() {
        let name = schema.signature.name;
        let function = function(place, schema, source).with_context(|| format!("function `{name}`"))?;
        model.functions.push(function);
    }
    for name in source.functions.keys().filter(|name| is_exported_room(name)) {
        let known =
            model.functions.iter().any(|function| format!("{}.{}", function.room, function.name) == **name);
        ensure!(known, "public function `{name}` is not in the table of relcore/src/api.rs");
    }
    model.definitions = definitions;
    Ok(model)
}

/// The doors themselves are no rooms: `api` and `wire` are how calls come in.
fn is_exported_room(function: &str) -> bool {
    !["api.", "wire."].iter().any(|room| function.starts_with(room)) && !BULK_DOORS.contains(&function)
}

/// Functions over borrowed columns, whose doors are written by hand in each binding.
pub const BULK_DOORS: &[&str] = &["metrics.dora_columns"];

fn function(place: usize, schema: api::FunctionSchema, source: &Source) -> Result<Function> {
    let (room, name) = schema.signature.name.split_once('.').context("a name is `room.function`")?;
    check_name(name)?;
    let (docs, fallible) =
        source.functions.get(schema.signature.name).context("is not a public function of its room")?;
    check_docs(docs)?;
    let mut arguments = Vec::new();
    for (name, schema) in schema.signature.arguments.iter().zip(&schema.arguments) {
        check_name(name)?;
        let of = read_type(schema.as_value()).with_context(|| format!("argument `{name}`"))?;
        arguments.push(Argument { name: (*name).to_owned(), wire: name.to_lower_camel_case(), of });
    }
    let answer = read_type(schema.answer.as_value()).context("its answer")?;
    let (room, name) = (room.to_owned(), name.to_owned());
    Ok(Function { place, room, name, docs: docs.clone(), arguments, answer, fallible: *fallible })
}

fn definition(name: &str, room: &str, schema: &Value) -> Result<Definition> {
    ensure!(name != "Error", "would hide Swift's and Kotlin's own `Error`");
    let docs = documentation(schema)?;
    let kind = if let Some(alternatives) = schema.get("oneOf").and_then(Value::as_array) {
        if alternatives.iter().all(|alternative| alternative.get("const").is_some()) {
            Kind::Unit(alternatives.iter().map(unit).collect::<Result<_>>()?)
        } else {
            Kind::Tagged(alternatives.iter().map(variant).collect::<Result<_>>()?)
        }
    } else if schema.get("enum").is_some() {
        bail!("an enum has variants without docs")
    } else if schema.get("type").and_then(Value::as_str) == Some("object") {
        Kind::Struct(fields(schema)?)
    } else {
        bail!("is neither a struct nor an enum: newtypes of the core need a leaf format")
    };
    Ok(Definition { name: name.to_owned(), room: room.to_owned(), docs, kind })
}

fn unit(schema: &Value) -> Result<Unit> {
    let wire = schema.get("const").and_then(Value::as_str).context("a unit variant is text")?;
    check_variant(wire)?;
    Ok(Unit {
        wire: wire.to_owned(),
        docs: documentation(schema).with_context(|| format!("variant `{wire}`"))?,
    })
}

fn variant(schema: &Value) -> Result<Variant> {
    let tag = schema.pointer("/properties/type/const").and_then(Value::as_str);
    let wire = tag
        .context("a variant has no tag `type`: only struct variants with `#[serde(tag = \"type\")]` cross")?;
    check_variant(wire)?;
    let context = || format!("variant `{wire}`");
    let docs = documentation(schema).with_context(context)?;
    let mut fields = fields(schema).with_context(context)?;
    fields.retain(|field| field.wire != "type");
    Ok(Variant { wire: wire.to_owned(), docs, fields })
}

fn fields(schema: &Value) -> Result<Vec<Field>> {
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
    let mut found = Vec::new();
    for (wire, schema) in properties {
        let context = || format!("field `{wire}`");
        if schema.get("const").is_some() {
            found.push(tag_field(wire));
            continue;
        }
        let name = wire.to_snake_case();
        check_name(&name).with_context(context)?;
        let of = read_type(schema).with_context(context)?;
        let docs = documentation(schema).with_context(context)?;
        let default = if required.contains(&wire.as_str()) {
            None
        } else {
            Some(schema.get("default").cloned().unwrap_or(Value::Null))
        };
        let silent = default == Some(Value::Null) && !matches!(of, Type::Optional(_));
        ensure!(!silent, "field `{wire}` may be left out but has no default that a schema can show");
        found.push(Field { name, wire: wire.clone(), docs, of, default });
    }
    Ok(found)
}

fn tag_field(wire: &str) -> Field {
    Field {
        name: wire.to_owned(),
        wire: wire.to_owned(),
        docs: String::new(),
        of: Type::String,
        default: None,
    }
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
        assert!(format!("{:#}", definition("Open", "x", &open).unwrap_err()).contains("deny_unknown_fields"));
        let closed = json!({"type": "object", "description": "x", "additionalProperties": false});
        assert!(definition("Error", "x", &closed).is_err());
        assert!(definition("Fine", "x", &closed).is_ok());
    }

    #[test]
    fn docs_are_asked_for_and_must_not_end_comments() {
        assert!(check_docs("").is_err());
        assert!(check_docs("every */5 minutes").is_err());
        let undocumented = json!({"type": "object", "additionalProperties": false, "description": "x",
            "required": ["a"], "properties": {"a": {"type": "boolean"}}});
        assert!(format!("{:#}", definition("T", "x", &undocumented).unwrap_err()).contains("field `a`"));
    }

    #[test]
    fn a_field_that_may_be_left_out_shows_its_default() {
        let schema = json!({"type": "object", "additionalProperties": false, "description": "x",
            "properties": {"a": {"type": "boolean", "description": "y"}}});
        assert!(format!("{:#}", definition("T", "x", &schema).unwrap_err()).contains("no default"));
    }
}
