//! People on call.
use super::at;
use proptest::prelude::*;
use relcore::readiness::{
    Absence, Coverage, CoverageRequirement, CoverageVerdict, LocalHours, RoleRequirement, Roster, Shift,
    coverage, default_requirement, on_call,
};
use relcore::{Span, TimeRange, Timestamp, Weekday};

const PEOPLE: [&str; 4] = ["ana", "kim", "Kim", "lee"];
const ROLES: [&str; 3] = ["primary", "backup", "manager"];
const END: i32 = 200;

pub fn rosters() -> impl Strategy<Value = Roster> {
    let shift = (0..4_usize, 0..3_usize, 0..END, 0..120_i32, proptest::option::of(0..30_i32));
    let shift = shift.prop_map(|(person, role, start, length, responds)| {
        let mut shift = Shift::new(PEOPLE[person], ROLES[role], at(start), at(start + length));
        shift.responds_within = responds.map(Span::from_minutes);
        shift
    });
    let absence = (0..4_usize, 0..END, 0..60_i32);
    let absence = absence
        .prop_map(|(person, start, length)| Absence::new(PEOPLE[person], at(start), at(start + length)));
    (proptest::collection::vec(shift, 0..10), proptest::collection::vec(absence, 0..3))
        .prop_map(|(shifts, absences)| Roster::default().shifts(shifts).absences(absences))
}

pub fn requirements() -> impl Strategy<Value = CoverageRequirement> {
    let roles =
        proptest::collection::btree_map(0..3_usize, (1..3_u32, proptest::option::of(10..20_i32)), 1..4);
    (roles, any::<bool>(), 0..60_i32).prop_map(|(roles, distinct, after)| {
        let roles = roles.into_iter().map(|(role, (count, responds))| {
            let mut requirement = RoleRequirement::new(ROLES[role]).count(count);
            requirement.responds_within = responds.map(Span::from_minutes);
            requirement
        });
        CoverageRequirement::new(roles).distinct(distinct).after(Span::from_minutes(after))
    })
}

/// How many people each role has in a minute, with or without those of whom it is not known how soon they answer. If nobody
/// counts twice, the first roles are served first: by trying every choice.
fn counts(
    roster: &Roster,
    requirement: &CoverageRequirement,
    minute: Timestamp,
    is_hopeful: bool,
) -> Vec<u32> {
    let lower = |name: &str| name.to_lowercase();
    let is_in = |start: Timestamp, end: Timestamp| start <= minute && minute < end;
    let is_away = |person: &str| {
        roster.absences.iter().any(|of| lower(&of.person) == person && is_in(of.start, of.end))
    };
    let of_role = |role: &RoleRequirement| -> Vec<String> {
        let shifts = roster.shifts.iter().filter(|shift| {
            let is_quick = match (role.responds_within, shift.responds_within) {
                (Some(limit), Some(responds)) => responds <= limit,
                (Some(_), None) => is_hopeful,
                (None, _) => true,
            };
            shift.role == role.role && is_in(shift.start, shift.end) && is_quick
        });
        let mut people: Vec<String> = shifts.map(|shift| lower(&shift.person)).collect();
        people.sort();
        people.dedup();
        people.retain(|person| !is_away(person));
        people
    };
    let people: Vec<Vec<String>> = requirement.roles.iter().map(of_role).collect();
    if !requirement.distinct {
        let counts = people.iter().zip(&requirement.roles);
        return counts.map(|(people, role)| u32::try_from(people.len()).unwrap().min(role.count)).collect();
    }
    let mut best = vec![0; people.len()];
    let everybody = ["ana", "kim", "lee"];
    for choice in 0..4_usize.pow(3) {
        let mut have = vec![0_u32; people.len()];
        for (index, person) in everybody.iter().enumerate() {
            let role = choice / 4_usize.pow(u32::try_from(index).unwrap()) % 4;
            if people.get(role).is_some_and(|people| people.iter().any(|of| of == person)) {
                have[role] += 1;
            }
        }
        for (have, role) in have.iter_mut().zip(&requirement.roles) {
            *have = (*have).min(role.count);
        }
        best = best.max(have); // lexicographic: the first roles first
    }
    best
}

fn minutes(range: &TimeRange) -> impl Iterator<Item = Timestamp> + use<> {
    let (start, end) = (range.start, range.end);
    (0..).map(move |minute| start.plus(Span::from_minutes(minute)).unwrap()).take_while(move |at| *at < end)
}

