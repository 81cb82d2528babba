"""Handles: checked once, immutable, equal by digest, copied and pickled by their policy, shared between threads."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
import relcore
from relcore import canary, metrics, rollback, time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS: tuple[canary.Step, ...] = (
    canary.StepSetWeight(weight=5.0),
    canary.StepBake(min=MINUTE),
    canary.StepSetWeight(weight=100.0),
)
HANDLES = [
    canary.Rollout(canary.standard_schedule()),
    rollback.Engine(rollback.default_policy()),
    metrics.Engine(metrics.default_policy()),
]


def measured(now: datetime, value: float, names: tuple[str, ...]) -> list[canary.Observation]:
    """A measurement of each metric."""
    reading = canary.ReadingValue(value=value, n=10)
    return [
        canary.Observation(at=now, kind=canary.ObservationKindMeasurement(metric=name, reading=reading))
        for name in names
    ]


def test_a_handle_returns_its_policy_and_digest() -> None:
    schedule = canary.standard_schedule()
    rollout = canary.Rollout(schedule)
    assert rollout.schedule == schedule
    assert (
        rollout.digest == rollout.start(NOON).schedule_digest == canary.start(schedule, NOON).schedule_digest
    )
    assert rollback.Engine(rollback.Policy()).policy == rollback.Policy()
    assert metrics.Engine({"leadStart": "authored"}).policy.lead_start is metrics.LeadStart.AUTHORED


def test_the_methods_return_what_the_functions_return() -> None:
    names = ("m0", "m1", "m2")
    schedule = canary.Schedule(
        steps=canary.standard_schedule().steps, metrics=[canary.Metric(name=name, max=1.0) for name in names]
    )
    rollout, now = canary.Rollout(schedule), NOON
    state = rollout.start(now)
    assert rollout.plan(now) == canary.plan(schedule, now)
    for tick in range(200):
        now += MINUTE
        observations = measured(now, tick / 150, names)
        decision = rollout.next_action(state, observations, now)
        stored = pickle.loads(pickle.dumps((schedule, state, observations, now)))
        assert canary.next_action(*stored) == decision
        by_list = dataclasses.replace(state, metrics=list(state.metrics))
        assert rollout.next_action(by_list, tuple(observations), now) == decision
        state = decision.state
    assert state.phase is canary.Phase.ROLLED_BACK


def test_a_policy_that_its_module_refuses_makes_no_handle() -> None:
    with pytest.raises(relcore.InputError) as caught:
        canary.Rollout({"steps": []})
    assert caught.value.path == "schedule.steps"
    with pytest.raises(relcore.InputError) as caught:
        metrics.Engine({"leadStrat": "authored"})
    assert (caught.value.code, caught.value.path) == ("unknown_field", "policy.leadStrat")


def test_a_state_of_another_schedule_is_refused() -> None:
    other = canary.Rollout({"steps": STEPS}).start(NOON)
    with pytest.raises(relcore.PolicyChangedError):
        canary.Rollout(canary.standard_schedule()).next_action(other, [], NOON)


def test_a_later_change_of_the_policy_does_not_change_the_handle() -> None:
    steps: list[Any] = list(STEPS)
    given = {"steps": steps}
    rollout = canary.Rollout(given)
    before = (rollout.digest, rollout.plan(NOON), rollout.schedule)
    steps.insert(2, STEPS[1])
    given["steps"] = []
    assert (rollout.digest, rollout.plan(NOON), rollout.schedule) == before
    assert canary.Rollout({"steps": steps}).digest != rollout.digest


@pytest.mark.parametrize("handle", HANDLES, ids=repr)
def test_handles_are_immutable(handle: Any) -> None:
    for name in ("digest", "policy", "_handle", "anything"):
        with pytest.raises(AttributeError):
            setattr(handle, name, None)
        with pytest.raises(AttributeError):
            delattr(handle, name)
    assert not hasattr(handle, "__dict__")


@pytest.mark.parametrize("handle", HANDLES, ids=repr)
def test_handles_are_pickled_and_copied(handle: Any) -> None:
    for twin in (pickle.loads(pickle.dumps(handle)), copy.copy(handle), copy.deepcopy(handle)):
        assert type(twin) is type(handle) and twin == handle and hash(twin) == hash(handle)
        assert repr(twin) == repr(handle) and handle.digest in repr(handle)


def test_handles_of_other_policies_and_classes_differ() -> None:
    assert len({*HANDLES, canary.Rollout({"steps": STEPS}), *map(copy.copy, HANDLES)}) == 4
    assert HANDLES[0] != HANDLES[0].digest and HANDLES[1] != HANDLES[2]


def test_handles_may_be_shared_between_threads() -> None:
    rollout = canary.Rollout(canary.standard_schedule())
    expected = canary.plan(canary.standard_schedule(), NOON)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(rollout.plan, [NOON] * 400)) == [expected] * 400


def test_a_long_call_lets_other_threads_run() -> None:
    engine = metrics.Engine(metrics.Policy())
    deployments = [
        metrics.Deployment(
            id=str(n), service="s", finished_at=NOON + n * MINUTE, outcome=metrics.DeploymentOutcome.SUCCESS
        )
        for n in range(2000)
    ]
    window = time.TimeRange(start=NOON, end=NOON + timedelta(days=2))
    with ThreadPoolExecutor(4) as pool:
        reports = [pool.submit(engine.dora, deployments, [], [], window, "day", "UTC") for _ in range(8)]
        assert len({report.result().overall.deployment_frequency.n for report in reports}) == 1


def test_a_handle_of_another_class_is_refused() -> None:
    native = rollback.Engine(rollback.Policy())._handle
    with pytest.raises(relcore.InputError) as caught:
        canary._rollout_digest(native)
    assert caught.value.code == "wrong_type"


def weights(schedule: Any) -> list[float]:
    """The weights of a schedule's timeline."""
    return [step.weight for step in canary.plan(schedule, NOON).steps]


def test_a_list_becomes_a_tuple_when_a_dataclass_is_made() -> None:
    steps = list(STEPS)
    schedule = canary.Schedule(steps=steps)
    before = weights(schedule)
    steps.insert(2, STEPS[1])
    assert weights(schedule) == before
    assert schedule == canary.Schedule(steps=STEPS) and hash(schedule.steps) == hash(STEPS)


def test_every_call_reads_its_arguments_anew() -> None:
    """Nothing is cached: a frozen object whose fields were changed by force is read as it is."""
    schedule, steps = canary.Schedule(steps=STEPS), list(STEPS)
    object.__setattr__(schedule, "steps", steps)
    before = weights(schedule)
    steps.insert(2, STEPS[1])
    assert len(weights(schedule)) == len(before) + 1


class Moody(canary.StepBake):
    """A bake whose length is another one each time."""

    lengths = iter(range(1, 100))

    def __getattribute__(self, name: str) -> Any:
        return next(Moody.lengths) * MINUTE if name == "min" else super().__getattribute__(name)


def test_derived_classes_may_behave_in_any_way() -> None:
    schedule = canary.Schedule(steps=(STEPS[0], Moody(min=MINUTE), STEPS[2]))
    assert len({canary.plan(schedule, NOON).earliest_end for _ in range(3)}) == 3


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
    assert time.local_date(at, "UTC") == NOON.date()
    zone.offset = timedelta(hours=13)
    assert time.local_date(at, "UTC") == NOON.date() - timedelta(days=1)
