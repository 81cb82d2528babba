//! All metrics, grouped: against the five metrics of DORA, and against the events of each group alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test that panics has failed"
)]
use crate::laws::{Given, estimates, given, hour, policy, range};
use proptest::prelude::*;
use relcore::Span;
use relcore::TimeRange;
use relcore::metrics::*;
use relcore::time::{BucketUnit, BusinessCalendar};

const DORA: [Metric; 5] = [
    Metric::DeploymentFrequency,
    Metric::ChangeLeadTime,
    Metric::ChangeFailRate,
    Metric::FailedDeploymentRecoveryTime,
    Metric::DeploymentReworkRate,
];

fn events(given: &Given) -> Events {
    Events::default()
        .deployments(given.deployments.clone())
        .changes(given.changes.clone())
        .incidents(given.incidents.clone())
}

/// The events with what later fields record: runs, labels, milestones, stages.
fn recorded() -> impl Strategy<Value = Given> {
    let marks = prop::collection::vec(
        (prop::option::of(0..6_u8), prop::array::uniform3(prop::option::of(0..90_i64)), any::<[bool; 3]>()),
        12,
    );
    (given(), marks).prop_map(|(mut given, marks)| {
        for (one, (run, [start, _, down], [labelled, automatic, _])) in
            given.deployments.iter_mut().zip(&marks)
        {
            one.run = run.map(|run| format!("run{run}"));
            one.started_at = start.map(|hours| hour(one.finished_at.as_millis() / 3_600_000 - hours + 5));
            one.downtime = down.map(|hours| Span::from_hours(i32::try_from(hours).unwrap()));
            one.automatic = Some(*automatic);
            if *labelled {
                one.labels.insert("team".to_owned(), format!("t{}", run.unwrap_or(0) % 2));
            }
        }
        for (one, (_, [opened, reviewed, merged], _)) in given.changes.iter_mut().zip(&marks) {
            let after = |hours: &i64| hour(one.committed_at.as_millis() / 3_600_000 + hours - 20);
            one.opened_at = opened.as_ref().map(after);
            one.reviewed_at = reviewed.as_ref().map(after);
            one.merged_at = merged.as_ref().map(after);
        }
        for (one, (run, _, [critical, labelled, _])) in given.incidents.iter_mut().zip(&marks) {
            one.severity = critical.then(|| "SEV1".to_owned());
            one.revision = run.filter(|_| *labelled).map(|run| format!("r{}", run % 3));
            if *labelled {
                one.labels.insert("team".to_owned(), "t1".to_owned());
            }
        }
        given
    })
}

/// Policies with the later choices, too.
fn choices() -> impl Strategy<Value = Policy> {
    let select = |values: &[usize]| prop::sample::select(values.to_vec());
    (
        policy(),
        (select(&[0, 1]), select(&[0, 0, 1]), select(&[0, 1, 2, 3]), select(&[0, 1, 2]), select(&[0, 1, 2])),
        (
            select(&[0, 1, 2]),
            select(&[0, 1, 2, 3]),
            select(&[0, 0, 1]),
            select(&[0, 1]),
            select(&[0, 0, 0, 1]),
        ),
        (select(&[0, 0, 1]), select(&[0, 0, 0, 1, 2, 3]), select(&[0, 0, 1])),
    )
        .prop_map(|(mut policy, a, b, c)| {
            policy.link_scope = [LinkScope::Service, LinkScope::Environment][a.0];
            policy.identity = [DeploymentIdentity::Row, DeploymentIdentity::Run][a.1];
            policy.recovery_unit = [
                RecoveryUnit::Deployment,
                RecoveryUnit::FirstOfRun,
                RecoveryUnit::Incident,
                RecoveryUnit::AnyIncident,
            ][a.2];
            policy.rate_numerator =
                [RateNumerator::FailedDeployments, RateNumerator::Incidents, RateNumerator::LinkedIncidents]
                    [a.3];
            policy.open_recoveries =
                [OpenRecoveries::Exclude, OpenRecoveries::Age, OpenRecoveries::Censor][a.4];
            policy.recovery_membership =
                [RecoveryMembership::Failure, RecoveryMembership::Recovery, RecoveryMembership::Detection]
                    [b.0];
            policy.lead_rounding = [
                SpanRounding::Exact,
                SpanRounding::MinuteUp,
                SpanRounding::MinuteDown,
                SpanRounding::HourDown,
            ][b.1];
            policy.lead_unit = [LeadUnit::Change, LeadUnit::Deployment][b.2];
            policy.redelivery = [Redelivery::Exclude, Redelivery::Include][b.3];
            policy.summary = [
                DurationSummary::Median,
                DurationSummary::Median,
                DurationSummary::Mean,
                DurationSummary::DailyMedians,
            ][if b.4 == 1 { 3 } else { c.0 * 2 }];
            policy.frequency_rule = [
                FrequencyRule::Mean,
                FrequencyRule::FlooredMean,
                FrequencyRule::Median,
                FrequencyRule::MedianDays,
            ][c.1];
            if a.0 == 1 {
                policy.negative_spans = NegativeSpans::Keep;
                policy.incident_links =
                    vec![IncidentLink::CausedBy, IncidentLink::Revision, IncidentLink::LatestBefore];
                policy.lead_start = LeadStart::Merged;
                policy.lead_start_fallbacks = vec![LeadStart::Opened, LeadStart::Committed];
            }
            if c.2 == 1 {
                policy.denominator = match policy.denominator {
                    RateDenominator::Finished => RateDenominator::FinishedExceptRework,
                    _ => RateDenominator::SuccessfulExceptRework,
                };
                policy.shortest_lead = Span::from_hours(2);
                policy.negative_spans = NegativeSpans::Clamp;
                policy.working_time = Some(WorkingTime::default().calendar(BusinessCalendar::default()));
            }
            policy
        })
}

