//! Calls from Python: arguments in, answer out.
use crate::{
    de::PyDeserializer,
    error::Failure,
    known::{Known, Passage},
    ser, value,
};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use relcore::api::{Signature, carried_on};
use relcore::wire::{Crossing, Door, explain_arguments};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// One call.
pub struct PyDoor<'a, 'py> {
    pub py: Python<'py>,
    pub arguments: &'a Bound<'py, PyTuple>,
    pub known: &'a Known,
}

/// Rooms whose functions read whole histories: other threads may run meanwhile.
const LONG: &[&str] = &["interchange.", "metrics.", "canary.simulate"];

impl<'py> Door for PyDoor<'_, 'py> {
    type Answer = Bound<'py, PyAny>;
    type Failure = Failure;

    fn take<T: Crossing + DeserializeOwned>(
        &mut self,
        signature: &Signature,
        place: usize,
    ) -> Result<Arc<T>, Failure> {
        let argument = self.arguments.get_borrowed_item(place).map_err(Failure)?;
        if let Some(value) = self.known.memory.find::<T>(&argument) {
            return Ok(value);
        }
        let passage = Passage::new(self.known);
        let read = T::deserialize(PyDeserializer::new(&argument, &passage));
        let value = read.map(Arc::new).map_err(|fault| self.explain(signature, &fault))?;
        if passage.is_memorable() {
            self.known.memory.keep(&argument, Arc::clone(&value) as _);
        }
        Ok(value)
    }

    fn run<R: Send>(&mut self, signature: &Signature, work: impl FnOnce() -> R + Send) -> R {
        if LONG.iter().any(|start| signature.name.starts_with(start)) { self.py.detach(work) } else { work() }
    }

    fn give<T: Crossing + Serialize>(&mut self, answer: T) -> Result<Bound<'py, PyAny>, Failure> {
        let passage = Passage::new(self.known);
        let object = ser::give(self.py, &passage, &answer).map_err(Failure)?;
        if passage.is_memorable() {
            if let Some((field, value)) = carried_on(&answer) {
                self.known.memory.keep(&object.getattr(field).map_err(Failure)?, value);
            }
            self.known.memory.keep(&object, Arc::new(answer));
        }
        Ok(object)
    }
}

impl PyDoor<'_, '_> {
    /// The slow way, after an argument was refused: all arguments as JSON, then everything that is wrong with them.
    fn explain(&self, signature: &Signature, fault: &dyn std::fmt::Display) -> Failure {
        let mut values = Vec::new();
        for (name, argument) in signature.arguments.iter().zip(self.arguments.iter()) {
            match value::to_json(&argument, &value::wire_name(name)) {
                Ok(serde_json::Value::Null) => values.push(None),
                Ok(value) => values.push(Some(value)),
                Err(error) => return error.into(),
            }
        }
        explain_arguments(signature, &values, fault).into()
    }
}
