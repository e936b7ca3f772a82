"""Reads a scenario file: a short story of one case in plain words, turned into the facts the core folds.

The form is explained in tests/scenarios/README.md. Whatever is not understood is refused with the place, what was
expected and what to do; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from tests.workflows.conftest import BANK_HOLIDAYS
from tests.workflows.scenario_form import (
    A_DATE,
    A_VALUE,
    CLOSED,
    DUTY,
    ENTRY,
    EVERY_ENTRY,
    FILE,
    HEARING,
    PERSON,
    RESULT,
    TELLING,
    THEN,
    Table,
    read_table,
    speaker_of,
)
from workflows import events, judgements, needs_pack, rulebook, strict_toml, tasks, values
from workflows.decide import case_truth, refold
from workflows.entitlement import Rules
from workflows.events import About, CaseEvent, DateKind, HearingClass, HearingDay, When, Where
from workflows.rulebook import Rulebook, RuleFileError
from workflows.strict_toml import read
from workflows.working_days import Calendar, instant_of

CASE = "case"
COURT = "Fernbridge Crown Court"
REGISTERED = datetime(2026, 1, 5, 9, tzinfo=UTC)
THE_DEFENDANT = {"defendant": ["offence"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it is delivered: its facts travel together. `answer` is what its sender is to hear, if said."""

    events: tuple[CaseEvent, ...]
    from_a_person: bool
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story: what happened, in the order in which it was processed, and what must follow."""

    file: str
    name: str
    shows: tuple[str, ...]
    rules: Rules
    messages: tuple[Message, ...]
    then: Table


# --- reading -------------------------------------------------------------------------------------------------------


def read_scenario(path: Path) -> Scenario:
    """Read one file. Raises RuleFileError that says what is not understood, and where."""
    return scenario_of(path.read_text(encoding="utf-8"), path.name)


def scenario_of(source: str, file: str) -> Scenario:
    """Read the text of one file, whose name is `file`."""
    top = read_table(strict_toml.parse(source, file), FILE, file)
    packs = [rulebook.load(rulebook.shipped_text(name), name) for name in top["rules"]]
    if "local_policy" not in top["rules"]:  # its numbers of days stand behind the rules of the Code that give none
        packs.append(replace(rulebook.load(rulebook.shipped_text("local_policy"), "local_policy"), rules=()))
    calendar = Calendar(bank_holidays=BANK_HOLIDAYS, first_year=2026, last_year=2027)
    story = _Story(file=file, rules=Rules(Rulebook(packs), calendar), registered=utc(top["registered"]) or REGISTERED)
    story.read_cast(top)
    for n, row in enumerate(top["given"], 1):
        story.read_entry(row, f"{file}, given {n}")
    return Scenario(
        file=file,
        name=top["name"],
        shows=top["shows"],
        rules=story.rules,
        messages=story.messages(),
        then=_read_then(top["then"], file),
    )


def _read_then(row: Table, file: str) -> Table:
    then = read_table(row, THEN, f"{file}, then")
    for name, keys in (("duties", DUTY), ("tasks", DUTY), ("to_do", DUTY), ("closed", CLOSED)):
        if then[name] is not None:
            then[name] = [read_table(each, keys, f"{file}, then.{name} {n}") for n, each in enumerate(then[name], 1)]
    return then


@dataclass(slots=True)
class _Story:
    """Collects the facts of a file, in the order in which the file gives them."""

    file: str
    rules: Rules
    registered: datetime
    offences: dict[str, str] = field(default_factory=dict)  # offence -> defendant
    people: dict[str, Table] = field(default_factory=dict)
    hearings: dict[str, Table] = field(default_factory=dict)
    found: list[tuple[str, CaseEvent, str]] = field(default_factory=list)  # message, event, answer
    count: int = 0

    def messages(self) -> tuple[Message, ...]:
        grouped: dict[str, list[tuple[CaseEvent, str]]] = {}
        for message, event, answer in self.found:
            grouped.setdefault(message, []).append((event, answer))
        return tuple(
            Message(
                events=tuple(replace(event, ordinal=n) for n, (event, _) in enumerate(each)),
                from_a_person=each[0][0].context == "officer",
                answer=next((answer for _, answer in each if answer), ""),
            )
            for each in grouped.values()
        )

    def add(
        self,
        what: events.Fact,
        *,
        received: datetime,
        occurred: datetime | None = None,
        context: str = "",
        version: int | None = None,
        message: str = "",
        answer: str = "",
        registration: bool = False,
    ) -> None:
        self.count += 1
        message = message or f"message-{self.count:03}"
        event = CaseEvent(
            id=f"event-{self.count:03}",
            case_id=CASE,
            what=what,
            received_at=received,
            occurred_at=occurred or received,
            context=context or speaker_of(type(what).__name__),
            message_id=message,
            actor="test",
            stream=getattr(what, "hearing", ""),
            version=version,
            registration=registration,
        )
        self.found.append((message, event, answer))

    # --- who and what there is from the beginning ---------------------------------------------------------------------

    def read_cast(self, top: Table) -> None:
        defendants = top["defendants"] or THE_DEFENDANT
        self.offences = {offence: defendant for defendant, theirs in defendants.items() for offence in theirs}
        self.people = {
            name: read_table(row, PERSON, f"{self.file}, people.{name}") for name, row in top["people"].items()
        }
        self.hearings = {
            name: read_table(row, HEARING, f"{self.file}, hearings.{name}") for name, row in top["hearings"].items()
        }
        first = {"received": self.registered, "message": "registration", "context": "unit", "registration": True}
        self.add(events.CaseRegistered(), **first)
        for defendant, theirs in defendants.items():
            self.add(events.DefendantCharged(defendant=defendant, offences=tuple(theirs)), **first)
        for name, person in self.people.items():
            if person["joined"] is None:
                self._join(name, person, first)
        for name, hearing in self.hearings.items():
            if _has_date(hearing):
                what = events.HearingConfirmed(hearing=name, **self._announced(name, hearing))
                self.add(what, received=self.registered, message=f"listing of {name}")
        for name, person in self.people.items():
            if person["joined"] is not None:
                self._join(
                    name, person, {"received": utc(person["joined"]), "message": f"{name} joins", "context": "unit"}
                )

    def _join(self, name: str, person: Table, at: dict[str, Any]) -> None:
        self.add(self._recorded(name, person), **at)
        if person["required"] is not None:
            requirement = (
                events.CpsRequires(participant=name, days=_numbers(person["on_days"]))
                if person["required"]
                else events.CpsNotRequired(participant=name)
            )
            self.add(requirement, **at)
        if person["opted_out"]:
            self.add(events.OptedOut(participant=name, topics=person["opted_out"]), **at)
        for n, row in enumerate(person["told"], 1):
            where = f"{self.file}, people.{name}, told {n}"
            telling = read_table(row, TELLING, where)
            if not _says_a_value(telling):
                telling |= self._at_the_start(telling, person, where)
            said = events.Telling(
                topic=telling["topic"], subject=self._subject(telling, where), value=self._value(telling, where)
            )
            told = events.ToldCarriedOver(participant=name, at=utc(telling["at"]) or at["received"], told=(said,))
            self.add(told, **at)

    def _at_the_start(self, telling: Table, person: Table, where: str) -> Table:
        """Give what stood when the story begins, for a telling that names only its topic."""
        if telling["topic"] == values.ATTENDANCE:
            return {"required": person["required"], "on_days": person["on_days"]}
        hearing = self.hearings.get(self._subject(telling, where), {})
        return {key: hearing[key] for key in A_DATE if key in hearing}

    def _recorded(self, name: str, person: Table) -> events.ParticipantRecorded:
        return events.ParticipantRecorded(
            participant=name,
            role=events.Role(person["role"]),
            witness_kind=events.WitnessKind(person["kind"]),
            defendants=person["defendants"],
            offences=person["offences"],
            enhanced=events.Answer(person["enhanced"]),
            enhanced_basis=tuple(sorted(person["grounds"])),
            victim_kind=events.VictimKind(person["as"]),
        )

    # --- what happened ------------------------------------------------------------------------------------------------

    def read_entry(self, row: Table, where: str) -> None:
        kind = read({"event": row.get("event")} if "event" in row else {}, {"event": EVERY_ENTRY["event"]}, where)[
            "event"
        ]
        if kind not in ENTRY:
            raise RuleFileError(f"{where}: {kind} has no form in scenario files yet. Add it to ENTRY.")
        entry = read_table(row, EVERY_ENTRY | ENTRY[kind], f"{where} ({kind})")
        entry |= {key: utc(entry[key]) for key in ("received", "occurred", "at") if key in entry}
        if entry.get("person") is not None and entry["person"] not in self.people:
            hint = strict_toml.did_you_mean(entry["person"], self.people)
            raise RuleFileError(f'{where}: nobody is called "{entry["person"]}". {hint}')
        self.add(
            self._fact(kind, entry, where),
            received=entry["received"],
            occurred=entry["occurred"],
            context=entry["from"] or "",
            version=entry["version"],
            message=entry["message"] or "",
            answer=entry["answer"],
        )

    def _fact(self, kind: str, entry: dict[str, Any], where: str) -> events.Fact:
        cls = events.KINDS[kind]
        hearing, person = entry.get("hearing") or "", entry.get("person")
        match kind:
            case "HearingListed":
                return cls(hearing=hearing, about=self._about(hearing))
            case "HearingConfirmed" | "HearingMoved":
                if not _has_date(entry):
                    raise RuleFileError(f"{where}: expected starts, days, week or to_be_fixed, received none. Add one.")
                return cls(hearing=hearing, **self._announced(hearing, entry))
            case "HearingSighted":
                if not _has_date(entry):
                    raise RuleFileError(f"{where}: expected starts, days or week, received none. Add one.")
                return cls(hearing=hearing, when=_when(entry), about=self._about(hearing))
            case "HearingDaysCancelled":
                gone = [replace(day, cancelled=True) for day in _days(entry["cancelled"])]
                return cls(hearing=hearing, days=(*gone, *_days(entry["standing"])))
            case "TrialVacated":
                return cls(hearing=hearing, reason=entry["because"] or "")
            case "TrialIneffective" | "TrialCracked":
                return cls(hearing=hearing, day=entry["day"], reason=entry["because"] or "")
            case "JuryDischarged":
                return cls(hearing=hearing, day=entry["day"])
            case "DefendantDied":
                return cls(defendant=entry["defendant"])
            case "HearingAdjourned":
                return cls(
                    hearing=hearing,
                    day=entry["day"],
                    next_kind=DateKind(entry["next"]),
                    next_hearings=entry["next_hearings"],
                )
            case "PleaRecorded" | "VerdictRecorded":
                said = "plea" if kind == "PleaRecorded" else "verdict"
                return cls(
                    defendant=self._defendant(entry["offence"], where),
                    offence=entry["offence"],
                    hearing=hearing,
                    day=entry["day"],
                    **{said: entry[said]},
                )
            case "ResultsShared":
                return cls(
                    hearing=hearing,
                    day=entry["day"],
                    shared_at=entry["occurred"] or entry["received"],
                    results=tuple(self._result(row, where) for row in entry["results"]),
                )
            case "ParticipantRecorded":
                changed = {key: entry[key] for key in ("enhanced", "role") if entry[key]}
                self.people[person] = {**self.people[person], **changed}
                return self._recorded(person, self.people[person])
            case "EnhancedGroundNoted":
                return cls(participant=person, ground=entry["ground"], answer=entry["said"])
            case "OffenceDescribed":
                defendant = self._defendant(entry["offence"], where)
                return cls(defendant=defendant, offence=entry["offence"], cjs_code=entry["cjs_code"])
            case "ParticipantLeft":
                return cls(participant=person, reason=entry["reason"])
            case "CpsRequires":
                return cls(participant=person, days=_numbers(entry["on_days"]))
            case "OptedOut" | "OptedBackIn":
                return cls(participant=person, topics=entry["topics"])
            case "FrequencyAgreed":
                return cls(participant=person, every_days=entry["every_days"] or None)
            case "ContactMade":
                return self._contact(entry, where)
            case "ContactCorrected":
                return cls(participant=person, contact=entry["contact"])
            case "EntryUndone":
                return cls(message=entry["undoes"])
            case "OfficerChanged":
                return cls(participant=person, back=entry["back"])
            case "Withdrew":
                return cls(participant=person, reason=entry["reason"])
            case "SupportStated":
                return cls(participant=person, kind=entry["kind"], step=entry["step"], service=entry["service"] or "")
            case "CourtVisitStated":
                return cls(participant=person, step=entry["step"], on=entry["on"])
            case "NeedsAsked":
                return cls(participant=person, answers=self._answers(person, entry))
            case "AvailabilityAsked":
                return cls(participant=person, answer=events.Said(entry["said"]), away=_away(entry))
            case "NeedArranged":
                return cls(participant=person, question=entry["question"], arranged=entry["arranged"])
            case "ClosingAsked":
                said = tuple(events.ClosingSaid(question=key, answer=word) for key, word in entry["answers"].items())
                return cls(participant=person, answers=said)
            case "ClosingFinished":
                return cls(participant=person, how=entry["how"])
            case "ArrangementConfirmed":
                return cls(participant=person, what=entry["what"])
            case "DutyClosedByPerson":
                return cls(
                    participant=person,
                    topic=entry["topic"],
                    subject=self._subject(entry, where),
                    reason=entry["reason"],
                )
            case "ProsecutionDecided":
                return cls(
                    defendant=self._defendant(entry["offence"], where),
                    offence=entry["offence"],
                    decision=entry["decision"],
                    reason=entry["reason"] or "",
                    may_be_reviewed=entry["may_be_reviewed"],
                    letter_on=entry["letter_on"],
                )
            case "BailDecided":
                return cls(
                    defendant=entry["defendant"], status=entry["status"], conditions=tuple(sorted(entry["conditions"]))
                )
            case "WarrantStated":
                return cls(defendant=entry["defendant"], status=entry["status"], outcome=entry["outcome"] or "")
            case "AppealStated":
                return cls(defendant=entry["defendant"], stage=entry["stage"], against=entry["against"], on=entry["on"])
            case "AppealDecided":
                return cls(defendant=entry["defendant"], result=entry["result"])
            case "SpecialMeasureStated":
                return cls(participant=person, measure=entry["measure"], decision=entry["decision"])
            case "DefendantCharged":
                self.offences |= dict.fromkeys(entry["offences"], entry["defendant"])
                return cls(defendant=entry["defendant"], offences=entry["offences"])
            case "DefendantRemoved":
                return cls(defendant=entry["defendant"])
            case _ if person is not None:
                return cls(participant=person)
            case _:
                return cls(hearing=hearing)

    def _answers(self, person: str, entry: Table) -> tuple[events.NeedSaid, ...]:
        """Give the answers of an entry: the same to every question there is for this role, but for those named."""
        role = events.Role(self.people[person]["role"])
        asked = needs_pack.shipped().asked_of(role, entry["received"].date()) if entry["every"] else ()
        said = {question.key: entry["every"] for question in asked}
        for answer in ("yes", "no", "declined"):
            said |= dict.fromkeys(entry[answer], answer)
        return tuple(events.NeedSaid(question=key, answer=events.Said(word)) for key, word in said.items())

    def _about(self, name: str) -> About:
        known = self.hearings.setdefault(name, read_table({}, HEARING, name))
        return About(
            hearing_type="",
            hearing_class=HearingClass(known["class"]),
            defendants=known["defendants"],
            seeded_from=known["follows"],
            jurisdiction=known["jurisdiction"] or "",
        )

    def _announced(self, name: str, entry: Table) -> dict[str, Any]:
        about = self._about(name)
        if entry["court"]:
            self.hearings[name] = {**self.hearings[name], "court": entry["court"]}
        court = self.hearings[name]["court"] or COURT
        return {"when": _when(entry), "where": Where(court=court, room=entry["room"] or ""), "about": about}

    def _defendant(self, offence: str, where: str) -> str:
        if offence not in self.offences:
            raise RuleFileError(
                f'{where}: no offence is called "{offence}". {strict_toml.did_you_mean(offence, self.offences)}'
            )
        return self.offences[offence]

    def _result(self, row: Table, where: str) -> events.OffenceResult:
        result = read_table(row, RESULT, f"{where}, results")
        return events.OffenceResult(
            defendant=self._defendant(result["offence"], where),
            offence=result["offence"],
            kind=events.ResultKind(result["kind"]),
            label=result["label"] or "",
            length=result["length"] or "",
            final=result["final"],
        )

    # --- what was told ------------------------------------------------------------------------------------------------

    def _contact(self, entry: dict[str, Any], where: str) -> events.ContactMade:
        at = entry["at"] or entry["received"]
        entry["occurred"] = entry["occurred"] or at
        told = []
        for n, row in enumerate(entry["told"], 1):
            telling = read_table(row, TELLING, f"{where}, told {n}")
            subject = self._subject(telling, where)
            value = (
                self._value(telling, where)
                if _says_a_value(telling)
                else self._on_the_screen(entry["person"], telling["topic"], subject, at, where)
            )
            told.append(events.Telling(topic=telling["topic"], subject=subject, value=value))
        return events.ContactMade(
            participant=entry["person"],
            contact=entry["contact"] or f"contact-{self.count + 1:03}",
            at=at,
            outcome=events.ContactOutcome(entry["outcome"]),
            told=tuple(told),
        )

    def _on_the_screen(self, person: str, topic: str, subject: str, at: datetime, where: str) -> Any:
        """Give the value that stood when the contact took place, from what had been received by then."""
        known = [event for message in self.messages() for event in message.events if event.received_at <= at]
        snapshot = refold(CASE, known, self.rules).snapshot
        if person in snapshot.people:
            for name, about, value in values.values_for(person, snapshot.people[person], case_truth(snapshot)):
                if (name, about) == (topic, subject):
                    return value.content
            held = snapshot.topics.get((person, topic, subject))
            if tasks.is_task(topic) and held is not None and held.history:
                return held.history[-1].value
        raise RuleFileError(
            f"{where}: nothing was known of {topic} {subject} at {at}. Say what was told, or correct it."
        )

    def _subject(self, row: Table, where: str) -> str:
        """Give the subject: named, or the only one there can be."""
        if row["subject"]:
            return row["subject"]
        topic = row["topic"]
        if topic in (values.ATTENDANCE, values.SPECIAL_MEASURES):
            return CASE
        if tasks.is_task(topic):
            return topic
        only = set(self.offences.values()) if topic in judgements.TOPICS else set(self.hearings)
        if len(only) == 1:
            return only.pop()
        raise RuleFileError(f'{where}: expected "subject", {topic} of which of {", ".join(sorted(only))}? Add it.')

    def _value(self, telling: Table, where: str) -> Any:
        """Build a value in the form in which the core itself holds it."""
        topic = telling["topic"]
        if topic == values.WHEN_WHERE:
            return self._when_where(telling, where)
        if topic == values.ATTENDANCE and telling["required"] is not None:
            if not telling["required"]:
                return {"required": False}
            return {"required": True, "days": list(_numbers(telling["on_days"])), "session": "", "mode": "in_person"}
        if topic == values.VERDICT and telling["verdicts"]:
            return {"offences": dict(telling["verdicts"])}
        raise RuleFileError(f"{where}: expected what was told of {topic}, received nothing. Add it.")

    def _when_where(self, telling: Table, where: str) -> Any:
        hearing = self.hearings.get(self._subject(telling, where)) or read_table({}, HEARING, where)
        about = hearing["class"]
        if telling["off"]:
            why, reason = telling["off"], telling["because"] or ""
            following = "none" if why == "withdrawn" else "to_be_fixed"
            return {"state": "off", "class": about, "why": why, "reason": reason, "next": following}
        when = _when(telling)
        common = {"class": about, "court": telling["court"] or hearing["court"] or COURT, "kind": when.kind.value}
        if when.kind is DateKind.WEEK_COMMENCING and when.week_commencing:
            one = common | {"week": when.week_commencing.isoformat(), "weeks": when.weeks}
        else:
            one = common | {
                "days": [[day.on.isoformat(), day.at.isoformat("minutes") if day.at else None] for day in when.days]
            }
        return {"state": "on", "class": about, "hearings": [one]}


def utc(value: datetime | None) -> datetime | None:
    """Read a time of a file: London time, or with a Z at its end UTC."""
    if value is None or value.tzinfo is not None:
        return value.astimezone(UTC) if value else None
    return instant_of(value.date(), value.time())


def _has_date(row: Table) -> bool:
    return any(row[key] for key in ("starts", "days", "week", "to_be_fixed"))


def _says_a_value(row: Table) -> bool:
    return any(row[key] or (key == "required" and row[key] is False) for key in A_VALUE)


def _when(row: Table) -> When:
    if row["week"]:
        return When(kind=DateKind.WEEK_COMMENCING, week_commencing=row["week"], weeks=row["weeks"] or 1)
    if row["to_be_fixed"]:
        return When(kind=DateKind.TO_BE_FIXED)
    starts = row["starts"]
    if starts is not None:
        if starts.tzinfo is not None:
            raise RuleFileError(f"starts: expected court time without a zone, received {starts}. Leave the Z out.")
        return When(kind=DateKind.FIXED, days=(HearingDay(starts.date(), starts.time()),))
    return When(kind=DateKind.FIXED, days=tuple(_days(row["days"])))


def _days(listed: tuple[str, ...]) -> Iterator[HearingDay]:
    """Read "2026-03-16 10:00", or "2026-03-16" for a day whose time is to be confirmed."""
    for each in listed:
        day, _, at = each.partition(" ")
        try:
            yield HearingDay(date.fromisoformat(day), time.fromisoformat(at) if at else None)
        except ValueError:
            raise RuleFileError(
                f'days: expected a day such as "2026-03-16 10:00", received "{each}". Correct it.'
            ) from None


def _numbers(words: str | None) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(",")) if words else ()


def _away(entry: dict[str, Any]) -> tuple[events.DatesAway, ...]:
    """Read one range of dates on which somebody cannot come; without a first day there is none."""
    if not entry["first"]:
        return ()
    last = entry["last"] or entry["first"]
    return (events.DatesAway(first=entry["first"], last=last, because=entry["because"]),)
