//! Every public type is `Send`, `Sync`, `Unpin` and unwind safe, as bindings, async runtimes and test runners require. A
//! `Cell`, an `Rc` or a `dyn` without bounds in a field would remove these traits.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads files and may stop with a panic"
)]

use relcore::metrics::columns;
use relcore::{
    analysis, api, audit, canary, change, column, communication, decision, error, experiment, incident,
    interchange, metrics, notes, readiness, reason, release, retrospective, rollback, scalar, stats, time,
    version, versioning, window, wire,
};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::Path;
use std::{collections::BTreeSet, fs};

fn requires_auto_traits<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

/// Checks the types of each module at compile time, and lists them for the test below.
macro_rules! types {
    ($($module:ident: $($type:ident),*;)*) => {
        const TYPES: &[&str] = &[$($(stringify!($type)),*),*];

        #[test]
        fn public_types_have_the_auto_traits() {
            $($(requires_auto_traits::<$module::$type>();)*)*
            #[cfg(feature = "schema")]
            requires_auto_traits::<(relcore::api::RowSchema, relcore::api::Schemas)>();
        }
    };
}

types! {
    analysis: Assessment, Condition, EndRule, Evaluation, GroupStatus, Join, Measurement, Metric, MetricGroup,
        MetricStatus, NoValue, Phase, PhaseCounts, Reading, Run, Tally, Template, Test, BadChange, EffectMeasure,
        GroupScore, JudgePolicy, JudgedMetric, Judgement, Label, LabelledMetric, MetricJudgement, MissingValues,
        Samples, Score, SeriesPair, SpreadRule, Verdict, Aggregate, Alert, AlertLimit, AlertReport, AlertRule,
        AlertRules, AlertSample, AlertSeries, AlertStatus, AlertVerdict, Comparator, CriteriaSet, Criterion,
        CriterionResult, EarlierResult, Firing, IncludedResults, Indicator, Objective, ObjectiveScore,
        ObjectiveStatus, ObjectiveVerdict, Objectives, ScoreSemantics, Scorecard, Target, MonitoredMetric,
        Monitoring, MonitoringArea, EffectSizes, JudgementPlan, JudgementWindow, CombinedJudgement, AnomalyPolicy,
        ControlChart, AnomalyDirection, InControl, AnomalyReport, AnomalyVerdict, ChartPoint, JudgeSemantics;
    api: BulkFunction, Constructor, Function, Handle, JsonTransport, Method, NamedType, PreparedCalls, Signature;
    canary: AbortPolicy, Action, CanaryScale, CauseResponses, ChangeEffect, ChangeKind, Decision, Phase, Rollout,
        Routing, State, Command, Diagnostic, DiagnosticCode, GateApproval, HealthRole, LastMeasurement,
        DeadlineExcludes, EmptyResult, MeasurementPhase, Metric, MetricState, Observation, ObservationKind, Order,
        PlannedStep, Readiness, Reading, ReplicaRounding, Replicas, Response, Schedule, Step, Timeline, Waiver,
        Exposure, RebaseMode, ScheduleChange, WeightExposure, Confirmation, HeaderMatch, HeaderRoute, MatchKind,
        MirrorRoute, StepOutcome, ApplePause, ApplePhase, AppleDay, PlayStatus, PlayRelease, SplitCounts, ComparedCounts,
        CountKind, CountRule, ReadTotals;
    decision: Outcome;
    error: Error, ErrorKind, Fault;
    experiment: Assigner, Assignment, BucketRange, Condition, Decision, Definition, Guardrail, Move, Namespace,
        RampCheck, RampVerdict, Reassignment, Relation, Scheme, Unit, Variant, VariantCounts, VariantRange,
        VariantResult, VariantVerdict, Verdict, WinnerPolicy;
    interchange: GitCommit, GitHistory, GitReleases, GitTag, MissingSample, PrometheusMetric, PrometheusQuery,
        PrometheusSample, PrometheusSeries, GitFault, GitPackage, SeriesRule, ArgoApplication, KuredSchedule,
        CsvMap, CsvValue, IssueRules, ReadEvents, RowKind, ScanTarget, SkipCode, SkipCount, SkippedRow,
        CalendarEvent, CarriedKey, LostKey, ReleaseConfig;
    metrics: Classification, Level, LevelVerdict, QuickCheckAnswers, QuickCheckBenchmark, QuickCheckDeviation,
        QuickCheckScore, Change, Deployment, DeploymentIntent, DeploymentOutcome, DoraReport, DoraRow, DurationSummary, Engine,
        Estimate, Exclusion, ExclusionReason, FailureSignal, Incident, IncidentLink, Policy, LeadStart, LeadUnit,
        NegativeSpans, OpenRecoveries, QuantileRule, RateDenominator, RecoveryEnd, RecoveryMembership,
        RecoveryStart, ReportRow, ReworkSignal, SeedRule, SeveralIncidents, UndefinedReason, UndeliveredChanges,
        PartialDeployments, RelandRule, AttributedChanges, AttributionRule, Bottleneck, Breakdown, Bug, BugPhase,
        Cause, ChangeDirection, Commit, CriticalIncidents, Definition, DeploymentIdentity, DeploymentStage,
        DetectedRollback, Events, Explanation, Figure, FrequencyRule, Group, Item, ItemDifference, Lifetime,
        LinkScope, LinkedIncident, Measures, Metric, MetricChange, MetricDifference, MetricKind, MetricReview,
        MetricTarget, MetricTrend, PartialBuckets, PatchStart, Period, PolicyDifference, QualityPolicy,
        RateNumerator, RecoveryUnit, Redelivery, RevertedDeployment, Review, ReviewPolicy, Scan, SecurityPolicy,
        SpanRounding, StageKind, Survival, TargetVerdict, Vulnerability, WorkingEdges, WorkingTime;
    column: Column, Columns, Field, Instants, Kind, Lists, Members, Record, Values;
    columns: ChangeColumns, DeploymentColumns, Events, IncidentColumns;
    readiness: Absence, Approval, Attendee, Build, Candidate, CandidateEvidence, Check, CheckResult, Checklist,
        ChecklistForm, ChecklistItem, Checklists, Coverage, CoverageGap, CoverageOverlap, CoverageRequirement,
        CoverageVerdict, Decision, Deployed, Drift, DriftKind, Engine, Environment, ErrorBudgetRule, EscalationStep,
        EvidenceKind, Fact, Gate, GateKind, GateResult, GateStatus, Gates, Graph, Intent, Inventory, InventoryItem,
        LocalHours, Meeting, OnCall, Parity, ParityPolicy, ParityVerdict, Permission, PermissionVerdict, Policy,
        Promotion, PromotionVerdict, Request, RoleRequirement, Roster, Shift, Situation, SmokeTest, Source, Stay,
        Strategy, UpstreamResult, Verdict, Vote, Waiver, WaiverRules;
    reason: Evidence, Interval, Reason, ReasonCode, Severity;
    release: AdvisorySeverity, ChangelogDepth, Classification, ClassificationVerdict, CommunicationScope, Advisory,
        Facts, Profile, Profiles, Type, RequiredApproval, TestingScope, Fix, BackportPlan, BackportVerdict,
        Deprecation, NoticePlace, Header, DeprecationStatus, DeprecationState, VulnerabilityReport,
        DisclosurePolicy, DisclosurePlan, DisclosureStep, DisclosureStepKind, DocPolicy, DocTree, DocFolder,
        LineChange, LineCheck, LineVerdict, NoticePolicy, NoticesDue, Notice, Removal, RemovalPolicy, RemovalCheck,
        RemovalVerdict, SupportStatus, SupportFlags, SupportPhase, SupportLine, Milestone, CveId, CvssScore;
    stats: AdjustPolicy, AdjustedTest, Adjustment, Arm, ArmShare, Comparison, Correction, Counts, Direction,
        EquivalenceTest, KolmogorovSmirnovTest, Lift, Looks, MetricComparison, MetricTest, Policy, QuantileInterval,
        QuantileMethod, RankMethod, RankTest, Shift, SplitCheck, SplitPolicy, SplitVerdict, TestResult, Verdict,
        WelchTest, Boundary, ChiSquaredTest, Cluster, ClusterPolicy, CountRow, Design, Dispersion, Effect,
        EffectMethod, EffectScale, GroupLook, GroupPolicy, NeededSample, PlannedShare, PowerPolicy, RateHypothesis,
        RateInterval, RateRatio, RateTest, ShareEffect, ShareInterval, ShareMethod, SharePolicy, ShareTest,
        ShareTestMethod, Sides, Spending, Trials, WindowMethod, WindowPolicy, ChangePointPolicy, ChangePoint,
        HistogramPolicy, SketchPolicy, GaugeSample, GaugePolicy, GaugePairing, Histogram, HistogramBucket,
        HistogramQuantile, HistogramIncrease, MissingRule, PartialSample, CompleteSamples, Sketch, SketchBucket,
        QuantileDifference, KolmogorovSequence, AdjustedSamples, SamplePolicy, SampleScale, ValueLimit, MeanDifference,
        MeanPolicy, RateIntervalMethod, RateTestMethod, SampleSums;
    rollback: Candidate, Candidates, CandidatesVerdict, Counterfactual, CustomerImpact, Criterion, DataLoss,
        Decision, Engine, HistoryEvent, HistoryKind, ItemKind, Plan, PlanAction, PlanItem, PlanStep, PlanVerdict,
        Policy, SchemaChange, Situation, Verdict, Window, WindowVerdict, Condition, Correlation, RecoveryOption,
        TableRow, Trend;
    time: BucketUnit, BusinessCalendar, HalfDay, NaiveDate, Span, TimeRange, Timestamp, Weekday;
    version: Bump, Version, Branch, FreeVersion, Increment, LineRange, Numbering, Order, Rendering, RenderingChange,
        Scheme, VersionChannel, VersionTag;
    change: Cancelled, Parsed, Changeset, ChangesetRelease, Commit, Diagnostic, DiagnosticCode, Dialect, Footer, Form,
        History, Line, Parser, Policy, Reference, Released, Squash, SuspectedBreaking, TaggedCommit, Unreleased;
    versioning: ApiDiff, Cause, CauseKind, Channel, Dependents, Ecosystem, Group, GroupKind, MergeMethod, Next, Package,
        PackageChange, PackageRelease, Plan, PlanPolicy, Policy, Preview, PullRequest, Rejected, RejectionCode, Request, Requirement,
        RequirementKind, Rewrite, StaleForce, Verdict, ZeroRule;
    notes: Audience, Changelog, ChangelogEntry, ChangelogGroup, Format, LinkReference, MergedChange, MergedRequest, NoteItem, NoteSection,
        ReleaseEntry, ReleaseNotes, RenderedNotes, SectionKind, Spec, WrittenItem;
    window: Definition, Policy, Engine, Diagnostic, DiagnosticCode, Fit, FitVerdict, Kind, Override, Slot,
        SlotVerdict, Status, Subject, Schedule;
    scalar: Count;
    audit: ChainCheck, ChainVerdict, LogText, LineFault, ProofCheck, ProofVerdict, Head, Entry, LogRecord, Artifact,
        StatementCheck, ArtifactMatch, StatementVerdict, EvidenceGaps, EvidenceGap, EvidenceVerdict, Framework,
        ReleaseRecord, Replay, ReplayVerdict, Difference, Tree, Approval, EnvironmentStage, IncidentRecord, KnownIssue, Breach, ExploitedVulnerability;
    incident: Assessment, State, Status, ComponentImpact, ComponentState, Downtime, Durations, Event, EventKind,
        Impact, ComponentStatus, Sev, Form, ImpactFacts, Loss, SeverityPolicy, AssessmentVerdict, DatedMilestone,
        Milestone, Cadence, Update, UpdateVerdict, Vocabulary, MappedStatus, MappedWord, Hours, Sla, SlaTarget,
        SeverityChange, SlaKind, Ticket, SeverityAt, Hold, SlaDue, SlaState, SlaVerdict;
    communication: Alert, AnnouncementSlot, Audience, Escalation, EscalationPath, EscalationVerdict, FreezeRule,
        MessageData, MessageRule, MessagesDue, Plan, PlannedMessage, Policy, Question, SlotAudience, Templates;
    retrospective: ActionImpact, ActionItem, ActionItemsState, ActionItemsVerdict, ActionKind, ImpactVerdict, NamedPerson,
        Policy, RetroDue, RetroVerdict;
    wire: Event, Key, Tree, TreeSource, Wanted;
}

/// Types that exist only with the feature `schema`.
const BY_FEATURE: &[&str] = &["RowSchema", "Schemas"];

#[test]
fn every_public_type_is_listed() {
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
            let line = line.strip_prefix("    ").unwrap_or(line); // inside a macro call
            let name = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name = name.and_then(|name| name.split(|c: char| !c.is_alphanumeric()).next());
            found.extend(name.map(str::to_owned));
        }
    }
}
