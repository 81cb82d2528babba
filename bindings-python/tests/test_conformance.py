"""The runner of conformance cases: exact, and never content with nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from relcore import _wire, canary, conformance

GOOD = {"description": "good", "call": "time.parse_span", "input": {"text": "90s"}, "expect": "PT1M30S"}


def outcome(*paths: Path) -> tuple[int, str, str]:
    """The exit code, the closing line and the complaints of a run."""
    command = [sys.executable, "-m", "relcore.conformance", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.returncode, done.stdout.strip(), done.stderr


def write(path: Path, *cases: Any) -> Path:
    """A file of cases."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"source": "relcore", "cases": cases}), "utf-8")
    return path


def test_files_and_folders_anywhere_are_run(tmp_path: Path) -> None:
    write(tmp_path / "deep/er/one.json", GOOD, GOOD)
    other = write(tmp_path / "two.json", GOOD)
    assert outcome(tmp_path) == (0, "3 passed, 0 failed", "")
    assert outcome(other, other) == (0, "2 passed, 0 failed", "")


def test_what_is_wrong_fails(tmp_path: Path) -> None:
    cases = {
        "another result": GOOD | {"expect": "PT90S"},
        "an error that is not raised": {k: v for k, v in GOOD.items() if k != "expect"}
        | {"error": {"code": "invalid_value"}},
        "another path of an error": GOOD
        | {"input": {"text": "x"}, "error": {"code": "invalid_value", "path": "t"}},
        "an error that is not expected": GOOD | {"input": {"text": "x"}},
        "an unknown function": GOOD | {"call": "time.parse_spam"},
        "a class": GOOD | {"call": "time.Weekday"},
        "an unknown module": GOOD | {"call": "tide.parse_span"},
        "an unknown argument": GOOD | {"input": {"tex": "90s"}},
        "no call": {"description": "no call"},
    }
    for title, case in cases.items():
        code, line, complaint = outcome(write(tmp_path / "case.json", GOOD, case))
        assert (code, line) == (1, "1 passed, 1 failed"), title
        assert "case.json" in complaint, title


def test_a_case_runs_through_the_handle_too(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [{"type": "set_weight", "weight": 100}]
    call: dict[str, Any] = {"schedule": {"steps": steps}, "start": "2026-11-23T12:00:00Z"}
    case = {"call": "canary.plan", "input": call, "expect": _wire.wire(canary.plan(**call))}
    assert conformance.run(case) is None
    monkeypatch.setattr(canary.Rollout, "plan", lambda self, start: canary.plan({"steps": steps * 2}, start))
    assert (conformance.run(case) or "").startswith("through Rollout: ")


def test_no_case_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "garbage.json").write_text("{", "utf-8")
    (tmp_path / "other.json").write_text("[]", "utf-8")
    for name in ("empty", "absent", "absent.json", "garbage.json", "other.json"):
        assert outcome(tmp_path / name)[:2] == (1, "0 passed, 1 failed"), name


@pytest.mark.parametrize(
    ("got", "expected", "equal"),
    [
        (1, 1.0, True),
        (1.0, 1, True),
        (True, 1, False),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, 0, False),
        (0.1 + 0.2, 0.3, False),
        ([1, 2], [1, 2.0], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": {"b": True}}, {"a": {"b": 1}}, False),
        ([{"code": "a", "text": "b"}], [{"code": "a"}], True),
        ([{"code": "a", "text": "b"}], [{"code": "a", "text": "c"}], False),
        ([{"code": "a", "text": "b"}], [{"code": "b"}], False),
        ([{"code": "a", "text": "b", "path": ""}], [{"code": "a"}], False),
        ([{"code": "a"}], [{"code": "a", "text": "b"}], False),
        ([{"type": "a", "text": "b"}], [{"type": "a"}], False),
        (9007199254740991, 9007199254740991, True),
        (9007199254740990, 9007199254740991, False),
    ],
)
def test_results_are_compared_exactly(got: Any, expected: Any, equal: bool) -> None:
    assert _wire.same(got, expected, 0) is equal


def test_a_tolerance_is_absolute() -> None:
    assert _wire.same([100.05], [100], 0.1) and not _wire.same([100.05], [100], 0.01)
    assert not _wire.same(float("nan"), 1.0, 0.1)
