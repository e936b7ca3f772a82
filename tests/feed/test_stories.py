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

from tests.feed import payloads
from tests.feed.conftest import CourtLink
from witness_care.feed.models import FeedPart

STORIES = sorted((Path(__file__).parent / "stories").glob("*.toml"))
WORDS = {"name", "sent", "owed", "waits"}


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
def test_a_story_ends_as_its_file_says(court: CourtLink, path: Path) -> None:
    story = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(story) <= WORDS, f"{path.name}: expected {sorted(WORDS)}"
    court.register()
    for n, entry in enumerate(story["sent"], 1):
        state, reason, status = entry.pop("state"), entry.pop("reason", None), entry.pop("status", None)
        answer = court.send(MESSAGES[entry.pop("message")](**entry))
        said = (answer.json.get("state"), answer.json.get("reason") if reason else None)
        assert said == (state, reason), f"{path.name}, message {n}: {answer.text}"
        assert status in (None, answer.status_code)
    owed = sorted(_said(row.topic, row.value) for row in court.open_duties())
    assert owed == sorted(map(_wanted, story.get("owed", []))), path.name
    waiting = court.rows(sa.select(FeedPart.reason).where(FeedPart.state == "parked").order_by(FeedPart.reason))
    assert [row.reason for row in waiting] == sorted(story.get("waits", [])), path.name


def _said(topic: str, value: dict[str, Any]) -> tuple[str, str]:
    """Give a duty as a story writes it: the first day to tell, with its time where that is known, or the outcome."""
    if "hearings" not in value:
        return topic, str(value["outcome"])
    day, time = value["hearings"][0]["days"][0]
    return topic, " ".join(filter(None, (day, time)))


def _wanted(owed: dict[str, Any]) -> tuple[str, str]:
    tell = owed["tell"]
    return owed["topic"], f"{tell:%Y-%m-%d %H:%M}" if isinstance(tell, datetime) else str(tell)
