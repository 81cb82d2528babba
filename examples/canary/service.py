"""A small HTTP service that stands for one version of a program.

`/` does the work: it waits for a time drawn from the version's latency
distribution and answers 200, or 500 with the version's error rate.
`/metrics` is the Prometheus text format, `/ready` answers 503 until the
warm-up is over. Listens on loopback only and stops by itself after
`--max-seconds`, so that a forgotten process cannot live on.

Exit codes: 0 stopped (asked to, or time is up), 2 wrong arguments,
3 the port is taken.
"""

import argparse
import math
import random
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

# Upper bounds of the histogram in seconds.
BUCKETS = (
    0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15,
    0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0, 1.5, 2.5,
)  # fmt: skip
LONGEST_WAIT_SECONDS = 3.0
PORT_TAKEN = 3


@dataclass(frozen=True)
class Behaviour:
    """How one version behaves: a log-normal body of latencies and a heavy tail."""

    version: str
    error_rate: float
    median_ms: float
    sigma: float
    tail_share: float
    tail_median_ms: float
    tail_sigma: float


class Work:
    """Draws what happens to each request; the sequence depends on the seed alone."""

    def __init__(self, behaviour: Behaviour, seed: int) -> None:
        self._behaviour = behaviour
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def draw(self) -> tuple[float, int]:
        """Seconds to wait and the status code to answer with."""
        b = self._behaviour
        with self._lock:
            in_tail = self._random.random() < b.tail_share
            fails = self._random.random() < b.error_rate
            normal = self._random.gauss(0.0, 1.0)
        median, sigma = (b.tail_median_ms, b.tail_sigma) if in_tail else (b.median_ms, b.sigma)
        seconds = median / 1000.0 * math.exp(sigma * normal)
        return min(seconds, LONGEST_WAIT_SECONDS), 500 if fails else 200


class Telemetry:
    """The counters and the histogram behind `/metrics`."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._lock = threading.Lock()
        # Both codes exist from the start: a counter that appears with the first error
        # would make "no errors yet" look like "no data".
        self._requests = {200: 0, 500: 0}
        self._in_bucket = [0] * (len(BUCKETS) + 1)
        self._sum = 0.0

    def count(self, code: int, seconds: float) -> None:
        """Record one answered request."""
        slot = next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))
        with self._lock:
            self._requests[code] += 1
            self._in_bucket[slot] += 1
            self._sum += seconds

    def text(self) -> str:
        """The state in the Prometheus text format 0.0.4."""
        with self._lock:
            requests = dict(self._requests)
            in_bucket = list(self._in_bucket)
            total_seconds = self._sum
        label = f'version="{self._version}"'
        lines = [
            "# HELP http_requests_total Requests answered, by status code.",
            "# TYPE http_requests_total counter",
        ]
        lines += [f'http_requests_total{{{label},code="{code}"}} {n}' for code, n in requests.items()]
        lines += [
            "# HELP http_request_duration_seconds Time to answer a request.",
            "# TYPE http_request_duration_seconds histogram",
        ]
        so_far = 0
        for bound, n in zip((*BUCKETS, math.inf), in_bucket, strict=True):
            so_far += n
            le = "+Inf" if math.isinf(bound) else repr(bound)
            lines.append(f'http_request_duration_seconds_bucket{{{label},le="{le}"}} {so_far}')
        lines.append(f"http_request_duration_seconds_sum{{{label}}} {total_seconds!r}")
        lines.append(f"http_request_duration_seconds_count{{{label}}} {so_far}")
        return "\n".join(lines) + "\n"


def handler(work: Work, telemetry: Telemetry, ready_at: float) -> type[BaseHTTPRequestHandler]:
    """The request handler class for one version."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without this, small answers on a kept-alive connection wait 40 ms for an ACK.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path == "/":
                self._work()
            elif self.path == "/metrics":
                self._answer(200, telemetry.text(), "text/plain; version=0.0.4; charset=utf-8")
            elif self.path == "/ready":
                self._answer(200 if time.monotonic() >= ready_at else 503, "")
            else:
                self._answer(404, "")

        def _work(self) -> None:
            began = time.perf_counter()
            seconds, code = work.draw()
            time.sleep(seconds)
            # What counts is the time that really passed, not the one that was drawn.
            telemetry.count(code, time.perf_counter() - began)
            self._answer(code, "")

        def _answer(self, code: int, body: str, content_type: str = "text/plain") -> None:
            data = body.encode()
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a line a request would be most of the work."""

    return Handler


class Server(ThreadingHTTPServer):
    """One thread per connection; threads do not hold up the end of the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="one version of a small HTTP service")
    parser.add_argument("--version", required=True, help="value of the `version` label")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--error-rate", type=share, default=0.0, help="share of 500s, 0 to 1")
    parser.add_argument("--median-ms", type=positive, default=20.0, help="median of the body")
    parser.add_argument("--sigma", type=positive, default=0.35, help="log-normal sigma of the body")
    parser.add_argument("--tail-share", type=share, default=0.0, help="share of slow requests")
    parser.add_argument("--tail-median-ms", type=positive, default=200.0, help="median of the tail")
    parser.add_argument("--tail-sigma", type=positive, default=0.3, help="sigma of the tail")
    parser.add_argument("--warmup", type=float, default=0.0, help="seconds until /ready says 200")
    parser.add_argument("--max-seconds", type=positive, default=900.0, help="stop after this time")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)


def share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"expected a share from 0 to 1, got `{text}`")
    return value


def positive(text: str) -> float:
    value = float(text)
    if not (value > 0.0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"expected a positive number, got `{text}`")
    return value


def main(argv: Sequence[str]) -> int:
    args = arguments(argv)
    behaviour = Behaviour(
        args.version, args.error_rate, args.median_ms, args.sigma,
        args.tail_share, args.tail_median_ms, args.tail_sigma,
    )  # fmt: skip
    ready_at = time.monotonic() + args.warmup
    work, telemetry = Work(behaviour, args.seed), Telemetry(args.version)
    try:
        server = Server(("127.0.0.1", args.port), handler(work, telemetry, ready_at))
    except OSError as error:
        print(f"cannot listen on 127.0.0.1:{args.port}: {error.strerror}", file=sys.stderr)
        return PORT_TAKEN

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # `shutdown` waits for the loop of `serve_forever`, which runs in this thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(name, stop)
    signal.setitimer(signal.ITIMER_REAL, args.max_seconds)
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
