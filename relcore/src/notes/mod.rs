//! Release notes for each audience, and the changelog that they go into.
//!
//! [`build_notes`] sorts the changes of a release into sections for an audience. [`render_notes`] writes them as Markdown, as
//! the groups of Keep a Changelog, as plain text within the limit of a store, or for Slack. [`merge_changelog`] writes a
//! release into a changelog and changes nothing else of it; [`parse_changelog`] reads one. [`render_template`] writes notes by a
//! template of yours.
//!
//! # Pitfalls
//!
//! - Pass the changes of [`changes_since`](crate::change::changes_since): there what was taken back is gone, and a merge and
//!   its commit are one.
//! - A change under embargo is left out for every audience, also for developers. Notes are public sooner than one thinks.
//! - In Markdown, the marks of a commit's text come out with backslashes, so that readers see what the author wrote: a mention, a
//!   link, a tag or template syntax of the text does nothing. What people wrote, changesets too, is Markdown and stays as it is.
//! - Slack makes mentions of `@here` only where a message is sent with `link_names` or `parse: full`; do not set them.
mod build;
mod changelog;
mod embargo;
mod escape;
mod layout;
mod merge;
mod render;
mod request;
mod spec;
mod template;

pub use build::{MergedChange, NoteItem, NoteSection, ReleaseNotes, build_notes};
pub use changelog::{Changelog, ChangelogEntry, ChangelogGroup, parse_changelog};
pub use layout::LinkReference;
pub use merge::{ReleaseEntry, merge_changelog};
pub use render::{Format, RenderedNotes, render_notes};
#[cfg(feature = "yaml")]
pub use spec::spec_from_yaml;
pub use spec::{Audience, MergedRequest, SectionKind, Spec, WrittenItem, default_spec, spec_from_json};
pub use template::{markdown_template, render_template};

crate::scalar::texts!(Audience, Format, SectionKind);

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            notes {
                policy Spec: default_spec, spec_from_json, spec_from_yaml;

                fn build_notes(changes: &[crate::change::Parsed], spec: &Spec, audience: &Audience) -> ReleaseNotes;
                #[plain]
                fn markdown_template() -> String;
                fn merge_changelog(text: &str, entry: &ReleaseEntry) -> String;
                #[plain]
                fn parse_changelog(text: &str) -> Changelog;
                #[plain]
                fn render_notes(notes: &ReleaseNotes, format: &Format, limit: Option<Count>) -> RenderedNotes;
                fn render_template(notes: &ReleaseNotes, template: &str, format: &Format) -> String;
            }
        }
    };
}
pub(crate) use table_rows;
