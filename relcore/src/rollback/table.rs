//! The decision table: its conditions, its rows, and which row applies.
use super::condition::Condition;
use super::decision::Verdict;
use super::facts::{FACTS, Weight};
use super::truth::{Tally, Truth};
use crate::reason::{ReasonCode, Severity};
use crate::rollback::code;
use serde::{Deserialize, Serialize};

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
        if from != to {
            self.update(weight, |tally| tally.replace(from, to));
        }
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
    #[expect(clippy::indexing_slicing, reason = "there is a column for each condition")]
    pub(super) fn get(&self, condition: Condition) -> Truth {
        let column = self.columns[condition as usize];
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

    /// Exhaustive search: at most 2^5 assignments, since only the first six facts of a condition can be unknown.
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
        let holding = self.holding();
        let allowed = row_of(holding | Condition::Allowed.bit());
        match self.get(Condition::Allowed) {
            Truth::True => return allowed,
            Truth::False => return row_of(holding),
            Truth::Unknown if allowed.verdict == row_of(holding).verdict => return allowed,
            Truth::Unknown => {}
        }
        // No rollback is made on a guess. A halt or a mitigation is right in either case.
        match holding {
            set if set & Condition::UnderWay.bit() != 0 => &HALT,
            set if set & Condition::Mitigable.bit() != 0 => &MITIGATE,
            _ => &ROLLBACK_SAFETY_UNKNOWN,
        }
    }

    /// The conditions that hold, as bits. Unknown ones have their worst value.
    fn holding(&self) -> u16 {
        let holds = |condition: &Condition| match self.get(*condition) {
            Truth::True => true,
            Truth::Unknown => condition.is_assumed(),
            Truth::False => false,
        };
        Condition::ALL.iter().filter(|condition| holds(condition)).fold(0, |set, each| set | each.bit())
    }
}

/// A line of the decision table: it applies if its conditions hold and fail as it says.
struct Line {
    holds: u16,
    fails: u16,
    row: &'static Row,
}

impl Line {
    /// A line from a cell for each condition, in the order of [`Condition`]: `y`, `n`, or `.` for any value.
    const fn new(cells: &str, row: &'static Row) -> Self {
        let (cells, mut holds, mut fails, mut index) = (cells.as_bytes(), 0, 0, 0);
        while index < Condition::ALL.len() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses a short line")]
            match cells[index] {
                b'y' => holds |= Condition::ALL[index].bit(),
                b'n' => fails |= Condition::ALL[index].bit(),
                _ => {}
            }
            index += 1;
        }
        Self { holds, fails, row }
    }
}

/// Once something is wrong: the first line that applies decides. Together they cover every case.
static TABLE: [Line; 25] = [
    // flag, of release, allowed | serious, widespread | quick, proven, sooner | cause, under way, mitigable
    Line::new("y..........", &FLAG_ENDS_FAULT),
    Line::new("nn.......y.", &HALT),
    Line::new("nn.n.......", &NOT_OF_RELEASE_MINOR),
    Line::new("nn.y......y", &MITIGATE),
    Line::new("nn.y......n", &NOT_OF_RELEASE),
    Line::new("nyn......y.", &HALT),
    Line::new("nynn....nn.", &CAUSE_UNKNOWN),
    Line::new("nynn....yn.", &ROLLBACK_RULED_OUT),
    Line::new("nyny.y...n.", &ROLLBACK_RULED_OUT),
    Line::new("nyny.n...ny", &MITIGATE),
    Line::new("nyny.n...nn", &NO_WAY_OUT),
    Line::new("nyyyy..n...", &SERIOUS_AND_WIDESPREAD),
    Line::new("nyyyn.yn...", &ROLLBACK_PROVEN),
    Line::new("nyyny.yn...", &ROLLBACK_PROVEN),
    Line::new("nyynnnyn...", &ROLLBACK_PROVEN),
    Line::new("nyy......y.", &HALT),
    Line::new("nyy....y.n.", &FIX_SOONER),
    Line::new("nyyyny.n.n.", &FIX_PREFERRED),
    Line::new("nyynyy.n.n.", &FIX_PREFERRED),
    Line::new("nyyynn.n.ny", &MITIGATE),
    Line::new("nyynyn.n.ny", &MITIGATE),
    Line::new("nyyynn.n.nn", &NEITHER_IS_SAFE),
    Line::new("nyynyn.n.nn", &NEITHER_IS_SAFE),
    Line::new("nyynn..nnn.", &CAUSE_UNKNOWN),
    Line::new("nyynn..nyn.", &FIX_PREFERRED),
];

