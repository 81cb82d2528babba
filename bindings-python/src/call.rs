//! Calls from Python: names resolved once, arguments decoded, the result encoded.
use crate::{
    convert::convert,
    de::PyDeserializer,
    error::CodecError,
    failure::Failure,
    floats::Floats,
    frame,
    input::Input,
    ser,
    spelling::{of_columns, of_frames, spelt},
    time::LastInstant,
};
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyList, PyString, PyTuple};
use relcore::api::{self, Signature, Transport, explain_arguments};
use serde::{Deserialize as _, Serialize, de::DeserializeOwned};

/// A handle of the core: what a class such as `canary.Rollout` holds.
#[pyclass(frozen, module = "relcore._native")]
pub struct Handle(api::Handle);

/// The public function of this name as a Python callable.
#[pyfunction]
pub fn function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let function = api::function(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let mut transport = PyTransport::new(arguments, 0);
        let result = function.call(&mut transport);
        Ok(result.map_err(|failure| transport.exception(function.signature(), failure))?.unbind())
    })
}

/// The constructor of the handle of this name as a Python callable that returns a `Handle`.
#[pyfunction]
pub fn constructor<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let constructor = api::constructor(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Handle> {
        let mut transport = PyTransport::new(arguments, 0);
        let result = constructor.call(&mut transport);
        Ok(Handle(result.map_err(|failure| transport.exception(constructor.signature(), failure))?))
    })
}

/// The method of this name as a Python callable, whose first argument is the `Handle`.
#[pyfunction]
pub fn method<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let method = api::method(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let own = arguments.get_borrowed_item(0)?;
        let handle = &own.cast::<Handle>()?.get().0;
        let mut transport = PyTransport::new(arguments, 1);
        let result = method.call(handle, &mut transport);
        Ok(result.map_err(|failure| transport.exception(method.signature(), failure))?.unbind())
    })
}

/// A value of the type of this name as JSON text.
#[pyfunction]
pub fn to_json(name: &str, arguments: &Bound<'_, PyTuple>) -> PyResult<String> {
    let of = api::named_type(name).map_err(Failure::from)?;
    Ok(of.to_json(&mut PyTransport::new(arguments, 0))?)
}

/// The value of the type of this name that a JSON text stands for.
#[pyfunction]
pub fn from_json<'py>(py: Python<'py>, name: &str, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let of = api::named_type(name).map_err(Failure::from)?;
    Ok(of.from_json(text, &mut PyTransport::new(&PyTuple::empty(py), 0))?)
}

/// The function over columns of this name as a Python callable, whose first argument is the columns.
#[pyfunction]
pub fn bulk_function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let function = api::bulk_function(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let result = call_with_columns(function, arguments);
        Ok(result.map_err(|failure| failure.exception(arguments.py(), of_columns))?.unbind())
    })
}

/// The function over columns of this name as a Python callable, whose first arguments are a data frame for each table and
/// whether columns of other names are left aside.
#[pyfunction]
pub fn frame_function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let function = api::bulk_function(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let (frames, ignores) = (arguments.get_item(0)?, arguments.get_item(1)?.is_truthy()?);
        let input = frame::input(frames.cast::<PyTuple>()?, ignores, function.tables)?;
        let result = call_with(function, &input, arguments, 2);
        Ok(result.map_err(|failure| failure.exception(arguments.py(), of_frames))?.unbind())
    })
}

fn call_with_columns<'py>(
    function: api::BulkFunction,
    arguments: &Bound<'py, PyTuple>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let input = Input::of(&arguments.get_item(0)?, function.tables)?;
    call_with(function, &input, arguments, 1)
}

/// Converts the columns without the interpreter, and calls.
fn call_with<'py>(
    function: api::BulkFunction,
    input: &Input,
    arguments: &Bound<'py, PyTuple>,
    skip: usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    let converted = arguments.py().detach(|| convert(input))?;
    let columns = converted.columns();
    let mut transport = PyTransport { is_large: true, ..PyTransport::new(arguments, skip) };
    function.call(&columns, &mut transport)
}

