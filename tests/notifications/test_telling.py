"""What a message that arrived, or did not, means for what is owed; and how receipts are taken in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.notifications.post import a_template
from witness_care.contacts.models import Contact
from witness_care.database import session, writing
from witness_care.notifications import channels, queue, receipts
from witness_care.notifications.channels import Accepted, Unsure
from witness_care.people.models import Person

pytestmark = [pytest.mark.feature("F4"), pytest.mark.sqlite_only]


@pytest.fixture(autouse=True)
def by_pigeon(post, monkeypatch):
    monkeypatch.setattr(channels, "provider_of", lambda channel: post.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: post.pigeon)


@pytest.fixture
def chosen(post):
    def choose(channel: str) -> None:
        with writing() as s:
            s.execute(sa.update(Person).where(Person.id == post.person).values(chosen_channel=channel))

    return choose


def contacts(post) -> list[str]:
    query = sa.select(Contact.outcome).where(
        Contact.participant_id == post.victim, Contact.submission_token.like("outbox:%")
    )
    return list(session().scalars(query))


@pytest.mark.both_databases
def test_a_message_delivered_in_the_way_they_chose_counts_as_told(post, chosen):
    chosen("text")
    message = post.ready()
    post.sweep()
    assert len(post.hashes()) == 1
    assert receipts.take(message, message, "delivered", now=post.later(minutes=1)) == "taken"
    assert post.state(message) == "delivered"
    assert contacts(post) == ["delivered_as_chosen"]
    assert post.hashes() == []


def test_a_message_delivered_in_another_way_leaves_the_duty_open(post, chosen):
    chosen("call")
    message = post.ready()
    post.sweep()
    receipts.take(message, message, "delivered", now=post.later(minutes=1))
    assert post.state(message) == "delivered"
    assert contacts(post) == []
    assert len(post.hashes()) == 1


def test_what_was_never_asked_is_not_taken_for_their_choice(post):
    message = post.ready()
    post.sweep()
    receipts.take(message, message, "delivered", now=post.later(minutes=1))
    assert len(post.hashes()) == 1


def test_a_message_that_only_asks_them_to_ring_tells_nothing(post, chosen):
    chosen("text")
    ring = a_template("text", key="ring", topics=(), neutral=True, body_en="Please ring us on ((phone)).")
    message = post.ready(template_id=ring)
    post.sweep()
    receipts.take(message, message, "delivered", now=post.later(minutes=1))
    assert len(post.hashes()) == 1


def test_what_is_told_is_what_the_message_said_not_what_came_after_it(post, chosen):
    from tests.factories import moved

    chosen("text")
    message = post.ready()
    post.sweep()
    moved(post.case, post.hearing, "2026-12-09 10:00", now="2026-11-30 10:30")
    post.later(hours=1)
    receipts.take(message, message, "delivered", now=post.now)
    assert len(post.hashes()) == 1  # the later date is still owed
    assert post.hashes() != [post.row(message).telling[0]["value_hash"]]


@pytest.mark.both_databases
def test_a_message_that_failed_is_an_attempt_that_missed_and_waits_for_somebody(post, chosen):
    chosen("text")
    message = post.ready()
    post.sweep()
    receipts.take(message, message, "permanent-failure", now=post.later(minutes=1))
    assert post.state(message) == "failed (permanent-failure)"
    assert contacts(post) == ["bounced"]
    assert len(post.hashes()) == 1
    assert post.row(message).dealt_with_at is None
    olivia = post.desk.cast.olivia
    assert queue.deal_with(message, actor=post.olivia, owner_id=olivia, now=post.now)
    assert not queue.deal_with(message, actor=post.olivia, owner_id=olivia, now=post.now)
    assert isinstance(post.draft("email"), queue.Drafted)


@pytest.mark.parametrize(
    ("came", "stands", "outcomes"),
    [
        (["sending", "delivered", "sending"], "delivered", ["delivered_as_chosen"]),
        (["delivered", "delivered"], "delivered", ["delivered_as_chosen"]),
        (["delivered", "temporary-failure"], "delivered", ["delivered_as_chosen"]),
        (["temporary-failure", "created", "temporary-failure"], "failed (temporary-failure)", ["bounced"]),
        (["created", "pending", "nonsense"], "accepted", []),
    ],
)
def test_receipts_that_repeat_cross_and_come_late_do_no_harm(post, chosen, came, stands, outcomes):
    chosen("text")
    message = post.ready()
    post.sweep()
    for status in came:
        receipts.take(message, message, status, now=post.later(seconds=10))
    assert post.state(message) == stands
    assert contacts(post) == outcomes


def test_a_receipt_before_the_answer_to_the_call_settles_what_nobody_could_tell(post):
    post.pigeon.answers.append(Unsure())
    message = post.ready()
    post.sweep()
    assert receipts.take(message, "notify-id", "delivered", now=post.later(seconds=5)) == "taken"
    assert post.state(message) == "delivered"


def test_a_failure_of_an_older_try_says_nothing_of_this_one(post):
    message = post.ready()
    post.sweep()
    assert receipts.take(message, "another id", "permanent-failure", now=post.later(seconds=5)) == "no-change"
    assert post.state(message) == "accepted"


def test_a_lost_receipt_is_asked_for_after_an_hour(post, chosen):
    chosen("text")
    message = post.ready()
    post.sweep()
    post.later(minutes=59)
    post.settle()
    assert post.state(message) == "accepted"
    post.later(minutes=2)
    post.settle()
    assert post.state(message) == "delivered"
    assert post.hashes() == []


def test_a_provider_that_never_says_what_became_of_it_is_a_persons_to_follow(post):
    post.pigeon.status_now = ""
    message = post.ready()
    post.sweep()
    for _ in range(4):
        post.later(hours=24)
        post.settle()
    assert post.state(message) == "escalated (no_receipt)"


def test_a_file_is_delivered_at_once(post, chosen, monkeypatch, tmp_path):
    from witness_care.notifications.channels.file import FileProvider

    chosen("text")
    provider = FileProvider(tmp_path / "outbox")
    monkeypatch.setattr(channels, "provider_of", lambda channel: provider)
    message = post.ready()
    post.sweep()
    assert post.state(message) == "delivered"
    [written] = (tmp_path / "outbox").iterdir()
    assert "2 December 2026" in written.read_text(encoding="utf-8")
    assert post.hashes() == []


# --- the address for receipts ---------------------------------------------------------------------------------------


SECRET = "a secret for receipts, long enough to be one"


def test_notify_reports_with_a_secret_of_its_own(post, app):
    message = post.ready()
    post.sweep()
    body = {"id": message, "reference": message, "status": "delivered", "to": "07700900123", "completed_at": "x"}
    client = app.test_client()
    address = "/api/v1/messages/receipts"
    assert client.post(address, json=body).status_code == 401  # none is set: nobody may
    app.config["RECEIPTS_SECRET"] = SECRET
    assert client.post(address, json=body, headers={"Authorization": "Bearer wrong"}).status_code == 401
    taken = client.post(address, json=body, headers={"Authorization": f"Bearer {SECRET}"})
    assert (taken.status_code, taken.json) == (200, {"result": "taken"})
    again = client.post(address, json=body, headers={"Authorization": f"Bearer {SECRET}"})
    assert again.json == {"result": "no-change"}
    unknown = body | {"reference": "no such message"}
    assert client.post(address, json=unknown, headers={"Authorization": f"Bearer {SECRET}"}).json == {
        "result": "unknown"
    }
    assert post.state(message) == "delivered"


def test_an_answer_of_taken_after_the_receipt_changes_nothing(post):
    from witness_care.notifications import sending

    message = post.ready()
    claimed = sending.claim(message, post.now)
    receipts.take(message, "id", "delivered", now=post.now)
    sending.write_down(claimed, Accepted(provider_id="id"), post.now)
    assert post.state(message) == "delivered"
