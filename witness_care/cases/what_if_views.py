"""The page on which a proposed date is tried out: who cannot come, which measures break, what would be owed."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from witness_care import arrangement_words, clock, database, errors, wording
from witness_care.accounts.current import actor
from witness_care.accounts.permissions import route_policy
from witness_care.audit import ledger
from witness_care.availability import words as availability_words
from witness_care.cases import hearing_words, page_queries, what_if
from witness_care.casework.dry_run import ENDS, Difference
from witness_care.pages import rejected_form
from workflows.availability import Free

PAGE = "cases/what_if.html"


@route_policy(permission="record_contacts", category="consultation")
def what_if_page(hearing_id: str) -> str | tuple[str, int]:
    """Try a date out; the answer stands on the same page, and nothing is written."""
    session = database.session()
    hearing = page_queries.hearing(session, actor(), hearing_id)
    if hearing is None:
        raise errors.absent()
    is_asked = "day-day" in request.args
    given = request.args if is_asked else None
    days = page_queries.hearing_days(session, hearing_id)
    length = sum(not day.cancelled for day in days) or 1
    form = what_if.ProposedForm(formdata=given, data={"court": hearing.court, "room": hearing.room, "length": length})
    shown: dict[str, Any] = {"hearing": hearing, "hearing_words": hearing_words, "form": form, "found": None}
    shown["days"] = days
    if not is_asked:
        return render_template(PAGE, **shown)
    if not form.validate() or not form.is_to_come(clock.now()):
        return rejected_form(PAGE, **shown)
    fact = form.fact(hearing_id)
    found = what_if.try_date(hearing.urn, hearing.case_id, hearing_id, fact, actor=actor(), now=clock.now())
    people = page_queries.participants(session, hearing.case_id, clock.now())
    ledger.note_participants(
        [(hearing.case_id, person.row.id, person.row.role) for person in people],
        fields=("name", "availability", "support"),
    )
    names = {person.row.id: person.row.name for person in people}
    return render_template(
        PAGE,
        **shown
        | {
            "found": found,
            "needed": [
                {
                    "id": each,
                    "name": names.get(each, "Somebody"),
                    "free": availability_words.free_words(answer),
                    "to_confirm": arrangement_words.names(line.what for line in found.to_confirm.get(each, ())),
                }
                for each, answer in sorted(found.can_come.items(), key=lambda pair: names.get(pair[0], ""))
            ],
            "not_asked": sum(answer.free not in (Free.YES, Free.NO) for answer in found.can_come.values()),
            "away": sum(answer.free is Free.NO for answer in found.can_come.values()),
            "follows": [_follows(each, names) for each in found.differences],
            "last": fact.when.days[-1].on,
        },
    )


def _follows(difference: Difference, names: dict[str, str]) -> dict[str, Any]:
    what = wording.to_tell(difference.topic, difference.value, difference.told_value)
    becomes = wording.DIFFERENCES[difference.what]
    return {
        "words": f"{names.get(difference.participant_id, 'Somebody')}: “{what[:1].lower()}{what[1:]}” {becomes}",
        "due_at": None if difference.what == ENDS else difference.due_at,
    }
