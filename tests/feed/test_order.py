"""Any order and any repetition of the same messages leaves one case in one state."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.cast import cast_of
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import CourtLink, a_key, lines_of
from witness_care.cases.models import Hearing, HearingDay, Identifier, Result
from witness_care.contacts.models import Duty
from witness_care.database import session

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRIAL, MOVED, LATER = "2026-03-09T10:30:00Z", "2026-03-16T10:30:00Z", "2026-06-15T09:30:00Z"


def a_course_of_events() -> list[dict[str, Any]]:
    """A trial listed, moved, vacated, relisted, ended in a conviction, and sentenced twice; in the court's order."""
    sentence = payloads.next_hearing("2026-07-20T09:00:00Z")
    guilty = {"verdict": payloads.a_verdict()}
    custody = {"hearing": payloads.SENTENCE, "day": "2026-07-20", "kind": "Sentence"}
    return [
        payloads.listed(version=1),
        payloads.confirmed(TRIAL, envelope={"version": 2}),
        payloads.updated(MOVED, envelope={"version": 3}),
        payloads.vacated(version=1),
        payloads.vacated_by_listing(version=4),
        payloads.confirmed(LATER, hearing=payloads.RELISTED, seeded_from=payloads.HEARING, envelope={"version": 1}),
        payloads.days_changed(LATER, hearing=payloads.RELISTED, version=2),
        payloads.verdict(hearing=payloads.RELISTED, version=1),
        payloads.resulted(
            payloads.an_offence(payloads.a_result("4028", "Remanded", goes_on=sentence), **guilty),
            hearing=payloads.RELISTED,
            day="2026-06-15",
            envelope={"version": 2},
        ),
        payloads.confirmed(
            "2026-07-20T09:00:00Z",
            hearing=payloads.SENTENCE,
            kind="Sentence",
            seeded_from=payloads.RELISTED,
            envelope={"version": 1},
        ),
        payloads.resulted(payloads.an_offence(payloads.a_result(length=(11, "M")), **guilty), **custody,
                          envelope={"version": 2}),
        payloads.resulted(payloads.an_offence(payloads.a_result(length=(4, "Y")), **guilty), **custody,
                          envelope={"version": 3}),
    ]  # fmt: skip


def lines(number: int) -> list[dict[str, Any]]:
    """The messages as they were received, about a case of their own: every id is another one for each `number`."""
    made = []
    for position, body in enumerate(a_course_of_events()):
        happened = at("2026-01-05 10:00") + timedelta(hours=position)
        body["_metadata"] |= {"id": f"m{position}", "createdAt": happened.isoformat()}
        if "sharedTime" in body:
            body["sharedTime"] = happened.isoformat()
        received = (happened + timedelta(minutes=1)).isoformat()
        made.append({"body": body, "received_at": received})
    text = UUID.sub(lambda found: str(uuid.uuid5(payloads.NAMES, f"{number} {found[0]}")), json.dumps(made))
    text = text.replace('"id": "m', f'"id": "{number}-m')
    return json.loads(text.replace(payloads.URN, urn_of(number)))


def urn_of(number: int) -> str:
    return f"42CF{number:07d}"


def register(court: CourtLink, number: int) -> str:
    original = (payloads.CASE, payloads.DEFENDANT, payloads.OFFENCE)
    renamed = {name: str(uuid.uuid5(payloads.NAMES, f"{number} {name}")) for name in original}
    with pytest.MonkeyPatch.context() as patch:
        for word, name in zip(("CASE", "DEFENDANT", "OFFENCE"), original, strict=True):
            patch.setattr(payloads, word, renamed[name])
        return court.register(urn_of(number), now="2026-01-01 09:00").case_id


def what_stands(court: CourtLink, case_id: str, number: int) -> list[str]:
    """All that the case says now, with the court's ids in place of ours, so that two cases can be compared."""
    with court.app.app_context():
        names = {
            row.target_id: row.value
            for row in session().execute(
                sa.select(Identifier.target_id, Identifier.value).where(
                    Identifier.case_id == case_id, Identifier.namespace == "cp"
                )
            )
        }
        hearings = [
            (row.id, row.status, row.hearing_class, str(row.starts_at), str(row.last_day), row.reason, row.thread)
            for row in session().scalars(sa.select(Hearing).where(Hearing.case_id == case_id))
        ]
        days = [
            (row.hearing_id, str(row.on_date), str(row.at_time), row.cancelled)
            for row in session().scalars(sa.select(HearingDay).where(HearingDay.case_id == case_id))
        ]
        results = [
            (row.hearing_id, str(row.on_date), row.kind, row.length, row.final)
            for row in session().scalars(sa.select(Result).where(Result.case_id == case_id))
        ]
        duties = [
            (row.topic, row.subject, row.value, str(row.clock_start), str(row.due_at), row.rule)
            for row in session().scalars(sa.select(Duty).where(Duty.case_id == case_id, Duty.closed_at.is_(None)))
        ]
    renamed = {str(uuid.uuid5(payloads.NAMES, f"{number} {name}")): name for name in KNOWN}

    def in_common_names(row: Any) -> str:
        text = UUID.sub(lambda found: names.get(found[0], "ours"), json.dumps(row))
        return UUID.sub(lambda found: renamed.get(found[0], found[0]), text)

    return sorted(in_common_names(row) for row in (*hearings, *days, *results, *duties))


KNOWN = (
    *(payloads.CASE, payloads.HEARING, payloads.RELISTED, payloads.SENTENCE, payloads.DEFENDANT, payloads.OFFENCE),
    payloads.an_id("a witness could not come"),
)


@pytest.fixture
def court_of_many_cases(app: Flask) -> CourtLink:
    app.config["CLOCK"] = lambda: at("2026-08-03 09:00")
    cast = cast_of(app)
    return CourtLink(app, a_key(app, unit_ids=[cast.unit], scopes=["feed:common-platform", "feed:backfill"]))


COUNT = len(a_course_of_events())


@pytest.mark.feature("A4")
def test_any_order_and_repetition_leaves_the_same_state(court_of_many_cases: CourtLink):
    court = court_of_many_cases
    in_order = register(court, 0)
    assert {line["status"] for line in lines_of(court.send_batch(*lines(0)))} <= {200, 202}
    expected = what_stands(court, in_order, 0)
    assert any("R9-SENTENCE" in line for line in expected)
    numbers = iter(range(1, 1000))

    @settings(max_examples=15, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    @given(
        order=st.permutations(range(COUNT)),
        again=st.lists(st.integers(0, COUNT - 1), max_size=6),
        cut=st.integers(0, COUNT),
        known_first=st.booleans(),
    )
    def same_state(order: list[int], again: list[int], cut: int, known_first: bool) -> None:
        number = next(numbers)
        sent = lines(number)
        case_id = register(court, number) if known_first else ""
        for some in (order[:cut], order[cut:], again):
            if some:
                court.send_batch(*(sent[position] for position in some))
            case_id = case_id or register(court, number)
        assert set(what_stands(court, case_id, number)) ^ set(expected) == set()

    same_state()
