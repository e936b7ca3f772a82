"""The referral as a file: the least that the probation service needs to reach a victim safely, and nothing more.

docs/victim-contact-scheme.md describes every field. The checklist says, before it is sent, what of it is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.accounts.models import AppUser, Unit
from witness_care.cases.models import CourtCase, Defendant, Offence
from witness_care.people import page_queries, reach
from witness_care.people.models import Participant
from witness_care.people.page_queries import Who
from witness_care.referrals.queries import SchemeOf
from witness_care.referrals.service import row_of

FORMAT = "victim-contact-scheme-referral/1"
RECIPIENT = "Probation service, Victim Contact Scheme"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist before a referral is sent."""

    words: str
    done: bool


def checklist(session: Session, who: Who, now: datetime) -> tuple[Item, ...]:
    """Say what is there to refer somebody safely, and what is still missing."""
    points = session.execute(reach.points_of([who.row.person_id])).all()
    usable = reach.reach_of(who.row, points, now).usable
    offences = session.execute(
        sa.select(Offence.cjs_code).where(Offence.case_id == who.row.case_id, Offence.removed_at.is_(None))
    ).all()
    return (
        Item("A phone number that may be used, or the way they want to be reached", bool(usable)),
        Item("Safe contact was confirmed with them", who.row.safe_contact_confirmed_at is not None),
        Item("Enhanced rights are decided", who.row.enhanced != "not_asked"),
        Item("The code of every offence is recorded", bool(offences) and all(row.cjs_code for row in offences)),
    )


def referral_document(session: Session, who: Who, about: SchemeOf, now: datetime) -> dict[str, Any]:
    """Give the referral of one victim because of one defendant. Only numbers that may be used are in it."""
    case = session.execute(
        sa.select(CourtCase.urn, Unit.name.label("unit"), AppUser.display_name.label("officer"))
        .join(Unit, Unit.id == CourtCase.unit_id)
        .outerjoin(AppUser, AppUser.id == CourtCase.officer_id)
        .where(CourtCase.id == who.row.case_id)
    ).one()
    defendant = session.execute(
        sa.select(Defendant.name, Defendant.date_of_birth).where(Defendant.id == about.defendant_id)
    ).one()
    grounds = session.scalar(sa.select(Participant.enhanced_basis).where(Participant.id == who.id))
    return {
        "format": FORMAT,
        "referral": row_of(who.id, about.defendant_id),
        "made_at": now.isoformat(),
        "from": {"unit": case.unit, "officer": case.officer, "urn": case.urn},
        "victim": {
            "name": who.name,
            "language": who.language,
            "enhanced": who.row.enhanced,
            "enhanced_basis": list(grounds or ()),
            "phones": _phones(session, who, now),
            "has_representative": bool(who.row.has_representative),
            "told_of_referral": about.told.value,
            "objects_to_referral": about.objects.value,
        },
        "offender": {
            "name": defendant.name,
            "date_of_birth": defendant.date_of_birth.isoformat() if defendant.date_of_birth else None,
        },
        "eligibility": {
            "result": about.result,
            "reasons": list(about.reasons),
            "sentences": [
                {
                    "offence": line.offence,
                    "sentence": line.sentence,
                    "sentenced_on": line.judged.sentenced_on.isoformat() if line.judged.sentenced_on else None,
                }
                for line in about.lines
                if line.judged.result.value == about.result
            ],
        },
        "send_by": about.duty.due_at.isoformat() if about.duty else None,
    }


def _phones(session: Session, who: Who, now: datetime) -> list[dict[str, Any]]:
    points = session.execute(reach.points_of([who.row.person_id], sealed_too=True)).all()
    usable = reach.reach_of(who.row, points, now).usable
    by_id = {point.id: point for point in points}
    return [
        {
            "number": phone.number,
            "kind": phone.way.kind,
            "when": phone.way.words,
            "voicemail": by_id[phone.way.point_id].voicemail,
            "may_identify_us": by_id[phone.way.point_id].may_identify_us,
        }
        for phone in page_queries.phones(usable, points)
    ]
