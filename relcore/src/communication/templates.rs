use crate::error::{ErrorKind, Faults, Result, join, shortened};
use crate::input::input;
use crate::template;
use crate::wire::{self, PolicyText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

input! {
    /// The templates of an organisation, by their ids, in the language of Jinja.
    ///
    /// ```
    /// use relcore::communication::Templates;
    /// let mut own = Templates::default();
    /// own.templates.insert("announcement_short".to_owned(), "{{ product }} {{ version }} is here.\n".to_owned());
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.Templates", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Templates {
        /// The texts by the ids of the templates, at most 16 KiB each. Default: none.
        pub templates: BTreeMap<String, String>,
    }
}

/// The ids and the texts of the standard templates.
const STANDARD: &[(&str, &str)] = &[
    ("announcement", include_str!("texts/announcement.jinja")),
    ("announcement_short", include_str!("texts/announcement_short.jinja")),
    ("deprecation_notice", include_str!("texts/deprecation_notice.jinja")),
    ("development_brief", include_str!("texts/development_brief.jinja")),
    ("operations_brief", include_str!("texts/operations_brief.jinja")),
    ("product_brief", include_str!("texts/product_brief.jinja")),
    ("qa_brief", include_str!("texts/qa_brief.jinja")),
    ("release_status", include_str!("texts/release_status.jinja")),
    ("security_advisory", include_str!("texts/security_advisory.jinja")),
    ("support_brief", include_str!("texts/support_brief.jinja")),
    ("upgrade_instructions", include_str!("texts/upgrade_instructions.jinja")),
];

pub(super) fn standard(id: &str) -> Option<&'static str> {
    STANDARD.iter().find(|(of, _)| *of == id).map(|(_, text)| *text)
}

/// Returns the standard templates, to be changed and passed to [`render`](super::render()).
///
/// | id | content |
/// | --- | --- |
/// | `announcement`, `announcement_short` | what is new, improved, fixed, breaking and deprecated; a sentence for social media and apps |
/// | `upgrade_instructions` | what breaks, and the steps |
/// | `deprecation_notice` | what goes when, and what to use instead |
/// | `security_advisory` | the vulnerabilities, their severity, the affected versions, the fix and workarounds |
/// | `support_brief` | features, questions, known issues, troubleshooting, documents, the escalation path |
/// | `development_brief` | the freezes, the schedule of the tests, who is on call |
/// | `qa_brief` | plan and scope, regression suite, benchmarks, what is needed to sign off |
/// | `operations_brief` | the deployment window, runbooks, monitoring, the way back |
/// | `product_brief` | the timeline, key features, the impact on customers, what a go needs |
/// | `release_status` | how it went, known issues, metrics, next steps |
///
/// ```
/// let templates = relcore::communication::standard_templates().templates;
/// assert_eq!(templates.len(), 11);
/// ```
#[must_use]
pub fn standard_templates() -> Templates {
    let row = |(id, text): &(&str, &str)| ((*id).to_owned(), (*text).to_owned());
    Templates { templates: STANDARD.iter().map(row).collect() }
}

/// Reads templates from JSON text.
///
/// ```
/// use relcore::communication::templates_from_json;
/// assert!(templates_from_json(r#"{"templates": {"legal": "{{ product }}: {{ extra.clause }}"}}"#).is_ok());
/// // Pitfall: a template shows values. It computes nothing.
/// let error = templates_from_json(r#"{"templates": {"legal": "{% set x = 1 %}"}}"#).unwrap_err();
/// assert_eq!((error.code(), error.path()), ("syntax", "templates.legal"));
/// ```
///
/// # Errors
/// All faults at once: `syntax` for text that is not JSON, for `{{ product`, and for what [`render`](super::render()) does not have,
/// such as `{% include %}`, tags of more than 256 bytes and statements nested more than 16 deep; `unknown_field`; `out_of_range` for a
/// template of more than 16 KiB.
pub fn templates_from_json(text: &str) -> Result<Templates> {
    wire::policy_from_json(text)
}

/// Reads templates from YAML text.
///
/// # Errors
/// As [`templates_from_json`], with the line and the column of each fault.
#[cfg(feature = "yaml")]
pub fn templates_from_yaml(text: &str) -> Result<Templates> {
    wire::policy_from_yaml(text)
}

impl PolicyText for Templates {
    const TYPE: &'static str = "communication.Templates";

    fn check(&self, path: &str, faults: &mut Faults) {
        for (id, text) in &self.templates {
            let at = join(path, &format!("templates.{}", shortened(id)));
            faults.check(
                !id.trim().is_empty(),
                ErrorKind::InvalidValue,
                format_args!("{at}"),
                format_args!("has an empty id"),
            );
            faults.absorb(template::check(text).map_err(|error| error.under(&at)));
        }
    }
}
