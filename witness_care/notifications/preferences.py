"""Reads the way in which somebody chose to be told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.people.models import Person

NOT_ASKED = "not_asked"


def chosen_channel(person: Any) -> str:
    """Give the channel a person chose: "call", "text", "email" or "letter"; "not_asked" when nobody has asked."""
    return getattr(person, "chosen_channel", None) or NOT_ASKED


def chosen_channel_of(session: Session, person_id: str) -> str:
    return chosen_channel(session.execute(sa.select(Person).where(Person.id == person_id)).scalar_one_or_none())
