"""Correcting a contact that was recorded wrongly: nothing is deleted, and what it told is owed again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import contact_lines, queries, service
from witness_care.contacts.forms import CorrectionForm
from witness_care.database import session
from witness_care.errors import absent

FIELDS = ("name", "contact")


@route_policy(permission="record_contacts", category="consultation")
def correct_contact(contact_id: str) -> str:
    return _page(_contact(contact_id), CorrectionForm())


@route_policy(permission="record_contacts", category="alteration")
def save_correction(contact_id: str) -> Response | tuple[str, int]:
    contact = _contact(contact_id)
    form = CorrectionForm()
    if not form.validate():
        return _page(contact, form, has_errors=True), 400
    service.correct_contact(contact.id, form.reason.data, actor=actor().reference, now=clock.now())
    page = url_for("people.person", participant_id=contact.participant_id, corrected=contact.id, _anchor="result")
    return redirect(page, code=303)


def _contact(contact_id: str) -> sa.Row:
    contact = queries.contact(session(), actor(), contact_id)
    if contact is None:
        raise absent()
    ledger.note_participants(
        [(contact.case_id, contact.participant_id, contact.role)], fields=FIELDS, category="consultation"
    )
    return contact


def _page(contact: sa.Row, form: CorrectionForm, **more: Any) -> str:
    (line,) = contact_lines.lines(session(), [contact])
    return render_template("contacts/correct.html", contact=contact, line=line, form=form, **more)
