"""Says which rows go to another case with a merge, writes down what was moved, and moves the same rows back later."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.audit import ledger
from witness_care.cases.identifiers import CASE
from witness_care.cases.models import Defendant, DefendantEndpoint, Hearing, Identifier, Offence
from witness_care.casework import carrying
from witness_care.casework.models import UndoneEntry
from witness_care.columns import new_id
from witness_care.contacts.models import Contact
from witness_care.people.models import Participant
from witness_care.sealing import Plain
from workflows.combining import Merged
from workflows.events import ParticipantRecorded
from workflows.parting import Parted
from workflows.severing import Severed

RECORD = ("role", "witness_kind", "victim_kind", "enhanced", "enhanced_basis")
Moved = dict[str, Any]


def move(session: Session, merged: Merged, stays: Any, goes: Any, *, known: Sequence[str], now: datetime) -> Moved:
    """Give everything of one case to another but for what both have, and say what that was."""
    same = merged.same
    moved: Moved = {
        "known": list(known),
        "same": dict(same),
        "subjects": dict(merged.subjects),
        "participants": _ids(session, Participant, goes.id, but=same),
        "defendants": _ids(session, Defendant, goes.id, but=same),
        "hearings": _ids(session, Hearing, goes.id, but=same),
        "offences": [
            [row.id, row.defendant_id] for row in _rows(session, Offence, goes.id, "defendant_id") if row.id not in same
        ],
        "contacts": [
            [row.id, row.participant_id]
            for row in _rows(session, Contact, goes.id, "participant_id")
            if row.participant_id in same
        ],
        "identifiers": _free_names(session, stays.id, goes.id),
        "endpoints": [[row.id, row.defendant_id] for row in _rows(session, DefendantEndpoint, goes.id, "defendant_id")],
        "undone": _free_undone(session, stays.id, goes.id),
        "waiting": _waiting(session, goes.id),
        "questions": carrying.open_questions(session, goes.id),
    }
    carrying.move_prosecution(
        session,
        moved | {"offences": [(offence, same.get(whose, whose)) for offence, whose in moved["offences"]]},
        stays.id,
    )
    carrying.move_people(session, moved["participants"], stays.id, stays.officer_id)
    carrying.move_contacts(session, {contact: same[whose] for contact, whose in moved["contacts"]}, stays.id)
    carrying.move_names(session, [(row, same.get(target, target)) for row, target in moved["identifiers"]], stays.id)
    carrying.move_endpoints(session, [(row, same.get(whose, whose)) for row, whose in moved["endpoints"]], stays.id)
    carrying.move_undone(session, moved["undone"], stays.id)
    carrying.drop_results(session, (stays.id, goes.id))
    _move_waiting(session, moved["waiting"], stays.id)
    _keep_notes(session, stays.id, goes.id, same)
    moved["united"] = _unite(session, merged.united, merged.united.keys() - {each.participant for each in merged.left})
    moved["left"] = _leave(session, goes.id, now)
    return moved


def move_apart(session: Session, severed: Severed, case: Any, new_case: str, *, now: datetime) -> list[str]:
    """Give what goes with a split to the new case, and copy what stands in both; give the people who go."""
    prosecution: dict[str, Any] = {
        "defendants": sorted(severed.goes["defendant"]),
        "hearings": sorted(severed.goes["hearing"]),
        "offences": _with_defendants(session, severed.goes["offence"]),
    }
    going = sorted(severed.goes["participant"])
    carrying.move_prosecution(session, prosecution, new_case)
    carrying.move_people(session, going, new_case, case.officer_id)
    carrying.move_names(session, _names_of(session, case.id, _targets(prosecution, going)), new_case)
    seen = _rows(session, DefendantEndpoint, case.id, "defendant_id")
    theirs = [(row.id, row.defendant_id) for row in seen if row.defendant_id in prosecution["defendants"]]
    carrying.move_endpoints(session, theirs, new_case)
    carrying.drop_results(session, (case.id, new_case))
    _copy_to_both(session, severed.both, case.id, new_case, now=now)
    return going


def _copy_to_both(
    session: Session, both: Mapping[str, Mapping[str, str]], from_case: str, to_case: str, *, now: datetime
) -> None:
    """Let people stand in another case as well, and let it know them and hearings by the names they have."""
    names = {old: new for kind in both.values() for old, new in kind.items()}
    _copy(session, Participant, Participant.id.in_(both["participant"]), names, to_case, created_at=now)
    named = sa.and_(Identifier.case_id == from_case, Identifier.target_id.in_(sorted(names)), Identifier.kind != CASE)
    _copy(session, Identifier, named, names, to_case, created_at=now)


def _copy(session: Session, model: Any, which: Any, names: Mapping[str, str], case_id: str, **values: Any) -> None:
    """Add rows like these to another case, in the names of that case."""
    rows = [dict(row) for row in session.execute(sa.select(model.__table__).where(which)).mappings()]
    for row in rows:
        row |= {"id": names.get(row["id"]) or new_id(), "case_id": case_id, **values}
        if "target_id" in row:
            row["target_id"] = names[row["target_id"]]
    if rows:
        session.execute(sa.insert(model.__table__), rows)


def keep_notes_of_both(session: Session, hearings: Mapping[str, str]) -> None:
    """Let the court's words on a hearing that stands in both cases stand beside both."""
    for old, new in hearings.items():
        hearing, twin = session.get(Hearing, old), session.get(Hearing, new)
        if hearing is not None and twin is not None and hearing.adjournment_note is not None:
            twin.adjournment_note = Plain(hearing.adjournment_note.open(old), new)
    session.flush()


