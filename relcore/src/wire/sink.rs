//! Values to any format, through one serde serializer.
//!
//! What serde generates for a type is long, so it is compiled once: for [`Writer`], which tells a [`Sink`] one event after
//! the other. JSON text is a sink, and so are the objects of each language.
use crate::error::{Error, ErrorKind, Result};
use crate::scalar;
use serde::ser::{self, Impossible, Serialize, Serializer};
use std::fmt;

/// What takes a value, event by event.
///
/// A list is `list`, its items and `end`; a map is `map`, then each key as a text with its value behind it, and `end`. An
/// object is `object`, then for each field of the type, in their order, `field` with its value behind it or `skipped`,
/// and `end`; `field` is left out where the order is enough. The first field of an enum with data is its tag, a text.
///
/// # Errors
/// Each event fails if the format cannot hold it; then no other follows.
pub trait Sink {
    /// An absent value, where it cannot be left out.
    ///
    /// # Errors
    /// As every event.
    fn null(&mut self) -> Result<()>;

    /// True or false.
    ///
    /// # Errors
    /// As every event.
    fn bool(&mut self, value: bool) -> Result<()>;

    /// A whole number.
    ///
    /// # Errors
    /// As every event.
    fn integer(&mut self, number: i64) -> Result<()>;

    /// A number; not finite only if the value was made in Rust.
    ///
    /// # Errors
    /// As every event.
    fn float(&mut self, number: f64) -> Result<()>;

    /// A text, or the tag of an enum with data.
    ///
    /// # Errors
    /// As every event.
    fn text(&mut self, text: &str) -> Result<()>;

    /// An instant, as milliseconds since 1970.
    ///
    /// # Errors
    /// As every event.
    fn instant(&mut self, millis: i64) -> Result<()>;

    /// A span, as milliseconds.
    ///
    /// # Errors
    /// As every event.
    fn span(&mut self, millis: i64) -> Result<()>;

    /// A day, as its text.
    ///
    /// # Errors
    /// As every event.
    fn day(&mut self, text: &str) -> Result<()> {
        self.text(text)
    }

    /// A reason code.
    ///
    /// # Errors
    /// As every event.
    fn reason_code(&mut self, text: &str) -> Result<()> {
        self.text(text)
    }

    /// The variant of an enum without data: the qualified name of the enum, the position and the text of the variant.
    ///
    /// # Errors
    /// As every event.
    fn unit(&mut self, _of: &'static str, _position: u32, text: &'static str) -> Result<()> {
        self.text(text)
    }

    /// Begins a list of so many items.
    ///
    /// # Errors
    /// As every event.
    fn list(&mut self, length: usize) -> Result<()>;

    /// Begins a map.
    ///
    /// # Errors
    /// As every event.
    fn map(&mut self) -> Result<()>;

    /// Begins an object of the type of this qualified name, with so many fields that are present. Returns whether `field` is
    /// wanted.
    ///
    /// # Errors
    /// As every event.
    fn object(&mut self, of: &'static str, length: usize) -> Result<bool>;

    /// Names the field whose value is next.
    ///
    /// # Errors
    /// As every event.
    fn field(&mut self, name: &'static str) -> Result<()>;

    /// Passes over a field that is left out.
    ///
    /// # Errors
    /// As every event.
    fn skipped(&mut self, _name: &'static str) -> Result<()> {
        Ok(())
    }

    /// Ends the innermost list, map or object.
    ///
    /// # Errors
    /// As every event.
    fn end(&mut self) -> Result<()>;
}

/// Tells a sink a value.
///
/// # Errors
/// Whatever the sink refuses.
pub fn write<T: Serialize + ?Sized>(value: &T, sink: &mut dyn Sink) -> Result<()> {
    value.serialize(Writer { sink, scalar: "" }).map_err(|refused| refused.0)
}

/// The tag of an enum with data, and nothing after it.
pub(super) fn tag_of<T: Serialize>(value: &T) -> Option<String> {
    let mut first = First(None);
    // It ends with an error after the first text.
    write(value, &mut first).ok();
    first.0
}

/// Whatever a sink refused.
#[derive(Debug)]
pub(crate) struct Refused(Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    #[cold]
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(Error::new(ErrorKind::InvalidValue, "", text.to_string()))
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

type Written<T = ()> = std::result::Result<T, Refused>;

/// The one serializer.
pub(crate) struct Writer<'a> {
    sink: &'a mut dyn Sink,
    /// The newtype name of the scalar whose number or text is next.
    scalar: &'static str,
}

impl<'a> Writer<'a> {
    fn whole(self, number: i64) -> Written {
        Ok(match self.scalar {
            scalar::TIMESTAMP => self.sink.instant(number),
            scalar::SPAN => self.sink.span(number),
            _ => self.sink.integer(number),
        }?)
    }

    fn inner(self, is_named: bool) -> Inner<'a> {
        Inner { sink: self.sink, is_named }
    }
}

macro_rules! whole {
    ($($method:ident $type:ty;)*) => {$(
        fn $method(self, number: $type) -> Written {
            self.whole(number.into())
        }
    )*};
}

/// The forms of serde that no type of the core has.
macro_rules! absent {
    ($($method:ident($($argument:ty),*) -> $result:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Written<$result> {
            Err(ser::Error::custom(concat!("no value has the form `", stringify!($method), "`")))
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Inner<'a>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Inner<'a>;
    type SerializeStruct = Inner<'a>;
    type SerializeStructVariant = Impossible<(), Refused>;

    fn is_human_readable(&self) -> bool {
        false
    }

    whole! {
        serialize_i8 i8; serialize_i16 i16; serialize_i32 i32; serialize_i64 i64; serialize_u8 u8; serialize_u16 u16;
        serialize_u32 u32;
    }

    absent! {
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        self.serialize_unit()
    }

    /// INVARIANT: a count is at most 2^53 - 1.
    fn serialize_u64(self, number: u64) -> Written {
        match i64::try_from(number) {
            Ok(number) => self.whole(number),
            Err(_) => Err(ser::Error::custom("a whole number is beyond 2^63")),
        }
    }

    fn serialize_bool(self, value: bool) -> Written {
        Ok(self.sink.bool(value)?)
    }

    fn serialize_f32(self, number: f32) -> Written {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Written {
        Ok(self.sink.float(number)?)
    }

    fn serialize_str(self, text: &str) -> Written {
        Ok(match self.scalar {
            scalar::DATE => self.sink.day(text),
            scalar::REASON_CODE => self.sink.reason_code(text),
            _ => self.sink.text(text),
        }?)
    }

    fn serialize_none(self) -> Written {
        Ok(self.sink.null()?)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, of: &'static str, position: u32, text: &'static str) -> Written {
        Ok(self.sink.unit(of, position, text)?)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, scalar: &'static str, value: &T) -> Written {
        value.serialize(Self { scalar, ..self })
    }

    fn serialize_seq(self, length: Option<usize>) -> Written<Inner<'a>> {
        let length = length.ok_or_else(|| <Refused as ser::Error>::custom("a list has a length"))?;
        self.sink.list(length)?;
        Ok(self.inner(false))
    }

    fn serialize_map(self, _: Option<usize>) -> Written<Inner<'a>> {
        self.sink.map()?;
        Ok(self.inner(false))
    }

    fn serialize_struct(self, of: &'static str, length: usize) -> Written<Inner<'a>> {
        let is_named = self.sink.object(of, length)?;
        Ok(self.inner(is_named))
    }
}

/// Inside a list, a map or an object.
pub(crate) struct Inner<'a> {
    sink: &'a mut dyn Sink,
    /// Whether the names of fields are wanted.
    is_named: bool,
}

impl Inner<'_> {
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(Writer { sink: &mut *self.sink, scalar: "" })
    }

    fn close(self) -> Written {
        Ok(self.sink.end()?)
    }
}

impl ser::SerializeSeq for Inner<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.value(value)
    }

    fn end(self) -> Written {
        self.close()
    }
}

