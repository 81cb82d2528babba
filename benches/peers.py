"""What relcore's metrics by columns cost against the same figures by data frames: `python benches/peers.py`.

Needs `relcore` (`pip install` its wheel) and `numpy`; `polars` and `pandas` where they are installed, and it says which
are not. It installs nothing. All programs get the same columns in memory, work on one thread, and are timed in one run
by the time on the processor, the best of several. Their counts, medians and rates are compared before they are timed.

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


def by_relcore(data: dict[str, np.ndarray]) -> Callable[[], Figures]:
    """The whole report by columns."""
    policy = metrics.Policy(
        seed=metrics.SeedRule.INCLUDE,
        denominator=metrics.RateDenominator.FINISHED,
        failure_signals=[metrics.FailureSignal.OUTCOME],
        undelivered=metrics.UndeliveredChanges.DROP,
    )
    window = TimeRange(start=BEGIN, end=END)
    events = columns.EventColumns(
        deployments=columns.DeploymentColumns(
            finished_at=data["finished_at"], outcome=data["outcome"], changes=data["offsets"]
        ),
        changes=columns.ChangeColumns(authored_at=data["authored_at"]),
    )

    def run() -> Figures:
        report = metrics.dora_columns(events, policy, window, BucketUnit.MONTH, "UTC")
        return [
            (
                row.deployment_frequency.n,
                row.change_lead_time.median or 0.0,
                row.change_lead_time.p95 or 0.0,
                row.change_fail_rate.value or 0.0,
            )
            for row in report.buckets
        ]

    return run


def by_polars(data: dict[str, np.ndarray]) -> Callable[[], Figures]:
    """The figures by polars."""
    import polars as pl

    frame = pl.DataFrame({name: data[name] for name in ("finished_at", "authored_at", "outcome")})

    def run() -> Figures:
        success = pl.col("outcome") == 0
        lead = ((pl.col("finished_at") - pl.col("authored_at")) / 1000).filter(success)
        by_month = pl.from_epoch("finished_at", time_unit="ms").dt.truncate("1mo").alias("month")
        rows = (
            frame.group_by(by_month)
            .agg(
                success.sum().alias("n"),
                lead.quantile(0.5, "linear").alias("median"),
                lead.quantile(0.95, "linear").alias("p95"),
                (1 - success.mean()).alias("rate"),
            )
            .sort("month")
        )
        return list(rows.select("n", "median", "p95", "rate").iter_rows())

    return run


def by_pandas(data: dict[str, np.ndarray]) -> Callable[[], Figures]:
    """The figures by pandas."""
    import pandas as pd

    frame = pd.DataFrame({name: data[name] for name in ("finished_at", "authored_at", "outcome")})

    def run() -> Figures:
        month = pd.to_datetime(frame["finished_at"], unit="ms").to_numpy().astype("datetime64[M]")
        success = frame["outcome"] == 0
        lead = ((frame["finished_at"] - frame["authored_at"]) / 1000)[success].groupby(month[success])
        rate = (frame["outcome"] != 0).groupby(month).mean()
        return list(
            zip(
                lead.size().tolist(), lead.quantile(0.5).tolist(), lead.quantile(0.95).tolist(), rate.tolist()
            )
        )

    return run


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
    ours = by_relcore(data)
    expected = np.array(ours())
    base = best(ours)
    print(f"relcore {base * 1000:8.1f} ms, the whole report")
    for name, peer in (("polars", by_polars), ("pandas", by_pandas)):
        if importlib.util.find_spec(name) is None:
            print(f"{name:<7} is not installed: pip install {name}")
            continue
        run = peer(data)
        np.testing.assert_allclose(np.array(run()), expected, rtol=1e-9)
        took = best(run)
        print(f"{name:<7} {took * 1000:8.1f} ms, four figures, {took / base:.1f} times relcore")


if __name__ == "__main__":
    main()
