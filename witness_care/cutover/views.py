"""Pages on which a unit imports files of people, and the administrator's page of how far each unit has come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import FileField, RadioField
from wtforms.validators import ValidationError

from witness_care import clock, database, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.cases import forms, page_queries, units
from witness_care.cutover import columns, queries, service
from witness_care.cutover.csv_file import LARGEST_FILE, MOST_ROWS_ON_A_PAGE, FileRefusedError, Refusal
from witness_care.feed import reasons
from witness_care.pages import rejected_form

blueprint = Blueprint("cutover", __name__)

MOST_REFUSALS_SHOWN = 100
FORM_AROUND_THE_FILE = 64 * 1024
FORMULA = ("=", "+", "-", "@", "\t", "\r")
KIND_WORDS = {"participants": "People", "told": "What people were told"}
REFUSED_COLUMNS = ("line", "column", "expected", "what to do")


class ImportForm(FlaskForm):
    file = FileField("File")
    unit = RadioField("Unit", choices=[], validate_choice=False)

    def validate_unit(self, field: RadioField) -> None:
        if field.data not in {choice.value for choice in field.choices or ()}:
            raise ValidationError("Choose the unit whose cases the file speaks of")


@blueprint.url_value_preprocessor
def _allow_a_whole_file(endpoint: str | None, _values: Any) -> None:
    """Before anything reads the form: only here may it be as large as a file."""
    if endpoint == "cutover.take_on" and request.method == "POST":
        request.max_content_length = LARGEST_FILE + FORM_AROUND_THE_FILE


# --- a unit's imports ----------------------------------------------------------------------------------------------


@blueprint.get("/imports")
@route_policy(permission="record_contacts")
def imports() -> str:
    return render_template("cutover/imports.html", form=_form(), **_page())


@blueprint.post("/imports")
@route_policy(permission="record_contacts", category="collection")
def take_on() -> Response | tuple[str, int]:
    form = _form()
    if not form.validate():
        return rejected_form("cutover/imports.html", form=form, **_page())
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    try:
        if not content:
            raise FileRefusedError("Choose a CSV file")
        kind = service.kind_of(content)
        unit_id = units.id_of(database.session(), form.unit.data) or ""
        with database.writing() as session:
            kept = service.take_on(
                session, content, kind, unit_id=unit_id, actor=actor(), now=clock.now(), most=MOST_ROWS_ON_A_PAGE
            )
    except FileRefusedError as problem:
        form.file.errors = [str(problem)]
        return rejected_form("cutover/imports.html", form=form, **_page())
    return redirect(url_for(".one_import", import_id=kept), 303)


@blueprint.get("/imports/<import_id>")
@route_policy(permission="record_contacts", category="consultation")
def one_import(import_id: str) -> str:
    kept = _import(import_id)
    if kept.done_at is not None:
        return _result(kept)
    seen = service.preview(kept, actor=actor(), now=clock.now())
    return render_template(
        "cutover/preview.html",
        kept=kept,
        seen=seen,
        kind=KIND_WORDS[kept.kind],
        duties=list(_duties(seen.duties)),
        most=MOST_REFUSALS_SHOWN,
    )


@blueprint.post("/imports/<import_id>")
@route_policy(permission="record_contacts", category="collection")
def confirm(import_id: str) -> Response:
    service.confirm(_import(import_id), actor=actor(), now=clock.now())
    return redirect(url_for(".one_import", import_id=import_id, _anchor="page-heading"), 303)


@blueprint.post("/imports/<import_id>/settled")
@route_policy(permission="record_contacts")
def settle(import_id: str) -> Response:
    kept = _import(import_id)
    with database.writing() as session:
        service.settle(session, kept.id, by=actor().reference, now=clock.now())
    return redirect(url_for(".one_import", import_id=import_id, settled="1", _anchor="page-heading"), 303)


@blueprint.get("/imports/<import_id>/refused.csv")
@route_policy(permission="record_contacts")
def refused(import_id: str) -> Response:
    """The refused rows, to open beside the file: line, column, reason; nothing that stood in a cell."""
    kept = _import(import_id)
    found = queries.refusals(database.session(), kept.id)
    response = Response(refused_as_csv(found), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return response


def _form() -> ImportForm:
    form = ImportForm()
    form.unit.choices = forms.choices(page_queries.units_of(database.session(), actor()))
    if form.unit.data is None and len(form.unit.choices) == 1:
        form.unit.data = form.unit.choices[0].value
    return form


def _page() -> dict[str, Any]:
    return {
        "rows": queries.imports(database.session(), actor()),
        "kinds": KIND_WORDS,
        "columns": [(KIND_WORDS[kind], found) for kind, found in columns.COLUMNS.items()],
        "most": MOST_ROWS_ON_A_PAGE,
    }


def _import(import_id: str) -> Any:
    found = queries.import_file(database.session(), actor(), import_id)
    if found is None:
        raise errors.absent()
    return found


def _result(kept: Any) -> str:
    session = database.session()
    return render_template(
        "cutover/result.html",
        kept=kept,
        kind=KIND_WORDS[kept.kind],
        refusals=queries.refusals(session, kept.id),
        waiting=queries.open_refusals(session, kept.id),
        settled=bool(request.args.get("settled")),
        most=MOST_REFUSALS_SHOWN,
    )


def _duties(counts: Mapping[tuple[str, str], int]) -> Iterable[tuple[str, int, str]]:
    for (what, topic), count in sorted(counts.items()):
        yield wording.sentence(wording.label(wording.TOPICS, topic)), count, wording.DIFFERENCES[what]


def refused_as_csv(found: Iterable[Refusal]) -> str:
    """Write refused rows as CSV; a cell that a spreadsheet would take for a formula is guarded (SEC-39)."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(REFUSED_COLUMNS)
    for each in found:
        writer.writerow([_guarded(str(cell)) for cell in (each.line, each.column, each.expected, each.do)])
    return "\ufeff" + written.getvalue()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


# --- the administrator's page --------------------------------------------------------------------------------------


@blueprint.get("/admin/cutover")
@route_policy(permission="administer")
def progress() -> str:
    return render_template(
        "cutover/progress.html",
        units=queries.progress(database.session()),
        reasons=reasons.words,
        loaded=LOADED,
        waiting=WAITING,
    )


LOADED = {
    "cases": "Cases",
    "participants": "People on them",
    "told": "Times that something told was carried over",
    "contacts": "Contacts from before the case came here",
    "imports": "Files imported",
    "rows_in": "Rows taken in",
    "rows_unchanged": "Rows that were known already",
    "rows_refused": "Rows refused",
}
WAITING = {
    "refused": "Refused rows that nobody has mended or dealt with",
    "unconfirmed": "Files that wait to be confirmed",
    "unallocated": "Cases without an officer",
    "unreachable": "People without a way to reach them that may be used",
    "undated": "Hearings without a date",
    "questions": "Questions about news that did not fit",
}
