"""Works out which facts a submission about a case adds: only where what it says differs from what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from witness_care.cases.document import CaseGiven, DefendantGiven, ParticipantGiven, ToldGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import DEFENDANT, OFFENCE, PARTICIPANT, IdBook
from witness_care.cases.refusal import NotAcceptedError
from workflows import codec, enhanced_rights, events, values
from workflows.events import Answer, ContactOutcome, Fact, Role, Telling, VictimKind, WitnessKind

NO_CONTACTS: Mapping[tuple[str, str], str] = MappingProxyType({})
NOBODY_BORN: Mapping[str, date] = MappingProxyType({})


def facts_of(
    given: CaseGiven,
    held: HeldCase,
    book: IdBook,
    contacts: Mapping[tuple[str, str], str] = NO_CONTACTS,
    *,
    on: date,
    born: Mapping[str, date] = NOBODY_BORN,
) -> Iterator[Fact]:
    """Give the facts to journal, in the order of core.md rule 28: case, defendants, people, requirement, told.

    `on` is the London date of receipt, on which somebody is under 18 or not; `born` gives dates of birth that are held
    already, by our ids of participants. Every id the document names must be in
    `book` already. `contacts` gives our id of each past contact that is new, by the caller's ids of participant and
    contact. Raises NotAcceptedError for an id that is not of this case.
    """
    if held.is_new:
        yield events.CaseRegistered()
    for position, defendant in enumerate(given.defendants):
        yield from _of_defendant(defendant, f"/defendants/{position}", held, book)
    for position, participant in enumerate(given.participants):
        yield from _recorded(participant, f"/participants/{position}", held, book)
        yield from _grounds(participant, held, book, on, born)
    for participant in given.participants:
        yield from _requirement(participant, held, book)
        yield from _opted_out(participant, held, book)
        yield from _keep_in_touch(participant, held, book)
    for position, participant in enumerate(given.participants):
        yield from _told(participant, f"/participants/{position}", held, book)
        yield from _past_contacts(participant, f"/participants/{position}", held, book, contacts)
    for participant in given.participants:
        yield from _gone(participant, held, book)


def _of_defendant(given: DefendantGiven, where: str, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    defendant = _known(book, DEFENDANT, given.id, where)
    stands = held.said(f"charged:{defendant}")
    if given.remove:
        if not isinstance(stands, events.DefendantRemoved):
            yield events.DefendantRemoved(defendant=defendant)
        return
    offences = list(held.offences_against(defendant))
    for position, offence in enumerate(given.offences):
        offence_id = _known(book, OFFENCE, offence.id, f"{where}/offences/{position}")
        if offence.remove and offence_id in offences:
            offences.remove(offence_id)
        elif not offence.remove and offence_id not in offences:
            offences.append(offence_id)
    if not isinstance(stands, events.DefendantCharged) or set(stands.offences) != set(offences):
        yield events.DefendantCharged(defendant=defendant, offences=tuple(offences))
    yield from _described(given, defendant, held, book)


def _described(given: DefendantGiven, defendant: str, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    for offence in given.offences:
        if offence.remove or not offence.cjs_code:
            continue
        offence_id = _known(book, OFFENCE, offence.id, "")
        fact = events.OffenceDescribed(defendant=defendant, offence=offence_id, cjs_code=offence.cjs_code)
        if held.said(f"described:{offence_id}") != fact:
            yield fact


def _recorded(given: ParticipantGiven, where: str, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    participant = _known(book, PARTICIPANT, given.id, where)
    if given.remove:
        return
    stands = held.said(f"recorded:{participant}")
    was = stands if isinstance(stands, events.ParticipantRecorded) else None
    if was is None and given.role is None:
        raise NotAcceptedError(
            f"{where}/role", expected="victim, witness or both", received="", do="Say the part this person has."
        )
    fact = events.ParticipantRecorded(
        participant=participant,
        role=Role(given.role) if given.role else was.role,  # type: ignore[union-attr]
        witness_kind=_chosen(given.witness_kind, was.witness_kind if was else None, WitnessKind.CIVILIAN),
        defendants=_ids(given.defendants, DEFENDANT, f"{where}/defendants", book, was.defendants if was else ()),
        offences=_ids(given.offences, OFFENCE, f"{where}/offences", book, was.offences if was else ()),
        enhanced=_chosen(given.enhanced, was.enhanced if was else None, Answer.NO),
        enhanced_basis=_basis(given, was),
        victim_kind=_chosen(given.victim_kind, was.victim_kind if was else None, VictimKind.PERSON),
    )
    if fact != was:
        yield fact


def _grounds(
    given: ParticipantGiven, held: HeldCase, book: IdBook, on: date, born: Mapping[str, date]
) -> Iterator[Fact]:
    """Suggest enhanced rights for a child by the date of birth, and take in what somebody decided against."""
    if given.remove:
        return
    participant = _known(book, PARTICIPANT, given.id, "")
    under_18, declined = enhanced_rights.UNDER_18.upper(), given.declined_grounds or ()
    born_on = (given.person.date_of_birth if given.person else None) or born.get(participant)
    noted = [(ground, events.DECLINED) for ground in declined]
    if born_on is not None and enhanced_rights.is_under_age(born_on, on) and under_18 not in declined:
        noted.append((under_18, events.SUGGESTED))
    for ground, answer in noted:
        fact = events.EnhancedGroundNoted(participant=participant, ground=ground, answer=answer)
        stands = held.said(f"ground:{participant}:{ground}")
        if stands is None or (answer == events.DECLINED and stands != fact):
            yield fact


def _basis(given: ParticipantGiven, was: events.ParticipantRecorded | None) -> tuple[str, ...]:
    if given.enhanced_basis is not None:
        return tuple(sorted(given.enhanced_basis))
    return was.enhanced_basis if was else ()


def _chosen(given: str | None, stands: Any, otherwise: Any) -> Any:
    if given is not None:
        return type(otherwise)(given)
    return otherwise if stands is None else stands


def _ids(
    given: tuple[str, ...] | None, kind: str, where: str, book: IdBook, stands: tuple[str, ...]
) -> tuple[str, ...]:
    if given is None:
        return stands
    return tuple(_known(book, kind, name, f"{where}/{position}") for position, name in enumerate(given))


def _requirement(given: ParticipantGiven, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    if given.requirement is None or given.remove:
        return
    participant = _known(book, PARTICIPANT, given.id, "")
    said: Fact
    if given.requirement.required:
        said = events.CpsRequires(
            participant=participant,
            days=given.requirement.days,
            session=given.requirement.session,
            mode=given.requirement.mode,
        )
    else:
        said = events.CpsNotRequired(participant=participant)
    if held.said(f"requirement:{participant}") != said:
        yield said


def _opted_out(given: ParticipantGiven, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    if given.opted_out is None or given.remove:
        return
    participant = _known(book, PARTICIPANT, given.id, "")
    person = held.snapshot.people.get(participant)
    stands = set(person.opted_out) if person else set()
    out = tuple(topic for topic in given.opted_out if topic not in stands)
    back = tuple(sorted(stands - set(given.opted_out)))
    if out:
        yield events.OptedOut(participant=participant, topics=out)
    if back:
        yield events.OptedBackIn(participant=participant, topics=back)


def _keep_in_touch(given: ParticipantGiven, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    if given.keep_in_touch is None or given.remove:
        return
    participant, every_days = _known(book, PARTICIPANT, given.id, ""), given.keep_in_touch.every_days
    person = held.snapshot.people.get(participant)
    if every_days != (person.every_days if person else None):
        yield events.FrequencyAgreed(participant=participant, every_days=every_days)


def _told(given: ParticipantGiven, where: str, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    participant = _known(book, PARTICIPANT, given.id, where)
    by_time: dict[datetime, list[Telling]] = {}
    for position, told in enumerate(given.told):
        telling = _telling(told, f"{where}/told/{position}", held, book)
        if not _was_told(held, participant, telling, told.at):
            by_time.setdefault(told.at, []).append(telling)
    for at in sorted(by_time):
        yield events.ToldCarriedOver(participant=participant, at=at, told=tuple(by_time[at]))


def _past_contacts(
    given: ParticipantGiven, where: str, held: HeldCase, book: IdBook, contacts: Mapping[tuple[str, str], str]
) -> Iterator[Fact]:
    for position, contact in enumerate(given.contacts):
        tellings = [
            _telling(told, f"{where}/contacts/{position}/told/{number}", held, book)
            for number, told in enumerate(contact.told)
        ]
        if (given.id, contact.id) in contacts:
            yield events.ContactMade(
                participant=_known(book, PARTICIPANT, given.id, where),
                contact=contacts[given.id, contact.id],
                at=contact.at,
                outcome=ContactOutcome(contact.outcome),
                told=tuple(tellings),
            )


def _telling(told: ToldGiven, where: str, held: HeldCase, book: IdBook) -> Telling:
    if told.topic in (values.ATTENDANCE, values.SPECIAL_MEASURES):
        return Telling(topic=told.topic, subject=held.id, value=told.value)
    if told.defendant:
        return Telling(
            topic=told.topic,
            subject=_known(book, DEFENDANT, told.defendant, f"{where}/defendant"),
            value=_with_our_offences(told.value, f"{where}/value/offences", book),
        )
    hearing = book.hearing(told.hearing)
    if told.topic != values.WHEN_WHERE:
        return Telling(topic=told.topic, subject=hearing, value=told.value)
    memory = held.snapshot.hearings.get(hearing)
    return Telling(topic=told.topic, subject=(memory.thread if memory else "") or hearing, value=told.value)


def _with_our_offences(value: Mapping[str, Any], where: str, book: IdBook) -> dict[str, Any]:
    if "offences" not in value:
        return dict(value)
    named = value["offences"]
    return {"offences": {_known(book, OFFENCE, name, f"{where}/{name}"): said for name, said in named.items()}}


def _was_told(held: HeldCase, participant: str, telling: Telling, at: datetime) -> bool:
    topic = held.snapshot.topics.get((participant, telling.topic, telling.subject))
    value_hash = codec.value_hash(telling.value)
    return topic is not None and any(told.at == at and told.value_hash == value_hash for told in topic.told)


def _gone(given: ParticipantGiven, held: HeldCase, book: IdBook) -> Iterator[Fact]:
    participant = _known(book, PARTICIPANT, given.id, "")
    person = held.snapshot.people.get(participant)
    if given.remove and not (person and person.left):
        yield events.ParticipantLeft(participant=participant, reason=given.remove_reason)
    elif given.person and given.person.deceased_on and not (person and person.died):
        yield events.ParticipantDied(participant=participant)


def _known(book: IdBook, kind: str, name: str, where: str) -> str:
    found = book.find(kind, name)
    if found is None:
        raise NotAcceptedError(
            where,
            expected=f"the id of one of this case's {kind}s",
            received=name,
            do=f"Send that {kind} too, or its id.",
        )
    return found
