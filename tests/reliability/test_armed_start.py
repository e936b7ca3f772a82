"""The settings arm the service that is started as in production, and nothing else does."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import a_key, cast_of
from tests.feed import payloads
from tests.reliability.killing import FEED, until
from witness_care import config, create_app, database
from witness_care.config import ConfigurationError
from witness_care.faultpoints import Work
from witness_care.feed.models import FeedMessage

LISTENS = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


@pytest.mark.sqlite_only
def test_gunicorn_started_with_the_setting_dies_between_storing_and_answering(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    headers = a_key(app, unit_ids=[cast_of(app).unit], scopes=["feed:common-platform"])
    record, log = tmp_path / "passed", tmp_path / "gunicorn.log"
    settings = {
        "DATABASE_URL": database_url,
        "WC_INSTANCE": str(tmp_path),
        "WC_FAULTPOINT": Work.STORE_MESSAGES.after,
        "WC_FAULTPOINT_RECORD": str(record),
    }
    command = ["gunicorn", "wsgi:app", "--bind", "127.0.0.1:0", "--worker-class", "gthread", "--no-control-socket"]
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=config.REPOSITORY,
            env=os.environ | settings,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until(lambda: LISTENS.search(log.read_text()) is not None, "gunicorn listens")
        found = LISTENS.search(log.read_text())
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1] if found else 0), timeout=120)
        body = json.dumps(payloads.listed(message_id="sent-once"))
        connection.request("POST", f"{FEED}/messages", body, headers | {"Content-Type": "application/json"})
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(timeout=30)

    assert record.read_text().split()[-1] == Work.STORE_MESSAGES.after
    with app.app_context():
        rows = database.session().execute(sa.select(FeedMessage.message_id, FeedMessage.state)).all()
    assert [tuple(row) for row in rows] == [("sent-once", "received")]


def test_without_the_setting_nothing_is_armed(tmp_path: Path) -> None:
    assert create_app({"WC_INSTANCE": tmp_path}).extensions["faultpoints"] is None


@pytest.mark.parametrize("point", ["store_message.after", "store_messages", "answer_made:0", "answer_made:often"])
def test_a_point_that_is_not_there_is_refused_at_the_start(point: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="WC_FAULTPOINT: expected"):
        create_app({"WC_FAULTPOINT": point, "WC_INSTANCE": tmp_path})
