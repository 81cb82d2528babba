"""Scalars of numpy, such as an element of an array or a cell of a data frame, do as well as Python's own."""

from __future__ import annotations

import functools
import json
import types
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy
import pytest
import relcore
from relcore import canary, conformance

ROOT = Path(__file__).parents[2] / "conformance"


def in_numpy(value: Any) -> Any:
    """A value of JSON with the scalars of numpy."""
    match value:
        case bool():
            return numpy.bool_(value)
        case int():
            return numpy.int64(value)
        case float():
            short = numpy.float32(value)
            return short if float(short) == value else numpy.float64(value)
        case str():
            return numpy.str_(value)
        case list():
            return [in_numpy(item) for item in value]
        case dict():
            return {key: in_numpy(item) for key, item in value.items()}
    return value


def cases() -> list[Any]:
    """The conformance cases that have a result."""
    read = (json.loads(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.json")))
    files = (file["cases"] for file in read if isinstance(file, dict) and "cases" in file)
    return [case for file in files for case in file if "expect" in case]


def test_every_function_takes_scalars_of_numpy() -> None:
    called = set()
    for case in cases():
        module, name = case["call"].split(".")
        function = getattr(import_module(f"relcore.{module}"), name)
        hints = typing.get_type_hints(function)
        hints.pop("return", None)
        names = {"".join([w[0], *map(str.capitalize, w[1:])]): key for key in hints for w in [key.split("_")]}
        given: dict[str, Any] = {key: None for key in hints if types.NoneType in typing.get_args(hints[key])}
        given |= {names[key]: in_numpy(value) for key, value in case["input"].items()}
        wrong = conformance.compare(case, functools.partial(function, **given))
        assert wrong is None, (case["call"], case["description"], wrong)
        called.add(case["call"])
    functions = {
        f"{module}.{name}"
        for module in ("canary", "metrics", "release", "rollback", "time", "version")
        for name in import_module(f"relcore.{module}").__all__
        if name[0].islower() and not name.endswith(("_columns", "_frame"))
    }
    assert functions <= called, functions - called


@pytest.mark.parametrize(
    "weight",
    [
        numpy.array(5.0),
        numpy.array([5.0]),
        numpy.float32("nan"),
        numpy.bool_(True),
        numpy.complex64(5),
        numpy.datetime64("2026-11-23T12:00:00"),
        numpy.timedelta64(5, "s"),
    ],
)
def test_other_things_of_numpy_are_refused(weight: Any) -> None:
    with pytest.raises(relcore.InputError) as caught:
        canary.validate({"steps": [{"type": "set_weight", "weight": weight}]})
    assert caught.value.path == "schedule.steps[0].weight"


def test_a_naive_instant_of_numpy_is_refused() -> None:
    with pytest.raises(relcore.InputError) as caught:
        canary.start(canary.standard_schedule(), numpy.datetime64("2026-11-23T12:00:00"))  # type: ignore[arg-type]
    assert caught.value.path == "now"
