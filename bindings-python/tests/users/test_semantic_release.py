"""python-semantic-release with the parser of relcore, in repositories of git."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import git
import pytest
from relcore.semantic_release import RelcoreCommitParser, RelcoreParserOptions
from semantic_release.commit_parser import ParsedCommit, ParseError
from semantic_release.enums import LevelBump
from semantic_release.errors import CommitParseError, InvalidParserOptions

PEOPLE = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Repository:
    def __init__(self, folder: Path, options: str = "") -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GIT", "CI"))},
            **PEOPLE,
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", "https://git.example/shop/shop.git")
        config = f"""
[tool.semantic_release]
commit_parser = "relcore.semantic_release:RelcoreCommitParser"
allow_zero_version = false
[tool.semantic_release.commit_parser_options]
{options}
"""
        (folder / "pyproject.toml").write_text(config, "utf-8")
        self.git("add", "pyproject.toml")
        self.commit("chore: start")
        self.git("tag", "v1.0.0")

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        ran = subprocess.run(
            command, cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True
        )
        return ran.stdout.strip()

    def commit(self, *messages: str) -> None:
        for message in messages:
            self.git("commit", "--quiet", "--allow-empty", "-m", message)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "semantic_release", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, check=False, capture_output=True, text=True
        )

    def next(self) -> str:
        ran = self.run("version", "--print")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def parse(self, **options: object) -> ParsedCommit | ParseError:
        found = RelcoreCommitParser(RelcoreParserOptions(**options)).parse(git.Repo(self.folder).head.commit)
        assert isinstance(found, list)
        [only] = found
        return only


def test_versions_and_notes(tmp_path: Path) -> None:
    shop = Repository(tmp_path)
    shop.commit("docs: x")
    assert shop.next() == "1.0.0"
    shop.commit("fix(cart): totals")
    assert shop.next() == "1.0.1"
    shop.commit("feat: export")
    assert shop.next() == "1.1.0"
    ran = shop.run("version", "--no-push", "--no-vcs-release", "--skip-build")
    assert ran.returncode == 0, ran.stderr
    assert shop.git("describe", "--tags") == "v1.1.0"
    changelog = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    assert "### Bug Fixes\n\n- **cart**: Totals" in changelog
    assert "### Features\n\n- Export" in changelog
    shop.commit("perf: cache", "feat!: prices")
    assert shop.next() == "2.0.0"


def test_options(tmp_path: Path) -> None:
    options = """
dialect = "conventionalcommits"
types = { deps = "minor" }
rules = [{ change_type = "docs", scope = "api", bump = "major" }]
"""
    shop = Repository(tmp_path, options)
    for message, version in [
        ("perf: x", "1.0.1"),
        ("docs: y", "1.0.1"),
        ("deps: z", "1.1.0"),
        ("docs(api): w", "2.0.0"),
    ]:
        shop.commit(message)
        assert shop.next() == version


def test_wrong_options_stop_the_run(tmp_path: Path) -> None:
    shop = Repository(tmp_path, 'dialekt = "angular"')
    ran = shop.run("version", "--print")
    assert ran.returncode != 0
    assert "dialekt" in ran.stderr
    with pytest.raises(InvalidParserOptions, match="dialekt.*squash"):
        RelcoreParserOptions(dialekt="angular", squash="often")


def test_the_parts_of_a_commit(tmp_path: Path) -> None:
    shop = Repository(tmp_path)
    shop.commit(
        "feat(api)!: drop XML (#12)\n\nNobody used it.\n\nSecond.\n\nFixes #7\nNOTICE: restart\nRefs: #8"
    )
    parsed = shop.parse()
    assert isinstance(parsed, ParsedCommit)
    assert (parsed.bump, parsed.type, parsed.scope) == (LevelBump.MAJOR, "features", "api")
    assert parsed.linked_merge_request == "#12"
    assert parsed.linked_issues == ("#7",)
    assert len(parsed.breaking_descriptions) == 1
    assert "Second." in parsed.descriptions

    shop.commit("tidy up")
    assert isinstance(shop.parse(), ParseError)
    shop.commit('Revert "feat: x"')
    reverted = shop.parse(dialect="angular")
    assert isinstance(reverted, ParsedCommit) and reverted.type == "reverts"


def test_a_squash_commit_is_what_it_lists(tmp_path: Path) -> None:
    shop = Repository(tmp_path)
    shop.commit("Work on carts (#3)\n\n* feat: save carts\n\n* fix: totals")
    commit = git.Repo(tmp_path).head.commit
    found = RelcoreCommitParser(RelcoreParserOptions(squash="expand")).parse(commit)
    assert isinstance(found, list)
    bumps = [one.bump for one in found if isinstance(one, ParsedCommit)]
    assert max(bumps) is LevelBump.MINOR and len(bumps) == 2


def test_a_suspected_breaking_change_stops_the_run(tmp_path: Path) -> None:
    shop = Repository(tmp_path, 'on_suspected_breaking = "fail"')
    shop.commit("fix: x\n\n BREAKING CHANGE: y")
    with pytest.raises(CommitParseError, match="BREAKING CHANGE"):
        shop.parse(on_suspected_breaking="fail")
    assert shop.run("version", "--print").returncode != 0
    assert isinstance(shop.parse(), ParsedCommit)
