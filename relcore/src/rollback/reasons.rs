//! The texts of a decision: why, and what was missing. Built once, for the answer that is given.
use super::conditions::{Conditions, reaches_unseen};
use super::criteria::{Finding, enough_samples, error_rate_limit, latency_limit};
use super::row::Row;
use crate::reason::{Evidence, Reason, ReasonCode, Severity};
use crate::rollback::{RollbackCriterion, RollbackPolicy, RollbackSituation};
use crate::wire::Count;
use std::fmt;

/// The row that spoke, the criteria that are met, and, once something is wrong, the vetoes.
pub(super) fn reasons(
    row: Row,
    conditions: &Conditions,
    findings: &[Finding; 6],
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    open: Option<bool>,
) -> Vec<Reason> {
    let mut reasons = Vec::with_capacity(4);
    reasons.push(Reason {
        code: row.code(),
        severity: row.severity(),
        subject: "recovery".to_owned(),
        text: row.text(conditions).to_owned(),
        evidence: Evidence::default(),
    });
    let met = findings.iter().filter(|finding| finding.met == Some(true));
    reasons.extend(met.map(|finding| criterion(finding, situation, policy)));
    let underpowered =
        |finding: &Finding| finding.criterion == RollbackCriterion::ErrorRateIncrease && finding.unknown();
    if findings.iter().any(underpowered) && !enough_samples(situation, policy) {
        reasons.extend(situation.error_rate_samples.map(|samples| few_samples(samples, policy)));
    }
    if findings.iter().any(Finding::calls) {
        reasons.extend(vetoes(situation, open));
    }
    reasons
}

/// The facts that were not given and on which the answer could hang.
pub(super) fn missing(
    row: Row,
    conditions: &Conditions,
    findings: &[Finding; 6],
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
) -> Vec<String> {
    let mut names = Vec::new();
    match row {
        Row::NoCriterionMet | Row::OnlyWarnings | Row::FlagEndsFault => {}
        Row::CriteriaUnknown => of_criteria(findings, Finding::unknown, situation, policy, &mut names),
        _ => of_ways_out(conditions, findings, situation, policy, &mut names),
    }
    names.into_iter().map(str::to_owned).collect()
}

fn criterion(finding: &Finding, situation: &RollbackSituation, policy: &RollbackPolicy) -> Reason {
    use RollbackCriterion as C;
    let said = |text: &str| (text.to_owned(), Evidence::default());
    let (code, subject, (text, evidence)) = match finding.criterion {
        C::CriticalFunctionalityBroken => (
            ReasonCode::CriticalFunctionalityBroken,
            "criticalFunctionalityBroken",
            said("critical functionality is broken"),
        ),
        C::VulnerabilityIntroduced => (
            ReasonCode::VulnerabilityIntroduced,
            "vulnerabilityIntroduced",
            said("the release brought a vulnerability with it"),
        ),
        C::DataCorruption => (ReasonCode::DataCorruption, "dataCorruption", said("data is being corrupted")),
        C::LatencyIncrease => (ReasonCode::LatencyIncrease, "latencyObserved", latency(situation, policy)),
        C::ErrorRateIncrease => {
            (ReasonCode::ErrorRateIncrease, "errorRateObserved", error_rate(situation, policy))
        }
        C::CustomerIncidents => {
            (ReasonCode::CustomerIncidents, "customerIncidents", incidents(situation, policy))
        }
        C::RollbackWindowOpen => {
            (ReasonCode::RollbackWindowOpen, "deployedAt", said("the rollback window is open"))
        }
    };
    Reason { code, severity: finding.severity, subject: subject.to_owned(), text, evidence }
}

fn latency(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let baseline = situation.latency_baseline.unwrap_or_default();
    let observed = situation.latency_observed.unwrap_or_default();
    let limit = latency_limit(baseline, policy);
    let text = format!(
        "latency is {} s, more than {} s ({} s before the release)",
        Rounded(observed),
        Rounded(limit),
        Rounded(baseline)
    );
    let evidence = Evidence {
        observed: Some(observed),
        threshold: Some(limit),
        unit: Some("s".to_owned()),
        ..Evidence::default()
    };
    (text, evidence)
}

fn error_rate(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let baseline = situation.error_rate_baseline.unwrap_or_default();
    let observed = situation.error_rate_observed.unwrap_or_default();
    let limit = error_rate_limit(baseline, policy);
    let text = format!(
        "{} % of requests fail, more than {} % ({} % before the release)",
        Rounded(observed * 100.0),
        Rounded(limit * 100.0),
        Rounded(baseline * 100.0)
    );
    let evidence = Evidence {
        observed: Some(observed),
        threshold: Some(limit),
        unit: Some("1".to_owned()),
        n: situation.error_rate_samples,
        ..Evidence::default()
    };
    (text, evidence)
}

