//! Inputs: structs that callers make, and that get more fields in later versions.

/// Declares an input: a `#[non_exhaustive]` struct, and for each field a setter with its name and its docs.
///
/// The struct also has `Default`, or a `new` with its required fields, so that a new field with a default breaks no
/// caller. The setter of an optional field takes the value itself; that of a text, a count or a list takes what converts
/// to it.
macro_rules! input {
    ($(#[$meta:meta])* pub struct $name:ident { $($fields:tt)+ }) => {
        $(#[$meta])*
        #[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
        pub struct $name { $($fields)+ }

        impl $name {
            $crate::input::input!(@setters $($fields)+);
        }
    };
    // One field after the other: its docs, then perhaps its attributes of serde and of the schema, then its name and type.
    (@setters) => {};
    (@setters $(#[doc = $docs:literal])+ $(#[serde $serde:tt])? $(#[cfg_attr $schema:tt])? pub $field:ident: $($rest:tt)+) => {
        $crate::input::input!(@setter [$($docs)+] $field: $($rest)+);
    };
    (@setter $docs:tt $field:ident: Option<String>, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl Into<String> => Some($field.into()); $($rest)*);
    };
    (@setter $docs:tt $field:ident: Option<Count>, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl Into<Count> => Some($field.into()); $($rest)*);
    };
    (@setter $docs:tt $field:ident: Option<$type:ty>, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: $type => Some($field); $($rest)*);
    };
    (@setter $docs:tt $field:ident: String, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl Into<String> => $field.into(); $($rest)*);
    };
    (@setter $docs:tt $field:ident: Count, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl Into<Count> => $field.into(); $($rest)*);
    };
    (@setter $docs:tt $field:ident: Vec<String>, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl IntoIterator<Item = impl Into<String>> =>
            $field.into_iter().map(Into::into).collect(); $($rest)*);
    };
    (@setter $docs:tt $field:ident: Vec<$item:ty>, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: impl IntoIterator<Item = $item> =>
            $field.into_iter().collect(); $($rest)*);
    };
    (@setter $docs:tt $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::input::input!(@method $docs $field: $type => $field; $($rest)*);
    };
    (@method [$($docs:literal)+] $field:ident: $argument:ty => $value:expr; $($rest:tt)*) => {
        $(#[doc = $docs])+
        #[must_use]
        pub fn $field(mut self, $field: $argument) -> Self {
            self.$field = $value;
            self
        }

        $crate::input::input!(@setters $($rest)*);
    };
}
pub(crate) use input;
