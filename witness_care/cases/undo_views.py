"""The page on which somebody takes back an entry: what it said, what follows, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from witness_care import clock, database, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import hearing_words, journal_words, page_queries, undoing
from witness_care.cases.journal_words import Names
from witness_care.casework.dry_run import ENDS, Difference
from witness_care.support import directory

blueprint = Blueprint("undo", __name__)


class UndoForm(FlaskForm):
    reason = TextAreaField(
        "Why is it wrong?",
        validators=[
            DataRequired("Say why it is wrong"),
            Length(max=500, message="Shorten the reason to 500 characters"),
        ],
    )


@blueprint.get("/entries/<event_id>/undo")
@route_policy(permission="record_contacts", category="consultation")
def undo_page(event_id: str) -> str:
    return _page(_entry(event_id), event_id, UndoForm())


@blueprint.post("/entries/<event_id>/undo")
@route_policy(permission="record_contacts", category="alteration")
def undo_entry(event_id: str) -> Response | tuple[str, int]:
    entry = _entry(event_id)
    form = UndoForm()
    if not form.validate():
        return _page(entry, event_id, form), 400
    try:
        undoing.undo(event_id, form.reason.data or "", actor=actor(), now=clock.now())
    except undoing.CannotBeUndoneError:
        return _page(_entry(event_id), event_id, form), 409
    return redirect(url_for("cases.case", urn=entry.urn, saved="undone", _anchor="result"), 303)


def _entry(event_id: str) -> undoing.Entry:
    entry = undoing.entry_of(database.session(), actor(), event_id)
    if entry is None:
        raise errors.absent()
    return entry


def _page(entry: undoing.Entry, event_id: str, form: UndoForm) -> str:
    may = undoing.may_undo(entry, actor())
    differences = undoing.preview(event_id, actor=actor(), now=clock.now()).differences if may else ()
    names = _names(entry)
    return render_template(
        "cases/undo.html",
        entry=entry,
        event_id=event_id,
        form=form,
        may=may,
        said=[journal_words.said(row.kind, row.payload, names) for row in entry.rows],
        received_at=entry.rows[0].received_at,
        follows=[_follows(each, entry, names) for each in differences],
    )


def _names(entry: undoing.Entry) -> Names:
    session, case_id = database.session(), entry.case_id
    people = page_queries.participants(session, case_id, clock.now())
    ledger.note_participants([(case_id, person.row.id, person.row.role) for person in people], fields=("name",))
    return Names(
        people={person.row.id: person.row.name for person in people},
        defendants={row.id: row.name for row in page_queries.defendants(session, case_id)},
        offences={row.id: row.title or row.cjs_code for row in page_queries.offences(session, case_id)},
        hearings=hearing_words.names(page_queries.hearings(session, case_id)),
        services=directory.names(session, (row.payload.get("service", "") for row in entry.rows)),
    )


def _follows(difference: Difference, entry: undoing.Entry, names: Names) -> dict[str, Any]:
    """Say what would become of one duty; of another case only that something would change there."""
    if difference.case_id != entry.case_id:
        return {"words": "In another case of the same person something changes too", "due_at": None}
    what = wording.to_tell(difference.topic, difference.value, difference.told_value)
    becomes = wording.DIFFERENCES[difference.what]
    return {
        "words": f"{names.person(difference.participant_id)}: “{what[:1].lower()}{what[1:]}” {becomes}",
        "due_at": None if difference.what == ENDS else difference.due_at,
    }
