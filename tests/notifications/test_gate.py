"""No way leads past the safe-contact gate: whatever is recorded, on whichever path, whenever it was recorded."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import WEEKDAYS_10_TO_2, a_case, a_mobile, a_victim, a_witness, at, entered, introduced
from tests.notifications.post import Post, a_template
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.links import sending as link_sending
from witness_care.links.models import OneTimeLink
from witness_care.links.service import NotSafeError
from witness_care.notifications import channels, gating, queue, tell_all
from witness_care.notifications.channels import NoAnswer, TryLater, Unsure
from witness_care.notifications.models import OutboxKey, OutboxMessage, OutboxStep
from witness_care.people import page_queries, reach
from witness_care.people.models import ContactPoint, Participant, Person
from workflows import values
from workflows.events import OptedBackIn, OptedOut
from workflows.outbox import WAITING_TO_LEAVE

pytestmark = [pytest.mark.feature("B4"), pytest.mark.proves("SEC-24"), pytest.mark.sqlite_only]

KINDS = {"text": "mobile", "email": "email", "letter": "address"}
NIGHT = [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "starts": "20:00", "ends": "21:00"}]

# What may be recorded, as changes of the rows, and the reason with which a message is then refused.
ON_THE_PERSON = {
    "deceased": {"deceased_on": date(2026, 11, 29)},
    "child": {"date_of_birth": date(2015, 1, 1)},
}
ON_THE_POINT: dict[str, dict[str, Any]] = {
    "withdrawn": {"withdrawn_at": at("2026-11-30 09:59")},
    "unsafe": {"unsafe_since": at("2026-11-30 09:59")},
    "not_allowed": {"allowed": "no"},
    "not_asked": {"allowed": "not_asked"},
    "identifies_us": {"may_identify_us": "not_asked"},
}
AS_IT_WAS = {"deceased_on": None, "date_of_birth": None}
POINT_AS_IT_WAS: dict[str, Any] = {
    "withdrawn_at": None,
    "unsafe_since": None,
    "allowed": "yes",
    "may_identify_us": "yes",
    "windows": [],
}
CONSTRAINTS = (*ON_THE_PERSON, *ON_THE_POINT)


@pytest.fixture(autouse=True)
def by_pigeon(post, monkeypatch):
    monkeypatch.setattr(channels, "provider_of", lambda channel: post.pigeon)
    monkeypatch.setattr(channels, "provider_named", lambda name: post.pigeon)


def write(post: Post, person: dict[str, Any], point: dict[str, Any]) -> None:
    """Change the rows behind the service's back, so that nothing but the gate can stop what waits."""
    with writing() as s:
        if person:
            s.execute(sa.update(Person).where(Person.id == post.person).values(**person))
        if point:
            s.execute(sa.update(ContactPoint).where(ContactPoint.person_id == post.person).values(**point))


@contextmanager
def recorded(post: Post, constraint: str):
    write(post, ON_THE_PERSON.get(constraint, {}), ON_THE_POINT.get(constraint, {}))
    yield
    write(post, AS_IT_WAS, POINT_AS_IT_WAS)


def clear(post: Post) -> None:
    """Stop whatever still waits, so that the next message may be made."""
    waiting = OutboxMessage.state.in_([state.value for state in WAITING_TO_LEAVE])
    for message in session().scalars(sa.select(OutboxMessage.id).where(waiting)).all():
        queue.cancel(message, actor=post.olivia, now=post.now)


# --- each constraint, by each channel, on each path -----------------------------------------------------------------


def by_the_form(post: Post, channel: str, constraint: str) -> None:
    with recorded(post, constraint):
        refused = post.draft(channel)
        assert isinstance(refused, queue.Refused)
        assert refused.reason == constraint
        assert post.state(refused.id) == f"blocked ({constraint})"  # the refusal is recorded


def sent_after_it_was_drafted(post: Post, channel: str, constraint: str) -> None:
    drafted = post.draft(channel)
    if channel == "letter":
        queue.approve(drafted.id, seen_hashes=post.hashes(), actor="user:sam", now=post.now)
    with recorded(post, constraint):
        refused = post.send(drafted.id)
        assert isinstance(refused, queue.Refused)
        assert refused.reason == constraint
        post.sweep()


def claimed_after_it_was_sent(post: Post, channel: str, constraint: str) -> None:
    message = post.ready(channel)
    with recorded(post, constraint):
        post.sweep()
        assert post.state(message) == f"blocked ({constraint})"


