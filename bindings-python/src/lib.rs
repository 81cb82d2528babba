//! The Python face of relcore: one native entry, through which every public function is called.
//!
//! Functions, types and documentation are Python source, generated from the core (`python/relcore/*.py`); here is only
//! the bridge between Python objects and the core's values.
#![allow(missing_docs, reason = "what Python sees is documented in Python")]

mod arrow;
mod classes;
mod column;
mod columns;
mod de;
mod door;
mod error;
mod known;
mod memory;
mod ser;
mod slot;
mod time;
mod value;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// The native half of the package.
#[pymodule]
mod _native {
    use super::*;

    /// The version of the core.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// Calls the public function at a place of the table.
    #[pyfunction]
    #[pyo3(signature = (place, *arguments))]
    fn call<'py>(
        py: Python<'py>,
        place: usize,
        arguments: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        known::known(|known| relcore::api::call(place, &mut door::PyDoor { py, arguments, known }))
            .map_err(|failure| failure.0)
    }

    /// `metrics.dora` by columns, given by their paths; what goes beside them is as in the row door.
    #[pyfunction]
    fn dora_columns<'py>(
        columns: &Bound<'py, PyDict>,
        environments: Vec<String>,
        services: u32,
        beside: [Bound<'py, PyAny>; 4],
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = columns.py();
        columns::report(py, columns, environments, services, beside).map_err(|failure| failure.0)
    }
}