/// The row of the first line that applies to these conditions.
fn row_of(holding: u16) -> &'static Row {
    let applies = |line: &&Line| holding & line.holds == line.holds && holding & line.fails == 0;
    TABLE.iter().find(applies).map_or(&NEITHER_IS_SAFE, |line| line.row)
}

/// A row of the decision table, as [`decision_table`] lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.TableRow", rename_all = "camelCase", deny_unknown_fields)]
pub struct TableRow {
    /// The conditions that hold.
    pub holds: Vec<Condition>,
    /// The conditions that do not hold. Any other condition may have any value.
    pub fails: Vec<Condition>,
    /// What to do.
    pub verdict: Verdict,
    /// The code of the first reason of the decision.
    pub code: ReasonCode,
}

/// The rows of the decision table for a release of which something is wrong. The first row that applies decides.
///
/// ```
/// use relcore::rollback::{Condition, Verdict, decision_table};
/// let table = decision_table();
/// assert_eq!(table[0].holds, [Condition::FlagEndsFault]);
/// assert_eq!(table[0].verdict, Verdict::DisableFlag);
///
/// // Pitfall: a row applies only if none above it does, so it does not repeat the conditions of those.
/// assert!(table.iter().filter(|row| row.verdict == Verdict::RollBack).all(|row| row.holds.contains(&Condition::Allowed)));
/// ```
#[must_use]
pub fn decision_table() -> Vec<TableRow> {
    let list = |set: u16| Condition::ALL.into_iter().filter(|condition| set & condition.bit() != 0).collect();
    let row = |line: &Line| TableRow {
        holds: list(line.holds),
        fails: list(line.fails),
        verdict: line.row.verdict,
        code: line.row.code,
    };
    TABLE.iter().map(row).collect()
}

/// What a line of the table decides, and the first reason of the decision.
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
static HALT: Row = Row::new(
    Verdict::Halt,
    code::ROLLOUT_UNDER_WAY,
    Severity::Critical,
    "no rollback is made, and the rollout is still under way: halting it keeps the fault from further users",
);
static NOT_OF_RELEASE: Row = Row::new(
    Verdict::Escalate,
    code::NOT_OF_RELEASE,
    Severity::Critical,
    "the release did not cause the fault: neither a rollback nor a fix of the release ends it",
);
static NOT_OF_RELEASE_MINOR: Row = Row::new(
    Verdict::Freeze,
    code::NOT_OF_RELEASE,
    Severity::Error,
    "the release did not cause the fault: nothing is deployed until the fault is repaired",
);
static MITIGATE: Row = Row::new(
    Verdict::Mitigate,
    code::MITIGATION_AVAILABLE,
    Severity::Critical,
    "no other version is known to be a safe way out, and a mitigation limits the fault meanwhile",
);
static CAUSE_UNKNOWN: Row = Row::new(
    Verdict::Freeze,
    code::CAUSE_UNKNOWN,
    Severity::Error,
    "the fault is limited, and its cause is unknown: nothing is deployed until the cause is found",
);
static FIX_SOONER: Row = Row::new(
    Verdict::ForwardFix,
    code::FIX_SOONER,
    Severity::Error,
    "a tested fix is ready before a rollback would be done",
);
