"""Messages as officers, supervisors and administrators see them: written, checked, approved, sent, and settled."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.cast import signed_in
from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_mobile, a_trial, a_victim, a_witness, introduced, moved, open_duties
from tests.reading import text_of
from witness_care import clock
from witness_care.accounts import service
from witness_care.accounts.models import Role
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.notifications import sending, template_service
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.people.document import ContactPointGiven
from witness_care.people.models import Person
from workflows import values

LEAH, NADIA, GWEN = "Leah Jones", "Nadia Ahmed", "Gwen Price"
ADA, BEA = "user:ada", "user:bea"


def an_address() -> ContactPointGiven:
    return ContactPointGiven(kind="address", value="1 Invented Row", allowed="yes", may_identify_us="yes")


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Templates are in use, and the unit has said on which number people ring it."""
    template_service.load_shipped(now=clock.now(), submitted_by=ADA, approved_by=BEA)
    template_service.set_ring_us(desk.cast.unit, phone="01632 960100", opens="09:00", closes="17:00")
    return desk


@pytest.fixture
def case(ready: Desk) -> MadeCase:
    """Leah agreed to texts and letters; Nadia has a number nobody has asked about; Gwen reads Welsh."""
    made = introduced(
        a_case(
            a_victim(LEAH, phones=(a_mobile(), an_address())),
            a_witness(NADIA, phones=(a_mobile("07700 900456", allowed="not_asked"),)),
            a_witness(GWEN, phones=(a_mobile("07700 900789"),), language="Welsh"),
            now="2026-11-09 09:00",
            officer="Olivia",
        )
    )
    made.people["trial"] = a_trial(made, "2026-12-14 10:00", now="2026-11-30 09:10")
    return made


def page(desk: Desk, path: str, who: str = "olivia") -> str:
    answer = desk.as_(who).get(path)
    assert answer.status_code == 200, path
    return text_of(answer)


def option(desk: Desk, case: MadeCase, name: str, key: str, channel: str = "text") -> str:
    """The value of the choice of one template on the page where a message is written; empty when it is not offered."""
    found = (
        session()
        .scalars(
            sa.select(MessageTemplate.id).where(
                MessageTemplate.key == key, MessageTemplate.channel == channel, MessageTemplate.state == "approved"
            )
        )
        .one()
    )
    html = desk.as_("olivia").get(f"/participants/{case[name]}/messages/new").get_data(as_text=True)
    offered = re.findall(r'name="message" type="radio" value="([^"]+)"', html)
    return next((value for value in offered if value.startswith(found)), "")


def write(desk: Desk, case: MadeCase, key: str, channel: str = "text", name: str = LEAH) -> str:
    """Write a message through the pages, and give its address."""
    duties = [f"{duty.topic}|{duty.subject}" for duty in open_duties(case[name])]
    data = {"token": new_id(), "news": duties, "message": option(desk, case, name, key, channel)}
    answer = desk.as_("olivia").post(f"/participants/{case[name]}/messages", data=data)
    assert answer.status_code == 303, text_of(answer)
    return answer.location.partition("?")[0].partition("#")[0]


def seen(desk: Desk, address: str, who: str = "olivia") -> list[str]:
    return re.findall(r'name="seen" value="([^"]+)"', desk.as_(who).get(address).get_data(as_text=True))


def step(desk: Desk, address: str, name: str, who: str = "olivia") -> int:
    data = {"step": name, "seen": seen(desk, address, who)}
    return desk.as_(who).post(address.replace("/check", "/step"), data=data).status_code


def send(desk: Desk, address: str, **more: object) -> tuple[int, str]:
    data = {"when": "now", "seen": seen(desk, address), **more}
    answer = desk.as_("olivia").post(address.replace("/check", "/send"), data=data)
    return answer.status_code, text_of(desk.as_("olivia").get(address) if answer.status_code == 303 else answer)


# --- writing and sending ------------------------------------------------------------------------------------------


