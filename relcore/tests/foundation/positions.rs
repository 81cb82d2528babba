//! A binding that encodes by position counts the fields and variants of the type descriptors; serde counts those of the
//! types. Both must be the same lists in the same order. Such a binding passes scalars as MessagePack.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop with a panic"
)]

use relcore::api::{self, Signature, Transport};
use relcore::{Error, ErrorKind, NaiveDate, ReasonCode, Span, Timestamp, Version};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::{Value, json};

#[test]
fn the_descriptors_have_the_fields_and_variants_in_the_order_of_serde() {
    let descriptors: Value = serde_json::from_str(&api::descriptors()).unwrap();
    for name in api::named_types() {
        let descriptor = &descriptors["types"][name];
        let of = descriptor["of"].as_array().unwrap();
        let names = |pairs: &[Value]| pairs.iter().map(|pair| pair[0].clone()).collect::<Vec<_>>();
        match descriptor["kind"].as_str().unwrap() {
            "Unit" => assert_eq!(names_of(name, 0), [json!(of)], "{name}"),
            "Struct" => assert_eq!(names_of(name, 0), [json!(names(of))], "{name}"),
            "Tagged" => {
                for (index, variant) in of.iter().enumerate() {
                    let fields = names(variant[1].as_array().unwrap());
                    assert_eq!(names_of(name, index), [json!(names(of)), json!(fields)], "{name}");
                }
            }
            kind => panic!("{name} is a {kind}"),
        }
    }
}

#[test]
fn scalars_pass_through_a_format_without_newtypes() {
    fn passes<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
        let value: T = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(rmp_serde::from_slice::<T>(&rmp_serde::to_vec(&value).unwrap()).unwrap(), value, "{text}");
        assert_eq!(rmp_serde::from_slice::<T>(&rmp_serde::to_vec(text).unwrap()).unwrap(), value, "{text}");
    }
    passes::<Timestamp>("2026-11-23T09:00:00.001Z");
    passes::<Timestamp>("1969-12-31T23:59:59.999Z");
    passes::<Span>("PT1H30M");
    passes::<NaiveDate>("2026-11-23");
    passes::<ReasonCode>("gate_pending");
    passes::<Version>("1.2.3-rc.1");
    assert!(rmp_serde::from_slice::<Timestamp>(&rmp_serde::to_vec(&u64::MAX).unwrap()).is_err());
}

/// The names that serde asks for when it reads a type: fields, or variants and then the fields of one of them.
fn names_of(name: &str, variant: usize) -> Vec<Value> {
    let mut probe = Probe { variant, asked: Vec::new() };
    assert!(api::named_type(name).unwrap().to_json(&mut probe).is_err());
    probe.asked
}

struct Probe {
    variant: usize,
    asked: Vec<Value>,
}

impl Transport for Probe {
    type Return = ();
    type Failure = Error;
    type Floats = Vec<f64>;

    fn arg<T: DeserializeOwned>(&mut self, _: &Signature, _: usize) -> Result<T, Error> {
        T::deserialize(self).map_err(|_| Error::new(ErrorKind::InvalidValue, "", "asked"))
    }

    fn floats(&mut self, signature: &Signature, index: usize) -> Result<Vec<f64>, Error> {
        self.arg(signature, index)
    }

    fn ret<T: Serialize>(&mut self, _: T) -> Result<(), Error> {
        Ok(())
    }
}

/// Ends the reading: the names are known.
type Asked = de::value::Error;

fn asked<T>() -> Result<T, Asked> {
    Err(de::Error::custom("asked"))
}

impl<'de> de::Deserializer<'de> for &mut Probe {
    type Error = Asked;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Asked> {
        asked()
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        self.asked.push(json!(fields));
        asked()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Asked> {
        self.asked.push(json!(variants));
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> de::EnumAccess<'de> for &mut Probe {
    type Error = Asked;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Asked> {
        let index: de::value::U64Deserializer<Asked> = (self.variant as u64).into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for &mut Probe {
    type Error = Asked;

    fn unit_variant(self) -> Result<(), Asked> {
        asked()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Asked> {
        asked()
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Asked> {
        asked()
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Asked> {
        self.asked.push(json!(fields));
        asked()
    }
}
