"""News that did not fit, and hearings that were only ever spoken of: shown until somebody finds out."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.factories import a_case, a_trial, a_victim, said
from tests.reading import text_of
from witness_care.columns import new_id
from workflows.events import HearingDaysCancelled


@pytest.mark.feature("A4")
def test_a_hearing_that_was_never_listed_is_shown_with_when_it_was_first_spoken_of(desk: Desk) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-10 09:00")
    sam = desk.as_("sam")
    assert "Hearings known by name only" not in text_of(sam.get("/unit/questions"))
    hearing = new_id()

    said(case, HearingDaysCancelled(hearing=hearing, days=()), now="2026-11-20 10:00")

    words = text_of(sam.get("/unit/questions"))
    assert "Hearings known by name only: 1" in words
    assert f"case {case.urn} , first spoken of Friday 20 November 2026 at 10am" in words


def test_a_hearing_that_was_listed_is_no_question(desk: Desk) -> None:
    case = a_case(a_victim("Leah Jones"), now="2026-11-10 09:00")
    a_trial(case, "2026-12-07 10:00", now="2026-11-12 10:00")

    assert "No open questions." in text_of(desk.as_("sam").get("/unit/questions"))
