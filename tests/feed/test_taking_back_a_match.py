# ruff: noqa: F811
"""A court message matched to the wrong case: the match is taken back, and the message waits for the right one."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.cast import a_key
from tests.desk import Desk, desk  # noqa: F401
from tests.factories import MadeCase, a_case, a_trial, a_victim, at, open_duties, told_everything
from tests.feed import payloads
from tests.feed.conftest import CourtLink, the_case
from tests.reading import text_of
from witness_care.accounts.current import SYSTEM
from witness_care.cases.document import OtherId
from witness_care.cases.models import CaseCombination, CourtCase, CourtMatch, Hearing, Identifier
from witness_care.cases.service import register_case
from witness_care.casework import rebuild
from witness_care.casework.models import JournalEvent
from witness_care.checks.every import check
from witness_care.database import session
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from workflows import values

pytestmark = [pytest.mark.feature("A4"), pytest.mark.feature("C5")]

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
MISTYPED = "42CF7700162"
OTHER = payloads.CASE
MARCH, APRIL, MAY = "2027-03-09T10:30:00Z", "2027-04-13T10:30:00Z", "2027-05-11T10:30:00Z"
CREATED = {1: "2026-11-27T09:59:00.000Z", 2: "2026-12-01T13:59:00.000Z", 3: "2026-12-02T08:59:00.000Z"}
MARCH_THERE = "2027-03-09 10:30"
WHY = {"reason": "It is another Jones."}


@pytest.fixture
def court(desk: Desk) -> CourtLink:
    return CourtLink(desk.app, a_key(desk.app, unit_ids=[desk.cast.unit], scopes=["feed:common-platform"]))


@dataclass(frozen=True, slots=True)
class Sam:
    """A supervisor who signs in anew whenever she opens a page: days pass in between."""

    desk: Desk

    def get(self, address: str) -> TestResponse:
        return self.desk.as_("sam").get(address)

    def post(self, address: str, data: dict[str, str]) -> TestResponse:
        return self.desk.as_("sam").post(address, data=data)


@pytest.fixture
def sam(desk: Desk) -> Sam:
    return Sam(desk)


@pytest.fixture
def wrong(desk: Desk) -> MadeCase:
    """Leah's case: she was told of a trial on 7 December."""
    made = a_case(a_victim(LEAH), now="2026-11-10 09:00")
    a_trial(made, "2026-12-07 10:00", now="2026-11-12 10:00")
    told_everything(made[LEAH], now="2026-11-13 11:00", by=desk.cast.olivia)
    return made


@pytest.fixture
def right(desk: Desk) -> MadeCase:
    return a_case(a_victim(NADIA), now="2026-11-10 09:00", defendants=("Bo Lee",))


def trial_of(case: MadeCase) -> Hearing:
    return session().scalars(sa.select(Hearing).where(Hearing.case_id == case.id)).one()


def listing(day: str, version: int, defendants: tuple[str, ...] = ()) -> dict[str, Any]:
    """A date for a hearing of a case that nobody here knows; only the first names a URN, and that is mistyped."""
    make = payloads.confirmed if version == 1 else payloads.updated
    body = make(day, case=OTHER, defendants=defendants, envelope={"version": version, "created": CREATED[version]})
    if version == 1:
        said = body["confirmedHearing"]["prosecutionCases"][0]
        said["prosecutionCaseIdentifier"] = {"caseURN": MISTYPED}
    return body


def days_of(case: MadeCase) -> list[Any]:
    """The days of the hearings of a case that are to be."""
    session().rollback()
    live = sa.select(Hearing.starts_at).where(Hearing.case_id == case.id, Hearing.status == "live")
    return list(session().scalars(live.order_by(Hearing.starts_at)))


def note_on(hearing: str) -> Any:
    session().rollback()
    return session().scalars(sa.select(Hearing.adjournment_note).where(Hearing.id == hearing)).one()


def waiting() -> list[str]:
    session().rollback()
    query = sa.select(FeedPart.id).join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
    return list(session().scalars(query.where(FeedPart.state == "parked").order_by(FeedMessage.received_at)))


