"""The tour: the delivery metrics of a real repository, then a canary decided on real telemetry.

`cargo xtask quickstart [--repo PATH] [--tags REGEX]` builds the wheel and runs this; it needs nothing but relcore.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from relcore import RelcoreError, canary, interchange, metrics
from relcore.time import BucketUnit, TimeRange

HERE = Path(__file__).parent
MONTH = 30.4375  # days
RELEASE = r"v?\d+\.\d+\.\d+"
SHALLOW, TAGS, LOG = (
    shlex.split(command)[1:]
    for command in (interchange.GIT_SHALLOW, interchange.GIT_TAGS, interchange.GIT_LOG)
)


def git(repository: Path, arguments: list[str]) -> str:
    """What git prints."""
    command = ["git", "-C", str(repository), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise SystemExit(f"git in {repository}: {done.stderr.strip()}")
    return done.stdout


def history(repository: Path | None) -> tuple[str, str]:
    """The text of `git for-each-ref` and `git log`: of a clone, or of the history that comes with the examples."""
    if repository is None:
        folder = HERE / "data" / "ripgrep"
        return (folder / "for-each-ref.txt").read_text("utf-8"), (folder / "log.txt").read_bytes().decode(
            "utf-8"
        )
    if git(repository, SHALLOW).strip() == "true":
        raise SystemExit(f"{repository} is a shallow clone: run `git fetch --unshallow --tags` first")
    return git(repository, TAGS), git(repository, LOG)


def span(seconds: float | None) -> str:
    """Seconds as a person reads them."""
    if seconds is None:
        return "-"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def duration(estimate: metrics.Estimate) -> str:
    """A median duration with n and its interval."""
    if estimate.value is None:
        return estimate.undefined if estimate.undefined else "-"
    between = estimate.interval
    tail = f" [{span(between.low)}, {span(between.high)}]" if between else ""
    return f"{span(estimate.value)} n={estimate.n}{tail}"


def rate(estimate: metrics.Estimate) -> str:
    """A share with its counts and its interval."""
    if estimate.value is None:
        return estimate.undefined if estimate.undefined else "-"
    between = estimate.interval
    tail = f" [{between.low:.1%}, {between.high:.1%}]" if between else ""
    return f"{estimate.value:.1%} {estimate.affected}/{estimate.n}{tail}"


def frequency(row: metrics.DoraRow) -> str:
    """Deployments a month, with n and the interval. The window begins with a release: one alone has no period."""
    estimate = row.deployment_frequency
    if row.range.end - row.range.start < timedelta(days=1):
        return f"- n={estimate.n}"
    if estimate.value is None:
        return estimate.undefined if estimate.undefined else "-"
    between = estimate.interval
    tail = f" [{between.low * MONTH:.2f}, {between.high * MONTH:.2f}]" if between else ""
    return f"{estimate.value * MONTH:.2f} n={estimate.n}{tail}"


def left_out(row: metrics.DoraRow) -> str:
    """What the lead and recovery times leave out, and why."""
    spans = (*row.change_lead_time.excluded, *row.failed_deployment_recovery_time.excluded)
    return ", ".join(f"{exclusion.n} {exclusion.reason}" for exclusion in spans)


COLUMNS: tuple[tuple[str, int, Callable[[metrics.DoraRow], str]], ...] = (
    ("deployments a month", 29, frequency),
    ("lead time, median", 33, lambda row: duration(row.change_lead_time)),
    ("change fail rate", 26, lambda row: rate(row.change_fail_rate)),
    ("recovery", 13, lambda row: duration(row.failed_deployment_recovery_time)),
    ("rework rate", 26, lambda row: rate(row.deployment_rework_rate)),
    ("left out", 0, left_out),
)


def line(title: str, row: metrics.DoraRow | None) -> str:
    """A line of the table; the names of the columns without a row."""
    cells = (f"{name if row is None else cell(row):<{width}}" for name, width, cell in COLUMNS)
    return f"{title:<8}{' '.join(cells)}".rstrip()


def delivery(repository: Path | None, pattern: str) -> None:
    """Prints the five DORA metrics per year and overall."""
    try:
        releases = interchange.git_releases(interchange.parse_git(*history(repository)), pattern)
    except RelcoreError as fault:
        raise SystemExit(str(fault)) from None
    if not releases.deployments:
        examples = ", ".join(releases.unmatched_examples)
        raise SystemExit(f"none of {releases.unmatched_tags} tags matches {pattern}: {examples}")
    instants = [deployment.finished_at for deployment in releases.deployments]
    window = TimeRange(start=instants[0], end=max(instants) + timedelta(milliseconds=1))
    # A release that reverts a part of an earlier one is what git alone knows of failures.
    policy = metrics.Policy(link_max_age=timedelta(0))
    report = metrics.dora(releases.deployments, releases.changes, [], policy, window, BucketUnit.YEAR, "UTC")

    name = "BurntSushi/ripgrep" if repository is None else repository.resolve().name
    print(f"\n{name}: {len(releases.deployments)} releases, {len(releases.changes)} commits\n")
    print(line("", None))
    for bucket in report.buckets:
        print(line(f"{bucket.range.start:%Y}", bucket))
    print(line("overall", report.overall))
    if len(releases.deployments) == 1:
        print("\none release has no period: no number of deployments a month")

    lead = report.overall.change_lead_time
    recovery = report.overall.failed_deployment_recovery_time
    if lead.median is not None and lead.mean is not None and lead.p95 is not None:
        print(
            f"\nlead times: {lead.n:,}, median {lead.median:,.1f} s, mean {lead.mean:,.1f} s, p95 {lead.p95:,.1f} s"
        )
    failed = report.overall.change_fail_rate.affected
    print(
        f"failed deployments: {failed}, recovery {'-' if recovery.value is None else f'{recovery.value:,.0f} s'}"
    )
    print(f"policy {report.policy_digest}, time zones {report.tzdb_version}")


def observations(
    folder: Path, begin: datetime, end: datetime, step: timedelta
) -> tuple[canary.Observation, ...]:
    """The telemetry of one rollout after its beginning: errors in percent, tail latency in milliseconds."""

    def response(query: str) -> str:
        return (folder / f"{query}.json").read_text("utf-8")

    asked = [
        interchange.PrometheusMetric(
            metric=metric, answer=response(metric), samples=response("requests_total"), scale=scale
        )
        for metric, scale in (("error_rate", 100.0), ("latency_p99", 1000.0))
    ]
    return interchange.prometheus_observations(asked, begin + step, end, step)


def rollout(name: str, schedule: canary.Schedule, begin: datetime, end: datetime, step: timedelta) -> None:
    """Walks a schedule over a recording, tick by tick, and prints each decision that changes something."""
    print(f"\n--- the {name} version ---")
    telemetry = observations(HERE / "canary" / "recorded" / name, begin, end, step)
    handle = canary.Rollout(schedule)
    state = handle.start(begin)
    now, last = begin, None
    while True:
        seen = [observation for observation in telemetry if observation.at == now]
        decision = handle.next_action(state, seen, now)
        state = decision.state
        told = (decision.verdict, tuple(reason.code for reason in decision.reasons))
        if told != last and not isinstance(decision.verdict, canary.ActionHold):
            print(f"{now:%H:%M:%S} {canary.explain(decision)}", end="")
        last = told
        if isinstance(decision.verdict, canary.ActionComplete | canary.ActionRollBack):
            return
        now += step
        if now > end:
            raise SystemExit(f"the recording of the {name} version ended before a decision")


def main() -> None:
    """Both parts."""
    parser = argparse.ArgumentParser(description="relcore on real data")
    parser.add_argument("--repo", type=Path, help="a local git clone instead of the history that comes along")
    parser.add_argument("--tags", default=RELEASE, help="which tags are releases, as a regular expression")
    options = parser.parse_args()
    delivery(options.repo, options.tags)

    plan = json.loads((HERE / "canary" / "recorded" / "recorded.json").read_text("utf-8"))
    begin = next(datetime.fromisoformat(phase["start"]) for phase in plan["phases"] if phase["weight"] > 0)
    end = datetime.fromisoformat(plan["end"])
    schedule = canary.schedule_from_yaml((HERE / "canary" / "schedule.yaml").read_text("utf-8"))
    print(f"\nA canary on telemetry that Prometheus {plan['prometheusVersion']} recorded")
    for name in ("good", "bad"):
        rollout(name, schedule, begin, end, timedelta(seconds=plan["stepSeconds"]))


if __name__ == "__main__":
    main()
