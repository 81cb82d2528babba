"""A bounded load generator that splits traffic between two versions on loopback.

Requests arrive at random (exponential gaps, seeded) at `--rate` a second,
whether or not earlier ones were answered. `--weight` percent of them go to the
canary once its `/ready` answers 200, as a load balancer would do it; the rest
go to the stable version. Stops after `--seconds` or `--max-requests`, whichever
comes first, and prints what happened as one JSON object.

Exit codes: 0 every request was answered, 1 some were not, 2 wrong arguments.
"""

import argparse
import http.client
import json
import math
import queue
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"  # not an option: this must never be pointed at another machine
TIMEOUT_SECONDS = 10.0
MOST_REQUESTS_PER_SECOND = 1000.0
MOST_SECONDS = 600.0


@dataclass
class Outcome:
    """What happened to the requests of one version."""

    codes: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    seconds: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """The outcome as plain values, latencies as seen from the client."""
        return {
            "answered": self.codes.total(),
            "codes": {str(code): n for code, n in sorted(self.codes.items())},
            "unanswered": self.unanswered,
            "p50_seconds": nearest_rank(self.seconds, 0.50),
            "p99_seconds": nearest_rank(self.seconds, 0.99),
        }


class Worker(threading.Thread):
    """Takes ports from the queue and asks each once, over connections it keeps open."""

    def __init__(self, jobs: "queue.SimpleQueue[int | None]", ports: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self._jobs = jobs
        self._connections = {
            port: http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS) for port in ports
        }
        self.outcomes = {port: Outcome() for port in ports}

    def run(self) -> None:
        while (port := self._jobs.get()) is not None:
            connection, outcome = self._connections[port], self.outcomes[port]
            began = time.perf_counter()
            try:
                connection.request("GET", "/")
                response = connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException):
                connection.close()  # the next request opens it again
                outcome.unanswered += 1
                continue
            outcome.codes[response.status] += 1
            outcome.seconds.append(time.perf_counter() - began)
        for connection in self._connections.values():
            connection.close()


def is_ready(port: int) -> bool:
    """Whether the version on `port` says it may be given traffic."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1.0)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False  # not listening yet: the same as not ready
    finally:
        connection.close()


def wait_until_ready(port: int, ready: threading.Event, give_up: threading.Event) -> None:
    """Set `ready` as soon as the version on `port` says so."""
    while not give_up.wait(0.2):
        if is_ready(port):
            ready.set()
            return


def drive(args: argparse.Namespace, ready: threading.Event) -> list[Worker]:
    """Send the load and return the workers once everything sent has been dealt with."""
    ports = [args.stable_port] if args.canary_port is None else [args.stable_port, args.canary_port]
    jobs: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    workers = [Worker(jobs, ports) for _ in range(args.workers)]
    for worker in workers:
        worker.start()
    rng = random.Random(args.seed)
    due, end = time.monotonic(), time.monotonic() + args.seconds
    for _ in range(args.max_requests):
        due += rng.expovariate(args.rate)
        to_canary = rng.random() * 100.0 < args.weight  # drawn always: readiness shifts no draw
        if due >= end:
            break
        time.sleep(max(0.0, due - time.monotonic()))
        jobs.put(args.canary_port if to_canary and ready.is_set() else args.stable_port)
    for _ in workers:
        jobs.put(None)
    for worker in workers:
        worker.join()
    return workers


def merged(workers: Sequence[Worker], port: int) -> Outcome:
    total = Outcome()
    for worker in workers:
        part = worker.outcomes[port]
        total.codes += part.codes
        total.unanswered += part.unanswered
        total.seconds += part.seconds
    return total


def nearest_rank(values: Sequence[float], p: float) -> float | None:
    """The ceil(p * n)-th smallest value; nothing for no values."""
    if not values:
        return None
    return round(sorted(values)[max(0, math.ceil(p * len(values)) - 1)], 6)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="bounded load on loopback, split by weight")
    parser.add_argument("--stable-port", type=int, required=True)
    parser.add_argument("--canary-port", type=int, help="leave out to load the stable one alone")
    parser.add_argument("--weight", type=float, default=0.0, help="percent that goes to the canary")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second, both together")
    parser.add_argument("--seconds", type=float, default=10.0, help=f"at most {MOST_SECONDS:.0f}")
    parser.add_argument("--max-requests", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=32, help="requests under way at one time")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    if not 0.0 <= args.weight <= 100.0:
        parser.error(f"--weight: expected 0 to 100, got `{args.weight}`")
    if args.weight > 0.0 and args.canary_port is None:
        parser.error("--weight: expected --canary-port beside a weight above 0")
    if not 0.0 < args.rate <= MOST_REQUESTS_PER_SECOND:
        parser.error(f"--rate: expected at most {MOST_REQUESTS_PER_SECOND}, got `{args.rate}`")
    if not 0.0 < args.seconds <= MOST_SECONDS:
        parser.error(f"--seconds: expected at most {MOST_SECONDS:.0f}, got `{args.seconds}`")
    if not 1 <= args.workers <= 256:
        parser.error(f"--workers: expected 1 to 256, got `{args.workers}`")
    return args


def main(argv: Sequence[str]) -> int:
    args = arguments(argv)
    ready, give_up = threading.Event(), threading.Event()
    if args.canary_port is not None and is_ready(args.canary_port):
        ready.set()
    elif args.canary_port is not None:
        probe = threading.Thread(
            target=wait_until_ready,
            args=(args.canary_port, ready, give_up),
            daemon=True,
        )
        probe.start()
    workers = drive(args, ready)
    give_up.set()
    outcomes = {"stable": merged(workers, args.stable_port)}
    if args.canary_port is not None:
        outcomes["canary"] = merged(workers, args.canary_port)
    print(json.dumps({name: outcome.summary() for name, outcome in outcomes.items()}))
    return 1 if any(outcome.unanswered for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
