"""Makes up cases at random: what a court, the CPS and officers say one after another about three people.

A story is drawn as plain steps and then written down in order of receipt, because an officer tells what stands at that
moment. The messages that come out carry everything with them: they can be shuffled, repeated and folded anew. What may
be said at all is in `random_facts`, one line a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.workflows import random_facts
from tests.workflows.case_play import CasePlay
from tests.workflows.random_facts import DEFENDANTS, LATE_PEOPLE, PEOPLE, START, Table, late_people, people
from workflows import events, tasks, values
from workflows.entitlement import Rules
from workflows.events import CaseEvent, ContactOutcome
from workflows.rulebook import default_rulebook
from workflows.snapshot import Snapshot
from workflows.working_days import Calendar

CASE = "case"
Message = tuple[CaseEvent, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. `write` makes its facts from the case as it stands when it is received."""

    write: Callable[[Writer], Sequence[events.Fact]]
    gap: int  # minutes since the step before
    before: int  # minutes that the source, or the talk, lies before the receipt
    version: int | None = None
    context: str = "listing"


@dataclass(slots=True)
class Writer:
    """What a step may look at while its facts are written down."""

    play: CasePlay
    occurred_at: datetime = START
    count: int = 0
    contacts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def snapshot(self) -> Snapshot:
        return self.play.snapshot


def messages_of(steps: Sequence[Step], rules: Rules) -> list[Message]:
    """Write a story down: the registration, then each step that has anything to say."""
    return written(steps, rules)[0]


def written(steps: Sequence[Step], rules: Rules) -> tuple[list[Message], CasePlay]:
    """Write a story down, and give the case as well, stepped through it in the order of receipt."""
    writer = Writer(CasePlay(rules=rules, case=CASE))
    found = [_registration()]
    writer.play.deliver(found[0])
    now = START
    for step in steps:
        now += timedelta(minutes=step.gap)
        writer.occurred_at = now - timedelta(minutes=step.before)
        writer.count += 1
        facts = step.write(writer)
        message = tuple(_event(fact, n, step, writer, now) for n, fact in enumerate(facts))
        if message:
            writer.play.deliver(message)
            found.append(message)
    return found, writer.play


def court_messages(steps: Sequence[Step]) -> list[Message]:
    """Write down what courts say, which does not depend on how the case stands: no case is played."""
    found: list[Message] = []
    now, rules = START, Rules(default_rulebook(), Calendar(bank_holidays={}, first_year=2026, last_year=2027))
    for count, step in enumerate(steps, 1):
        now += timedelta(minutes=step.gap)
        writer = Writer(CasePlay(rules=rules, case=CASE), now - timedelta(minutes=step.before), count)
        found.append(tuple(_event(fact, n, step, writer, now) for n, fact in enumerate(step.write(writer))))
    return found


def _event(fact: events.Fact, ordinal: int, step: Step, writer: Writer, now: datetime) -> CaseEvent:
    return CaseEvent(
        id=f"event-{writer.count:03}-{ordinal}",
        case_id=CASE,
        what=fact,
        received_at=now,
        occurred_at=writer.occurred_at,
        context=step.context,
        message_id=f"message-{writer.count:03}",
        actor="test",
        stream=getattr(fact, "hearing", ""),
        version=step.version,
        ordinal=ordinal,
    )


def _registration() -> Message:
    facts = [
        events.CaseRegistered(),
        *(events.DefendantCharged(defendant=name, offences=theirs) for name, theirs in DEFENDANTS.items()),
        *PEOPLE.values(),
        events.CpsRequires(participant="witness"),
    ]
    return tuple(
        CaseEvent(
            id=f"registration-{n}",
            case_id=CASE,
            what=fact,
            received_at=START,
            occurred_at=START,
            context="unit",
            message_id="registration",
            actor="test",
            ordinal=n,
            registration=True,
        )
        for n, fact in enumerate(facts)
    )


# --- what may happen -----------------------------------------------------------------------------------------------


