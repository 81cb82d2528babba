//! Instants, spans and days between Python's `datetime` and milliseconds.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use pyo3::{PyTypeInfo, intern};
use relcore::Timestamp;

/// What the module `datetime` has, looked up once.
pub struct Clock {
    pub datetime: Py<PyType>,
    pub timedelta: Py<PyType>,
    pub date: Py<PyType>,
    /// 1970-01-01T00:00:00Z.
    epoch: Py<PyAny>,
    utc: Py<PyAny>,
    /// `datetime.fromisoformat`.
    from_text: Py<PyAny>,
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
            from_text: datetime.getattr("fromisoformat")?.unbind(),
            datetime: datetime.unbind(),
        })
    })
}

/// The instants of a call that were converted last. Most measurements of a call have the same one, and a result has some of
/// its arguments, so that each is converted once.
#[derive(Default)]
pub struct Instants<'py> {
    last: [Option<Instant<'py>>; 4],
    /// Where the next one goes.
    next: usize,
}

struct Instant<'py> {
    object: Bound<'py, PyAny>,
    millis: i64,
    /// Whether the object is what the milliseconds would be made into.
    is_own: bool,
}

impl<'py> Instants<'py> {
    /// The milliseconds since 1970 of an aware datetime of any zone; `None` for a naive one.
    pub fn millis(&mut self, value: &Bound<'py, PyAny>) -> PyResult<Option<i64>> {
        if let Some(known) = self.last.iter().flatten().find(|known| known.object.is(value)) {
            return Ok(Some(known.millis));
        }
        let py = value.py();
        let (clock, zone) = (clock(py)?, value.getattr(intern!(py, "tzinfo"))?);
        if zone.is_none() {
            return Ok(None);
        }
        let (millis, rest) = split(&value.sub(&clock.epoch)?)?;
        let is_own = rest == 0 && zone.is(&clock.utc) && value.get_type().is(&clock.datetime);
        self.keep(Instant { object: value.clone(), millis, is_own });
        Ok(Some(millis))
    }

    /// An aware datetime in UTC.
    pub fn object(&mut self, py: Python<'py>, millis: i64) -> PyResult<Bound<'py, PyAny>> {
        let mut known = self.last.iter().flatten();
        if let Some(known) = known.find(|known| known.is_own && known.millis == millis) {
            return Ok(known.object.clone());
        }
        // A third of what the sum of a datetime and a timedelta costs.
        let text =
            Timestamp::from_millis(millis).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let object = clock(py)?.from_text.bind(py).call1((text.to_string(),))?;
        self.keep(Instant { object: object.clone(), millis, is_own: true });
        Ok(object)
    }

    fn keep(&mut self, instant: Instant<'py>) {
        if let Some(place) = self.last.get_mut(self.next) {
            *place = Some(instant);
        }
        self.next = (self.next + 1) % self.last.len();
    }
}

/// The milliseconds of a timedelta; finer parts are cut off.
pub fn millis_of_span(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    split(value).map(|(millis, _)| millis)
}

/// The milliseconds of a timedelta, and the microseconds beyond them.
fn split(value: &Bound<'_, PyAny>) -> PyResult<(i64, i64)> {
    let py = value.py();
    let days: i64 = value.getattr(intern!(py, "days"))?.extract()?;
    let seconds: i64 = value.getattr(intern!(py, "seconds"))?.extract()?;
    let micros: i64 = value.getattr(intern!(py, "microseconds"))?.extract()?;
    // Python holds at most 10^9 days, so nothing overflows.
    Ok(((days * 86_400 + seconds) * 1000 + micros.div_euclid(1000), micros.rem_euclid(1000)))
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
    let (clock, class) = (clock(value.py())?, value.get_type_ptr().cast());
    Ok(if class == clock.datetime.as_ptr() {
        Kind::Instant
    } else if class == clock.timedelta.as_ptr() {
        Kind::Span
    } else if class == clock.date.as_ptr() {
        Kind::Date
    } else {
        Kind::Other
    })
}

/// Whether this is of Python's own class `str`, `int`, … or of one derived from it.
pub fn is<T: PyTypeInfo>(value: &Bound<'_, PyAny>) -> bool {
    T::is_type_of(value)
}