def match(sam: Sam, part: str, case: MadeCase, hearing: str = "") -> None:
    data = {"choice": f"{case.id}:{hearing}" if hearing else case.id, "typed": case.urn}
    answer = sam.post(f"/feed/unmatched/{part}/match", data=data)
    assert answer.status_code == 303, text_of(answer)


def the_match() -> CourtMatch:
    session().rollback()
    return session().scalars(sa.select(CourtMatch).where(CourtMatch.taken_back_at.is_(None))).one()


def address_of(found: CourtMatch) -> str:
    return f"/feed/unmatched/matches/{found.id}/take-back"


def owed(case: MadeCase, name: str) -> list[Any]:
    session().rollback()
    return [duty for duty in open_duties(case[name]) if duty.topic == values.WHEN_WHERE]


def first_day(duty: Any) -> str:
    return str(duty.value["hearings"][0]["days"][0][0])


def names_of(case: MadeCase) -> set[tuple[str, str]]:
    session().rollback()
    of_court = sa.select(Identifier.kind, Identifier.value).where(Identifier.case_id == case.id)
    return {
        tuple(row) for row in session().execute(of_court.where(Identifier.namespace.in_(("cp", "urn", "inferred"))))
    }


def nothing_is_wrong(now: str = "2026-12-03 09:00") -> bool:
    session().expire_all()
    assert list(rebuild.differences()) == []
    assert list(check(at(now))) == []
    return True


def everything_stored() -> list[tuple[Any, ...]]:
    session().rollback()
    tables = (JournalEvent, FeedPart, FeedMessage, FeedWait, Identifier, CourtMatch, Hearing)
    return [tuple(row) for table in tables for row in session().execute(sa.select(table.__table__)).all()]


def matched_wrongly(court: CourtLink, sam: Sam, desk: Desk, wrong: MadeCase) -> CourtMatch:
    """On Friday a date comes; on Monday Sam takes it for Leah's trial; the date moves, and Leah is told."""
    desk.clock("2026-11-27 10:00")
    court.send(listing(MARCH, 1))
    desk.clock("2026-11-30 09:42")
    match(sam, *waiting(), wrong, trial_of(wrong).id)
    desk.clock("2026-12-01 14:00")
    assert court.send(listing(APRIL, 2)).json["state"] == "applied"
    told_everything(wrong[LEAH], now="2026-12-01 15:00", by=desk.cast.olivia)
    desk.clock("2026-12-02 09:00")
    return the_match()


