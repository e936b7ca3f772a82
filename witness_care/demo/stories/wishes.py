"""How people want to be told, and how it is safe to reach them: chosen, waiting for a second person, forbidden."""

from __future__ import annotations

from datetime import date

from witness_care.demo.case_file import CaseFile, Who
from witness_care.demo.stories.shared import with_a_trial
from witness_care.engagement import service

NOTHING_SAID = {"channel": "not_asked", "how_often": "usual", "language": "English"}
PREFERENCES, NEW_WAY = "/participants/{participant}/preferences/edit", "/participants/{participant}/ways/new"


def _wants(case: CaseFile, who: Who, **said: str) -> None:
    case.fill_in(PREFERENCES, NOTHING_SAID | said, who=who)


def reads_welsh_by_letter(case: CaseFile) -> None:
    """The victim reads Welsh and wants letters, and a talk every week."""
    with_a_trial(case, trial=case.moments.after(26, 2))
    _wants(case, case.people[0], channel="letter", language="Welsh", how_often="7")


def chose_texts(case: CaseFile) -> None:
    """The victim wants text messages, so that one that arrives counts as told, and a talk every eight weeks."""
    with_a_trial(case, trial=case.moments.after(27, 2))
    _wants(case, case.people[0], channel="text", how_often="56")


def another_number_waits(case: CaseFile) -> None:
    """The victim is afraid, and somebody rang with a new number: until a second person confirms it, none is used."""
    case.victim_way = "mobile"
    with_a_trial(case, trial=case.moments.after(28, 2))
    case.says(service.AFRAID, who=case.people[0])
    number = {"kind": "mobile", "value": case.names.mobile()}
    answers = {"allowed": "yes", "voicemail": "no", "identify": "not_asked"}
    case.fill_in(NEW_WAY, number | answers, who=case.people[0])


def the_parent_is_the_suspect(case: CaseFile) -> None:
    """A child is the victim, and the parent who was to speak for them is the defendant: nobody contacts the parent."""
    born_on = date(case.moments.today.year - 13, 3, 2).isoformat()
    case.victim_role = "victim"
    case.charge()
    parent = case.defendants[0]["name"]
    # They were taken on with the parent as the one to speak to, before it came out.
    person = {"date_of_birth": born_on, "safe_contact": {"representative": parent}}
    case.said_of_victim = {"person": person, "enhanced": "not_asked", "enhanced_basis": []}
    with_a_trial(case, ago=10, trial=case.moments.after(29, 2))
    _wants(case, case.people[0], representative=parent, relation="parent", forbidden="y")
