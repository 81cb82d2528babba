//! The Python package: a module for each room, with frozen dataclasses, real enums and typed functions.
//!
//! A struct is a frozen, keyword-only, slotted dataclass; a unit enum an `enum.Enum` whose values are the texts on the
//! wire; an enum with data one dataclass for each variant and a union of them, so that `match` and `assert_never` work.
//! The bridge in Rust finds the classes by `_registry.py` and their fields by `_wire_names`.
use crate::codegen::{
    File, MARK, docs,
    model::{Argument, Definition, Field, Function, Kind, Model, Type},
    schema::BULK_DOORS,
};
use anyhow::{Context as _, Result, bail};
use heck::{ToPascalCase as _, ToShoutySnakeCase as _};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

const FOLDER: &str = "bindings-python/python/relcore";

/// `__init__.py`, `_registry.py` and a module for each room.
pub fn emit(model: &Model) -> Result<Vec<File>> {
    let mut files = vec![init(model), registry(model)];
    for room in model.rooms() {
        files.push(Module { room, model, imports: BTreeMap::new(), typing: BTreeSet::new() }.emit()?);
    }
    Ok(files)
}

/// A module in the making; what it imports becomes known while its body is written.
struct Module<'a> {
    room: &'a str,
    model: &'a Model,
    imports: BTreeMap<String, BTreeSet<String>>,
    /// Names of `typing`, `collections.abc` and `datetime`.
    typing: BTreeSet<&'static str>,
}

