"""What goes wrong around a message is seen by somebody, and lets nothing leave that nobody agreed to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.notifications.post import Post
from witness_care.database import session
from witness_care.notifications import channels, placeholders, queue, receipts, sending, settling, text, watch
from witness_care.notifications.channels import Accepted, NoAnswer, Nothing, Unsure
from workflows import values

pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("F1", "B4")]

NIGHT = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "starts": "20:00", "ends": "21:00"}]
FOR_A_QUARTER = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "starts": "09:30", "ends": "10:05"}]


@pytest.fixture(autouse=True)
def _by_pigeon(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "provider_of", lambda channel: post.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: post.pigeon)


def _stands(post: Post, message: str) -> str:
    return post.state(message).partition(" ")[0]


@pytest.mark.proves("SEC-24")
def test_a_reason_for_the_hour_does_not_set_aside_a_no_that_came_meanwhile(post: Post):
    post.change_point(windows=NIGHT)
    drafted = post.draft()
    post.change_point(allowed="no", may_identify_us="no")
    answer = post.send(drafted.id, override_reason="The court is tomorrow.")
    post.sweep()
    assert isinstance(answer, queue.Refused)
    assert not post.pigeon.sent


@pytest.mark.proves("SEC-24")
def test_what_is_overridden_hides_nothing_else(post: Post):
    post.change_point(may_identify_us="no")
    drafted = post.draft(override_reason="She asked for it.")
    assert post.row(drafted.id).overridden == "identifies_us"
    post.change_point(windows=NIGHT)
    post.send(drafted.id)
    post.sweep()
    assert _stands(post, drafted.id) == "held"
    post.change_point(allowed="no", windows=[])
    post.later(hours=12)
    post.sweep()
    assert _stands(post, drafted.id) == "blocked"
    assert not post.pigeon.sent


@pytest.mark.proves("SEC-24")
def test_the_hour_is_that_of_each_message_and_not_of_the_batch(post: Post, monkeypatch: pytest.MonkeyPatch):
    post.change_point(windows=FOR_A_QUARTER)
    message = post.ready()
    passing = iter([0.0, *[1800.0] * 10])
    monkeypatch.setattr(sending, "monotonic", lambda: next(passing))
    sending.send_waiting(post.now)
    assert _stands(post, message) == "held"
    assert not post.pigeon.sent


@pytest.mark.feature("F2")
@pytest.mark.parametrize("what", ["stopped", "not safe any more"])
def test_a_letter_that_may_not_leave_is_not_printed(post: Post, what: str):
    drafted = post.draft("letter")
    queue.approve(drafted.id, seen_hashes=post.hashes(), actor="user:sam", now=post.now)
    printed = f"/messages/{drafted.id}/letter"
    assert post.desk.as_("olivia").get(printed).status_code == 200
    if what == "stopped":
        queue.cancel(drafted.id, actor=post.olivia, now=post.now)
    else:
        post.change_point("address", allowed="no")
    assert post.desk.as_("olivia").get(printed).status_code == 404


def test_a_receipt_that_it_arrived_keeps_it_from_being_sent_again(post: Post):
    post.pigeon.answers.append(Unsure())
    post.pigeon.finds = Nothing()
    message = post.ready()
    post.sweep()
    for _ in range(2):
        post.later(minutes=2)
        settling.ask_about_unknown(post.now)
    assert _stands(post, message) == "ready"
    receipts.take(message, "n-1", "delivered", now=post.now)
    post.sweep()
    assert _stands(post, message) == "delivered"
    assert not post.pigeon.sent


def test_a_failure_of_the_try_before_does_not_fail_the_one_under_way(post: Post):
    post.pigeon.answers.append(Unsure())
    post.pigeon.finds = NoAnswer()
    message = post.ready()
    post.sweep()
    post.later(minutes=20)
    post.settle()
    queue.resend(message, actor=post.olivia, now=post.now)
    claimed = sending.claim(message, post.now)
    receipts.take(message, "first", "permanent-failure", now=post.now)
    assert _stands(post, message) == "sending"
    sending.write_down(claimed, Accepted(provider_id="second", status="delivered"), post.now)
    assert _stands(post, message) == "delivered"


def test_a_message_that_is_lost_again_and_again_becomes_a_persons_matter(post: Post):
    post.pigeon.finds = Nothing()
    message = post.ready()
    for _ in range(4):
        post.pigeon.answers.append(Unsure())
        post.sweep()
        for _ in range(2):
            post.later(minutes=2)
            settling.ask_about_unknown(post.now)
    assert _stands(post, message) == "escalated"
    assert post.row(message).attempt == 3


def test_a_message_that_trips_over_an_error_of_ours_is_seen_at_once(post: Post, monkeypatch: pytest.MonkeyPatch):
    message = post.ready()
    with monkeypatch.context() as broken:
        broken.setattr(text, "text_of", lambda *_, **__: {}["no words"])
        post.sweep()
    assert "because of an error of the service" in " ".join(watch.problems(session(), post.now))
    post.later(minutes=20)
    post.sweep()
    assert _stands(post, message) == "accepted"
    assert not list(watch.problems(session(), post.now))


def test_an_answer_that_cannot_be_read_is_none_and_keeps_nobody_waiting(post: Post, monkeypatch: pytest.MonkeyPatch):
    message = post.ready()
    post.pigeon.answers.append(Unsure())
    post.sweep()
    monkeypatch.setattr(type(post.pigeon), "find", lambda self, reference: {}["id"])
    for _ in range(8):
        post.later(minutes=2)
        settling.ask_about_unknown(post.now)
    assert _stands(post, message) == "escalated"


def test_an_e_mail_of_a_mail_server_that_says_no_more_stays_accepted(post: Post):
    post.pigeon.status_now, post.pigeon.reports = "", False
    post.pigeon.answers.append(Accepted(provider_id="one", status=""))
    message = post.ready("email")
    post.sweep()
    post.later(hours=73)
    settling.poll_accepted(post.now + timedelta(hours=1))
    assert _stands(post, message) == "accepted"


@pytest.mark.feature("F5")
def test_news_of_a_day_that_is_past_is_for_a_talk_and_no_message_tells_it(post: Post):
    written = post.draft()
    post.later(hours=24 * 120)
    answer = post.send(written.id)
    assert isinstance(answer, queue.Refused)
    assert isinstance(post.draft(), queue.Refused)
    post.sweep()
    assert not post.pigeon.sent


@pytest.mark.parametrize(
    ("value", "told", "over"),
    [
        ({"state": "on", "hearings": [{"days": [["2026-11-24", "10:00"]]}]}, None, True),
        ({"state": "on", "hearings": [{"days": [["2026-11-24", None], ["2026-11-30", None]]}]}, None, False),
        ({"state": "on", "hearings": [{"kind": "week_commencing", "week": "2026-11-16"}]}, None, False),
        ({"state": "off"}, {"state": "on", "hearings": [{"days": [["2026-11-24", "10:00"]]}]}, True),
        ({"state": "off"}, {"state": "on", "hearings": [{"days": [["2026-12-24", "10:00"]]}]}, False),
        ({"state": "off"}, {"told": "by letter"}, False),
        ({"state": "off"}, None, False),
    ],
)
def test_a_hearing_is_over_once_its_last_day_or_the_last_they_have_is_past(value, told, over):
    assert placeholders.is_over(values.WHEN_WHERE, value, told, date(2026, 11, 30)) is over
