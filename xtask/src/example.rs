//! The example programs: the same decisions in every language, in the same words.
use crate::shell::{command, output};
use anyhow::{Result, ensure};

/// The programs that Swift and Kotlin have, too: `canary`, and what a phone shows of `examples/release`.
pub const MOBILE: [&str; 2] = ["canary", "release"];

/// Fails unless a language's program printed, byte for byte, what the one in Rust prints.
pub fn hold_against_rust(language: &str, program: &str, printed: &str) -> Result<()> {
    let run = ["run", "--quiet", "-p", "relcore-examples", "--bin", program];
    let expected = output(&mut command("cargo", &run))?;
    ensure!(!expected.is_empty(), "the example `{program}` in Rust printed nothing");
    ensure!(printed == expected, "`{program}`: {language} printed\n{printed}\nand Rust\n{expected}");
    println!("the example `{program}` prints what the one in Rust prints");
    Ok(())
}
