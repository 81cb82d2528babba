"""Values of every public type: the arguments and results of the conformance cases, with all that is inside them."""

from __future__ import annotations

import dataclasses
import functools
import json
import typing
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import relcore
from relcore import _registry
from relcore._wire import native

CASES = Path(__file__).parents[2] / "conformance"


def unions() -> dict[str, Any]:
    """The enums with data: every name of the registry that stands for tagged classes."""
    found = {}
    for qualified in _registry._CLASSES:
        tagged = [of for of in _registry.classes_of(qualified) if dataclasses.is_dataclass(of) and tag_of(of)]
        if tagged:
            module, name = qualified.rsplit(".", 1)
            found[name if module == "canary" else qualified] = getattr(
                import_module(f"relcore.{module}"), name
            )
    return found


def name_of(of: type) -> str:
    """A name for the title of a test: `canary.Decision`."""
    return f"{of.__module__.removeprefix('relcore.')}.{of.__name__}"


def classes() -> list[type]:
    """The dataclass of every type and variant."""
    found = (of for qualified in _registry._CLASSES for of in _registry.classes_of(qualified))
    return [of for of in found if dataclasses.is_dataclass(of)]


def tag_of(of: type) -> str | None:
    """The tag of a variant."""
    tag: str | None = typing.cast(Any, of)._fields.tag
    return tag


def variants(union: Any) -> list[type]:
    """The classes of an enum with data."""
    return [of for of in typing.get_args(union) if isinstance(of, type)]


UNIONS: dict[str, Any] = unions()
"""The enums with data by name; a test holds them against the classes with a tag."""


@functools.cache
def instances() -> dict[type, list[Any]]:
    """Every distinct value of each class, none of them made up here."""
    found: dict[type, dict[str, Any]] = defaultdict(dict)
    for value in values():
        for part in parts(value):
            found[type(part)].setdefault(repr(part), part)
    return {of: list(found.values()) for of, found in found.items()}


def parts(value: Any) -> Iterator[Any]:
    """Every dataclass in a value."""
    if dataclasses.is_dataclass(value):
        yield value
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return
    for item in value:
        yield from parts(item)


def values() -> Iterator[Any]:
    """The arguments and the result of each case, or its faults."""
    for file in sorted(CASES.rglob("*.json")):
        for case in json.loads(file.read_text("utf-8"))["cases"]:
            module, name = case["call"].split(".")
            function = getattr(import_module(f"relcore.{module}"), name)
            hints = typing.get_type_hints(function)
            hints.pop("return", None)
            names = {key.replace("_", ""): key for key in hints}
            named = {names[key.lower()]: value for key, value in case["input"].items()}
            given = {key: native(value, hints[key]) for key, value in named.items()}
            # What the core refuses may hold texts that are no instants.
            yield from given.values() if "expect" in case else ()
            absent = {key: None for key, hint in hints.items() if type(None) in typing.get_args(hint)}
            try:
                yield function(**absent | given)
            except relcore.RelcoreError as error:
                yield error.faults


def same(got: Any, value: Any) -> bool:
    """Whether two values are equal and of the same types throughout; a number may be an int or a float."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return type(got) is type(value) and all(same(getattr(got, n), getattr(value, n)) for n in names)
    if isinstance(value, tuple):
        return isinstance(got, tuple) and len(got) == len(value) and all(map(same, got, value))
    if isinstance(value, Mapping):
        return got.keys() == value.keys() and all(same(got[key], value[key]) for key in value)
    kinds = {type(got), type(value)}
    return bool(got == value) and (len(kinds) == 1 or kinds == {int, float})
