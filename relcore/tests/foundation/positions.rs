//! A binding that encodes by position counts the fields and variants of the type descriptors; serde counts those of the
//! types. Both must be the same lists in the same order. Scalars also pass through MessagePack.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop with a panic"
)]

use relcore::api::{self, Signature, Transport};
use relcore::wire::{Key, Sink, Source, Tree, TreeSource};
use relcore::{Error, NaiveDate, ReasonCode, Span, Timestamp, Version};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

#[test]
fn the_descriptors_have_the_fields_and_variants_in_the_order_of_serde() {
    let descriptors: Value = serde_json::from_str(&api::descriptors()).unwrap();
    let types = &descriptors["types"];
    for name in api::named_types() {
        let of = types[name]["of"].as_array().unwrap();
        let variants = if types[name]["kind"] == "Struct" { 1 } else { of.len() };
        for variant in 0..variants {
            let [by_name, by_position] = [false, true].map(|by_position| {
                let mut sample = Sample { types, by_position, variant, next: 0 };
                written(name, sample.named(name))
            });
            assert_eq!(by_name, by_position, "{name}");
            let value: Value = serde_json::from_str(&by_name).unwrap();
            let fields = match types[name]["kind"].as_str().unwrap() {
                "Unit" => {
                    assert_eq!(value, of[variant]);
                    continue;
                }
                "Struct" => of,
                _ => of[variant][1].as_array().unwrap(),
            };
            let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
            if variants > 1 || names.first() == Some(&"type") {
                names.remove(0);
            }
            let mut described: Vec<&str> = fields.iter().map(|field| field[0].as_str().unwrap()).collect();
            described.retain(|name| names.contains(name)); // some are left out at their default
            assert_eq!(names, described, "{name} as it is written");
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

/// The value of the type of this name as JSON.
fn written(name: &str, value: Tree<'static>) -> String {
    api::named_type(name)
        .unwrap()
        .to_json(&mut One(TreeSource::new(value)))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A call with one argument.
struct One(TreeSource<'static>);

impl Transport for One {
    fn argument(&mut self, _: &Signature, _: usize) -> Result<&mut dyn Source, Error> {
        Ok(&mut self.0)
    }

    fn sink(&mut self) -> &mut dyn Sink {
        panic!("nothing is returned")
    }
}

/// Makes values of which no two are the same.
struct Sample<'a> {
    types: &'a Value,
    by_position: bool,
    /// Of an enum.
    variant: usize,
    next: u16,
}

impl Sample<'_> {
    fn of(&mut self, of: &Value) -> Tree<'static> {
        self.next = self.next.checked_add(1).unwrap();
        let next = self.next;
        match of["kind"].as_str().unwrap() {
            "Bool" => Tree::Bool(next.is_multiple_of(2)),
            "Integer" => Tree::Integer(
                (of["of"][0].as_i64().unwrap() + i64::from(next)).min(of["of"][1].as_i64().unwrap()),
            ),
            "Float" => Tree::Float(f64::from(next) + 0.5),
            "Text" => Tree::Text(format!("text {next}").into()),
            "Timestamp" => Tree::Instant(i64::from(next) * 1000),
            "Span" => Tree::Span(i64::from(next) * 1000),
            "Date" => Tree::Day(format!("2026-11-{:02}", next % 28 + 1).into()),
            "Version" => Tree::Text(format!("1.2.{next}").into()),
            "ReasonCode" => Tree::Text("gate_pending".into()),
            "Optional" => self.of(&of["of"]),
            "List" => Tree::List(vec![self.of(&of["of"])]),
            "Map" => Tree::Object(vec![(Key::Wire("key".into()), self.of(&of["of"]))]),
            _ => self.named(of["of"].as_str().unwrap()),
        }
    }

    fn named(&mut self, name: &str) -> Tree<'static> {
        let types = self.types;
        let of = types[name]["of"].as_array().unwrap();
        let variant = std::mem::take(&mut self.variant);
        let position = u32::try_from(variant).unwrap();
        match (types[name]["kind"].as_str().unwrap(), self.by_position) {
            ("Unit", true) => Tree::Unit(position),
            ("Unit", false) => Tree::Text(of[variant].as_str().unwrap().to_owned().into()),
            ("Struct", _) => Tree::Object(self.fields(of)),
            (_, by_position) => {
                let mut fields = self.fields(of[variant][1].as_array().unwrap());
                if by_position {
                    return Tree::Object(vec![(Key::Position(position), Tree::Object(fields))]);
                }
                let tag = Tree::Text(of[variant][0].as_str().unwrap().to_owned().into());
                fields.push((Key::Wire("type".into()), tag));
                Tree::Object(fields)
            }
        }
    }

    fn fields(&mut self, of: &[Value]) -> Vec<(Key<'static>, Tree<'static>)> {
        let key = |index: usize, name: &str| match self.by_position {
            true => Key::Position(u32::try_from(index).unwrap()),
            false => Key::Wire(name.to_owned().into()),
        };
        let keys: Vec<_> =
            of.iter().enumerate().map(|(index, field)| key(index, field[0].as_str().unwrap())).collect();
        keys.into_iter().zip(of).map(|(key, field)| (key, self.of(&field[1]))).collect()
    }
}
