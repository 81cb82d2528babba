//! Enums with data: `{"type": …}` on the wire.

/// Declares an enum whose variants have fields, tagged by `type`.
///
/// The tag may stand anywhere, and serde would buffer the object; a source (`source.rs`) tells the variant first. A format
/// for people becomes a tree for it.
///
/// The first token is the qualified name of the type, `"canary.Step"`.
macro_rules! tagged {
    ($qualified:literal; $(#[$meta:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[serde(
            rename = $qualified, tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase",
            deny_unknown_fields
        )]
        #[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
        pub enum $name { $($variants)* }

        /// The tag, as on the wire: `set_weight`.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&$crate::wire::tag_of(self))
            }
        }

        const _: () = {
            type Enum = $name;

            /// The variant, then its fields.
            #[derive(serde::Deserialize)]
            #[serde(remote = "Enum", rename = $qualified)]
            #[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
            enum Streamed { $($variants)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    if deserializer.is_human_readable() {
                        $crate::wire::through_tree(deserializer, |reader| Streamed::deserialize(reader))
                    } else {
                        Streamed::deserialize(deserializer)
                    }
                }
            }
        };
    };
}
pub(crate) use tagged;
