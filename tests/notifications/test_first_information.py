"""First information for a victim in writing: in full where that is safe, else only who to ring."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_mobile, a_victim, a_witness, open_duties
from tests.notifications.post import ways
from tests.reading import text_of
from witness_care import clock
from witness_care.columns import new_id
from witness_care.contacts import introductions
from witness_care.database import session, writing
from witness_care.notifications import rendering, sending, shipped, template_service
from witness_care.notifications.models import OutboxMessage
from witness_care.notifications.rendering import NoBlockHere, Words, render
from witness_care.people.models import Person
from workflows import signposting, tasks

LEAH, NADIA = "Leah Jones", "Nadia Ahmed"
RAPE_CRISIS = "0808 500 2222"
KINDS = (
    "sexual",
    "rape",
    "abuse",
    "stalk",
    "hate",
    "fraud",
    "assault",
    "crime",
    "court",
    "victim",
    "police",
    "witness",
)
pytestmark = pytest.mark.feature("S2", "S3")


@pytest.fixture
def ready(desk: Desk) -> Desk:
    template_service.load_shipped(now=clock.now(), submitted_by="user:ada", approved_by="user:bea")
    template_service.set_ring_us(desk.cast.unit, phone="01632 960100", opens="09:00", closes="17:00")
    return desk


def a_case_of(code: str = "SX03001", *, chosen: str = "not_asked", **agreed: str) -> MadeCase:
    """One victim of one offence, who is to be introduced to us, and a witness."""
    case = a_case(
        a_victim(LEAH, phones=ways(**agreed)),
        a_witness(NADIA),
        defendants=("Karl Voss",),
        code=code,
        now="2026-11-30 09:00",
    )
    with writing() as s:
        s.execute(sa.update(Person).where(Person.name == LEAH).values(chosen_channel=chosen))
    return case


def address(case: MadeCase, name: str = LEAH) -> str:
    return f"/participants/{case[name]}/first-information"


def offered(desk: Desk, case: MadeCase) -> dict[str, str]:
    """The choices of the page by their words."""
    html = desk.as_("olivia").get(address(case)).get_data(as_text=True)
    values = re.findall(r'name="message" type="radio" value="([^"]+)"', html)
    labels = re.findall(r'govuk-radios__label"[^>]*>\s*([^<]+?)\s*<', html)
    return dict(zip(labels, values, strict=True))


def send(desk: Desk, case: MadeCase, words: str) -> str:
    """Choose, check and send; give what left."""
    value = next(value for label, value in offered(desk, case).items() if words in label)
    olivia = desk.as_("olivia")
    made = olivia.post(address(case), data={"token": new_id(), "message": value})
    assert made.status_code == 303, text_of(made)
    check = made.location.partition("?")[0].partition("#")[0]
    seen = re.findall(r'name="seen" value="([^"]+)"', olivia.get(check).get_data(as_text=True))
    assert olivia.post(check.replace("/check", "/send"), data={"when": "now", "seen": seen}).status_code == 303
    sending.send_waiting(clock.now())
    message = session().scalars(sa.select(OutboxMessage).order_by(OutboxMessage.created_at.desc())).first()
    assert message is not None
    return message.sealed_text.open(message.id)


def is_owed(case: MadeCase) -> bool:
    return any(duty.topic == tasks.INTRODUCTION for duty in open_duties(case[LEAH]))


@pytest.mark.feature("S4")
def test_a_new_victim_is_told_by_the_way_they_chose_in_three_interactions_and_counts_as_told(ready: Desk):
    case = a_case_of(chosen="email")
    person = ready.as_("olivia").get(f"/participants/{case[LEAH]}").get_data(as_text=True)
    assert f'href="{address(case)}"' in person  # one: open
    assert is_owed(case)

    left = send(ready, case, "E-mail to leah@example.org, in full")  # two: choose; three: send

    for told in ("01632 960100", "You have rights", "The next step", RAPE_CRISIS, "08 08 16 89 111"):
        assert told in left
    assert not is_owed(case)
    answered = introductions.answered(session(), case[LEAH], "victim")
    assert [each.how for each in answered] == ["By e-mail"] * 3
    page = text_of(ready.as_("olivia").get(address(case)))
    assert "No contact says so" not in page
    assert "Nothing of this is owed to them now" in page


def test_what_is_sent_in_another_way_than_they_chose_leaves_it_owed(ready: Desk):
    case = a_case_of(chosen="call")

    send(ready, case, "E-mail to leah@example.org, in full")

    assert is_owed(case)
    assert "They want to be rung." in text_of(ready.as_("olivia").get(address(case)))


def test_the_safe_words_tell_nothing_and_leave_it_owed(ready: Desk):
    case = a_case_of(chosen="email")

    left = send(ready, case, "E-mail to leah@example.org, in safe words").lower()

    assert "01632 960100" in left
    for canary in (*KINDS, "leah", "olivia", "voss", "0808"):
        assert canary not in left
    assert is_owed(case)


def test_a_text_never_tells_the_kind_of_crime(ready: Desk):
    case = a_case_of(chosen="text")

    left = send(ready, case, "Text message to 07700 900123, in full")

    assert "08 08 16 89 111" in left
    assert RAPE_CRISIS not in left
    for canary in ("sexual", "rape", "abuse", "stalk", "hate", "fraud", "voss", "leah"):
        assert canary not in left.lower()
    assert not is_owed(case)


def test_without_their_agreement_that_we_may_say_who_we_are_only_the_safe_words_are_there(ready: Desk):
    case = a_case_of(may_identify_us="not_asked")

    labels = [label for label in offered(ready, case) if "07700" not in label]

    assert labels
    assert all("in safe words" in label for label in labels)


def test_an_agreement_that_is_taken_back_while_it_waits_stops_the_links(ready: Desk):
    from witness_care.people.models import ContactPoint

    case = a_case_of(chosen="email")
    value = next(value for label, value in offered(ready, case).items() if "E-mail" in label and "full" in label)
    olivia = ready.as_("olivia")
    made = olivia.post(address(case), data={"token": new_id(), "message": value})
    check = made.location.partition("?")[0].partition("#")[0]
    seen = re.findall(r'name="seen" value="([^"]+)"', olivia.get(check).get_data(as_text=True))
    olivia.post(check.replace("/check", "/send"), data={"when": "now", "seen": seen})
    with writing() as s:
        s.execute(sa.update(ContactPoint).where(ContactPoint.kind == "email").values(may_identify_us="no"))

    sending.send_waiting(clock.now())

    message = session().scalars(sa.select(OutboxMessage)).one()
    assert (message.state, message.sealed_text) == ("blocked", None)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("SC15004", "national_domestic_abuse_helpline"),
        ("PH97006", "national_stalking_helpline"),
        ("CD98074", "true_vision"),
        ("SX03001", "rape_crisis"),
        ("FA06001", "report_fraud"),
        ("TH68001", "victim_support"),
    ],
)
def test_the_page_shows_the_links_for_what_was_done_to_them(ready: Desk, code: str, key: str):
    case = a_case_of(code)
    link = next(link for link in signposting.shipped().links if link.key == key)

    page = text_of(ready.as_("olivia").get(address(case)))

    assert link.line in page
    assert "Not checked yet" in page


def test_where_nobody_says_whose_offence_it_is_another_victim_gets_the_general_links_only(ready: Desk):
    case = a_case(
        a_victim(LEAH, phones=ways()),
        a_victim("Tess Hollins", offences=("theft by Karl Voss",), phones=(a_mobile("07700 900610"),)),
        defendants=("Karl Voss",),
        code="SX03001",
        now="2026-11-30 09:00",
    )

    assert RAPE_CRISIS not in text_of(ready.as_("olivia").get(address(case)))
    assert RAPE_CRISIS in text_of(ready.as_("olivia").get(address(case, "Tess Hollins")))


def test_nothing_chosen_is_said_and_nothing_is_drafted(ready: Desk):
    case = a_case_of()

    answer = ready.as_("olivia").post(address(case), data={"token": new_id()})

    assert answer.status_code == 400
    assert "Choose what to send" in text_of(answer)
    assert not session().scalars(sa.select(OutboxMessage)).all()


def test_it_is_for_victims_and_for_their_own_unit(ready: Desk):
    case = a_case_of()

    assert ready.as_("olivia").get(address(case, NADIA)).status_code == 404
    assert ready.as_("noor").get(address(case)).status_code == 404


@pytest.mark.proves("SEC-27")
@pytest.mark.parametrize("channel", ["text", "email", "letter"])
def test_the_safe_template_says_who_to_ring_and_nothing_else(channel: str):
    safe = next(each for each in shipped.every() if (each.key, each.channel) == ("first_information_safe", channel))

    assert rendering.placeholders_in(safe.subject_en, safe.body_en) == {"phone", "hours"}
    read = f"{safe.subject_en} {safe.body_en}".lower()
    assert not [canary for canary in KINDS if canary in read]


@pytest.mark.proves("SEC-23")
@pytest.mark.parametrize(
    "words",
    [
        Words(channel="text", body_en="((support_links))"),
        Words(channel="email", subject_en="A", body_en="((support_links))", neutral=True),
        Words(channel="email", subject_en="((support_links))", body_en="A"),
    ],
)
def test_a_list_of_links_is_refused_wherever_it_could_be_read_over_a_shoulder(words: Words):
    with pytest.raises(NoBlockHere):
        render(words, {"support_links": ("Rape Crisis: 1",)})


def test_each_line_of_a_list_of_links_is_cleaned_by_itself():
    read = render(Words(channel="email", subject_en="A", body_en="((support_links))"), {"support_links": ("a\nb", "c")})

    assert read.body == "a b\nc"
