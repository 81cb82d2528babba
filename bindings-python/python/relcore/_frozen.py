"""What the generated dataclasses and handles share: their values never change."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn

if TYPE_CHECKING:
    from relcore import _native


def freeze(value: object, *names: str) -> None:
    """Makes tuples of the lists in some fields: a frozen value must not change, and must have a hash."""
    for name in names:
        found = getattr(value, name)
        if isinstance(found, list):
            object.__setattr__(value, name, tuple(found))


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