def retried(post: Post, channel: str, constraint: str) -> None:
    post.pigeon.answers.append(TryLater())
    message = post.ready(channel)
    post.sweep()
    with recorded(post, constraint):
        post.later(minutes=2)
        post.sweep()
        assert post.state(message) == f"blocked ({constraint})"


def sent_again_knowingly(post: Post, channel: str, constraint: str) -> None:
    post.pigeon.answers.append(Unsure())
    post.pigeon.finds = NoAnswer()
    message = post.ready(channel)
    post.sweep()
    post.later(minutes=20)
    post.settle()
    with recorded(post, constraint):
        assert isinstance(queue.resend(message, actor=post.olivia, now=post.now), queue.Sent)
        post.sweep()
        assert post.state(message) == f"blocked ({constraint})"


def replayed(post: Post, channel: str, constraint: str) -> None:
    """The same form again, by a browser that repeats it, after what was recorded."""
    token = new_id()
    drafted = post.draft(channel, token=token)
    with recorded(post, constraint):
        assert post.draft(channel, token=token).id == drafted.id
        assert not isinstance(post.send(drafted.id), queue.Sent)
        post.sweep()


PATHS = (by_the_form, sent_after_it_was_drafted, claimed_after_it_was_sent, retried, sent_again_knowingly, replayed)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_every_constraint_stops_every_channel_on_every_path(post, path):
    for constraint in CONSTRAINTS:
        for channel in KINDS:
            path(post, channel, constraint)
            assert post.pigeon.sent == [], (constraint, channel)
            clear(post)


@pytest.mark.both_databases
def test_what_was_committed_between_the_draft_and_the_claim_sends_nothing(post):
    for constraint in CONSTRAINTS:
        message = post.ready()
        with recorded(post, constraint):
            post.sweep()
        assert post.pigeon.sent == []
        assert post.state(message) == f"blocked ({constraint})"
        assert len(post.hashes()) == 1  # the duty stays open


# --- what is recorded through the service stops what waits in the same commit -----------------------------------------


def died(post: Post) -> None:
    register(post, a_victim(died_on=date(2026, 11, 29)))


def number_is_unsafe(post: Post) -> None:
    register(post, a_victim(phones=(a_mobile(unsafe=True),)))


def number_is_withdrawn(post: Post) -> None:
    register(post, a_victim(phones=(a_mobile(remove=True),)))


def asked_not_to_be_told(post: Post) -> None:
    fact = OptedOut(participant=post.victim, topics=(values.WHEN_WHERE,))
    entered(post.case, fact, now="2026-11-30 10:05", by=post.desk.cast.olivia)


def register(post: Post, victim: Any) -> None:
    from tests.factories import _police
    from witness_care.cases.document import CaseGiven
    from witness_care.cases.service import register_case

    given = CaseGiven(urn=post.case.urn, unit="ESX", participants=(victim,))
    register_case(given, actor=_police(), now=at("2026-11-30 10:05"))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (died, "died"),
        (number_is_unsafe, "unsafe"),
        (number_is_withdrawn, "withdrawn"),
        (asked_not_to_be_told, "opted_out"),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_what_waits_is_cancelled_in_the_commit_that_records_it(post, record, reason):
    message = post.ready()
    post.later(minutes=5)
    record(post)
    assert post.state(message) == f"cancelled ({reason})"
    post.sweep()
    assert post.pigeon.sent == []


def test_whoever_left_the_case_is_sent_nothing(post):
    message = post.ready()
    with writing() as s:
        s.execute(sa.update(Participant).where(Participant.id == post.victim).values(left_at=post.now))
    post.sweep()
    assert post.state(message) == "cancelled (left)"


def test_an_ordinary_event_of_the_court_asks_nothing_of_the_outbox(post, statements):
    from tests.factories import moved

    post.ready()
    statements()
    moved(post.case, post.hearing, "2026-12-09 10:00", now="2026-11-30 10:05")
    assert [each for each in statements() if "outbox" in each] == []


# --- an opt-out, and what is told all the same ----------------------------------------------------------------------


