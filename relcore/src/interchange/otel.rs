//! Deployments in OpenTelemetry traces of CI/CD systems.
use super::rows::{Collector, Event, ReadEvents, Row, Skip, SkipCode, documents};
use crate::error::Result;
use crate::metrics::{Deployment, DeploymentOutcome};
use crate::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Results of runs of pipelines and tasks, and the two statuses of deployments.
const RESULTS: [(&str, DeploymentOutcome); 8] = [
    ("success", DeploymentOutcome::Success),
    ("failure", DeploymentOutcome::Failure),
    ("error", DeploymentOutcome::Error),
    ("timeout", DeploymentOutcome::Timeout),
    ("cancellation", DeploymentOutcome::Cancellation),
    ("skip", DeploymentOutcome::Skip),
    ("succeeded", DeploymentOutcome::Success),
    ("failed", DeploymentOutcome::Failure),
];

const ENVIRONMENT: &str = "deployment.environment.name";

/// Reads deployments from traces of CI/CD systems, by the semantic conventions of OpenTelemetry for CI/CD. Each text is a trace
/// request in OTLP JSON, an object with `resourceSpans`, as the file exporter of the collector writes one in each line.
///
/// | span | deployment |
/// | --- | --- |
/// | with `deployment.id` or `deployment.status` | its id is `deployment.id`, its outcome `deployment.status`, else the result of the span |
/// | with `cicd.pipeline.task.type` `deploy` | its id is `cicd.pipeline.run.id` and `cicd.pipeline.task.run.id`, its outcome `cicd.pipeline.task.run.result` |
/// | with `cicd.pipeline.result` and `deployment.environment.name` | its id is `cicd.pipeline.run.id`, its outcome the result |
/// | any other | skipped as `other_kind` |
///
/// It began and ended with the span; a span without an end is `pending`. An attribute that a span does not have is that of its
/// resource, except the environment: that of the resource is where the CI/CD system runs. `environment` is that of spans that
/// name none, which are malformed without it. `cicd.pipeline.run.id` is also the run, so that the policy of a report can count
/// the tasks of one run as one deployment, and `vcs.ref.head.revision` the revision. The service is `service.name`, which many
/// systems set to their own name; `service` replaces it for all rows.
///
/// ```
/// use relcore::interchange::otel_deployments;
/// let trace = r#"{"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [{
///     "name": "deploy shop", "startTimeUnixNano": "1795402200000000000", "endTimeUnixNano": "1795402800000000000",
///     "attributes": [
///         {"key": "cicd.pipeline.run.id", "value": {"stringValue": "42"}},
///         {"key": "cicd.pipeline.result", "value": {"stringValue": "success"}},
///         {"key": "deployment.environment.name", "value": {"stringValue": "production"}}
///     ]}]}]}]}"#.to_owned();
/// let read = otel_deployments(&[trace.clone()], Some("shop"), None)?;
/// assert_eq!(read.events.deployments[0].finished_at.to_string(), "2026-11-23T03:00:00.000Z");
/// // Pitfall: the pipeline of a build has a result, too, and is no deployment.
/// let build = trace.replace("deployment.environment.name", "other");
/// assert!(otel_deployments(&[build], Some("shop"), Some("production"))?.events.deployments.is_empty());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults of all texts at once: `syntax` for a text that is not JSON, such as several lines, `wrong_type` for one without
/// lists of spans. A span that cannot be read is no error: it is in `skipped`.
pub fn otel_deployments(
    texts: &[String],
    service: Option<&str>,
    environment: Option<&str>,
) -> Result<ReadEvents> {
    let expected = "expected a trace in OTLP JSON: an object with `resourceSpans`, whose `scopeSpans` have lists `spans`";
    let documents = documents(texts, "texts", expected, is_trace)?;
    let mut collector = Collector::new("spanId");
    for (index, document) in documents.iter().enumerate() {
        for resource in Row::of(document, format!("texts[{index}]"), None).list("resourceSpans") {
            let common = attributes(&resource, "resource.attributes");
            for row in resource.list("scopeSpans").iter().flat_map(|scope| scope.list("spans")) {
                let span = Span { row: &row, own: attributes(&row, "attributes"), common: &common };
                collector.add(&row, span.read(service, environment));
            }
        }
    }
    Ok(collector.finish())
}

fn is_trace(trace: &Value) -> bool {
    let is_list = |value: &Value, key: &str| value.get(key).is_none_or(Value::is_array);
    let has_lists = |resource: &Value| {
        let scopes = resource.get("scopeSpans").and_then(Value::as_array);
        is_list(resource, "scopeSpans") && scopes.into_iter().flatten().all(|scope| is_list(scope, "spans"))
    };
    let resources = trace.get("resourceSpans").and_then(Value::as_array);
    resources.is_some_and(|resources| resources.iter().all(has_lists))
}

