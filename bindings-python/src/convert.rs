//! Columns as the core wants them: borrowed where the memory has their form, else converted in one pass.
use crate::coding::{Codes, Ids, index, is_text};
use crate::input::{Input, InputColumn, Role};
use crate::run::{Cell, Integers, Refused, Run, Values, millis};
use crate::source::bits;
use relcore::column::{self, Instants, Kind, Lists, NONE, ROOT};
use relcore::wire::wire_name;
use relcore::{Error, ErrorKind, Result, Timestamp};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of a call, by their paths, borrowed or converted.
pub struct Converted<'a>(Vec<(Cow<'a, str>, Given<'a>)>);

enum Given<'a> {
    Instants { millis: Cow<'a, [i64]>, validity: Option<Cow<'a, [u8]>> },
    Bytes(Cow<'a, [u8]>),
    Numbers(Cow<'a, [u32]>),
    Flags(Vec<bool>),
    Lists { offsets: Cow<'a, [u32]>, items: Cow<'a, [u32]> },
    Names(Vec<String>),
    Count(u32),
}

impl Converted<'_> {
    /// Borrows them for the core.
    pub fn columns(&self) -> column::Columns<'_> {
        let mut columns = column::Columns::default();
        for (path, given) in &self.0 {
            let column = match given {
                Given::Instants { millis, validity } => {
                    column::Column::Instants(Instants { millis, validity: validity.as_deref() })
                }
                Given::Bytes(bytes) => column::Column::Bytes(bytes),
                Given::Numbers(numbers) => column::Column::Numbers(numbers),
                Given::Flags(flags) => column::Column::Flags(flags),
                Given::Lists { offsets, items } => column::Column::Lists(Lists { offsets, items }),
                Given::Names(names) => column::Column::Names(names.iter().map(String::as_str).collect()),
                Given::Count(count) => column::Column::Count(*count),
            };
            columns.insert(path.clone().into_owned(), column);
        }
        columns
    }
}

/// Converts the columns of a call. All columns with a fault are refused at once, each for its first row that has one.
pub fn convert(input: &Input) -> Result<Converted<'_>> {
    let mut conversion = Conversion {
        is_frame: input.is_frame,
        tables: input.columns.iter().map(|column| column.table.as_str()).collect(),
        ids: BTreeMap::new(),
        codes: input.names.iter().map(|(_, names)| (names.field, Codes::new(names))).collect(),
    };
    let (mut given, mut refused) = (Vec::<Pair<'_>>::new(), None::<Error>);
    let is_id = |column: &&InputColumn| matches!(column.role, Role::Id);
    // Ids first: other tables refer to them.
    let ordered =
        input.columns.iter().filter(is_id).chain(input.columns.iter().filter(|column| !is_id(column)));
    for column in ordered {
        let read = conversion.read(column, input).and_then(|read| match read {
            Some((path, _)) if given.iter().any(|(other, _)| *other == path || *other == listed(&path)) => {
                let text = "says again which rows belong together: leave out this column or the lists";
                Err(Error::new(ErrorKind::InvalidValue, &column.path, text))
            }
            read => Ok(read),
        });
        match read {
            Ok(read) => given.extend(read),
            Err(error) => {
                refused = Some(match refused {
                    Some(refused) => refused.and(error),
                    None => error,
                });
            }
        }
    }
    if let Some(refused) = refused {
        return Err(refused);
    }
    for (path, names) in &input.names {
        let Some(codes) = conversion.codes.remove(names.field) else { continue };
        given.push((Cow::Borrowed(path.as_str()), codes.finish().map_or_else(Given::Count, Given::Names)));
    }
    Ok(Converted(given))
}

struct Conversion<'a> {
    is_frame: bool,
    /// Those that are given. What refers to another one refers to rows that are not in the input.
    tables: BTreeSet<&'a str>,
    /// By the name of the table.
    ids: BTreeMap<&'a str, Ids<'a>>,
    /// By the field that has the names.
    codes: BTreeMap<&'static str, Codes<'a>>,
}

type Pair<'a> = (Cow<'a, str>, Given<'a>);

