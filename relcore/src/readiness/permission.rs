use super::policy::Check;
use crate::decision::{Explain, Outcome};
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a build may be released now, made by [`may_release`](super::may_release).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.Permission", rename_all = "camelCase", deny_unknown_fields)]
pub struct Permission {
    /// Yes, later, no, or inconclusive.
    pub verdict: PermissionVerdict,
    /// The digest of the artifact.
    pub artifact: String,
    /// The environment.
    pub environment: String,
    /// The earliest instant at which all checks let it through, if time alone is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// The checks, each for itself.
    pub checks: Vec<CheckResult>,
    /// The reasons of all checks, the most severe first. Never empty.
    pub reasons: Vec<Reason>,
    /// The facts that are missing: `roster`, `facts.tests_passing`, `deployed.version`.
    pub missing: Vec<String>,
    /// The instant at which time alone changes the verdict: of `later` its opening, of `yes` its close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_check_at: Option<Timestamp>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
    /// The version of the time zone database that was applied.
    pub tzdb_version: String,
}

/// Whether a build may be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.PermissionVerdict", rename_all = "snake_case")]
pub enum PermissionVerdict {
    /// Now.
    Yes,
    /// Not now. Time alone opens it.
    Later,
    /// Facts are missing, and nothing that is known forbids it.
    Inconclusive,
    /// No: something other than time has to change.
    No,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "readiness.CheckResult", rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckResult {
    /// The check.
    pub check: Check,
    /// Its verdict, as if the others were not there.
    pub verdict: PermissionVerdict,
    /// When time alone opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
}

/// Writes a permission as text for a person.
///
/// ```
/// use relcore::readiness::{Candidate, Request, Situation, default_policy, explain_permission, may_release};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let candidate = Candidate::new(format!("sha256:{}", "a".repeat(64)), now);
/// let request = Request::new(candidate, "production");
/// let permission = may_release(&request, &Situation::default(), &default_policy(), now)?;
/// assert!(explain_permission(&permission).starts_with("INCONCLUSIVE"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn explain_permission(permission: &Permission) -> String {
    permission.explain()
}

/// The consequence of a permission for its caller: `proceed` for yes, `wait` for later, else `ask`.
///
/// ```
/// use relcore::decision::Outcome;
/// use relcore::readiness::{Candidate, Request, Situation, default_policy, may_release, outcome_of_permission};
/// let now = relcore::Timestamp::parse("2026-11-23T12:00:00Z")?;
/// let candidate = Candidate::new(format!("sha256:{}", "a".repeat(64)), now);
/// let request = Request::new(candidate, "production");
/// let permission = may_release(&request, &Situation::default(), &default_policy(), now)?;
/// assert_eq!(outcome_of_permission(&permission), Outcome::Ask); // nothing is known, and waiting does not help
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn outcome_of_permission(permission: &Permission) -> Outcome {
    Explain::outcome(permission)
}

/// The text of [`explain_permission`].
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Explain::explain(self))
    }
}

impl Explain for Permission {
    fn headline(&self) -> String {
        let environment = &self.environment;
        match (self.verdict, self.opens_at, self.next_check_at) {
            (PermissionVerdict::Yes, _, Some(at)) => {
                format!("YES: the build may be released to `{environment}` before {at}")
            }
            (PermissionVerdict::Yes, _, None) => {
                format!("YES: the build may be released to `{environment}`")
            }
            (PermissionVerdict::Later, Some(at), _) => {
                format!("LATER: the build may be released to `{environment}` at {at}")
            }
            (PermissionVerdict::Inconclusive, ..) => {
                format!("INCONCLUSIVE: it is not known whether the build may be released to `{environment}`")
            }
            _ => format!("NO: the build may not be released to `{environment}`"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self.verdict {
            PermissionVerdict::Yes => Outcome::Proceed,
            PermissionVerdict::Later => Outcome::Wait,
            PermissionVerdict::Inconclusive | PermissionVerdict::No => Outcome::Ask,
        }
    }

    fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    fn missing(&self) -> &[String] {
        &self.missing
    }

    fn next_check_at(&self) -> Option<Timestamp> {
        self.next_check_at
    }

    fn next_check_event(&self) -> &'static str {
        match self.verdict {
            PermissionVerdict::Yes => ", when a check closes",
            PermissionVerdict::Later => ", when all checks are open",
            PermissionVerdict::Inconclusive | PermissionVerdict::No => "",
        }
    }

    fn policy_digest(&self) -> &str {
        &self.policy_digest
    }
}
