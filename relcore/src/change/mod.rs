//! Reads commit messages, pull request titles and changesets: which change is this, what breaks, which step does it need?
//!
//! [`parse_change`] reads a message by Conventional Commits 1.0.0 or as the field's tools do ([`Dialect`]), and says what
//! looks breaking and does not count. [`parse_commits`] reads many, and what a squash commit lists. [`lint`] checks a
//! message and says how to mend it. [`parse_changeset`] reads the files of changesets. [`changes_since`] says which changes
//! of a repository are not released.
//!
//! # Where tools disagree
//!
//! The bump of a message in five published parsers, and here in each dialect. A text in brackets is the diagnostic.
//!
//! | message | git-conventional | preset conventionalcommits | semantic-release | release-please | cocogitto | `spec` | `conventionalcommits` | `angular` |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | `feat!: x` | major | major | none | major | major | major | major | none (`breaking_mark_not_read`) |
//! | footer `BREAKING-CHANGE: x` | major | major | patch | major | major | major | major | major |
//! | footer `breaking change: x` | no effect | major | major | no effect | no effect | no effect (`breaking_lowercase`) | major | major |
//! | `FEAT: x` | minor | patch | minor | patch | minor | minor | minor | minor |
//! | `BREAKING CHANGE: x` in the body | no effect | major | major | major | major | no effect (`breaking_not_in_footer`) | major | major |
//! | indented ` BREAKING CHANGE: x` | no effect | no effect | major | no effect | major | no effect (`breaking_indented`) | no effect (`breaking_indented`) | major |
//! | `BREAKING CHANGE was discussed` | no effect | no effect | major | no effect | no effect | no effect (`breaking_without_colon`) | no effect | major |
//! | `* BREAKING CHANGE: x` in a list | no effect | major | major | no effect | no effect | no effect (`breaking_in_list`) | major | major |
//! | `BREAKING CHANGE #12` | major | no effect | major | major | major | no effect (`breaking_with_number`) | no effect | major |
//! | `BREAKING CHANGE:x` | major | major | major | major | no effect | no effect (`breaking_without_space`) | major | major |
//! | `feat:x` | minor | none | none | minor | invalid | none (`missing_space`) | none | none |
//! | `feat(): x` | invalid | minor | minor | invalid | invalid | none (`invalid_scope`) | minor | minor |
//! | `feat: x`, then text without a blank line | invalid | minor | minor | minor | minor | none (`missing_blank_line`) | minor | minor |
//! | `Revert "feat: x"` | invalid | patch | patch | invalid | invalid | none | patch | patch |
//! | `perf: x` | none | patch | patch | patch | none | none | patch | patch |
//! | byte order mark, `feat: x` | none | none | none | minor | invalid | none (`hidden_character`) | none | none |
//!
//! # Pitfalls
//!
//! - Under `spec`, only `feat`, `fix` and breaking changes need a version. Add other types to the policy, and rules for scopes,
//!   reverts and texts ([`BumpRule`]).
//! - A squash commit counts as its title alone. Under [`Squash::Expand`] what it lists counts, too, and can only raise the
//!   step.
//! - `Refs: #1` after a blank line begins the footers, and every text up to the next token belongs to it.
mod breaking;
mod changeset;
mod commit;
mod diagnostic;
mod grammar;
mod graph;
mod history;
mod lint;
mod parse;
mod parsed;
mod parser;
mod policy;
mod reference;
mod revert;
mod since;
mod squash;
mod suggest;

pub use changeset::{Changeset, ChangesetRelease, changeset_change, parse_changeset};
pub use commit::{Commit, parse_commits};
pub use diagnostic::{Diagnostic, DiagnosticCode};
pub use history::{Cancelled, History, Line, Released, TaggedCommit, Unreleased};
pub use lint::lint;
pub use parse::parse_change;
pub use parsed::{Footer, Form, Parsed};
pub use parser::Parser;
#[cfg(feature = "yaml")]
pub use policy::policy_from_yaml;
pub use policy::{BumpRule, Dialect, Policy, Squash, SuspectedBreaking, default_policy, policy_from_json};
pub use reference::Reference;
pub(crate) use revert::{Entry, links};
pub use since::changes_since;
pub use squash::expand_squash;

crate::scalar::texts!(Dialect, DiagnosticCode, Form, Squash, SuspectedBreaking);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            change {
                policy Policy: default_policy, policy_from_json, policy_from_yaml;

                #[plain]
                fn changeset_change(changeset: &Changeset, name: &str) -> Option<Parsed>;
                fn changes_since(history: &History, line: &Line, policy: &Policy) -> Unreleased;
                fn expand_squash(text: &str, policy: &Policy) -> Vec<String>;
                fn lint(text: &str, policy: &Policy) -> Vec<Diagnostic>;
                fn parse_change(text: &str, policy: &Policy) -> Parsed;
                fn parse_changeset(id: &str, text: &str) -> Changeset;
                fn parse_commits(commits: &[Commit], policy: &Policy) -> Vec<Parsed>;
                handle Parser(policy: Policy) {
                    fn parse_change(text: &str) -> Parsed;
                    fn parse_commits(commits: &[Commit]) -> Vec<Parsed>;
                }
            }
        }
    };
}
pub(crate) use table_rows;
