"""Should this canary go on? Ask once a minute with what was measured."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from relcore import canary

rollout = canary.Rollout(canary.schedule_from_yaml(Path("examples/canary/schedule.yaml").read_text("utf-8")))
now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
decision = rollout.next_action(rollout.start(now), [], now)
print(canary.explain(decision))

for error_rate in (1.2, 4.2, 5.1, 6.3):
    now += timedelta(seconds=10)
    observations = [canary.measurement("error_rate", error_rate, now, n=500)]
    decision = rollout.next_action(decision.state, observations, now)
print(canary.explain(decision))
