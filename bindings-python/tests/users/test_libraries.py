"""Every value survives the libraries that people store and send values with, or they refuse it aloud."""

from __future__ import annotations

import copy
import dataclasses
import functools
import json
import pickle
import typing
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import cattrs
import cattrs.preconf.json
import dataclasses_json
import msgspec
import orjson
import pydantic
import pytest
import relcore
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from instances import UNIONS, classes, instances, name_of, same, tag_of, variants
from relcore import canary, metrics, time
from relcore._wire import native

CLASSES = classes()
of_each_class = pytest.mark.parametrize("of", CLASSES, ids=name_of)
of_each_union = pytest.mark.parametrize("union", UNIONS.values(), ids=UNIONS)


def survives(of: type, trip: Callable[[Any], Any]) -> None:
    """Asserts that the values of a class come back from a trip as they were."""
    for value in instances()[of]:
        got = trip(value)
        assert same(got, value), f"{value!r} became {got!r}"


def test_every_type_and_variant_is_tried() -> None:
    assert set(instances()) == set(CLASSES)
    assert {of for of in CLASSES if tag_of(of)} == {of for union in UNIONS.values() for of in variants(union)}


@functools.cache
def adapter(of: Any) -> pydantic.TypeAdapter[Any]:
    """pydantic's reader and writer of a type."""
    return pydantic.TypeAdapter(of)


@of_each_class
def test_pydantic(of: type) -> None:
    survives(of, lambda value: adapter(of).validate_json(adapter(of).dump_json(value)))
    survives(of, lambda value: adapter(of).validate_python(adapter(of).dump_python(value)))
    survives(of, lambda value: adapter(of).validate_python(adapter(of).dump_python(value, mode="json")))
    survives(of, adapter(of).validate_python)


@of_each_union
def test_pydantic_picks_a_variant_by_its_tag(union: Any) -> None:
    reader = adapter(union)
    for of in variants(union):
        survives(of, lambda value: reader.validate_json(reader.dump_json(value)))
        survives(of, lambda value: reader.validate_python(reader.dump_python(value)))
        for value in instances()[of]:
            given = reader.dump_python(value, mode="json")
            for tag in (None, "", "other", *(tag_of(other) for other in variants(union) if other is not of)):
                try:
                    got = reader.validate_python(given | {"type": tag})
                except pydantic.ValidationError:
                    continue
                # Two variants may have the same fields; the tag then says which one is meant.
                assert got.type == tag
            with pytest.raises(pydantic.ValidationError, match="tag"):
                reader.validate_python({key: item for key, item in given.items() if key != "type"})


@of_each_class
def test_pydantic_refuses_unknown_keys_and_foreign_tags(of: type) -> None:
    for value in instances()[of]:
        given = adapter(of).dump_python(value, mode="json")
        for unknown in ({"wieght": None}, {"wieght": 1}):
            with pytest.raises(pydantic.ValidationError, match="wieght"):
                adapter(of).validate_python(given | unknown)
            with pytest.raises(pydantic.ValidationError, match="wieght"):
                adapter(of).validate_json(json.dumps(given | unknown))
        if tag_of(of):
            with pytest.raises(pydantic.ValidationError, match="type"):
                adapter(of).validate_python(given | {"type": "other"})


def test_pydantic_reports_the_faults_of_the_variant_that_is_meant() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter(canary.Schedule).validate_python({"steps": [{"type": "bake", "mni": "PT1H"}]})
    assert [fault["loc"] for fault in caught.value.errors()] == [
        ("steps", 0, "bake", "min"),
        ("steps", 0, "bake", "mni"),
    ]
    # As the README does for the type of a body.
    step = adapter(typing.Annotated[canary.Step, pydantic.Discriminator("type")])
    with pytest.raises(pydantic.ValidationError) as caught:
        step.validate_python({"type": "gaet"})
    assert [fault["type"] for fault in caught.value.errors()] == ["union_tag_invalid"]


def test_a_misspelt_step_becomes_no_other_step() -> None:
    for step in (
        {"type": "set_weight", "wieght": 5},
        {"type": "pause", "duratoin": "PT1H"},
        {"duration": "PT1H"},
    ):
        with pytest.raises(pydantic.ValidationError):
            adapter(canary.Schedule).validate_python({"steps": [step]})


