use super::items::{Checklist, ChecklistItem};
use crate::error::{Faults, Result};
use crate::release::Type;
use serde::{Deserialize, Serialize};

/// The form in which a checklist is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.ChecklistForm", rename_all = "snake_case")]
pub enum ChecklistForm {
    /// Markdown with a box to tick for each item.
    Markdown,
    /// An issue template of GitHub, for `.github/ISSUE_TEMPLATE/release.md`: the Markdown under its front matter.
    GithubIssueTemplate,
    /// CSV that Jira imports: a task for each item.
    JiraCsv,
    /// CSV that Notion imports as a database: a page for each item.
    NotionCsv,
}

/// Writes a checklist, or the items of it that a release type needs, for another tool.
///
/// ```
/// use relcore::readiness::{ChecklistForm, checklist, export_checklist};
/// let text = export_checklist(&checklist("agenda", None)?, &ChecklistForm::Markdown, None)?;
/// assert!(text.starts_with("# Agenda of the go/no-go meeting\n\n- [ ] Go through the release checklist"));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: a text is one line in every form. In CSV, one that begins like a formula gets an apostrophe in front, because
/// spreadsheets would run it.
///
/// # Errors
/// As [`checklists_from_json`](super::checklists_from_json), under `checklist`.
pub fn export_checklist(
    checklist: &Checklist,
    form: &ChecklistForm,
    release_type: Option<&Type>,
) -> Result<String> {
    let mut faults = Faults::new();
    checklist.check("checklist", &mut faults);
    faults.finish()?;
    let items = || checklist.items_for(release_type.copied());
    Ok(match form {
        ChecklistForm::Markdown => markdown(&checklist.title, items()),
        ChecklistForm::GithubIssueTemplate => {
            // A JSON text is a double-quoted scalar of YAML.
            let title = serde_json::Value::from(one_line(&checklist.title));
            let label = serde_json::Value::from(one_line(&checklist.id));
            let body = markdown(&checklist.title, items());
            format!("---\nname: {title}\nabout: {title}\ntitle: {title}\nlabels: [{label}]\n---\n\n{body}")
        }
        ChecklistForm::JiraCsv => csv(&["Summary", "Issue Type", "Labels", "Description"], items(), |item| {
            let label = |text: &str| one_line(text).replace(' ', "_");
            vec![one_line(&item.text), "Task".to_owned(), label(&checklist.id), description(item)]
        }),
        ChecklistForm::NotionCsv => {
            csv(&["Name", "Status", "Section", "Evidence", "Required for", "ID"], items(), |item| {
                vec![
                    one_line(&item.text),
                    "Not started".to_owned(),
                    one_line(item.section.as_deref().unwrap_or(&checklist.title)),
                    item.evidence_kind.to_string(),
                    types(item, "all"),
                    item.id.clone(),
                ]
            })
        }
    })
}

/// Returns a workflow of GitHub Actions for the checklist `pipeline`: tests and a scan of dependencies, a build that waits for
/// both, a deployment that takes the artifact of the build by its digest.
///
/// Replace the commands by those of the project. The workflow has no permissions but to read the repository.
///
/// ```
/// let workflow = relcore::readiness::release_workflow();
/// assert!(workflow.contains("needs: [test, security]"));
/// ```
#[must_use]
pub fn release_workflow() -> String {
    WORKFLOW.to_owned()
}

const WORKFLOW: &str = r#"# A release: tests and a scan, a build, and the deployment of exactly that build.
name: Release
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
concurrency:
  group: release
  cancel-in-progress: false
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Run the tests
        run: ./scripts/test.sh
  security:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Scan the dependencies
        run: ./scripts/scan.sh
  build:
    needs: [test, security]
    runs-on: ubuntu-latest
    outputs:
      digest: ${{ steps.digest.outputs.digest }}
    steps:
      - uses: actions/checkout@v4
      - name: Build
        run: ./scripts/build.sh dist/release.tar.gz
      - name: Take the digest
        id: digest
        run: echo "digest=sha256:$(sha256sum dist/release.tar.gz | cut -d' ' -f1)" >> "$GITHUB_OUTPUT"
      - uses: actions/upload-artifact@v4
        with:
          name: release
          path: dist/release.tar.gz
          if-no-files-found: error
  deploy:
    needs: build
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v4
        with:
          name: release
          path: dist
      - name: Compare the digest
        env:
          DIGEST: ${{ needs.build.outputs.digest }}
        run: echo "${DIGEST#sha256:}  dist/release.tar.gz" | sha256sum --check
      - name: Deploy
        run: ./scripts/deploy.sh dist/release.tar.gz
"#;

fn markdown<'a>(title: &str, items: impl Iterator<Item = &'a ChecklistItem>) -> String {
    let mut out = format!("# {}\n", one_line(title));
    let mut section = None;
    let mut is_first = true;
    for item in items {
        if is_first || section != item.section.as_ref() {
            section = item.section.as_ref();
            is_first = false;
            out.push('\n');
            if let Some(section) = section {
                out.push_str(&format!("## {}\n\n", one_line(section)));
            }
        }
        let types = types(item, "");
        let only = if types.is_empty() { types } else { format!(" ({types})") };
        out.push_str(&format!("- [ ] {}{only} `{}`\n", one_line(&item.text), item.id));
    }
    out
}

/// The section, the id, the evidence and the types of an item in one text.
fn description(item: &ChecklistItem) -> String {
    let mut parts = vec![format!("id: {}", item.id), format!("evidence: {}", item.evidence_kind)];
    if let Some(section) = &item.section {
        parts.insert(0, one_line(section));
    }
    let types = types(item, "");
    if !types.is_empty() {
        parts.push(format!("required for: {types}"));
    }
    parts.join("; ")
}

fn types(item: &ChecklistItem, all: &str) -> String {
    if item.required_for.is_empty() {
        return all.to_owned();
    }
    let types: Vec<String> = item.required_for.iter().map(ToString::to_string).collect();
    types.join(", ")
}

/// A text without line breaks and repeated blanks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Records of RFC 4180.
fn csv<'a>(
    columns: &[&str],
    items: impl Iterator<Item = &'a ChecklistItem>,
    record: impl Fn(&ChecklistItem) -> Vec<String>,
) -> String {
    let mut out = format!("{}\r\n", columns.join(","));
    for item in items {
        let cells: Vec<String> = record(item).iter().map(|cell| cell_of(cell)).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

fn cell_of(text: &str) -> String {
    // Spreadsheets take these for formulas.
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
