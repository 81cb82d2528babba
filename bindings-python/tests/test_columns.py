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


def test_an_empty_array_is_an_empty_column() -> None:
    """An empty `array.array` has no address, aligned or not."""
    empty = array("q", [])
    columns = EventColumns(
        deployments=DeploymentColumns(finished_at=empty, outcome=array("b", [])),
        changes=ChangeColumns(authored_at=empty),
        incidents=IncidentColumns(detected_at=empty),
    )
    report = dora_columns(columns, POLICY, RANGE, "month", "UTC")
    assert report.overall.deployment_frequency.n == 0


def refused(deployments: DeploymentColumns, column: str, text: str) -> None:
    """That a column is refused, in these words."""
    with pytest.raises(relcore.InputError, match=text) as caught:
        dora_columns(EventColumns(deployments=deployments), POLICY, RANGE, "month", "UTC")
    assert caught.value.path == f"columns.deployments.{column}"


def test_other_formats_are_refused_by_name() -> None:
    outcome = bytes(2)
    doubles = array("d", [1, 2])
    refused(
        DeploymentColumns(finished_at=doubles, outcome=outcome), "finished_at", "has floating-point numbers"
    )
    refused(DeploymentColumns(finished_at=array("i", [1, 2]), outcome=outcome), "finished_at", "64-bit")
    refused(DeploymentColumns(finished_at={1, 2}, outcome=outcome), "finished_at", "got `set`")  # type: ignore[arg-type]
    refused(DeploymentColumns(finished_at="12", outcome=outcome), "finished_at", "got `str`")
    refused(DeploymentColumns(finished_at=array("u", "ab"), outcome=outcome), "finished_at", "format")
    refused(
        DeploymentColumns(finished_at=numpy.ones((2, 2), "int64"), outcome=outcome),
        "finished_at",
        "dimension",
    )
    complex_ = numpy.ones(2, "complex128")
    refused(DeploymentColumns(finished_at=complex_, outcome=outcome), "finished_at", "format `Zd`")
    finished = array("q", [1, 2])
    refused(DeploymentColumns(finished_at=finished, outcome=b"\0"), "outcome", "is not as long")
    refused(DeploymentColumns(finished_at=finished, outcome=b"\0\x09"), "outcome", "beyond its table")
    lists = Lists(offsets=array("I", [0, 2, 1]), items=array("I", [0, 0]))
    refused(
        DeploymentColumns(finished_at=finished, outcome=outcome, remediates=lists), "remediates", "offsets"
    )


ZONE = "has no time zone"


@pytest.mark.parametrize(
    ("finished", "column", "text"),
    [
        (pyarrow.array([1, 2], pyarrow.timestamp("ms")), "finished_at", ZONE),
        (pandas.Series(pandas.to_datetime([1, 2])), "finished_at", ZONE),
        (polars.Series([EPOCH.replace(tzinfo=None)] * 2), "finished_at", ZONE),
        ([EPOCH.replace(tzinfo=None)] * 2, "finished_at", ZONE),
        (polars.Series([EPOCH.date()] * 2), "finished_at", "has days without a time"),
        (numpy.array(["2026-01-01", "2026-01-02"], "M8[D]"), "finished_at", "has days without a time"),
        (pyarrow.array([1, None]), "finished_at[1]", "is null"),
        (pandas.Series(pandas.to_datetime([1, None], utc=True)), "finished_at[1]", "is null"),
        (numpy.array(["2026-01-01T00", "NaT"], "M8[s]"), "finished_at[1]", "is null"),
        (numpy.ma.masked_array([1, 2], [False, True]), "finished_at[1]", "is null"),
        (["2026-01-01T00:00:00Z", "soon"], "finished_at[1]", "`soon`"),
        ([EPOCH, "2026-01-01T00:00:00Z"], "finished_at", "row 1"),
        (numpy.array([1, 2**60], "M8[s]"), "finished_at", "outside the years 1 to 9999"),
    ],
)
def test_instants_that_are_unknown_are_refused(finished: Any, column: str, text: str) -> None:
    refused(DeploymentColumns(finished_at=finished, outcome=bytes(2)), column, text)


