//! Arguments and results in a binary form, which costs a third of JSON text. `lib/packed.js` is the other side.
//!
//! An argument is a marker and what belongs to it; numbers are big-endian. A list is its length and its items; a struct the
//! number of its fields that are present, then for each its position and value; an enum with data the position of the
//! variant, then its struct; a `Float64Array` its bytes in memory. A position and a small number are one byte without a
//! marker.
//!
//! A result is one string of UTF-16 units, without names, because JavaScript knows its type. A number is one unit if it is
//! an integer below [`ABSENT`], otherwise [`FLOAT`] and the eight bytes of its `f64`; a bool or a unit is a number. A text
//! or a list is its length, then its units or items. A struct is the number of its fields that are present, then its
//! fields, [`ABSENT`] for one that is skipped; the tag of an enum with data is its first field, a text.
//!
//! Maps, `null` and whatever is refused cross as JSON text, which tells what is wrong.
use relcore::api::{Floats, Signature, Transport};
use relcore::wire::{Event, Key, Sink, Source, Wanted};
use relcore::{Error, ErrorKind, Result, Span, Timestamp};
use std::{borrow::Cow, ops::Range};

/// A field that is skipped.
const ABSENT: u16 = 0xFE;
/// A number of eight bytes follows.
const FLOAT: u16 = 0xFF;

/// The markers of arguments; a byte below 0x80 is a number.
mod marker {
    pub const ENUM: u8 = 0x81;
    pub const NULL: u8 = 0xC0;
    pub const DOUBLES: u8 = 0xC6;
    pub const FALSE: u8 = 0xC2;
    pub const TRUE: u8 = 0xC3;
    pub const FLOAT: u8 = 0xCB;
    pub const UNIT: u8 = 0xCC;
    pub const INTEGER: u8 = 0xD3;
    pub const INSTANT: u8 = 0xD7;
    pub const TEXT: u8 = 0xDB;
    pub const LIST: u8 = 0xDD;
    pub const STRUCT: u8 = 0xDF;
}

/// One call: the arguments, and the units of the result.
pub struct PackedTransport<'a> {
    arguments: Arguments<'a>,
    next: usize,
    result: Units,
}

impl<'a> PackedTransport<'a> {
    pub fn new(arguments: &'a [u8]) -> Self {
        Self { arguments: Arguments(arguments), next: 0, result: Units::default() }
    }

    pub fn into_units(self) -> Vec<u16> {
        self.result.units
    }
}

impl Transport for PackedTransport<'_> {
    /// Arguments are read once: those of a refused call are looked at as JSON text.
    fn argument(&mut self, _: &Signature, index: usize) -> Result<&mut dyn Source> {
        if index != self.next {
            return Err(refused());
        }
        self.next += 1;
        Ok(&mut self.arguments)
    }

    fn floats(&mut self, _: &Signature, index: usize) -> Result<Option<Floats>> {
        if index != self.next || !self.arguments.starts_with(marker::DOUBLES) {
            return Ok(None);
        }
        self.next += 1;
        let floats = self.arguments.doubles().ok_or_else(refused)?;
        Ok(Some(Box::new(floats)))
    }

    fn sink(&mut self) -> &mut dyn Sink {
        &mut self.result
    }
}

/// Nobody reads its text: the call crosses once more as JSON text.
#[cold]
fn refused() -> Error {
    Error::new(ErrorKind::InvalidValue, "", "has no binary form")
}

/// The bytes that were not read.
struct Arguments<'a>(&'a [u8]);

