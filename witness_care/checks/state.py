"""Is each case what its journal says, and do the tables that pages read show it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from witness_care.cases.models import CourtCase, Defendant, Hearing, HearingDay, Offence, Result
from witness_care.casework import concerns, projection, referral_rows, support_rows
from witness_care.casework.apply import LockedCase, read_journals
from witness_care.casework.rebuild import cases
from witness_care.checks.combined import Combined
from witness_care.checks.findings import Finding, finding, rows
from witness_care.contacts.models import Contact, Told
from witness_care.database import session
from witness_care.engagement.models import Concern
from witness_care.people.models import Participant, Person
from witness_care.referrals.models import Referral
from witness_care.support.models import Support
from workflows import charges
from workflows.decide import case_truth, refold, state_hash
from workflows.events import ContactOutcome
from workflows.snapshot import Snapshot
from workflows.truth import HearingStatus
from workflows.values import CaseTruth

Row = Mapping[Any, Any]


def every_case_is_what_its_journal_says(now: datetime) -> Iterator[Finding]:
    """I4: folding each journal from nothing gives the stored state, and the tables show that state.

    A case that is part of another one has no state, and only the rows of what both cases had.
    """
    combined = Combined.read()
    for case in cases():
        rebuilt = _rebuilt(case)
        yield from _differs_from_journal(case, rebuilt)
        if case.snapshot.merged_away:
            yield from _left_behind(case, combined.left.get(case.id, frozenset()))
            continue
        look = case_truth(case.snapshot)
        yield from _hearings(case, look)
        yield from _results(case)
        yield from _defendants(case, look)
        yield from _offences(case, look)
        yield from _people(case)
        yield from _told(case)
        yield from _concerns(case, rebuilt or case.snapshot, now)
        yield from _referrals(case, rebuilt or case.snapshot, look)
        yield from _support(case, rebuilt or case.snapshot)


def _rebuilt(case: LockedCase) -> Snapshot | None:
    """Fold the journal of a case from nothing; None when it holds something that cannot be read."""
    try:
        journal = read_journals(session().connection(), [case.id]).get(case.id, [])
        return refold(case.id, journal, case.rules).snapshot
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _differs_from_journal(case: LockedCase, rebuilt: Snapshot | None) -> Iterator[Finding]:
    stored = session().scalar(sa.select(CourtCase.state_hash).where(CourtCase.id == case.id))
    if rebuilt is None:
        yield finding("I4", case.id, case.id, "The journal holds an entry that cannot be read.")
        return
    if state_hash(rebuilt) != state_hash(case.snapshot):
        yield finding("I4", case.id, case.id, "The stored state is not what the journal says: run flask rebuild.")
    if stored != state_hash(case.snapshot):
        yield finding("I4", case.id, case.id, "The stored hash is not that of the stored state.")


def _left_behind(case: LockedCase, left: frozenset[str]) -> Iterator[Finding]:
    """What a merge leaves in the case that is no more shows on no list: people have left, hearings are doubles."""
    for model, shown in (
        (Participant, Participant.left_at.is_(None)),
        (Hearing, Hearing.status != HearingStatus.DUPLICATE.value),
        (Defendant, sa.false()),
        (Offence, sa.false()),
    ):
        query = sa.select(model.id, sa.case((shown, 1), else_=0).label("shown")).where(model.case_id == case.id)
        for row in rows(query.order_by(model.id)):
            if row["id"] not in left:
                words = f"A row of {model.__tablename__} is in a case that was merged, and belongs to the other one."
                yield finding("I4", case.id, row["id"], words)
            elif row["shown"]:
                words = f"A row of {model.__tablename__} shows in a case that was merged, beside the one it became."
                yield finding("I4", case.id, row["id"], words)
    for row in rows(sa.select(Told.id, Told.participant_id).where(Told.case_id == case.id).order_by(Told.id)):
        if row["participant_id"] not in left:
            yield finding("I4", case.id, row["id"], "What was told to somebody else is in a case that was merged.")
    for row in rows(sa.select(Result.id).where(Result.case_id == case.id).order_by(Result.id)):
        yield finding("I4", case.id, row["id"], "There is a result in a case that was merged.")


def _hearings(case: LockedCase, look: CaseTruth) -> Iterator[Finding]:
    stored = _of_case(Hearing, case.id)
    for hearing in look.hearings.values():
        if not _shows(stored.get(hearing.id), projection.hearing_row(case, hearing, look), skip=("provenance",)):
            yield finding("I4", case.id, hearing.id, "The row of a hearing does not show what is true of it.")
    for hearing_id in stored.keys() - look.hearings.keys():
        yield finding("I4", case.id, hearing_id, "There is a row of a hearing that nothing speaks of.")
    wanted = [row for hearing in look.hearings.values() for row in projection.day_rows(case, hearing)]
    days = list(rows(sa.select(HearingDay.__table__).where(HearingDay.case_id == case.id)))
    for hearing_id in _unlike(wanted, days, by="hearing_id"):
        yield finding("I4", case.id, hearing_id, "The days of a hearing are not those that are true of it.")


def _results(case: LockedCase) -> Iterator[Finding]:
    wanted = list(projection.result_rows(case, case.snapshot))
    stored = list(rows(sa.select(Result.__table__).where(Result.case_id == case.id)))
    for result_id in _unlike(wanted, stored, by="id"):
        yield finding("I4", case.id, result_id, "The rows of results are not the latest share of each day.")


def _defendants(case: LockedCase, look: CaseTruth) -> Iterator[Finding]:
    stored = _of_case(Defendant, case.id)
    for defendant, standing in case.snapshot.defendants.items():
        row = stored.get(defendant)
        if row is None or row["proceedings"] != standing.value:
            yield finding("I4", case.id, defendant, "The row of a defendant does not show where they stand.")
    for defendant, row in stored.items():
        if (row["removed_at"] is None) is not (defendant in look.charged):
            yield finding(
                "I4", case.id, defendant, "A defendant is on the case in the row and not in the state, or back."
            )


def _offences(case: LockedCase, look: CaseTruth) -> Iterator[Finding]:
    codes = charges.offence_codes(case.snapshot.registers)
    stored = _of_case(Offence, case.id)
    for offence in sorted({offence for theirs in look.charged.values() for offence in theirs} & stored.keys()):
        if stored[offence]["cjs_code"] != codes.get(offence, ""):
            yield finding("I4", case.id, offence, "The row of an offence has another code than the state.")


def _people(case: LockedCase) -> Iterator[Finding]:
    chosen = (
        sa.select(Participant.__table__, Person.deceased_on)
        .join(Person, Person.id == Participant.person_id)
        .where(Participant.case_id == case.id)
    )
    stored = {row["id"]: row for row in rows(chosen)}
    for participant, person in case.snapshot.people.items():
        row = stored.get(participant)
        if not _shows(row, projection.standing_row(case.snapshot, participant)):
            yield finding("I4", case.id, participant, "The row of a participant does not show where they stand.")
            continue
        assert row is not None
        said = {
            "role": person.role.value,
            "witness_kind": person.witness_kind.value,
            "victim_kind": person.victim_kind.value,
            "enhanced": person.enhanced.value,
        }
        if sorted(row["enhanced_basis"] or ()) != list(person.enhanced_basis):
            yield finding("I4", case.id, participant, "The row of a participant has other grounds for enhanced rights.")
        if not _shows(row, said):
            yield finding("I4", case.id, participant, "The row of a participant has another part than the state.")
        if (row["left_at"] is not None) is not bool(person.left):
            yield finding(
                "I4", case.id, participant, "A participant has left in the row and not in the state, or back."
            )
        if person.died and row["deceased_on"] is None:
            yield finding("I4", case.id, participant, "A person died in the state and not in their row.")
    for participant in stored.keys() - case.snapshot.people.keys():
        yield finding("I4", case.id, participant, "There is a participant whom the state does not know.")


def _told(case: LockedCase) -> Iterator[Finding]:
    stored = {row["id"]: row for row in rows(sa.select(Told.__table__).where(Told.case_id == case.id))}
    known = set()
    for (participant, topic, subject), held in case.snapshot.topics.items():
        for told in held.told:
            row_id = projection.told_id(told.contact, participant, topic, subject, told.value_hash)
            known.add((participant, topic, told.value_hash, told.contact))
            row = stored.get(row_id)
            if row is None or row["void"] is not told.void:
                yield finding("I4", case.id, row_id, f"What was told of {topic} has no row, or one that differs.")
    for row_id, row in stored.items():
        key = (row["participant_id"], row["topic"], row["value_hash"], row["contact_id"] or "")
        if not row["void"] and key not in known:
            yield finding("I4", case.id, row_id, f"A row says that {row['topic']} was told; the state does not.")


def _concerns(case: LockedCase, rebuilt: Snapshot, now: datetime) -> Iterator[Finding]:
    """The stored concern is what counting from nothing gives; one whose next look is due waits for the regular job."""
    stored = {
        row["participant_id"]: row for row in rows(sa.select(Concern.__table__).where(Concern.case_id == case.id))
    }
    for participant in rebuilt.people:
        row = stored.get(participant)
        if row is None:
            yield finding("I4", case.id, participant, "A participant has no engagement concern: run flask rebuild.")
            continue
        if row["next_review_at"] is not None and row["next_review_at"] <= now:
            continue
        counted = concerns.rows(case, rebuilt, case.rules, [participant], now=row["computed_at"])
        if not _shows(row, counted[participant]):
            yield finding("I4", case.id, participant, "The engagement concern is not what the facts add up to.")


def _referrals(case: LockedCase, rebuilt: Snapshot, look: CaseTruth) -> Iterator[Finding]:
    wanted = list(referral_rows.referral_rows(case, rebuilt, look))
    stored = _of_case(Referral, case.id)
    for row in wanted:
        if not _shows(stored.get(row["id"]), row):
            yield finding("I4", case.id, row["id"], "The row of a referral does not show how far it has come.")
    for referral_id in sorted(stored.keys() - {row["id"] for row in wanted}):
        yield finding("I4", case.id, referral_id, "There is a row of a referral that the state does not know.")


def _support(case: LockedCase, rebuilt: Snapshot) -> Iterator[Finding]:
    wanted = list(support_rows.support_rows(case, rebuilt))
    stored = _of_case(Support, case.id)
    for row in wanted:
        if not _shows(stored.get(row["id"]), row):
            yield finding("I4", case.id, row["id"], "The row of somebody's support does not show how far it has come.")
    for support_id in sorted(stored.keys() - {row["id"] for row in wanted}):
        yield finding("I4", case.id, support_id, "There is a row of support that the state does not know.")


def what_was_told_has_its_contact(now: datetime) -> Iterator[Finding]:
    """I9: whatever counts as told names a contact that reached the person, or was carried over from another system."""
    telling = [outcome.value for outcome in ContactOutcome if outcome.tells]
    unfounded = (
        sa.select(Told.case_id, Told.id, Contact.id.label("contact"), Contact.outcome)
        .outerjoin(Contact, sa.and_(Contact.id == Told.contact_id, Contact.participant_id == Told.participant_id))
        .where(Told.void.is_(False), Told.contact_id.is_not(None))
        .where(sa.or_(Contact.id.is_(None), Contact.outcome.not_in(telling), Contact.corrected_at.is_not(None)))
        .order_by(Told.id)
    )
    elsewhere = _told_in_a_combined_case(telling)
    for row in rows(unfounded):
        if row["contact"] is None and row["id"] in elsewhere:
            continue
        words = (
            "Something counts as told by a contact of this person that is not there."
            if row["contact"] is None
            else "Something counts as told by a contact that did not reach the person, or was corrected."
        )
        yield finding("I9", row["case_id"], row["id"], words)


def _told_in_a_combined_case(telling: list[str]) -> set[str]:
    """Give what was told by a contact that stands with the same person in a case this one was combined with."""
    combined = Combined.read()
    heard, spoke = sa.orm.aliased(Participant), sa.orm.aliased(Participant)
    query = (
        sa.select(Told.id, Told.case_id, Contact.case_id.label("other"))
        .join(Contact, sa.and_(Contact.id == Told.contact_id, Contact.participant_id != Told.participant_id))
        .join(heard, heard.id == Told.participant_id)
        .join(spoke, sa.and_(spoke.id == Contact.participant_id, spoke.person_id == heard.person_id))
        .where(Contact.outcome.in_(telling), Contact.corrected_at.is_(None))
    )
    return {row["id"] for row in rows(query) if combined.together(row["case_id"], row["other"])}


def _of_case(model: Any, case_id: str) -> dict[str, Row]:
    return {row["id"]: row for row in rows(sa.select(model.__table__).where(model.case_id == case_id))}


def _shows(row: Row | None, wanted: Row, *, skip: tuple[str, ...] = ()) -> bool:
    return row is not None and all(row[name] == value for name, value in wanted.items() if name not in skip)


def _unlike(wanted: list[Any], stored: list[Any], *, by: str) -> list[str]:
    """Give what stands in one of two lists of rows only, by one of its columns."""
    names = sorted(wanted[0] if wanted else ())
    one = {tuple(row[name] for name in names): row[by] for row in wanted}
    other = {tuple(row[name] for name in names): row[by] for row in stored}
    if not wanted:
        return sorted({row[by] for row in stored})
    return sorted({one.get(key) or other[key] for key in one.keys() ^ other.keys()})
