use super::policy::Policy;
use super::slot::{self, Fit, Slot};
use super::status::{self, Status};
use super::subject::Subject;
use super::windows::Windows;
use crate::error::Result;
use crate::time::{Span, TimeRange, Timestamp};

/// Windows that were checked, compiled and digested once.
///
/// ```
/// use relcore::window::{Engine, Policy, Subject, Verdict};
/// let engine = Engine::new(Policy::default())?;
/// let now = relcore::Timestamp::parse("2026-11-23T03:00:00Z")?;
/// assert_eq!(engine.status(&Subject::default(), now)?.verdict, Verdict::Open); // no windows: nothing is closed
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Engine(Windows);

impl Engine {
    /// Checks, compiles and digests a policy.
    ///
    /// # Errors
    /// As [`policy_from_json`](super::policy_from_json), all faults at once, under `policy`.
    pub fn new(policy: Policy) -> Result<Self> {
        Windows::new(policy).map(Self)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.0.policy()
    }

    /// The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.digest()
    }

    /// Says whether a release may start now, as [`status`](super::status).
    ///
    /// # Errors
    /// As [`status`](super::status), for the subject.
    pub fn status(&self, subject: &Subject, now: Timestamp) -> Result<Status> {
        status::status_of(&self.0, subject, now)
    }

    /// Finds the next opening of a length, as [`next_slot`](super::next_slot).
    ///
    /// # Errors
    /// As [`next_slot`](super::next_slot), for the subject and the length.
    pub fn next_slot(&self, subject: &Subject, min_length: Span, after: Timestamp) -> Result<Slot> {
        slot::slot(&self.0, subject, min_length, after)
    }

    /// Says whether a release that takes a while fits, as [`fits`](super::fits).
    ///
    /// # Errors
    /// As [`fits`](super::fits), for the subject and the duration.
    pub fn fits(&self, subject: &Subject, start: Timestamp, duration: Span) -> Result<Fit> {
        slot::fit(&self.0, subject, start, duration)
    }

    /// Lists the open ranges, as [`openings`](super::openings).
    ///
    /// # Errors
    /// As [`openings`](super::openings), for the subject and the range.
    pub fn openings(&self, subject: &Subject, range: &TimeRange) -> Result<Vec<TimeRange>> {
        slot::open_ranges(&self.0, subject, range)
    }
}
