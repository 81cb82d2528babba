//! The facts that a decision rests on, one row each.
//!
//! The verdict, `criteriaMet`, the reasons, `missing` and the counterfactuals are all iterated from [`FACTS`]. To add a
//! criterion, add its row here, beside the declarations that users see: its fields in the situation and the policy, its
//! variant of `Criterion` and its reason code.
use super::condition::Condition;
use super::input::{Case, Field, Input};
use super::truth::Truth;
use super::{Criterion, CustomerImpact, Policy};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration, number};
use crate::rollback::code;
use crate::scalar::Count;
use crate::stats::{self, Shares};
use crate::time::Span;

/// One fact: how it is read, what it is for, and what is said of it.
pub(super) struct Fact {
    /// The fields of the situation from which it is read. Each field belongs to one fact only.
    pub(super) inputs: &'static [&'static dyn Input],
    pub(super) holds: fn(&Case) -> Truth,
    pub(super) role: Role,
    /// The criterion that is met if the fact holds.
    pub(super) shows: Option<Shows>,
    pub(super) reasons: &'static [Says],
}

/// What a fact is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Something is wrong if it holds. `reach_known` is false where the number of affected users shows too late.
    Criterion { reach_known: bool },
    /// It is a part of a condition of the decision table.
    PartOf(Condition),
}

/// A criterion and how severe it is under a policy.
#[derive(Clone, Copy)]
pub(super) struct Shows {
    pub(super) criterion: Criterion,
    pub(super) severity: fn(&Policy) -> Severity,
}

/// A reason that a fact contributes.
pub(super) struct Says {
    pub(super) when: Truth,
    pub(super) code: ReasonCode,
    /// How severe it is; `None` stands for the severity of the criterion in the policy.
    pub(super) severity: Option<Severity>,
    pub(super) subject: &'static str,
    /// The sentence and the numbers behind it; `None` if there is nothing to say in this case.
    pub(super) text: fn(&Case) -> Option<(String, Evidence)>,
}

use Role::{Criterion as Criterial, PartOf};
use Severity::{Info, Warning};
use Truth::{False, True, Unknown};

