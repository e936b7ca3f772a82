"""Makes up cases at random: what a court, the CPS and officers say one after another about three people.

A story is drawn as plain steps and then written down in order of receipt, because an officer tells what stands at that
moment. The messages that come out carry everything with them: they can be shuffled, repeated and folded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.workflows.case_play import CasePlay
from workflows import events, needs_pack, values
from workflows.entitlement import Rules
from workflows.events import About, CaseEvent, ContactOutcome, DateKind, HearingClass, HearingDay, When, Where
from workflows.rulebook import default_rulebook
from workflows.snapshot import Snapshot
from workflows.working_days import Calendar

CASE = "case"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DEFENDANTS = {"first": ("robbery", "assault"), "second": ("theft",)}
DEFENDANT_OF = {offence: defendant for defendant, theirs in DEFENDANTS.items() for offence in theirs}
PEOPLE = {
    "victim": events.ParticipantRecorded(participant="victim", role=events.Role.VICTIM, offences=("robbery",)),
    "witness": events.ParticipantRecorded(participant="witness", role=events.Role.WITNESS),
    "both": events.ParticipantRecorded(
        participant="both", role=events.Role.BOTH, defendants=("second",), enhanced=events.Answer.NOT_ASKED
    ),
}
LATE_PEOPLE = {
    "neighbour": events.ParticipantRecorded(participant="neighbour", role=events.Role.WITNESS, defendants=("first",)),
    "sister": events.ParticipantRecorded(participant="sister", role=events.Role.VICTIM, offences=("theft",)),
}
HEARINGS = {
    "trial-1": About(hearing_class=HearingClass.TRIAL, defendants=("first", "second")),
    "trial-2": About(hearing_class=HearingClass.TRIAL, defendants=("first", "second")),
    "trial-3": About(hearing_class=HearingClass.TRIAL, defendants=("second",), seeded_from=("trial-1",)),
    "sentence-1": About(hearing_class=HearingClass.SENTENCE),
}
DAYS = (date(2027, 1, 11), date(2027, 1, 12), date(2027, 2, 8))  # ahead of every message
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

people = st.sampled_from(sorted(PEOPLE))
late_people = st.sampled_from(sorted(LATE_PEOPLE))
hearings = st.sampled_from(["trial-1", "trial-1", "trial-1", "trial-1", *sorted(HEARINGS)])
trials = st.sampled_from(["trial-1", "trial-1", "trial-1", "trial-2", "trial-3"])
offences = st.sampled_from(sorted(DEFENDANT_OF))
days = st.sampled_from(DAYS)
reasons = st.sampled_from(["", "no-court-time"])


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


@st.composite
def _dates(draw: Any) -> When:
    kind = draw(st.sampled_from(["fixed", "fixed", "fixed", "week", "open"]))
    if kind == "week":
        return When(kind=DateKind.WEEK_COMMENCING, week_commencing=DAYS[0])
    if kind == "open":
        return When(kind=DateKind.TO_BE_FIXED)
    chosen = sorted(draw(st.sets(days, min_size=1, max_size=2)))
    return When(kind=DateKind.FIXED, days=tuple(HearingDay(day, time(10)) for day in chosen))


@st.composite
def _listed(draw: Any) -> events.Fact:
    hearing = draw(hearings)
    kind = draw(st.sampled_from([events.HearingConfirmed, events.HearingMoved]))
    court = draw(st.sampled_from(["Fernbridge", "Fernbridge", "Ashmere"]))
    return kind(hearing=hearing, when=draw(_dates()), where=Where(court=court), about=HEARINGS[hearing])


@st.composite
def _sighted(draw: Any) -> events.Fact:
    hearing = draw(hearings)
    when = draw(_dates().filter(lambda when: when.kind is not DateKind.TO_BE_FIXED))
    return events.HearingSighted(hearing=hearing, when=when, about=HEARINGS[hearing])


@st.composite
def _cancelled(draw: Any) -> events.Fact:
    marks = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    marked = tuple(HearingDay(day, cancelled=gone) for day, gone in zip(DAYS, marks, strict=True))
    return events.HearingDaysCancelled(hearing=draw(trials), days=marked)


@st.composite
def _result(draw: Any) -> Any:
    hearing, offence, day = draw(hearings), draw(offences), draw(days)
    kind = draw(st.sampled_from([events.ResultKind.CUSTODY, events.ResultKind.WITHDRAWN, events.ResultKind.OTHER]))
    length = draw(st.sampled_from(["11 M", "4 Y"]))
    result = events.OffenceResult(
        defendant=DEFENDANT_OF[offence],
        offence=offence,
        kind=kind,
        length=length,
        final=kind is not events.ResultKind.OTHER,
    )
    shared_at = START + timedelta(minutes=draw(st.integers(0, 20000)))
    share = events.ResultsShared(hearing=hearing, day=day, shared_at=shared_at, results=(result,))
    if not draw(st.booleans()):
        return share
    verdict = draw(st.sampled_from(["guilty", "not_guilty"]))
    said = events.VerdictRecorded(
        defendant=DEFENDANT_OF[offence], offence=offence, verdict=verdict, hearing=hearing, day=day
    )
    return (said, share)


@st.composite
def _judged(draw: Any) -> events.Fact:
    offence = draw(offences)
    defendant = DEFENDANT_OF[offence]
    if draw(st.booleans()):
        plea = draw(st.sampled_from(["guilty", "not_guilty"]))
        return events.PleaRecorded(defendant=defendant, offence=offence, plea=plea)
    verdict = draw(st.sampled_from(["guilty", "not_guilty", "no_verdict"]))
    hearing = draw(st.sampled_from(["", "trial-1"]))
    return events.VerdictRecorded(defendant=defendant, offence=offence, verdict=verdict, hearing=hearing)


court = st.one_of(
    _step(_listed()),
    _step(_listed()),
    _step(_listed()),
    _step(_sighted(), versions=st.none()),
    _step(st.builds(events.HearingListed, hearing=st.just("trial-2"), about=st.just(HEARINGS["trial-2"]))),
    _step(st.builds(events.DateRemoved, hearing=hearings)),
    _step(_cancelled()),
    _step(st.builds(events.TrialVacated, hearing=trials, reason=reasons)),
    _step(st.builds(events.TrialUnvacated, hearing=trials)),
    _step(st.builds(events.HearingWithdrawn, hearing=hearings)),
    _step(
        st.builds(
            events.HearingAdjourned,
            hearing=hearings,
            day=st.none() | days,
            next_hearings=st.sampled_from([(), ("trial-3",)]),
        )
    ),
    _step(st.builds(events.TrialIneffective, hearing=trials, day=st.none() | days, reason=reasons)),
    _step(st.builds(events.TrialCracked, hearing=trials, reason=reasons)),
    _step(st.builds(events.TrialStarted, hearing=trials)),
    _step(_judged()),
    _step(_judged()),
    _step(_result()),
)

cps = _step(
    st.one_of(
        st.builds(events.CpsRequires, participant=people, days=st.sampled_from([(), (), (1,), (2,)])),
        st.builds(events.CpsNotRequired, participant=people),
    ),
    contexts=st.just("cps"),
)


joining = _step(late_people.map(LATE_PEOPLE.get), versions=st.none(), contexts=st.just("unit"))
requiring_late = _step(st.builds(events.CpsRequires, participant=late_people), contexts=st.just("cps"))


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
    for key, topic in sorted(snapshot.topics.items()):
        if key[0] == person and topic.duty is not None and key[1] in values.TOLD_TOPICS:
            yield events.Telling(topic=key[1], subject=key[2], value=topic.history[-1].value)


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
    person, chosen = draw(people), draw(st.integers(0, 3))

    def write(writer: Writer) -> Sequence[events.Fact]:
        owed = list(_owed(writer.snapshot, person))
        if not owed:
            return ()
        telling = owed[chosen % len(owed)]
        return (
            events.DutyClosedByPerson(
                participant=person, topic=telling.topic, subject=telling.subject, reason="attempts_exhausted"
            ),
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


topics = st.lists(st.sampled_from(values.TOLD_TOPICS), min_size=1, max_size=2).map(tuple)

personal = _step(
    st.one_of(
        st.builds(events.PersonConfirmed, participant=people),
        st.builds(events.CannotAttend, participant=people),
        st.builds(events.Attended, participant=people),
        st.builds(events.DidNotAttend, participant=people),
        st.builds(events.JourneyClosed, participant=people),
    ),
    versions=st.none(),
    contexts=st.just("officer"),
)

SETS_OF_ANSWERS = (
    (events.NeedSaid(question="travel", answer=events.Said.YES),),
    (events.NeedSaid(question="travel", answer=events.Said.NOT_ASKED),),
    tuple(events.NeedSaid(question=each.key, answer=events.Said.NO) for each in needs_pack.shipped().questions),
)

rare = _step(
    st.one_of(
        st.builds(events.OptedOut, participant=people, topics=topics),
        st.builds(events.OptedBackIn, participant=people, topics=topics),
        st.builds(events.ParticipantDied, participant=people),
        st.builds(events.HearingMarkedDuplicate, hearing=trials),
        st.builds(events.DefendantRemoved, defendant=st.just("second")),
        st.builds(events.ReluctanceStated, participant=people),
        st.builds(events.ReluctanceEnded, participant=people),
        st.builds(events.SafetyConcernRaised, participant=people),
        st.builds(events.NeedsAsked, participant=people, answers=st.sampled_from(SETS_OF_ANSWERS)),
        st.builds(events.NeedArranged, participant=people, question=st.just("travel"), arranged=st.booleans()),
        st.builds(events.NeedsToBeAskedAgain, participant=people),
        st.builds(events.Withdrew, participant=people, reason=st.sampled_from(["fear", "delay"])),
        st.builds(events.WithdrawalTakenBack, participant=people),
        st.builds(
            events.ParticipantRecorded,
            participant=st.just("victim"),
            role=st.just(events.Role.VICTIM),
            offences=st.just(("robbery",)),
            enhanced=st.sampled_from(events.Answer),
        ),
    ),
    versions=st.none(),
    contexts=st.just("unit"),
)


def stories(*kinds: st.SearchStrategy[Step], most: int = 16) -> st.SearchStrategy[list[Step]]:
    """Draw stories of these kinds of steps."""
    return st.lists(st.one_of(*kinds), min_size=8, max_size=most)


usual = stories(court, court, cps, talks(), talks())
_ANY = (court, court, court, cps, talks(), talks(), talks(), corrections(), ended_by_hand(), personal, rare)
anything = stories(*_ANY)
with_late_joiners = stories(*_ANY, joining, joining, requiring_late, talks(late_people))
with_undoing = stories(*_ANY, undone(), undone(), unmatched(), unmatched())
