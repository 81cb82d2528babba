//! The columns of a call: read into structs and checked by their declaration. Who reads the structs relies on it: every
//! column is empty or as long as its table, every code is in its table, every list lies within its items.
use super::declare::{Kind, Record};
use super::{Instants, Lists, Members};
use crate::error::{Error, ErrorKind, Faults, Result, join};
use crate::time::Timestamp;
use crate::wire::wire_name;
use std::collections::BTreeMap;

/// One column, borrowed; or the names, or how many there are.
#[derive(Clone, Debug)]
pub enum Column<'a> {
    /// Of [`Kind::Instants`] and [`Kind::OptionalInstants`].
    Instants(Instants<'a>),
    /// Of [`Kind::Values`] and [`Kind::Validity`].
    Bytes(&'a [u8]),
    /// Of [`Kind::Codes`], [`Kind::Labels`], [`Kind::Indices`] and [`Kind::Offsets`].
    Numbers(&'a [u32]),
    /// Of [`Kind::Flags`].
    Flags(&'a [bool]),
    /// Of [`Kind::Lists`].
    Lists(Lists<'a>),
    /// Of [`Kind::Names`].
    Names(Vec<&'a str>),
    /// Of [`Kind::Count`].
    Count(u32),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Instants(instants) => instants.millis.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Flags(flags) => flags.len(),
            Self::Lists(lists) => lists.offsets.len(),
            Self::Names(names) => names.len(),
            Self::Count(count) => *count as usize,
        }
    }
}

/// The columns that are given, by their paths on the wire: `columns.deployments.finishedAt`.
#[derive(Clone, Debug, Default)]
pub struct Columns<'a>(BTreeMap<String, Column<'a>>);

/// The name of the argument, with which every path begins.
pub const ROOT: &str = "columns";

/// The longest column: its indices fit into 32 bits with space for [`NONE`].
const LONGEST: usize = 1 << 30;

/// The largest number of names.
const MOST_NAMES: usize = 1 << 24;

impl<'a> Columns<'a> {
    /// Adds a column.
    pub fn insert(&mut self, path: String, column: Column<'a>) {
        self.0.insert(path, column);
    }

    /// The set of tables with these columns.
    ///
    /// # Errors
    /// `invalid_value` for an empty column of a table that has rows, which would say that it was left out, and for
    /// [`Members`] in both forms.
    pub fn read<T: Tables<'a>>(&'a self) -> Result<T> {
        let mut faults = Faults::new();
        for field in T::RECORD.fields {
            let Kind::Table(table) = field.kind else { continue };
            let parent = field.path(ROOT);
            let rows = self.rows(table, &parent);
            for column in table.columns().iter().filter(|column| !column.required) {
                let path = column.path(&parent);
                let holds = rows == 0 || self.0.get(&path).is_none_or(|column| column.len() > 0);
                invalid(holds, &path, "is empty: leave out what is not there", &mut faults);
            }
        }
        faults.finish()?;
        T::read(self, ROOT, &Kind::Table(T::RECORD))
    }

    fn check(&self, set: &'static Record, faults: &mut Faults) {
        for field in set.fields {
            let path = field.path(ROOT);
            let is_any = (1..=MOST_NAMES).contains(&self.len(&path));
            match field.kind {
                Kind::Table(table) => self.check_table(set, table, &path, faults),
                Kind::Names(_) => invalid(is_any, &path, "must name at least one", faults),
                _ => invalid(is_any, &path, "must be from 1 to 16,777,216", faults),
            }
        }
    }

    fn check_table(&self, set: &'static Record, table: &'static Record, parent: &str, faults: &mut Faults) {
        let rows = self.rows(table, parent);
        invalid(rows <= LONGEST, parent, "has more than 2^30 rows", faults);
        for field in table.columns() {
            let path = field.path(parent);
            let Some(column) = self.0.get(&path) else { continue };
            let offsets = match (column, field.kind) {
                (Column::Lists(lists), _) => Some((lists.offsets, lists.items.len())),
                (Column::Numbers(offsets), Kind::Offsets(of)) => Some((*offsets, self.rows_of(set, of))),
                _ => None,
            };
            if let Some((offsets, items)) = offsets {
                let text = "has offsets that fall, are too few or point beyond the items";
                invalid(are_offsets(offsets, rows, items), &path, text, faults);
                continue;
            }
            if column.len() != rows && (field.required || column.len() > 0) {
                invalid(false, &path, "is not as long as the other columns", faults);
                continue;
            }
            let (holds, text) = match (column, field.kind) {
                (Column::Instants(of), _) => {
                    let one_bit_each =
                        of.validity.is_none_or(|bits| bits.len() == of.millis.len().div_ceil(8));
                    invalid(
                        one_bit_each,
                        &format!("{path}{VALIDITY}"),
                        "is not one bit for each row",
                        faults,
                    );
                    (within_time(*of), "has an instant outside the years 1 to 9999")
                }
                (Column::Bytes(codes), Kind::Values(values)) => {
                    let end = (values.texts)().len();
                    (codes.iter().all(|code| usize::from(*code) < end), "has a code beyond its table")
                }
                (Column::Numbers(codes), Kind::Codes(of)) => {
                    let end = self.len(&join(ROOT, &wire_name(of)));
                    (codes.iter().all(|code| (*code as usize) < end), "has a code beyond its table")
                }
                _ => continue,
            };
            invalid(holds, &path, text, faults);
        }
    }

    /// The number of rows of the table that a field of a set is.
    fn rows_of(&self, set: &'static Record, name: &str) -> usize {
        let field = set.fields.iter().find(|field| field.name == name);
        field.map_or(0, |field| match field.kind {
            Kind::Table(table) => self.rows(table, &field.path(ROOT)),
            _ => 0,
        })
    }

    /// The number of rows of a table.
    fn rows(&self, table: &'static Record, parent: &str) -> usize {
        table.fields.first().map_or(0, |field| self.len(&field.path(parent)))
    }

    fn len(&self, path: &str) -> usize {
        self.0.get(path).map_or(0, Column::len)
    }
}

/// What the name of a column of validity ends with.
const VALIDITY: &str = "Validity";

fn invalid(holds: bool, path: &str, text: &str, faults: &mut Faults) {
    faults.check(holds, ErrorKind::InvalidValue, format_args!("{path}"), format_args!("{text}"));
}

/// Whether all instants that are present lie in the years that a timestamp can hold.
fn within_time(of: Instants<'_>) -> bool {
    let range = Timestamp::MIN_MILLIS..=Timestamp::MAX_MILLIS;
    match of.validity {
        None => of.millis.iter().all(|at| range.contains(at)),
        Some(_) => (0..of.millis.len()).filter_map(|index| of.at(index)).all(|at| range.contains(&at)),
    }
}

/// Whether these are the offsets of so many rows into so many items, or of none.
fn are_offsets(offsets: &[u32], rows: usize, items: usize) -> bool {
    let Some(end) = offsets.last() else { return true };
    offsets.len() == rows.saturating_add(1) && offsets.is_sorted() && *end as usize <= items
}

/// A struct or a field of it that is read from [`Columns`] and written to them.
pub trait Form<'a>: Sized {
    /// Borrows it; empty, or the default of its kind, where nothing is given.
    ///
    /// # Errors
    /// `wrong_type` for a column of another form.
    fn read(columns: &'a Columns<'a>, path: &str, kind: &Kind) -> Result<Self>;

    /// Adds what it borrows.
    fn write(&self, columns: &mut Columns<'a>, path: &str);
}

/// A table or a set of tables, with its declaration.
pub trait Tables<'a>: Form<'a> {
    /// The declaration.
    const RECORD: &'static Record;
}

/// Adds every fault of a set of tables.
pub(crate) fn check<'a, T: Tables<'a>>(tables: &T, faults: &mut Faults) {
    let mut columns = Columns::default();
    tables.write(&mut columns, ROOT);
    columns.check(T::RECORD, faults);
}

macro_rules! forms {
    ($($type:ty: $kind:ident($given:pat => $read:expr, $own:ident => $write:expr), $absent:expr;)*) => {$(
        impl<'a> Form<'a> for $type {
            fn read(columns: &'a Columns<'a>, path: &str, kind: &Kind) -> Result<Self> {
                match columns.0.get(path) {
                    Some(Column::$kind($given)) => Ok($read),
                    None => Ok($absent(kind)),
                    Some(_) => Err(Error::new(ErrorKind::WrongType, path, "is a column of another form")),
                }
            }

            fn write(&self, columns: &mut Columns<'a>, path: &str) {
                let $own = self;
                columns.insert(path.to_owned(), Column::$kind($write));
            }
        }
    )*};
}

forms! {
    &'a [i64]: Instants(Instants { millis, validity: None } => millis, own => Instants { millis: own, validity: None }),
        |_| &[][..];
    &'a [u8]: Bytes(bytes => bytes, own => own), |_| &[][..];
    &'a [u32]: Numbers(numbers => numbers, own => own), |_| &[][..];
    &'a [bool]: Flags(flags => flags, own => own), |_| &[][..];
    Lists<'a>: Lists(lists => *lists, own => *own), |_| Lists::default();
    &'a [&'a str]: Names(names => names, own => own.to_vec()),
        |kind: &Kind| if let Kind::Names(names) = kind { *names } else { &[] };
    u32: Count(count => *count, own => *own), |kind: &Kind| if let Kind::Count(count) = kind { *count } else { 0 };
}