def test_who_was_told_is_owed_the_truth_and_the_messages_go_to_the_right_case_with_their_first_clocks(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase, right: MadeCase
) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    assert owed(wrong, LEAH) == []
    message = f"/feed/messages/{found.message_row_id}"
    assert address_of(found) in sam.get(message).text

    before = everything_stored()
    page = text_of(sam.get(address_of(found)))
    assert page.count("waits again") == 2
    follows = f"Case {wrong.urn}, Leah Jones: “tell them the new trial date” will be owed, by Thursday 3 December 2026"
    assert follows in page
    assert everything_stored() == before

    assert sam.post(address_of(found), data={}).status_code == 400
    answer = sam.post(address_of(found), data=WHY)

    assert answer.status_code == 303
    [duty] = owed(wrong, LEAH)
    assert (duty.value["state"], first_day(duty)) == ("on", "2026-12-07")
    assert (duty.clock_start, duty.due_at) == (at("2026-12-02 09:00"), at("2026-12-03 17:00"))
    assert trial_of(wrong).starts_at == at("2026-12-07 10:00")
    assert not {("case", MISTYPED), ("case", OTHER), ("hearing", payloads.HEARING)} & names_of(wrong)
    assert len(waiting()) == 2
    said = text_of(sam.get(answer.location))
    assert "Match taken back It now stands as: waiting" in said
    assert f"Case {wrong.urn} : taken back" in said
    assert "Taken back by Sam, Wednesday 2 December 2026 at 9am: It is another Jones." in said
    journal = text_of(sam.get(f"/cases/{wrong.urn}"))
    assert "A waiting court update was matched to this case" in journal
    assert "The match of a court update was taken back; 2 entries count no more" in journal
    assert "by Sam: matched to this case by mistake. It is another Jones." in journal

    hearing = text_of(sam.get(f"/hearings/{trial_of(wrong).id}"))
    assert hearing.count("It counts no more") == 2
    assert "Before that" not in hearing

    match(sam, waiting()[0], right)

    assert waiting() == []
    [duty] = owed(right, NADIA)
    assert first_day(duty) == "2027-04-13"
    assert duty.clock_start == at("2026-11-27 10:00")
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_a_later_message_under_the_same_names_waits_too(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    sam.post(address_of(found), data=WHY)

    assert court.send(listing(MAY, 3)).json["state"] == "parked"
    assert trial_of(wrong).starts_at == at("2026-12-07 10:00")
    assert len(waiting()) == 3


@pytest.mark.sqlite_only
def test_taking_back_twice_is_refused_in_words(desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    sam.post(address_of(found), data=WHY)

    again = sam.post(address_of(found), data=WHY)

    assert again.status_code == 409
    assert "Taken back by Sam, Wednesday 2 December 2026 at 9am: It is another Jones." in text_of(again)
    assert "This match was taken back before." in text_of(again)
    assert len(waiting()) == 2


def test_what_was_taken_back_can_be_matched_to_the_same_case_again_and_counts(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    sam.post(address_of(found), data=WHY)

    match(sam, waiting()[0], wrong, trial_of(wrong).id)

    assert waiting() == []
    assert trial_of(wrong).starts_at == at("2027-04-13 11:30")
    assert nothing_is_wrong()
    sam.post(address_of(the_match()), data=WHY)
    assert trial_of(wrong).starts_at == at("2026-12-07 10:00")
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_what_has_its_own_case_by_now_goes_there_at_once(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    """In the wrong case it waited for a defendant who is not on it; the right case has come since."""
    court.send(listing(MARCH, 2, defendants=(payloads.DEFENDANT,)))
    match(sam, *waiting(), wrong)
    assert len(waiting()) == 1
    register_case(replace(the_case(payloads.URN), identifiers=()), actor=SYSTEM, now=at("2026-12-02 08:00"))
    assert len(waiting()) == 1
    assert f"goes to case {payloads.URN}" in text_of(sam.get(address_of(the_match())))

    sam.post(address_of(the_match()), data=WHY)

    assert waiting() == []
    assert session().scalars(sa.select(Hearing.starts_at).where(Hearing.case_id != wrong.id)).all() == [at(MARCH_THERE)]
    assert nothing_is_wrong()


def test_a_message_that_also_speaks_of_a_rightly_matched_case_keeps_that_part(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    known = register_case(the_case(payloads.URN), actor=SYSTEM, now=at("2026-11-02 09:00")).case_id
    body = listing(MARCH, 1)
    body["confirmedHearing"]["prosecutionCases"][0]["id"] = payloads.an_id("a case nobody knows")
    body["confirmedHearing"]["prosecutionCases"].append(payloads.a_hearing(MARCH)["prosecutionCases"][0])
    court.send(body)
    match(sam, *waiting(), wrong, trial_of(wrong).id)
    of_known = sa.select(Hearing.starts_at).where(Hearing.case_id == known)
    entries = sa.select(sa.func.count()).where(JournalEvent.case_id == known)
    assert session().scalars(of_known).one() == at("2027-03-09 10:30")
    before = session().scalar(entries)

    sam.post(address_of(the_match()), data=WHY)

    session().rollback()
    assert session().scalars(of_known).one() == at("2027-03-09 10:30")
    assert session().scalar(entries) == before
    assert trial_of(wrong).starts_at == at("2026-12-07 10:00")
    assert len(waiting()) == 1
    assert nothing_is_wrong()


def test_only_the_hearing_is_taken_back_where_the_court_itself_names_the_case(
    desk: Desk, court: CourtLink, sam: Sam
) -> None:
    """A message that names only a hearing went to the wrong one; the hearings and what names the case stay."""
    register_case(the_case(payloads.URN), actor=SYSTEM, now=at("2026-11-02 09:00"))
    court.send(payloads.confirmed(MARCH, envelope={"version": 1}))
    court.send(payloads.vacated_by_listing(hearing="another name", created="2026-11-30T09:00:00.000Z"))
    hearing = session().execute(sa.select(Hearing.id, Hearing.case_id)).one()
    sam.post(
        f"/feed/unmatched/{waiting()[0]}/match",
        data={"choice": f"{hearing.case_id}:{hearing.id}", "typed": payloads.URN},
    )
    status = sa.select(Hearing.status).where(Hearing.id == hearing.id)
    assert session().scalar(status) == "vacated"

    sam.post(address_of(the_match()), data=WHY)

    session().rollback()
    assert session().scalar(status) == "live"
    assert court.send(payloads.updated(APRIL, envelope={"version": 2})).json["state"] == "applied"
    assert session().scalars(sa.select(Hearing.id)).all() == [hearing.id]
    reasons = sa.select(FeedPart.reason).where(FeedPart.id.in_(waiting()))
    assert session().scalars(reasons).all() == ["unknown-hearing"]
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_a_match_that_the_courts_own_names_bear_out_stays_in_words(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    court.send(listing(MARCH, 1))
    match(sam, *waiting(), wrong)
    desk.clock("2026-12-02 09:00")
    body = listing(APRIL, 2)
    body["updatedHearing"]["prosecutionCases"][0]["prosecutionCaseIdentifier"] = {"caseURN": wrong.urn}
    assert court.send(body).json["state"] == "applied"
    before = everything_stored()

    answer = sam.post(address_of(the_match()), data=WHY)

    assert answer.status_code == 409
    assert "The court's names lead to this case without the match" in text_of(answer)
    assert everything_stored() == before


@pytest.mark.sqlite_only
def test_what_a_wrong_match_brought_does_not_count_after_a_merge_with_the_right_case_either(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase, right: MadeCase
) -> None:
    sam.post(address_of(matched_wrongly(court, sam, desk, wrong)), data=WHY)
    match(sam, waiting()[0], right)
    before = {name: [duty.due_at for duty in owed(case, name)] for case, name in ((wrong, LEAH), (right, NADIA))}

    sam.post(f"/cases/{right.urn}/merge", data={"urn": wrong.urn, "reason": "One case."})
    session().rollback()
    combination = session().scalars(sa.select(CaseCombination.id)).one()

    assert days_of(right) == [at("2026-12-07 10:00"), at("2027-04-13 11:30")]
    assert nothing_is_wrong()
    sam.post(f"/merges/{combination}/undo", data={"reason": "Two after all."})
    assert {
        name: [duty.due_at for duty in owed(case, name)] for case, name in ((wrong, LEAH), (right, NADIA))
    } == before
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_a_name_that_a_program_gives_too_stays(desk: Desk, court: CourtLink, sam: Sam) -> None:
    ours = replace(the_case(payloads.URN, court_ids=False), identifiers=())
    register_case(ours, actor=SYSTEM, now=at("2026-11-02 09:00"))
    court.send(listing(MARCH, 1))
    found = session().execute(sa.select(CourtCase.id, CourtCase.urn)).one()
    sam.post(f"/feed/unmatched/{waiting()[0]}/match", data={"choice": found.id, "typed": found.urn})
    named = replace(ours, identifiers=(OtherId("cp", OTHER),))
    register_case(named, actor=SYSTEM, now=at("2026-12-01 09:00"))

    answer = sam.post(address_of(the_match()), data=WHY)

    assert answer.status_code == 409
    assert "The court's names lead to this case without the match" in text_of(answer)


@pytest.mark.sqlite_only
def test_a_match_stays_in_words_when_the_case_was_merged_since(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase, right: MadeCase
) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    merged = sam.post(f"/cases/{right.urn}/merge", data={"urn": wrong.urn, "reason": "One case.", "sure": "yes"})
    assert merged.status_code == 303, text_of(merged)

    answer = sam.post(address_of(found), data=WHY)

    assert answer.status_code == 409
    assert "The case was merged or split after this match" in text_of(answer)


@pytest.mark.sqlite_only
def test_the_courts_words_on_an_adjournment_go_with_the_match(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    hearing = trial_of(wrong).id
    found = matched_wrongly(court, sam, desk, wrong)
    court.send(
        payloads.adjourned(payloads.next_hearing(MAY, reason="A witness is ill."), created="2026-12-02T09:00:00.000Z")
    )
    assert note_on(hearing) is not None

    sam.post(address_of(found), data=WHY)

    assert note_on(hearing) is None
    assert nothing_is_wrong()


@pytest.mark.sqlite_only
def test_nobody_of_another_unit_sees_or_takes_back_a_match(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase
) -> None:
    found = matched_wrongly(court, sam, desk, wrong)
    for who, expected in (("olivia", 403), ("ada", 403), ("noor", 403)):
        assert desk.as_(who).get(address_of(found)).status_code == expected
        assert desk.as_(who).post(address_of(found), data=WHY).status_code == expected
    assert sam.get("/feed/unmatched/matches/no-such-match/take-back").status_code == 404


# --- at random ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Telling:
    """What a court says one after another of one case that nobody here knows, under names of its own."""

    name: str

    def body(self, kind: int, hearing: int, day: str, number: int, created: str) -> dict[str, Any]:
        known_as = payloads.an_id(f"{self.name} hearing {hearing}")
        envelope = {"version": number, "created": created}
        if kind == 0:
            return payloads.vacated_by_listing(is_vacated=number % 3 > 0, hearing=known_as, **envelope)
        if kind == 1:
            return payloads.days_changed(day, hearing=known_as, **envelope)
        if kind == 2:
            return payloads.deleted(hearing=known_as, **envelope)
        case = payloads.an_id(f"{self.name} case")
        return payloads.updated(day, case=case, hearing=known_as, defendants=(), envelope=envelope)


def stands(case: MadeCase, name: str) -> tuple[Any, ...]:
    """The hearings of a case that are to be, and what is owed to somebody there, since when and by when."""
    session().rollback()
    duties = [
        (
            duty.topic,
            duty.value["state"],
            [each["days"] for each in duty.value["hearings"]],
            duty.clock_start,
            duty.due_at,
        )
        for duty in owed(case, name)
    ]
    return days_of(case), sorted(duties, key=str)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seed", range(2))
def test_whatever_came_and_when_a_match_taken_back_leaves_nothing_and_the_right_case_has_it_all(
    desk: Desk, court: CourtLink, sam: Sam, wrong: MadeCase, right: MadeCase, seed: int
) -> None:
    """Beside it the same is said of a case that is matched rightly at once: both must stand alike in the end."""
    chosen = random.Random(seed)
    at_once = a_case(a_victim(NADIA), now="2026-11-10 09:00", defendants=("Cy Moon",))
    before = stands(wrong, LEAH)
    mistaken, rightly = Telling("mistaken"), Telling("rightly")
    matched_after = chosen.randint(1, 6)
    steps = [(3, 1, MARCH)] + [
        (chosen.choice((0, 1, 1, 2, 3, 3, 3)), chosen.randint(1, 2), chosen.choice((MARCH, APRIL, MAY)))
        for _ in range(7)
    ]
    for number, (kind, hearing, day) in enumerate(steps, 1):
        desk.clock(f"2026-11-{16 + number} 10:00")
        for telling in (mistaken, rightly):
            court.send(telling.body(kind, hearing, day, number, f"2026-11-{16 + number}T09:00:00.000Z"))
        if number == matched_after:
            match(sam, first_part(mistaken), wrong, chosen.choice(("", trial_of(wrong).id)))
            match(sam, first_part(rightly), at_once)
    desk.clock("2026-11-26 10:00")

    sam.post(address_of(match_in(wrong)), data=WHY)
    assert stands(wrong, LEAH) == before
    match(sam, first_part(mistaken), right)

    assert stands(right, NADIA) == stands(at_once, NADIA)
    assert nothing_is_wrong("2026-11-27 09:00")


def first_part(telling: Telling) -> str:
    session().rollback()
    named = FeedPart.hearing == telling.body(3, 1, MARCH, 1, "")["updatedHearing"]["id"]
    query = sa.select(FeedPart.id).join(FeedMessage, FeedMessage.id == FeedPart.message_row_id)
    waits = query.where(named, FeedPart.state == "parked").order_by(FeedMessage.received_at, FeedMessage.id)
    return str(session().scalars(waits).first())


def match_in(case: MadeCase) -> CourtMatch:
    session().rollback()
    return session().scalars(sa.select(CourtMatch).where(CourtMatch.case_id == case.id)).one()
