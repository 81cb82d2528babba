"""Runs conformance cases: `relcore-conformance PATH...`, or `python -m relcore.conformance PATH...`.

A path is a file of cases or a folder with such files; without one it is `conformance`. Arguments are built as Python's
own types (dataclasses, enums, datetimes), from the hints of the functions. The format is in `conformance/README.md`.
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

import relcore

Json = typing.Any
LEAVES: Json = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    timedelta: relcore.time.parse_span,
}


def native(value: Json, hint: Json) -> Json:
    """The value of a type hint that some JSON stands for."""
    inner = [option for option in typing.get_args(hint) if option is not types.NoneType]
    if value is None:
        return None
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        tag = value.get("type") if isinstance(value, dict) else None
        return native(value, next(option for option in inner if tag_of(option) in (None, tag)))
    if isinstance(value, list):
        return [native(item, inner[0]) for item in value]
    if dataclasses.is_dataclass(hint):
        names, hints = dict(typing.cast(Json, hint)._wire_names), typing.get_type_hints(hint)
        given = {names[key]: native(item, hints[names[key]]) for key, item in value.items() if key != "type"}
        return typing.cast(Json, hint)(**given)
    if isinstance(value, dict):
        return {key: native(item, inner[-1]) for key, item in value.items()}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    try:
        return LEAVES.get(hint, lambda leaf: leaf)(value)
    except ValueError:
        return value  # a text that Python refuses is for the core to refuse


def tag_of(hint: Json) -> Json:
    """Which variant of an enum with data a class is; None for what is no variant."""
    first = dataclasses.fields(hint)[:1] if dataclasses.is_dataclass(hint) else ()
    return next((field.default for field in first if field.name == "type" and not field.init), None)


def wire(value: Json) -> Json:
    """The JSON of a value."""
    if dataclasses.is_dataclass(value):
        pairs = ((key, getattr(value, name)) for key, name in typing.cast(Json, value)._wire_names)
        return {key: wire(item) for key, item in pairs if item is not None}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (list, tuple, dict)):
        of_dict = isinstance(value, dict)
        return {key: wire(value[key]) for key in value} if of_dict else [wire(item) for item in value]
    texts: Json = {date: date.isoformat, timedelta: relcore.time.format_span}
    return value.value if isinstance(value, Enum) else texts.get(type(value), lambda leaf: leaf)(value)


def same(got: Json, expected: Json, tolerance: float) -> bool:
    """Whether two JSON values are equal, numbers by value and up to the tolerance; `true` is no number."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return got.keys() == expected.keys() and all(same(got[k], expected[k], tolerance) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(got) == len(expected) and all(map(same, got, expected, [tolerance] * len(got)))
    if type(expected) in (int, float) and type(got) in (int, float):
        return bool(got == expected or abs(got - expected) <= tolerance)
    return type(got) is type(expected) and bool(got == expected)


def run(case: Json) -> str | None:
    """What is wrong with a case, if anything."""
    room, name = case["call"].split(".")
    if name not in import_module(f"relcore.{room}").__all__:
        return f"there is no function {case['call']}"
    function = getattr(import_module(f"relcore.{room}"), name)
    hints = typing.get_type_hints(function)
    names = {"".join([w[0], *map(str.capitalize, w[1:])]): key for key in hints for w in [key.split("_")]}
    given: dict[str, Json] = {key: None for key in hints if types.NoneType in typing.get_args(hints[key])}
    given |= {names[key]: native(value, hints[names[key]]) for key, value in case["input"].items()}
    try:
        answer = wire(function(**given))
    except relcore.RelcoreError as error:
        seen = {"code": error.code, "path": error.path}
        return None if case.get("error") and case["error"].items() <= seen.items() else f"{seen}: {error}"
    if "expect" not in case:
        return f"expected the error {case['error']}, got {json.dumps(answer)}"
    return None if same(answer, case["expect"], case.get("tolerance", 0)) else f"got {json.dumps(answer)}"


def main() -> int:
    """Runs every case under the files and folders of the command line."""
    paths = [Path(path) for path in sys.argv[1:] or ["conformance"]]
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    passed, failures = 0, []
    for file in files:
        try:
            cases = [
                (f"{file}: {case.get('description')}", case)
                for case in json.loads(file.read_text("utf-8"))["cases"]
            ]
        except Exception as error:  # noqa: BLE001 - whatever is no file of cases
            failures.append(f"{file}: {type(error).__name__}: {error}")
            continue
        for title, case in cases:
            try:
                wrong = run(case)
            except Exception as error:  # noqa: BLE001 - a case that cannot be run has failed
                wrong = f"{type(error).__name__}: {error}"
            passed += wrong is None
            failures += [f"{title}: {wrong}"] if wrong else []
    if not passed and not failures:
        failures.append("no case was found")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
