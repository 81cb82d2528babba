//! The recovery options: what speaks for each, and what rules it out.
use super::condition::Condition;
use super::decision::{RecoveryOption, Verdict};
use super::facts::{facts, facts_in};
use super::input::Case;
use super::table::Columns;
use super::truth::Truths;

/// What an option needs, and what speaks for and against it.
struct Rule {
    choice: Verdict,
    /// Each of these conditions must hold.
    needs: &'static [Condition],
    /// These conditions speak for it if they hold.
    favoured_by: &'static [Condition],
    /// These conditions speak for it if they fail.
    favoured_without: &'static [Condition],
    /// Each fact of these conditions rules it out if it holds.
    ruled_out_by: &'static [Condition],
}

use Condition::{
    Allowed, CauseKnown, FixSooner, FlagEndsFault, Mitigable, OfRelease, Proven, QuickFix, Serious, UnderWay,
    Widespread,
};

static RULES: [Rule; 6] = [
    Rule {
        choice: Verdict::DisableFlag,
        needs: &[FlagEndsFault],
        favoured_by: &[],
        favoured_without: &[],
        ruled_out_by: &[],
    },
    Rule {
        choice: Verdict::RollBack,
        needs: &[OfRelease, Allowed],
        favoured_by: &[Serious, Widespread, Proven],
        favoured_without: &[],
        ruled_out_by: &[],
    },
    Rule {
        choice: Verdict::Halt,
        needs: &[UnderWay],
        favoured_by: &[],
        favoured_without: &[],
        ruled_out_by: &[],
    },
    Rule {
        choice: Verdict::Mitigate,
        needs: &[Mitigable],
        favoured_by: &[],
        favoured_without: &[],
        ruled_out_by: &[],
    },
    Rule {
        choice: Verdict::ForwardFix,
        needs: &[OfRelease],
        favoured_by: &[QuickFix, FixSooner],
        favoured_without: &[],
        ruled_out_by: &[],
    },
    Rule {
        choice: Verdict::Freeze,
        needs: &[],
        favoured_by: &[],
        favoured_without: &[OfRelease, CauseKnown],
        ruled_out_by: &[Serious],
    },
];

/// The options in the order in which the decision table prefers them if all are open.
pub(super) fn options(case: &Case, columns: &Columns, truths: Truths) -> Vec<RecoveryOption> {
    let is_given = |stated: Option<fn(&_) -> bool>| stated.is_none_or(|stated| stated(&case.situation));
    let given = facts().filter(|(fact, _)| is_given(fact.stated)).fold(0, |given, (_, bit)| given | bit);
    let mut options = Vec::with_capacity(RULES.len());
    for rule in &RULES {
        let needs = columns.facts_of(rule.needs) & given;
        let without = columns.facts_of(rule.favoured_without) & given;
        if needs | without == 0 && !matches!(rule.choice, Verdict::ForwardFix) {
            continue;
        }
        let favoured_by = (needs | columns.facts_of(rule.favoured_by)) & given;
        let ruled_out_by = columns.facts_of(rule.ruled_out_by) & given;
        options.push(RecoveryOption {
            choice: rule.choice,
            facts: names((truths.yes() & favoured_by) | truths.no(without)),
            disqualifiers: names(truths.no(needs) | (truths.yes() & ruled_out_by)),
            unknown: names(truths.unknown() & (needs | ruled_out_by)),
        });
    }
    options
}

/// The names of a set of facts.
fn names(set: u32) -> Vec<String> {
    let mut names = Vec::with_capacity(set.count_ones() as usize);
    names.extend(facts_in(set).map(|(fact, _)| fact.name.to_owned()));
    names
}
