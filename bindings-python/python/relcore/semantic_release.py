"""A commit parser for python-semantic-release 10: the step of each commit, as relcore reads its message.

```toml
[tool.semantic_release]
commit_parser = "relcore.semantic_release:RelcoreCommitParser"

[tool.semantic_release.commit_parser_options]
dialect = "angular"
types = { deps = "patch" }
rules = [{ change_type = "docs", scope = "api", bump = "patch" }]
```

The options are the fields of `relcore.change.Policy`. `pip install relcore[semantic-release]` installs both packages.

Pitfalls:

- Without options, messages are read by the specification, to the letter: `perf` needs no release.
- python-semantic-release passes one commit at a time, and the whole history for the changelog. So a commit and its revert
  both count, and under `on_suspected_breaking = "fail"` an old commit stops every run, too.
- It numbers versions itself: a footer `Release-As` has no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relcore import change
from relcore._errors import RelcoreError
from relcore.reason import Severity
from relcore.version import Bump
from semantic_release.commit_parser import CommitParser, ParsedCommit, ParseError, ParseResult, ParserOptions
from semantic_release.enums import LevelBump
from semantic_release.errors import CommitParseError, InvalidParserOptions

if TYPE_CHECKING:
    from git.objects.commit import Commit

__all__ = ["RelcoreCommitParser", "RelcoreParserOptions"]

_LEVELS = {
    Bump.NONE: LevelBump.NO_RELEASE,
    Bump.PRERELEASE: LevelBump.PRERELEASE_REVISION,
    Bump.PATCH: LevelBump.PATCH,
    Bump.MINOR: LevelBump.MINOR,
    Bump.MAJOR: LevelBump.MAJOR,
}
# The headings of its changelog; those of other types are the types.
_HEADINGS = {
    "docs": "documentation",
    "feat": "features",
    "feature": "features",
    "fix": "bug fixes",
    "perf": "performance improvements",
    "revert": "reverts",
}


class RelcoreParserOptions(ParserOptions):
    """The options of the parser: the fields of `relcore.change.Policy`.

    Raises `InvalidParserOptions` with all faults at once, such as an unknown field.
    """

    def __init__(self, **policy: object) -> None:
        super().__init__()
        try:
            self._parser = change.Parser(policy)
        except RelcoreError as error:
            raise InvalidParserOptions(f"commit_parser_options: {error}") from error

    @property
    def parser(self) -> change.Parser:
        """The reader of messages, with its policy."""
        return self._parser


class RelcoreCommitParser(CommitParser[ParseResult, RelcoreParserOptions]):
    """Reads commits as `relcore.change.parse_commits`: `feat: x` is a minor step.

    A message without a type and a merge are parse errors, which python-semantic-release lists as unknown. Under
    `squash = "expand"` a commit is one result for each commit that it lists.
    """

    parser_options: type[ParserOptions] = RelcoreParserOptions

    def get_default_options(self) -> RelcoreParserOptions:
        """The options without any: the specification, to the letter."""
        return RelcoreParserOptions()

    def parse(self, commit: Commit) -> ParseResult | list[ParseResult]:
        """The results of a commit, and of those that it lists.

        Raises `CommitParseError` if no version is made of it, which `on_suspected_breaking = "fail"` asks for.
        """
        message = commit.message
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        parents = [parent.hexsha for parent in commit.parents]
        one = change.Commit(id=commit.hexsha, text=text.replace("\r", "").strip(), parents=parents)
        return [self._result(commit, parsed) for parsed in self.options.parser.parse_commits([one])]

    def _result(self, commit: Commit, parsed: change.Parsed) -> ParseResult:
        fails = self.options.parser.policy.on_suspected_breaking == change.SuspectedBreaking.FAIL
        for diagnostic in parsed.diagnostics:
            if fails and diagnostic.severity is Severity.ERROR and diagnostic.code.startswith("breaking_"):
                raise CommitParseError(f"{commit.hexsha[:7]}: {diagnostic.text}")
        is_revert = parsed.form is change.Form.REVERT
        if parsed.change_type is None and not is_revert:
            texts = [diagnostic.text for diagnostic in parsed.diagnostics]
            return ParseError(
                commit, "; ".join(texts) or f"a message of the form `{parsed.form}` has no type"
            )
        change_type = parsed.change_type or "revert"
        paragraphs = [part.strip() for part in (parsed.body or "").split("\n\n")]
        closed = [ref for ref in parsed.references if ref.action is not None]
        return ParsedCommit(
            bump=_LEVELS[parsed.bump],
            type=_HEADINGS.get(change_type, change_type),
            scope=parsed.scope or "",
            descriptions=[parsed.description, *filter(None, paragraphs)],
            breaking_descriptions=[parsed.breaking_text] if parsed.breaking_text else [],
            commit=commit,
            release_notices=tuple(foot.value for foot in parsed.footers if foot.token.upper() == "NOTICE"),
            linked_issues=tuple(dict.fromkeys(f"{ref.prefix}{ref.issue}" for ref in closed)),
            linked_merge_request=f"#{parsed.request}" if parsed.request else "",
        )