def app() -> FastAPI:
    """A service with a route for each type and union, which returns its body."""
    made = FastAPI()

    def add(name: str, of: Any) -> None:
        def echo(value: Any) -> Any:
            return value

        echo.__annotations__ = {"value": typing.Annotated[of, Body()], "return": of}
        made.post(f"/{name}", operation_id=name)(echo)

    for of in CLASSES:
        add(name_of(of), of)
    for name, union in UNIONS.items():
        add(f"union.{name}", union)
    return made


CLIENT = TestClient(app())


@of_each_class
def test_fastapi_takes_and_returns(of: type) -> None:
    unions = [f"union.{name}" for name, union in UNIONS.items() if of in variants(union)]
    for value in instances()[of]:
        body = adapter(of).dump_python(value, mode="json")
        for route in (name_of(of), *unions):
            response = CLIENT.post(f"/{route}", json=body)
            assert response.status_code == 200, response.text
            assert same(adapter(of).validate_json(response.content), value), response.text


@of_each_union
def test_fastapi_refuses_what_is_misspelt(union: Any) -> None:
    route = next(f"/union.{name}" for name, of in UNIONS.items() if of is union)
    for of in variants(union):
        body = adapter(of).dump_python(instances()[of][0], mode="json")
        without = {key: item for key, item in body.items() if key != "type"}
        for refused in (without, body | {"type": "other"}, body | {"wieght": None}):
            assert CLIENT.post(route, json=refused).status_code == 422


def test_fastapi_describes_the_tags() -> None:
    described = CLIENT.get("/openapi.json").json()["components"]["schemas"]["Observation"]["properties"]
    assert (
        described["kind"]["discriminator"]["mapping"]["health"]
        == "#/components/schemas/ObservationKindHealth"
    )


def is_open(of: Any) -> bool:
    """Whether a type has an enum with data or a reason code inside, which msgspec cannot read."""
    if dataclasses.is_dataclass(of):
        return any(is_open(hint) for hint in typing.get_type_hints(of, include_extras=True).values())
    inner = typing.get_args(of)
    return of in UNIONS.values() or relcore.ReasonCode in inner or any(is_open(part) for part in inner)


@of_each_class
def test_msgspec(of: type) -> None:
    survives(of, lambda value: adapter(of).validate_json(msgspec.json.encode(value)))
    if is_open(of):
        with pytest.raises(TypeError, match="unions may not contain more than one"):
            msgspec.json.Decoder(of)
    else:
        survives(of, lambda value: msgspec.json.decode(msgspec.json.encode(value), type=of))
        survives(of, lambda value: msgspec.convert(msgspec.to_builtins(value), of))
        if tag_of(of):
            with pytest.raises(msgspec.ValidationError):
                msgspec.convert({"type": "other"}, of)


def converter(forbid_extra_keys: bool) -> cattrs.Converter:
    """As the README makes one."""
    made = cattrs.preconf.json.make_converter(forbid_extra_keys=forbid_extra_keys)
    made.register_unstructure_hook(timedelta, time.format_span)
    made.register_structure_hook(timedelta, lambda text, _: time.parse_span(text))
    return made


CONVERTER = converter(forbid_extra_keys=True)


@of_each_class
def test_cattrs(of: type) -> None:
    survives(of, lambda value: CONVERTER.structure(json.loads(json.dumps(CONVERTER.unstructure(value))), of))
    for value in instances()[of]:
        given = CONVERTER.unstructure(value)
        with pytest.raises(cattrs.ClassValidationError):
            CONVERTER.structure(given | {"wieght": None}, of)
        if tag_of(of):
            with pytest.raises(cattrs.ClassValidationError):
                CONVERTER.structure(given | {"type": "other"}, of)


@of_each_union
def test_cattrs_picks_a_variant_by_its_tag(union: Any) -> None:
    for of in variants(union):
        survives(of, lambda value: CONVERTER.structure(CONVERTER.unstructure(value), union))
        for value in instances()[of]:
            given = CONVERTER.unstructure(value)
            for refused in (given | {"type": "other"}, {key: given[key] for key in given if key != "type"}):
                with pytest.raises(KeyError):
                    CONVERTER.structure(refused, union)


def test_cattrs_without_the_hooks_is_refused_aloud() -> None:
    with pytest.raises(cattrs.StructureHandlerNotFoundError, match="timedelta"):
        cattrs.Converter().structure({"type": "bake", "min": "PT1H"}, canary.StepBake)


