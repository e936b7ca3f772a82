"""The pages of rules: what is in force and where it is written, trying a pack out, and switching one on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, database, wording
from witness_care.accounts.current import SYSTEM, actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import queries as contact_queries
from witness_care.pages import rejected_form
from witness_care.rules import queries, service, words
from witness_care.rules.forms import PASTED, AddPackForm, SwitchForm, TakeBackForm, WhatIfForm
from witness_care.rules.service import RefusedError
from witness_care.rules.what_if import MOST_CASES, WhatIf, what_if
from workflows.rulebook import SHIPPED
from workflows.working_days import london_date

blueprint = Blueprint("rules", __name__)

Answer = Response | str | tuple[str, int]


@blueprint.get("/rules")
@route_policy(permission="signed_in")
def rules() -> str:
    """Every row of the packs, where it is written, and how far that was checked."""
    today, unverified, only = london_date(clock.now()), bool(request.args.get("unverified")), request.args.get("pack")
    found = queries.packs(today, only=only or "", unverified=unverified)
    return render_template(
        "rules/rules.html",
        packs=found,
        words=words,
        verified=queries.is_verified,
        unverified=unverified,
        only=only if found else "",
        names=[view.name for view in queries.packs(today)],
        total=sum(len(view.rules) for view in found if view.pack.enabled),
        may_try=actor().may("try_rules"),
    )


# --- for supervisors and administrators -----------------------------------------------------------------------------


@blueprint.get("/admin/rules")
@route_policy(permission="try_rules")
def packs() -> str:
    return render_template("rules/packs.html", **_page())


@blueprint.post("/admin/rules/what-if")
@route_policy(permission="try_rules", category="consultation")
def try_out() -> Answer:
    """Show which open duties a pack would change, by folding the cases under it; nothing is written."""
    page = _page()
    form: WhatIfForm = page["forms"]["try"]
    if not form.validate():
        return rejected_form("rules/packs.html", **page, form=form, refused="try")
    name = form.pack.data
    text = form.text.data if name == PASTED else page["texts"][name]
    try:
        candidate = service.book_with(name, text or "", form.starts.data or page["today"])
    except RefusedError as refused:
        (form.text if name == PASTED else form.pack).errors = [refused.words]
        return rejected_form("rules/packs.html", **page, form=form, refused="try")
    return render_template("rules/packs.html", **page, title=candidate.title, outcome=_outcome(candidate.book))


def _outcome(book: Any) -> WhatIf:
    """Look at the cases of a supervisor's units; an administrator, who sees none, is given numbers only."""
    reader = actor() if actor().may("see_cases") else SYSTEM
    found = what_if(database.session(), reader, book)
    if reader is SYSTEM:
        return WhatIf(changed=found.changed, looked_at=found.looked_at, cases=found.cases, only_numbers=True)
    for each in found.shown:
        ledger.note(case_id=each.case_id, subjects=[(each.participant_id, "other")], fields="what is owed")
    return found


@blueprint.post("/admin/rule-packs")
@route_policy(permission="administer")
def add_pack() -> Answer:
    page = _page()
    form: AddPackForm = page["forms"]["add"]
    if not form.validate():
        return rejected_form("rules/packs.html", **page, form=form, refused="add")
    try:
        service.add_pack((form.name.data or "").strip(), form.text.data or "", actor=actor(), now=clock.now())
    except RefusedError as refused:
        (form.name if refused.where == "name" else form.text).errors = [refused.words]
        return rejected_form("rules/packs.html", **page, form=form, refused="add")
    return _saved("added")


@blueprint.post("/admin/rule-packs/switch")
@route_policy(permission="administer")
def switch_on() -> Answer:
    page = _page()
    form: SwitchForm = page["forms"]["switch"]
    if not form.validate() or form.starts.data is None:
        return rejected_form("rules/packs.html", **page, form=form, refused="switch")
    try:
        service.switch_on(form.pack.data, form.starts.data, form.reason.data or "", actor=actor(), now=clock.now())
    except RefusedError as refused:
        (form.starts if refused.where == "starts" else form.pack).errors = [refused.words]
        return rejected_form("rules/packs.html", **page, form=form, refused="switch")
    return _saved("switched")


@blueprint.post("/admin/rule-packs/take-back")
@route_policy(permission="administer")
def take_back() -> Answer:
    page = _page()
    form: TakeBackForm = page["forms"]["take_back"]
    if not form.validate():
        return rejected_form("rules/packs.html", **page, form=form, refused="take_back")
    try:
        service.take_back(form.pack.data, form.reason.data or "", actor=actor(), now=clock.now())
    except RefusedError as refused:
        form.pack.errors = [refused.words]
        return rejected_form("rules/packs.html", **page, form=form, refused="take_back")
    return _saved("taken_back")


def _saved(what: str) -> Response:
    return redirect(url_for(".packs", saved=what, _anchor="result"), 303)


def _page() -> dict[str, Any]:
    """What the page of packs shows, whatever was sent: the packs, who switched what, and the forms."""
    today = london_date(clock.now())
    known, texts, switches = queries.packs(today), queries.texts(), queries.switches()
    on = {view.name for view in known if view.pack.enabled}
    off = [name for name in texts if name not in on]
    shown: dict[str, Any] = {
        "try": WhatIfForm(prefix="try-"),
        "add": AddPackForm(prefix="add-"),
        "switch": SwitchForm(prefix="switch-"),
        "take_back": TakeBackForm(prefix="take_back-"),
    }
    shown["try"].offer(texts)
    shown["switch"].offer(off)
    shown["take_back"].offer(view.name for view in known if view.is_to_come)
    acting = {row.switched_by for row in switches} | {row.added_by for row in queries.added_packs()}
    names = {each.partition(":")[2] for each in acting if each.startswith("user:")}
    return {
        "today": today,
        "packs": known,
        "added": [row for row in queries.added_packs() if row.name not in {view.name for view in known}],
        "switches": [(row, row.reason.open(row.id)) for row in switches],
        "texts": texts,
        "names": contact_queries.user_names(database.session(), names),
        "shipped": SHIPPED,
        "forms": shown,
        "may_switch": actor().may("administer"),
        "most_cases": MOST_CASES,
        "topics": wording.TOPICS,
    }
