//! The fields of the situation, whatever their type: their names, whether they are missing, and which values to try.
use super::{Counterfactual, Policy, Situation, Verdict};
use crate::time::Timestamp;
use std::fmt;

/// The arguments of a decision.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) situation: Situation,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
    /// The p-value of the rise in the error rate, tested once for all that need it; `None` before the test, and in a case
    /// with another error rate.
    pub(super) tested: Option<f64>,
}

/// A field of the situation, without its type.
pub(super) trait Input: Sync {
    /// The name on the wire.
    fn name(&self) -> &'static str;

    /// Whether the field must still be given before its fact can be judged.
    fn is_missing(&self, case: &Case) -> bool;

    /// Replaces the value by each trial value, lists those for which `flips` has another verdict, and restores it.
    fn counterfactuals(
        &self,
        case: &mut Case,
        flips: &dyn Fn(&Case) -> Option<Verdict>,
        found: &mut Vec<Counterfactual>,
    );
}

/// A field of the situation with its type.
pub(super) struct Field<T> {
    name: &'static str,
    /// Where the value is, to read it and to replace it.
    of: fn(&mut Situation) -> &mut Option<T>,
    missing: fn(Option<T>, &Policy) -> bool,
    /// Whether the field is asked for and tried while it is absent.
    asked: fn(&Situation) -> bool,
    /// The values to try: one on each side of the limit, as far as there is one.
    trials: fn(&Case) -> [Option<T>; 2],
}

impl<T: Copy> Field<T> {
    /// A field that is missing while it is absent.
    pub(super) const fn new(
        name: &'static str,
        of: fn(&mut Situation) -> &mut Option<T>,
        trials: fn(&Case) -> [Option<T>; 2],
    ) -> Self {
        Self { name, of, missing: |value, _| value.is_none(), asked: |_| true, trials }
    }

    /// A field that no counterfactual changes: the past.
    pub(super) const fn untried(name: &'static str, of: fn(&mut Situation) -> &mut Option<T>) -> Self {
        Self::new(name, of, |_| [None, None])
    }

    /// The same field, neither missing nor tried while it is absent, unless this function says so.
    pub(super) const fn asked_if(self, asked: fn(&Situation) -> bool) -> Self {
        Self { asked, ..self }
    }

    /// The same field, neither missing nor tried while it is absent.
    pub(super) const fn optional(self) -> Self {
        self.asked_if(|_| false)
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
        let value = *(self.of)(&mut situation);
        (value.is_some() || (self.asked)(&case.situation)) && (self.missing)(value, case.policy)
    }

    fn counterfactuals(
        &self,
        case: &mut Case,
        flips: &dyn Fn(&Case) -> Option<Verdict>,
        found: &mut Vec<Counterfactual>,
    ) {
        let actual = *(self.of)(&mut case.situation);
        if actual.is_none() && !(self.asked)(&case.situation) {
            return;
        }
        let mut tried = None;
        for value in (self.trials)(case).into_iter().flatten() {
            // At the ends of a type the two values next to a limit are one.
            if actual == Some(value) || tried == Some(value) {
                continue;
            }
            tried = Some(value);
            *(self.of)(&mut case.situation) = tried;
            if let Some(verdict) = flips(case) {
                let (actual, instead) = (actual.map(|actual| actual.to_string()), value.to_string());
                found.push(Counterfactual { fact: self.name.to_owned(), actual, instead, verdict });
            }
        }
        *(self.of)(&mut case.situation) = actual;
    }
}