def either(*kinds: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One of these, each as often as it is named: `one_of` would look inside them, and draw a rare kind rarely."""
    return st.integers(0, len(kinds) - 1).flatmap(kinds.__getitem__)


def _step(facts: st.SearchStrategy[Any], **more: Any) -> st.SearchStrategy[Step]:
    """A step that says the same whatever the case looks like. `facts` draws one fact or several."""
    many = facts.map(lambda drawn: drawn if isinstance(drawn, tuple) else (drawn,))
    return st.builds(
        Step,
        many.map(lambda drawn: lambda _: drawn),
        st.integers(1, 2000),
        st.integers(0, 300),
        more.get("versions", st.none() | st.none() | st.integers(1, 5)),
        more.get("contexts", st.sampled_from(["listing", "hearing"])),
    )


def _said(table: Table, context: str) -> st.SearchStrategy[Step]:
    """One of the facts of a table, by somebody who counts no versions."""
    return _step(either(*table.values()), versions=st.none(), contexts=st.just(context))


_listings = [_step(random_facts.listed(kind)) for kind in (events.HearingConfirmed, events.HearingMoved)]
court = either(
    *_listings,
    *_listings,
    _step(random_facts.result()),
    _said(random_facts.LISTS_SHOW, "listing"),
    *(_step(facts) for facts in random_facts.COURTS_SAY.values()),
)
of_defendants = _step(either(*random_facts.OF_DEFENDANTS.values()), contexts=st.sampled_from(["listing", "cps"]))
cps = _step(either(*random_facts.THE_CPS_SAYS.values()), contexts=st.just("cps"))
joining = _step(late_people.map(LATE_PEOPLE.get), versions=st.none(), contexts=st.just("unit"))
requiring_late = _step(st.builds(events.CpsRequires, participant=late_people), contexts=st.just("cps"))
personal = _said(random_facts.OFFICERS_SAY, "officer")
rare = _said(random_facts.THE_UNIT_SAYS, "unit")
referred = _said(random_facts.OF_REFERRALS, "officer")


@st.composite
def talks(draw: Any, who: st.SearchStrategy[str] = people) -> Step:
    """An officer reaches somebody, or tries to, and tells some of what is owed to them."""
    person, outcome, share = draw(who), draw(st.sampled_from(ContactOutcome)), draw(st.sampled_from([1, 9, 9]))
    outcome = draw(st.sampled_from([outcome, ContactOutcome.REACHED, ContactOutcome.REACHED]))

    def write(writer: Writer) -> Sequence[events.Fact]:
        contact = f"contact-{writer.count:03}"
        writer.contacts.append((person, contact))
        told = tuple(_owed(writer.snapshot, person))[:share]
        return (
            events.ContactMade(participant=person, contact=contact, at=writer.occurred_at, outcome=outcome, told=told),
        )

    return Step(write, draw(st.integers(1, 2000)), draw(st.sampled_from([0, 0, 5, 600])), None, "officer")


def _owed(snapshot: Snapshot, person: str) -> Iterator[events.Telling]:
    """What is to be told to them, or done for them and ticked."""
    for key, topic in sorted(snapshot.topics.items()):
        if key[0] == person and topic.duty is not None and key[1] in (*values.TOLD_TOPICS, *tasks.TASKS):
            yield events.Telling(topic=key[1], subject=key[2], value=topic.history[-1].value)


@st.composite
def carried_over(draw: Any, who: st.SearchStrategy[str] = people) -> Step:
    """Another system says what somebody was told last, of what is owed to them here."""
    person = draw(who)

    def write(writer: Writer) -> Sequence[events.Fact]:
        told = tuple(_owed(writer.snapshot, person))
        return (events.ToldCarriedOver(participant=person, at=writer.occurred_at, told=told),)

    return Step(write, draw(st.integers(1, 2000)), draw(st.sampled_from([0, 600, 90_000])), None, "unit")


@st.composite
def corrections(draw: Any) -> Step:
    chosen = draw(st.integers(0, 3))

    def write(writer: Writer) -> Sequence[events.Fact]:
        if not writer.contacts:
            return ()
        person, contact = writer.contacts[chosen % len(writer.contacts)]
        return (events.ContactCorrected(participant=person, contact=contact),)

    return Step(write, draw(st.integers(1, 2000)), 0, None, "officer")


@st.composite
def ended_by_hand(draw: Any) -> Step:
    person, chosen = draw(people), draw(st.integers(0, 9))
    reason = draw(st.sampled_from(["attempts_exhausted", "declined", "done", "not_applicable"]))

    def write(writer: Writer) -> Sequence[events.Fact]:
        owed = list(_owed(writer.snapshot, person))
        if not owed:
            return ()
        telling = owed[chosen % len(owed)]
        return (
            events.DutyClosedByPerson(participant=person, topic=telling.topic, subject=telling.subject, reason=reason),
        )

    return Step(write, draw(st.integers(1, 2000)), 0, None, "officer")


@st.composite
def undone(draw: Any) -> Step:
    """Somebody takes back one of the messages so far, which may be one that cannot be taken back."""
    chosen = draw(st.integers(1, 15))

    def write(writer: Writer) -> Sequence[events.Fact]:
        return (events.EntryUndone(message=f"message-{1 + chosen % writer.count:03}"),)

    return Step(write, draw(st.integers(1, 2000)), 0, None, "officer")


@st.composite
def unmatched(draw: Any) -> Step:
    """Somebody takes a match back, and with it some of what was said so far; not all of it need be a court's."""
    chosen = draw(st.lists(st.integers(1, 15), min_size=1, max_size=3))

    def write(writer: Writer) -> Sequence[events.Fact]:
        entries = tuple(f"event-{1 + each % writer.count:03}-0" for each in chosen)
        return (events.MatchTakenBack(match="match", entries=entries),)

    return Step(write, draw(st.integers(1, 2000)), 0, None, "officer")


def stories(*kinds: st.SearchStrategy[Step], most: int = 16) -> st.SearchStrategy[list[Step]]:
    """Draw stories of these kinds of steps, each as often as it is named."""
    return st.lists(either(*kinds), min_size=8, max_size=most)


usual = stories(court, court, cps, talks(), talks())
_ANY = (
    *(court, court, court, court, court, of_defendants, of_defendants, cps, cps),
    *(talks(), talks(), talks(), corrections(), ended_by_hand(), carried_over(), personal, personal),
    *(rare, rare, referred),
)
_JOINING = (joining, joining, joining, requiring_late, talks(late_people))
anything = stories(*_ANY)
with_late_joiners = stories(*_ANY, *_JOINING)
with_undoing = stories(*_ANY, *_JOINING, *(undone(), undone(), undone(), unmatched(), unmatched()))
