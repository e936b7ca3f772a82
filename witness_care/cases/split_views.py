"""The pages on which a supervisor gives defendants of a case a case of their own, and takes that back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from werkzeug import Response

from witness_care import clock, database, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.audit.models import SubjectCategory
from witness_care.cases import merging, page_queries, splitting
from witness_care.cases.combine_forms import SplitForm, UnsplitForm
from witness_care.cases.combine_views import case_or_absent, follows, names_of, reason_of, saved_at
from witness_care.cases.merging import CannotBeMergedError
from witness_care.cases.splitting import CannotBeSplitError
from witness_care.cases.urn import normalise_urn
from witness_care.pages import rejected_form

blueprint = Blueprint("split", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/cases/<urn>/split")
@route_policy(permission="combine_cases", category="consultation")
def split_page(urn: str) -> Answer:
    """Ask who goes, and to which number; once that is said, show what would follow."""
    case = case_or_absent(urn)
    form = _form(case)
    if "urn" not in request.args:
        return render_template("cases/split.html", form=form, case=case, preview=None)
    form.urn.data = request.args["urn"][:20]
    form.defendants.data = request.args.getlist("defendants")
    return _with_preview(case, form)


@blueprint.post("/cases/<urn>/split")
@route_policy(permission="combine_cases", category="combination")
def split(urn: str) -> Answer:
    case = case_or_absent(urn)
    form = _form(case)
    if not form.validate():
        return _with_preview(case, form, status=400)
    new_urn = normalise_urn(form.urn.data or "") or ""
    try:
        splitting.split(
            case.urn, form.defendants.data or [], new_urn, form.reason.data or "", actor=actor(), now=clock.now()
        )
    except CannotBeSplitError as refused:
        return _refused(case, form, refused)
    return saved_at(new_urn)


@blueprint.route("/splits/<split_id>/undo", methods=["GET", "POST"])
@route_policy(permission="combine_cases", category="combination")
def undo_split(split_id: str) -> Answer:
    session, form = database.session(), UnsplitForm()
    found = merging.combination_of(session, actor(), split_id)
    if found is None or found.kind != merging.SPLIT:
        raise errors.absent()
    urns = page_queries.numbers_of(session, (found.case_id, found.other_case_id))
    shown: dict[str, Any] = {"form": form, "urns": urns, "done_at": found.done_at, "split_id": split_id}
    shown["reason"] = reason_of(found)
    try:
        if form.is_submitted() and form.validate():
            urn = splitting.take_back(split_id, form.reason.data or "", actor=actor(), now=clock.now())
            return saved_at(urn)
        preview = splitting.preview_back(split_id, actor=actor(), now=clock.now())
    except CannotBeMergedError as refused:
        return render_template("cases/unsplit.html", **shown, why_not=refused.words), 409
    shown |= {"follows": follows(preview.differences), "united": names_of(preview.united), "why_not": ""}
    if form.is_submitted():
        return rejected_form("cases/unsplit.html", **shown)
    return render_template("cases/unsplit.html", **shown)


def _form(case: sa.Row) -> SplitForm:
    form, defendants = SplitForm(), page_queries.defendants(database.session(), case.id)
    form.defendants.choices = [(row.id, row.name) for row in defendants]
    suspects = [(row.id, SubjectCategory.SUSPECT) for row in defendants]
    ledger.note(case_id=case.id, subjects=suspects, fields=("defendant's name",))
    return form


def _with_preview(case: sa.Row, form: SplitForm, *, status: int = 200) -> Answer:
    new_urn = normalise_urn(form.urn.data or "")
    if new_urn is None:
        form.urn.errors = ["Enter the URN as 5 to 20 letters and figures, for example 42AB1234526"]
        return rejected_form("cases/split.html", form=form, case=case, preview=None)
    try:
        preview = splitting.preview(case.urn, form.defendants.data or [], new_urn, actor=actor(), now=clock.now())
    except CannotBeSplitError as refused:
        return _refused(case, form, refused)
    shown = {
        "form": form,
        "case": case,
        "preview": preview,
        "new_urn": new_urn,
        "chosen": sorted(name for row, name in form.defendants.choices if row in form.defendants.data),
        "going": names_of(preview.going),
        "in_both": names_of(preview.in_both),
        "follows": follows(preview.differences),
    }
    return render_template("cases/split.html", **shown) if status == 200 else rejected_form("cases/split.html", **shown)


def _refused(case: sa.Row, form: SplitForm, refused: CannotBeSplitError) -> Answer:
    field = form.urn if refused.words == splitting.TAKEN else form.defendants
    field.errors = [refused.words]
    return rejected_form("cases/split.html", form=form, case=case, preview=None)