def move_back(
    session: Session, moved: Mapping[str, Any], parted: Parted, stays: Any, goes: Any, *, now: datetime
) -> list[str]:
    """Give back what was moved, and what came meanwhile and is the other case's alone; give whom that concerns."""
    new = parted.goes
    prosecution = {
        "defendants": [*moved["defendants"], *sorted(new["defendant"])],
        "hearings": [*moved["hearings"], *sorted(new["hearing"])],
        "offences": [*moved["offences"], *_with_defendants(session, new["offence"])],
    }
    people = [*moved["participants"], *sorted(new["participant"])]
    carrying.move_prosecution(session, prosecution, goes.id)
    carrying.move_people(session, people, goes.id, goes.officer_id)
    carrying.move_contacts(session, dict(moved["contacts"]), goes.id)
    carrying.move_names(session, moved["identifiers"], goes.id)
    carrying.move_names(session, _names_of(session, stays.id, _targets(prosecution, people)), goes.id)
    carrying.move_endpoints(session, moved["endpoints"], goes.id)
    later = _rows(session, DefendantEndpoint, stays.id, "defendant_id")
    theirs = [(row.id, row.defendant_id) for row in later if row.defendant_id in prosecution["defendants"]]
    carrying.move_endpoints(session, theirs, goes.id)
    carrying.move_undone(session, moved["undone"], goes.id)
    carrying.drop_results(session, (stays.id, goes.id))
    _move_waiting(session, moved["waiting"], goes.id)
    _part(session, moved["united"])
    _copy_to_both(session, parted.both, stays.id, goes.id, now=now)
    _set_left(session, moved["left"], None)
    return people


def subjects(session: Session, case_id: str) -> list[tuple[str, Any]]:
    """Give everybody in a case, as the personal-data log names them."""
    rows = session.execute(sa.select(Participant.id, Participant.role).where(Participant.case_id == case_id))
    return [(row.id, ledger.category_of_role(row.role)) for row in rows]


# --- which rows ---------------------------------------------------------------------------------------------------


def _rows(session: Session, model: Any, case_id: str, *names: str) -> Sequence[Any]:
    columns = (model.id, *(getattr(model, name) for name in names))
    return session.execute(sa.select(*columns).where(model.case_id == case_id).order_by(model.id)).all()


def _ids(session: Session, model: Any, case_id: str, *, but: Collection[str]) -> list[str]:
    return [row.id for row in _rows(session, model, case_id) if row.id not in but]


def _free_names(session: Session, stays: str, goes: str) -> list[list[str]]:
    """Give the names of a case that the other one has not: a name of both already means the row that stays."""
    names = ("namespace", "kind", "value", "target_id")
    held = {(row.namespace, row.kind, row.value) for row in _rows(session, Identifier, stays, *names)}
    return [
        [row.id, row.target_id]
        for row in _rows(session, Identifier, goes, *names)
        if (row.namespace, row.kind, row.value) not in held
    ]


