"""Record the telemetry of two canary rollouts, a good one and a bad one.

Starts the versions of `service.py`, a Prometheus that scrapes them and the load
of `load.py`, all on loopback and on free ports, follows the phases of
`canary_plan.py`, and keeps what Prometheus answers to `/api/v1/query_range`,
byte for byte. Takes about four minutes. The last recording is replaced only
when the new one is complete and usable.

Needs `prometheus` on PATH (`apt-get install prometheus` on Debian); installs nothing.

Exit codes: 0 recorded, 1 the recording failed or is unusable, 2 wrong
arguments, 3 `prometheus` is missing, 130 or 143 interrupted.
"""

import argparse
import contextlib
import http.client
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

import canary_plan as plan
from canary_plan import ROLES, Phase, Run
from loopback import (
    HOST,
    Process,
    RecordingError,
    free_ports,
    start,
    wait_until_ready,
)
from telemetry import (
    Timeline,
    check_recording,
    describe,
    measured_table,
    write_responses,
)

HERE = Path(__file__).resolve().parent
MANIFEST = "recorded.json"
MISSING = 3
LEAST_LOAD = 0.9  # answered share of the planned requests, which arrive at random
DRAIN_SECONDS = 30.0


@dataclass
class Stage:
    """What stands while recording: ports by run and role, processes to watch."""

    stack: contextlib.ExitStack
    folder: Path
    ports: dict[tuple[str, str], int]
    prometheus_port: int
    processes: list[Process] = field(default_factory=list)


def main(argv: Sequence[str]) -> int:
    args = arguments(argv)
    prometheus = shutil.which(args.prometheus)
    if prometheus is None:
        print(
            f"`{args.prometheus}` was not found; recording needs a real Prometheus: "
            "`apt-get install prometheus` on Debian and Ubuntu, "
            "or an archive of https://prometheus.io/download/ and `--prometheus PATH`",
            file=sys.stderr,
        )
        return MISSING
    signal.signal(signal.SIGTERM, interrupted)
    try:
        with tempfile.TemporaryDirectory(prefix="canary-") as folder:
            record(str(Path(prometheus).absolute()), Path(folder), args.out)
    except (RecordingError, OSError, http.client.HTTPException) as error:
        print(f"not recorded: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("not recorded: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="record the telemetry of two canary rollouts")
    parser.add_argument("--prometheus", default="prometheus", help="the binary, name or path")
    parser.add_argument("--out", type=Path, default=HERE / "recorded", help="folder to write")
    args = parser.parse_args(argv)
    if args.out.exists() and not (args.out / MANIFEST).is_file():
        parser.error(f"--out: `{args.out}` exists and is not a recording; it would be replaced")
    return args


