//! PromQL that is put together from the queries of a caller.
use crate::analysis::{AlertLimit, AlertRule};
use crate::error::{ErrorKind, Faults, quoted};
use crate::input::input;
use crate::stats::Direction;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

input! {
    /// The PromQL of a metric.
    ///
    /// It must return an instant vector of at most one series: aggregate it, as with `sum(…)`.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "interchange.PrometheusQuery", rename_all = "camelCase", deny_unknown_fields)]
    pub struct PrometheusQuery {
        /// The name of the metric in the rules.
        pub metric: String,
        /// The query, without comments.
        pub query: String,
    }
}

impl PrometheusQuery {
    /// The query of a metric.
    #[must_use]
    pub fn new(metric: impl Into<String>, query: impl Into<String>) -> Self {
        Self { metric: metric.into(), query: query.into() }
    }
}

/// The queries by metric, each in parentheses. A query that could end them, or begin a comment, is refused.
pub(super) fn queries<'a>(list: &'a [PrometheusQuery], faults: &mut Faults) -> BTreeMap<&'a str, String> {
    let mut queries = BTreeMap::new();
    for (index, PrometheusQuery { metric, query }) in list.iter().enumerate() {
        if let Some(fault) = flaw(query) {
            faults.add(
                ErrorKind::InvalidValue,
                format_args!("queries[{index}].query"),
                format_args!("{} {fault}", quoted(query)),
            );
        }
        faults.check(
            queries.insert(metric.as_str(), format!("({})", query.trim())).is_none(),
            ErrorKind::Duplicate,
            format_args!("queries[{index}].metric"),
            format_args!("{} has an earlier query", quoted(metric)),
        );
    }
    queries
}

/// Why a text is not one expression of PromQL, as far as brackets, strings and comments tell.
fn flaw(query: &str) -> Option<&'static str> {
    if query.trim().is_empty() {
        return Some("is empty: expected PromQL");
    }
    let mut open = Vec::new();
    let mut characters = query.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(character) => {
                return Some("has a bracket that nothing opens");
            }
            '#' => return Some("has a comment, which would hide the rest of the rule"),
            '"' | '\'' | '`' => loop {
                match characters.next() {
                    Some('\\') if character != '`' => _ = characters.next(),
                    Some('\n') if character != '`' => return Some("has a string that does not end"),
                    None => return Some("has a string that does not end"),
                    Some(other) if other == character => break,
                    Some(_) => {}
                }
            },
            _ => {}
        }
    }
    (!open.is_empty()).then_some("has a bracket that nothing closes")
}

/// A string of PromQL: it has the escapes of Go.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        // Writing to a String cannot fail.
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            _ if character.is_control() => write!(quoted, "\\U{:08x}", u32::from(character)),
            _ => write!(quoted, "{character}"),
        };
    }
    quoted.push('"');
    quoted
}

/// A number of PromQL that reads back.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

/// The queries that a rule needs; those that are not there are faults.
pub(super) struct Queries<'a> {
    own: &'a str,
    /// The query of the baseline metric, if the limit has one.
    baseline: Option<&'a str>,
}

impl<'a> Queries<'a> {
    pub(super) fn of(
        rule: &AlertRule,
        path: &str,
        queries: &'a BTreeMap<&str, String>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut query = |metric: &str, path: std::fmt::Arguments<'_>| {
            let found = queries.get(metric).map(String::as_str);
            faults.check(
                found.is_some(),
                ErrorKind::UnknownReference,
                path,
                format_args!("{} has no query", quoted(metric)),
            );
            found
        };
        let own = query(&rule.metric, format_args!("{path}.metric"));
        let baseline = match &rule.limit {
            AlertLimit::BaselineMetric { metric, .. } => {
                Some(query(metric, format_args!("{path}.limit.metric"))?)
            }
            limit => {
                faults.check(
                    rule.limit_of(|| None).is_some(),
                    ErrorKind::OutOfRange,
                    format_args!("{path}.limit"),
                    format_args!("`{limit}` is beyond the numbers that there are"),
                );
                None
            }
        };
        Some(Self { own: own?, baseline })
    }

    /// The value while it is beyond the limit. NaN and infinity are not, as in `analysis.evaluate_alerts`.
    pub(super) fn beyond(&self, rule: &AlertRule) -> String {
        let (symbol, end) = match rule.direction {
            Direction::DecreaseIsBad => ("<", "> -Inf"),
            _ => (">", "< Inf"),
        };
        let mut text = self.own.to_owned();
        for limit in self.limits(rule) {
            // Two arms have different labels; each is a single series.
            let matching = if self.baseline.is_some() { " on ()" } else { "" };
            text = format!("({text} {symbol}{matching} {limit})");
        }
        format!("{text} {end}")
    }

    /// The limits, of which the value must be beyond every one.
    fn limits(&self, rule: &AlertRule) -> Vec<String> {
        let (AlertLimit::BaselineMetric { percent, min_change, .. }, Some(base)) =
            (&rule.limit, self.baseline)
        else {
            return rule.limit_of(|| None).map(number).into_iter().collect();
        };
        let sign = if rule.direction == Direction::DecreaseIsBad { "-" } else { "+" };
        vec![
            format!("({base} {sign} abs{base} * {} / 100)", number(*percent)),
            format!("({base} {sign} {})", number(*min_change)),
        ]
    }

    /// The limit of the baseline as one expression for a chart.
    pub(super) fn limit(&self, rule: &AlertRule) -> Option<String> {
        self.baseline?;
        let limits = self.limits(rule);
        let (relative, fixed) = (limits.first()?, limits.get(1)?);
        let symbol = if rule.direction == Direction::DecreaseIsBad { "<" } else { ">" };
        // The one that is further off: the first where it is, and the second elsewhere.
        Some(format!("({relative} {symbol} {fixed}) or {fixed}"))
    }

    /// 1 while the metric or its baseline has no finite value.
    pub(super) fn no_data(&self) -> String {
        let absent = |query: &str| format!("absent(abs{query} < Inf)");
        let own = absent(self.own);
        self.baseline.map_or_else(|| own.clone(), |baseline| format!("{own} or {}", absent(baseline)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_cannot_leave_its_parentheses() {
        for good in ["up", "sum(rate(x{a=\"}\"}[5m]))", "x{a='it\\'s )'}", "x{a=`\\`}", "a or b", " x\n + y "]
        {
            assert_eq!(flaw(good), None, "{good}");
        }
        for bad in ["", " ", "a) or (b", "(a", "a]", "x{a=\"b\"", "a # b", "x{a=\"b\n\"}", "[)"] {
            assert!(flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_string_without_an_end_is_refused() {
        assert!(flaw("x{a=\"b").is_some());
        assert!(flaw("\"\\").is_some());
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("a\"b\\c\n"), "\"a\\\"b\\\\c\\U0000000a\"");
    }
}
