//! What a mutant changes, as text: alone, as cargo-mutants would change the file, and guarded, so that the changed and the
//! unchanged code stand in one file and a number chooses between them at run time (mutant schemata: Untch, Offutt and
//! Harrold 1993).
use crate::{
    codegen::root,
    shell::{command, output},
};
use anyhow::{Context as _, Result};
use proc_macro2::Span;
use serde::Deserialize;
use std::{collections::BTreeMap, fs, ops::Range, path::PathBuf};
use syn::{spanned::Spanned as _, visit::Visit};

/// A mutant, with a number that no other mutant of the run has.
pub struct Mutant {
    pub number: usize,
    pub name: String,
    pub file: PathBuf,
    /// The function that the mutant is in, or its file.
    pub scope: Range<usize>,
    pub alone: Change,
    pub guarded: Change,
}

/// A text in place of a range of a file. A guarded change of an empty range contains its own guard.
pub struct Change {
    pub range: Range<usize>,
    pub text: String,
}

/// A mutant as `cargo mutants --list --json` prints it.
#[derive(Deserialize)]
struct Listed {
    name: String,
    file: PathBuf,
    genre: Genre,
    replacement: String,
    span: Lines,
    function: Option<Function>,
}

#[derive(Deserialize)]
enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Deserialize)]
struct Function {
    span: Lines,
}

#[derive(Deserialize)]
struct Lines {
    start: Position,
    end: Position,
}

/// Both count from one; a column counts characters.
#[derive(Deserialize)]
struct Position {
    line: usize,
    column: usize,
}

impl Mutant {
    pub fn is_in(&self, mutants: &[&Self]) -> bool {
        mutants.iter().any(|mutant| mutant.number == self.number)
    }
}

/// The mutants of some modules, without those of the JSON Schemas, which `cargo xtask codegen --check` holds in place.
/// They are numbered from the number after `last`.
pub fn mutants(modules: &[&str], last: usize) -> Result<Vec<Mutant>> {
    let mut list =
        command("cargo", &["mutants", "--no-config", "--list", "--json", "-p", "relcore", "-E", "[Ss]chema"]);
    for module in modules {
        list.args(["-f", &format!("relcore/src/{module}/**"), "-f", &format!("relcore/src/{module}.rs")]);
    }
    let listed: Vec<Listed> =
        serde_json::from_str(&output(&mut list)?).context("cargo-mutants lists its mutants otherwise")?;
    let mut sources = BTreeMap::new();
    for file in listed.iter().map(|mutant| &mutant.file) {
        if !sources.contains_key(file) {
            sources.insert(file, Source::parse(fs::read_to_string(root().join(file))?)?);
        }
    }
    let mutant = |(index, mutant): (usize, &Listed)| {
        sources[&mutant.file].mutant(mutant, last + 1 + index).with_context(|| mutant.name.clone())
    };
    listed.iter().enumerate().map(mutant).collect()
}

/// A file, and where its code can be changed.
struct Source {
    text: String,
    /// The byte at which each line starts.
    lines: Vec<usize>,
    sites: Sites,
}

/// The code at the positions that cargo-mutants names.
#[derive(Default)]
struct Sites {
    /// By the operator: the whole expression.
    operations: BTreeMap<usize, Range<usize>>,
    /// By the start of a match arm: the end of its pattern.
    patterns: BTreeMap<usize, usize>,
    fields: BTreeMap<usize, Field>,
}

/// A field of a struct expression that has a base, `..base`.
struct Field {
    name: String,
    value: Range<usize>,
    base: Range<usize>,
    /// `name` without a value of its own.
    is_short: bool,
}

impl Source {
    fn parse(text: String) -> Result<Self> {
        let mut sites = Sites::default();
        sites.visit_file(&syn::parse_file(&text)?);
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Ok(Self { text, lines, sites })
    }

    fn mutant(&self, listed: &Listed, number: usize) -> Result<Mutant> {
        let span = self.range(&listed.span)?;
        let scope = match &listed.function {
            Some(function) => self.range(&function.span)?,
            None => 0..self.text.len(),
        };
        let (alone, guarded) = self.changes(listed, span, number).context("there is no such code")?;
        Ok(Mutant { number, name: listed.name.clone(), file: listed.file.clone(), scope, alone, guarded })
    }

    /// The change of a mutant alone, and guarded.
    fn changes(&self, mutant: &Listed, span: Range<usize>, number: usize) -> Option<(Change, Change)> {
        let text = |range: Range<usize>| &self.text[range];
        let insertion = |at: usize, text: String| Change { range: at..at, text };
        let is_on = format!("crate::mutant::is({number})");
        let new = &mutant.replacement;
        let guarded = match mutant.genre {
            Genre::FnValue => insertion(span.start, format!("if {is_on} {{ return {new}; }} ")),
            Genre::MatchArm => insertion(*self.sites.patterns.get(&span.start)?, format!(" if !{is_on}")),
            Genre::MatchArmGuard => Change { range: span.clone(), text: new.clone() },
            Genre::StructField => {
                let Field { name, value, base, is_short } = self.sites.fields.get(&span.start)?;
                let default = format!("({}).{name}", text(base.clone()));
                if *is_short {
                    insertion(value.end, format!(": if {is_on} {{ {default} }} else {{ {name} }}"))
                } else {
                    Change { range: value.clone(), text: default }
                }
            }
            Genre::BinaryOperator | Genre::UnaryOperator => {
                let range = self.sites.operations.get(&span.start)?.clone();
                let (before, after) = (text(range.start..span.start), text(span.end..range.end));
                let text = format!("{before}{new}{after}");
                // In parentheses: with a lower precedence it would otherwise be an operation of other operands.
                let alone = Change { range: range.clone(), text: format!("({text})") };
                return Some((alone, Change { range, text }));
            }
        };
        Some((Change { range: span, text: new.clone() }, guarded))
    }

