"""The Victim Contact Scheme as officers and supervisors see it: answers, referrals, the unit's list and the file."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import a_key
from tests.desk import Desk
from tests.factories import a_case, a_mobile, a_victim, a_witness, at, sentenced
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.models import CourtCase
from witness_care.casework import rebuild
from witness_care.casework.models import JournalEvent
from witness_care.checks.every import check
from witness_care.contacts.models import Duty
from witness_care.referrals import backfill, service
from witness_care.referrals.models import Referral
from workflows import referral
from workflows.events import Answer, ResultKind

pytestmark = pytest.mark.feature("I3")

AGAINST_HER = {"offences": ("theft by Aaron Smith",)}
ROBBERY, THEFT, COERCIVE = "TH68023", "TH68010", "SC15004"


@pytest.fixture
def cast(desk: Desk):
    return desk.cast


def a_sentence(length="4 Y", *, code=ROBBERY, linked=True, now="2026-11-26 15:00", **more):
    victim = a_victim("Leah Jones", phones=[a_mobile("07700 900123")], **(AGAINST_HER if linked else {}))
    case = a_case(victim, code=code)
    sentenced(case, now=now, length=length, **more)
    return case


def row_of(case) -> Referral:
    return database.session().scalars(sa.select(Referral).where(Referral.participant_id == case["Leah Jones"])).one()


def officer(cast) -> Actor:
    return Actor(kind=USER, id=cast.olivia, role=Role.OFFICER, unit_ids=(cast.unit,))


def say(case, cast, name, *, reason="", who=None, now="2026-11-30 09:00", **more):
    service.record(
        case["Leah Jones"],
        case.defendants["Aaron Smith"],
        service.Entry(name=name, at=at(now), reason=reason, **more),
        submission=f"{name} {now}",
        actor=who or officer(cast),
        now=at(now),
    )


def page_of(case) -> str:
    return f"/participants/{case['Leah Jones']}/vcs"


def test_a_sentence_makes_a_row_with_reasons_and_a_duty_of_ten_working_days(cast):
    case = a_sentence()

    row = row_of(case)
    assert (row.result, row.state, row.unit_id) == ("eligible", "due", cast.unit)
    assert "12 months or more" in row.reasons[0]
    duty = database.session().scalars(sa.select(Duty).where(Duty.topic == referral.TOPIC)).one()
    assert duty.due_at == at("2026-12-10 17:00")


@pytest.mark.sqlite_only
def test_an_officer_sends_the_referral_from_the_page_and_the_duty_is_met(cast, desk):
    case, olivia = a_sentence(), desk.as_("olivia")
    address = f"{page_of(case)}/{case.defendants['Aaron Smith']}/sent"
    assert "Record that the referral was sent" in olivia.get(page_of(case)).text

    form = olivia.get(address)
    answer = olivia.post(address, data=filled(form.text) | {"told": "yes", "objects": "no"})

    assert answer.status_code == 303
    database.session().rollback()
    row = row_of(case)
    assert row.state == "sent"
    assert row.liaison_due_at == at("2026-12-30 17:00")
    duty = database.session().scalars(sa.select(Duty).where(Duty.topic == referral.TOPIC)).one()
    assert (duty.closed_reason, duty.met) == ("done", True)


@pytest.mark.sqlite_only
def test_only_a_supervisor_decides_that_somebody_eligible_is_not_referred(cast, desk):
    case = a_sentence()
    with pytest.raises(service.DoesNotFitError):
        say(case, cast, service.DO_NOT_REFER, reason="already_referred")
    assert "Decide not to refer them" not in desk.as_("olivia").get(page_of(case)).text

    say(case, cast, service.DO_NOT_REFER, reason="already_referred", who=supervisor(cast))

    row = row_of(case)
    assert (row.state, row.reason) == ("not_referred", "already_referred")


def supervisor(cast) -> Actor:
    return Actor(kind=USER, id=cast.sam, role=Role.SUPERVISOR, unit_ids=(cast.unit,))


@pytest.mark.sqlite_only
@pytest.mark.parametrize("rejected", [False, True])
def test_only_a_supervisor_withdraws_the_referral_of_somebody_eligible_that_is_still_to_be_sent(cast, desk, rejected):
    case = a_sentence()
    if rejected:
        say(case, cast, service.SENT, now="2026-11-30 08:00")
        say(case, cast, service.REJECTED, reason="wrong_area", now="2026-11-30 08:10")
    with pytest.raises(service.DoesNotFitError):
        say(case, cast, service.WITHDRAW, reason="wrong_person")
    olivia = desk.as_("olivia")
    assert "Withdraw the referral" not in olivia.get(page_of(case)).text
    refused = olivia.get(f"{page_of(case)}/{case.defendants['Aaron Smith']}/withdraw").text
    assert "only a supervisor can decide" in refused

    say(case, cast, service.WITHDRAW, reason="wrong_person", who=supervisor(cast))

    assert row_of(case).state == "withdrawn"
    undo = f"/entries/{entry_of(case, 'ReferralWithdrawn')}/undo"
    assert olivia.post(undo, data={"reason": "x"}).status_code == 409
    assert desk.as_("sam").post(undo, data={"reason": "It was her."}).status_code == 303


@pytest.mark.sqlite_only
def test_who_was_withdrawn_while_eligible_stays_on_a_list_with_the_reason(cast, desk):
    case, sam = a_sentence(), desk.as_("sam")
    say(case, cast, service.SENT, now="2026-11-30 08:00")
    say(case, cast, service.WITHDRAW, reason="wrong_person")

    listed = text_of(sam.get("/unit/victim-contact-scheme?show=explained"))
    assert "1 Eligible, not referred or withdrawn for a reason" in listed
    assert "Leah Jones" in listed
    assert "Withdrawn. Reason: It was about the wrong person or defendant" in listed
    assert "Not referred or withdrawn, with a reason 1" in listed
    assert "Eligible, neither sent nor explained 0" in listed
    undo = f"/entries/{entry_of(case, 'ReferralWithdrawn')}/undo"
    assert desk.as_("olivia").post(undo, data={"reason": "It was her."}).status_code == 303  # it had been sent


@pytest.mark.sqlite_only
@pytest.mark.feature("S9")
def test_who_is_not_referred_and_nobody_said_why_is_on_the_list_to_be_looked_at(cast, desk):
    case, sam = a_sentence(), desk.as_("sam")
    with database.writing() as work:
        work.execute(sa.update(Referral).values(state="withdrawn", reason=""))

    assert "Leah Jones" in sam.get("/unit/victim-contact-scheme").text
    assert row_of(case).result == "eligible"


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", [service.WITHDRAW, service.REJECTED, service.DO_NOT_REFER])
def test_no_reason_points_to_a_note_that_nobody_can_write(cast, desk, name):
    case, sam = a_sentence(), desk.as_("sam")
    if name != service.DO_NOT_REFER:
        say(case, cast, service.SENT, now="2026-11-30 08:00")
    address = f"{page_of(case)}/{case.defendants['Aaron Smith']}/{name}"
    form = sam.get(address).text
    assert 'type="radio"' in form
    assert "written in the note" not in form

    assert sam.post(address, data=filled(form) | {"reason": "other"}).status_code == 400

    say(case, cast, name, reason="other", who=supervisor(cast))  # as it could be before
    assert "Another reason, which is not recorded" in sam.get(page_of(case)).text
    assert "Reason: Another reason, which is not recorded" in text_of(sam.get(f"/cases/{case.urn}"))


@pytest.mark.sqlite_only
def test_an_objection_is_shown_and_goes_into_the_file_which_is_to_be_downloaded_again(cast, desk):
    case, olivia = a_sentence(), desk.as_("olivia")
    file = f"{page_of(case)}/{case.defendants['Aaron Smith']}/referral.json"
    said = olivia.get(file).get_json()["victim"]
    assert (said["told_of_referral"], said["objects_to_referral"]) == ("not_asked", "not_asked")

    say(case, cast, service.SENT, told=Answer.YES, objects=Answer.YES)

    words = text_of(olivia.get(page_of(case)))
    assert "Told them about it Yes Objected to it Yes. The file says so since this was recorded." in words
    assert "download it again" in words
    said = olivia.get(file).get_json()["victim"]
    assert (said["told_of_referral"], said["objects_to_referral"]) == ("yes", "yes")
    assert "referral sent; they know of it, they objected" in text_of(olivia.get(f"/cases/{case.urn}"))
    (person,) = api_document(desk, case)["participants"]
    (answer,) = person["victim_contact_scheme"]
    assert (answer["told"], answer["objects"]) == ("yes", "yes")


@pytest.mark.sqlite_only
def test_nobody_is_asked_to_download_again_without_an_objection(cast, desk):
    case = a_sentence()
    say(case, cast, service.SENT, told=Answer.NO)

    words = text_of(desk.as_("olivia").get(page_of(case)))

    assert "Told them about it No Objected to it Not asked yet" in words
    assert "download it again" not in words


@pytest.mark.parametrize("fill_in", [backfill.journal_rows, lambda now: rebuild_all(now)], ids=["job", "rebuild"])
def test_an_objection_of_before_it_was_kept_is_filled_in_from_the_journal(cast, fill_in):
    case = a_sentence()
    say(case, cast, service.SENT, told=Answer.YES, objects=Answer.YES)
    with database.writing() as work:  # as migration 0012 finds and leaves it
        state = work.scalar(sa.select(CourtCase.state))
        (standing,) = state["referrals"].values()
        assert (standing.pop("told"), standing.pop("objects")) == ("yes", "yes")
        work.execute(sa.update(CourtCase).values(state=state, rows_journalled=False))
        work.execute(sa.update(Referral).values(told="not_asked", objects="not_asked"))
    assert [found.row for found in check(at("2026-11-30 09:42"), only="I4")] == [row_of(case).id]

    fill_in(at("2026-11-30 09:42"))

    database.session().rollback()
    assert (row_of(case).told, row_of(case).objects) == ("yes", "yes")
    assert list(check(at("2026-11-30 09:43"), only="I4")) == []


def rebuild_all(now) -> None:
    with database.writing():
        rebuild.rebuild(now=now)


def api_document(desk, case):
    headers = a_key(desk.app, unit_ids=[desk.cast.unit], scopes=("cases:read",), name="reader")
    return desk.app.test_client().get(f"/api/v1/cases/{case.urn}", headers=headers).get_json()


def entry_of(case, kind) -> str:
    query = sa.select(JournalEvent.id).where(JournalEvent.case_id == case.id, JournalEvent.kind == kind)
    return database.session().scalars(query).one()


def test_the_whole_life_of_a_referral_is_kept_and_shown(cast, desk):
    case = a_sentence()
    say(case, cast, service.SENT, told=Answer.YES)
    say(case, cast, service.REJECTED, reason="details_missing", now="2026-11-30 09:10")
    assert "Details are missing or wrong" in desk.as_("olivia").get(page_of(case)).text
    say(case, cast, service.SENT, now="2026-11-30 09:20")
    say(case, cast, service.ACKNOWLEDGED, now="2026-11-30 09:30")
    say(case, cast, service.CONTACTED, now="2026-11-30 09:40")

    assert row_of(case).state == "vlo_contacted"
    assert list(check(at("2026-11-30 09:42"), only="I4")) == []


@pytest.mark.feature("S9")
def test_the_list_of_the_unit_has_who_is_eligible_and_not_referred_until_it_is_sent(cast, desk):
    case, sam = a_sentence(), desk.as_("sam")
    listed = sam.get("/unit/victim-contact-scheme").text
    assert "Leah Jones" in listed
    assert "12 months or more" in listed
    assert "Olivia" in listed

    say(case, cast, service.SENT)

    assert "Leah Jones" not in sam.get("/unit/victim-contact-scheme").text


@pytest.mark.sqlite_only
def test_a_resentence_brings_somebody_onto_the_list(cast, desk):
    case, sam = a_sentence("11 M"), desk.as_("sam")
    assert "Leah Jones" not in sam.get("/unit/victim-contact-scheme").text

    sentenced(case, length="4 Y", now="2026-11-27 15:00")

    assert "Leah Jones" in sam.get("/unit/victim-contact-scheme").text


def test_the_lists_have_who_is_undecided_unclear_and_left_out(cast, desk):
    a_sentence("24 M", code=COERCIVE)
    a_sentence(linked=False, now="2026-11-12 15:00")
    left_out = a_case(a_witness("Nadia Ahmed"), code=ROBBERY, defendants=("Cy Roe",))
    sentenced(left_out, now="2026-11-26 15:00")
    sam = desk.as_("sam")

    assert "coercive" in sam.get("/unit/victim-contact-scheme?show=undecided").text
    assert "which of the offences" in sam.get("/unit/victim-contact-scheme?show=unclear").text
    assert "Cy Roe" in sam.get("/unit/victim-contact-scheme").text


@pytest.mark.sqlite_only
def test_a_liaison_officer_who_is_late_is_listed(cast, desk):
    case = a_sentence(now="2026-10-01 15:00")
    say(case, cast, service.SENT, now="2026-10-05 10:00")

    assert "Leah Jones" in desk.as_("sam").get("/unit/victim-contact-scheme?show=liaison").text


@pytest.mark.sqlite_only
def test_the_file_for_the_probation_service_has_the_least_and_is_logged_as_disclosed(cast, desk):
    case = a_sentence()
    address = f"{page_of(case)}/{case.defendants['Aaron Smith']}/referral.json"

    answer = desk.as_("olivia").get(address)

    body = answer.get_json()
    assert set(body) == {
        *("format", "referral", "made_at", "from", "victim", "offender", "eligibility", "send_by"),
    }
    assert [phone["number"] for phone in body["victim"]["phones"]] == ["07700 900123"]
    query = sa.select(PersonalDataEntry).where(PersonalDataEntry.category == "disclosure")
    (logged,) = database.session().scalars(query).all()
    assert logged.recipient == "Probation service, Victim Contact Scheme"
    assert case["Leah Jones"] in str(logged.subjects)


@pytest.mark.sqlite_only
def test_nothing_is_exported_of_somebody_who_is_not_to_be_referred(cast, desk):
    case = a_sentence("24 M", code=THEFT)

    answer = desk.as_("olivia").get(f"{page_of(case)}/{case.defendants['Aaron Smith']}/referral.json")

    assert answer.status_code == 404


@pytest.mark.sqlite_only
def test_a_witness_is_told_that_the_scheme_is_for_victims(cast, desk):
    case = a_case(a_witness("Nadia Ahmed"))

    assert "witness only" in desk.as_("olivia").get(f"/participants/{case['Nadia Ahmed']}/vcs").text


@pytest.mark.sqlite_only
@pytest.mark.feature("S10")
def test_the_help_page_names_its_owner_and_its_review(app):
    text = app.test_client().get("/help/victim-contact-scheme").text

    assert "Owner: " in text
    assert "Reviewed: Friday 27 November 2026" in text


def test_old_cases_tell_their_journals_what_only_their_rows_hold(cast):
    case = a_sentence("11 M", code="", kind=ResultKind.CUSTODY)
    with database.writing() as work:
        work.execute(sa.text("UPDATE offence SET cjs_code = 'OF61102'"))
        work.execute(sa.update(CourtCase).values(rows_journalled=False))
    session = database.session()
    assert row_of(case).result == "insufficient"

    assert backfill.journal_rows(at("2026-11-30 09:42")) == 1

    session.rollback()
    assert row_of(case).result == "not_eligible"
    assert session.scalar(sa.select(CourtCase.rows_journalled)) is True
    assert backfill.journal_rows(at("2026-11-30 09:43")) == 0
    assert list(check(at("2026-11-30 09:43"), only="I4")) == []


@pytest.mark.sqlite_only
def test_an_old_case_that_cannot_be_told_is_logged_and_no_other_waits_for_it(cast, monkeypatch, capsys):
    cases = sorted(a_case(a_victim(name)).id for name in ("Leah Jones", "Ivy Marsh", "Nadia Ahmed"))
    with database.writing() as work:
        work.execute(sa.update(CourtCase).values(rows_journalled=False))
    rebuild_some, open_at_once = backfill.rebuild_some, []

    def fails_for_the_first(ids, *, now):
        open_at_once.append(len(ids))
        if cases[0] in ids:
            raise ValueError("Leah Jones")
        rebuild_some(ids, now=now)

    monkeypatch.setattr(backfill, "rebuild_some", fails_for_the_first)
    monkeypatch.setattr(backfill, "CASES", 2)

    assert backfill.journal_rows(at("2026-11-30 09:42")) == 2

    waiting = sa.select(CourtCase.id).where(~CourtCase.rows_journalled)
    assert database.session().scalars(waiting).all() == [cases[0]]
    assert set(open_at_once) == {1}  # the locks of no other case are held meanwhile
    logged = capsys.readouterr().err
    assert "journal_not_told" in logged
    assert cases[0] in logged
    assert "Leah" not in logged


def filled(text: str) -> dict[str, str]:
    """What a form holds as it is shown: its hidden fields and its boxes."""
    import re

    fields = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag:
            fields[name[1]] = value[1] if value else ""
    return fields
