"""The people of a case: taken on, spoken with, called, hard to reach, afraid, or gone."""

from __future__ import annotations

from datetime import date

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import FIRST
from witness_care.demo.stories.shared import announce_trial, move, with_a_trial
from witness_care.engagement import service


def does_not_want_to_go_on(case: CaseFile) -> None:
    """The trial moved for no reason that anybody gave; the victim says that they do not want to go on."""
    with_a_trial(case, ago=30, trial=case.moments.after(20, 2))
    move(case, case.moments.before(9, 12), case.moments.after(30, 2))
    case.talk(case.moments.before(8, 10))
    case.says(service.RELUCTANT, who=case.people[0])


def afraid(case: CaseFile) -> None:
    """The victim is afraid."""
    with_a_trial(case, trial=case.moments.after(12, 2))
    case.check_in(case.moments.before(3, 10))
    case.says(service.AFRAID, who=case.people[0])


def asked_what_they_need(case: CaseFile) -> None:
    """One was asked everything and needs help to travel; of another only how they come to court is known."""
    with_a_trial(case, trial=case.moments.after(25, 2))
    case.ask_needs(case.people[0], travel="yes", senses_mobility="yes", mental_health="declined")
    for other in case.people[1:2]:
        case.ask_needs(other, "practical", caring="yes")


def withdrew(case: CaseFile) -> None:
    """After a long wait the victim withdraws, and says in a last talk why; the charge rested on them."""
    with_a_trial(case, ago=60, trial=case.moments.after(25, 2))
    case.stay_in_touch(55, 4)
    case.says(service.WITHDREW, who=case.people[0], reason="delay")
    case.last_talk(case.people[0], reason="delay", told_in_time="partly", support="mostly", again="not_at_all")


def hard_to_reach(case: CaseFile) -> None:
    """Moved three times in more than half a year, the last time at short notice; nobody has got through since."""
    with_a_trial(case, ago=140, trial=case.moments.ago(99, 2))
    for ago, trial in ((110, case.moments.ago(60, 2)), (70, case.moments.ago(19, 2)), (20, case.moments.after(35, 2))):
        move(case, case.moments.before(ago, 12), trial)
    for each in case.people:
        for ago in (4, 3, 2):
            case.miss(case.moments.before(ago, 11), each)


def no_longer_required(case: CaseFile) -> None:
    """The CPS no longer needs one of the witnesses."""
    with_a_trial(case, trial=case.moments.after(10, 2))
    case.check_in(case.moments.before(9, 10))
    case.require(case.moments.before(1, 12), who=case.people[-1:], required=False)


def required_today(case: CaseFile) -> None:
    """The CPS has just said who must come."""
    case.take_on(case.moments.before(15))
    announce_trial(case, case.moments.before(13), case.moments.after(22, 2))
    case.talk(case.moments.before(12, 10))
    case.check_in(case.moments.before(4, 10))
    case.require(case.moments.minutes_ago(100))


def unallocated(case: CaseFile) -> None:
    """Nobody has the case yet."""
    case.officer = ""
    case.take_on(case.moments.before(case.random.randint(1, 6), 13))
    at = case.moments.before(1, 14)
    case.say(at, case.voice.confirmed(at, case.voice.id("first"), FIRST, case.moments.after(9)))


def changed_hands(case: CaseFile) -> None:
    """The case went to a colleague while its officer was away, and came back: nobody has said who looks after them."""
    case.officer, colleague = case.colleagues[:2]
    with_a_trial(case, ago=40, trial=case.moments.after(18, 2))
    case.stay_in_touch(38, 16)
    case.hand_over(case.moments.before(15, 9), colleague)
    case.hand_over(case.moments.before(3, 9), case.officer)


def keep_in_touch_due(case: CaseFile) -> None:
    """Nothing new for a long time: somebody should ring to ask how they are."""
    days = case.moments.after(case.random.randint(30, 60), 3)
    case.take_on(case.moments.before(case.random.randint(18, 22), 9, 30), required=True, told=days)
    announce_trial(case, case.moments.before(18, 10), days)


def loaded_fully_told(case: CaseFile) -> None:
    """Taken over from another system last week, with what everybody had been told before."""
    days = case.moments.after(case.random.randint(8, 40), 2)
    case.take_on(case.moments.before(4, 9, 30), required=True, told=days)
    announce_trial(case, case.moments.before(4, 10), days)
    case.talk(case.moments.before(2, 10), who=case.people[1:2], says="will_come")


def all_told(case: CaseFile) -> None:
    """A trial lies ahead and everybody knows all there is to know."""
    with_a_trial(case, trial=case.moments.after(case.random.randint(6, 50), 2))
    case.check_in(case.moments.before(case.random.randint(1, 5), 11))


def all_told_for_months(case: CaseFile) -> None:
    """The same, with months of calls behind it."""
    ago = case.random.randint(60, 110)
    with_a_trial(case, ago=ago, trial=case.moments.after(case.random.randint(15, 50), 3))
    case.stay_in_touch(ago - 9, 2)
    case.talk(case.moments.before(2, 10))


def new_case(case: CaseFile) -> None:
    """Charged this week: only a first hearing is known."""
    case.take_on(case.moments.before(case.random.randint(1, 4), 11))
    at = case.moments.before(1, 12)
    case.say(
        at, case.voice.confirmed(at, case.voice.id("first"), FIRST, case.moments.after(case.random.randint(6, 20)))
    )
    if case.random.random() < 0.7:
        case.talk(case.moments.before(1, 12, 30))


def a_child_and_their_parent(case: CaseFile) -> None:
    """A child is the victim; a parent is on the case with them. Nobody has decided on enhanced rights yet."""
    born_on = date(case.moments.today.year - 12, 5, 14).isoformat()
    case.victim_role = "both"
    case.charge(which="TH68023")
    # A child is reached through whoever speaks for them.
    speaks = {"representative": f"{case.bring_parent()}, parent"}
    person = {"date_of_birth": born_on, "safe_contact": speaks}
    case.said_of_victim = {"person": person, "enhanced": "not_asked", "enhanced_basis": []}
    with_a_trial(case, ago=10, trial=case.moments.after(24, 2))


def a_shop(case: CaseFile) -> None:
    """A shop is the victim; its manager speaks for it."""
    case.victim_role = "victim"
    speaks = {"representative": f"{case.names.person()}, shop manager"}
    said = {"name": f"{case.names.person().split()[-1]} Stores", "safe_contact": speaks}
    case.said_of_victim = {"victim_kind": "business", "person": said, "enhanced": "no", "enhanced_basis": []}
    case.charge(which="CD71039")
    with_a_trial(case, ago=10, trial=case.moments.after(28))


def no_hearing_yet(case: CaseFile) -> None:
    """Charged this week, and the court has listed nothing; one statement will be read, so its witness need not come."""
    case.take_on(case.moments.before(case.random.randint(1, 3), 11))
    case.require(case.moments.minutes_ago(45), who=case.people[-1:], required=False)
