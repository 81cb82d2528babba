//! The example programs: the same decision in every language, in the same words.
use crate::shell::{command, output};
use anyhow::{Result, ensure};

/// Fails unless a language's program printed, byte for byte, what the one in Rust prints.
pub fn hold_against_rust(language: &str, printed: &str) -> Result<()> {
    let expected = output(&mut command("cargo", &["run", "--quiet", "-p", "relcore-examples"]))?;
    ensure!(!expected.is_empty(), "the example in Rust printed nothing");
    ensure!(printed == expected, "{language} printed\n{printed}\nand Rust\n{expected}");
    println!("the example prints what the one in Rust prints");
    Ok(())
}
