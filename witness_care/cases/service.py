"""Takes a case and its people on, and keeps them up to date: the one use case behind the API and the entry forms."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.current import Actor
from witness_care.audit import ledger
from witness_care.audit.models import Category, SubjectCategory
from witness_care.cases import allocation, deaths, gone, parents, past_contacts, rows, units
from witness_care.cases.document import CaseGiven, ParticipantGiven, RequirementGiven
from witness_care.cases.facts import facts_of
from witness_care.cases.held import HeldCase, find_case, load_case
from witness_care.cases.identifiers import PERSON, IdBook, names_of_case
from witness_care.cases.refusal import NotAcceptedError, NotThereError
from witness_care.casework.apply import apply
from witness_care.casework.assignment import give_cases
from witness_care.casework.models import JournalEvent
from witness_care.columns import new_id
from witness_care.database import writing
from witness_care.faultpoints import Work
from witness_care.people import service as people
from witness_care.people.document import PersonGiven
from workflows.events import CaseEvent, CpsNotRequired, CpsRequires, Fact
from workflows.working_days import london_date

_MESSAGES = uuid.UUID("0d3c1f2e-6c4b-5a57-9a55-3a8f0f6a7c21")
CLIENT, USER = "client", "user"
MOST_CLOCK_DIFFERENCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What became of a submission: our ids by the caller's, the facts it added, and what was waiting for it."""

    case_id: str
    urn: str
    created: bool
    facts: tuple[str, ...] = ()
    defendants: dict[str, str] = field(default_factory=dict)
    participants: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)  # our participant -> our person
    unsafe_for: tuple[str, ...] = ()  # people with a contact point that a defendant was seen with
    matched_later: int = 0  # parts of feed messages that had waited for this case

    @property
    def changed(self) -> bool:
        return self.created or bool(self.facts)


def register_case(given: CaseGiven, *, actor: Actor, now: datetime) -> Registered:
    """Register a case, or change one that is there: what is left out stays, removal is explicit (core.md rule 28).

    `now` (UTC) is the time of receipt unless the document carries an earlier one. Messages that had been waiting for
    the case are applied in the same transaction. Raises NotAcceptedError, or NotThereError for a case of another unit.
    """
    with writing(Work.REGISTER_CASE) as session:
        deaths.lock_first(session, given)
        held = _lock_or_create(session, given, actor=actor, now=now)
        received_at = given.received_at or after_the_last(held, now)
        past_contacts.refuse_what_is_still_to_come(given, now)
        message_id = _message_id(given, actor)
        if given.message_id and _is_repeat(session, held, message_id):
            return Registered(case_id=held.id, urn=held.urn, created=False)
        book = _id_book(session, given, held, actor=actor, now=now)
        gone.refuse_who_went(session, given, held, book)
        gone.refuse_somebody_else(session, given, held, book)
        parents.refuse_a_defendant(session, given, held, book)
        changes = rows.work_out(given, held, book, session=session, now=now)
        deaths.lock_cases_of(session, changes.persons)
        known = people.load_people(session, changes.persons)
        persons = _changes_of_people(changes, known, held, by=actor.reference, now=now)
        contacts = past_contacts.new_ones(session, given, changes.participant_ids, held, sender=actor.id)
        facts = tuple(
            facts_of(given, held, book, contacts.ids, on=london_date(received_at), born=_born(changes, known))
        )
        rows.save(session, changes, book)
        people.save(session, persons)
        rows.save_participants(session, changes)
        past_contacts.save(session, contacts, by=actor.reference, at=max(now, received_at))
        unsafe_for = people.mark_shared_points(session, [held.id], now) if changes.may_share_a_contact_point else ()
        events = _events(facts, held, message_id=message_id, received_at=received_at, actor=actor)
        events += deaths.elsewhere(session, facts, changes, held, template=events)
        apply(events, actor=actor.reference, now=now)
        _reallocate(session, given, held, message_id=message_id, actor=actor, since=received_at, now=now)
        waited = _redrive(held.id) if held.is_new or book.new_rows else 0
        note_people(changes, persons, held)
        past_contacts.note(contacts, changes, held)
        return Registered(
            case_id=held.id,
            urn=held.urn,
            created=held.is_new,
            facts=tuple(type(fact).__name__ for fact in facts),
            defendants={said.id: changes.defendant_ids[said.id] for said in given.defendants},
            participants={said.id: changes.participant_ids[said.id] for said in given.participants},
            persons=dict(changes.person_of),
            unsafe_for=unsafe_for,
            matched_later=waited,
        )


def record_participant(urn: str, given: ParticipantGiven, *, actor: Actor, now: datetime) -> Registered:
    """Add a person to a case by an officer's form; `given.id` is any text, the new id is in the answer."""
    return register_case(CaseGiven(urn=urn, participants=(given,)), actor=actor, now=now)


