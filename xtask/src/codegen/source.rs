//! What a schema does not know, read from the source text: docs of functions, rooms of types.
use anyhow::{Context as _, Result, bail};
use std::{collections::BTreeMap, fs, path::Path};
use syn::{Attribute, Item, Visibility};

/// The public items of the core.
#[derive(Debug, Default)]
pub struct Source {
    /// Room of each public struct and enum.
    pub types: BTreeMap<String, String>,
    /// Docs of each public free function, by `room.name`, and whether it returns a `Result`.
    pub functions: BTreeMap<String, (String, bool)>,
}

impl Source {
    /// Reads every file under `relcore/src`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut source = Self::default();
        source.folder(folder, None)?;
        Ok(source)
    }

    fn folder(&mut self, folder: &Path, room: Option<&str>) -> Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).context("file names are text")?;
            let room = room.unwrap_or(stem);
            if path.is_dir() {
                self.folder(&path, Some(room))?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path)?;
                self.file(&text, room).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    fn file(&mut self, text: &str, room: &str) -> Result<()> {
        self.items(syn::parse_file(text)?.items, room)
    }

    fn items(&mut self, items: Vec<Item>, room: &str) -> Result<()> {
        for item in items {
            match item {
                // Enums with data stand in a macro.
                Item::Macro(item) if item.mac.path.is_ident("tagged") => {
                    self.items(item.mac.parse_body::<syn::File>()?.items, room)?;
                }
                Item::Struct(item) if is_public(&item.vis) => self.add_type(item.ident.to_string(), room)?,
                Item::Enum(item) if is_public(&item.vis) => self.add_type(item.ident.to_string(), room)?,
                Item::Fn(item) if is_public(&item.vis) => {
                    let fallible = match &item.sig.output {
                        syn::ReturnType::Type(_, answer) => is_result(answer),
                        syn::ReturnType::Default => false,
                    };
                    self.functions
                        .insert(format!("{room}.{}", item.sig.ident), (docs(&item.attrs), fallible));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_type(&mut self, name: String, room: &str) -> Result<()> {
        if let Some(other) = self.types.insert(name.clone(), room.to_owned())
            && other != room
        {
            bail!(
                "type `{name}` exists in `{other}` and in `{room}`: names are flat in Swift, Kotlin and TypeScript"
            );
        }
        Ok(())
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_result(answer: &syn::Type) -> bool {
    matches!(answer, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}

/// The doc comment, without the blank that follows `///`.
fn docs(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let syn::Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value
        {
            let text = text.value();
            lines.push(text.strip_prefix(' ').unwrap_or(&text).to_owned());
        }
    }
    lines.join("\n")
}
