"""Runs conformance cases: `python -m relcore.conformance [PATH...]`; the format is in `conformance/README.md`.

Arguments are built as Python's own types (dataclasses, enums, datetimes), from the hints of the functions.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from importlib import import_module
from pathlib import Path

from relcore import RelcoreError
from relcore.time import format_span, parse_span

Json = typing.Any


def native(value: Json, hint: Json) -> object:
    """The value of a type hint that some JSON stands for; the JSON itself where it stands for none."""
    options = [option for option in typing.get_args(hint) if option is not types.NoneType]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        if value is None:
            return None
        classes = [option for option in options if dataclasses.is_dataclass(option)]
        tagged = [option for option in classes if getattr(option, "type", None) is not None]
        for option in tagged:
            if isinstance(value, dict) and dataclasses.fields(option)[0].default == value.get("type"):
                return native(value, option)
        return native(value, (classes if not tagged else [object])[0] if classes else options[0])
    if isinstance(value, list) and options:
        return [native(item, options[0]) for item in value]
    if isinstance(value, dict) and typing.get_origin(hint) is not None:
        return {key: native(item, options[-1]) for key, item in value.items()}
    if isinstance(value, dict) and dataclasses.is_dataclass(hint):
        hints, names = typing.get_type_hints(hint), dict(typing.cast(Json, hint)._wire_names)
        fields = {
            names.get(key, key): native(item, hints.get(names.get(key, ""))) for key, item in value.items()
        }
        fields.pop("type", None)
        make: Json = hint
        try:
            return make(**typing.cast(dict[str, object], fields))
        except TypeError:  # what the class does not take is for the core to refuse
            return value
    try:
        if hint is datetime:
            return datetime.fromisoformat(value)
        if hint is date:
            return date.fromisoformat(value)
        if hint is timedelta:
            return parse_span(value)
        return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
    except (TypeError, ValueError):
        return value


def wire(value: object) -> Json:
    """The JSON of a value."""
    if dataclasses.is_dataclass(value):
        pairs = ((key, getattr(value, name)) for key, name in typing.cast(Json, value)._wire_names)
        return {key: wire(item) for key, item in pairs if item is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format_span(value)
    if isinstance(value, dict):
        return {key: wire(item) for key, item in value.items()}
    return [wire(item) for item in value] if isinstance(value, (list, tuple)) else value


def same(got: Json, expected: Json, tolerance: float) -> bool:
    """Whether two JSON values are equal, numbers up to the tolerance."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return got.keys() == expected.keys() and all(same(got[k], expected[k], tolerance) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(got) == len(expected) and all(map(same, got, expected, [tolerance] * len(got)))
    if not isinstance(expected, bool) and isinstance(expected, (int, float)) and type(got) in (int, float):
        return abs(got - expected) <= tolerance
    return type(got) is type(expected) and bool(got == expected)


def run(case: Json) -> str | None:
    """What is wrong with a case, if anything."""
    room, name = case["call"].split(".")
    function = getattr(import_module(f"relcore.{room}"), name)
    hints = typing.get_type_hints(function)
    names = {"".join([w[0], *(p.capitalize() for p in w[1:])]): k for k in hints for w in [k.split("_")]}
    try:
        given = {names[key]: native(value, hints[names[key]]) for key, value in case["input"].items()}
        absent = {name: None for name in names.values() if types.NoneType in typing.get_args(hints[name])}
        answer = wire(function(**absent | given))
    except RelcoreError as error:
        expected = case.get("error", {})
        got = {"code": error.code, "path": error.path}
        return None if expected and expected.items() <= got.items() else f"got the error {got}: {error}"
    if "expect" not in case:
        return f"expected the error {case['error']}, got {answer}"
    return None if same(answer, case["expect"], case.get("tolerance", 0)) else f"got {json.dumps(answer)}"


def main(paths: list[str]) -> int:
    """Runs every case under some files and folders."""
    files = [
        f
        for p in map(Path, paths or ["conformance"])
        for f in (sorted(p.rglob("*.json")) if p.is_dir() else [p])
    ]
    found = sum(len(json.loads(file.read_text("utf-8"))["cases"]) for file in files)
    passed = failed = 0
    for file in files:
        for case in json.loads(file.read_text("utf-8"))["cases"]:
            try:
                wrong = run(case)
            except Exception as error:  # noqa: BLE001 - a case that cannot be run has failed
                wrong = f"{type(error).__name__}: {error}"
            passed, failed = (passed + 1, failed) if wrong is None else (passed, failed + 1)
            if wrong is not None:
                print(f"{file}: {case.get('description')}: {wrong}")
    if passed + failed != found:
        print(f"{found} cases found, {passed + failed} run")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