impl<'a> Conversion<'a> {
    /// Reads a column; one of ids is kept for the others.
    fn read(&mut self, column: &'a InputColumn, input: &Input) -> Result<Option<Pair<'a>>> {
        let path = &column.path;
        let runs = column.source.runs();
        for run in &runs {
            if let Values::Other(text) = &run.values {
                return Err(Error::new(ErrorKind::WrongType, path, text.clone()));
            }
        }
        if !matches!(column.role, Role::Declared(_)) {
            let own: usize = runs.iter().map(|run| run.length).sum();
            if own != rows(input, &column.table) {
                return Err(Error::new(ErrorKind::InvalidValue, path, "is not as long as the other columns"));
            }
        }
        let given = match column.role {
            Role::Id => {
                let mut ids = Ids::with_capacity(runs.iter().map(|run| run.length).sum());
                let added = collect::<()>(&runs, path, &mut |cell| ids.add(cell));
                self.ids.insert(&column.table, ids);
                added?;
                return Ok(None);
            }
            Role::Owner { table, members } => {
                let owners = self.owners(column, table, &runs)?;
                return Ok(Some(owned(&owners, rows(input, table), table, members)));
            }
            Role::Declared(kind) => match kind {
                Kind::Lists(of) | Kind::Members(of) if column.items.is_none() => {
                    let path = match kind {
                        Kind::Members(_) => listed(path),
                        _ => Cow::Borrowed(path.as_str()),
                    };
                    let lists = self.lists(&column.path, of, &runs)?;
                    return Ok(Some((path, lists)));
                }
                _ => self.declared(column, kind, runs)?,
            },
        };
        Ok(Some((Cow::Borrowed(path), given)))
    }

    fn declared(&mut self, column: &'a InputColumn, kind: Kind, runs: Vec<Run<'a>>) -> Result<Given<'a>> {
        let path = &column.path;
        Ok(match kind {
            Kind::Instants => Given::Instants { millis: instants(runs, path)?, validity: None },
            Kind::OptionalInstants => optional_instants(runs, path)?,
            Kind::Values(values) => {
                let texts = (values.texts)();
                let coded = |cell: Cell<'a>| value(cell, &texts, values.absent);
                match only(&runs).and_then(Integers::bytes) {
                    Some(bytes) => Given::Bytes(Cow::Borrowed(bytes)),
                    None => Given::Bytes(Cow::Owned(collect(&runs, path, &mut { coded })?)),
                }
            }
            Kind::Validity => match only(&runs).and_then(Integers::bytes) {
                Some(bytes) => Given::Bytes(Cow::Borrowed(bytes)),
                None => {
                    return Err(Error::new(
                        ErrorKind::WrongType,
                        path,
                        "expected bytes of bits, lowest first",
                    ));
                }
            },
            Kind::Flags => Given::Flags(collect(&runs, path, &mut flag)?),
            Kind::Codes(of) => {
                let are_names = self.is_frame || runs.iter().any(is_text);
                let Some(codes) = self.codes.get_mut(of) else {
                    return Ok(Given::Numbers(numbers(runs, path, false)?));
                };
                if codes.mixes(are_names) {
                    let text =
                        "has names where another column has codes, or the reverse: expected one of both";
                    return Err(Error::new(ErrorKind::WrongType, path, text));
                }
                match are_names {
                    true => Given::Numbers(Cow::Owned(collect(&runs, path, &mut |cell| codes.code(cell))?)),
                    false => Given::Numbers(numbers(runs, path, false)?),
                }
            }
            Kind::Labels if self.is_frame || runs.iter().any(is_text) => {
                let names = crate::input::Names { field: "", kind: Kind::Labels, given: None, count: None };
                let mut labels = Codes::new(&names);
                let label = &mut |cell: Cell<'a>| if cell.is_none() { Ok(NONE) } else { labels.code(cell) };
                Given::Numbers(Cow::Owned(collect(&runs, path, label)?))
            }
            Kind::Indices(of) if self.is_frame => {
                let reference = self.reference(of);
                let reference = &mut |cell: Cell<'a>| if cell.is_none() { Ok(NONE) } else { reference(cell) };
                Given::Numbers(Cow::Owned(collect(&runs, path, reference)?))
            }
            Kind::Labels | Kind::Indices(_) => Given::Numbers(numbers(runs, path, true)?),
            Kind::Lists(_) => {
                let items = column.items.as_ref().map(|items| items.runs()).unwrap_or_default();
                let at = |name: &str| format!("{path}.{name}");
                Given::Lists {
                    offsets: numbers(runs, &at("offsets"), false)?,
                    items: numbers(items, &at("items"), false)?,
                }
            }
            _ => Given::Numbers(numbers(runs, path, false)?),
        })
    }

