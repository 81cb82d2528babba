//! The Node face: `index.js` and `index.mjs` with the rooms, `index.d.ts` with the types.
//!
//! | core | TypeScript |
//! | --- | --- |
//! | struct | `interface` of `readonly` fields, `?` where the core has a default |
//! | enum of units | union of texts |
//! | enum with data | union of interfaces, told apart by `type` |
//! | `Timestamp` | in: `Instant`, which is text or a `Date`; out: `Timestamp`, which is text |
//!
//! A type that goes in and comes out and holds an instant has a parameter for it: `TimeRange<At = Instant>`, and an
//! answer is a `TimeRange<Timestamp>`. The text is as prettier formats it, 110 columns wide.
use crate::codegen::{
    File, MARK, docs,
    model::{Definition, Field, Function, Kind, Model, Type},
    schema::BULK_DOORS,
};
use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use std::{collections::BTreeSet, fmt::Write as _};

pub(super) const WIDTH: usize = 110;

/// The four files of the npm package that know the API.
pub fn emit(model: &Model) -> Vec<File> {
    let file = |name: &str, text: String| File { path: format!("bindings-node/{name}"), text };
    vec![
        file("index.js", common_js(model)),
        file("index.mjs", module(model)),
        file("index.d.ts", Types::of(model).text()),
        file("index.d.mts", format!("// {MARK}\nexport * from \"./index.js\";\n")),
    ]
}

// -- code -----------------------------------------------------------------------------------------------------------

fn common_js(model: &Model) -> String {
    let mut text = format!("// {MARK}\n\"use strict\";\n\n");
    text += "const { VERSION, call } = require(\"./call.js\");\nconst columns = require(\"./columns.js\");\n";
    text += "const { RelcoreError } = require(\"./errors.js\");\n";
    for room in rooms(model) {
        let _ = write!(text, "\nconst {room} = Object.freeze({{\n");
        for function in functions(model, room) {
            let name = function.name.to_lower_camel_case();
            let names: Vec<String> =
                function.arguments.iter().map(|argument| argument.wire.clone()).collect();
            let (takes, place) = (names.join(", "), function.place);
            let line = format!("  {name}: ({takes}) => call({place}, [{takes}]),");
            let takes = if let [one] = names.as_slice() { format!("({one})") } else { format!("({takes})") };
            text += &match line.len() {
                0..=WIDTH => line + "\n",
                _ => format!("  {name}: {takes} =>\n    call({place}, [{}]),\n", names.join(", ")),
            };
        }
        for door in bulk_doors(room) {
            let _ = writeln!(text, "  {door}: columns.{door},");
        }
        text += "});\n";
    }
    let mut names = exports(model);
    names.insert(0, "VERSION".to_owned());
    text + "\n" + &bracketed(0, "module.exports = ", "{ ", &names, " };")
}

fn module(model: &Model) -> String {
    let mut names = exports(model);
    names.insert(0, "VERSION".to_owned());
    let mut text = format!("// {MARK}\nimport relcore from \"./index.js\";\n\n");
    text += &bracketed(0, "export const ", "{ ", &names, " } = relcore;");
    text
}

fn exports(model: &Model) -> Vec<String> {
    let mut names = vec!["RelcoreError".to_owned()];
    names.extend(rooms(model).map(str::to_owned));
    names
}

/// The rooms that have functions.
fn rooms(model: &Model) -> impl Iterator<Item = &str> {
    model.rooms().into_iter().filter(|room| functions(model, room).next().is_some())
}

fn functions<'a>(model: &'a Model, room: &'a str) -> impl Iterator<Item = &'a Function> {
    model.functions.iter().filter(move |function| function.room == room)
}

/// The doors by columns, which `columns.js` has by hand.
fn bulk_doors(room: &str) -> impl Iterator<Item = String> {
    BULK_DOORS
        .iter()
        .filter_map(|door| door.split_once('.'))
        .filter(move |(of, _)| *of == room)
        .map(|(_, name)| name.to_lower_camel_case())
}

// -- types ----------------------------------------------------------------------------------------------------------

/// What the types of one model have in common while they are written.
struct Types<'a> {
    model: &'a Model,
    /// Types that arguments are made of.
    taken: BTreeSet<&'a str>,
    /// Types that answers are made of.
    given: BTreeSet<&'a str>,
}

/// How an instant is written at some place.
#[derive(Clone, Copy)]
enum At {
    /// Text or a `Date`.
    Taken,
    /// Text.
    Given,
    /// The parameter of the type that is being written.
    Parameter,
}

