//! What columns a table has, as data.
use crate::error::join;
use crate::wire::wire_name;
use std::borrow::Cow;

/// What a table or a set of tables is declared to have, as data. Bindings read columns by it, and their classes are
/// generated from it.
#[derive(Debug)]
pub struct Record {
    /// The name in other languages: `DeploymentColumns`.
    pub name: &'static str,
    /// The documentation.
    pub docs: &'static str,
    /// The fields in the order of declaration. The first column of a table has the length of all.
    pub fields: &'static [Field],
}

/// A field of a [`Record`].
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in Rust and Python: `finished_at`.
    pub name: Cow<'static, str>,
    /// The documentation.
    pub docs: Cow<'static, str>,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Instants, none of which is absent.
    Instants,
    /// Instants, some of which may be absent.
    OptionalInstants,
    /// Where the instants of another column are present.
    Validity,
    /// Values of an enum.
    Values(Values),
    /// Codes of names. This field of the set has the names or their number.
    Codes(&'static str),
    /// Codes of names that nothing lists, or none.
    Labels,
    /// Indices of rows of this table, or none.
    Indices(&'static str),
    /// Whether something holds.
    Flags,
    /// Offsets into this table: one more than there are rows.
    Offsets(&'static str),
    /// Lists of indices of rows of this table.
    Lists(&'static str),
    /// [`Members`](super::Members) from this table.
    Members(&'static str),
    /// A table.
    Table(&'static Record),
    /// Names; without them, these.
    Names(&'static [&'static str]),
    /// A number of names; without it, this.
    Count(u32),
}

/// The values of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    /// Their texts on the wire, by code.
    pub texts: fn() -> Vec<String>,
    /// The code that stands for an absent value, if one may be absent.
    pub absent: Option<u8>,
}

impl Record {
    /// The columns as other languages see them: instants that may be absent have a column of validity behind them, and
    /// [`Kind::Members`] are a column of offsets and one of lists.
    #[must_use]
    pub fn columns(&self) -> Vec<Field> {
        let mut columns = Vec::new();
        for field in self.fields {
            let name = &field.name;
            let optional = |name: String, docs: String, kind| Field {
                name: name.into(),
                docs: docs.into(),
                kind,
                required: false,
            };
            match field.kind {
                Kind::OptionalInstants => {
                    let docs = format!(
                        "Where `{name}` is present: one bit a row, lowest first. Everywhere if left out."
                    );
                    columns.push(field.clone());
                    columns.push(optional(format!("{name}_validity"), docs, Kind::Validity));
                }
                Kind::Members(of) => {
                    let docs = format!(
                        "Instead of `{name}`: the indices of those of each, of which several may share one."
                    );
                    columns.push(Field { kind: Kind::Offsets(of), ..field.clone() });
                    columns.push(optional(format!("listed_{name}"), docs, Kind::Lists(of)));
                }
                _ => columns.push(field.clone()),
            }
        }
        columns
    }
}

impl Field {
    /// The path of the field below that of its record.
    #[must_use]
    pub fn path(&self, parent: &str) -> String {
        join(parent, &wire_name(&self.name))
    }
}