impl Module<'_> {
    fn emit(mut self) -> Result<File> {
        let mut body = String::new();
        let mut names = Vec::new();
        let (model, room) = (self.model, self.room);
        // Enums first: they are defaults of fields.
        let mut definitions: Vec<&Definition> =
            model.types.values().filter(|found| found.room == room).collect();
        definitions.sort_by_key(|definition| !matches!(definition.kind, Kind::Unit(_)));
        for definition in definitions {
            names.extend(class_names(definition));
            body += &self.definition(definition).with_context(|| format!("type `{}`", definition.name))?;
        }
        let functions: Vec<&Function> =
            model.functions.iter().filter(|function| function.room == room).collect();
        for function in &functions {
            names.push(function.name.clone());
            body += &self.function(function);
        }
        let doors = BULK_DOORS.iter().filter_map(|door| door.split_once('.')).filter(|(of, _)| *of == room);
        let doors = doors.map(|(_, name)| name);
        for door in doors {
            names.push(door.to_owned());
            self.imports.entry("columns".into()).or_default().insert(door.to_owned()); // by hand, as every such door
        }
        names.sort();

        let mut text = format!("# {MARK}\n\"\"\"The room `{}` of relcore.\"\"\"\n\n", self.room);
        text += "from __future__ import annotations\n\n";
        text += &self.standard_imports(&body);
        if body.contains("_hold(") {
            text += "from relcore._frozen import hold as _hold\n";
        }
        if !functions.is_empty() {
            text += "from relcore._native import call as _call\n";
        }
        for (room, names) in &self.imports {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            text += &import(&format!("relcore.{room}"), &names);
        }
        text.truncate(text.trim_end().len());
        text += "\n\n__all__ = [\n";
        for name in names {
            let _ = writeln!(text, "    \"{name}\",");
        }
        text += "]\n";
        text += &body;
        Ok(File { path: format!("{FOLDER}/{}.py", self.room), text })
    }

    /// The imports of the standard library that the body uses.
    fn standard_imports(&self, body: &str) -> String {
        let mut text = String::new();
        if body.contains("@dataclass") {
            let names: &[&str] =
                if body.contains("= field(") { &["dataclass", "field"] } else { &["dataclass"] };
            text += &import("dataclasses", names);
        }
        let clock = ["date", "datetime", "timedelta"];
        let used: Vec<&str> = clock.into_iter().filter(|name| self.typing.contains(name)).collect();
        if !used.is_empty() {
            text += &import("datetime", &used);
        }
        if body.contains("(Enum)") {
            text += &import("enum", &["Enum"]);
        }
        let typing: Vec<&str> = self.typing.iter().copied().filter(|name| !clock.contains(name)).collect();
        let (collections, typing): (Vec<&str>, Vec<&str>) =
            typing.into_iter().partition(|name| matches!(*name, "Mapping" | "Sequence"));
        if !collections.is_empty() {
            text = import("collections.abc", &collections) + &text;
        }
        if !typing.is_empty() {
            text += &import("typing", &typing);
        }
        if !text.is_empty() {
            text += "\n";
        }
        text
    }

    fn definition(&mut self, definition: &Definition) -> Result<String> {
        match &definition.kind {
            Kind::Unit(units) => {
                let mut text = format!("\n\nclass {}(Enum):\n", definition.name);
                text += &docstring(&definition.docs, 1);
                for unit in units {
                    let _ = write!(text, "\n    {} = \"{}\"\n", unit.wire.to_shouty_snake_case(), unit.wire);
                    text += &docstring(&unit.docs, 1);
                }
                Ok(text)
            }
            Kind::Struct(fields) => self.dataclass(&definition.name, &definition.docs, fields, None),
            Kind::Tagged(variants) => {
                let mut text = String::new();
                for variant in variants {
                    let name = variant_class(&definition.name, &variant.wire);
                    text += &self.dataclass(&name, &variant.docs, &variant.fields, Some(&variant.wire))?;
                }
                self.typing.insert("Union");
                let _ = write!(text, "\n\n{} = Union[\n", definition.name);
                for variant in variants {
                    let _ = writeln!(text, "    {},", variant_class(&definition.name, &variant.wire));
                }
                text += "]\n";
                text += &docstring(&definition.docs, 0);
                Ok(text)
            }
        }
    }

    fn dataclass(&mut self, name: &str, docs: &str, fields: &[Field], tag: Option<&str>) -> Result<String> {
        self.typing.insert("ClassVar");
        let mut text = format!("\n\n@dataclass(frozen=True, kw_only=True, slots=True)\nclass {name}:\n");
        text += &docstring(docs, 1);
        let own = fields.iter().map(|field| (field.wire.as_str(), field.name.as_str()));
        let names = tag.map(|_| ("type", "type")).into_iter().chain(own);
        let names: Vec<String> = names.map(|(wire, name)| format!("(\"{wire}\", \"{name}\")")).collect();
        let start = "    _wire_names: ClassVar[tuple[tuple[str, str], ...]] = ";
        let _ = write!(text, "\n{start}{}\n", tuple(&names, usize::MAX, 1));
        if let Some(tag) = tag {
            self.typing.insert("Literal");
            let _ = write!(
                text,
                "\n    type: Literal[\"{tag}\"] = field(default=\"{tag}\", init=False)\n    \"\"\"Which variant this is.\"\"\"\n"
            );
        }
        for field in fields {
            let of = self.type_text(&field.of, false);
            let _ = write!(text, "\n    {}: {of}", field.name);
            if let Some(default) = &field.default {
                let room = 110_usize.saturating_sub(4 + field.name.len() + 2 + of.len() + 3);
                let value = self
                    .literal(default, &field.of, room)
                    .with_context(|| format!("default of `{}`", field.name))?;
                text += &match (&field.of, named_struct(&field.of, self.model, default)) {
                    (Type::Map(_), _) => " = field(default_factory=dict)".into(),
                    (_, true) => format!(" = field(default_factory=lambda: {value})"),
                    (_, false) => format!(" = {value}"),
                };
            }
            text += "\n";
            text += &docstring(&field.docs, 1);
        }
        let lists = fields.iter().filter(|field| matches!(field.of, Type::List(_)));
        let lists: Vec<String> = lists.map(|field| format!("\"{}\"", field.name)).collect();
        if !lists.is_empty() {
            let line = format!("        _hold(self, {})", lists.join(", "));
            let line = if line.len() <= 110 {
                line
            } else {
                format!("        _hold(\n            self, {}\n        )", lists.join(", "))
            };
            let _ = write!(text, "\n    def __post_init__(self) -> None:\n{line}\n");
        }
        Ok(text)
    }

    fn function(&mut self, function: &Function) -> String {
        let mut text = format!("\n\ndef {}(", function.name);
        for (index, Argument { name, of, .. }) in function.arguments.iter().enumerate() {
            // Python lets an argument be left out only if all that follow may be, too.
            let rest = function.arguments.iter().skip(index);
            let may_be_left_out = rest.clone().all(|argument| matches!(argument.of, Type::Optional(_)));
            let default = if may_be_left_out { " = None" } else { "" };
            let _ = write!(text, "\n    {name}: {}{default},", self.type_text(of, true));
        }
        if !function.arguments.is_empty() {
            text += "\n";
        }
        let answer = self.answer_text(&function.answer);
        let _ = write!(text, ") -> {answer}:\n{}", docstring(&function.docs, 1));
        let place = function.place.to_string();
        let names = function.arguments.iter().map(|argument| argument.name.clone());
        let arguments: Vec<String> = std::iter::once(place).chain(names).collect();
        let _ = writeln!(text, "    return _call({})", arguments.join(", "));
        text
    }

    /// A function gives tuples, which callers may want to index and hash; fields take any sequence.
    fn answer_text(&mut self, of: &Type) -> String {
        match of {
            Type::List(inner) => format!("tuple[{}, ...]", self.type_text(inner, false)),
            _ => self.type_text(of, false),
        }
    }

    /// The annotation of a type; arguments may also be given as dicts and texts.
    fn type_text(&mut self, of: &Type, is_argument: bool) -> String {
        match of {
            Type::Timestamp => drop(self.typing.insert("datetime")),
            Type::Span => drop(self.typing.insert("timedelta")),
            Type::NaiveDate => drop(self.typing.insert("date")),
            _ => {}
        }
        match of {
            Type::Bool => "bool".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count => "int".into(),
            Type::F64 => "float".into(),
            Type::String | Type::Version => "str".into(),
            Type::Timestamp if is_argument => "datetime | str".into(),
            Type::Span if is_argument => "timedelta | str".into(),
            Type::NaiveDate if is_argument => "date | str".into(),
            Type::Timestamp => "datetime".into(),
            Type::Span => "timedelta".into(),
            Type::NaiveDate => "date".into(),
            Type::Optional(inner) => format!("{} | None", self.type_text(inner, is_argument)),
            Type::List(inner) => {
                self.typing.insert("Sequence");
                format!("Sequence[{}]", self.type_text(inner, is_argument))
            }
            Type::Map(inner) => {
                self.typing.insert("Mapping");
                format!("Mapping[str, {}]", self.type_text(inner, is_argument))
            }
            Type::Named(name) => {
                self.refer(name);
                let is_unit = matches!(self.kind(name), Some(Kind::Unit(_)));
                match (is_argument, is_unit) {
                    (true, true) => format!("{name} | str"),
                    (true, false) => {
                        self.typing.insert("Mapping");
                        format!("{name} | Mapping[str, object]")
                    }
                    _ => name.clone(),
                }
            }
        }
    }

    fn kind(&self, name: &str) -> Option<&Kind> {
        self.model.types.get(name).map(|definition| &definition.kind)
    }

    /// Imports a class of another room.
    fn refer(&mut self, name: &str) {
        let own = name.to_owned();
        let definition = self.model.types.values().find(|definition| class_names(definition).contains(&own));
        if let Some(room) =
            definition.map(|definition| definition.room.clone()).filter(|room| room != self.room)
        {
            self.imports.entry(room).or_default().insert(own);
        }
    }

    /// A default, given in the wire form, as a Python expression; `room` is what is left of its line.
    fn literal(&mut self, value: &Value, of: &Type, room: usize) -> Result<String> {
        Ok(match (of, value) {
            (Type::Optional(_), Value::Null) => "None".into(),
            (Type::Optional(inner), _) => self.literal(value, inner, room)?,
            (Type::Bool, Value::Bool(value)) => if *value { "True" } else { "False" }.into(),
            (Type::Span, Value::String(text)) => {
                let millis = relcore::Span::parse(text)?.as_millis();
                if millis % 1000 == 0 {
                    format!("timedelta(seconds={})", millis / 1000)
                } else {
                    format!("timedelta(milliseconds={millis})")
                }
            }
            (Type::F64, Value::Number(number)) => {
                let number = number.as_f64().context("a number")?;
                format!("{number:?}")
            }
            (Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count, Value::Number(number)) => {
                number.to_string()
            }
            (Type::String | Type::Version, Value::String(text)) => format!("{text:?}"),
            (Type::List(inner), Value::Array(items)) => {
                let items: Result<Vec<String>> =
                    items.iter().map(|item| self.literal(item, inner, room)).collect();
                tuple(&items?, room, 1)
            }
            (Type::Map(_), Value::Object(entries)) if entries.is_empty() => "{}".into(),
            (Type::Named(name), Value::String(text)) => {
                self.refer(name);
                format!("{name}.{}", text.to_shouty_snake_case())
            }
            (Type::Named(name), Value::Object(entries)) => {
                self.refer(name);
                let Some(Kind::Struct(fields)) = self.kind(name) else {
                    bail!("an enum with data has no default")
                };
                let fields: Vec<Field> = fields.to_vec();
                let mut given = Vec::new();
                for field in &fields {
                    let Some(value) = entries.get(&field.wire) else { continue };
                    if field.default.as_ref() != Some(value) {
                        given.push(format!("{}={}", field.name, self.literal(value, &field.of, room)?));
                    }
                }
                format!("{name}({})", given.join(", "))
            }
            (of, value) => bail!("`{value}` is no default that Python can write for {of:?}"),
        })
    }
}

