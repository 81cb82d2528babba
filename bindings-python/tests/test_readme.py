"""The code in the README runs, block after block, and a type checker takes it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_code_of_the_readme_runs(tmp_path: Path) -> None:
    assert len(BLOCKS) == 8
    script = tmp_path / "readme.py"
    script.write_text("\n".join(BLOCKS), "utf-8")
    done = subprocess.run([sys.executable, "-I", script], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert "ROLL BACK from 5 % to 0 %" in done.stdout
    assert "schedule.steps[0].wieght unknown_field" in done.stdout


def test_the_code_of_the_readme_is_typed(tmp_path: Path) -> None:
    script = tmp_path / "readme.py"
    script.write_text("\n".join(BLOCKS), "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(script)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path)
    # The dict with the misspelt key is meant to be refused by the core alone.
    assert done.returncode == 0, done.stdout