@pytest.mark.feature("F1")
def test_what_is_checked_is_what_leaves_and_counts_as_told_where_they_chose_texts(ready: Desk, case: MadeCase):
    with writing() as s:
        s.execute(sa.update(Person).values(chosen_channel="text"))
    address = write(ready, case, "hearing_date")
    exactly = (
        "The trial is on Monday 14 December 2026 at 10am, at Eastmere Crown Court. It is set down for 1 day. "
        "If this is hard for you, ring us on 01632 960100, 9am to 5pm."
    )
    court = re.search(r"at 10am, at (.+?)\. It is", page(ready, address))
    assert court
    exactly = exactly.replace("Eastmere Crown Court", court[1])
    checked = page(ready, address)
    assert exactly in checked
    assert "This way to reach them is safe No safe hours are recorded: any hour is taken as safe No offence" in checked

    assert send(ready, address)[0] == 303
    sending.send_waiting(clock.now())

    after = page(ready, address)
    assert exactly in after
    assert "Exactly as it left" in after
    assert values.WHEN_WHERE not in [duty.topic for duty in open_duties(case[LEAH])]


@pytest.mark.feature("B4")
def test_a_forbidden_way_is_not_offered_and_the_page_says_why(ready: Desk, case: MadeCase):
    words = page(ready, f"/participants/{case[NADIA]}/messages/new")

    assert "Text message (mobile): Not yet: nobody has asked whether this way is safe." in words
    assert "07700 900456" not in words
    assert "Ring them and record the contact" in words
    assert option(ready, case, NADIA, "please_ring") == ""


@pytest.mark.feature("B4")
def test_somebody_who_agreed_to_no_more_is_offered_neutral_words_alone(ready: Desk):
    made = a_case(
        a_victim(LEAH, phones=(_silent(),)),
        now="2026-11-24 09:00",
        officer="Olivia",
    )
    a_trial(made, "2026-12-14 10:00", now="2026-11-24 10:00")

    assert option(ready, made, LEAH, "hearing_date") == ""
    assert option(ready, made, LEAH, "please_ring")
    assert "Neutral words only" in page(ready, f"/participants/{made[LEAH]}/messages/new")


def _silent() -> ContactPointGiven:
    return ContactPointGiven(kind="mobile", value="07700 900123", allowed="yes", voicemail="no")


@pytest.mark.feature("P2")
def test_without_approved_welsh_somebody_who_reads_welsh_is_sent_nothing(ready: Desk, case: MadeCase):
    assert option(ready, case, GWEN, "hearing_date") == ""
    words = page(ready, f"/participants/{case[GWEN]}/messages/new")
    assert "await an approved translation" in words

    translate("please_ring")

    assert option(ready, case, GWEN, "please_ring")
    address = write(ready, case, "please_ring", name=GWEN)
    html = ready.as_("olivia").get(address).get_data(as_text=True)
    assert 'lang="cy"' in html
    assert html.index('lang="cy"') < html.index('lang="en"', html.index("wc-messages"))
    assert "In approved Welsh and in English" in text_of(ready.as_("olivia").get(address))


def translate(key: str) -> None:
    """Put words in use that stand for a translation: no Welsh is made up in a test either."""
    old = (
        session()
        .scalars(sa.select(MessageTemplate).where(MessageTemplate.key == key, MessageTemplate.channel == "text"))
        .one()
    )
    words = {name: getattr(old, name) for name in template_service.WORDS} | {"body_cy": "Cymraeg ((phone)) ((hours))"}
    made = template_service.new_version(key, "text", words, actor=ADA, now=clock.now())
    template_service.submit(made, actor=ADA, now=clock.now())
    template_service.approve(made, actor=BEA, now=clock.now())


@pytest.mark.feature("F5")
def test_a_message_whose_date_moved_while_it_was_read_is_shown_anew_and_then_carries_the_new_date(
    ready: Desk, case: MadeCase
):
    address = write(ready, case, "hearing_date")
    old = seen(ready, address)
    ready.clock("2026-11-30 09:50")
    moved(case, case["trial"], "2026-12-16 10:00", now="2026-11-30 09:50")

    code, words = send(ready, address, seen=old)

    assert code == 409
    assert "It changed while you were looking" in words
    assert "Wednesday 16 December 2026" in words
    assert "Monday 14 December" not in words.partition("Checks")[0].partition("Exactly as they would read it")[2]


@pytest.mark.feature("F5")
def test_a_second_message_about_the_same_leads_to_the_one_that_waits(ready: Desk, case: MadeCase):
    first = write(ready, case, "hearing_date")

    assert write(ready, case, "new_date") == first


