"""The page "Who still thinks they are coming": everybody to stop before they set out, until each has been reached."""

from __future__ import annotations

from flask import render_template, request, url_for

from witness_care import clock
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.contacts import still_coming as still_coming_news
from witness_care.database import session
from witness_care.people import reach

UNIT, MINE = "unit", "mine"
TABS = {UNIT: "The whole unit", MINE: "Mine"}
FIELDS_OF_A_ROW = ("name", "role", "language", "safe_contact")
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60  # in seconds


@route_policy(permission="see_cases", category="consultation")
def still_coming() -> str:
    now, person = clock.now(), actor()
    whose = request.args.get("show", "")
    whose = whose if whose in TABS else UNIT
    news = still_coming_news.find(session(), person)
    of_tabs = {UNIT: news, MINE: [row for row in news if row.officer_id == person.id]}
    queue = still_coming_news.page(
        session(),
        person,
        of_tabs[whose],
        now=now,
        after=request.args.get("after"),
        before=request.args.get("before"),
    )
    ledger.note_participants(
        [(row.duty.case_id, row.duty.participant_id, row.role) for row in queue.rows], fields=FIELDS_OF_A_ROW
    )
    return render_template(
        "contacts/still_coming.html",
        rows=queue.rows,
        tabs=[
            {
                "text": text,
                "count": still_coming_news.count(of_tabs[name]),
                "href": url_for("contacts.still_coming", show=name),
                "current": name == whose,
            }
            for name, text in TABS.items()
        ],
        in_words=reach.in_words,
        took=still_coming_news.lately(session(), person, now),
        whose=whose,
        in_length=_in_length,
        before=url_for("contacts.still_coming", show=whose, before=queue.before) if queue.before else None,
        after=url_for("contacts.still_coming", show=whose, after=queue.after) if queue.after else None,
    )


def _in_length(seconds: float) -> str:
    """ "35 minutes", "3 hours", "2 days": what is left over is dropped, and less than a minute is one."""
    for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= unit:
            number = int(seconds // unit)
            return f"{number} {word}{'' if number == 1 else 's'}"
    return "1 minute"
