"""Applies stored messages: matches their parts to cases, hands the facts to casework, and writes what became of each.

One message is a batch of one. Runs inside the caller's unit of work; the number of statements does not grow with the
number of messages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care import database
from witness_care.cases.identifiers import Origin
from witness_care.cases.models import Hearing, Identifier
from witness_care.cases.urn import normalise_urn
from witness_care.casework.apply import apply
from witness_care.casework.bulk import insert_rows, update_rows
from witness_care.columns import new_id
from witness_care.feed import defendants_endpoints, matching
from witness_care.feed.formats.translated import LONGEST_ID, Note, Parked, Part, Translated
from witness_care.feed.matching import Match, Matcher, Name
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait, UnknownField
from witness_care.feed.states import Reason, State, state_of_message
from witness_care.sealing import Plain
from workflows.events import CaseEvent, HearingSighted, OffenceDescribed, ResultsShared

LONGEST_DETAIL = 300
OLDER = {ResultsShared.__name__: Reason.OLDER_SHARE, HearingSighted.__name__: Reason.OLDER_LIST}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPart:
    """A part that was parked and is tried again. `drives` counts how often the rest of it was said before."""

    id: str
    part: int
    drives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One stored message in hand. `waiting` are the parts to try again; None when it is read for the first time."""

    id: str
    feed: str
    message_id: str
    received_at: datetime
    unit_ids: frozenset[str] | None
    translated: Translated
    waiting: tuple[WaitingPart, ...] | None = None


@dataclass(slots=True)
class PartOutcome:
    """What became of one part in one case."""

    id: str
    part: int
    match: Match
    said: Part
    state: str = State.APPLIED
    reason: str = Reason.NO_CHANGE
    events: list[str] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)
    is_new: bool = True
    again: bool = False
    drives: int = 0

    def as_answer(self) -> dict[str, Any]:
        return {
            "urn": self.said.urn,
            "hearing": self.said.hearing,
            "state": str(self.state),
            "reason": str(self.reason),
            "events": self.events,
        }

    def row(self, message_row_id: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "message_row_id": message_row_id,
            "part": self.part,
            "case_id": self.match.case_id,
            "hearing_id": self.match.hearing_id,
            "urn": (normalise_urn(self.said.urn) or "") if self.said.urn else "",
            "hearing": self.said.hearing[:LONGEST_ID],
            "state": str(self.state),
            "reason": str(self.reason),
            "detail": self.said.where[:LONGEST_DETAIL] if self.match.parked else "",
            "events": self.events,
            "drives": self.drives,
        }


@dataclass(slots=True)
class Outcome:
    """What became of one message; `parts` are those that were read this time."""

    state: str
    reason: str
    parts: list[PartOutcome] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreted:
    """What became of some messages, and the names they taught, for which others may be waiting."""

    outcomes: Mapping[str, Outcome]
    learnt: Collection[Name] = ()


def interpret(messages: Sequence[Stored], *, now: datetime) -> Interpreted:
    """Match and apply these messages in order of receipt, and write their states. `now` (UTC) is when this is written.

    Raises whatever goes wrong; the caller undoes it all and tries smaller batches (reliability.md section 3).
    """
    messages = sorted(messages, key=lambda message: (message.received_at, message.message_id))
    session = database.session()
    parts = [part for message in messages for _, _, part in _to_read(message)]
    matcher = matching.load(session, parts, now=now)
    events: list[CaseEvent] = []
    outcomes = {message.id: _match(message, matcher, events) for message in messages}
    learnt = matcher.new_rows()
    insert_rows(session.connection(), _table(Identifier), learnt, key=("namespace", "kind", "value", "case_id"))
    _judge(outcomes.values(), apply(events, actor=_actor(messages), now=now))
    _write(session, messages, outcomes, now=now)
    _keep_notes(session, outcomes.values())
    defendants_endpoints.attach(session, _defendants_of(matcher, outcomes.values()), now=now)
    return Interpreted(outcomes=outcomes, learnt={(row["namespace"], row["kind"], row["value"]) for row in learnt})


