//! Every form that the generator emits, in every language, compared with reviewed files.
//!
//! The model is small and has everything: each scalar, an optional, a list, a map, a default of each kind, an enum of
//! units, an enum with data, a function that may fail and one that cannot, one over columns, a handle, reason codes. After a deliberate
//! change of an emitter, `RELCORE_BLESS=1 cargo test -p xtask golden` writes the files of `golden/`; read the difference
//! before committing it.
use super::all;
use crate::codegen::{
    model::{
        Argument, BulkFunction, Code, Column, Constant, Definition, Field, Function, Handle, Kind, Model,
        Module, Table, Type, Unit, Variant, flat,
    },
    root,
};
use relcore::column::{Kind as ColumnKind, Record, Values};
use serde_json::{Map, Value, json};
use std::fs;

/// Emitted for the whole package, whatever the model.
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
    let mut add = |module: &str, name: &str, docs: &str, kind: Kind| {
        let qualified = if module == "error" { name.to_owned() } else { format!("{module}.{name}") };
        let flat = flat(module, name);
        let [module, name, docs] = [module, name, docs].map(str::to_owned);
        model.types.insert(qualified.clone(), Definition { qualified, module, name, flat, docs, kind });
    };
    let colours = vec![unit("Red", "red", "Stop."), unit("DarkGreen", "dark_green", "Go.")];
    add("probe", "Colour", "The colour.", Kind::Unit(colours));
    let kinds = vec![
        unit("Syntax", "syntax", "Not readable."),
        unit("PolicyChanged", "policy_changed", "Another policy."),
    ];
    add("error", "ErrorKind", "The kind of a mistake.", Kind::Unit(kinds));
    add(
        "error",
        "Fault",
        "One mistake.",
        Kind::Struct(vec![
            field("code", Type::Named("ErrorKind".into()), None),
            field("path", Type::String, None),
            field("text", Type::String, None),
        ]),
    );
    add(
        "probe",
        "Signal",
        "The signal.\n\nSecond paragraph with `code` and a list:\n\n- one\n- two",
        Kind::Tagged(vec![
            Variant { name: "Off".into(), wire: "off".into(), docs: "Dark.".into(), fields: vec![] },
            Variant {
                name: "SlowBlink".into(),
                wire: "slow_blink".into(),
                docs: "On and off.".into(),
                fields: vec![field("every_span", Type::Span, None), field("colour", named("Colour"), None)],
            },
        ]),
    );
    add("probe", "Everything", "One field of each type.", Kind::Struct(everything()));
    model.modules = vec![
        Module { name: "error".into(), docs: "Errors.".into() },
        Module { name: "probe".into(), docs: "Probes.\n\n# Rules\n\n1. First.\n2. Second.".into() },
    ];
    model.constants = vec![Constant {
        module: "probe".into(),
        name: "LOOK_UP".into(),
        docs: "The command that looks up.".into(),
        text: "look --format='%H' up".into(),
    }];
    model.functions = vec![
        Function {
            docs: "Looks.\n\n```\nassert!(true);\n```\n\n# Errors\n`syntax` for `x`.".into(),
            arguments: vec![
                argument("everything", named("Everything")),
                argument("signals", Type::List(Box::new(named("Signal")))),
                argument("seen_at", Type::Optional(Box::new(Type::Timestamp))),
            ],
            result: named("Everything"),
            fallible: true,
            ..function("probe.look_at")
        },
        Function { docs: "The name.".into(), ..function("probe.name") },
        Function {
            arguments: vec![argument("everything", named("Everything"))],
            ..function("probe.explain")
        },
    ];
    model.column_docs = "Whole histories.".into();
    model.bulk_functions = vec![BulkFunction {
        function: Function {
            arguments: vec![argument("seen_at", Type::Timestamp)],
            result: named("Signal"),
            fallible: true,
            ..function("probe.look_columns")
        },
        path: "probe::columns::look".into(),
        tables: tables(),
    }];
    model.handles = vec![Handle {
        qualified: "probe.Watcher".into(),
        module: "probe".into(),
        name: "Watcher".into(),
        flat: flat("probe", "Watcher"),
        docs: "Watches.".into(),
        constructor_docs: "Checks what it watches.".into(),
        policy: argument("everything", named("Everything")),
        methods: vec![
            Function { result: named("Everything"), ..function("probe.Watcher.everything") },
            function("probe.Watcher.digest"),
            Function {
                arguments: vec![argument("seen_at", Type::Timestamp)],
                result: named("Signal"),
                fallible: true,
                ..function("probe.Watcher.look_at")
            },
        ],
    }];
    let code =
        |module: &str, code: &str| Code { module: module.into(), code: code.into(), docs: "Because.".into() };
    model.reason_codes = vec![code("probe", "some_reason"), code("reason", "fact_missing")];
    model.definitions = Map::new();
    model
}

