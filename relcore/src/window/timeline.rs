//! The windows that count for a subject, as one timeline.
use super::compile::{Compiled, NEVER, Range};
use super::definition::{Definition, Kind};
use super::subject::Subject;

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
        let windows = windows
            .filter(|(window, _)| {
                counts(&window.environments, &subject.environment)
                    && counts(&window.services, &subject.service)
            })
            .map(|(window, compiled)| Counting { window, compiled, range: compiled.range_after(at) })
            .collect();
        Self { windows, at }
    }

    /// The windows that block: every active deny window, and all allow windows if none of them is active.
    pub(super) fn blocking(&self) -> impl Iterator<Item = &Counting<'a>> {
        let outside = self.is_outside();
        self.windows.iter().filter(move |counting| match counting.window.kind {
            Kind::Deny => counting.is_active(self.at),
            Kind::Allow => outside,
        })
    }

    /// Whether there are allow windows and none of them is active.
    pub(super) fn is_outside(&self) -> bool {
        let mut allows =
            self.windows.iter().filter(|counting| counting.window.kind == Kind::Allow).peekable();
        allows.peek().is_some() && !allows.any(|counting| counting.is_active(self.at))
    }

    pub(super) fn is_open(&self, passes: &Passes<'_>) -> bool {
        passes.is_overridden
            || self.blocking().next().is_none()
            || passes.is_approved && self.blocking().all(|counting| passes.exempts(counting.window))
            || passes.is_manual && self.blocking().all(|counting| counting.window.manual)
            || passes.began_open && self.blocking().all(|counting| counting.window.overrun)
    }

    /// Moves to the next instant at which a window starts or ends; `false` if there is none.
    pub(super) fn advance(&mut self) -> bool {
        let Some(next) = self.windows.iter().filter_map(|counting| counting.changes_at(self.at)).min() else {
            return false;
        };
        self.at = next;
        for counting in &mut self.windows {
            if counting.range.is_some_and(|range| range.end <= next) {
                counting.range = counting.compiled.range_after(next);
            }
        }
        true
    }

    /// Moves to the next instant, up to `limit`, at which it is open or closed as wanted.
    pub(super) fn advance_until(&mut self, wants_open: bool, passes: &Passes<'_>, limit: i64) -> bool {
        for _ in 0..MOST_CHANGES {
            if !self.advance() || self.at > limit {
                return false;
            }
            if self.is_open(passes) == wants_open {
                return true;
            }
        }
        false
    }
}

/// More changes are not looked at, which bounds the search.
const MOST_CHANGES: usize = 200_000;
