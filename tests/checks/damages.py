"""The kinds of damage that somebody could do to the tables by hand, each with the row that a finding must name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from tests.checks.full_world import NOW, SEVERED, FullWorld
from tests.factories import at
from witness_care.cases.models import (
    CaseCombination,
    CaseLink,
    CourtCase,
    Defendant,
    Hearing,
    HearingDay,
    Identifier,
    Offence,
    Result,
)
from witness_care.casework.models import JournalEvent, Transition
from witness_care.contacts.models import Contact, Duty, DutyHistory, Told
from witness_care.database import session
from witness_care.feed.models import FeedMessage, FeedPart, FeedWait
from witness_care.jobs.models import Heartbeat
from witness_care.notifications.models import OutboxMessage
from witness_care.people.models import ContactPoint, Participant, Person, SafetyChange

Plant = Callable[[FullWorld], str]
DAMAGES: list[tuple[str, str, Plant]] = []

LATER = at("2027-06-01 17:00")
OPEN = select(Duty.id).where(Duty.closed_at.is_(None), Duty.topic == "hearing.when_where").order_by(Duty.id)
CLOSED = select(Duty.id).where(Duty.closed_at.is_not(None)).order_by(Duty.id)
STILL = sa.orm.aliased(Duty)
ALONE = CLOSED.where(
    ~select(STILL.id)
    .where(STILL.participant_id == Duty.participant_id, STILL.topic == Duty.topic, STILL.closed_at.is_(None))
    .exists()
)
OWED_TO = select(Duty.participant_id).where(Duty.closed_at.is_(None)).order_by(Duty.id)
# In a case that was made one with another and stands apart again, what was told may count in either.
COMBINED = select(CaseCombination.case_id).union_all(select(CaseCombination.other_case_id))
TOLD_ANYWHERE = select(Told.id).where(Told.void.is_(False), Told.contact_id.is_not(None)).order_by(Told.id)
TOLD = TOLD_ANYWHERE.where(Told.case_id.not_in(COMBINED))
APPLIED = select(FeedPart.id).where(FeedPart.state == "applied", FeedPart.reason == "changed").order_by(FeedPart.id)
MESSAGE_APPLIED = select(FeedPart.message_row_id).where(FeedPart.reason == "changed").order_by(FeedPart.id)
WAITS = select(FeedPart.id).where(FeedPart.reason == "unknown-case").order_by(FeedPart.id)
MESSAGE_WAITS = select(FeedPart.message_row_id).where(FeedPart.reason == "unknown-case").order_by(FeedPart.id)
FROM_A_FEED = (JournalEvent.kind == "ResultsShared", JournalEvent.actor.like("feed:%"))
OF_COURT = select(JournalEvent.id).where(*FROM_A_FEED)
CASE_OF_COURT = select(JournalEvent.case_id).where(*FROM_A_FEED)


def damage(invariant: str, words: str) -> Callable[[Plant], Plant]:
    """Note a kind of damage; what it gives is the row, or the case, that a finding of this invariant must name."""

    def note(plant: Plant) -> Plant:
        DAMAGES.append((invariant, words, plant))
        return plant

    return note


# --- duties -------------------------------------------------------------------------------------------------------

damage("I1", "an open duty was closed")(
    lambda w: w.change(Duty, w.first(OPEN), closed_at=NOW, closed_reason="done", closed_by="user:somebody")
)
damage("I1", "an open duty was put off")(lambda w: w.change(Duty, w.first(OPEN), due_at=LATER))
damage("I1", "an open duty has another value")(lambda w: w.change(Duty, w.first(OPEN), value_hash="0" * 32))
damage("I1", "an open duty has another rule")(lambda w: w.change(Duty, w.first(OPEN), rule="R0"))
damage("I1", "a closed duty was opened again")(
    lambda w: w.change(Duty, w.first(ALONE), closed_at=None, closed_reason=None, closed_by=None)
)
damage("I2", "a duty disappeared")(lambda w: w.remove(Duty, w.first(OPEN)))
damage("I2", "a closed duty has no reason")(lambda w: w.change(Duty, w.first(CLOSED), closed_reason=None))
damage("I2", "a closed duty has no actor")(lambda w: w.change(Duty, w.first(CLOSED), closed_by=None))
damage("I5", "a duty is due later than its history says")(lambda w: w.change(Duty, w.first(OPEN), due_at=LATER))


@damage("I2", "the history of a duty is gone")
def _(w: FullWorld) -> str:
    duty = w.first(OPEN)
    session().execute(sa.delete(DutyHistory.__table__).where(DutyHistory.duty_id == duty))
    return duty


@damage("I5", "the history of a duty goes later")
def _(w: FullWorld) -> str:
    duty = w.first(OPEN.where(Duty.case_id.not_in(COMBINED)))  # there the journal says when it was due
    line = w.first(select(DutyHistory.id).where(DutyHistory.duty_id == duty))
    w.copy(DutyHistory, line, at=NOW, action="updated", due_at=LATER)
    return duty


@damage("I6", "the same news was sent twice in the same way")
def _(w: FullWorld) -> str:
    return w.copy(OutboxMessage, "message-accepted", created_at=LATER)


@damage("I7", "a message is to leave and has no time to leave")
def _(w: FullWorld) -> str:
    return w.change(OutboxMessage, "message-ready", next_try_at=None)


@damage("I7", "a message was changed past its steps")
def _(w: FullWorld) -> str:
    return w.change(OutboxMessage, "message-ready", state="delivered")


@damage("I7", "a message is being sent and nobody took it up")
def _(w: FullWorld) -> str:
    return w.change(OutboxMessage, "message-ready", state="sending")


@damage("I8", "a message was taken up by a number that was known to be unsafe")
def _(w: FullWorld) -> str:
    point = w.first(select(OutboxMessage.contact_point_id).where(OutboxMessage.id == "message-accepted"))
    w.change(ContactPoint, point, unsafe_since=at("2026-11-12 09:00"))
    return "message-accepted"


@damage("I8", "something is owed to somebody who died")
def _(w: FullWorld) -> str:
    person = w.first(select(Participant.person_id).where(Participant.id == w.first(OWED_TO)))
    w.change(Person, person, deceased_on=NOW.date())
    return w.first(select(Duty.id).where(Duty.participant_id == w.first(OWED_TO), Duty.closed_at.is_(None)))


@damage("I8", "something is owed to somebody who left the case")
def _(w: FullWorld) -> str:
    participant = w.change(Participant, w.first(OWED_TO), left_at=NOW)
    return w.first(select(Duty.id).where(Duty.participant_id == participant, Duty.closed_at.is_(None)))


@damage("I9", "something was told by a contact that reached nobody")
def _(w: FullWorld) -> str:
    told = w.first(TOLD)
    w.change(Contact, w.first(select(Told.contact_id).where(Told.id == told)), outcome="no_answer")
    return told


@damage("I9", "something was told by a contact that is gone")
def _(w: FullWorld) -> str:
    told = w.first(TOLD)
    w.remove(Contact, w.first(select(Told.contact_id).where(Told.id == told)))
    return told


@damage("I9", "something was told by a contact with somebody else")
def _(w: FullWorld) -> str:
    told = w.first(TOLD)
    heard = w.first(select(Told.participant_id).where(Told.id == told))
    other = w.first(select(Participant.id).where(Participant.id != heard))
    w.change(Contact, w.first(select(Told.contact_id).where(Told.id == told)), participant_id=other)
    return told


@damage("I9", "something was told by a contact that was corrected")
def _(w: FullWorld) -> str:
    told = w.first(TOLD)
    w.change(Contact, w.first(select(Told.contact_id).where(Told.id == told)), corrected_at=NOW)
    return told


damage("I13", "a duty stands in the queue of no unit")(
    lambda w: w.change(Duty, w.first(OPEN), unit_id="nowhere") and ""
)
damage("I13", "a case has an officer of another unit")(
    lambda w: w.change(CourtCase, w.first(CASE_OF_COURT), officer_id=w.units.cast.noor)
)


@damage("I13", "a duty has an officer of another unit")
def _(w: FullWorld) -> str:
    of_olivia = OPEN.where(Duty.unit_id == w.units.cast.unit)
    return w.change(Duty, w.first(of_olivia), officer_id=w.units.cast.noor)


# --- the state and the tables that show it ------------------------------------------------------------------------

damage("I4", "a hash is not that of its state")(
    lambda w: w.change(CourtCase, w.first(CASE_OF_COURT), state_hash="0" * 64)
)
damage("I4", "a hearing has another status")(
    lambda w: w.change(Hearing, w.first(select(Hearing.id).where(Hearing.status == "live")), status="vacated")
)
damage("I4", "the row of a hearing is gone")(
    lambda w: w.remove(Hearing, w.first(select(Hearing.id).order_by(Hearing.id)))
)
damage("I4", "a hearing has another first day")(
    lambda w: w.change(HearingDay, w.first(select(HearingDay.hearing_id)), on_date=LATER.date())
)
damage("I4", "the days of a hearing are gone")(lambda w: w.remove(HearingDay, w.first(select(HearingDay.hearing_id))))
damage("I4", "there is a hearing that nothing speaks of")(lambda w: w.copy(Hearing, w.first(select(Hearing.id))))
damage("I4", "a result is another than was shared")(
    lambda w: w.change(Result, w.first(select(Result.id).where(Result.kind != "community")), kind="community")
)
damage("I4", "a result is gone")(lambda w: w.remove(Result, w.first(select(Result.id))))
damage("I4", "there is a result that nobody shared")(lambda w: w.copy(Result, w.first(select(Result.id)), kind="fine"))
damage("I4", "a defendant stands elsewhere")(
    lambda w: w.change(
        Defendant, w.first(select(Defendant.id).where(Defendant.proceedings != "concluded")), proceedings="concluded"
    )
)
damage("I4", "a defendant was taken off the case")(
    lambda w: w.change(Defendant, w.first(select(Defendant.id)), removed_at=NOW)
)
damage("I4", "a person stands at another step")(lambda w: w.change(Participant, w.first(OWED_TO), journey="closed"))
damage("I4", "a person did not come, and nobody said so")(
    lambda w: w.change(Participant, w.first(OWED_TO), attendance="absent")
)
damage("I4", "a person is no longer required")(
    lambda w: w.change(
        Participant, w.first(select(Participant.id).where(Participant.required.is_(True))), required=False
    )
)
damage("I4", "a person was missed more often")(lambda w: w.change(Participant, w.first(OWED_TO), missed_in_a_row=9))
damage("I4", "a person has another role")(lambda w: w.change(Participant, w.first(OWED_TO), role="both"))
damage("I4", "a person left, and nobody said so")(lambda w: w.change(Participant, w.first(OWED_TO), left_at=NOW))
damage("I4", "something told is void")(lambda w: w.change(Told, w.first(TOLD), void=True))
damage("I4", "something told is gone")(lambda w: w.remove(Told, w.first(TOLD)))
damage("I4", "something was told that nobody told")(lambda w: w.copy(Told, w.first(TOLD), topic="verdict"))
damage("I4", "an entry of the journal cannot be read")(
    lambda w: (
        w.change(JournalEvent, w.first(OF_COURT), kind="Unheard")
        and w.first(select(JournalEvent.case_id).where(JournalEvent.kind == "Unheard"))
    )
)


@damage("I4", "a state is not what the journal says")
def _(w: FullWorld) -> str:
    case = w.first(CASE_OF_COURT)
    state = session().execute(select(CourtCase.state).where(CourtCase.id == case)).scalar_one()
    people = {name: {**person, "journey": "closed"} for name, person in state["people"].items()}
    return w.change(CourtCase, case, state={**state, "people": people})


@damage("I4", "an entry is gone from the journal")
def _(w: FullWorld) -> str:
    case = w.first(CASE_OF_COURT)
    w.remove(JournalEvent, w.first(OF_COURT))
    return case


# --- cases that were merged ---------------------------------------------------------------------------------------

AWAY = select(CourtCase.id).where(CourtCase.merged_into.is_not(None)).order_by(CourtCase.id)
LEFT = (
    select(Participant.id)
    .join(CourtCase, CourtCase.id == Participant.case_id)
    .where(CourtCase.merged_into.is_not(None))
)
APART = select(CaseCombination.other_case_id).where(CaseCombination.undone_at.is_not(None))
OF_APART = select(Duty.id).where(Duty.closed_at.is_(None), Duty.case_id.in_(APART)).order_by(Duty.id)
ELSEWHERE = select(JournalEvent.id).where(
    JournalEvent.case_id.not_in(select(CaseCombination.case_id)),
    JournalEvent.case_id.not_in(select(CaseCombination.other_case_id)),
)

damage("I4", "somebody who left with a merge stands on the lists again")(
    lambda w: w.change(Participant, w.first(LEFT), left_at=None)
)
damage("I4", "somebody was put into a case that was merged")(
    lambda w: w.change(Participant, w.first(OWED_TO), case_id=w.first(AWAY))
)
damage("I4", "a hearing was put into a case that was merged")(
    lambda w: w.change(Hearing, w.first(select(Hearing.id)), case_id=w.first(AWAY))
)
damage("I4", "what was told was put into a case that was merged")(
    lambda w: w.change(Told, w.first(TOLD.where(Told.participant_id.not_in(LEFT))), case_id=w.first(AWAY))
)
damage("I4", "something is told in a case after a merge was undone that nobody told there")(
    lambda w: w.copy(Told, w.first(TOLD_ANYWHERE.where(Told.case_id.in_(APART))), topic="verdict")
)
damage("I5", "a duty of a case that was taken apart is due later than its journal says")(
    lambda w: w.change(Duty, w.first(OF_APART), due_at=LATER)
)
damage("I9", "a contact of a person in merged cases was corrected, and still tells")(
    lambda w: (
        w.change(Contact, w.first(select(Told.contact_id).where(Told.participant_id.in_(LEFT))), corrected_at=NOW)
        and w.first(select(Told.id).where(Told.participant_id.in_(LEFT)))
    )
)
damage("I17", "a duty of a merged case was opened by an entry of a case it never was")(
    lambda w: w.change(Duty, w.first(OF_APART), opened_by_event=w.first(ELSEWHERE))
)
damage("I17", "a move of a merged case names an entry of a case it never was")(
    lambda w: w.change(
        Transition, w.first(select(Transition.id).where(Transition.case_id.in_(APART))), event_id=w.first(ELSEWHERE)
    )
)

# --- a case that was split ----------------------------------------------------------------------------------------

HALF = select(CourtCase.id).where(CourtCase.urn == SEVERED)
OF_HALF = select(Duty.id).where(Duty.closed_at.is_(None), Duty.topic == "attendance").order_by(Duty.id)
COPIED = select(JournalEvent.id).where(JournalEvent.act != "").order_by(JournalEvent.id)


def old_half(w: FullWorld) -> str:
    return w.first(select(CourtCase.split_from).where(CourtCase.id == w.first(HALF)))


def duty_of_half(w: FullWorld) -> str:
    return w.first(OF_HALF.where(Duty.case_id == w.first(HALF)))


def record_of(w: FullWorld, other: str) -> str:
    standing = select(CaseCombination.id).where(CaseCombination.undone_at.is_(None))
    return w.first(standing.where(CaseCombination.other_case_id == other))


def copied(w: FullWorld, kind: str) -> str:
    return w.first(COPIED.where(JournalEvent.case_id == w.first(HALF), JournalEvent.kind == kind))


damage("I14", "a duty was moved to the other half of a split case")(
    lambda w: w.change(Duty, duty_of_half(w), case_id=old_half(w))
)
damage("I14", "the record of a split means a case that is not there")(
    lambda w: w.change(CaseCombination, record_of(w, w.first(HALF)), other_case_id="nowhere")
)
damage("I14", "a case says that it was split off another than the record of the split says")(
    lambda w: record_of(w, w.change(CourtCase, w.first(HALF), split_from=w.first(CASE_OF_COURT)))
)
damage("I14", "a case no longer says that it is part of another")(
    lambda w: record_of(w, w.change(CourtCase, w.first(AWAY), merged_into=None))
)
damage("I14", "a link leads to a case that is not there")(
    lambda w: w.change(CaseLink, w.first(select(CaseLink.id)), other_case_id="nowhere")
)
damage("I17", "an entry that a split copied names an original that is not there")(
    lambda w: w.change(JournalEvent, copied(w, "ParticipantRecorded"), carried_from="nothing")
)


@damage("I1", "a duty was moved to the same person in the other half of a split case")
def _(w: FullWorld) -> str:
    duty, old = duty_of_half(w), old_half(w)
    owed_to = w.first(select(Duty.participant_id).where(Duty.id == duty))
    person = w.first(select(Participant.person_id).where(Participant.id == owed_to))
    there = w.first(select(Participant.id).where(Participant.case_id == old, Participant.person_id == person))
    return w.change(Duty, duty, case_id=old, participant_id=there, topic="verdict")  # where nothing else is in the way


@damage("I4", "an entry that a split copied was changed")
def _(w: FullWorld) -> str:
    entry = copied(w, "HearingConfirmed")
    payload = session().execute(select(JournalEvent.payload).where(JournalEvent.id == entry)).scalar_one()
    w.change(JournalEvent, entry, payload={**payload, "where": {**payload["where"], "court": "Elsewhere"}})
    return w.first(HALF)


@damage("I4", "an entry that a split copied is gone")
def _(w: FullWorld) -> str:
    w.remove(JournalEvent, copied(w, "HearingConfirmed"))
    return w.first(HALF)


# --- court messages -----------------------------------------------------------------------------------------------

damage("I10", "a message that waits is called applied")(
    lambda w: w.change(FeedMessage, w.first(MESSAGE_WAITS), state="applied", reason="changed")
)
damage("I10", "a message that was read is called unread")(
    lambda w: w.change(FeedMessage, w.first(MESSAGE_APPLIED), state="received")
)


@damage("I10", "the parts of a message are gone")
def _(w: FullWorld) -> str:
    message = w.first(MESSAGE_APPLIED)
    session().execute(sa.delete(FeedPart.__table__).where(FeedPart.message_row_id == message))
    return message


@damage("I10", "a message is gone that the journal speaks of")
def _(w: FullWorld) -> str:
    entry = w.first(OF_COURT)
    named = select(JournalEvent.message_id).where(JournalEvent.id == entry)
    w.remove(FeedMessage, w.first(select(FeedMessage.id).where(FeedMessage.message_id == w.first(named))))
    return entry


@damage("I10", "a part waits for a name that nothing brings")
def _(w: FullWorld) -> str:
    part = w.first(WAITS)
    session().execute(sa.delete(FeedWait.__table__).where(FeedWait.part_id == part))
    return part


@damage("I10", "a part is done and still waits")
def _(w: FullWorld) -> str:
    part = w.first(APPLIED)
    wait = {"namespace": "cp", "kind": "case", "value": "planted", "part_id": part}
    session().execute(sa.insert(FeedWait.__table__), [wait])
    return part


@damage("I10", "an applied part has no entry in the journal")
def _(w: FullWorld) -> str:
    entry = w.first(OF_COURT)
    named = select(JournalEvent.message_id).where(JournalEvent.id == entry)
    message = select(FeedMessage.id).where(FeedMessage.message_id == w.first(named))
    part = w.first(select(FeedPart.id).where(FeedPart.message_row_id == w.first(message)))
    w.remove(JournalEvent, entry)
    return part


damage("I10", "a match was taken back and its message waits nowhere")(
    lambda w: w.change(FeedPart, w.first(APPLIED), state="rejected", reason="taken-back")
)
damage("I12", "a regular job stopped")(
    lambda w: w.change(Heartbeat, w.first(select(Heartbeat.job)), started_at=at("2026-11-29 09:00"))
)

# --- rows that fit each other -------------------------------------------------------------------------------------

damage("I14", "an entry of the journal is of another unit")(
    lambda w: w.change(JournalEvent, w.first(OF_COURT), unit_id="nowhere")
)
damage("I14", "a person is of another unit than their case")(
    lambda w: (
        w.change(Participant, w.first(OWED_TO), unit_id=w.units.cast.other_unit)
        if w.first(select(Participant.unit_id).where(Participant.id == w.first(OWED_TO))) == w.units.cast.unit
        else w.change(Participant, w.first(OWED_TO), unit_id=w.units.cast.unit)
    )
)
damage("I14", "a contact is of a case that is not there")(
    lambda w: w.change(Contact, w.first(select(Contact.id)), case_id="nowhere")
)
damage("I14", "a day belongs to another case than its hearing")(
    lambda w: w.change(HearingDay, w.first(select(HearingDay.hearing_id)), case_id="nowhere")
)
damage("I14", "a duty is owed to somebody of another case")(
    lambda w: w.change(
        Duty, w.first(OPEN.where(Duty.case_id != w.first(CASE_OF_COURT))), case_id=w.first(CASE_OF_COURT)
    )
)
damage("I14", "an offence is of nobody")(
    lambda w: w.change(Offence, w.first(select(Offence.id)), defendant_id="nobody")
)
damage("I17", "a move has no entry")(lambda w: w.change(Transition, w.first(select(Transition.id)), event_id="nothing"))
damage("I17", "a line of a duty's history has no entry")(
    lambda w: w.change(DutyHistory, w.first(select(DutyHistory.id)), event_id="nothing")
)
damage("I17", "a duty was opened by nothing")(lambda w: w.change(Duty, w.first(OPEN), opened_by_event="nothing"))


@damage("I17", "an entry is gone from a submission of several")
def _(w: FullWorld) -> str:
    further = select(JournalEvent.message_id).where(JournalEvent.ordinal == 1, JournalEvent.actor.not_like("feed:%"))
    further = further.where(JournalEvent.case_id.not_in(COMBINED))  # a copy may stand in the other case
    message = w.first(further)
    first = select(JournalEvent.id).where(JournalEvent.message_id == message, JournalEvent.ordinal == 0)
    w.remove(JournalEvent, w.first(first))
    return message


damage("I18", "a name means a case that is not there")(
    lambda w: w.change(Identifier, w.first(select(Identifier.id).where(Identifier.kind == "case")), target_id="nothing")
)
damage("I18", "a name in one case means a defendant of another")(
    lambda w: w.change(
        Identifier, w.first(select(Identifier.id).where(Identifier.kind == "defendant")), case_id="another"
    )
)


def waits(w: FullWorld, **more: Any) -> str:
    """Let a change of a number wait for a second person; `more` says what is wrong with it."""
    person = w.first(select(Person.id).order_by(Person.id))
    change = {
        "id": "planted", "unit_id": w.units.cast.unit, "person_id": person, "contact_point_id": None, "kind": "mobile",
        "reaches": "phone", "blind_index": "", "wanted": {}, "widens": ["allowed"], "proposed_by": "user:one",
        "proposed_at": NOW, "state": "waiting",
    }  # fmt: skip
    session().execute(sa.insert(SafetyChange), [change | more])
    return "planted"


@damage("I14", "a change that waits for a second person is of a way to reach somebody else")
def _(w: FullWorld) -> str:
    somebody = w.first(select(Person.id).order_by(Person.id))
    return waits(w, contact_point_id=w.first(select(ContactPoint.id).where(ContactPoint.person_id != somebody)))


@damage("I14", "a change of safety was confirmed by whoever proposed it")
def _(w: FullWorld) -> str:
    return waits(w, state="confirmed", decided_by="user:one", decided_at=NOW)


@damage("I19", "a sealed value was cut short")
def _(w: FullWorld) -> str:
    row = w.first(select(ContactPoint.id))
    session().execute(
        sa.text("UPDATE contact_point SET sealed_value = :cut WHERE id = :row"), {"cut": b"1", "row": row}
    )
    return row


@damage("I19", "a sealed value stands in the row of another")
def _(w: FullWorld) -> str:
    stolen = "(SELECT sealed_value FROM contact_point ORDER BY id DESC LIMIT 1)"
    row = w.first(select(ContactPoint.id).order_by(ContactPoint.id))
    session().execute(sa.text(f"UPDATE contact_point SET sealed_value = {stolen} WHERE id = :row"), {"row": row})
    return row
