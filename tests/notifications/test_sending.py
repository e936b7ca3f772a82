"""A message from its draft to its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import moved, open_duties, vacated
from witness_care.notifications import channels, queue, sending, settling
from witness_care.notifications.channels import Accepted, NoAnswer, Refused, TryLater, Unsure

pytestmark = [pytest.mark.feature("F1"), pytest.mark.sqlite_only]


@pytest.fixture(autouse=True)
def by_pigeon(post, monkeypatch):
    monkeypatch.setattr(channels, "provider_of", lambda channel: post.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: post.pigeon)


@pytest.mark.both_databases
def test_a_text_leaves_once_with_the_date_that_stands(post):
    message = post.ready()
    assert post.sweep() == 1
    assert post.sweep() == 0
    assert post.state(message) == "accepted"
    [sent] = post.pigeon.sent
    assert sent.to == "07700 900123"
    assert "2 December 2026" in sent.body
    assert post.steps(message) == ["draft", "ready", "sending", "accepted"]


@pytest.mark.feature("F5")
@pytest.mark.both_databases
def test_four_moves_in_a_day_give_one_message_with_the_last_date(post):
    message = post.ready()
    for day in (7, 8, 9, 10):
        assert isinstance(post.draft(), queue.AlreadyWaiting)
        moved(post.case, post.hearing, f"2026-12-{day:02} 10:00", now=f"2026-11-30 10:{day:02}")
    post.later(minutes=30)
    post.sweep()
    [sent] = post.pigeon.sent
    assert "10 December 2026" in sent.body
    assert post.row(message).telling[0]["value_hash"] == post.hashes()[0]
