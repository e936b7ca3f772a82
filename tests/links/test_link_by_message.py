"""A one-time link goes by text or e-mail: through the gate, checked first, and dead as soon as it must be."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import a_mobile, a_victim, entered
from tests.notifications.post import Post, a_template, post_at
from tests.reading import form_values, text_of
from witness_care import clock
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.links import sending, service
from witness_care.links.models import OneTimeLink
from witness_care.links.service import Given, GoneError
from witness_care.notifications import channels, queue
from witness_care.notifications.channels import TryLater
from witness_care.notifications.models import OutboxMessage, OutboxStep
from witness_care.people import page_queries
from witness_care.people.models import Person
from workflows import values
from workflows.events import OptedOut

pytestmark = [pytest.mark.sqlite_only, pytest.mark.feature("L1")]

OUTSIDE = "https://answer.example"
TOKEN = re.compile(re.escape(OUTSIDE) + r"/r/([\w-]{40,})")


@pytest.fixture
def post(desk, monkeypatch) -> Post:
    made = post_at(desk)
    desk.app.config["PUBLIC_ADDRESS"] = OUTSIDE
    monkeypatch.setattr(channels, "provider_of", lambda channel: made.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: made.pigeon)
    body = "Hello. Answer here: ((link)) Or ring ((phone))."
    for channel, subject in (("text", None), ("email", "A few questions")):
        words = {"subject_en": subject, "body_en": body, "neutral": True}
        made.templates[f"link {channel}"] = a_template(channel, key="ask_by_link", topics=(), **words)
    return made


def olivia(post: Post) -> Actor:
    return Actor(kind="user", id=post.desk.cast.olivia, role=Role.OFFICER, unit_ids=(post.desk.cast.unit,))


def written(post: Post, kind: str = "mobile") -> sending.Written:
    who = page_queries.who(session(), olivia(post), post.victim)
    assert who is not None
    ways_now = sending.ways(session(), who.row, post.now)
    chosen = ways_now.chosen(post.point(kind))
    assert chosen is not None
    return sending.write(session(), post.victim, chosen, "en", new_id(), actor=olivia(post), now=post.now)


def ready(post: Post) -> tuple[str, service.Made]:
    made = written(post)
    assert made.made is not None
    assert post.send(made.message_id) == queue.Sent("ready")
    return made.message_id, made.made


def link(post: Post) -> OneTimeLink:
    query = sa.select(OneTimeLink).order_by(OneTimeLink.made_at.desc())
    return session().scalars(query.execution_options(populate_existing=True)).first()  # type: ignore[return-value]


def works(token: str) -> bool:
    session().expire_all()
    try:
        service.find(session(), token, clock.now())
    except GoneError:
        return False
    return True


def test_an_officer_chooses_a_way_checks_the_message_and_sends_it(post, caplog):
    olivia_page = post.desk.as_("olivia")
    path = f"/participants/{post.victim}/link"
    page = olivia_page.get(path)
    assert "Text message to 07700 900123" in text_of(page)
    made = olivia_page.post(path, data=form_values(page, path) | {"way": post.point()})
    assert made.status_code == 200
    code = re.search(r"<strong>(\d{4})</strong>", made.text)
    check = re.search(r'href="(/messages/[^"#]+)', made.text)
    assert code is not None
    assert check is not None
    assert "/r/" not in made.text
    shown = olivia_page.get(check.group(1))
    assert "Answer here: (their own link) Or ring 01632 960100." in text_of(shown)
    assert post.pigeon.sent == []
    send = f"{check.group(1).removesuffix('/check')}/send"
    assert olivia_page.post(send, data=form_values(shown, send)).status_code == 303
    post.sweep()
    token = TOKEN.search(post.pigeon.sent[0].body)
    assert token is not None
    assert post.pigeon.sent[0].to == "07700 900123"
    assert code.group(1) not in post.pigeon.sent[0].body
    outside = post.desk.app.test_client()
    assert outside.get(f"/r/{token.group(1)}").status_code == 200
    assert token.group(1) not in caplog.text
    after = olivia_page.get(check.group(1))
    assert token.group(1) not in after.text
    kept = [str(row) for row in session().execute(sa.select(OutboxStep.__table__))]
    assert not any(token.group(1) in each for each in kept)
    assert service.confirm(token.group(1), code.group(1), address="192.0.2.1", now=clock.now())


def test_the_same_form_twice_makes_one_link_and_one_message(post):
    path = f"/participants/{post.victim}/link"
    form = form_values(post.desk.as_("olivia").get(path), path) | {"way": post.point()}
    answers = [post.desk.as_("olivia").post(path, data=form).status_code for _ in range(2)]
    assert answers == [200, 303]
    assert len(session().scalars(sa.select(OneTimeLink.id)).all()) == 1
    assert len(session().scalars(sa.select(OutboxMessage.id)).all()) == 1


def test_whose_birthday_is_known_needs_no_numbers_and_the_officer_goes_straight_to_the_check(post):
    with writing() as s:
        s.execute(sa.update(Person).where(Person.id == post.person).values(date_of_birth=date(1990, 3, 31)))
    path = f"/participants/{post.victim}/link"
    form = form_values(post.desk.as_("olivia").get(path), path) | {"way": post.point("email")}
    made = post.desk.as_("olivia").post(path, data=form)
    assert made.status_code == 303
    assert "/messages/" in made.location


@pytest.mark.proves("SEC-24")
def test_a_way_that_is_not_allowed_is_not_offered_and_is_refused_all_the_same(post):
    post.change_point(allowed="no")
    path = f"/participants/{post.victim}/link"
    page = post.desk.as_("olivia").get(path)
    assert "07700" not in page.text
    assert "E-mail to leah@example.org" in text_of(page)
    refused = post.desk.as_("olivia").post(path, data=form_values(page, path) | {"way": post.point()})
    assert refused.status_code == 400
    assert not session().scalars(sa.select(OneTimeLink.id)).all()


def test_without_an_address_for_people_outside_a_link_is_read_out(post):
    post.desk.app.config["PUBLIC_ADDRESS"] = ""
    page = post.desk.as_("olivia").get(f"/participants/{post.victim}/link")
    assert "Links are not sent from here" in text_of(page)
    assert "Text message to" not in text_of(page)


def test_the_token_is_sealed_until_the_link_is_used(post):
    message, made = ready(post)
    assert link(post).sealed_token.holds(made.token, made.id)
    post.sweep()
    assert link(post).sealed_token is not None  # the provider may ask for another try
    given_pass = service.confirm(made.token, made.code, address="", now=post.now)
    service.answer(made.token, given_pass or "", Given(coming="yes"), now=post.now)
    assert link(post).sealed_token is None
    assert made.token not in str(post.row(message).__dict__)


def test_what_is_left_of_a_link_that_is_out_of_time_is_taken_away(post):
    ready(post)
    assert service.forget_tokens(post.now) == 0
    assert service.forget_tokens(post.now + timedelta(days=8)) == 1
    assert link(post).sealed_token is None


# --- the message and its link ---------------------------------------------------------------------------------------


def used(post: Post, made: service.Made) -> None:
    given_pass = service.confirm(made.token, made.code, address="", now=post.now)
    service.answer(made.token, given_pass or "", Given(coming="yes"), now=post.now)


def withdrawn(post: Post, made: service.Made) -> None:
    service.withdraw(post.victim, actor=olivia(post), now=post.now)


def replaced(post: Post, made: service.Made) -> None:
    service.make(post.victim, actor=olivia(post), now=post.now)


def out_of_time(post: Post, made: service.Made) -> None:
    post.later(days=8)


@pytest.mark.parametrize("how", [used, withdrawn, replaced, out_of_time], ids=lambda how: how.__name__)
def test_a_message_whose_link_does_not_work_any_more_is_not_sent(post, how):
    message, made = ready(post)
    how(post, made)
    post.sweep()
    assert post.state(message) == "cancelled (link_gone)"
    assert post.pigeon.sent == []


@pytest.mark.parametrize("how", [used, withdrawn, out_of_time], ids=lambda how: how.__name__)
def test_a_draft_whose_link_does_not_work_any_more_cannot_be_sent(post, how):
    made = written(post)
    assert made.made is not None
    how(post, made.made)
    refused = post.send(made.message_id)
    assert (type(refused), refused.reason) == (queue.Refused, "link_gone")


def test_another_try_carries_the_same_link(post):
    post.pigeon.answers.append(TryLater())
    message, made = ready(post)
    post.sweep()
    post.later(minutes=2)
    post.sweep()
    assert post.state(message) == "accepted"
    assert made.token in post.pigeon.sent[0].body


def test_a_template_that_is_not_for_links_may_not_ask_for_one_and_a_message_without_a_link_has_none(post):
    from witness_care.notifications import shipped, words

    whole: dict[str, Any] = {"channel": "text", "neutral": True, "title": "x", "topics": (), "subject_en": None}
    other = shipped.Shipped(key="other", body_en="Answer here: ((link)).", **whole)
    assert "only_there" in {each.code for each in words.problems_of(other)}
    refused = post.draft(template_id=post.templates["link text"], topics=())
    assert refused.reason == "missing_placeholder"
    assert "A link to answer by" not in post.desk.as_("olivia").get(f"/participants/{post.victim}/messages/new").text


# --- whoever must be left alone has no link -------------------------------------------------------------------------


def register(post: Post, victim: Any) -> None:
    from tests.notifications import test_gate

    test_gate.register(post, victim)


def died(post: Post) -> None:
    register(post, a_victim(died_on=date(2026, 11, 29)))


def number_is_unsafe(post: Post) -> None:
    register(post, a_victim(phones=(a_mobile(unsafe=True),)))


def number_is_withdrawn(post: Post) -> None:
    register(post, a_victim(phones=(a_mobile(remove=True),)))


def asked_not_to_be_told(post: Post) -> None:
    fact = OptedOut(participant=post.victim, topics=(values.ATTENDANCE,))
    entered(post.case, fact, now="2026-11-30 10:05", by=post.desk.cast.olivia)


def left(post: Post) -> None:
    from workflows.events import ParticipantLeft

    fact = ParticipantLeft(participant=post.victim, reason="not_a_witness")
    entered(post.case, fact, now="2026-11-30 10:05", by=post.desk.cast.olivia)


@pytest.mark.both_databases
@pytest.mark.proves("SEC-24", "SEC-26")
@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (died, "died"),
        (number_is_unsafe, "unsafe"),
        (number_is_withdrawn, "withdrawn"),
        (asked_not_to_be_told, "opted_out"),
        (left, "left"),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_what_says_to_leave_them_alone_withdraws_the_link_in_the_same_commit(post, record, reason):
    message, made = ready(post)
    post.later(minutes=5)
    record(post)
    assert link(post).withdrawn_at is not None
    assert link(post).sealed_token is None
    assert not works(made.token)
    assert post.state(message) == f"cancelled ({reason})"
    post.sweep()
    assert post.pigeon.sent == []


def test_a_link_that_went_by_e_mail_lives_on_when_the_telephone_becomes_unsafe(post):
    made = written(post, "email")
    post.later(minutes=5)
    number_is_unsafe(post)
    assert made.made is not None
    assert works(made.made.token)


@pytest.mark.proves("SEC-27")
def test_a_form_that_another_site_sent_is_refused_without_saying_whose_service_this_is(post, monkeypatch):
    monkeypatch.setitem(post.desk.app.config, "WTF_CSRF_ENABLED", True)
    outside = post.desk.app.test_client()
    for headers, data in (({"Sec-Fetch-Site": "cross-site"}, {}), ({}, {"csrf_token": "wrong"})):
        refused = outside.post("/r/never-made", data=data, headers=headers)
        assert refused.status_code == 400
        for telling in ("witness", "court", "victim"):
            assert telling not in text_of(refused).lower()


def test_a_way_that_stopped_being_safe_while_the_page_was_open_sends_nothing(post):
    made = written(post)
    with writing() as s:
        s.execute(sa.update(Person).where(Person.id == post.person).values(deceased_on=date(2026, 11, 29)))
    refused = post.send(made.message_id)
    assert (type(refused), refused.may_override) == (queue.Refused, False)
