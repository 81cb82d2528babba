"""`dora_frame` returns the report of `dora` for the same rows, whatever library has the frames and reads the files."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.csv
import pytest
import relcore
from relcore.metrics import (
    DeploymentIntent,
    DeploymentOutcome,
    DoraReport,
    Policy,
    dora,
    dora_frame,
)
from relcore.time import TimeRange

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
RANGE = TimeRange(start=EPOCH, end=EPOCH + timedelta(days=90))

Row = dict[str, Any]


class World:
    """Random events as rows: of several services, environments and zones, to the microsecond."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        count = self.random.choice([1, 2, 60])
        self.changes = [self.change(f"c{n}") for n in range(2 * count)]
        unlisted = [change["id"] for change in self.changes]
        # Distinct milliseconds: of two deployments in the same one, ids and indices could order differently.
        minutes = self.random.sample(range(90 * 24 * 60), count)
        self.deployments = [self.deployment(n, at, unlisted) for n, at in enumerate(minutes)]
        self.incidents = [self.incident(n) for n in range(count // 4)]

    def instant(self, minutes: float) -> datetime:
        zone = timezone(timedelta(hours=2))
        micros = self.random.randrange(1_000_000)
        return (EPOCH + timedelta(minutes=minutes, microseconds=micros)).astimezone(zone)

    def maybe(self, value: Any) -> Any:
        return value if self.random.random() < 0.7 else None

    def change(self, id: str) -> Row:
        committed = self.instant(self.random.randrange(90 * 24 * 60))
        return {
            "id": id,
            "committed_at": committed,
            "authored_at": self.maybe(committed - timedelta(hours=self.random.randrange(99))),
            "merge": self.random.random() < 0.2,
            "reverts": [f"c{self.random.randrange(150)}" for _ in range(self.random.choice([0, 0, 0, 1]))],
        }

    def deployment(self, n: int, minutes: int, unlisted: list[str]) -> Row:
        return {
            "id": f"d{n:03}",
            "service": self.random.choice(["shop", "mail", "pay"]),
            "environment": self.random.choice(["production", "production", "staging"]),
            "finished_at": self.instant(minutes),
            "outcome": self.random.choice([str(of) for of in DeploymentOutcome]),
            "intent": self.random.choice([str(of) for of in DeploymentIntent]),
            "revision": self.maybe(self.random.choice(["r1", "r2", "r3"])),
            "remediates": [f"d{self.random.randrange(70):03}" for _ in range(self.random.choice([0, 0, 1]))],
            "changes": [unlisted.pop() for _ in range(min(len(unlisted), self.random.randrange(4)))],
        }

    def incident(self, n: int) -> Row:
        detected = self.instant(self.random.randrange(90 * 24 * 60))
        return {
            "id": f"i{n}",
            "service": self.random.choice(["shop", "mail", "search"]),
            "environment": "production",
            "detected_at": detected,
            "resolved_at": self.maybe(detected + timedelta(hours=self.random.randrange(99))),
            "caused_by": self.maybe(f"d{self.random.randrange(70):03}"),
        }

    def rows(self) -> DoraReport:
        return dora(self.deployments, self.changes, self.incidents, Policy(), RANGE, "month", "UTC")

    def frames(self, frame: Callable[[list[Row]], Any]) -> DoraReport:
        return dora_frame(
            frame(self.deployments),
            changes=frame(self.changes),
            incidents=frame(self.incidents) if self.incidents else None,
            range=RANGE,
            unit="month",
            zone="UTC",
        )


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def with_chunks(rows: list[Row]) -> Any:
    whole = pyarrow.Table.from_pylist(rows)
    parts = [pyarrow.Table.from_pylist(rows[n : n + 7], schema=whole.schema) for n in range(0, len(rows), 7)]
    return pyarrow.concat_tables(parts)


def categories(rows: list[Row]) -> Any:
    frame = pandas.DataFrame(rows)
    return frame.astype({name: "category" for name in frame.columns if name in ("service", "outcome")})


def polars_categories(rows: list[Row]) -> Any:
    frame = polars.DataFrame(rows)
    texts = [name for name in ("service", "environment", "revision") if name in frame.columns]
    frame = frame.with_columns(polars.col(texts).cast(polars.Categorical))
    if "outcome" in frame.columns:
        frame = frame.with_columns(
            polars.col("outcome").cast(polars.Enum([str(o) for o in DeploymentOutcome]))
        )
    return frame


def arrays(rows: list[Row]) -> dict[str, Any]:
    """numpy's instants, and objects for all else."""
    columns: dict[str, Any] = {}
    for name, values in columns_of(rows).items():
        if name.endswith("_at"):
            utc = [value and value.astimezone(UTC).replace(tzinfo=None) for value in values]
            columns[name] = numpy.array(utc, "datetime64[us]")
        else:
            columns[name] = numpy.empty(len(values), object)
            columns[name][:] = values
    return columns


FRAMES: dict[str, Callable[[list[Row]], Any]] = {
    "lists": columns_of,
    "numpy": arrays,
    "pandas": pandas.DataFrame,
    "pandas categories": categories,
    "pandas with an index": lambda rows: pandas.DataFrame(rows, index=[f"row {n}" for n in range(len(rows))]),
    "pandas columns": lambda rows: dict(pandas.DataFrame(rows).items()),
    "pandas on pyarrow": lambda rows: pandas.DataFrame(rows).convert_dtypes(dtype_backend="pyarrow"),
    "polars": polars.DataFrame,
    "polars categories": polars_categories,
    "polars chunks": lambda rows: polars.concat(
        [polars.DataFrame(rows[:1]), polars.DataFrame(rows)[1:]], how="vertical_relaxed", rechunk=False
    ),
    "pyarrow": pyarrow.Table.from_pylist,
    "pyarrow chunks": with_chunks,
    "pyarrow slice": lambda rows: pyarrow.Table.from_pylist([rows[0], rows[0], rows[0], *rows]).slice(3),
    "record batch": lambda rows: pyarrow.RecordBatch.from_pylist(rows),
    "DuckDB": lambda rows: duckdb.from_arrow(pyarrow.Table.from_pylist(rows)),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
@pytest.mark.parametrize("seed", range(8))
def test_frames_give_the_report_of_rows(seed: int, frame: Callable[[list[Row]], Any]) -> None:
    world = World(seed)
    assert world.frames(frame) == world.rows()


def report_of(deployments: Any, **frames: Any) -> DoraReport:
    return dora_frame(deployments, range=RANGE, unit="month", zone="UTC", **frames)


CSV = "id,service,environment,finished_at,outcome,intent,revision\n" + "".join(
    f"d{n},s{n % 3},production,2026-01-{1 + n:02}T10:00:00.5+02:00,"
    f"{'success' if n % 4 else 'failure'},{'' if n % 5 else 'hotfix'},{n % 7 or ''}\n"
    for n in range(20)
)

READERS: dict[str, Callable[[Path], Any]] = {
    "pandas": pandas.read_csv,
    "pandas dates": lambda path: pandas.read_csv(path, parse_dates=["finished_at"]),
    "pandas on pyarrow": lambda path: pandas.read_csv(path, dtype_backend="pyarrow"),
    "polars": polars.read_csv,
    "polars dates": lambda path: polars.read_csv(path, try_parse_dates=True),
    "pyarrow": pyarrow.csv.read_csv,
    "DuckDB": lambda path: duckdb.read_csv(str(path)),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_csv_is_taken_as_each_library_reads_it(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    path = tmp_path / "deployments.csv"
    path.write_text(CSV, "utf-8")
    names, *lines = (line.split(",") for line in CSV.splitlines())
    rows = [{name: text for name, text in zip(names, line, strict=True) if text} for line in lines]
    assert report_of(read(path)) == dora(rows, [], [], Policy(), RANGE, "month", "UTC")


def test_changes_may_name_their_deployment() -> None:
    world = next(world for world in map(World, range(99)) if len(world.deployments) > 2)
    owner = {change: row["id"] for row in world.deployments for change in row["changes"]}
    changes = polars.DataFrame([{**row, "deployment": owner.get(row["id"])} for row in world.changes])
    deployments = polars.DataFrame(world.deployments)
    incidents = polars.DataFrame(world.incidents)
    report = report_of(deployments.drop("changes"), changes=changes, incidents=incidents)
    assert report == world.rows()
    # Without ids, by row numbers.
    position = {row["id"]: n for n, row in enumerate(world.deployments)}
    changes = changes.with_columns(
        polars.col("deployment").replace_strict(position, return_dtype=polars.Int64)
    )
    by_number = report_of(deployments.drop("changes", "id", "remediates"), changes=changes)
    assert by_number == report_of(
        deployments.drop("changes", "remediates"),
        changes=changes.with_columns(
            polars.col("deployment").replace_strict(
                {n: id for id, n in position.items()}, return_dtype=polars.String
            )
        ),
    )
    both = {"id": ["c0"], "authored_at": [EPOCH], "deployment": ["d000"]}
    assert set(faults(deployments, changes=both)) == {"changes.deployment"}


DEPLOYMENTS: dict[str, list[Any]] = {"finished_at": [EPOCH, EPOCH], "outcome": ["success", "failure"]}


def faults(*arguments: Any, **frames: Any) -> dict[str, str]:
    with pytest.raises(relcore.InputError) as caught:
        report_of(*arguments, **frames)
    return {fault.path: fault.text for fault in caught.value.faults}


def test_missing_and_unknown_columns_are_refused_together() -> None:
    found = faults(
        polars.DataFrame({"finishedAt": [EPOCH], "team": ["a"], "outcome": ["success"]}),
        changes={"comitted_at": [EPOCH]},
        incidents=polars.LazyFrame({"detected_at": [EPOCH]}),
        ignore_unknown=True,
    )
    assert found == {
        "deployments.finished_at": "is missing: the columns are `finishedAt`, `outcome`, `team`",
        "deployments.finishedAt": "is unknown: rename it if `finished_at` is meant, or drop it",
        "changes.authored_at": "is missing: the columns are `comitted_at`",
        "changes.comitted_at": "is unknown: rename it if `committed_at` is meant, or drop it",
        "incidents": found["incidents"],
    }
    assert "call `collect()` first" in found["incidents"]


def test_unknown_columns_are_left_aside_only_if_the_caller_says_so() -> None:
    wide = {**DEPLOYMENTS, "team": ["a", "b"], "cost": [1.5, None], "day": [EPOCH.date()] * 2}
    assert report_of(wide, ignore_unknown=True) == report_of(DEPLOYMENTS)
    found = faults(pandas.DataFrame(wide))
    assert set(found) == {"deployments.team", "deployments.cost", "deployments.day"}
    assert "expected `finished_at`, `outcome`, `intent`" in found["deployments.team"]
    assert "`ignore_unknown=True` leaves it aside" in found["deployments.team"]
    # A slip in a name that is optional would silently be a report of one service.
    for slip in ("Service", "SERVICE", "servcie", "services"):
        found = faults({**DEPLOYMENTS, slip: ["a", "b"]}, ignore_unknown=True)
        assert found == {f"deployments.{slip}": "is unknown: rename it if `service` is meant, or drop it"}
    # Beside the column itself it is another one.
    both = {**DEPLOYMENTS, "service": ["a", "b"], "services": ["x", "y"]}
    report_of(both, ignore_unknown=True)


def test_wrong_values_of_all_columns_are_refused_together_with_their_rows() -> None:
    found = faults(
        {
            "id": ["a", "a"],
            "finished_at": [EPOCH, None],
            "outcome": ["success", "Failure"],
            "service": ["shop", ""],
        },
        changes={"authored_at": [EPOCH], "merge": [None], "reverts": [[None]]},
        incidents={"detected_at": ["today"], "service": ["shop"], "caused_by": [7], "duplicate": ["yes"]},
    )
    assert found == {
        "deployments.id[1]": "is the id of row 0, too",
        "deployments.finished_at[1]": "is null: expected an instant in every row",
        "deployments.outcome[1]": found["deployments.outcome[1]"],
        "deployments.service[1]": "is null or empty: expected a name in every row",
        "changes.merge[0]": "is null: expected true or false in every row",
        "changes.reverts[0]": "has a null or an empty text in its list",
        "incidents.detected_at[0]": found["incidents.detected_at[0]"],
        "incidents.caused_by[0]": found["incidents.caused_by[0]"],
        "incidents.duplicate[0]": "expected true or false",
    }
    assert "`Failure` is unknown" in found["deployments.outcome[1]"]
    with pytest.raises(relcore.InputError) as caught:
        report_of({**DEPLOYMENTS, "id": [1, 1]})
    assert (caught.value.code, caught.value.path) == ("duplicate", "deployments.id[1]")


def test_ids_may_be_numbers_and_floats_with_gaps() -> None:
    deployments = pandas.DataFrame({**DEPLOYMENTS, "id": [70, 80], "service": [3, 4]})
    at = EPOCH + timedelta(hours=1)
    incidents = pandas.DataFrame({"detected_at": [at] * 3, "caused_by": [80, None, 99], "service": [4, 3, 3]})
    assert incidents["caused_by"].dtype == "float64"
    rows = [
        {"id": str(id), "service": str(id // 10 - 4), "finished_at": EPOCH, "outcome": outcome}
        for id, outcome in ((70, "success"), (80, "failure"))
    ]
    found = [
        {"id": str(n), "service": service, "detected_at": at, "caused_by": cause}
        for n, (cause, service) in enumerate([("80", "4"), (None, "3"), ("99", "3")])
    ]
    expected = dora(rows, [], found, Policy(), RANGE, "month", "UTC")
    assert report_of(deployments, incidents=incidents) == expected
    assert "lie" not in str(faults(deployments, incidents=incidents.astype({"caused_by": str})))


EMPTY: dict[str, Any] = {
    "lists": {"finished_at": [], "outcome": [], "service": [], "id": [], "changes": []},
    "pandas": pandas.DataFrame({"finished_at": [], "outcome": [], "service": []}),
    "polars": polars.DataFrame(
        schema={"finished_at": polars.Datetime("us", "UTC"), "outcome": polars.String}
    ),
    "polars nulls": polars.DataFrame({"finished_at": [], "outcome": []}),
    "pyarrow": pyarrow.schema(
        {"finished_at": pyarrow.timestamp("s", "UTC"), "outcome": pyarrow.string()}
    ).empty_table(),
    "numpy": {"finished_at": numpy.array([], "M8[s]"), "outcome": numpy.array([], "U1")},
}


@pytest.mark.parametrize("frame", EMPTY.values(), ids=EMPTY.keys())
def test_empty_frames_give_the_report_of_no_rows(frame: Any) -> None:
    assert report_of(frame) == dora([], [], [], Policy(), RANGE, "month", "UTC")


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        ("deployments.csv", "expected a data frame or a dict of columns, got <class 'str'>"),
        ([{"finished_at": EPOCH}], "expected a data frame or a dict of columns"),
        (polars.Series([1]), "is one column: expected a data frame"),
        (pyarrow.table([[1], [2]], ["outcome", "outcome"]), "has two columns `outcome`"),
        (pandas.DataFrame, "expected a data frame"),
    ],
)
def test_what_is_no_frame_is_refused(frame: Any, text: str) -> None:
    assert text in faults(frame)["deployments"]


def test_columns_of_a_dict_are_of_one_length() -> None:
    assert faults({**DEPLOYMENTS, "id": ["a"]}) == {"deployments.id": "is not as long as the other columns"}
    assert faults({**DEPLOYMENTS, "intent": ["planned"]}) == {
        "deployments.intent": "is not as long as the other columns"
    }


def test_pandas_is_read_without_pyarrow() -> None:
    """pandas exports Arrow by pyarrow; without it the columns are read one by one."""
    script = f"""
import sys
sys.modules["pyarrow"] = None
import pandas
from relcore.metrics import dora_frame
from relcore.time import TimeRange
frame = pandas.DataFrame({{
    "finished_at": pandas.to_datetime(["2026-01-01T00:00:00.5Z", "2026-01-02T00:00:00.0Z"]),
    "outcome": pandas.Series(["success", "failure"], dtype="category"),
    "service": ["shop", "mail"],
    "intent": ["hotfix", None],
}})
assert str(frame["finished_at"].dtype).startswith("datetime64["), frame.dtypes
window = TimeRange(start={EPOCH.isoformat()!r}, end="2026-02-01T00:00:00Z")
try:
    frame.__arrow_c_stream__()
except ImportError:
    print(repr(dora_frame(frame, range=window, unit="month", zone="UTC")))
naive = frame.assign(finished_at=frame["finished_at"].dt.tz_localize(None))
try:
    dora_frame(naive, range=window, unit="month", zone="UTC")
except ValueError as error:
    print(error)
"""
    script = script.replace("TimeRange(start=", "dict(start=")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    report, naive = done.stdout.splitlines()
    rows = [
        {
            "id": "0",
            "service": "shop",
            "finished_at": "2026-01-01T00:00:00.5Z",
            "outcome": "success",
            "intent": "hotfix",
        },
        {"id": "1", "service": "mail", "finished_at": "2026-01-02T00:00:00Z", "outcome": "failure"},
    ]
    window = {"start": EPOCH, "end": "2026-02-01T00:00:00Z"}
    assert report == repr(dora(rows, [], [], Policy(), window, "month", "UTC"))
    assert naive.startswith("deployments.finished_at: has no time zone")


def test_the_policy_is_the_default_one_unless_given() -> None:
    assert report_of(DEPLOYMENTS).policy_digest == report_of(DEPLOYMENTS, policy=Policy()).policy_digest
    with pytest.raises(relcore.InputError) as caught:
        report_of(DEPLOYMENTS, policy={"lead_strat": "authored"})
    assert caught.value.path == "policy.lead_strat"


def test_ids_of_a_table_that_is_not_given_are_not_in_the_input() -> None:
    world = World(0)
    expected = dora(world.deployments, [], [], Policy(), RANGE, "month", "UTC")
    assert report_of(polars.DataFrame(world.deployments)) == expected
    found = faults(polars.DataFrame(world.deployments), changes={"authored_at": [EPOCH]})
    assert {"is an id, but the table `changes` has no column `id`"} == set(found.values())


def test_what_arrow_lends_is_released() -> None:
    """After a report, after a refused column, and in the middle of a stream that fails."""

    def failing() -> Any:
        good = pyarrow.record_batch({"finished_at": pyarrow.array([1]), "outcome": ["success"]})

        def batches() -> Any:
            yield good
            raise OSError("the disk is gone")

        return pyarrow.RecordBatchReader.from_batches(good.schema, batches())

    gc.collect()
    before = pyarrow.total_allocated_bytes()
    for _ in range(3):
        frame = with_chunks(World(0).deployments)
        report_of(frame)
        faults(frame.set_column(frame.schema.get_field_index("outcome"), "outcome", frame["id"]))
        assert "the disk is gone" in faults(failing())["deployments"]
        del frame
    gc.collect()  # the exceptions hold their arguments
    assert pyarrow.total_allocated_bytes() == before


def test_changes_in_the_order_of_their_deployments_give_the_same_report() -> None:
    """They need no sorting, so they take another way than those in another order or without a deployment."""
    world = next(world for world in map(World, range(99)) if len(world.deployments) > 2)
    deployments = polars.DataFrame(world.deployments).drop("changes")
    numbers = [n // 2 for n in range(len(world.changes))]
    changes = polars.DataFrame(world.changes).drop("reverts").with_columns(deployment=polars.Series(numbers))
    rows = [{**row, "changes": [f"c{2 * n}", f"c{2 * n + 1}"]} for n, row in enumerate(world.deployments)]
    plain = [{**row, "reverts": []} for row in world.changes]
    expected = dora(rows, plain, [], Policy(), RANGE, "month", "UTC")
    without_ids = deployments.drop("id", "remediates")
    expected_without = report_of(without_ids, changes=changes.reverse())
    assert report_of(without_ids, changes=changes) == expected_without
    ids = polars.Series([f"d{n:03}" for n in numbers])
    by_id = changes.with_columns(deployment=ids)
    for given in (by_id, by_id.reverse(), by_id.sample(fraction=1, shuffle=True, seed=1)):
        assert report_of(deployments, changes=given) == expected


LONG = [
    "a service with a long name",
    "a service with another long name",
    "short",
    "ein Dienst mit Umlauten: äöü",
]


@pytest.mark.parametrize("of", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()], ids=str)
def test_texts_of_all_layouts_are_read(of: Any) -> None:
    """Long ones, slices, nulls beside them, and texts that are not UTF-8."""
    policy = Policy(environments=(LONG[1], LONG[2], LONG[3]))
    at = [EPOCH + timedelta(hours=n) for n in range(12)]
    names = [LONG[n % 4] for n in range(12)]
    texts = pyarrow.array([None, "before", *names, "behind"], of)[2:14]
    columns = {"finished_at": at, "outcome": ["success"] * 12, "environment": texts}
    parts = pyarrow.chunked_array([texts[:5], texts[5:5], texts[5:]])
    table = pyarrow.table({**columns, "environment": parts})
    frames = (columns, table, table.slice(0), pyarrow.concat_tables([table.slice(0, 3), table.slice(3)]))
    for frame in frames:
        report = report_of(frame, policy=policy)
        assert report.overall.deployment_frequency.n == 9
        assert report == report_of({**columns, "environment": names}, policy=policy)
    torn = pyarrow.array([b"\xff" * 20, b"shop"], pyarrow.binary()).cast(of, safe=False)
    assert faults({**DEPLOYMENTS, "service": torn}) == {"deployments.service[0]": "is not UTF-8"}


def test_columns_that_are_left_aside_are_not_read() -> None:
    assert report_of({**DEPLOYMENTS, "note": object()}, ignore_unknown=True) == report_of(DEPLOYMENTS)


def test_a_named_index_of_pandas_is_a_column() -> None:
    frame = pandas.DataFrame({**DEPLOYMENTS, "id": ["a", "b"]}).set_index("id")
    assert report_of(frame) == report_of({**DEPLOYMENTS, "id": ["a", "b"]})
    assert "is the id of row 0, too" in str(faults(frame.rename(index={"b": "a"})))


def test_an_environment_that_is_left_out_is_production() -> None:
    """Whichever environment comes first in another table."""
    at = [EPOCH + timedelta(hours=n) for n in range(4)]
    deployments = {
        "finished_at": at,
        "outcome": ["success"] * 4,
        "environment": ["staging", "production", "staging", "staging"],
    }
    incidents = {"detected_at": [at[3] + timedelta(hours=1)]}
    report = report_of(deployments, incidents=incidents)
    assert report.overall.change_fail_rate.value == 1.0
    assert report == report_of(deployments, incidents={**incidents, "environment": ["production"]})
    staging = report_of(deployments, incidents={**incidents, "environment": ["staging"]})
    assert staging.overall.change_fail_rate.value == 0.0


def test_services_are_in_all_tables_or_in_none() -> None:
    incidents = {"detected_at": [EPOCH]}
    report_of(DEPLOYMENTS, incidents=incidents, changes={"authored_at": [EPOCH]})
    named = {**DEPLOYMENTS, "service": ["shop", "mail"]}
    text = "is missing, but `{}` has it: expected it in both or in none"
    assert faults(named, incidents=incidents) == {"incidents.service": text.format("deployments")}
    found = faults(DEPLOYMENTS, incidents={**incidents, "service": ["shop"]})
    assert found == {"deployments.service": text.format("incidents")}


def test_a_stream_may_need_the_interpreter_on_another_thread() -> None:
    """It would wait for ever if the interpreter was held while the next chunk is computed."""
    connection = duckdb.connect()
    connection.create_function(
        "outcome_of", lambda n: "success" if n % 3 else "failure", ["BIGINT"], "VARCHAR"
    )
    relation = connection.sql(
        "SELECT TIMESTAMPTZ '2026-01-02 00:00:00+00' + INTERVAL (n) SECOND AS finished_at, outcome_of(n) AS outcome"
        " FROM range(300_000) numbers(n)"
    )
    report = report_of(relation)
    assert report.overall.deployment_frequency.n == 200_000
