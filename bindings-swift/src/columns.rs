//! The columns door of the metrics: a million deployments without an object each.
//!
//! By hand beside the generated functions, because UniFFI turns a list over number by number and boxes each in Kotlin.
//! A column crosses as the bytes that it is in memory; `uniffi.toml` says what Swift and Kotlin see instead
//! (`[Int64]`, `LongArray`), and `Columns.swift` and `Columns.kt` take the bytes from it.
use crate::{answer::Written, error::RelcoreError};
use bytemuck::Pod;
use relcore::metrics::columns::{self, Events, Instants, ListedChanges};
use relcore::metrics::{self, DoraReport, MetricsPolicy};
use relcore::time::{BucketUnit, TimeRange};
use relcore::{Error, ErrorKind};
use uniffi::{Lift, Lower, MetadataBuffer, RustBuffer, TypeId, deps::anyhow};

/// A list of indices for each row, one after the other: Arrow's `List`.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Lists {
    /// Where the list of each row begins, and at the end where the last one ends: one more than there are rows.
    pub offsets: UInt32Column,
    /// The items of all lists.
    pub items: UInt32Column,
}

/// Deployments by columns; their index is their identity. All columns have one length.
#[derive(Clone, Debug, uniffi::Record)]
pub struct DeploymentColumns {
    /// When each finished, in milliseconds since 1970.
    pub finished_at: Int64Column,
    /// How each ended: the place in `DeploymentOutcome`, 0 for success.
    pub outcome: UInt8Column,
    /// What each was for: the place in `DeploymentIntent`.
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
    pub remediates: Option<Lists>,
    /// The changes of deployment `i` are those from `changes[i]` to before `changes[i + 1]`: one more than rows.
    #[uniffi(default = None)]
    pub changes: Option<UInt32Column>,
    /// Instead of `changes`, where a change belongs to several deployments: the indices of the changes of each.
    #[uniffi(default = None)]
    pub listed_changes: Option<Lists>,
}

/// Changes by columns. A validity column has one bit a row, lowest first, set where the instant is there.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ChangeColumns {
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
    pub reverts: Option<Lists>,
}

/// Incidents by columns.
#[derive(Clone, Debug, uniffi::Record)]
pub struct IncidentColumns {
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

/// All events by columns: two gigabytes of them at most. What is not there is left out, not empty.
#[derive(Clone, Debug, uniffi::Record)]
pub struct EventColumns {
    /// The deployments. Default: none.
    #[uniffi(default = None)]
    pub deployments: Option<DeploymentColumns>,
    /// The changes. Default: none.
    #[uniffi(default = None)]
    pub changes: Option<ChangeColumns>,
    /// The incidents. Default: none.
    #[uniffi(default = None)]
    pub incidents: Option<IncidentColumns>,
    /// The names of the environments. Default: `production` alone.
    #[uniffi(default = None)]
    pub environments: Option<Vec<String>>,
    /// How many services there are: their codes are below this. Default: 1.
    #[uniffi(default = 1)]
    pub services: u32,
}

/// The five delivery metrics from columns of numbers: the report that `metricsDora` gives for the same events.
///
/// Errors: as `metricsDora`, and `invalid_value` for columns of different lengths, codes beyond their table and offsets
/// that fall, with the path of the column: `columns.deployments.outcome`.
#[uniffi::export]
pub fn metrics_dora_columns(
    columns: EventColumns,
    policy: MetricsPolicy,
    range: TimeRange,
    unit: BucketUnit,
    zone: &str,
) -> Written<DoraReport> {
    // Without rows it says all that is wrong with what goes beside the columns; whatever is left is theirs.
    let beside = metrics::dora(&[], &[], &[], &policy, &range, &unit, zone);
    let report = beside
        .and_then(|_| columns.report(&policy, &range, unit, zone).map_err(|error| error.under("columns")));
    Written(report.map_err(RelcoreError::from))
}

impl EventColumns {
    fn report(
        &self,
        policy: &MetricsPolicy,
        range: &TimeRange,
        unit: BucketUnit,
        zone: &str,
    ) -> relcore::Result<DoraReport> {
        let Self { deployments, changes, incidents, environments, services } = self;
        let environments = environments.as_deref().map(|names| names.iter().map(String::as_str).collect());
        let environments: Vec<&str> = environments.unwrap_or_else(|| vec!["production"]);
        let events = Events {
            deployments: deployments.as_ref().map(DeploymentColumns::lend).transpose()?.unwrap_or_default(),
            changes: changes.as_ref().map(ChangeColumns::lend).transpose()?.unwrap_or_default(),
            incidents: incidents.as_ref().map(IncidentColumns::lend).transpose()?.unwrap_or_default(),
            environments: &environments,
            services: *services,
        };
        columns::dora(&events, policy, range, &unit, zone)
    }
}

impl DeploymentColumns {
    fn lend(&self) -> relcore::Result<columns::DeploymentColumns<'_>> {
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

impl ChangeColumns {
    fn lend(&self) -> relcore::Result<columns::ChangeColumns<'_>> {
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

impl IncidentColumns {
    fn lend(&self) -> relcore::Result<columns::IncidentColumns<'_>> {
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

/// A column that may be left out. An empty one would be read as "nobody knows", which is to be said by leaving it out.
fn given<'a, T>(column: Option<&'a Vec<T>>, rows: usize, path: &str) -> relcore::Result<&'a [T]> {
    match column {
        Some(column) if column.is_empty() && rows > 0 => {
            Err(refuse(path, "is empty: leave out what is not there"))
        }
        Some(column) => Ok(column),
        None => Ok(&[]),
    }
}

fn lists<'a>(column: Option<&'a Lists>, rows: usize, path: &str) -> relcore::Result<columns::Lists<'a>> {
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

/// Numbers that cross as the bytes that they are in memory, in UniFFI's form of bytes. UniFFI's own `Vec<u8>` is read
/// byte by byte; this is copied at once.
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
