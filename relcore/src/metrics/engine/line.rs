//! A line: one service in one environment. Events are linked within a line, never across.
use super::at;
use crate::metrics::MetricsPolicy;
use crate::metrics::columns::{Events, NONE};

/// What is remembered of a line while its deployments pass in the order of time.
pub(super) struct Line {
    /// The latest deployment that succeeded, or `NONE`.
    pub(super) last: u32,
    /// Deployments that did not succeed, whose changes wait for the next one.
    pub(super) waiting: Vec<u32>,
    /// Deployments that ran and did not succeed, until the next one that does.
    pub(super) broken: Vec<u32>,
}

impl Line {
    fn new() -> Self {
        Self { last: NONE, waiting: vec![], broken: vec![] }
    }
}

/// The lines of all events that count.
pub(super) struct Lines {
    lines: Vec<Line>,
    counted: Vec<bool>,
    services: usize,
}

impl Lines {
    pub(super) fn new(events: &Events<'_>, policy: &MetricsPolicy) -> Self {
        let counted: Vec<bool> = events
            .environments
            .iter()
            .map(|name| policy.environments.iter().any(|environment| environment == name))
            .collect();
        Self { lines: vec![], counted, services: events.services as usize }
    }

    /// The line of an event, `None` when its environment does not count.
    pub(super) fn of(&self, service: &[u32], environment: &[u32], place: usize) -> Option<u32> {
        let environment = at(environment, place, 0) as usize;
        if !at(&self.counted, environment, false) {
            return None;
        }
        let line = environment.checked_mul(self.services)?.checked_add(at(service, place, 0) as usize)?;
        u32::try_from(line).ok()
    }

    /// The line's memory; made when first asked for.
    pub(super) fn line(&mut self, line: u32) -> Option<&mut Line> {
        let place = line as usize;
        if self.lines.len() <= place {
            self.lines.resize_with(place.checked_add(1)?, Line::new);
        }
        self.lines.get_mut(place)
    }

    /// The latest deployment of a line that succeeded, or `NONE`.
    pub(super) fn last(&self, line: u32) -> u32 {
        self.lines.get(line as usize).map_or(NONE, |line| line.last)
    }

    /// Every line that had a deployment.
    pub(super) fn all(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }
}
