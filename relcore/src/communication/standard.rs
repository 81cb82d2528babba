//! The usual messages and freezes of a release, as tables.
use super::audience::Audience::{self, Customers, Development, Operations, Product, Qa, Support};
use super::rule::{FreezeRule, MessageRule};
use crate::release::CommunicationScope::{self, AllUsers, Coordinated, EarlyAdopters, Limited};
use crate::release::Type;
use crate::time::Span;

type Row = (
    &'static str,
    Audience,
    &'static str,
    &'static str,
    Due,
    &'static [&'static str],
    &'static [CommunicationScope],
);

#[derive(Clone, Copy)]
enum Due {
    BusinessDays(i32),
    Hours(i32),
}

const fn before(days: i32) -> Due {
    Due::BusinessDays(-days)
}

/// With the release.
const WITH: Due = Due::Hours(0);
/// The shortest time from the decision to the release of a hotfix is an hour.
const HOUR_BEFORE: Due = Due::Hours(-1);
const NEXT_DAY: Due = Due::BusinessDays(1);

/// A release with weeks of notice.
const PLANNED: &[CommunicationScope] = &[AllUsers];
/// A release with hours of notice.
const FAST: &[CommunicationScope] = &[Limited, EarlyAdopters, Coordinated];
const FAST_OPEN: &[CommunicationScope] = &[Limited, EarlyAdopters];
/// Nobody who does not work on it is told before the disclosure.
const SECRET: &[CommunicationScope] = &[Coordinated];
const ALL: &[CommunicationScope] = &[];

/// The ten business days of the first messages are the 14 days that a minor release takes at least.
#[rustfmt::skip]
const MESSAGES: &[Row] = &[
    ("development_brief", Development, "team_chat", "development_brief", before(10), &[], PLANNED),
    ("product_brief", Product, "email", "product_brief", before(10), &[], PLANNED),
    ("qa_brief", Qa, "team_chat", "qa_brief", before(5), &["development_brief"], PLANNED),
    ("operations_brief", Operations, "team_chat", "operations_brief", before(3), &[], PLANNED),
    ("support_brief", Support, "email", "support_brief", before(3), &["product_brief"], PLANNED),
    ("development_brief_fast", Development, "team_chat", "development_brief", HOUR_BEFORE, &[], FAST),
    ("qa_brief_fast", Qa, "team_chat", "qa_brief", HOUR_BEFORE, &[], FAST),
    ("operations_brief_fast", Operations, "team_chat", "operations_brief", HOUR_BEFORE, &[], FAST),
    ("product_brief_fast", Product, "email", "product_brief", HOUR_BEFORE, &[], FAST_OPEN),
    ("support_brief_fast", Support, "email", "support_brief", HOUR_BEFORE, &[], FAST_OPEN),
    ("product_brief_disclosed", Product, "email", "product_brief", WITH, &[], SECRET),
    ("support_brief_disclosed", Support, "email", "support_brief", WITH, &[], SECRET),
    ("security_advisory", Customers, "security_advisory", "security_advisory", WITH, &["support_brief_disclosed"], ALL),
    ("release_notes", Customers, "release_notes_page", "announcement", WITH, BRIEFED, ALL),
    ("upgrade_instructions", Customers, "release_notes_page", "upgrade_instructions", WITH, &["release_notes"], PLANNED),
    ("blog_post", Customers, "blog_post", "announcement", WITH, &["release_notes"], ALL),
    ("newsletter", Customers, "email_newsletter", "announcement", WITH, &["release_notes"], ALL),
    ("social_post", Customers, "social_media", "announcement_short", WITH, &["release_notes"], ALL),
    ("in_app_notification", Customers, "in_app_notification", "announcement_short", WITH, &["release_notes"], ALL),
    ("development_status", Development, "team_chat", "release_status", NEXT_DAY, &[], ALL),
    ("qa_status", Qa, "team_chat", "release_status", NEXT_DAY, &[], ALL),
    ("operations_status", Operations, "team_chat", "release_status", NEXT_DAY, &[], ALL),
    ("product_status", Product, "email", "release_status", NEXT_DAY, &[], ALL),
    ("support_status", Support, "email", "release_status", NEXT_DAY, &[], ALL),
];

/// Support knows before customers ask.
const BRIEFED: &[&str] = &["support_brief", "support_brief_fast", "security_advisory"];

pub(super) fn messages() -> Vec<MessageRule> {
    let rule = |(id, audience, channel, template, due, depends_on, scopes): &Row| {
        let rule = MessageRule::new(*id, *audience, *channel, *template)
            .depends_on(depends_on.iter().copied())
            .scopes(scopes.iter().copied());
        match due {
            Due::BusinessDays(days) => rule.business_days(*days),
            Due::Hours(hours) => rule.elapsed(Span::from_hours(*hours)),
        }
    };
    MESSAGES.iter().map(rule).collect()
}

/// A fix may go in during both freezes, a feature in none.
pub(super) fn freezes() -> Vec<FreezeRule> {
    use Type::{Hotfix, SecurityCritical, SecurityHigh, SecurityLow, SecurityMedium};
    let urgent = [Hotfix, SecurityCritical, SecurityHigh];
    let fixes = [Hotfix, SecurityCritical, SecurityHigh, SecurityMedium, SecurityLow];
    let freeze = |id, days| FreezeRule::new(id, days).environments(["trunk"]).scopes(PLANNED.iter().copied());
    vec![freeze("feature_freeze", 5).exempt(fixes), freeze("code_freeze", 2).exempt(urgent)]
}
