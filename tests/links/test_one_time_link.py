"""A one-time link: works once, for a few days, for whoever knows something more; shows nothing about anybody."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_victim, a_witness, at
from tests.reading import form_values, text_of
from witness_care import clock
from witness_care.accounts.current import SYSTEM, Actor
from witness_care.accounts.models import Role
from witness_care.audit.models import Category, PersonalDataEntry
from witness_care.cases.service import record_court_fact
from witness_care.casework.models import JournalEvent
from witness_care.database import session, writing
from witness_care.links import queries, service
from witness_care.links.models import LinkReply, OneTimeLink
from witness_care.links.service import Given, GoneError, Made
from witness_care.people.models import ContactPoint, Participant, Person
from witness_care.sealing import Plain
from workflows import events, values

# What a page says no database decides: one is enough here, and tests/accounts/test_matrix.py asks the other.
pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("L1")]

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
ADDRESS = "192.0.2.7"


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    return a_case(a_victim(LEAH), a_witness(NADIA, required=True), now="2026-11-20 09:00", officer="Olivia")


def olivia(desk: Desk) -> Actor:
    return Actor(kind="user", id=desk.cast.olivia, role=Role.OFFICER, unit_ids=(desk.cast.unit,))


def make(desk: Desk, case: MadeCase, **more: str) -> Made:
    return service.make(case[NADIA], actor=olivia(desk), now=clock.now(), **more)


def let_in(made: Made) -> str:
    given_pass = service.confirm(made.token, made.code, address=ADDRESS, now=clock.now())
    assert given_pass
    return given_pass


def is_gone(token: str, *, later: timedelta = timedelta()) -> bool:
    try:
        service.find(session(), token, clock.now() + later)
    except GoneError:
        return True
    return False


def test_the_officer_sees_the_link_once_and_only_its_hash_is_kept(desk: Desk, case: MadeCase) -> None:
    path = f"/participants/{case[NADIA]}/link"
    values_of_form = form_values(desk.as_("olivia").get(path), path)
    made = desk.as_("olivia").post(path, data=values_of_form)
    token = re.search(r"/r/([\w-]{40,})", made.text)
    assert token is not None
    assert token.group(1) not in desk.as_("olivia").get(path).text
    row = session().execute(sa.text("SELECT * FROM one_time_link")).one()
    assert token.group(1) not in str(row)
    code = re.search(r"<strong>(\d{4})</strong>", made.text)
    assert code is not None
    assert code.group(1) not in (row.token_hash, row.code_hash)


def test_somebody_answers_by_it_without_signing_in_and_an_officer_takes_it_up(
    desk: Desk, case: MadeCase, caplog
) -> None:
    made, outside = make(desk, case), desk.app.test_client()
    page = outside.get(f"/r/{made.token}")
    form = form_values(page, f"/r/{made.token}")
    assert outside.post(f"/r/{made.token}", data=form | {"said": "x"}).status_code == 400
    inside = outside.post(f"/r/{made.token}", data=form | {"said": made.code})
    answer = form_values(inside, f"/r/{made.token}/answer") | {"coming": "no", "message": "My mother is ill"}
    days = {f"from_1-{box}": each for box, each in (("day", "7"), ("month", "12"), ("year", "2026"))}
    thanks = outside.post(f"/r/{made.token}/answer", data=answer | days)
    for shown in (page, inside, thanks):
        for telling in (NADIA, LEAH, case.urn, "Smith", "court" if shown is page else "victim", "witness care unit"):
            assert telling not in text_of(shown), telling
        assert "witness" not in text_of(shown).lower()
        assert shown.headers["Cache-Control"] == "no-store"
        assert shown.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in shown.text
    assert thanks.status_code == 200
    assert outside.post(f"/r/{made.token}/answer", data=answer).status_code == 404
    assert made.token not in caplog.text
    assert not session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "CannotAttend")).all()
    held = session().execute(sa.text("SELECT text FROM link_reply")).scalar_one()
    assert b"mother" not in bytes(held)
    log = sa.select(PersonalDataEntry.category).where(PersonalDataEntry.category == Category.COLLECTION)
    assert session().scalars(log).all()

    reply = session().scalars(sa.select(LinkReply.id)).one()
    assert NADIA in text_of(desk.as_("olivia").get("/replies"))
    words = text_of(desk.as_("olivia").get(f"/replies/{reply}"))
    assert "They cannot come" in words
    assert "Monday 7 December 2026" in words
    assert "My mother is ill" in words
    taken = form_values(desk.as_("olivia").get(f"/replies/{reply}"), f"/replies/{reply}") | {"how": "cannot_come"}
    assert desk.as_("olivia").post(f"/replies/{reply}", data=taken).status_code == 303
    assert desk.as_("olivia").post(f"/replies/{reply}", data=taken).status_code == 409
    assert len(session().scalars(sa.select(JournalEvent.id).where(JournalEvent.kind == "CannotAttend")).all()) == 1
    assert "No reply waits" in text_of(desk.as_("olivia").get("/replies"))


@pytest.mark.parametrize(("how", "kinds"), [("cannot_come+dates", 2), ("dates", 1)])
def test_dates_in_a_reply_are_added_to_those_known_when_an_officer_takes_them_up(
    desk: Desk, case: MadeCase, how: str, kinds: int
) -> None:
    away = events.DatesAway(first=date(2026, 12, 1), last=date(2026, 12, 2), because="work")
    asked = events.AvailabilityAsked(participant=case[NADIA], answer=events.Said.YES, away=(away,))
    record_court_fact(case.urn, [asked], actor=SYSTEM, now=at("2026-11-21 08:00"))
    made = make(desk, case)
    given = Given(coming="no", away=(("2026-12-07", "2026-12-09"), ("2026-12-01", "2026-12-02")))
    service.answer(made.token, let_in(made), given, now=clock.now())
    assert len(known_dates(case)) == 1  # it decides nothing by itself
    reply = session().scalars(sa.select(LinkReply.id)).one()
    page = desk.as_("olivia").get(f"/replies/{reply}")
    assert "If you take up the dates: away" in text_of(page)
    taken = form_values(page, f"/replies/{reply}") | {"how": how}
    assert desk.as_("olivia").post(f"/replies/{reply}", data=taken).status_code == 303
    assert known_dates(case) == [("2026-12-01", "2026-12-02", "work"), ("2026-12-07", "2026-12-09", "other")]
    entered = sa.select(JournalEvent.kind).where(JournalEvent.kind.in_(("CannotAttend", "AvailabilityAsked")))
    assert len(session().scalars(entered).all()) == 1 + kinds
    assert "the dates" in text_of(desk.as_("olivia").get(f"/replies/{reply}"))


def known_dates(case: MadeCase) -> list[tuple[str, str, str]]:
    session().expire_all()
    held = queries.availability_of(session(), case.id, case[NADIA])
    return [(str(each.first), str(each.last), each.because) for each in held.away] if held else []


def test_every_dead_link_is_answered_with_the_very_same_page(desk: Desk, case: MadeCase) -> None:
    used, withdrawn = make(desk, case), None
    service.answer(used.token, let_in(used), Given(coming="yes"), now=clock.now())
    withdrawn = make(desk, case)
    make(desk, case)  # takes the place of the one before
    outside = desk.app.test_client()
    pages = [outside.get(f"/r/{token}") for token in (used.token, withdrawn.token, "never-made", "x" * 300)]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(r'nonce="[^"]+"', "", page.text) for page in pages}) == 1


def test_after_three_wrong_tries_the_link_is_dead_even_for_its_owner(desk: Desk, case: MadeCase) -> None:
    made = make(desk, case)
    wrong = f"{(int(made.code) + 1) % 10_000:04}"
    for _ in range(2):
        assert service.confirm(made.token, wrong, address=ADDRESS, now=clock.now()) is None
    with pytest.raises(GoneError):
        service.confirm(made.token, wrong, address=ADDRESS, now=clock.now())
    with pytest.raises(GoneError):
        service.confirm(made.token, made.code, address=ADDRESS, now=clock.now())
    assert session().scalars(sa.select(OneTimeLink.attempts)).all() == [3]


def test_whoever_guesses_links_is_slowed_down_by_their_address(desk: Desk, case: MadeCase) -> None:
    for number in range(100):
        service.count_a_guess(f"guess {number}", address=ADDRESS, now=clock.now())
    made = make(desk, case)
    with pytest.raises(GoneError):
        service.confirm(made.token, made.code, address=ADDRESS, now=clock.now())
    assert service.confirm(made.token, made.code, address="192.0.2.8", now=clock.now())


def test_a_birthday_takes_the_place_of_the_code(desk: Desk, case: MadeCase) -> None:
    with writing() as unit_of_work:
        whose = sa.select(Participant.person_id).where(Participant.id == case[NADIA]).scalar_subquery()
        unit_of_work.execute(sa.update(Person).where(Person.id == whose).values(date_of_birth=date(1990, 3, 31)))
    made = make(desk, case)
    assert made.code == ""
    assert service.confirm(made.token, "3003", address=ADDRESS, now=clock.now()) is None
    assert service.confirm(made.token, "3103", address=ADDRESS, now=clock.now())


def test_it_is_out_of_time_after_a_week_and_its_form_after_half_an_hour(desk: Desk, case: MadeCase) -> None:
    made = make(desk, case)
    given_pass = let_in(made)
    assert not is_gone(made.token, later=timedelta(days=6, hours=23))
    assert is_gone(made.token, later=timedelta(days=7))
    with pytest.raises(GoneError):
        service.answer(made.token, given_pass, Given(coming="yes"), now=clock.now() + timedelta(minutes=30))
    with pytest.raises(GoneError):
        service.answer(made.token, "0" * 64, Given(coming="yes"), now=clock.now())
    service.answer(made.token, given_pass, Given(coming="yes"), now=clock.now())
    with pytest.raises(GoneError):
        service.answer(made.token, given_pass, Given(coming="no"), now=clock.now())


@pytest.mark.parametrize("fact", ["death", "left", "opted out", "unsafe", "withdrawn"])
@pytest.mark.proves("SEC-24", "SEC-26")
def test_no_link_works_from_the_commit_on_that_said_it_must_not(desk: Desk, case: MadeCase, fact: str) -> None:
    whose = sa.select(Participant.person_id).where(Participant.id == case[NADIA]).scalar_subquery()
    with writing() as unit_of_work:
        person = unit_of_work.scalars(sa.select(Participant.person_id).where(Participant.id == case[NADIA])).one()
        point = ContactPoint(
            id="point", person_id=person, kind="mobile", sealed_value=None, blind_index="x", created_at=clock.now()
        )
        point.sealed_value = Plain("07700900123", "point")
        unit_of_work.add(point)
    made = make(desk, case, contact_point_id="point")
    assert not is_gone(made.token)
    with writing() as unit_of_work:
        if fact == "death":
            unit_of_work.execute(sa.update(Person).where(Person.id == whose).values(deceased_on=date(2026, 11, 29)))
        elif fact == "left":
            unit_of_work.execute(
                sa.update(Participant).where(Participant.id == case[NADIA]).values(left_at=clock.now())
            )
        elif fact != "opted out":
            column = {"unsafe": "unsafe_since", "withdrawn": "withdrawn_at"}[fact]
            unit_of_work.execute(sa.update(ContactPoint).values({column: clock.now()}))
    if fact == "opted out":
        said = events.OptedOut(participant=case[NADIA], topics=(values.ATTENDANCE,))
        record_court_fact(case.urn, [said], actor=SYSTEM, now=at("2026-11-30 08:00"))
    session().expire_all()
    assert is_gone(made.token)


def test_another_unit_makes_no_link_and_sees_no_reply(desk: Desk, case: MadeCase) -> None:
    made = make(desk, case)
    service.answer(made.token, let_in(made), Given(coming="yes"), now=clock.now())
    reply = session().scalars(sa.select(LinkReply.id)).one()
    assert desk.as_("noor").get(f"/participants/{case[NADIA]}/link").status_code == 404
    assert desk.as_("noor").get(f"/replies/{reply}").status_code == 404
