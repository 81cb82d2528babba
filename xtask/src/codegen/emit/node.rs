//! The Node binding: `canary.js` and `canary.d.ts` for each module, and `index.*`, which re-exports the modules.
//!
//! | core | TypeScript |
//! | --- | --- |
//! | struct | `interface` of `readonly` fields, `?` where the core has a default |
//! | enum of units | union of texts |
//! | enum with data | union of interfaces, told apart by `type` |
//! | handle | `class` with methods, and accessors for the policy and the digest |
//! | `Timestamp` | argument: `Instant`, which is text or a `Date`; result: `Timestamp`, which is text |
//!
//! A type is named as in the core: `canary.Decision` is in `canary.d.ts`, and `TimeRange`, of the foundation, in
//! `index.d.ts`. A type that is both argument and result and holds an instant has a parameter for it: `State<At =
//! Instant>`, and a function returns `State<Timestamp>`. The text is printed plainly; prettier formats it.
use super::columns;
use crate::codegen::{
    File, MARK, docs,
    model::{Definition, Field, Function, Handle, Kind, Model, Type},
};
use heck::{ToLowerCamelCase as _, ToUpperCamelCase as _};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The files of the npm package that know the API.
pub fn emit(model: &Model) -> Vec<File> {
    let api = Api::of(model);
    let mut files = vec![
        file("index.js", api.index_js()),
        file("index.mjs", api.index_mjs()),
        file("index.d.ts", api.index_types()),
        file("index.d.mts", format!("// {MARK}\nexport * from \"./index.js\";\n")),
        file("lib/json.d.ts", api.json_types()),
    ];
    for module in api.modules() {
        files.push(file(&format!("{module}.js"), api.module_js(module)));
        files.push(file(&format!("{module}.d.ts"), api.module_types(module)));
    }
    files
}

fn file(name: &str, text: String) -> File {
    File { path: format!("bindings-node/{name}"), text }
}

/// The model with what its files have in common.
struct Api<'a> {
    model: &'a Model,
    /// Types of which arguments are made.
    arguments: BTreeSet<&'a str>,
    /// Types of which results are made.
    results: BTreeSet<&'a str>,
    /// Names in JavaScript by names in the core, for docs: `nextAction` by `next_action`.
    names: BTreeMap<&'a str, String>,
    /// Texts that docs keep although they look like names: `roll_back`.
    texts: BTreeSet<&'a str>,
    /// What the file that is being written imports: modules, and names of `index.d.ts`.
    imports: RefCell<BTreeSet<String>>,
    /// The module that is being written; empty for `index.d.ts`.
    module: Cell<&'a str>,
}

/// The functions of `lib/json.js`.
const JSON_FUNCTIONS: [&str; 2] = ["fromJson", "toJson"];

/// Their types, below the names of all types.
const JSON_TYPES: &str = "
/**
 * Writes a value as JSON text, to be stored and read again by `fromJson`, in this or another language.
 *
 * `JSON.stringify` writes the same for what relcore has returned. For what you have made it drops `NaN`, functions and
 * maps without an error; this refuses them, and unknown keys.
 *
 * @throws {RelcoreError} With all faults of a value that is not of this type.
 */
export declare function toJson<Name extends keyof WireInputs>(type: Name, value: WireInputs[Name]): string;

/**
 * Reads a value from JSON text, as `toJson` writes it. All faults are reported at once, with their paths.
 *
 * This reads the form, not the meaning: a schedule whose weights fall is read, and refused by every function that takes
 * it. To check a policy as well, use the function of its module, such as `canary.scheduleFromJson`.
 *
 * @throws {RelcoreError} With all faults of a text that is not JSON or not of this type; an unknown key is a fault.
 */
export declare function fromJson<Name extends keyof WireTypes>(type: Name, text: string): WireTypes[Name];
";

/// The type of an instant.
#[derive(Clone, Copy)]
enum At {
    /// In arguments: text or a `Date`.
    Argument,
    /// In results: text.
    Result,
    /// In a type that is both: the parameter of the type.
    Parameter,
}

// -- code -----------------------------------------------------------------------------------------------------------

