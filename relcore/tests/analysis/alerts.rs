//! Laws of alerts: a naive model that is called at every tick, late calls, noise and gaps.
use proptest::prelude::*;
use relcore::analysis::{
    AlertLimit, AlertReport, AlertRule, AlertRules, AlertSample, AlertSeries, AlertStatus, AlertVerdict,
    Firing, evaluate_alerts, standard_alert_rules,
};
use relcore::stats::Direction;
use relcore::{Severity, Span, Timestamp};

/// The step of the model.
const TICK: i64 = 30_000;

fn at(tick: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + tick * TICK).unwrap()
}

fn ticks(count: i64) -> Span {
    Span::from_millis(count * TICK).unwrap()
}

fn evaluate(rule: &AlertRule, series: &[AlertSeries], now: Timestamp) -> AlertReport {
    evaluate_alerts(&AlertRules::new([rule.clone()]), series, now).unwrap()
}

/// Samples at some of the ticks: good (1), bad (9) or without a value.
fn series(name: &'static str) -> impl Strategy<Value = AlertSeries> {
    let sample = prop_oneof![
        2 => Just(None),
        3 => Just(Some(Some(9.0))),
        2 => Just(Some(Some(1.0))),
        1 => Just(Some(None)),
    ];
    prop::collection::vec(sample, 0..24).prop_map(move |samples: Vec<Option<Option<f64>>>| {
        let present = (0_i64..).zip(samples).filter_map(|(n, sample)| Some((n, sample?)));
        AlertSeries::new(
            name,
            present.map(|(n, value)| match value {
                Some(value) => AlertSample::new(at(n), value),
                None => AlertSample::new(at(n), f64::NAN),
            }),
        )
    })
}

/// Evaluates at every tick, with a state between the calls, as a server does.
#[derive(Default)]
struct Model {
    active_at: Option<i64>,
    confirmed: bool,
    fired_at: Option<i64>,
    firings: Vec<(i64, i64, Option<i64>)>,
}

impl Model {
    fn latest(series: &AlertSeries, tick: i64, max_age: i64) -> Option<f64> {
        let sample = series.samples.iter().rev().find(|sample| sample.at <= at(tick))?;
        let age = at(tick).since(sample.at).as_millis() / TICK;
        sample.value.filter(|value| age < max_age && value.is_finite())
    }

    fn tick(
        &mut self,
        own: &AlertSeries,
        limit: Option<f64>,
        tick: i64,
        pending: i64,
        max_age: i64,
    ) -> AlertStatus {
        let value = Self::latest(own, tick, max_age);
        let (Some(value), Some(limit)) = (value, limit) else {
            self.end(tick);
            return AlertStatus::NoData;
        };
        if value <= limit {
            self.end(tick);
            return AlertStatus::Ok;
        }
        match self.active_at {
            None => self.active_at = Some(tick),
            Some(_) => self.confirmed |= own.samples.iter().any(|sample| sample.at == at(tick)),
        }
        let active = self.active_at.unwrap();
        if tick - active >= pending && (pending == 0 || self.confirmed) {
            self.fired_at.get_or_insert(tick);
            AlertStatus::Firing
        } else {
            AlertStatus::Pending
        }
    }

    fn end(&mut self, tick: i64) {
        if let (Some(active), Some(fired)) = (self.active_at, self.fired_at) {
            self.firings.push((active, fired, Some(tick)));
        }
        (self.active_at, self.confirmed, self.fired_at) = (None, false, None);
    }

    fn all(mut self) -> Vec<(i64, i64, Option<i64>)> {
        if let (Some(active), Some(fired)) = (self.active_at, self.fired_at) {
            self.firings.push((active, fired, None));
        }
        self.firings
    }
}

fn numbers(firings: &[Firing]) -> Vec<(Timestamp, Timestamp, Option<Timestamp>)> {
    firings.iter().map(|each| (each.beyond_at, each.fired_at, each.ended_at)).collect()
}

