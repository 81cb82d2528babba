"""One tick of a rollout, for cron: the state is a JSON file.

    * * * * * python3 rollout_json.py /var/lib/rollout

The folder has `schedule.yaml`, and `metrics.json` with the latest readings, which
your monitoring writes. This script keeps `state.json` and `router.json` there. Your
own script would tell a load balancer instead of writing `router.json`.

A tick may end anywhere: power fails, the machine is drained, a person presses
Ctrl-C. Three rules make the next tick continue:

1. Store the state before you move the traffic.
2. Replace the file of the state as a whole. Never write into it.
3. Set the routing of the stored state at every tick, whatever the verdict.
"""

import fcntl
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import relcore
from relcore import canary


def tick(folder: Path, now: datetime) -> canary.Decision:
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # an error if another tick still runs
        rollout = canary.Rollout(canary.schedule_from_yaml((folder / "schedule.yaml").read_text("utf-8")))
        stored = folder / "state.json"
        if stored.exists():
            state = relcore.from_json(canary.State, stored.read_text("utf-8"))
        else:
            state = rollout.start(now)
        decision = rollout.next_action(state, observe(folder, rollout.schedule, now), now)
        replace(stored, relcore.to_json(decision.state))
        set_routing(folder, canary.routing(decision.state))
        return decision


def observe(folder: Path, schedule: canary.Schedule, now: datetime) -> list[canary.Observation]:
    """The latest reading of each metric. A metric without one is observed as missing, not left out."""
    readings = json.loads((folder / "metrics.json").read_text("utf-8"))
    found = []
    for metric in schedule.metrics:
        if metric.name in readings:
            found.append(canary.measurement(metric.name, at=now, **readings[metric.name]))
        else:
            found.append(canary.missing_value(metric.name, now))
    return found


def set_routing(folder: Path, routing: canary.Routing) -> None:
    """Splits the traffic. Put the call of your load balancer here; it must not mind to be told the same twice."""
    replace(folder / "router.json", json.dumps({"canary": routing.weight}))


def replace(path: Path, text: str) -> None:
    """Replaces a file: a reader, or the next tick, finds the old text or the new one, never a part."""
    draft = path.with_suffix(".draft")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)  # the new name is on the disk, too
    os.close(directory)


if __name__ == "__main__":
    print(canary.explain(tick(Path(sys.argv[1]), datetime.now(UTC))))
