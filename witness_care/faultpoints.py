"""Names the moments at which a test kills the service, to prove that nothing is lost and nothing happens twice.

A fault point does nothing unless it is armed (reliability.md section 8). Armed, the process ends there as by kill -9:
no clean-up, no answer. Production refuses to start with one armed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from flask import Flask, current_app

BEFORE, AFTER = "before", "after"


class Work(Enum):
    """The units of work in which a test kills: a point before the commit, one after it. The value says what it does."""

    KEY_SEEN = "notes that a program's key was used"
    SIGN_IN_SEEN = "notes that somebody's sign-in was used"
    STORE_MESSAGES = "stores what a feed sent"
    APPLY_MESSAGES = "applies or parks stored messages, and what waited for them"
    READ_STORED = "reads messages that were stored and not read (the worker)"
    TRY_PARKED = "tries what is parked, if its name is known by now (the worker)"
    TRY_AGAIN = "tries waiting messages again as somebody asked"
    MATCH_PART = "matches a waiting part to a case, as a person said"
    TAKE_MATCH_BACK = "takes a match back, as a person said, and lets its messages wait again"
    SET_PART_ASIDE = "sets a waiting part aside, as a person said"
    TAKE_PART_UP = "takes up again what was set aside, as a person said"
    REGISTER_CASE = "registers or changes a case, and applies what waited for it"
    RECORD_CONTACT = "records a contact, from a form or the API"
    CORRECT_CONTACT = "corrects a contact"
    END_DUTY = "ends a duty without telling"
    LOG_READING = "logs whose data was read, before the answer leaves"
    BEGIN_JOB = "writes that a regular job begins"
    END_JOB = "writes how a regular job ended"
    LOG_QUERY = "logs a question to or from an agency, or what became of it"
    CLAIM_MESSAGE = "takes a message up to be sent (the worker)"
    ANSWERED_MESSAGE = "writes down what the provider said of a message (the worker)"

    @property
    def before(self) -> str:
        """The point just before the commit: all of it is undone."""
        return f"{self.name.lower()}.{BEFORE}"

    @property
    def after(self) -> str:
        """The point just after the commit: it is on disk, and nobody has been told."""
        return f"{self.name.lower()}.{AFTER}"


ANSWER_MADE = "answer_made"
LEAD_TAKEN = "lead_taken"
BEFORE_CALL, AFTER_CALL = "call.before", "call.after"
MOMENTS = {
    BEFORE_CALL: "a message is claimed, and the provider has not been called",
    AFTER_CALL: "the provider has answered, and nothing of that is written",
    ANSWER_MADE: "everything is committed, the answer has not left",
    LEAD_TAKEN: "the worker holds the lead and has not begun",
}

NAMES: tuple[str, ...] = tuple(name for work in Work for name in (work.before, work.after)) + tuple(MOMENTS)


def faultpoint(name: str) -> None:
    """Pass a point: nothing happens, unless a test armed this application."""
    armed: Armed | None = current_app.extensions["faultpoints"]
    if armed:
        armed.passed(name)


class Armed:
    """Ends this process at the n-th passing of one point, and writes down every point that is passed."""

    def __init__(self, target: str, record: str) -> None:
        self._name, self._at = point_and_time(target) if target else ("", 0)
        self._record = Path(record) if record else None
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def passed(self, name: str) -> None:
        with self._lock:
            self._passed[name] += 1
            if self._record:
                with self._record.open("a", encoding="utf-8") as lines:
                    lines.write(f"{name}\n")
            if name == self._name and self._passed[name] == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


def init_app(app: Flask) -> None:
    """Arm the application as its settings say; usually they say nothing."""
    target, record = app.config["FAULTPOINT"], app.config["FAULTPOINT_RECORD"]
    armed = app.extensions["faultpoints"] = Armed(target, record) if target or record else None
    if armed:
        app.wsgi_app = _Answering(app.wsgi_app, armed)  # type: ignore[method-assign]


class _Answering:
    """The application, with a point between the answer that is made and its leaving."""

    def __init__(self, inner: Any, armed: Armed) -> None:
        self._inner, self._armed = inner, armed

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        made: Iterable[bytes] = self._inner(environ, start_response)
        self._armed.passed(ANSWER_MADE)
        return made


def point_and_time(text: str) -> tuple[str, int]:
    """Read "name", or "name:3" for the third time it is passed. Raises ValueError with what was expected."""
    name, _, time = text.partition(":")
    if name not in NAMES:
        raise ValueError("the name of a fault point, or name:3 for its third time")
    if time and (not time.isascii() or not time.isdigit() or int(time) < 1):
        raise ValueError("a whole number from 1 after the colon")
    return name, int(time or 1)
