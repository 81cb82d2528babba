"""What the codec accepts as arguments, what it refuses, and what results are."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections import ChainMap, UserDict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
import relcore
from relcore import canary, digest, metrics, time, version

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)


def refusal(code: str, path: str) -> pytest.RaisesExc[relcore.RelcoreError]:
    """The error with a code and a path."""
    return pytest.RaisesExc(
        relcore.RelcoreError, check=lambda error: (error.code, error.path) == (code, path)
    )


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30))),
        NOON.astimezone(ZoneInfo("Asia/Tokyo")),
        "2026-11-23T12:00:00Z",
        "2026-11-23T13:00:00+01:00",
    ],
)
def test_instants_of_any_zone_are_taken(instant: datetime | str) -> None:
    assert time.local_date(instant, "UTC") == date(2026, 11, 23)
    assert time.local_date(instant, "Pacific/Kiritimati") == date(2026, 11, 24)


def test_naive_instants_are_refused_with_an_explanation() -> None:
    with pytest.raises(relcore.InputError, match="has no time zone") as caught:
        time.local_date(datetime(2026, 11, 23, 12), "UTC")
    assert caught.value.path == "at"


def test_instants_come_in_utc_at_milliseconds() -> None:
    start = NOON.astimezone(ZoneInfo("Europe/Berlin")) + timedelta(microseconds=1999)
    state = canary.start(canary.standard_schedule(), start)
    assert state.started_at == NOON + timedelta(milliseconds=1)
    assert state.started_at.tzinfo is UTC


@pytest.mark.parametrize("span", [timedelta(seconds=90), "90s", "PT1M30S", "1m 30s"])
def test_spans_are_taken_as_timedelta_and_text(span: timedelta | str) -> None:
    assert time.format_span(span) == "PT1M30S"


@pytest.mark.parametrize("text", ["-1.5s", "999ms", "1000 days"])
def test_spans_keep_their_value(text: str) -> None:
    span = time.parse_span(text)
    assert time.parse_span(time.format_span(span)) == span


def test_enums_are_taken_as_members_and_text() -> None:
    day = time.TimeRange(start=NOON, end=NOON + timedelta(hours=1))
    by_member = time.buckets(day, time.BucketUnit.DAY, "UTC", time.Weekday.MONDAY)
    assert by_member == time.buckets(day, "day", "UTC", "monday")
    assert version.bump("1.2.3", "1.3.0") is version.Bump.MINOR


def test_structs_are_taken_as_dataclasses_and_mappings() -> None:
    holidays = time.BusinessCalendar(working_days=[date(2026, 11, 21)])
    expected = time.add_business_days(FRIDAY, 1, holidays)
    for given in ({"working_days": ["2026-11-21"]}, {"workingDays": (date(2026, 11, 21),)}):
        assert time.add_business_days(FRIDAY, 1, given) == expected
        assert time.add_business_days(FRIDAY, 1, MappingProxyType(given)) == expected


def test_variants_are_taken_as_dataclasses_and_dicts() -> None:
    hour = timedelta(hours=1)
    bake, promote = canary.StepBake(min=hour), canary.StepSetWeight(weight=100.0)
    as_class = canary.Schedule(steps=[canary.StepSetWeight(weight=5.0), bake, promote])
    as_dict = {"steps": [{"type": "set_weight", "weight": 5}, {"type": "bake", "min": hour}, promote]}
    assert canary.plan(as_class, NOON) == canary.plan(as_dict, NOON)


class Index:
    """An integer that is not an `int`, like those of numpy."""

    def __index__(self) -> int:
        return 1


def test_integers_of_other_classes_are_taken() -> None:
    assert time.add_business_days(FRIDAY, Index(), {}) == date(2026, 11, 23)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [True, 1.0, "1", None, 2**31, 2**70, [1]])
def test_other_things_than_integers_are_refused(days: object) -> None:
    with pytest.raises(relcore.InputError) as caught:
        time.add_business_days(FRIDAY, days, {})  # type: ignore[arg-type]
    assert caught.value.path == "days"


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), True, "5", None, 10**400])
def test_other_things_than_finite_numbers_are_refused(weight: object) -> None:
    with pytest.raises(relcore.InputError) as caught:
        canary.validate({"steps": [{"type": "set_weight", "weight": weight}]})
    assert caught.value.path == "schedule.steps[0].weight"


@pytest.mark.parametrize(
    "holidays",
    ["2026-11-20", b"2026", {FRIDAY}, {FRIDAY: 1}, UserDict({FRIDAY: 1}), 7, iter([FRIDAY])],
)
def test_only_sequences_are_lists(holidays: object) -> None:
    with pytest.raises(relcore.InputError) as caught:
        time.add_business_days(FRIDAY, 1, {"holidays": holidays})
    assert caught.value.path == "calendar.holidays"


def test_unknown_keys_are_refused() -> None:
    with refusal("unknown_field", "calendar.hollidays"):
        time.add_business_days(FRIDAY, 1, {"hollidays": []})


def test_unknown_keys_are_refused_whatever_their_value() -> None:
    with refusal("unknown_field", "calendar.hollidays"):
        time.add_business_days(FRIDAY, 1, {"hollidays": None})
    with pytest.raises(relcore.InputError) as caught:
        time.buckets({"start": NOON, "end": None, "ned": None}, "day", "UTC", "monday")
    found = {(str(fault.code), fault.path) for fault in caught.value.faults}
    assert found == {("unknown_field", "range.ned"), ("missing_field", "range.end")}


@pytest.mark.parametrize("made", [dict, MappingProxyType, ChainMap, UserDict])
@pytest.mark.parametrize("value", [None, 1])
def test_unknown_keys_are_refused_at_any_depth(
    made: Callable[[dict[str, object]], Mapping[str, object]], value: object
) -> None:
    unknown, steps = {"wieght": value}, [{"type": "set_weight", "weight": 100}]
    with refusal("unknown_field", "schedule.wieght"):
        canary.validate(made({"steps": steps} | unknown))
    with refusal("unknown_field", "schedule.steps[0].wieght"):
        canary.validate(made({"steps": [made(steps[0] | unknown)]}))
    reading = made({"type": "missing"} | unknown)
    seen = made({"at": NOON, "kind": made({"type": "measurement", "metric": "errors", "reading": reading})})
    schedule = canary.standard_schedule()
    with refusal("unknown_field", "observations[0].kind.reading.wieght"):
        canary.next_action(schedule, canary.start(schedule, NOON), [seen], NOON)


def test_none_is_no_list() -> None:
    with refusal("wrong_type", "calendar.holidays"):
        time.add_business_days(FRIDAY, 1, {"holidays": None})


class Day(str):
    """A text of another class."""


def test_texts_of_other_classes_are_taken() -> None:
    window = time.TimeRange(start=NOON, end=NOON + timedelta(hours=1))
    assert len(time.buckets(window, Day("day"), "UTC", "monday")) == 1


@pytest.mark.parametrize("text", [NOON, timedelta(0), FRIDAY, 1, None, ["{}"], version.Bump])
def test_only_text_is_text(text: object) -> None:
    with refusal("missing_field" if text is None else "wrong_type", "text"):
        digest.sha256(text)  # type: ignore[arg-type]


def test_a_class_of_another_type_is_refused() -> None:
    with pytest.raises(relcore.InputError):
        canary.plan(time.BusinessCalendar(), NOON)  # type: ignore[arg-type]
    with pytest.raises(relcore.InputError):
        canary.validate({"steps": [canary.ReadingMissing()]})


def test_unknown_members_are_refused() -> None:
    with refusal("invalid_value", "unit"):
        time.buckets(time.TimeRange(start=NOON, end=NOON), "fortnight", "UTC", "monday")


@pytest.mark.parametrize("key", ["steps", "metrics"])
def test_a_value_inside_itself_is_refused(key: str) -> None:
    circle: list[object] = []
    circle.append(circle)
    for value in (circle, [{"type": "bake", "min": circle}]):
        with pytest.raises(relcore.InputError):
            canary.validate({"steps": [], key: value})


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(relcore.InputError):
        digest.sha256("\ud800")


def test_none_is_absent() -> None:
    given = {"start": NOON, "end": None}
    with refusal("missing_field", "range.end"):
        time.buckets(given, "day", "UTC", "monday")


def test_enums_are_text() -> None:
    assert str(version.Bump.MINOR) == "minor" and f"{version.Bump.MINOR}" == "minor"
    assert version.Bump("minor") is version.Bump.MINOR
    schedule = canary.standard_schedule()
    abort = canary.Observation(at=NOON, kind=canary.ObservationKindCommand(command=canary.Command.ABORT))
    phase = canary.next_action(schedule, canary.start(schedule, NOON), [abort], NOON).state.phase
    assert phase == "rolled_back" and f"{phase}" == "rolled_back"
    assert json.dumps({"phase": phase}) == '{"phase": "rolled_back"}' and {"rolled_back": 1}[phase] == 1


def test_reason_codes_are_members_and_newer_ones_text() -> None:
    schedule = {"steps": [{"type": "gate", "name": "ok"}, {"type": "set_weight", "weight": 100}]}
    decision = canary.next_action(schedule, canary.start(schedule, NOON), [], NOON)
    codes = [found.code for found in decision.reasons]
    assert codes and all(isinstance(code, relcore.ReasonCode) for code in codes)
    assert relcore.ReasonCode.GATE_PENDING in codes and "gate_pending" in codes
    newer = dataclasses.replace(decision.reasons[0], code="decided_by_moonlight")
    assert newer.text in canary.explain(dataclasses.replace(decision, reasons=[newer]))


def test_lists_come_as_tuples_and_values_hash() -> None:
    schedule = canary.standard_schedule()
    assert isinstance(schedule.steps, tuple)
    assert hash(schedule.steps[0]) == hash(canary.standard_schedule().steps[0])


def test_values_are_pickled_copied_and_replaced() -> None:
    schedule = canary.standard_schedule()
    assert pickle.loads(pickle.dumps(schedule)) == schedule
    assert schedule == canary.Schedule(
        **{f.name: getattr(schedule, f.name) for f in dataclasses.fields(schedule)}
    )
    other = dataclasses.replace(schedule, steps=schedule.steps[:1])
    assert other != schedule and canary.validate(other) != canary.validate(schedule)
    with pytest.raises(dataclasses.FrozenInstanceError):
        schedule.steps = ()  # type: ignore[misc]


def test_defaults_of_python_are_those_of_the_core() -> None:
    assert metrics.default_policy() == metrics.Policy()
    assert metrics.policy_from_json("{}") == metrics.Policy()
