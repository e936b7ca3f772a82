"""What there is to tell about a defendant: plea, verdict, sentence, bail, warrant, a stopped charge, an appeal.

Each gives (topic, subject, value) as core.md rule 8 describes: the subject is the defendant, and a value speaks of the
offences that concern the person. What is known of a hearing and of attendance is in `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from workflows import events
from workflows.charges import STOPPED, OffenceTruth
from workflows.truth import Hearing

PLEA = "plea"
VERDICT = "verdict"
SENTENCE = "sentence"
ULS = "uls"
BAIL = "bail"
WARRANT = "warrant"
NO_PROSECUTION = "decision.no_prosecution"
STOP = "decision.stop"
APPEAL_NOTICE = "appeal.notice"
APPEAL_OUTCOME = "appeal.outcome"

TOPICS = (PLEA, VERDICT, SENTENCE, ULS, BAIL, WARRANT, NO_PROSECUTION, STOP, APPEAL_NOTICE, APPEAL_OUTCOME)
# What may vanish again from what a court says, and is then told as gone (domain.md section 12).
MAY_VANISH = TOPICS
PER_OFFENCE = (PLEA, VERDICT, SENTENCE, NO_PROSECUTION, STOP)

CROWN_COURT = "crown"

Said = Mapping[str, Any]
Told = tuple[str, Any]


def about_defendant(
    defendant: str,
    offences: tuple[str, ...],
    *,
    known: Mapping[str, OffenceTruth],
    hearings: Mapping[str, Hearing],
    said: Said,
    is_victim: bool,
) -> Iterator[Told]:
    """Give each (topic, value) there is about one defendant, as far as these offences go.

    `said` holds what stands of bail, warrants, decisions and appeals, by register ("bail:<defendant>"). A witness is
    told of a decision of the prosecution only where it was made as such: of the court's results they hear the outcome.
    """
    theirs = {offence: known[offence] for offence in offences if offence in known}
    if is_victim:
        yield from _per_offence(PLEA, theirs, lambda offence: offence.plea)
    yield from _per_offence(VERDICT, theirs, lambda offence: offence.verdict or offence.stopped)
    yield from _per_offence(SENTENCE, theirs, _sentence)
    if is_victim:
        yield from _unduly_lenient(theirs, hearings)
    yield from _decisions(offences, theirs, said, is_victim=is_victim)
    if is_victim:
        yield from _bail(defendant, said)
        yield from _warrant(defendant, said)
        yield from _appeal(defendant, said)


def _per_offence(
    topic: str, theirs: Mapping[str, OffenceTruth], value: Callable[[OffenceTruth], Any]
) -> Iterator[Told]:
    found = {offence: word for offence, known in theirs.items() if (word := value(known))}
    if found:
        yield topic, {"offences": found}


def _sentence(offence: OffenceTruth) -> list[dict[str, str]]:
    return [
        {"kind": result.kind.value, "label": result.label, "length": result.length}
        for result in sorted(offence.sentence, key=lambda result: (result.code, result.label, result.length))
    ]


def _unduly_lenient(theirs: Mapping[str, OffenceTruth], hearings: Mapping[str, Hearing]) -> Iterator[Told]:
    """Give the days of the Crown Court's sentences, the latest apart: each has its own last day to ask (R9-ULS)."""
    days: set[date] = {
        offence.sentenced_on
        for offence in theirs.values()
        if offence.sentence and offence.sentenced_on and _is_of_the_crown_court(hearings.get(offence.sentenced_in))
    }
    if days:
        *earlier, latest = [day.isoformat() for day in sorted(days)]
        yield ULS, {"sentenced_on": latest} | ({"earlier": earlier} if earlier else {})


def _is_of_the_crown_court(hearing: Hearing | None) -> bool:
    return hearing is not None and hearing.about.jurisdiction.casefold() == CROWN_COURT


def _decisions(
    offences: tuple[str, ...], theirs: Mapping[str, OffenceTruth], said: Said, *, is_victim: bool
) -> Iterator[Told]:
    """Give what the prosecution decided not to go on with: as it said so, else as the court's results show."""
    made = {
        offence: decision
        for offence in offences
        if isinstance(decision := said.get(f"decision:{offence}"), events.ProsecutionDecided)
    }
    for topic, kinds in ((NO_PROSECUTION, (events.NO_PROSECUTION,)), (STOP, (events.STOPPED, events.ALTERED))):
        found = {
            offence: {"decision": decision.decision, "reason": decision.reason}
            | (_right_to_review(decision) if is_victim else {"review": False})
            for offence, decision in made.items()
            if decision.decision in kinds
        }
        if topic == STOP and is_victim:
            found |= {
                offence: {"decision": events.STOPPED, "reason": "", "review": True}
                for offence, known in theirs.items()
                if offence not in made and known.stopped in BY_THE_PROSECUTION
            }
        if found:
            yield topic, {"offences": found}


def _right_to_review(decision: events.ProsecutionDecided) -> dict[str, Any]:
    """Give whether a victim may ask for a review, and the letter from which their time counts (VRR-REQ)."""
    letter = {"letter": decision.letter_on.isoformat()} if decision.letter_on else {}
    return {"review": decision.may_be_reviewed} | letter


# A charge that the court dismissed is no decision of the prosecution.
BY_THE_PROSECUTION = frozenset(kind.value for kind in STOPPED if kind is not events.ResultKind.DISMISSED)


def _bail(defendant: str, said: Said) -> Iterator[Told]:
    bail = said.get(f"bail:{defendant}")
    if isinstance(bail, events.BailDecided):
        yield BAIL, {"status": bail.status, "conditions": list(bail.conditions), "mark": bail.mark}


def _warrant(defendant: str, said: Said) -> Iterator[Told]:
    warrant = said.get(f"warrant:{defendant}")
    if isinstance(warrant, events.WarrantStated):
        yield WARRANT, {"status": warrant.status, "outcome": warrant.outcome}


def _appeal(defendant: str, said: Said) -> Iterator[Told]:
    appeal = said.get(f"appeal:{defendant}")
    if isinstance(appeal, events.AppealStated):
        content = {"stage": appeal.stage, "against": appeal.against, "on": appeal.on.isoformat() if appeal.on else None}
        yield APPEAL_NOTICE, content | {"bail": appeal.bail}
    decided = said.get(f"appeal-decided:{defendant}")
    if isinstance(decided, events.AppealDecided):
        yield APPEAL_OUTCOME, {"result": decided.result}