fn has_gap(found: &Coverage, role: &str, minute: Timestamp) -> bool {
    found.gaps.iter().any(|gap| gap.role == role && gap.start <= minute && minute < gap.end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn gaps_are_exactly_the_minutes_without_enough_people(
        roster in rosters(),
        requirement in requirements(),
        start in 0..END,
        length in 1..100_i32,
    ) {
        let range = TimeRange { start: at(start), end: at(start + length) };
        let found = coverage(&roster, &range, &requirement).unwrap();
        prop_assert_eq!(found.range.end, range.end.plus(requirement.after).unwrap());
        let is_hopeful = found.verdict == CoverageVerdict::Gaps;
        let mut uncovered = 0;
        let (mut is_certain, mut is_possible) = (true, true);
        for minute in minutes(&found.range) {
            let [sure, hoped] = [false, true].map(|hope| counts(&roster, &requirement, minute, hope));
            let has = if is_hopeful { &hoped } else { &sure };
            let mut is_covered = true;
            for ((role, have), (sure, hoped)) in requirement.roles.iter().zip(has).zip(sure.iter().zip(&hoped)) {
                prop_assert_eq!(has_gap(&found, &role.role, minute), *have < role.count, "{} {}", minute, role.role);
                is_covered &= *have >= role.count;
                is_certain &= *sure >= role.count;
                is_possible &= *hoped >= role.count;
            }
            uncovered += i64::from(!is_covered);
        }
        prop_assert_eq!(found.uncovered.as_millis(), uncovered * 60_000);
        let expected = match (is_certain, is_possible) {
            (true, _) => CoverageVerdict::Covered,
            (false, true) => CoverageVerdict::Inconclusive,
            (false, false) => CoverageVerdict::Gaps,
        };
        prop_assert_eq!(found.verdict, expected);
        prop_assert_eq!(found.verdict == CoverageVerdict::Inconclusive && found.missing.is_empty(), false);
        for pair in found.gaps.windows(2) {
            prop_assert!(pair[0].role != pair[1].role || pair[0].end < pair[1].start, "gaps that touch are one");
        }
    }

    #[test]
    fn one_shift_more_opens_no_gap(roster in rosters(), requirement in requirements(), start in 0..END) {
        let range = TimeRange { start: at(0), end: at(END) };
        let before = coverage(&roster, &range, &requirement).unwrap();
        let mut more = roster;
        more.shifts.push(Shift::new("zoe", "primary", at(start), at(start + 30)).responds_within(Span::ZERO));
        let after = coverage(&more, &range, &requirement).unwrap();
        prop_assert!(after.uncovered <= before.uncovered);
    }

    #[test]
    fn overlaps_are_the_minutes_with_more_people(roster in rosters(), start in 0..END) {
        let requirement = CoverageRequirement::new([RoleRequirement::new("primary")]);
        let range = TimeRange { start: at(start), end: at(start + 1) };
        let found = coverage(&roster, &range, &requirement.after(Span::ZERO)).unwrap();
        let chain = on_call(&roster, &default_requirement(), at(start)).unwrap();
        let people = &chain[0].people;
        prop_assert_eq!(found.gaps.is_empty(), !people.is_empty());
        prop_assert_eq!(found.overlaps.first().map_or(0, |of| of.have as usize) > 1, people.len() > 1);
    }
}

fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A night shift in local time has nine hours when summer time ends, and a shift of eight hours leaves a gap.
#[test]
fn the_night_in_which_summer_time_ends_has_an_hour_more() {
    let night = RoleRequirement::new("primary").hours(LocalHours::new("Europe/Berlin", "22:00", "06:00"));
    let requirement = CoverageRequirement::new([night]).after(Span::ZERO);
    let range = TimeRange { start: instant("2026-10-24T12:00:00Z"), end: instant("2026-10-25T12:00:00Z") };
    let shift = |end: &str| {
        Roster::default().shifts([Shift::new(
            "ana",
            "primary",
            instant("2026-10-24T20:00:00Z"),
            instant(end),
        )])
    };
    let eight = coverage(&shift("2026-10-25T04:00:00Z"), &range, &requirement).unwrap();
    assert_eq!(
        (eight.gaps[0].start, eight.gaps[0].end),
        (instant("2026-10-25T04:00:00Z"), instant("2026-10-25T05:00:00Z"))
    );
    let nine = coverage(&shift("2026-10-25T05:00:00Z"), &range, &requirement).unwrap();
    assert_eq!(nine.verdict, CoverageVerdict::Covered);
}

/// Local hours that end in the repeated hour end with its second pass.
#[test]
fn an_end_that_occurs_twice_is_the_later_one() {
    let hours = LocalHours::new("Europe/Berlin", "22:00", "02:30").days([Weekday::Saturday]);
    let requirement = CoverageRequirement::new([RoleRequirement::new("primary").hours(hours)]);
    let range = TimeRange { start: instant("2026-10-24T12:00:00Z"), end: instant("2026-10-25T12:00:00Z") };
    let found = coverage(&Roster::default(), &range, &requirement.after(Span::ZERO)).unwrap();
    assert_eq!(found.uncovered, Span::from_minutes(330)); // 20:00Z to 01:30Z
}

/// A schedule without people was an empty calendar without a warning (OneUptime/oneuptime#3174).
#[test]
fn a_roster_without_shifts_is_one_gap() {
    let range = TimeRange { start: at(0), end: at(60) };
    let found = coverage(&Roster::default(), &range, &default_requirement()).unwrap();
    assert_eq!(found.verdict, CoverageVerdict::Gaps);
    assert_eq!(found.uncovered, Span::from_hours(25));
    assert_eq!(found.gaps.len(), 2);
}

#[test]
fn nobody_is_their_own_backup() {
    let (start, end) = (at(0), at(60));
    let shifts = ["primary", "backup"].map(|role| Shift::new("ana", role, start, end));
    let roster = Roster::default().shifts(shifts);
    let requirement = default_requirement().after(Span::ZERO);
    let found = coverage(&roster, &TimeRange { start, end }, &requirement).unwrap();
    assert_eq!(found.gaps.iter().map(|gap| &*gap.role).collect::<Vec<_>>(), ["backup"]);
    let relaxed = coverage(&roster, &TimeRange { start, end }, &requirement.distinct(false)).unwrap();
    assert_eq!(relaxed.verdict, CoverageVerdict::Covered);
}

/// Many shifts at once: the work grows with their number, not with its square.
#[test]
fn a_large_roster_is_no_problem() {
    let shifts =
        (0..20_000).map(|index| Shift::new(format!("p{index}"), "primary", at(index), at(index + 20_000)));
    let roster = Roster::default().shifts(shifts.collect::<Vec<_>>());
    let found =
        coverage(&roster, &TimeRange { start: at(0), end: at(40_000) }, &default_requirement()).unwrap();
    assert_eq!(found.gaps.iter().filter(|gap| gap.role == "primary").count(), 1);
    assert!(found.overlaps.iter().all(|overlap| overlap.people.len() <= 20));
}
