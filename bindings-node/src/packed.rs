//! Arguments and results in a binary form, which costs a third of JSON text. `lib/packed.js` is the other side.
//!
//! Arguments are MessagePack, one after another: a struct is a map from the index of a field to its value, an enum with
//! data a map from the index of the variant to its struct, a unit the index of its text, an instant a text or
//! milliseconds, a `Float64Array` its bytes. rmp-serde reads them.
//!
//! A result is one string of UTF-16 units, without names, because JavaScript knows its type. A number is one unit if it is
//! an integer below [`ABSENT`], otherwise [`FLOAT`] and the eight bytes of its `f64`; a bool or a unit is a number. A text
//! or a list is its length, then its units or items. A struct is the number of its fields that are present, then its
//! fields, [`ABSENT`] for one that is skipped; the tag of an enum with data is its first field, a text.
//!
//! Maps, `null` and whatever is refused cross as JSON text, which tells what is wrong.
use relcore::api::{Signature, Transport};
use relcore::{Error, ErrorKind, Result};
use rmp_serde::decode::{Deserializer, ReadRefReader};
use serde::Deserializer as _;
use serde::de::{self, DeserializeOwned, Visitor};
use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, Serializer};
use std::fmt;

/// A field that is skipped.
const ABSENT: u16 = 0xFE;
/// A number of eight bytes follows.
const FLOAT: u16 = 0xFF;

/// The arguments of a call, in order.
pub struct PackedTransport<'a>(pub Deserializer<ReadRefReader<'a, [u8]>>);

impl Transport for PackedTransport<'_> {
    type Return = Vec<u16>;
    type Failure = Error;
    type Floats = Vec<f64>;

    fn arg<T: DeserializeOwned>(&mut self, _: &Signature, _: usize) -> Result<T> {
        T::deserialize(&mut self.0).map_err(|_| refused())
    }

    fn floats(&mut self, _: &Signature, _: usize) -> Result<Vec<f64>> {
        (&mut self.0).deserialize_any(Doubles).map_err(|_| refused())
    }

    fn ret<T: Serialize>(&mut self, result: T) -> Result<Vec<u16>> {
        let mut units = Units(Vec::with_capacity(1024));
        result.serialize(&mut units).map_err(|_| refused())?;
        Ok(units.0)
    }
}

/// A list of numbers, or the bytes of a `Float64Array`.
struct Doubles;

impl<'de> Visitor<'de> for Doubles {
    type Value = Vec<f64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<f64>, E> {
        let (numbers, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(E::custom("cut short"));
        }
        Ok(numbers.iter().map(|number| f64::from_ne_bytes(*number)).collect())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Vec<f64>, A::Error> {
        let mut numbers = Vec::with_capacity(items.size_hint().unwrap_or_default().min(1 << 20));
        while let Some(number) = items.next_element()? {
            numbers.push(number);
        }
        Ok(numbers)
    }
}

/// Nobody reads its text: the call crosses once more as JSON text.
fn refused() -> Error {
    Error::new(ErrorKind::InvalidValue, "", "has no binary form")
}

struct Units(Vec<u16>);

type Written<T = ()> = Result<T, fmt::Error>;

/// Numbers that `f64` holds, or rounds as `JSON.parse` would.
macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {$(
        #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "JavaScript has no other numbers")]
        fn $method(self, value: $type) -> Written {
            self.serialize_f64(value as f64)
        }
    )*};
}

/// What no result of the core has.
macro_rules! unsupported {
    ($($method:ident($($type:ty),*) -> $result:ty;)*) => {
        $(fn $method(self, $(_: $type),*) -> Written<$result> { Err(fmt::Error) })*
    };
}

impl Serializer for &mut Units {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Self;
    type SerializeStruct = Self;
    type SerializeMap = Impossible<(), fmt::Error>;
    type SerializeTuple = Impossible<(), fmt::Error>;
    type SerializeTupleStruct = Impossible<(), fmt::Error>;
    type SerializeTupleVariant = Impossible<(), fmt::Error>;
    type SerializeStructVariant = Impossible<(), fmt::Error>;

    numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32);

    fn serialize_f64(self, value: f64) -> Written {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "compared with the value"
        )]
        let small = value as u8;
        if u16::from(small) < ABSENT && f64::from(small).to_bits() == value.to_bits() {
            self.0.push(small.into());
        } else if value.is_finite() {
            self.0.push(FLOAT);
            self.0.extend(value.to_ne_bytes().map(u16::from));
        } else {
            return Err(fmt::Error); // `null` in JSON text
        }
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Written {
        self.serialize_u8(value.into())
    }

    fn serialize_unit_variant(self, _: &str, index: u32, _: &str) -> Written {
        self.serialize_u32(index)
    }

    fn serialize_str(self, text: &str) -> Written {
        let is_ascii = text.is_ascii();
        self.serialize_u64(if is_ascii { text.len() } else { text.encode_utf16().count() } as u64)?;
        if is_ascii {
            self.0.extend(text.bytes().map(u16::from));
        } else {
            self.0.extend(text.encode_utf16());
        }
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Written<Self> {
        self.serialize_u64(length.ok_or(fmt::Error)? as u64)?;
        Ok(self)
    }

    fn serialize_struct(self, _: &str, length: usize) -> Written<Self> {
        self.serialize_seq(Some(length))
    }

    fn serialize_newtype_variant<T: ?Sized>(self, _: &str, _: u32, _: &str, _: &T) -> Written {
        Err(fmt::Error)
    }

    unsupported! {
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&str) -> ();
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&str, u32, &str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&str, u32, &str, usize) -> Self::SerializeStructVariant;
    }
}

impl SerializeSeq for &mut Units {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        Ok(())
    }
}

impl SerializeStruct for &mut Units {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &str, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn skip_field(&mut self, _: &str) -> Written {
        self.0.push(ABSENT);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(())
    }
}