impl<'a> Types<'a> {
    fn of(model: &'a Model) -> Self {
        let mut types = Self { model, taken: BTreeSet::new(), given: BTreeSet::new() };
        for function in &model.functions {
            for argument in &function.arguments {
                types.reach(&argument.of, true);
            }
            types.reach(&function.answer, false);
        }
        types
    }

    fn reach(&mut self, of: &'a Type, taken: bool) {
        let Some(name) = of.named() else { return };
        let seen = if taken { &mut self.taken } else { &mut self.given };
        if seen.insert(name)
            && let Some(definition) = self.model.types.get(name)
        {
            for field in definition.fields() {
                self.reach(&field.of, taken);
            }
        }
    }

    fn text(&self) -> String {
        let mut text = format!("// {MARK}\n{HEAD}");
        for definition in self.model.types.values() {
            text += "\n";
            text += &self.definition(definition);
        }
        for room in rooms(self.model) {
            let _ = write!(text, "\nexport declare namespace {room} {{\n");
            for (position, function) in functions(self.model, room).enumerate() {
                text += if position > 0 { "\n" } else { "" };
                text += &self.function(function);
            }
            for door in bulk_doors(room) {
                let _ = writeln!(
                    text,
                    "\n  /** {BULK} */\n  export const {door}: typeof import(\"./columns.js\").{door};"
                );
            }
            text += "}\n";
        }
        text
    }

    fn function(&self, function: &Function) -> String {
        // A list begins on a line of its own, or an editor shows its first item as text.
        let docs = docs::prose(&function.docs)
            .replace("Errors:\n- ", "@throws {@link RelcoreError}:\n- ")
            .replace("Errors:\n", "@throws {@link RelcoreError}: ");
        let name = format!("export function {}", function.name.to_lower_camel_case());
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .enumerate()
            .map(|(place, argument)| {
                let last =
                    function.arguments[place..].iter().all(|later| matches!(later.of, Type::Optional(_)));
                match &argument.of {
                    Type::Optional(inner) if last => {
                        format!("{}?: {} | null", argument.wire, self.type_text(inner, At::Taken))
                    }
                    Type::Optional(inner) => {
                        format!("{}: {} | null | undefined", argument.wire, self.type_text(inner, At::Taken))
                    }
                    of => format!("{}: {}", argument.wire, self.type_text(of, At::Taken)),
                }
            })
            .collect();
        let answer = match &function.answer {
            Type::Optional(inner) => format!("{} | null", self.type_text(inner, At::Given)),
            of => self.type_text(of, At::Given),
        };
        comment(1, &docs) + &bracketed(1, &name, "(", &arguments, &format!("): {answer};"))
    }

    fn definition(&self, definition: &Definition) -> String {
        let name = &definition.name;
        let (parameter, at) = match self.is_generic(name) {
            true => ("<At extends Instant = Instant>", At::Parameter),
            false if self.taken.contains(name.as_str()) => ("", At::Taken),
            false => ("", At::Given),
        };
        let docs = docs::prose(&definition.docs);
        match &definition.kind {
            Kind::Unit(units) => {
                let list = units.iter().map(|unit| format!("\n- `{}`: {}", unit.wire, flat(&unit.docs)));
                let texts: Vec<String> = units.iter().map(|unit| format!("{:?}", unit.wire)).collect();
                comment(0, &(docs + "\n" + &list.collect::<String>()))
                    + &union(&format!("export type {name} ="), &texts)
            }
            Kind::Struct(fields) => comment(0, &docs) + &self.interface(name, parameter, None, fields, at),
            Kind::Tagged(variants) => {
                let names: Vec<String> = variants
                    .iter()
                    .map(|variant| name.clone() + &variant.wire.to_upper_camel_case())
                    .collect();
                let mut parts = Vec::new();
                let mut text = String::new();
                for (variant, name) in variants.iter().zip(&names) {
                    let own = variant
                        .fields
                        .iter()
                        .any(|field| self.holds_instant(&field.of, &mut BTreeSet::new()));
                    let generic = own && !parameter.is_empty();
                    parts.push(if generic { format!("{name}<At>") } else { name.clone() });
                    text += "\n";
                    text += &comment(0, &docs::prose(&variant.docs));
                    let parameter = if generic { parameter } else { "" };
                    text += &self.interface(name, parameter, Some(&variant.wire), &variant.fields, at);
                }
                comment(0, &docs) + &union(&format!("export type {name}{parameter} ="), &parts) + &text
            }
        }
    }

