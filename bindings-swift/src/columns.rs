//! The delivery metrics from columns: a million deployments without an object each.
//!
//! By hand beside the generated functions, because UniFFI converts a list number by number and boxes each in Kotlin.
//! A column is encoded as its bytes in memory. `uniffi.toml` names the type in Swift and Kotlin (`[Int64]`, `LongArray`),
//! and `Columns.swift` and `Columns.kt` make the bytes of it.
use crate::{error::RelcoreError, result::Encoded};
use bytemuck::Pod;
use relcore::metrics::columns::{self, Events, Instants, ListedChanges};
use relcore::metrics::{self, DoraReport, Policy};
use relcore::time::{BucketUnit, TimeRange};
use relcore::{Error, ErrorKind};
use uniffi::{Lift, Lower, MetadataBuffer, RustBuffer, TypeId, deps::anyhow};

/// A list of indices for each row, one after the other: Arrow's `List`.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsLists {
    /// The index at which the list of each row begins, and after those the end of the last one: one more than rows.
    pub offsets: UInt32Column,
    /// The items of all lists.
    pub items: UInt32Column,
}

/// Deployments by columns; their index is their identity. All columns have one length.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsDeploymentColumns {
    /// When each finished, in milliseconds since 1970.
    pub finished_at: Int64Column,
    /// How each ended: the index in `MetricsDeploymentOutcome`, 0 for success.
    pub outcome: UInt8Column,
    /// What each was for: the index in `MetricsDeploymentIntent`.
    #[uniffi(default = None)]
    pub intent: Option<UInt8Column>,
    /// The code of each one's service, below `services`.
    #[uniffi(default = None)]
    pub service: Option<UInt32Column>,
    /// The index into `environments`; all the first when it is left out.
    #[uniffi(default = None)]
    pub environment: Option<UInt32Column>,
    /// The code of each one's revision; 2^32 - 1 (in Kotlin -1) for none.
    #[uniffi(default = None)]
    pub revision: Option<UInt32Column>,
    /// The indices of the deployments that each remediates.
    #[uniffi(default = None)]
    pub remediates: Option<MetricsLists>,
    /// The changes of deployment `i` are those from `changes[i]` to before `changes[i + 1]`: one more than rows.
    #[uniffi(default = None)]
    pub changes: Option<UInt32Column>,
    /// Instead of `changes`, where a change belongs to several deployments: the indices of the changes of each.
    #[uniffi(default = None)]
    pub listed_changes: Option<MetricsLists>,
}

/// Changes by columns. A validity column has one bit a row, lowest first, set where the instant is there.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsChangeColumns {
    /// When each was written, in milliseconds since 1970.
    pub authored_at: Int64Column,
    /// Where `authoredAt` is there; everywhere when it is left out.
    #[uniffi(default = None)]
    pub authored_at_validity: Option<UInt8Column>,
    /// When each was committed, in milliseconds since 1970.
    #[uniffi(default = None)]
    pub committed_at: Option<Int64Column>,
    /// Where `committedAt` is there.
    #[uniffi(default = None)]
    pub committed_at_validity: Option<UInt8Column>,
    /// Whether each only joins others.
    #[uniffi(default = None)]
    pub merge: Option<BoolColumn>,
    /// The indices of the changes that each reverts.
    #[uniffi(default = None)]
    pub reverts: Option<MetricsLists>,
}

/// Incidents by columns.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsIncidentColumns {
    /// When each was detected, in milliseconds since 1970.
    pub detected_at: Int64Column,
    /// When each was resolved, in milliseconds since 1970.
    #[uniffi(default = None)]
    pub resolved_at: Option<Int64Column>,
    /// Where `resolvedAt` is there: one bit a row, lowest first.
    #[uniffi(default = None)]
    pub resolved_at_validity: Option<UInt8Column>,
    /// As for deployments.
    #[uniffi(default = None)]
    pub service: Option<UInt32Column>,
    /// As for deployments.
    #[uniffi(default = None)]
    pub environment: Option<UInt32Column>,
    /// The index of the deployment that caused each; 2^32 - 1 (in Kotlin -1) for none.
    #[uniffi(default = None)]
    pub caused_by: Option<UInt32Column>,
    /// Whether each repeats another.
    #[uniffi(default = None)]
    pub duplicate: Option<BoolColumn>,
}

/// All events by columns: two gigabytes of them at most. Unknown columns are left out, not empty.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetricsEventColumns {
    /// The deployments. Default: none.
    #[uniffi(default = None)]
    pub deployments: Option<MetricsDeploymentColumns>,
    /// The changes. Default: none.
    #[uniffi(default = None)]
    pub changes: Option<MetricsChangeColumns>,
    /// The incidents. Default: none.
    #[uniffi(default = None)]
    pub incidents: Option<MetricsIncidentColumns>,
    /// The names of the environments. Default: `production` alone.
    #[uniffi(default = None)]
    pub environments: Option<Vec<String>>,
    /// How many services there are: their codes are below this. Default: 1.
    #[uniffi(default = 1)]
    pub services: u32,
}

