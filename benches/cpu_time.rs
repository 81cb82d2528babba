//! CPU time instead of wall time: what other programs on the machine take is not counted.
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The CPU time of the measuring thread.
#[derive(Clone, Copy, Debug)]
pub struct CpuTime;

impl CpuTime {
    fn now() -> Duration {
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, begin: Duration) -> Duration {
        Self::now().saturating_sub(begin)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    #[expect(clippy::cast_precision_loss, reason = "no measurement lasts 2^53 nanoseconds")]
    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        const WALL: &WallTime = &WallTime; // writes durations as this does
        WALL.formatter()
    }
}