    /// How a reference to a row of a table is read: by its id, or, if the table has no ids, by its index.
    fn reference(&self, table: &str) -> impl Fn(Cell<'a>) -> Result<u32, Refused> {
        let ids = self.ids.get(table);
        let is_given = self.tables.contains(table);
        let text = format!("is an id, but the table `{table}` has no column `id`");
        move |cell| match (ids, cell) {
            (Some(ids), _) => ids.find(cell),
            (None, Cell::Text(_)) if !is_given => Ids::default().find(cell),
            (None, Cell::Text(_)) => Err(text.clone().into()),
            (None, _) => index(cell, false),
        }
    }

    /// Lists of references, one for each row; null is an empty one.
    fn lists(&self, path: &str, table: &str, runs: &[Run<'a>]) -> Result<Given<'a>> {
        let reference = self.reference(table);
        let (mut ends, mut all) = (vec![0], Vec::new());
        for run in runs {
            for row in 0..run.length {
                let at = ends.len() - 1;
                let fault = |refused: Refused| refused.at(path, at);
                match &run.values {
                    Values::Nothing => {}
                    Values::Lists { offsets, items } => {
                        let end = |row: usize| offsets.at(row).and_then(|end| usize::try_from(end).ok());
                        let range = end(row).zip(end(row + 1)).filter(|_| run.is_valid(row));
                        for item in range.map_or(0..0, |(from, to)| from..to) {
                            let read = match items.cell(item) {
                                Ok(cell) if cell.is_none() => {
                                    Err("has a null or an empty text in its list".into())
                                }
                                cell => cell.and_then(&reference),
                            };
                            all.push(read.map_err(fault)?);
                        }
                    }
                    _ => {
                        let text = format!("has {}: expected lists of ids", run.name());
                        return Err(Error::new(ErrorKind::WrongType, path, text));
                    }
                }
                ends.push(u32::try_from(all.len()).map_err(|_| fault("has too many items".into()))?);
            }
        }
        Ok(Given::Lists { offsets: Cow::Owned(ends), items: Cow::Owned(all) })
    }

    /// To which row of a table each row belongs.
    fn owners(&self, column: &InputColumn, table: &str, runs: &[Run<'a>]) -> Result<Vec<u32>> {
        let reference = self.reference(table);
        let none = &mut |cell: Cell<'a>| if cell.is_none() { Ok(NONE) } else { reference(cell) };
        let owners = collect(runs, &column.path, none)?;
        if owners.len() >= NONE as usize {
            return Err(Error::new(ErrorKind::OutOfRange, &column.path, "has too many rows"));
        }
        Ok(owners)
    }
}

/// The lists of the rows of a table, from the owner of each item: a counting sort, which keeps the order of the items.
fn owned<'a>(owners: &[u32], rows: usize, table: &str, members: &str) -> Pair<'a> {
    let mut ends = vec![0_u32; rows + 1];
    for of in owners {
        if let Some(count) = ends.get_mut((*of as usize).saturating_add(1)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let (mut next, mut items) = (ends.clone(), vec![0; sum as usize]);
    for (row, of) in (0..).zip(owners) {
        let Some(place) = next.get_mut(*of as usize).filter(|_| (*of as usize) < rows) else { continue };
        if let Some(item) = items.get_mut(*place as usize) {
            *item = row;
        }
        *place += 1;
    }
    let path = format!("{ROOT}.{table}.{}", wire_name(members));
    // Where all items stand in the order of their owners, the offsets alone say it, which is fastest.
    if items.len() == owners.len() && (0..).zip(&items).all(|(row, item)| row == *item) {
        return (Cow::Owned(path), Given::Numbers(Cow::Owned(ends)));
    }
    let lists = Given::Lists { offsets: Cow::Owned(ends), items: Cow::Owned(items) };
    (Cow::Owned(listed(&path).into_owned()), lists)
}

/// The number of rows of a table: the length of its first column.
fn rows(input: &Input, table: &str) -> usize {
    let first = input.columns.iter().find(|column| column.table == table);
    first.map_or(0, |first| first.source.runs().iter().map(|run| run.length).sum())
}

/// The path of the lists beside offsets of this path.
fn listed(path: &str) -> Cow<'_, str> {
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    Cow::Owned(format!("{parent}.{}", wire_name(&format!("listed_{name}"))))
}

/// The integers of a column of one run without nulls: they may be borrowed.
fn only<'r, 'a>(runs: &'r [Run<'a>]) -> Option<&'r Integers<'a>> {
    match runs {
        [Run { valid: None, values: Values::Integers(of), .. }] => Some(of),
        _ => None,
    }
}

/// What `read` makes of every value.
fn collect<'a, T: Copy>(
    runs: &[Run<'a>],
    path: &str,
    read: &mut impl FnMut(Cell<'a>) -> Result<T, Refused>,
) -> Result<Vec<T>> {
    let mut all = Vec::with_capacity(runs.iter().map(|run| run.length).sum());
    for run in runs {
        let before = all.len();
        run.map(&mut all, read).map_err(|(row, refused)| refused.at(path, before + row))?;
    }
    Ok(all)
}

/// Codes and indices; 32-bit ones are borrowed, and the core checks them.
fn numbers<'a>(runs: Vec<Run<'a>>, path: &str, may_be_absent: bool) -> Result<Cow<'a, [u32]>> {
    match only(&runs).and_then(Integers::numbers) {
        Some(numbers) => Ok(Cow::Borrowed(numbers)),
        None => collect(&runs, path, &mut |cell| index(cell, may_be_absent)).map(Cow::Owned),
    }
}

/// Refuses numbers that are hardly milliseconds: narrower than 64 bits, or floating-point, unless all are null.
fn check_instants(runs: &[Run<'_>], path: &str) -> Result<()> {
    let are_hardly = |run: &&Run<'_>| match &run.values {
        Values::Integers(Integers::I64(_)) => false,
        Values::Integers(_) | Values::Floats(_) => {
            !(0..run.length).all(|row| matches!(run.cell(row), Ok(Cell::Null)))
        }
        Values::Lists { .. } => true,
        _ => false,
    };
    let Some(run) = runs.iter().find(are_hardly) else { return Ok(()) };
    let text = format!(
        "has {}: expected timestamps with a zone, RFC 3339 texts, or milliseconds as signed 64-bit integers",
        run.name()
    );
    Err(Error::new(ErrorKind::WrongType, path, text))
}

fn instants<'a>(runs: Vec<Run<'a>>, path: &str) -> Result<Cow<'a, [i64]>> {
    check_instants(&runs, path)?;
    if let [Run { valid: None, values, .. }] = runs.as_slice()
        && let Some(millis) = as_millis(values)
    {
        return Ok(Cow::Borrowed(millis));
    }
    let mut all = Vec::with_capacity(runs.iter().map(|run| run.length).sum());
    for run in &runs {
        match (&run.values, run.valid) {
            (Values::Instants { per_second, values }, None) => extend(&mut all, values, *per_second),
            _ => {
                let before = all.len();
                let present = &mut |cell| {
                    instant(cell)?.ok_or_else(|| "is null: expected an instant in every row".into())
                };
                run.map(&mut all, present).map_err(|(row, refused)| refused.at(path, before + row))?;
            }
        }
    }
    Ok(Cow::Owned(all))
}

