"""What happens in the made-up cases: one function a story, so that every queue and state has somebody in it.

Times are in working days before (or after) today. Somebody who is reached is told all that is open at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import FIRST, PLEA, SENTENCE, TRIAL, Day, NextHearing
from witness_care.engagement import service
from witness_care.people import standing
from workflows import rulebook

Story = Callable[[CaseFile], None]

ROBBERY, WOUNDING, COERCIVE, DAMAGE = "TH68023", "OF61016", "SC15004", "CD71039"


def new_case(case: CaseFile) -> None:
    """Charged this week: only a first hearing is known."""
    case.take_on(case.moments.before(case.random.randint(1, 4), 11))
    at = case.moments.before(1, 12)
    case.say(
        at, case.voice.confirmed(at, case.voice.id("first"), FIRST, case.moments.after(case.random.randint(6, 20)))
    )
    if case.random.random() < 0.7:
        case.talk(case.moments.before(1, 12, 30))


def no_hearing_yet(case: CaseFile) -> None:
    """Charged this week, and the court has listed nothing; one statement will be read, so its witness need not come."""
    case.take_on(case.moments.before(case.random.randint(1, 3), 11))
    case.require(case.moments.minutes_ago(45), who=case.people[-1:], required=False)


def all_told(case: CaseFile) -> None:
    """A trial lies ahead and everybody knows all there is to know."""
    _with_a_trial(case, trial=case.moments.after(case.random.randint(6, 50), 2))
    case.check_in(case.moments.before(case.random.randint(1, 5), 11))


def all_told_for_months(case: CaseFile) -> None:
    """The same, with months of calls behind it."""
    ago = case.random.randint(60, 110)
    _with_a_trial(case, ago=ago, trial=case.moments.after(case.random.randint(15, 50), 3))
    case.stay_in_touch(ago - 9, 2)
    case.talk(case.moments.before(2, 10))


def loaded_fully_told(case: CaseFile) -> None:
    """Taken over from another system last week, with what everybody had been told before."""
    days = case.moments.after(case.random.randint(8, 40), 2)
    case.take_on(case.moments.before(4, 9, 30), required=True, told=days)
    _announce_trial(case, case.moments.before(4, 10), days)
    case.talk(case.moments.before(2, 10), who=case.people[1:2], says="will_come")


def keep_in_touch_due(case: CaseFile) -> None:
    """Nothing new for a long time: somebody should ring to ask how they are."""
    days = case.moments.after(case.random.randint(30, 60), 3)
    case.take_on(case.moments.before(case.random.randint(18, 22), 9, 30), required=True, told=days)
    _announce_trial(case, case.moments.before(18, 10), days)


def moved_last_week(case: CaseFile) -> None:
    """The trial moved some days ago and not everybody has been told: overdue."""
    _with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 2))
    _move(
        case, case.moments.before(case.random.randint(3, 6), 14, 20), case.moments.after(case.random.randint(25, 45), 2)
    )
    for who in case.people[:2]:
        case.miss(case.moments.before(2, 11), who)
    case.miss(case.moments.before(1, 10), case.people[0])
    case.talk(case.moments.before(1, 12), who=case.people[2:])


def moved_today(case: CaseFile) -> None:
    """The trial moved within the last hours: due tomorrow."""
    _with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 2))
    case.check_in(case.moments.before(7, 10))
    _move(
        case, case.moments.minutes_ago(case.random.randint(5, 90)), case.moments.after(case.random.randint(20, 45), 2)
    )


def moved_yesterday(case: CaseFile) -> None:
    """The trial moved yesterday: due today."""
    _with_a_trial(case, trial=case.moments.after(case.random.randint(9, 15), 1))
    _move(case, case.moments.before(1, 15, 40), case.moments.after(case.random.randint(20, 45), 1))


def moved_twice(case: CaseFile) -> None:
    """Moved twice in two days: one contact with the latest date and the first due time."""
    _with_a_trial(case, trial=case.moments.after(12, 2))
    case.check_in(case.moments.before(8, 10))
    _move(case, case.moments.before(2, 11), case.moments.after(18, 2))
    _move(case, case.moments.before(1, 9, 15), case.moments.after(23, 2))


def moved_and_back(case: CaseFile) -> None:
    """Moved, and moved back to the day everybody has: nothing is left to tell."""
    days = case.moments.after(14, 2)
    _with_a_trial(case, trial=days)
    _move(case, case.moments.before(3, 11), case.moments.after(21, 2))
    _move(case, case.moments.before(2, 11), days)


def trial_in_two_days_untold(case: CaseFile) -> None:
    """The trial came forward to the day after tomorrow, and they were not in."""
    _with_a_trial(case, trial=case.moments.after(9, 1))
    _move(case, case.moments.before(2, 16, 30), case.moments.after(2, 1))
    case.miss(case.moments.before(1, 10), case.people[0])


def trial_tomorrow_moved(case: CaseFile) -> None:
    """Tomorrow's trial has just moved: they will travel for nothing unless somebody rings now."""
    _with_a_trial(case, trial=case.moments.after(1, 2))
    case.talk(case.moments.before(5, 11), says="will_come")
    _move(case, case.moments.minutes_ago(case.random.randint(15, 60)), case.moments.after(30, 2))


