//! The classes of columns: in Python a module of their own, in Node interfaces of the module, in Swift and Kotlin records
//! of the mirror crate. All are made from the declaration in the core, as data.
use super::{python, uniffi::comment};
use crate::codegen::{
    File, MARK,
    model::{BulkFunction, Column, Model, Table, flat},
};
use heck::ToLowerCamelCase as _;
use relcore::column::Kind;
use std::fmt::Write as _;

/// What a column may be in Python; the other languages have types that say so.
const PYTHON: &str = "A column is anything that offers Arrow (pyarrow, polars, pandas, DuckDB) or the buffer protocol (`array.array`,
`memoryview`, numpy), or a list. Do not write to it during the call. One chunk without nulls is not copied if it has
64-bit milliseconds, 8-bit values of enums, or 32-bit codes, indices and offsets. Everything else is converted in one
pass:

- Instants are milliseconds since 1970 as 64-bit integers, timestamps of any unit with a zone, `datetime64` of numpy,
  which is in UTC, aware datetimes, or RFC 3339 texts. Finer ones are rounded down to the millisecond, as a `datetime`
  is. Timestamps without a zone, dates and days are refused: their instants are unknown.
- Instants that may be absent may be null, NaT or `None` instead of having a bitmap of validity.
- Values of enums are their texts on the wire, categories of them, or their codes.
- Where codes of names are expected, the names do as well: the codes are made from them. Names that are listed beside
  the tables are then the only ones allowed. A null means none where the column allows none, and is a fault elsewhere.
- Codes, indices and offsets are integers of any width.
- Truth values are those of Arrow, numpy or Python, or bytes of 0 and 1.";

/// What every function over data frames says; then come the columns of its tables.
const FRAMES: &str = "A frame is one of pandas, polars, pyarrow or DuckDB, anything else that exports Arrow, or a dict of columns.
`relcore.columns` has what a column may be. Texts need no codes: they are made in one pass. All missing and unknown
columns are refused together, then all columns with a wrong value, each with its first row. An empty text in a column
that may be null is null, since some readers of CSV leave it there.

With `ignore_unknown=True` columns of other names are left aside. A name that is nearly that of a column that is left
out is refused even then, because it is more likely misspelt.

Each table may have a column `id`, of texts or numbers and without duplicates. References to its rows are these ids, or
row numbers from 0 in a table without ids. An id that is not in the table refers to a row that is not in the input.

A column of names that is left out means the default name, such as `production` for environments. Names without a
default, such as services, are in all tables that may have them or in none.";

/// The docs of a function over data frames, from those of the columns.
pub fn frame_docs(bulk: &BulkFunction) -> String {
    let name = &bulk.function.name;
    let mut docs = format!("The result of `{name}`, from a data frame for each table.\n\n{FRAMES}\n");
    for (name, table) in bulk.frames() {
        let _ = write!(docs, "\n# The columns of `{name}`\n\n");
        for column in &table.columns {
            let Some(of) = frame_type(column) else { continue };
            let (required, text) =
                (if column.required { ", required" } else { "" }, column.docs.replace('\n', " "));
            let sentence = text.split_once(". ").map_or(text.trim_end_matches('.'), |(sentence, _)| sentence);
            let _ = writeln!(docs, "- `{}` ({of}{required}): {sentence}.", column.name);
        }
        for (owner, other) in bulk.frames() {
            let is_of = |column: &&Column| matches!(column.kind, Kind::Offsets(of) if of == name);
            if let Some(members) = other.columns.iter().find(is_of) {
                let singular = owner.strip_suffix('s').unwrap_or(owner);
                let _ = writeln!(
                    docs,
                    "- `{singular}` (an id of `{owner}`, or null): Instead of `{}` of `{owner}`, the one that each belongs to.",
                    members.name
                );
            }
        }
    }
    docs
}

/// What a column of a data frame has; `None` for a column that only stands beside another one.
fn frame_type(column: &Column) -> Option<String> {
    Some(match column.kind {
        Kind::Instants => "timestamps with a zone".to_owned(),
        Kind::OptionalInstants => "timestamps with a zone, or null".to_owned(),
        Kind::Values(values) => {
            let texts: Vec<String> = (values.texts)().iter().map(|text| format!("`{text}`")).collect();
            texts.join(", ") + if values.absent.is_some() { ", or null" } else { "" }
        }
        Kind::Codes(_) => "names".to_owned(),
        Kind::Labels => "names, or null".to_owned(),
        Kind::Indices(of) => format!("an id of `{of}`, or null"),
        Kind::Flags => "truth values".to_owned(),
        Kind::Lists(_) if column.name.starts_with("listed_") => return None,
        Kind::Lists(of) | Kind::Offsets(of) => format!("lists of ids of `{of}`, or null"),
        _ => return None,
    })
}

/// The docs of the lists, which no declaration has.
const LISTS: [&str; 3] = [
    "A list of indices for each row, one after the other: Arrow's `List`.",
    "The index in `items` at which the list of each row begins, then the count of all items: one more than rows.",
    "The items of all lists.",
];

/// `relcore/columns.py`.
pub fn python(model: &Model) -> File {
    let lists = LISTS.map(|docs| python::docstring(docs, 1).replacen("    ", "", 1));
    let mut names = vec!["Column".to_owned(), "Frame".to_owned(), "Lists".to_owned()];
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
         from dataclasses import dataclass\nfrom relcore._columns import Column, Frame\n\n__all__ = {names}\n{classes}"
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
