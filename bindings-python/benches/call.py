"""What a call from Python costs, in microseconds: `python bindings-python/benches/call.py`.

The same calls on the core's own values are measured by `cargo bench -p relcore-benches`.
"""

from __future__ import annotations

import subprocess
import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from relcore import canary, time, version

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)


def best(call: Callable[[], object], repeat: int = 7, number: int = 20_000) -> float:
    """The best of several runs, in microseconds a call."""
    return min(timeit.repeat(call, repeat=repeat, number=number)) / number * 1e6


def canary_call() -> Callable[[], object]:
    """`next_action` of a schedule of 5 steps and 10 metrics with 10 observations."""
    metrics = [canary.Metric(name=f"metric_{n}", max=100.0, unit="ms") for n in range(10)]
    standard = canary.standard_schedule()
    schedule = canary.Schedule(steps=standard.steps, metrics=metrics)
    state = canary.next_action(schedule, canary.start(schedule, BEGIN), [], BEGIN).state
    now = BEGIN + timedelta(minutes=10)
    reading = canary.ReadingValue(value=42.0, n=1000)
    observations = [
        canary.Observation(
            at=now, kind=canary.ObservationKindMeasurement(metric=f"metric_{n}", reading=reading)
        )
        for n in range(10)
    ]
    return lambda: canary.next_action(schedule, state, observations, now)


def import_milliseconds() -> float:
    """What `import relcore` adds to a bare interpreter."""

    def run(code: str) -> float:
        command = [sys.executable, "-I", "-c", code]
        return min(timeit.repeat(lambda: subprocess.run(command, check=True), repeat=15, number=1))

    return (run("import relcore") - run("pass")) * 1e3


def main() -> None:
    """Prints the table."""
    window = time.BusinessCalendar()
    monday = BEGIN.date()
    print(f"span text in, span out          {best(lambda: time.parse_span('90s')):8.2f} µs")
    print(f"two versions in, an enum out    {best(lambda: version.bump('1.2.3', '1.3.0')):8.2f} µs")
    print(
        f"small struct in, date out       {best(lambda: time.add_business_days(monday, 1, window)):8.2f} µs"
    )
    print(f"canary.next_action, 10 metrics  {best(canary_call(), number=5_000):8.2f} µs")
    print(f"import relcore                  {import_milliseconds():8.2f} ms")


if __name__ == "__main__":
    main()