def test_who_must_come_to_court_is_told_the_date_after_an_opt_out_as_the_rules_say(desk, post):
    case = introduced(a_case(a_witness("Omar Reed", required=True, phones=(a_mobile("07700 900555"),))))
    from tests.factories import a_trial, set_clock

    hearing = a_trial(case, now="2026-11-30 10:01")
    fact = OptedOut(participant=case["Omar Reed"], topics=(values.WHEN_WHERE, "plea"))
    entered(case, fact, now="2026-11-30 10:02", by=desk.cast.olivia)
    set_clock(desk.app, "2026-11-30 10:10")
    point = (
        session()
        .scalars(
            sa.select(ContactPoint.id)
            .join(Participant, Participant.person_id == ContactPoint.person_id)
            .where(Participant.id == case["Omar Reed"])
        )
        .one()
    )
    message = post.ready(
        participant_id=case["Omar Reed"], contact_point_id=point, topics=((values.WHEN_WHERE, hearing),), token=new_id()
    )
    post.sweep()
    assert post.state(message) == "accepted"


# --- hours, and overrides -------------------------------------------------------------------------------------------


def test_outside_their_hours_it_waits_and_leaves_with_the_next_safe_hour(post):
    post.change_point(windows=[WEEKDAYS_10_TO_2])
    post.later(hours=5)
    drafted = post.draft()
    sent = post.send(drafted.id)
    assert (sent.state, sent.until) == ("held", at("2026-12-01 10:00"))
    assert post.sweep() == 0
    post.later(hours=19)
    assert post.sweep() == 1
    assert post.state(drafted.id) == "accepted"


def test_one_that_is_ready_too_late_for_their_hours_is_held(post):
    message = post.ready()
    post.change_point(windows=[WEEKDAYS_10_TO_2])
    post.later(hours=5)
    assert post.sweep() == 0
    assert post.state(message) == "held (outside_hours)"
    assert post.pigeon.sent == []


def test_an_officer_goes_ahead_with_a_reason_where_that_is_allowed(post):
    post.change_point(may_identify_us="not_asked")
    assert post.draft().may_override
    drafted = post.draft(override_reason="She asked for it on the phone just now.")
    assert post.send(drafted.id) == queue.Sent("ready")
    post.sweep()
    assert post.state(drafted.id) == "accepted"
    row = post.row(drafted.id)
    assert row.overridden == "identifies_us"
    assert row.override_reason.holds("She asked for it on the phone just now.", row.id)


@pytest.mark.parametrize("constraint", ["deceased", "withdrawn", "unsafe"])
def test_nobody_goes_ahead_against_death_or_a_way_that_is_not_safe(post, constraint):
    with recorded(post, constraint):
        refused = post.draft(override_reason="I want to")
        assert isinstance(refused, queue.Refused)
        assert not refused.may_override
    assert post.pigeon.sent == []


def test_a_reason_for_one_objection_does_not_serve_for_another(post):
    post.change_point(may_identify_us="not_asked")
    drafted = post.draft(override_reason="She asked for it.")
    post.send(drafted.id)
    post.change_point(allowed="no")
    post.sweep()
    assert post.state(drafted.id) == "blocked (not_allowed)"


def test_neutral_words_may_go_where_nobody_agreed_that_we_may_say_who_we_are(post):
    post.change_point(may_identify_us="not_asked")
    ring = a_template("text", key="ring", topics=(), neutral=True, body_en="Please ring us on ((phone)).")
    post.ready(template_id=ring, topics=())
    post.sweep()
    assert [sent.body for sent in post.pigeon.sent] == ["Please ring us on 01632 960100."]


# --- random changes, and an oracle that shares no code --------------------------------------------------------------

CHANGES = st.lists(
    st.sampled_from(
        [
            *(("person", {"deceased_on": day}) for day in (None, date(2026, 11, 29))),
            *(("person", {"date_of_birth": day}) for day in (None, date(2015, 1, 1), date(1980, 1, 1))),
            *(("point", {"allowed": answer}) for answer in ("yes", "yes", "no", "not_asked")),
            *(("point", {"may_identify_us": answer}) for answer in ("yes", "yes", "no", "not_asked")),
            *(("point", {"unsafe_since": since}) for since in (None, None, at("2026-11-30 09:59"))),
            *(("point", {"withdrawn_at": since}) for since in (None, None, at("2026-11-30 09:59"))),
            *(("point", {"windows": hours}) for hours in ([], [], NIGHT)),
            ("out", {}),
            ("in", {}),
        ]
    ),
    max_size=5,
)


