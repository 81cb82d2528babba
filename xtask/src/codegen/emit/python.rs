//! The Python package: a module for each module of the core, with frozen dataclasses, enums, handles and functions.
//!
//! A struct is a frozen, keyword-only, slotted dataclass; a unit enum an `enum.StrEnum` whose values are the texts on
//! the wire; an enum with data one dataclass for each variant and a union of them, so that `match` and `assert_never`
//! work. A field of such a union carries a mark for pydantic, which then picks the variant by its tag. The native library
//! finds the classes by `_registry.py` and their fields by `_fields`.
//!
//! The text is printed plainly, with every import that a module could need: `ruff` removes the ones that it does not,
//! sorts the others and breaks the lines.
use crate::codegen::{
    File, MARK, docs,
    emit::columns,
    model::{Argument, BulkFunction, Definition, FOUNDATION, Field, Function, Handle, Kind, Model, Type},
};
use anyhow::{Context as _, Result, bail};
use heck::{ToPascalCase as _, ToShoutySnakeCase as _, ToSnakeCase as _};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// Where the package is.
pub const FOLDER: &str = "bindings-python/python/relcore";

/// What is written by hand and imported from `relcore`, with its module.
const BY_HAND: &[(&str, &str)] = &[
    ("InputError", "_errors"),
    ("PolicyChangedError", "_errors"),
    ("RelcoreError", "_errors"),
    ("from_json", "_json"),
    ("to_dict", "_json"),
    ("to_json", "_json"),
];

/// The imports of the standard library and of the package that a module may need.
const IMPORTS: &str = "
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, date as _date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from relcore import _native
from relcore._frozen import TAGGED as _TAGGED, Handle as _Handle, Value as _Value, Variant as _Variant, check_tag as _check_tag, freeze as _freeze, markdown as _markdown, member as _member
";

/// `__init__.py`, `_registry.py` and the modules.
pub fn emit(model: &Model) -> Result<Vec<File>> {
    let mut files = vec![init(model), registry(model)];
    for module in &model.modules {
        files.push(
            Module { name: &module.name, model, imports: BTreeSet::new(), imported: BTreeMap::new() }
                .emit(&module.docs)?,
        );
    }
    Ok(files)
}

/// A module in the making; its body determines what it imports from the other modules.
struct Module<'a> {
    name: &'a str,
    model: &'a Model,
    imports: BTreeSet<String>,
    /// The names of imported types, with the modules that they come from.
    imported: BTreeMap<String, String>,
}

/// How a notebook shows a value that a function of its module explains.
fn shown_by(function: &str) -> String {
    format!("\n    def _repr_markdown_(self) -> str:\n        return _markdown({function}(self))\n")
}

/// The order of names in `__all__` that ruff wants: constants, classes, functions.
fn rank(name: &str) -> u8 {
    match name {
        _ if name == name.to_shouty_snake_case() => 0,
        _ if name.starts_with(char::is_uppercase) => 1,
        _ => 2,
    }
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Argument,
    Field,
    Result,
}

