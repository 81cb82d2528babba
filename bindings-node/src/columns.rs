//! The columns door: typed arrays of JavaScript, borrowed as they are.
//!
//! `columns.js` has checked the kinds of the arrays and that none is empty; a detached one would look empty here.
use crate::failure;
use napi::bindgen_prelude::{BigInt64ArraySlice, FromNapiValue, Object, Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;
use relcore::TimeRange;
use relcore::metrics::MetricsPolicy;
use relcore::metrics::columns::{
    ChangeColumns, DeploymentColumns, Events, IncidentColumns, Instants, ListedChanges, Lists, dora,
};
use relcore::time::BucketUnit;

/// What goes beside the columns: environments, services, policy, range, unit, zone.
type Rest = (Vec<String>, u32, MetricsPolicy, TimeRange, BucketUnit, String);

/// `metrics.doraColumns`: the columns by their paths, the rest as a JSON list; the report as JSON out.
#[napi(skip_typescript, catch_unwind)]
pub fn dora_columns(columns: Object<'_>, rest: String) -> napi::Result<String> {
    let column = Columns(columns);
    let finished_at = column.int64("deployments.finishedAt")?;
    let outcome = column.uint8("deployments.outcome")?;
    let intent = column.uint8("deployments.intent")?;
    let service = column.uint32("deployments.service")?;
    let environment = column.uint32("deployments.environment")?;
    let revision = column.uint32("deployments.revision")?;
    let remediates = column.lists("deployments.remediates")?;
    let nested = column.uint32("deployments.changes")?;
    let indexed = column.lists("deployments.listedChanges")?;
    let authored_at = column.instants("changes.authoredAt")?;
    let committed_at = column.instants("changes.committedAt")?;
    let merge = column.uint8("changes.merge")?;
    let reverts = column.lists("changes.reverts")?;
    let detected_at = column.int64("incidents.detectedAt")?;
    let resolved_at = column.instants("incidents.resolvedAt")?;
    let incident_service = column.uint32("incidents.service")?;
    let incident_environment = column.uint32("incidents.environment")?;
    let caused_by = column.uint32("incidents.causedBy")?;
    let duplicate = column.uint8("incidents.duplicate")?;

    let (names, services, policy, range, unit, zone): Rest =
        serde_json::from_str(&rest).map_err(|fault| napi::Error::from_reason(fault.to_string()))?;
    let environments: Vec<&str> = names.iter().map(String::as_str).collect();
    let events = Events {
        deployments: DeploymentColumns {
            finished_at: slice(&finished_at),
            outcome: slice(&outcome),
            intent: slice(&intent),
            service: slice(&service),
            environment: slice(&environment),
            revision: slice(&revision),
            remediates: remediates.lend(),
            changes: match &nested {
                Some(offsets) => ListedChanges::Nested(offsets),
                None => ListedChanges::Indexed(indexed.lend()),
            },
        },
        changes: ChangeColumns {
            authored_at: authored_at.lend(),
            committed_at: committed_at.lend(),
            merge: flags(&merge, "changes.merge")?,
            reverts: reverts.lend(),
        },
        incidents: IncidentColumns {
            detected_at: slice(&detected_at),
            resolved_at: resolved_at.lend(),
            service: slice(&incident_service),
            environment: slice(&incident_environment),
            caused_by: slice(&caused_by),
            duplicate: flags(&duplicate, "incidents.duplicate")?,
        },
        environments: &environments,
        services,
    };
    let report =
        dora(&events, &policy, &range, &unit, &zone).map_err(|error| failure(&error.under("columns")))?;
    serde_json::to_string(&report).map_err(|fault| napi::Error::from_reason(fault.to_string()))
}

/// The columns by their paths; one that is not there was not given.
struct Columns<'env>(Object<'env>);

impl<'env> Columns<'env> {
    fn at<T: FromNapiValue>(&self, path: &str) -> napi::Result<Option<T>> {
        self.0.get(path)
    }

    fn int64(&self, path: &str) -> napi::Result<Option<BigInt64ArraySlice<'env>>> {
        self.at(path)
    }

    fn uint8(&self, path: &str) -> napi::Result<Option<Uint8ArraySlice<'env>>> {
        self.at(path)
    }

    fn uint32(&self, path: &str) -> napi::Result<Option<Uint32ArraySlice<'env>>> {
        self.at(path)
    }

    fn instants(&self, path: &str) -> napi::Result<HeldInstants<'env>> {
        Ok(HeldInstants { millis: self.int64(path)?, validity: self.uint8(&format!("{path}Validity"))? })
    }

    fn lists(&self, path: &str) -> napi::Result<HeldLists<'env>> {
        let offsets = self.uint32(&format!("{path}.offsets"))?;
        Ok(HeldLists { offsets, items: self.uint32(&format!("{path}.items"))? })
    }
}

struct HeldInstants<'env> {
    millis: Option<BigInt64ArraySlice<'env>>,
    validity: Option<Uint8ArraySlice<'env>>,
}

impl HeldInstants<'_> {
    fn lend(&self) -> Instants<'_> {
        Instants { millis: slice(&self.millis), validity: self.validity.as_deref() }
    }
}

struct HeldLists<'env> {
    offsets: Option<Uint32ArraySlice<'env>>,
    items: Option<Uint32ArraySlice<'env>>,
}

impl HeldLists<'_> {
    fn lend(&self) -> Lists<'_> {
        Lists { offsets: slice(&self.offsets), items: slice(&self.items) }
    }
}

fn slice<T, S: std::ops::Deref<Target = [T]>>(column: &Option<S>) -> &[T] {
    column.as_deref().unwrap_or_default()
}

/// Bytes as truth values, without a copy; a byte that is neither 0 nor 1 is refused.
fn flags<'a>(column: &'a Option<Uint8ArraySlice<'_>>, path: &str) -> napi::Result<&'a [bool]> {
    bytemuck::checked::try_cast_slice(slice(column)).map_err(|_| {
        let text = "has a byte that is neither 0 nor 1";
        failure(&relcore::Error::new(relcore::ErrorKind::InvalidValue, format!("columns.{path}"), text))
    })
}
