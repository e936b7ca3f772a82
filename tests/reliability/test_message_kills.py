"""Kill -9 while a message is being sent: nobody gets it twice, and none is lost (reliability.md sections 4 and 8)."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

import pytest
from flask import Flask

from tests.desk import desk
from tests.notifications.fake_notify import FakeNotify
from tests.notifications.post import NOTIFY_KEY, Post, post_at
from tests.reliability.message_points import MESSAGE_POINTS
from witness_care.database import session
from witness_care.extensions import db
from witness_care.faultpoints import Armed
from witness_care.notifications import sending

__all__ = ["desk"]

pytestmark = [pytest.mark.feature("F1"), pytest.mark.sqlite_only]


@pytest.fixture
def post(desk) -> Post:
    return post_at(desk)


def in_a_process_of_its_own(work: Callable[[], None]) -> int:
    """Do it in a child process, and give how that ended: minus the signal that killed it."""
    session().close()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.both_databases
def test_whatever_is_killed_while_sending_the_message_arrives_once(post, app):
    with FakeNotify() as notify:
        settings = {
            "NOTIFY_URL": notify.address,
            "NOTIFY_KEY": NOTIFY_KEY,
            "NOTIFY_TEMPLATES": {"text": "t"},
            "SEND_BY": {"text": "notify", "email": "notify", "letter": "notify"},
        }
        app.config.update(settings)
        for point in MESSAGE_POINTS:
            message = post.ready(topics=(), template_id=ring(post))

            def die(point=point) -> None:
                app.extensions["faultpoints"] = Armed(point, "")
                sending.send_waiting(post.now)

            assert in_a_process_of_its_own(die) == -signal.SIGKILL, point
            for _ in range(4):  # the next leader asks, and sends what certainly never went
                post.later(seconds=61)
                post.sweep()
                post.settle()
            assert notify.received[message] == 1, point
            assert post.state(message) == "accepted", point
        assert whole(app)


def ring(post: Post) -> str:
    from tests.notifications.post import a_template
    from witness_care.columns import new_id

    return a_template("text", key=new_id()[:30], topics=(), neutral=True, body_en="Please ring us on ((phone)).")


def whole(app: Flask) -> bool:
    checked = [app.test_cli_runner().invoke(args=["fsck", "--only", only]) for only in ("I6", "I7", "I8")]
    assert [each.exit_code for each in checked] == [0, 0, 0], [each.output for each in checked]
    return True
