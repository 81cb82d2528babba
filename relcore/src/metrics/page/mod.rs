//! Measures as one page for a browser.
mod chart;

use super::display::{Unit, because, minute, name};
use super::measure::{Breakdown, Figure, Group, Measures, measure};
use super::metric::{Metric, Trend};
use super::report::Estimate;
use super::review::{MetricReview, Review, ReviewPolicy, TargetVerdict, against, review};
use super::trend::ChangeDirection;
use super::{Events, FrequencyRule, Policy};
use crate::error::{ErrorKind, Faults, Result};
use crate::reason::{format_duration, number};
use crate::time::{TimeRange, Timestamp, local_date};
use chart::{Mark, chart};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;

/// The panels, in their order.
const PANELS: [(&str, &[Metric]); 6] = [
    (
        "Delivery",
        &[
            Metric::DeploymentFrequency,
            Metric::ChangeLeadTime,
            Metric::ChangeFailRate,
            Metric::FailedDeploymentRecoveryTime,
            Metric::DeploymentReworkRate,
        ],
    ),
    (
        "Where changes wait",
        &[Metric::CodingTime, Metric::PickupTime, Metric::ReviewTime, Metric::DeliveryTime],
    ),
    (
        "Deployments",
        &[
            Metric::DeploymentSuccessRate,
            Metric::FirstTrySuccessRate,
            Metric::EventualSuccessRate,
            Metric::RollbackRate,
            Metric::AutomaticRollbackRate,
            Metric::ManualRollbackRate,
            Metric::RolledBackRate,
            Metric::DeploymentDuration,
            Metric::QueueDuration,
            Metric::BuildDuration,
            Metric::TestDuration,
            Metric::RolloutDuration,
            Metric::DeploymentDowntime,
        ],
    ),
    ("Incidents", &[Metric::TimeToRestore, Metric::CriticalTimeToRestore, Metric::CriticalRestoredInTime]),
    ("Quality", &[Metric::BugEscapeRate, Metric::EscapedBugs]),
    (
        "Security",
        &[
            Metric::OpenVulnerabilities,
            Metric::OpenedVulnerabilities,
            Metric::ClosedVulnerabilities,
            Metric::OpenVulnerabilityAge,
            Metric::TimeToPatch,
            Metric::PatchedInTime,
            Metric::ScanCoverage,
            Metric::DependencyScanCoverage,
            Metric::AcceptedRiskDuration,
            Metric::OverdueRiskRate,
        ],
    ),
];

/// The most groups that the page lists: those that fail most often.
const MOST_GROUPS: usize = 10;
/// The most buckets whose numbers the page lists under a picture.
const MOST_ROWS: usize = 120;

/// The measures of events as one page for a browser: [`measure`], the comparison with the range of the same length before it,
/// and [`report_html`].
///
/// There is no comparison if no deployment finished before the range.
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Policy, report};
/// use relcore::TimeRange;
/// let events: Events = serde_json::from_str(r#"{"deployments": [
///     {"id": "d1", "service": "shop", "finishedAt": "2026-11-03T10:00:00Z", "outcome": "success"}
/// ]}"#)?;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
/// let page = report(&events, &Policy::default(), &november, &Breakdown::default(), "Shop & cart")?;
/// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Shop &amp; cart</h1>"));
/// // Pitfall: a range without events is a page without numbers, not an error.
/// let empty = report(&Events::default(), &Policy::default(), &november, &Breakdown::default(), "Shop")?;
/// assert!(empty.contains("No data"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`measure`].
pub fn report(
    events: &Events,
    policy: &Policy,
    range: &TimeRange,
    breakdown: &Breakdown,
    title: &str,
) -> Result<String> {
    let current = measure(events, policy, range, breakdown)?;
    let is_before = |at: Timestamp| at < range.start;
    let before = events.deployments.iter().any(|deployment| is_before(deployment.finished_at));
    let start = Timestamp::from_millis(range.start.as_millis().saturating_sub(range.length().as_millis()));
    let compared = match start {
        Ok(start) if before && start < range.start => {
            let previous = TimeRange { start, end: range.start };
            Some(review(&measure(events, policy, &previous, breakdown)?, &current, &ReviewPolicy::default())?)
        }
        _ => None,
    };
    report_html(&current, compared.as_ref(), title)
}

