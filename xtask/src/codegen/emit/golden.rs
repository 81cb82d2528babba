//! Every form that the generator emits, in every language, held against files that people have read.
//!
//! The model is small and has everything: each leaf, an optional, a list, a map, a default of each kind, an enum of
//! units, an enum with data, a function that may fail and one that cannot. After a deliberate change of an emitter,
//! `RELCORE_BLESS=1 cargo test -p xtask golden` writes the files of `golden/` anew; read the difference before
//! committing it.
use super::all;
use crate::codegen::{
    model::{Argument, Definition, Field, Function, Kind, Model, Type, Unit, Variant},
    root,
};
use serde_json::{Map, Value, json};
use std::fs;

/// Emitted for the whole package, whatever the model: not of interest here.
const LEFT_OUT: &[&str] = &["schemas/", "REASONS.md"];

#[test]
fn golden() {
    let bless = std::env::var_os("RELCORE_BLESS").is_some();
    let folder = root().join("xtask/src/codegen/emit/golden");
    let mut wrong = Vec::new();
    for file in all(&model()).unwrap() {
        if LEFT_OUT.iter().any(|part| file.path.contains(part)) {
            continue;
        }
        let path = folder.join(file.path.replace('/', "."));
        if bless {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &file.text).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != file.text {
            wrong.push(file.path);
        }
    }
    assert!(wrong.is_empty(), "emitted otherwise than in emit/golden: {wrong:?}");
}

fn model() -> Model {
    let mut model = Model::default();
    let mut add = |name: &str, docs: &str, kind: Kind| {
        let (name, room, docs) = (name.to_owned(), "probe".to_owned(), docs.to_owned());
        model.types.insert(name.clone(), Definition { name, room, docs, kind });
    };
    add("Colour", "What is seen.", Kind::Unit(vec![unit("red", "Stop."), unit("dark_green", "Go.")]));
    // The reasons' own enum is what `reasons.rs` and the bridges look for.
    add("ReasonCode", "Why.", Kind::Unit(vec![unit("some_reason", "Because.")]));
    add("ErrorKind", "What went wrong.", Kind::Unit(vec![unit("syntax", "Not readable.")]));
    add(
        "Signal",
        "What is shown.\n\nSecond paragraph with `code` and a list:\n\n- one\n- two",
        Kind::Tagged(vec![
            Variant { wire: "off".into(), docs: "Nothing.".into(), fields: vec![] },
            Variant {
                wire: "slow_blink".into(),
                docs: "On and off.".into(),
                fields: vec![field("every_span", Type::Span, None), field("colour", named("Colour"), None)],
            },
        ]),
    );
    add("Everything", "One field of each type.", Kind::Struct(everything()));
    let argument = |name: &str, wire: &str, of: Type| Argument { name: name.into(), wire: wire.into(), of };
    model.functions = vec![
        Function {
            place: 0,
            room: "probe".into(),
            name: "look_at".into(),
            docs: "Looks.\n\n```\nassert!(true);\n```\n\n# Errors\n`syntax` for `x`.".into(),
            arguments: vec![
                argument("everything", "everything", named("Everything")),
                argument("signals", "signals", Type::List(Box::new(named("Signal")))),
                argument("seen_at", "seenAt", Type::Optional(Box::new(Type::Timestamp))),
            ],
            answer: named("Everything"),
            fallible: true,
        },
        Function {
            place: 1,
            room: "probe".into(),
            name: "name".into(),
            docs: "The name.".into(),
            arguments: vec![],
            answer: Type::String,
            fallible: false,
        },
    ];
    model.definitions = Map::new();
    model
}

fn everything() -> Vec<Field> {
    let optional = |of: Type| Type::Optional(Box::new(of));
    vec![
        field("flag", Type::Bool, Some(json!(true))),
        field("tiny", Type::U8, Some(json!(7))),
        field("small", Type::U16, None),
        field("count_of_some", Type::U32, Some(json!(0))),
        field("signed", Type::I32, Some(json!(-1))),
        field("big", Type::Count, Some(json!(9_007_199_254_740_991_u64))),
        field("share", Type::F64, Some(json!(0.5))),
        field("name", Type::String, Some(json!("a \"name\""))),
        field("at", Type::Timestamp, None),
        field("length", Type::Span, Some(json!("PT1H30M"))),
        field("day", Type::NaiveDate, None),
        field("version", Type::Version, None),
        field("note", optional(Type::String), Some(Value::Null)),
        field("limit", optional(Type::F64), Some(json!(1.5))),
        field("colours", Type::List(Box::new(named("Colour"))), Some(json!(["red"]))),
        field("labels", Type::Map(Box::new(Type::String)), Some(json!({}))),
        field("colour", named("Colour"), Some(json!("dark_green"))),
        field("signal", optional(named("Signal")), Some(Value::Null)),
    ]
}

fn unit(wire: &str, docs: &str) -> Unit {
    Unit { wire: wire.to_owned(), docs: docs.to_owned() }
}

fn field(name: &str, of: Type, default: Option<Value>) -> Field {
    let wire = heck::ToLowerCamelCase::to_lower_camel_case(name);
    Field { name: name.to_owned(), wire, docs: format!("Its {}.", name.replace('_', " ")), of, default }
}

fn named(name: &str) -> Type {
    Type::Named(name.to_owned())
}
