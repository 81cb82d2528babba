//! Who is on call, swept over time.
use super::candidate::person;
use super::gap::{CoverageGap, CoverageOverlap};
use super::matching::{Group, fill};
use super::requirement::{CoverageRequirement, RoleRequirement};
use super::roster::Roster;
use crate::error::Result;
use crate::time::{Span, TimeRange, Timestamp};
use crate::window::{Engine, Policy, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// A role that is needed, and when.
pub(super) struct Need<'a> {
    pub(super) requirement: &'a RoleRequirement,
    when: Vec<TimeRange>,
}

impl<'a> Need<'a> {
    pub(super) fn all(requirement: &'a CoverageRequirement, range: &TimeRange) -> Result<Vec<Self>> {
        let needs = requirement.roles.iter().map(|requirement| {
            let when = match &requirement.hours {
                None => vec![*range],
                Some(hours) => {
                    // The hours are those in which a freeze of the same hours is not open.
                    let engine = Engine::new(Policy::default().windows([hours.window()]))?;
                    without(&[*range], &engine.openings(&Subject::default(), range)?)
                }
            };
            Ok(Self { requirement, when })
        });
        needs.collect()
    }
}

/// Of each need, the people who meet it, and when.
pub(super) struct Presence {
    of_need: Vec<BTreeMap<String, Vec<TimeRange>>>,
    /// The names as the roster writes them.
    names: BTreeMap<String, String>,
    /// The shifts of which it is not known how soon somebody answers.
    unknown: BTreeSet<usize>,
}

impl Presence {
    /// With or without the people of whom it is not known how soon they answer.
    pub(super) fn new(roster: &Roster, needs: &[Need<'_>], is_hopeful: bool) -> Self {
        let mut names = BTreeMap::new();
        let mut away: BTreeMap<String, Vec<TimeRange>> = BTreeMap::new();
        for absence in &roster.absences {
            let range = TimeRange { start: absence.start, end: absence.end };
            away.entry(person(&absence.person)).or_default().push(range);
        }
        let away: BTreeMap<String, Vec<TimeRange>> =
            away.into_iter().map(|(person, ranges)| (person, united(ranges))).collect();
        let mut by_role: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, need) in needs.iter().enumerate() {
            by_role.entry(&need.requirement.role).or_default().push(index);
        }
        let mut of_need: Vec<BTreeMap<String, Vec<TimeRange>>> = vec![BTreeMap::new(); needs.len()];
        let mut unknown = BTreeSet::new();
        for (place, shift) in roster.shifts.iter().enumerate() {
            for index in by_role.get(shift.role.as_str()).into_iter().flatten() {
                let limit = needs.get(*index).and_then(|need| need.requirement.responds_within);
                let counts = match (limit, shift.responds_within) {
                    (None, _) => true,
                    (Some(limit), Some(responds)) => responds <= limit,
                    (Some(_), None) => {
                        unknown.insert(place);
                        is_hopeful
                    }
                };
                if let Some(people) = of_need.get_mut(*index).filter(|_| counts) {
                    let who = person(&shift.person);
                    names.entry(who.clone()).or_insert_with(|| shift.person.trim().to_owned());
                    people.entry(who).or_default().push(TimeRange { start: shift.start, end: shift.end });
                }
            }
        }
        for people in &mut of_need {
            for (who, ranges) in people {
                let present = united(std::mem::take(ranges));
                *ranges = match away.get(who) {
                    Some(away) => without(&present, away),
                    None => present,
                };
            }
        }
        Self { of_need, names, unknown }
    }

    pub(super) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    fn name(&self, person: &str) -> String {
        self.names.get(person).cloned().unwrap_or_else(|| person.to_owned())
    }
}

/// The gaps and the overlaps, by need and time.
pub(super) struct Sweep {
    pub(super) gaps: Vec<CoverageGap>,
    pub(super) overlaps: Vec<CoverageOverlap>,
}