def _to_read(message: Stored) -> list[tuple[int, WaitingPart | None, Part]]:
    """Give each part to read with its position, and the row that waited for it."""
    parts = message.translated.parts
    if message.waiting is None:
        return [(position, None, part) for position, part in enumerate(parts)]
    return [(waiting.part, waiting, parts[waiting.part]) for waiting in message.waiting if waiting.part < len(parts)]


def _match(message: Stored, matcher: Matcher, events: list[CaseEvent]) -> Outcome:
    """Match every part that is to be read, and add its events."""
    outcome = Outcome(State.APPLIED, Reason.POKE if message.translated.is_poke else Reason.NO_CHANGE)
    for position, waiting, part in _to_read(message):
        strangers = {each.case for each in message.translated.parts if matcher.names_no_known_case(each)}
        matcher.reads(Origin(message=message.id, part=position))
        matches = matcher.match(part, message.unit_ids, alone=strangers <= {part.case})
        for number, match in enumerate(matches):
            outcome.parts += _outcomes_of(message, part, position, match, waiting if number == 0 else None, events)
    return outcome


def _outcomes_of(
    message: Stored, part: Part, position: int, match: Match, waiting: WaitingPart | None, events: list[CaseEvent]
) -> list[PartOutcome]:
    """Give the row of a part, and a second one for what of it must wait."""
    drives = waiting.drives if waiting else 0
    made = _events_of(message, part, position, match, drives)
    events += made
    applied = PartOutcome(
        id=new_id(),
        part=position,
        match=match,
        said=part,
        events=list(dict.fromkeys(event.kind for event in made)),
        event_ids=[event.id for event in made],
        again=waiting is not None,
        drives=drives,
    )
    if part.only_if_ours and match.parked is Parked.UNKNOWN_CASE:
        applied.reason = Reason.OUT_OF_SCOPE
        found = [applied]
    elif match.parked is None:
        found = [applied]
    else:
        left = PartOutcome(
            id=new_id(),
            part=position,
            match=match,
            said=part,
            state=State.PARKED,
            reason=match.parked,
            drives=drives + 1 if made else drives,
        )
        found = [applied, left] if made else [left]
    if waiting:  # the row that waited goes on as the one that still waits, else as the one that is applied
        found[-1].id, found[-1].is_new = waiting.id, False
    return found


def _events_of(message: Stored, part: Part, position: int, match: Match, drives: int) -> list[CaseEvent]:
    translated = message.translated
    return [
        CaseEvent(
            id=new_id(),
            case_id=match.case_id or "",
            what=said.what,
            received_at=message.received_at,
            occurred_at=translated.occurred_at,
            context=said.context,
            message_id=said_again(message.message_id, drives),
            actor=f"feed:{message.feed}",
            source=message.feed,
            stream=translated.stream,
            version=translated.version,
            part=position,
            ordinal=ordinal,
        )
        for ordinal, said in match.facts
    ]


def said_again(message_id: str, drives: int) -> str:
    """Name a message whose facts are said again, now for people who were unknown before: it stands after itself."""
    return message_id if drives == 0 else f"{message_id[: LONGEST_ID - 4]}~{drives}"[:LONGEST_ID]


def _actor(messages: Sequence[Stored]) -> str:
    return f"feed:{messages[0].feed}" if messages else "feed"


def _judge(outcomes: Iterable[Outcome], answers: Mapping[str, str]) -> None:
    """Say of each part and message what casework made of it."""
    for outcome in outcomes:
        for part in outcome.parts:
            if part.state != State.APPLIED or part.reason == Reason.OUT_OF_SCOPE:
                continue
            said = {answers[event_id] for event_id in part.event_ids}
            if "changed" in said:
                part.reason = Reason.MATCHED_LATER if part.again else Reason.CHANGED
            elif said == {"stale"}:
                news = [kind for kind in part.events if kind != OffenceDescribed.__name__]  # codes come along
                alone = news[0] if len(news) == 1 else ""
                part.state, part.reason = State.STALE, OLDER.get(alone, Reason.OLDER_VERSION)
            elif part.again:
                part.reason = Reason.MATCHED_LATER
        if outcome.parts:
            outcome.state, outcome.reason = state_of_message((part.state, part.reason) for part in outcome.parts)


