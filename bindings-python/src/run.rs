//! Runs of values, wherever they come from: an array in memory, a chunk of Arrow, a list of Python objects.
use relcore::{Error, ErrorKind};
use std::{slice, str};

/// Why timestamps without a zone are refused.
pub const NAIVE: &str = "has no time zone, so its instants are unknown: expected aware timestamps, such as those after \
                         `tz_localize(\"UTC\")`, `replace_time_zone(\"UTC\")` or `AT TIME ZONE 'UTC'`";

/// Some values of one type, some of which may be null.
pub struct Run<'a> {
    pub length: usize,
    /// Which are present; `None` if all are.
    pub valid: Option<Bits<'a>>,
    pub values: Values<'a>,
}

/// The values of a run, by their form in memory.
pub enum Values<'a> {
    Integers(Integers<'a>),
    Floats(Floats<'a>),
    Flags(Bits<'a>),
    /// Since 1970 in UTC.
    Instants {
        per_second: i64,
        values: &'a [i64],
    },
    Texts(Texts<'a>),
    /// Indices into other values: categories, a dictionary.
    Indexed {
        indices: Integers<'a>,
        values: Box<Run<'a>>,
    },
    /// Where the list of each begins in the items, and where the last one ends.
    Lists {
        offsets: Integers<'a>,
        items: Box<Run<'a>>,
    },
    /// All are null.
    Nothing,
    /// No column has these, for this reason.
    Other(String),
}

/// Bits, lowest first, from one of them on.
#[derive(Clone, Copy)]
pub struct Bits<'a> {
    pub bytes: &'a [u8],
    pub start: usize,
}

impl Bits<'_> {
    pub fn at(self, index: usize) -> bool {
        let index = self.start.saturating_add(index);
        self.bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }
}

/// Integers of any width.
pub enum Integers<'a> {
    I8(&'a [i8]),
    U8(&'a [u8]),
    I16(&'a [i16]),
    U16(&'a [u16]),
    I32(&'a [i32]),
    U32(&'a [u32]),
    I64(&'a [i64]),
    U64(&'a [u64]),
}

impl<'a> Integers<'a> {
    /// Bytes, as unsigned ones.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::U8(of) => Some(of),
            // SAFETY: both have the same size and alignment, and all bits are a value of both.
            Self::I8(of) => Some(unsafe { slice::from_raw_parts(of.as_ptr().cast(), of.len()) }),
            _ => None,
        }
    }

    /// 32-bit numbers, as unsigned ones: -1 is none.
    pub fn numbers(&self) -> Option<&'a [u32]> {
        match self {
            Self::U32(of) => Some(of),
            // SAFETY: as above.
            Self::I32(of) => Some(unsafe { slice::from_raw_parts(of.as_ptr().cast(), of.len()) }),
            _ => None,
        }
    }

    /// The number at an index. Numbers above 2^63 become 2^63 - 1, which no column takes either.
    pub fn at(&self, index: usize) -> Option<i64> {
        match self {
            Self::I8(of) => of.get(index).map(|value| i64::from(*value)),
            Self::U8(of) => of.get(index).map(|value| i64::from(*value)),
            Self::I16(of) => of.get(index).map(|value| i64::from(*value)),
            Self::U16(of) => of.get(index).map(|value| i64::from(*value)),
            Self::I32(of) => of.get(index).map(|value| i64::from(*value)),
            Self::U32(of) => of.get(index).map(|value| i64::from(*value)),
            Self::I64(of) => of.get(index).copied(),
            Self::U64(of) => of.get(index).map(|value| i64::try_from(*value).unwrap_or(i64::MAX)),
        }
    }
}

/// Floating-point numbers: pandas turns integers into them where some are missing, and NaN is then null.
pub enum Floats<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
}

impl Floats<'_> {
    fn at(&self, index: usize) -> Option<f64> {
        match self {
            Self::F32(of) => of.get(index).map(|value| f64::from(*value)),
            Self::F64(of) => of.get(index).copied(),
        }
    }
}

/// Texts, in the layouts of Arrow or one by one.
pub enum Texts<'a> {
    Small { offsets: &'a [i32], bytes: &'a [u8] },
    Large { offsets: &'a [i64], bytes: &'a [u8] },
    Views { views: &'a [[u8; 16]], buffers: Vec<&'a [u8]> },
    Owned(&'a [String]),
}

impl<'a> Texts<'a> {
    /// The text at an index; `None` if it is not UTF-8.
    pub fn at(&self, index: usize) -> Option<&'a str> {
        let next = index.saturating_add(1);
        let bytes: &'a [u8] = match self {
            Self::Small { offsets, bytes } => bytes.get(
                usize::try_from(*offsets.get(index)?).ok()?..usize::try_from(*offsets.get(next)?).ok()?,
            )?,
            Self::Large { offsets, bytes } => bytes.get(
                usize::try_from(*offsets.get(index)?).ok()?..usize::try_from(*offsets.get(next)?).ok()?,
            )?,
            Self::Views { views, buffers } => view(views.get(index)?, buffers)?,
            Self::Owned(texts) => return texts.get(index).map(String::as_str),
        };
        str::from_utf8(bytes).ok()
    }
}

/// A text of at most 12 bytes stands in the view itself; a longer one in a buffer, at an offset.
fn view<'a>(view: &'a [u8; 16], buffers: &[&'a [u8]]) -> Option<&'a [u8]> {
    let number = |at: usize| {
        let bytes = view.get(at..at.saturating_add(4))?.try_into().ok()?;
        usize::try_from(i32::from_ne_bytes(bytes)).ok()
    };
    let length = number(0)?;
    if length <= 12 {
        return view.get(4..length.saturating_add(4));
    }
    let (buffer, offset) = (number(8)?, number(12)?);
    buffers.get(buffer)?.get(offset..offset.saturating_add(length))
}

/// One value.
#[derive(Clone, Copy)]
pub enum Cell<'a> {
    Null,
    Number(i64),
    Flag(bool),
    /// In milliseconds since 1970.
    Instant(i64),
    Text(&'a str),
}

impl Cell<'_> {
    /// Whether nothing is given: what reads CSV may leave an empty text where another leaves a null.
    pub fn is_none(self) -> bool {
        matches!(self, Self::Null | Self::Text(""))
    }
}

impl<'a> Run<'a> {
    /// Whether a value is present, as far as the bitmap says.
    pub fn is_valid(&self, index: usize) -> bool {
        self.valid.is_none_or(|bits| bits.at(index))
    }

    /// Adds what `read` makes of each value, in order. It is asked once for each value of a dictionary that occurs.
    ///
    /// # Errors
    /// Why a value is refused, and its index.
    pub fn map<T: Copy>(
        &self,
        into: &mut Vec<T>,
        read: &mut impl FnMut(Cell<'a>) -> Result<T, Refused>,
    ) -> Result<(), (usize, Refused)> {
        let Values::Indexed { indices, values } = &self.values else {
            for index in 0..self.length {
                into.push(self.cell(index).and_then(&mut *read).map_err(|refused| (index, refused))?);
            }
            return Ok(());
        };
        let mut cached: Vec<Option<T>> = vec![None; values.length];
        for index in 0..self.length {
            let of = self.is_valid(index).then(|| indices.at(index)).flatten();
            let cache = of.and_then(|of| cached.get_mut(usize::try_from(of).ok()?));
            let value = match cache.as_deref().copied().flatten() {
                Some(value) => value,
                None => self.cell(index).and_then(&mut *read).map_err(|refused| (index, refused))?,
            };
            if let Some(cache) = cache {
                *cache = Some(value);
            }
            into.push(value);
        }
        Ok(())
    }

    /// The value at an index.
    ///
    /// # Errors
    /// Why no column takes it.
    pub fn cell(&self, index: usize) -> Result<Cell<'a>, Refused> {
        let beyond = || Refused::from("lies beyond its buffer");
        if !self.is_valid(index) {
            return Ok(Cell::Null);
        }
        Ok(match &self.values {
            Values::Integers(of) => Cell::Number(of.at(index).ok_or_else(beyond)?),
            Values::Floats(of) => match of.at(index).ok_or_else(beyond)? {
                number if number.is_nan() => Cell::Null,
                number if number.fract() == 0.0 && number.abs() < EXACT =>
                {
                    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
                    Cell::Number(number as i64)
                }
                number => return Err(format!("`{number}` is not a whole number").into()),
            },
            Values::Flags(bits) => Cell::Flag(bits.at(index)),
            Values::Instants { per_second, values } => {
                Cell::Instant(millis(*values.get(index).ok_or_else(beyond)?, *per_second))
            }
            Values::Texts(of) => Cell::Text(of.at(index).ok_or("is not UTF-8")?),
            Values::Nothing => Cell::Null,
            Values::Indexed { indices, values } => {
                let of = indices.at(index).and_then(|of| usize::try_from(of).ok());
                let of = of.filter(|of| *of < values.length).ok_or_else(beyond)?;
                // Their values are no dictionary again: nesting is bounded where it is read.
                values.cell(of)?
            }
            Values::Lists { .. } => return Err("is a list: expected one value".into()),
            Values::Other(text) => return Err(text.clone().into()),
        })
    }

    /// What the values are, for people.
    pub fn name(&self) -> &str {
        match &self.values {
            Values::Integers(_) => "integers",
            Values::Floats(_) => "floating-point numbers",
            Values::Flags(_) => "truth values",
            Values::Instants { .. } => "timestamps",
            Values::Texts(_) => "texts",
            Values::Indexed { values, .. } => values.name(),
            Values::Lists { .. } => "lists",
            Values::Nothing => "nulls",
            Values::Other(text) => text,
        }
    }
}

/// Whole numbers below this are exact in 64 bits of floating point.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Milliseconds of an instant in another unit, rounded down as for a `datetime`; beyond 64 bits the nearest.
pub fn millis(value: i64, per_second: i64) -> i64 {
    match per_second {
        1 => value.saturating_mul(1000),
        1_000_000 => value.div_euclid(1000),
        1_000_000_000 => value.div_euclid(1_000_000),
        _ => value,
    }
}

/// Why a value is refused.
pub struct Refused(pub ErrorKind, pub String);

impl Refused {
    /// The fault of a row of a column.
    pub fn at(self, path: &str, row: usize) -> Error {
        Error::new(self.0, format!("{path}[{row}]"), self.1)
    }
}

impl From<String> for Refused {
    fn from(text: String) -> Self {
        Self(ErrorKind::InvalidValue, text)
    }
}

impl From<&str> for Refused {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