def test_a_chosen_time_holds_a_message_and_it_can_be_stopped(ready: Desk, case: MadeCase):
    address = write(ready, case, "hearing_date")

    code, words = send(
        ready,
        address,
        **{"when": "later", "send_on-day": "1", "send_on-month": "12", "send_on-year": "2026", "send_at": "10am"},
    )

    assert code == 303
    assert "Waits until Tuesday 1 December 2026 at 10am" in words
    assert step(ready, address, "cancel") == 303
    assert "An officer stopped it." in page(ready, address)
    assert "An officer stopped it" in page(ready, f"/participants/{case[LEAH]}/messages")


def test_a_time_that_is_missing_is_asked_for(ready: Desk, case: MadeCase):
    code, words = send(ready, write(ready, case, "hearing_date"), when="later")

    assert code == 400
    assert "Enter the day and the time at which it is to go" in words


# --- letters ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F2")
def test_a_letter_leaves_only_when_somebody_else_has_approved_it(ready: Desk, case: MadeCase):
    address = write(ready, case, "hearing_date", "letter")
    printed = address.replace("/check", "/letter")

    assert send(ready, address)[0] == 409
    assert ready.as_("olivia").get(printed).status_code == 404
    assert step(ready, address, "approve") == 409  # nobody approves what they drafted
    assert "Dear Leah Jones" in page(ready, address, "sam")
    assert "The date of a hearing" in page(ready, "/messages?show=approve", "sam")
    assert step(ready, address, "approve", "sam") == 303

    letter = page(ready, printed)
    preview = page(ready, address)
    body = letter[letter.index("Dear Leah Jones") : letter.rindex("Thank you") + 9]
    assert body in preview
    assert send(ready, address)[0] == 303


@pytest.mark.feature("F2")
@pytest.mark.feature("F5")
def test_a_letter_that_quotes_an_old_date_cannot_leave(ready: Desk, case: MadeCase):
    address = write(ready, case, "hearing_date", "letter")
    assert step(ready, address, "approve", "sam") == 303
    ready.clock("2026-11-30 09:50")
    moved(case, case["trial"], "2026-12-16 10:00", now="2026-11-30 09:50")

    assert send(ready, address)[0] == 409

    assert "It quotes a date or news that has changed since. Draft it anew." in page(ready, address)


# --- tell all -----------------------------------------------------------------------------------------------------


@pytest.mark.feature("B4")
def test_everybody_with_the_old_date_is_told_through_the_gate_and_the_rest_are_named_with_why(
    ready: Desk, case: MadeCase
):
    address = f"/hearings/{case['trial']}/tell-all"
    browser = ready.as_("olivia")
    before = text_of(browser.get(address))
    assert "Leah Jones, victim: Text message to 07700 900123" in before
    assert "Nobody is sent anything" not in before

    html = browser.get(address).get_data(as_text=True)
    ticked = re.findall(r'name="person" type="checkbox" value="([^"]+)"', html)
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token
    answer = browser.post(address, data={"token": token[1], "person": [*ticked, f"{case[NADIA]}|x"]})
    again = browser.post(address, data={"token": token[1], "person": ticked})

    assert (answer.status_code, again.location) == (303, answer.location)
    after = text_of(browser.get(answer.location))
    assert "Done 1 message." in after
    session().rollback()
    sent = session().execute(sa.select(OutboxMessage.participant_id, OutboxMessage.state)).all()
    assert [tuple(row) for row in sent] == [(case[LEAH], "ready")]


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F4")
def test_each_message_stands_on_the_list_it_belongs_to(ready: Desk, case: MadeCase):
    address = write(ready, case, "hearing_date")
    message_id = address.split("/")[2]

    assert "The date of a hearing to Leah Jones" in page(ready, "/messages?show=waiting")
    with writing() as s:
        s.execute(sa.update(OutboxMessage).where(OutboxMessage.id == message_id).values(state="escalated"))
    assert "they may get it twice" in page(ready, "/messages")
    assert "Leah Jones" in page(ready, "/unit/messages?show=escalated", "sam")
    assert step(ready, address, "rung") == 303
    assert "An officer rang instead." in page(ready, address)
    assert "No message stands here." in page(ready, "/messages")


