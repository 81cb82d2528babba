//! Support lines, deprecations and vulnerabilities: properties, with naive models.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]
use proptest::option::of;
use proptest::prelude::*;
use relcore::release::{
    ChangeKind, Deprecation, DeprecationState, Fix, Milestone, SupportLine, SupportPhase, backport_targets,
    cvss_score, deprecation_headers, deprecation_status, newest_line, order_lines, support_phase,
};
use relcore::{NaiveDate, Span, Timestamp};

const ZONES: [&str; 4] = ["UTC", "America/Los_Angeles", "Pacific/Apia", "Europe/Berlin"];

fn day(offset: i32) -> NaiveDate {
    NaiveDate::new(2026, 1, 1).unwrap().plus_days(offset).unwrap()
}

fn noon(offset: i32) -> Timestamp {
    Timestamp::parse("2026-01-01T12:00:00Z").unwrap().plus(Span::from_days(offset)).unwrap()
}

fn milestone(from: i32) -> impl Strategy<Value = Milestone> {
    prop_oneof![
        4 => (from..from + 60).prop_map(|offset| Milestone::On { date: day(offset) }),
        1 => Just(Milestone::Reached {}),
        1 => Just(Milestone::NotReached {}),
    ]
}

prop_compose! {
    fn line()(
        released in of(0..60),
        lts in of(milestone(60)),
        maintenance in of(120..180),
        eoas in of(milestone(120)),
        eol in of(milestone(180)),
        eoes in of(milestone(240)),
        discontinued in of(milestone(0)),
        zone in prop::sample::select(&ZONES[..]),
    ) -> SupportLine {
        let mut line = SupportLine::new("1").zone(zone);
        (line.released, line.maintenance) = (released.map(day), maintenance.map(day));
        (line.lts, line.eoas, line.eol, line.eoes, line.discontinued) = (lts, eoas, eol, eoes, discontinued);
        line
    }
}

/// The phase by the table of the docs, from the last row to the first.
fn model(line: &SupportLine, today: NaiveDate) -> SupportPhase {
    let over = |end: Option<Milestone>| match end {
        Some(Milestone::On { date }) => Some(date < today),
        Some(Milestone::Reached {}) => Some(true),
        Some(_) => Some(false),
        None => None,
    };
    let active_over = over(line.eoas).unwrap_or(false)
        || over(line.discontinued).unwrap_or(false)
        || line.maintenance.is_some_and(|first| first <= today);
    let active_known = line.eoas.is_some() || line.discontinued.is_some() || line.maintenance.is_some();
    let lts = match line.lts {
        Some(Milestone::On { date }) => date <= today,
        other => other == Some(Milestone::Reached {}),
    };
    if line.released.is_some_and(|first| today < first) {
        SupportPhase::Upcoming
    } else if over(line.eol) == Some(true) && over(line.eoes) == Some(false) {
        SupportPhase::Extended
    } else if over(line.eol) == Some(true) || (line.eol.is_none() && over(line.eoes) == Some(true)) {
        SupportPhase::EndOfLife
    } else if line.eol.is_none() && (active_over || !active_known) {
        SupportPhase::Unknown
    } else if active_over {
        SupportPhase::Maintenance
    } else if lts {
        SupportPhase::ActiveLts
    } else {
        SupportPhase::Current
    }
}

