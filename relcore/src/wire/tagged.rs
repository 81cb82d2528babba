//! Enums with data: `{"type": …}` on the wire.

/// Declares an enum whose variants have fields, tagged by `type`.
///
/// In JSON and YAML the tag may come last, so serde buffers the object. A bridge whose objects state their variant first
/// reads them without a buffer.
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
                let wire = serde_json::to_value(self).map_err(|_| std::fmt::Error)?;
                f.pad(wire.get("type").and_then(serde_json::Value::as_str).unwrap_or_default())
            }
        }

        const _: () = {
            type Enum = $name;

            /// The wire form.
            #[derive(serde::Deserialize)]
            #[serde(remote = "Enum")]
            #[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
            enum Buffered { $($variants)* }

            /// The variant, then its fields.
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
