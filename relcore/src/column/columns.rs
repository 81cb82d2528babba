//! Structs of borrowed columns, each with its declaration as data.

/// Declares a table, or a set of tables: a struct of borrowed columns, and its [`Record`].
///
/// A field is `name: its type in Rust => its kind;`, with `, required` behind the kind where it must be given.
macro_rules! columns {
    (
        $(#[doc = $docs:literal])*
        pub struct $name:ident<$a:lifetime> as $other:literal {
            $(
                $(#[doc = $field_docs:literal])*
                $field:ident: $type:ty => $kind:expr $(, $required:ident)?;
            )*
        }
    ) => {
        $(#[doc = $docs])*
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $name<$a> {
            $($(#[doc = $field_docs])* pub $field: $type,)*
        }

        impl<$a> $crate::column::Tables<$a> for $name<$a> {
            const RECORD: &'static $crate::column::Record = &$crate::column::Record {
                name: $other,
                docs: concat!($($docs, "\n"),*),
                fields: &[$($crate::column::Field {
                    name: std::borrow::Cow::Borrowed(stringify!($field)),
                    docs: std::borrow::Cow::Borrowed(concat!($($field_docs, "\n"),*)),
                    kind: $kind,
                    required: !stringify!($($required)?).is_empty(),
                }),*],
            };
        }

        impl<$a> $crate::column::Form<$a> for $name<$a> {
            fn read(
                columns: &$a $crate::column::Columns<$a>,
                path: &str,
                _: &$crate::column::Kind,
            ) -> $crate::error::Result<Self> {
                Ok(Self {
                    $($field: $crate::column::Form::read(
                        columns,
                        &$crate::error::join(path, &$crate::wire::wire_name(stringify!($field))),
                        &$kind,
                    )?,)*
                })
            }

            fn write(&self, columns: &mut $crate::column::Columns<$a>, path: &str) {
                $($crate::column::Form::write(
                    &self.$field,
                    columns,
                    &$crate::error::join(path, &$crate::wire::wire_name(stringify!($field))),
                );)*
            }
        }
    };
}
pub(crate) use columns;