/// All facts, in the order of the fields of the situation.
pub(super) static FACTS: [Fact; 17] = [
    // -- criteria: something is wrong -----------------------------------------------------------------------------
    Fact {
        inputs: &[&Field::yes_or_no("criticalFunctionalityBroken", |s| &mut s.critical_functionality_broken)],
        holds: |c| c.situation.critical_functionality_broken.into(),
        role: Criterial { reach_known: true },
        shows: shows(Criterion::CriticalFunctionalityBroken, |p| p.critical_functionality_severity),
        reasons: &[met(code::CRITICAL_FUNCTIONALITY_BROKEN, "criticalFunctionalityBroken", |_| {
            sentence("critical functionality is broken")
        })],
    },
    Fact {
        inputs: &[&Field::yes_or_no("vulnerabilityIntroduced", |s| &mut s.vulnerability_introduced)],
        holds: |c| c.situation.vulnerability_introduced.into(),
        role: Criterial { reach_known: false },
        shows: shows(Criterion::VulnerabilityIntroduced, |p| p.vulnerability_severity),
        reasons: &[met(code::VULNERABILITY_INTRODUCED, "vulnerabilityIntroduced", |_| {
            sentence("the release introduced a vulnerability")
        })],
    },
    Fact {
        inputs: &[&Field::yes_or_no("dataCorruption", |s| &mut s.data_corruption)],
        holds: |c| c.situation.data_corruption.into(),
        role: Criterial { reach_known: false },
        shows: shows(Criterion::DataCorruption, |p| p.data_corruption_severity),
        reasons: &[met(code::DATA_CORRUPTION, "dataCorruption", |_| {
            sentence("data is or was being corrupted")
        })],
    },
    Fact {
        inputs: &[
            &Field::untried("latencyBaseline", |s| &mut s.latency_baseline),
            &Field::new("latencyObserved", |s| &mut s.latency_observed, |c| around(latency_limit(c), 1e3)),
        ],
        holds: |c| is_above(c.situation.latency_observed, latency_limit(c)),
        role: Criterial { reach_known: true },
        shows: shows(Criterion::LatencyIncrease, |p| p.latency_severity),
        reasons: &[met(code::LATENCY_INCREASE, "latencyObserved", latency_above_limit)],
    },
    Fact {
        inputs: &[
            &Field::untried("errorRateBaseline", |s| &mut s.error_rate_baseline),
            &Field::new(
                "errorRateObserved",
                |s| &mut s.error_rate_observed,
                |c| {
                    let ([within, _], [_, beyond]) =
                        (around(error_rate_limit(c), 1e4), around(error_rate_that_counts(c), 1e4));
                    [within, beyond]
                },
            ),
            &Field::new(
                "errorRateSamples",
                |s| &mut s.error_rate_samples,
                |c| [Some(Count::from(c.policy.error_rate_min_samples)), None],
            )
            .missing_if(|samples, policy| !enough_samples(samples, policy)),
        ],
        holds: |c| match enough_samples(c.situation.error_rate_samples, c.policy) {
            true => error_rate_rose(c),
            false => Unknown,
        },
        role: Criterial { reach_known: true },
        shows: shows(Criterion::ErrorRateIncrease, |p| p.error_rate_severity),
        reasons: &[
            met(code::ERROR_RATE_INCREASE, "errorRateObserved", error_rate_above_limit),
            Says {
                when: False,
                code: code::ERROR_RATE_WITHIN_CHANCE,
                severity: Some(Info),
                subject: "errorRateObserved",
                text: error_rate_within_chance,
            },
            Says {
                when: Unknown,
                code: code::ERROR_RATE_UNDERPOWERED,
                severity: Some(Warning),
                subject: "errorRateSamples",
                text: too_few_samples,
            },
        ],
    },
    Fact {
        inputs: &[&Field::new(
            "customerIncidents",
            |s| &mut s.customer_incidents,
            |c| {
                [c.policy.customer_incidents_min, c.policy.customer_incidents_min.saturating_sub(1)].map(Some)
            },
        )],
        holds: |c| c.situation.customer_incidents.map(|n| n >= c.policy.customer_incidents_min).into(),
        role: Criterial { reach_known: true },
        shows: CUSTOMER_INCIDENTS,
        reasons: &[met(code::CUSTOMER_INCIDENTS, "customerIncidents", incidents_or_impact)],
    },
    // -- a rollback is allowed: a fact that does not hold is a veto -----------------------------------------------
    Fact {
        inputs: &[&Field::new(
            "deployedAt",
            |s| &mut s.deployed_at,
            // While the window is open, `next_check_at` names the instant at which it closes.
            |c| [Some(c.now).filter(|_| window_open(c) != True), None],
        )],
        holds: window_open,
        role: PartOf(Condition::Allowed),
        shows: shows(Criterion::RollbackWindowOpen, |_| Info),
        reasons: &[
            Says {
                when: True,
                code: code::ROLLBACK_WINDOW_OPEN,
                severity: Some(Info),
                subject: "deployedAt",
                text: |_| sentence("the rollback window is open"),
            },
            veto(code::ROLLBACK_WINDOW_CLOSED, "deployedAt", window_closed),
        ],
    },
    Fact {
        inputs: &[&Field::yes_or_no("previousVersionAvailable", |s| &mut s.previous_version_available)],
        holds: |c| c.situation.previous_version_available.into(),
        role: PartOf(Condition::Allowed),
        shows: None,
        reasons: &[veto(code::NO_PREVIOUS_VERSION, "previousVersionAvailable", |_| {
            sentence("no previous version is available to roll back to")
        })],
    },
    Fact {
        inputs: &[&Field::yes_or_no("rollbackCausesDataLoss", |s| &mut s.rollback_causes_data_loss)],
        holds: |c| !Truth::from(c.situation.rollback_causes_data_loss),
        role: PartOf(Condition::Allowed),
        shows: None,
        reasons: &[veto(code::ROLLBACK_LOSES_DATA, "rollbackCausesDataLoss", |_| {
            sentence("a rollback would lose data")
        })],
    },
    Fact {
        inputs: &[&Field::yes_or_no("irreversibleMigration", |s| &mut s.irreversible_migration)],
        holds: |c| !Truth::from(c.situation.irreversible_migration),
        role: PartOf(Condition::Allowed),
        shows: None,
        reasons: &[veto(code::MIGRATION_IRREVERSIBLE, "irreversibleMigration", |_| {
            sentence("an irreversible migration rules out a rollback")
        })],
    },
    // -- the rollback path is proven: a fact that does not hold makes a rollback risky ----------------------------
    Fact {
        inputs: &[&Field::yes_or_no("rollbackTested", |s| &mut s.rollback_tested)],
        holds: |c| c.situation.rollback_tested.into(),
        role: PartOf(Condition::Proven),
        shows: None,
        reasons: &[risk(|c| {
            sentence(match c.situation.rollback_complex {
                Some(true) => "the rollback path is complex and untested: proceed step by step",
                _ => "the rollback path is untested: proceed step by step",
            })
        })],
    },
    Fact {
        inputs: &[&Field::yes_or_no("rollbackComplex", |s| &mut s.rollback_complex)],
        holds: |c| !Truth::from(c.situation.rollback_complex),
        role: PartOf(Condition::Proven),
        shows: None,
        reasons: &[risk(|c| match c.situation.rollback_tested {
            Some(false) => None, // the reason of `rollbackTested` names both
            _ => sentence("the rollback path is complex: proceed step by step"),
        })],
    },
    // -- how bad the fault is -------------------------------------------------------------------------------------
    Fact {
        inputs: &[&Field::new(
            "affectedShare",
            |s| &mut s.affected_share,
            |c| [Some(c.policy.small_share), Some(1.0)],
        )],
        holds: |c| c.situation.affected_share.map(|share| share > c.policy.small_share).into(),
        role: PartOf(Condition::Widespread),
        shows: None,
        reasons: &[],
    },
    Fact {
        inputs: &[&Field::new(
            "customerImpact",
            |s| &mut s.customer_impact,
            |_| [Some(CustomerImpact::Critical), Some(CustomerImpact::Unnoticed)],
        )],
        holds: |c| c.situation.customer_impact.map(|impact| impact >= c.policy.severe_impact).into(),
        role: PartOf(Condition::Serious),
        // Severe impact counts as a customer-facing incident even if nobody has opened one.
        shows: CUSTOMER_INCIDENTS,
        reasons: &[], // `customerIncidents` gives the reason of the criterion
    },
    // -- other recovery options -----------------------------------------------------------------------------------
    Fact {
        inputs: &[&Field::yes_or_no("fixSimple", |s| &mut s.fix_simple)],
        holds: |c| c.situation.fix_simple.into(),
        role: PartOf(Condition::QuickFix),
        shows: None,
        reasons: &[],
    },
    Fact {
        inputs: &[&Field::new(
            "fixReadyIn",
            |s| &mut s.fix_ready_in,
            |c| [c.policy.quick_fix, c.policy.quick_fix.saturating_add(Span::from_minutes(1))].map(Some),
        )],
        holds: |c| c.situation.fix_ready_in.map(|span| span <= c.policy.quick_fix).into(),
        role: PartOf(Condition::QuickFix),
        shows: None,
        reasons: &[],
    },
    Fact {
        inputs: &[&Field::yes_or_no("flagEndsFault", |s| &mut s.flag_ends_fault)],
        holds: |c| c.situation.flag_ends_fault.into(),
        role: PartOf(Condition::FlagEndsFault),
        shows: None,
        reasons: &[],
    },
];

