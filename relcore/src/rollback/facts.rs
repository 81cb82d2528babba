//! The facts that a decision rests on, one row each.
//!
//! The verdict, `criteriaMet`, the reasons, `missing` and the counterfactuals are all iterated from [`FACTS`]. To add a
//! criterion, add its row here, beside the declarations that users see: its fields in the situation and the policy, its
//! variant of `Criterion` and its reason code.
use super::condition::Condition;
use super::input::{Case, Field, Input};
use super::truth::Truth;
use super::{
    CandidatesVerdict, Correlation, Criterion, CustomerImpact, Policy, SchemaChange, Situation, Trend,
};
use crate::reason::{Evidence, Reason, ReasonCode, Severity, format_duration, number};
use crate::rollback::code;
use crate::scalar::Count;
use crate::stats::{self, Shares};
use crate::time::Span;

/// One fact: how it is read, what it is for, and what is said of it.
pub(super) struct Fact {
    /// The field that stands for it.
    pub(super) name: &'static str,
    /// The fields of the situation from which it is read. Each field belongs to one fact only.
    pub(super) inputs: &'static [&'static dyn Input],
    pub(super) holds: fn(&Case) -> Truth,
    pub(super) role: Role,
    /// Whether it refines other facts and is stated; `None` if it is always considered. A refinement that is not stated has
    /// the truth value with which it changes nothing.
    pub(super) stated: Option<fn(&Situation) -> bool>,
    /// The index of the fact that also reads a field of this one.
    pub(super) companion: Option<u32>,
    /// The criterion that is met if the fact holds.
    pub(super) shows: Option<Shows>,
    pub(super) reasons: &'static [Says],
}

