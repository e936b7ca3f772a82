"""Templates, messages and a provider for tests of sending."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import MadeCase, a_case, a_mobile, a_trial, a_victim, at, introduced, open_duties, set_clock
from witness_care import clock
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.notifications import queue, sending, settling
from witness_care.notifications.channels import Accepted, Answer, Found, Nothing, Outgoing, Sought
from witness_care.notifications.models import MessageTemplate, OutboxMessage, OutboxStep
from witness_care.people.document import ContactPointGiven
from witness_care.people.models import ContactPoint
from workflows import values

NOTIFY_KEY = "test-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
SAM = "user:sam"
OPEN_HOURS = "2026-11-30 10:00"


@dataclass(slots=True)
class Pigeon:
    """A provider inside the test: what it is told to answer, and what it was given."""

    name: str = "file"
    answers: deque[Answer] = field(default_factory=deque)
    sent: list[Outgoing] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    finds: Any = None
    status_now: str = "delivered"
    reports: bool = True

    def deliver(self, message: Outgoing) -> Answer:
        answer = self.answers.popleft() if self.answers else Accepted(provider_id=message.reference)
        if isinstance(answer, Accepted):
            self.sent.append(message)
            self.held[message.reference] = answer.status
        return answer

    def find(self, reference: str) -> Sought:
        if self.finds is not None:
            return self.finds
        return Found(provider_id=reference, status=self.held[reference]) if reference in self.held else Nothing()

    def status(self, provider_id: str) -> str:
        return self.status_now


@dataclass(slots=True)
class Post:
    """One victim with a trial, her ways to be reached, approved templates, and the provider."""

    desk: Desk
    case: MadeCase
    hearing: str
    person: str
    templates: dict[str, str]
    pigeon: Pigeon

    @property
    def victim(self) -> str:
        return self.case["Leah Jones"]

    @property
    def olivia(self) -> str:
        return f"user:{self.desk.cast.olivia}"

    @property
    def now(self) -> datetime:
        return clock.now()

    def later(self, **more: Any) -> datetime:
        """Let the clock move."""
        then = clock.now() + timedelta(**more)
        self.desk.app.config["CLOCK"] = lambda: then
        return then

    def point(self, kind: str = "mobile") -> str:
        query = sa.select(ContactPoint.id).where(ContactPoint.person_id == self.person, ContactPoint.kind == kind)
        return session().scalars(query.order_by(ContactPoint.created_at, ContactPoint.id)).first() or ""

    def change_point(self, kind: str = "mobile", **more: Any) -> None:
        with writing() as s:
            s.execute(sa.update(ContactPoint).where(ContactPoint.id == self.point(kind)).values(**more))

    @property
    def news(self) -> tuple[tuple[str, str], ...]:
        return ((values.WHEN_WHERE, self.hearing),)

    def hashes(self, message: Any = None) -> list[str]:
        keys = set(queue.keys_of(message) if message is not None else self.news)
        whose = message.participant_id if message is not None else self.victim
        return [duty.value_hash for duty in open_duties(whose) if (duty.topic, duty.subject) in keys]

    def draft(self, channel: str = "text", **more: Any) -> Any:
        kind = {"text": "mobile", "email": "email", "letter": "address"}[channel]
        asked = {
            "participant_id": self.victim,
            "contact_point_id": self.point(kind),
            "channel": channel,
            "template_id": self.templates[channel],
            "topics": self.news,
            "token": new_id(),
        } | more
        return queue.draft(queue.NewMessage(**asked), actor=self.olivia, now=self.now)

    def send(self, message_id: str, **more: Any) -> Any:
        asked = {"seen_hashes": self.hashes(self.row(message_id)), "actor": self.olivia, "now": self.now} | more
        return queue.send(message_id, **asked)

    def ready(self, channel: str = "text", **more: Any) -> str:
        """A message that leaves with the next sweep."""
        drafted = self.draft(channel, **more)
        assert isinstance(drafted, queue.Drafted), drafted
        if channel == "letter":
            queue.approve(drafted.id, seen_hashes=self.hashes(), actor=SAM, now=self.now)
        sent = self.send(drafted.id)
        assert isinstance(sent, queue.Sent), sent
        return drafted.id

    def sweep(self) -> int:
        return sending.send_waiting(self.now)

    def settle(self) -> None:
        settling.mark_dead_workers(self.now)
        settling.ask_about_unknown(self.now)
        settling.poll_accepted(self.now)

    def row(self, message_id: str) -> OutboxMessage:
        query = sa.select(OutboxMessage).where(OutboxMessage.id == message_id)
        return session().execute(query.execution_options(populate_existing=True)).scalar_one()

    def state(self, message_id: str) -> str:
        row = self.row(message_id)
        return row.state + (f" ({row.reason})" if row.reason else "")

    def steps(self, message_id: str) -> list[str]:
        query = sa.select(OutboxStep.to_state).where(OutboxStep.outbox_id == message_id)
        return list(session().scalars(query.order_by(OutboxStep.position)))

    @property
    def received(self) -> Counter[str]:
        return Counter(message.reference for message in self.pigeon.sent)


BODIES = {
    "text": "Your hearing is now on ((hearing_date)). Ring us on ((phone)) with any question.",
    "email": "Dear ((name)),\n\nYour hearing is now on ((hearing_date)) at ((court)). Ring us on ((phone)).",
    "letter": "Dear ((name)),\n\nYour hearing is now on ((hearing_date)) at ((court)). Ring us on ((phone)).",
}


def a_template(
    channel: str, *, key: str = "new_date", topics: tuple[str, ...] = (values.WHEN_WHERE,), **more: Any
) -> str:
    template_id = new_id()
    with writing() as s:
        s.add(
            MessageTemplate(
                id=template_id,
                **{
                    "key": key,
                    "channel": channel,
                    "version": 1,
                    "title": "A new date",
                    "subject_en": None if channel == "text" else "About your hearing",
                    "body_en": BODIES[channel],
                    "topics": list(topics),
                    "state": "approved",
                    "written_by": "user:ada",
                    "written_at": at("2026-11-01 09:00"),
                    "approved_by": "user:bea",
                    "approved_at": at("2026-11-02 09:00"),
                }
                | more,
            )
        )
    return template_id


def ways(**more: Any) -> tuple[ContactPointGiven, ...]:
    said = {"allowed": "yes", "may_identify_us": "yes"} | more
    return (
        a_mobile(hours=said.pop("hours", ()), allowed=said["allowed"]),
        ContactPointGiven(kind="email", value="leah@example.org", **said),
        ContactPointGiven(kind="address", value="1 High Street\nEastmere", **said),
    )


def post_at(desk: Desk, *people: Any) -> Post:
    from witness_care.accounts.models import Unit

    case = introduced(a_case(*(people or (a_victim(phones=ways()),))))
    hearing = a_trial(case, now="2026-11-30 09:30")
    set_clock(desk.app, OPEN_HOURS)
    pigeon = Pigeon()
    desk.app.extensions["pigeon"] = pigeon
    with writing() as s:
        ring = {"phone": "01632 960100", "opens": "09:00", "closes": "17:00"}
        s.execute(sa.update(Unit).values(settings={"ring_us": ring}))
    templates = {channel: a_template(channel) for channel in BODIES}
    from witness_care.people.models import Participant

    person = session().scalars(sa.select(Participant.person_id).where(Participant.id == case["Leah Jones"])).one()
    return Post(desk, case, hearing, person, templates, pigeon)
