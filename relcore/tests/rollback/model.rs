//! The documented decision table, read literally: one line per row, `*` for any, first match.
use relcore::rollback::{Policy, Situation, Verdict};
use relcore::{Severity, Timestamp};

/// allowed, serious, widespread, quick, proven: verdict.
const TABLE: &str = "
    n n * * *  forward_fix
    n y * y *  forward_fix
    n y * n *  escalate
    y y y * *  roll_back
    y y n * y  roll_back
    y n y * y  roll_back
    y y n y n  forward_fix
    y n y y n  forward_fix
    y y n n n  escalate
    y n y n n  escalate
    y n n n y  roll_back
    y n n y *  forward_fix
    y n n * n  forward_fix
";

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
            || facts.customer_impact.is_none_or(|impact| impact >= p.severe_impact);
    let widespread = criteria
        .iter()
        .any(|(severity, met, unseen)| *unseen && *severity >= Severity::Error && *met != Some(false))
        || facts.affected_share.is_none_or(|share| share > p.small_share);
    let quick = facts.fix_simple == Some(true) && facts.fix_ready_in.is_some_and(|span| span <= p.quick_fix);
    let proven = facts.rollback_tested == Some(true) && facts.rollback_complex == Some(false);
    let closed = facts.deployed_at.map(|at| at.plus(p.rollback_window).is_ok_and(|end| now >= end));
    let vetoes = [
        facts.previous_version_available.map(|available| !available),
        closed,
        facts.rollback_causes_data_loss,
        facts.irreversible_migration,
    ];
    let of = |allowed| look_up([allowed, serious, widespread, quick, proven]);
    if vetoes.contains(&Some(true)) {
        of(false)
    } else if vetoes.contains(&None) {
        if of(true) == of(false) { of(true) } else { Verdict::Escalate }
    } else {
        of(true)
    }
}

fn look_up(conditions: [bool; 5]) -> Verdict {
    let fits = |line: &&str| {
        line.split_whitespace().zip(conditions).all(|(cell, holds)| cell == "*" || (cell == "y") == holds)
    };
    let row = TABLE.trim().lines().map(str::trim).find(fits).expect("the table has a row for everything");
    match row.split_whitespace().last() {
        Some("roll_back") => Verdict::RollBack,
        Some("forward_fix") => Verdict::ForwardFix,
        Some("escalate") => Verdict::Escalate,
        other => panic!("{other:?}"),
    }
}
