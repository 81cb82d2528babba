//! What shows that a deployment failed, collected while the deployments pass.
use crate::metrics::columns::NONE;

/// One sign that a deployment failed.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    /// The deployment that failed.
    pub(super) deployment: u32,
    pub(super) sign: Sign,
}

/// The sign, with the times that it brings.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    /// Its own outcome.
    Outcome,
    /// A deployment remedied it, finished at this time.
    Remedy(i64),
    /// An incident, detected and perhaps resolved.
    Incident(i64, Option<i64>),
}

/// The signs found so far.
#[derive(Default)]
pub(super) struct Failures(Vec<Failure>);

impl Failures {
    /// Notes a sign; `NONE` is no deployment.
    pub(super) fn note(&mut self, deployment: u32, sign: Sign) {
        if deployment != NONE {
            self.0.push(Failure { deployment, sign });
        }
    }

    /// The signs by deployment, ascending.
    pub(super) fn into_sorted(mut self) -> Vec<Failure> {
        self.0.sort_by_key(|failure| failure.deployment); // stable, though no later step depends on the order
        self.0
    }
}
