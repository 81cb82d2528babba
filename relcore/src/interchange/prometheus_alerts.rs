//! Alert rules as a rule file of Prometheus.
use super::promql::{PrometheusQuery, Queries, queries};
use crate::analysis::{AlertRule, AlertRules};
use crate::error::{ErrorKind, Faults, Result};
use crate::stats::Direction;
use crate::time::Span;
use crate::wire::PolicyText as _;
use std::fmt::Write as _;

/// Writes alert rules as a rule file of Prometheus: YAML text.
///
/// Each rule becomes two alerts of its name. The label `status` is `firing` for the one that fires as
/// [`evaluate_alerts`](crate::analysis::evaluate_alerts) says, and `no_data` for the one that fires as soon as the metric or
/// its baseline has no finite value, with the severity `warning`. `labels` and `severity` of the rule are labels, `summary`
/// is an annotation.
///
/// Every text is quoted, and what looks like a template of Prometheus in it is written out. A query is used as it is, in
/// parentheses; one that could end them is refused. The same input gives the same text.
///
/// ```
/// use relcore::analysis::{AlertLimit, AlertRule, AlertRules};
/// use relcore::interchange::{PrometheusQuery, alert_rules_to_prometheus};
/// let rules = AlertRules::new([AlertRule::new("Cpu", "cpu", AlertLimit::Fixed { value: 0.9 })]);
/// let text = alert_rules_to_prometheus(&rules, &[PrometheusQuery::new("cpu", "avg(cpu_usage)")], "release")?;
/// assert!(text.contains("expr: \"((avg(cpu_usage)) > 0.9) < Inf\"\n"));
/// // Pitfall: a metric without a query is refused; a rule that is left out would be silent.
/// assert!(alert_rules_to_prometheus(&rules, &[], "release").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Two rules of `evaluate_alerts` have no counterpart: `maxAge`, for Prometheus has one lookback for all queries (5 minutes
/// by default), and the second sample that a pending alert needs, for Prometheus counts a sample again at every evaluation.
///
/// # Errors
/// All faults at once: those of [`alert_rules_from_json`](crate::analysis::alert_rules_from_json) for the rules;
/// `unknown_reference` for a metric without a query, `duplicate` for two queries of one metric; `invalid_value` for an empty
/// group, and for a query that is empty, has a comment (`up # 1`) or brackets that do not match (`a) or (b`).
pub fn alert_rules_to_prometheus(
    rules: &AlertRules,
    queries: &[PrometheusQuery],
    group: &str,
) -> Result<String> {
    let mut faults = Faults::new();
    rules.check("rules", &mut faults);
    let queries = self::queries(queries, &mut faults);
    faults.check(
        !group.is_empty(),
        ErrorKind::InvalidValue,
        format_args!("group"),
        format_args!("expected the name of the group"),
    );
    let mut text = format!("groups:\n  - name: {}\n    rules:\n", scalar(group));
    for (index, rule) in rules.rules.iter().enumerate() {
        let path = format!("rules.rules[{index}]");
        let Some(needed) = Queries::of(rule, &path, &queries, &mut faults) else { continue };
        let severity = rule.severity.to_string();
        write_alert(
            &mut text,
            rule,
            &needed.beyond(rule),
            rule.pending_for,
            "firing",
            &severity,
            &summary(rule),
        );
        let absence = format!("{} has no data, so the alert {} cannot be evaluated", rule.metric, rule.name);
        write_alert(&mut text, rule, &needed.no_data(), Span::ZERO, "no_data", "warning", &absence);
    }
    faults.finish().map(|()| text)
}

fn write_alert(
    text: &mut String,
    rule: &AlertRule,
    expression: &str,
    pending_for: Span,
    status: &str,
    severity: &str,
    summary: &str,
) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "      - alert: {}\n        expr: {}\n        for: {}\n        labels:\n",
        scalar(&rule.name),
        scalar(expression),
        duration(pending_for)
    );
    let own = rule.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.chain([("severity", severity), ("status", status)]) {
        let _ = writeln!(text, "          {}: {}", scalar(name), scalar(&literal(value)));
    }
    let _ = write!(text, "        annotations:\n          summary: {}\n", scalar(&literal(summary)));
}

/// The summary of the rule, or a sentence with the metric and its limit.
fn summary(rule: &AlertRule) -> String {
    rule.summary.clone().unwrap_or_else(|| {
        let side = if rule.direction == Direction::DecreaseIsBad { "below" } else { "above" };
        let unit = rule.unit.as_deref().filter(|unit| *unit != "1");
        let limit = match rule.limit_of(|| None) {
            Some(limit) => {
                format!("its limit of {limit}{}", unit.map_or_else(String::new, |unit| format!(" {unit}")))
            }
            None => "the limit of its baseline".to_owned(),
        };
        format!("{} is {side} {limit}", rule.metric)
    })
}

/// A double-quoted scalar of YAML, which has the escapes of JSON.
fn scalar(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            '\n' => write!(quoted, "\\n"),
            // What YAML does not allow in a text, and what it takes for the end of a line.
            _ if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                write!(quoted, "\\u{:04x}", u32::from(character))
            }
            _ => write!(quoted, "{character}"),
        };
    }
    quoted.push('"');
    quoted
}

/// A text in which no template of Go begins.
fn literal(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

/// A duration of Prometheus, which has no fractions: `5m`, `1h30m`, `500ms`.
fn duration(span: Span) -> String {
    let mut rest = span.as_millis();
    let mut text = String::new();
    for (unit, millis) in [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if rest >= millis {
            let _ = write!(text, "{}{unit}", rest / millis);
        }
        rest %= millis;
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_prometheus() {
        for (millis, text) in
            [(0, "0s"), (500, "500ms"), (90_000, "1m30s"), (3_600_000, "1h"), (90_061_001, "25h1m1s1ms")]
        {
            assert_eq!(duration(Span::from_millis(millis).unwrap()), text);
        }
    }
}
