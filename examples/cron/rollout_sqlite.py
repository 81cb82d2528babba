"""One tick of a rollout, for cron: the state and its history are in SQLite.

    * * * * * python3 rollout_sqlite.py /var/lib/rollout

As `rollout_json.py`, but every decision is kept, so that the history of a rollout
can be read later. One transaction stores a decision together with its state.
"""

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import relcore
from relcore import canary
from rollout_json import observe, set_routing


def tick(folder: Path, now: datetime) -> canary.Decision:
    with closing(sqlite3.connect(folder / "rollout.db", isolation_level=None)) as store:
        store.execute("CREATE TABLE IF NOT EXISTS decision (at TEXT PRIMARY KEY, verdict TEXT, json TEXT)")
        store.execute("BEGIN IMMEDIATE")  # an error if another tick still runs
        rollout = canary.Rollout(canary.schedule_from_yaml((folder / "schedule.yaml").read_text("utf-8")))
        latest = store.execute("SELECT json FROM decision ORDER BY at DESC LIMIT 1").fetchone()
        state = relcore.from_json(canary.Decision, latest[0]).state if latest else rollout.start(now)
        decision = rollout.next_action(state, observe(folder, rollout.schedule, now), now)
        row = (now.isoformat(timespec="milliseconds"), decision.verdict.type, relcore.to_json(decision))
        store.execute("INSERT INTO decision VALUES (?, ?, ?)", row)
        store.execute("COMMIT")
    set_routing(folder, canary.routing(decision.state))
    return decision


if __name__ == "__main__":
    print(canary.explain(tick(Path(sys.argv[1]), datetime.now(UTC))))
