"""Tries the deploy scripts of this folder on real parts: HAProxy, Prometheus, and two versions of an HTTP service.

Each scenario has parts of its own, all on free ports of 127.0.0.1 and in a temporary folder, and all scenarios run at
the same time. Says what each must come to, prints what it came to, and exits with 1 if one differs.

    python3 examples/deploy/lab.py [SCENARIO…]

It needs `haproxy`, `prometheus`, `curl` and `socat` on PATH (`apt-get install haproxy prometheus curl socat` on Debian),
and relcore as a package and as a command (`pip install relcore`).
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVICE = HERE.parent / "canary"
sys.path.insert(0, str(SERVICE))

import loopback

PARTS = ("haproxy", "prometheus", "curl", "socat", "relcore")
REQUESTS_PER_SECOND = 60
MOST_SECONDS = 150.0
USERS = 3000


@dataclass(frozen=True)
class Scenario:
    """A new version, the script that rolls it out, what goes wrong meanwhile, and what must come of it."""

    name: str
    script: str
    exit_code: int
    canary: tuple[str, ...] = ()
    outage: bool = False
    kills: bool = False


GOOD = ("--error-rate", "0.004")
SCENARIOS = (
    Scenario("a good version, Python", "deploy.py", 0, GOOD),
    Scenario(
        "a latency tail, Python", "deploy.py", 20, (*GOOD, "--tail-share", "0.06", "--tail-median-ms", "900")
    ),
    Scenario("a few more errors, bash", "deploy.sh", 20, ("--error-rate", "0.12")),
    Scenario("a version that starts slowly, bash", "deploy.sh", 0, (*GOOD, "--warmup", "15")),
    Scenario("Prometheus stops and returns, bash", "deploy.sh", 0, GOOD, outage=True),
    Scenario("the script is killed again and again, Python", "deploy.py", 0, GOOD, kills=True),
    Scenario("the script is killed again and again, bash", "deploy.sh", 0, GOOD, kills=True),
)


@dataclass
class Parts:
    """The parts of a scenario, running."""

    folder: Path
    stack: contextlib.ExitStack
    ports: dict[str, int]
    prometheus: loopback.Process | None = None
    seen: list[tuple[float, int]] = field(default_factory=list)

    def start(self, scenario: Scenario, seed: int) -> None:
        ports = self.ports
        for version, behaviour in (("stable", GOOD), ("canary", scenario.canary)):
            options = [
                *("--version", version, "--port", str(ports[version]), "--seed", str(seed)),
                *("--max-seconds", str(MOST_SECONDS + 30)),
            ]
            service = self.run(version, [sys.executable, str(SERVICE / "service.py"), *options, *behaviour])
            loopback.wait_until_ready(service, ports[version], "/metrics")
        targets = [
            {"targets": [f"127.0.0.1:{ports[version]}"], "labels": {"target": version}}
            for version in ("stable", "canary")
        ]
        (self.folder / "targets.json").write_text(json.dumps(targets))
        for name in ("prometheus.yml", "haproxy.cfg", "schedule.yaml"):
            shutil.copy(HERE / name, self.folder)
        self.start_prometheus()
        environment = {
            "SOCKET": self.socket, "PORT": str(ports["proxy"]),
            "STABLE": str(ports["stable"]), "CANARY": str(ports["canary"]),
        }  # fmt: skip
        proxy = [
            "env",
            *(f"{name}={value}" for name, value in environment.items()),
            "haproxy",
            "-q",
            "-f",
            "haproxy.cfg",
        ]
        loopback.wait_until_ready(self.run("haproxy", proxy), ports["proxy"], "/")
        options = ["--stable-port", str(ports["proxy"]), "--rate", str(REQUESTS_PER_SECOND)]
        options += ["--seconds", str(MOST_SECONDS), "--seed", str(seed)]
        self.run("load", [sys.executable, str(SERVICE / "load.py"), *options])

    def run(self, name: str, program: Sequence[str]) -> loopback.Process:
        return loopback.start(self.stack, self.folder, name, program)

    @property
    def socket(self) -> str:
        return str(self.folder / "haproxy.sock")

    def start_prometheus(self) -> None:
        options = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error"]
        listen = f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}"
        self.prometheus = self.run("prometheus", ["prometheus", *options, listen])
        loopback.wait_until_ready(self.prometheus, self.ports["prometheus"], "/-/ready")

    def stop_prometheus(self) -> None:
        assert self.prometheus is not None
        loopback.stop(self.prometheus.popen)

    def proxy(self, order: str) -> str:
        """What HAProxy answers to an order."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            connection.sendall(f"{order}\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def traffic(self) -> dict[str, tuple[int, int]]:
        """The weight and the number of requests of each version, as HAProxy counts them."""
        lines = [
            line.split(",") for line in self.proxy("show stat").splitlines() if line.startswith(("#", "app,"))
        ]
        head = lines[0]
        weight, requests, name = head.index("weight"), head.index("stot"), head.index("svname")
        return {
            line[name]: (int(line[weight]), int(line[requests]))
            for line in lines[1:]
            if line[name] in ("stable", "canary")
        }