impl Module<'_> {
    fn emit(mut self, module_docs: &str) -> Result<File> {
        let (model, name) = (self.model, self.name);
        let mut body = String::new();
        let mut names = Vec::new();
        // Enums first: they are defaults of fields.
        let mut definitions: Vec<&Definition> = model.types_of(name).collect();
        definitions.sort_by_key(|definition| !matches!(definition.kind, Kind::Unit(_)));
        for definition in definitions {
            names.extend(class_names(definition));
            body +=
                &self.definition(definition).with_context(|| format!("type `{}`", definition.qualified))?;
        }
        if name == "reason" {
            names.push("ReasonCode".to_owned());
            body += &reason_codes(model);
        }
        for constant in model.constants_of(name) {
            names.push(constant.name.clone());
            body += &format!(
                "\n{}: Final = {:?}\n{}",
                constant.name,
                constant.text,
                docstring(&constant.docs, 0)
            );
        }
        for handle in model.handles_of(name) {
            names.push(handle.name.clone());
            body += &self.handle(handle);
        }
        for function in model.functions_of(name) {
            names.push(function.name.clone());
            body += &format!("\n_{} = _native.function(\"{}\")\n", function.name, function.qualified);
            body += &self.function(function, "", &format!("_{}", function.name), None);
        }
        for bulk in model.bulk_functions_of(name) {
            let (function, tables) = (&bulk.function, bulk.set());
            names.push(function.name.clone());
            self.imports.insert(format!("from relcore.columns import {tables}"));
            body += &format!("\n_{} = _native.bulk_function(\"{}\")\n", function.name, function.qualified);
            body += &self.function(&bulk.with_columns(tables), "", &format!("_{}", function.name), None);
            names.push(bulk.frame_name());
            self.imports.insert("from relcore.columns import Frame".to_owned());
            body += &self.frame_function(bulk);
        }
        names.sort_by_cached_key(|name| (rank(name), name.clone()));
        let imports: String = self.imports.iter().map(|line| format!("{line}\n")).collect();
        let text = format!(
            "# {MARK}\n{}\nfrom __future__ import annotations\n{IMPORTS}{imports}\n__all__ = {}\n{body}",
            docstring(module_docs, 0),
            list(&names),
        );
        Ok(File { path: format!("{FOLDER}/{name}.py"), text })
    }

    fn definition(&mut self, definition: &Definition) -> Result<String> {
        let name = &definition.name;
        match &definition.kind {
            Kind::Unit(units) => {
                let members = units.iter().map(|unit| (unit.wire.as_str(), unit.docs.as_str()));
                Ok(str_enum(name, &definition.docs, members))
            }
            Kind::Struct(fields) => {
                let text = self.dataclass(name, &definition.qualified, &definition.docs, fields, None)?;
                let shown = self.explained_by(&definition.qualified).map(shown_by).unwrap_or_default();
                Ok(text + &shown)
            }
            Kind::Tagged(variants) => {
                let mut text = String::new();
                for variant in variants {
                    let class = variant_class(name, &variant.wire);
                    let (of, tag) = (&definition.qualified, Some(variant.wire.as_str()));
                    text += &self.dataclass(&class, of, &variant.docs, &variant.fields, tag)?;
                }
                let classes: Vec<String> =
                    variants.iter().map(|variant| variant_class(name, &variant.wire)).collect();
                let docs = docstring(&definition.docs, 0);
                Ok(text + &format!("\n{name}: TypeAlias = {}\n{docs}", classes.join(" | ")))
            }
        }
    }

    /// The function of the module that writes a text about values of this type, which notebooks then show.
    fn explained_by(&self, qualified: &str) -> Option<&str> {
        let mut functions = self
            .model
            .functions_of(self.name)
            .filter(|function| super::cli::is_companion(&function.name, "explain"));
        let found = functions.find(|function| match function.arguments.as_slice() {
            [only] => only.of.named() == Some(qualified),
            _ => false, // of other values, such as the events behind a number
        });
        found.map(|function| function.name.as_str())
    }

    fn dataclass(
        &mut self,
        name: &str,
        of: &str,
        docs: &str,
        fields: &[Field],
        tag: Option<&str>,
    ) -> Result<String> {
        let base = if tag.is_some() { "_Variant" } else { "_Value" };
        let mut text = format!(
            "\n@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)\nclass {name}({base}):\n"
        );
        text += &docstring(docs, 1);
        let names = fields.iter().map(|field| format!("\"{}\"", field.name));
        let of = format!("of=\"{of}\"");
        let names: Vec<String> = names.chain([of]).chain(tag.map(|tag| format!("tag=\"{tag}\""))).collect();
        let _ =
            write!(text, "\n    _fields: ClassVar[_native.Fields] = _native.Fields({})\n", names.join(", "));
        if let Some(tag) = tag {
            let _ = writeln!(text, "\n    type: Literal[\"{tag}\"] = \"{tag}\"");
            text += &docstring("Which variant this is.", 1);
        }
        // Annotations are resolved in the class, where a field named like a type hides it: pydantic would read `date: date`
        // as the field itself.
        let hides_date = fields.iter().any(|field| field.name == "date");
        for field in fields {
            let mut annotation = self.type_text(&field.of, Position::Field);
            if hides_date && field.of.innermost() == &Type::NaiveDate {
                annotation = annotation.replace("date", "_date");
            }
            let _ = write!(text, "\n    {}: {annotation}", field.name);
            if let Some(default) = &field.default {
                let value = self
                    .literal(default, &field.of)
                    .with_context(|| format!("default of `{}`", field.name))?;
                // A value of a class is made anew each time, since the class may stand further down.
                text += &match default {
                    Value::Object(entries) if entries.is_empty() && matches!(field.of, Type::Map(_)) => {
                        " = field(default_factory=dict)".into()
                    }
                    Value::Object(_) => format!(" = field(default_factory=lambda: {value})"),
                    _ => format!(" = {value}"),
                };
            }
            text += "\n";
            text += &docstring(&field.docs, 1);
        }
        Ok(text + &post_init(fields, tag))
    }

    /// The class of a handle. The native values that it calls stand before it, so that a name that is missing fails
    /// when the module is imported.
    fn handle(&mut self, handle: &Handle) -> String {
        let prefix = format!("_{}", handle.name.to_snake_case());
        let mut text = format!("\n{prefix} = _native.constructor(\"{}\")\n", handle.qualified);
        for method in &handle.methods {
            let _ = writeln!(text, "{prefix}_{} = _native.method(\"{}\")", method.name, method.qualified);
        }
        let policy = &handle.policy.name;
        let of = self.type_text(&handle.policy.of, Position::Argument);
        let class_docs = format!("{}\n\n{}", handle.docs, handle.constructor_docs);
        let _ = write!(
            text,
            "\nclass {}(_Handle):\n{}\n    __slots__ = ()\n    _policy: ClassVar[str] = \"{policy}\"\n\n    def __init__(self, {policy}: {of}) -> None:\n        self._set({prefix}({policy}))\n",
            handle.name,
            docstring(&class_docs, 1)
        );
        for method in &handle.methods {
            // The first two are accessors: the policy and the digest.
            let is_accessor = method.name == *policy || method.name == "digest";
            text += "\n";
            if is_accessor {
                text += "    @property\n";
            }
            let native = format!("{prefix}_{}", method.name);
            text += &self.function(method, "    ", &native, Some("self"));
        }
        text
    }

    fn function(&mut self, function: &Function, indent: &str, native: &str, owner: Option<&str>) -> String {
        let mut parameters: Vec<String> = owner.map(str::to_owned).into_iter().collect();
        for (index, Argument { name, of, .. }) in function.arguments.iter().enumerate() {
            // Python lets an argument be left out only if all that follow may be, too.
            let mut rest = function.arguments.iter().skip(index);
            let may_be_left_out = rest.all(|argument| matches!(argument.of, Type::Optional(_)));
            let default = if may_be_left_out { " = None" } else { "" };
            let mut text = self.type_text(of, Position::Argument);
            if matches!(of, Type::List(of) if **of == Type::F64) {
                self.imports.insert("from relcore._columns import Column".to_owned());
                text += " | Column";
            }
            parameters.push(format!("{name}: {text}{default}"));
        }
        let result = self.result_text(&function.result);
        let handle = owner.map(|owner| format!("{owner}._handle"));
        let names = function.arguments.iter().map(|argument| argument.name.clone());
        let arguments: Vec<String> = handle.into_iter().chain(names).collect();
        format!(
            "{indent}def {}({}) -> {result}:\n{}{indent}    return {native}({})\n",
            function.name,
            parameters.join(", "),
            docstring(&function.docs, if indent.is_empty() { 1 } else { 2 }),
            arguments.join(", ")
        )
    }

    /// The function that takes a data frame for each table. A policy that is left out is the default one.
    fn frame_function(&mut self, bulk: &BulkFunction) -> String {
        let (function, name) = (&bulk.function, bulk.frame_name());
        let frames: Vec<_> = bulk.frames().collect();
        let mut parameters = String::new();
        for (index, (frame, _)) in frames.iter().enumerate() {
            // The first table is what the function is about.
            parameters += &if index == 0 {
                format!("{frame}: Frame, *, ")
            } else {
                format!("{frame}: Frame | None = None, ")
            };
        }
        let mut given = String::new();
        for Argument { name, of, .. } in &function.arguments {
            let text = self.type_text(of, Position::Argument);
            if self.has_default(of) {
                let _ = write!(parameters, "{name}: {text} | None = None, ");
                let _ = write!(given, "{{}} if {name} is None else {name}, ");
            } else {
                let _ = write!(parameters, "{name}: {text}, ");
                let _ = write!(given, "{name}, ");
            }
        }
        let result = self.result_text(&function.result);
        let docs = docstring(&columns::frame_docs(bulk), 1);
        let frames: String = frames.iter().map(|(frame, _)| format!("{frame}, ")).collect();
        format!(
            "\n_{name} = _native.frame_function(\"{}\")\n\ndef {name}({parameters}ignore_unknown: bool = False) -> {result}:\n{docs}    return _{name}(({frames}), ignore_unknown, {given})\n",
            function.qualified
        )
    }

    /// Whether a struct may be left out: all of its fields have a default.
    fn has_default(&self, of: &Type) -> bool {
        let Type::Named(qualified) = of else { return false };
        match self.kind(qualified) {
            Some(Kind::Struct(fields)) => fields.iter().all(|field| field.default.is_some()),
            _ => false,
        }
    }

    /// A function returns tuples, which callers may want to index and hash; fields take any sequence.
    fn result_text(&mut self, of: &Type) -> String {
        match of {
            Type::List(inner) => format!("tuple[{}, ...]", self.type_text(inner, Position::Result)),
            _ => self.type_text(of, Position::Result),
        }
    }

    /// The annotation of a type; arguments may also be dicts and texts.
    fn type_text(&mut self, of: &Type, at: Position) -> String {
        let is_argument = at == Position::Argument;
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
            Type::ReasonCode => {
                if self.name != "reason" {
                    self.imports.insert("from relcore.reason import ReasonCode".to_owned());
                }
                "ReasonCode | str".into()
            }
            Type::Optional(inner) => format!("{} | None", self.type_text(inner, at)),
            Type::List(inner) => format!("Sequence[{}]", self.type_text(inner, at)),
            Type::Map(inner) => format!("Mapping[str, {}]", self.type_text(inner, at)),
            Type::Named(qualified) => {
                let name = self.refer(qualified);
                match (at, self.kind(qualified)) {
                    (Position::Argument, Some(Kind::Unit(_))) => format!("{name} | str"),
                    (Position::Argument, _) => format!("{name} | Mapping[str, object]"),
                    (Position::Field, Some(Kind::Tagged(_))) => format!("Annotated[{name}, _TAGGED]"),
                    _ => name,
                }
            }
        }
    }

    fn kind(&self, qualified: &str) -> Option<&Kind> {
        self.model.types.get(qualified).map(|definition| &definition.kind)
    }

    /// The name of a type in this module. One of another module is imported, under its flat name if this module has a
    /// type of the same name, or has imported one.
    fn refer(&mut self, qualified: &str) -> String {
        let Some(of) = self.model.types.get(qualified) else { return qualified.to_owned() };
        if of.module == self.name {
            return of.name.clone();
        }
        let is_own = self.model.types_of(self.name).any(|own| own.name == of.name);
        let first = self.imported.entry(of.name.clone()).or_insert_with(|| of.module.clone());
        let is_taken = is_own || *first != of.module;
        let import = format!("from relcore.{} import {}", of.module, of.name);
        if is_taken {
            self.imports.insert(format!("{import} as {}", of.flat));
            return of.flat.clone();
        }
        self.imports.insert(import);
        of.name.clone()
    }

    /// A default, given in the wire form, as a Python expression.
    fn literal(&mut self, value: &Value, of: &Type) -> Result<String> {
        Ok(match (of, value) {
            (Type::Optional(_), Value::Null) => "None".into(),
            (Type::Optional(inner), _) => self.literal(value, inner)?,
            (Type::Bool, Value::Bool(value)) => if *value { "True" } else { "False" }.into(),
            (Type::Span, Value::String(text)) => {
                let millis = relcore::Span::parse(text)?.as_millis();
                match millis % 1000 {
                    0 => format!("timedelta(seconds={})", millis / 1000),
                    _ => format!("timedelta(milliseconds={millis})"),
                }
            }
            (Type::F64, Value::Number(number)) => format!("{:?}", number.as_f64().context("a number")?),
            (Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count, Value::Number(number)) => {
                number.to_string()
            }
            (Type::String | Type::Version, Value::String(text)) => format!("{text:?}"),
            (Type::List(inner), Value::Array(items)) => {
                let items: Result<String> =
                    items.iter().map(|item| Ok(self.literal(item, inner)? + ",")).collect();
                format!("({})", items?)
            }
            (Type::Map(inner), Value::Object(entries)) => {
                let entries: Result<Vec<String>> = entries
                    .iter()
                    .map(|(key, value)| Ok(format!("{key:?}: {}", self.literal(value, inner)?)))
                    .collect();
                format!("{{{}}}", entries?.join(", "))
            }
            (Type::Named(qualified), Value::String(text)) => {
                format!("{}.{}", self.refer(qualified), text.to_shouty_snake_case())
            }
            (Type::Named(qualified), Value::Object(entries)) => {
                let Some(Kind::Struct(fields)) = self.kind(qualified) else {
                    bail!("an enum with data has no default")
                };
                let fields = fields.clone();
                let mut given = Vec::new();
                for field in &fields {
                    let Some(value) = entries.get(&field.wire) else { continue };
                    if field.default.as_ref() != Some(value) {
                        given.push(format!("{}={}", field.name, self.literal(value, &field.of)?));
                    }
                }
                format!("{}({})", self.refer(qualified), given.join(", "))
            }
            (of, value) => bail!("`{value}` is no default that Python can write for {of:?}"),
        })
    }
}

