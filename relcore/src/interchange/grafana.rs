//! What to watch as a dashboard of Grafana.
use super::promql::{self, PrometheusQuery, Queries, queries};
use crate::analysis::{AlertRules, MonitoredMetric, Monitoring};
use crate::digest;
use crate::error::{ErrorKind, Faults, Result};
use crate::wire::PolicyText as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Writes what to watch after a release as a dashboard of Grafana: JSON text for its import.
///
/// The dashboard has a row for each area and a panel for each metric that has a query: the metric, that of the previous
/// version if the metric with the ending `_previous` has a query, and the limits of the alert rules. The last row has the
/// state of each alert, as Prometheus evaluates the rules of
/// [`alert_rules_to_prometheus`](crate::interchange::alert_rules_to_prometheus). The data source is a variable.
///
/// The same input gives the same text; `uid` follows from the metrics and the title.
///
/// ```
/// use relcore::analysis::{standard_alert_rules, standard_monitoring};
/// use relcore::interchange::{PrometheusQuery, monitoring_to_grafana};
/// let rules = standard_alert_rules();
/// let queries: Vec<PrometheusQuery> = ["error_rate", "error_rate_previous", "latency_p95", "cpu_utilization",
///     "memory_utilization", "healthy_share", "http_5xx_rate", "http_5xx_rate_previous"]
///     .map(|name| PrometheusQuery::new(name, format!("max({name})"))).into();
/// let text = monitoring_to_grafana(&standard_monitoring(), &rules, &queries, "Release 2.4.0")?;
/// assert!(text.contains("\"title\": \"Release 2.4.0\""));
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: those of [`monitoring_from_json`](crate::analysis::monitoring_from_json) for the metrics and of
/// [`alert_rules_to_prometheus`](crate::interchange::alert_rules_to_prometheus) for the rules and the queries;
/// `invalid_value` for an empty title, and if no metric has a query.
pub fn monitoring_to_grafana(
    monitoring: &Monitoring,
    rules: &AlertRules,
    queries: &[PrometheusQuery],
    title: &str,
) -> Result<String> {
    let mut faults = Faults::new();
    monitoring.check("monitoring", &mut faults);
    rules.check("rules", &mut faults);
    let queries = self::queries(queries, &mut faults);
    for (index, rule) in rules.rules.iter().enumerate() {
        Queries::of(rule, &format!("rules.rules[{index}]"), &queries, &mut faults);
    }
    let shown: Vec<&MonitoredMetric> =
        monitoring.metrics.iter().filter(|metric| queries.contains_key(metric.name.as_str())).collect();
    faults.check(
        !title.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("title"),
        format_args!("expected a title"),
    );
    faults.check(
        !shown.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("queries"),
        format_args!("expected the query of at least one metric"),
    );
    faults.finish()?;

    let mut layout = Layout::default();
    let mut area = None;
    let mut sorted = shown;
    sorted.sort_by_key(|metric| metric.area); // stable: keeps the order within an area
    for metric in sorted {
        if area.replace(metric.area) != Some(metric.area) {
            layout.row(&metric.area.to_string());
        }
        layout.panel(panel(metric, rules, &queries));
    }
    layout.row("alerts");
    layout.panel(alerts(rules));
    let hash = digest::of(&(monitoring, rules, title))?;
    let uid: String = hash.chars().filter(char::is_ascii_hexdigit).rev().take(24).collect();
    let minutes = monitoring.duration.as_millis().div_euclid(60_000).max(1);
    let dashboard = json!({
        "uid": uid,
        "title": title,
        "tags": ["release"],
        "timezone": "utc",
        "schemaVersion": 39,
        "editable": true,
        "refresh": "1m",
        "time": { "from": format!("now-{minutes}m"), "to": "now" },
        "templating": { "list": [{ "name": "datasource", "type": "datasource", "query": "prometheus" }] },
        "panels": layout.panels,
    });
    let text = serde_json::to_string_pretty(&dashboard).unwrap_or_default(); // not reached: the keys are texts
    Ok(text + "\n")
}

/// Panels from left to right, three in a line.
#[derive(Default)]
struct Layout {
    panels: Vec<Value>,
    column: u32,
    line: u32,
}

const WIDTH: u32 = 8;
const HEIGHT: u32 = 8;

