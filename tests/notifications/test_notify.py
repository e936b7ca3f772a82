"""Sending by GOV.UK Notify over real HTTP, by a mail server, and with both in trouble."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.figures import reached, size
from tests.notifications import fake_notify
from tests.notifications.post import a_template
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.notifications import receipts
from witness_care.notifications.channels import Accepted, Nothing, Outgoing, Refused, TryLater, Unsure, provider_named
from witness_care.notifications.channels.notify import NotifyProvider
from witness_care.notifications.channels.smtp import SmtpProvider
from witness_care.notifications.models import OutboxMessage, OutboxStep
from workflows.outbox import FINAL, Outbox

pytestmark = [pytest.mark.feature("F1"), pytest.mark.sqlite_only]

TEXT = Outgoing(reference="the-reference", channel="text", to="07700900123", subject="", body="Please ring us.")
CHAOS = size(200, 10_000)


@pytest.fixture
def provider(post, notify):
    return provider_named("notify")


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (fake_notify.TAKE, Accepted),
        (fake_notify.FAIL, Unsure),
        (fake_notify.LIMIT, TryLater),
        (fake_notify.AWAY, TryLater),
        (fake_notify.REFUSE, Refused),
        (fake_notify.VANISH, Unsure),
        (fake_notify.TAKE_AND_VANISH, Unsure),
    ],
)
def test_only_a_certain_answer_is_taken_for_one(provider, notify, answer, means):
    notify.plan.append(answer)
    assert isinstance(provider.deliver(TEXT), means)


def test_what_notify_says_of_waiting_is_kept_to(provider, notify):
    notify.plan.append(fake_notify.LIMIT)
    assert provider.deliver(TEXT) == TryLater(seconds=90)


def test_a_connection_that_was_never_made_took_nothing(post):
    nobody = NotifyProvider(base_url="http://127.0.0.1:9", key=post_key(), templates={"text": "t"})
    assert nobody.deliver(TEXT) == TryLater()


def test_a_call_that_drips_on_is_left_to_itself(post, notify):
    slow = NotifyProvider(base_url=notify.address, key=post_key(), templates={"text": "t"}, longest_call=0.3)
    notify.plan.append(fake_notify.DRIP)
    began = time.monotonic()
    assert slow.deliver(TEXT) == Unsure()
    assert time.monotonic() - began < 1.2
    time.sleep(1.3)  # the thread that was left ends before the server does
    assert notify.received["the-reference"] == 1


def test_it_is_found_by_our_reference_and_a_list_that_fails_is_no_answer(provider, notify):
    assert isinstance(provider.find("the-reference"), Nothing)
    provider.deliver(TEXT)
    assert provider.find("the-reference").provider_id in notify.taken
    notify.list_answers = False
    assert not isinstance(provider.find("the-reference"), Nothing)


@pytest.mark.both_databases
def test_each_channel_hands_over_what_was_frozen(post, notify):
    for channel in ("text", "email", "letter"):
        message = post.ready(channel)
        post.sweep()
        assert post.state(message) == "accepted"
        receipts.take(
            message, notify.becomes(message, "permanent-failure"), "permanent-failure", now=post.later(minutes=1)
        )
    text, email, letter = notify.requests
    assert text["phone_number"] == "07700 900123"
    assert email["email_address"] == "leah@example.org"
    assert letter["personalisation"]["address_line_1"] == "1 High Street"
    assert all("2 December 2026" in each["personalisation"]["body"] for each in notify.requests)
    assert {each["reference"] for each in notify.requests} == set(notify.received)


def post_key() -> str:
    from tests.notifications.post import NOTIFY_KEY

    return NOTIFY_KEY


# --- a mail server --------------------------------------------------------------------------------------------------


class Mailbox:
    """A handler of aiosmtpd: it keeps what comes, or answers with a code."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.kept: list[str] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  # its library's name
        if self.answer.startswith("250"):
            self.kept.append(envelope.content.decode())
        return self.answer


