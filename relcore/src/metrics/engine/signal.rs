//! Failure signals, collected while the deployments pass.
use super::index::DeploymentIndex;

/// One signal that a deployment failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signal {
    /// The deployment that failed.
    pub(super) deployment: DeploymentIndex,
    pub(super) source: Source,
}

/// What gave the signal, with the times that it brings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The outcome of the deployment itself: it failed, or failed in a part.
    Outcome,
    /// A later deployment repaired it.
    Remediation { finished_at: i64 },
    /// An incident is linked to it.
    Incident { detected_at: i64, end: End },
}

/// When an incident ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
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