fn optional_instants<'a>(runs: Vec<Run<'a>>, path: &str) -> Result<Given<'a>> {
    check_instants(&runs, path)?;
    if let [Run { valid, values, length }] = runs.as_slice()
        && let Some(millis) = as_millis(values)
        && valid.is_none_or(|bits| bits.start % 8 == 0)
    {
        let bytes = |start: usize| start / 8..(start + length).div_ceil(8);
        let validity = valid.and_then(|bits| bits.bytes.get(bytes(bits.start)));
        return Ok(Given::Instants { millis: Cow::Borrowed(millis), validity: validity.map(Cow::Borrowed) });
    }
    let mut all = Vec::with_capacity(runs.iter().map(|run| run.length).sum());
    let mut present = Vec::with_capacity(all.capacity());
    for run in &runs {
        if let Values::Instants { per_second, values } = &run.values {
            // What stands where nothing is present is not read.
            extend(&mut all, values, *per_second);
            present.extend((0..run.length).map(|row| run.is_valid(row)));
            continue;
        }
        let before = all.len();
        let read = &mut |cell: Cell<'a>| {
            let instant = if cell.is_none() { None } else { instant(cell)? };
            present.push(instant.is_some());
            Ok(instant.unwrap_or_default())
        };
        // One by one: a value of a dictionary that occurs twice is read twice, since it has two bits.
        for row in 0..run.length {
            let read = run.cell(row).and_then(&mut *read);
            all.push(read.map_err(|refused| refused.at(path, before + row))?);
        }
    }
    let validity = present.contains(&false).then(|| Cow::Owned(bits(present.into_iter())));
    Ok(Given::Instants { millis: Cow::Owned(all), validity })
}

