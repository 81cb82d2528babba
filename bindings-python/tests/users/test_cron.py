"""The cron examples, killed between any two of their lines: the next tick continues."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import relcore
from relcore import canary

EXAMPLES = str(Path(__file__).parents[3] / "examples/cron")
BEGIN = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SCHEDULE = """
steps:
  - { type: set_weight, weight: 5 }
  - { type: bake, min: 2m }
  - { type: set_weight, weight: 100 }
metrics:
  - { name: error_rate, max: 2, unit: '%' }
"""
GOOD, BAD = {"value": 0.4, "n": 500}, {"value": 7.1, "n": 640}
KILLED = 137


def tick(name: str, folder: Path, minute: int, lines: int = 0) -> int:
    """Runs a tick in a process of its own, which ends without cleanup before the given line of the example."""
    process = os.fork()
    if process == 0:
        try:
            kill_before_line(lines)
            importlib.import_module(name).tick(folder, BEGIN + timedelta(minutes=minute))
        except BaseException as error:  # noqa: BLE001 - the copy of the process must end here
            print(error, file=sys.__stderr__, flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill_before_line(lines: int) -> None:
    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if not frame.f_code.co_filename.startswith(EXAMPLES):
            return None
        if event == "line":
            lines -= 1
            if lines == 0:
                os._exit(KILLED)
        return trace

    if lines:
        sys.settrace(trace)


def stored(name: str, folder: Path) -> canary.State | None:
    if name == "rollout_json":
        file = folder / "state.json"
        return relcore.from_json(canary.State, file.read_text("utf-8")) if file.exists() else None
    with sqlite3.connect(folder / "rollout.db") as store:
        table = store.execute("SELECT 1 FROM sqlite_master WHERE name = 'decision'").fetchone()
        row = table and store.execute("SELECT json FROM decision ORDER BY at DESC LIMIT 1").fetchone()
    return relcore.from_json(canary.Decision, row[0]).state if row else None


def router(folder: Path) -> float:
    file = folder / "router.json"
    return float(json.loads(file.read_text("utf-8"))["canary"]) if file.exists() else 0.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a process")
@pytest.mark.parametrize("name", ["rollout_json", "rollout_sqlite"])
@pytest.mark.parametrize(
    ("minute", "reading", "weight"),
    [(1, GOOD, 5.0), (3, GOOD, 100.0), (3, BAD, 0.0)],
    ids=["starts", "completes", "rolls back"],
)
def test_a_tick_that_is_killed_anywhere_is_continued_by_the_next(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    minute: int,
    reading: dict[str, float],
    weight: float,
) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    importlib.import_module(name)
    before = tmp_path / "before"
    before.mkdir()
    (before / "schedule.yaml").write_text(SCHEDULE, "utf-8")
    (before / "metrics.json").write_text(json.dumps({"error_rate": GOOD}), "utf-8")
    for earlier in range(1, minute):
        assert tick(name, before, earlier) == 0
    (before / "metrics.json").write_text(json.dumps({"error_rate": reading}), "utf-8")

    weights_before = router(before)
    lines, result = 0, KILLED
    while result == KILLED:
        lines += 1
        folder = tmp_path / str(lines)
        shutil.copytree(before, folder)
        result = tick(name, folder, minute, lines)
        state = stored(name, folder)
        # The router never has what is not stored.
        assert router(folder) in (weights_before, state.weight if state else 0.0)
        assert tick(name, folder, minute + 1) == 0
        state = stored(name, folder)
        assert state is not None
        assert router(folder) == canary.routing(state).weight == weight
    assert result == 0
    assert lines > 25  # each line of the example has been the last one