@pytest.mark.parametrize(("unit", "factor"), [("s", 0), ("ms", 1), ("us", 1_000), ("ns", 1_000_000)])
def test_instants_of_any_unit_are_rounded_down_to_milliseconds(unit: str, factor: int) -> None:
    millis = [-1000, 0, 1_767_225_600_000] if unit == "s" else [-1000, -1, 0, 999, 1_767_225_600_123]
    exact = numpy.array([at // 1000 if unit == "s" else at * factor for at in millis], "int64")
    for plain in (exact, exact + max(factor - 1, 0)):
        for instants in (
            plain.view(f"M8[{unit}]"),
            plain.astype(">i8").view(f">M8[{unit}]"),
            numpy.repeat(plain, 2).view(f"M8[{unit}]")[::2],
            pyarrow.array(plain, pyarrow.timestamp(unit, "Europe/Berlin")),
            pyarrow.chunked_array([plain[:2], plain[2:]], pyarrow.timestamp(unit, "UTC")),
            pyarrow.array(plain, pyarrow.timestamp(unit, "UTC")).dictionary_encode(),
            pandas.Series(plain.view(f"M8[{unit}]")).dt.tz_localize("UTC"),
        ):
            assert recovered_after(instants, len(plain)) == [at + 1000 for at in millis], instants


def test_instants_finer_than_nanoseconds_keep_their_milliseconds() -> None:
    for unit, factor in (("ps", 10**9), ("fs", 10**12), ("as", 10**15)):
        instants = numpy.array([-1000, -1, 0, 999], "int64") * numpy.int64(factor)
        assert recovered_after(instants.view(f"M8[{unit}]"), 4) == [0, 999, 1000, 1999], unit


def recovered_after(resolved: Any, count: int) -> list[int]:
    """When incidents are resolved, in milliseconds after a second before 1970: the recovery time of each alone."""
    found = []
    start = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
    window = TimeRange(start=start, end=datetime(2027, 1, 1, tzinfo=UTC))
    for row in range(count):
        events = EventColumns(
            deployments=DeploymentColumns(finished_at=numpy.full(count, -1000), outcome=bytes(count)),
            incidents=IncidentColumns(
                detected_at=numpy.full(count, -1000),
                resolved_at=resolved,
                caused_by=numpy.array([0 if row == own else -1 for own in range(count)], "int32"),
                duplicate=[row != own for own in range(count)],
            ),
        )
        report = dora_columns(events, POLICY, window, "year", "UTC")
        found.append(round((report.overall.failed_deployment_recovery_time.value or 0.0) * 1000))
    return found


def test_codes_are_made_from_texts_and_integers_of_any_width() -> None:
    finished = array("q", [int(EPOCH.timestamp() * 1000) + n for n in range(4)])
    names = ["success", "failure", "skip", "success"]
    codes = [0, 1, 5, 0]

    def report(outcome: Any, **columns: Any) -> DoraReport:
        deployments = DeploymentColumns(finished_at=finished, outcome=outcome, **columns)
        return dora_columns(EventColumns(deployments=deployments), POLICY, RANGE, "month", "UTC")

    expected = report(bytes(codes))
    everything = [str(of) for of in DeploymentOutcome]
    outcomes = [
        names,
        [DeploymentOutcome(name) for name in names],
        numpy.array(names),
        numpy.array(names, object),
        pandas.Series(names),
        pandas.Series(names, dtype=object),
        pandas.Series(names, dtype="category"),
        pandas.Categorical(names, categories=everything),
        polars.Series(names),
        polars.Series(names, dtype=polars.Categorical),
        polars.Series(names, dtype=polars.Enum(everything)),
        pyarrow.array(names, pyarrow.large_string()),
        pyarrow.array(names, pyarrow.string_view()),
        pyarrow.array(["x", *names])[1:].dictionary_encode(),
        pyarrow.chunked_array([names[:1], [], names[1:]]),
        *(pyarrow.array(names).cast(pyarrow.dictionary(of, pyarrow.string())) for of in INTEGERS),
        *(pyarrow.array(codes, of) for of in INTEGERS),
        *(numpy.array(codes, of) for of in ("i1", "u1", "<i2", ">i2", ">u4", ">i8", "u8", "f4", "f8")),
        numpy.array([9, *codes], "u1")[1:],
        numpy.repeat(numpy.array(codes, ">i4"), 3)[::3],
        memoryview(bytes(code for code in codes for _ in range(2)))[::2],
        codes,
        tuple(codes),
    ]
    for outcome in outcomes:
        assert report(outcome) == expected, outcome
    for environment in (["production"] * 4, pandas.Series(["production"] * 4, dtype="category")):
        assert report(bytes(codes), environment=environment) == expected
    assert report(bytes(codes), environment=["test"] * 4) != expected
    deployments = DeploymentColumns(
        finished_at=finished, outcome=bytes(codes), environment=["a", "b", "c", "a"]
    )
    with pytest.raises(relcore.InputError, match="`c` is not one of `environments`") as caught:
        dora_columns({"deployments": deployments, "environments": ["a", "b"]}, POLICY, RANGE, "month", "UTC")
    assert caught.value.path == "columns.deployments.environment[2]"


INTEGERS = [getattr(pyarrow, f"{sign}int{width}")() for sign in ("", "u") for width in (8, 16, 32, 64)]


@pytest.mark.parametrize(
    ("outcome", "column", "text"),
    [
        (["success", "Success"], "outcome[1]", "`Success` is unknown: expected one of `success`, `failure`"),
        (polars.Series(["success", None]), "outcome[1]", "is null or empty: expected one of"),
        (numpy.array([0, 9], "int64"), "outcome[1]", "`9` is no code: expected one from 0 to 6"),
        (numpy.array([0, -1], "int16"), "outcome[1]", "`-1` is no code"),
        (numpy.array([0, 0.5]), "outcome[1]", "`0.5` is not a whole number"),
        (polars.Series([b"success", b"success"]), "outcome", "Arrow format"),
        (polars.DataFrame({"outcome": ["success"]}), "outcome", "is a table"),
    ],
)
def test_values_that_are_unknown_are_refused_with_their_row(outcome: Any, column: str, text: str) -> None:
    refused(DeploymentColumns(finished_at=array("q", [1, 2]), outcome=outcome), column, text)


def test_names_and_codes_of_one_list_do_not_mix() -> None:
    events = EventColumns(
        deployments=DeploymentColumns(finished_at=[1], outcome=["success"], service=["shop"]),
        incidents=IncidentColumns(detected_at=[1], service=array("I", [0])),
    )
    with pytest.raises(relcore.InputError, match="has names where another column has codes") as caught:
        dora_columns(events, POLICY, RANGE, "month", "UTC")
    assert caught.value.path == "columns.incidents.service"


@pytest.mark.parametrize(
    "merge",
    [
        b"\1\0",
        [True, False],
        numpy.array([True, False]),
        numpy.array([numpy.True_, False], object),
        pandas.Series([True, False]),
        pandas.Series([True, False], dtype="boolean"),
        polars.Series([True, False]),
        pyarrow.array([False, True, False])[1:],
        pyarrow.array([1, 0], "uint8"),
    ],
)
def test_truth_values_of_any_form_are_taken(merge: Any) -> None:
    at = int(EPOCH.timestamp() * 1000)

    def report(merge: Any) -> DoraReport:
        deployments = DeploymentColumns(
            finished_at=array("q", [at, at + 1]), outcome=bytes(2), changes=array("I", [0, 0, 2])
        )
        events = EventColumns(
            deployments=deployments,
            changes=ChangeColumns(authored_at=array("q", [at - 5000, at - 1000]), merge=merge),
        )
        return dora_columns(events, Policy(count_merges=False), RANGE, "month", "UTC")

    expected = report(b"\1\0")
    assert report(merge) == expected
    assert expected != report(bytes(2))
    for wrong in ([True, None], [1, 2], ["true", "false"]):
        with pytest.raises(relcore.InputError) as caught:
            report(wrong)
        assert caught.value.path.startswith("columns.changes.merge[")


def test_faults_of_the_other_arguments_have_their_path() -> None:
    with pytest.raises(relcore.InputError) as caught:
        dora_columns(EventColumns(), {"leadStrat": "authored"}, RANGE, "month", "UTC")
    assert (caught.value.code, caught.value.path) == ("unknown_field", "policy.leadStrat")
    with pytest.raises(relcore.InputError) as caught:
        dora_columns(EventColumns(), POLICY, RANGE, "month", "PST")
    assert (caught.value.code, caught.value.path) == ("unknown_zone", "zone")
