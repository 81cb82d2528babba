"""`dora_columns` returns the report of `dora`, and names the columns that it cannot read."""

from __future__ import annotations

import random
from array import array
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
import relcore
from relcore.columns import ChangeColumns, DeploymentColumns, EventColumns, IncidentColumns, Lists
from relcore.metrics import (
    Change,
    Deployment,
    DeploymentIntent,
    DeploymentOutcome,
    DoraReport,
    Incident,
    Policy,
    dora,
    dora_columns,
)
from relcore.time import TimeRange

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
RANGE = TimeRange(start=EPOCH, end=EPOCH + timedelta(days=90))
POLICY = Policy()


def at(millis: int) -> datetime:
    """The instant of some milliseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


class World:
    """Random events, as rows and as columns."""

    def __init__(self, seed: int) -> None:
        random_ = random.Random(seed)
        start = int(EPOCH.timestamp() * 1000)
        day = 86_400_000
        self.count = 40
        # Distinct instants: of two deployments in the same one, ids and indices could order differently.
        self.finished = sorted(random_.sample(range(start, start + 90 * day), self.count))
        self.outcome = [random_.choice([0, 0, 0, 1, 2, 4]) for _ in self.finished]
        self.intent = [random_.randrange(5) for _ in self.finished]
        self.service = [random_.randrange(3) for _ in self.finished]
        self.per = [random_.randrange(4) for _ in self.finished]
        self.offsets = [sum(self.per[:n]) for n in range(self.count + 1)]
        owners = [n for n in range(self.count) for _ in range(self.per[n])]
        self.committed = [self.finished[n] - random_.randrange(5 * day) for n in owners]
        self.authored = [
            c - random_.randrange(day) if random_.random() < 0.7 else None for c in self.committed
        ]
        self.merge = [random_.random() < 0.2 for _ in owners]
        self.caused_by = [random_.randrange(self.count) for _ in range(8)]
        self.detected = [self.finished[n] + random_.randrange(day) for n in self.caused_by]
        self.resolved = [
            d + random_.randrange(day) if random_.random() < 0.7 else None for d in self.detected
        ]

    def rows(self) -> DoraReport:
        """The report by rows."""
        intents, outcomes = list(DeploymentIntent), list(DeploymentOutcome)
        deployments = [
            Deployment(
                id=f"{n:04}",
                service=f"s{self.service[n]}",
                finished_at=at(self.finished[n]),
                outcome=outcomes[self.outcome[n]],
                intent=intents[self.intent[n]],
                changes=[f"c{c}" for c in range(self.offsets[n], self.offsets[n + 1])],
            )
            for n in range(self.count)
        ]
        changes = [
            Change(
                id=f"c{n}",
                committed_at=at(committed),
                authored_at=None if authored is None else at(authored),
                merge=merge,
            )
            for n, (committed, authored, merge) in enumerate(
                zip(self.committed, self.authored, self.merge, strict=True)
            )
        ]
        incidents = [
            Incident(
                id=f"i{n}",
                service=f"s{self.service[cause]}",
                detected_at=at(detected),
                resolved_at=None if resolved is None else at(resolved),
                caused_by=f"{cause:04}",
            )
            for n, (cause, detected, resolved) in enumerate(
                zip(self.caused_by, self.detected, self.resolved, strict=True)
            )
        ]
        return dora(deployments, changes, incidents, POLICY, RANGE, "month", "UTC")

    def columns(self, arrow: Any = None) -> EventColumns:
        """The events by columns: buffers, or arrays of arrow."""

        def numbers(code: str, values: list[int], of: str) -> Any:
            return array(code, values) if arrow is None else arrow.array(values, of)

        def instants(values: list[int] | list[int | None]) -> Any:
            if arrow is None:
                return array("q", [value or 0 for value in values])
            # A slice at an odd index: its bitmap does not begin at a byte.
            return arrow.array([None, 0, None, *values], arrow.timestamp("ms", "UTC"))[3:]

        def validity(values: list[int | None]) -> Any:
            bits = sum((value is not None) << index for index, value in enumerate(values))
            return None if arrow is not None else bits.to_bytes((len(values) + 7) // 8, "little")

        services = [self.service[cause] for cause in self.caused_by]
        return EventColumns(
            deployments=DeploymentColumns(
                finished_at=instants(self.finished),
                outcome=numbers("B", self.outcome, "uint8"),
                intent=numbers("b", self.intent, "int8"),
                service=numbers("I", self.service, "uint32"),
                changes=numbers("i", self.offsets, "int32"),
            ),
            changes=ChangeColumns(
                authored_at=instants(self.authored),
                authored_at_validity=validity(self.authored),
                committed_at=instants(self.committed),
                merge=bytes(self.merge) if arrow is None else arrow.array([True, *self.merge])[1:],
            ),
            incidents=IncidentColumns(
                detected_at=instants(self.detected),
                resolved_at=instants(self.resolved),
                resolved_at_validity=validity(self.resolved),
                service=numbers("I", services, "uint32"),
                caused_by=numbers("i", self.caused_by, "int32"),
            ),
            services=3,
        )


@pytest.mark.parametrize("seed", range(25))
def test_buffers_give_the_report_of_rows(seed: int) -> None:
    world = World(seed)
    assert dora_columns(world.columns(), POLICY, RANGE, "month", "UTC") == world.rows()


@pytest.mark.parametrize("seed", range(25))
def test_arrow_gives_the_report_of_rows(seed: int) -> None:
    world = World(seed)
    assert dora_columns(world.columns(pyarrow), POLICY, RANGE, "month", "UTC") == world.rows()


@pytest.mark.parametrize(
    "column",
    [
        lambda numbers, of: numpy.array(numbers, of),
        lambda numbers, of: polars.Series(numbers, dtype=getattr(polars, of.replace("i", "I"))),
        lambda numbers, of: pandas.Series(numbers, dtype=of),
        lambda numbers, of: pandas.Series(numbers, dtype=f"{of}[pyarrow]"),
    ],
    ids=["numpy", "polars", "pandas", "pandas on pyarrow"],
)
def test_columns_of_other_libraries_are_taken(column: Any) -> None:
    """What `array.array` gives, by numpy, polars and pandas."""
    world = World(0)

    def report(finished: Any, outcome: Any) -> DoraReport:
        deployments = DeploymentColumns(finished_at=finished, outcome=outcome)
        return dora_columns(EventColumns(deployments=deployments), POLICY, RANGE, "month", "UTC")

    expected = report(array("q", world.finished), array("b", world.outcome))
    assert report(column(world.finished, "int64"), column(world.outcome, "int8")) == expected
    assert report(column([], "int64"), column([], "int8")) != expected


def test_streams_of_one_chunk_are_taken_and_of_more_refused() -> None:
    finished, outcome = pyarrow.array([1, 2], "int64"), bytes(2)
    one = EventColumns(
        deployments=DeploymentColumns(finished_at=pyarrow.chunked_array([finished]), outcome=outcome)
    )
    dora_columns(one, POLICY, RANGE, "month", "UTC")
    two = pyarrow.chunked_array([finished[:1], finished[1:]])
    refused(DeploymentColumns(finished_at=two, outcome=outcome), "finished_at", "several chunks")


def refused(deployments: DeploymentColumns, column: str, text: str) -> None:
    """That a column is refused, in these words."""
    with pytest.raises(relcore.InputError, match=text) as caught:
        dora_columns(EventColumns(deployments=deployments), POLICY, RANGE, "month", "UTC")
    assert caught.value.path == f"columns.deployments.{column}"


def test_other_formats_are_refused_by_name() -> None:
    outcome = bytes(2)
    doubles = array("d", [1, 2])
    refused(DeploymentColumns(finished_at=doubles, outcome=outcome), "finished_at", "the format `d`")  # type: ignore[arg-type]
    refused(DeploymentColumns(finished_at=array("i", [1, 2]), outcome=outcome), "finished_at", "64-bit")
    refused(DeploymentColumns(finished_at=[1, 2], outcome=outcome), "finished_at", "got `list`")  # type: ignore[arg-type]
    gaps = memoryview(array("q", range(4)))[::2]
    refused(DeploymentColumns(finished_at=gaps, outcome=outcome), "finished_at", "without gaps")
    finished = array("q", [1, 2])
    refused(DeploymentColumns(finished_at=finished, outcome=b"\0"), "outcome", "is not as long")
    refused(DeploymentColumns(finished_at=finished, outcome=b"\0\x09"), "outcome", "beyond its table")
    lists = Lists(offsets=array("I", [0, 2, 1]), items=array("I", [0, 0]))
    refused(
        DeploymentColumns(finished_at=finished, outcome=outcome, remediates=lists), "remediates", "offsets"
    )


def test_arrow_without_a_zone_or_with_nulls_is_refused() -> None:
    outcome = bytes(2)
    naive = pyarrow.array([1, 2], pyarrow.timestamp("ms"))
    refused(DeploymentColumns(finished_at=naive, outcome=outcome), "finished_at", "has no time zone")
    micros = pyarrow.array([1, 2], pyarrow.timestamp("us", "UTC"))
    refused(DeploymentColumns(finished_at=micros, outcome=outcome), "finished_at", "tsu:UTC")
    nulls = pyarrow.array([1, None], "int64")
    refused(DeploymentColumns(finished_at=nulls, outcome=outcome), "finished_at", "has nulls")


def test_faults_of_the_other_arguments_have_their_path() -> None:
    with pytest.raises(relcore.InputError) as caught:
        dora_columns(EventColumns(), {"leadStrat": "authored"}, RANGE, "month", "UTC")
    assert (caught.value.code, caught.value.path) == ("unknown_field", "policy.leadStrat")
    with pytest.raises(relcore.InputError) as caught:
        dora_columns(EventColumns(), POLICY, RANGE, "month", "PST")
    assert (caught.value.code, caught.value.path) == ("unknown_zone", "zone")
