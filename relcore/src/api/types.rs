//! The named types by their qualified names, for bindings: values to JSON text and back.
use super::call::{argument, ret};
use super::named::named_types;
use super::{Signature, Transport};
use crate::error::{Error, ErrorKind, Result, quoted};
use crate::wire::{self, WireType};

/// A named type, resolved by [`named_type`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedType(usize);

/// Resolves a named type by its qualified name: `canary.State`; without a module in the foundation: `TimeRange`.
///
/// ```
/// use relcore::api::{JsonTransport, named_type};
///
/// let action = named_type("canary.Action")?;
/// let text = action.to_json(&mut JsonTransport::new(vec![Some("{\"type\": \"hold\"}")]))?;
/// assert_eq!(text, "{\"type\":\"hold\"}");
///
/// // Pitfall: a variant is not a type of its own.
/// assert!(named_type("canary.ActionHold").is_err());
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for a name that no type has, such as `canary.Stat`.
pub fn named_type(name: &str) -> Result<NamedType> {
    NAMES.iter().position(|known| *known == name).map(NamedType).ok_or_else(|| {
        let text = format!("there is no type {}: expected a name such as `canary.State`", quoted(name));
        Error::new(ErrorKind::InvalidValue, "type", text)
    })
}

/// Every named type, by its qualified name.
pub fn named_types() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied()
}

impl NamedType {
    /// Writes a value, the one argument of the transport, as JSON text.
    ///
    /// # Errors
    /// Whatever the transport refuses; all faults of a value that is not of this type.
    pub fn to_json(self, transport: &mut dyn Transport) -> Result<String> {
        CODECS.get(self.0).map_or_else(|| Err(absent()), |codec| (codec.to_json)(transport))
    }

    /// Reads a value from JSON text and returns it through the transport.
    ///
    /// # Errors
    /// As [`from_json`](crate::from_json).
    pub fn from_json(self, text: &str, transport: &mut dyn Transport) -> Result<()> {
        CODECS.get(self.0).map_or_else(|| Err(absent()), |codec| (codec.from_json)(text, transport))
    }
}

/// The two directions of a type.
struct Codec {
    to_json: fn(&mut dyn Transport) -> Result<String>,
    from_json: fn(&str, &mut dyn Transport) -> Result<()>,
}

const fn codec<V: WireType>() -> Codec {
    Codec {
        to_json: |transport| {
            let signature = Signature { name: V::NAME, arguments: &["value"] };
            wire::to_json(&argument::<V>(transport, &signature, 0)?)
        },
        from_json: |text, transport| ret(transport, &wire::from_json::<V>(text)?),
    }
}

/// Expands the list of types.
macro_rules! types {
    ($($name:literal: $type:ty,)*) => {
        $(impl WireType for $type {
            const NAME: &'static str = $name;
        })*

        const NAMES: &[&str] = &[$($name),*];

        /// In the order of the names.
        static CODECS: &[Codec] = &[$(codec::<$type>()),*];
    };
}

named_types!(types);

/// Not reached: a type is resolved from the same list.
fn absent() -> Error {
    Error::new(ErrorKind::InvalidValue, "type", "there is no such type")
}
