"""The pages of the Victim Contact Scheme: one person's answers and referrals, the unit's lists, the referral file."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from witness_care import clock, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.errors import absent
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from witness_care.referrals import document, queries, service
from witness_care.referrals.forms import ReferralForm
from witness_care.referrals.queries import SchemeOf
from workflows import offence_classes

blueprint = Blueprint("referrals", __name__)

FIELDS = ("name", "role", "case", "referral")
ENTRY_TEMPLATE = "referrals/entry.html"
# What each entry is called: as a link, and on its button.
WORDS = {
    service.REFER: "Decide to refer them",
    service.SENT: "Record that the referral was sent",
    service.ACKNOWLEDGED: "Record that it was acknowledged",
    service.REJECTED: "Record that it was rejected",
    service.CONTACTED: "Record contact by a liaison officer",
    service.DO_NOT_REFER: "Decide not to refer them",
    service.WITHDRAW: "Withdraw the referral",
}
CHANGED_MEANWHILE = "How far the referral has come changed while you had this page open. Look at it again"


# --- one person ---------------------------------------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/vcs")
@route_policy(permission="see_cases", category="consultation")
def scheme(participant_id: str) -> str:
    """Show, for each defendant, whether the person is eligible and why, and how far the referral has come."""
    who = _who(participant_id)
    now = clock.now()
    found = queries.scheme_of(session(), who.row.case_id, who.id, now)
    ledger.note(case_id=who.row.case_id, subjects=[(each.defendant_id, "suspect") for each in found], fields="referral")
    standings = {
        each.defendant_id: service.standing_of(session(), actor(), who.id, each.defendant_id) for each in found
    }
    return render_template(
        "referrals/scheme.html",
        who=who,
        is_victim=who.row.role in ("victim", "both"),
        schemes=found,
        entries={
            defendant: [(name, WORDS[name]) for name in (standing.may_be_said(actor()) if standing else ())]
            for defendant, standing in standings.items()
        },
        waits_for_supervisor={
            name: bool(standing and standing.waits_for_supervisor(actor())) for name, standing in standings.items()
        },
        checklist=document.checklist(session(), who, now),
        limbs=offence_classes.shipped().limbs,
        saved=bool(request.args.get("saved")),
    )


@blueprint.get("/participants/<participant_id>/vcs/<defendant_id>/<entry>")
@route_policy(permission="record_contacts", category="alteration")
def entry_page(participant_id: str, defendant_id: str, entry: str) -> str:
    who, standing, about = _entry(participant_id, defendant_id, entry)
    form = ReferralForm(formdata=None)
    form.ask(entry, service.ENTRIES[entry][1], clock.now())
    return render_template(ENTRY_TEMPLATE, **_entry_page(who, standing, about, entry, form))


@blueprint.post("/participants/<participant_id>/vcs/<defendant_id>/<entry>")
@route_policy(permission="record_contacts", category="alteration")
def save_entry(participant_id: str, defendant_id: str, entry: str) -> Answer | tuple[str, int]:
    who, standing, about = _entry(participant_id, defendant_id, entry)
    now = clock.now()
    form = ReferralForm()
    form.ask(entry, service.ENTRIES[entry][1], now)
    if not form.validate():
        return rejected_form(ENTRY_TEMPLATE, **_entry_page(who, standing, about, entry, form))
    try:
        service.record(who.id, defendant_id, form.entry(entry), submission=form.token.data, actor=actor(), now=now)
    except service.DoesNotFitError:
        _, by_now, about = _entry(participant_id, defendant_id, entry)
        form.token.errors = [CHANGED_MEANWHILE]
        page, _ = rejected_form(ENTRY_TEMPLATE, **_entry_page(who, by_now, about, entry, form))
        return page, 409
    return redirect(url_for(".scheme", participant_id=who.id, saved="1", _anchor="result"), 303)


@blueprint.get("/participants/<participant_id>/vcs/<defendant_id>/referral.json")
@route_policy(permission="record_contacts", category="disclosure")
def referral_file(participant_id: str, defendant_id: str) -> Response:
    """The referral as a file for the probation service: the least it needs (docs/victim-contact-scheme.md)."""
    who = _who(participant_id, category="consultation")
    now = clock.now()
    about = _about(who, defendant_id)
    if about is None or not about.may_be_exported:
        raise absent()
    body = document.referral_document(session(), who, about, now)
    ledger.note(
        "disclosure",
        case_id=who.row.case_id,
        subjects=[(who.id, ledger.category_of_role(who.row.role)), (defendant_id, "convicted")],
        fields=("name", "phone", "safe_contact", "referral"),
        recipient=document.RECIPIENT,
        reason_code="vcs_referral",
    )
    answer = jsonify(body)
    answer.headers["Content-Disposition"] = f'attachment; filename="referral-{body["referral"]}.json"'
    return answer


# --- the unit -----------------------------------------------------------------------------------------------------


@blueprint.get("/unit/victim-contact-scheme")
@route_policy(permission="assign", category="consultation")
def unit_list() -> str:
    """Everybody of the unit who is eligible and not referred, or about whom nobody has decided; and the counts."""
    now = clock.now()
    show = request.args.get("show", queries.NOT_SENT)
    show = show if show in queries.LISTS else queries.NOT_SENT
    page = queries.reconciliation(
        session(), actor(), show, now, after=request.args.get("after"), before=request.args.get("before")
    )
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    for row in page.rows:
        ledger.note(case_id=row.case_id, subjects=[(row.defendant_id, "suspect")], fields="name")
    figures = queries.figures(session(), actor(), now)
    without_victim = queries.without_victim(session(), actor())
    for row in without_victim:
        ledger.note(case_id=row.case_id, subjects=[(row.id, "suspect")], fields="name")
    return render_template(
        "referrals/unit_list.html",
        figures=figures,
        heading=queries.LISTS[show],
        show=show,
        tabs=[
            {
                "text": words,
                "count": figures.by_list[name],
                "href": url_for(".unit_list", show=name),
                "current": name == show,
            }
            for name, words in queries.LISTS.items()
        ],
        rows=page.rows,
        without_victim=without_victim,
        previous=url_for(".unit_list", show=show, before=page.before) if page.before else None,
        next=url_for(".unit_list", show=show, after=page.after) if page.after else None,
    )


# --- what the pages share -----------------------------------------------------------------------------------------


def _who(participant_id: str, *, category: str | None = None) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=category)
    return who


def _about(who: Who, defendant_id: str) -> SchemeOf | None:
    found = queries.scheme_of(session(), who.row.case_id, who.id, clock.now())
    return next((each for each in found if each.defendant_id == defendant_id), None)


def _entry(participant_id: str, defendant_id: str, entry: str) -> tuple[Who, service.Standing, SchemeOf]:
    who = _who(participant_id, category="consultation")
    standing = service.standing_of(session(), actor(), who.id, defendant_id)
    about = _about(who, defendant_id)
    if standing is None or about is None or entry not in service.ENTRIES:
        raise absent()
    ledger.note("consultation", case_id=who.row.case_id, subjects=[(defendant_id, "suspect")], fields="referral")
    return who, standing, about


def _entry_page(
    who: Who, standing: service.Standing, about: SchemeOf, entry: str, form: ReferralForm
) -> dict[str, object]:
    form.token.data = form.token.data or new_id()
    return {
        "who": who,
        "about": about,
        "entry": entry,
        "words": WORDS[entry],
        "form": form,
        "fits": entry in standing.may_be_said(actor()),
        "needs_supervisor": entry in standing.waits_for_supervisor(actor()),
        "state_words": wording.label(wording.REFERRALS, standing.state.value),
    }