    fn interface(&self, name: &str, parameter: &str, tag: Option<&str>, fields: &[Field], at: At) -> String {
        if tag.is_none() && fields.is_empty() {
            return format!("export interface {name} {{}}\n");
        }
        let mut text = format!("export interface {name}{parameter} {{\n");
        if let Some(tag) = tag {
            let _ = writeln!(text, "  readonly type: {tag:?};");
        }
        for field in fields {
            let mut docs = docs::prose(&field.docs);
            if let Some(default) = field.default.as_ref().filter(|default| !default.is_null()) {
                let _ = write!(docs, "\n\n@defaultValue `{default}`");
            }
            text += &comment(1, &docs);
            let (mark, of) = match &field.of {
                Type::Optional(inner) => ("?", self.type_text(inner, at) + " | undefined"),
                of if field.default.is_some() => ("?", self.type_text(of, at) + " | undefined"),
                of => ("", self.type_text(of, at)),
            };
            let _ = writeln!(text, "  readonly {}{mark}: {of};", field.wire);
        }
        text + "}\n"
    }

    fn type_text(&self, of: &Type, at: At) -> String {
        match of {
            Type::Bool => "boolean".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::F64 => "number".into(),
            Type::Count => "Count".into(),
            Type::String => "string".into(),
            Type::Timestamp => at.text().into(),
            Type::Span => "Span".into(),
            Type::NaiveDate => "NaiveDate".into(),
            Type::Version => "Version".into(),
            Type::Optional(inner) => format!("({} | null)", self.type_text(inner, at)),
            Type::List(inner) => format!("readonly {}[]", self.type_text(inner, at)),
            Type::Map(inner) => format!("Readonly<Record<string, {}>>", self.type_text(inner, at)),
            Type::Named(name) if self.is_generic(name) => match at {
                At::Taken => name.clone(),
                at => format!("{name}<{}>", at.text()),
            },
            Type::Named(name) => name.clone(),
        }
    }

    /// Whether a type goes in, comes out, and holds an instant.
    fn is_generic(&self, name: &str) -> bool {
        self.taken.contains(name)
            && self.given.contains(name)
            && self.holds_instant(&Type::Named(name.to_owned()), &mut BTreeSet::new())
    }

    fn holds_instant(&self, of: &Type, seen: &mut BTreeSet<String>) -> bool {
        match of {
            Type::Timestamp => true,
            Type::Optional(inner) | Type::List(inner) | Type::Map(inner) => self.holds_instant(inner, seen),
            Type::Named(name) => {
                seen.insert(name.clone())
                    && self.model.types.get(name).is_some_and(|definition| {
                        definition.fields().any(|field| self.holds_instant(&field.of, seen))
                    })
            }
            _ => false,
        }
    }
}

impl At {
    fn text(self) -> &'static str {
        match self {
            Self::Taken => "Instant",
            Self::Given => "Timestamp",
            Self::Parameter => "At",
        }
    }
}

const BULK: &str = "The same answer from columns of numbers, without an object for each event.";

/// What is the same whatever the core offers.
const HEAD: &str = r#"
/** An instant that comes out: RFC 3339 in UTC, to the millisecond. */
export type Timestamp = string;

/** An instant that goes in: RFC 3339 text, or a valid `Date`. */
export type Instant = Timestamp | Date;

/** A signed span: ISO 8601 (`PT1H30M`); going in also units like `90s` and `2h 30m`. */
export type Span = string;

/** A calendar day without a zone: `2026-11-23`. */
export type NaiveDate = string;

/** A version by Semantic Versioning 2.0.0: `1.2.3-rc.1`. */
export type Version = string;

/** A number of things: an integer from 0 to `Number.MAX_SAFE_INTEGER`. */
export type Count = number;

export type { ChangeColumns, DeploymentColumns, EventColumns, IncidentColumns, Lists } from "./columns.js";

/** The version of relcore. */
export declare const VERSION: string;

/** An input was refused. The text says everything that is wrong with it. */
export declare class RelcoreError extends Error {
  private constructor();
  readonly name: "RelcoreError";
  /** The stable code of the first fault. */
  readonly code: ErrorKind;
  /** Where the first fault is, from the argument down: `schedule.steps[1].weight`. */
  readonly path: string;
  /** Every fault, in the order of the input. */
  readonly faults: readonly Fault[];
}
"#;

// -- layout ---------------------------------------------------------------------------------------------------------

