//! Every public type may be sent to and shared with another thread, and survives a caught panic: what bindings, async
//! runtimes and test runners ask of it. A `Cell`, an `Rc` or a `dyn` without bounds in a field would take that away.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::metrics::columns;
use relcore::{api, canary, error, interchange, metrics, reason, release, rollback, time, version, wire};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::Path;
use std::{collections::BTreeSet, fs};

fn carefree<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

/// The types of each room: checked by the compiler, and listed for the test below.
macro_rules! types {
    ($($room:ident: $($type:ident),*;)*) => {
        const TYPES: &[&str] = &[$($(stringify!($type)),*),*];

        #[test]
        fn public_types_cross_threads_and_panics() {
            $($(carefree::<$room::$type>();)*)*
            #[cfg(feature = "schema")]
            carefree::<relcore::api::FunctionSchema>();
        }
    };
}

types! {
    api: Signature;
    canary: AbortPolicy, CanaryAction, CanaryDecision, CanaryPhase, CanaryState, CauseResponses,
        Command, Diagnostic, DiagnosticCode, GateApproval, HealthRole, LastMeasurement,
        MeasurementPhase, Metric, MetricState, Observation, ObservationKind, PlannedStep, Reading,
        Response, Schedule, Step, Timeline;
    error: Error, ErrorKind, Fault;
    interchange: GitCommit, GitHistory, GitReleases, GitTag, MissingSample, PrometheusMetric,
        PrometheusSample, PrometheusSeries;
    metrics: Change, DeliveryIncident, Deployment, DeploymentIntent, DeploymentOutcome, DoraReport,
        DoraRow, DurationSummary, Estimate, Exclusion, ExclusionReason, FailureSignal, IncidentLink,
        LeadStart, LeadUnit, MetricsPolicy, NegativeSpans, OpenRecoveries, QuantileRule,
        RateDenominator, RecoveryEnd, RecoveryMembership, RecoveryStart, ReworkSignal, SeedRule,
        SeveralIncidents, UndefinedReason, UndeliveredChanges;
    columns: ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists;
    reason: Evidence, Interval, Reason, ReasonCode, Severity;
    release: AdvisorySeverity, ChangelogDepth, Classification, ClassificationVerdict,
        CommunicationScope, ReleaseAdvisory, ReleaseFacts, ReleaseProfile, ReleaseProfiles, ReleaseType,
        RequiredApproval, TestingScope;
    rollback: Counterfactual, CustomerImpact, RollbackCriterion, RollbackDecision, RollbackPolicy,
        RollbackSituation, RollbackVerdict;
    time: BucketUnit, BusinessCalendar, NaiveDate, Span, TimeRange, Timestamp, Weekday;
    version: Bump, Version;
    wire: Count;
}

/// There with the feature `schema` alone.
const BY_FEATURE: &[&str] = &["FunctionSchema"];

#[test]
fn no_public_type_is_left_out() {
    let mut found = BTreeSet::new();
    declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let listed: BTreeSet<String> = TYPES.iter().chain(BY_FEATURE).map(|name| (*name).to_owned()).collect();
    assert_eq!(found, listed);
}

fn declared(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            declared(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let line = line.strip_prefix("    ").unwrap_or(line); // inside of a macro that declares it
            let name = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name = name.and_then(|name| name.split(|c: char| !c.is_alphanumeric()).next());
            found.extend(name.map(str::to_owned));
        }
    }
}