/// The attributes that are text or whole numbers.
fn attributes<'a>(row: &Row<'a>, field: &str) -> BTreeMap<&'a str, String> {
    let read = |one: &Row<'a>| {
        let value = one.value("value")?;
        let text = value.get("stringValue").and_then(Value::as_str).map(str::to_owned);
        // OTLP writes 64-bit numbers as text.
        let number = || {
            let number = value.get("intValue")?;
            number.as_str().map(str::to_owned).or_else(|| number.as_i64().map(|number| number.to_string()))
        };
        Some((one.text("key").ok()?, text.or_else(number)?))
    };
    row.list(field).iter().filter_map(read).collect()
}

struct Span<'a> {
    row: &'a Row<'a>,
    own: BTreeMap<&'a str, String>,
    /// The attributes of its resource.
    common: &'a BTreeMap<&'a str, String>,
}

impl Span<'_> {
    fn read(&self, service: Option<&str>, environment: Option<&str>) -> Result<Event, Skip> {
        let (id, result) = self.deployment()?;
        let finished_at = self
            .time("endTimeUnixNano")?
            .ok_or_else(|| Skip::new(SkipCode::Pending, "endTimeUnixNano", "has no end"))?;
        let known = RESULTS.iter().find(|(name, _)| *name == result);
        let (_, outcome) = known.ok_or_else(|| Skip::unknown_state("attributes", &result))?;
        let service =
            service.map_or_else(|| self.required("service.name"), |service| Ok(service.to_owned()))?;
        let mut deployment = Deployment::new(id, service, finished_at, *outcome);
        let environment = self.environment().or(environment);
        environment.ok_or_else(|| absent(ENVIRONMENT))?.clone_into(&mut deployment.environment);
        deployment.started_at = self.time("startTimeUnixNano")?;
        deployment.revision = self.attribute("vcs.ref.head.revision").map(str::to_owned);
        deployment.run = self.attribute("cicd.pipeline.run.id").map(str::to_owned);
        Ok(Event::Deployment(deployment))
    }

    /// The id and the result of the deployment that the span is.
    fn deployment(&self) -> Result<(String, String), Skip> {
        let task_result = "cicd.pipeline.task.run.result";
        if self.attribute("deployment.id").or_else(|| self.attribute("deployment.status")).is_some() {
            let names = ["deployment.status", task_result, "cicd.pipeline.result"];
            let result = names.iter().find_map(|name| self.attribute(name));
            let result = result.ok_or_else(|| absent("deployment.status"))?;
            return Ok((self.required("deployment.id")?, result.to_owned()));
        }
        let run = "cicd.pipeline.run.id";
        match self.attribute("cicd.pipeline.task.type") {
            // The id of a task is unique within its run only.
            Some("deploy") => {
                let id = format!("{}/{}", self.required(run)?, self.required("cicd.pipeline.task.run.id")?);
                Ok((id, self.required(task_result)?))
            }
            None if self.environment().is_some() && self.attribute("cicd.pipeline.result").is_some() => {
                Ok((self.required(run)?, self.required("cicd.pipeline.result")?))
            }
            _ => Err(Skip::new(SkipCode::OtherKind, "", "is no deployment by its attributes")),
        }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.own.get(name).or_else(|| self.common.get(name)).map(String::as_str)
    }

    /// The environment of the span itself, also by the older name of the attribute.
    fn environment(&self) -> Option<&str> {
        self.own.get(ENVIRONMENT).or_else(|| self.own.get("deployment.environment")).map(String::as_str)
    }

    fn required(&self, name: &str) -> Result<String, Skip> {
        self.attribute(name).map(str::to_owned).ok_or_else(|| absent(name))
    }

    /// Nanoseconds since 1970, as text or a number; none if they are absent or 0, which OTLP does not tell apart.
    fn time(&self, field: &str) -> Result<Option<Timestamp>, Skip> {
        let Some(value) = self.row.value(field) else { return Ok(None) };
        let nanos = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
        let nanos =
            nanos.ok_or_else(|| Skip::new(SkipCode::WrongType, field, "expected nanoseconds since 1970"))?;
        let millis = i64::try_from(nanos / 1_000_000).ok().filter(|_| nanos > 0);
        let at = millis.map(Timestamp::from_millis).transpose();
        at.map_err(|error| Skip::new(SkipCode::InvalidValue, field, error.to_string()))
    }
}

fn absent(attribute: &str) -> Skip {
    Skip::new(
        SkipCode::MissingField,
        "attributes",
        format!("has no attribute `{attribute}`, nor has its resource"),
    )
}
