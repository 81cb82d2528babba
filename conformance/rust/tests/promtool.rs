//! The exported alert rules and dashboards, read and run by Prometheus' own `promtool`.
//!
//! `cargo xtask test conformance` installs promtool and names it in `RELCORE_PROMTOOL`. Without it, the tests use the one in
//! the search path, and do nothing if there is none.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test starts programs, writes files and may stop with a panic"
)]

use relcore::analysis::{
    AlertLimit, AlertRule, AlertRules, AlertSample, AlertSeries, AlertStatus, evaluate_alerts,
    standard_alert_rules, standard_monitoring,
};
use relcore::interchange::{PrometheusQuery, alert_rules_to_prometheus, monitoring_to_grafana};
use relcore::stats::Direction;
use relcore::{Severity, Span, Timestamp};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// promtool, or `None` where it need not be.
fn promtool() -> Option<PathBuf> {
    if let Some(named) = env::var_os("RELCORE_PROMTOOL") {
        return Some(named.into());
    }
    let there = Command::new("promtool").arg("--version").output().is_ok();
    if !there {
        println!("skipped: there is no promtool; `cargo xtask test conformance` installs it");
    }
    there.then(|| "promtool".into())
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("promtool").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(promtool: &Path, words: &[&str], file: &Path) {
    let output = Command::new(promtool).args(words).arg(file).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&text));
}

const MINUTE: i64 = 60_000;

fn at(tick: i64) -> Timestamp {
    Timestamp::from_millis(tick * MINUTE).unwrap()
}

fn minutes(count: i64) -> Span {
    Span::from_millis(count * MINUTE).unwrap()
}

/// A sample of a generated series: how promtool writes it, and its value.
type Sample = (&'static str, Option<f64>);

/// Values on both sides of the limits and on them, and the two ways in which Prometheus has none.
const SAMPLES: [Sample; 10] = [
    ("1", Some(1.0)),
    ("4", Some(4.0)),
    ("5", Some(5.0)),
    ("6", Some(6.0)),
    ("9", Some(9.0)),
    ("9", Some(9.0)),
    ("0.2", Some(0.2)),
    ("0.3", Some(0.3)),
    ("NaN", Some(f64::NAN)),
    ("stale", None),
];

/// A series of runs of equal samples, by the multiplier of L'Ecuyer 1999.
fn series(seed: u64, ticks: usize) -> Vec<Sample> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(3_935_559_000_370_003_845).wrapping_add(2_691_343_689_449_507_681);
        usize::try_from(state >> 33).unwrap()
    };
    let mut samples = Vec::new();
    while samples.len() < ticks {
        let sample = *SAMPLES.get(next() % SAMPLES.len()).unwrap();
        samples.extend(std::iter::repeat_n(sample, 1 + next() % 4));
    }
    samples.truncate(ticks);
    samples
}

fn alert_series(name: &str, samples: &[Sample]) -> AlertSeries {
    let at_ticks = (0_i64..).zip(samples);
    AlertSeries::new(
        name,
        at_ticks.map(|(tick, (_, value))| AlertSample::new(at(tick), value.unwrap_or(f64::NAN))),
    )
}

fn input_series(name: &str, samples: &[Sample]) -> Value {
    let values: Vec<&str> = samples.iter().map(|(text, _)| *text).collect();
    json!({ "series": name, "values": values.join(" ") })
}