def forbidden(person: dict[str, Any], point: dict[str, Any], channel: str, *, opted_out: bool, neutral: bool) -> bool:
    """What domain.md section 10 says, in other words than the gate's."""
    return any(
        (
            person["deceased_on"] is not None,
            person["date_of_birth"] == date(2015, 1, 1),
            point["allowed"] != "yes",
            point["may_identify_us"] != "yes" and not neutral,
            point["unsafe_since"] is not None,
            point["withdrawn_at"] is not None,
            bool(point["windows"]) and channel != "letter",
            opted_out,
        )
    )


def let_go(post: Post, drafted: Any) -> None:
    if isinstance(drafted, queue.Drafted):
        if post.row(drafted.id).channel == "letter":
            queue.approve(drafted.id, seen_hashes=post.hashes(), actor="user:sam", now=post.now)
        post.send(drafted.id)


def in_bulk(post: Post) -> None:
    actor = an_officer(post)
    for line in tell_all.lines(session(), actor, post.case.id, post.hearing, post.now):
        if line.choice is not None:
            tell_all.tell(line, new_id(), actor=actor.reference, now=post.now)


def retrying(post: Post) -> None:
    post.pigeon.answers.append(TryLater())
    let_go(post, post.draft("text"))
    post.sweep()
    post.pigeon.answers.clear()


def replaying(post: Post) -> None:
    token = new_id()
    for _ in range(2):
        let_go(post, post.draft("email", token=token))


def by_link(kind: str):
    def write(post: Post) -> None:
        actor = an_officer(post)
        who = page_queries.who(session(), actor, post.victim)
        chosen = link_sending.ways(session(), who.row, post.now).chosen(post.point(kind)) if who else None
        if chosen is not None:
            with suppress(NotSafeError):
                written = link_sending.write(session(), post.victim, chosen, "en", new_id(), actor=actor, now=post.now)
                if written.message_id:
                    post.send(written.message_id)

    return write


WAYS = {
    **{f"form {channel}": lambda post, channel=channel: let_go(post, post.draft(channel)) for channel in KINDS},
    "bulk": in_bulk,
    "retry": retrying,
    "replay": replaying,
    **{f"link {kind}": by_link(kind) for kind in ("mobile", "email")},
}


def an_officer(post: Post) -> Actor:
    return Actor(kind="user", id=post.desk.cast.olivia, role=Role.OFFICER, unit_ids=(post.desk.cast.unit,))


@pytest.fixture
def with_links(post) -> None:
    post.desk.app.config["PUBLIC_ADDRESS"] = "https://answer.example"
    for channel, subject in (("text", None), ("email", "A few questions")):
        words = {"subject_en": subject, "body_en": "Hello. Answer here: ((link))", "neutral": True}
        a_template(channel, key="ask_by_link", topics=(), **words)


def forget(post: Post) -> None:
    """Begin anew: what was sent once is not sent again, and would hide what the next example does."""
    post.pigeon.answers.clear()
    with writing() as s:
        for table in (OutboxStep, OutboxKey, OutboxMessage, OneTimeLink):
            s.execute(sa.delete(table), execution_options={"synchronize_session": False})


@pytest.mark.usefixtures("with_links")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=CHANGES, after=CHANGES, path=st.sampled_from(tuple(WAYS)))
def test_whatever_changes_between_the_draft_and_the_claim_nothing_forbidden_is_sent(post, before, after, path):
    person, point, state = dict(AS_IT_WAS), dict(POINT_AS_IT_WAS), {"opted_out": False}
    write(post, person, point)

    def play(changes) -> None:
        for what, change in changes:
            if what in ("out", "in") and state["opted_out"] is not (what == "out"):
                state["opted_out"] = what == "out"
                kind = OptedOut if what == "out" else OptedBackIn
                post.later(seconds=1)
                enter(post, kind(participant=post.victim, topics=(values.WHEN_WHERE,)))
            (person if what == "person" else point).update(change if what in ("person", "point") else {})
            write(post, change if what == "person" else {}, change if what == "point" else {})

    post.pigeon.sent.clear()
    play(before)
    WAYS[path](post)
    early = len(post.pigeon.sent)
    play(after)
    post.later(minutes=20)
    post.sweep()
    try:
        assert early == 0
        neutral = path.startswith("link")
        for sent in post.pigeon.sent:
            assert not forbidden(person, point, sent.channel, opted_out=state["opted_out"], neutral=neutral)
        if not (before or after):
            assert len(post.pigeon.sent) == 1, "Nothing was in the way, and it was not sent once."
    finally:
        play([("in", {})])
        forget(post)


