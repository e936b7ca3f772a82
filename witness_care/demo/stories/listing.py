"""Trials that are listed, moved, called off, put back and relisted."""

from __future__ import annotations

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import TRIAL, NextHearing
from witness_care.demo.stories.shared import move, reason_id, relist, vacate, with_a_trial
from witness_care.people import standing
from workflows import rulebook


def moved_last_week(case: CaseFile) -> None:
    """The trial moved some days ago and not everybody has been told: overdue."""
    with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 2))
    move(
        case, case.moments.before(case.random.randint(3, 6), 14, 20), case.moments.after(case.random.randint(25, 45), 2)
    )
    for who in case.people[:2]:
        case.miss(case.moments.before(2, 11), who)
    case.miss(case.moments.before(1, 10), case.people[0])
    case.talk(case.moments.before(1, 12), who=case.people[2:])


def moved_today(case: CaseFile) -> None:
    """The trial moved within the last hours: due tomorrow."""
    with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 2))
    case.check_in(case.moments.before(7, 10))
    move(case, case.moments.minutes_ago(case.random.randint(5, 90)), case.moments.after(case.random.randint(20, 45), 2))


def moved_yesterday(case: CaseFile) -> None:
    """The trial moved yesterday: due today."""
    with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 1))
    move(case, case.moments.before(1, 15, 40), case.moments.after(case.random.randint(20, 45), 1))


def moved_twice(case: CaseFile) -> None:
    """Moved twice in two days: one contact with the latest date and the first due time."""
    with_a_trial(case, trial=case.moments.after(12, 2))
    case.check_in(case.moments.before(8, 10))
    move(case, case.moments.before(2, 11), case.moments.after(18, 2))
    move(case, case.moments.before(1, 9, 15), case.moments.after(23, 2))


def moved_and_back(case: CaseFile) -> None:
    """Moved, and moved back to the day everybody has: nothing is left to tell."""
    days = case.moments.after(14, 2)
    with_a_trial(case, trial=days)
    move(case, case.moments.before(3, 11), case.moments.after(21, 2))
    move(case, case.moments.before(2, 11), days)


def trial_in_two_days_untold(case: CaseFile) -> None:
    """The trial came forward to the day after tomorrow, and they were not in."""
    with_a_trial(case, trial=case.moments.after(9, 1))
    move(case, case.moments.before(2, 16, 30), case.moments.after(2, 1))
    case.miss(case.moments.before(1, 10), case.people[0])


def trial_tomorrow_moved(case: CaseFile) -> None:
    """Tomorrow's trial has just moved: they will travel for nothing unless somebody rings now."""
    with_a_trial(case, trial=case.moments.after(1, 2))
    case.talk(case.moments.before(5, 11), says="will_come")
    move(case, case.moments.minutes_ago(case.random.randint(15, 60)), case.moments.after(30, 2))


def vacated_shortly_before(case: CaseFile) -> None:
    """Vacated with a reason on the eve of the trial."""
    with_a_trial(case, trial=case.moments.after(1, 1))
    case.check_in(case.moments.before(6, 10))
    vacate(case, case.moments.minutes_ago(case.random.randint(30, 150)), code="K")


def vacated(case: CaseFile) -> None:
    """Vacated with a reason, without a new date; most have heard it."""
    with_a_trial(case, trial=case.moments.after(case.random.randint(10, 20), 2))
    vacate(case, case.moments.before(case.random.randint(2, 7), 15, 5), code=case.random.choice("BEFIJK"))
    case.talk(case.moments.before(1, 11), who=case.people[: case.random.randint(1, len(case.people))])


def vacated_without_reason(case: CaseFile) -> None:
    """Vacated, and nobody has said why."""
    with_a_trial(case, trial=case.moments.after(13, 1))
    case.check_in(case.moments.before(9, 10))
    at = case.moments.before(1, 14, 45)
    case.say(at, case.voice.vacated_without_reason(at, case.voice.id("trial")))