/// The error of a name that the core does not have.
pub fn absent(name: &str) -> PyErr {
    PyImportError::new_err(format!(
        "the native library of relcore has no `{name}`: install the package again"
    ))
}

/// One call.
pub struct PyTransport<'a, 'py> {
    arguments: &'a Bound<'py, PyTuple>,
    /// How many of them stand before those of the signature.
    skip: usize,
    last: LastInstant<'py>,
    /// Whether the call is long whatever its arguments.
    is_large: bool,
}

/// From this many items or bytes of an argument on, other threads may run during the call. To release the interpreter
/// costs more than a short call, above all if another thread then holds it for its whole time slice.
const LARGE: usize = 256;

impl<'py> Transport for PyTransport<'_, 'py> {
    type Return = Bound<'py, PyAny>;
    type Failure = Failure;
    type Floats = Floats;

    fn arg<T: DeserializeOwned>(&mut self, signature: &Signature, index: usize) -> Result<T, Failure> {
        let argument = self.arguments.get_borrowed_item(index + self.skip)?;
        T::deserialize(PyDeserializer::new(&argument, &self.last))
            .map_err(|fault| self.exception(signature, self.explain(signature, index, fault)).into())
    }

    fn floats(&mut self, signature: &Signature, index: usize) -> Result<Floats, Failure> {
        let argument = self.arguments.get_borrowed_item(index + self.skip)?;
        let name = signature.arguments.get(index).copied().unwrap_or_default();
        let floats = match Floats::of(&argument, name) {
            Ok(Some(floats)) => floats,
            Ok(None) => Floats::Decoded(self.arg(signature, index)?),
            Err(Failure::Refused(error)) => return Err(self.exception(signature, error.into()).into()),
            Err(raised) => return Err(raised),
        };
        self.is_large |= floats.as_ref().len() >= LARGE;
        Ok(floats)
    }

    fn run<R: Send>(&mut self, _: &Signature, work: impl FnOnce() -> R + Send) -> R {
        let is_large = |argument: Bound<'py, PyAny>| {
            let is_sized = argument.is_instance_of::<PyList>()
                || argument.is_instance_of::<PyTuple>()
                || argument.is_instance_of::<PyString>();
            is_sized && argument.len().is_ok_and(|length| length >= LARGE)
        };
        if self.is_large || self.arguments.iter().any(is_large) {
            self.arguments.py().detach(work)
        } else {
            work()
        }
    }

    fn ret<T: Serialize>(&mut self, result: T) -> Result<Bound<'py, PyAny>, Failure> {
        Ok(ser::to_python(self.arguments.py(), &result)?)
    }
}

impl<'a, 'py> PyTransport<'a, 'py> {
    pub fn new(arguments: &'a Bound<'py, PyTuple>, skip: usize) -> Self {
        Self { arguments, skip, last: LastInstant::default(), is_large: false }
    }

    /// The exception of a failed call, in the names of the arguments.
    fn exception(&self, signature: &Signature, failure: Failure) -> PyErr {
        let arguments: Vec<_> = self.arguments.iter().skip(self.skip).collect();
        failure.exception(self.arguments.py(), |faults| spelt(faults, signature, &arguments))
    }

    /// All faults of all arguments, after one of them was refused: the arguments as JSON are compared with their types.
    /// `fault` if JSON does not show it, such as a `datetime` where text is expected.
    fn explain(&self, signature: &Signature, index: usize, fault: CodecError) -> Failure {
        let mut values = Vec::new();
        for (name, argument) in signature.arguments.iter().zip(self.arguments.iter().skip(self.skip)) {
            match serde_json::Value::deserialize(PyDeserializer::new(&argument, &self.last)) {
                Ok(serde_json::Value::Null) => values.push(None),
                Ok(value) => values.push(Some(value)),
                Err(error) => return error.0.under(name).into(),
            }
        }
        let all = explain_arguments(signature, &values, &fault);
        let name = signature.arguments.get(index).copied().unwrap_or_default();
        if all.path().is_empty() { fault.0.under(name).into() } else { all.into() }
    }
}
