//! The events by columns, as data: borrowed slices, one row an event.

/// The code or index that stands for none, in columns of numbers that cannot say so otherwise.
pub const NONE: u32 = u32::MAX;

/// Milliseconds since 1970, some of which may be absent.
///
/// ```
/// use relcore::metrics::columns::Instants;
/// let resolved = Instants { millis: &[1000, 0, 3000], validity: Some(&[0b101]) };
/// assert_eq!((resolved.at(0), resolved.at(1), resolved.at(2)), (Some(1000), None, Some(3000)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Instants<'a> {
    /// The instants; a value that the bitmap marks as absent is not read.
    pub millis: &'a [i64],
    /// One bit per instant, lowest first, set where it is present: Arrow's validity bitmap. Without it, all are present.
    pub validity: Option<&'a [u8]>,
}

impl Instants<'_> {
    /// The instant at an index; `None` where it is absent, or beyond the column.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<i64> {
        if let Some(bits) = self.validity
            && bits.get(index / 8).is_none_or(|byte| byte >> (index % 8) & 1 == 0)
        {
            return None;
        }
        self.millis.get(index).copied()
    }
}

/// A list of indices for every row, one after the other: Arrow's `List`.
///
/// ```
/// use relcore::metrics::columns::Lists;
/// let lists = Lists { offsets: &[0, 2, 2, 3], items: &[7, 8, 9] };
/// assert_eq!((lists.of(0), lists.of(1), lists.of(2)), ([7, 8].as_slice(), [].as_slice(), [9].as_slice()));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Lists<'a> {
    /// The index in `items` at which the list of each row begins, and at the end where the last list ends. Empty when
    /// all lists are empty.
    pub offsets: &'a [u32],
    /// The items of all lists.
    pub items: &'a [u32],
}

impl<'a> Lists<'a> {
    /// The list of a row; empty beyond the last row.
    #[must_use]
    pub fn of(&self, row: usize) -> &'a [u32] {
        let bounds = self.offsets.get(row).zip(self.offsets.get(row.saturating_add(1)));
        bounds.and_then(|(from, to)| self.items.get(*from as usize..*to as usize)).unwrap_or_default()
    }
}

/// Deployments by columns. Their index is their identity; of two that finish in the same instant the lower is earlier.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeploymentColumns<'a> {
    /// When each finished, in milliseconds since 1970. Ascending is fastest, any order is right.
    pub finished_at: &'a [i64],
    /// How each ended: the index of its [`DeploymentOutcome`](super::DeploymentOutcome), in the order of that list
    /// from 0 for success to 5 for skip.
    pub outcome: &'a [u8],
    /// What each was for: the index of its [`DeploymentIntent`](super::DeploymentIntent), in the order of that list
    /// from 0 for planned to 4 for unknown. Empty when it is unknown for all.
    pub intent: &'a [u8],
    /// The code of each one's service. Empty when there is one service.
    pub service: &'a [u32],
    /// The index into [`Events::environments`] of each one's environment. Empty when all went to the first.
    pub environment: &'a [u32],
    /// The code of each one's revision, or [`NONE`]. Empty when it is unknown for all.
    pub revision: &'a [u32],
    /// The indices of the deployments that each remediates. An index beyond the table is one not in the input.
    pub remediates: Lists<'a>,
    /// The changes of each.
    pub changes: ListedChanges<'a>,
}

/// How deployments name their changes.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
pub enum ListedChanges<'a> {
    /// The changes of deployment `i` are those from `offsets[i]` to before `offsets[i + 1]`: each belongs to one
    /// deployment. The fastest form.
    Nested(&'a [u32]),
    /// Each deployment lists indices of changes. An index beyond the table is one not in the input.
    Indexed(Lists<'a>),
}

impl Default for ListedChanges<'_> {
    fn default() -> Self {
        Self::Nested(&[])
    }
}

/// Changes by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeColumns<'a> {
    /// When each was written.
    pub authored_at: Instants<'a>,
    /// When each was committed. Empty when it is unknown for all.
    pub committed_at: Instants<'a>,
    /// Whether each only joins others. Empty when none does.
    pub merge: &'a [bool],
    /// The indices of the changes that each reverts.
    pub reverts: Lists<'a>,
}

/// Incidents by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct IncidentColumns<'a> {
    /// When each was detected, in milliseconds since 1970.
    pub detected_at: &'a [i64],
    /// When each was resolved.
    pub resolved_at: Instants<'a>,
    /// The code of the service of each. Empty when there is one service.
    pub service: &'a [u32],
    /// The index into [`Events::environments`] of the environment of each. Empty when all are in the first.
    pub environment: &'a [u32],
    /// The index of the deployment that caused each, or [`NONE`]. Empty when it is unknown for all.
    pub caused_by: &'a [u32],
    /// Whether each repeats another. Empty when none does.
    pub duplicate: &'a [bool],
}

/// All events by columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Events<'a> {
    /// The deployments.
    pub deployments: DeploymentColumns<'a>,
    /// The changes.
    pub changes: ChangeColumns<'a>,
    /// The incidents.
    pub incidents: IncidentColumns<'a>,
    /// The names of the environments.
    pub environments: &'a [&'a str],
    /// How many services there are: their codes are below this. At least 1.
    pub services: u32,
}
