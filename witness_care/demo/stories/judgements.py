"""What there is to tell of a defendant, and to ask and offer before a trial or a sentence, while it is open.

News that no feed brings is entered by an officer, on the forms for it.
"""

from __future__ import annotations

from witness_care.demo.case_file import CaseFile
from witness_care.demo.court_messages import FIRST, PLEA, SENTENCE
from witness_care.demo.steps import Talk
from witness_care.demo.stories.shared import announce_trial, convict, with_a_trial
from witness_care.demo.words import Charge
from workflows.working_days import london_date

MANSLAUGHTER = Charge("COML022", "Manslaughter", "BEREAVED")


def not_guilty_and_no_date(case: CaseFile) -> None:
    """A plea of not guilty, and the trial has no date yet: needs and dates to avoid are to be asked."""
    _pleaded(case, "NOT_GUILTY", ago=2)


def called_and_not_asked(case: CaseFile) -> None:
    """Everybody is called to a trial, and nobody has got through to ask what they need: overdue."""
    case.victim_role = "both"
    case.take_on(case.moments.before(15, 9, 30), witnesses=2, required=True)
    announce_trial(case, case.moments.before(14, 10), case.moments.after(30, 2))
    for each in case.people:
        for ago in (12, 9):
            case.miss(case.moments.before(ago, 11), each)


def measures_not_decided(case: CaseFile) -> None:
    """Screens were asked for, the trial is less than 28 days away, and the court has not decided."""
    _before_a_trial(case, days=9)
    for each in case.people[:2]:
        case.measure(each, "screens", "asked")


def measures_granted(case: CaseFile) -> None:
    """The court granted screens to the victim and a live link to a witness; neither has heard it."""
    _before_a_trial(case, days=14)
    case.measure(case.people[0], "screens", "granted")
    case.measure(case.people[1], "live_link", "granted")


def measures_to_confirm(case: CaseFile) -> None:
    """Screens are granted and care for a child is arranged; then the trial moves, and both are to be confirmed."""
    _before_a_trial(case, days=20)
    who = case.people[0]
    case.measure(who, "screens", "granted")
    case.measure(who, "live_link", "refused")
    case.ask_needs(who, "practical", caring="yes")
    page, said = "/participants/{participant}/needs", {"question": "caring", "arranged": "y"}
    case.fill_in(page, said, who=who, sent_to=f"{page}-arranged")
    _moves(case, to=35)


def _moves(case: CaseFile, *, to: int) -> None:
    """An officer enters that the trial moved, to so many working days from now."""
    (day, _), *_ = case.moments.after(to)
    boxes = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    said = {"news": "moved", "date_kind": "fixed", "at": "10:00", "length": "2", "court": case.court.name, **boxes}
    case.fill_in("/hearings/{trial}/change", said)


def measures_granted_and_told(case: CaseFile) -> None:
    """The court granted screens to the victim, who has just heard it, whatever the hour."""
    case.victim_way = "mobile"
    _before_a_trial(case, days=18)
    case.measure(case.people[0], "screens", "granted")
    note = "Told them that they may give evidence behind a screen."
    case.steps.append(Talk(case.moments.now, case.people[0].id, "reached", note))


def jury_discharged(case: CaseFile) -> None:
    """The trial began yesterday, and its jury was discharged: it starts again another day."""
    trial = case.moments.ago(1, 3)
    with_a_trial(case, ago=30, trial=trial)
    case.fill_in("/hearings/{trial}/change", {"news": "started"})
    case.fill_in("/hearings/{trial}/change", {"news": "jury_discharged"})


def defendant_died(case: CaseFile) -> None:
    """The only defendant has died before the trial: it ends, and nobody comes."""
    with_a_trial(case, ago=30, trial=case.moments.after(15, 2))
    case.hears("death")


def chased_for_a_day_that_moved(case: CaseFile) -> None:
    """Measures were to be chased from a day before the trial; then the trial moved, and with it that day."""
    _before_a_trial(case, days=40)
    case.measure(case.people[0], "screens", "asked")
    _moves(case, to=60)


def bailed(case: CaseFile) -> None:
    """Charged, and bailed on conditions at the first hearing."""
    _at_the_first_hearing(case)
    case.hears("bail", status="conditional_bail", conditions="no_contact")


def wanted(case: CaseFile) -> None:
    """The defendant did not come to the first hearing; a warrant is out."""
    _at_the_first_hearing(case, ago=2)
    _warrant(case, ago=1)


def arrested_on_a_warrant(case: CaseFile) -> None:
    """A warrant was out, everybody had heard of it, and now the defendant was arrested and kept in custody."""
    _at_the_first_hearing(case, ago=9)
    _warrant(case, ago=8)
    case.talk(case.moments.before(6, 11))
    case.hears("warrant", status="executed", outcome="custody")


def nobody_prosecuted(case: CaseFile) -> None:
    """The CPS decided not to prosecute; a review may be asked for."""
    _at_the_first_hearing(case)
    case.hears("decision", decision="no_prosecution", reason="not_enough_evidence", may_be_reviewed="yes")


