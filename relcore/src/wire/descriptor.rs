//! What a type looks like on the wire, as data.
use serde::{Serialize, Serializer};

/// The type of a field or an argument.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "kind", content = "of")]
#[allow(dead_code, reason = "the descriptors need not use every scalar")]
pub(crate) enum TypeRef {
    /// True or false.
    Bool,
    /// A whole number between these, both included.
    Integer(i64, i64),
    /// A finite number.
    Float,
    /// Any text.
    Text,
    /// An instant.
    Timestamp,
    /// A span.
    Span,
    /// A day.
    Date,
    /// A version.
    Version,
    /// A reason code.
    ReasonCode,
    /// Possibly absent.
    Optional(&'static TypeRef),
    /// A list.
    List(&'static TypeRef),
    /// An object with free keys.
    Map(&'static TypeRef),
    /// A type with a descriptor.
    Named(&'static str),
}

/// The wire form of a named type.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "of")]
pub(crate) enum Descriptor {
    /// One of these texts.
    Unit(&'static [&'static str]),
    /// An object with these keys.
    Struct(&'static [Field]),
    /// An object whose `type` is one of these.
    Tagged(&'static [(&'static str, &'static [Field])]),
}

/// A key of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) of: TypeRef,
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.name, self.of).serialize(serializer)
    }
}

/// A function, constructor or method: its name, its arguments, and its result, which a constructor has not.
pub(crate) type RowTypes = (&'static str, &'static [(&'static str, TypeRef)], Option<TypeRef>);
