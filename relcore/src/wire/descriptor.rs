//! What a type looks like on the wire, as data.

/// The type of a field or an argument.
#[derive(Clone, Copy, Debug)]
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
#[derive(Debug)]
pub(super) enum Descriptor {
    /// One of these texts.
    Unit(&'static [&'static str]),
    /// An object with these keys.
    Struct(&'static [Field]),
    /// An object whose `type` is one of these.
    Tagged(&'static [(&'static str, &'static [Field])]),
}

/// A key of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) of: TypeRef,
}
