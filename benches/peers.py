"""What relcore's metrics by columns cost against the same figures by data frames: `python benches/peers.py`.

Needs `relcore` (`pip install` its wheel) and `numpy`; `polars` and `pandas` where they are installed, and it says which
are not. It installs nothing. All programs work on one thread and are timed in one run by the time on the processor, the
best of several. Their counts, medians and rates are compared before they are timed. The frames are as the libraries make
them: timestamps in microseconds with a zone, outcomes as text. relcore converts them in each run; `dora_columns` gets
milliseconds and codes and converts nothing.

A data frame computes less: deployments, median and 95th percentile of the lead times, and the fail rate, by month.
It links no incidents, finds no revisions that return, counts no exclusions and gives no intervals; relcore does all of
this in the time that stands here.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

for threads in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS"):
    os.environ[threads] = "1"  # before the imports that read it

import numpy as np
from relcore import columns, metrics
from relcore.time import BucketUnit, TimeRange

ROWS = 1_000_000
RUNS = 7
BEGIN, END = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)

Figures = list[tuple[int, float, float, float]]
"""By month: successful deployments, median and 95th percentile of the lead times in seconds, fail rate."""


def history() -> dict[str, np.ndarray]:
    """A million deployments over ten years with a change each; 3 % of their outcomes are failures."""
    place = np.arange(ROWS, dtype=np.int64)
    begin, end = (int(at.timestamp() * 1000) for at in (BEGIN, END))
    scattered = (place * 2_654_435_761 % 2**32) >> 12
    finished = begin + place * ((end - begin) // ROWS)
    return {
        "finished_at": finished,
        "authored_at": finished - scattered % 10_000 * 60_000,
        "outcome": (scattered % 100 < 3).astype(np.uint8),
        "offsets": np.arange(ROWS + 1, dtype=np.uint32),
    }


POLICY = metrics.Policy(
    seed=metrics.SeedRule.INCLUDE,
    denominator=metrics.RateDenominator.FINISHED,
    failure_signals=[metrics.FailureSignal.OUTCOME],
    undelivered=metrics.UndeliveredChanges.DROP,
)
WINDOW = TimeRange(start=BEGIN, end=END)


def figures(report: metrics.DoraReport) -> Figures:
    """What the data frames compute, too."""
    return [
        (
            row.deployment_frequency.n,
            row.change_lead_time.median or 0.0,
            row.change_lead_time.p95 or 0.0,
            row.change_fail_rate.value or 0.0,
        )
        for row in report.buckets
    ]


def by_columns(data: dict[str, np.ndarray]) -> Callable[[], Figures]:
    """The whole report by columns, none of which is converted."""
    events = columns.EventColumns(
        deployments=columns.DeploymentColumns(
            finished_at=data["finished_at"], outcome=data["outcome"], changes=data["offsets"]
        ),
        changes=columns.ChangeColumns(authored_at=data["authored_at"]),
    )
    return lambda: figures(metrics.dora_columns(events, POLICY, WINDOW, BucketUnit.MONTH, "UTC"))


def by_frames(deployments: columns.Frame, changes: columns.Frame) -> Callable[[], Figures]:
    """The whole report by data frames."""
    return lambda: figures(
        metrics.dora_frame(
            deployments,
            changes=changes,
            policy=POLICY,
            range=WINDOW,
            unit=BucketUnit.MONTH,
            zone="UTC",
        )
    )


def polars(data: dict[str, np.ndarray]) -> tuple[Callable[[], Figures], Callable[[], Figures]]:
    """The figures by polars, and the report of relcore from the same frames."""
    import polars as pl

    instant = pl.Datetime("us", "UTC")
    whole = pl.DataFrame(
        {
            "finished_at": pl.Series(data["finished_at"] * 1000).cast(instant),
            "authored_at": pl.Series(data["authored_at"] * 1000).cast(instant),
            "outcome": np.array(["success", "failure"])[data["outcome"]],
        }
    )
    changes = pl.DataFrame({"authored_at": whole["authored_at"], "deployment": np.arange(ROWS)})

    def run() -> Figures:
        success = pl.col("outcome") == "success"
        lead = ((pl.col("finished_at") - pl.col("authored_at")).dt.total_milliseconds() / 1000).filter(
            success
        )
        rows = (
            whole.group_by(pl.col("finished_at").dt.truncate("1mo").alias("month"))
            .agg(
                success.sum().alias("n"),
                lead.quantile(0.5, "linear").alias("median"),
                lead.quantile(0.95, "linear").alias("p95"),
                (1 - success.mean()).alias("rate"),
            )
            .sort("month")
        )
        return list(rows.select("n", "median", "p95", "rate").iter_rows())

    return run, by_frames(whole.select("finished_at", "outcome"), changes)


def pandas(data: dict[str, np.ndarray]) -> tuple[Callable[[], Figures], Callable[[], Figures]]:
    """The figures by pandas, and the report of relcore from the same frames."""
    import pandas as pd

    whole = pd.DataFrame(
        {
            "finished_at": pd.to_datetime(data["finished_at"], unit="ms", utc=True).as_unit("us"),
            "authored_at": pd.to_datetime(data["authored_at"], unit="ms", utc=True).as_unit("us"),
            "outcome": np.array(["success", "failure"])[data["outcome"]],
        }
    )
    changes = pd.DataFrame({"authored_at": whole["authored_at"], "deployment": np.arange(ROWS)})

    def run() -> Figures:
        month = whole["finished_at"].dt.tz_localize(None).to_numpy().astype("datetime64[M]")
        success = whole["outcome"] == "success"
        lead = (
            (whole["finished_at"] - whole["authored_at"]).dt.total_seconds()[success].groupby(month[success])
        )
        rate = (~success).groupby(month).mean()
        return list(
            zip(
                lead.size().tolist(), lead.quantile(0.5).tolist(), lead.quantile(0.95).tolist(), rate.tolist()
            )
        )

    return run, by_frames(whole[["finished_at", "outcome"]], changes)


def best(run: Callable[[], Figures]) -> float:
    """Seconds on the processor, the least of several runs."""
    times = []
    for _ in range(RUNS):
        begin = time.process_time()
        run()
        times.append(time.process_time() - begin)
    return min(times)


def main() -> None:
    """Prints a table."""
    data = history()
    ours = by_columns(data)
    expected = np.array(ours())
    base = best(ours)
    print(f"relcore.metrics.dora_columns         {base * 1000:8.1f} ms")
    for name, peer in (("polars", polars), ("pandas", pandas)):
        if importlib.util.find_spec(name) is None:
            print(f"{name:<7} is not installed: pip install {name}")
            continue
        runs = dict(zip((name, f"relcore.metrics.dora_frame of {name}"), peer(data), strict=True))
        for title, run in runs.items():
            np.testing.assert_allclose(np.array(run()), expected, rtol=1e-9)
            took = best(run)
            print(f"{title:<36} {took * 1000:8.1f} ms, {took / base:.1f} times dora_columns")


if __name__ == "__main__":
    main()
