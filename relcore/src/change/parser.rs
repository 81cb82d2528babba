use super::commit::{Commit, parse_commits};
use super::parse::read;
use super::parsed::Parsed;
use super::policy::Policy;
use crate::digest::Checked;
use crate::error::Result;

/// A reader of messages whose policy was checked and digested once.
///
/// ```
/// use relcore::change::{Parser, Policy};
/// let parser = Parser::new(Policy::default())?;
/// assert_eq!(parser.parse_change("fix(api): x")?.scope.as_deref(), Some("api"));
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parser(Checked<Policy>);

impl Parser {
    /// Checks and digests a policy.
    ///
    /// # Errors
    /// As [`policy_from_json`](super::policy_from_json), all faults at once, under `policy`.
    pub fn new(policy: Policy) -> Result<Self> {
        Checked::new(policy, "policy").map(Self)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.0.policy()
    }

    /// The digest of the policy: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.digest()
    }

    /// Reads a message, as [`parse_change`](super::parse_change).
    ///
    /// # Errors
    /// None: the policy was checked.
    pub fn parse_change(&self, text: &str) -> Result<Parsed> {
        Ok(read(text, self.policy()))
    }

    /// Reads commits, as [`parse_commits`](super::parse_commits).
    ///
    /// # Errors
    /// None: the policy was checked.
    pub fn parse_commits(&self, commits: &[Commit]) -> Result<Vec<Parsed>> {
        parse_commits(commits, self.policy())
    }
}