/// Measures as one page for a browser, without scripts and without a network.
///
/// It has the metrics of DORA with their targets, intervals and buckets, all others in tables, the groups that fail most often,
/// what was left out, and the choices of the policy. A value of few items is marked, and what has no value says why. `review`
/// adds what changed since the range before. The page is light or dark as the reader's system is; all that the pictures show
/// stands in tables, too. A page without a title is called `Release metrics`.
///
/// ```
/// use relcore::metrics::{Breakdown, Events, Policy, measure, report_html};
/// use relcore::TimeRange;
/// let november: TimeRange =
///     serde_json::from_str(r#"{"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}"#)?;
/// let measures = measure(&Events::default(), &Policy::default(), &november, &Breakdown::default())?;
/// let page = report_html(&measures, None, "<b>Shop</b>")?;
/// assert!(page.contains("<h1>&lt;b&gt;Shop&lt;/b&gt;</h1>")); // a title is text, whatever is in it
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `invalid_value` for a review of another range or another policy; `unknown_zone` for a zone that [`measure`] would refuse.
pub fn report_html(measures: &Measures, review: Option<&Review>, title: &str) -> Result<String> {
    let mut faults = Faults::new();
    if let Some(review) = review {
        faults.check(
            review.current == measures.range,
            ErrorKind::InvalidValue,
            format_args!("review.current"),
            format_args!("is another range than that of the measures"),
        );
        faults.check(
            review.policy_digest == measures.policy_digest,
            ErrorKind::InvalidValue,
            format_args!("review.policyDigest"),
            format_args!("is not that of the measures: expected both under one policy"),
        );
    }
    faults.absorb(
        local_date(measures.range.start, &measures.zone).map_err(|error| error.under("measures")).map(drop),
    );
    faults.finish()?;
    let title = if title.trim().is_empty() { "Release metrics" } else { title };
    Ok(Page { measures, review }.markup(title).into_string())
}

struct Page<'a> {
    measures: &'a Measures,
    review: Option<&'a Review>,
}

