//! The Python binding of relcore: functions, constructors and methods of the core, resolved by name when a module of the
//! package is imported.
//!
//! Functions, types and documentation are Python source, generated from the core (`python/relcore/*.py`); here is only
//! the codec between Python objects and the core's values, and the reader of columns.
#![allow(missing_docs, reason = "what Python sees is documented in Python")]

mod arrow;
mod call;
mod classes;
mod coding;
mod command;
mod convert;
mod de;
mod error;
mod failure;
mod floats;
mod frame;
mod input;
mod objects;
mod run;
mod ser;
mod source;
mod spelling;
mod time;

/// The native half of the package.
#[pyo3::pymodule]
mod _native {
    /// The version of the core.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    use crate::{
        call::{Handle, bulk_function, constructor, frame_function, from_json, function, method, to_json},
        classes::Fields,
        command::main,
    };
}
