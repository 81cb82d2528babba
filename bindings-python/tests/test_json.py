"""Values to JSON text and back: whatever the core returns, and whatever it takes."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
import relcore
from relcore import _json, _wire, canary, conformance, metrics

CASES = [
    case
    for file in sorted((Path(__file__).parents[2] / "conformance").rglob("*.json"))
    for case in json.loads(file.read_text("utf-8"))["cases"]
]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def values_in(value: Any) -> Iterator[Any]:
    """Every dataclass and enum of relcore in a value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in dataclasses.fields(value):
            yield from values_in(getattr(value, field.name))
    elif isinstance(value, Enum):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from values_in(item)
    elif isinstance(value, dict):
        yield from values_in(list(value.values()))


def test_every_value_of_every_case_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[type] = set()
    count = 0

    def check(case: Any, call: Any) -> None:
        nonlocal count
        values = list(values_in(list(call.keywords.values()))) if hasattr(call, "keywords") else []
        try:
            values += values_in(call())
        except relcore.RelcoreError:
            return
        for value in values:
            try:
                text = relcore.to_json(value)
            except relcore.RelcoreError:
                continue  # an argument that the function refuses, too
            read = relcore.from_json(type(value), text)
            assert read == value and type(read) is type(value)
            written = json.loads(text)
            assert _wire.same(written, _wire.wire(value, written), 0)
            seen.add(type(value))
            count += 1

    monkeypatch.setattr(conformance, "compare", check)
    for case in CASES:
        conformance.run(case)
    assert count > 5000
    # Each variant of each union that a decision may hold has been seen.
    for union in (canary.Action, canary.Step, canary.Reading, canary.ObservationKind):
        assert set(get_args(union)) <= seen
    assert {canary.State, canary.Decision, canary.Schedule, metrics.DoraReport} <= seen


def test_a_union_and_a_variant_are_types() -> None:
    text = relcore.to_json(canary.ActionRollBack(previous=5.0))
    assert json.loads(text) == {"type": "roll_back", "previous": 5.0}
    assert relcore.from_json(canary.Action, text) == canary.ActionRollBack(previous=5.0)
    assert relcore.from_json(canary.ActionRollBack, text) == canary.ActionRollBack(previous=5.0)
    with pytest.raises(TypeError, match="expected `ActionComplete`, got `ActionRollBack`"):
        relcore.from_json(canary.ActionComplete, text)
    assert relcore.from_json(canary.Phase, '"paused"') is canary.Phase.PAUSED


def test_a_written_schedule_is_a_schedule() -> None:
    schedule = canary.standard_schedule()
    assert canary.schedule_from_json(relcore.to_json(schedule)) == schedule


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('{"type": "roll_bakc", "previous": 5}', "invalid_value", "type"),
        ('{"type": "roll_back", "previus": 5}', "unknown_field", "previus"),
        ('{"previous": 5}', "missing_field", "type"),
        ('{"type": "roll_back", "previous": NaN}', "syntax", ""),
        ('{"type": "roll_back", "previous": 5, "previous": 5}', "syntax", ""),
    ],
)
def test_a_fault_has_its_path(text: str, code: str, path: str) -> None:
    with pytest.raises(relcore.RelcoreError) as refused:
        relcore.from_json(canary.Action, text)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_nan_is_refused_not_written_as_absent() -> None:
    metric = canary.Metric(name="errors", max=math.nan)
    with pytest.raises(relcore.RelcoreError, match="nan"):
        relcore.to_json(canary.Schedule(steps=[canary.StepSetWeight(weight=100)], metrics=[metric]))


@pytest.mark.parametrize("other", [1, "text", None, {"type": "hold"}, [canary.ActionHold()], NOW])
def test_only_values_of_relcore_are_written(other: object) -> None:
    with pytest.raises(TypeError, match="expected a class of relcore"):
        relcore.to_json(other)
    with pytest.raises(TypeError, match="expected a class of relcore"):
        relcore.from_json(type(other), "{}")
    with pytest.raises(TypeError, match="expected a class of relcore"):
        relcore.from_json(other, "{}")


def test_a_class_that_is_derived_is_written_as_its_base() -> None:
    class Own(canary.ActionHold):
        pass

    assert relcore.to_json(Own()) == '{"type":"hold"}'
    assert _json._type_name(Own) == "canary.Action"


def test_a_field_that_the_core_leaves_out_has_its_default() -> None:
    # No field of this version is left out at a default that is not None: the defaults of two are changed before the
    # native library looks at the class.
    script = """
import relcore
from dataclasses import MISSING
from relcore import canary
fields = canary.Metric.__dataclass_fields__
fields["max"].default = 7.0
fields["unit"].default, fields["unit"].default_factory = MISSING, list
first, second = (relcore.from_json(canary.Metric, '{"name": "errors", "min": 1}') for _ in range(2))
assert (first.max, first.min, first.unit, first.max_age) == (7.0, 1.0, [], None), first
assert first.unit is not second.unit
"""
    subprocess.run([sys.executable, "-c", script], check=True)
