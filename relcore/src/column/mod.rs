//! Whole histories by columns of numbers: a million rows without an object for each.
//!
//! - A table has one column for each field of its rows. All columns of a table have one length.
//! - A row is identified by its index in the table: other columns hold that index to refer to it.
//! - An instant is the number of milliseconds since 1970 in UTC. A bitmap of validity has one bit a row, lowest first,
//!   set where the instant is present, as in Arrow; without it, all are present.
//! - A code is an index from 0: of a value in the order of its enum, or of a name. 2^32 - 1 (-1 as a signed number) is
//!   none.
//! - Lists are offsets and items, as in Arrow: `offsets` has the index at which the list of each row begins, then the
//!   count of all items.
//! - A column that is left out means that its values are unknown for all rows.
mod columns;
mod declare;
mod given;

pub(crate) use columns::columns;
pub use declare::{Field, Kind, Record, Values};
pub(crate) use given::check;
pub use given::{Column, Columns, Form, ROOT, Tables};

/// The code or index that stands for none.
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

/// How rows name those of another table that belong to them.
#[derive(Clone, Copy, Debug)]
pub enum Members<'a> {
    /// Those of row `i` are those from `offsets[i]` to before `offsets[i + 1]`: each belongs to one row. The fastest
    /// form.
    Nested(&'a [u32]),
    /// Each row lists indices. An index beyond the table is one not in the input.
    Indexed(Lists<'a>),
}

impl Default for Members<'_> {
    fn default() -> Self {
        Self::Nested(&[])
    }
}
