use super::data::MessageData;
use super::templates::{Templates, standard};
use crate::error::{Error, ErrorKind, Faults, Result, quoted, shortened};
use crate::template::{self, Source};
use crate::wire::PolicyText as _;

/// Writes the text of a message: of the own template with this id, or else of the standard one.
///
/// Templates are those of Jinja: `{{ name }}`, `{{ name | filter }}`, `{% if %}`, `{% for %}`, comments. The names are those of
/// [`MessageData`] on the wire (`knownIssues`). The filters are `one_line`, `join(", ")` for lists, `local(zone)` for instants,
/// `html` and `markdown` for what is shown as such, `upper`, `lower`, `upper_first` and `default("…")`; the test is `defined`. Templates compute nothing: they have no operators but comparisons, no
/// assignments, macros and includes. So each ends, and its text is at most 1 MiB long.
///
/// ```
/// use relcore::communication::{MessageData, render};
/// let data = MessageData::default()
///     .product("shop")
///     .version(relcore::Version::parse("2.0.0")?)
///     .notes_link("https://example.com/notes");
/// let text = render("announcement_short", &data, None)?;
/// assert_eq!(text, "shop 2.0.0 is available. What is new: https://example.com/notes\n");
///
/// // Pitfall: a list that is not known is not an empty list, so a brief never says that there are no known issues by mistake.
/// let error = render("support_brief", &data, None).unwrap_err();
/// assert_eq!((error.code(), error.path()), ("missing_field", "data.features"));
/// assert_eq!(error.faults().len(), 7);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `unknown_reference` for a template that neither has; those of [`data_from_json`](super::data_from_json) under `data` and of
/// [`templates_from_json`](super::templates_from_json) under `overrides`; `missing_field` for each key that the template shows and the
/// data do not have; `invalid_value` for a filter that does not exist or does not fit its value; `out_of_range` for too much work.
pub fn render(template: &str, data: &MessageData, overrides: Option<&Templates>) -> Result<String> {
    let mut faults = Faults::new();
    data.check("data", &mut faults);
    if let Some(overrides) = overrides {
        overrides.check("overrides", &mut faults);
    }
    let own = overrides.and_then(|overrides| overrides.templates.get(template));
    let text = own.map(String::as_str).or_else(|| standard(template)).unwrap_or_else(|| {
        let text = format_args!("there is no template {}", quoted(template));
        faults.add(ErrorKind::UnknownReference, format_args!("template"), text);
        ""
    });
    faults.finish()?;

    let path = match own {
        Some(_) => format!("overrides.templates.{}", shortened(template)),
        None => "template".to_owned(),
    };
    let wire = serde_json::to_value(data)
        .map_err(|fault| Error::new(ErrorKind::InvalidValue, "data", format!("has no wire form: {fault}")))?;
    let name = format!("the template {}", quoted(template));
    template::render(&Source { text, path: &path, name: &name, data: "data" }, wire)
}
