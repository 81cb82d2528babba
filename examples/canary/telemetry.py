"""What is kept of a recording: the responses of Prometheus, and the manifest."""

import json
import math
import time
import urllib.parse
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import canary_plan as plan
from canary_plan import ROLES, Query, Run, Version
from loopback import RecordingError, ask

SETTLE_SECONDS = 2.0  # the scrape of the last second must have arrived


@dataclass(frozen=True)
class Timeline:
    """When each phase began, in whole unix seconds, and when the last one ended."""

    starts: tuple[int, ...]
    end: int

    def ends(self) -> tuple[int, ...]:
        return (*self.starts[1:], self.end)


def write_responses(folder: Path, port: int, timeline: Timeline) -> None:
    """Keep the answer to every query for every version, as it came."""
    time.sleep(SETTLE_SECONDS)
    for run in plan.RUNS:
        for role in ROLES:
            for query in plan.QUERIES:
                path = folder / series_file(run, role, query)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(
                    api(
                        port,
                        "query_range",
                        query=plan.promql(query, run, role),
                        start=rfc3339(timeline.starts[0]),
                        end=rfc3339(timeline.end),
                        step=str(plan.STEP_SECONDS),
                    )
                )


def series_file(run: Run, role: str, query: Query) -> str:
    """Where a series is kept: the stable version's in a folder of its own."""
    return f"{run.name}/{query.name}.json" if role == "canary" else f"{run.name}/stable/{query.name}.json"


def api(port: int, endpoint: str, **parameters: str) -> bytes:
    """The body Prometheus answers with."""
    path = f"/api/v1/{endpoint}?{urllib.parse.urlencode(parameters)}"
    status, body = ask(port, path)
    if status != 200:
        raise RecordingError(f"prometheus answered {status} to {path}: {body.decode()}")
    return body


def describe(port: int, timeline: Timeline) -> dict[str, Any]:
    """The manifest: what was asked, of which version, when, and the totals."""
    build = json.loads(api(port, "status/buildinfo"))["data"]
    return {
        "prometheusVersion": build["version"],
        "scrapeIntervalSeconds": plan.SCRAPE_SECONDS,
        "rateWindow": plan.RATE_WINDOW,
        "start": rfc3339(timeline.starts[0]),
        "end": rfc3339(timeline.end),
        "stepSeconds": plan.STEP_SECONDS,
        "requestsPerSecond": plan.REQUESTS_PER_SECOND,
        "canaryWarmupSeconds": plan.CANARY_WARMUP_SECONDS,
        "phases": [
            {
                "name": phase.name,
                "weight": phase.weight,
                "start": rfc3339(a),
                "end": rfc3339(b),
            }
            for phase, a, b in zip(plan.PHASES, timeline.starts, timeline.ends(), strict=True)
        ],
        "runs": [
            {
                "name": run.name,
                "seed": run.seed,
                **{
                    role: {
                        **camel_case(plan.version_of(run, role)),
                        "measured": totals(port, run, role, timeline.end),
                        "series": [
                            {
                                "name": query.name,
                                "unit": query.unit,
                                "file": series_file(run, role, query),
                                "query": plan.promql(query, run, role),
                            }
                            for query in plan.QUERIES
                        ],
                    }
                    for role in ROLES
                },
            }
            for run in plan.RUNS
        ],
    }


def totals(port: int, run: Run, role: str, end: int) -> dict[str, float]:
    """The measures of one version over the whole run."""
    values: dict[str, float] = {}
    for query in plan.TOTALS:
        body = api(port, "query", query=plan.promql(query, run, role), time=rfc3339(end))
        result = json.loads(body)["data"]["result"]
        if len(result) != 1:
            raise RecordingError(f"expected one value of {query.name} for {run.name} {role}")
        values[query.name] = float(result[0]["value"][1])
    if values["requests"] == 0:
        raise RecordingError(f"{run.name} {role} got no request")
    return {
        "requests": int(values["requests"]),
        "errors": int(values["errors"]),
        "errorRate": round(values["errors"] / values["requests"], 6),
        "latencyP50Seconds": round(values["latency_p50"], 6),
        "latencyP99Seconds": round(values["latency_p99"], 6),
    }


def check_recording(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a recording that does not show what it is made for."""
    first = next(phase for phase in manifest["phases"] if phase["weight"] > 0)
    begin, end = (datetime.fromisoformat(first[key]).timestamp() for key in ("start", "end"))
    measured = {}
    for run in manifest["runs"]:
        measured[run["name"]] = run["canary"]["measured"]
        for series in run["canary"]["series"]:
            values = points(folder / series["file"])
            ticks = range(int(begin), int(end), plan.STEP_SECONDS)
            known = [tick for tick in ticks if math.isfinite(values.get(tick, math.nan))]
            if not known or known[0] == begin:
                raise RecordingError(f"{series['file']}: expected a gap, then data, in the first phase")
    good, bad = measured["good"], measured["bad"]
    for name in ("errorRate", "latencyP99Seconds"):
        if bad[name] < 3 * good[name]:
            raise RecordingError(f"{name}: bad canary {bad[name]}, good canary {good[name]}; too close")


def points(path: Path) -> dict[int, float]:
    """The values of the one series in a response, by unix second."""
    result = json.loads(path.read_bytes())["data"]["result"]
    if len(result) != 1:
        raise RecordingError(f"{path.name}: expected one series, got {len(result)}")
    return {int(at): float(text) for at, text in result[0]["values"]}


def measured_table(manifest: dict[str, Any]) -> str:
    """The totals as a Markdown table."""
    rows = [
        "| rollout | version | requests | errors | error rate | p50 | p99 |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for run in manifest["runs"]:
        for role in reversed(ROLES):
            m = run[role]["measured"]
            p50, p99 = m["latencyP50Seconds"] * 1000, m["latencyP99Seconds"] * 1000
            rows.append(
                f"| {run['name']} | {run[role]['version']} ({role}) "
                f"| {m['requests']} | {m['errors']} | {m['errorRate']:.2%} "
                f"| {p50:.1f} ms | {p99:.1f} ms |"
            )
    return "\n".join(rows)


def camel_case(version: Version) -> dict[str, Any]:
    """The fields of a version as JSON keys."""
    return {
        "".join(word.title() if i else word for i, word in enumerate(name.split("_"))): value
        for name, value in asdict(version).items()
    }


def rfc3339(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
