//! Slots for JavaScript, as a serde serializer.
use super::Refused;
use relcore::Span;
use relcore::wire::SPAN;
use serde::ser::{Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// Where an answer goes: slots, as many as there are, and its texts.
///
/// | type | slots |
/// | --- | --- |
/// | number, instant in milliseconds | the number |
/// | bool, unit enum | 0 or 1, the place of the unit |
/// | text | its UTF-16 units |
/// | optional | 0; or 1, then the value |
/// | list, map | the number of items or entries, then these |
/// | struct | its fields |
/// | enum with data | its tag as a text, then the fields of the variant |
#[derive(Debug)]
pub struct Writer<'a> {
    pub numbers: &'a mut [f64],
    pub at: usize,
    pub texts: String,
}

impl Writer<'_> {
    fn put(&mut self, number: f64) -> Result<(), Refused> {
        *self.numbers.get_mut(self.at).ok_or(Refused)? = number;
        self.at += 1;
        Ok(())
    }

    fn put_length(&mut self, length: usize) -> Result<(), Refused> {
        self.put(f64::from(u32::try_from(length).map_err(|_| Refused)?))
    }

    fn put_text(&mut self, text: &str) -> Result<(), Refused> {
        self.texts.push_str(text);
        self.put_length(if text.is_ascii() { text.len() } else { text.encode_utf16().count() })
    }
}

impl Serializer for &mut Writer<'_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Refused>;

    /// Instants come as numbers, not as text.
    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<(), Refused> {
        self.put(f64::from(u8::from(value)))
    }

    fn serialize_i8(self, value: i8) -> Result<(), Refused> {
        self.put(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Refused> {
        self.put(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Refused> {
        self.put(value.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "integers of the wire are within 2^53")]
    fn serialize_i64(self, value: i64) -> Result<(), Refused> {
        self.put(value as f64)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Refused> {
        self.put(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Refused> {
        self.put(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Refused> {
        self.put(value.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "integers of the wire are within 2^53")]
    fn serialize_u64(self, value: u64) -> Result<(), Refused> {
        self.put(value as f64)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Refused> {
        self.put(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Refused> {
        if value.is_finite() { self.put(value) } else { Err(Refused) }
    }

    fn serialize_char(self, value: char) -> Result<(), Refused> {
        self.put_text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Refused> {
        self.put_text(text)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.put(0.0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.put(1.0)?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_unit_variant(self, _: &'static str, place: u32, _: &'static str) -> Result<(), Refused> {
        self.put(place.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        if name != SPAN {
            return value.serialize(self);
        }
        value.serialize(&mut *self)?;
        self.at -= 1;
        #[expect(clippy::cast_possible_truncation, reason = "an i64 within 2^53 was written there just now")]
        let millis = self.numbers.get(self.at).map_or(0, |number| *number as i64);
        self.put_text(&Span::from_millis(millis)?.to_string())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Refused> {
        Err(Refused)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Refused> {
        self.put_length(length.ok_or(Refused)?)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refused> {
        Err(Refused)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Refused> {
        Err(Refused)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        Err(Refused)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Refused> {
        self.serialize_seq(length)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refused> {
        Err(Refused)
    }
}

impl SerializeSeq for &mut Writer<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}

impl SerializeMap for &mut Writer<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}

impl SerializeStruct for &mut Writer<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Refused> {
        value.serialize(&mut **self)
    }

    /// Only absent optionals are skipped.
    fn skip_field(&mut self, _: &'static str) -> Result<(), Refused> {
        self.put(0.0)
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}