/// A default that must be made anew, since it is made of a class that may stand further down.
fn named_struct(of: &Type, model: &Model, default: &Value) -> bool {
    default.is_object()
        && of
            .named()
            .and_then(|name| model.types.get(name))
            .is_some_and(|d| matches!(d.kind, Kind::Struct(_)))
}

/// The classes and unions that a type becomes.
fn class_names(definition: &Definition) -> Vec<String> {
    let mut names = vec![definition.name.clone()];
    if let Kind::Tagged(variants) = &definition.kind {
        names.extend(variants.iter().map(|variant| variant_class(&definition.name, &variant.wire)));
    }
    names
}

fn variant_class(name: &str, wire: &str) -> String {
    format!("{name}{}", wire.to_pascal_case())
}

/// `relcore/__init__.py`: everything by name, loaded when it is first asked for.
fn init(model: &Model) -> File {
    let mut text = format!("# {MARK}\n");
    text += "\"\"\"Release decisions as pure functions.\n\nRooms are modules: `relcore.canary.next_action(...)`. Types are found here, too: `relcore.Schedule`.\nWhat is not used is not loaded.\n\"\"\"\n\n";
    text += "from __future__ import annotations\n\nfrom importlib import import_module as _import\nfrom typing import TYPE_CHECKING\n\nfrom relcore._native import VERSION as __version__\n\n";
    text += "if TYPE_CHECKING:\n";
    for room in model.rooms() {
        let _ = writeln!(text, "    from relcore import {room} as {room}");
    }
    text += "    from relcore._errors import InputError as InputError\n    from relcore._errors import PolicyChangedError as PolicyChangedError\n    from relcore._errors import RelcoreError as RelcoreError\n";
    let mut homes = BTreeMap::new();
    for definition in model.types.values() {
        for name in class_names(definition) {
            homes.insert(name, definition.room.clone());
        }
    }
    let mut by_room: Vec<(&String, &String)> = homes.iter().map(|(name, room)| (room, name)).collect();
    by_room.sort();
    for (room, name) in by_room {
        let _ = writeln!(text, "    from relcore.{room} import {name} as {name}");
    }
    text += "\n_HOMES = {\n";
    for error in ["InputError", "PolicyChangedError", "RelcoreError"] {
        homes.insert(error.into(), "_errors".into());
    }
    for (name, room) in &homes {
        let _ = writeln!(text, "    \"{name}\": \"{room}\",");
    }
    text += "}\n_ROOMS = frozenset(\n    (\n";
    for room in model.rooms() {
        let _ = writeln!(text, "        \"{room}\",");
    }
    text += "    )\n)\n\n__all__ = [\n";
    // Spelt out, since tools read it without running it.
    let mut all: Vec<&str> = homes.keys().map(String::as_str).chain(["__version__"]).collect();
    all.extend(model.rooms());
    all.sort_unstable();
    for name in all {
        let _ = writeln!(text, "    \"{name}\",");
    }
    text += "]\n\n\n";
    text += "def __getattr__(name: str) -> object:\n    if name in _ROOMS:\n        return _import(f\"relcore.{name}\")\n    if name in _HOMES:\n        found = getattr(_import(f\"relcore.{_HOMES[name]}\"), name)\n        globals()[name] = found\n        return found\n    raise AttributeError(f\"module 'relcore' has no attribute {name!r}\")\n\n\n";
    text += "def __dir__() -> list[str]:\n    return sorted(__all__)\n";
    File { path: format!("{FOLDER}/__init__.py"), text }
}

