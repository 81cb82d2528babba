//! Slots that JavaScript wrote, as a serde deserializer.
use super::Refused;
use relcore::wire::{DATE, SPAN, TIMESTAMP};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A field that is not there.
    Missing,
    /// `null`; an optional field or argument that is not there.
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
    /// So many fields follow, some of them missing.
    Fields,
    /// The place of the variant follows, then so many fields, some of them missing.
    TaggedFields,
    /// So many fields follow, all of them there.
    Row,
    /// The place of the variant follows, then so many fields, all of them there.
    TaggedRow,
    /// An argument follows.
    Given,
    /// An argument follows, which shall be kept.
    Keep,
    /// The number of a value that was kept.
    Kept,
}

impl Kind {
    const ALL: [Self; 16] = [
        Self::Missing,
        Self::Absent,
        Self::False,
        Self::True,
        Self::Number,
        Self::Text,
        Self::Instant,
        Self::List,
        Self::Map,
        Self::Fields,
        Self::TaggedFields,
        Self::Row,
        Self::TaggedRow,
        Self::Given,
        Self::Keep,
        Self::Kept,
    ];
}

/// A place in the slots and texts of a call.
#[derive(Debug)]
pub struct Reader<'de> {
    pub kinds: &'de [u8],
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
        Ok((kind, *number))
    }

    fn next_kind(&self) -> Option<Kind> {
        Kind::ALL.get(usize::from(*self.kinds.get(self.at)?)).copied()
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

/// As serde_json would read it: an integer is one, and there is no -0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "an integer that is not exactly the number is not taken"
)]
fn visit_number<'de, V: Visitor<'de>>(number: f64, visitor: V) -> Result<V::Value, Refused> {
    let integer = number as i64;
    if integer as f64 != number {
        return visitor.visit_f64(number);
    }
    match u64::try_from(integer) {
        Ok(integer) => visitor.visit_u64(integer),
        Err(_) => visitor.visit_i64(integer),
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Refused;

    /// Instants may be numbers, and an enum with data says at once which variant it is.
    fn is_human_readable(&self) -> bool {
        false
    }

    #[expect(clippy::cast_possible_truncation, reason = "the milliseconds of a date are an integer")]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        let (kind, number) = self.next()?;
        match kind {
            Kind::Absent => visitor.visit_unit(),
            Kind::False => visitor.visit_bool(false),
            Kind::True => visitor.visit_bool(true),
            Kind::Number => visit_number(number, visitor),
            Kind::Text => visitor.visit_borrowed_str(self.text(number)?),
            Kind::Instant => visitor.visit_i64(number as i64),
            // All fields in their order are a sequence to serde, which then need not compare their names.
            Kind::List | Kind::Row => visitor.visit_seq(Inside { left: length(number)?, reader: self }),
            Kind::Map => visitor.visit_map(Inside { left: length(number)?, reader: self }),
            Kind::Fields => visitor.visit_map(Fields { count: length(number)?, next: 0, reader: self }),
            Kind::TaggedFields | Kind::TaggedRow => Err(Refused),
            Kind::Missing | Kind::Given | Kind::Keep | Kind::Kept => Err(Refused),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.next_kind() == Some(Kind::Absent) {
            self.next()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match name {
            TIMESTAMP | SPAN | DATE => self.deserialize_any(visitor), // a number or a text
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.next()? {
            (Kind::Text, units) => visitor.visit_enum(self.text(units)?.into_deserializer()),
            (kind @ (Kind::TaggedRow | Kind::TaggedFields), count) => visitor.visit_enum(Variant {
                count: length(count)?,
                all: kind == Kind::TaggedRow,
                reader: self,
            }),
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

/// An enum with data: the place of the variant, then its fields.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
    count: usize,
    all: bool,
}

impl<'de> EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Refused;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Refused> {
        let variant = seed.deserialize(&mut *self.reader)?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Refused;

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if self.all {
            return visitor.visit_seq(Inside { left: self.count, reader: self.reader });
        }
        visitor.visit_map(Fields { count: self.count, next: 0, reader: self.reader })
    }

    fn unit_variant(self) -> Result<(), Refused> {
        Err(Refused)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Refused> {
        Err(Refused)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refused> {
        Err(Refused)
    }
}

/// The fields that are there, by their places.
struct Fields<'a, 'de> {
    reader: &'a mut Reader<'de>,
    next: u64,
    count: usize,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        while let Some(count) = self.count.checked_sub(1) {
            let place = self.next;
            (self.count, self.next) = (count, place + 1);
            if self.reader.next_kind() != Some(Kind::Missing) {
                return seed.deserialize(IntoDeserializer::<Refused>::into_deserializer(place)).map(Some);
            }
            self.reader.next()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        seed.deserialize(&mut *self.reader)
    }
}
