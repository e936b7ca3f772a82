"""Each rule of the gate is what stops its example: with the rule it is not sent, and without that one rule it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cases.test_merge import nothing_is_wrong
from tests.factories import a_case, a_trial, a_victim, a_witness, at, set_clock
from tests.notifications.post import OPEN_HOURS, Post, ways
from tests.notifications.test_gate import NIGHT, by_pigeon, died, write
from tests.reading import text_of
from witness_care.accounts.current import USER, Actor
from witness_care.accounts.models import Role
from witness_care.cases import merging, splitting
from witness_care.columns import new_id
from witness_care.database import session, writing
from witness_care.notifications import gating, sending
from witness_care.people import reach
from witness_care.people.models import ContactPoint, Participant, SafetyChange
from witness_care.sealing import Plain
from workflows import safe_contact, values
from workflows.safe_contact import OUTSIDE_HOURS, Reason

__all__ = ["by_pigeon"]
pytestmark = [pytest.mark.feature("B4"), pytest.mark.proves("SEC-24"), pytest.mark.sqlite_only]

CHILD = {"date_of_birth": date(2015, 1, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What is recorded after the message was sent, and how the one rule is taken away."""

    record: Callable[[Post, Any], None]
    without: Callable[[Any], None]
    state: str = "blocked"


def person(**more: Any) -> Callable[[Post, Any], None]:
    return lambda post, monkeypatch: write(post, more, {})


def point(**more: Any) -> Callable[[Post, Any], None]:
    return lambda post, monkeypatch: write(post, {}, more)


def field(name: str, value: Any) -> Callable[[Any], None]:
    def take_away(monkeypatch: Any) -> None:
        for maker in ("_person", "_endpoint"):
            real = getattr(reach, maker)

            def made(*args: Any, real: Any = real) -> Any:
                built = real(*args)
                return replace(built, **{name: value}) if hasattr(built, name) else built

            monkeypatch.setattr(reach, maker, made)

    return take_away


def a_change_waits(post: Post, monkeypatch: Any) -> None:
    with writing() as s:
        s.add(
            SafetyChange(
                id=new_id(),
                unit_id=post.desk.cast.unit,
                person_id=post.person,
                contact_point_id=post.point(),
                kind="mobile",
                reaches=reach.risk.PHONE,
                blind_index="x",
                wanted={},
                widens=["allowed"],
                proposed_by=post.olivia,
                proposed_at=post.now,
                state="waiting",
            )
        )


def a_forbidden_representative(post: Post, monkeypatch: Any) -> None:
    sealed = {"representative": Plain("Joan Jones", post.person), "representative_forbidden": True}
    write(post, CHILD | sealed, {})


def asked_not_to_be_told(post: Post, monkeypatch: Any) -> None:
    """As the gate reads it: the duty stands open, and no rule carves it out of the opt-out."""
    real = gating.read

    def read(*args: Any) -> Any:
        facts = real(*args)
        return replace(facts, standing=replace(facts.standing, opted_out=(values.WHEN_WHERE,)))

    monkeypatch.setattr(gating, "read", read)
    monkeypatch.setattr(gating, "_carved_out", lambda facts: frozenset())


def is_somebody_elses(post: Post, monkeypatch: Any) -> None:
    other = a_case(a_victim("Ben Okoro"), now=OPEN_HOURS)
    whose = session().scalars(sa.select(Participant.person_id).where(Participant.id == other["Ben Okoro"])).one()
    post.change_point(person_id=whose)


def whoever_it_belongs_to(monkeypatch: Any) -> None:
    real = gating.read

    def read(s: Any, participant: str, point_id: str) -> Any:
        facts = real(s, participant, point_id)
        whose = s.scalar(sa.select(ContactPoint.person_id).where(ContactPoint.id == point_id))
        found = s.execute(reach.points_of([whose], sealed_too=True).where(ContactPoint.id == point_id)).first()
        return replace(facts, point=found)

    monkeypatch.setattr(gating, "read", read)


def left(post: Post, monkeypatch: Any) -> None:
    with writing() as s:
        s.execute(sa.update(Participant).where(Participant.id == post.victim).values(left_at=post.now))


EXAMPLES = {
    Reason.DECEASED: Example(record=person(deceased_on=date(2026, 11, 29)), without=field("deceased", False)),
    Reason.WITHDRAWN: Example(record=point(withdrawn_at=at("2026-11-30 09:59")), without=field("withdrawn", False)),
    Reason.UNSAFE: Example(record=point(unsafe_since=at("2026-11-30 09:59")), without=field("unsafe", False)),
    Reason.SHARED: Example(
        record=point(unsafe_since=at("2026-11-30 09:59"), unsafe_because="shared"),
        without=field("shared_with_forbidden", False),
    ),
    Reason.ON_HOLD: Example(record=a_change_waits, without=field("on_hold", False)),
    Reason.NEVER_CONTACT: Example(record=a_forbidden_representative, without=field("representative_forbidden", False)),
    Reason.WRONG_CHANNEL: Example(record=point(kind="landline"), without=field("kind", "mobile")),
    Reason.NOT_ALLOWED: Example(record=point(allowed="no"), without=field("allowed", "yes")),
    Reason.NOT_ASKED: Example(record=point(allowed="not_asked"), without=field("allowed", "yes")),
    Reason.OPTED_OUT: Example(record=asked_not_to_be_told, without=field("opted_out_topics", frozenset())),
    Reason.CHILD: Example(record=person(**CHILD), without=field("is_child", False)),
    Reason.IDENTIFIES_US: Example(record=point(may_identify_us="not_asked"), without=field("may_identify_us", "yes")),
    OUTSIDE_HOURS: Example(record=point(windows=NIGHT), without=field("windows", ()), state="held"),
    gating.LEFT: Example(
        record=left,
        without=lambda monkeypatch: monkeypatch.setattr(gating.Facts, "has_left", False),
        state="cancelled",
    ),
    gating.NOT_THEIRS: Example(record=is_somebody_elses, without=whoever_it_belongs_to),
}
# A text, an e-mail or a letter is never spoken to a machine.
OF_VOICEMAIL_ONLY = {Reason.NO_VOICEMAIL, Reason.VOICEMAIL_NOT_ASKED}


