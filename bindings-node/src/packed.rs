//! Arguments and results in a binary form, which costs a third of JSON text. `lib/packed.js` is the other side.
//!
//! An argument is a marker and what belongs to it; numbers are big-endian. A list is its length and its items; a struct the
//! number of its fields that are present, then for each its position and value; an enum with data the position of the
//! variant, then its struct. A position and a small number are one byte without a marker.
//!
//! A result is one string of UTF-16 units, without names, because JavaScript knows its type. A number is one unit if it is
//! an integer below [`ABSENT`], otherwise [`FLOAT`] and the eight bytes of its `f64`; a bool or a unit is a number. A text
//! or a list is its length, then its units or items. A struct is the number of its fields that are present, then its
//! fields, [`ABSENT`] for one that is skipped; the tag of an enum with data is its first field, a text.
//!
//! Maps, `null` and whatever is refused cross as JSON text, which tells what is wrong.
use relcore::api::{Signature, Transport};
use relcore::wire::{Key, Sink, Tree};
use relcore::{Error, ErrorKind, Result, Span, Timestamp};
use std::borrow::Cow;

/// A field that is skipped.
const ABSENT: u16 = 0xFE;
/// A number of eight bytes follows.
const FLOAT: u16 = 0xFF;

/// The markers of arguments; a byte below 0x80 is a number.
mod marker {
    pub const ENUM: u8 = 0x81;
    pub const NULL: u8 = 0xC0;
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

/// One call: the bytes of the arguments that were not read, and the units of the result.
pub struct PackedTransport<'a> {
    rest: &'a [u8],
    next: usize,
    result: Units,
}

impl<'a> PackedTransport<'a> {
    pub fn new(arguments: &'a [u8]) -> Self {
        Self { rest: arguments, next: 0, result: Units(Vec::with_capacity(1024)) }
    }

    pub fn into_units(self) -> Vec<u16> {
        self.result.0
    }
}

impl Transport for PackedTransport<'_> {
    /// Arguments are read once: those of a refused call are looked at as JSON text.
    fn argument(&mut self, _: &Signature, index: usize) -> Result<Tree<'_>> {
        if index != self.next {
            return Err(refused());
        }
        self.next += 1;
        let mut tree = Tree::Null;
        fill(&mut self.rest, &mut tree).ok_or_else(refused)?;
        Ok(tree)
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

/// Reads the value at the front of the bytes; `None` if there is none. It is made in its place, because moving it costs as
/// much. JavaScript writes by types, none of which nests deeply.
fn fill<'a>(rest: &mut &'a [u8], tree: &mut Tree<'a>) -> Option<()> {
    let marker = byte(rest)?;
    *tree = match marker {
        0..=0x7F => Tree::Integer(marker.into()),
        marker::NULL => Tree::Null,
        marker::FALSE => Tree::Bool(false),
        marker::TRUE => Tree::Bool(true),
        marker::FLOAT => Tree::Float(f64::from_be_bytes(bytes(rest)?)),
        marker::UNIT => Tree::Unit(byte(rest)?.into()),
        marker::INTEGER => Tree::Integer(i64::from_be_bytes(bytes(rest)?)),
        marker::INSTANT => Tree::Instant(i64::from_be_bytes(bytes(rest)?)),
        marker::TEXT => {
            let length = length(rest)?;
            let (text, after) = rest.split_at_checked(length)?;
            *rest = after;
            Tree::Text(Cow::Borrowed(std::str::from_utf8(text).ok()?))
        }
        marker::LIST => {
            let length = length(rest)?;
            let mut items = Vec::new();
            items.resize_with(fitting(length, rest)?, || Tree::Null);
            for item in &mut items {
                fill(rest, item)?;
            }
            Tree::List(items)
        }
        marker::STRUCT => {
            let length = length(rest)?;
            let mut fields = Vec::new();
            fields.resize_with(fitting(length, rest)?, || (Key::Position(0), Tree::Null));
            for (key, value) in &mut fields {
                *key = Key::Position(byte(rest)?.into());
                fill(rest, value)?;
            }
            Tree::Object(fields)
        }
        marker::ENUM => {
            let mut variant = vec![(Key::Position(byte(rest)?.into()), Tree::Null)];
            fill(rest, &mut variant.last_mut()?.1)?;
            Tree::Object(variant)
        }
        _ => return None,
    };
    Some(())
}

/// A number of values that there can be: each is at least a byte.
fn fitting(length: usize, rest: &[u8]) -> Option<usize> {
    (length <= rest.len()).then_some(length)
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (byte, after) = rest.split_first()?;
    *rest = after;
    Some(*byte)
}

fn bytes<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*bytes)
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes(rest)?)).ok()
}

struct Units(Vec<u16>);

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
        self.0.push(value.into());
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
            self.0.push(small.into());
        } else if number.is_finite() {
            self.0.push(FLOAT);
            self.0.extend(number.to_ne_bytes().map(u16::from));
        } else {
            return Err(refused()); // `null` in JSON text
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        if text.is_ascii() {
            self.length(text.len())?;
            self.0.extend(text.bytes().map(u16::from));
        } else {
            self.length(text.encode_utf16().count())?;
            self.0.extend(text.encode_utf16());
        }
        Ok(())
    }

    fn instant(&mut self, millis: i64) -> Result<()> {
        self.text(&Timestamp::from_millis(millis)?.to_string())
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

    fn object(&mut self, _: &'static str, length: usize) -> Result<()> {
        self.length(length)
    }

    fn field(&mut self, _: &'static str) -> Result<()> {
        Ok(())
    }

    fn skipped(&mut self, _: &'static str) -> Result<()> {
        self.0.push(ABSENT);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