def _write(session: Session, messages: Sequence[Stored], outcomes: Mapping[str, Outcome], *, now: datetime) -> None:
    connection = session.connection()
    rows = [(message.id, part) for message in messages for part in outcomes[message.id].parts]
    insert_rows(connection, _table(FeedPart), [part.row(message) for message, part in rows if part.is_new])
    update_rows(connection, _table(FeedPart), [part.row(message) for message, part in rows if not part.is_new])
    tried_again = [part.id for _, part in rows if not part.is_new]
    if tried_again:
        session.execute(sa.delete(FeedWait).where(FeedWait.part_id.in_(tried_again)))
    insert_rows(connection, _table(FeedWait), _waits(part for _, part in rows))
    first_read = [message for message in messages if message.waiting is None]
    write_states(session, [message.id for message in messages if message.waiting is not None], now=now)
    update_rows(
        connection,
        _table(FeedMessage),
        [
            {
                "id": message.id,
                "state": str(outcomes[message.id].state),
                "reason": str(outcomes[message.id].reason),
                "handled_at": None if outcomes[message.id].state == State.PARKED else now,
            }
            for message in first_read
        ],
    )
    insert_rows(
        connection,
        _table(UnknownField),
        _unknown_fields(first_read, now),
        key=("feed", "message_type", "path"),
        update=("last_seen_at",),
        count="seen",
    )


def write_states(session: Session, message_ids: Sequence[str], *, now: datetime) -> None:
    """Work out the state of messages some of whose parts were tried again, from all of their parts."""
    if not message_ids:
        return
    parts: dict[str, list[tuple[str, str]]] = {message_id: [] for message_id in message_ids}
    for row in session.execute(
        sa.select(FeedPart.message_row_id, FeedPart.state, FeedPart.reason)
        .where(FeedPart.message_row_id.in_(message_ids))
        .order_by(FeedPart.message_row_id, FeedPart.part, FeedPart.id)
    ):
        parts[row.message_row_id].append((row.state, row.reason))
    states = {message_id: state_of_message(theirs) for message_id, theirs in parts.items()}
    update_rows(
        session.connection(),
        _table(FeedMessage),
        [
            {
                "id": message_id,
                "state": str(state),
                "reason": str(reason),
                "handled_at": None if state == State.PARKED else now,
            }
            for message_id, (state, reason) in states.items()
        ],
    )


def _waits(parts: Iterable[PartOutcome]) -> list[dict[str, Any]]:
    return [
        {"namespace": namespace, "kind": kind, "value": value, "part_id": part.id}
        for part in parts
        if part.state == State.PARKED or part.reason == Reason.OUT_OF_SCOPE
        for namespace, kind, value in dict.fromkeys(part.match.waits)
    ]


def _unknown_fields(messages: Iterable[Stored], now: datetime) -> list[dict[str, Any]]:
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    for message in messages:
        for path in message.translated.unknown_fields:
            key = (message.feed, message.translated.message_type, path)
            seen[key] = {
                "feed": message.feed,
                "message_type": message.translated.message_type,
                "path": path,
                "seen": 1,
                "last_seen_at": now,
            }
    return list(seen.values())


def _keep_notes(session: Session, outcomes: Iterable[Outcome]) -> None:
    """Keep the court's own words on an adjournment, sealed, beside the hearing."""
    notes: dict[str, Note] = {}
    for outcome in outcomes:
        for part in outcome.parts:
            if part.state != State.STALE:
                notes |= {note.hearing: note for note in part.match.notes}
    if notes:
        session.connection().execute(
            sa.update(_table(Hearing))
            .where(_table(Hearing).c.id == sa.bindparam("hearing"))
            .values(adjournment_note=sa.bindparam("note")),
            [{"hearing": hearing, "note": Plain(note.text, hearing)} for hearing, note in notes.items()],
        )


def _defendants_of(matcher: Matcher, outcomes: Iterable[Outcome]) -> dict[str, tuple[str, str]]:
    """Give (our defendant, case) for every defendant these messages name and we know."""
    found = {}
    for outcome in outcomes:
        for part in outcome.parts:
            case = matcher.cases.get(part.match.case_id or "")
            for named in part.said.defendants if case else ():
                ours = case.find("defendant", named.id) if case else None
                if ours and case:
                    found[named.id] = (ours, case.id)
    return found


def _table(model: Any) -> Any:
    return model.__table__