    fn range(&self, lines: &Lines) -> Result<Range<usize>> {
        let byte = |position: &Position| {
            let start = *self.lines.get(position.line - 1)?;
            let column = self.text[start..].char_indices().nth(position.column - 1);
            Some(column.map_or(self.text.len(), |(bytes, _)| start + bytes))
        };
        byte(&lines.start)
            .zip(byte(&lines.end))
            .map(|(start, end)| start..end)
            .context("the mutant is of another file")
    }
}

impl Visit<'_> for Sites {
    fn visit_expr_binary(&mut self, expression: &syn::ExprBinary) {
        self.operations.insert(start(expression.op.span()), range(expression.span()));
        syn::visit::visit_expr_binary(self, expression);
    }

    fn visit_expr_unary(&mut self, expression: &syn::ExprUnary) {
        self.operations.insert(start(expression.op.span()), range(expression.span()));
        syn::visit::visit_expr_unary(self, expression);
    }

    fn visit_arm(&mut self, arm: &syn::Arm) {
        self.patterns.insert(start(arm.span()), range(arm.pat.span()).end);
        syn::visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, expression: &syn::ExprStruct) {
        for field in &expression.fields {
            if let (syn::Member::Named(name), Some(base)) = (&field.member, &expression.rest) {
                let (name, is_short) = (name.to_string(), field.colon_token.is_none());
                let (value, base) = (range(field.expr.span()), range(base.span()));
                self.fields.insert(start(field.span()), Field { name, value, base, is_short });
            }
        }
        syn::visit::visit_expr_struct(self, expression);
    }
}

fn start(span: Span) -> usize {
    range(span).start
}

fn range(span: Span) -> Range<usize> {
    span.byte_range()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of the changes of a mutant, alone and guarded, with the text that each replaces.
    fn changes(code: &str, genre: Genre, span: &str, new: &str) -> [(String, String); 2] {
        let source = Source::parse(code.to_owned()).unwrap();
        let at = code.find(span).unwrap();
        let position = |byte: usize| {
            let line = code[..byte].matches('\n').count() + 1;
            Position { line, column: code[..byte].lines().last().unwrap().chars().count() + 1 }
        };
        let span = Lines { start: position(at), end: position(at + span.len()) };
        let (name, file, function) = Default::default();
        let mutant = source
            .mutant(&Listed { name, file, genre, replacement: new.to_owned(), span, function }, 7)
            .unwrap();
        [mutant.alone, mutant.guarded].map(|Change { range, text }| (code[range].to_owned(), text))
    }

    fn pair(old: &str, new: &str) -> (String, String) {
        (old.to_owned(), new.to_owned())
    }

    #[test]
    fn an_operation_is_replaced_as_a_whole() {
        let [alone, guarded] = changes("fn f() { é = a * b + c }", Genre::BinaryOperator, "*", "-");
        assert_eq!(alone, pair("a * b", "(a - b)"));
        assert_eq!(guarded, pair("a * b", "a - b"));
        let [alone, guarded] = changes("fn f() {\n  g(!a.b())\n}", Genre::UnaryOperator, "!", "");
        assert_eq!(alone, pair("!a.b()", "(a.b())"));
        assert_eq!(guarded, pair("!a.b()", "a.b()"));
    }

    #[test]
    fn a_body_returns_early() {
        let [alone, guarded] = changes("fn f() -> u8 { g(); h() }", Genre::FnValue, "g(); h()", "0");
        assert_eq!(alone, pair("g(); h()", "0"));
        assert_eq!(guarded, pair("", "if crate::mutant::is(7) { return 0; } "));
    }

    #[test]
    fn an_arm_gets_a_guard() {
        let code = "fn f() { match a { A | B => 1, C if d => 2, _ => 3 } }";
        let [alone, guarded] = changes(code, Genre::MatchArm, "A | B => 1,", "");
        assert_eq!(alone, pair("A | B => 1,", ""));
        assert_eq!(guarded, pair("", " if !crate::mutant::is(7)"));
        let [_, guarded] = changes(code, Genre::MatchArmGuard, "d", "true");
        assert_eq!(guarded, pair("d", "true"));
    }

    #[test]
    fn a_field_falls_back_to_the_base() {
        let code = "fn f() { S { a: b + 1, c, ..d() } }";
        let [alone, guarded] = changes(code, Genre::StructField, "a: b + 1,", "");
        assert_eq!(alone, pair("a: b + 1,", ""));
        assert_eq!(guarded, pair("b + 1", "(d()).a"));
        let [_, guarded] = changes(code, Genre::StructField, "c,", "");
        assert_eq!(guarded, pair("", ": if crate::mutant::is(7) { (d()).c } else { c }"));
    }
}
