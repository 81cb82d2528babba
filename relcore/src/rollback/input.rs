//! The fields of the situation, whatever their type: their names, whether they are missing, and which values to try.
use super::{Policy, Situation};
use crate::time::Timestamp;
use std::fmt;

/// The arguments of a decision.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) situation: Situation,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

/// A field of the situation, without its type.
pub(super) trait Input: Sync {
    /// The name on the wire.
    fn name(&self) -> &'static str;

    /// Whether the field must still be given before its fact can be judged.
    fn is_missing(&self, case: &Case) -> bool;

    /// The present value as on the wire, without quotes.
    fn actual(&self, case: &Case) -> Option<String>;

    /// Calls `visit` with the case that each trial value makes, and with that value.
    fn each_trial(&self, case: &Case, visit: &mut dyn FnMut(&Case, &dyn fmt::Display));
}

/// A field of the situation with its type.
pub(super) struct Field<T> {
    name: &'static str,
    /// Where the value is, to read it and to replace it.
    of: fn(&mut Situation) -> &mut Option<T>,
    missing: fn(Option<T>, &Policy) -> bool,
    /// The values to try: one on each side of the limit, as far as there is one.
    trials: fn(&Case) -> [Option<T>; 2],
    /// Whether the field is not considered while it is absent: it is then neither missing nor tried.
    is_optional: bool,
}

impl<T: Copy> Field<T> {
    /// A field that is missing while it is absent.
    pub(super) const fn new(
        name: &'static str,
        of: fn(&mut Situation) -> &mut Option<T>,
        trials: fn(&Case) -> [Option<T>; 2],
    ) -> Self {
        Self { name, of, missing: |value, _| value.is_none(), trials, is_optional: false }
    }

    /// A field that no counterfactual changes: the past.
    pub(super) const fn untried(name: &'static str, of: fn(&mut Situation) -> &mut Option<T>) -> Self {
        Self::new(name, of, |_| [None, None])
    }

    /// The same field, not considered while it is absent.
    pub(super) const fn optional(self) -> Self {
        Self { missing: |_, _| false, is_optional: true, ..self }
    }

    /// The same field, missing while this function says so.
    pub(super) const fn missing_if(self, missing: fn(Option<T>, &Policy) -> bool) -> Self {
        Self { missing, ..self }
    }
}

impl Field<bool> {
    /// A boolean field; both values are tried.
    pub(super) const fn yes_or_no(name: &'static str, of: fn(&mut Situation) -> &mut Option<bool>) -> Self {
        Self::new(name, of, |_| [Some(true), Some(false)])
    }
}

/// A value is displayed as on the wire, without quotes.
impl<T: Copy + PartialEq + fmt::Display> Input for Field<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_missing(&self, case: &Case) -> bool {
        let mut situation = case.situation;
        (self.missing)(*(self.of)(&mut situation), case.policy)
    }

    fn actual(&self, case: &Case) -> Option<String> {
        let mut situation = case.situation;
        (self.of)(&mut situation).map(|value| value.to_string())
    }

    fn each_trial(&self, case: &Case, visit: &mut dyn FnMut(&Case, &dyn fmt::Display)) {
        let mut case = *case;
        let actual = *(self.of)(&mut case.situation);
        if self.is_optional && actual.is_none() {
            return;
        }
        let mut tried = None;
        for value in (self.trials)(&case).into_iter().flatten() {
            // At the ends of a type the two values next to a limit are one.
            if actual == Some(value) || tried == Some(value) {
                continue;
            }
            tried = Some(value);
            *(self.of)(&mut case.situation) = tried;
            visit(&case, &value);
        }
    }
}
