"""One case of every story of the made-up world fills every state and queue, and its journal is enough to make it anew.

It goes through every door: the unit's own system, the courts' feed in batches and one by one, contacts by API, and what
officers enter on their pages. Then only what a fold cannot know is carried to an empty database: who and what is
registered, the conversations, and the journal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import InstrumentedAttribute

from tests.cast import QUICK
from tests.databases import SQLITE, Databases, application_on, let_go
from tests.demo.everything_shown import (
    ENDS,
    EVERYTHING,
    SUPERVISORS,
    Walk,
    chosen_from,
    holders,
    why_not_shown,
)
from tests.factories import set_clock
from witness_care import database
from witness_care.accounts.models import AppUser, Unit, UserUnit
from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay, HearingLink, Offence, Result
from witness_care.casework.models import JournalEvent, Transition
from witness_care.columns import SealedColumn
from witness_care.contacts.models import Contact, Duty, Told
from witness_care.demo import stories
from witness_care.feed.models import FeedMessage
from witness_care.people.models import Participant, Person
from witness_care.referrals.models import Referral
from workflows.attendance import Attendance
from workflows.journey import Journey
from workflows.referral import Referral as State
from workflows.victim_contact_scheme import Result as SchemeResult

NOW, LATER = "2026-11-25 11:20", "2026-11-25 11:45"
SOURCES = {"api", "common-platform", "web"}

# What is carried over, with what the columns that the fold writes held before anything was said.
GIVEN: Mapping[type, Mapping[str, Any]] = MappingProxyType(
    {
        Unit: {},
        AppUser: {},
        UserUnit: {},
        CourtCase: {"state": {}, "state_hash": ""},
        Person: {},
        Defendant: {"proceedings": "charged"},
        Offence: {},
        Participant: {
            "journey": "charge",
            "attendance": "undecided",
            "required": None,
            "missed_in_a_row": 0,
            "last_two_way_at": None,
        },
        Contact: {},
        JournalEvent: {},
    }
)

# What the fold makes, by the columns that it writes.
MADE: Mapping[type, Sequence[str]] = MappingProxyType(
    {
        CourtCase: ("id", "state_hash"),
        Defendant: ("id", "proceedings"),
        Participant: ("id", *GIVEN[Participant]),
        Duty: ("participant_id", "topic", "subject", "value", "value_hash", "told_value", "rule", "due_at", "priority"),
        Told: ("id", "participant_id", "contact_id", "topic", "subject", "value_hash", "told_at", "void"),
        Transition: ("id", "case_id", "machine", "subject", "from_state", "to_state", "event", "event_id", "flag"),
        Hearing: ("id", "case_id", "thread", "status", "date_kind", "court", "room", "starts_at", "result_due_at"),
        HearingDay: ("hearing_id", "position", "on_date", "at_time", "cancelled"),
        HearingLink: ("hearing_id", "from_hearing_id", "kind"),
        Result: ("id", "hearing_id", "defendant_id", "offence_id", "kind", "label"),
    }
)


@pytest.fixture(scope="module")
def lived(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service after it lived through one case of every story, and a trial that moves, told twice over."""
    folder = tmp_path_factory.mktemp("instance")
    with databases.fresh(SQLITE) as url, pytest.MonkeyPatch.context() as patched:
        app = application_on(url, instance=folder)
        app.config["PASSWORD_HASHER"] = QUICK
        patched.setattr(stories, "STORIES", dict.fromkeys(stories.STORIES, 1))
        set_clock(app, NOW)
        played = app.test_cli_runner().invoke(args=["demo"], catch_exceptions=False)
        assert played.exit_code == 0, played.output
        set_clock(app, LATER)
        _move_a_trial_twice_over(app, folder)
        yield app
        let_go(app)