def _names_of(session: Session, case_id: str, targets: Collection[str]) -> list[tuple[str, str]]:
    rows = _rows(session, Identifier, case_id, "kind", "target_id")
    return [(row.id, row.target_id) for row in rows if row.kind != CASE and row.target_id in targets]


def _targets(prosecution: Mapping[str, Any], people: Sequence[str]) -> set[str]:
    offences = (offence for offence, _ in prosecution["offences"])
    return {*prosecution["defendants"], *prosecution["hearings"], *offences, *people}


def _with_defendants(session: Session, offences: Collection[str]) -> list[list[str]]:
    query = sa.select(Offence.id, Offence.defendant_id).where(Offence.id.in_(sorted(offences)))
    return [[row.id, row.defendant_id] for row in session.execute(query.order_by(Offence.id))]


def _free_undone(session: Session, stays: str, goes: str) -> list[str]:
    held = {row.message_id for row in _rows(session, UndoneEntry, stays, "message_id")}
    return [row.id for row in _rows(session, UndoneEntry, goes, "message_id") if row.message_id not in held]


def _waiting(session: Session, case_id: str) -> list[str]:
    from witness_care.feed.models import FeedPart  # the inbox itself builds on cases

    return [row.id for row in _rows(session, FeedPart, case_id)]


def _move_waiting(session: Session, parts: Sequence[str], case_id: str) -> None:
    from witness_care.feed.models import FeedPart

    session.execute(
        sa.update(FeedPart).where(FeedPart.id.in_(parts)).values(case_id=case_id),
        execution_options={"synchronize_session": False},
    )


def _keep_notes(session: Session, stays: str, goes: str, same: Mapping[str, str]) -> None:
    """Let the court's words on a hearing that both have stand beside the one that stays, where it has none."""
    noted = sa.select(Hearing).where(Hearing.case_id == goes, Hearing.adjournment_note.is_not(None))
    for hearing in session.scalars(noted).all():
        twin = session.get(Hearing, same.get(hearing.id, ""))
        if twin is not None and twin.adjournment_note is None:
            twin.adjournment_note = Plain(hearing.adjournment_note.open(hearing.id), twin.id)
    session.flush()


# --- people who are in both ---------------------------------------------------------------------------------------


def _unite(session: Session, united: Mapping[str, ParticipantRecorded], here: Collection[str]) -> dict[str, Any]:
    """Write the stricter of both records on the participant who stays; give what stood there, and what stands now."""
    found: dict[str, Any] = {}
    for participant_id, record in united.items():
        row = session.get(Participant, participant_id)
        if row is None:
            continue
        before = {name: getattr(row, name) for name in RECORD}
        left_at = row.left_at
        row.role, row.witness_kind, row.enhanced = record.role.value, record.witness_kind.value, record.enhanced.value
        row.victim_kind, row.enhanced_basis = record.victim_kind.value, list(record.enhanced_basis)
        if participant_id in here:  # who left one of the two cases is in the one they become
            row.left_at = None
        found[participant_id] = {"before": before, "after": {name: getattr(row, name) for name in RECORD}}
        if left_at is not None and row.left_at is None:
            found[participant_id]["left_at"] = left_at.isoformat()
    session.flush()
    return found


def _part(session: Session, united: Mapping[str, Any]) -> None:
    """Put the record of before back where nobody has changed it meanwhile."""
    for participant_id, record in united.items():
        row = session.get(Participant, participant_id)
        if row is not None and row.left_at is None and "left_at" in record:
            row.left_at = datetime.fromisoformat(record["left_at"])
        # A merge keeps the names that a record had when it was made.
        if row is not None and all(getattr(row, name) == held for name, held in record["after"].items()):
            for name, held in record["before"].items():
                setattr(row, name, held)
    session.flush()


def _leave(session: Session, case_id: str, now: datetime) -> list[str]:
    """Let those who are in both stand on the lists once."""
    here = Participant.case_id == case_id, Participant.left_at.is_(None)
    left = list(session.scalars(sa.select(Participant.id).where(*here).order_by(Participant.id)))
    _set_left(session, left, now)
    return left


def _set_left(session: Session, participants: Sequence[str], left_at: datetime | None) -> None:
    session.execute(
        sa.update(Participant).where(Participant.id.in_(participants)).values(left_at=left_at),
        execution_options={"synchronize_session": False},
    )
