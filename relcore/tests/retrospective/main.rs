//! Laws of retrospectives, and naive models that look at every day.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed, which is what a test is for"
)]

use proptest::prelude::*;
use relcore::metrics::{Measures, Metric, ReviewPolicy, Trend, definitions, review};
use relcore::retrospective::{
    ActionItem, ActionItemsVerdict, ActionKind, ImpactVerdict, Policy, RetroVerdict, action_impact,
    action_items_state, named_people, retro_due,
};
use relcore::time::{BusinessCalendar, local_date};
use relcore::{NaiveDate, Span, Timestamp};

fn day(offset: i32) -> NaiveDate {
    NaiveDate::parse("2026-03-01").unwrap().plus_days(offset).unwrap()
}

fn at(hour: i32) -> Timestamp {
    Timestamp::parse("2026-03-01T00:00:00Z").unwrap().plus(Span::from_hours(hour)).unwrap()
}

proptest! {
    #[test]
    fn a_retrospective_is_due_on_the_last_business_day_within_the_days(
        hour in 0_i32..500,
        within in 1_u32..15,
        holidays in proptest::collection::vec(0_i32..60, 0..30),
        later in 0_i32..1000,
    ) {
        let calendar = BusinessCalendar::default().holidays(holidays.iter().map(|offset| day(*offset)));
        let policy = Policy::default().within_days(within).calendar(calendar.clone()).zone("Europe/Berlin");
        let (deployed, now) = (at(hour), at(hour + later));
        let due = retro_due(deployed, None, &policy, now).unwrap();
        let date = local_date(deployed, "Europe/Berlin").unwrap();
        let within = i32::try_from(within).unwrap();
        let model = (1..=within).rev().chain(within + 1..400).map(|days| date.plus_days(days).unwrap());
        prop_assert_eq!(due.due_on, model.into_iter().find(|day| calendar.is_business_day(*day)).unwrap());
        prop_assert_eq!(local_date(due.due_at, "Europe/Berlin").unwrap(), due.due_on);
        prop_assert_eq!(due.verdict == RetroVerdict::Overdue, now >= due.due_at);
        // Asked again at the next check, the verdict is another one, and not a moment before.
        if let Some(next) = due.next_check_at {
            let just_before = next.plus(Span::from_millis(-1).unwrap()).unwrap();
            prop_assert_eq!(retro_due(deployed, None, &policy, just_before).unwrap().verdict, due.verdict);
            prop_assert_eq!(retro_due(deployed, None, &policy, next).unwrap().verdict, RetroVerdict::Overdue);
        }
        prop_assert_eq!(retro_due(deployed, Some(now), &policy, now).unwrap().verdict, RetroVerdict::Held);
    }

    #[test]
    fn every_item_has_one_state_and_the_worst_one_counts(
        items in proptest::collection::vec((proptest::option::of(0_i32..30), any::<bool>(), any::<bool>()), 0..6),
        hour in 0_i32..900,
    ) {
        let now = at(hour);
        let items: Vec<ActionItem> = items
            .iter()
            .enumerate()
            .map(|(index, (due, has_owner, is_done))| {
                let mut item = ActionItem::new(format!("a{index}"), "text", ActionKind::Process);
                item.due_on = due.map(day);
                item.owner = has_owner.then(|| "team".to_owned());
                item.done_at = is_done.then_some(at(0));
                item
            })
            .collect();
        let state = action_items_state(&items, &Policy::default(), now).unwrap();
        let today = local_date(now, "UTC").unwrap();
        let worst = items.iter().filter(|item| item.done_at.is_none()).map(|item| match item.due_on {
            Some(due) if due < today => ActionItemsVerdict::Overdue,
            None => ActionItemsVerdict::Incomplete,
            _ if item.owner.is_none() => ActionItemsVerdict::Incomplete,
            _ => ActionItemsVerdict::Open,
        });
        prop_assert_eq!(state.verdict, worst.max().unwrap_or(ActionItemsVerdict::Done));
        prop_assert_eq!(state.open.len() + state.overdue.len() + state.done.len(), items.len());
        if let Some(next) = state.next_check_at {
            let later = action_items_state(&items, &Policy::default(), next).unwrap();
            prop_assert!(later.overdue.len() > state.overdue.len());
            let just_before = next.plus(Span::from_millis(-1).unwrap()).unwrap();
            let before = action_items_state(&items, &Policy::default(), just_before).unwrap();
            prop_assert_eq!(before.overdue, state.overdue);
        }
    }

    /// The naive model of a change: by the squares of the four distances, as Newcombe has it, and by the table of directions.
    #[test]
    fn an_impact_is_the_opposite_of_that_of_the_opposite(
        one in (0.0..1.0_f64, 0.0..1.0_f64),
        other in (0.0..1.0_f64, 0.0..1.0_f64),
        metric in 0_usize..37,
    ) {
        let definition = definitions()[metric].clone();
        let metric = definition.metric;
        let item = ActionItem::new("a", "text", ActionKind::Tool).done_at(at(1));
        let of = |before, after| {
            action_impact(&item, &metric, &measures(metric, 0, before), &measures(metric, 2, after)).unwrap()
        };
        let impact = of(one, other);
        let opposite = match impact.verdict {
            ImpactVerdict::Improved => ImpactVerdict::Worsened,
            ImpactVerdict::Worsened => ImpactVerdict::Improved,
            verdict => verdict,
        };
        prop_assert_eq!(of(other, one).verdict, opposite);

        let ((a, b), (c, d)) = (interval(one), interval(other));
        // The value is the middle of the interval, so the four distances are half of its length.
        let (difference, margin) = ((c + d - a - b) / 2.0, ((d - c) * (d - c) + (b - a) * (b - a)).sqrt() / 2.0);
        prop_assume!((difference.abs() - margin).abs() > 1e-9);
        let expected = match (difference.abs() > margin, difference > 0.0, definition.better) {
            (false, _, _) => ImpactVerdict::NotProven,
            (true, true, Trend::Rise) | (true, false, Trend::Fall) => ImpactVerdict::Improved,
            _ => ImpactVerdict::Worsened,
        };
        prop_assert_eq!(impact.verdict, expected);
        // A review of the two ranges says the same.
        let review = review(&measures(metric, 0, one), &measures(metric, 2, other), &ReviewPolicy::default()).unwrap();
        prop_assert_eq!(review.improved.contains(&metric), impact.verdict == ImpactVerdict::Improved);
        prop_assert_eq!(review.worsened.contains(&metric), impact.verdict == ImpactVerdict::Worsened);
        // What is missing proves nothing.
        let open = ActionItem::new("a", "text", ActionKind::Tool);
        let of_open = action_impact(&open, &metric, &measures(metric, 0, one), &measures(metric, 2, other)).unwrap();
        prop_assert_eq!(of_open.verdict, ImpactVerdict::Inconclusive);
    }

    #[test]
    fn a_person_is_found_as_a_whole_word_only(before in "[a-z ]{0,8}", after in "[a-z ]{0,8}") {
        let text = format!("{before}Ana{after}");
        let is_word = text.to_lowercase().split_whitespace().any(|word| word == "ana");
        let item = ActionItem::new("a", text, ActionKind::Training);
        prop_assert_eq!(!named_people(&[item], &["ANA".to_owned()]).unwrap().is_empty(), is_word);
    }
}

fn interval((one, other): (f64, f64)) -> (f64, f64) {
    (one.min(other), one.max(other))
}

/// The measures of an hour, with one metric.
fn measures(metric: Metric, hour: i32, ends: (f64, f64)) -> Measures {
    let (low, high) = interval(ends);
    let range = serde_json::json!({"start": at(hour).to_string(), "end": at(hour + 1).to_string()});
    let estimate = serde_json::json!({
        "value": f64::midpoint(low, high), "n": 30, "lowN": false, "excluded": [],
        "interval": {"low": low, "high": high, "level": 0.95},
    });
    let figures = serde_json::json!([{"metric": metric, "estimate": estimate}]);
    let overall = serde_json::json!({"range": range, "partial": false, "figures": figures});
    let text = serde_json::json!({
        "range": range,
        "unit": "month",
        "zone": "UTC",
        "groupBy": [],
        "whole": {"labels": {}, "overall": overall, "buckets": []},
        "groups": [],
        "policy": {},
        "policyDigest": "sha256:00",
        "tzdbVersion": "2026a",
    });
    relcore::from_json(&text.to_string()).unwrap()
}
