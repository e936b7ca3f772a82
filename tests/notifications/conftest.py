"""The tests here begin at Olivia's desk, with approved templates and a provider that can be told what to answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk import desk, statements
from tests.notifications.fake_notify import FakeNotify
from tests.notifications.post import NOTIFY_KEY, Post, post_at

__all__ = ["desk", "statements"]


@pytest.fixture
def post(desk) -> Post:
    """Messages go to a provider inside the test."""
    return post_at(desk)


@pytest.fixture
def notify(desk) -> Iterator[FakeNotify]:
    """GOV.UK Notify as a server on this machine, and this service set to send everything by it."""
    with FakeNotify() as server:
        desk.app.config.update(
            NOTIFY_URL=server.address,
            NOTIFY_KEY=NOTIFY_KEY,
            NOTIFY_TEMPLATES={"text": "t", "email": "e", "letter": "l"},
            SEND_BY=dict.fromkeys(("text", "email", "letter"), "notify"),
        )
        yield server
