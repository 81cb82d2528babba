"""Paths and texts of faults have the names that the caller wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
import relcore
from relcore import canary, interchange, metrics, release, rollback
from relcore._wire import camel_case

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
POLICY = rollback.default_policy()
PROMOTE = {"type": "set_weight", "weight": 100}


def faults(call: Callable[[], object]) -> list[tuple[str, str, str]]:
    """Code, path and text of each fault."""
    with pytest.raises(relcore.InputError) as caught:
        call()
    assert caught.value.path == caught.value.faults[0].path
    return [(str(fault.code), fault.path, fault.text) for fault in caught.value.faults]


def decide(situation: Any) -> Callable[[], object]:
    return lambda: rollback.decide(situation, POLICY, NOON)


def validate(*steps: Any) -> Callable[[], object]:
    return lambda: canary.validate({"steps": steps})


def test_a_field_of_a_dataclass_has_its_name() -> None:
    [(code, path, _)] = faults(decide(rollback.Situation(error_rate_observed=9.0)))
    assert (code, path) == ("out_of_range", "situation.error_rate_observed")


@pytest.mark.parametrize("key", ["error_rate_observed", "errorRateObserved"])
@pytest.mark.parametrize("made", [dict, MappingProxyType])
def test_a_key_of_a_dict_stands_as_it_was_written(key: str, made: Callable[[Any], Any]) -> None:
    for value in (9.0, "9", None):
        situation = made({key: value, "wrong_key": 1})
        assert {path for _, path, _ in faults(decide(situation))} >= {"situation.wrong_key"}
    [(code, path, _)] = faults(decide(made({key: "9"})))
    assert (code, path) == ("wrong_type", f"situation.{key}")


def test_an_unknown_key_is_quoted_as_it_was_written() -> None:
    for key in ("min_smaples", "minSmaples", "minsamples"):
        step = {"type": "bake", "min": "1h", key: 5}
        text = f"unknown key `{key}`: expected one of `min`, `max`, `min_samples`"
        assert faults(validate(step)) == [("unknown_field", f"schedule.steps[0].{key}", text)]


def test_a_missing_key_has_the_name_of_python() -> None:
    found = faults(lambda: rollback.explain({"verdict": "hold"}))
    assert ("missing_field", "decision.criteria_met", "missing key `criteria_met`") in found
    assert ("missing_field", "decision.policy_digest", "missing key `policy_digest`") in found
    assert faults(validate({"weight": 5}))[0][:2] == ("missing_field", "schedule.steps[0].type")


def test_an_argument_has_the_name_of_the_parameter() -> None:
    def simulate(**others: Any) -> object:
        given: Any = {"observations": [], "start_at": NOON, "tick": "1h", "until": NOON} | others
        return canary.simulate({"steps": [PROMOTE]}, **given)

    assert faults(lambda: simulate(start_at="soon"))[0][1] == "start_at"
    assert faults(lambda: simulate(start_at=datetime(2026, 11, 23)))[0][1] == "start_at"
    [(_, path, text)] = faults(lambda: simulate(start_at=None))
    assert (path, text) == ("start_at", "missing argument `start_at` of `canary.simulate`")
    assert faults(lambda: canary.Rollout({"steps": [PROMOTE]}).simulate([], "soon", "1h", NOON))[0][1] == "start_at"  # fmt: skip


def test_text_keeps_its_names() -> None:
    text = '{"steps": [{"type": "bake", "min": "1h", "minSmaples": 5}]}'
    for read in (canary.schedule_from_json, canary.schedule_from_yaml):
        (code, path, told), *_ = faults(lambda read=read: read(text))  # type: ignore[misc]
        assert (code, path) == ("unknown_field", "steps[0].minSmaples")
        assert told.endswith("expected one of `min`, `max`, `minSamples`")
    answer = '{"status": "success", "data": {"resultType": "vector", "result": []}}'
    metric = interchange.PrometheusMetric(metric="errors", answer=answer)
    found = faults(lambda: interchange.prometheus_observations([metric], NOON, NOON, "1m"))
    assert found[0][1] == "metrics[0].answer.data.resultType"


def test_names_in_a_text_are_those_of_python() -> None:
    policy = metrics.Policy(failure_signals=[metrics.FailureSignal.INCIDENT], incident_links=[])
    given: Any = ([], [], [], policy, relcore.TimeRange(start=NOON, end=NOON + timedelta(1)), "month", "UTC")
    [(_, path, text)] = faults(lambda: metrics.dora(*given))
    assert path == "policy.incident_links" and "`failure_signals` has `incident`" in text


def test_what_quotes_the_input_stays() -> None:
    # A metric that has the name of a field.
    state = canary.start({"steps": [PROMOTE]}, NOON)
    reading = canary.ObservationKindMeasurement(metric="minSamples", reading=canary.ReadingMissing())
    seen = [canary.Observation(at=NOON, kind=reading)]
    [(code, path, text)] = faults(lambda: canary.next_action({"steps": [PROMOTE]}, state, seen, NOON))
    assert (code, path) == ("unknown_reference", "observations[0].kind.metric")
    assert "`minSamples`" in text


def profile(overrides: Any) -> Callable[[], object]:
    return lambda: release.profile("feature_major", overrides)


@pytest.mark.parametrize("key", ["feature_major", "featureMajor", "a.b[0].c_d", "timelineMin"])
@pytest.mark.parametrize("name", ["timeline_min", "timelineMin", "wrong_key"])
def test_a_key_of_a_map_stays(key: str, name: str) -> None:
    given = relcore.to_dict(release.profile("feature_major")) | {name: 5}
    assert f"overrides.profiles.{key}.{name}" in [
        path for _, path, _ in faults(profile({"profiles": {key: given}}))
    ]


def test_names_of_a_domain_check_are_those_of_python() -> None:
    late = dataclasses.replace(release.profile("feature_major"), timeline_min=timedelta(99))
    [(_, path, text)] = faults(profile(release.Profiles(profiles={"feature_major": late})))
    assert path == "overrides.profiles.feature_major.timeline_max"
    assert text.endswith("the `timeline_min`")


def test_the_wire_form_of_a_path() -> None:
    assert camel_case("schedule.steps[0].min_samples") == "schedule.steps[0].minSamples"
    assert camel_case("start_at") == "startAt" and camel_case("weight") == "weight" and camel_case("") == ""
