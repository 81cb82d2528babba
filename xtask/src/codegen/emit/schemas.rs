//! `schemas/*.schema.json`: JSON Schemas of the policies that users write, for completion in their editors.
use crate::codegen::{
    File,
    model::{Model, Type},
};
use anyhow::{Context as _, Result};
use heck::ToKebabCase as _;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// One schema for each type that a `…_from_json` function reads.
pub fn emit(model: &Model) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for function in model.functions.iter().filter(|function| function.name.ends_with("_from_json")) {
        let Type::Named(name) = &function.result else { continue };
        let mut names = BTreeSet::new();
        collect(name, model, &mut names);
        let definitions: Map<String, Value> = names
            .iter()
            .filter_map(|name| model.definitions.get(name).map(|schema| (name.clone(), schema.clone())))
            .collect();
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": crate::codegen::MARK,
            "title": name,
            "$ref": format!("#/$defs/{name}"),
            "$defs": definitions,
        });
        let text = serde_json::to_string_pretty(&schema).context("a schema is JSON")? + "\n";
        let Some(definition) = model.types.get(name) else { continue };
        files.push(File { path: format!("schemas/{}.schema.json", definition.flat.to_kebab_case()), text });
    }
    Ok(files)
}

fn collect(name: &str, model: &Model, names: &mut BTreeSet<String>) {
    if names.insert(name.to_owned())
        && let Some(definition) = model.types.get(name)
    {
        for inner in definition.fields().filter_map(|field| field.of.named()) {
            collect(inner, model, names);
        }
    }
}