fn flat(docs: &str) -> String {
    docs::prose(docs).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comment(depth: usize, docs: &str) -> String {
    let indent = "  ".repeat(depth);
    let docs = docs.replace("*/", "*\\/");
    if !docs.contains('\n') && indent.len() + docs.len() + 7 <= WIDTH {
        return format!("{indent}/** {docs} */\n");
    }
    let mut text = format!("{indent}/**\n");
    for line in docs.lines() {
        let _ = writeln!(text, "{}", format!("{indent} * {line}").trim_end());
    }
    text + &indent + " */\n"
}

/// Items between brackets: on one line when they fit, else one a line.
pub(super) fn bracketed(depth: usize, before: &str, open: &str, items: &[String], close: &str) -> String {
    let indent = "  ".repeat(depth);
    let line = format!("{indent}{before}{open}{}{close}\n", items.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let items: String = items.iter().map(|item| format!("{indent}  {item},\n")).collect();
    format!("{indent}{before}{}\n{items}{indent}{}\n", open.trim_end(), close.trim_start())
}

/// Alternatives: on one line when they fit, else on one of their own, else one a line.
fn union(before: &str, items: &[String]) -> String {
    let line = format!("{before} {};\n", items.join(" | "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let line = format!("  {};\n", items.join(" | "));
    if line.len() <= WIDTH + 1 {
        return format!("{before}\n{line}");
    }
    format!("{before}\n  | {};\n", items.join("\n  | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("{:?}", format!("alternative_{n}"))).collect()
    }

    #[test]
    fn lines_break_where_prettier_breaks_them() {
        assert_eq!(union("type A =", &items(2)), "type A = \"alternative_0\" | \"alternative_1\";\n");
        assert_eq!(union("export type Alternative =", &items(6)).lines().count(), 2);
        assert_eq!(union("export type Alternative =", &items(7)).lines().count(), 8);
        assert_eq!(bracketed(0, "x = ", "{ ", &items(1), " };"), "x = { \"alternative_0\" };\n");
        assert_eq!(bracketed(0, "x = ", "{ ", &items(9), " };").lines().last(), Some("};"));
    }

    #[test]
    fn a_comment_does_not_end_early() {
        assert_eq!(comment(1, "every */5 minutes"), "  /** every *\\/5 minutes */\n");
        assert_eq!(comment(0, "a\n\nb"), "/**\n * a\n *\n * b\n */\n");
    }

    /// `Range` goes in and comes out, `Fact` goes in, `Answer` comes out; all hold an instant.
    fn model() -> Model {
        let field = |name: &str, of: Type, default| Field {
            name: name.into(),
            wire: name.into(),
            docs: "A field.".into(),
            of,
            default,
        };
        let mut model = Model::default();
        for name in ["Range", "Fact", "Answer"] {
            let fields = vec![
                field("at", Type::Timestamp, None),
                field("until", Type::Optional(Box::new(Type::Timestamp)), Some(serde_json::Value::Null)),
                field("limit", Type::F64, Some(serde_json::json!(0.5))),
            ];
            let kind = Kind::Struct(fields);
            let definition =
                Definition { name: name.into(), room: "room".into(), docs: "A type.".into(), kind };
            model.types.insert(name.into(), definition);
        }
        let argument =
            |name: &str, of| crate::codegen::model::Argument { name: name.into(), wire: name.into(), of };
        let named = |name: &str| Type::Named(name.into());
        for (place, answer) in ["Range", "Answer"].into_iter().enumerate() {
            model.functions.push(Function {
                place,
                room: "room".into(),
                name: format!("ask_{place}"),
                docs: "Asks.\n\n# Errors\n`syntax` for `x`.".into(),
                arguments: vec![
                    argument("range", named("Range")),
                    argument("fact", Type::Optional(Box::new(named("Fact")))),
                ],
                answer: named(answer),
                fallible: true,
            });
        }
        model
    }

    #[test]
    fn instants_are_wide_going_in_and_text_coming_out() {
        let text = Types::of(&model()).text();
        assert!(text.contains("export interface Range<At extends Instant = Instant> {\n"));
        assert!(text.contains("  readonly at: At;\n"));
        assert!(text.contains("  readonly until?: At | undefined;\n"));
        assert!(text.contains("export interface Fact {\n  /** A field. */\n  readonly at: Instant;\n"));
        assert!(text.contains("export interface Answer {\n  /** A field. */\n  readonly at: Timestamp;\n"));
        assert!(text.contains("   * @defaultValue `0.5`\n   */\n  readonly limit?: number | undefined;\n"));
        assert!(text.contains("export function ask0(range: Range, fact?: Fact | null): Range<Timestamp>;\n"));
        assert!(text.contains("@throws {@link RelcoreError}: `syntax` for `x`."));
    }

    #[test]
    fn functions_call_their_places() {
        let text = common_js(&model());
        assert!(text.contains("  ask1: (range, fact) => call(1, [range, fact]),\n"));
        assert!(module(&model()).contains("export const { VERSION, RelcoreError, room } = relcore;\n"));
    }
}
