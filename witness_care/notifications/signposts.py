"""Gives the links to support that go with a message to one person, from the case as it stands now."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.models import CourtCase
from witness_care.notifications.rendering import ENGLISH, Value, placeholders_in
from witness_care.people.models import Participant
from workflows import signposting, snapshot
from workflows.decide import case_truth
from workflows.signposting import LinkSet

LINE, LINKS = "support_line", "support_links"


def sets_of(session: Session, participant_id: str) -> tuple[LinkSet, ...]:
    """Give the sets of links for somebody; the caller has made sure that they may be seen."""
    query = sa.select(CourtCase.state).join(Participant, Participant.case_id == CourtCase.id)
    state = session.scalar(query.where(Participant.id == participant_id))
    if not state:
        return signposting.shipped().sets_for((), ())
    case = snapshot.load(state)
    return signposting.sets_of(case, participant_id, case_truth(case))


def values_for(session: Session, participant_id: str, language: str, *texts: str | None) -> dict[str, Value]:
    """Give what these words ask for: the links of this person, the one of a text; in English alone as yet."""
    asked = placeholders_in(*texts)
    pack = signposting.shipped()
    found: dict[str, Value] = {}
    if language != ENGLISH:
        return found
    if LINE in asked:
        found[LINE] = f"{pack.for_a_text.name}, {pack.for_a_text.phone}"
    if LINKS in asked:
        found[LINKS] = tuple(link.line for link in pack.links_of(sets_of(session, participant_id)))
    return found
