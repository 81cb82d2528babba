//! What a schema does not have, read from the source text: docs of modules, functions, handles and methods, and the
//! names that Rust gives to types, variants and fields.
use anyhow::{Context as _, Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use syn::{Attribute, Item, Token, Visibility, punctuated::Punctuated};

/// The public items of the core.
#[derive(Debug, Default)]
pub struct Source {
    /// The docs of each module.
    pub modules: BTreeMap<String, String>,
    /// Each public struct and enum, by `module.Name`.
    pub types: BTreeMap<String, Names>,
    /// The enums whose texts on the wire are those of `Display` and `FromStr`, by `module.Name`.
    pub texts: BTreeSet<String>,
    /// Each public free function, by `module.name`, and each public method, by `module.Type.name`. A function of the
    /// submodule `columns` is `module.columns.name`.
    pub functions: BTreeMap<String, Signature>,
    /// The docs of each public constant, by `module.NAME`.
    pub constants: BTreeMap<String, String>,
}

/// The docs of a type and the names in it.
#[derive(Debug)]
pub struct Names {
    pub docs: String,
    /// The variants of an enum, in order, each with its fields.
    pub variants: Vec<(String, Vec<String>)>,
    /// The fields of a struct, in order.
    pub fields: Vec<String>,
    /// Whether a new field or variant breaks no caller: `#[non_exhaustive]`, or a struct without public fields.
    pub open: bool,
    /// Whether it is an enum without data.
    pub plain: bool,
}

/// The types that are complete, with the reason. All others are open.
const CLOSED: &[(&str, &str)] = &[
    ("canary.HealthRole", "a canary has two sides"),
    ("column.Column", "the bindings fill and match it"),
    ("column.Field", "the bindings fill and match it"),
    ("column.Instants", "an array of Arrow"),
    ("column.Kind", "the bindings fill and match it"),
    ("column.Lists", "an array of Arrow"),
    ("column.Members", "the bindings fill and match it"),
    ("column.Record", "the bindings fill and match it"),
    ("column.Values", "the bindings fill and match it"),
    ("decision.Outcome", "each has an exit code of the command; a script knows all of them"),
    ("reason.Severity", "the four of PagerDuty's Common Event Format; callers map each to a log level"),
    ("time.TimeRange", "a start and an end"),
    ("time.Weekday", "a week has seven days"),
    ("version.Bump", "the parts of Semantic Versioning 2.0.0"),
];

/// The docs of a function, whether it returns a `Result`, and whether it takes what calls other functions.
#[derive(Debug)]
pub struct Signature {
    pub docs: String,
    pub fallible: bool,
    pub calls: bool,
}

impl Source {
    /// Reads every file under `relcore/src`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut source = Self::default();
        source.folder(folder, None)?;
        source.check_open()?;
        source.check_texts()?;
        Ok(source)
    }

    /// Every public type is open, or complete and listed.
    fn check_open(&self) -> Result<()> {
        for (name, names) in &self.types {
            let is_closed = CLOSED.iter().any(|(closed, _)| closed == name);
            ensure!(
                names.open != is_closed,
                "`{name}`: a type is `#[non_exhaustive]` or listed in `CLOSED`, and not both"
            );
        }
        for (name, _) in CLOSED {
            ensure!(self.types.contains_key(*name), "`CLOSED` lists `{name}`, which the core does not have");
        }
        Ok(())
    }

    /// Every enum without data can be displayed and parsed.
    fn check_texts(&self) -> Result<()> {
        for (name, names) in &self.types {
            let is_listed = !names.plain || self.texts.contains(name);
            ensure!(is_listed, "`{name}`: list it in the call of `texts!` of its module");
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path, module: Option<&str>) -> Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).context("file names are text")?;
            let of = module.unwrap_or(stem);
            if path.is_dir() {
                self.folder(&path, Some(of))?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path)?;
                let file = syn::parse_file(&text).with_context(|| path.display().to_string())?;
                if module.is_none() || stem == "mod" && folder.file_name().is_some_and(|name| name == of) {
                    self.modules.insert(of.to_owned(), docs(&file.attrs));
                }
                // The one public submodule that a module may have: its functions over columns.
                let part = if module.is_some() && stem == "columns" { ".columns" } else { "" };
                self.items(file.items, of, part).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    fn items(&mut self, items: Vec<Item>, module: &str, part: &str) -> Result<()> {
        for item in items {
            match item {
                // Inputs stand in a macro, which makes them `#[non_exhaustive]`.
                Item::Macro(item) if item.mac.path.is_ident("input") => {
                    let mut item: syn::ItemStruct = item.mac.parse_body()?;
                    item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
                    self.items(vec![Item::Struct(item)], module, part)?;
                }
                Item::Macro(item)
                    if item.mac.path.segments.last().is_some_and(|last| last.ident == "texts") =>
                {
                    let listed =
                        item.mac.parse_body_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)?;
                    for name in listed.iter().filter_map(|path| path.segments.last()) {
                        // `error` is left of the macro, so its enum is listed beside it.
                        let module = if name.ident == "ErrorKind" { "error" } else { module };
                        self.texts.insert(format!("{module}.{}", name.ident));
                    }
                }
                // So do enums with data, after their qualified names.
                Item::Macro(item) if item.mac.path.is_ident("tagged") => {
                    let tagged: Tagged = item.mac.parse_body()?;
                    let own = format!("{module}.{}", tagged.item.ident);
                    let given = tagged.qualified.value();
                    ensure!(given == own, "`tagged!` says \"{given}\": expected \"{own}\"");
                    let mut item = tagged.item;
                    item.attrs.push(syn::parse_quote!(#[non_exhaustive]));
                    self.items(vec![Item::Enum(item)], module, part)?;
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    let names = Names {
                        docs: docs(&item.attrs),
                        variants: Vec::new(),
                        fields: field_names(&item.fields),
                        open: is_open(&item.attrs) || !item.fields.iter().any(|field| is_public(&field.vis)),
                        plain: false,
                    };
                    self.add_type(module, &item.ident, names)?;
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let variants = item.variants.iter();
                    let names = Names {
                        docs: docs(&item.attrs),
                        variants: variants
                            .map(|variant| (variant.ident.to_string(), field_names(&variant.fields)))
                            .collect(),
                        fields: Vec::new(),
                        open: is_open(&item.attrs),
                        plain: item.variants.iter().all(|variant| variant.fields.is_empty()),
                    };
                    self.add_type(module, &item.ident, names)?;
                }
                Item::Fn(item) if is_public(&item.vis) => {
                    self.add_function(format!("{module}{part}.{}", item.sig.ident), &item.attrs, &item.sig);
                }
                Item::Const(item) if is_public(&item.vis) => {
                    self.constants.insert(format!("{module}.{}", item.ident), docs(&item.attrs));
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    let syn::Type::Path(of) = &*item.self_ty else { continue };
                    let Some(of) = of.path.segments.last() else { continue };
                    for method in &item.items {
                        if let syn::ImplItem::Fn(method) = method
                            && is_public(&method.vis)
                        {
                            let name = format!("{module}.{}.{}", of.ident, method.sig.ident);
                            self.add_function(name, &method.attrs, &method.sig);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_function(&mut self, name: String, attributes: &[Attribute], signature: &syn::Signature) {
        let fallible = match &signature.output {
            syn::ReturnType::Type(_, result) => is_result(result),
            syn::ReturnType::Default => false,
        };
        let is_calls = |input: &syn::FnArg| match input {
            syn::FnArg::Typed(input) => matches!(&*input.pat, syn::Pat::Ident(name) if name.ident == "calls"),
            syn::FnArg::Receiver(_) => false,
        };
        let calls = signature.inputs.iter().any(is_calls);
        self.functions.insert(name, Signature { docs: docs(attributes), fallible, calls });
    }

    fn add_type(&mut self, module: &str, name: &syn::Ident, names: Names) -> Result<()> {
        let other = self.types.insert(format!("{module}.{name}"), names);
        ensure!(other.is_none(), "`{module}` has two public types `{name}`");
        Ok(())
    }
}

/// The body of `tagged! { "module.Name"; pub enum Name { … } }`.
pub struct Tagged {
    pub qualified: syn::LitStr,
    pub item: syn::ItemEnum,
}

impl syn::parse::Parse for Tagged {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let qualified = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        Ok(Self { qualified, item: input.parse()? })
    }
}

fn field_names(fields: &syn::Fields) -> Vec<String> {
    fields.iter().filter_map(|field| field.ident.as_ref()).map(ToString::to_string).collect()
}

/// `#[non_exhaustive]`, also under a condition.
fn is_open(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => {
            list.path.is_ident("cfg_attr") && list.tokens.to_string().ends_with("non_exhaustive")
        }
        meta => meta.path().is_ident("non_exhaustive"),
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_result(result: &syn::Type) -> bool {
    matches!(result, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}

/// The doc comment, without the blank after `///`.
pub fn docs(attributes: &[Attribute]) -> String {
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
