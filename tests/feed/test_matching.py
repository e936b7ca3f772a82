"""Which case and which hearing a message is about, and what it teaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast, a_key
from tests.factories import at
from tests.feed import payloads
from tests.feed.conftest import CourtLink, the_case
from witness_care import database
from witness_care.accounts.current import CLIENT, SYSTEM, Actor
from witness_care.cases.document import CaseGiven, DefendantGiven, OffenceGiven, OtherId
from witness_care.cases.models import Hearing, HearingLink, Identifier
from witness_care.cases.service import record_court_fact, register_case
from witness_care.columns import new_id
from witness_care.feed import matching
from witness_care.feed.models import FeedPart
from workflows.events import About, DateKind, HearingClass, HearingConfirmed, HearingDay, When, Where

TRIAL, LATER = "2026-03-09T10:30:00Z", "2026-06-15T09:30:00Z"


def hearings(court: CourtLink) -> list[Any]:
    query = sa.select(Hearing.id, Hearing.status, Hearing.hearing_class, Hearing.thread).order_by(
        Hearing.starts_at, Hearing.id
    )
    return court.rows(query)


def names(court: CourtLink, kind: str) -> dict[str, str]:
    query = sa.select(Identifier.value, Identifier.target_id).where(
        Identifier.namespace == "cp", Identifier.kind == kind
    )
    return {row.value: row.target_id for row in court.rows(query)}


# --- which case --------------------------------------------------------------------------------------------------


def test_a_listing_without_a_urn_is_matched_by_the_hearing_another_message_taught(court: CourtLink):
    court.register(court_ids=False)
    court.send(payloads.listed())
    part = court.send(payloads.confirmed(TRIAL)).json["parts"][0]
    assert part["reason"] == "unknown-defendant"  # the case is found; who D1 is to the court, nobody has said
    assert payloads.CASE in names(court, "case")


def test_the_courts_id_of_the_case_is_learnt_from_a_message_with_both_names(court: CourtLink):
    court.register(court_ids=False)
    court.send(payloads.vacated())
    assert names(court, "case").keys() == {payloads.CASE}
    assert names(court, "hearing").keys() == {payloads.HEARING}


@pytest.mark.parametrize("written", ["42 CF 77001-26", "42/cf/7700126", "42cf7700126"])
def test_a_urn_is_the_same_however_it_is_written(court: CourtLink, written):
    court.register()
    assert court.send(payloads.listed(written)).json["state"] == "applied"


def test_an_odd_urn_waits_for_a_person(court: CourtLink):
    message = payloads.vacated(urn="??")
    message["caseDetails"][0] |= {"caseId": None, "defendantDetails": []}
    assert court.send(message).json["reason"] == "unknown-hearing"
    assert court.send(payloads.listed("??")).json["reason"] == "unknown-hearing"


def test_another_case_of_the_hearing_does_not_take_what_names_its_own_urn(court: CourtLink):
    court.register()
    parts = court.send(payloads.listed(payloads.URN, "42CF9999926")).json["parts"]
    assert [(part["urn"], part["state"]) for part in parts] == [
        (payloads.URN, "applied"),
        ("42CF9999926", "parked"),
    ]


def test_another_case_of_the_hearing_does_not_take_what_names_its_own_court_id(court: CourtLink):
    court.register()
    court.send(payloads.listed())
    stranger = payloads.confirmed(TRIAL, case="another case", defendants=["somebody"], offences=["something"])
    assert court.send(stranger).json["reason"] == "unknown-case"


def test_of_two_unknown_cases_in_one_message_neither_takes_the_hearings_case(court: CourtLink):
    court.register(court_ids=False)
    court.send(payloads.listed())
    message = payloads.confirmed(TRIAL, case="one", defendants=["A"])
    message["confirmedHearing"]["prosecutionCases"] += payloads.a_hearing(TRIAL, case="two", defendants=["B"])[
        "prosecutionCases"
    ]
    parts = court.send(message).json["parts"]
    assert [part["reason"] for part in parts] == ["ambiguous-match", "ambiguous-match"]
    assert names(court, "case") == {}


def test_a_urn_and_a_court_id_of_two_cases_wait_for_a_person(court: CourtLink):
    court.register()
    court.register("42CF8800126", court_ids=False)
    assert court.send(payloads.vacated(urn="42CF8800126")).json["reason"] == "ambiguous-match"


def test_a_message_that_names_only_a_hearing_is_for_every_case_of_it(court: CourtLink):
    first, second = court.register(), court.register("42CF8800126", court_ids=False)
    court.send(payloads.listed(payloads.URN, "42CF8800126"))
    answer = court.send(payloads.vacated_by_listing()).json
    assert [part["events"] for part in answer["parts"]] == [["TrialVacated"], ["TrialVacated"]]
    cases = {row[0] for row in court.rows(sa.select(FeedPart.case_id).where(FeedPart.hearing == payloads.HEARING))}
    assert cases == {first.case_id, second.case_id}


@pytest.mark.proves("SEC-02")
def test_the_case_of_a_unit_the_sender_does_not_work_for_does_not_exist_for_them(court: CourtLink, cast: Cast):
    court.register(unit="WSX")
    answer = court.send(payloads.confirmed(TRIAL)).json
    assert (answer["state"], answer["reason"]) == ("parked", "unknown-case")
    assert hearings(court) == []


def test_a_verdict_finds_its_case_and_its_defendant_by_the_offence(court: CourtLink):
    court.register()
    answer = court.send(payloads.verdict()).json
    assert answer["parts"][0]["events"] == ["VerdictRecorded"]
    assert [duty.topic for duty in court.open_duties()] == ["verdict"]


def test_a_defendant_is_recognised_by_the_arrest_summons_number(court: CourtLink):
    given = the_case(payloads.URN, court_ids=False)
    known = DefendantGiven(
        id="D1",
        name="Testy Testperson",
        arrest_summons_number="4242CF0177001A",
        offences=given.defendants[0].offences,
    )
    with court.app.app_context():
        register_case(replace(given, defendants=(known,)), actor=SYSTEM, now=at("2025-12-01 09:00"))
    assert court.send(payloads.resulted(payloads.an_offence(payloads.a_result()))).json["state"] == "applied"
    assert payloads.DEFENDANT in names(court, "defendant")


# --- which hearing -----------------------------------------------------------------------------------------------


@pytest.mark.feature("A1")
def test_a_relisted_trial_under_a_new_id_stays_one_duty_with_the_last_date(court: CourtLink):
    court.register()
    court.send(payloads.listed(version=1, created="2026-01-01T09:00:00Z"))
    court.send(payloads.confirmed(TRIAL, envelope={"version": 2, "created": "2026-01-01T09:05:00Z"}))
    court.send(payloads.vacated(version=1, created="2026-01-08T09:00:00Z"))
    court.send(payloads.confirmed(LATER, hearing=payloads.RELISTED, seeded_from=payloads.HEARING,
                                  envelope={"version": 1, "created": "2026-01-10T09:00:00Z"}))  # fmt: skip
    first, second = hearings(court)
    assert (first.status, second.status) == ("vacated", "live")
    assert first.thread == second.thread
    assert [row.from_hearing_id for row in court.rows(sa.select(HearingLink.from_hearing_id))] == [first.id]
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-06-15", "10:30"]]


def test_a_hearing_nobody_announced_is_made_for_a_known_case(court: CourtLink):
    court.register()
    court.send(payloads.vacated())
    assert [row.status for row in hearings(court)] == ["vacated"]


def adjourned_to(starts: str | None = "2026-03-02T10:00:00Z", **more: Any) -> dict[str, Any]:
    goes_on = payloads.next_hearing(starts, **more)
    return payloads.resulted(payloads.an_offence(payloads.a_result("4028", "Remanded", goes_on=goes_on)))


def test_a_next_hearing_without_an_id_is_made_once_and_adopted_by_the_id_that_comes_later(court: CourtLink):
    court.register()
    court.send(adjourned_to())
    court.send(adjourned_to() | {"sharedTime": "2026-01-12T16:00:00.000Z"})
    before = [row.id for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]
    court.send(payloads.confirmed("2026-03-02T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    after = [row.id for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]
    assert len(before) == 1
    assert after == before
    assert names(court, "hearing")[payloads.SENTENCE] == before[0]


def test_an_announcement_adopts_the_one_hearing_of_its_kind_that_has_no_id(court: CourtLink):
    court.register()
    court.send(adjourned_to())
    court.send(payloads.listed(hearing=payloads.SENTENCE, kind="Sentence"))
    court.send(payloads.confirmed("2026-03-03T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 1


def test_a_next_hearing_without_an_id_is_the_listed_one_of_that_court_day_and_class(court: CourtLink):
    court.register()
    court.send(payloads.confirmed("2026-03-02T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    court.send(adjourned_to())
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 1


def test_a_next_hearing_without_an_id_is_the_one_that_was_announced_and_has_no_date_yet(court: CourtLink):
    court.register()
    court.send(payloads.listed(hearing=payloads.SENTENCE, kind="Sentence"))
    court.send(adjourned_to())
    court.send(payloads.confirmed("2026-03-03T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 1


@pytest.mark.feature("A3")
def test_a_week_becomes_a_day_of_the_same_hearing(court: CourtLink):
    court.register()
    court.send(adjourned_to(None, week="2026-03-02"))
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"] == [
        {"kind": "week_commencing", "class": "sentence", "court": "Northbridge Crown Court", "week": "2026-03-02",
         "weeks": 1}
    ]  # fmt: skip
    court.send(
        payloads.confirmed(
            "2026-03-04T10:00:00Z",
            hearing=payloads.SENTENCE,
            kind="Sentence",
            seeded_from=payloads.HEARING,
            envelope={"created": "2026-01-13T08:00:00Z"},
        )
    )
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 1
    [duty] = [duty for duty in court.open_duties() if duty.topic == "hearing.when_where"]
    assert duty.value["hearings"][0]["days"] == [["2026-03-04", "10:00"]]


def test_another_day_court_or_class_is_another_hearing(court: CourtLink):
    court.register()
    court.send(payloads.confirmed("2026-03-02T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    court.send(adjourned_to("2026-03-03T10:00:00Z"))
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 2


@pytest.mark.parametrize(
    ("starts", "answer"),
    [("2026-03-02T14:00:00Z", ("applied", "changed")), ("2026-03-02T15:15:00Z", ("parked", "ambiguous-match"))],
)
def test_of_two_hearings_that_fit_the_time_decides_and_else_it_waits_for_a_person(court: CourtLink, starts, answer):
    court.register()
    for hearing, sitting in (("morning", "2026-03-02T10:00:00Z"), ("afternoon", "2026-03-02T14:00:00Z")):
        court.send(payloads.confirmed(sitting, hearing=hearing, kind="Sentence"))
    said = court.send(adjourned_to(starts)).json
    assert (said["state"], said["reason"]) == answer
    assert len([row for row in hearings(court) if row.hearing_class == HearingClass.SENTENCE]) == 2


def test_the_courts_words_on_an_adjournment_are_kept_sealed_beside_the_hearing(court: CourtLink):
    court.register()
    court.send(adjourned_to(reason="The witness was not well"))
    with court.app.app_context():
        row = database.session().scalars(sa.select(Hearing).where(Hearing.adjournment_note.is_not(None))).one()
        assert row.adjournment_note.open(row.id) == "The witness was not well"


# --- people the unit does not know -------------------------------------------------------------------------------


def test_a_hearing_about_nobody_we_know_waits_and_tells_nobody(court: CourtLink):
    court.register()
    answer = court.send(payloads.confirmed(TRIAL, defendants=["a stranger"])).json
    assert (answer["state"], answer["reason"]) == ("parked", "unknown-defendant")
    assert court.open_duties() == []


def test_a_hearing_about_somebody_we_know_and_a_stranger_is_applied_and_waits_for_the_stranger(court: CourtLink):
    court.register()
    answer = court.send(payloads.confirmed(TRIAL, defendants=[payloads.DEFENDANT, "a stranger"])).json
    assert answer["state"] == "parked"
    assert [(part["state"], part["reason"]) for part in answer["parts"]] == [
        ("applied", "changed"),
        ("parked", "unknown-defendant"),
    ]
    assert [duty.topic for duty in court.open_duties()] == ["hearing.when_where"]


def test_an_offence_the_unit_learns_of_later_is_the_one_the_court_spoke_of(court: CourtLink, cast: Cast):
    unit_system = Actor(kind=CLIENT, id="unit-system", unit_ids=(cast.unit,))
    given = the_case(payloads.URN)
    with court.app.app_context():
        register_case(replace(given, officer=None), actor=unit_system, now=at("2025-12-01 09:00"))
    new = payloads.an_offence(payloads.a_result("2063", "Withdrawn"), offence=payloads.SECOND_OFFENCE)
    court.send(payloads.resulted(new))
    taught = names(court, "offence")[payloads.SECOND_OFFENCE]
    offence = OffenceGiven(id="O2", title="Assault", identifiers=(OtherId("cp", payloads.SECOND_OFFENCE),))
    more = replace(given.defendants[0], offences=(*given.defendants[0].offences, offence))
    with court.app.app_context():
        register_case(CaseGiven(urn=given.urn, defendants=(more,)), actor=unit_system, now=at("2026-01-14 09:00"))
    assert court.row(sa.select(Identifier.target_id).where(Identifier.value == "O2")) == taught


@pytest.mark.parametrize("count", [1, 40])
def test_matching_takes_the_same_number_of_statements_whatever_the_number_of_messages(court: CourtLink, count):
    court.register()
    parts = [
        part
        for number in range(count)
        for part in payloads_to_parts(
            payloads.confirmed(TRIAL, hearing=f"h{number}", kind="Trial"),
        )
    ]
    statements = 0

    def seen(*_: Any) -> None:
        nonlocal statements
        statements += 1

    with court.app.app_context(), database.writing() as session:
        engine = session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", seen)
        matcher = matching.load(session, parts, now=at("2026-01-13 09:00"))
        for part in parts:
            matcher.match(part, None)
        sa.event.remove(engine, "before_cursor_execute", seen)
    assert statements == 5


def payloads_to_parts(body: dict[str, Any]) -> list[Any]:
    from witness_care.feed.formats.common_platform import translate

    return list(translate(body, {}, at("2026-01-13 09:00")).parts)


def test_a_hearing_an_officer_entered_is_the_one_the_court_lists(court: CourtLink):
    court.register()
    about = About(hearing_type="Sentence", hearing_class=HearingClass.SENTENCE)
    when = When(kind=DateKind.FIXED, days=(HearingDay(date(2026, 3, 2), time(10)),))
    where = Where(court="Northbridge  Crown Court")
    entered = HearingConfirmed(hearing=new_id(), when=when, where=where, about=about)
    with court.app.app_context():
        record_court_fact(payloads.URN, [entered], actor=SYSTEM, now=at("2026-01-12 09:00"))
    court.send(payloads.confirmed("2026-03-02T10:00:00Z", hearing=payloads.SENTENCE, kind="Sentence"))
    assert [row.id for row in hearings(court)] == [entered.hearing]


def test_two_senders_may_pass_on_one_message_each_for_its_own_cases(app, court: CourtLink, cast: Cast):
    court.register(unit="WSX")
    other = CourtLink(app, a_key(app, unit_ids=[cast.other_unit], scopes=["feed:common-platform"], name="West link"))
    message = payloads.confirmed(TRIAL)
    assert court.send(message).json["state"] == "parked"
    assert other.send(message).json["state"] == "applied"
    assert [link.send(message).json["state"] for link in (court, other)] == ["duplicate", "duplicate"]


# --- hearings that go away ---------------------------------------------------------------------------------------


def statuses(court: CourtLink) -> dict[str, str]:
    """The status of every hearing, by the court's name of it."""
    ours = {row.id: row.status for row in hearings(court)}
    return {name: ours[target] for name, target in names(court, "hearing").items() if target in ours}