impl<'a> Api<'a> {
    /// The modules with functions, handles or types of their own.
    fn modules(&self) -> impl Iterator<Item = &'a str> {
        let model = self.model;
        model.modules.iter().map(|module| module.name.as_str()).filter(|module| {
            model.functions_of(module).next().is_some()
                || model.handles_of(module).next().is_some()
                || model.types_of(module).any(|definition| definition.qualified.contains('.'))
        })
    }

    fn index_js(&self) -> String {
        let mut text = format!("// {MARK}\n\"use strict\";\n\n");
        text += "const { VERSION } = require(\"./lib/call.js\");\n";
        text += "const { RelcoreError } = require(\"./lib/errors.js\");\n\n";
        text += "// A module is loaded when it is used first.\nmodule.exports = {\nVERSION,\nRelcoreError,\n";
        for name in JSON_FUNCTIONS {
            let _ = writeln!(text, "get {name}() {{ return require(\"./lib/json.js\").{name}; }},");
        }
        for module in self.modules() {
            let _ = writeln!(text, "get {module}() {{ return require(\"./{module}.js\"); }},");
        }
        text + "};\n"
    }

    fn index_mjs(&self) -> String {
        let modules: Vec<&str> = JSON_FUNCTIONS.into_iter().chain(self.modules()).collect();
        format!(
            "// {MARK}\nimport relcore from \"./index.js\";\n\nexport const {{ VERSION, RelcoreError, {} }} = relcore;\n",
            modules.join(", ")
        )
    }

    fn module_js(&self, module: &str) -> String {
        let mut text = format!("// {MARK}\n\"use strict\";\n\n");
        let mut exports = Vec::new();
        let has_handles = self.model.handles_of(module).next().is_some();
        let binders = if has_handles { "bind, bindMethod" } else { "bind" };
        let _ = writeln!(text, "const {{ {binders} }} = require(\"./lib/call.js\");");
        if self.model.bulk_functions_of(module).next().is_some() {
            text += "const { bindColumns } = require(\"./lib/columns.js\");\n";
        }
        text += "\n";
        for constant in self.model.constants_of(module) {
            let _ = writeln!(text, "const {} = {:?};", constant.name, constant.text);
            exports.push(constant.name.clone());
        }
        for bulk in self.model.bulk_functions_of(module) {
            let name = bulk.function.name.to_lower_camel_case();
            let arguments = bulk.function.arguments.iter();
            let arguments: Vec<&str> = arguments.map(|argument| argument.wire.as_str()).collect();
            let _ =
                writeln!(text, "const {name} = bindColumns({:?}, {arguments:?});", bulk.function.qualified);
            exports.push(name);
        }
        for function in self.model.functions_of(module) {
            let name = function.name.to_lower_camel_case();
            text += &binding("bind", &name, function);
            exports.push(name);
        }
        for handle in self.model.handles_of(module) {
            text += &class(handle);
            exports.push(handle.name.clone());
        }
        let _ = writeln!(text, "\nmodule.exports = {{ {} }};", exports.join(", "));
        text
    }
}

fn binding(binder: &str, name: &str, function: &Function) -> String {
    format!("const {name} = {binder}({:?});\n", function.qualified)
}

fn class(handle: &Handle) -> String {
    let (name, policy) = (&handle.name, &handle.policy.wire);
    let native = |method: &str| format!("{}_{method}", handle.name).to_lower_camel_case();
    let mut text = format!("\nconst {} = bind({:?});\n", native("new"), handle.qualified);
    for method in &handle.methods {
        text += &binding("bindMethod", &native(&method.name), method);
    }
    let _ = write!(text, "\nclass {name} {{\n#handle;\n\n");
    let _ = write!(text, "constructor({policy}) {{ this.#handle = {}({policy}); }}\n\n", native("new"));
    for (index, method) in handle.methods.iter().enumerate() {
        let arguments: Vec<&str> = method.arguments.iter().map(|argument| argument.wire.as_str()).collect();
        let accessor = if is_accessor(index) { "get " } else { "" };
        let own = method.name.to_lower_camel_case();
        let _ = write!(text, "{accessor}{own}({}) {{ return ", arguments.join(", "));
        let passed = [&["this.#handle"], arguments.as_slice()].concat();
        let _ = write!(text, "{}({}); }}\n\n", native(&method.name), passed.join(", "));
    }
    let _ = write!(text, "toJSON() {{ return this.{policy}; }}\n}}\n");
    text
}