fn ask(given: &Given, policy: &Policy, range: &TimeRange, group_by: &[&str]) -> Measures {
    let breakdown =
        Breakdown::default().unit(BucketUnit::Day).zone("Europe/Berlin").group_by(group_by.iter().copied());
    measure(&events(given), policy, range, &breakdown).unwrap()
}

fn report(given: &Given, policy: &Policy, range: &TimeRange) -> DoraReport {
    let zone = "Europe/Berlin";
    dora(&given.deployments, &given.changes, &given.incidents, policy, range, &BucketUnit::Day, zone).unwrap()
}

fn excluded(estimate: &Estimate) -> u64 {
    estimate.excluded.iter().map(|one| one.n.get()).sum()
}

/// Of many incidents of one deployment, each is its own cause: work and memory grow with the events.
#[test]
fn each_of_many_incidents_has_its_own_cause() {
    let at = |minute: i64| relcore::Timestamp::from_millis(minute * 60_000).unwrap();
    let deployment = Deployment::new("d1", "shop", at(0), DeploymentOutcome::Success);
    let incidents: Vec<Incident> =
        (1..20_001).map(|n| Incident::new(format!("i{n}"), "shop", at(n % 50))).collect();
    let events = Events::default().deployments(vec![deployment]).incidents(incidents);
    let day = TimeRange { start: at(0), end: at(24 * 60) };
    let found = explain_metric(&events, &gitlab_policy(), &Metric::ChangeFailRate, &day, "UTC").unwrap();
    assert_eq!(found.estimate.affected.map(|n| n.get()), Some(20_000));
    let of_incidents: Vec<&Item> = found.items.iter().filter(|item| item.incident.is_some()).collect();
    assert_eq!(of_incidents.len(), 20_000);
    assert!(
        of_incidents.iter().all(|item| item.causes.len() == 1 && item.causes[0].incident == item.incident)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..Default::default() })]

    /// The engine counts as it goes; the figures are made of every event. Both are one.
    #[test]
    fn the_figures_of_dora_are_those_of_the_engine(given in recorded(), policy in choices(), range in range()) {
        let measures = ask(&given, &policy, &range, &[]);
        let report = report(&given, &policy, &range);
        let rows = std::iter::once(&report.overall).chain(&report.buckets);
        let periods = std::iter::once(&measures.whole.overall).chain(&measures.whole.buckets);
        prop_assert_eq!(measures.whole.buckets.len(), report.buckets.len());
        for (row, period) in rows.zip(periods) {
            for (metric, expected) in DORA.iter().zip(estimates(row)) {
                let got = period.estimate(*metric).unwrap();
                prop_assert_eq!(got, expected, "{:?}", metric);
            }
        }
    }

    /// A group by service is the report of the events of that service alone.
    #[test]
    fn a_group_is_its_events_alone(given in recorded(), policy in policy(), range in range()) {
        let measures = ask(&given, &policy, &range, &["service"]);
        for group in &measures.groups {
            let own = |service: &str| service == group.labels["service"];
            let alone = Given {
                deployments: given.deployments.iter().filter(|one| own(&one.service)).cloned().collect(),
                changes: given.changes.clone(),
                incidents: given.incidents.iter().filter(|one| own(&one.service)).cloned().collect(),
            };
            // References to other services are unknown ids then, and what it remediates elsewhere is another question.
            let crosses = given.deployments.iter().any(|one| !one.remediates.is_empty())
                || given.incidents.iter().any(|one| one.caused_by.is_some() || one.duplicate_of.is_some());
            if crosses {
                continue;
            }
            let expected = report(&alone, &policy, &range);
            for metric in [Metric::ChangeFailRate, Metric::FailedDeploymentRecoveryTime, Metric::DeploymentReworkRate] {
                let place = DORA.iter().position(|own| *own == metric).unwrap();
                prop_assert_eq!(group.overall.estimate(metric).unwrap(), estimates(&expected.overall)[place]);
            }
            let lead = group.overall.estimate(Metric::ChangeLeadTime).unwrap();
            prop_assert_eq!(lead.n, expected.overall.change_lead_time.n);
            prop_assert_eq!(lead.value, expected.overall.change_lead_time.value);
        }
    }

    /// Counts of groups and of buckets add up to those of the whole, but for changes that no deployment has.
    #[test]
    fn groups_and_buckets_add_up(given in recorded(), policy in choices(), range in range()) {
        let whole = ask(&given, &policy, &range, &["team", "environment"]);
        for Definition { metric, kind, .. } in definitions() {
            let all = whole.whole.overall.estimate(metric).unwrap();
            let groups = whole.groups.iter().map(|group| group.overall.estimate(metric).unwrap());
            let n: u64 = groups.clone().map(|one| one.n.get()).sum();
            prop_assert_eq!(n, all.n.get(), "{:?}", metric);
            if metric != Metric::ChangeLeadTime {
                prop_assert_eq!(groups.clone().map(excluded).sum::<u64>(), excluded(all), "{:?}", metric);
            }
            for group in whole.groups.iter().chain([&whole.whole]).filter(|_| kind != MetricKind::Level) {
                let own = group.overall.estimate(metric).unwrap();
                let buckets = group.buckets.iter().map(|bucket| bucket.estimate(metric).unwrap());
                prop_assert_eq!(buckets.clone().map(|one| one.n.get()).sum::<u64>(), own.n.get());
                prop_assert_eq!(buckets.map(excluded).sum::<u64>(), excluded(own));
            }
        }
        let text = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Measures>(&text).unwrap(), whole);
    }

    /// A value or a reason; the stages of lead times add up.
    #[test]
    fn a_number_or_a_reason_and_stages_that_add_up(given in recorded(), policy in policy(), range in range()) {
        let measures = ask(&given, &policy, &range, &[]);
        for period in measures.whole.buckets.iter().chain([&measures.whole.overall]) {
            for figure in &period.figures {
                prop_assert_ne!(figure.estimate.value.is_some(), figure.estimate.undefined.is_some(), "{:?}", figure);
            }
            let estimate = |metric| period.estimate(metric).unwrap();
            let lead = estimate(Metric::ChangeLeadTime);
            let stages = [Metric::CodingTime, Metric::PickupTime, Metric::ReviewTime, Metric::DeliveryTime];
            let sum: f64 = stages.iter().filter_map(|metric| estimate(*metric).mean).sum();
            prop_assert!(stages.iter().all(|metric| estimate(*metric).n == lead.n));
            prop_assert!((sum - lead.mean.unwrap_or_default()).abs() < 1e-6, "{} {:?}", sum, lead.mean);
        }
    }

    /// A negative span is left out, counts as nothing, or as it is; each time it is the same spans.
    #[test]
    fn negative_spans_are_a_choice(given in recorded(), policy in policy(), range in range()) {
        let of = |spans| report(&given, &policy.clone().negative_spans(spans), &range).overall;
        let [drop, clamp, keep] = [NegativeSpans::Drop, NegativeSpans::Clamp, NegativeSpans::Keep].map(of);
        let times = |row: &DoraRow| [row.change_lead_time.clone(), row.failed_deployment_recovery_time.clone()];
        for ((drop, clamp), keep) in times(&drop).into_iter().zip(times(&clamp)).zip(times(&keep)) {
            let is_negative = |one: &&Exclusion| one.reason == ExclusionReason::Negative;
            let negative: u64 = drop.excluded.iter().filter(is_negative).map(|one| one.n.get()).sum();
            let others: Vec<Exclusion> =
                drop.excluded.iter().filter(|one| !is_negative(one)).copied().collect();
            prop_assert_eq!((clamp.n.get(), keep.n.get()), (drop.n.get() + negative, drop.n.get() + negative));
            prop_assert_eq!((&clamp.excluded, &keep.excluded), (&others, &others));
            if negative > 0 {
                prop_assert!(keep.mean < clamp.mean);
            }
        }
    }

    /// Where every incident recovers by itself, each of the range counts once or is left out for a reason.
    #[test]
    fn every_incident_is_counted_or_left_out(given in recorded(), policy in choices(), range in range()) {
        let mut policy = policy;
        policy.recovery_unit = RecoveryUnit::AnyIncident;
        policy.recovery_membership = RecoveryMembership::Detection;
        let measures = ask(&given, &policy, &range, &[]);
        let in_range = given.incidents.iter().filter(|one| range.start <= one.detected_at && one.detected_at < range.end);
        let rows = in_range.count() as u64;
        for metric in [Metric::FailedDeploymentRecoveryTime, Metric::TimeToRestore] {
            let estimate = measures.whole.overall.estimate(metric).unwrap();
            prop_assert_eq!(estimate.n.get() + excluded(estimate), rows, "{:?}", metric);
        }
    }
}