impl ser::SerializeMap for Inner<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.value(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.value(value)
    }

    fn end(self) -> Written {
        self.close()
    }
}

impl ser::SerializeStruct for Inner<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        if self.is_named {
            self.sink.field(name)?;
        }
        self.value(value)
    }

    fn skip_field(&mut self, name: &'static str) -> Written {
        Ok(self.sink.skipped(name)?)
    }

    fn end(self) -> Written {
        self.close()
    }
}

/// The first text of an object.
struct First(Option<String>);

impl First {
    /// Ends the writing.
    fn enough(&self) -> Result<()> {
        Err(Error::new(ErrorKind::InvalidValue, "", "is not an enum with data"))
    }
}

impl Sink for First {
    fn null(&mut self) -> Result<()> {
        self.enough()
    }

    fn bool(&mut self, _: bool) -> Result<()> {
        self.enough()
    }

    fn integer(&mut self, _: i64) -> Result<()> {
        self.enough()
    }

    fn float(&mut self, _: f64) -> Result<()> {
        self.enough()
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.0 = Some(text.to_owned());
        self.enough()
    }

    fn instant(&mut self, _: i64) -> Result<()> {
        self.enough()
    }

    fn span(&mut self, _: i64) -> Result<()> {
        self.enough()
    }

    fn list(&mut self, _: usize) -> Result<()> {
        self.enough()
    }

    fn map(&mut self) -> Result<()> {
        self.enough()
    }

    fn object(&mut self, _: &'static str, _: usize) -> Result<bool> {
        Ok(false)
    }

    fn field(&mut self, _: &'static str) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.enough()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Span, Timestamp};
    use crate::wire::JsonText;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[test]
    fn only_a_text_in_the_first_field_is_a_tag() {
        #[derive(Serialize)]
        struct Headed<T> {
            head: T,
            text: &'static str,
        }

        #[derive(Serialize)]
        struct Nothing {}

        fn tag<T: Serialize>(head: T) -> Option<String> {
            tag_of(&Headed { head, text: "later" })
        }

        assert_eq!(tag("set_weight").as_deref(), Some("set_weight"));
        let others = [
            tag(None::<bool>),
            tag(true),
            tag(1),
            tag(0.5),
            tag(Timestamp::from_millis(0).unwrap()),
            tag(Span::ZERO),
            tag(vec!["item"]),
            tag(BTreeMap::from([("key", "value")])),
            tag(Nothing {}),
        ];
        assert_eq!(others, [const { None }; 9]);
    }

    #[test]
    fn a_form_that_no_type_of_the_core_has_is_refused() {
        #[derive(Serialize)]
        enum Other {
            Newtype(u8),
            Tuple(u8, u8),
            Struct { a: u8 },
        }

        struct Endless;

        impl Serialize for Endless {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_seq(None).and_then(ser::SerializeSeq::end)
            }
        }

        fn text<T: Serialize>(value: T) -> Result<String> {
            let mut sink = JsonText::default();
            write(&value, &mut sink).map(|()| sink.into_text())
        }

        assert_eq!(text(u64::MAX >> 1), Ok(i64::MAX.to_string()));
        assert_eq!(text(0.5_f32), Ok("0.5".to_owned()));
        for refused in [
            text((u64::MAX >> 1) + 1),
            text('c'),
            text(()),
            text((1, 2)),
            text(Other::Newtype(1)),
            text(Other::Tuple(1, 2)),
            text(Other::Struct { a: 1 }),
            text(Endless),
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidValue);
        }
    }
}
