use super::parsed::{Form, Parsed};
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::version::Bump;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A changeset: the packages that a change touches, each with its bump, and the text for the changelog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.Changeset", rename_all = "camelCase", deny_unknown_fields)]
pub struct Changeset {
    /// The name of the file without its extension: `strange-words-combine`.
    pub id: String,
    /// The packages, in the order of the file.
    pub releases: Vec<ChangesetRelease>,
    /// The text, with all of its paragraphs.
    pub summary: String,
}

/// A package of a changeset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "change.ChangesetRelease", rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangesetRelease {
    /// The name of the package: `@x/icon`.
    pub name: String,
    /// The step that it needs.
    pub bump: Bump,
}

/// Reads a file of `.changeset/`: the packages between two lines of `---`, then the text.
///
/// ```
/// use relcore::change::parse_changeset;
/// let changeset = parse_changeset("wise-cats", "---\n\"@x/icon\": minor\n---\n\nIcons are decorative.\n\nSee the guide.\n")?;
/// assert_eq!(changeset.releases[0].name, "@x/icon");
/// assert_eq!(changeset.summary, "Icons are decorative.\n\nSee the guide.");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for a file that does not begin with `---`, or whose second `---` is missing, and for a
/// line of the packages that is not `name: bump`; `invalid_value` for a bump like `huge`; `duplicate` for a repeated package.
pub fn parse_changeset(id: &str, text: &str) -> Result<Changeset> {
    let fault = |text: &str| Error::new(ErrorKind::Syntax, "text", text);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let rest =
        text.strip_prefix("---").ok_or_else(|| fault("does not begin with `---`: expected the packages"))?;
    let mut lines = rest.split_inclusive('\n');
    let mut faults = Faults::new();
    let mut releases: Vec<ChangesetRelease> = Vec::new();
    let mut names = BTreeSet::new();
    let mut length = lines.next().map_or(0, str::len);
    let mut is_closed = false;
    for line in lines {
        length = length.saturating_add(line.len());
        let line = line.trim();
        if line == "---" {
            is_closed = true;
            break;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((package, bump)) = release(line) else {
            let text =
                format_args!("{} is not a package with its bump: expected `name: minor`", quoted(line));
            faults.add(ErrorKind::Syntax, format_args!("text"), text);
            continue;
        };
        let Some(bump) = bump_of(bump) else {
            let text =
                format_args!("{} is not a bump: expected `none`, `patch`, `minor` or `major`", quoted(bump));
            faults.add(ErrorKind::InvalidValue, format_args!("text"), text);
            continue;
        };
        if !names.insert(package) {
            faults.add(
                ErrorKind::Duplicate,
                format_args!("text"),
                format_args!("{} is repeated", quoted(package)),
            );
        }
        releases.push(ChangesetRelease { name: package.to_owned(), bump });
    }
    faults.check(
        is_closed,
        ErrorKind::Syntax,
        format_args!("text"),
        format_args!("has no second `---`: expected it after the packages"),
    );
    faults.finish()?;
    let summary = rest.get(length..).unwrap_or_default().trim().replace("\r\n", "\n");
    Ok(Changeset { id: id.to_owned(), releases, summary })
}

fn release(line: &str) -> Option<(&str, &str)> {
    let (name, bump) = match line.chars().next()? {
        quote @ ('"' | '\'') => line.get(1..)?.split_once(quote)?,
        _ => {
            let (name, bump) = line.rsplit_once(": ")?;
            return Some((name.trim(), unquoted(bump.trim()))).filter(|(name, _)| !name.is_empty());
        }
    };
    let bump = bump.trim_start().strip_prefix(':')?.trim();
    (!name.is_empty()).then(|| (name, unquoted(bump)))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

fn bump_of(text: &str) -> Option<Bump> {
    match text {
        "none" => Some(Bump::None),
        "patch" => Some(Bump::Patch),
        "minor" => Some(Bump::Minor),
        "major" => Some(Bump::Major),
        _ => None,
    }
}

/// The change that a changeset means for one package, to be counted with the changes of commits.
///
/// ```
/// use relcore::change::{changeset_change, parse_changeset};
/// let changeset = parse_changeset("wise-cats", "---\n\"@x/icon\": major\n---\nIcons are gone.\n\nUse text.")?;
/// let change = changeset_change(&changeset, "@x/icon").unwrap();
/// assert_eq!((change.breaking, change.description.as_str()), (true, "Icons are gone."));
/// assert!(changeset_change(&changeset, "@x/other").is_none());
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn changeset_change(changeset: &Changeset, name: &str) -> Option<Parsed> {
    let release = changeset.releases.iter().find(|release| release.name == name)?;
    let mut change = Parsed::empty(Form::Changeset);
    let (first, rest) = changeset.summary.split_once("\n\n").unwrap_or((&changeset.summary, ""));
    change.id = Some(changeset.id.clone());
    change.description = first.trim().to_owned();
    change.body = Some(rest.trim().to_owned()).filter(|body| !body.is_empty());
    change.bump = release.bump;
    change.breaking = release.bump == Bump::Major;
    change.breaking_text = change.breaking.then(|| changeset.summary.clone());
    Some(change)
}
