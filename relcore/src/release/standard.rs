//! The standard table of profiles. Rows are data: to change one, override it.
use crate::release::{
    ChangelogDepth, CommunicationScope, ReleaseProfile, ReleaseProfiles, ReleaseType, RequiredApproval,
    TestingScope,
};
use crate::time::Span;
use crate::version::Bump;

/// Every kind of release, in the order of [`ReleaseType`].
pub(super) const KINDS: [ReleaseType; 9] = [
    ReleaseType::FeatureMajor,
    ReleaseType::FeatureMinor,
    ReleaseType::Hotfix,
    ReleaseType::SecurityCritical,
    ReleaseType::SecurityHigh,
    ReleaseType::SecurityMedium,
    ReleaseType::SecurityLow,
    ReleaseType::Prerelease,
    ReleaseType::Lts,
];

/// The standard profile of every kind of release.
///
/// Which kind is quick, thorough, loud or exempt follows common practice; where practice names no number (weeks,
/// hours, how long to watch), the number is ours. Support of an LTS line is three years, as Django gives; Node.js
/// gives 30 months and Ubuntu five years.
///
/// ```
/// let table = relcore::release::standard_profiles().profiles;
/// assert_eq!(table.len(), 9);
/// assert!(table["hotfix"].freeze_exempt && !table["feature_major"].freeze_exempt);
/// ```
#[must_use]
pub fn standard_profiles() -> ReleaseProfiles {
    let rows = KINDS.map(|kind| (crate::wire::text_of(&kind), standard(kind)));
    ReleaseProfiles { profiles: rows.into_iter().collect() }
}

/// What every release must show before it goes out.
const GO: [&str; 6] = [
    "tests_passing",
    "security_assessment_approved",
    "no_critical_bugs",
    "rollback_plan_documented",
    "monitoring_ready",
    "team_available",
];

pub(super) fn standard(kind: ReleaseType) -> ReleaseProfile {
    match kind {
        ReleaseType::FeatureMajor => ReleaseProfile {
            allowed_bumps: vec![Bump::Prerelease, Bump::Major],
            timeline_min: Span::from_days(28),
            timeline_max: Span::from_days(84),
            gates: texts(&[&GO, &["marketing_coordinated", "migration_guide_ready"]]),
            approvals: approvals(&[
                "release_manager",
                "tech_lead",
                "qa_lead",
                "product_manager",
                "operations",
            ]),
            channels: texts(&[&EVERYWHERE]),
            ..feature()
        },
        ReleaseType::FeatureMinor => feature(),
        ReleaseType::Hotfix => hotfix(),
        ReleaseType::SecurityCritical => security(0, 2, true),
        ReleaseType::SecurityHigh => security(1, 7, true),
        ReleaseType::SecurityMedium => security(7, 30, false),
        ReleaseType::SecurityLow => security(14, 90, false),
        ReleaseType::Prerelease => prerelease(),
        ReleaseType::Lts => ReleaseProfile {
            allowed_bumps: vec![Bump::Prerelease, Bump::Patch, Bump::Minor, Bump::Major],
            timeline_max: Span::from_days(182),
            testing: TestingScope::Extended,
            gates: texts(&[&GO, &["api_unchanged", "support_commitment_published"]]),
            support: Some(Span::from_days(1095)),
            ..feature()
        },
    }
}

const EVERYWHERE: [&str; 5] =
    ["blog_post", "email_newsletter", "social_media", "in_app_notification", "release_notes_page"];

fn feature() -> ReleaseProfile {
    ReleaseProfile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Minor],
        timeline_min: Span::from_days(14),
        timeline_max: Span::from_days(42),
        testing: TestingScope::Full,
        gates: texts(&[&GO]),
        approvals: approvals(&["release_manager", "tech_lead", "qa_lead", "product_manager"]),
        canary_schedule: Some("standard".to_owned()),
        soak: Span::from_hours(24),
        changelog: ChangelogDepth::Comprehensive,
        communication: CommunicationScope::AllUsers,
        channels: texts(&[&["release_notes_page", "email_newsletter", "in_app_notification"]]),
        freeze_exempt: false,
        support: None,
    }
}

/// Out at once: without a canary schedule, and so with somebody watching.
fn hotfix() -> ReleaseProfile {
    ReleaseProfile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Patch],
        timeline_min: Span::from_hours(1),
        timeline_max: Span::from_days(3),
        testing: TestingScope::Focused,
        approvals: approvals(&["release_manager", "tech_lead"]),
        canary_schedule: None,
        soak: Span::from_hours(4),
        changelog: ChangelogDepth::Minimal,
        communication: CommunicationScope::Limited,
        channels: texts(&[&["release_notes_page"]]),
        freeze_exempt: true,
        ..feature()
    }
}

/// The worse, the sooner; undisclosed until the agreed date.
fn security(days_min: i32, days_max: i32, urgent: bool) -> ReleaseProfile {
    ReleaseProfile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Patch, Bump::Minor, Bump::Major],
        timeline_min: Span::from_days(days_min),
        timeline_max: Span::from_days(days_max),
        gates: texts(&[&GO, &["advisory_drafted", "cve_assigned_if_applicable", "disclosure_date_agreed"]]),
        approvals: approvals(&["release_manager", "tech_lead", "security"]),
        canary_schedule: (!urgent).then(|| "standard".to_owned()),
        soak: Span::from_hours(24),
        communication: CommunicationScope::Coordinated,
        channels: texts(&[&["security_advisory", "release_notes_page", "email_newsletter"]]),
        freeze_exempt: urgent,
        ..hotfix()
    }
}

/// For those who asked for it: quick, rough, marked as unstable, and without support.
fn prerelease() -> ReleaseProfile {
    ReleaseProfile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Patch, Bump::Minor, Bump::Major],
        timeline_min: Span::from_hours(1),
        timeline_max: Span::from_days(14),
        testing: TestingScope::Smoke,
        gates: texts(&[&["tests_passing", "marked_unstable", "feedback_channel_open"]]),
        approvals: approvals(&["tech_lead"]),
        canary_schedule: None,
        soak: Span::ZERO,
        changelog: ChangelogDepth::Standard,
        communication: CommunicationScope::EarlyAdopters,
        channels: texts(&[&["release_notes_page"]]),
        freeze_exempt: false,
        support: Some(Span::ZERO),
    }
}

fn texts(parts: &[&[&str]]) -> Vec<String> {
    parts.iter().copied().flatten().map(|text| (*text).to_owned()).collect()
}

fn approvals(roles: &[&str]) -> Vec<RequiredApproval> {
    roles.iter().map(|role| RequiredApproval { role: (*role).to_owned(), count: 1 }).collect()
}