def _move_a_trial_twice_over(app: Flask, folder: Path) -> None:
    message = json.loads((folder / "demo" / "move-a-trial.json").read_text())
    key = (folder / "demo" / "feed-key").read_text()
    for answered in (202, 200):
        answer = app.test_client().post(
            "/api/v1/feeds/common-platform/messages", json=message, headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == answered, answer.get_data(as_text=True)


def given() -> dict[type, list[dict[str, Any]]]:
    """Read what is carried over; what is sealed stays sealed."""
    found = {}
    for model, before in GIVEN.items():
        columns = [_unsealed(column) for column in model.__table__.columns]
        rows = database.session().execute(sa.select(*columns)).mappings()
        found[model] = [{**row, **before} for row in rows]
    return found


def carry(rows: Mapping[type, Sequence[Mapping[str, Any]]]) -> None:
    with database.writing() as session:
        for model, theirs in rows.items():
            columns = (sa.column(column.name, _kept_type(column)) for column in model.__table__.columns)
            if theirs:
                session.execute(sa.insert(sa.table(model.__tablename__, *columns)), theirs)


def made() -> dict[str, list[str]]:
    """Read what the fold has made, a line a row; of what is owed, what is open now."""
    found = {}
    for model, names in MADE.items():
        query = sa.select(*(getattr(model, name) for name in names))
        if model is Duty:
            query = query.where(Duty.closed_at.is_(None))
        rows = database.session().execute(query).mappings()
        found[model.__tablename__] = sorted(json.dumps(dict(row), default=str, sort_keys=True) for row in rows)
    return found


def _unsealed(column: Any) -> Any:
    return sa.type_coerce(column, _kept_type(column)).label(column.name)


def _kept_type(column: Any) -> Any:
    return sa.LargeBinary() if isinstance(column.type, SealedColumn) else column.type


def test_no_state_and_no_queue_is_empty(lived: Flask) -> None:
    with lived.app_context():
        assert found(Participant.journey) == set(Journey)
        assert found(Referral.result) >= set(SchemeResult)
        assert found(Referral.state) == set(State)
        assert found(Participant.attendance) == set(Attendance)
        assert found(FeedMessage.state) >= {"applied", "parked", "rejected"}
        assert found(Duty.topic) >= {"hearing.when_where", "attendance", "hearing.outcome", "verdict", "sentence"}
        assert found(Hearing.status) >= {"live", "vacated", "adjourned", "heard"}
        assert None in found(CourtCase.officer_id)


def found(column: InstrumentedAttribute[Any]) -> set[Any]:
    return set(database.session().scalars(sa.select(column).distinct()))


# One test, not one for each thing: the world and the walk are dear, and must not be made in every process of a run.
@pytest.mark.feature("C1")
@pytest.mark.feature("H1")
@pytest.mark.feature("I1")
@pytest.mark.feature("Q4")
def test_everything_there_is_stands_on_a_page_a_few_clicks_away(lived: Flask) -> None:
    with lived.app_context():
        held = holders()
    nobody_has = [" ".join(thing) for thing in EVERYTHING if thing not in held]
    assert nobody_has == [], "Tell a story of each of these in witness_care/demo/stories/."
    assert {name for kind, name in held if kind == "end"} <= set(ENDS), "Look for every end that there is."

    chosen = chosen_from(held)
    walk = Walk(lived, frozenset(name for holder in chosen.values() for name in (holder.page, *holder.on_the_way)))
    for supervisor in SUPERVISORS:
        walk.by(supervisor)
    missing = {" ".join(thing): why_not_shown(chosen[thing], walk.read) for thing in EVERYTHING}
    assert [f"{thing}: {why}" for thing, why in missing.items() if why] == []
    print(f"{len(EVERYTHING)} things on {len(walk.read)} pages")


@pytest.mark.feature("A4")
@pytest.mark.feature("Q1")
def test_an_empty_database_and_the_journal_give_the_state_of_every_case(
    lived: Flask, databases: Databases, tmp_path: Path, back_end: str
) -> None:
    with lived.app_context():
        rows, there = given(), made()
    assert {row["source"] for row in rows[JournalEvent]} >= SOURCES
    assert all(there.values()), "every table should have rows, or nothing is compared"

    with databases.fresh(back_end) as url:
        app = application_on(url, instance=tmp_path)
        with app.app_context():
            carry(rows)
            done = app.test_cli_runner().invoke(args=["rebuild"], catch_exceptions=False)
            assert done.exit_code == 0, done.output
            here = made()
        let_go(app)
    for table, lines in there.items():
        assert here[table] == lines, table
