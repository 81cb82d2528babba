//! Laws of communication, and naive models that look at every day, every minute and every role.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what a test is for"
)]

mod slots;
mod texts;

use proptest::prelude::*;
use relcore::communication::{
    Alert, Audience, EscalationPath, EscalationVerdict, MessageRule, Plan, Policy, escalation_step,
    messages_due, plan,
};
use relcore::readiness::EscalationStep;
use relcore::release::{CommunicationScope, Profile, Type, profile};
use relcore::time::{BusinessCalendar, local_date};
use relcore::window::{Subject, Verdict, status};
use relcore::{ErrorKind, NaiveDate, Span, Timestamp};
use std::collections::BTreeSet;

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
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"];

fn at(minute: i32) -> Timestamp {
    Timestamp::parse("2026-03-01T00:00:00Z").unwrap().plus(Span::from_minutes(minute)).unwrap()
}

fn standard(of: Type) -> Profile {
    profile(&of, None).unwrap()
}

/// The day so many business days before another, counted one day after the other.
fn days_before(date: NaiveDate, days: u32, calendar: &BusinessCalendar) -> NaiveDate {
    let (mut day, mut left) = (date, days);
    while left > 0 {
        day = day.plus_days(-1).unwrap();
        left -= u32::from(calendar.is_business_day(day));
    }
    day
}

fn calendar(holidays: &[i32]) -> BusinessCalendar {
    let first = NaiveDate::parse("2026-02-15").unwrap();
    BusinessCalendar::default().holidays(holidays.iter().map(|day| first.plus_days(*day).unwrap()))
}

fn has_order(plan: &Plan) -> bool {
    let mut seen = BTreeSet::new();
    plan.messages.iter().all(|message| {
        let is_behind = message.depends_on.iter().all(|id| seen.contains(id));
        seen.insert(message.id.clone());
        is_behind
    }) && plan.messages.is_sorted_by_key(|message| message.due_at)
}

proptest! {
    #[test]
    fn a_plan_keeps_its_days_its_order_and_its_channels(
        minute in 0_i32..60_000,
        of in 0_usize..9,
        zone in 0_usize..4,
        holidays in proptest::collection::vec(0_i32..60, 0..12),
    ) {
        let (release_at, zone, calendar) = (at(minute), ZONES[zone], calendar(&holidays));
        let profile = standard(TYPES[of]);
        let policy = Policy::default().zone(zone).calendar(calendar.clone());
        let plan = plan(&profile, release_at, &policy).unwrap();
        prop_assert!(has_order(&plan));
        let day = local_date(release_at, zone).unwrap();
        prop_assert_eq!(plan.release_date, day);
        for message in &plan.messages {
            let rule = policy.messages.iter().find(|rule| rule.id == message.id).unwrap();
            prop_assert!(rule.audience != Audience::Customers || profile.channels.contains(&rule.channel));
            match rule.business_days {
                Some(days) if days < 0 => {
                    prop_assert!(message.due_at <= release_at);
                    let model = days_before(day, days.unsigned_abs(), &calendar);
                    prop_assert_eq!(local_date(message.due_at, zone).unwrap(), model);
                }
                Some(_) => {
                    prop_assert!(message.due_at >= release_at);
                    prop_assert!(calendar.is_business_day(local_date(message.due_at, zone).unwrap()));
                }
                None => prop_assert!(message.due_at >= release_at.plus(rule.elapsed).unwrap()),
            }
            // Customers hear of it with the release, not before.
            prop_assert!(message.audience != Audience::Customers || message.due_at == release_at);
        }
        for channel in &profile.channels {
            prop_assert!(plan.messages.iter().any(|message| message.channel == *channel));
        }
        // The freezes are windows as they are, those of two releases in one policy, too.
        let other = relcore::communication::plan(&profile, release_at.plus(Span::from_days(30)).unwrap(), &policy).unwrap();
        let windows = relcore::window::Policy::default().windows(plan.freezes.iter().chain(&other.freezes).cloned());
        let trunk = Subject::default().environment("trunk");
        if profile.communication == CommunicationScope::AllUsers {
            prop_assert_eq!(plan.freezes.len(), 2);
            let before = release_at.plus(Span::from_minutes(-1)).unwrap();
            prop_assert_eq!(status(&trunk, &windows, before).unwrap().verdict, Verdict::Closed);
        }
        if plan.freezes.is_empty() || other.freezes.is_empty() {
            prop_assert_eq!(status(&trunk, &windows, release_at).unwrap().verdict, Verdict::Open);
        }
    }

    #[test]
    fn every_message_becomes_due_and_nothing_is_sent_before_what_it_depends_on(
        minute in 0_i32..60_000,
        of in 0_usize..9,
    ) {
        let plan = plan(&standard(TYPES[of]), at(minute), &Policy::default()).unwrap();
        let mut sent: Vec<String> = Vec::new();
        let mut now = plan.messages[0].due_at;
        loop {
            let found = messages_due(&plan, &sent, now).unwrap();
            prop_assert!(found.waiting.iter().all(|message| message.depends_on.iter().any(|id| !sent.contains(id))));
            if let Some(message) = found.due.first() {
                prop_assert!(message.depends_on.iter().all(|id| sent.contains(id)));
                sent.push(message.id.clone());
            } else if let Some(next) = found.next_due_at {
                prop_assert!(next > now);
                now = next;
            } else {
                break;
            }
        }
        prop_assert_eq!(sent.len(), plan.messages.len());
    }

    /// The naive model calls the roles minute by minute.
    #[test]
    fn an_escalation_is_that_of_a_clock_that_ticks(
        afters in proptest::collection::btree_set(0_i32..90, 1..5),
        repeat in proptest::option::of(1_i32..60),
        now in 0_i32..400,
    ) {
        let afters: Vec<i32> = afters.into_iter().collect();
        let steps = afters.iter().map(|after| EscalationStep::new(format!("role {after}"), Span::from_minutes(*after)));
        let mut path = EscalationPath::default().steps(steps);
        path.repeat_after = repeat.map(Span::from_minutes);
        let mut calls: Vec<(i32, i32)> = Vec::new();
        let mut start = 0;
        while start < 1000 {
            calls.extend(afters.iter().map(|after| (start + after, *after)));
            let Some(repeat) = repeat else { break };
            start += afters[afters.len() - 1] - afters[0] + repeat;
        }
        let called = calls.iter().rev().find(|(minute, _)| *minute <= now);
        let next = calls.iter().find(|(minute, _)| *minute > now);
        let step = escalation_step(&Alert::new("high", at(0)), &path, at(now)).unwrap();
        prop_assert_eq!(step.since, called.map(|(minute, _)| at(*minute)));
        prop_assert_eq!(step.role, called.map(|(_, role)| format!("role {role}")));
        prop_assert_eq!(step.next_check_at, next.map(|(minute, _)| at(*minute)));
        prop_assert_eq!(step.next_role, next.map(|(_, role)| format!("role {role}")));
        let verdict = if called.is_some() { EscalationVerdict::Call } else { EscalationVerdict::NotYet };
        prop_assert_eq!(step.verdict, verdict);
    }
}