/// The first two methods of a handle are the policy and its digest.
fn is_accessor(index: usize) -> bool {
    index < 2
}

// -- types ----------------------------------------------------------------------------------------------------------

impl<'a> Api<'a> {
    fn of(model: &'a Model) -> Self {
        let mut api = Self {
            model,
            arguments: BTreeSet::new(),
            results: BTreeSet::new(),
            names: names(model),
            texts: texts(model),
            imports: RefCell::default(),
            module: Cell::new(""),
        };
        for function in model.functions.iter().chain(model.handles.iter().flat_map(|handle| &handle.methods))
        {
            for argument in &function.arguments {
                api.reach(&argument.of, true);
            }
            api.reach(&function.result, false);
        }
        for handle in &model.handles {
            api.reach(&handle.policy.of, true);
        }
        api
    }

    fn reach(&mut self, of: &'a Type, is_argument: bool) {
        let Some(name) = of.named() else { return };
        let seen = if is_argument { &mut self.arguments } else { &mut self.results };
        if seen.insert(name)
            && let Some(definition) = self.model.types.get(name)
        {
            for field in definition.fields() {
                self.reach(&field.of, is_argument);
            }
        }
    }

    fn index_types(&self) -> String {
        self.module.set("");
        let mut body = String::from(HEAD);
        body += &self.reason_codes();
        for definition in self.model.types.values().filter(|definition| !definition.qualified.contains('.')) {
            body += &self.definition(definition);
        }
        for module in self.modules() {
            let docs = self.module_docs(module);
            let summary = docs.split("\n\n").next().unwrap_or_default();
            let _ = write!(body, "\n{}export * as {module} from \"./{module}.js\";\n", comment(summary));
        }
        let imports =
            self.imports.take().into_iter().filter(|name| self.modules().any(|module| module == name));
        let imports: String =
            imports.map(|module| format!("import type * as {module} from \"./{module}.js\";\n")).collect();
        body += "\nexport { fromJson, toJson, type WireInputs, type WireTypes } from \"./lib/json.js\";\n";
        format!("// {MARK}\n{imports}{body}")
    }

    /// The types by name, and the two functions that take such a name.
    fn json_types(&self) -> String {
        self.module.set("lib");
        let fields = |at| -> String {
            let types = self.model.types.keys().map(|name| (name, Type::Named(name.clone())));
            types.map(|(name, of)| format!("readonly {name:?}: {};\n", self.type_text(&of, at))).collect()
        };
        let (inputs, outputs) = (fields(At::Argument), fields(At::Result));
        let (modules, names): (Vec<String>, Vec<String>) =
            self.imports.take().into_iter().partition(|name| self.modules().any(|module| module == name));
        let mut text = format!("// {MARK}\nimport type {{ {} }} from \"../index.js\";\n", names.join(", "));
        for module in modules {
            let _ = writeln!(text, "import type * as {module} from \"../{module}.js\";");
        }
        let _ = write!(
            text,
            "\n/** The types that `toJson` takes, by name. */\nexport interface WireInputs {{\n{inputs}}}\n\n\
             /** The types that `fromJson` returns, by name. */\nexport interface WireTypes {{\n{outputs}}}\n{JSON_TYPES}"
        );
        text
    }