/// A number that is not negative, to three decimals, for a person. Whole numbers inside, for the standard
/// formatting of floats takes as long as the rest of a decision.
struct Rounded(f64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = (self.0 * 1000.0).round();
        if thousandths >= 1e15 {
            return self.0.fmt(f);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 10^15"
        )]
        let thousandths = thousandths as u64;
        write!(f, "{}", thousandths / 1000)?;
        match thousandths % 1000 {
            0 => Ok(()),
            part if part % 100 == 0 => write!(f, ".{}", part / 100),
            part if part % 10 == 0 => write!(f, ".{:02}", part / 10),
            part => write!(f, ".{part:03}"),
        }
    }
}

fn incidents(situation: &RollbackSituation, policy: &RollbackPolicy) -> (String, Evidence) {
    let count = situation.customer_incidents.unwrap_or_default();
    let text = format!("open incidents that customers notice: {count}");
    let evidence = Evidence {
        observed: Some(f64::from(count)),
        threshold: Some(f64::from(policy.customer_incidents_min)),
        unit: Some("1".to_owned()),
        ..Evidence::default()
    };
    (text, evidence)
}

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

/// What rules a rollback out; or that the window is open.
fn vetoes(situation: &RollbackSituation, open: Option<bool>) -> impl Iterator<Item = Reason> {
    let vetoes = [
        (
            situation.previous_version_available == Some(false),
            ReasonCode::NoPreviousVersion,
            "previousVersionAvailable",
            "there is no previous version to go back to",
        ),
        (
            open == Some(false),
            ReasonCode::RollbackWindowClosed,
            "deployedAt",
            "the rollback window has closed",
        ),
        (
            situation.rollback_causes_data_loss == Some(true),
            ReasonCode::RollbackLosesData,
            "rollbackCausesDataLoss",
            "going back would lose data",
        ),
        (
            situation.irreversible_migration == Some(true),
            ReasonCode::MigrationIrreversible,
            "irreversibleMigration",
            "a migration that cannot be undone stands against going back",
        ),
        (open == Some(true), ReasonCode::RollbackWindowOpen, "deployedAt", "the rollback window is open"),
    ];
    vetoes.into_iter().filter(|(holds, ..)| *holds).map(|(_, code, subject, text)| Reason {
        code,
        severity: if code == ReasonCode::RollbackWindowOpen { Severity::Info } else { Severity::Warning },
        subject: subject.to_owned(),
        text: text.to_owned(),
        evidence: Evidence::default(),
    })
}

/// The absent facts of the criteria that are chosen by `which` and not known.
fn of_criteria(
    findings: &[Finding; 6],
    which: impl Fn(&Finding) -> bool,
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    names: &mut Vec<&'static str>,
) {
    use RollbackCriterion as C;
    for finding in findings.iter().filter(|finding| finding.met.is_none() && which(finding)) {
        match finding.criterion {
            C::CriticalFunctionalityBroken => names.push("criticalFunctionalityBroken"),
            C::VulnerabilityIntroduced => names.push("vulnerabilityIntroduced"),
            C::DataCorruption => names.push("dataCorruption"),
            C::LatencyIncrease => names.extend(absent([
                ("latencyBaseline", situation.latency_baseline.is_none()),
                ("latencyObserved", situation.latency_observed.is_none()),
            ])),
            C::ErrorRateIncrease => names.extend(absent([
                ("errorRateBaseline", situation.error_rate_baseline.is_none()),
                ("errorRateObserved", situation.error_rate_observed.is_none()),
                ("errorRateSamples", !enough_samples(situation, policy)),
            ])),
            C::CustomerIncidents => names.push("customerIncidents"),
            C::RollbackWindowOpen => {} // not a criterion that something is wrong
        }
    }
}

/// The absent facts of the conditions on which the way out hangs.
fn of_ways_out(
    conditions: &Conditions,
    findings: &[Finding; 6],
    situation: &RollbackSituation,
    policy: &RollbackPolicy,
    names: &mut Vec<&'static str>,
) {
    let [allowed, serious, widespread, quick, proven] =
        [0, 1, 2, 3, 4].map(|place| conditions.hangs_on(place));
    let critical = |finding: &Finding| finding.severity == Severity::Critical;
    let telling =
        |finding: &Finding| (serious && critical(finding)) || (widespread && reaches_unseen(finding));
    of_criteria(findings, telling, situation, policy, names);
    let facts = [
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
    ];
    names.extend(absent(facts));
}

fn absent<const N: usize>(facts: [(&'static str, bool); N]) -> impl Iterator<Item = &'static str> {
    facts.into_iter().filter_map(|(name, missing)| missing.then_some(name))
}
