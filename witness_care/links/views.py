"""The pages of one-time links: the open ones, which show nothing about anybody, and the officer's."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, dates
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.availability import words as availability_words
from witness_care.availability.service import TooManyError, with_more
from witness_care.columns import new_id
from witness_care.database import session
from witness_care.errors import absent
from witness_care.links import queries, sending, service
from witness_care.links.forms import READ_OUT, AnswerForm, ConfirmForm, DealForm, MakeForm
from witness_care.links.models import LinkReply
from witness_care.links.sending import LinkWays
from witness_care.links.service import Given, GoneError
from witness_care.pages import rejected_form
from witness_care.people import page_queries
from witness_care.people.page_queries import Who
from workflows.snapshot import AvailabilityStanding

blueprint = Blueprint("links", __name__)

CONFIRM, ANSWER, GONE, THANKS = "links/confirm.html", "links/answer.html", "links/gone.html", "links/thanks.html"
MAKE, REPLY = "links/make.html", "links/reply.html"
FIELDS = ("name", "role", "case", "reply")
TOO_MANY = "There are too many dates already. Take some away on the page of their dates first"
WRONG = "That is not right. Check it and try again"
COMING = {
    service.YES: "They will come",
    service.NO: "They cannot come",
    service.NOT_SAID: "They would like to talk about it first",
}
DEALT = {
    service.WILL_COME: "taken up: they will come",
    service.CANNOT_COME: "taken up: they cannot come",
    service.DATES: "taken up: the dates on which they cannot come",
    f"{service.WILL_COME}+{service.DATES}": "taken up: they will come, and the dates on which they cannot",
    f"{service.CANNOT_COME}+{service.DATES}": "taken up: they cannot come, and the dates",
    service.NOTED: "noted as dealt with",
}

# --- open to whoever has the link: nothing here says whose it is -------------------------------------------------


@blueprint.get("/r/<link_token>")
@route_policy(permission="anyone")
def confirm(link_token: str) -> str | tuple[str, int]:
    """Ask for something that only they know; a link that may not be used is answered like one that never was."""
    try:
        row = service.find(session(), link_token, clock.now())
    except GoneError:
        return _gone()
    return render_template(
        CONFIRM, **_confirm_page(link_token, ConfirmForm(formdata=None), by_code=bool(row.OneTimeLink.code_hash))
    )


def _confirm_page(link_token: str, form: ConfirmForm, *, by_code: bool) -> dict[str, Any]:
    form.said.label.text = "The 4 numbers we gave you" if by_code else "The day and month of your birth, as 4 numbers"
    return {"form": form, "by_code": by_code, "link_token": link_token, "phone": current_app.config["UNIT_PHONE"]}


@blueprint.post("/r/<link_token>")
@route_policy(permission="anyone")
def let_in(link_token: str) -> str | tuple[str, int]:
    """Show the form to whoever knows it; after three wrong tries the link is dead."""
    form, now, address = ConfirmForm(), clock.now(), request.remote_addr or ""
    try:
        row = service.find(session(), link_token, now)
    except GoneError:
        service.count_a_guess(link_token, address=address, now=now)
        return _gone()
    by_code = bool(row.OneTimeLink.code_hash)
    if not form.validate():
        return rejected_form(CONFIRM, **_confirm_page(link_token, form, by_code=by_code))
    try:
        given_pass = service.confirm(link_token, (form.said.data or "").strip(), address=address, now=now)
    except GoneError:
        return _gone()
    if given_pass is None:
        form.said.errors = [WRONG]
        form.said.data = ""
        return rejected_form(CONFIRM, **_confirm_page(link_token, form, by_code=by_code))
    empty = AnswerForm(formdata=None, data={"given_pass": given_pass})
    return render_template(ANSWER, form=empty, link_token=link_token)


@blueprint.post("/r/<link_token>/answer")
@route_policy(permission="anyone", category="collection")
def answer(link_token: str) -> str | tuple[str, int]:
    """Keep the answer. The page after it says only that it came."""
    form, now = AnswerForm(), clock.now()
    try:
        service.find(session(), link_token, now)
        if not form.is_acceptable():
            return rejected_form(ANSWER, form=form, link_token=link_token)
        service.answer(link_token, form.given_pass.data or "", form.given(), now=now)
    except GoneError:
        return _gone()
    return render_template(THANKS, phone=current_app.config["UNIT_PHONE"])


def _gone() -> tuple[str, int]:
    """Answer for a link that is wrong, used, out of time, withdrawn or dead: the same for all."""
    return render_template(GONE, phone=current_app.config["UNIT_PHONE"]), 404


# --- for the officer ----------------------------------------------------------------------------------------------


@blueprint.get("/participants/<participant_id>/link")
@route_policy(permission="record_contacts", category="consultation")
def link_page(participant_id: str) -> str:
    who = _who(participant_id)
    return render_template(MAKE, **_page(who, MakeForm(formdata=None, data={"token": new_id(), "way": READ_OUT})))


@blueprint.post("/participants/<participant_id>/link")
@route_policy(permission="record_contacts", category="alteration")
def make(participant_id: str) -> Response | str | tuple[str, int]:
    """Make a link: to be read out, and then shown this once; or for a message, which is checked before it goes."""
    who, form = _who(participant_id), MakeForm()
    page = _page(who, form)
    if not form.validate():
        return rejected_form(MAKE, **page)
    try:
        if form.way.data != READ_OUT:
            return _send(who, form, page["ways"])
        made = service.make(who.id, actor=actor(), now=clock.now())
    except service.NotSafeError as refused:
        return rejected_form(MAKE, **page, problem=f"No link can be made. {refused}")
    address = url_for(".confirm", link_token=made.token, _external=True)
    return render_template(MAKE, **_page(who, form), made=made, address=address)


def _send(who: Who, form: MakeForm, ways: LinkWays) -> Response | str | tuple[str, int]:
    """Draft the message. The code that opens the link is shown this once, for it never goes the same way."""
    chosen = ways.chosen(form.way.data)
    assert chosen is not None  # the form offers no other
    written = sending.write(session(), who.id, chosen, ways.languages, form.token.data, actor=actor(), now=clock.now())
    if written.why_not:
        return rejected_form(MAKE, **_page(who, form), problem=f"Nothing was written. {written.why_not}")
    check = url_for("notifications.check", message_id=written.message_id, _anchor="main-content")
    if written.made is None or not written.made.code:
        return redirect(check, 303)
    return render_template(MAKE, **_page(who, form), made=written.made, check=check)


@blueprint.post("/participants/<participant_id>/link-withdrawn")
@route_policy(permission="record_contacts", category="alteration")
def withdraw(participant_id: str) -> Response:
    who = _who(participant_id)
    service.withdraw(who.id, actor=actor(), now=clock.now())
    return redirect(url_for(".link_page", participant_id=who.id), 303)


def _page(who: Who, form: MakeForm) -> dict[str, Any]:
    now = clock.now()
    links = queries.links_of(session(), who.id)
    is_away = who.row.left_at is not None
    ways = LinkWays() if is_away else sending.ways(session(), who.row, now)
    form.offer((each.way.point_id, each.words) for each in ways.open)
    still_open = [each.id for each in links if queries.is_open(each, now)]
    return {"who": who, "form": form, "ways": ways, "links": links, "open": still_open, "now": now}


def _who(participant_id: str) -> Who:
    who = page_queries.who(session(), actor(), participant_id)
    if who is None:
        raise absent()
    seen = "consultation" if request.method == "POST" else None
    ledger.note_participants([(who.row.case_id, who.id, who.row.role)], fields=FIELDS, category=seen)
    return who


@blueprint.get("/replies")
@route_policy(permission="record_contacts", category="consultation")
def replies() -> str:
    """The replies that wait for this officer; for a supervisor, the unit's."""
    page = queries.waiting_page(session(), actor(), after=request.args.get("after"), before=request.args.get("before"))
    ledger.note_participants([(row.case_id, row.participant_id, row.role) for row in page.rows], fields=FIELDS)
    return render_template(
        "links/replies.html",
        rows=page.rows,
        total=queries.count_waiting(session(), actor()),
        is_dealt="dealt" in request.args,
        now=clock.now(),
        previous=url_for(".replies", before=page.before) if page.before else None,
        next=url_for(".replies", after=page.after) if page.after else None,
    )


