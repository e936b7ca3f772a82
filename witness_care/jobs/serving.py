"""Starts the web server and the worker as child processes, watches both, and stops both together."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from types import FrameType

HOST = "127.0.0.1"
THREADS = 8
REQUEST_SECONDS, GRACE_SECONDS = 30, 40  # the grace is above the timeout, or a request would be cut off
START_SECONDS = 90
LOOK_SECONDS = 0.2

WEB = "web server"
WORKER = "worker"


class _Stop:
    """Set by the signals that ask to stop."""

    asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def serve_both(port: int, *, say: Callable[[str], None]) -> int:
    """Run both until asked to stop, or until one of them ends; give the exit code."""
    stop = _Stop()
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children[WEB] = _start(_web_command(port))
        children[WORKER] = _start([sys.executable, "-m", "flask", "--app", "wsgi", "worker"])
        if _comes_up(port, children, stop):
            say(f"\nWitness care answers on http://{HOST}:{port} (Ctrl-C stops it).")
        while not stop.asked:
            ended = next((name for name, child in children.items() if child.poll() is not None), None)
            if ended is not None:
                say(f"The {ended} ended by itself; its messages are above. Stopping.")
                return 1
            time.sleep(LOOK_SECONDS)
        return 0
    finally:
        _stop_all(children.values())
        for number, handler in before.items():
            signal.signal(number, handler)


def _web_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{HOST}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS)),
        *("--timeout", str(REQUEST_SECONDS), "--graceful-timeout", str(REQUEST_SECONDS), "--log-level", "warning"),
    ]


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # In a group of their own: Ctrl-C reaches this process only, which then stops them in order.
    return subprocess.Popen(command, env=os.environ.copy(), start_new_session=True)  # noqa: S603


def _comes_up(port: int, children: dict[str, subprocess.Popen[bytes]], stop: _Stop) -> bool:
    """Wait until the web server answers; False when it ends before, or we are asked to stop."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and not stop.asked and children[WEB].poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.client.OK:
                return True
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(LOOK_SECONDS)
    return False


def _stop_all(children: Iterable[subprocess.Popen[bytes]]) -> None:
    running = [child for child in children if child.poll() is None]
    for child in running:
        child.send_signal(signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    for child in running:
        try:
            child.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
