"""Pickles of another version of the package are read by the names of the fields, or refused aloud."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest
import relcore
from relcore import canary
from relcore._frozen import Value

STATE = canary.MetricState(name="errors", failed=1, consecutive_errors=2, successes=3, samples=4)
FIELDS = [(field.name, field.type, field) for field in dataclasses.fields(canary.MetricState)]


def version(monkeypatch: pytest.MonkeyPatch, fields: list[Any]) -> Any:
    """Puts a class with other fields in the place of `MetricState`, as if another version was installed."""
    fields = [
        (name, of, dataclasses.field(default=field.default, default_factory=field.default_factory))
        for name, of, field in fields
    ]
    options: Any = {
        "frozen": True,
        "kw_only": True,
        "slots": True,
        "namespace": {"__module__": "relcore.canary"},
    }
    made = dataclasses.make_dataclass("MetricState", fields, bases=(Value,), **options)
    monkeypatch.setattr(canary, "MetricState", made)
    return made


def added(name: str, **default: Any) -> list[Any]:
    """The fields with one more in the middle."""
    return [*FIELDS[:2], (name, int, dataclasses.field(**default)), *FIELDS[2:]]


def own(value: Any) -> dict[str, object]:
    """The fields that the installed version knows."""
    return {name: getattr(value, name) for name, _, _ in FIELDS}


def test_a_field_that_is_added_in_the_middle_takes_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for default in ({"default": 7}, {"default_factory": lambda: 7}):
        with monkeypatch.context() as patch:
            stored = pickle.dumps(STATE)
            newer = version(patch, added("retries", **default))
            read = pickle.loads(stored)
            assert type(read) is newer
            assert own(read) == own(STATE) and read.retries == 7


def test_fields_in_another_order_keep_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = pickle.dumps(STATE)
    version(monkeypatch, FIELDS[::-1])
    assert own(pickle.loads(stored)) == own(STATE)


def test_a_field_without_a_default_is_named_when_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = pickle.dumps(STATE)
    version(monkeypatch, added("retries"))
    with pytest.raises(relcore.InputError, match="retries: .* `MetricState` has other fields") as caught:
        pickle.loads(stored)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [("missing_field", "retries")]


def test_a_field_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = pickle.dumps(STATE)
    version(monkeypatch, [field for field in FIELDS if field[0] not in ("failed", "samples")])
    with pytest.raises(relcore.InputError) as caught:
        pickle.loads(stored)
    faults = [(fault.code, fault.path) for fault in caught.value.faults]
    assert faults == [("unknown_field", "failed"), ("unknown_field", "samples")]


def test_a_newer_pickle_is_refused_by_an_older_version(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        newer = version(patch, added("retries", default=0))
        stored = pickle.dumps(newer(**own(STATE)))
    with pytest.raises(relcore.InputError) as caught:
        pickle.loads(stored)
    assert (caught.value.code, caught.value.path) == ("unknown_field", "retries")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_stores_names(protocol: int) -> None:
    stored = pickle.dumps(STATE, protocol)
    assert b"consecutive_errors" in stored and pickle.loads(stored) == STATE
