//! The decision table: its conditions, its rows, and which row applies.
use super::condition::Condition;
use super::decision::Verdict;
use super::facts::{Role, facts};
use super::truth::{Truth, Truths};
use super::{Policy, code};
use crate::reason::{ReasonCode, Severity};
use serde::{Deserialize, Serialize};

/// The facts of each column of the decision table under a policy, a bit for each fact.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    /// The facts that show a criterion to be met that warns, and one that calls for recovery.
    warns: u32,
    calls: u32,
    /// All criteria, and those that must be known before the release counts as good.
    pub(super) criteria: u32,
    pub(super) watched: u32,
    /// The other columns, in the order of [`Condition`].
    of: [u32; Condition::ALL.len()],
}

impl Columns {
    pub(super) fn new(policy: &Policy) -> Self {
        let mut columns = Self::default();
        for (fact, bit) in facts() {
            let severity = fact.severity(policy);
            match severity {
                Severity::Info => {}
                Severity::Warning => columns.warns |= bit,
                Severity::Error | Severity::Critical => columns.calls |= bit,
            }
            match fact.role {
                Role::PartOf(conditions) => {
                    for condition in conditions {
                        *columns.column(*condition) |= bit;
                    }
                }
                Role::Criterion { reach_known } => {
                    columns.criteria |= bit;
                    if severity >= Severity::Warning {
                        columns.watched |= bit;
                    }
                    if severity == Severity::Critical {
                        *columns.column(Condition::Serious) |= bit;
                    }
                    if !reach_known && severity >= Severity::Error {
                        *columns.column(Condition::Widespread) |= bit;
                    }
                }
            }
        }
        columns
    }

    #[expect(clippy::indexing_slicing, reason = "there is a column for each condition of a fact")]
    fn column(&mut self, condition: Condition) -> &mut u32 {
        &mut self.of[condition as usize]
    }

    /// The facts of these conditions.
    pub(super) fn facts_of(&self, conditions: &[Condition]) -> u32 {
        let of = |condition: &Condition| self.of.get(*condition as usize).copied().unwrap_or_default();
        conditions.iter().fold(0, |facts, condition| facts | of(condition))
    }

    /// Whether a criterion that calls for recovery is met.
    pub(super) fn something_is_wrong(&self, truths: Truths) -> bool {
        truths.any(self.calls) == Truth::True
    }

    /// The conditions that hold and those that are unknown.
    fn sets(&self, truths: Truths) -> (u16, u16) {
        let (mut holding, mut unknown) = (0, 0);
        for (condition, column) in Condition::ALL.into_iter().zip(self.of) {
            // One fact makes a fault serious or widespread; the other conditions need all their facts.
            let truth = match condition {
                Condition::Serious | Condition::Widespread => truths.any(column),
                _ => truths.all(column),
            };
            match truth {
                Truth::True => holding |= condition.bit(),
                Truth::Unknown => unknown |= condition.bit(),
                Truth::False => {}
            }
        }
        (holding, unknown)
    }

    /// The unknown conditions.
    pub(super) fn unknown(&self, truths: Truths) -> u16 {
        self.sets(truths).1
    }

    /// The unknown conditions that could change the verdict under some assignment of the other unknown ones: an exhaustive
    /// search over at most 2^8 assignments.
    pub(super) fn deciding(&self, truths: Truths) -> u16 {
        let (holding, unknown) = self.sets(truths);
        let (mut deciding, mut assigned) = (0, 0);
        loop {
            let verdict = row_of(holding | assigned).verdict;
            for condition in Condition::ALL {
                let bit = condition.bit() & unknown & !deciding;
                if bit != 0 && row_of((holding | assigned) ^ bit).verdict != verdict {
                    deciding |= bit;
                }
            }
            // The next subset of a set, in the order of the numbers.
            assigned = assigned.wrapping_sub(unknown) & unknown;
            if assigned == 0 || deciding == unknown {
                return deciding;
            }
        }
    }

