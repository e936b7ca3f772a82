"""Other ways to build the same work, each a small program of its own that `make bench` runs beside the service."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


class Peer:
    """One peer, running in a process of its own; an order goes in as a line, its answer comes back as one."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"bench.peers.{name}", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def ask(self, order: str, given: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([order, given]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The peer {self.name} ended: exit code {self._process.wait()}. Its words are above.")
        return json.loads(line)

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
