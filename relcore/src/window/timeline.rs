//! The windows that count for a subject, as one timeline.
use super::compile::{Compiled, NEVER, Range};
use super::definition::{Definition, Kind};
use super::subject::Subject;
use std::collections::BTreeSet;

/// A window that counts for a subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counting<'a> {
    pub(super) window: &'a Definition,
    compiled: &'a Compiled,
    /// The first merged range that ends after the instant of the timeline.
    range: Option<Range>,
}

/// The state of the windows at an instant, which can move forward from change to change.
#[derive(Clone, Debug)]
pub(super) struct Timeline<'a> {
    pub(super) windows: Vec<Counting<'a>>,
    /// The places of the allow windows, a group for each destination that the subject may have. A subject that names its
    /// environment and its service has one.
    allow_groups: Vec<Vec<usize>>,
    pub(super) at: i64,
}

/// What a subject may pass through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passes<'a> {
    pub(super) is_overridden: bool,
    pub(super) exemption: Option<&'a crate::release::Type>,
    pub(super) is_approved: bool,
    pub(super) is_manual: bool,
    /// Whether the run began while everything was open.
    pub(super) began_open: bool,
}

impl<'a> Passes<'a> {
    /// What the subject brings, but for the instant at which it began.
    pub(super) fn of(subject: &'a Subject) -> Self {
        Self {
            is_overridden: subject.overridden.is_some(),
            exemption: subject.release_type.as_ref(),
            is_approved: subject.exemption_approved_by.is_some(),
            is_manual: subject.manual,
            began_open: false,
        }
    }

    pub(super) fn exempts(&self, window: &Definition) -> bool {
        self.exemption.is_some_and(|of| window.exempt.contains(of))
    }
}

impl Counting<'_> {
    /// Whether the window is for certain environments or services.
    fn is_restricted(&self) -> bool {
        !self.window.environments.is_empty() || !self.window.services.is_empty()
    }

    pub(super) fn is_active(&self, at: i64) -> bool {
        self.range.is_some_and(|range| range.start <= at)
    }

    /// The instant at which this window starts or ends next.
    pub(super) fn changes_at(&self, at: i64) -> Option<i64> {
        let range = self.range?;
        Some(if range.start > at { range.start } else { range.end }).filter(|at| *at != NEVER)
    }
}

impl<'a> Timeline<'a> {
    pub(super) fn new(
        windows: impl Iterator<Item = (&'a Definition, &'a Compiled)>,
        subject: &Subject,
        at: i64,
    ) -> Self {
        let counts = |names: &[String], name: &Option<String>| {
            names.is_empty() || name.as_ref().is_none_or(|name| names.contains(name))
        };
        let windows: Vec<_> = windows
            .filter(|(window, _)| {
                counts(&window.environments, &subject.environment)
                    && counts(&window.services, &subject.service)
            })
            .map(|(window, compiled)| Counting { window, compiled, range: compiled.range_after(at) })
            .collect();
        let allow_groups = allow_groups(&windows, subject);
        Self { windows, allow_groups, at }
    }

