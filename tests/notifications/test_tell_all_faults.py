"""Everybody is sent only what was shown of them; whoever changed meanwhile is left out and named with why."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, moved
from tests.notifications.test_message_pages import LEAH, case, ready
from tests.reading import text_of
from witness_care.database import session, writing
from witness_care.notifications import queue
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.notifications.queue import Refused

__all__ = ["case", "ready"]

pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("B4")]


def shown(desk: Desk, case: MadeCase) -> dict[str, object]:
    html = desk.as_("olivia").get(f"/hearings/{case['trial']}/tell-all").text
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token
    ticked = re.findall(r'name="person" type="checkbox" value="([^"]+)"', html)
    assert ticked
    return {"token": token[1], "person": ticked}


def sent_to_all(desk: Desk, case: MadeCase, data: dict[str, object]) -> str:
    browser = desk.as_("olivia")
    answer = browser.post(f"/hearings/{case['trial']}/tell-all", data=data)
    assert answer.status_code == 303
    return text_of(browser.get(answer.location))


def messages() -> list[str]:
    session().rollback()
    return list(session().scalars(sa.select(OutboxMessage.state)))


@pytest.mark.parametrize("what", ["words", "date"])
def test_what_was_not_shown_is_not_sent(ready: Desk, case: MadeCase, what: str) -> None:
    data = shown(ready, case)
    if what == "date":
        ready.clock("2026-11-30 09:50")
        moved(case, case["trial"], "2026-12-16 10:00", now="2026-11-30 09:50")
    else:
        with writing() as writer:
            writer.execute(sa.update(MessageTemplate).values(body_en=MessageTemplate.body_en + " Thank you."))

    after = sent_to_all(ready, case, data)

    assert not messages()
    assert "What they would get changed while you were looking." in after
    assert "Ring Leah Jones" in after


def test_why_nobody_was_sent_anything_is_shown(ready: Desk, case: MadeCase, monkeypatch: pytest.MonkeyPatch) -> None:
    data = shown(ready, case)
    monkeypatch.setattr(
        queue, "draft", lambda *a, **k: Refused("They said no to it.", "not_allowed", may_override=False)
    )

    assert "They said no to it." in sent_to_all(ready, case, data)


def test_whoever_was_told_between_two_readings_is_left_out(
    ready: Desk, case: MadeCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from witness_care.contacts import queries

    monkeypatch.setattr(queries, "open_duties_of", lambda *a: {case[LEAH]: ()})
    assert ready.as_("olivia").get(f"/hearings/{case['trial']}/tell-all").status_code == 200
