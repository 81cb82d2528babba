//! Enums with data: `{"type": …}` on the wire.

/// Declares an enum whose variants have fields, tagged by `type`.
///
/// serde reads such an enum by way of a buffer, for the tag may come last: in JSON and YAML there is no other way. The
/// objects of Python say at once which variant they are, and are read straight into it.
macro_rules! tagged {
    ($(#[$meta:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
        pub enum $name { $($variants)* }

        const _: () = {
            type Enum = $name;

            /// The form that people see.
            #[derive(serde::Deserialize)]
            #[serde(remote = "Enum")]
            #[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
            enum Buffered { $($variants)* }

            /// A variant, then its fields.
            #[derive(serde::Deserialize)]
            #[serde(remote = "Enum")]
            #[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
            enum Streamed { $($variants)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    if deserializer.is_human_readable() {
                        Buffered::deserialize(deserializer)
                    } else {
                        Streamed::deserialize(deserializer)
                    }
                }
            }
        };
    };
}
pub(crate) use tagged;
