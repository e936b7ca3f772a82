"""One duty passes from not due yet to critically overdue as the clock runs, in words, on every page that shows it."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.desk import Desk
from tests.factories import a_case, a_trial, a_victim, at, introduced, open_duties
from tests.reading import text_of
from witness_care import database
from witness_care.accounts.current import Actor
from witness_care.accounts.models import Role
from witness_care.contacts.models import Duty
from witness_care.database import session
from witness_care.supervision import queries
from witness_care.supervision.queries import ContactFilter

# Introduce yourself: joined on Monday 9 November, 5 working days, due Monday 16 November at 5pm.
AS_THE_CLOCK_RUNS = [
    ("2026-11-12 23:59", "Not due yet", 0),
    ("2026-11-13 00:00", "Due soon", 0),
    ("2026-11-16 17:00", "Due soon", 0),
    ("2026-11-16 17:01", "Overdue", 0),
    ("2026-11-22 23:59", "Overdue", 0),
    ("2026-11-23 00:00", "Critically overdue", 1),
]
TIMES = "Mon 16 Nov, 5pm"


@pytest.mark.feature("E1")
@pytest.mark.sqlite_only
def test_one_duty_passes_through_every_band_as_the_clock_runs(desk: Desk) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-09 09:00")
    [duty] = [duty for duty in open_duties(case["Leah Jones"]) if duty.topic == "task.introduction"]
    pages = (f"/participants/{case['Leah Jones']}", f"/cases/{case.urn}", f"/duties/{duty.id}")

    for now, words, critical in AS_THE_CLOCK_RUNS:
        desk.clock(now)
        olivia, sam = desk.as_("olivia"), desk.as_("sam")
        day = next(
            page for show in ("today", "later") if TIMES in (page := text_of(olivia.get(f"/my-day?show={show}")))
        )
        for page in (day, *(text_of(olivia.get(address)) for address in pages)):
            assert re.search(rf"{words} ([a-z0-9 ]+ late |Late |Due [a-z]* ?){TIMES}", page), (words, now)
        unit, listed = text_of(sam.get("/unit")), text_of(sam.get("/unit/overdue?preset=critical"))
        assert f"Overdue contacts: {critical} at" in listed, now
        assert ("Leah Jones" in listed) == bool(critical)
        if "verdue" in words:
            assert f"{critical} of the overdue {'is' if critical else 'are'} critically overdue" in unit, now
        else:
            assert "All contacts are in time" in unit

    page = text_of(desk.as_("olivia").get(f"/duties/{duty.id}"))
    assert "Due soon from Friday 13 November 2026" in page
    assert "Critically overdue from Monday 23 November 2026" in page


@pytest.mark.feature("E1")
def test_the_list_of_the_critically_overdue_is_what_each_line_says_of_itself(desk: Desk) -> None:
    people = {"yes": a_victim("Leah Jones", enhanced=True), "no": a_victim("Nadia Ahmed")}
    case = introduced(a_case(*people.values(), now="2026-11-09 09:00"))
    a_trial(case, "2027-02-01 10:00", now="2026-11-10 10:00")
    rules = ("R8-DATE@victims_code_2021", "R8-BAIL@victims_code_2021", "LP-PTV@local_policy")
    # Monday 23 November begins what is 5 working days late on Monday the 30th, Friday the 27th what is 1.
    dues = ("2026-11-20 23:59", "2026-11-23 00:00", "2026-11-26 23:59", "2026-11-27 00:00", "2026-11-30 09:00")
    sam = Actor(kind="user", id=desk.cast.sam, role=Role.SUPERVISOR, unit_ids=(desk.cast.unit,))
    moment = queries.moment(desk.app.config["CLOCK"](), ())
    ids = [duty.id for duty in session().scalars(sa.select(Duty).where(Duty.closed_at.is_(None)).order_by(Duty.id))]
    cases = [(rule, due, priority) for rule in rules for due in dues for priority in (0, 1)]
    assert len(ids) >= 4
    found = set()

    with database.writing():
        for rule, due, priority in cases:
            values = {"rule": rule, "due_at": at(due), "priority": priority}
            session().execute(sa.update(Duty).where(Duty.id.in_(ids)).values(**values))
            page = queries.contacts_page(sam, ContactFilter(), moment)
            says = {row.duty.id for row in page.rows if row.duty.is_critical}
            assert set(queries.contact_ids(sam, ContactFilter(preset="critical"), moment)) == says, (
                rule,
                due,
                priority,
            )
            assert queries.contact_counts(sam, ContactFilter(), moment).critical == len(says)
            found.add(len(says))

    assert len(found) == 3, "none, those with enhanced rights, and all"
