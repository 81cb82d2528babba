use super::diagnostic::{Diagnostic, DiagnosticCode};
use super::parse::read;
use super::parsed::Form;
use super::policy::{Policy, Squash};
use super::suggest::nearest_type;
use crate::error::Result;
use crate::reason::Severity;

/// Checks a commit message, or the title and the body of a pull request, and says how to mend it.
///
/// A diagnostic of severity `error` means that the message should be refused. Merges and git's reverts pass. Lines that
/// begin with `#` are comments of git's editor and count as text here: pass what git strips.
///
/// ```
/// use relcore::change::{DiagnosticCode, Policy, lint};
/// let found = lint("feature : dark mode", &Policy::default())?;
/// assert_eq!(found[0].code, DiagnosticCode::MissingType);
/// assert_eq!(found[0].hint.as_deref(), Some("feat: dark mode"));
/// assert!(lint("feat: dark mode", &Policy::default())?.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// Those of [`policy_from_json`](super::policy_from_json) under `policy`.
pub fn lint(text: &str, policy: &Policy) -> Result<Vec<Diagnostic>> {
    policy.checked()?;
    let literal = Policy { squash: Squash::Literal, ..policy.clone() };
    let message = text;
    let change = read(message, &literal);
    let mut found = change.diagnostics.clone();
    for diagnostic in &mut found {
        let is_form = matches!(
            diagnostic.code,
            DiagnosticCode::MissingType
                | DiagnosticCode::HiddenCharacter
                | DiagnosticCode::InvalidScope
                | DiagnosticCode::MissingSpace
                | DiagnosticCode::MissingDescription
                | DiagnosticCode::MissingBlankLine
                | DiagnosticCode::FixupCommit
        );
        if is_form {
            diagnostic.severity = Severity::Error;
        }
    }
    let mut add = |code, severity, text: String, hint: Option<String>| {
        found.push(Diagnostic { code, severity, line: 1, text, hint });
    };
    let header = message.lines().next().unwrap_or_default();
    if matches!(change.form, Form::Merge | Form::Revert) {
        return Ok(found);
    }
    let length = header.chars().count();
    let longest = policy.longest_header.unwrap_or(100);
    if u32::try_from(length).map_or(true, |length| length > longest) {
        let text = format!("the header has {length} characters: expected at most {longest}");
        add(DiagnosticCode::HeaderTooLong, Severity::Error, text, None);
    }
    if let Some(change_type) = &change.change_type {
        let is_allowed = if policy.allowed_types.is_empty() {
            policy.knows(change_type)
        } else {
            policy.allowed_types.iter().any(|name| name.eq_ignore_ascii_case(change_type))
        };
        if !is_allowed {
            let meant = nearest_type(change_type, policy);
            let hint = meant.map(|meant| {
                let mut mended = change.clone();
                mended.change_type = Some(meant);
                mended.header()
            });
            let severity = if policy.allowed_types.is_empty() { Severity::Warning } else { Severity::Error };
            add(
                DiagnosticCode::UnknownType,
                severity,
                format!("the type `{change_type}` is not known"),
                hint,
            );
        }
        if let Some(scope) = &change.scope
            && !policy.allowed_scopes.is_empty()
            && !policy.allowed_scopes.contains(scope)
        {
            let text = format!("the scope `{scope}` is not one of {}", policy.allowed_scopes.join(", "));
            add(DiagnosticCode::UnknownScope, Severity::Error, text, None);
        }
        if change.description.ends_with('.') && !change.description.ends_with("..") {
            let mut mended = change.clone();
            mended.description = change.description.trim_end_matches('.').to_owned();
            let text = "the description ends with a full stop".to_owned();
            add(DiagnosticCode::TrailingStop, Severity::Warning, text, Some(mended.header()));
        }
    }
    Ok(found)
}
