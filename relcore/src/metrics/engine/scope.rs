//! Services in environments.
//!
//! A scope is a small number, so that what belongs to it is in a table. There are as many scopes as there are names, or as
//! events if those are fewer: a million names of which one occurs cost nothing.
use crate::column::NONE;
use crate::metrics::Policy;
use crate::metrics::table::Events;
use std::collections::BTreeSet;

/// One service in one environment. Events are linked within a scope, never across.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope(u32);

impl Scope {
    pub(super) const fn get(self) -> u32 {
        self.0
    }

    #[cfg(test)]
    pub(super) const fn new(number: u32) -> Self {
        Self(number)
    }

    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The scopes of a report.
pub(super) struct Scopes {
    /// By environment: what its services are counted from; [`NONE`] where the policy does not count it.
    bases: Vec<u32>,
    /// The environments and services that occur, ascending, if there are fewer than there are names.
    occurring: Option<Vec<u64>>,
}

/// So many scopes cost nothing worth a search.
const FEW: u64 = 4096;

impl Scopes {
    pub(super) fn new(events: &Events<'_>, policy: &Policy) -> Self {
        let names: BTreeSet<&str> = policy.environments.iter().map(String::as_str).collect();
        let all = policy.counts_all_environments();
        let (deployments, incidents) = (&events.deployments, &events.incidents);
        let has_services = !deployments.service.is_empty() || !incidents.service.is_empty();
        let services = if has_services { u64::from(events.services.max(1)) } else { 1 };
        let mut counted = 0_u64;
        let mut bases = Vec::with_capacity(events.environments.len());
        for name in events.environments {
            // Too large a number is not used: then the scopes are those that occur.
            let base = counted.saturating_mul(services);
            let is_counted = all || names.contains(name);
            bases.push(if is_counted { u32::try_from(base).unwrap_or(0) } else { NONE });
            counted = counted.saturating_add(u64::from(is_counted));
        }
        let rows = deployments.finished_at.len().saturating_add(incidents.detected_at.len());
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        let mut scopes = Self { bases, occurring: None };
        if counted.saturating_mul(services) > rows.saturating_mul(2).max(FEW) {
            let of = |environment: &[u32], service: &[u32], rows: usize| -> Vec<u64> {
                (0..rows).filter_map(|row| scopes.key(code(environment, row), code(service, row))).collect()
            };
            let mut occurring =
                of(deployments.environment, deployments.service, deployments.finished_at.len());
            occurring.extend(of(incidents.environment, incidents.service, incidents.detected_at.len()));
            occurring.sort_unstable();
            occurring.dedup();
            scopes.occurring = Some(occurring);
        }
        scopes
    }

    /// The scope of a service in an environment, by their codes; `None` if the policy does not count the environment.
    #[inline(always)] // for every deployment
    pub(super) fn scope(&self, environment: u32, service: u32) -> Option<Scope> {
        let base = self.bases.get(environment as usize).copied().unwrap_or(NONE);
        if base == NONE {
            return None;
        }
        match &self.occurring {
            None => Some(Scope(base.saturating_add(service))),
            Some(occurring) => {
                let found = occurring.binary_search(&key(environment, service)).ok();
                found.and_then(|found| u32::try_from(found).ok()).map(Scope)
            }
        }
    }

    fn key(&self, environment: u32, service: u32) -> Option<u64> {
        let base = self.bases.get(environment as usize).copied().unwrap_or(NONE);
        (base != NONE).then(|| key(environment, service))
    }
}

/// A service in an environment as one number.
fn key(environment: u32, service: u32) -> u64 {
    u64::from(environment) << 32 | u64::from(service)
}

/// The code of a row; 0 where the column is left out.
fn code(column: &[u32], row: usize) -> u32 {
    column.get(row).copied().unwrap_or(0)
}

/// A value for every scope: `T::default()` until another is set.
pub(super) struct PerScope<T>(Vec<T>);

impl<T> Default for PerScope<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T: Default> PerScope<T> {
    pub(super) fn get(&self, scope: Scope) -> Option<&T> {
        self.0.get(scope.index())
    }

    /// Sets a value; the one before.
    pub(super) fn replace(&mut self, scope: Scope, value: T) -> T {
        self.grown(scope).map(|old| std::mem::replace(old, value)).unwrap_or_default()
    }

    /// The values of all scopes that were set.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    /// The value to change; never `None`, for the table grows to the scope first.
    fn grown(&mut self, scope: Scope) -> Option<&mut T> {
        if self.0.len() <= scope.index() {
            self.0.resize_with(scope.index().saturating_add(1), T::default);
        }
        self.0.get_mut(scope.index())
    }
}

impl<T> PerScope<Vec<T>> {
    /// Empties the list of a scope, and returns it. Most lists are empty already, and then nothing is written.
    pub(super) fn take(&mut self, scope: Scope) -> Vec<T> {
        match self.0.get_mut(scope.index()) {
            Some(list) if !list.is_empty() => std::mem::take(list),
            Some(_) | None => vec![],
        }
    }

    /// Appends to the list of a scope.
    pub(super) fn push(&mut self, scope: Scope, item: T) {
        if let Some(items) = self.grown(scope) {
            items.push(item);
        }
    }
}