    fn module_types(&self, module: &'a str) -> String {
        self.module.set(module);
        let mut body = String::new();
        for definition in self.model.types_of(module).filter(|definition| definition.qualified.contains('.'))
        {
            body += &self.definition(definition);
        }
        for constant in self.model.constants_of(module) {
            body += &self.comment(&constant.docs);
            let _ = writeln!(body, "export declare const {}: {:?};", constant.name, constant.text);
        }
        for function in self.model.functions_of(module) {
            let name = function.name.to_lower_camel_case();
            body += &self.function(&format!("export declare function {name}"), function);
        }
        for handle in self.model.handles_of(module) {
            body += &self.class(handle);
        }
        for bulk in self.model.bulk_functions_of(module) {
            let name = bulk.function.name.to_lower_camel_case();
            let function = bulk.with_columns(&format!("{module}.{}", bulk.set()));
            body += &self.function(&format!("export declare function {name}"), &function);
        }
        body += &columns::typescript(self.model, module, |docs| self.comment(docs));
        let (modules, names): (Vec<String>, Vec<String>) =
            self.imports.take().into_iter().partition(|name| self.modules().any(|module| module == name));
        let mut head = format!("// {MARK}\n");
        head += &comment(&(self.module_docs(module) + "\n\n@packageDocumentation"));
        if !names.is_empty() {
            let _ = writeln!(head, "import type {{ {} }} from \"./index.js\";", names.join(", "));
        }
        for other in modules {
            let _ = writeln!(head, "import type * as {other} from \"./{other}.js\";");
        }
        head + &body
    }

    fn class(&self, handle: &Handle) -> String {
        let mut text =
            format!("\n{}export declare class {} {{\n#private;\n", self.comment(&handle.docs), handle.name);
        let policy = self.type_text(&handle.policy.of, At::Argument);
        text += &self.throwing(&handle.constructor_docs);
        let _ = writeln!(text, "constructor({}: {policy});", handle.policy.wire);
        for (index, method) in handle.methods.iter().enumerate() {
            let name = method.name.to_lower_camel_case();
            text += &match is_accessor(index) {
                true => {
                    let result = self.type_text(&method.result, At::Result);
                    format!("{}get {name}(): {result};\n", self.comment(&method.docs))
                }
                false => self.function(&name, method),
            };
        }
        let policy = self.type_text(&handle.policy.of, At::Result);
        text + &comment("The policy, so that `JSON.stringify` writes it.")
            + &format!("toJSON(): {policy};\n}}\n")
    }

    fn function(&self, name: &str, function: &Function) -> String {
        let arguments: Vec<String> = function
            .arguments
            .iter()
            .enumerate()
            .map(|(index, argument)| {
                let is_last =
                    function.arguments[index..].iter().all(|later| matches!(later.of, Type::Optional(_)));
                match &argument.of {
                    Type::Optional(inner) if is_last => {
                        format!("{}?: {} | null", argument.wire, self.type_text(inner, At::Argument))
                    }
                    Type::Optional(inner) => {
                        format!(
                            "{}: {} | null | undefined",
                            argument.wire,
                            self.type_text(inner, At::Argument)
                        )
                    }
                    Type::List(of) if **of == Type::F64 => {
                        format!("{}: readonly number[] | Float64Array", argument.wire)
                    }
                    of => format!("{}: {}", argument.wire, self.type_text(of, At::Argument)),
                }
            })
            .collect();
        let result = match &function.result {
            Type::Optional(inner) => format!("{} | null", self.type_text(inner, At::Result)),
            of => self.type_text(of, At::Result),
        };
        format!("\n{}{name}({}): {result};\n", self.throwing(&function.docs), arguments.join(", "))
    }

    fn definition(&self, definition: &Definition) -> String {
        let name = &definition.name;
        let (parameter, at) = match self.is_generic(&definition.qualified) {
            true => ("<At extends Instant = Instant>", At::Parameter),
            false if self.arguments.contains(definition.qualified.as_str()) => ("", At::Argument),
            false => ("", At::Result),
        };
        if !parameter.is_empty() {
            self.import("Instant");
        }
        let docs = self.prose(&definition.docs);
        match &definition.kind {
            Kind::Unit(units) => {
                let list = units.iter().map(|unit| (unit.wire.as_str(), unit.docs.as_str()));
                let texts: Vec<String> = units.iter().map(|unit| format!("{:?}", unit.wire)).collect();
                let docs = comment(&format!("{docs}\n\n{}", self.list(list)));
                format!("\n{docs}export type {name} = {};\n", texts.join(" | "))
            }
            Kind::Struct(fields) => {
                format!("\n{}{}", comment(&docs), self.interface(name, parameter, None, fields, at))
            }
            Kind::Tagged(variants) => {
                let mut parts = Vec::new();
                let mut text = String::new();
                for variant in variants {
                    let name = name.clone() + &variant.wire.to_upper_camel_case();
                    let has_instant = variant
                        .fields
                        .iter()
                        .any(|field| self.holds_instant(&field.of, &mut BTreeSet::new()));
                    let is_generic = has_instant && !parameter.is_empty();
                    parts.push(if is_generic { format!("{name}<At>") } else { name.clone() });
                    let parameter = if is_generic { parameter } else { "" };
                    let interface =
                        self.interface(&name, parameter, Some(&variant.wire), &variant.fields, at);
                    let _ = write!(text, "\n{}{interface}", self.comment(&variant.docs));
                }
                format!("\n{}export type {name}{parameter} = {};\n{text}", comment(&docs), parts.join(" | "))
            }
        }
    }

