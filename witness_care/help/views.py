"""The help pages. The tables of states are read from the very tables that decide, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from flask import Blueprint, render_template

from witness_care import wording
from witness_care.accounts.permissions import route_policy
from workflows import attendance, court_visit, journey, proceedings, referral, support
from workflows.flags import FLAGS
from workflows.machines import STAY, Row

blueprint = Blueprint("help", __name__)

# Who answers for the page about the Victim Contact Scheme, and when it was last read through.
SCHEME_OWNER = "Victims and witnesses lead of the witness care unit"
SCHEME_REVIEWED, SCHEME_REVIEW_BY = date(2026, 11, 27), date(2027, 5, 27)


@blueprint.get("/help")
@route_policy(permission="anyone")
def help_page() -> str:
    return render_template("help/help.html")


@blueprint.get("/accessibility")
@route_policy(permission="anyone")
def accessibility() -> str:
    return render_template("help/accessibility.html")


@blueprint.get("/help/victim-contact-scheme")
@route_policy(permission="anyone")
def victim_contact_scheme() -> str:
    """For probation and police readers too: who does what, and how people are kept safe. Made to be printed."""
    return render_template(
        "help/victim_contact_scheme.html", owner=SCHEME_OWNER, reviewed=SCHEME_REVIEWED, review_by=SCHEME_REVIEW_BY
    )


@blueprint.get("/help/states")
@route_policy(permission="signed_in")
def states() -> str:
    return render_template(
        "help/states.html",
        machines=[
            _machine(
                "Where a person stands in a case", wording.JOURNEY, journey.Journey, journey.EVENTS, journey.TABLE
            ),
            _machine(
                "Whether a person is needed at court",
                wording.ATTENDANCE,
                attendance.Attendance,
                attendance.EVENTS,
                attendance.TABLE,
            ),
            _machine(
                "How far a referral to the Victim Contact Scheme has come",
                wording.REFERRALS,
                referral.Referral,
                referral.EVENTS,
                referral.TABLE,
            ),
            _machine(
                "How far support by a service has come",
                wording.SUPPORT,
                support.Support,
                support.EVENTS,
                support.TABLE,
            ),
            _machine(
                "How far a visit to the court has come",
                wording.COURT_VISITS,
                court_visit.CourtVisit,
                court_visit.EVENTS,
                court_visit.TABLE,
            ),
        ],
        settled=[
            (_in_words(guard.__name__), wording.label(wording.PROCEEDINGS, standing))
            for guard, standing in proceedings.SETTLED_BY
        ],
        otherwise=wording.label(wording.PROCEEDINGS, proceedings.OTHERWISE),
        flags=FLAGS,
    )


def _machine(
    title: str,
    words: Mapping[str, str],
    states: type[StrEnum],
    events: Mapping[str, str],
    table: Sequence[Row[Any]],
) -> dict[str, Any]:
    """Put one table into words: for each event, from where it leads where, and when."""
    return {
        "title": title,
        "states": [wording.sentence(words[state]) for state in states],
        "events": [
            {"words": said, "rows": [_row(row, words) for row in table if row.event == event]}
            for event, said in events.items()
        ],
    }


def _row(row: Row[Any], words: Mapping[str, str]) -> dict[str, str]:
    return {
        "sources": wording.listed([f"“{words[source]}”" for source in row.sources]),
        "target": "stays as it is" if row.target is STAY else f"“{words[row.target]}”",
        "condition": row.condition,
        "asks": FLAGS[row.flag] if row.flag else "",
    }


def _in_words(name: str) -> str:
    return wording.sentence(name.replace("_", " "))
