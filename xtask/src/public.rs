//! No type of a dependency stands in a public signature of the core, except those of serde and of schemars. Otherwise a
//! new major version of that dependency would be one of the core.
//!
//! rustc has a lint for this (`exported_private_dependencies`) that works only with nightly's `public-dependency`.
use crate::{
    codegen::root,
    shell::{command, output},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use syn::{Attribute, ImplItem, Item, UseTree, Visibility, visit::Visit};

/// The dependencies whose types callers meet: the traits of the wire form, and JSON values.
const PUBLIC: &[&str] = &["serde", "serde_json", "schemars"];

/// Fails for every public signature that names a type of another dependency.
pub fn check() -> Result<()> {
    let arguments = ["metadata", "--format-version=1", "--no-deps", "--manifest-path=relcore/Cargo.toml"];
    let metadata: Value = serde_json::from_str(&output(&mut command("cargo", &arguments))?)?;
    let packages = metadata["packages"].as_array().context("cargo lists packages")?;
    let core =
        packages.iter().find(|package| package["name"] == "relcore").context("relcore is a package")?;
    let dependencies = core["dependencies"].as_array().context("a package lists its dependencies")?;
    let foreign: BTreeSet<String> = dependencies
        .iter()
        .filter_map(|dependency| dependency["name"].as_str())
        .filter(|name| !PUBLIC.contains(name))
        .map(|name| name.replace('-', "_"))
        .collect();
    ensure!(foreign.contains("chrono"), "the dependencies of the core were not found");
    let mut found = Vec::new();
    folder(&root().join("relcore/src"), &foreign, &mut found)?;
    ensure!(
        found.is_empty(),
        "these public signatures name a type of a dependency:\n  {}",
        found.join("\n  ")
    );
    Ok(())
}

fn folder(folder: &Path, foreign: &BTreeSet<String>, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            self::folder(&path, foreign, found)?;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let named = named(&text, foreign).with_context(|| path.display().to_string())?;
        found.extend(named.into_iter().map(|name| format!("{}: {name}", path.display())));
    }
    Ok(())
}

/// The types of foreign crates in the public signatures of a file.
fn named(text: &str, foreign: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let file = syn::parse_file(text)?;
    let mut search =
        Search { foreign, imported: BTreeMap::new(), private: BTreeSet::new(), found: BTreeSet::new() };
    search.items(&file.items)?;
    Ok(search.found)
}

struct Search<'a> {
    foreign: &'a BTreeSet<String>,
    /// Imported names with their crates.
    imported: BTreeMap<String, String>,
    /// The types of the file that no caller meets: what they implement is nobody's signature.
    private: BTreeSet<String>,
    found: BTreeSet<String>,
}