/// `relcore/_registry.py`: how the bridge finds a class.
fn registry(model: &Model) -> File {
    let mut text = format!("# {MARK}\n\"\"\"Where the bridge finds the class of a type.\"\"\"\n\n");
    text += "from __future__ import annotations\n\nfrom importlib import import_module\n\n_CLASSES = {\n";
    for definition in model.types.values() {
        let mut names = vec![format!("\"{}\"", definition.room)];
        // The name of an enum with data is a union, no class.
        let unions = usize::from(matches!(definition.kind, Kind::Tagged(_)));
        names.extend(class_names(definition).iter().skip(unions).map(|class| format!("\"{class}\"")));
        let start = format!("    \"{}\": ", definition.name);
        let room = 110_usize.saturating_sub(start.len() + 1);
        let _ = writeln!(text, "{start}{},", tuple(&names, room, 1));
    }
    text += "}\n\n\ndef classes_of(name: str) -> list[type]:\n    \"\"\"The dataclass or enum of a type of the core; one for each variant of an enum with data.\"\"\"\n    room, *names = _CLASSES[name]\n    module = import_module(f\"relcore.{room}\")\n    return [getattr(module, name) for name in names]\n";
    File { path: format!("{FOLDER}/_registry.py"), text }
}

fn import(module: &str, names: &[&str]) -> String {
    let line = format!("from {module} import {}\n", names.join(", "));
    if line.len() <= 110 {
        return line;
    }
    let mut text = format!("from {module} import (\n");
    for name in names {
        let _ = writeln!(text, "    {name},");
    }
    text + ")\n"
}