impl Layout {
    fn row(&mut self, title: &str) {
        self.break_line();
        let place = json!({ "x": 0, "y": self.line, "w": 24, "h": 1 });
        self.line = self.line.saturating_add(1);
        self.add(json!({ "type": "row", "title": title, "collapsed": false, "panels": [] }), place);
    }

    fn panel(&mut self, panel: Value) {
        let place = json!({ "x": self.column, "y": self.line, "w": WIDTH, "h": HEIGHT });
        self.column = self.column.saturating_add(WIDTH);
        self.add(panel, place);
        if self.column >= 24 {
            self.break_line();
        }
    }

    fn add(&mut self, mut panel: Value, place: Value) {
        if let Some(fields) = panel.as_object_mut() {
            fields.insert("id".to_owned(), json!(self.panels.len().saturating_add(1)));
            fields.insert("gridPos".to_owned(), place);
        }
        self.panels.push(panel);
    }

    fn break_line(&mut self) {
        if self.column > 0 {
            (self.column, self.line) = (0, self.line.saturating_add(HEIGHT));
        }
    }
}

/// One query of a panel. Its legend is no text of a caller: Grafana takes that for a template.
fn target(id: usize, expression: &str, legend: &str) -> Value {
    let id = u8::try_from(id).ok().and_then(|id| b'A'.checked_add(id)).map_or('Z', char::from);
    let datasource = json!({ "type": "prometheus", "uid": "${datasource}" });
    json!({ "refId": id.to_string(), "datasource": datasource, "expr": expression, "legendFormat": legend })
}

fn panel(metric: &MonitoredMetric, rules: &AlertRules, queries: &BTreeMap<&str, String>) -> Value {
    let mut targets = Vec::new();
    let previous = format!("{}_previous", metric.name);
    for (name, legend) in [(&metric.name, "release"), (&previous, "previous version")] {
        if let Some(query) = queries.get(name.as_str()) {
            targets.push(target(targets.len(), query, legend));
        }
    }
    let mut steps = vec![json!({ "color": "transparent", "value": null })];
    for rule in rules.rules.iter().filter(|rule| rule.metric == metric.name) {
        if let Some(limit) = rule.limit_of(|| None) {
            steps.push(json!({ "color": "red", "value": limit }));
        }
        let needed = Queries::of(rule, "", queries, &mut Faults::new());
        if let Some(limit) = needed.and_then(|needed| needed.limit(rule)) {
            targets.push(target(targets.len(), &limit, "limit"));
        }
    }
    let thresholds = json!({ "mode": "absolute", "steps": steps });
    json!({
        "type": "timeseries",
        "title": metric.name,
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "fieldConfig": {
            "defaults": {
                "unit": unit(metric.unit.as_deref()),
                "noValue": "no data",
                "thresholds": thresholds,
                "custom": { "thresholdsStyle": { "mode": "line" }, "spanNulls": false },
            },
            "overrides": [],
        },
        "options": { "legend": { "displayMode": "list", "placement": "bottom" } },
        "targets": targets,
    })
}

/// The state of each alert over time, as Prometheus records it.
fn alerts(rules: &AlertRules) -> Value {
    let expression = |name: &str| {
        format!("max by (alertname, alertstate, status) (ALERTS{{alertname={}}})", promql::string(name))
    };
    let targets = rules.rules.iter().enumerate();
    let targets: Vec<Value> = targets
        .map(|(index, rule)| {
            let mut target = target(0, &expression(&rule.name), "{{alertname}} {{alertstate}} {{status}}");
            if let Some(fields) = target.as_object_mut() {
                fields.insert("refId".to_owned(), json!(format!("A{index}")));
            }
            target
        })
        .collect();
    json!({
        "type": "state-timeline",
        "title": "alerts",
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "fieldConfig": { "defaults": { "noValue": "no alert is pending or firing" }, "overrides": [] },
        "options": { "showValue": "never" },
        "targets": targets,
    })
}

/// Grafana's name of a unit.
fn unit(code: Option<&str>) -> &'static str {
    match code {
        Some("%") => "percent",
        Some("1") => "percentunit",
        Some("s") => "s",
        Some("ms") => "ms",
        Some("1/s") => "cps",
        Some("By") => "bytes",
        _ => "short",
    }
}
