"""Messages in every state that a page can show, and templates that are in use, waiting and drafts."""

from __future__ import annotations

import sqlalchemy as sa

from tests.cast import Cast
from tests.factories import MadeCase, a_case, a_mobile, a_trial, a_victim, a_witness, introduced, open_duties
from witness_care import clock, database
from witness_care.columns import new_id
from witness_care.notifications import queue, sending, template_service
from witness_care.notifications.models import MessageTemplate, OutboxMessage
from witness_care.people.document import ContactPointGiven
from witness_care.people.models import ContactPoint, Participant
from workflows import values

WRITER, APPROVER = "user:writer", "user:approver"
PEOPLE = {"Tess Hollins": "07700 900610", "Ravi Anand": "07700 900611", "Joan Petty": "07700 900612"}


def messages_in_every_state(cast: Cast) -> dict[str, str]:
    """A trial of which three people have heard nothing; what was written to them stands in every state."""
    template_service.load_shipped(now=clock.now(), submitted_by=WRITER, approved_by=APPROVER)
    template_service.set_ring_us(cast.unit, phone="01632 960100", opens="09:00", closes="17:00")
    address = ContactPointGiven(kind="address", value="1 Invented Row", allowed="yes", may_identify_us="yes")
    people = [a_victim(name, phones=(a_mobile(number), address)) for name, number in PEOPLE.items()]
    unasked = a_witness("Nell Ashby", phones=(a_mobile("07700 900613", allowed="not_asked"),))
    case = introduced(a_case(*people, unasked, now="2026-11-09 09:00", officer="Olivia"))
    trial = a_trial(case, "2027-03-15 10:00", now="2026-11-30 09:15")
    ids = {"messaged": case["Tess Hollins"], "message_trial": trial}
    olivia = f"user:{cast.olivia}"
    ids["letter"] = _draft(case, "Tess Hollins", trial, "letter", olivia)
    letter = database.session().get_one(OutboxMessage, ids["letter"])
    hashes = [news["value_hash"] for news in letter.telling]
    queue.approve(ids["letter"], seen_hashes=hashes, actor=f"user:{cast.sam}", now=clock.now())
    ids["draft"] = _draft(case, "Ravi Anand", trial, "text", olivia)
    ids["delivered"] = _draft(case, "Tess Hollins", "", "text", olivia, key="please_ring")
    queue.send(ids["delivered"], seen_hashes=[], actor=olivia, now=clock.now())
    sending.send_waiting(clock.now())
    for state in ("escalated", "failed"):
        ids[state] = _draft(case, "Joan Petty", "", "text", olivia, key="please_ring")
        with database.writing() as session:
            which = OutboxMessage.id == ids[state]
            session.execute(sa.update(OutboxMessage).where(which).values(state=state, reason="no_answer"))
    ids["template"] = _template("new_date", "text")
    old = database.session().get_one(MessageTemplate, ids["template"])
    words = {name: getattr(old, name) for name in template_service.WORDS} | {"body_en": "You must come."}
    ids["template_draft"] = template_service.new_version("new_date", "text", words, actor=WRITER, now=clock.now())
    ids["unit"] = cast.unit
    return ids


def _draft(case: MadeCase, name: str, trial: str, channel: str, by: str, *, key: str = "hearing_date") -> str:
    kind = {"text": "mobile", "letter": "address"}[channel]
    person = sa.select(Participant.person_id).where(Participant.id == case[name]).scalar_subquery()
    point = (
        database.session()
        .scalars(sa.select(ContactPoint.id).where(ContactPoint.person_id == person, ContactPoint.kind == kind))
        .one()
    )
    topics = [duty for duty in open_duties(case[name]) if duty.topic == values.WHEN_WHERE]
    made = queue.draft(
        queue.NewMessage(
            participant_id=case[name],
            contact_point_id=point,
            channel=channel,
            template_id=_template(key, channel),
            topics=tuple((duty.topic, duty.subject) for duty in topics) if trial else (),
            token=new_id(),
        ),
        actor=by,
        now=clock.now(),
    )
    if not isinstance(made, queue.Drafted):
        raise AssertionError(f"The message should be a draft, and it is {made}.")
    return made.id


def _template(key: str, channel: str) -> str:
    query = sa.select(MessageTemplate.id).where(
        MessageTemplate.key == key, MessageTemplate.channel == channel, MessageTemplate.state == "approved"
    )
    return database.session().scalars(query).one()
