//! Vulnerabilities and scans in SARIF logs.
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode, documents, missing};
use super::scan_target::ScanTarget;
use super::severity::rating;
use crate::error::{ErrorKind, Faults, Result, quoted};
use crate::metrics::{Scan, Vulnerability};
use crate::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads the vulnerabilities and scans of SARIF 2.1.0 logs, as code scanners write them. Each text is a log; a row is a run or a
/// result of one.
///
/// A run is a scan of an artifact: that of the target, else `versionControlProvenance[0].revisionId`. It ended at the last
/// `endTimeUtc` of its `invocations`, else at `scannedAt` of the target; its kind is that of the target, else the name of the
/// tool. A run without an artifact is skipped as `other_kind`, one whose invocation failed as `abandoned`. One without `results` did
/// not scan, and is malformed.
///
/// | result | vulnerability |
/// | --- | --- |
/// | `kind` is `fail`, or left out | open, detected when the run ended |
/// | `kind` is `pass`, `informational`, `notApplicable` | skipped as `other_kind` |
/// | `kind` is `open`, `review` | skipped as `pending`: the tool could not decide |
/// | `baselineState` is `absent` | patched when the run ended: the run before it had the result |
/// | `suppressions`, none of them `underReview` or `rejected` | its risk is accepted |
///
/// The severity is `security-severity` of the result or its rule by the ratings of CVSS: 9.8 is `critical`. Without it, it is the
/// level: `error`, `warning`, `note`. The id is `service/rule` with the `correlationGuid` of the result, else its fingerprint,
/// else its first location; so a result that moves within its file is another one where the tool writes no fingerprints.
///
/// ```
/// use relcore::interchange::{ScanTarget, sarif_vulnerabilities};
/// let log = r#"{"version": "2.1.0", "runs": [{
///     "tool": {"driver": {"name": "CodeQL", "rules": [{"id": "js/xss", "properties": {"security-severity": "7.8"}}]}},
///     "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-11-23T03:00:00Z"}],
///     "versionControlProvenance": [{"repositoryUri": "https://example.com/shop", "revisionId": "8023f6f"}],
///     "results": [{"ruleId": "js/xss", "ruleIndex": 0, "message": {"text": "x"},
///         "partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"}}]
/// }]}"#.to_owned();
/// let read = sarif_vulnerabilities(&[log.clone()], &ScanTarget::new("shop"))?;
/// assert_eq!(read.events.vulnerabilities[0].severity.as_deref(), Some("high"));
/// assert_eq!(read.events.scans[0].artifact, "8023f6f");
/// // Pitfall: many tools do not write when they ran. Without `scanned_at` nothing of their logs is an event.
/// let without = log.replace(r#", "endTimeUtc": "2026-11-23T03:00:00Z""#, "");
/// assert_eq!(sarif_vulnerabilities(&[without], &ScanTarget::new("shop"))?.malformed.get(), 2);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all texts at once: `syntax` for a text that is not JSON, `wrong_type` for one without a list `runs`, and
/// `unknown_reference` for a run that has its results in other files. A row that cannot be read is no error: it is in
/// `skipped`.
pub fn sarif_vulnerabilities(texts: &[String], target: &ScanTarget) -> Result<ReadEvents> {
    let expected = "expected a SARIF log: an object with a list `runs`, whose `results` are lists";
    let documents = documents(texts, "texts", expected, is_log)?;
    let mut faults = Faults::new();
    let logs: Vec<Row<'_>> = documents
        .iter()
        .enumerate()
        .map(|(index, one)| Row::of(one, format!("texts[{index}]"), None))
        .collect();
    let runs: Vec<Row<'_>> = logs.iter().flat_map(|log| log.list("runs")).collect();
    for run in &runs {
        faults.check(
            run.value("externalPropertyFileReferences.results").is_none(),
            ErrorKind::UnknownReference,
            format_args!("{}.externalPropertyFileReferences.results", run.path()),
            format_args!("the results are in other files: pass a log that has them"),
        );
    }
    faults.finish()?;
    let mut collector = Collector::new("guid");
    for run in &runs {
        let ended_at = ended_at(run, target);
        collector.add(run, read_run(run, target, ended_at.clone()));
        let rules = Rules::of(run);
        for row in run.list("results") {
            collector.add(&row, read_result(&row, &rules, target, ended_at.clone()));
        }
    }
    Ok(collector.finish())
}

