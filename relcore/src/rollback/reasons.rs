//! The texts of a decision: why, and what was missing. Built once, for the answer that is given.
use super::conditions::Conditions;
use super::criteria::{enough_samples, error_rate_limit, latency_limit};
use super::row::Row;
use super::statements::*;
use crate::reason::{Evidence, Reason, ReasonCode, Severity, lasting};
use crate::rollback::{RollbackCriterion, RollbackPolicy, RollbackSituation, RollbackVerdict};
use crate::time::{Span, Timestamp};
use crate::wire::Count;
use std::fmt::Write as _;

/// The row that spoke, the criteria that are met, and, once something is wrong, the vetoes.
pub(super) fn reasons(
    row: Row,
    conditions: &Conditions,
    known: Known,
    weights: &Weights,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    now: Timestamp,
) -> Vec<Reason> {
    // Hardly more room than is needed: allocators have quick lists for small pieces only.
    let said_of = known.yes & (ALL_CRITERIA | WINDOW_OPEN) | known.no & PERMITS;
    let mut reasons = Vec::with_capacity(said_of.count_ones().saturating_add(1) as usize);
    reasons.push(said(row.code(), row.severity(), "recovery", row.text(conditions)));
    for (criterion, severity) in CRITERIA.into_iter().zip(weights.severities) {
        if known.yes & shown_by(criterion) != 0 {
            reasons.push(met(criterion, severity, situation, policy));
        }
    }
    let underpowered = known.unknown(weights.watched) & ERROR_RATE_INCREASE != 0;
    if underpowered && !enough_samples(situation, policy) {
        reasons.extend(situation.error_rate_samples.map(|samples| few_samples(samples, policy)));
    }
    if known.yes & weights.calling != 0 {
        reasons.extend(vetoes(known));
        if known.no & WINDOW_OPEN != 0 {
            reasons.extend(situation.deployed_at.map(|at| window_closed(now.since(at), policy)));
        }
    }
    if row.verdict() == RollbackVerdict::RollBack {
        reasons.extend(risk(known));
    }
    reasons
}

/// What whoever rolls back must know of the way: the fault outweighs it, and yet it may go wrong.
fn risk(known: Known) -> Option<Reason> {
    let text = match (known.no & TESTED != 0, known.no & NOT_COMPLEX != 0) {
        (true, true) => "the way back is complex and was never tried out: go step by step",
        (true, false) => "the way back was never tried out: go step by step",
        (false, true) => "the way back is complex: go step by step",
        (false, false) => return None,
    };
    Some(said(ReasonCode::RollbackRisky, Severity::Warning, "recovery", text))
}

/// How long ago the deployment was, and how long the window is.
fn window_closed(age: Span, policy: &RollbackPolicy) -> Reason {
    let length = policy.rollback_window;
    let text = format!(
        "the rollback window has closed: deployed {} ago, it is {} long",
        lasting(age),
        lasting(length)
    );
    let mut reason = said(ReasonCode::RollbackWindowClosed, Severity::Warning, "deployedAt", &text);
    reason.evidence.observed = Some(age.as_seconds());
    reason.evidence.threshold = Some(length.as_seconds());
    reason.evidence.unit = Some("s".to_owned());
    reason
}

/// The facts that were not given and on which the answer could hang.
pub(super) fn missing(
    row: Row,
    conditions: &Conditions,
    known: Known,
    weights: &Weights,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
) -> Vec<String> {
    let mut names = Vec::new();
    match row {
        Row::NoCriterionMet | Row::OnlyWarnings | Row::FlagEndsFault => {}
        Row::CriteriaUnknown => {
            of_criteria(known.unknown(weights.watched), situation, policy, &mut names);
        }
        _ => of_ways_out(conditions.hanging(), known, weights, situation, policy, &mut names),
    }
    names
}

/// A reason without numbers.
fn said(code: ReasonCode, severity: Severity, subject: &str, text: &str) -> Reason {
    Reason {
        code,
        severity,
        subject: subject.to_owned(),
        text: text.to_owned(),
        evidence: Evidence::default(),
    }
}