/// A column of each kind, and the set with the one table.
fn tables() -> Vec<Table> {
    static PROBES: Record = Record { name: "ProbeColumns", docs: "", fields: &[] };
    let column = |name: &'static str, kind: ColumnKind, required: bool| Column {
        name: name.into(),
        docs: format!("Its {}.", name.replace('_', " ")).into(),
        kind,
        required,
    };
    let columns = vec![
        column("seen_at", ColumnKind::Instants, true),
        column("gone_at", ColumnKind::OptionalInstants, false),
        column("gone_at_validity", ColumnKind::Validity, false),
        column("colour", ColumnKind::Values(Values { texts: Vec::new, absent: None }), true),
        column("place", ColumnKind::Codes("places"), false),
        column("label", ColumnKind::Labels, false),
        column("caused_by", ColumnKind::Indices("probes"), false),
        column("is_new", ColumnKind::Flags, false),
        column("parts", ColumnKind::Offsets("probes"), false),
        column("listed_parts", ColumnKind::Lists("probes"), false),
    ];
    let set = vec![
        column("probes", ColumnKind::Table(&PROBES), false),
        column("places", ColumnKind::Names(&["here"]), false),
        column("labels", ColumnKind::Count(1), false),
    ];
    let table = |name: &str, columns| Table { name: name.into(), docs: "Its columns.".into(), columns };
    vec![table("ProbeColumns", columns), table("AllColumns", set)]
}

fn function(qualified: &str) -> Function {
    let name = qualified.rsplit('.').next().unwrap_or_default();
    Function {
        qualified: qualified.into(),
        module: "probe".into(),
        name: name.into(),
        docs: format!("Its {name}."),
        arguments: vec![],
        result: Type::String,
        fallible: false,
        calls: false,
    }
}

fn argument(name: &str, of: Type) -> Argument {
    Argument { name: name.into(), wire: heck::ToLowerCamelCase::to_lower_camel_case(name), of }
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
        field("reason", Type::ReasonCode, None),
        field("note", optional(Type::String), Some(Value::Null)),
        field("limit", optional(Type::F64), Some(json!(1.5))),
        field("colours", Type::List(Box::new(named("Colour"))), Some(json!(["red"]))),
        field("labels", Type::Map(Box::new(Type::String)), Some(json!({}))),
        field("colour", named("Colour"), Some(json!("dark_green"))),
        field("signal", optional(named("Signal")), Some(Value::Null)),
    ]
}

fn unit(name: &str, wire: &str, docs: &str) -> Unit {
    Unit { name: name.to_owned(), wire: wire.to_owned(), docs: docs.to_owned() }
}

fn field(name: &str, of: Type, default: Option<Value>) -> Field {
    let wire = heck::ToLowerCamelCase::to_lower_camel_case(name);
    Field { name: name.to_owned(), wire, docs: format!("Its {}.", name.replace('_', " ")), of, default }
}

fn named(name: &str) -> Type {
    Type::Named(format!("probe.{name}"))
}