fn is_log(log: &Value) -> bool {
    let runs = log.get("runs").and_then(Value::as_array);
    let is_list = |results: &Value| results.is_array() || results.is_null();
    runs.is_some_and(|runs| runs.iter().all(|run| run.get("results").is_none_or(is_list)))
}

/// When the last invocation of a run ended.
fn ended_at(run: &Row<'_>, target: &ScanTarget) -> Result<Timestamp, Skip> {
    let mut last = None;
    for (index, invocation) in run.list("invocations").iter().enumerate() {
        let at = invocation.optional_time("endTimeUtc");
        last = last.max(at.map_err(|skip| skip.under(&format!("invocations[{index}]")))?);
    }
    last.or(target.scanned_at).ok_or_else(|| missing("invocations[0].endTimeUtc"))
}

fn read_run(run: &Row<'_>, target: &ScanTarget, ended_at: Result<Timestamp, Skip>) -> Result<Event, Skip> {
    if run.value("results").is_none() {
        return Err(missing("results"));
    }
    let driver = run.text("tool.driver.name")?;
    let kind = target.kind.as_deref().unwrap_or(driver);
    for (index, invocation) in run.list("invocations").iter().enumerate() {
        if invocation.value("executionSuccessful") == Some(&Value::Bool(false)) {
            let field = format!("invocations[{index}].executionSuccessful");
            return Err(Skip::new(SkipCode::Abandoned, &field, "the scan failed"));
        }
    }
    let ended_at = ended_at?;
    let provenance = run.list("versionControlProvenance");
    let revision = provenance.first().and_then(|one| one.text("revisionId").ok());
    let Some(artifact) = target.artifact.as_deref().or(revision) else {
        let text = "names no revision, and the target no artifact";
        return Err(Skip::new(SkipCode::OtherKind, "versionControlProvenance", text));
    };
    let category = run.optional_text("automationDetails.id")?.map(|id| format!("/{}", id.trim_matches('/')));
    let id = match run.optional_text("automationDetails.guid")? {
        Some(guid) => guid.to_owned(),
        None => format!("{}/{driver}{}/{artifact}/{ended_at}", target.service, category.unwrap_or_default()),
    };
    let mut scan = Scan::new(id, artifact, kind, ended_at);
    scan.service = Some(target.service.clone());
    Ok(Event::Scan(scan))
}

fn read_result(
    row: &Row<'_>,
    rules: &Rules<'_>,
    target: &ScanTarget,
    ended_at: Result<Timestamp, Skip>,
) -> Result<Event, Skip> {
    match row.optional_text("kind")? {
        None | Some("fail") => {}
        Some(kind @ ("pass" | "informational" | "notApplicable")) => {
            return Err(Skip::new(SkipCode::OtherKind, "kind", format!("is `{kind}`")));
        }
        Some(kind @ ("open" | "review")) => return Err(Skip::pending("kind", kind)),
        Some(kind) => return Err(Skip::unknown_state("kind", kind)),
    }
    let rule = rules.find(row);
    let own_rule = row.optional_text("ruleId")?.or(row.optional_text("rule.id")?);
    let named = rule.and_then(|rule| rule.text("id").ok());
    let rule_id = own_rule.or(named).ok_or_else(|| missing("ruleId"))?;
    let absent = match row.optional_text("baselineState")? {
        None | Some("new" | "unchanged" | "updated") => false,
        Some("absent") => true,
        Some(state) => return Err(Skip::unknown_state("baselineState", state)),
    };
    // The path of the time is that of the run.
    let ended_at = ended_at.map_err(|_| {
        Skip::new(
            SkipCode::MissingField,
            "",
            "the run does not say when it ended, and the target has no `scannedAt`",
        )
    })?;
    let id = format!("{}/{rule_id}/{}", target.service, place(row)?);
    let mut found = Vulnerability::new(id.trim_end_matches('/'), &target.service, ended_at);
    found.severity = Some(severity(row, rule)?);
    if absent {
        found.patched_at = Some(ended_at);
    }
    if is_suppressed(row)? {
        found.accepted_at = Some(ended_at);
    }
    Ok(Event::Vulnerability(found))
}

/// The descriptors of the rules of a run.
struct Rules<'a> {
    /// Those of the tool, then those of each extension of it.
    components: Vec<Vec<Row<'a>>>,
    /// The component and the index of the first descriptor with an id.
    by_id: BTreeMap<&'a str, (usize, usize)>,
}