def play(scenario: Scenario, seed: int) -> tuple[bool, list[str]]:
    """Runs a scenario; whether it came to what it must, and what to print."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relcore-deploy-")))
        names = ("stable", "canary", "prometheus", "proxy")
        parts = Parts(folder, stack, dict(zip(names, loopback.free_ports(len(names)), strict=True)))
        parts.start(scenario, seed)
        begin = time.monotonic()
        faults, runs, printed = deploy(scenario, parts, random.Random(seed), begin)
        seconds = time.monotonic() - begin
        weights = {name: weight for name, (weight, _) in parts.traffic().items()}
        requests = parts.traffic()["canary"][1]
        wanted = {"stable": 0, "canary": 100} if scenario.exit_code == 0 else {"stable": 100, "canary": 0}
        if weights != wanted:
            faults.append(f"the weights are {weights}, expected {wanted}")
    text = [f"== {scenario.name}: {'; '.join(faults) or 'as it must'}"]
    text.append(f"   {seconds:.0f} s, {runs} runs of the script, {requests} requests had the new version")
    text += [f"   {line}" for line in printed.splitlines()]
    return not faults, text


def deploy(scenario: Scenario, parts: Parts, dice: random.Random, begin: float) -> tuple[list[str], int, str]:
    """Runs the script until it ends, killing it where the scenario says so."""
    faults: list[str] = []
    runs = 0
    outage = threading.Thread(target=outage_of_prometheus, args=(parts, begin, faults), daemon=True)
    if scenario.outage:
        outage.start()
    while True:
        runs += 1
        seconds = dice.uniform(1.0, 5.0) if scenario.kills else MOST_SECONDS - (time.monotonic() - begin)
        script = run_script(scenario.script, parts)
        try:
            printed, errors = script.communicate(timeout=max(seconds, 1.0))
        except subprocess.TimeoutExpired:
            os.killpg(script.pid, signal.SIGKILL) if dice.random() < 0.5 else script.kill()
            script.wait()
            if scenario.kills and time.monotonic() - begin < MOST_SECONDS:
                continue
            return [*faults, f"it did not end within {MOST_SECONDS:.0f} s"], runs, ""
        if script.returncode != scenario.exit_code:
            faults.append(f"exit code {script.returncode}, expected {scenario.exit_code}: {errors[-500:]}")
        if scenario.outage:
            outage.join()
        return faults, runs, printed


def run_script(name: str, parts: Parts) -> "subprocess.Popen[str]":
    """Starts the script in a group of its own, so that it can be killed with or without what it runs."""
    environment = os.environ | {
        "PROMETHEUS": f"http://127.0.0.1:{parts.ports['prometheus']}",
        "CANARY": f"http://127.0.0.1:{parts.ports['canary']}",
        "SOCKET": parts.socket,
        "USERS": str(USERS),
        "INTERVAL": "1.5",
        "NO_PROXY": "127.0.0.1",
    }
    program = [sys.executable] if name.endswith(".py") else ["bash"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*program, str(HERE / name), str(parts.folder)],
        env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, start_new_session=True,
    )  # fmt: skip


def outage_of_prometheus(parts: Parts, begin: float, faults: list[str]) -> None:
    """As `interrupt_prometheus`; an outage that did not take place is a fault of the scenario."""
    try:
        interrupt_prometheus(parts, begin, faults)
    except (OSError, loopback.RecordingError) as error:
        faults.append(f"the outage failed: {error}")


def interrupt_prometheus(parts: Parts, begin: float, faults: list[str]) -> None:
    """Stops Prometheus once the new version has traffic, and sees that the weight stays until it is back."""
    while parts.traffic()["canary"][0] == 0 and time.monotonic() - begin < 60:
        time.sleep(0.5)
    parts.stop_prometheus()
    time.sleep(6)  # an answer from before may still count
    before = parts.traffic()["canary"][0]
    time.sleep(14)  # longer than the bake
    after = parts.traffic()["canary"][0]
    if not before == after < 100 or before == 0:
        faults.append(f"the weight went from {before} to {after} while Prometheus was stopped")
    parts.start_prometheus()


def main(names: Sequence[str]) -> int:
    missing = [part for part in PARTS if shutil.which(part) is None]
    if missing:
        print(
            f"not on PATH: {', '.join(missing)} (apt-get install haproxy prometheus curl socat; pip install relcore)"
        )
        return 3
    chosen = [scenario for scenario in SCENARIOS if not names or scenario.name in names]
    passed = 0
    with ThreadPoolExecutor(len(chosen)) as pool:
        for well, text in pool.map(play, chosen, range(1, len(chosen) + 1)):
            print("\n".join(text))
            passed += well
    print(f"{passed} passed, {len(chosen) - passed} failed")
    return 0 if passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