impl<'a> Form<'a> for Instants<'a> {
    /// A column of validity goes before the validity that the instants have themselves.
    fn read(columns: &'a Columns<'a>, path: &str, kind: &Kind) -> Result<Self> {
        let own = match columns.0.get(path) {
            Some(Column::Instants(own)) => *own,
            _ => Instants { millis: Form::read(columns, path, kind)?, validity: None },
        };
        let path = format!("{path}{VALIDITY}");
        let beside =
            columns.0.contains_key(&path).then(|| Form::read(columns, &path, &Kind::Validity)).transpose()?;
        Ok(Instants { validity: beside.or(own.validity), ..own })
    }

    fn write(&self, columns: &mut Columns<'a>, path: &str) {
        columns.insert(path.to_owned(), Column::Instants(*self));
    }
}

impl<'a> Form<'a> for Members<'a> {
    fn read(columns: &'a Columns<'a>, path: &str, kind: &Kind) -> Result<Self> {
        let listed = listed(path);
        match (columns.0.contains_key(path), columns.0.contains_key(&listed)) {
            (true, true) => {
                let name = path.rsplit('.').next().unwrap_or_default();
                let text = format!("is given beside `{name}`: expected one of them");
                Err(Error::new(ErrorKind::InvalidValue, listed, text))
            }
            (_, false) => Form::read(columns, path, kind).map(Self::Nested),
            (false, true) => Form::read(columns, &listed, kind).map(Self::Indexed),
        }
    }

    fn write(&self, columns: &mut Columns<'a>, path: &str) {
        match self {
            Self::Nested(offsets) => offsets.write(columns, path),
            Self::Indexed(lists) => lists.write(columns, &listed(path)),
        }
    }
}

/// The path of the lists beside offsets of this path.
fn listed(path: &str) -> String {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    join(parent, &wire_name(&format!("listed_{name}")))
}
