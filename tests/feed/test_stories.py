"""Stories at the feed's door, played over HTTP: what the court is answered, what waits, and what is owed afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.feed import payloads, several_cases
from tests.feed.conftest import CourtLink
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.feed.models import FeedPart
from witness_care.notifications import shipped
from witness_care.notifications.rendering import CannotRender
from witness_care.notifications.text import text_of

RING_US = {"phone": "01632 960100", "opens": "09:00", "closes": "17:00"}
STORIES = sorted((Path(__file__).parent / "stories").glob("*.toml"))
WORDS = {"name", "case", "sent", "owed", "waits", "texts_never_say"}


def _application_put_off(to: str, *, linked: bool = True) -> dict[str, Any]:
    put_off = payloads.a_result("4506", "Adjourned", goes_on=payloads.next_hearing(to), category="INTERMEDIARY")
    of_case = {"linkedCaseId": payloads.CASE} if linked else {}
    body = payloads.resulted(courtApplications=[{"id": "application", "judicialResults": [put_off]} | of_case])
    del body["hearing"]["prosecutionCases"]
    return body


def _restricted_result(masked: str, because: str) -> dict[str, Any]:
    """A sentence in a case whose defendant the court masks, with the reason why it may not be reported."""
    offence = payloads.an_offence(
        payloads.a_result(length=(18, "M")), reportingRestrictions=[{"id": "restriction", "label": because}]
    )
    return payloads.resulted(
        offence,
        defendant={"masterDefendantId": payloads.DEFENDANT, "aliases": [{"lastName": masked}]},
        reportingRestrictionReason=because,
    )


# The words of a story, each with the message it means. What follows the word are the arguments of its maker.
MESSAGES: Mapping[str, Callable[..., dict[str, Any]]] = MappingProxyType(
    {
        "confirmed": lambda days: payloads.confirmed(*days),
        "updated": lambda days: payloads.updated(*days),
        "court list": lambda starts: payloads.court_list(payloads.on_the_list(starts)),
        "application put off": _application_put_off,
        "restricted result": _restricted_result,
    }
)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_ends_as_its_file_says(court: CourtLink, cast: Cast, path: Path) -> None:
    story = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(story) <= WORDS, f"{path.name}: expected {sorted(WORDS)}"
    _take_on(court, story.get("case", []))
    messages = several_cases.MESSAGES if "case" in story else MESSAGES
    supervisor = several_cases.Supervisor(court.app, cast)
    for n, entry in enumerate(story["sent"], 1):
        if "act" in entry:
            supervisor.does(entry.pop("act"), **entry)
            continue
        state, reason, status = entry.pop("state"), entry.pop("reason", None), entry.pop("status", None)
        body = messages[entry.pop("message")](**entry)
        if "case" in story:
            body["_metadata"]["createdAt"] = f"2026-01-13T08:{n:02d}:00.000Z"  # one after the other
        answer = court.send(body)
        said = (answer.json.get("state"), answer.json.get("reason") if reason else None)
        assert said == (state, reason), f"{path.name}, message {n}: {answer.text}"
        assert status in (None, answer.status_code)
    wanted = sorted(map(_wanted, story.get("owed", [])))
    if "case" in story:
        assert sorted((*row[:2], *_said(*row[2:4]), row[4]) for row in several_cases.owed(court.app)) == wanted
        assert several_cases.nothing_is_wrong(court.app)
    else:
        assert sorted(_said(row.topic, row.value) for row in court.open_duties()) == wanted, path.name
    if "texts_never_say" in story:
        texts = _texts(court)
        assert {template.key for template, _ in texts} >= {"hearing_date", "date_reminder", "please_ring"}
        for template, text in texts:
            for words in story["texts_never_say"]:
                assert words.lower() not in text.lower(), f"{path.name}: {template.key}, {template.channel}"
    waiting = court.rows(sa.select(FeedPart.reason).where(FeedPart.state == "parked").order_by(FeedPart.reason))
    assert [row.reason for row in waiting] == sorted(story.get("waits", [])), path.name


def _texts(court: CourtLink) -> list[tuple[shipped.Shipped, str]]:
    """Give every text that can be made now from what comes with the service, for everybody owed something."""
    with court.app.app_context():
        owed = session().execute(
            sa.select(Duty.participant_id, Duty.topic, Duty.subject, Duty.value).where(Duty.closed_at.is_(None))
        )
        news = [(row.participant_id, {"topic": row.topic, "subject": row.subject, "value": row.value}) for row in owed]
        unit = SimpleNamespace(name="Eastshire", settings={"ring_us": RING_US})
        made = []
        for template in shipped.every():
            for participant, telling in [*news, (news[0][0], None)]:
                with suppress(CannotRender):
                    parts = text_of(session(), template, participant, [telling] if telling else [], "en", unit)
                    made += [(template, f"{part.subject} {part.body}") for part in parts]
        return made


def _take_on(court: CourtLink, cases: list[dict[str, Any]]) -> None:
    if not cases:
        court.register()
        return
    court.app.config["WTF_CSRF_ENABLED"] = False
    with court.app.app_context():
        for case in cases:
            several_cases.register(case)


def _said(topic: str, value: dict[str, Any]) -> tuple[str, str]:
    """Give a duty as a story writes it: the first day to tell, with its time where that is known, or what it says."""
    if "offences" in value:
        return topic, ", ".join(sorted(map(_of_an_offence, value["offences"].values())))
    if "hearings" not in value:
        return topic, str(value.get("outcome") or value["sentenced_on"])
    if not value["hearings"]:
        return topic, value["state"]
    return topic, ", ".join(sorted(" ".join(filter(None, each["days"][0])) for each in value["hearings"]))


def _of_an_offence(said: Any) -> str:
    return said if isinstance(said, str) else " and ".join(each["kind"] for each in said)


def _wanted(owed: dict[str, Any]) -> tuple[str, ...]:
    tell = owed["tell"]
    said = (owed["topic"], f"{tell:%Y-%m-%d %H:%M}" if isinstance(tell, datetime) else str(tell))
    return (owed["to"], owed["in"], *said, f"{owed['due']:%Y-%m-%d %H:%M}") if "to" in owed else said
