"""A long made-up life of one case: courts, the CPS and officers speak, clocks change, messages come late and twice.

After every step what the service holds is compared with what the oracle says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.stateful import words
from tests.stateful.oracle import Message, Oracle
from tests.stateful.ports import Port
from tests.stateful.words import CHARGES, FIRST_PEOPLE, HEARINGS, LATE_PEOPLE, listed
from workflows import events, values

LONDON = ZoneInfo("Europe/London")
# Before Christmas; before Easter and the spring clock change; before the autumn clock change.
STARTS = tuple(datetime(*day, 9, 30, tzinfo=UTC) for day in ((2026, 12, 21), (2027, 3, 23), (2027, 10, 27)))
OPTIONAL = tuple({*values.TOLD_TOPICS, values.KEEP_IN_TOUCH})
OUTCOMES = (
    "reached",
    "reached",
    "reached",
    "representative",
    "delivered_as_chosen",
    "voicemail",
    "no_answer",
    "declined",
)

hearings = st.sampled_from(["trial-1", "trial-1", "trial-1", *HEARINGS])
people = st.sampled_from([*FIRST_PEOPLE, *FIRST_PEOPLE, *LATE_PEOPLE])
offences = st.sampled_from(sorted(words.DEFENDANT_OF))
defendants = st.sampled_from(sorted(CHARGES))
# By what an offence is, by flags, and by nothing but somebody who asks.
SUGGESTED_BY_FLAGS = ("INTIMIDATED", "UNDER_18")
GROUNDS = ("GBH_INTENT", "KIDNAP", "DISABILITY", *SUGGESTED_BY_FLAGS)
# Minutes since the step before (up to three weeks), by how many its source spoke earlier, and how long it waited
# before we read it. What happens to the process that takes it.
gaps = st.sampled_from([1, 3, 17, 240, 240, 1440, 4320, 30240])
before = st.sampled_from([0, 0, 5, 400])
waits = st.sampled_from([0] * 11 + [90, 4000])
versions = st.sampled_from([None, None, 1, 2, 3, 4, 5, 6])
contexts = st.sampled_from(["listing", "listing", "hearing"])
fates = st.sampled_from([""] * 20 + ["crash", "crash", "restart"])
soon_says = {"gap": gaps, "said": before, "version": versions, "context": contexts}
court_says = {"fate": fates, "gap": gaps, "said": before, "wait": waits, "version": versions, "context": contexts}


class Life(RuleBasedStateMachine):
    """One case. A subclass says where the case is kept."""

    port: ClassVar[Callable[[], Port]]
    counted: ClassVar[Counter[str]]
    owed_once: ClassVar[set[str]]

    @initialize(start=st.sampled_from(STARTS))
    def register(self, start: datetime) -> None:
        self.kept = type(self).port()
        self.oracle = Oracle(words.CASE, CHARGES)
        self.start = self.now = start
        self.messages: list[Message] = []
        self.contacts: list[tuple[str, str]] = []
        self.days_listed: dict[str, tuple[Any, ...]] = {}
        self.shares: list[dict[str, Any]] = []
        self.dues: dict[str, datetime] = {}
        facts = [*(words.joined(name) for name in FIRST_PEOPLE), self.requires("witness", ())]
        registration = Message(start, "m000", start, "unit", None, tuple(facts))
        self.messages.append(registration)
        self.kept.register(registration)
        self.oracle.hear(registration)
        self.compare(may_move_later=True)

    # --- saying something --------------------------------------------------------------------------------------------

    def say(
        self,
        *facts: dict[str, Any],
        gap: int,
        said: int = 0,
        wait: int = 0,
        version: int | None = None,
        context: str = "officer",
        fate: str = "",
    ) -> None:
        """Something is said now; or was received earlier, and waited until now."""
        self.now += timedelta(minutes=gap)
        received = max(self.now - timedelta(minutes=wait), self.start + timedelta(minutes=1))
        message = Message(
            received, f"m{len(self.messages):03}", received - timedelta(minutes=said), context, version, facts
        )
        for fact in facts:
            if fact["kind"] == "results":
                fact["shared_at"] = message.said
        self.messages.append(message)
        self.deliver(message, fate)

    def deliver(self, message: Message, fate: str) -> None:
        if fate == "crash":
            before = self.kept.state_hash
            self.kept.crash_while_taking(message, self.now)
            self.count("crashes")
            assert self.kept.state_hash == before, "A crash leaves nothing half done."
        if fate:
            self.kept.restart()
            self.count("restarts")
        refolded = self.kept.deliver(message, self.now)
        self.count("messages processed late", int(refolded))
        self.oracle.hear(message)
        by_contact = any(fact["kind"] in ("contact", "correct") for fact in message.facts)
        self.compare(may_move_later=by_contact or refolded)

    def compare(self, *, may_move_later: bool) -> None:
        seen = self.kept.seen()
        same("journeys", seen.journeys, {name: person.journey for name, person in self.oracle.people.items()})
        same("attendances", seen.attendances, {name: person.attendance for name, person in self.oracle.people.items()})
        same("duties", seen.duties, self.oracle.open)
        late = {key for key, owed in self.oracle.open.items() if owed.due < self.now}
        assert self.kept.overdue(self.now) == late, "What is overdue is a question of the time."
        for row, due in seen.dues.items():
            assert may_move_later or due <= self.dues.get(row, due), "A due time moved later."
        for name, person in self.oracle.people.items():
            assert not person.gone or not any(key[0] == name for key in seen.duties)
        type(self).owed_once |= {topic for _, topic, _ in seen.duties}
        self.dues = seen.dues
        self.count("steps")

    def count(self, what: str, number: int = 1) -> None:
        type(self).counted[what] += number

    def day(self, offset: int) -> Any:
        return (self.now + timedelta(days=offset)).astimezone(LONDON).date()

    # --- the court ---------------------------------------------------------------------------------------------------

    @rule(
        hearing=hearings,
        offsets=st.sets(st.sampled_from([0, 1, 2, 3, 6, 7, 20, 21, 45]), min_size=1, max_size=3),
        clock=st.sampled_from([time(10), time(10), time(14, 30), None]),
        court=st.sampled_from(["Fernbridge", "Fernbridge", "Ashmere"]),
        **court_says,
    )
    def list_or_move(self, hearing: str, offsets: set[int], clock: Any, court: str, **how: Any) -> None:
        days = tuple((self.day(offset), clock) for offset in sorted(offsets))
        self.days_listed[hearing] = days
        self.say(listed(hearing, days, court), **how)

    @rule(hearing=hearings, **court_says)
    def to_be_fixed(self, hearing: str, **how: Any) -> None:
        self.say(listed(hearing, (), "Fernbridge"), **how)

    @rule(hearing=hearings, reason=st.sampled_from(["no-court-time", "witness"]), on=st.booleans(), **court_says)
    def vacate_or_unvacate(self, hearing: str, reason: str, on: bool, **how: Any) -> None:
        self.say(court_fact("unvacate" if on else "vacate", "vacation", hearing, reason="" if on else reason), **how)

    @rule(hearing=hearings, marks=st.lists(st.booleans(), min_size=3, max_size=3), **court_says)
    def cancel_days(self, hearing: str, marks: list[bool], **how: Any) -> None:
        days = self.days_listed.get(hearing) or ((self.day(1), None),)
        gone = tuple(day for (day, _), mark in zip(days, marks, strict=False) if mark)
        self.say(court_fact("cancel", "cancelled", hearing, days=gone), **how)

    @precondition(lambda self: len(self.messages) > 8)
    @rule(hearing=hearings, kind=st.sampled_from(["duplicate", "delete"]), **court_says)
    def double_or_delete(self, hearing: str, kind: str, **how: Any) -> None:
        self.say(court_fact(kind, "gone", hearing), **how)

    @rule(hearing=hearings, **court_says)
    def adjourn(self, hearing: str, **how: Any) -> None:
        self.say(court_fact("adjourn", "adjourned", hearing), **how)

    @rule(
        hearing=hearings,
        offence=offences,
        result=st.sampled_from(
            [("custody", "11 M"), ("custody", "4 Y"), ("withdrawn", ""), ("dismissed", ""), ("other", "")]
        ),
        says=st.sampled_from([None, None, "guilty", "not_guilty", "no_verdict"]),
        last=st.booleans(),
        **court_says,
    )
    def share_results(
        self, hearing: str, offence: str, result: tuple[str, str], says: Any, last: bool, **how: Any
    ) -> None:
        on = self.days_listed[hearing][-1 if last else 0][0] if hearing in self.days_listed else self.day(0)
        self.shares.append({"hearing": hearing, "on": on})
        kind, length = result
        self.share(hearing, on, ((offence, kind, length, kind != "other"),), says, **how)

    @precondition(lambda self: self.shares)
    @rule(which=st.integers(0, 9), offence=offences, length=st.sampled_from(["11 M", "6 Y"]), **court_says)
    def amend_results(self, which: int, offence: str, length: str, **how: Any) -> None:
        known = self.shares[which % len(self.shares)]
        self.share(known["hearing"], known["on"], ((offence, "custody", length, True),), None, **how)

    def share(self, hearing: str, on: Any, results: tuple[Any, ...], says: Any, **how: Any) -> None:
        facts = [] if says is None else [judged("verdict", results[0][0], says, hearing, on)]
        about = ("results", hearing, on)
        self.say(*facts, {"kind": "results", "about": about, "hearing": hearing, "on": on, "results": results}, **how)

    @rule(offence=offences, says=st.sampled_from(["guilty", "not_guilty"]), **court_says)
    def plead(self, offence: str, says: str, **how: Any) -> None:
        self.say({"kind": "plea", "about": ("plea", offence), "offence": offence, "says": says}, **how)

    @rule(
        hearing=hearings,
        kind=st.sampled_from(["start", "start", "ineffective", "cracked", "jury"]),
        reason=st.sampled_from(["", "no-court-time"]),
        day=st.none() | st.sampled_from([0, 1, 6]),
        **soon_says,
    )
    def start_or_end_a_trial(self, hearing: str, kind: str, reason: str, day: int | None, **how: Any) -> None:
        if kind == "start":
            self.say(court_fact("start", "started", hearing), **how)
            return
        on = self.day(day) if kind == "jury" and day is not None else None
        more = {"reason": "" if kind == "jury" else reason, "day": on, "group": on}
        self.say(court_fact(kind, "outcome", hearing, **more), **how)

    # --- about a defendant -------------------------------------------------------------------------------------------

    @rule(
        defendant=defendants,
        status=st.sampled_from([*events.BAIL_STATUSES, "conditional_bail", "conditional_bail"]),
        conditions=st.sampled_from([(), (), ("curfew",), ("no_contact", "tag")]),
        **soon_says,
    )
    def bail(self, defendant: str, status: str, conditions: tuple[str, ...], **how: Any) -> None:
        self.say(of(defendant, "bail", status=status, conditions=conditions), **how)

    @rule(
        defendant=defendants,
        status=st.sampled_from(events.WARRANT_STATUSES),
        outcome=st.sampled_from(["", "custody"]),
        **soon_says,
    )
    def warrant(self, defendant: str, status: str, outcome: str, **how: Any) -> None:
        self.say(of(defendant, "warrant", status=status, outcome=outcome), **how)

    @rule(
        defendant=defendants,
        stage=st.sampled_from([None, *events.APPEAL_STAGES]),
        result=st.sampled_from([*events.APPEAL_RESULTS, "retrial_ordered"]),
        day=st.none() | st.sampled_from([7, 45]),
        on_bail=st.none() | st.booleans(),
        **soon_says,
    )
    def appeal(
        self, defendant: str, stage: str | None, result: str, day: int | None, on_bail: bool | None, **how: Any
    ) -> None:
        if stage is None:
            self.say(of(defendant, "appeal decided", result=result), **how)
            return
        on = self.day(day).isoformat() if day is not None else None
        self.say(of(defendant, "appeal", stage=stage, against="conviction", on=on, bail=on_bail), **how)

    @rule(
        offence=offences,
        decision=st.sampled_from([events.NO_PROSECUTION, events.STOPPED, events.ALTERED]),
        reason=st.sampled_from(["not_enough_evidence", "conditional_caution"]),
        review=st.booleans(),
        letter=st.sampled_from([None, "2027-01-04"]),
        **court_says,
    )
    def deal_with_a_charge_out_of_court(self, offence: str, **more: Any) -> None:
        words_of_it = {name: more.pop(name) for name in ("decision", "reason", "review", "letter")}
        about = {"kind": "decision", "about": ("decision", offence), "offence": offence}
        self.say(about | words_of_it, **more)

    @precondition(lambda self: len(self.messages) > 20)
    @rule(defendant=defendants, **soon_says)
    def a_defendant_dies(self, defendant: str, **how: Any) -> None:
        self.say(of(defendant, "died") | {"kind": "defendant died"}, **how)

    @rule(offence=offences, code=st.sampled_from(sorted(words.CODES)), gap=gaps)
    def describe_an_offence(self, offence: str, code: str, **how: Any) -> None:
        fact = {"kind": "described", "about": ("described", offence), "offence": offence, "code": code}
        self.say(fact, context="unit", **how)

    # --- the CPS, people and officers --------------------------------------------------------------------------------

    @rule(
        person=people,
        days=st.sampled_from([(), (), (1,), (2,)]),
        needed=st.booleans(),
        gap=gaps,
        said=before,
        wait=waits,
        fate=fates,
    )
    def change_requirement(self, person: str, days: tuple[int, ...], needed: bool, **how: Any) -> None:
        fact = self.requires(person, days) if needed else self.requires(person, days) | {"kind": "not required"}
        self.say(fact, context="cps", **how)

    def requires(self, person: str, days: tuple[int, ...]) -> dict[str, Any]:
        return {"kind": "requires", "about": ("requirement", person), "person": person, "days": days}

    @rule(person=st.sampled_from(LATE_PEOPLE), gap=gaps, wait=waits, fate=fates)
    def join_late(self, person: str, **how: Any) -> None:
        if person not in self.oracle.people:
            self.say(words.joined(person), context="unit", **how)

    @rule(
        person=people,
        outcome=st.sampled_from(OUTCOMES),
        share=st.sampled_from([1, 9, 9]),
        gap=gaps,
        said=before,
        fate=fates,
    )
    def talk(self, person: str, outcome: str, share: int, gap: int, said: int, fate: str) -> None:
        if person not in self.oracle.people:
            return  # nobody talks with somebody they have never heard of
        owed = [key for key in sorted(self.kept.seen().duties) if key[0] == person and key[1] in values.TOLD_TOPICS]
        tellings = tuple(
            events.Telling(topic=topic, subject=subject, value=self.kept.value_of((name, topic, subject)))
            for name, topic, subject in owed[:share]
        )
        told = {(each.topic, each.subject): words.in_oracles_words(each.topic, each.value) for each in tellings}
        contact = f"contact-{len(self.messages):03}"
        self.contacts.append((person, contact))
        happened = self.now + timedelta(minutes=gap - said)
        self.say(
            {
                "kind": "contact",
                "person": person,
                "contact": contact,
                "at": happened,
                "outcome": outcome,
                "told": told,
                "tellings": tellings,
            },
            gap=gap,
            fate=fate,
        )

    @precondition(lambda self: self.contacts)
    @rule(which=st.integers(0, 9), gap=gaps)
    def correct(self, which: int, gap: int) -> None:
        person, contact = self.contacts[-1 - which % len(self.contacts)]
        self.say({"kind": "correct", "person": person, "contact": contact}, gap=gap)

    @rule(
        person=people, topics=st.sets(st.sampled_from(OPTIONAL), min_size=1, max_size=2), back=st.booleans(), gap=gaps
    )
    def opt(self, person: str, topics: set[str], back: bool, gap: int) -> None:
        self.say({"kind": "opt in" if back else "opt out", "person": person, "topics": frozenset(topics)}, gap=gap)

    @rule(
        person=people,
        role=st.sampled_from(["", "", "victim", "witness", "both"]),
        as_what=st.sampled_from(["", "", *events.VictimKind]),
        enhanced=st.booleans(),
        grounds=st.sets(st.sampled_from(GROUNDS), max_size=2),
        gap=gaps,
        said=before,
    )
    def record_anew(self, person: str, role: str, as_what: str, enhanced: bool, grounds: set[str], **how: Any) -> None:
        """Their part, as what they stand, and what was decided of enhanced rights; who had left is there again."""
        held = self.oracle.people.get(person)
        if held is not None:
            role, as_what = role or held.role, str(as_what or held.as_what)
            of_their_own = {words.BEREAVED} if role != "witness" and as_what == "bereaved_relative" else set()
            self.say(words.recorded(person, role, as_what, enhanced, grounds | of_their_own), context="unit", **how)

    @rule(person=people, ground=st.sampled_from(GROUNDS), suggested=st.booleans(), gap=gaps, said=before)
    def suggest_or_decline_a_ground(self, person: str, ground: str, suggested: bool, **how: Any) -> None:
        suggested = suggested and ground in SUGGESTED_BY_FLAGS
        answer = events.SUGGESTED if suggested else events.DECLINED
        about = ("ground", person, ground)
        self.say({"kind": "ground", "about": about, "person": person, "ground": ground, "answer": answer}, **how)

    @rule(
        person=people,
        measure=st.sampled_from(["screens", "live_link"]),
        says=st.sampled_from(events.MEASURE_DECISIONS),
        **soon_says,
    )
    def special_measure(self, person: str, measure: str, says: str, **how: Any) -> None:
        about = ("measure", person, measure)
        self.say({"kind": "measure", "about": about, "person": person, "measure": measure, "says": says}, **how)

    @rule(person=people, kind=st.sampled_from(["withdraws", "comes back", *words.SAID_OF_ONESELF]), gap=gaps)
    def say_whether_they_go_on(self, person: str, kind: str, gap: int) -> None:
        self.say({"kind": kind, "person": person}, gap=gap)

    @precondition(lambda self: len(self.messages) > 25)
    @rule(person=people, kind=st.sampled_from(["died", "left"]), gap=gaps)
    def die_or_leave(self, person: str, kind: str, gap: int) -> None:
        self.say({"kind": kind, "person": person}, gap=gap)

    # --- the world ---------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 60), hours=st.sampled_from([0, 24, 480]), fate=fates)
    def a_message_comes_again(self, which: int, hours: int, fate: str) -> None:
        self.count("repeats")
        self.now += timedelta(hours=hours)
        self.deliver(self.messages[which % len(self.messages)], fate)

    def teardown(self) -> None:
        if hasattr(self, "kept"):
            self.kept.end(self.now)
            self.count("lives")


def same(what: str, held: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Hold what the service has against what the oracle says, and name what differs."""
    differing = sorted(key for key in held.keys() | expected.keys() if held.get(key) != expected.get(key))
    lines = [f"{key}: the service has {held.get(key)}, the oracle says {expected.get(key)}" for key in differing]
    assert not lines, f"{what} differ. " + "; ".join(lines)


def court_fact(kind: str, register: str, hearing: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "about": (register, hearing), "hearing": hearing, **more}


def of(defendant: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "about": (kind, defendant), "defendant": defendant, **more}


def judged(kind: str, offence: str, says: str, hearing: str, day: Any) -> dict[str, Any]:
    return {"kind": kind, "about": (kind, offence), "offence": offence, "says": says, "hearing": hearing, "day": day}