    /// The windows that block: every active deny window, and the allow windows of each group in which none is active.
    pub(super) fn blocking(&self) -> impl Iterator<Item = &Counting<'a>> {
        let outside: BTreeSet<usize> = self.outside().flatten().copied().collect();
        self.windows.iter().enumerate().filter_map(move |(place, counting)| {
            let blocks = match counting.window.kind {
                Kind::Deny => counting.is_active(self.at),
                Kind::Allow => outside.contains(&place),
            };
            blocks.then_some(counting)
        })
    }

    /// The groups of allow windows in which none is active.
    fn outside(&self) -> impl Iterator<Item = &Vec<usize>> {
        let is_active = |place: &usize| self.windows.get(*place).is_some_and(|of| of.is_active(self.at));
        self.allow_groups.iter().filter(move |group| !group.is_empty() && !group.iter().any(is_active))
    }

    /// Whether the subject has allow windows and none of them is active, at one of the destinations that it may have.
    pub(super) fn is_outside(&self) -> bool {
        self.outside().next().is_some()
    }

    /// Whether it may be open for one of the destinations that the subject may have.
    pub(super) fn may_be_open(&self) -> bool {
        let denies = |counting: &Counting<'_>| {
            counting.window.kind == Kind::Deny && counting.is_active(self.at) && !counting.is_restricted()
        };
        !self.windows.iter().any(denies) && self.outside().count() < self.allow_groups.len()
    }

    pub(super) fn is_open(&self, passes: &Passes<'_>) -> bool {
        // In this order, because a search asks at thousands of instants.
        passes.is_overridden
            || !self.is_blocked()
            || passes.is_approved && self.blocking().all(|counting| passes.exempts(counting.window))
            || passes.is_manual && self.blocking().all(|counting| counting.window.manual)
            || passes.began_open && self.blocking().all(|counting| counting.window.overrun)
    }

    /// Whether a window blocks.
    pub(super) fn is_blocked(&self) -> bool {
        let denies =
            |counting: &Counting<'_>| counting.window.kind == Kind::Deny && counting.is_active(self.at);
        self.windows.iter().any(denies) || self.is_outside()
    }

    /// Moves to the next instant at which a window starts or ends; `false` if there is none.
    pub(super) fn advance(&mut self) -> bool {
        let Some(next) = self.windows.iter().filter_map(|counting| counting.changes_at(self.at)).min() else {
            return false;
        };
        self.jump(next);
        true
    }

    /// Moves to a later instant.
    fn jump(&mut self, at: i64) {
        self.at = at;
        for counting in &mut self.windows {
            if counting.range.is_some_and(|range| range.end <= at) {
                counting.range = counting.compiled.range_after(at);
            }
        }
    }

    /// An instant before which it is not open: what blocks now has to end, so that the changes until then are skipped.
    fn earliest_open(&self, passes: &Passes<'_>) -> i64 {
        let bound = |lets_through: &dyn Fn(&Definition) -> bool| {
            let denies = self.windows.iter().filter(|counting| {
                counting.window.kind == Kind::Deny
                    && counting.is_active(self.at)
                    && !lets_through(counting.window)
            });
            let ends = denies.filter_map(|counting| counting.range.map(|range| range.end));
            let starts = self.outside().filter_map(|group| {
                let group = || group.iter().filter_map(|place| self.windows.get(*place));
                let stays_closed = group().any(|counting| !lets_through(counting.window));
                let start = group().filter_map(|counting| counting.range.map(|range| range.start)).min();
                stays_closed.then_some(start.unwrap_or(NEVER))
            });
            ends.chain(starts).max().unwrap_or(self.at)
        };
        let mut earliest = bound(&|_| false);
        if passes.is_approved {
            earliest = earliest.min(bound(&|window| passes.exempts(window)));
        }
        if passes.is_manual {
            earliest = earliest.min(bound(&|window| window.manual));
        }
        if passes.began_open {
            earliest = earliest.min(bound(&|window| window.overrun));
        }
        earliest
    }

    /// Moves to the next instant, up to `limit`, at which it is open or closed as wanted.
    pub(super) fn advance_until(&mut self, wants_open: bool, passes: &Passes<'_>, limit: i64) -> bool {
        for _ in 0..MOST_CHANGES {
            let earliest = if wants_open { self.earliest_open(passes) } else { self.at };
            if earliest > limit {
                return false;
            }
            if earliest > self.at {
                self.jump(earliest);
            } else if !self.advance() || self.at > limit {
                return false;
            }
            if self.is_open(passes) == wants_open {
                return true;
            }
        }
        false
    }
}

/// The groups of allow windows that have to be open: one for each environment and service that the subject may have.
///
/// What the subject leaves out may be each of the names in the windows, or another one. A destination without allow windows
/// has an empty group, which never blocks.
fn allow_groups(windows: &[Counting<'_>], subject: &Subject) -> Vec<Vec<usize>> {
    let allows = || windows.iter().enumerate().filter(|(_, counting)| counting.window.kind == Kind::Allow);
    let candidates =
        |known: &Option<String>, names: fn(&Definition) -> &[String]| -> BTreeSet<Option<&str>> {
            match known {
                Some(_) => [None].into(),
                None => allows()
                    .flat_map(|(_, counting)| names(counting.window))
                    .map(|name| Some(name.as_str()))
                    .chain([None])
                    .collect(),
            }
        };
    let environments = candidates(&subject.environment, |window| &window.environments);
    let services = candidates(&subject.service, |window| &window.services);
    let admits = |names: &[String], known: bool, name: Option<&str>| {
        known || names.is_empty() || name.is_some_and(|name| names.iter().any(|of| of == name))
    };
    let (has_environment, has_service) = (subject.environment.is_some(), subject.service.is_some());
    if environments.len().saturating_mul(services.len()) > MOST_DESTINATIONS {
        // Too many to look at each: every window has to be active, which opens less and never more.
        return allows().map(|(place, _)| vec![place]).chain([vec![]]).collect();
    }
    let mut groups = BTreeSet::new();
    for environment in &environments {
        for service in &services {
            let group: Vec<usize> = allows()
                .filter(|(_, Counting { window, .. })| {
                    admits(&window.environments, has_environment, *environment)
                        && admits(&window.services, has_service, *service)
                })
                .map(|(place, _)| place)
                .collect();
            groups.insert(group);
        }
    }
    groups.into_iter().collect()
}

/// More destinations are not told apart, which bounds the work for a subject that names none.
const MOST_DESTINATIONS: usize = 1024;

/// More changes are not looked at, which bounds the search.
const MOST_CHANGES: usize = 200_000;
