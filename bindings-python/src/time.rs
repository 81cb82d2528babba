//! Instants, spans and days between Python's `datetime` and milliseconds.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use std::cell::RefCell;

/// The classes of the module `datetime`, looked up once.
pub struct Clock {
    pub datetime: Py<PyType>,
    pub timedelta: Py<PyType>,
    pub date: Py<PyType>,
    /// 1970-01-01T00:00:00Z.
    epoch: Py<PyAny>,
    utc: Py<PyAny>,
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
            utc: utc.unbind(),
            datetime: datetime.unbind(),
        })
    })
}

thread_local! {
    /// The last instant that crossed: the measurements of one call mostly share theirs.
    static LAST: RefCell<Option<(Py<PyAny>, i64)>> = const { RefCell::new(None) };
}

/// The milliseconds since 1970 of an aware datetime of any zone; `None` for a naive one.
pub fn millis_of_instant(value: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let py = value.py();
    let known = LAST.with_borrow(|last| {
        last.as_ref().filter(|(object, _)| object.as_ptr() == value.as_ptr()).map(|(_, millis)| *millis)
    });
    if known.is_some() {
        return Ok(known);
    }
    if value.getattr(intern!(py, "tzinfo"))?.is_none() {
        return Ok(None);
    }
    let millis = millis_of_span(&value.sub(&clock(py)?.epoch)?)?;
    remember(value, millis);
    Ok(Some(millis))
}

/// Datetimes do not change, so the same object is the same instant as long as it is held here.
fn remember(value: &Bound<'_, PyAny>, millis: i64) {
    let old = LAST.with_borrow_mut(|last| last.replace((value.clone().unbind(), millis)));
    drop(old); // outside the borrow: an object may run code when it goes
}

/// The milliseconds of a timedelta; what is finer is cut off.
pub fn millis_of_span(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = value.py();
    let days: i64 = value.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = value.getattr(intern!(py, "seconds"))?.extract()?;
    let micros: i64 = value.getattr(intern!(py, "microseconds"))?.extract()?;
    // Python holds at most 10^9 days, so nothing overflows.
    Ok((days * 86_400 + seconds) * 1000 + micros.div_euclid(1000))
}

/// An aware datetime in UTC.
pub fn instant<'py>(py: Python<'py>, millis: i64) -> PyResult<Bound<'py, PyAny>> {
    let known = LAST.with_borrow(|last| {
        last.as_ref().filter(|(_, known)| *known == millis).map(|(object, _)| object.clone_ref(py))
    });
    if let Some(object) = known.map(|object| object.into_bound(py))
        && is_utc(&object)?
    {
        return Ok(object);
    }
    let object = clock(py)?.epoch.bind(py).add(span(py, millis)?)?;
    remember(&object, millis);
    Ok(object)
}

/// An argument of another zone is the same instant and yet not what is given back.
fn is_utc(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    Ok(value.getattr(intern!(py, "tzinfo"))?.is(clock(py)?.utc.bind(py))
        && value.get_type().is(clock(py)?.datetime.bind(py)))
}

/// A timedelta.
pub fn span(py: Python<'_>, millis: i64) -> PyResult<Bound<'_, PyAny>> {
    let (seconds, rest) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (days, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    clock(py)?.timedelta.bind(py).call1((days, seconds, rest * 1000))
}

/// Whether this is a `datetime`.
pub fn is_instant(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.is_instance(clock(value.py())?.datetime.bind(value.py()))
}

/// Whether this is a `timedelta`.
pub fn is_span(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.is_instance(clock(value.py())?.timedelta.bind(value.py()))
}

/// Whether this is a `date` without a time.
pub fn is_date(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.is_instance(clock(value.py())?.date.bind(value.py()))? && !is_instant(value)?)
}

/// Whether this is of Python's own class `str`, `int`, … or of one derived from it.
pub fn is<T: pyo3::PyTypeInfo>(value: &Bound<'_, PyAny>) -> bool {
    T::is_type_of(value)
}