impl<'a> Rules<'a> {
    fn of(run: &Row<'a>) -> Self {
        let mut components = vec![run.list("tool.driver.rules")];
        components.extend(run.list("tool.extensions").iter().map(|extension| extension.list("rules")));
        let mut by_id = BTreeMap::new();
        for (component, rules) in components.iter().enumerate() {
            for (index, rule) in rules.iter().enumerate() {
                if let Ok(id) = rule.text("id") {
                    by_id.entry(id).or_insert((component, index));
                }
            }
        }
        Self { components, by_id }
    }

    /// The descriptor of the rule of a result: by its index in the tool or in an extension, else by its id.
    fn find(&self, row: &Row<'_>) -> Option<&Row<'a>> {
        let position =
            |field: &str| row.value(field).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        let (component, index) = match position("ruleIndex").or_else(|| position("rule.index")) {
            Some(index) => {
                let extension = position("rule.toolComponent.index");
                (extension.map_or(0, |extension| extension.saturating_add(1)), index)
            }
            None => *self.by_id.get(row.text("ruleId").or_else(|_| row.text("rule.id")).ok()?)?,
        };
        self.components.get(component)?.get(index)
    }
}

/// What tells the results of one rule apart.
fn place(row: &Row<'_>) -> Result<String, Skip> {
    if let Some(guid) = row.optional_text("correlationGuid")? {
        return Ok(guid.to_owned());
    }
    // The key that comes first in the order of the alphabet, so that the order in the text is no matter.
    let print = |field: &str| {
        let prints = row.value(field).and_then(Value::as_object)?;
        let texts = prints.iter().filter_map(|(key, print)| Some((key, print.as_str()?)));
        texts.min().map(|(_, print)| print.to_owned())
    };
    if let Some(print) = print("fingerprints") {
        return Ok(print);
    }
    let locations = row.list("locations");
    let location = locations.first();
    let uri =
        location.and_then(|one| one.text("physicalLocation.artifactLocation.uri").ok()).unwrap_or_default();
    // Each of these is a part of what tells a result apart (3.27.17).
    let partial = row.value("partialFingerprints").and_then(Value::as_object).into_iter().flatten();
    let partial: BTreeMap<_, _> = partial.filter_map(|(key, print)| Some((key, print.as_str()?))).collect();
    if !partial.is_empty() {
        let prints: Vec<&str> = partial.into_values().collect();
        return Ok(format!("{uri}/{}", prints.join("/")).trim_start_matches('/').to_owned());
    }
    let region = |field: &str| {
        let number = location.and_then(|one| one.value(&format!("physicalLocation.region.{field}")));
        number.and_then(Value::as_u64).map(|number| format!(":{number}")).unwrap_or_default()
    };
    if !uri.is_empty() {
        return Ok(format!("{uri}{}{}", region("startLine"), region("startColumn")));
    }
    let logical = locations.iter().flat_map(|one| one.list("logicalLocations"));
    let names: Vec<&str> = logical.filter_map(|one| one.text("fullyQualifiedName").ok()).collect();
    Ok(names.first().copied().unwrap_or_default().to_owned())
}

fn severity(row: &Row<'_>, rule: Option<&Row<'_>>) -> Result<String, Skip> {
    let field = "properties.security-severity";
    let own = row.value(field);
    // The path of the rule is not that of the result.
    let place = if own.is_some() { field } else { "" };
    let score = own.or_else(|| rule.and_then(|rule| rule.value(field)));
    if let Some(score) = score {
        let number = score.as_str().map_or_else(|| score.as_f64(), |text| text.trim().parse().ok());
        let no_score = || {
            let text = format!("{} is no score from 0 to 10", quoted(&score.to_string()));
            Skip::new(SkipCode::InvalidValue, place, text)
        };
        return Ok(number.and_then(rating).ok_or_else(no_score)?.to_owned());
    }
    let level = row.optional_text("level")?;
    let of_rule = rule.and_then(|rule| rule.text("defaultConfiguration.level").ok());
    Ok(level.or(of_rule).unwrap_or("warning").to_owned())
}

/// Section 3.27.23: a result is suppressed if it has suppressions and none of them is under review or rejected.
fn is_suppressed(row: &Row<'_>) -> Result<bool, Skip> {
    let suppressions = row.list("suppressions");
    for (index, suppression) in suppressions.iter().enumerate() {
        match suppression
            .optional_text("status")
            .map_err(|skip| skip.under(&format!("suppressions[{index}]")))?
        {
            None | Some("accepted") => {}
            Some("underReview" | "rejected") => return Ok(false),
            Some(status) => {
                return Err(Skip::unknown_state(&format!("suppressions[{index}].status"), status));
            }
        }
    }
    Ok(!suppressions.is_empty())
}
