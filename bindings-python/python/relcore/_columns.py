"""What a column may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

if TYPE_CHECKING:
    from array import array
    from typing import Any


class ArrowArray(Protocol):
    """One array by the Arrow C data interface: a `pyarrow.Array`."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...


class ArrowStream(Protocol):
    """Arrays by the Arrow C stream interface: a polars or pandas series, a chunked array."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class Strided(Protocol):
    """An array of numpy, which offers the buffer protocol."""

    @property
    def __array_interface__(self) -> dict[str, Any]: ...


Column: TypeAlias = Union["array[int]", bytes, bytearray, memoryview, Strided, ArrowArray, ArrowStream]
"""Numbers one after the other in memory: a buffer or an Arrow array."""