/// What every way to make a dataclass runs, that of other libraries, too.
fn post_init(fields: &[Field], tag: Option<&str>) -> String {
    let mut lines = Vec::new();
    if tag.is_some() {
        lines.push("_check_tag(self)".to_owned());
    }
    fn has_list(of: &Type) -> bool {
        match of {
            Type::Optional(inner) | Type::Map(inner) => has_list(inner),
            of => matches!(of, Type::List(_)),
        }
    }
    let lists = fields.iter().filter(|field| has_list(&field.of));
    let lists: Vec<String> = lists.map(|field| format!("\"{}\"", field.name)).collect();
    if !lists.is_empty() {
        lines.push(format!("_freeze(self, {})", lists.join(", ")));
    }
    let codes = fields.iter().filter(|field| field.of == Type::ReasonCode);
    lines.extend(codes.map(|field| format!("_member(self, ReasonCode, \"{}\")", field.name)));
    let lines: String = lines.iter().map(|line| format!("        {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n    def __post_init__(self) -> None:\n{lines}") }
}

/// `ReasonCode`. A code may be of several modules; it stands once.
fn reason_codes(model: &Model) -> String {
    let docs = "The stable code of a rule. Codes that a newer version added arrive as plain `str`.";
    let mut seen = BTreeSet::new();
    let codes = model.reason_codes.iter().filter(|code| seen.insert(code.code.as_str()));
    str_enum("ReasonCode", docs, codes.map(|code| (code.code.as_str(), code.docs.as_str())))
}

