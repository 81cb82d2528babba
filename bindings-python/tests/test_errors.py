"""The exceptions: code, path, every fault, pickle."""

from __future__ import annotations

import copy
import pickle

import pytest
import relcore
from relcore import canary


def fault_of_two() -> relcore.RelcoreError:
    """An error with two faults."""
    steps = [{"type": "set_weight", "weight": "five"}, {"type": "set_weight", "wieght": 25}]
    with pytest.raises(relcore.RelcoreError) as caught:
        canary.validate({"steps": steps})
    return caught.value


def test_every_fault_is_told_with_its_path() -> None:
    error = fault_of_two()
    assert isinstance(error, ValueError) and isinstance(error, relcore.InputError)
    assert error.path == "schedule.steps[0].weight" and error.code == "wrong_type"
    paths = {fault.path for fault in error.faults}
    assert {"schedule.steps[0].weight", "schedule.steps[1].wieght", "schedule.steps[1].weight"} <= paths
    assert all(fault.text in str(error) for fault in error.faults)


def test_errors_are_pickled_and_copied() -> None:
    error = fault_of_two()
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert (twin.faults, str(twin)) == (error.faults, str(error))


def test_codes_are_members_of_the_table() -> None:
    assert fault_of_two().code is relcore.ErrorKind.WRONG_TYPE


def test_texts_that_are_no_policy_are_refused() -> None:
    with pytest.raises(relcore.RelcoreError) as caught:
        canary.schedule_from_yaml("steps: [")
    assert caught.value.code == "syntax"


def test_faults_of_yaml_have_a_line_and_a_column() -> None:
    with pytest.raises(relcore.RelcoreError) as caught:
        canary.schedule_from_yaml("steps:\n  - type: set_weight\n    weight: 150\n    wieght: 5\n")
    places = [(fault.path, fault.line, fault.column) for fault in caught.value.faults]
    assert places[:2] == [("steps[0].wieght", 4, 5), ("steps[0].weight", 3, 13)]
    assert "steps[0].wieght: unknown key `wieght`: expected `weight` (line 4, column 5); " in str(
        caught.value
    )
    assert fault_of_two().faults[0].line is None and "line" not in str(fault_of_two())


def test_tracebacks_name_what_users_import() -> None:
    named = (relcore.RelcoreError, relcore.InputError, relcore.PolicyChangedError)
    assert [f"{name.__module__}.{name.__qualname__}" for name in named] == [
        "relcore.RelcoreError",
        "relcore.InputError",
        "relcore.PolicyChangedError",
    ]
