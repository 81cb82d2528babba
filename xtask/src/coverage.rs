//! Whether the conformance cases show everything: each function, type, reason code and error code.
//!
//! The cases are walked together with the model: a value of a field of type `Step` shows the type `Step` and, inside
//! it, whatever its fields are.
use crate::codegen::{
    self,
    model::{Field, Kind, Model, Type},
};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// What no case can show, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("error code `unknown_function`", "only a call with JSON can name a function that does not exist"),
    ("type `Fault`", "errors carry it: a case names its code and path under `error`"),
    ("type `ErrorKind`", "as `Fault`"),
];

/// Fails with everything that no case shows.
pub fn run() -> Result<()> {
    let model = codegen::read()?;
    let mut seen = Seen { model: &model, shown: BTreeSet::new() };
    seen.folder(&codegen::root().join("conformance"))?;
    let missing = seen.missing();
    if !missing.is_empty() {
        bail!("no conformance case shows:\n  {}", missing.join("\n  "));
    }
    println!("every function, type, reason code and error code has a case");
    Ok(())
}

struct Seen<'a> {
    model: &'a Model,
    shown: BTreeSet<String>,
}

impl Seen<'_> {
    fn folder(&mut self, path: &Path) -> Result<()> {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                self.folder(&entry?.path())?;
            }
        } else if path.extension().is_some_and(|end| end == "json") {
            let file: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
            for case in file.get("cases").and_then(Value::as_array).into_iter().flatten() {
                self.case(case).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    fn case(&mut self, case: &Value) -> Result<()> {
        let text = |at: &str| case.pointer(at).and_then(Value::as_str);
        let call = text("/call").context("a case has no `call`")?;
        if let Some(code) = text("/error/code") {
            self.shown.insert(format!("error code `{code}`"));
        }
        let model = self.model;
        let function = model.functions.iter().find(|function| call == function.qualified);
        let function = function.with_context(|| format!("there is no function `{call}`"))?;
        self.shown.insert(format!("function `{call}`"));
        for argument in &function.arguments {
            if let Some(value) = case.get("input").and_then(|input| input.get(&argument.wire)) {
                self.value(value, &argument.of);
            }
        }
        if let Some(answer) = case.get("expect") {
            self.value(answer, &function.result);
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, of: &Type) {
        match (of, value) {
            (Type::Optional(inner), value) if !value.is_null() => self.value(value, inner),
            (Type::List(item), Value::Array(items)) => items.iter().for_each(|value| self.value(value, item)),
            (Type::Map(item), Value::Object(entries)) => {
                entries.values().for_each(|value| self.value(value, item))
            }
            (Type::Named(name), value) => self.named(name, value),
            (Type::ReasonCode, Value::String(code)) => {
                self.shown.insert(format!("reason code `{code}`"));
            }
            _ => {}
        }
    }

    fn named(&mut self, name: &str, value: &Value) {
        self.shown.insert(format!("type `{name}`"));
        let model = self.model;
        match model.types.get(name).map(|definition| &definition.kind) {
            Some(Kind::Struct(fields)) => self.fields(fields, value),
            Some(Kind::Tagged(variants)) => {
                let tag = value.get("type").and_then(Value::as_str);
                if let Some(variant) = variants.iter().find(|variant| Some(variant.wire.as_str()) == tag) {
                    self.fields(&variant.fields, value);
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &[Field], value: &Value) {
        for field in fields {
            if let Some(value) = value.get(&field.wire) {
                self.value(value, &field.of);
            }
        }
    }

    /// Everything of the model that was not shown and has no excuse.
    fn missing(&self) -> Vec<String> {
        let codes = |name: &str| match self.model.types.get(name).map(|definition| &definition.kind) {
            Some(Kind::Unit(units)) => units.iter().map(|unit| unit.wire.clone()).collect(),
            _ => Vec::new(),
        };
        let functions =
            self.model.functions.iter().map(|function| format!("function `{}`", function.qualified));
        let types = self.model.types.keys().map(|name| format!("type `{name}`"));
        let reasons = self.model.reason_codes.iter().map(|code| format!("reason code `{}`", code.code));
        let errors = codes("ErrorKind").into_iter().map(|code| format!("error code `{code}`"));
        let all = functions.chain(types).chain(reasons).chain(errors);
        let excused = |what: &String| EXCUSED.iter().any(|(name, _)| name == what);
        all.filter(|what| !self.shown.contains(what) && !excused(what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_case_shows_what_is_in_it_and_nothing_else() {
        let model = codegen::read().unwrap();
        let mut seen = Seen { model: &model, shown: BTreeSet::new() };
        let range = json!({"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"});
        seen.case(&json!({"call": "time.buckets", "input": {"range": range, "unit": "day"}, "error": {"code": "syntax"}}))
            .unwrap();
        let shown: Vec<&str> = seen.shown.iter().map(String::as_str).collect();
        assert_eq!(
            shown,
            ["error code `syntax`", "function `time.buckets`", "type `BucketUnit`", "type `TimeRange`"]
        );
        assert!(seen.missing().contains(&"type `Weekday`".to_owned()));
        assert!(seen.case(&json!({"call": "time.travel"})).is_err());
    }
}