def charge_stopped(case: CaseFile) -> None:
    """The CPS stopped the charge before the trial."""
    with_a_trial(case, trial=case.moments.after(16, 2))
    case.check_in(case.moments.before(4, 10))
    case.hears("decision", decision="stopped", reason="not_in_the_public_interest", may_be_reviewed="yes")


def pleaded_guilty_early(case: CaseFile) -> None:
    """A plea of guilty; the sentence is near, and nobody has offered a victim personal statement."""
    _pleaded(case, "GUILTY", ago=1)
    sentence, at = case.voice.id("sentence"), case.moments.before(1, 15)
    case.say(at, case.voice.confirmed(at, sentence, SENTENCE, case.moments.after(3)))


def verdict_nobody_told(case: CaseFile) -> None:
    """Found guilty yesterday: victim and witnesses are to hear it."""
    trial = case.moments.ago(1, 1)
    with_a_trial(case, trial=trial)
    case.talk(case.moments.before(8, 10), says="will_come")
    convict(case, 1, trial[0])


def bereaved_before_the_sentence(case: CaseFile) -> None:
    """Somebody died; the defendant is convicted, and the family is to meet the CPS before the sentence."""
    _of_a_family(case)
    convict(case, 25, case.moments.ago(25, 1)[0], sentence_in=12)


def bereaved_after_the_sentence(case: CaseFile) -> None:
    """Somebody died; the sentence was passed yesterday, and the family is to be told, and offered a meeting."""
    _of_a_family(case)
    convict(case, 25, case.moments.ago(25, 1)[0], sentence_in=-1)
    case.talk(case.moments.before(24, 11))
    case.stay_in_touch(16, 8)
    _sentenced(case, months=96)


def appeal_lodged(case: CaseFile) -> None:
    """Sentenced some weeks ago, and now the defendant appeals."""
    _sentenced_and_told(case)
    case.hears("appeal", stage="notice", against="sentence")


def appeal_dismissed(case: CaseFile) -> None:
    """The defendant appealed, and the appeal was dismissed."""
    _sentenced_and_told(case)
    case.hears("appeal", stage="listed", against="conviction")
    case.hears("appeal-outcome", result="dismissed")


# --- what these stories share -------------------------------------------------------------------------------------


def _before_a_trial(case: CaseFile, *, days: int) -> None:
    case.victim_role = "both"
    case.charge()
    trial = case.moments.after(days, 2)
    case.take_on(case.moments.before(12, 9, 30), witnesses=2, required=True, told=trial)
    announce_trial(case, case.moments.before(12, 10, 30), trial)
    case.talk(case.moments.before(4, 10))


def _at_the_first_hearing(case: CaseFile, *, ago: int = 4) -> None:
    case.take_on(case.moments.before(ago, 9, 30))
    at = case.moments.before(ago, 10)
    case.say(at, case.voice.confirmed(at, case.voice.id("first"), FIRST, case.moments.ago(ago - 1)))


def _warrant(case: CaseFile, *, ago: int) -> None:
    at = case.moments.before(ago, 15)
    results = {offence.id: [case.voice.warrant()] for offence in case.voice.offences}
    day = case.moments.ago(ago)[0]
    case.say(at, case.voice.resulted(at, case.voice.id("first"), FIRST, day, results))


def _pleaded(case: CaseFile, plea: str, *, ago: int) -> None:
    case.victim_role = "both"
    case.take_on(case.moments.before(ago + 8, 9, 30))
    hearing, at = case.voice.id("plea"), case.moments.before(ago + 8, 11)
    case.say(at, case.voice.confirmed(at, hearing, PLEA, case.moments.ago(ago)))
    case.talk(case.moments.before(ago + 6, 11))
    at = case.moments.before(ago, 12)
    for offence in case.voice.offences:
        case.say(at, case.voice.pleaded(at, hearing, offence, plea, london_date(at)))


def _of_a_family(case: CaseFile) -> None:
    case.victim_role = "victim"
    case.said_of_victim = {"victim_kind": "bereaved_relative"}
    case.charge(of=MANSLAUGHTER)
    trial = case.moments.ago(25, 1)
    case.take_on(case.moments.before(35, 9, 30), witnesses=1, required=True)
    announce_trial(case, case.moments.before(35, 10, 30), trial)
    case.talk(case.moments.before(34, 14))


def _sentenced(case: CaseFile, *, months: int, ago: int = 1) -> None:
    at = case.moments.before(ago, 15, 30)
    results = {offence.id: [case.voice.imprisoned(months)] for offence in case.voice.offences}
    case.say(at, case.voice.resulted(at, case.voice.id("sentence"), SENTENCE, case.moments.ago(ago)[0], results))


def _sentenced_and_told(case: CaseFile) -> None:
    case.charge(which="CD71039")
    with_a_trial(case, ago=45, trial=case.moments.ago(35, 1))
    convict(case, 35, case.moments.ago(35, 1)[0], sentence_in=-20)
    case.talk(case.moments.before(34, 11))
    _sentenced(case, months=10, ago=20)
    case.talk(case.moments.before(19, 10))
    case.stay_in_touch(11, 3)
