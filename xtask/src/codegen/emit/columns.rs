//! The classes of columns: in Python a module of their own, in Node interfaces of the module, in Swift and Kotlin records
//! of the mirror crate. All are made from the declaration in the core, as data.
use super::{python, uniffi::comment};
use crate::codegen::{
    File, MARK,
    model::{Column, Model, Table, flat},
};
use heck::ToLowerCamelCase as _;
use relcore::column::Kind;
use std::fmt::Write as _;

/// What a column may be in Python; the other languages have types that say so.
const PYTHON: &str = "A column is anything that offers the buffer protocol (`array.array`, `memoryview`, numpy) or Arrow (pyarrow, polars,
pandas). It is borrowed for the call and not copied, except for truth values: do not write to it meanwhile.

- Instants are 64-bit milliseconds, or Arrow's `timestamp[ms]` with a zone. Where they may be absent, they may be nulls of
  Arrow instead of having a bitmap of validity.
- Values of enums are 8-bit, other codes, indices and offsets 32-bit.
- Truth values are bytes of 0 and 1, or Arrow's `bool`.";

/// The docs of the lists, which no declaration has.
const LISTS: [&str; 3] = [
    "A list of indices for each row, one after the other: Arrow's `List`.",
    "The index in `items` at which the list of each row begins, then the count of all items: one more than rows.",
    "The items of all lists.",
];

/// `relcore/columns.py`.
pub fn python(model: &Model) -> File {
    let lists = LISTS.map(|docs| python::docstring(docs, 1).replacen("    ", "", 1));
    let mut names = vec!["Column".to_owned(), "Lists".to_owned()];
    let mut classes = python_class("Lists", &lists[0]);
    for (name, docs) in ["offsets", "items"].into_iter().zip(&lists[1..]) {
        let _ = write!(classes, "\n    {name}: Column\n    {docs}");
    }
    for table in tables(model) {
        names.push(table.name.clone());
        classes += &python_class(&table.name, python::docstring(&table.docs, 1).trim_start());
        for column in &table.columns {
            let of = match column.kind {
                Kind::Table(table) => table.name,
                Kind::Lists(_) => "Lists",
                Kind::Names(_) => "Sequence[str]",
                Kind::Count(_) => "int",
                _ => "Column",
            };
            let default = match column.kind {
                _ if column.required => String::new(),
                Kind::Names(names) => {
                    format!(" = ({})", names.iter().map(|name| format!("{name:?},")).collect::<String>())
                }
                Kind::Count(count) => format!(" = {count}"),
                _ => " | None = None".to_owned(),
            };
            let _ = write!(
                classes,
                "\n    {}: {of}{default}\n{}",
                column.name,
                python::docstring(&column.docs, 1)
            );
        }
    }
    names.sort();
    let docs = python::docstring(&format!("{}\n\n{PYTHON}", model.column_docs), 0);
    let names = python::list(&names);
    let text = format!(
        "# {MARK}\n{docs}\nfrom __future__ import annotations\nfrom collections.abc import Sequence\n\
         from dataclasses import dataclass\nfrom relcore._columns import Column\n\n__all__ = {names}\n{classes}"
    );
    File { path: format!("{}/columns.py", python::FOLDER), text }
}

fn python_class(name: &str, docs: &str) -> String {
    format!("\n@dataclass(frozen=True, kw_only=True, slots=True)\nclass {name}:\n    {docs}")
}

/// The interfaces of the tables of a module of Node; `comment` makes the comment of some docs.
pub fn typescript(model: &Model, module: &str, comment: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    if model.bulk_functions_of(module).next().is_some() {
        let [docs, offsets, items] = LISTS.map(&comment);
        let _ = write!(
            text,
            "\n{docs}export interface Lists {{\n{offsets}readonly offsets: Uint32Array;\n{items}readonly items: Uint32Array;\n}}\n"
        );
    }
    for table in model.bulk_functions_of(module).flat_map(|bulk| &bulk.tables) {
        let _ = writeln!(text, "\n{}export interface {} {{", comment(&table.docs), table.name);
        for column in &table.columns {
            let (of, default) = match column.kind {
                Kind::Table(table) => (table.name, String::new()),
                Kind::Lists(_) => ("Lists", String::new()),
                Kind::Names(names) => ("readonly string[]", format!("\n\n@defaultValue `{names:?}`")),
                Kind::Count(count) => ("number", format!("\n\n@defaultValue `{count}`")),
                Kind::Instants | Kind::OptionalInstants => ("BigInt64Array", String::new()),
                Kind::Values(_) | Kind::Validity | Kind::Flags => ("Uint8Array", String::new()),
                _ => ("Uint32Array", String::new()),
            };
            let (mark, absent) = if column.required { ("", "") } else { ("?", " | undefined") };
            let docs = comment(&format!("{}{default}", column.docs));
            let _ = writeln!(text, "{docs}readonly {}{mark}: {of}{absent};", wire(column));
        }
        text += "}\n";
    }
    text
}

/// The records of Swift and Kotlin, and the functions that take them.
pub fn mirrors(model: &Model) -> String {
    let mut text = String::new();
    for bulk in &model.bulk_functions {
        let module = &bulk.function.module;
        for table in &bulk.tables {
            let mut given = String::new();
            let name = flat(module, &table.name);
            let _ = writeln!(
                text,
                "{}#[derive(Clone, Debug, uniffi::Record)]\npub struct {name} {{",
                comment(&table.docs, "")
            );
            for column in &table.columns {
                let of = match column.kind {
                    Kind::Table(table) => flat(module, table.name),
                    Kind::Lists(_) => "MetricsLists".into(),
                    Kind::Names(_) => "Vec<String>".into(),
                    Kind::Count(_) => "u32".into(),
                    Kind::Instants | Kind::OptionalInstants => "Int64Column".into(),
                    Kind::Values(_) | Kind::Validity => "UInt8Column".into(),
                    Kind::Flags => "BoolColumn".into(),
                    _ => "UInt32Column".into(),
                };
                let (default, of) = match column.kind {
                    _ if column.required => (String::new(), of),
                    Kind::Count(count) => (format!("    #[uniffi(default = {count})]\n"), of),
                    _ => ("    #[uniffi(default = None)]\n".to_owned(), format!("Option<{of}>")),
                };
                let docs = comment(&column.docs, "    ");
                let _ = writeln!(text, "{docs}{default}    pub {}: {of},", column.name);
                let _ = write!(given, "({:?}, &self.{}), ", wire(column), column.name);
            }
            let _ = write!(
                text,
                "}}\n\nimpl Given for {name} {{\n    fn parts(&self) -> Vec<(&str, &dyn Given)> {{\n        \
                 vec![{given}]\n    }}\n}}\n\n"
            );
        }
    }
    text
}

/// Every table, and each set behind its tables.
fn tables(model: &Model) -> impl Iterator<Item = &Table> {
    model.bulk_functions.iter().flat_map(|bulk| &bulk.tables)
}

fn wire(column: &Column) -> String {
    column.name.to_lower_camel_case()
}
