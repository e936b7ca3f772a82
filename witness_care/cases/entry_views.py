"""The entry forms: a case, a defendant, a person, what the CPS requires, a hearing and what was heard about it.

They go through the same service as the API; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, database, errors
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.cases import entry, forms, hearing_words, page_queries, service
from witness_care.cases.document import (
    CaseGiven,
    DefendantGiven,
    OffenceGiven,
    OtherId,
    ParticipantGiven,
    RequirementGiven,
)
from witness_care.cases.forms import CaseForm, DefendantForm, HearingForm, HearingNewsForm, RequirementForm, as_text
from witness_care.cases.refusal import NotAcceptedError, NotThereError
from witness_care.cases.urn import normalise_urn
from witness_care.columns import new_id
from witness_care.pages import rejected_form
from witness_care.people.forms import PersonChangeForm, PersonForm
from workflows.events import DateKind, Role, VictimKind
from workflows.truth import HearingStatus

blueprint = Blueprint("entry", __name__)

Answer = Response | str | tuple[str, int]
COURT = "cp"  # the namespace of the court's own ids


# --- a case and its defendants -------------------------------------------------------------------------------------


@blueprint.route("/cases/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="collection")
def add_case() -> Answer:
    form = _with_token(CaseForm())
    form.unit.choices = forms.choices(page_queries.units_of(database.session(), actor()))
    if form.unit.data is None and form.unit.choices:
        form.unit.data = form.unit.choices[0].value
    if not form.is_submitted():
        form.take_from(request.args)
        return render_template("cases/add_case.html", form=form)
    if not form.validate():
        return rejected_form("cases/add_case.html", form=form)
    urn = normalise_urn(form.urn.data) or ""
    if page_queries.case_by_urn(database.session(), actor(), urn) is not None:
        form.urn.errors = ["This case is here already. Open it, and add to it"]
        return rejected_form("cases/add_case.html", form=form, known_urn=urn)
    given = CaseGiven(
        urn=urn,
        unit=form.unit.data or None,
        officer={forms.MINE: page_queries.sign_in_name(database.session(), actor()), forms.NOBODY: ""}.get(
            form.officer.data
        ),
        identifiers=_court_id(form.court_case_id.data),
        defendants=(
            _defendant(form, form.defendant.data, "", form.court_defendant_id.data, form.court_offence_id.data),
        ),
        message_id=form.token.data,
    )
    return _saved_case(given, form, "cases/add_case.html", {"/officer": form.officer, "/unit": form.unit})


@blueprint.route("/cases/<urn>/defendants/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="collection")
def add_defendant(urn: str) -> Answer:
    case = _case(urn)
    defendants = page_queries.defendants(database.session(), case.id)
    ledger.note("consultation", case_id=case.id, subjects=[(row.id, "suspect") for row in defendants], fields="name")
    form = _with_token(DefendantForm())
    form.offer([(row.id, row.name) for row in defendants])
    if not defendants and not form.is_submitted():
        form.who.data = forms.NEW
    if not form.is_submitted():
        return render_template("cases/add_defendant.html", form=form, case=case)
    if not form.validate():
        return rejected_form("cases/add_defendant.html", form=form, case=case)
    if form.who.data == forms.NEW:
        said = _defendant(form, form.name.data, form.cjs_code.data, form.court_defendant_id.data)
    else:
        said = DefendantGiven(id=form.who.data, offences=(_offence(form, form.cjs_code.data),))
    given = CaseGiven(urn=case.urn, defendants=(said,), message_id=form.token.data)
    return _saved_case(given, form, "cases/add_defendant.html", {}, case=case)


# --- a person ------------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<urn>/participants/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="collection")
def add_person(urn: str) -> Answer:
    case = _case(urn)
    form = _with_token(PersonForm())
    form.offer_offences(_offences(case.id))
    if not form.is_submitted():
        return render_template("people/add_person.html", form=form, case=case)
    if not form.validate():
        return rejected_form("people/add_person.html", form=form, case=case)
    given = _participant(form, form.token.data)
    return _saved_person(
        lambda: service.register_case(
            CaseGiven(urn=case.urn, participants=(given,), message_id=form.token.data), actor=actor(), now=clock.now()
        ),
        form,
        "people/add_person.html",
        case=case,
    )


@blueprint.route("/participants/<participant_id>/change", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="alteration")
def change_person(participant_id: str) -> Answer:
    who, case = _person(participant_id)
    standing = page_queries.standing_of(case.state, participant_id)
    form = _with_token(
        PersonChangeForm(
            data={
                "name": who.name,
                "born_on": who.date_of_birth,
                "language": who.language,
                "role": who.role,
                "witness_kind": who.witness_kind,
                "victim_kind": who.victim_kind,
                "offences": list(standing.offences) if standing else [],
                "died_on": who.deceased_on,
            }
        )
    )
    form.offer_offences(_offences(case.id))
    form.has_representative = who.representative is not None
    if not form.is_submitted():
        return render_template("people/change_person.html", form=form, case=case, who=who)
    if not form.validate():
        return rejected_form("people/change_person.html", form=form, case=case, who=who)
    leaves = form.leaves.data
    given = (
        ParticipantGiven(id=participant_id, remove=True, remove_reason=leaves)
        if leaves
        else _participant(form, participant_id, was=who.role)
    )
    return _saved_person(
        lambda: service.register_case(
            CaseGiven(urn=case.urn, participants=(given,), message_id=form.token.data), actor=actor(), now=clock.now()
        ),
        form,
        "people/change_person.html",
        case=case,
        who=who,
    )


@blueprint.route("/participants/<participant_id>/requirement", methods=["GET", "POST"])
@route_policy(permission="record_contacts", category="alteration")
def requirement(participant_id: str) -> Answer:
    who, case = _person(participant_id)
    form = _with_token(RequirementForm())
    if not form.is_submitted():
        return render_template("people/requirement.html", form=form, case=case, who=who)
    if not form.validate():
        return rejected_form("people/requirement.html", form=form, case=case, who=who)
    required = form.required.data == "yes"
    said = RequirementGiven(
        required=required,
        days=form.positions if required else (),
        session=form.session.data or "" if required else "",
        mode=form.mode.data or "in_person",
    )
    given = ParticipantGiven(id=participant_id, requirement=said)
    return _saved_person(
        lambda: service.register_case(
            CaseGiven(urn=case.urn, participants=(given,), message_id=form.token.data), actor=actor(), now=clock.now()
        ),
        form,
        "people/requirement.html",
        case=case,
        who=who,
    )


# --- a hearing -----------------------------------------------------------------------------------------------------


@blueprint.route("/cases/<urn>/hearings/new", methods=["GET", "POST"])
@route_policy(permission="record_contacts")
def add_hearing(urn: str) -> Answer:
    case = _case(urn)
    form = _with_token(HearingForm())
    if not form.is_submitted():
        return render_template("cases/add_hearing.html", form=form, case=case)
    if not form.validate():
        return rejected_form("cases/add_hearing.html", form=form, case=case)
    _, facts = entry.new_hearing(form)
    service.record_court_fact(case.urn, facts, actor=actor(), now=clock.now(), submission=form.token.data)
    return _to_case(case.urn)


@blueprint.route("/hearings/<hearing_id>/change", methods=["GET", "POST"])
@route_policy(permission="record_contacts")
def change_hearing(hearing_id: str) -> Answer:
    hearing = page_queries.hearing(database.session(), actor(), hearing_id)
    if hearing is None:
        raise errors.absent()
    about = entry.about_hearing(_case(hearing.urn).state, hearing_id)
    days = page_queries.hearing_days(database.session(), hearing_id)
    standing_days = sum(not day.cancelled for day in days)
    length = hearing.weeks if hearing.date_kind == DateKind.WEEK_COMMENCING else standing_days or 1
    form = _with_token(HearingNewsForm(data={"court": hearing.court, "room": hearing.room, "length": length}))
    form.offer(
        is_trial=hearing.hearing_class == "trial",
        is_vacated=hearing.status == HearingStatus.VACATED,
        jurisdiction=about.jurisdiction,
    )
    shown: Mapping[str, Any] = {
        "form": form,
        "hearing": hearing,
        "hearing_words": hearing_words,
        "days": days,
    }
    if not form.is_submitted():
        return render_template("cases/change_hearing.html", **shown)
    if not form.validate():
        return rejected_form("cases/change_hearing.html", **shown)
    facts = entry.news_of(form, hearing_id, about)
    service.record_court_fact(hearing.urn, facts, actor=actor(), now=clock.now(), submission=form.token.data)
    return redirect(url_for("cases.hearing", hearing_id=hearing_id, saved="1", _anchor="result"), 303)


# --- what several of them need -------------------------------------------------------------------------------------


def _with_token(form: Any) -> Any:
    if not form.token.data:
        form.token.data = new_id()
    return form


def _case(urn: str) -> sa.Row:
    found = page_queries.case_by_urn(database.session(), actor(), urn.upper())
    if found is None:
        raise errors.absent()
    return found


def _person(participant_id: str) -> tuple[sa.Row, sa.Row]:
    who = page_queries.participant(database.session(), actor(), participant_id)
    if who is None:
        raise errors.absent()
    ledger.note_participants(
        [(who.case_id, who.id, who.role)], fields=("name", "date of birth", "role"), category="consultation"
    )
    return who, _case(who.urn)


def _offences(case_id: str) -> list[tuple[str, str]]:
    session = database.session()
    names = {row.id: row.name for row in page_queries.defendants(session, case_id)}
    ledger.note("consultation", case_id=case_id, subjects=[(row_id, "suspect") for row_id in names], fields="name")
    return [
        (row.id, f"{row.title or row.cjs_code or 'Offence'} ({names.get(row.defendant_id, 'defendant')})")
        for row in page_queries.offences(session, case_id)
    ]


def _defendant(
    form: Any, name: str | None, code: str | None = "", court_id: str | None = "", court_offence: str | None = ""
) -> DefendantGiven:
    # Named by the form's token, so that the same form sent twice says the same thing.
    return DefendantGiven(
        id=f"{form.token.data}-defendant",
        name=as_text(name),
        identifiers=_court_id(court_id),
        offences=(_offence(form, code, court_offence),),
    )


def _offence(form: Any, code: str | None, court_id: str | None = "") -> OffenceGiven:
    return OffenceGiven(
        id=f"{form.token.data}-offence",
        title=as_text(form.offence.data),
        cjs_code=as_text(code),
        identifiers=_court_id(court_id),
    )


def _court_id(typed: str | None) -> tuple[OtherId, ...]:
    return (OtherId(COURT, as_text(typed)),) if as_text(typed) else ()


def _enhanced(form: PersonForm, was: str) -> str | None:
    """Enhanced rights are decided for a victim themselves, on a page of their own once they are on the case.

    A parent and a bereaved relative have them, a business has not, and for a witness nobody has to decide. Of a witness
    who becomes a victim nobody has decided them yet.
    """
    if "enhanced" not in form:
        becomes_a_victim = was == Role.WITNESS and form.role.data != Role.WITNESS
        return "not_asked" if becomes_a_victim and form.victim_kind.data == VictimKind.PERSON else None
    if form.role.data == Role.WITNESS or form.victim_kind.data == VictimKind.BUSINESS:
        return "no"
    if form.victim_kind.data in (VictimKind.PARENT, VictimKind.BEREAVED_RELATIVE):
        return "yes"
    return form.enhanced.data or None


def _participant(form: PersonForm, participant_id: str, *, was: str = "") -> ParticipantGiven:
    return ParticipantGiven(
        id=participant_id,
        person=form.person(),
        role=form.role.data,
        witness_kind=form.witness_kind.data or None,
        victim_kind=form.victim_kind.data or None,
        enhanced=_enhanced(form, was),
        offences=tuple(form.offences.data or ()),
    )


def _saved_case(
    given: CaseGiven, form: Any, template: str, fields: Mapping[str, Any], **shown: Any
) -> Response | tuple[str, int]:
    try:
        registered = service.register_case(given, actor=actor(), now=clock.now())
    except NotThereError:
        form.urn.errors = ["This URN cannot be used here. Check it; if it is right, ask your supervisor"]
        return rejected_form(template, form=form, **shown)
    except NotAcceptedError as refusal:
        field = next((field for pointer, field in fields.items() if refusal.where.startswith(pointer)), None)
        _fault(form, field, refusal)
        return rejected_form(template, form=form, **shown)
    return _to_case(registered.urn, applied=registered.matched_later)


def _saved_person(
    save: Callable[[], service.Registered], form: Any, template: str, *, case: Any, **shown: Any
) -> Response | tuple[str, int]:
    try:
        save()
    except NotAcceptedError as refusal:
        _fault(form, None, refusal)
        return rejected_form(template, form=form, case=case, **shown)
    return _to_case(case.urn)


def _fault(form: Any, field: Any, refusal: NotAcceptedError) -> None:
    """Say a refusal of the service at the field it is about, else at the first one of the form."""
    shown = field or next(each for each in form if each.type not in ("HiddenField", "CSRFTokenField"))
    shown.errors = [f"Expected {refusal.expected}. {refusal.do}"]


def _to_case(urn: str, *, applied: int = 0) -> Response:
    """Go back to the case; `applied` says how many parts of court messages had waited for what was entered."""
    return redirect(url_for("cases.case", urn=urn, saved="1", applied=applied or None, _anchor="result"), 303)
