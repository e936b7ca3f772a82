"""What several stories share: a trial that everybody knows, its moves, how it ends."""

from __future__ import annotations

from datetime import datetime

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import SENTENCE, TRIAL, Day, NextHearing
from workflows import rulebook


def with_a_trial(case: CaseFile, *, trial: tuple[Day, ...], ago: int = 0) -> None:
    """Take the case on with its trial; everybody has been told, by us or before the case came to us.

    `ago` gives a case of our own, with its calls since; without it the case came from another system this month.
    """
    if not case.defendants:
        case.charge(offences=case.random.choice((1, 1, 2)))
    own = ago > 0
    ago = ago or case.random.randint(11, 13)
    case.take_on(case.moments.before(ago, 9, 30), required=True, told=() if own else trial)
    announce_trial(case, case.moments.before(ago, 10, 30), trial)
    if own:
        case.talk(case.moments.before(ago - 1, 14))


def announce_trial(case: CaseFile, at: datetime, days: tuple[Day, ...]) -> None:
    trial = case.voice.id("trial")
    case.say(at, case.voice.listed(at, trial, TRIAL))
    case.say(at, case.voice.confirmed(at, trial, TRIAL, days))
    if case.random.random() < 0.6:
        for offence in case.voice.offences:
            case.say(at, case.voice.pleaded(at, trial, offence, "NOT_GUILTY", case.moments.workday(-14)))


def move(case: CaseFile, at: datetime, days: tuple[Day, ...]) -> None:
    case.say(at, case.voice.updated(at, case.voice.id("trial"), TRIAL, days))


def vacate(case: CaseFile, at: datetime, *, code: str) -> None:
    case.say(at, case.voice.vacated(at, case.voice.id("trial"), reason_id("vacated", case, code)))


def relist(case: CaseFile, ago: int, name: str, seed: str, days: tuple[Day, ...]) -> None:
    at = case.moments.before(ago, 11, 10)
    hearing = case.voice.id(name)
    case.say(at, case.voice.confirmed(at, hearing, TRIAL, days, seeded_from=case.voice.id(seed)))


def convict(case: CaseFile, ago: int, day: Day, *, sentence_in: int = 20) -> None:
    """Convict of everything; the sentence is so many working days from today (negative: ago)."""
    sentence = (case.moments.ago(-sentence_in) if sentence_in < 0 else case.moments.after(sentence_in))[0]
    coming = NextHearing(type=SENTENCE, hearing=case.voice.id("sentence"), day=sentence)
    at = case.moments.before(ago, 16, 20)
    offences = case.voice.offences
    case.say(
        at,
        case.voice.resulted(
            at,
            case.voice.id("trial"),
            TRIAL,
            day,
            {offence.id: [case.voice.adjourned_to(coming)] for offence in offences},
            pleas={offence.id: "NOT_GUILTY" for offence in offences},
            verdicts={offence.id: True for offence in offences},
        ),
    )


def acquit(case: CaseFile, ago: int, day: Day) -> None:
    at = case.moments.before(ago, 16, 10)
    results = {offence.id: [case.voice.acquitted()] for offence in case.voice.offences}
    verdicts = {offence.id: False for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("trial"), TRIAL, day, results, verdicts=verdicts))


def reason_id(kind: str, case: CaseFile, code: str) -> str:
    known = rulebook.by_code(kind, case.court.jurisdiction, code)
    return known.cp_ids[0] if known and known.cp_ids else "not-in-any-list"
