"""The list of people and the search: whoever is looked for is two steps away, and no address ever holds a name."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from witness_care import clock, database, errors, sealing, wording
from witness_care.accounts.current import actor
from witness_care.accounts.models import Role
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.people import finding
from witness_care.people.finding import PeopleFilter

FIELDS = ("name", "role", "case", "journey")
LONGEST_SEARCH = 200
WHOSE = {"mine": "My people", "unit": "Everybody in the unit"}


@route_policy(permission="see_cases", category="consultation")
def people() -> str:
    reader = actor()
    # An officer begins with their own people, a supervisor with the unit's; the address always says which.
    usual = "mine" if reader.role is Role.OFFICER else "unit"
    whose = _known(request.args.get("whose", ""), WHOSE) or usual
    wanted = PeopleFilter(
        mine=whose == "mine",
        role=_known(request.args.get("role", ""), wording.ROLES),
        journey=_known(request.args.get("journey", ""), wording.JOURNEY),
    )
    page = finding.people_page(
        database.session(), reader, wanted, after=request.args.get("after"), before=request.args.get("before")
    )
    ledger.note_participants([(row.case_id, row.id, row.role) for row in page.rows], fields=FIELDS)
    kept: dict[str, Any] = {"whose": whose, "role": wanted.role or None, "journey": wanted.journey or None}
    return render_template(
        "people/list.html",
        rows=page.rows,
        whose=whose,
        wanted=wanted,
        heading="My people" if wanted.mine else "People of the unit",
        whose_tabs=[
            {"text": text, "href": url_for("people.people", **{**kept, "whose": key}), "current": key == whose}
            for key, text in WHOSE.items()
        ],
        role_choices=_choices(wording.ROLES),
        journey_choices=_choices(wording.JOURNEY),
        is_filtered=bool(wanted.role or wanted.journey),
        clear=url_for("people.people", whose=whose),
        previous=url_for("people.people", **kept, before=page.before) if page.before else None,
        next=url_for("people.people", **kept, after=page.after) if page.after else None,
    )


@route_policy(permission="see_cases")
def begin_search() -> Response:
    """Keep the words, and answer with an address that does not hold them; an exact URN goes to its case."""
    words = " ".join(request.form.get("words", "").split())[:LONGEST_SEARCH]
    if not words:
        return redirect(url_for("people.people"), 303)
    urn = finding.case_with_urn(database.session(), actor(), words)
    if urn is not None:
        return redirect(url_for("cases.case", urn=urn), 303)
    with database.writing() as session:
        token = finding.remember(session, actor(), words, clock.now())
    return redirect(url_for("people.found", token=token), 303)


@route_policy(permission="see_cases", category="consultation")
def found(token: str) -> str:
    session, reader = database.session(), actor()
    words = finding.words_of(session, reader, token)
    if words is None:
        raise errors.absent()
    answer = finding.search(session, reader, words)
    ledger.note(fields=("search", sealing.trace_of("search", words.casefold())), row_count=len(answer.people))
    ledger.note_participants([(row.case_id, row.id, row.role) for row in answer.people], fields=FIELDS)
    return render_template("people/found.html", words=words, found=answer, most=finding.MOST_FOUND)


def _known(value: str, table: dict[str, str]) -> str:
    return value if value in table else ""


def _choices(table: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"value": "", "text": "All"},
        *({"value": key, "text": wording.sentence(text)} for key, text in table.items()),
    ]
