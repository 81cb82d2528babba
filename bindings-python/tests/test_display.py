"""What people see of values: in a notebook, in a log, in a data frame."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas
import polars
import pytest
import relcore
import structlog
from instances import instances
from relcore import canary, metrics, release, rollback

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPLAINED: dict[type, Any] = {
    canary.Decision: canary.explain,
    metrics.DoraReport: metrics.explain,
    release.Classification: release.explain,
    rollback.Decision: rollback.explain,
}


@pytest.mark.parametrize("of", EXPLAINED)
def test_a_notebook_shows_the_text_for_people(of: type) -> None:
    for value in instances()[of]:
        shown = value._repr_markdown_()
        assert shown == f"~~~text\n{EXPLAINED[of](value)}~~~\n"
        assert len(shown.splitlines()) <= 60 and len(shown) <= 6000


def year_of_days() -> metrics.DoraReport:
    """A deployment a day for a year, of which each tenth failed."""
    deployments = [
        metrics.Deployment(
            id=f"d{day:03}",
            service="shop",
            finished_at=NOON + timedelta(days=day),
            outcome=metrics.DeploymentOutcome.SUCCESS,
            intent=metrics.DeploymentIntent.HOTFIX if day % 10 == 9 else metrics.DeploymentIntent.UNKNOWN,
        )
        for day in range(365)
    ]
    year = relcore.TimeRange(start=NOON, end=NOON + timedelta(days=365))
    return metrics.dora(deployments, [], [], metrics.Policy(), year, "day", "UTC")


def test_a_report_of_a_year_is_short_in_a_notebook() -> None:
    report = year_of_days()
    shown: Any = report
    assert len(repr(report)) > 400_000
    assert len(shown._repr_markdown_()) < 4000


def test_rows_of_a_report_are_a_data_frame() -> None:
    rows = metrics.report_rows(year_of_days())
    by_pandas, by_polars = pandas.DataFrame(rows), polars.DataFrame(rows)
    assert by_pandas.shape == by_polars.shape == (366, 16)
    assert by_pandas["deployments"].sum() == by_polars["deployments"].sum() == 365
    assert by_pandas["failed_deployments"].sum() == by_polars["failed_deployments"].sum() == 36
    # polars takes the type from the annotation, which names no zone: its instants are those of UTC.
    assert by_pandas["start"].iloc[0] == NOON and by_polars["start"][0] == NOON.replace(tzinfo=None)
    assert by_polars["recovery_time_seconds"].null_count() == 330


def roll_back() -> canary.Decision:
    """A rollback by an operator."""
    schedule = canary.standard_schedule()
    abort = canary.Observation(at=NOON, kind=canary.ObservationKindCommand(command=canary.Command.ABORT))
    return canary.next_action(schedule, canary.start(schedule, NOON), [abort], NOON)


def check(line: Any) -> None:
    """Asserts that a line of a log has the decision in the wire form."""
    decision = roll_back()
    assert line["decision"] == relcore.to_dict(decision)
    assert line["verdict"] == {"type": "roll_back", "previous": 0}
    assert line["decision"]["reasons"][0]["code"] == "abort_ordered" and line["phase"] == "rolled_back"


def test_structlog_writes_the_wire_form() -> None:
    decision = roll_back()
    out = io.StringIO()
    logger = structlog.wrap_logger(structlog.PrintLogger(out), [structlog.processors.JSONRenderer()])
    logger.info("decided", decision=decision, verdict=decision.verdict, phase=decision.state.phase)
    check(json.loads(out.getvalue()))


class JsonFormatter(logging.Formatter):
    """A formatter with the hook of the README."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(vars(record)["fields"], default=relcore.to_dict)


def test_a_json_formatter_writes_the_wire_form() -> None:
    decision = roll_back()
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("test_display")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    fields = {"decision": decision, "verdict": decision.verdict, "phase": decision.state.phase}
    logger.info("decided", extra={"fields": fields})
    check(json.loads(out.getvalue()))


def test_to_dict_takes_values_of_relcore_alone() -> None:
    for other in (NOON, {"a": 1}, [roll_back()], None, "text", canary.Phase.PAUSED):
        with pytest.raises(TypeError, match="expected a dataclass of relcore"):
            relcore.to_dict(other)
    naive = canary.Observation(
        at=NOON.replace(tzinfo=None), kind=canary.ObservationKindNewRevision(revision="r")
    )
    with pytest.raises(relcore.InputError, match="has no time zone"):
        relcore.to_dict(naive)