/// Rules of every limit, direction, severity and time, each with its own series and baseline.
fn rules() -> AlertRules {
    let mut rules = Vec::new();
    for (index, pending) in [0, 1, 3, 0, 1, 3, 0, 1, 3, 2, 2, 2].into_iter().enumerate() {
        let limit = match index / 3 {
            0 => AlertLimit::Fixed { value: 5.0 },
            1 => AlertLimit::FixedBaseline { baseline: 0.2, percent: 50.0, min_change: 0.0 },
            _ => {
                AlertLimit::BaselineMetric { metric: format!("base{index}"), percent: 50.0, min_change: 2.0 }
            }
        };
        let direction = if index % 2 == 0 { Direction::IncreaseIsBad } else { Direction::DecreaseIsBad };
        let severity = if index % 3 == 0 { Severity::Critical } else { Severity::Error };
        rules.push(
            AlertRule::new(format!("Alert{index}"), format!("own{index}"), limit)
                .direction(direction)
                .severity(severity)
                .pending_for(minutes(pending))
                .summary(format!("summary {index}")),
        );
    }
    AlertRules::new(rules)
}

/// What promtool must list for a rule.
fn expected(rule: &AlertRule, status: AlertStatus) -> Vec<Value> {
    let mut labels = json!({ "severity": "warning", "status": status.to_string() });
    let fields = labels.as_object_mut().unwrap();
    let summary = match status {
        AlertStatus::Firing => {
            fields.insert("severity".into(), json!(rule.severity.to_string()));
            // A comparison with another series drops the labels.
            if !matches!(rule.limit, AlertLimit::BaselineMetric { .. }) {
                fields.insert("version".into(), json!("v2"));
            }
            rule.summary.clone().unwrap()
        }
        AlertStatus::NoData => {
            format!("{} has no data, so the alert {} cannot be evaluated", rule.metric, rule.name)
        }
        _ => return vec![],
    };
    vec![json!({ "exp_labels": labels, "exp_annotations": { "summary": summary } })]
}