def vacated_shortly_before(case: CaseFile) -> None:
    """Vacated with a reason on the eve of the trial."""
    _with_a_trial(case, trial=case.moments.after(1, 1))
    case.check_in(case.moments.before(6, 10))
    _vacate(case, case.moments.minutes_ago(case.random.randint(30, 150)), code="K")


def vacated(case: CaseFile) -> None:
    """Vacated with a reason, without a new date; most have heard it."""
    _with_a_trial(case, trial=case.moments.after(case.random.randint(10, 20), 2))
    _vacate(case, case.moments.before(case.random.randint(2, 7), 15, 5), code=case.random.choice("BEFIJK"))
    case.talk(case.moments.before(1, 11), who=case.people[: case.random.randint(1, len(case.people))])


def vacated_without_reason(case: CaseFile) -> None:
    """Vacated, and nobody has said why."""
    _with_a_trial(case, trial=case.moments.after(13, 1))
    case.check_in(case.moments.before(9, 10))
    at = case.moments.before(1, 14, 45)
    case.say(at, case.voice.vacated_without_reason(at, case.voice.id("trial")))


def relisted(case: CaseFile) -> None:
    """Vacated, then listed again under another hearing id: one subject, a new date."""
    _with_a_trial(case, trial=case.moments.after(12, 2))
    _vacate(case, case.moments.before(8, 15), code="J")
    case.talk(case.moments.before(7, 11))
    ago = case.random.randint(1, 4)
    _relist(case, ago, "second trial", "trial", case.moments.after(case.random.randint(30, 70), 2))
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10))


def relisted_many_times(case: CaseFile) -> None:
    """A trial that has moved three times over many months, each time explained."""
    _with_a_trial(case, ago=120, trial=case.moments.ago(80, 2))
    case.stay_in_touch(111, 92)
    _vacate(case, case.moments.before(90, 12), code="K")
    case.talk(case.moments.before(89, 10))
    _relist(case, 85, "second trial", "trial", case.moments.ago(30, 2))
    case.talk(case.moments.before(84, 10))
    case.stay_in_touch(75, 42)
    at = case.moments.before(38, 16)
    case.say(at, case.voice.vacated(at, case.voice.id("second trial"), _reason("vacated", case, "F")))
    case.talk(case.moments.before(37, 10))
    _relist(case, 35, "third trial", "second trial", case.moments.after(25, 2))
    case.talk(case.moments.before(34, 10))
    case.stay_in_touch(25, 5)
    case.talk(case.moments.before(3, 10))


