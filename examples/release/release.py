"""A whole release, from the permission to the lessons. Its audit log is in SQLite, and is checked and replayed from there.

usage: release.py LOG.sqlite

The facts are those of one evening: 1.9.0 goes out, its canary fails and is rolled back. A script of yours takes them from
your tools. Every decision is in the log before anything acts upon it. In the end somebody edits a row with plain SQL.
"""

import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import relcore
from relcore import audit, canary, incident, metrics, readiness, rollback

FOLDER = Path(__file__).parent


def at(time: str) -> datetime:
    """A time of the evening, in UTC."""
    return datetime.combine(datetime(2026, 11, 24), datetime.strptime(time, "%H:%M").time(), UTC)


class Log:
    """An append-only log in SQLite. Keep its head elsewhere, too: without a known head nobody sees that its end was cut off."""

    def __init__(self, path: str) -> None:
        self.rows = sqlite3.connect(path)
        self.rows.execute(
            "CREATE TABLE IF NOT EXISTS log (sequence INTEGER PRIMARY KEY, record TEXT NOT NULL)"
        )
        records = self.records()
        self.head = audit.head(records[-1]) if records else audit.genesis()

    def records(self) -> list[audit.LogRecord]:
        rows = self.rows.execute("SELECT record FROM log ORDER BY sequence")
        return [relcore.from_json(audit.LogRecord, text) for (text,) in rows]

    def append(self, entry: audit.Entry) -> None:
        record = audit.append(self.head, entry)
        with self.rows:
            self.rows.execute("INSERT INTO log VALUES (?, ?)", (record.sequence, relcore.to_json(record)))
        self.head = audit.head(record)

    def decide(self, now: datetime, function: str, /, **arguments: object) -> Any:
        """Asks a function of relcore and records the question with the answer."""
        entry = audit.record_decision(now, function, json.dumps(arguments, default=as_json))
        self.append(entry)
        return json.loads(entry.data)["result"]


def read(name: str) -> Any:
    """The facts in a file of this folder."""
    return json.loads((FOLDER / name).read_text("utf-8"))


def as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else json.loads(relcore.to_json(value))


def may_go_out(log: Log, now: datetime) -> bool:
    """Asks windows, gates and people on call together."""
    policy = readiness.policy_from_yaml((FOLDER / "policy.yaml").read_text("utf-8"))
    permission = log.decide(
        now,
        "readiness.may_release",
        request=read("request.json"),
        situation=read("situation.json"),
        policy=policy,
        now=now,
    )
    print(f"{now:%H:%M} may it go out? {permission['verdict']}: {permission['reasons'][0]['text']}")
    return bool(permission["verdict"] == "yes")


def roll_out(log: Log) -> datetime:
    """Moves the traffic as the canary decides, minute by minute, until it ends; returns when."""
    schedule = canary.schedule_from_yaml((FOLDER / "schedule.yaml").read_text("utf-8"))
    now = at("19:10")
    state = log.decide(now, "canary.start", schedule=schedule, now=now)
    for minute, errors in enumerate((0.9, 1.1, 1.0, 0.9, 1.2, 1.0, 1.1, 4.2, 5.1, 6.3), start=10):
        now = at(f"19:{minute}")
        seen = [canary.measurement("error_rate", errors, now, n=500)] if minute > 10 else []
        decision = log.decide(
            now, "canary.next_action", schedule=schedule, state=state, observations=seen, now=now
        )
        if decision["state"]["weight"] != state["weight"]:
            print(f"{now:%H:%M} canary at {decision['state']['weight']} %: {decision['reasons'][0]['text']}")
        state = decision["state"]
        if state["phase"] in ("succeeded", "rolled_back"):
            break
    return now


def recover(log: Log, now: datetime) -> None:
    """Asks whether going back is right for what is left of the outage."""
    decision = log.decide(
        now, "rollback.decide", situation=read("outage.json"), policy=rollback.default_policy(), now=now
    )
    print(f"{now:%H:%M} roll back or fix forward? {decision['verdict']}: {decision['reasons'][0]['text']}")


def handle_incident(log: Log) -> incident.State:
    """Folds the events of the incident, each of which is an entry of the log, and writes the update for everybody."""
    events = read("incident.json")
    for event in events:
        log.append(audit.Entry(at=event["at"], kind="incident", data=json.dumps(event)))
    state = incident.fold(events)
    print(incident.render_update(state, incident.Form.FULL, incident.default_cadence(), at("19:40")))
    return state


def measure(log: Log, state: incident.State) -> None:
    """The four metrics of the week, with the release and its incident."""
    deployments = [
        metrics.Deployment(
            id="1.8.2",
            service="shop",
            environment="production",
            finished_at=at("18:30"),
            outcome=metrics.DeploymentOutcome.SUCCESS,
        ),
        metrics.Deployment(
            id="1.9.0",
            service="shop",
            environment="production",
            finished_at=at("19:19"),
            outcome=metrics.DeploymentOutcome.PARTIAL,
        ),
    ]
    incidents = [
        metrics.Incident(
            id=state.id,
            service="shop",
            environment="production",
            detected_at=state.opened_at,
            resolved_at=state.resolved_at,
            caused_by="1.9.0",
        )
    ]
    report = log.decide(
        at("20:00"),
        "metrics.dora",
        deployments=deployments,
        changes=[],
        incidents=incidents,
        policy=metrics.default_policy(),
        range={"start": "2026-11-23T00:00:00Z", "end": "2026-11-30T00:00:00Z"},
        unit="week",
        zone="UTC",
    )
    print(metrics.explain(report))


def look_back() -> None:
    """The questions for the meeting."""
    checklist = readiness.checklist("retrospective")
    print(readiness.export_checklist(checklist, readiness.ChecklistForm.MARKDOWN))


def check(log: Log) -> None:
    """Reads the log anew: is it whole, and does every decision come out the same?"""
    records = log.records()
    chain = audit.verify_chain(records, [log.head], None)
    print(f"log of {len(records)} entries: {chain.verdict}: {chain.reasons[0].text}")
    if chain.verdict == "whole":
        print(audit.explain_replay(audit.replay(records)).splitlines()[0])


if __name__ == "__main__":
    log = Log(sys.argv[1])
    may_go_out(log, at("18:00"))
    if may_go_out(log, at("19:10")):
        ended = roll_out(log)
        recover(log, ended)
        state = handle_incident(log)
        measure(log, state)
        look_back()
    check(log)
    # Somebody with access to the database makes the first answer of the evening a yes.
    with log.rows:
        log.rows.execute("UPDATE log SET record = replace(record, 'later', 'yes') WHERE sequence = 1")
    check(log)