#[test]
fn prometheus_evaluates_the_exported_rules_as_relcore_does() {
    let Some(promtool) = promtool() else { return };
    let folder = folder("series");
    let rules = rules();
    let names = (0..rules.rules.len()).flat_map(|index| [format!("own{index}"), format!("base{index}")]);
    let names: Vec<String> = names.collect();
    // Series of two arms differ in a label.
    let query = |name: &String| {
        let version = if name.starts_with("own") { "v2" } else { "v1" };
        PrometheusQuery::new(name.clone(), format!("{name}{{version=\"{version}\"}}"))
    };
    let queries: Vec<PrometheusQuery> = names.iter().map(query).collect();
    fs::write(folder.join("rules.yml"), alert_rules_to_prometheus(&rules, &queries, "release").unwrap())
        .unwrap();

    let (mut tests, mut statuses) = (Vec::new(), [0; 4]);
    for round in 0..3_u64 {
        let samples: Vec<Vec<Sample>> =
            (0..).zip(&names).map(|(n, _)| series(round * 1000 + n, 30)).collect();
        let all: Vec<AlertSeries> =
            names.iter().zip(&samples).map(|(name, samples)| alert_series(name, samples)).collect();
        let mut checks = Vec::new();
        for tick in 0..30 {
            let report = evaluate_alerts(&rules, &all, at(tick)).unwrap();
            for (alert, rule) in report.alerts.iter().zip(&rules.rules) {
                statuses[alert.status as usize] += 1;
                let expected = expected(rule, alert.status);
                checks.push(json!({ "eval_time": format!("{tick}m"), "alertname": rule.name, "exp_alerts": expected }));
            }
        }
        let input: Vec<Value> = names
            .iter()
            .zip(&samples)
            .map(|(name, samples)| {
                let version = if name.starts_with("own") { "v2" } else { "v1" };
                input_series(&format!("{name}{{version=\"{version}\"}}"), samples)
            })
            .collect();
        tests.push(json!({ "interval": "1m", "input_series": input, "alert_rule_test": checks }));
    }
    assert!(statuses.iter().all(|count| *count > 100), "{statuses:?}");
    let file = json!({ "rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests });
    fs::write(folder.join("test.yml"), file.to_string()).unwrap();
    run(&promtool, &["check", "rules"], &folder.join("rules.yml"));
    run(&promtool, &["test", "rules"], &folder.join("test.yml"));
}

const HOSTILE: &str = "a\"b\\ '}} {{ $value }} {{- query \"up\" }}\n- alert: x\n#\u{1}\u{85}\u{2028}é$__all";

/// Texts of users stay texts: neither YAML nor templates nor PromQL begin in them.
#[test]
fn hostile_texts_are_labels_and_annotations() {
    let Some(promtool) = promtool() else { return };
    let folder = folder("hostile");
    let rule = AlertRule::new(HOSTILE, HOSTILE, AlertLimit::Fixed { value: 5.0 })
        .pending_for(Span::ZERO)
        .labels([("on".to_owned(), HOSTILE.to_owned())].into())
        .summary(HOSTILE);
    let rules = AlertRules::new([rule]);
    let queries = [PrometheusQuery::new(HOSTILE, "up")];
    fs::write(folder.join("rules.yml"), alert_rules_to_prometheus(&rules, &queries, HOSTILE).unwrap())
        .unwrap();
    run(&promtool, &["check", "rules"], &folder.join("rules.yml"));
    let expected = json!({
        "exp_labels": { "severity": "error", "status": "firing", "on": HOSTILE },
        "exp_annotations": { "summary": HOSTILE },
    });
    let test = json!({
        "rule_files": ["rules.yml"],
        "tests": [{
            "interval": "1m",
            "input_series": [{ "series": "up", "values": "9" }],
            "alert_rule_test": [{ "eval_time": "0m", "alertname": HOSTILE, "exp_alerts": [expected] }],
        }],
    });
    // JSON has these two as they are; YAML takes them for ends of lines.
    let test = test.to_string().replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028");
    fs::write(folder.join("test.yml"), test).unwrap();
    run(&promtool, &["test", "rules"], &folder.join("test.yml"));
    dashboard_is_read(&promtool, &folder, &rules, &queries);
}

#[test]
fn prometheus_reads_the_standard_rules_and_every_expression_of_the_dashboard() {
    let Some(promtool) = promtool() else { return };
    let folder = folder("standard");
    let rules = standard_alert_rules();
    let names = standard_monitoring().metrics.into_iter().map(|metric| metric.name);
    let queries: Vec<PrometheusQuery> = names
        .flat_map(|name| [name.clone(), format!("{name}_previous")])
        .map(|name| PrometheusQuery::new(name.clone(), format!("sum(rate({name}{{job=\"shop\"}}[5m]))")))
        .collect();
    fs::write(folder.join("rules.yml"), alert_rules_to_prometheus(&rules, &queries, "release").unwrap())
        .unwrap();
    run(&promtool, &["check", "rules"], &folder.join("rules.yml"));
    dashboard_is_read(&promtool, &folder, &rules, &queries);
}

/// Every expression of a dashboard is PromQL: each becomes a rule for promtool.
fn dashboard_is_read(promtool: &Path, folder: &Path, rules: &AlertRules, queries: &[PrometheusQuery]) {
    let mut monitoring = standard_monitoring();
    if let Some(metric) = monitoring.metrics.first_mut() {
        metric.name = queries.first().unwrap().metric.clone();
    }
    let text = monitoring_to_grafana(&monitoring, rules, queries, HOSTILE).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(dashboard.get("title").unwrap(), HOSTILE);
    let panels = dashboard.get("panels").unwrap().as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel.get("targets")?.as_array()).flatten();
    let expressions: Vec<&Value> = targets.map(|target| target.get("expr").unwrap()).collect();
    assert!(expressions.len() > rules.rules.len());
    let checked: Vec<Value> = expressions
        .iter()
        .enumerate()
        .map(|(index, expression)| json!({ "alert": format!("expression{index}"), "expr": expression }))
        .collect();
    let file = json!({ "groups": [{ "name": "dashboard", "rules": checked }] });
    fs::write(folder.join("dashboard.yml"), file.to_string()).unwrap();
    run(promtool, &["check", "rules"], &folder.join("dashboard.yml"));
}
