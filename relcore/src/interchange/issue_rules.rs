//! Which issues of a tracker are incidents and bugs.
use super::rows::{Event, Skip, SkipCode};
use crate::input::input;
use crate::metrics::{Bug, BugPhase, Incident};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

input! {
    /// Which issues of a tracker are incidents and bugs, by their labels and, in Jira, by their type. Names are compared in any
    /// case of letters.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.IssueRules", rename_all = "camelCase", deny_unknown_fields)]
    pub struct IssueRules {
        /// The service of the events.
        pub service: String,
        /// The names that make an issue an incident; `incident` by default. They come before those of bugs.
        #[serde(default = "incident")]
        pub incidents: Vec<String>,
        /// The names that make an issue a bug; `bug` by default.
        #[serde(default = "bug")]
        pub bugs: Vec<String>,
        /// The names of bugs that were found before the release; none by default, so that every bug has escaped to production.
        #[serde(default)]
        pub pre_release: Vec<String>,
        /// What a label with the severity begins with: `severity:` finds `SEV1` in `severity: SEV1`. Left out when labels have
        /// no severity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub severity_prefix: Option<String>,
    }
}

impl IssueRules {
    /// The labels `incident` and `bug`.
    #[must_use]
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            incidents: incident(),
            bugs: bug(),
            pre_release: vec![],
            severity_prefix: None,
        }
    }

    /// What an issue with these names is.
    pub(super) fn kind(&self, names: &[&str], field: &str) -> Result<IssueKind, Skip> {
        let has = |rule: &[String]| rule.iter().any(|one| names.iter().any(|name| same(one, name)));
        let severity = self.severity_prefix.as_deref().and_then(|prefix| {
            let found = names.iter().find_map(|name| strip(name, prefix))?.trim();
            Some(found.to_owned()).filter(|found| !found.is_empty())
        });
        if has(&self.incidents) {
            Ok(IssueKind { phase: None, severity })
        } else if has(&self.bugs) {
            let phase = if has(&self.pre_release) { BugPhase::PreRelease } else { BugPhase::Production };
            Ok(IssueKind { phase: Some(phase), severity })
        } else {
            let text = "names neither an incident nor a bug of the rules";
            Err(Skip::new(SkipCode::OtherKind, field, text))
        }
    }

    pub(super) fn event(
        &self,
        kind: IssueKind,
        id: String,
        opened_at: Timestamp,
        closed_at: Option<Timestamp>,
    ) -> Event {
        if let Some(phase) = kind.phase {
            let mut bug = Bug::new(id, &self.service, phase, opened_at);
            bug.severity = kind.severity;
            return Event::Bug(bug);
        }
        let mut incident = Incident::new(id, &self.service, opened_at);
        incident.resolved_at = closed_at;
        incident.severity = kind.severity;
        Event::Incident(incident)
    }
}

/// What an issue is: a bug of a phase, or an incident.
pub(super) struct IssueKind {
    phase: Option<BugPhase>,
    pub(super) severity: Option<String>,
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What follows a prefix, in any case of ASCII letters.
fn strip<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn incident() -> Vec<String> {
    vec!["incident".to_owned()]
}

fn bug() -> Vec<String> {
    vec!["bug".to_owned()]
}
