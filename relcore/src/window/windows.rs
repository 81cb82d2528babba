//! The windows of a policy, ready to be asked.
use super::compile::Compiled;
use super::policy::Policy;
use super::subject::Subject;
use super::timeline::{Passes, Timeline};
use crate::digest::Checked;
use crate::error::Result;
use crate::time::{Span, Timestamp};

/// How far ahead changes are searched.
pub(super) const HORIZON: Span = Span::from_days(5 * 366);

/// A policy that was checked, compiled and digested once.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    checked: Checked<Policy>,
    compiled: Vec<Compiled>,
}

/// Equal policies compile to equal windows.
impl PartialEq for Windows {
    fn eq(&self, other: &Self) -> bool {
        self.checked == other.checked
    }
}

impl Windows {
    pub(super) fn new(policy: Policy) -> Result<Self> {
        let checked = Checked::new(policy, "policy")?;
        let Policy { windows, calendars } = checked.policy();
        let compiled =
            windows.iter().map(|window| Compiled::new(window, calendars)).collect::<Result<Vec<_>>>()?;
        Ok(Self { checked, compiled })
    }

    pub(super) fn policy(&self) -> &Policy {
        self.checked.policy()
    }

    pub(super) fn digest(&self) -> &str {
        self.checked.digest()
    }

    pub(super) fn compiled(&self) -> &[Compiled] {
        &self.compiled
    }

    pub(super) fn timeline(&self, subject: &Subject, at: Timestamp) -> Timeline<'_> {
        Timeline::new(self.policy().windows.iter().zip(&self.compiled), subject, at.as_millis())
    }

    /// What the subject may pass through, with the state at the instant at which it began.
    pub(super) fn passes<'a>(&self, subject: &'a Subject) -> Passes<'a> {
        let passes = Passes::of(subject);
        let began_open =
            subject.started_at.is_some_and(|started| self.timeline(subject, started).is_open(&passes));
        Passes { began_open, ..passes }
    }
}