def test_every_reason_of_the_gate_has_its_example():
    assert set(Reason) - OF_VOICEMAIL_ONLY <= set(EXAMPLES)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_rule_stops_its_example(post, monkeypatch, rule):
    message = post.ready()
    EXAMPLES[rule].record(post, monkeypatch)
    post.sweep()
    said = Reason.WITHDRAWN if rule == gating.NOT_THEIRS else rule
    assert post.state(message) == f"{EXAMPLES[rule].state} ({said})"
    assert post.pigeon.sent == []


@pytest.mark.parametrize("rule", EXAMPLES)
def test_without_the_rule_its_example_is_sent(post, monkeypatch, rule):
    message = post.ready()
    EXAMPLES[rule].record(post, monkeypatch)
    EXAMPLES[rule].without(monkeypatch)
    post.sweep()
    assert post.state(message) == "accepted"


@pytest.mark.parametrize("asked", [{"voicemail": "no"}, {"voicemail": "not_asked"}])
def test_the_rules_of_voicemail_stop_a_voicemail_and_nothing_that_is_written(asked):
    endpoint = safe_contact.Endpoint(id="x", kind="mobile", allowed="yes", may_identify_us="yes", **asked)
    anybody, now = safe_contact.ContactPerson(), at(OPEN_HOURS)
    spoken = safe_contact.gate(anybody, endpoint, safe_contact.VOICEMAIL, now=now)
    assert isinstance(spoken, safe_contact.Refuse)
    assert spoken.reason in OF_VOICEMAIL_ONLY
    assert isinstance(safe_contact.gate(anybody, endpoint, safe_contact.TEXT, now=now), safe_contact.Allowed)


# --- what had left already ------------------------------------------------------------------------------------------


def test_what_was_already_leaving_when_a_death_is_recorded_says_so(post):
    message = post.ready()
    assert sending.claim(message, post.now) is not None
    post.later(minutes=5)
    died(post)
    assert post.state(message) == "sending"
    assert post.steps(message)[-2:] == ["sending", "sending"]
    for page in (f"/messages/{message}/check", f"/participants/{post.victim}/messages"):
        assert "It was already leaving when it was recorded" in text_of(post.desk.as_("olivia").get(page))


# --- cases that become one, or two ----------------------------------------------------------------------------------


def sam(post: Post) -> Actor:
    return Actor(kind=USER, id=post.desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(post.desk.cast.unit,))


def waiting_for(post: Post, participant: str) -> str:
    """A neutral message and one about the date, as far as the person is owed it; gives the one that waits."""
    who = sa.select(Participant.person_id).where(Participant.id == participant).scalar_subquery()
    point_id = (
        session()
        .scalars(sa.select(ContactPoint.id).where(ContactPoint.person_id == who, ContactPoint.kind == "mobile"))
        .first()
    )
    [topics] = [((each.topic, each.subject),) for each in open_dates(participant)]
    return post.ready(participant_id=participant, contact_point_id=point_id, topics=topics)


def open_dates(participant: str) -> list[Any]:
    from tests.factories import open_duties

    return [duty for duty in open_duties(participant) if duty.topic == values.WHEN_WHERE]


def test_somebody_in_two_cases_that_become_one_gets_one_message_of_two_that_wait(post):
    first = a_case(a_victim("Amy Hale", phones=ways(), person_id="amy"), now="2026-11-09 09:00")
    whose = session().scalars(sa.select(Participant.person_id).where(Participant.id == first["Amy Hale"])).one()
    second = a_case(a_victim("Amy Hale", person_id=whose), now="2026-11-10 09:00", defendants=("Bo Lee",))
    for case, listed in ((first, "2026-11-11 10:00"), (second, "2026-11-12 10:00")):
        a_trial(case, "2027-01-11 10:00", now=listed)
    set_clock(post.desk.app, OPEN_HOURS)
    messages = [waiting_for(post, case["Amy Hale"]) for case in (first, second)]
    merging.merge(first.urn, second.urn, "Charged twice.", actor=sam(post), now=post.later(minutes=5))
    post.later(minutes=5)
    post.sweep()
    states = sorted(post.state(message) for message in messages)
    assert states == ["accepted", "cancelled (left)"]
    assert len(post.pigeon.sent) == 1
    assert nothing_is_wrong("2026-11-30 10:15")


def test_what_waits_for_people_of_a_case_that_is_split_is_sent_once_and_stays_with_them(post):
    case = a_case(
        a_victim("Amy Hale", phones=ways()),
        a_witness("Nadia Ahmed", required=True),
        now="2026-11-09 09:00",
        defendants=("Ada Stone", "Bo Lee"),
    )
    a_trial(case, "2027-01-11 10:00", now="2026-11-10 10:00")
    set_clock(post.desk.app, OPEN_HOURS)
    message = waiting_for(post, case["Amy Hale"])
    later = post.later(minutes=5)
    splitting.split(case.urn, [case.defendants["Bo Lee"]], "77CD7654326", "Severed.", actor=sam(post), now=later)
    post.later(minutes=5)
    post.sweep()
    assert post.state(message) == "accepted"
    assert len(post.pigeon.sent) == 1
    assert nothing_is_wrong("2026-11-30 10:15")
