//! The example programs: the same decisions in every language, in the same words.
use crate::shell::{command, output};
use anyhow::{Result, ensure};

/// A program that Swift and Kotlin have, too.
pub struct Mobile {
    /// In Rust and Swift.
    pub name: &'static str,
    /// In Kotlin.
    pub class: &'static str,
}

/// A canary, and what a phone shows of `examples/release`.
pub const MOBILE: [Mobile; 2] =
    [Mobile { name: "canary", class: "CanaryKt" }, Mobile { name: "release", class: "ReleaseKt" }];

/// Fails unless a language's program printed, byte for byte, what the one in Rust prints.
pub fn hold_against_rust(language: &str, program: &str, printed: &str) -> Result<()> {
    let run = ["run", "--quiet", "-p", "relcore-examples", "--bin", program];
    let expected = output(&mut command("cargo", &run))?;
    ensure!(!expected.is_empty(), "the example `{program}` in Rust printed nothing");
    ensure!(printed == expected, "`{program}`: {language} printed\n{printed}\nand Rust\n{expected}");
    println!("the example `{program}` prints what the one in Rust prints");
    Ok(())
}
