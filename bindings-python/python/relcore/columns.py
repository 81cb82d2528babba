"""The columns door of the metrics: a million deployments without an object each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

from relcore._native import dora_columns as _dora_columns

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping
    from typing import Any

    from relcore.metrics import DoraReport, MetricsPolicy
    from relcore.time import BucketUnit, TimeRange

__all__ = [
    "ChangeColumns",
    "Column",
    "DeploymentColumns",
    "EventColumns",
    "IncidentColumns",
    "Lists",
    "dora_columns",
]


class ArrowArray(Protocol):
    """What offers one array through the Arrow C data interface: a `pyarrow.Array`."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The capsules of the schema and of the array."""
        ...


class ArrowStream(Protocol):
    """What offers arrays through the Arrow C stream interface: a polars or pandas series, a chunked array."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The capsule of the stream."""
        ...


class Strided(Protocol):
    """What offers the buffer protocol in the way of numpy."""

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """Where the numbers are."""
        ...


Column: TypeAlias = Union["array[int]", bytes, bytearray, memoryview, Strided, ArrowArray, ArrowStream]
"""Numbers one after the other in memory: a buffer or an Arrow array."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """A list of indices for every row, one after the other."""

    offsets: Column
    """Where the list of each row begins, and at the end where the last one ends: 32-bit, one more than rows."""

    items: Column
    """The items of all lists: 32-bit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentColumns:
    """Deployments by columns; their index is their identity. All columns have one length."""

    finished_at: Column
    """When each finished: 64-bit milliseconds since 1970, or Arrow's `timestamp[ms]` with a zone."""

    outcome: Column
    """How each ended: 8-bit, the place in `DeploymentOutcome`, 0 for `SUCCESS`."""

    intent: Column | None = None
    """What each was for: 8-bit, the place in `DeploymentIntent`."""

    service: Column | None = None
    """The code of each one's service, below `services`: 32-bit."""

    environment: Column | None = None
    """The index into `environments`: 32-bit; all the first when it is left out."""

    revision: Column | None = None
    """The code of each one's revision: 32-bit; -1 (or 2^32 - 1) for none."""

    remediates: Lists | None = None
    """The indices of the deployments that each remediates."""

    changes: Column | None = None
    """The changes of deployment `i` are those from `changes[i]` to before `changes[i + 1]`: 32-bit."""

    listed_changes: Lists | None = None
    """Instead of `changes`, where a change belongs to several deployments: the indices of the changes of each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeColumns:
    """Changes by columns. Nulls in Arrow's instants are absent ones; other columns may have none."""

    authored_at: Column
    """When each was written: 64-bit milliseconds since 1970, or Arrow's `timestamp[ms]` with a zone."""

    authored_at_validity: Column | None = None
    """For buffers: where `authored_at` is there, one bit a row, lowest first."""

    committed_at: Column | None = None
    """When each was committed."""

    committed_at_validity: Column | None = None
    """As for `authored_at`."""

    merge: Column | None = None
    """Whether each only joins others: bytes of 0 and 1, or Arrow's `bool`."""

    reverts: Lists | None = None
    """The indices of the changes that each reverts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentColumns:
    """Incidents by columns."""

    detected_at: Column
    """When each was detected: 64-bit milliseconds since 1970, or Arrow's `timestamp[ms]` with a zone."""

    resolved_at: Column | None = None
    """When each was resolved."""

    resolved_at_validity: Column | None = None
    """For buffers: where `resolved_at` is there, one bit a row, lowest first."""

    service: Column | None = None
    """As for deployments."""

    environment: Column | None = None
    """As for deployments."""

    caused_by: Column | None = None
    """The index of the deployment that caused each: 32-bit; -1 (or 2^32 - 1) for none."""

    duplicate: Column | None = None
    """Whether each repeats another: bytes of 0 and 1, or Arrow's `bool`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventColumns:
    """All events by columns.

    A column is anything that offers the buffer protocol (`array.array`, `memoryview`, numpy) or Arrow (pyarrow,
    polars, pandas). It is borrowed for the call and not copied, but for truth values: do not write to it meanwhile.
    """

    deployments: DeploymentColumns | None = None
    """The deployments. Default: none."""

    changes: ChangeColumns | None = None
    """The changes. Default: none."""

    incidents: IncidentColumns | None = None
    """The incidents. Default: none."""

    environments: Sequence[str] = ("production",)
    """The names of the environments. Default: `production` alone."""

    services: int = 1
    """How many services there are: their codes are below this. Default: 1."""


def dora_columns(
    columns: EventColumns,
    policy: MetricsPolicy | Mapping[str, object],
    range: TimeRange | Mapping[str, object],
    unit: BucketUnit | str,
    zone: str,
) -> DoraReport:
    """The five delivery metrics from columns of numbers: the report that `dora` gives for the same events.

    Errors:
    As `dora`, and for columns of different lengths, other formats than the docs of the columns name, nulls where there
    may be none, codes beyond their table and offsets that fall.
    """
    found: dict[str, object] = {}
    for table in ("deployments", "changes", "incidents"):
        _collect(getattr(columns, table), table, found)
    return _dora_columns(found, list(columns.environments), columns.services, [policy, range, unit, zone])


def _collect(
    table: DeploymentColumns | ChangeColumns | IncidentColumns | Lists | None,
    path: str,
    found: dict[str, object],
) -> None:
    """Gathers the columns that are there by their paths on the wire."""
    for name in [field.name for field in fields(table)] if table is not None else []:
        first, *rest = name.split("_")
        inner = f"{path}.{first}{''.join(word.capitalize() for word in rest)}"
        column = getattr(table, name)
        if isinstance(column, Lists):
            _collect(column, inner, found)
        elif column is not None:
            found[inner] = column
