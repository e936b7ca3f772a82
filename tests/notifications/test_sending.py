"""A message from its draft to its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import moved, vacated
from witness_care.notifications import channels, queue, sending, settling
from witness_care.notifications.channels import Accepted, NoAnswer, Refused, TryLater, Unsure

pytestmark = [pytest.mark.feature("F1"), pytest.mark.sqlite_only]


@pytest.fixture(autouse=True)
def by_pigeon(post, monkeypatch):
    monkeypatch.setattr(channels, "provider_of", lambda channel: post.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: post.pigeon)


@pytest.mark.both_databases
def test_a_text_leaves_once_with_the_date_that_stands(post):
    message = post.ready()
    assert post.sweep() == 1
    assert post.sweep() == 0
    assert post.state(message) == "accepted"
    [sent] = post.pigeon.sent
    assert sent.to == "07700 900123"
    assert "2 December 2026" in sent.body
    assert post.steps(message) == ["draft", "ready", "sending", "accepted"]


@pytest.mark.feature("F5")
@pytest.mark.both_databases
def test_four_moves_in_a_day_give_one_message_with_the_last_date(post):
    message = post.ready()
    for day in (7, 8, 9, 10):
        assert isinstance(post.draft(), queue.AlreadyWaiting)
        moved(post.case, post.hearing, f"2026-12-{day:02} 10:00", now=f"2026-11-30 10:{day:02}")
    post.later(minutes=30)
    post.sweep()
    [sent] = post.pigeon.sent
    assert "10 December 2026" in sent.body
    assert post.row(message).telling[0]["value_hash"] == post.hashes()[0]


@pytest.mark.feature("F5")
def test_a_draft_whose_date_changed_is_not_sent_but_shown_with_the_new_one(post):
    drafted, seen = post.draft(), post.hashes()
    moved(post.case, post.hearing, "2026-12-09 10:00", now="2026-11-30 10:05")
    changed = post.send(drafted.id, seen_hashes=seen)
    assert isinstance(changed, queue.Changed)
    assert [news["value_hash"] for news in changed.telling] == post.hashes()
    assert post.send(drafted.id) == queue.Sent("ready")


def test_a_message_nobody_is_owed_any_more_is_cancelled_when_it_is_claimed(post):
    from tests.factories import told_everything

    message = post.ready()
    told_everything(post.victim, now="2026-11-30 10:10", by=post.desk.cast.olivia)
    post.later(minutes=20)
    post.sweep()
    assert post.state(message) == "cancelled (no_longer_owed)"
    assert not post.pigeon.sent
    assert isinstance(post.draft(), queue.Refused)


def test_words_about_a_new_date_are_not_sent_once_the_hearing_is_off(post):
    message = post.ready(template_id=dated_only(post))
    vacated(post.case, post.hearing, now="2026-11-30 10:05")
    post.later(minutes=20)
    post.sweep()
    assert post.state(message).startswith("cancelled")
    assert not post.pigeon.sent


def dated_only(post):
    from tests.notifications.post import a_template

    return a_template("text", key="on_only", topics=("hearing.when_where:on",))


# --- letters ------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F2")
def test_a_letter_needs_somebody_else_to_approve_it(post):
    drafted = post.draft("letter")
    assert isinstance(post.send(drafted.id), queue.Refused)
    own = queue.approve(drafted.id, seen_hashes=post.hashes(), actor=post.olivia, now=post.now)
    assert isinstance(own, queue.Refused)
    assert queue.approve(drafted.id, seen_hashes=post.hashes(), actor="user:sam", now=post.now) == queue.Sent("draft")
    assert post.send(drafted.id) == queue.Sent("ready")
    post.sweep()
    assert post.state(drafted.id) == "accepted"


@pytest.mark.feature("F2")
@pytest.mark.parametrize("when", ["before it is approved", "before it is sent", "before it is claimed"])
def test_a_letter_that_quotes_an_old_date_never_leaves(post, when):
    drafted, seen = post.draft("letter"), post.hashes()
    if when != "before it is approved":
        queue.approve(drafted.id, seen_hashes=seen, actor="user:sam", now=post.now)
    if when == "before it is claimed":
        assert post.send(drafted.id) == queue.Sent("ready")
    moved(post.case, post.hearing, "2026-12-09 10:00", now="2026-11-30 10:05")
    post.later(minutes=20)
    if when == "before it is approved":
        assert isinstance(queue.approve(drafted.id, seen_hashes=seen, actor="user:sam", now=post.now), queue.Changed)
    if when == "before it is sent":
        assert isinstance(post.send(drafted.id, seen_hashes=seen), queue.Changed)
    post.sweep()
    assert post.state(drafted.id) == "cancelled (out_of_date)"
    assert not post.pigeon.sent
    assert isinstance(post.draft("letter"), queue.Drafted)


# --- what a provider says -----------------------------------------------------------------------------------------


def test_what_was_not_taken_is_tried_again_later_and_later_and_after_four_hours_somebody_decides(post):
    post.pigeon.answers.extend([TryLater(seconds=90)] + [TryLater()] * 40)
    message = post.ready()
    post.sweep()
    assert post.row(message).next_try_at == post.now + timedelta(seconds=90)
    while post.state(message) == "ready":
        post.later(minutes=5)
        post.sweep()
    assert post.state(message) == "escalated (too_long_ago)"
    waited = post.row(message).claimed_at - post.row(message).first_tried_at
    assert timedelta(hours=4) <= waited < timedelta(hours=4, minutes=25)
    assert not post.pigeon.sent


@pytest.mark.both_databases
def test_a_message_nobody_can_tell_about_is_found_by_its_reference(post):
    post.pigeon.answers.append(Unsure())
    message = post.ready()
    post.sweep()
    assert post.state(message) == "unknown (no_answer)"
    post.pigeon.held[message] = ""
    post.settle()
    assert post.state(message) == "unknown (no_answer)"  # asked about after a minute
    post.later(seconds=61)
    post.settle()
    assert post.state(message) == "accepted"
    assert post.sweep() == 0


def test_only_two_empty_answers_let_it_be_sent_again(post):
    post.pigeon.answers.append(Unsure())
    message = post.ready()
    post.sweep()
    for _ in range(2):
        assert post.sweep() == 0
        assert post.state(message) == "unknown (no_answer)"
        post.later(seconds=61)
        post.settle()
    assert post.state(message) == "ready (not_taken)"
    post.sweep()
    assert post.state(message) == "accepted"
    assert post.received[message] == 1


def test_a_doubt_that_stays_is_a_persons_to_decide_within_a_quarter_of_an_hour(post):
    post.pigeon.answers.append(Unsure())
    post.pigeon.finds = NoAnswer()
    message = post.ready()
    post.sweep()
    began = post.now
    while post.state(message).startswith("unknown"):
        post.later(seconds=60)
        post.settle()
    assert post.now - began <= timedelta(minutes=15)
    assert post.state(message) == "escalated (no_answer)"
    assert isinstance(
        queue.resend(message, actor=post.olivia, owner_id=post.desk.cast.olivia, now=post.now), queue.Sent
    )
    post.sweep()
    assert post.state(message) == "accepted"


def test_somebody_who_rings_instead_settles_a_doubt(post):
    post.pigeon.answers.append(Unsure())
    post.pigeon.finds = NoAnswer()
    message = post.ready()
    post.sweep()
    post.later(minutes=20)
    post.settle()
    assert queue.rung(message, actor=post.olivia, owner_id=post.desk.cast.olivia, now=post.now) == queue.Sent("failed")
    assert isinstance(queue.resend(message, actor=post.olivia, now=post.now), queue.Refused)
    assert len(post.hashes()) == 1  # what they said is recorded as a contact, and only that tells


@pytest.mark.both_databases
def test_what_a_dead_worker_was_sending_is_asked_about_and_never_taken_for_unsent(post, monkeypatch):
    message = post.ready()
    claimed = sending.claim(message, post.now)
    assert claimed is not None
    post.settle()
    assert post.state(message) == "sending"  # of this very worker, which lives
    monkeypatch.setattr(settling, "worker_id", lambda: "the next leader")
    post.settle()
    assert post.state(message) == "unknown (worker_died)"
    # The worker was only asleep: it wakes, finds that its claim is gone, and sends nothing.
    assert sending.call(claimed) is None
    assert not post.pigeon.sent


def test_an_answer_that_comes_after_the_worker_was_given_up_still_counts(post, monkeypatch):
    message = post.ready()
    claimed = sending.claim(message, post.now)
    answer = sending.call(claimed)
    monkeypatch.setattr(settling, "worker_id", lambda: "the next leader")
    settling.mark_dead_workers(post.now)
    sending.write_down(claimed, answer, post.now)
    assert post.state(message) == "accepted"


def test_two_workers_claim_a_message_once(post):
    message = post.ready()
    assert sending.claim(message, post.now) is not None
    assert sending.claim(message, post.now) is None


def test_a_message_that_trips_over_an_error_of_ours_lets_the_others_pass(post, monkeypatch):
    from witness_care.notifications import text

    message, real = post.ready(), text.text_of
    other = post.ready("email", topics=(), template_id=neutral(post))

    def broken(s, template, *rest, **more):
        if template.channel == "text":
            raise ZeroDivisionError
        return real(s, template, *rest, **more)

    monkeypatch.setattr(text, "text_of", broken)
    post.sweep()
    assert post.state(message) == "ready (our_fault)"
    assert post.state(other) == "accepted"
    monkeypatch.undo()


def neutral(post):
    from tests.notifications.post import a_template

    return a_template("email", key="ring", topics=(), neutral=True, body_en="Please ring us on ((phone)).")


def test_no_connection_is_held_while_the_provider_takes_its_time(post, monkeypatch):
    from tests.notifications.post import Pigeon
    from witness_care.extensions import db

    held = []

    def deliver(self, message):
        held.append(db.engine.pool.checkedout())
        return Accepted(provider_id="1")

    monkeypatch.setattr(Pigeon, "deliver", deliver)
    post.ready()
    post.sweep()
    assert held == [0]


def test_refused_by_the_provider_is_failed_and_work(post):
    post.pigeon.answers.append(Refused())
    message = post.ready()
    post.sweep()
    assert post.state(message) == "failed (refused_by_provider)"
    assert len(post.hashes()) == 1


def test_a_second_submission_of_the_form_makes_no_second_message(post):
    first = post.draft(token="the same")
    again = post.draft(token="the same")
    assert again == queue.Drafted(first.id, repeat=True)


def test_a_message_is_logged_as_disclosed_and_names_no_number(post):
    import sqlalchemy as sa

    from witness_care.audit.models import PersonalDataEntry
    from witness_care.database import session

    post.ready()
    post.sweep()
    entries = (
        session()
        .execute(sa.select(PersonalDataEntry).where(PersonalDataEntry.category == "disclosure"))
        .scalars()
        .all()
    )
    [entry] = entries
    assert entry.subjects == [{"participant": post.victim, "category": "victim"}]
    assert "07700" not in str(entry.recipient)


def test_it_says_what_should_have_left(post):
    from witness_care.database import session
    from witness_care.notifications import watch

    post.ready()
    assert list(watch.problems(session(), post.now)) == []
    post.later(minutes=6)
    [words] = watch.problems(session(), post.now)
    assert words.startswith("1 message should have left")


def test_the_same_news_is_not_sent_twice_in_the_same_way(post):
    first = post.ready()
    post.sweep()
    assert post.draft().reason == "already_sent"
    assert isinstance(post.draft("email"), queue.Drafted)
    moved(post.case, post.hearing, "2026-12-09 10:00", now="2026-11-30 10:05")
    post.later(minutes=10)
    other = post.draft(contact_point_id=post.point())
    assert isinstance(other, queue.AlreadyWaiting)  # the e-mail carries it
    assert post.state(first) == "accepted"
