//! Reports as text for a person.
use super::display::{Unit, because, minute, name};
use super::measure::{Figure, Measures};
use super::metric::{Metric, Trend};
use super::report::{DoraReport, DoraRow, Estimate};
use super::review::{MetricReview, Review, TargetVerdict};
use super::trend::ChangeDirection;
use crate::reason::number;

/// The most periods that the text lists: a month of days.
const MOST: usize = 31;

/// The report as text for a person: a line for each period, then the basis of each number of the whole range.
///
/// It lists the latest 31 periods at most; [`report_rows`](super::report_rows) has them all. A `*` marks a number of few
/// items. Numbers are rounded; the report has all digits.
///
/// ```
/// use relcore::metrics::{Policy, dora, explain};
/// use relcore::{TimeRange, time::BucketUnit};
/// let week: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?;
/// let text = explain(&dora(&[], &[], &[], &Policy::default(), &week, &BucketUnit::Week, "UTC")?);
/// assert!(text.starts_with("DELIVERY METRICS from 2026-11-02T00:00Z to 2026-11-09T00:00Z\n"));
/// assert!(text.contains("change fail rate: none, there was no deployment\n")); // not zero
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain(report: &DoraReport) -> String {
    let [from, to] = [report.range.start, report.range.end].map(minute);
    let mut out = format!("DELIVERY METRICS from {from} to {to}\n\n{}", table(report));
    for (index, (name, unit)) in METRICS.into_iter().enumerate() {
        if let Some(estimate) = estimates(&report.overall).get(index) {
            out += &format!("\n{name}: {}", basis(estimate, unit));
        }
    }
    out + &format!("\npolicy: {}\n", report.policy_digest)
}

/// Measures as text for a person: the basis of each number of the whole range, then a line for each group.
///
/// A `*` marks a number of few items, and metrics that nothing is known of are named in one line. The groups are shown by the
/// metrics of DORA that were measured.
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Policy, explain_measures, measure};
/// use relcore::TimeRange;
/// let week: TimeRange = serde_json::from_str(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?;
/// let text = explain_measures(&measure(&Events::default(), &Policy::default(), &week, &Breakdown::default())?);
/// assert!(text.starts_with("MEASURES from 2026-11-02T00:00Z to 2026-11-09T00:00Z\n"));
/// assert!(text.contains("without a number: deployment frequency, "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_measures(measures: &Measures) -> String {
    let [from, to] = [measures.range.start, measures.range.end].map(minute);
    let mut out = format!("MEASURES from {from} to {to}\n\n");
    let mut unknown = vec![];
    for Figure { metric, estimate } in &measures.whole.overall.figures {
        let name = name(*metric);
        if estimate.value.is_some() {
            let few = if estimate.low_n { "*" } else { "" };
            out += &format!("{name}{few}: {}\n", basis(estimate, Unit::of(*metric)));
        } else {
            unknown.push(name);
        }
    }
    if !unknown.is_empty() {
        out += &format!("without a number: {}\n", unknown.join(", "));
    }
    if !measures.groups.is_empty() {
        out += &format!("\n{}", groups(measures));
    }
    if out.contains('*') {
        out += "* fewer items than `lowN` of the policy\n";
    }
    out + &format!("\npolicy: {}\n", measures.policy_digest)
}

/// The groups, a line each.
fn groups(measures: &Measures) -> String {
    let shown: Vec<Metric> = [
        Metric::DeploymentFrequency,
        Metric::ChangeLeadTime,
        Metric::ChangeFailRate,
        Metric::FailedDeploymentRecoveryTime,
        Metric::DeploymentReworkRate,
    ]
    .into_iter()
    .filter(|metric| measures.whole.overall.estimate(*metric).is_some())
    .collect();
    let mut head = vec![measures.group_by.join(", ")];
    head.extend(shown.iter().map(|metric| name(*metric)));
    let mut lines = vec![head];
    for group in &measures.groups {
        let label = |dimension: &String| group.labels.get(dimension).map_or("-", String::as_str);
        let names: Vec<&str> = measures.group_by.iter().map(label).collect();
        let mut line = vec![names.join(", ")];
        line.extend(shown.iter().map(|metric| {
            group
                .overall
                .estimate(*metric)
                .map_or_else(String::new, |estimate| cell(estimate, Unit::of(*metric)))
        }));
        lines.push(line);
    }
    aligned(&lines)
}

