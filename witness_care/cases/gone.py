"""Keeps a document from meaning somebody else than its sender means, once a case was split or merged.

It sends what is about defendants or people who were given a case of their own to the number of that case, and refuses,
under the number of a case that was merged, an id that means somebody else in the case it is part of.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from witness_care.cases.document import CaseGiven
from witness_care.cases.held import HeldCase
from witness_care.cases.identifiers import ASN, COURT, DEFENDANT, OFFENCE, PARTICIPANT, IdBook
from witness_care.cases.kin import Kin
from witness_care.cases.models import CourtCase, Identifier
from witness_care.cases.refusal import NotAcceptedError

Name = tuple[str, str, str]


def refuse_who_went(session: Session, given: CaseGiven, held: HeldCase, book: IdBook) -> None:
    """Refuse to take somebody on again who went to another case when this one was split.

    A program that has not heard of the split still names them here; silently, the old case would tell its people of
    somebody they have nothing to do with any more. Reads nothing when everybody in the document is known here. Raises
    NotAcceptedError, which names the number of the other case.
    """
    unknown = {} if held.is_new else dict(_unknown(given, book))
    if not unknown:
        return
    rows = session.execute(
        sa.select(Identifier.namespace, Identifier.kind, Identifier.value, CourtCase.urn)
        .join(CourtCase, CourtCase.id == Identifier.case_id)
        .where(
            CourtCase.id.in_(sorted(Kin.read(session).of([held.id]))),
            # In a case that theirs was merged with, the program's own ids may mean others.
            sa.or_(CourtCase.split_from.is_not(None), Identifier.namespace.in_((COURT, ASN))),
            sa.tuple_(Identifier.namespace, Identifier.kind, Identifier.value).in_(sorted(unknown)),
        )
    )
    went = {(row.namespace, row.kind, row.value): row.urn for row in rows}
    for name, (where, received) in unknown.items():
        if name in went:
            raise NotAcceptedError(
                where,
                expected="somebody who is in this case",
                received=received,
                do=f"They were given a case of their own. Send them under its number, {went[name]}.",
            )


def refuse_somebody_else(session: Session, given: CaseGiven, held: HeldCase, book: IdBook) -> None:
    """Refuse an id that two merged cases each gave to somebody, in a document under the number of the merged one.

    A program counts its ids anew in every case, so both may have a "P1". Taken as the other case's, this one would get
    their name and numbers. Reads nothing for a document under the number that the case has now.

    Raises NotAcceptedError.
    """
    if held.is_new or given.urn == held.urn:
        return
    named = {(kind, value): where for kind, value, where in _named(given)}
    ours = {*held.defendants, *held.offences, *held.participants}
    left_behind = session.execute(
        sa.select(Identifier.kind, Identifier.value, Identifier.target_id)
        .join(CourtCase, CourtCase.id == Identifier.case_id)
        .where(
            CourtCase.merged_into.is_not(None),
            Identifier.namespace == book.namespace,
            sa.tuple_(Identifier.kind, Identifier.value).in_(sorted(named)),
        )
        .order_by(Identifier.kind, Identifier.value)
    )
    for row in left_behind:
        if row.target_id in ours and book.find(row.kind, row.value) != row.target_id:
            raise NotAcceptedError(
                named[row.kind, row.value],
                expected=f"an id that means one {row.kind} in this case",
                received=row.value,
                do=f"This case is part of {held.urn}, where another {row.kind} has this id. Send them under that "
                f"number, by the id that this service gives them: {row.target_id}.",
            )


def _named(given: CaseGiven) -> Iterator[tuple[str, str, str]]:
    for position, defendant in enumerate(given.defendants):
        yield DEFENDANT, defendant.id, f"/defendants/{position}"
        for number, offence in enumerate(defendant.offences):
            yield OFFENCE, offence.id, f"/defendants/{position}/offences/{number}"
    for position, participant in enumerate(given.participants):
        yield PARTICIPANT, participant.id, f"/participants/{position}"


def _unknown(given: CaseGiven, book: IdBook) -> Iterator[tuple[Name, tuple[str, str]]]:
    """Give every name of those whom nobody here is called by, with where it stands and the id that came."""
    for position, defendant in enumerate(given.defendants):
        if book.find(DEFENDANT, defendant.id) is None:
            where = f"/defendants/{position}"
            for namespace in (book.namespace, COURT):
                yield (namespace, DEFENDANT, defendant.id), (where, defendant.id)
            for other in defendant.identifiers:
                yield (other.namespace, DEFENDANT, other.id), (where, defendant.id)
            if defendant.arrest_summons_number:
                yield (ASN, DEFENDANT, defendant.arrest_summons_number), (where, defendant.id)
    for position, participant in enumerate(given.participants):
        if book.find(PARTICIPANT, participant.id) is None:
            yield (book.namespace, PARTICIPANT, participant.id), (f"/participants/{position}", participant.id)
