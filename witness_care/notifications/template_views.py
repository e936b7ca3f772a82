"""The administrator's pages of templates: what there is, a version with its exact preview, and who put it in use."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.database import session
from witness_care.errors import absent
from witness_care.notifications import template_queries, template_service, words
from witness_care.notifications.models import MessageTemplate
from witness_care.notifications.placeholders import ALLOWED, RING_US, Placeholder
from witness_care.notifications.rendering import text_parts
from witness_care.notifications.template_forms import CHANNEL_WORDS, TOPIC_WORDS, RingUsForm, TemplateForm
from witness_care.notifications.template_service import TemplateRefusedError
from witness_care.pages import rejected_form

Answer = Response | str | tuple[str, int]
LIST, EDIT, ONE = "notifications/templates.html", "notifications/edit_template.html", "notifications/template.html"
STATE_WORDS = {
    "draft": "Draft",
    "submitted": "Waiting for approval",
    "approved": "In use",
    "retired": "Not used any more",
}
NOT_A_UNIT = "There is no such unit."


@route_policy(permission="administer")
def templates() -> str:
    """Every template with its state, and where the Welsh is missing; and the number on which people ring each unit."""
    return render_template(LIST, **_list())


@route_policy(permission="administer")
def new_template() -> str:
    """A new version: empty, or with the words of the one it is to replace."""
    form = TemplateForm()
    if request.args.get("of"):
        _fill(form, _template(request.args["of"]))
    return render_template(EDIT, **_edit(form, of=request.args.get("of", "")))


@route_policy(permission="administer")
def save_template() -> Answer:
    form = TemplateForm()
    if not form.validate():
        return rejected_form(EDIT, **_edit(form, of=request.form.get("of", "")))
    made = template_service.new_version(
        form.key.data, form.channel.data, form.words, actor=actor().reference, now=clock.now()
    )
    return _saved(made)


@route_policy(permission="administer")
def template(template_id: str) -> str:
    """One version: exactly what people would read, what stands in the way, and what may be done with it."""
    return render_template(ONE, **_one(_template(template_id)))


@route_policy(permission="administer")
def step_template(template_id: str) -> Answer:
    """Send a version for approval, back, approve it or take it out of use."""
    found = _template(template_id)
    try:
        _step(request.form.get("step", ""), found.id)
    except TemplateRefusedError as refused:
        again = _one(_template(template_id))
        return render_template(ONE, has_errors=True, refused=str(refused), **again), 409
    return _saved(template_id)


@route_policy(permission="administer")
def set_ring_us(unit_id: str) -> Answer:
    """Say on which number people ring a unit: without one, no message of that unit leaves."""
    if unit_id not in {row.id for row in template_queries.units(session())}:
        raise absent()
    form = RingUsForm()
    if not form.validate():
        return rejected_form(LIST, **_list(wrong=(unit_id, form)))
    opens, closes = form.opens.time, form.closes.time
    assert opens
    assert closes
    if opens >= closes:
        form.closes.errors = ["Enter a time after the one from which it is answered"]
        return rejected_form(LIST, **_list(wrong=(unit_id, form)))
    template_service.set_ring_us(
        unit_id, phone=form.phone.data, opens=opens.isoformat("minutes"), closes=closes.isoformat("minutes")
    )
    return redirect(url_for(".templates", saved="1", _anchor="result"), 303)


def _step(step: str, template_id: str) -> None:
    who, now = actor().reference, clock.now()
    if step == "submit":
        template_service.submit(template_id, actor=who, now=now)
    elif step == "approve":
        template_service.approve(template_id, actor=who, now=now)
    elif step == "send_back":
        template_service.send_back(template_id)
    elif step == "retire":
        template_service.retire(template_id, now=now)
    else:
        raise TemplateRefusedError("Choose what to do with it.")


def _template(template_id: str) -> MessageTemplate:
    found = template_queries.one(session(), template_id)
    if found is None:
        raise absent()
    return found


def _saved(template_id: str) -> Response:
    return redirect(url_for(".template", template_id=template_id, saved="1", _anchor="result"), 303)


def _list(wrong: tuple[str, RingUsForm] | None = None) -> dict[str, Any]:
    retired = bool(request.args.get("retired"))
    return {
        "rows": template_queries.listed(session(), retired=retired),
        "retired": retired,
        "units": [(row, _ring_us_form(row, wrong)) for row in template_queries.units(session())],
        "errors": [{"text": messages[0], "href": f"#{name}-{wrong[0]}"} for name, messages in wrong[1].errors.items()]
        if wrong
        else [],
        "saved": bool(request.args.get("saved")),
        **_words(),
    }


def _ring_us_form(unit: Any, wrong: tuple[str, RingUsForm] | None) -> RingUsForm:
    if wrong and wrong[0] == unit.id:
        form = wrong[1]
    else:
        form = RingUsForm(formdata=None, data=(unit.settings or {}).get(RING_US) or {})
    for field in (form.phone, form.opens, form.closes):
        field.id = f"{field.name}-{unit.id}"
    return form


def _edit(form: TemplateForm, of: str) -> dict[str, Any]:
    return {"form": form, "of": of, "allowed": _may_stand_in(form.key.data)}


def _may_stand_in(key: str | None) -> dict[str, Placeholder]:
    return {name: each for name, each in ALLOWED.items() if each.only_in in ("", key or "")}


def _fill(form: TemplateForm, of: MessageTemplate) -> None:
    for name in ("key", "title", "channel", "topics", "subject_en", "body_en", "subject_cy", "body_cy"):
        form[name].data = getattr(of, name)
    form.neutral.data = "yes" if of.neutral else "no"


def _one(found: MessageTemplate) -> dict[str, Any]:
    who = actor().reference
    return {
        "template": found,
        "previews": _previews(found),
        "problems": words.problems_of(found),
        "no_welsh_values": words.can_be_said_in_welsh(found),
        "ease": round(words.reading_ease(found.body_en)),
        "names": template_queries.names(session(), (found.written_by, found.submitted_by, found.approved_by)),
        "may_approve": who not in (found.written_by, found.submitted_by),
        "second_person": template_service.SECOND_PERSON,
        "saved": bool(request.args.get("saved")),
        **_words(),
    }


def _previews(found: MessageTemplate) -> list[dict[str, Any]]:
    texts = [("en", found.subject_en, found.body_en)]
    if found.body_cy:
        texts.append(("cy", found.subject_cy, found.body_cy))
    return [
        {
            "language": language,
            "subject": words.example(subject or ""),
            "body": words.example(body),
            "parts": text_parts(words.example(body)) if found.channel == "text" else 0,
        }
        for language, subject, body in texts
    ]


def _words() -> dict[str, Any]:
    return {"states": STATE_WORDS, "channels": CHANNEL_WORDS, "topic_words": TOPIC_WORDS}
