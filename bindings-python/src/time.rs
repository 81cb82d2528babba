//! Instants, spans and days between Python's `datetime` and milliseconds.
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use pyo3::{PyTypeInfo, intern};
use std::cell::Cell;

/// What the module `datetime` has, looked up once.
pub struct Clock {
    pub datetime: Py<PyType>,
    pub timedelta: Py<PyType>,
    pub date: Py<PyType>,
    /// 1970-01-01T00:00:00Z.
    epoch: Py<PyAny>,
}

/// The one [`Clock`].
pub fn clock(py: Python<'_>) -> PyResult<&Clock> {
    static CLOCK: PyOnceLock<Clock> = PyOnceLock::new();
    CLOCK.get_or_try_init(py, || {
        let module = py.import("datetime")?;
        let class = |name| module.getattr(name)?.cast_into::<PyType>().map_err(PyErr::from);
        let datetime = class("datetime")?;
        let utc = module.getattr("timezone")?.getattr("utc")?;
        let epoch = datetime.call1((1970, 1, 1, 0, 0, 0, 0, &utc))?;
        Ok(Clock {
            timedelta: class("timedelta")?.unbind(),
            date: class("date")?.unbind(),
            epoch: epoch.unbind(),
            datetime: datetime.unbind(),
        })
    })
}

/// The instant of a call that was converted last. Most measurements of a call have the same one, so that it is converted
/// once, and a result has one object for it.
#[derive(Default)]
pub struct LastInstant<'py>(Cell<Option<(Bound<'py, PyAny>, i64)>>);

impl<'py> LastInstant<'py> {
    /// The milliseconds since 1970 of an aware datetime of any zone; `None` for a naive one.
    pub fn millis(&self, value: &Bound<'py, PyAny>) -> PyResult<Option<i64>> {
        let last = self.0.take().filter(|(object, _)| object.is(value));
        let millis = match &last {
            Some((_, millis)) => *millis,
            None if value.getattr(intern!(value.py(), "tzinfo"))?.is_none() => return Ok(None),
            None => millis_of_span(&value.sub(&clock(value.py())?.epoch)?)?,
        };
        self.0.set(last.or_else(|| Some((value.clone(), millis))));
        Ok(Some(millis))
    }

    /// An aware datetime in UTC.
    pub fn object(&self, py: Python<'py>, millis: i64) -> PyResult<Bound<'py, PyAny>> {
        let object = match self.0.take().filter(|(_, own)| *own == millis) {
            Some((object, _)) => object,
            None => clock(py)?.epoch.bind(py).add(span(py, millis)?)?,
        };
        self.0.set(Some((object.clone(), millis)));
        Ok(object)
    }
}

/// The milliseconds of a timedelta; finer parts are cut off.
pub fn millis_of_span(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = value.py();
    let days: i64 = value.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = value.getattr(intern!(py, "seconds"))?.extract()?;
    let micros: i64 = value.getattr(intern!(py, "microseconds"))?.extract()?;
    // Python holds at most 10^9 days, so nothing overflows.
    Ok((days * 86_400 + seconds) * 1000 + micros.div_euclid(1000))
}

/// A timedelta.
pub fn span(py: Python<'_>, millis: i64) -> PyResult<Bound<'_, PyAny>> {
    let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    clock(py)?.timedelta.bind(py).call1((days, seconds, rest * 1000))
}

/// The class of the standard library that a value is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Instant,
    Span,
    Date,
    Other,
}

/// Whether this is a `datetime`, a `timedelta` or a `date` without a time.
pub fn kind_of(value: &Bound<'_, PyAny>) -> PyResult<Kind> {
    let clock = clock(value.py())?;
    Ok(if value.is_instance(clock.datetime.bind(value.py()))? {
        Kind::Instant
    } else if value.is_instance(clock.timedelta.bind(value.py()))? {
        Kind::Span
    } else if value.is_instance(clock.date.bind(value.py()))? {
        Kind::Date
    } else {
        Kind::Other
    })
}

/// As [`kind_of`], for objects of these very classes alone, which is quicker.
pub fn exact_kind_of(value: &Bound<'_, PyAny>) -> PyResult<Kind> {
    let (clock, class) = (clock(value.py())?, value.get_type());
    Ok(if class.is(&clock.datetime) {
        Kind::Instant
    } else if class.is(&clock.timedelta) {
        Kind::Span
    } else if class.is(&clock.date) {
        Kind::Date
    } else {
        Kind::Other
    })
}

/// Whether this is of Python's own class `str`, `int`, … or of one derived from it.
pub fn is<T: PyTypeInfo>(value: &Bound<'_, PyAny>) -> bool {
    T::is_type_of(value)
}
