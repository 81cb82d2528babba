"""Arrays as arguments of the functions of statistics: every kind gives what a list gives, and bad ones are refused."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
import relcore
from relcore import stats

CANARY = [float(i * 37 % 101 + 1) / 2 for i in range(60)]
BASELINE = [float(i * 53 % 97 + 1) / 2 for i in range(64)]

FUNCTIONS: dict[str, Callable[[Any, Any], object]] = {
    "mann_whitney": lambda x, y: stats.mann_whitney(x, y, "auto"),
    "location_shift": lambda x, y: stats.location_shift(x, y, 0.95),
    "kolmogorov_smirnov": stats.kolmogorov_smirnov,
    "welch": lambda x, y: stats.welch(x, y, 0.95),
    "relative_lift": lambda x, y: stats.relative_lift(x, y, 0.95),
    "compare_samples": lambda x, y: stats.compare_samples(x, y, stats.default_sample_policy()),
    "quantile": lambda x, _: stats.quantile(x, 0.9, "linear"),
    "quantile_interval": lambda x, _: stats.quantile_interval(x, 0.5, 0.95),
}

ARRAYS: dict[str, Callable[[list[float]], Any]] = {
    "numpy": lambda of: numpy.array(of),
    "numpy float32": lambda of: numpy.array(of, "float32"),  # halves are exact in it
    "numpy strided": lambda of: numpy.array([of, of]).T.copy()[:, 0],
    "numpy reversed twice": lambda of: numpy.array(of[::-1])[::-1],
    "numpy big-endian": lambda of: numpy.array(of, ">f8"),
    "numpy read-only": lambda of: numpy.frombuffer(numpy.array(of).tobytes()),
    "array": lambda of: array("d", of),
    "memoryview": lambda of: memoryview(array("d", of)),
    "pandas": lambda of: pandas.Series(of),
    "polars": lambda of: polars.Series(of),
    "pyarrow": lambda of: pyarrow.array(of),
    "pyarrow chunked": lambda of: pyarrow.chunked_array([of[:7], [], of[7:]]),
    "pyarrow sliced": lambda of: pyarrow.array([1.0, *of, 2.0])[1:-1],
    "tuple": tuple,
}


@pytest.mark.parametrize("kind", ARRAYS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_array_is_a_list_of_numbers(function: str, kind: str) -> None:
    call, make = FUNCTIONS[function], ARRAYS[kind]
    assert call(make(CANARY), make(BASELINE)) == call(CANARY, BASELINE)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers_are_numbers(dtype: str) -> None:
    values = [3, 1, 4, 1, 5, 9, 2, 6]
    assert stats.quantile(numpy.array(values, dtype), 0.5, "linear") == stats.quantile(values, 0.5, "linear")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        (numpy.array([1.0, float("nan"), 2.0]), "canary[1]"),
        (numpy.array([1.0, 2.0, float("nan")], "float32"), "canary[2]"),
        (pyarrow.array([1.0, None, 2.0]), "canary[1]"),
        (pyarrow.chunked_array([[1.0, 2.0], [None]]), "canary[2]"),
        (polars.Series([None, 1.0]), "canary[0]"),
        (numpy.ma.array([1.0, 2.0], mask=[False, True]), "canary[1]"),
        (numpy.array(["a", "b"]), "canary"),
        (polars.Series(["a", "b"]), "canary"),
        (numpy.array([[1.0, 2.0], [3.0, 4.0]]), "canary"),
        (numpy.array(1.0), "canary"),
        (numpy.float64(1.0), "canary"),
        (numpy.datetime64("2026-11-23"), "canary"),
        (numpy.array([1 + 2j]), "canary"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused_by_its_place(values: Any, path: str) -> None:
    with pytest.raises(relcore.RelcoreError) as refused:
        stats.welch(values, BASELINE, 0.95)
    assert refused.value.path == path


def test_an_empty_array_is_an_empty_list() -> None:
    policy = stats.default_sample_policy()
    expected = stats.compare_samples([], BASELINE, policy)
    for empty in (
        numpy.array([]),
        pyarrow.array([], "float64"),
        polars.Series([], dtype=polars.Float64),
        array("d"),
    ):
        assert stats.compare_samples(empty, BASELINE, policy) == expected
