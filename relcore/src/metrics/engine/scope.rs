//! Services in environments.

/// One service in one environment. Events are linked within a scope, never across.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) environment: u32,
    pub(super) service: u32,
}

/// A value for every scope: `T::default()` until another is set.
///
/// Codes of environments and services are small and dense, so tables by code are faster than a map.
pub(super) struct PerScope<T> {
    by_environment: Vec<Vec<T>>,
}

impl<T> Default for PerScope<T> {
    fn default() -> Self {
        Self { by_environment: vec![] }
    }
}

impl<T: Default> PerScope<T> {
    pub(super) fn get(&self, scope: Scope) -> Option<&T> {
        self.by_environment.get(scope.environment as usize)?.get(scope.service as usize)
    }

    /// Sets a value; the one before.
    pub(super) fn replace(&mut self, scope: Scope, value: T) -> T {
        self.grown(scope).map(|old| std::mem::replace(old, value)).unwrap_or_default()
    }

    /// The values of all scopes that were set.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.by_environment.iter().flatten()
    }

    /// The value to change; never `None`, for the tables grow to the scope first.
    fn grown(&mut self, scope: Scope) -> Option<&mut T> {
        let (environment, service) = (scope.environment as usize, scope.service as usize);
        if self.by_environment.len() <= environment {
            self.by_environment.resize_with(environment.saturating_add(1), Vec::new);
        }
        let by_service = self.by_environment.get_mut(environment)?;
        if by_service.len() <= service {
            by_service.resize_with(service.saturating_add(1), T::default);
        }
        by_service.get_mut(service)
    }
}

impl<T> PerScope<Vec<T>> {
    /// Empties the list of a scope, and returns it. Most lists are empty already, and then nothing is written.
    pub(super) fn take(&mut self, scope: Scope) -> Vec<T> {
        let by_service = self.by_environment.get_mut(scope.environment as usize);
        match by_service.and_then(|lists| lists.get_mut(scope.service as usize)) {
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