def test_a_hearing_that_lost_its_place_has_no_date(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL))
    assert court.send(payloads.unallocated(created="2026-01-12T12:00:00.000Z")).json["reason"] == "changed"
    assert statuses(court) == {payloads.HEARING: "date_removed"}


def test_a_deleted_hearing_is_withdrawn(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL))
    assert court.send(payloads.deleted()).json["reason"] == "changed"
    assert statuses(court) == {payloads.HEARING: "withdrawn"}


@pytest.mark.feature("A4")
def test_of_two_entries_for_one_trial_the_one_marked_as_a_duplicate_goes(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL))
    court.send(payloads.confirmed(TRIAL, hearing=payloads.RELISTED))
    answer = court.send(payloads.marked_as_duplicate(hearing=payloads.RELISTED))
    assert (answer.json["state"], answer.json["reason"]) == ("applied", "changed")
    assert statuses(court) == {payloads.HEARING: "live", payloads.RELISTED: "duplicate"}
    assert [duty.value["state"] for duty in court.open_duties()] == ["on"]


@pytest.mark.feature("A4")
@pytest.mark.parametrize("others", [(), (payloads.RELISTED, payloads.an_id("a third entry"))], ids=["none", "two"])
def test_a_duplicate_of_nobody_knows_which_hearing_waits_for_a_person_and_calls_nothing_off(court: CourtLink, others):
    court.register()
    court.send(payloads.confirmed(TRIAL))
    for other in others:
        court.send(payloads.confirmed(TRIAL, hearing=other))
    before = statuses(court)
    answer = court.send(payloads.marked_as_duplicate())
    assert (answer.json["state"], answer.json["reason"]) == ("parked", "needs-person")
    assert statuses(court) == before


def test_a_trial_on_another_day_is_not_the_double(court: CourtLink):
    court.register()
    court.send(payloads.confirmed(TRIAL))
    court.send(payloads.confirmed(LATER, hearing=payloads.RELISTED))
    assert court.send(payloads.marked_as_duplicate()).json["reason"] == "needs-person"


def test_a_duplicate_nobody_has_a_date_for_is_simply_noted(court: CourtLink):
    court.register()
    assert court.send(payloads.marked_as_duplicate()).json["reason"] == "changed"
    court.send(payloads.confirmed(TRIAL))
    assert statuses(court) == {payloads.HEARING: "duplicate"}
    assert court.open_duties() == []
