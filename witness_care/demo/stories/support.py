"""Support by local services, and visits to the court: every answer, and every way in which it goes on."""

from __future__ import annotations

from witness_care.demo.case_file import CaseFile, Who
from witness_care.demo.stories.shared import announce_trial
from workflows.working_days import days_later, london_date

ADVISERS, LISTENING, TABLE = "quillbrook-advisers", "merefen-listening-room", "saltwick-table"
HAND, STEPS = "eastmere-hand", "small-steps-eastmere"


def helped(case: CaseFile) -> None:
    """A victim of domestic abuse is in touch with an adviser, needs the helpline no more, and has seen the court."""
    _with_a_trial_to_come(case, which="CJ88116")
    victim = case.people[0]
    _support(case, victim, ADVISERS, "accepted", "referred", "started")
    _support(case, victim, HAND, "accepted", "ended")
    _visit(case, victim, "made", 0)
    _away(case, victim, 24, 28)


def turned_away(case: CaseFile) -> None:
    """After a sexual assault one service is full; the victim waits for another, and a visit is arranged."""
    _with_a_trial_to_come(case, which="SX03007")
    victim = case.people[0]
    _support(case, victim, LISTENING, "accepted", "full")
    _support(case, victim, TABLE, "referred")
    _visit(case, victim, "arranged", 7)


def turned_away_by_the_only_one(case: CaseFile) -> None:
    """After a sexual assault the one service there is has no place."""
    _with_a_trial_to_come(case, which="SX03007")
    _support(case, case.people[0], LISTENING, "full")


def asked(case: CaseFile) -> None:
    """Support was offered, accepted and declined, and nothing has come of it yet; who gives evidence may visit."""
    _with_a_trial_to_come(case, which="PH97011")
    victim = case.people[0]
    _support(case, victim, ADVISERS, "offered")
    _support(case, victim, HAND, "declined")
    _support(case, victim, STEPS, "accepted")
    _visit(case, victim, "offered")


def wants_to_see_the_court(case: CaseFile) -> None:
    """The victim wants to see the court room, and no day is arranged yet."""
    _with_a_trial_to_come(case, which="OF61102")
    _visit(case, case.people[0], "accepted")


def _with_a_trial_to_come(case: CaseFile, *, which: str) -> None:
    case.victim_role = "both"
    case.charge(which=which)
    case.take_on(case.moments.before(6, 9, 30), required=True)
    announce_trial(case, case.moments.before(6, 10), case.moments.after(25, 2))
    case.require(case.moments.before(5, 10))


def _support(case: CaseFile, who: Who, service: str, *steps: str) -> None:
    for step in steps:
        page = f"/participants/{{participant}}/support/entry?service={service}"
        case.fill_in(page, {"step": step} | _day(case, "happened_on"), who=who)


def _away(case: CaseFile, who: Who, first: int, last: int) -> None:
    said = {"because": "holiday"} | _day(case, "first", first) | _day(case, "last", last)
    case.fill_in("/participants/{participant}/availability", said, who=who)


def _visit(case: CaseFile, who: Who, step: str, days_from_today: int | None = None) -> None:
    said = {"step": step} | _day(case, "happened_on")
    if days_from_today is not None:
        said |= _day(case, "visit_on", days_from_today)
    case.fill_in("/participants/{participant}/court-visit", said, who=who)


def _day(case: CaseFile, field: str, days_from_today: int = 0) -> dict[str, str]:
    on = days_later(london_date(case.moments.now), days_from_today)
    return {f"{field}-{box}": str(getattr(on, box)) for box in ("day", "month", "year")}
