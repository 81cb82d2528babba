"""Whole histories by columns of numbers: a million deployments without an object each.

A column is anything that offers the buffer protocol (`array.array`, `memoryview`, numpy) or Arrow (pyarrow, polars,
pandas). It is borrowed for the call and not copied, except for truth values: do not write to it meanwhile.

- Instants are 64-bit milliseconds since 1970, or Arrow's `timestamp[ms]` with a zone. Where they may be absent, they are
  nulls of Arrow, or cleared bits of the bitmap `…_validity`, one bit a row, lowest first.
- Indices and codes are 32-bit; -1 (or 2^32 - 1) is none.
- Truth values are bytes of 0 and 1, or Arrow's `bool`.
- A column that is left out means that nothing is known: one service, no merges, no revisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

from relcore._native import dora_columns as _dora_columns

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping
    from typing import Any

    from relcore.metrics import DoraReport, Policy
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """A list of indices for every row, one after the other.

    `offsets` has the index at which the list of each row begins, then the count of all items: one more than rows.
    `items` has the items of all lists.
    """

    offsets: Column
    items: Column


@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentColumns:
    """Deployments by columns; their index is their identity. All columns have one length.

    `outcome` and `intent` are 8-bit: the index in `DeploymentOutcome` (0 is `SUCCESS`) and `DeploymentIntent`. `service`
    is a code below `services`, `environment` an index into `environments`. The changes of deployment `i` are those from
    `changes[i]` to before `changes[i + 1]`, or are listed in `listed_changes`, where several deployments may share one.
    """

    finished_at: Column
    outcome: Column
    intent: Column | None = None
    service: Column | None = None
    environment: Column | None = None
    revision: Column | None = None
    remediates: Lists | None = None
    changes: Column | None = None
    listed_changes: Lists | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeColumns:
    """Changes by columns. `merge` is whether a change only joins others, `reverts` the indices of those it reverts."""

    authored_at: Column
    authored_at_validity: Column | None = None
    committed_at: Column | None = None
    committed_at_validity: Column | None = None
    merge: Column | None = None
    reverts: Lists | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentColumns:
    """Incidents by columns. `caused_by` is the index of a deployment, `duplicate` whether one repeats another."""

    detected_at: Column
    resolved_at: Column | None = None
    resolved_at_validity: Column | None = None
    service: Column | None = None
    environment: Column | None = None
    caused_by: Column | None = None
    duplicate: Column | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventColumns:
    """All events by columns, the names of the environments, and how many services there are."""

    deployments: DeploymentColumns | None = None
    changes: ChangeColumns | None = None
    incidents: IncidentColumns | None = None
    environments: Sequence[str] = ("production",)
    services: int = 1


def dora_columns(
    columns: EventColumns,
    policy: Policy | Mapping[str, object],
    range: TimeRange | Mapping[str, object],
    unit: BucketUnit | str,
    zone: str,
) -> DoraReport:
    """The five delivery metrics from columns of numbers: the report that `dora` returns for the same events.

    Errors:
    As `dora`, and for columns of different lengths, of other formats than the module documentation names, with nulls
    where there may be none, with codes beyond their table or offsets that fall.
    """
    found = dict(_by_path(columns, ""))
    arguments = ((), (), (), policy, range, unit, zone)
    return _dora_columns(found, list(columns.environments), columns.services, arguments)


def _by_path(table: Any, path: str) -> list[tuple[str, object]]:
    """The columns that are there, by their paths on the wire."""
    found: list[tuple[str, object]] = []
    for name in [field.name for field in fields(table)]:
        first, *rest = name.split("_")
        inner, value = path + first + "".join(map(str.capitalize, rest)), getattr(table, name)
        if isinstance(value, (Lists, DeploymentColumns, ChangeColumns, IncidentColumns)):
            found += _by_path(value, f"{inner}.")
        elif value is not None and path:
            found.append((inner, value))
    return found