#[uniffi::export]
pub fn ffi_metrics_dora_columns(
    columns: MetricsEventColumns,
    policy: Policy,
    range: TimeRange,
    unit: BucketUnit,
    zone: &str,
) -> Encoded<DoraReport> {
    // A call without rows finds every fault of the other arguments, so what is left belongs to the columns.
    let beside = metrics::dora(&[], &[], &[], &policy, &range, &unit, zone);
    let report = beside
        .and_then(|_| columns.report(&policy, &range, unit, zone).map_err(|error| error.under("columns")));
    Encoded(report.map_err(RelcoreError::from))
}

impl MetricsEventColumns {
    fn report(
        &self,
        policy: &Policy,
        range: &TimeRange,
        unit: BucketUnit,
        zone: &str,
    ) -> relcore::Result<DoraReport> {
        let Self { deployments, changes, incidents, environments, services } = self;
        let environments = environments.as_deref().map(|names| names.iter().map(String::as_str).collect());
        let environments: Vec<&str> = environments.unwrap_or_else(|| vec!["production"]);
        let events = Events {
            deployments: deployments
                .as_ref()
                .map(MetricsDeploymentColumns::borrow)
                .transpose()?
                .unwrap_or_default(),
            changes: changes.as_ref().map(MetricsChangeColumns::borrow).transpose()?.unwrap_or_default(),
            incidents: incidents
                .as_ref()
                .map(MetricsIncidentColumns::borrow)
                .transpose()?
                .unwrap_or_default(),
            environments: &environments,
            services: *services,
        };
        columns::dora(&events, policy, range, &unit, zone)
    }
}

impl MetricsDeploymentColumns {
    fn borrow(&self) -> relcore::Result<columns::DeploymentColumns<'_>> {
        let rows = self.finished_at.0.len();
        if self.changes.is_some() && self.listed_changes.is_some() {
            return Err(refuse(
                "deployments.listedChanges",
                "is given beside `changes`: expected one of them",
            ));
        }
        Ok(columns::DeploymentColumns {
            finished_at: &self.finished_at.0,
            outcome: &self.outcome.0,
            intent: given(self.intent.as_ref().map(|of| &of.0), rows, "deployments.intent")?,
            service: given(self.service.as_ref().map(|of| &of.0), rows, "deployments.service")?,
            environment: given(self.environment.as_ref().map(|of| &of.0), rows, "deployments.environment")?,
            revision: given(self.revision.as_ref().map(|of| &of.0), rows, "deployments.revision")?,
            remediates: lists(self.remediates.as_ref(), rows, "deployments.remediates")?,
            changes: match &self.changes {
                Some(offsets) => ListedChanges::Nested(given(Some(&offsets.0), rows, "deployments.changes")?),
                None => ListedChanges::Indexed(lists(
                    self.listed_changes.as_ref(),
                    rows,
                    "deployments.listedChanges",
                )?),
            },
        })
    }
}

impl MetricsChangeColumns {
    fn borrow(&self) -> relcore::Result<columns::ChangeColumns<'_>> {
        let rows = self.authored_at.0.len();
        let committed_at = given(self.committed_at.as_ref().map(|of| &of.0), rows, "changes.committedAt")?;
        Ok(columns::ChangeColumns {
            authored_at: instants(
                &self.authored_at.0,
                self.authored_at_validity.as_ref(),
                "changes.authoredAtValidity",
            )?,
            committed_at: instants(
                committed_at,
                self.committed_at_validity.as_ref(),
                "changes.committedAtValidity",
            )?,
            merge: flags(self.merge.as_ref(), rows, "changes.merge")?,
            reverts: lists(self.reverts.as_ref(), rows, "changes.reverts")?,
        })
    }
}

impl MetricsIncidentColumns {
    fn borrow(&self) -> relcore::Result<columns::IncidentColumns<'_>> {
        let rows = self.detected_at.0.len();
        let resolved_at = given(self.resolved_at.as_ref().map(|of| &of.0), rows, "incidents.resolvedAt")?;
        Ok(columns::IncidentColumns {
            detected_at: &self.detected_at.0,
            resolved_at: instants(
                resolved_at,
                self.resolved_at_validity.as_ref(),
                "incidents.resolvedAtValidity",
            )?,
            service: given(self.service.as_ref().map(|of| &of.0), rows, "incidents.service")?,
            environment: given(self.environment.as_ref().map(|of| &of.0), rows, "incidents.environment")?,
            caused_by: given(self.caused_by.as_ref().map(|of| &of.0), rows, "incidents.causedBy")?,
            duplicate: flags(self.duplicate.as_ref(), rows, "incidents.duplicate")?,
        })
    }
}