proptest! {
    /// A single late call has the result of calls at every tick, and lists every firing in between.
    #[test]
    fn a_late_call_is_a_call_at_every_tick(
        own in series("own"), baseline in series("baseline"), relative: bool, pending in 0_i64..5,
        max_age in 1_i64..5, late in 0_i64..30,
    ) {
        let limit = if relative {
            AlertLimit::BaselineMetric { metric: "baseline".into(), percent: 50.0, min_change: 2.0 }
        } else {
            AlertLimit::Fixed { value: 5.0 }
        };
        let rule = AlertRule::new("a", "own", limit).pending_for(ticks(pending)).max_age(ticks(max_age));
        let all = [own.clone(), baseline.clone()];
        let mut model = Model::default();
        let mut status = AlertStatus::NoData;
        for tick in 0..=late {
            let limit = if relative {
                Model::latest(&baseline, tick, max_age).map(|base| f64::max(base * 1.5, base + 2.0))
            } else {
                Some(5.0)
            };
            status = model.tick(&own, limit, tick, pending, max_age);
            let report = evaluate(&rule, &all, at(tick));
            prop_assert_eq!(report.alerts[0].status, status, "tick {}", tick);
        }
        let report = evaluate(&rule, &all, at(late));
        let expected: Vec<_> = model
            .all()
            .into_iter()
            .map(|(active, fired, end)| (at(active), at(fired), end.map(at)))
            .collect();
        prop_assert_eq!(numbers(&report.alerts[0].firings), expected);
        prop_assert_eq!(report.alerts[0].status, status);
        prop_assert_eq!(status == AlertStatus::NoData, report.verdict == AlertVerdict::NoData);
        prop_assert_eq!(status == AlertStatus::NoData, !report.missing.is_empty());
    }

    /// Nothing changes before the next check, and something changes at it.
    #[test]
    fn the_next_check_is_the_next_change(
        own in series("own"), pending in 0_i64..6, max_age in 1_i64..5, now in 0_i64..30,
    ) {
        let rule = AlertRule::new("a", "own", AlertLimit::Fixed { value: 5.0 })
            .pending_for(ticks(pending)).max_age(ticks(max_age));
        // The samples until now: the next one is not time alone.
        let known: Vec<AlertSample> = own.samples.iter().copied().filter(|sample| sample.at <= at(now)).collect();
        let series = [AlertSeries::new("own", known)];
        let report = evaluate(&rule, &series, at(now));
        let status = report.alerts[0].status;
        let until = report.next_check_at.unwrap_or(at(now + 100));
        for tick in now..now + 50 {
            let later = evaluate(&rule, &series, at(tick)).alerts[0].status;
            prop_assert!(at(tick) >= until || later == status, "changed before {}", until);
        }
        if let Some(next) = report.next_check_at {
            prop_assert_ne!(evaluate(&rule, &series, next).alerts[0].status, status);
        }
    }

    /// The mirrored metric with the other direction has the same alerts.
    #[test]
    fn directions_mirror(own in series("own"), pending in 0_i64..5, now in 0_i64..30) {
        let rule = AlertRule::new("a", "own", AlertLimit::FixedBaseline { baseline: 4.0, percent: 25.0, min_change: 0.5 })
            .pending_for(ticks(pending));
        let mirrored = rule.clone().direction(Direction::DecreaseIsBad)
            .limit(AlertLimit::FixedBaseline { baseline: -4.0, percent: 25.0, min_change: 0.5 });
        let mut other = own.clone();
        for sample in &mut other.samples {
            sample.value = sample.value.map(|value| -value);
        }
        let one = evaluate(&rule, &[own], at(now));
        let two = evaluate(&mirrored, &[other], at(now));
        prop_assert_eq!(one.alerts[0].status, two.alerts[0].status);
        prop_assert_eq!(&one.alerts[0].firings, &two.alerts[0].firings);
    }
}

fn bad_for(count: i64) -> AlertSeries {
    AlertSeries::new("own", (0..count).map(|n| AlertSample::new(at(n), 9.0)))
}

