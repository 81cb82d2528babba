//! Instants, spans and days between Python's `datetime` and milliseconds.
use crate::known::Passage;
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
    timezone: Py<PyType>,
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
            timezone: class("timezone")?.unbind(),
            epoch: epoch.unbind(),
            datetime: datetime.unbind(),
        })
    })
}

/// Some instants as Python objects and in milliseconds.
type Kept = RefCell<[Option<(Py<PyAny>, i64)>; SIZE]>;

/// The last instants that crossed, both ways: the measurements of one call mostly share theirs, and a rollout has few.
#[derive(Default)]
pub struct Instants {
    /// By the address of the object.
    read: Kept,
    /// By the milliseconds.
    given: Kept,
}

const SIZE: usize = 16;

/// The milliseconds since 1970 of an aware datetime of any zone; `None` for a naive one.
pub fn millis_of_instant(passage: &Passage<'_>, value: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let py = value.py();
    let read = &passage.known.instants.read;
    let place = (value.as_ptr() as usize >> 4) % SIZE;
    if let Some(Some((object, millis))) = read.borrow().get(place)
        && object.as_ptr() == value.as_ptr()
    {
        return Ok(Some(*millis));
    }
    let zone = value.getattr(intern!(py, "tzinfo"))?;
    if zone.is_none() {
        return Ok(None);
    }
    let millis = millis_of_span(passage, &value.sub(&clock(py)?.epoch)?)?;
    if value.get_type().is(clock(py)?.datetime.bind(py)) && is_lasting_zone(&zone)? {
        // It does not change, so it is the same instant as long as it is held here.
        keep(read, place, value, millis);
    } else {
        passage.changes();
    }
    Ok(Some(millis))
}

/// Zones of the standard library do not change; others may answer differently each time.
fn is_lasting_zone(zone: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = zone.get_type();
    if class.is(clock(zone.py())?.timezone.bind(zone.py())) {
        return Ok(true);
    }
    Ok(class.name()? == "ZoneInfo" && class.module()? == "zoneinfo")
}

fn keep(instants: &Kept, place: usize, value: &Bound<'_, PyAny>, millis: i64) {
    let new = (value.clone().unbind(), millis);
    let old = instants.borrow_mut().get_mut(place).and_then(|kept| kept.replace(new));
    drop(old); // outside the borrow: an object may run code when it goes
}

/// The milliseconds of a timedelta; what is finer is cut off.
pub fn millis_of_span(passage: &Passage<'_>, value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = value.py();
    if !value.get_type().is(clock(py)?.timedelta.bind(py)) {
        passage.changes();
    }
    let days: i64 = value.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = value.getattr(intern!(py, "seconds"))?.extract()?;
    let micros: i64 = value.getattr(intern!(py, "microseconds"))?.extract()?;
    // Python holds at most 10^9 days, so nothing overflows.
    Ok((days * 86_400 + seconds) * 1000 + micros.div_euclid(1000))
}

/// An aware datetime in UTC.
pub fn instant<'py>(passage: &Passage<'_>, py: Python<'py>, millis: i64) -> PyResult<Bound<'py, PyAny>> {
    let given = &passage.known.instants.given;
    let place = usize::try_from(millis.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40);
    let place = place.unwrap_or_default() % SIZE;
    if let Some(Some((object, known))) = given.borrow().get(place)
        && *known == millis
    {
        return Ok(object.bind(py).clone());
    }
    let object = clock(py)?.epoch.bind(py).add(span(py, millis)?)?;
    keep(given, place, &object, millis);
    Ok(object)
}

/// `YYYY-MM-DD`.
pub fn text_of_date<'py>(passage: &Passage<'_>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !value.get_type().is(clock(value.py())?.date.bind(value.py())) {
        passage.changes();
    }
    value.call_method0(intern!(value.py(), "isoformat"))
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
