"""Values to JSON text and back, in the form that every language of relcore reads."""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast, get_args, overload

from relcore import _native
from relcore._frozen import Value
from relcore._registry import _CLASSES

T = TypeVar("T")


def to_json(value: object) -> str:
    """Writes a value as JSON text, to be stored and read again by `from_json`, in this or another language.

    The value is one of the dataclasses or enums of relcore, such as `decision.state`.

    Errors:
    `RelcoreError` for a dataclass with fields that the core refuses, such as NaN. `TypeError` for a value that is not
    of a class of relcore.
    """
    return _native.to_json(_type_name(type(value)), (value,))


def to_dict(value: object) -> dict[str, Any]:
    """A value as a plain dict: what `to_json` writes, with camelCase keys, and instants and spans as text.

    Encoders take it as their hook: `json.dumps(record, default=relcore.to_dict)`. Every function takes such a dict in
    place of the value.

    Errors:
    As `to_json`; `TypeError` for any other value, also for an enum, which is text already.
    """
    if not isinstance(value, Value):
        raise TypeError(f"expected a dataclass of relcore, got `{type(value).__name__}`")
    return cast("dict[str, Any]", json.loads(to_json(value)))


@overload
def from_json(of: type[T], text: str) -> T: ...
@overload
def from_json(of: object, text: str) -> object: ...
def from_json(of: object, text: str) -> object:
    """Reads a value from JSON text, as `to_json` writes it. All faults are reported at once, with their paths.

    `of` is a class of relcore, such as `canary.State`, or one of its unions, such as `canary.Action`.

    This reads the form, not the meaning: a schedule whose weights fall is read, and refused by every function that takes
    it. To check a policy as well, use the function of its module, such as `canary.schedule_from_json`.

    Errors:
    `RelcoreError` with all faults of a text that is not JSON or not of this type; an unknown key is a fault.
    `TypeError` for a type that is not of relcore.
    """
    variants = get_args(of)
    of = variants[0] if variants else of
    if not isinstance(of, type):
        raise TypeError(f"expected a class of relcore, got {of!r}")
    value = _native.from_json(_type_name(of), text)
    if not variants and not isinstance(value, of):
        raise TypeError(f"expected `{of.__qualname__}`, got `{type(value).__qualname__}`")
    return value


def _type_name(of: type) -> str:
    for base in of.__mro__:
        if found := _NAMES.get((base.__module__, base.__qualname__)):
            return found
    raise TypeError(f"expected a class of relcore, got `{of.__qualname__}`")


_NAMES = {
    (f"relcore.{module}", name): qualified
    for qualified, (module, *names) in cast("dict[str, tuple[str, ...]]", _CLASSES).items()
    for name in names
}
"""The qualified name of the type that each class is, or is a variant of."""