def holds(value: Any, *kinds: type) -> bool:
    """Whether a value is exactly of one of these types, or has one inside."""
    if type(value) in kinds:
        return True
    if dataclasses.is_dataclass(value):
        return any(holds(getattr(value, field.name), *kinds) for field in dataclasses.fields(value))
    if isinstance(value, dict):
        return any(holds(item, *kinds) for item in value.values())
    return isinstance(value, tuple) and any(holds(item, *kinds) for item in value)


def names_of(of: type) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(of))


# The variants that have all fields of another variant of their union, by name.
AMBIGUOUS = frozenset(
    of
    for union in UNIONS.values()
    for of in variants(union)
    if any(names_of(other) <= names_of(of) for other in variants(union) if other is not of)
)


@pytest.fixture(scope="module")
def with_methods() -> None:
    """Gives every class the methods of dataclasses-json."""
    for of in CLASSES:
        dataclasses_json.dataclass_json(of)


@of_each_class
@pytest.mark.usefixtures("with_methods")
def test_dataclasses_json(of: Any) -> None:
    for value in instances()[of]:
        if holds(value, timedelta, date):
            with pytest.raises(TypeError, match="not JSON serializable"):
                value.to_json()
        elif holds(value, *AMBIGUOUS):
            # It may try the other variant first, whose field of that name has another type.
            try:
                got = of.from_json(value.to_json())
            except TypeError:
                continue
            assert same(got, value)
        else:
            assert same(of.from_json(value.to_json()), value)
        if tag_of(of):
            with pytest.raises(relcore.InputError, match="is not the type of"):
                of.from_dict(value.to_dict() | {"type": "other"})


@pytest.mark.usefixtures("with_methods")
def test_unknown_keys_pass_where_the_readme_says_so() -> None:
    open_to_all = converter(forbid_extra_keys=False)
    policy: Any = metrics.Policy
    for read in (lambda given: msgspec.convert(given, policy), policy.from_dict):
        assert read({"environmentz": ["staging"]}) == policy()
    assert open_to_all.structure({"environmentz": ["staging"]}, policy) == policy()


@of_each_class
def test_orjson(of: type) -> None:
    for value in instances()[of]:
        text = orjson.dumps(value, default=relcore.to_dict, option=orjson.OPT_PASSTHROUGH_DATACLASS)
        assert json.loads(text) == relcore.to_dict(value)
        if holds(value, timedelta):
            with pytest.raises(TypeError, match="timedelta"):
                orjson.dumps(value)
        else:
            assert same(adapter(of).validate_json(orjson.dumps(value)), value)


@of_each_class
def test_json(of: type) -> None:
    survives(of, lambda value: native(json.loads(json.dumps(value, default=relcore.to_dict)), of))
    for value in instances()[of]:
        with pytest.raises(TypeError, match="not JSON serializable"):
            json.dumps(value)


@of_each_class
def test_the_standard_library(of: type) -> None:
    survives(of, copy.copy)
    survives(of, copy.deepcopy)
    survives(of, dataclasses.replace)
    survives(of, lambda value: pickle.loads(pickle.dumps(value)))


def test_a_variant_refuses_the_tag_of_another() -> None:
    with pytest.raises(relcore.InputError) as caught:
        canary.ActionRollBack(previous=5.0, type="complete")  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.path) == ("invalid_value", "type")
    with pytest.raises(relcore.InputError, match="`complete` is not the type of `ActionRollBack`"):
        dataclasses.replace(canary.ActionRollBack(previous=5.0), type="complete")  # type: ignore[arg-type]
    forged = canary.StepGate(name="qa")
    object.__setattr__(forged, "type", "pause")
    with pytest.raises(relcore.InputError) as caught:
        canary.validate({"steps": [forged]})
    assert caught.value.path.startswith("schedule.steps[0].")


def test_a_reason_code_is_a_member_however_it_was_read() -> None:
    reason = relcore.Reason(code="gate_pending", severity=relcore.Severity.INFO, subject="qa", text="waits")
    assert reason.code is relcore.ReasonCode.GATE_PENDING
    newer = dataclasses.replace(reason, code="decided_by_moonlight")
    assert newer.code == "decided_by_moonlight" and type(newer.code) is str
