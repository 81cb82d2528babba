use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::release::AdvisorySeverity;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Dates the steps from the report of a vulnerability to its disclosure.
///
/// The clocks of the EU Cyber Resilience Act run only for a vulnerability that is actively exploited, from the instant at
/// which that is known; the one of the final report runs from the fix.
///
/// ```
/// use relcore::release::{AdvisorySeverity, DisclosurePolicy, DisclosureStepKind, VulnerabilityReport, disclosure_plan};
/// let at = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let report = VulnerabilityReport::new(AdvisorySeverity::Critical, at).exploited_at(at);
/// let plan = disclosure_plan(&report, &DisclosurePolicy::default())?;
/// assert_eq!(plan.steps[0].kind, DisclosureStepKind::EarlyWarning);
/// assert_eq!(plan.steps[0].due_at.to_string(), "2026-11-24T09:00:00.000Z");
/// // Pitfall: without the instant of the fix the final report has no date yet.
/// assert_eq!(plan.missing, ["report.fixedAt"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `out_of_range` for a negative span of the policy, and for a step beyond the year 9999; `unordered` for
/// a `fixedAt` before `reportedAt`.
pub fn disclosure_plan(report: &VulnerabilityReport, policy: &DisclosurePolicy) -> Result<DisclosurePlan> {
    use DisclosureStepKind as Kind;
    let mut faults = Faults::new();
    let spans = [
        ("acknowledge", policy.acknowledge),
        ("fixCritical", policy.fix_critical),
        ("fixHigh", policy.fix_high),
        ("fixMedium", policy.fix_medium),
        ("fixLow", policy.fix_low),
        ("disclose", policy.disclose),
        ("earlyWarning", policy.early_warning),
        ("notification", policy.notification),
        ("finalReport", policy.final_report),
    ];
    for (field, span) in spans {
        faults.check(
            !span.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("policy.{field}"),
            format_args!("`{span}` is negative"),
        );
    }
    if let Some(fixed) = report.fixed_at {
        faults.check(
            fixed >= report.reported_at,
            ErrorKind::Unordered,
            format_args!("report.fixedAt"),
            format_args!("`{fixed}` is before `reportedAt`, `{}`", report.reported_at),
        );
    }
    let fix = match report.severity {
        AdvisorySeverity::Critical => policy.fix_critical,
        AdvisorySeverity::High => policy.fix_high,
        AdvisorySeverity::Medium => policy.fix_medium,
        AdvisorySeverity::Low => policy.fix_low,
    };
    let reported = Some(report.reported_at);
    let exploited = report.exploited_at;
    let clocks = [
        (Kind::EarlyWarning, exploited, policy.early_warning),
        (Kind::Acknowledge, reported, policy.acknowledge),
        (Kind::Notification, exploited, policy.notification),
        (Kind::Fix, reported, fix),
        (Kind::FinalReport, exploited.and(report.fixed_at), policy.final_report),
        (Kind::Disclose, reported, policy.disclose),
    ];
    let mut steps = Vec::new();
    for (kind, started_at, span) in clocks {
        let Some(started_at) = started_at else { continue };
        let due_at = started_at.plus(span).map_err(|error| error.under("report"));
        if let Some(due_at) = faults.absorb(due_at) {
            steps.push(DisclosureStep { kind, started_at, due_at, source: source(kind).to_owned() });
        }
    }
    faults.finish()?;
    steps.sort_by_key(|step| step.due_at); // stable: keeps the order of the clocks
    let is_open = report.exploited_at.is_some() && report.fixed_at.is_none();
    let missing = if is_open { vec!["report.fixedAt".to_owned()] } else { Vec::new() };
    Ok(DisclosurePlan { steps, missing, policy_digest: crate::digest::of(policy)? })
}

