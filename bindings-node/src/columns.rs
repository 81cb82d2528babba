//! Typed arrays of JavaScript, borrowed without a copy.
//!
//! `lib/columns.js` has checked the types of the arrays, and that none is empty: a detached one would look empty here.
use crate::{failure, list};
use napi::bindgen_prelude::{
    BigInt64ArraySlice, JsObjectValue as _, Object, Uint8ArraySlice, Uint32ArraySlice,
};
use napi_derive::napi;
use relcore::api::{self, Transport as _};
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists,
};
use relcore::metrics::{DoraReport, Engine};
use relcore::{Error, ErrorKind, Result};
use std::collections::BTreeMap;

/// `metrics.doraColumns`: the columns by path; `arguments` are those of `metrics.dora` with empty lists of events.
#[napi(skip_typescript, catch_unwind)]
pub fn dora_columns(
    columns: Object<'_>,
    environments: Vec<String>,
    services: u32,
    arguments: String,
) -> napi::Result<String> {
    let columns = Columns::read(&columns)?;
    let environments: Vec<&str> = environments.iter().map(String::as_str).collect();
    let report = report(&columns, &environments, services, &arguments).map_err(failure)?;
    serde_json::to_string(&report).map_err(|fault| napi::Error::from_reason(fault.to_string()))
}

fn report(
    columns: &Columns<'_>,
    environments: &[&str],
    services: u32,
    arguments: &str,
) -> Result<DoraReport> {
    let events = Events {
        deployments: DeploymentColumns {
            finished_at: columns.int64("deployments.finishedAt"),
            outcome: columns.uint8("deployments.outcome"),
            intent: columns.uint8("deployments.intent"),
            service: columns.uint32("deployments.service"),
            environment: columns.uint32("deployments.environment"),
            revision: columns.uint32("deployments.revision"),
            remediates: columns.lists("deployments.remediates"),
            changes: match columns.uint32("deployments.changes") {
                [] => ListedChanges::Indexed(columns.lists("deployments.listedChanges")),
                offsets => ListedChanges::Nested(offsets),
            },
        },
        changes: ChangeColumns {
            authored_at: columns.instants("changes.authoredAt"),
            committed_at: columns.instants("changes.committedAt"),
            merge: columns.flags("changes.merge")?,
            reverts: columns.lists("changes.reverts"),
        },
        incidents: IncidentColumns {
            detected_at: columns.int64("incidents.detectedAt"),
            resolved_at: columns.instants("incidents.resolvedAt"),
            service: columns.uint32("incidents.service"),
            environment: columns.uint32("incidents.environment"),
            caused_by: columns.uint32("incidents.causedBy"),
            duplicate: columns.flags("incidents.duplicate")?,
        },
        environments,
        services,
    };
    let rows = api::function("metrics.dora").map(api::Function::signature);
    let rows =
        rows.ok_or_else(|| Error::new(ErrorKind::UnknownFunction, "", "there is no `metrics.dora`"))?;
    let mut transport = list(arguments)?;
    let engine = Engine::new(transport.arg(rows, 3)?)?;
    let (range, unit, zone) =
        (transport.arg(rows, 4)?, transport.arg(rows, 5)?, transport.arg::<String>(rows, 6)?);
    // The same call without events refuses a wrong range or zone under its own path.
    engine.dora(&[], &[], &[], &range, &unit, &zone)?;
    engine.dora_columns(&events, &range, &unit, &zone).map_err(|error| error.under("columns"))
}

/// Borrowed columns by path; a path that is absent is an empty column.
struct Columns<'env>(BTreeMap<String, Column<'env>>);

enum Column<'env> {
    Int64(BigInt64ArraySlice<'env>),
    Uint8(Uint8ArraySlice<'env>),
    Uint32(Uint32ArraySlice<'env>),
}

impl<'env> Columns<'env> {
    fn read(object: &Object<'env>) -> napi::Result<Self> {
        let mut columns = BTreeMap::new();
        for path in Object::keys(object)? {
            let column = object
                .get_named_property(&path)
                .map(Column::Int64)
                .or_else(|_| object.get_named_property(&path).map(Column::Uint8))
                .or_else(|_| object.get_named_property(&path).map(Column::Uint32))?;
            columns.insert(path, column);
        }
        Ok(Self(columns))
    }

    fn int64(&self, path: &str) -> &[i64] {
        if let Some(Column::Int64(column)) = self.0.get(path) { column } else { &[] }
    }

    fn uint8(&self, path: &str) -> &[u8] {
        if let Some(Column::Uint8(column)) = self.0.get(path) { column } else { &[] }
    }

    fn uint32(&self, path: &str) -> &[u32] {
        if let Some(Column::Uint32(column)) = self.0.get(path) { column } else { &[] }
    }

    fn instants(&self, path: &str) -> Instants<'_> {
        let validity = self.uint8(&format!("{path}Validity"));
        Instants { millis: self.int64(path), validity: (!validity.is_empty()).then_some(validity) }
    }

    fn lists(&self, path: &str) -> Lists<'_> {
        Lists {
            offsets: self.uint32(&format!("{path}.offsets")),
            items: self.uint32(&format!("{path}.items")),
        }
    }

    /// Bytes as booleans, without a copy.
    fn flags(&self, path: &str) -> Result<&[bool]> {
        bytemuck::checked::try_cast_slice(self.uint8(path)).map_err(|_| {
            let text = "has a byte that is neither 0 nor 1";
            Error::new(ErrorKind::InvalidValue, format!("columns.{path}"), text)
        })
    }
}
