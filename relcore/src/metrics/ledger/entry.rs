//! One event as it counts for one metric.
pub(in crate::metrics) use crate::metrics::engine::Counts;
use crate::metrics::engine::{FailureLink, Item};
use crate::metrics::{Bug, Change, Deployment, ExclusionReason, Incident, Metric, Scan, Vulnerability};

/// An event as it counts for a metric.
#[derive(Clone, Debug)]
pub(in crate::metrics) struct Entry<'a> {
    pub(in crate::metrics) metric: Metric,
    pub(in crate::metrics) bucket: usize,
    /// The instant that lies in the bucket.
    pub(in crate::metrics) at: i64,
    pub(in crate::metrics) subject: Subject<'a>,
    pub(in crate::metrics) counts: Result<Counts, ExclusionReason>,
    /// When what began at `at` ended, if it is a level.
    pub(in crate::metrics) until: Option<i64>,
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
    pub(in crate::metrics) bug: Option<&'a Bug>,
    pub(in crate::metrics) vulnerability: Option<&'a Vulnerability>,
    pub(in crate::metrics) scan: Option<&'a Scan>,
}

impl<'a> Subject<'a> {
    pub(in crate::metrics) fn of_deployment(deployment: &'a Deployment) -> Self {
        Self { deployment: Some(deployment), ..Self::default() }
    }

    pub(in crate::metrics) fn of_incident(incident: &'a Incident) -> Self {
        Self { incident: Some(incident), ..Self::default() }
    }

    /// What the subject is grouped by in a dimension. What belongs to a deployment has its labels, and but for the severity no
    /// other ones: else a failure would be in another group than the deployment that failed.
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
                "severity" => incident.severity.as_deref(),
                label => incident.labels.get(label).map(String::as_str),
            })
        };
        if of_deployment.is_some() || (self.deployment.is_some() && dimension != "severity") {
            return of_deployment;
        }
        of_incident().or_else(|| self.other_label(dimension))
    }

    fn other_label(&self, dimension: &str) -> Option<&'a str> {
        let of_bug = self.bug.and_then(|bug| match dimension {
            "service" => Some(bug.service.as_str()),
            "severity" => bug.severity.as_deref(),
            "revision" => bug.release.as_deref(),
            label => bug.labels.get(label).map(String::as_str),
        });
        let of_vulnerability = self.vulnerability.and_then(|one| match dimension {
            "service" => Some(one.service.as_str()),
            "environment" => Some(one.environment.as_str()),
            "severity" => one.severity.as_deref(),
            label => one.labels.get(label).map(String::as_str),
        });
        let of_scan = self.scan.and_then(|scan| match dimension {
            "service" => scan.service.as_deref(),
            "revision" => Some(scan.artifact.as_str()),
            label => scan.labels.get(label).map(String::as_str),
        });
        of_bug.or(of_vulnerability).or(of_scan)
    }

    /// Whether it can be in a group: a change that no deployment has cannot.
    pub(in crate::metrics) fn has_place(&self) -> bool {
        self.deployment.is_some()
            || self.incident.is_some()
            || self.bug.is_some()
            || self.vulnerability.is_some()
            || self.scan.is_some()
    }
}

impl<'a> Entry<'a> {
    /// Whether a level is open just before an instant.
    pub(in crate::metrics) fn is_open_before(&self, instant: i64) -> bool {
        self.at < instant && self.until.is_none_or(|until| until >= instant && until > self.at)
    }

    pub(in crate::metrics) fn new(
        metric: Metric,
        bucket: usize,
        at: i64,
        subject: Subject<'a>,
        counts: Result<Counts, ExclusionReason>,
    ) -> Self {
        Self {
            metric,
            bucket,
            at,
            subject,
            counts,
            until: None,
            is_recorded: true,
            item: None,
            failures: vec![],
        }
    }
}
