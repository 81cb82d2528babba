//! The columns door: a million deployments without an object each.
use crate::{
    column::{Column, HeldInstants},
    de::PyDeserializer,
    error::Failure,
    known::{Known, Passage, known},
    ser, value,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists, dora,
};
use relcore::metrics::{DoraReport, MetricsPolicy};
use relcore::time::{BucketUnit, TimeRange};
use relcore::{Error, api::FUNCTIONS, wire::explain_arguments};
use serde::de::Deserialize as _;
use serde_json::Value;
use std::borrow::Cow;

/// What goes beside the columns, as Python gave it: policy, range, unit, zone.
type Beside<'py> = [Bound<'py, PyAny>; 4];

/// The report of some columns, given by their paths on the wire.
pub fn report<'py>(
    py: Python<'py>,
    columns: &Bound<'py, PyDict>,
    environments: Vec<String>,
    services: u32,
    beside: Beside<'py>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (policy, range, unit, zone) = read(&beside)?;
    let columns = Columns::of(columns)?;
    let names: Vec<&str> = environments.iter().map(String::as_str).collect();
    let answer = py.detach(|| columns.report(&names, services, &policy, &range, unit, &zone));
    ser::to_python(py, &answer?).map_err(Failure)
}

fn read(beside: &Beside<'_>) -> Result<(MetricsPolicy, TimeRange, BucketUnit, String), Failure> {
    let [policy, range, unit, zone] = beside;
    let read = |known: &Known| {
        let passage = Passage::new(known);
        Ok((
            MetricsPolicy::deserialize(PyDeserializer::new(policy, &passage))?,
            TimeRange::deserialize(PyDeserializer::new(range, &passage))?,
            BucketUnit::deserialize(PyDeserializer::new(unit, &passage))?,
            String::deserialize(PyDeserializer::new(zone, &passage))?,
        ))
    };
    known(read).map_err(|fault: crate::error::BridgeError| explain(beside, &fault).into())
}

/// All that is wrong with what goes beside the columns: the diagnosis of the door for rows, called without rows.
fn explain(beside: &Beside<'_>, fault: &dyn std::fmt::Display) -> Error {
    let Some(signature) = FUNCTIONS.iter().find(|signature| signature.name == "metrics.dora") else {
        return Error::new(relcore::ErrorKind::InvalidValue, "", fault.to_string());
    };
    let mut values = vec![Some(Value::Array(Vec::new())); 3];
    for (argument, name) in beside.iter().zip(["policy", "range", "unit", "zone"]) {
        match value::to_json(argument, name) {
            Ok(value) => values.push(Some(value)),
            Err(error) => return error,
        }
    }
    explain_arguments(signature, &values, fault)
}

/// The first words of the paths of faults that are of the columns, not of what goes beside them.
const TABLES: &[&str] = &["deployments", "changes", "incidents", "environments", "services", "events"];

macro_rules! columns {
    ($($field:ident $path:literal,)*) => {
        /// Every column, kept alive; those that were not given are absent.
        struct Columns {
            $($field: Column),*
        }

        impl Columns {
            fn of(given: &Bound<'_, PyDict>) -> Result<Self, Failure> {
                Ok(Self { $($field: Column::new(given.get_item($path).map_err(Failure)?, $path).map_err(Failure)??),* })
            }
        }
    };
}

columns! {
    finished_at "deployments.finishedAt",
    outcome "deployments.outcome",
    intent "deployments.intent",
    service "deployments.service",
    environment "deployments.environment",
    revision "deployments.revision",
    remediates_offsets "deployments.remediates.offsets",
    remediates_items "deployments.remediates.items",
    nested "deployments.changes",
    listed_offsets "deployments.listedChanges.offsets",
    listed_items "deployments.listedChanges.items",
    authored_at "changes.authoredAt",
    authored_at_validity "changes.authoredAtValidity",
    committed_at "changes.committedAt",
    committed_at_validity "changes.committedAtValidity",
    merge "changes.merge",
    reverts_offsets "changes.reverts.offsets",
    reverts_items "changes.reverts.items",
    detected_at "incidents.detectedAt",
    resolved_at "incidents.resolvedAt",
    resolved_at_validity "incidents.resolvedAtValidity",
    incident_service "incidents.service",
    incident_environment "incidents.environment",
    caused_by "incidents.causedBy",
    duplicate "incidents.duplicate",
}

impl Columns {
    fn report(
        &self,
        environments: &[&str],
        services: u32,
        policy: &MetricsPolicy,
        range: &TimeRange,
        unit: BucketUnit,
        zone: &str,
    ) -> Result<DoraReport, Error> {
        let authored_at = instants(&self.authored_at, &self.authored_at_validity)?;
        let committed_at = instants(&self.committed_at, &self.committed_at_validity)?;
        let resolved_at = instants(&self.resolved_at, &self.resolved_at_validity)?;
        let (merge, duplicate) = (self.merge.flags()?, self.duplicate.flags()?);
        let events = Events {
            deployments: DeploymentColumns {
                finished_at: self.finished_at.numbers()?,
                outcome: self.outcome.numbers()?,
                intent: self.intent.numbers()?,
                service: self.service.numbers()?,
                environment: self.environment.numbers()?,
                revision: self.revision.numbers()?,
                remediates: lists(&self.remediates_offsets, &self.remediates_items)?,
                changes: if self.nested.is_absent() {
                    ListedChanges::Indexed(lists(&self.listed_offsets, &self.listed_items)?)
                } else {
                    ListedChanges::Nested(self.nested.numbers()?)
                },
            },
            changes: ChangeColumns {
                authored_at: lend(&authored_at),
                committed_at: lend(&committed_at),
                merge: &merge,
                reverts: lists(&self.reverts_offsets, &self.reverts_items)?,
            },
            incidents: IncidentColumns {
                detected_at: self.detected_at.numbers()?,
                resolved_at: lend(&resolved_at),
                service: self.incident_service.numbers()?,
                environment: self.incident_environment.numbers()?,
                caused_by: self.caused_by.numbers()?,
                duplicate: &duplicate,
            },
            environments,
            services,
        };
        dora(&events, policy, range, &unit, zone).map_err(|error| {
            let is_of_columns = TABLES.iter().any(|table| error.path().starts_with(table));
            if is_of_columns { error.under("columns") } else { error }
        })
    }
}

/// Validity of its own goes before that of the column.
fn instants<'a>(column: &'a Column, validity: &'a Column) -> Result<HeldInstants<'a>, Error> {
    let (millis, own) = column.instants()?;
    let given = if validity.is_absent() { own } else { Some(Cow::Borrowed(validity.numbers()?)) };
    Ok((millis, given))
}

fn lend<'a>((millis, validity): &'a HeldInstants<'_>) -> Instants<'a> {
    Instants { millis, validity: validity.as_deref() }
}

fn lists<'a>(offsets: &'a Column, items: &'a Column) -> Result<Lists<'a>, Error> {
    Ok(Lists { offsets: offsets.numbers()?, items: items.numbers()? })
}