#[test]
fn one_noisy_point_does_not_fire() {
    let rule = AlertRule::new("a", "own", AlertLimit::Fixed { value: 5.0 }).pending_for(ticks(2));
    // The sample counts for ten ticks, and no other says that the metric is bad.
    for now in 0..10 {
        assert_eq!(evaluate(&rule, &[bad_for(1)], at(now)).alerts[0].status, AlertStatus::Pending);
    }
    let recovered = AlertSeries::new("own", [AlertSample::new(at(0), 9.0), AlertSample::new(at(1), 1.0)]);
    let report = evaluate(&rule, &[recovered], at(5));
    assert_eq!((report.verdict, report.alerts[0].firings.len()), (AlertVerdict::Ok, 0));
    assert_eq!(evaluate(&rule.pending_for(Span::ZERO), &[bad_for(1)], at(0)).verdict, AlertVerdict::Firing);
}

#[test]
fn a_missing_baseline_is_not_ok() {
    let limit = AlertLimit::BaselineMetric { metric: "before".into(), percent: 50.0, min_change: 0.0 };
    let report = evaluate(&AlertRule::new("a", "own", limit), &[bad_for(1)], at(0));
    assert_eq!(report.verdict, AlertVerdict::NoData);
    assert_eq!(report.missing, ["before"]);
    assert_eq!(report.alerts[0].value, Some(9.0));
}

#[test]
fn severities_make_the_verdict() {
    let rule = |name: &str, severity| {
        AlertRule::new(name, "own", AlertLimit::Fixed { value: 5.0 })
            .severity(severity)
            .pending_for(Span::ZERO)
    };
    for (severity, verdict) in [
        (Severity::Info, AlertVerdict::Ok),
        (Severity::Warning, AlertVerdict::Warning),
        (Severity::Error, AlertVerdict::Firing),
        (Severity::Critical, AlertVerdict::Firing),
    ] {
        assert_eq!(evaluate(&rule("a", severity), &[bad_for(1)], at(0)).verdict, verdict, "{severity}");
        // Without data, no severity is ok.
        assert_eq!(evaluate(&rule("a", severity), &[], at(0)).verdict, AlertVerdict::NoData);
    }
    let two = AlertRules::new([
        rule("a", Severity::Critical),
        AlertRule::new("b", "absent", AlertLimit::Fixed { value: 1.0 }),
    ]);
    let report = evaluate_alerts(&two, &[bad_for(1)], at(0)).unwrap();
    assert_eq!((report.verdict, report.missing), (AlertVerdict::Firing, vec!["absent".to_owned()]));
}

#[test]
fn samples_of_the_future_are_ignored() {
    let rule = AlertRule::new("a", "own", AlertLimit::Fixed { value: 5.0 }).pending_for(ticks(3));
    let all = bad_for(20);
    for now in 0..20 {
        assert_eq!(
            evaluate(&rule, std::slice::from_ref(&all), at(now)),
            evaluate(&rule, &[bad_for(now + 1)], at(now))
        );
    }
}

#[test]
fn the_standard_rules_fire_on_a_bad_release_only() {
    let rules = standard_alert_rules();
    let values = |bad: bool| {
        let pick = |good: f64, worse: f64| if bad { worse } else { good };
        [
            ("error_rate", pick(0.011, 0.05)),
            ("error_rate_previous", 0.01),
            ("latency_p95", pick(0.4, 1.4)),
            ("cpu_utilization", pick(0.5, 0.97)),
            ("memory_utilization", pick(0.5, 0.97)),
            ("healthy_share", pick(1.0, 0.5)),
            ("http_5xx_rate", pick(0.0, 0.02)),
            ("http_5xx_rate_previous", 0.0),
        ]
        .map(|(name, value)| AlertSeries::new(name, (0..40).map(|n| AlertSample::new(at(n), value))))
    };
    let report = |bad| evaluate_alerts(&rules, &values(bad), at(39)).unwrap();
    assert_eq!(report(false).verdict, AlertVerdict::Ok);
    assert!(report(true).alerts.iter().all(|alert| alert.status == AlertStatus::Firing));
}