    /// The row of the decision table that applies.
    pub(super) fn row(&self, truths: Truths) -> &'static Row {
        if !self.something_is_wrong(truths) {
            return match (truths.unknown() & self.watched, truths.any(self.warns)) {
                (1.., _) => CRITERIA_UNKNOWN,
                (0, Truth::True) => ONLY_WARNINGS,
                (0, _) => NO_CRITERION_MET,
            };
        }
        let (mut holding, unknown) = self.sets(truths);
        for condition in Condition::ALL {
            if condition.is_assumed() {
                holding |= condition.bit() & unknown;
            }
        }
        if unknown & Condition::Allowed.bit() == 0 {
            return row_of(holding);
        }
        // No rollback is made on a guess. A halt and a mitigation are right in either case.
        let (allowed, ruled_out) = (row_of(holding | Condition::Allowed.bit()), row_of(holding));
        match ruled_out.verdict {
            verdict if verdict == allowed.verdict => allowed,
            Verdict::Halt | Verdict::Mitigate => ruled_out,
            _ => ROLLBACK_SAFETY_UNKNOWN,
        }
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
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "evaluated by the compiler, which refuses a short line"
    )]
    const fn new(cells: &str, row: &'static Row) -> Self {
        let (cells, mut holds, mut fails, mut index) = (cells.as_bytes(), 0, 0, 0);
        while index < Condition::ALL.len() {
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
const TABLE: [Line; 25] = [
    // flag, of release, allowed | serious, widespread | quick, proven, sooner | cause, under way, mitigable
    Line::new("y..........", FLAG_ENDS_FAULT),
    Line::new("nn.y......y", MITIGATE_MEANWHILE),
    Line::new("nn.y......n", NOT_OF_RELEASE),
    Line::new("nn.n.....y.", HALT_MEANWHILE),
    Line::new("nn.n.....n.", NOT_OF_RELEASE_MINOR),
    Line::new("nyn......y.", HALT),
    Line::new("nynn....nn.", CAUSE_UNKNOWN),
    Line::new("nynn....yn.", ROLLBACK_RULED_OUT),
    Line::new("nyny.y...n.", ROLLBACK_RULED_OUT),
    Line::new("nyny.n...ny", MITIGATE),
    Line::new("nyny.n...nn", NO_WAY_OUT),
    Line::new("nyyyy..n...", SERIOUS_AND_WIDESPREAD),
    Line::new("nyyyn.yn...", ROLLBACK_PROVEN),
    Line::new("nyyny.yn...", ROLLBACK_PROVEN),
    Line::new("nyynnnyn...", ROLLBACK_PROVEN),
    Line::new("nyy......y.", HALT),
    Line::new("nyy....y.n.", FIX_SOONER),
    Line::new("nyyynynn.n.", FIX_PREFERRED),
    Line::new("nyynyynn.n.", FIX_PREFERRED),
    Line::new("nyyynnnn.ny", MITIGATE),
    Line::new("nyynynnn.ny", MITIGATE),
    Line::new("nyyynnnn.nn", NEITHER_IS_SAFE),
    Line::new("nyynynnn.nn", NEITHER_IS_SAFE),
    Line::new("nyynn..nnn.", CAUSE_UNKNOWN),
    Line::new("nyynn..nyn.", FIX_PREFERRED),
];

/// How many sets of conditions there are.
const SETS: usize = 2048;

/// For each set of conditions that hold, the index of its line.
static LINES: [u8; SETS] = lines();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "evaluated by the compiler, which refuses a table that does not cover every set"
)]
const fn lines() -> [u8; SETS] {
    let mut lines = [0; SETS];
    let mut set: u16 = 0;
    while (set as usize) < SETS {
        let mut line: u8 = 0;
        while set & TABLE[line as usize].holds != TABLE[line as usize].holds
            || set & TABLE[line as usize].fails != 0
        {
            line += 1;
        }
        lines[set as usize] = line;
        set += 1;
    }
    lines
}

/// The row of the line that applies if exactly these conditions hold.
#[expect(clippy::indexing_slicing, reason = "there is a line for each set, and a row for each line")]
fn row_of(holding: u16) -> &'static Row {
    static ROWS: [&Row; TABLE.len()] = rows();
    ROWS[usize::from(LINES[usize::from(holding)])]
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
const fn rows() -> [&'static Row; TABLE.len()] {
    let mut rows = [FLAG_ENDS_FAULT; TABLE.len()];
    let mut line = 0;
    while line < TABLE.len() {
        rows[line] = TABLE[line].row;
        line += 1;
    }
    rows
}

/// A row of the decision table, as [`decision_table`] lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.TableRow", rename_all = "camelCase", deny_unknown_fields)]
pub struct TableRow {
    /// The conditions that hold.
    pub holds: Vec<Condition>,
    /// The conditions that do not hold.
    pub fails: Vec<Condition>,
    /// The conditions that are unknown, and whose value would change the verdict.
    pub unknown: Vec<Condition>,
    /// What to do.
    pub verdict: Verdict,
    /// The code of the first reason of the decision.
    pub code: ReasonCode,
}