def relisted(case: CaseFile) -> None:
    """Vacated, then listed again under another hearing id: one subject, a new date."""
    with_a_trial(case, trial=case.moments.after(12, 2))
    vacate(case, case.moments.before(8, 15), code="J")
    case.talk(case.moments.before(7, 11))
    ago = case.random.randint(1, 4)
    relist(case, ago, "second trial", "trial", case.moments.after(case.random.randint(30, 70), 2))
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10))


def relisted_many_times(case: CaseFile) -> None:
    """A trial that has moved three times over many months, each time explained."""
    with_a_trial(case, ago=120, trial=case.moments.ago(80, 2))
    case.stay_in_touch(111, 92)
    vacate(case, case.moments.before(90, 12), code="K")
    case.talk(case.moments.before(89, 10))
    relist(case, 85, "second trial", "trial", case.moments.ago(30, 2))
    case.talk(case.moments.before(84, 10))
    case.stay_in_touch(75, 42)
    at = case.moments.before(38, 16)
    case.say(at, case.voice.vacated(at, case.voice.id("second trial"), reason_id("vacated", case, "F")))
    case.talk(case.moments.before(37, 10))
    relist(case, 35, "third trial", "second trial", case.moments.after(25, 2))
    case.talk(case.moments.before(34, 10))
    case.stay_in_touch(25, 5)
    case.talk(case.moments.before(3, 10))


def days_cancelled(case: CaseFile) -> None:
    """One day of three is cancelled."""
    days = case.moments.after(11, 3)
    with_a_trial(case, trial=days)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(1, 13)
    case.say(at, case.voice.days_cancelled(at, case.voice.id("trial"), days, [3]))


def adjourned(case: CaseFile) -> None:
    """The trial could not go ahead on the day; the next date is a day, a week, or still to be fixed."""
    ago = case.random.randint(1, 4)
    trial = case.moments.ago(ago, 1)
    with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    kind = case.random.choice(("day", "week", "none"))
    coming = NextHearing(
        type=TRIAL,
        hearing=case.voice.id("next trial"),
        day=case.moments.after(35)[0] if kind == "day" else None,
        week=case.moments.week(40) if kind == "week" else None,
    )
    at = case.moments.before(ago, 16, 40)
    results = {offence.id: [case.voice.adjourned_to(coming)] for offence in case.voice.offences}
    reason = rulebook.by_code("ineffective", case.court.jurisdiction, "W3")
    said = {"id": reason.cp_ids[0], "code": "W3", "type": "Ineffective"} if reason and reason.cp_ids else None
    case.say(at, case.voice.resulted(at, case.voice.id("trial"), TRIAL, trial[0], results, trial_reason=said))
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10), who=case.people[: case.random.randint(1, len(case.people))])


def two_defendants_together(case: CaseFile) -> None:
    """Two defendants, four offences, one trial."""
    case.charge(defendants=2, offences=2)
    with_a_trial(case, trial=case.moments.after(case.random.randint(10, 25), 4))
    case.check_in(case.moments.before(4, 10))


def result_overdue(case: CaseFile) -> None:
    """The trial was more than a week ago and the court has not said how it ended."""
    with_a_trial(case, ago=20, trial=case.moments.ago(case.random.randint(8, 11), 1))
    case.check_in(case.moments.before(12, 10))
    case.check_in(case.moments.before(4, 10))


def on_trial_now(case: CaseFile) -> None:
    """The trial is running: its first day has results, a witness stayed away, the verdict is to come."""
    days = case.moments.ago(1, 4)
    with_a_trial(case, trial=days)
    case.talk(case.moments.before(8, 10), says="will_come")
    at = case.moments.before(1, 16, 50)
    results = {offence.id: [case.voice.remanded()] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("trial"), TRIAL, days[0], results))
    case.stand(standing.CAME, who=case.people[:-1])
    case.stand(standing.DID_NOT_COME, who=case.people[-1:])


def to_be_moved_by_hand(case: CaseFile) -> None:
    """The case that the printed command moves: everybody has the date that is about to change."""
    with_a_trial(case, trial=case.moments.after(15, 2))
    case.talk(case.moments.before(3, 11))
