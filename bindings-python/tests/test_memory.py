"""What was handed in or given out is remembered only while it cannot have changed."""

from __future__ import annotations

import dataclasses
import gc
import pickle
import threading
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
import relcore
from relcore import canary, release, time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS: tuple[canary.Step, ...] = (
    canary.StepSetWeight(weight=5.0),
    canary.StepBake(min=MINUTE),
    canary.StepSetWeight(weight=100.0),
)


def weights(schedule: Any) -> list[float]:
    """The weights of a schedule's timeline."""
    return [step.weight for step in canary.plan(schedule, NOON).steps]


def changed(schedule: Any, change: Any) -> tuple[list[float], list[float]]:
    """The weights before and after a change."""
    before = weights(schedule)
    assert weights(schedule) == before
    change()
    return before, weights(schedule)


def test_a_list_becomes_a_tuple_when_it_is_handed_in() -> None:
    steps = list(STEPS)
    schedule = canary.Schedule(steps=steps)
    before, after = changed(schedule, lambda: steps.insert(2, STEPS[1]))
    assert after == before
    assert schedule == canary.Schedule(steps=STEPS) and hash(schedule.steps) == hash(STEPS)


def test_a_list_that_was_forced_into_a_frozen_object_may_change() -> None:
    schedule, steps = canary.Schedule(steps=STEPS), list(STEPS)
    object.__setattr__(schedule, "steps", steps)
    before, after = changed(schedule, lambda: steps.insert(2, STEPS[1]))
    assert len(after) == len(before) + 1


def test_a_list_that_was_forced_deep_inside_may_change() -> None:
    names = ["latency"]
    analysis = canary.StepAnalysis(metrics=(), measurements=1)
    object.__setattr__(analysis, "metrics", names)
    metric = canary.Metric(name="latency", max=1.0)
    schedule = canary.Schedule(steps=(STEPS[0], analysis, STEPS[2]), metrics=(metric,))
    assert canary.validate(schedule) == ()
    names[0] = "latencies"
    assert [found.code for found in canary.validate(schedule)] == [canary.DiagnosticCode.UNKNOWN_METRIC]


def test_a_dict_may_change() -> None:
    bake: dict[str, object] = {"type": "bake", "min": MINUTE}
    schedule = canary.Schedule(steps=(STEPS[0], bake, STEPS[2]))  # type: ignore[arg-type]
    before = canary.plan(schedule, NOON).earliest_end
    bake["min"] = 2 * MINUTE
    assert canary.plan(schedule, NOON).earliest_end == before + MINUTE
    given = {"steps": STEPS}
    assert len(changed(given, lambda: given.update(steps=(*STEPS[:2], *STEPS[1:])))[1]) == 4


def test_a_dict_inside_an_answer_may_change() -> None:
    profiles = release.standard_profiles()
    fields = {f.name: getattr(profiles, f.name) for f in dataclasses.fields(profiles)}
    held = [(name, value) for name, value in fields.items() if isinstance(value, dict)]
    for _, value in held:
        value.clear()
    again = release.standard_profiles()
    assert all(getattr(again, name) for name, _ in held)


class Moody(canary.StepBake):
    """A bake whose length is another one each time; it could not be told by its class name."""

    lengths = iter(range(1, 100))

    def __getattribute__(self, name: str) -> Any:
        return next(Moody.lengths) * MINUTE if name == "min" else super().__getattribute__(name)


def test_derived_classes_may_behave_in_any_way() -> None:
    schedule = canary.Schedule(steps=(STEPS[0], Moody(min=MINUTE), STEPS[2]))
    ends = {canary.plan(schedule, NOON).earliest_end for _ in range(3)}
    assert len(ends) == 3


class Drift(tzinfo):
    """A zone that moves."""

    offset = timedelta(0)

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "drift"

    def utcoffset(self, _: datetime | None) -> timedelta:
        return self.offset


def test_zones_of_others_may_change() -> None:
    zone = Drift()
    at = NOON.replace(tzinfo=zone)
    window = time.TimeRange(start=at, end=NOON + 5 * time.parse_span("1d"))
    first = time.buckets(window, "day", "UTC", "monday")[0].start
    assert time.local_date(at, "UTC") == NOON.date()
    zone.offset = timedelta(hours=13)
    assert time.buckets(window, "day", "UTC", "monday")[0].start == first - timedelta(days=1)
    assert time.local_date(at, "UTC") == NOON.date() - timedelta(days=1)


def test_the_loop_of_a_deploy_gives_what_a_stored_state_gives() -> None:
    """States that were given out, pickled, replaced and handed in again; more of them than are kept."""
    metrics = tuple(canary.Metric(name=f"m{n}", max=1.0) for n in range(3))
    schedule = canary.Schedule(steps=canary.standard_schedule().steps, metrics=metrics)
    state, now = canary.start(schedule, NOON), NOON
    for tick in range(200):
        now += MINUTE
        reading = canary.ReadingValue(value=tick / 150, n=10)
        observations = [
            canary.Observation(at=now, kind=canary.ObservationKindMeasurement(metric=m.name, reading=reading))
            for m in metrics
        ]
        decision = canary.next_action(schedule, state, observations, now)
        stored = pickle.loads(pickle.dumps((schedule, state, observations, now)))
        assert canary.next_action(*stored) == decision
        by_list = dataclasses.replace(state, metrics=list(state.metrics))
        assert canary.next_action(schedule, by_list, tuple(observations), now) == decision
        assert canary.explain(decision) == canary.explain(pickle.loads(pickle.dumps(decision)))
        state = decision.state
    assert state.phase is canary.CanaryPhase.ROLLED_BACK


def test_one_object_may_be_asked_for_as_several_types() -> None:
    calendar = time.BusinessCalendar()
    for _ in range(2):
        assert time.add_business_days(NOON.date(), 1, calendar) == NOON.date() + timedelta(days=1)
        with pytest.raises(relcore.InputError):
            canary.plan(calendar, NOON)  # type: ignore[arg-type]


def test_threads_do_not_share_what_they_remember() -> None:
    schedule = canary.standard_schedule()
    expected = canary.plan(schedule, NOON)
    found: list[canary.Timeline] = []
    workers = [
        threading.Thread(target=lambda: found.extend(canary.plan(schedule, NOON) for _ in range(50)))
        for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 400


def test_only_so_much_is_held() -> None:
    """Objects that are gone for the caller are not kept for good."""
    for n in range(100):
        canary.plan(canary.Schedule(steps=STEPS, deadline=(n + 1) * MINUTE), NOON)
    gc.collect()
    assert sum(isinstance(found, canary.Schedule) for found in gc.get_objects()) <= 40