def days_cancelled(case: CaseFile) -> None:
    """One day of three is cancelled."""
    days = case.moments.after(11, 3)
    _with_a_trial(case, trial=days)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(1, 13)
    case.say(at, case.voice.days_cancelled(at, case.voice.id("trial"), days, [3]))


def adjourned(case: CaseFile) -> None:
    """The trial could not go ahead on the day; the next date is a day, a week, or still to be fixed."""
    ago = case.random.randint(1, 4)
    trial = case.moments.ago(ago, 1)
    _with_a_trial(case, trial=trial)
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


def guilty_verdict(case: CaseFile) -> None:
    """Convicted at trial; sentence is in some weeks, and the verdict is to be told."""
    ago = case.random.randint(1, 4)
    trial = case.moments.ago(ago, 1)
    _with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    _convict(case, ago, trial[0])
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10), who=case.people[: case.random.randint(1, len(case.people))])


def sentenced(case: CaseFile) -> None:
    """Convicted some weeks ago, sentenced this week; most have been told."""
    ago = case.random.randint(1, 5)
    trial = case.moments.ago(25, 1)
    _with_a_trial(case, ago=35, trial=trial)
    _convict(case, 25, trial[0], sentence_in=-ago)
    case.talk(case.moments.before(24, 11))
    case.stay_in_touch(16, 8)
    sentence = case.random.choice(
        (case.voice.imprisoned(case.random.choice((6, 11, 18, 30))), case.voice.community_order(12), case.voice.fined())
    )
    at = case.moments.before(ago, 15, 30)
    results = {offence.id: [sentence] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("sentence"), SENTENCE, case.moments.ago(ago)[0], results))
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10), who=case.people[: case.random.randint(1, len(case.people))])


def acquitted(case: CaseFile) -> None:
    """Found not guilty: the case is at its end for this defendant."""
    ago = case.random.randint(1, 7)
    trial = case.moments.ago(ago, 1)
    _with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(9, 10))
    _acquit(case, ago, trial[0])
    if ago > 1:
        case.talk(case.moments.before(ago - 1, 10))


def closed(case: CaseFile) -> None:
    """The witnesses came, the defendant was acquitted, all have been told: nothing more is to be done for them."""
    trial = case.moments.ago(6, 1)
    _with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    _acquit(case, 6, trial[0])
    case.talk(case.moments.before(5, 9, 30))
    case.stand(standing.CAME)
    case.stand(standing.CLOSE)


def pleaded_guilty_before_trial(case: CaseFile) -> None:
    """A guilty plea: the witnesses are no longer needed and must hear it before they travel."""
    trial = case.moments.after(case.random.randint(3, 8), 2)
    _with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(1, 11, 30)
    for offence in case.voice.offences:
        case.say(at, case.voice.pleaded(at, case.voice.id("trial"), offence, "GUILTY", case.moments.workday(-1)))
    case.require(case.moments.minutes_ago(120), required=False)


def no_longer_required(case: CaseFile) -> None:
    """The CPS no longer needs one of the witnesses."""
    _with_a_trial(case, trial=case.moments.after(10, 2))
    case.check_in(case.moments.before(9, 10))
    case.require(case.moments.before(1, 12), who=case.people[-1:], required=False)


def required_today(case: CaseFile) -> None:
    """The CPS has just said who must come."""
    case.take_on(case.moments.before(15))
    _announce_trial(case, case.moments.before(13), case.moments.after(22, 2))
    case.talk(case.moments.before(12, 10))
    case.check_in(case.moments.before(4, 10))
    case.require(case.moments.minutes_ago(100))


def two_defendants_apart(case: CaseFile) -> None:
    """One defendant has pleaded and been sentenced, the other is still to be tried: the witnesses stay in listing."""
    case.charge(defendants=2)
    _with_a_trial(case, trial=case.moments.after(case.random.randint(12, 25), 3))
    first = case.voice.offences[0]
    hearing, day = case.voice.id("plea of one"), case.moments.ago(5)[0]
    at = case.moments.before(5, 12)
    case.say(at, case.voice.confirmed(case.moments.before(10), hearing, PLEA, [day]))
    results = {first.id: [case.voice.imprisoned(14)]}
    case.say(at, case.voice.resulted(at, hearing, PLEA, day, results, pleas={first.id: "GUILTY"}))
    case.talk(case.moments.before(4, 10))


