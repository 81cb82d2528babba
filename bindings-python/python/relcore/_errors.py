"""The exceptions of relcore."""

from __future__ import annotations

# Type checkers know this name; `typing` itself would be most of what the import costs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from relcore.error import ErrorKind, Fault

__all__ = ["InputError", "PolicyChangedError", "RelcoreError", "exception_of", "refusal"]


class RelcoreError(ValueError):
    """Why relcore refused a call: one or more faults.

    `code` and `path` are those of the first fault; `faults` has them all. A path has the names that the caller wrote: the
    field of a dataclass, the key of a dict in its own spelling, the key of a text.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(map(_line, faults)))
        self.faults = faults

    @property
    def code(self) -> ErrorKind:
        """The stable code of the first fault, such as `unknown_field`."""
        return self.faults[0].code

    @property
    def path(self) -> str:
        """Where the first fault is, such as `schedule.steps[1].weight`; empty for the whole input."""
        return self.faults[0].path

    def __reduce__(self) -> tuple[type[RelcoreError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


def _line(fault: Fault) -> str:
    path = f"{fault.path}: " if fault.path else ""
    place = f" (line {fault.line}, column {fault.column})" if fault.line else ""
    return path + fault.text + place


class InputError(RelcoreError):
    """An argument is not what it must be."""


class PolicyChangedError(RelcoreError):
    """The policy is not the one that the state was started with."""


def exception_of(faults: tuple[Fault, ...]) -> RelcoreError:
    """The exception for some faults; called by the native library."""
    if faults[0].code == "policy_changed":
        return PolicyChangedError(faults)
    return InputError(faults)


def refusal(*faults: tuple[str, str, str]) -> InputError:
    """The exception for faults that are found in Python: code, path and text of each."""
    from relcore.error import ErrorKind, Fault

    return InputError(tuple(Fault(code=ErrorKind(code), path=path, text=text) for code, path, text in faults))


# In a traceback they stand by the name that users import.
for _class in (RelcoreError, InputError, PolicyChangedError):
    _class.__module__ = "relcore"
