use super::action::ActionItem;
use crate::error::Result;
use crate::readiness::{ChecklistItem, Checklists, checklist};
use serde::{Deserialize, Serialize};

/// Returns what is asked in a retrospective: the section `Questions` of the checklist `retrospective`, the own one or else the
/// standard one. A checklist without that section has questions only.
///
/// ```
/// let questions = relcore::retrospective::questions(None)?;
/// assert_eq!(questions[0].text, "What went well?");
/// // Pitfall: the other sections are not asked, but written down and followed up: `readiness.checklist` has all.
/// assert_eq!(questions.len(), 4);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`readiness.checklists_from_json`](crate::readiness::checklists_from_json) under `overrides`.
pub fn questions(overrides: Option<&Checklists>) -> Result<Vec<ChecklistItem>> {
    let items = checklist("retrospective", overrides)?.items;
    let is_question = |item: &ChecklistItem| item.section.as_deref() == Some("Questions");
    let has_section = items.iter().any(is_question);
    Ok(items.into_iter().filter(|item| !has_section || is_question(item)).collect())
}

/// Finds people in the action items: a retrospective looks for causes in systems and roles.
///
/// A name counts in upper and lower case, and only as a whole word.
///
/// ```
/// use relcore::retrospective::{ActionItem, ActionKind, named_people};
/// let item = ActionItem::new("review", "Ana must review migrations", ActionKind::Process).owner("tech lead");
/// let found = named_people(&[item], &["ana".to_owned()])?;
/// assert_eq!((&*found[0].field, &*found[0].person), ("text", "ana"));
///
/// // Pitfall: an analysis names nobody.
/// let item = ActionItem::new("review", "Add an analysis of migrations", ActionKind::Tool);
/// assert_eq!(named_people(&[item], &["Ana".to_owned()])?, []);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// None so far: an empty name is in no text.
pub fn named_people(items: &[ActionItem], people: &[String]) -> Result<Vec<NamedPerson>> {
    let people: Vec<(&String, String)> = people.iter().map(|person| (person, words(person))).collect();
    let mut found = Vec::new();
    for item in items {
        for (field, text) in [("text", Some(&item.text)), ("owner", item.owner.as_ref())] {
            let Some(text) = text.map(|text| words(text)) else { continue };
            // Blanks around make a part of a word no word.
            for (person, _) in
                people.iter().filter(|(_, name)| name.len() > 1 && text.contains(name.as_str()))
            {
                let (id, person) = (item.id.clone(), (*person).clone());
                found.push(NamedPerson { id, field: field.to_owned(), person });
            }
        }
    }
    Ok(found)
}

/// The words of a text in lower case, each with a blank before and after it.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |mut all, word| {
        all.push_str(word);
        all.push(' ');
        all
    })
}

/// A person in an action item, found by [`named_people`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "retrospective.NamedPerson", rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedPerson {
    /// The id of the item.
    pub id: String,
    /// The field: `text` or `owner`.
    pub field: String,
    /// The person, as in the list.
    pub person: String,
}