def two_defendants_together(case: CaseFile) -> None:
    """Two defendants, four offences, one trial."""
    case.charge(defendants=2, offences=2)
    _with_a_trial(case, trial=case.moments.after(case.random.randint(10, 25), 4))
    case.check_in(case.moments.before(4, 10))


def result_overdue(case: CaseFile) -> None:
    """The trial was more than a week ago and the court has not said how it ended."""
    _with_a_trial(case, ago=20, trial=case.moments.ago(case.random.randint(8, 11), 1))
    case.check_in(case.moments.before(12, 10))
    case.check_in(case.moments.before(4, 10))


def on_trial_now(case: CaseFile) -> None:
    """The trial is running: its first day has results, a witness stayed away, the verdict is to come."""
    days = case.moments.ago(1, 4)
    _with_a_trial(case, trial=days)
    case.talk(case.moments.before(8, 10), says="will_come")
    at = case.moments.before(1, 16, 50)
    results = {offence.id: [case.voice.remanded()] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("trial"), TRIAL, days[0], results))
    case.stand(standing.CAME, who=case.people[:-1])
    case.stand(standing.DID_NOT_COME, who=case.people[-1:])


def unallocated(case: CaseFile) -> None:
    """Nobody has the case yet."""
    case.officer = ""
    case.take_on(case.moments.before(case.random.randint(1, 6), 13))
    at = case.moments.before(1, 14)
    case.say(at, case.voice.confirmed(at, case.voice.id("first"), FIRST, case.moments.after(9)))


def doubtful_verdict(case: CaseFile) -> None:
    """The court's message says guilty in one place and not guilty in another: a person must look."""
    trial = case.moments.ago(2, 1)
    _with_a_trial(case, trial=trial)
    case.check_in(case.moments.before(8, 10))
    at = case.moments.before(2, 16)
    case.say(
        at,
        case.voice.verdict(at, case.voice.id("trial"), case.voice.offences[0], trial[0][0], guilty=True, doubtful=True),
    )


def does_not_want_to_go_on(case: CaseFile) -> None:
    """The trial moved for no reason that anybody gave; the victim says that they do not want to go on."""
    _with_a_trial(case, ago=30, trial=case.moments.after(20, 2))
    _move(case, case.moments.before(9, 12), case.moments.after(30, 2))
    case.talk(case.moments.before(8, 10))
    case.says(service.RELUCTANT, who=case.people[0])


def afraid(case: CaseFile) -> None:
    """The victim is afraid."""
    _with_a_trial(case, trial=case.moments.after(12, 2))
    case.check_in(case.moments.before(3, 10))
    case.says(service.AFRAID, who=case.people[0])


def withdrew(case: CaseFile) -> None:
    """After a long wait the victim withdraws; the charge rested on them."""
    _with_a_trial(case, ago=60, trial=case.moments.after(25, 2))
    case.stay_in_touch(55, 4)
    case.says(service.WITHDREW, who=case.people[0], reason="delay")


def hard_to_reach(case: CaseFile) -> None:
    """Moved three times in more than half a year, the last time at short notice; nobody has got through since."""
    _with_a_trial(case, ago=140, trial=case.moments.ago(99, 2))
    for ago, trial in ((110, case.moments.ago(60, 2)), (70, case.moments.ago(19, 2)), (20, case.moments.after(35, 2))):
        _move(case, case.moments.before(ago, 12), trial)
    for each in case.people:
        for ago in (4, 3, 2):
            case.miss(case.moments.before(ago, 11), each)


