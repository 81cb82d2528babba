from typing import Any

__all__ = ["VERSION", "call"]

VERSION: str

def call(place: int, /, *arguments: object) -> Any: ...