/// The decision table. The first row that applies decides; a condition that a row does not name may have any value.
///
/// The last row is for a release of which it is unknown whether a rollback is allowed: the rows for both values are
/// looked up. If they agree, they decide; if the one without a rollback halts or mitigates, it decides; otherwise the last
/// row applies.
///
/// ```
/// use relcore::rollback::{Condition, Verdict, decision_table};
/// let table = decision_table();
/// let back = table.iter().filter(|row| row.verdict == Verdict::RollBack);
/// assert!(back.clone().count() > 0);
/// assert!(back.clone().all(|row| row.holds.contains(&Condition::Allowed)));
///
/// // Pitfall: a row applies only if none above it does. The first three are for a release of which nothing is wrong.
/// assert_eq!(table[0].fails, [Condition::SomethingWrong, Condition::CriteriaKnown]);
/// ```
#[must_use]
pub fn decision_table() -> Vec<TableRow> {
    use Condition::{Allowed, CriteriaKnown, SomethingWrong, WarningMet};
    let row = |holds: &[Condition], fails: &[Condition], unknown: &[Condition], row: &Row| TableRow {
        holds: holds.to_vec(),
        fails: fails.to_vec(),
        unknown: unknown.to_vec(),
        verdict: row.verdict,
        code: row.code,
    };
    let list = |set: u16| -> Vec<Condition> {
        Condition::ALL.into_iter().filter(|condition| set & condition.bit() != 0).collect()
    };
    let mut table = vec![
        row(&[], &[SomethingWrong, CriteriaKnown], &[], CRITERIA_UNKNOWN),
        row(&[WarningMet], &[SomethingWrong], &[], ONLY_WARNINGS),
        row(&[], &[SomethingWrong], &[], NO_CRITERION_MET),
    ];
    table.extend(TABLE.iter().map(|line| row(&list(line.holds), &list(line.fails), &[], line.row)));
    table.push(row(&[], &[], &[Allowed], ROLLBACK_SAFETY_UNKNOWN));
    table
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

    /// The sentence, if these conditions are unknown. It states no assumption as a fact.
    pub(super) fn text(&self, unknown: u16) -> &'static str {
        match self.assumed {
            Some((assumed, text)) if assumed.iter().any(|condition| unknown & condition.bit() != 0) => text,
            _ => self.text,
        }
    }
}

const NO_CRITERION_MET: &Row =
    &Row::new(Verdict::Hold, code::NO_CRITERION_MET, Severity::Info, "no rollback criterion is met");
