"""Which words a scenario file may use, table by table; tests/scenarios/README.md explains them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows import availability, closing, court_visit, events, rulebook, strict_toml, support, tasks, values
from workflows.events import DateKind, HearingClass
from workflows.strict_toml import Key, flag, number, one_of, read, rows, some_of, text

Table = Mapping[str, Any]


def table() -> Key:
    return Key(kind=dict, words="a table", required=False, default={})


def instant(*, required: bool = True) -> Key:
    return Key(kind=datetime, words="a date and time such as 2026-03-02T09:10:00Z", required=required)


def plain_day() -> Key:
    return strict_toml.day(required=False)


def maybe_text() -> Key:
    return text(required=False)


TOPICS = (*values.TOLD_TOPICS, *tasks.TASKS, values.KEEP_IN_TOUCH)

FILE = {
    "name": text(),
    "shows": some_of(default=()),
    "rules": some_of(*rulebook.SHIPPED),
    "registered": instant(required=False),
    "defendants": table(),
    "people": table(),
    "hearings": table(),
    "given": rows(),
    "then": table(),
}

A_DATE = {
    "starts": instant(required=False),
    "days": some_of(default=()),
    "week": plain_day(),
    "weeks": number(required=False),
    "to_be_fixed": flag(default=False),
}

HEARING = A_DATE | {
    "class": one_of(*(each.value for each in HearingClass), default="trial"),
    "court": maybe_text(),
    "room": maybe_text(),
    "defendants": some_of(default=()),
    "follows": some_of(default=()),
    "jurisdiction": maybe_text(),
}

A_VALUE = A_DATE | {
    "court": maybe_text(),
    "off": maybe_text(),
    "because": maybe_text(),
    "required": Key(kind=bool, words="true or false", required=False),
    "on_days": maybe_text(),
    "verdicts": table(),
}

TELLING = A_VALUE | {"topic": one_of(*TOPICS), "subject": maybe_text(), "at": instant(required=False)}

ANSWERS = ("yes", "no", "not_asked")
SAID = ("yes", "no", "declined")

PERSON = {
    "role": one_of("victim", "witness", "both"),
    "kind": one_of("civilian", "police", "professional", "expert", default="civilian"),
    "as": one_of(*(each.value for each in events.VictimKind), default="person"),
    "enhanced": one_of(*ANSWERS, default="no"),
    "grounds": some_of(default=()),
    "defendants": some_of(default=()),
    "offences": some_of(default=()),
    "joined": instant(required=False),
    "required": Key(kind=bool, words="true or false", required=False),
    "on_days": maybe_text(),
    "opted_out": some_of(default=()),
    "told": rows(),
}

RESULT = {
    "offence": text(),
    "kind": one_of(*(each.value for each in events.ResultKind)),
    "label": maybe_text(),
    "length": maybe_text(),
    "final": flag(default=True),
}

_HEARING = {"hearing": text()}
_DAY = {"day": plain_day()}
_PERSON = {"person": text()}
_DEFENDANT = {"defendant": text()}

ENTRY: dict[str, dict[str, Key]] = {
    "HearingListed": _HEARING,
    "HearingConfirmed": _HEARING | A_DATE | {"court": maybe_text(), "room": maybe_text()},
    "HearingMoved": _HEARING | A_DATE | {"court": maybe_text(), "room": maybe_text()},
    "HearingSighted": _HEARING | A_DATE,
    "DateRemoved": _HEARING,
    "HearingDaysCancelled": _HEARING | {"cancelled": some_of(default=()), "standing": some_of(default=())},
    "TrialVacated": _HEARING | {"because": maybe_text()},
    "TrialUnvacated": _HEARING,
    "HearingWithdrawn": _HEARING,
    "HearingMarkedDuplicate": _HEARING,
    "HearingAdjourned": _HEARING
    | _DAY
    | {
        "next": one_of(*(each.value for each in DateKind), default="to_be_fixed"),
        "next_hearings": some_of(default=()),
    },
    "TrialIneffective": _HEARING | _DAY | {"because": maybe_text()},
    "TrialCracked": _HEARING | _DAY | {"because": maybe_text()},
    "TrialStarted": _HEARING,
    "JuryDischarged": _HEARING | _DAY,
    "DefendantDied": _DEFENDANT,
    "PleaRecorded": _DAY | {"hearing": maybe_text(), "offence": text(), "plea": text()},
    "VerdictRecorded": _DAY | {"hearing": maybe_text(), "offence": text(), "verdict": text()},
    "ResultsShared": _HEARING | {"day": strict_toml.day(), "results": rows()},
    "BailDecided": _DEFENDANT | {"status": one_of(*events.BAIL_STATUSES), "conditions": some_of(default=())},
    "WarrantStated": _DEFENDANT | {"status": one_of(*events.WARRANT_STATUSES), "outcome": maybe_text()},
    "ProsecutionDecided": {
        "offence": text(),
        "decision": one_of(events.NO_PROSECUTION, events.STOPPED, events.ALTERED),
        "reason": maybe_text(),
        "may_be_reviewed": flag(default=True),
        "letter_on": plain_day(),
    },
    "AppealStated": _DEFENDANT
    | {
        "stage": one_of(*events.APPEAL_STAGES),
        "against": one_of("conviction", "sentence", "both", default="conviction"),
        "on": plain_day(),
    },
    "AppealDecided": _DEFENDANT | {"result": one_of(*events.APPEAL_RESULTS)},
    "SpecialMeasureStated": _PERSON | {"measure": text(), "decision": one_of(*events.MEASURE_DECISIONS)},
    "ParticipantRecorded": _PERSON
    | {"enhanced": one_of(*ANSWERS, default=""), "role": one_of("victim", "witness", "both", default="")},
    "EnhancedGroundNoted": _PERSON | {"ground": text(), "said": one_of(events.SUGGESTED, events.DECLINED)},
    "OffenceDescribed": {"offence": text(), "cjs_code": text()},
    "ParticipantLeft": _PERSON | {"reason": text()},
    "ParticipantDied": _PERSON,
    "CpsRequires": _PERSON | {"on_days": maybe_text()},
    "CpsNotRequired": _PERSON,
    "OptedOut": _PERSON | {"topics": some_of()},
    "OptedBackIn": _PERSON | {"topics": some_of()},
    "FrequencyAgreed": _PERSON | {"every_days": number(required=False)},
    "ContactMade": _PERSON
    | {
        "at": instant(required=False),
        "contact": maybe_text(),
        "outcome": one_of(*(each.value for each in events.ContactOutcome), default="reached"),
        "told": rows(),
    },
    "ContactCorrected": _PERSON | {"contact": text()},
    "DutyClosedByPerson": _PERSON | {"topic": one_of(*TOPICS), "subject": maybe_text(), "reason": text()},
    "EntryUndone": {"undoes": text()},
    "PersonConfirmed": _PERSON,
    "CannotAttend": _PERSON,
    "Attended": _PERSON,
    "DidNotAttend": _PERSON,
    "JourneyClosed": _PERSON,
    "Withdrew": _PERSON | {"reason": text()},
    "SafetyConcernRaised": _PERSON,
    "NeedsAsked": _PERSON
    | {
        "every": one_of(*SAID, default=""),
        "yes": some_of(default=()),
        "no": some_of(default=()),
        "declined": some_of(default=()),
    },
    "NeedArranged": _PERSON | {"question": text(), "arranged": flag(default=True)},
    "ArrangementConfirmed": _PERSON | {"what": text()},
    "NeedsToBeAskedAgain": _PERSON,
    "ClosingAsked": _PERSON | {"answers": table()},
    "ClosingFinished": _PERSON | {"how": one_of(*closing.HOW, default=closing.DONE)},
    "AvailabilityAsked": _PERSON
    | {
        "said": one_of(*SAID, default="yes"),
        "first": plain_day(),
        "last": plain_day(),
        "because": one_of(*availability.REASONS, default="holiday"),
    },
    "WithdrawalTakenBack": _PERSON,
    "OfficerChanged": _PERSON | {"back": flag(default=False)},
    "SupportStated": _PERSON
    | {"kind": one_of(*support.KINDS), "step": one_of(*support.EVENTS), "service": maybe_text()},
    "CourtVisitStated": _PERSON | {"step": one_of(*court_visit.EVENTS), "on": plain_day()},
    "DefendantCharged": {"defendant": text(), "offences": some_of()},
    "DefendantRemoved": {"defendant": text()},
}

EVERY_ENTRY = {
    "event": one_of(*ENTRY),
    "received": instant(),
    "occurred": instant(required=False),
    "from": maybe_text(),
    "version": number(required=False),
    "message": maybe_text(),
    "answer": one_of("changed", "no-change", "stale", default=""),
}

DUTY = {
    "owed_to": text(),
    "topic": one_of(*TOPICS),
    "subject": maybe_text(),
    "tell": Key(kind=object, words="a date and time, a week or words", required=False),
    "court": maybe_text(),
    "rule": maybe_text(),
    "rules": some_of(default=()),
    "due": instant(required=False),
    "due_on": plain_day(),
    "counted_from": instant(required=False),
    "urgent": Key(kind=bool, words="true or false", required=False),
    "says": some_of(default=()),
}

CLOSED = {
    "owed_to": text(),
    "topic": one_of(*TOPICS),
    "subject": maybe_text(),
    "tell": DUTY["tell"],
    "reason": text(),
    "met": Key(kind=bool, words="true or false", required=False),
    "due_on": plain_day(),
}

THEN = {
    "journey": table(),
    "journey_steps": table(),
    "attendance": table(),
    "proceedings": table(),
    "flags": some_of(default=()),
    "duties": rows(),
    "tasks": Key(kind=object, words="a list of tables", required=False),
    "to_do": Key(kind=object, words="a list of tables", required=False),
    "closed": Key(kind=object, words="a list of tables", required=False),
}

COURT_LISTS = (
    *("HearingListed", "HearingConfirmed", "HearingMoved", "HearingSighted", "DateRemoved"),
    *("HearingDaysCancelled", "HearingWithdrawn", "HearingMarkedDuplicate"),
)
CPS = ("CpsRequires", "CpsNotRequired", "ProsecutionDecided")
UNIT = (
    *("ParticipantRecorded", "EnhancedGroundNoted", "ParticipantLeft", "ParticipantDied"),
    *("DefendantCharged", "DefendantRemoved", "OffenceDescribed"),
)
COURTROOM = (
    *("TrialVacated", "TrialUnvacated", "HearingAdjourned", "TrialIneffective", "TrialCracked", "TrialStarted"),
    *(
        "JuryDischarged",
        "DefendantDied",
        "PleaRecorded",
        "VerdictRecorded",
        "ResultsShared",
        "BailDecided",
        "WarrantStated",
        "AppealStated",
    ),
    *("AppealDecided", "SpecialMeasureStated"),
)


def speaker_of(kind: str) -> str:
    """Give the system that usually says this; `from` in a file names another."""
    for context, kinds in (("listing", COURT_LISTS), ("hearing", COURTROOM), ("cps", CPS), ("unit", UNIT)):
        if kind in kinds:
            return context
    return "officer"


def read_table(row: Table, keys: Mapping[str, Key], where: str) -> dict[str, Any]:
    """Read one table strictly; a table inside a table is looked at by its own keys later."""
    for name, key in keys.items():
        if key.kind is dict and isinstance(row.get(name), Mapping):
            row = {**row, name: [row[name]]}
    found = read(row, keys, where)
    for name, key in keys.items():
        if key.kind is dict and key.words == "a table":
            found[name] = found[name][0] if found[name] else {}
    return found