/// What a fact is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Something is wrong if it holds. `reach_known` is false where the number of affected users shows too late.
    Criterion { reach_known: bool },
    /// It is a part of conditions of the decision table.
    PartOf(&'static [Condition]),
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
pub(super) static FACTS: [Fact; 28] = [
    // -- criteria: something is wrong -----------------------------------------------------------------------------
    Fact {
        name: "criticalFunctionalityBroken",
        inputs: &[&Field::yes_or_no("criticalFunctionalityBroken", |s| &mut s.critical_functionality_broken)],
        holds: |c| c.situation.critical_functionality_broken.into(),
        role: Criterial { reach_known: true },
        stated: None,
        companion: None,
        shows: shows(Criterion::CriticalFunctionalityBroken, |p| p.critical_functionality_severity),
        reasons: &[met(code::CRITICAL_FUNCTIONALITY_BROKEN, "criticalFunctionalityBroken", |_| {
            sentence("critical functionality is broken")
        })],
    },
    Fact {
        name: "vulnerabilityIntroduced",
        inputs: &[&Field::yes_or_no("vulnerabilityIntroduced", |s| &mut s.vulnerability_introduced)],
        holds: |c| c.situation.vulnerability_introduced.into(),
        role: Criterial { reach_known: false },
        stated: None,
        companion: None,
        shows: shows(Criterion::VulnerabilityIntroduced, |p| p.vulnerability_severity),
        reasons: &[met(code::VULNERABILITY_INTRODUCED, "vulnerabilityIntroduced", |_| {
            sentence("the release introduced a vulnerability")
        })],
    },
    Fact {
        name: "dataCorruption",
        inputs: &[&Field::yes_or_no("dataCorruption", |s| &mut s.data_corruption)],
        holds: |c| c.situation.data_corruption.into(),
        role: Criterial { reach_known: false },
        stated: None,
        companion: None,
        shows: shows(Criterion::DataCorruption, |p| p.data_corruption_severity),
        reasons: &[met(code::DATA_CORRUPTION, "dataCorruption", |_| {
            sentence("data is or was being corrupted")
        })],
    },
    Fact {
        name: "latencyObserved",
        inputs: &[
            &Field::untried("latencyBaseline", |s| &mut s.latency_baseline),
            &Field::new("latencyObserved", |s| &mut s.latency_observed, |c| around(latency_limit(c), 1e3)),
        ],
        holds: |c| is_above(c.situation.latency_observed, latency_limit(c)),
        role: Criterial { reach_known: true },
        stated: None,
        companion: None,
        shows: shows(Criterion::LatencyIncrease, |p| p.latency_severity),
        reasons: &[met(code::LATENCY_INCREASE, "latencyObserved", latency_above_limit)],
    },
    Fact {
        name: "errorRateObserved",
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
        stated: None,
        companion: None,
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
        name: "customerIncidents",
        inputs: &[&Field::new(
            "customerIncidents",
            |s| &mut s.customer_incidents,
            |c| {
                [c.policy.customer_incidents_min, c.policy.customer_incidents_min.saturating_sub(1)].map(Some)
            },
        )],
        holds: |c| c.situation.customer_incidents.map(|n| n >= c.policy.customer_incidents_min).into(),
        role: Criterial { reach_known: true },
        stated: None,
        companion: None,
        shows: CUSTOMER_INCIDENTS,
        reasons: &[met(code::CUSTOMER_INCIDENTS, "customerIncidents", incidents_or_impact)],
    },
    // -- a rollback is allowed: a fact that does not hold is a veto -----------------------------------------------
    Fact {
        name: "deployedAt",
        inputs: &[&Field::new(
            "deployedAt",
            |s| &mut s.deployed_at,
            // While the window is open, `next_check_at` names the instant at which it closes.
            |c| [Some(c.now).filter(|_| window_open(c) != True), None],
        )],
        holds: window_open,
        role: PartOf(&[Condition::Allowed]),
        stated: None,
        companion: None,
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
        name: "previousVersionAvailable",
        inputs: &[
            &Field::yes_or_no("previousVersionAvailable", |s| &mut s.previous_version_available)
                .asked_if(|s| s.candidates != Some(CandidatesVerdict::Found)),
            &Field::new(
                "candidates",
                |s| &mut s.candidates,
                |_| [Some(CandidatesVerdict::Found), Some(CandidatesVerdict::NotFound)],
            )
            .missing_if(|candidates, _| candidates == Some(CandidatesVerdict::Inconclusive))
            .optional(),
        ],
        holds: |c| match (c.situation.candidates, c.situation.previous_version_available) {
            (_, Some(false)) | (Some(CandidatesVerdict::NotFound), _) => False,
            (Some(CandidatesVerdict::Found), _) | (None, Some(true)) => True,
            (Some(CandidatesVerdict::Inconclusive), _) | (None, None) => Unknown,
        },
        role: PartOf(&[Condition::Allowed]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[veto(code::NO_PREVIOUS_VERSION, "previousVersionAvailable", |_| {
            sentence("no previous version is available to roll back to")
        })],
    },
    Fact {
        name: "rollbackCausesDataLoss",
        inputs: &[&Field::yes_or_no("rollbackCausesDataLoss", |s| &mut s.rollback_causes_data_loss)],
        holds: |c| !Truth::from(c.situation.rollback_causes_data_loss),
        role: PartOf(&[Condition::Allowed]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[veto(code::ROLLBACK_LOSES_DATA, "rollbackCausesDataLoss", |_| {
            sentence("a rollback would lose data")
        })],
    },
    Fact {
        name: "irreversibleMigration",
        inputs: &[
            &Field::yes_or_no("irreversibleMigration", |s| &mut s.irreversible_migration)
                .asked_if(|s| s.schema_change.is_none()),
            &Field::new(
                "schemaChange",
                |s| &mut s.schema_change,
                |_| [Some(SchemaChange::Unchanged), Some(SchemaChange::Contract)],
            )
            .optional(),
        ],
        holds: |c| match (c.situation.irreversible_migration, c.situation.schema_change) {
            (Some(irreversible), _) => (!irreversible).into(),
            (None, Some(change)) => (change != SchemaChange::Contract).into(),
            (None, None) => Unknown,
        },
        role: PartOf(&[Condition::Allowed]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[veto(code::MIGRATION_IRREVERSIBLE, "irreversibleMigration", |_| {
            sentence("an irreversible migration rules out a rollback")
        })],
    },
    Fact {
        name: "newFormatWritten",
        inputs: &[&Field::yes_or_no("newFormatWritten", |s| &mut s.new_format_written).optional()],
        holds: |c| (c.situation.new_format_written != Some(true)).into(),
        role: PartOf(&[Condition::Allowed]),
        stated: Some(|s| s.new_format_written.is_some()),
        companion: None,
        shows: None,
        reasons: &[veto(code::NEW_FORMAT_WRITTEN, "newFormatWritten", |_| {
            sentence("data was written in a format that the previous version cannot read")
        })],
    },
    Fact {
        name: "clientInstalled",
        inputs: &[&Field::untried("clientInstalled", |s| &mut s.client_installed).optional()],
        holds: |c| (c.situation.client_installed != Some(true)).into(),
        role: PartOf(&[Condition::Allowed]),
        stated: Some(|s| s.client_installed.is_some()),
        companion: Some(UNDER_WAY),
        shows: None,
        reasons: &[veto(code::CLIENT_INSTALLED, "clientInstalled", |_| {
            sentence(
                "the release is installed on the devices of users, from which no store takes it back: halt its rollout \
                 in the store and publish a fix with a higher version number",
            )
        })],
    },
    Fact {
        name: "failedRollbacks",
        inputs: &[&Field::new(
            "failedRollbacks",
            |s| &mut s.failed_rollbacks,
            |c| [Some(0), Some(c.policy.max_failed_rollbacks)],
        )
        .optional()],
        holds: |c| (c.situation.failed_rollbacks.unwrap_or(0) < c.policy.max_failed_rollbacks).into(),
        role: PartOf(&[Condition::Allowed]),
        stated: Some(|s| s.failed_rollbacks.is_some()),
        companion: None,
        shows: None,
        reasons: &[veto(code::ROLLBACK_ATTEMPTS_EXCEEDED, "failedRollbacks", |c| {
            let (failed, least) = (c.situation.failed_rollbacks?, c.policy.max_failed_rollbacks);
            let text = format!("rollbacks of this release that failed: {failed}, ruled out from {least}");
            Some((text, evidence(f64::from(failed), f64::from(least), "1")))
        })],
    },
    // -- the rollback path is proven: a fact that does not hold makes a rollback risky ----------------------------
    Fact {
        name: "rollbackTested",
        inputs: &[&Field::yes_or_no("rollbackTested", |s| &mut s.rollback_tested)],
        holds: |c| c.situation.rollback_tested.into(),
        role: PartOf(&[Condition::Proven]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[risk(|c| {
            sentence(match c.situation.rollback_complex {
                Some(true) => "the rollback path is complex and untested: proceed step by step",
                _ => "the rollback path is untested: proceed step by step",
            })
        })],
    },
    Fact {
        name: "rollbackComplex",
        inputs: &[&Field::yes_or_no("rollbackComplex", |s| &mut s.rollback_complex)],
        holds: |c| !Truth::from(c.situation.rollback_complex),
        role: PartOf(&[Condition::Proven]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[risk(|c| match c.situation.rollback_tested {
            Some(false) => None, // the reason of `rollbackTested` names both
            _ => sentence("the rollback path is complex: proceed step by step"),
        })],
    },
    Fact {
        name: "externalSideEffects",
        inputs: &[&Field::yes_or_no("externalSideEffects", |s| &mut s.external_side_effects).optional()],
        holds: |c| (c.situation.external_side_effects != Some(true)).into(),
        role: PartOf(&[Condition::Proven]),
        stated: Some(|s| s.external_side_effects.is_some()),
        companion: None,
        shows: None,
        reasons: &[risk(|_| {
            sentence("a rollback does not take back what the release did to other systems: repair that, too")
        })],
    },
    // -- how bad the fault is -------------------------------------------------------------------------------------
    Fact {
        name: "affectedShare",
        inputs: &[&Field::new(
            "affectedShare",
            |s| &mut s.affected_share,
            |c| [Some(c.policy.small_share), Some(1.0)],
        )],
        holds: |c| c.situation.affected_share.map(|share| share > c.policy.small_share).into(),
        role: PartOf(&[Condition::Widespread]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "trend",
        inputs: &[&Field::new("trend", |s| &mut s.trend, |_| [Some(Trend::Steady), Some(Trend::Worsening)])
            .optional()],
        holds: |c| (c.situation.trend == Some(Trend::Worsening)).into(),
        role: PartOf(&[Condition::Widespread]),
        stated: Some(|s| s.trend.is_some()),
        companion: None,
        shows: None,
        reasons: &[Says {
            when: True,
            code: code::FAULT_GROWING,
            severity: Some(Warning),
            subject: "trend",
            text: |_| sentence("the fault affects more and more users: it counts as widespread"),
        }],
    },
    Fact {
        name: "customerImpact",
        inputs: &[&Field::new(
            "customerImpact",
            |s| &mut s.customer_impact,
            |_| [Some(CustomerImpact::Critical), Some(CustomerImpact::Unnoticed)],
        )],
        holds: |c| c.situation.customer_impact.map(|impact| impact >= c.policy.severe_impact).into(),
        role: PartOf(&[Condition::Serious]),
        stated: None,
        companion: None,
        // Severe impact counts as a customer-facing incident even if nobody has opened one.
        shows: CUSTOMER_INCIDENTS,
        reasons: &[], // `customerIncidents` gives the reason of the criterion
    },
    Fact {
        name: "errorBudgetLeft",
        inputs: &[&Field::new(
            "errorBudgetLeft",
            |s| &mut s.error_budget_left,
            |c| {
                let low = c.policy.low_error_budget;
                [Some(low), Some((low + 0.01).min(1.0))]
            },
        )
        .optional()],
        holds: |c| c.situation.error_budget_left.is_some_and(|left| left <= c.policy.low_error_budget).into(),
        role: PartOf(&[Condition::Serious]),
        stated: Some(|s| s.error_budget_left.is_some()),
        companion: None,
        shows: None,
        reasons: &[Says {
            when: True,
            code: code::ERROR_BUDGET_SPENT,
            severity: Some(Warning),
            subject: "errorBudgetLeft",
            text: |c| {
                let (left, low) = (c.situation.error_budget_left?, c.policy.low_error_budget);
                let text = format!(
                    "{} % of the error budget is left, and {} % counts as spent: the fault is serious",
                    number(left * 100.0),
                    number(low * 100.0)
                );
                Some((text, evidence(left, low, "1")))
            },
        }],
    },
    // -- the cause ------------------------------------------------------------------------------------------------
    Fact {
        name: "correlationWithRelease",
        inputs: &[&Field::new(
            "correlationWithRelease",
            |s| &mut s.correlation_with_release,
            |_| [Some(Correlation::Unrelated), Some(Correlation::Plausible)],
        )
        .optional()],
        holds: |c| (c.situation.correlation_with_release != Some(Correlation::Unrelated)).into(),
        role: PartOf(&[Condition::OfRelease]),
        stated: Some(|s| s.correlation_with_release.is_some()),
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "causeKnown",
        inputs: &[&Field::yes_or_no("causeKnown", |s| &mut s.cause_known).optional()],
        holds: |c| (c.situation.cause_known != Some(false)).into(),
        role: PartOf(&[Condition::CauseKnown, Condition::QuickFix, Condition::FixSooner]),
        stated: Some(|s| s.cause_known.is_some()),
        companion: None,
        shows: None,
        reasons: &[],
    },
    // -- other recovery options -----------------------------------------------------------------------------------
    Fact {
        name: "fixSimple",
        inputs: &[&Field::yes_or_no("fixSimple", |s| &mut s.fix_simple)],
        holds: |c| c.situation.fix_simple.into(),
        role: PartOf(&[Condition::QuickFix]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "fixReadyIn",
        inputs: &[&Field::new("fixReadyIn", |s| &mut s.fix_ready_in, soon_and_late)],
        holds: |c| c.situation.fix_ready_in.map(|span| span <= c.policy.quick_fix).into(),
        role: PartOf(&[Condition::QuickFix]),
        stated: None,
        companion: Some(FIX_SOONER),
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "fixTested",
        inputs: &[
            &Field::yes_or_no("fixTested", |s| &mut s.fix_tested).optional(),
            &Field::new(
                "rollbackTakes",
                |s| &mut s.rollback_takes,
                |c| {
                    let ready = c.situation.fix_ready_in;
                    [ready, ready.map(|ready| ready.saturating_add(Span::from_minutes(1)))]
                },
            )
            .optional(),
        ],
        holds: |c| {
            let Situation { fix_tested, rollback_takes, fix_ready_in, .. } = c.situation;
            match (fix_tested, rollback_takes) {
                (Some(true), Some(rollback)) => fix_ready_in.map(|fix| fix < rollback).into(),
                _ => False,
            }
        },
        role: PartOf(&[Condition::FixSooner]),
        stated: Some(|s| s.fix_tested.is_some() && s.rollback_takes.is_some()),
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "flagEndsFault",
        inputs: &[&Field::yes_or_no("flagEndsFault", |s| &mut s.flag_ends_fault)],
        holds: |c| c.situation.flag_ends_fault.into(),
        role: PartOf(&[Condition::FlagEndsFault]),
        stated: None,
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "rolloutUnderWay",
        inputs: &[&Field::yes_or_no("rolloutUnderWay", |s| &mut s.rollout_under_way)
            .asked_if(|s| s.client_installed == Some(true))],
        holds: |c| match (c.situation.rollout_under_way, c.situation.client_installed) {
            (Some(under_way), _) => under_way.into(),
            (None, Some(true)) => Unknown,
            (None, _) => False,
        },
        role: PartOf(&[Condition::UnderWay]),
        stated: Some(|s| s.rollout_under_way.is_some() || s.client_installed == Some(true)),
        companion: None,
        shows: None,
        reasons: &[],
    },
    Fact {
        name: "mitigationAvailable",
        inputs: &[&Field::yes_or_no("mitigationAvailable", |s| &mut s.mitigation_available).optional()],
        holds: |c| (c.situation.mitigation_available == Some(true)).into(),
        role: PartOf(&[Condition::Mitigable]),
        stated: Some(|s| s.mitigation_available.is_some()),
        companion: None,
        shows: None,
        reasons: &[],
    },
];

/// The bit of the fact that the rollback window is open.
pub(super) const WINDOW_BIT: u32 = bit_of(6);
const FIX_SOONER: u32 = 24;
const UNDER_WAY: u32 = 26;

/// The facts with their bits in a set of facts.
pub(super) fn facts() -> impl Iterator<Item = (&'static Fact, u32)> {
    FACTS.iter().zip((0..).map(bit_of))
}

/// The facts of a set, with their bits.
pub(super) fn facts_in(mut set: u32) -> impl Iterator<Item = (&'static Fact, u32)> {
    std::iter::from_fn(move || {
        let index = set.trailing_zeros();
        let (fact, bit) = (FACTS.get(index as usize)?, bit_of(index));
        set &= !bit;
        Some((fact, bit))
    })
}

/// The bit of the fact with this index.
pub(super) const fn bit_of(index: u32) -> u32 {
    1_u32.rotate_left(index)
}

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

impl Fact {
    /// How severe it is under a policy if it holds.
    pub(super) fn severity(&self, policy: &Policy) -> Severity {
        self.shows.map_or(Info, |shows| (shows.severity)(policy))
    }

    /// The reasons that the fact contributes when it has this truth value.
    pub(super) fn reasons(&self, case: &Case, truth: Truth) -> impl Iterator<Item = Reason> {
        let said = self.reasons.iter().filter(move |says| says.when == truth);
        said.filter_map(|says| {
            let (text, evidence) = (says.text)(case)?;
            let severity = says.severity.unwrap_or_else(|| self.severity(case.policy));
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

/// The case with its p-value, if the test is needed: a rise that is large enough, with enough samples.
pub(super) fn tested<'a>(case: Case<'a>) -> Case<'a> {
    let is_needed = enough_samples(case.situation.error_rate_samples, case.policy)
        && is_above(case.situation.error_rate_observed, error_rate_limit(&case)) == True;
    Case { tested: if is_needed { error_rate_p(&case) } else { None }, ..case }
}

/// The probability of as many errors or more if the release changed nothing: the exact conditional test of two counts.
///
/// The baseline is taken to rest on as many requests as the rate that is observed.
fn error_rate_p(case: &Case) -> Option<f64> {
    if case.tested.is_some() {
        return case.tested;
    }
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
    let limit = error_rate_limit(case)?;
    if observed <= limit {
        return None;
    }
    let p = error_rate_p(case)?;
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

/// A time at which the fix is ready quickly enough, and before a rollback if a tested fix is compared with it; and one at
/// which it is neither.
fn soon_and_late(case: &Case) -> [Option<Span>; 2] {
    let minute = Span::from_minutes(1);
    let quick = case.policy.quick_fix;
    let late = quick.saturating_add(minute);
    let both = match (case.situation.fix_tested, case.situation.rollback_takes) {
        (Some(true), Some(takes)) => {
            [quick.min(takes.saturating_sub(minute)).max(Span::ZERO), late.max(takes)]
        }
        _ => [quick, late],
    };
    both.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_is_that_of_its_fact() {
        let name = |index: u32| FACTS.get(index as usize).map(|fact| fact.name);
        assert_eq!(name(WINDOW_BIT.trailing_zeros()), Some("deployedAt"));
        assert_eq!(name(FIX_SOONER), Some("fixTested"));
        assert_eq!(name(UNDER_WAY), Some("rolloutUnderWay"));
    }

    #[test]
    fn a_fact_is_named_by_one_of_its_fields_and_each_field_belongs_to_one_fact() {
        let mut names: Vec<_> = FACTS.iter().flat_map(|fact| fact.inputs).map(|input| input.name()).collect();
        assert!(FACTS.iter().all(|fact| fact.inputs.iter().any(|input| input.name() == fact.name)));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FACTS.iter().map(|fact| fact.inputs.len()).sum::<usize>());
    }
}
