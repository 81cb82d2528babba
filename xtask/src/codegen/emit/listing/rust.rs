//! The public items of the core, read from its sources. rustdoc's JSON would need nightly, and its form changes.
use super::first_sentence;
use crate::codegen::source::{Tagged, docs};
use anyhow::{Context as _, Result};
use quote::ToTokens as _;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};
use syn::{Attribute, Fields, ImplItem, Item, ItemEnum, ItemStruct, TraitItem, UseTree, Visibility};

/// The items of every public module as one text in which bodies are left out.
pub fn list(folder: &Path) -> Result<String> {
    let file = parse(&folder.join("lib.rs"))?;
    let mut text = String::new();
    for item in &file.items {
        match item {
            Item::Mod(item) if is_public(&item.vis) && item.content.is_none() => {
                let own = folder.join(item.ident.to_string());
                let path = if own.is_dir() { own.join("mod.rs") } else { own.with_extension("rs") };
                text += &module(&item.ident.to_string(), &path)?;
            }
            Item::Use(item) if is_public(&item.vis) => {
                let _ = writeln!(text, "{}", item.to_token_stream());
            }
            _ => {}
        }
    }
    Ok(text)
}

fn parse(path: &Path) -> Result<syn::File> {
    syn::parse_file(&fs::read_to_string(path)?).with_context(|| path.display().to_string())
}

fn module(name: &str, path: &Path) -> Result<String> {
    let file = parse(path)?;
    let inside = body(&file.items, path)?;
    let said = docs_of(&file.attrs);
    Ok(format!("{said}pub mod {name} {{\n{inside}}}\n"))
}

/// The items that a file declares or re-exports from its private submodules.
fn body(items: &[Item], path: &Path) -> Result<String> {
    let mut module = Module::default();
    let folder = if path.ends_with("mod.rs") {
        path.parent().map(Path::to_path_buf).unwrap_or_default()
    } else {
        path.with_extension("")
    };
    for item in items {
        match item {
            Item::Use(item) if is_public(&item.vis) => {
                let mut names = Vec::new();
                exported(&item.tree, &mut Vec::new(), &mut names);
                for (path, name) in names {
                    match (path.first(), submodule(&folder, &path)) {
                        (Some(_), Some(file)) if !path.is_empty() => module.reexport(&file, &name)?,
                        _ => {
                            let _ = writeln!(module.text, "pub use {}::{name};", path.join("::"));
                        }
                    }
                }
            }
            item => module.item(item, &folder)?,
        }
    }
    // Methods and traits may stand in any file of the module.
    for file in files(&folder)? {
        module.implementations(&parse(&file)?.items);
    }
    module.implementations(items);
    Ok(module.text)
}

fn submodule(folder: &Path, path: &[String]) -> Option<PathBuf> {
    let [name] = path else { return None };
    let file = folder.join(name).with_extension("rs");
    let nested = folder.join(name).join("mod.rs");
    [file, nested].into_iter().find(|file| file.is_file())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                found.extend(files(&path)?);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("mod.rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn exported(tree: &UseTree, path: &mut Vec<String>, names: &mut Vec<(Vec<String>, String)>) {
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            exported(&tree.tree, path, names);
            path.pop();
        }
        UseTree::Group(tree) => tree.items.iter().for_each(|tree| exported(tree, path, names)),
        UseTree::Name(tree) => names.push((path.clone(), tree.ident.to_string())),
        other => names.push((path.clone(), other.to_token_stream().to_string())),
    }
}

#[derive(Default)]
struct Module {
    text: String,
    /// The types that a caller can name.
    types: BTreeSet<String>,
}

impl Module {
    fn reexport(&mut self, file: &Path, name: &str) -> Result<()> {
        let own = parse(file)?;
        for item in &own.items {
            if name_of(item)?.is_some_and(|own| own == name) {
                self.item(item, file)?;
            }
        }
        Ok(())
    }

