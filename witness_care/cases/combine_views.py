"""The pages on which somebody corrects a case's number, links cases, merges two, and takes a merge apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, database, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.audit.models import Category
from witness_care.cases import linking, merged_rows, merging, page_queries, urn_correction
from witness_care.cases.combine_forms import LinkForm, MergeForm, UnlinkForm, UnmergeForm, UrnForm
from witness_care.cases.merging import CannotBeMergedError, Preview
from witness_care.cases.urn import normalise_urn
from witness_care.casework.dry_run import ENDS, Difference
from witness_care.pages import rejected_form

blueprint = Blueprint("combine", __name__)
Answer = Response | str | tuple[str, int]

TAKEN = "Another case has this URN. If both are the same case, a supervisor merges them"


# --- the number ---------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<urn>/urn", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="alteration")
def correct_urn(urn: str) -> Answer:
    case, form = case_or_absent(urn), UrnForm()
    shown = {
        "form": form,
        "case": case,
        "corrections": urn_correction.corrections_of(database.session(), case.id),
        "may_merge": actor().may("combine_cases"),
    }
    if not form.is_submitted():
        return render_template("cases/correct_urn.html", **shown)
    if not form.validate():
        return rejected_form("cases/correct_urn.html", **shown)
    right = normalise_urn(form.urn.data or "") or ""
    try:
        urn_correction.correct_urn(case.urn, right, form.reason.data or "", actor=actor(), now=clock.now())
    except urn_correction.TakenError:
        form.urn.errors = [TAKEN]
        return rejected_form("cases/correct_urn.html", **shown, taken=right)
    except urn_correction.UnchangedError:
        form.urn.errors = ["The case has this URN. Enter the right one"]
        return rejected_form("cases/correct_urn.html", **shown)
    return saved_at(right)


# --- links --------------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<urn>/links/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="combination")
def add_link(urn: str) -> Answer:
    case, form = case_or_absent(urn), LinkForm()
    if not form.is_submitted():
        return render_template("cases/link.html", form=form, case=case)
    if not form.validate():
        return rejected_form("cases/link.html", form=form, case=case)
    other = normalise_urn(form.urn.data or "") or ""
    try:
        linking.link(case.urn, other, form.kind.data, form.reason.data or "", actor=actor(), now=clock.now())
    except linking.NotLinkedError as refused:
        form.urn.errors = [refused.words]
        return rejected_form("cases/link.html", form=form, case=case)
    return saved_at(case.urn)


@blueprint.route("/links/<link_id>/end", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="combination")
def end_link(link_id: str) -> Answer:
    session, form = database.session(), UnlinkForm()
    found = linking.link_by_id(session, actor(), link_id)
    urns = _urns_of_link(found.case_id, found.other_case_id) if found is not None else []
    if found is None or not urns:
        raise errors.absent()
    shown = {
        "form": form,
        "link": found,
        "urns": urns,
        "kind": linking.KINDS.get(found.kind, found.kind),
        "reason": reason_of(found),
    }
    if not form.is_submitted():
        return render_template("cases/unlink.html", **shown)
    if not form.validate():
        return rejected_form("cases/unlink.html", **shown)
    linking.unlink(link_id, form.reason.data or "", actor=actor(), now=clock.now())
    return saved_at(urns[0])


# --- merging ------------------------------------------------------------------------------------------------------


@blueprint.get("/cases/<urn>/merge")
@route_policy(permission="combine_cases", category="consultation")
def merge_page(urn: str) -> Answer:
    """Ask which case; once it is named, show what would follow."""
    case, form = case_or_absent(urn), MergeForm()
    other = request.args.get("with")
    if other is None:
        return render_template("cases/merge.html", form=form, case=case, preview=None)
    form.urn.data = other[:20]
    return _merge_page(case, form)


@blueprint.post("/cases/<urn>/merge")
@route_policy(permission="combine_cases", category="combination")
def merge(urn: str) -> Answer:
    case, form = case_or_absent(urn), MergeForm()
    if not form.validate():
        return _merge_page(case, form, status=400)
    other = normalise_urn(form.urn.data or "") or ""
    try:
        merging.merge(case.urn, other, form.reason.data or "", actor=actor(), now=clock.now())
    except CannotBeMergedError as refused:
        form.urn.errors = [refused.words]
        return rejected_form("cases/merge.html", form=form, case=case, preview=None)
    return saved_at(case.urn)


@blueprint.route("/merges/<combination_id>/undo", methods=["GET", "POST"])
@route_policy(permission="combine_cases", category="combination")
def undo_merge(combination_id: str) -> Answer:
    session, form = database.session(), UnmergeForm()
    found = merging.combination_of(session, actor(), combination_id)
    if found is None or found.kind != merging.MERGE:
        raise errors.absent()
    urns = page_queries.numbers_of(session, (found.case_id, found.other_case_id))
    shown: dict[str, Any] = {"form": form, "urns": urns, "done_at": found.done_at, "combination_id": combination_id}
    shown["reason"] = reason_of(found)
    try:
        if form.is_submitted() and form.validate():
            merging.take_apart(combination_id, form.reason.data or "", actor=actor(), now=clock.now())
            return saved_at(urns[0])
        preview = merging.preview_apart(combination_id, actor=actor(), now=clock.now())
    except CannotBeMergedError as refused:
        return render_template("cases/unmerge.html", **shown, why_not=refused.words), 409
    shown |= {"follows": follows(preview.differences), "united": [], "why_not": ""}
    if form.is_submitted():
        return rejected_form("cases/unmerge.html", **shown)
    return render_template("cases/unmerge.html", **shown)


# --- what they share ----------------------------------------------------------------------------------------------


def case_or_absent(urn: str) -> sa.Row:
    found = page_queries.case_by_urn(database.session(), actor(), urn.upper())
    if found is None:
        raise errors.absent()
    return found


def reason_of(row: Any) -> str:
    """Open why something was done to a case, and note whose case it is; looking is kept when a preview is undone."""
    concerned = merged_rows.subjects(database.session(), row.case_id)
    ledger.note(Category.CONSULTATION, case_id=row.case_id, subjects=concerned, fields=("why it was done",))
    return str(row.reason.open(row.id))


def saved_at(urn: str) -> Response:
    return redirect(url_for("cases.case", urn=urn, saved="yes", _anchor="result"), 303)


def _merge_page(case: sa.Row, form: MergeForm, *, status: int = 200) -> Answer:
    other = normalise_urn(form.urn.data or "")
    preview: Preview | None = None
    try:
        if other is None:
            form.urn.errors = ["Enter the URN as 5 to 20 letters and figures, for example 42AB1234526"]
        else:
            preview = merging.preview_merge(case.urn, other, actor=actor(), now=clock.now())
    except CannotBeMergedError as refused:
        form.urn.errors = [refused.words]
    if preview is None:
        return rejected_form("cases/merge.html", form=form, case=case, preview=None)
    shown = {
        "form": form,
        "case": case,
        "other": other,
        "preview": preview,
        "united": names_of(preview.united),
        "follows": follows(preview.differences),
    }
    return render_template("cases/merge.html", **shown) if status == 200 else rejected_form("cases/merge.html", **shown)


def names_of(participants: Sequence[str]) -> list[str]:
    return sorted(_people(participants).values())


def _people(participants: Sequence[str]) -> dict[str, str]:
    """Read the names of people, and note that they were shown."""
    rows = page_queries.people_by_id(database.session(), actor(), participants)
    ledger.note_participants([(row.case_id, row.id, row.role) for row in rows], fields=("name",))
    return {row.id: row.name for row in rows}


def follows(differences: Sequence[Difference]) -> list[dict[str, Any]]:
    names = _people([each.participant_id for each in differences])
    return [
        {
            "words": f"{names.get(each.participant_id, 'Somebody')}: “{_what(each)}” {wording.DIFFERENCES[each.what]}",
            "due_at": None if each.what == ENDS else each.due_at,
        }
        for each in differences
    ]


def _what(difference: Difference) -> str:
    words = wording.to_tell(difference.topic, difference.value, difference.told_value)
    return f"{words[:1].lower()}{words[1:]}"


def _urns_of_link(*case_ids: str) -> list[str]:
    """Give the numbers of both cases, those that this reader may see, under which they are to be found now."""
    return [urn for case_id in case_ids if (urn := page_queries.urn_of(database.session(), actor(), case_id))]
