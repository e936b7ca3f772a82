"""Recording a contact: what counts as told, what never does, and that nothing typed is lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.desk import MONDAY, Desk
from tests.factories import (
    WEEKDAYS_10_TO_2,
    MadeCase,
    a_case,
    a_mobile,
    a_trial,
    a_victim,
    a_witness,
    at,
    moved,
    open_duties,
    told_everything,
)
from tests.reading import form_values, link_with_text, text_of
from witness_care import database
from witness_care.audit.models import PersonalDataEntry
from witness_care.cases.models import CourtCase
from witness_care.casework.models import JournalEvent
from witness_care.contacts.models import Contact, Duty
from witness_care.database import session
from witness_care.people.models import ContactPoint, Participant

pytestmark = pytest.mark.sqlite_only


def page_of(participant: str) -> str:
    return f"/participants/{participant}/contacts/new"


def filled_in(browser, participant: str, duty: str = "", **more: object) -> dict[str, object]:
    """What the opened form sends, with what a test chooses."""
    page = page_of(participant)
    opened = browser.get(f"{page}?duty={duty}" if duty else page)
    assert opened.status_code == 200, opened.text
    return form_values(opened, page) | {"then": "next"} | more


def save(browser, participant: str, values: dict[str, object]):
    return browser.post(page_of(participant), data=values)


@pytest.fixture
def case(desk: Desk) -> MadeCase:
    """Leah, whose trial was moved on Friday; she has the old date."""
    made = a_case(a_victim("Leah Jones"))
    hearing = a_trial(made, "2026-12-02 10:00", now="2026-11-10 10:00")
    told_everything(made["Leah Jones"], now="2026-11-10 11:00", by=desk.cast.olivia)
    moved(made, hearing, "2026-12-14 10:00", now="2026-11-27 10:00")
    return made


@pytest.fixture
def leah(case: MadeCase) -> str:
    return case["Leah Jones"]


def new_date_of(participant: str) -> Duty:
    return next(duty for duty in open_duties(participant) if duty.topic == "hearing.when_where")


def urn_of(participant: str) -> str:
    query = sa.select(CourtCase.urn).join(Participant, Participant.case_id == CourtCase.id)
    return session().execute(query.where(Participant.id == participant)).scalar_one()


# --- the form ----------------------------------------------------------------------------------------------------


@pytest.mark.feature("F3")
def test_the_links_duty_is_ticked_and_everything_but_what_happened_is_filled_in(desk: Desk, leah: str):
    values = filled_in(desk.as_("olivia"), leah, new_date_of(leah).id)

    assert len(values["tell"]) == 1
    assert "outcome" not in values
    assert values["channel"] == ["call"]
    assert (values["happened-day"], values["happened-month"], values["at"]) == (["30"], ["11"], ["9:42am"])


def test_the_form_says_what_to_tell_and_how_it_is_safe_to_call(desk: Desk, leah: str):
    page = text_of(desk.as_("olivia").get(f"{page_of(leah)}?duty={new_date_of(leah).id}"))

    assert "Record contact with Leah Jones" in page
    assert "Safe contact: mobile only, no voicemail." in page
    assert "Trial, Northbridge Crown Court, Monday 14 December 2026 at 10am" in page
    assert "Mobile 07700 900123" in page


def test_a_voicemail_is_not_offered_unless_it_is_agreed_as_safe(desk: Desk, leah: str):
    other = a_case(a_victim("Nadia Ahmed", phones=[a_mobile("07700 900456", voicemail="yes")]))["Nadia Ahmed"]
    browser = desk.as_("olivia")

    assert 'value="voicemail"' not in browser.get(page_of(leah)).text
    assert 'value="voicemail"' in browser.get(page_of(other)).text


def test_an_unsafe_number_is_never_shown(desk: Desk):
    numbers = [a_mobile("07700 900111", unsafe=True), a_mobile("07700 900222", allowed="no")]
    hidden = a_case(a_victim("Nadia Ahmed", phones=numbers))["Nadia Ahmed"]

    page = text_of(desk.as_("olivia").get(page_of(hidden)))

    assert "900111" not in page
    assert "900222" not in page
    assert "There is no number that may be called." in page
    assert "No answer" not in page


@pytest.mark.feature("N1")
def test_noor_cannot_open_or_save_a_contact_of_olivias_unit(desk: Desk, leah: str):
    noor = desk.as_("noor")

    assert noor.get(page_of(leah)).status_code == 404
    assert noor.post(page_of(leah), data={"outcome": "told"}).status_code == 404


# --- what counts as told -----------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_speaking_closes_what_was_ticked_and_leads_to_the_next_person(desk: Desk, leah: str):
    other = a_case(a_victim("Nadia Ahmed"))["Nadia Ahmed"]
    a_trial(MadeCase(id="", urn=urn_of(other)), "2027-02-01 10:00", now="2026-11-27 10:00")
    browser = desk.as_("olivia")
    first, second = sorted([new_date_of(leah), new_date_of(other)], key=lambda duty: (duty.due_at, duty.id))
    first_id, first_person, second_person = first.id, first.participant_id, second.participant_id

    answer = save(browser, first_person, filled_in(browser, first_person, first_id, outcome="told"))

    assert answer.status_code == 303
    assert page_of(second_person) in answer.location
    assert answer.location.endswith("#result")
    closed = session().get_one(Duty, first_id)
    assert (closed.closed_reason, closed.met) == ("done", True)
    assert ": spoke with them." in text_of(browser.get(answer.location))


def test_todays_work_does_not_run_on_into_tomorrows(desk: Desk, leah: str):
    tomorrow = a_case(a_victim("Nadia Ahmed"))["Nadia Ahmed"]
    a_trial(MadeCase(id="", urn=urn_of(tomorrow)), "2027-02-01 10:00", now="2026-11-30 09:00")
    browser = desk.as_("olivia")

    after_today = save(browser, leah, filled_in(browser, leah, new_date_of(leah).id, outcome="told"))
    after_tomorrow = save(browser, tomorrow, filled_in(browser, tomorrow, new_date_of(tomorrow).id, outcome="told"))

    assert after_today.location.startswith("/my-day?saved=")
    assert page_of(leah) in after_tomorrow.location, "What is due later is followed by what is due later still."


def test_after_the_last_contact_the_day_is_done(desk: Desk, leah: str):
    browser = desk.as_("olivia")

    answer = save(browser, leah, filled_in(browser, leah, new_date_of(leah).id, outcome="told"))

    assert answer.location.startswith("/my-day?saved=")


def test_save_and_stay_leads_back_to_the_person(desk: Desk, leah: str):
    browser = desk.as_("olivia")

    answer = save(browser, leah, filled_in(browser, leah, outcome="not_told", then="stay"))

    assert answer.location.startswith(f"/participants/{leah}?saved=")


@pytest.mark.feature("E4")
@pytest.mark.parametrize("outcome", ["no_answer", "not_told"])
def test_an_attempt_never_closes_a_duty(desk: Desk, leah: str, outcome: str):
    browser = desk.as_("olivia")
    duty = new_date_of(leah).id

    save(browser, leah, filled_in(browser, leah, duty, outcome=outcome))

    assert session().get_one(Duty, duty).closed_at is None


@pytest.mark.feature("E4")
def test_three_unanswered_calls_leave_it_open_and_are_counted(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    for number in (1, 2, 3):
        values = filled_in(browser, leah, new_date_of(leah).id, outcome="no_answer")
        assert f"No answer (attempt {number})" in text_of(browser.get(page_of(leah)))
        save(browser, leah, values)

    assert "3 attempts" in text_of(browser.get("/my-day"))
    assert session().get_one(Participant, leah).missed_in_a_row == 3


def test_only_what_was_ticked_counts_as_told(desk: Desk, case: MadeCase, leah: str):
    a_trial(case, "2027-03-01 10:00", now="2026-11-30 09:00")
    browser = desk.as_("olivia")
    first, *others = [duty for duty in open_duties(leah) if duty.topic == "hearing.when_where"]
    first_id, other_ids = first.id, [duty.id for duty in others]

    save(browser, leah, filled_in(browser, leah, first_id, outcome="told"))

    assert session().get_one(Duty, first_id).closed_reason == "done"
    assert [session().get_one(Duty, other).closed_at for other in other_ids] == [None]


def test_speaking_keeps_in_touch(desk: Desk, leah: str):
    desk.clock("2026-12-10 11:00")
    browser = desk.as_("olivia")
    (before,) = (duty.due_at for duty in open_duties(leah) if duty.topic == "task.keep_in_touch")

    save(browser, leah, filled_in(browser, leah, outcome="not_told"))

    (after,) = (duty.due_at for duty in open_duties(leah) if duty.topic == "task.keep_in_touch")
    assert after > before


def test_someone_who_must_attend_can_say_that_they_will_come(desk: Desk):
    case = a_case(a_witness("Nadia Ahmed", required=True))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    nadia = case["Nadia Ahmed"]
    browser = desk.as_("olivia")

    save(browser, nadia, filled_in(browser, nadia, new_date_of(nadia).id, outcome="told", coming="will_come"))

    assert session().get_one(Participant, nadia).attendance == "confirmed"


# --- once, and with everything kept ------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_sending_the_form_twice_records_it_once(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, new_date_of(leah).id, outcome="told")

    save(browser, leah, values)
    again = save(browser, leah, values)

    assert again.status_code == 303
    assert "Already recorded" in text_of(browser.get(again.location))
    told = sa.select(sa.func.count()).select_from(Contact).where(Contact.recorded_at >= desk.app.config["CLOCK"]())
    assert session().execute(told).scalar_one() == 1


def test_without_what_happened_everything_typed_is_kept(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, new_date_of(leah).id, note="She asked about parking", at="9:15am")

    answer = save(browser, leah, values)

    assert answer.status_code == 400
    assert "<title>Error: Record contact" in answer.text
    assert link_with_text(answer, "Choose what happened") == "#outcome"
    kept = form_values(answer, page_of(leah))
    assert (kept["note"], kept["at"], kept["tell"]) == (["She asked about parking"], ["9:15am"], values["tell"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"happened-day": "31"}, "Enter the date you spoke, for example 2 3 2026"),
        ({"at": "soon"}, "Enter the time you spoke, for example 9:42am"),
        ({"at": "11:30pm"}, "Enter a date and time that is not in the future"),
        ({"tell": []}, "Tick what you told them, or choose “Spoke, but could not tell them”"),
        ({"outcome": "other_way_told"}, "Say what happened and why it was done"),
    ],
)
def test_a_mistake_is_said_at_its_field(desk: Desk, leah: str, typed: dict[str, object], words: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, new_date_of(leah).id, outcome="told") | typed

    answer = save(browser, leah, values)

    assert answer.status_code == 400
    assert words in text_of(answer)


@pytest.mark.parametrize("typed", ["9:15am", "9.15", "0915", "09:15", "9:15 AM"])
def test_a_time_may_be_typed_as_people_write_it(desk: Desk, leah: str, typed: str):
    browser = desk.as_("olivia")

    save(browser, leah, filled_in(browser, leah, outcome="not_told", at=typed))

    happened = session().execute(sa.select(Contact.happened_at).order_by(Contact.recorded_at.desc())).scalars().first()
    assert happened.isoformat() == "2026-11-30T09:15:00+00:00"


# --- safe contact ------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(desk: Desk) -> str:
    """Nadia may be called on weekdays between 10 and 2, and it is 9:42am."""
    case = a_case(a_victim("Nadia Ahmed", phones=[a_mobile("07700 900456", hours=[WEEKDAYS_10_TO_2])]))
    a_trial(case, "2027-02-01 10:00", now="2026-11-27 10:00")
    return case["Nadia Ahmed"]


@pytest.mark.feature("B4")
def test_a_call_outside_the_agreed_hours_needs_a_reason(desk: Desk, guarded: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, guarded, new_date_of(guarded).id, outcome="told")

    refused = save(browser, guarded, values)
    kept = session().execute(sa.select(sa.func.count()).select_from(Contact)).scalar_one()
    accepted = save(browser, guarded, values | {"override_reason": "She rang and asked me to ring back at once"})

    assert refused.status_code == 400
    assert "Outside the hours that are safe for them" in text_of(refused)
    assert kept == 0
    assert accepted.status_code == 303
    contact = session().execute(sa.select(Contact)).scalar_one()
    assert contact.override_reason.open(contact.id) == "She rang and asked me to ring back at once"


@pytest.mark.feature("B4")
def test_the_server_asks_the_gate_whatever_the_form_offered(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, outcome="other_way_voicemail", note="")

    assert save(browser, leah, values).status_code == 400
    assert session().execute(sa.select(Contact.id).where(Contact.outcome == "voicemail")).first() is None


@pytest.mark.feature("B4")
def test_what_happened_can_always_be_recorded_and_raises_a_safety_incident(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, outcome="other_way_voicemail", note="I left a message by mistake")

    answer = save(browser, leah, values)

    assert answer.status_code == 303
    assert "A supervisor will look at the safe-contact record." in text_of(browser.get(answer.location))
    contact = session().execute(sa.select(Contact).where(Contact.outcome == "voicemail")).scalar_one()
    assert contact.safety_incident
    assert contact.override_reason.open(contact.id) == "I left a message by mistake"


def test_when_it_was_not_safe_to_talk_nothing_counts_as_told(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    duty = new_date_of(leah).id

    save(browser, leah, filled_in(browser, leah, duty, outcome="unsafe"))

    assert session().get_one(Duty, duty).closed_at is None
    assert session().execute(sa.select(Contact.safety_incident).where(Contact.outcome == "unsafe")).scalar_one()


def test_they_may_always_contact_us(desk: Desk, guarded: str):
    browser = desk.as_("olivia")
    duty = new_date_of(guarded).id

    answer = save(browser, guarded, filled_in(browser, guarded, duty, outcome="they_contacted_us"))

    assert answer.status_code == 303
    assert session().get_one(Duty, duty).closed_reason == "done"
    assert session().execute(sa.select(Contact.direction)).scalar_one() == "in"


# --- facts that change while we talk -----------------------------------------------------------------------------


@pytest.fixture
def overtaken(desk: Desk, case: MadeCase, leah: str):
    """Olivia has the form open with 14 December; at 9:41 the court moves the trial to 16 December."""
    browser = desk.as_("olivia")
    duty = new_date_of(leah)
    values = filled_in(browser, leah, duty.id, outcome="told", note="She was relieved")
    moved(case, duty.hearing_id, "2026-12-16 10:00", now="2026-11-30 09:41")
    return browser, values


@pytest.mark.both_databases
@pytest.mark.feature("J4")
def test_a_fact_that_changed_while_talking_is_asked_about(desk: Desk, leah: str, overtaken):
    browser, values = overtaken

    answer = save(browser, leah, values)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Monday 14 December 2026 at 10am" in page
    assert "Wednesday 16 December 2026 at 10am" in page
    assert "I told them the new date" in page
    assert form_values(answer, page_of(leah))["note"] == ["She was relieved"]
    assert new_date_of(leah).closed_at is None


@pytest.mark.feature("J4")
def test_i_told_them_what_was_on_my_screen_leaves_the_new_date_owed(desk: Desk, leah: str, overtaken):
    browser, values = overtaken

    answer = save(browser, leah, values | {"if_changed": "as_shown"})

    assert answer.status_code == 303
    owed = new_date_of(leah)
    assert owed.value["hearings"][0]["days"] == [["2026-12-16", "10:00"]]
    assert owed.told_value["hearings"][0]["days"] == [["2026-12-14", "10:00"]]


@pytest.mark.feature("J4")
def test_i_told_them_the_new_date_closes_it(desk: Desk, leah: str, overtaken):
    browser, values = overtaken

    save(browser, leah, values | {"if_changed": "as_now"})

    assert [duty.topic for duty in open_duties(leah)] == ["task.keep_in_touch"]


def test_an_old_link_ticks_what_took_the_place_of_its_duty(desk: Desk, leah: str, overtaken):
    browser, values = overtaken
    save(browser, leah, values | {"if_changed": "as_shown"})

    ticked = filled_in(browser, leah, values["duty"][0])["tell"]

    assert ticked == [f"hearing.when_where|{new_date_of(leah).subject}|{new_date_of(leah).value_hash}"]


def test_going_back_keeps_what_was_typed(desk: Desk, leah: str, overtaken):
    browser, values = overtaken

    answer = save(browser, leah, values | {"if_changed": "back"})

    assert answer.status_code == 200
    assert form_values(answer, page_of(leah))["note"] == ["She was relieved"]
    assert "Wednesday 16 December 2026" in text_of(answer)


@pytest.mark.both_databases
def test_two_officers_who_tell_the_same_are_both_kept(desk: Desk, leah: str):
    olivia, sam = desk.as_("olivia"), desk.as_("sam")
    duty = new_date_of(leah).id
    hers, his = (filled_in(browser, leah, duty, outcome="told") for browser in (olivia, sam))

    assert save(olivia, leah, hers).status_code == 303
    assert save(sam, leah, his).status_code == 303
    assert session().get_one(Duty, duty).closed_by == f"user:{desk.cast.olivia}"


@pytest.mark.feature("J4")
def test_what_the_page_offered_is_saved_though_somebody_else_told_them_meanwhile(desk: Desk, leah: str):
    olivia, sam = desk.as_("olivia"), desk.as_("sam")
    duty = new_date_of(leah).id
    hers = filled_in(olivia, leah, duty, outcome="told")
    his = filled_in(sam, leah, duty, outcome="not_told", note="She was driving")
    save(olivia, leah, hers)

    assert save(sam, leah, his).status_code == 303

    kept = session().execute(sa.select(Contact).where(Contact.recorded_by == f"user:{desk.cast.sam}")).scalar_one()
    assert (kept.outcome, kept.note.open(kept.id)) == ("reached", "She was driving")


@pytest.mark.feature("J4")
def test_a_call_to_a_number_that_became_unsafe_meanwhile_is_saved_with_a_reason(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, new_date_of(leah).id, outcome="no_answer", note="It rang out")
    point = values["contact_point"]
    with database.writing() as writer:
        writer.execute(sa.update(ContactPoint).where(ContactPoint.id == point[0]).values(unsafe_since=at(MONDAY)))

    asked = save(browser, leah, values)

    assert asked.status_code == 400
    assert "Say why you did so" in text_of(asked)
    kept = form_values(asked, page_of(leah))
    assert (kept["outcome"], kept["note"], kept["contact_point"]) == (["no_answer"], ["It rang out"], point)
    assert save(browser, leah, kept | {"override_reason": "It was safe when I rang", "then": "next"}).status_code == 303


def test_a_voicemail_that_is_not_agreed_any_more_says_what_to_choose(desk: Desk, leah: str):
    browser = desk.as_("olivia")

    answer = save(browser, leah, filled_in(browser, leah, outcome="voicemail", note="I left word"))

    assert answer.status_code == 400
    assert "choose “Left a voicemail that is not agreed as safe” and say why in the note" in text_of(answer)
    assert form_values(answer, page_of(leah))["note"] == ["I left word"]


def test_a_value_that_was_never_ours_is_refused(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    unknown = "hearing.when_where|nowhere|0123456789abcdef0123456789abcdef"
    values = filled_in(browser, leah, outcome="told", tell=[unknown])

    answer = save(browser, leah, values | {"if_changed": "as_shown"})

    assert answer.status_code == 409


# --- what is kept, and where -------------------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.proves("SEC-28")
def test_a_note_is_sealed_and_stays_out_of_the_journal(desk: Desk, case: MadeCase, leah: str):
    browser = desk.as_("olivia")

    save(browser, leah, filled_in(browser, leah, outcome="not_told", note="Her sister Mabel answered"))

    contact = session().execute(sa.select(Contact).where(Contact.note.is_not(None))).scalar_one()
    assert b"Mabel" not in contact.note.blob
    assert contact.note.open(contact.id) == "Her sister Mabel answered"
    journal = session().execute(sa.select(JournalEvent.payload).where(JournalEvent.case_id == case.id)).scalars()
    assert "Mabel" not in str(list(journal))


@pytest.mark.proves("SEC-32")
def test_recording_is_logged_with_the_record_and_a_refusal_is_not(desk: Desk, leah: str):
    browser = desk.as_("olivia")
    values = filled_in(browser, leah, new_date_of(leah).id)
    logged = sa.select(sa.func.count()).where(
        PersonalDataEntry.category == "collection", PersonalDataEntry.actor_id == desk.cast.olivia
    )

    save(browser, leah, values)
    refused = session().execute(logged).scalar_one()
    save(browser, leah, values | {"outcome": "told"})

    assert (refused, session().execute(logged).scalar_one()) == (0, 1)


@pytest.mark.both_databases
def test_opening_the_form_takes_at_most_fifteen_queries(desk: Desk, leah: str, statements):
    browser = desk.as_("olivia")
    browser.get(page_of(leah))
    statements()

    browser.get(page_of(leah))

    sent = statements()
    assert len(sent) <= 15, "\n".join(sent)