/// The reason that a criterion is met.
fn met(
    criterion: RollbackCriterion,
    severity: Severity,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
) -> Reason {
    use RollbackCriterion as C;
    let said = |code, subject, text| said(code, severity, subject, text);
    let (code, subject, (text, evidence)) = match criterion {
        C::CriticalFunctionalityBroken => {
            return said(
                ReasonCode::CriticalFunctionalityBroken,
                "criticalFunctionalityBroken",
                "critical functionality is broken",
            );
        }
        C::VulnerabilityIntroduced => {
            return said(
                ReasonCode::VulnerabilityIntroduced,
                "vulnerabilityIntroduced",
                "the release brought a vulnerability with it",
            );
        }
        C::DataCorruption => {
            return said(ReasonCode::DataCorruption, "dataCorruption", "data is being corrupted, or was");
        }
        C::RollbackWindowOpen => {
            return said(ReasonCode::RollbackWindowOpen, "deployedAt", "the rollback window is open");
        }
        C::LatencyIncrease => (ReasonCode::LatencyIncrease, "latencyObserved", latency(situation, policy)),
        C::ErrorRateIncrease => {
            (ReasonCode::ErrorRateIncrease, "errorRateObserved", error_rate(situation, policy))
        }
        C::CustomerIncidents => {
            (ReasonCode::CustomerIncidents, "customerIncidents", incidents(situation, policy))
        }
    };
    Reason { code, severity, subject: subject.to_owned(), text, evidence }
}

/// The rise of latency, in seconds, against the limit and what it was before.
fn latency(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let baseline = situation.latency_baseline.unwrap_or_default();
    let observed = situation.latency_observed.unwrap_or_default();
    let limit = latency_limit(baseline, policy);
    let text = Sentence::new("latency is ").number(observed).text(" s, more than ").number(limit);
    let text = text.text(" s (").number(baseline).text(" s before the release)");
    let evidence = Evidence {
        observed: Some(observed),
        threshold: Some(limit),
        unit: Some("s".to_owned()),
        ..Evidence::default()
    };
    (text.0, evidence)
}

/// The share of failing requests, in percent for a person and as a share in the evidence.
fn error_rate(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let baseline = situation.error_rate_baseline.unwrap_or_default();
    let observed = situation.error_rate_observed.unwrap_or_default();
    let limit = error_rate_limit(baseline, policy);
    let percent = |share: f64| share * 100.0;
    let text = Sentence::new("").number(percent(observed)).text(" % of requests fail, more than ");
    let text = text.number(percent(limit)).text(" % (").number(percent(baseline));
    let text = text.text(" % before the release)");
    let evidence = Evidence {
        observed: Some(observed),
        threshold: Some(limit),
        unit: Some("1".to_owned()),
        n: situation.error_rate_samples,
        ..Evidence::default()
    };
    (text.0, evidence)
}

/// A text in the making. Standard formatting takes as long as the rest of a decision, above all that of floats.
struct Sentence(String);

impl Sentence {
    fn new(beginning: &str) -> Self {
        Self(String::with_capacity(80)).text(beginning)
    }

    fn text(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    fn whole(mut self, number: u64) -> Self {
        if number >= 10 {
            self = self.whole(number / 10);
        }
        self.0.push(char::from(b'0' + (number % 10) as u8));
        self
    }

    /// A number that is not negative, to three decimals, for a person.
    fn number(mut self, number: f64) -> Self {
        let thousandths = (number * 1000.0).round();
        if thousandths >= 1e15 {
            let _ = write!(self.0, "{number}"); // writing to a String cannot fail
            return self;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 10^15"
        )]
        let thousandths = thousandths as u64;
        let whole = self.whole(thousandths / 1000);
        match thousandths % 1000 {
            0 => whole,
            part if part % 100 == 0 => whole.text(".").whole(part / 100),
            part if part % 10 == 0 => whole.text(if part < 100 { ".0" } else { "." }).whole(part / 10),
            part if part < 10 => whole.text(".00").whole(part),
            part => whole.text(if part < 100 { ".0" } else { "." }).whole(part),
        }
    }
}

/// How many incidents are open; or that customers are hit severely without one.
fn incidents(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let count = situation.customer_incidents.unwrap_or_default();
    if count < policy.customer_incidents_min {
        let impact =
            situation.customer_impact.map(|impact| crate::wire::text_of(&impact)).unwrap_or_default();
        let text = format!("the impact on customers is {impact}, although no incident says so");
        return (text, Evidence::default());
    }
    let text = Sentence::new("open incidents that customers notice: ").whole(u64::from(count));
    let evidence = Evidence {
        observed: Some(f64::from(count)),
        threshold: Some(f64::from(policy.customer_incidents_min)),
        unit: Some("1".to_owned()),
        ..Evidence::default()
    };
    (text.0, evidence)
}

