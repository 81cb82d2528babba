"""The command `relcore-commit-msg`: a commit-msg hook of git, also for pre-commit."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from relcore import change
from relcore._errors import RelcoreError
from relcore.reason import Severity

_CUT = "------------------------ >8 ------------------------"


def main() -> int:
    """Checks the message of the file as `change.lint`; 1 if it should be refused, 65 for a policy that is wrong."""
    parser = argparse.ArgumentParser("relcore-commit-msg", description="Checks a commit message.")
    parser.add_argument("--policy", type=Path, help="a file with a `change.Policy`, YAML or JSON")
    parser.add_argument("message", type=Path, help="the file with the message, as git passes it")
    arguments = parser.parse_args()
    try:
        policy, text = _policy(arguments.policy), _text(arguments.message)
        found = change.lint(text, policy) if text else ()  # git itself refuses an empty message
    except (OSError, RelcoreError) as error:
        print(f"relcore-commit-msg: {error}", file=sys.stderr)
        return 65
    for one in found:
        hint = "" if one.hint is None else f"; write `{one.hint}`"
        print(f"{one.severity}: line {one.line}: {one.text}{hint}", file=sys.stderr)
    return int(any(one.severity in (Severity.ERROR, Severity.CRITICAL) for one in found))


def _policy(path: Path | None) -> change.Policy:
    if path is None:
        return change.default_policy()
    text = path.read_text("utf-8")
    return change.policy_from_json(text) if path.suffix == ".json" else change.policy_from_yaml(text)


def _text(path: Path) -> str:
    """The message that git will store: without comments, and without the diff of `git commit -v`."""
    lines = path.read_text("utf-8", "replace").splitlines(keepends=True)
    cut = next((index for index, line in enumerate(lines) if line.rstrip().endswith(_CUT)), None)
    strip = ["git", "stripspace", "--strip-comments"]
    done = subprocess.run(strip, input="".join(lines[:cut]).encode(), capture_output=True, check=True)
    return done.stdout.decode().strip()


if __name__ == "__main__":
    sys.exit(main())
