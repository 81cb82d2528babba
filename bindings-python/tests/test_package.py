"""The package: names, version, exhaustive matching, import time."""

from __future__ import annotations

import importlib.metadata
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import assert_never

import pytest
import relcore
from relcore import _native, canary, interchange


def describe(step: canary.Step) -> str:
    """That mypy takes this shows that the variants are all there are."""
    match step:
        case canary.StepSetWeight(weight=weight):
            return f"{weight} %"
        case canary.StepBake() | canary.StepPause() | canary.StepAnalysis() | canary.StepGate():
            return step.type
        case canary.StepSetHeaderRoute() | canary.StepSetMirrorRoute():
            return step.type
        case canary.StepSetCanaryScale() | canary.StepExternal():
            return step.type
        case _:
            assert_never(step)


def weigh(severity: relcore.Severity) -> int:
    """The same for an enum."""
    match severity:
        case relcore.Severity.INFO:
            return 0
        case relcore.Severity.WARNING:
            return 1
        case relcore.Severity.ERROR:
            return 2
        case relcore.Severity.CRITICAL:
            return 3
        case _:
            assert_never(severity)


def test_variants_are_matched() -> None:
    texts = [describe(step) for step in canary.standard_schedule().steps]
    assert texts[0] == "5.0 %"
    assert [weigh(severity) for severity in relcore.Severity] == [0, 1, 2, 3]


def test_the_version_is_that_of_the_core() -> None:
    assert relcore.__version__ == importlib.metadata.version("relcore")


def test_every_name_is_there() -> None:
    for name in relcore.__all__:
        assert getattr(relcore, name) is not None


def test_types_of_domain_modules_are_in_their_modules_alone() -> None:
    assert {"Severity", "Reason", "ReasonCode", "TimeRange", "ErrorKind"} <= set(relcore.__all__)
    assert not hasattr(relcore, "Schedule") and not hasattr(relcore, "Decision")


def test_a_name_that_the_native_library_lacks_fails_at_import() -> None:
    for resolve in (_native.function, _native.constructor, _native.method):
        with pytest.raises(ImportError, match="canary.stop"):
            resolve("canary.stop")


def test_help_shows_the_rules_and_pitfalls() -> None:
    shown = pydoc.plain(pydoc.render_doc(canary))
    for text in (
        "The rules and their order:",
        "Pitfalls:",
        "class Rollout",
        "next_action(",
        "policy_changed",
    ):
        assert text in shown


def test_the_git_commands_print_what_is_read(tmp_path: Path) -> None:
    def shell(command: str) -> str:
        done = subprocess.run(command, shell=True, capture_output=True, check=True, text=True, cwd=tmp_path)
        return done.stdout

    commit = (
        "git -c user.name=a -c user.email=a@b.example commit --allow-empty --quiet --message 'feat: first'"
    )
    shell(f"git init --quiet && {commit} && git tag v1.0.0")
    history = interchange.parse_git(shell(interchange.GIT_TAGS), shell(interchange.GIT_LOG))
    assert [commit.subject for commit in history.commits] == ["feat: first"]
    assert [(tag.name, tag.commit) for tag in history.tags] == [("v1.0.0", history.commits[0].id)]
    assert {"GIT_LOG", "GIT_TAGS"} <= set(dir(interchange))


def test_importing_is_quick_and_lazy() -> None:
    loaded = "import relcore, sys; print(sum(name.startswith('relcore.') for name in sys.modules))"
    output = subprocess.run([sys.executable, "-I", "-c", loaded], capture_output=True, check=True, text=True)
    assert int(output.stdout) == 1  # the native half alone

    # Processor time, so that a busy machine does not fail the test.
    timed = "from time import process_time as t; a = t(); import relcore; print(t() - a)"

    def seconds() -> float:
        command = [sys.executable, "-I", "-c", timed]
        return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert min(seconds() for _ in range(9)) <= 0.015
