//! `relcore-uniffi-bindgen LIBRARY CONFIG SWIFT-FOLDER KOTLIN-FOLDER`: writes the Swift and Kotlin sources that fit a
//! compiled library. Called by `cargo xtask codegen`.
#![allow(clippy::disallowed_methods, reason = "a chore reads its arguments; the purity lints are the core's")]

use anyhow::{Result, bail};
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, config, swift, kotlin] = arguments.as_slice() else {
        bail!("expected LIBRARY CONFIG SWIFT-FOLDER KOTLIN-FOLDER");
    };
    for (language, folder) in [(TargetLanguage::Swift, swift), (TargetLanguage::Kotlin, kotlin)] {
        generate(GenerateOptions {
            languages: vec![language],
            source: library.into(),
            out_dir: folder.into(),
            config_override: Some(config.into()),
            ..GenerateOptions::default()
        })?;
    }
    Ok(())
}
