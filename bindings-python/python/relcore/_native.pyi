from collections.abc import Sequence
from typing import Protocol, TypeVar, final

__all__ = [
    "VERSION",
    "Fields",
    "Handle",
    "bulk_function",
    "constructor",
    "frame_function",
    "from_json",
    "function",
    "main",
    "method",
    "to_json",
]

_Result = TypeVar("_Result")

# The result is what the generated function says it returns.
class _Function(Protocol):
    def __call__(self, *arguments: object) -> _Result: ...  # type: ignore[type-var]

class _Constructor(Protocol):
    def __call__(self, policy: object, /) -> Handle: ...

VERSION: str

@final
class Fields:
    def __new__(cls, *names: str, of: str, tag: str | None = None) -> Fields: ...
    @property
    def names(self) -> list[tuple[str, str]]: ...
    @property
    def tag(self) -> str | None: ...

@final
class Handle: ...

def function(name: str) -> _Function: ...
def constructor(name: str) -> _Constructor: ...
def method(name: str) -> _Function: ...
def main(arguments: Sequence[str]) -> int: ...
def to_json(name: str, arguments: tuple[object]) -> str: ...
def from_json(name: str, text: str) -> object: ...
def bulk_function(name: str) -> _Function: ...
def frame_function(name: str) -> _Function: ...
