"""The page that tries waiting court messages again, after showing what that would change."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

from witness_care import clock, database, dates, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import Permission, route_policy
from witness_care.audit import ledger
from witness_care.casework.dry_run import ENDS, Difference
from witness_care.feed import queries, reasons, waiting
from witness_care.feed.states import State
from witness_care.people import finding
from witness_care.schemas import YEARS
from workflows import working_days

blueprint = Blueprint("replay", __name__, url_prefix="/replay")

MOST_SHOWN = 100


@blueprint.get("")
@route_policy(permission="see_feed", category="consultation")
def replay_page() -> str | tuple[str, int]:
    return _page(request.args.get("reason", ""), request.args.get("since", ""))


@blueprint.post("")
@route_policy(permission="see_feed", category="alteration")
def replay() -> Response | tuple[str, int]:
    choice, wrong = _choice(request.form.get("reason", ""), request.form.get("since", ""))
    if wrong:
        page = _page(request.form.get("reason", ""), request.form.get("since", ""))
        return page if isinstance(page, tuple) else (page, 400)
    tried = waiting.try_again(waiting.chosen(choice, queries.visible(actor())), now=clock.now())
    arguments: dict[str, Any] = {**_arguments(choice), "tried": tried.messages, "placed": tried.placed}
    return redirect(url_for(".replay_page", _anchor="result", **arguments), 303)


def _page(reason: str, since: str) -> str | tuple[str, int]:
    choice, wrong = _choice(reason, since)
    visible, now = queries.visible(actor()), clock.now()
    ids = [] if wrong else waiting.chosen(choice, visible)
    tried = waiting.preview(ids, now=now) if ids else None
    counts = waiting.counts_by_reason(visible)
    follows = _follows(tried.differences) if tried else []
    page = render_template(
        "feed/replay.html",
        now=now,
        choice=choice,
        since=since,
        wrong=wrong,
        counts=[(each, count, reasons.words(each).what) for each, count in counts.items()],
        total=sum(counts.values()),
        tried=tried,
        still=[(reasons.words(why), count) for why, count in sorted(tried.still.items())] if tried else [],
        applied=tried.states.get(State.APPLIED, 0) if tried else 0,
        follows=follows,
        elsewhere=len(tried.differences) - len(follows) if tried else 0,
        most=waiting.MOST,
        done=(request.args.get("tried", type=int), request.args.get("placed", type=int)),
    )
    return (page, 400) if wrong else page


def _choice(reason: str, since: str) -> tuple[waiting.Choice, str]:
    """Read what was chosen, and say what is wrong with it."""
    day = _day(since)
    if since and day is None:
        return waiting.Choice(), "Enter a day such as 27 3 2026, or leave it empty"
    return waiting.Choice(reason=reason if reason in reasons.REASONS else "", since=day), ""


def _day(text: str) -> date | None:
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if read.year in YEARS and read <= working_days.london_date(clock.now()) else None


def _arguments(choice: waiting.Choice) -> dict[str, str]:
    found = {"reason": choice.reason, "since": choice.since.isoformat() if choice.since else ""}
    return {name: value for name, value in found.items() if value}


def _people(differences: tuple[Difference, ...]) -> dict[str, Any]:
    """Read the people of the cases that the reader may open, by id."""
    if not actor().may(Permission.SEE_CASES):
        return {}
    named = {each.participant_id for each in differences[:MOST_SHOWN]}
    rows = finding.people_of(database.session(), actor(), named)
    ledger.note_participants([(row.case_id, row.id, row.role) for row in rows.values()], fields=("name", "duty"))
    return rows


def _follows(differences: tuple[Difference, ...]) -> list[dict[str, Any]]:
    """Say what would become of each duty, of people whom the reader may see."""
    people = _people(differences)
    return [
        {
            "person": people[each.participant_id].name,
            "urn": people[each.participant_id].urn,
            "id": each.participant_id,
            "what": wording.to_tell(each.topic, each.value, each.told_value),
            "becomes": wording.DIFFERENCES[each.what],
            "due": "" if each.what == ENDS else dates.full_time(each.due_at),
        }
        for each in differences[:MOST_SHOWN]
        if each.participant_id in people
    ]