const CUSTOMER_INCIDENTS: Option<Shows> =
    shows(Criterion::CustomerIncidents, |p| p.customer_incidents_severity);

const fn shows(criterion: Criterion, severity: fn(&Policy) -> Severity) -> Option<Shows> {
    Some(Shows { criterion, severity })
}

type Text = fn(&Case) -> Option<(String, Evidence)>;

/// The reason of a criterion that is met.
const fn met(code: ReasonCode, subject: &'static str, text: Text) -> Says {
    Says { when: True, code, severity: None, subject, text }
}

/// The reason why a rollback is not allowed.
const fn veto(code: ReasonCode, subject: &'static str, text: Text) -> Says {
    Says { when: False, code, severity: Some(Warning), subject, text }
}

/// The warning that comes with a rollback whose path is not proven.
const fn risk(text: Text) -> Says {
    Says { when: False, code: code::ROLLBACK_RISKY, severity: Some(Warning), subject: "recovery", text }
}

/// What a policy makes of a fact.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    /// How severe the fact is if it holds.
    pub(super) severity: Severity,
    /// Whether it is a criterion that the policy watches.
    pub(super) is_watched: bool,
    /// The conditions of the decision table of which the fact is a part.
    pub(super) conditions: [Option<Condition>; 2],
}

impl Fact {
    pub(super) fn weigh(&self, policy: &Policy) -> Weight {
        let severity = self.shows.map_or(Info, |shows| (shows.severity)(policy));
        match self.role {
            PartOf(condition) => Weight { severity, is_watched: false, conditions: [Some(condition), None] },
            Criterial { reach_known } => {
                let serious = severity == Severity::Critical;
                let widespread = !reach_known && severity >= Severity::Error;
                let conditions =
                    [serious.then_some(Condition::Serious), widespread.then_some(Condition::Widespread)];
                Weight { severity, is_watched: severity >= Warning, conditions }
            }
        }
    }

