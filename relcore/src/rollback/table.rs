//! The decision table: its conditions, its rows, and which row applies.
use super::condition::Condition;
use super::decision::Verdict;
use super::facts::{FACTS, Weight};
use super::truth::{Tally, Truth};
use crate::reason::{ReasonCode, Severity};
use crate::rollback::code;

/// The columns of the decision table for one case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Conditions {
    /// The criteria that warn and those that call for recovery, with all facts that show them to be met.
    warns: Tally,
    calls: Tally,
    /// The criteria that must be known before the release counts as good.
    watched: Tally,
    /// The other columns, in the order of [`Condition`].
    columns: [Tally; Condition::ALL.len()],
}

impl Conditions {
    /// The conditions for these truth values and weights of [`FACTS`].
    pub(super) fn new(truths: &[Truth; FACTS.len()], weights: &[Weight; FACTS.len()]) -> Self {
        let mut conditions = Self::default();
        for (truth, weight) in truths.iter().zip(weights) {
            conditions.update(weight, |tally| tally.add(*truth));
        }
        conditions
    }

    /// The conditions if one fact had another truth value.
    pub(super) fn replacing(mut self, weight: &Weight, from: Truth, to: Truth) -> Self {
        self.update(weight, |tally| tally.replace(from, to));
        self
    }

    /// Updates each column of which the fact is a part.
    fn update(&mut self, weight: &Weight, change: impl Fn(&mut Tally)) {
        match weight.severity {
            Severity::Info => {}
            Severity::Warning => change(&mut self.warns),
            Severity::Error | Severity::Critical => change(&mut self.calls),
        }
        if weight.is_watched {
            change(&mut self.watched);
        }
        for condition in weight.conditions.into_iter().flatten() {
            change(self.column(condition));
        }
    }

    /// Whether a criterion that calls for recovery is met.
    pub(super) fn something_is_wrong(&self) -> bool {
        self.calls.any() == Truth::True
    }

    #[expect(clippy::indexing_slicing, reason = "there is a column for each condition")]
    fn column(&mut self, condition: Condition) -> &mut Tally {
        &mut self.columns[condition as usize]
    }

    /// One fact makes a fault serious or widespread; the other conditions need all their facts.
    fn get(mut self, condition: Condition) -> Truth {
        let column = self.column(condition);
        match condition {
            Condition::Serious | Condition::Widespread => column.any(),
            _ => column.all(),
        }
    }

    fn with(mut self, condition: Condition, truth: Truth) -> Self {
        *self.column(condition) = Tally::of(truth);
        self
    }

    /// The unknown conditions that could change the verdict under some assignment of the other unknown ones.
    pub(super) fn deciding(self) -> Vec<Condition> {
        let unknown = Condition::ALL.into_iter().filter(|condition| self.get(*condition) == Truth::Unknown);
        unknown.filter(|condition| self.decided_by(*condition)).collect()
    }

    /// Exhaustive search: at most 2^5 assignments of the other conditions.
    fn decided_by(self, condition: Condition) -> bool {
        let is_open = |other: &Condition| *other != condition && self.get(*other) == Truth::Unknown;
        match Condition::ALL.into_iter().find(is_open) {
            Some(other) => {
                [Truth::False, Truth::True].into_iter().any(|t| self.with(other, t).decided_by(condition))
            }
            None => {
                let verdict = |truth| self.with(condition, truth).row().verdict;
                verdict(Truth::False) != verdict(Truth::True)
            }
        }
    }

    /// The row of the decision table that applies.
    pub(super) fn row(&self) -> &'static Row {
        if !self.something_is_wrong() {
            return match (self.watched.has_unknown(), self.warns.any()) {
                (true, _) => &CRITERIA_UNKNOWN,
                (false, Truth::True) => &ONLY_WARNINGS,
                (false, _) => &NO_CRITERION_MET,
            };
        }
        if self.get(Condition::FlagEndsFault) == Truth::True {
            return &FLAG_ENDS_FAULT;
        }
        match self.get(Condition::Allowed) {
            Truth::True => self.row_if(true),
            Truth::False => self.row_if(false),
            // No rollback is made on a guess.
            Truth::Unknown if self.row_if(true).verdict == self.row_if(false).verdict => self.row_if(true),
            Truth::Unknown => &ROLLBACK_SAFETY_UNKNOWN,
        }
    }

    /// The row for a fault that no flag ends. Unknown conditions have their worst value.
    fn row_if(&self, allowed: bool) -> &'static Row {
        let serious = self.get(Condition::Serious) != Truth::False;
        let widespread = self.get(Condition::Widespread) != Truth::False;
        let quick_fix = self.get(Condition::QuickFix) == Truth::True;
        let proven = self.get(Condition::Proven) == Truth::True;
        if !allowed {
            return if serious && !quick_fix { &NO_WAY_OUT } else { &ROLLBACK_RULED_OUT };
        }
        match (u8::from(serious) + u8::from(widespread), quick_fix, proven) {
            (2, _, _) => &SERIOUS_AND_WIDESPREAD,
            (1, _, true) | (0, false, true) => &ROLLBACK_PROVEN,
            (1, false, false) => &NEITHER_IS_SAFE,
            _ => &FIX_PREFERRED,
        }
    }
}