enum Change<'a> {
    Needed(bool),
    Comes(&'a str),
    Goes(&'a str),
}

/// More people of an overlap are not named.
const MOST_NAMES: usize = 20;

impl Sweep {
    pub(super) fn new(needs: &[Need<'_>], presence: &Presence, range: &TimeRange, distinct: bool) -> Self {
        let mut changes: BTreeMap<Timestamp, Vec<(usize, Change<'_>)>> = BTreeMap::new();
        let mut change = |at: Timestamp, index: usize, change| {
            changes.entry(at).or_default().push((index, change));
        };
        for (index, (need, people)) in needs.iter().zip(&presence.of_need).enumerate() {
            for when in clipped(&need.when, range) {
                change(when.start, index, Change::Needed(true));
                change(when.end, index, Change::Needed(false));
            }
            for (person, ranges) in people {
                for present in clipped(ranges, range) {
                    change(present.start, index, Change::Comes(person));
                    change(present.end, index, Change::Goes(person));
                }
            }
        }
        changes.entry(range.end).or_default();

        let mut states: Vec<State<'_>> = needs.iter().map(|_| State::default()).collect();
        let mut at = range.start;
        for (next, changes) in changes {
            let here = TimeRange { start: at, end: next };
            if here.start < here.end {
                let have = counts(needs, &states, distinct);
                for ((need, state), have) in needs.iter().zip(&mut states).zip(have) {
                    state.record(need.requirement, here, have, presence);
                }
            }
            for (index, change) in changes {
                let Some(state) = states.get_mut(index) else { continue };
                match change {
                    Change::Needed(is_needed) => state.is_needed = is_needed,
                    Change::Comes(person) => {
                        state.people.insert(person);
                    }
                    // Ranges of one person do not touch, so this is not one who has just come.
                    Change::Goes(person) => {
                        state.people.remove(person);
                    }
                }
            }
            at = next;
        }
        let (gaps, overlaps): (Vec<_>, Vec<_>) =
            states.into_iter().map(|state| (state.gaps, state.overlaps)).unzip();
        Self { gaps: gaps.concat(), overlaps: overlaps.concat() }
    }
}

/// How many people count for each need.
fn counts(needs: &[Need<'_>], states: &[State<'_>], distinct: bool) -> Vec<usize> {
    if !distinct {
        return states.iter().map(|state| state.people.len()).collect();
    }
    let total: u32 = needs.iter().map(|need| need.requirement.count).fold(0, u32::saturating_add);
    let groups: Vec<Group<'_>> = needs
        .iter()
        .zip(states)
        .map(|(need, state)| Group {
            need: if state.is_needed { need.requirement.count as usize } else { 0 },
            people: state.people.iter().copied().take(total as usize).collect(),
        })
        .collect();
    fill(&groups).iter().map(Vec::len).collect()
}

#[derive(Default)]
struct State<'a> {
    is_needed: bool,
    people: BTreeSet<&'a str>,
    gaps: Vec<CoverageGap>,
    overlaps: Vec<CoverageOverlap>,
}

impl State<'_> {
    fn record(&mut self, requirement: &RoleRequirement, here: TimeRange, have: usize, presence: &Presence) {
        let RoleRequirement { role, count: need, .. } = requirement;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let have = number(have);
        if self.is_needed && have < *need {
            match self.gaps.last_mut().filter(|last| last.end == here.start) {
                Some(last) => {
                    last.end = here.end;
                    last.have = last.have.min(have);
                }
                None => self.gaps.push(CoverageGap {
                    role: role.clone(),
                    start: here.start,
                    end: here.end,
                    have,
                    need: *need,
                }),
            }
        }
        let present = number(self.people.len());
        if self.is_needed && present > *need {
            let people: Vec<String> =
                self.people.iter().take(MOST_NAMES).map(|person| presence.name(person)).collect();
            let is_same = |last: &&mut CoverageOverlap| {
                last.end == here.start && last.have == present && last.people == people
            };
            match self.overlaps.last_mut().filter(is_same) {
                Some(last) => last.end = here.end,
                None => self.overlaps.push(CoverageOverlap {
                    role: role.clone(),
                    start: here.start,
                    end: here.end,
                    people,
                    have: present,
                }),
            }
        }
    }
}

/// Ranges in order, those that touch as one, those without an instant left out.
fn united(mut ranges: Vec<TimeRange>) -> Vec<TimeRange> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_unstable();
    let mut out: Vec<TimeRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => out.push(range),
        }
    }
    out
}

