"""Keeps what was said in the last talk with a person, and says when it may be ended (LP-CLOSURE, features.md S5).

Each question has its own answer; what nobody answered is not asked, which is not "declined". The talk is ended as had
once their rights, their safety and support from here on were spoken of, or as declined when they do not want it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflows import closing_pack, events
from workflows.closing_pack import GIVEN, Question
from workflows.events import CaseEvent
from workflows.snapshot import ClosingAnswer, ClosingStanding, Person, TopicKey
from workflows.truth import CHANGED, NO_CHANGE
from workflows.working_days import london_date

if TYPE_CHECKING:
    from workflows.fold import Fold

TOPIC = "task.closure_discussion"
FACTS = (events.ClosingAsked, events.ClosingFinished)
DONE, DECLINED = "done", "declined"
HOW = (DONE, DECLINED)

NOTHING = ClosingStanding()


# --- what is known ------------------------------------------------------------------------------------------------


def answer_to(standing: ClosingStanding, question: str) -> ClosingAnswer | None:
    """Give what stands of one question; None when it was not asked."""
    return next((each for each in standing.answers if each.question == question), None)


def still_to_ask(standing: ClosingStanding, person: Person, now: datetime) -> tuple[Question, ...]:
    """Give the questions without whose answers the talk is not ended as had."""
    asked = closing_pack.shipped().asked_of(person.role, london_date(now))
    return tuple(each for each in asked if each.required and answer_to(standing, each.key) is None)


def is_worried(standing: ClosingStanding) -> bool:
    """Say whether they said that there is a worry for somebody's safety."""
    found = answer_to(standing, "worry")
    return found is not None and found.answer == closing_pack.YES


def counted(standing: ClosingStanding) -> dict[str, str]:
    """Give the answers as they are counted for a unit: one key a question, and one for each code that was chosen."""
    found = {each.question: each.answer for each in standing.answers}
    codes = {f"{each.question}.{code}": GIVEN for each in standing.answers for code in each.codes}
    return found | codes


def last_at(standing: ClosingStanding) -> datetime | None:
    """Give when anything was last said of this talk (UTC)."""
    moments = (*(each.at for each in standing.answers), *((standing.at,) if standing.at else ()))
    return max(moments, default=None)


# --- taking it in -------------------------------------------------------------------------------------------------


def take_in(fold: Fold, event: CaseEvent, closes: list[tuple[TopicKey, str]]) -> str:
    """Put an entry into the standing of its person; one that ends the talk ends the task as well.

    What ends a talk that is not owed, or in which something required was not asked, changes nothing.
    """
    what: Any = event.what
    before = fold.closings.get(what.participant, NOTHING)
    if isinstance(what, events.ClosingAsked):
        after = _answered(before, event, what)
    elif _may_be_ended(fold, before, event, what):
        closes.append(((what.participant, TOPIC, TOPIC), what.how))
        after = replace(before, how=what.how, at=event.received_at, by=event.actor)
    else:
        after = before
    if after == before:
        return NO_CHANGE
    fold.closings[what.participant] = after
    return CHANGED


def _may_be_ended(fold: Fold, standing: ClosingStanding, event: CaseEvent, what: events.ClosingFinished) -> bool:
    topic = fold.account.topics.get((what.participant, TOPIC, TOPIC))
    if topic is None or topic.duty is None or what.how not in HOW:
        return False
    return what.how == DECLINED or not still_to_ask(standing, fold.people[what.participant], event.received_at)


def _answered(before: ClosingStanding, event: CaseEvent, what: events.ClosingAsked) -> ClosingStanding:
    held: Mapping[str, ClosingAnswer] = {each.question: each for each in before.answers}
    after = dict(held)
    for said in what.answers:
        after.pop(said.question, None)
        if not said.answer:
            continue
        after[said.question] = ClosingAnswer(
            question=said.question,
            answer=said.answer,
            at=event.received_at,
            by=event.actor,
            message=event.message_id,
            codes=said.codes,
        )
    return replace(before, answers=tuple(after[key] for key in sorted(after)))
