"""Says who is at risk, and which changes of how they are reached wait for a second person (security.md SEC-26).

At risk is whoever has a concern for their safety that is not resolved, domestic abuse among their grounds for enhanced
rights, or any number or address that was ever unsafe: in any of their cases, in any unit. A ground that was taken away
counts until a second person has agreed to that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from witness_care.engagement.models import Concern
from witness_care.people.endpoints import ADDRESS, EMAIL, PHONE
from witness_care.people.models import ContactPoint, Participant, Person, SafetyChange
from witness_care.people.windows import read_window
from workflows import safety_changes
from workflows.safe_contact import Endpoint

WAITING, CONFIRMED, REJECTED, REPLACED = "waiting", "confirmed", "rejected", "replaced"
PERSON, RISK = "person", "risk"  # what a change reaches that is about no number or address
ANSWERS = ("allowed", "voicemail", "may_identify_us")
# A document is searched as text: the two databases read into one in different ways, and both write its codes quoted.
DOMESTIC_ABUSE, SAFETY_CONCERN = '"DOMESTIC_ABUSE"', '"SAFETY_CONCERN"'


def is_ground(grounds: Collection[str]) -> bool:
    """Say whether these grounds for enhanced rights put somebody at risk."""
    return DOMESTIC_ABUSE.strip('"') in grounds


def _names(document: Any, code: str) -> Any:
    return sa.cast(document, sa.Text).contains(code)


_LATER = aliased(SafetyChange)
_RISK_IS_NOT_OVER = (
    sa.select(SafetyChange.id)
    .where(
        SafetyChange.person_id == Person.id,
        SafetyChange.reaches == RISK,
        SafetyChange.state.in_((WAITING, REJECTED)),
        ~sa.select(_LATER.id)
        .where(
            _LATER.person_id == SafetyChange.person_id,
            _LATER.reaches == RISK,
            _LATER.state == CONFIRMED,
            _LATER.proposed_at > SafetyChange.proposed_at,
        )
        .correlate(SafetyChange)
        .exists(),
    )
    .correlate(Person)
    .exists()
)
HAS_WAITING = (
    sa.select(SafetyChange.id)
    .where(SafetyChange.person_id == Person.id, SafetyChange.state == WAITING)
    .correlate(Person)
    .exists()
)
IS_AT_RISK = sa.or_(
    _RISK_IS_NOT_OVER,
    sa.select(ContactPoint.id)
    .where(ContactPoint.person_id == Person.id, ContactPoint.unsafe_since.is_not(None))
    .correlate(Person)
    .exists(),
    sa.select(Participant.id)
    .outerjoin(Concern, Concern.participant_id == Participant.id)
    .where(
        Participant.person_id == Person.id,
        sa.or_(
            _names(Participant.enhanced_basis, DOMESTIC_ABUSE),
            _names(Concern.reasons, SAFETY_CONCERN),
        ),
    )
    .correlate(Person)
    .exists(),
)

# What reaches a person in the same way as a change that waits is used neither in its old form nor in its new one.
IS_ON_HOLD = (
    sa.select(SafetyChange.id)
    .where(
        SafetyChange.person_id == ContactPoint.person_id,
        SafetyChange.state == WAITING,
        SafetyChange.reaches
        == sa.case((ContactPoint.kind == "email", EMAIL), (ContactPoint.kind == "address", ADDRESS), else_=PHONE),
    )
    .correlate(ContactPoint)
    .exists()
)


def waiting(session: Session, person_ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    """Give the changes that wait, by person; nothing is read when nobody is asked about."""
    if not person_ids:
        return {}
    columns = (SafetyChange.id, SafetyChange.person_id, SafetyChange.blind_index, SafetyChange.reaches)
    query = sa.select(*columns, SafetyChange.wanted).where(
        SafetyChange.person_id.in_(sorted(person_ids)), SafetyChange.state == WAITING
    )
    found: dict[str, list[Any]] = {}
    for row in session.execute(query.order_by(SafetyChange.proposed_at, SafetyChange.id)):
        found.setdefault(row.person_id, []).append(row)
    return found


def widened(before: Any, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what a row to be written would widen. `before` is the contact point as held; None: the way is new."""
    if before is None:
        return safety_changes.widens(None, _endpoint({}, row))
    held = {name: getattr(before, name) for name in (*ANSWERS, "windows", "unsafe_since", "withdrawn_at", "kind")}
    return safety_changes.widens(_endpoint({}, held), _endpoint(held, row))


def _endpoint(held: Mapping[str, Any], changed: Mapping[str, Any]) -> Endpoint:
    row = {**held, **changed}
    return Endpoint(
        id="",
        kind=row["kind"],
        **{name: row[name] for name in ANSWERS},
        windows=tuple(read_window(window) for window in row["windows"] or ()),
        unsafe=row["unsafe_since"] is not None,
        withdrawn=row["withdrawn_at"] is not None,
    )