/// The instants of `ranges` that are in none of `others`. Both are in order, and neither touches itself.
fn without(ranges: &[TimeRange], others: &[TimeRange]) -> Vec<TimeRange> {
    let mut out = Vec::new();
    let mut others = others.iter().peekable();
    for range in ranges {
        let mut start = range.start;
        while let Some(other) = others.peek() {
            if other.end <= start {
                others.next();
                continue;
            }
            if other.start >= range.end {
                break;
            }
            if start < other.start {
                out.push(TimeRange { start, end: other.start });
            }
            start = start.max(other.end);
            if start >= range.end {
                break; // it may reach into the next range
            }
        }
        if start < range.end {
            out.push(TimeRange { start, end: range.end });
        }
    }
    out
}

fn clipped(ranges: &[TimeRange], range: &TimeRange) -> impl Iterator<Item = TimeRange> {
    let clip = |of: &TimeRange| TimeRange { start: of.start.max(range.start), end: of.end.min(range.end) };
    ranges.iter().map(clip).filter(|clipped| clipped.start < clipped.end).collect::<Vec<_>>().into_iter()
}

/// The gaps from an instant on, for the question when a release may start.
pub(super) struct Timeline {
    /// The gaps of all roles, by their starts.
    gaps: Vec<(i64, i64)>,
    /// How long everybody has to be on call.
    length: i64,
    known_until: i64,
    /// The facts that are missing of shifts that are not over.
    pub(super) missing: Vec<String>,
}

/// How far beyond the last shift the search goes: hours recur every week.
const BEYOND: i64 = 8 * 24 * 60 * 60 * 1000;

/// How far ahead is searched, as for windows: five years.
const HORIZON: i64 = 5 * 366 * 24 * 60 * 60 * 1000;

impl Timeline {
    /// With or without the people of whom it is not known how soon they answer.
    pub(super) fn new(
        roster: &Roster,
        requirement: &CoverageRequirement,
        length: Span,
        now: Timestamp,
        is_hopeful: bool,
    ) -> Result<Self> {
        let last = roster.shifts.iter().map(|shift| shift.end).max().unwrap_or(now).max(now).as_millis();
        let length = length.as_millis();
        let limit = now.as_millis().saturating_add(HORIZON);
        let known_until = last.min(limit).saturating_add(BEYOND).saturating_add(length);
        let known_until = known_until.min(Timestamp::MAX_MILLIS);
        let range = TimeRange { start: now, end: Timestamp::from_millis(known_until)? };
        let needs = Need::all(requirement, &range)?;
        let presence = Presence::new(roster, &needs, is_hopeful);
        let gaps = Sweep::new(&needs, &presence, &range, requirement.distinct).gaps;
        let mut gaps: Vec<(i64, i64)> =
            gaps.iter().map(|gap| (gap.start.as_millis(), gap.end.as_millis())).collect();
        gaps.sort_unstable();
        let is_ahead = |place: &&usize| roster.shifts.get(**place).is_some_and(|shift| shift.end > now);
        let unknown = presence.unknown.iter().filter(is_ahead);
        let missing = unknown.map(|place| format!("roster.shifts[{place}].respondsWithin")).collect();
        Ok(Self { gaps, length, known_until, missing })
    }

    /// The first instant from which on everybody is on call for long enough.
    pub(super) fn next_start(&self, from: Timestamp) -> Option<Timestamp> {
        let mut start = from.as_millis();
        for &(gap_start, gap_end) in &self.gaps {
            if gap_start >= start.saturating_add(self.length) {
                break;
            }
            start = start.max(gap_end);
        }
        let end = start.saturating_add(self.length);
        Timestamp::from_millis(start).ok().filter(|_| end <= self.known_until)
    }

    /// The first instant from which on somebody is missing before it is over, if nobody is now.
    pub(super) fn closes_at(&self, from: Timestamp) -> Option<Timestamp> {
        let end = from.as_millis().saturating_add(self.length);
        let gap = self.gaps.iter().find(|(start, _)| *start >= end)?.0;
        Timestamp::from_millis(gap.saturating_sub(self.length).saturating_add(1)).ok()
    }
}