def change_participant(urn: str, given: ParticipantGiven, *, actor: Actor, now: datetime) -> Registered:
    """Change what is held of a person's part in a case; `given.id` is our id of the participant."""
    return register_case(CaseGiven(urn=urn, participants=(given,)), actor=actor, now=now)


def record_requirement(
    urn: str, participant_id: str, requirement: RequirementGiven, *, actor: Actor, now: datetime
) -> Registered:
    """Record whether the CPS requires a person at the trial."""
    return change_participant(urn, ParticipantGiven(id=participant_id, requirement=requirement), actor=actor, now=now)


def record_court_fact(
    urn: str, facts: Sequence[Fact], *, actor: Actor, now: datetime, submission: str = ""
) -> dict[str, str]:
    """Record what an officer heard from a court about a hearing of a case: a date, a move, a vacation, an adjournment.

    The facts name hearings by our ids; a new hearing takes a new id (`columns.new_id()`). `submission` is the form's
    one-use token: sent twice, it is recorded once. Gives the outcome per event id, as `apply` does.
    """
    with writing() as session:
        row = find_case(session, urn)
        if row is None or not units.may_write(actor, row.unit_id):
            raise NotThereError
        message_id = str(uuid.uuid5(_MESSAGES, submission)) if submission else new_id()
        said_at = after_the_last(load_case(session, row), now)
        events = [
            CaseEvent(
                id=new_id(),
                case_id=row.id,
                what=fact,
                received_at=said_at,
                occurred_at=said_at,
                context="officer",
                message_id=message_id,
                actor=actor.reference,
                source="web" if actor.kind == USER else "api",
                ordinal=ordinal,
            )
            for ordinal, fact in enumerate(facts)
        ]
        _note_whom_it_is_about(row.id, facts)
        return apply(events, actor=actor.reference, now=now)


def _note_whom_it_is_about(case_id: str, facts: Sequence[Fact]) -> None:
    """Written to the personal-data log in the very transaction that changes what is held of a defendant."""
    defendants = {getattr(fact, "defendant", "") for fact in facts} - {""}
    if defendants:
        subjects = [(defendant, SubjectCategory.SUSPECT) for defendant in sorted(defendants)]
        ledger.note(Category.ALTERATION, case_id=case_id, subjects=subjects, fields=("outcome",))


# --- the case row -------------------------------------------------------------------------------------------------


def _lock_or_create(session: Session, given: CaseGiven, *, actor: Actor, now: datetime) -> HeldCase:
    row = find_case(session, given.urn)
    if row is None:
        created = _create(session, given, actor=actor, now=now)
        if created is not None:
            return created
        row = find_case(session, given.urn)  # another submission of the same URN was a moment earlier
    if row is None or not units.may_write(actor, row.unit_id):
        raise NotThereError
    if given.unit is not None and units.id_of(session, given.unit) != row.unit_id:
        raise NotAcceptedError(
            "/unit",
            expected="the unit that holds the case",
            received=given.unit,
            do="Leave it out. A case moves to another unit as a whole, by a supervisor.",
        )
    return load_case(session, row)


def _create(session: Session, given: CaseGiven, *, actor: Actor, now: datetime) -> HeldCase | None:
    unit_id = units.unit_for_new_case(session, given.unit, actor)
    if given.officer is None:
        officer_id = allocation.officer_by_rule(session, unit_id, given.court_code)
    else:
        officer_id = allocation.officer_named(session, given.officer, unit_id) if given.officer else None
    case_id = new_id()
    made = rows.insert_case(
        session,
        case_id=case_id,
        unit_id=unit_id,
        urn=given.urn,
        officer_id=officer_id,
        allocated_by=_allocated_by(given, officer_id),
        received_at=given.received_at or now,
        now=now,
    )
    if not made:
        return None
    return rows.new_case(case_id=case_id, urn=given.urn, unit_id=unit_id, officer_id=officer_id)


def _allocated_by(given: CaseGiven, officer_id: str | None) -> str | None:
    if officer_id is None:
        return None
    return allocation.BY_RULE if given.officer is None else allocation.BY_CALLER


def _reallocate(
    session: Session, given: CaseGiven, held: HeldCase, *, message_id: str, actor: Actor, since: datetime, now: datetime
) -> None:
    """Give a case that is there to the officer the caller names; its open duties go with it."""
    if held.is_new or given.officer is None:
        return
    officer_id = allocation.officer_named(session, given.officer, held.unit_id) if given.officer else None
    if officer_id != held.officer_id:
        give_cases({held.id: officer_id}, cause=message_id, actor=actor.reference, since=since, now=now)


