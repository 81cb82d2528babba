//! Codes of names and indices of ids, made from texts and numbers in one pass.
use crate::input::Names;
use crate::run::{Cell, Refused, Run, Values};
use hashbrown::HashMap;
use relcore::ErrorKind;
use relcore::column::{Kind, NONE};

/// An index that no table has: the id is not in the input.
const UNKNOWN: u32 = NONE - 1;

/// A name or an id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Number(i64),
}

impl<'a> Key<'a> {
    fn of(cell: Cell<'a>, what: &str) -> Result<Self, Refused> {
        match cell {
            cell if cell.is_none() => Err(format!("is null or empty: expected {what} in every row").into()),
            Cell::Text(text) => Ok(Self::Text(text)),
            Cell::Number(number) => Ok(Self::Number(number)),
            Cell::Null | Cell::Flag(_) | Cell::Instant(_) => {
                Err(format!("expected {what}: text or a whole number").into())
            }
        }
    }
}

/// The codes of the names in columns that share a list of names.
pub struct Codes<'a> {
    names: &'a Names,
    /// Whether only the names that were given may occur.
    is_closed: bool,
    codes: HashMap<Key<'a>, u32>,
    list: Vec<String>,
    /// Whether columns have names, and whether they have codes: only one of both has a meaning.
    has: (bool, bool),
}

impl<'a> Codes<'a> {
    pub fn new(names: &'a Names) -> Self {
        let default = if let Kind::Names(default) = names.kind { default } else { &[] };
        // A dataclass has the default where nothing was given.
        let closed = names.given.as_ref().filter(|given| *given != default);
        let mut codes = Self {
            names,
            is_closed: closed.is_some(),
            codes: HashMap::new(),
            list: Vec::new(),
            has: (false, false),
        };
        // Those of the default come first: a column that is left out means the first name.
        let first = default.iter().copied().filter(|_| closed.is_none());
        for name in first.chain(closed.into_iter().flatten().map(String::as_str)) {
            codes.add(Key::Text(name));
        }
        codes
    }

    /// Whether columns that have names and columns that have codes are mixed, after one more of them.
    pub fn mixes(&mut self, are_names: bool) -> bool {
        self.has = (self.has.0 || are_names, self.has.1 || !are_names);
        self.has == (true, true)
    }

    /// The code of a name.
    pub fn code(&mut self, cell: Cell<'a>) -> Result<u32, Refused> {
        let key = Key::of(cell, "a name")?;
        match self.codes.get(&key) {
            Some(code) => Ok(*code),
            None if self.is_closed => {
                let name = if let Key::Text(text) = key { text } else { "a number" };
                Err(format!("`{name}` is not one of `{}`", self.names.field).into())
            }
            None => Ok(self.add(key)),
        }
    }

    fn add(&mut self, key: Key<'a>) -> u32 {
        let code = u32::try_from(self.list.len()).unwrap_or(UNKNOWN);
        self.codes.insert(key, code);
        self.list.push(match key {
            Key::Text(text) => text.to_owned(),
            Key::Number(number) => number.to_string(),
        });
        code
    }

    /// The names, or how many there are.
    pub fn finish(self) -> Result<Vec<String>, u32> {
        match self.names.kind {
            Kind::Names(default) => Ok(match self.names.given.clone() {
                _ if !self.list.is_empty() => self.list,
                Some(given) => given,
                None => default.iter().map(|name| (*name).to_owned()).collect(),
            }),
            Kind::Count(default) => {
                let own = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                Err(self.names.count.unwrap_or(default).max(own))
            }
            _ => Err(0),
        }
    }
}

/// The ids of the rows of a table.
#[derive(Default)]
pub struct Ids<'a> {
    rows: HashMap<Key<'a>, u32>,
}

impl<'a> Ids<'a> {
    /// For so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self { rows: HashMap::with_capacity(rows) }
    }

    /// Adds the id of the next row.
    pub fn add(&mut self, cell: Cell<'a>) -> Result<(), Refused> {
        let row = u32::try_from(self.rows.len()).unwrap_or(UNKNOWN);
        match self.rows.insert(Key::of(cell, "an id")?, row) {
            Some(other) => Err(Refused(ErrorKind::Duplicate, format!("is the id of row {other}, too"))),
            None => Ok(()),
        }
    }

    /// The row with an id; an index beyond the table for one that is not in the input.
    pub fn find(&self, cell: Cell<'a>) -> Result<u32, Refused> {
        let key = Key::of(cell, "an id")?;
        if let Some(row) = self.rows.get(&key) {
            return Ok(*row);
        }
        // Texts among numbers would find nothing, whatever they say.
        let is_text = |key: &Key<'_>| matches!(key, Key::Text(_));
        match self.rows.keys().next() {
            Some(own) if is_text(own) != is_text(&key) => {
                Err("is text where the ids are numbers, or the reverse: expected the type of the ids".into())
            }
            _ => Ok(UNKNOWN),
        }
    }
}

/// The index that a number stands for: -1 is none where one may be absent.
pub fn index(cell: Cell<'_>, may_be_absent: bool) -> Result<u32, Refused> {
    match cell {
        Cell::Null | Cell::Number(-1) if may_be_absent => Ok(NONE),
        Cell::Number(number) => match u32::try_from(number) {
            Ok(index) if may_be_absent || index < NONE => Ok(index),
            _ => Err(format!("`{number}` is out of range: expected a number from 0 to 4,294,967,294").into()),
        },
        Cell::Null => Err("is null: expected a number in every row".into()),
        Cell::Flag(_) | Cell::Instant(_) | Cell::Text(_) => Err("expected a whole number".into()),
    }
}

/// Whether these are texts, of a dictionary or not.
pub fn is_text(run: &Run<'_>) -> bool {
    match &run.values {
        Values::Texts(_) => true,
        Values::Indexed { values, .. } => is_text(values),
        _ => false,
    }
}