def interrupted(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an exit that runs every clean-up."""
    sys.exit(128 + number)


def record(prometheus: str, folder: Path, out: Path) -> None:
    """Make one recording in `folder` and, if it is usable, put it at `out`."""
    with contextlib.ExitStack() as stack:
        keys = [(run.name, role) for run in plan.RUNS for role in ROLES]
        *ports, prometheus_port = free_ports(len(keys) + 1)
        stage = Stage(stack, folder, dict(zip(keys, ports, strict=True)), prometheus_port)
        for run in plan.RUNS:
            start_service(stage, run, "stable", warmup=0.0)
        start_prometheus(stage, prometheus)
        timeline, loads = follow_phases(stage)
        print("asking Prometheus for what it saw", flush=True)
        draft = folder / "recorded"
        write_responses(draft, prometheus_port, timeline)
        check_load(loads)
        manifest = describe(prometheus_port, timeline)
        check_recording(draft, manifest)
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    replace(out, draft)
    table = measured_table(manifest)
    print(table)
    if out.resolve() == HERE / "recorded":
        refresh(HERE / "README.md", table)


def start_service(stage: Stage, run: Run, role: str, warmup: float) -> None:
    """Start one version of one run; one without warm-up is waited for."""
    port = stage.ports[run.name, role]
    command = [sys.executable, str(HERE / "service.py"), "--port", str(port)]
    for name, value in asdict(plan.version_of(run, role)).items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    seed = run.seed + ROLES.index(role)
    command += ["--warmup", str(warmup), "--seed", str(seed)]
    process = start(stage.stack, stage.folder, f"{run.name}-{role}", command)
    stage.processes.append(process)
    if warmup == 0.0:
        wait_until_ready(process, port, "/ready")


def start_prometheus(stage: Stage, binary: str) -> None:
    """Start a Prometheus that scrapes every version, those not yet started included."""
    config = {
        "global": {
            "scrape_interval": f"{plan.SCRAPE_SECONDS}s",
            "scrape_timeout": f"{plan.SCRAPE_SECONDS}s",
        },
        "scrape_configs": [
            {
                "job_name": "service",
                "static_configs": [
                    {
                        "targets": [f"{HOST}:{port}"],
                        "labels": {"run": run, "role": role},
                    }
                    for (run, role), port in stage.ports.items()
                ],
            }
        ],
    }
    path = stage.folder / "prometheus.yml"
    path.write_text(json.dumps(config))  # JSON is YAML
    command = [
        binary,
        f"--config.file={path}",
        f"--storage.tsdb.path={stage.folder / 'tsdb'}",
        f"--web.listen-address={HOST}:{stage.prometheus_port}",
        "--log.level=warn",
    ]
    process = start(stage.stack, stage.folder, "prometheus", command)
    stage.processes.append(process)
    wait_until_ready(process, stage.prometheus_port, "/-/ready")


def follow_phases(stage: Stage) -> tuple[Timeline, list[tuple[Run, Phase, Process]]]:
    """Drive the load through the phases, each on its whole second."""
    step = plan.STEP_SECONDS
    at = (int(time.time()) // step + 1) * step
    starts: list[int] = []
    loads: list[tuple[Run, Phase, Process]] = []
    canary_runs = False
    for number, phase in enumerate(plan.PHASES):
        sleep_until(at, stage)
        print(f"{phase.name}: {phase.seconds} s", flush=True)
        starts.append(at)
        at += phase.seconds
        if phase.weight > 0 and not canary_runs:
            for run in plan.RUNS:
                start_service(stage, run, "canary", plan.CANARY_WARMUP_SECONDS)
            canary_runs = True
        for run in plan.RUNS:
            load = start_load(stage, run, phase, at - time.time(), run.seed + 10 + number)
            loads.append((run, phase, load))
    sleep_until(at, stage)
    return Timeline(tuple(starts), at), loads


def start_load(stage: Stage, run: Run, phase: Phase, seconds: float, seed: int) -> Process:
    """Start the load of one run for one phase; it stops by itself."""
    options = {
        "--stable-port": stage.ports[run.name, "stable"],
        "--rate": plan.REQUESTS_PER_SECOND,
        "--seconds": round(seconds, 3),
        "--seed": seed,
    }
    if phase.weight > 0:
        options["--canary-port"] = stage.ports[run.name, "canary"]
        options["--weight"] = phase.weight
    command = [sys.executable, str(HERE / "load.py")]
    for name, value in options.items():
        command += [name, str(value)]
    return start(stage.stack, stage.folder, f"load-{run.name}-{phase.weight}", command)


def sleep_until(unix: int, stage: Stage) -> None:
    """Sleep, and give up at once when something that must run has ended."""
    while (left := unix - time.time()) > 0:
        for process in stage.processes:
            process.check_alive()
        time.sleep(min(left, 0.5))


def check_load(loads: Sequence[tuple[Run, Phase, Process]]) -> None:
    """Refuse a recording whose load was not what the plan says."""
    for run, phase, process in loads:
        summary = json.loads(process.wait(DRAIN_SECONDS))
        answered = sum(int(version["answered"]) for version in summary.values())
        wanted = plan.REQUESTS_PER_SECOND * phase.seconds
        if answered < LEAST_LOAD * wanted:
            raise RecordingError(
                f"{run.name}, {phase.name}: {answered} requests answered of about "
                f"{wanted:.0f}; the machine is too busy"
            )


def replace(out: Path, draft: Path) -> None:
    """Put `draft` in the place of `out`; a failed copy leaves `out` as it was."""
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(draft, fresh)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def refresh(readme: Path, table: str) -> None:
    """Replace the table between the markers of the README."""
    opening, closing = "<!-- measured -->", "<!-- /measured -->"
    before, found, rest = readme.read_text().partition(opening)
    _, found_too, after = rest.partition(closing)
    if not (found and found_too):
        raise RecordingError(f"{readme.name}: expected `{opening}` and `{closing}`")
    readme.write_text(f"{before}{opening}\n{table}\n{closing}{after}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
