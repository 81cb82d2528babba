//! `relcore-uniffi-bindgen LIBRARY CONFIG SWIFT-FOLDER KOTLIN-FOLDER [NAME…]`: writes the Swift and Kotlin sources that
//! fit a compiled library, but for the types of these names. Called by `cargo xtask codegen`.
#![allow(clippy::disallowed_methods, reason = "a chore reads its arguments; the purity lints are the core's")]

use anyhow::{Context as _, Result, bail};
use std::{fs, path::Path};
use toml::{Table, Value};
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, config, swift, kotlin, names @ ..] = arguments.as_slice() else {
        bail!("expected LIBRARY CONFIG SWIFT-FOLDER KOTLIN-FOLDER [NAME…]");
    };
    for (language, folder) in [(TargetLanguage::Swift, swift), (TargetLanguage::Kotlin, kotlin)] {
        fs::create_dir_all(folder)?;
        let own_config = Path::new(folder).join("uniffi.toml");
        fs::write(&own_config, excluding(&fs::read_to_string(config)?, names)?)?;
        generate(GenerateOptions {
            languages: vec![language],
            source: library.into(),
            out_dir: folder.into(),
            config_override: Some(own_config.try_into()?),
            ..GenerateOptions::default()
        })?;
    }
    Ok(())
}

/// The settings with these names added to what UniFFI leaves out.
fn excluding(config: &str, names: &[String]) -> Result<String> {
    let mut config: Table = config.parse()?;
    for language in ["swift", "kotlin"] {
        let mut settings = &mut config;
        for key in ["crates", "relcore_uniffi", "bindings", language] {
            settings =
                settings.get_mut(key).and_then(Value::as_table_mut).with_context(|| format!("no `{key}`"))?;
        }
        let left_out = settings.entry("exclude").or_insert_with(|| Value::Array(Vec::new()));
        let left_out = left_out.as_array_mut().context("`exclude` is a list")?;
        left_out.extend(names.iter().map(|name| Value::from(name.as_str())));
    }
    Ok(config.to_string())
}