/// A review as text for a person: the bottleneck, then each metric with its change, target and trend.
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Policy, ReviewPolicy, explain_review, measure, review};
/// use relcore::TimeRange;
/// let week = |text| serde_json::from_str::<TimeRange>(text);
/// let (one, two) = (
///     week(r#"{"start": "2026-11-02T00:00:00Z", "end": "2026-11-09T00:00:00Z"}"#)?,
///     week(r#"{"start": "2026-11-09T00:00:00Z", "end": "2026-11-16T00:00:00Z"}"#)?,
/// );
/// let of = |range| measure(&Events::default(), &Policy::default(), range, &Breakdown::default());
/// let text = explain_review(&review(&of(&one)?, &of(&two)?, &ReviewPolicy::default())?);
/// assert!(text.contains("no data: deployment frequency, "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain_review(review: &Review) -> String {
    let [from, to] = [review.current.start, review.current.end].map(minute);
    let mut out = format!("REVIEW of {from} to {to} against {}\n", minute(review.previous.start));
    let names = |metrics: &[Metric]| -> String {
        metrics.iter().map(|metric| name(*metric)).collect::<Vec<_>>().join(", ")
    };
    for (what, metrics) in [("better", &review.improved), ("worse", &review.worsened)] {
        if !metrics.is_empty() {
            out += &format!("{what} than before: {}\n", names(metrics));
        }
    }
    if let Some(bottleneck) = &review.bottleneck {
        let share = Unit::Share.format(bottleneck.share);
        let mean = Unit::Duration.format(bottleneck.mean);
        out +=
            &format!("bottleneck: {}, {share} of the lead time, {mean} on average\n", name(bottleneck.stage));
    }
    out.push('\n');
    let mut unknown = vec![];
    for one in &review.metrics {
        match one.current.value {
            Some(value) => out += &format!("{}: {}\n", name(one.metric), reviewed(one, value)),
            None => unknown.push(one.metric),
        }
    }
    if !unknown.is_empty() {
        out += &format!("no data: {}\n", names(&unknown));
    }
    out + &format!("\npolicy: {}\n", review.policy_digest)
}

fn reviewed(one: &MetricReview, value: f64) -> String {
    let unit = Unit::of(one.metric);
    let mut parts = vec![unit.format(value)];
    if let (Some(change), Some(before)) = (&one.change, one.previous.value) {
        let words = match change.direction {
            ChangeDirection::Better => "better than",
            ChangeDirection::Worse => "worse than",
            ChangeDirection::Unclear => "not clearly different from",
        };
        parts.push(format!("{words} {}", unit.format(before)));
    }
    let verdict = match one.verdict {
        TargetVerdict::Met => "met",
        TargetVerdict::Missed => "missed",
        TargetVerdict::Unclear => "unclear",
        TargetVerdict::NoData => "no data",
    };
    let target = match (one.target, one.better) {
        (Some(target), Trend::Rise) => format!("above {}", unit.format(target)),
        (Some(target), Trend::Fall) => format!("below {}", unit.format(target)),
        (None, Trend::Rise) => "rise".to_owned(),
        (None, Trend::Fall) => "fall".to_owned(),
    };
    parts.push(format!("target {target}: {verdict}"));
    if let Some(trend) = one.trend.filter(|trend| trend.direction != ChangeDirection::Unclear) {
        let words = if trend.slope > 0.0 { "rising" } else { "falling" };
        parts.push(format!("{words} over {} buckets", trend.buckets));
    }
    if let Some(level) = one.level {
        parts.push(format!("{level} in DORA's report"));
    }
    if let Some(next) = one.next_target {
        parts.push(format!("next target {}", unit.format(next)));
    }
    parts.join("; ")
}

/// The metrics in the order of a row.
const METRICS: [(&str, Unit); 5] = [
    ("deployment frequency", Unit::Frequency),
    ("change lead time", Unit::Duration),
    ("change fail rate", Unit::Share),
    ("failed deployment recovery time", Unit::Duration),
    ("deployment rework rate", Unit::Share),
];

