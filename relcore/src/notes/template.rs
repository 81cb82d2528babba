use super::build::{NoteItem, ReleaseNotes};
use super::render::{Format, Group, escaped, groups, listed, named, plain, text, title};
use crate::error::Result;
use crate::template::{self, Source};
use serde_json::{Value, json};

/// Returns the template of [`Format::Markdown`], to be changed and passed to [`render_template`].
///
/// ```
/// let template = relcore::notes::markdown_template();
/// assert!(template.contains("{% for section in sections %}"));
/// // Pitfall: a line that has nothing but a statement leaves no line, so an empty line in the text is one here.
/// assert!(template.contains("{% if not loop.last %}\n\n{% endif %}"));
/// ```
#[must_use]
pub fn markdown_template() -> String {
    include_str!("texts/markdown.jinja").to_owned()
}

/// Writes notes by a template of the caller.
///
/// Templates are those of Jinja that [`communication.render`](crate::communication::render()) reads: `{{ name }}`,
/// `{{ name | filter }}`, `{% if %}`, `{% for %}` and comments. They compute nothing and know no clock.
///
/// | name | content |
/// | --- | --- |
/// | `title` | version and day, `1.2.0 (2024-06-15)`; absent without a version |
/// | `version`, `date`, `warning` | those of the notes, absent if they are |
/// | `audience` | `user` |
/// | `sections` | the sections: `title` and `items` of each |
/// | `item.line` | the item as an entry of a list, as [`render_notes`](super::render_notes) writes it |
/// | `item.text`, `item.scope` | its parts; `scope` is absent if the item has none |
/// | `item.ids`, `item.issues` | lists of texts |
///
/// The text of commits is escaped for the format: in a template for Markdown it is no mention, link, tag or template.
///
/// ```
/// use relcore::change::{Policy, parse_change};
/// use relcore::notes::{Audience, Format, Spec, build_notes, render_template};
/// let changes = [parse_change("fix: problem reported by @someone", &Policy::default())?];
/// let notes = build_notes(&changes, &Spec::default(), &Audience::User)?;
/// let template = "{% for section in sections %}{% for item in section.items %}* {{ item.text | upper_first }}\n{% endfor %}{% endfor %}";
/// let text = render_template(&notes, template, &Format::Markdown)?;
/// assert_eq!(text, "* Problem reported by @<!-- -->someone\n");
/// // Pitfall: these notes have no version. `{% if version %}` asks for it.
/// let error = render_template(&notes, "## {{ version }}", &Format::Markdown).unwrap_err();
/// assert_eq!((error.code(), error.path()), ("missing_field", "notes.version"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for `{{ version`, `{% set x = 1 %}` and other templates that
/// [`templates_from_json`](crate::communication::templates_from_json) refuses; `missing_field` for each name that the template
/// shows and the notes do not have; `invalid_value` for a filter that does not exist or does not fit its value; `out_of_range`
/// for a template of more than 16 KiB or too much work.
pub fn render_template(notes: &ReleaseNotes, template: &str, format: &Format) -> Result<String> {
    let format = *format;
    let mut data = json!({ "audience": notes.audience.to_string() });
    let title = title(notes);
    let date = notes.date.map(|date| date.to_string());
    let optional =
        [("title", &title), ("version", &notes.version), ("date", &date), ("warning", &notes.warning)];
    if let Value::Object(fields) = &mut data {
        let present = optional.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
        fields.extend(present.map(|(key, text)| (key.to_owned(), Value::String(plain(text, format)))));
        let sections = groups(notes, format).into_iter().map(|group| section(&group, format));
        fields.insert("sections".to_owned(), sections.collect());
    }
    let source = Source { text: template, path: "template", name: "the template", data: "notes" };
    template::render(&source, data)
}

fn section(group: &Group<'_>, format: Format) -> Value {
    let items: Vec<Value> = group.items.iter().map(|(one, mark)| item(one, mark, format)).collect();
    json!({ "title": plain(&group.title, format), "items": items })
}

fn item(item: &NoteItem, mark: &str, format: Format) -> Value {
    let all_named = |texts: &[String]| texts.iter().map(|text| named(text, format)).collect::<Vec<_>>();
    let mut fields = json!({
        "line": listed(item, mark, format),
        "text": text(item, format),
        "ids": all_named(&item.ids),
        "issues": all_named(&item.issues),
    });
    if let (Value::Object(fields), Some(scope)) = (&mut fields, &item.scope) {
        fields.insert("scope".to_owned(), Value::String(escaped(scope, format)));
    }
    fields
}
