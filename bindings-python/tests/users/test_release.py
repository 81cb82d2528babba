"""The example of a whole release: what it prints, and that its log in SQLite shows an edit."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples/release/release.py"


def test_a_whole_release(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE), str(tmp_path / "log.sqlite")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    lines = ran.stdout.splitlines()
    for part in (
        "18:00 may it go out? later:",
        "19:10 may it go out? yes:",
        "19:15 canary at 50 %:",
        "19:19 canary at 0 %:",
        "19:19 roll back or fix forward? roll_back:",
        "STATUS: Resolved",
        "failed deployment recovery time: 21m;",
        "- [ ] What went well?",
        "log of 20 entries: whole:",
        "AGREES: 15 decisions",
    ):
        assert any(line.startswith(part) for line in lines), f"{part}\n{ran.stdout}"
    assert lines[-1].startswith("log of 20 entries: broken: entry 1 ")


def test_the_log_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE), str(tmp_path / "log.sqlite")]
    subprocess.run(command, capture_output=True, check=True)
    ran = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    # Its first entry was edited in the first run.
    assert "log of 40 entries: broken: entry 1 " in ran.stdout