/// A tuple as ruff would format it: on one line if it fits, else an item a line; `room` of `MAX` asks for the latter.
fn tuple(items: &[String], room: usize, depth: usize) -> String {
    match items {
        [] => "()".into(),
        [only] => format!("({only},)"),
        items => {
            let line = format!("({})", items.join(", "));
            if room != usize::MAX && line.len() <= room {
                return line;
            }
            let indent = "    ".repeat(depth);
            let items: String = items.iter().map(|item| format!("{indent}    {item},\n")).collect();
            format!("(\n{items}{indent})")
        }
    }
}

fn docstring(docs: &str, depth: usize) -> String {
    let indent = "    ".repeat(depth);
    let prose = docs::prose(docs).replace("\"\"\"", "'''");
    let prefix = if prose.contains('\\') { "r" } else { "" };
    let end = if prose.ends_with('"') { " " } else { "" };
    let lines: Vec<&str> = prose.lines().collect();
    match lines.as_slice() {
        [only] => format!("{indent}{prefix}\"\"\"{only}{end}\"\"\"\n"),
        lines => {
            let mut text = String::new();
            for (index, line) in lines.iter().enumerate() {
                let open = if index == 0 { format!("{prefix}\"\"\"") } else { String::new() };
                let line = format!("{indent}{open}{line}");
                text += line.trim_end();
                text += "\n";
            }
            text + &format!("{indent}\"\"\"\n")
        }
    }
}