const CRITERIA_UNKNOWN: &Row = &Row::new(
    Verdict::Inconclusive,
    code::CRITERIA_UNKNOWN,
    Severity::Warning,
    "no criterion that calls for recovery is met, but not all criteria are known",
);
const ONLY_WARNINGS: &Row = &Row::new(
    Verdict::Hold,
    code::ONLY_WARNINGS,
    Severity::Warning,
    "only criteria of severity warning are met: they call for no recovery",
);
const FLAG_ENDS_FAULT: &Row = &Row::new(
    Verdict::DisableFlag,
    code::FLAG_ENDS_FAULT,
    Severity::Error,
    "a feature flag ends the fault: disabling it loses nothing",
);
const ROLLBACK_RULED_OUT: &Row = &Row::new(
    Verdict::ForwardFix,
    code::ROLLBACK_RULED_OUT,
    Severity::Error,
    "a rollback is ruled out: a new release must repair this one",
);
const NO_WAY_OUT: &Row = &Row::new(
    Verdict::Escalate,
    code::NO_WAY_OUT,
    Severity::Critical,
    "a rollback is ruled out, the fault is serious, and no simple and quick fix is available",
)
.assuming(
    &[Condition::Serious, Condition::QuickFix],
    "a rollback is ruled out, and neither a minor fault nor a simple and quick fix is certain",
);
const SERIOUS_AND_WIDESPREAD: &Row = &Row::new(
    Verdict::RollBack,
    code::SERIOUS_AND_WIDESPREAD,
    Severity::Critical,
    "the fault is serious and widespread",
)
.assuming(
    &[Condition::Serious, Condition::Widespread],
    "the fault is treated as serious and widespread: facts that could show otherwise are missing",
);
const ROLLBACK_PROVEN: &Row = &Row::new(
    Verdict::RollBack,
    code::ROLLBACK_PROVEN,
    Severity::Error,
    "the rollback path is tested and simple, and waiting for a fix is no better",
);
const FIX_PREFERRED: &Row = &Row::new(
    Verdict::ForwardFix,
    code::FIX_PREFERRED,
    Severity::Error,
    "a fix is better than a rollback that is risky or hardly needed",
);
const NEITHER_IS_SAFE: &Row = &Row::new(
    Verdict::Escalate,
    code::NEITHER_IS_SAFE,
    Severity::Critical,
    "the rollback path is risky, and no simple and quick fix is available",
)
.assuming(
    &[Condition::Proven, Condition::QuickFix],
    "neither a safe rollback path nor a simple and quick fix is certain",
);
const ROLLBACK_SAFETY_UNKNOWN: &Row = &Row::new(
    Verdict::Escalate,
    code::ROLLBACK_SAFETY_UNKNOWN,
    Severity::Critical,
    "something is wrong, and it is not known whether a rollback would be safe",
);
const HALT: &Row = &Row::new(
    Verdict::Halt,
    code::ROLLOUT_UNDER_WAY,
    Severity::Critical,
    "no rollback is made, and the rollout is under way: halting it keeps the fault from further users",
)
.assuming(
    &[Condition::Allowed, Condition::UnderWay],
    "no rollback is known to be safe, and the rollout may be under way: halting it keeps the fault from further users",
);
const HALT_MEANWHILE: &Row = &Row::new(
    Verdict::Halt,
    code::NOT_OF_RELEASE,
    Severity::Error,
    "the release did not cause the fault: its rollout waits until the fault is repaired",
);
const NOT_OF_RELEASE: &Row = &Row::new(
    Verdict::Escalate,
    code::NOT_OF_RELEASE,
    Severity::Critical,
    "the release did not cause the fault: neither a rollback nor a fix of the release ends it",
);
const NOT_OF_RELEASE_MINOR: &Row = &Row::new(
    Verdict::Freeze,
    code::NOT_OF_RELEASE,
    Severity::Error,
    "the release did not cause the fault: nothing is deployed until the fault is repaired",
);
const MITIGATE_MEANWHILE: &Row = &Row::new(
    Verdict::Mitigate,
    code::NOT_OF_RELEASE,
    Severity::Critical,
    "the release did not cause the fault, and a mitigation limits it until it is repaired",
);
const MITIGATE: &Row = &Row::new(
    Verdict::Mitigate,
    code::MITIGATION_AVAILABLE,
    Severity::Critical,
    "no other version is known to be safe, and a mitigation limits the fault",
);
const CAUSE_UNKNOWN: &Row = &Row::new(
    Verdict::Freeze,
    code::CAUSE_UNKNOWN,
    Severity::Error,
    "the fault is limited, and its cause is unknown: nothing is deployed until the cause is found",
);
const FIX_SOONER: &Row = &Row::new(
    Verdict::ForwardFix,
    code::FIX_SOONER,
    Severity::Error,
    "a tested fix is ready before a rollback would be done",
);

#[cfg(test)]
mod tests {
    use super::*;

    /// How far a verdict is from leaving the release as it is.
    fn recovery(verdict: Verdict) -> u8 {
        match verdict {
            Verdict::Freeze => 0,
            Verdict::ForwardFix => 1,
            _ => 2,
        }
    }

    #[test]
    fn a_worse_impact_never_moves_away_from_recovery() {
        for set in 0..2048 {
            for worse in [Condition::Serious, Condition::Widespread] {
                let (before, after) = (row_of(set), row_of(set | worse.bit()));
                assert!(
                    recovery(after.verdict) >= recovery(before.verdict),
                    "{set:b}: {before:?}, {after:?}"
                );
            }
        }
    }

    #[test]
    fn each_line_applies_to_a_set_and_each_needed_condition_holds() {
        for line in 0..TABLE.len() {
            assert!(LINES.iter().any(|of| usize::from(*of) == line), "line {line} never applies");
        }
        for set in 0..2048_u16 {
            let needs = match row_of(set).verdict {
                Verdict::RollBack => Condition::Allowed.bit() | Condition::OfRelease.bit(),
                Verdict::Halt => Condition::UnderWay.bit(),
                Verdict::Mitigate => {
                    Condition::Mitigable.bit() | Condition::Serious.bit() | Condition::Widespread.bit()
                }
                Verdict::DisableFlag => Condition::FlagEndsFault.bit(),
                _ => continue,
            };
            let holding = set & needs;
            let is_bad = holding != Condition::Mitigable.bit() && holding & Condition::Mitigable.bit() != 0;
            assert!(holding == needs || is_bad, "{set:b}: {:?}", row_of(set));
        }
    }
}