    fn interface(&self, name: &str, parameter: &str, tag: Option<&str>, fields: &[Field], at: At) -> String {
        let mut text = format!("export interface {name}{parameter} {{\n");
        if let Some(tag) = tag {
            let _ = writeln!(text, "readonly type: {tag:?};");
        }
        for field in fields {
            let mut docs = self.prose(&field.docs);
            if let Some(default) = field.default.as_ref().filter(|default| !default.is_null()) {
                let _ = write!(docs, "\n\n@defaultValue `{default}`");
            }
            let (mark, of) = match &field.of {
                Type::Optional(inner) => ("?", self.type_text(inner, at) + " | undefined"),
                of if field.default.is_some() => ("?", self.type_text(of, at) + " | undefined"),
                of => ("", self.type_text(of, at)),
            };
            let _ = writeln!(text, "{}readonly {}{mark}: {of};", comment(&docs), field.wire);
        }
        text + "}\n"
    }

    /// A text type that names the known codes, so that editors offer them.
    fn reason_codes(&self) -> String {
        let mut docs = String::from("The stable code of a reason. A later version may add codes.");
        let mut texts = Vec::new();
        for module in &self.model.modules {
            let codes = self.model.reason_codes.iter().filter(|code| code.module == module.name);
            let codes: Vec<(&str, &str)> =
                codes.map(|code| (code.code.as_str(), code.docs.as_str())).collect();
            if codes.is_empty() {
                continue;
            }
            let of = if module.name == "reason" { "every module" } else { &format!("`{}`", module.name) };
            texts.extend(codes.iter().map(|(code, _)| format!("{code:?} | ")));
            let _ = write!(docs, "\n\nOf {of}:\n\n{}", self.list(codes.into_iter()));
        }
        format!("\n{}export type ReasonCode = {}(string & {{}});\n", comment(&docs), texts.concat())
    }

    fn type_text(&self, of: &Type, at: At) -> String {
        match of {
            Type::Bool => "boolean".into(),
            Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::F64 => "number".into(),
            Type::String => "string".into(),
            Type::Count | Type::Span | Type::NaiveDate | Type::Version | Type::ReasonCode => {
                self.import(&format!("{of:?}"))
            }
            Type::Timestamp => self.instant(at),
            Type::Optional(inner) => format!("({} | null)", self.type_text(inner, at)),
            Type::List(inner) => format!("readonly ({})[]", self.type_text(inner, at)),
            Type::Map(inner) => format!("Readonly<Record<string, {}>>", self.type_text(inner, at)),
            Type::Named(name) => match at {
                At::Parameter | At::Result if self.is_generic(name) => {
                    format!("{}<{}>", self.reference(name), self.instant(at))
                }
                _ => self.reference(name),
            },
        }
    }

    fn instant(&self, at: At) -> String {
        match at {
            At::Argument => self.import("Instant"),
            At::Result => self.import("Timestamp"),
            At::Parameter => "At".into(),
        }
    }

    fn import(&self, name: &str) -> String {
        self.imports.borrow_mut().insert(name.to_owned());
        name.to_owned()
    }

    /// A named type from where it is used: `TimeRange`, `Decision` in its module, `canary.Decision` elsewhere.
    fn reference(&self, qualified: &str) -> String {
        match qualified.split_once('.') {
            Some((module, name)) if module == self.module.get() => name.to_owned(),
            Some((module, _)) => {
                self.import(module);
                qualified.to_owned()
            }
            None => self.import(qualified),
        }
    }

