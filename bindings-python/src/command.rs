//! The command `relcore`, as the crate `relcore-cli` has it.
use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs a command line, without the name of the program, and returns its exit code. Other threads go on meanwhile.
#[pyfunction]
pub fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| relcore_cli::main(arguments))
}
