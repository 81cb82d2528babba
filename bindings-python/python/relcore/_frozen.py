"""What is frozen holds no lists."""

from __future__ import annotations


def hold(value: object, *names: str) -> None:
    """Makes tuples of the lists in some fields: a frozen value must not change, and must have a hash."""
    for name in names:
        held = getattr(value, name)
        if isinstance(held, list):
            object.__setattr__(value, name, tuple(held))
