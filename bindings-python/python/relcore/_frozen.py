"""What the generated dataclasses and handles share: their values never change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, NoReturn, cast

from relcore import _native


class Value:
    """The base of the generated dataclasses.

    Equality, hash and text are those of a dataclass. They stand here once, because `dataclass` compiles its own for each
    class, which is half of what the import of a module costs.
    """

    __slots__: tuple[str, ...] = ()
    _fields: ClassVar[_native.Fields]
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value) or type(self) is not type(other):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={getattr(self, name)!r}" for name in self.__slots__])
        return f"{type(self).__qualname__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        # By name: a dataclass with slots would be restored by position, and another version may have other fields.
        names = (field.name for field in dataclasses.fields(cast(Any, self)))
        return restore, (type(self), {name: getattr(self, name) for name in names})

    def __structlog__(self) -> object:
        from relcore._errors import RelcoreError
        from relcore._json import to_dict

        try:
            return to_dict(self)
        except RelcoreError:  # what the core refuses must not stop a program that logs it
            return repr(self)


def restore(of: type[Any], given: dict[str, object]) -> object:
    """The value of a copy or a pickle. The version that wrote the pickle may have had other fields."""
    fields, absent = dataclasses.fields(of), dataclasses.MISSING
    needed = {field.name for field in fields if field.default is field.default_factory is absent}
    unknown = [("unknown_field", name) for name in given.keys() - {field.name for field in fields}]
    faults = unknown + [("missing_field", name) for name in needed - given.keys()]
    if faults:
        from relcore._errors import refusal

        text = f"the pickle is of a version of relcore whose `{of.__name__}` has other fields"
        raise refusal(*((code, name, text) for code, name in sorted(faults)))
    return of(**given)


class Variant(Value):
    """The base of the dataclasses of an enum with data: `type` tells them apart."""

    __slots__ = ()
    type: Any

    def __init_subclass__(cls) -> None:
        # cattrs reads the type of the tag from the field, where it stands as text. A dataclass with slots is made twice,
        # the second time with its fields.
        tag = vars(cls).get("__dataclass_fields__", {}).get("type")
        if tag:
            tag.type = Literal[tag.default]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema  # there when pydantic asks

        return core_schema.no_info_before_validator_function(with_tag, handler(source))


def with_tag(given: object) -> object:
    """Refuses an object without its tag: the default of the first variant that fits is not what was meant."""
    if isinstance(given, Mapping) and "type" not in given:
        raise ValueError("`type` is missing: it tells which variant this is")
    return given


class Tagged:
    """Tells pydantic to pick the variant of a field by its tag, so that it reports the faults of that one alone."""

    def __get_pydantic_core_schema__(self, union: Any, handler: Any) -> Any:
        from pydantic import Discriminator  # there when pydantic asks

        return handler.generate_schema(Annotated[union, Discriminator("type")])


TAGGED = Tagged()


def check_tag(variant: Variant) -> None:
    """Refuses the tag of another variant, so that no reader of JSON turns one variant into another."""
    if variant.type != variant._fields.tag:
        from relcore._errors import refusal

        text = f"`{variant.type}` is not the type of `{type(variant).__name__}`: expected `{variant._fields.tag}`"
        raise refusal(("invalid_value", "type", text))


def freeze(value: object, *names: str) -> None:
    """Makes tuples of the lists in some fields, and in the maps of some: a frozen value must not change, and equals what is
    read back."""
    for name in names:
        found = getattr(value, name)
        if isinstance(found, list):
            object.__setattr__(value, name, tuple(found))
        elif isinstance(found, Mapping):
            tuples = {key: tuple(inner) if isinstance(inner, list) else inner for key, inner in found.items()}
            object.__setattr__(value, name, tuples)


def member(value: object, enum: type[StrEnum], name: str) -> None:
    """Makes a member of the text in a field, if the enum has it: a reader of JSON may leave the text."""
    found = getattr(value, name)
    if type(found) is str and found in enum._value2member_map_:
        object.__setattr__(value, name, enum(found))


def markdown(text: str) -> str:
    """A text as notebooks show it, line for line."""
    return f"~~~text\n{text}~~~\n"


class Handle:
    """A policy that is checked, compiled and digested once. It never changes and may be shared between threads.

    Handles of one class with equal digests are equal. They are copied and pickled by their policy.
    """

    __slots__ = ("_handle",)
    _handle: _native.Handle
    _policy: ClassVar[str]
    """The name of the property that returns the policy."""

    @property
    def digest(self) -> str:
        """The digest of the policy."""
        raise NotImplementedError

    def _set(self, handle: _native.Handle) -> None:
        object.__setattr__(self, "_handle", handle)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"cannot assign to `{name}`: a {type(self).__name__} never changes")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete `{name}`: a {type(self).__name__} never changes")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Handle) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash((type(self), self.digest))

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} {self.digest}>"

    def __reduce__(self) -> tuple[type[Handle], tuple[object]]:
        return type(self), (getattr(self, self._policy),)
