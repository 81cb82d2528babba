//! The digest of a policy: SHA-256 over its canonical JSON (RFC 8785).
//!
//! A decision names the policy it was made under by this digest, so that an old decision can be held against the
//! policy file it claims. The digest is taken of the whole value with its defaults filled in, never of the text.
use crate::error::{Error, ErrorKind, Result};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The canonical JSON (RFC 8785) of a JSON text: keys sorted, no spaces, numbers as ECMAScript prints them.
///
/// ```
/// assert_eq!(relcore::digest::canonical_json("{\"b\": 1.0, \"a\": \"\\u20ac\"}")?, "{\"a\":\"€\",\"b\":1}");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` when the text is not JSON (`{a: 1}`), repeats a key (`{"a": 1, "a": 2}`), or nests deeper than 127 levels.
pub fn canonical_json(text: &str) -> Result<String> {
    let value = crate::wire::parse_json(text)?;
    serde_json_canonicalizer::to_string(&value).map_err(|fault| unwritable(&fault))
}

/// The digest of a JSON text: `sha256:` and 64 hexadecimal digits over its canonical JSON.
///
/// Two texts that mean the same have the same digest:
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

/// The digest of a value that has been checked (all numbers finite).
pub(crate) fn of(value: &impl Serialize) -> Result<String> {
    serde_json_canonicalizer::to_vec(value).map(|bytes| hash(&bytes)).map_err(|fault| unwritable(&fault))
}

/// Defines `fn digest_of(policy: &T) -> Result<String>`, which checks a policy and gives its digest, and remembers the
/// last one per thread.
///
/// A deploy script asks about the same policy every minute, and a simulation a million times: checking and hashing
/// would cost more than deciding. The memo is of a pure function and compares the whole policy, so no answer depends
/// on it.
macro_rules! remembered_digest {
    ($type:ty) => {
        $crate::digest::remembered_digest!($type, |_: &$type| Ok(()));
    };
    ($type:ty, $check:expr) => {
        fn digest_of(policy: &$type) -> $crate::error::Result<String> {
            thread_local! {
                static LAST: std::cell::RefCell<Option<($type, String)>> = const { std::cell::RefCell::new(None) };
            }
            LAST.with_borrow_mut(|last| match last {
                Some((seen, digest)) if seen == policy => Ok(digest.clone()),
                _ => {
                    let check: fn(&$type) -> $crate::error::Result<()> = $check;
                    check(policy)?;
                    let digest = $crate::digest::of(policy)?;
                    *last = Some((policy.clone(), digest.clone()));
                    Ok(digest)
                }
            })
        }
    };
}
pub(crate) use remembered_digest;

fn hash(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    text
}

fn unwritable(fault: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidValue, "", format!("has no canonical JSON: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_the_hash_of_the_canonical_bytes() {
        // `echo -n '{}' | sha256sum`
        assert_eq!(
            sha256("{ }").unwrap(),
            "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }

    #[test]
    fn remembered_answers_are_the_computed_ones() {
        remembered_digest!(Vec<f64>);
        for values in [vec![1.0], vec![1.0], vec![2.0], vec![1.0], vec![]] {
            assert_eq!(digest_of(&values).unwrap(), of(&values).unwrap());
        }
    }
}
