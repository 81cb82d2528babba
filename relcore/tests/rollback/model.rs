//! The rules of the decision, read literally, without the table.
use relcore::rollback::{CandidatesVerdict, Correlation, Policy, SchemaChange, Situation, Trend, Verdict};
use relcore::{Severity, Timestamp};

/// The probability of as many errors or more, given those of both versions together, summed term by term.
fn chance(after: f64, before: f64, samples: u64) -> f64 {
    let (count, baseline) = ((after * samples as f64).round(), (before * samples as f64).round());
    let all = count + baseline;
    let ln_choose = |k: f64| libm::lgamma(all + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(all - k + 1.0);
    let mut k = count;
    let mut sum = 0.0;
    while k <= all {
        let term = libm::exp(ln_choose(k) - all * std::f64::consts::LN_2);
        sum += term;
        if term < sum * 1e-18 && k > all / 2.0 {
            break;
        }
        k += 1.0;
    }
    sum.min(1.0)
}

/// The verdict, computed naively.
pub fn verdict(facts: &Situation, policy: &Policy, now: Timestamp) -> Verdict {
    let p = policy;
    let latency = match (facts.latency_baseline, facts.latency_observed) {
        (Some(before), Some(after)) => Some(after > before * (1.0 + p.latency_increase_percent / 100.0)),
        _ => None,
    };
    let samples = facts.error_rate_samples.map_or(0, |n| n.get());
    let errors = match (facts.error_rate_baseline, facts.error_rate_observed) {
        (Some(before), Some(after)) if samples >= u64::from(p.error_rate_min_samples) => {
            let relative = before * (1.0 + p.error_rate_increase_percent / 100.0);
            let large = after > relative && after > (before + p.error_rate_min_rise).min(2.0 * before);
            let chance = chance(after, before, samples);
            Some(after == 1.0 || (large && chance < p.error_rate_significance))
        }
        _ => None,
    };
    let severely = facts.customer_impact.is_some_and(|impact| impact >= p.severe_impact);
    let incidents = facts.customer_incidents.map(|n| n >= p.customer_incidents_min);
    let criteria = [
        (p.critical_functionality_severity, facts.critical_functionality_broken, false),
        (p.vulnerability_severity, facts.vulnerability_introduced, true),
        (p.data_corruption_severity, facts.data_corruption, true),
        (p.latency_severity, latency, false),
        (p.error_rate_severity, errors, false),
        (p.customer_incidents_severity, incidents, false),
    ];
    let something =
        criteria.iter().any(|(severity, met, _)| *met == Some(true) && *severity >= Severity::Error)
            || (severely && p.customer_incidents_severity >= Severity::Error);
    if !something {
        let open = criteria.iter().any(|(severity, met, _)| met.is_none() && *severity != Severity::Info);
        return if open { Verdict::Inconclusive } else { Verdict::Hold };
    }
    if facts.flag_ends_fault == Some(true) {
        return Verdict::DisableFlag;
    }
    // Unknown facts have their worst value.
    let serious =
        criteria.iter().any(|(severity, met, _)| *severity == Severity::Critical && *met != Some(false))
            || facts.customer_impact.is_none_or(|impact| impact >= p.severe_impact)
            || facts.error_budget_left.is_some_and(|left| left <= p.low_error_budget);
    let widespread = criteria
        .iter()
        .any(|(severity, met, unseen)| *unseen && *severity >= Severity::Error && *met != Some(false))
        || facts.affected_share.is_none_or(|share| share > p.small_share)
        || facts.trend == Some(Trend::Worsening);
    let cause_unknown = facts.cause_known == Some(false);
    let quick = !cause_unknown
        && facts.fix_simple == Some(true)
        && facts.fix_ready_in.is_some_and(|span| span <= p.quick_fix);
    let proven = facts.rollback_tested == Some(true)
        && facts.rollback_complex == Some(false)
        && facts.external_side_effects != Some(true);
    let sooner = match (facts.fix_ready_in, facts.rollback_takes) {
        (Some(fix), Some(rollback)) => !cause_unknown && facts.fix_tested == Some(true) && fix < rollback,
        _ => false,
    };
    let under_way = facts.rollout_under_way.unwrap_or(facts.client_installed == Some(true));
    let mitigable = facts.mitigation_available == Some(true);
    if facts.correlation_with_release == Some(Correlation::Unrelated) {
        return match (serious, mitigable, under_way) {
            (true, true, _) => Verdict::Mitigate,
            (true, false, _) => Verdict::Escalate,
            (false, _, true) => Verdict::Halt,
            (false, _, false) => Verdict::Freeze,
        };
    }
    let by_a_person = if mitigable { Verdict::Mitigate } else { Verdict::Escalate };
    let without_a_rollback = if under_way {
        Verdict::Halt
    } else if serious {
        if quick { Verdict::ForwardFix } else { by_a_person }
    } else if cause_unknown {
        Verdict::Freeze
    } else {
        Verdict::ForwardFix
    };
    let with_one = {
        let bad = u8::from(serious) + u8::from(widespread);
        let back = bad == 2 || proven && (bad == 1 || !quick);
        if back && !sooner {
            Verdict::RollBack
        } else if under_way {
            Verdict::Halt
        } else if sooner || quick {
            Verdict::ForwardFix
        } else if bad == 1 {
            by_a_person
        } else if cause_unknown {
            Verdict::Freeze
        } else {
            Verdict::ForwardFix
        }
    };
    let closed = facts.deployed_at.map(|at| at.plus(p.rollback_window).is_ok_and(|end| now >= end));
    let available = match (facts.previous_version_available, facts.candidates) {
        (Some(false), _) | (_, Some(CandidatesVerdict::NotFound)) => Some(false),
        (_, Some(CandidatesVerdict::Found)) | (Some(true), None) => Some(true),
        _ => None,
    };
    let irreversible =
        facts.irreversible_migration.or(facts.schema_change.map(|change| change == SchemaChange::Contract));
    let vetoes = [
        available.map(|available| !available),
        closed,
        facts.rollback_causes_data_loss,
        irreversible,
        Some(facts.new_format_written == Some(true)),
        Some(facts.client_installed == Some(true)),
        Some(facts.failed_rollbacks.is_some_and(|failed| failed >= p.max_failed_rollbacks)),
    ];
    if vetoes.contains(&Some(true)) {
        without_a_rollback
    } else if vetoes.contains(&None) && with_one != without_a_rollback {
        match without_a_rollback {
            Verdict::Halt | Verdict::Mitigate => without_a_rollback,
            _ => Verdict::Escalate,
        }
    } else {
        with_one
    }
}
