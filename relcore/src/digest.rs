//! Canonical JSON (RFC 8785) and the SHA-256 digest of a value.
//!
//! Every decision has the digest of its policy (`policyDigest`), so an auditor can check which policy it was made under:
//! [`sha256`] of the policy as JSON, with its defaults filled in, gives the same digest.
//!
//! 1. The text is parsed strictly: a repeated key is an error.
//! 2. The value is written as canonical JSON: keys sorted by their UTF-16 code units, no white space, numbers as
//!    ECMAScript writes them (`1.0` becomes `1`).
//! 3. The digest is SHA-256 of these UTF-8 bytes, written as `sha256:` and 64 hexadecimal digits in lower case.
//!
//! # Pitfalls
//!
//! - The digest of a policy file differs from `policyDigest` if the file omits keys that have defaults. Load the policy,
//!   write it as JSON and take the digest of that text.
//! - Two texts with equal values have the same digest; `90s` and `PT1M30S` are different texts of the same span. A loaded
//!   policy has only one form of each value.
//! - Numbers are IEEE 754 doubles: integers beyond 2^53 lose digits. Write them as text.
use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::wire::{self, JsonKey, PolicyText};
use serde::de::{self, DeserializeSeed, Visitor};
use serde::{Deserializer, Serialize};
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, cmp::Ordering, fmt, fmt::Write as _, ops::Range};

/// Rewrites a JSON text as canonical JSON (RFC 8785): keys sorted, no white space, numbers as ECMAScript writes them.
///
/// ```
/// assert_eq!(relcore::digest::canonical_json("{\"b\": 1.0, \"a\": \"\\u20ac\"}")?, "{\"a\":\"€\",\"b\":1}");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not JSON (`{a: 1}`), has a repeated key (`{"a": 1, "a": 2}`), nests deeper than 127 levels
/// or is longer than 8 MiB.
pub fn canonical_json(text: &str) -> Result<String> {
    let mut out = Vec::with_capacity(text.len());
    wire::read_json_by(text, Canonical(&mut out))?;
    String::from_utf8(out).map_err(|fault| no_canonical_form(&fault))
}

/// Writes a value as canonical JSON while it is read: a tree of a long text costs more than reading and writing it. The
/// entries of an object are sorted in the output, when all of them are there. The parser limits the depth.
struct Canonical<'a>(&'a mut Vec<u8>);

impl Canonical<'_> {
    /// Replaces the comma behind the last item, if there is one.
    fn close(self, bracket: u8) {
        if self.0.last() == Some(&b',') {
            self.0.pop();
        }
        self.0.push(bracket);
    }
}

impl<'de> DeserializeSeed<'de> for Canonical<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Canonical<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        const EXACT: u64 = 1 << 53;
        match number {
            0..=EXACT => serde_json::to_writer(self.0, &number),
            _ => serde_json_canonicalizer::to_writer(&number, self.0),
        }
        .map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        serde_json_canonicalizer::to_writer(&number, self.0).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        serde_json_canonicalizer::to_writer(&number, self.0).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        serde_json::to_writer(self.0, text).map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.push(b'[');
        while items.next_element_seed(Canonical(self.0))?.is_some() {
            self.0.push(b',');
        }
        self.close(b']');
        Ok(())
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.0.push(b'{');
        let begin = self.0.len();
        let mut entries = Vec::new();
        while let Some(JsonKey(key)) = fields.next_key()? {
            let begin = self.0.len();
            serde_json::to_writer(&mut *self.0, &key).map_err(de::Error::custom)?;
            self.0.push(b':');
            fields.next_value_seed(Canonical(self.0))?;
            self.0.push(b',');
            entries.push((key, begin..self.0.len()));
        }
        if !entries.is_sorted_by(|left, right| by_key(left, right).is_lt()) {
            entries.sort_unstable_by(by_key);
            let repeated = entries.windows(2).find_map(|pair| match pair {
                [(left, _), (right, _)] if left == right => Some(left),
                _ => None,
            });
            if let Some(key) = repeated {
                return Err(de::Error::custom(format_args!("key {} is repeated", quoted(key))));
            }
            let texts: Vec<&[u8]> =
                entries.iter().filter_map(|(_, range)| self.0.get(range.clone())).collect();
            let sorted = texts.concat();
            self.0.truncate(begin);
            self.0.extend_from_slice(&sorted);
        }
        self.close(b'}');
        Ok(())
    }
}

/// A key, and where it stands in the output with its value and the comma behind it.
type Entry<'a> = (Cow<'a, str>, Range<usize>);

fn by_key((left, _): &Entry<'_>, (right, _): &Entry<'_>) -> Ordering {
    left.encode_utf16().cmp(right.encode_utf16())
}

/// Computes the SHA-256 digest of the canonical JSON of a text: `sha256:` and 64 hexadecimal digits.
///
/// Texts with equal values have the same digest:
///
/// ```
/// use relcore::digest::sha256;
/// assert_eq!(sha256("{\"a\": 1, \"b\": 2}")?, sha256("{\"b\":2.0,\"a\":1}")?);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// As [`canonical_json`].
pub fn sha256(text: &str) -> Result<String> {
    Ok(hash(canonical_json(text)?.as_bytes()))
}

/// The digest of a checked value. INVARIANT: all numbers are finite.
pub(crate) fn of(value: &impl Serialize) -> Result<String> {
    serde_json_canonicalizer::to_vec(value)
        .map(|bytes| hash(&bytes))
        .map_err(|fault| no_canonical_form(&fault))
}

/// A policy that was checked and digested once: what every handle holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checked<P> {
    policy: P,
    digest: String,
}

impl<P: PolicyText + Serialize> Checked<P> {
    /// Checks and digests a policy; `path` is the name of the argument that holds it.
    pub(crate) fn new(policy: P, path: &str) -> Result<Self> {
        let mut faults = Faults::new();
        policy.check(path, &mut faults);
        faults.finish()?;
        let digest = of(&policy)?;
        Ok(Self { policy, digest })
    }

    pub(crate) fn policy(&self) -> &P {
        &self.policy
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    text
}

fn no_canonical_form(fault: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidValue, "", format!("has no canonical JSON: {fault}"))
}

/// The rows of this module in the function table, sorted by name.
macro_rules! table_rows {
    ($table:ident) => {
        $table! {
            digest {
                fn canonical_json(text: &str) -> String;
                fn sha256(text: &str) -> String;
            }
        }
    };
}
pub(crate) use table_rows;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn values() -> impl Strategy<Value = Value> {
        let scalars = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-10_i64..10).prop_map(|offset| Value::from((1_i64 << 53) + offset)),
            any::<f64>().prop_map(Value::from),
            (-1e3..1e3).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalars.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_parsed_value_is_written_as_the_serializer_writes_it(value in values()) {
            let expected = serde_json_canonicalizer::to_string(&value).unwrap();
            prop_assert_eq!(canonical_json(&value.to_string()).unwrap(), expected);
        }
    }

    #[test]
    fn digest_is_the_hash_of_the_canonical_bytes() {
        // `echo -n '{}' | sha256sum`
        assert_eq!(
            sha256("{ }").unwrap(),
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