fn estimates(row: &DoraRow) -> [&Estimate; 5] {
    [
        &row.deployment_frequency,
        &row.change_lead_time,
        &row.change_fail_rate,
        &row.failed_deployment_recovery_time,
        &row.deployment_rework_rate,
    ]
}

/// The periods and the whole range, in columns.
fn table(report: &DoraReport) -> String {
    let head = ["from", "deployments", "frequency", "lead time", "fail rate", "recovery", "rework"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    let left_out = report.buckets.len().saturating_sub(MOST);
    for row in report.buckets.iter().skip(left_out) {
        let partial = if row.partial { " (part)" } else { "" };
        lines.push(cells(minute(row.range.start) + partial, row));
    }
    lines.push(cells("all".to_owned(), &report.overall));

    let mut out = aligned(&lines);
    if left_out > 0 {
        let end = out.find('\n').map_or(0, |end| end.saturating_add(1));
        out.insert_str(end, &format!("({left_out} earlier periods)\n"));
    }
    if out.contains('*') {
        out += "* fewer items than `lowN` of the policy\n";
    }
    out
}

/// Lines of cells in columns: the first to the left, the others to the right.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    let mut out = String::new();
    for line in lines {
        let padded: Vec<String> = line
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        out += padded.join("  ").trim_end();
        out.push('\n');
    }
    out
}

/// A number, marked if it has few items.
fn cell(estimate: &Estimate, unit: Unit) -> String {
    let few = if estimate.low_n { "*" } else { " " };
    estimate.value.map_or_else(|| "- ".to_owned(), |value| unit.format(value) + few)
}

fn cells(name: String, row: &DoraRow) -> Vec<String> {
    let [frequency, lead, fail, recovery, rework] = estimates(row);
    vec![
        name,
        frequency.n.to_string(),
        cell(frequency, Unit::Frequency),
        cell(lead, Unit::Duration),
        cell(fail, Unit::Share),
        cell(recovery, Unit::Duration),
        cell(rework, Unit::Share),
    ]
}

/// The value with its interval, the number of items and what was left out.
fn basis(estimate: &Estimate, unit: Unit) -> String {
    let mut parts = Vec::new();
    match (estimate.value, estimate.undefined) {
        (Some(value), _) => parts.push(unit.format(value)),
        (None, why) => parts.push(format!("none, {}", why.map_or("the reason is missing", because))),
    }
    if let Some(interval) = &estimate.interval {
        let [low, high] = [interval.low, interval.high].map(|value| unit.format(value));
        parts.push(format!("{} % interval {low} to {high}", number(interval.level * 100.0)));
    }
    if let Some(p90) = estimate.p90 {
        parts.push(format!("nine of ten within {}", unit.format(p90)));
    }
    if estimate.value.is_some() {
        let affected = estimate.affected.map_or("n = ".to_owned(), |affected| format!("{affected} of "));
        parts.push(format!("{affected}{}", estimate.n));
    }
    if !estimate.excluded.is_empty() {
        let excluded = estimate.excluded.iter();
        let excluded: Vec<String> = excluded
            .map(|excluded| format!("{} {}", excluded.n, excluded.reason.to_string().replace('_', " ")))
            .collect();
        parts.push(format!("left out: {}", excluded.join(", ")));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_periods_the_latest_are_listed() {
        let range = r#"{"start": "2026-01-01T00:00:00Z", "end": "2026-02-10T00:00:00Z"}"#;
        let range = serde_json::from_str(range).unwrap();
        let policy = crate::metrics::Policy::default();
        let unit = crate::time::BucketUnit::Day;
        let report = crate::metrics::dora(&[], &[], &[], &policy, &range, &unit, "UTC").unwrap();
        let text = explain(&report);
        let table: Vec<&str> = text.lines().skip(2).take_while(|line| !line.is_empty()).collect();
        assert_eq!(table.len(), 34);
        assert_eq!(table[1], "(9 earlier periods)");
        assert!(table[2].starts_with("2026-01-10T00:00Z ") && table[32].starts_with("2026-02-09T00:00Z "));
        assert!(table[33].starts_with("all "));
    }
}
