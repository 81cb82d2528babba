"""Python's own values from the wire form and back, for the runner of conformance cases."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from relcore import time

Json = typing.Any
SCALARS: Json = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    timedelta: time.parse_span,
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
        names, hints = dict(typing.cast(Json, hint)._fields.names), typing.get_type_hints(hint)
        given = {names[key]: native(item, hints[names[key]]) for key, item in value.items() if key != "type"}
        return typing.cast(Json, hint)(**given)
    if isinstance(value, dict):
        return {key: native(item, inner[-1]) for key, item in value.items()}
    try:
        is_enum = isinstance(hint, type) and issubclass(hint, Enum)
        return hint(value) if is_enum else SCALARS.get(hint, lambda scalar: scalar)(value)
    except ValueError:
        return value  # a text that Python refuses is for the core to refuse


def tag_of(hint: Json) -> Json:
    """Which variant of an enum with data a class is; None for any other class."""
    return typing.cast(Json, hint)._fields.tag if dataclasses.is_dataclass(hint) else None


def wire(value: Json, like: Json = None) -> Json:
    """The JSON of a value. A default that is not in `like`, the JSON it is compared with, is left out."""
    if dataclasses.is_dataclass(value):
        pairs = ((key, name, getattr(value, name)) for key, name in typing.cast(Json, value)._fields.names)
        tag = {"type": tag_of(type(value))} if tag_of(type(value)) else {}
        unlike = like if isinstance(like, dict) else None
        defaults = {field.name: default_of(field) for field in dataclasses.fields(value)}
        return tag | {
            key: wire(item, None if unlike is None else unlike.get(key))
            for key, name, item in pairs
            if item is not None and (unlike is None or key in unlike or item != defaults[name])
        }
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: wire(value[key], like.get(key) if isinstance(like, dict) else None) for key in value}
    if isinstance(value, (list, tuple)):
        likes = like if isinstance(like, list) and len(like) == len(value) else [None] * len(value)
        return [wire(item, one) for item, one in zip(value, likes, strict=True)]
    texts: Json = {date: date.isoformat, timedelta: time.format_span}
    return value.value if isinstance(value, Enum) else texts.get(type(value), lambda scalar: scalar)(value)


def default_of(field: Json) -> Json:
    """The default of a field of a dataclass."""
    is_made = field.default_factory is not dataclasses.MISSING
    return field.default_factory() if is_made else field.default


def camel_case(path: str) -> str:
    """The path of a fault as on the wire, where a key of a map may have an underscore, too."""
    first, *rest = path.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def same(got: Json, expected: Json, tolerance: float) -> bool:
    """Whether two JSON values are equal, numbers by value and up to the tolerance; `true` is no number.

    An expected object with a `code` and without a `text` leaves the `text` open.
    """
    if isinstance(expected, dict) and isinstance(got, dict):
        if "code" in expected and "text" not in expected:
            got = {key: item for key, item in got.items() if key != "text"}
        return got.keys() == expected.keys() and all(same(got[k], expected[k], tolerance) for k in expected)
    if isinstance(expected, list) and isinstance(got, list):
        return len(got) == len(expected) and all(map(same, got, expected, [tolerance] * len(got)))
    if type(expected) in (int, float) and type(got) in (int, float):
        return bool(got == expected or abs(got - expected) <= tolerance)
    return type(got) is type(expected) and bool(got == expected)