impl Search<'_> {
    fn items(&mut self, items: &[Item]) -> Result<()> {
        for item in items {
            if let Item::Use(item) = item {
                self.import(&item.tree, None, is_public(&item.vis));
            }
            let (Item::Struct(syn::ItemStruct { vis, ident, .. })
            | Item::Enum(syn::ItemEnum { vis, ident, .. })) = item
            else {
                continue;
            };
            if !is_public(vis) {
                self.private.insert(ident.to_string());
            }
        }
        for item in items {
            self.item(item)?;
        }
        Ok(())
    }

    fn item(&mut self, item: &Item) -> Result<()> {
        match item {
            Item::Mod(item) if !is_conditional(&item.attrs) => {
                if let Some((_, items)) = &item.content {
                    self.items(items)?;
                }
            }
            Item::Macro(item) if item.mac.path.is_ident("input") => {
                self.item(&Item::Struct(item.mac.parse_body()?))?;
            }
            Item::Fn(item) if is_public(&item.vis) => self.visit_signature(&item.sig),
            Item::Type(item) if is_public(&item.vis) => self.visit_item_type(item),
            Item::Trait(item) if is_public(&item.vis) => self.visit_item_trait(item),
            Item::Enum(item) if is_public(&item.vis) => self.visit_item_enum(item),
            Item::Struct(item) if is_public(&item.vis) => {
                self.visit_generics(&item.generics);
                for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                    self.visit_type(&field.ty);
                }
            }
            Item::Impl(item) if !self.is_private(&item.self_ty) => {
                self.visit_type(&item.self_ty);
                if let Some((_, of, _)) = &item.trait_ {
                    self.visit_path(of);
                }
                for inner in &item.items {
                    if let ImplItem::Fn(method) = inner
                        && is_public(&method.vis)
                    {
                        self.visit_signature(&method.sig);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn is_private(&self, implementer: &syn::Type) -> bool {
        let syn::Type::Path(implementer) = implementer else { return false };
        implementer.path.get_ident().is_some_and(|name| self.private.contains(&name.to_string()))
    }

    fn import(&mut self, tree: &UseTree, of: Option<&str>, public: bool) {
        let mut name = |name: &syn::Ident| {
            if let Some(of) = of.filter(|of| self.foreign.contains(*of)) {
                self.imported.insert(name.to_string(), of.to_owned());
                if public {
                    self.found.insert(format!("{of}::{name}"));
                }
            }
        };
        match tree {
            UseTree::Name(tree) => name(&tree.ident),
            UseTree::Rename(tree) => name(&tree.rename),
            UseTree::Glob(_) => {
                let of = of.filter(|of| self.foreign.contains(*of)).map(|of| format!("{of}::*"));
                self.found.extend(of); // it may bring any type
            }
            UseTree::Path(path) => {
                let first = path.ident.to_string();
                self.import(&path.tree, Some(of.unwrap_or(&first)), public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, of, public);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first().map(|segment| segment.ident.to_string()) {
            let is_crate = self.foreign.contains(&first) && path.segments.len() > 1;
            if let Some(of) = self.imported.get(&first).or(is_crate.then_some(&first)) {
                let last = path.segments.last().map_or(String::new(), |segment| segment.ident.to_string());
                self.found.insert(format!("{of}::{last}"));
            }
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {} // a derive names no type of the signature
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Tests, and what only a feature switches on.
fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))
}

#[cfg(test)]
mod tests {
    use super::named;
    use std::collections::BTreeSet;

    fn found(text: &str) -> Vec<String> {
        let foreign = BTreeSet::from(["chrono".to_owned(), "chrono_tz".to_owned()]);
        named(text, &foreign).unwrap().into_iter().collect()
    }

    #[test]
    fn a_foreign_type_is_found_wherever_a_caller_meets_it() {
        let import = "use chrono::{DateTime, Utc as Z};\n";
        for item in [
            "pub fn f(at: DateTime<Z>) {}",
            "pub fn f() -> Option<DateTime<u8>> { None }",
            "pub struct S { pub at: DateTime<u8> }",
            "input! { pub struct S { pub at: DateTime<u8> } }",
            "pub enum E { A { at: DateTime<u8> } }",
            "pub struct S; impl S { pub fn f(&self, at: &[DateTime<u8>]) {} }",
            "pub struct S; impl From<DateTime<u8>> for S { fn from(_: DateTime<u8>) -> S { S } }",
            "pub trait T { fn f(at: DateTime<u8>); }",
            "pub type T = DateTime<u8>;",
            "mod m { pub use chrono::DateTime; }",
            "pub fn f(zone: chrono_tz::Tz) {}",
        ] {
            assert!(!found(&format!("{import}{item}")).is_empty(), "{item}");
        }
    }

    #[test]
    fn private_and_conditional_items_may_name_it() {
        let import = "use chrono::DateTime;\n";
        for item in [
            "pub(crate) fn f(at: DateTime<u8>) {}",
            "pub struct S(DateTime<u8>);",
            "struct S; impl From<DateTime<u8>> for S { fn from(_: DateTime<u8>) -> S { S } }",
            "pub fn f() { let _: Option<DateTime<u8>> = None; }",
            "#[cfg(feature = \"chrono\")] mod m { use chrono::DateTime; pub fn f(at: DateTime<u8>) {} }",
        ] {
            assert_eq!(found(&format!("{import}{item}")), [""; 0], "{item}");
        }
    }
}
