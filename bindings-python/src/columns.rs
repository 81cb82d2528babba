//! The bulk functions: whole histories by columns, without an object for each row.
use crate::{
    call::{PyTransport, absent},
    column::{Columns, OwnedInstants},
    error::Failure,
    spelling::of_columns,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use relcore::api::{self, Transport as _};
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists, dora,
};
use relcore::metrics::{DoraReport, Policy};
use relcore::time::{BucketUnit, TimeRange};
use relcore::{Error, Result};

/// `metrics.dora` by columns, given by their paths on the wire. `arguments` are those of `metrics.dora`, with empty lists
/// of rows.
#[pyfunction]
pub fn dora_columns<'py>(
    columns: &Bound<'py, PyDict>,
    environments: Vec<String>,
    services: u32,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let report = report(columns, environments, services, arguments);
    report.map_err(|failure| failure.exception(arguments.py(), of_columns))
}

fn report<'py>(
    columns: &Bound<'py, PyDict>,
    environments: Vec<String>,
    services: u32,
    arguments: &Bound<'py, PyTuple>,
) -> std::result::Result<Bound<'py, PyAny>, Failure> {
    let mut transport = PyTransport::new(arguments, 0);
    let rows = api::function("metrics.dora").ok_or_else(|| absent("metrics.dora"))?.signature();
    let policy: Policy = transport.arg(rows, 3)?;
    let range: TimeRange = transport.arg(rows, 4)?;
    let unit: BucketUnit = transport.arg(rows, 5)?;
    let zone: String = transport.arg(rows, 6)?;
    let columns = Columns::of(columns)?;
    let environments: Vec<&str> = environments.iter().map(String::as_str).collect();
    let report = arguments.py().detach(|| {
        let report = |events: &Events<'_>| dora(events, &policy, &range, &unit, &zone);
        with_events(&columns, &environments, services, report)
    });
    let is_other = |error: &Error| {
        let first = error.path().split(['.', '[']).next().unwrap_or_default();
        first.is_empty() || rows.arguments.iter().skip(3).any(|argument| *argument == first)
    };
    let report = report.map_err(|error| if is_other(&error) { error } else { error.under("columns") });
    transport.ret(report?)
}

/// Borrows the events from the columns.
fn with_events(
    columns: &Columns,
    environments: &[&str],
    services: u32,
    report: impl FnOnce(&Events<'_>) -> Result<DoraReport>,
) -> Result<DoraReport> {
    let lists = |path: &str| {
        let part = |part: &str| columns.numbers(&format!("{path}.{part}"));
        Ok::<_, Error>(Lists { offsets: part("offsets")?, items: part("items")? })
    };
    let authored_at = columns.instants("changes.authoredAt")?;
    let committed_at = columns.instants("changes.committedAt")?;
    let resolved_at = columns.instants("incidents.resolvedAt")?;
    let (merge, duplicate) = (columns.flags("changes.merge")?, columns.flags("incidents.duplicate")?);
    report(&Events {
        deployments: DeploymentColumns {
            finished_at: columns.numbers("deployments.finishedAt")?,
            outcome: columns.numbers("deployments.outcome")?,
            intent: columns.numbers("deployments.intent")?,
            service: columns.numbers("deployments.service")?,
            environment: columns.numbers("deployments.environment")?,
            revision: columns.numbers("deployments.revision")?,
            remediates: lists("deployments.remediates")?,
            changes: if columns.has("deployments.changes") {
                ListedChanges::Nested(columns.numbers("deployments.changes")?)
            } else {
                ListedChanges::Indexed(lists("deployments.listedChanges")?)
            },
        },
        changes: ChangeColumns {
            authored_at: borrowed(&authored_at),
            committed_at: borrowed(&committed_at),
            merge: &merge,
            reverts: lists("changes.reverts")?,
        },
        incidents: IncidentColumns {
            detected_at: columns.numbers("incidents.detectedAt")?,
            resolved_at: borrowed(&resolved_at),
            service: columns.numbers("incidents.service")?,
            environment: columns.numbers("incidents.environment")?,
            caused_by: columns.numbers("incidents.causedBy")?,
            duplicate: &duplicate,
        },
        environments,
        services,
    })
}

fn borrowed<'a>((millis, validity): &'a OwnedInstants<'_>) -> Instants<'a> {
    Instants { millis, validity: validity.as_deref() }
}
