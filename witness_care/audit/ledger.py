"""Notes, during a request, whose data is read or changed, and writes it down before the answer leaves.

Changes are written in the very transaction that makes them. What was read is written in a transaction of its own, after
the page is made and before it is sent: when that fails, nothing is sent but "try again".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request

from witness_care import clock, database, errors, sealing
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import RoutePolicy
from witness_care.audit.models import Category, PersonalDataEntry, SubjectCategory
from witness_care.faultpoints import Work
from witness_care.structured_log import describe, log, request_id

CHANGES = frozenset({Category.COLLECTION, Category.ALTERATION, Category.COMBINATION, Category.ERASURE})
SEALED_WITHOUT_SUBJECT = "unattributed"


@dataclass(slots=True)
class Note:
    """One row in the making: everybody seen in one case in one way."""

    category: Category
    case_id: str | None
    reason_code: str | None = None
    reason: str | None = None
    recipient: str | None = None
    outcome: str = "done"
    subjects: dict[str, SubjectCategory] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    rows: int | None = None


@dataclass(slots=True)
class Ledger:
    """What one request has noted and not yet written, and which sealed columns it opened."""

    notes: list[Note] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)
    closed: bool = False


def init_app(app: Flask) -> None:
    sealing.when_opened(app, _sealed_was_opened)
    database.before_commit(app, _write_changes)
    database.when_undone(app, _forget_changes)
    app.after_request(_write_before_the_answer)


def note(
    category: Category | str | None = None,
    *,
    case_id: str | None = None,
    subjects: Iterable[tuple[str, SubjectCategory | str]] = (),
    fields: Sequence[str] | str = (),
    reason_code: str | None = None,
    reason: str | None = None,
    recipient: str | None = None,
    row_count: int | None = None,
    outcome: str = "done",
) -> None:
    """Note whose data this request handles: participants' ids with what each is to the case, and groups of fields.

    Without a category it is the one that the route declares. Notes that differ only in subjects and fields become one
    row. Outside a request (a job, a command) they are written with the unit of work that is open.
    """
    ledger = _ledger()
    kind = Category(category) if category else _category_of_route()
    if kind is Category.DISCLOSURE and not recipient:
        raise ValueError("Expected a recipient of what is disclosed; none was named. Say who receives it.")
    if ledger.closed:
        raise RuntimeError("Expected every note before the answer is made; this one came after it. Note it earlier.")
    entry = _matching(
        ledger,
        Note(
            category=kind,
            case_id=case_id,
            reason_code=reason_code,
            reason=reason,
            recipient=recipient,
            outcome=outcome,
        ),
    )
    entry.subjects |= {subject: SubjectCategory(what) for subject, what in subjects}
    entry.fields |= {fields} if isinstance(fields, str) else set(fields)
    entry.rows = row_count if row_count is not None else entry.rows


def note_participants(
    rows: Iterable[tuple[str, str, str]], *, fields: Sequence[str] | str, category: Category | str | None = None
) -> None:
    """Note each row of a list that shows a name: (case id, participant id, role in the case)."""
    for case_id, participant_id, role in rows:
        note(category, case_id=case_id, subjects=[(participant_id, category_of_role(role))], fields=fields)


def category_of_role(role: str) -> SubjectCategory:
    """What the law calls somebody with this role; a victim who is also a witness is a victim."""
    return {"victim": SubjectCategory.VICTIM, "both": SubjectCategory.VICTIM, "witness": SubjectCategory.WITNESS}.get(
        role, SubjectCategory.OTHER
    )


def _ledger() -> Ledger:
    if "ledger" not in g:
        g.ledger = Ledger()
    return g.ledger


def _matching(ledger: Ledger, wanted: Note) -> Note:
    """The note that differs in nothing but subjects and fields, else the wanted one, now kept."""
    for kept in ledger.notes:
        if _key(kept) == _key(wanted):
            return kept
    ledger.notes.append(wanted)
    return wanted


def _key(entry: Note) -> tuple[Any, ...]:
    return (entry.category, entry.case_id, entry.reason_code, entry.reason, entry.recipient, entry.outcome)


def _category_of_route() -> Category:
    policy: RoutePolicy | None = g.get("route_policy")
    return (policy.category if policy else None) or Category.CONSULTATION


def _sealed_was_opened(column: str, _row_id: str) -> None:
    """A job that opens a value on the service's own account shows it to nobody; a request does."""
    if not has_request_context():
        return
    ledger = _ledger()
    if ledger.closed:
        raise RuntimeError(
            "Expected sealed values to be opened before the answer is made; this one was opened after it."
        )
    ledger.opened.add(column)


def _write_changes() -> None:
    """Inside a unit of work, before it commits: write the changes, and in a job everything."""
    ledger = _ledger()
    ready = [entry for entry in ledger.notes if entry.category in CHANGES or not has_request_context()]
    _insert(ledger, ready, opened=set())


def _forget_changes() -> None:
    """The unit of work was undone, so nothing was changed; what a request read was read all the same."""
    ledger = _ledger()
    ledger.notes = [entry for entry in ledger.notes if entry.category not in CHANGES and has_request_context()]


def _write_before_the_answer(response: Response) -> Response:
    """Write what is left and let the answer go; if it cannot be written, nobody is told anything."""
    ledger = _ledger()
    if ledger.closed:
        return response
    ledger.closed = True
    if not ledger.notes and not ledger.opened:
        return response
    try:
        with database.writing(Work.LOG_READING):
            _insert(ledger, list(ledger.notes) or _unattributed(ledger), opened=ledger.opened)
    except Exception as error:
        log.error("personal_data_log_not_written", **describe(error))
        response.close()
        return errors.not_available()
    return response


def _unattributed(ledger: Ledger) -> list[Note]:
    """Sealed values were opened and nobody noted whose: that is written too, for the auditor to find."""
    if not ledger.opened:
        return []
    log.error("sealed_value_without_subject", count=len(ledger.opened))
    return [Note(category=_category_of_route(), case_id=None, outcome=SEALED_WITHOUT_SUBJECT)]


def _insert(ledger: Ledger, entries: list[Note], *, opened: set[str]) -> None:
    if not entries:
        return
    database.session().execute(sa.insert(PersonalDataEntry), [_row(entry, opened) for entry in entries])
    ledger.notes = [kept for kept in ledger.notes if kept not in entries]


def _row(entry: Note, opened: set[str]) -> dict[str, Any]:
    acting = actor()
    in_request = has_request_context()
    return {
        "at": clock.now(),
        "category": entry.category,
        "actor_type": acting.kind,
        "actor_id": acting.id,
        "role": acting.role.value if acting.role else None,
        "unit_id": acting.unit_ids[0] if len(acting.unit_ids) == 1 else None,
        "session_hash": acting.session_hash,
        "ip": request.remote_addr if in_request else None,
        "request_id": request_id(),
        "route": request.url_rule.rule if in_request and request.url_rule else "",
        "case_id": entry.case_id,
        "subjects": [{"participant": subject, "category": what} for subject, what in sorted(entry.subjects.items())],
        "field_groups": sorted(entry.fields | opened),
        "reason_code": entry.reason_code,
        "reason": entry.reason,
        "recipient": entry.recipient,
        "break_glass_id": None,
        "row_count": entry.rows if entry.rows is not None else len(entry.subjects),
        "outcome": entry.outcome,
    }
