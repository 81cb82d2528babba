"""No test may be skipped: what is skipped holds nothing."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Fails the run when a test was skipped."""
    if terminalreporter.stats.get("skipped"):
        pytest.exit("a test was skipped", returncode=1)
