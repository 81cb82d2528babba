use super::condition::Condition;
use super::decision::Verdict;
use super::facts::facts;
use super::input::Case;
use super::table::Columns;
use super::truth::Truths;
use serde::{Deserialize, Serialize};

/// A recovery option, and the facts that a decision about it rests on, by their names in the situation.
///
/// An option of which no fact was given, such as a halt where it is not said whether a rollout is under way, is left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "rollback.RecoveryOption", rename_all = "camelCase", deny_unknown_fields)]
pub struct RecoveryOption {
    /// The verdict that takes the option.
    pub choice: Verdict,
    /// The facts that speak for it.
    pub facts: Vec<String>,
    /// The facts that rule it out. Never one of the option that the verdict takes.
    pub disqualifiers: Vec<String>,
    /// The unknown facts that could rule it out.
    pub unknown: Vec<String>,
}

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
    let mut names = Vec::new();
    if set != 0 {
        names.extend(facts().filter(|(_, bit)| set & bit != 0).map(|(fact, _)| fact.name.to_owned()));
    }
    names
}
