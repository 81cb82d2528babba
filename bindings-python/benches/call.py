"""What a call from Python costs, in microseconds: `.venv/bin/python bindings-python/benches/call.py`.

Each number is the least of many short runs: what other programs on the machine take falls out. The core's own time of
the canary call is measured in between, by `cargo bench` on the same schedule, state and observations.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from relcore import canary, time, version

T = TypeVar("T")

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOW = BEGIN + timedelta(minutes=10)
ROOT = Path(__file__).parents[2]


def best(call: Callable[[], object], repeat: int = 1500, number: int = 20) -> float:
    """The best of many short runs, in microseconds a call."""
    return min(timeit.repeat(call, repeat=repeat, number=number)) / number * 1e6


def fresh(value: T) -> Callable[[], T]:
    """Returns an equal value of new objects each time, as one that was read from a store: pickled, so that it shares
    nothing with the others."""
    text = pickle.dumps(value)
    return cycle([pickle.loads(text) for _ in range(64)]).__next__


def schedule_of_five_steps() -> canary.Schedule:
    """A schedule of 5 steps and 10 metrics."""
    metrics = [canary.Metric(name=f"metric-{n}", max=0.5, unit="ms") for n in range(10)]
    return canary.Schedule(steps=canary.standard_schedule().steps, metrics=metrics)


def observe(at: datetime) -> list[canary.Observation]:
    """A measurement of each metric."""
    kind, reading = canary.ObservationKindMeasurement, canary.ReadingValue
    readings = [reading(value=n / 20, n=1000 + n) for n in range(10)]
    return [
        canary.Observation(at=at, kind=kind(metric=f"metric-{n}", reading=value))
        for n, value in enumerate(readings)
    ]


def canary_calls() -> dict[str, float]:
    """`next_action` of the same facts, in different ways."""
    schedule = schedule_of_five_steps()
    rollout = canary.Rollout(schedule)
    state = rollout.next_action(rollout.start(BEGIN), [], BEGIN).state
    observations, states, schedules = fresh(observe(NOW)), fresh(state), fresh(schedule)
    calls = {
        "handle, the state of the last call": lambda: rollout.next_action(state, observations(), NOW),
        "handle, state from a store": lambda: rollout.next_action(states(), observations(), NOW),
        "function, schedule and state from a store": lambda: canary.next_action(
            schedules(), states(), observations(), NOW
        ),
    }
    return {f"next_action, {title}": best(call) for title, call in calls.items()}


def core_microseconds() -> float:
    """The same call in Rust: the fastest of criterion's samples."""
    name = "canary::next_action, 5 steps, 10 metrics, 10 observations"
    subprocess.run(
        ["cargo", "bench", "--quiet", "-p", "relcore-benches", "--bench", "decisions", "--", name],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    (sample,) = ROOT.glob("target/criterion/canary*next_action*/new/sample.json")
    measured = json.loads(sample.read_text("utf-8"))
    least: float = min(t / n for t, n in zip(measured["times"], measured["iters"], strict=True))
    return least / 1e3


def import_milliseconds(module: str) -> float:
    """What the import of a module adds to a bare interpreter, in processor time."""
    timed = "from time import process_time as t; a = t(); {}; print(t() - a)"

    def run(code: str) -> float:
        command = [sys.executable, "-I", "-c", timed.format(code)]
        return min(float(subprocess.check_output(command)) for _ in range(25))

    return (run(f"import {module}") - run("pass")) * 1e3


def main() -> None:
    """Prints the table."""
    calendar, calendars, monday = time.BusinessCalendar(), fresh(time.BusinessCalendar()), BEGIN.date()
    small: dict[str, Callable[[], object]] = {
        "span text in, span out": lambda: time.parse_span("90s"),
        "two versions in, an enum out": lambda: version.bump("1.2.3", "1.3.0"),
        "small struct in, date out": lambda: time.add_business_days(monday, 1, calendar),
        "small struct in that is new, date out": lambda: time.add_business_days(monday, 1, calendars()),
    }
    for title, call in small.items():
        print(f"{title:64}{best(call):8.2f} µs")
    calls, core = canary_calls(), core_microseconds()
    print(f"{'next_action, the core alone':64}{core:8.2f} µs")
    for title, cost in calls.items():
        print(f"{title:64}{cost:8.2f} µs, {cost - core:.2f} over the core")
    for module in ("relcore", "relcore.canary"):
        print(f"{'import ' + module:64}{import_milliseconds(module):8.2f} ms")


if __name__ == "__main__":
    main()
