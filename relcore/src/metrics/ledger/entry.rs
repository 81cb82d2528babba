//! One event as it counts for one metric.
pub(in crate::metrics) use crate::metrics::engine::Counts;
use crate::metrics::engine::{FailureLink, Item};
use crate::metrics::{Change, Deployment, ExclusionReason, Incident, Metric};

/// An event as it counts for a metric.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct Entry<'a> {
    pub(in crate::metrics) metric: Metric,
    pub(in crate::metrics) bucket: usize,
    /// The instant that lies in the bucket.
    pub(in crate::metrics) at: i64,
    pub(in crate::metrics) subject: Subject<'a>,
    pub(in crate::metrics) counts: Result<Counts, ExclusionReason>,
    /// Whether both ends of a stage are recorded.
    pub(in crate::metrics) is_recorded: bool,
    /// What the engine saw, if it is an entry of the engine.
    pub(in crate::metrics) item: Option<Item>,
    /// What shows that a deployment failed.
    pub(in crate::metrics) failures: Vec<FailureLink>,
}

/// The events that an entry is about.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::metrics) struct Subject<'a> {
    pub(in crate::metrics) deployment: Option<&'a Deployment>,
    pub(in crate::metrics) change: Option<&'a Change>,
    pub(in crate::metrics) incident: Option<&'a Incident>,
}

impl<'a> Subject<'a> {
    pub(in crate::metrics) fn of_deployment(deployment: &'a Deployment) -> Self {
        Self { deployment: Some(deployment), ..Self::default() }
    }

    pub(in crate::metrics) fn of_incident(incident: &'a Incident) -> Self {
        Self { incident: Some(incident), ..Self::default() }
    }

    /// What the subject is grouped by in a dimension.
    pub(in crate::metrics) fn label(&self, dimension: &str) -> Option<&'a str> {
        let of_deployment = self.deployment.and_then(|deployment| match dimension {
            "service" => Some(deployment.service.as_str()),
            "environment" => Some(deployment.environment.as_str()),
            "revision" => deployment.revision.as_deref(),
            label => deployment.labels.get(label).map(String::as_str),
        });
        let of_incident = || {
            self.incident.and_then(|incident| match dimension {
                "service" => Some(incident.service.as_str()),
                "environment" => Some(incident.environment.as_str()),
                "revision" => incident.revision.as_deref(),
                label => incident.labels.get(label).map(String::as_str),
            })
        };
        of_deployment.or_else(of_incident)
    }
}

impl<'a> Entry<'a> {
    pub(in crate::metrics) fn new(
        metric: Metric,
        bucket: usize,
        at: i64,
        subject: Subject<'a>,
        counts: Result<Counts, ExclusionReason>,
    ) -> Self {
        Self { metric, bucket, at, subject, counts, is_recorded: true, item: None, failures: vec![] }
    }
}