/// That an error rate rests on too little to say anything.
fn few_samples(samples: Count, policy: &RollbackPolicy) -> Reason {
    Reason {
        code: ReasonCode::ErrorRateUnderpowered,
        severity: Severity::Warning,
        subject: "errorRateSamples".to_owned(),
        text: format!(
            "the error rate rests on {samples} samples: {} are needed to say anything",
            policy.error_rate_min_samples
        ),
        evidence: Evidence {
            observed: Some(samples.as_f64()),
            threshold: Some(f64::from(policy.error_rate_min_samples)),
            unit: Some("1".to_owned()),
            n: Some(samples),
            ..Evidence::default()
        },
    }
}

/// What rules a rollback out, but for the window; or that the window is open.
fn vetoes(known: Known) -> impl Iterator<Item = Reason> {
    use Severity::{Info, Warning};
    let vetoes = [
        (
            known.no & PREVIOUS_VERSION,
            ReasonCode::NoPreviousVersion,
            Warning,
            "previousVersionAvailable",
            "there is no previous version that can and may run again",
        ),
        (
            known.no & NO_DATA_LOSS,
            ReasonCode::RollbackLosesData,
            Warning,
            "rollbackCausesDataLoss",
            "going back would lose data",
        ),
        (
            known.no & NO_MIGRATION,
            ReasonCode::MigrationIrreversible,
            Warning,
            "irreversibleMigration",
            "a migration that cannot be undone stands against going back",
        ),
        (
            known.yes & WINDOW_OPEN,
            ReasonCode::RollbackWindowOpen,
            Info,
            "deployedAt",
            "the rollback window is open",
        ),
    ];
    let standing = vetoes.into_iter().filter(|(stands, ..)| *stands != 0);
    standing.map(|(_, code, severity, subject, text)| said(code, severity, subject, text))
}

/// The absent facts of the criteria among these statements, none of which is known.
fn of_criteria(
    unknown: Statements,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    names: &mut Vec<String>,
) {
    use RollbackCriterion as C;
    for criterion in CRITERIA.into_iter().filter(|criterion| unknown & of(*criterion) != 0) {
        match criterion {
            C::CriticalFunctionalityBroken => names.push("criticalFunctionalityBroken".to_owned()),
            C::VulnerabilityIntroduced => names.push("vulnerabilityIntroduced".to_owned()),
            C::DataCorruption => names.push("dataCorruption".to_owned()),
            C::LatencyIncrease => names.extend(absent([
                ("latencyBaseline", situation.latency_baseline.is_none()),
                ("latencyObserved", situation.latency_observed.is_none()),
            ])),
            C::ErrorRateIncrease => names.extend(absent([
                ("errorRateBaseline", situation.error_rate_baseline.is_none()),
                ("errorRateObserved", situation.error_rate_observed.is_none()),
                ("errorRateSamples", !enough_samples(situation, policy)),
            ])),
            C::CustomerIncidents => names.push("customerIncidents".to_owned()),
            C::RollbackWindowOpen => {} // not a criterion that something is wrong
        }
    }
}

/// The absent facts of the conditions on which the way out hangs.
fn of_ways_out(
    [allowed, serious, widespread, quick, proven]: [bool; 5],
    known: Known,
    weights: &Weights,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    names: &mut Vec<String>,
) {
    let if_so = |hangs: bool, statements| if hangs { statements } else { 0 };
    let telling = if_so(serious, weights.serious) | if_so(widespread, weights.widespread);
    of_criteria(known.unknown(telling), situation, policy, names);
    names.extend(absent([
        ("deployedAt", allowed && situation.deployed_at.is_none()),
        ("previousVersionAvailable", allowed && situation.previous_version_available.is_none()),
        ("rollbackCausesDataLoss", allowed && situation.rollback_causes_data_loss.is_none()),
        ("irreversibleMigration", allowed && situation.irreversible_migration.is_none()),
        ("rollbackTested", proven && situation.rollback_tested.is_none()),
        ("rollbackComplex", proven && situation.rollback_complex.is_none()),
        ("affectedShare", widespread && situation.affected_share.is_none()),
        ("customerImpact", serious && situation.customer_impact.is_none()),
        ("fixSimple", quick && situation.fix_simple.is_none()),
        ("fixReadyIn", quick && situation.fix_ready_in.is_none()),
        ("flagEndsFault", situation.flag_ends_fault.is_none()),
    ]));
}

fn absent<const N: usize>(facts: [(&'static str, bool); N]) -> impl Iterator<Item = String> {
    facts.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_have_three_decimals_and_no_zeros_after_them(number in prop_oneof![0.0..2.0, 0.0..1e6, 0.0..1e18]) {
            let Sentence(text) = Sentence::new("").number(number);
            let rounded = (number * 1000.0).round() / 1000.0;
            let expected = if number < 1e12 { rounded } else { number };
            prop_assert_eq!(text, expected.to_string());
        }
    }
}