def test_a_mail_server_takes_it_puts_it_off_or_refuses_it(unused_port):
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=unused_port)
    server.start()
    try:
        mail = SmtpProvider(address=f"127.0.0.1:{unused_port}", sender="unit@eastmere.example")
        letter = Outgoing(
            reference="ref", channel="email", to="leah@example.org", subject="About your hearing", body="It is £5.\n"
        )
        assert mail.deliver(letter) == Accepted(provider_id="ref")
        assert "Message-ID: <ref@eastmere.example>" in mailbox.kept[0]
        mailbox.answer = "451 later"
        assert mail.deliver(letter) == TryLater()
        mailbox.answer = "550 no such person"
        assert mail.deliver(letter) == Refused()
        assert mail.deliver(TEXT) == Refused()
    finally:
        server.stop()
    assert mail.deliver(letter) == TryLater()  # nobody answers


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


# --- chaos ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.figure("G7")
def test_whatever_notify_does_nobody_gets_a_message_twice_and_none_is_lost_in_silence(post, notify):
    """20 % errors, 5 % "too many", 5 % taken without an answer; receipts lost, doubled and crossed."""
    chance = random.Random(7)
    messages = put_in(post, CHAOS)
    notify.choose = lambda: chance.choices(
        (fake_notify.FAIL, fake_notify.LIMIT, fake_notify.TAKE_AND_VANISH, fake_notify.TAKE), (20, 5, 5, 70)
    )[0]
    told: set[str] = set()
    while unsettled(messages):
        while post.sweep():
            pass
        report(post, notify, chance, told)
        post.later(seconds=61)
        post.settle()
        if not waiting(messages):
            post.later(hours=1)  # what is left was taken, and its receipt is lost
    twice = [reference for reference, count in notify.received.items() if count > 1]
    ended = Counter(session().scalars(sa.select(OutboxMessage.state).where(OutboxMessage.id.in_(messages))))
    assert twice == []
    assert sum(ended.values()) == CHAOS
    assert set(ended) <= {"delivered", "escalated", "failed"}
    delivered = session().scalars(sa.select(OutboxMessage.id).where(OutboxMessage.state == "delivered")).all()
    assert set(delivered) <= set(notify.received)
    assert longest_doubt() <= timedelta(minutes=15)
    reached(
        "G7", "a provider in trouble", messages=CHAOS, calls=len(notify.requests), twice=len(twice), lost_in_silence=0
    )


def put_in(post, count: int) -> list[str]:
    """As many neutral messages as wanted, ready to leave."""
    ring = a_template("text", key="ring", topics=(), neutral=True, body_en="Please ring us on ((phone)).")
    model = post.row(post.ready(template_id=ring, topics=()))
    row = {column.key: getattr(model, column.key) for column in OutboxMessage.__table__.columns}
    rows = [row | {"id": new_id(), "submission_token": new_id()} for _ in range(count)]
    with writing() as s:
        s.execute(sa.delete(OutboxStep))
        s.execute(sa.delete(OutboxMessage))
        s.execute(sa.insert(OutboxMessage), rows)
    return [each["id"] for each in rows]


def report(post, notify, chance: random.Random, told: set[str]) -> None:
    for identity, body in list(notify.taken.items()):
        if identity in told:
            continue
        told.add(identity)
        body["status"] = "delivered"
        fate = chance.random()
        if fate < 0.3:
            continue  # lost: only asking finds it
        said = ["delivered", "delivered"] if fate < 0.5 else ["delivered", "sending"] if fate < 0.7 else ["delivered"]
        for status in said:
            receipts.take(body["reference"], identity, status, now=post.now)


def unsettled(messages: list[str]) -> bool:
    return count_of([s.value for s in Outbox if s not in (*FINAL, Outbox.ESCALATED)]) > 0


def waiting(messages: list[str]) -> bool:
    return count_of(["ready", "unknown", "sending"]) > 0


def count_of(states: list[str]) -> int:
    return session().scalar(sa.select(sa.func.count()).where(OutboxMessage.state.in_(states))) or 0


def longest_doubt() -> timedelta:
    """The longest time a message stood in doubt."""
    began: dict[str, object] = {}
    longest = timedelta(0)
    steps = session().execute(
        sa.select(OutboxStep.outbox_id, OutboxStep.at, OutboxStep.to_state).order_by(
            OutboxStep.outbox_id, OutboxStep.position
        )
    )
    for step in steps:
        if step.to_state == "unknown":
            began[step.outbox_id] = step.at
        elif step.outbox_id in began:
            longest = max(longest, step.at - began.pop(step.outbox_id))
    assert not began
    return longest