#[test]
fn a_message_that_does_not_count_passes_on_what_it_depends_on() {
    let rule = |id: &str| MessageRule::new(id, Audience::Qa, "email", "qa_brief");
    let policy = Policy::default().messages([
        rule("first").elapsed(Span::from_hours(2)),
        rule("left_out").depends_on(["first"]).scopes([CommunicationScope::Limited]),
        rule("last").depends_on(["left_out"]),
    ]);
    let mut of = standard(Type::FeatureMinor);
    of.channels.clear();
    let plan = plan(&of, at(0), &policy).unwrap();
    assert_eq!(plan.messages[1].depends_on, ["first"]);
    assert_eq!(plan.messages[1].due_at, at(120)); // no earlier than what it depends on
}

#[test]
fn an_audience_has_its_own_calendar() {
    let release_at = Timestamp::parse("2026-12-10T14:00:00Z").unwrap();
    let mut policy = Policy::default();
    let holiday = NaiveDate::parse("2026-12-08").unwrap();
    policy.calendars.insert("support".to_owned(), BusinessCalendar::default().holidays([holiday]));
    let plan = plan(&standard(Type::FeatureMinor), release_at, &policy).unwrap();
    let due = |id: &str| plan.messages.iter().find(|of| of.id == id).unwrap().due_at.to_string();
    assert_eq!(due("support_brief"), "2026-12-04T09:00:00.000Z");
    assert_eq!(due("operations_brief"), "2026-12-07T09:00:00.000Z");
}

#[test]
fn a_channel_without_a_message_is_no_customer_left_out_silently() {
    let mut of = standard(Type::Hotfix);
    of.channels.push("pager".to_owned());
    let error = plan(&of, at(0), &Policy::default()).unwrap_err();
    assert_eq!((error.kind(), error.path()), (ErrorKind::UnknownReference, "profile.channels[1]"));
}

#[test]
fn nobody_outside_is_told_before_a_coordinated_disclosure() {
    let release_at = at(20_000);
    let plan = plan(&standard(Type::SecurityHigh), release_at, &Policy::default()).unwrap();
    let early = plan.messages.iter().filter(|message| message.due_at < release_at);
    let early: BTreeSet<Audience> = early.map(|message| message.audience).collect();
    assert_eq!(early, BTreeSet::from([Audience::Development, Audience::Qa, Audience::Operations]));
    assert!(plan.freezes.is_empty());
}
