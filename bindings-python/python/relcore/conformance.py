"""Runs conformance cases: `relcore-conformance PATH...`, or `python -m relcore.conformance PATH...`.

A path is a file of cases or a folder with such files; without one it is `conformance`. Arguments are built as Python's
own types (dataclasses, enums, datetimes), from the hints of the functions. The format is in `conformance/README.md`.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from importlib import import_module
from pathlib import Path

import relcore
from relcore._wire import Json, native, same, wire


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
