"""Runs conformance cases: `relcore-conformance PATH...`, or `python -m relcore.conformance PATH...`.

A path is a file of cases or a folder with such files; without one it is `conformance`. Arguments are built as Python's
own types (dataclasses, enums, datetimes), from the hints of the functions. A case of a function that a handle has as a
method runs through the handle, too. The format is in `conformance/README.md`.
"""

from __future__ import annotations

import functools
import json
import sys
import types
import typing
from importlib import import_module
from pathlib import Path

import relcore
from relcore._frozen import Handle
from relcore._wire import Json, camel_case, native, same, wire


def run(case: Json) -> str | None:
    """What is wrong with a case, if anything: through the function, and through the handle that has it as a method."""
    module_name, name = case["call"].split(".")
    module = import_module(f"relcore.{module_name}")
    if name not in module.__all__:
        return f"there is no function {case['call']}"
    function = getattr(module, name)
    hints = typing.get_type_hints(function)
    hints.pop("return", None)
    names = {"".join([w[0], *map(str.capitalize, w[1:])]): key for key in hints for w in [key.split("_")]}
    given: dict[str, Json] = {key: None for key in hints if types.NoneType in typing.get_args(hints[key])}
    given |= {names[key]: native(value, hints[names[key]]) for key, value in case["input"].items()}
    calls = {"": functools.partial(function, **given)}
    for handle in handles_of(module):
        if name in vars(handle) and handle._policy in given:
            calls[f"through {handle.__name__}: "] = functools.partial(through, handle, name, given)
    wrong = (f"{title}{fault}" for title, call in calls.items() if (fault := compare(case, call)))
    return next(wrong, None)


def through(handle: Json, name: str, given: dict[str, Json]) -> Json:
    """The result of a method, given the arguments of the function of the same name."""
    others = {key: value for key, value in given.items() if key != handle._policy}
    return getattr(handle(given[handle._policy]), name)(**others)


def handles_of(module: types.ModuleType) -> list[Json]:
    """The handles of a module."""
    public = [getattr(module, name) for name in module.__all__]
    return [found for found in public if isinstance(found, type) and issubclass(found, Handle)]


def compare(case: Json, call: Json) -> str | None:
    """What differs between the result of a call and that of the case."""
    try:
        result = wire(call(), case.get("expect"))
    except relcore.RelcoreError as error:
        seen = {"code": str(error.code), "path": camel_case(error.path)}
        expected = case.get("error", {})
        if "path" in expected:
            expected = expected | {"path": camel_case(expected["path"])}
        return None if expected and expected.items() <= seen.items() else f"{seen}: {error}"
    if "expect" not in case:
        return f"expected the error {case['error']}, got {json.dumps(result)}"
    return None if same(result, case["expect"], case.get("tolerance", 0)) else f"got {json.dumps(result)}"


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