/// A column that may be left out. An empty one is refused if there are rows: leaving it out says that nothing is known.
fn given<'a, T>(column: Option<&'a Vec<T>>, rows: usize, path: &str) -> relcore::Result<&'a [T]> {
    match column {
        Some(column) if column.is_empty() && rows > 0 => {
            Err(refuse(path, "is empty: leave out what is not there"))
        }
        Some(column) => Ok(column),
        None => Ok(&[]),
    }
}

fn lists<'a>(
    column: Option<&'a MetricsLists>,
    rows: usize,
    path: &str,
) -> relcore::Result<columns::Lists<'a>> {
    let Some(column) = column else { return Ok(columns::Lists::default()) };
    Ok(columns::Lists { offsets: given(Some(&column.offsets.0), rows, path)?, items: &column.items.0 })
}

fn instants<'a>(
    millis: &'a [i64],
    validity: Option<&'a UInt8Column>,
    path: &str,
) -> relcore::Result<Instants<'a>> {
    let validity = validity.map(|bits| bits.0.as_slice());
    if validity.is_some_and(|bits| bits.len() != millis.len().div_ceil(8)) {
        return Err(refuse(path, "is not one bit for each row"));
    }
    Ok(Instants { millis, validity })
}

fn flags<'a>(column: Option<&'a BoolColumn>, rows: usize, path: &str) -> relcore::Result<&'a [bool]> {
    let bytes = given(column.map(|of| &of.0), rows, path)?;
    bytemuck::checked::try_cast_slice(bytes).map_err(|_| refuse(path, "has a byte that is neither 0 nor 1"))
}

fn refuse(path: &str, text: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, path, text)
}

/// Numbers encoded as their bytes in memory, in UniFFI's form of bytes. UniFFI decodes its own `Vec<u8>` byte by byte;
/// this is copied at once.
#[derive(Debug)]
pub struct Packed<T>(Vec<T>);

// SAFETY: the form is that of `Vec<u8>`, whose type it names: a length of 32 bits, then so many bytes.
unsafe impl<UT, T: Pod> Lift<UT> for Packed<T> {
    type FfiType = RustBuffer;

    fn try_lift(buffer: RustBuffer) -> anyhow::Result<Self> {
        <Self as Lift<UT>>::try_lift_from_rust_buffer(buffer)
    }

    fn try_read(buffer: &mut &[u8]) -> anyhow::Result<Self> {
        let length = usize::try_from(<i32 as Lift<UT>>::try_read(buffer)?)?;
        let (bytes, rest) = buffer.split_at_checked(length).ok_or_else(|| anyhow::anyhow!("cut short"))?;
        *buffer = rest;
        // Longer ones are cut by the other side, to a length that is odd.
        if length % size_of::<T>() != 0 {
            let error = Error::new(ErrorKind::OutOfRange, "", "has a column of two gigabytes or more");
            return Err(error.into());
        }
        Ok(Self(bytemuck::pod_collect_to_vec(bytes)))
    }
}

// SAFETY: as for `Lift`.
unsafe impl<UT, T: Pod> Lower<UT> for Packed<T> {
    type FfiType = RustBuffer;

    fn lower(column: Self) -> RustBuffer {
        <Self as Lower<UT>>::lower_into_rust_buffer(column)
    }

    fn write(column: Self, buffer: &mut Vec<u8>) {
        <Vec<u8> as Lower<UT>>::write(bytemuck::cast_slice(&column.0).to_vec(), buffer);
    }
}

impl<UT, T> TypeId<UT> for Packed<T> {
    const TYPE_ID_META: MetadataBuffer = <Vec<u8> as TypeId<UT>>::TYPE_ID_META;
}

macro_rules! column {
    ($(#[$docs:meta])* $name:ident, $of:ty) => {
        $(#[$docs])*
        #[derive(Clone, Debug)]
        pub struct $name(Vec<$of>);

        uniffi::custom_type!($(#[$docs])* $name, Packed<$of>, {
            lower: |column| Packed(column.0),
            try_lift: |packed| Ok($name(packed.0)),
        });
    };
}

column!(
    /// 64-bit integers.
    Int64Column,
    i64
);
column!(
    /// 32-bit integers without a sign; in Kotlin those with the same bits.
    UInt32Column,
    u32
);
column!(
    /// Bytes.
    UInt8Column,
    u8
);
column!(
    /// Truth values.
    BoolColumn,
    u8
);