def enter(post: Post, fact: Any) -> None:
    from tests.factories import _police
    from witness_care.cases.service import record_court_fact

    record_court_fact(post.case.urn, [fact], actor=_police(), now=post.now)


# --- each rule is what stops its example ----------------------------------------------------------------------------


def without(field: str, value: Any):
    def take_away(monkeypatch) -> None:
        for name in ("_person", "_endpoint"):
            real = getattr(reach, name)

            def made(*args, real=real):
                built = real(*args)
                return replace(built, **{field: value}) if hasattr(built, field) else built

            monkeypatch.setattr(reach, name, made)

    return take_away


RULES = {
    "deceased": without("deceased", False),
    "child": without("is_child", False),
    "withdrawn": without("withdrawn", False),
    "unsafe": without("unsafe", False),
    "not_allowed": without("allowed", "yes"),
    "not_asked": without("allowed", "yes"),
    "identifies_us": without("may_identify_us", "yes"),
}


@pytest.mark.parametrize("constraint", RULES)
def test_taking_any_one_rule_away_would_send_its_example(post, constraint, monkeypatch):
    """The examples above hold because of the gate: without its one rule, each of them would leave."""
    message = post.ready()
    RULES[constraint](monkeypatch)
    with recorded(post, constraint):
        post.sweep()
    assert post.state(message) == "accepted"


def test_without_the_rule_of_hours_it_would_leave_at_night(post, monkeypatch):
    message = post.ready()
    post.change_point(windows=NIGHT)
    monkeypatch.setattr("workflows.safe_contact._is_open", lambda windows, now: True)
    post.sweep()
    assert post.state(message) == "accepted"


def test_without_the_rule_of_opting_out_it_would_not_be_the_gate_that_stops_it(post, monkeypatch):
    facts = {"asked": 0}
    message = post.ready()
    standing = gating.read

    def opted(s, participant, point):
        read = standing(s, participant, point)
        facts["asked"] += 1
        return replace(read, standing=replace(read.standing, opted_out=(values.WHEN_WHERE,)))

    monkeypatch.setattr(gating, "read", opted)
    monkeypatch.setattr(gating, "_carved_out", lambda read: frozenset())
    post.sweep()
    assert post.state(message) == "blocked (opted_out)"
    assert facts["asked"] == 1


def test_a_message_by_a_way_that_cannot_carry_it_is_refused(post):
    refused = post.draft("text", contact_point_id=post.point("email"))
    assert refused.reason == "wrong_channel"


def test_a_way_of_somebody_else_is_refused(post):
    other = introduced(a_case(a_victim("Ben Okoro", phones=(a_mobile("07700 900777"),))))
    theirs = (
        session()
        .scalars(
            sa.select(ContactPoint.id)
            .join(Participant, Participant.person_id == ContactPoint.person_id)
            .where(Participant.id == other["Ben Okoro"])
        )
        .one()
    )
    refused = post.draft("text", contact_point_id=theirs)
    assert (refused.reason, refused.may_override) == ("withdrawn", False)


def test_in_bulk_each_person_is_asked_about_and_nobody_is_overridden(post):
    """A list of messages is made one by one: who may not be reached is left out, and the others go."""
    other = introduced(a_case(a_victim("Ben Okoro", phones=(a_mobile("07700 900777", allowed="no"),))))
    theirs = (
        session()
        .scalars(
            sa.select(ContactPoint.id)
            .join(Participant, Participant.person_id == ContactPoint.person_id)
            .where(Participant.id == other["Ben Okoro"])
        )
        .one()
    )
    ring = a_template("text", key="ring", topics=(), neutral=True, body_en="Please ring us on ((phone)).")
    asked = [(post.victim, post.point()), (other["Ben Okoro"], theirs)]
    made = [post.draft(participant_id=who, contact_point_id=point, template_id=ring, topics=()) for who, point in asked]
    for each in made:
        if isinstance(each, queue.Drafted):
            post.send(each.id)
    post.later(minutes=1)
    post.sweep()
    assert [type(each) for each in made] == [queue.Drafted, queue.Refused]
    assert [sent.to for sent in post.pigeon.sent] == ["07700 900123"]


def test_hours_that_come_too_late_are_said_to_be(post):
    post.change_point(windows=NIGHT)
    message = post.draft()
    sent = post.send(message.id, send_at=post.now + timedelta(hours=1))
    assert sent.state == "held"