proptest! {
    #[test]
    fn a_phase_is_that_of_the_model_and_lasts_until_the_next_check(line in line(), offset in 0..320_i32) {
        let now = noon(offset);
        let status = support_phase(&line, now).unwrap();
        prop_assert_eq!(status.phase, model(&line, status.today));
        prop_assert_eq!(status.missing.is_empty(), status.phase != SupportPhase::Unknown);
        match status.next_check_at {
            Some(at) => {
                let just_before = at.plus(Span::from_millis(-1).unwrap()).unwrap();
                prop_assert!(at > now);
                prop_assert_eq!(support_phase(&line, just_before).unwrap().phase, status.phase);
                prop_assert_eq!(Some(support_phase(&line, at).unwrap().phase), status.next_phase);
                prop_assert_ne!(status.next_phase, Some(status.phase));
            }
            None => prop_assert_eq!(support_phase(&line, noon(4000)).unwrap().phase, status.phase),
        }
    }

    #[test]
    fn lines_are_ordered_as_numbers(parts in prop::collection::btree_set((0..30_u32, 0..30_u32), 0..12), seed in any::<u64>()) {
        let mut shuffled: Vec<_> = parts.iter().copied().collect();
        shuffled.sort_by_key(|(major, minor)| (u64::from(major * 31 + minor)).wrapping_mul(seed | 1));
        let lines: Vec<_> = shuffled.iter().map(|(major, minor)| SupportLine::new(format!("{major}.{minor}"))).collect();
        let expected: Vec<_> = parts.iter().rev().map(|(major, minor)| format!("{major}.{minor}")).collect();
        prop_assert_eq!(newest_line(&lines, noon(0)).unwrap(), expected.first().cloned());
        prop_assert_eq!(order_lines(&lines).unwrap(), expected);
    }

    /// A line is listed at most once, and only one without the fix that is supported.
    #[test]
    fn backports_go_to_supported_lines_without_the_fix(kinds in prop::collection::vec(line(), 1..8), fixed in 0..8_usize, offset in 0..320_i32) {
        let lines: Vec<_> = kinds.into_iter().enumerate().map(|(index, mut line)| { line.name = format!("1.{index}"); line }).collect();
        let fixed = fixed % lines.len();
        let fix = Fix::new(ChangeKind::SecurityFix).fixed_in(lines[fixed].name.clone());
        let plan = backport_targets(&fix, &lines, noon(offset)).unwrap();
        prop_assert_eq!(plan.reasons.len(), lines.len());
        for (index, line) in lines.iter().enumerate() {
            use SupportPhase as P;
            let phase = support_phase(line, noon(offset)).unwrap().phase;
            let supported = matches!(phase, P::Current | P::ActiveLts | P::Maintenance) && index != fixed;
            prop_assert_eq!(plan.targets.contains(&line.name), supported && index < fixed);
            prop_assert_eq!(plan.forward.contains(&line.name), supported && index > fixed);
            prop_assert_eq!(plan.extended.contains(&line.name), phase == P::Extended && index != fixed);
        }
    }

    #[test]
    fn a_deprecation_never_goes_back_and_its_headers_are_in_order(from in 0..200_i32, length in 0..200_i32, at in 0..500_i32) {
        let deprecation = Deprecation::new("x").deprecated_at(noon(from)).sunset_at(noon(from + length));
        let state = |offset| deprecation_status(&deprecation, None, noon(offset)).unwrap().state;
        let expected = if at < from { DeprecationState::Planned }
            else if at < from + length { DeprecationState::Deprecated }
            else { DeprecationState::Removable };
        prop_assert_eq!(state(at), expected);
        prop_assert!(state(at) <= state(at + 1));
        let names: Vec<_> = deprecation_headers(&deprecation).unwrap().into_iter().map(|header| header.name).collect();
        prop_assert_eq!(names, ["Deprecation", "Sunset"]);
    }

    #[test]
    fn no_text_makes_a_score_panic(text in "(CVSS:(3\\.0|3\\.1|4\\.0))?(/[A-Za-z]{0,3}:?[A-Za-z:]{0,2}){0,14}") {
        let _ = cvss_score(&text);
    }

    /// A vector that is accepted is not accepted with one of its metrics again.
    #[test]
    fn a_metric_that_occurs_twice_is_refused(values in prop::collection::vec(0..2_usize, 8), again in 0..8_usize) {
        let metrics = [["AV:N", "AV:L"], ["AC:L", "AC:H"], ["PR:N", "PR:H"], ["UI:N", "UI:R"], ["S:U", "S:C"], ["C:H", "C:L"], ["I:H", "I:L"], ["A:H", "A:L"]];
        let chosen: Vec<_> = metrics.iter().zip(&values).map(|(of, index)| of[*index]).collect();
        let vector = format!("CVSS:3.1/{}", chosen.join("/"));
        let score = cvss_score(&vector).unwrap().score;
        prop_assert!((0.0..=10.0).contains(&score));
        for value in metrics[again] {
            prop_assert_eq!(cvss_score(&format!("{vector}/{value}")).unwrap_err().code(), "duplicate");
        }
    }
}
