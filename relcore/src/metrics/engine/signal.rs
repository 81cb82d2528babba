//! Failure signals, collected while the deployments pass.
use super::index::{DeploymentIndex, IncidentIndex};
use crate::metrics::FailureSignal;

/// One signal that a deployment failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signal {
    /// The deployment that failed.
    pub(super) deployment: DeploymentIndex,
    pub(super) source: Source,
}

/// A signal as explanations name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) struct FailureLink {
    pub(in crate::metrics) failed: DeploymentIndex,
    pub(in crate::metrics) signal: FailureSignal,
    /// The deployment that repaired it.
    pub(in crate::metrics) by: Option<DeploymentIndex>,
    pub(in crate::metrics) incident: Option<IncidentIndex>,
}

impl From<&Signal> for FailureLink {
    fn from(Signal { deployment, source }: &Signal) -> Self {
        let (signal, by, incident) = match *source {
            Source::Outcome => (FailureSignal::Outcome, None, None),
            Source::Remediation { by, shown_by, .. } => (shown_by, Some(by), None),
            Source::Incident { index, .. } => (FailureSignal::Incident, None, Some(index)),
        };
        Self { failed: *deployment, signal, by, incident }
    }
}

/// What gave the signal, with the times that it brings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The outcome of the deployment itself: it failed, or failed in a part.
    Outcome,
    /// A later deployment repaired it.
    Remediation { by: DeploymentIndex, finished_at: i64, shown_by: FailureSignal },
    /// An incident is linked to it.
    Incident { index: IncidentIndex, detected_at: i64, end: End },
}

/// When an incident ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::metrics) enum End {
    At(i64),
    /// It is over, and nobody knows since when.
    Unknown,
    Open,
}

/// The signals found so far, in any order.
#[derive(Default)]
pub(super) struct Signals(Vec<Signal>);

impl Signals {
    pub(super) fn add(&mut self, deployment: DeploymentIndex, source: Source) {
        self.0.push(Signal { deployment, source });
    }

    /// The signals by deployment, ascending.
    pub(super) fn into_sorted(mut self) -> Vec<Signal> {
        self.0.sort_by_key(|signal| signal.deployment); // stable, though no later step depends on the order
        self.0
    }
}