impl Page<'_> {
    fn markup(&self, title: &str) -> Markup {
        let style = PreEscaped(include_str!("style.css"));
        let panels = PANELS.iter().map(|(name, metrics)| (*name, self.figures(metrics)));
        let panels: Vec<_> = panels.filter(|(_, figures)| !figures.is_empty()).collect();
        let range = &self.measures.range;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                    title { (title) }
                    style { (style) }
                }
                body {
                    header {
                        h1 { (title) }
                        p.muted {
                            "Release metrics from " (self.time(range.start)) " to " (self.time(range.end)) ", by "
                            (self.measures.unit) " in the zone " (self.measures.zone) "."
                        }
                    }
                    main {
                        (self.changes())
                        @for (index, (name, figures)) in panels.iter().enumerate() {
                            section aria-labelledby=(format!("panel-{index}")) {
                                h2 id=(format!("panel-{index}")) { (name) }
                                @if *name == "Delivery" {
                                    p.muted {
                                        "The pictures show the value of each " (self.measures.unit) " with its interval, hollow where it has few items, and the target as a dashed line."
                                    }
                                    div.cards { @for figure in figures { (self.card(figure)) } }
                                } @else {
                                    (self.table(name, figures))
                                }
                            }
                        }
                        (self.groups())
                        (self.without())
                        (self.left_out())
                    }
                    footer { (self.choices()) }
                }
            }
        }
    }

    /// The figures of a panel with a value, without stages that nothing records; those of DORA always, because their absence says
    /// something, too.
    fn figures(&self, metrics: &[Metric]) -> Vec<&Figure> {
        let overall = &self.measures.whole.overall;
        let found =
            metrics.iter().filter_map(|metric| overall.figures.iter().find(|one| one.metric == *metric));
        found.filter(|one| is_dora(one.metric) || one.estimate.value.is_some() && is_recorded(one)).collect()
    }

    fn reviewed(&self, metric: Metric) -> Option<&MetricReview> {
        self.review?.metrics.iter().find(|one| one.metric == metric)
    }

    /// The target of the review, or the usual one.
    fn target(&self, metric: Metric) -> Option<f64> {
        self.reviewed(metric).map_or_else(|| metric.target(), |one| one.target)
    }

    /// What changed since the range before.
    fn changes(&self) -> Markup {
        let Some(review) = self.review else { return html! {} };
        let names =
            |metrics: &[Metric]| metrics.iter().map(|metric| name(*metric)).collect::<Vec<_>>().join(", ");
        html! {
            section aria-labelledby="changes" {
                h2 id="changes" { "Compared with the range before" }
                p.muted { "From " (self.time(review.previous.start)) " to " (self.time(review.previous.end)) "." }
                p {
                    @if review.improved.is_empty() { "Nothing is proven better." }
                    @else { "Proven better: " (names(&review.improved)) "." }
                }
                p {
                    @if review.worsened.is_empty() { "Nothing is proven worse." }
                    @else { "Proven worse: " (names(&review.worsened)) "." }
                }
                @if let Some(bottleneck) = &review.bottleneck {
                    p {
                        "Changes wait longest in " (name(bottleneck.stage)) ": " (Unit::Share.format(bottleneck.share))
                        " of the lead time, " (Unit::Duration.format(bottleneck.mean)) " on average."
                    }
                }
            }
        }
    }

    fn card(&self, figure: &Figure) -> Markup {
        let Figure { metric, estimate } = figure;
        let unit = Unit::of(*metric);
        html! {
            article.card {
                h3 { (capital(&name(*metric))) }
                p.value { (self.value(*metric, estimate)) }
                p.muted { (self.basis(*metric, estimate)) }
                (self.verdict(*metric, estimate))
                @if let Some(one) = self.reviewed(*metric) {
                    @if let (Some(change), Some(before)) = (&one.change, one.previous.value) {
                        p { (direction(change.direction)) " " (unit.format(before)) " in the range before." }
                    }
                    @if let Some(level) = one.level { p { "Level in DORA’s report: " (level) "." } }
                }
                (self.picture(*metric, unit))
            }
        }
    }

    /// The line over the buckets, and its numbers.
    fn picture(&self, metric: Metric, unit: Unit) -> Markup {
        let buckets = &self.measures.whole.buckets;
        let marks: Vec<Mark<'_>> = buckets
            .iter()
            .filter_map(|period| Some(Mark { period, estimate: period.estimate(metric)? }))
            .collect();
        let [Some(first), Some(last)] = [marks.first(), marks.last()] else { return html! {} };
        let days = [first, last].map(|mark| self.day(mark.period.range.start));
        let count = marks.iter().filter(|mark| mark.estimate.value.is_some()).count();
        let what =
            format!("{} from {} to {}: {count} of {} values", name(metric), days[0], days[1], marks.len());
        let drawn = chart(&marks, unit, self.target(metric), &what, [days[0].as_str(), days[1].as_str()]);
        let hidden = marks.len().saturating_sub(MOST_ROWS);
        html! {
            @if !drawn.0.is_empty() { figure { (drawn) } }
            details {
                summary { "Numbers of " (name(metric)) " by " (self.measures.unit) }
                div.scroll tabindex="0" role="group" aria-label=(format!("{} by {}", name(metric), self.measures.unit)) {
                    table {
                        @if hidden > 0 { caption { "Without the first " (hidden) "." } }
                        thead { tr { th scope="col" { "From" } th scope="col" { "Value" } th scope="col" { "Interval" } th scope="col" { "n" } } }
                        tbody {
                            @for mark in marks.iter().skip(hidden) {
                                tr {
                                    th scope="row" {
                                        (self.day(mark.period.range.start)) @if mark.period.partial { " (part)" }
                                    }
                                    td { (self.value(metric, mark.estimate)) }
                                    td { (interval(mark.estimate, unit)) }
                                    td { (mark.estimate.n) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn table(&self, panel: &str, figures: &[&Figure]) -> Markup {
        html! {
            div.scroll tabindex="0" role="group" aria-label=(panel) {
                table {
                    thead {
                        tr {
                            th scope="col" { "Metric" } th scope="col" { "Value" } th scope="col" { "Interval" }
                            th scope="col" { "n" } th scope="col" { "Target" }
                        }
                    }
                    tbody {
                        @for Figure { metric, estimate } in figures {
                            tr {
                                th scope="row" { (capital(&name(*metric))) }
                                td { (self.value(*metric, estimate)) }
                                td { (interval(estimate, Unit::of(*metric))) }
                                td { (estimate.n) }
                                td { (self.verdict(*metric, estimate)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The groups that fail most often, by the lower end of the interval: a group of few deployments is not the worst by chance.
    fn groups(&self) -> Markup {
        let groups = &self.measures.groups;
        let shown: Vec<Metric> =
            PANELS[0].1.iter().copied().filter(|metric| self.is_measured(*metric)).collect();
        if groups.is_empty() || shown.is_empty() {
            return html! {};
        }
        let dimensions = &self.measures.group_by;
        let mut worst: Vec<&Group> = groups.iter().collect();
        worst.sort_by(|a, b| harm(b).total_cmp(&harm(a)));
        let more = worst.len().saturating_sub(MOST_GROUPS);
        html! {
            section aria-labelledby="groups" {
                h2 id="groups" { "Groups by " (dimensions.join(", ")) }
                div.scroll tabindex="0" role="group" aria-label="groups" {
                    table {
                        caption {
                            "The change fail rate is surely above its lower bound; the groups are in the order of these bounds, highest first."
                            @if more > 0 { " " (more) " more groups are not shown." }
                        }
                        thead {
                            tr {
                                @for dimension in dimensions { th scope="col" { (dimension) } }
                                @for metric in &shown { th scope="col" { (capital(&name(*metric))) } }
                            }
                        }
                        tbody {
                            @for group in worst.iter().take(MOST_GROUPS) {
                                tr {
                                    @for dimension in dimensions {
                                        th scope="row" { (group.labels.get(dimension).map_or("–", String::as_str)) }
                                    }
                                    @for metric in &shown {
                                        td {
                                            @if let Some(estimate) = group.overall.estimate(*metric) {
                                                (self.value(*metric, estimate))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn is_measured(&self, metric: Metric) -> bool {
        self.measures.whole.overall.estimate(metric).is_some()
    }

    /// The metrics without a value, by the reason.
    fn without(&self) -> Markup {
        let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for Figure { metric, estimate } in &self.measures.whole.overall.figures {
            if estimate.value.is_none() {
                let why = estimate.undefined.map_or("the reason is missing", because);
                by_reason.entry(why).or_default().push(name(*metric));
            }
        }
        if by_reason.is_empty() {
            return html! {};
        }
        html! {
            section aria-labelledby="without" {
                h2 id="without" { "No data" }
                dl { @for (why, metrics) in by_reason { dt { (capital(why)) } dd { (metrics.join(", ")) } } }
            }
        }
    }

    fn left_out(&self) -> Markup {
        let figures = &self.measures.whole.overall.figures;
        let figures: Vec<_> = figures.iter().filter(|one| !one.estimate.excluded.is_empty()).collect();
        if figures.is_empty() {
            return html! {};
        }
        html! {
            section aria-labelledby="left-out" {
                h2 id="left-out" { "What was left out" }
                details {
                    summary { "Items that do not count, by metric" }
                    dl {
                        @for Figure { metric, estimate } in figures {
                            dt { (capital(&name(*metric))) }
                            dd {
                                @for (index, excluded) in estimate.excluded.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    (excluded.n) " " (excluded.reason.to_string().replace('_', " "))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The choices of the policy that are not those of the default.
    fn choices(&self) -> Markup {
        let fields = |policy: &Policy| serde_json::to_value(policy).unwrap_or_default();
        let (own, usual) = (fields(&self.measures.policy), fields(&Policy::default()));
        let own = own.as_object().into_iter().flatten();
        let other: Vec<_> = own.filter(|(name, value)| usual.get(*name) != Some(*value)).collect();
        html! {
            section aria-labelledby="choices" {
                h2 id="choices" { "How it was measured" }
                @if other.is_empty() {
                    p { "By the default policy." }
                } @else {
                    p { "By the default policy, but for:" }
                    dl { @for (name, value) in other { dt { (name) } dd { (value) } } }
                }
                p.muted { "A value marked with * has fewer items than " (self.measures.policy.low_n) ": it shows no more than a direction." }
                p.muted { "Policy " (self.measures.policy_digest) "; time zones " (self.measures.tzdb_version) "." }
            }
        }
    }

    fn value(&self, metric: Metric, estimate: &Estimate) -> Markup {
        let few = if estimate.low_n { "*" } else { "" };
        html! {
            @match estimate.value {
                Some(value) if metric == Metric::DeploymentFrequency => {
                    (Unit::of(metric).format(value)) " " (every(&self.measures.policy)) (few)
                }
                Some(value) => { (Unit::of(metric).format(value)) (few) }
                None => "–",
            }
        }
    }

    /// What a value stands on.
    fn basis(&self, metric: Metric, estimate: &Estimate) -> Markup {
        let unit = Unit::of(metric);
        html! {
            @if estimate.value.is_none() {
                "None: " (estimate.undefined.map_or("the reason is missing", because)) "."
            } @else {
                @if let Some(interval) = &estimate.interval {
                    (number(interval.level * 100.0)) " % interval " (unit.format(interval.low)) " to " (unit.format(interval.high)) "; "
                }
                @if let Some(affected) = estimate.affected { (affected) " of " } @else { "n = " }
                (estimate.n)
                @if let Some(p90) = estimate.p90 { "; nine of ten within " (unit.format(p90)) }
                "."
            }
        }
    }

    /// Whether the target was met, in words: colors alone say nothing to many.
    fn verdict(&self, metric: Metric, estimate: &Estimate) -> Markup {
        let Some(target) = self.target(metric) else { return html! {} };
        let limit = match metric.better() {
            Trend::Rise => "above",
            Trend::Fall => "below",
        };
        let verdict = match estimate.value {
            Some(_) => against(target, estimate, metric),
            None => TargetVerdict::NoData,
        };
        let (class, mark) = match verdict {
            TargetVerdict::Met => ("met", "✓ met"),
            TargetVerdict::Missed => ("missed", "✗ missed"),
            TargetVerdict::Unclear => ("unclear", "? unclear"),
            TargetVerdict::NoData => ("muted", "no data"),
        };
        html! { p class=(class) { "Target " (limit) " " (Unit::of(metric).format(target)) ": " (mark) } }
    }

    /// The local day of an instant.
    fn day(&self, at: Timestamp) -> String {
        local_date(at, &self.measures.zone).map_or_else(|_| minute(at), |date| date.to_string())
    }

    fn time(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) { (minute(at)) } }
    }
}

fn is_dora(metric: Metric) -> bool {
    PANELS[0].1.contains(&metric)
}

/// Whether anything but the lead time itself is known of a stage of it.
fn is_recorded(figure: &Figure) -> bool {
    let is_stage = PANELS[1].1.contains(&figure.metric);
    !is_stage || figure.estimate.affected.is_some_and(|recorded| recorded.get() > 0)
}

/// The least share of deployments that surely fail.
fn harm(group: &Group) -> f64 {
    let rate = group.overall.estimate(Metric::ChangeFailRate);
    rate.and_then(|rate| rate.interval.as_ref()).map_or(-1.0, |interval| interval.low)
}

fn interval(estimate: &Estimate, unit: Unit) -> String {
    let interval = estimate.interval.as_ref().filter(|_| estimate.value.is_some());
    interval.map_or_else(
        || "–".to_owned(),
        |interval| format!("{} to {}", unit.format(interval.low), unit.format(interval.high)),
    )
}

fn direction(direction: ChangeDirection) -> &'static str {
    match direction {
        ChangeDirection::Better => "Better than",
        ChangeDirection::Worse => "Worse than",
        ChangeDirection::Unclear => "Not clearly different from",
    }
}

/// What a frequency is counted by: `a day`, `in 30d`, or `a week` of a median of weeks.
fn every(policy: &Policy) -> String {
    const DAY: i64 = 86_400_000;
    let period = policy.frequency_per;
    match (policy.frequency_rule, period.as_millis()) {
        (FrequencyRule::Median, _) => format!("a {}", policy.frequency_unit),
        (FrequencyRule::MedianDays, _) => format!("days a {}", policy.frequency_unit),
        (_, DAY) => "a day".to_owned(),
        (_, millis) if millis == 7 * DAY => "a week".to_owned(),
        _ => format!("in {}", format_duration(period)),
    }
}

/// With a capital letter first.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