fn source(kind: DisclosureStepKind) -> &'static str {
    match kind {
        DisclosureStepKind::EarlyWarning => "Regulation (EU) 2024/2847, Article 14(2)(a)",
        DisclosureStepKind::Notification => "Regulation (EU) 2024/2847, Article 14(2)(b)",
        DisclosureStepKind::FinalReport => "Regulation (EU) 2024/2847, Article 14(2)(c)",
        DisclosureStepKind::Acknowledge | DisclosureStepKind::Fix | DisclosureStepKind::Disclose => "policy",
    }
}

input! {
    /// The report of a vulnerability.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.VulnerabilityReport", rename_all = "camelCase", deny_unknown_fields)]
    pub struct VulnerabilityReport {
        /// Its severity.
        pub severity: AdvisorySeverity,
        /// The instant of the report.
        pub reported_at: Timestamp,
        /// The instant at which it became known that the vulnerability is actively exploited. Absent: it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub exploited_at: Option<Timestamp>,
        /// The instant from which a fix or a mitigation is available. Absent: there is none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fixed_at: Option<Timestamp>,
    }
}

impl VulnerabilityReport {
    /// A report of a vulnerability that is neither exploited nor fixed.
    #[must_use]
    pub fn new(severity: AdvisorySeverity, reported_at: Timestamp) -> Self {
        Self { severity, reported_at, exploited_at: None, fixed_at: None }
    }
}

input! {
    /// The time limits of a disclosure.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.DisclosurePolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct DisclosurePolicy {
        /// From the report to its acknowledgement. Default: 3 days, a choice of relcore.
        pub acknowledge: Span,
        /// From the report to the fix of a critical vulnerability. Default: 2 days, as in the standard profile.
        pub fix_critical: Span,
        /// The same of high severity. Default: 7 days.
        pub fix_high: Span,
        /// The same of medium severity. Default: 30 days.
        pub fix_medium: Span,
        /// The same of low severity. Default: 90 days.
        pub fix_low: Span,
        /// From the report to the disclosure. Default: 90 days, as Google Project Zero has it.
        pub disclose: Span,
        /// From the knowledge of an exploitation to the early warning. Default: 24 hours, Cyber Resilience Act, Article 14(2)(a).
        pub early_warning: Span,
        /// From the knowledge of an exploitation to the notification. Default: 72 hours, Article 14(2)(b).
        pub notification: Span,
        /// From the fix to the final report. Default: 14 days, Article 14(2)(c).
        pub final_report: Span,
    }
}

impl Default for DisclosurePolicy {
    fn default() -> Self {
        Self {
            acknowledge: Span::from_days(3),
            fix_critical: Span::from_days(2),
            fix_high: Span::from_days(7),
            fix_medium: Span::from_days(30),
            fix_low: Span::from_days(90),
            disclose: Span::from_days(90),
            early_warning: Span::from_hours(24),
            notification: Span::from_hours(72),
            final_report: Span::from_days(14),
        }
    }
}

/// The dated steps of a disclosure, made by [`disclosure_plan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DisclosurePlan", rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosurePlan {
    /// The steps by time.
    pub steps: Vec<DisclosureStep>,
    /// The facts that date the other steps: `report.fixedAt`.
    pub missing: Vec<String>,
    /// The digest of the policy that was applied.
    pub policy_digest: String,
}

/// A step of a disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DisclosureStep", rename_all = "camelCase", deny_unknown_fields)]
pub struct DisclosureStep {
    /// What is due.
    pub kind: DisclosureStepKind,
    /// The instant at which its clock began.
    pub started_at: Timestamp,
    /// The instant until which it is due.
    pub due_at: Timestamp,
    /// Who demands it: a law, or `policy`.
    pub source: String,
}

/// What a disclosure needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.DisclosureStepKind", rename_all = "snake_case")]
pub enum DisclosureStepKind {
    /// The early warning to the authority.
    EarlyWarning,
    /// The acknowledgement to the reporter.
    Acknowledge,
    /// The notification to the authority.
    Notification,
    /// The release of the fix.
    Fix,
    /// The final report to the authority.
    FinalReport,
    /// The public disclosure.
    Disclose,
}
