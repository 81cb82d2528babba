//! Calls from Python: names resolved once, arguments decoded, the result encoded.
use crate::{
    convert::convert,
    de::PySource,
    error::CodecError,
    failure::Failure,
    floats::Floats,
    frame,
    input::Input,
    ser::PySink,
    spelling::{of_columns, of_frames, spelt},
};
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyList, PyString, PyTuple};
use relcore::api::{self, Signature, Transport};
use relcore::wire::{Sink, Source};
use relcore::{Error, ErrorKind};
use std::mem;

/// A handle of the core: what a class such as `canary.Rollout` holds.
#[pyclass(frozen, module = "relcore._native")]
pub struct Handle(api::Handle);

/// The public function of this name as a Python callable.
#[pyfunction]
pub fn function<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let function = api::function(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyAny>> {
        let mut transport = PyTransport::new(arguments, 0);
        let called = function.call(&mut transport);
        transport.object(function.signature(), called)
    })
}

/// The constructor of the handle of this name as a Python callable that returns a `Handle`.
#[pyfunction]
pub fn constructor<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyCFunction>> {
    let constructor = api::constructor(name).ok_or_else(|| absent(name))?;
    PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Handle> {
        let mut transport = PyTransport::new(arguments, 0);
        let result = constructor.call(&mut transport);
        Ok(Handle(result.map_err(|error| transport.exception(constructor.signature(), error))?))
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
        let called = method.call(handle, &mut transport);
        transport.object(method.signature(), called)
    })
}

/// A value of the type of this name as JSON text.
#[pyfunction]
pub fn to_json(name: &str, arguments: &Bound<'_, PyTuple>) -> PyResult<String> {
    let of = api::named_type(name).map_err(Failure::from)?;
    Ok(of.to_json(&mut PyTransport::new(arguments, 0)).map_err(Failure::from)?)
}

/// The value of the type of this name that a JSON text stands for.
#[pyfunction]
pub fn from_json<'py>(py: Python<'py>, name: &str, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let of = api::named_type(name).map_err(Failure::from)?;
    let none = PyTuple::empty(py);
    let mut transport = PyTransport::new(&none, 0);
    let read = of.from_json(text, &mut transport);
    Ok(transport.finish(read)?)
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
    match function.call(&columns, &mut transport) {
        // The columns are not to blame: the fault is spelt as the argument is.
        Err(error) if !transport.has_run => {
            Err(Failure::Raised(transport.exception(function.signature(), error)))
        }
        called => transport.finish(called),
    }
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
    source: PySource<'py>,
    /// Whether the call is long whatever its arguments.
    is_large: bool,
    result: PySink<'py>,
    /// Whether all arguments were read.
    has_run: bool,
    /// Whether the result was begun: what fails then is no fault of the arguments.
    is_done: bool,
    /// What Python raised while an array was read.
    raised: Option<PyErr>,
}

/// From this many items or bytes of an argument on, other threads may run during the call. To release the interpreter
/// costs more than a short call, above all if another thread then holds it for its whole time slice.
const LARGE: usize = 256;

impl Transport for PyTransport<'_, '_> {
    fn argument(&mut self, _: &Signature, index: usize) -> relcore::Result<&mut dyn Source> {
        self.source.begin(self.arguments.get_item(index + self.skip).map_err(CodecError::from)?);
        Ok(&mut self.source)
    }

    fn floats(&mut self, _: &Signature, index: usize) -> relcore::Result<Option<api::Floats>> {
        let argument = self.arguments.get_borrowed_item(index + self.skip).map_err(CodecError::from)?;
        let floats = match Floats::of(&argument) {
            Ok(Some(floats)) => floats,
            Ok(None) => return Ok(None),
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::Raised(raised)) => {
                let error = Error::new(ErrorKind::WrongType, "", raised.to_string());
                self.raised = Some(raised);
                return Err(error);
            }
        };
        self.is_large |= floats.as_ref().len() >= LARGE;
        Ok(Some(Box::new(floats)))
    }

    fn run(&mut self, work: &mut (dyn FnMut() + Send)) {
        self.has_run = true;
        let is_large = |argument: Bound<'_, PyAny>| {
            let is_sized = argument.is_instance_of::<PyList>()
                || argument.is_instance_of::<PyTuple>()
                || argument.is_instance_of::<PyString>();
            is_sized && argument.len().is_ok_and(|length| length >= LARGE)
        };
        if self.is_large || self.arguments.iter().any(is_large) {
            self.arguments.py().detach(work);
        } else {
            work();
        }
    }

    fn sink(&mut self) -> &mut dyn Sink {
        self.is_done = true;
        self.result.instants = mem::take(&mut self.source.instants);
        &mut self.result
    }
}

impl<'a, 'py> PyTransport<'a, 'py> {
    pub fn new(arguments: &'a Bound<'py, PyTuple>, skip: usize) -> Self {
        let result = PySink::new(arguments.py());
        let source = PySource::new(arguments.py());
        Self {
            arguments,
            skip,
            source,
            is_large: false,
            result,
            has_run: false,
            is_done: false,
            raised: None,
        }
    }

    /// The result of a call.
    fn finish(self, called: relcore::Result<()>) -> Result<Bound<'py, PyAny>, Failure> {
        match called {
            Ok(()) => Ok(self.result.into_object()?),
            Err(error) if self.is_done => {
                Err(Failure::Raised(pyo3::exceptions::PyRuntimeError::new_err(error.to_string())))
            }
            Err(error) => Err(Failure::Refused(error)),
        }
    }

    /// The result of a call, or its exception in the names of the arguments.
    fn object(self, signature: &Signature, called: relcore::Result<()>) -> PyResult<Py<PyAny>> {
        match called {
            Err(error) if !self.is_done => Err(self.exception(signature, error)),
            called => Ok(self.finish(called)?.unbind()),
        }
    }

    /// The exception of a failed call, in the names of the arguments.
    fn exception(self, signature: &Signature, error: Error) -> PyErr {
        if let Some(raised) = self.raised {
            return raised;
        }
        let arguments: Vec<_> = self.arguments.iter().skip(self.skip).collect();
        Failure::from(error).exception(self.arguments.py(), |faults| spelt(faults, signature, &arguments))
    }
}