def to_be_moved_by_hand(case: CaseFile) -> None:
    """The case that the printed command moves: everybody has the date that is about to change."""
    _with_a_trial(case, trial=case.moments.after(15, 2))
    case.talk(case.moments.before(3, 11))


# --- the Victim Contact Scheme: every answer, and every state of a referral ----------------------------------------


def scheme_due(case: CaseFile) -> None:
    """Four years for robbery: the victim is to be referred."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(48))


def scheme_to_be_decided(case: CaseFile) -> None:
    """Two years for coercive behaviour: the scheme may be offered, and nobody has decided."""
    _sentenced_for(case, COERCIVE, case.voice.imprisoned(24))


def scheme_cannot_tell(case: CaseFile) -> None:
    """Custody for robbery, and the court did not say for how long."""
    said = case.voice.imprisoned(24)
    _sentenced_for(case, ROBBERY, {name: value for name, value in said.items() if name != "durationElement"}, ago=9)


def scheme_not_eligible(case: CaseFile) -> None:
    """Two years for criminal damage: no limb of the law is met."""
    _sentenced_for(case, DAMAGE, case.voice.imprisoned(24))


def scheme_sent(case: CaseFile) -> None:
    """Referred, and nobody has answered yet."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(30))
    case.refer("sent")


def scheme_acknowledged(case: CaseFile) -> None:
    """Referred and acknowledged: a liaison officer is to get in touch."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(36))
    case.refer("sent", "acknowledged")


def scheme_rejected(case: CaseFile) -> None:
    """The probation service sent the referral back, since details were missing."""
    _sentenced_for(case, ROBBERY, case.voice.imprisoned(18))
    case.refer("sent", "rejected", reason="details_missing")


def scheme_in_touch(case: CaseFile) -> None:
    """A liaison officer has been in touch."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(60))
    case.refer("sent", "acknowledged", "liaison-contact")


