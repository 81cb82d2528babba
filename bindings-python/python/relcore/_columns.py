"""What a column and a data frame may be."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Mapping
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


if TYPE_CHECKING:
    Column: TypeAlias = (
        array[Any] | bytes | bytearray | memoryview | Strided | ArrowArray | ArrowStream | Sequence[object]
    )
    """The values of a column: a buffer, an Arrow array, or a list."""
else:
    # Python 3.11 cannot evaluate `array[Any]`, which `typing.get_type_hints` of every module would ask for.
    Column = array | bytes | bytearray | memoryview | Strided | ArrowArray | ArrowStream | Sequence[object]


class Keyed(Protocol):
    """A frame of pandas where pyarrow is not installed."""

    def keys(self) -> Any: ...
    def __getitem__(self, name: Any, /) -> Any: ...


Frame: TypeAlias = Union["Mapping[str, Column]", ArrowArray, ArrowStream, Keyed]
"""The columns of a table by their names: a data frame that exports Arrow, or a dict."""
