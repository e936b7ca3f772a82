"""Starts the service as real processes, quickly: this one has everything imported, and each order makes it fork.

Started as `python -m tests.reliability.forks FOLDER`. It reads orders, one JSON object a line, and answers each with
the process id. A web order becomes gunicorn as in production, one process that keeps the socket and one that serves;
a worker order becomes the worker. Only the first web process of an order is armed: the one that takes its place is as
a restart would leave it. Everything ends when standard input closes.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker  # imported here, once, and not in every fork
from sqlalchemy.orm import configure_mappers

from witness_care import create_app, faultpoints
from witness_care.calendars import bank_holidays
from witness_care.feed import inbox
from witness_care.jobs.worker import Worker
from workflows.rulebook import default_rulebook

MESSAGES_IN_A_CHUNK = 2  # so that a small batch is cut as a large one is


def main(folder: Path) -> None:
    """Take orders until nobody gives any more, then end what was started."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what ends leaves nothing behind
    inbox.CHUNK_MESSAGES = MESSAGES_IN_A_CHUNK
    warm_up(folder)
    started = []
    say({"ready": True})
    for line in sys.stdin:
        started.append(begin(json.loads(line), folder))
        say({"pid": started[-1]})
    for group in started:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


def warm_up(folder: Path) -> None:
    """Do once what every fork would do: it opens no database and starts no thread."""
    app = application_on(f"sqlite:///{folder / 'never-opened.db'}", folder)
    with app.app_context():
        bank_holidays()
        default_rulebook()
    configure_mappers()
    gc.freeze()


def say(words: dict[str, Any]) -> None:
    print(json.dumps(words), flush=True)


def begin(order: dict[str, Any], folder: Path) -> int:
    """Fork one process that leads a group of its own, and give its id."""
    application_on(order["url"], folder)
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(folder / "processes.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, goes_to in ((0, nothing), (1, log), (2, log)):
        os.dup2(goes_to, number)
    try:
        ROLES[order["role"]](order, folder)
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


@cache
def application_on(url: str, folder: Path) -> Flask:
    """The service on one database, made before the fork; it has not opened it."""
    app = create_app({"DATABASE_URL": url, "WC_INSTANCE": str(folder), "WC_LOG_LEVEL": "WARNING"})
    app.jinja_env.bytecode_cache = jinja2.FileSystemBytecodeCache(str(folder))
    return app


def application(order: dict[str, Any], folder: Path, *, armed: bool) -> Flask:
    """The service as the order wants it: armed or not, its clock that of the test."""
    app = application_on(order["url"], folder)
    app.config["FAULTPOINT"] = order["kill_at"] if armed else ""
    app.config["FAULTPOINT_RECORD"] = order["record"]
    faultpoints.init_app(app)
    stands_at, looked_at = datetime.fromisoformat(order["clock"]), order["looked_at"]
    app.config["CLOCK"] = lambda: stands_at + timedelta(seconds=time.time() - looked_at)
    return app


class Web(BaseApplication):
    """Gunicorn with the settings of `flask serve`, on a port that the kernel chooses."""

    def __init__(self, order: dict[str, Any], folder: Path) -> None:
        self.order, self.folder = order, folder
        self.is_first = False
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": "127.0.0.1:0",
            "worker_class": "gthread",
            "workers": 1,
            "threads": 4,
            "loglevel": "error",
            "control_socket_disable": True,
            "post_fork": self._notice_which,
            "when_ready": self._say_where,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def _notice_which(self, _arbiter: Any, worker: ThreadWorker) -> None:
        self.is_first = worker.age == 1

    def _say_where(self, arbiter: Any) -> None:
        port = arbiter.LISTENERS[0].getsockname()[1]
        draft = Path(self.order["port_file"] + ".draft")
        draft.write_text(str(port))
        draft.rename(self.order["port_file"])

    def load(self) -> Flask:
        return application(self.order, self.folder, armed=self.is_first)


def serve(order: dict[str, Any], folder: Path) -> None:
    Web(order, folder).run()


def keep_the_clock(order: dict[str, Any], folder: Path) -> None:
    Worker(application(order, folder, armed=True)).run()


ROLES: dict[str, Callable[[dict[str, Any], Path], None]] = {"web": serve, "worker": keep_the_clock}

if __name__ == "__main__":
    main(Path(sys.argv[1]))
