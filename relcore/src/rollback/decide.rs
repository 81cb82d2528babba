use super::condition::Condition;
use super::facts::{FACTS, Fact, WINDOW_BIT, bit_of, facts, facts_in, tested};
use super::input::Case;
use super::option::options;
use super::table::{Columns, Row};
use super::truth::{Truth, Truths};
use super::{Counterfactual, Criterion, Decision, Policy, RecoveryOption, Situation, Verdict};
use crate::digest::Checked;
use crate::error::{Faults, Result};
use crate::reason::{Reason, Severity};
use crate::time::Timestamp;
use crate::wire::PolicyText as _;

/// Decides what to do about a release: roll back, fix forward, disable a flag, mitigate, halt, freeze, hold, or ask a
/// person.
///
/// The documentation of `rollback` has the decision table and the meaning of its columns.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::rollback::{Situation, Verdict, decide, default_policy};
///
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let situation = Situation::default()
///     .critical_functionality_broken(true)
///     .deployed_at(Timestamp::parse("2026-11-23T02:00:00Z")?)
///     .previous_version_available(true)
///     .rollback_causes_data_loss(false)
///     .irreversible_migration(false);
/// let decision = decide(&situation, &default_policy(), now)?;
/// assert_eq!(decision.verdict, Verdict::RollBack);
/// assert_eq!(decision.next_check_at, Some(Timestamp::parse("2026-11-24T02:00:00Z")?)); // the window closes
///
/// // Pitfall: a veto that is unknown is not taken as absent. Without the fact that a rollback loses no data, a person
/// // must decide.
/// let mut unknown = situation;
/// unknown.rollback_causes_data_loss = None;
/// let decision = decide(&unknown, &default_policy(), now)?;
/// assert_eq!(decision.verdict, Verdict::Escalate);
/// assert!(decision.missing.contains(&"rollbackCausesDataLoss".to_owned()));
///
/// // Nobody can roll back an app that is installed on devices. Its rollout is halted.
/// let decision = decide(&situation.client_installed(true).rollout_under_way(true), &default_policy(), now)?;
/// assert_eq!(decision.verdict, Verdict::Halt);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `out_of_range`, all faults at once: a share such as `errorRateObserved: 3` that is not within 0 and 1, a latency
/// that is negative or not a number, a `latencyBaseline` of 0, an `errorBudgetLeft` of 40 (a share, not a percentage),
/// `deployedAt` after `now`, a negative span.
pub fn decide(situation: &Situation, policy: &Policy, now: Timestamp) -> Result<Decision> {
    let mut faults = Faults::new();
    situation.check(now, &mut faults);
    policy.check("policy", &mut faults);
    faults.finish()?;
    Ok(assess(situation, policy, crate::digest::of(policy)?, now))
}

/// A policy that is checked and digested once, for many decisions. Immutable.
///
/// ```
/// use relcore::Timestamp;
/// use relcore::rollback::{Engine, Policy, Situation, Verdict};
///
/// let engine = Engine::new(Policy::default())?;
/// let now = Timestamp::parse("2026-11-23T03:00:00Z")?;
/// let situation = Situation::default().data_corruption(true).flag_ends_fault(true);
/// let decision = engine.decide(&situation, now)?;
/// assert_eq!(decision.verdict, Verdict::DisableFlag);
/// assert_eq!(decision.policy_digest, engine.digest());
///
/// // Pitfall: a handle is never made from a policy with faults.
/// let error = Engine::new(Policy::default().small_share(5.0)).unwrap_err();
/// assert_eq!(error.path(), "policy.smallShare");
/// # Ok::<(), relcore::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Engine(Checked<Policy>);

impl Engine {
    /// Checks and digests a policy.
    ///
    /// # Errors
    /// `out_of_range`, all faults at once, such as a `smallShare` of 5 or a negative `quickFix`.
    pub fn new(policy: Policy) -> Result<Self> {
        Checked::new(policy, "policy").map(Self)
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        self.0.policy()
    }

    /// The digest of the policy, as in every decision: `sha256:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.digest()
    }

    /// Decides what to do about a release under the policy of this engine.
    ///
    /// # Errors
    /// As [`decide`], for the situation.
    pub fn decide(&self, situation: &Situation, now: Timestamp) -> Result<Decision> {
        let mut faults = Faults::new();
        situation.check(now, &mut faults);
        faults.finish()?;
        Ok(assess(situation, self.0.policy(), self.0.digest().to_owned(), now))
    }
}

fn assess(situation: &Situation, policy: &Policy, policy_digest: String, now: Timestamp) -> Decision {
    let assessment = Assessment::new(Case { situation: *situation, policy, now, tested: None });
    let criteria_met = assessment.criteria_met();
    Decision {
        verdict: assessment.row.verdict,
        reasons: assessment.reasons(&criteria_met),
        criteria_met,
        missing: assessment.missing(),
        counterfactuals: assessment.counterfactuals(),
        options: assessment.options(),
        next_check_at: assessment.next_check_at(),
        policy_digest,
    }
}

/// The facts of a case, each evaluated once, and the row of the decision table that they select.
struct Assessment<'a> {
    case: Case<'a>,
    truths: Truths,
    columns: Columns,
    something_is_wrong: bool,
    row: &'static Row,
}

impl<'a> Assessment<'a> {
    fn new(case: Case<'a>) -> Self {
        let case = tested(case);
        let truths =
            facts().fold(Truths::default(), |truths, (fact, bit)| truths.with(bit, (fact.holds)(&case)));
        let columns = Columns::new(case.policy);
        let something_is_wrong = columns.something_is_wrong(truths);
        Self { case, truths, columns, something_is_wrong, row: columns.row(truths) }
    }

