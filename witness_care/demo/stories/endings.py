"""How something that was owed ends without being told or done: each way in which a duty may close."""

from __future__ import annotations

from witness_care.demo.case_file import CaseFile
from witness_care.demo.stories.shared import acquit, announce_trial, move, with_a_trial
from workflows import tasks, values


def asked_not_to_be_told(case: CaseFile) -> None:
    """The defendant was acquitted, and the victim asked not to hear the verdict; it was owed until then."""
    trial = case.moments.ago(3, 1)
    with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    acquit(case, 3, trial[0])
    case.change(case.moments.before(2, 10), [{"id": case.people[0].id, "opted_out": [values.VERDICT, values.OUTCOME]}])
    case.end_talk(case.people[0], "declined")


def a_witness_died(case: CaseFile) -> None:
    """A witness died before anybody had told them the new date."""
    with_a_trial(case, trial=case.moments.after(14, 2))
    move(case, case.moments.before(3, 11), case.moments.after(24, 2))
    witness = case.people[1]
    death = {"id": witness.person, "deceased_on": str(case.moments.workday(-2))}
    case.change(case.moments.before(1, 10), [{"id": witness.id, "person": death}])


def could_not_be_reached(case: CaseFile) -> None:
    """Nobody got through for days; the supervisor ended it as not reached."""
    with_a_trial(case, trial=case.moments.after(14, 2))
    move(case, case.moments.before(7, 11), case.moments.after(24, 2))
    for ago in (5, 4, 3, 2):
        case.miss(case.moments.before(ago, 10), case.people[0])
    _end(case, values.WHEN_WHERE, "attempts_exhausted", by_supervisor=True)


def wants_no_visit(case: CaseFile) -> None:
    """The victim does not want to see the court room before the trial, and has no need of the witness service."""
    case.victim_role = "both"
    case.take_on(case.moments.before(6, 9, 30), required=True)
    announce_trial(case, case.moments.before(6, 10), case.moments.after(25, 2))
    case.require(case.moments.before(5, 10))
    _end(case, tasks.PRE_TRIAL_VISIT, "declined")
    _end(case, tasks.WITNESS_SERVICE, "not_applicable")


def a_call_that_never_was(case: CaseFile) -> None:
    """Another system had reported a call with the victim; it was with somebody else, and is corrected."""
    days = case.moments.after(30, 2)
    case.take_on(case.moments.before(3, 9, 30), required=True, told=days, spoken_before=case.moments.before(6, 14))
    announce_trial(case, case.moments.before(3, 10), days)
    said = {"reason": "That call was with another person."}
    case.fill_in("/contacts/{contact}/correct", said, who=case.people[0])


def _end(case: CaseFile, topic: str, reason: str, *, by_supervisor: bool = False) -> None:
    case.fill_in(
        "/duties/{duty}",
        {"reason": reason},
        who=case.people[0],
        topic=topic,
        sent_to="/duties/{duty}/not-needed",
        by_supervisor=by_supervisor,
    )