    /// The reasons that the fact contributes when it has this truth value.
    pub(super) fn reasons(&self, case: &Case, truth: Truth) -> impl Iterator<Item = Reason> {
        let said = self.reasons.iter().filter(move |says| says.when == truth);
        said.filter_map(|says| {
            let (text, evidence) = (says.text)(case)?;
            let severity = says.severity.unwrap_or_else(|| self.weigh(case.policy).severity);
            Some(Reason::new(says.code, severity, says.subject, text).with(evidence))
        })
    }
}

/// A sentence without numbers behind it.
fn sentence(text: &str) -> Option<(String, Evidence)> {
    Some((text.to_owned(), Evidence::default()))
}

fn evidence(observed: f64, threshold: f64, unit: &str) -> Evidence {
    Evidence {
        observed: Some(observed),
        threshold: Some(threshold),
        unit: Some(unit.to_owned()),
        ..Evidence::default()
    }
}

fn is_above(observed: Option<f64>, limit: Option<f64>) -> Truth {
    observed.zip(limit).map(|(observed, limit)| observed > limit).into()
}

/// The two decimals next to a limit: the last that is within it, and the first beyond it.
fn around(limit: Option<f64>, per_unit: f64) -> [Option<f64>; 2] {
    let within = limit.map(|limit| (limit * per_unit).floor().min(f64::MAX));
    [within.map(|n| n / per_unit), within.map(|n| (n + 1.0) / per_unit)]
}

/// The latency above which the criterion is met.
fn latency_limit(case: &Case) -> Option<f64> {
    let factor = 1.0 + case.policy.latency_increase_percent / 100.0;
    case.situation.latency_baseline.map(|baseline| (baseline * factor).min(f64::MAX))
}

fn latency_above_limit(case: &Case) -> Option<(String, Evidence)> {
    let (observed, baseline) = (case.situation.latency_observed?, case.situation.latency_baseline?);
    let limit = latency_limit(case)?;
    let text = format!(
        "latency is {} s, above the limit of {} s ({} s before the release)",
        number(observed),
        number(limit),
        number(baseline)
    );
    Some((text, evidence(observed, limit, "s")))
}

/// The error rate above which a rise is large enough. It is below 1 under any policy: a total failure always meets it.
///
/// A service with few errors may double them well below the least rise of the policy; that is large enough, too.
fn error_rate_limit(case: &Case) -> Option<f64> {
    let policy = case.policy;
    let factor = 1.0 + policy.error_rate_increase_percent / 100.0;
    let limit =
        |baseline: f64| (baseline * factor).max((baseline + policy.error_rate_min_rise).min(2.0 * baseline));
    case.situation.error_rate_baseline.map(|baseline| limit(baseline).min(1.0_f64.next_down()))
}

/// Whether the error rate rose by enough, and by more than chance explains. Nothing explains a total failure.
fn error_rate_rose(case: &Case) -> Truth {
    match is_above(case.situation.error_rate_observed, error_rate_limit(case)) {
        True if case.situation.error_rate_observed < Some(1.0) => {
            error_rate_p(case).map(|p| p < case.policy.error_rate_significance).into()
        }
        truth => truth,
    }
}

/// The probability of as many errors or more if the release changed nothing: the exact conditional test of two counts.
///
/// The baseline is taken to rest on as many requests as the rate that is observed.
fn error_rate_p(case: &Case) -> Option<f64> {
    let situation = case.situation;
    let (observed, baseline) = (situation.error_rate_observed?, situation.error_rate_baseline?);
    let n = situation.error_rate_samples?.as_f64();
    Some(stats::harm(libm::round(observed * n), libm::round(baseline * n), Shares::of(1.0, 1.0, 1.0)))
}

