"""Stories at the feed's door, played over HTTP: what the court is answered, what waits, and what is owed afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.feed import payloads, several_cases
from tests.feed.conftest import CourtLink
from witness_care.feed.models import FeedPart

STORIES = sorted((Path(__file__).parent / "stories").glob("*.toml"))
WORDS = {"name", "case", "sent", "owed", "waits"}


def _application_put_off(to: str, *, linked: bool = True) -> dict[str, Any]:
    put_off = payloads.a_result("4506", "Adjourned", goes_on=payloads.next_hearing(to), category="INTERMEDIARY")
    of_case = {"linkedCaseId": payloads.CASE} if linked else {}
    body = payloads.resulted(courtApplications=[{"id": "application", "judicialResults": [put_off]} | of_case])
    del body["hearing"]["prosecutionCases"]
    return body


# The words of a story, each with the message it means. What follows the word are the arguments of its maker.
MESSAGES: Mapping[str, Callable[..., dict[str, Any]]] = MappingProxyType(
    {
        "confirmed": lambda days: payloads.confirmed(*days),
        "updated": lambda days: payloads.updated(*days),
        "court list": lambda starts: payloads.court_list(payloads.on_the_list(starts)),
        "application put off": _application_put_off,
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
    waiting = court.rows(sa.select(FeedPart.reason).where(FeedPart.state == "parked").order_by(FeedPart.reason))
    assert [row.reason for row in waiting] == sorted(story.get("waits", [])), path.name


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
        return topic, str(value["outcome"])
    if not value["hearings"]:
        return topic, value["state"]
    return topic, ", ".join(sorted(" ".join(filter(None, each["days"][0])) for each in value["hearings"]))


def _of_an_offence(said: Any) -> str:
    return said if isinstance(said, str) else " and ".join(each["kind"] for each in said)


def _wanted(owed: dict[str, Any]) -> tuple[str, ...]:
    tell = owed["tell"]
    said = (owed["topic"], f"{tell:%Y-%m-%d %H:%M}" if isinstance(tell, datetime) else str(tell))
    return (owed["to"], owed["in"], *said, f"{owed['due']:%Y-%m-%d %H:%M}") if "to" in owed else said