def test_noor_cannot_open_a_message_of_olivias_unit(ready: Desk, case: MadeCase):
    address = write(ready, case, "hearing_date")

    for path in (address, f"/participants/{case[LEAH]}/messages", f"/hearings/{case['trial']}/tell-all"):
        assert ready.as_("noor").get(path).status_code == 404
    for end in ("send", "step"):
        assert ready.as_("noor").post(address.replace("check", end), data={"when": "now"}).status_code == 404
    assert ready.as_("olivia").get("/unit/messages").status_code == 403
    assert ready.as_("ada").get("/messages").status_code == 403


# --- templates ----------------------------------------------------------------------------------------------------


def another_administrator(desk: Desk) -> str:
    with writing():
        return service.create_user(
            sign_in_name="bea@example.example",
            display_name="Bea",
            password="harbour mist ladder eight",
            role=Role.ADMINISTRATOR,
            unit_ids=(),
            now=clock.now(),
        )


WORDS = {
    "key": "come_early",
    "title": "Come early",
    "channel": "text",
    "neutral": "no",
    "body_en": "Come a little early. Ring us on ((phone)).",
}


def test_a_template_is_put_in_use_by_somebody_else_than_its_writer(ready: Desk):
    bea = another_administrator(ready)
    ada = ready.as_("ada")
    address = ada.post("/admin/templates", data=WORDS).location.partition("?")[0]
    shown = text_of(ada.get(address))
    assert "Come a little early. Ring us on 01632 960100." in shown
    assert "Welsh missing: awaiting approved translation." in shown

    assert ada.post(f"{address}/step", data={"step": "submit"}).status_code == 303
    assert ada.post(f"{address}/step", data={"step": "approve"}).status_code == 409
    assert signed_in(ready.app, bea).post(f"{address}/step", data={"step": "approve"}).status_code == 303

    assert "In use" in text_of(ada.get(address))
    assert "Approved Monday 30 November 2026 at 9:42am, Bea" in text_of(ada.get(address))
    assert ada.post(f"{address}/step", data={"step": "retire"}).status_code == 303
    assert "Come early" in text_of(ada.get("/admin/templates?retired=1"))


def test_a_template_in_which_something_stands_in_the_way_is_not_submitted(ready: Desk):
    ada = ready.as_("ada")
    address = ada.post("/admin/templates", data=WORDS | {"body_en": "You must come."}).location.partition("?")[0]

    assert "sounds like blame or a threat" in text_of(ada.get(address))
    assert ada.post(f"{address}/step", data={"step": "submit"}).status_code == 409


def test_a_new_version_takes_the_place_of_the_one_in_use_and_loading_again_adds_nothing(ready: Desk):
    translate("please_ring")

    rows = session().execute(
        sa.select(MessageTemplate.version, MessageTemplate.state)
        .where(MessageTemplate.key == "please_ring", MessageTemplate.channel == "text")
        .order_by(MessageTemplate.version)
    )
    assert [tuple(row) for row in rows] == [(1, "retired"), (2, "approved")]
    assert template_service.load_shipped(now=clock.now()) == 0


def test_in_production_the_shipped_templates_are_drafts(desk: Desk):
    assert "added as drafts" in desk.app.test_cli_runner().invoke(args=["load-templates"]).output

    assert set(session().scalars(sa.select(MessageTemplate.state))) == {"draft"}
    assert "Draft" in page(desk, "/admin/templates", "ada")


def test_the_number_to_ring_is_set_by_an_administrator_and_without_it_nothing_is_offered(ready: Desk, case: MadeCase):
    address = f"/admin/units/{ready.cast.unit}/ring-us"
    ada = ready.as_("ada")

    assert ada.post(address, data={"phone": "x", "opens": "9am", "closes": "5pm"}).status_code == 400
    assert ada.post(address, data={"phone": "01632 960111", "opens": "5pm", "closes": "9am"}).status_code == 400
    assert ada.post(address, data={"phone": "01632 960111", "opens": "9am", "closes": "5pm"}).status_code == 303
    assert "01632 960111" in page(ready, write(ready, case, "please_ring"))

    with writing():
        template_service.set_ring_us(ready.cast.unit, phone="", opens="", closes="")
    assert option(ready, case, LEAH, "hearing_date") == ""
