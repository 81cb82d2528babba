"""Processes that end when their owner does, and HTTP to them, on loopback only."""

import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
LOG_LINES = 5


class RecordingError(Exception):
    """The recording cannot be made, or what was made cannot be used."""


@dataclass(frozen=True)
class Process:
    """A started process, the name to call it by in messages, and what it prints."""

    name: str
    popen: "subprocess.Popen[bytes]"
    stdout: Path
    stderr: Path

    def check_alive(self) -> None:
        """Complain if the process has ended, with the last lines it printed."""
        code = self.popen.poll()
        if code is not None:
            raise RecordingError(f"{self.name} ended with exit code {code}{self._last_words()}")

    def wait(self, seconds: float) -> str:
        """Wait for the end of a process that must end well; return what it printed."""
        try:
            code = self.popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise RecordingError(f"{self.name} did not end within {seconds:.0f} s") from None
        if code != 0:
            printed = self.stdout.read_text(errors="replace").strip()
            raise RecordingError(f"{self.name} ended with exit code {code}{self._last_words()} {printed}")
        return self.stdout.read_text()

    def _last_words(self) -> str:
        lines = self.stderr.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "".join(f"\n    {line}" for line in lines)


def start(stack: contextlib.ExitStack, folder: Path, name: str, command: Sequence[str]) -> Process:
    """Start a process that is stopped when `stack` closes, whatever happened."""
    stdout, stderr = folder / f"{name}.out", folder / f"{name}.err"
    with stdout.open("wb") as out, stderr.open("wb") as err:
        popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder)
    stack.callback(stop, popen)
    return Process(name, popen, stdout, stderr)


def stop(popen: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make it end if it does not."""
    popen.terminate()  # does nothing to a process that has ended
    try:
        popen.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on. All are held while choosing, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def ask(port: int, path: str) -> tuple[int, bytes]:
    """GET; status and body. `http.client`, since it knows of no proxy."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10.0)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wait_until_ready(process: Process, port: int, path: str) -> None:
    """Wait until `path` answers 200, at most `READY_SECONDS`."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        process.check_alive()
        with contextlib.suppress(OSError, http.client.HTTPException):
            if ask(port, path)[0] == 200:
                return
        time.sleep(0.1)
    raise RecordingError(f"{process.name} was not ready within {READY_SECONDS:.0f} s")