    fn item(&mut self, item: &Item, folder: &Path) -> Result<()> {
        match item {
            Item::Mod(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                let text = match &item.content {
                    Some((_, items)) => {
                        format!(
                            "{}pub mod {name} {{ {} }}\n",
                            docs_of(&item.attrs),
                            body(items, Path::new(""))?
                        )
                    }
                    None => module(&name, &folder.join(&name).with_extension("rs"))?,
                };
                self.text += &text;
            }
            Item::Struct(item) if is_public(&item.vis) => self.add_struct(item, ""),
            Item::Enum(item) if is_public(&item.vis) => self.add_enum(item, ""),
            Item::Fn(item) if is_public(&item.vis) => {
                let _ = writeln!(self.text, "{}pub {};", attributes(&item.attrs), item.sig.to_token_stream());
            }
            Item::Const(item) if is_public(&item.vis) => {
                let (name, of) = (&item.ident, item.ty.to_token_stream());
                let _ = writeln!(self.text, "{}pub const {name}: {of};", attributes(&item.attrs));
            }
            Item::Type(item) if is_public(&item.vis) => {
                let (name, generics) = (&item.ident, item.generics.to_token_stream());
                let (said, of) = (attributes(&item.attrs), item.ty.to_token_stream());
                let _ = writeln!(self.text, "{said}pub type {name}{generics} = {of};");
            }
            Item::Trait(item) if is_public(&item.vis) => {
                let (name, generics) = (&item.ident, item.generics.to_token_stream());
                let bounds = item.supertraits.to_token_stream();
                let colon = if item.supertraits.is_empty() { "" } else { ":" };
                let _ = writeln!(
                    self.text,
                    "{}pub trait {name}{generics}{colon} {bounds} {{",
                    attributes(&item.attrs)
                );
                for member in &item.items {
                    match member {
                        TraitItem::Fn(member) => {
                            let _ = writeln!(
                                self.text,
                                "{}{};",
                                attributes(&member.attrs),
                                member.sig.to_token_stream()
                            );
                        }
                        TraitItem::Const(member) => {
                            let (name, of) = (&member.ident, member.ty.to_token_stream());
                            let _ = writeln!(self.text, "{}const {name}: {of};", attributes(&member.attrs));
                        }
                        TraitItem::Type(member) => {
                            let _ =
                                writeln!(self.text, "{}type {};", attributes(&member.attrs), member.ident);
                        }
                        _ => {}
                    }
                }
                self.text += "}\n";
            }
            Item::Macro(item) => self.macro_call(&item.mac)?,
            _ => {}
        }
        Ok(())
    }

