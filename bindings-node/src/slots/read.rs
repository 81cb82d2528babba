//! Slots that JavaScript wrote, as a serde deserializer.
use super::Refused;
use serde::de::{
    DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::BorrowedStrDeserializer,
};
use serde::forward_to_deserialize_any;

/// What a slot holds: the low four bits beside its number. The bits above are the place of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, or an argument that was left out.
    Absent,
    False,
    True,
    Number,
    /// So many UTF-16 units of the texts.
    Text,
    /// Milliseconds since 1970.
    Instant,
    /// So many items follow.
    List,
    /// So many pairs of a text and a value follow.
    Map,
    /// So many fields follow, each with its place.
    Struct,
    /// The place of the variant follows, then so many fields.
    Tagged,
    /// An argument follows.
    Given,
    /// An argument follows, which shall be kept.
    Keep,
    /// The number of a value that was kept.
    Kept,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Absent,
        Self::False,
        Self::True,
        Self::Number,
        Self::Text,
        Self::Instant,
        Self::List,
        Self::Map,
        Self::Struct,
        Self::Tagged,
        Self::Given,
        Self::Keep,
        Self::Kept,
    ];
}

/// A place in the slots and texts of a call.
#[derive(Debug)]
pub struct Reader<'de> {
    pub kinds: &'de [u16],
    pub numbers: &'de [f64],
    pub texts: &'de str,
    pub at: usize,
    pub text_at: usize,
}

impl<'de> Reader<'de> {
    /// The next slot.
    pub fn next(&mut self) -> Result<(Kind, f64), Refused> {
        let kind = self.next_kind().ok_or(Refused)?;
        let number = self.numbers.get(self.at).ok_or(Refused)?;
        self.at += 1;
        let kind = Kind::ALL.get(usize::from(kind & 15)).ok_or(Refused)?;
        Ok((*kind, *number))
    }

    fn next_kind(&self) -> Option<u16> {
        self.kinds.get(self.at).copied()
    }

    /// The next so many UTF-16 units of the texts.
    fn text(&mut self, units: f64) -> Result<&'de str, Refused> {
        let units = length(units)?;
        let rest = self.texts.get(self.text_at..).ok_or(Refused)?;
        let bytes = match rest.as_bytes().get(..units) {
            Some(ascii) if ascii.is_ascii() => units,
            _ => bytes_of(rest, units)?,
        };
        self.text_at += bytes;
        rest.get(..bytes).ok_or(Refused)
    }
}

/// The bytes of so many UTF-16 units at the beginning of a text.
fn bytes_of(text: &str, units: usize) -> Result<usize, Refused> {
    let (mut left, mut bytes) = (units, 0);
    let mut characters = text.chars();
    while left > 0 {
        let next = characters.next().ok_or(Refused)?;
        left = left.checked_sub(next.len_utf16()).ok_or(Refused)?;
        bytes += next.len_utf8();
    }
    Ok(bytes)
}

/// Up to here a JavaScript number is the integer that it seems to be.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// A number of things.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
pub fn whole(number: f64) -> Result<u64, Refused> {
    if (0.0..=EXACT).contains(&number) { Ok(number as u64) } else { Err(Refused) }
}

fn length(number: f64) -> Result<usize, Refused> {
    usize::try_from(whole(number)?).map_err(|_| Refused)
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Refused;

    #[expect(clippy::cast_possible_truncation, reason = "checked before")]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let (kind, number) = self.next()?;
        match kind {
            Kind::Absent => visitor.visit_unit(),
            Kind::False => visitor.visit_bool(false),
            Kind::True => visitor.visit_bool(true),
            Kind::Number if number.trunc().to_bits() != number.to_bits() || number.abs() > EXACT => {
                visitor.visit_f64(number)
            }
            Kind::Number => match u64::try_from(number as i64) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(number as i64),
            },
            Kind::Text => visitor.visit_borrowed_str(self.text(number)?),
            Kind::Instant => visitor.visit_i64(number as i64),
            Kind::List => visitor.visit_seq(Inside { left: length(number)?, reader: self }),
            Kind::Map => visitor.visit_map(Inside { left: length(number)?, reader: self }),
            Kind::Struct => visitor.visit_map(Fields { left: length(number)?, reader: self, tagged: false }),
            Kind::Tagged => visitor.visit_map(Fields { left: length(number)?, reader: self, tagged: true }),
            Kind::Given | Kind::Keep | Kind::Kept => Err(Refused),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.next_kind() {
            Some(kind) if kind & 15 == Kind::Absent as u16 => {
                self.next()?;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.next()? {
            (Kind::Text, units) => visitor.visit_enum(self.text(units)?.into_deserializer()),
            _ => Err(Refused),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a list, or the entries of a map.
struct Inside<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Inside<'_, 'de> {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for Inside<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        seed.deserialize(&mut *self.reader)
    }
}

/// The fields of a struct by their places; before them, when there is one, the variant by the key `type`.
struct Fields<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
    tagged: bool,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        if std::mem::take(&mut self.tagged) {
            return seed.deserialize(BorrowedStrDeserializer::<Refused>::new("type")).map(Some);
        }
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let place = u64::from(self.reader.next_kind().ok_or(Refused)? >> 4);
        seed.deserialize(IntoDeserializer::<Refused>::into_deserializer(place)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}
