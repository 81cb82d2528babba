//! Which single facts would turn the answer: each is changed in turn, and the table is asked again.
use super::conditions::row;
use super::criteria::{error_rate_limit, error_rate_rose, latency_limit, latency_rose};
use super::statements::*;
use crate::rollback::{Counterfactual, CustomerImpact, RollbackPolicy, RollbackSituation, RollbackVerdict};
use crate::time::{Span, Timestamp};
use crate::wire::Count;

/// The counterfactuals of a decision, in the order of the facts in [`RollbackSituation`].
pub(super) fn counterfactuals(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
    known: Known,
    weights: &Weights,
    verdict: RollbackVerdict,
) -> Vec<Counterfactual> {
    let mut trials = Trials { situation, policy, now, known, weights, verdict, found: Vec::new() };
    trials.criteria();
    if !matches!(verdict, RollbackVerdict::Hold | RollbackVerdict::Inconclusive) {
        trials.ways_out(); // while nothing calls for recovery, they decide nothing
    } else if situation.customer_impact.is_some() {
        trials.impact(); // but for this one, which shows a criterion to be met, too
    }
    trials.found
}

struct Trials<'a> {
    situation: &'a RollbackSituation,
    policy: &'a RollbackPolicy,
    now: Timestamp,
    known: Known,
    weights: &'a Weights,
    verdict: RollbackVerdict,
    found: Vec<Counterfactual>,
}

impl Trials<'_> {
    fn criteria(&mut self) {
        let (facts, policy) = (self.situation, self.policy);
        self.flip(
            "criticalFunctionalityBroken",
            facts.critical_functionality_broken,
            CRITICAL_FUNCTIONALITY_BROKEN,
        );
        self.flip("vulnerabilityIntroduced", facts.vulnerability_introduced, VULNERABILITY_INTRODUCED);
        self.flip("dataCorruption", facts.data_corruption, DATA_CORRUPTION);
        if let Some(baseline) = facts.latency_baseline {
            let around = around(latency_limit(baseline, policy), 1e3);
            let rose = |observed| {
                latency_rose(&RollbackSituation { latency_observed: Some(observed), ..*facts }, policy)
            };
            self.change("latencyObserved", facts.latency_observed, around, LATENCY_INCREASE, rose);
        }
        if let Some(baseline) = facts.error_rate_baseline {
            let around = around(error_rate_limit(baseline, policy), 1e4);
            let rose = |observed| {
                error_rate_rose(&RollbackSituation { error_rate_observed: Some(observed), ..*facts }, policy)
            };
            self.change("errorRateObserved", facts.error_rate_observed, around, ERROR_RATE_INCREASE, rose);
        }
        let enough = [Count::from(policy.error_rate_min_samples)];
        let rose = |samples| {
            error_rate_rose(&RollbackSituation { error_rate_samples: Some(samples), ..*facts }, policy)
        };
        self.change("errorRateSamples", facts.error_rate_samples, enough, ERROR_RATE_INCREASE, rose);
        let incidents = policy.customer_incidents_min;
        let around = [incidents, incidents.saturating_sub(1)];
        let met = |count| Some(count >= incidents);
        self.change("customerIncidents", facts.customer_incidents, around, CUSTOMER_INCIDENTS, met);
    }

    fn ways_out(&mut self) {
        let (facts, policy) = (self.situation, self.policy);
        if self.known.yes & WINDOW_OPEN == 0 {
            // While it is open, `next_check_at` says what its closing changes.
            let now = self.now;
            let open = |at| Some(now.since(at) < policy.rollback_window);
            self.change("deployedAt", facts.deployed_at, [now], WINDOW_OPEN, open);
        }
        self.flip("previousVersionAvailable", facts.previous_version_available, PREVIOUS_VERSION);
        self.flip_against("rollbackCausesDataLoss", facts.rollback_causes_data_loss, NO_DATA_LOSS);
        self.flip_against("irreversibleMigration", facts.irreversible_migration, NO_MIGRATION);
        self.flip("rollbackTested", facts.rollback_tested, TESTED);
        self.flip_against("rollbackComplex", facts.rollback_complex, NOT_COMPLEX);
        let shares = [policy.small_share, 1.0];
        let large = |share| Some(share > policy.small_share);
        self.change("affectedShare", facts.affected_share, shares, LARGE_SHARE, large);
        self.impact();
        self.flip("fixSimple", facts.fix_simple, FIX_SIMPLE);
        let spans = [policy.quick_fix, policy.quick_fix.saturating_add(Span::from_minutes(1))];
        let soon = |span| Some(span <= policy.quick_fix);
        self.change("fixReadyIn", facts.fix_ready_in, spans, FIX_SOON, soon);
        self.flip("flagEndsFault", facts.flag_ends_fault, FLAG_ENDS_FAULT);
    }

    fn impact(&mut self) {
        let (facts, policy) = (self.situation, self.policy);
        let impacts = [CustomerImpact::Critical, CustomerImpact::Unnoticed];
        let severe = |impact| Some(impact >= policy.severe_impact);
        self.change("customerImpact", facts.customer_impact, impacts, SEVERE_IMPACT, severe);
    }

    /// Tries both values of a fact that says what the statement says.
    fn flip(&mut self, fact: &'static str, actual: Option<bool>, statement: Statements) {
        self.change(fact, actual, [true, false], statement, Some);
    }

    /// Tries both values of a fact that says the contrary of the statement.
    fn flip_against(&mut self, fact: &'static str, actual: Option<bool>, statement: Statements) {
        self.change(fact, actual, [true, false], statement, |yes| Some(!yes));
    }

    /// Gives a fact each of these values, and asks the table; `holds` is what a value makes of the statement.
    fn change<T: Copy + PartialEq + Wire, const N: usize>(
        &mut self,
        fact: &'static str,
        actual: Option<T>,
        values: [T; N],
        statement: Statements,
        holds: impl Fn(T) -> Option<bool>,
    ) {
        let mut tried = None;
        for to in values {
            // At the ends of their types the two values next to a limit are one.
            if actual == Some(to) || tried == Some(to) {
                continue;
            }
            tried = Some(to);
            let verdict = row(self.known.with(statement, holds(to)), self.weights).verdict();
            if verdict != self.verdict {
                let (actual, instead) = (actual.map(Wire::wire), to.wire());
                self.found.push(Counterfactual { fact: fact.to_owned(), actual, instead, verdict });
            }
        }
    }
}

/// The decimals next to a limit that are within it and beyond it.
fn around(limit: f64, per_unit: f64) -> [f64; 2] {
    let within = (limit * per_unit).floor().min(f64::MAX);
    [within / per_unit, (within + 1.0) / per_unit]
}

/// The wire form of a fact, without quotes.
trait Wire {
    fn wire(self) -> String;
}

macro_rules! wire_as_displayed {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            fn wire(self) -> String {
                self.to_string()
            }
        }
    )*};
}
wire_as_displayed!(f64, u32, Count, Span, Timestamp);

impl Wire for bool {
    fn wire(self) -> String {
        if self { "true" } else { "false" }.to_owned()
    }
}

impl Wire for CustomerImpact {
    fn wire(self) -> String {
        crate::wire::text_of(&self)
    }
}
