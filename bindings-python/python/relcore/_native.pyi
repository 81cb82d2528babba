from typing import TypeVar

__all__ = ["VERSION", "call", "dora_columns"]

_Answer = TypeVar("_Answer")

VERSION: str

# What comes back is what the generated function says it returns.
def call(place: int, *arguments: object) -> _Answer: ...  # type: ignore[type-var]
def dora_columns(
    columns: dict[str, object], environments: list[str], services: int, beside: list[object]
) -> _Answer: ...  # type: ignore[type-var]