    /// The facts of a set, with their truth values.
    fn facts_in(&self, set: u32) -> impl Iterator<Item = (&'static Fact, Truth)> {
        facts_in(set).map(|(fact, bit)| (fact, self.truths.any(bit)))
    }

    fn criteria_met(&self) -> Vec<Criterion> {
        let holding = facts_in(self.truths.yes());
        let mut met: Vec<_> = holding.filter_map(|(fact, _)| Some(fact.shows?.criterion)).collect();
        met.sort_unstable();
        met.dedup();
        met
    }

    /// The row first, then the criteria; if something is wrong, what makes it worse and what rules a rollback out; if one
    /// is made, its risks.
    fn reasons(&self, criteria_met: &[Criterion]) -> Vec<Reason> {
        let mut reasons = Vec::with_capacity(5);
        let text = self.row.text(self.columns.unknown(self.truths));
        reasons.push(Reason::new(self.row.code, self.row.severity, "recovery", text));

        let criteria = || self.facts_in(self.columns.criteria);
        for (fact, _) in criteria() {
            // Another fact may show the same criterion to be met.
            if fact.shows.is_some_and(|shows| criteria_met.contains(&shows.criterion)) {
                reasons.extend(fact.reasons(&self.case, Truth::True));
            }
        }
        for (fact, truth) in criteria() {
            if truth != Truth::True && fact.severity(self.case.policy) >= Severity::Warning {
                reasons.extend(fact.reasons(&self.case, truth));
            }
        }

        let parts_of =
            |condition| self.facts_in(self.columns.facts_of(&[condition]) & !self.columns.criteria);
        if self.something_is_wrong {
            for condition in [Condition::Serious, Condition::Widespread] {
                for (fact, truth) in parts_of(condition) {
                    reasons.extend(fact.reasons(&self.case, truth));
                }
            }
            // The rollback window is the one of them that is also a criterion; it comes last.
            for is_criterion in [false, true] {
                for (fact, truth) in parts_of(Condition::Allowed) {
                    if fact.shows.is_some() == is_criterion {
                        reasons.extend(fact.reasons(&self.case, truth));
                    }
                }
            }
        }
        if self.row.verdict == Verdict::RollBack {
            for (fact, truth) in parts_of(Condition::Proven) {
                reasons.extend(fact.reasons(&self.case, truth));
            }
        }
        reasons
    }

    /// The absent inputs of the unknown facts that could change the verdict.
    fn missing(&self) -> Vec<String> {
        let could_decide = match self.something_is_wrong {
            true => {
                let deciding = self.columns.deciding(self.truths);
                let of = |condition: Condition| self.columns.facts_of(&[condition]);
                let conditions =
                    Condition::ALL.into_iter().filter(|condition| deciding & condition.bit() != 0);
                conditions.fold(0, |facts, condition| facts | of(condition))
            }
            false => self.columns.watched,
        };
        let unknown = self.truths.unknown() & could_decide;
        let of_companion = |fact: &Fact| fact.companion.map_or(0, bit_of);
        if unknown == 0 {
            return Vec::new();
        }
        facts()
            .filter(|(fact, bit)| unknown & (bit | of_companion(fact)) != 0)
            .flat_map(|(fact, _)| fact.inputs)
            .filter(|input| input.is_missing(&self.case))
            .map(|input| input.name().to_owned())
            .collect()
    }

    /// The single inputs that would change the verdict, each with a value that does.
    fn counterfactuals(&self) -> Vec<Counterfactual> {
        let (mut found, mut case) = (Vec::new(), Case { tested: None, ..self.case });
        let flips = |truths: Truths| {
            if truths == self.truths {
                return None;
            }
            let verdict = self.columns.row(truths).verdict;
            (verdict != self.row.verdict).then_some(verdict)
        };
        for (fact, bit) in facts() {
            let is_criterion = self.columns.criteria & bit != 0;
            let values = [Truth::False, Truth::Unknown, Truth::True];
            if is_criterion && values.iter().all(|truth| flips(self.truths.with(bit, *truth)).is_none()) {
                continue; // and its numbers need not be tried
            }
            // While nothing is wrong, `customerIncidents` asks whether customers are affected: an unknown impact does not.
            if !is_criterion && !self.something_is_wrong && self.truths.any(bit) == Truth::Unknown {
                continue;
            }
            let companion =
                fact.companion.and_then(|index| Some((FACTS.get(index as usize)?, bit_of(index))));
            let flips = |changed: &Case| {
                let truths = self.truths.with(bit, (fact.holds)(changed));
                flips(match companion {
                    Some((companion, bit)) => truths.with(bit, (companion.holds)(changed)),
                    None => truths,
                })
            };
            for input in fact.inputs {
                input.counterfactuals(&mut case, &flips, &mut found);
            }
        }
        found
    }

    fn options(&self) -> Vec<RecoveryOption> {
        match self.something_is_wrong {
            true => options(&self.case, &self.columns, self.truths),
            false => Vec::new(),
        }
    }

    /// The instant at which the rollback window closes, if the verdict changes then. No other fact depends on time.
    fn next_check_at(&self) -> Option<Timestamp> {
        let closing = self.case.situation.deployed_at?.plus(self.case.policy.rollback_window).ok()?;
        let changes =
            || self.columns.row(self.truths.with(WINDOW_BIT, Truth::False)).verdict != self.row.verdict;
        (self.case.now < closing && changes()).then_some(closing)
    }
}