@blueprint.get("/replies/<reply_id>")
@route_policy(permission="record_contacts", category="consultation")
def reply(reply_id: str) -> str:
    return render_template(REPLY, **_reply_page(*_one(reply_id)))


@blueprint.post("/replies/<reply_id>")
@route_policy(permission="record_contacts", category="alteration")
def deal_with(reply_id: str) -> Response | tuple[str, int]:
    """Take a reply up as a fact of the case, or note that it was dealt with."""
    found, who = _one(reply_id)
    form = DealForm()
    if not form.validate():
        return rejected_form(REPLY, **_reply_page(found, who), problem="Choose what to do with it")
    try:
        service.deal_with(found.id, form.how.data, actor=actor(), now=clock.now())
    except TooManyError:
        return rejected_form(REPLY, **_reply_page(found, who), problem=TOO_MANY)
    except service.DealtWithError:
        return rejected_form(REPLY, **_reply_page(found, who), problem="Somebody dealt with it before you")[0], 409
    return redirect(url_for(".replies", dealt="1", _anchor="result"), 303)


def _one(reply_id: str) -> tuple[LinkReply, Who]:
    found = queries.reply(session(), actor(), reply_id)
    if found is None:
        raise absent()
    return found, _who(found.participant_id)


def _reply_page(found: LinkReply, who: Who) -> dict[str, Any]:
    given: Given = service.given_by(found)
    takes_up = {service.YES: service.WILL_COME, service.NO: service.CANNOT_COME}.get(given.coming, "")
    held = queries.availability_of(session(), found.case_id, found.participant_id)
    return {
        "who": who,
        "reply": found,
        "coming": COMING[given.coming],
        "takes_up": takes_up,
        "with_dates": f"{takes_up}+{service.DATES}" if takes_up else "",
        "dates_only": service.DATES,
        "known_dates": availability_words.in_short(held),
        "would_be": _would_be(found, given, held),
        "away": [_range(first, last) for first, last in given.away],
        "message": given.message,
        "dealt": DEALT.get(found.dealt_as, ""),
        "noted": service.NOTED,
        "now": clock.now(),
    }


def _would_be(found: LinkReply, given: Given, held: AvailabilityStanding | None) -> str:
    """Say what would be known of when they cannot come, once the dates are taken up; empty where nothing changes."""
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in given.away]
    if not spans:
        return ""
    try:
        return availability_words.away_words(with_more(found.participant_id, held, spans).away)
    except TooManyError:
        return ""


def _range(first: str, last: str) -> str:
    begins, ends = dates.full_date(date.fromisoformat(first)), dates.full_date(date.fromisoformat(last))
    return begins if begins == ends else f"{begins} to {ends}"