    /// Whether a type is argument and result, and holds an instant.
    fn is_generic(&self, name: &str) -> bool {
        self.arguments.contains(name)
            && self.results.contains(name)
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

// -- docs -----------------------------------------------------------------------------------------------------------

/// The names in JavaScript of fields, arguments and functions.
fn names(model: &Model) -> BTreeMap<&str, String> {
    let mut names = BTreeMap::new();
    for function in model.functions.iter().chain(model.handles.iter().flat_map(|handle| &handle.methods)) {
        names.insert(function.name.as_str(), function.name.to_lower_camel_case());
        names.extend(function.arguments.iter().map(|it| (it.name.as_str(), it.wire.clone())));
    }
    for definition in model.types.values() {
        names.extend(definition.fields().map(|field| (field.name.as_str(), field.wire.clone())));
    }
    names
}

/// The texts of enums and the reason codes, which are the same in every language.
fn texts(model: &Model) -> BTreeSet<&str> {
    let mut texts: BTreeSet<&str> = model.reason_codes.iter().map(|code| code.code.as_str()).collect();
    for definition in model.types.values() {
        match &definition.kind {
            Kind::Unit(units) => texts.extend(units.iter().map(|unit| unit.wire.as_str())),
            Kind::Tagged(variants) => texts.extend(variants.iter().map(|variant| variant.wire.as_str())),
            Kind::Struct(_) => {}
        }
    }
    texts
}

impl Api<'_> {
    fn module_docs(&self, module: &str) -> String {
        let docs = self.model.modules.iter().find(|it| it.name == module).map(|it| self.prose(&it.docs));
        docs.unwrap_or_default()
    }

    /// Docs with the names of JavaScript inside backticks.
    fn prose(&self, docs: &str) -> String {
        let docs = docs::prose(docs);
        let parts = docs.split('`').enumerate().map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => self.renamed(part),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    /// A name that is also a text of an enum is a field only behind a dot: `no_data`, but `on.noData`.
    fn renamed(&self, code: &str) -> String {
        let is_other = |character: char| !character.is_alphanumeric() && character != '_';
        let mut out = String::new();
        for word in code.replace("::", ".").split_inclusive(is_other) {
            let name = word.trim_end_matches(is_other);
            let is_name = out.ends_with('.') || !self.texts.contains(name);
            out += self.names.get(name).filter(|_| is_name).map_or(name, String::as_str);
            out += &word[name.len()..];
        }
        out
    }

    fn comment(&self, docs: &str) -> String {
        comment(&self.prose(docs))
    }

    /// The docs of what may be refused.
    fn throwing(&self, docs: &str) -> String {
        let docs = self.prose(docs);
        if docs.contains("Errors:\n") {
            self.import("RelcoreError");
        }
        // A list begins on a line of its own, or an editor shows its first item as text.
        let docs = docs.replace("Errors:\n- ", "@throws {@link RelcoreError}:\n- ");
        comment(&docs.replace("Errors:\n", "@throws {@link RelcoreError}: "))
    }

    fn list<'b>(&self, items: impl Iterator<Item = (&'b str, &'b str)>) -> String {
        let lines = items.map(|(text, docs)| {
            let docs = self.prose(docs).split_whitespace().collect::<Vec<_>>().join(" ");
            format!("- `{text}`: {docs}")
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// One line when it fits beside what it is indented by, else one line each.
fn comment(docs: &str) -> String {
    let docs = docs.replace("*/", "*\\/");
    if !docs.contains('\n') && docs.len() <= 100 {
        return format!("/** {docs} */\n");
    }
    let lines: Vec<String> = docs.lines().map(|line| format!(" * {line}").trim_end().to_owned()).collect();
    format!("/**\n{}\n */\n", lines.join("\n"))
}

/// What is the same whatever the core has.
const HEAD: &str = r#"
/** An instant in a result: RFC 3339 in UTC, to the millisecond. */
export type Timestamp = string;

/** An instant in an argument: RFC 3339 text, or a valid `Date`. */
export type Instant = Timestamp | Date;

/** A signed span: ISO 8601 (`PT1H30M`); in arguments also units like `90s` and `2h 30m`. */
export type Span = string;

/** A calendar day without a zone: `2026-11-23`. */
export type NaiveDate = string;

/** A version by Semantic Versioning 2.0.0: `1.2.3-rc.1`. */
export type Version = string;

/** A number of things: an integer from 0 to `Number.MAX_SAFE_INTEGER`. */
export type Count = number;

/** The version of relcore. */
export declare const VERSION: string;

/** An input was refused. The message has everything that is wrong with it. */
export declare class RelcoreError extends Error {
  private constructor();
  readonly name: "RelcoreError";
  /** The stable code of the first fault. */
  readonly code: ErrorKind;
  /** The path of the first fault, beginning with the argument: `schedule.steps[1].weight`. */
  readonly path: string;
  /** Every fault, in the order of the input. */
  readonly faults: readonly Fault[];
}
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::model::{Argument, Module};
    use serde_json::{Value, json};

    #[test]
    fn a_comment_does_not_end_early() {
        assert_eq!(comment("every */5 minutes"), "/** every *\\/5 minutes */\n");
        assert_eq!(comment("a\n\nb"), "/**\n * a\n *\n * b\n */\n");
    }

    /// `Range` is argument and result, `Fact` is an argument, `Verdict` a result; all hold an instant.
    fn model() -> Model {
        let field = |name: &str, of: Type, default| Field {
            name: name.into(),
            wire: name.to_lower_camel_case(),
            docs: "A field.".into(),
            of,
            default,
        };
        let mut model = Model::default();
        model.modules.push(Module {
            name: "test".into(),
            docs: "Tests `ask_0`, `Range::ask_0`; not `some_code`.".into(),
        });
        for name in ["Range", "Fact", "Verdict"] {
            let fields = vec![
                field("at", Type::Timestamp, None),
                field("until", Type::Optional(Box::new(Type::Timestamp)), Some(Value::Null)),
                field("limit", Type::F64, Some(json!(0.5))),
            ];
            let (qualified, flat) = (format!("test.{name}"), name.into());
            let definition = Definition {
                qualified: qualified.clone(),
                module: "test".into(),
                name: name.into(),
                flat,
                docs: "A type.".into(),
                kind: Kind::Struct(fields),
            };
            model.types.insert(qualified, definition);
        }
        let argument = |name: &str, of| Argument { name: name.into(), wire: name.into(), of };
        let named = |name: &str| Type::Named(format!("test.{name}"));
        for (index, result) in ["Range", "Verdict"].into_iter().enumerate() {
            model.functions.push(Function {
                qualified: format!("test.ask_{index}"),
                module: "test".into(),
                name: format!("ask_{index}"),
                docs: "Asks.\n\n# Errors\n`syntax` for `x`.".into(),
                arguments: vec![
                    argument("range", named("Range")),
                    argument("fact", Type::Optional(Box::new(named("Fact")))),
                ],
                result: named(result),
                fallible: true,
                calls: false,
            });
        }
        model
    }

    #[test]
    fn instants_are_wide_in_arguments_and_text_in_results() {
        let model = model();
        let text = Api::of(&model).module_types("test");
        assert!(text.contains("export interface Range<At extends Instant = Instant> {\n"));
        assert!(text.contains("readonly at: At;\n"));
        assert!(text.contains("readonly until?: At | undefined;\n"));
        assert!(text.contains("export interface Fact {\n/** A field. */\nreadonly at: Instant;\n"));
        assert!(text.contains("export interface Verdict {\n/** A field. */\nreadonly at: Timestamp;\n"));
        assert!(text.contains(" * @defaultValue `0.5`\n */\nreadonly limit?: number | undefined;\n"));
        assert!(text.contains("function ask0(range: Range, fact?: Fact | null): Range<Timestamp>;\n"));
        assert!(text.contains("@throws {@link RelcoreError}: `syntax` for `x`."));
        assert!(text.contains("import type { Instant, RelcoreError, Timestamp } from \"./index.js\";\n"));
    }

    #[test]
    fn docs_have_the_names_of_javascript() {
        let text = Api::of(&model()).module_types("test");
        assert!(
            text.contains("Tests `ask0`, `Range.ask0`; not `some_code`.\n *\n * @packageDocumentation"),
            "{text}"
        );
    }
}