/// Values that are milliseconds as they stand.
fn as_millis<'a>(values: &Values<'a>) -> Option<&'a [i64]> {
    match values {
        Values::Integers(Integers::I64(millis)) | Values::Instants { per_second: 1000, values: millis } => {
            Some(millis)
        }
        _ => None,
    }
}

/// Adds instants in milliseconds. The units are constants, which the compiler divides by without a division.
fn extend(all: &mut Vec<i64>, values: &[i64], per_second: i64) {
    match per_second {
        1_000_000 => all.extend(values.iter().map(|value| millis(*value, 1_000_000))),
        1_000_000_000 => all.extend(values.iter().map(|value| millis(*value, 1_000_000_000))),
        other => all.extend(values.iter().map(|value| millis(*value, other))),
    }
}

/// The milliseconds of an instant, a number of them or an RFC 3339 text; `None` for null.
fn instant(cell: Cell<'_>) -> Result<Option<i64>, Refused> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Instant(millis) | Cell::Number(millis) => Ok(Some(millis)),
        Cell::Text(text) => match Timestamp::parse(text) {
            Ok(at) => Ok(Some(at.as_millis())),
            Err(error) => {
                Err(error.faults().first().map_or_else(String::new, |fault| fault.text.clone()).into())
            }
        },
        Cell::Flag(_) => Err("is a truth value: expected an instant".into()),
    }
}

/// The code of a value of an enum: of its text on the wire, or a number.
fn value(cell: Cell<'_>, texts: &[String], absent: Option<u8>) -> Result<u8, Refused> {
    let expected = || texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
    match cell {
        cell if cell.is_none() => match absent {
            Some(absent) => Ok(absent),
            None => Err(format!("is null or empty: expected one of {}", expected()).into()),
        },
        Cell::Text(text) => {
            let code = texts.iter().position(|own| own == text).and_then(|code| u8::try_from(code).ok());
            code.ok_or_else(|| format!("`{text}` is unknown: expected one of {}", expected()).into())
        }
        Cell::Number(number) => {
            let code = u8::try_from(number).ok().filter(|code| usize::from(*code) < texts.len());
            let end = texts.len().saturating_sub(1);
            code.ok_or_else(|| format!("`{number}` is no code: expected one from 0 to {end}").into())
        }
        Cell::Null | Cell::Flag(_) | Cell::Instant(_) => {
            Err(format!("expected one of {}", expected()).into())
        }
    }
}

fn flag(cell: Cell<'_>) -> Result<bool, Refused> {
    match cell {
        Cell::Flag(flag) => Ok(flag),
        Cell::Number(number @ (0 | 1)) => Ok(number == 1),
        Cell::Number(number) => Err(format!("`{number}` is neither 0 nor 1").into()),
        Cell::Null => Err("is null: expected true or false in every row".into()),
        Cell::Instant(_) | Cell::Text(_) => Err("expected true or false".into()),
    }
}