def _redrive(case_id: str) -> int:
    """Apply what had waited in the inbox for a name that this case now has; give how many parts that were."""
    from witness_care.feed.replay import redrive  # the inbox itself builds on cases

    return redrive(case_id) or 0


# --- the message --------------------------------------------------------------------------------------------------


def _message_id(given: CaseGiven, actor: Actor) -> str:
    """Name the submission: the same id with the same content is the same message, so a repeat changes nothing."""
    if not given.message_id:
        return new_id()
    content = hashlib.sha256(repr(_fingerprint(given)).encode()).hexdigest()
    return str(uuid.uuid5(_MESSAGES, f"{actor.kind}:{actor.id}:{given.urn}:{given.message_id}:{content}"))


def _fingerprint(given: Any) -> Any:
    """Give all that a document says. Its classes do not show people's details when printed, so it is read by field."""
    if hasattr(given, "__dataclass_fields__"):
        return [(name, _fingerprint(getattr(given, name))) for name in given.__dataclass_fields__]
    if isinstance(given, tuple):
        return [_fingerprint(item) for item in given]
    return given


def after_the_last(held: HeldCase, now: datetime) -> datetime:
    """Give a time of receipt after the last message of the case: what is said under its lock is said later.

    Without this, two submissions in one instant, or from two hosts whose clocks differ a little, would be ordered by
    their ids.
    """
    last = held.snapshot.last_key[1] if held.snapshot.last_key else None
    if last is None or not now <= last < now + MOST_CLOCK_DIFFERENCE:
        return now
    return last + timedelta(microseconds=1)


def _is_repeat(session: Session, held: HeldCase, message_id: str) -> bool:
    return not held.is_new and bool(
        session.execute(
            sa.select(JournalEvent.id)
            .where(JournalEvent.case_id == held.id, JournalEvent.message_id == message_id)
            .limit(1)
        ).scalar()
    )


def _events(
    facts: Iterable[Fact], held: HeldCase, *, message_id: str, received_at: datetime, actor: Actor
) -> list[CaseEvent]:
    return [
        CaseEvent(
            id=new_id(),
            case_id=held.id,
            what=fact,
            received_at=received_at,
            occurred_at=received_at,
            context=context_of(fact, actor),
            message_id=message_id,
            actor=actor.reference,
            source="web" if actor.kind == USER else "api",
            ordinal=ordinal,
            registration=held.is_new,
        )
        for ordinal, fact in enumerate(facts)
    ]


def context_of(fact: Fact, actor: Actor) -> str:
    """Name who speaks: the CPS says who is required (domain.md section 12), whoever carries the message."""
    if isinstance(fact, CpsRequires | CpsNotRequired):
        return "cps"
    return "officer" if actor.kind == USER else "unit"


# --- people and ids -----------------------------------------------------------------------------------------------


def _id_book(session: Session, given: CaseGiven, held: HeldCase, *, actor: Actor, now: datetime) -> IdBook:
    namespace = actor.id if actor.kind == CLIENT else ""
    wanted = [said.person.id for said in given.participants if said.person and said.person.id]
    return IdBook(
        case_id=held.id,
        namespace=namespace,
        rows=names_of_case(session, held.id, namespace, wanted),
        ours=[*rows.our_ids(held), *((PERSON, person) for person in people.visible_to(session, actor, wanted))],
        now=now,
    )


def _born(changes: rows.RowChanges, known: people.HeldPeople) -> dict[str, date]:
    """Give the dates of birth that were held before, by participant."""
    return {
        changes.participant_of[person_id]: person.date_of_birth
        for person_id, person in known.persons.items()
        if person.date_of_birth is not None
    }


def _changes_of_people(
    changes: rows.RowChanges, known: people.HeldPeople, held: HeldCase, *, by: str, now: datetime
) -> people.PeopleChanges:
    given: dict[str, PersonGiven] = changes.persons
    worked_out = people.work_out_changes(
        given, known, unit_id=held.unit_id, now=now, by=by, grounds=changes.risk_stated
    )
    nameless = next((row for row in worked_out.new_persons if not row.get("name")), None)
    if nameless is not None:
        raise NotAcceptedError(
            f"{changes.where_person[nameless['id']]}/person/name",
            expected="the name of a person who is new to the service",
            received="",
            do="Send the name, or the id of a person who is known.",
        )
    return worked_out


def note_people(changes: rows.RowChanges, persons: people.PeopleChanges, held: HeldCase) -> None:
    """Enter in the personal-data log whose details were collected or altered, by groups of fields."""
    for category, by_person in (("collection", persons.collected), ("alteration", persons.altered)):
        subjects = [(changes.participant_of[person], changes.category_of[person]) for person in by_person]
        if subjects:
            fields = sorted(set().union(*by_person.values()))
            ledger.note(category, case_id=held.id, subjects=subjects, fields=fields)
