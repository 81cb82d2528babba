//! The standard table of profiles.
use crate::release::{
    ChangelogDepth, CommunicationScope, Profile, Profiles, RequiredApproval, TestingScope, Type,
};
use crate::time::Span;
use crate::version::Bump;

/// Every release type, in the order of [`Type`].
const TYPES: [Type; 9] = [
    Type::FeatureMajor,
    Type::FeatureMinor,
    Type::Hotfix,
    Type::SecurityCritical,
    Type::SecurityHigh,
    Type::SecurityMedium,
    Type::SecurityLow,
    Type::Prerelease,
    Type::Lts,
];

/// Returns the standard profile of every release type.
///
/// The gates, approvals and exemptions follow common practice. Time limits and soak have no common numbers; these are
/// choices of relcore. Support of an LTS release is three years, as in Django; Node.js has 30 months, Ubuntu five
/// years. To change a profile, override its row.
///
/// ```
/// let table = relcore::release::standard_profiles().profiles;
/// assert_eq!(table.len(), 9);
/// assert!(table["hotfix"].freeze_exempt && !table["feature_major"].freeze_exempt);
/// ```
#[must_use]
pub fn standard_profiles() -> Profiles {
    let rows = TYPES.map(|release_type| (release_type.to_string(), standard(release_type)));
    Profiles { profiles: rows.into_iter().collect() }
}

/// The gates of every release except prereleases.
const COMMON_GATES: [&str; 6] = [
    "tests_passing",
    "security_assessment_approved",
    "no_critical_bugs",
    "rollback_plan_documented",
    "monitoring_ready",
    "team_available",
];

/// The standard profile of a release type.
pub(super) fn standard(release_type: Type) -> Profile {
    match release_type {
        Type::FeatureMajor => Profile {
            allowed_bumps: vec![Bump::Prerelease, Bump::Major],
            timeline_min: Span::from_days(28),
            timeline_max: Span::from_days(84),
            gates: texts(&[&COMMON_GATES, &["marketing_coordinated", "migration_guide_ready"]]),
            approvals: approvals(&[
                "release_manager",
                "tech_lead",
                "qa_lead",
                "product_manager",
                "operations",
            ]),
            channels: texts(&[&ALL_CHANNELS]),
            ..feature()
        },
        Type::FeatureMinor => feature(),
        Type::Hotfix => hotfix(),
        Type::SecurityCritical => security(0, 2, true),
        Type::SecurityHigh => security(1, 7, true),
        Type::SecurityMedium => security(7, 30, false),
        Type::SecurityLow => security(14, 90, false),
        Type::Prerelease => prerelease(),
        Type::Lts => Profile {
            allowed_bumps: vec![Bump::Prerelease, Bump::Patch, Bump::Minor, Bump::Major],
            timeline_max: Span::from_days(182),
            testing: TestingScope::Extended,
            gates: texts(&[&COMMON_GATES, &["api_unchanged", "support_commitment_published"]]),
            support: Some(Span::from_days(1095)),
            ..feature()
        },
    }
}

const ALL_CHANNELS: [&str; 5] =
    ["blog_post", "email_newsletter", "social_media", "in_app_notification", "release_notes_page"];

fn feature() -> Profile {
    Profile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Minor],
        timeline_min: Span::from_days(14),
        timeline_max: Span::from_days(42),
        testing: TestingScope::Full,
        gates: texts(&[&COMMON_GATES]),
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

/// A hotfix goes to all users at once, without a canary.
fn hotfix() -> Profile {
    Profile {
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

/// Time limits depend on the severity; the disclosure date is agreed beforehand.
fn security(days_min: i32, days_max: i32, urgent: bool) -> Profile {
    Profile {
        allowed_bumps: vec![Bump::Prerelease, Bump::Patch, Bump::Minor, Bump::Major],
        timeline_min: Span::from_days(days_min),
        timeline_max: Span::from_days(days_max),
        gates: texts(&[
            &COMMON_GATES,
            &["advisory_drafted", "cve_assigned_if_applicable", "disclosure_date_agreed"],
        ]),
        approvals: approvals(&["release_manager", "tech_lead", "security"]),
        canary_schedule: (!urgent).then(|| "standard".to_owned()),
        soak: Span::from_hours(24),
        communication: CommunicationScope::Coordinated,
        channels: texts(&[&["security_advisory", "release_notes_page", "email_newsletter"]]),
        freeze_exempt: urgent,
        ..hotfix()
    }
}

/// A prerelease is marked as unstable and has no support.
fn prerelease() -> Profile {
    Profile {
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