    /// The macros that declare public items.
    fn macro_call(&mut self, call: &syn::Macro) -> Result<()> {
        match call.path.segments.last().map(|last| last.ident.to_string()).as_deref() {
            Some("input") => self.add_struct(&call.parse_body()?, "#[input]\n#[non_exhaustive]\n"),
            Some("tagged") => {
                let tagged: Tagged = call.parse_body()?;
                self.add_enum(&tagged.item, "#[non_exhaustive]\n");
            }
            Some("columns") => {
                let columns: Columns = call.parse_body()?;
                self.types.insert(columns.name.to_string());
                let _ = writeln!(
                    self.text,
                    "{}pub struct {}<'a> {{ {} }}",
                    docs_of(&columns.attributes),
                    columns.name,
                    columns.fields
                );
            }
            Some("reason_codes") => {
                let codes: Codes = call.parse_body()?;
                for (attributes, name) in codes.0 {
                    let _ = writeln!(self.text, "{}pub const {name}: ReasonCode;", docs_of(&attributes));
                }
            }
            Some("texts") => {
                for name in call.tokens.to_string().split(',').filter(|name| !name.trim().is_empty()) {
                    let _ = writeln!(self.text, "impl Display for {name} {{}}\nimpl FromStr for {name} {{}}");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_struct(&mut self, item: &ItemStruct, more: &str) {
        self.types.insert(item.ident.to_string());
        let generics = item.generics.to_token_stream();
        let fields = match &item.fields {
            Fields::Unit => ";".to_owned(),
            Fields::Unnamed(fields) => {
                let shown = |field: &syn::Field| match is_public(&field.vis) {
                    true => format!("pub {}", field.ty.to_token_stream()),
                    false => "_".to_owned(),
                };
                format!("({});", fields.unnamed.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            Fields::Named(fields) => {
                let public = fields.named.iter().filter(|field| is_public(&field.vis));
                format!("{{ {} }}", public.map(|field| named(field, "pub ")).collect::<String>())
            }
        };
        let _ = writeln!(
            self.text,
            "{}{more}pub struct {}{generics} {fields}",
            attributes(&item.attrs),
            item.ident
        );
    }

    fn add_enum(&mut self, item: &ItemEnum, more: &str) {
        self.types.insert(item.ident.to_string());
        let _ = writeln!(
            self.text,
            "{}{more}pub enum {}{} {{",
            attributes(&item.attrs),
            item.ident,
            item.generics.to_token_stream()
        );
        for variant in &item.variants {
            let fields = match &variant.fields {
                Fields::Named(fields) => {
                    format!("{{ {} }}", fields.named.iter().map(|field| named(field, "")).collect::<String>())
                }
                other => other.to_token_stream().to_string(),
            };
            let _ = writeln!(self.text, "{}{} {fields},", attributes(&variant.attrs), variant.ident);
        }
        self.text += "}\n";
    }

    /// Public methods, and traits that are implemented for a type that a caller can name.
    fn implementations(&mut self, items: &[Item]) {
        for item in items {
            let Item::Impl(item) = item else { continue };
            let of = item.self_ty.to_token_stream().to_string();
            let name = of.split(['<', ' ']).next().unwrap_or_default();
            if !self.types.contains(name) {
                continue;
            }
            let generics = item.generics.to_token_stream();
            if let Some((_, of_trait, _)) = &item.trait_ {
                let _ = writeln!(
                    self.text,
                    "{}impl{generics} {} for {of} {{}}",
                    attributes(&item.attrs),
                    of_trait.to_token_stream()
                );
                continue;
            }
            let mut methods = String::new();
            for member in &item.items {
                match member {
                    ImplItem::Fn(method) if is_public(&method.vis) => {
                        let _ = writeln!(
                            methods,
                            "{}pub {};",
                            attributes(&method.attrs),
                            method.sig.to_token_stream()
                        );
                    }
                    ImplItem::Const(member) if is_public(&member.vis) => {
                        let (name, of) = (&member.ident, member.ty.to_token_stream());
                        let _ = writeln!(methods, "{}pub const {name}: {of};", attributes(&member.attrs));
                    }
                    _ => {}
                }
            }
            if !methods.is_empty() {
                let _ = writeln!(self.text, "{}impl{generics} {of} {{\n{methods}}}", attributes(&item.attrs));
            }
        }
    }
}

/// The body of `columns! { pub struct Name<'a> as "Other" { field: Type => kind; … } }`.
struct Columns {
    attributes: Vec<Attribute>,
    name: syn::Ident,
    fields: String,
}

impl syn::parse::Parse for Columns {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<syn::Token![struct]>()?;
        let name = input.parse()?;
        input.parse::<syn::Generics>()?;
        input.parse::<syn::Token![as]>()?;
        input.parse::<syn::LitStr>()?;
        let inside;
        syn::braced!(inside in input);
        let mut fields = String::new();
        while !inside.is_empty() {
            let said = docs_of(&inside.call(Attribute::parse_outer)?);
            let name: syn::Ident = inside.parse()?;
            inside.parse::<syn::Token![:]>()?;
            let of: syn::Type = inside.parse()?;
            let _ = writeln!(fields, "{said}pub {name}: {},", of.to_token_stream());
            while !inside.peek(syn::Token![;]) {
                inside.parse::<proc_macro2::TokenTree>()?;
            }
            inside.parse::<syn::Token![;]>()?;
        }
        Ok(Self { attributes, name, fields })
    }
}

/// The body of `reason_codes! { /// Docs. NAME; … }`.
struct Codes(Vec<(Vec<Attribute>, syn::Ident)>);

impl syn::parse::Parse for Codes {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let mut codes = Vec::new();
        while !input.is_empty() {
            codes.push((input.call(Attribute::parse_outer)?, input.parse()?));
            input.parse::<syn::Token![;]>()?;
        }
        Ok(Self(codes))
    }
}

fn name_of(item: &Item) -> Result<Option<String>> {
    Ok(match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Fn(item) => Some(item.sig.ident.to_string()),
        Item::Const(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        Item::Macro(item) if item.mac.path.is_ident("input") => {
            Some(item.mac.parse_body::<ItemStruct>()?.ident.to_string())
        }
        Item::Macro(item) if item.mac.path.is_ident("tagged") => {
            Some(item.mac.parse_body::<Tagged>()?.item.ident.to_string())
        }
        Item::Macro(item) if item.mac.path.is_ident("columns") => {
            Some(item.mac.parse_body::<Columns>()?.name.to_string())
        }
        _ => None,
    })
}

fn named(field: &syn::Field, visibility: &str) -> String {
    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{}{visibility}{name}: {},\n", attributes(&field.attrs), field.ty.to_token_stream())
}

fn docs_of(attributes: &[Attribute]) -> String {
    let said = first_sentence(&docs(attributes));
    if said.is_empty() { said } else { format!("/// {said}\n") }
}

/// The first sentence of the docs, and the attributes that a caller notices.
fn attributes(all: &[Attribute]) -> String {
    let mut text = docs_of(all);
    for attribute in all {
        let shown = attribute.to_token_stream().to_string();
        let path = attribute.path();
        if shown.contains("non_exhaustive") {
            text += "#[non_exhaustive]\n";
        } else if ["derive", "must_use", "cfg", "deprecated"].iter().any(|name| path.is_ident(name)) {
            text += &shown;
            text.push('\n');
        }
    }
    text
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}
