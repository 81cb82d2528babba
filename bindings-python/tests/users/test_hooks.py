"""The hooks for commit messages: the script of the examples, the command of the wheel, and what pre-commit reads."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
COMMANDS = Path(sys.executable).parent
PEOPLE = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
SCRIPT = f'exec {ROOT}/examples/hooks/commit-msg "$1"'
WHEEL = 'exec relcore-commit-msg ${RELCORE_POLICY:+--policy "$RELCORE_POLICY"} "$1"'


class Repository:
    def __init__(self, folder: Path, hook: str) -> None:
        self.folder = folder
        path = f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, **PEOPLE, "GIT_CONFIG_GLOBAL": os.devnull, "PATH": path}
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        file = folder / ".git/hooks/commit-msg"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/usr/bin/env bash\n{hook}\n", "utf-8")
        file.chmod(0o755)

    def commit(self, message: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        # The editor writes the message above what git has put there, as a person does.
        editor = 'f() { printf "%s" "$MESSAGE" | cat - "$1" >"$1.new" && mv "$1.new" "$1"; }; f'
        environment = {**self.environment, "GIT_EDITOR": editor, "MESSAGE": message, **variables}
        command = ["git", "commit", "--allow-empty", "--edit", *options]
        return subprocess.run(
            command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True
        )


@pytest.mark.parametrize("hook", [SCRIPT, WHEEL], ids=["script", "wheel"])
def test_messages(tmp_path: Path, hook: str) -> None:
    shop = Repository(tmp_path, hook)
    for message in ("feat: save carts", "fix(cart)!: totals\n\nBREAKING CHANGE: a price is a text"):
        assert shop.commit(message).returncode == 0
    refused = shop.commit("feat:x")
    assert refused.returncode != 0
    assert "no space follows the colon of the header" in refused.stderr
    assert "feat: x" in refused.stderr
    # A warning is shown, and the commit is made.
    warned = shop.commit("feat: y.")
    assert warned.returncode == 0
    assert "full stop" in warned.stderr
    # The comments of git and the diff of `commit -v` are no part of the message.
    (tmp_path / "file").write_text("oops:x\n", "utf-8")
    subprocess.run(["git", "add", "file"], cwd=tmp_path, check=True)
    assert shop.commit("feat: z", "--verbose").returncode == 0
    log = ["git", "log", "-1", "--format=%B"]
    last = subprocess.run(log, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert last.stdout.strip() == "feat: z"


@pytest.mark.parametrize("hook", [SCRIPT, WHEEL], ids=["script", "wheel"])
def test_a_policy(tmp_path: Path, hook: str) -> None:
    shop = Repository(tmp_path, hook)
    policy = tmp_path / "change.yaml"
    policy.write_text("allowedScopes: [api]\n", "utf-8")
    assert shop.commit("feat(api): x", RELCORE_POLICY=str(policy)).returncode == 0
    assert "scope" in shop.commit("feat(cart): x", RELCORE_POLICY=str(policy)).stderr
    policy.write_text("allowedScope: [api]\n", "utf-8")
    assert shop.commit("feat(api): y", RELCORE_POLICY=str(policy)).returncode != 0
    assert shop.commit("feat(api): y", RELCORE_POLICY=str(tmp_path / "absent.yaml")).returncode != 0


def test_what_pre_commit_installs_is_this_version() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    scripts = {script.name for script in metadata.entry_points(group="console_scripts")}
    assert hook["entry"] in scripts
    assert hook["stages"] == ["commit-msg"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    version = metadata.version("relcore")
    assert (project["version"], project["dependencies"]) == (version, [f"relcore=={version}"])


def test_the_services_install_this_version() -> None:
    version = metadata.version("relcore")
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert action["inputs"]["version"]["default"] == version
    # A title is text of anybody: it reaches the script as a variable alone.
    assert all("${{" not in step["run"] for step in action["runs"]["steps"])
    header, job = yaml.safe_load_all((ROOT / "examples/gitlab/commit-lint.yml").read_text("utf-8"))
    assert header["spec"]["inputs"]["version"]["default"] == version
    assert "$CI_MERGE_REQUEST_TITLE" in str(job["relcore-commit-lint"]["script"])