/// A row of the decision table: what it decides, and the first reason of the decision.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) verdict: Verdict,
    pub(super) code: ReasonCode,
    /// A row that needs a person at once is critical.
    pub(super) severity: Severity,
    text: &'static str,
    /// The sentence if one of these conditions is unknown and was assumed to have its worst value.
    assumed: Option<(&'static [Condition], &'static str)>,
}

impl Row {
    const fn new(verdict: Verdict, code: ReasonCode, severity: Severity, text: &'static str) -> Self {
        Self { verdict, code, severity, text, assumed: None }
    }

    const fn assuming(self, conditions: &'static [Condition], text: &'static str) -> Self {
        Self { assumed: Some((conditions, text)), ..self }
    }

    /// The sentence. It states no assumption as a fact.
    pub(super) fn text(&self, conditions: &Conditions) -> &'static str {
        let is_unknown = |condition: &Condition| conditions.get(*condition) == Truth::Unknown;
        match self.assumed {
            Some((assumed, text)) if assumed.iter().any(is_unknown) => text,
            _ => self.text,
        }
    }
}

static NO_CRITERION_MET: Row =
    Row::new(Verdict::Hold, code::NO_CRITERION_MET, Severity::Info, "no rollback criterion is met");
static CRITERIA_UNKNOWN: Row = Row::new(
    Verdict::Inconclusive,
    code::CRITERIA_UNKNOWN,
    Severity::Warning,
    "no criterion that calls for recovery is met, but not all criteria are known",
);
static ONLY_WARNINGS: Row = Row::new(
    Verdict::Hold,
    code::ONLY_WARNINGS,
    Severity::Warning,
    "only criteria of severity warning are met: they call for no recovery",
);
static FLAG_ENDS_FAULT: Row = Row::new(
    Verdict::DisableFlag,
    code::FLAG_ENDS_FAULT,
    Severity::Error,
    "a feature flag ends the fault: disabling it loses nothing",
);
static ROLLBACK_RULED_OUT: Row = Row::new(
    Verdict::ForwardFix,
    code::ROLLBACK_RULED_OUT,
    Severity::Error,
    "a rollback is ruled out: a new release must repair this one",
);
static NO_WAY_OUT: Row = Row::new(
    Verdict::Escalate,
    code::NO_WAY_OUT,
    Severity::Critical,
    "a rollback is ruled out, the fault is serious, and no simple and quick fix is available",
)
.assuming(
    &[Condition::Serious, Condition::QuickFix],
    "a rollback is ruled out, and neither a minor fault nor a simple and quick fix is certain",
);
static SERIOUS_AND_WIDESPREAD: Row = Row::new(
    Verdict::RollBack,
    code::SERIOUS_AND_WIDESPREAD,
    Severity::Critical,
    "the fault is serious and widespread",
)
.assuming(
    &[Condition::Serious, Condition::Widespread],
    "the fault is treated as serious and widespread: facts that could show otherwise are missing",
);
static ROLLBACK_PROVEN: Row = Row::new(
    Verdict::RollBack,
    code::ROLLBACK_PROVEN,
    Severity::Error,
    "the rollback path is tested and simple, and waiting for a fix is no better",
);
static FIX_PREFERRED: Row = Row::new(
    Verdict::ForwardFix,
    code::FIX_PREFERRED,
    Severity::Error,
    "a fix is better than a rollback that is risky or hardly needed",
);
static NEITHER_IS_SAFE: Row = Row::new(
    Verdict::Escalate,
    code::NEITHER_IS_SAFE,
    Severity::Critical,
    "the rollback path is risky, and no simple and quick fix is available",
)
.assuming(
    &[Condition::Proven, Condition::QuickFix],
    "neither a safe rollback path nor a simple and quick fix is certain",
);
static ROLLBACK_SAFETY_UNKNOWN: Row = Row::new(
    Verdict::Escalate,
    code::ROLLBACK_SAFETY_UNKNOWN,
    Severity::Critical,
    "something is wrong, and it is not known whether a rollback would be safe",
);