impl<'a> Arguments<'a> {
    fn event(&mut self) -> Option<Event<'a>> {
        let marker = self.byte()?;
        Some(match marker {
            0..=0x7F => Event::Integer(marker.into()),
            marker::FLOAT => Event::Float(f64::from_be_bytes(self.bytes()?)),
            marker::TEXT => {
                let length = self.length()?;
                let (text, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Event::Text(Cow::Borrowed(std::str::from_utf8(text).ok()?))
            }
            marker::STRUCT => Event::Object(self.length()?),
            marker::ENUM => {
                let variant = Key::Position(self.byte()?.into());
                if self.byte()? != marker::STRUCT {
                    return None;
                }
                Event::Variant(variant, self.length()?)
            }
            marker::LIST => Event::List(self.length()?),
            marker::UNIT => Event::Unit(self.byte()?.into()),
            marker::INTEGER => Event::Integer(i64::from_be_bytes(self.bytes()?)),
            marker::INSTANT => Event::Instant(i64::from_be_bytes(self.bytes()?)),
            marker::FALSE => Event::Bool(false),
            marker::TRUE => Event::Bool(true),
            marker::NULL => Event::Null,
            _ => return None,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// The numbers of a `Float64Array`, whose bytes need not be aligned.
    fn doubles(&mut self) -> Option<Vec<f64>> {
        self.byte()?;
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let (numbers, cut) = bytes.as_chunks::<8>();
        cut.is_empty().then(|| numbers.iter().map(|number| f64::from_ne_bytes(*number)).collect())
    }

    fn starts_with(&self, marker: u8) -> bool {
        self.0.first() == Some(&marker)
    }

    /// A number of bytes or values that there can be: each value is at least a byte.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(u32::from_be_bytes(self.bytes()?)).ok()?;
        (length <= self.0.len()).then_some(length)
    }
}

impl Source for Arguments<'_> {
    fn value(&mut self, _: Wanted) -> Result<Event<'_>> {
        self.event().ok_or_else(refused)
    }

    fn take_absent(&mut self) -> Result<bool> {
        let is_absent = self.starts_with(marker::NULL);
        if is_absent {
            self.byte();
        }
        Ok(is_absent)
    }

    fn item(&mut self) -> Result<()> {
        Ok(())
    }

    fn key(&mut self) -> Result<Key<'_>> {
        self.byte().map(|position| Key::Position(position.into())).ok_or_else(refused)
    }

    fn field(&mut self, _: &'static [&'static str], _: usize) -> Result<usize> {
        self.byte().map(usize::from).ok_or_else(refused)
    }

    fn end(&mut self) {}
}

/// The result.
struct Units {
    units: Vec<u16>,
    /// The last instant, and where its text is. Most instants of a result are the same.
    last: Option<(i64, Range<usize>)>,
}

impl Default for Units {
    fn default() -> Self {
        Self { units: Vec::with_capacity(1024), last: None }
    }
}

impl Units {
    #[expect(clippy::cast_precision_loss, reason = "nothing in memory is so long")]
    fn length(&mut self, length: usize) -> Result<()> {
        self.float(length as f64)
    }
}

impl Sink for Units {
    fn null(&mut self) -> Result<()> {
        Err(refused())
    }

    fn bool(&mut self, value: bool) -> Result<()> {
        self.units.push(value.into());
        Ok(())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript has no other numbers; JSON.parse rounds as well"
    )]
    fn integer(&mut self, number: i64) -> Result<()> {
        self.float(number as f64)
    }

    fn float(&mut self, number: f64) -> Result<()> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "compared with the value"
        )]
        let small = number as u8;
        if u16::from(small) < ABSENT && f64::from(small).to_bits() == number.to_bits() {
            self.units.push(small.into());
        } else if number.is_finite() {
            self.units.push(FLOAT);
            self.units.extend(number.to_ne_bytes().map(u16::from));
        } else {
            return Err(refused()); // `null` in JSON text
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        if text.is_ascii() {
            self.length(text.len())?;
            self.units.extend(text.bytes().map(u16::from));
        } else {
            self.length(text.encode_utf16().count())?;
            self.units.extend(text.encode_utf16());
        }
        Ok(())
    }

    fn instant(&mut self, millis: i64) -> Result<()> {
        match &self.last {
            Some((last, range)) if *last == millis => self.units.extend_from_within(range.clone()),
            _ => {
                let start = self.units.len();
                self.text(&Timestamp::from_millis(millis)?.to_string())?;
                self.last = Some((millis, start..self.units.len()));
            }
        }
        Ok(())
    }

    fn span(&mut self, millis: i64) -> Result<()> {
        self.text(&Span::from_millis(millis)?.to_string())
    }

    fn unit(&mut self, _: &'static str, position: u32, _: &'static str) -> Result<()> {
        self.integer(position.into())
    }

    fn list(&mut self, length: usize) -> Result<()> {
        self.length(length)
    }

    fn map(&mut self) -> Result<()> {
        Err(refused())
    }

    fn object(&mut self, _: &'static str, length: usize) -> Result<bool> {
        self.length(length)?;
        Ok(false)
    }

    fn field(&mut self, _: &'static str) -> Result<()> {
        Ok(())
    }

    fn skipped(&mut self, _: &'static str) -> Result<()> {
        self.units.push(ABSENT);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
