//! Which single facts would turn the answer: each is changed in turn, and the table is asked again.
use super::conditions::row;
use super::criteria::{Finding, error_rate_limit, findings, latency_limit, window_open};
use super::row::Row;
use crate::rollback::{Counterfactual, CustomerImpact, RollbackPolicy, RollbackSituation, RollbackVerdict};
use crate::time::{Span, Timestamp};
use crate::wire::Count;

/// The counterfactuals of a decision, in the order of the facts in [`RollbackSituation`].
pub(super) fn counterfactuals(
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
    open: Option<bool>,
    findings: &[Finding; 6],
    verdict: RollbackVerdict,
) -> Vec<Counterfactual> {
    let found = Vec::with_capacity(8);
    let mut trials = Trials { situation: *situation, policy, now, open, findings, verdict, found };
    trials.criteria();
    if !matches!(verdict, RollbackVerdict::Hold | RollbackVerdict::Inconclusive) {
        trials.ways_out(); // while nothing calls for recovery, they decide nothing
    }
    trials.found
}

struct Trials<'a> {
    situation: RollbackSituation,
    policy: &'a RollbackPolicy,
    now: Timestamp,
    /// Whether the rollback window is open.
    open: Option<bool>,
    /// The criteria as they are: facts about the way out do not touch them.
    findings: &'a [Finding; 6],
    verdict: RollbackVerdict,
    found: Vec<Counterfactual>,
}

const EITHER: [bool; 2] = [true, false];

impl Trials<'_> {
    fn criteria(&mut self) {
        let policy = self.policy;
        let ask = |this: &Self| {
            row(&findings(&this.situation, this.policy), &this.situation, this.policy, this.open)
        };
        self.change(
            "criticalFunctionalityBroken",
            |facts| &mut facts.critical_functionality_broken,
            EITHER,
            ask,
        );
        self.change("vulnerabilityIntroduced", |facts| &mut facts.vulnerability_introduced, EITHER, ask);
        self.change("dataCorruption", |facts| &mut facts.data_corruption, EITHER, ask);
        if let Some(baseline) = self.situation.latency_baseline {
            let around = around(latency_limit(baseline, policy), 1e3);
            self.change("latencyObserved", |facts| &mut facts.latency_observed, around, ask);
        }
        if let Some(baseline) = self.situation.error_rate_baseline {
            let around = around(error_rate_limit(baseline, policy), 1e4);
            self.change("errorRateObserved", |facts| &mut facts.error_rate_observed, around, ask);
        }
        let enough = [Count::from(policy.error_rate_min_samples)];
        self.change("errorRateSamples", |facts| &mut facts.error_rate_samples, enough, ask);
        let incidents = policy.customer_incidents_min;
        let around = [incidents, incidents.saturating_sub(1)];
        self.change("customerIncidents", |facts| &mut facts.customer_incidents, around, ask);
    }

    fn ways_out(&mut self) {
        let policy = self.policy;
        let ask = |this: &Self| row(this.findings, &this.situation, this.policy, this.open);
        if self.open != Some(true) {
            // While it is open, `next_check_at` says what its closing changes.
            let deployed_now = |this: &Self| {
                let open = window_open(&this.situation, this.policy, this.now);
                row(this.findings, &this.situation, this.policy, open)
            };
            self.change("deployedAt", |facts| &mut facts.deployed_at, [self.now], deployed_now);
        }
        self.change("previousVersionAvailable", |facts| &mut facts.previous_version_available, EITHER, ask);
        self.change("rollbackCausesDataLoss", |facts| &mut facts.rollback_causes_data_loss, EITHER, ask);
        self.change("irreversibleMigration", |facts| &mut facts.irreversible_migration, EITHER, ask);
        self.change("rollbackTested", |facts| &mut facts.rollback_tested, EITHER, ask);
        self.change("rollbackComplex", |facts| &mut facts.rollback_complex, EITHER, ask);
        self.change("affectedShare", |facts| &mut facts.affected_share, [policy.small_share, 1.0], ask);
        let impacts = [CustomerImpact::Critical, CustomerImpact::Unnoticed];
        self.change("customerImpact", |facts| &mut facts.customer_impact, impacts, ask);
        self.change("fixSimple", |facts| &mut facts.fix_simple, EITHER, ask);
        let late = policy.quick_fix.saturating_add(Span::from_minutes(1));
        self.change("fixReadyIn", |facts| &mut facts.fix_ready_in, [policy.quick_fix, late], ask);
        self.change("flagEndsFault", |facts| &mut facts.flag_ends_fault, EITHER, ask);
    }

    /// Gives a fact each of these values, asks the table, and puts the fact back.
    fn change<T: Copy + PartialEq + Wire, const N: usize>(
        &mut self,
        fact: &'static str,
        field: fn(&mut RollbackSituation) -> &mut Option<T>,
        values: [T; N],
        ask: impl Fn(&Self) -> Row,
    ) {
        let from = *field(&mut self.situation);
        for to in values {
            if from == Some(to) {
                continue;
            }
            *field(&mut self.situation) = Some(to);
            let verdict = ask(self).verdict();
            if verdict != self.verdict {
                let (actual, instead) = (from.map(Wire::wire), to.wire());
                self.found.push(Counterfactual { fact: fact.to_owned(), actual, instead, verdict });
            }
        }
        *field(&mut self.situation) = from;
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