/// An error rate that is large enough and, nearly, the least that chance does not explain: a trial for the facts that would
/// change the verdict. By the square roots of the counts, which are nearly normal (F. J. Anscombe, Biometrika 35, 1948).
fn error_rate_that_counts(case: &Case) -> Option<f64> {
    let (limit, baseline) = (error_rate_limit(case)?, case.situation.error_rate_baseline?);
    let n = case.situation.error_rate_samples.map_or(0.0, Count::as_f64);
    if n <= 0.0 || case.policy.error_rate_significance >= 1.0 {
        return Some(limit);
    }
    let z = stats::two_sided(1.0 - 2.0 * case.policy.error_rate_significance.min(0.5));
    let root = libm::sqrt(baseline * n + 0.375) + z / std::f64::consts::SQRT_2;
    let count = libm::ceil(root * root - 0.375) + 1.0;
    Some(limit.max(count / n).min(1.0_f64.next_down()))
}

/// A rise that is large enough, but that chance explains.
fn error_rate_within_chance(case: &Case) -> Option<(String, Evidence)> {
    let (observed, baseline) = (case.situation.error_rate_observed?, case.situation.error_rate_baseline?);
    let (limit, p) = (error_rate_limit(case)?, error_rate_p(case)?);
    if observed <= limit {
        return None;
    }
    let percent = |share: f64| number(share * 100.0);
    let text = format!(
        "{} % of requests fail ({} % before the release), which chance explains: p is {}, and must be below {}",
        percent(observed),
        percent(baseline),
        number(p),
        number(case.policy.error_rate_significance)
    );
    let evidence =
        Evidence { n: case.situation.error_rate_samples, p: Some(p), ..evidence(observed, limit, "1") };
    Some((text, evidence))
}

/// The share of failing requests: in percent in the sentence, as a share in the evidence.
fn error_rate_above_limit(case: &Case) -> Option<(String, Evidence)> {
    let (observed, baseline) = (case.situation.error_rate_observed?, case.situation.error_rate_baseline?);
    let limit = error_rate_limit(case)?;
    let percent = |share: f64| number(share * 100.0);
    let text = format!(
        "{} % of requests fail, above the limit of {} % ({} % before the release)",
        percent(observed),
        percent(limit),
        percent(baseline)
    );
    let (n, p) = (case.situation.error_rate_samples, error_rate_p(case));
    Some((text, Evidence { n, p, ..evidence(observed, limit, "1") }))
}

/// Whether an error rate rests on enough samples to be judged.
fn enough_samples(samples: Option<Count>, policy: &Policy) -> bool {
    samples.map_or(0, Count::get) >= u64::from(policy.error_rate_min_samples)
}

fn too_few_samples(case: &Case) -> Option<(String, Evidence)> {
    let (samples, least) = (case.situation.error_rate_samples?, case.policy.error_rate_min_samples);
    if enough_samples(Some(samples), case.policy) {
        return None; // the baseline or the error rate itself is missing
    }
    let text =
        format!("the error rate rests on {samples} samples, fewer than the {least} needed to judge it");
    Some((text, Evidence { n: Some(samples), ..evidence(samples.as_f64(), f64::from(least), "1") }))
}

/// The open incidents, or the severe impact that counts as one.
fn incidents_or_impact(case: &Case) -> Option<(String, Evidence)> {
    let least = case.policy.customer_incidents_min;
    match case.situation.customer_incidents {
        Some(open) if open >= least => {
            let text = format!("open customer-facing incidents: {open}, the criterion is met from {least}");
            Some((text, evidence(f64::from(open), f64::from(least), "1")))
        }
        _ => {
            let impact = case.situation.customer_impact?;
            sentence(&format!("customer impact is {impact}, which counts as a customer-facing incident"))
        }
    }
}

/// Half-open: the window is closed in the millisecond in which it ends.
fn window_open(case: &Case) -> Truth {
    let age = case.situation.deployed_at.map(|at| case.now.since(at));
    age.map(|age| age < case.policy.rollback_window).into()
}

fn window_closed(case: &Case) -> Option<(String, Evidence)> {
    let (age, window) = (case.now.since(case.situation.deployed_at?), case.policy.rollback_window);
    let text = format!(
        "the rollback window has closed: deployed {} ago, the window is {} long",
        format_duration(age),
        format_duration(window)
    );
    Some((text, evidence(age.as_seconds(), window.as_seconds(), "s")))
}