def scheme_not_referred(case: CaseFile) -> None:
    """A supervisor decided, with a reason, that no referral is made."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(40))
    case.refer("do-not-refer", reason="already_referred", by_supervisor=True)


def scheme_withdrawn(case: CaseFile) -> None:
    """The referral was about the wrong person, and taken back."""
    _sentenced_for(case, WOUNDING, case.voice.imprisoned(24))
    case.refer("sent", "withdraw", reason="wrong_person")


def _sentenced_for(case: CaseFile, which: str, sentence: Mapping[str, Any], *, ago: int = 5) -> None:
    """Convict of one offence, and sentence some days ago; everybody has been told."""
    case.charge(which=which)
    trial = case.moments.ago(25, 1)
    _with_a_trial(case, ago=35, trial=trial)
    _convict(case, 25, trial[0], sentence_in=-ago)
    case.talk(case.moments.before(24, 11))
    case.stay_in_touch(16, 8)
    at = case.moments.before(ago, 15, 30)
    results = {offence.id: [dict(sentence)] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("sentence"), SENTENCE, case.moments.ago(ago)[0], results))
    case.talk(case.moments.before(ago - 1, 10))


# --- what several stories share -----------------------------------------------------------------------------------


def _with_a_trial(case: CaseFile, *, trial: tuple[Day, ...], ago: int = 0) -> None:
    """Take the case on with its trial; everybody has been told, by us or before the case came to us.

    `ago` gives a case of our own, with its calls since; without it the case came from another system this month.
    """
    if not case.defendants:
        case.charge(offences=case.random.choice((1, 1, 2)))
    own = ago > 0
    ago = ago or case.random.randint(11, 13)
    case.take_on(case.moments.before(ago, 9, 30), required=True, told=() if own else trial)
    _announce_trial(case, case.moments.before(ago, 10, 30), trial)
    if own:
        case.talk(case.moments.before(ago - 1, 14))


def _announce_trial(case: CaseFile, at: datetime, days: tuple[Day, ...]) -> None:
    trial = case.voice.id("trial")
    case.say(at, case.voice.listed(at, trial, TRIAL))
    case.say(at, case.voice.confirmed(at, trial, TRIAL, days))
    if case.random.random() < 0.6:
        for offence in case.voice.offences:
            case.say(at, case.voice.pleaded(at, trial, offence, "NOT_GUILTY", case.moments.workday(-14)))


def _move(case: CaseFile, at: datetime, days: tuple[Day, ...]) -> None:
    case.say(at, case.voice.updated(at, case.voice.id("trial"), TRIAL, days))


def _vacate(case: CaseFile, at: datetime, *, code: str) -> None:
    case.say(at, case.voice.vacated(at, case.voice.id("trial"), _reason("vacated", case, code)))


def _relist(case: CaseFile, ago: int, name: str, seed: str, days: tuple[Day, ...]) -> None:
    at = case.moments.before(ago, 11, 10)
    hearing = case.voice.id(name)
    case.say(at, case.voice.confirmed(at, hearing, TRIAL, days, seeded_from=case.voice.id(seed)))


def _convict(case: CaseFile, ago: int, day: Day, *, sentence_in: int = 20) -> None:
    """Convict of everything; the sentence is so many working days from today (negative: ago)."""
    sentence = (case.moments.ago(-sentence_in) if sentence_in < 0 else case.moments.after(sentence_in))[0]
    coming = NextHearing(type=SENTENCE, hearing=case.voice.id("sentence"), day=sentence)
    at = case.moments.before(ago, 16, 20)
    offences = case.voice.offences
    case.say(
        at,
        case.voice.resulted(
            at,
            case.voice.id("trial"),
            TRIAL,
            day,
            {offence.id: [case.voice.adjourned_to(coming)] for offence in offences},
            pleas={offence.id: "NOT_GUILTY" for offence in offences},
            verdicts={offence.id: True for offence in offences},
        ),
    )


def _acquit(case: CaseFile, ago: int, day: Day) -> None:
    at = case.moments.before(ago, 16, 10)
    results = {offence.id: [case.voice.acquitted()] for offence in case.voice.offences}
    verdicts = {offence.id: False for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("trial"), TRIAL, day, results, verdicts=verdicts))


def _reason(kind: str, case: CaseFile, code: str) -> str:
    known = rulebook.by_code(kind, case.court.jurisdiction, code)
    return known.cp_ids[0] if known and known.cp_ids else "not-in-any-list"


# How many of each; together about 150.
STORIES: Mapping[Story, int] = MappingProxyType(
    {
        all_told: 34,
        all_told_for_months: 6,
        loaded_fully_told: 14,
        keep_in_touch_due: 4,
        new_case: 12,
        no_hearing_yet: 2,
        moved_last_week: 6,
        moved_today: 4,
        moved_yesterday: 4,
        moved_twice: 2,
        moved_and_back: 2,
        trial_in_two_days_untold: 2,
        trial_tomorrow_moved: 2,
        vacated_shortly_before: 2,
        vacated: 5,
        vacated_without_reason: 2,
        relisted: 5,
        relisted_many_times: 2,
        days_cancelled: 2,
        adjourned: 6,
        guilty_verdict: 5,
        sentenced: 6,
        acquitted: 4,
        closed: 2,
        pleaded_guilty_before_trial: 3,
        no_longer_required: 2,
        required_today: 2,
        two_defendants_apart: 3,
        two_defendants_together: 3,
        result_overdue: 4,
        on_trial_now: 2,
        unallocated: 5,
        doubtful_verdict: 1,
        does_not_want_to_go_on: 1,
        afraid: 1,
        withdrew: 1,
        hard_to_reach: 2,
        scheme_due: 1,
        scheme_to_be_decided: 1,
        scheme_cannot_tell: 1,
        scheme_not_eligible: 1,
        scheme_sent: 1,
        scheme_acknowledged: 1,
        scheme_rejected: 1,
        scheme_in_touch: 1,
        scheme_not_referred: 1,
        scheme_withdrawn: 1,
    }
)