fn str_enum<'a>(name: &str, docs: &str, members: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!("\nclass {name}(StrEnum):\n{}", docstring(docs, 1));
    for (wire, docs) in members {
        let _ = write!(text, "\n    {} = \"{wire}\"\n{}", wire.to_shouty_snake_case(), docstring(docs, 1));
    }
    text
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

/// `relcore/__init__.py`: modules, foundation types and what is written by hand, loaded when they are first used.
fn init(model: &Model) -> File {
    let mut names: Vec<(String, &str)> =
        BY_HAND.iter().map(|(name, module)| ((*name).to_owned(), *module)).collect();
    for definition in model.types.values().filter(|of| FOUNDATION.contains(&of.module.as_str())) {
        names.extend(class_names(definition).into_iter().map(|name| (name, definition.module.as_str())));
    }
    names.push(("ReasonCode".to_owned(), "reason"));
    names.sort();
    let modules: Vec<&str> = model.modules.iter().map(|module| module.name.as_str()).collect();
    let summary = |docs: &str| docs::prose(docs).lines().next().unwrap_or_default().to_owned();
    let contents: String =
        model.modules.iter().map(|of| format!("- `relcore.{}`: {}\n", of.name, summary(&of.docs))).collect();
    let top = format!(
        "Release decisions as pure functions.\n\nEach module has its types, functions and handles: `relcore.canary.next_action`. A module is loaded when it is first used.\n\n{contents}"
    );
    let mut text = format!(
        "# {MARK}\n{}\nfrom __future__ import annotations\nfrom importlib import import_module as _import\nfrom relcore._native import VERSION as __version__\n\n# Type checkers know this name; `typing` itself would be most of what the import costs.\nTYPE_CHECKING = False\nif TYPE_CHECKING:\n",
        docstring(&top, 0)
    );
    for module in &modules {
        let _ = writeln!(text, "    from relcore import {module} as {module}");
    }
    for (name, module) in &names {
        let _ = writeln!(text, "    from relcore.{module} import {name} as {name}");
    }
    // Spelt out, since tools read it without running it.
    let own = ["__version__"].into_iter().chain(modules.iter().copied());
    let mut all: Vec<String> =
        names.iter().map(|(name, _)| name.as_str()).chain(own).map(str::to_owned).collect();
    all.sort_unstable();
    let homes: String = names.iter().map(|(name, module)| format!("\"{name}\": \"{module}\",")).collect();
    let modules: String = modules.iter().map(|module| format!("\"{module}\",")).collect();
    let _ = write!(
        text,
        "
__all__ = {}
_HOMES = {{{homes}}}
_MODULES = frozenset(({modules}))

def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import(f\"relcore.{{name}}\")
    if name in _HOMES:
        found = getattr(_import(f\"relcore.{{_HOMES[name]}}\"), name)
        globals()[name] = found
        return found
    raise AttributeError(f\"module 'relcore' has no attribute {{name!r}}\")

def __dir__() -> list[str]:
    return sorted(__all__)
",
        list(&all)
    );
    File { path: format!("{FOLDER}/__init__.py"), text }
}

/// `relcore/_registry.py`: how the native library finds the classes of its results.
fn registry(model: &Model) -> File {
    let mut entries = "\"ReasonCode\": (\"reason\", \"ReasonCode\"),\n".to_owned();
    for definition in model.types.values() {
        // The name of an enum with data is a union, not a class.
        let unions = usize::from(matches!(definition.kind, Kind::Tagged(_)));
        let names = class_names(definition).into_iter().skip(unions);
        let names: String = names.map(|class| format!(", \"{class}\"")).collect();
        let _ = writeln!(entries, "\"{}\": (\"{}\"{names}),", definition.qualified, definition.module);
    }
    let text = format!(
        "# {MARK}
\"\"\"Where the native library finds the class of a type.\"\"\"

from __future__ import annotations
from importlib import import_module

_CLASSES = {{
{entries}}}

def classes_of(qualified: str) -> list[type]:
    \"\"\"The dataclass or enum of a type of the core; one for each variant of an enum with data.\"\"\"
    module, *names = _CLASSES[qualified]
    found = import_module(f\"relcore.{{module}}\")
    return [getattr(found, name) for name in names]
"
    );
    File { path: format!("{FOLDER}/_registry.py"), text }
}

/// The names as a list of texts.
pub fn list(names: &[String]) -> String {
    let names: String = names.iter().map(|name| format!("\"{name}\",")).collect();
    format!("[{names}]")
}

/// A docstring at this depth.
pub fn docstring(docs: &str, depth: usize) -> String {
    let indent = "    ".repeat(depth);
    let prose = docs::prose(docs).replace("\"\"\"", "'''");
    let prefix = if prose.contains('\\') { "r" } else { "" };
    let end = if prose.ends_with('"') { " " } else { "" };
    let mut lines = prose.lines();
    let mut text = format!("{indent}{prefix}\"\"\"{}", lines.next().unwrap_or_default());
    let mut end = format!("{end}\"\"\"\n");
    for line in lines {
        text += "\n";
        if !line.is_empty() {
            text += &format!("{indent}{line}");
        }
        end = format!("\n{indent}\"\"\"\n");
    }
    text + &end
}
