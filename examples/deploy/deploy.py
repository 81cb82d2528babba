"""Rolls out a canary, as `deploy.sh` does: `deploy.py FOLDER`, with a row of `rollout.db` for each decision."""

import json
import os
import socket
import sqlite3
import sys
import time
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import relcore
from relcore import canary, interchange


def get(url: str) -> str:
    try:
        return urlopen(url, timeout=3).read().decode()
    except (OSError, HTTPException) as error:  # a failed query holds the rollout: it is no good measurement
        return json.dumps({"status": "error", "errorType": "http", "error": str(error)})


def observe(now: datetime) -> list[canary.Observation]:
    def ask(name: str) -> str:
        query = Path(__file__).with_name("queries").joinpath(f"{name}.promql").read_text("utf-8")
        span = {"start": now.isoformat(), "end": now.isoformat(), "step": "1s"}
        return get(f"{os.environ['PROMETHEUS']}/api/v1/query_range?{urlencode({'query': query, **span})}")

    of, n = interchange.PrometheusMetric, ask("samples")
    metrics = [of(metric=name, answer=ask(name), samples=n) for name in ("error_rate", "latency_p99")]
    ready = canary.health("canary", get(f"{os.environ['CANARY']}/ready") == "", now)
    return [*interchange.prometheus_observations(metrics, now, now, "1s"), ready]


store = sqlite3.connect(Path(sys.argv[1]) / "rollout.db", isolation_level=None)
store.execute("CREATE TABLE IF NOT EXISTS decision (json TEXT)")
rollout = canary.Rollout(canary.schedule_from_yaml((Path(sys.argv[1]) / "schedule.yaml").read_text("utf-8")))
while True:
    store.execute("BEGIN IMMEDIATE")  # waits while another process decides
    now = datetime.now(UTC)
    latest = store.execute("SELECT json FROM decision ORDER BY rowid DESC LIMIT 1").fetchone()
    state = relcore.from_json(canary.Decision, latest[0]).state if latest else rollout.start(now)
    decision = rollout.next_action(state, observe(now), now)
    store.execute("INSERT INTO decision VALUES (?)", [relcore.to_json(decision)])
    store.execute("COMMIT")
    new = canary.routing(decision.state).weight  # of the stored state, at every tick
    with socket.socket(socket.AF_UNIX) as proxy:
        proxy.connect(os.environ["SOCKET"])
        proxy.sendall(f"set weight app/canary {new:.0f}; set weight app/stable {100 - new:.0f}\n".encode())
        print(proxy.recv(1000).decode().strip(), end="", file=sys.stderr)  # it answers if something is wrong
    if decision.state.phase in ("succeeded", "rolled_back", "frozen"):
        rows = store.execute("SELECT json FROM decision ORDER BY rowid")
        decisions = [relcore.from_json(canary.Decision, row[0]) for row in rows]
        exposure = canary.exposure(decisions, int(os.environ["USERS"]), now)
        print(f"{canary.explain(decision)}{exposure.user_minutes:.0f} minutes of users on the new version")
        sys.exit({"succeeded": 0, "rolled_back": 20}.get(decision.state.phase, 30))
    time.sleep(float(os.environ.get("INTERVAL", "2")))
